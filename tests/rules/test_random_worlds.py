"""The made-up worlds keep the contracts, are the same for the same seed, and hold what makes rules turn."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from pipelines.contracts import Column, code_lists, load_contracts
from tests.rules.random_worlds import WINDOWS, Row, random_window, random_world

KINDS: dict[str, type] = {
    "date": dt.date,
    "month": dt.date,
    "datetime": dt.datetime,
    "yuan": Decimal,
    "integer": int,
    "decimal": float,
    "hours": float,
    "m2": float,
    "bool": bool,
    "codes": list,
}


def faults_of(column: Column, row: Row) -> list[str]:
    """What is wrong with a cell under its contract."""
    value = row[column.name]
    if value is None or value == []:
        return ["missing"] if column.required else []
    faults = []
    if type(value) is not KINDS.get(column.base_type, str):
        faults.append(f"type {type(value)}")
    members: list[Any] = value if isinstance(value, list) else [value]
    if column.code_list and not set(members) <= set(code_lists()[column.code_list]):
        faults.append("unknown code")
    spared = column.min_except and row[column.min_except.column] in column.min_except.codes
    if column.min is not None and value < column.min and not spared:
        faults.append("below the minimum")
    if column.max is not None and value > column.max:
        faults.append("above the maximum")
    if column.after and value <= row[column.after]:
        faults.append("wrong order")
    if column.base_type == "yuan" and value.as_tuple().exponent != -2:
        faults.append("not to the cent")
    if column.base_type == "month" and value.day != 1:
        faults.append("not the first of a month")
    if column.base_type == "division" and not (value.isdigit() and len(value) in (6, 9, 12)):
        faults.append("no division")
    return faults


@pytest.mark.parametrize("seed", range(4))
def test_rows_keep_their_contracts(seed: int) -> None:
    world = random_world(seed, 600)
    contracts = load_contracts()
    assert set(world) == set(contracts)
    for source, rows in world.items():
        contract = contracts[source]
        keys = [(row["_file"], *(row[name] for name in contract.key)) for row in rows]
        assert len(keys) == len(set(keys)), f"{source}: one key twice in a file"
        found = [
            (name, fault) for row in rows for name in contract.kept for fault in faults_of(contract.columns[name], row)
        ]
        assert not found, f"{source}: {found[:3]}"
        assert len({row["_file_order"] for row in rows}) == len({row["_file"] for row in rows})


def test_a_seed_is_a_world() -> None:
    assert random_world(3, 400) == random_world(3, 400)
    assert random_world(3, 400) != random_world(4, 400)
    assert random_window(2) == random_window(2)


@pytest.mark.parametrize("size", [300, 3000])
def test_a_world_has_about_the_size_asked_for(size: int) -> None:
    height = sum(len(rows) for rows in random_world(0, size).values())
    assert 0.8 * size <= height <= 2 * size


def test_worlds_hold_versions_and_days_after_their_window() -> None:
    window, world = random_window(0), random_world(0, 2000)
    visits = world["visits"]
    assert len({row["visit_id"] for row in visits}) < len(visits)
    assert any(row["started_at"].date() > window.as_of for row in visits)
    assert any(row["_file_date"] > window.as_of for row in world["elders"])
    assert any(not row["categories_is_complete"] for row in world["elders"])
    assert any(row["points"] < 0 for row in world["points"])
    assert any(row["amount"] < 0 for row in world["payments"])


def test_windows_begin_before_they_end() -> None:
    for seed in range(3 * len(WINDOWS)):
        window = random_window(seed)
        assert window.first_day <= window.as_of
