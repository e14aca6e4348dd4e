"""The period of a report: a year, a quarter, a month, or months from one to another."""

import datetime as dt
import re
from dataclasses import dataclass

from pipelines.reporting.problems import ReportProblem

_FORMS = re.compile(r"(?P<year>\d{4})(-?Q(?P<quarter>[1-4])|-(?P<month>\d\d))?")


@dataclass(frozen=True)
class Period:
    """From one day to another, both of them in it."""

    first: dt.date
    last: dt.date

    def __contains__(self, day: dt.date) -> bool:
        return self.first <= day <= self.last

    def within(self, first: dt.date, last: dt.date) -> "Period":
        """The part of it that lies between two days. Raises `ReportProblem` where none does."""
        if self.last < first or last < self.first:
            raise ReportProblem(
                f"the publication has nothing of {self.first} to {self.last}; it judged {first} to {last}. "
                "Choose another period, or a publication of another day with --run"
            )
        return Period(max(self.first, first), min(self.last, last))


def _one(text: str) -> Period:
    found = _FORMS.fullmatch(text)
    month = int(found["month"]) if found and found["month"] else None
    if found is None or (month is not None and not 1 <= month <= 12) or found["year"] == "0000":
        raise ReportProblem(
            f"{text!r} is no period; write a year (2025), a quarter (2025Q1), a month (2025-03) or two months "
            "(2025-01..2025-06)"
        )
    year = int(found["year"])
    quarter = int(found["quarter"]) if found["quarter"] else None
    begin = month or (quarter * 3 - 2 if quarter else 1)
    end = month or (quarter * 3 if quarter else 12)
    after = dt.date(year + end // 12, end % 12 + 1, 1) if (year, end) != (9999, 12) else dt.date.max
    return Period(dt.date(year, begin, 1), after - dt.timedelta(days=after != dt.date.max))


def read_period(text: str) -> Period:
    """The period that is written as 2025, 2025Q1, 2025-03 or 2025-01..2025-06. Raises `ReportProblem`."""
    begin, dots, end = text.partition("..")
    first = _one(begin)
    last = _one(end) if dots else first
    if last.last < first.first:
        raise ReportProblem(f"{text!r} ends before it begins; write the earlier month first")
    return Period(first.first, last.last)
