"""One file of visits as large as the demo: every place's visits with their faults, in one office's manner."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from pipelines.demo.generate import build_community
from pipelines.demo.places import AS_OF, MONTHS, PLACES, SCALES, Setup, Size
from pipelines.demo.rendering import STYLES, Table, render
from pipelines.demo.visit_faults import plant_visit_faults
from pipelines.demo.visits import make_visits, mark_person_faults

NAME = "visits_150300_20250630.csv"
_OFFICE = PLACES[0]
_CHARACTERS = 1 << 22


def write_visits(folder: Path, size: Size) -> int:
    """Write the file in UTF-8 and in GB18030, each into a folder of its own; how many rows it has."""
    rows = 0
    with _target(folder, "utf8").open("wb") as utf8:
        for month in _months(size):
            month.write_csv(utf8, include_header=rows == 0)
            rows += month.height
    with (
        (folder / "utf8" / NAME).open(encoding="utf-8", newline="") as source,
        _target(folder, "gb18030").open("w", encoding="gb18030", newline="") as gb18030,
    ):
        while piece := source.read(_CHARACTERS):
            gb18030.write(piece)
    return rows


def _target(folder: Path, encoding: str) -> Path:
    (folder / encoding).mkdir(parents=True)
    return folder / encoding / NAME


def _months(size: Size) -> Iterator[pl.DataFrame]:
    """The visits of each place and month, rendered with the headings and wording of one office."""
    setup = Setup(SCALES[size], seed=1, clean=False)
    for place in PLACES:
        community, _ = build_community(place, setup)
        for month in MONTHS:
            visits = mark_person_faults(community, make_visits(community, month))
            table = Table("visits", _OFFICE, _OFFICE.division, AS_OF, plant_visit_faults(community, visits, month))
            yield render(table, STYLES[_OFFICE.slug])
