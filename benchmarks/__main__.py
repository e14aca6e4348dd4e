"""Measure the demo, landing against DuckDB converting the same file without any check, a run, a run without news, and the
rules against DuckDB reading the raw visits.

    python -m benchmarks [--size small|city|large] [--times 1 5] [--folder DIR]

Each step runs in a process of its own, so that its peak of memory is its own; this process loads nothing large, because a
child's peak begins with its parent's. Results go to standard output as rows of the table in `benchmarks/README.md`.
"""

import argparse
import datetime as dt
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PACKAGES = ("polars", "duckdb", "dbt-duckdb")

DEMO = """
from pipelines.demo import generate
summary = generate(Path(sys.argv[1]), sys.argv[2], 1)
print(f"the demo: {summary.rows['visits']:,} visits in {summary.files} files", file=sys.stderr)
"""

VISITS = """
from benchmarks.visits import write_visits
print(f"one file: {write_visits(Path(sys.argv[1]), sys.argv[2]):,} visits", file=sys.stderr)
"""

FLOOR = """
import duckdb
duckdb.execute("set enable_progress_bar = false")
# The engine takes the first numbers of visits for integers; others hold letters.
visits = f"read_csv('{sys.argv[1]}', types = {{'工单号': 'varchar'}})"
duckdb.execute(f"copy (select * from {visits}) to '{sys.argv[2]}' (format parquet)")
"""

LAND = """
from pipelines.landing.folder import land
from pipelines.vault import PersonKeys, Vault
landed = land(Path(sys.argv[1]), Path(sys.argv[2]), Vault(Path(sys.argv[2]) / "vault"), PersonKeys("benchmark"))
assert landed.files["rows_loaded"].sum() > 0
"""

RUN = """
import datetime as dt
from pipelines.run import Run, run_all
from pipelines.vault import Vault, demo_key
vault = Vault(Path(sys.argv[2]) / "vault")
outcome = run_all(Run(Path(sys.argv[1]), Path(sys.argv[2]), vault, demo_key(vault), dt.date(2025, 6, 30)))
assert outcome.is_new == (sys.argv[3] == "new")
"""

RULES = """
from benchmarks.rules import measure_rules
found = measure_rules(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
print(
    f"| all rules on {found.visits:,} visits (all models {found.models:.1f} s, {found.processor:.0f} s of processor; "
    f"reading the visits ten times {found.floor:.1f} s) | {found.rules:.1f} s | | {found.rules / found.floor:.1f} |",
    flush=True,
)
"""


@dataclass(frozen=True)
class Measured:
    """What a step took."""

    seconds: float
    gigabytes: float


def _measure(code: str, *arguments: str | Path) -> Measured:
    """Run a piece of Python in a process of its own."""
    started = time.perf_counter()
    code = f"import sys\nfrom pathlib import Path\n{code}"
    process = subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], cwd=PROJECT)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"a step failed with status {status}")
    return Measured(time.perf_counter() - started, usage.ru_maxrss / 1e6)


def _tell(step: str, measured: Measured, floor: Measured | None = None) -> None:
    ratio = f"{measured.seconds / floor.seconds:.1f}" if floor else ""
    print(f"| {step} | {measured.seconds:.1f} s | {measured.gigabytes:.2f} GB | {ratio} |", flush=True)


def _measure_landing(folder: Path, size: str) -> None:
    """One file of visits, in UTF-8 and in GB18030, beside the floor; the floor is taken before and after."""
    files = folder / "one-file"
    _tell("writing one file of all visits, twice", _measure(VISITS, files, size))
    source = next((files / "utf8").iterdir())
    floors = [_measure(FLOOR, source, folder / "floor.parquet")]
    utf8 = _measure(LAND, files / "utf8", folder / "landed-utf8")
    gb18030 = _measure(LAND, files / "gb18030", folder / "landed-gb18030")
    floors.append(_measure(FLOOR, source, folder / "floor.parquet"))
    floor = Measured(sum(one.seconds for one in floors) / 2, max(one.gigabytes for one in floors))
    _tell("DuckDB, CSV to Parquet without a check (mean of two)", floor, floor)
    _tell("landing the same file, UTF-8", utf8, floor)
    _tell("landing the same file, GB18030", gb18030, floor)
    _tell("landing it again, nothing new", _measure(LAND, files / "utf8", folder / "landed-utf8"))


def _measure_run(folder: Path, size: str) -> None:
    demo = folder / "demo"
    _tell(f"making the demo, size {size}", _measure(DEMO, demo, size))
    _tell("a whole run: land, judge, model, publish", _measure(RUN, demo / "landing", folder / "run", "new"))
    _tell("a run in which nothing is new", _measure(RUN, demo / "landing", folder / "run", "same"))


def _measure_rules(folder: Path, size: str, times: list[int]) -> None:
    """The rules on the demo, and on multiples of it, to see how their cost grows."""
    for factor in times:
        measured = _measure(RULES, folder / "demo" / "landing", folder / "rules", str(factor))
        _tell(f"the same: landing what is new, and all models, on {factor} times the demo of size {size}", measured)
        shutil.rmtree(folder / "rules" / f"times-{factor}")


def main() -> None:
    """Measure everything and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=["small", "city", "large"], default="large")
    parser.add_argument("--folder", type=Path, help="where to write: 12 GB for the size large [the temporary folder]")
    parser.add_argument("--times", type=int, nargs="+", default=[1], help="multiples of the demo for the rules [1]")
    given = parser.parse_args()
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{dt.date.today()}, {machine}, {versions}\n")
    print("| step | time | peak memory | times the floor |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        _measure_landing(Path(name), given.size)
        _measure_run(Path(name), given.size)
        _measure_rules(Path(name), given.size, given.times)


if __name__ == "__main__":
    main()
