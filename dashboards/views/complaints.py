"""投诉: how many complaints are there, and how are they handled?"""

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards.components import View, chart, export, headline, nothing, reach, table, total_line
from dashboards.limits import app_limit
from dashboards.places import place_name
from dashboards.queries import complaints as asked

_OUTCOMES = ("upheld", "partly_upheld", "not_upheld", "pending")


def _figures(view: View, counts: pl.DataFrame) -> None:
    words = view.words
    columns = st.columns(4)
    columns[0].metric(words("received"), f"{counts['received'].sum():,}")
    columns[1].metric(
        words("upheld_all"), f"{counts.select(pl.sum_horizontal('upheld', 'partly_upheld').sum()).item():,}"
    )
    columns[2].metric(words("pending"), f"{counts['pending'].sum():,}")
    columns[3].metric(words("closed"), f"{counts['closed'].sum():,}")


def _by_month(view: View, counts: pl.DataFrame) -> None:
    months = counts.group_by("month").agg(pl.col(*_OUTCOMES).sum()).sort("month")
    series = [(view.words(name), months[name].to_list()) for name in _OUTCOMES]
    chart(view, charts.stacked_months(months["month"].to_list(), series), "complaints_by_month", "months")


def _by_category(view: View, counts: pl.DataFrame) -> None:
    words = view.words
    grouped = (
        counts.group_by("category")
        .agg(pl.col("received").sum(), upheld_all=(pl.col("upheld") + pl.col("partly_upheld")).sum())
        .sort("received", "category", descending=[True, False], nulls_last=True)
    )
    figure = charts.paired_bars(
        [words.code("complaint_category", code) for code in grouped["category"]],
        (words("received"), grouped["received"].to_list()),
        (words("upheld_all"), grouped["upheld_all"].to_list()),
    )
    chart(view, figure, "complaints_by_category", "categories")


def _shown(view: View, counts: pl.DataFrame) -> pl.DataFrame:
    words = view.words
    return counts.select(
        pl.col("division_code").map_elements(place_name, return_dtype=pl.String).alias(words("division")),
        pl.col("month").alias(words("month")),
        pl.Series(words("target_kind"), [words.code("complaint_target", code) for code in counts["target_kind"]]),
        pl.Series(words("category"), [words.code("complaint_category", code) for code in counts["category"]]),
        *[pl.col(name).alias(words(name)) for name in ("received", *_OUTCOMES, "closed", "replied")],
        pl.col("median_days_to_close").alias(words("median_days")),
    )


def _rows_behind(view: View, row: dict[str, object]) -> None:
    words = view.words
    category = row["category"]
    rows = asked.complaint_rows(
        view.reader,
        str(row["division_code"]),
        str(row["month"]),
        str(row["target_kind"]),
        str(category) if category is not None else None,
    )
    st.subheader(words("rows_behind"))
    total_line(view, rows.height, str(rows.height), str(row["received"]))
    lists = {"source": "complaint_source", "target_kind": "complaint_target", "category": "complaint_category"}
    lists["verdict"] = "verdict"
    shown = rows.select(
        [
            pl.Series(name, [words.code(lists[name], code) for code in rows[name]]) if name in lists else pl.col(name)
            for name in rows.columns
            if name not in {"jurisdiction", "month"}
        ]
    )
    table(view, shown, "complaint_rows")
    export(view, shown, "rows_behind", "complaint_rows")


def show(view: View) -> None:
    """The page."""
    headline(view, "complaints_question")
    counts = asked.complaint_counts(view.reader, view.scope)
    if not counts.height:
        nothing(view)
        return
    _figures(view, counts)
    few = app_limit("few_complaints", view.publication.as_of)
    if counts["received"].sum() < few:
        st.warning(view.words("few", limit=f"{few:g}"))
    left, right = st.columns(2)
    with left:
        _by_month(view, counts)
    with right:
        _by_category(view, counts)
    st.subheader(view.words("table"))
    shown = _shown(view, counts)
    chosen = table(view, shown, "complaint_table", selectable=True)
    export(view, shown, "page_complaints", "complaints")
    if chosen is not None:
        _rows_behind(view, counts.row(chosen, named=True))
    reach(view, ["complaints"])
