"""Files of the landing folder, and the list of what was planted in them. The same table gives the same bytes."""

import csv
import gzip
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO, cast

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipelines.contracts import Contract
from pipelines.demo.rendering import Style, Table, file_name, render, style_of

WRITTEN_AT = datetime(2025, 7, 1, 9, 0, 0)


@dataclass(frozen=True)
class Planted:
    """One planted fault: its code and the row, or the file, that shows it."""

    fault: str
    source: str
    row_key: str
    file: str
    line: int | None
    note: str


@dataclass
class Landing:
    """The landing folder being filled: what was written and what was planted so far."""

    folder: Path
    notes: dict[str, str]
    files: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    planted: list[Planted] = field(default_factory=list)

    def plant(self, fault: str, source: str, file: str, row_key: str = "", line: int | None = None) -> None:
        """Add to the list of planted faults."""
        self.planted.append(Planted(fault, source, row_key, file, line, self.notes[fault]))

    def write(self, table: Table) -> Path:
        """Write a table as a file in the manner of its place, and list the faults that its rows show."""
        style = style_of(table)
        path = self.folder / file_name(table, style)
        path.parent.mkdir(parents=True, exist_ok=True)
        first_line = write_file(path, render(table, style), style, table)
        self.files[path.name] = table.frame.height
        self.rows[table.source] = self.rows.get(table.source, 0) + table.frame.height
        self._list_faults(table, path.name, first_line)
        return path

    def _list_faults(self, table: Table, name: str, first_line: int) -> None:
        if "_fault" not in table.frame.columns:
            return
        key = public_key(table.contract)
        rows = table.frame.with_row_index("_line", offset=first_line).filter(pl.col("_fault").is_not_null())
        for row in rows.iter_rows(named=True):
            row_key = "|".join(_key_text(row[column]) for column in key)
            for fault in row["_fault"].split("|"):
                self.plant(fault, table.source, name, row_key, row["_line"])


def _key_text(value: object) -> str:
    return "" if value is None else str(value)


def public_key(contract: Contract) -> tuple[str, ...]:
    """The key of a source, unless a person stands in it: then rows are told apart by file and line alone."""
    return () if any(contract.columns[column].pii for column in contract.key) else contract.key


def write_file(path: Path, frame: pl.DataFrame, style: Style, table: Table) -> int:
    """Write a rendered table; the result is the line (parquet: the row) on which its first row stands."""
    match style.kind:
        case "xlsx":
            return _write_workbook(path, frame, table)
        case "parquet":
            frame.write_parquet(path, compression="zstd")
            return 1
        case "csv.gz":
            with path.open("wb") as raw, gzip.GzipFile("", "wb", compresslevel=4, fileobj=raw, mtime=0) as packed:
                _write_text(cast("IO[bytes]", packed), frame, style)
        case _:
            with path.open("wb") as raw:
                _write_text(raw, frame, style)
    return 2


def _write_text(target: IO[bytes], frame: pl.DataFrame, style: Style) -> None:
    separator = {"tsv": "\t", "txt": ";"}.get(style.kind, ",")
    if style.encoding in {"utf-8", "utf-8-sig"}:
        frame.write_csv(target, separator=separator, include_bom=style.encoding == "utf-8-sig")
        return
    for start in range(0, max(1, frame.height), 100_000):
        buffer = io.BytesIO()
        frame.slice(start, 100_000).write_csv(buffer, separator=separator, include_header=start == 0)
        text = buffer.getvalue().decode("utf-8")
        encoding = "utf-16-le" if style.encoding == "utf-16" else style.encoding
        prefix = b"\xff\xfe" if style.encoding == "utf-16" and start == 0 else b""
        target.write(prefix + text.encode(encoding))


def _write_workbook(path: Path, frame: pl.DataFrame, table: Table) -> int:
    """A workbook as offices make them: a title above the headings and a line of totals below the rows."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    book.set_properties({"created": WRITTEN_AT})
    sheet = book.add_worksheet(table.contract.zh[0])
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet.write_string(0, 0, f"{table.contract.zh[0]}({table.division},截至{table.day:%Y年%m月%d日})")
    for column, heading in enumerate(frame.columns):
        sheet.write_string(1, column, heading)
    for number, row in enumerate(frame.iter_rows()):
        for column, value in enumerate(row):
            _write_cell(sheet, number + 2, column, value, moment)
    sheet.write_string(frame.height + 2, 0, "合计")
    sheet.write_string(frame.height + 2, 1, f"共{frame.height}条")
    book.close()
    return 3


def _write_cell(sheet: Worksheet, row: int, column: int, value: object, moment: Format) -> None:
    if isinstance(value, datetime):
        sheet.write_datetime(row, column, value, moment)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day))
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif value is not None:
        sheet.write_string(row, column, str(value))


def write_planted(path: Path, planted: Sequence[Planted]) -> None:
    """The list of planted faults as a CSV file, in a fixed order."""
    ordered = sorted(planted, key=lambda one: (one.fault, one.source, one.file, one.line or 0, one.row_key))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["fault", "source", "row_key", "file", "line", "note"])
        for one in ordered:
            writer.writerow(
                [one.fault, one.source, one.row_key, one.file, "" if one.line is None else one.line, one.note]
            )
