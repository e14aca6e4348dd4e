"""Filling in a worksheet as another program would: every cell is read and written anew, with the answers put in."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import python_calamine as calamine
import xlsxwriter

from pipelines.sampling.worksheet import HEADERS, SAMPLE

Rows = list[list[Any]]


def cells(path: Path) -> dict[str, Rows]:
    with calamine.load_workbook(str(path)) as book:
        return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def save(path: Path, sheets: Mapping[str, Rows]) -> Path:
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for row, values in enumerate(rows):
                for column, value in enumerate(values):
                    if value != "":
                        sheet.write(row, column, value)
    return path


def changed(path: Path, change: Callable[[dict[str, Rows]], None]) -> Path:
    """The worksheet with a change, as a file beside it."""
    sheets = cells(path)
    change(sheets)
    return save(path.with_name(f"changed-{path.name}"), sheets)


def column(sheets: Mapping[str, Rows], name: str) -> int:
    return sheets[SAMPLE][0].index(HEADERS[name])


def answered(path: Path, answer: Callable[[str, float], tuple[str, Any]]) -> Path:
    """The worksheet with a result and an audited amount in each row, from its key and book amount."""

    def fill(sheets: dict[str, Rows]) -> None:
        key, amount = column(sheets, "row_key"), column(sheets, "amount")
        for row in sheets[SAMPLE][1:]:
            row[column(sheets, "result")], row[column(sheets, "audited")] = answer(row[key], row[amount])

    return changed(path, fill)
