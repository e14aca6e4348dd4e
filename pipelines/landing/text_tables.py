"""Delimited text to blocks of cells, with the line on which each record begins.

Two ways to the same result. Where every record is one line, the engine takes a piece of the file apart in one call; any
piece with quotes over several lines, quotes inside cells, lone carriage returns, NUL bytes or surplus cells goes record
by record through Python's csv module, which defines the result. Property tests hold the two together.
"""

import csv
import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.contracts import Contract
from pipelines.landing.blocks import TOP_LINES, Block, Table
from pipelines.landing.headers import best_header

PIECE = 48 << 20
_DELIMITERS = (",", "\t", ";")
_SPARE_COLUMNS = 2  # cells beyond the header are looked for, not cut off
_NEWLINE, _RETURN, _QUOTE = 10, 13, 34
csv.field_size_limit(2**31 - 1)  # a cell of 10 MB is read like any other


@dataclass(frozen=True)
class Record:
    """One record: its cells, the line and the byte on which it begins, the byte behind it, and whether a quote in it
    never ends."""

    cells: list[str]
    line: int
    start: int
    end: int
    is_broken: bool = False


def _line_end(text: mmap.mmap | bytes, start: int) -> int:
    """The place behind the line that begins at `start`; lines end with LF, CR LF or CR."""
    newline = text.find(b"\n", start)
    limit = newline if newline >= 0 else len(text)
    lone = text.find(b"\r", start, limit)
    if 0 <= lone < limit - 1 or (lone >= 0 and newline < 0):
        return lone + 1
    return newline + 1 if newline >= 0 else len(text)


class _Lines:
    """The physical lines of a text from a place on, for the csv module; knows how far it has been read."""

    def __init__(self, text: mmap.mmap | bytes, place: int, line: int) -> None:
        self.text, self.place, self.line = text, place, line

    def __iter__(self) -> Iterator[str]:
        while self.place < len(self.text):
            end = _line_end(self.text, self.place)
            piece = bytes(self.text[self.place : end]).decode("utf-8")
            self.place, self.line = end, self.line + 1
            yield piece


def _never_closed(raw: str, delimiter: str) -> bool:
    """Whether a record ends inside a quote."""
    try:
        list(csv.reader([raw], delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False


def records(text: mmap.mmap | bytes, delimiter: str, place: int, line: int) -> Iterator[Record]:
    """Records from a place on, one by one.

    A quote that never ends would swallow every row behind it: its line becomes a broken record of its own, and reading
    goes on with the next line.
    """
    lines = _Lines(text, place, line)
    source = iter(lines)
    reader = csv.reader(source, delimiter=delimiter)
    while True:
        start, first = lines.place, lines.line
        cells = next(reader, None)
        if cells is None:
            return
        end = lines.place
        raw = bytes(text[start:end])
        if end == len(text) and raw.count(b'"') % 2 and _never_closed(raw.decode(), delimiter):
            stop = _line_end(text, start)
            yield Record([], first, start, stop, is_broken=True)
            lines.place, lines.line = stop, first + 1
            reader = csv.reader(iter(lines), delimiter=delimiter)
            continue
        yield Record(cells, first, start, end)


def is_blank(cells: list[str]) -> bool:
    """Whether no cell of a line holds anything but white space."""
    return not any(cell.strip() for cell in cells)


def top_records(text: mmap.mmap | bytes, delimiter: str) -> list[Record]:
    """The first 30 records that are not blank."""
    found: list[Record] = []
    for record in records(text, delimiter, 0, 1):
        if record.is_broken or not is_blank(record.cells):
            found.append(record)
        if len(found) == TOP_LINES:
            break
    return found


def sniff_delimiter(text: mmap.mmap | bytes, contract: Contract, kind: str) -> str:
    """The delimiter under which a line shows the most of the source's columns; of equals the one that splits the first
    lines into more cells, then the one that the kind of file suggests."""
    usual = "\t" if kind.startswith("tsv") else ","

    def merit(delimiter: str) -> tuple[int, int, bool]:
        top = [record.cells for record in top_records(text, delimiter)]
        best = best_header(top, contract)
        return (len(best[1].found) if best else 0, max(map(len, top), default=0), delimiter == usual)

    return max(_DELIMITERS, key=merit)


def _columns(width: int) -> list[str]:
    return [f"c{place}" for place in range(width)]


def _raw_texts(text: mmap.mmap | bytes, starts: np.ndarray, ends: np.ndarray, rows: np.ndarray) -> list[str]:
    return [bytes(text[starts[row] : ends[row]]).decode().rstrip("\r\n") for row in rows.tolist()]


def _block(
    text: mmap.mmap | bytes,
    cells: pl.DataFrame,
    lines: np.ndarray,
    starts: np.ndarray,
    ends: np.ndarray,
    broken: list[bool] | None = None,
) -> Block:
    return Block(
        cells=cells,
        lines=pl.Series("line", lines.astype(np.int64)),
        raw=lambda rows: _raw_texts(text, starts, ends, rows),
        broken=pl.Series(broken, dtype=pl.Boolean) if broken and any(broken) else None,
    )


def _slow_block(text: mmap.mmap | bytes, found: list[Record], width: int) -> Block:
    width = max([width, *(len(record.cells) for record in found)])
    columns: list[list[str]] = [[] for _ in range(width)]
    for record in found:
        for place, column in enumerate(columns):
            column.append(record.cells[place] if place < len(record.cells) else "")
    cells = pl.DataFrame(
        dict(zip(_columns(width), columns, strict=True)), schema=dict.fromkeys(_columns(width), pl.String)
    )
    return _block(
        text,
        cells,
        np.array([record.line for record in found]),
        np.array([record.start for record in found]),
        np.array([record.end for record in found]),
        [record.is_broken for record in found],
    )


def _quotes_are_plain(piece: bytes, newlines: np.ndarray, delimiter: str) -> bool:
    """Whether quotes only stand around whole cells that lie in one line each."""
    mark = delimiter.encode()
    total = piece.count(b'"')
    opening = piece.count(mark + b'"') + piece.count(b'\n"') + piece.startswith(b'"')
    closing = piece.count(b'"' + mark) + piece.count(b'"\n') + piece.count(b'"\r\n') + piece.endswith(b'"')
    if opening != closing or opening + closing != total:
        return False
    quotes = np.flatnonzero(np.frombuffer(piece, dtype=np.uint8) == _QUOTE)
    per_line = np.bincount(np.searchsorted(newlines, quotes), minlength=1)
    return not (per_line % 2).any()


def _fast_block(
    text: mmap.mmap | bytes, piece: bytes, place: int, line: int, width: int, delimiter: str
) -> tuple[Block, int] | None:
    """The block of a piece in which every line is a record, and how many lines it has; None where that is not sure."""
    if b"\0" in piece or (b"\r" in piece and piece.count(b"\r") != piece.count(b"\r\n")):
        return None
    newlines = np.flatnonzero(np.frombuffer(piece, dtype=np.uint8) == _NEWLINE)
    has_quotes = b'"' in piece
    if has_quotes and not _quotes_are_plain(piece, newlines, delimiter):
        return None
    try:
        cells = pl.read_csv(
            piece,
            has_header=False,
            schema=dict.fromkeys(_columns(width + _SPARE_COLUMNS), pl.String),
            separator=delimiter,
            quote_char='"' if has_quotes else None,
            missing_columns="insert",
            extra_columns="raise",
            truncate_ragged_lines=False,
            empty_string_is_null=False,
            raise_if_empty=False,
        )
    except (pl.exceptions.ComputeError, pl.exceptions.SchemaError):
        return None  # a line with more cells than there are columns
    ends = newlines + 1
    if not piece.endswith(b"\n"):
        ends = np.append(ends, len(piece))
    if cells.height != len(ends):
        return None
    starts = np.concatenate(([0], ends[:-1]))
    return _block(text, cells, line + np.arange(len(ends)), place + starts, place + ends), len(ends)


def _let_go(text: mmap.mmap | bytes, place: int) -> None:
    """Give back the memory of what has been read; the file is still there where it is looked at again."""
    behind = place // mmap.PAGESIZE * mmap.PAGESIZE
    if isinstance(text, mmap.mmap) and behind:
        text.madvise(mmap.MADV_DONTNEED, 0, behind)


def blocks(
    text: mmap.mmap | bytes, delimiter: str, place: int, line: int, width: int, piece_size: int = PIECE
) -> Iterator[Block]:
    """Blocks of all records from a place (the beginning of line `line`) to the end of the text."""
    while place < len(text):
        _let_go(text, place)
        stop = min(place + piece_size, len(text))
        if stop < len(text):
            newline = text.rfind(b"\n", place, stop)
            stop = newline + 1 if newline >= 0 else _line_end(text, stop)
        fast = _fast_block(text, bytes(text[place:stop]), place, line, width, delimiter)
        if fast:
            block, lines = fast
            yield block
            place, line = stop, line + lines
            continue
        found: list[Record] = []
        for record in records(text, delimiter, place, line):
            found.append(record)
            if record.end >= stop:
                break
        yield _slow_block(text, found, width)
        line += _count_lines(text, place, found[-1].end)
        place = found[-1].end


def _count_lines(text: mmap.mmap | bytes, place: int, end: int) -> int:
    piece = bytes(text[place:end])
    ends = piece.count(b"\n") + piece.count(b"\r") - piece.count(b"\r\n")
    return ends + (not piece.endswith((b"\n", b"\r")))


def read_text(path: Path, contract: Contract, kind: str, delimiter: str | None = None) -> Table:
    """The table in a UTF-8 text file. The file stays open for as long as the table or a block of it is used."""
    if path.stat().st_size == 0:
        return Table("", [], lambda _skip, _width: iter(()))
    with path.open("rb") as file:
        text = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    delimiter = delimiter or sniff_delimiter(text, contract, kind)
    top = top_records(text, delimiter)

    def below(skip: int, width: int) -> Iterator[Block]:
        if skip == 0:
            return blocks(text, delimiter, 0, 1, width)
        last = top[skip - 1]
        line = last.line + _count_lines(text, last.start, last.end)
        return blocks(text, delimiter, last.end, line, width)

    return Table("", [(record.line, record.cells) for record in top], below)
