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


_FUND_TRACES = {
    "payments": ("trace_payments", "division_code"),
    "budgets": ("trace_budgets", "division_code"),
    "transfers": ("trace_transfers", "to_division"),
}


@cached
def fund_rows(
    reader: Reader, kind: str, division: str, year: int, programme: str | None, fund_source: str | None
) -> pl.DataFrame:
    """The rows behind one row of fund usage: its payments, budget lines, or transfers received."""
    table, column = _FUND_TRACES[kind]
    return ask(
        reader,
        f"""
        select * from {table}
        where
            {column} = $division and fiscal_year = $year
            and programme is not distinct from $programme and fund_source is not distinct from $fund_source
        order by all
        """,
        {"division": division, "year": year, "programme": programme, "fund_source": fund_source},
    )
