"""Hand-made rows for the tests of the rules: what a test does not name is empty or harmless."""

import datetime as dt
from decimal import Decimal
from typing import Any

from pipelines.contracts import load_contracts
from tests.rules.oracle import registry
from tests.rules.oracle.common import Facts, Judged, Row, World, division_key, load_policy

AS_OF = dt.date(2024, 12, 31)


def row(source: str, file_date: str = "2024-01-31", order: int = 1, division: str = "", **cells: Any) -> Row:
    """A row of a source whose other cells are empty."""
    made: Row = {}
    for name, column in load_contracts()[source].columns.items():
        made[name] = cells.pop(name, [] if column.base_type == "codes" else None)
        if column.base_type == "codes":
            made[f"{name}_is_complete"] = cells.pop(f"{name}_is_complete", True)
    assert not cells, f"{source} has no {sorted(cells)}"
    return made | {
        "_file": f"{source}_{order}.csv",
        "_file_order": order,
        "_file_date": dt.date.fromisoformat(file_date),
        "_division_key": division_key(division),
        "_sheet": "",
        "_line": 2,
    }


def elder(elder_id: str = "old", hukou: str = "230103", **more: Any) -> Row:
    """A registered elder of Nangang who meets every condition."""
    cells: dict[str, Any] = {
        "elder_id": elder_id,
        "hukou_division": hukou,
        "residence_division": hukou,
        "birth_date": dt.date(1930, 1, 1),
        "living_arrangement": "alone",
        "ability_level": "able",
        "categories": ["minimum_living"],
        "household_income": Decimal("100.00"),
        "registered_on": dt.date(2000, 1, 1),
    }
    return row("elders", **(cells | more))


def visit(visit_id: str, day: str, minutes: int = 60, hour: int = 8, **more: Any) -> Row:
    """A public visit of the elder in Jincheng."""
    started_at = dt.datetime.fromisoformat(day) + dt.timedelta(hours=hour)
    cells: dict[str, Any] = {
        "visit_id": visit_id,
        "programme": "purchased_service",
        "division_code": "140502",
        "elder_id": "old",
        "worker_id": "worker",
        "provider_id": "provider",
        "service_item": "cleaning",
        "service_place": "home",
        "started_at": started_at,
        "ended_at": started_at + dt.timedelta(minutes=minutes),
        "subsidy_amount": Decimal("30.00"),
        "charged_amount": Decimal("30.00"),
    }
    return row("visits", **(cells | more))


def facts(**world: list[Row]) -> Facts:
    """What is known of some rows."""
    return Facts(world, AS_OF, None, load_policy())


def judged(rule: str, world: World, since: dt.date | None = None) -> list[Judged]:
    """What one rule says of some rows."""
    return list(registry()[rule](Facts(world, AS_OF, since, load_policy())))
