"""设施: where are rooms or land for care short, and did rooms come with the homes?

Levels in the address: `county` (a square of the map), `area` (a residential area), `land` (a division).
"""

from typing import Any

import polars as pl
import streamlit as st

from dashboards import ways
from dashboards.components import View, export, headline, nothing, reach, table, total_line
from dashboards.figures.facilities import Area, Land, StepOfArea, Tile, delivery_matrix, dumbbells, land_bars, tile_map
from dashboards.figures.style import STATES
from dashboards.limits import Parameter, app_limit, parameters
from dashboards.places import place_name, place_names
from dashboards.queries import facilities as areas_of
from dashboards.queries import money, rooms
from dashboards.tiles import SCREEN, arranged

FILTERS = ("county", "area", "land")

_STEPS = ("planned", "started", "accepted", "delivered")
_AREA_RULES = ("A01", "A02", "A04", "A05")


def _names(view: View) -> dict[str, str]:
    return {state: view.words(f"state_{state}") for state in STATES}


def _state_counts(view: View, frame: pl.DataFrame) -> None:
    words = view.words
    st.caption(words("areas_counted"))
    columns = st.columns(5)
    short = float(frame["short_m2"].sum() or 0)
    columns[0].metric(words("short_m2"), f"{short:,.1f}", help=words("short_help"))
    for column, state in zip(columns[1:], STATES, strict=True):
        column.metric(
            words(f"state_{state}"), f"{(frame['state'] == state).sum():,}", help=words(f"areas_{state}_help")
        )


# ---- the map ------------------------------------------------------------------------------------------------------


def county_state(row: dict[str, Any]) -> str:
    """One state for a county: short somewhere, else not assessable somewhere, else a pass, else no rule."""
    if row["short"]:
        return "FAIL"
    if row["not_assessable"]:
        return "NOT_ASSESSABLE"
    return "PASS" if row["passed"] else "NO_RULE_IN_FORCE"


def _told(view: View, row: dict[str, Any]) -> str:
    words = view.words
    match county_state(row):
        case "FAIL":
            return f"{row['short_m2']:,.0f} m²"
        case "NOT_ASSESSABLE":
            return f"{row['not_assessable']} {words('areas_word')}"
        case "PASS":
            return words("not_short")
        case _:
            return words("no_rule_word")


def _map(view: View) -> None:
    words = view.words
    found = rooms.counties(view.reader, view.scope)
    places = arranged(found["county"].to_list())
    tiles = []
    for row in found.iter_rows(named=True):
        column, line = places[row["county"]]
        name = place_name(row["county"])
        city = place_name(f"{row['county'][:4]}00")
        short_name = name.removeprefix(city) or name
        state = county_state(row)
        hover = words(
            "map_hover",
            name=name,
            areas=row["areas"],
            short=row["short"],
            m2=f"{row['short_m2']:,.1f}",
            na=row["not_assessable"],
        )
        tiles.append(Tile(row["county"], city, short_name, column, line, state, _told(view, row), hover))
    shown = found.select(
        place_names(found["county"]).alias(words("division")),
        pl.col("areas").alias(words("areas_word")),
        pl.col("short").alias(words("short_areas")),
        pl.col("short_m2").round(2).alias(words("short_m2")),
        pl.col("not_assessable").alias(words("state_NOT_ASSESSABLE")),
        pl.col("passed").alias(words("state_PASS")),
        pl.col("no_rule").alias(words("state_NO_RULE_IN_FORCE")),
    )
    told = "；".join(f"{tile.name} {tile.told}" for tile in tiles)
    figure = tile_map(tiles, _names(view), SCREEN)
    ways.chart(view, figure, "area_map", shown, told, ("county",), ids=found["county"].to_list())


# ---- areas --------------------------------------------------------------------------------------------------------


def _area_chart(view: View, areas: pl.DataFrame) -> None:
    words = view.words
    short = areas.filter(pl.col("state") == "FAIL")
    if not short.height:
        return
    first = short.head(int(app_limit("areas_in_chart", view.publication.as_of)))
    marks = [
        Area(
            row["residential_area_id"],
            f"{row['name']} {row['residential_area_id']}",
            row["required_m2"],
            row["provided_m2"],
        )
        for row in first.iter_rows(named=True)
    ]
    figure = dumbbells(
        marks, (words("provided_word"), words("required_word"), words("short_word")), words("square_metres")
    )
    told = "；".join(f"{mark.label} {words('short_word')} {mark.short:,.1f} m²" for mark in marks)
    ids = short["residential_area_id"].to_list()
    ways.chart(view, figure, "areas", _area_table(view, short), told, ("area",), ids=ids)
    ways.window(view, first.height, short.height, "first_marks")


def _area_table(view: View, areas: pl.DataFrame) -> pl.DataFrame:
    words = view.words
    return areas.select(
        pl.col("name").alias(words("name")),
        pl.Series(words("state"), [words(f"state_{state}") for state in areas["state"]], dtype=pl.String),
        pl.col("short_m2").round(2).alias(words("short_m2")),
        pl.col("required_m2").round(2).alias(words("required_m2")),
        pl.col("provided_m2").round(2).alias(words("provided_m2")),
        pl.col("m2_per_100_households").alias(words("per_100")),
        pl.col("households").alias(words("households")),
        pl.Series(words("stage"), [words.code("area_stage", code) for code in areas["stage"]], dtype=pl.String),
        place_names(areas["division_code"]).alias(words("division")),
        pl.col("residential_area_id").alias(words("area_id")),
        pl.col("file").alias(words("file")),
        pl.col("sheet").alias(words("sheet")),
        pl.col("line").alias(words("line")),
    )


def _areas(view: View, areas: pl.DataFrame) -> None:
    words = view.words
    county = ways.asked("county")
    inside = areas.filter(pl.col("division_code").str.starts_with(county)) if county else areas
    title = words("areas_of", place=place_name(county)) if county else words("all_areas")
    st.subheader(title)
    if county:
        found = rooms.counties(view.reader, view.scope).filter(pl.col("county") == county)
        figure = float(found["short_m2"].sum())
        total_line(view, inside.height, f"{float(inside['short_m2'].sum() or 0):,.2f}", f"{figure:,.2f}")
        ways.back(view, "all_counties", "county")
    most = int(app_limit("rows_in_table", view.publication.as_of))
    ways.window(view, min(inside.height, most), inside.height)
    first = inside.head(most)
    ways.rows(
        view, _area_table(view, first), "area_table", ("area",), first["residential_area_id"].to_list(), "area_hint"
    )
    export(view, _area_table(view, inside), "areas", "areas")


def _calculation(view: View, row: dict[str, Any]) -> None:
    """How the figure comes about, with the numbers."""
    words = view.words
    if row["limit_m2"] is None:
        st.info(words("state_NO_RULE_IN_FORCE"))
        return
    required = f"{row['households']:,} × {row['limit_m2']:g} ÷ 100 = {row['required_m2']:,.2f} m²"
    lines = [f"{words('required_m2')}　{required}"]
    if row["provided_m2"] is None:
        lines.append(f"{words('provided_m2')}　{words('state_NOT_ASSESSABLE')} — {words('room_not_recorded')}")
    else:
        lines.append(f"{words('provided_m2')}　{row['provided_m2']:,.2f} m²")
        lines.append(
            f"**{words('short_m2')}　{row['required_m2']:,.2f} − {row['provided_m2']:,.2f} = "
            f"{row['required_m2'] - row['provided_m2']:,.2f} m²**"
        )
    until = f" – {row['valid_to']:%Y-%m-%d}" if row["valid_to"] else ""
    lines.append(
        f"{words('standard')} {row['limit_m2']:g} {words.unit('m2 per 100 households')} · "
        f"{words('basis_' + row['limit_basis'])} · {words('limit_from', day=row['valid_from'])}{until}"
    )
    st.markdown("  \n".join(lines))


def _area(view: View, area_id: str) -> None:
    words = view.words
    found = rooms.area(view.reader, area_id)
    if not found.height:
        ways.not_there(view, "area")
        return
    row = found.row(0, named=True)
    ways.back(view, "back_to_areas", "area")
    st.subheader(f"{row['name']} {area_id}")
    st.caption(
        f"{place_name(row['division_code'])} · {words.code('area_stage', row['stage'])} · "
        f"{words('households')} {row['households']:,} · {words('state_' + row['state'])}"
    )
    left, right = st.columns(2, border=True)
    with left:
        st.markdown(f"**{words('calculation')}**")
        _calculation(view, row)
    with right:
        st.markdown(f"**{words('source_row')}**")
        sheet = f"{words('sheet')} {row['sheet']} · " if row["sheet"] else ""
        st.markdown(f"{words('file')} `{row['file']}`  \n{sheet}{words('line')} **{row['line']}**")
        st.markdown(
            f"{words('households')} {row['households']:,} · {words('room_planned')} {_m2(view, row['room_area_planned'])} · "
            f"{words('room_provided')} {_m2(view, row['room_area_provided'])}"
        )
    steps = rooms.area_steps(view.reader, area_id)
    if steps.height:
        st.markdown(f"**{words('delivery')}**")
        table(view, _step_table(view, steps), "area_steps")
    for lead in money.findings_on(view.reader, (area_id,), _AREA_RULES).iter_rows(named=True):
        ways.page_link(
            view, "finding", words("lead_on_area", rule=lead["rule"]), ":material/flag:", id=lead["finding_id"]
        )
    _basis(view, (row["rule"],) if row["rule"] else ())


def _m2(view: View, value: float | None) -> str:
    return view.words("not_recorded") if value is None else f"{value:,.2f} m²"


# ---- the four steps -----------------------------------------------------------------------------------------------


def _step_table(view: View, steps: pl.DataFrame) -> pl.DataFrame:
    words = view.words
    return steps.select(
        pl.col("name").alias(words("name")),
        pl.Series(words("step"), [words(f"delivery_{_STEPS[step - 1]}") for step in steps["step"]], dtype=pl.String),
        pl.Series(words("state"), [words(f"state_{state}") for state in steps["state"]], dtype=pl.String),
        pl.col("homes_on").alias(words("homes_on")),
        pl.col("rooms_on").alias(words("rooms_on")),
        pl.col("days_behind").alias(words("days_behind")),
        pl.col("residential_area_id").alias(words("area_id")),
    )


def _delivery(view: View) -> None:
    words = view.words
    found = rooms.delivery(view.reader, view.scope)
    if not found.height:
        st.subheader(words("delivery"))
        st.info(words("no_new_areas"))
        return
    most = int(app_limit("rows_in_chart", view.publication.as_of))
    ids = found["residential_area_id"].unique(maintain_order=True).to_list()
    drawn = found.filter(pl.col("residential_area_id").is_in(ids[:most]))
    cells = [
        StepOfArea(
            row["residential_area_id"],
            f"{row['name']} {row['residential_area_id']}",
            words(f"delivery_{_STEPS[row['step'] - 1]}"),
            row["state"],
            _step_hover(view, row),
        )
        for row in drawn.iter_rows(named=True)
    ]
    figure = delivery_matrix(cells, [words(f"delivery_{step}") for step in _STEPS], _names(view))
    late = found.filter(pl.col("state") == "FAIL")
    told = words("delivery_told", all=len(ids), late=late["residential_area_id"].n_unique())
    every = found["residential_area_id"].to_list()
    ways.chart(view, figure, "delivery", _step_table(view, found), told, ("area",), ids=every)
    ways.window(view, min(most, len(ids)), len(ids), "first_marks")


def _step_hover(view: View, row: dict[str, Any]) -> str:
    words = view.words
    days = [f"{words(name)} {row[name] or words('not_recorded')}" for name in ("homes_on", "rooms_on")]
    return "<br>".join(
        [row["name"], words(f"delivery_{_STEPS[row['step'] - 1]}"), *days, words(f"state_{row['state']}")]
    )


# ---- land ---------------------------------------------------------------------------------------------------------


def _land_table(view: View, land: pl.DataFrame) -> pl.DataFrame:
    words = view.words
    return land.select(
        place_names(land["division_code"]).alias(words("division")),
        pl.Series(words("state"), [words(f"state_{state}") for state in land["state"]], dtype=pl.String),
        pl.col("m2_per_resident").alias(words("per_resident")),
        pl.col("required_m2_per_resident").alias(words("required_per_resident")),
        pl.col("short_m2").round(2).alias(words("short_m2")),
        pl.col("land_m2").round(2).alias(words("land_m2")),
        pl.col("residents").alias(words("residents")),
        pl.col("year").cast(pl.String).alias(words("fiscal_year")),
        pl.col("facilities").alias(words("open_facilities")),
        pl.col("facilities_without_land").alias(words("without_land")),
        pl.col("division_code").alias(words("division_code")),
    )


def _land(view: View, land: pl.DataFrame) -> None:
    words = view.words
    rank = {state: place for place, state in enumerate(STATES)}
    most = int(app_limit("rows_in_chart", view.publication.as_of))
    ordered = sorted(land.iter_rows(named=True), key=lambda row: (rank[row["state"]], row["m2_per_resident"] or 0))
    rows = [
        Land(
            row["division_code"],
            place_name(row["division_code"]),
            row["m2_per_resident"],
            row["required_m2_per_resident"],
            row["state"],
        )
        for row in ordered[:most]
    ]
    figure = land_bars(rows, (words("required_word"), words("unknown")), _names(view), words("m2_per_resident"))
    told = "；".join(f"{row.label} {row.per_resident or 0:.4f}" for row in rows)
    ways.chart(view, figure, "land", _land_table(view, land), told, ("land",), ids=land["division_code"].to_list())
    ways.window(view, len(rows), land.height, "first_marks")
    chosen = ways.asked("land", land["division_code"].to_list())
    if chosen:
        _land_rows(view, land.row(by_predicate=pl.col("division_code") == chosen, named=True))


def _land_rows(view: View, row: dict[str, Any]) -> None:
    words = view.words
    rows = areas_of.land_rows(view.reader, row["division_code"])
    st.subheader(words("rows_of", what=place_name(row["division_code"])))
    if row["residents"] and row["m2_per_resident"] is not None:
        st.markdown(
            f"{words('land_m2')} {row['land_m2']:,.2f} ÷ {words('residents')} {row['residents']:,} = "
            f"**{row['m2_per_resident']:.4f} {words('m2_per_resident')}**"
        )
    total_line(view, rows.height, f"{float(rows['land_area'].sum() or 0):,.2f}", f"{row['land_m2']:,.2f}")
    shown = rows.select(
        pl.col("name").alias(words("name")),
        pl.Series(words("row_kind"), [words.code("facility_kind", code) for code in rows["kind"]], dtype=pl.String),
        pl.col("land_area").alias(words("land_m2")),
        place_names(rows["division_code"]).alias(words("division")),
        pl.col("opened_on").alias(words("opened_on")),
        pl.col("facility_id").alias(words("facility_id")),
        pl.col("file").alias(words("file")),
        pl.col("sheet").alias(words("sheet")),
        pl.col("line").alias(words("line")),
    )
    table(view, shown, "land_rows")
    export(view, shown, "rows_behind", "land_rows")
    ways.back(view, "close", "land")


# ---- the text behind it -------------------------------------------------------------------------------------------


def _basis(view: View, rules: tuple[str, ...]) -> None:
    """The limits that the page rests on: article verbatim, value, origin and in-force days."""
    found = parameters(rules)
    if found:
        with st.expander(view.words("basis"), icon=":material/gavel:"):
            for parameter in found:
                _one_basis(view, parameter)


def _one_basis(view: View, parameter: Parameter) -> None:
    words = view.words
    days = words("limit_from", day=parameter.valid_from) + (f" – {parameter.valid_to}" if parameter.valid_to else "")
    place = words.jurisdiction(parameter.jurisdiction)
    st.markdown(
        f"**{parameter.rule} · {place}** {parameter.document} {parameter.article}　“{parameter.quote}”  \n"
        f"{words('value')} {parameter.value} {words.unit(parameter.unit)} · {words(f'basis_{parameter.basis}')} · {days}"
    )


def show(view: View) -> None:
    """The page."""
    headline(view, "facilities_question")
    area_id = ways.asked("area")
    if area_id:
        _area(view, area_id)
        return
    areas, land = areas_of.areas(view.reader, view.scope), areas_of.land(view.reader, view.scope)
    if not areas.height and not land.height:
        nothing(view)
        return
    if areas.height:
        _state_counts(view, areas)
        _area_chart(view, areas)
        _map(view)
        _areas(view, areas)
        _basis(view, ("A01", "A02"))
        _delivery(view)
    if land.height:
        _land(view, land)
        _basis(view, ("A03",))
    reach(view, ["residential_areas", "facilities", "division_statistics"])
