"""Estimates beside published worked examples, other libraries, and populations whose errors are known."""

import math
import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from pipelines.sampling.estimates import (
    StratumResult,
    can_be_estimated,
    most_errors,
    poisson_factor,
    stratified_errors,
    stratified_total,
    stringer_bound,
)
from pipelines.statistics import upper_share


def table(*factors: float) -> Callable[[int], float]:
    """Factors as a printed table rounds them."""
    return lambda errors: factors[errors]


def test_the_stringer_bound_of_the_winz_corporation() -> None:
    """A published textbook exercise on receivables: interval 80,000, 5 % risk, a top item wrong by 25,000.

    Taintings 20 % and 1.25 %: projected 17,000 (42,000 with the top item), basic precision 240,000, incremental allowance
    12,550, upper limit 294,550 with the factors of the printed table.
    """
    printed = stringer_bound([0.0125, 0.2], 80_000, table(3.00, 4.75, 6.30))
    assert printed.projected + 25_000 == pytest.approx(42_000)
    assert printed.basic == pytest.approx(240_000)
    assert printed.widening == pytest.approx(12_550)
    assert printed.upper + 25_000 == pytest.approx(294_550)
    exact = stringer_bound([0.2, 0.0125], 80_000, poisson_factor(0.95))
    assert exact.upper + 25_000 == pytest.approx(294_550, rel=0.002)
    assert exact.upper <= printed.upper


def test_the_stringer_bound_of_another_textbook() -> None:
    """Interval 42,373 (2,500,000 / 59), 10 % risk, taintings 60, 30 and 10 %, a top item wrong by 10,699: 172,988."""
    interval = 2_500_000 / 59
    printed = stringer_bound([0.6, 0.3, 0.1], interval, table(2.31, 3.91, 5.31, 6.71))
    assert printed.upper + 10_699 == pytest.approx(172_988, abs=2)
    exact = stringer_bound([0.6, 0.3, 0.1], interval, poisson_factor(0.90))
    assert exact.upper + 10_699 == pytest.approx(172_988, rel=0.005)


@given(st.lists(st.floats(0.01, 1), max_size=8))
def test_the_stringer_bound_is_a_sum_over_the_limits_of_counts(taintings: list[float]) -> None:
    found = stringer_bound(taintings, 100.0, poisson_factor(0.95))
    worst = [*sorted(taintings, reverse=True), 0.0]
    # Summed by parts: (t_i - t_(i+1)) * factor(i), with t_0 = 1.
    limits = [stats.chi2.ppf(0.95, 2 * count + 2) / 2 for count in range(len(worst))]
    steps = [before - after for before, after in zip([1.0, *worst], worst, strict=False)]
    assert found.upper == pytest.approx(100 * math.fsum(s * f for s, f in zip(steps, limits, strict=True)), rel=1e-9)


def test_a_tainting_beyond_the_whole_amount_is_refused() -> None:
    for wrong in ([1.2], [0.0], [-0.1]):
        with pytest.raises(ValueError, match="tainting"):
            stringer_bound(wrong, 1.0, poisson_factor(0.95))


def test_no_error_of_a_whole_check_leaves_nothing_open() -> None:
    assert most_errors(0, 30, 30, 0.95) == 0
    assert most_errors(4, 30, 30, 0.95) == 4
    assert most_errors(0, 0, 30, 0.95) == 30


def test_what_is_as_likely_as_the_risk_is_not_likelier() -> None:
    # 2 of 25 checked, none wrong: with 19 wrong ones that has a chance of 6 x 5 / (25 x 24) = 1 in 20.
    assert most_errors(0, 2, 25, 0.95) == 18
    # 1 of 10 checked and right: with 9 wrong ones that has a chance of 1 in 10, and 1 - 0.9 is a little less in binary.
    assert most_errors(0, 1, 10, 0.9) == 8


@given(st.integers(1, 60).flatmap(lambda rows: st.tuples(st.just(rows), st.integers(0, rows))), st.data())
def test_most_errors_by_trying_all(case: tuple[int, int], data: st.DataObject) -> None:
    rows, drawn = case
    errors = data.draw(st.integers(0, drawn))

    def samples_with_so_few(wrong: int) -> int:
        return sum(math.comb(wrong, found) * math.comb(rows - wrong, drawn - found) for found in range(errors + 1))

    likely = [
        wrong
        for wrong in range(errors, rows - drawn + errors + 1)
        if samples_with_so_few(wrong) * 20 > math.comb(rows, drawn)
    ]
    assert most_errors(errors, drawn, rows, 0.95) == max(likely)


# AICPA, Audit Guide: Audit Sampling, results evaluation for tests of controls, upper limits at 5 % risk: sample size, then
# the limits in percent for 0, 1, 2, ... deviations, rounded up.
UPPER_LIMITS = {
    25: [11.3, 17.7], 30: [9.6, 14.9, 19.6], 50: [5.9, 9.2, 12.1, 14.8], 60: [4.9, 7.7, 10.2, 12.5, 14.7],
    100: [3.0, 4.7, 6.2, 7.6, 9.0, 10.3], 150: [2.0, 3.2, 4.2, 5.1], 200: [1.5, 2.4, 3.2, 3.9],
}  # fmt: skip


@pytest.mark.parametrize(("size", "limits"), UPPER_LIMITS.items())
def test_exact_binomial_limits_are_the_guides(size: int, limits: list[float]) -> None:
    found = [math.ceil(upper_share(errors, size, 0.95) * 1000) / 10 for errors in range(len(limits))]
    assert found == limits


def test_of_a_large_population_the_limit_is_the_binomial_one() -> None:
    found = most_errors(2, 100, 10_000_000, 0.95) / 10_000_000
    assert found == pytest.approx(proportion_confint(2, 100, alpha=0.10, method="beta")[1], abs=1e-5)


def test_a_stratified_total_by_another_road() -> None:
    """Two strata, by numpy: means with their variances; one stratum alone is the textbook's mean per unit."""
    made = np.random.default_rng(3)
    samples = [(400, made.normal(10, 3, 30)), (100, made.normal(50, 20, 25))]
    found = stratified_total([StratumResult.of(rows, list(values)) for rows, values in samples], 0.95)
    total = sum(rows * values.mean() for rows, values in samples)
    parts = [rows**2 * (1 - len(values) / rows) * values.var(ddof=1) / len(values) for rows, values in samples]
    degrees = sum(parts) ** 2 / sum(part**2 / (len(v) - 1) for part, (_, v) in zip(parts, samples, strict=True))
    assert (found.total, found.standard_error) == pytest.approx((total, math.sqrt(sum(parts))))
    low, high = stats.t.interval(0.95, degrees, loc=total, scale=math.sqrt(sum(parts)))
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high))
    assert found.upper == pytest.approx(stats.t.ppf(0.95, degrees, loc=total, scale=math.sqrt(sum(parts))))


def test_a_stratified_total_as_published() -> None:
    """Lohr (Sampling: Design and Analysis, example 3.2): acres of farms in 3,078 counties, a sample of 300 in four regions.

    Rows, sample, mean and variance of each region; the total is 909,736,035 acres, its standard error 50,417,248.
    """
    regions = [
        (1054, 103, 300_504.16, 29_618_183_543),
        (220, 21, 97_629.81, 7_647_472_708),
        (1382, 135, 211_315.04, 53_587_487_856),
        (422, 41, 662_295.51, 396_185_950_266),
    ]
    found = stratified_total(
        [StratumResult(rows, n, n * mean, (n - 1) * spread + n * mean**2) for rows, n, mean, spread in regions], 0.95
    )
    assert found.total == pytest.approx(909_736_035, rel=1e-8)
    assert found.standard_error == pytest.approx(50_417_248, rel=1e-8)


def test_a_stratified_rate_by_another_road() -> None:
    """Cochran 1977, 5.10: sum of W^2 (1 - f) p q / (n - 1), and Korn and Graubard's limits by statsmodels."""
    cases = [(600, 60, 3), (300, 40, 6), (100, 20, 0)]
    results = [StratumResult.of(rows, [1.0] * wrong + [0.0] * (n - wrong)) for rows, n, wrong in cases]
    found = stratified_errors(results, 0.95)
    share = sum(rows / 1000 * wrong / n for rows, n, wrong in cases)
    variance = sum(
        (rows / 1000) ** 2 * (1 - n / rows) * (wrong / n) * (1 - wrong / n) / (n - 1) for rows, n, wrong in cases
    )
    assert (found.total / 1000, found.standard_error / 1000) == pytest.approx((share, math.sqrt(variance)))
    size = min(share * (1 - share) / variance, 120)
    low, high = proportion_confint(share * size, size, alpha=0.05, method="beta")
    assert (found.interval.low / 1000, found.interval.high / 1000) == pytest.approx((low, high))
    assert found.upper / 1000 == pytest.approx(proportion_confint(share * size, size, alpha=0.10, method="beta")[1])


def test_without_an_error_there_is_still_a_limit() -> None:
    proportional = [StratumResult.of(600, [0.0] * 60), StratumResult.of(400, [0.0] * 40)]
    found = stratified_errors(proportional, 0.95)
    assert (found.total, found.standard_error, found.interval.low) == (0, 0, 0)
    assert found.upper / 1000 == pytest.approx(1 - 0.05 ** (1 / 100))
    lopsided = [StratumResult.of(900, [0.0] * 10), StratumResult.of(100, [0.0] * 90)]
    assert stratified_errors(lopsided, 0.95).upper > 2 * found.upper


def test_all_checked_is_known() -> None:
    whole = [StratumResult.of(3, [1.0, 0.0, 1.0]), StratumResult.of(1, [0.0])]
    found = stratified_errors(whole, 0.95)
    assert (found.total, found.standard_error, found.upper) == (2, 0, 2)


def test_one_row_of_many_says_nothing_of_the_others() -> None:
    assert not can_be_estimated([StratumResult.of(9, [0.0])])
    assert not can_be_estimated([StratumResult.of(9, [])])
    assert can_be_estimated([StratumResult.of(1, [0.0]), StratumResult.of(9, [0.0, 1.0])])


def test_limits_hold_as_often_as_they_say() -> None:
    """Rates: of many samples from a population with 4 % wrong, the upper limit is above that in at least 95 %."""
    made = random.Random(8)
    strata = [(600, 12), (300, 21), (100, 7)]
    held = stratified_held = 0
    for _ in range(2000):
        simple = sum(made.sample([1] * 40 + [0] * 960, 80))
        held += most_errors(simple, 80, 1000, 0.95) >= 40
        found = []
        for rows, wrong in strata:
            values = made.sample([1.0] * wrong + [0.0] * (rows - wrong), rows * 8 // 100)
            found.append(StratumResult.of(rows, values))
        stratified_held += stratified_errors(found, 0.95).upper >= 40
    assert held / 2000 >= 0.94
    assert stratified_held / 2000 >= 0.94
