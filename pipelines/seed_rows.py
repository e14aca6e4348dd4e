"""Rows of the seeds as they are written: what people decided (`seeds/policy/`) and what is known everywhere
(`seeds/reference/`). Every value is text; an empty one is ''."""

import csv
from pathlib import Path

from pipelines.paths import POLICY, REFERENCE


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def policy_rows(name: str) -> list[dict[str, str]]:
    """The rows of a table of the policy, in their order."""
    return _rows(POLICY, name)


def reference_rows(name: str) -> list[dict[str, str]]:
    """The rows of a table of reference, in their order."""
    return _rows(REFERENCE, name)
