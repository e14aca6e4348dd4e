"""Measures of a publication, by SQL over its Parquet files: for each table, how many things in it cannot be right."""

from pathlib import Path

import duckdb
import polars as pl

from expectations.publications import KEYS, STATES

_NEGATIVE = {
    "fund_usage": "least(budget, allocated_in, received_in, passed_on, paid, refunded) < 0",
    "complaint_counts": "received != upheld + partly_upheld + not_upheld + pending or greatest(closed, replied) > received",
    "area_compliance": "short_m2 < 0 or (state = 'FAIL') != (coalesce(short_m2, 0) > 0)",
    "land_compliance": "short_m2 < 0 or (state = 'FAIL') != (coalesce(short_m2, 0) > 0)",
    "provider_activity": "visits < public_visits or complaints_received < complaints_upheld",
}

# Each figure beside the total of its rows; what differs is counted.
_TRACES = {
    "fund_usage": """
        select count(*) from (
            select
                (select sum(paid - refunded) from fund_usage) as figures,
                (select sum(amount) from trace_payments) as rows_of_them
            union all
            select (select sum(budget) from fund_usage), (select sum(amount) from trace_budgets)
            union all
            select (select sum(allocated_in) from fund_usage), (select sum(allocated_amount) from trace_transfers)
            union all
            select (select sum(passed_on) from fund_usage), (select sum(allocated_amount) from trace_transfers)
            union all
            select (select sum(received_in) from fund_usage), (select sum(received_amount) from trace_transfers)
        ) where coalesce(figures, 0) != coalesce(rows_of_them, 0)
    """,
    "complaint_counts": """
        select cast(
            coalesce((select sum(received) from complaint_counts), 0) != (select count(*) from trace_complaints) as integer
        )
    """,
    "area_compliance": """
        select cast((select count(*) from area_compliance) != (select count(*) from trace_residential_areas) as integer)
    """,
}


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _repeated(table: str) -> str:
    keys = ", ".join(KEYS[table])
    return f"select count(*) from (select {keys} from {table} group by {keys} having count(*) > 1)"


def _measures(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, int]:
    # Tables, columns and conditions are this module's own words; nothing comes from data.
    found = {
        "repeated_keys": _one(connection, _repeated(table)),
        "impossible_figures": _one(connection, f"select count(*) from {table} where {_NEGATIVE[table]}"),
    }
    if table in _TRACES:
        found["unexplained_figures"] = _one(connection, _TRACES[table])
    if table in {"area_compliance", "land_compliance"}:
        states = ", ".join(f"'{state}'" for state in STATES)
        unknown = f"select count(*) from {table} where state is null or state not in ({states})"
        without = f"select count(*) from {table} where short_m2 is not null and state not in ('PASS', 'FAIL')"
        found["unknown_states"] = _one(connection, unknown)
        found["shortages_without_verdict"] = _one(connection, without)
    return found


def _rows(folder: Path | None, table: str) -> int:
    path = folder / f"{table}.parquet" if folder else None
    return pl.scan_parquet(path).select(pl.len()).collect().item() if path and path.exists() else 0


def publication_measures(folder: Path, previous: Path | None) -> pl.DataFrame:
    """The measures of every mart of a publication, beside the rows that it had in the one before."""
    columns = ("is_missing", "repeated_keys", "impossible_figures", "unexplained_figures", "unknown_states")
    empty = dict.fromkeys((*columns, "shortages_without_verdict", "has_vanished"))
    rows = []
    with duckdb.connect() as connection:
        for path in sorted(folder.glob("*.parquet")):
            connection.from_parquet(str(path)).create_view(path.stem)
        for table in KEYS:
            row = {**empty, "file": None, "source": table, "division": None}
            row["is_missing"] = int(not (folder / f"{table}.parquet").exists())
            if not row["is_missing"]:
                row.update(_measures(connection, table))
                row["has_vanished"] = int(_rows(previous, table) > 0 and _rows(folder, table) == 0)
            rows.append(row)
    return pl.DataFrame(rows, infer_schema_length=None)
