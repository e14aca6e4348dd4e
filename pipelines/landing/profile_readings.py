"""Tables read by a profile: which sheets, below which line, and their rows as cells of the contract."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.contracts import Contract
from pipelines.landing.blocks import Block, Table, Unreadable
from pipelines.landing.headers import Layout
from pipelines.landing.profiles import (
    FileState,
    Profile,
    ProfiledRows,
    ProfileMismatch,
    apply_profile,
    begin_file,
    column_letters,
    header_place,
    wants_sheet,
)
from pipelines.landing.rows import NamedCells, data_rows
from pipelines.landing.sheets import About, Prepared
from pipelines.landing.values import Cells, clean

_NO_HEADER = -1


def _first_filled(headers: Sequence[str]) -> int:
    return next((place for place, header in enumerate(headers) if header.strip()), 0)


@dataclass(frozen=True)
class ProfileReading:
    """A table under a profile. `place` is that of the header among the table's first lines; -1: it has none."""

    table: Table
    place: int
    profile: Profile
    contract: Contract
    state: FileState

    @property
    def _headers(self) -> list[str]:
        if self.place == _NO_HEADER:
            return column_letters(max((len(cells) for _, cells in self.table.top), default=0))
        return self.table.top[self.place][1]

    @property
    def about(self) -> About:
        """What is told of the table."""
        line = None if self.place == _NO_HEADER else self.table.top[self.place][0]
        absent = self._profiled(pl.DataFrame(schema={"line": pl.Int64})).absent
        names = [name for name in self.profile.columns if name not in absent]
        names += [self.profile.key.column] if self.profile.key else []
        missing = tuple(name for name in self.contract.required if name not in names)
        return About(self.table.sheet, line, is_read=True, missing_columns=missing, columns=tuple(names))

    def prepared(self) -> Iterator[Prepared]:
        """The blocks below the header, without the rows that the profile leaves out."""
        headers = self._headers
        layout = Layout(self.contract, {}, len(headers), _first_filled(headers), ())
        for block in self.table.blocks(self.place + 1, len(headers)):
            data = block.only(data_rows(block, layout))
            rows = data.cells.with_columns(data.lines.alias("line"))
            # A row that could not be taken apart has no cells: a row filter must not take it for no data.
            whole = rows if data.broken is None else rows.filter(~data.broken)
            profiled = self._profiled(whole)
            kept = data.only(~data.lines.is_in(profiled.filtered.implode()))
            named = (
                kept.lines.alias("line").to_frame().join(profiled.rows, on="line", how="left", maintain_order="left")
            )
            yield Prepared(kept, self._cells(kept, named, len(headers)), block.height - kept.height)

    def _profiled(self, rows: pl.DataFrame) -> ProfiledRows:
        """Rows under the profile; none, with the headers' columns, to learn what is absent."""
        headers = self._headers
        lacking = [f"c{place}" for place in range(len(headers)) if f"c{place}" not in rows.columns]
        rows = rows.with_columns(pl.lit("", pl.String).alias(name) for name in lacking)
        try:
            return apply_profile(self.profile, headers, rows, self.state, self.contract)
        except ProfileMismatch as error:
            raise Unreadable("profile_does_not_fit") from error

    def _cells(self, block: Block, rows: pl.DataFrame, width: int) -> NamedCells:
        beyond = [name for place, name in enumerate(block.cells.columns) if place >= width]
        unreadable = pl.Series([False], dtype=pl.Boolean).new_from_index(0, block.height)
        for name in beyond:
            unreadable = unreadable | (clean(block.cells[name]) != "")
        if block.broken is not None:
            unreadable = unreadable | block.broken
        text = {name: Cells(clean(rows[name])) for name in rows.columns if name != "line"}
        return NamedCells(text, block.lines, unreadable)


def _read_cell(tables: Sequence[Table], sheet: str | None, row: int, column: int) -> str:
    """One cell among the first lines of a sheet; empty where there is none."""
    for table in tables:
        if sheet in {None, table.sheet}:
            cells = next((cells for line, cells in table.top if line == row), [])
            return cells[column - 1] if column <= len(cells) else ""
    return ""


def profile_readings(
    profile: Profile, contract: Contract, tables: Sequence[Table], path: str
) -> tuple[list[ProfileReading], list[About], FileState]:
    """The tables that a profile wants, what is told of the others, and what the file says of itself.

    Raises `Unreadable` where the file has no such sheet or header, or does not say its date as the profile expects.
    """
    try:
        state = begin_file(profile, path, lambda sheet, row, column: _read_cell(tables, sheet, row, column))
    except ProfileMismatch as error:
        raise Unreadable("profile_does_not_fit") from error
    readings: list[ProfileReading] = []
    others: list[About] = []
    for table in tables:
        place = header_place(profile, table.top) if wants_sheet(profile, table.sheet) else None
        if place is None:
            others.append(About(table.sheet, None, is_read=False))
        else:
            readings.append(ProfileReading(table, place, profile, contract, state))
    if not readings:
        raise Unreadable("profile_does_not_fit")
    return readings, others, state
