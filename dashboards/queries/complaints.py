"""Complaints: counts, and the complaints behind them."""

import polars as pl

from dashboards.queries.base import Reader, Scope, ask, cached, in_scope


@cached
def complaint_counts(reader: Reader, scope: Scope) -> pl.DataFrame:
    """Complaint counts in scope."""
    return ask(
        reader,
        f"""
        select * from complaint_counts
        where {in_scope()} and ($year is null or left(month, 4) = cast($year as varchar))
        order by month desc, division_code, target_kind, category nulls last
        """,
        {"prefix": scope.prefix, "year": scope.year},
    )


@cached
def complaint_rows(reader: Reader, division: str, month: str, target_kind: str, category: str | None) -> pl.DataFrame:
    """The complaints behind one row of counts."""
    return ask(
        reader,
        """
        select * from trace_complaints
        where
            division_code = $division and month = $month and target_kind = $target_kind
            and category is not distinct from $category
        order by received_on, complaint_id
        """,
        {"division": division, "month": month, "target_kind": target_kind, "category": category},
    )
