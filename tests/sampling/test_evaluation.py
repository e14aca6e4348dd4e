"""Evaluations: the projected error with its upper limit, and rows without an answer that are never taken as correct."""

import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from pipelines.sampling.answers import Row, Worksheet
from pipelines.sampling.draws import DRAWN, TOP, Draw, Plan, Stratum, draw
from pipelines.sampling.evaluation import Evaluation, Figure, evaluate, in_words
from pipelines.sampling.worksheet import Result
from tests.sampling.populations import of_fen, population

Answer = tuple[Result | None, int | None]


def sheet(drawn: Draw, plan: Plan, answer: Callable[[str, int], Answer]) -> Worksheet:
    rows = [
        Row(key, stratum, fen := int(amount * 100), *answer(key, fen))
        for key, stratum, amount in drawn.sample.select("row_key", "stratum", "amount").iter_rows()
    ]
    return Worksheet(
        plan, {}, drawn.rows, drawn.fen, drawn.population_hash, drawn.sample_hash, drawn.interval_fen, drawn.strata,
        tuple(rows),
    )  # fmt: skip


def right(_key: str, fen: int) -> Answer:
    return "right", fen


def money_sheet(rows: list[Row], drawn_fen: int = 900_000) -> Worksheet:
    """Three rows drawn from 9,000 yuan at an interval of 3,000, and a top row of 5,000 yuan."""
    strata = (Stratum(DRAWN, 30, drawn_fen, 3), Stratum(TOP, 1, 500_000, 1))
    plan = Plan("monetary_unit", "s", 0.95, Decimal(20_000))
    return Worksheet(plan, {}, 31, drawn_fen + 500_000, "", "", 300_000, strata, tuple(rows))


ROWS = [
    Row("a", DRAWN, 100_000, "right", 100_000),
    Row("b", DRAWN, 80_000, "wrong", 60_000),
    Row("c", DRAWN, 50_000, "right", 50_000),
    Row("top", TOP, 500_000, "wrong", 400_000),
]


def figure(evaluation: Evaluation, name: str) -> Figure:
    return next(found for found in evaluation.as_errors if found.name == name)


def test_overstatement_is_projected_by_tainting_and_the_top_row_by_itself() -> None:
    found = figure(evaluate(money_sheet(ROWS, 90_000_000)), "overstated_yuan")
    assert found.estimate == pytest.approx(0.25 * 3000 + 1000)
    assert found.upper == pytest.approx(1000 + 3000 * (2.995732 + 0.25 * (4.743865 - 2.995732)), abs=0.01)


def test_no_more_can_be_overstated_than_there_is() -> None:
    wrong = [replace(row, result="wrong", audited_fen=0) for row in ROWS]
    found = figure(evaluate(money_sheet(wrong)), "overstated_yuan")
    assert found.estimate == found.upper == 14_000


def test_understatement_does_not_pay_for_overstatement() -> None:
    under = replace(ROWS[0], result="wrong", audited_fen=150_000)
    with_it, without = (evaluate(money_sheet([first, *ROWS[1:]])) for first in (under, ROWS[0]))
    assert figure(with_it, "overstated_yuan") == figure(without, "overstated_yuan")
    assert figure(with_it, "understated_yuan").estimate == pytest.approx(0.5 * 3000)


def test_all_in_the_top_stratum_is_known() -> None:
    rows = [replace(ROWS[3], row_key=f"t{number}") for number in range(2)]
    whole = replace(money_sheet(rows), strata=(Stratum(TOP, 2, 1_000_000, 2),))
    found = figure(evaluate(whole), "overstated_yuan")
    assert found.estimate == found.upper == 2000


@pytest.mark.parametrize("state", [None, "unverifiable"])
@pytest.mark.parametrize("place", [0, 3])
def test_an_open_row_is_an_error_in_full(state: Result | None, place: int) -> None:
    rows = [replace(row, result=state, audited_fen=None) if at == place else row for at, row in enumerate(ROWS)]
    wrong = [replace(row, result="wrong", audited_fen=0) if at == place else row for at, row in enumerate(ROWS)]
    found, beside = evaluate(money_sheet(rows, 90_000_000)), evaluate(money_sheet(wrong, 90_000_000))
    assert found.as_errors == beside.as_errors
    assert found.open_rows == (ROWS[place].row_key,)
    left_out = found.left_out[0]
    if place == 0:
        # Two answers stand for what three were drawn for.
        assert left_out.estimate == pytest.approx(0.25 * 4500 + 1000)
    else:
        assert left_out == found.as_errors[0]


PLANS = [
    Plan("simple", "a", 0.95, Decimal("0.05"), size=60),
    Plan("stratified", "a", 0.95, Decimal("0.05"), size=60, by=("provider",)),
    Plan("monetary_unit", "a", 0.95, Decimal(20_000)),
]


@pytest.mark.parametrize("plan", PLANS)
def test_an_empty_worksheet_proves_nothing(plan: Plan) -> None:
    drawn = draw(population(300), plan)
    found = evaluate(sheet(drawn, plan, lambda _key, _fen: (None, None)))
    assert found.counts.unanswered == drawn.sample.height
    assert found.is_tolerable is False
    assert found.left_out == ()
    assert "不能推断" in in_words(found, "zh")


@pytest.mark.parametrize("plan", PLANS)
def test_more_open_rows_never_lower_the_limit(plan: Plan) -> None:
    drawn = draw(population(300), plan)
    keys = drawn.sample["row_key"].to_list()
    limits = []
    for count in range(0, 12, 3):
        silent = set(keys[:count])
        found = evaluate(sheet(drawn, plan, lambda key, fen, s=silent: (None, None) if key in s else ("right", fen)))
        limits.append(found.as_errors[0].upper or 0)
    assert limits == sorted(limits)
    assert limits[0] < limits[-1]


@pytest.mark.parametrize("plan", PLANS)
def test_a_clean_sample_as_large_as_planned_is_tolerable(plan: Plan) -> None:
    drawn = draw(population(3000), plan)
    found = evaluate(sheet(drawn, plan, right))
    assert found.is_tolerable is True
    assert found.counts.right == drawn.sample.height


def test_a_sample_of_rows_gives_rates_with_exact_limits() -> None:
    plan = PLANS[0]
    drawn = draw(of_fen([10_000] * 500), plan)
    bad = set(drawn.sample["row_key"].to_list()[:3])
    found = evaluate(sheet(drawn, plan, lambda key, fen: ("wrong", 2500) if key in bad else ("right", fen)))
    by_method = {each.method: each for each in found.as_errors}
    assert by_method["hypergeometric"].estimate == by_method["clopper_pearson"].estimate == pytest.approx(0.05)
    exact, binomial = by_method["hypergeometric"].upper, by_method["clopper_pearson"].upper
    assert exact is not None
    assert binomial == pytest.approx(0.12411, abs=1e-4)
    assert 0.05 < exact < 0.1241
    money = by_method["difference"]
    assert money.estimate == pytest.approx(500 * 3 * 75 / 60)
    assert found.is_tolerable is False


def test_an_unverified_refund_makes_no_error_smaller() -> None:
    plan = Plan("simple", "s", 0.95, size=2)
    drawn = draw(of_fen([10_000, -10_000]), plan)
    found = evaluate(sheet(drawn, plan, lambda _key, _fen: (None, None)))
    assert figure(found, "error_yuan").estimate == pytest.approx(100)


def test_the_upper_limit_of_money_holds_as_often_as_it_says() -> None:
    """Payments of which some are overstated: over many seeds, the Stringer bound is rarely below the truth."""
    rows = population(600, refunds=False)
    made = random.Random(2)
    audited = {
        key: int(int(amount * 100) * made.choice([0, 0.5, 0.9])) if made.random() < 0.08 else int(amount * 100)
        for key, amount in rows.select("row_key", "amount").iter_rows()
    }
    truth = sum(int(amount * 100) - audited[key] for key, amount in rows.select("row_key", "amount").iter_rows()) / 100
    held, projected = 0, []
    for seed in range(400):
        plan = Plan("monetary_unit", str(seed), 0.95, size=60)
        drawn = draw(rows, plan)
        found = figure(evaluate(sheet(drawn, plan, lambda key, _fen: ("wrong", audited[key]))), "overstated_yuan")
        held += (found.upper or 0) >= truth
        projected.append(found.estimate)
    assert held / 400 >= 0.95
    assert sum(projected) / 400 == pytest.approx(truth, rel=0.05)


def test_it_is_told_in_both_languages_and_for_programs() -> None:
    found = evaluate(money_sheet([replace(ROWS[0], result=None, audited_fen=None), *ROWS[1:]]))
    english, chinese = in_words(found, "en"), in_words(found, "zh")
    assert "1 without an answer" in english
    assert "Open rows: a" in english
    assert "多计金额" in chinese
    assert "95% 上限" in chinese
    document = found.document()
    assert document["counts"]["unanswered"] == 1
    assert document["as_errors"][0]["name"] == "overstated_yuan"
