"""What people have decided, as reports take it. The store is read and never made."""

import os
from pathlib import Path

import polars as pl

from pipelines.decisions import open_store
from pipelines.decisions.store import URL_VARIABLE
from pipelines.reporting.gathering import DECISION_COLUMNS, no_decisions


def decisions_of(data: Path) -> pl.DataFrame:
    """State and verdict of each finding on which somebody decided (`DECISION_COLUMNS`); nothing where there is no store.

    Raises `StoreProblem` where the store cannot be read: nothing is said of findings without the decisions on them.
    """
    if not os.environ.get(URL_VARIABLE) and not (data / "decisions" / "decisions.sqlite").exists():
        return no_decisions()
    store = open_store(data)
    verdicts = store.verdicts().select("finding_id", "verdict")
    return store.states().join(verdicts, on="finding_id", how="left").select(list(DECISION_COLUMNS))


def verdict_on(data: Path, finding_id: str) -> str | None:
    """The verdict on one finding, or None."""
    found = decisions_of(data).filter(pl.col("finding_id") == finding_id)
    return found["verdict"][0] if found.height else None
