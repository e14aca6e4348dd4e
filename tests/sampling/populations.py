"""Populations made up for the tests of samples."""

import random
from decimal import Decimal

import polars as pl

SCHEMA = {"row_key": pl.String, "amount": pl.Decimal(18, 2), "provider": pl.String, "item": pl.String}


def population(rows: int, seed: int = 1, refunds: bool = True) -> pl.DataFrame:
    """Payments of some providers for some items: many small, a few large, some refunds and zeros."""
    made = random.Random(seed)
    found = []
    for number in range(rows):
        fen = int(made.lognormvariate(9, 1.5))
        if refunds and made.random() < 0.05:
            fen = made.choice([0, -fen])
        found.append(
            (f"P{number:05d}", Decimal(fen).scaleb(-2), f"provider{made.randint(1, 4)}", made.choice(["meal", "bath"]))
        )
    return pl.DataFrame(found, schema=SCHEMA, orient="row")


def of_fen(amounts: list[int]) -> pl.DataFrame:
    """A population of these amounts, keyed k0, k1, ..."""
    rows = [(f"k{number}", Decimal(fen).scaleb(-2), "", "") for number, fen in enumerate(amounts)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")
