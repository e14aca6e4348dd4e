"""The two commands on samples, without the command line: from what is asked to a worksheet, and from it to an evaluation."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.sampling import answers, populations, worksheet
from pipelines.sampling.answers import Worksheet
from pipelines.sampling.draws import Allocation, Draw, Method, Plan, draw
from pipelines.sampling.evaluation import Evaluation, evaluate
from pipelines.sampling.populations import Scope, Source
from pipelines.sampling.problems import UnknownPopulation, WorksheetProblem

_NO_DAY = dt.date(1980, 1, 1)
"""Stands in the file where the population is dateless: the first day that the format knows."""


@dataclass(frozen=True)
class Asked:
    """The options of `oversight sample draw`, by their names."""

    data: Path | None
    run: str | None
    source: Source | None
    jurisdiction: str | None
    provider: str | None
    programme: str | None
    first: dt.date | None
    last: dt.date | None
    population: Path | None
    key_column: str | None
    amount_column: str | None
    provider_column: str | None
    item_column: str | None
    method: Method
    seed: str
    confidence: float
    tolerable: Decimal | None
    expected: Decimal
    size: int | None
    by: tuple[str, ...]
    bounds: tuple[Decimal, ...]
    allocation: Allocation
    minimum: int

    @property
    def plan(self) -> Plan:
        """What is asked of the draw itself."""
        return Plan(
            self.method,
            self.seed,
            self.confidence,
            self.tolerable,
            self.expected,
            self.size,
            self.by,
            self.bounds,
            self.allocation,
            self.minimum,
        )


@dataclass(frozen=True)
class _Population:
    rows: pl.DataFrame
    origin: dict[str, str]
    source: Source | None
    made_on: dt.date


def _said(origin: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in origin.items() if value is not None}


def _from_file(path: Path, columns: Mapping[str, str | None]) -> _Population:
    rows = populations.given(path, columns["key_column"] or "", columns["amount_column"] or "", *(
        columns[name] for name in ("provider_column", "item_column")
    ))  # fmt: skip
    return _Population(rows, _said({"file": path.name, **columns}), None, _NO_DAY)


def _from_publication(data: Path, run: str | None, source: Source, scope: Scope) -> _Population:
    publication = populations.publication_of(data, run)
    manifest = publication.manifest
    origin: dict[str, Any] = {
        "source": source,
        "run": manifest["run"],
        "fingerprint": manifest["fingerprint"],
        "as_of": manifest["as_of"],
        "jurisdiction": scope.jurisdiction,
        "provider": scope.provider,
        "programme": scope.programme,
        "first": scope.first,
        "last": scope.last,
    }
    rows = populations.published(data, publication, source, scope)
    return _Population(rows, _said(origin), source, dt.date.fromisoformat(manifest["as_of"]))


def _asked_for(asked: Asked) -> _Population:
    if asked.population is not None and asked.data is None:
        if asked.key_column is None or asked.amount_column is None:
            raise UnknownPopulation("a population file needs --key-column and --amount-column")
        names = ("key_column", "amount_column", "provider_column", "item_column")
        return _from_file(asked.population, {name: getattr(asked, name) for name in names})
    if asked.data is None or asked.source is None or asked.population is not None:
        raise UnknownPopulation("give either --data with --source, or --population")
    scope = Scope(asked.jurisdiction, asked.provider, asked.programme, asked.first, asked.last)
    return _from_publication(asked.data, asked.run, asked.source, scope)


def draw_worksheet(out: Path, asked: Asked) -> str:
    """Draw what is asked for, write it to `out`, and say in a sentence what was drawn. Raises `SampleProblem`."""
    population = _asked_for(asked)
    drawn = draw(population.rows, asked.plan)
    shown = drawn.sample
    if population.source is not None:
        shown = populations.labelled(shown, population.source)
    worksheet.write(out, drawn, shown, asked.plan, population.origin, population.made_on)
    return f"{out}: {drawn.sample.height} of {drawn.rows} rows drawn; population {drawn.population_hash}"


def _drawn_again(sheet: Worksheet, data: Path | None, population: Path | None) -> Draw | None:
    said = sheet.origin
    if data is not None:
        if "source" not in said:
            raise WorksheetProblem("the sample was drawn from a file; give it with --population")
        days = {name: dt.date.fromisoformat(said[name]) if name in said else None for name in ("first", "last")}
        scope = Scope(said.get("jurisdiction"), said.get("provider"), said.get("programme"), **days)
        source: Any = said["source"]
        return draw(_from_publication(data, said["run"], source, scope).rows, sheet.plan)
    if population is not None:
        if "key_column" not in said:
            raise WorksheetProblem("the sample was drawn from a publication; give its data folder with --data")
        names = ("key_column", "amount_column", "provider_column", "item_column")
        return draw(_from_file(population, {name: said.get(name) for name in names}).rows, sheet.plan)
    return None


def evaluate_worksheet(path: Path, data: Path | None, population: Path | None) -> Evaluation:
    """Read a worksheet, draw again where a population is given, and project. Raises `SampleProblem`."""
    sheet = answers.read(path)
    again = _drawn_again(sheet, data, population)
    if again is not None:
        if again.population_hash != sheet.population_hash:
            raise WorksheetProblem(
                f"the population is another one: {again.rows} rows with hash {again.population_hash}, where the worksheet "
                f"was drawn from {sheet.population_rows} rows with hash {sheet.population_hash}"
            )
        if again.sample_hash != sheet.sample_hash or again.strata != sheet.strata:
            raise WorksheetProblem("drawn again from the same population with the same seed, the sample is another one")
    return evaluate(sheet)
