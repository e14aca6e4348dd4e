"""The rules on people (E), on the services recorded (S) and on their quantity and price (Q)."""

import datetime as dt
import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from fractions import Fraction

from tests.rules.oracle.common import (
    FAIL,
    NO_RULE_IN_FORCE,
    NOT_ASSESSABLE,
    NOTHING,
    PASS,
    Evidence,
    Facts,
    Judged,
    Row,
    Span,
    add_months,
    age_on,
    all_of,
    any_of,
    combined,
    division_key,
    grouped,
    hours,
    is_public,
    lists_any,
    minutes,
    month_of,
    month_start,
    result_of,
    rounded,
    service_date,
    total,
    yuan,
)

EARTH_RADIUS_KM = 6371.0088
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


# ---- what the rules share -------------------------------------------------------------------------------------------


def month_label(visit: Row) -> str:
    """The month of a visit, as a period."""
    return month_of(service_date(visit)).label


def day_label(visit: Row) -> str:
    """The day of a visit, as a period."""
    return service_date(visit).isoformat()


def elder(visit: Row) -> str:
    """The elder as subject."""
    return visit["elder_id"]


def worker(visit: Row) -> str:
    """The worker as subject."""
    return visit["worker_id"]


def provider(visit: Row) -> str:
    """The provider as subject."""
    return visit["provider_id"]


def elder_provider(visit: Row) -> str:
    """Elder and provider as subject."""
    return f"{visit['elder_id']}|{visit['provider_id']}"


def worker_provider(visit: Row) -> str:
    """Worker and provider as subject."""
    return f"{visit['worker_id']}|{visit['provider_id']}"


def period_visits(facts: Facts, rule: str) -> Iterator[tuple[str, Row]]:
    """The visits of the period under policies in which a rule applies, each with its policy."""
    for place, visit in facts.rows_of(rule, "visits"):
        if facts.in_period(service_date(visit)):
            yield place, visit


def by_group(
    visits: Iterable[tuple[str, Row]], subject: Callable[[Row], str], period: Callable[[Row], str]
) -> list[tuple[tuple[str, str, str], list[Row]]]:
    """Visits by policy, subject and period."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for place, visit in visits:
        groups.setdefault((place, subject(visit), period(visit)), []).append(visit)
    return sorted(groups.items(), key=lambda group: group[0])


def judge_visits(
    facts: Facts,
    rule: str,
    *,
    subject: Callable[[Row], str],
    period: Callable[[Row], str],
    belongs: Callable[[str, Row], bool],
    fails: Callable[[str, Row], bool | None],
    ground: Callable[[str, list[Row]], Evidence] = lambda _place, _visits: NOTHING,
    at_risk: Callable[[str, Row], Fraction] = lambda _place, visit: Fraction(visit["subsidy_amount"]),
    division: Callable[[Row], str] = lambda _visit: "",
    sources_that_fail: tuple[str, ...] = (),
) -> Iterator[Judged]:
    """Rules that test visits one by one: the group fails if one in force does; measure and amount are of those.

    `sources_that_fail`: where none of them ever came nothing could have failed, so nothing has passed.
    """
    blind = bool(sources_that_fail) and not any(facts.came(source) for source in sources_that_fail)
    chosen = ((place, visit) for place, visit in period_visits(facts, rule) if belongs(place, visit))
    for (place, who, label), visits in by_group(chosen, subject, period):
        answers = [
            (visit, fails(place, visit))
            for visit in visits
            if facts.in_force(rule, place, service_date(visit), division(visit))
        ]
        result = combined([answer for _, answer in answers])
        failing = [visit for visit, answer in answers if answer]
        if result == FAIL:
            yield Judged(
                rule,
                place,
                who,
                label,
                FAIL,
                measure=float(len(failing)),
                limit=0.0,
                amount=yuan(sum((at_risk(place, visit) for visit in failing), Fraction(0))),
                counted=facts.evidence("visits", failing),
                ground=ground(place, failing),
            )
        elif result == PASS and not blind:
            yield Judged(rule, place, who, label, PASS, measure=0.0, limit=0.0)
        else:
            yield Judged(rule, place, who, label, NOT_ASSESSABLE if result == PASS else result)


def every_visit(_place: str, _visit: Row) -> bool:
    """Public or not."""
    return True


def public_visit(_place: str, visit: Row) -> bool:
    """Bought by the government."""
    return is_public(visit)


def covers(starts_on: dt.date, ends_on: dt.date | None, day: dt.date) -> bool:
    """Whether a span covers a day, both ends included; an empty end is open."""
    return starts_on <= day and (ends_on is None or day <= ends_on)


# ---- E: people entitled, and people paid for who were not -----------------------------------------------------------


def e01(facts: Facts) -> Iterator[Judged]:
    """Public visits of registered elders on days on which they were not eligible."""

    def ineligible(place: str, visit: Row) -> bool | None:
        eligible = facts.eligible(visit["elder_id"], place, service_date(visit))
        return None if eligible is None else not eligible

    return judge_visits(
        facts,
        "E01",
        subject=elder,
        period=month_label,
        belongs=lambda _place, visit: is_public(visit) and facts.registered(visit["elder_id"]),
        fails=ineligible,
        ground=lambda _place, visits: versions_of(facts, visits),
    )


def versions_of(facts: Facts, visits: list[Row]) -> Evidence:
    """The elders' versions on the days of visits."""
    return facts.evidence("elders", (facts.version(visit["elder_id"], service_date(visit)) for visit in visits))


def e02(facts: Facts) -> Iterator[Judged]:
    """Public visits of elders in no snapshot."""
    registers = {facts.place_of(row["_division_key"]) for row in facts.snapshot_rows("elders")}

    def unregistered(place: str, visit: Row) -> bool | None:
        if facts.registered(visit["elder_id"]):
            return False
        return True if place in registers else None

    return judge_visits(facts, "E02", subject=elder, period=month_label, belongs=public_visit, fails=unregistered)


def e03(facts: Facts) -> Iterator[Judged]:
    """Visits after the day of death."""

    def after_death(_place: str, visit: Row) -> bool:
        died_on = facts.died_on(visit["elder_id"])
        return died_on is not None and service_date(visit) > died_on

    return judge_visits(
        facts,
        "E03",
        subject=elder,
        period=month_label,
        belongs=every_visit,
        fails=after_death,
        ground=lambda _place, visits: facts.evidence(
            "deaths", (facts.one("deaths", elder_id=visit["elder_id"]) for visit in visits)
        ),
        sources_that_fail=("deaths",),
    )


def e04(facts: Facts) -> Iterator[Judged]:
    """Public visits after the day of leaving."""

    def after_exit(_place: str, visit: Row) -> bool | None:
        if not facts.registered(visit["elder_id"]):
            return None
        exited_on = facts.exited_on(visit["elder_id"])
        return exited_on is not None and service_date(visit) > exited_on

    return judge_visits(
        facts,
        "E04",
        subject=elder,
        period=month_label,
        belongs=public_visit,
        fails=after_exit,
        ground=lambda _place, visits: facts.evidence(
            "elders", (facts.newest_version(visit["elder_id"]) for visit in visits)
        ),
    )


def e05(facts: Facts) -> Iterator[Judged]:
    """Public visits while the elder receives long-term care insurance."""

    def overlaps(_place: str, visit: Row) -> bool | None:
        version = facts.version(visit["elder_id"], service_date(visit))
        return version["ltc_benefit"] if version else None

    return judge_visits(
        facts,
        "E05",
        subject=elder,
        period=month_label,
        belongs=public_visit,
        fails=overlaps,
        ground=lambda _place, visits: versions_of(facts, visits),
    )


def e06(facts: Facts) -> Iterator[Judged]:
    """Allowances for a time after the payee's death."""
    for place, payment in facts.rows_of("E06", "payments"):
        paid_on = payment["paid_on"]
        if payment["payee_kind"] != "elder" or payment["amount"] <= 0 or not facts.in_period(paid_on):
            continue
        subject, period = payment["payment_id"], paid_on.isoformat()
        died_on = facts.died_on(payment["payee_id"])
        for_days_from = payment["period_start"] or paid_on
        if not facts.in_force("E06", place, paid_on):
            yield Judged("E06", place, subject, period, NO_RULE_IN_FORCE)
        elif died_on is not None and died_on < for_days_from:
            yield Judged(
                "E06",
                place,
                subject,
                period,
                FAIL,
                measure=float((for_days_from - died_on).days),
                limit=0.0,
                amount=payment["amount"],
                counted=facts.evidence("payments", [payment]),
                ground=facts.evidence("deaths", [facts.one("deaths", elder_id=payment["payee_id"])]),
            )
        else:
            yield Judged("E06", place, subject, period, PASS if facts.came("deaths") else NOT_ASSESSABLE)


def e07(facts: Facts) -> Iterator[Judged]:
    """Eligible elders on the register without a public visit in the months before that of as_of."""
    as_of, policy = facts.as_of, facts.policy
    period = month_of(as_of).label
    for who in sorted(facts.on_register):
        version = facts.version(who, as_of)
        place = facts.elder_place(who, as_of)
        if version is None or place is None or place not in policy.places("E07") or facts.gone_by(who, as_of):
            continue
        months = int(policy.number_or_none("E07", place, "lookback_months", as_of) or 0)
        until = month_start(as_of)
        since = add_months(until, -months)
        if months and version["registered_on"] >= since:
            continue
        benefits = policy.members("E07", place, "excluding_benefits", as_of)
        excluded = any_of(version[column] for column in benefits)
        entitled = all_of((facts.eligible(who, place, as_of), None if excluded is None else not excluded))
        if entitled is False:
            continue
        if not facts.in_force("E07", place, as_of):
            yield Judged("E07", place, who, period, NO_RULE_IN_FORCE)
            continue
        if entitled is None:
            yield Judged("E07", place, who, period, NOT_ASSESSABLE)
            continue
        served = {
            month_label(visit)
            for visit in facts.where("visits", elder_id=who)
            if is_public(visit) and since <= service_date(visit) < until
        }
        yield Judged(
            "E07",
            place,
            who,
            period,
            PASS if served else FAIL,
            measure=float(months - len(served)),
            limit=0.0,
            ground=facts.evidence("elders", [version]),
        )


def present_through(facts: Facts, rule: str, span: Span) -> Iterator[tuple[str, str, Row]]:
    """Elders registered before a span and not gone by its end, by their hukou: policy, elder, version on its last day."""
    for who in facts.elders:
        version = facts.version(who, span.last)
        place = facts.elder_place(who, span.last)
        if version is None or place is None or place not in facts.policy.places(rule):
            continue
        if version["registered_on"] < span.first and not facts.gone_by(who, span.last):
            yield place, who, version


def e08(facts: Facts) -> Iterator[Judged]:
    """Elders whose entry was not verified in a quarter."""
    for quarter in facts.quarters:
        for place, who, _ in present_through(facts, "E08", quarter):
            if not facts.in_force("E08", place, quarter.last):
                yield Judged("E08", place, who, quarter.label, NO_RULE_IN_FORCE)
                continue
            asked = facts.policy.number("E08", place, "verifications_per_quarter", quarter.last)
            versions = facts.versions(who)
            verified = {row["last_verified_on"] for row in versions if quarter.holds(row["last_verified_on"])}
            later = [row for row in versions if row["_file_date"] >= quarter.last]
            unverified = any(
                row["last_verified_on"] is None or row["last_verified_on"] < quarter.first for row in later
            )
            if len(verified) < asked and not unverified:
                yield Judged("E08", place, who, quarter.label, NOT_ASSESSABLE)
                continue
            yield Judged(
                "E08",
                place,
                who,
                quarter.label,
                FAIL if len(verified) < asked else PASS,
                measure=float(len(verified)),
                limit=float(asked),
                ground=facts.evidence("elders", later[-1:]),
            )


def e09(facts: Facts) -> Iterator[Judged]:
    """Very old elders living alone, and the two-day windows of a month without a completed check-in."""
    policy = facts.policy
    for month in facts.months:
        for who in facts.elders:
            version = facts.version(who, month.last)
            place = facts.place_of(version["residence_division"]) if version else None
            if version is None or place is None or place not in policy.places("E09"):
                continue
            if version["registered_on"] >= month.first or facts.gone_by(who, month.last):
                continue
            arrangements = policy.members("E09", place, "living_arrangements", month.last)
            advanced = policy.number_or_none("E09", place, "advanced_age", month.last)
            concerned = all_of(
                (
                    is_one_of(version["living_arrangement"], arrangements),
                    is_at_least(age_on(version["birth_date"], month.first), advanced),
                )
            )
            if concerned is False:
                continue
            if not facts.in_force("E09", place, month.last):
                yield Judged("E09", place, who, month.label, NO_RULE_IN_FORCE)
                continue
            if concerned is None:
                yield Judged("E09", place, who, month.label, NOT_ASSESSABLE)
                continue
            uncompleted = policy.members("E09", place, "uncompleted_outcomes", month.last)
            check_ins = [
                row
                for row in facts.where("check_ins", elder_id=who)
                if facts.place_of(row["division_code"]) == place
                and month.holds(row["checked_at"].date())
                and row["outcome"] not in uncompleted
            ]
            checked = {row["checked_at"].date() for row in check_ins}
            length = int(policy.number("E09", place, "interval_days", month.last))
            days = month.days
            windows = [days[i : i + length] for i in range(len(days) - length + 1)]
            uncovered = sum(1 for window in windows if not checked.intersection(window))
            yield Judged(
                "E09",
                place,
                who,
                month.label,
                FAIL if uncovered else PASS,
                measure=float(uncovered),
                limit=0.0,
                counted=facts.evidence("check_ins", check_ins),
                ground=facts.evidence("elders", [version]),
            )


def is_one_of(code: str | None, members: frozenset[str]) -> bool | None:
    """Whether a code is a member; a set of which no row is in force asks nothing."""
    if not members:
        return True
    return None if code is None else code in members


def is_at_least(number: int | None, least: Decimal | None) -> bool | None:
    """Whether a number reaches a limit; one that is not in force asks nothing."""
    if least is None:
        return True
    return None if number is None else number >= least


def health_checks(
    facts: Facts, rule: str, spans: list[Span], limit: str, concerns: Callable[[str, Row, Span], bool | None]
) -> Iterator[Judged]:
    """Elders from an age on who had too few health checks of a kind in a span."""
    policy = facts.policy
    for span in spans:
        for place, who, version in present_through(facts, rule, span):
            least = policy.number_or_none(rule, place, "min_age", span.last)
            old_enough = is_at_least(age_on(version["birth_date"], span.last), least)
            concerned = all_of((old_enough, concerns(place, version, span)))
            if concerned is False:
                continue
            if not facts.in_force(rule, place, span.last):
                yield Judged(rule, place, who, span.label, NO_RULE_IN_FORCE)
                continue
            if concerned is None:
                yield Judged(rule, place, who, span.label, NOT_ASSESSABLE)
                continue
            kinds = policy.members(rule, place, "check_kinds", span.last)
            checks = [
                row
                for row in facts.where("health_checks", elder_id=who)
                if row["kind"] in kinds
                and span.holds(row["performed_on"])
                and facts.place_of(row["division_code"]) == place
            ]
            asked = policy.number(rule, place, limit, span.last)
            yield Judged(
                rule,
                place,
                who,
                span.label,
                FAIL if len(checks) < asked else PASS,
                measure=float(len(checks)),
                limit=float(asked),
                counted=facts.evidence("health_checks", checks),
                ground=facts.evidence("elders", [version]),
            )


def e10(facts: Facts) -> Iterator[Judged]:
    """Elders without their yearly examination."""
    return health_checks(facts, "E10", facts.years, "per_year", lambda _place, _version, _span: True)


def e11(facts: Facts) -> Iterator[Judged]:
    """Elders with a chronic condition without their quarterly follow-up."""

    def is_chronic(place: str, version: Row, span: Span) -> bool | None:
        conditions = facts.policy.members("E11", place, "chronic_conditions", span.last)
        if not conditions:
            return True
        listed = lists_any(version, "chronic_conditions", conditions)
        return None if not version["chronic_conditions"] else listed

    return health_checks(facts, "E11", facts.quarters, "per_quarter", is_chronic)


# ---- S: is the recorded service real, and done by whom it should be -------------------------------------------------


def is_group_service(facts: Facts, rule: str, place: str, day: dt.date, visit: Row) -> bool:
    """Whether a visit is left out because several people are served (serve) at once."""
    items = facts.policy.members(rule, place, "group_service_items", day)
    items |= facts.policy.members(rule, place, "excluded_items", day)
    places = facts.policy.members(rule, place, "group_service_places", day)
    return visit["service_item"] in items or visit["service_place"] in places


def overlap(facts: Facts, rule: str, same: str, other: str) -> Iterator[Judged]:
    """Visits of one person with different counterparts at the same time."""

    def left_out(place: str, visit: Row, tested: Row) -> bool:
        return is_group_service(facts, rule, place, service_date(tested), visit)

    def partners(place: str, visit: Row) -> list[Row]:
        allowed_seconds = facts.policy.number(rule, place, "tolerance_minutes", service_date(visit)) * 60
        return [
            partner
            for partner in facts.where("visits", **{same: visit[same]})
            if partner["visit_id"] != visit["visit_id"]
            and partner[other] != visit[other]
            and shared_seconds(visit, partner) > allowed_seconds
            and not left_out(place, partner, visit)
        ]

    def elsewhere(place: str, visits: list[Row]) -> Evidence:
        return facts.evidence(
            "visits",
            (
                partner
                for visit in visits
                for partner in partners(place, visit)
                if service_date(partner) != service_date(visit) or facts.place_of(partner["division_code"]) != place
            ),
        )

    return judge_visits(
        facts,
        rule,
        subject=lambda visit: visit[same],
        period=day_label,
        belongs=lambda place, visit: not left_out(place, visit, visit),
        fails=lambda place, visit: bool(partners(place, visit)),
        ground=elsewhere,
    )


def shared_seconds(one: Row, other: Row) -> int:
    """How long two visits run at the same time; not above 0 if they do not."""
    shared = min(one["ended_at"], other["ended_at"]) - max(one["started_at"], other["started_at"])
    return int(shared.total_seconds())


def s01(facts: Facts) -> Iterator[Judged]:
    """One worker with different elders at the same time."""
    return overlap(facts, "S01", "worker_id", "elder_id")


def s02(facts: Facts) -> Iterator[Judged]:
    """One elder with different workers at the same time."""
    return overlap(facts, "S02", "elder_id", "worker_id")


def distance_km(one: Row, other: Row) -> float:
    """Great-circle distance between the check-ins of two visits."""
    lon_1, lat_1, lon_2, lat_2 = (
        math.radians(float(visit[column])) for visit in (one, other) for column in ("check_in_lon", "check_in_lat")
    )
    half = math.sin((lat_2 - lat_1) / 2) ** 2 + math.cos(lat_1) * math.cos(lat_2) * math.sin((lon_2 - lon_1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))


def s03(facts: Facts) -> Iterator[Judged]:
    """Workers who travelled faster than is possible between two consecutive visits."""

    def in_order(visit: Row) -> tuple[dt.datetime, str]:
        return visit["started_at"], visit["visit_id"]

    def earlier(place: str, visit: Row) -> Row | None:
        """The visit before, if the two are a pair that is judged."""
        excluded = facts.policy.members("S03", place, "excluded_places", service_date(visit))

        def is_located(row: Row) -> bool:
            has_coordinates = row["check_in_lon"] is not None and row["check_in_lat"] is not None
            return has_coordinates and row["service_place"] not in excluded

        if not is_located(visit):
            return None
        of_worker = facts.where("visits", worker_id=visit["worker_id"])
        before = [row for row in of_worker if in_order(row) < in_order(visit) and is_located(row)]
        last = max(before, key=in_order, default=None)
        return last if last is not None and visit["started_at"] >= last["ended_at"] else None

    def too_fast(place: str, visit: Row) -> bool:
        before = earlier(place, visit)
        if before is None:
            raise LookupError("only visits with a visit before them are judged")
        day = service_date(visit)
        allowance = float(facts.policy.number("S03", place, "gps_allowance_km", day))
        max_speed = float(facts.policy.number("S03", place, "max_speed_kmh", day))
        distance = max(0.0, distance_km(before, visit) - allowance)
        gap_hours = (visit["started_at"] - before["ended_at"]).total_seconds() / 3600
        return distance > 0 if gap_hours == 0 else distance / gap_hours > max_speed

    return judge_visits(
        facts,
        "S03",
        subject=worker,
        period=day_label,
        belongs=lambda place, visit: earlier(place, visit) is not None,
        fails=too_fast,
        ground=lambda place, visits: facts.evidence("visits", (earlier(place, visit) for visit in visits)),
    )


def s04(facts: Facts) -> Iterator[Judged]:
    """Days on which a worker worked longer than is possible."""
    chosen = (
        (place, visit)
        for place, visit in period_visits(facts, "S04")
        if not is_group_service(facts, "S04", place, service_date(visit), visit)
    )
    for (place, who, label), visits in by_group(chosen, worker, day_label):
        day = service_date(visits[0])
        if not facts.in_force("S04", place, day):
            yield Judged("S04", place, who, label, NO_RULE_IN_FORCE)
            continue
        worked = sum((minutes(visit) for visit in visits), Fraction(0))
        limit = facts.policy.number("S04", place, "max_minutes", day)
        yield Judged(
            "S04",
            place,
            who,
            label,
            FAIL if worked > Fraction(limit) else PASS,
            measure=float(worked),
            limit=float(limit),
            amount=total(visits, "subsidy_amount"),
            counted=facts.evidence("visits", visits),
        )


def roster_row(facts: Facts, visit: Row) -> Row | None:
    """The worker's row on the roster of the visit's provider."""
    return facts.one("workers", worker_id=visit["worker_id"], provider_id=visit["provider_id"])


def s05(facts: Facts) -> Iterator[Judged]:
    """Visits by somebody who is not on the provider's roster on the day."""

    def off_roster(_place: str, visit: Row) -> bool:
        row = roster_row(facts, visit)
        return row is None or not covers(row["hired_on"] or dt.date.min, row["left_on"], service_date(visit))

    return judge_visits(
        facts,
        "S05",
        subject=worker_provider,
        period=month_label,
        belongs=every_visit,
        fails=off_roster,
        ground=lambda _place, visits: facts.evidence("workers", (roster_row(facts, visit) for visit in visits)),
    )


def s06(facts: Facts) -> Iterator[Judged]:
    """Visits that need a certificate by a rostered worker who has none on the day."""

    def needs_certificate(place: str, visit: Row) -> bool:
        items = facts.policy.members("S06", place, "certificate_items", service_date(visit))
        return bool(is_one_of(visit["service_item"], items)) and roster_row(facts, visit) is not None

    def uncertified(_place: str, visit: Row) -> bool:
        row = roster_row(facts, visit)
        if row is None or row["certificate_from"] is None:
            return True
        return not covers(row["certificate_from"], row["certificate_to"], service_date(visit))

    return judge_visits(
        facts,
        "S06",
        subject=worker,
        period=month_label,
        belongs=needs_certificate,
        fails=uncertified,
        ground=lambda _place, visits: facts.evidence("workers", (roster_row(facts, visit) for visit in visits)),
    )


def s07(facts: Facts) -> Iterator[Judged]:
    """Visits by a worker whose qualification was cancelled."""

    def cancelled_rows(visit: Row) -> list[Row]:
        return [
            row
            for row in facts.where("workers", worker_id=visit["worker_id"])
            if row["disqualified_on"] is not None and row["disqualified_on"] <= service_date(visit)
        ]

    def sanctions(place: str, visit: Row) -> list[Row]:
        day = service_date(visit)
        kinds = facts.policy.members("S07", place, "cancelling_sanctions", day)
        return [
            row
            for row in facts.where("sanctions", worker_id=visit["worker_id"])
            if row["kind"] in kinds and covers(row["starts_on"], row["ends_on"], day)
        ]

    def ground(place: str, visits: list[Row]) -> Evidence:
        rows = [row for visit in visits for row in cancelled_rows(visit)]
        orders = [row for visit in visits for row in sanctions(place, visit)]
        return facts.evidence("workers", rows) | facts.evidence("sanctions", orders)

    return judge_visits(
        facts,
        "S07",
        subject=worker,
        period=month_label,
        belongs=every_visit,
        fails=lambda place, visit: bool(cancelled_rows(visit) or sanctions(place, visit)),
        ground=ground,
        sources_that_fail=("workers", "sanctions"),
    )


def s08(facts: Facts) -> Iterator[Judged]:
    """Providers whose public visits of a month are mostly of one length."""
    chosen = ((place, visit) for place, visit in period_visits(facts, "S08") if is_public(visit))
    for (place, who, label), visits in by_group(chosen, provider, month_label):
        day = month_of(service_date(visits[0])).last
        least = facts.policy.number_or_none("S08", place, "min_visits", day)
        if least is not None and len(visits) < least:
            continue
        if not facts.in_force("S08", place, day):
            yield Judged("S08", place, who, label, NO_RULE_IN_FORCE)
            continue
        lengths = grouped(visits, lambda visit: math.floor(minutes(visit)))
        commonest = lengths[max(lengths, key=lambda length: (len(lengths[length]), -length))]
        yield judged_share(facts, "S08", place, who, label, day, commonest, visits)


def judged_share(
    facts: Facts, rule: str, place: str, who: str, label: str, day: dt.date, counted: list[Row], visits: list[Row]
) -> Judged:
    """Whether a part of some visits is more than the share allowed."""
    share = Fraction(len(counted), len(visits))
    limit = facts.policy.number(rule, place, "max_share", day)
    return Judged(
        rule,
        place,
        who,
        label,
        FAIL if share > Fraction(limit) else PASS,
        measure=float(share),
        limit=float(limit),
        amount=total(counted, "subsidy_amount"),
        counted=facts.evidence("visits", counted),
    )


def s09(facts: Facts) -> Iterator[Judged]:
    """Public visits without an agreement of the elder with the provider."""
    return judge_visits(
        facts,
        "S09",
        subject=elder_provider,
        period=month_label,
        belongs=public_visit,
        fails=lambda _place, visit: agreement(facts, visit) is None,
    )


def agreement(facts: Facts, visit: Row) -> Row | None:
    """The agreement in force: of several the one that started last, then the one with the greatest id."""
    found = [
        row
        for row in facts.where("agreements", elder_id=visit["elder_id"], provider_id=visit["provider_id"])
        if covers(row["starts_on"], row["ends_on"], service_date(visit))
    ]
    return max(found, key=lambda row: (row["starts_on"], row["agreement_id"]), default=None)


def s10(facts: Facts) -> Iterator[Judged]:
    """Public visits without a purchase contract of the provider for the place."""

    def uncovered(_place: str, visit: Row) -> bool:
        return not any(
            covers(row["starts_on"], row["ends_on"], service_date(visit))
            and visit["division_code"].startswith(division_key(row["division_code"]))
            for row in facts.where("contracts", provider_id=visit["provider_id"], programme="purchased_service")
        )

    return judge_visits(facts, "S10", subject=provider, period=month_label, belongs=public_visit, fails=uncovered)


def s11(facts: Facts) -> Iterator[Judged]:
    """Public visits of items outside the catalogue."""

    def outside(place: str, visit: Row) -> bool:
        return visit["service_item"] not in facts.policy.members("S11", place, "catalogue", service_date(visit))

    return judge_visits(facts, "S11", subject=provider, period=month_label, belongs=public_visit, fails=outside)


def s12(facts: Facts) -> Iterator[Judged]:
    """Public visits that differ from what the agreement fixes."""

    def differs(_place: str, visit: Row) -> bool | None:
        fixed = agreement(facts, visit)
        if fixed is None:
            return None
        return any_of(
            (
                differs_from(fixed["fixed_worker_id"], visit["worker_id"]),
                is_off_list(fixed, "fixed_weekdays", WEEKDAYS[service_date(visit).weekday()]),
                differs_from(fixed["fixed_place"], visit["service_place"]),
                is_off_list(fixed, "fixed_services", visit["service_item"]),
            )
        )

    return judge_visits(
        facts,
        "S12",
        subject=elder_provider,
        period=month_label,
        belongs=public_visit,
        fails=differs,
        ground=lambda _place, visits: facts.evidence("agreements", (agreement(facts, visit) for visit in visits)),
    )


def differs_from(fixed: str | None, found: str | None) -> bool | None:
    """Whether a value differs from the one fixed; unknown where either is empty."""
    return None if fixed is None or found is None else fixed != found


def is_off_list(fixed: Row, column: str, found: str) -> bool | None:
    """Whether a value is not on the list fixed; unknown where that is empty, or may have lost the value."""
    if not fixed[column]:
        return None
    listed = lists_any(fixed, column, [found])
    return None if listed is None else not listed


def s13(facts: Facts) -> Iterator[Judged]:
    """Visits at home during a stay in hospital or an institution."""

    def at_home(place: str, visit: Row) -> bool:
        day = service_date(visit)
        places = facts.policy.members("S13", place, "counted_places", day)
        left_out = facts.policy.members("S13", place, "excluded_items", day)
        return is_one_of(visit["service_place"], places) is not False and visit["service_item"] not in left_out

    def stays(visit: Row) -> list[Row]:
        day = service_date(visit)
        return [
            row
            for row in facts.where("stays", elder_id=visit["elder_id"])
            if row["admitted_on"] < day and (row["discharged_on"] is None or day < row["discharged_on"])
        ]

    return judge_visits(
        facts,
        "S13",
        subject=elder,
        period=month_label,
        belongs=at_home,
        fails=lambda _place, visit: bool(stays(visit)),
        ground=lambda _place, visits: facts.evidence("stays", (row for visit in visits for row in stays(visit))),
        sources_that_fail=("stays",),
    )


def s14(facts: Facts) -> Iterator[Judged]:
    """Providers that write down too many of their visits long afterwards."""
    chosen = ((place, visit) for place, visit in period_visits(facts, "S14") if visit["recorded_at"] is not None)
    for (place, who, label), visits in by_group(chosen, provider, month_label):
        day = month_of(service_date(visits[0])).last
        least = facts.policy.number_or_none("S14", place, "min_visits", day)
        if least is not None and len(visits) < least:
            continue
        if not facts.in_force("S14", place, day):
            yield Judged("S14", place, who, label, NO_RULE_IN_FORCE)
            continue
        max_seconds = facts.policy.number("S14", place, "max_hours", day) * 3600
        late = [
            visit
            for visit in visits
            if Decimal(int((visit["recorded_at"] - visit["ended_at"]).total_seconds())) > max_seconds
        ]
        yield judged_share(facts, "S14", place, who, label, day, late, visits)


def s15(facts: Facts) -> Iterator[Judged]:
    """Public visits of a provider whose contract was ended, or whose credit is lost where that counts."""

    def sanctions(place: str, visit: Row) -> list[Row]:
        day = service_date(visit)
        kinds = facts.policy.members("S15", place, "ending_sanctions", day)
        return [
            row
            for row in facts.where("sanctions", provider_id=visit["provider_id"])
            if row["kind"] in kinds and covers(row["starts_on"], row["ends_on"], day)
        ]

    def register_row(visit: Row) -> Row | None:
        return facts.version_of("providers", service_date(visit), provider_id=visit["provider_id"])

    def is_dishonest(place: str, visit: Row) -> bool | None:
        bad = facts.policy.members("S15", place, "dishonest_credit_status", service_date(visit))
        row = register_row(visit)
        if not bad:
            return False
        return None if row is None or row["credit_status"] is None else row["credit_status"] in bad

    def ground(place: str, visits: list[Row]) -> Evidence:
        orders = [row for visit in visits for row in sanctions(place, visit)]
        rows = [register_row(visit) for visit in visits if is_dishonest(place, visit)]
        return facts.evidence("sanctions", orders) | facts.evidence("providers", rows)

    return judge_visits(
        facts,
        "S15",
        subject=provider,
        period=month_label,
        belongs=public_visit,
        fails=lambda place, visit: any_of((bool(sanctions(place, visit)), is_dishonest(place, visit))),
        ground=ground,
        sources_that_fail=("sanctions",),
    )


# ---- Q: quantity and price of what is bought ------------------------------------------------------------------------


def q01(facts: Facts) -> Iterator[Judged]:
    """Elders with more hours in a month than may be bought."""
    chosen = ((place, visit) for place, visit in period_visits(facts, "Q01") if is_public(visit))
    for (place, who, label), visits in by_group(chosen, elder, month_label):
        day = month_of(service_date(visits[0])).last
        if not facts.in_force("Q01", place, day):
            yield Judged("Q01", place, who, label, NO_RULE_IN_FORCE)
            continue
        served = sum((hours(visit) for visit in visits), Fraction(0))
        limit = Fraction(facts.policy.number("Q01", place, "max_hours", day))
        excess = max(Fraction(0), served - limit)
        yield Judged(
            "Q01",
            place,
            who,
            label,
            FAIL if excess else PASS,
            measure=float(rounded(served, 4)),
            limit=float(limit),
            amount=yuan(Fraction(total(visits, "subsidy_amount")) * excess / served),
            counted=facts.evidence("visits", visits),
        )


def q02(facts: Facts) -> Iterator[Judged]:
    """Elders with fewer distinct visits in a complete month than promised."""
    complete = {month.label: month for month in facts.months}
    chosen = (
        (place, visit)
        for place, visit in period_visits(facts, "Q02")
        if is_public(visit) and month_label(visit) in complete
    )
    for (place, who, label), visits in by_group(chosen, elder, month_label):
        month = complete[label]
        version = facts.version(who, month.last)
        comings_and_goings = (
            version["registered_on"] if version else None,
            facts.exited_on(who),
            facts.died_on(who),
        )
        if any(month.holds(day) for day in comings_and_goings):
            continue
        if not facts.in_force("Q02", place, month.last):
            yield Judged("Q02", place, who, label, NO_RULE_IN_FORCE)
            continue
        merge = facts.policy.number("Q02", place, "merge_minutes", month.last)
        distinct = sum(
            distinct_visits(day, Fraction(merge))
            for day in grouped(visits, lambda visit: (visit["worker_id"], service_date(visit))).values()
        )
        limit = facts.policy.number("Q02", place, "min_visits", month.last)
        yield Judged(
            "Q02",
            place,
            who,
            label,
            FAIL if distinct < limit else PASS,
            measure=float(distinct),
            limit=float(limit),
            counted=facts.evidence("visits", visits),
        )


def distinct_visits(visits: list[Row], merge_minutes: Fraction) -> int:
    """How many visits of one worker and day remain when one that follows closely joins the one before."""
    ordered = sorted(visits, key=lambda visit: (visit["started_at"], visit["visit_id"]))
    gaps = [later["started_at"] - earlier["ended_at"] for earlier, later in itertools.pairwise(ordered)]
    return 1 + sum(1 for gap in gaps if Fraction(int(gap.total_seconds()), 60) > merge_minutes)


def q03(facts: Facts) -> Iterator[Judged]:
    """Public visits with a subsidy above the price cap."""

    def excess(place: str, visit: Row) -> Fraction:
        day, division = service_date(visit), visit["division_code"]
        return Fraction(visit["subsidy_amount"]) - Fraction(
            facts.policy.number("Q03", place, "max_price", day, division)
        ) * hours(visit)

    def above_cap(place: str, visit: Row) -> bool:
        day, division = service_date(visit), visit["division_code"]
        return excess(place, visit) > Fraction(facts.policy.number("Q03", place, "tolerance_yuan", day, division))

    return judge_visits(
        facts,
        "Q03",
        subject=provider,
        period=month_label,
        belongs=public_visit,
        fails=above_cap,
        at_risk=excess,
        division=lambda visit: visit["division_code"],
    )


def q04(facts: Facts) -> Iterator[Judged]:
    """Settlement lines of another month than their visit's."""
    for place, line in facts.rows_of("Q04", "settlement_lines"):
        month = month_of(line["service_month"])
        visit = facts.one("visits", visit_id=line["visit_id"])
        if visit is None or not facts.in_period(month.first):
            continue
        if not facts.in_force("Q04", place, month.last):
            yield Judged("Q04", place, line["line_id"], month.label, NO_RULE_IN_FORCE)
            continue
        yield Judged(
            "Q04",
            place,
            line["line_id"],
            month.label,
            result_of(not month.holds(service_date(visit))),
            measure=float(line["hours"]),
            limit=0.0,
            amount=line["amount"],
            counted=facts.evidence("settlement_lines", [line]),
            ground=facts.evidence("visits", [visit]),
        )


RULES: dict[str, Callable[[Facts], Iterator[Judged]]] = {
    "E01": e01,
    "E02": e02,
    "E03": e03,
    "E04": e04,
    "E05": e05,
    "E06": e06,
    "E07": e07,
    "E08": e08,
    "E09": e09,
    "E10": e10,
    "E11": e11,
    "S01": s01,
    "S02": s02,
    "S03": s03,
    "S04": s04,
    "S05": s05,
    "S06": s06,
    "S07": s07,
    "S08": s08,
    "S09": s09,
    "S10": s10,
    "S11": s11,
    "S12": s12,
    "S13": s13,
    "S14": s14,
    "S15": s15,
    "Q01": q01,
    "Q02": q02,
    "Q03": q03,
    "Q04": q04,
}
