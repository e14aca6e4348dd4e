"""Ways down: on a small publication worked out by hand, what stands behind each figure adds up to it, and nobody sees the
rows of other places."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboards.queries import Reader, Scope, current, money, quality, rooms, upheld
from dashboards.views.funds import steps_of

MONEY = pl.Decimal(18, 2)
PLACE = {"file": "f.csv", "sheet": "", "line": 1}


def frame(rows: Sequence[dict[str, Any]], **kinds: Any) -> pl.DataFrame:
    made = pl.DataFrame(list(rows), infer_schema_length=None)
    return made.with_columns(
        pl.col(name).cast(pl.String).str.to_date() if kind == pl.Date else pl.col(name).cast(kind)
        for name, kind in kinds.items()
    )


def budget(division: str, source: str, amount: int) -> dict[str, Any]:
    return {"division_code": division, "fund_source": source, "amount": amount, **COMMON, **PLACE}


def transfer(number: str, giver: str, taker: str, amount: int, received: int | None) -> dict[str, Any]:
    return {
        "transfer_id": number,
        "from_division": giver,
        "to_division": taker,
        "fund_source": "provincial",
        "allocated_amount": amount,
        "received_amount": received,
        "allocated_on": "2025-01-10",
        "received_on": "2025-01-20" if received is not None else None,
        "to_jurisdiction": "jincheng",
        **COMMON,
        **PLACE,
    }


def payment(number: str, division: str, amount: int, covered: int, batch: str | None) -> dict[str, Any]:
    return {
        "payment_id": number,
        "division_code": division,
        "fund_source": "county",
        "amount": amount,
        "covered": covered,
        "batch_id": batch,
        "state": "covered" if amount == covered else "no_batch",
        "paid_on": "2025-02-01",
        **COMMON,
        **PLACE,
    }


COMMON = {"programme": "purchased_service", "fiscal_year": 2025}
# The province gives to the city, the city passes on: 200 enter the city, 150 of them a county.
BUDGETS = [budget("140502", "county", 300), budget("140502", "provincial", 250), budget("140521", "county", 100)]
TRANSFERS = [transfer("t1", "140000", "140500", 200, 190), transfer("t2", "140500", "140502", 150, None)]
PAYMENTS: list[dict[str, Any]] = [
    payment("p1", "140502", 120, 120, "B1"),
    payment("p2", "140502", 30, 0, None),
    payment("p3", "140521", 40, 25, "B2"),
    {**payment("p4", "140521", 70, 0, None), "programme": "training_subsidy"},
]


def usage() -> pl.DataFrame:
    found: dict[tuple[str, str, str], dict[str, int]] = {}

    def add(division: str, programme: str, source: str, name: str, amount: int) -> None:
        row = found.setdefault((division, programme, source), dict.fromkeys(NAMES, 0))
        row[name] += amount

    for row in BUDGETS:
        add(row["division_code"], row["programme"], row["fund_source"], "budget", row["amount"])
    for row in TRANSFERS:
        add(row["to_division"], row["programme"], "provincial", "allocated_in", row["allocated_amount"])
        add(row["to_division"], row["programme"], "provincial", "received_in", row["received_amount"] or 0)
        add(row["from_division"], row["programme"], "provincial", "passed_on", row["allocated_amount"])
    for row in PAYMENTS:
        add(row["division_code"], row["programme"], row["fund_source"], "paid", row["amount"])
    rows = [
        {"division_code": place, "fiscal_year": 2025, "programme": what, "fund_source": source, **row}
        for (place, what, source), row in found.items()
    ]
    return frame(rows, **dict.fromkeys(NAMES, MONEY))


NAMES = ("budget", "allocated_in", "received_in", "passed_on", "paid", "refunded")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("data")
    run = home / "published" / "000001-20250630-abc"
    run.mkdir(parents=True)
    batch = {
        "programme": "purchased_service",
        "provider_id": "P",
        "jurisdiction": "jincheng",
        "last_month": "2025-01-01",
    }
    amounts = {"settled": 145, "recorded": 140, "paid": 120, "lines": 2}
    line = {"batch_id": "B1", "division_code": "140502", "visit_amount": 70}
    tables = {
        "fund_usage": usage(),
        "trace_budgets": frame(BUDGETS, amount=MONEY),
        "trace_transfers": frame(
            TRANSFERS, allocated_amount=MONEY, received_amount=MONEY, allocated_on=pl.Date, received_on=pl.Date
        ),
        "payment_coverage": frame(PAYMENTS, amount=MONEY, covered=MONEY, paid_on=pl.Date),
        "settlement_batches": frame(
            [
                {"batch_id": "B1", "division_code": "140502", **batch, **amounts},
                {"batch_id": "B2", "division_code": "140521", **batch, **amounts},
            ],
            last_month=pl.Date,
        ),
        "settlement_lines": frame(
            [
                {**line, "line_id": "l1", "amount": 75, "state": "differs"},
                {**line, "line_id": "l2", "amount": 70, "state": "matches"},
                {**line, "batch_id": "B2", "division_code": "140521", "line_id": "l3", "amount": 9, "state": "matches"},
            ]
        ),
        "provider_activity": frame(
            [
                {
                    "provider_id": "P",
                    "name": "甲",
                    "division_code": "140502",
                    "period_start": "2025-01-01",
                    "period_end": "2025-06-30",
                }
            ],
            period_start=pl.Date,
            period_end=pl.Date,
        ),
        "policy_parameters": frame(
            [
                {"rule": "F02", "name": "max_days", "value": 30},
                {"rule": "C01", "name": "window_days", "value": 365},
            ]
        ).with_columns(
            jurisdiction=pl.lit("jincheng"),
            valid_from=pl.lit("2023-01-01"),
            valid_to=pl.lit(None, pl.String),
            basis=pl.lit("local"),
        ),
        "policy_rules": frame([{"rule": "C01", "subject": "worker"}, {"rule": "C03", "subject": "contract_id"}]),
        "complaint_counters": frame(
            [
                {
                    "rule": "C01",
                    "subject": "w",
                    "complaints": 2,
                    "provider_id": "P",
                    "starts_on": None,
                    "ends_on": None,
                },
                {
                    "rule": "C03",
                    "subject": "K",
                    "complaints": 1,
                    "provider_id": "P",
                    "starts_on": "2025-01-01",
                    "ends_on": "2025-12-31",
                },
            ],
            starts_on=pl.Date,
            ends_on=pl.Date,
        ).with_columns(
            jurisdiction=pl.lit("jincheng"),
            division_code=pl.lit("140502"),
            threshold=pl.lit(3),
            judged_on=pl.date(2025, 6, 30),
        ),
        "trace_complaints": frame(
            [
                # 365 days and a day before: outside the window that ends with the last.
                {"complaint_id": "c0", "received_on": "2024-03-02", "target_kind": "worker", "verdict": "upheld"},
                {
                    "complaint_id": "c1",
                    "received_on": "2024-03-03",
                    "target_kind": "worker",
                    "verdict": "partly_upheld",
                },
                {"complaint_id": "c2", "received_on": "2025-03-02", "target_kind": "worker", "verdict": "upheld"},
                {"complaint_id": "c3", "received_on": "2025-03-01", "target_kind": "worker", "verdict": "not_upheld"},
                {"complaint_id": "c4", "received_on": "2025-04-01", "target_kind": "provider", "verdict": "upheld"},
            ],
            received_on=pl.Date,
        ).with_columns(
            division_code=pl.lit("140502"),
            jurisdiction=pl.lit("jincheng"),
            provider_id=pl.lit("P"),
            worker_id=pl.lit("w"),
        ),
        "area_delivery": frame(
            [
                {"residential_area_id": "A", "division_code": "140502", "step": step, "state": state}
                for step, state in enumerate(("PASS", "FAIL", "FAIL", "PASS"), 1)
            ]
            + [{"residential_area_id": "B", "division_code": "140521", "step": 1, "state": "PASS"}]
        ),
        "files": frame(
            [{"file": "f_140502.csv", "division": "140502"}, {"file": "f_140521.csv", "division": "140521"}]
        ),
        "quarantine": frame(
            [{"source": "visits", "column": "started_at", "reason": "missing", "level": "row", "sheet": "", "line": 2}]
        ).join(pl.DataFrame({"file": ["f_140502.csv", "f_140521.csv"]}), how="cross"),
    }
    for name, table in tables.items():
        table.write_parquet(run / f"{name}.parquet")
    (run / "manifest.json").write_text(json.dumps({"run": run.name, "as_of": "2025-06-30", "fingerprint": "f"}))
    (home / "published" / "current").write_text(run.name)
    return home


def reader(folder: Path, places: tuple[str, ...] | None = None, sees_persons: bool = True) -> Reader:
    publication = current(folder)
    assert publication is not None
    return Reader(publication, places, sees_persons)


def test_what_enters_a_place_counts_once(folder: Path) -> None:
    everything = money.stages(reader(folder), Scope(), "purchased_service")
    assert everything == {
        "budget": 650,
        "own": 400,
        "allocated": 200,
        "received": 190,
        "paid": 190,
        "settled": 145,
        "other": 0,
    }
    county = money.stages(reader(folder), Scope("140502"), "purchased_service")
    assert (county["own"], county["allocated"], county["received"], county["paid"]) == (300, 150, 0, 150)
    assert money.stages(reader(folder), Scope("140500", 2024), None)["budget"] == 0


@pytest.mark.parametrize("places", [None, ("1405",), ("140502",), ("140521",)])
@pytest.mark.parametrize("place", [None, "140500", "140502"])
@pytest.mark.parametrize("programme", ["purchased_service", "training_subsidy", None])
def test_rows_of_each_stage_add_up_to_it(
    folder: Path, places: tuple[str, ...] | None, place: str | None, programme: str | None
) -> None:
    asked, scope = reader(folder, places), Scope(place)
    stages = money.stages(asked, scope, programme)
    for step, amount, _ in steps_of(stages, programme != "training_subsidy", programme is None):
        rows = money.step_rows(asked, scope, programme, step, 1)
        total = float(rows["all_yuan"][0]) if rows.height else 0
        assert total == pytest.approx(amount), step


def test_a_district_sees_its_own_rows_alone(folder: Path) -> None:
    own = reader(folder, ("140521",))
    assert money.stages(own, Scope(), None)["paid"] == 110
    assert money.batch(own, "B1").height == 0
    assert money.batch_lines(own, "B1", None, None).height == 0
    assert money.batch_payments(own, "B1").height == 0
    assert money.batches(own, Scope(), 10)["batch_id"].to_list() == ["B2"]
    assert rooms.delivery(own, Scope())["residential_area_id"].to_list() == ["B"]
    assert upheld.counters(own, Scope()).height == 0
    assert upheld.provider_upheld(own, "P", "jincheng").height == 0
    assert quality.file_problems(own, "f_140502.csv").height == 0
    assert quality.check_rows(own, "visits", None)["file"].to_list() == ["f_140521.csv"]


def test_lines_of_a_batch_add_up_and_those_that_differ_come_first(folder: Path) -> None:
    lines = money.batch_lines(reader(folder), "B1", None, 1)
    assert (lines["line_id"].to_list(), lines["all_rows"][0], lines["all_yuan"][0]) == (["l1"], 2, 145)
    counted = money.batch_states(reader(folder), "B1")
    assert sum(counted["amount"]) == 145
    assert money.batch_lines(reader(folder), "B1", "matches", None)["line_id"].to_list() == ["l2"]


def test_a_counter_has_the_complaints_that_it_counts(folder: Path) -> None:
    worker = upheld.counter_rows(reader(folder), "C01", "jincheng", "w")
    assert worker["complaint_id"].to_list() == ["c1", "c2"]
    contract = upheld.counter_rows(reader(folder), "C03", "jincheng", "K")
    assert contract["complaint_id"].to_list() == ["c4"]


def test_who_sees_no_keys_of_persons_sees_no_counter_of_a_worker(folder: Path) -> None:
    assert upheld.counters(reader(folder, sees_persons=False), Scope())["rule"].to_list() == ["C03"]


def test_the_funnel_counts_what_is_listed_behind_it(folder: Path) -> None:
    assert upheld.provider_upheld(reader(folder), "P", "jincheng")["complaint_id"].to_list() == ["c2", "c4"]


def test_areas_with_late_steps_come_first(folder: Path) -> None:
    found = rooms.delivery(reader(folder), Scope())
    assert found["residential_area_id"].unique(maintain_order=True).to_list() == ["A", "B"]
    assert set(found.filter(pl.col("residential_area_id") == "A")["late"]) == {2}


def test_days_on_the_way_are_held_against_the_limit_of_the_place(folder: Path) -> None:
    found = money.transfers(reader(folder), Scope(), None)
    days = {row["transfer_id"]: (row["days"], row["limit_days"]) for row in found.iter_rows(named=True)}
    assert days == {"t1": (10, 30), "t2": (171, 30)}


@pytest.mark.parametrize("hostile", ["' or 1=1 --", "%", "B1'; drop view x; --"])
def test_hostile_values_find_nothing(folder: Path, hostile: str) -> None:
    asked = reader(folder)
    assert money.batch(asked, hostile).height == 0
    assert money.stages(asked, Scope(hostile), hostile)["budget"] == 0
    assert upheld.counter_rows(asked, hostile, hostile, hostile).height == 0
