"""What a profile does to single cells: pure functions from text to text.

A cell that a step cannot read is not passed on as it was, because the contract might then read it differently from what
the profile meant; it is marked with `UNREADABLE`, which no parser of the contract accepts, and judged there.
"""

import csv
import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache

import polars as pl

from pipelines.landing.identifiers import credit_check_characters
from pipelines.paths import REFERENCE

UNREADABLE = "\N{REPLACEMENT CHARACTER}"
_SEPARATOR = "\N{INFORMATION SEPARATOR ONE}"

_ROC = re.compile(r"^(?:中華民國|中华民国|民國|民国)?(\d{1,3})(?:年|[/.-])(\d{1,2})(?:月|[/.-])(\d{1,2})日?$")
_ROC_DIGITS = re.compile(r"^(\d{2,3})(\d{2})(\d{2})$")
_ROC_BEFORE_YEAR_1 = 1911

_CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015
MADE_CODE_PREFIX = "Y9"


def map_values(cells: pl.Series, change: Callable[[str], str]) -> pl.Series:
    """Change each different text of a column once."""
    distinct = cells.unique()
    return cells.replace_strict(distinct, [change(text) for text in distinct], return_dtype=pl.String)


@cache
def cjk_radicals() -> dict[int, int]:
    """Radical -> ordinary ideograph of the CJK Radicals Supplement, which NFKC leaves alone."""
    with (REFERENCE / "cjk_radicals.csv").open(encoding="utf-8", newline="") as file:
        return {int(row["radical"], 16): int(row["ideograph"], 16) for row in csv.DictReader(file) if row["ideograph"]}


def clean_cjk_radicals(text: str) -> str:
    """Radicals from PDF exports as the ordinary characters that they look like (⻑ -> 長)."""
    return text.translate(cjk_radicals())


def extract(text: str, pattern: str) -> str | None:
    """What the groups of a pattern match, with a space between several; None if it does not match."""
    match = re.search(pattern, text)
    return " ".join(group for group in match.groups() if group is not None) if match else None


def roc_date(text: str) -> dt.date | None:
    """A date of the Republic of China calendar: 107年7月9日, 民國107年7月9日, 107/07/09, 1070709."""
    compact = re.sub(r"\s+", "", text)
    match = _ROC.match(compact) or _ROC_DIGITS.match(compact)
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups())
    try:
        return dt.date(year + _ROC_BEFORE_YEAR_1, month, day)
    except ValueError:
        return None


def read_date(text: str, formats: Sequence[str]) -> dt.datetime | None:
    """The moment that a text says in the first of the formats that fits it."""
    for form in formats:
        if form == "roc":
            day = roc_date(text)
            if day is not None:
                return dt.datetime.combine(day, dt.time())
        elif form != "contract":
            try:
                return dt.datetime.strptime(text, form)
            except ValueError:
                continue
    return None


def written_date(moment: dt.datetime, type_name: str, year_starts_in: int | None) -> str:
    """A moment in the form that the contract's type reads; for a year, the year in whose first month it began."""
    if year_starts_in is not None:
        return str(moment.year if moment.month >= year_starts_in else moment.year - 1)
    if type_name == "month":
        return f"{moment:%Y-%m}"
    if type_name == "datetime":
        return moment.isoformat(sep=" ", timespec="seconds")
    return moment.isoformat(sep=" ", timespec="seconds") if moment.time() != dt.time() else moment.date().isoformat()


def convert_date(text: str, formats: Sequence[str], type_name: str, year_starts_in: int | None) -> str:
    """A date as the contract reads it; marked if no format fits (unless `contract` allows its own forms)."""
    moment = read_date(text, formats)
    if moment is not None:
        return written_date(moment, type_name, year_starts_in)
    return text if "contract" in formats else UNREADABLE + text


def multiply(text: str, factor: Fraction) -> str:
    """A number times a factor, in plain digits; marked if it is no number."""
    bare = re.sub(r"^[¥￥]|元$", "", text).strip()
    if re.search(r",", bare):
        bare = bare.replace(",", "") if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", bare) else UNREADABLE
    try:
        number = Decimal(bare)
        exact = Fraction(number) * factor
    except (InvalidOperation, ValueError, OverflowError):
        return UNREADABLE + text
    return format(Decimal(exact.numerator) / Decimal(exact.denominator), "f")


def digest(cells: Iterable[str], occurrence: int) -> str:
    """The made key of a row: SHA-256 over its cells and the number of its occurrence, 64 hexadecimal digits."""
    return hashlib.sha256(_SEPARATOR.join([*cells, str(occurrence)]).encode()).hexdigest()


def made_credit_codes(keys: list[str], division: str) -> pl.Series:
    """Codes of valid form for bodies that have none: Y9, a range not assigned to anybody, the division, the hash."""
    first_17 = pl.Series([f"{MADE_CODE_PREFIX}{division}{_in_code_letters(key)}" for key in keys], dtype=pl.String)
    return first_17 + credit_check_characters(first_17)


def _in_code_letters(key: str) -> str:
    """Nine letters of the alphabet of credit codes that stand for a hash."""
    number, letters = int(key, 16), ""
    for _ in range(9):
        number, place = divmod(number, len(_CODE_LETTERS))
        letters += _CODE_LETTERS[place]
    return letters
