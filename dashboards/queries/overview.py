"""What needs attention: four figures with the way they took, the newest leads, and what is new."""

from typing import Any

import polars as pl

from dashboards.queries.base import Reader, Scope, ask, cached, has_table, in_scope

# What a division received and has neither passed on nor paid, by year, programme and source; money of its own is no
# money received.
_HELD = "greatest(received_in - passed_on - (paid - refunded), 0)"


def _parameters(scope: Scope) -> dict[str, Any]:
    return {"prefix": scope.prefix, "year": scope.year}


@cached
def money(reader: Reader, scope: Scope) -> dict[str, Any]:
    """Yuan received and held back, yuan allocated and never received."""
    found = ask(
        reader,
        f"""
        select
            coalesce(sum({_HELD}) filter (where received_in > 0), 0) as held,
            coalesce(sum(greatest(allocated_in - received_in, 0)), 0) as undisbursed
        from fund_usage
        where {in_scope()} and ($year is null or fiscal_year = $year)
        """,
        _parameters(scope),
    )
    return found.row(0, named=True)


@cached
def money_by_year(reader: Reader, scope: Scope) -> pl.DataFrame:
    """Yuan held back or never received, by year."""
    return ask(
        reader,
        f"""
        select
            fiscal_year as year,
            cast(
                coalesce(sum({_HELD}) filter (where received_in > 0), 0)
                + sum(greatest(allocated_in - received_in, 0)) as double
            ) as yuan
        from fund_usage
        where {in_scope()}
        group by fiscal_year
        order by fiscal_year
        """,
        {"prefix": scope.prefix},
    )


@cached
def complaints_by_month(reader: Reader, scope: Scope) -> pl.DataFrame:
    """Complaints received and upheld (wholly or in part), by month."""
    return ask(
        reader,
        f"""
        select month, sum(received) as received, sum(upheld + partly_upheld) as upheld
        from complaint_counts
        where {in_scope()} and ($year is null or left(month, 4) = cast($year as varchar))
        group by month
        order by month
        """,
        _parameters(scope),
    )


@cached
def area_states(reader: Reader, scope: Scope) -> dict[str, int]:
    """Residential areas by state."""
    found = ask(
        reader,
        f"select state, count(*) as areas from area_compliance where {in_scope()} group by state",
        {"prefix": scope.prefix},
    )
    return dict(found.select("state", "areas").iter_rows())


_LEADS = f"""
    ($prefix = '' or finding_id in (select finding_id from finding_places where {in_scope()}))
    and ($year is null or year(judged_on) = $year)
"""


@cached
def findings_by_month(reader: Reader, scope: Scope) -> pl.DataFrame:
    """Findings by the month of the day that they are judged by, the last twelve of them."""
    return ask(
        reader,
        f"""
        select * from (
            select left(cast(judged_on as varchar), 7) as month, count(*) as findings
            from findings
            where {_LEADS}
            group by 1
            order by 1 desc
            limit 12
        )
        order by month
        """,
        _parameters(scope),
    )


@cached
def findings_count(reader: Reader, scope: Scope) -> int:
    """All findings in scope, whatever was decided."""
    found = ask(reader, f"select count(*) as findings from findings where {_LEADS}", _parameters(scope))
    return int(found["findings"][0])


@cached
def new_since(reader: Reader, scope: Scope, day: str) -> dict[str, Any]:
    """Findings first seen in a publication later than a day, and their yuan."""
    found = ask(
        reader,
        f"""
        select count(*) as findings, sum(amount) as yuan
        from findings
        where first_seen_on > cast($day as date) and {_LEADS}
        """,
        {**_parameters(scope), "day": day},
    )
    return found.row(0, named=True)


@cached
def seen_ids(reader: Reader, finding_ids: tuple[str, ...]) -> list[str]:
    """Which of some findings the reader sees."""
    found = ask(
        reader,
        "select finding_id from findings where list_contains($ids, finding_id) order by finding_id",
        {"ids": list(finding_ids)},
    )
    return found["finding_id"].to_list()


@cached
def coverage(reader: Reader, scope: Scope, dimension: str) -> pl.DataFrame:
    """Who is entitled and who of them is served, by county and group of a dimension (all, age, category, living), whole
    policies first. Small counts are hidden where they were published."""
    if not has_table(reader, "service_coverage"):
        return pl.DataFrame()
    return ask(
        reader,
        """
        select jurisdiction, county, people, entitled, served, rate, low, high, is_hidden
        from service_coverage
        where street is null and dimension = $dimension and starts_with(coalesce(county, ''), $prefix)
        order by jurisdiction, county nulls first, people
        """,
        {"prefix": scope.prefix, "dimension": dimension},
    )
