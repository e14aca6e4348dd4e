"""Hidden cells: an attacker who knows all that is published, and linear programming, learns nothing of small counts."""

import random
from itertools import product

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.small_cells import (
    hidden_cells,
    joined,
    publishable,
    suppressed,
    table_of,
    threshold,
    with_measures_hidden,
    with_shares,
)
from tests.small_cells.attacker import THRESHOLD, Nests, learned, small

PLACES = ("city", "county", "street")


def leaves(made: random.Random, nests: Nests) -> pl.DataFrame:
    """Places in counties in a city, crossed with one or two other dimensions; counts such as small places have."""
    streets = made.randint(2, 5)
    others = [[f"{name}{value}" for value in range(made.randint(2, 3))] for nest in nests[1:] for name in nest]
    scale, empty = made.choice([3, 10, 40]), made.choice([0.0, 0.2])
    rows = []
    for street in range(streets):
        for values in product(*others):
            count = 0 if made.random() < empty else int(made.expovariate(1 / scale))
            labels = dict(zip((name for nest in nests[1:] for name in nest), values, strict=True))
            rows.append({"city": "c", "county": f"c{street % 2}", "street": f"s{street}", **labels, "n": count})
    return pl.DataFrame(rows)


@pytest.mark.parametrize("start", range(0, 2000, 500))
def test_two_way_tables_with_nested_places_and_shares_keep_their_small_counts(start: int) -> None:
    nests = (PLACES, ("age",))
    for seed in range(start, start + 500):
        frame = leaves(random.Random(seed), nests)
        published = with_shares(publishable(frame, nests, "n", THRESHOLD), ["age"], "n")
        assert learned([(published, nests)], table_of(frame, nests, "n")) == [], seed


@pytest.mark.parametrize("start", range(0, 50, 25))
def test_three_way_tables_keep_their_small_counts(start: int) -> None:
    nests = (PLACES, ("age",), ("served",))
    for seed in range(start, start + 25):
        frame = leaves(random.Random(seed), nests)
        published = with_shares(publishable(frame, nests, "n", THRESHOLD), ["served"], "n")
        assert learned([(published, nests)], table_of(frame, nests, "n")) == [], seed


def test_tables_that_share_totals_keep_their_small_counts_together() -> None:
    ages, kinds = (PLACES, ("age",)), (PLACES, ("kind",))
    broken_alone = 0
    for seed in range(40):
        made = random.Random(seed)
        people = leaves(made, (PLACES, ("age",), ("kind",)))
        halves = [
            people.group_by(*PLACES, name, maintain_order=True).agg(pl.col("n").sum()) for name in ("age", "kind")
        ]
        tables = [table_of(half, nests, "n") for half, nests in zip(halves, (ages, kinds), strict=True)]
        whole = joined(tables)
        hidden = hidden_cells(whole, THRESHOLD)
        shown = [
            (suppressed(half, nests, "n", hidden), nests) for half, nests in zip(halves, (ages, kinds), strict=True)
        ]
        assert learned(shown, whole) == [], seed
        alone = [
            (publishable(half, nests, "n", THRESHOLD), nests) for half, nests in zip(halves, (ages, kinds), strict=True)
        ]
        broken_alone += bool(learned(alone, whole))
    assert broken_alone > 0, "hiding each table on its own was enough: these tables test nothing"


def test_the_attacker_has_teeth() -> None:
    """Hiding small counts alone, or publishing the shares of hidden cells, gives small counts away in most tables."""
    nests = (PLACES, ("age",))
    only_small = shares_of_hidden = exact = 0
    for seed in range(60):
        frame = leaves(random.Random(seed), nests)
        truth = table_of(frame, nests, "n")
        naive = suppressed(frame, nests, "n", frozenset(small(truth)))
        broken = learned([(naive, nests)], truth)
        only_small += bool(broken)
        exact += any(low == high for _, low, high in broken)
        hidden = hidden_cells(truth, THRESHOLD)
        shares = with_shares(suppressed(frame, nests, "n", frozenset()), ["age"], "n")["share"]
        leaky = suppressed(frame, nests, "n", hidden).with_columns(share=shares)
        shares_of_hidden += bool(learned([(leaky, nests)], truth))
    assert min(only_small, shares_of_hidden) > 20
    assert exact > 10


@settings(max_examples=150)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=4))
def test_counts_in_a_row_by_trying_all_tables(values: list[int]) -> None:
    """Without linear programming: every row of whole numbers with the same published cells is tried."""
    frame = pl.DataFrame({"street": [f"s{place}" for place in range(len(values))], "n": values})
    published = publishable(frame, [("street",)], "n", THRESHOLD)
    shown = dict(published.select("street", "n").iter_rows())
    total = shown[None]
    tries = [range(41) if shown[f"s{place}"] is None else [shown[f"s{place}"]] for place in range(len(values))]
    fitting = [found for found in product(*tries) if total is None or sum(found) == total]
    for place, value in enumerate(values):
        if 1 <= value < THRESHOLD:
            possible = {found[place] for found in fitting}
            assert set(range(1, THRESHOLD + 1)) <= possible


def test_nothing_small_nothing_hidden() -> None:
    frame = pl.DataFrame({"county": ["a", "a", "b"], "street": ["s1", "s2", "s3"], "n": [20, 0, 11]})
    published = publishable(frame, [("county", "street")], "n", THRESHOLD)
    assert not published["is_hidden"].any()
    assert published.filter(pl.col("county").is_null())["n"].to_list() == [31]


def test_totals_stay_and_a_second_cell_goes() -> None:
    frame = pl.DataFrame({"street": ["s1", "s2", "s3"], "n": [4, 50, 60]})
    published = publishable(frame, [("street",)], "n", THRESHOLD)
    assert published.filter(pl.col("street").is_null())["n"].to_list() == [114]
    assert published["is_hidden"].sum() == 2
    assert published.filter(street="s1")["is_hidden"].item()


def test_two_small_counts_beside_a_total_below_the_threshold_take_the_total_with_them() -> None:
    frame = pl.DataFrame({"county": ["a", "a", "b"], "street": ["s1", "s2", "s3"], "n": [3, 5, 90]})
    published = publishable(frame, [("county", "street")], "n", THRESHOLD)
    shown = {(row["county"], row["street"]): row["n"] for row in published.iter_rows(named=True)}
    assert shown == {
        (None, None): 98,
        ("a", None): None,
        ("b", None): None,
        ("a", "s1"): None,
        ("a", "s2"): None,
        ("b", "s3"): None,
    }


def test_which_second_cell_is_hidden_says_nothing_of_its_size() -> None:
    """With other counts in the places, the same labels are hidden: the lot falls by label."""
    labels = [f"s{place}" for place in range(6)]

    def second(values: list[int]) -> set[str]:
        published = publishable(pl.DataFrame({"street": labels, "n": [3, *values]}), [("street",)], "n", THRESHOLD)
        return set(published.filter("is_hidden")["street"].to_list()) - {"s0"}

    assert second([20, 30, 40, 50, 60]) == second([60, 50, 40, 30, 20]) == second([35, 99, 11, 60, 12])


def test_the_order_of_rows_does_not_matter() -> None:
    nests = (PLACES, ("age",), ("served",))
    for seed in range(30):
        frame = leaves(random.Random(seed), nests)
        shuffled = frame.sample(fraction=1.0, shuffle=True, seed=seed)
        assert publishable(frame, nests, "n", THRESHOLD).equals(publishable(shuffled, nests, "n", THRESHOLD))


def test_a_table_of_nobody_is_shown() -> None:
    empty = pl.DataFrame(schema={"street": pl.String, "n": pl.Int64})
    assert publishable(empty, [("street",)], "n", THRESHOLD).is_empty()
    nobody = pl.DataFrame({"street": ["s1"], "n": [0]})
    assert publishable(nobody, [("street",)], "n", THRESHOLD)["n"].to_list() == [0, 0]


def test_shares_and_measures_go_with_their_counts() -> None:
    frame = pl.DataFrame({"street": ["s1", "s1", "s2", "s2"], "served": ["yes", "no"] * 2, "n": [95, 5, 60, 40]})
    published = publishable(frame, [("street",), ("served",)], "n", THRESHOLD)
    shares = with_shares(published, ["served"], "n")
    assert shares.filter(street="s1", served="no")["share"].to_list() == [None]
    assert shares.filter(street="s1", served="yes")["share"].to_list() == [None]
    assert shares.filter(pl.col("street").is_null() & (pl.col("served") == "yes"))["share"].item() == pytest.approx(
        155 / 200
    )
    with_hours = with_measures_hidden(published.with_columns(hours=pl.lit(8.0)), ["hours"])
    assert (with_hours["hours"].is_null() == published["is_hidden"]).all()


def test_shared_cells_must_agree() -> None:
    one = table_of(pl.DataFrame({"street": ["s1"], "n": [4]}), [("street",)], "n")
    two = table_of(pl.DataFrame({"street": ["s1"], "n": [5]}), [("street",)], "n")
    with pytest.raises(ValueError, match="in one table and"):
        joined([one, two])


def test_the_threshold_is_a_dated_row() -> None:
    assert threshold("2025-06-30") == 11
    with pytest.raises(KeyError):
        threshold("1999-01-01")
