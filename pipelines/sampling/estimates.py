"""What a checked sample says of its population. Pure numbers in, estimates out; each formula with its source.

All bounds are one-sided upper limits at the confidence of the draw: the question is how much may be wrong at most.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from scipy.stats import hypergeom, t

from pipelines.sampling.sizes import reliability_factor
from pipelines.statistics import Interval, upper_share


@dataclass(frozen=True)
class MonetaryBound:
    """Overstatement in the units drawn from: what is projected, and what chance may hide beside it.

    upper = projected + basic (what no error at all would leave open) + widening (what each error found adds).
    """

    projected: float
    basic: float
    widening: float

    @property
    def upper(self) -> float:
        """The upper limit."""
        return self.projected + self.basic + self.widening


def stringer_bound(taintings: Sequence[float], interval: float, factor: Callable[[int], float]) -> MonetaryBound:
    """The Stringer bound (Stringer 1963; Leslie, Teitlebaum and Anderson 1979; AICPA 2012, Audit Sampling).

    taintings: of each row found overstated, the part of its amount that is wrong, above 0 and at most 1. factor: the
    reliability factor of a number of errors. interval: money that one row stands for. The worst are counted first:
    upper = interval * (factor(0) + sum of (factor(i) - factor(i - 1)) * tainting i).
    """
    worst_first = sorted(taintings, reverse=True)
    if worst_first and not (worst_first[-1] > 0 and worst_first[0] <= 1):
        raise ValueError("a tainting is above 0 and at most 1")
    factors = [factor(errors) for errors in range(len(worst_first) + 1)]
    steps = [after - before for before, after in pairwise(factors)]
    widening = math.fsum((step - 1) * tainting for step, tainting in zip(steps, worst_first, strict=True))
    return MonetaryBound(math.fsum(worst_first) * interval, factors[0] * interval, widening * interval)


def poisson_factor(confidence: float) -> Callable[[int], float]:
    """The usual factor of the Stringer bound."""
    return lambda errors: reliability_factor(errors, confidence)


def most_errors(errors: int, drawn: int, rows: int, confidence: float) -> int:
    """The exact upper limit of the wrong rows among `rows`, of which `drawn` were checked and `errors` found wrong.

    The largest number under which so few errors are still likelier than 1 - confidence (hypergeometric; Cochran 1977,
    3.6; Buonaccorsi 1987).
    """
    # What is as likely as that is not likelier, whatever the last binary digits say.
    least = (1 - confidence) * (1 + 1e-9)
    low, high = errors, rows - drawn + errors
    while low < high:
        middle = (low + high + 1) // 2
        if hypergeom.cdf(errors, rows, middle, drawn) > least:
            low = middle
        else:
            high = middle - 1
    return low


@dataclass(frozen=True)
class StratumResult:
    """What was found in a stratum of `rows` rows: how many were checked, the sum and the sum of squares of the findings."""

    rows: int
    checked: int
    total: float
    squares: float

    @classmethod
    def of(cls, rows: int, values: Sequence[float]) -> "StratumResult":
        """From the finding of each checked row: its yuan in error, or 1 for a wrong row and 0 for a right one."""
        return cls(rows, len(values), math.fsum(values), math.fsum(value * value for value in values))

    @property
    def variance(self) -> float:
        """The variance of the estimated total of the stratum, with the finite population correction."""
        if self.checked == self.rows:
            return 0.0
        spread = max(0.0, self.squares - self.total**2 / self.checked) / (self.checked - 1)
        return self.rows * (self.rows - self.checked) * spread / self.checked


@dataclass(frozen=True)
class Estimate:
    """An estimated total with its standard error; `upper` is one-sided, `interval` two-sided, at one confidence."""

    total: float
    standard_error: float
    interval: Interval
    upper: float


def can_be_estimated(strata: Sequence[StratumResult]) -> bool:
    """Whether every stratum is checked in full or in at least two rows: one row says nothing of how rows differ."""
    return all(stratum.checked >= min(2, stratum.rows) for stratum in strata)


def stratified_total(strata: Sequence[StratumResult], confidence: float) -> Estimate:
    """The total of a finding in the population (Cochran 1977, 5.3 and 5.4), with limits of Student's t.

    The degrees of freedom are those of Satterthwaite 1946. Where few rows are in error the sum is not near normal: the
    limits are then only rough, and those of a rate (`stratified_errors`) or of monetary units are to be preferred.
    """
    total = math.fsum(stratum.rows * stratum.total / stratum.checked for stratum in strata)
    parts = [(stratum.variance, stratum.checked - 1) for stratum in strata if stratum.variance > 0]
    error = math.sqrt(math.fsum(variance for variance, _ in parts))
    if not parts:
        return Estimate(total, 0.0, Interval(total, total), total)
    degrees = error**4 / math.fsum(variance**2 / free for variance, free in parts)
    half = float(t.ppf((1 + confidence) / 2, degrees)) * error
    return Estimate(
        total, error, Interval(total - half, total + half), total + float(t.ppf(confidence, degrees)) * error
    )


def stratified_errors(strata: Sequence[StratumResult], confidence: float) -> Estimate:
    """The number of wrong rows in the population, each finding being 0 or 1.

    The estimate and its standard error are Cochran's (1977, 5.10). The limits are those of Clopper and Pearson at the
    effective sample size p(1 - p) / variance, at most the rows checked (Korn and Graubard 1998): they hold for small p,
    and without any error, when the standard error is 0, the sample's size is that of its weights (Kish 1965).
    """
    rows = sum(stratum.rows for stratum in strata)
    checked = sum(stratum.checked for stratum in strata)
    estimate = stratified_total(strata, confidence)
    if checked == rows:
        return estimate
    share = min(max(estimate.total / rows, 0.0), 1.0)
    size = 1 / math.fsum((stratum.rows / rows) ** 2 / stratum.checked for stratum in strata)
    variance = (estimate.standard_error / rows) ** 2
    if variance > 0:
        size = share * (1 - share) / variance
    size = min(size, checked)
    risk = (1 - confidence) / 2
    low = 1 - upper_share(size - share * size, size, 1 - risk)
    high = upper_share(share * size, size, 1 - risk)
    upper = upper_share(share * size, size, confidence)
    return Estimate(estimate.total, estimate.standard_error, Interval(low * rows, high * rows), upper * rows)
