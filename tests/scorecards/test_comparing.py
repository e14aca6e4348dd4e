"""Comparing readings and checking cases: what differs is said, noise is not."""

import dataclasses
from typing import Any

import polars as pl
import pytest

from tests.rules.cases import rows_of
from tests.rules.oracle.common import load_policy
from tests.scorecards.comparing import differences, is_same
from tests.scorecards.hand_worked import TABLES, Case, check, worlds
from tests.scorecards.oracle import Tables, load_parameters, scorecards

SMALL = next(world for world in worlds() if world.name == "cards 4")
CAPPED = SMALL.cases[0]


@pytest.fixture
def read() -> Tables:
    return scorecards(rows_of(SMALL.files), SMALL.as_of, SMALL.period_start, load_policy(), SMALL.decisions)


def changed(tables: Tables, table: str, **cells: Any) -> Tables:
    """The tables with other cells in one row."""
    return tables | {table: [tables[table][0] | cells, *tables[table][1:]]}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1.0, 1.0 + 1e-12, True),
        (1e6, 1e6 + 1e-4, True),
        (1.0, 1.0 + 1e-8, False),
        (0.0, 1e-17, True),
        (1, 1.0, True),
        (None, 0.0, False),
        (0.0, None, False),
        (None, None, True),
        ("inside", "inside", True),
        ("inside", None, False),
        (3, 4, False),
    ],
)
def test_noise_is_no_difference(one: Any, other: Any, same: bool) -> None:
    assert is_same(one, other) is same


def test_frames_and_rows_are_the_same_tables(read: Tables) -> None:
    frames = {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in read.items()}
    assert differences(frames, read) == []
    assert check(CAPPED, frames) == []


def test_each_kind_of_difference_is_named(read: Tables) -> None:
    assert len(differences(changed(read, "scorecard_measures", k=7), read)) == 1
    assert len(differences(changed(read, "scorecard_measures", state="scored"), read)) == 1
    assert len(differences(changed(read, "scorecards", weight_scored=1e-6), read)) == 1
    assert len(differences(changed(read, "complaint_funnel", position="above_95"), read)) == 1
    without = read | {"scorecards": read["scorecards"][1:]}
    assert ["only in the second reading" in line for line in differences(without, read)] == [True]
    assert ["only in the models" in line for line in differences(read, without)] == [True]
    twice = read | {"scorecard_domains": [*read["scorecard_domains"], read["scorecard_domains"][0]]}
    assert ["1 keys twice" in line for line in differences(twice, read)] == [True]
    renamed = read | {"complaint_funnel": [{**row, "more": 1} for row in read["complaint_funnel"]]}
    assert ["columns" in line for line in differences(renamed, read)] == [True]


def test_a_case_that_does_not_hold_is_told(read: Tables) -> None:
    def found(kind: str, **cells: str) -> list[str]:
        return check(dataclasses.replace(CAPPED, expected={kind: [cells]}), read)

    assert found("cards", provider="two", cap="P03:2:2025-03") == []
    assert found("cards", provider="two", cap="P01:batch:2025-03")
    assert found("cards", provider="three", cap="P03:2:2025-03")
    assert found("cards", provider="two", cap="none")
    assert found("cards", provider="four", grade="none")
    assert found("measures", provider="one", measure="disclosed_items", k="0", value="0") == []
    assert found("measures", provider="one", measure="disclosed_items", high="0.390336")
    assert found("measures", provider="one", measure="disclosed_items", state="too_few")
    assert found("measures", provider="one", measure="disclosed_items", value="none")
    assert check(dataclasses.replace(CAPPED, no_card=("one",)), read) == ["one has a card"]


def test_every_measure_and_table_stands_in_a_case() -> None:
    cases: list[Case] = [case for world in worlds() for case in world.cases]
    kinds = {kind for case in cases for kind in case.expected}
    named = {row["measure"] for case in cases for row in case.expected.get("measures", ())}
    assert kinds == set(TABLES)
    assert named == {measure.name for measure in load_parameters().measures}


def test_weights_are_of_a_hundred() -> None:
    parameters = load_parameters()
    assert sum(parameters.domains.values()) == 100
    for domain in parameters.domains:
        assert sum(measure.weight for measure in parameters.measures if measure.domain == domain) == 100
