"""Cells to values: the forms of every type, worked out by hand, and properties over generated cells."""

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contracts import Column, Unit, units
from pipelines.landing import identifiers
from pipelines.landing.values import (
    Cells,
    Reason,
    clean,
    parse,
    parse_date,
    parse_datetime,
    parse_integer,
    parse_number,
    parse_yuan,
)


def one(kind: str, text: str | None, from_number: bool = False, unit: Unit | None = None) -> tuple[Any, str]:
    column = Column(name="c", zh=("列",), type=kind)
    numbers = pl.Series([True]) if from_number else None
    cells = Cells(clean(pl.Series([text], dtype=pl.String)), numbers, *([unit] if unit else []))
    parsed = parse(column, cells)
    value = parsed.values[0]
    return value.to_list() if isinstance(value, pl.Series) else value, Reason(parsed.reasons[0]).name


D = dt.date(2025, 3, 30)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("date", "2025-03-30", D),
        ("date", "2025/3/30", D),
        ("date", "2025.3.30", D),
        ("date", "20250330", D),
        ("date", "2025年3月30日", D),
        ("date", "45746", D),
        ("date", "２０２５－０３－３０", D),
        ("date", " 2025-03-30 00:00:00 ", D),
        ("date", "2025-03-30 0:00", D),
        ("datetime", "2025-03-30 8:05", dt.datetime(2025, 3, 30, 8, 5)),
        ("datetime", "2025/3/30T08:05:59", dt.datetime(2025, 3, 30, 8, 5, 59)),
        ("datetime", "45746.354166667", dt.datetime(2025, 3, 30, 8, 30)),
        ("month", "2025-03", D.replace(day=1)),
        ("month", "2025/3", D.replace(day=1)),
        ("month", "202503", D.replace(day=1)),
        ("month", "2025年3月", D.replace(day=1)),
        ("month", "2025-03-30", D.replace(day=1)),
        ("yuan", "¥1,234.565", Decimal("1234.57")),
        ("yuan", "￥12元", Decimal("12.00")),
        ("yuan", "-0.005", Decimal("-0.01")),
        ("integer", "12.0", 12),
        ("integer", "1,200", 1200),
        ("decimal", "36.5", 36.5),
        ("bool", "无", False),
        ("bool", "TRUE", True),
        ("division", "140502001", "140502001"),
        ("id_card", "110105491231002", "11010519491231002X"),
        ("id_card", "11010519491231002x", "11010519491231002X"),
        ("uscc", "91350100M000100Y43", "91350100M000100Y43"),
        ("code:gender", "女", "female"),
        ("code:gender", "female", "female"),
        ("code:complaint_source", "12345", "hotline"),
        ("codes:elder_category", "残疾、低保；低保", ["minimum_living", "disabled"]),
    ],
)
def test_forms_that_are_taken(kind: str, text: str, value: Any) -> None:
    assert one(kind, text) == (value, "fine")


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        ("date", "2025-02-30", "unparsable"),
        ("date", "2025-03-30 08:00", "unparsable"),
        ("date", "1234", "unparsable"),
        ("datetime", "2025-03-30", "unparsable"),
        ("datetime", "2025-03-30 24:00", "unparsable"),
        ("datetime", "2025-03-30 10:00:60", "unparsable"),
        ("month", "202513", "unparsable"),
        ("yuan", "12,34", "unparsable"),
        ("yuan", "1e5", "unparsable"),
        ("yuan", "99999999999999999", "out_of_range"),
        ("integer", "1.5", "unparsable"),
        ("integer", "9" * 30, "out_of_range"),
        ("decimal", "nan", "unparsable"),
        ("division", "1405", "unparsable"),
        ("id_card", "110105194912310021", "bad_check_digit"),
        ("id_card", "1101051949123100", "unparsable"),
        ("id_card", "110105491331002", "unparsable"),
        ("uscc", "91350100M000100Y44", "bad_check_digit"),
        ("uscc", "91350100I000100Y43", "unparsable"),
        ("code:gender", "不详", "unknown_code"),
        ("bool", "也许", "unparsable"),
        *[("text", text, "missing") for text in ("", " ", "-", "/", "无", "null", "N/A", "n/a", "－", "　", None)],
    ],
)
def test_forms_that_are_not_taken(kind: str, text: str | None, reason: str) -> None:
    assert one(kind, text) == (None, reason)


def test_an_unknown_member_is_dropped_and_the_known_stay() -> None:
    assert one("codes:elder_category", "低保;火星人") == (["minimum_living"], "unknown_code")
    assert one("codes:elder_category", "无") == ([], "missing")


def test_numbers_of_a_workbook_may_be_serial_days() -> None:
    assert one("date", "100", from_number=True) == (dt.date(1900, 4, 9), "fine")
    assert one("date", "59", from_number=True) == (dt.date(1900, 2, 28), "fine")
    assert one("date", "60", from_number=True) == (None, "unparsable")  # 29 February 1900 never was
    assert one("date", "20250330", from_number=True) == (D, "fine")
    assert one("datetime", "45746", from_number=True) == (dt.datetime(2025, 3, 30), "fine")
    assert one("datetime", "45746.999999", from_number=True) == (dt.datetime(2025, 3, 31), "fine")


@pytest.mark.parametrize(
    ("kind", "unit", "text", "value"),
    [
        ("yuan", "万元", "1.23456789", Decimal("12345.68")),
        ("yuan", "亿元", "0.5", Decimal("50000000.00")),
        ("m2", "亩", "3", 2000.0),
        ("m2", "公顷", "1.005", 10050.0),
        ("hours", "分钟", "90", 1.5),
    ],
)
def test_units_of_headers(kind: str, unit: str, text: str, value: Any) -> None:
    (factor,) = [known for known in units()[kind] if known.unit == unit]
    assert one(kind, text, unit=factor) == (value, "fine")


# ---- the fast forms agree with the definition ------------------------------------------------------------------------

digits = st.integers(0, 99).map(lambda number: str(number).zfill(2))
years = st.integers(0, 9999).map(lambda number: str(number).zfill(4))
dates = st.builds("{}{}{}{}{}".format, years, st.sampled_from("-/."), digits, st.sampled_from("-/."), digits)
times = st.builds(
    "{}{}:{}{}".format, st.sampled_from([" ", "T"]), digits, digits, st.one_of(st.just(""), digits.map(":{}".format))
)
numbers = st.from_regex(r"\A[+-]?[0-9]{0,16}(,[0-9]{3}){0,2}\.?[0-9]{0,4}\Z")
noise = st.text(alphabet="0123456789-/.: T年月日元¥,+eE", max_size=12)


def column_of(kind: str, texts: list[str]) -> list[tuple[Any, int]]:
    cells = clean(pl.Series(texts, dtype=pl.String))
    parsed = parse(Column(name="c", zh=("列",), type=kind), Cells(cells))
    return list(zip(parsed.values.to_list(), parsed.reasons.to_list(), strict=True))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(dates, st.builds("{}{}".format, dates, times), numbers, noise), min_size=1, max_size=30))
def test_a_column_is_its_cells_one_by_one(texts: list[str]) -> None:
    texts = [text for text in texts if text.strip() not in {"", "-", "/"}] or ["1"]
    plain = Unit(unit="", numerator=1, denominator=1)
    single = {
        "date": parse_date,
        "datetime": parse_datetime,
        "integer": parse_integer,
        "yuan": lambda text: parse_yuan(text, plain),
        "decimal": lambda text: parse_number(text, plain),
    }
    for kind, parser in single.items():
        expected = [parser(text.strip()) for text in texts]
        assert column_of(kind, texts) == [(value, int(reason)) for value, reason in expected], kind


def slow_id_check(first_17: str) -> str:
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(first_17, weights, strict=True)) % 11]


def slow_credit_check(first_17: str) -> str:
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(letters.index(letter) * pow(3, place, 31) for place, letter in enumerate(first_17))
    return letters[(31 - total % 31) % 31]


@given(st.lists(st.from_regex(r"\A[0-9]{17}\Z"), min_size=1, max_size=20))
def test_check_digits_of_citizens_numbers(first_17: list[str]) -> None:
    assert identifiers.id_check_characters(pl.Series(first_17)).to_list() == [slow_id_check(text) for text in first_17]


@given(st.lists(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17), min_size=1, max_size=20))
def test_check_characters_of_credit_codes(first_17: list[str]) -> None:
    found = identifiers.credit_check_characters(pl.Series(first_17)).to_list()
    assert found == [slow_credit_check(text) for text in first_17]


@given(st.lists(st.text(max_size=20), max_size=20))
def test_checking_never_fails_and_never_keeps_a_wrong_number(texts: list[str]) -> None:
    cells = clean(pl.Series(texts, dtype=pl.String))
    for check in (identifiers.check_id_cards, identifiers.check_credit_codes):
        values, wrong, malformed = check(cells)
        kept = values.is_not_null()
        assert (kept ^ (wrong | malformed)).all()
