"""What if a number of the policy were another one? The rules' own models on the current publication's inputs, with that
number changed, in a folder of its own. A simulation is no publication: nothing else reads it, and no finding comes of it.
"""

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import duckdb
import polars as pl

from pipelines import build_database, comparing, modelling, publishing
from pipelines.publishing import Publication

KEEP = 5
TABLES = ("findings", "exempted_findings", "rule_coverage", "area_compliance", "land_compliance", "entitlement")
FOLDER = "simulations"
_ABOUT = "simulation.json"

Table = Literal["parameters", "parameter_brackets", "eligibility"]
_TABLES: dict[Table, dict[str, str]] = {
    # The name of a number is made of these columns; the second part says which column may be changed.
    "parameters": {"name": "concat_ws('.', rule, jurisdiction, division, name)", "where": "true"},
    "parameter_brackets": {
        "name": "concat_ws('.', rule, jurisdiction, name, rtrim(rtrim(cast(low as varchar), '0'), '.'))",
        "where": "true",
    },
    "eligibility": {
        "name": "concat_ws('.', 'eligibility', jurisdiction, cast(alternative as varchar), fact)",
        "where": "fact in ('age', 'income')",
    },
}


class NoSuchNumber(Exception):
    """A change names a number that is not in force, or gives it a value that it cannot take."""


@dataclass(frozen=True)
class Number:
    """A number of the policy in force on the publication's day.

    name: 'Q01.jincheng.max_hours', or 'eligibility.kangbashi.1.age' (alternative 1), or 'F10.kangbashi.points_by_age.70'
    (the bracket from 70 on). rule is empty for eligibility.
    """

    name: str
    table: Table
    rule: str | None
    jurisdiction: str
    value: Decimal
    unit: str
    basis: str
    requirement: str | None


@dataclass(frozen=True)
class Simulation:
    """A finished simulation: its folder, what it started from, and the numbers that were changed, by name."""

    folder: Path
    base: Publication
    changes: Mapping[str, Decimal]

    def difference(self) -> comparing.Difference:
        """Findings that would appear, vanish or change, with the yuan."""
        return comparing.compare(self.base.folder, self.folder)

    def areas(self) -> pl.DataFrame:
        """Areas and divisions by rule room, place and state, before and after: table, jurisdiction, state, before, after,
        short_m2_before, short_m2_after."""
        tables = ("area_compliance", "land_compliance")
        return pl.concat([self._states(table) for table in tables]).sort("table", "jurisdiction", "state")

    def _states(self, table: str) -> pl.DataFrame:
        def count(folder: Path, when: str) -> pl.DataFrame:
            frame = pl.read_parquet(folder / f"{table}.parquet").filter(pl.col("jurisdiction").is_not_null())
            short = pl.col("short_m2").cast(pl.Float64).sum()
            return frame.group_by("jurisdiction", "state").agg(pl.len().alias(when), short.alias(f"short_m2_{when}"))

        before, after = count(self.base.folder, "before"), count(self.folder, "after")
        joined = before.join(after, on=["jurisdiction", "state"], how="full", coalesce=True).fill_null(0)
        return joined.select(
            pl.lit(table).alias("table"),
            "jurisdiction",
            "state",
            "before",
            "after",
            "short_m2_before",
            "short_m2_after",
        )

    def entitlement(self) -> pl.DataFrame:
        """Entitled people and yuan a month by place: jurisdiction, entitled_before, entitled_after, unknown_before,
        unknown_after, yuan_a_month_before, yuan_a_month_after."""
        figures = ("entitled", "unknown", "yuan_a_month")

        def figures_of(folder: Path, when: str) -> pl.DataFrame:
            frame = pl.read_parquet(folder / "entitlement.parquet")
            return frame.select("jurisdiction", *(pl.col(name).alias(f"{name}_{when}") for name in figures))

        before, after = figures_of(self.base.folder, "before"), figures_of(self.folder, "after")
        ordered = [f"{name}_{when}" for name in figures for when in ("before", "after")]
        return before.join(after, on="jurisdiction").select("jurisdiction", *ordered).sort("jurisdiction")


@dataclass(frozen=True)
class _Place:
    """Where a simulation is made, and where it will stand."""

    folder: Path
    making: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "making", self.folder.with_name(f".making-{self.folder.name}"))


def numbers(publication: Publication) -> list[Number]:
    """The numbers of the policy that were in force on the publication's day, by name."""
    found: list[Number] = []
    with duckdb.connect() as connection:
        for table, parts in _TABLES.items():
            rule = "null" if table == "eligibility" else "rule"
            # Table and expressions are this module's own words.
            rows = connection.execute(
                f"""
                select {parts["name"]}, {rule}, jurisdiction, cast(value as decimal(18, 6)), unit, basis, requirement
                from read_parquet(?)
                where {parts["where"]} and valid_from <= ? and (valid_to is null or valid_to >= ?)
                """,
                [str(publication.folder / f"policy_{table}.parquet"), *[publication.manifest["as_of"]] * 2],
            ).fetchall()
            found += [Number(row[0], table, *row[1:]) for row in rows]
    return sorted(found, key=lambda number: number.name)


def simulate(
    data: Path, asked: Mapping[str, Decimal], progress: Callable[[str], None] = lambda _text: None
) -> Simulation:
    """Judge the current publication's inputs by a changed policy; a simulation that is there already is not made again.

    asked: new values by name of the number. Raises `NoSuchNumber`, `FileNotFoundError` where nothing is published.
    """
    base = publishing.current(data)
    if base is None:
        raise FileNotFoundError(f"nothing is published in {data} yet; make a publication with: oversight run")
    changed = _checked(asked, numbers(base))
    place = _Place(data / FOLDER / _mark(base, asked))
    if not (place.folder / _ABOUT).exists():
        _make(data, base, changed, place, progress)
    place.folder.touch()
    _retire(data)
    return Simulation(place.folder, base, dict(sorted(asked.items())))


def _checked(asked: Mapping[str, Decimal], known: Iterable[Number]) -> list[tuple[Number, Decimal]]:
    by_name = {number.name: number for number in known}
    if not asked:
        raise NoSuchNumber("no number is changed; name one, such as Q01.jincheng.max_hours=5")
    for name, value in asked.items():
        if name not in by_name:
            raise NoSuchNumber(f"no number {name} is in force; oversight what-if --list names all")
        if not value.is_finite() or value < 0:
            raise NoSuchNumber(f"{name} cannot be {value}: a number of 0 or more is needed")
    return [(by_name[name], value) for name, value in sorted(asked.items())]


def _mark(base: Publication, asked: Mapping[str, Decimal]) -> str:
    text = json.dumps([base.manifest["run"], base.manifest["fingerprint"], sorted(asked.items())], default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _make(
    data: Path, base: Publication, changed: list[tuple[Number, Decimal]], place: _Place, progress: Callable[[str], None]
) -> None:
    shutil.rmtree(place.making, ignore_errors=True)
    place.making.mkdir(parents=True)
    database = place.making / "build" / "build.duckdb"
    try:
        progress("prepare")
        build_database.make(
            database, pl.read_parquet(base.folder / "files.parquet"), lambda load, source: data / "raw" / source / load
        )
        as_of = dt.date.fromisoformat(base.manifest["as_of"])
        given = modelling.variables(as_of, dt.date.fromisoformat(base.manifest["period_start"]))
        modelling.seed(database, given)
        _change(database, changed, as_of)
        progress("model")
        modelling.run_models(database, [f"+{table}" for table in TABLES], given)
        progress("compare")
        modelling.export(database, place.making, TABLES)
        shutil.rmtree(database.parent)
        about: dict[str, Any] = {
            "base": base.manifest["run"], "changes": {number.name: str(value) for number, value in changed}
        }  # fmt: skip
        (place.making / _ABOUT).write_text(json.dumps(about, ensure_ascii=False, indent=1), encoding="utf-8")
        shutil.rmtree(place.folder, ignore_errors=True)
        place.making.replace(place.folder)
    finally:
        shutil.rmtree(place.making, ignore_errors=True)


def _change(database: Path, changed: list[tuple[Number, Decimal]], as_of: dt.date) -> None:
    with duckdb.connect(str(database)) as connection:
        for number, value in changed:
            parts = _TABLES[number.table]
            connection.execute(
                f"update policy.{number.table} set value = ? "
                f"where {parts['name']} = ? and valid_from <= ? and (valid_to is null or valid_to >= ?)",
                [str(value) if number.table == "eligibility" else value, number.name, as_of, as_of],
            )


def _retire(data: Path) -> None:
    done = sorted((data / FOLDER).glob(f"*/{_ABOUT}"), key=lambda path: path.parent.stat().st_mtime)
    for old in done[:-KEEP]:
        shutil.rmtree(old.parent, ignore_errors=True)


def in_words(simulation: Simulation) -> str:
    """A simulation as a text for a terminal."""
    lines = [f"SIMULATION on {simulation.base.manifest['run']}, no finding comes of it"]
    lines += [f"  {name} = {value}" for name, value in simulation.changes.items()]
    difference = simulation.difference()
    lines.append(f"findings: {difference.findings.height} would differ, {difference.yuan:+,.2f} yuan")
    lines += [
        f"  {row['rule']} {row['jurisdiction']}: {row['findings']} {row['change']}, {row['yuan']:+,.2f} yuan"
        for row in difference.summary.iter_rows(named=True)
    ]
    lines += [
        f"{row['table']} {row['jurisdiction']} {row['state']}: {row['before']} -> {row['after']}, "
        f"short {row['short_m2_before']:,.2f} -> {row['short_m2_after']:,.2f} m2"
        for row in simulation.areas().filter(pl.col("before") != pl.col("after")).iter_rows(named=True)
    ]
    lines += [
        f"entitled {row['jurisdiction']}: {row['entitled_before']} -> {row['entitled_after']}, "
        f"yuan a month {row['yuan_a_month_before'] or '-'} -> {row['yuan_a_month_after'] or '-'}"
        for row in simulation.entitlement().iter_rows(named=True)
        if (row["entitled_before"], row["yuan_a_month_before"]) != (row["entitled_after"], row["yuan_a_month_after"])
    ]
    return "\n".join(lines)
