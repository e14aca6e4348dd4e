"""Where counties stand on the schematic map: a square each, placed by `seeds/reference/county_tiles.csv` roughly as they lie
to each other. A county without a place of its own is put under the others of its city."""

from collections.abc import Sequence
from functools import cache

from pipelines.seed_rows import reference_rows

_WIDTH = 4
# As many squares as stand beside each other on a screen with words in them, and the room between cities.
SCREEN, _GAP = 10, 0.75
# Left, top, right and bottom of a city.
_Box = tuple[float, float, float, float]


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


def _first_free(width: float, height: float, taken: Sequence[_Box]) -> _Box:
    """The highest place, then the one farthest left, where a city fits beside those that stand."""
    lefts = sorted({0.0, *(right + _GAP for _, _, right, _ in taken)})
    tops = sorted({0.0, *(bottom + _GAP for _, _, _, bottom in taken)})
    for top in tops:
        for left in lefts:
            box = (left, top, left + width, top + height)
            if (left == 0 or box[2] <= SCREEN) and not any(_meet(box, other) for other in taken):
                return box
    raise AssertionError("below the lowest there is always room")


def _meet(one: _Box, other: _Box) -> bool:
    """Whether two cities stand nearer to each other than the room between cities."""
    return (
        one[0] < other[2] + _GAP and other[0] < one[2] + _GAP and one[1] < other[3] + _GAP and other[1] < one[3] + _GAP
    )


def arranged(counties: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Column and row of each county; cities stand in the order of their codes, each where there is room first."""
    found: dict[str, tuple[float, float]] = {}
    taken: list[_Box] = []
    for city in sorted({county[:4] for county in counties}):
        inside = _in_city(sorted({county for county in counties if county[:4] == city}))
        width, height = (max(place[side] for place in inside.values()) + 1 for side in (0, 1))
        box = _first_free(width, height, taken)
        taken.append(box)
        found |= {county: (column + box[0], row + box[1]) for county, (column, row) in inside.items()}
    return found
