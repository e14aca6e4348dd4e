"""The one door to publications. A publication is resolved once a request, so that one page never mixes two.

Who reads is part of every question: each published table is seen through a view that holds only the rows of the reader's
places, and no query can reach what lies behind it. A table of which nobody has said where its rows lie is shown to those
alone who may see all places. Values only ever reach a query as parameters; tables and columns are this package's own words.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import duckdb
import polars as pl
import streamlit as st

from pipelines.contracts import Column, load_contracts
from pipelines.divisions import trim

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Publication:
    """A complete publication. It never changes, so its name is all that a cache has to know of it."""

    folder: str
    run: str
    as_of: str
    fingerprint: str


@dataclass(frozen=True)
class Reader:
    """A publication as somebody may read it. `places`: prefixes of divisions; None: all; empty: none. `sees_persons`:
    whether lists whose subjects are keys of elders or workers are shown, and such keys elsewhere. `sees_findings`: whether
    findings are, and what is counted of them.

    It is the first argument of every query, and so of every cache.
    """

    publication: Publication
    places: tuple[str, ...] | None = None
    sees_persons: bool = True
    sees_findings: bool = True

    def __post_init__(self) -> None:
        """Places become part of the views' text: only digits do."""
        if any(re.fullmatch(r"[1-9][0-9]{1,11}", place) is None for place in self.places or ()):
            raise ValueError("a place is the digits of a division")


@dataclass(frozen=True)
class Scope:
    """What is asked for: a division with everything under it, and a year. None: all."""

    place: str | None = None
    year: int | None = None

    @property
    def prefix(self) -> str:
        """The digits with which the divisions of the place begin."""
        return trim(self.place) if self.place else ""


@lru_cache(maxsize=64)
def _publication(folder: Path) -> Publication:
    # Complete folders never change; a manifest of a large city is some megabytes.
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return Publication(str(folder), manifest["run"], manifest["as_of"], manifest["fingerprint"])


def current(data: Path) -> Publication | None:
    """The publication that `current` names at this moment, or None before the first one."""
    published = data / "published"
    try:
        return _publication(published / (published / "current").read_text(encoding="utf-8").strip())
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError):
        return None


def previous(publication: Publication) -> Publication | None:
    """The complete publication before this one, if it is kept."""
    home = Path(publication.folder)
    before = sorted(path.parent for path in home.parent.glob("[0-9]*/manifest.json") if path.parent.name < home.name)
    return _publication(before[-1]) if before else None


def cached(function: Function) -> Function:
    """Keep a query's answers. The reader is among its arguments, so that no answer goes from one user to another."""
    return cast(Function, st.cache_data(max_entries=256, show_spinner=False)(function))


# ---- what a reader sees of each table -----------------------------------------------------------------------------

# Where a row lies. A transfer is a row of both its ends.
_DIVISIONS: Mapping[str, tuple[str, ...]] = {
    "area_compliance": ("division_code",),
    "area_delivery": ("division_code",),
    "complaint_counters": ("division_code",),
    "complaint_counts": ("division_code",),
    "files": ("division",),
    "finding_places": ("division_code",),
    "fund_usage": ("division_code",),
    "land_compliance": ("division_code",),
    "payment_coverage": ("division_code",),
    "provider_activity": ("division_code",),
    "quality_checks": ("division",),
    "rows_outside_policies": ("division_code",),
    "settlement_batches": ("division_code",),
    "settlement_lines": ("division_code",),
    "service_coverage": ("county",),
    "source_freshness": ("division_key",),
    "trace_budgets": ("division_code",),
    "trace_complaints": ("division_code",),
    "trace_division_statistics": ("division_code",),
    "trace_facilities": ("division_code",),
    "trace_payments": ("division_code",),
    "trace_residential_areas": ("division_code",),
    "trace_transfers": ("to_division", "from_division"),
}

# Documents are public, and so are the rules made of them.
_PUBLIC = "policy_"

_OF_SEEN_FINDINGS = (
    "finding_id in (select finding_id from stored.finding_places group by finding_id having bool_and({inside}))"
)
_OF_SEEN_PROVIDERS = "provider in (select provider_id from stored.provider_activity where {inside})"
_OF_SEEN_POLICIES = "jurisdiction in (select jurisdiction from stored.policy_jurisdictions where {inside})"

# Figures of a provider lie where the provider does.
_OF_PROVIDERS = (
    "complaint_funnel",
    "monthly_series",
    "scorecard_domains",
    "scorecard_measures",
    "scorecard_quarters",
    "scorecard_rows",
    "scorecards",
)

# Where a row lies that does not say so itself, and the column that `inside` is asked about.
_THROUGH: Mapping[str, tuple[str, str]] = {
    "findings": (_OF_SEEN_FINDINGS, "division_code"),
    "exempted_findings": (_OF_SEEN_FINDINGS, "division_code"),
    "finding_history": (_OF_SEEN_FINDINGS, "division_code"),
    "finding_evidence": (_OF_SEEN_FINDINGS, "division_code"),
    # A finding of the reader's place may rest on a row of another: that row is not shown.
    "evidence_rows": ("{inside}", "coalesce(json_extract_string(facts, '$.division_code'), '{first}')"),
    "quarantine": ("file in (select file from stored.files where {inside})", "division"),
    "rule_coverage": (_OF_SEEN_POLICIES, "prefix"),
    "entitlement": (_OF_SEEN_POLICIES, "prefix"),
    **dict.fromkeys(_OF_PROVIDERS, (_OF_SEEN_PROVIDERS, "division_code")),
}
_BEHIND: Mapping[str, tuple[str, ...]] = {
    "findings": ("finding_places", "policy_rules"),
    "exempted_findings": ("finding_places", "policy_rules"),
    "finding_history": ("finding_places",),
    "complaint_counters": ("policy_rules",),
    "finding_evidence": ("finding_places", "findings", "exempted_findings", "policy_rules"),
    "quarantine": ("files",),
    "rule_coverage": ("policy_jurisdictions", "policy_rules"),
    "entitlement": ("policy_jurisdictions",),
    **dict.fromkeys(_OF_PROVIDERS, ("provider_activity",)),
}


def _inside(column: str, places: tuple[str, ...]) -> str:
    """Whether a division lies in the places; one that is unknown lies in none."""
    return "(" + " or ".join(f"starts_with({column}, '{place}')" for place in places) + ")" if places else "false"


def _is_seen(table: str, places: tuple[str, ...]) -> str:
    if table.startswith(_PUBLIC):
        return "true"
    if table in _DIVISIONS:
        return f"({' or '.join(_inside(column, places) for column in _DIVISIONS[table])})"
    if table in _THROUGH and places:
        condition, column = _THROUGH[table]
        return condition.format(inside=_inside(column.format(first=places[0]), places))
    return "false"


# ---- findings -----------------------------------------------------------------------------------------------------

_OF_FINDINGS = frozenset(
    {
        "evidence_rows",
        "exempted_findings",
        "finding_evidence",
        "finding_history",
        "finding_places",
        "findings",
        "rule_coverage",
    }
)


# ---- keys of persons ----------------------------------------------------------------------------------------------

_PERSONS = "(worker|elder|payee)"
_NOT_ON_PERSONS = f"select rule from stored.policy_rules where not regexp_matches(subject, '{_PERSONS}')"
_WITHOUT_PERSONS: Mapping[str, str] = {
    "findings": f"rule in ({_NOT_ON_PERSONS})",
    "exempted_findings": f"rule in ({_NOT_ON_PERSONS})",
    "rule_coverage": f"rule in ({_NOT_ON_PERSONS})",
    "finding_evidence": f"left(finding_id, 3) in ({_NOT_ON_PERSONS})",
    "complaint_counters": f"rule in ({_NOT_ON_PERSONS})",
}


def _is_key(column: Column) -> bool:
    return column.pii == "identifier" or column.type == "id_card" or column.identifies is not None


@cache
def _key_columns() -> tuple[str, ...]:
    contracts = load_contracts().values()
    return tuple(sorted({name for one in contracts for name, column in one.columns.items() if _is_key(column)}))


@cache
def _keyed_by_persons() -> tuple[str, ...]:
    return tuple(
        source
        for source, contract in load_contracts().items()
        if any(_is_key(contract.columns[name]) for name in contract.key)
    )


@cache
def _hidden_columns() -> Mapping[str, str]:
    """What of a table is replaced for who sees no keys of persons."""
    nothing = json.dumps(dict.fromkeys(_key_columns()))
    sources = ", ".join(f"'{source}'" for source in _keyed_by_persons())
    key = f"case when source in ({sources}) then '' else row_key end as row_key"
    return {
        "evidence_rows": f"cast(json_merge_patch(facts, '{nothing}') as varchar) as facts, {key}",
        "finding_evidence": key,
        "scorecard_rows": key,
        "trace_complaints": "cast(null as varchar) as worker_id",
        "trace_payments": "cast(null as varchar) as payee_id, cast(null as varchar) as payee_account",
    }


# ---- the door -----------------------------------------------------------------------------------------------------


def _view(table: str, reader: Reader) -> str:
    conditions = ["true" if reader.places is None else _is_seen(table, reader.places)]
    if table in _OF_FINDINGS and not reader.sees_findings:
        conditions.append("false")
    columns = "*"
    if not reader.sees_persons:
        conditions.append(_WITHOUT_PERSONS.get(table, "true"))
        hidden = _hidden_columns().get(table)
        columns = f"* replace ({hidden})" if hidden else "*"
    return f"create view {table} as select {columns} from stored.{table} where {' and '.join(conditions)}"


def has_table(reader: Reader, table: str) -> bool:
    """Whether the publication has a table: older ones may lack what later ones have."""
    return (Path(reader.publication.folder) / f"{table}.parquet").exists()


def ask(
    reader: Reader,
    query: str,
    parameters: Mapping[str, Any] | None = None,
    given: Mapping[str, pl.DataFrame] | None = None,
) -> pl.DataFrame:
    """Run a query over the published tables that it names, as the reader may see them. `given`: further tables."""
    words = set(re.findall(r"[a-z_]\w*", query))
    home = Path(reader.publication.folder)
    with duckdb.connect(config={"autoinstall_known_extensions": "false", "threads": 2}) as connection:
        connection.execute("create schema stored")
        named = [path.stem for path in home.glob("*.parquet") if path.stem in words]
        for table in {*named, *(behind for one in named for behind in _BEHIND.get(one, ()))}:
            path = str(home / f"{table}.parquet").replace("'", "''")
            connection.execute(f"create view stored.{table} as select * from read_parquet('{path}')")
        for table in named:
            connection.execute(_view(table, reader))
        for table, frame in (given or {}).items():
            connection.register(table, frame.to_arrow())
        return connection.execute(query, dict(parameters or {})).pl()


def in_scope(column: str = "division_code") -> str:
    """The condition that a division lies in the place asked for; its parameter is `prefix`."""
    return f"starts_with({column}, $prefix)"
