"""A load: the accepted rows of one content for one source, in a folder that appears whole or not at all.

`write_load` reads a content by a contract and writes typed Parquet parts, the list of quarantined rows and emptied cells,
and counts; what is personal goes to the vault. A load is known by content, source and the fingerprint of everything that
decides how it is read; the same load is never read twice.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pipelines.contracts import Contract
from pipelines.landing.blocks import Unreadable
from pipelines.landing.duplicates import KeysOfAFile, judge
from pipelines.landing.rows import pseudonymised, type_rows
from pipelines.landing.sheets import About, Prepared, Reading
from pipelines.landing.values import Reason
from pipelines.vault import PersonKeys, Vault

_ISSUES = {"sheet": pl.String, "line": pl.Int64, "column": pl.String, "reason": pl.String, "level": pl.String}
_REASON_NAMES = {int(reason): reason.name for reason in Reason}


class RowsLost(Exception):
    """The counts of a file do not add up: a defect of this program, never of the file."""


@dataclass(frozen=True)
class Counts:
    """Rows of a file: read = loaded + duplicate + quarantined; `not_data` are blank lines, totals and filtered rows."""

    rows_read: int = 0
    rows_loaded: int = 0
    rows_duplicate: int = 0
    rows_quarantined: int = 0
    not_data: int = 0

    def check(self) -> "Counts":
        """The same counts, or `RowsLost`."""
        if self.rows_read != self.rows_loaded + self.rows_duplicate + self.rows_quarantined:
            raise RowsLost(f"rows read, loaded, duplicate and quarantined do not add up: {self}")
        return self


@dataclass(frozen=True)
class LoadSummary:
    """What is told of a load. `problem` says why a file could not be read at all."""

    counts: Counts = field(default_factory=Counts)
    encoding: str | None = None
    tables: tuple[About, ...] = ()
    problem: str | None = None
    division: str | None = None
    file_date: str | None = None


@dataclass(frozen=True)
class Chosen:
    """The tables of a file that are to be read, what is told of the others, the text's encoding, and the division and
    date where a profile took them from the path or the content."""

    readings: Sequence[Reading]
    others: Sequence[About]
    encoding: str | None = None
    division: str | None = None
    file_date: str | None = None


@dataclass
class _Part:
    path: Path
    raw: Callable[[np.ndarray], list[str]]
    places: np.ndarray
    sheet: str
    first: int


@dataclass
class _Sink:
    """Collects what the blocks of a load give, and writes it."""

    contract: Contract
    keys: PersonKeys
    folder: Path
    parts: list[_Part] = field(default_factory=list)
    known: KeysOfAFile = field(default_factory=KeysOfAFile)
    issues: list[pl.DataFrame] = field(default_factory=list)
    raw_texts: list[pl.DataFrame] = field(default_factory=list)
    people: list[pl.DataFrame] = field(default_factory=list)
    direct: list[pl.DataFrame] = field(default_factory=list)
    read: int = 0
    accepted: int = 0
    not_data: int = 0

    def add(self, prepared: Prepared, about: About) -> None:
        """Take one block."""
        self.read += prepared.block.height
        self.not_data += prepared.not_data
        if prepared.block.height == 0:
            return
        if about.missing_columns:
            self._quarantine_whole(prepared, about)
            return
        typed = type_rows(self.contract, prepared.cells)
        self._note(typed.quarantined, about.sheet, "row", prepared)
        self._note(typed.emptied, about.sheet, "cell", None)
        if typed.rows.height:
            self._write_part(typed.rows, prepared, about.sheet)

    def _quarantine_whole(self, prepared: Prepared, about: About) -> None:
        lines = prepared.block.lines
        issues = pl.DataFrame({"place": range(lines.len()), "line": lines}).with_columns(
            column=pl.lit("|".join(about.missing_columns)), reason=pl.lit(int(Reason.missing_column), pl.UInt8)
        )
        self._note(issues, about.sheet, "row", prepared)

    def _note(self, issues: pl.DataFrame, sheet: str, level: str, prepared: Prepared | None) -> None:
        if not issues.height:
            return
        named = issues.select(
            sheet=pl.lit(sheet),
            line="line",
            column="column",
            reason=pl.col("reason").cast(pl.Int64).replace_strict(_REASON_NAMES, return_dtype=pl.String),
            level=pl.lit(level),
        )
        self.issues.append(named)
        if prepared:
            texts = prepared.block.raw(issues["place"].to_numpy())
            self.raw_texts.append(named.select("sheet", "line").with_columns(text=pl.Series(texts, dtype=pl.String)))

    def _write_part(self, rows: pl.DataFrame, prepared: Prepared, sheet: str) -> None:
        contract = self.contract
        self.known.add(rows, list(contract.key), list(contract.columns))
        direct = [name for name, column in contract.columns.items() if not column.is_kept]
        outside, people = pseudonymised(contract, rows, self.keys)
        self.people.append(people)
        if direct:
            persons = [name for name, column in contract.columns.items() if column.pii == "identifier"]
            kept = outside.select(*persons).hstack(rows.select(*direct, "line"))
            self.direct.append(kept.with_columns(sheet=pl.lit(sheet)))
        path = self.folder / f"part-{len(self.parts):05d}.parquet"
        outside.drop("place").with_columns(_sheet=pl.lit(sheet)).rename({"line": "_line"}).write_parquet(
            path, compression="zstd", compression_level=1, statistics=True
        )
        places = rows["place"].to_numpy().astype(np.int32)
        self.parts.append(_Part(path, prepared.block.raw, places, sheet, self.accepted))
        self.accepted += rows.height

    def drop_duplicates(self) -> tuple[int, int]:
        """Take superfluous and conflicting rows out of the parts; how many there were of each."""
        candidates = self.known.repeated()
        if not len(candidates):
            return 0, 0
        firsts = np.array([part.first for part in self.parts])
        owners = np.searchsorted(firsts, candidates, side="right") - 1
        keys = [
            pl.read_parquet(self.parts[owner].path, columns=list(self.contract.key))[
                (candidates[owners == owner] - firsts[owner]).tolist()
            ]
            for owner in np.unique(owners)
        ]
        duplicates, conflicts = judge(candidates, pl.concat(keys), self.known.row_hashes(candidates))
        dropped = np.sort(np.concatenate([duplicates, conflicts]))
        gone: list[pl.DataFrame] = []
        for number, part in enumerate(self.parts):
            last = self.parts[number + 1].first if number + 1 < len(self.parts) else self.accepted
            here = dropped[(dropped >= part.first) & (dropped < last)] - part.first
            if len(here):
                gone.append(self._take_out(part, here, np.isin(here + part.first, conflicts)))
        self._forget_cells(pl.concat(gone))
        return len(duplicates), len(conflicts)

    def _take_out(self, part: _Part, here: np.ndarray, in_conflict: np.ndarray) -> pl.DataFrame:
        rows = pl.read_parquet(part.path)
        gone = rows.select(sheet="_sheet", line="_line")[here.tolist()]
        conflicts = gone.filter(pl.Series(in_conflict))
        if conflicts.height:
            self.issues.append(
                conflicts.with_columns(
                    column=pl.lit("|".join(self.contract.key)),
                    reason=pl.lit(Reason.conflicting_duplicate.name),
                    level=pl.lit("row"),
                )
            )
            texts = part.raw(part.places[here[in_conflict]])
            self.raw_texts.append(conflicts.with_columns(text=pl.Series(texts, dtype=pl.String)))
        keep = np.ones(rows.height, dtype=bool)
        keep[here] = False
        rows.filter(pl.Series(keep)).write_parquet(part.path, compression="zstd", compression_level=1)
        return gone

    def _forget_cells(self, gone: pl.DataFrame) -> None:
        """Emptied cells are recorded for loaded rows only."""
        self.issues = [
            issues.join(gone, on=["sheet", "line"], how="anti", maintain_order="left")
            if issues["level"].item(0) == "cell"
            else issues
            for issues in self.issues
        ]

    def summary(self, tables: Sequence[About], chosen: Chosen) -> LoadSummary:
        """Resolve duplicates and count."""
        duplicates, conflicts = self.drop_duplicates()
        rejected = sum(issues.height for issues in self.issues if issues.height and issues["level"].item(0) == "row")
        counts = Counts(
            rows_read=self.read,
            rows_loaded=self.accepted - duplicates - conflicts,
            rows_duplicate=duplicates,
            rows_quarantined=rejected,
            not_data=self.not_data,
        )
        return LoadSummary(
            counts.check(), chosen.encoding, tuple(tables), division=chosen.division, file_date=chosen.file_date
        )

    def sorted_issues(self, tables: Sequence[About]) -> pl.DataFrame:
        """All issues in the order of the file's sheets and lines."""
        order = {about.sheet: place for place, about in enumerate(tables)}
        issues = pl.concat([pl.DataFrame(schema=_ISSUES), *self.issues])
        place = pl.col("sheet").replace_strict(order, default=0, return_dtype=pl.Int64)
        return issues.sort(place, "line", "level", "column", maintain_order=True)


def _one_ahead(blocks: Iterator[Prepared]) -> Iterator[Prepared]:
    """The same blocks; the next one is taken apart while this one is judged."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        coming = pool.submit(next, blocks, None)
        while (block := coming.result()) is not None:
            coming = pool.submit(next, blocks, None)
            yield block


def load_folder(raw: Path, source: str, load_id: str) -> Path:
    """Where a load stands."""
    return raw / source / load_id


def read_summary(folder: Path) -> LoadSummary | None:
    """What is told of a load that is complete, or None."""
    try:
        document = json.loads((folder / "load.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    document["counts"] = Counts(**document["counts"])
    tables: list[dict[str, Any]] = document["tables"]
    for table in tables:
        table.update({name: tuple(value) for name, value in table.items() if isinstance(value, list)})
    document["tables"] = tuple(About(**table) for table in tables)
    return LoadSummary(**document)


def write_load(
    contract: Contract,
    choose_tables: Callable[[], Chosen],
    keys: PersonKeys,
    vault: Vault,
    raw: Path,
    load_id: str,
) -> LoadSummary:
    """Read a content and write its load; an unreadable content becomes a load without rows that says why.

    choose_tables: opens the file and says what is to be read; called here so that a broken file fails here.
    """
    folder = load_folder(raw, contract.source, load_id)
    making = folder.with_name(f".{load_id}.making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    try:
        sink = _Sink(contract, keys, making)
        try:
            chosen = choose_tables()
            for reading in chosen.readings:
                for prepared in _one_ahead(reading.prepared()):
                    sink.add(prepared, reading.about)
            tables = [*(reading.about for reading in chosen.readings), *chosen.others]
            summary = sink.summary(tables, chosen)
        except Unreadable as problem:
            shutil.rmtree(making)
            making.mkdir()
            sink, tables, summary = _Sink(contract, keys, making), [], LoadSummary(problem=problem.code)
        _write_private_parts(sink, vault, load_id)
        sink.sorted_issues(tables).write_parquet(making / "issues.parquet")
        _write_durably(making / "load.json", json.dumps(asdict(summary), ensure_ascii=False, indent=1))
        shutil.rmtree(folder, ignore_errors=True)
        making.replace(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return summary


def _write_private_parts(sink: _Sink, vault: Vault, load_id: str) -> None:
    if sink.raw_texts:
        pl.concat(sink.raw_texts).sort("sheet", "line", maintain_order=True).write_parquet(
            vault.quarantined_text(load_id)
        )
    if any(people.height for people in sink.people):
        pl.concat(sink.people).unique().sort("column", "key").write_parquet(vault.people(load_id))
    if sink.direct:
        target = vault.people(load_id)
        pl.concat(sink.direct).write_parquet(target.with_name(f"{target.stem}.direct.parquet"))


def _write_durably(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
