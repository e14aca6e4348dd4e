"""What each measure counts: k and n of a provider in a jurisdiction, row by row.

A rule's test is asked of rows in every jurisdiction and on every day, whether or not the rule is in force there; only
where a measure counts findings are the results of the rules themselves looked at.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cached_property

from tests.rules.oracle import registry
from tests.rules.oracle.care import agreement, covers, roster_row
from tests.rules.oracle.common import FAIL, PASS, UPHELD, Facts, Judged, Row, hours, is_public, rounded, service_date
from tests.rules.oracle.money import exact, is_open

CERTIFICATE_ITEMS = frozenset({"nursing_care", "bathing", "rehabilitation", "medical_assistance", "counselling"})
REQUIRED_ITEMS = frozenset(
    {"management_rules", "staff_duties", "service_hours", "service_items", "prices", "emergency_plan"}
)
IMPLAUSIBLE_RULES = ("S01", "S02", "S03", "S13", "E03")
FACILITY_RULES = ("F09", "D07", "A06")
TRAINED_WITHIN = dt.timedelta(days=365)
RECORDED_WITHIN = dt.timedelta(hours=48)
TOLERANCE = Decimal("0.01")  # of yuan and of hours

Count = tuple[int, int]


class Known:
    """What all cards of a world share: its facts, and what the rules say of it."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._judged: dict[str, list[Judged]] = {}

    def judged(self, rule: str) -> list[Judged]:
        """What a rule says, where and when it is in force."""
        if rule not in self._judged:
            self._judged[rule] = list(registry()[rule](self.facts))
        return self._judged[rule]

    def findings(self, rules: Iterable[str]) -> list[Judged]:
        """The findings of some rules."""
        return [row for rule in rules for row in self.judged(rule) if row.result == FAIL]

    @cached_property
    def implausible_visits(self) -> frozenset[str]:
        """Visits that stand in the evidence of a finding that they cannot have been as recorded."""
        evidence = (item for row in self.findings(IMPLAUSIBLE_RULES) for item in (*row.counted, *row.ground))
        return frozenset(key for source, key in evidence if source == "visits")

    @cached_property
    def facility_results(self) -> Mapping[str, set[str]]:
        """By facility what the rules on facilities say of it."""
        found: dict[str, set[str]] = {}
        for row in (row for rule in FACILITY_RULES for row in self.judged(rule)):
            found.setdefault(row.subject, set()).add(row.result)
        return found

    @cached_property
    def visits_on_file(self) -> frozenset[str]:
        """Visits of any day, also after as_of."""
        return frozenset(row["visit_id"] for row in self.facts.newest_on_file("visits"))

    @cached_property
    def lines_of_visit(self) -> Counter[str]:
        """How many settlement lines name a visit."""
        return Counter(row["visit_id"] for row in self.facts.rows("settlement_lines"))

    @cached_property
    def register_places(self) -> frozenset[str | None]:
        """Jurisdictions under which a register of elders has come."""
        return frozenset(self.facts.place_of(row["_division_key"]) for row in self.facts.snapshot_rows("elders"))


class Provider:
    """A provider in a jurisdiction, and its rows there."""

    def __init__(self, known: Known, provider: str, place: str) -> None:
        self.known = known
        self.facts = known.facts
        self.id = provider
        self.place = place

    def rows(self, source: str, column: str = "provider_id") -> list[Row]:
        """Its rows of a source in divisions of the jurisdiction."""
        rows = self.facts.where(source, **{column: self.id})
        return [row for row in rows if self.facts.place_of(row["division_code"]) == self.place]

    @cached_property
    def visits(self) -> list[Row]:
        """Its visits of the period there."""
        return [row for row in self.rows("visits") if self.facts.in_period(service_date(row))]

    @cached_property
    def public_visits(self) -> list[Row]:
        """Those bought by the government."""
        return [visit for visit in self.visits if is_public(visit)]

    @cached_property
    def complaints(self) -> list[Row]:
        """Complaints about it or its workers; those about facilities are others' matter."""
        return [row for row in self.rows("complaints") if row["target_kind"] in {"provider", "worker"}]


def count(rows: Iterable[Row], holds: Callable[[Row], bool]) -> Count:
    """How many rows hold, and how many there are."""
    answers = [holds(row) for row in rows]
    return sum(answers), len(answers)


# ---- staffing -------------------------------------------------------------------------------------------------------


def certified_visits(provider: Provider) -> Count:
    """Of visits that need a certificate, by workers with a row on the roster: those that a certificate covers."""

    def certified(visit: Row) -> bool:
        row = roster_row(provider.facts, visit)
        if row is None or row["certificate_from"] is None:
            return False
        return covers(row["certificate_from"], row["certificate_to"], service_date(visit))

    needing = (visit for visit in provider.visits if visit["service_item"] in CERTIFICATE_ITEMS)
    return count((visit for visit in needing if roster_row(provider.facts, visit) is not None), certified)


def is_on_roster(row: Row | None, day: dt.date) -> bool:
    """Whether a roster row covers a day; an empty hired_on or left_on is no bound, the day of leaving is a day there."""
    return row is not None and covers(row["hired_on"] or dt.date.min, row["left_on"], day)


def rostered_visits(provider: Provider) -> Count:
    """Visits by workers who are on the roster on the day."""
    return count(provider.visits, lambda visit: is_on_roster(roster_row(provider.facts, visit), service_date(visit)))


def trained_workers(provider: Provider) -> Count:
    """Workers of the provider, wherever it serves, on the roster on as_of; training after as_of has not happened."""
    as_of = provider.facts.as_of

    def trained(worker: Row) -> bool:
        trained_on = worker["last_trained_on"]
        return trained_on is not None and as_of - TRAINED_WITHIN <= trained_on <= as_of

    workers = provider.facts.where("workers", provider_id=provider.id)
    return count((worker for worker in workers if is_on_roster(worker, as_of)), trained)


# ---- facilities -----------------------------------------------------------------------------------------------------


def facilities_in_order(provider: Provider) -> Count:
    """Open facilities that were assessed: those without a finding."""

    def results(facility: Row) -> set[str]:
        return provider.known.facility_results.get(facility["facility_id"], set())

    operated = (row for row in provider.rows("facilities", "operator_id") if is_open(provider.facts, row))
    return count((row for row in operated if results(row) & {PASS, FAIL}), lambda row: FAIL not in results(row))


# ---- management -----------------------------------------------------------------------------------------------------


def disclosed_items(provider: Provider) -> Count:
    """Required items that are disclosed, wherever the provider serves."""
    disclosed = {row["item"] for row in provider.facts.where("disclosures", provider_id=provider.id)}
    return len(disclosed & REQUIRED_ITEMS), len(REQUIRED_ITEMS)


def visits_with_agreement(provider: Provider) -> Count:
    """Public visits that an agreement covers."""
    return count(provider.public_visits, lambda visit: agreement(provider.facts, visit) is not None)


def records_in_time(provider: Provider) -> Count:
    """Visits that were written down in time, of those of which it is known when they were."""
    recorded = (visit for visit in provider.visits if visit["recorded_at"] is not None)
    return count(recorded, lambda visit: visit["recorded_at"] - visit["ended_at"] <= RECORDED_WITHIN)


def rectified_in_time(provider: Provider) -> Count:
    """Faults that were to be put right by a day of the period before as_of."""
    facts = provider.facts
    due = (
        row
        for row in provider.rows("inspections")
        if facts.in_period(row["rectify_by"]) and row["rectify_by"] < facts.as_of
    )
    return count(due, lambda row: row["rectified_on"] is not None and row["rectified_on"] <= row["rectify_by"])


# ---- quality --------------------------------------------------------------------------------------------------------


def satisfied_ratings(provider: Provider) -> Count:
    """Ratings of 4 or 5 stars."""
    rated = (visit for visit in provider.visits if visit["satisfaction"] is not None)
    return count(rated, lambda visit: visit["satisfaction"] >= 4)


def satisfied_surveys(provider: Provider) -> Count:
    """Surveys of the period that scored well."""
    asked = (row for row in provider.rows("satisfaction_surveys") if provider.facts.in_period(row["surveyed_on"]))
    return count(asked, lambda survey: survey["score"] >= 80)


def plausible_visits(provider: Provider) -> Count:
    """Public visits that are in the evidence of no finding on records that cannot be."""
    return count(provider.public_visits, lambda visit: visit["visit_id"] not in provider.known.implausible_visits)


# ---- reputation -----------------------------------------------------------------------------------------------------


def complaints_upheld(provider: Provider) -> Count:
    """Upheld complaints received in the period, and visits."""
    upheld = (row for row in provider.complaints if row["verdict"] in UPHELD)
    return sum(provider.facts.in_period(row["received_on"]) for row in upheld), len(provider.visits)


def complaints_answered(provider: Provider) -> Count:
    """Complaints closed in the period that were answered."""
    closed = (row for row in provider.complaints if provider.facts.in_period(row["closed_on"]))
    return count(closed, lambda row: row["replied_on"] is not None)


# ---- fund compliance ------------------------------------------------------------------------------------------------


def lines_in_order(provider: Provider) -> Count:
    """Settlement lines of the period's months that are on the platform, as recorded there, and once."""
    known, facts = provider.known, provider.facts

    def differs(line: Row, visit: Row) -> bool:
        # Hours that were read from minutes are no exact decimals: what lies beyond six places is no difference.
        apart = rounded(abs(exact(line["hours"]) - hours(visit)), 6)
        off = abs(line["amount"] - visit["subsidy_amount"])
        return line["provider_id"] != visit["provider_id"] or apart > TOLERANCE or off > TOLERANCE

    def in_order(line: Row) -> bool:
        visit = facts.one("visits", visit_id=line["visit_id"])
        is_known = line["visit_id"] in known.visits_on_file
        return is_known and known.lines_of_visit[line["visit_id"]] == 1 and (visit is None or not differs(line, visit))

    return count((row for row in provider.rows("settlement_lines") if facts.in_period(row["service_month"])), in_order)


def eligible_visits(provider: Provider) -> Count:
    """Public visits of people known to be entitled, of those known to be or not to be."""
    facts = provider.facts

    def eligible(visit: Row) -> bool | None:
        if facts.registered(visit["elder_id"]):
            return facts.eligible(visit["elder_id"], provider.place, service_date(visit))
        return False if provider.place in provider.known.register_places else None

    answers = [eligible(visit) for visit in provider.public_visits]
    return answers.count(True), answers.count(True) + answers.count(False)


MEASURES: Mapping[str, Callable[[Provider], Count]] = {
    function.__name__: function
    for function in (
        *(certified_visits, rostered_visits, trained_workers),
        facilities_in_order,
        *(disclosed_items, visits_with_agreement, records_in_time, rectified_in_time),
        *(satisfied_ratings, satisfied_surveys, plausible_visits),
        *(complaints_upheld, complaints_answered),
        *(lines_in_order, eligible_visits),
    )
}
