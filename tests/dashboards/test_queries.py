"""Who reads what: every query of the app, for every kind of reader, on a small publication of two cities."""

import ast
import datetime as dt
import inspect
import json
from collections.abc import Callable
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboards.queries import (
    Publication,
    Reader,
    Scope,
    cards,
    complaints,
    current,
    facilities,
    finding,
    findings,
    funds,
    log,
    money,
    overview,
    policy,
    previous,
    quality,
    report,
    rooms,
    shell,
    upheld,
    what_if,
)
from dashboards.queries import base as door
from pipelines.decisions import initial_state
from pipelines.paths import POLICY

HERE, THERE = "371002", "371081"  # two districts of one city
FAMILIES = (
    "cards",
    "complaints",
    "facilities",
    "finding",
    "findings",
    "funds",
    "log",
    "money",
    "overview",
    "policy",
    "quality",
    "report",
    "rooms",
    "shell",
    "upheld",
    "what_if",
)
NO_STATES = pl.DataFrame(schema={"finding_id": pl.String, "state": pl.String, "sequence": pl.Int64})
EVERYTHING = findings.Wanted(Scope())
DAY = dt.date(2025, 3, 31)


def _ids(rule: str, places: str) -> str:
    return f"{rule}-{'0' * 10}{places}"


OURS, THEIRS, BOTH, PERSON = _ids("A01", HERE), _ids("A01", THERE), _ids("P04", "000000"), _ids("S01", HERE)
KEY = "c1" * 12


def _per_district(**columns: Any) -> pl.DataFrame:
    return pl.DataFrame(columns, strict=False)


def _cards() -> dict[str, pl.DataFrame]:
    """The cards of a provider in each district."""
    card = {"provider": ["here", "there"], "jurisdiction": ["weihai", "weihai"]}
    measure = {"measure": ["trained_workers", "trained_workers"]}
    row = {"file": ["a.csv", "b.csv"], "sheet": ["", ""], "line": [2, 3]}
    return {
        "scorecards": _per_district(**card, total=[90.0, 80.0], visits=[1, 2]),
        "scorecard_domains": _per_district(**card, domain=["staffing", "staffing"], score=[90.0, 80.0]),
        "scorecard_measures": _per_district(
            **card, **measure, domain=["staffing", "staffing"], score=[9.0, 8.0], weight=[1, 1]
        ),
        "scorecard_quarters": _per_district(**card, quarter=["2025-Q1", "2025-Q1"], measure=[None, None]),
        "scorecard_rows": _per_district(
            **card,
            **measure,
            source=["workers", "workers"],
            row_key=[f"{KEY}|here", f"{KEY}|there"],
            day=[DAY, DAY],
            counts_in_k=[True, True],
            **row,
        ),
        "complaint_funnel": _per_district(**card, visits=[1, 2], rate=[1.0, 2.0]),
        "monthly_series": _per_district(**card, month=[DAY, DAY]),
    }


def tables() -> dict[str, pl.DataFrame]:
    """A publication in which each district has one row of everything."""
    both = {"division_code": [HERE, THERE]}
    money = pl.Series([10, 20]).cast(pl.Decimal(18, 2))
    row = {"file": ["a.csv", "b.csv"], "sheet": ["", ""], "line": [2, 3]}
    found = pl.DataFrame(
        {
            "rule": ["A01", "A01", "P04", "S01"],
            "jurisdiction": ["weihai"] * 4,
            "subject": ["XQ-here", "XQ-there", "JS-both", KEY],
            "period": [""] * 4,
            "kind": ["breach", "breach", "breach", "lead"],
            "measure": [1.0] * 4,
            "limit": [2.0] * 4,
            "amount": pl.Series([1, 2, 4, 8]).cast(pl.Decimal(18, 2)),
            "finding_id": [OURS, THEIRS, BOTH, PERSON],
            "first_seen_on": [DAY] * 4,
            "judged_on": [DAY] * 4,
        }
    )
    facts = [
        {"division_code": HERE, "residential_area_id": "XQ-here"},
        {"division_code": THERE, "residential_area_id": "XQ-there"},
        {"division_code": HERE, "worker_id": KEY, "visit_id": "v1"},
        {"division_code": THERE, "sanction_id": "elsewhere"},
    ]
    said = pl.DataFrame(
        {
            "source": ["residential_areas", "residential_areas", "visits", "sanctions"],
            "row_key": ["XQ-here", "XQ-there", "v1", "s1"],
            "file": ["a.csv", "b.csv", "v.csv", "s.csv"],
            "sheet": [""] * 4,
            "line": [2, 3, 4, 5],
            "facts": [json.dumps(one) for one in facts],
        }
    )
    behind = said.drop("facts").with_columns(
        finding_id=pl.Series([OURS, THEIRS, PERSON, PERSON]), role=pl.Series(["ground", "ground", "counted", "ground"])
    )
    seeds = {path.stem: pl.read_csv(path, infer_schema=False) for path in sorted(POLICY.glob("*.csv"))}
    return {
        **{f"policy_{name}": frame for name, frame in seeds.items()},
        "findings": found,
        "exempted_findings": found.clear().with_columns(document=pl.lit("")),
        "finding_places": pl.DataFrame(
            {
                "finding_id": [OURS, THEIRS, BOTH, BOTH, PERSON],
                "division_code": [HERE, THERE, HERE, THERE, HERE],
            }
        ),
        "finding_evidence": behind,
        "evidence_rows": said,
        "rule_coverage": pl.DataFrame(
            {
                "rule": ["A01", "S01"],
                "jurisdiction": ["weihai"] * 2,
                "year": [2025] * 2,
                **{name: [5, 5] for name in ("population", "passed", "failed", "not_assessable", "no_rule_in_force")},
                "exempted": [0, 0],
            }
        ),
        "fund_usage": _per_district(
            **both,
            fiscal_year=[2025, 2025],
            programme=["a", "a"],
            fund_source=["b", "b"],
            **dict.fromkeys(("budget", "allocated_in", "received_in", "passed_on", "paid", "refunded"), money),
        ),
        "trace_payments": _per_district(
            **both,
            payment_id=["p1", "p2"],
            batch_id=["JS-here", "JS-there"],
            fiscal_year=[2025, 2025],
            programme=["a", "a"],
            fund_source=["b", "b"],
            payee_id=[KEY, KEY],
            payee_account=[KEY, KEY],
            amount=money,
            **row,
        ),
        "trace_budgets": _per_district(
            **both, fiscal_year=[2025, 2025], programme=["a", "a"], fund_source=["b", "b"], amount=money, **row
        ),
        "trace_transfers": _per_district(
            from_division=["371000", "371000"],
            to_division=[HERE, THERE],
            fiscal_year=[2025, 2025],
            programme=["a", "a"],
            fund_source=["b", "b"],
            allocated_amount=money,
            received_amount=money,
            transfer_id=["t1", "t2"],
            to_jurisdiction=["weihai", "weihai"],
            allocated_on=[DAY, DAY],
            received_on=[DAY, DAY],
            **row,
        ),
        "payment_coverage": _per_district(
            **both,
            payment_id=["p1", "p2"],
            batch_id=["JS-here", "JS-there"],
            fiscal_year=[2025, 2025],
            programme=["a", "a"],
            fund_source=["county", "county"],
            amount=money,
            covered=money,
            state=["covered", "covered"],
            paid_on=[DAY, DAY],
            **row,
        ),
        "settlement_batches": _per_district(
            **both,
            batch_id=["JS-here", "JS-there"],
            provider_id=["here", "there"],
            programme=["a", "a"],
            last_month=[DAY, DAY],
            recorded=money,
            paid=money,
        ),
        "settlement_lines": _per_district(
            **both,
            batch_id=["JS-here", "JS-there"],
            line_id=["l1", "l2"],
            amount=money,
            visit_amount=money,
            state=["matches", "matches"],
            **row,
        ),
        "area_delivery": _per_district(
            **both, residential_area_id=["XQ-here", "XQ-there"], step=[1, 1], state=["FAIL", "FAIL"]
        ),
        "service_coverage": pl.DataFrame(
            {
                "jurisdiction": ["weihai"] * 4,
                "county": [None, HERE, THERE, HERE],
                "street": [None, None, None, f"{HERE}001"],
                "dimension": ["all"] * 4,
                "people": [""] * 4,
                "entitled": [40, 20, 20, 12],
                "served": [37, 19, 18, None],
                "rate": [0.925, 0.95, 0.9, None],
                "low": [0.8, 0.7, 0.6, None],
                "high": [1.0, 1.0, 1.0, None],
                "is_hidden": [False, False, False, True],
            }
        ),
        "complaint_counters": _per_district(
            **both,
            rule=["C01", "C03"],
            jurisdiction=["weihai", "weihai"],
            subject=[KEY, "K-there"],
            provider_id=["here", "there"],
            complaints=[1, 1],
            threshold=[3, 3],
            judged_on=[DAY, DAY],
            starts_on=[DAY, DAY],
            ends_on=[DAY, DAY],
        ),
        **_cards(),
        "complaint_counts": _per_district(
            **both,
            month=["2025-03", "2025-03"],
            target_kind=["provider", "provider"],
            category=["fee", "fee"],
            **{name: [1, 1] for name in ("received", "upheld", "partly_upheld")},
        ),
        "trace_complaints": _per_district(
            **both,
            complaint_id=["c1", "c2"],
            month=["2025-03", "2025-03"],
            target_kind=["provider", "provider"],
            category=["fee", "fee"],
            provider_id=["here", "there"],
            worker_id=[KEY, KEY],
            received_on=[DAY, DAY],
            jurisdiction=["weihai", "weihai"],
            verdict=["upheld", "upheld"],
        ),
        "area_compliance": _per_district(
            **both,
            residential_area_id=["XQ-here", "XQ-there"],
            name=["甲", "乙"],
            state=["FAIL", "FAIL"],
            short_m2=[1.0, 2.0],
            rule=["A01", "A01"],
            jurisdiction=["weihai", "weihai"],
        ),
        "trace_residential_areas": _per_district(
            residential_area_id=["XQ-here", "XQ-there"],
            **both,
            **row,
            room_area_planned=[1.0, 2.0],
            room_area_provided=[1.0, 2.0],
        ),
        "land_compliance": _per_district(**both),
        "trace_facilities": _per_district(
            **both,
            facility_id=["f1", "f2"],
            name=["", ""],
            kind=["", ""],
            land_area=[1.0, 2.0],
            opened_on=[DAY, DAY],
            closed_on=[None, None],
            is_open=[True, True],
            **row,
        ),
        "provider_activity": _per_district(
            **both,
            jurisdiction=["weihai", "weihai"],
            provider_id=["here", "there"],
            name=["甲站", "乙站"],
            visits=[1, 2],
            period_start=[DAY, DAY],
            period_end=[DAY, DAY],
        ),
        "files": _per_district(file=["a.csv", "b.csv"], division=[HERE, THERE], file_order=[1, 2]),
        "quarantine": _per_district(
            **row, source=["visits", "visits"], column=["x", "x"], reason=["r", "r"], level=["row", "row"]
        ),
        "quality_checks": _per_district(
            check=["freshness", "freshness", "publication"],
            subject_kind=["delivery"] * 2 + ["publication"],
            source=["visits", "elders", None],
            division=[HERE, THERE, None],
            file=["a.csv", "b.csv", None],
            severity=["warning"] * 3,
            passed=[False] * 3,
        ),
        "source_freshness": _per_district(
            source=["visits", "elders"],
            division_key=[HERE, THERE],
            files=[1, 1],
            rows=[1, 1],
            newest_on=[DAY, DAY],
            newest_file_on=[DAY, DAY],
        ),
    }


@pytest.fixture(scope="module")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Publication:
    data = tmp_path_factory.mktemp("queries")
    folder = data / "published" / "000002-20250630-abcabcabcabc"
    folder.mkdir(parents=True)
    for name, frame in tables().items():
        _typed(name, frame).write_parquet(folder / f"{name}.parquet")
    manifest = {"run": folder.name, "as_of": "2025-06-30", "fingerprint": "f"}
    noted = {"decisions": {"count": 0, "hash": "0" * 64}}
    (folder / "manifest.json").write_text(json.dumps({**manifest, **noted}))
    (data / "published" / "current").write_text(folder.name)
    found = current(data)
    assert found is not None
    return found


def _typed(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Seeds with the types that they are published with, as far as queries ask for them."""
    days = [
        column for column in frame.columns if column.endswith(("_from", "_to", "_on")) and name.startswith("policy_")
    ]
    numbers = [
        column for column in ("value", "low", "high") if name.startswith("policy_param") and column in frame.columns
    ]
    return frame.with_columns(
        *[pl.col(column).cast(pl.String).str.to_date(strict=False) for column in days],
        *[pl.col(column).cast(pl.Decimal(18, 6), strict=False) for column in numbers],
    )


# Each query with what it asks for beside the reader. A query that is not here fails `test_no_query_is_forgotten`.
QUERIES: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "complaints.complaint_counts": (complaints.complaint_counts, (Scope(),)),
    "complaints.complaint_rows": (complaints.complaint_rows, (THERE, "2025-03", "provider", "fee")),
    "facilities.areas": (facilities.areas, (Scope(),)),
    "facilities.land": (facilities.land, (Scope(),)),
    "facilities.land_rows": (facilities.land_rows, (THERE,)),
    "finding.finding": (finding.finding, (THEIRS,)),
    "finding.consequences": (finding.consequences, ()),
    "finding.divisions": (finding.divisions, (THEIRS,)),
    "finding.rows": (finding.rows, (THEIRS,)),
    "finding.explanation": (finding.explanation, (THEIRS,)),
    "finding.rule_text": (finding.rule_text, ("A01",)),
    "finding.exemptions": (finding.exemptions, ("A01", "weihai")),
    "finding.missing_facts": (finding.missing_facts, ("A01", "weihai")),
    "finding.has_hidden_rows": (finding.has_hidden_rows, (THEIRS,)),
    "finding.parameter_texts": (finding.parameter_texts, ("A01",)),
    "findings.queue": (findings.queue, (EVERYTHING, initial_state(), "", NO_STATES)),
    "findings.counts": (findings.counts, (EVERYTHING, initial_state(), "", NO_STATES)),
    "findings.rules_found": (findings.rules_found, ()),
    "findings.coverage": (findings.coverage, (Scope(),)),
    "funds.fund_usage": (funds.fund_usage, (Scope(),)),
    "log.noted_heads": (log.noted_heads, ()),
    "money.programmes": (money.programmes, (Scope(),)),
    "money.settled_programmes": (money.settled_programmes, ()),
    "money.stages": (money.stages, (Scope(), None)),
    "money.step_rows": (money.step_rows, (Scope(), None, "gap_paid", None)),
    "money.transfers": (money.transfers, (Scope(), None)),
    "money.batches": (money.batches, (Scope(), 10)),
    "money.batch": (money.batch, ("JS-there",)),
    "money.batch_payments": (money.batch_payments, ("JS-there",)),
    "money.batch_states": (money.batch_states, ("JS-there",)),
    "money.batch_lines": (money.batch_lines, ("JS-there", None, None)),
    "money.findings_on": (money.findings_on, (("XQ-there", "JS-both"), ("A01", "P04"))),
    "rooms.counties": (rooms.counties, (Scope(),)),
    "rooms.delivery": (rooms.delivery, (Scope(),)),
    "rooms.area": (rooms.area, ("XQ-there",)),
    "rooms.area_steps": (rooms.area_steps, ("XQ-there",)),
    "upheld.funnel": (upheld.funnel, ("weihai",)),
    "upheld.setting": (upheld.setting, ("weihai", "funnel_inner_confidence")),
    "upheld.provider_upheld": (upheld.provider_upheld, ("there", "weihai")),
    "upheld.months": (upheld.months, ("there", "weihai")),
    "upheld.counters": (upheld.counters, (Scope(),)),
    "upheld.counter_rows": (upheld.counter_rows, ("C03", "weihai", "K-there")),
    "cards.peer_groups": (cards.peer_groups, (Scope(),)),
    "cards.cards": (cards.cards, ("weihai",)),
    "cards.jurisdictions_of": (cards.jurisdictions_of, ("there",)),
    "cards.domain_scores": (cards.domain_scores, ("weihai",)),
    "cards.measures": (cards.measures, ("there", "weihai")),
    "cards.words_of_domains": (cards.words_of_domains, ()),
    "cards.words_of_measures": (cards.words_of_measures, ()),
    "cards.quarters": (cards.quarters, ("there", "weihai")),
    "cards.rows": (cards.rows, ("there", "weihai", "trained_workers", None)),
    "cards.settings": (cards.settings, ("weihai",)),
    "overview.money": (overview.money, (Scope(),)),
    "overview.money_by_year": (overview.money_by_year, (Scope(),)),
    "overview.complaints_by_month": (overview.complaints_by_month, (Scope(),)),
    "overview.area_states": (overview.area_states, (Scope(),)),
    "overview.findings_by_month": (overview.findings_by_month, (Scope(),)),
    "overview.findings_count": (overview.findings_count, (Scope(),)),
    "overview.new_since": (overview.new_since, (Scope(), "2025-01-01")),
    "overview.coverage": (overview.coverage, (Scope(), "all")),
    "overview.seen_ids": (overview.seen_ids, ((OURS, THEIRS),)),
    "policy.requirements": (policy.requirements, ()),
    "policy.rules": (policy.rules, ()),
    "policy.settings": (policy.settings, ("A01",)),
    "policy.articles": (policy.articles, ("A01",)),
    "quality.data_docs": (quality.data_docs, ()),
    "quality.files": (quality.files, (Scope(),)),
    "quality.issues": (quality.issues, ()),
    "quality.issue_rows": (quality.issue_rows, ("visits", "x", "r", "row")),
    "quality.checks": (quality.checks, ()),
    "report.places": (report.places, ()),
    "report.providers": (report.providers, ("weihai",)),
    "quality.file_problems": (quality.file_problems, ("b.csv",)),
    "quality.check_rows": (quality.check_rows, ("visits", None)),
    "shell.divisions": (shell.divisions, ()),
    "shell.places": (shell.places, ()),
    "shell.years": (shell.years, ()),
    "shell.freshness": (shell.freshness, ()),
    "shell.late_sources": (shell.late_sources, ()),
    "shell.search": (shell.search, ("there",)),
    "what_if.names": (what_if.names, ()),
}

# Texts of documents and rules, which are the same for everybody; counts among them are the reader's.
PUBLIC = {
    *(name for name in QUERIES if name.startswith(("policy.", "what_if.", "cards.words_"))),
    "finding.rule_text",
    "finding.parameter_texts",
    "finding.exemptions",
    "finding.consequences",
}

# What tells of the other district: none of it may be in any answer to who sees this one alone.
FOREIGN = (THERE, THEIRS, BOTH, "there", "XQ-there", "JS-there", "乙", "b.csv", "elders", "elsewhere")


def _told(answer: Any) -> str:
    return json.dumps(
        answer.to_dicts() if isinstance(answer, pl.DataFrame) else answer, default=str, ensure_ascii=False
    )


def test_no_query_is_forgotten() -> None:
    known = set()
    for family in FAMILIES:
        module = import_module(f"dashboards.queries.{family}")
        for name, function in vars(module).items():
            own = getattr(function, "__module__", "") == module.__name__
            if own and not name.startswith("_") and callable(function) and not inspect.isclass(function):
                assert next(iter(inspect.signature(function).parameters)) == "reader", f"{family}.{name}"
                known.add(f"{family}.{name}")
    assert known == set(QUERIES)
    files = {path.stem for path in Path(door.__file__).parent.glob("*.py")} - {"__init__", "base"}
    assert files == set(FAMILIES)


@pytest.mark.parametrize("name", list(QUERIES))
@pytest.mark.parametrize("sees_persons", [True, False])
def test_a_district_sees_no_other_districts_row(publication: Publication, name: str, sees_persons: bool) -> None:
    ask, given = QUERIES[name]
    told = _told(ask(Reader(publication, (HERE,), sees_persons), *given))
    policy_texts = name in PUBLIC
    assert [word for word in FOREIGN if word in told and not policy_texts] == []
    if policy_texts:
        assert not any(word in told for word in (THEIRS, BOTH, "XQ-there"))


@pytest.mark.parametrize("name", list(QUERIES))
def test_who_has_no_place_sees_nothing(publication: Publication, name: str) -> None:
    ask, given = QUERIES[name]
    answer = ask(Reader(publication, ()), *given)
    told = _told(answer)
    public = name.startswith("policy.") or name in {
        "finding.rule_text",
        "finding.parameter_texts",
        "finding.exemptions",
    }
    assert public or not any(word in told for word in (HERE, THERE, OURS, THEIRS, "a.csv", "b.csv", "XQ-"))


@pytest.mark.parametrize("name", list(QUERIES))
def test_keys_of_persons_are_only_for_who_may_see_them(publication: Publication, name: str) -> None:
    ask, given = QUERIES[name]
    swapped = {THEIRS: PERSON, THERE: HERE}
    hidden = tuple(swapped.get(one, one) if isinstance(one, str) else one for one in given)
    assert KEY not in _told(ask(Reader(publication, None, False), *hidden))


def test_counts_are_of_what_is_seen(publication: Publication) -> None:
    def seen(reader: Reader) -> tuple[int, Decimal]:
        row = findings.counts(reader, EVERYTHING, initial_state(), "", NO_STATES).row(0, named=True)
        return row["findings"], row["yuan"]

    assert seen(Reader(publication)) == (4, Decimal(15))
    assert seen(Reader(publication, ("3710",))) == (4, Decimal(15))
    assert seen(Reader(publication, (HERE,))) == (2, Decimal(9))
    assert seen(Reader(publication, (HERE,), False)) == (1, Decimal(1))
    assert seen(Reader(publication, (HERE, THERE))) == (4, Decimal(15))
    assert overview.findings_count(Reader(publication, (HERE,)), Scope()) == 2


def test_a_forbidden_finding_is_as_unknown_as_none(publication: Publication) -> None:
    here = Reader(publication, (HERE,))
    assert finding.explanation(here, THEIRS) is finding.explanation(here, "A01-ffffffffffffffff") is None
    assert finding.explanation(Reader(publication, (HERE,), False), PERSON) is None
    assert finding.finding(here, OURS) is not None


def test_a_row_of_another_district_behind_a_finding_is_not_shown(publication: Publication) -> None:
    here, everywhere = Reader(publication, (HERE,)), Reader(publication)
    assert finding.has_hidden_rows(here, PERSON)
    assert not finding.has_hidden_rows(everywhere, PERSON)
    explanation = finding.explanation(here, PERSON)
    assert explanation is not None
    assert [row.source for row in explanation.rows] == ["visits"]


def test_coverage_of_a_larger_place_is_not_for_a_part_of_it(publication: Publication) -> None:
    assert findings.coverage(Reader(publication, (HERE,)), Scope()).height == 0
    assert findings.coverage(Reader(publication, ("3710",)), Scope()).height == 2
    assert findings.coverage(Reader(publication), Scope(HERE)).height == 2
    assert findings.coverage(Reader(publication), Scope("140500")).height == 0


def test_the_queue_filters_sorts_and_tells_the_whole(publication: Publication) -> None:
    states = pl.DataFrame({"finding_id": [THEIRS], "state": ["checking"], "sequence": [7]})

    def asked(**wanted: Any) -> list[str]:
        wanted = {"scope": Scope(), **wanted}
        return findings.queue(Reader(publication), findings.Wanted(**wanted), "to_check", "h", states)[
            "finding_id"
        ].to_list()

    assert asked() == [PERSON, BOTH, THEIRS, OURS]
    assert asked(rule="A01") == [THEIRS, OURS]
    assert asked(kind="lead") == [PERSON]
    assert asked(states=("checking",)) == [THEIRS]
    assert asked(states=("to_check",), yuan_from=4) == [PERSON, BOTH]
    assert asked(scope=Scope(THERE)) == [BOTH, THEIRS]
    assert asked(scope=Scope(None, 2024)) == []
    window = findings.queue(
        Reader(publication), findings.Wanted(Scope(), order="kind"), "to_check", "h", states, start=1, most=2
    )
    assert (window.height, window["all_findings"].to_list()) == (2, [4, 4])


def test_states_of_another_head_are_not_taken_from_the_cache(publication: Publication) -> None:
    reader, wanted = Reader(publication), findings.Wanted(Scope(), rule="P04")
    after = pl.DataFrame({"finding_id": [BOTH], "state": ["upheld"], "sequence": [1]})
    before = findings.queue(reader, wanted, "to_check", "head 1", NO_STATES)
    now = findings.queue(reader, wanted, "to_check", "head 2", after)
    assert (before["state"].to_list(), now["state"].to_list()) == (["to_check"], ["upheld"])


@pytest.mark.parametrize("hostile", ["' or 1=1 --", "3710%", "'; drop view findings; --", "\0", "%", "_"])
def test_hostile_values_find_nothing(publication: Publication, hostile: str) -> None:
    reader = Reader(publication)
    assert finding.finding(reader, hostile) is None
    assert shell.search(reader, hostile).height == 0
    assert findings.queue(reader, findings.Wanted(Scope(hostile), hostile), "to_check", "", NO_STATES).height == 0


@pytest.mark.parametrize("place", ["37' or true --", "", "x", "0371", "3710020000001234"])
def test_a_place_of_a_reader_is_digits(publication: Publication, place: str) -> None:
    with pytest.raises(ValueError, match="digits"):
        Reader(publication, (place,))


def test_no_query_reaches_behind_the_views() -> None:
    for path in Path(door.__file__).parent.glob("*.py"):
        if path.stem == "base":
            continue
        texts = [
            node.value
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant)
        ]
        queries = [text for text in texts if isinstance(text, str)]
        assert not any("stored." in text or "read_parquet" in text or "read_csv" in text for text in queries), path


def test_a_table_of_which_nobody_said_where_its_rows_lie_is_for_who_sees_all(publication: Publication) -> None:
    path = Path(publication.folder) / "brand_new.parquet"
    pl.DataFrame({"x": [1]}).write_parquet(path)
    try:
        assert door.ask(Reader(publication), "select * from brand_new").height == 1
        assert door.ask(Reader(publication, ("3710",)), "select * from brand_new").height == 0
    finally:
        path.unlink()


def test_the_search_finds_by_id_name_and_batch(publication: Publication) -> None:
    def found(text: str, places: tuple[str, ...] | None = None) -> list[tuple[str, str]]:
        return shell.search(Reader(publication, places), text).select("kind", "id").rows()

    assert found(OURS) == [("finding", OURS)]
    assert found("乙站") == [("provider", "there")]
    assert found("乙站", (HERE,)) == []
    assert found("JS-h") == [("batch", "JS-here")]
    assert found("甲") == [("area", "XQ-here"), ("provider", "here")]


def test_the_publication_before_is_the_one_before(publication: Publication, tmp_path: Path) -> None:
    assert previous(publication) is None
    for run in ("000001-20250531-aaaaaaaaaaaa", "000002-20250630-bbbbbbbbbbbb"):
        home = tmp_path / "published" / run
        home.mkdir(parents=True)
        (home / "manifest.json").write_text(json.dumps({"run": run, "as_of": "2025-05-31", "fingerprint": run}))
    (tmp_path / "published" / "current").write_text("000002-20250630-bbbbbbbbbbbb")
    now = current(tmp_path)
    assert now is not None
    before = previous(now)
    assert before is not None
    assert before.run == "000001-20250531-aaaaaaaaaaaa"


def test_who_is_served_is_told_by_county_and_of_a_whole_place_to_whom_sees_all_of_it(publication: Publication) -> None:
    def counties(reader: Reader, scope: Scope) -> list[str | None]:
        return overview.coverage(reader, scope, "all")["county"].to_list()

    assert counties(Reader(publication), Scope()) == [None, HERE, THERE]
    assert counties(Reader(publication), Scope(THERE)) == [THERE]
    assert counties(Reader(publication, (HERE,)), Scope()) == [HERE]
