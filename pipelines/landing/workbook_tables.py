"""Workbooks (xlsx, xls) and Parquet files to blocks of text cells.

Cells come out as the text that a user sees as the value: whole numbers without a point, days as 2025-03-30 00:00:00.
Which cells were numbers or dates is kept beside them, because a number may be an Excel serial day.
"""

import datetime as dt
import re
import zipfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import python_calamine as calamine

from pipelines.landing.blocks import TOP_LINES, Block, Table, Unreadable
from pipelines.landing.text_tables import is_blank

# A workbook is held in memory as a rectangle from A1 to its last cell; one stray cell at XFD1048576 would take all of it.
_CELLS_AT_MOST = 60_000_000
_UNPACKED_AT_MOST = 4 << 30
_REFERENCE = re.compile(rb'<c [^>]*?r="([A-Z]{1,3})([0-9]{1,7})"')
_ROW = re.compile(rb'<row [^>]*?r="([0-9]{1,7})"')
_WIDE = re.compile(rb' r="([A-Z]{2,3})[0-9]')
_PIECE = 8 << 20


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _rectangle(sheet: Iterator[bytes]) -> int:
    """The cells of the rectangle that a sheet's references span."""
    rows, columns, rest = 1, 26, b""
    for piece in sheet:
        window = rest + piece
        rows = max([rows, *(int(number) for number in set(_ROW.findall(window)[-1:]))])
        rows = max([rows, *(int(match[1]) for match in _REFERENCE.findall(window)[-1:])])
        columns = max([columns, *map(_column_number, set(_WIDE.findall(window)))])
        rest = window[-200:]
    return rows * columns


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with archive.open(name) as member:
        while piece := member.read(_PIECE):
            yield piece


def _refuse_bombs(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if sum(member.file_size for member in members) > _UNPACKED_AT_MOST:
            raise Unreadable("unpacks_too_large")
        for member in members:
            if member.filename.startswith("xl/worksheets/") and member.file_size:
                unpacked = _pieces(archive, member.filename)
                if _rectangle(unpacked) > _CELLS_AT_MOST:
                    raise Unreadable("unpacks_too_large")


def number_text(value: float) -> str:
    """A number cell as text: 12.0 is 12, and no exponent is written."""
    if value == int(value) and abs(value) < 1e18:
        return str(int(value))
    return format(Decimal(repr(value)), "f")


def _to_second(moment: dt.datetime) -> dt.datetime:
    return (moment + dt.timedelta(microseconds=500_000)).replace(microsecond=0)


def cell_text(value: object) -> tuple[str, bool]:
    """A cell as text, and whether it was a number or a date."""
    match value:
        case str():
            return value, False
        case None:
            return "", False
        case bool():
            return str(value).upper(), False
        case int():
            return str(value), True
        case float():
            return (number_text(value), True) if np.isfinite(value) else ("", False)
        case dt.datetime():
            return _to_second(value).isoformat(" "), True
        case dt.date():
            return f"{value.isoformat()} 00:00:00", True
        case Decimal():
            return format(value, "f"), True
        case list() | tuple() | pl.Series():
            return "、".join(cell_text(member)[0] for member in value), False
        case _:
            return str(value), False


def _block(rows: Sequence[Sequence[object]], first_line: int, width: int) -> Block:
    width = max([width, *(len(row) for row in rows)])
    columns: dict[str, list[str]] = {}
    from_number: dict[str, pl.Series] = {}
    for place in range(width):
        texts = [cell_text(row[place]) if place < len(row) else ("", False) for row in rows]
        columns[f"c{place}"] = [text for text, _ in texts]
        if any(is_number for _, is_number in texts):
            from_number[f"c{place}"] = pl.Series([is_number for _, is_number in texts], dtype=pl.Boolean)
    cells = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))

    def raw(places: np.ndarray) -> list[str]:
        return ["\t".join(cells.row(place)) for place in places.tolist()]

    lines = pl.Series("line", range(first_line, first_line + len(rows)), dtype=pl.Int64)
    return Block(cells, lines, raw, from_number)


def _sheet_table(name: str, rows: Sequence[Sequence[object]]) -> Table:
    top: list[tuple[int, list[str]]] = []
    for line, row in enumerate(rows, 1):
        cells = [cell_text(value)[0] for value in row]
        if not is_blank(cells):
            top.append((line, cells))
        if len(top) == TOP_LINES:
            break

    def below(skip: int, width: int) -> Iterator[Block]:
        first = top[skip - 1][0] if skip else 0
        size = 100_000
        for start in range(first, len(rows), size):
            yield _block(rows[start : start + size], start + 1, width)

    return Table(name, top, below)


def read_workbook(path: Path, kind: str) -> Iterator[Table]:
    """The sheets of a workbook. Raises `Unreadable` where it is broken, locked by a password, or a bomb."""
    try:
        if kind == "xlsx":
            _refuse_bombs(path)
        workbook = calamine.CalamineWorkbook.from_path(str(path))
        for name in workbook.sheet_names:
            rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            yield _sheet_table(name, rows)
    except calamine.PasswordError as error:
        raise Unreadable("password") from error
    except (calamine.CalamineError, zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError) as error:
        raise Unreadable("broken_workbook") from error
    except BaseException as error:
        # A workbook made to break its reader ends in a panic, which is no Exception; it must not end the run.
        if type(error).__name__ != "PanicException":
            raise
        raise Unreadable("broken_workbook") from error


def read_parquet(path: Path) -> Table:
    """The table in a Parquet file: its column names are the header, rows are numbered from 1."""
    try:
        file = pl.scan_parquet(path)
        names = file.collect_schema().names()
        height = file.select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise Unreadable("broken_parquet") from error

    def below(_skip: int, width: int) -> Iterator[Block]:
        size = 100_000
        for start in range(0, height, size):
            rows = [list(row) for row in file.slice(start, size).collect().rows()]
            yield _block(rows, start + 1, width)

    return Table("", [(0, names)], below)
