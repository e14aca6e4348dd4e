"""概览: what needs attention?"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl
import streamlit as st

from dashboards import decided
from dashboards.components import (
    Address,
    View,
    export,
    headline,
    link,
    one_of,
    opening_table,
    share_bar,
    state_parts,
    table,
)
from dashboards.figures.style import DEEP, SAND
from dashboards.formats import WAN, wan
from dashboards.places import place_name
from dashboards.queries import Reader, previous, shell
from dashboards.queries import findings as queue
from dashboards.queries import overview as asked
from dashboards.views.findings import as_shown
from pipelines.decisions import initial_state

FILTERS = ("by",)

OPEN = ("to_check", "checking")
NEWEST = 8
_DIMENSIONS = ("all", "age", "category", "living")
_GROUPS = {"category": "elder_category", "living": "living_arrangement"}


def _before(view: View) -> Reader | None:
    before = previous(view.publication)
    return replace(view.reader, publication=before) if before else None


def _change(now: float, then: float | None, form: str = "{:+,.0f}") -> str | None:
    return None if then is None else form.format(now - then)


def _tile(
    view: View,
    place: Any,
    label: str,
    value: str,
    change: str | None,
    trend: Sequence[float],
    below: str,
    page: str,
    parts: Sequence[tuple[str, float, str]] = (),
    **parameters: str,
) -> None:
    """A figure with its change and its way or its parts, and the page that it leads to."""
    words = view.words
    with place, st.container(border=True, height="stretch"):
        st.metric(
            words(label),
            value,
            delta=change,
            delta_color="off",
            delta_arrow="off" if change in {"+0", "-0"} else "auto",
            delta_description=words("since_before") if change is not None else None,
            help=words(f"{label}_definition"),
            chart_data=list(trend) if len(trend) > 2 else None,
            chart_type="bar",
        )
        if parts:
            share_bar(parts)
        st.caption(below)
        link(view, page, words("to_page", page=words(f"page_{page}")), ":material/arrow_forward:", **parameters)


def _leads(view: View, place: Any, before: Reader | None) -> None:
    words, scope = view.words, view.scope
    head, states = decided.states(view.data)
    counts = queue.counts(view.reader, queue.Wanted(scope), initial_state(), head, states)
    open_ones = counts.filter(pl.col("state").is_in(OPEN))
    yuan = float(open_ones["yuan"].sum() or 0)
    then = asked.findings_count(before, scope) if before else None
    _tile(
        view,
        place,
        "leads_open",
        f"{int(open_ones['findings'].sum()):,}",
        _change(asked.findings_count(view.reader, scope), then),
        asked.findings_by_month(view.reader, scope)["findings"].to_list(),
        words("leads_yuan", wan=wan(yuan)),
        "findings",
        decision=",".join(OPEN),
    )


def _money(view: View, place: Any, before: Reader | None) -> None:
    words, now = view.words, asked.money(view.reader, view.scope)
    held = float(now["held"]) + float(now["undisbursed"])
    then = asked.money(before, view.scope) if before else None
    change = None if then is None else (held - float(then["held"]) - float(then["undisbursed"])) / 10_000
    _tile(
        view,
        place,
        "money_held",
        wan(held, 0),
        _change(change, 0, "{:+,.0f}") if change is not None else None,
        asked.money_by_year(view.reader, view.scope)["yuan"].to_list(),
        words("money_parts", held=wan(now["held"], 0), undisbursed=wan(now["undisbursed"], 0)),
        "funds",
        [
            (words("money_is_held"), float(now["held"]), DEEP),
            (words("money_not_received"), float(now["undisbursed"]), SAND),
        ],
    )


def _complaints(view: View, place: Any, before: Reader | None) -> None:
    words, months = view.words, asked.complaints_by_month(view.reader, view.scope)
    upheld = int(months["upheld"].sum() or 0)
    then = asked.complaints_by_month(before, view.scope)["upheld"].sum() if before else None
    _tile(
        view,
        place,
        "complaints_upheld_all",
        f"{upheld:,}",
        _change(upheld, None if then is None else float(then)),
        [float(one) for one in months["upheld"]],
        words("complaints_of", received=f"{int(months['received'].sum() or 0):,}"),
        "complaints",
    )


def _areas(view: View, place: Any, before: Reader | None) -> None:
    words, states = view.words, asked.area_states(view.reader, view.scope)
    then = asked.area_states(before, view.scope) if before else None
    short = states.get("FAIL", 0)
    _tile(
        view,
        place,
        "areas_short",
        f"{short:,}",
        _change(short, None if then is None else then.get("FAIL", 0)),
        [],
        words(
            "areas_states",
            unknown=states.get("NOT_ASSESSABLE", 0),
            passed=states.get("PASS", 0),
            without=states.get("NO_RULE_IN_FORCE", 0),
        ),
        "facilities",
        state_parts(view, states),
    )


def _trends(view: View) -> None:
    """The figures in the small charts above, as tables, with what they mean; each for who has the page that it leads to."""
    words, scope = view.words, view.scope
    leads = asked.findings_by_month(view.reader, scope)
    years = asked.money_by_year(view.reader, scope)
    complaints = asked.complaints_by_month(view.reader, scope)
    every = {
        "findings": ("leads_open", leads.rename({"month": words("month"), "findings": words("page_findings")})),
        "funds": (
            "money_held",
            years.select(
                pl.col("year").cast(pl.String).alias(words("fiscal_year")),
                (pl.col("yuan") / WAN).alias(words.with_unit(words("money_short"), words("wan"))),
            ),
        ),
        "complaints": (
            "complaints_upheld_all",
            complaints.select(
                pl.col("month").alias(words("month")),
                pl.col("received", "upheld").cast(pl.Int64).name.map(words),
            ),
        ),
    }
    own = [found for page, found in every.items() if page in view.pages]
    if not own:
        return
    with st.expander(words("trends"), icon=":material/table:"):
        for column, (name, shown) in zip(st.columns(len(own)), own, strict=True):
            with column:
                st.caption(f"**{words(name)}** {words(f'{name}_definition')}")
                table(view, shown, f"trend_{name}")


def _news(view: View) -> None:
    """What is new since the user was here before."""
    words = view.words
    last = decided.last_visit(view.data, view.identity)
    st.subheader(words("news"))
    if last is None:
        st.caption(words("news_first"))
        return
    at, run = last
    told = [words("news_last", at=at[:16].replace("T", " "))]
    if run != view.publication.run:
        # A publication's name has its day in it: 000002-20250630-...
        day = f"{run[7:11]}-{run[11:13]}-{run[13:15]}"
        new = asked.new_since(view.reader, view.scope, day)
        told.append(words("news_publication", run=view.publication.run, as_of=view.publication.as_of))
        told.append(words("news_findings", count=f"{new['findings']:,}", wan=wan(new["yuan"] or 0)))
    _, states = decided.states(view.data)
    others = states.filter(
        pl.col("decided_at").dt.to_string("iso:strict").str.slice(0, 19) > at[:19], pl.col("user") != view.identity.user
    )
    seen = asked.seen_ids(view.reader, tuple(others["finding_id"].to_list())) if others.height else []
    told.append(words("news_decisions", count=len(seen)))
    st.markdown("\n".join(f"- {line}" for line in told))


def _newest(view: View) -> None:
    words = view.words
    st.subheader(words("newest_leads"), help=words("newest_leads_definition"))
    head, states = decided.states(view.data)
    wanted = queue.Wanted(view.scope, states=OPEN, order="newest")
    found = queue.queue(view.reader, wanted, initial_state(), head, states, 0, NEWEST)
    if not found.height:
        st.caption(words("no_leads"))
        return
    names = {
        row["rule"]: words.pick(row["name_zh"], row["name_en"])
        for row in queue.rules_found(view.reader).iter_rows(named=True)
    }
    shown = as_shown(view, found, names).select(
        [words(name) for name in ("rule", "amount_yuan", "division", "first_seen")]
    )
    opening_table(
        view,
        shown,
        "newest",
        [("finding", {"id": one}) for one in found["finding_id"]],
        {words("rule"): st.column_config.TextColumn(width=270)},
    )


def _group(view: View, dimension: str, people: str) -> str:
    """What a group of people is called."""
    words = view.words
    if dimension == "all":
        return words("coverage_all")
    if dimension == "age":
        return words("coverage_age", age=people) if people.isdigit() else words("not_stated")
    if people in {"none", "several"}:
        return words(f"coverage_{people}")
    return words.code(_GROUPS[dimension], None if people == "unknown" else people)


def _coverage(view: View) -> None:
    """Who is entitled and not served: rates with intervals. The list of people is the findings of rule E07."""
    words = view.words
    st.subheader(words("served_people"), help=words("served_people_definition"))
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        address = Address("overview")
        dimension = st.segmented_control(
            words("coverage_by"),
            _DIMENSIONS,
            format_func=lambda name: words(f"coverage_by_{name}"),
            key=address.seed("by", one_of(_DIMENSIONS), _DIMENSIONS[0]),
            required=True,
        )
        address.keep("by", dimension)
    with right:
        link(view, "findings", words("coverage_list"), ":material/flag:", rule="E07")
    found = asked.coverage(view.reader, view.scope, str(dimension))
    if not found.height:
        st.caption(words("coverage_nobody"))
        return
    hidden = words("coverage_hidden")
    shown = found.select(
        pl.Series(words("coverage_policy"), [words.jurisdiction(one) for one in found["jurisdiction"]]),
        pl.Series(
            words("division"),
            [place_name(one) if one else words("coverage_whole") for one in found["county"]],
            dtype=pl.String,
        ),
        pl.Series(words("coverage_group"), [_group(view, str(dimension), one) for one in found["people"]]),
        pl.col("entitled").alias(words("coverage_entitled")),
        pl.col("served").alias(words("coverage_served")),
        (pl.col("rate") * 100).round(1).alias(words("coverage_rate")),
        (pl.col("low") * 100).round(1).alias(words("interval_low")),
        (pl.col("high") * 100).round(1).alias(words("interval_high")),
        pl.when("is_hidden").then(pl.lit(hidden)).otherwise(pl.lit("")).alias(words("coverage_note")),
    )
    table(view, shown, "coverage_table")
    export(view, shown, "served_people", "served_people")


def _freshness(view: View) -> None:
    """How far each source reaches; late ones are named."""
    words = view.words
    st.subheader(words("freshness"), help=words("freshness_definition"))
    late = shell.late_sources(view.reader)
    if late:
        st.warning(words("late", sources=words.joined(words.source(one) for one in late)), icon=":material/schedule:")
    found = shell.freshness(view.reader)
    shown = found.select(
        pl.Series(words("source"), [words.source(one) for one in found["source"]], dtype=pl.String),
        pl.col("newest_on").alias(words("reaches_to")),
        pl.col("file_on").alias(words("newest_file")),
        pl.col("files").cast(pl.Int64).alias(words("file_count")),
        pl.col("rows").cast(pl.Int64).alias(words("row_count")),
        pl.Series(
            words("in_time"),
            [f"⚠ {words('is_late')}" if one in late else f"✓ {words('is_in_time')}" for one in found["source"]],
            dtype=pl.String,
        ),
    )
    table(view, shown, "freshness_table")
    export(view, shown, "freshness", "freshness")


def show(view: View) -> None:
    """The page."""
    headline(view, "overview_question")
    before = _before(view)
    for place, tile in zip(st.columns(4), (_leads, _money, _complaints, _areas), strict=True):
        tile(view, place, before)
    _trends(view)
    left, right = st.columns([9, 3], gap="medium")
    with left:
        _newest(view)
    with right:
        _news(view)
    _coverage(view)
    _freshness(view)
