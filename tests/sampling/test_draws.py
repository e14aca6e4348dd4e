"""Draws: repeatable from their definition alone, whatever the order of rows, and with the chances that they claim."""

import hashlib
from collections import Counter
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.sampling.draws import DRAWN, OUTSIDE, TOP, Plan, draw, monetary_unit, simple, stratified
from pipelines.sampling.ordering import population_hash, random_start
from pipelines.sampling.problems import SizeProblem, UnfitPopulation
from tests.sampling.populations import SCHEMA, of_fen, population


def by_hand(keys: list[str], seed: str) -> list[str]:
    """The documented order, without any of the project's code."""
    return sorted(keys, key=lambda key: hashlib.sha256(f"{seed}|{key}".encode()).hexdigest())


def test_a_simple_draw_can_be_repeated_by_hand() -> None:
    rows = population(300)
    drawn = simple(rows, "2025-7", 20)
    assert drawn.sample["row_key"].to_list() == by_hand(rows["row_key"].to_list(), "2025-7")[:20]
    lines = sorted(f"{key}|{amount:.2f}\n" for key, amount in rows.select("row_key", "amount").iter_rows())
    assert drawn.population_hash == hashlib.sha256("".join(lines).encode()).hexdigest()


def test_a_stratified_draw_can_be_repeated_by_hand() -> None:
    rows = population(300)
    drawn = stratified(rows, "s", 30, ["provider", "item"], [], "proportional", 2)
    for stratum in drawn.strata:
        provider, item = stratum.name.split(" | ")
        keys = rows.filter(provider=provider, item=item)["row_key"].to_list()
        own = drawn.sample.filter(stratum=stratum.name)["row_key"].to_list()
        assert own == by_hand(keys, "s")[: stratum.drawn]
        assert stratum.rows == len(keys)
    assert sum(stratum.drawn for stratum in drawn.strata) == 30


def test_a_draw_by_monetary_units_can_be_repeated_by_hand() -> None:
    rows = population(300)
    interval = 150_000
    drawn = monetary_unit(rows, "s", interval)
    start = 1 + int(hashlib.sha256(b"s|start").hexdigest(), 16) % interval
    fen = {key: int(amount * 100) for key, amount in rows.select("row_key", "amount").iter_rows()}
    reached, aim, chosen = 0, start, []
    for key in by_hand([key for key, amount in fen.items() if 0 < amount < interval], "s"):
        reached += fen[key]
        if reached >= aim:
            chosen.append(key)
            aim += interval
    assert drawn.sample.filter(stratum=DRAWN)["row_key"].to_list() == chosen
    assert set(drawn.sample.filter(stratum=TOP)["row_key"]) == {
        key for key, amount in fen.items() if amount >= interval
    }
    assert drawn.start_fen == start
    parts = {stratum.name: stratum for stratum in drawn.strata}
    assert parts[OUTSIDE].drawn == 0
    assert parts[OUTSIDE].rows == sum(amount <= 0 for amount in fen.values())
    assert sum(stratum.fen for stratum in drawn.strata) == sum(fen.values())


PLANS = [
    Plan("simple", "a", 0.95, Decimal("0.05")),
    Plan("stratified", "a", 0.95, None, Decimal(0), 40, ("provider", "amount"), (Decimal(50), Decimal(200)), "neyman"),
    Plan("monetary_unit", "a", 0.95, Decimal(5000), Decimal(500)),
]  # fmt: skip


@pytest.mark.parametrize("plan", PLANS)
def test_nothing_depends_on_the_order_of_rows(plan: Plan) -> None:
    rows = population(400)
    first, second = draw(rows, plan), draw(rows.sample(fraction=1.0, shuffle=True, seed=9), plan)
    assert first.sample.equals(second.sample)
    assert (first.population_hash, first.strata) == (second.population_hash, second.strata)
    assert first.sample_hash == second.sample_hash


@given(st.lists(st.integers(1, 20), min_size=1, max_size=12), st.integers(1, 30), st.text(max_size=5))
def test_every_interval_is_drawn_from_once(amounts: list[int], interval: int, seed: str) -> None:
    """As many rows as intervals fit, each at most once, and every row of an interval or more."""
    drawn = monetary_unit(of_fen(amounts), seed, interval)
    assert drawn.sample["row_key"].is_unique().all()
    below = [amount for amount in amounts if amount < interval]
    assert drawn.sample.filter(stratum=TOP).height == len(amounts) - len(below)
    start = random_start(seed, interval)
    assert drawn.sample.filter(stratum=DRAWN).height == max(0, (sum(below) - start) // interval + 1)


def test_a_row_is_drawn_as_often_as_it_has_money() -> None:
    rows = of_fen([100, 200, 300, 400])
    found = Counter(key for seed in range(2500) for key in monetary_unit(rows, str(seed), 500).sample["row_key"])
    for number, fen in enumerate((100, 200, 300, 400)):
        assert found[f"k{number}"] / 2500 == pytest.approx(fen / 500, abs=0.035)


def test_a_simple_draw_gives_each_row_the_same_chance() -> None:
    rows = of_fen([1] * 10)
    found = Counter(key for seed in range(2500) for key in simple(rows, str(seed), 3).sample["row_key"])
    assert all(count / 2500 == pytest.approx(0.3, abs=0.035) for count in found.values())


def test_classes_of_the_amount_begin_at_their_bounds() -> None:
    rows = of_fen([-500, 4999, 5000, 9999, 10000])
    drawn = stratified(rows, "s", 5, ["amount"], [Decimal(100), Decimal(50)], "proportional", 1)
    assert {stratum.name: stratum.rows for stratum in drawn.strata} == {"<50": 2, "50-<100": 2, ">=100": 1}


def test_a_changed_amount_or_key_changes_the_hash() -> None:
    rows = of_fen([100, 200])
    assert len({population_hash(rows), population_hash(of_fen([100, 201])), population_hash(of_fen([200, 100]))}) == 3


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (of_fen([]), "no row"),
        (pl.concat([of_fen([1]), of_fen([2])]), "more than one row"),
        (pl.DataFrame([("", Decimal(1), "", "")], schema=SCHEMA, orient="row"), "no key"),
        (pl.DataFrame([("a\nb", Decimal(1), "", "")], schema=SCHEMA, orient="row"), "line break"),
        (pl.DataFrame([("a", None, "", "")], schema=SCHEMA, orient="row"), "no amount"),
    ],
)
def test_rows_that_cannot_be_drawn_from_are_refused(rows: pl.DataFrame, problem: str) -> None:
    with pytest.raises(UnfitPopulation, match=problem):
        simple(rows, "s", 1)


@pytest.mark.parametrize(
    "plan",
    [
        Plan("simple", "s", 0.95),
        Plan("monetary_unit", "s", 0.95),
        Plan("stratified", "s", 0.95, size=5),
        Plan("stratified", "s", 0.95, size=5, by=("amount",)),
        Plan("stratified", "s", 0.95, size=5, by=("item",), bounds=(Decimal(5),)),
        Plan("simple", "s", 1.0, size=5),
        Plan("simple", "s", 0.95, size=0),
    ],
)
def test_plans_that_say_too_little_are_refused(plan: Plan) -> None:
    with pytest.raises(SizeProblem):
        draw(population(50), plan)


def test_money_that_is_not_there_cannot_be_drawn() -> None:
    with pytest.raises(UnfitPopulation, match="above zero"):
        monetary_unit(of_fen([0, -5]), "s", 10)


def test_a_size_of_monetary_units_is_about_met() -> None:
    drawn = draw(population(500), Plan("monetary_unit", "s", 0.9, size=40))
    assert 30 <= drawn.sample.height <= 41
