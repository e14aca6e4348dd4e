"""Made-up identifiers with valid check characters: citizen ids (GB 11643) and credit codes (GB 32100)."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORG_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

Ints = NDArray[np.int64]
Strings = NDArray[np.str_]


def id_check(first17: str) -> str:
    """The check character of the first 17 digits of a citizen id."""
    return ID_CHECKS[sum(int(digit) * weight for digit, weight in zip(first17, ID_WEIGHTS, strict=True)) % 11]


def is_valid_id(number: str) -> bool:
    """Whether an 18-character citizen id has the right check character."""
    return len(number) == 18 and number[:17].isdigit() and id_check(number[:17]) == number[17]


def uscc_check(first17: str) -> str:
    """The check character of the first 17 characters of a unified social credit code."""
    total = sum(USCC_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(first17))
    return USCC_ALPHABET[(31 - total % 31) % 31]


def is_valid_uscc(code: str) -> bool:
    """Whether an 18-character credit code has the right check character."""
    return len(code) == 18 and all(char in USCC_ALPHABET for char in code) and uscc_check(code[:17]) == code[17]


def uscc(kind: str, division: str, number: int) -> str:
    """A credit code: `kind` is the two-character registration kind, `number` tells organisations of a division apart."""
    body = f"{number % 100_000_000:08d}"
    rest = sum(_ORG_ALPHABET.index(char) * weight for char, weight in zip(body, _ORG_WEIGHTS, strict=True)) % 11
    check = {10: "X", 11: "0"}.get(11 - rest, str(11 - rest))
    first17 = f"{kind}{division}{body}{check}"
    return first17 + uscc_check(first17)


def days_of(first: date, last: date, count: int, rng: np.random.Generator) -> NDArray[np.datetime64]:
    """Random days from `first` to `last`, both included."""
    start = np.datetime64(first, "D")
    return start + rng.integers(0, last.toordinal() - first.toordinal() + 1, count).astype("timedelta64[D]")


def id_cards(prefixes: Strings, births: NDArray[np.datetime64], rng: np.random.Generator) -> Strings:
    """Distinct citizen ids for people of the given county codes and birth days.

    The order number within a county and day starts at a random place and counts on, so that ids never repeat.
    """
    days = births.astype("datetime64[D]").astype(np.int64)
    counties = prefixes.astype(np.int64)
    group = counties * 100_000 + days
    order = np.argsort(group, kind="stable")
    ranked = group[order]
    begins = np.r_[True, ranked[1:] != ranked[:-1]]
    starts = np.maximum.accumulate(np.where(begins, np.arange(len(ranked)), 0))
    rank = np.empty(len(group), dtype=np.int64)
    rank[order] = np.arange(len(ranked)) - starts
    sequence = (rank * 37 + group * 101 + int(rng.integers(0, 1000))) % 1000
    text = np.char.replace(births.astype("datetime64[D]").astype(str), "-", "")
    first17 = np.char.add(np.char.add(prefixes, text), np.char.zfill(sequence.astype(str), 3))
    return np.char.add(first17, _id_checks(first17))


def _id_checks(first17: Strings) -> Strings:
    """Check characters of many ids at once."""
    if not len(first17):
        return first17
    digits = first17.astype("U17").view(np.uint32).reshape(len(first17), 17).astype(np.int64) - ord("0")
    return np.array(list(ID_CHECKS))[(digits @ np.array(ID_WEIGHTS)) % 11]


def genders(ids: Strings) -> Strings:
    """The gender that an id states: an odd 17th digit is a man's."""
    return np.array([("female", "male")[int(number[16]) % 2] for number in ids], dtype="U6")


def add_months(day: date, months: int) -> date:
    """The first day of the month `months` after the month of `day`."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
