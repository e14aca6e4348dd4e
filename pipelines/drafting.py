"""`oversight profile draft`: open a file, find its likeliest header, and let the proposal be made from it."""

import tempfile
from pathlib import Path

from pipelines.contracts import load_contracts
from pipelines.landing.blocks import Table
from pipelines.landing.decoding import copy_and_hash, utf8_text
from pipelines.landing.names import WORKBOOK_KINDS, file_kind
from pipelines.landing.profile_draft import draft
from pipelines.landing.text_tables import read_text
from pipelines.landing.workbook_tables import read_parquet, read_workbook

SAMPLE_ROWS = 500


def _tables(path: Path, source: str, scratch: Path) -> list[Table]:
    kind = file_kind(path.name) or "txt"
    if kind in WORKBOOK_KINDS:
        return list(read_workbook(path, kind))
    if kind == "parquet":
        return [read_parquet(path)]
    copied = copy_and_hash(path, scratch / "copy")
    text, _ = utf8_text(scratch / "copy", kind, copied.is_utf8, scratch)
    return [read_text(text, load_contracts()[source], kind)]


def _header_place(table: Table) -> int:
    """The first of the widest lines: titles above a header are narrower than the header."""
    widths = [sum(bool(cell.strip()) for cell in cells) for _, cells in table.top]
    return widths.index(max(widths))


def draft_for(path: Path, source: str) -> str:
    """A proposed profile for the largest table of a file. Raises `Unreadable` where the file cannot be read."""
    with tempfile.TemporaryDirectory(prefix="oversight-draft-") as folder:
        tables = [table for table in _tables(path, source, Path(folder)) if table.top]
        if not tables:
            raise FileNotFoundError(f"{path} has no table in it")
        table = max(tables, key=lambda found: max(len(cells) for _, cells in found.top))
        place = _header_place(table)
        headers = table.top[place][1]
        block = next(table.blocks(place + 1, len(headers)), None)
        rows = [list(row) for row in block.cells.head(SAMPLE_ROWS).rows()] if block else []
        return draft(headers, rows, load_contracts()[source])
