"""Where Dagster's runs read and write, and as of which day: the environment in which it was started says so."""

import datetime as dt
import os
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


def landing() -> str:
    """The landing folder."""
    return os.environ.get("OVERSIGHT_LANDING") or "landing"


def data() -> str:
    """The data folder."""
    return os.environ.get("OVERSIGHT_DATA") or "data"


def is_demo() -> bool:
    """Whether the demo's own key is used."""
    return os.environ.get("OVERSIGHT_DEMO") == "1"


def as_of(day: dt.date) -> dt.date:
    """The day of evaluation: the one that is fixed for all runs, else the one given."""
    fixed = os.environ.get("OVERSIGHT_AS_OF")
    return dt.date.fromisoformat(fixed) if fixed else day


def yesterday() -> dt.date:
    """The last day that is complete in China."""
    return dt.datetime.now(CHINA).date() - dt.timedelta(days=1)
