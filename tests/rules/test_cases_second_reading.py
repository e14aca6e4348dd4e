"""The second reading of the rules (`oracle`) is held to the same hand-worked cases as the models."""

from functools import cache

import pytest

from tests.rules.cases import Case, World, rows_of, worlds
from tests.rules.oracle import judge
from tests.rules.oracle.common import Judged, load_policy

WORLDS = worlds()
TRIED = [(place, case) for place, world in enumerate(WORLDS) for case in world.cases]


@cache
def judged(place: int) -> tuple[Judged, ...]:
    world: World = WORLDS[place]
    return tuple(judge(rows_of(world.files), world.as_of, world.period_start, load_policy()))


def _close(found: float | None, expected: float | None) -> bool:
    return expected is None or (found is not None and abs(found - expected) < 1e-9)


@pytest.mark.parametrize(("place", "case"), TRIED, ids=[case.label for _, case in TRIED])
def test_case(place: int, case: Case) -> None:
    found = {
        (case.plain(row.subject), row.period): row
        for row in judged(place)
        if row.rule == case.rule and row.jurisdiction == case.place and case.owns(row.subject)
    }
    assert set(found) == {(row.subject, row.period) for row in case.expected}
    for expected in case.expected:
        row = found[expected.subject, expected.period]
        assert row.result == expected.result
        assert _close(row.measure, expected.measure) and _close(row.limit, expected.limit), row
        assert expected.amount is None or row.amount == expected.amount, row
        if expected.counted is not None and expected.result == "FAIL":
            assert {f"{source}:{case.plain(key)}" for source, key in row.counted} == expected.counted
