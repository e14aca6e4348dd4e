"""The form of a check: a bound on one measure, with its severity, its words and the article that asks for it."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Check:
    """`column` must lie between `low` and `high`; a `_limit` names a dated row of `quality_limits.csv` instead.

    An empty measure is not judged: the check does not apply to that delivery. `article` is the requirement that asks for
    the check; it is named only beside deliveries of its own jurisdiction and, where given, of `article_source`.
    """

    code: str
    column: str
    severity: Severity
    low: float | None = None
    high: float | None = None
    low_limit: str | None = None
    high_limit: str | None = None
    article: str | None = None
    article_source: str | None = None
    zh: str = ""
    en: str = ""
