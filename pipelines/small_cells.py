"""Hiding small counts of people in tables by place, so that nobody works them out from what stays. Pure.

Counts from 1 to threshold - 1 are hidden, and as many others as it takes (secondary suppression). A table is safe if for
each hidden small count there are two other tables of whole numbers of at least 0, equal in everything that is published,
in which the count is at most 1 and at least the threshold. What anybody can work out of it is then no narrower than what the
rule itself says of it (1 to threshold - 1), and not even that it is small. Exact disclosure, and ranges within the small
counts, are special cases of what this excludes.

Which other cells are hidden is found one small count at a time, by the cheapest change of the table that moves it far
enough (Kelly, Golden and Assad 1992; Willenborg and de Waal 2001, chapter 6; Castro 2012): the cells that move are hidden.
Costs come from a lot over the cells' labels and from how much a total sums up, never from the counts: a cell chosen by its
size would give its size away (Wong and others 2007, 'minimality attack'). Totals are hidden only where nothing else helps.

Tables that share cells (the same totals by place, once by age and once by category) are made safe together: a cell is known
by its labels. What is derived from a hidden count (a share, a rate, a mean) is hidden with it; a share of which both
counts stand is no news.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
import polars as pl
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csr_array, hstack

from pipelines.seed_rows import policy_rows

Cell = frozenset[tuple[str, str]]
"""A cell by its labels: dimension and value. What it sums over is left out; the grand total has none."""


@dataclass(frozen=True)
class Sum:
    """A cell that is the sum of others."""

    total: Cell
    parts: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """Counts of people by cell, and which cells are sums of which."""

    counts: Mapping[Cell, int]
    sums: tuple[Sum, ...]


@cache
def threshold(day: str) -> int:
    """The smallest count that is published, in force on a day (written 2025-06-30). Raises `KeyError` where none is."""
    for row in policy_rows("publication_limits"):
        in_force = row["valid_from"] <= day and (not row["valid_to"] or day <= row["valid_to"])
        if row["limit_name"] == "small_cell_threshold" and in_force:
            return int(row["value"])
    raise KeyError("small_cell_threshold")


def _prefixes(nest: Sequence[str], row: Mapping[str, str]) -> list[tuple[tuple[str, str], ...]]:
    return [tuple((name, row[name]) for name in nest[:depth]) for depth in range(len(nest) + 1)]


def table_of(leaves: pl.DataFrame, nests: Sequence[Sequence[str]], count: str) -> Table:
    """The table with all its totals.

    leaves: one row per combination of the innermost labels; better with the zeros than without them, so that there is more
    to choose from. nests: dimensions, each as its columns from the outermost in ((county, street), (age,)).
    """
    counts: dict[Cell, int] = {}
    parts: dict[tuple[Cell, int], set[Cell]] = {}
    for row in leaves.iter_rows(named=True):
        labels = {name: str(row[name]) for nest in nests for name in nest}
        paths = [_prefixes(nest, labels) for nest in nests]
        for place in product(*(range(len(path)) for path in paths)):
            cell = _cell(paths, place)
            counts[cell] = counts.get(cell, 0) + int(row[count])
            for nest, depth in enumerate(place):
                if depth < len(nests[nest]):
                    deeper = (*place[:nest], depth + 1, *place[nest + 1 :])
                    parts.setdefault((cell, nest), set()).add(_cell(paths, deeper))
    sums = tuple(Sum(total, tuple(sorted(found, key=sorted))) for (total, _), found in parts.items())
    return Table(counts, sums)


def _cell(paths: Sequence[Sequence[tuple[tuple[str, str], ...]]], place: Sequence[int]) -> Cell:
    return frozenset(label for path, depth in zip(paths, place, strict=True) for label in path[depth])


def joined(tables: Iterable[Table]) -> Table:
    """Several tables as one, held together by the cells that they share. Raises `ValueError` where such a cell differs."""
    counts: dict[Cell, int] = {}
    sums: dict[Sum, None] = {}
    for table in tables:
        for cell, count in table.counts.items():
            if counts.setdefault(cell, count) != count:
                raise ValueError(f"{sorted(cell)} is {counts[cell]} in one table and {count} in another")
        sums.update(dict.fromkeys(table.sums))
    return Table(counts, tuple(sums))


_WHOLE = 1e-6
"""What the solver may miss a whole number by."""


class _Changes:
    """The ways in which a table can change while its sums stay right: a linear programme over the changes of all cells."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.cells = sorted(table.counts, key=sorted)
        place = {cell: index for index, cell in enumerate(self.cells)}
        self.counts = np.array([table.counts[cell] for cell in self.cells], dtype=float)
        # In an order of their own: of two equally cheap changes the solver takes one or the other by the order of rows.
        equations = sorted(table.sums, key=lambda found: (sorted(found.total), [sorted(part) for part in found.parts]))
        members = [
            (row, place[cell], sign)
            for row, equation in enumerate(equations)
            for cell, sign in ((equation.total, -1.0), *((part, 1.0) for part in equation.parts))
        ]
        at = ([row for row, _, _ in members], [column for _, column, _ in members])
        signs, shape = np.array([sign for _, _, sign in members]), (len(table.sums), len(self.cells))
        self.sums = csr_array(coo_array((signs, at), shape=shape))
        self.drops = csr_array(coo_array((-signs, at), shape=shape))
        self.costs = np.array([_lot(cell) for cell in self.cells]) * self._summed_up(table)

    def _summed_up(self, table: Table) -> np.ndarray:
        """How much dearer a total is than a cell that sums up nothing."""
        parts = {}
        for equation in table.sums:
            parts.setdefault(equation.total, []).append(equation.parts)

        @cache
        def size(cell: Cell) -> int:
            return max((sum(size(part) for part in group) for group in parts.get(cell, [])), default=1)

        return np.array([1.0 if cell not in parts else 1000.0 * size(cell) for cell in self.cells])

    def cheapest(self, cell: int, change: int, is_hidden: np.ndarray) -> np.ndarray:
        """The counts after the cheapest change of whole numbers that moves a cell by `change`; hidden cells move freely."""
        # Mostly the cells that are hidden already are enough, and their programme is much smaller.
        moves = self._moves(cell, change, np.flatnonzero(is_hidden), np.ones(len(self.cells)))
        if moves is None:
            moves = self._moves(cell, change, np.arange(len(self.cells)), np.where(is_hidden, 1e-6, self.costs))
        if moves is None:
            raise AssertionError("a table without any published count can always be another one")
        return self.counts + moves

    def together(self, cells: np.ndarray, aims: np.ndarray, is_hidden: np.ndarray) -> np.ndarray:
        """Counts in which as many of the cells as possible have moved to their aims, by moves of hidden cells alone."""
        movable = np.flatnonzero(is_hidden)
        own, changes = np.searchsorted(movable, cells), aims - self.counts[cells]
        low, high = -self.counts[movable], np.full(len(movable), np.inf)
        low[own], high[own] = np.where(changes > 0, low[own], changes), np.where(changes > 0, changes, high[own])
        pull = np.zeros(len(movable))
        pull[own] = -np.sign(changes)
        limits, zeros = np.column_stack([low, high]), np.zeros(len(self.table.sums))
        found = linprog(pull, A_eq=self.sums[:, movable], b_eq=zeros, bounds=limits, method="highs-ds").x
        moved = self.counts.copy()
        if found is not None and np.abs(found - np.round(found)).max() <= _WHOLE:
            moved[movable] += np.round(found)
        return moved

    def _moves(self, cell: int, change: int, movable: np.ndarray, costs: np.ndarray) -> np.ndarray | None:
        width = len(movable)
        # Ups and downs apart, so that both cost.
        apart = hstack([self.sums[:, movable], self.drops[:, movable]], format="csr")
        both, zeros = np.tile(costs[movable], 2), np.zeros(len(self.table.sums))
        low = np.zeros(2 * width)
        high = np.concatenate([np.full(width, np.inf), self.counts[movable]])
        own = int(np.searchsorted(movable, cell))
        low[own] = high[own] = max(change, 0)
        low[width + own] = high[width + own] = max(-change, 0)
        found = linprog(both, A_eq=apart, b_eq=zeros, bounds=np.column_stack([low, high]), method="highs-ds").x
        if found is not None and np.abs(found - np.round(found)).max() > _WHOLE:
            whole = LinearConstraint(apart, zeros, zeros)
            found = milp(both, constraints=whole, integrality=np.ones(2 * width), bounds=Bounds(low, high)).x
        if found is None:
            return None
        moves = np.zeros(len(self.cells))
        moves[movable] = np.round(found[:width]) - np.round(found[width:])
        return moves


def _lot(cell: Cell) -> float:
    """Between 1 and 2, by the labels alone."""
    text = "|".join(f"{name}={value}" for name, value in sorted(cell))
    return 1 + int(hashlib.sha256(text.encode()).hexdigest()[:12], 16) / 16**12


def hidden_cells(table: Table, smallest: int) -> frozenset[Cell]:
    """The cells to hide, so that no count from 1 to `smallest` - 1 can be worked out (see above for how safe that is)."""
    changes = _Changes(table)
    counts = changes.counts
    is_small = (counts >= 1) & (counts < smallest)
    is_hidden = is_small.copy()
    lowest, highest = counts.copy(), counts.copy()
    for aim in (smallest, 1):
        left = np.flatnonzero(is_small & ((lowest > aim) | (highest < aim)))
        while left.size:
            other = changes.together(left, np.full(left.size, float(aim)), is_hidden)
            lowest, highest = np.minimum(lowest, other), np.maximum(highest, other)
            still = left[(lowest[left] > aim) | (highest[left] < aim)]
            if still.size == left.size:
                other = changes.cheapest(int(left[0]), int(aim - counts[left[0]]), is_hidden)
                is_hidden |= other != counts
                lowest, highest = np.minimum(lowest, other), np.maximum(highest, other)
                still = left[(lowest[left] > aim) | (highest[left] < aim)]
            left = still
    return frozenset(changes.cells[index] for index in np.flatnonzero(is_hidden))


def suppressed(
    leaves: pl.DataFrame, nests: Sequence[Sequence[str]], count: str, hidden: frozenset[Cell]
) -> pl.DataFrame:
    """The table as it is published: a row per cell with its labels (null: all), the count (null: hidden), `is_hidden`."""
    table = table_of(leaves, nests, count)
    names = [name for nest in nests for name in nest]
    rows = []
    for cell in sorted(table.counts, key=sorted):
        labels = dict(cell)
        is_hidden = cell in hidden
        rows.append([*(labels.get(name) for name in names), None if is_hidden else table.counts[cell], is_hidden])
    schema = {**dict.fromkeys(names, pl.String), count: pl.Int64, "is_hidden": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def publishable(leaves: pl.DataFrame, nests: Sequence[Sequence[str]], count: str, smallest: int) -> pl.DataFrame:
    """One table, made safe on its own. Tables that share totals are `joined` first and hidden together."""
    return suppressed(leaves, nests, count, hidden_cells(table_of(leaves, nests, count), smallest))


def with_shares(published: pl.DataFrame, within: Sequence[str], count: str) -> pl.DataFrame:
    """The published table with each cell's `share` of its total over the columns `within`; null where either is hidden."""
    others = [name for name in published.columns if name not in {*within, count, "is_hidden"}]
    totals = published.filter(*(pl.col(name).is_null() for name in within)).select(*others, _total=pl.col(count))
    share = pl.col(count) / pl.col("_total")
    return (
        published.join(totals, on=others, how="left", nulls_equal=True, maintain_order="left")
        .with_columns(share=pl.when(pl.col("_total") > 0).then(share))
        .drop("_total")
    )


def with_measures_hidden(published: pl.DataFrame, measures: Sequence[str]) -> pl.DataFrame:
    """The table with what else is said of a cell (hours, yuan, means) hidden where its count is."""
    return published.with_columns(pl.when(~pl.col("is_hidden")).then(pl.col(name)).alias(name) for name in measures)
