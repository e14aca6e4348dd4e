"""A finding's figures, recomputed from the rows that are shown beside them.

For most rules the measure is a count or a sum of the counted rows, a span between two of a row's days or one of its figures,
and the amount a sum or what exceeds the limit. Where it is neither, the figure rests on more than the rows shown (the share
of all visits of a month) and nothing is claimed.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipelines.explaining import Explanation, SourceRow

Rows = Sequence[SourceRow]
How = Callable[[Explanation], Decimal | None]


@dataclass(frozen=True)
class Recomputed:
    """A figure of a finding beside the same from its rows. `how`: key of the text that says how."""

    figure: str
    how: str
    value: Decimal
    stands: Decimal

    @property
    def agrees(self) -> bool:
        """Whether both are the same to the sixth digit, as measures are published."""
        return abs(self.value - self.stands) <= max(Decimal("0.005"), abs(self.stands) * Decimal("0.000001"))


def _counted(explanation: Explanation) -> Rows:
    return [row for row in explanation.rows if row.role == "counted"]


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value))


def _count(explanation: Explanation) -> Decimal:
    return Decimal(len(_counted(explanation)))


def _sum(column: str, sign: int = 1) -> How:
    def total(explanation: Explanation) -> Decimal | None:
        values = [row.facts.get(column) for row in _counted(explanation)]
        return sign * sum((_decimal(one) for one in values if one is not None), Decimal(0)) if values else None

    return total


def _day(value: Any) -> dt.date | None:
    return dt.date.fromisoformat(str(value)[:10]) if value else None


def _days(source: str, first: str, last: str) -> How:
    """Days between two of a row's days, if it has both."""

    def span(explanation: Explanation) -> Decimal | None:
        for row in explanation.rows:
            start, end = _day(row.facts.get(first)), _day(row.facts.get(last))
            if row.source == source and start and end:
                return Decimal((end - start).days)
        return None

    return span


def _fact(source: str, column: str) -> How:
    def fact(explanation: Explanation) -> Decimal | None:
        values = [row.facts.get(column) for row in explanation.rows if row.source == source]
        return _decimal(values[0]) if values and values[0] is not None else None

    return fact


def _per_hundred(explanation: Explanation) -> Decimal | None:
    for row in explanation.rows:
        rooms, households = row.facts.get("room_area_provided") or 0, row.facts.get("households")
        if households:
            return round(_decimal(rooms) / _decimal(households) * 100, 2)
    return None


def _beyond(sign: int) -> How:
    """What the measure has above the limit, or what it lacks."""

    def beyond(explanation: Explanation) -> Decimal | None:
        measure, limit = explanation.finding["measure"], explanation.finding["limit"]
        return None if measure is None or limit is None else sign * (_decimal(measure) - _decimal(limit))

    return beyond


_ROWS = [
    "C01",
    "C02",
    "C03",
    "C06",
    "D01",
    "D02",
    "D05",
    "E01",
    "E02",
    "E03",
    "E04",
    "E05",
    "E08",
    "E10",
    "E11",
    "F03",
    "F07",
    "P01",
    "P02",
    "P03",
    "P05",
    "P06",
    "P08",
    "Q02",
    "Q03",
    "S01",
    "S02",
    "S05",
    "S06",
    "S07",
    "S09",
    "S10",
    "S11",
    "S12",
    "S13",
    "S15",
]
_VISITS = [
    "C02",
    "E01",
    "E02",
    "E03",
    "E04",
    "E05",
    "S01",
    "S02",
    "S03",
    "S04",
    "S05",
    "S06",
    "S07",
    "S08",
    "S09",
    "S10",
    "S11",
    "S12",
    "S13",
    "S14",
    "S15",
]

MEASURES: Mapping[str, tuple[str, How]] = {
    **dict.fromkeys(_ROWS, ("how_rows", _count)),
    **dict.fromkeys(("F04", "F06", "P04"), ("how_sum", _sum("amount"))),
    **dict.fromkeys(("F11", "F12"), ("how_sum", _sum("points"))),
    "Q04": ("how_sum", _sum("hours")),
    "F02": ("how_days", _days("fund_transfers", "allocated_on", "received_on")),
    "D06": ("how_days", _days("facilities", "closure_notice_on", "closed_on")),
    "D07": ("how_fact", _fact("facilities", "beds")),
    "A06": ("how_fact", _fact("facilities", "building_area")),
    "F01": ("how_fact", _fact("fund_transfers", "received_amount")),
    **dict.fromkeys(("A01", "A02"), ("how_per_hundred", _per_hundred)),
}
AMOUNTS: Mapping[str, tuple[str, How]] = {
    **dict.fromkeys(_VISITS, ("how_sum", _sum("subsidy_amount"))),
    **dict.fromkeys(("E06", "F03", "F07", "F08", "P01", "P06", "P07", "P08", "Q04"), ("how_sum", _sum("amount"))),
    "F02": ("how_sum", _sum("allocated_amount")),
    **dict.fromkeys(("F04", "F06", "P04"), ("how_above", _beyond(1))),
    **dict.fromkeys(("F01", "D08"), ("how_below", _beyond(-1))),
}


def recomputed(explanation: Explanation) -> list[Recomputed]:
    """The figures of a finding that its rows give by themselves."""
    finding = explanation.finding
    found = []
    for figure, how in (("measure", MEASURES), ("amount", AMOUNTS)):
        stands = finding[figure]
        if finding["rule"] not in how or stands is None:
            continue
        said, compute = how[finding["rule"]]
        value = compute(explanation)
        if value is not None:
            found.append(Recomputed(figure, said, value, _decimal(stands)))
    return found
