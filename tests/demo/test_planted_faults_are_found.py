"""Every fault planted in the small demo is found by its rule, and in the clean demo nothing is."""

import csv
import datetime as dt
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.contracts import load_contracts
from pipelines.demo import DemoSummary, generate
from pipelines.demo.fault_notes import RULE_NOTES
from pipelines.paths import POLICY
from pipelines.policy import load
from pipelines.run import Run, run_all
from pipelines.vault import Vault, demo_key

AS_OF = dt.date(2025, 6, 30)
WHOLE, USUAL = dt.date(2024, 1, 1), dt.date(2025, 1, 1)

# The planted row is not among the rows behind the finding; its person or provider is the finding's subject.
SHOWN_BY_SUBJECT = frozenset({
    "E09", "E10", "E11",  # evidence is the version of the judged month, quarter or year, the mark is on the newest
    "F10",  # a grant that is missing; the mark is on that of the month before
    "S10",  # the contract that ended; evidence is the visits after it
    "S14",  # the provider's first record of the month, itself written in time
})  # fmt: skip
SEEN_OVER_WHOLE_YEARS_ONLY = frozenset({"E10", "D02"})


def _run(demo: DemoSummary, period_start: dt.date) -> Path:
    data = demo.landing.parent / "data"
    vault = Vault(data / "vault")
    return run_all(Run(demo.landing, data, vault, demo_key(vault), AS_OF, period_start)).publication.folder


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoSummary:
    return generate(tmp_path_factory.mktemp("faulty"), "small")


def planted(demo: DemoSummary) -> list[dict[str, str]]:
    """The planted faults that rules are to find."""
    with demo.planted_list.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["fault"] in RULE_NOTES]


class Found:
    """What a publication found, by rule: rows of evidence and subjects."""

    def __init__(self, folder: Path) -> None:
        self._raw = folder.parents[1] / "raw"
        self._folder = folder

    @cached_property
    def findings(self) -> pl.DataFrame:
        return pl.read_parquet(self._folder / "findings.parquet")

    @cached_property
    def _rows(self) -> set[tuple[Any, ...]]:
        evidence = pl.read_parquet(self._folder / "finding_evidence.parquet")
        joined = evidence.join(self.findings.select("finding_id", "rule"), on="finding_id")
        return set(joined.select("rule", "file", "line").iter_rows())

    @cached_property
    def _subjects(self) -> set[tuple[str, str]]:
        pairs = self.findings.select("rule", "subject").iter_rows()
        return {(rule, part) for rule, subject in pairs for part in subject.split("|")}

    @cached_property
    def _loads(self) -> dict[str, str]:
        return dict(pl.read_parquet(self._folder / "files.parquet").select("file", "load_id").iter_rows())

    def has(self, row: dict[str, str]) -> bool:
        """Whether a planted row is found by its rule."""
        if (row["fault"], row["file"], int(row["line"])) in self._rows:
            return True
        return row["fault"] in SHOWN_BY_SUBJECT and any(
            (row["fault"], key) in self._subjects for key in self._keys(row)
        )

    def _keys(self, row: dict[str, str]) -> Iterator[str]:
        """The person and the provider of a planted row."""
        parts = self._raw / row["source"] / self._loads[row["file"]] / "*.parquet"
        columns = {"elder_id", "provider_id"} & set(load_contracts()[row["source"]].columns)
        stored = pl.scan_parquet(sorted(parts.parent.glob("part-*.parquet")))
        yield from stored.filter(pl.col("_line") == int(row["line"])).select(columns).collect().row(0)


def test_a_fault_is_planted_only_where_its_rule_applies(demo: DemoSummary) -> None:
    policy = load(POLICY)
    places = policy.places()
    prefixes = {row["jurisdiction"]: row["prefix"] for row in policy["jurisdictions"]}
    outside = [
        (row["fault"], row["file"])
        for row in planted(demo)
        if not any(f"_{prefixes[place]}" in row["file"] for place in places[row["fault"]])
    ]
    assert outside == []


def test_all_are_found_over_whole_years(demo: DemoSummary) -> None:
    found = Found(_run(demo, WHOLE))
    assert [row for row in planted(demo) if not found.has(row)] == []


def test_all_of_the_usual_period_are_found_in_it(demo: DemoSummary) -> None:
    def lies_before(row: dict[str, str]) -> bool:
        """Visits of a month come on the fifth of the next."""
        day = next(part for part in row["file"].replace(".", "_").split("_") if len(part) == 8)
        return row["source"] == "visits" and day < "20250201"

    found = Found(_run(demo, USUAL))
    missing = [row for row in planted(demo) if not found.has(row)]
    assert {row["fault"] for row in missing if row["fault"] in SEEN_OVER_WHOLE_YEARS_ONLY} == SEEN_OVER_WHOLE_YEARS_ONLY
    assert [row for row in missing if row["fault"] not in SEEN_OVER_WHOLE_YEARS_ONLY and not lies_before(row)] == []


def test_nothing_is_found_where_nothing_is_planted(tmp_path: Path) -> None:
    folder = _run(generate(tmp_path, "small", clean=True), WHOLE)
    assert Found(folder).findings.height == 0
    assert pl.read_parquet(folder / "rule_coverage.parquet")["passed"].sum() > 50_000
