"""2 Judge: deliveries and publications as a whole, by Great Expectations on small frames of measures.

The measures are worked out by SQL, a row for each delivery or table; Great Expectations holds them to the bounds that
`expectations/` declares. No frame holds anything but counts, shares, days and names of files.
"""

import csv
import datetime as dt
import json
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from expectations import deliveries, publications
from expectations.checks import Check
from pipelines.delivery_measures import delivery_measures
from pipelines.paths import POLICY
from pipelines.publication_measures import publication_measures

_RESULTS = {
    "check": pl.String,
    "subject_kind": pl.String,
    "source": pl.String,
    "division": pl.String,
    "file": pl.String,
    "severity": pl.String,
    "passed": pl.Boolean,
    "observed": pl.Float64,
    "expected": pl.String,
    "article": pl.String,
    "message_zh": pl.String,
    "message_en": pl.String,
}


class CheckNotComputed(Exception):
    """Great Expectations could not compute a check. Never to be taken for a check that passed."""


@dataclass(frozen=True)
class Jurisdiction:
    """Where and when a policy is in force; the names of its requirements begin with its own."""

    name: str
    prefix: str
    in_force_from: dt.date
    in_force_to: dt.date | None


@dataclass(frozen=True)
class Limit:
    """A dated limit of a check for one source, or for all (`*`)."""

    name: str
    source: str
    value: float
    valid_from: dt.date
    valid_to: dt.date | None


@dataclass(frozen=True)
class Judgement:
    """A row for each check and delivery or table (`_RESULTS`), in the order of the checks and of the files; and what Great
    Expectations itself returned, as JSON, for its documents."""

    results: pl.DataFrame
    validations: tuple[str, ...] = ()

    def write(self, folder: Path, name: str) -> None:
        """Keep the judgement for a later step."""
        self.results.write_parquet(folder / f"{name}.parquet")
        (folder / f"{name}.json").write_text(json.dumps(self.validations), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path, name: str) -> "Judgement":
        """What an earlier step has kept."""
        validations = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        return cls(pl.read_parquet(folder / f"{name}.parquet"), tuple(validations))


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


@cache
def jurisdictions() -> dict[str, Jurisdiction]:
    """All jurisdictions by name. Source: `seeds/policy/jurisdictions.csv`."""
    with (POLICY / "jurisdictions.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["jurisdiction"]: Jurisdiction(
                row["jurisdiction"],
                row["prefix"],
                dt.date.fromisoformat(row["in_force_from"]),
                _day(row["in_force_to"]),
            )
            for row in csv.DictReader(file)
        }


@cache
def limits() -> tuple[Limit, ...]:
    """All dated limits. Source: `seeds/policy/quality_limits.csv`."""
    with (POLICY / "quality_limits.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Limit(
                row["limit_name"],
                row["source"],
                float(row["value"]),
                dt.date.fromisoformat(row["valid_from"]),
                _day(row["valid_to"]),
            )
            for row in csv.DictReader(file)
        )


def limit_for(name: str, source: str | None, day: dt.date) -> float | None:
    """The limit in force on a day: that of the source, else that of all sources; None where none is."""
    in_force = [
        limit
        for limit in limits()
        if limit.name == name and limit.valid_from <= day and (limit.valid_to is None or day <= limit.valid_to)
    ]
    for wanted in (source, "*"):
        for limit in in_force:
            if limit.source == wanted:
                return limit.value
    return None


def article_for(check: Check, source: str | None, division: str | None, day: dt.date) -> str | None:
    """The article of a check, where it may be held against this delivery: no document judges another place, nor a day on
    which it is not in force."""
    if check.article is None or division is None or check.article_source not in (None, source):
        return None
    place = jurisdictions()[check.article.partition(".")[0]]
    is_in_force = place.in_force_from <= day and (place.in_force_to is None or day <= place.in_force_to)
    return check.article if is_in_force and division.startswith(place.prefix) else None


def _bounds(check: Check, source: str | None, day: dt.date) -> tuple[float | None, float | None]:
    low = limit_for(check.low_limit, source, day) if check.low_limit else check.low
    high = limit_for(check.high_limit, source, day) if check.high_limit else check.high
    return low, high


def _expected(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{low:g} - {high:g}"
    return f"<= {high:g}" if high is not None else f">= {low:g}"


def quiet_context() -> Any:
    """Great Expectations without files, progress bars or news of itself. Its import takes seconds: only where it is used."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    import great_expectations as gx
    from great_expectations.data_context.types import base

    # This module sets a level of its own when it is imported, and tells of its temporary folder.
    base.logger.setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = base.ProgressBarsConfig(globally=False)
    return context


def _failed_rows(result: Any) -> list[int]:
    """The rows that failed. An expectation that failed without naming a row was never computed."""
    rows = [int(row["row"]) for row in result.result.get("unexpected_index_list") or []]
    if bool(result.success) == bool(rows):
        raise CheckNotComputed(f"{result.expectation_config.meta['check']}: {result.exception_info}")
    return rows


def _validated(
    frame: pl.DataFrame, checks: Sequence[Check], day: dt.date, name: str
) -> tuple[set[tuple[str, int]], str]:
    """Let Great Expectations judge the frame; the (check, row) pairs that failed, and its own result as JSON."""
    context = quiet_context()
    import great_expectations as gx
    import great_expectations.expectations as gxe
    from great_expectations.expectations.metadata_types import FailureSeverity

    suite = gx.ExpectationSuite(name=name)
    table = frame.with_row_index("row")
    for check in checks:
        bounds = [_bounds(check, source, day) for source in frame["source"].to_list()]
        measure = pl.col(check.column).cast(pl.Float64)
        # A bound may differ by source: it is a column beside the measure, and the frame holds how far it is exceeded.
        table = table.with_columns(
            pl.Series(f"{check.code} low", [low for low, _ in bounds], dtype=pl.Float64),
            pl.Series(f"{check.code} high", [high for _, high in bounds], dtype=pl.Float64),
        ).with_columns(
            pl.max_horizontal(
                pl.col(f"{check.code} low") - measure, measure - pl.col(f"{check.code} high"), pl.lit(0.0)
            )
            .alias(f"{check.code} exceeded by")
            .pipe(lambda exceeded, measure=measure: pl.when(measure.is_not_null()).then(exceeded))
        )
        suite.add_expectation(
            gxe.ExpectColumnValuesToBeBetween(
                column=f"{check.code} exceeded by",
                max_value=0,
                severity=FailureSeverity.CRITICAL if check.severity == "error" else FailureSeverity.WARNING,
                meta={"check": check.code, **({"article": check.article} if check.article else {})},
                notes=[check.zh, check.en, *([f"条款 Article: {check.article}"] if check.article else [])],
            )
        )
    batch = (
        context.data_sources.add_pandas(name)
        .add_dataframe_asset(name)
        .add_batch_definition_whole_dataframe(name)
        .get_batch(batch_parameters={"dataframe": table.to_pandas()})
    )
    # What failed is named in its documents by these columns.
    named = {
        "result_format": "COMPLETE",
        "unexpected_index_column_names": ["row", "source", "file"],
        "return_unexpected_index_query": False,
    }
    validation: Any = batch.validate(suite, result_format=named)
    failed = {
        (result.expectation_config.meta["check"], row) for result in validation.results for row in _failed_rows(result)
    }
    # Its meta holds the time of day, which would make two equal judgements differ.
    return failed, json.dumps({**validation.to_json_dict(), "meta": {}}, ensure_ascii=False)


def _judge(frame: pl.DataFrame, checks: Sequence[Check], day: dt.date, kind: str) -> Judgement:
    if not frame.height:
        return Judgement(pl.DataFrame(schema=_RESULTS))
    failed, validation = _validated(frame, checks, day, kind)
    rows = []
    for check in checks:
        for place, delivery in enumerate(frame.iter_rows(named=True)):
            observed = delivery[check.column]
            low, high = _bounds(check, delivery["source"], day)
            if observed is None or (low is None and high is None):
                continue
            subject = delivery["file"] or delivery["source"]
            passed = (check.code, place) not in failed
            rows.append(
                {
                    "check": check.code,
                    "subject_kind": kind,
                    "source": delivery["source"],
                    "division": delivery["division"],
                    "file": delivery["file"],
                    "severity": check.severity,
                    "passed": passed,
                    "observed": float(observed),
                    "expected": _expected(low, high),
                    "article": article_for(check, delivery["source"], delivery["division"], day),
                    "message_zh": f"{subject}：{check.zh}（实际 {observed:g}，应为 {_expected(low, high)}）",
                    "message_en": f"{subject}: {check.en} (is {observed:g}, expected {_expected(low, high)})",
                }
            )
    return Judgement(pl.DataFrame(rows, schema=_RESULTS), (validation,))


def judge_deliveries(database: Path, as_of: dt.date) -> Judgement:
    """Judge every delivery in a build database, with the limits in force on `as_of`."""
    with duckdb.connect(str(database), read_only=True) as connection:
        years = limit_for("dated_long_ago_years", None, as_of)
        frame = delivery_measures(connection, as_of, int(years) if years else 100)
    return _judge(frame, deliveries.CHECKS, as_of, "delivery")


def judge_publication(folder: Path, previous: Path | None, as_of: dt.date) -> Judgement:
    """Judge the tables of a publication that is about to be named, beside those of the one before."""
    return _judge(publication_measures(folder, previous), publications.CHECKS, as_of, "publication")
