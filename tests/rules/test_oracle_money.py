"""The reference's rules on money, complaints, duties and land: hand-made cases where a definition turns."""

import csv
import datetime as dt
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from pipelines.paths import POLICY
from tests.rules.made_rows import AS_OF, elder, judged, row, visit
from tests.rules.oracle import judge, money, registry
from tests.rules.oracle.common import Facts, Row, load_policy
from tests.rules.random_worlds import random_window, random_world

# Facts that these rules ask for cannot be missing: their columns are required, or emptiness has a meaning.
ALWAYS_ASSESSABLE = {
    *("P01", "P02", "P03", "P04", "P05", "P06", "P07"),
    *("F02", "F04", "F07", "F08", "F11", "F13"),
    *("C01", "C02", "C03", "C04", "C05"),
    *("D01", "D02", "D03", "D04", "D05", "D06", "A05"),
}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def line(line_id: str, amount: str = "30.00", month: str = "2024-05-01", **more: Any) -> Row:
    """A settlement line in Jincheng for the usual visit."""
    cells: dict[str, Any] = {
        "line_id": line_id,
        "batch_id": "batch",
        "programme": "purchased_service",
        "division_code": "140502",
        "provider_id": "provider",
        "visit_id": "v",
        "service_month": day(month),
        "hours": 1.0,
        "amount": Decimal(amount),
    }
    return row("settlement_lines", **(cells | more))


def payment(payment_id: str, amount: str, paid_on: str = "2024-06-10", **more: Any) -> Row:
    """A service fee to the provider in Jincheng."""
    cells: dict[str, Any] = {
        "payment_id": payment_id,
        "programme": "purchased_service",
        "fiscal_year": day(paid_on).year,
        "division_code": "140502",
        "payee_kind": "provider",
        "payee_id": "provider",
        "purpose": "service_fee",
        "amount": Decimal(amount),
        "paid_on": day(paid_on),
    }
    return row("payments", **(cells | more))


def sanction(sanction_id: str, starts_on: str, **more: Any) -> Row:
    cells: dict[str, Any] = {"division_code": "150302", "kind": "clawback", "provider_id": "provider"}
    return row("sanctions", sanction_id=sanction_id, starts_on=day(starts_on), **(cells | more))


def complaint(complaint_id: str, received_on: str, **more: Any) -> Row:
    cells: dict[str, Any] = {"division_code": "150302", "target_kind": "worker", "worker_id": "w", "verdict": "upheld"}
    return row("complaints", complaint_id=complaint_id, received_on=day(received_on), **(cells | more))


def facility(facility_id: str = "f", division: str = "371002", **more: Any) -> Row:
    cells: dict[str, Any] = {"kind": "residential_home", "division_code": division}
    return row("facilities", facility_id=facility_id, **(cells | more))


def entry(entry_id: str, kind: str, points: int, at: str, **more: Any) -> Row:
    cells: dict[str, Any] = {"division_code": "150603", "elder_id": "old", "kind": kind, "points": points}
    return row("points", entry_id=entry_id, occurred_at=dt.datetime.fromisoformat(at), **(cells | more))


def test_every_rule_on_money_complaints_duties_and_land_is_judged() -> None:
    with (POLICY / "rules.csv").open(encoding="utf-8", newline="") as file:
        codes = {row["rule"] for row in csv.DictReader(file)}
    assert set(money.RULES) == {code for code in codes if code[0] in "PFCDA"}


# ---- from service to money ------------------------------------------------------------------------------------------


def test_a_line_has_its_visit_even_if_that_is_dated_after_as_of() -> None:
    lines = [line("a"), line("b", visit_id="none", amount="12.00")]
    [found] = judged("P01", {"settlement_lines": lines, "visits": [visit("v", "2025-02-01")]})
    assert (found.result, found.measure, found.amount) == ("FAIL", 1.0, Decimal("12.00"))
    assert found.counted == {("settlement_lines", "b")}
    assert [j.result for j in judged("P02", {"settlement_lines": lines, "visits": [visit("v", "2025-02-01")]})] == [
        "PASS"
    ]


@pytest.mark.parametrize(
    ("cells", "amount"),
    [
        ({"amount": Decimal("30.01")}, None),
        ({"amount": Decimal("30.02")}, "0.02"),
        ({"amount": Decimal("29.98")}, "0.00"),
        ({"hours": 1.01}, None),
        ({"hours": 1.02}, "0.00"),
        ({"provider_id": "other"}, "0.00"),
    ],
)
def test_a_line_differs_by_more_than_a_hundredth(cells: dict[str, Any], amount: str | None) -> None:
    [found] = judged("P02", {"settlement_lines": [line("a", **cells)], "visits": [visit("v", "2024-05-03")]})
    assert (found.result, found.amount) == (("FAIL", Decimal(amount)) if amount else ("PASS", None))


def test_a_batch_lies_where_its_first_line_lies_and_in_its_latest_month() -> None:
    lines = [line("a2", division_code="371002", month="2024-03-01"), line("a10", month="2024-02-01")]
    assert [(j.jurisdiction, j.period) for j in judged("P01", {"settlement_lines": lines})] == [("jincheng", "2024-03")]
    assert judged("P01", {"settlement_lines": lines}, since=dt.date(2024, 3, 2)) == []


def test_settled_twice_puts_all_but_the_largest_line_at_risk() -> None:
    [found] = judged("P03", {"settlement_lines": [line("a"), line("b", "31.00", batch_id="other"), line("c", "5.00")]})
    assert (found.result, found.measure, found.limit, found.amount) == ("FAIL", 3.0, 1.0, Decimal("35.00"))


@pytest.mark.parametrize(("paid", "result"), [("30.01", "PASS"), ("30.02", "FAIL")])
def test_refunds_count_when_payments_meet_a_batch(paid: str, result: str) -> None:
    payments = [payment("p", paid, batch_id="batch"), payment("q", "5.00", batch_id="batch")]
    payments.append(payment("r", "-5.00", paid_on="2024-07-01", batch_id="batch"))
    [found] = judged("P04", {"settlement_lines": [line("a")], "payments": payments})
    assert (found.result, found.period, found.measure, found.limit) == (result, "2024-07", float(paid), 30.0)


def test_a_refund_is_used_once_by_the_group_that_comes_first() -> None:
    span = {"period_start": day("2024-01-01"), "period_end": day("2024-01-31")}
    payments = [payment(name, "10.00", **span) for name in ("a", "d")]
    payments += [payment(name, "20.00", **span) for name in ("b", "c")]
    payments += [payment("r", "-15.00", purpose="refund", **span)]
    found = {j.subject: (j.result, j.amount) for j in judged("P05", {"payments": payments})}
    assert found == {
        "provider|purchased_service|service_fee|10.00": ("PASS", None),
        "provider|purchased_service|service_fee|20.00": ("FAIL", Decimal("15.00")),
    }


def test_a_payment_needs_a_batch_with_lines() -> None:
    payments = [
        payment("known", "1.00", batch_id="batch"),
        payment("unknown", "1.00", batch_id="none"),
        payment("bare", "1.00"),
        payment("other", "1.00", purpose="evaluation_fee"),
    ]
    found = {j.subject: j.result for j in judged("P06", {"settlement_lines": [line("a")], "payments": payments})}
    assert found == {"known": "PASS", "unknown": "FAIL", "bare": "FAIL"}


@pytest.mark.parametrize(("month", "result"), [("2024-10-01", "FAIL"), ("2024-11-01", "PASS")])
def test_a_batch_may_stay_unpaid_for_sixty_days(month: str, result: str) -> None:
    [found] = judged("P07", {"settlement_lines": [line("a", month=month)]}, since=dt.date(2024, 12, 1))
    assert found.result == result
    paid = [payment("p", "29.99", batch_id="batch")]
    assert [j.result for j in judged("P07", {"settlement_lines": [line("a", month=month)], "payments": paid})] == [
        "PASS"
    ]


@pytest.mark.parametrize(
    ("paid_on", "result"),
    [("2024-03-31", "PASS"), ("2024-04-01", "FAIL"), ("2024-04-30", "FAIL"), ("2024-05-01", "PASS")],
)
def test_both_ends_of_a_sanction_bar_payment(paid_on: str, result: str) -> None:
    payments = [payment("p", "1.00", paid_on=paid_on)]
    barred = [sanction("s", "2024-04-01", ends_on=day("2024-04-30"))]
    assert [j.result for j in judged("P08", {"payments": payments, "sanctions": barred})] == [result]
    assert [j.result for j in judged("P08", {"payments": payments})] == ["NOT_ASSESSABLE"]


# ---- the money above the payments -----------------------------------------------------------------------------------


def test_what_was_received_is_compared_to_the_cent() -> None:
    def found(received_on: str | None, amount: str | None) -> list[str]:
        transfer = row(
            "fund_transfers",
            transfer_id="t",
            to_division="140502",
            from_division="140500",
            allocated_amount=Decimal("100.00"),
            allocated_on=day("2024-05-01"),
            received_amount=Decimal(amount) if amount else None,
            received_on=day(received_on) if received_on else None,
        )
        return [j.result for j in judged("F01", {"fund_transfers": [transfer]})]

    assert found("2024-05-02", "99.99") == ["PASS"]
    assert found("2024-05-02", "99.98") == ["FAIL"]
    assert found("2024-05-02", None) == ["NOT_ASSESSABLE"]
    assert found(None, "1.00") == found("2025-01-01", "1.00") == []


def test_half_of_the_lottery_fund_is_enough_and_nothing_is_no_share() -> None:
    def found(eldercare: str, other: str) -> list[tuple[str, Decimal | None]]:
        cells: dict[str, Any] = {"division_code": "371000", "fiscal_year": 2024}
        rows = [
            row("lottery_funds", use=use, amount=Decimal(part), **cells)
            for use, part in zip(("eldercare", "other"), (eldercare, other), strict=True)
        ]
        return [(j.result, j.amount) for j in judged("F05", {"lottery_funds": rows})]

    assert found("1.00", "1.00") == [("PASS", None)]
    assert found("1.00", "1.01") == [("FAIL", Decimal("0.01"))]
    assert found("0.00", "0.00") == [("NOT_ASSESSABLE", None)]


@pytest.mark.parametrize(
    ("paid", "kinds", "opened_on", "result", "limit"),
    [
        ("99999.98", ["smart"], None, "FAIL", 100000.0),
        ("99999.99", ["smart"], None, "PASS", None),
        ("99999.98", ["smart"], "2024-01-02", "NOT_ASSESSABLE", None),
        ("200000.02", ["smart"], "2024-01-02", "FAIL", 200000.0),
        ("200000.02", ["smart", "medical"], None, "PASS", None),
        ("300000.02", ["smart", "medical"], None, "FAIL", 300000.0),
        ("100.00", [], None, "NOT_ASSESSABLE", None),
    ],
)
def test_an_operating_subsidy_lies_in_the_bracket_of_its_class(
    paid: str, kinds: list[str], opened_on: str | None, result: str, limit: float | None
) -> None:
    payments = [payment("p", paid, programme="operating_subsidy", facility_id="f", division_code="150603")]
    home = facility(division="150603", service_kinds=kinds, opened_on=day(opened_on) if opened_on else None)
    [found] = judged("F06", {"payments": payments, "facilities": [home]})
    assert found.result == result
    if limit:
        assert found.limit == limit


@pytest.mark.parametrize(
    ("own", "operators", "result"),
    [
        ("pass", "fail", "PASS"),
        ("fail", "pass", "FAIL"),
        (None, "pass", "PASS"),
        (None, "fail", "FAIL"),
        (None, None, "FAIL"),
    ],
)
def test_a_facilitys_own_evaluation_goes_before_its_operators(
    own: str | None, operators: str | None, result: str
) -> None:
    cells: dict[str, Any] = {"evaluation_year": 2023, "evaluated_on": day("2024-02-01")}
    evaluations = []
    if own:
        evaluations.append(
            row("evaluations", evaluation_id="1", target_kind="facility", facility_id="f", result=own, **cells)
        )
    if operators:
        evaluations.append(
            row("evaluations", evaluation_id="2", target_kind="provider", provider_id="o", result=operators, **cells)
        )
    paid: dict[str, Any] = {"programme": "operating_subsidy", "payee_kind": "facility", "payee_id": "f"}
    world = {
        "payments": [payment("p", "5.00", division_code="150603", **paid)],
        "facilities": [facility(division="150603", operator_id="o")],
        "evaluations": evaluations,
    }
    assert [j.result for j in judged("F07", world)] == [result]


@pytest.mark.parametrize(("closed_on", "result"), [("2024-02-29", "FAIL"), ("2024-03-01", "PASS")])
def test_five_years_are_over_on_the_day_they_began(closed_on: str, result: str) -> None:
    home = facility(opened_on=day("2019-03-01"), closed_on=day(closed_on))
    paid = payment("p", "5.00", programme="construction_subsidy", facility_id="f", division_code="371002")
    assert [j.result for j in judged("F08", {"facilities": [home], "payments": [paid]})] == [result]
    elsewhere = paid | {"division_code": "140502"}
    assert judged("F08", {"facilities": [home], "payments": [elsewhere]}) == []


@pytest.mark.parametrize(
    ("use", "let", "result"),
    [
        ("retail", None, "FAIL"),
        (None, True, "FAIL"),
        ("idle", False, "PASS"),
        (None, False, "NOT_ASSESSABLE"),
        ("eldercare", None, "NOT_ASSESSABLE"),
    ],
)
def test_one_wrong_use_decides_and_an_unknown_one_does_not(use: str | None, let: bool | None, result: str) -> None:
    found = judged("F09", {"facilities": [facility(current_use=use, leased_out=let)]})
    assert [j.result for j in found] == [result]


def test_points_are_due_by_the_age_on_the_last_day_of_the_month() -> None:
    world = {
        "elders": [
            elder("old", "150603", birth_date=day("1944-05-31")),
            elder("young", "150603", birth_date=day("1944-06-01")),
            elder("child", "150603", birth_date=day("1960-01-01")),
        ],
        "points": [
            entry("1", "grant", 20000, "2024-05-05T08:00", grant_month=day("2024-05-01")),
            entry("2", "grant", 7, "2024-05-05T08:00", grant_month=day("2024-05-01"), elder_id="nobody"),
            entry("3", "grant", 7, "2024-07-05T08:00", elder_id="lost"),
        ],
    }
    found = {(j.subject, j.period): (j.result, j.amount) for j in judged("F10", world)}
    assert found == {
        ("old", "2024-05"): ("PASS", None),
        ("young", "2024-05"): ("FAIL", Decimal("-150.00")),
        ("nobody", "2024-05"): ("FAIL", Decimal("0.07")),
        ("lost", "2024-07"): ("NOT_ASSESSABLE", None),
    }


def test_a_balance_is_looked_at_within_the_period_with_grants_first() -> None:
    entries = [
        entry("0", "redeem", 50, "2023-12-31T23:00"),
        entry("1", "redeem", 30, "2024-02-01T08:00"),
        entry("2", "grant", 70, "2024-02-01T08:00"),
        entry("3", "expire", 5, "2024-03-01T08:00"),
        entry("4", "adjust", -1, "2024-04-01T08:00"),
        entry("5", "adjust", 100, "2024-05-01T08:00"),
    ]
    [found] = judged("F13", {"points": entries})
    assert (found.result, found.measure, found.amount) == ("FAIL", -16.0, Decimal("0.16"))
    assert found.counted == {("points", str(number)) for number in range(5)}
    assert [j.measure for j in judged("F13", {"points": entries[1:]})] == [34.0]


# ---- complaints -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("last", "result"), [("2024-03-15", "FAIL"), ("2024-03-16", "PASS")])
def test_three_complaints_lie_within_365_days(last: str, result: str) -> None:
    complaints = [complaint("1", "2023-03-17"), complaint("2", "2024-01-01"), complaint("3", last)]
    [found] = judged("C01", {"complaints": complaints})
    assert (found.result, found.period, found.measure) == (result, last, 3.0 if result == "FAIL" else 2.0)


def test_a_worker_serves_on_after_the_third_complaint() -> None:
    world = {
        "complaints": [complaint(name, "2024-03-15") for name in "123"],
        "visits": [
            visit(name, date, worker_id="w", division_code="150302")
            for name, date in (("v", "2024-03-15"), ("x", "2024-03-16"))
        ],
    }
    [found] = judged("C02", world)
    assert (found.result, found.counted, found.amount) == ("FAIL", {("visits", "x")}, Decimal("30.00"))


@pytest.mark.parametrize(
    ("third", "result", "period"), [("2024-06-30", "FAIL", "2024-06-30"), ("2024-07-01", "PASS", "2024-12-31")]
)
def test_complaints_count_to_the_last_day_of_a_contract(third: str, result: str, period: str) -> None:
    cells: dict[str, Any] = {"target_kind": "provider", "provider_id": "provider", "division_code": "140500"}
    world = {
        "contracts": [
            row(
                "contracts",
                contract_id="k",
                division_code="140500",
                provider_id="provider",
                starts_on=day("2023-07-01"),
                ends_on=day("2024-06-30"),
            )
        ],
        "complaints": [
            complaint(str(number), date, **cells) for number, date in enumerate(("2023-07-01", "2023-07-01", third))
        ],
    }
    assert [(j.result, j.period) for j in judged("C03", world)] == [(result, period)]
    earlier = [row | {"received_on": day("2023-07-01")} for row in world["complaints"]]
    assert judged("C03", world | {"complaints": earlier}) == []


# ---- duties ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("beds", "medical", "result"),
    [
        (499, False, None),
        (500, False, "FAIL"),
        (500, None, "NOT_ASSESSABLE"),
        (None, False, "NOT_ASSESSABLE"),
        (None, True, "PASS"),
    ],
)
def test_a_home_of_500_beds_has_a_medical_unit(beds: int | None, medical: bool | None, result: str | None) -> None:
    found = judged("D07", {"facilities": [facility(beds=beds, has_medical_unit=medical)]})
    assert [j.result for j in found] == ([result] if result else [])


def test_each_yuan_returned_covers_one_sanction_in_order() -> None:
    world = {
        "sanctions": [
            sanction("b", "2024-03-01", refund_due=Decimal("100.00")),
            sanction("a", "2024-03-01", refund_due=Decimal("50.00"), division_code="140502"),
            sanction("c", "2024-04-01", refund_due=Decimal("10.00")),
            sanction("d", "2024-05-01", refund_due=Decimal("10.00"), provider_id=None),
            sanction("late", "2024-12-01", refund_due=Decimal("10.00")),
        ],
        "payments": [
            payment("early", "-999.00", paid_on="2024-02-29"),
            payment("r1", "-80.00", paid_on="2024-03-01"),
            payment("r2", "-69.99", paid_on="2024-03-02"),
            payment("r3", "-9.98", paid_on="2024-04-01"),
        ],
    }
    a_cent_short = world | {"payments": [payment("r1", "-159.99", paid_on="2024-04-02")]}
    assert {j.subject: j.result for j in judged("D08", a_cent_short)}["c"] == "PASS"
    found = {j.subject: (j.result, j.measure, j.amount) for j in judged("D08", world)}
    assert found == {
        "b": ("PASS", 100.0, None),
        "c": ("FAIL", 9.97, Decimal("0.03")),
        "d": ("NOT_ASSESSABLE", None, None),
    }


def test_providers_of_a_complete_year_are_evaluated_for_it() -> None:
    world = {
        "visits": [visit("v", "2024-01-01"), visit("x", "2024-12-31", provider_id="other"), visit("y", "2023-05-01")],
        "evaluations": [
            row(
                "evaluations",
                evaluation_id="e",
                target_kind="provider",
                provider_id="other",
                evaluation_year=2024,
                evaluated_on=day("2024-12-31"),
                result="pass",
            )
        ],
    }
    found = {(j.subject, j.period): j.result for j in judged("D02", world, since=dt.date(2023, 1, 2))}
    assert found == {("provider", "2024"): "FAIL", ("other", "2024"): "PASS"}


# ---- land and floor area --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("room", "delivered", "result"),
    [
        (0.6, None, "PASS"),
        (0.59, None, "FAIL"),
        (None, None, "NOT_ASSESSABLE"),
        (None, "2024-12-31", "FAIL"),
        (None, "2025-01-01", "NOT_ASSESSABLE"),
    ],
)
def test_room_is_counted_as_it_is_written(room: float | None, delivered: str | None, result: str) -> None:
    area = row(
        "residential_areas",
        residential_area_id="a",
        division_code="371002",
        stage="new",
        households=3,
        room_area_provided=room,
        homes_delivered_on=day(delivered) if delivered else None,
    )
    assert [j.result for j in judged("A01", {"residential_areas": [area]})] == [result]


def test_a_city_without_a_row_of_its_own_is_the_sum_of_its_counties() -> None:
    def statistics(code: str, year: int, people: int) -> Row:
        return row("division_statistics", division_code=code, year=year, resident_population=people)

    world = {
        "division_statistics": [
            statistics("150302", 2023, 100),
            statistics("150302", 2022, 900),
            statistics("150303", 2022, 100),
            statistics("150302001", 2024, 5),
        ],
        "facilities": [
            facility("1", "150302001", land_area=15.0),
            facility("2", "150303", land_area=14.99),
            facility("3", "150300", land_area=0.01),
            facility("4", "150303", land_area=99.0, opened_on=day("2025-01-01")),
        ],
    }
    found = {(j.subject, j.period): (j.result, j.measure) for j in judged("A03", world)}
    assert found == {
        ("150300", "2023"): ("PASS", 0.15),
        ("150302", "2023"): ("PASS", 0.15),
        ("150303", "2022"): ("FAIL", 0.1499),
    }
    unknown = [*world["facilities"], facility("5", "150303")]
    assert {j.subject: j.result for j in judged("A03", world | {"facilities": unknown})} == {
        "150300": "PASS",
        "150302": "PASS",
        "150303": "NOT_ASSESSABLE",
    }


@pytest.mark.parametrize(
    ("people", "area", "result"), [(15000, 750.0, "PASS"), (15001, 750.0, "FAIL"), (9999, 1.0, "NOT_ASSESSABLE")]
)
def test_a_day_care_centre_is_as_large_as_its_class(people: int, area: float, result: str) -> None:
    centre = facility(division="150302", kind="day_care_centre", served_population=people, building_area=area)
    assert [j.result for j in judged("A06", {"facilities": [centre]})] == [result]


def test_sixty_days_unpaid_are_not_yet_too_long() -> None:
    """31 October and 60 days are 30 December."""
    for as_of, result in ((day("2024-12-30"), "PASS"), (day("2024-12-31"), "FAIL")):
        facts = Facts({"settlement_lines": [line("a", month="2024-10-01")]}, as_of, None, load_policy())
        assert [j.result for j in registry()["P07"](facts)] == [result]


def results(rule: str, source: str, cells: dict[str, Any], *variants: dict[str, Any]) -> list[str]:
    """The result of each variant of a row alone; '' where it is no subject."""
    found = [judged(rule, {source: [row(source) | cells | variant]}) for variant in variants]
    assert all(len(subjects) <= 1 for subjects in found)
    return ["".join(j.result for j in subjects) for subjects in found]


def test_a_transfer_may_be_on_its_way_for_thirty_days() -> None:
    cells: dict[str, Any] = {"transfer_id": "t", "to_division": "140502", "allocated_amount": Decimal("5.00")}
    start = {"allocated_on": day("2024-05-01")}
    ends = ("2024-05-31", "2024-06-01", "2025-01-01")
    variants = [start | {"received_on": day(end)} for end in ends]
    assert results("F02", "fund_transfers", cells, *variants) == ["PASS", "FAIL", "FAIL"]
    assert results("F02", "fund_transfers", cells, {"allocated_on": day("2024-12-01")}) == ["PASS"]


def test_earmarked_money_is_spent_on_what_it_is_for() -> None:
    payments = [
        payment("fits", "1.00", programme="meal_subsidy", purpose="elder_allowance"),
        payment("differs", "1.00", programme="meal_subsidy", purpose="construction"),
        payment("free", "1.00", programme="self_paid", purpose="office"),
        payment("special", "1.00", programme=None, account_kind="special"),
        payment("general", "1.00", programme=None, account_kind="general"),
        payment("refund", "-1.00", programme="meal_subsidy", purpose="refund"),
    ]
    found = {j.subject: j.result for j in judged("F03", {"payments": payments})}
    assert found == {"fits": "PASS", "differs": "FAIL", "special": "FAIL", "general": "NOT_ASSESSABLE"}


@pytest.mark.parametrize(("paid", "amount"), [("10.01", None), ("10.02", "0.02")])
def test_a_budget_is_the_sum_of_its_sources(paid: str, amount: str | None) -> None:
    cells: dict[str, Any] = {"division_code": "140502", "fiscal_year": 2024, "programme": "purchased_service"}
    budgets = [row("budgets", fund_source=name, amount=Decimal("5.00"), **cells) for name in ("county", "lottery")]
    payments = [payment("p", paid), payment("q", "4.00"), payment("r", "-4.00"), payment("s", "9.00", fiscal_year=2023)]
    [found] = judged("F04", {"budgets": budgets, "payments": payments})
    assert (found.result, found.amount) == (("FAIL", Decimal(amount)) if amount else ("PASS", None))


def test_points_are_spent_alive_and_at_designated_places() -> None:
    entries = [
        entry("1", "redeem", 100, "2024-05-01T00:00", provider_id="p"),
        entry("2", "redeem", 10, "2024-05-31T23:59", provider_id="p"),
        entry("3", "redeem", 1, "2024-06-01T00:00", provider_id="p"),
        entry("4", "redeem", 5, "2024-06-02T00:00"),
    ]
    providers = [row("providers", provider_id="p", designated_from=day("2024-05-01"), designated_to=day("2024-05-31"))]
    found = {
        (j.subject, j.period): (j.result, j.measure) for j in judged("F11", {"points": entries, "providers": providers})
    }
    assert found == {("p", "2024-05"): ("PASS", 0.0), ("p", "2024-06"): ("FAIL", 1.0), ("", "2024-06"): ("FAIL", 5.0)}
    deaths = [row("deaths", elder_id="old", died_on=day("2024-06-01"))]
    assert [(j.period, j.result, j.amount) for j in judged("F12", {"points": entries, "deaths": deaths})] == [
        ("2024-05", "PASS", None),
        ("2024-06", "FAIL", Decimal("0.05")),
    ]


def test_a_home_that_closes_on_the_last_day_was_not_open_through_the_year() -> None:
    payments = [payment("p", "5.00", programme="operating_subsidy", facility_id="f", division_code="150603")]
    home = facility(division="150603", service_kinds=["smart"], closed_on=AS_OF)
    assert [j.result for j in judged("F06", {"payments": payments, "facilities": [home]})] == ["NOT_ASSESSABLE"]


def test_complaints_are_closed_answered_and_decided() -> None:
    cells: dict[str, Any] = {"complaint_id": "c", "division_code": "371002", "received_on": day("2024-05-01")}
    closed = {"closed_on": day("2024-05-31")}
    late, answered = {"closed_on": day("2024-06-01")}, {"replied_on": day("2024-06-05")}
    assert results("C05", "complaints", cells, closed, late, {}) == ["PASS", "FAIL", "FAIL"]
    media, recent = {"source": "media"}, {"closed_on": day("2024-12-16")}
    assert results("C04", "complaints", cells, closed, closed | answered, closed | media, recent) == [
        "FAIL",
        "PASS",
        "",
        "",
    ]
    assert results("C04", "complaints", cells, {"closed_on": day("2024-12-15")}) == ["FAIL"]
    selling = cells | {"division_code": "140502", "category": "selling"}
    verdicts = ("partly_upheld", "not_upheld", "pending", None)
    assert results("C06", "complaints", selling, *({"verdict": verdict} for verdict in verdicts)) == [
        "FAIL",
        "PASS",
        "NOT_ASSESSABLE",
        "NOT_ASSESSABLE",
    ]


def test_every_required_notice_is_disclosed() -> None:
    items = ("management_rules", "staff_duties", "service_hours", "service_items", "prices", "emergency_plan")
    world = {
        "providers": [row("providers", provider_id="provider", division_code="150302")],
        "visits": [visit("v", "2024-05-01", programme="self_paid")],
        "disclosures": [row("disclosures", provider_id="provider", item=item, disclosed_on=AS_OF) for item in items],
    }
    assert [(j.result, j.measure) for j in judged("D01", world)] == [("PASS", 6.0)]
    some = world | {"disclosures": world["disclosures"][1:]}
    assert [(j.result, j.measure, j.limit) for j in judged("D01", some)] == [("FAIL", 5.0, 6.0)]
    assert judged("D01", some | {"visits": []}) == []


def test_evaluations_inspections_and_surveys_have_their_days() -> None:
    evaluated: dict[str, Any] = {"evaluation_id": "e", "division_code": "371002"}
    long_ago, lately = {"evaluated_on": day("2024-11-01")}, {"evaluated_on": day("2024-11-02")}
    shown, later = {"published_on": AS_OF}, {"published_on": day("2025-01-01")}
    assert results("D03", "evaluations", evaluated, lately, long_ago) == ["", ""]
    old = {"evaluated_on": day("2024-10-31")}
    assert results("D03", "evaluations", evaluated, old, old | shown, old | later) == ["FAIL", "PASS", "FAIL"]
    inspected: dict[str, Any] = {"inspection_id": "i", "division_code": "371002", "inspected_on": day("2024-05-01")}
    by = {"rectify_by": day("2024-06-01")}
    variants = (by | {"rectified_on": day("2024-06-01")}, by | {"rectified_on": day("2024-06-02")}, by)
    assert results("D04", "inspections", inspected, *variants, {"rectify_by": AS_OF}) == [
        "PASS",
        "FAIL",
        "FAIL",
        "PASS",
    ]
    world = {
        "visits": [visit("v", "2024-03-31"), visit("x", "2024-04-01")],
        "satisfaction_surveys": [
            row("satisfaction_surveys", survey_id="s", provider_id="provider", surveyed_on=day("2024-06-30"))
        ],
    }
    assert {j.period: j.result for j in judged("D05", world)} == {"2024-Q1": "FAIL", "2024-Q2": "PASS"}


def test_a_home_gives_sixty_days_notice() -> None:
    closed: dict[str, Any] = {
        "facility_id": "f",
        "kind": "residential_home",
        "division_code": "371002",
        "closed_on": AS_OF,
    }
    days = (day("2024-11-01"), day("2024-11-02"), None)
    found = [judged("D06", {"facilities": [row("facilities", closure_notice_on=notice, **closed)]}) for notice in days]
    assert [(j.result, j.measure) for [j] in found] == [("PASS", 60.0), ("FAIL", 59.0), ("FAIL", 0.0)]


def test_rooms_keep_up_with_homes_and_are_handed_over() -> None:
    area: dict[str, Any] = {"residential_area_id": "a", "division_code": "371002", "stage": "new"}
    homes = {"homes_started_on": day("2024-05-01")}
    rooms = [homes | {"rooms_started_on": day(at)} for at in ("2024-05-01", "2024-05-02")]
    future = {"homes_started_on": day("2025-01-01")}
    assert results("A04", "residential_areas", area, *rooms, homes, {}, future) == [
        "PASS",
        "FAIL",
        "FAIL",
        "NOT_ASSESSABLE",
        "PASS",
    ]
    delivered = {"rooms_delivered_on": day("2024-05-01")}
    handed = [delivered | {"rooms_handed_over_on": day(at)} for at in ("2024-07-30", "2024-07-31")]
    recent = {"rooms_delivered_on": day("2024-10-02")}
    assert results("A05", "residential_areas", area, *handed, delivered, recent) == ["PASS", "FAIL", "FAIL", ""]


# ---- made-up worlds -------------------------------------------------------------------------------------------------


def test_made_up_worlds_reach_every_answer_and_name_each_subject_once() -> None:
    policy, answers = load_policy(), Counter[tuple[str, str]]()
    for seed in range(15):
        window = random_window(seed)
        results = judge(random_world(seed, 1500), window.as_of, window.period_start, policy)
        names = Counter((j.rule, j.jurisdiction, j.subject, j.period) for j in results)
        assert max(names.values()) == 1
        answers.update((j.rule, j.result) for j in results)
    for rule in registry():
        assert answers[rule, "FAIL"] and answers[rule, "PASS"], rule
    for rule in money.RULES:
        assert answers[rule, "NOT_ASSESSABLE"] or rule in ALWAYS_ASSESSABLE, rule
        assert not (answers[rule, "NOT_ASSESSABLE"] and rule in ALWAYS_ASSESSABLE), rule
        assert answers[rule, "NO_RULE_IN_FORCE"] or rule == "C02", rule  # its subjects are findings of C01
