"""Which tables of a file hold the source, and how their blocks become cells under the contract's names.

A `Reading` is one table that is to be read. Ordinary files are read by the contract's own headers; an office's export by
its profile (see `profile_readings`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipelines.contracts import Contract
from pipelines.landing.blocks import Block, Table
from pipelines.landing.headers import Layout, best_header
from pipelines.landing.rows import NamedCells, data_rows, name_cells


@dataclass(frozen=True)
class Prepared:
    """The data rows of a block, their cells under the contract's names, and how many rows were no data."""

    block: Block
    cells: NamedCells
    not_data: int


@dataclass(frozen=True)
class About:
    """What is told of a table: where its header stands, and what of it is not known or missing."""

    sheet: str
    header_line: int | None
    is_read: bool
    unknown_headers: tuple[str, ...] = ()
    missing_columns: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


class Reading(Protocol):
    """One table that is to be read."""

    @property
    def about(self) -> About: ...

    def prepared(self) -> Iterator[Prepared]: ...


@dataclass(frozen=True)
class ContractReading:
    """A table under the contract's own headers."""

    table: Table
    skip: int
    layout: Layout

    @property
    def about(self) -> About:
        """What is told of the table. Headers are only repeated where they are headers: the first line of a table that is
        not the source may hold anybody's data."""
        return About(
            sheet=self.table.sheet,
            header_line=self.table.top[self.skip - 1][0],
            is_read=True,
            unknown_headers=self.layout.unknown if self.layout.is_the_source else (),
            missing_columns=self.layout.missing_required,
            columns=tuple(self.layout.found),
        )

    def prepared(self) -> Iterator[Prepared]:
        """The blocks below the header."""
        width = max(self.layout.width, len(self.table.top[self.skip - 1][1]))
        for block in self.table.blocks(self.skip, width):
            data = block.only(data_rows(block, self.layout))
            yield Prepared(data, name_cells(data, self.layout), block.height - data.height)


def choose(tables: Sequence[Table], contract: Contract) -> tuple[list[ContractReading], list[About]]:
    """The tables to read: all that show the source's header, else the nearest. And what is told of the others."""
    readings: list[ContractReading] = []
    for table in tables:
        best = best_header([cells for _, cells in table.top], contract)
        if best:
            readings.append(ContractReading(table, best[0] + 1, best[1]))
    chosen = [reading for reading in readings if reading.layout.is_the_source]
    if not chosen and readings:
        chosen = [max(readings, key=lambda reading: len(reading.layout.found))]
    sheets = {reading.table.sheet for reading in chosen}
    others = [About(table.sheet, None, is_read=False) for table in tables if table.sheet not in sheets]
    return chosen, others
