"""Every finding of the small demo and of the hand-worked cases, recomputed from the rows behind it alone."""

import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboards.recomputing import AMOUNTS, MEASURES, SHARES, Recomputed, Share, Unclaimed, recomputed
from dashboards.texts import LANGUAGES, catalogue
from pipelines import modelling
from pipelines.demo import generate
from pipelines.explaining import Explanation, SourceRow, explain
from pipelines.run import Run, run_all
from pipelines.seed_rows import policy_rows
from pipelines.vault import PersonKeys, Vault
from tests.models.conftest import Loads
from tests.rules.cases import worlds

AS_OF = dt.date(2025, 6, 30)
START = dt.date(2024, 1, 1)
PAGE = Path(__file__).parents[2] / "docs" / "recomputing.md"
FIGURES = ("measure", "amount")


RULES = frozenset(row["rule"] for row in policy_rows("rules"))
PLAIN = frozenset({"how_rows", "how_none", "how_sum"})
WORKED = frozenset(rule for rule in RULES if {ways[rule].told for ways in (MEASURES, AMOUNTS) if rule in ways} - PLAIN)


def _explained(folder: Path, rules: Collection[str] = RULES) -> list[Explanation]:
    found = pl.read_parquet(folder / "findings.parquet").filter(pl.col("rule").is_in(list(rules)))
    return [explain(folder, finding_id) for finding_id in found["finding_id"]]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> list[Explanation]:
    """The findings of the small demo: some of every rule."""
    folder = tmp_path_factory.mktemp("demo")
    generate(folder / "files", "small")
    keys = PersonKeys("a key for tests")
    run = Run(folder / "files" / "landing", folder, Vault(folder / "vault"), keys, AS_OF, START)
    return _explained(run_all(run).publication.folder)


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> list[Explanation]:
    """The findings of hand-worked cases, either side of every limit, of rules whose figures are more than a count or a
    total: those of the usual days, each in one place."""
    loads, usual = Loads(tmp_path_factory.mktemp("worked")), dt.date(2025, 1, 1)
    tried = next(one for one in worlds(sorted(WORKED)) if (one.as_of, one.period_start, one.name) == (AS_OF, usual, ""))
    world = replace(tried, cases=tuple({(case.rule, case.name): case for case in tried.cases}.values()))
    for file in world.files:
        loads.send(file.source, file.date, [dict(row) for row in file.rows], file.division)
    loads.make()
    modelling.build_without_tests(loads.database, AS_OF, usual)
    folder = loads.folder / "published"
    folder.mkdir()
    modelling.export(loads.database, folder)
    return _explained(folder, WORKED)


@pytest.fixture(scope="module", params=["demo", "worked"])
def findings(request: pytest.FixtureRequest) -> list[Explanation]:
    return request.getfixturevalue(request.param)


def _outcomes(findings: Iterable[Explanation]) -> Iterator[tuple[Explanation, Recomputed | Share | Unclaimed]]:
    for finding in findings:
        for outcome in recomputed(finding, AS_OF):
            yield finding, outcome


def _figure(outcome: Recomputed | Share | Unclaimed) -> str:
    return "measure" if isinstance(outcome, Share) else outcome.figure


def _differs(outcome: Recomputed | Share | Unclaimed) -> bool:
    match outcome:
        case Recomputed():
            return not outcome.agrees
        case Share():
            return not outcome.is_possible
        case Unclaimed():
            return False


def _not_recomputed(findings: Iterable[Explanation]) -> set[tuple[str, str]]:
    return {
        (finding.finding["rule"], _figure(outcome))
        for finding, outcome in _outcomes(findings)
        if not isinstance(outcome, Recomputed)
    }


def documented() -> set[tuple[str, str]]:
    """The table of docs/recomputing.md: rule and figure."""
    part = PAGE.read_text(encoding="utf-8").split("## ")[1]
    return {(rule, figure) for rule, figure in re.findall(r"^\| (\w+) \| (\w+) \|", part, re.M) if figure in FIGURES}


def _of(findings: Iterable[Explanation], rule: str) -> Explanation:
    return next(one for one in findings if one.finding["rule"] == rule)


def _with_rows(finding: Explanation, rows: Sequence[SourceRow]) -> Explanation:
    return replace(finding, rows=tuple(rows))


def test_every_rule_has_its_way() -> None:
    assert MEASURES.keys() | SHARES.keys() == RULES
    assert not MEASURES.keys() & SHARES.keys()


def test_findings_of_every_rule_are_tried(demo: list[Explanation], worked: list[Explanation]) -> None:
    assert {one.finding["rule"] for one in demo} == RULES
    assert {one.finding["rule"] for one in worked} == WORKED


def test_each_figure_that_stands_has_an_outcome(findings: list[Explanation]) -> None:
    standing = [
        (one.finding["finding_id"], name)
        for one in findings
        for name in FIGURES
        if one.finding[name] is not None
    ]  # fmt: skip
    assert [(one.finding["finding_id"], _figure(outcome)) for one, outcome in _outcomes(findings)] == standing


def test_what_is_recomputed_agrees(findings: list[Explanation]) -> None:
    differing = [(one.finding, outcome) for one, outcome in _outcomes(findings) if _differs(outcome)]
    assert differing == []


def test_what_is_not_recomputed_stands_in_the_documentation(demo: list[Explanation], worked: list[Explanation]) -> None:
    assert _not_recomputed([*demo, *worked]) == documented()


def test_only_refunds_and_shares_are_not_recomputed(findings: list[Explanation]) -> None:
    refunds = {"why_refunds"}
    assert {outcome.why for _, outcome in _outcomes(findings) if isinstance(outcome, Unclaimed)} <= refunds


def test_a_counted_row_that_is_missing_is_noticed(demo: list[Explanation]) -> None:
    """Where rows are counted, or the amount is their total."""
    told = {"how_rows", "how_pairs"}
    tried = [one for one in demo if one.finding["rule"] in MEASURES and MEASURES[one.finding["rule"]].told in told]
    assert tried
    for finding in tried:
        counted = next(row for row in finding.rows if row.role == "counted")
        less = _with_rows(finding, [row for row in finding.rows if row is not counted])
        assert any(_differs(outcome) for outcome in recomputed(less, AS_OF)), finding.finding


@pytest.mark.parametrize("rule", sorted(SHARES))
def test_a_share_counts_its_part_and_says_the_whole(demo: list[Explanation], rule: str) -> None:
    finding = _of(demo, rule)
    (outcome,) = [one for one in recomputed(finding, AS_OF) if isinstance(one, Share)]
    assert outcome.part == len(finding.rows)
    assert outcome.part / outcome.whole == pytest.approx(finding.finding["measure"])


def test_a_share_that_its_rows_cannot_be_is_told(demo: list[Explanation]) -> None:
    finding = _of(demo, "S14")
    assert finding.finding["measure"] < 1
    (outcome,) = [one for one in recomputed(_with_rows(finding, finding.rows[1:]), AS_OF) if isinstance(one, Share)]
    assert not outcome.is_possible


def test_what_rests_on_rows_that_are_left_out_is_not_claimed(demo: list[Explanation]) -> None:
    finding = _of(demo, "P04")
    counted = _with_rows(finding, [row for row in finding.rows if row.role == "counted"])
    measure, amount = recomputed(counted, AS_OF, has_all_rows=False)
    assert isinstance(measure, Recomputed) and measure.agrees
    assert amount == Unclaimed("amount", "why_not_shown")


@pytest.mark.parametrize("missing", ["facts", "parameters"])
def test_what_rests_on_what_is_not_shown_is_not_claimed(demo: list[Explanation], missing: str) -> None:
    finding = _of(demo, "E09")
    shown: dict[str, Any] = {
        "facts": _with_rows(finding, [replace(row, facts={}) for row in finding.rows]),
        "parameters": replace(finding, parameters=()),
    }
    assert recomputed(shown[missing], AS_OF) == [Unclaimed("measure", "why_not_shown")]


def test_without_its_rows_no_finding_is_confirmed(demo: list[Explanation]) -> None:
    """And no page fails for it. Where nothing was counted, absence is what is found."""
    for finding in demo:
        outcomes = recomputed(_with_rows(finding, []), AS_OF)
        if any(row.role == "counted" for row in finding.rows):
            confirmed = [one for one in outcomes if isinstance(one, Recomputed) and one.agrees and one.stands != 0]
            assert confirmed == [], finding.finding


@pytest.mark.parametrize(("in_force_from", "most"), [("2000-01-01", 2), ("2024-12-31", 2), ("2025-01-01", 0)])
def test_complaints_count_within_one_window(demo: list[Explanation], in_force_from: str, most: int) -> None:
    """The first lies 364 days before the second and 365 before the third; before the rule no window ends."""
    finding, days = _of(demo, "C01"), ("2024-01-01", "2024-12-30", "2024-12-31")
    rows = [replace(row, facts={"received_on": day}) for row, day in zip(finding.rows, days, strict=True)]
    since = dt.date.fromisoformat(in_force_from)
    parameters = tuple(replace(one, valid_from=since) for one in finding.parameters)
    (outcome,) = recomputed(replace(_with_rows(finding, rows), parameters=parameters), AS_OF)
    assert isinstance(outcome, Recomputed) and outcome.value == most


@pytest.mark.parametrize("limit", [300_000.0, 400_000.0])
def test_a_subsidy_lies_as_far_below_a_bound_as_above_one(demo: list[Explanation], limit: float) -> None:
    finding = _of(demo, "F06")
    assert finding.finding["measure"] == 380_000
    beside = replace(finding, finding={**finding.finding, "limit": limit})
    (amount,) = [one for one in recomputed(beside, AS_OF) if _figure(one) == "amount"]
    assert isinstance(amount, Recomputed) and amount.value == abs(380_000 - Decimal(limit))


def test_where_more_than_one_is_asked_their_absence_says_nothing(demo: list[Explanation]) -> None:
    finding = _of(demo, "D02")
    of_two = replace(finding, finding={**finding.finding, "limit": 2.0, "measure": 1.0})
    assert recomputed(of_two, AS_OF) == [Unclaimed("measure", "why_not_shown")]


def test_a_price_that_came_later_in_the_month_is_not_used_for_visits_before(demo: list[Explanation]) -> None:
    finding = _of(demo, "Q03")
    later = finding.finding["judged_on"]
    prices = [one for one in finding.parameters if one.name == "max_price"]
    of_its_last_day = replace(finding, parameters=tuple(replace(one, valid_from=later) for one in prices))
    visit = next(row for row in finding.rows if row.role == "counted")
    assert str(visit.facts["started_at"])[:10] < later.isoformat()
    assert Unclaimed("amount", "why_not_shown") in recomputed(of_its_last_day, AS_OF)


@pytest.mark.parametrize("language", LANGUAGES.values())
def test_each_way_is_told_in_words(language: Any) -> None:
    told = {way.told for ways in (MEASURES, AMOUNTS) for way in ways.values()} | set(SHARES.values())
    assert told | {"why_refunds", "why_not_shown"} <= catalogue(language).keys()


@pytest.mark.parametrize(
    ("value", "places", "agrees"),
    [("1.2345", 3, True), ("1.2346", 3, False), ("1.2335", 3, True), ("1.2334", 3, False)],
)
def test_figures_agree_to_the_last_place_that_is_published(value: str, places: int, agrees: bool) -> None:
    assert Recomputed("measure", "how_rows", Decimal(value), Decimal("1.234"), places).agrees is agrees
