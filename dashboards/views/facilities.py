"""设施: where are rooms or land for care short?"""

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards.components import View, chart, export, headline, nothing, reach, table, total_line
from dashboards.limits import Parameter, app_limit, parameters
from dashboards.places import place_name
from dashboards.queries import facilities as asked

_STATES = ("FAIL", "NOT_ASSESSABLE", "PASS", "NO_RULE_IN_FORCE")


def _state_counts(view: View, frame: pl.DataFrame) -> None:
    columns = st.columns(len(_STATES))
    for column, state in zip(columns, _STATES, strict=True):
        column.metric(view.words(f"state_{state}"), f"{(frame['state'] == state).sum():,}")


def _area_chart(view: View, areas: pl.DataFrame) -> None:
    words = view.words
    short = areas.filter(pl.col("state") == "FAIL")
    if not short.height:
        return
    most = int(app_limit("areas_in_chart", view.publication.as_of))
    first = short.head(most)
    labels = [f"{row['name']} {row['residential_area_id']}" for row in first.iter_rows(named=True)]
    figure = charts.dumbbells(
        labels,
        first["provided_m2"].to_list(),
        first["required_m2"].to_list(),
        (words("provided_m2"), words("required_m2")),
    )
    chart(view, figure, "areas", "areas")
    st.caption(words("areas_shown", shown=first.height, all=short.height))


def _area_table(view: View, areas: pl.DataFrame) -> None:
    words = view.words
    shown = areas.select(
        pl.col("name").alias(words("name")),
        pl.Series(words("state"), [words(f"state_{state}") for state in areas["state"]]),
        pl.col("residential_area_id").alias(words("area_id")),
        pl.col("division_code").map_elements(place_name, return_dtype=pl.String).alias(words("division")),
        pl.Series(words("stage"), [words.code("area_stage", code) for code in areas["stage"]]),
        pl.col("households").alias(words("households")),
        pl.col("required_m2").round(2).alias(words("required_m2")),
        pl.col("provided_m2").round(2).alias(words("provided_m2")),
        pl.col("short_m2").round(2).alias(words("short_m2")),
        pl.col("m2_per_100_households").alias(words("per_100")),
        pl.col("file").alias(words("file")),
        pl.col("sheet").alias(words("sheet")),
        pl.col("line").alias(words("line")),
    )
    table(view, shown, "area_table")
    export(view, shown, "areas", "areas")


def _basis(view: View, rules: tuple[str, ...]) -> None:
    """The limits that the page rests on: article verbatim, value, origin and in-force days."""
    words = view.words
    with st.expander(words("basis"), expanded=True):
        for parameter in parameters(rules):
            _one_basis(view, parameter)


def _one_basis(view: View, parameter: Parameter) -> None:
    words = view.words
    days = words("limit_from", day=parameter.valid_from) + (f" – {parameter.valid_to}" if parameter.valid_to else "")
    place = words.jurisdiction(parameter.jurisdiction)
    st.markdown(
        f"**{parameter.rule} · {place}** {parameter.document} {parameter.article}　“{parameter.quote}”  \n"
        f"{words('value')} {parameter.value} {words.unit(parameter.unit)} · {words(f'basis_{parameter.basis}')} · {days}"
    )


def _land(view: View, land: pl.DataFrame) -> None:
    words = view.words
    judged = land.filter(pl.col("state") != "NO_RULE_IN_FORCE")
    drawn = judged if judged.height else land
    required = drawn["required_m2_per_resident"].drop_nulls()
    figure = charts.land_bars(
        [place_name(code) for code in drawn["division_code"]],
        drawn["m2_per_resident"].to_list(),
        drawn["state"].to_list(),
        float(required[0]) if required.len() else None,
        words("required_per_resident"),
    )
    chart(view, figure, "land", "land")
    shown = land.select(
        pl.col("division_code").map_elements(place_name, return_dtype=pl.String).alias(words("division")),
        pl.col("division_code").alias(words("division_code")),
        pl.col("year").cast(pl.String).alias(words("fiscal_year")),
        pl.col("residents").alias(words("residents")),
        pl.col("land_m2").round(2).alias(words("land_m2")),
        pl.col("m2_per_resident").alias(words("per_resident")),
        pl.col("required_m2_per_resident").alias(words("required_per_resident")),
        pl.col("short_m2").round(2).alias(words("short_m2")),
        pl.Series(words("state"), [words(f"state_{state}") for state in land["state"]]),
    )
    chosen = table(view, shown, "land_table", selectable=True)
    export(view, shown, "land", "land")
    if chosen is not None:
        row = land.row(chosen, named=True)
        rows = asked.land_rows(view.reader, row["division_code"])
        st.subheader(words("rows_behind"))
        total_line(view, rows.height, f"{rows['land_area'].sum():,.2f}", f"{row['land_m2']:,.2f}")
        coded = rows.with_columns(pl.Series("kind", [words.code("facility_kind", code) for code in rows["kind"]]))
        table(view, coded, "land_rows")
        export(view, coded, "rows_behind", "land_rows")


def show(view: View) -> None:
    """The page."""
    headline(view, "facilities_question")
    areas, land = asked.areas(view.reader, view.scope), asked.land(view.reader, view.scope)
    if not areas.height and not land.height:
        nothing(view)
        return
    if areas.height:
        _state_counts(view, areas)
        _area_chart(view, areas)
        _area_table(view, areas)
        _basis(view, ("A01", "A02"))
    if land.height:
        _land(view, land)
        _basis(view, ("A03",))
    reach(view, ["residential_areas", "facilities", "division_statistics"])
