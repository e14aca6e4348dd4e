"""资金: did the money reach services?"""

from typing import Any

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards.components import View, chart, export, headline, nothing, reach, table, total_line
from dashboards.formats import in_wan, share, wan, yuan
from dashboards.places import place_name
from dashboards.queries import funds as asked

_STEPS = ("budget", "allocated_in", "received_in", "passed_on", "paid", "refunded")


def _figures(view: View, usage: pl.DataFrame) -> None:
    words = view.words
    totals = {name: float(usage[name].sum()) for name in _STEPS}
    net = totals["paid"] - totals["refunded"]
    unit = words("wan")
    columns = st.columns(4)
    columns[0].metric(f"{words('budget')}（{unit}）", wan(totals["budget"]))
    columns[1].metric(f"{words('received_in')}（{unit}）", wan(totals["received_in"]))
    columns[2].metric(f"{words('net_paid')}（{unit}）", wan(net))
    columns[3].metric(words("used_share"), share(net / totals["budget"]) if totals["budget"] else words("no_budget"))


def _flow(view: View, usage: pl.DataFrame) -> None:
    labels = [view.words(name) for name in _STEPS]
    chart(view, charts.money_steps(labels, [float(usage[name].sum()) for name in _STEPS]), "funds_flow", "flow")


def _use(view: View, usage: pl.DataFrame) -> None:
    words = view.words
    grouped = (
        usage.group_by("programme")
        .agg(pl.col("budget", "paid", "refunded").sum(), pl.col("has_budget").any())
        .with_columns(net=(pl.col("paid") - pl.col("refunded")).cast(pl.Float64))
        .sort("net", "programme", descending=[True, False], nulls_last=True)
    )
    figure = charts.paid_beside_budget(
        [words.code("programme", code) for code in grouped["programme"]],
        [float(row["budget"]) if row["has_budget"] else None for row in grouped.iter_rows(named=True)],
        grouped["net"].to_list(),
        (words("budget"), words("net_paid"), words("no_budget")),
    )
    chart(view, figure, "funds_use", "use")


def _shown(view: View, usage: pl.DataFrame) -> pl.DataFrame:
    words = view.words
    unit = words("wan")
    return usage.select(
        pl.col("division_code").map_elements(place_name, return_dtype=pl.String).alias(words("division")),
        pl.col("division_code").alias(words("division_code")),
        pl.col("fiscal_year").cast(pl.String).alias(words("fiscal_year")),
        pl.Series(words("programme"), [words.code("programme", code) for code in usage["programme"]]),
        pl.Series(words("fund_source"), [words.code("fund_source", code) for code in usage["fund_source"]]),
        *[in_wan(name).alias(f"{words(name)}（{unit}）") for name in _STEPS],
    )


def _rows_behind(view: View, row: dict[str, Any]) -> None:
    words = view.words
    kinds = {words(kind): kind for kind in ("payments", "transfers", "budgets")}
    chosen = st.segmented_control(
        words("rows_behind"), list(kinds), default=words("payments"), required=True, key="fund_rows_kind"
    )
    kind = kinds[str(chosen)]
    rows = asked.fund_rows(
        view.reader,
        kind,
        row["division_code"],
        row["fiscal_year"],
        row["programme"],
        row["fund_source"],
    )
    amount = "allocated_amount" if kind == "transfers" else "amount"
    figures = {"payments": ("paid", "refunded"), "transfers": ("allocated_in", None), "budgets": ("budget", None)}
    plus, minus = figures[kind]
    figure = float(row[plus]) - (float(row[minus]) if minus else 0)
    total_line(view, rows.height, yuan(float(rows[amount].sum())), yuan(figure))
    coded = {"programme", "fund_source", "purpose", "payee_kind", "account_kind"}
    dropped = {"jurisdiction", "from_jurisdiction", "to_jurisdiction", "payee_account"}
    shown = rows.select(
        [
            pl.Series(name, [words.code(name, code) for code in rows[name]]) if name in coded else pl.col(name)
            for name in rows.columns
            if name not in dropped
        ]
    )
    table(view, shown, "fund_rows")
    export(view, shown, "rows_behind", "fund_rows")


def show(view: View) -> None:
    """The page."""
    headline(view, "funds_question")
    usage = asked.fund_usage(view.reader, view.scope)
    if not usage.height:
        nothing(view)
        return
    _figures(view, usage)
    left, right = st.columns(2)
    with left:
        _flow(view, usage)
    with right:
        _use(view, usage)
    st.subheader(view.words("table"))
    shown = _shown(view, usage)
    chosen = table(view, shown, "fund_table", selectable=True)
    export(view, shown, "page_funds", "funds")
    if chosen is not None:
        _rows_behind(view, usage.row(chosen, named=True))
    reach(view, ["budgets", "fund_transfers", "payments"])
