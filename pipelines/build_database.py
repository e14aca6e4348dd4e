"""The build database of one run: schema `raw` over the Parquet parts of the loads that count.

Nothing is copied: a source is a view over its parts, joined with the files that brought them. One content can stand for
several files (a snapshot of several dates): its rows appear once per file. dbt builds on the result; no dbt here.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import duckdb
import polars as pl

from pipelines.contracts import Contract, load_contracts
from pipelines.model_sources import (
    AUDIT_COLUMNS,
    DECISIONS_COLUMNS,
    FILES_COLUMNS,
    FIRST_SEEN_COLUMNS,
    QUARANTINE_COLUMNS,
    source_columns,
)

LoadFolder = Callable[[str, str], Path]
"""Load and source to the folder that holds `part-*.parquet` and `issues.parquet`."""

_COUNTING = ("loaded", "quarantined")
"""Files of these states have rows or issues of their own; repeated, empty and unreadable ones have none."""


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _list(paths: Iterable[Path]) -> str:
    return "[" + ", ".join(_literal(str(path)) for path in paths) + "]"


def _typed(columns: Mapping[str, tuple[str, str]]) -> str:
    return ", ".join(f"{_identifier(name)} {kind}" for name, (kind, _) in columns.items())


def _empty_view(contract: Contract) -> str:
    typed = [f"null::{kind} as {_identifier(name)}" for name, kind, _ in source_columns(contract)]
    typed += [f"null::{kind} as {_identifier(name)}" for name, (kind, _) in AUDIT_COLUMNS.items()]
    return f"create view raw.{_identifier(contract.source)} as select {', '.join(typed)} where false"


def _source_view(contract: Contract, parts: list[Path]) -> str:
    """The accepted rows of all files of a source.

    The casts cost nothing where the type is right and stop a load of another shape at the door. The file's facts are
    joined by the part's path, which is constant within a part. Every part has its file; the join is an outer one, and the
    largest part comes first, because the engine then guesses the number of rows about right (it looks at the first part
    only, and takes an inner join on a path to leave a handful of rows). Guessed too low, millions of rows are put into the
    hash table of a join with hundreds.
    """
    columns = [f"part.{_identifier(name)}::{kind} as {_identifier(name)}" for name, kind, _ in source_columns(contract)]
    return f"""
        create view raw.{_identifier(contract.source)} as
        select
            {", ".join(columns)},
            parts.file as _file,
            parts.file_order as _file_order,
            parts.file_date as _file_date,
            parts.division_key as _division_key,
            coalesce(part._sheet, '')::varchar as _sheet,
            part._line::bigint as _line
        from read_parquet({_list(parts)}, filename = '_part') as part
        left join raw.parts as parts on part._part = parts.path
    """


def _issues(connection: duckdb.DuckDBPyConnection, issues: list[tuple[str, str, Path]]) -> None:
    """The records of quarantined rows and emptied cells, once per file that counts."""
    if not issues:
        return
    connection.execute("create temp table issue_parts (path varchar, load_id varchar, source varchar)")
    connection.executemany(
        "insert into issue_parts values (?, ?, ?)", [(str(path), load, source) for load, source, path in issues]
    )
    # Only lists of this module are put in; paths and ids are parameters.
    connection.execute(f"""
        insert into raw.quarantine
        select
            files.file,
            coalesce(issue.sheet, ''),
            issue.line,
            files.source,
            issue."column",
            issue.reason,
            issue.level
        from read_parquet({_list(path for _, _, path in issues)}, filename = '_part', union_by_name = true) as issue
        inner join issue_parts on issue._part = issue_parts.path
        inner join raw.files as files
            on issue_parts.load_id = files.load_id and issue_parts.source = files.source
        where files.status in {_COUNTING}
        order by files.file_order, files.source, 2, 3, 5, 6
    """)
    connection.execute("drop table issue_parts")


def _parts(connection: duckdb.DuckDBPyConnection, parts: Mapping[str, list[tuple[Path, str]]]) -> None:
    """Every part once per file that brought it: a content may stand for several files."""
    connection.execute("create temp table written (path varchar, source varchar, load_id varchar)")
    rows = [(str(part), source, load) for source, found in parts.items() for part, load in found]
    if rows:
        connection.executemany("insert into written values (?, ?, ?)", rows)
    connection.execute("""
        create table raw.parts as
        select
            written.path,
            files.file,
            files.file_order,
            files.file_date,
            coalesce(files.division_key, '') as division_key
        from written
        inner join raw.files as files
            on written.load_id = files.load_id and written.source = files.source and files.status = 'loaded'
    """)
    connection.execute("drop table written")


def make(
    path: Path,
    files: pl.DataFrame,
    folder: LoadFolder,
    history: Path | None = None,
    decisions: pl.DataFrame | None = None,
) -> None:
    """Create the build database of a run at `path` (a file left there by a run that died is replaced).

    `files` has the columns of `raw.files`, one row per file and source; `folder` tells where a load's parts are;
    `history` is the Parquet of findings that the last publication knew; `decisions` has the verdicts of people on findings
    (`DECISIONS_COLUMNS`).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for stale in (path, path.with_name(path.name + ".wal")):
        stale.unlink(missing_ok=True)
    counting = files.filter(pl.col("status").is_in(_COUNTING) & pl.col("load_id").is_not_null())
    loads = sorted(set(counting.select("load_id", "source").iter_rows()))
    loaded = set(counting.filter(pl.col("status") == "loaded").select("load_id", "source").iter_rows())
    parts: dict[str, list[tuple[Path, str]]] = {}
    issues: list[tuple[str, str, Path]] = []
    for load, source in loads:
        home = folder(load, source).absolute()
        if (load, source) in loaded:
            parts.setdefault(source, []).extend((part, load) for part in sorted(home.glob("part-*.parquet")))
        if (home / "issues.parquet").exists():
            issues.append((load, source, home / "issues.parquet"))
    # Nobody but this build reads the file, so it need not be one for older engines; the newest form writes keys faster.
    with duckdb.connect(str(path), config={"storage_compatibility_version": "latest"}) as connection:
        connection.execute("create schema raw")
        connection.execute(f"create table raw.files ({_typed(FILES_COLUMNS)})")
        connection.execute(f"create table raw.quarantine ({_typed(QUARANTINE_COLUMNS)})")
        connection.execute(f"create table raw.first_seen ({_typed(FIRST_SEEN_COLUMNS)})")
        if history:
            connection.execute(
                "insert into raw.first_seen select finding_id, first_seen_on from read_parquet(?)", [str(history)]
            )
        connection.execute(f"create table raw.decisions ({_typed(DECISIONS_COLUMNS)})")
        if decisions is not None and decisions.height:
            connection.register("given_decisions", decisions.select(list(DECISIONS_COLUMNS)).to_arrow())
            connection.execute("insert into raw.decisions select * from given_decisions")
            connection.unregister("given_decisions")
        if files.height:
            ordered = files.select(list(FILES_COLUMNS)).sort("file_order", "source", nulls_last=True)
            connection.register("given_files", ordered.to_arrow())
            connection.execute("insert into raw.files select * from given_files")
            connection.unregister("given_files")
        _parts(connection, parts)
        for source, contract in load_contracts().items():
            found = sorted((part for part, _ in parts.get(source, [])), key=lambda part: (-part.stat().st_size, part))
            connection.execute(_source_view(contract, found) if found else _empty_view(contract))
        _issues(connection, issues)


def make_empty(path: Path) -> None:
    """A build database without a single file: what unit tests and the linter of the models need."""
    kinds: dict[str, pl.DataType | type[pl.DataType]] = {
        "varchar": pl.String,
        "bigint": pl.Int64,
        "date": pl.Date,
        "boolean": pl.Boolean,
    }
    schema = {name: kinds[kind] for name, (kind, _) in FILES_COLUMNS.items()}
    make(path, pl.DataFrame(schema=schema), lambda load, source: Path(source) / load)
