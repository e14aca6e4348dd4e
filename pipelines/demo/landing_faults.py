"""Faults of files and cells, as offices make them: in supplementary files beside the sound ones.

The rows of supplementary files repeat rows that arrived before, so that what is quarantined leaves the facts as they are.
"""

import csv
import gzip
import io
import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl

from pipelines.demo.places import Setup
from pipelines.demo.rendering import Style, Table, file_name, header, render, style_of
from pipelines.demo.writing import Landing, public_key

Cells = list[str]
# Sources to keep a sample of: place and source.
SAMPLED = frozenset(
    {("jincheng", "visits"), ("nangang", "payments"), ("wuhai", "elders"), ("wuhai", "complaints"), ("weihai", "visits"),
     ("nangang", "visits"), ("jincheng", "settlement_lines"), ("kangbashi", "elders")}
)  # fmt: skip
SAMPLE_ROWS = 400

# (fault, column, value); the value `None` empties the cell, `FLIP` changes the last character of an id.
FLIP = "flip"
VISIT_EDITS = (
    ("bad_check_digit", "elder_id", FLIP),
    ("bad_check_digit", "provider_id", FLIP),
    ("missing", "worker_id", None),
    ("unparsable", "started_at", "2025年13月40日"),
    ("unknown_code", "service_item", "陪聊跳舞"),
    ("wrong_order", "ended_at", "20250601 00:00:00"),
    ("unparsable", "subsidy_amount", "二十三元"),
    ("out_of_range", "satisfaction", "9"),
)
PAYMENT_EDITS = (
    ("unparsable", "amount", "壹万元整"),
    ("unknown_code", "purpose", "杂项"),
    ("missing", "division_code", None),
    ("unparsable", "paid_on", "2025年2月30日"),
)
ELDER_EDITS = (
    ("bad_check_digit", "elder_id", FLIP),
    ("missing", "hukou_division", "/"),
    ("unparsable", "registered_on", "去年春天"),
    ("unknown_code", "living_arrangement", "合租"),
)

# The cell in which the second of two conflicting rows differs.
CONFLICTS = {
    "visits": ("charged_amount", "999.00"),
    "payments": ("amount", "77777.00"),
    "elders": ("community", "另一社区"),
}


def plant_landing_faults(landing: Landing, setup: Setup, samples: dict[tuple[str, str], Table]) -> None:
    """All faults of files and cells. `samples` holds a few sound rows of each source that is used."""
    _edited_file(landing, setup, samples["jincheng", "visits"], VISIT_EDITS)
    _edited_file(landing, setup, samples["nangang", "payments"], PAYMENT_EDITS)
    _edited_file(landing, setup, samples["wuhai", "elders"], ELDER_EDITS)
    _revision(landing, setup, samples["jincheng", "visits"])
    _missing_column(landing, samples["wuhai", "complaints"])
    _empty_file(landing, samples["nangang", "visits"])
    _unrecognised(landing)
    _repeated(landing, samples["weihai", "visits"])
    _truncated_gzip(landing, samples["jincheng", "settlement_lines"])
    _truncated_workbook(landing, samples["kangbashi", "elders"])


def sample_of(table: Table) -> Table:
    """A few sound rows of a table."""
    return replace(table, frame=table.frame.filter(pl.col("_fault").is_null()).head(SAMPLE_ROWS))


def _text_style(table: Table) -> Style:
    return replace(style_of(table), kind="csv")


def _cells(table: Table, style: Style) -> tuple[Cells, list[Cells]]:
    rendered = render(table, style)
    text = rendered.select(pl.all().cast(pl.String).fill_null(""))
    return rendered.columns, [list(row) for row in text.iter_rows()]


def _write_cells(path: Path, heads: Cells, rows: list[Cells], style: Style) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows([heads, *rows])
    path.write_bytes(buffer.getvalue().encode(style.encoding))


def _flipped(number: str) -> str:
    return number[:-1] + ("1" if number[-1] != "1" else "2")


def _row_key(table: Table, style: Style, heads: Cells, row: Cells) -> str:
    return "|".join(row[heads.index(header(table, style, column))] for column in public_key(table.contract))


def _edited_file(landing: Landing, setup: Setup, table: Table, edits: tuple[tuple[str, str, str | None], ...]) -> None:
    """A supplementary file with one bad cell a row, a cell too many, an equal and a conflicting pair of rows."""
    extra = replace(table, part="B1")
    style = _text_style(extra)
    heads, sound = _cells(extra, style)
    name = file_name(extra, style)
    repeats = min(setup.scale.repeats, len(sound) // (len(edits) + 4))
    rows: list[Cells] = []
    source = iter(sound)

    def add(fault: str, row: Cells) -> None:
        rows.append(row)
        landing.plant(fault, extra.source, name, _row_key(extra, style, heads, row), len(rows) + 1)

    for _ in range(repeats):
        for fault, column, value in edits:
            row, at = list(next(source)), heads.index(header(extra, style, column))
            row[at] = _flipped(row[at]) if value == FLIP else value or ""
            add(fault, row)
        add("unreadable", [*next(source), "备注:补录"])
        twice = next(source)
        rows.append(list(twice))
        add("equal_duplicate", list(twice))
        first = next(source)
        second = list(first)
        column, value = CONFLICTS[extra.source]
        second[heads.index(header(extra, style, column))] = value
        add("conflicting_duplicate", list(first))
        add("conflicting_duplicate", second)
    _write_cells(landing.folder / name, heads, rows, style)
    landing.files[name] = len(rows)


def _revision(landing: Landing, setup: Setup, table: Table) -> None:
    """Newer versions of visits: the stars are given afterwards."""
    newer = table.frame.tail(2 * setup.scale.repeats).with_columns(
        satisfaction=pl.lit(5, pl.Int64), _fault=pl.lit("revision")
    )
    landing.write(replace(table, frame=newer, part="R1"))


def _missing_column(landing: Landing, table: Table) -> None:
    extra = replace(table, frame=table.frame.head(3).drop("target_kind"), part="Q1")
    path = landing.write(extra)
    landing.plant("missing_column", extra.source, path.name)


def _empty_file(landing: Landing, table: Table) -> None:
    path = landing.write(replace(table, frame=table.frame.head(0), part="K1"))
    landing.plant("empty_file", table.source, path.name)


def _unrecognised(landing: Landing) -> None:
    name = "2025年上半年工作汇总表.csv"
    text = "序号,单位,完成情况,备注\n1,第一社区,已完成,\n2,第二社区,基本完成,补报\n"
    (landing.folder / name).write_bytes(text.encode("gb18030"))
    landing.files[name] = 0
    landing.plant("unrecognised_file", "", name)


def _repeated(landing: Landing, table: Table) -> None:
    style = style_of(table)
    again = file_name(replace(table, part="C1"), style)
    shutil.copyfile(landing.folder / file_name(table, style), landing.folder / again)
    landing.files[again] = 0
    landing.plant("repeated_file", table.source, again)


def _truncated_gzip(landing: Landing, table: Table) -> None:
    extra = replace(table, part="T1")
    style = _text_style(extra)
    heads, rows = _cells(extra, style)
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows([heads, *rows])
    packed = gzip.compress(buffer.getvalue().encode(), mtime=0)
    name = f"{file_name(extra, style)}.gz"
    (landing.folder / name).write_bytes(packed[: len(packed) * 2 // 3])
    landing.files[name] = 0
    landing.plant("truncated_file", extra.source, name)


def _truncated_workbook(landing: Landing, table: Table) -> None:
    path = landing.write(replace(table, part="T1"))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    landing.files[path.name] = 0
    landing.plant("truncated_file", table.source, path.name)
