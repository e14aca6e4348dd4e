"""Publications as a whole: a right one passes, each thing that only this program can break stops it."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from expectations import publications
from pipelines.judging import judge_publication

DAY = dt.date(2025, 6, 30)
Tables = dict[str, list[dict[str, object]]]

FUND = {"division_code": "140502", "fiscal_year": 2025, "programme": "purchased_service", "fund_source": "municipal"}
MONEY = {"budget": 100.0, "allocated_in": 80.0, "received_in": 70.0, "passed_on": 0.0, "paid": 60.0, "refunded": 10.0}
GIVEN = {**dict.fromkeys(MONEY, 0.0), "passed_on": 80.0}
COMPLAINTS: dict[str, object] = {
    "division_code": "140502",
    "month": "2025-03",
    "target_kind": "provider",
    "category": "fee",
    "received": 3,
    "upheld": 1,
    "partly_upheld": 0,
    "not_upheld": 1,
    "pending": 1,
    "closed": 2,
    "replied": 1,
}
RIGHT: Tables = {
    "fund_usage": [{**FUND, **MONEY}, {**FUND, "division_code": "140500", **GIVEN}],
    "complaint_counts": [COMPLAINTS],
    "area_compliance": [
        {"residential_area_id": "A1", "state": "PASS", "short_m2": 0.0},
        {"residential_area_id": "A2", "state": "FAIL", "short_m2": 0.01},
        {"residential_area_id": "A3", "state": "NOT_ASSESSABLE", "short_m2": None},
        {"residential_area_id": "A4", "state": "NO_RULE_IN_FORCE", "short_m2": None},
    ],
    "land_compliance": [{"division_code": "150302", "state": "PASS", "short_m2": 0.0}],
    "provider_activity": [
        {"provider_id": "P", "visits": 2, "public_visits": 1, "complaints_received": 1, "complaints_upheld": 1}
    ],
    "trace_payments": [{"amount": 60.0}, {"amount": -10.0}],
    "trace_budgets": [{"amount": 100.0}],
    "trace_transfers": [{"allocated_amount": 80.0, "received_amount": 70.0}],
    "trace_complaints": [{"complaint_id": name} for name in ("C1", "C2", "C3")],
    "trace_residential_areas": [{"residential_area_id": name} for name in ("A1", "A2", "A3", "A4")],
}


def write(folder: Path, tables: Tables) -> Path:
    folder.mkdir()
    for name, rows in tables.items():
        schema = pl.DataFrame(RIGHT[name], infer_schema_length=None).schema
        pl.DataFrame(rows, schema=schema).write_parquet(folder / f"{name}.parquet")
    return folder


def changed(table: str, row: int, **values: object) -> Tables:
    rows = [dict(one) for one in RIGHT[table]]
    rows[row].update(values)
    return {**RIGHT, table: rows}


def without_last(table: str) -> Tables:
    return {**RIGHT, table: RIGHT[table][:-1]}


def failed(folder: Path, previous: Path | None = None) -> list[tuple[object, ...]]:
    results = judge_publication(folder, previous, DAY).results
    return results.filter(~pl.col("passed")).select("check", "source", "severity").rows()


def test_a_right_publication_passes(tmp_path: Path) -> None:
    results = judge_publication(write(tmp_path / "new", RIGHT), None, DAY).results
    assert results["passed"].all()
    assert set(results["check"]) == {check.code for check in publications.CHECKS}
    assert set(results["subject_kind"]) == {"publication"}


@pytest.mark.parametrize(
    ("check", "table", "tables"),
    [
        ("key_is_unique", "land_compliance", {**RIGHT, "land_compliance": RIGHT["land_compliance"] * 2}),
        ("figures_are_possible", "complaint_counts", changed("complaint_counts", 0, upheld=2)),
        ("figures_are_possible", "complaint_counts", changed("complaint_counts", 0, closed=4)),
        ("figures_are_possible", "area_compliance", changed("area_compliance", 0, short_m2=1.0)),
        ("figures_are_possible", "area_compliance", changed("area_compliance", 1, short_m2=0.0)),
        ("figures_are_possible", "provider_activity", changed("provider_activity", 0, public_visits=3)),
        ("states_are_known", "land_compliance", changed("land_compliance", 0, state="UNKNOWN", short_m2=None)),
        ("states_are_known", "land_compliance", changed("land_compliance", 0, state=None, short_m2=None)),
        ("missing_is_no_pass", "area_compliance", changed("area_compliance", 2, short_m2=0.0)),
        ("figures_have_rows", "fund_usage", without_last("trace_payments")),
        ("figures_have_rows", "fund_usage", changed("trace_budgets", 0, amount=99.99)),
        ("figures_have_rows", "fund_usage", changed("trace_transfers", 0, received_amount=69.0)),
        ("figures_have_rows", "complaint_counts", without_last("trace_complaints")),
        ("figures_have_rows", "area_compliance", without_last("trace_residential_areas")),
        (
            "table_is_there",
            "land_compliance",
            {name: rows for name, rows in RIGHT.items() if name != "land_compliance"},
        ),
    ],
)
def test_what_only_this_program_can_break_is_an_error(tmp_path: Path, check: str, table: str, tables: Tables) -> None:
    assert failed(write(tmp_path / "new", tables)) == [(check, table, "error")]


@pytest.mark.parametrize("column", [*MONEY])
def test_no_sum_of_money_is_negative(tmp_path: Path, column: str) -> None:
    tables = changed("fund_usage", 0, **{column: -1.0})
    assert ("figures_are_possible", "fund_usage", "error") in failed(write(tmp_path / "new", tables))


def test_a_table_that_became_empty_is_a_warning(tmp_path: Path) -> None:
    before = write(tmp_path / "before", RIGHT)
    after = write(tmp_path / "after", {**RIGHT, "land_compliance": []})
    assert failed(after, before) == [("rows_have_not_vanished", "land_compliance", "warning")]
    assert failed(after) == []
    assert failed(before, after) == []


def test_a_publication_without_a_row_passes(tmp_path: Path) -> None:
    assert failed(write(tmp_path / "new", {name: [] for name in RIGHT})) == []
