"""机构: how much does each provider serve, and how is it rated?"""

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards.components import View, draw, export, headline, nothing, reach, table, total_line
from dashboards.formats import median
from dashboards.limits import app_limit
from dashboards.places import place_name
from dashboards.queries import scorecards as asked


def _chart(view: View, providers: pl.DataFrame, few: float) -> None:
    words = view.words
    enough = providers.filter(pl.col("visits") >= few)
    if not enough.height:
        return
    middle = median(enough["upheld_per_1000_visits"].to_list())
    figure = charts.rates(
        [name or code for name, code in enough.select("name", "provider_id").iter_rows()],
        enough["visits"].to_list(),
        enough["upheld_per_1000_visits"].to_list(),
        middle,
        (words("visits"), words("per_1000"), words("peer_median", value=f"{middle or 0:.2f}")),
    )
    st.subheader(words("providers_chart"))
    draw(view, figure, words("providers_chart_alt"), "rates")
    st.caption(words("providers_chart_definition", limit=f"{few:g}"))


def _shown(view: View, providers: pl.DataFrame, few: float) -> pl.DataFrame:
    words = view.words
    rates = [
        words("small") if row["visits"] < few else f"{row['upheld_per_1000_visits']:.2f}"
        for row in providers.iter_rows(named=True)
    ]
    return providers.select(
        pl.col("name").fill_null(pl.col("provider_id")).alias(words("provider")),
        pl.col("provider_id").alias(words("provider_code")),
        pl.col("division_code").map_elements(place_name, return_dtype=pl.String).alias(words("division")),
        pl.Series(words("registered"), [words("yes_word" if one else "no_word") for one in providers["is_registered"]]),
        pl.col("visits").alias(words("visits")),
        pl.col("public_visits").alias(words("public_visits")),
        pl.col("elders").alias(words("elders")),
        pl.col("ratings").alias(words("ratings")),
        pl.col("mean_satisfaction").round(2).alias(words("mean_rating")),
        pl.col("complaints_received").alias(words("complaints")),
        pl.col("complaints_upheld").alias(words("complaints_upheld")),
        pl.Series(words("per_1000"), rates),
        pl.col("last_visit_on").alias(words("last_visit")),
    )


def _complaints(view: View, row: dict[str, object]) -> None:
    words = view.words
    rows = asked.provider_complaints(view.reader, str(row["provider_id"]))
    st.subheader(f"{words('rows_behind')}：{row['name'] or row['provider_id']}")
    total_line(view, rows.height, str(rows.height), str(row["complaints_received"]))
    lists = {
        "source": "complaint_source",
        "target_kind": "complaint_target",
        "category": "complaint_category",
        "verdict": "verdict",
    }
    shown = rows.select(
        [
            pl.Series(name, [words.code(lists[name], code) for code in rows[name]]) if name in lists else pl.col(name)
            for name in rows.columns
            if name not in {"jurisdiction", "month"}
        ]
    )
    table(view, shown, "provider_rows")
    export(view, shown, "rows_behind", "provider_rows")


def show(view: View) -> None:
    """The page."""
    headline(view, "providers_question")
    providers = asked.providers(view.reader, view.scope)
    if not providers.height:
        nothing(view)
        return
    few = app_limit("few_visits", view.publication.as_of)
    words = view.words
    columns = st.columns(4)
    columns[0].metric(words("page_providers"), f"{providers.height:,}")
    columns[1].metric(words("visits"), f"{providers['visits'].sum():,}")
    columns[2].metric(words("ratings"), f"{providers['ratings'].sum():,}")
    columns[3].metric(words("complaints_upheld"), f"{providers['complaints_upheld'].sum():,}")
    _chart(view, providers, few)
    st.subheader(words("table"))
    shown = _shown(view, providers, few)
    chosen = table(view, shown, "provider_table", selectable=True)
    export(view, shown, "page_providers", "providers")
    if chosen is not None:
        _complaints(view, providers.row(chosen, named=True))
    reach(view, ["providers", "visits", "complaints"])
