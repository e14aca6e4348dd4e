"""Rows: what is quarantined, emptied, collapsed, and that none is ever lost."""

import csv
import gc
import io
import mmap
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.contracts import load_contracts
from pipelines.landing import text_tables

ZHANG = "11010519491231002X"
PROVIDER = "91350100M000100Y43"
VISIT_HEADER = (
    "工单号,项目,区划代码,老年人身份证号,服务人员身份证号,机构代码,服务项目,开始时间,结束时间,服务金额,补贴金额,满意度"
)


def visit(**changes: str) -> str:
    cells = {
        "id": "V1",
        "programme": "购买服务",
        "division": "140502",
        "elder": ZHANG,
        "worker": ZHANG,
        "provider": PROVIDER,
        "item": "助餐",
        "start": "2025-03-30 09:00",
        "end": "2025-03-30 10:00",
        "charged": "35",
        "subsidy": "30",
        "stars": "5",
    }
    return ",".join({**cells, **changes}.values())


def send_visits(office: Any, *rows: str, name: str = "visits_140500_20250430.csv") -> Any:
    office.send(name, "\n".join([VISIT_HEADER, *rows, ""]))
    return office.land()


@pytest.mark.parametrize(
    ("changes", "column", "reason"),
    [
        ({"id": ""}, "visit_id", "missing"),
        ({"elder": "110105194912310021"}, "elder_id", "bad_check_digit"),
        ({"item": "占卜"}, "service_item", "unknown_code"),
        ({"start": "昨天"}, "started_at", "unparsable"),
        ({"end": "2025-03-30 09:00"}, "ended_at", "wrong_order"),
        ({"subsidy": "-1"}, "subsidy_amount", "out_of_range"),
        ({"provider": "x", "item": "占卜"}, "provider_id", "unparsable"),
        ({"start": "昨天", "end": "2025-03-30 08:00"}, "started_at", "unparsable"),
        ({"stars": "5,过多"}, "", "unreadable"),
        ({"id": "", "stars": "5,过多"}, "", "unreadable"),
    ],
)
def test_a_bad_required_value_takes_the_row_for_its_first_column(
    office: Any, changes: dict[str, str], column: str, reason: str
) -> None:
    landed = send_visits(office, visit(**changes))
    assert office.issues(landed, "visits_140500_20250430.csv") == [(2, column, reason, "row")]
    assert landed.files.select("status", "rows_quarantined").rows() == [("quarantined", 1)]
    texts = pl.read_parquet(office.vault.quarantined_text(landed.files["load_id"][0]))
    assert texts["text"].to_list() == [visit(**changes)]


@pytest.mark.parametrize(("stars", "reason"), [("6", "out_of_range"), ("好", "unparsable")])
def test_a_bad_optional_value_is_emptied_and_the_row_is_loaded(office: Any, stars: str, reason: str) -> None:
    landed = send_visits(office, visit(stars=stars), visit(id="V2", stars="-"))
    assert office.issues(landed, "visits_140500_20250430.csv") == [(2, "satisfaction", reason, "cell")]
    assert office.rows(landed, "visits")["satisfaction"].to_list() == [None, None]


def test_bounds_include_their_ends(office: Any) -> None:
    landed = send_visits(office, visit(stars="1"), visit(id="V2", stars="5"), visit(id="V3", subsidy="0"))
    assert landed.files["rows_loaded"].to_list() == [3]
    assert office.issues(landed, "visits_140500_20250430.csv") == []


def test_equal_rows_are_one_row_and_different_rows_all_go(office: Any) -> None:
    landed = send_visits(
        office,
        visit(stars="6"),
        visit(stars="无"),  # equal once the bad value is emptied
        visit(id="V2"),
        visit(id="V2", start="2025/3/30 9:00"),  # equal in another form
        visit(id="V3"),
        visit(id="V3", subsidy="29"),
        visit(id="V3", subsidy="bad"),  # quarantined by itself, before keys are compared
        visit(id="V4"),
    )
    counts = landed.files.select("rows_read", "rows_loaded", "rows_duplicate", "rows_quarantined").row(0)
    assert counts == (8, 3, 2, 3)
    assert office.issues(landed, "visits_140500_20250430.csv") == [
        (2, "satisfaction", "out_of_range", "cell"),
        (6, "visit_id", "conflicting_duplicate", "row"),
        (7, "visit_id", "conflicting_duplicate", "row"),
        (8, "subsidy_amount", "unparsable", "row"),
    ]
    assert office.rows(landed, "visits")["_line"].to_list() == [2, 4, 9]


def test_emptied_cells_of_duplicates_and_conflicts_are_not_recorded(office: Any) -> None:
    landed = send_visits(office, visit(), visit(stars="6"), visit(id="V2", stars="7"), visit(id="V2", stars="8"))
    assert office.issues(landed, "visits_140500_20250430.csv") == [
        (2, "visit_id", "conflicting_duplicate", "row"),
        (3, "visit_id", "conflicting_duplicate", "row"),
        (4, "satisfaction", "out_of_range", "cell"),
    ]


def test_direct_identifiers_count_when_rows_are_compared(office: Any) -> None:
    register = f"身份证号,姓名,户籍区划,居住地,登记日期\n{ZHANG},王某,140502,140502,2020-01-01\n"
    office.send("elders_20250101.csv", register + f"{ZHANG},李某,140502,140502,2020-01-01\n")
    assert office.land().files["rows_quarantined"].to_list() == [2]


def test_points_below_zero_only_in_an_adjustment(office: Any) -> None:
    header = "流水号,区划代码,身份证号,类型,积分,发生时间"
    rows = [f"P{n},150603,{ZHANG},{kind},-5,2025-03-30 09:00" for n, kind in enumerate(["调整", "消费"])]
    office.send("points_20250430.csv", "\n".join([header, *rows]))
    landed = office.land()
    assert office.issues(landed, "points_20250430.csv") == [(3, "points", "out_of_range", "row")]


def test_lists_know_whether_they_are_complete(office: Any) -> None:
    header = "身份证号,户籍区划,居住地,登记日期"
    row = f"{ZHANG},140502,140502,2020-01-01"
    office.send("elders_20250101.csv", f"{header},人员类别\n{row},低保\n")
    office.send("elders_20250102.csv", f"{header},人员类别\n{row},\n")
    office.send("elders_20250103.csv", f"{header},人员类别\n{row},低保、火星人\n")
    office.send("elders_20250104.csv", f"{header}\n{row}\n")
    landed = office.land()
    found = {
        str(date): office.rows(type(landed)(landed.files.filter(pl.col("file_date") == date), {}), "elders")
        .select("categories", "categories_is_complete")
        .row(0)
        for date in landed.files["file_date"]
    }
    assert list(found.values()) == [(["minimum_living"], True), ([], True), (["minimum_living"], False), ([], False)]


def test_units_and_brackets_in_headers(office: Any) -> None:
    header = "支付编号,预算年度（年）,区划代码,收款人类型,收款人代码,支出用途,支付金额（万元）,支付日期"
    office.send("payments_20250430.csv", f"{header}\nP1,2025,140502,部门,D1,办公费,1.2,2025-03-30\n")
    office.send(
        "payments_20250501.csv", f"{header.replace('万元', '美元')}\nP1,2025,140502,部门,D1,办公费,1,2025-03-30\n"
    )
    landed = office.land()
    assert office.rows(landed, "payments")["amount"].to_list()[0] == 12000
    assert office.issues(landed, "payments_20250501.csv") == [(2, "amount", "missing_column", "row")]


def test_of_two_headers_for_one_column_the_leftmost_wins(office: Any) -> None:
    office.send("deaths_20250101.csv", f"身份证号,死亡日期,死亡日期\n{ZHANG},2025-01-01,2025-01-02\n")
    assert str(office.rows(office.land(), "deaths")["died_on"][0]) == "2025-01-01"


def test_lines_are_those_on_which_records_begin(office: Any) -> None:
    office.send(
        "deaths_20250101.csv",
        f'标题\r\n\r\n身份证号,死亡日期,"数据\n来源"\r\n{ZHANG},bad,"甲\n乙"\r\n,,\r\n合计,1,\r\n{ZHANG},bad,"未闭合\r\n{ZHANG},worse,\r\n',
    )
    assert office.issues(office.land(), "deaths_20250101.csv") == [
        (5, "died_on", "unparsable", "row"),
        (9, "", "unreadable", "row"),
        (10, "died_on", "unparsable", "row"),
    ]


# ---- nothing is ever lost ----------------------------------------------------------------------------------------------

DEATHS = load_contracts()["deaths"]
cell = st.one_of(
    st.sampled_from(
        [ZHANG, ZHANG.lower(), "110105491231002", "440308199901101512", "2025-01-01", "2025/1/2", "", "-", "合计"]
    ),
    st.text(alphabet='ab"\n\r,;\t 合计，０1\0', max_size=6),
)
table = st.lists(st.lists(cell, min_size=0, max_size=5), max_size=25)


def as_csv(rows: list[list[str]], quoting: Literal[0, 1]) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=quoting, escapechar=None)
    for row in rows:
        writer.writerow(row)
    return buffer.getvalue()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=table,
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(["utf-8", "gb18030"]),
)
def test_rows_read_are_loaded_duplicate_or_quarantined(
    new_office: Callable[[], Any], rows: list[list[str]], quoting: Literal[0, 1], encoding: str
) -> None:
    office = new_office()
    office.send("deaths_20250101.csv", as_csv([["身份证号", "死亡日期", "数据来源"], *rows], quoting).encode(encoding))
    landed = office.land()
    read, loaded, duplicate, quarantined = landed.files.select(
        "rows_read", "rows_loaded", "rows_duplicate", "rows_quarantined"
    ).row(0)
    assert read == loaded + duplicate + quarantined
    assert office.rows(landed, "deaths").height == loaded
    assert sum(level == "row" for *_, level in office.issues(landed, "deaths_20250101.csv")) == quarantined


@settings(max_examples=200, deadline=None)
@given(text=st.text(alphabet='ab",\n\r \0', max_size=60), size=st.integers(1, 80))
def test_pieces_of_any_size_give_the_records_of_the_csv_module(text: str, size: int) -> None:
    data = text.encode()
    whole = [(record.line, record.cells) for record in text_tables.records(data, ",", 0, 1)]
    pieces = []
    for block in text_tables.blocks(data, ",", 0, 1, 2, size):
        pieces += zip(block.lines.to_list(), (list(row) for row in block.cells.rows()), strict=True)
        assert len(block.raw(np.arange(block.height))) == block.height

    def filled(records: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
        cut = [(line, [cell.rstrip("\r") for cell in cells]) for line, cells in records]
        trimmed = []
        for line, cells in cut:
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                trimmed.append((line, cells))
        return trimmed

    assert filled(pieces) == filled(whole)


def test_raw_text_is_there_after_the_memory_of_a_file_was_given_back(tmp_path: Path) -> None:
    path = tmp_path / "text.csv"
    path.write_text("".join(f"{number},{'x' * 100}\n" for number in range(2_000)), encoding="utf-8")
    with path.open("rb") as file:
        text = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    found = list(text_tables.blocks(text, ",", 0, 1, 2, piece_size=3 * mmap.PAGESIZE))
    assert len(found) > 10
    assert [block.raw(np.array([0]))[0] for block in found] == [f"{block.lines[0] - 1},{'x' * 100}" for block in found]


def test_the_raw_text_of_a_part_of_a_block_holds_no_cells(tmp_path: Path) -> None:
    whole = next(text_tables.blocks(b"1,a\n,\n2,b\n", ",", 0, 1, 2))
    raw = whole.only(pl.Series([True, False, True])).raw
    watched = weakref.ref(whole)
    del whole
    gc.collect()
    assert watched() is None
    assert raw(np.array([1])) == ["2,b"]


def test_the_records_are_those_of_pythons_csv(tmp_path: Path) -> None:
    text = 'a,b\n"c\nd",e\n\n"x""y",5" z\n'
    found = [record.cells for record in text_tables.records(text.encode(), ",", 0, 1)]
    assert found == list(csv.reader(io.StringIO(text, newline="")))
