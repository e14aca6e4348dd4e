"""Deliveries as a whole: a plain delivery passes, each way of going wrong is told by its own check."""

import datetime as dt
import json
import logging
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from expectations import deliveries
from pipelines import judging
from pipelines.data_docs import build_data_docs
from pipelines.decisions import Snapshot
from pipelines.judging import Judgement
from pipelines.run import Run, step_judge_deliveries, step_land, step_prepare
from pipelines.vault import PersonKeys, Vault

ZHANG = "11010519491231002X"  # the standard's own example number, nobody's
WANG = "110105194912310038"
PROVIDER = "91350100M000100Y43"
AS_OF = dt.date(2025, 6, 30)
KEYS = PersonKeys("a key for tests")

ELDERS = f"身份证号,姓名,户籍区划,居住地,登记日期\n{ZHANG},王某,140502,140502,2020-01-01\n"
WORKERS = f"身份证号,统一社会信用代码,姓名\n{ZHANG},{PROVIDER},李某\n"
PROVIDERS = f"统一社会信用代码,机构名称,区划代码\n{PROVIDER},某公司,140502\n"
VISIT_HEADER = (
    "工单号,项目,区划代码,老年人身份证号,服务人员身份证号,统一社会信用代码,服务项目,"
    "开始时间,结束时间,服务金额,补贴金额\n"
)
REGISTERS = {
    "elders_140500_20250601.csv": ELDERS,
    "workers_140500_20250601.csv": WORKERS,
    "providers_140500_20250601.csv": PROVIDERS,
}


def visits(month: int, count: int = 20, **changed: str) -> str:
    """Visits of one month; every value can be changed."""
    lines = []
    for number in range(count):
        given = {
            "id": f"V{month}-{number}",
            "elder": ZHANG,
            "worker": ZHANG,
            "provider": PROVIDER,
            "day": f"2025-{month:02d}-{number % 28 + 1:02d}",
            **changed,
        }
        lines.append(
            f"{given['id']},购买服务,140502,{given['elder']},{given['worker']},{given['provider']},助浴,"
            f"{given['day']} 08:00,{given['day']} 09:00,50,50\n"
        )
    return VISIT_HEADER + "".join(lines)


PLAIN = {**REGISTERS, **{f"visits_140500_20250{month}28.csv": visits(month) for month in (4, 5, 6)}}

Judge = Callable[..., Judgement]


@pytest.fixture
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    def judged(files: Mapping[str, str], as_of: dt.date = AS_OF) -> Judgement:
        folder: Path = tmp_path_factory.mktemp("warehouse")
        (folder / "landing").mkdir()
        for name, text in files.items():
            (folder / "landing" / name).write_text(text, encoding="utf-8")
        run = Run(folder / "landing", folder / "data", Vault(folder / "data" / "vault"), KEYS, as_of)
        step_prepare(run, step_land(run), Snapshot.nothing())
        return step_judge_deliveries(run)

    return judged


def person_key(number: str) -> str:
    """The key that stands for a person everywhere outside the vault."""
    return KEYS.of(pl.Series([number])).item()


def told(judgement: Judgement, file: str) -> set[str]:
    """The checks that a file failed, but for the share of optional columns: the files of this test have none."""
    failed = judgement.results.filter(~pl.col("passed") & (pl.col("file") == file))
    return set(failed["check"]) - {"missing_optional_share"}


def test_plain_deliveries_pass(judge: Judge) -> None:
    judgement = judge(PLAIN)
    assert [told(judgement, name) for name in PLAIN] == [set()] * len(PLAIN)
    assert set(judgement.results["subject_kind"]) == {"delivery"}
    judged = judgement.results.filter(pl.col("file") == "visits_140500_20250628.csv")
    assert set(judged["check"]) == {check.code for check in deliveries.CHECKS}


@pytest.mark.parametrize(
    ("check", "text"),
    [
        ("quarantine_share", visits(6, 18) + visits(6, 2, id="", day="2025-06-01").removeprefix(VISIT_HEADER)),
        ("volume", visits(6, 9)),
        ("volume", visits(6, 41)),
        ("dated_after_file", visits(6, 19) + visits(6, 1, id="late", day="2025-07-01").removeprefix(VISIT_HEADER)),
        ("dated_long_ago", visits(6, 19) + visits(6, 1, id="old", day="2015-06-01").removeprefix(VISIT_HEADER)),
        ("elders_registered", visits(6, elder=WANG)),
        ("workers_registered", visits(6, worker=WANG)),
        ("providers_registered", visits(6, provider="91350211M000100Y46")),
        ("file_is_read", "没有表头的文件\n\x00\n"),
    ],
)
def test_what_is_wrong_is_told_by_its_check_alone(judge: Judge, check: str, text: str) -> None:
    name = "visits_140500_20250628.csv"
    if check == "file_is_read":
        name = "visits_140500_20250628.xlsx"
    files = {file: content for file, content in PLAIN.items() if "20250628" not in file}
    assert told(judge({**files, name: text}), name) == {check}


def test_a_late_source_is_told_once_by_its_newest_file(judge: Judge) -> None:
    judgement = judge(PLAIN, as_of=dt.date(2025, 8, 31))
    late = judgement.results.filter((pl.col("check") == "freshness") & ~pl.col("passed"))
    assert late.select("file", "observed").rows() == [("visits_140500_20250628.csv", 64.0)]


def test_an_unrecognised_file_is_told_without_source(judge: Judge) -> None:
    judgement = judge({**PLAIN, "notes.docx": "x"})
    failed = judgement.results.filter(pl.col("file") == "notes.docx", ~pl.col("passed"))
    assert failed.select("check", "source", "severity").rows() == [("file_is_read", None, "warning")]


def test_nothing_in_the_data_is_an_error(judge: Judge) -> None:
    strange = {"visits_140500_20250628.csv": visits(6, 3, elder=WANG, worker=WANG, day="1999-01-01"), "x.csv": ""}
    results = judge({**strange, "elders_140500_20250601.csv": "不是表头\n"}).results
    assert results.filter(~pl.col("passed"), pl.col("severity") == "error").height == 0
    assert set(results.filter(pl.col("severity") == "error")["check"]) == {"rows_add_up"}


def test_the_same_deliveries_are_judged_the_same(judge: Judge) -> None:
    assert_frame_equal(judge(PLAIN).results, judge(dict(reversed(PLAIN.items()))).results)


def test_no_delivery_no_result(judge: Judge) -> None:
    judgement = judge({})
    assert judgement.results.height == 0
    assert judgement.validations == ()


def test_nothing_personal_is_judged_or_shown(judge: Judge, tmp_path: Path) -> None:
    judgement = judge(PLAIN)
    index = build_data_docs([judgement], AS_OF, tmp_path / "docs")
    pages = "".join(page.read_text(encoding="utf-8") for page in (tmp_path / "docs").rglob("*.html"))
    shown = str(judgement.results.rows()) + pages
    assert not [text for text in (ZHANG, WANG, "王某", "李某", person_key(ZHANG)) if text in shown]
    assert "delivery.html" in index.read_text(encoding="utf-8")


def test_pages_name_the_article_and_the_files_that_failed(judge: Judge, tmp_path: Path) -> None:
    build_data_docs([judge({**PLAIN, "visits_150300_20250628.csv": visits(6, elder=WANG)})], AS_OF, tmp_path)
    results, asked = (next((tmp_path / kind).rglob("delivery.html")) for kind in ("validations", "expectations"))
    assert "visits_150300_20250628.csv" in results.read_text(encoding="utf-8")
    asked_text = asked.read_text(encoding="utf-8")
    assert "wuhai.a12.registry_and_ledger" in asked_text
    assert "服务对象在台账内" in asked_text


def test_expectations_carry_the_article_where_one_asks_for_them(judge: Judge) -> None:
    document = json.loads(judge(PLAIN).validations[0])
    metas = [result["expectation_config"]["meta"] for result in document["results"]]
    asked = {check.code: check.article for check in deliveries.CHECKS}
    assert {meta["check"]: meta.get("article") for meta in metas} == asked
    assert len([meta for meta in metas if "article" in meta]) == len([one for one in asked.values() if one]) > 0


def test_equal_judgements_have_equal_documents(judge: Judge) -> None:
    assert judge(PLAIN).validations == judge(PLAIN).validations


def test_a_judgement_is_kept_and_read_again(judge: Judge, tmp_path: Path) -> None:
    judgement = judge(PLAIN)
    judgement.write(tmp_path, "kept")
    again = Judgement.read(tmp_path, "kept")
    assert_frame_equal(again.results, judgement.results)
    assert again.validations == judgement.validations


def test_great_expectations_tells_no_temporary_folder(judge: Judge, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        judge(PLAIN)
    assert tempfile.gettempdir() not in "".join(f"{record.getMessage()}\n" for record in caplog.records)


def test_many_deliveries_make_small_pages(tmp_path: Path) -> None:
    measures = {check.column: 5.0 for check in deliveries.CHECKS}
    frame = pl.DataFrame(
        {"source": "visits", "division": None, "file": [f"{one}.csv" for one in range(5_000)], **measures}
    )
    build_data_docs([judging._judge(frame, deliveries.CHECKS, AS_OF, "delivery")], AS_OF, tmp_path)
    assert sum(page.stat().st_size for page in tmp_path.rglob("*.html")) < 150_000


def test_pages_ask_nothing_of_any_network(judge: Judge, tmp_path: Path) -> None:
    build_data_docs([judge(PLAIN)], AS_OF, tmp_path)
    for page in tmp_path.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.findall(r"""<(?:script|link|img|iframe)\b[^>]*["'](?:https?:)?//""", text), page
        assert not re.findall(r"""url\(\s*["']?(?:https?:)?//""", text), page
        assert "Content-Security-Policy" in text.partition("<body")[0], page
    for sheet in tmp_path.rglob("*.css"):
        assert "//" not in re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL), sheet


def test_an_article_is_held_against_its_own_place_and_days_only(judge: Judge) -> None:
    files = {f"visits_{place}_20250628.csv": visits(6, elder=WANG) for place in ("140500", "150300", "150302")}
    results = judge({**REGISTERS, **files}).results.filter(pl.col("check") == "elders_registered")
    assert results.select("division", "article").rows() == [
        ("140500", None),
        ("150300", "wuhai.a12.registry_and_ledger"),
        ("150302", "wuhai.a12.registry_and_ledger"),
    ]
    check = next(check for check in deliveries.CHECKS if check.code == "elders_registered")
    assert judging.article_for(check, "visits", "150302", dt.date(2017, 12, 21)) is None
    assert judging.article_for(check, "visits", "150302", dt.date(2017, 12, 22)) == "wuhai.a12.registry_and_ledger"
