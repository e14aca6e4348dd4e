"""Funds: usage by division, year, programme and fund source, and the rows behind it."""

import polars as pl

from dashboards.queries.base import Reader, Scope, ask, cached, in_scope


@cached
def fund_usage(reader: Reader, scope: Scope) -> pl.DataFrame:
    """Fund usage in scope, a row for each division, year, programme and fund source."""
    return ask(
        reader,
        f"""
        select * from fund_usage
        where {in_scope()} and ($year is null or fiscal_year = $year)
        order by division_code, fiscal_year desc, programme nulls last, fund_source nulls last
        """,
        {"prefix": scope.prefix, "year": scope.year},
    )
