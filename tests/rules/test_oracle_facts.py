"""The facts that all rules share, where they are easiest to get wrong."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.rules.made_rows import AS_OF, elder, facts, row, visit
from tests.rules.oracle.common import (
    Policy,
    Row,
    age_on,
    complete_spans,
    division_key,
    lists_any,
    load_policy,
    month_of,
    quarter_of,
    rounded,
    year_of,
    years_later,
)

# ---- days -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        ("1940-02-29", "2023-02-28", 82),
        ("1940-02-29", "2023-03-01", 83),
        ("1940-02-29", "2024-02-28", 83),
        ("1940-02-29", "2024-02-29", 84),
        ("1940-06-15", "2024-06-14", 83),
        ("1940-06-15", "2024-06-15", 84),
    ],
)
def test_a_year_of_life_ends_on_the_birthday_and_of_29_february_on_1_march(born: str, day: str, age: int) -> None:
    assert age_on(dt.date.fromisoformat(born), dt.date.fromisoformat(day)) == age
    assert age_on(None, dt.date.fromisoformat(day)) is None


def test_five_years_after_29_february_are_1_march() -> None:
    assert years_later(dt.date(2020, 2, 29), 5) == dt.date(2025, 3, 1)
    assert years_later(dt.date(2020, 2, 29), 4) == dt.date(2024, 2, 29)


@pytest.mark.parametrize(
    ("first", "last", "labels"),
    [
        ("2024-01-01", "2024-06-30", ["2024-Q1", "2024-Q2"]),
        ("2024-01-01", "2024-06-29", ["2024-Q1"]),
        ("2024-01-02", "2024-06-30", ["2024-Q2"]),
        ("2023-11-15", "2024-03-31", ["2024-Q1"]),
        ("2024-02-01", "2024-02-29", []),
    ],
)
def test_a_quarter_is_complete_if_it_lies_wholly_in_the_period(first: str, last: str, labels: list[str]) -> None:
    spans = complete_spans(quarter_of, dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    assert [span.label for span in spans] == labels


def test_complete_months_and_years() -> None:
    months = complete_spans(month_of, dt.date(2023, 12, 1), dt.date(2024, 2, 28))
    assert [span.label for span in months] == ["2023-12", "2024-01"]
    assert [span.label for span in complete_spans(year_of, dt.date(2023, 1, 1), AS_OF)] == ["2023", "2024"]


# ---- numbers and divisions ------------------------------------------------------------------------------------------


def test_money_is_rounded_half_up_once() -> None:
    assert rounded(Fraction(1, 200), 2) == Decimal("0.01")
    assert rounded(Fraction(-1, 200), 2) == Decimal("-0.01")
    assert rounded(Fraction(10049, 10000), 2) == Decimal("1.00")
    assert str(rounded(3, 2)) == "3.00"


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("140500", "1405"),
        ("140510", "140510"),
        ("140502000", "140502"),
        ("140502000000", "140502"),
        ("140502010000", "140502010"),
        ("140500000000", "1405"),
    ],
)
def test_a_division_loses_groups_of_three_zeros_then_pairs(code: str, key: str) -> None:
    assert division_key(code) == key


def test_a_place_is_the_policy_with_the_longest_prefix() -> None:
    policy = load_policy()
    assert policy.place_of("150603001") == "kangbashi"
    assert policy.place_of("150602") is None
    assert policy.place_of(None) is None
    within = {"jurisdiction": "within", "prefix": "140502", "in_force_from": "", "in_force_to": ""}
    assert Policy(jurisdictions=[*policy.jurisdictions, within]).place_of("140502") == "within"


# ---- rows as of a day -----------------------------------------------------------------------------------------------


def test_the_newest_file_wins_whatever_its_date_and_then_its_own_day_counts() -> None:
    early = visit("v", "2024-05-01", order=1)
    late = visit("v", "2025-01-01", order=2, file_date="2025-02-01")
    assert facts(visits=[late, early]).rows("visits") == []
    assert len(facts(visits=[early]).rows("visits")) == 1
    revised = visit("v", "2024-06-01", order=2, file_date="2025-02-01")
    assert [v["started_at"].month for v in facts(visits=[revised, early]).rows("visits")] == [6]


def test_what_has_not_happened_yet_is_empty() -> None:
    transfer = row(
        "fund_transfers",
        transfer_id="t",
        allocated_on=dt.date(2024, 12, 1),
        received_on=dt.date(2025, 1, 1),
        received_amount=Decimal("5.00"),
    )
    [known] = facts(fund_transfers=[transfer]).rows("fund_transfers")
    assert known["received_on"] is None and known["received_amount"] is None
    [stay] = facts(
        visits=[visit("v", "2024-12-31", recorded_at=dt.datetime(2025, 1, 1, 0, 0))],
    ).rows("visits")
    assert stay["recorded_at"] is None


# ---- elders over time -----------------------------------------------------------------------------------------------


def test_before_the_first_snapshot_the_oldest_version_counts() -> None:
    known = facts(
        elders=[
            elder(ability_level="mild", file_date="2024-03-01", order=1),
            elder(ability_level="severe", file_date="2024-06-01", order=2),
            elder(ability_level="total", file_date="2025-01-01", order=3),
        ]
    )

    def level_on(day: dt.date) -> str | None:
        version = known.version("old", day)
        return version["ability_level"] if version else None

    assert level_on(dt.date(2024, 1, 1)) == "mild"
    assert level_on(dt.date(2024, 5, 31)) == "mild"
    assert level_on(dt.date(2024, 6, 1)) == "severe"
    assert level_on(dt.date(2026, 1, 1)) == "severe"
    assert known.version("nobody", AS_OF) is None


def test_of_one_date_the_register_of_the_hukou_county_goes_before_a_newer_file() -> None:
    own = elder(division="230103", community="own", order=1)
    other = elder(division="230100", community="other", order=2)
    known = facts(elders=[own, other])
    assert [version["community"] for version in known.versions("old")] == ["own"]
    part = elder(division="230103", community="part", order=3)
    assert [version["community"] for version in facts(elders=[own, other, part]).versions("old")] == ["part"]
    foreign = [elder(division="230102", community=f"{order}", order=order) for order in (1, 2)]
    assert [version["community"] for version in facts(elders=foreign).versions("old")] == ["2"]


def test_whoever_is_missing_in_the_newest_snapshot_of_a_division_has_left_the_register() -> None:
    left = elder("left", division="230103", file_date="2024-01-31", order=1)
    stays = elder("stays", division="230103", file_date="2024-02-29", order=2)
    elsewhere = elder("elsewhere", division="140502", hukou="140502", file_date="2023-01-31", order=3)
    known = facts(elders=[left, stays, elsewhere])
    assert known.on_register == {"stays", "elsewhere"}
    assert known.registered("left")


def test_of_assessments_of_one_day_the_greatest_id_counts_and_without_one_the_version() -> None:
    def assessed(assessment_id: str, day: dt.date, level: str) -> Row:
        return row(
            "ability_assessments",
            assessment_id=assessment_id,
            elder_id="old",
            division_code="230103",
            assessed_on=day,
            ability_level=level,
        )

    day = dt.date(2024, 5, 5)
    known = facts(
        elders=[elder()],
        ability_assessments=[assessed("a", day, "mild"), assessed("b", day, "severe"), assessed("0", AS_OF, "total")],
    )
    assert known.ability_on("old", day) == "severe"
    assert known.ability_on("old", dt.date(2024, 5, 4)) == "able"
    assert known.ability_on("old", AS_OF) == "total"


# ---- eligibility ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "in_2008", "later"),
    [
        ({}, True, None),
        ({"categories": []}, False, False),
        ({"categories": ["disabled"], "categories_is_complete": False}, None, None),
        ({"categories": ["childless"], "categories_is_complete": False}, True, None),
        ({"living_arrangement": None}, None, None),
        ({"living_arrangement": "with_family"}, False, False),
        ({"household_income": Decimal("490.01")}, False, None),
        ({"household_income": Decimal("490.00")}, True, None),
        ({"household_income": None}, None, None),
        ({"birth_date": dt.date(1990, 1, 1)}, False, False),
        ({"birth_date": None}, None, None),
        ({"residence_division": "230102"}, False, False),
        ({"residence_division": "230103004"}, True, None),
        ({"hukou_division": "230102", "residence_division": "230102"}, False, False),
    ],
)
def test_a_limit_that_is_no_longer_in_force_is_neither_met_nor_missed(
    changed: Row, in_2008: bool | None, later: bool | None
) -> None:
    known = facts(elders=[elder(**changed)])
    assert known.eligible("old", "nangang", dt.date(2008, 6, 1)) is in_2008
    assert known.eligible("old", "nangang", dt.date(2009, 1, 1)) is later


def test_one_way_to_be_eligible_is_enough_whatever_is_unknown_about_the_others() -> None:
    at_85 = elder(
        hukou="150603", birth_date=dt.date(1939, 5, 5), ability_level=None, categories=[], categories_is_complete=False
    )
    known = facts(elders=[at_85])
    assert known.eligible("old", "kangbashi", dt.date(2024, 5, 5)) is True
    assert known.eligible("old", "kangbashi", dt.date(2024, 5, 4)) is None


def test_an_empty_list_is_known_to_be_empty_only_if_nothing_was_dropped() -> None:
    listed = {"categories": None, "categories_is_complete": True}
    assert lists_any(listed, "categories", ["disabled"]) is False
    assert lists_any(listed | {"categories_is_complete": False}, "categories", ["disabled"]) is None


# ---- policy over time -----------------------------------------------------------------------------------------------


def test_a_rule_is_in_force_while_the_policy_and_all_its_parameters_are() -> None:
    policy = load_policy()
    day = dt.date(2024, 1, 1)
    assert policy.in_force("Q02", "jincheng", day)
    assert not policy.in_force("Q02", "jincheng", dt.date(2022, 12, 31))
    ended = [r | {"valid_to": "2023-12-31"} if r["name"] == "merge_minutes" else r for r in policy.parameters]
    lapsed = Policy(jurisdictions=policy.jurisdictions, parameters=ended)
    assert lapsed.in_force("Q02", "jincheng", dt.date(2023, 12, 31))
    assert not lapsed.in_force("Q02", "jincheng", day)


def test_a_countys_own_price_goes_before_the_citys() -> None:
    policy = load_policy()
    [price] = [r for r in policy.parameters if (r["rule"], r["name"]) == ("Q03", "max_price")]
    own = price | {"division": "140502", "value": "40", "valid_from": "2024-06-01"}
    with_own = Policy(jurisdictions=policy.jurisdictions, parameters=[*policy.parameters, own])
    day = dt.date(2024, 6, 1)
    assert with_own.number("Q03", "jincheng", "max_price", day, "140502003") == 40
    assert with_own.number("Q03", "jincheng", "max_price", day, "140521") == 35
    assert with_own.number("Q03", "jincheng", "max_price", dt.date(2024, 5, 31), "140502") == 35
