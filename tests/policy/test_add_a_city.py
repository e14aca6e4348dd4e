"""A sixth city by rows of policy alone: docs/add-a-city.md, done step by step as it stands there."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from pipelines.demo.identifiers import id_check, uscc
from pipelines.paths import POLICY, PROJECT
from pipelines.policy import load
from pipelines.vault import Vault, demo_key
from tests.policy.pages import Session, blocks, put_rows, table, without_hashes
from tests.policy.texts import write_documents

PAGE = blocks(PROJECT / "docs" / "add-a-city.md")
COPY, CHECK, RUNS = (block for block in PAGE if block.language == "console")
ROWS = [block for block in PAGE if block.language == "csv" and block.name != "findings"]
(EXPECTED,) = (table(block.text) for block in PAGE if block.name == "findings")


def _id(birth: str, number: int) -> str:
    first17 = f"990102{birth.replace('-', '')}{number:03}"
    return first17 + id_check(first17)


PROVIDER = uscc("91", "990102", 1)
WORKER = _id("1985-05-05", 1)
PEOPLE = {"alone": _id("1950-01-15", 2), "poor": _id("1960-06-01", 3), "with_family": _id("1949-12-01", 4)}

ELDERS = [
    "身份证号,户籍区划,居住区划,居住状况,人员类别,登记日期",
    f"{PEOPLE['alone']},990102,990102,独居,,2025-01-01",
    f"{PEOPLE['poor']},990102,990103,与子女同住,低保,2025-01-01",
    f"{PEOPLE['with_family']},990102,990102,与子女同住,,2025-01-01",
]
AGREEMENTS = [
    "协议编号,身份证号,统一社会信用代码,开始日期,结束日期",
    f"A1,{PEOPLE['alone']},{PROVIDER},2025-01-01,",
    f"A2,{PEOPLE['poor']},{PROVIDER},2025-01-01,2025-04-30",
    f"A3,{PEOPLE['with_family']},{PROVIDER},2025-01-01,",
]
# Number, elder, begin, end, subsidy.
VISITS = [
    ("V1", "alone", "2025-02-28 09:00", "2025-02-28 10:00", "45"),
    ("V2", "alone", "2025-03-03 09:00", "2025-03-03 12:00", "90"),
    ("V3", "alone", "2025-03-10 09:00", "2025-03-10 12:00", "90"),
    ("V4", "alone", "2025-03-17 09:00", "2025-03-17 09:30", "15"),
    ("V5", "poor", "2025-03-04 09:00", "2025-03-04 10:00", "30.01"),
    ("V6", "poor", "2025-03-05 09:00", "2025-03-05 10:00", "31.50"),
    ("V7", "with_family", "2025-04-02 09:00", "2025-04-02 10:00", "28"),
    ("V8", "poor", "2025-05-06 09:00", "2025-05-06 10:00", "30"),
    ("V9", "alone", "2025-05-07 09:00", "2025-05-07 15:00", "180"),
]
AREAS = """小区编号,小区名称,区划代码,建设类型,户数,养老用房面积
R1,甲,990102,新建,1000,250
R2,乙,990102,新建,1000,249.99
R3,丙,990103,已建成,500,89
R4,丁,990103,已建成,500,90
"""
FACILITIES = """设施编号,设施名称,设施类型,区划代码,服务人口,建筑面积
D1,一,日间照料中心,990102,20000,400
D2,二,日间照料中心,990102,20001,700
D3,三,日间照料中心,990103,5000,399
D4,四,老年食堂,990103,5000,30
"""


def _visit(number: str, elder: str, begin: str, end: str, subsidy: str) -> str:
    who = f"{PEOPLE[elder]},{WORKER},{PROVIDER}"
    return f"{number},购买服务,990102,{who},助洁,{begin},{end},{subsidy},{subsidy}"


def _send(landing: Path) -> None:
    visits = [
        "工单号,项目,区划代码,老年人身份证号,服务人员身份证号,统一社会信用代码,服务项目,开始时间,结束时间,服务金额,补贴金额",
        *(_visit(*visit) for visit in VISITS),
    ]
    landing.mkdir()
    for name, text in {
        "elders_990100_20250301.csv": "\n".join(ELDERS),
        "agreements_990100_20250301.csv": "\n".join(AGREEMENTS),
        "visits_990100_20250630.csv": "\n".join(visits),
        "residential_areas_990100_20250630.csv": AREAS,
        "facilities_990100_20250630.csv": FACILITIES,
    }.items():
        (landing / name).write_text(text, encoding="utf-8")


def _write_documents(folder: Path) -> None:
    """The new city's text as the page shows it beside those of other cities."""
    write_documents(folder)
    (text,) = (block for block in PAGE if block.language == "text")
    (folder / text.name).write_text(text.text, encoding="utf-8")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the commands of the page print, in a folder in which they were all done."""
    session = Session(tmp_path_factory.mktemp("city"))
    _send(session.folder / "landing")
    _write_documents(session.folder / "documents")
    session.type_in(COPY)
    for block in ROWS:
        put_rows(session.folder / "trial", block)
    printed = {"check": session.type_in(CHECK), "runs": session.type_in(RUNS)}
    return printed | {"folder": str(session.folder)}


@pytest.fixture(scope="module")
def publications(done: dict[str, str]) -> tuple[Path, Path]:
    before, after = sorted(Path(done["folder"]).glob("data/published/0*"))
    return before, after


def test_no_code_and_no_committed_row_knows_the_city() -> None:
    assert [row for row in load(POLICY)["jurisdictions"] if row["prefix"].startswith("99")] == []


def test_the_check_says_what_the_page_says(done: dict[str, str]) -> None:
    assert done["check"] == CHECK.text
    assert "PROBLEMS" not in done["check"]


def test_the_runs_say_what_the_page_says(done: dict[str, str]) -> None:
    assert done["runs"] == without_hashes(RUNS.text)


def test_before_every_row_is_outside_every_policy(publications: tuple[Path, Path]) -> None:
    before, after = (pl.read_parquet(folder / "rows_outside_policies.parquet") for folder in publications)
    outside = before.group_by("source").agg(pl.col("outside_rows").sum()).sort("source").rows()
    assert outside == [("elders", 3), ("facilities", 4), ("residential_areas", 4), ("visits", 9)]
    assert pl.read_parquet(publications[0] / "findings.parquet").height == 0
    assert after.height == 0


def _found(folder: Path, data: Path) -> Iterator[tuple[object, ...]]:
    keys = demo_key(Vault(data / "vault"))
    known = {key: name for name, key in zip(PEOPLE, keys.of(pl.Series(list(PEOPLE.values()))), strict=True)} | {
        PROVIDER: "provider"
    }
    findings = pl.read_parquet(folder / "findings.parquet").filter(pl.col("jurisdiction") == "yunxi")
    for row in findings.sort("rule", "subject").iter_rows(named=True):
        subject = "|".join(known.get(part, part) for part in row["subject"].split("|"))
        yield row["rule"], subject, row["period"], row["measure"], row["limit"], row["amount"]


def test_after_exactly_what_was_worked_out_by_hand_is_found(
    publications: tuple[Path, Path], done: dict[str, str]
) -> None:
    expected = [
        (
            row["rule"],
            row["subject"],
            row["period"],
            float(row["measure"]),
            float(row["limit"]),
            Decimal(row["amount"]) if row["amount"] else None,
        )
        for row in EXPECTED
    ]
    assert sorted(_found(publications[1], Path(done["folder"]) / "data"), key=str) == sorted(expected, key=str)


def test_every_state_is_counted(publications: tuple[Path, Path]) -> None:
    coverage = pl.read_parquet(publications[1] / "rule_coverage.parquet").filter(pl.col("jurisdiction") == "yunxi")
    counted = {row["rule"]: row for row in coverage.filter(pl.col("year") == 2025).iter_rows(named=True)}
    assert set(counted) == {"A01", "A02", "A06", "E01", "Q01", "Q03", "S09"}
    # The provider's February lies before the first day; March fails, April and May pass.
    states = ("population", "passed", "failed", "not_assessable", "no_rule_in_force")
    assert [counted["Q03"][state] for state in states] == [4, 2, 1, 0, 1]
