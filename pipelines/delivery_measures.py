"""Measures of deliveries, by SQL over a build database: a row for each file and source, only counts, shares and days."""

import datetime as dt

import duckdb
import polars as pl

from pipelines.contracts import Contract, load_contracts

_FILES = """
select
    file,
    source,
    division,
    division_key,
    file_date,
    file_order,
    status,
    rows_read - rows_loaded - rows_duplicate - rows_quarantined as rows_unaccounted,
    cast(status in ('unrecognised', 'unreadable') as integer) as is_unread,
    case when status in ('loaded', 'quarantined') then rows_quarantined / rows_read end as quarantine_share,
    case
        when status = 'loaded' then
            rows_loaded / (
                select median(earlier.rows_loaded)
                from raw.files as earlier
                where
                    earlier.source = files.source
                    and earlier.division_key is not distinct from files.division_key
                    and earlier.status = 'loaded'
                    and earlier.file_date < files.file_date
            )
    end as volume_ratio,
    case
        when
            status = 'loaded'
            and file_order = max(file_order) filter (where status = 'loaded') over (partition by source, division_key)
            then date_diff('day', file_date, cast($as_of as date))
    end as days_since_newest_file
from raw.files as files
order by file_order nulls last, source, file
"""


def _dated(contract: Contract) -> str | None:
    column = contract.columns[contract.date] if contract.date else None
    if column is None:
        return None
    quoted = f'"{column.name}"'
    return f"make_date({quoted}::integer, 1, 1)" if column.base_type == "integer" else f"cast({quoted} as date)"


def _optional_shares(contract: Contract) -> str:
    """The share of empty cells among the optional columns that leave the vault."""
    optional = [name for name in contract.kept if not contract.columns[name].required]
    empty = [
        f'count(*) filter (where len("{name}") = 0)'
        if contract.columns[name].base_type == "codes"
        else f'count(*) - count("{name}")'
        for name in optional
    ]
    return f"({' + '.join(empty)}) / (count(*) * {len(optional)})" if optional else "null"


def _row_measures(connection: duckdb.DuckDBPyConnection, contract: Contract, years: int) -> pl.DataFrame:
    dated = _dated(contract)
    after = f"avg(cast({dated} > _file_date as integer))" if dated else "null::double"
    before = f"avg(cast({dated} < _file_date - to_years({years}) as integer))" if dated else "null::double"
    # The names come from the project's own contracts, never from a file.
    return connection.execute(f"""
        select
            _file as file,
            '{contract.source}' as source,
            cast({_optional_shares(contract)} as double) as missing_optional_share,
            {after} as dated_after_file_share,
            {before} as dated_long_ago_share
        from raw.{contract.source}
        group by _file
        """).pl()


_REGISTERED = """
select
    visits._file as file,
    'visits' as source,
    avg(cast(elders.elder_id is not null as integer)) as elder_registered_share,
    avg(cast(workers.worker_id is not null as integer)) as worker_registered_share,
    avg(cast(providers.provider_id is not null as integer)) as provider_registered_share
from raw.visits as visits
left join (select distinct elder_id from raw.elders) as elders on visits.elder_id = elders.elder_id
left join (select distinct worker_id from raw.workers) as workers on visits.worker_id = workers.worker_id
left join (select distinct provider_id from raw.providers) as providers on visits.provider_id = providers.provider_id
group by visits._file
"""


def delivery_measures(connection: duckdb.DuckDBPyConnection, as_of: dt.date, long_ago_years: int) -> pl.DataFrame:
    """The measures of every file: one row for each file and source, in the order of files."""
    files = connection.execute(_FILES, {"as_of": as_of}).pl()
    loaded = set(files.filter(pl.col("status") == "loaded")["source"].to_list())
    measured = [
        _row_measures(connection, contract, long_ago_years)
        for contract in load_contracts().values()
        if contract.source in loaded
    ]
    empty = {"file": pl.String, "source": pl.String}
    shares = dict.fromkeys(("missing_optional_share", "dated_after_file_share", "dated_long_ago_share"), pl.Float64)
    rows = pl.concat([pl.DataFrame(schema={**empty, **shares}), *measured])
    registered = connection.execute(_REGISTERED).pl()
    keys = ["file", "source"]
    joined = files.join(rows, on=keys, how="left", maintain_order="left")
    return joined.join(registered, on=keys, how="left", maintain_order="left")
