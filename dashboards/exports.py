"""What is shown, as a workbook: a first sheet with the filters and the publication, then the rows.

Numbers are numbers. Text that a spreadsheet could take for a formula is written as text and marked as such.
"""

import io

import polars as pl
import xlsxwriter

from dashboards.queries import Publication
from dashboards.texts import Words
from pipelines.spreadsheets import defused, write_cell


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
            write_cell(sheet, row, column, value, day)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(table.width - 1, 0), 16)
    book.close()
    return buffer.getvalue()
