"""A finding's figures, recomputed from the rows that are shown beside them.

`MEASURES` and `AMOUNTS` say for each rule how its figure follows from the rows, the parameters in force on its day and the
day that the data are of. Of a share of a month's services only the part is among the rows (`SHARES`). Where a figure rests
on what is not shown, nothing is claimed. Which rules that concerns, and why: docs/recomputing.md.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

from pipelines.explaining import Explanation, Parameter

Facts = Mapping[str, Any]
PLACES_OF_A_MEASURE, PLACES_OF_YUAN = 6, 2


class NotShown(Exception):
    """A figure rests on what is not shown. `why`: key of the text that says why it is not."""

    def __init__(self, why: str = "why_not_shown") -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Case:
    """A finding with what is shown of it. `as_of`: the day that the data are of; `has_all_rows`: none of its rows is left
    out."""

    explanation: Explanation
    as_of: dt.date
    has_all_rows: bool

    @property
    def measure(self) -> Decimal:
        """The measure as it is published."""
        return _decimal(self.explanation.finding["measure"])

    @property
    def limit(self) -> Decimal:
        """The limit as it is published."""
        return _decimal(self.explanation.finding["limit"])

    @property
    def first_day(self) -> dt.date:
        """The first day of a finding's month."""
        return dt.date.fromisoformat(f"{self.explanation.finding['period']}-01")

    def counted(self) -> list[Facts]:
        """The rows that were counted. Whoever sees a finding sees all of these."""
        return [row.facts for row in self.explanation.rows if row.role == "counted"]

    def ground(self, source: str) -> list[Facts]:
        """All supporting rows of a source."""
        if not self.has_all_rows:
            raise NotShown
        return [row.facts for row in self.explanation.rows if row.role == "ground" and row.source == source]

    def row(self, source: str) -> Facts:
        """The one row of a source."""
        for row in self.explanation.rows:
            if row.source == source:
                return row.facts
        raise NotShown

    def settings(self, name: str) -> list[Parameter]:
        """The parameters of a name in force on the finding's day."""
        found = [one for one in self.explanation.parameters if one.name == name]
        if not found:
            raise NotShown
        return found

    def number(self, name: str) -> Decimal:
        """The value of a parameter."""
        return Decimal(self.settings(name)[0].value)


How = Callable[[Case], Decimal]


@dataclass(frozen=True)
class Way:
    """How a figure is recomputed. `told`: key of the text that says it."""

    told: str
    compute: How


@dataclass(frozen=True)
class Recomputed:
    """A figure of a finding beside the same from its rows. `how`: key of the text that says how; `places`: those to which
    the figure is published."""

    figure: str
    how: str
    value: Decimal
    stands: Decimal
    places: int

    @property
    def agrees(self) -> bool:
        """Whether both are the same to the last place that is published."""
        return _are_same(self.value, self.stands, self.places)

    @property
    def shown(self) -> Decimal:
        """The recomputed value with as many places."""
        return self.value.quantize(Decimal(1).scaleb(-self.places), ROUND_HALF_UP)


@dataclass(frozen=True)
class Share:
    """A measure that is a share: the part is counted again, the whole is what it must be if the share is right. `of`: key of
    the text that says what the whole is."""

    of: str
    part: int
    whole: int
    stands: Decimal

    @property
    def is_possible(self) -> bool:
        """Whether the counted rows can be that share of a whole number."""
        return self.part > 0 and _are_same(Decimal(self.part) / self.whole, self.stands, PLACES_OF_A_MEASURE)


@dataclass(frozen=True)
class Unclaimed:
    """A figure that does not follow from what is shown. `why`: key of the text that says why."""

    figure: str
    why: str


def _are_same(value: Decimal, stands: Decimal, places: int) -> bool:
    return abs(value - stands) <= Decimal(5).scaleb(-places - 1)


def _decimal(value: Any) -> Decimal:
    if value is None:
        raise NotShown
    return Decimal(str(value))


def _number(facts: Facts, column: str) -> Decimal:
    return _decimal(facts.get(column))


def _text(facts: Facts, column: str) -> str:
    if facts.get(column) is None:
        raise NotShown
    return str(facts[column])


def _day_or_none(facts: Facts, column: str) -> dt.date | None:
    return dt.date.fromisoformat(_text(facts, column)[:10]) if facts.get(column) else None


def _day(facts: Facts, column: str) -> dt.date:
    return dt.date.fromisoformat(_text(facts, column)[:10])


def _days(earlier: dt.date, later: dt.date) -> Decimal:
    return Decimal((later - earlier).days)


def _month_end(day: dt.date) -> dt.date:
    return (day.replace(day=1) + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)


def _moment(facts: Facts, column: str) -> dt.datetime:
    return dt.datetime.fromisoformat(_text(facts, column))


def _hours_of(visit: Facts) -> Decimal:
    length = _moment(visit, "ended_at") - _moment(visit, "started_at")
    return Decimal(length // dt.timedelta(seconds=1)) / 3600


def _sum(rows: Sequence[Facts], column: str) -> Decimal:
    return sum((_number(row, column) for row in rows), Decimal(0))


def _some(rows: list[Facts]) -> list[Facts]:
    """Rows of which there must be one at least."""
    if not rows:
        raise NotShown
    return rows


def _count(case: Case) -> Decimal:
    return Decimal(len(case.counted()))


def _none_of_one(case: Case) -> Decimal:
    """Where one is asked and it fails, there is none; where more are asked, those that there are are not among the rows."""
    if case.limit != 1:
        raise NotShown
    return _count(case)


def _total(column: str) -> How:
    return lambda case: _sum(case.counted(), column)


def _fact(source: str, column: str) -> How:
    return lambda case: _number(case.row(source), column)


def _days_since(source: str, column: str) -> How:
    return lambda case: _days(_day(case.row(source), column), case.as_of)


def _days_until(source: str, first: str, last: str) -> How:
    """Days from one of a row's days to another, or to the day of the data where that is still to come."""

    def days(case: Case) -> Decimal:
        row = case.row(source)
        return _days(_day(row, first), min(_day_or_none(row, last) or case.as_of, case.as_of))

    return days


def _days_of_notice(case: Case) -> Decimal:
    facility = case.row("facilities")
    notice = _day_or_none(facility, "closure_notice_on")
    return _days(notice, _day(facility, "closed_on")) if notice and notice <= case.as_of else Decimal(0)


def _days_after_death(case: Case) -> Decimal:
    payment = case.row("payments")
    paid_for = _day_or_none(payment, "period_start") or _day(payment, "paid_on")
    return _days(_day(case.row("deaths"), "died_on"), paid_for)


def _days_unpaid(case: Case) -> Decimal:
    return _days(_month_end(max(_day(line, "service_month") for line in _some(case.counted()))), case.as_of)


def _whole_years_open(case: Case) -> Decimal:
    facility = case.row("facilities")
    opened, closed = _day(facility, "opened_on"), _day(facility, "closed_on")
    return Decimal(closed.year - opened.year - ((closed.month, closed.day) < (opened.month, opened.day)))


def _hours(case: Case) -> Decimal:
    return sum((_hours_of(visit) for visit in case.counted()), Decimal(0))


def _distinct_visits(case: Case) -> Decimal:
    """What one worker does for one person without a pause is one visit."""
    pause = dt.timedelta(minutes=float(case.number("merge_minutes")))
    by_worker: dict[tuple[str, dt.date], list[Facts]] = {}
    for visit in case.counted():
        by_worker.setdefault((_text(visit, "worker_id"), _day(visit, "started_at")), []).append(visit)
    joined = 0
    for visits in by_worker.values():
        ordered = sorted(visits, key=lambda visit: (_text(visit, "started_at"), _text(visit, "visit_id")))
        joined += sum(_moment(two, "started_at") - _moment(one, "ended_at") <= pause for one, two in pairwise(ordered))
    return Decimal(len(case.counted()) - joined)


def _most_complaints(case: Case) -> Decimal:
    """The greatest number of complaints in a window that ends with one of them."""
    window = case.settings("window_days")[0]
    days = [_day(complaint, "received_on") for complaint in case.counted()]
    ends = [day for day in days if day >= window.valid_from]
    counts = (sum(0 <= (end - day).days < int(window.value) for day in days) for end in ends)
    return Decimal(max(counts, default=0))


def _unvisited_windows(case: Case) -> Decimal:
    """Between two days with a check-in, d days apart, lie d - n windows of n days without one."""
    interval, one_day = case.number("interval_days"), dt.timedelta(days=1)
    visited = {_day(check_in, "checked_at") for check_in in case.counted()}
    days = [case.first_day - one_day, *sorted(visited), _month_end(case.first_day) + one_day]
    return sum((max(Decimal(0), _days(one, two) - interval) for one, two in pairwise(days)), Decimal(0))


def _rooms_per_hundred(case: Case) -> Decimal:
    area = case.row("residential_areas")
    return _decimal(area.get("room_area_provided") or 0) * 100 / _number(area, "households")


def _land_per_resident(case: Case) -> Decimal:
    statistics = _some(case.ground("division_statistics"))
    return _sum(case.counted(), "land_area") / _sum(statistics, "resident_population")


def _late_stages(case: Case) -> Decimal:
    area = case.row("residential_areas")

    def is_late(stage: str) -> bool:
        homes, rooms = _day_or_none(area, f"homes_{stage}_on"), _day_or_none(area, f"rooms_{stage}_on")
        return homes is not None and homes <= case.as_of and (rooms is None or rooms > homes)

    return Decimal(sum(map(is_late, ("planned", "started", "accepted", "delivered"))))


def _refunded(case: Case) -> Decimal:
    """A refund may have covered an earlier sanction of the provider, in whole or in part; that there is none can be seen."""
    if case.counted():
        raise NotShown("why_refunds")
    return Decimal(0)


def _lottery_for_eldercare(case: Case) -> Decimal:
    uses = case.settings("counted_uses")[0].value.split(", ")
    return _sum([row for row in case.counted() if _text(row, "use") in uses], "amount")


def _lottery_share(case: Case) -> Decimal:
    return _lottery_for_eldercare(case) / _sum(_some(case.counted()), "amount")


def _lottery_missing(case: Case) -> Decimal:
    return case.limit * _sum(case.counted(), "amount") - _lottery_for_eldercare(case)


def _balance(case: Case) -> Decimal:
    """The entries are those up to the lowest balance."""
    signs = ((-1 if _text(entry, "kind") in {"redeem", "expire"} else 1, entry) for entry in case.counted())
    return sum((sign * _number(entry, "points") for sign, entry in signs), Decimal(0))


def _points_in_yuan(points: How) -> How:
    return lambda case: points(case) / case.number("points_per_yuan")


def _hours_above(case: Case) -> Decimal:
    return _sum(_some(case.counted()), "subsidy_amount") * (_hours(case) - case.limit) / _hours(case)


def _price_on(case: Case, visit: Facts) -> Decimal:
    """A county's own price goes before that of the place; only those of the finding's day are known."""
    division = _text(visit, "division_code")
    prices = [one for one in case.settings("max_price") if division.startswith(one.division or "")]
    price = max(prices, key=lambda one: len(one.division or ""), default=None)
    if price is None or price.valid_from > _day(visit, "started_at"):
        raise NotShown
    return Decimal(price.value)


def _above_price(case: Case) -> Decimal:
    visits = case.counted()
    allowed = sum((_price_on(case, visit) * _hours_of(visit) for visit in visits), Decimal(0))
    return _sum(visits, "subsidy_amount") - allowed


def _above_visit(case: Case) -> Decimal:
    """What the lines have above the subsidies of their visits; what they lack is no claim."""
    subsidies = {_text(visit, "visit_id"): _number(visit, "subsidy_amount") for visit in case.ground("visits")}
    excesses = (_number(line, "amount") - subsidies[_text(line, "visit_id")] for line in case.counted())
    return sum((max(Decimal(0), excess) for excess in excesses), Decimal(0))


def _less_largest(case: Case) -> Decimal:
    amounts = [_number(line, "amount") for line in _some(case.counted())]
    return sum(amounts) - max(amounts)


def _paid_again(case: Case) -> Decimal:
    """A refund may have covered other payments of the same span; that there is none can be seen."""
    if case.ground("payments"):
        raise NotShown("why_refunds")
    payments = _some(case.counted())
    return (len(payments) - case.number("max_payments")) * _number(payments[0], "amount")


def _counted_less(source: str) -> How:
    """The sum of the counted rows less that of the supporting rows of a source."""
    return lambda case: _sum(case.counted(), "amount") - _sum(case.ground(source), "amount")


def _not_received(case: Case) -> Decimal:
    transfer = case.row("fund_transfers")
    return _number(transfer, "allocated_amount") - _number(transfer, "received_amount")


def _for(rules: str, told: str, compute: How) -> dict[str, Way]:
    return dict.fromkeys(rules.split(), Way(told, compute))


MEASURES: Mapping[str, Way] = {
    **_for("E01 E02 E03 E04 E05", "how_rows", _count),
    **_for("S01 S02 S05 S06 S07 S09 S10 S11 S12 S13 S15", "how_rows", _count),
    **_for("P01 P02 P03 P05 P06 P08 Q03 F03 F07 C02 C03 C06 D01", "how_rows", _count),
    **_for("D02 D05 E08 E10 E11", "how_none", _none_of_one),
    **_for("A01 A02", "how_per_hundred", _rooms_per_hundred),
    **_for("A03", "how_per_resident", _land_per_resident),
    **_for("A04", "how_late_stages", _late_stages),
    **_for("A05", "how_days", _days_until("residential_areas", "rooms_delivered_on", "rooms_handed_over_on")),
    **_for("A06 F09", "how_fact", _fact("facilities", "building_area")),
    **_for("C01", "how_window", _most_complaints),
    **_for("C04", "how_days_since", _days_since("complaints", "closed_on")),
    **_for("C05", "how_days", _days_until("complaints", "received_on", "closed_on")),
    **_for("D03", "how_days_since", _days_since("evaluations", "evaluated_on")),
    **_for("D04", "how_days", _days_until("inspections", "rectify_by", "rectified_on")),
    **_for("D06", "how_notice", _days_of_notice),
    **_for("D07", "how_fact", _fact("facilities", "beds")),
    **_for("D08", "how_none", _refunded),
    **_for("E06", "how_days_after_death", _days_after_death),
    **_for("E07", "how_lookback", lambda case: case.number("lookback_months")),
    **_for("E09", "how_unvisited", _unvisited_windows),
    **_for("F01", "how_fact", _fact("fund_transfers", "received_amount")),
    **_for("F02", "how_days", _days_until("fund_transfers", "allocated_on", "received_on")),
    **_for("F04 F06 P04", "how_sum", _total("amount")),
    **_for("F05", "how_lottery_share", _lottery_share),
    **_for("F08", "how_years", _whole_years_open),
    **_for("F10 F11 F12", "how_sum", _total("points")),
    **_for("F13", "how_balance", _balance),
    **_for("P07", "how_days_unpaid", _days_unpaid),
    **_for("Q01", "how_length", _hours),
    **_for("Q02", "how_merged", _distinct_visits),
    **_for("Q04", "how_sum", _total("hours")),
    **_for("S03", "how_pairs", _count),
    **_for("S04", "how_length", lambda case: _hours(case) * 60),
}
AMOUNTS: Mapping[str, Way] = {
    **_for("E01 E02 E03 E04 E05 C02", "how_sum", _total("subsidy_amount")),
    **_for("S01 S02 S03 S04 S05 S06 S07 S08 S09 S10 S11 S12 S13 S14 S15", "how_sum", _total("subsidy_amount")),
    **_for("E06 F03 F07 F08 F09 P01 P06 P08 Q04", "how_sum", _total("amount")),
    **_for("D08", "how_below", lambda case: case.limit - case.measure),
    **_for("F01", "how_not_received", _not_received),
    **_for("F02", "how_sum", _total("allocated_amount")),
    **_for("F04", "how_above_budget", _counted_less("budgets")),
    **_for("F05", "how_lottery_missing", _lottery_missing),
    **_for("F06", "how_distance", lambda case: abs(_total("amount")(case) - case.limit)),
    **_for("F10", "how_points_astray", _points_in_yuan(lambda case: _total("points")(case) - case.limit)),
    **_for("F11 F12", "how_points", _points_in_yuan(_total("points"))),
    **_for("F13", "how_points", _points_in_yuan(lambda case: -_balance(case))),
    **_for("P02", "how_above_visit", _above_visit),
    **_for("P03", "how_less_largest", _less_largest),
    **_for("P04", "how_above_lines", _counted_less("settlement_lines")),
    **_for("P05", "how_paid_again", _paid_again),
    **_for("P07", "how_unpaid", _counted_less("payments")),
    **_for("Q01", "how_hours_above", _hours_above),
    **_for("Q03", "how_above_price", _above_price),
}
SHARES: Mapping[str, str] = {"S08": "whole_of_S08", "S14": "whole_of_S14"}
"""Rules whose measure is the counted rows' share of a month's services; the key of the text that says of which."""


def recomputed(
    explanation: Explanation, as_of: dt.date, *, has_all_rows: bool = True
) -> list[Recomputed | Share | Unclaimed]:
    """Measure and amount of a finding, if it has them, against what is shown. `has_all_rows`: no row of it is left out."""
    case, rule = Case(explanation, as_of, has_all_rows), explanation.finding["rule"]
    places = explanation.rule["measure_places"]
    found: list[Recomputed | Share | Unclaimed] = []
    if explanation.finding["measure"] is not None:
        if rule in SHARES:
            found.append(_share(case, SHARES[rule]))
        else:
            found.append(_one(case, "measure", MEASURES[rule], PLACES_OF_A_MEASURE if places is None else places))
    if explanation.finding["amount"] is not None:
        found.append(_one(case, "amount", AMOUNTS[rule], PLACES_OF_YUAN))
    return found


def _one(case: Case, figure: str, way: Way, places: int) -> Recomputed | Unclaimed:
    try:
        return Recomputed(figure, way.told, way.compute(case), _decimal(case.explanation.finding[figure]), places)
    except NotShown as missing:
        return Unclaimed(figure, missing.why)


def _share(case: Case, of: str) -> Share:
    part = len(case.counted())
    return Share(of, part, max(part, round(part / case.measure)), case.measure)
