"""Drawing a sample: simple random, stratified, and by monetary units. Pure: population and plan in, draw out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Literal

import polars as pl

from pipelines.sampling.ordering import checked, in_fen, ordered, population_hash, random_start
from pipelines.sampling.problems import SizeProblem, UnfitPopulation
from pipelines.sampling.sizes import allocate, attribute_size, monetary_interval

Method = Literal["simple", "stratified", "monetary_unit"]
Allocation = Literal["proportional", "neyman"]

# Strata of a draw by monetary units: taken whole, drawn from, and outside (nothing to overstate at zero or below).
TOP, DRAWN, OUTSIDE = "top", "drawn", "outside"
WHOLE = "whole"
"""The one stratum of a simple draw."""


@dataclass(frozen=True)
class Stratum:
    """A part of the population: its rows and yuan (as fen), and how many of its rows were drawn."""

    name: str
    rows: int
    fen: int
    drawn: int


@dataclass(frozen=True)
class Draw:
    """A sample with all that is needed to draw it again from the same population.

    `sample` has the population's columns and `stratum`, in the order of drawing within each stratum.
    """

    method: Method
    seed: str
    rows: int
    fen: int
    population_hash: str
    strata: tuple[Stratum, ...]
    sample: pl.DataFrame
    interval_fen: int | None = None
    start_fen: int | None = None

    @property
    def sample_hash(self) -> str:
        """The hash of the drawn rows: their keys, strata and amounts."""
        return population_hash(self.sample, "stratum")


def _strata(population: pl.DataFrame, sample: pl.DataFrame) -> tuple[Stratum, ...]:
    sizes = population.group_by("stratum").agg(rows=pl.len(), fen=in_fen(pl.col("amount")).sum())
    drawn = sample.group_by("stratum").agg(drawn=pl.len())
    joined = sizes.join(drawn, on="stratum", how="left").with_columns(pl.col("drawn").fill_null(0)).sort("stratum")
    return tuple(Stratum(*row) for row in joined.select("stratum", "rows", "fen", "drawn").iter_rows())


def _drawn(
    method: Method, population: pl.DataFrame, sample: pl.DataFrame, seed: str, interval: tuple[int, int] | None = None
) -> Draw:
    return Draw(
        method,
        seed,
        population.height,
        int(population.select(in_fen(pl.col("amount")).sum()).item()),
        population_hash(population),
        _strata(population, sample),
        sample,
        *(interval or (None, None)),
    )


def _wanted(size: int) -> int:
    if size < 1:
        raise SizeProblem("a sample needs at least one row")
    return size


def simple(population: pl.DataFrame, seed: str, size: int) -> Draw:
    """A simple random sample without replacement: the first rows in the seed's order."""
    rows = checked(population).with_columns(stratum=pl.lit(WHOLE))
    return _drawn("simple", rows, ordered(rows, seed).head(_wanted(size)), seed)


def amount_class(bounds: Sequence[Decimal]) -> pl.Expr:
    """The class of a row's amount: below the first bound, from a bound to below the next, from the last bound up."""
    edges = sorted(bounds)
    names = [f"<{edges[0]}", *(f"{low}-<{high}" for low, high in pairwise(edges)), f">={edges[-1]}"]
    found = pl.lit(names[0])
    for edge, name in zip(edges, names[1:], strict=True):
        found = pl.when(pl.col("amount") >= edge).then(pl.lit(name)).otherwise(found)
    return found


def stratum_of(by: Sequence[str], bounds: Sequence[Decimal]) -> pl.Expr:
    """The name of a row's stratum: the values it is stratified by, joined with ` | `."""
    parts = [amount_class(bounds) if name == "amount" else pl.col(name).cast(pl.String).fill_null("") for name in by]
    return pl.concat_str(parts, separator=" | ")


def stratified(
    population: pl.DataFrame,
    seed: str,
    size: int,
    by: Sequence[str],
    bounds: Sequence[Decimal],
    allocation: Allocation,
    minimum: int,
) -> Draw:
    """A stratified random sample: of each stratum the first rows in the seed's order.

    by: columns of the population, or `amount` for the classes that `bounds` make. allocation: by rows, or by rows times
    the standard deviation of the amounts (Neyman).
    """
    rows = checked(population).with_columns(stratum=stratum_of(by, bounds))
    deviation = in_fen(pl.col("amount")).std(ddof=0)
    strata = rows.group_by("stratum").agg(rows=pl.len(), deviation=deviation).sort("stratum")
    counts = strata["rows"].to_list()
    spread = strata["deviation"].to_list() if allocation == "neyman" else [1.0] * len(counts)
    weights = [count * deviation for count, deviation in zip(counts, spread, strict=True)]
    sizes = allocate(counts, weights, _wanted(size), minimum)
    wanted = strata.select("stratum").with_columns(wanted=pl.Series(sizes, dtype=pl.Int64))
    place = pl.int_range(pl.len()).over("stratum")
    sample = (
        ordered(rows, seed)
        .with_columns(place=place)
        .join(wanted, on="stratum", maintain_order="left")
        .filter(pl.col("place") < pl.col("wanted"))
        .drop("place", "wanted")
        .sort("stratum", maintain_order=True)
    )
    return _drawn("stratified", rows, sample, seed)


def monetary_unit(population: pl.DataFrame, seed: str, interval_fen: int) -> Draw:
    """A monetary-unit sample (Leslie, Teitlebaum and Anderson 1979): every row of at least an interval, and of the others
    the rows in which every interval-th fen lies, counted from a random start through the rows in the seed's order.

    Rows of zero or less have no unit to draw; they stand apart and are counted.
    """
    fen = in_fen(pl.col("amount"))
    stratum = (
        pl.when(fen >= interval_fen).then(pl.lit(TOP)).when(fen > 0).then(pl.lit(DRAWN)).otherwise(pl.lit(OUTSIDE))
    )
    rows = checked(population).with_columns(stratum=stratum)
    if not rows.filter(pl.col("stratum") != OUTSIDE).height:
        raise UnfitPopulation("no row of the population has an amount above zero")
    start = random_start(seed, interval_fen)
    in_order = ordered(rows, seed)
    # Units start, start + interval, ... : a row holds one if the count of them grows within it.
    reached = (in_fen(pl.col("amount")).cum_sum() - start) // interval_fen
    drawn = in_order.filter(pl.col("stratum") == DRAWN).filter(reached > reached.shift(1, fill_value=-1))
    top = in_order.filter(pl.col("stratum") == TOP)
    return _drawn("monetary_unit", rows, pl.concat([drawn, top]), seed, (interval_fen, start))


def interval_for(population: pl.DataFrame, size: int) -> int:
    """The interval that gives about `size` rows: the amounts above zero shared among them, in fen."""
    total = int(population.select(in_fen(pl.col("amount")).clip(lower_bound=0).sum()).item())
    return max(1, math.floor(total / _wanted(size)))


@dataclass(frozen=True)
class Plan:
    """What is asked of a draw. The tolerable and the expected error are yuan for monetary units, else a rate of rows.

    size: rows wanted; None: as many as confidence, tolerable and expected error need. by, bounds, allocation and minimum
    matter to a stratified draw alone.
    """

    method: Method
    seed: str
    confidence: float
    tolerable: Decimal | None = None
    expected: Decimal = Decimal(0)
    size: int | None = None
    by: tuple[str, ...] = ()
    bounds: tuple[Decimal, ...] = ()
    allocation: Allocation = "proportional"
    minimum: int = 2


def _interval(population: pl.DataFrame, plan: Plan) -> int:
    if plan.size is not None:
        return interval_for(population, plan.size)
    if plan.tolerable is None:
        raise SizeProblem("a draw needs a size or a tolerable error")
    return monetary_interval(int(plan.tolerable * 100), int(plan.expected * 100), plan.confidence)


def _size(population: pl.DataFrame, plan: Plan) -> int:
    if plan.size is not None:
        return plan.size
    if plan.tolerable is None:
        raise SizeProblem("a draw needs a size or a tolerable error")
    return attribute_size(plan.confidence, float(plan.tolerable), float(plan.expected), population.height)


def draw(population: pl.DataFrame, plan: Plan) -> Draw:
    """Draw as planned. Raises `UnfitPopulation` and `SizeProblem`."""
    if not 0 < plan.confidence < 1:
        raise SizeProblem(f"a confidence of {plan.confidence} is not between 0 and 1")
    match plan.method:
        case "simple":
            return simple(population, plan.seed, _size(population, plan))
        case "stratified":
            size = _size(population, plan)
            if not plan.by or ("amount" in plan.by) != bool(plan.bounds):
                raise SizeProblem("a stratified draw says by what; classes of the amount need bounds, and only they")
            return stratified(
                population, plan.seed, size, plan.by, plan.bounds, plan.allocation, plan.minimum
            )  # fmt: skip
        case "monetary_unit":
            return monetary_unit(population, plan.seed, _interval(population, plan))
