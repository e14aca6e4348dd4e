"""Blocks of raw rows under a profile."""

import datetime as dt
from typing import Any

import polars as pl
import pytest

from pipelines.landing.profiles import (
    FileState,
    Profile,
    ProfiledRows,
    ProfileMismatch,
    apply_profile,
    begin_file,
    column_letters,
    file_division,
    header_place,
    wants_sheet,
)

PAYMENTS = {
    "payment_id": {"from": "ID"},
    "fiscal_year": {"from_file": "date"},
    "division_code": {"from_file": "division"},
    "payee_kind": {"constant": "provider"},
    "payee_id": {"from": "Payee"},
    "purpose": {"constant": "service_fee"},
    "amount": {"from": "Amount"},
    "paid_on": {"from": "Paid"},
}


def profile(columns: dict[str, Any] | None = None, **more: Any) -> Profile:
    """A profile of payments with some columns changed or taken out (None)."""
    chosen = {name: rule for name, rule in {**PAYMENTS, **(columns or {})}.items() if rule is not None}
    document = {
        "name": "office",
        "title": {"zh": "办公室", "en": "Office"},
        "source": "payments",
        "files": ["*.csv"],
        "division": {"constant": "150302"},
        "date": {"constant": "2025-03-31"},
        "columns": chosen,
    }
    return Profile.model_validate({**document, **more})


def raw(*rows: tuple[str | None, ...], first_line: int = 2) -> pl.DataFrame:
    """Raw rows as the reader hands them on."""
    width = len(rows[0]) if rows else 0
    cells = {f"c{place}": pl.Series([row[place] for row in rows], dtype=pl.String) for place in range(width)}
    return pl.DataFrame(cells).with_columns(line=pl.Series(range(first_line, first_line + len(rows)), dtype=pl.Int64))


HEADERS = ["ID", "Payee", "Amount", "Paid"]


def state() -> FileState:
    return FileState("150302", dt.date(2025, 3, 31))


def cells(columns: dict[str, Any], headers: list[str], *rows: tuple[str | None, ...], name: str) -> list[str]:
    """One column of the rows under a profile with these rules."""
    return apply_profile(profile(columns), headers, raw(*rows), state()).rows[name].to_list()


def result(one: Profile, *rows: tuple[str | None, ...], at: FileState | None = None) -> ProfiledRows:
    return apply_profile(one, HEADERS, raw(*rows), at or state())


def test_columns_come_in_contract_order_as_text_with_their_lines() -> None:
    made = result(profile(), (" P1 ", "S1", "１２.5", "2025-03-01"), ("P2", "S2", "-", None))
    assert made.rows.columns == [*PAYMENTS, "line"]
    assert made.rows.rows() == [
        ("P1", "2025", "150302", "provider", "S1", "service_fee", "12.5", "2025-03-01", 2),
        ("P2", "2025", "150302", "provider", "S2", "service_fee", "", "", 3),
    ]
    assert (made.filtered_count, made.absent) == (0, ())


def test_headers_are_matched_like_everywhere_and_the_leftmost_counts() -> None:
    made = cells({}, ["id", "ＰＡＹＥＥ", "A mount", "Paid", "Amount"], ("P1", "S1", "1", "x", "2"), name="amount")
    assert made == ["1"]


def test_the_first_filled_of_several_headers() -> None:
    rule = {"payee_id": {"from": ["Payee", "Amount"], "default": "nobody"}}
    rows = (("1", "S1", "2", ""), ("2", "无", "3", ""), ("3", "N/A", "", ""))
    assert cells(rule, HEADERS, *rows, name="payee_id") == ["S1", "3", "nobody"]


def test_joined_cells_leave_out_the_empty_ones() -> None:
    rule = {"payee_id": {"from": ["Payee", "Amount", "Paid"], "how": "join", "separator": "/"}}
    rows = (("1", "a", "b", "c"), ("2", "a", "", "c"), ("3", "", "-", ""))
    assert cells(rule, HEADERS, *rows, name="payee_id") == ["a/b/c", "a/c", ""]


def test_the_strongest_of_several_cells() -> None:
    values = {"Yes": "provider", "Partly": "elder", "No": "other"}
    rule = {"payee_kind": {"from": ["Payee", "Amount"], "how": "strongest", "values": values}}
    rows = (
        ("1", "no", "YES", ""),
        ("2", "No", "Partly", ""),
        ("3", "", "No", ""),
        ("4", "", "", ""),
        ("5", "?", "", ""),
    )
    assert cells(rule, HEADERS, *rows, name="payee_kind") == ["provider", "elder", "other", "", "?"]


def test_values_that_mean_nothing_elsewhere_can_be_translated() -> None:
    rule = {"payee_kind": {"from": "Payee", "values": {"N/A": "other", "无": "elder"}, "otherwise": "department"}}
    rows = (("1", "n/a", "", ""), ("2", "无", "", ""), ("3", "x", "", ""), ("4", "", "", ""))
    assert cells(rule, HEADERS, *rows, name="payee_kind") == ["other", "elder", "department", ""]


def test_steps_take_effect_in_their_order() -> None:
    rule = {"payee_id": {"from": "Payee", "clean": ["cjk_radicals"], "pattern": r"(.*)\d", "trim": "*", "upper": True}}
    assert cells(rule, HEADERS, ("1", "*⻑a*7", "", ""), name="payee_id") == ["長A"]


def test_a_pattern_that_does_not_fit() -> None:
    rows = (("1", "no digits", "no digits", ""),)
    assert cells({"payee_id": {"from": "Payee", "pattern": r"(\d+)"}}, HEADERS, *rows, name="payee_id") == ["no digits"]
    amount = cells({"amount": {"from": "Amount", "pattern": r"(\d+)"}}, HEADERS, *rows, name="amount")
    assert amount == ["\ufffdno digits"], "a number that was not found is no number"
    emptied = {"amount": {"from": "Amount", "pattern": r"(\d+)", "otherwise": ""}}
    assert cells(emptied, HEADERS, *rows, name="amount") == [""]


def test_factors_dates_and_fiscal_years() -> None:
    rules = {
        "amount": {"from": "Amount", "factor": 10000},
        "paid_on": {"from": "Paid", "date_format": ["roc", "%d/%m/%Y"]},
        "fiscal_year": {"from": "Paid", "date_format": ["%d/%m/%Y", "roc"], "year_starts_in": 4},
    }
    made = result(profile(rules), ("1", "S", "1.5", "31/03/2025"), ("2", "S", "x", "114年4月1日"), ("3", "S", "", "x"))
    assert made.rows["amount"].to_list() == ["15000", "\ufffdx", ""]
    assert made.rows["paid_on"].to_list() == ["2025-03-31", "2025-04-01", "\ufffdx"]
    assert made.rows["fiscal_year"].to_list() == ["2024", "2025", "\ufffdx"]


def test_columns_without_their_headers_are_absent_unless_they_have_a_default() -> None:
    made = apply_profile(profile({"batch_id": {"from": "Batch"}}), HEADERS[:3], raw(("1", "S", "2")), state())
    assert set(made.absent) == {"batch_id", "paid_on"}
    assert "paid_on" not in made.rows.columns
    with_default = apply_profile(profile({"paid_on": {"from": "Paid", "default": "2025-01-01"}}), HEADERS[:3],
                                 raw(("1", "S", "2")), state())  # fmt: skip
    assert with_default.rows["paid_on"].to_list() == ["2025-01-01"]


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        ({"all": [{"column": "Payee", "equals": "b"}]}, [3]),
        ({"all": [{"column": "Payee", "in": ["a", "b"]}]}, [2, 3]),
        ({"all": [{"column": "Payee", "not_in": ["a", ""]}]}, [3, 4, 5]),
        ({"all": [{"column": "Payee", "matches": "^[bc]"}]}, [3, 4]),
        ({"all": [{"column": "Payee", "contains": "c."}]}, [4]),
        ({"all": [{"column": "Payee", "filled": True}]}, [2, 3, 4]),
        ({"all": [{"column": "Payee", "filled": False}]}, [5, 6]),
        ({"all": [{"column": "Payee", "filled": True}, {"column": "Amount", "equals": "1"}]}, [2, 4]),
        ({"any": [{"column": "Payee", "equals": "a"}, {"column": "Amount", "equals": "2"}]}, [2, 3]),
        (
            {"all": [{"column": "Amount", "equals": "1"}], "any": [{"column": "Payee", "in": ["b", "a"]}]},
            [2],
        ),
    ],
)
def test_rows_that_are_not_data_are_told_by_their_lines(rows: dict[str, Any], kept: list[int]) -> None:
    made = result(
        profile(rows=rows),
        ("1", "a", "1", ""), ("2", "b", "2", ""), ("3", "c.d", "1", ""), ("4", "无", "1", ""), ("5", None, "1", ""),
    )  # fmt: skip
    assert made.rows["line"].to_list() == kept
    assert sorted(made.rows["line"].to_list() + made.filtered.to_list()) == [2, 3, 4, 5, 6]


def test_a_block_without_rows() -> None:
    made = apply_profile(profile(rows={"any": [{"column": "ID", "filled": True}]}), HEADERS, raw().with_columns(
        **{f"c{place}": pl.Series([], dtype=pl.String) for place in range(4)}), state())  # fmt: skip
    assert (made.rows.height, made.filtered_count) == (0, 0)


def keyed(**key: Any) -> Profile:
    return profile({"payment_id": None}, key={"column": "payment_id", **key})


def test_rows_that_are_the_same_get_keys_of_their_own() -> None:
    one = keyed(**{"from": ["Payee", "Amount"], "prefix": "x-"})
    made = result(one, ("1", "S", "5", "a"), ("2", "S", "5", "b"), ("3", "S", "6", "c"))
    keys = made.rows["payment_id"].to_list()
    assert len(set(keys)) == 3
    assert all(key.startswith("x-") and len(key) == 26 for key in keys)


def test_occurrences_are_counted_on_from_block_to_block_and_begin_anew_in_each_file() -> None:
    one, file = keyed(**{"from": "all"}), state()
    row = ("1", "S", "5", "a")
    first = result(one, row, at=file).rows["payment_id"][0]
    second = result(one, row, at=file).rows["payment_id"][0]
    both = result(one, row, row).rows["payment_id"].to_list()
    assert both == [first, second]
    assert first != second


def test_a_key_does_not_depend_on_how_its_cells_are_written() -> None:
    one = keyed(**{"from": ["Payee"]})
    assert (
        result(one, ("1", "⻑Ａ ", "", "")).rows["payment_id"][0]
        == result(one, ("1", "長A", "", "")).rows["payment_id"][0]
    )


def test_a_table_without_the_headers_of_key_or_filter_does_not_fit() -> None:
    one = keyed(**{"from": ["Payee", "Branch"]})
    with pytest.raises(ProfileMismatch, match="Branch") as caught:
        result(one, ("1", "S", "5", "a"))
    assert caught.value.headers == ("Branch",)


def test_what_a_file_says_about_itself() -> None:
    one = profile(
        division={"pattern": r"_(\d{6})_"},
        date={"cell": "B2", "sheet": "表1", "pattern": r"(\d+年\d+月)", "format": "%Y年%m月", "end_of_month": True},
    )
    asked: list[tuple[str | None, int, int]] = []

    def read_cell(sheet: str | None, row: int, column: int) -> str:
        asked.append((sheet, row, column))
        return "报表日期：2025年2月"

    found = begin_file(one, "a/补贴_150302_x.xlsx", read_cell)
    assert (found.division, found.date) == ("150302", dt.date(2025, 2, 28))
    assert asked == [("表1", 2, 2)]
    assert file_division(one, "a/补贴_150302_x.xlsx") == "150302"


def test_a_file_that_does_not_say_what_it_should() -> None:
    by_name = profile(division={"pattern": r"_(\d{6})_"})
    with pytest.raises(ProfileMismatch, match=r"division\.pattern"):
        begin_file(by_name, "补贴.xlsx")
    dated = profile(date={"pattern": r"(\d{8})", "format": "%Y%m%d"})
    for path in ("x.csv", "x_20251301.csv"):
        with pytest.raises(ProfileMismatch, match="no date in the format"):
            begin_file(dated, path)
    in_cell = profile(date={"cell": "B2", "format": "roc"})
    with pytest.raises(ProfileMismatch, match="has no cells"):
        begin_file(in_cell, "x.csv")


TOP = [(1, ["Title"]), (3, ["ID", "Payee", "Amount", "Paid"]), (5, ["1", "S", "2", "3"])]


@pytest.mark.parametrize(
    ("header", "place"),
    [
        (None, 1),
        ({"line": 3}, 1),
        ({"line": 4}, None),
        ({"find": ["amount", "ID"]}, 1),
        ({"find": ["ID", "Branch"]}, None),
        ("none", -1),
    ],
)
def test_where_the_header_is(header: Any, place: int | None) -> None:
    assert header_place(profile(header=header), TOP) == place


def test_without_half_of_the_headers_no_line_is_the_header() -> None:
    assert header_place(profile(), [(1, ["ID", "x"]), (2, ["1", "2"])]) is None
    assert header_place(profile(), []) is None


def test_sheets_and_letters() -> None:
    one = profile(sheets=["20*年", "合并"])
    assert [wants_sheet(one, name) for name in ("2024年", "合并", "说明")] == [True, True, False]
    assert wants_sheet(profile(), "any")
    assert column_letters(28)[-3:] == ["Z", "AA", "AB"]
    columns = {
        "payment_id": {"from": "A"},
        "payee_id": {"from": "B"},
        "amount": {"from": "C"},
        "paid_on": {"from": "D"},
    }
    made = apply_profile(profile(columns, header="none"), column_letters(4), raw(("1", "S", "2", "3")), state())
    assert made.rows["paid_on"].to_list() == ["3"]
