"""Sizes, factors and allocation, beside the tables of the AICPA Audit Guide and Cochran's examples."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipelines.sampling.problems import SizeProblem
from pipelines.sampling.sizes import allocate, attribute_size, confidence_factor, monetary_interval, reliability_factor

# AICPA, Audit Guide: Audit Sampling, confidence factors for sample evaluation: by risk, for 0, 1, 2, ... overstatements.
EVALUATION = {
    0.95: [3.00, 4.75, 6.30, 7.76, 9.16, 10.52, 11.85, 13.15, 14.44, 15.71, 16.97],
    0.90: [2.31, 3.89, 5.33, 6.69, 8.00, 9.28, 10.54, 11.78, 13.00, 14.21, 15.41],
    0.80: [1.61, 3.00, 4.28, 5.52, 6.73, 7.91, 9.08, 10.24, 11.38, 12.52, 13.66],
}

# The same guide, statistical sample sizes for tests of controls, 5 % risk: expected rate, tolerable rate, size.
ATTRIBUTES = [
    (0.0, 0.02, 149), (0.0, 0.05, 59), (0.0, 0.10, 29), (0.0, 0.20, 14), (0.0025, 0.02, 236), (0.005, 0.05, 93),
    (0.01, 0.05, 93), (0.01, 0.04, 156), (0.02, 0.05, 181), (0.02, 0.10, 46), (0.0, 0.03, 99), (0.0, 0.06, 49),
]  # fmt: skip


@pytest.mark.parametrize(("confidence", "table"), EVALUATION.items())
def test_reliability_factors_are_the_guides(confidence: float, table: list[float]) -> None:
    """The guide rounds up to two places."""
    found = [math.ceil(reliability_factor(errors, confidence) * 100) / 100 for errors in range(len(table))]
    assert found == table


@pytest.mark.parametrize(
    ("part", "factor"),
    [(0.0, 3.00), (0.05, 3.31), (0.10, 3.68), (0.15, 4.11), (0.20, 4.63), (0.30, 6.00), (0.50, 11.54)],
)
def test_confidence_factors_are_the_guides(part: float, factor: float) -> None:
    """Confidence factors for sample design, 5 % risk, by the ratio of expected to tolerable misstatement."""
    assert confidence_factor(0.95, part) == pytest.approx(factor, abs=0.0101)


@given(st.floats(0.5, 0.99), st.floats(0, 0.8))
def test_the_expected_error_projects_to_the_tolerable_error(confidence: float, part: float) -> None:
    """Drawn as planned, and with the expected errors found, the Poisson limit is exactly the tolerable error."""
    intervals = confidence_factor(confidence, part)
    assert stats.gamma.cdf(intervals, 1 + part * intervals) == pytest.approx(confidence, abs=1e-9)


def test_the_interval_of_a_published_plan() -> None:
    """Tolerable 15,000 of 300,000, nothing expected, 5 % risk: interval 5,000, 60 rows."""
    interval = monetary_interval(1_500_000, 0, 0.95)
    assert interval == pytest.approx(500_000, rel=0.002)
    assert math.ceil(30_000_000 / interval) == 60


@pytest.mark.parametrize(("expected", "tolerable", "size"), ATTRIBUTES)
def test_attribute_sizes_are_the_guides(expected: float, tolerable: float, size: int) -> None:
    assert attribute_size(0.95, tolerable, expected) == size


@given(st.integers(1, 400), st.sampled_from([0.02, 0.05, 0.1, 0.3]), st.sampled_from([0.0, 0.01]))
def test_sizes_of_small_populations_are_enough_and_not_more(rows: int, tolerable: float, expected: float) -> None:
    size = attribute_size(0.95, tolerable, expected, rows)
    wrong = math.ceil(round(tolerable * rows, 9))

    def shows(drawn: int) -> bool:
        return bool(stats.hypergeom.cdf(math.ceil(round(drawn * expected, 9)), rows, wrong, drawn) <= 0.05)

    assert size == next((drawn for drawn in range(1, rows + 1) if shows(drawn)), rows)


@pytest.mark.parametrize(
    "call",
    [
        lambda: monetary_interval(100, 100, 0.95),
        lambda: monetary_interval(0, 0, 0.95),
        lambda: monetary_interval(2, 0, 0.95),
        lambda: attribute_size(1.0, 0.05, 0.0),
        lambda: attribute_size(0.95, 1.5, 0.0),
        lambda: attribute_size(0.95, 0.05, 0.05),
        lambda: confidence_factor(0.95, 0.999999),
    ],
)
def test_what_no_sample_can_show_is_refused(call: Callable[[], object]) -> None:
    with pytest.raises(SizeProblem):
        call()


def test_allocation_as_cochran_has_it() -> None:
    """Cochran 1977, 5.5: 64 cities in strata of 16 and 48, S 232.04 and 74.71, n = 24: 12 and 12; proportional 6 and 18."""
    assert allocate([16, 48], [16 * 232.04, 48 * 74.71], 24, 1) == [12, 12]
    assert allocate([16, 48], [16.0, 48.0], 24, 1) == [6, 18]


counts = st.integers(1, 6) | st.integers(1, 500)
strata = st.lists(st.tuples(counts, st.floats(0, 1e6)), min_size=1, max_size=12)


@given(strata, st.integers(1, 20) | st.integers(1, 3000), st.integers(1, 5))
def test_allocation_keeps_to_total_minimum_and_strata(
    given_strata: list[tuple[int, float]], total: int, least: int
) -> None:
    rows, weights = [count for count, _ in given_strata], [count * spread for count, spread in given_strata]
    sizes = allocate(rows, weights, total, least)
    floor = sum(min(least, count) for count in rows)
    assert sum(sizes) == min(max(total, floor), sum(rows))
    assert all(min(least, count) <= size <= count for size, count in zip(sizes, rows, strict=True))


def test_a_full_stratum_gives_its_share_to_the_others() -> None:
    assert allocate([5, 100, 100], [1000.0, 1.0, 1.0], 45, 2) == [5, 20, 20]
    assert allocate([10, 10], [0.0, 0.0], 10, 1) == [5, 5]
    assert allocate([10, 10], [1.0, 0.0], 14, 1) == [10, 4]
