"""Check digits: citizens' numbers (GB 11643-1999) and unified social credit codes (GB 32100-2015).

Pure, a column at a time. What a person's number is replaced by stands in `pipelines.vault`.
"""

import numpy as np
import polars as pl

_ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)
_ID_CHECKS = np.frombuffer(b"10X98765432", dtype=np.uint8)
_CREDIT_ALPHABET = b"0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V, Z
_CREDIT_WEIGHTS = np.array([pow(3, place, 31) for place in range(17)], dtype=np.int64)

_ID_18 = r"^[0-9]{17}[0-9X]$"
_ID_15 = r"^[0-9]{15}$"
_CREDIT = r"^[0-9A-HJ-NPQRTUWXY]{18}$"


def _letters(texts: pl.Series, width: int) -> np.ndarray:
    """The ASCII bytes of texts that all have `width` characters, a row each."""
    return np.frombuffer("".join(texts.to_list()).encode("ascii"), dtype=np.uint8).reshape(-1, width)


def id_check_characters(first_17: pl.Series) -> pl.Series:
    """The check character (GB 11643-1999) of each text of 17 digits."""
    digits = _letters(first_17, 17).astype(np.int64) - ord("0")
    checks = _ID_CHECKS[(digits @ _ID_WEIGHTS) % 11]
    return pl.Series([chr(byte) for byte in checks.tolist()], dtype=pl.String)


def credit_check_characters(first_17: pl.Series) -> pl.Series:
    """The check character (GB 32100-2015) of each text of 17 permitted characters."""
    values = np.zeros(128, dtype=np.int64)
    values[np.frombuffer(_CREDIT_ALPHABET, dtype=np.uint8)] = np.arange(31)
    remainders = (values[_letters(first_17, 17)] @ _CREDIT_WEIGHTS) % 31
    return pl.Series([chr(_CREDIT_ALPHABET[(31 - rest) % 31]) for rest in remainders.tolist()], dtype=pl.String)


def _scattered(length: int, places: pl.Series, values: pl.Series) -> pl.Series:
    """A column of `length` with `values` at `places` and null elsewhere."""
    frame = pl.DataFrame({"place": pl.int_range(0, length, dtype=pl.UInt32, eager=True)})
    found = pl.DataFrame({"place": places.cast(pl.UInt32), "value": values})
    return frame.join(found, on="place", how="left", maintain_order="left")["value"]


def canonical_id_cards(texts: pl.Series) -> pl.Series:
    """The 18-character form of citizens' numbers: 15 digits are of the century 19, x is upper case; null where malformed."""
    upper = texts.str.to_uppercase()
    is_old = upper.str.contains(_ID_15)
    frame = pl.DataFrame({"text": upper}).with_columns(value=pl.when(pl.col("text").str.contains(_ID_18)).then("text"))
    if not is_old.any():
        return frame["value"]
    old = upper.filter(is_old)
    first_17 = old.str.slice(0, 6) + "19" + old.str.slice(6)
    upgraded = _scattered(len(texts), is_old.arg_true(), first_17 + id_check_characters(first_17))
    return frame.with_columns(upgraded=upgraded).select(pl.coalesce("value", "upgraded")).to_series()


def birth_dates(canonical: pl.Series) -> pl.Series:
    """The birth dates inside canonical citizens' numbers; null where there is no such day."""
    return canonical.str.slice(6, 8).str.strptime(pl.Date, "%Y%m%d", strict=False)


def check_id_cards(texts: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Canonical numbers; which of them have a wrong check digit; which are no numbers or have an impossible birth date."""
    canonical = canonical_id_cards(texts)
    fits = canonical.is_not_null()
    wrong = pl.Series([False]).new_from_index(0, len(texts))
    if fits.any():
        good = canonical.drop_nulls()
        expected = _scattered(len(texts), fits.arg_true(), id_check_characters(good.str.slice(0, 17)))
        wrong = (canonical.str.slice(17) != expected).fill_null(False)
    born = birth_dates(canonical)
    malformed = ~wrong & (born.is_null() | (canonical.str.slice(6, 4) == "0000").fill_null(False))
    return pl.select(pl.when(wrong | malformed).then(None).otherwise(canonical)).to_series(), wrong, malformed


def check_credit_codes(texts: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Upper-case credit codes; which of them have a wrong check character; which are no such codes."""
    upper = texts.str.to_uppercase()
    fits = upper.str.contains(_CREDIT)
    wrong = pl.Series([False]).new_from_index(0, len(texts))
    if fits.any():
        expected = _scattered(len(texts), fits.arg_true(), credit_check_characters(upper.filter(fits).str.slice(0, 17)))
        wrong = (upper.str.slice(17) != expected).fill_null(False)
    return pl.select(pl.when(fits & ~wrong).then(upper)).to_series(), wrong, ~fits
