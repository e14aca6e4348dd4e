"""How many of the people entitled to a service got it, by place and group, with small counts hidden."""

from collections.abc import Iterator
from itertools import product

import polars as pl

from pipelines.small_cells import Table, hidden_cells, joined, suppressed, table_of
from pipelines.statistics import wilson

DIMENSIONS = ("age", "category", "living")
_PLACE = ("county", "street")
_SERVED = "is_served"
_COUNT = "people"

_SCHEMA = {
    "jurisdiction": pl.String,
    "county": pl.String,
    "street": pl.String,
    "dimension": pl.String,
    "people": pl.String,
    "entitled": pl.Int64,
    "served": pl.Int64,
    "rate": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "is_hidden": pl.Boolean,
}


def _leaves(people: pl.DataFrame, dimension: str) -> pl.DataFrame:
    """Counts of every street and group, served and not: those of 0 too, so that there is more to choose from."""
    keys = [*_PLACE, dimension, _SERVED]
    counts = people.group_by(keys).agg(pl.col(_COUNT).sum())
    streets = people.select(_PLACE).unique().sort(_PLACE).rows()
    groups = people[dimension].unique().sort().to_list()
    every = [(*place, group, served) for place, group, served in product(streets, groups, ("yes", "no"))]
    grid = pl.DataFrame(every, schema=dict.fromkeys(keys, pl.String), orient="row")
    return grid.join(counts, on=keys, how="left").with_columns(pl.col(_COUNT).fill_null(0))


def _nests(dimension: str) -> tuple[tuple[str, ...], ...]:
    return _PLACE, (dimension,), (_SERVED,)


def _shares(dimension: str, table: pl.DataFrame) -> pl.DataFrame:
    """A row per place and group, with the people entitled and those of them who were served."""
    keys = [*_PLACE, dimension]
    entitled = table.filter(pl.col(_SERVED).is_null()).rename({_COUNT: "entitled"})
    served = table.filter(pl.col(_SERVED) == "yes").rename({_COUNT: "served", "is_hidden": "is_served_hidden"})
    return entitled.join(served.drop(_SERVED), on=keys, nulls_equal=True).select(
        *_PLACE,
        dimension=pl.when(pl.col(dimension).is_null()).then(pl.lit("all")).otherwise(pl.lit(dimension)),
        people=pl.col(dimension).fill_null(""),
        entitled=pl.col("entitled"),
        served=pl.col("served"),
        is_hidden=pl.col("is_hidden") | pl.col("is_served_hidden"),
    )


def _jurisdiction(people: pl.DataFrame) -> Iterator[dict[str, object]]:
    """The three tables of one jurisdiction, made safe together, as they share the totals of places."""
    leaves = {dimension: _leaves(people, dimension) for dimension in DIMENSIONS}
    tables: list[Table] = [table_of(found, _nests(dimension), _COUNT) for dimension, found in leaves.items()]
    hidden = hidden_cells(joined(tables), people["smallest"][0])
    shown = [
        _shares(dimension, suppressed(found, _nests(dimension), _COUNT, hidden)) for dimension, found in leaves.items()
    ]
    for row in pl.concat(shown).unique(maintain_order=True).iter_rows(named=True):
        entitled, served = row["entitled"], row["served"]
        figures: dict[str, float | None] = {"rate": None, "low": None, "high": None}
        if entitled and served is not None:
            interval = wilson(served, entitled)
            figures = {"rate": served / entitled, "low": interval.low, "high": interval.high}
        yield {"jurisdiction": people["jurisdiction"][0], **row, **figures}


def published(people: pl.DataFrame) -> pl.DataFrame:
    """The table as it leaves the house: a row per place, dimension and group.

    people: counts by jurisdiction, county, street, age, category, living and is_served; smallest is the least count that is
    published.
    """
    given = people.with_columns(pl.when(_SERVED).then(pl.lit("yes")).otherwise(pl.lit("no")).alias(_SERVED))
    rows = [row for group in given.sort("jurisdiction").partition_by("jurisdiction") for row in _jurisdiction(group)]
    return pl.DataFrame(rows, schema=_SCHEMA)
