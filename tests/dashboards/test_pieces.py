"""The app's pieces as functions: texts, formats, charts, exports, queries."""

import datetime as dt
import io
import json
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import python_calamine as calamine

from dashboards import queries
from dashboards.columns import forms
from dashboards.exports import workbook
from dashboards.formats import figure, median, share, wan, yuan
from dashboards.limits import app_limit, parameters
from dashboards.places import labelled, place_name
from dashboards.queries import Publication, Reader, Scope
from dashboards.queries.funds import fund_usage
from dashboards.texts import Words, catalogue
from pipelines.contracts import code_lists
from pipelines.divisions import load_divisions
from pipelines.spreadsheets import defused

PUBLICATION = Publication("", "000001-20250630-abc", "2025-06-30", "f" * 64)


def test_both_languages_have_the_same_texts() -> None:
    assert catalogue("zh").keys() == catalogue("en").keys()
    fields = {key: text.count("{") for key, text in catalogue("zh").items()}
    assert fields == {key: text.count("{") for key, text in catalogue("en").items()}


def test_the_chinese_texts_have_no_stray_english() -> None:
    allowed = {"xlsx", "Word", "oversight", "run", "m2"}
    for key, text in catalogue("zh").items():
        if key.startswith(("state_", "unit ")):
            continue
        plain = text.replace("{", " {").replace("}", "} ")
        words = [word for word in plain.split() if word.isascii() and word.isalpha()]
        assert set(words) <= allowed, key


def test_numbers_are_written_as_users_write_them() -> None:
    assert (wan(Decimal("12345678.90")), yuan(1234.5), share(0.1234), wan(None)) == (
        "1,234.57",
        "1,234.50",
        "12.3%",
        "",
    )
    assert (median([3, 1, 2]), median([1, 2]), median([])) == (2, 1.5, None)


def test_figures_of_a_column_are_written_to_the_same_place() -> None:
    shown = pl.DataFrame(
        {
            "年度": [2024, 2025],
            "常住人口": [9_999, 1_234_567],
            "总分": [90.0, 92.8],
            "人均": [0.1397, 0.25],
            "预算（万元）": [1.0, None],
            "Amount (yuan)": [-480.0, 1.5],
            "日期": [dt.date(2025, 3, 31)] * 2,
            "名称": ["甲", "乙"],
            "空": pl.Series([None, None], dtype=pl.Float64),
        }
    )
    told = {name: form["type_config"]["format"] for name, form in forms(shown).items()}
    assert told == {
        "年度": "%d",
        "常住人口": "%,d",
        "总分": "%.1f",
        "人均": "%.4f",
        "预算（万元）": "%,.2f",
        "Amount (yuan)": "%,.2f",
        "日期": "YYYY-MM-DD",
        "空": "%.0f",
    }
    assert forms(shown, {"总分": "given"})["总分"] == "given"


def test_a_figure_is_written_in_its_unit() -> None:
    assert (figure(1743.5, "yuan"), figure(Decimal("30.00"), "days"), figure(None, "yuan")) == ("1,743.50", "30", "")


def test_places_have_names_and_unknown_codes_stay_codes() -> None:
    assert place_name("150302") == "乌海市海勃湾区"
    assert labelled("371002") == "威海市环翠区 371002"
    assert labelled("999999") == "999999"


def test_codes_have_labels_in_both_languages() -> None:
    assert Words("zh").code("programme", "meal_subsidy") == code_lists()["programme"]["meal_subsidy"].label_zh
    assert Words("en").code("programme", None) == "not stated"
    assert Words("zh").code("programme", "a new code") == "a new code"


def test_limits_have_article_quotation_and_days() -> None:
    first = parameters(("A01",))[0]
    assert (first.value, first.basis, first.valid_from) == ("20", "text", "2017-01-18")
    assert "每百户不少于二十平方米" in first.quote
    assert app_limit("few_visits", "2025-06-30") == 200
    with pytest.raises(KeyError):
        app_limit("few_visits", "1999-01-01")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1"])
def test_text_that_looks_like_a_formula_is_defused(text: str) -> None:
    assert defused(text) == f"'{text}"


def test_an_export_says_its_filters_and_keeps_numbers_as_numbers() -> None:
    table = pl.DataFrame(
        {"名称": ["=cmd|x", "甲"], "金额": [Decimal("1.50"), None], "日期": [dt.date(2025, 3, 31)] * 2, "n": [1, 2]}
    )
    data = workbook(table, "资金", {"地区": "威海市 371000"}, PUBLICATION, Words("zh"))
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    about, rows = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    assert [row[1] for row in about][1:4] == ["威海市 371000", "2025-06-30", "000001-20250630-abc"]
    assert rows[1] == ["'=cmd|x", 1.5, dt.date(2025, 3, 31), 1.0]


def test_no_character_of_an_export_is_lost() -> None:
    labels = [entry.label_zh for entries in code_lists().values() for entry in entries.values()]
    rare = ["𠮷野家", "㐂", "⺟⼥", "王\u3000某", "é·–—…", "鿫䶮"]
    texts = [*labels, *(place_name(code) for code in load_divisions()), *rare]
    table = pl.DataFrame({"名称": texts})
    data = workbook(table, "𠮷 资金", {"地区": "㐂"}, PUBLICATION, Words("zh"))
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    about, rows = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    assert [row[0] for row in rows[1:]] == texts
    assert [row[1] for row in about][:2] == ["𠮷 资金", "㐂"]


@pytest.fixture
def publication(tmp_path: Path) -> Publication:
    folder = tmp_path / "published" / "000001-20250630-abc"
    folder.mkdir(parents=True)
    money = pl.Decimal(18, 2)
    usage = pl.DataFrame(
        {
            "division_code": ["371002", "371081", "140502"],
            "fiscal_year": [2025, 2025, 2024],
            "programme": ["purchased_service", None, "purchased_service"],
            "fund_source": ["municipal", None, "county"],
            **{name: pl.Series([1, 2, 3]).cast(money) for name in ("budget", "paid", "refunded")},
            **{name: pl.Series([0, 0, 0]).cast(money) for name in ("allocated_in", "received_in", "passed_on")},
        }
    )
    usage.write_parquet(folder / "fund_usage.parquet")
    manifest = {"run": folder.name, "as_of": "2025-06-30", "fingerprint": "f"}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "published" / "current").write_text(folder.name)
    found = queries.current(tmp_path)
    assert found is not None
    return found


def test_a_place_holds_everything_under_it(publication: Publication) -> None:
    assert fund_usage(Reader(publication), Scope("371000")).height == 2
    assert fund_usage(Reader(publication), Scope("371002")).height == 1
    assert fund_usage(Reader(publication), Scope(None, 2024))["division_code"].to_list() == ["140502"]
    assert fund_usage(Reader(publication), Scope()).height == 3


@pytest.mark.parametrize("hostile", ["' or 1=1 --", "3710%", "'; drop view fund_usage; --", "\0"])
def test_hostile_values_find_nothing(publication: Publication, hostile: str) -> None:
    assert fund_usage(Reader(publication), Scope(hostile)).height == 0


def test_without_a_publication_there_is_none(tmp_path: Path) -> None:
    assert queries.current(tmp_path) is None
