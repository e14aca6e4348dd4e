"""Who is entitled and served: what is published of it, by hand, and what an attacker can work out of it."""

import random
from itertools import product

import polars as pl
import pytest
from statsmodels.stats.proportion import proportion_confint

from pipelines import coverage
from pipelines.small_cells import Table, joined, table_of
from tests.small_cells.attacker import THRESHOLD, Nests, learned

PEOPLE = ("county", "street", "age", "category", "living", "is_served", "people")


def people(*rows: tuple[str, str, str, str, str, bool, int], place: str = "weihai") -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=list(PEOPLE), orient="row")
    return frame.with_columns(jurisdiction=pl.lit(place), smallest=pl.lit(THRESHOLD))


def nests(dimension: str) -> Nests:
    return ("county", "street"), (dimension,), ("is_served",)


def test_rates_with_intervals_by_place_and_group() -> None:
    # Street s1: 100 + 20 aged 60, 40 + 40 aged 80; street s2: 30 + 15 aged 60. Nothing is small.
    frame = people(
        ("c", "s1", "60", "none", "alone", True, 100),
        ("c", "s1", "60", "none", "alone", False, 20),
        ("c", "s1", "80", "disabled", "alone", True, 40),
        ("c", "s1", "80", "several", "with_family", False, 40),
        ("c", "s2", "60", "none", "with_family", True, 30),
        ("c", "s2", "60", "none", "with_family", False, 15),
    )
    found = coverage.published(frame)
    shown = {
        (row["county"], row["street"], row["dimension"], row["people"]): row for row in found.iter_rows(named=True)
    }
    assert not found["is_hidden"].any()
    counts = {key: (row["entitled"], row["served"]) for key, row in shown.items()}
    assert counts[None, None, "all", ""] == counts["c", None, "all", ""] == (245, 170)
    assert counts["c", "s1", "all", ""] == (200, 140)
    assert counts["c", "s2", "all", ""] == (45, 30)
    assert counts[None, None, "age", "60"] == (165, 130)
    assert counts[None, None, "age", "80"] == (80, 40)
    assert counts["c", "s1", "living", "alone"] == (160, 140)
    assert counts["c", "s1", "category", "several"] == (40, 0)
    assert counts["c", "s2", "age", "80"] == (0, 0)
    for row in shown.values():
        if not row["entitled"]:
            assert (row["rate"], row["low"], row["high"]) == (None, None, None)
            continue
        low, high = proportion_confint(row["served"], row["entitled"], method="wilson")
        assert row["rate"] == pytest.approx(row["served"] / row["entitled"], abs=1e-12)
        assert (row["low"], row["high"]) == pytest.approx((low, high), abs=1e-6)


def test_few_who_are_not_served_are_hidden_with_what_would_give_them_away() -> None:
    # 3 of 100 in s1 are not served: neither they nor those served may stand beside the 100.
    frame = people(
        ("c", "s1", "60", "none", "alone", True, 97),
        ("c", "s1", "60", "none", "alone", False, 3),
        ("c", "s2", "60", "none", "alone", True, 60),
        ("c", "s2", "60", "none", "alone", False, 40),
    )
    found = coverage.published(frame).filter(pl.col("dimension") == "all")
    shown = {row["street"]: row for row in found.iter_rows(named=True) if row["county"]}
    assert shown["s1"]["is_hidden"]
    assert None in (shown["s1"]["entitled"], shown["s1"]["served"])
    assert (shown["s1"]["rate"], shown["s1"]["low"], shown["s1"]["high"]) == (None, None, None)
    assert shown["s2"]["is_hidden"]
    assert (shown[None]["entitled"], shown[None]["served"]) == (200, 157)


def test_places_are_judged_apart() -> None:
    frame = pl.concat(
        [people(("c", "s", "60", "none", "alone", True, 90), place=place) for place in ("wuhai", "weihai")]
    )
    found = coverage.published(frame).filter(pl.col("county").is_null() & (pl.col("dimension") == "all"))
    assert found.select("jurisdiction", "entitled").rows() == [("weihai", 90), ("wuhai", 90)]


def made(seed: int) -> pl.DataFrame:
    """People of a few streets by age, category and living arrangement; counts such as small places have."""
    lot = random.Random(seed)
    scale = lot.choice([2, 8, 30])
    streets = range(lot.randint(2, 4))
    groups = product(streets, ("60", "80"), ("none", "disabled"), ("alone", "with_family"), (True, False))
    rows = [
        (f"c{street % 2}", f"s{street}", age, category, living, is_served, int(lot.expovariate(1 / scale)))
        for street, age, category, living, is_served in groups
    ]
    return people(*(row for row in rows if row[-1]))


def as_published(published: pl.DataFrame, dimension: str) -> pl.DataFrame:
    """Published coverage as a table of counts: entitled, served, and not served where both stand there."""
    rows = published.filter(pl.col("dimension").is_in(["all", dimension])).with_columns(
        pl.when(pl.col("people") != "").then("people").alias(dimension)
    )
    kinds = (
        (None, pl.col("entitled")),
        ("yes", pl.col("served")),
        ("no", pl.col("entitled") - pl.col("served")),
    )
    return pl.concat(
        [
            rows.select("county", "street", dimension, is_served=pl.lit(kind, pl.String), n=count)
            for kind, count in kinds
        ]
    )


def truth(frame: pl.DataFrame) -> Table:
    """All counts as they are."""
    told = frame.with_columns(pl.when("is_served").then(pl.lit("yes")).otherwise(pl.lit("no")).alias("is_served"))
    tables = []
    for dimension in coverage.DIMENSIONS:
        leaves = told.group_by("county", "street", dimension, "is_served").agg(pl.col("people").sum())
        tables.append(table_of(leaves, nests(dimension), "people"))
    return joined(tables)


@pytest.mark.parametrize("start", range(0, 60, 15))
def test_no_small_count_can_be_worked_out_of_what_is_published(start: int) -> None:
    for seed in range(start, start + 15):
        frame = made(seed)
        published = coverage.published(frame)
        tables = [(as_published(published, dimension), nests(dimension)) for dimension in coverage.DIMENSIONS]
        assert learned(tables, truth(frame)) == [], seed


def test_the_attacker_finds_what_is_published_carelessly() -> None:
    """With only small counts hidden, and what is left standing beside them, most of these tables are broken."""
    broken = 0
    for seed in range(15):
        frame = made(seed)
        whole = truth(frame)
        tables = []
        for dimension in coverage.DIMENSIONS:
            shown = as_published(coverage.published(frame.with_columns(smallest=pl.lit(0))), dimension)
            careless = shown.with_columns(n=pl.when(~pl.col("n").is_between(1, THRESHOLD - 1)).then("n"))
            tables.append((careless, nests(dimension)))
        broken += bool(learned(tables, whole))
    assert broken > 7
