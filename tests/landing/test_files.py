"""Files as a whole: names, encodings, kinds, order, repetition, and what hostile files do (nothing)."""

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from pipelines.landing.names import parse_file_name, trimmed_division

ZHANG = "11010519491231002X"  # the standard's own example number, nobody's
HEADER = "身份证号,姓名,户籍区划,居住地,登记日期"
REGISTER = f"{HEADER}\n{ZHANG},王某,140502,140502,2020-01-01\n"


def statuses(landed: Any) -> dict[str, str]:
    return dict(landed.files.select("file", "status").iter_rows())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("visits_140500_20250430.csv", ("visits", "140500", "csv")),
        ("服务记录_140500_20250430_2.xlsx", ("visits", "140500", "xlsx")),
        ("服务 记录_140500001_20250430.TSV", ("visits", "140500001", "tsv")),
        ("fund_transfers_20250430.txt.gz", ("fund_transfers", None, "txt.gz")),
        ("visits_20250430_20250501.csv", ("visits", None, "csv")),
        ("visits_1405_20250430.csv", None),
        ("visits_140500_20250230.csv", None),
        ("visits_140500.csv", None),
        ("notes_140500_20250430.csv", None),
        ("visits_140500_20250430.xlsx.gz", None),
        ("visits_140500_20250430_a_b.csv", None),
        ("visits_140500_20250430.pdf", None),
    ],
)
def test_a_name_says_source_division_date_and_kind_or_nothing(name: str, expected: tuple[str, ...] | None) -> None:
    found = parse_file_name(name)
    assert (found and (found.source, found.division, found.kind)) == expected


@pytest.mark.parametrize(
    ("code", "trimmed"),
    [
        ("140500", "1405"),
        ("140502", "140502"),
        ("140000", "14"),
        ("140500000000", "1405"),
        ("140502001000", "140502001"),
        ("140502010", "140502010"),
        ("150610", "150610"),
        (None, None),
    ],
)
def test_divisions_are_compared_without_trailing_zeros(code: str | None, trimmed: str | None) -> None:
    assert trimmed_division(code) == trimmed


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (REGISTER.encode(), "utf-8"),
        (REGISTER.encode("utf-8-sig"), "utf-8-sig"),
        (REGISTER.encode("gb18030"), "gb18030"),
        (REGISTER.encode("gbk"), "gb18030"),
        (REGISTER.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + REGISTER.encode("utf-16-be"), "utf-16"),
    ],
)
def test_text_is_read_in_every_encoding(office: Any, content: bytes, encoding: str) -> None:
    office.send("elders_140500_20250101.csv", content)
    landed = office.land()
    assert landed.files.select("status", "encoding", "rows_loaded").rows() == [("loaded", encoding, 1)]


@pytest.mark.parametrize("separator", [",", "\t", ";"])
@pytest.mark.parametrize("kind", ["csv", "tsv", "txt", "csv.gz"])
def test_delimiters_are_found_whatever_the_ending(office: Any, separator: str, kind: str) -> None:
    text = REGISTER.replace(",", separator).encode()
    office.send(f"elders_140500_20250101.{kind}", gzip.compress(text) if kind.endswith("gz") else text)
    assert office.land().files["rows_loaded"].to_list() == [1]


def test_parquet_is_numbered_from_its_first_row(office: Any) -> None:
    frame = pl.DataFrame(
        {"投诉编号": ["C1", None], "区划代码": [140502] * 2, "受理日期": [45746] * 2, "投诉对象类型": ["服务机构"] * 2}
    )
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    office.send("complaints_20250401.parquet", buffer.getvalue())
    landed = office.land()
    assert office.issues(landed, "complaints_20250401.parquet") == [(2, "complaint_id", "missing", "row")]
    assert str(office.rows(landed, "complaints")["received_on"][0]) == "2025-03-30"


def workbook(sheets: dict[str, list[list[Any]]]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for line, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(line, column, value)
    book.close()
    return buffer.getvalue()


COMPLAINT_HEADER = ["投诉编号", "区划代码", "受理日期", "投诉对象类型"]


def test_every_sheet_with_the_header_is_read_and_the_others_are_told_of(office: Any) -> None:
    office.send(
        "complaints_20250401.xlsx",
        workbook(
            {
                "说明": [["填表说明"]],
                "一季度": [["投诉一览"], [], COMPLAINT_HEADER, ["C1", 140502, 45746, "服务机构"], [" 合 计", 1]],
                "二季度": [COMPLAINT_HEADER, ["C2", "140502", "2025/4/1", "服务人员"], ["注：未含来信"]],
            }
        ),
    )
    landed = office.land()
    assert landed.files.select("rows_read", "rows_loaded", "not_data").rows() == [(2, 2, 2)]
    assert office.rows(landed, "complaints").select("_sheet", "_line").rows() == [("一季度", 4), ("二季度", 2)]
    (summary,) = landed.summaries.values()
    assert [about.sheet for about in summary.tables if not about.is_read] == ["说明"]


def test_without_any_header_the_nearest_sheet_is_set_aside_whole(office: Any) -> None:
    office.send(
        "complaints_20250401.xlsx", workbook({"甲": [["a"], ["b"]], "乙": [["投诉编号", "x"], ["C1", 2], ["C2", 3]]})
    )
    landed = office.land()
    assert landed.files.select("status", "rows_read", "rows_quarantined").rows() == [("quarantined", 2, 2)]
    missing = "division_code|received_on|target_kind"
    expected = [(2, missing, "missing_column", "row"), (3, missing, "missing_column", "row")]
    assert office.issues(landed, "complaints_20250401.xlsx") == expected


def test_the_same_content_again_changes_nothing_unless_a_snapshot_has_a_new_date(office: Any) -> None:
    office.send("elders_140500_20250101.csv", REGISTER)
    office.send("老年人台账_140500000_20250101.csv", REGISTER)
    office.send("elders_140500_20250201.csv", REGISTER)
    office.send("elders_150300_20250101.csv", REGISTER)
    visit = "浏览"
    deaths = f"身份证号,死亡日期,{visit}\n{ZHANG},2025-01-01,\n"
    office.send("deaths_20250101.csv", deaths)
    office.send("deaths_20250201.csv", deaths)
    landed = office.land()
    assert statuses(landed) == {
        "elders_140500_20250101.csv": "loaded",
        "elders_150300_20250101.csv": "loaded",
        "老年人台账_140500000_20250101.csv": "repeated",
        "elders_140500_20250201.csv": "loaded",
        "deaths_20250101.csv": "loaded",
        "deaths_20250201.csv": "repeated",
    }
    repeated = landed.files.filter(pl.col("status") == "repeated")
    assert (
        repeated.select("rows_read", "rows_loaded", "rows_duplicate", "rows_quarantined").rows() == [(1, 0, 1, 0)] * 2
    )


def test_files_that_come_later_give_the_same_as_all_at_once(new_office: Callable[[], Any]) -> None:
    names = ["elders_140500_20250301.csv", "elders_140500_20250101.csv", "b/elders_140500_20250301.csv"]
    at_once, one_by_one = new_office(), new_office()
    for name in names:
        at_once.send(name, REGISTER)
        one_by_one.send(name, REGISTER)
        one_by_one.land()
    assert one_by_one.land().files.equals(at_once.land().files)


def test_what_has_arrived_stays_when_its_file_is_taken_away(office: Any) -> None:
    path = office.send("elders_140500_20250101.csv", REGISTER)
    before = office.land()
    path.unlink()
    after = office.land()
    assert after.files.drop("is_present").equals(before.files.drop("is_present"))
    assert after.files["is_present"].to_list() == [False]


def test_an_overwritten_file_is_a_second_content_and_the_first_stays(office: Any) -> None:
    office.send("elders_140500_20250101.csv", REGISTER)
    office.land()
    office.send("elders_140500_20250101.csv", REGISTER.replace("2020-01-01", "2020-01-02"))
    landed = office.land()
    assert landed.files.select("status", "is_present", "file_order").rows() == [
        ("loaded", False, 1),
        ("loaded", True, 2),
    ]


def _bomb() -> bytes:
    return gzip.compress(b"\0" * (300 << 20))


def _wide_workbook() -> bytes:
    """A workbook whose one stray cell spans a rectangle of 17 billion cells."""
    source = io.BytesIO(workbook({"甲": [["a"]]}))
    target = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.namelist():
            data = old.read(item)
            if item.endswith("sheet1.xml"):
                stray = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                data = data.replace(b"</sheetData>", stray)
            new.writestr(item, data)
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "make", "status", "problem"),
    [
        ("elders_20250101.csv", lambda: b"", "empty", None),
        ("elders_20250101.csv", HEADER.encode, "empty", None),
        ("elders_20250101.csv", lambda: REGISTER.encode("gb18030") + b"\xff", "unreadable", "not_decodable"),
        ("elders_20250101.csv.gz", lambda: gzip.compress(REGISTER.encode())[:-9], "unreadable", "broken_archive"),
        ("elders_20250101.csv.gz", lambda: b"no archive", "unreadable", "broken_archive"),
        ("elders_20250101.csv.gz", _bomb, "unreadable", "unpacks_too_large"),
        ("elders_20250101.xlsx", lambda: b"PK\x03\x04 broken", "unreadable", "broken_workbook"),
        ("elders_20250101.xlsx", lambda: b"", "unreadable", "broken_workbook"),
        ("elders_20250101.xlsx", lambda: workbook({"甲": [["a"]]})[:-400], "unreadable", "broken_workbook"),
        ("elders_20250101.xlsx", _wide_workbook, "unreadable", "unpacks_too_large"),
        (
            "elders_20250101.xls",
            lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
            "unreadable",
            "broken_workbook",
        ),
        ("elders_20250101.parquet", lambda: b"PAR1", "unreadable", "broken_parquet"),
        ("elders_20250101.csv", lambda: b"\0" * 1000, "empty", None),
        ("readme.txt", lambda: b"hello", "unrecognised", "name_not_recognised"),
    ],
)
def test_broken_and_hostile_files_have_a_clear_status(
    office: Any, name: str, make: Callable[[], bytes], status: str, problem: str | None
) -> None:
    office.send(name, make())
    landed = office.land()
    assert landed.files.select("status", "problem").rows() == [(status, problem)]
    counts = landed.files.select("rows_read", "rows_loaded", "rows_duplicate", "rows_quarantined").row(0)
    assert counts == (0, 0, 0, 0)


def test_links_are_not_followed(office: Any, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(REGISTER)
    (office.landing / "elders_20250101.csv").symlink_to(secret)
    (office.landing / "folder").symlink_to(tmp_path)
    landed = office.land()
    assert statuses(landed) == {"elders_20250101.csv": "unreadable", "folder": "unrecognised"}


def test_a_cell_of_ten_megabytes_is_a_cell(office: Any) -> None:
    office.send("elders_20250101.csv", f"{HEADER},备注\n{ZHANG},王某,140502,140502,2020-01-01,{'长' * 3_500_000}\n")
    assert office.land().files["rows_loaded"].to_list() == [1]


def test_names_with_line_breaks_and_dots_stay_names(office: Any) -> None:
    office.send("..elders\n_20250101.csv", REGISTER)
    office.send("a/../elders_20250102.csv", REGISTER)
    assert set(statuses(office.land())) == {"..elders\n_20250101.csv", "elders_20250102.csv"}
