"""Measure landing against DuckDB converting the same file without any check, and a run in which nothing is new.

    python -m benchmarks [--size city|large] [--folder DIR]

Each step runs in a process of its own, so that its peak of memory is its own. Results go to standard output as rows of
the table in `benchmarks/README.md`.
"""

import argparse
import datetime as dt
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import polars as pl

from pipelines.demo import generate

PROJECT = Path(__file__).resolve().parent.parent


def _child(code: str, *arguments: str) -> tuple[float, float]:
    """Run a piece of Python; seconds of its work, and its peak of memory in GB."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", code, *arguments], cwd=PROJECT)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"a step failed with status {status}")
    return time.perf_counter() - started, usage.ru_maxrss / 1e6


LAND = """
import sys
from pathlib import Path
from pipelines.landing.folder import land
from pipelines.vault import PersonKeys, Vault
landed = land(Path(sys.argv[1]), Path(sys.argv[2]), Vault(Path(sys.argv[2]) / "vault"), PersonKeys("benchmark"))
assert landed.files["rows_loaded"].sum() > 0
"""

FLOOR = """
import sys, duckdb
duckdb.execute(f"copy (select * from read_csv('{sys.argv[1]}')) to '{sys.argv[2]}' (format parquet)")
"""

RUN = """
import datetime as dt, sys
from pathlib import Path
from pipelines.run import Run, run_all
from pipelines.vault import Vault, demo_key
data = Path(sys.argv[2])
vault = Vault(data / "vault")
outcome = run_all(Run(Path(sys.argv[1]), data, vault, demo_key(vault), dt.date(2025, 6, 30)))
assert outcome.is_new == (sys.argv[3] == "new")
"""


def one_file_of_visits(landing: Path, target: Path) -> int:
    """All visits of a demo as one CSV file in UTF-8; how many there are."""
    parts = sorted(path for path in landing.rglob("*") if path.name.startswith(("visits_", "服务记录_")))
    frames = [pl.read_csv(path, infer_schema=False) for path in parts if path.suffix == ".csv" and _is_utf8(path)]
    header = frames[0].columns
    table = pl.concat([frame.rename(dict(zip(frame.columns, header, strict=True))) for frame in frames])
    table.unique(subset=header[0], maintain_order=True).write_csv(target)
    return table.height


def _is_utf8(path: Path) -> bool:
    try:
        path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def to_gb18030(source: Path, target: Path) -> None:
    """The same file in GB18030."""
    with (
        source.open(encoding="utf-8", newline="") as reader,
        target.open("w", encoding="gb18030", newline="") as writer,
    ):
        while piece := reader.read(1 << 22):
            writer.write(piece)


def _row(step: str, seconds: float, gigabytes: float, floor: float | None) -> str:
    ratio = f"{seconds / floor:.1f}" if floor else ""
    return f"| {step} | {seconds:.1f} s | {gigabytes:.2f} GB | {ratio} |"


def landing_rows(landing: Path, folder: Path) -> list[str]:
    """Landing one file of visits, in UTF-8 and GB18030, beside the floor."""
    utf8, gb = folder / "utf8", folder / "gb18030"
    utf8.mkdir()
    gb.mkdir()
    name = "visits_140500_20250630.csv"
    rows = one_file_of_visits(landing, utf8 / name)
    to_gb18030(utf8 / name, gb / name)
    seconds, memory = _child(FLOOR, str(utf8 / name), str(folder / "floor.parquet"))
    lines = [_row(f"DuckDB, CSV to Parquet without a check, {rows:,} visits", seconds, memory, seconds)]
    for kind, place in (("UTF-8", utf8), ("GB18030", gb)):
        took, peak = _child(LAND, str(place), str(folder / f"data-{kind}"))
        lines.append(_row(f"landing the same file, {kind}", took, peak, seconds))
    return lines


def run_rows(landing: Path, folder: Path) -> list[str]:
    """A whole run, and one in which nothing is new."""
    data = folder / "run"
    first = _child(RUN, str(landing), str(data), "new")
    second = _child(RUN, str(landing), str(data), "same")
    return [_row("a whole run", *first, None), _row("a run in which nothing is new", *second, None)]


def main() -> None:
    """Make a demo, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=["small", "city", "large"], default="large")
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        folder = Path(name)
        started = time.perf_counter()
        generate(folder / "demo", given.size, 1)
        made = time.perf_counter() - started
        landing = folder / "demo" / "landing"
        print(f"{dt.date.today()}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, ")
        print(f"polars {pl.__version__}, duckdb {duckdb.__version__}\n")
        print("| step | time | peak memory | times the floor |\n|---|---|---|---|")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(_row(f"making the demo, size {given.size}", made, peak, None))
        for line in landing_rows(landing, folder) + run_rows(landing, folder):
            print(line, flush=True)


if __name__ == "__main__":
    main()
