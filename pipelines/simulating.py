"""What if a number of the policy were another one? The rules' own models on the current publication's inputs, with that
number changed, in a folder of its own. A simulation is no publication: nothing else reads it, and no finding comes of it.
"""

import datetime as dt
import json
import shutil
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines import build_database, modelling, publishing, simulations
from pipelines.publishing import Publication
from pipelines.simulations import ABOUT, CHANGEABLE, TABLES, Number, Simulation

KEEP = 5


def simulate(
    data: Path, asked: Mapping[str, Decimal], progress: Callable[[str], None] = lambda _text: None
) -> Simulation:
    """Judge the current publication's inputs by a changed policy; a simulation that is there already is not made again.

    asked: new values by name of the number. Raises `NoSuchNumber`, `FileNotFoundError` where nothing is published.
    """
    base = publishing.current(data)
    if base is None:
        raise FileNotFoundError(f"nothing is published in {data} yet; make a publication with: oversight run")
    changed = simulations.checked(asked, simulations.numbers(base))
    folder = simulations.folder_of(data, base, asked)
    if not (folder / ABOUT).exists():
        _make(data, base, changed, folder, progress)
    folder.touch()
    _retire(data)
    return Simulation(folder, base, dict(sorted(asked.items())))


def _make(
    data: Path, base: Publication, changed: list[tuple[Number, Decimal]], folder: Path, progress: Callable[[str], None]
) -> None:
    making = folder.with_name(f".making-{folder.name}")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    database = making / "build" / "build.duckdb"
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
        modelling.export(database, making, TABLES)
        shutil.rmtree(database.parent)
        about: dict[str, Any] = {
            "base": base.manifest["run"], "changes": {number.name: str(value) for number, value in changed}
        }  # fmt: skip
        (making / ABOUT).write_text(json.dumps(about, ensure_ascii=False, indent=1), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        making.replace(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _change(database: Path, changed: list[tuple[Number, Decimal]], as_of: dt.date) -> None:
    with duckdb.connect(str(database)) as connection:
        for number, value in changed:
            parts = CHANGEABLE[number.table]
            connection.execute(
                f"update policy.{number.table} set value = ? "
                f"where {parts['name']} = ? and valid_from <= ? and (valid_to is null or valid_to >= ?)",
                [str(value) if number.table == "eligibility" else value, number.name, as_of, as_of],
            )


def _retire(data: Path) -> None:
    done = sorted(simulations.home(data).glob(f"*/{ABOUT}"), key=lambda path: path.parent.stat().st_mtime)
    for old in done[:-KEEP]:
        shutil.rmtree(old.parent, ignore_errors=True)
