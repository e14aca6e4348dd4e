"""What a report is made of: the rows of one publication for a place, a period and perhaps a provider, with what people
decided. Reads Parquet and nothing else; no figure is worked out here but which rows belong."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.exposure import Exposure, exposures
from pipelines.reporting.periods import Period, read_period
from pipelines.reporting.problems import ReportProblem

DECISION_COLUMNS = {"finding_id": pl.String, "state": pl.String, "verdict": pl.String}
_CONSEQUENCES = (
    "consequence", "jurisdiction", "rules", "requirement", "factor", "text_zh", "text_en", "valid_from", "valid_to"
)  # fmt: skip
# Columns of evidence that name a provider, in the order in which they are asked.
_PROVIDER_FACTS = ("provider_id", "operator_id", "payee_id")


def no_decisions() -> pl.DataFrame:
    """Nobody has decided anything."""
    return pl.DataFrame(schema=DECISION_COLUMNS)


@dataclass(frozen=True)
class Scope:
    """What a report is about."""

    jurisdiction: str
    period: Period
    provider: str | None = None


@dataclass(frozen=True)
class Source:
    """A publication: its folder and its manifest."""

    folder: Path
    manifest: Mapping[str, Any]

    def table(self, name: str, **wanted: str) -> pl.DataFrame:
        """A published table, the rows with the wanted values."""
        conditions = [pl.col(column) == value for column, value in wanted.items()]
        return pl.scan_parquet(self.folder / f"{name}.parquet").filter(*conditions).collect()

    def has(self, name: str) -> bool:
        """Whether the publication has the table; one that was made before there was such a table has not."""
        return (self.folder / f"{name}.parquet").is_file()

    def day(self, name: str) -> dt.date:
        """A day of the manifest."""
        return dt.date.fromisoformat(self.manifest[name])


def source_of(folder: Path) -> Source:
    """The publication in a folder."""
    return Source(folder, json.loads((folder / "manifest.json").read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Gathered:
    """All that the chapters speak of. Tables that the publication does not have are None."""

    run: str
    fingerprint: str
    as_of: dt.date
    published: Period
    scope: Scope
    covered: Period
    place: Mapping[str, Any]
    documents: pl.DataFrame
    rules: Mapping[str, Mapping[str, Any]]
    suggestions: Mapping[str, Mapping[str, Any]] | None
    articles: Mapping[str, tuple[Mapping[str, Any], ...]]
    requirements: Mapping[str, Mapping[str, Any]]
    parameters: pl.DataFrame
    words: Mapping[tuple[str, str], Mapping[str, str]]
    units: Mapping[str, Mapping[str, str]]
    findings: pl.DataFrame
    exposures: Mapping[str, tuple[Exposure, ...]]
    evidence: pl.DataFrame
    coverage: pl.DataFrame
    providers: pl.DataFrame
    names: Mapping[str, str]
    funds: pl.DataFrame
    complaints: pl.DataFrame
    files: pl.DataFrame
    scores: Mapping[str, pl.DataFrame] | None
    score_names: Mapping[tuple[str, str], Mapping[str, Any]]
    quarters: pl.DataFrame | None
    months: pl.DataFrame | None
    reach: pl.DataFrame | None
    age_bands: tuple[int, ...]


def _by(frame: pl.DataFrame, key: str) -> dict[str, dict[str, Any]]:
    return {row[key]: row for row in frame.iter_rows(named=True)}


def _place(source: Source, scope: Scope) -> dict[str, Any]:
    places = source.table("policy_jurisdictions")
    found = places.filter(pl.col("jurisdiction") == scope.jurisdiction)
    if not found.height:
        known = ", ".join(sorted(places["jurisdiction"]))
        raise ReportProblem(f"no place {scope.jurisdiction!r} in this publication; places are: {known}")
    return found.row(0, named=True)


def _providers(source: Source, scope: Scope) -> pl.DataFrame:
    providers = source.table("provider_activity").filter(
        (pl.col("jurisdiction") == scope.jurisdiction)
        if scope.provider is None
        else (pl.col("provider_id") == scope.provider)
    )
    if scope.provider is not None and not providers.height:
        raise ReportProblem(
            f"no provider {scope.provider!r} in this publication; the ids stand in provider_activity.parquet"
        )
    return providers.sort("visits", "provider_id", descending=[True, False])


def _names(source: Source) -> dict[str, str]:
    """What providers, facilities and residential areas are called; their own ids where they have no name."""
    found: dict[str, str] = {}
    for table, key in (
        ("provider_activity", "provider_id"),
        ("trace_facilities", "facility_id"),
        ("trace_residential_areas", "residential_area_id"),
    ):
        frame = source.table(table).select(key, "name").drop_nulls().unique(subset=key, keep="first").sort(key)
        found |= dict(frame.iter_rows())
    return found


def _rows_behind(source: Source, ids: Iterable[str]) -> pl.DataFrame:
    """The evidence of some findings, a row per finding and source row, with what the row says."""
    place = ["source", "row_key", "file", "sheet", "line"]
    wanted = pl.DataFrame({"finding_id": list(ids)}, schema={"finding_id": pl.String})
    evidence = pl.scan_parquet(source.folder / "finding_evidence.parquet").join(
        wanted.lazy(), on="finding_id", how="semi"
    )
    said = pl.scan_parquet(source.folder / "evidence_rows.parquet")
    return evidence.join(said, on=place, how="left").sort("finding_id", "role", *place).collect()


def _named_providers(finding: Mapping[str, Any], subject: str, rows: list[Mapping[str, Any]]) -> frozenset[str]:
    """The providers that a finding is about: those of its subject, else of the rows that were counted, else of its
    grounds."""
    parts = dict(zip(subject.split("|"), finding["subject"].split("|"), strict=False))
    if "provider" in parts:
        return frozenset({parts["provider"]})
    for role in ("counted", "ground"):
        facts = [json.loads(row["facts"]) for row in rows if row["role"] == role and row["facts"]]
        named = {fact[column] for fact in facts for column in _PROVIDER_FACTS if fact.get(column)}
        if named:
            return frozenset(named)
    return frozenset()


def _of_provider(
    findings: pl.DataFrame, evidence: pl.DataFrame, rules: Mapping[str, Mapping[str, Any]], provider: str
) -> pl.DataFrame:
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for row in evidence.select("finding_id", "role", "facts").iter_rows(named=True):
        rows.setdefault(row["finding_id"], []).append(row)
    theirs = [
        finding["finding_id"]
        for finding in findings.iter_rows(named=True)
        if provider in _named_providers(finding, rules[finding["rule"]]["subject"], rows.get(finding["finding_id"], []))
    ]
    return findings.filter(pl.col("finding_id").is_in(theirs))


def _in_period(findings: pl.DataFrame, as_of: dt.date, covered: Period) -> pl.DataFrame:
    """Findings whose own period ends in the report's period, or at the day of evaluation where that is earlier."""
    day = pl.min_horizontal("judged_on", pl.lit(as_of))
    return findings.filter(day.is_between(covered.first, covered.last))


def _decided(findings: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    return (
        findings.join(decisions.select(list(DECISION_COLUMNS)), on="finding_id", how="left", maintain_order="left")
        .with_columns(pl.col("state").fill_null("to_check"), pl.col("amount").cast(pl.Decimal(18, 2)))
        .sort("rule", pl.col("amount").fill_null(Decimal(0)), "finding_id", descending=[False, True, False])
    )


def _articles(source: Source, place: str) -> dict[str, tuple[Mapping[str, Any], ...]]:
    joined = (
        source.table("policy_rule_requirements", jurisdiction=place)
        .join(source.table("policy_requirements"), on="requirement")
        .sort("rule", "requirement")
    )
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in joined.iter_rows(named=True):
        found.setdefault(row["rule"], []).append(row)
    return {rule: tuple(rows) for rule, rows in found.items()}


def _requirements(source: Source) -> dict[str, dict[str, Any]]:
    titles = source.table("policy_requirement_states").select("requirement", "title_zh", "title_en")
    documents = source.table("policy_documents").select(
        "document", "number", document_zh="title_zh", document_en="title_en"
    )
    joined = source.table("policy_requirements").join(documents, on="document", how="left")
    return _by(joined.join(titles, on="requirement", how="left"), "requirement")


def _parameters(source: Source, place: str, covered: Period) -> pl.DataFrame:
    """Numbers, tables and sets of the place that are in force on some day of the period, one row each, in one shape."""
    columns = ("rule", "name", "member", "value", "unit", "valid_from", "valid_to", "basis", "requirement")
    none = pl.lit(None, pl.String)
    numbers = source.table("policy_parameters", jurisdiction=place).with_columns(member=pl.col("division"))
    brackets = source.table("policy_parameter_brackets", jurisdiction=place).with_columns(
        member=pl.concat_str(
            pl.col("low").cast(pl.Float64).cast(pl.Int64).cast(pl.String),
            pl.lit("–"),
            pl.col("high").cast(pl.Float64).cast(pl.Int64).cast(pl.String).fill_null(""),
        )
    )
    sets = source.table("policy_parameter_sets", jurisdiction=place).with_columns(
        member=pl.concat_str("grouping", "member", separator=" ", ignore_nulls=True), value=none, unit=none
    )
    frames = [
        frame.with_columns(pl.col("value").cast(pl.Float64)).select(columns) for frame in (numbers, brackets, sets)
    ]
    texts = source.table("policy_parameter_texts").select("rule", "name", "code_list", "name_zh", "name_en")
    return (
        pl.concat(frames)
        .filter(
            pl.col("valid_from") <= covered.last, pl.col("valid_to").is_null() | (pl.col("valid_to") >= covered.first)
        )
        .join(texts, on=["rule", "name"], how="left")
        .sort("rule", "name", "member", "valid_from", nulls_last=True)
    )


def _consequences(source: Source) -> pl.DataFrame:
    if source.has("policy_consequences"):
        return source.table("policy_consequences")
    return pl.DataFrame(schema=dict.fromkeys(_CONSEQUENCES, pl.String))


def _funds(source: Source, scope: Scope, covered: Period) -> pl.DataFrame:
    return source.table("fund_usage", jurisdiction=scope.jurisdiction).filter(
        pl.col("fiscal_year").is_between(covered.first.year, covered.last.year)
    )


def _complaints(source: Source, scope: Scope, covered: Period) -> pl.DataFrame:
    found = source.table("trace_complaints").filter(
        pl.col("jurisdiction") == scope.jurisdiction if scope.provider is None else pl.lit(True),
        pl.col("received_on").is_between(covered.first, covered.last),
    )
    if scope.provider is not None:
        found = found.filter(
            pl.col("provider_id") == scope.provider, pl.col("target_kind").is_in(["provider", "worker"])
        )
    return found.sort("received_on", "complaint_id")


_SCORE_TABLES = ("scorecards", "scorecard_domains", "scorecard_measures", "complaint_funnel")


def _of_cards(source: Source, scope: Scope, name: str) -> pl.DataFrame:
    frame = source.table(name, jurisdiction=scope.jurisdiction)
    return frame if scope.provider is None else frame.filter(pl.col("provider") == scope.provider)


def _scores(source: Source, scope: Scope) -> dict[str, pl.DataFrame] | None:
    if not all(source.has(name) for name in _SCORE_TABLES):
        return None
    return {name: _of_cards(source, scope, name) for name in _SCORE_TABLES}


def _quarters(source: Source, scope: Scope, covered: Period) -> pl.DataFrame | None:
    """The cards of the quarters that begin in the report's period."""
    if not source.has("scorecard_quarters"):
        return None
    found = _of_cards(source, scope, "scorecard_quarters")
    wanted = [quarter for quarter in found["quarter"].unique() if read_period(quarter).first in covered]
    return found.filter(pl.col("quarter").is_in(wanted)).sort("quarter", "provider", "measure", nulls_last=False)


def _months(source: Source, scope: Scope, covered: Period) -> pl.DataFrame | None:
    """The months of each card that begin in the report's period; their limits are those of all published months."""
    if not source.has("monthly_series"):
        return None
    found = _of_cards(source, scope, "monthly_series")
    return found.filter(pl.col("month").is_between(covered.first, covered.last)).sort("provider", "month")


def _reach(source: Source, scope: Scope) -> pl.DataFrame | None:
    """Who is entitled and served, as it was published: hidden cells are hidden. It is a place's, no provider's."""
    if scope.provider is not None or not source.has("service_coverage"):
        return None
    found = source.table("service_coverage", jurisdiction=scope.jurisdiction)
    return found.sort("county", "street", "dimension", "people", nulls_last=False)


def _age_bands(source: Source, day: dt.date) -> tuple[int, ...]:
    """The youngest age of each band in force on a day, the youngest band first."""
    if not source.has("policy_coverage_age_bands"):
        return ()
    bands = source.table("policy_coverage_age_bands").filter(
        pl.col("valid_from") <= day, pl.col("valid_to").is_null() | (pl.col("valid_to") >= day)
    )
    return tuple(sorted(int(low) for low in bands["low"]))


def _score_names(source: Source) -> dict[tuple[str, str], Mapping[str, Any]]:
    """What domains and measures of the scores are called, by kind and code."""
    found = {}
    for table, key in (("policy_scoring_domains", "domain"), ("policy_scoring_measures", "measure")):
        if source.has(table):
            found |= {(key, row[key]): row for row in source.table(table).iter_rows(named=True)}
    return found


def gather(source: Source, scope: Scope, decisions: pl.DataFrame) -> Gathered:
    """All rows that a report is made of. `decisions` has a row per finding on which somebody decided (`DECISION_COLUMNS`).

    Raises `ReportProblem` where the place, the provider or the period is not in the publication.
    """
    place = _place(source, scope)
    as_of, started = source.day("as_of"), source.day("period_start")
    published = Period(started, as_of)
    covered = scope.period.within(started, as_of)
    rules = _by(source.table("policy_rules"), "rule")
    found = _in_period(source.table("findings", jurisdiction=scope.jurisdiction), as_of, covered)
    evidence = _rows_behind(source, found["finding_id"])
    if scope.provider is not None:
        found = _of_provider(found, evidence, rules, scope.provider)
        evidence = evidence.filter(pl.col("finding_id").is_in(found["finding_id"].to_list()))
    findings = _decided(found, decisions)
    consequences = _consequences(source)
    following = {
        row["finding_id"]: exposures(row, row["verdict"], consequences) for row in findings.iter_rows(named=True)
    }
    requirements = _requirements(source)
    return Gathered(
        run=source.manifest["run"],
        fingerprint=source.manifest["fingerprint"],
        as_of=as_of,
        published=published,
        scope=scope,
        covered=covered,
        place=place,
        documents=source.table("policy_documents", jurisdiction=scope.jurisdiction),
        rules=rules,
        suggestions=_by(source.table("policy_rule_suggestions"), "rule")
        if source.has("policy_rule_suggestions")
        else None,
        articles=_articles(source, scope.jurisdiction),
        requirements=requirements,
        parameters=_parameters(source, scope.jurisdiction, covered),
        words={(row["list"], row["code"]): row for row in source.table("policy_policy_words").iter_rows(named=True)},
        units=_by(source.table("policy_unit_texts"), "unit"),
        findings=findings,
        exposures=following,
        evidence=evidence,
        coverage=source.table("rule_coverage", jurisdiction=scope.jurisdiction)
        .filter(pl.col("year").is_between(covered.first.year, covered.last.year))
        .sort("rule", "year"),
        providers=_providers(source, scope),
        names=_names(source),
        funds=_funds(source, scope, covered),
        complaints=_complaints(source, scope, covered),
        files=source.table("files")
        .filter(pl.col("division_key").fill_null("").str.starts_with(place["prefix"]))
        .sort("file"),
        scores=_scores(source, scope),
        score_names=_score_names(source),
        quarters=_quarters(source, scope, covered),
        months=_months(source, scope, covered),
        reach=_reach(source, scope),
        age_bands=_age_bands(source, as_of),
    )
