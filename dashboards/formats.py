"""Numbers in the forms that the users write: money in 万元, shares in percent, days as 2025-03-31."""

from collections.abc import Sequence
from decimal import Decimal

import polars as pl

from pipelines.explaining import plain_number

WAN = 10_000


def wan(yuan: float | Decimal | None, places: int = 2) -> str:
    """Yuan as 万元, without the unit."""
    return "" if yuan is None else f"{float(yuan) / WAN:,.{places}f}"


def yuan(amount: float | Decimal | None) -> str:
    """Yuan to the cent."""
    return "" if amount is None else f"{float(amount):,.2f}"


def figure(value: Decimal | float | None, unit: str) -> str:
    """A figure in its unit, without the unit: money to the cent, others as they are."""
    if value is None:
        return ""
    return yuan(value) if unit == "yuan" else plain_number(value)


def share(value: float | None) -> str:
    """A share in percent."""
    return "" if value is None else f"{value:.1%}"


def in_wan(column: str) -> pl.Expr:
    """A column of yuan as 万元, to two places."""
    return (pl.col(column).cast(pl.Float64) / WAN).round(2)


def median(values: Sequence[float]) -> float | None:
    """The median, or None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
