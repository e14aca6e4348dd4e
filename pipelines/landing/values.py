"""Cells to values: one parser for each type of the contracts.

Pure functions: a Series of raw text in, typed values and the reason of each bad cell out. Types, forms and units are
those of the source contracts; what a row or a file makes of a bad cell is not decided here (see `rows`).
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import IntEnum
from fractions import Fraction

import polars as pl

from pipelines.contracts import Column, Unit, code_lists
from pipelines.landing import identifiers


class Reason(IntEnum):
    """Why a cell or a row is not taken, in the order of the landing specification. 0 means that nothing is wrong."""

    fine = 0
    missing = 1
    unparsable = 2
    out_of_range = 3
    unknown_code = 4
    bad_check_digit = 5
    wrong_order = 6
    conflicting_duplicate = 7
    missing_column = 8
    unreadable = 9


MONEY = pl.Decimal(18, 2)
MONEY_LIMIT = Decimal(10) ** 16

DATA_TYPES: dict[str, pl.DataType] = {
    "id_card": pl.String(),
    "uscc": pl.String(),
    "division": pl.String(),
    "text": pl.String(),
    "code": pl.String(),
    "codes": pl.List(pl.String()),
    "date": pl.Date(),
    "month": pl.Date(),
    "datetime": pl.Datetime("us"),
    "yuan": MONEY,
    "integer": pl.Int64(),
    "decimal": pl.Float64(),
    "hours": pl.Float64(),
    "m2": pl.Float64(),
    "bool": pl.Boolean(),
}


@dataclass(frozen=True)
class Parsed:
    """Typed values of a column, and for each cell a `Reason` (UInt8); a bad or missing cell has the value null.

    `incomplete` (codes only): the cells from which an unknown member was dropped; their other members stand in `values`.
    """

    values: pl.Series
    reasons: pl.Series
    incomplete: pl.Series | None = None


def _spellings(word: str) -> list[str]:
    words = [""]
    for letter in word:
        words = [start + form for start in words for form in sorted({letter.lower(), letter.upper()})]
    return words


_NO_VALUE = ["", "-", "/", *_spellings("null"), *_spellings("n/a")]


def clean(cells: pl.Series) -> pl.Series:
    """NFKC-normalised and trimmed text; an absent cell becomes empty."""
    cells = cells.fill_null("")
    if cells.str.contains(r"[^\x00-\x7F]").any():
        distinct = cells.unique()
        if distinct.len() * 2 <= cells.len():
            table = pl.DataFrame({"text": distinct, "clean": distinct.str.normalize("NFKC").str.strip_chars()})
            return pl.DataFrame({"text": cells}).join(table, on="text", how="left", maintain_order="left")["clean"]
        cells = cells.str.normalize("NFKC")
    return cells.str.strip_chars()


def is_missing(cells: pl.Series, base_type: str) -> pl.Series:
    """Which cleaned cells say that there is no value; `无` says so except in a yes-or-no column."""
    return cells.is_in(_NO_VALUE if base_type == "bool" else [*_NO_VALUE, "无"])


# ---- one value at a time: the definition of each form, used for all cells that no fast form covers -----------------

One = tuple[object | None, Reason]
_Forms = list[tuple[str, Callable[[pl.Expr], pl.Expr]]]
_BAD: One = (None, Reason.unparsable)

_DATE_FORMS = (
    re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"),
    re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})"),
    re.compile(r"([0-9]{4})\.([0-9]{1,2})\.([0-9]{1,2})"),
    re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})"),
    re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日"),
)
_MONTH_FORMS = (
    re.compile(r"([0-9]{4})-([0-9]{1,2})"),
    re.compile(r"([0-9]{4})/([0-9]{1,2})"),
    re.compile(r"([0-9]{4})\.([0-9]{1,2})"),
    re.compile(r"([0-9]{4})([0-9]{2})"),
    re.compile(r"([0-9]{4})年([0-9]{1,2})月"),
)
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_SERIAL_DAY_TEXT = re.compile(r"[0-9]{5}")
_SERIAL_TIME_TEXT = re.compile(r"[0-9]{5}\.[0-9]+")
_NUMBER_CELL = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_LAST_SERIAL = 2_958_465  # 9999-12-31


def serial_day(days: int) -> dt.date | None:
    """The date of an Excel serial day. Excel counts a 29 February 1900 that never was: day 60 is no date."""
    if not 1 <= days <= _LAST_SERIAL or days == 60:
        return None
    return dt.date(1899, 12, 31 if days < 60 else 30) + dt.timedelta(days=days)


def _calendar_date(text: str) -> dt.date | None:
    for form in _DATE_FORMS:
        match = form.fullmatch(text)
        if match:
            try:
                return dt.date(int(match[1]), int(match[2]), int(match[3]))
            except ValueError:
                return None
    return None


def _time(text: str) -> dt.time | None:
    match = _TIME.fullmatch(text)
    if not match:
        return None
    try:
        return dt.time(int(match[1]), int(match[2]), int(match[3] or 0))
    except ValueError:
        return None


def _split_time(text: str) -> tuple[str, str | None]:
    for separator in (" ", "T"):
        day, found, time = text.partition(separator)
        if found:
            return day.rstrip(), time.lstrip()
    return text, None


def parse_date(text: str, from_number: bool = False) -> One:
    """A date cell. `from_number`: the cell was a number in a workbook, so any serial day may stand there."""
    day, time = _split_time(text)
    if time is not None and _time(time) != dt.time(0):
        return _BAD
    value = _calendar_date(day)
    if value is None and time is None:
        is_serial = bool(_SERIAL_DAY_TEXT.fullmatch(day)) or (from_number and day.isdigit() and len(day) < 8)
        value = serial_day(int(day)) if is_serial else None
    return (value, Reason.fine) if value else _BAD


def parse_datetime(text: str, from_number: bool = False) -> One:
    """A cell with day and time of day. A day alone says no time and is not taken for midnight, unless a workbook stored
    it as a number, where midnight has no fraction."""
    day, time = _split_time(text)
    if time is not None:
        date, clock = _calendar_date(day), _time(time)
        return (dt.datetime.combine(date, clock), Reason.fine) if date and clock is not None else _BAD
    if _SERIAL_TIME_TEXT.fullmatch(text) or (
        from_number and _NUMBER_CELL.fullmatch(text) and len(text.partition(".")[0]) < 8
    ):
        whole, _, _ = text.partition(".")
        date = serial_day(int(whole))
        if date is None:
            return _BAD
        seconds = int((Decimal(text) - int(whole)) * 86_400 + Decimal("0.5"))
        return dt.datetime.combine(date, dt.time(0)) + dt.timedelta(seconds=seconds), Reason.fine
    if from_number and (date := _calendar_date(day)):
        return dt.datetime.combine(date, dt.time(0)), Reason.fine
    return _BAD


def parse_month(text: str, from_number: bool = False) -> One:
    """A month, as its first day; a date counts as its month."""
    for form in _MONTH_FORMS:
        match = form.fullmatch(text)
        if match:
            year, month = int(match[1]), int(match[2])
            return (dt.date(year, month, 1), Reason.fine) if year >= 1 and 1 <= month <= 12 else _BAD
    value, reason = parse_date(text, from_number)
    return (value.replace(day=1), reason) if isinstance(value, dt.date) else _BAD


_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
_INTEGER = re.compile(r"[+-]?[0-9]+(?:\.0*)?")


def _ungrouped(text: str) -> str:
    return text.replace(",", "") if _GROUPED.fullmatch(text) else text


def parse_integer(text: str) -> One:
    """A whole number; 12.0 is 12."""
    text = _ungrouped(text)
    if not _INTEGER.fullmatch(text):
        return _BAD
    value = int(text.partition(".")[0])
    return (value, Reason.fine) if abs(value) < 2**63 else (None, Reason.out_of_range)


def _exact(text: str) -> Fraction | None:
    text = _ungrouped(text)
    return Fraction(Decimal(text)) if _NUMBER.fullmatch(text) else None


def parse_number(text: str, unit: Unit) -> One:
    """A decimal number times the factor of its header's unit; worked out exactly, then made a double."""
    value = _exact(text)
    if value is None:
        return _BAD
    try:
        return float(value * unit.numerator / unit.denominator), Reason.fine
    except OverflowError:
        return None, Reason.out_of_range


def parse_yuan(text: str, unit: Unit) -> One:
    """An amount of money in yuan, rounded half up (away from zero) to two places after the unit's factor."""
    value = _exact(text.removeprefix("¥").removesuffix("元").strip())
    if value is None:
        return _BAD
    value = value * unit.numerator / unit.denominator
    cents = Fraction(int(abs(value) * 100 + Fraction(1, 2)), 100) * (-1 if value < 0 else 1)
    money = (Decimal(cents.numerator) / Decimal(cents.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return (money, Reason.fine) if abs(money) < MONEY_LIMIT else (None, Reason.out_of_range)


# ---- a column at a time ------------------------------------------------------------------------------------------------


def _each(cells: pl.Series, parse: Callable[[str], One], data_type: pl.DataType) -> tuple[pl.Series, pl.Series]:
    results = [parse(text) for text in cells.to_list()]
    values = pl.Series([value for value, _ in results], dtype=data_type, strict=True)
    return values, pl.Series([int(reason) for _, reason in results], dtype=pl.UInt8)


def _by_distinct(cells: pl.Series, parse: Callable[[pl.Series], Parsed]) -> Parsed:
    """Parse each distinct text once where cells repeat; the result stands in the order of the cells."""
    distinct = cells.unique()
    if distinct.len() * 2 > cells.len():
        return parse(cells)
    parsed = parse(distinct)
    table = {"text": distinct, "value": parsed.values, "reason": parsed.reasons}
    if parsed.incomplete is not None:
        table["incomplete"] = parsed.incomplete
    joined = pl.DataFrame({"text": cells}).join(pl.DataFrame(table), on="text", how="left", maintain_order="left")
    return Parsed(joined["value"], joined["reason"], joined["incomplete"] if parsed.incomplete is not None else None)


def _with_fast_forms(
    cells: pl.Series,
    fast: _Forms,
    parse: Callable[[str], One],
    data_type: pl.DataType,
) -> Parsed:
    """Parse the commonest forms with the engine and every other cell with `parse`, which defines the result of both."""
    frame = pl.DataFrame({"text": cells}).with_columns(value=pl.lit(None, data_type), todo=pl.lit(True))
    for pattern, expression in fast:
        matches = pl.col("todo") & pl.col("text").str.contains(pattern)
        parsed = expression(pl.when(matches).then(pl.col("text")))
        frame = frame.with_columns(value=pl.coalesce("value", parsed.cast(data_type)))
        frame = frame.with_columns(todo=pl.col("value").is_null())
        if not frame["todo"].any():
            break
    reasons = pl.Series([0], dtype=pl.UInt8).new_from_index(0, cells.len())
    todo = frame["todo"]
    if todo.any():
        distinct = cells.filter(todo).unique()
        values, bad = _each(distinct, parse, data_type)
        rest = pl.DataFrame({"text": distinct, "other": values, "reason": bad})
        frame = frame.join(rest, on="text", how="left", maintain_order="left")
        frame = frame.with_columns(
            value=pl.coalesce("value", "other"), reason=pl.when("todo").then("reason").otherwise(pl.lit(0, pl.UInt8))
        )
        reasons = frame["reason"]
    return Parsed(frame["value"], reasons)


_YEAR = r"(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"  # there is no year 0
_MM, _DD = r"[0-9]{2}", r"[0-9]{2}"
_CLOCK = r"[0-9]{1,2}:[0-9]{2}"


def _date_format(pattern: str) -> Callable[[pl.Expr], pl.Expr]:
    return lambda text: text.str.strptime(pl.Date, pattern, strict=False)


def _datetime_format(pattern: str) -> Callable[[pl.Expr], pl.Expr]:
    return lambda text: text.str.strptime(pl.Datetime("us"), pattern, strict=False)


_FAST_DATES = [
    (rf"^{_YEAR}-{_MM}-{_DD}$", _date_format("%Y-%m-%d")),
    (rf"^{_YEAR}/[0-9]{{1,2}}/[0-9]{{1,2}}$", _date_format("%Y/%m/%d")),
]
_FAST_DATETIMES = [
    (rf"^{_YEAR}-{_MM}-{_DD} {_CLOCK}:[0-5][0-9]$", _datetime_format("%Y-%m-%d %H:%M:%S")),
    (rf"^{_YEAR}-{_MM}-{_DD} {_CLOCK}$", _datetime_format("%Y-%m-%d %H:%M")),
    (rf"^{_YEAR}-{_MM}-{_DD}T{_CLOCK}:[0-5][0-9]$", _datetime_format("%Y-%m-%dT%H:%M:%S")),
    (rf"^{_YEAR}/[0-9]{{1,2}}/[0-9]{{1,2}} {_CLOCK}:[0-5][0-9]$", _datetime_format("%Y/%m/%d %H:%M:%S")),
    (rf"^{_YEAR}/[0-9]{{1,2}}/[0-9]{{1,2}} {_CLOCK}$", _datetime_format("%Y/%m/%d %H:%M")),
]
_FAST_YUAN: _Forms = [(r"^-?[0-9]{1,13}(\.[0-9]{1,2})?$", lambda text: text.cast(MONEY, strict=False))]
_FAST_INTEGER: _Forms = [(r"^-?[0-9]{1,18}$", lambda text: text.cast(pl.Int64, strict=False))]
_FAST_DECIMAL: _Forms = [(r"^-?[0-9]{1,15}(\.[0-9]+)?$", lambda text: text.cast(pl.Float64, strict=False))]
_NO_FACTOR = Unit(unit="", numerator=1, denominator=1)


@dataclass(frozen=True)
class Cells:
    """The cells of one column: cleaned text, which of them were numbers or dates in a workbook, the header's unit."""

    text: pl.Series
    from_number: pl.Series | None = None
    unit: Unit = _NO_FACTOR


def _parse_moment(cells: Cells, parse: Callable[[str, bool], One], fast: _Forms, data_type: pl.DataType) -> Parsed:
    as_text = _with_fast_forms(cells.text, fast, lambda text: parse(text, False), data_type)
    if cells.from_number is None or not cells.from_number.any():
        return as_text
    as_number = _with_fast_forms(cells.text, fast, lambda text: parse(text, True), data_type)
    chosen = pl.DataFrame(
        {
            "n": cells.from_number,
            "a": as_number.values,
            "b": as_text.values,
            "ra": as_number.reasons,
            "rb": as_text.reasons,
        }
    ).select(value=pl.when("n").then("a").otherwise("b"), reason=pl.when("n").then("ra").otherwise("rb"))
    return Parsed(chosen["value"], chosen["reason"])


def _parse_amount(cells: Cells, parse: Callable[[str, Unit], One], fast: _Forms, data_type: pl.DataType) -> Parsed:
    forms = fast if cells.unit.numerator == cells.unit.denominator else []
    return _with_fast_forms(cells.text, forms, lambda text: parse(text, cells.unit), data_type)


_BOOLS = {
    "是": True,
    "有": True,
    "y": True,
    "true": True,
    "1": True,
    "否": False,
    "无": False,
    "n": False,
    "false": False,
    "0": False,
}


def _mapped(cells: pl.Series, table: dict[str, object], data_type: pl.DataType, otherwise: Reason) -> Parsed:
    keys = list(table)
    values = cells.replace_strict(keys, [table[key] for key in keys], default=None, return_dtype=data_type)
    reasons = pl.select(pl.when(values.is_null()).then(int(otherwise)).otherwise(0).cast(pl.UInt8)).to_series()
    return Parsed(values, reasons)


def _code_table(code_list: str) -> dict[str, object]:
    table: dict[str, object] = {}
    for code in code_lists()[code_list].values():
        for label in (code.code, *code.accepted):
            table[clean(pl.Series([label])).item()] = code.code
    return table


_SEPARATORS = re.compile(r"[、,;|]")  # after NFKC, which folds the full-width comma, semicolon and bar


def _parse_codes(cells: pl.Series, code_list: str) -> Parsed:
    table = _code_table(code_list)
    order = {code: place for place, code in enumerate(code_lists()[code_list])}
    members = [[part.strip() for part in _SEPARATORS.split(text)] for text in cells.to_list()]
    known = [sorted({str(table[part]) for part in parts if part in table}, key=order.__getitem__) for parts in members]
    dropped = [any(part and part not in table for part in parts) for parts in members]
    reasons = [int(Reason.unknown_code) if bad else 0 for bad in dropped]
    return Parsed(
        pl.Series(known, dtype=DATA_TYPES["codes"]),
        pl.Series(reasons, dtype=pl.UInt8),
        pl.Series(dropped, dtype=pl.Boolean),
    )


def _parse_text(text: pl.Series, pattern: str) -> Parsed:
    fits = text.str.contains(pattern)
    return Parsed(
        pl.select(pl.when(fits).then(text)).to_series(),
        pl.select(pl.when(fits).then(0).otherwise(int(Reason.unparsable)).cast(pl.UInt8)).to_series(),
    )


def _parse_checked(text: pl.Series, check: Callable[[pl.Series], tuple[pl.Series, pl.Series, pl.Series]]) -> Parsed:
    values, wrong_check, malformed = check(text)
    reasons = pl.select(
        pl.when(wrong_check)
        .then(int(Reason.bad_check_digit))
        .when(malformed)
        .then(int(Reason.unparsable))
        .otherwise(0)
        .cast(pl.UInt8)
    ).to_series()
    return Parsed(values, reasons)


def _parse_present(column: Column, cells: Cells) -> Parsed:
    """Parse cells that hold something, by the type of their column."""
    kind, text = column.base_type, cells.text
    match kind:
        case "text":
            return Parsed(text, pl.Series([0], dtype=pl.UInt8).new_from_index(0, text.len()))
        case "id_card":
            return _by_distinct(text, lambda some: _parse_checked(some, identifiers.check_id_cards))
        case "uscc":
            return _by_distinct(text, lambda some: _parse_checked(some, identifiers.check_credit_codes))
        case "division":
            return _by_distinct(text, lambda some: _parse_text(some, r"^([0-9]{6}|[0-9]{9}|[0-9]{12})$"))
        case "code":
            table = _code_table(column.code_list or "")
            return _mapped(text, table, DATA_TYPES["code"], Reason.unknown_code)
        case "codes":
            return _by_distinct(text, lambda some: _parse_codes(some, column.code_list or ""))
        case "bool":
            return _mapped(text.str.to_lowercase(), dict(_BOOLS), DATA_TYPES["bool"], Reason.unparsable)
        case "date":
            return _parse_moment(cells, parse_date, _FAST_DATES, DATA_TYPES["date"])
        case "month":
            return _parse_moment(cells, parse_month, [], DATA_TYPES["month"])
        case "datetime":
            return _parse_moment(cells, parse_datetime, _FAST_DATETIMES, DATA_TYPES["datetime"])
        case "yuan":
            return _parse_amount(cells, parse_yuan, _FAST_YUAN, MONEY)
        case "integer":
            return _with_fast_forms(text, _FAST_INTEGER, parse_integer, DATA_TYPES["integer"])
        case _:
            return _parse_amount(cells, parse_number, _FAST_DECIMAL, DATA_TYPES[kind])


def parse(column: Column, cells: Cells) -> Parsed:
    """Parse the cells of one column: values, and the reason of every cell that has none or has lost a member."""
    missing = is_missing(cells.text, column.base_type)
    if not missing.any():
        return _parse_present(column, cells)
    present = ~missing
    from_number = cells.from_number.filter(present) if cells.from_number is not None else None
    parsed = _parse_present(column, Cells(cells.text.filter(present), from_number, cells.unit))
    places = present.arg_true().cast(pl.UInt32)
    frame = pl.DataFrame({"place": places, "value": parsed.values, "reason": parsed.reasons})
    if parsed.incomplete is not None:
        frame = frame.with_columns(incomplete=parsed.incomplete)
    whole = pl.DataFrame({"place": pl.int_range(0, cells.text.len(), dtype=pl.UInt32, eager=True)})
    whole = whole.join(frame, on="place", how="left", maintain_order="left")
    reasons = whole["reason"].fill_null(int(Reason.missing))
    values = whole["value"]
    incomplete = whole["incomplete"].fill_null(False) if parsed.incomplete is not None else None
    if column.base_type == "codes":
        values = values.fill_null(pl.Series([[]], dtype=DATA_TYPES["codes"]))
    return Parsed(values, reasons, incomplete)
