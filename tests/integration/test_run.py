"""The whole road: files in, publication out. Figures worked out by hand; runs killed, repeated, and run at once."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.publishing import RunUnderWay, current, only_run
from pipelines.run import Outcome, Run, run_all
from pipelines.vault import PersonKeys, Vault

ZHANG = "11010519491231002X"
PROVIDER = "91350100M000100Y43"
AS_OF = dt.date(2025, 6, 30)

BUDGETS = """区划代码,预算年度,项目,资金来源,预算金额（万元）
140502,2025,政府购买居家养老服务,市级资金,10
140502,2026,购买服务,市级资金,99
140502,2025,购买服务,市级资金,10
140502,2025,运营补贴,区级资金,2.5
"""
TRANSFERS = """拨付编号,项目,资金来源,年度,下达区划,接收区划,下达金额,下达日期,到账金额,到账日期
T1,购买服务,市级资金,2025,140500,140502,80000,2025-02-01,79000.5,2025-02-20
T2,购买服务,市级资金,2025,140500,140502,10000,2025-06-01,10000,2025-07-02
T3,购买服务,市级资金,2025,140500,140502,5000,2025-07-01,5000,2025-07-02
"""
PAYMENTS = f"""支付编号,项目,资金来源,预算年度,区划代码,收款人类型,收款人代码,收款人名称,支出用途,支付金额,支付日期
P1,购买服务,市级资金,2025,140502,服务机构,{PROVIDER},某公司,服务费,30000,2025-03-01
P2,购买服务,市级资金,2025,140502,服务机构,{PROVIDER},某公司,服务费,-1200.55,2025-04-01
P3,购买服务,市级资金,2025,140502,服务机构,{PROVIDER},某公司,服务费,7000,2025-07-01
P4,,,2025,140502,老年人,{ZHANG},王某,老年人补贴,200,2025-05-01
"""
COMPLAINTS = """投诉编号,区划代码,受理日期,投诉对象类型,投诉类别,核查结果,办结日期,答复日期
C1,140502,2025-03-01,服务机构,收费,属实,2025-03-05,2025-03-06
C2,140502,2025-03-31,服务机构,收费,,2025-04-10,
C3,140502,2025-03-15,服务机构,收费,不属实,2025-07-01,
C4,140502,2025-07-01,服务机构,收费,属实,,
C5,140502,2025-03-02,服务人员,,部分属实,,
"""
AREAS = """小区编号,小区名称,区划代码,建设类型,户数,养老用房面积（平方米）,住宅交付日期
A1,甲,371002,新建,1000,200,2024-01-01
A2,乙,371002,新建,1000,199.99,2024-01-01
A3,丙,371002,新建,500,,2025-06-30
A4,丁,371002,新建,500,,2025-07-01
A5,戊,371002,已建成,1000,150,
A6,己,371002,已建成,1000,,
A7,庚,371002,新建,0,10,2024-01-01
A8,辛,140502,新建,1000,1,2024-01-01
"""
STATISTICS = """区划代码,年份,常住人口
150302,2024,1000
150303,2023,500
150303,2024,2000
140502,2024,1000
"""
FACILITIES = """设施编号,设施名称,设施类型,区划代码,用地面积（亩）,开业日期,停业日期
F1,一,养老院,150302,0.225,2020-01-01,
F2,二,养老院,150303,0.3,,
F3,三,养老院,150303,9,2020-01-01,2025-06-30
F4,四,养老院,150303,,2020-01-01,
"""
FILES = {
    "budgets_140500_20250110.csv": BUDGETS,
    "资金下达_140500_20250630.csv": TRANSFERS,
    "payments_140500_20250630.csv": PAYMENTS,
    "投诉举报_140500_20250630.csv": COMPLAINTS,
    "residential_areas_371000_20250630.csv": AREAS,
    "人口统计_20250630.csv": STATISTICS,
    "facilities_150300_20250630.csv": FACILITIES,
}


class Warehouse:
    """A landing folder and a data folder."""

    def __init__(self, folder: Path) -> None:
        self.landing, self.data = folder / "landing", folder / "data"
        self.landing.mkdir(parents=True)

    def send(self, name: str, text: str) -> None:
        (self.landing / name).write_text(text, encoding="utf-8")

    def job(self, as_of: dt.date = AS_OF) -> Run:
        return Run(self.landing, self.data, Vault(self.data / "vault"), PersonKeys("a key for tests"), as_of)

    def run(self, as_of: dt.date = AS_OF) -> Outcome:
        return run_all(self.job(as_of))

    def table(self, name: str) -> pl.DataFrame:
        publication = current(self.data)
        assert publication is not None
        return pl.read_parquet(publication.folder / f"{name}.parquet")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A warehouse after one run over all files."""
    made = Warehouse(tmp_path_factory.mktemp("warehouse"))
    for name, text in FILES.items():
        made.send(name, text)
    made.run()
    return made


@pytest.fixture
def new_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Warehouse]:
    return lambda: Warehouse(tmp_path_factory.mktemp("warehouse"))


def rows(frame: pl.DataFrame, *columns: str) -> list[tuple[object, ...]]:
    plain = [pl.col(name).cast(pl.Float64) if frame.schema[name].is_decimal() else pl.col(name) for name in columns]
    return frame.select(plain).rows()


def test_fund_usage(warehouse: Warehouse) -> None:
    table = warehouse.table("fund_usage").sort("division_code", "fiscal_year", "programme", "fund_source")
    money = ("budget", "allocated_in", "received_in", "passed_on", "paid", "refunded")
    assert rows(table, "division_code", "fiscal_year", "programme", "fund_source", *money) == [
        ("140500", 2025, "purchased_service", "municipal", 0, 0, 0, 90000, 0, 0),
        ("140502", 2025, None, None, 0, 0, 0, 0, 200, 0),
        ("140502", 2025, "operating_subsidy", "county", 25000, 0, 0, 0, 0, 0),
        ("140502", 2025, "purchased_service", "municipal", 100000, 90000, 79000.5, 0, 30000, 1200.55),
    ]
    assert {str(table.schema[name]) for name in money} == {str(pl.Decimal(18, 2))}


def test_complaint_counts(warehouse: Warehouse) -> None:
    table = warehouse.table("complaint_counts").sort("target_kind")
    counted = (
        "received",
        "upheld",
        "partly_upheld",
        "not_upheld",
        "pending",
        "closed",
        "replied",
        "median_days_to_close",
    )
    assert rows(table, "division_code", "month", "target_kind", "category", *counted) == [
        ("140502", "2025-03", "provider", "fee", 3, 1, 0, 1, 1, 2, 1, 7.0),
        ("140502", "2025-03", "worker", None, 1, 0, 1, 0, 0, 0, 0, None),
    ]


def test_area_compliance(warehouse: Warehouse) -> None:
    table = warehouse.table("area_compliance").sort("residential_area_id")
    shown = ("residential_area_id", "required_m2", "provided_m2", "short_m2", "m2_per_100_households", "state")
    found = [tuple(round(one, 6) if isinstance(one, float) else one for one in row) for row in rows(table, *shown)]
    assert found == [
        ("A1", 200.0, 200.0, 0.0, 20.0, "PASS"),
        ("A2", 200.0, 199.99, 0.01, 20.0, "FAIL"),
        ("A3", 100.0, 0.0, 100.0, 0.0, "FAIL"),
        ("A4", 100.0, None, None, None, "NOT_ASSESSABLE"),
        ("A5", 150.0, 150.0, 0.0, 15.0, "PASS"),
        ("A6", 150.0, None, None, None, "NOT_ASSESSABLE"),
        ("A7", 0.0, 10.0, None, None, "NOT_ASSESSABLE"),
        ("A8", None, 1.0, None, 0.1, "NO_RULE_IN_FORCE"),
    ]


def test_land_compliance(warehouse: Warehouse) -> None:
    # F1: 0.225 亩 = 150 m2 for 1,000 people: exactly 0.15. F2: 200 m2 for 2,000 people; F4 is not known, F3 closed.
    table = warehouse.table("land_compliance").sort("division_code")
    shown = ("division_code", "year", "residents", "land_m2", "m2_per_resident", "short_m2", "state")
    found = [tuple(round(one, 6) if isinstance(one, float) else one for one in row) for row in rows(table, *shown)]
    assert found == [
        ("140500", 2024, 1000, 0.0, 0.0, None, "NO_RULE_IN_FORCE"),
        ("140502", 2024, 1000, 0.0, 0.0, None, "NO_RULE_IN_FORCE"),
        ("150300", 2024, 3000, 350.0, 0.1167, None, "NOT_ASSESSABLE"),
        ("150302", 2024, 1000, 150.0, 0.15, 0.0, "PASS"),
        ("150303", 2024, 2000, 200.0, 0.1, None, "NOT_ASSESSABLE"),
    ]


def test_files_and_quarantine_are_published(warehouse: Warehouse) -> None:
    files = warehouse.table("files")
    assert set(files["file"]) == set(FILES)
    assert (files["rows_read"] == files["rows_loaded"] + files["rows_duplicate"] + files["rows_quarantined"]).all()
    assert files["rows_duplicate"].sum() == 1
    assert warehouse.table("quarantine").columns[:7] == ["file", "sheet", "line", "source", "column", "reason", "level"]


def test_a_figure_is_the_total_of_its_rows(warehouse: Warehouse) -> None:
    trace = warehouse.table("trace_payments").filter(pl.col("programme") == "purchased_service")
    assert float(trace["amount_yuan" if "amount_yuan" in trace.columns else "amount"].sum()) == 30000 - 1200.55
    assert set(trace["file"]) == {"payments_140500_20250630.csv"}
    assert trace["line"].sort().to_list() == [2, 3]


def test_no_person_is_in_any_byte_outside_the_vault(warehouse: Warehouse) -> None:
    needles = [text.encode(code) for text in (ZHANG, "王某") for code in ("utf-8", "utf-16-le", "gb18030")]
    for path in warehouse.data.rglob("*"):
        if path.is_file() and warehouse.data / "vault" not in path.parents:
            stored = path.read_bytes()
            unpacked = str(pl.read_parquet(path).rows()).encode() if path.suffix == ".parquet" else b""
            assert not [needle for needle in needles if needle in stored + unpacked], path


def test_nothing_new_publishes_nothing(warehouse: Warehouse) -> None:
    before = current(warehouse.data)
    outcome = warehouse.run()
    assert before is not None
    assert (outcome.is_new, outcome.publication.manifest["run"]) == (False, before.manifest["run"])


def published(warehouse: Warehouse) -> dict[str, pl.DataFrame]:
    publication = current(warehouse.data)
    assert publication is not None
    return {name: warehouse.table(name) for name in publication.manifest["tables"] if name != "quality_checks"}


def test_file_after_file_gives_the_same_as_all_at_once(
    warehouse: Warehouse, new_warehouse: Callable[[], Warehouse]
) -> None:
    late = new_warehouse()
    names = list(FILES)
    for name in reversed(names[1:]):
        late.send(name, FILES[name])
    late.run()
    late.send(names[0], FILES[names[0]])
    assert late.run().is_new
    ours, theirs = published(warehouse), published(late)
    assert ours.keys() == theirs.keys()
    for name, table in ours.items():
        assert_frame_equal(table, theirs[name])


def test_an_earlier_day_gives_what_was_known_then(new_warehouse: Callable[[], Warehouse]) -> None:
    early = new_warehouse()
    early.send("payments_140500_20250630.csv", PAYMENTS)
    early.send("complaints_140500_20250630.csv", COMPLAINTS)
    early.run(dt.date(2025, 3, 31))
    assert rows(early.table("fund_usage"), "paid", "refunded") == [(30000, 0)]
    assert early.table("complaint_counts")["closed"].sum() == 1


def test_a_killed_run_leaves_the_last_publication_whole_and_the_next_completes(
    new_warehouse: Callable[[], Warehouse],
) -> None:
    place = new_warehouse()
    place.send("budgets_140500_20250110.csv", BUDGETS)
    first = place.run().publication.manifest["run"]
    place.send("payments_140500_20250630.csv", PAYMENTS)
    arguments = ["run", "--landing", str(place.landing), "--data", str(place.data), "--as-of", AS_OF.isoformat()]
    environment = {**os.environ, "OVERSIGHT_PSEUDONYM_KEY": "a key for tests"}
    for seconds in (1.5, 4, 7):
        process = subprocess.Popen([sys.executable, "-m", "pipelines.cli", *arguments], env=environment)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()
        standing = current(place.data)
        assert standing is not None
        assert pl.read_parquet(standing.folder / "fund_usage.parquet").height >= 2
    assert place.run().publication.manifest["run"] > first
    assert 30000 in place.table("fund_usage")["paid"].cast(pl.Float64).to_list()


def test_a_second_run_at_once_is_told(new_warehouse: Callable[[], Warehouse]) -> None:
    place = new_warehouse()
    with only_run(place.data), pytest.raises(RunUnderWay):
        place.run()


def test_an_empty_landing_folder_is_published_as_empty(new_warehouse: Callable[[], Warehouse]) -> None:
    place = new_warehouse()
    place.run()
    assert place.table("files").height == 0
    assert place.table("fund_usage").height == 0


def test_a_file_that_is_corrected_in_place_keeps_the_evidence_of_both_contents_apart(
    new_warehouse: Callable[[], Warehouse],
) -> None:
    place = new_warehouse()
    name = "residential_areas_371000_20250630.csv"
    head = "小区编号,小区名称,区划代码,建设类型,户数,养老用房面积（平方米）,住宅交付日期\n"
    place.send(name, head + "A2,乙,371002,新建,1000,199.99,2024-01-01\nA9,壬,371002,新建,1000,100,2024-01-01\n")
    place.run()
    place.send(name, head + "A2,乙,371002,新建,1000,150,2024-01-01\nB1,癸,371002,新建,1000,50,2024-01-01\n")
    place.run()
    rows = place.table("evidence_rows").sort("row_key").select("row_key", "line", "facts").rows()
    assert [(key, line, json.loads(facts)["room_area_provided"]) for key, line, facts in rows] == [
        ("A2", 2, 150.0),
        ("A9", 3, 100.0),
        ("B1", 3, 50.0),
    ]
