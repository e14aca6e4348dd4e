"""Rows of one file with one key: equal rows are one row, different rows are all quarantined.

Keys are compared through 64-bit hashes of all rows, which fit into memory for any file; only rows whose hash occurs twice
are looked at themselves.
"""

from dataclasses import dataclass, field

import numpy as np
import polars as pl

_SEED = 20170118


def hashes(rows: pl.DataFrame, columns: list[str]) -> np.ndarray:
    """A hash of each row over some columns; lists count by their members in order."""
    lists = [name for name in columns if isinstance(rows.schema[name], pl.List)]
    plain = rows.select(columns).with_columns(pl.col(name).list.join("|") for name in lists)
    return plain.hash_rows(seed=_SEED).to_numpy()


@dataclass
class KeysOfAFile:
    """The hashes of keys and of whole rows, block after block, in the order of the file."""

    keys: list[np.ndarray] = field(default_factory=list)
    rows: list[np.ndarray] = field(default_factory=list)

    def add(self, rows: pl.DataFrame, key: list[str], known: list[str]) -> None:
        """Note the accepted rows of a block; `known` are all columns in which equal rows must agree."""
        self.keys.append(hashes(rows, key))
        self.rows.append(hashes(rows, known))

    def repeated(self) -> np.ndarray:
        """The places (over the whole file, ascending) of rows whose key's hash occurs more than once."""
        if not self.keys:
            return np.array([], dtype=np.int64)
        keys = np.concatenate(self.keys)
        ordered = np.sort(keys)
        twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
        if not len(twice):
            return np.array([], dtype=np.int64)
        return np.flatnonzero(np.isin(keys, twice))

    def row_hashes(self, places: np.ndarray) -> np.ndarray:
        """The hashes of whole rows at some places."""
        return np.concatenate(self.rows)[places]


def judge(places: np.ndarray, keys: pl.DataFrame, row_hashes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of rows that may share a key: the places of superfluous equal rows, and of all rows in conflict.

    `keys` holds the keys themselves, a row for each place, in the order of the file.
    """
    key = pl.struct(keys.columns)
    frame = keys.with_columns(place=pl.Series(places, dtype=pl.Int64), row=pl.Series(row_hashes, dtype=pl.UInt64))
    frame = frame.with_columns(
        versions=pl.col("row").n_unique().over(key), first=pl.col("place").min().over(key), height=pl.len().over(key)
    )
    shared = frame.filter(pl.col("height") > 1)
    conflicts = shared.filter(pl.col("versions") > 1)["place"]
    duplicates = shared.filter((pl.col("versions") == 1) & (pl.col("place") != pl.col("first")))["place"]
    return duplicates.sort().to_numpy(), conflicts.sort().to_numpy()
