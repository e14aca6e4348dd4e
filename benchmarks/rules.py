"""The time of all rules beside the time in which DuckDB reads the raw visits, on landed data and on multiples of them."""

import datetime as dt
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines import build_database, modelling
from pipelines.contracts import Contract, load_contracts
from pipelines.landing.folder import land
from pipelines.vault import PersonKeys, Vault

AS_OF = dt.date(2025, 6, 30)
READINGS = 10
ROOMS = ("measures", "rules")
# What rules yield. `evidence_rows` copies what the rows behind findings say, for the pages, and is counted with all models.
MARTS = frozenset({"findings", "exempted_findings", "finding_history", "finding_evidence"}) | {
    "rule_coverage",
    "rows_outside_policies",
}


@dataclass(frozen=True)
class RuleTimes:
    """Seconds: reading every column of the raw visits ten times, all models, of these the rules; and the seconds of
    processor that all models took, which tell less of what else the machine does."""

    visits: int
    floor: float
    models: float
    rules: float
    processor: float


def measure_rules(landing: Path, data: Path, times: int) -> RuleTimes:
    """Land, multiply what was landed, and build all models without their tests."""
    landed = land(landing, data, Vault(data / "vault"), PersonKeys("benchmark"))
    files, folders = _multiplied(landed.files, data, times)
    database = data / f"times-{times}" / "build.duckdb"
    build_database.make(database, files, lambda load, source: folders[load, source])
    visits, floor = _floor([part for (_, source), folder in folders.items() if source == "visits"
                            for part in sorted(folder.glob("part-*.parquet"))])  # fmt: skip
    started, processor = time.perf_counter(), time.process_time()
    results = modelling.build_without_tests(database, AS_OF)
    models, processor = time.perf_counter() - started, time.process_time() - processor
    nodes = _rule_nodes(database)
    rules = sum(node.seconds for node in results.nodes if node.unique_id in nodes)
    return RuleTimes(visits, floor, models, rules, processor)


def _floor(parts: list[Path]) -> tuple[int, float]:
    with duckdb.connect() as connection:
        names = [str(part) for part in parts]
        columns = connection.execute("describe select * from read_parquet(?)", [names]).fetchall()
        # Names of columns come from the contract.
        # The largest of each column: to count a column, the engine need not read what stands in it.
        largest = ", ".join(f'max("{name}")' for name, *_ in columns)
        query = f"select count(*), {largest} from read_parquet(?)"
        started = time.perf_counter()
        rows = [connection.execute(query, [names]).fetchall() for _ in range(READINGS)]
        return rows[0][0][0], time.perf_counter() - started


def _rule_nodes(database: Path) -> set[str]:
    manifest: dict[str, Any] = json.loads((database.parent / "dbt" / "target" / "manifest.json").read_text("utf-8"))
    return {
        name
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and (node["fqn"][1] in ROOMS or node["name"] in MARTS)
    }


def _multiplied(
    files: pl.DataFrame, data: Path, times: int
) -> tuple[pl.DataFrame, dict[tuple[str, str], Path]]:  # fmt: skip
    """Every file as many times as asked, each time with other people, providers and keys; the places stay."""
    counting = (
        files.filter(pl.col("load_id").is_not_null()).select("load_id", "source").unique().sort("load_id", "source")
    )
    folders = {(load, source): data / "raw" / source / load for load, source in counting.iter_rows()}
    all_files, last = [files], files.height
    for copy in range(1, times):
        mark = f"~{copy}"
        for load, source in counting.iter_rows():
            folder = data / "copies" / source / f"{load}{mark}"
            _copy(folders[load, source], folder, load_contracts()[source], mark)
            folders[f"{load}{mark}", source] = folder
        all_files.append(
            files.with_columns(
                file=pl.col("file") + mark,
                load_id=pl.col("load_id") + mark,
                file_order=pl.col("file_order") + copy * last,
            )
        )
    return pl.concat(all_files), folders


def _copy(load: Path, folder: Path, contract: Contract, mark: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    keys = [name for name in contract.columns if name.endswith(("_id", "_account"))]
    for part in load.glob("part-*.parquet"):
        replaced = ", ".join(f'"{name}" || \'{mark}\' as "{name}"' for name in keys)
        duckdb.execute(
            f"copy (select * {f'replace ({replaced})' if keys else ''} from read_parquet(?)) to '{folder / part.name}'"
            " (format parquet, compression zstd)",
            [str(part)],
        )
