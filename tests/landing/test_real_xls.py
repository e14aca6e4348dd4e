"""A real .xls of the statistics bureau (BIFF8, code page 936): each cell as a second, independent reader reads it."""

import polars as pl
import pytest
import xlrd

from pipelines.landing.blocks import Table
from pipelines.landing.workbook_tables import read_workbook
from tests.profiles.conftest import real_file

pytestmark = pytest.mark.real


def first_reading(table: Table) -> list[tuple[int, int, str | float]]:
    """Line, column and value of each cell that is not empty, as the product reads it."""
    return [
        (line, place, float(text) if block.from_number.get(f"c{place}", never)[row] else text)
        for block in table.blocks(0, 0)
        for never in [pl.Series([False]).extend_constant(False, block.height)]
        for row, line in enumerate(block.lines)
        for place, text in enumerate(block.cells.row(row))
        if text
    ]


def second_reading(sheet: xlrd.sheet.Sheet) -> list[tuple[int, int, str | float]]:
    """The same from the other reader; any kind of cell but texts and numbers would have to be thought of here."""
    kinds = {cell.ctype for line in range(sheet.nrows) for cell in sheet.row(line)}
    assert kinds <= {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK, xlrd.XL_CELL_TEXT, xlrd.XL_CELL_NUMBER}
    return [
        (line + 1, place, cell.value)
        for line in range(sheet.nrows)
        for place, cell in enumerate(sheet.row(line))
        if cell.value != ""
    ]


def test_every_cell_of_the_budget_workbook_is_as_a_second_reader_has_it() -> None:
    path = real_file("cn_public_budget_2023.xls")
    book = xlrd.open_workbook(str(path))
    tables = list(read_workbook(path, "xls"))
    assert [table.sheet for table in tables] == book.sheet_names()
    for table, sheet in zip(tables, book.sheets(), strict=True):
        assert first_reading(table) == second_reading(sheet)
    values = [value for table in tables for _, _, value in first_reading(table)]
    assert (len([value for value in values if isinstance(value, float)]), len(values)) == (702, 826)
