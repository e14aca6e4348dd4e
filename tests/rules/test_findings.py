"""A finding from its rows to its words: explanation, exemption, first day seen, guards. One small world, built once."""

# ruff: noqa: S608 - the queries are these tests' own words

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines import modelling
from pipelines.comparing import compare
from pipelines.explaining import UnknownFinding, explain, in_words
from tests.models.conftest import Loads
from tests.rules.cases import World, worlds

AS_OF = dt.date(2025, 6, 30)
START = dt.date(2025, 1, 1)


def _world() -> World:
    """The cases of the monthly hours that share the usual days."""
    return next(
        world for world in worlds(["Q01"]) if (world.as_of, world.period_start, world.name) == (AS_OF, START, "")
    )


@pytest.fixture(scope="module")
def loads(tmp_path_factory: pytest.TempPathFactory) -> Loads:
    made = Loads(tmp_path_factory.mktemp("findings"))
    for file in _world().files:
        made.send(file.source, file.date, list(file.rows), file.division)
    made.build(AS_OF.isoformat())
    return made


@pytest.fixture(scope="module")
def published(loads: Loads) -> Path:
    folder = loads.folder / "published"
    folder.mkdir()
    modelling.export(loads.database, folder)
    return folder


def _finding(published: Path, subject: str) -> dict[str, Any]:
    findings = pl.read_parquet(published / "findings.parquet")
    return findings.filter(pl.col("rule") == "Q01", pl.col("subject").str.ends_with(subject)).row(0, named=True)


def test_an_explanation_holds_all_that_is_needed_to_recompute_the_amount(published: Path) -> None:
    explanation = explain(published, _finding(published, "~above")["finding_id"])
    seconds = subsidy = Decimal(0)
    for row in explanation.rows:
        assert row.role == "counted" and row.file and row.line > 1
        facts = row.facts
        begun, ended = (dt.datetime.fromisoformat(facts[name]) for name in ("started_at", "ended_at"))
        seconds += Decimal((ended - begun).total_seconds())
        subsidy += Decimal(str(facts["subsidy_amount"]))
    hours = seconds / 3600
    limit = Decimal(next(parameter.value for parameter in explanation.parameters if parameter.name == "max_hours"))
    amount = (subsidy * (hours - limit) / hours).quantize(Decimal("0.01"))
    assert amount == explanation.finding["amount"] == Decimal("0.58")
    assert [article.quotation for article in explanation.articles] == ["每月可享受4小时（至少2次）的免费居家养老服务"]
    assert explanation.parameters[0].basis == "text"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_explanation_in_words_names_article_parameter_and_line(published: Path, lang: Any) -> None:
    text = in_words(explain(published, _finding(published, "~above")["finding_id"]), lang)
    for part in ("每月可享受4小时", "max_hours = 4", "4.0167", "0.58", "visits_", "jincheng.s2_3.hours_per_month"):
        assert part in text


def test_an_unknown_finding_is_told(published: Path) -> None:
    with pytest.raises(UnknownFinding, match="Q01-nothing"):
        explain(published, "Q01-nothing")


def test_the_id_of_a_finding_is_made_of_rule_place_subject_and_period_alone(published: Path) -> None:
    finding = _finding(published, "~above")
    key = "|".join(finding[name] for name in ("rule", "jurisdiction", "subject", "period"))
    digest = duckdb.execute("select sha256(?)", [key]).fetchall()[0][0]
    assert finding["finding_id"] == f"Q01-{digest[:16]}"


def test_a_finding_that_was_seen_before_keeps_its_first_day(loads: Loads, published: Path, tmp_path: Path) -> None:
    finding_id = _finding(published, "~above")["finding_id"]
    history = pl.DataFrame(
        {"finding_id": [finding_id, "Q01-gone"], "first_seen_on": [dt.date(2025, 5, 31), dt.date(2025, 4, 30)]}
    )
    with duckdb.connect(str(loads.database)) as connection:
        connection.register("given", history.to_arrow())
        connection.execute("insert into raw.first_seen select * from given")
        connection.unregister("given")
    try:
        modelling.build_rules(loads.database, AS_OF, START)
        given = modelling.variables(AS_OF, START)
        modelling.run_models(loads.database, ["findings", "finding_history"], given)
        rows = dict(loads.ask("select finding_id, first_seen_on from marts.finding_history"))
        assert rows[finding_id] == dt.date(2025, 5, 31)
        assert rows["Q01-gone"] == dt.date(2025, 4, 30)
        first = loads.ask(f"select first_seen_on from marts.findings where finding_id = '{finding_id}'")
        assert first == [(dt.date(2025, 5, 31),)]
    finally:
        with duckdb.connect(str(loads.database)) as connection:
            connection.execute("delete from raw.first_seen")


def test_an_exemption_turns_a_failure_into_a_shown_exemption(loads: Loads, published: Path) -> None:
    finding = _finding(published, "~above")
    wanted = f"rule = 'Q01' and subject = '{finding['subject']}'"
    query = "select result, exemption_document from rules.rule_results where " + wanted
    assert loads.ask(query) == [("FAIL", None)]
    with duckdb.connect(str(loads.database)) as connection:
        connection.execute(
            "insert into policy.exemptions (rule, jurisdiction, subject, valid_from, valid_to, document) values "
            "('Q01', 'jincheng', ?, date '2025-03-31', date '2025-03-31', '晋民批〔2025〕1号')",
            [finding["subject"]],
        )
    try:
        assert loads.ask(query) == [("FAIL", "晋民批〔2025〕1号")]
        given = modelling.variables(AS_OF, START)
        again = ["rule_outcomes", "rule_findings", "findings", "exempted_findings", "rule_coverage"]
        modelling.run_models(loads.database, again, given)
        assert loads.ask("select count(*) from marts.findings where " + wanted) == [(0,)]
        assert loads.ask("select document from marts.exempted_findings where " + wanted) == [("晋民批〔2025〕1号",)]
        counted = loads.ask("select sum(failed), sum(exempted) from marts.rule_coverage where rule = 'Q01'")
        assert counted[0][1] == 1
    finally:
        with duckdb.connect(str(loads.database)) as connection:
            connection.execute("delete from policy.exemptions")


def test_a_rule_that_drops_out_of_the_models_fails_the_build(loads: Loads) -> None:
    given = modelling.variables(AS_OF, START)
    modelling.run_models(loads.database, ["rule_coverage"], given)
    modelling.run_tests(loads.database, ["every_rule_is_covered"], given)
    with duckdb.connect(str(loads.database)) as connection:
        connection.execute("delete from marts.rule_coverage where rule = 'A01'")
    with pytest.raises(modelling.ModelFailed, match="every_rule_is_covered"):
        modelling.run_tests(loads.database, ["every_rule_is_covered"], given)


def test_overlapping_windows_of_a_parameter_fail_the_build(loads: Loads) -> None:
    given = modelling.variables(AS_OF, START)
    modelling.run_tests(loads.database, ["parameters"], given)
    with duckdb.connect(str(loads.database)) as connection:
        connection.execute(
            "insert into policy.parameters select * replace (date '2025-06-01' as valid_from) "
            "from policy.parameters where rule = 'Q01'"
        )
    try:
        with pytest.raises(modelling.ModelFailed, match="no_overlapping_windows"):
            modelling.run_tests(loads.database, ["parameters"], given)
    finally:
        with duckdb.connect(str(loads.database)) as connection:
            connection.execute("delete from policy.parameters where rule = 'Q01' and valid_from = date '2025-06-01'")


def test_publications_are_compared_by_finding_and_by_policy(published: Path, tmp_path: Path) -> None:
    for path in published.glob("*.parquet"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    gone = _finding(published, "~above")
    findings = pl.read_parquet(published / "findings.parquet").filter(pl.col("finding_id") != gone["finding_id"])
    findings.write_parquet(tmp_path / "findings.parquet")
    parameters = pl.read_parquet(published / "policy_parameters.parquet")
    raised = pl.when(pl.col("rule") == "Q01").then(pl.lit(Decimal(5), pl.Decimal(18, 6))).otherwise("value")
    parameters.with_columns(value=raised).write_parquet(tmp_path / "policy_parameters.parquet")
    difference = compare(published, tmp_path)
    assert difference.findings["change"].to_list() == ["vanished"]
    assert difference.yuan == -gone["amount"]
    assert difference.policy.rows() == [("parameters", "Q01|jincheng||max_hours|2023-01-01", "changed")]
    assert compare(published, published).findings.is_empty()
