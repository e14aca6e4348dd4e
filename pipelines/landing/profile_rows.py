"""Rows under a profile: a block of raw rows in, the contract's columns as text out (see `profiles`).

Values are not judged here, the contract's parsers do that. Rows that the profile says are not data come out as their
lines, so that each row that goes in is accounted for.
"""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import polars as pl

from pipelines.contracts import Contract, load_contracts
from pipelines.landing.names import folded
from pipelines.landing.profile_schema import ColumnRule, Condition, Key, Profile, Rows
from pipelines.landing.profile_values import (
    UNREADABLE,
    clean_cjk_radicals,
    convert_date,
    digest,
    extract,
    made_credit_codes,
    map_values,
    multiply,
    written_date,
)
from pipelines.landing.values import clean, is_missing

_MADE_DIGITS = 24


class ProfileMismatch(ValueError):
    """A file or table that is not what its profile describes. `headers`: those that it lacks, if that is the reason."""

    def __init__(self, message: str, headers: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.headers = headers


@dataclass
class FileState:
    """What holds for all blocks of one file: its division, its date, and how often each row came so far."""

    division: str
    date: dt.date
    seen: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ProfiledRows:
    """A block under a profile.

    rows: the contract's columns as text, in contract order, and `line`; an empty cell is the empty text. filtered: the
    lines of the rows that the profile says are not data. absent: columns whose headers the table does not have; they
    are not in `rows`.
    """

    rows: pl.DataFrame
    filtered: pl.Series
    absent: tuple[str, ...]

    @property
    def filtered_count(self) -> int:
        """How many rows the profile left out."""
        return self.filtered.len()


class _Cells:
    """The cleaned cells of a block by header, each column cleaned once; of two equal headers the leftmost counts."""

    def __init__(self, headers: Sequence[str], rows: pl.DataFrame) -> None:
        self.rows = rows
        self.columns: dict[str, str] = {}
        for place, header in enumerate(headers):
            self.columns.setdefault(folded(header), f"c{place}")
        self.cleaned: dict[str, pl.Series] = {}

    def __contains__(self, header: str) -> bool:
        return folded(header) in self.columns

    def __getitem__(self, header: str) -> pl.Series:
        return self.column(self.columns[folded(header)])

    def column(self, name: str) -> pl.Series:
        if name not in self.cleaned:
            self.cleaned[name] = clean(self.rows[name])
        return self.cleaned[name]

    def all(self) -> list[pl.Series]:
        return [self.column(name) for name in self.rows.columns if name != "line"]


def missing_headers(profile: Profile, headers: Sequence[str]) -> list[str]:
    """The headers that a profile names and a table does not have."""
    shown = {folded(header) for header in headers}
    return [header for header in profile.headers if folded(header) not in shown]


def _holds(condition: Condition, cells: _Cells) -> pl.Series:
    column = cells[condition.column]
    if condition.equals is not None:
        return column == condition.equals
    if condition.is_in is not None:
        return column.is_in(condition.is_in)
    if condition.not_in is not None:
        return ~column.is_in(condition.not_in)
    if condition.contains is not None:
        return column.str.contains(condition.contains, literal=True)
    if condition.filled is not None:
        return ~is_missing(column, "text") if condition.filled else is_missing(column, "text")
    pattern = re.compile(condition.matches or "")
    return map_values(column, lambda text: "1" if pattern.search(text) else "") == "1"


def _are_data(rows: Rows | None, cells: _Cells) -> pl.Series:
    keep = pl.Series([True], dtype=pl.Boolean).new_from_index(0, cells.rows.height)
    if rows is None:
        return keep
    for condition in rows.all:
        keep = keep & _holds(condition, cells)
    if rows.any:
        either = pl.Series([False], dtype=pl.Boolean).new_from_index(0, keep.len())
        for condition in rows.any:
            either = either | _holds(condition, cells)
        keep = keep & either
    return keep


def _step(change: Callable[[str], str], column: pl.Series) -> pl.Series:
    """Change the filled cells."""
    return map_values(column, lambda text: change(text) if text else "")


def _looked_up(rule: ColumnRule) -> Callable[[str], str]:
    known = {clean(pl.Series([raw]))[0].casefold(): code for raw, code in (rule.values or {}).items()}
    return lambda text: known.get(text.casefold(), text if rule.otherwise is None else rule.otherwise)


def _extracted(rule: ColumnRule, is_text: bool) -> Callable[[str], str]:
    missed = (lambda text: text) if is_text else (lambda text: UNREADABLE + text)

    def change(text: str) -> str:
        found = extract(text, rule.pattern or "")
        if found is not None:
            return found
        return missed(text) if rule.otherwise is None else rule.otherwise

    return change


def _changed(column: pl.Series, rule: ColumnRule, type_name: str) -> pl.Series:
    """The steps of a rule on one column of cells, in the order in which the schema lists them."""
    if "cjk_radicals" in rule.clean:
        column = _step(clean_cjk_radicals, column)
    if rule.pattern is not None:
        column = _step(_extracted(rule, is_text=type_name == "text" or ":" in type_name), column)
    if rule.trim is not None:
        column = column.str.strip_chars(rule.trim).str.strip_chars()
    if rule.upper:
        column = column.str.to_uppercase()
    if rule.values is not None:
        column = _step(_looked_up(rule), column)
    formats, factor = rule.date_format, rule.factor
    if formats is not None:
        column = _step(lambda text: convert_date(text, formats, type_name, rule.year_starts_in), column)
    if factor is not None:
        column = _step(lambda text: multiply(text, factor), column)
    return column


def _strongest(columns: list[pl.Series], rule: ColumnRule) -> pl.Series:
    """Of several translated cells the one whose code stands first in `values`; codes outside it come last."""
    frame = pl.DataFrame({str(place): column for place, column in enumerate(columns)})
    result = pl.coalesce(pl.when(pl.col(name) != "").then(pl.col(name)) for name in frame.columns)
    for code in reversed(dict.fromkeys((rule.values or {}).values())):
        result = pl.when(pl.any_horizontal(pl.all() == code)).then(pl.lit(code)).otherwise(result)
    return frame.select(chosen=result.fill_null(""))["chosen"]


def _picked(header: str, rule: ColumnRule, cells: _Cells, base_type: str) -> pl.Series:
    """The cells under one header, those that say that there is no value as empty (unless `values` knows them)."""
    column = cells[header]
    nothing = is_missing(column, base_type)
    if rule.values is not None:
        nothing = nothing & ~column.str.to_lowercase().is_in([raw.casefold() for raw in rule.values])
    return column.set(nothing, "")


def _from_headers(headers: list[str], rule: ColumnRule, cells: _Cells, type_name: str) -> pl.Series:
    columns = [_picked(header, rule, cells, type_name) for header in headers]
    if rule.how == "strongest":
        return _strongest([_changed(column, rule, type_name) for column in columns], rule)
    frame = pl.DataFrame({str(place): column for place, column in enumerate(columns)})
    filled = [pl.when(pl.col(name) != "").then(pl.col(name)) for name in frame.columns]
    if rule.how == "join":
        chosen = pl.concat_str(filled, separator=rule.separator, ignore_nulls=True)
    else:
        chosen = pl.coalesce(filled).fill_null("")
    return _changed(frame.select(chosen=chosen)["chosen"], rule, type_name)


def _from_file(what: str, type_name: str, state: FileState) -> str:
    if what == "division":
        return state.division
    moment = dt.datetime.combine(state.date, dt.time())
    return written_date(moment, type_name, year_starts_in=1 if type_name == "integer" else None)


def _column(rule: ColumnRule, cells: _Cells, type_name: str, state: FileState) -> pl.Series | None:
    """One column of the contract; None where the table has none of its headers and the rule no default."""
    height = cells.rows.height
    if rule.headers is None:
        fixed = _from_file(rule.from_file, type_name, state) if rule.from_file else rule.constant
        return pl.Series([fixed], dtype=pl.String).new_from_index(0, height)
    present = [header for header in rule.headers if header in cells]
    if present:
        column = _from_headers(present, rule, cells, type_name)
    elif rule.default is not None:
        column = pl.Series([""], dtype=pl.String).new_from_index(0, height)
    else:
        return None
    return column.set(column == "", rule.default or "")


def _keys(key: Key, cells: _Cells, seen: dict[str, int]) -> pl.Series:
    """A key for each row; rows whose named cells are the same get different ones, by the number of their occurrence."""
    columns = cells.all() if key.of_all_cells else [cells[header] for header in key.headers]
    made = []
    for row in zip(*(column.to_list() for column in columns), strict=True):
        named = [clean_cjk_radicals(cell) for cell in row]
        first = digest(named, 1)
        seen[first] = seen.get(first, 0) + 1
        made.append(digest(named, seen[first]))
    if key.form == "uscc":
        return made_credit_codes(made, key.division or "")
    return pl.Series([key.prefix + one[:_MADE_DIGITS] for one in made], dtype=pl.String)


def apply_profile(
    profile: Profile, headers: Sequence[str], rows: pl.DataFrame, state: FileState, contract: Contract | None = None
) -> ProfiledRows:
    """Rows of a table as its profile's source.

    headers: the cells of the header line. rows: text columns `c0`, `c1`, ... in their order (more columns are let be)
    and `line`. state: from `begin_file`, the same for all blocks of the file in their order; the numbers of repeated
    rows are counted on in it. Raises `ProfileMismatch` where headers of the row filter or of the key are not there.
    """
    contract = load_contracts()[profile.source] if contract is None else contract
    absent_headers = missing_headers(profile, headers)
    lacking = tuple(header for header in profile.indispensable if header in absent_headers)
    if lacking:
        raise ProfileMismatch(f"profile {profile.name} needs headers that are not there: {', '.join(lacking)}", lacking)
    keep = _are_data(profile.rows, _Cells(headers, rows))
    kept = rows.filter(keep)
    cells = _Cells(headers, kept)
    made: dict[str, pl.Series] = {}
    for name, rule in profile.columns.items():
        column = _column(rule, cells, contract.columns[name].type, state)
        if column is not None:
            made[name] = column
    if profile.key is not None:
        made[profile.key.column] = _keys(profile.key, cells, state.seen)
    ordered = [made[name].alias(name) for name in contract.columns if name in made]
    absent = tuple(name for name in profile.columns if name not in made)
    return ProfiledRows(pl.DataFrame([*ordered, kept["line"]]), rows.filter(~keep)["line"], absent)
