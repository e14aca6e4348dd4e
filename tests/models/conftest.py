"""Loads written by hand, without the readers, and the models built on them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines import build_database, modelling
from pipelines.contracts import load_contracts
from pipelines.landing.names import trimmed_division
from pipelines.model_sources import DECISIONS_COLUMNS, FILES_COLUMNS, source_columns

_KINDS: Mapping[str, Any] = {
    "varchar": pl.String,
    "varchar[]": pl.List(pl.String),
    "date": pl.Date,
    "timestamp": pl.Datetime("us"),
    "decimal(18, 2)": pl.Decimal(18, 2),
    "bigint": pl.Int64,
    "double": pl.Float64,
    "boolean": pl.Boolean,
}


class Loads:
    """Loads in a folder, and the files that brought them; the order of calls is the order of files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "warehouse" / "run.duckdb"
        self.files: list[dict[str, Any]] = []
        self.results = modelling.ModelResults(())

    def _home(self, load: str, source: str) -> Path:
        return self.folder / "raw" / source / load

    def file(self, source: str, date: str, load: str, division: str | None = None, status: str = "loaded") -> None:
        """A file that brings a load that was written before."""
        place = len(self.files) + 1
        given = {
            "file": f"{source}_{place}.csv",
            "sha256": load,
            "source": source,
            "division": division,
            "division_key": trimmed_division(division),
            "file_date": dt.date.fromisoformat(date),
            "file_order": place,
            "status": status,
            "is_present": True,
            "load_id": load,
        }
        self.files.append(given)

    def send(
        self,
        source: str,
        date: str,
        rows: Sequence[Mapping[str, Any]],
        division: str | None = None,
        issues: Sequence[tuple[int, str, str, str]] = (),
    ) -> str:
        """A load with these rows (a column that a row leaves out is empty), and the file that brought it."""
        load = f"load{len(self.files) + 1}"
        home = self._home(load, source)
        home.mkdir(parents=True)
        schema = {name: _KINDS[kind] for name, kind, _ in source_columns(load_contracts()[source])}
        schema |= {"_sheet": pl.String, "_line": pl.Int64}
        lined = [{"_sheet": "", "_line": place + 2, **row} for place, row in enumerate(rows)]
        full = [{name: row.get(name) for name in schema} for row in lined]
        assert all(set(row) <= set(schema) for row in lined)
        pl.DataFrame(full, schema=schema).write_parquet(home / "part-00000.parquet")
        columns = {"sheet": pl.String, "line": pl.Int64, "column": pl.String, "reason": pl.String, "level": pl.String}
        records = [("", *issue) for issue in issues]
        pl.DataFrame(records, schema=columns, orient="row").write_parquet(home / "issues.parquet")
        self.file(source, date, load, division)
        return load

    def make(self, verdicts: Mapping[str, str] | None = None) -> None:
        """The build database over all files so far, and over verdicts on findings (by their ids)."""
        kinds = {name: _KINDS[kind] for name, (kind, _) in FILES_COLUMNS.items()}
        rows = [{name: row.get(name) for name in kinds} for row in self.files]
        decided = dt.datetime(2025, 1, 1)
        decisions = [(finding, verdict, decided) for finding, verdict in (verdicts or {}).items()]
        columns = {name: _KINDS[kind] for name, (kind, _) in DECISIONS_COLUMNS.items()}
        build_database.make(
            self.database,
            pl.DataFrame(rows, schema=kinds),
            self._home,
            decisions=pl.DataFrame(decisions, schema=columns, orient="row"),
        )

    def build(self, as_of: str) -> None:
        """The models over all files so far."""
        self.make()
        self.results = modelling.build(self.database, dt.date.fromisoformat(as_of), None)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query on the build database."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture
def loads(tmp_path: Path) -> Loads:
    return Loads(tmp_path)
