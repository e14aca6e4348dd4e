"""The models against the second reading, on made-up worlds in which every rule turns: results and evidence are the same."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.rules.builds import Build, build
from tests.rules.cases import File, Row
from tests.rules.oracle import judge
from tests.rules.oracle.common import Judged, load_policy
from tests.rules.random_worlds import random_window, random_world

SEEDS = (1, 2, 4)
ROWS = 1500


def files_of(world: Mapping[str, Sequence[Row]]) -> list[File]:
    """The files that brought the rows of a world, in their order; lines are kept."""
    found: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for source, rows in world.items():
        for row in rows:
            found[row["_file_order"], source].append(row)
    files = []
    for (_, source), rows in sorted(found.items()):
        division = rows[0]["_division_key"]
        plain = [{name: value for name, value in row.items() if name not in _AUDIT} for row in rows]
        files.append(File(source, rows[0]["_file_date"].isoformat(), division or None, tuple(plain)))
    return files


_AUDIT = frozenset({"_file", "_file_order", "_file_date", "_division_key"})


def _number(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def differences(built: Build, judged: Sequence[Judged]) -> list[str]:
    """Where the two readings differ, a line each; figures and rows are compared for findings."""
    expected = {(row.rule, row.jurisdiction, row.subject, row.period): row for row in judged}
    found = []
    for key in sorted(expected.keys() | built.results.keys()):
        ours, theirs = built.results.get(key), expected.get(key)
        if ours is None or theirs is None:
            found.append(f"{key}: models {ours and ours.result}, second reading {theirs and theirs.result}")
            continue
        if ours.result != theirs.result:
            found.append(f"{key}: models {ours.result} {ours.measure}, second reading {theirs.result} {theirs.measure}")
            continue
        if ours.result != "FAIL":
            continue
        mine = (_number(ours.measure), _number(ours.limit), ours.amount)
        other = (_number(theirs.measure), _number(theirs.limit), theirs.amount)
        if mine != other:
            found.append(f"{key}: models {mine}, second reading {other}")
        evidence = built.evidence[key]
        for role, rows in (("counted", theirs.counted), ("ground", theirs.ground)):
            named = {(source, row_key) for kind, source, row_key in evidence if kind == role}
            if named != set(rows):
                found.append(f"{key}: {role} more {sorted(named - rows)[:3]}, missing {sorted(rows - named)[:3]}")
    return found


def compared(folder: Path, seed: int, size: int) -> list[str]:
    """The differences of one made-up world."""
    world, window = random_world(seed, size), random_window(seed)
    start = window.period_start or dt.date(window.as_of.year, 1, 1)
    built = build(folder, files_of(world), window.as_of, start)
    return differences(built, judge(world, window.as_of, start, load_policy()))


@pytest.mark.parametrize("seed", SEEDS)
def test_models_and_second_reading_agree(tmp_path: Path, seed: int) -> None:
    found = compared(tmp_path, seed, ROWS)
    assert not found, "\n".join(found[:40])
