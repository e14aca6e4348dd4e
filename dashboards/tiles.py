"""Where counties stand on the schematic map: a square each, placed by `seeds/reference/county_tiles.csv` roughly as they lie
to each other. A county without a place of its own is put under the others of its city."""

from collections.abc import Sequence
from functools import cache

from pipelines.seed_rows import reference_rows

_WIDTH = 4
# As many squares as stand beside each other on a screen with words in them, and the room between cities.
_SCREEN, _GAP = 10, 0.75


@cache
def _places() -> dict[str, tuple[float, float]]:
    return {row["division_code"]: (float(row["column"]), float(row["row"])) for row in reference_rows("county_tiles")}


def _in_city(counties: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Places within one city, from 0 on. Two counties never share a square."""
    taken: dict[tuple[float, float], str] = {}
    for county in counties:
        place = _places().get(county)
        if place is not None and place not in taken:
            taken[place] = county
    placed = set(taken.values())
    bottom = max((row for _, row in taken), default=-1) + 1
    left = min((column for column, _ in taken), default=0)
    for number, county in enumerate(county for county in counties if county not in placed):
        taken[left + number % _WIDTH, bottom + number // _WIDTH] = county
    top = min(row for _, row in taken)
    return {county: (column - left, row - top) for (column, row), county in taken.items()}


def arranged(counties: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Column and row of each county; cities stand side by side in the order of their codes, as many as fit."""
    found: dict[str, tuple[float, float]] = {}
    left = top = low = 0.0
    for city in sorted({county[:4] for county in counties}):
        inside = _in_city(sorted({county for county in counties if county[:4] == city}))
        width = max(column for column, _ in inside.values()) + 1
        if left and left + width > _SCREEN:
            left, top = 0.0, low + _GAP
        found |= {county: (column + left, row + top) for county, (column, row) in inside.items()}
        low = max(low, top + max(row for _, row in inside.values()) + 1)
        left += width + _GAP
    return found
