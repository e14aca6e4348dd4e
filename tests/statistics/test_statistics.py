"""Intervals, shrinkage and control limits: beside published examples and independent calculations, to 1e-6."""

import math
import random
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from pipelines.statistics import (
    SharePrior,
    clopper_pearson,
    control_limits,
    poisson_interval,
    rate_prior,
    share_prior,
    shrink_rate,
    shrink_share,
    upper_share,
    wilson,
)

# Newcombe 1998, Statistics in Medicine 17: 857-872, table I: k, n, score interval, exact interval.
NEWCOMBE = [
    (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
    (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
    (0, 20, (0.0000, 0.1611), (0.0000, 0.1684)),
    (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
]
counts = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(("k", "n", "score", "exact"), NEWCOMBE)
def test_shares_as_published(
    k: int, n: int, score: tuple[float, float], exact: tuple[float, float]
) -> None:  # fmt: skip
    found = wilson(k, n), clopper_pearson(k, n)
    assert [(round(each.low, 4), round(each.high, 4)) for each in found] == [score, exact]


@given(counts)
def test_shares_as_statsmodels_has_them(case: tuple[int, int]) -> None:
    k, n = case
    for ours, method in ((wilson(k, n), "wilson"), (clopper_pearson(k, n), "beta")):
        low, high = proportion_confint(k, n, alpha=0.05, method=method)
        assert (ours.low, ours.high) == pytest.approx((low, high), abs=1e-7)


def test_an_upper_limit_leaves_its_risk_outside() -> None:
    limit = upper_share(3, 50, 0.95)
    assert stats.binom.cdf(3, 50, limit) == pytest.approx(0.05, abs=1e-12)
    assert upper_share(50, 50, 0.95) == 1


@pytest.mark.parametrize(
    ("k", "limits"),
    [(0, (0.0, 3.689)), (1, (0.0253, 5.572)), (5, (1.623, 11.668)), (10, (4.795, 18.390)), (20, (12.217, 30.888))],
)
def test_events_as_published(k: int, limits: tuple[float, float]) -> None:
    """Garwood 1936 (Biometrika 28: 437-442), as every table of Poisson limits has it."""
    found = poisson_interval(k)
    assert (found.low, found.high) == pytest.approx(limits, abs=5e-4)


@given(st.integers(0, 2000))
def test_events_as_chi_squares(k: int) -> None:
    found = poisson_interval(k)
    low = stats.chi2.ppf(0.025, 2 * k) / 2 if k else 0.0
    assert (found.low, found.high) == pytest.approx((low, stats.chi2.ppf(0.975, 2 * k + 2) / 2), abs=1e-8)


def test_impossible_shares_and_counts_are_refused() -> None:
    for call in (lambda: wilson(3, 2), lambda: clopper_pearson(0, 0), lambda: shrink_share(-1, 4, None)):
        with pytest.raises(ValueError, match="no share"):
            call()
    with pytest.raises(ValueError, match="no rate"):
        shrink_rate(1, 0, None)
    with pytest.raises(ValueError, match="cannot be"):
        poisson_interval(-1)


def peers(seed: int, spread: float) -> list[tuple[int, int]]:
    made = np.random.default_rng(seed)
    sizes = made.integers(20, 400, 30)
    shares = made.beta(0.8 * spread, 0.2 * spread, 30)
    return [(int(made.binomial(n, p)), int(n)) for n, p in zip(sizes, shares, strict=True)]


@pytest.mark.parametrize("seed", range(20))
def test_share_prior_is_kleinmans(seed: int) -> None:
    """The same moments by another road: numpy's weighted averages, and the variance of the prior instead of its weight."""
    given_peers = peers(seed, 15)
    k, n = (np.array(column, dtype=float) for column in zip(*given_peers, strict=True))
    mean = np.average(k / n, weights=n)
    spread = np.average((k / n - mean) ** 2, weights=n) * n.sum()
    between = (spread - mean * (1 - mean) * (len(n) - 1)) / (n.sum() * (1 - (n**2).sum() / n.sum() ** 2) - (len(n) - 1))
    prior = share_prior(given_peers, 20, 5)
    assert prior is not None
    # Var = p(1-p)/(M+1) of a beta distribution with mean p and weight M.
    assert prior.mean == pytest.approx(mean, abs=1e-12)
    assert mean * (1 - mean) / (prior.weight + 1) == pytest.approx(between, abs=1e-9)
    for k_i, n_i in given_peers:
        a, b = prior.mean * prior.weight + k_i, (1 - prior.mean) * prior.weight + n_i - k_i
        shrunk = shrink_share(k_i, n_i, prior)
        assert shrunk.value == pytest.approx(stats.beta.mean(a, b), abs=1e-9)
        assert shrunk.sd == pytest.approx(stats.beta.std(a, b), abs=1e-9)
        assert shrunk.reliability == pytest.approx(n_i / (n_i + prior.weight), abs=1e-9)


def test_share_prior_finds_the_spread_that_was_put_in() -> None:
    weights = [prior.weight for seed in range(200) if (prior := share_prior(peers(seed, 15), 20, 5))]
    assert 10 < float(np.median(weights)) < 25


def test_share_prior_at_its_ends() -> None:
    alike = [(10, 20), (20, 40), (15, 30), (50, 100), (30, 60)]
    assert share_prior(alike, 20, 5) == SharePrior(0.5, math.inf)
    assert share_prior([(0, 30)] * 5, 20, 5) == SharePrior(0.0, math.inf)
    assert share_prior([(k, 1) for k in (0, 1, 1, 0, 1)], 1, 5) == SharePrior(0.6, math.inf)
    apart = share_prior([(0, 30), (30, 30), (0, 30), (30, 30), (0, 30)], 20, 5)
    assert apart is not None
    assert apart.weight == 0
    assert share_prior([*alike[:4], (1, 19)], 20, 5) is None
    assert shrink_share(18, 20, share_prior(alike, 20, 5)) == shrink_share(2, 20, share_prior(alike, 20, 5))
    alone = shrink_share(18, 20, None)
    assert (alone.value, alone.reliability, alone.sd) == (0.9, None, pytest.approx(math.sqrt(0.9 * 0.1 / 21)))


@pytest.mark.parametrize("seed", range(20))
def test_rates_are_marshalls(seed: int) -> None:
    made = np.random.default_rng(seed)
    e = made.uniform(0.2, 8, 25)
    k = made.poisson(e * made.gamma(4, 0.5, 25))
    given_peers = [(int(count), float(exposure)) for count, exposure in zip(k, e, strict=True)]
    prior = rate_prior([*given_peers, (90, 0.1)], 0.2, 5)
    mean = k.sum() / e.sum()
    variance = max(0.0, np.average((k / e - mean) ** 2, weights=e) - mean / e.mean())
    assert prior is not None
    assert (prior.mean, prior.variance) == pytest.approx((mean, variance), abs=1e-9)
    for count, exposure in given_peers:
        own = variance / (variance + mean / exposure)
        value = own * count / exposure + (1 - own) * mean
        shrunk = shrink_rate(count, exposure, prior)
        assert (shrunk.value, shrunk.reliability) == pytest.approx((value, own), abs=1e-9)
        assert shrunk.sd == pytest.approx(math.sqrt(value / exposure * own), abs=1e-9)


def test_rates_at_their_ends() -> None:
    none = rate_prior([(0, 1.0)] * 5, 0.2, 5)
    assert shrink_rate(0, 2.0, none).reliability == 0
    assert shrink_rate(0, 2.0, none).value == 0
    assert rate_prior([(1, 1.0)] * 4, 0.2, 5) is None
    alone = shrink_rate(3, 1.5, None)
    assert (alone.value, alone.reliability, alone.sd) == (2.0, None, pytest.approx(math.sqrt(2 / 1.5)))


def test_control_limits_as_published() -> None:
    """NIST/SEMATECH e-Handbook 6.3.2.2 (flow rates): centre 50.81, limits 45.8159 and 55.8041 with d2 rounded to 1.128."""
    found = control_limits([49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1])
    assert found is not None
    assert found.centre == pytest.approx(50.81)
    assert found.mean_range == pytest.approx(1.8778, abs=5e-5)
    assert (found.low, found.high) == pytest.approx((45.8159, 55.8041), abs=2e-3)
    assert found.high_range == pytest.approx(3.267 * found.mean_range, abs=2e-3)


def test_control_limits_need_two_values_and_hold_noise() -> None:
    assert control_limits([5.0]) is None
    made = random.Random(4)
    values = [made.gauss(10, 2) for _ in range(4000)]
    found = control_limits(values)
    assert found is not None
    inside = sum(found.low <= value <= found.high for value in values) / len(values)
    assert inside == pytest.approx(NormalDist().cdf(3) - NormalDist().cdf(-3), abs=0.004)
