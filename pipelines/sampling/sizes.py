"""How many rows, or how wide an interval: from confidence, tolerable and expected error.

Sources: AICPA, Audit Guide: Audit Sampling (2012), with T. R. Stewart, Technical Notes on the AICPA Audit Guide Audit
Sampling (2012), who gives the distributions behind its tables. No table is copied: factors are quantiles.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.stats import binom, gamma, hypergeom

from pipelines.sampling.problems import SizeProblem

# A product such as 100 * 0.07 is 7.000000000000001: no row more for the last digit of a floating-point number.
_FUZZ = 1e-9


def reliability_factor(errors: int, confidence: float) -> float:
    """The Poisson upper limit of the mean where `errors` were found: 95 %, 0 errors: 3.00 (Garwood 1936; AICPA 2012)."""
    return float(gamma.ppf(confidence, errors + 1))


def _checked(confidence: float, tolerable: float, expected: float) -> None:
    if not 0 < confidence < 1:
        raise SizeProblem(f"a confidence of {confidence} is not between 0 and 1")
    if tolerable <= 0:
        raise SizeProblem("the tolerable error must be above 0")
    if not 0 <= expected < tolerable:
        raise SizeProblem("the expected error must be at least 0 and below the tolerable error")


def confidence_factor(confidence: float, expected_part: float) -> float:
    """How many intervals the tolerable error must hold if `expected_part` of it is expected to be found.

    The solution of c = G(confidence; 1 + expected_part * c), G the quantile of the gamma distribution (Stewart 2012): the
    errors expected in the sample then project to a bound that is exactly tolerable.
    """
    _checked(confidence, 1.0, expected_part)

    def missing(factor: float) -> float:
        return factor - float(gamma.ppf(confidence, 1 + expected_part * factor))

    low = reliability_factor(0, confidence)
    high = low + 1
    while missing(high) < 0:
        high *= 2
        if high > 1e7:
            raise SizeProblem("the expected error is too near the tolerable error: no sample is large enough")
    root: Any = brentq(missing, low, high, xtol=1e-12) if missing(low) < 0 else low
    return float(root)


def monetary_interval(tolerable_fen: int, expected_fen: int, confidence: float) -> int:
    """The sampling interval in fen: tolerable error over the confidence factor, rounded down."""
    _checked(confidence, tolerable_fen, expected_fen)
    interval = math.floor(tolerable_fen / confidence_factor(confidence, expected_fen / tolerable_fen))
    if interval < 1:
        raise SizeProblem("the tolerable error is too small: the interval would be less than one fen")
    return interval


def attribute_size(confidence: float, tolerable: float, expected: float, population: int | None = None) -> int:
    """The fewest rows that show a rate of errors below `tolerable` if the expected errors are found.

    Smallest n with P(X <= ceil(n * expected)) <= 1 - confidence at the tolerable rate: hypergeometric for a population
    of known size, binomial without one (AICPA 2012, tables of attribute sampling).
    """
    _checked(confidence, tolerable, expected)
    if tolerable > 1:
        raise SizeProblem("the tolerable error of a sample of rows is a rate between 0 and 1")
    wrong = math.ceil(tolerable * population - _FUZZ) if population else 0
    start, width = 1, 1024
    limit = population or 10_000_000
    while start <= limit:
        sizes = np.arange(start, min(start + width, limit + 1))
        found = np.ceil(sizes * expected - _FUZZ)
        chance = hypergeom.cdf(found, population, wrong, sizes) if population else binom.cdf(found, sizes, tolerable)
        enough = np.flatnonzero(chance <= 1 - confidence)
        if enough.size:
            return int(sizes[enough[0]])
        start, width = start + width, width * 2
    if population:
        return population
    raise SizeProblem("the expected error is too near the tolerable error: no sample is large enough")


def allocate(rows: Sequence[int], weights: Sequence[float], total: int, minimum: int) -> list[int]:
    """Share a sample of `total` among strata by weights, each with at least `minimum` rows and at most all of its own.

    Weights N are proportional allocation, N times the standard deviation optimum allocation (Neyman 1934; Cochran 1977,
    5.5). Where the minima need more than `total`, they go before it. Remainders go to the largest parts, ties to the
    stratum that comes first.
    """
    least = [min(minimum, count) for count in rows]
    total = min(max(total, sum(least)), sum(rows))
    # A stratum of weight 0 still takes rows, but only once the others are full.
    whole, everything = sum(weights) or 1.0, sum(rows)
    pulls = [max(weight / whole, 1e-9 * count / everything) for weight, count in zip(weights, rows, strict=True)]

    def given(factor: float) -> list[float]:
        parts = zip(pulls, least, rows, strict=True)
        return [min(max(factor * pull, float(low)), float(most)) for pull, low, most in parts]

    low, high = 0.0, max(count / pull for pull, count in zip(pulls, rows, strict=True))
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if math.fsum(given(middle)) < total else (low, middle)
    parts = given(high)
    sizes = [math.floor(part + _FUZZ) for part in parts]
    for index in sorted(range(len(rows)), key=lambda place: (sizes[place] - parts[place], place)):
        if sum(sizes) < total and sizes[index] < rows[index]:
            sizes[index] += 1
    return sizes
