"""Reports on a demo publication: figures equal those of the Parquet, three documents say the same, and words fit what is
known."""

# ruff: noqa: S608 - the queries are these tests' own words

import datetime as dt
import io
import re
import shutil
import subprocess
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
import duckdb
import polars as pl
import pytest
import python_calamine as calamine
from click.testing import CliRunner, Result

from pipelines import cli
from pipelines.decisions import Ask, decided_finding, open_store
from pipelines.demo import generate
from pipelines.divisions import load_divisions
from pipelines.publishing import current
from pipelines.reporting import typesetting, workbooks
from pipelines.reporting.chapters.limits import limits_on
from pipelines.reporting.chapters.report import report as whole_report
from pipelines.reporting.content import Figure, Heading, Language, Paragraph, Report, Table, shown
from pipelines.reporting.fonts import installed
from pipelines.reporting.gathering import DECISION_COLUMNS, Gathered, Scope, Source, gather, no_decisions, source_of
from pipelines.reporting.periods import read_period
from pipelines.reporting.word import word
from pipelines.reporting.wording import Words
from pipelines.run import Run, run_all
from pipelines.vault import PersonKeys, Vault
from tests.reporting.glyphs import without_glyph

AS_OF = dt.date(2025, 6, 30)
START = dt.date(2024, 1, 1)
PLACE = "weihai"
WHOLE = "2024-01..2025-06"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a publication of the small demo."""
    folder = tmp_path_factory.mktemp("reports")
    generate(folder / "files", "small")
    keys = PersonKeys("a key for tests")
    run_all(Run(folder / "files" / "landing", folder, Vault(folder / "vault"), keys, AS_OF, START))
    return folder


@pytest.fixture(scope="module")
def source(data: Path) -> Source:
    publication = current(data)
    assert publication is not None
    return source_of(publication.folder)


def gathered(
    source: Source, place: str = PLACE, period: str = WHOLE, provider: str | None = None, decisions: Any = None
) -> Gathered:
    decided = no_decisions() if decisions is None else decisions
    return gather(source, Scope(place, read_period(period), provider), decided)


def made(known: Gathered, language: Language = "zh") -> Report:
    return whole_report(known, Words(language), limits_on(AS_OF.isoformat()))


def everything(source: Source, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """All rows of SQL over the published Parquet."""
    with duckdb.connect() as connection:
        for path in source.folder.glob("*.parquet"):
            connection.from_parquet(str(path)).create_view(path.stem)
        return connection.execute(query, values).fetchall()


def ask(source: Source, query: str, *values: Any) -> Any:
    """The first row of SQL over the published Parquet."""
    return everything(source, query, *values)[0]


def best_provider(source: Source) -> str:
    """The provider with the highest total of the place."""
    (provider,) = ask(
        source, "select provider from scorecards where jurisdiction = ? order by total desc limit 1", PLACE
    )
    return provider


def decided(source: Source, *verdicts: tuple[str, str]) -> pl.DataFrame:
    """Verdicts on the largest finding of each of some rules."""
    findings = source.table("findings", jurisdiction=PLACE).sort("amount", "finding_id", nulls_last=True)
    rows = [(findings.filter(pl.col("rule") == rule)["finding_id"][0], verdict, verdict) for rule, verdict in verdicts]
    return pl.DataFrame(rows, schema=DECISION_COLUMNS, orient="row")


def table(report: Report, caption: str) -> Table:
    (found,) = (block for block in report.blocks if isinstance(block, Table) and caption in block.caption)
    return found


def texts(report: Report) -> list[str]:
    """Every text that stands in the report, table cells as they are printed."""
    found = [report.title, report.subtitle, report.mark, *(text for fact in report.facts for text in fact)]
    for block in report.blocks:
        match block:
            case Heading():
                found.append(block.text)
            case Paragraph():
                found += [block.lead + block.text]
            case Table():
                found += [block.caption, block.note, *(column.title for column in block.columns)]
                found += [
                    shown(cell, column.kind)
                    for row in block.rows
                    for cell, column in zip(row, block.columns, strict=True)
                ]
            case Figure():
                found += [block.caption, *(bar.label for bar in block.bars)]
    return found


# ---- figures -----------------------------------------------------------------------------------------------------

COUNTED = """
    select count(*), count(distinct rule), sum(greatest(coalesce(amount, 0), 0)) from findings
    where jurisdiction = $1 and least(judged_on, $2) between $3 and $4 and (rule = $5 or $5 is null)
"""


@pytest.mark.parametrize(
    ("place", "period", "first", "last"),
    [
        ("weihai", WHOLE, START, AS_OF),
        ("jincheng", "2025", dt.date(2025, 1, 1), AS_OF),
        ("wuhai", "2025Q1", dt.date(2025, 1, 1), dt.date(2025, 3, 31)),
    ],
)
def test_counts_and_yuan_are_those_of_the_publication(
    source: Source, place: str, period: str, first: dt.date, last: dt.date
) -> None:
    report = made(gathered(source, place, period))
    days = (place, AS_OF, first, last)
    count, rules, yuan = ask(source, COUNTED, *days, None)
    assert count > 10
    said = next(text for text in texts(report) if text.startswith("期间内共有"))
    assert f"共有{count}个疑点，涉及{rules}条规则" in said
    assert f"涉及金额{yuan:,.2f}元" in said
    assert table(report, "问题分类汇总").rows[-1] == ("合计", rules, count, 0, count, yuan)
    by_rule = {block.text: 0 for block in report.blocks if isinstance(block, Heading) and block.level == 3}
    assert len(by_rule) == rules
    for heading in by_rule:
        code = re.findall(r"（([A-Z]\d\d)）", heading)[0]
        at = next(place for place, block in enumerate(report.blocks) if getattr(block, "text", "") == heading)
        facts = report.blocks[at + 1]
        assert isinstance(facts, Paragraph)
        of_rule, _, money = ask(source, COUNTED, *days, code)
        assert f"共{of_rule}个疑点" in facts.text
        assert (f"涉及金额{money:,.2f}元" in facts.text) == (money > 0)


def test_services_funds_complaints_and_coverage_are_those_of_the_publication(source: Source) -> None:
    report = made(gathered(source))
    said = " ".join(texts(report))
    providers, visits, public, yuan = ask(
        source,
        "select count(*), sum(visits), sum(public_visits), sum(subsidy_yuan) from provider_activity "
        "where jurisdiction = 'weihai' and visits > 0",
    )
    assert f"机构{providers}家，服务{visits:,}次，其中政府补贴服务{public:,}次，补贴金额{yuan:,.2f}元" in said
    assert len(table(report, "服务机构情况").rows) == providers
    budget, paid, refunded = ask(
        source, "select sum(budget), sum(paid), sum(refunded) from fund_usage where jurisdiction = 'weihai'"
    )
    assert table(report, "资金预算与支付情况").rows[-1][1:4] == (budget, paid, refunded)
    received, upheld = ask(
        source,
        "select count(*), count(*) filter (verdict in ('upheld', 'partly_upheld')) from trace_complaints "
        "where jurisdiction = 'weihai' and received_on between date '2024-01-01' and date '2025-06-30'",
    )
    assert f"受理投诉{received}件，经查属实或部分属实{upheld}件" in said
    figure = next(block for block in report.blocks if isinstance(block, Figure) and "投诉" in block.caption)
    assert sum(bar.value for bar in figure.bars) == received
    population, failed = ask(
        source, "select sum(population), sum(failed) from rule_coverage where jurisdiction = 'weihai'"
    )
    assert f"判定对象{population:,}个，其中未通过{failed:,}个" in said
    rows = table(report, "规则覆盖情况").rows
    assert (sum(int(str(row[2])) for row in rows), sum(int(str(row[4])) for row in rows)) == (population, failed)
    read, loaded = ask(
        source, "select sum(rows_read), sum(rows_loaded) from files where starts_with(division_key, '3710')"
    )
    assert f"读取{read:,}行，载入{loaded:,}行" in said


PLACES = ("weihai", "jincheng", "kangbashi", "nangang", "wuhai")


def sheet(report: Report, name: str) -> list[tuple[Any, ...]]:
    return list(next(annex.rows for annex in report.annexes if annex.name == name))


@pytest.mark.parametrize("place", PLACES)
def test_scores_and_grades_are_those_of_the_publication(source: Source, place: str) -> None:
    report = made(gathered(source, place))
    cards = everything(
        source,
        "select provider, total, total_low, total_high, grade, cap_reason, weight_scored from scorecards "
        "where jurisdiction = ? order by total desc nulls last, provider",
        place,
    )
    assert cards
    grades = {"excellent": "优秀", "good": "良好", "pass": "合格", "fail": "不合格", None: "数据不足"}
    shown_cards = [
        (*(None if value is None else round(value, 1) for value in card[1:4]), grades[card[4]], card[5])
        for card in cards
    ]
    assert [row[1:] for row in table(report, "机构评分与等级").rows] == shown_cards
    graded = sum(card[4] is not None for card in cards)
    assert any(f"对{len(cards)}家机构按六个方面评分，{graded}家给出等级" in text for text in texts(report))
    rows = sheet(report, "评分")
    totals = [(row[1], *row[5:8], row[10]) for row in rows if row[2] == "总分"]
    assert totals == sorted((card[0], *card[1:4], card[6]) for card in cards)
    for level, wanted, columns in (
        ("方面", "select provider, score, weight_scored from scorecard_domains", (1, 5, 10)),
        (
            "指标",
            "select provider, score, low, high, k, n, value, shrunk, reliability from scorecard_measures",
            (1, 5, 6, 7, 11, 12, 13, 14, 15),
        ),
    ):
        published = everything(source, f"{wanted} where jurisdiction = ?", place)
        said = [tuple(row[column] for column in columns) for row in rows if row[2] == level]
        assert sorted(map(repr, said)) == sorted(map(repr, published))
        assert said
    funnel = everything(
        source,
        "select provider, rate, target, high998, phi from complaint_funnel where jurisdiction = ? order by 1",
        place,
    )
    assert [(row[1], row[4], row[5], row[9], row[10]) for row in sheet(report, "投诉控制图")] == funnel


def test_a_provider_s_card_explains_itself_down_to_counts(source: Source) -> None:
    provider = best_provider(source)
    report = made(gathered(source, provider=provider))
    published = everything(
        source,
        "select k, n, value, low, high, shrunk, score, state, kind from scorecard_measures "
        "where jurisdiction = 'weihai' and provider = ? order by domain, measure",
        provider,
    )
    states = {"scored": "已评分", "too_few": "数据不足", "no_data": "无数据"}
    assert len(published) == 15
    for row, (k, n, *values, score, state, kind) in zip(table(report, "　各项指标").rows, published, strict=True):
        form = (
            (lambda value: f"{value:.1%}")
            if kind == "share"
            else (lambda value: f"{value:.2f}".rstrip("0").rstrip("."))
        )
        assert row[2:4] == (k, n)
        assert row[4:8] == tuple("—" if value is None else form(value) for value in values)
        assert row[8:] == (None if score is None else round(score, 1), states[state])
        assert state == "scored" or score is None


@pytest.mark.parametrize("place", PLACES)
def test_movement_between_quarters_is_that_of_the_publication(source: Source, place: str) -> None:
    report = made(gathered(source, place))
    figures = "value, low, high, change, change_low, change_high"
    rows = everything(
        source,
        f"""
        select provider, {figures} from scorecard_quarters
        where jurisdiction = ? and measure is null and quarter = '2025-Q2' and value is not null
        order by value desc, provider
        """,
        place,
    )
    assert any(row[4] is not None for row in rows)
    found = table(report, "2025年第二季度总分及其变化")
    assert [row[1:] for row in found.rows] == [
        tuple(None if value is None else round(value, 1) for value in row[1:]) for row in rows
    ]
    compared = [row for row in rows if row[4] is not None]
    up, down = (sum(row[place] * sign > 0 for row in compared) for place, sign in ((5, 1), (6, -1)))
    said = f"可与上一季度比较的{len(compared)}家：上升超出偶然波动的{up}家，下降超出偶然波动的{down}家"
    assert any(said in text for text in texts(report))
    everywhere = everything(source, f"select provider, {figures} from scorecard_quarters where jurisdiction = ?", place)
    in_annex = [(row[1], *row[7:10], *row[14:17]) for row in sheet(report, "季度评分")]
    assert sorted(map(repr, in_annex)) == sorted(map(repr, everywhere))


def test_a_quarter_s_report_has_that_quarter_and_a_month_s_has_none(source: Source) -> None:
    report = made(gathered(source, period="2025Q1"))
    assert table(report, "2025年第一季度总分及其变化").rows
    assert {row[2] for row in sheet(report, "季度评分")} == {"2025年第一季度"}
    assert any(
        text.startswith("数据不足：本报告期间没有可评分的完整季度")
        for text in texts(made(gathered(source, period="2025-03")))
    )


def test_a_provider_has_all_its_quarters_and_their_measures(source: Source) -> None:
    provider = best_provider(source)
    report = made(gathered(source, provider=provider))
    quarters = everything(
        source,
        "select value, change from scorecard_quarters where jurisdiction = 'weihai' and provider = ? and measure is null "
        "order by quarter",
        provider,
    )
    rows = table(report, "各季度总分及其变化").rows
    assert len(rows) == 4
    assert [(row[1], row[4]) for row in rows] == [
        tuple(None if value is None else round(value, 1) for value in row) for row in quarters
    ]
    value, change, low, high = ask(
        source,
        "select value, change, change_low, change_high from scorecard_quarters where jurisdiction = 'weihai' "
        "and provider = ? and quarter = '2025-Q2' and measure is null",
        provider,
    )
    said = next(text for text in texts(report) if text.startswith("2025年第二季度总分为"))
    assert said.startswith(f"2025年第二季度总分为{value:.1f}。比上一季度变化{change:.1f}".replace(".0", ""))
    assert ("不能认定有变化" in said) == (low <= 0 <= high)
    (measures,) = ask(
        source,
        "select count(*) from scorecard_quarters where jurisdiction = 'weihai' and provider = ? and quarter = '2025-Q2' "
        "and measure is not null",
        provider,
    )
    assert len(table(report, "第二季度各项指标及其变化").rows) == measures == 12


@pytest.mark.parametrize("place", PLACES)
def test_months_outside_their_control_limits_are_named(source: Source, place: str) -> None:
    report = made(gathered(source, place))
    beyond, months = ask(
        source,
        """
        select
            count(*) filter (rate < rate_low or rate > rate_high)
            + count(*) filter (satisfied_share < share_low or satisfied_share > share_high),
            count(*)
        from monthly_series where jurisdiction = ?
        """,
        place,
    )
    assert any(f"超出控制限的有{beyond}个月值" in text for text in texts(report))
    tables = [block for block in report.blocks if isinstance(block, Table) and "超出控制限的月份" in block.caption]
    assert sum(len(found.rows) for found in tables) == min(beyond, 20)
    published = everything(
        source,
        "select provider, rate, rate_centre, rate_low, rate_high, satisfied_share, share_centre, share_low, share_high "
        "from monthly_series where jurisdiction = ? order by provider, month",
        place,
    )
    assert [(row[1], *row[5:9], *row[11:15]) for row in sheet(report, "月度控制图")] == published
    assert len(published) == months


def test_a_provider_s_months_are_drawn_with_their_limits(source: Source) -> None:
    (provider,) = ask(
        source,
        "select provider from monthly_series where jurisdiction = 'weihai' group by 1 order by sum(complaints) desc limit 1",
    )
    report = made(gathered(source, provider=provider))
    drawn = {block.caption.split("　")[1]: block for block in report.blocks if isinstance(block, Figure)}
    for caption, columns, scale in (
        ("各月属实投诉率（每千次服务）及控制限", "rate, rate_low, rate_high", 1),
        ("各月好评率及控制限", "satisfied_share, share_low, share_high", 100),
    ):
        value = columns.split(",")[0]
        published = everything(
            source,
            f"select {columns} from monthly_series where jurisdiction = 'weihai' and provider = ? and {value} is not null "
            "order by month",
            provider,
        )
        bars = drawn[caption].bars
        assert [(bar.value, bar.low, bar.high) for bar in bars] == [
            tuple(number * scale for number in row) for row in published
        ]
        assert all(0 <= bar.value <= drawn[caption].most for bar in bars)


COVERED = "entitled, served, entitled - served, rate, low, high"


@pytest.mark.parametrize("place", ["weihai", "jincheng", "kangbashi", "wuhai"])
def test_people_entitled_and_served_are_those_of_the_publication(source: Source, place: str) -> None:
    report = made(gathered(source, place))
    (counties,) = ask(
        source,
        "select count(*) from service_coverage where jurisdiction = ? and dimension = 'all' and county is not null "
        "and street is null",
        place,
    )
    depth = "county is not null and street is null" if counties > 1 else "street is not null"
    parts = everything(
        source,
        f"select {COVERED} from service_coverage where jurisdiction = ? and dimension = 'all' and {depth} "
        "order by county, street",
        place,
    )
    whole = ask(
        source,
        f"select {COVERED} from service_coverage where jurisdiction = ? and dimension = 'all' and county is null",
        place,
    )
    assert [row[1:] for row in table(report, "各地服务覆盖情况").rows] == [*parts, whole]
    groups = everything(
        source,
        f"select dimension, {COVERED} from service_coverage where jurisdiction = ? and county is null "
        "and dimension != 'all' order by dimension, people in ('none', 'several', 'unknown'), people",
        place,
    )
    named = {"age": "年龄", "category": "人员类别", "living": "居住状况"}
    assert [(row[0], *row[2:]) for row in table(report, "各类人群服务覆盖情况").rows] == [
        (named[row[0]], *row[1:]) for row in groups
    ]
    said = next(text for text in texts(report) if text.startswith("截至2025年6月30日，可判定为符合条件"))
    if whole[3] is None:
        assert "不公布合计" in said
    else:
        assert f"老年人{whole[0]:,}人" in said
        assert f"{whole[1]:,}人，未获服务的{whole[2]:,}人，覆盖率{whole[3]:.1%}" in said
    rows = sheet(report, "服务覆盖")
    published = everything(
        source,
        "select coalesce(street, county), entitled, served, rate, low, high, is_hidden from service_coverage "
        "where jurisdiction = ?",
        place,
    )
    assert sorted(map(repr, ((row[2], *row[5:10], row[10] is not None) for row in rows))) == sorted(
        map(repr, published)
    )


def test_where_nobody_is_known_to_be_entitled_it_is_said(source: Source) -> None:
    assert not source.table("service_coverage", jurisdiction="nangang").height
    report = made(gathered(source, "nangang"))
    assert any("没有可判定为符合条件的老年人" in text for text in texts(report))
    assert sheet(report, "服务覆盖") == []


def covered(*rows: tuple[str | None, str | None, str, str, int | None, int | None]) -> pl.DataFrame:
    """A table of coverage of the place."""
    made_of = [
        (PLACE, county, street, dimension, people, entitled, served)
        + ((None,) * 3 if entitled is None or served is None else (served / entitled, 0.1, 0.9))
        + (entitled is None or served is None,)
        for county, street, dimension, people, entitled, served in rows
    ]
    names = (
        "jurisdiction", "county", "street", "dimension", "people", "entitled", "served", "rate", "low", "high", "is_hidden",
    )  # fmt: skip
    return pl.DataFrame(made_of, schema=list(names), orient="row")


def test_hidden_counts_of_people_stay_hidden(source: Source, tmp_path: Path) -> None:
    frame = covered(
        (None, None, "all", "", 300, 250),
        ("371002", None, "all", "", None, None),
        ("371003", None, "all", "", 120, None),
        ("371082", None, "all", "", 100, 80),
        ("371083", None, "all", "", 50, 45),
        (None, None, "age", "0", 40, 20),
        (None, None, "age", "60", 160, 150),
        (None, None, "age", "90", 100, 80),
        (None, None, "category", "none", 100, 80),
        (None, None, "category", "disabled", 200, 170),
        (None, None, "living", "unknown", 300, 250),
        ("371082", "371082001", "all", "", 100, 80),
        ("371082", "371082", "all", "", None, None),
    )
    report = made(gathered(copied(source, tmp_path / "covered", service_coverage=frame)))
    rows = {row[0]: row[1:] for row in table(report, "各地服务覆盖情况").rows}
    assert rows["环翠区"] == (None,) * 6
    assert rows["文登区"] == (120, None, None, None, None, None)
    assert rows["荣成市"] == (100, 80, 20, 0.8, 0.1, 0.9)
    assert rows["合计"] == (300, 250, 50, 250 / 300, 0.1, 0.9)
    assert "1至10人的人数不公布" in table(report, "各地服务覆盖情况").note
    said = next(text for text in texts(report) if text.startswith("截至2025年6月30日，可判定为符合条件"))
    assert "覆盖率最低的是荣成市，为80.0%" in said
    figure = next(block for block in report.blocks if isinstance(block, Figure) and "服务覆盖率" in block.caption)
    assert [bar.label for bar in figure.bars] == ["荣成市", "乳山市"]
    groups = [(row[0], row[1]) for row in table(report, "各类人群服务覆盖情况").rows]
    assert groups == [
        ("年龄", "不满60周岁"), ("年龄", "60至69周岁"), ("年龄", "90周岁以上"), ("人员类别", "残疾"), ("人员类别", "无类别"),
        ("居住状况", "未填写"),
    ]  # fmt: skip
    annex = {(row[0], row[1], row[4]): row[5:] for row in sheet(report, "服务覆盖")}
    assert annex["环翠区", None, "全体"] == (None, None, None, None, None, "人数少，不公布")
    assert annex["荣成市", "荣成市（未写明街道）", "全体"][-1] == "人数少，不公布"
    assert any("荣成市（371082001）" in str(key) or "街道" in str(key) for key in annex)


def test_few_people_are_not_counted_in_words(source: Source, tmp_path: Path) -> None:
    frame = covered((None, None, "all", "", None, None), ("371002", "371002", "all", "", None, None))
    report = made(gathered(copied(source, tmp_path / "few", service_coverage=frame)))
    assert any("人数较少，不公布合计" in text for text in texts(report))
    assert not any("覆盖率最低" in text for text in texts(report))


def test_an_older_publication_says_what_it_does_not_know(source: Source, tmp_path: Path) -> None:
    old = copied(source, tmp_path / "older")
    for name in ("service_coverage", "scorecard_quarters", "monthly_series"):
        (old.folder / f"{name}.parquet").unlink()
    report = made(gathered(old))
    said = texts(report)
    for begin in ("所用数据批次没有服务覆盖数据", "本报告期间没有可评分的完整季度", "本报告期间没有月度数据"):
        assert any(text.startswith(f"数据不足：{begin}") for text in said)
    assert not {"服务覆盖", "季度评分", "月度控制图"} & {annex.name for annex in report.annexes}
    nobody = copied(source, tmp_path / "nobody", service_coverage=source.table("service_coverage").clear())
    assert any("没有可判定为符合条件的老年人" in text for text in texts(made(gathered(nobody))))


def test_a_provider_has_the_findings_that_name_it(source: Source) -> None:
    provider, name = ask(
        source, "select provider_id, name from provider_activity where jurisdiction = 'weihai' order by visits limit 1"
    )
    known = gathered(source, provider=provider)
    named = ask(
        source,
        """
        select list(distinct findings.finding_id order by findings.finding_id)
        from findings
        left join finding_evidence using (finding_id)
        left join evidence_rows using (source, row_key, file, sheet, line)
        where findings.jurisdiction = 'weihai' and (contains(subject, $1) or contains(facts, $1))
        """,
        provider,
    )[0]
    found = known.findings["finding_id"].to_list()
    assert found
    assert set(found) <= set(named)
    subjects = known.rules
    others = [
        row
        for row in gathered(source).findings.iter_rows(named=True)
        if row["finding_id"] not in found and "provider" in subjects[row["rule"]]["subject"].split("|")
    ]
    assert others
    assert not [row for row in others if provider in row["subject"]]
    report = made(known)
    assert report.title == f"{name}居家社区养老服务评估报告"
    assert "各区划服务情况" not in " ".join(texts(report))
    assert "资金情况" not in " ".join(texts(report))


def test_a_period_that_is_not_wholly_published_is_cut_and_it_is_said(source: Source) -> None:
    report = made(gathered(source, period="2025"))
    assert report.subtitle == "（2025年1月1日至2025年6月30日）"
    assert any("所要求的期间为2025年1月1日至2025年12月31日" in text for text in texts(report))
    assert not any("所要求的期间" in text for text in texts(made(gathered(source, period="2025Q1"))))


# ---- what people decided -----------------------------------------------------------------------------------------


def test_undecided_findings_are_leads(source: Source) -> None:
    said = texts(made(gathered(source)))
    assert not any("已认定" in text for text in said)
    assert any("尚无认定属实且条款规定了退赔或处罚比例的问题" in text for text in said)
    states = {row[-1] for block in made(gathered(source)).blocks if isinstance(block, Table) for row in block.rows[:1]}
    assert "待核查" in states


def test_upheld_findings_are_problems_with_what_follows(source: Source) -> None:
    decisions = decided(source, ("F08", "upheld"), ("S01", "upheld"), ("A04", "upheld"), ("S02", "not_upheld"))
    report = made(gathered(source, decisions=decisions))
    said = texts(report)
    assert any("其中认定属实3个，认定不属实1个，属数据错误0个" in text for text in said)
    amounts = {
        rule: ask(source, "select amount from findings where finding_id = ?", finding)[0]
        for rule, finding in zip(("F08", "S01"), decisions["finding_id"], strict=False)
    }
    half = (amounts["S01"] / 2).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    rows = table(report, "预计退赔与处罚").rows
    assert [row[-1] for row in rows] == [amounts["F08"], amounts["S01"], half, amounts["F08"] + amounts["S01"] + half]
    assert [row[1] for row in rows[:3]] == [
        "《威海市居民养老服务保障条例》第六十条",
        *["《威海市居民养老服务保障条例》第六十一条"] * 2,
    ]
    fine = next(text for text in said if "二十万元以上五十万元以下罚款" in text)
    assert "估算" not in fine.replace("不作估算", "")
    assert not any(isinstance(block, Heading) and "（S02）" in block.text for block in report.blocks)
    (annex,) = (sheet for sheet in report.annexes if sheet.name == "疑点及条款")
    assert [row[12] for row in annex.rows if row[2] == "S02"] == ["不属实"]
    suggestions = [text for text in said if re.match(r"\d+\. 关于", text)]
    assert not any("同一老人同时被多人服务" in text for text in suggestions)


# ---- three documents ---------------------------------------------------------------------------------------------


def as_word(report: Report) -> Any:
    pages = typesetting.pages(report, installed())
    packed = word(report, lambda figure: typesetting.picture(figure, installed()), pages)
    return docx.Document(io.BytesIO(packed))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_word_says_what_the_content_says(source: Source, language: Language) -> None:
    report = made(gathered(source), language)
    document = as_word(report)
    paragraphs = [one.text for one in document.paragraphs if one._p.style not in {"toc1", "toc2"}]
    said = [block for block in report.blocks if isinstance(block, Heading | Paragraph)]
    assert [text for text in paragraphs if text in {(getattr(one, "lead", "") + one.text) for one in said}] == [
        getattr(one, "lead", "") + one.text for one in said
    ]
    tables = [block for block in report.blocks if isinstance(block, Table)]
    assert len(document.tables) == 1 + len(tables)  # the cover's facts are one too
    for block, written in list(zip(tables, document.tables[1:], strict=True))[:12]:
        cells = [[cell.text for cell in row.cells] for row in written.rows]
        assert cells[0] == [column.title for column in block.columns]
        assert cells[1:] == [
            [shown(cell, column.kind) for cell, column in zip(row, block.columns, strict=True)] for row in block.rows
        ]
    headings = [one.text for one in document.paragraphs if one._p.style in {"Heading1", "Heading2"}]
    contents = [one for one in document.paragraphs if one._p.style in {"toc1", "toc2"}]
    assert [re.sub(r"\t\d+$", "", entry.text) for entry in contents] == headings
    assert len(document.inline_shapes) == sum(isinstance(block, Figure) for block in report.blocks)


def test_headings_and_findings_are_numbered_without_a_gap(source: Source) -> None:
    report = made(gathered(source))
    headings = [block for block in report.blocks if isinstance(block, Heading)]
    first = [block.text for block in headings if block.level == 1]
    assert first == [
        "一、基本情况", "二、评价依据与方法", "三、评分与等级", "四、发现的主要问题", "五、建议", "六、附件",
    ]  # fmt: skip
    problems = [block.text.partition("：")[0] for block in headings if block.level == 3]
    assert problems == [f"问题{number}" for number in range(1, len(problems) + 1)]
    captions = [block.caption.split("\u3000")[0] for block in report.blocks if isinstance(block, Table)]
    assert captions == [f"表{number}" for number in range(1, len(captions) + 1)]
    listed = [row[0] for sheet in report.annexes if sheet.name == "疑点及条款" for row in sheet.rows]
    assert listed == list(range(1, len(listed) + 1))


def sheets(report: Report) -> dict[str, list[list[Any]]]:
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(workbooks.workbook(report)))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_annexes_have_all_rows_with_file_and_line(source: Source) -> None:
    report = made(gathered(source))
    found = sheets(report)
    assert list(found) == [
        "说明", "评分", "季度评分", "投诉控制图", "月度控制图", "服务机构", "服务覆盖", "疑点及条款", "证据", "参数",
        "数据来源", "规则覆盖",
    ]  # fmt: skip
    findings, evidence = found["疑点及条款"], found["证据"]
    assert len(findings) - 1 == ask(source, "select count(*) from findings where jurisdiction = 'weihai'")[0]
    amounts = [row[findings[0].index("涉及金额（元）")] for row in findings[1:]]
    assert all(isinstance(amount, float) or amount == "" for amount in amounts)
    (rows,) = ask(
        source,
        "select count(*) from finding_evidence join findings using (finding_id) where jurisdiction = 'weihai'",
    )
    assert len(evidence) - 1 == rows
    stands = {(row[1], row[4], row[5], row[7]) for row in evidence[1:]}
    wanted = ask(
        source,
        "select list((finding_id, row_key, file, line)) from finding_evidence join findings using (finding_id) "
        "where jurisdiction = 'weihai'",
    )[0]
    assert stands == {(finding, key, file, float(line)) for finding, key, file, line in wanted}
    files = found["数据来源"]
    hashes = [row[-1] for row in files[1:]]
    assert all(re.fullmatch(r"[0-9a-f]{64}", value) for value in hashes)
    assert {value for name, value in zip((row[0] for row in found["说明"]), (row[1] for row in found["说明"]), strict=True)
            if name == "批次指纹"} == {source.manifest["fingerprint"]}  # fmt: skip
    coverage = found["规则覆盖"]
    assert all(row[3] == sum(row[4:9]) for row in coverage[1:])


def test_no_person_stands_in_a_report_but_by_key(source: Source, data: Path) -> None:
    report = made(gathered(source))
    cells = " ".join(str(cell) for sheet in report.annexes for row in sheet.rows for cell in row)
    landed = (data / "files" / "landing").glob("*elders_371*.tsv")
    numbers = {cell for path in landed for cell in re.findall(r"\b\d{17}[\dX]\b", path.read_text(encoding="utf-8-sig"))}
    assert len(numbers) > 20
    said = " ".join(texts(report)) + cells
    assert not [number for number in numbers if number in said]


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
def test_pdf_says_what_the_content_says(source: Source, tmp_path: Path) -> None:
    report = made(gathered(source))
    path = tmp_path / "report.pdf"
    path.write_bytes(typesetting.pdf(report, installed()))
    made_of = subprocess.run(["pdftotext", "-raw", str(path), "-"], check=True, capture_output=True)
    said = re.sub(r"[\s\u200b\u2060\u3000]", "", made_of.stdout.decode())
    for block in report.blocks:
        if isinstance(block, Heading):
            assert re.sub(r"\s", "", block.text) in said
        if isinstance(block, Table):
            assert re.sub(r"\s", "", block.caption) in said
    assert source.manifest["fingerprint"] in said
    assert f"数据批次{source.manifest['run']}" in said
    assert "—1—" in said
    assert "\ufffd" not in said


def test_every_character_of_a_report_has_a_glyph(source: Source) -> None:
    said = [text for language in ("zh", "en") for text in texts(made(gathered(source), language))]
    assert not any(without_glyph(said, installed()).values())


# ---- languages ---------------------------------------------------------------------------------------------------


def bare(text: str, proper: Sequence[str]) -> str:
    """A text without quotations, codes, and what is called by its own name."""
    for name in proper:
        text = text.replace(name, " ")
    text = re.sub(r"“[^”]*”", " ", text)
    return re.sub(r"\S*\d\S*", " ", text) if text.isascii() else text


def names(source: Source, known: Gathered) -> list[str]:
    found = [*known.names.values(), *(row["article"] for row in known.requirements.values())]
    found += [row["number"] for row in known.documents.iter_rows(named=True) if row["number"]]
    return sorted({*found, *source.table("files")["file"]}, key=len, reverse=True)


def test_the_english_report_has_no_chinese_but_names_and_quotations(source: Source) -> None:
    for place in PLACES:
        known = gathered(source, place)
        report = made(known, "en")
        proper = names(source, known)
        unnamed = {one.name for one in load_divisions().values() if one.code.startswith(known.place["prefix"][:4])}
        subjects = {part for row in known.findings["subject"] for part in row.split("|")}
        allowed = sorted({*proper, *unnamed, *subjects}, key=len, reverse=True)
        for text in texts(report):
            assert not re.search(r"[\u3400-\u9fff]", bare(text, allowed)), text


def test_the_chinese_report_has_no_english_but_codes(source: Source) -> None:
    for place in PLACES:
        known = gathered(source, place)
        allowed = sorted(
            {part for row in known.findings["subject"] for part in row.split("|")} | set(names(source, known)),
            key=len,
            reverse=True,
        )
        report = made(known)
        for text in texts(report):
            if text in {fact[1] for fact in report.facts}:
                continue
            stray = re.findall(r"[A-Za-z]{2,}", re.sub(r"[0-9a-f]{8}…|report_\S+?\.xlsx|\d{6}-\d{8}-[0-9a-f]{12}", " ",
                                                       bare(text, allowed)))  # fmt: skip
            assert not stray, (text, stray)


# ---- scores and small counts -------------------------------------------------------------------------------------


def copied(source: Source, folder: Path, **changes: pl.DataFrame) -> Source:
    """The publication with other tables."""
    shutil.copytree(source.folder, folder, ignore=shutil.ignore_patterns("data_docs"))
    for name, frame in changes.items():
        frame.write_parquet(folder / f"{name}.parquet")
    return Source(folder, source.manifest)


def cards(source: Source) -> dict[str, pl.DataFrame]:
    """Scorecards of three providers: one scored, one held down, one with too few data."""
    providers = source.table("provider_activity", jurisdiction=PLACE)["provider_id"].to_list()[:3]
    whole = {"provider": providers, "jurisdiction": [PLACE] * 3}
    return {
        "scorecards": pl.DataFrame({
            **whole, "total": [88.86, 91.2, None], "total_low": [80.1, 85.0, None], "total_high": [95.0, 97.0, None],
            "grade": ["good", "fail", None], "cap_reason": [None, "S01-0123456789abcdef", None],
            "weight_scored": [100.0, 85.0, 30.0],
        }),
        "scorecard_domains": pl.DataFrame({
            **whole, "domain": ["quality"] * 3, "score": [90.0, 91.0, None], "weight_scored": [100.0, 75.0, 0.0],
        }),
        "scorecard_measures": pl.DataFrame({
            **whole, "measure": ["satisfied_ratings"] * 3, "k": [90, 95, 1], "n": [100.0, 100.0, 2.0],
            "value": [0.9, 0.95, 0.5], "low": [0.8, 0.9, 0.1], "high": [0.95, 0.98, 0.9], "shrunk": [0.91, 0.94, None],
            "reliability": [0.8, 0.8, None], "score": [80.0, 90.0, None], "state": ["scored", "scored", "too_few"],
        }),
        "complaint_funnel": pl.DataFrame({
            **whole, "visits": [1, 2, 3], "complaints": [0, 1, 2], "rate": [0.0, 1.0, 2.0], "target": [1.0] * 3,
            "low95": [0.0] * 3, "high95": [3.0] * 3, "low998": [0.0] * 3, "high998": [4.0] * 3, "phi": [1.0] * 3,
            "position": ["inside", "inside", "above_95"],
        }),
    }  # fmt: skip


def without_scores(source: Source, folder: Path) -> Source:
    found = copied(source, folder)
    for name in cards(source):
        (found.folder / f"{name}.parquet").unlink(missing_ok=True)
    return found


def test_without_scores_it_is_said_that_data_are_too_few(source: Source, tmp_path: Path) -> None:
    report = made(gathered(without_scores(source, tmp_path / "old")))
    assert any(text.startswith("数据不足：") for text in texts(report))
    assert not any(isinstance(block, Table) and "机构评分" in block.caption for block in report.blocks)
    assert sheets(report)["评分"][1][0].startswith("数据不足")


def test_scores_grades_and_what_holds_them_down(source: Source, tmp_path: Path) -> None:
    report = made(gathered(copied(source, tmp_path / "scored", **cards(source))))
    rows = table(report, "机构评分与等级").rows
    assert [row[1:] for row in rows] == [
        (91.2, 85.0, 97.0, "不合格", "S01-0123456789abcdef"),
        (88.9, 80.1, 95.0, "良好", None),
        (None, None, None, "数据不足", None),
    ]
    figure = next(block for block in report.blocks if isinstance(block, Figure) and "机构评分" in block.caption)
    assert [(bar.value, bar.low, bar.high) for bar in figure.bars] == [(91.2, 85.0, 97.0), (88.86, 80.1, 95.0)]
    found = sheets(report)
    assert len(found["评分"]) == 1 + 9
    assert [row[-1] for row in found["投诉控制图"][1:]].count("高于95%上限") == 1


def test_small_counts_of_old_people_by_street_are_hidden(source: Source, tmp_path: Path) -> None:
    providers = source.table("provider_activity")
    here = pl.col("jurisdiction") == PLACE
    codes = [f"37100200{place}" for place in range(1, 6)]
    streets = providers.filter(here).with_columns(
        division_code=pl.Series(codes), elders=pl.Series([3, 40, 50, 60, 70], dtype=pl.Int64)
    )
    changed = copied(source, tmp_path / "streets", provider_activity=pl.concat([providers.filter(~here), streets]))
    report = made(gathered(changed))
    found = table(report, "各区划服务情况")
    hidden = [row for row in found.rows if row[3] is None]
    assert len(hidden) >= 2
    assert all(row[2] is None and row[4] is None for row in hidden)
    assert "1至10人的不公布" in found.note
    assert 3 not in [row[3] for row in found.rows]
    # By provider the counts would give the streets away.
    assert "服务老年人数" not in [column.title for column in table(report, "服务机构情况").columns]


def test_a_hostile_provider_name_stays_a_name(source: Source, tmp_path: Path) -> None:
    name = '=cmd|"/C calc"!A1 #panic() $x$ *b* _i_ <a> @r \x07\u202e`'
    providers = source.table("provider_activity").with_columns(name=pl.lit(name))
    changed = copied(source, tmp_path / "hostile", provider_activity=providers)
    (provider,) = ask(source, "select provider_id from provider_activity where jurisdiction = 'weihai' limit 1")
    report = made(gathered(changed, provider=provider))
    kept = '=cmd|"/C calc"!A1 #panic() $x$ *b* _i_ <a> @r `'
    assert report.title.startswith(kept)
    assert typesetting.pdf(report, installed()).startswith(b"%PDF")
    assert as_word(report).paragraphs[0].text == report.title
    assert sheets(report)["服务机构"][1][0] == f"'{kept}"


def test_the_same_inputs_give_the_same_documents(source: Source) -> None:
    fonts = installed()
    one, other = made(gathered(source)), made(gathered(source))
    assert one == other
    assert typesetting.pdf(one, fonts) == typesetting.pdf(other, fonts)
    assert workbooks.workbook(one) == workbooks.workbook(other)


# ---- commands ----------------------------------------------------------------------------------------------------


def run(data: Path, *options: str) -> Result:
    return CliRunner().invoke(cli.main, ["report", "--data", str(data), *options])


def test_the_command_writes_three_documents(data: Path, tmp_path: Path) -> None:
    outcome = run(data, "--jurisdiction", "nangang", "--period", "2025", "--lang", "en", "--out", str(tmp_path))
    assert outcome.exit_code == 0
    stem = "report_nangang_20250101-20250630_en"
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{stem}.docx", f"{stem}.pdf", f"{stem}.xlsx"]
    assert "fonts: title" in outcome.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--jurisdiction", "nowhere", "--period", "2025"], "places are: jincheng"),
        (["--jurisdiction", PLACE, "--period", "2019"], "nothing of 2019-01-01"),
        (["--jurisdiction", PLACE, "--period", "25"], "is no period"),
        (["--jurisdiction", PLACE, "--period", "2025", "--provider", "9"], "no provider '9'"),
        (["--jurisdiction", PLACE], "needs --jurisdiction and --period"),
        (["--finding", "S01-0000000000000000"], "no finding S01-"),
        (["--finding", "S01-0000000000000000", "--period", "2025"], "leave --jurisdiction"),
    ],
)
def test_what_cannot_be_reported_is_said_and_nothing_is_written(
    data: Path, tmp_path: Path, options: list[str], words: str
) -> None:
    outcome = run(data, *options, "--out", str(tmp_path / "out"))
    assert (outcome.exit_code, (tmp_path / "out").exists()) == (2, False)
    assert words in outcome.stderr


def test_one_finding_before_and_after_the_decision(data: Path, source: Source, tmp_path: Path) -> None:
    row = source.table("findings", jurisdiction=PLACE, rule="F08").row(0, named=True)
    finding = row["finding_id"]

    def paragraphs() -> list[str]:
        outcome = run(data, "--finding", finding, "--out", str(tmp_path))
        assert outcome.exit_code == 0
        return [one.text for one in docx.Document(str(tmp_path / f"finding_{finding}_zh.docx")).paragraphs]

    def explained() -> str:
        return CliRunner().invoke(cli.main, ["explain", finding, "--data", str(data)]).stdout

    before = paragraphs()
    assert before[:2] == ["疑点核查单", finding]
    assert not any("后果" in text for text in before)
    assert "疑点：威海市" in explained()
    assert "后果" not in explained()
    try:
        store = open_store(data)
        known = decided_finding(row, source.manifest["run"])
        store.decide(Ask(known, "to_check"), "checking", "现场核查", "tester")
        store.decide(Ask(known, "checking"), "upheld", "停业时间属实", "tester")
        after = paragraphs()
        assert after[0] == "属实问题核查单"
        assert any("第六十条" in text and f"估算{row['amount']:,.2f}元" in text for text in after)
        assert "属实问题：威海市" in explained()
        assert f"{row['amount']:,.2f} 元" in explained()
        assert "[weihai.a60.refund_under_5_years]" in explained()
    finally:
        shutil.rmtree(data / "decisions")
