"""Rows by their contract: text cells in, typed rows, quarantined rows and emptied cells out.

A bad value in a required column takes the row; in an optional one the cell. Every row that comes in comes out once.
Duplicates are a matter of the whole file and stand in `duplicates`.
"""

from dataclasses import dataclass

import polars as pl

from pipelines.contracts import Column, Contract
from pipelines.landing import identifiers
from pipelines.landing.blocks import Block
from pipelines.landing.headers import Found, Layout
from pipelines.landing.values import DATA_TYPES, Cells, Parsed, Reason, clean, parse
from pipelines.vault import PersonKeys

TOTALS = r"^(合计|总计|小计|注:)"


@dataclass(frozen=True)
class NamedCells:
    """Text cells under a contract's column names, as a layout or a profile made them. Absent columns are left out."""

    text: dict[str, Cells]
    lines: pl.Series
    unreadable: pl.Series


@dataclass(frozen=True)
class TypedRows:
    """What became of the rows of a block. All frames carry `place`, the row's place in the block.

    rows: accepted rows with all columns of the contract (direct identifiers and ids as they are) and `line`.
    quarantined: place, line, column, reason. emptied: the same for cells of accepted rows.
    """

    rows: pl.DataFrame
    quarantined: pl.DataFrame
    emptied: pl.DataFrame


_ISSUE_SCHEMA = pl.Schema({"place": pl.Int64, "line": pl.Int64, "column": pl.String, "reason": pl.UInt8})


def data_rows(block: Block, layout: Layout) -> pl.Series:
    """Which rows of a block are data: neither blank nor a line of totals or notes."""
    first = block.cells[f"c{layout.first}"]
    is_data = pl.Series([True], dtype=pl.Boolean).new_from_index(0, block.height)
    without_first = first.str.strip_chars() == ""
    if without_first.any():
        is_data = ~without_first | block.cells.select(keep=pl.any_horizontal(pl.all().str.strip_chars() != ""))["keep"]
    if (first.str.len_bytes() != first.str.len_chars()).any():
        is_data = is_data & ~clean(first).str.replace_all(r"\s", "").str.contains(TOTALS)
    if block.broken is not None:
        is_data = is_data | block.broken
    return is_data


def name_cells(block: Block, layout: Layout) -> NamedCells:
    """The cells of a block under the names that its layout found, and the rows with cells beyond the header."""
    text: dict[str, Cells] = {}
    for name, found in layout.found.items():
        place = f"c{found.place}"
        text[name] = Cells(clean(block.cells[place]), block.from_number.get(place), found.unit)
    beyond = [name for place, name in enumerate(block.cells.columns) if place >= layout.width]
    unreadable = pl.Series([False], dtype=pl.Boolean).new_from_index(0, block.height)
    for name in beyond:
        unreadable = unreadable | (clean(block.cells[name]) != "")
    if block.broken is not None:
        unreadable = unreadable | block.broken
    return NamedCells(text, block.lines, unreadable)


def _empty(column: Column, height: int) -> Parsed:
    nothing = [] if column.base_type == "codes" else None
    values = pl.Series([nothing], dtype=DATA_TYPES[column.base_type]).new_from_index(0, height)
    reasons = pl.Series([int(Reason.missing)], dtype=pl.UInt8).new_from_index(0, height)
    return Parsed(values, reasons, pl.Series([True]).new_from_index(0, height) if column.base_type == "codes" else None)


def _bounds(column: Column) -> pl.Expr | None:
    """Where a value lies outside its column's bounds."""
    outside = []
    if column.min is not None:
        below = pl.col(column.name) < column.min
        if column.min_except:
            below = below & ~pl.col(column.min_except.column).is_in(list(column.min_except.codes)).fill_null(False)
        outside.append(below)
    if column.max is not None:
        outside.append(pl.col(column.name) > column.max)
    return pl.any_horizontal(outside).fill_null(False) if outside else None


def _reason_name(column: str) -> str:
    return f"reason:{column}"


def _parse_all(contract: Contract, cells: NamedCells) -> pl.DataFrame:
    """All columns of the contract, typed, each with the reason of its bad cells beside it."""
    height = cells.lines.len()
    series: list[pl.Series] = []
    for name, column in contract.columns.items():
        parsed = parse(column, cells.text[name]) if name in cells.text else _empty(column, height)
        series += [parsed.values.alias(name), parsed.reasons.alias(_reason_name(name))]
        if column.base_type == "codes":
            incomplete = (
                parsed.incomplete if parsed.incomplete is not None else pl.Series([False]).new_from_index(0, height)
            )
            series.append((~incomplete).alias(f"{name}_is_complete"))
    return pl.DataFrame(series)


def _apply_bounds(contract: Contract, frame: pl.DataFrame) -> pl.DataFrame:
    """Empty what lies outside its bounds or not after its `after` column, and say why."""
    for name, column in contract.columns.items():
        outside = _bounds(column)
        if outside is not None:
            frame = _empty_where(frame, name, outside, Reason.out_of_range)
        if column.after:
            too_early = (pl.col(name) <= pl.col(column.after)).fill_null(False)
            frame = _empty_where(frame, name, too_early, Reason.wrong_order)
    return frame


def _empty_where(frame: pl.DataFrame, name: str, bad: pl.Expr, reason: Reason) -> pl.DataFrame:
    reasons = _reason_name(name)
    return frame.with_columns(
        pl.when(bad).then(None).otherwise(pl.col(name)).alias(name),
        pl.when(bad).then(pl.lit(int(reason), pl.UInt8)).otherwise(pl.col(reasons)).alias(reasons),
    )


def _first_bad(contract: Contract, frame: pl.DataFrame) -> pl.DataFrame:
    """For each row its first bad required column in contract order, and why; an unreadable row has no column."""
    column, reason = pl.lit(None, pl.String), pl.lit(None, pl.UInt8)
    for name in reversed(contract.required):
        is_bad = pl.col(_reason_name(name)) > 0
        column = pl.when(is_bad).then(pl.lit(name)).otherwise(column)
        reason = pl.when(is_bad).then(pl.col(_reason_name(name))).otherwise(reason)
    unreadable = pl.col("unreadable")
    return frame.select(
        "place",
        "line",
        column=pl.when(unreadable).then(pl.lit("")).otherwise(column),
        reason=pl.when(unreadable).then(pl.lit(int(Reason.unreadable), pl.UInt8)).otherwise(reason),
    )


def _emptied_cells(contract: Contract, frame: pl.DataFrame) -> pl.DataFrame:
    """The cells of accepted rows that held something and were emptied, or lost a member."""
    found = []
    for name, column in contract.columns.items():
        reasons = _reason_name(name)
        if column.required or not (frame[reasons] > int(Reason.missing)).any():
            continue
        bad = frame.filter(pl.col(reasons) > int(Reason.missing))
        found.append(bad.select("place", "line", column=pl.lit(name), reason=pl.col(reasons)))
    return pl.concat([pl.DataFrame(schema=_ISSUE_SCHEMA), *found]) if found else pl.DataFrame(schema=_ISSUE_SCHEMA)


def type_rows(contract: Contract, cells: NamedCells) -> TypedRows:
    """Type and judge the rows of a block by their contract."""
    height = cells.lines.len()
    frame = _parse_all(contract, cells).with_columns(
        cells.lines.cast(pl.Int64).alias("line"),
        pl.int_range(0, height, dtype=pl.Int64, eager=True).alias("place"),
        cells.unreadable.alias("unreadable"),
    )
    frame = _apply_bounds(contract, frame)
    has_bad = frame.select(
        bad=pl.any_horizontal("unreadable", *[pl.col(_reason_name(name)) > 0 for name in contract.required])
    )["bad"]
    quarantined = pl.DataFrame(schema=_ISSUE_SCHEMA)
    accepted = frame
    if has_bad.any():
        quarantined = _first_bad(contract, frame.filter(has_bad)).cast(_ISSUE_SCHEMA)
        accepted = frame.filter(~has_bad)
    emptied = _emptied_cells(contract, accepted)
    flags = [f"{name}_is_complete" for name, column in contract.columns.items() if column.base_type == "codes"]
    return TypedRows(accepted.select(*contract.columns, *flags, "line", "place"), quarantined, emptied)


def pseudonymised(contract: Contract, rows: pl.DataFrame, keys: PersonKeys) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows with person keys and without direct identifiers; and the ids behind the keys (`column, key, id`)."""
    behind: list[pl.DataFrame] = []
    rows = _with_birth_dates(contract, rows)
    for name, column in contract.columns.items():
        if column.pii != "identifier":
            continue
        ids = rows[name]
        if column.identifies:
            ids = _persons_only(rows, column)
        person_keys = keys.of(ids)
        pairs = pl.DataFrame({"key": person_keys, "id": ids}).drop_nulls("id").unique()
        behind.append(pairs.select(column=pl.lit(name), key="key", id="id"))
        kept = pl.DataFrame({"key": person_keys, "as_is": rows[name], "id": ids})
        replaced = kept.select(value=pl.when(pl.col("id").is_null()).then("as_is").otherwise("key"))["value"]
        rows = rows.with_columns(replaced.alias(name))
    dropped = [name for name, column in contract.columns.items() if not column.is_kept]
    people = (
        pl.concat(behind) if behind else pl.DataFrame(schema={"column": pl.String, "key": pl.String, "id": pl.String})
    )
    return rows.drop(dropped), people


def _with_birth_dates(contract: Contract, rows: pl.DataFrame) -> pl.DataFrame:
    """The last chance to read a missing birth date out of a citizen's number: behind this door only its key is known."""
    filled = [
        pl.coalesce(name, identifiers.birth_dates(rows[column.birth_date_in])).alias(name)
        for name, column in contract.columns.items()
        if column.birth_date_in
    ]
    return rows.with_columns(filled)


def _persons_only(rows: pl.DataFrame, column: Column) -> pl.Series:
    """The ids of those rows in which the column names a person, canonical where it can be; null elsewhere.

    A valid citizen's number is a person's in whatever row it stands: it never leaves the vault as it is.
    """
    rule = column.identifies
    if rule is None:
        return rows[column.name]
    canonical = identifiers.canonical_id_cards(rows[column.name])
    valid, _, _ = identifiers.check_id_cards(rows[column.name])
    # 15 digits in an organisation's row are a business registration far more often than an old citizen's number.
    valid = pl.select(pl.when(rows[column.name].str.len_chars() == 18).then(valid)).to_series()
    frame = pl.DataFrame({"raw": rows[column.name], "kind": rows[rule.column], "canonical": canonical, "valid": valid})
    return frame.select(
        id=pl.when(pl.col("kind").is_in(list(rule.canonical_id_card)))
        .then(pl.coalesce("canonical", "raw"))
        .when(pl.col("kind").is_in(list(rule.person)))
        .then("raw")
        .otherwise("valid")
    )["id"]


def layout_of_names(contract: Contract, cells: NamedCells) -> Layout:
    """The layout of cells that already stand under the contract's names (as a profile makes them)."""
    found = {name: Found(place, cell.unit) for place, (name, cell) in enumerate(cells.text.items())}
    return Layout(contract, found, len(found), 0, ())
