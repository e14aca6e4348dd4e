"""The annexes of a report as a workbook: numbers are numbers, days are days, no text is a formula."""

import datetime as dt
import io

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from pipelines.reporting.content import Annex, Kind, Report
from pipelines.spreadsheets import defused, write_cell

# A sheet has no more rows; what is more goes on to another one.
_ROWS_OF_A_SHEET = 1_048_575
_FORMATS: dict[Kind, str] = {"whole": "#,##0", "yuan": "#,##0.00", "percent": "0.0%", "day": "yyyy-mm-dd"}
_WIDTHS: dict[Kind, int] = {"text": 22, "whole": 12, "yuan": 16, "number": 12, "day": 12, "percent": 12}


def _write(book: Workbook, name: str, annex: Annex, first: int, formats: dict[str, Format]) -> None:
    sheet = book.add_worksheet(name)
    for place, column in enumerate(annex.columns):
        sheet.set_column(place, place, _WIDTHS[column.kind], formats.get(column.kind))
        sheet.write_string(0, place, defused(column.title), formats["head"])
    rows = annex.rows[first : first + _ROWS_OF_A_SHEET]
    for line, row in enumerate(rows, 1):
        for place, value in enumerate(row):
            write_cell(sheet, line, place, value, formats["day"])
    sheet.freeze_panes(1, 0)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(annex.columns) - 1)


def workbook(report: Report) -> bytes:
    """The workbook; the same report gives the same bytes."""
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({
        "title": report.title,
        "comments": report.mark,
        "created": dt.datetime.combine(report.made_on, dt.time(0)),
    })  # fmt: skip
    formats: dict[str, Format] = {kind: book.add_format({"num_format": form}) for kind, form in _FORMATS.items()}
    formats["head"] = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    for annex in report.annexes:
        for first in range(0, max(len(annex.rows), 1), _ROWS_OF_A_SHEET):
            part = first // _ROWS_OF_A_SHEET
            _write(book, f"{annex.name} {part + 1}" if part else annex.name, annex, first, formats)
    book.close()
    return packed.getvalue()
