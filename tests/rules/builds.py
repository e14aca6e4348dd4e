"""Worlds of rows judged by the models: one build, its results, findings' evidence and coverage."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipelines import modelling
from tests.models.conftest import Loads
from tests.rules.cases import File


@dataclass(frozen=True)
class Result:
    """A row of rule_results."""

    rule: str
    jurisdiction: str
    subject: str
    period: str
    result: str
    measure: float | None
    limit: float | None
    amount: Decimal | None

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What identifies it."""
        return (self.rule, self.jurisdiction, self.subject, self.period)


Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Build:
    """What the models say of a world. Evidence by the key of a finding: role, source, row key."""

    results: dict[Key, Result]
    evidence: dict[Key, set[tuple[str, str, str]]]


def build(folder: Path, files: Sequence[File], as_of: dt.date, period_start: dt.date) -> Build:
    """Write the files' rows as loads, run the models and ask for everything they found."""
    loads = Loads(folder)
    for file in files:
        rows = [{name: value for name, value in row.items() if name not in {"_file"}} for row in file.rows]
        loads.send(file.source, file.date, rows, file.division)
    loads.make()
    modelling.build_rules(loads.database, as_of, period_start)
    with duckdb.connect(str(loads.database), read_only=True) as connection:
        return read(connection)


def read(connection: duckdb.DuckDBPyConnection) -> Build:
    """Results and evidence of a build database."""
    rows = connection.execute(
        "select rule, jurisdiction, subject, period, result, measure, limit_value, amount "
        "from rules.rule_results where subject is not null"
    ).fetchall()
    results: dict[Key, Result] = {}
    for row in rows:
        result = Result(*row)
        assert result.key not in results, f"two results for {result.key}"
        results[result.key] = result
    evidence: dict[Key, set[tuple[str, str, str]]] = {}
    behind: list[tuple[Any, ...]] = connection.execute(
        "select f.rule, f.jurisdiction, f.subject, f.period, e.role, e.source, e.row_key "
        "from rules.rule_findings f left join marts.finding_evidence e using (finding_id)"
    ).fetchall()
    for rule, jurisdiction, subject, period, *row in behind:
        found = evidence.setdefault((rule, jurisdiction, subject, period), set())
        if row[0] is not None:
            found.add((row[0], row[1], row[2]))
    return Build(results, evidence)
