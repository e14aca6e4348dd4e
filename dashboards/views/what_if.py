"""推演: what if numbers of the policy were others? A simulation on the publication's inputs, never mixed with findings."""

import re
import subprocess
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import polars as pl
import streamlit as st

from dashboards.components import Address, View, chart, export, headline, one_of, table
from dashboards.figures.what_if import before_and_after
from dashboards.queries import report as reportable
from dashboards.queries import what_if as asked
from pipelines.publishing import current
from pipelines.simulations import Number, Simulation, finished, numbers

FILTERS = ("of", "set")

_STEPS = ("prepare", "model", "compare")
_VALUE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")


def _labels(view: View, known: list[Number]) -> dict[str, str]:
    """What each number is called: rule and name, the class or alternative it belongs to, its value and unit."""
    zh = view.words.language == "zh"
    named = {
        (row["rule"], row["name"]): (row["rule_zh"], row["name_zh"]) if zh else (row["rule_en"], row["name_en"])
        for row in asked.names(view.reader).iter_rows(named=True)
    }
    return {number.name: _label(view, number, named) for number in known}


def _label(view: View, number: Number, named: Mapping[tuple[str, str], tuple[str, str]]) -> str:
    words, parts = view.words, number.name.split(".")
    value = f"{number.value.normalize():f} {words.unit(number.unit)}"
    if number.table == "eligibility":
        return f"{words('what_if_entitled', alternative=parts[2], fact=words(f'fact_{parts[3]}'))} · {value}"
    name = parts[2] if number.table == "parameter_brackets" else parts[-1]
    rule, text = named.get((number.rule or "", name), ("", name))
    classes = f" ≥ {parts[3]}" if number.table == "parameter_brackets" else ""
    return f"{number.rule} {rule} · {text}{classes} · {value}"


def _asked(text: str, known: Mapping[str, Number]) -> dict[str, Decimal]:
    """The changes that an address names, `name:value,...`; what is no number of this place, or no value, is dropped."""
    asked: dict[str, Decimal] = {}
    for part in text.split(","):
        name, _, value = part.rpartition(":")
        if name in known and _VALUE.fullmatch(value):
            asked[name] = Decimal(value)
    return asked


def _chosen(view: View, address: Address, place: str) -> dict[str, Decimal]:
    """The numbers picked for change with the values entered; what equals the number in force is no change."""
    words = view.words
    publication = current(view.data)
    by_name = {one.name: one for one in numbers(publication) if one.jurisdiction == place} if publication else {}
    labels = _labels(view, list(by_name.values()))
    asked = _asked(st.query_params.get("set", ""), by_name)
    key = address.seed("set", lambda text: list(_asked(text, by_name)), nothing=[])
    # Of another place are other numbers.
    st.session_state[key] = [name for name in st.session_state[key] if name in by_name]
    picked = st.multiselect(
        words("what_if_numbers"),
        list(by_name),
        format_func=labels.__getitem__,
        key=key,
        placeholder=words("what_if_pick"),
    )
    entered: dict[str, Decimal] = {}
    columns = st.columns(2)
    for place_of_input, name in enumerate(picked):
        number = by_name[name]
        st.session_state.setdefault(address.key(name), float(asked.get(name, number.value)))
        value = columns[place_of_input % 2].number_input(
            f"{labels[name]} → {words('what_if_new')}",
            min_value=0.0,
            key=address.key(name),
            help=words(f"basis_{number.basis}"),
            format="%.6g",
        )
        entered[name] = Decimal(f"{value:.6f}").normalize()
    address.keep("set", [f"{name}:{value:f}" for name, value in entered.items()])
    return {name: value for name, value in entered.items() if value != by_name[name].value}


def _simulate(view: View, changes: Mapping[str, Decimal]) -> None:
    """Run the pipeline's own command aside, and say how far it is."""
    words = view.words
    call = [sys.executable, "-m", "pipelines.cli", "what-if", "--data", str(view.data), "--json"]
    call += [part for name, value in changes.items() for part in ("--set", f"{name}={value}")]
    home = Path(__file__).resolve().parents[2]
    with st.status(words("what_if_running"), expanded=True) as status:
        process = subprocess.Popen(call, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for line in process.stderr or ():
            if line.strip() in _STEPS:
                status.write(words(f"what_if_step_{line.strip()}"))
        done = process.wait() == 0
        label = words("what_if_done" if done else "what_if_failed")
        status.update(label=label, state="complete" if done else "error", expanded=not done)


def _figures(view: View, simulation: Simulation, place: str) -> None:
    words = view.words
    difference = simulation.difference()
    findings = difference.findings.filter(pl.col("jurisdiction") == place)
    areas = simulation.areas().filter((pl.col("jurisdiction") == place) & (pl.col("state") == "FAIL"))
    people = simulation.entitlement().filter(pl.col("jurisdiction") == place)
    yuan = sum(difference.summary.filter(pl.col("jurisdiction") == place)["yuan"].to_list())
    more, fewer = (int((findings["change"] == change).sum()) for change in ("appeared", "vanished"))
    columns = st.columns(4)
    columns[0].metric(
        words("what_if_findings"),
        f"+{more:,} / −{fewer:,}",
        f"{yuan:+,.2f} {words('yuan')}" if yuan else None,
        delta_color="off",
        border=True,
        height="stretch",
    )
    before, after = (sum(areas[name].to_list()) for name in ("before", "after"))
    metres = sum(areas["short_m2_after"].to_list()) - sum(areas["short_m2_before"].to_list())
    columns[1].metric(
        words("what_if_areas"),
        f"{before:,} → {after:,}",
        f"{metres:+,.1f} m²" if metres else None,
        delta_color="off",
        border=True,
        height="stretch",
    )
    row = people.row(0, named=True)
    joining = row["entitled_after"] - row["entitled_before"]
    columns[2].metric(
        words("what_if_people"),
        f"{row['entitled_before']:,} → {row['entitled_after']:,}",
        f"{joining:+,}" if joining else None,
        delta_color="off",
        border=True,
        height="stretch",
    )
    money = [row["yuan_a_month_before"], row["yuan_a_month_after"]]
    known = None not in money
    columns[3].metric(
        words("what_if_yuan"),
        f"{money[0]:,.0f} → {money[1]:,.0f}" if known else words("what_if_no_price"),
        f"{money[1] - money[0]:+,.0f}" if known and money[0] != money[1] else None,
        delta_color="off",
        border=True,
        height="stretch",
        help=words("what_if_yuan_definition"),
    )


def _results(view: View, simulation: Simulation, place: str) -> None:
    words = view.words
    st.subheader(words("what_if_results"))
    _figures(view, simulation, place)
    states = simulation.areas().filter((pl.col("jurisdiction") == place) & (pl.col("state") != "NO_RULE_IN_FORCE"))
    if states.height:
        labels = [f"{words(row['table'])} · {words('state_' + row['state'])}" for row in states.iter_rows(named=True)]
        words_of = (words("what_if_before"), words("what_if_after"))
        counts = (states["before"].to_list(), states["after"].to_list())
        figure = before_and_after(labels, *counts, words_of, words("what_if_counted"))
        chart(view, figure, "what_if_states", "what_if_states")
        shown = states.select(
            pl.Series(words("what_if_table"), [words(name) for name in states["table"]]),
            pl.Series(words("state"), [words(f"state_{state}") for state in states["state"]]),
            pl.col("before").alias(words("what_if_before")),
            pl.col("after").alias(words("what_if_after")),
            pl.col("short_m2_before").round(2).alias(f"{words('short_m2')} {words('what_if_before')}"),
            pl.col("short_m2_after").round(2).alias(f"{words('short_m2')} {words('what_if_after')}"),
        )
        table(view, shown, "what_if_states_table")
        export(view, shown, "what_if_states", "what_if_states")
    _findings(view, simulation, place)


def _findings(view: View, simulation: Simulation, place: str) -> None:
    """The findings that differ. They are not findings of anybody: subjects are left out, ids lead nowhere."""
    words = view.words
    differing = simulation.difference().findings.filter(pl.col("jurisdiction") == place)
    st.subheader(words("what_if_differing"))
    if not differing.height:
        st.info(words("what_if_none"))
        return
    rules = {row["rule"]: row[f"rule_{words.language}"] for row in asked.names(view.reader).iter_rows(named=True)}
    grouped = differing.group_by("rule", "change").agg(
        pl.len().alias("findings"), pl.col("amount_before").sum(), pl.col("amount_after").sum()
    ).sort("rule", "change")  # fmt: skip
    shown = grouped.select(
        pl.Series(words("what_if_rule"), [f"{rule} {rules.get(rule, '')}" for rule in grouped["rule"]]),
        pl.Series(words("what_if_change"), [words(f"what_if_{change}") for change in grouped["change"]]),
        pl.col("findings").alias(words("count")),
        pl.col("amount_before").cast(pl.Float64).alias(f"{words('what_if_before')}（{words('yuan')}）"),
        pl.col("amount_after").cast(pl.Float64).alias(f"{words('what_if_after')}（{words('yuan')}）"),
    )
    table(view, shown, "what_if_findings_table")
    export(view, shown, "what_if_differing", "what_if_findings")


def show(view: View) -> None:
    """The page."""
    words = view.words
    headline(view, "what_if_question")
    st.warning(words("what_if_warning"), icon=":material/science:")
    places = reportable.places(view.reader)
    if not places:
        st.info(words("what_if_no_place"))
        return
    address = Address("what_if")
    place = st.selectbox(
        words("what_if_place"),
        places,
        format_func=words.jurisdiction,
        key=address.seed("of", one_of(places), places[0]),
    )
    address.keep("of", place)
    changes = _chosen(view, address, place)
    if not changes:
        st.caption(words("what_if_help"))
        return
    simulation = finished(view.data, changes)
    if simulation is None and st.button(words("what_if_run"), type="primary", icon=":material/play_arrow:"):
        _simulate(view, changes)
        simulation = finished(view.data, changes)
    if simulation is not None:
        _results(view, simulation, place)
