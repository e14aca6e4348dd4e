"""Building the models of a run: dbt in this process on the run's build database, then the marts as Parquet.

dbt gets its day, its database and its folders from here and writes nothing into the repository. No landing, no judging
and no publishing: this module takes a build database and gives results and Parquet files.
"""

import datetime as dt
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines import build_database
from pipelines.paths import DBT_PROJECT

DEFAULT_MEMORY = "8GB"


class ModellingError(Exception):
    """dbt could not build, or a test of the models failed; the message names the nodes."""


@dataclass(frozen=True)
class NodeResult:
    """What became of one model, seed or test. `failures` counts the rows that a test objects to."""

    node_id: str
    name: str
    kind: str
    status: str
    seconds: float
    message: str
    failures: int | None = None

    @property
    def is_bad(self) -> bool:
        """Whether the node stops a run (a warning does not)."""
        return self.status in {"error", "fail", "runtime error", "partial success"}


@dataclass(frozen=True)
class Mart:
    """A published table: its schema, the columns that identify and order its rows, and all its columns with types."""

    name: str
    schema: str
    key: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ModelResults:
    """A build: its nodes in the order in which they ran, rows per table, the published marts and dbt's manifest."""

    nodes: tuple[NodeResult, ...]
    rows: dict[str, int]
    marts: tuple[Mart, ...]
    manifest: Path
    seconds: float

    @property
    def warnings(self) -> tuple[NodeResult, ...]:
        """Tests that warned."""
        return tuple(node for node in self.nodes if node.status == "warn")


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """Environment variables for the length of a call: dbt's profile reads its database from there."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _release(database: str) -> None:
    """Close what dbt left open: its adapter keeps the file for the life of the process, which would lock it."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()
    del database


def _invoke(
    arguments: Sequence[str],
    work: Path,
    database: Path | str = ":memory:",
    variables: dict[str, str] | None = None,
    memory: str = DEFAULT_MEMORY,
) -> Any:  # noqa: ANN401 - dbt gives another result for each command
    """Run one dbt command in this process; its files go to `work`."""
    from dbt.cli.main import dbtRunner  # takes seconds to import: only where a build is wanted

    work = work.absolute()
    scratch = work / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    environment = {
        "OVERSIGHT_BUILD_DATABASE": str(database),
        "OVERSIGHT_BUILD_MEMORY": memory,
        "OVERSIGHT_BUILD_SCRATCH": str(scratch),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    common = [
        "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT),
        "--target-path", str(work / "target"), "--log-path", str(work / "logs"),
        "--vars", json.dumps(variables or {}), "--quiet",
    ]  # fmt: skip
    with _environment(environment):
        try:
            outcome = dbtRunner().invoke([*arguments, *common])
        finally:
            _release(str(database))
    if outcome.exception is not None:
        raise ModellingError(f"dbt {arguments[0]} could not run: {outcome.exception}") from outcome.exception
    bad = [node for node in _nodes(outcome.result) if node.is_bad]
    if bad or not outcome.success:
        told = "\n".join(f"  {node.kind} {node.name}: {node.status}: {node.message}" for node in bad)
        raise ModellingError(f"dbt {arguments[0]} failed:\n{told}")
    return outcome.result


def _nodes(result: Any) -> tuple[NodeResult, ...]:  # noqa: ANN401 - see _invoke
    found = []
    for item in getattr(result, "results", None) or ():
        node = getattr(item, "node", None)
        if node is None:
            continue
        found.append(
            NodeResult(
                node_id=node.unique_id,
                name=node.name,
                kind=str(node.resource_type),
                status=str(getattr(item.status, "value", item.status)),
                seconds=item.execution_time,
                message=item.message or "",
                failures=getattr(item, "failures", None),
            )
        )
    return tuple(found)


def _variables(as_of: dt.date | None, period_start: dt.date | None) -> dict[str, str]:
    given = {"as_of": as_of, "period_start": period_start}
    return {name: day.isoformat() for name, day in given.items() if day is not None}


def manifest_path(work: Path) -> Path:
    """Where dbt's manifest is (or will be) in a work folder."""
    return work / "target" / "manifest.json"


def parse(work: Path) -> Path:
    """Write the manifest without building anything, and give its path."""
    _invoke(["parse"], work)
    return manifest_path(work)


def published_marts(manifest: Path) -> tuple[Mart, ...]:
    """The models whose entry says `is_published`, by name, with key and columns."""
    document = json.loads(manifest.read_text(encoding="utf-8"))
    marts = []
    for node in document["nodes"].values():
        meta = node["config"].get("meta", {})
        if node["resource_type"] == "model" and meta.get("is_published"):
            columns = tuple((name, str(column["data_type"])) for name, column in node["columns"].items())
            marts.append(Mart(node["name"], node["schema"], tuple(meta["key"]), columns))
    return tuple(sorted(marts, key=lambda mart: mart.name))


def _row_counts(database: Path) -> dict[str, int]:
    """Rows of each table that dbt made; views are not counted, that would compute them."""
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name, estimated_size from duckdb_tables() where schema_name != 'raw' order by all"
        ).fetchall()
    return {f"{schema}.{table}": rows for schema, table, rows in tables}


def build(
    database: Path,
    as_of: dt.date,
    period_start: dt.date | None = None,
    *,
    work: Path,
    select: Sequence[str] = (),
    memory: str = DEFAULT_MEMORY,
) -> ModelResults:
    """Seeds, models and their tests on a build database; raises `ModellingError` where a node fails."""
    chosen = ["--select", *select] if select else []
    arguments = ["build", "--exclude-resource-type", "unit_test", *chosen]
    result = _invoke(arguments, work, database.absolute(), _variables(as_of, period_start), memory)
    manifest = manifest_path(work)
    return ModelResults(
        nodes=_nodes(result),
        rows=_row_counts(database),
        marts=published_marts(manifest),
        manifest=manifest,
        seconds=result.elapsed_time,
    )


def export(database: Path, marts: Iterable[Mart], folder: Path, *, memory: str = DEFAULT_MEMORY) -> dict[str, int]:
    """Write each mart to `<folder>/<name>.parquet`, ordered by its key; gives rows per mart.

    The order names every key column and empty values first, so that the same rows give the same file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, int] = {}
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set memory_limit = ?", [memory])
        for mart in marts:
            target = str(folder / f"{mart.name}.parquet").replace("'", "''")
            order = ", ".join(f'"{column}" nulls first' for column in mart.key)
            copied = connection.execute(f"""
                copy (select * from "{mart.schema}"."{mart.name}" order by {order})
                to '{target}' (format parquet, compression zstd, row_group_size 122880)
            """).fetchone()
            rows[mart.name] = int(copied[0]) if copied else 0
    return rows


def docs(work: Path, database: Path | None = None, as_of: dt.date | None = None) -> Path:
    """dbt's documentation as one HTML file that needs no server; gives its path."""
    if database is None:
        database = _empty(work)
    _invoke(["docs", "generate", "--static", "--empty-catalog"], work, database.absolute(), _variables(as_of, None))
    return work / "target" / "static_index.html"


def _empty(work: Path) -> Path:
    database = work / "empty.duckdb"
    build_database.make_empty(database)
    return database


def unit_tests(work: Path, select: Sequence[str] = ()) -> tuple[NodeResult, ...]:
    """dbt's unit tests. They ask the upstream relations for their types, so an empty build comes first."""
    database = _empty(work)
    _invoke(["seed"], work, database)
    _invoke(["run", "--empty"], work, database)
    return _nodes(_invoke(["test", "--select", "test_type:unit", *select], work, database))
