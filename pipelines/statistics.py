"""Intervals, shrinkage and control limits for figures that rest on few rows.

Pure functions of plain numbers. Each says whose formula it is; tests compare them with scipy, statsmodels and published
examples. What is judged by them (floors, targets, how few is too few) are dated rows of seeds and come in as arguments.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from scipy.stats import beta, gamma, poisson

Z95 = 1.959964
"""Standard normal quantile of a two-sided 95 % interval, in the places that the scorecards fix."""


@dataclass(frozen=True)
class Interval:
    """Two limits, both inclusive."""

    low: float
    high: float


def _check_share(k: float, n: float) -> None:
    if not 0 <= k <= n or n <= 0:
        raise ValueError(f"{k} of {n} is no share")


def wilson(k: int, n: int, z: float = Z95) -> Interval:
    """The score interval of a share k/n (Wilson 1927; recommended for small n by Brown, Cai and DasGupta 2001)."""
    _check_share(k, n)
    p, spread = k / n, z * z / n
    centre = (p + spread / 2) / (1 + spread)
    half = z * math.sqrt(p * (1 - p) / n + spread / (4 * n)) / (1 + spread)
    # At the ends the formula gives exactly 0 or 1; floating point may miss it by its last digit.
    return Interval(0.0 if k == 0 else centre - half, 1.0 if k == n else centre + half)


def _lower_share(k: float, n: float, risk: float) -> float:
    return float(beta.ppf(risk, k, n - k + 1)) if k > 0 else 0.0


def upper_share(k: float, n: float, confidence: float) -> float:
    """The one-sided exact upper limit of a share (Clopper and Pearson 1934); k and n need not be whole numbers."""
    _check_share(k, n)
    return float(beta.ppf(confidence, k + 1, n - k)) if k < n else 1.0


def clopper_pearson(k: float, n: float, confidence: float = 0.95) -> Interval:
    """The exact two-sided interval of a share k/n (Clopper and Pearson 1934), by quantiles of the beta distribution."""
    _check_share(k, n)
    risk = (1 - confidence) / 2
    return Interval(_lower_share(k, n, risk), upper_share(k, n, 1 - risk))


def poisson_interval(k: int, confidence: float = 0.95) -> Interval:
    """The exact two-sided interval of a Poisson mean of which k events were seen (Garwood 1936)."""
    if k < 0:
        raise ValueError(f"{k} events cannot be")
    risk = (1 - confidence) / 2
    low = float(gamma.ppf(risk, k)) if k else 0.0
    return Interval(low, float(gamma.ppf(1 - risk, k + 1)))


@dataclass(frozen=True)
class SharePrior:
    """How a share is spread over the peers: their mean and M, the number of rows that it weighs (infinite: all alike)."""

    mean: float
    weight: float


@dataclass(frozen=True)
class RatePrior:
    """How a rate is spread over the peers: their mean, and the variance between them that chance does not explain."""

    mean: float
    variance: float


@dataclass(frozen=True)
class Shrunk:
    """A value drawn towards its peers. `reliability`: the part of it that is its own; None where peers were too few."""

    value: float
    reliability: float | None
    sd: float


def share_prior(peers: Sequence[tuple[int, int]], min_n: float, min_peers: int) -> SharePrior | None:
    """The beta-binomial prior of the peers' (k, n), by moments with weights n (Kleinman 1973).

    Peers with n below `min_n` are left out. None: fewer than `min_peers` are left.
    """
    counted = [(k, n) for k, n in peers if n >= min_n]
    if len(counted) < min_peers:
        return None
    rows = sum(n for _, n in counted)
    mean = sum(k for k, _ in counted) / rows
    spread = math.fsum(n * (k / n - mean) ** 2 for k, n in counted)
    within = mean * (1 - mean)
    degrees = len(counted) - 1
    bottom = within * (rows - sum(n * n for _, n in counted) / rows - degrees)
    if bottom == 0:
        return SharePrior(mean, math.inf)
    between = (spread - within * degrees) / bottom
    if between <= 0:
        return SharePrior(mean, math.inf)
    return SharePrior(mean, max(0.0, 1 / between - 1))


def shrink_share(k: int, n: int, prior: SharePrior | None) -> Shrunk:
    """A share drawn towards its peers' by the weight of its own rows; without a prior the raw share."""
    _check_share(k, n)
    if prior is None:
        raw = k / n
        return Shrunk(raw, None, math.sqrt(raw * (1 - raw) / (n + 1)))
    if math.isinf(prior.weight):
        return Shrunk(prior.mean, 0.0, 0.0)
    weight = n + prior.weight
    value = (k + prior.mean * prior.weight) / weight
    return Shrunk(value, n / weight, math.sqrt(value * (1 - value) / (weight + 1)))


def rate_prior(peers: Sequence[tuple[int, float]], min_e: float, min_peers: int) -> RatePrior | None:
    """Mean and variance of the peers' rates k/e, by moments with weights e (Marshall 1991).

    Peers with an exposure below `min_e` are left out. None: fewer than `min_peers` are left.
    """
    counted = [(k, e) for k, e in peers if e >= min_e]
    if len(counted) < min_peers:
        return None
    exposure = math.fsum(e for _, e in counted)
    mean = sum(k for k, _ in counted) / exposure
    spread = math.fsum(e * (k / e - mean) ** 2 for k, e in counted) / exposure
    return RatePrior(mean, max(0.0, spread - mean * len(counted) / exposure))


def shrink_rate(k: int, e: float, prior: RatePrior | None) -> Shrunk:
    """A rate k/e drawn towards its peers' (Marshall 1991); without a prior the raw rate."""
    if k < 0 or e <= 0:
        raise ValueError(f"{k} of {e} is no rate")
    raw = k / e
    if prior is None:
        return Shrunk(raw, None, math.sqrt(raw / e))
    own = prior.variance / (prior.variance + prior.mean / e) if prior.mean > 0 else 0.0
    value = prior.mean + own * (raw - prior.mean)
    return Shrunk(value, own, math.sqrt(value / e) * math.sqrt(own))


@dataclass(frozen=True)
class ControlLimits:
    """Limits of an XmR chart: of the single values, and of the steps from one to the next."""

    centre: float
    low: float
    high: float
    mean_range: float
    high_range: float


def control_limits(values: Sequence[float]) -> ControlLimits | None:
    """Limits of single values and moving ranges (XmR; Shewhart 1931, Wheeler 1993). None: fewer than two values.

    The usual factors 2.66 and 3.267 are 3/d2 and 1 + 3 d3/d2 for ranges of two values, where d2 = 2/sqrt(pi) and
    d3 = sqrt(2 - 4/pi).
    """
    if len(values) < 2:
        return None
    d2, d3 = 2 / math.sqrt(math.pi), math.sqrt(2 - 4 / math.pi)
    centre = math.fsum(values) / len(values)
    steps = [abs(after - before) for before, after in pairwise(values)]
    mean_range = math.fsum(steps) / len(steps)
    step = 3 * mean_range / d2
    return ControlLimits(centre, centre - step, centre + step, mean_range, mean_range * (1 + 3 * d3 / d2))


def poisson_limit(mean: float, share: float) -> int:
    """The smallest number of events that is not exceeded with at least this probability, of a Poisson mean."""
    return poisson_limits([mean], share)[0]


def poisson_limits(means: Sequence[float], share: float) -> list[int]:
    """`poisson_limit` of many means at once."""
    if any(mean < 0 for mean in means):
        raise ValueError(f"{min(means)} cannot be a mean of events")
    return [int(limit) for limit in poisson.ppf(share, means)]


def nearest_rank(ordered: Sequence[float], percent: float) -> float:
    """The percentile by nearest rank of values in order: the smallest of which at least so many are not above it."""
    rank = math.ceil(Fraction(str(percent)) * len(ordered) / 100)
    return ordered[min(max(rank, 1), len(ordered)) - 1]


def overdispersion(peers: Sequence[tuple[int, float]], target: float, lowest: float, highest: float) -> float:
    """How much more counts k differ from target x e than chance makes them: 1 is chance alone (Spiegelhalter 2005).

    Deviations are of square roots, which chance spreads alike at any size, and those beyond two percentiles count as these
    (winsorised), so that a few outliers do not excuse themselves.
    """
    deviations = sorted(2 * (math.sqrt(k) - math.sqrt(target * e)) for k, e in peers)
    low, high = nearest_rank(deviations, lowest), nearest_rank(deviations, highest)
    return math.fsum(min(max(each, low), high) ** 2 for each in deviations) / len(deviations)
