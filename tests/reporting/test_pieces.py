"""The pieces of reports: periods, words, fonts, writers. None of them needs a publication."""

import datetime as dt
import io
import re
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
import polars as pl
import pytest
import python_calamine as calamine
from docx.oxml.ns import qn

from pipelines.exposure import exposures
from pipelines.reporting import commands, typesetting, workbooks
from pipelines.reporting.archives import timeless
from pipelines.reporting.content import (
    TEXT_WIDTH,
    Annex,
    Bar,
    Column,
    Figure,
    Heading,
    Language,
    Paragraph,
    Report,
    Table,
    clean,
    shown,
    widths,
)
from pipelines.reporting.fonts import NoChineseFont, choose, installed
from pipelines.reporting.periods import Period, read_period
from pipelines.reporting.problems import ReportProblem
from pipelines.reporting.word import word
from pipelines.reporting.wording import Words, catalogue, chinese_number
from tests.reporting.glyphs import without_glyph


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025", "2025-01-01", "2025-12-31"),
        ("2025Q1", "2025-01-01", "2025-03-31"),
        ("2024-Q4", "2024-10-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2024-12", "2024-12-01", "2024-12-31"),
        ("2024-11..2025-02", "2024-11-01", "2025-02-28"),
        ("2024..2025Q2", "2024-01-01", "2025-06-30"),
        ("9999", "9999-01-01", "9999-12-31"),
    ],
)
def test_periods(text: str, first: str, last: str) -> None:
    assert read_period(text) == Period(dt.date.fromisoformat(first), dt.date.fromisoformat(last))


@pytest.mark.parametrize(
    "text", ["", "25", "2025-13", "2025-00", "2025Q5", "2025-1", "2025-01..", "0000", "2025..2024"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ReportProblem):
        read_period(text)


def test_a_period_is_cut_to_what_was_judged() -> None:
    judged = (dt.date(2025, 1, 1), dt.date(2025, 6, 30))
    assert read_period("2025").within(*judged) == Period(*judged)
    assert read_period("2025-03").within(*judged) == read_period("2025-03")
    with pytest.raises(ReportProblem, match="nothing of 2024-01-01 to 2024-12-31"):
        read_period("2024").within(*judged)


def test_numbers_before_chinese_headings() -> None:
    assert [chinese_number(number) for number in (1, 9, 10, 11, 20, 21)] == ["一", "九", "十", "十一", "二十", "二十一"]


def test_text_from_outside_has_nothing_that_no_page_can_show() -> None:
    assert clean("a\x00b\x1b[1m\u202ec\ufffe\ud800 \u2028d") == "a b [1m c d"
    assert clean("安颐（一）=1") == "安颐（一）=1"


def test_cells_are_printed_as_users_write_them() -> None:
    assert shown(None, "yuan") == "—"
    assert shown(Decimal("1234567.8"), "yuan") == "1,234,567.80"
    assert shown(0.125, "percent") == "12.5%"
    assert shown(12.0, "number") == "12"
    assert shown(6.2833, "number") == "6.2833"
    assert shown(dt.date(2025, 6, 30), "day") == "2025-06-30"


def test_codes_may_be_broken_and_amounts_and_days_never() -> None:
    assert typesetting.breakable("期间2025-03-01，金额12,345,678.90元") == "期间2025-03-01，金额12,345,678.90元"
    code = "5f" * 32
    assert typesetting.breakable(code) != code
    assert typesetting.breakable(code).replace("\u200b", "") == code
    assert max(map(len, typesetting.breakable(code).split("\u200b"))) <= 16


# ---- texts -------------------------------------------------------------------------------------------------------


def test_both_languages_say_the_same() -> None:
    def fields(language: Language) -> dict[str, list[str]]:
        return {key: sorted(re.findall(r"{\w+}", text)) for key, text in catalogue(language).items()}

    assert fields("zh") == fields("en")


def test_the_texts_are_in_their_language() -> None:
    for key, text in catalogue("zh").items():
        words = re.findall(r"[A-Za-z]{2,}", re.sub(r"{\w+}", "", text))
        assert set(words) <= {"SHA"}, key
    for key, text in catalogue("en").items():
        assert not re.search(r"[\u3400-\u9fff]", text), key


def test_every_text_is_used() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in Path(typesetting.__file__).parent.rglob("*.py"))
    of_codes = re.compile(r"^(family|role|grade|state|level|position|column|dimension|group|series|figure)_")
    for key in catalogue("zh"):
        named = {f'"{key}"', f'"{key.removeprefix("col_")}"'}
        assert any(one in code for one in named) or of_codes.match(key), key


# ---- fonts -------------------------------------------------------------------------------------------------------


def test_the_standard_s_own_fonts_come_first() -> None:
    fonts = choose({"FangSong", "SimHei", "KaiTi", "FZXiaoBiaoSong-B05S", "Times New Roman", "Noto Serif CJK SC"})
    assert (fonts.title, fonts.body, fonts.head, fonts.second, fonts.latin) == (
        "FZXiaoBiaoSong-B05S", "FangSong", "SimHei", "KaiTi", "Times New Roman",
    )  # fmt: skip
    free = choose({"Noto Serif CJK SC", "Noto Sans CJK SC"})
    assert (free.body, free.head, free.latin) == ("Noto Serif CJK SC", "Noto Sans CJK SC", "Libertinus Serif")
    assert "Noto Sans CJK SC" in free.sentence()


def test_without_a_chinese_font_there_is_no_report_and_it_is_said_which_to_install() -> None:
    with pytest.raises(NoChineseFont, match="fonts-noto-cjk"):
        choose({"DejaVu Sans", "Liberation Serif"})


def test_every_character_of_the_texts_has_a_glyph() -> None:
    words = [*catalogue("zh").values(), *catalogue("en").values(), "—“”〔〕①③元㎡·…"]
    assert not any(without_glyph(words, installed()).values())
    assert all(without_glyph(["甲\U0010abcd"], installed()).values())


# ---- what follows ------------------------------------------------------------------------------------------------

CONSEQUENCES = pl.DataFrame(
    [
        ("w.refund", "weihai", "S01|S02", "w.a61", Decimal("1"), "退", "refund", dt.date(2017, 1, 18), None),
        ("w.half", "weihai", "S01", "w.a61", Decimal("0.5"), "罚", "half", dt.date(2017, 1, 18), dt.date(2025, 3, 1)),
        ("w.text", "weihai", "S01", "w.a58", None, "责令改正", "order", dt.date(2017, 1, 18), None),
        ("j.end", "jincheng", "S01", "j.s6", Decimal("1"), "终止", "end", dt.date(2023, 1, 1), None),
    ],
    schema={
        "consequence": pl.String, "jurisdiction": pl.String, "rules": pl.String, "requirement": pl.String,
        "factor": pl.Decimal(18, 6), "text_zh": pl.String, "text_en": pl.String, "valid_from": pl.Date,
        "valid_to": pl.Date,
    },
    orient="row",
)  # fmt: skip


def finding(**given: Any) -> dict[str, Any]:
    known = {"rule": "S01", "jurisdiction": "weihai", "judged_on": dt.date(2025, 3, 1), "amount": Decimal("100.01")}
    return {**known, **given}


def test_a_refund_and_half_of_it() -> None:
    found = exposures(finding(), "upheld", CONSEQUENCES)
    assert [(one.consequence, one.amount) for one in found] == [
        ("w.refund", Decimal("100.01")),
        ("w.half", Decimal("50.01")),
        ("w.text", None),
    ]


@pytest.mark.parametrize("verdict", [None, "not_upheld", "data_error", "checking"])
def test_nothing_follows_before_a_finding_is_upheld(verdict: str | None) -> None:
    assert exposures(finding(), verdict, CONSEQUENCES) == ()


def test_only_what_is_in_force_that_day_for_that_rule_and_place() -> None:
    def names(**given: Any) -> list[str]:
        return [one.consequence for one in exposures(finding(**given), "upheld", CONSEQUENCES)]

    assert names(judged_on=dt.date(2025, 3, 2)) == ["w.refund", "w.text"]
    assert names(judged_on=dt.date(2017, 1, 17)) == []
    assert names(rule="S02") == ["w.refund"]
    assert names(jurisdiction="jincheng") == ["j.end"]


@pytest.mark.parametrize("amount", [None, Decimal("0.00"), Decimal("-5.00")])
def test_no_amount_no_estimate(amount: Decimal | None) -> None:
    assert [one.amount for one in exposures(finding(amount=amount), "upheld", CONSEQUENCES)] == [None] * 3


# ---- writers -----------------------------------------------------------------------------------------------------

HOSTILE = [
    '=HYPERLINK("http://x","点")',
    "@SUM(A1)",
    "+1-1",
    "-2+3",
    "#set page(width: 1cm)",
    "$x^2$ *粗* _斜_ <label> @ref `code` \\ // /* */ [a] {b} ~ ---",
    '"]) #panic("x")',
    "]]></w:t>&amp;<w:p/>",
    "安" * 60,
    "A" * 120,
]


def made(texts: list[str], language: Language = "zh") -> Report:
    """A report in which each text stands everywhere."""
    blocks: list[Any] = []
    for text in texts:
        blocks += [
            Heading(1, text),
            Heading(2, text),
            Paragraph(text, "事实："),
            Table(text, (Column(text, width=3), Column("数", "yuan")), ((text, Decimal("1.50")), (None, None)), text),
            Figure(text, "bars", (Bar(text, 1, "1"),), 1),
            Figure(text, "intervals", (Bar(text, 50, "50", 40, 60),), 100),
        ]
    rows = tuple((text, 1.5, dt.date(2025, 6, 30), None) for text in texts)
    columns = (Column("名称"), Column("数", "number"), Column("日", "day"), Column("空"))
    return Report(
        language, texts[0], "（期间）", (("机构", texts[0]),), "目录", tuple(blocks), (Annex("附件", columns, rows),),
        "数据批次 1", dt.date(2025, 6, 30),
    )  # fmt: skip


def as_word(report: Report) -> bytes:
    pages = typesetting.pages(report, installed())
    return word(report, lambda figure: typesetting.picture(figure, installed()), pages)


def test_hostile_names_are_shown_as_they_are() -> None:
    names = [clean(name) for name in HOSTILE]
    report = made(names)
    assert typesetting.pdf(report, installed()).startswith(b"%PDF")
    document = docx.Document(io.BytesIO(as_word(report)))
    paragraphs = [paragraph.text for paragraph in document.paragraphs]
    for name in names:
        assert paragraphs.count(name) == 7 - (name != names[0])  # two headings, three captions, a note; the title
        assert f"事实：{name}" in paragraphs
    sheet = calamine.CalamineWorkbook.from_filelike(io.BytesIO(workbooks.workbook(report))).get_sheet_by_index(0)
    cells = [row[0] for row in sheet.to_python()[1:]]
    assert cells == [f"'{name}" if name[0] in "=@+-" else name for name in names]


def test_a_workbook_has_numbers_and_days_and_no_formula() -> None:
    packed = workbooks.workbook(made(["=1+1"]))
    sheet = calamine.CalamineWorkbook.from_filelike(io.BytesIO(packed)).get_sheet_by_index(0)
    assert sheet.to_python() == [["名称", "数", "日", "空"], ["'=1+1", 1.5, dt.date(2025, 6, 30), ""]]
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())


def test_word_has_the_form_of_the_standard() -> None:
    document = docx.Document(io.BytesIO(as_word(made(["文本"]))))
    for section in document.sections:
        margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
        assert [round(margin.mm) for margin in margins if margin is not None] == [37, 35, 28, 26]
        assert [round(size.mm) for size in (section.page_width, section.page_height) if size is not None] == [210, 297]
    fonts = {}
    for name in ("Title", "Heading 1", "Heading 2", "Heading 3", "Report Text"):
        style: Any = document.styles[name]
        named = style.element.rPr.find(qn("w:rFonts"))
        fonts[name] = named.get(qn("w:eastAsia")), named.get(qn("w:asciiTheme")), style.font.size.pt
    assert fonts == {
        "Title": ("方正小标宋简体", None, 22),
        "Heading 1": ("黑体", None, 16),
        "Heading 2": ("楷体", None, 16),
        "Heading 3": ("仿宋", None, 16),
        "Report Text": ("仿宋", None, 16),
    }
    languages = [node.get(qn("w:eastAsia")) for node in document.styles.element.iter(qn("w:lang"))]
    languages += [node.get(qn("w:eastAsia")) for node in document.settings.element.iter(qn("w:themeFontLang"))]
    assert languages == ["zh-CN"] * 2
    text: Any = document.styles["Report Text"]
    indent = text.element.pPr.find(qn("w:ind"))
    assert indent.get(qn("w:firstLineChars")) == "200"
    spacing = text.element.pPr.find(qn("w:spacing"))
    assert (spacing.get(qn("w:line")), spacing.get(qn("w:lineRule"))) == ("560", "exact")
    body: Any = document.sections[-1]
    for footer, side in ((body.footer, "right"), (body.even_page_footer, "left")):
        number: Any = footer.paragraphs[0]
        assert number.text == "— 1 —"
        assert " PAGE " in "".join(node.text or "" for node in number._p.iter(qn("w:instrText")))
        assert number._p.pPr.find(qn("w:jc")).get(qn("w:val")) == side
        assert footer.paragraphs[1].text == "数据批次 1"
    assert body._sectPr.find(qn("w:pgNumType")).get(qn("w:start")) == "1"
    assert document.sections[0].footer.paragraphs[0].text == ""


def test_word_repeats_headings_of_tables_and_breaks_no_row() -> None:
    document = docx.Document(io.BytesIO(as_word(made(["文本"]))))
    table: Any = document.tables[-1]
    marks = [(row._tr.trPr.find(qn("w:tblHeader")), row._tr.trPr.find(qn("w:cantSplit"))) for row in table.rows]
    assert [header is not None for header, _ in marks] == [True, False, False]
    assert all(whole is not None for _, whole in marks)
    widths = [cell.width.mm for cell in table.rows[0].cells if cell.width is not None]
    assert sum(widths) == pytest.approx(156, abs=0.5)


def test_a_chart_of_many_bars_is_cut_into_pictures_that_fit_a_page() -> None:
    bars = tuple(Bar("某某区某某街道居家社区养老服务中心有限公司" * 2, 50, "50", 40, 60) for _ in range(45))
    report = replace(made(["文本"]), blocks=(Figure("图1　多", "intervals", bars, 100),))
    document = docx.Document(io.BytesIO(word(report, lambda one: typesetting.picture(one, installed()), [])))
    heights = [shape.height.mm for shape in document.inline_shapes]
    assert len(heights) == 3
    assert max(heights) < 297 - 37 - 35
    assert typesetting.pdf(report, installed()).startswith(b"%PDF")


def test_contents_are_a_field_with_real_entries_that_lead_to_their_headings() -> None:
    document = docx.Document(io.BytesIO(as_word(made(["文本"]))))
    entries = [one for one in document.paragraphs if one._p.style in {"toc1", "toc2"}]
    assert [entry._p.style for entry in entries] == ["toc1", "toc2"]
    instructions = "".join(node.text or "" for entry in entries for node in entry._p.iter(qn("w:instrText")))
    assert 'TOC \\o "1-2"' in instructions
    anchors = [link.get(qn("w:anchor")) for entry in entries for link in entry._p.iter(qn("w:hyperlink"))]
    bookmarks = [node.get(qn("w:name")) for node in document.element.iter(qn("w:bookmarkStart"))]
    assert anchors == bookmarks
    kinds = [node.get(qn("w:fldCharType")) for entry in entries for node in entry._p.iter(qn("w:fldChar"))]
    assert (kinds.count("begin"), kinds.count("end")) == (3, 3)


def test_reports_without_a_cover_begin_with_their_title() -> None:
    report = made(["文本"])
    bare = replace(report, facts=())
    document = docx.Document(io.BytesIO(word(bare, lambda figure: typesetting.picture(figure, installed()), [])))
    assert document.paragraphs[0].text == "文本"
    assert len(document.sections) == 1
    assert not [one for one in document.paragraphs if one._p.style == "toc1"]


def test_the_same_report_is_the_same_bytes() -> None:
    report = made(["文本"])
    assert as_word(report) == as_word(report)
    assert typesetting.pdf(report, installed()) == typesetting.pdf(report, installed())
    assert workbooks.workbook(report) == workbooks.workbook(report)
    for packed in (as_word(report), workbooks.workbook(report)):
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    core = docx.Document(io.BytesIO(as_word(report))).core_properties
    assert (core.created, core.modified, core.author) == (
        dt.datetime(2025, 6, 30, tzinfo=dt.UTC), dt.datetime(2025, 6, 30, tzinfo=dt.UTC), "",
    )  # fmt: skip
    assert b"D:20250630" in typesetting.pdf(report, installed())
    with zipfile.ZipFile(io.BytesIO(workbooks.workbook(report))) as archive:
        assert b"2025-06-30T00:00:00Z" in archive.read("docProps/core.xml")


def test_an_archive_keeps_its_parts_and_loses_its_times() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("b", (2020, 1, 1, 0, 0, 0)), "二")
        archive.writestr(zipfile.ZipInfo("a", (2021, 1, 1, 0, 0, 0)), "一")
    with zipfile.ZipFile(io.BytesIO(timeless(packed.getvalue()))) as archive:
        assert [(entry.filename, entry.date_time[0]) for entry in archive.infolist()] == [("b", 1980), ("a", 1980)]
        assert archive.read("a").decode() == "一"


def test_files_are_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = commands.write_whole(tmp_path / "out", {"a.docx": b"1", "b.pdf": b"2"})
    assert [path.read_bytes() for path in written] == [b"1", b"2"]

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(commands.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        commands.write_whole(tmp_path / "out", {"a.docx": b"new", "b.pdf": b"new"})
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.docx", "b.pdf"]
    assert (tmp_path / "out" / "a.docx").read_bytes() == b"1"


def test_words_know_both_manners_of_numbering() -> None:
    assert (Words("zh").heading(1, 3, "评分"), Words("zh").heading(2, 2, "方法", 2)) == ("三、评分", "（二）方法")
    assert (Words("en").heading(1, 3, "Scores"), Words("en").heading(2, 2, "Method", 2)) == ("3. Scores", "2.2 Method")
    assert (Words("zh").day(dt.date(2025, 6, 3)), Words("en").day(dt.date(2025, 6, 3))) == (
        "2025年6月3日",
        "3 June 2025",
    )


# ---- tables ------------------------------------------------------------------------------------------------------


def test_no_column_is_too_narrow_for_its_numbers_or_the_words_of_its_heading() -> None:
    table = Table(
        "t",
        (
            Column("Provider", width=8),
            Column("Subsidised visits", "whole"),
            Column("Amount", "yuan"),
            Column("Day", "day"),
        ),
        (
            ("甲" * 40, 12, Decimal("12345678901.20"), dt.date(2025, 6, 30)),
            ("Management of " + "B" * 60, None, None, None),
        ),
    )
    found = widths(table)
    assert sum(found) == pytest.approx(TEXT_WIDTH, abs=1e-6)
    # 10.5 points are 3.7 mm; a digit is half of it.
    least = (len("Subsidised") * 1.85, len("12,345,678,901.20") * 1.85, len("2025-06-30") * 1.85)
    assert all(width > must for width, must in zip(found[1:], least, strict=True))
    assert 60 < found[0] < TEXT_WIDTH / 2
    narrow = Table("t", (Column("Domain", width=1), Column("Name", width=20)), (("Management", "a"),))
    assert widths(narrow)[0] > len("Management") * 1.85


def test_columns_that_have_room_are_as_wide_as_they_were_asked_for() -> None:
    table = Table("表", (Column("名称", width=3), Column("数", "whole", 1)), (("甲", 1),))
    assert widths(table) == pytest.approx((117, 39))


def test_a_table_never_runs_over_the_edge() -> None:
    table = Table("t", tuple(Column("W" * 30, "whole") for _ in range(6)), ((1,) * 6,))
    assert sum(widths(table)) == pytest.approx(TEXT_WIDTH)
    assert sum(widths(Table("t", (Column("a"), Column("b")), ()))) == pytest.approx(TEXT_WIDTH)


def test_a_line_with_a_long_code_is_not_drawn_out_to_both_margins() -> None:
    texts = ("附件为“report_weihai_20250101-20250630_zh.xlsx”。", "government-supported care", "没有代码。")
    report = replace(made(["文本"]), blocks=tuple(Paragraph(text) for text in texts))
    document = docx.Document(io.BytesIO(word(report, lambda _figure: b"", [])))
    sides = [one.alignment for one in document.paragraphs if one.text in texts]
    assert [side is not None and side.name for side in sides] == ["LEFT", "JUSTIFY", "JUSTIFY"]
