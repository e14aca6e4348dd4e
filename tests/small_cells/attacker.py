"""Who knows all that is published, and linear programming."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
import polars as pl
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csc_array

from pipelines.small_cells import Table

THRESHOLD = 11
Nests = Sequence[Sequence[str]]


class Attacker:
    """Knows published tables alone: their counts, that totals are sums, and shares rounded to a tenth of a percent."""

    def __init__(self, tables: Sequence[tuple[pl.DataFrame, Nests]]) -> None:
        self.places: dict[frozenset[tuple[str, str]], int] = {}
        self.low: list[float] = []
        self.high: list[float] = []
        self.rows: list[tuple[dict[int, float], float, float]] = []
        for published, nests in tables:
            for row in published.iter_rows(named=True):
                self._learn(self._labels(row, nests), row["n"])
        for published, nests in tables:
            rows = list(published.iter_rows(named=True))
            for row, nest in product(rows, nests):
                self._learn_sums(rows, row, nests, nest)
            if "share" in published.columns:
                for row in rows:
                    self._learn_share(row, nests)

    @staticmethod
    def _labels(row: Mapping[str, Any], nests: Nests) -> frozenset[tuple[str, str]]:
        return frozenset((name, row[name]) for nest in nests for name in nest if row[name] is not None)

    def _learn(self, cell: frozenset[tuple[str, str]], count: int | None) -> None:
        if cell not in self.places:
            self.places[cell] = len(self.low)
            self.low.append(0)
            self.high.append(np.inf)
        if count is not None:
            self.low[self.places[cell]] = self.high[self.places[cell]] = count

    def _learn_sums(self, rows: list[dict[str, str]], row: dict[str, str], nests: Nests, nest: Sequence[str]) -> None:
        empty = [name for name in nest if row[name] is None]
        if not empty:
            return
        own = self._labels(row, nests)
        parts = [
            labels
            for other in rows
            if (labels := self._labels(other, nests)) > own and {name for name, _ in labels - own} == {empty[0]}
        ]
        equation = {self.places[own]: -1.0, **{self.places[part]: 1.0 for part in parts}}
        self.rows.append((equation, 0, 0))

    def _learn_share(self, row: Mapping[str, Any], nests: Nests) -> None:
        if row["share"] is not None:
            labels = self._labels(row, nests)
            whole = frozenset(label for label in labels if label[0] != nests[-1][-1])
            share = round(row["share"], 3)
            for sign in (1, -1):
                limit = {self.places[labels]: sign, self.places[whole]: -sign * (share + sign * 0.0005)}
                if labels != whole:
                    self.rows.append((limit, -np.inf, 1e-9))

    @cached_property
    def known(self) -> LinearConstraint:
        known = [(line, *pair) for line, (row, _, _) in enumerate(self.rows) for pair in row.items()]
        lines, places, factors = zip(*known, strict=True)
        matrix = coo_array((factors, (lines, places)), shape=(len(self.rows), len(self.low)))
        return LinearConstraint(csc_array(matrix), [row[1] for row in self.rows], [row[2] for row in self.rows])

    def range_of(self, cell: frozenset[tuple[str, str]]) -> tuple[float, float]:
        """The least and the greatest whole count that fits all that is known; the greatest is sought up to 100,000."""
        limits, whole = Bounds(self.low, np.minimum(self.high, 1e5)), np.ones(len(self.low))
        aim = np.zeros(len(self.low))
        aim[self.places[cell]] = 1
        least = milp(aim, constraints=self.known, bounds=limits, integrality=whole).fun
        most = -milp(-aim, constraints=self.known, bounds=limits, integrality=whole).fun
        return round(least), round(most)


def small(table: Table) -> list[frozenset[tuple[str, str]]]:
    return [cell for cell, count in table.counts.items() if 1 <= count < THRESHOLD]


def learned(tables: Sequence[tuple[pl.DataFrame, Nests]], truth: Table) -> list[tuple[int, float, float]]:
    """Small counts of which the attacker learns more than that they are hidden: with what is known of them."""
    attacker = Attacker(tables)
    ranges = [(truth.counts[cell], *attacker.range_of(cell)) for cell in small(truth)]
    assert all(low <= count <= high for count, low, high in ranges), "the attacker's reasoning is wrong"
    return [(count, low, high) for count, low, high in ranges if low > 1 or high < THRESHOLD]
