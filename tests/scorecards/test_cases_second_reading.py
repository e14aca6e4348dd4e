"""The second reading of scorecards is held to the hand-worked cases."""

from functools import cache

import pytest

from tests.rules.cases import rows_of
from tests.rules.oracle.common import load_policy
from tests.scorecards.hand_worked import Case, check, worlds
from tests.scorecards.oracle import Tables, scorecards

WORLDS = worlds()
TRIED = [(place, case) for place, world in enumerate(WORLDS) for case in world.cases]


@cache
def tables(place: int) -> Tables:
    world = WORLDS[place]
    return scorecards(rows_of(world.files), world.as_of, world.period_start, load_policy(), world.decisions)


@pytest.mark.parametrize(("place", "case"), TRIED, ids=[case.label for _, case in TRIED])
def test_case(place: int, case: Case) -> None:
    found = check(case, tables(place))
    assert not found, "\n".join(found)
