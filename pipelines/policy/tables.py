"""The tables of `seeds/policy/` as they stand, and problems as they are told."""

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import yaml

OPEN = dt.date.max
ELIGIBILITY = "eligibility"
# The rules that judge by eligibility; their pages show its conditions.
ELIGIBILITY_RULES = frozenset({"E01", "E07"})
DATED_BY_NAME = ("parameters", "parameter_sets", "parameter_brackets")
CITING = (*DATED_BY_NAME, "eligibility", "eligibility_residence", "consequences")


@dataclass(frozen=True)
class Row(Mapping[str, str]):
    """A row of a table, the line on which it stands, and how many cells that line has."""

    table: str
    line: int
    cells: Mapping[str, str]
    width: int

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.cells)

    def day(self, column: str) -> dt.date:
        """A day; an empty one is open."""
        return dt.date.fromisoformat(self[column]) if self[column] else OPEN


@dataclass(frozen=True)
class Problem:
    """Something that is wrong, where it stands and what to do."""

    file: str
    line: int | None
    column: str | None
    message: str

    def sentence(self) -> str:
        """As one line for people."""
        place = self.file
        if self.line is not None:
            place += f", line {self.line}"
        if self.column is not None:
            place += f", column {self.column}"
        return f"{place}: {self.message}"


@dataclass(frozen=True)
class Policy:
    """All tables, and the types that they are declared with."""

    tables: Mapping[str, tuple[Row, ...]]
    headers: Mapping[str, tuple[str, ...]]
    types: Mapping[str, Mapping[str, str]]

    def __getitem__(self, table: str) -> tuple[Row, ...]:
        return self.tables[table]

    def places(self) -> dict[str, tuple[str, ...]]:
        """The jurisdictions in which each rule applies."""
        found: dict[str, dict[str, None]] = {row["rule"]: {} for row in self["rules"]}
        for row in self["rule_requirements"]:
            found.setdefault(row["rule"], {})[row["jurisdiction"]] = None
        return {rule: tuple(places) for rule, places in found.items()}


def file_of(table: str) -> str:
    """The file of a table."""
    return f"{table}.csv"


def at(row: Row, column: str | None, message: str) -> Problem:
    """A problem of a row, or of one of its cells."""
    return Problem(file_of(row.table), row.line, column, message)


def load(folder: Path) -> Policy:
    """Read all tables of a folder. `_policy.yml` says which there are and which type each column has."""
    declared = yaml.safe_load((folder / "_policy.yml").read_text(encoding="utf-8"))["seeds"]
    types = {seed["name"]: seed["config"]["column_types"] for seed in declared}
    tables: dict[str, tuple[Row, ...]] = {}
    headers: dict[str, tuple[str, ...]] = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            header = tuple(next(reader, ()))
            tables[path.stem] = tuple(
                Row(
                    path.stem,
                    reader.line_num,
                    dict(zip_longest(header, cells[: len(header)], fillvalue="")),
                    len(cells),
                )
                for cells in reader
                if cells
            )
            headers[path.stem] = header
    for name in types.keys() - tables.keys():
        tables[name], headers[name] = (), ()
    return Policy(tables, headers, types)


def _key(row: Row, columns: Iterable[str]) -> tuple[str, ...]:
    return tuple(row[column] for column in columns)


def grouped(rows: Iterable[Row], columns: tuple[str, ...]) -> dict[tuple[str, ...], list[Row]]:
    """The rows by what stands in some columns."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(_key(row, columns), []).append(row)
    return groups


def span(first: dt.date, last: dt.date) -> str:
    """Some days in words."""
    return f"from {first} on" if last == OPEN else f"from {first} to {last}"
