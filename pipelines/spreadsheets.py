"""Cells of workbooks: numbers as numbers, days as days, and no text that a spreadsheet could take for a formula."""

import datetime as dt
from decimal import Decimal

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def defused(text: str) -> str:
    """Text that no spreadsheet takes for a formula, not even after it is saved as CSV and opened again."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def write_cell(sheet: Worksheet, row: int, column: int, value: object, day: Format) -> None:
    """Write a value in its own type; nothing for None. `day` is the format of days."""
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
