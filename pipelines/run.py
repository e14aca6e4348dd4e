"""The steps of a run, in their order: land, judge, model, publish. The command line and Dagster call the same functions."""

import datetime as dt
import importlib.metadata
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from pipelines import build_database, data_docs, modelling, publishing
from pipelines.decisions import Snapshot, read_snapshot
from pipelines.judging import Judgement, judge_deliveries, judge_publication
from pipelines.landing.folder import Landed, land
from pipelines.landing.profiles import Profile
from pipelines.publishing import Publication
from pipelines.vault import PersonKeys, Vault

_VERSIONS = ("dbt-core", "dbt-duckdb", "duckdb", "polars", "great-expectations", "dagster")


class PublicationStopped(Exception):
    """A check of severity error failed; the last publication stands."""

    def __init__(self, failed: pl.DataFrame, pages: Path) -> None:
        messages = "; ".join(failed["message_en"].to_list()[:10])
        super().__init__(f"nothing was published, the last publication stands: {messages} (all checks: {pages})")
        self.failed = failed


@dataclass(frozen=True)
class Run:
    """What a run is asked to do. `as_of` and `period_start` are inputs: no step reads the clock."""

    landing: Path
    data: Path
    vault: Vault
    keys: PersonKeys
    as_of: dt.date
    period_start: dt.date | None = None
    profiles: tuple[Profile, ...] = ()
    keep: int = publishing.KEEP
    progress: Callable[[str], None] = field(default=lambda _text: None)

    @property
    def parameters(self) -> dict[str, str | None]:
        """The parameters as they stand in the manifest."""
        start = self.period_start or self.as_of.replace(month=1, day=1)
        return {"as_of": self.as_of.isoformat(), "period_start": start.isoformat()}

    @property
    def work(self) -> Path:
        """The build space of the run under way."""
        return self.data / "warehouse"

    @property
    def stopped(self) -> Path:
        """What is told of the last publication that was stopped."""
        return self.data / "stopped"

    @property
    def database(self) -> Path:
        """The build database of the run under way."""
        return self.work / "build.duckdb"


@dataclass(frozen=True)
class Outcome:
    """What a run gave: a publication, and whether it is a new one."""

    publication: Publication
    is_new: bool
    landed: Landed


def step_land(run: Run) -> Landed:
    """1 Land: every file of the landing folder is read, typed and counted."""
    run.progress("land")
    return land(run.landing, run.data, run.vault, run.keys, run.profiles, run.progress)


def step_decisions(run: Run) -> Snapshot:
    """What people have decided until now. Read once a run: what is decided meanwhile is for the next one."""
    return read_snapshot(run.data)


def unchanged(run: Run, landed: Landed, decisions: Snapshot) -> Publication | None:
    """The current publication, if it was made of the same inputs, decisions, parameters and code."""
    publication = publishing.current(run.data)
    mark = fingerprint(run, landed, decisions)
    return publication if publication and publication.manifest["fingerprint"] == mark else None


def fingerprint(run: Run, landed: Landed, decisions: Snapshot) -> str:
    """What the publication of this run will be made of."""
    return publishing.fingerprint(landed.files, run.parameters, publishing.code_fingerprint(), decisions.head.hash)


def step_prepare(run: Run, landed: Landed, decisions: Snapshot) -> Path:
    """Make the build database over the loads that count, the findings that were seen before, and the verdicts on them."""
    before = publishing.current(run.data)
    history = before.folder / "finding_history.parquet" if before else None
    build_database.make(
        run.database,
        landed.files,
        lambda load, source: run.data / "raw" / source / load,
        history if history and history.exists() else None,
        decisions.verdicts,
    )
    return run.database


def step_judge_deliveries(run: Run) -> Judgement:
    """2 Judge: is each delivery plausible as a whole?"""
    run.progress("judge")
    return judge_deliveries(run.database, run.as_of)


def step_model(run: Run) -> modelling.ModelResults:
    """3 Model: staging, registers, facts, marts."""
    run.progress("model")
    return modelling.build(run.database, run.as_of, run.period_start)


def _write_tables(run: Run, folder: Path) -> None:
    modelling.export(run.database, folder)


def step_publish(run: Run, landed: Landed, deliveries: Judgement, decisions: Snapshot) -> Publication:
    """5 Publish: write aside, judge as a whole, switch. Raises `PublicationStopped` where a check of severity error
    fails; the last publication then stands, and the pages of what failed are in `stopped/`."""
    run.progress("publish")
    before = publishing.current(run.data)

    def describe(folder: Path) -> dict[str, Any]:
        judged = judge_publication(folder, before.folder if before else None, run.as_of)
        results = pl.concat([deliveries.results, judged.results])
        results.write_parquet(folder / "quality_checks.parquet", compression="zstd")
        failed = results.filter((pl.col("severity") == "error") & ~pl.col("passed"))
        pages = (run.stopped if failed.height else folder) / data_docs.FOLDER
        data_docs.build_data_docs([deliveries, judged], run.as_of, pages)
        if failed.height:
            raise PublicationStopped(failed, pages / "index.html")
        files = landed.files.select("file", "sha256", "source", "division", "file_date", "status", "profile")
        return {
            "period_start": run.parameters["period_start"],
            "versions": {name: importlib.metadata.version(name) for name in _VERSIONS},
            "code": publishing.code_fingerprint(),
            "checks": {"passed": int(results["passed"].sum()), "failed": int((~results["passed"]).sum())},
            "decisions": asdict(decisions.head),
            "inputs": files.to_dicts(),
        }

    mark = fingerprint(run, landed, decisions)
    published = publishing.publish(
        run.data, mark, run.as_of, lambda folder: _write_tables(run, folder), describe, run.keep
    )
    shutil.rmtree(run.stopped, ignore_errors=True)
    return published


def run_all(run: Run) -> Outcome:
    """All steps. Where nothing is new, the current publication stands and nothing is built.

    Raises `RunUnderWay` where another run holds the data folder.
    """
    with publishing.only_run(run.data):
        landed = step_land(run)
        decisions = step_decisions(run)
        same = unchanged(run, landed, decisions)
        if same:
            return Outcome(same, False, landed)
        publishing.clear_leftovers(run.data)
        step_prepare(run, landed, decisions)
        deliveries = step_judge_deliveries(run)
        step_model(run)
        publication = step_publish(run, landed, deliveries, decisions)
        publishing.clear_leftovers(run.data)
        return Outcome(publication, True, landed)
