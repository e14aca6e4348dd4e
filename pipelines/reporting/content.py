"""What a report says, apart from how it is written: headings, paragraphs, tables, figures, annexes. Nothing but values.

Cells keep their type; `shown` gives the one text in which Word and PDF print them, the workbook writes the value itself.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Language = Literal["zh", "en"]
Cell = str | int | float | Decimal | dt.date | None
Kind = Literal["text", "whole", "yuan", "number", "day", "percent"]


@dataclass(frozen=True)
class Heading:
    """A heading with its number; level 1 and 2 stand in the contents."""

    level: Literal[1, 2, 3]
    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `lead` is printed in bold before it."""

    text: str
    lead: str = ""


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, how its cells are shown, and how wide it is beside the others."""

    title: str
    kind: Kind = "text"
    width: int = 2


@dataclass(frozen=True)
class Table:
    """A table under its caption, with a note below where one is needed."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Bar:
    """A bar of a chart: its length, and from where to where the value may lie, if that is known."""

    label: str
    value: float
    shown: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Figure:
    """A chart of bars from 0 to `most` over its caption, or of points with intervals."""

    caption: str
    form: Literal["bars", "intervals"]
    bars: tuple[Bar, ...]
    most: float


Block = Heading | Paragraph | Table | Figure


@dataclass(frozen=True)
class Annex:
    """A sheet of the workbook."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Report:
    """A whole report. `facts` stand on the cover (none: no cover), `mark` in the foot of each page; `made_on` is the day of
    the figures."""

    language: Language
    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    contents: str
    blocks: tuple[Block, ...]
    annexes: tuple[Annex, ...]
    mark: str
    made_on: dt.date

    @property
    def has_cover(self) -> bool:
        """Whether title and facts have a page of their own, and the headings a list of contents."""
        return bool(self.facts)


def clean(text: str) -> str:
    """Text from outside without what no page can show: control characters, marks that turn the line round, half characters,
    and what no font has; each run of them and of blanks is one blank."""
    if not text.isprintable():
        text = "".join(
            " " if unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} else letter
            for letter in text
        )
    return " ".join(text.split())


def plain_number(value: float | Decimal, places: int = 4) -> str:
    """A number without the zeros that only its type adds, with commas at the thousands."""
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown(cell: Cell, kind: Kind) -> str:
    """A cell as it is printed."""
    if cell is None:
        return "—"
    if isinstance(cell, str):
        return cell
    if isinstance(cell, dt.date):
        return cell.isoformat()
    match kind:
        case "whole":
            return f"{cell:,.0f}"
        case "yuan":
            return f"{cell:,.2f}"
        case "percent":
            return f"{cell:.1%}"
        case _:
            return plain_number(cell)


TEXT_WIDTH = 156
"""Millimetres between the margins of a page."""

# In millimetres: what a Latin letter of a table takes at most (10.5 points, bold in English headings), and a cell's margins.
_LETTER, _MARGINS = 2.05, 2.2
_WORDS = re.compile(r"[!-~–—]+")
_LONGEST_WORD = 12
_LONG_CODE = re.compile(r"(?=\S*\d)[!-~]{18,}")


def has_long_code(text: str) -> bool:
    """Whether a text holds a code so long that a line beside it, drawn out to both margins, would have gaps."""
    return _LONG_CODE.search(text) is not None


def _least(column: Column, cells: Iterable[Cell]) -> float:
    """How wide a column must be so that no number and no word is broken; long codes in texts may be."""
    words = [word for cell in cells for word in _WORDS.findall(shown(cell, column.kind))]
    kept = [word for word in words if column.kind != "text" or len(word) <= _LONGEST_WORD]
    return max(map(len, (*_WORDS.findall(column.title), *kept)), default=1) * _LETTER + _MARGINS


def widths(table: Table) -> tuple[float, ...]:
    """The widths of a table's columns in millimetres: as asked for, but none less than it must be."""
    asked = [column.width for column in table.columns]
    cells = zip(*table.rows, strict=True) if table.rows else [()] * len(asked)
    least = [_least(column, own) for column, own in zip(table.columns, cells, strict=True)]
    if sum(least) > TEXT_WIDTH:
        return tuple(one * TEXT_WIDTH / sum(least) for one in least)
    low, high = 0.0, float(TEXT_WIDTH)
    for _ in range(60):
        unit = (low + high) / 2
        is_too_wide = sum(max(one * unit, must) for one, must in zip(asked, least, strict=True)) > TEXT_WIDTH
        low, high = (low, unit) if is_too_wide else (unit, high)
    return tuple(max(one * low, must) for one, must in zip(asked, least, strict=True))
