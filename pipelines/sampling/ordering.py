"""What makes a draw repeatable: the order that a seed gives to a population, and the hashes that say which rows it was.

All of it can be repeated in any language, from these definitions alone; no row's place in a file or table matters.

* order: by the hexadecimal SHA-256 of `seed|row_key` (UTF-8), ascending;
* random start of an interval of U fen: 1 + (SHA-256 of `seed|start`, read as a whole number, modulo U);
* hash of a population: SHA-256 of the lines `row_key|amount` (yuan with two places, newline after each), sorted by the
  bytes of row_key in UTF-8.
"""

import hashlib
from decimal import Decimal

import polars as pl
import polars_hash as plh

from pipelines.sampling.problems import UnfitPopulation

_SLICE = 1_000_000


def checked(population: pl.DataFrame) -> pl.DataFrame:
    """The population, if every row has a key of its own and an amount. Raises `UnfitPopulation`."""
    if population.is_empty():
        raise UnfitPopulation("the population has no row")
    keys = population["row_key"]
    if keys.null_count() or (keys == "").any():
        raise UnfitPopulation("a row of the population has no key")
    if keys.n_unique() != keys.len():
        twice = keys.filter(keys.is_duplicated()).sort()[0]
        raise UnfitPopulation(f"the key {twice!r} stands in more than one row of the population")
    if keys.str.contains(r"[\x00-\x1f\x7f]").any():
        raise UnfitPopulation("a key of the population holds a line break or another control character")
    if population["amount"].null_count():
        raise UnfitPopulation("a row of the population has no amount")
    return population


def in_fen(yuan: pl.Expr) -> pl.Expr:
    """Yuan as whole fen."""
    return (yuan.cast(pl.Decimal(18, 2)) * 100).cast(pl.Int64)


def yuan(fen: int) -> Decimal:
    """Fen as yuan."""
    return Decimal(fen).scaleb(-2)


def ordered(population: pl.DataFrame, seed: str) -> pl.DataFrame:
    """The rows in the order that the seed gives them."""
    digests = population.select(text=pl.concat_str(pl.lit(f"{seed}|"), "row_key")).select(
        plh.col("text").chash.sha2_256()
    )
    return population.with_columns(digests.to_series().alias("_digest")).sort("_digest", "row_key").drop("_digest")


def random_start(seed: str, interval_fen: int) -> int:
    """The first fen that is drawn of an interval: 1 to its width."""
    return 1 + int(hashlib.sha256(f"{seed}|start".encode()).hexdigest(), 16) % interval_fen


def population_hash(rows: pl.DataFrame, *more: str) -> str:
    """The hash of keys and amounts, whatever the order of the rows; `more` columns stand before the amount."""
    texts = [
        pl.col("row_key"),
        *(pl.col(name) for name in more),
        pl.col("amount").cast(pl.Decimal(18, 2)).cast(pl.String),
    ]
    lines = rows.sort("row_key").select(pl.concat_str(texts, separator="|"))["row_key"]
    digest = hashlib.sha256()
    for start in range(0, lines.len(), _SLICE):
        digest.update("".join(f"{line}\n" for line in lines.slice(start, _SLICE)).encode())
    return digest.hexdigest()
