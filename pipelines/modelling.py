"""3 Model: run dbt on the build database of a run, and write the published marts as Parquet.

dbt runs in this process. Nothing is written into the project: targets and logs go to the work folder beside the database.
"""

import datetime as dt
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from pipelines import build_database
from pipelines.paths import DBT_PROJECT, POLICY

PUBLISHED_RAW = ("files", "quarantine")


class ModelFailed(Exception):
    """A model or one of its tests failed. The message names the nodes and what the engine said."""


@dataclass(frozen=True)
class NodeResult:
    """What became of one model, seed or test."""

    unique_id: str
    status: str
    seconds: float
    message: str | None


@dataclass(frozen=True)
class ModelResults:
    """What became of every node, in the order in which they were built, and the rows of each table (not of views)."""

    nodes: tuple[NodeResult, ...]
    rows: dict[str, int] = field(default_factory=dict)


def build_memory() -> str:
    """How much memory the build may take, in DuckDB's words: half of what there is. DuckDB knows of the limits of containers
    too, and would take four fifths by itself, which leaves too little for what else runs there."""
    with duckdb.connect() as connection:
        (found,) = connection.execute("select current_setting('memory_limit')").fetchone() or ("",)
    amount, unit = found.split()
    return f"{float(amount) * 5 / 8:.1f}{unit}"


@contextmanager
def _environment(database: Path) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.setdefault("OVERSIGHT_BUILD_MEMORY", build_memory())
    os.environ.update(
        OVERSIGHT_BUILD_DATABASE=str(database.absolute()),
        OVERSIGHT_BUILD_SCRATCH=str(database.parent.absolute() / "scratch"),
        # dbt takes the folders of a project from the project.
        OVERSIGHT_BUILD_POLICY=os.path.relpath(POLICY, DBT_PROJECT),
        DBT_SEND_ANONYMOUS_USAGE_STATS="false",
    )
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _dbt(arguments: Sequence[str], database: Path, variables: dict[str, str] | None = None) -> Any:
    from dbt.cli.main import dbtRunner

    # dbt takes a relative path from its own project, not from where the user stands.
    work = database.parent.absolute() / "dbt"
    work.mkdir(parents=True, exist_ok=True)
    given = [
        "--quiet",
        *arguments,
        *("--project-dir", str(DBT_PROJECT)),
        *("--profiles-dir", str(DBT_PROJECT)),
        *("--target-path", str(work / "target")),
        *("--log-path", str(work / "logs")),
        *("--vars", json.dumps(variables or {})),
    ]
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    try:
        with _environment(database):
            result = dbtRunner().invoke(given)
    finally:
        # dbt keeps its connection for the life of the process; others could not open the database for reading.
        DuckDBConnectionManager.close_all_connections()
    if result.exception:
        raise ModelFailed(str(result.exception)) from result.exception
    return result


def _results(result: Any) -> ModelResults:
    nodes = tuple(
        NodeResult(run.node.unique_id, str(run.status), float(run.execution_time), run.message) for run in result.result
    )
    failed = [node for node in nodes if node.status in {"error", "fail", "runtime error"}]
    if failed:
        raise ModelFailed("; ".join(f"{node.unique_id}: {node.message}" for node in failed[:10]))
    return ModelResults(nodes)


def variables(as_of: dt.date, period_start: dt.date | None) -> dict[str, str]:
    """The variables of the models."""
    given = {"as_of": as_of.isoformat()}
    return {**given, "period_start": period_start.isoformat()} if period_start else given


def build(database: Path, as_of: dt.date, period_start: dt.date | None) -> ModelResults:
    """Seeds, models and their tests (not the unit tests). Raises `ModelFailed`."""
    arguments = ["build", "--exclude-resource-type", "unit_test"]
    results = _results(_dbt(arguments, database, variables(as_of, period_start)))
    return replace(results, rows=_row_counts(database))


_WITHOUT_TESTS = ("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")


def build_without_tests(database: Path, as_of: dt.date, period_start: dt.date | None = None) -> ModelResults:
    """Seeds and models alone, for measuring what they take. Raises `ModelFailed`."""
    return _results(_dbt(["build", *_WITHOUT_TESTS], database, variables(as_of, period_start)))


def _build_only(wanted: Sequence[str], database: Path, as_of: dt.date, period_start: dt.date | None) -> None:
    selected = ["--select", *(f"+{name}" for name in wanted)]
    _results(_dbt(["build", *selected, *_WITHOUT_TESTS], database, variables(as_of, period_start)))


def build_rules(database: Path, as_of: dt.date, period_start: dt.date | None) -> None:
    """Only what the rules need, without the tests of the models: for judging small worlds of rows. Raises `ModelFailed`."""
    _build_only(("rule_results", "finding_evidence", "rule_coverage"), database, as_of, period_start)


SCORECARDS = (
    "scorecards",
    "scorecard_domains",
    "scorecard_measures",
    "scorecard_quarters",
    "scorecard_rows",
    "complaint_funnel",
    "monthly_series",
    "service_coverage",
)


def build_scorecards(database: Path, as_of: dt.date, period_start: dt.date | None) -> None:
    """Only what the scorecards need, without the tests of the models: for small worlds of rows. Raises `ModelFailed`."""
    _build_only(SCORECARDS, database, as_of, period_start)


def seed(database: Path, given: dict[str, str]) -> None:
    """The policy alone, as tables of the build database. Raises `ModelFailed`."""
    _results(_dbt(["seed"], database, given))


def run_models(database: Path, names: Sequence[str], given: dict[str, str]) -> None:
    """These models alone, on a build database that has what they read. Raises `ModelFailed`."""
    _results(_dbt(["run", "--select", *names], database, given))


def run_tests(database: Path, names: Sequence[str], given: dict[str, str]) -> None:
    """These tests, or those of these models and seeds. Raises `ModelFailed` where one fails."""
    _results(_dbt(["test", "--select", *names], database, given))


def _row_counts(database: Path) -> dict[str, int]:
    """Rows of each table by schema and name, from what the engine notes of it: nothing is counted."""
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(
            "select schema_name || '.' || table_name, estimated_size from duckdb_tables() order by 1"
        ).fetchall()
    return dict(found)


def published_marts(database: Path) -> list[str]:
    """The models of the folder `marts`, all of which are published."""
    manifest = json.loads((database.parent / "dbt" / "target" / "manifest.json").read_text(encoding="utf-8"))
    return sorted(
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["fqn"][1] == "marts"
    )


def export(database: Path, folder: Path, names: Sequence[str] | None = None) -> None:
    """Write published marts (all of them, if none are named), the files, the quarantine, and the policy by which the rules
    judged (policy_<seed>), each in the order of all its columns."""
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = [(f"marts.{name}", name) for name in names or published_marts(database)]
        tables += [(f"raw.{name}", name) for name in PUBLISHED_RAW if names is None]
        seeds = connection.execute("select table_name from duckdb_tables() where schema_name = 'policy' order by 1")
        tables += [(f"policy.{name}", f"policy_{name}") for (name,) in seeds.fetchall()]
        for table, name in tables:
            relation = connection.sql(f"from {table}").order("ALL")
            relation.write_parquet(str(folder / f"{name}.parquet"), compression="zstd")


def unit_tests(work: Path) -> ModelResults:
    """Run the models' unit tests on a build database without a single file."""
    database = work / "unit.duckdb"
    build_database.make_empty(database)
    given = variables(dt.date(2025, 6, 30), None)
    _results(_dbt(["seed"], database, given))
    _results(_dbt(["run", "--empty"], database, given))
    return _results(_dbt(["test", "--select", "test_type:unit"], database, given))


def docs(out: Path) -> Path:
    """The documentation of all models as one page."""
    out.mkdir(parents=True, exist_ok=True)
    database = out / "work" / "docs.duckdb"
    build_database.make_empty(database)
    given = variables(dt.date(2025, 6, 30), None)
    _results(_dbt(["seed"], database, given))
    _results(_dbt(["run", "--empty"], database, given))
    _dbt(["docs", "generate", "--static"], database, given)
    page = database.parent / "dbt" / "target" / "static_index.html"
    return page.replace(out / "models.html")


def manifest(folder: Path) -> Path:
    """dbt's description of all models, parsed anew only where the project has changed since. No data are touched."""
    target = folder / "dbt" / "target" / "manifest.json"
    sources = [path for path in DBT_PROJECT.rglob("*") if path.suffix in {".sql", ".yml"} and path.is_file()]
    newest = max(path.stat().st_mtime for path in sources)
    if not target.exists() or target.stat().st_mtime < newest:
        _dbt(["parse"], folder / "build.duckdb", variables(dt.date(2025, 6, 30), None))
    return target
