"""The reference's rules on people and services: hand-made cases where a definition turns."""

import csv
import datetime as dt
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from pipelines.paths import POLICY
from tests.rules.made_rows import AS_OF, elder, judged, row, visit
from tests.rules.oracle import care, judge
from tests.rules.oracle.common import Judged, Row, load_policy


def test_every_rule_on_people_and_services_is_judged() -> None:
    with (POLICY / "rules.csv").open(encoding="utf-8", newline="") as file:
        codes = {line["rule"] for line in csv.DictReader(file)}
    assert set(care.RULES) == {code for code in codes if code[0] in "ESQ"}


def test_a_group_fails_by_one_visit_in_force_and_counts_only_those() -> None:
    world = {"deaths": [row("deaths", elder_id="old", died_on=dt.date(2022, 12, 30))]}
    visits = [
        visit("before", "2022-12-31", division_code="140502"),
        visit("after", "2023-01-01", division_code="140502"),
    ]
    results = judged("E03", world | {"visits": visits}, since=dt.date(2022, 1, 1))
    assert [(j.period, j.result, j.amount) for j in results] == [
        ("2022-12", "NO_RULE_IN_FORCE", None),
        ("2023-01", "FAIL", Decimal("30.00")),
    ]
    assert results[1].counted == {("visits", "after")} and results[1].ground == {("deaths", "old")}


def test_without_any_death_on_file_nobody_is_known_to_be_alive() -> None:
    visits = [visit("v", "2024-05-01")]
    assert [j.result for j in judged("E03", {"visits": visits})] == ["NOT_ASSESSABLE"]
    others = [row("deaths", elder_id="other", died_on=dt.date(2024, 1, 1))]
    assert [j.result for j in judged("E03", {"visits": visits, "deaths": others})] == ["PASS"]


def test_hours_above_the_cap_put_their_share_of_the_subsidy_at_risk() -> None:
    visits = [visit("a", "2024-05-01", minutes=200), visit("b", "2024-05-02", minutes=100)]
    [found] = judged("Q01", {"visits": visits})
    assert (found.result, found.measure, found.limit, found.amount) == ("FAIL", 5.0, 4.0, Decimal("12.00"))
    exactly = [visit("a", "2024-05-01", minutes=240)]
    assert [j.result for j in judged("Q01", {"visits": exactly})] == ["PASS"]


@pytest.mark.parametrize(("second_hour", "minutes", "distinct"), [(9, 30, 1), (9, 29, 2), (10, 90, 1)])
def test_a_visit_that_follows_within_the_minutes_joins_the_one_before(
    second_hour: int, minutes: int, distinct: int
) -> None:
    visits = [visit("a", "2024-05-01", minutes=minutes), visit("b", "2024-05-01", hour=second_hour)]
    assert [j.measure for j in judged("Q02", {"visits": visits})] == [distinct]


@pytest.mark.parametrize(("shared", "result"), [(5, "PASS"), (6, "FAIL")])
def test_visits_overlap_above_the_tolerance_also_across_places(shared: int, result: str) -> None:
    first = visit("a", "2024-05-01", minutes=60 + shared)
    second = visit("b", "2024-05-01", hour=9, elder_id="other", division_code="999999")
    [found] = judged("S01", {"visits": [first, second]})
    assert found.result == result
    if result == "FAIL":
        assert found.counted == {("visits", "a")} and found.ground == {("visits", "b")}


def test_two_day_windows_lie_within_the_month() -> None:
    place = {"division_code": "371002"}
    checks = [
        row("check_ins", check_in_id=f"{day}", elder_id="old", checked_at=dt.datetime(2024, 4, day, 9), **place)
        for day in range(1, 31, 2)
    ]
    world = {"elders": [elder(hukou="371002")], "check_ins": checks}
    april = {j.period: j for j in judged("E09", world)}["2024-04"]
    assert (april.result, april.measure) == ("PASS", 0.0)
    checks[1]["outcome"] = "no_answer"
    april = {j.period: j for j in judged("E09", world)}["2024-04"]
    assert (april.result, april.measure) == ("FAIL", 2.0)


def test_without_a_later_snapshot_a_quarter_is_not_known_to_be_unverified() -> None:
    def result(*versions: tuple[str, dt.date | None]) -> str:
        rows = [
            elder(hukou="150302", file_date=date, order=order, last_verified_on=verified)
            for order, (date, verified) in enumerate(versions, start=1)
        ]
        return {j.period: j.result for j in judged("E08", {"elders": rows})}["2024-Q2"]

    assert result(("2024-04-30", None)) == "NOT_ASSESSABLE"
    assert result(("2024-06-30", None)) == "FAIL"
    assert result(("2024-06-30", dt.date(2024, 3, 31))) == "FAIL"
    assert result(("2024-09-30", dt.date(2024, 7, 1))) == "NOT_ASSESSABLE"
    assert result(("2024-05-31", dt.date(2024, 4, 1)), ("2024-09-30", dt.date(2024, 7, 1))) == "PASS"


@pytest.mark.parametrize(
    ("fixed", "found", "result"),
    [
        ({}, {}, "PASS"),
        ({}, {"worker_id": "another"}, "FAIL"),
        ({}, {"service_place": None}, "NOT_ASSESSABLE"),
        ({"fixed_place": None}, {}, "NOT_ASSESSABLE"),
        ({"fixed_place": None}, {"worker_id": "another"}, "FAIL"),
        ({"fixed_weekdays": ["mon"]}, {}, "FAIL"),
        ({"fixed_weekdays": ["mon"], "fixed_weekdays_is_complete": False}, {}, "NOT_ASSESSABLE"),
        ({"fixed_weekdays_is_complete": False}, {}, "PASS"),
        ({"fixed_services": []}, {}, "NOT_ASSESSABLE"),
        ({"ends_on": dt.date(2024, 4, 30)}, {}, "NOT_ASSESSABLE"),
    ],
)
def test_a_visit_differs_only_from_what_an_agreement_is_known_to_fix(fixed: Row, found: Row, result: str) -> None:
    agreement: dict[str, Any] = {
        "agreement_id": "a",
        "elder_id": "old",
        "provider_id": "provider",
        "starts_on": dt.date(2024, 1, 1),
        "fixed_worker_id": "worker",
        "fixed_weekdays": ["wed"],
        "fixed_place": "home",
        "fixed_services": ["cleaning", "meal"],
    }
    world = {
        "agreements": [row("agreements", **(agreement | fixed))],
        "visits": [visit("v", "2024-05-01", division_code="230103", **found)],
    }
    assert [j.result for j in judged("S12", world)] == [result]


@pytest.mark.parametrize(
    ("status", "snapshot", "sanctioned", "result"),
    [
        ("normal", "2024-04-30", "x", "PASS"),
        ("normal", "2024-05-02", "x", "NOT_ASSESSABLE"),
        (None, "2024-04-30", "x", "NOT_ASSESSABLE"),
        (None, "2024-04-30", "provider", "FAIL"),
        ("dishonest", "2024-05-01", "x", "FAIL"),
        ("normal", "2024-04-30", None, "NOT_ASSESSABLE"),
    ],
)
def test_credit_is_that_of_the_newest_snapshot_up_to_the_service_date(
    status: str | None, snapshot: str, sanctioned: str | None, result: str
) -> None:
    sanction = row(
        "sanctions",
        sanction_id="s",
        division_code="999999",
        kind="contract_terminated",
        provider_id=sanctioned,
        starts_on=dt.date(2024, 5, 1),
        ends_on=dt.date(2024, 5, 1),
    )
    world = {
        "providers": [row("providers", provider_id="provider", credit_status=status, file_date=snapshot)],
        "visits": [visit("v", "2024-05-01")],
        "sanctions": [sanction] if sanctioned else [],
    }
    assert [j.result for j in judged("S15", world)] == [result]


@pytest.mark.parametrize(
    ("changed", "results"),
    [
        ({}, ["FAIL"]),
        ({"ltc_benefit": True}, []),
        ({"ltc_benefit": None}, ["NOT_ASSESSABLE"]),
        ({"ltc_benefit": None, "categories": []}, []),
        ({"registered_on": dt.date(2024, 9, 1)}, []),
        ({"registered_on": dt.date(2024, 8, 31)}, ["FAIL"]),
        ({"exited_on": dt.date(2025, 1, 1)}, ["FAIL"]),
        ({"exited_on": AS_OF}, []),
    ],
)
def test_only_the_entitled_who_have_waited_long_enough_are_not_served(changed: Row, results: list[str]) -> None:
    cells: Row = {"ltc_benefit": False}
    world = {"elders": [elder(hukou="140502", **(cells | changed))]}
    assert [j.result for j in judged("E07", world)] == results


@pytest.mark.parametrize(("day", "result"), [("2024-08-31", "FAIL"), ("2024-09-01", "PASS"), ("2024-12-01", "FAIL")])
def test_a_visit_of_any_place_in_one_of_the_three_months_serves(day: str, result: str) -> None:
    world = {
        "elders": [elder(hukou="140502", ltc_benefit=False)],
        "visits": [visit("v", day, division_code="999999")],
    }
    assert [j.result for j in judged("E07", world)] == [result]


@pytest.mark.parametrize(
    ("gap_minutes", "degrees", "result"),
    [(0, 0.001, "PASS"), (0, 0.01, "FAIL"), (30, 0.1, "PASS"), (5, 0.1, "FAIL"), (-1, 0.1, None)],
)
def test_travel_is_judged_from_the_end_of_the_visit_before(
    gap_minutes: int, degrees: float, result: str | None
) -> None:
    first = visit("a", "2024-05-01", minutes=60 - gap_minutes, check_in_lon=112.8, check_in_lat=35.5)
    second = visit("b", "2024-05-01", hour=9, check_in_lon=112.8, check_in_lat=35.5 + degrees)
    unlocated = visit("c", "2024-05-01", hour=8, check_in_lat=35.5)
    found = judged("S03", {"visits": [first, second, unlocated]})
    assert [j.result for j in found] == ([result] if result else [])
    if result == "FAIL":
        assert found[0].counted == {("visits", "b")} and found[0].ground == {("visits", "a")}


@pytest.mark.parametrize(("day", "result"), [("10", "PASS"), ("11", "FAIL"), ("19", "FAIL"), ("20", "PASS")])
def test_the_first_and_the_last_day_of_a_stay_are_not_in_it(day: str, result: str) -> None:
    stay = row(
        "stays",
        stay_id="s",
        elder_id="old",
        kind="hospital",
        admitted_on=dt.date(2024, 5, 10),
        discharged_on=dt.date(2024, 5, 20),
    )
    world = {"stays": [stay], "visits": [visit("v", f"2024-05-{day}", service_place=None)]}
    assert [j.result for j in judged("S13", world)] == [result]


@pytest.mark.parametrize(("day", "result"), [("2024-02-29", "PASS"), ("2024-03-01", "FAIL")])
def test_allowances_are_compared_by_the_start_of_their_period(day: str, result: str) -> None:
    payment = row(
        "payments",
        payment_id="p",
        division_code="140502",
        payee_kind="elder",
        payee_id="old",
        amount=Decimal("80.00"),
        paid_on=dt.date(2024, 3, 20),
        period_start=dt.date.fromisoformat(day),
    )
    world = {"payments": [payment], "deaths": [row("deaths", elder_id="old", died_on=dt.date(2024, 2, 29))]}
    [found] = judged("E06", world)
    assert (found.result, found.period, found.measure) == (result, "2024-03-20", 1.0 if result == "FAIL" else None)


def test_of_two_commonest_lengths_the_shorter_counts() -> None:
    lengths = [60] * 10 + [50] * 10 + [40] * 10
    visits = [visit(f"{i}", "2024-05-01", minutes=length, hour=i % 12) for i, length in enumerate(lengths)]
    [found] = judged("S08", {"visits": visits})
    assert found.result == "PASS" and found.counted == {("visits", f"{i}") for i in range(20, 30)}
    assert judged("S08", {"visits": visits[1:]}) == []


def test_eligibility_is_that_of_each_service_date_and_only_ineligible_visits_count() -> None:
    versions = [
        elder(hukou="150302", categories=categories, file_date=date, order=order)
        for order, (date, categories) in enumerate([("2024-05-10", ["disabled"]), ("2024-05-20", [])], start=1)
    ]
    visits = [visit(day, f"2024-05-{day}", division_code="150302") for day in ("01", "19", "20")]
    [found] = judged("E01", {"elders": versions, "visits": [*visits, visit("own", "2023-12-31")]})
    assert (found.result, found.measure, found.amount) == ("FAIL", 1.0, Decimal("30.00"))
    assert found.counted == {("visits", "20")} and found.ground == {("elders", "old")}


@pytest.mark.parametrize(
    ("register", "result"),
    [("150300", "FAIL"), ("150302", "FAIL"), ("140502", "NOT_ASSESSABLE"), ("", "NOT_ASSESSABLE")],
)
def test_outside_the_register_is_only_who_could_have_been_in_one(register: str, result: str) -> None:
    world = {
        "elders": [elder("another", division=register)],
        "visits": [visit("v", "2024-05-01", division_code="150302")],
    }
    assert [j.result for j in judged("E02", world)] == [result]


def test_without_a_row_on_the_register_nobody_is_known_to_have_stayed() -> None:
    visits = [visit("v", "2024-05-01")]
    assert [j.result for j in judged("E04", {"visits": visits})] == ["NOT_ASSESSABLE"]
    left = elder(hukou="140502", exited_on=dt.date(2024, 4, 30))
    assert [j.result for j in judged("E04", {"visits": visits, "elders": [left]})] == ["FAIL"]
    left = elder(hukou="140502", exited_on=dt.date(2024, 5, 1))
    assert [j.result for j in judged("E04", {"visits": visits, "elders": [left]})] == ["PASS"]


@pytest.mark.parametrize(
    ("conditions", "complete", "result"),
    [
        (["diabetes"], True, "FAIL"),
        (["diabetes"], False, "FAIL"),
        (["other"], True, None),
        (["other"], False, "NOT_ASSESSABLE"),
        ([], True, "NOT_ASSESSABLE"),
    ],
)
def test_no_condition_named_is_not_known_to_be_no_condition(
    conditions: list[str], complete: bool, result: str | None
) -> None:
    cells: Row = {"chronic_conditions": conditions, "chronic_conditions_is_complete": complete}
    found = judged("E11", {"elders": [elder(hukou="371002", **cells)]})
    assert [j.result for j in found] == ([result] * 4 if result else [])


@pytest.mark.parametrize(
    ("rule", "cells", "result"),
    [
        ("S05", {}, "PASS"),
        ("S05", {"hired_on": dt.date(2024, 5, 1), "left_on": dt.date(2024, 5, 1)}, "PASS"),
        ("S05", {"hired_on": dt.date(2024, 5, 2)}, "FAIL"),
        ("S05", {"left_on": dt.date(2024, 4, 30)}, "FAIL"),
        ("S05", {"provider_id": "another"}, "FAIL"),
        ("S06", {}, "FAIL"),
        ("S06", {"certificate_from": dt.date(2024, 5, 1)}, "PASS"),
        ("S06", {"certificate_from": dt.date(2024, 5, 2)}, "FAIL"),
        ("S06", {"certificate_from": dt.date(2024, 1, 1), "certificate_to": dt.date(2024, 4, 30)}, "FAIL"),
        ("S06", {"provider_id": "another"}, None),
        ("S07", {}, "PASS"),
        ("S07", {"provider_id": "another", "disqualified_on": dt.date(2024, 5, 1)}, "FAIL"),
        ("S07", {"disqualified_on": dt.date(2024, 5, 2)}, "PASS"),
    ],
)
def test_a_worker_is_judged_by_the_roster_on_the_day(rule: str, cells: Row, result: str | None) -> None:
    rostered: Row = {"worker_id": "worker", "provider_id": "provider"}
    world = {
        "workers": [row("workers", **(rostered | cells))],
        "visits": [visit("v", "2024-05-01", division_code="150302", service_item="bathing")],
    }
    assert [j.result for j in judged(rule, world)] == ([result] if result else [])


@pytest.mark.parametrize(
    ("division", "programme", "result"),
    [
        ("140500", "purchased_service", "PASS"),
        ("140502", "purchased_service", "PASS"),
        ("140521", "purchased_service", "FAIL"),
        ("140500", "meal_subsidy", "FAIL"),
    ],
)
def test_a_contract_covers_the_divisions_below_its_own(division: str, programme: str, result: str) -> None:
    day = dt.date(2024, 5, 1)
    contract = row(
        "contracts",
        contract_id="c",
        provider_id="provider",
        division_code=division,
        programme=programme,
        starts_on=day,
        ends_on=day,
    )
    world = {"contracts": [contract], "visits": [visit("v", "2024-05-01")]}
    assert [j.result for j in judged("S10", world)] == [result]


@pytest.mark.parametrize(("late", "seconds", "result"), [(6, 1, "PASS"), (7, 1, "FAIL"), (7, 0, "PASS")])
def test_records_are_late_after_more_than_the_hours_allowed(late: int, seconds: int, result: str) -> None:
    visits = [visit(f"{i}", "2024-05-01", hour=i % 12) for i in range(30)]
    for i, made in enumerate(visits):
        hours = dt.timedelta(hours=48, seconds=seconds) if i < late else dt.timedelta(0)
        made["recorded_at"] = made["ended_at"] + hours
    assert [j.result for j in judged("S14", {"visits": visits})] == [result]


@pytest.mark.parametrize(
    ("changed", "results"),
    [
        ({}, ["FAIL"]),
        ({"registered_on": dt.date(2024, 5, 31)}, []),
        ({"registered_on": dt.date(2024, 4, 30)}, ["FAIL"]),
        ({"exited_on": dt.date(2024, 5, 1)}, []),
    ],
)
def test_too_few_visits_count_only_in_whole_months(changed: Row, results: list[str]) -> None:
    world = {"elders": [elder(hukou="140502", **changed)], "visits": [visit("v", "2024-05-15")]}
    assert [j.result for j in judged("Q02", world)] == results
    assert [j.result for j in judged("Q02", world, since=dt.date(2024, 5, 2))] == []


def test_lines_are_compared_with_the_month_of_a_visit_that_is_on_file() -> None:
    def line(line_id: str, visit_id: str, month: int) -> Row:
        return row(
            "settlement_lines",
            line_id=line_id,
            visit_id=visit_id,
            division_code="140502",
            service_month=dt.date(2024, month, 1),
            hours=1.5,
            amount=Decimal("52.50"),
        )

    world = {
        "settlement_lines": [line("same", "v", 5), line("later", "v", 6), line("unknown", "none", 6)],
        "visits": [visit("v", "2024-05-31")],
    }
    found = {j.subject: (j.result, j.period, j.measure, j.amount) for j in judged("Q04", world)}
    assert found == {
        "same": ("PASS", "2024-05", 1.5, Decimal("52.50")),
        "later": ("FAIL", "2024-06", 1.5, Decimal("52.50")),
    }


def test_only_what_a_subsidy_exceeds_the_cap_by_is_at_risk() -> None:
    visits = [
        visit("equal", "2024-05-01", minutes=60, subsidy_amount=Decimal("35.01")),
        visit("above", "2024-05-02", minutes=50, subsidy_amount=Decimal("30.00")),
        visit("too", "2024-05-03", minutes=50, subsidy_amount=Decimal("30.00")),
    ]
    [found] = judged("Q03", {"visits": visits})
    assert (found.measure, found.amount) == (2.0, Decimal("1.67"))


# ---- any rows at all ------------------------------------------------------------------------------------------------


def test_any_rows_are_judged_once_per_subject_and_in_any_order() -> None:
    rng = random.Random(7)
    people, providers, divisions = [f"p{i}" for i in range(12)], ["x", "y"], ["140502", "150302", "371002", "230103"]

    def day() -> dt.date:
        return dt.date(2023, 6, 1) + dt.timedelta(days=rng.randrange(800))

    choose: dict[str, Callable[[], Any]] = {
        "elders": lambda: elder(
            rng.choice(people),
            rng.choice(divisions),
            file_date=day().isoformat(),
            order=rng.randrange(10**6),
            ltc_benefit=rng.choice([True, False, None]),
            exited_on=rng.choice([None, None, day()]),
            last_verified_on=rng.choice([None, day()]),
        ),
        "visits": lambda: visit(
            f"v{rng.randrange(900)}",
            day().isoformat(),
            hour=rng.randrange(8, 12),
            order=rng.randrange(10**6),
            division_code=rng.choice(divisions),
            elder_id=rng.choice(people),
            worker_id=rng.choice(people),
            provider_id=rng.choice(providers),
            check_in_lon=rng.choice([None, 112.8, 113.1]),
            check_in_lat=35.5,
            recorded_at=rng.choice([None, dt.datetime(2024, 6, 1)]),
        ),
        "deaths": lambda: row("deaths", elder_id=rng.choice(people), died_on=day(), order=rng.randrange(10**6)),
    }
    world = {source: [make() for _ in range(1000 if source == "visits" else 40)] for source, make in choose.items()}
    results = judge(world, AS_OF, None, load_policy())
    subjects = [subject(found) for found in results]
    assert len(subjects) == len(set(subjects))
    assert {found.result for found in results} == {"FAIL", "PASS", "NOT_ASSESSABLE"}
    shuffled = {source: rng.sample(rows, len(rows)) for source, rows in world.items()}
    assert sorted(judge(shuffled, AS_OF, None, load_policy()), key=subject) == sorted(results, key=subject)


def subject(found: Judged) -> tuple[str, str, str, str]:
    return found.rule, found.jurisdiction, found.subject, found.period
