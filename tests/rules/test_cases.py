"""Every rule in every place: hand-worked cases on either side of each limit (tests/rules/<CODE>/cases.yml)."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.rules.builds import Build, Result, build
from tests.rules.cases import Case, Expected, World, worlds

WORLDS = worlds()
TRIED = [(world, case) for world in WORLDS for case in world.cases]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[World], Build]:
    """Each world is built once."""

    @cache
    def once(world_place: int) -> Build:
        world = WORLDS[world_place]
        folder: Path = tmp_path_factory.mktemp("world")
        return build(folder, world.files, world.as_of, world.period_start)

    return lambda world: once(WORLDS.index(world))


def _close(found: float | None, expected: float | None) -> bool:
    return expected is None or (found is not None and abs(found - expected) < 1e-9)


def _agrees(found: Result, expected: Expected) -> bool:
    return (
        found.result == expected.result
        and _close(found.measure, expected.measure)
        and _close(found.limit, expected.limit)
        and (expected.amount is None or found.amount == expected.amount)
    )


@pytest.mark.parametrize(("world", "case"), TRIED, ids=[case.label for _, case in TRIED])
def test_case(built: Callable[[World], Build], world: World, case: Case) -> None:
    outcome = built(world)
    found = {
        (case.plain(result.subject), result.period): result
        for result in outcome.results.values()
        if result.rule == case.rule and result.jurisdiction == case.place and case.owns(result.subject)
    }
    expected = {(row.subject, row.period): row for row in case.expected}
    assert set(found) == set(expected), case.label
    for key, row in expected.items():
        assert _agrees(found[key], row), f"{case.label}: expected {row}, found {found[key]}"
        if row.result == "FAIL":
            evidence = outcome.evidence[found[key].key]
            assert evidence, f"{case.label}: a finding without a row behind it"
            if row.counted is not None:
                counted = {f"{source}:{case.plain(key)}" for role, source, key in evidence if role == "counted"}
                assert counted == row.counted, case.label
