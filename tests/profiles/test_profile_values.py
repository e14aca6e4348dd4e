"""What a profile does to single cells."""

import csv
import datetime as dt
import unicodedata
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.landing.identifiers import check_credit_codes
from pipelines.landing.profile_values import (
    UNREADABLE,
    clean_cjk_radicals,
    convert_date,
    digest,
    extract,
    made_credit_codes,
    multiply,
    roc_date,
)
from pipelines.paths import REFERENCE


@pytest.mark.parametrize(
    "text",
    ["107年7月9日", "民國107年07月09日", "中華民國 107 年 7 月 9 日", "107/07/09", "107.7.9", "107-7-9", "1070709"],
)
def test_dates_of_the_republic(text: str) -> None:
    assert roc_date(text) == dt.date(2018, 7, 9)


@pytest.mark.parametrize("text", ["", "107年", "107/13/01", "107/02/30", "2018-07-09", "x107/07/09", "107/07/09 x"])
def test_what_is_no_date_of_the_republic(text: str) -> None:
    assert roc_date(text) is None


def test_years_of_two_digits_are_of_the_republic() -> None:
    assert roc_date("98/1/2") == dt.date(2009, 1, 2)
    assert roc_date("980102") == dt.date(2009, 1, 2)


@pytest.mark.parametrize(
    ("text", "formats", "type_name", "written"),
    [
        ("31/12/2024", ["%d/%m/%Y"], "date", "2024-12-31"),
        ("12/31/2024", ["%d/%m/%Y", "%m/%d/%Y"], "date", "2024-12-31"),
        ("31.12.24 14:05", ["%d.%m.%y %H:%M"], "datetime", "2024-12-31 14:05:00"),
        ("12/2024", ["%m/%Y"], "month", "2024-12"),
        ("113/12/31", ["roc"], "date", "2024-12-31"),
        ("2024年12月31日", ["roc", "contract"], "date", "2024年12月31日"),
    ],
)
def test_dates_come_out_as_the_contract_reads_them(text: str, formats: list[str], type_name: str, written: str) -> None:
    assert convert_date(text, formats, type_name, None) == written


def test_a_date_in_another_form_is_not_read_as_something_else() -> None:
    # 20240530 is no day and month of the form below, but the contract would read it: day and month would change places.
    assert convert_date("20240530", ["%Y%d%m"], "date", None) == UNREADABLE + "20240530"


@pytest.mark.parametrize(("day", "year"), [("2022-03-31", "2021"), ("2022-04-01", "2022"), ("2023-01-15", "2022")])
def test_a_fiscal_year_begins_in_its_month(day: str, year: str) -> None:
    assert convert_date(day, ["%Y-%m-%d"], "integer", 4) == year


@pytest.mark.parametrize(
    ("text", "factor", "product"),
    [
        ("1.5", "10000", "15000"),
        ("1,234.56", "10000", "12345600"),
        ("-0.003", "10000", "-30"),
        ("¥12元", "10000", "120000"),
        ("90", "1/60", "1.5"),
        ("1e2", "10", "1000"),
    ],
)
def test_factors(text: str, factor: str, product: str) -> None:
    assert float(multiply(text, Fraction(factor))) == float(product)
    assert "e" not in multiply(text, Fraction(factor)).lower()


@pytest.mark.parametrize("text", ["twelve", "1,23", "12 万", "nan", "inf", "--1"])
def test_what_is_no_number_is_marked(text: str) -> None:
    assert multiply(text, Fraction(10)) == UNREADABLE + text


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_factors_are_exact(number: object) -> None:
    assert Fraction(multiply(str(number), Fraction(10000))) == Fraction(str(number)) * 10000


def test_groups_of_a_pattern() -> None:
    assert extract("16MAY-12JUN 2022-05-25", r"^(\d+[A-Z]+)-\S+ (\d{4})") == "16MAY 2022"
    assert extract("nothing", r"(\d)") is None
    assert extract("ab", r"(x)?ab") == ""


def test_the_table_of_radicals_is_complete() -> None:
    with (REFERENCE / "cjk_radicals.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    block = {code for code in range(0x2E80, 0x2EF4) if unicodedata.name(chr(code), "")}
    assert {int(row["radical"], 16) for row in rows} == block
    assert [row["radical"] for row in rows if not row["ideograph"]] == ["2E80"], "a mark of repetition is no character"
    for row in rows:
        assert row["radical_shown"] == chr(int(row["radical"], 16))
        if row["ideograph"]:
            assert unicodedata.name(row["ideograph_shown"]).startswith("CJK UNIFIED IDEOGRAPH")
            assert row["ideograph_shown"] == chr(int(row["ideograph"], 16))


def test_radicals_agree_with_unicode_where_it_folds_them() -> None:
    # Two of the block have a compatibility decomposition of their own.
    folded = [chr(code) for code in range(0x2E80, 0x2EF4) if unicodedata.normalize("NFKC", chr(code)) != chr(code)]
    assert folded == ["⺟", "⻳"]
    assert [clean_cjk_radicals(one) for one in folded] == [unicodedata.normalize("NFKC", one) for one in folded]


def test_radicals_become_characters() -> None:
    assert clean_cjk_radicals("⻑期照顧 中華⺠國 江⻄") == "長期照顧 中華民國 江西"
    assert clean_cjk_radicals("长期照护") == "长期照护"


@given(st.lists(st.text(max_size=8), min_size=1, max_size=3), st.integers(1, 9))
def test_made_codes_pass_the_check_of_the_contract(cells: list[str], occurrence: int) -> None:
    codes = made_credit_codes([digest(cells, occurrence)], "150300")
    assert codes[0].startswith("Y9150300")
    values, wrong, malformed = check_credit_codes(codes)
    assert (values[0], wrong[0], malformed[0]) == (codes[0], False, False)


def test_occurrences_and_cells_make_different_keys() -> None:
    assert len({digest(["a", "b"], 1), digest(["a", "b"], 2), digest(["ab", ""], 1), digest(["a"], 1)}) == 4
