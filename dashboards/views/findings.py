"""疑点: what must I check?"""

from collections.abc import Sequence
from typing import Any, get_args

import polars as pl
import streamlit as st

from dashboards import decided
from dashboards.components import (
    Address,
    View,
    a_number,
    export,
    four_states,
    headline,
    nothing,
    one_of,
    opening_table,
    short_keys,
    some_of,
    table,
)
from dashboards.formats import figure, wan
from dashboards.identity import may_do
from dashboards.places import place_name
from dashboards.queries import findings as asked
from dashboards.texts import Words
from pipelines.app_limits import app_limit
from pipelines.decisions import DecisionProblem, all_states, initial_state, steps_from

ROWS = 200
KINDS = ("breach", "lead", "gap")
FILTERS = ("rule", "kind", "decision", "yuan", "order")


def _rule_names(view: View) -> dict[str, str]:
    found = asked.rules_found(view.reader)
    return {row["rule"]: view.words.pick(row["name_zh"], row["name_en"]) for row in found.iter_rows(named=True)}


def _wanted(view: View, names: dict[str, str]) -> asked.Wanted:
    """The filters of the page, kept in its address."""
    words, address = view.words, Address("findings")
    first, second, third = st.columns([5, 3, 3])
    rule = first.selectbox(
        words("rule"),
        list(names),
        index=None,
        format_func=lambda code: f"{code} {names[code]}",
        placeholder=words("all_rules"),
        key=address.seed("rule", one_of(names)),
    )
    yuan_from = second.number_input(
        words("yuan_from"),
        min_value=0,
        value=None,
        step=1000,
        placeholder=words("no_limit"),
        key=address.seed("yuan", a_number),
    )
    orders = get_args(asked.Order)
    order = third.selectbox(
        words("order"),
        orders,
        index=None,
        format_func=lambda name: words(f"order_{name}"),
        placeholder=words("order_yuan"),
        key=address.seed("order", one_of(orders)),
    )
    fourth, fifth = st.columns([4, 7])
    kind = fourth.pills(
        words("kind"),
        KINDS,
        format_func=lambda code: words(f"kind_{code}"),
        wrap=True,
        key=address.seed("kind", one_of(KINDS)),
    )
    states = list(all_states())
    chosen = fifth.pills(
        words("decision_state"),
        states,
        selection_mode="multi",
        format_func=words.decision,
        wrap=True,
        key=address.seed("decision", some_of(states), nothing=[]),
    )
    for name, value in zip(FILTERS, (rule, kind, chosen, yuan_from, order), strict=True):
        address.keep(name, value)
    return asked.Wanted(view.scope, rule, kind, tuple(chosen), float(yuan_from) if yuan_from else None, order or "yuan")


def _told(view: View, wanted: asked.Wanted, names: dict[str, str]) -> View:
    """The view whose exports name the page's filters."""
    words = view.words
    told = {
        words("rule"): f"{wanted.rule} {names[wanted.rule]}" if wanted.rule else words("all_rules"),
        words("kind"): words(f"kind_{wanted.kind}") if wanted.kind else words("all_kinds"),
        words("decision_state"): words.joined(words.decision(state) for state in wanted.states) or words("all_states"),
        words("yuan_from"): f"{wanted.yuan_from:,.0f}" if wanted.yuan_from else "0",
    }
    return view.narrowed(told)


def _coverage(view: View, wanted: asked.Wanted) -> None:
    words = view.words
    found = asked.coverage(view.reader, view.scope, wanted.rule, wanted.kind)
    st.subheader(words("coverage"), help=words("coverage_definition"))
    if not found.height:
        st.caption(words("coverage_not_here"))
        return
    columns = {
        state: state.lower() if state not in {"FAIL", "PASS"} else f"{state.lower()}ed" for state in asked.STATES
    }
    four_states(view, {state: int(found[name].sum()) for state, name in columns.items()})
    with st.expander(words("coverage_by_rule")):
        st.caption(words("coverage_definition"))
        shown = found.select(
            pl.concat_str("rule", pl.lit(" "), f"name_{words.language}").alias(words("rule")),
            pl.Series(words("kind"), [words(f"kind_{kind}") for kind in found["kind"]]),
            *[pl.col(name).cast(pl.Int64).alias(words(f"four_{state}")) for state, name in columns.items()],
            pl.col("exempted").cast(pl.Int64).alias(words("exempted")),
        )
        table(view, shown, "coverage_table")
        export(view, shown, "coverage", "coverage")


def as_shown(view: View, found: pl.DataFrame, names: dict[str, str], *, in_full: bool = False) -> pl.DataFrame:
    """Findings in words. `in_full`: for a workbook, with whole keys and the figures behind."""
    words = view.words
    subject = (
        found["subject"] if in_full else pl.Series([short_keys(text) for text in found["subject"]], dtype=pl.String)
    )
    places = [words.joined(place_name(code) for code in codes or []) for codes in found["divisions"].to_list()]
    units = dict(asked.rules_found(view.reader).select("rule", "measure_unit").iter_rows())
    of_rule = [units[rule] for rule in found["rule"]]

    def written(name: str) -> pl.Expr | pl.Series:
        """On the screen a figure has its unit beside it; in a workbook it is a number."""
        if in_full:
            return pl.col(name).alias(words(name))
        told = [
            "" if value is None else f"{figure(value, unit)} {words.unit(unit)}"
            for value, unit in zip(found[name], of_rule, strict=True)
        ]
        return pl.Series(words(name), told, dtype=pl.String)

    of_measure = [pl.Series(words("unit"), [words.unit(unit) for unit in of_rule], dtype=pl.String)] if in_full else []
    return found.select(
        pl.Series(words("rule"), [f"{code} {names.get(code, '')}" for code in found["rule"]], dtype=pl.String),
        pl.col("amount").cast(pl.Float64).alias(words("amount_yuan")),
        pl.Series(words("decision_state"), [words.decision(state) for state in found["state"]], dtype=pl.String),
        pl.Series(words("division"), places, dtype=pl.String),
        subject.alias(words("finding_subject")),
        pl.col("period").alias(words("finding_period")),
        pl.Series(words("kind"), [words(f"kind_{kind}") for kind in found["kind"]], dtype=pl.String),
        written("measure"),
        written("limit"),
        *of_measure,
        pl.col("first_seen_on").alias(words("first_seen")),
        pl.col("finding_id").alias(words("finding_id")),
    )


def _queue(view: View, wanted: asked.Wanted, names: dict[str, str]) -> pl.DataFrame:
    """The rows on this page of the queue; the ones that are ticked are given back."""
    words = view.words
    head, states = decided.states(view.data)
    counts = asked.counts(view.reader, wanted, initial_state(), head, states)
    by_state = dict(counts.select("state", "findings").iter_rows())
    chosen = [state for state in all_states() if not wanted.states or state in wanted.states]
    whole = sum(by_state.get(state, 0) for state in chosen)
    yuan = sum(row["yuan"] or 0 for row in counts.iter_rows(named=True) if row["state"] in chosen)
    st.subheader(words("queue_title", count=f"{whole:,}", wan=wan(yuan)), help=words("queue_definition"))
    st.caption(
        "　".join(f"{words.decision(state)} **{by_state[state]:,}**" for state in all_states() if by_state.get(state))
    )
    if not whole:
        nothing(view, FILTERS)
        return pl.DataFrame()
    pages = (whole - 1) // ROWS + 1
    page = _page_number(words, whole, pages) if pages > 1 else 1
    found = asked.queue(view.reader, wanted, initial_state(), head, states, (page - 1) * ROWS, ROWS)
    event = opening_table(
        view,
        as_shown(view, found, names),
        "queue",
        [("finding", {"id": one}) for one in found["finding_id"]],
        {
            words("rule"): st.column_config.TextColumn(width=230),
        },
        on_select="rerun",
        selection_mode="multi-row",
        height=420 if found.height > 10 else "auto",
    )
    most = int(app_limit("bulk_findings", view.publication.as_of))
    export(
        _told(view, wanted, names),
        lambda: as_shown(
            view, asked.queue(view.reader, wanted, initial_state(), head, states, 0, 1_000_000), names, in_full=True
        ),
        "page_findings",
        "findings",
    )
    ticked = [row for row in event["selection"]["rows"] if row < found.height][:most]
    return found[ticked]


def _page_number(words: Words, whole: int, pages: int) -> int:
    """Which window of the rows is shown; the whole is told."""
    with st.container(horizontal=True, vertical_alignment="center"):
        page = st.number_input(
            words("page_of", pages=pages), 1, pages, 1, key="findings.page", width=150, label_visibility="collapsed"
        )
        first, last = (int(page) - 1) * ROWS + 1, min(int(page) * ROWS, whole)
        st.caption(f"{words('page_of', pages=pages)}　{words('rows_shown', first=first, last=last, all=f'{whole:,}')}")
    return int(page)


def _bulk(view: View, ticked: pl.DataFrame) -> None:
    """One decision with one reason on all that are ticked."""
    words = view.words
    st.subheader(words("bulk_title", count=ticked.height))
    if not ticked.height:
        st.caption(words("bulk_help"))
        return
    states = set(ticked["state"])
    if len(states) > 1:
        st.warning(words("bulk_mixed", states=words.joined(words.decision(state) for state in sorted(states))))
        return
    _decision_form(view, ticked.to_dicts(), next(iter(states)))


def _decision_form(view: View, rows: Sequence[dict[str, Any]], state: str) -> None:
    words = view.words
    steps = {words.pick(step.name_zh, step.name_en): step.to_state for step in steps_from(state)}
    if decided.moved("bulk", rows):
        st.warning(words("moved"), icon=":material/sync_problem:")
    with st.form(decided.form_key("bulk", rows)):
        step = st.segmented_control(words("next_step"), list(steps), default=next(iter(steps)), required=True)
        reason = st.text_area(words("reason_for_decision"), height=80, help=words("reason_help"))
        sent = st.form_submit_button(words("decide"), type="primary", icon=":material/gavel:")
    if not sent:
        return
    try:
        done = decided.decide(view.data, view.identity, view.publication.run, rows, steps[str(step)], reason)
    except DecisionProblem as problem:
        st.error(problem.say(words.language), icon=":material/error:")
        return
    st.session_state["told"] = words("decided_many", count=len(done))
    st.rerun()


def show(view: View) -> None:
    """The page."""
    headline(view, "findings_question")
    told = st.session_state.pop("told", None)
    if told:
        st.success(told, icon=":material/check:")
    names = _rule_names(view)
    wanted = _wanted(view, names)
    _coverage(view, wanted)
    ticked = _queue(view, wanted, names)
    if may_do(view.identity, "decide"):
        _bulk(view, ticked)
