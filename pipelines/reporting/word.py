"""A report as a Word document in the form of GB/T 9704: A4, its margins, fonts by name, lines 28 points apart, page numbers
between dashes, contents, headings of tables repeated. What it says is the content's alone."""

import datetime as dt
import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph as WordParagraph

from pipelines.reporting.archives import timeless
from pipelines.reporting.content import (
    TEXT_WIDTH,
    Figure,
    Heading,
    Paragraph,
    Report,
    Table,
    has_long_code,
    shown,
    widths,
)
from pipelines.reporting.fonts import ALTERNATIVES, BODY, HEAD, LATIN, SECOND, TITLE

Picture = Callable[[Figure], bytes]
# With labels of three lines fifteen bars fill most of a page.
_BARS_OF_A_PICTURE = 15
_INDENT_CHARACTERS = 200  # hundredths of a character: two of them
_GREY = RGBColor(0x6E, 0x6E, 0x6E)


def _element(tag: str, /, **attributes: str) -> Any:
    made = OxmlElement(tag)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def _set_fonts(properties: Any, chinese: str) -> None:
    """Fonts of a run or a style. The hint makes quotation marks Chinese, which stand in both kinds of fonts."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is not None:
        properties.remove(fonts)
    named = _element("w:rFonts", hint="eastAsia", ascii=LATIN, hAnsi=LATIN, cs=LATIN, eastAsia=chinese)
    properties.insert(0, named)


def _styled(paragraph: WordParagraph, style: str) -> WordParagraph:
    """Give a paragraph a style by its id; by its name the library would search all styles each time."""
    paragraph._p.style = _id_of(style)
    return paragraph


def _id_of(style: str) -> str:
    return style.replace(" ", "")


def _add(document: WordDocument, style: str, text: str = "") -> WordParagraph:
    return _styled(document.add_paragraph(text), style)


def _style(
    document: WordDocument,
    name: str,
    chinese: str,
    size: float,
    *,
    bold: bool = False,
    line: float = 28,
    indent: bool = False,
    centred: bool = False,
    keeps: bool = False,
) -> Any:
    """A paragraph style; `line` is the fixed distance of lines in points, 0 for single spacing."""
    styles = document.styles
    is_known = name in styles
    is_contents = name.startswith("toc ")
    style: Any = styles[name] if is_known else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=is_contents)
    if style.style_id != _id_of(name):
        raise AssertionError(f"the style {name} has the id {style.style_id}")
    style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    _set_fonts(style.element.get_or_add_rPr(), chinese)
    form = style.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule = WD_LINE_SPACING.EXACTLY if line else WD_LINE_SPACING.SINGLE
    if line:
        form.line_spacing = Pt(line)
    form.keep_with_next, form.keep_together, form.widow_control = keeps, keeps, True
    form.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else None
    if indent:
        form.first_line_indent = Pt(size * 2)
        style.element.pPr.ind.set(qn("w:firstLineChars"), f"{_INDENT_CHARACTERS}")
    return style


def _styles(document: WordDocument, *, is_chinese: bool) -> None:
    _style(document, "Normal", BODY, 16, indent=False)
    _style(document, "Report Text", BODY, 16, indent=is_chinese)
    # Latin letters know no second typeface here: English headings are bold.
    heavy = not is_chinese
    _style(document, "Heading 1", HEAD, 16, bold=heavy, indent=is_chinese, keeps=True)
    _style(document, "Heading 2", SECOND, 16, bold=heavy, indent=is_chinese, keeps=True)
    _style(document, "Heading 3", BODY, 16, bold=True, indent=is_chinese, keeps=True)
    _style(document, "Title", TITLE, 22, line=36, centred=True)
    _style(document, "Subtitle", SECOND, 16, centred=True)
    _style(document, "Cover Fact", BODY, 14, line=24)
    _style(document, "Contents Title", TITLE, 22, line=36, centred=True)
    _style(document, "toc 1", HEAD, 14, line=26)
    _style(document, "toc 2", BODY, 14, line=26)
    _style(document, "Caption", HEAD, 12, line=20, centred=True, keeps=True)
    _style(document, "Figure Caption", HEAD, 12, line=28, centred=True)
    _style(document, "Picture", BODY, 10.5, line=0, centred=True, keeps=True)
    _style(document, "Table Text", BODY, 10.5, line=16)
    _style(document, "Table Head", HEAD, 10.5, bold=heavy, line=14, centred=True)
    _style(document, "Table Note", BODY, 9, line=14)
    _style(document, "Footer", "宋体", 14, line=0)
    # The template underlines the title and gives the contents no level.
    border = document.styles["Title"].element.get_or_add_pPr().find(qn("w:pBdr"))
    if border is not None:
        border.getparent().remove(border)


def _font_table(document: WordDocument) -> None:
    """Say which font stands in where one is not installed."""
    rows = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/><w:family w:val="auto"/>'
        f'<w:pitch w:val="variable"/></w:font>'
        for name, other in ALTERNATIVES.items()
    )
    package = document.part.package
    for part in package.iter_parts() if package else ():
        if str(part.partname) == "/word/fontTable.xml":
            text = part.blob.decode("utf-8")
            part._blob = text.replace("</w:fonts>", f"{rows}</w:fonts>").encode("utf-8")


def _language(document: WordDocument) -> None:
    """Say that the Chinese is of the mainland: a reader without the named fonts chooses glyphs by it."""
    for tag, part in (("w:lang", document.styles.element), ("w:themeFontLang", document.settings.element)):
        for made in part.iter(qn(tag)):
            made.set(qn("w:eastAsia"), "zh-CN")


def _field(paragraph: WordParagraph, instruction: str, result: str) -> None:
    """A field with the result that is shown until it is brought up to date."""
    for kind, text in (("begin", ""), ("", instruction), ("separate", ""), ("result", result), ("end", "")):
        run = paragraph.add_run(text if kind == "result" else "")
        if kind == "":
            made = _element("w:instrText")
            made.set(qn("xml:space"), "preserve")
            made.text = f" {text} "
            run._r.append(made)
        elif kind != "result":
            run._r.append(_element("w:fldChar", fldCharType=kind))


def _page(section: Section) -> None:
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(18)


def _footer(section: Section, mark: str) -> None:
    """Page numbers outside, one character from the edge, and the mark of the publication below."""
    for footer, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        footer.is_linked_to_previous = False
        number = _styled(footer.paragraphs[0], "Footer")
        number.alignment = side
        number.paragraph_format.left_indent = number.paragraph_format.right_indent = Pt(14)
        number.add_run("— ")
        _field(number, "PAGE", "1")
        number.add_run(" —")
        below = _styled(footer.add_paragraph(), "Footer")
        below.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = below.add_run(mark)
        run.font.size, run.font.color.rgb = Pt(8), _GREY


def _columns(table: Any, of_columns: Sequence[float]) -> None:
    table.autofit = False
    for made, width in zip(table.columns, of_columns, strict=True):
        made.width = Mm(width)
    margins = _element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(_element(f"w:{side}", w="45", type="dxa"))
    table._tbl.tblPr.append(margins)


def _cover(document: WordDocument, report: Report) -> None:
    title = _add(document, "Title", report.title)
    title.paragraph_format.space_before = Mm(38)
    subtitle = _add(document, "Subtitle", report.subtitle)
    subtitle.paragraph_format.space_before, subtitle.paragraph_format.space_after = Mm(8), Mm(70)
    of_columns = (30, TEXT_WIDTH - 30)
    table = document.add_table(len(report.facts), 2)
    _columns(table, of_columns)
    for fact, row in zip(report.facts, table.rows, strict=True):
        for cell, text, width, font in zip(row.cells, fact, of_columns, (HEAD, BODY), strict=True):
            cell.width = Mm(width)
            paragraph = _styled(cell.paragraphs[0], "Cover Fact")
            _set_fonts(paragraph.add_run(text)._r.get_or_add_rPr(), font)


def _contents(document: WordDocument, report: Report, pages: Sequence[int]) -> None:
    """Real entries inside a contents field: they can be read as they are and brought up to date."""
    _add(document, "Contents Title", report.contents).paragraph_format.page_break_before = True
    headings = [block for block in report.blocks if isinstance(block, Heading) and block.level < 3]
    last = len(headings) - 1
    for place, (heading, page) in enumerate(zip(headings, pages, strict=True)):
        entry = _add(document, f"toc {heading.level}")
        entry.paragraph_format.tab_stops.add_tab_stop(
            Mm(TEXT_WIDTH), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS
        )  # fmt: skip
        if heading.level == 2:
            entry.paragraph_format.left_indent = Pt(28)
        if place == 0:
            for kind in ("begin", "", "separate"):
                run = entry.add_run()
                if kind:
                    run._r.append(_element("w:fldChar", fldCharType=kind))
                else:
                    made = _element("w:instrText")
                    made.set(qn("xml:space"), "preserve")
                    made.text = ' TOC \\o "1-2" \\h \\z \\u '
                    run._r.append(made)
        link = _element("w:hyperlink", anchor=_bookmark(place), history="1")
        entry._p.append(link)
        run = entry.add_run(heading.text)
        link.append(run._r)
        run = entry.add_run()
        run.add_tab()
        link.append(run._r)
        before = len(entry._p)
        _field(entry, f"PAGEREF {_bookmark(place)} \\h", f"{page}")
        for made in list(entry._p)[before:]:
            link.append(made)
        if place == last:
            entry.add_run()._r.append(_element("w:fldChar", fldCharType="end"))


def _bookmark(place: int) -> str:
    return f"_Toc{place + 1:08d}"


def _heading(document: WordDocument, block: Heading, place: int | None) -> None:
    paragraph = _add(document, f"Heading {block.level}")
    run = paragraph.add_run(block.text)
    if place is not None:
        run._r.addprevious(_element("w:bookmarkStart", id=f"{place}", name=_bookmark(place)))
        run._r.addnext(_element("w:bookmarkEnd", id=f"{place}"))


def _paragraph(document: WordDocument, block: Paragraph, *, is_heavy: bool) -> None:
    paragraph = _add(document, "Report Text")
    paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if has_long_code(block.text) else WD_ALIGN_PARAGRAPH.JUSTIFY
    if block.lead:
        lead = paragraph.add_run(block.lead)
        lead.bold = True if is_heavy else None
        _set_fonts(lead._r.get_or_add_rPr(), HEAD)
    paragraph.add_run(block.text)


def _fill(cell: _Cell, text: str, style: str, width: float, *, is_number: bool) -> None:
    cell.width = Mm(width)
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = _styled(cell.paragraphs[0], style)
    if is_number:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    paragraph.add_run(text)


def _table(document: WordDocument, block: Table) -> None:
    _add(document, "Caption", block.caption)
    table = document.add_table(0, len(block.columns), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    of_columns = widths(block)
    _columns(table, of_columns)
    rows: list[tuple[list[str], str]] = [([column.title for column in block.columns], "Table Head")]
    rows += [
        ([shown(cell, column.kind) for cell, column in zip(row, block.columns, strict=True)], "Table Text")
        for row in block.rows
    ]
    for texts, style in rows:
        row = table.add_row()
        properties = row._tr.get_or_add_trPr()
        properties.append(_element("w:cantSplit"))
        if style == "Table Head":
            properties.append(_element("w:tblHeader"))
        cells = row.cells
        for place, text in enumerate(texts):
            is_number = style == "Table Text" and block.columns[place].kind not in {"text", "day"}
            _fill(cells[place], text, style, of_columns[place], is_number=is_number)
    # The heading row stays with the first row below it.
    for paragraph in (paragraph for cell in table.rows[0].cells for paragraph in cell.paragraphs):
        paragraph.paragraph_format.keep_with_next = True
    _add(document, "Table Note", block.note)


def _figure(document: WordDocument, block: Figure, picture: Picture) -> None:
    """A chart over its caption; one of many bars as several pictures, since none goes on over the end of a page."""
    for first in range(0, len(block.bars), _BARS_OF_A_PICTURE):
        part = replace(block, bars=block.bars[first : first + _BARS_OF_A_PICTURE])
        paragraph = _add(document, "Picture")
        paragraph.paragraph_format.keep_with_next = first + _BARS_OF_A_PICTURE >= len(block.bars)
        drawn = paragraph.add_run().add_picture(io.BytesIO(picture(part)), width=Mm(TEXT_WIDTH))
        drawn._inline.docPr.set("descr", block.caption)
    _add(document, "Figure Caption", block.caption)


def _properties(document: WordDocument, report: Report) -> None:
    made_on = dt.datetime.combine(report.made_on, dt.time(0))
    core = document.core_properties
    core.title, core.subject, core.comments = report.title, report.subtitle, report.mark
    core.author = core.last_modified_by = core.keywords = ""
    core.language = "zh-CN" if report.language == "zh" else "en-GB"
    core.created = core.modified = made_on
    core.revision = 1


def word(report: Report, picture: Picture, pages: Sequence[int]) -> bytes:
    """The report as a Word document.

    picture: draws a chart. pages: where the headings of the contents stand, as long as Word has not counted for itself.
    """
    document = Document()
    _properties(document, report)
    _styles(document, is_chinese=report.language == "zh")
    _font_table(document)
    _language(document)
    document.settings.odd_and_even_pages_header_footer = True
    # Word counts pages for itself when it opens the document.
    document.settings.element.append(_element("w:updateFields", val="true"))
    _page(document.sections[0])
    if report.has_cover:
        _cover(document, report)
        _contents(document, report, pages)
        body = document.add_section(WD_SECTION.NEW_PAGE)
        _page(body)
    else:
        body = document.sections[0]
        _add(document, "Title", report.title)
        _add(document, "Subtitle", report.subtitle)
    _footer(body, report.mark)
    body._sectPr.find(qn("w:pgMar")).addnext(_element("w:pgNumType", start="1"))
    place = 0
    for block in report.blocks:
        match block:
            case Heading():
                _heading(document, block, place if block.level < 3 else None)
                place += block.level < 3
            case Paragraph():
                _paragraph(document, block, is_heavy=report.language == "en")
            case Table():
                _table(document, block)
            case Figure():
                _figure(document, block, picture)
    packed = io.BytesIO()
    document.save(packed)
    return timeless(packed.getvalue())
