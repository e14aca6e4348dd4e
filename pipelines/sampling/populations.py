"""Where populations come from: a publication (payments), the rows that it was made of (settlement lines, visits), or a file.

Settlement lines and visits are as many as a hundred million; they are not published once more for the sake of samples, but
read from the loads that the publication names, by the same rule as the models': of each key the row of the newest file,
up to as_of. A population has `row_key`, `amount` (yuan), `provider`, `item` and what a checker needs to find the row.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, get_args

import duckdb
import polars as pl

from pipelines import build_database
from pipelines.contracts import Column, code_lists, load_contracts
from pipelines.publishing import Publication, current, publications
from pipelines.sampling.problems import UnfitPopulation, UnknownPopulation

Source = Literal["payments", "settlement_lines", "visits"]
SOURCES: tuple[Source, ...] = get_args(Source)

_PAYMENTS = """
    select
        payment_id as row_key, amount, case when payee_kind = 'provider' then payee_id else '' end as provider,
        purpose as item, paid_on as _day, division_code, programme, payee_kind, payee_id, batch_id, facility_id,
        paid_on, file, sheet, line
    from payments
"""
_NEWEST = """
    create temp view newest_visits as
    select * from raw.visits qualify row_number() over (partition by visit_id order by _file_order desc) = 1;

    create temp view newest_lines as
    select * from raw.settlement_lines qualify row_number() over (partition by line_id order by _file_order desc) = 1;
"""
_LINES = """
    select
        lines.line_id as row_key, lines.amount, lines.provider_id as provider, coalesce(visits.service_item, '') as item,
        lines.service_month as _day, lines.division_code, lines.programme, lines.batch_id, lines.visit_id,
        lines.service_month, lines.hours, visits.elder_id, visits.worker_id, visits.started_at, visits.ended_at,
        lines._file as file, lines._sheet as sheet, lines._line as line
    from newest_lines as lines
    left join newest_visits as visits on lines.visit_id = visits.visit_id and visits.started_at < $after
"""
_VISITS = """
    select
        visit_id as row_key, subsidy_amount as amount, provider_id as provider, service_item as item,
        cast(started_at as date) as _day, division_code, programme, elder_id, worker_id, service_place, started_at,
        ended_at, _file as file, _sheet as sheet, _line as line
    from newest_visits
"""
_IN_SCOPE = """
    select * exclude (_day) from rows_of_source
    where
        _day < $after
        and _day between coalesce($first, date '0001-01-01') and coalesce($last, date '9999-12-31')
        and provider = coalesce($provider, provider)
        and programme is not distinct from coalesce($programme, programme)
        and starts_with(division_code, $prefix)
        and not coalesce(list_bool_or(list_transform($inner, lambda prefix: starts_with(division_code, prefix))), false)
    order by row_key
"""


@dataclass(frozen=True)
class Scope:
    """Which rows of a source: all, or those of a place, a provider, a programme, or days (both inclusive)."""

    jurisdiction: str | None = None
    provider: str | None = None
    programme: str | None = None
    first: dt.date | None = None
    last: dt.date | None = None


def publication_of(data: Path, run: str | None) -> Publication:
    """The publication of a run, or the current one."""
    if run is None:
        found = current(data)
        if found is None:
            raise UnknownPopulation(f"nothing is published in {data} yet")
        return found
    for publication in publications(data):
        if publication.manifest["run"] == run:
            return publication
    raise UnknownPopulation(f"{data} has no publication {run}; oversight status names those that are kept")


def _prefixes(folder: Path, jurisdiction: str | None) -> tuple[str, list[str]]:
    """The prefix of a place, and those of the places within it that have a policy of their own."""
    if jurisdiction is None:
        return "", []
    policies = pl.read_parquet(folder / "policy_jurisdictions.parquet")
    own = policies.filter(pl.col("jurisdiction") == jurisdiction)["prefix"].to_list()
    if not own:
        known = ", ".join(policies["jurisdiction"].sort().to_list())
        raise UnknownPopulation(f"{jurisdiction!r} is no place with a policy; these are: {known}")
    others = policies.filter(pl.col("prefix").str.starts_with(own[0]) & (pl.col("prefix") != own[0]))
    return own[0], others["prefix"].sort().to_list()


def _rows(connection: duckdb.DuckDBPyConnection, query: str, publication: Publication, scope: Scope) -> pl.DataFrame:
    prefix, inner = _prefixes(publication.folder, scope.jurisdiction)
    after = dt.date.fromisoformat(publication.manifest["as_of"]) + dt.timedelta(days=1)
    source = connection.execute(query, {"after": after} if "$after" in query else None).pl()
    connection.register("rows_of_source", source)
    given = {
        "after": after,
        "first": scope.first,
        "last": scope.last,
        "provider": scope.provider,
        "programme": scope.programme,
        "prefix": prefix,
        "inner": inner,
    }
    return connection.execute(_IN_SCOPE, given).pl()


def _from_loads(data: Path, publication: Publication, query: str, scope: Scope) -> pl.DataFrame:
    files = pl.read_parquet(publication.folder / "files.parquet")
    needed = files.filter(pl.col("source").is_in(["visits", "settlement_lines"]))

    def folder(load: str, source: str) -> Path:
        home = data / "raw" / source / load
        if not home.is_dir():
            raise UnknownPopulation(f"the rows behind this publication are not there any more: {home}")
        return home

    with TemporaryDirectory() as scratch:
        database = Path(scratch) / "population.duckdb"
        build_database.make(database, needed, folder)
        with duckdb.connect(str(database)) as connection:
            connection.execute(_NEWEST)
            return _rows(connection, query, publication, scope)


def published(data: Path, publication: Publication, source: Source, scope: Scope) -> pl.DataFrame:
    """The rows of a source that a publication counted, within a scope. Raises `UnknownPopulation`."""
    match source:
        case "payments":
            with duckdb.connect() as connection:
                connection.from_parquet(str(publication.folder / "trace_payments.parquet")).create_view("payments")
                return _rows(connection, _PAYMENTS, publication, scope)
        case "settlement_lines":
            return _from_loads(data, publication, _LINES, scope)
        case "visits":
            return _from_loads(data, publication, _VISITS, scope)


def given(path: Path, key: str, amount: str, provider: str | None = None, item: str | None = None) -> pl.DataFrame:
    """A population from a Parquet or CSV (UTF-8) file. Only the named columns are taken: nothing else reaches a worksheet.

    Raises `UnfitPopulation` where a column is missing or an amount is no number of yuan and fen.
    """
    frame = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema=False)
    wanted: Mapping[str, str | None] = {"row_key": key, "amount": amount, "provider": provider, "item": item}
    missing = sorted(name for name in wanted.values() if name is not None and name not in frame.columns)
    if missing:
        raise UnfitPopulation(f"{path.name} has no column {', '.join(missing)}; it has {', '.join(frame.columns)}")
    texts = frame.select(
        **{name: pl.col(column).cast(pl.String) if column else pl.lit("") for name, column in wanted.items()}
    )
    rows = texts.with_columns(pl.col("amount").str.strip_chars().cast(pl.Decimal(18, 2), strict=False))
    bad = texts.filter(rows["amount"].is_null() | ~texts["amount"].str.contains(r"^\s*-?\d+(\.\d{0,2}0*)?\s*$"))
    if bad.height:
        raise UnfitPopulation(f"{path.name}: {bad['amount'][0]!r} is no amount of yuan with at most two places")
    return rows


_ITEMS: Mapping[Source, tuple[str, str]] = {
    "payments": ("payments", "purpose"),
    "settlement_lines": ("visits", "service_item"),
    "visits": ("visits", "service_item"),
}
_PLACES = {"file": "文件 file", "sheet": "工作表 sheet", "line": "行号 line"}


def labelled(population: pl.DataFrame, source: Source) -> pl.DataFrame:
    """The same rows for those who fill in the worksheet: words beside codes (助浴 bathing) and beside names of columns."""
    contracts = load_contracts()
    columns: dict[str, Column] = {**contracts["visits"].columns, **contracts[source].columns}
    owner, item = _ITEMS[source]
    columns["item"] = contracts[owner].columns[item]
    kept = {"row_key", "stratum", "amount", "provider", "item"}
    lists = {name: columns[name].code_list for name in population.columns if name in columns}
    words = {
        name: {code: f"{entry.label_zh} {code}" for code, entry in code_lists()[code_list].items()}
        for name, code_list in lists.items()
        if code_list
    }
    # What files call an id is a person key by now.
    titles = {
        name: _PLACES.get(name) or f"{columns[name].zh[0].replace('身份证号', '代码')} {name}"
        for name in population.columns
        if name not in kept
    }
    return population.with_columns(pl.col(name).replace(table) for name, table in words.items()).rename(titles)
