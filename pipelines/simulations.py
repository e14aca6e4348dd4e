"""Simulations as they stand beside publications: which numbers can be changed, and what a finished simulation says.

Read by the command line and the app; they are made by `pipelines.simulating`. A simulation is no publication.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal

import duckdb
import polars as pl

from pipelines import comparing, publishing
from pipelines.publishing import Publication

TABLES = ("findings", "exempted_findings", "rule_coverage", "area_compliance", "land_compliance", "entitlement")
_FOLDER = "simulations"
ABOUT = "simulation.json"

Table = Literal["parameters", "parameter_brackets", "eligibility"]
CHANGEABLE: dict[Table, dict[str, str]] = {
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


def numbers(publication: Publication) -> list[Number]:
    """The numbers of the policy that were in force on the publication's day, by name."""
    found: list[Number] = []
    with duckdb.connect() as connection:
        for table, parts in CHANGEABLE.items():
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


def checked(asked: Mapping[str, Decimal], known: Iterable[Number]) -> list[tuple[Number, Decimal]]:
    """The numbers that are changed, each with its new value. Raises `NoSuchNumber`."""
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


def folder_of(data: Path, base: Publication, asked: Mapping[str, Decimal]) -> Path:
    """Where the simulation of these changes on a publication stands, once it is made."""
    return home(data) / _mark(base, asked)


def home(data: Path) -> Path:
    """The folder of all simulations."""
    return data / _FOLDER


def finished(data: Path, asked: Mapping[str, Decimal]) -> Simulation | None:
    """The simulation of these changes on the current publication, if it has been made."""
    base = publishing.current(data)
    if base is None:
        return None
    folder = folder_of(data, base, asked)
    return Simulation(folder, base, dict(sorted(asked.items()))) if (folder / ABOUT).exists() else None


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
