"""The statistics of few rows, in exact fractions as far as they go: intervals, shrinkage, funnel limits.

Intervals and quantiles are those of scipy and statsmodels; what they do not have is written from its definition.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scipy.stats import chi2, norm, poisson
from statsmodels.stats.proportion import proportion_confint

Z = 1.959964
WILSON_ALPHA = 2 * float(norm.sf(Z))
QUANTILES = {"low998": 0.001, "low95": 0.025, "high95": 0.975, "high998": 0.999}


@dataclass(frozen=True)
class Shrunk:
    """A value drawn towards its peers, the part that is its own (None: peers were too few), its standard deviation."""

    value: Fraction
    reliability: Fraction | None
    sd: float


def wilson(k: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    low, high = proportion_confint(k, n, alpha=WILSON_ALPHA, method="wilson")
    return float(low), float(high)


def poisson_interval(k: int, e: Fraction) -> tuple[float, float]:
    """The exact 95 % interval of a rate of k events."""
    low = float(chi2.ppf(0.025, 2 * k)) / 2 if k else 0.0
    return low / float(e), float(chi2.ppf(0.975, 2 * k + 2)) / 2 / float(e)


def peers_alike(peers: Sequence[tuple[int, Fraction]]) -> tuple[Fraction, Fraction | None]:
    """The peers' pooled share, and how many rows it weighs (None: infinitely many, all peers look alike)."""
    count, rows = len(peers), sum((n for _, n in peers), Fraction(0))
    p = Fraction(sum(k for k, _ in peers)) / rows
    spread = sum((n * (k / n - p) ** 2 for k, n in peers), Fraction(0))
    chance = p * (1 - p)
    bottom = chance * (rows - sum((n * n for _, n in peers), Fraction(0)) / rows - (count - 1))
    if bottom == 0:
        return p, None
    g = (spread - chance * (count - 1)) / bottom
    if g <= 0:
        return p, None
    return p, max(Fraction(0), 1 / g - 1)


def shrunk_share(k: int, n: Fraction, peers: Sequence[tuple[int, Fraction]] | None) -> Shrunk:
    """A share among its peers; None: there are too few of them."""
    p, weight = peers_alike(peers) if peers is not None else (Fraction(0), Fraction(0))
    if weight is None:
        return Shrunk(p, Fraction(0), 0.0)
    value = (k + p * weight) / (n + weight)
    sd = math.sqrt(value * (1 - value) / (n + weight + 1))
    return Shrunk(value, None if peers is None else n / (n + weight), sd)


def shrunk_rate(k: int, e: Fraction, peers: Sequence[tuple[int, Fraction]] | None) -> Shrunk:
    """A rate among its peers; None: there are too few of them."""
    rate = k / e
    if peers is None:
        return Shrunk(rate, None, math.sqrt(rate / e))
    exposure = sum((e_i for _, e_i in peers), Fraction(0))
    m = Fraction(sum(k_i for k_i, _ in peers)) / exposure
    s2 = sum((e_i * (k_i / e_i - m) ** 2 for k_i, e_i in peers), Fraction(0)) / exposure
    between = max(Fraction(0), s2 - m / (exposure / len(peers)))
    own = between / (between + m / e) if m else Fraction(0)
    value = m + own * (rate - m)
    return Shrunk(value, own, math.sqrt(value / e) * math.sqrt(own))


def poisson_quantile(q: float, mean: float) -> int:
    """The smallest k with P(X <= k) >= q."""
    k = 0
    while float(poisson.cdf(k, mean)) < q:
        k += 1
    return k


def overdispersion(peers: Sequence[tuple[int, Fraction]], target: Fraction) -> float:
    """phi: the mean square of the peers' distances from the target, the outermost tenths drawn in (nearest rank)."""
    distances = sorted(2 * (math.sqrt(k) - math.sqrt(target * e)) for k, e in peers)
    count = len(distances)
    low, high = distances[-(-count // 10) - 1], distances[-(-9 * count // 10) - 1]
    return math.fsum(min(max(z, low), high) ** 2 for z in distances) / count


def funnel_limits(e: Fraction, target: Fraction, phi: float) -> dict[str, float]:
    """The limits of a rate of an exposure, widened where peers differ by more than chance."""
    m, widened = float(target), math.sqrt(max(1.0, phi))
    limits = {name: poisson_quantile(q, float(target * e)) / float(e) for name, q in QUANTILES.items()}
    if phi <= 1:
        return limits
    return {name: m + (limit - m) * widened for name, limit in limits.items()}


def funnel_position(rate: float, limits: dict[str, float]) -> str:
    """Where a rate lies; one on a limit is inside of it."""
    if rate < limits["low998"]:
        return "below_998"
    if rate > limits["high998"]:
        return "above_998"
    if rate < limits["low95"]:
        return "below_95"
    return "above_95" if rate > limits["high95"] else "inside"
