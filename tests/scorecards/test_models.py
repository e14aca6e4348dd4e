"""What is counted for a card, from loads written by hand through the models: one build, as of 30 June 2025."""

# ruff: noqa: S608 - the queries are these tests' own words

import datetime as dt
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from pipelines import modelling
from tests.models.conftest import Loads

AS_OF = dt.date(2025, 6, 30)
DAY = dt.timedelta(days=1)
Rows = list[dict[str, Any]]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def visit(visit_id: str, started_at: str, **more: Any) -> dict[str, Any]:
    started = dt.datetime.fromisoformat(started_at)
    given = {
        "visit_id": visit_id,
        "programme": "purchased_service",
        "division_code": "150302",
        "elder_id": "entitled",
        "worker_id": "certified",
        "provider_id": "P",
        "service_item": "meal",
        "service_place": "home",
        "started_at": started,
        "ended_at": started + dt.timedelta(hours=1),
        "charged_amount": Decimal(50),
        "subsidy_amount": Decimal(35),
    }
    return given | more


def after(started_at: str, hours: int = 0, seconds: int = 0) -> dt.datetime:
    """A time so long after the end of a visit."""
    return dt.datetime.fromisoformat(started_at) + dt.timedelta(hours=1 + hours, seconds=seconds)


def _visits() -> Rows:
    stranger = {"elder_id": "stranger", "worker_id": "unknown", "service_item": "bathing"}
    first, second = "2025-01-05T08:00", "2025-02-01T08:00"
    rows = [
        visit("all_well", first, service_item="nursing_care", recorded_at=after(first, hours=48), satisfaction=4),
        visit(
            "nothing_well",
            second,
            service_item="bathing",
            worker_id="uncertified",
            elder_id="not_entitled",
            recorded_at=after(second, hours=48, seconds=1),
            satisfaction=3,
        ),
        visit("nobody_knows", "2025-04-01T08:00", **stranger),
        visit("self_paid", "2025-04-02T08:00", programme="self_paid", elder_id="not_entitled"),
        visit("here", "2025-05-03T08:00"),
        visit("and_there", "2025-05-03T08:30", elder_id="not_entitled"),
        visit("last_year", "2024-12-31T08:00", satisfaction=1),
        visit("elsewhere", "2025-03-03T08:00", provider_id="W", division_code="371002", elder_id="of_weihai"),
    ]
    for number in range(150):
        date = (dt.date(2025, 1, 1) + number * DAY).isoformat()
        for hour in ("08:00", "14:00"):
            start = f"{date}T{hour}"
            about = {
                "provider_id": "Q",
                "worker_id": "model",
                "elder_id": "entitled_too",
                "service_item": "nursing_care",
            }
            rows.append(visit(f"{start}", start, recorded_at=after(start), satisfaction=5, **about))
    about = {
        "provider_id": "Q",
        "worker_id": "model",
        "elder_id": "entitled_three",
        "recorded_at": after("2025-05-20T14:30"),
    }
    return [*rows, visit("overlapping", "2025-05-20T14:30", **about)]


def _people(loads: Loads) -> None:
    elder = {"hukou_division": "150302", "residence_division": "150302", "birth_date": day("1940-01-01")}
    elder |= {"registered_on": day("2020-01-01"), "categories_is_complete": True, "living_arrangement": "alone"}
    names = ("entitled", "entitled_too", "entitled_three")
    rows = [elder | {"elder_id": name, "categories": ["minimum_living"]} for name in names]
    loads.send("elders", "2024-12-31", [*rows, elder | {"elder_id": "not_entitled", "categories": []}], "150302")
    roster = {"provider_id": "P", "hired_on": day("2020-01-01")}
    workers = [
        roster
        | {"worker_id": "certified", "certificate_from": day("2020-01-01"), "last_trained_on": AS_OF - 365 * DAY},
        roster | {"worker_id": "uncertified", "last_trained_on": AS_OF - 366 * DAY},
        roster | {"worker_id": "left", "left_on": AS_OF - DAY, "last_trained_on": AS_OF - DAY},
        roster | {"worker_id": "last_day", "left_on": AS_OF},
        roster | {"worker_id": "hired_later", "hired_on": AS_OF + DAY, "last_trained_on": AS_OF},
        roster | {"worker_id": "model", "provider_id": "Q", "certificate_from": day("2020-01-01")},
    ]
    loads.send("workers", "2025-06-30", workers, "150302")
    agreements = [
        {"agreement_id": "a1", "elder_id": "entitled", "provider_id": "P", "starts_on": day("2025-01-01")},
        {"agreement_id": "a2", "elder_id": "entitled_too", "provider_id": "Q", "starts_on": day("2025-01-01")},
        {"agreement_id": "a3", "elder_id": "entitled_three", "provider_id": "Q", "starts_on": day("2025-01-01")},
    ]
    loads.send("agreements", "2025-01-31", agreements, "150302")


def _records(loads: Loads) -> None:
    about = {"division_code": "150302", "target_kind": "provider", "provider_id": "P", "category": "fee"}
    complaints = [
        {"complaint_id": "upheld", "received_on": day("2025-01-10"), "verdict": "upheld"}
        | {"closed_on": day("2025-01-20"), "replied_on": day("2025-01-21")},
        {"complaint_id": "of_worker", "received_on": day("2025-04-10"), "verdict": "partly_upheld"}
        | {"target_kind": "worker", "worker_id": "certified"},
        {"complaint_id": "not_upheld", "received_on": day("2025-02-10"), "verdict": "not_upheld"}
        | {"closed_on": day("2025-02-20")},
        {"complaint_id": "of_last_year", "received_on": day("2024-12-10"), "verdict": "upheld"}
        | {"closed_on": day("2025-02-20"), "replied_on": day("2025-02-20")},
        {"complaint_id": "of_facility", "received_on": day("2025-02-11"), "verdict": "upheld"}
        | {"target_kind": "facility", "closed_on": day("2025-02-20")},
    ]
    loads.send("complaints", "2025-06-30", [about | row for row in complaints])
    survey = {"provider_id": "P", "division_code": "150302"}
    surveys = [("s1", "2025-02-01", 80.0), ("s2", "2025-05-01", 79.99), ("s3", "2024-12-31", 0.0)]
    loads.send(
        "satisfaction_surveys",
        "2025-06-30",
        [survey | {"survey_id": name, "surveyed_on": day(on), "score": score} for name, on, score in surveys],
    )
    inspection = {"division_code": "150302", "provider_id": "P", "inspected_on": day("2025-01-02")}
    inspections = [
        ("in_time", "2025-03-31", "2025-03-31"),
        ("late", "2025-05-01", "2025-05-02"),
        ("never", "2025-06-29", None),
        ("due_today", "2025-06-30", None),
        ("due_last_year", "2024-12-31", None),
    ]
    rows = [
        inspection | {"inspection_id": name, "rectify_by": day(due), "rectified_on": day(done) if done else None}
        for name, due, done in inspections
    ]
    loads.send("inspections", "2025-06-30", rows)
    items = [("prices", "2025-01-01"), ("service_hours", "2020-01-01"), ("emergency_plan", "2025-07-01")]
    rows = [{"provider_id": "P", "item": item, "disclosed_on": day(on)} for item, on in items]
    loads.send("disclosures", "2025-07-02", rows)
    facility = {"kind": "residential_home", "division_code": "150302", "operator_id": "P", "leased_out": False}
    facility |= {"current_use": "eldercare"}
    facilities = [
        facility | {"facility_id": "in_order", "name": "甲"},
        facility | {"facility_id": "leased", "name": "乙", "leased_out": True},
        facility | {"facility_id": "unknown", "name": "丙", "leased_out": None},
        facility | {"facility_id": "closed", "name": "丁", "closed_on": AS_OF},
        facility | {"facility_id": "of_others", "name": "戊", "operator_id": "Q"},
    ]
    loads.send("facilities", "2025-06-01", facilities, "150302")


def _lines(loads: Loads) -> None:
    def line(line_id: str, visit_id: str, month: str = "2025-01-01", **more: Any) -> dict[str, Any]:
        given = {"line_id": line_id, "batch_id": "b1", "provider_id": "P", "visit_id": visit_id, "hours": 1.0}
        return given | {"division_code": "150302", "service_month": day(month), "amount": Decimal(35)} | more

    rows = [
        line("equal", "all_well"),
        line("dearer", "nothing_well", amount=Decimal("35.02")),
        line("off_platform", "no_such_visit"),
        line("once", "self_paid", "2025-04-01"),
        line("twice", "self_paid", "2025-04-01"),
        line("of_last_year", "last_year", "2024-12-01"),
        # P02 does not apply in Weihai; its test does, for a card.
        line("of_weihai", "elsewhere", provider_id="W", division_code="371002", batch_id="b2", amount=Decimal("35.02")),
    ]
    loads.send("settlement_lines", "2025-06-30", rows)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Loads:
    loads = Loads(tmp_path_factory.mktemp("scorecards"))
    loads.send("visits", "2025-06-30", _visits())
    for send in (_people, _records, _lines):
        send(loads)
    loads.make()
    modelling.build_scorecards(loads.database, AS_OF, None)
    return loads


def counts(built: Loads, provider: str) -> dict[str, tuple[int, float]]:
    rows = built.ask(f"select measure, k, n from marts.scorecard_measures where provider = '{provider}'")
    return {measure: (k, n) for measure, k, n in rows}


def test_what_is_counted(built: Loads) -> None:
    assert counts(built, "P") == {
        "certified_visits": (1, 2),
        "rostered_visits": (5, 6),
        "trained_workers": (1, 3),
        "facilities_in_order": (1, 2),
        "disclosed_items": (2, 6),
        "visits_with_agreement": (2, 5),
        "records_in_time": (1, 2),
        "rectified_in_time": (1, 3),
        "satisfied_ratings": (1, 2),
        "satisfied_surveys": (1, 2),
        "plausible_visits": (3, 5),
        "complaints_upheld": (2, 0.006),
        "complaints_answered": (2, 3),
        "lines_in_order": (1, 5),
        "eligible_visits": (2, 5),
    }


def test_a_test_of_a_rule_is_put_also_where_the_rule_does_not_apply(built: Loads) -> None:
    assert counts(built, "W")["lines_in_order"] == (0, 1)
    assert counts(built, "W")["disclosed_items"] == (0, 6)


def test_only_providers_with_a_visit_there_have_a_card(built: Loads) -> None:
    cards = built.ask("select provider, jurisdiction, peers, visits, public_visits from marts.scorecards order by all")
    assert cards == [("P", "wuhai", 2, 6, 5), ("Q", "wuhai", 2, 301, 301), ("W", "weihai", 1, 1, 1)]


def test_the_rows_behind_a_number_are_as_many_as_it_says(built: Loads) -> None:
    odd = built.ask(
        """
        select measures.provider, measures.measure, measures.k, measures.n, count(rows.row_key) as found
        from marts.scorecard_measures as measures
        left join marts.scorecard_rows as rows using (provider, jurisdiction, measure)
        group by all
        having count(rows.row_key) filter (where not rows.counts_in_k)
            != case measures.measure when 'complaints_upheld' then 0 else measures.n - measures.k end
        """
    )
    assert odd == []
    rows = built.ask(
        "select row_key from marts.scorecard_rows where provider = 'P' and measure = 'plausible_visits' order by 1"
    )
    assert rows == [("and_there",), ("here",)]
    rows = built.ask(
        "select row_key, counts_in_k, file is not null from marts.scorecard_rows "
        "where provider = 'P' and measure = 'disclosed_items' and row_key in ('P|prices', 'P|staff_duties') order by 1"
    )
    assert rows == [("P|prices", True, True), ("P|staff_duties", False, False)]


def test_quarters_add_up_to_the_period(built: Loads) -> None:
    standing = "('trained_workers', 'facilities_in_order', 'disclosed_items')"
    odd = built.ask(
        f"""
        select measures.provider, measures.measure, measures.k, measures.n, sum(quarters.k), sum(quarters.n)
        from marts.scorecard_measures as measures
        left join marts.scorecard_quarters as quarters using (provider, jurisdiction, measure)
        where measures.measure not in {standing}
        group by all
        having measures.k is distinct from sum(quarters.k) or abs(measures.n - sum(quarters.n)) > 1e-12
        """
    )
    assert odd == []
    assert built.ask(f"select count(*) from marts.scorecard_quarters where measure in {standing}") == [(0,)]


def test_a_change_rests_on_the_intervals_of_both_its_ends(built: Loads) -> None:
    # Newcombe's method 10 (Statistics in Medicine 17: 873-890): from the Wilson limits of both shares. The overlap of May is
    # two implausible visits among 121 of the second quarter.
    rows = built.ask(
        "select quarter, value, low, high, change, change_low, change_high from marts.scorecard_quarters "
        "where provider = 'Q' and measure = 'plausible_visits' order by 1"
    )
    (_, value, low, high, *none), (_, later, later_low, later_high, change, change_low, change_high) = rows
    assert none == [None] * 3
    assert (value, later) == (1, 119 / 121)
    assert change == pytest.approx(later - value)
    assert change_low == pytest.approx(change - ((later - later_low) ** 2 + (high - value) ** 2) ** 0.5)
    assert change_high == pytest.approx(change + ((later_high - later) ** 2 + (value - low) ** 2) ** 0.5)


def test_months_of_a_card(built: Loads) -> None:
    rows = built.ask(
        "select month, visits, complaints, rate, ratings, satisfied from marts.monthly_series "
        "where provider = 'P' order by 1"
    )
    assert [row[1:] for row in rows] == [
        (1, 1, 1000, 1, 1),
        (1, 0, 0, 1, 0),
        (0, 0, None, 0, 0),
        (2, 1, 500, 0, 0),
        (2, 0, 0, 0, 0),
        (0, 0, None, 0, 0),
    ]


def test_a_lead_changes_no_grade_and_a_confirmed_finding_caps_it(built: Loads) -> None:
    query = "select grade, uncapped_grade, cap_reason from marts.scorecards where provider = '{}'"
    assert built.ask(query.format("Q")) == [("excellent", "excellent", None)]
    found = dict(built.ask("select subject, finding_id from rules.rule_findings where rule = 'S01'"))
    assert set(found) == {"certified", "model"}
    decided = [(found["model"], "data_error"), (found["certified"], "upheld")]
    assert _decide(built, decided) == [("P", None, found["certified"]), ("Q", "excellent", None), ("W", None, None)]
    decided = [(found["model"], "upheld"), (found["certified"], "not_upheld")]
    assert _decide(built, decided) == [("P", None, None), ("Q", "fail", found["model"]), ("W", None, None)]
    assert built.ask(query.format("Q"))[0][1] == "excellent"


def _decide(built: Loads, decided: list[tuple[str, str]]) -> list[tuple[Any, ...]]:
    """Cards after these decisions."""
    with duckdb.connect(str(built.database)) as connection:
        connection.execute("delete from raw.decisions")
        connection.executemany("insert into raw.decisions values (?, ?, '2025-06-30')", decided)
    modelling.run_models(built.database, ["card_caps", "scorecards"], modelling.variables(AS_OF, None))
    return built.ask("select provider, grade, cap_reason from marts.scorecards order by all")


def test_people_entitled_are_counted_by_place_and_group(built: Loads) -> None:
    # Three are entitled and have a visit in March to May; who is not entitled is none of them.
    rows = built.ask("select * exclude (smallest) from scorecards.coverage_people where jurisdiction = 'wuhai'")
    assert rows == [("wuhai", "150302", "150302", "80", "minimum_living", "alone", True, 3)]


def test_coverage_hides_small_counts(built: Loads) -> None:
    rows = built.ask("select distinct entitled, is_hidden from marts.service_coverage where dimension = 'all'")
    assert rows == [(None, True)]
