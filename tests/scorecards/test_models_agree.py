"""The models are held to the hand-worked cases and to the second reading, on made-up worlds in which measures turn."""

# ruff: noqa: S608 - tables and columns are the second reading's own words

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines import modelling
from tests.models.conftest import Loads
from tests.rules.cases import File
from tests.rules.oracle.common import Facts, load_policy
from tests.rules.random_worlds import random_window, random_world
from tests.rules.test_models_agree import files_of
from tests.scorecards.comparing import differences
from tests.scorecards.hand_worked import World, check, worlds
from tests.scorecards.oracle import COLUMNS, finding_id, load_parameters, scorecards
from tests.scorecards.oracle.counts import Known

SEEDS = (0, 3)
ROWS = 6000


def built(
    folder: Path, files: Sequence[File], as_of: dt.date, period_start: dt.date, verdicts: Mapping[str, str]
) -> dict[str, pl.DataFrame]:
    """The published tables of files, by the models."""
    loads = Loads(folder)
    for file in files:
        loads.send(file.source, file.date, file.rows, file.division)
    loads.make(verdicts)
    modelling.build_scorecards(loads.database, as_of, period_start)
    with duckdb.connect(str(loads.database), read_only=True) as connection:
        return {name: connection.sql(f"select {', '.join(COLUMNS[name])} from marts.{name}").pl() for name in COLUMNS}


def compared(folder: Path, seed: int, size: int) -> list[str]:
    """The differences of one made-up world in which half of the findings that could cap a grade are upheld."""
    world, window = random_world(seed, size), random_window(seed)
    start = window.period_start or dt.date(window.as_of.year, 1, 1)
    found = Known(Facts(world, window.as_of, start, load_policy())).findings(load_parameters().capping_rules)
    names = sorted(finding_id(row.rule, row.jurisdiction, row.subject, row.period) for row in found)
    verdicts = {name: ("upheld", "not_upheld")[place % 2] for place, name in enumerate(names)}
    reading = scorecards(world, window.as_of, start, load_policy(), verdicts)
    return differences(built(folder, files_of(world), window.as_of, start, verdicts), reading)


@pytest.mark.parametrize("seed", SEEDS)
def test_models_and_second_reading_agree(tmp_path: Path, seed: int) -> None:
    found = compared(tmp_path, seed, ROWS)
    assert not found, "\n".join(found[:40])


@pytest.mark.parametrize("world", worlds(), ids=lambda world: world.name or "cases of their own")
def test_models_give_what_was_worked_out(tmp_path: Path, world: World) -> None:
    tables = built(tmp_path, world.files, world.as_of, world.period_start, world.decisions)
    found = [f"{case.label}: {line}" for case in world.cases for line in check(case, tables)]
    assert not found, "\n".join(found[:40])
