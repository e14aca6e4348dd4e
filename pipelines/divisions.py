"""Administrative divisions: names of codes, and what became of codes that are no longer in use.

The table (`seeds/reference/divisions.csv`) is the state of 2023 with the codes that were in use since 1981; it is built
by `tools/build_divisions.py`. A code is taken with 2, 4, 6, 9 or 12 digits, with or without trailing zeros.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pipelines.paths import REFERENCE

Level = Literal["province", "city", "county", "street"]
LEVELS: dict[str, Level] = {"province": "province", "city": "city", "county": "county", "street": "street"}

# Names that only hold a place in the tree: 北京市 / 市辖区 / 东城区 is 北京市东城区.
_PLACEHOLDERS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})


@dataclass(frozen=True)
class Division:
    """One code and its last bearer. `valid_to_year`: the year in which it went out of use (None: in use).

    Codes have 6 digits, those of streets 9. `successor_code` is the first of those that followed it directly.
    """

    code: str
    name: str
    name_en: str | None
    level: Level
    parent_code: str | None
    valid_from_year: int | None
    valid_to_year: int | None
    successor_code: str | None
    source: str

    @property
    def is_current(self) -> bool:
        """Whether the code is in use."""
        return self.valid_to_year is None


@dataclass(frozen=True)
class Change:
    """In some year one code followed another. Where a place was split, several changes have its code as `old_code`."""

    year: int
    type: str
    old_code: str
    new_code: str


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _year(text: str) -> int | None:
    return int(text) if text else None


@cache
def load_divisions() -> dict[str, Division]:
    """All divisions by code, former ones among them."""
    english = {row["code"]: row["name_en"] for row in _rows("division_names_en.csv")}
    return {
        row["code"]: Division(
            code=row["code"],
            name=row["name"],
            name_en=english.get(row["code"]),
            level=LEVELS[row["level"]],
            parent_code=row["parent_code"] or None,
            valid_from_year=_year(row["valid_from_year"]),
            valid_to_year=_year(row["valid_to_year"]),
            successor_code=row["successor_code"] or None,
            source=row["source"],
        )
        for row in _rows("divisions.csv")
    }


@cache
def load_changes() -> dict[str, tuple[Change, ...]]:
    """The changes by the code that went out of use, oldest first."""
    found: dict[str, list[Change]] = {}
    for row in _rows("division_changes.csv"):
        change = Change(int(row["year"]), row["type"], row["old_code"], row["new_code"])
        found.setdefault(change.old_code, []).append(change)
    return {code: tuple(sorted(changes, key=lambda change: change.year)) for code, changes in found.items()}


def trim(code: str) -> str:
    """A code without trailing zeros: first whole groups of three of a 9- or 12-digit code, then pairs of what has 6."""
    while len(code) > 6 and code.endswith("000"):
        code = code[:-3]
    while len(code) in {4, 6} and code.endswith("00"):
        code = code[:-2]
    return code


def _ancestry(code: str) -> list[str]:
    """The codes under which a place may stand in the table, nearest first: a village's street, a street's county.

    An unknown county is not taken for its city: that would hide a wrong code.
    """
    bare = trim(code)
    return [bare[:width] for width in (9, 6) if width <= len(bare)] or [bare.ljust(6, "0")]


def find(code: str) -> Division | None:
    """The division of a code; for a village or street that is not listed the street or county that it lies in."""
    divisions = load_divisions()
    return next((divisions[known] for known in _ancestry(code) if known in divisions), None)


def path_of(code: str) -> list[Division]:
    """A division after those that it lies in, from its province down; empty for an unknown code."""
    path: list[Division] = []
    division = find(code)
    while division is not None:
        path.insert(0, division)
        division = load_divisions().get(division.parent_code) if division.parent_code else None
    return path


def name_of(code: str, lang: str = "zh", full: bool = True) -> str | None:
    """The name of a code: with its path (内蒙古自治区乌海市海勃湾区) or short (海勃湾区). None for an unknown code.

    In English `Haibowan, Wuhai, Inner Mongolia`; places without an English name keep their Chinese one. A village or
    street that is not listed has the name of the street or county that it lies in.
    """
    path = path_of(code)
    if not path:
        return None
    shown = (
        [division for division in path[:-1] if division.name not in _PLACEHOLDERS] + path[-1:] if full else path[-1:]
    )
    if lang == "zh":
        return "".join(division.name for division in shown)
    return ", ".join(division.name_en or division.name for division in reversed(shown))


def _next(code: str, year: int | None) -> list[Change]:
    """The changes by which the bearer of a code in a year went on; without a year those of its last bearer."""
    changes = load_changes().get(code, ())
    if not changes:
        return []
    if year is None:
        chosen = changes[-1].year
    else:
        # Codes pass from one place to another within a year: who came in that year did not leave in it, if possible.
        later = [change.year for change in changes if change.year > year]
        chosen = later[0] if later else year
    return [change for change in changes if change.year == chosen]


def _currents(code: str, year: int | None, seen: frozenset[tuple[str, int]]) -> list[str]:
    division = load_divisions().get(code)
    is_current = division is not None and division.is_current
    if is_current and year is None:
        return [code]
    found: list[str] = []
    for change in _next(code, year):
        step = (change.new_code, change.year)
        if step not in seen and not (is_current and change.year == year):
            found += _currents(change.new_code, change.year, seen | {step})
    return list(dict.fromkeys(found)) or ([code] if is_current else [])


def resolve(code: str) -> tuple[str, ...]:
    """The code or codes in use today for a code; several where a place was split, none for an unknown code.

    A street of a former county that is not listed itself leads to what became of the county.
    """
    known = find(code)
    return tuple(_currents(known.code, None, frozenset())) if known else ()
