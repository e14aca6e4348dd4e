"""Settlement and payment (P), the money above the payments (F), complaints (C), duties (D), land and floor area (A)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from tests.rules.oracle.common import (
    NOTHING,
    UPHELD,
    Evidence,
    Facts,
    Judged,
    Policy,
    Row,
    Span,
    age_on,
    any_of,
    combined,
    day_of,
    division_key,
    grouped,
    hours,
    is_public,
    month_of,
    rounded,
    service_date,
    total,
    years_later,
    yuan,
)

Number = int | float | Decimal | Fraction

MONEY_TOLERANCE = Decimal("0.01")  # a common term: also where a rule does not repeat it
STAGES = ("planned", "started", "accepted", "delivered")


# ---- what these rules share -----------------------------------------------------------------------------------------


def exact(value: float | int | Decimal) -> Fraction:
    """A number as it is written: 0.6 m2 for 3 households are 20 m2 for 100, not a little less."""
    return Fraction(str(value))


def judged(
    rule: str,
    place: str,
    subject: str,
    period: str,
    fails: Sequence[bool | None],
    measure: Number | None = None,
    limit: Number | None = None,
    amount: Fraction | Decimal | int | None = None,
    counted: Evidence = NOTHING,
    ground: Evidence = NOTHING,
) -> Judged:
    """The result of a subject from its tested units in force (none: no rule was); rows and yuan go with a finding only."""
    result = combined(fails)
    found = result == "FAIL"
    return Judged(
        rule=rule,
        jurisdiction=place,
        subject=subject,
        period=period,
        result=result,
        measure=float(measure) if measure is not None and result in {"FAIL", "PASS"} else None,
        limit=float(limit) if limit is not None and result in {"FAIL", "PASS"} else None,
        amount=yuan(amount) if amount is not None and found else None,
        counted=counted if found else NOTHING,
        ground=ground if found else NOTHING,
    )


def no_rule(rule: str, place: str, subject: str, period: str) -> Judged:
    """A subject on whose day nothing is in force."""
    return judged(rule, place, subject, period, [])


def usual_number(facts: Facts, rule: str, place: str, name: str, day: dt.date) -> Decimal:
    """A number on a day; of a day without one its first row: it only tells who belongs to the population."""
    known = facts.policy.number_or_none(rule, place, name, day)
    if known is not None:
        return known
    rows = [
        row
        for row in facts.policy.parameters
        if (row["rule"], row["jurisdiction"], row["name"], row["division"]) == (rule, place, name, "")
    ]
    return Decimal(min(rows, key=lambda row: row["valid_from"])["value"])


def usual_members(policy: Policy, rule: str, place: str, name: str, day: dt.date) -> frozenset[str]:
    """The members of a set on a day; of a day without any those of all days: they only tell who is in the population."""
    return policy.members(rule, place, name, day) or frozenset(
        row["member"]
        for row in policy.parameter_sets
        if (row["rule"], row["jurisdiction"], row["name"]) == (rule, place, name)
    )


def days_between(first: dt.date, last: dt.date) -> int:
    """Calendar days from the first to the last."""
    return (last - first).days


def is_open(facts: Facts, facility: Row) -> bool:
    """Whether a facility is open on as_of."""
    opened = facility["opened_on"]
    return facility["closed_on"] is None and (opened is None or opened <= facts.as_of)


def batches(facts: Facts) -> dict[str, list[Row]]:
    """Settlement lines by batch, whatever their places."""
    return grouped(facts.rows("settlement_lines"), lambda line: str(line["batch_id"]))


def place_of_lines(facts: Facts, lines: Iterable[Row]) -> str:
    """The policy of the line with the smallest id; '' if it is under none."""
    first = min(lines, key=lambda line: str(line["line_id"]))
    return facts.place_of(first["division_code"]) or ""


def latest_month(lines: Iterable[Row]) -> Span:
    """The latest month of service of some lines."""
    return month_of(max(line["service_month"] for line in lines))


def batch_payments(facts: Facts) -> dict[str, list[Row]]:
    """Payments and refunds by the batch that they name."""
    named = [row for row in facts.rows("payments") if row["batch_id"] is not None]
    return grouped(named, lambda payment: str(payment["batch_id"]))


def paid_in_period(facts: Facts, rule: str) -> Iterator[tuple[str, Row]]:
    """Payments above 0 of the period under policies in which a rule applies."""
    for place, payment in facts.rows_of(rule, "payments"):
        if payment["amount"] > 0 and facts.in_period(payment["paid_on"]):
            yield place, payment


def payment_judged(
    facts: Facts, rule: str, place: str, payment: Row, fails: bool | None, ground: Evidence = NOTHING
) -> Judged:
    """A payment that is wrong as a whole, or not."""
    day = payment["paid_on"]
    return judged(
        rule,
        place,
        payment["payment_id"],
        day.isoformat(),
        [fails] if facts.in_force(rule, place, day) else [],
        measure=1 if fails else 0,
        limit=0,
        amount=payment["amount"],
        counted=facts.evidence("payments", [payment]),
        ground=ground,
    )


# ---- P: from service to money ---------------------------------------------------------------------------------------


def _batches_of_period(facts: Facts, rule: str) -> Iterator[tuple[str, str, Span, list[Row]]]:
    """Batches whose latest month begins in the period: place, batch, month and lines."""
    for batch, lines in batches(facts).items():
        place, month = place_of_lines(facts, lines), latest_month(lines)
        if place in facts.policy.places(rule) and facts.in_period(month.first):
            yield place, batch, month, lines


def p01(facts: Facts) -> Iterator[Judged]:
    """Settled without a visit."""
    known = {row["visit_id"] for row in facts.newest_on_file("visits")}
    for place, batch, month, lines in _batches_of_period(facts, "P01"):
        missing = [line for line in lines if line["visit_id"] not in known]
        yield judged(
            "P01",
            place,
            batch,
            month.label,
            [bool(missing)] if facts.in_force("P01", place, month.last) else [],
            measure=len(missing),
            limit=0,
            amount=total(missing, "amount"),
            counted=facts.evidence("settlement_lines", missing),
        )


def p02(facts: Facts) -> Iterator[Judged]:
    """Settled otherwise than recorded."""
    for place, batch, month, lines in _batches_of_period(facts, "P02"):
        if not facts.in_force("P02", place, month.last):
            yield no_rule("P02", place, batch, month.label)
            continue
        tolerance = facts.policy.number("P02", place, "tolerance_yuan", month.last)
        tolerance_hours = facts.policy.number("P02", place, "tolerance_hours", month.last)
        differing: list[tuple[Row, Row]] = []
        for line in lines:
            visit = facts.one("visits", visit_id=line["visit_id"])
            if visit is not None and _differs(line, visit, tolerance, tolerance_hours):
                differing.append((line, visit))
        yield judged(
            "P02",
            place,
            batch,
            month.label,
            [bool(differing)],
            measure=len(differing),
            limit=0,
            amount=sum(
                (max(Decimal(0), line["amount"] - visit["subsidy_amount"]) for line, visit in differing), Decimal(0)
            ),
            counted=facts.evidence("settlement_lines", [line for line, _ in differing]),
            ground=facts.evidence("visits", [visit for _, visit in differing]),
        )


def _differs(line: Row, visit: Row, tolerance: Decimal, tolerance_hours: Decimal) -> bool:
    # Hours that were read from minutes are no exact decimals: what lies beyond six places is no difference.
    apart = rounded(abs(exact(line["hours"]) - hours(visit)), 6)
    return (
        line["provider_id"] != visit["provider_id"]
        or apart > tolerance_hours
        or abs(line["amount"] - visit["subsidy_amount"]) > tolerance
    )


def p03(facts: Facts) -> Iterator[Judged]:
    """Settled twice."""
    for visit, lines in grouped(facts.rows("settlement_lines"), lambda line: str(line["visit_id"])).items():
        place, month = place_of_lines(facts, lines), latest_month(lines)
        if place not in facts.policy.places("P03") or not facts.in_period(month.first):
            continue
        if not facts.in_force("P03", place, month.last):
            yield no_rule("P03", place, visit, month.label)
            continue
        limit = facts.policy.number("P03", place, "max_lines", month.last)
        yield judged(
            "P03",
            place,
            visit,
            month.label,
            [len(lines) > limit],
            measure=len(lines),
            limit=limit,
            amount=total(lines, "amount") - max(line["amount"] for line in lines),
            counted=facts.evidence("settlement_lines", lines),
        )


def p04(facts: Facts) -> Iterator[Judged]:
    """Paid more than settled."""
    lines_of = batches(facts)
    for batch, payments in batch_payments(facts).items():
        latest = max(payments, key=lambda payment: (payment["paid_on"], payment["payment_id"]))
        place, month = facts.place_of(latest["division_code"]) or "", month_of(latest["paid_on"])
        applies = place in facts.policy.places("P04") and facts.in_period(latest["paid_on"])
        if batch not in lines_of or not applies:
            continue
        if not facts.in_force("P04", place, month.last):
            yield no_rule("P04", place, batch, month.label)
            continue
        paid, settled = total(payments, "amount"), total(lines_of[batch], "amount")
        yield judged(
            "P04",
            place,
            batch,
            month.label,
            [paid - settled > facts.policy.number("P04", place, "tolerance_yuan", month.last)],
            measure=paid,
            limit=settled,
            amount=paid - settled,
            counted=facts.evidence("payments", payments),
            ground=facts.evidence("settlement_lines", lines_of[batch]),
        )


_SAME_CLAIM = ("payee_id", "programme", "purpose", "amount", "period_start", "period_end")
_SAME_REFUND = ("payee_id", "programme", "period_start", "period_end")


def p05(facts: Facts) -> Iterator[Judged]:
    """Paid twice."""
    payments = facts.rows("payments")
    claims = [row for row in payments if row["amount"] > 0 and all(row[name] is not None for name in _SAME_CLAIM)]
    groups = list(grouped(claims, lambda row: tuple(row[name] for name in _SAME_CLAIM)).values())
    refunds = grouped(
        [row for row in payments if row["amount"] < 0], lambda row: tuple(row[name] for name in _SAME_REFUND)
    )
    left = {key: -total(rows, "amount") for key, rows in refunds.items()}
    for group in sorted(groups, key=lambda rows: min(str(row["payment_id"]) for row in rows)):
        first = min(group, key=lambda row: str(row["payment_id"]))
        claim = tuple(first[name] for name in _SAME_REFUND)
        excess = (len(group) - 1) * first["amount"]
        used = min(excess, left.get(claim, Decimal(0)))
        left[claim] = left.get(claim, Decimal(0)) - used
        place = facts.place_of(first["division_code"]) or ""
        if place in facts.policy.places("P05") and facts.in_period(max(row["paid_on"] for row in group)):
            yield _paid_twice(facts, place, group, first, excess - used, refunds.get(claim, []))


def _paid_twice(
    facts: Facts, place: str, group: Sequence[Row], first: Row, remaining: Decimal, refunds: Sequence[Row]
) -> Judged:
    begins, ends = first["period_start"], first["period_end"]
    subject = "|".join((first["payee_id"], first["programme"], first["purpose"], f"{first['amount']:.2f}"))
    period = f"{begins.isoformat()}/{ends.isoformat()}"
    if not facts.in_force("P05", place, ends):
        return no_rule("P05", place, subject, period)
    return judged(
        "P05",
        place,
        subject,
        period,
        [remaining > facts.policy.number("P05", place, "tolerance_yuan", ends)],
        measure=len(group),
        limit=facts.policy.number("P05", place, "max_payments", ends),
        amount=remaining,
        counted=facts.evidence("payments", group),
        ground=facts.evidence("payments", refunds),
    )


def p06(facts: Facts) -> Iterator[Judged]:
    """Paid without a settlement."""
    settled = batches(facts)
    for place, payment in paid_in_period(facts, "P06"):
        asked = (payment["programme"], payment["purpose"], payment["payee_kind"])
        if payment["batch_id"] is not None:
            yield payment_judged(facts, "P06", place, payment, payment["batch_id"] not in settled)
        elif asked == ("purchased_service", "service_fee", "provider"):
            yield payment_judged(facts, "P06", place, payment, True)


def p07(facts: Facts) -> Iterator[Judged]:
    """Settled and not paid."""
    payments_of = batch_payments(facts)
    for batch, lines in batches(facts).items():
        place, month = place_of_lines(facts, lines), latest_month(lines)
        if place not in facts.policy.places("P07"):
            continue
        if not facts.in_force("P07", place, month.last):
            yield no_rule("P07", place, batch, month.label)
            continue
        payments = payments_of.get(batch, [])
        short = total(lines, "amount") - total(payments, "amount")
        days = days_between(month.last, facts.as_of)
        limit = facts.policy.number("P07", place, "max_days", month.last)
        yield judged(
            "P07",
            place,
            batch,
            month.label,
            [short > facts.policy.number("P07", place, "tolerance_yuan", month.last) and days > limit],
            measure=days,
            limit=limit,
            amount=short,
            counted=facts.evidence("settlement_lines", lines),
            ground=facts.evidence("payments", payments),
        )


def p08(facts: Facts) -> Iterator[Judged]:
    """Paid while settlement was suspended."""
    for place, payment in paid_in_period(facts, "P08"):
        if payment["payee_kind"] != "provider":
            continue
        day = payment["paid_on"]
        kinds = facts.policy.members("P08", place, "suspending_sanctions", day)
        barring = [
            sanction
            for sanction in facts.where("sanctions", provider_id=payment["payee_id"])
            if sanction["kind"] in kinds
            and sanction["starts_on"] <= day
            and (sanction["ends_on"] is None or day <= sanction["ends_on"])
        ]
        fails = True if barring else _unless_never_came(facts, "sanctions")
        yield payment_judged(facts, "P08", place, payment, fails, facts.evidence("sanctions", barring))


def _unless_never_came(facts: Facts, source: str) -> bool | None:
    """No failure, or unknown where the source whose rows alone could show one never came."""
    return False if facts.came(source) else None


# ---- F: the money above the payments --------------------------------------------------------------------------------


def _transfers(facts: Facts, rule: str) -> Iterator[tuple[str, Row]]:
    for place, transfer in facts.rows_of(rule, "fund_transfers", "to_division"):
        if facts.in_period(transfer["allocated_on"]):
            yield place, transfer


def f01(facts: Facts) -> Iterator[Judged]:
    """Transfers of which less came in than was allocated."""
    for place, transfer in _transfers(facts, "F01"):
        day, received, allocated = (transfer[name] for name in ("allocated_on", "received_amount", "allocated_amount"))
        if transfer["received_on"] is None:
            continue
        if not facts.in_force("F01", place, day):
            yield no_rule("F01", place, transfer["transfer_id"], day.isoformat())
            continue
        tolerance = facts.policy.number("F01", place, "tolerance_yuan", day)
        yield judged(
            "F01",
            place,
            transfer["transfer_id"],
            day.isoformat(),
            [None if received is None else allocated - received > tolerance],
            measure=received,
            limit=allocated,
            amount=None if received is None else allocated - received,
            counted=facts.evidence("fund_transfers", [transfer]),
        )


def f02(facts: Facts) -> Iterator[Judged]:
    """Transfers that came late, or not yet."""
    for place, transfer in _transfers(facts, "F02"):
        day = transfer["allocated_on"]
        if not facts.in_force("F02", place, day):
            yield no_rule("F02", place, transfer["transfer_id"], day.isoformat())
            continue
        days = days_between(day, transfer["received_on"] or facts.as_of)
        limit = facts.policy.number("F02", place, "max_days", day)
        yield judged(
            "F02",
            place,
            transfer["transfer_id"],
            day.isoformat(),
            [days > limit],
            measure=days,
            limit=limit,
            amount=transfer["allocated_amount"],
            counted=facts.evidence("fund_transfers", [transfer]),
        )


def f03(facts: Facts) -> Iterator[Judged]:
    """Earmarked money spent on something else."""
    earmarked = {
        (row["jurisdiction"], row["grouping"])
        for row in facts.policy.parameter_sets
        if (row["rule"], row["name"]) == ("F03", "allowed_purposes")
    }
    for place, payment in paid_in_period(facts, "F03"):
        programme, day = payment["programme"], payment["paid_on"]
        if programme is None:
            special = payment["account_kind"] in facts.policy.members("F03", place, "special_accounts", day)
            yield payment_judged(facts, "F03", place, payment, True if special else None)
        elif (place, programme) in earmarked:
            allowed = facts.policy.members("F03", place, "allowed_purposes", day, programme)
            yield payment_judged(facts, "F03", place, payment, payment["purpose"] not in allowed)


def f04(facts: Facts) -> Iterator[Judged]:
    """Spent more than the budget."""
    budgets = [
        (place, row) for place, row in facts.rows_of("F04", "budgets") if row["fiscal_year"] in facts.fiscal_years
    ]
    groups: dict[tuple[str, str, str, int], list[Row]] = defaultdict(list)
    for place, row in budgets:
        groups[place, row["division_code"], row["programme"], row["fiscal_year"]].append(row)
    for (place, division, programme, year), rows in groups.items():
        subject, last = f"{division}|{programme}", dt.date(year, 12, 31)
        if not facts.in_force("F04", place, last):
            yield no_rule("F04", place, subject, str(year))
            continue
        payments = facts.where("payments", division_code=division, programme=programme, fiscal_year=year)
        paid, budget = total(payments, "amount"), total(rows, "amount")
        yield judged(
            "F04",
            place,
            subject,
            str(year),
            [paid - budget > facts.policy.number("F04", place, "tolerance_yuan", last)],
            measure=paid,
            limit=budget,
            amount=paid - budget,
            counted=facts.evidence("payments", payments),
            ground=facts.evidence("budgets", rows),
        )


def f05(facts: Facts) -> Iterator[Judged]:
    """Too little of the lottery fund for eldercare."""
    groups: dict[tuple[str, str, int], list[Row]] = defaultdict(list)
    for place, row in facts.rows_of("F05", "lottery_funds"):
        if row["fiscal_year"] in facts.fiscal_years:
            groups[place, row["division_code"], row["fiscal_year"]].append(row)
    for (place, division, year), rows in groups.items():
        last = dt.date(year, 12, 31)
        if not facts.in_force("F05", place, last):
            yield no_rule("F05", place, division, str(year))
            continue
        uses = facts.policy.members("F05", place, "counted_uses", last)
        whole = total(rows, "amount")
        part = total([row for row in rows if row["use"] in uses], "amount")
        limit = facts.policy.number("F05", place, "min_share", last)
        share = Fraction(part) / Fraction(whole) if whole else None
        yield judged(
            "F05",
            place,
            division,
            str(year),
            [None if share is None else share < limit],
            measure=None if share is None else rounded(share, 4),
            limit=limit,
            amount=Fraction(limit) * Fraction(whole) - Fraction(part),
            counted=facts.evidence("lottery_funds", rows),
        )


def f06(facts: Facts) -> Iterator[Judged]:
    """Operating subsidy of a year outside the bracket of the facility's class."""
    groups: dict[tuple[str, str, int], list[Row]] = defaultdict(list)
    for place, payment in facts.rows_of("F06", "payments"):
        year = payment["fiscal_year"]
        if year not in facts.fiscal_years:
            continue
        if payment["programme"] not in usual_members(facts.policy, "F06", place, "programmes", dt.date(year, 12, 31)):
            continue
        facility = facts.one("facilities", facility_id=payment["facility_id"])
        if facility is None or facts.place_of(facility["division_code"]) == place:
            groups[place, payment["facility_id"] or "", year].append(payment)
    for (place, subject, year), payments in groups.items():
        facility = facts.one("facilities", facility_id=subject)
        yield _subsidy_of_year(facts, place, subject, year, facility, payments)


def _subsidy_of_year(
    facts: Facts, place: str, subject: str, year: int, facility: Row | None, payments: Sequence[Row]
) -> Judged:
    last = dt.date(year, 12, 31)
    if not facts.in_force("F06", place, last):
        return no_rule("F06", place, subject, str(year))
    kinds = () if facility is None else _facility_classes(facts, place, facility, last)
    if facility is None or not kinds:
        return judged("F06", place, subject, str(year), [None])
    paid = total(payments, "amount")
    answers = [_outside_bracket(facts, place, year, facility, kind, paid) for kind in kinds]
    fails, crossed = answers[0]
    if {answer for answer, _ in answers} != {fails}:
        fails = None
    elif fails:
        crossed = max((limit for _, limit in answers), key=lambda limit: limit if paid > limit else -limit)
    return judged(
        "F06",
        place,
        subject,
        str(year),
        [fails],
        measure=paid,
        limit=crossed,
        amount=abs(paid - crossed),
        counted=facts.evidence("payments", payments),
        ground=facts.evidence("facilities", [facility]),
    )


def _outside_bracket(
    facts: Facts, place: str, year: int, facility: Row, kind: str, paid: Decimal
) -> tuple[bool | None, Decimal]:
    """Whether a sum lies outside the bracket of a class, and the bound that it crosses (or the lower one)."""
    last = dt.date(year, 12, 31)
    low = facts.policy.number("F06", place, f"{kind}_low", last)
    high = facts.policy.number("F06", place, f"{kind}_high", last)
    tolerance = facts.policy.number("F06", place, "tolerance_yuan", last)
    if paid - high > tolerance:
        return True, high
    if low - paid > tolerance:
        opened, closed = facility["opened_on"], facility["closed_on"]
        open_through = (opened is None or opened <= dt.date(year, 1, 1)) and (closed is None or closed > last)
        return (True if last <= facts.as_of and open_through else None), low
    return False, low


def _facility_classes(facts: Facts, place: str, facility: Row, day: dt.date) -> tuple[str, ...]:
    """The classes a facility may be of by its kinds of service: both, if one is known and a member was dropped."""
    kinds = len(set(facility["service_kinds"] or ()))
    if kinds >= facts.policy.number("F06", place, "comprehensive_min_kinds", day):
        return ("comprehensive",)
    if not kinds:
        return ()
    return ("single",) if facility["service_kinds_is_complete"] else ("single", "comprehensive")


def f07(facts: Facts) -> Iterator[Judged]:
    """Subsidy without an evaluation, or after a failed one."""
    for place, payment in paid_in_period(facts, "F07"):
        day = payment["paid_on"]
        programmes = usual_members(facts.policy, "F07", place, "programmes", day)
        payees = usual_members(facts.policy, "F07", place, "payee_kinds", day)
        if payment["programme"] not in programmes or payment["payee_kind"] not in payees:
            continue
        if not facts.in_force("F07", place, day):
            yield no_rule("F07", place, payment["payment_id"], day.isoformat())
            continue
        evaluation = _evaluation_before(facts, payment)
        earliest = payment["fiscal_year"] - facts.policy.number("F07", place, "max_years_back", day)
        fails = (
            evaluation is None
            or evaluation["evaluation_year"] < earliest
            or evaluation["result"] in facts.policy.members("F07", place, "failing_results", day)
        )
        ground = facts.evidence("evaluations", [evaluation])
        yield payment_judged(facts, "F07", place, payment, fails, ground)


def _evaluation_before(facts: Facts, payment: Row) -> Row | None:
    """The newest evaluation up to a payment: of its facility, else of the provider paid or the facility's operator."""
    is_facility = payment["payee_kind"] == "facility"
    facility = payment["facility_id"] or (payment["payee_id"] if is_facility else None)
    own = facts.where("evaluations", target_kind="facility", facility_id=facility) if facility else []
    register = facts.one("facilities", facility_id=facility) if facility else None
    named = (None if is_facility else payment["payee_id"], register["operator_id"] if register else None)
    others = [
        row
        for provider in {provider for provider in named if provider is not None}
        for row in facts.where("evaluations", target_kind="provider", provider_id=provider)
    ]
    for rows in (own, others):
        earlier = [row for row in rows if row["evaluated_on"] <= payment["paid_on"]]
        if earlier:
            newest: Row = max(earlier, key=lambda row: (row["evaluated_on"], row["evaluation_id"]))
            return newest
    return None


def _facility_subsidies(facts: Facts, rule: str, place: str, facility: Row, day: dt.date) -> list[Row]:
    """A facility's payments and refunds of the subsidising programmes, of its own policy."""
    programmes = usual_members(facts.policy, rule, place, "subsidy_programmes", day)
    return [
        payment
        for payment in facts.where("payments", facility_id=facility["facility_id"])
        if payment["programme"] in programmes and facts.place_of(payment["division_code"]) == place
    ]


def f08(facts: Facts) -> Iterator[Judged]:
    """A subsidised facility closed too early."""
    for place, facility in facts.rows_of("F08", "facilities"):
        opened, closed = facility["opened_on"], facility["closed_on"]
        if opened is None or not facts.in_period(closed):
            continue
        payments = _facility_subsidies(facts, "F08", place, facility, closed)
        paid = total(payments, "amount")
        if paid <= 0:
            continue
        if not facts.in_force("F08", place, closed):
            yield no_rule("F08", place, facility["facility_id"], closed.isoformat())
            continue
        limit = facts.policy.number("F08", place, "min_years", closed)
        yield judged(
            "F08",
            place,
            facility["facility_id"],
            closed.isoformat(),
            [closed < years_later(opened, int(limit))],
            measure=age_on(opened, closed),
            limit=limit,
            amount=paid,
            counted=facts.evidence("payments", payments),
            ground=facts.evidence("facilities", [facility]),
        )


def f09(facts: Facts) -> Iterator[Judged]:
    """A facility used for something else, or let."""
    for place, facility in facts.rows_of("F09", "facilities"):
        approved = usual_members(facts.policy, "F09", place, "approved_uses", facts.as_of)
        if facility["closed_on"] is not None or facility["approved_use"] not in {None, *approved}:
            continue
        if not facts.in_force("F09", place, facts.as_of):
            yield no_rule("F09", place, facility["facility_id"], "")
            continue
        harmless = facts.policy.members("F09", place, "harmless_uses", facts.as_of)
        use = facility["current_use"]
        payments = _facility_subsidies(facts, "F09", place, facility, facts.as_of)
        yield judged(
            "F09",
            place,
            facility["facility_id"],
            "",
            [any_of([None if use is None else use not in harmless, facility["leased_out"]])],
            measure=facility["building_area"],
            limit=0,
            amount=total(payments, "amount"),
            counted=facts.evidence("payments", payments),
            ground=facts.evidence("facilities", [facility]),
        )


def f10(facts: Facts) -> Iterator[Judged]:
    """Points granted that nobody is entitled to, or not granted."""
    for place in facts.policy.places("F10"):
        grants = [row for at, row in facts.rows_of("F10", "points") if at == place and row["kind"] == "grant"]
        for month in facts.months:
            granted: dict[str, list[Row]] = defaultdict(list)
            undated: dict[str, list[Row]] = defaultdict(list)
            for row in grants:
                if row["grant_month"] == month.first:
                    granted[row["elder_id"]].append(row)
                elif row["grant_month"] is None and month.holds(day_of(row["occurred_at"])):
                    undated[row["elder_id"]].append(row)
            elders = {*granted, *facts.elders} if granted else set()
            for elder in sorted({*elders, *undated}):
                yield from _points_of_month(facts, place, elder, month, granted[elder], bool(undated.get(elder)))


def _points_of_month(
    facts: Facts, place: str, elder: str, month: Span, grants: Sequence[Row], some_undated: bool
) -> Iterator[Judged]:
    """The elder's month, if anything was granted or due in it."""
    sum_granted = sum(row["points"] for row in grants)
    entitled = _entitled_points(facts, place, elder, month.last)
    if entitled == 0 and sum_granted == 0 and not some_undated:
        return
    if not facts.in_force("F10", place, month.last):
        yield no_rule("F10", place, elder, month.label)
        return
    unknown = some_undated or entitled is None
    due = entitled or 0
    yield judged(
        "F10",
        place,
        elder,
        month.label,
        [None if unknown else sum_granted != due],
        measure=sum_granted,
        limit=due,
        amount=Fraction(sum_granted - due) / Fraction(facts.policy.number("F10", place, "points_per_yuan", month.last)),
        counted=facts.evidence("points", grants),
        ground=facts.evidence("elders", [facts.version(elder, month.last)]),
    )


def _entitled_points(facts: Facts, place: str, elder: str, day: dt.date) -> int | None:
    """Points due for the month that ends on a day; None if the age is unknown."""
    version = facts.version(elder, day)
    if (
        version is None
        or facts.place_of(version["hukou_division"]) != place
        or version["registered_on"] > day
        or facts.gone_by(elder, day)
    ):
        return 0
    age = age_on(version["birth_date"], day)
    if age is None:
        return None
    fitting = [item for item in facts.policy.brackets("F10", place, "points_by_age", day) if item.holds(age)]
    return int(fitting[0].value) if fitting else 0


def _redemptions(facts: Facts, rule: str, by: str) -> dict[tuple[str, str, str], list[Row]]:
    """Redemptions of the period by place, by a column ('' where it is empty) and by month."""
    groups: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for place, row in facts.rows_of(rule, "points"):
        day = day_of(row["occurred_at"])
        if row["kind"] == "redeem" and facts.in_period(day):
            groups[place, row[by] or "", month_of(day).label].append(row)
    return groups


def _redemptions_judged(
    facts: Facts,
    rule: str,
    key: tuple[str, str, str],
    rows: Sequence[Row],
    fails: Callable[[Row], bool | None],
    ground: Evidence,
) -> Judged:
    """A month of redemptions, each judged on its own day."""
    place, subject, month = key
    units = [row for row in rows if facts.in_force(rule, place, day_of(row["occurred_at"]))]
    failing = [row for row in units if fails(row)]
    worth = [
        Fraction(row["points"])
        / Fraction(facts.policy.number(rule, place, "points_per_yuan", day_of(row["occurred_at"])))
        for row in failing
    ]
    return judged(
        rule,
        place,
        subject,
        month,
        [fails(row) for row in units],
        measure=sum(row["points"] for row in failing),
        limit=0,
        amount=sum(worth, Fraction(0)),
        counted=facts.evidence("points", failing),
        ground=ground,
    )


def f11(facts: Facts) -> Iterator[Judged]:
    """Points redeemed at a place that was not designated."""
    for key, rows in _redemptions(facts, "F11", "provider_id").items():
        provider = facts.one("providers", provider_id=key[1])

        def not_designated(row: Row, provider: Row | None = provider) -> bool:
            day = day_of(row["occurred_at"])
            if provider is None or provider["designated_from"] is None:
                return True
            ends = provider["designated_to"]
            return not (provider["designated_from"] <= day and (ends is None or day <= ends))

        yield _redemptions_judged(facts, "F11", key, rows, not_designated, facts.evidence("providers", [provider]))


def f12(facts: Facts) -> Iterator[Judged]:
    """Points redeemed after death."""
    alive = _unless_never_came(facts, "deaths")
    for key, rows in _redemptions(facts, "F12", "elder_id").items():
        died = facts.died_on(key[1])

        def after_death(row: Row, died: dt.date | None = died) -> bool | None:
            return True if died is not None and day_of(row["occurred_at"]) > died else alive

        ground = facts.evidence("deaths", facts.where("deaths", elder_id=key[1]))
        yield _redemptions_judged(facts, "F12", key, rows, after_death, ground)


def f13(facts: Facts) -> Iterator[Judged]:
    """Points overdrawn."""
    ledgers: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for place, row in facts.rows_of("F13", "points"):
        ledgers[place, row["elder_id"]].append(row)
    for (place, elder), entries in ledgers.items():
        entries.sort(key=lambda row: (row["occurred_at"], row["kind"] != "grant", row["entry_id"]))
        balance, lowest, up_to = 0, None, 0
        for count, row in enumerate(entries, 1):
            balance += -row["points"] if row["kind"] in {"redeem", "expire"} else row["points"]
            if facts.in_period(day_of(row["occurred_at"])) and (lowest is None or balance < lowest):
                lowest, up_to = balance, count
        if lowest is None:
            continue
        if not facts.in_force("F13", place, facts.as_of):
            yield no_rule("F13", place, elder, "")
            continue
        yield judged(
            "F13",
            place,
            elder,
            "",
            [lowest < 0],
            measure=lowest,
            limit=0,
            amount=Fraction(-lowest) / Fraction(facts.policy.number("F13", place, "points_per_yuan", facts.as_of)),
            counted=facts.evidence("points", entries[:up_to]),
        )


# ---- C: complaints --------------------------------------------------------------------------------------------------


def c01(facts: Facts) -> Iterator[Judged]:
    """Workers with too many upheld complaints within a year."""
    by_worker: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for place, row in facts.rows_of("C01", "complaints"):
        if row["target_kind"] == "worker" and row["worker_id"] is not None and row["verdict"] in UPHELD:
            by_worker[place, row["worker_id"]].append(row)
    for (place, worker), complaints in by_worker.items():
        days = sorted(row["received_on"] for row in complaints)
        inside = [day for day in days if facts.in_period(day)]
        if inside:
            yield _complaints_within_a_year(facts, place, worker, complaints, inside)


def _complaints_within_a_year(
    facts: Facts, place: str, worker: str, complaints: Sequence[Row], inside: Sequence[dt.date]
) -> Judged:
    def within_window(last: dt.date) -> int:
        days = int(facts.policy.number("C01", place, "window_days", last))
        return sum(0 <= days_between(row["received_on"], last) < days for row in complaints)

    ends = [day for day in inside if facts.in_force("C01", place, day)]
    if not ends:
        return no_rule("C01", place, worker, inside[-1].isoformat())
    reached = [day for day in ends if within_window(day) >= facts.policy.number("C01", place, "threshold", day)]
    day = reached[0] if reached else inside[-1]
    starts = [facts.period_start] if facts.in_force("C01", place, facts.period_start) else []
    window = int(facts.policy.number("C01", place, "window_days", ends[-1]))
    earliest = facts.period_start - dt.timedelta(days=window - 1)
    return judged(
        "C01",
        place,
        worker,
        day.isoformat(),
        [bool(reached)],
        measure=max(within_window(end) for end in (*starts, *ends)),
        limit=facts.policy.number("C01", place, "threshold", reached[0] if reached else ends[-1]),
        counted=facts.evidence("complaints", [row for row in complaints if row["received_on"] >= earliest]),
    )


def c02(facts: Facts) -> Iterator[Judged]:
    """Workers who should have been disqualified and still serve."""
    for finding in c01(facts):
        place = finding.jurisdiction
        if finding.result != "FAIL" or place not in facts.policy.places("C02"):
            continue
        day = dt.date.fromisoformat(finding.period)
        visits = [
            visit
            for visit in facts.where("visits", worker_id=finding.subject)
            if service_date(visit) > day and facts.place_of(visit["division_code"]) == place
        ]
        yield judged(
            "C02",
            place,
            finding.subject,
            finding.period,
            [bool(visits)] if facts.in_force("C02", place, day) else [],
            measure=len(visits),
            limit=0,
            amount=total(visits, "subsidy_amount"),
            counted=facts.evidence("visits", visits),
            ground=finding.counted,
        )


def c03(facts: Facts) -> Iterator[Judged]:
    """Contracts in whose term too many complaints about the provider were upheld."""
    for place, contract in facts.rows_of("C03", "contracts"):
        starts, ends = contract["starts_on"], contract["ends_on"]
        if starts > facts.as_of or ends < facts.period_start:
            continue
        complaints = [
            row
            for row in facts.where("complaints", target_kind="provider", provider_id=contract["provider_id"])
            if row["verdict"] in UPHELD
            and starts <= row["received_on"] <= ends
            and facts.place_of(row["division_code"]) == place
        ]
        days = sorted(row["received_on"] for row in complaints)
        reached = [
            day for count, day in enumerate(days, 1) if count >= usual_number(facts, "C03", place, "threshold", day)
        ]
        if reached and reached[0] < facts.period_start:
            continue
        day = reached[0] if reached else facts.as_of
        if not facts.in_force("C03", place, day):
            yield no_rule("C03", place, contract["contract_id"], day.isoformat())
            continue
        yield judged(
            "C03",
            place,
            contract["contract_id"],
            day.isoformat(),
            [bool(reached)],
            measure=len(complaints),
            limit=facts.policy.number("C03", place, "threshold", day),
            counted=facts.evidence("complaints", complaints),
            ground=facts.evidence("contracts", [contract]),
        )


def c04(facts: Facts) -> Iterator[Judged]:
    """Complaints closed without telling the result."""
    for place, complaint in facts.rows_of("C04", "complaints"):
        closed = complaint["closed_on"]
        if not facts.in_period(closed):
            continue
        days, limit = days_between(closed, facts.as_of), usual_number(facts, "C04", place, "max_days", closed)
        left_out = usual_members(facts.policy, "C04", place, "excluded_sources", closed)
        if days <= limit or complaint["source"] in left_out:
            continue
        yield judged(
            "C04",
            place,
            complaint["complaint_id"],
            closed.isoformat(),
            [complaint["replied_on"] is None] if facts.in_force("C04", place, closed) else [],
            measure=days,
            limit=limit,
            counted=facts.evidence("complaints", [complaint]),
        )


def c05(facts: Facts) -> Iterator[Judged]:
    """Complaints closed late, or not yet."""
    for place, complaint in facts.rows_of("C05", "complaints"):
        received = complaint["received_on"]
        if not facts.in_period(received):
            continue
        if not facts.in_force("C05", place, received):
            yield no_rule("C05", place, complaint["complaint_id"], received.isoformat())
            continue
        days = days_between(received, complaint["closed_on"] or facts.as_of)
        limit = facts.policy.number("C05", place, "max_days", received)
        yield judged(
            "C05",
            place,
            complaint["complaint_id"],
            received.isoformat(),
            [days > limit],
            measure=days,
            limit=limit,
            counted=facts.evidence("complaints", [complaint]),
        )


def c06(facts: Facts) -> Iterator[Judged]:
    """Upheld complaints of selling."""
    for place, complaint in facts.rows_of("C06", "complaints"):
        received, verdict = complaint["received_on"], complaint["verdict"]
        categories = usual_members(facts.policy, "C06", place, "categories", received)
        if complaint["category"] not in categories or not facts.in_period(received):
            continue
        fails = None if verdict in {None, "pending"} else verdict in UPHELD
        yield judged(
            "C06",
            place,
            complaint["complaint_id"],
            received.isoformat(),
            [fails] if facts.in_force("C06", place, received) else [],
            measure=1 if fails else 0,
            limit=0,
            counted=facts.evidence("complaints", [complaint]),
        )


# ---- D: duties of providers and facilities --------------------------------------------------------------------------


def d01(facts: Facts) -> Iterator[Judged]:
    """Providers that have not disclosed everything."""
    serving = {visit["provider_id"] for visit in facts.rows("visits") if facts.in_period(service_date(visit))}
    for place, provider in facts.rows_of("D01", "providers"):
        subject = provider["provider_id"]
        if subject not in serving:
            continue
        required = facts.policy.members("D01", place, "required_items", facts.as_of)
        disclosed = [row for row in facts.where("disclosures", provider_id=subject) if row["item"] in required]
        yield judged(
            "D01",
            place,
            subject,
            "",
            [len(disclosed) < len(required)] if facts.in_force("D01", place, facts.as_of) else [],
            measure=len(disclosed),
            limit=len(required),
            counted=facts.evidence("disclosures", disclosed),
            ground=facts.evidence("providers", [provider]),
        )


def _served_providers(facts: Facts, rule: str, spans: Sequence[Span]) -> Iterator[tuple[str, str, Span, Row]]:
    """Providers with public visits of a place in a span: place, provider, span and the first of these visits."""
    visits = [(place, visit) for place, visit in facts.rows_of(rule, "visits") if is_public(visit)]
    for span in spans:
        first: dict[tuple[str, str], Row] = {}
        for place, visit in sorted(visits, key=lambda item: (item[1]["started_at"], item[1]["visit_id"])):
            if span.holds(service_date(visit)):
                first.setdefault((place, visit["provider_id"]), visit)
        for (place, provider), visit in first.items():
            yield place, provider, span, visit


def _looked_at(
    facts: Facts, rule: str, name: str, spans: Sequence[Span], looks: Callable[[str, Span], int]
) -> Iterator[Judged]:
    """Providers that were looked at less often in a span than they should have been."""
    for place, provider, span, visit in _served_providers(facts, rule, spans):
        if not facts.in_force(rule, place, span.last):
            yield no_rule(rule, place, provider, span.label)
            continue
        limit, count = facts.policy.number(rule, place, name, span.last), looks(provider, span)
        register = facts.one("providers", provider_id=provider)
        yield judged(
            rule,
            place,
            provider,
            span.label,
            [count < limit],
            measure=count,
            limit=limit,
            ground=facts.evidence("providers", [register]) | facts.evidence("visits", [visit]),
        )


def d02(facts: Facts) -> Iterator[Judged]:
    """Providers without an evaluation for a year."""

    def evaluations(provider: str, span: Span) -> int:
        rows = facts.where("evaluations", target_kind="provider", provider_id=provider)
        return sum(row["evaluation_year"] == span.first.year for row in rows)

    yield from _looked_at(facts, "D02", "per_year", facts.years, evaluations)


def d03(facts: Facts) -> Iterator[Judged]:
    """Evaluations that were not published."""
    for place, evaluation in facts.rows_of("D03", "evaluations"):
        day = evaluation["evaluated_on"]
        if not facts.in_period(day):
            continue
        days, limit = days_between(day, facts.as_of), usual_number(facts, "D03", place, "max_days", day)
        if days <= limit:
            continue
        yield judged(
            "D03",
            place,
            evaluation["evaluation_id"],
            day.isoformat(),
            [evaluation["published_on"] is None] if facts.in_force("D03", place, day) else [],
            measure=days,
            limit=limit,
            counted=facts.evidence("evaluations", [evaluation]),
        )


def d04(facts: Facts) -> Iterator[Judged]:
    """Faults that were not put right in time."""
    for place, inspection in facts.rows_of("D04", "inspections"):
        deadline = inspection["rectify_by"]
        if not facts.in_period(deadline):
            continue
        days = days_between(deadline, inspection["rectified_on"] or facts.as_of)
        yield judged(
            "D04",
            place,
            inspection["inspection_id"],
            deadline.isoformat(),
            [days > 0] if facts.in_force("D04", place, deadline) else [],
            measure=days,
            limit=0,
            counted=facts.evidence("inspections", [inspection]),
        )


def d05(facts: Facts) -> Iterator[Judged]:
    """Providers whose elders were not asked in a quarter."""

    def surveys(provider: str, span: Span) -> int:
        rows = facts.where("satisfaction_surveys", provider_id=provider)
        return sum(span.holds(row["surveyed_on"]) for row in rows)

    yield from _looked_at(facts, "D05", "per_quarter", facts.quarters, surveys)


def d06(facts: Facts) -> Iterator[Judged]:
    """Homes that closed without notice in time."""
    for place, facility in facts.rows_of("D06", "facilities"):
        closed, notice = facility["closed_on"], facility["closure_notice_on"]
        if not facts.in_period(closed):
            continue
        if facility["kind"] not in usual_members(facts.policy, "D06", place, "facility_kinds", closed):
            continue
        if not facts.in_force("D06", place, closed):
            yield no_rule("D06", place, facility["facility_id"], closed.isoformat())
            continue
        days = days_between(notice, closed) if notice is not None else 0
        limit = facts.policy.number("D06", place, "min_days", closed)
        yield judged(
            "D06",
            place,
            facility["facility_id"],
            closed.isoformat(),
            [days < limit],
            measure=days,
            limit=limit,
            ground=facts.evidence("facilities", [facility]),
        )


def d07(facts: Facts) -> Iterator[Judged]:
    """Large homes without a medical unit."""
    for place, facility in facts.rows_of("D07", "facilities"):
        kinds = usual_members(facts.policy, "D07", place, "facility_kinds", facts.as_of)
        limit = usual_number(facts, "D07", place, "min_beds", facts.as_of)
        beds, medical = facility["beds"], facility["has_medical_unit"]
        too_small = beds is not None and beds < limit
        if facility["kind"] not in kinds or too_small or not is_open(facts, facility):
            continue
        fails: bool | None = None if medical is None else not medical
        if beds is None and fails:
            fails = None
        yield judged(
            "D07",
            place,
            facility["facility_id"],
            "",
            [fails] if facts.in_force("D07", place, facts.as_of) else [],
            measure=beds,
            limit=limit,
            ground=facts.evidence("facilities", [facility]),
        )


def d08(facts: Facts) -> Iterator[Judged]:
    """Subsidy that is due back and was not returned."""
    used = _refunds_used(facts)
    for place, sanction in facts.rows_of("D08", "sanctions"):
        day, due = sanction["starts_on"], sanction["refund_due"]
        limit = usual_number(facts, "D08", place, "max_days", day)
        if not due or not facts.in_period(day) or days_between(day, facts.as_of) <= limit:
            continue
        rows, refunded = used.get(sanction["sanction_id"], ([], Decimal(0)))
        fails = None if sanction["provider_id"] is None else due - refunded > _tolerance(facts, "D08", place, day)
        yield judged(
            "D08",
            place,
            sanction["sanction_id"],
            day.isoformat(),
            [fails] if facts.in_force("D08", place, day) else [],
            measure=refunded,
            limit=due,
            amount=due - refunded,
            counted=facts.evidence("payments", rows),
            ground=facts.evidence("sanctions", [sanction]),
        )


def _tolerance(facts: Facts, rule: str, place: str, day: dt.date) -> Decimal:
    known = facts.policy.number_or_none(rule, place, "tolerance_yuan", day)
    return MONEY_TOLERANCE if known is None else known


def _refunds_used(facts: Facts) -> dict[str, tuple[list[Row], Decimal]]:
    """By sanction the refunds that cover it: sanctions in order, the earliest refund first, each yuan once."""
    used: dict[str, tuple[list[Row], Decimal]] = {}
    due = [row for row in facts.rows("sanctions") if row["refund_due"] and row["provider_id"] is not None]
    left = {row["payment_id"]: -row["amount"] for row in facts.rows("payments") if row["amount"] < 0}
    for sanction in sorted(due, key=lambda row: (row["starts_on"], row["sanction_id"])):
        rows: list[Row] = []
        refunded = Decimal(0)
        refunds = facts.where("payments", payee_id=sanction["provider_id"])
        for refund in sorted(refunds, key=lambda row: (row["paid_on"], row["payment_id"])):
            part = min(left.get(refund["payment_id"], Decimal(0)), sanction["refund_due"] - refunded)
            if part > 0 and refund["paid_on"] >= sanction["starts_on"]:
                left[refund["payment_id"]] -= part
                refunded += part
                rows.append(refund)
        used[sanction["sanction_id"]] = rows, refunded
    return used


# ---- A: land and floor area -----------------------------------------------------------------------------------------


def a01(facts: Facts) -> Iterator[Judged]:
    """Too little room in new areas."""
    yield from _rooms(facts, "A01", "new")


def a02(facts: Facts) -> Iterator[Judged]:
    """Too little room in existing areas."""
    yield from _rooms(facts, "A02", "existing")


def _rooms(facts: Facts, rule: str, stage: str) -> Iterator[Judged]:
    for place, area in facts.rows_of(rule, "residential_areas"):
        subject, households, room = (area[name] for name in ("residential_area_id", "households", "room_area_provided"))
        if area["stage"] != stage or households <= 0:
            continue
        if not facts.in_force(rule, place, facts.as_of):
            yield no_rule(rule, place, subject, "")
            continue
        delivered = area["homes_delivered_on"]
        if room is None and stage == "new" and delivered is not None and delivered <= facts.as_of:
            room = 0.0
        limit = facts.policy.number(rule, place, "min_m2", facts.as_of)
        per_hundred = None if room is None else exact(room) / households * 100
        yield judged(
            rule,
            place,
            subject,
            "",
            [None if per_hundred is None else per_hundred < limit],
            measure=None if per_hundred is None else rounded(per_hundred, 2),
            limit=limit,
            ground=facts.evidence("residential_areas", [area]),
        )


def a03(facts: Facts) -> Iterator[Judged]:
    """Too little land for the residents of a city or county."""
    prefixes = {row["jurisdiction"]: row["prefix"] for row in facts.policy.jurisdictions}
    for place in facts.policy.places("A03"):
        city = prefixes[place].ljust(6, "0")
        newest: dict[str, Row] = {}
        for at, row in facts.rows_of("A03", "division_statistics"):
            code = row["division_code"]
            if at == place and len(code) == 6 and row["year"] <= facts.as_of.year:
                newest[code] = max(newest.get(code, row), row, key=lambda known: int(known["year"]))
        known: dict[str, list[Row]] = {code: [row] for code, row in newest.items()}
        if known:
            known.setdefault(city, list(newest.values()))
        for division, statistics in sorted(known.items()):
            yield _land(facts, place, division, statistics)


def _land(facts: Facts, place: str, division: str, statistics: Sequence[Row]) -> Judged:
    year = str(max(row["year"] for row in statistics))
    if not facts.in_force("A03", place, facts.as_of):
        return no_rule("A03", place, division, year)
    facilities = [
        row
        for row in facts.rows("facilities")
        if row["division_code"].startswith(division_key(division)) and is_open(facts, row)
    ]
    land = sum((exact(row["land_area"]) for row in facilities if row["land_area"] is not None), Fraction(0))
    residents = sum(row["resident_population"] for row in statistics)
    limit = facts.policy.number("A03", place, "min_m2", facts.as_of)
    per_resident = land / residents if residents else None
    fails = None if per_resident is None else per_resident < limit
    if fails and any(row["land_area"] is None for row in facilities):
        fails = None
    return judged(
        "A03",
        place,
        division,
        year,
        [fails],
        measure=None if per_resident is None else rounded(per_resident, 4),
        limit=limit,
        counted=facts.evidence("facilities", facilities),
        ground=facts.evidence("division_statistics", statistics),
    )


def _new_areas(facts: Facts, rule: str) -> Iterator[tuple[str, Row]]:
    for place, area in facts.rows_of(rule, "residential_areas"):
        if area["stage"] == "new":
            yield place, area


def a04(facts: Facts) -> Iterator[Judged]:
    """Rooms behind the homes in planning, building, acceptance or delivery."""
    for place, area in _new_areas(facts, "A04"):
        homes = {stage: area[f"homes_{stage}_on"] for stage in STAGES}
        rooms = {stage: area[f"rooms_{stage}_on"] for stage in STAGES}
        late = [
            stage
            for stage, day in homes.items()
            if day is not None and day <= facts.as_of and (rooms[stage] is None or rooms[stage] > day)
        ]
        is_known = any(day is not None for day in homes.values())
        yield judged(
            "A04",
            place,
            area["residential_area_id"],
            "",
            [bool(late) if is_known else None] if facts.in_force("A04", place, facts.as_of) else [],
            measure=len(late),
            limit=0,
            ground=facts.evidence("residential_areas", [area]),
        )


def a05(facts: Facts) -> Iterator[Judged]:
    """Rooms not handed over in time."""
    for place, area in _new_areas(facts, "A05"):
        delivered = area["rooms_delivered_on"]
        limit = usual_number(facts, "A05", place, "max_days", facts.as_of)
        if delivered is None or days_between(delivered, facts.as_of) <= limit:
            continue
        days = days_between(delivered, area["rooms_handed_over_on"] or facts.as_of)
        yield judged(
            "A05",
            place,
            area["residential_area_id"],
            "",
            [days > limit] if facts.in_force("A05", place, facts.as_of) else [],
            measure=days,
            limit=limit,
            ground=facts.evidence("residential_areas", [area]),
        )


def a06(facts: Facts) -> Iterator[Judged]:
    """Day-care centres smaller than their class."""
    for place, facility in facts.rows_of("A06", "facilities"):
        kinds = usual_members(facts.policy, "A06", place, "facility_kinds", facts.as_of)
        if facility["kind"] not in kinds or not is_open(facts, facility):
            continue
        if not facts.in_force("A06", place, facts.as_of):
            yield no_rule("A06", place, facility["facility_id"], "")
            continue
        people, area = facility["served_population"], facility["building_area"]
        classes = facts.policy.brackets("A06", place, "area_by_population", facts.as_of)
        fitting = [item.value for item in classes if people is not None and item.holds(people)]
        limit = fitting[0] if fitting else None
        yield judged(
            "A06",
            place,
            facility["facility_id"],
            "",
            [None if limit is None or area is None else exact(area) < limit],
            measure=area,
            limit=limit,
            ground=facts.evidence("facilities", [facility]),
        )


RULES: Mapping[str, Callable[[Facts], Iterator[Judged]]] = {
    function.__name__.upper(): function
    for function in (
        *(p01, p02, p03, p04, p05, p06, p07, p08),
        *(f01, f02, f03, f04, f05, f06, f07, f08, f09, f10, f11, f12, f13),
        *(c01, c02, c03, c04, c05, c06),
        *(d01, d02, d03, d04, d05, d06, d07, d08),
        *(a01, a02, a03, a04, a05, a06),
    )
}
