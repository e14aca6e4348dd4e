"""Rooms of residential areas and how they came about, and land of divisions."""

import polars as pl

from dashboards.queries.base import Reader, Scope, ask, cached


@cached
def counties(reader: Reader, scope: Scope) -> pl.DataFrame:
    """Counties in scope: areas by state, and square metres short."""
    return ask(
        reader,
        """
        select
            left(division_code, 6) as county, count(*) as areas,
            count(*) filter (where state = 'FAIL') as short,
            count(*) filter (where state = 'NOT_ASSESSABLE') as not_assessable,
            count(*) filter (where state = 'PASS') as passed,
            count(*) filter (where state = 'NO_RULE_IN_FORCE') as no_rule,
            coalesce(sum(short_m2), 0) as short_m2
        from area_compliance
        where starts_with(division_code, $prefix)
        group by 1
        order by short_m2 desc, county
        """,
        {"prefix": scope.prefix},
    )


@cached
def delivery(reader: Reader, scope: Scope) -> pl.DataFrame:
    """New areas by step, areas with late steps first."""
    return ask(
        reader,
        """
        select *, count(*) filter (where state = 'FAIL') over (partition by residential_area_id) as late
        from area_delivery
        where starts_with(division_code, $prefix)
        order by late desc, state = 'NO_RULE_IN_FORCE', residential_area_id, step
        """,
        {"prefix": scope.prefix},
    )


@cached
def area(reader: Reader, area_id: str) -> pl.DataFrame:
    """An area with its source row, and the limit that it is judged by; nothing where there is none that may be seen."""
    return ask(
        reader,
        """
        select
            areas.*, rows.room_area_planned, rows.room_area_provided, rows.file, rows.sheet, rows.line,
            cast(limits.value as double) as limit_m2, limits.basis as limit_basis, limits.valid_from, limits.valid_to
        from area_compliance as areas
        left join trace_residential_areas as rows using (residential_area_id)
        left join policy_parameters as limits
            on
                limits.rule = areas.rule and limits.name = 'min_m2' and limits.jurisdiction = areas.jurisdiction
                and cast($as_of as date)
                    between cast(limits.valid_from as date) and coalesce(cast(limits.valid_to as date), date '9999-12-31')
        where areas.residential_area_id = $area
        """,
        {"area": area_id, "as_of": reader.publication.as_of},
    )


@cached
def area_steps(reader: Reader, area_id: str) -> pl.DataFrame:
    """The steps of a new area."""
    return ask(reader, "select * from area_delivery where residential_area_id = $area order by step", {"area": area_id})
