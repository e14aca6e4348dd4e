"""What if a number were another one: worked out by hand on two areas, two old people and two visits."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines import simulating, simulations
from pipelines.cli import main
from pipelines.publishing import current, publications
from pipelines.run import Run, run_all
from pipelines.vault import PersonKeys, Vault

AS_OF = dt.date(2025, 6, 30)
PROVIDER = "91350100M000100Y43"
YOUNGER, OLDER = "140502194406150017", "140502194006150018"  # 81 and 85 on the day

# 20 m2 per 100 households are owed: 200 and 100 m2. With 30 it would be 300 and 150.
AREAS = """小区编号,小区名称,区划代码,建设类型,户数,养老用房面积（平方米）,住宅交付日期
A1,甲,371002,新建,1000,250,2024-01-01
A2,乙,371002,新建,500,100,2024-01-01
"""
# From 80 years on, with minimum living allowance: both. From 85 on: the older one alone.
ELDERS = f"""身份证号,户籍区划,居住区划,人员类别,享受长护险待遇,登记日期
{YOUNGER},140502,140502,低保,否,2024-01-01
{OLDER},140502,140502,低保,否,2024-01-01
"""
# An hour each, at 35 and 30 yuan: the cap of 35 holds both, one of 32 only the second.
VISITS = f"""工单号,项目,区划代码,身份证号,服务人员身份证号,机构代码,服务项目,服务地点,开始时间,结束时间,服务金额,补贴金额
V1,购买服务,140502,{OLDER},11010519491231002X,{PROVIDER},助洁,上门,2025-05-05 08:00,2025-05-05 09:00,50,35
V2,购买服务,140502,{OLDER},11010519491231002X,{PROVIDER},助洁,上门,2025-05-12 08:00,2025-05-12 09:00,50,30
"""
FILES = {
    "residential_areas_371000_20250630.csv": AREAS,
    "elders_140500_20250630.csv": ELDERS,
    "visits_140500_20250630.csv": VISITS,
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("what-if")
    (folder / "landing").mkdir()
    for name, text in FILES.items():
        (folder / "landing" / name).write_text(text, encoding="utf-8")
    keys = PersonKeys("a key for tests")
    outcome = run_all(Run(folder / "landing", folder, Vault(folder / "vault"), keys, AS_OF))
    assert outcome.landed.files["rows_loaded"].sum() == 6, outcome.landed.files
    return folder


def test_numbers_in_force_are_named_with_their_origin(data: Path) -> None:
    publication = current(data)
    assert publication is not None
    found = {number.name: number for number in simulations.numbers(publication)}
    assert found["A01.weihai.min_m2"].value == 20
    assert found["A01.weihai.min_m2"].basis == "text"
    assert found["eligibility.jincheng.2.age"].value == 80
    assert found["F10.kangbashi.points_by_age.70"].value == 10_000
    assert "eligibility.nangang.1.income" not in found  # in force until 2008-12-31


def test_a_simulation_says_what_would_change_and_leaves_the_publication_alone(data: Path) -> None:
    before = current(data)
    assert before is not None
    changes = {
        "A01.weihai.min_m2": Decimal(30),
        "eligibility.jincheng.2.age": Decimal(85),
        "Q03.jincheng.max_price": Decimal(32),
    }
    simulation = simulating.simulate(data, changes)

    areas = simulation.areas().filter(table="area_compliance").rows(named=True)
    wanted = {"table": "area_compliance", "jurisdiction": "weihai"}
    assert areas == [
        {**wanted, "state": "FAIL", "before": 0, "after": 2, "short_m2_before": 0.0, "short_m2_after": 100.0},
        {**wanted, "state": "PASS", "before": 2, "after": 0, "short_m2_before": 0.0, "short_m2_after": 0.0},
    ]
    entitled = simulation.entitlement().filter(jurisdiction="jincheng").row(0, named=True)
    assert (entitled["entitled_before"], entitled["entitled_after"]) == (2, 1)
    # People x 4 hours x 35 yuan before, x 32 yuan after.
    assert (entitled["yuan_a_month_before"], entitled["yuan_a_month_after"]) == (Decimal(280), Decimal(128))
    summary = simulation.difference().summary.filter(rule="Q03").row(0, named=True)
    assert (summary["change"], summary["findings"], summary["yuan"]) == ("appeared", 1, Decimal(3))

    assert current(data) == before
    assert [item.manifest["run"] for item in publications(data)] == [before.manifest["run"]]


def test_the_same_question_is_answered_once(data: Path) -> None:
    steps: list[str] = []
    asked = {"Q03.jincheng.max_price": Decimal(40)}
    first = simulating.simulate(data, asked, steps.append)
    assert steps == ["prepare", "model", "compare"]
    assert simulating.simulate(data, asked, steps.append).folder == first.folder
    assert len(steps) == 3
    assert not list(simulations.home(data).glob(".making-*"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("Q03.jincheng.max_price=-1", "0 or more"),
        ("Q03.jincheng.max_price=NaN", "0 or more"),
        ("Q03.nowhere.max_price=3", "no number Q03.nowhere.max_price is in force"),
        ("Q03.jincheng.max_price", "NAME=NUMBER"),
        ("x' or true --=3", "no number"),
    ],
)
def test_what_cannot_be_asked_is_said(data: Path, change: str, said: str) -> None:
    result = CliRunner().invoke(main, ["what-if", "--data", str(data), "--set", change])
    assert result.exit_code == 2
    assert said in result.stderr


def test_the_command_tells_it_in_words_and_for_programs(data: Path) -> None:
    call = ["what-if", "--data", str(data), "--set", "A01.weihai.min_m2=30"]
    told = CliRunner().invoke(main, call)
    assert "area_compliance weihai FAIL: 0 -> 2, short 0.00 -> 100.00 m2" in told.stdout
    assert "SIMULATION" in told.stdout
    document = json.loads(CliRunner().invoke(main, [*call, "--json"]).stdout)
    assert document["changes"] == {"A01.weihai.min_m2": "30"}
