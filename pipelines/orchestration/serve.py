"""Start Dagster's own pages on loopback, with its history in the data folder and nothing sent anywhere."""

import argparse
import os
import sys
from pathlib import Path

SETTINGS = """\
telemetry:
  enabled: false
# No invitation to leave an address with somebody outside.
nux:
  enabled: false
concurrency:
  runs:
    # A run holds the data folder; the next waits for it instead of failing.
    max_concurrent_runs: 1
"""


def home(data: Path) -> Path:
    """The folder of Dagster's history, with telemetry switched off and one run at a time."""
    folder = (data / "dagster").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dagster.yaml").write_text(SETTINGS, encoding="utf-8")
    return folder


def main() -> None:
    """`python -m pipelines.orchestration.serve --data DIR [--landing DIR] [--as-of DAY] [--demo]`"""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--landing", type=Path)
    parser.add_argument("--as-of", default="", help="the day of evaluation of all runs [the day before each run]")
    parser.add_argument("--port", default="3000")
    parser.add_argument("--demo", action="store_true")
    given = parser.parse_args()
    os.environ["DAGSTER_HOME"] = str(home(given.data))
    os.environ["OVERSIGHT_DATA"] = str(given.data.absolute())
    os.environ["OVERSIGHT_LANDING"] = str((given.landing or given.data / "files" / "landing").absolute())
    os.environ["OVERSIGHT_AS_OF"] = given.as_of
    os.environ["OVERSIGHT_DEMO"] = "1" if given.demo else ""
    program = str(Path(sys.executable).with_name("dagster"))
    module = "pipelines.orchestration.definitions"
    os.execv(program, [program, "dev", "-m", module, "--host", "127.0.0.1", "--port", given.port])  # noqa: S606


if __name__ == "__main__":
    main()
