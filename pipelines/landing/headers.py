"""Headers to columns: which header of a table is which column of a contract, and in which unit."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.contracts import Column, Contract, Unit, units
from pipelines.landing.names import folded

_BRACKET = re.compile(r"(?P<name>.+?)[(\[【〔](?P<unit>[^()\[\]【】〔〕]*)[)\]】〕]", re.DOTALL)


@dataclass(frozen=True)
class Found:
    """Where a column stands in a table, and the unit of its figures."""

    place: int
    unit: Unit


@dataclass(frozen=True)
class Layout:
    """How a table's headers match a contract.

    `width` is the place behind the last filled cell of the header; `unknown` are the headers that match nothing.
    """

    contract: Contract
    found: dict[str, Found]
    width: int
    first: int
    unknown: tuple[str, ...]

    @property
    def missing_required(self) -> tuple[str, ...]:
        """The required columns that the table does not have, in contract order."""
        return tuple(name for name in self.contract.required if name not in self.found)

    @property
    def is_the_source(self) -> bool:
        """Whether the table shows at least half of the required columns."""
        required = self.contract.required
        return 2 * (len(required) - len(self.missing_required)) >= len(required)


_PLAIN = Unit(unit="", numerator=1, denominator=1)


def _names(column: Column) -> set[str]:
    return {folded(name) for name in (column.name, *column.zh)}


def _match(header: str, columns: dict[str, set[str]], contract: Contract) -> tuple[str, Unit] | None:
    for name, names in columns.items():
        if header in names:
            return name, _PLAIN
    bracket = _BRACKET.fullmatch(header)
    if bracket is None:
        return None
    for name, names in columns.items():
        if bracket["name"] not in names:
            continue
        known = units().get(contract.columns[name].base_type)
        if known is None:
            return name, _PLAIN
        for unit in known:
            if folded(unit.unit) == bracket["unit"]:
                return name, unit
        return None
    return None


def match_headers(headers: Sequence[str], contract: Contract) -> Layout:
    """Match a line of header cells against a contract; of two headers for one column the leftmost wins."""
    columns = {name: _names(column) for name, column in contract.columns.items()}
    found: dict[str, Found] = {}
    unknown: list[str] = []
    filled = [place for place, header in enumerate(headers) if folded(header)]
    for place in filled:
        match = _match(folded(headers[place]), columns, contract)
        if match and match[0] not in found:
            found[match[0]] = Found(place, match[1])
        else:
            unknown.append(unicodedata.normalize("NFKC", headers[place]).strip())
    return Layout(contract, found, filled[-1] + 1 if filled else 0, filled[0] if filled else 0, tuple(unknown))


def best_header(lines: Sequence[Sequence[str]], contract: Contract) -> tuple[int, Layout] | None:
    """The line with the most known columns (the first of equals; the first line where none is known), and its layout."""
    layouts = [match_headers(line, contract) for line in lines]
    if not layouts:
        return None
    place = max(range(len(layouts)), key=lambda line: (len(layouts[line].found), -line))
    return place, layouts[place]
