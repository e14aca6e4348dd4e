"""Numbers by which the app shows, draws and accepts: dated rows of `seeds/policy/app_limits.csv`."""

import datetime as dt
from functools import cache

from pipelines.seed_rows import policy_rows


@cache
def app_limit(name: str, day: str) -> float:
    """The limit in force on a day (written 2025-06-30). Raises `KeyError` where none is."""
    for row in policy_rows("app_limits"):
        if row["limit_name"] == name and row["valid_from"] <= day <= (row["valid_to"] or dt.date.max.isoformat()):
            return float(row["value"])
    raise KeyError(name)
