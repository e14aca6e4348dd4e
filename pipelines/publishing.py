"""Publications: immutable folders of Parquet files with a manifest, and `current`, which names the newest complete one.

A publication is written aside, judged, put in place by one rename and only then named by `current`, by another. A run
that is killed at any moment leaves the last publication whole; what it left aside goes with the next run.
"""

import datetime as dt
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.paths import DBT_PROJECT, POLICY, PROJECT, REFERENCE

KEEP = 12


class RunUnderWay(Exception):
    """Another run holds the data folder."""


@contextmanager
def only_run(data: Path) -> Iterator[None]:
    """Hold the data folder for one run. Raises `RunUnderWay` at once where another run holds it."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RunUnderWay(f"a run is under way on {data}; wait until it has ended") from error
        yield


@dataclass(frozen=True)
class Publication:
    """A complete publication."""

    folder: Path
    manifest: dict[str, Any]


def current(data: Path) -> Publication | None:
    """The publication that `current` names, or None before the first one."""
    published = data / "published"
    try:
        name = (published / "current").read_text(encoding="utf-8").strip()
        manifest = json.loads((published / name / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Publication(published / name, manifest)


def publications(data: Path) -> list[Publication]:
    """All complete publications, the oldest first."""
    manifests = sorted((data / "published").glob("[0-9]*/manifest.json"))
    return [Publication(path.parent, json.loads(path.read_text(encoding="utf-8"))) for path in manifests]


def _tree_hash(folders: list[Path]) -> str:
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder)
            if path.is_file() and path.suffix in {".sql", ".yml", ".csv", ".py", ".md"} and "target" not in name.parts:
                digest.update(name.as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def code_fingerprint() -> str:
    """What decides a publication beside its inputs: models, seeds, expectations, and the program itself."""
    return _tree_hash([DBT_PROJECT, POLICY, REFERENCE, PROJECT / "expectations", PROJECT / "pipelines"])


def fingerprint(files: pl.DataFrame, parameters: dict[str, str | None], code: str, decisions: str) -> str:
    """What a publication is made of, as one hash: contents by status and place, parameters, code, and what people decided
    (the hash at the head of their chain)."""
    rows = files.select(
        "file", "sha256", "source", "division", "file_date", "status", "profile", "is_present", "load_id"
    )
    text = json.dumps([rows.rows(), parameters, code, decisions], default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    with (folder / "manifest.json").open("w", encoding="utf-8") as file:
        json.dump(manifest, file, ensure_ascii=False, indent=1, default=str)
        file.flush()
        os.fsync(file.fileno())


def clear_leftovers(data: Path) -> None:
    """Remove what killed runs left aside. Only to be called while the data folder is held."""
    for folder in (data / "published").glob(".making-*"):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(data / "warehouse", ignore_errors=True)


def publish(
    data: Path,
    mark: str,
    as_of: dt.date,
    write_tables: Callable[[Path], None],
    describe: Callable[[Path], dict[str, Any]],
    keep: int = KEEP,
) -> Publication:
    """Write, judge and switch to a new publication.

    write_tables: writes the Parquet files into a folder. describe: judges what was written there and gives the rest of
    the manifest; whatever it raises leaves the last publication standing.
    """
    published = data / "published"
    published.mkdir(parents=True, exist_ok=True)
    before = publications(data)
    sequence = before[-1].manifest["sequence"] + 1 if before else 1
    name = f"{sequence:06d}-{as_of:%Y%m%d}-{mark[:12]}"
    making = published / f".making-{name}"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    try:
        write_tables(making)
        described = describe(making)
        paths = sorted(making.glob("*.parquet"))
        tables = {
            path.stem: {"rows": pl.scan_parquet(path).select(pl.len()).collect().item(), "sha256": _sha256(path)}
            for path in paths
        }
        manifest = {"run": name, "sequence": sequence, "fingerprint": mark, "as_of": as_of.isoformat(), **described}
        manifest["tables"] = tables
        _write_manifest(making, manifest)
        making.replace(published / name)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    switch(data, name)
    _retire(data, keep)
    return Publication(published / name, manifest)


def switch(data: Path, name: str) -> None:
    """Let `current` name a complete publication, in one step."""
    pointer = data / "published" / "current.making"
    with pointer.open("w", encoding="utf-8") as file:
        file.write(name)
        file.flush()
        os.fsync(file.fileno())
    pointer.replace(data / "published" / "current")


def _retire(data: Path, keep: int) -> None:
    for old in publications(data)[:-keep]:
        shutil.rmtree(old.folder, ignore_errors=True)
