"""A report as PDF, and its charts as pictures, by typst. The content is handed over as data: nothing in it is markup."""

import datetime as dt
import json
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pipelines.reporting.content import Block, Figure, Heading, Paragraph, Report, Table, has_long_code, shown, widths
from pipelines.reporting.fonts import Fonts

_TEMPLATES = Path(str(files("pipelines.reporting")))
_PICTURE_PPI = 220
# A code without a blank may be wider than its cell; here it may be broken. Amounts and days are never.
_LONG = re.compile(r"[0-9A-Za-z_./-]{13,}")
_JOINTS = re.compile(r"(?<=[/_])|(?<=\D\.)")
_PIECE = 8
_BREAK = "\u200b"


def _broken(code: str) -> str:
    pieces = [piece for piece in _JOINTS.split(code) if piece]
    return _BREAK.join(
        piece[at : at + _PIECE] if len(piece) > 2 * _PIECE else piece
        for piece in pieces
        for at in (range(0, len(piece), _PIECE) if len(piece) > 2 * _PIECE else (0,))
    )


def breakable(text: str) -> str:
    """Text with places at which a long code may be broken."""
    return _LONG.sub(lambda found: _broken(found[0]), text)


def _table(block: Table) -> dict[str, Any]:
    columns = [
        {"title": column.title, "width": width, "is_number": column.kind not in {"text", "day"}}
        for column, width in zip(block.columns, widths(block), strict=True)
    ]
    rows = [
        [breakable(shown(cell, column.kind)) for cell, column in zip(row, block.columns, strict=True)]
        for row in block.rows
    ]
    return {"kind": "table", "caption": block.caption, "columns": columns, "rows": rows, "note": block.note}


def _figure(block: Figure) -> dict[str, Any]:
    bars = [
        {"label": bar.label, "value": bar.value, "shown": bar.shown, "low": bar.low, "high": bar.high}
        for bar in block.bars
    ]
    return {"kind": "figure", "caption": block.caption, "form": block.form, "bars": bars, "most": block.most}


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading():
            return {"kind": "heading", "level": block.level, "text": block.text}
        case Paragraph():
            is_even = not has_long_code(block.text)
            return {"kind": "paragraph", "text": breakable(block.text), "lead": block.lead, "is_even": is_even}
        case Table():
            return _table(block)
        case Figure():
            return _figure(block)


def _document(report: Report) -> dict[str, Any]:
    return {
        "language": report.language,
        "title": report.title,
        "subtitle": report.subtitle,
        "facts": [[name, breakable(value)] for name, value in report.facts],
        "contents": report.contents,
        "has_cover": report.has_cover,
        "blocks": [_block(block) for block in report.blocks],
        "mark": report.mark,
    }


def _fonts(fonts: Fonts) -> str:
    names = ("title", "body", "head", "second", "latin")
    return json.dumps({name: getattr(fonts, name) for name in names}, ensure_ascii=False)


@cache
def _compiler() -> Any:
    import typst

    return typst.Compiler(root=str(_TEMPLATES))


def _compile(template: str, inputs: dict[str, str], **asked: Any) -> bytes:
    made = _compiler().compile(input=str(_TEMPLATES / template), sys_inputs=inputs, **asked)
    if not isinstance(made, bytes):
        raise AssertionError(f"{template} is one page, or one document")
    return made


def pdf(report: Report, fonts: Fonts) -> bytes:
    """The report as PDF. The same report gives the same bytes on a machine with the same fonts."""
    made_at = dt.datetime.combine(report.made_on, dt.time(0), dt.UTC)
    inputs = {"report": json.dumps(_document(report), ensure_ascii=False), "fonts": _fonts(fonts)}
    return _compile("report.typ", inputs, format="pdf", timestamp=made_at)


def picture(figure: Figure, fonts: Fonts) -> bytes:
    """A chart as PNG, as wide as the text of a page."""
    inputs = {"figure": json.dumps(_figure(figure), ensure_ascii=False), "fonts": _fonts(fonts)}
    return _compile("picture.typ", inputs, format="png", ppi=_PICTURE_PPI)


def pages(report: Report, fonts: Fonts) -> list[int]:
    """The page on which each heading of level 1 and 2 stands in the PDF, in order."""
    inputs = {"report": json.dumps(_document(report), ensure_ascii=False), "fonts": _fonts(fonts)}
    compiler = _compiler()
    compiler.compile(input=str(_TEMPLATES / "report.typ"), sys_inputs=inputs, format="pdf")
    return json.loads(compiler.query("<pages>", field="value", one=True))
