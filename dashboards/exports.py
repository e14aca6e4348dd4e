"""What is shown, as a workbook: a first sheet with the filters and the publication, then the rows.

Numbers are numbers. Text that a spreadsheet could take for a formula is written as text and marked as such.
"""

import datetime as dt
import io
from decimal import Decimal

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format

from dashboards.queries import Publication
from dashboards.texts import Words

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def defused(text: str) -> str:
    """Text that no spreadsheet takes for a formula, not even after it is saved as CSV and opened again."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _write(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: object, day: Format) -> None:
    match value:
        case None:
            return
        case bool():
            sheet.write_boolean(row, column, value)
        case int() | float() | Decimal():
            sheet.write_number(row, column, float(value))
        case dt.date():
            sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time(0)), day)
        case list():
            sheet.write_string(row, column, defused("、".join(map(str, value))))
        case _:
            sheet.write_string(row, column, defused(str(value)))


def workbook(table: pl.DataFrame, title: str, filters: dict[str, str], publication: Publication, words: Words) -> bytes:
    """A workbook with the filters on its first sheet and the table, as it is shown, on its second."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    about = book.add_worksheet(words("filters"))
    notes = {
        words("page"): title,
        **filters,
        words("export_as_of"): publication.as_of,
        words("export_run"): publication.run,
        words("export_fingerprint"): publication.fingerprint,
    }
    for row, (name, value) in enumerate(notes.items()):
        about.write_string(row, 0, name, bold)
        about.write_string(row, 1, defused(value))
    about.set_column(0, 1, 32)
    sheet = book.add_worksheet(words("table"))
    for column, name in enumerate(table.columns):
        sheet.write_string(0, column, name, bold)
    for row, cells in enumerate(table.iter_rows(), 1):
        for column, value in enumerate(cells):
            _write(sheet, row, column, value, day)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(table.width - 1, 0), 16)
    book.close()
    return buffer.getvalue()
