"""The second reading on made-up worlds: what holds of every card, and that the worlds reach what they are for."""

from collections import Counter

import pytest

from tests.rules.oracle.common import Facts, load_policy
from tests.rules.random_worlds import random_window, random_world
from tests.scorecards.comparing import KEYS, differences
from tests.scorecards.oracle import COLUMNS, Tables, finding_id, load_parameters, scorecards
from tests.scorecards.oracle.counts import Known

SEEDS = range(6)
ROWS = 6000


@pytest.fixture(scope="module")
def read() -> dict[int, Tables]:
    """The tables of some worlds; every finding was upheld."""
    found = {}
    for seed in SEEDS:
        world, window = random_world(seed, ROWS), random_window(seed)
        facts = Facts(world, window.as_of, window.period_start, load_policy())
        upheld = {
            finding_id(row.rule, row.jurisdiction, row.subject, row.period): "upheld"
            for row in Known(facts).findings(load_parameters().capping_rules)
        }
        found[seed] = scorecards(world, window.as_of, window.period_start, load_policy(), upheld)
    return found


def test_every_card_has_all_its_rows_once(read: dict[int, Tables]) -> None:
    parameters = load_parameters()
    for tables in read.values():
        cards = [(row["provider"], row["jurisdiction"]) for row in tables["scorecards"]]
        assert len(set(cards)) == len(cards)
        for name, rows in tables.items():
            assert all(tuple(row) == COLUMNS[name] for row in rows)
            keys = [tuple(row[column] for column in KEYS[name]) for row in rows]
            assert len(set(keys)) == len(keys)
            assert {key[:2] for key in keys} == set(cards)
        assert len(tables["scorecard_measures"]) == len(cards) * len(parameters.measures)
        assert len(tables["scorecard_domains"]) == len(cards) * len(parameters.domains)


def test_figures_lie_where_they_can(read: dict[int, Tables]) -> None:
    for tables in read.values():
        for row in tables["scorecard_measures"]:
            if row["state"] != "scored":
                assert row["score"] is None
                assert (row["n"] == 0) == (row["state"] == "no_data")
                continue
            assert 0 <= row["score"] <= 100
            assert row["low"] - 1e-12 <= row["value"] <= row["high"] + 1e-12
            assert row["reliability"] is None or 0 <= row["reliability"] <= 1
            assert row["measure"] == "complaints_upheld" or 0 <= row["k"] <= row["n"]
        for row in tables["scorecards"]:
            assert (row["total"] is None) == (row["grade"] is None)
            assert row["cap_reason"] is None or row["grade"] in {None, "fail"}


def test_worlds_reach_every_state(read: dict[int, Tables]) -> None:
    """Otherwise readings that agree on them would say little."""
    states: Counter[str] = Counter()
    for tables in read.values():
        for row in tables["scorecard_measures"]:
            states[f"{row['measure']} {row['state']}"] += 1
            states[f"shrunk {row['reliability'] not in {None, 0.0, 1.0}}"] += 1
        for row in tables["scorecards"]:
            states[f"total {row['total'] is not None}"] += 1
            states[f"cap {row['cap_reason'] is not None}"] += 1
    reached = {f"{measure.name} scored" for measure in load_parameters().measures} - {"complaints_upheld scored"}
    assert reached | {"total True", "total False", "cap True", "cap False", "shrunk True"} <= states.keys()


def test_a_reading_differs_from_another_world_and_not_from_itself(read: dict[int, Tables]) -> None:
    assert differences(read[0], read[0]) == []
    assert differences(read[0], read[1])
