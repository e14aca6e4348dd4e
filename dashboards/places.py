"""What divisions are called wherever a code stands."""

from functools import lru_cache

import polars as pl

from pipelines.divisions import path_of


@lru_cache(maxsize=10_000)
def place_name(code: str | None) -> str:
    """The name of a division from its city on, or of a province; the code where no name is known.

    One name for both languages: it also stands in the address of the page.
    """
    path = path_of(code) if code else []
    names = [division.name for division in path if division.name not in {"市辖区", "县"}]
    return "".join(names[1:] or names) or (code or "")


def place_names(codes: pl.Series) -> pl.Series:
    """The names of a column of divisions; none where there is no code."""
    return pl.Series([None if code is None else place_name(code) for code in codes], dtype=pl.String)


def labelled(code: str) -> str:
    """Name and code."""
    name = place_name(code)
    return f"{name} {code}" if name != code else code
