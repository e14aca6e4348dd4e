"""What is current, who is registered and what the marts say of it: one build over loads written by hand, as of 30 June."""

# ruff: noqa: S608 - the queries are these tests' own words

import datetime as dt
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines import modelling
from tests.models.conftest import Loads

AS_OF = "2025-06-30"


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _payment(payment_id: str, paid_on: str, amount: str, **more: Any) -> dict[str, Any]:
    given = {
        "payment_id": payment_id,
        "programme": "purchased_service",
        "fund_source": "county",
        "fiscal_year": 2025,
        "division_code": "140502",
        "payee_kind": "provider",
        "payee_id": "PROVIDER",
        "purpose": "service_fee",
    }
    return given | {"amount": Decimal(amount), "paid_on": day(paid_on)} | more


def _visit(visit_id: str, started_at: str, **more: Any) -> dict[str, Any]:
    started = dt.datetime.fromisoformat(started_at)
    given = {
        "visit_id": visit_id,
        "programme": "purchased_service",
        "division_code": "140502",
        "elder_id": "moved",
        "worker_id": "worker",
        "provider_id": "PROVIDER",
        "service_item": "meal",
        "started_at": started,
        "ended_at": started + dt.timedelta(minutes=45),
        "charged_amount": Decimal(50),
        "subsidy_amount": Decimal(35),
    }
    return given | more


def _elder(elder_id: str, hukou: str, **more: Any) -> dict[str, Any]:
    given = {
        "elder_id": elder_id,
        "hukou_division": hukou,
        "residence_division": hukou,
        "registered_on": day("2020-01-01"),
    }
    return given | more


def _money(loads: Loads) -> None:
    first = [
        _payment("corrected", "2025-03-01", "100"),
        _payment("moved_past_as_of", "2025-05-01", "50"),
        _payment("sent_twice", "2025-05-02", "7"),
        _payment("on_the_day", "2025-06-30", "1"),
        _payment("corrected_after_as_of", "2025-06-01", "900"),
        _payment(
            "no_programme", "2025-06-01", "3", programme=None, fund_source=None, payee_kind="elder", payee_id="moved"
        ),
    ]
    second = [
        _payment("corrected", "2025-03-02", "120.55"),
        _payment("moved_past_as_of", "2025-07-01", "50"),
        _payment("sent_twice", "2025-05-02", "7"),
        _payment("refund", "2025-06-02", "-20.05"),
    ]
    loads.send("payments", "2025-06-05", first)
    loads.send("payments", "2025-06-06", second)
    loads.send("payments", "2025-08-01", [_payment("corrected_after_as_of", "2025-06-01", "1000")])
    transfer = {"programme": "purchased_service", "fund_source": "county", "fiscal_year": 2025}
    transfer |= {"from_division": "140500", "to_division": "140502"}
    arrived = {"transfer_id": "arrived", "allocated_amount": Decimal(500), "allocated_on": day("2025-02-01")}
    late = {"transfer_id": "late", "allocated_amount": Decimal(80), "allocated_on": day("2025-06-30")}
    arrived |= {"received_amount": Decimal(450), "received_on": day("2025-06-30")}
    late |= {"received_amount": Decimal(80), "received_on": day("2025-07-01")}
    loads.send("fund_transfers", "2025-07-05", [transfer | arrived, transfer | late])
    budget = {"division_code": "140502", "programme": "purchased_service", "fund_source": "county"}
    years = [budget | {"fiscal_year": year, "amount": Decimal(2000)} for year in (2025, 2026)]
    loads.send("budgets", "2025-01-31", years)


def _care(loads: Loads) -> None:
    visits = [
        _visit("last_second", "2025-06-30T23:59:59", recorded_at=dt.datetime(2025, 6, 30, 23, 59, 59), satisfaction=5),
        _visit("recorded_later", "2025-06-30T08:00:00", recorded_at=dt.datetime(2025, 7, 1), worker_id="stranger"),
        _visit("next_day", "2025-07-01T00:00:00"),
        _visit("last_year", "2024-12-31T23:00:00"),
        _visit("self_paid", "2025-01-01T00:00:00", programme="self_paid", provider_id="STRANGER"),
    ]
    loads.send("visits", "2025-07-02", visits)
    # Two sheets of a workbook have the same lines: only the sheet tells which row is replaced.
    sheets = [
        _visit("twin_a", "2025-02-01T08:00:00", _sheet="a", _line=2),
        _visit("twin_b", "2025-02-01T09:00:00", _sheet="b", _line=2),
    ]
    loads.send("visits", "2025-07-02", sheets)
    loads.send("visits", "2025-07-03", [_visit("twin_a", "2025-02-01T10:00:00")])
    complaints = [
        {
            "complaint_id": "answered",
            "received_on": day("2025-03-01"),
            "closed_on": day("2025-03-11"),
            "verdict": "upheld",
        },
        {
            "complaint_id": "closes_later",
            "received_on": day("2025-03-02"),
            "closed_on": day("2025-07-01"),
            "replied_on": day("2025-06-30"),
        },
    ]
    about = {"division_code": "140502", "target_kind": "provider", "provider_id": "PROVIDER", "category": "fee"}
    loads.send("complaints", "2025-07-05", [about | complaint for complaint in complaints])


def _registers(loads: Loads) -> None:
    january = [
        _elder("moved", "140502", community="old"),
        _elder("gone", "140502"),
        _elder("both", "140502001", community="county"),
    ]
    loads.send("elders", "2025-01-31", january, "140502")
    # The city's register of the same day, sent last.
    city = [_elder("both", "140502001", community="city"), _elder("neither", "140521", community="city")]
    loads.send("elders", "2025-01-31", [_elder("neither", "140521", community="other county")], "140524")
    loads.send("elders", "2025-01-31", city, "140500")
    june = [_elder("moved", "140502", community="new", exited_on=day("2025-07-05"), last_verified_on=day("2025-06-30"))]
    loads.send("elders", "2025-06-01", june, "140502")
    loads.send("elders", "2025-07-31", [_elder("future", "140502")], "140502")
    provider = {"provider_id": "PROVIDER", "provider_type": "company", "division_code": "140502"}
    loads.send(
        "providers",
        "2025-01-31",
        [provider | {"name": "old"}, provider | {"provider_id": "LEFT", "name": "left"}],
        "140502",
    )
    loads.send("providers", "2025-06-01", [provider | {"name": "new"}], "140502")
    loads.send("workers", "2025-01-31", [{"worker_id": "worker", "provider_id": "PROVIDER"}], "140502")


def _places(loads: Loads) -> None:
    area = {"name": "小区", "division_code": "371002", "stage": "new", "households": 1000}
    areas = [
        area | {"residential_area_id": "enough", "room_area_provided": 200.0},
        area | {"residential_area_id": "short", "room_area_provided": 199.99},
        area | {"residential_area_id": "elsewhere", "division_code": "140502", "room_area_provided": 1.0},
    ]
    loads.send("residential_areas", "2025-06-01", areas, "371000")
    statistics = [("150302", 2024, 1000), ("150302", 2025, 2000), ("150302", 2026, 9), ("150303", 2023, 500)]
    rows = [{"division_code": code, "year": year, "resident_population": people} for code, year, people in statistics]
    loads.send("division_statistics", "2025-06-01", rows)
    facility = {"name": "中心", "kind": "day_care_centre", "division_code": "150302"}
    facilities = [
        facility | {"facility_id": "open", "land_area": 299.0, "opened_on": day("2025-06-30")},
        facility | {"facility_id": "closes_later", "land_area": 1.0, "closed_on": day("2025-07-01")},
        facility | {"facility_id": "closed", "land_area": 1000.0, "closed_on": day("2025-06-30")},
        facility | {"facility_id": "opens_later", "land_area": 1000.0, "opened_on": day("2025-07-01")},
    ]
    loads.send("facilities", "2025-06-01", facilities, "150300")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Loads:
    loads = Loads(tmp_path_factory.mktemp("models"))
    for send in (_money, _care, _registers, _places):
        send(loads)
    loads.build(AS_OF)
    return loads


def test_the_newest_file_wins_whatever_its_date_and_a_row_past_as_of_hides_its_older_versions(built: Loads) -> None:
    assert built.ask("select payment_id, amount, file from marts.trace_payments order by all") == [
        ("corrected", Decimal("120.55"), "payments_2.csv"),
        ("corrected_after_as_of", Decimal("1000.00"), "payments_3.csv"),
        ("no_programme", Decimal("3.00"), "payments_1.csv"),
        ("on_the_day", Decimal("1.00"), "payments_1.csv"),
        ("refund", Decimal("-20.05"), "payments_2.csv"),
        ("sent_twice", Decimal("7.00"), "payments_2.csv"),
    ]


def test_money_adds_up_and_an_empty_programme_is_a_group_of_its_own(built: Loads) -> None:
    columns = "division_code, programme, budget, allocated_in, received_in, passed_on, paid, refunded, has_budget"
    rows = built.ask(f"select {columns} from marts.fund_usage order by division_code, programme nulls last")
    assert [tuple(float(cell) if isinstance(cell, Decimal) else cell for cell in row) for row in rows] == [
        ("140500", "purchased_service", 0, 0, 0, 580, 0, 0, False),
        ("140502", "purchased_service", 2000, 580, 450, 0, 1128.55, 20.05, True),
        ("140502", None, 0, 0, 0, 0, 3, 0, False),
    ]
    assert built.ask("select distinct fiscal_year from marts.fund_usage") == [(2025,)]


def test_a_day_that_had_not_come_is_empty_and_takes_its_amount_with_it(built: Loads) -> None:
    assert built.ask("select transfer_id, received_amount, received_on from marts.trace_transfers order by all") == [
        ("arrived", Decimal("450.00"), day("2025-06-30")),
        ("late", None, None),
    ]
    columns = "received, upheld, pending, closed, replied, median_days_to_close"
    assert built.ask(f"select {columns} from marts.complaint_counts") == [(2, 1, 1, 1, 1, 10.0)]


def test_times_count_by_their_calendar_day(built: Loads) -> None:
    assert built.ask("select visit_id, recorded_at from staging.stg_visits where _file_order = 6 order by all") == [
        ("last_second", dt.datetime(2025, 6, 30, 23, 59, 59)),
        ("last_year", None),
        ("recorded_later", None),
        ("self_paid", None),
    ]


def test_a_row_on_the_same_line_of_another_sheet_stays(built: Loads) -> None:
    assert built.ask(
        "select visit_id, hour(started_at) from staging.stg_visits where visit_id like 'twin%' order by all"
    ) == [
        ("twin_a", 10),
        ("twin_b", 9),
    ]


def test_the_county_of_the_hukou_knows_best_else_the_newest_file(built: Loads) -> None:
    rows = built.ask(
        "select elder_id, community from staging.stg_elders where elder_id in ('both', 'neither') order by all"
    )
    assert rows == [("both", "county"), ("neither", "city")]


def test_versions_cover_all_days_and_nothing_after_as_of(built: Loads) -> None:
    columns = "elder_id, community, year(valid_from), valid_to::varchar, is_newest, latest_exited_on, on_register"
    assert built.ask(f"select {columns} from registers.reg_elder_versions order by elder_id, valid_from") == [
        ("both", "county", 1, "9999-12-31", True, None, True),
        ("gone", None, 1, "9999-12-31", True, None, False),
        ("moved", "old", 1, "2025-05-31", False, None, True),
        ("moved", "new", 2025, "9999-12-31", True, None, True),
        ("neither", "city", 1, "9999-12-31", True, None, True),
    ]


def test_registers_keep_who_has_left(built: Loads) -> None:
    assert built.ask("select provider_id, name, left_register from registers.reg_providers order by all") == [
        ("LEFT", "left", True),
        ("PROVIDER", "new", False),
    ]


def test_parties_are_looked_up_in_the_registers(built: Loads) -> None:
    flags = "is_elder_registered, is_worker_registered, is_provider_registered, is_public"
    query = f"select visit_id, {flags} from facts.fct_visit_parties where visit_id in ('recorded_later', 'self_paid')"
    assert built.ask(f"{query} order by all") == [
        ("recorded_later", True, False, True, True),
        ("self_paid", True, True, False, False),
    ]
    assert (
        built.ask("select payment_id, is_payee_registered from facts.fct_payments where not is_payee_registered") == []
    )


def test_providers_are_counted_over_the_period(built: Loads) -> None:
    columns = "provider_id, is_registered, visits, public_visits, elders, minutes, subsidy_yuan, complaints_upheld"
    assert built.ask(f"select {columns} from marts.provider_activity order by all") == [
        ("LEFT", True, 0, 0, 0, 0.0, Decimal("0.00"), 0),
        ("PROVIDER", True, 4, 4, 1, 180.0, Decimal("140.00"), 1),
        ("STRANGER", False, 1, 0, 1, 45.0, Decimal("35.00"), 0),
    ]


def test_areas_are_judged_where_the_rule_is_in_force(built: Loads) -> None:
    columns = "residential_area_id, required_m2, round(short_m2, 9), state"
    assert built.ask(f"select {columns} from marts.area_compliance order by all") == [
        ("elsewhere", None, None, "NO_RULE_IN_FORCE"),
        ("enough", 200.0, 0.0, "PASS"),
        ("short", 200.0, 0.01, "FAIL"),
    ]


def test_land_of_a_county_and_of_the_city_as_the_sum_of_its_counties(built: Loads) -> None:
    columns = "division_code, year, residents, land_m2, m2_per_resident, short_m2, state, is_sum_of_counties"
    assert built.ask(f"select {columns} from marts.land_compliance order by all") == [
        ("150300", 2025, 2500, 300.0, 0.12, 75.0, "FAIL", True),
        ("150302", 2025, 2000, 300.0, 0.15, 0.0, "PASS", False),
        ("150303", 2023, 500, 0.0, 0.0, 75.0, "FAIL", False),
    ]


def test_freshness_names_every_source_and_the_day_it_reaches(built: Loads) -> None:
    columns = "source, division_key, files, rows, newest_on"
    rows = {row[:2]: row[2:] for row in built.ask(f"select {columns} from marts.source_freshness")}
    assert rows["elders", "140502"] == (3, 1, day("2025-06-01"))
    assert rows["elders", "1405"] == (1, 1, day("2025-01-31"))
    assert rows["payments", ""] == (3, 6, day("2025-06-30"))
    assert rows["budgets", ""] == (1, 1, day("2025-01-01"))
    assert rows["stays", ""] == (0, 0, None)
    assert len({source for source, _ in rows}) == 26


def test_two_exports_are_alike_byte_for_byte(built: Loads, tmp_path: Path) -> None:
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        folder.mkdir()
        modelling.export(built.database, folder)
    names = sorted(path.name for path in folders[0].iterdir())
    assert "fund_usage.parquet" in names
    for name in names:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes(), name


def test_a_build_tells_rows_and_writes_nothing_into_the_project(built: Loads) -> None:
    assert built.results.rows["marts.fund_usage"] == 3
    assert {node.status for node in built.results.nodes} <= {"success", "pass", "no-op"}
    root = Path(modelling.DBT_PROJECT)
    status = subprocess.run(
        ["git", "-C", str(root), "status", "--porcelain", "--ignored", "."], capture_output=True, text=True, check=True
    )
    assert [line for line in status.stdout.splitlines() if "logs" in line] == []


def test_a_broken_row_stops_the_build(loads: Loads) -> None:
    """The tests are tested: a file that holds a key twice, which no reader lets through, must not pass."""
    rows = [_payment("same", "2025-03-01", "1"), _payment("same", "2025-03-01", "2")]
    loads.send("payments", "2025-06-05", rows)
    with pytest.raises(modelling.ModelFailed, match="unique_key_stg_payments"):
        loads.build(AS_OF)
