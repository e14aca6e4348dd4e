"""投诉: who is outside what chance explains, and who comes near a threshold?

Levels in the address: `peers` (a peer group), `provider` (a provider of it), `counter` (rule|place|subject), `counted` (a
row of the counts).
"""

from typing import Any

import polars as pl
import streamlit as st

from dashboards import ways
from dashboards.components import View, export, headline, nothing, reach, table, total_line
from dashboards.figures.complaints import (
    Counter,
    InFunnel,
    Limits,
    Series,
    counters,
    funnel,
    monthly,
    paired_bars,
    stacked_months,
)
from dashboards.limits import app_limit
from dashboards.places import place_names
from dashboards.queries import cards
from dashboards.queries import complaints as counts_of
from dashboards.queries import upheld as asked

FILTERS = ("peers", "provider", "counter", "counted")

_OUTCOMES = ("upheld", "partly_upheld", "not_upheld", "pending")
_CODED = {
    "source": "complaint_source",
    "target_kind": "complaint_target",
    "category": "complaint_category",
    "verdict": "verdict",
}
_LEFT_OUT = {"jurisdiction", "month", "facility_id"}


def _figures(view: View, counts: pl.DataFrame) -> None:
    words = view.words
    upheld = counts.select(pl.sum_horizontal("upheld", "partly_upheld").sum()).item()
    figures = {
        "received": counts["received"].sum(),
        "upheld_all": upheld,
        "pending": counts["pending"].sum(),
        "closed": counts["closed"].sum(),
    }
    for column, (name, figure) in zip(st.columns(4), figures.items(), strict=True):
        column.metric(words.with_unit(words(name), words("piece")), f"{figure:,}")
    few = app_limit("few_complaints", view.publication.as_of)
    if counts["received"].sum() < few:
        st.warning(words("few", limit=f"{few:g}"), icon=":material/info:")


def complaint_table(view: View, rows: pl.DataFrame) -> pl.DataFrame:
    """Complaints as they are shown: codes as words, places as names."""
    words = view.words
    return rows.select(
        pl.Series(words(f"col_{name}"), [words.code(_CODED[name], code) for code in rows[name]], dtype=pl.String)
        if name in _CODED
        else place_names(rows[name]).alias(words("division"))
        if name == "division_code"
        else pl.col(name).alias(words(f"col_{name}"))
        for name in rows.columns
        if name not in _LEFT_OUT
    )


# ---- a provider among its peers -----------------------------------------------------------------------------------


def _label(row: dict[str, Any]) -> str:
    return str(row["name"] or row["provider"])


def _peers(view: View) -> str | None:
    # Each card has its place in the funnel.
    options = cards.peer_groups(view.reader, view.scope)
    if not options:
        return None
    left, _ = st.columns([1, 2])
    with left:
        return ways.pick(view, "peers", options, "peers", options[0], view.words.jurisdiction, ["provider"])


def _funnel(view: View, jurisdiction: str) -> None:
    words = view.words
    found = asked.funnel(view.reader, jurisdiction).filter(pl.col("rate").is_not_null() & (pl.col("visits") > 0))
    if not found.height:
        return
    first = found.row(0, named=True)
    inner, outer = (
        asked.setting(view.reader, jurisdiction, f"funnel_{which}_confidence") for which in ("inner", "outer")
    )
    limits = Limits(first["target"], first["phi"] or 1.0, inner, outer)
    points = [
        InFunnel(row["provider"], _label(row), row["visits"], row["complaints"], row["rate"], row["position"])
        for row in found.iter_rows(named=True)
    ]
    figure = funnel(
        points,
        limits,
        (words("visits"), words("per_1000"), words("pooled_rate")),
        (f"{inner:.0%}", f"{outer:.1%}"),
    )
    shown = found.select(
        pl.Series(words("provider"), [_label(row) for row in found.iter_rows(named=True)]),
        pl.col("provider").alias(words("provider_code")),
        pl.col("visits").alias(words("visits")),
        pl.col("complaints").alias(words("complaints_upheld")),
        pl.col("rate").round(3).alias(words("per_1000")),
        pl.Series(words("position"), [words(f"position_{one}") for one in found["position"]]),
        pl.col("low998", "low95", "high95", "high998").round(3),
        pl.col("phi").round(3),
    ).rename({name: words(f"col_{name}") for name in ("low998", "low95", "high95", "high998", "phi")})
    outside = [point.label for point in points if point.position != "inside"]
    told = words("funnel_told", all=len(points), outside=len(outside), names="、".join(outside) or words("none"))
    values = {
        "peers": words.jurisdiction(jurisdiction),
        "count": len(points),
        "phi": f"{limits.phi:.2f}",
        "widened": words("funnel_widened" if limits.phi > 1 else "funnel_not_widened"),
    }
    ways.chart(view, figure, "funnel", shown, told, ("provider",), values, found["provider"].to_list())


def _provider(view: View, provider: str, jurisdiction: str) -> None:
    words = view.words
    found = asked.funnel(view.reader, jurisdiction).filter(pl.col("provider") == provider)
    if not found.height:
        ways.not_there(view, "provider")
        return
    row = found.row(0, named=True)
    ways.back(view, "back_to_peers", "provider")
    st.subheader(_label(row))
    st.caption(f"{row['provider']} · {words('peers')} {words.jurisdiction(jurisdiction)}")
    columns = st.columns(4)
    columns[0].metric(words("visits"), f"{row['visits']:,}")
    columns[1].metric(words.with_unit(words("complaints_upheld"), words("piece")), f"{row['complaints']:,}")
    columns[2].metric(words("per_1000"), "" if row["rate"] is None else f"{row['rate']:.2f}")
    columns[3].metric(words("position"), words(f"position_{row['position']}") if row["position"] else words("small"))
    ways.page_link(view, "scorecards", words("to_card"), ":material/grade:", provider=provider)
    _months(view, provider, jurisdiction)
    st.subheader(words("complaints_behind"))
    rows = asked.provider_upheld(view.reader, provider, jurisdiction)
    total_line(view, rows.height, str(rows.height), str(row["complaints"]))
    shown = complaint_table(view, rows)
    table(view, shown, "provider_complaints")
    export(view, shown, "complaints_behind", "provider_complaints")


def _months(view: View, provider: str, jurisdiction: str) -> None:
    words = view.words
    months = asked.months(view.reader, provider, jurisdiction)
    months = months.filter((pl.col("visits") > 0).cum_max() & (pl.col("visits") > 0).cum_max(reverse=True))
    if not months.height:
        return
    named = months["month"].dt.strftime("%Y-%m").to_list()
    lines = (words("mean"), words("upper_limit"), words("lower_limit"))
    left, right = st.columns(2)
    first = months.row(0, named=True)
    with left:
        notes = [
            words("of_visits", k=k, n=f"{n:,}") for k, n in zip(months["complaints"], months["visits"], strict=True)
        ]
        series = Series(
            named, months["rate"].to_list(), notes, first["rate_centre"], first["rate_low"], first["rate_high"]
        )
        shown = months.select(
            pl.Series(words("month"), named),
            pl.col("complaints").alias(words("complaints_upheld")),
            pl.col("visits").alias(words("visits")),
            pl.col("rate").round(3).alias(words("per_1000")),
        )
        ways.chart(view, monthly(series, lines, words("per_1000")), "rate_by_month", shown)
    with right:
        notes = [
            words("of_ratings", k=k, n=f"{n:,}") for k, n in zip(months["satisfied"], months["ratings"], strict=True)
        ]
        series = Series(
            named,
            months["satisfied_share"].to_list(),
            notes,
            first["share_centre"],
            first["share_low"],
            first["share_high"],
        )
        shown = months.select(
            pl.Series(words("month"), named),
            pl.col("satisfied").alias(words("satisfied")),
            pl.col("ratings").alias(words("ratings")),
            pl.col("satisfied_share").round(4).alias(words("satisfied_share")),
        )
        ways.chart(view, monthly(series, lines, words("satisfied_share"), is_share=True), "share_by_month", shown)


# ---- thresholds of the text ---------------------------------------------------------------------------------------


def _counter_label(view: View, row: dict[str, Any]) -> str:
    # A worker stands here by a key, of which the beginning is enough to tell workers apart.
    who = row["subject"] if row["rule"] == "C03" else f"{view.words('worker')} {row['subject'][:8]}"
    return f"{who} · {row['name'] or row['provider_id'] or ''}".strip(" ·")


def _counters(view: View) -> None:
    words = view.words
    found = asked.counters(view.reader, view.scope)
    if not found.height:
        st.subheader(words("counters"))
        st.info(words("no_counters"))
        return
    most = int(app_limit("rows_in_chart", view.publication.as_of))
    keys = [f"{row['rule']}|{row['jurisdiction']}|{row['subject']}" for row in found.iter_rows(named=True)]
    marks = [
        Counter(key, _counter_label(view, row), row["complaints"], row["threshold"])
        for key, row in zip(keys, found.iter_rows(named=True), strict=True)
    ]
    shown = found.select(
        pl.Series(words("row_kind"), [words(f"counter_{rule}") for rule in found["rule"]]),
        pl.Series(words("subject"), [mark.label for mark in marks]),
        pl.col("complaints").alias(words("complaints_upheld")),
        pl.col("threshold").alias(words("threshold")),
        pl.col("reached_on").alias(words("reached_on")),
        pl.Series(
            words("origin"), [words(f"basis_{basis}") if basis else "" for basis in found["basis"]], dtype=pl.String
        ),
    )
    figure = counters(
        marks[:most], (words("counted"), words("left_to_threshold"), words("threshold_reached")), words("piece")
    )
    told = words("counters_told", all=len(marks), reached=sum(mark.complaints >= mark.threshold for mark in marks))
    ways.chart(view, figure, "counters", shown, told, ("counter",), ids=keys)
    ways.window(view, min(most, len(marks)), len(marks), "first_marks")
    chosen = ways.asked("counter", keys)
    if chosen is None:
        return
    row = found.row(keys.index(chosen), named=True)
    rows = asked.counter_rows(view.reader, row["rule"], row["jurisdiction"], row["subject"])
    st.subheader(words("rows_of", what=_counter_label(view, row)))
    total_line(view, rows.height, str(rows.height), str(row["complaints"]))
    behind = complaint_table(view, rows)
    table(view, behind, "counter_rows")
    export(view, behind, "counters", "counter_rows")
    ways.back(view, "close", "counter")


# ---- all complaints -----------------------------------------------------------------------------------------------


def _by_month(view: View, counts: pl.DataFrame) -> None:
    words = view.words
    months = counts.group_by("month").agg(pl.col(*_OUTCOMES).sum()).sort("month")
    series = [(words(name), months[name].to_list()) for name in _OUTCOMES]
    shown = months.rename({name: words(name) for name in ("month", *_OUTCOMES)})
    ways.chart(view, stacked_months(months["month"].to_list(), series), "complaints_by_month", shown)


def _by_category(view: View, counts: pl.DataFrame) -> None:
    words = view.words
    grouped = (
        counts.group_by("category")
        .agg(pl.col("received").sum(), upheld_all=(pl.col("upheld") + pl.col("partly_upheld")).sum())
        .sort("received", "category", descending=[True, False], nulls_last=True)
    )
    labels = [words.code("complaint_category", code) for code in grouped["category"]]
    figure = paired_bars(
        labels,
        (words("received"), grouped["received"].to_list()),
        (words("upheld_all"), grouped["upheld_all"].to_list()),
    )
    shown = pl.DataFrame(
        {words("category"): labels, words("received"): grouped["received"], words("upheld_all"): grouped["upheld_all"]}
    )
    ways.chart(view, figure, "complaints_by_category", shown)


def _shown(view: View, counts: pl.DataFrame) -> pl.DataFrame:
    words = view.words
    return counts.select(
        place_names(counts["division_code"]).alias(words("division")),
        pl.col("month").alias(words("month")),
        pl.Series(words("target_kind"), [words.code("complaint_target", code) for code in counts["target_kind"]]),
        pl.Series(words("category"), [words.code("complaint_category", code) for code in counts["category"]]),
        *[pl.col(name).alias(words(name)) for name in ("received", *_OUTCOMES, "closed", "replied")],
        pl.col("median_days_to_close").alias(words("median_days")),
    )


def _rows_behind(view: View, row: dict[str, Any]) -> None:
    words = view.words
    rows = counts_of.complaint_rows(
        view.reader, row["division_code"], row["month"], row["target_kind"], row["category"]
    )
    st.subheader(words("rows_behind"))
    total_line(view, rows.height, str(rows.height), str(row["received"]))
    shown = complaint_table(view, rows)
    table(view, shown, "complaint_rows")
    export(view, shown, "rows_behind", "complaint_rows")


def _all(view: View, counts: pl.DataFrame) -> None:
    st.subheader(view.words("complaint_counts_table"))
    shown = _shown(view, counts)
    keys = [
        "|".join([row["division_code"], row["month"], row["target_kind"], row["category"] or ""])
        for row in counts.iter_rows(named=True)
    ]
    ways.rows(view, shown, "complaint_table", ("counted",), keys)
    export(view, shown, "page_complaints", "complaints")
    chosen = ways.asked("counted", keys)
    if chosen is not None:
        _rows_behind(view, counts.row(keys.index(chosen), named=True))


def show(view: View) -> None:
    """The page."""
    headline(view, "complaints_question")
    provider = ways.asked("provider")
    jurisdiction = _peers(view)
    if provider and jurisdiction:
        _provider(view, provider, jurisdiction)
        return
    counts = counts_of.complaint_counts(view.reader, view.scope)
    if not counts.height:
        nothing(view)
        return
    _figures(view, counts)
    if jurisdiction:
        _funnel(view, jurisdiction)
    _counters(view)
    left, right = st.columns(2)
    with left:
        _by_month(view, counts)
    with right:
        _by_category(view, counts)
    _all(view, counts)
    reach(view, ["complaints", "visits"])
