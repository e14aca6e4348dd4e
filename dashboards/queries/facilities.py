"""Facilities: rooms of residential areas, land of divisions."""

import polars as pl

from dashboards.queries.base import Reader, Scope, ask, cached, in_scope
from pipelines.divisions import trim


@cached
def areas(reader: Reader, scope: Scope) -> pl.DataFrame:
    """Residential areas in scope, the largest shortage first, with file, sheet and line of their source row."""
    return ask(
        reader,
        f"""
        select areas.*, traces.file, traces.sheet, traces.line
        from area_compliance as areas
        left join trace_residential_areas as traces using (residential_area_id)
        where {in_scope("areas.division_code")}
        order by areas.short_m2 desc nulls last, areas.residential_area_id
        """,
        {"prefix": scope.prefix},
    )


@cached
def land(reader: Reader, scope: Scope) -> pl.DataFrame:
    """Land per resident in scope, by division."""
    return ask(
        reader,
        f"select * from land_compliance where {in_scope()} order by division_code",
        {"prefix": scope.prefix},
    )


@cached
def land_rows(reader: Reader, division: str) -> pl.DataFrame:
    """The open facilities whose land makes up the figure of a division."""
    return ask(
        reader,
        """
        select facility_id, name, kind, division_code, land_area, opened_on, closed_on, file, sheet, line
        from trace_facilities
        where is_open and starts_with(division_code, $prefix)
        order by land_area desc nulls last, facility_id
        """,
        {"prefix": trim(division)},
    )
