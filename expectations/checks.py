"""The form of a check: a bound on one measure, with its severity, its words and the article that asks for it."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Check:
    """`column` must lie between `low` and `high`; a `_limit` names a dated row of `quality_limits.csv` instead.

    An empty measure is not judged: the check does not apply to that delivery.
    """

    code: str
    column: str
    severity: Severity
    low: float | None = None
    high: float | None = None
    low_limit: str | None = None
    high_limit: str | None = None
    article: str | None = None
    zh: str = ""
    en: str = ""
