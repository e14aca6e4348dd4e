"""What providers' counts say of them: values drawn towards the peers', scores, domains, totals, grades, funnel and series.

Frames in, frames out; nothing is read here. Counts come from the models of `dbt_project/models/scorecards`, which call these
functions; the numbers by which they are judged come with them from the seeds. Formulas: `docs/scorecards.md`.
Sums are exactly rounded (`fsum`), so that the order of rows changes no digit.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl

from pipelines.statistics import (
    Interval,
    RatePrior,
    SharePrior,
    Shrunk,
    control_limits,
    overdispersion,
    poisson_interval,
    poisson_limit,
    rate_prior,
    share_prior,
    shrink_rate,
    shrink_share,
    wilson,
)

Row = dict[str, Any]

# Grades are compared to nine places: beyond them stands the noise of binary fractions.
_PLACES = 9

_MEASURED = {
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "shrunk": pl.Float64,
    "reliability": pl.Float64,
    "sd": pl.Float64,
    "score": pl.Float64,
    "state": pl.String,
    "peers": pl.Int64,
    "are_peers_enough": pl.Boolean,
    "are_peers_alike": pl.Boolean,
    "prior_mean": pl.Float64,
    "prior_weight": pl.Float64,
    "prior_variance": pl.Float64,
}

_CARD = ("slice", "provider", "jurisdiction")


def _groups(frame: pl.DataFrame, keys: Sequence[str]) -> Iterator[list[Row]]:
    for group in frame.sort(*keys, "provider").partition_by(list(keys), maintain_order=True):
        yield group.to_dicts()


def _appended(frame: pl.DataFrame, schema: dict[str, Any], rows: Iterable[Row]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema={**frame.schema, **schema})


# ---- measures ----------------------------------------------------------------------------------------------------


@cache
def _events_interval(k: int, confidence: float) -> Interval:
    return poisson_interval(k, confidence)


def _share(row: Row, prior: SharePrior | None) -> tuple[Interval, Shrunk]:
    k, n = row["k"], round(row["n"])
    return wilson(k, n, row["interval_z"]), shrink_share(k, n, prior)


def _rate(row: Row, prior: RatePrior | None) -> tuple[Interval, Shrunk]:
    k, e = row["k"], row["n"]
    events = _events_interval(k, row["interval_confidence"])
    return Interval(events.low / e, events.high / e), shrink_rate(k, e, prior)


def score(value: float, floor: float, target: float) -> float:
    """0 at the floor, 100 at the target, on a straight line between them and never beyond."""
    return min(max((value - floor) / (target - floor), 0.0), 1.0) * 100


def _about_peers(prior: SharePrior | RatePrior | None) -> Row:
    match prior:
        case SharePrior(mean, weight):
            alike = math.isinf(weight)
            return {"are_peers_alike": alike, "prior_mean": mean, "prior_weight": None if alike else weight}
        case RatePrior(mean, variance):
            return {"are_peers_alike": variance == 0, "prior_mean": mean, "prior_variance": variance}
    return {}


def _measured(group: list[Row]) -> Iterator[Row]:
    """One measure of all cards of a jurisdiction: each is its peers' peer."""
    first = group[0]
    min_n, fewest = first["min_n"], round(first["fewest_peers"])
    is_rate = first["kind"] == "rate"
    rates = rate_prior([(row["k"], row["n"]) for row in group], min_n, fewest) if is_rate else None
    # A provider without a single row has no share, whatever the least number is.
    counted = [(row["k"], round(row["n"])) for row in group if row["n"] > 0]
    shares = None if is_rate else share_prior(counted, min_n, fewest)
    prior = rates if is_rate else shares
    about = {
        **dict.fromkeys(_MEASURED),
        "peers": sum(row["n"] >= min_n and row["n"] > 0 for row in group),
        "are_peers_enough": prior is not None,
        **_about_peers(prior),
    }
    for row in group:
        if row["n"] <= 0 or row["n"] < min_n:
            # k and n are all that is said of it: a value of so few rows would be read as one.
            yield {**row, **about, "state": "too_few" if row["n"] > 0 else "no_data"}
            continue
        interval, shrunk = _rate(row, rates) if is_rate else _share(row, shares)
        yield {
            **row,
            **about,
            "value": row["k"] / row["n"],
            "low": interval.low,
            "high": interval.high,
            "shrunk": shrunk.value,
            "reliability": shrunk.reliability,
            "sd": shrunk.sd,
            "score": score(shrunk.value, row["floor"], row["target"]),
            "state": "scored",
        }


def measures(counts: pl.DataFrame) -> pl.DataFrame:
    """Each count with its interval, the value drawn towards the peers', its score and state.

    counts: a row per slice (the period, a quarter), provider, jurisdiction and measure, with k, n and the measure's kind,
    floor, target, min_n, and interval_z, interval_confidence, fewest_peers. Peers are the providers of a slice, a
    jurisdiction and a measure.
    """
    groups = _groups(counts, ("slice", "jurisdiction", "measure"))
    return _appended(counts, dict(_MEASURED), (row for group in groups for row in _measured(group)))


# ---- domains, totals and grades ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Mean:
    """A weighted mean, its standard deviation (parts taken as independent), and the weight that it rests on."""

    value: float
    sd: float
    weight: float


def _weighted(parts: Sequence[tuple[float, float, float]]) -> _Mean | None:
    """The mean of (weight, value, sd); None where there is no weight."""
    weight = math.fsum(part for part, _, _ in parts)
    if weight <= 0:
        return None
    value = math.fsum(part * value for part, value, _ in parts) / weight
    sd = math.sqrt(math.fsum((part * sd) ** 2 for part, _, sd in parts)) / weight
    return _Mean(value, sd, weight)


_DOMAIN = {"score": pl.Float64, "sd": pl.Float64, "weight_scored": pl.Float64, "weight_needed": pl.Float64}


def _domain(rows: list[Row]) -> Row:
    first = rows[0]
    scored = [
        (row["measure_weight"], row["score"], row["sd"] * 100 / abs(row["target"] - row["floor"]))
        for row in rows
        if row["state"] == "scored"
    ]
    needed = first["domain_weight_needed"] * first["domain_measures_weight"]
    mean = _weighted(scored)
    is_enough = mean is not None and mean.weight >= needed
    return {
        **{name: first[name] for name in (*_CARD, "domain")},
        "score": mean.value if mean and is_enough else None,
        "sd": mean.sd if mean and is_enough else None,
        "weight_scored": mean.weight if mean else 0.0,
        "weight_needed": needed,
    }


def domains(measured: pl.DataFrame) -> pl.DataFrame:
    """The score of each domain of each card: the weighted mean of its scored measures, where enough of them are.

    measured: what `measures` gives, with domain, measure_weight, domain_weight_needed (a share) and domain_measures_weight
    (of all measures of the domain).
    """
    schema = dict.fromkeys((*_CARD, "domain"), pl.String) | _DOMAIN
    return pl.DataFrame([_domain(rows) for rows in _groups(measured, (*_CARD, "domain"))], schema=schema)


_TOTAL = {
    "total": pl.Float64,
    "total_low": pl.Float64,
    "total_high": pl.Float64,
    "sd": pl.Float64,
    "weight_scored": pl.Float64,
    "weight_needed": pl.Float64,
    "is_needed_domain_missing": pl.Boolean,
    "grade": pl.String,
}
_GRADES = ("excellent", "good", "pass")


def grade(total: float, limits: Row) -> str:
    """The best grade whose limit (`grade_<name>`) the total reaches."""
    return next((name for name in _GRADES if round(total, _PLACES) >= limits[f"grade_{name}"]), "fail")


def _total(rows: list[Row]) -> Row:
    first = rows[0]
    mean = _weighted([(row["weight"], row["score"], row["sd"]) for row in rows if row["score"] is not None])
    needed = first["total_weight_needed"] * math.fsum(row["weight"] for row in rows)
    is_missing = any(row["is_needed"] and row["score"] is None for row in rows)
    found: Row = {
        **{name: first[name] for name in _CARD},
        **dict.fromkeys(_TOTAL),
        "weight_scored": mean.weight if mean else 0.0,
        "weight_needed": needed,
        "is_needed_domain_missing": is_missing,
    }
    if mean is None or mean.weight < needed or is_missing:
        return found
    reach = first["total_z"] * mean.sd
    return {
        **found,
        "total": mean.value,
        "total_low": mean.value - reach,
        "total_high": mean.value + reach,
        "sd": mean.sd,
        "grade": grade(mean.value, first),
    }


def totals(scored: pl.DataFrame) -> pl.DataFrame:
    """The total of each card: the weighted mean of its scored domains, where enough of them and all needed ones are.

    scored: what `domains` gives, one row for every domain, with weight, is_needed, total_weight_needed (a share), total_z
    and the limits of the grades.
    """
    schema = dict.fromkeys(_CARD, pl.String) | _TOTAL
    return pl.DataFrame([_total(rows) for rows in _groups(scored, _CARD)], schema=schema)


# ---- the funnel --------------------------------------------------------------------------------------------------

_FUNNEL = {
    "rate": pl.Float64,
    "target": pl.Float64,
    "low95": pl.Float64,
    "high95": pl.Float64,
    "low998": pl.Float64,
    "high998": pl.Float64,
    "phi": pl.Float64,
    "position": pl.String,
}


def _limits(row: Row, target: float, phi: float) -> Iterator[float]:
    e = row["e"]
    for confidence in (row["funnel_inner_confidence"], row["funnel_outer_confidence"]):
        for share in ((1 - confidence) / 2, (1 + confidence) / 2):
            limit = poisson_limit(target * e, share) / e
            yield target + (limit - target) * math.sqrt(phi) if phi > 1 else limit


def _position(rate: float, low95: float, high95: float, low998: float, high998: float) -> str:
    if rate < low998:
        return "below_998"
    if rate > high998:
        return "above_998"
    if rate < low95:
        return "below_95"
    return "above_95" if rate > high95 else "inside"


def _funnel(group: list[Row]) -> Iterator[Row]:
    first = group[0]
    peers = [(row["complaints"], row["e"]) for row in group]
    target = sum(k for k, _ in peers) / math.fsum(e for _, e in peers)
    phi = overdispersion(peers, target, first["funnel_lowest_percentile"], first["funnel_highest_percentile"])
    for row in group:
        rate = row["complaints"] / row["e"]
        low95, high95, low998, high998 = _limits(row, target, phi)
        yield {
            **row,
            "rate": rate,
            "target": target,
            "low95": low95,
            "high95": high95,
            "low998": low998,
            "high998": high998,
            "phi": phi,
            "position": _position(rate, low95, high95, low998, high998),
        }


def funnel(counts: pl.DataFrame) -> pl.DataFrame:
    """Each provider's rate of complaints against the limits that chance sets around the peers' pooled rate.

    counts: a row per provider and jurisdiction with complaints, e (thousand visits, above 0) and the settings of the funnel.
    """
    groups = _groups(counts, ("jurisdiction",))
    return _appended(counts, dict(_FUNNEL), (row for group in groups for row in _funnel(group)))


# ---- series ------------------------------------------------------------------------------------------------------


def series_limits(months: pl.DataFrame, columns: dict[str, str]) -> pl.DataFrame:
    """Limits of single values (XmR) of each card's months, in their order; months without a value are passed over.

    columns: the column of a value to the first part of the names of its limits.
    """
    schema = {f"{name}_{part}": pl.Float64 for name in columns.values() for part in ("centre", "low", "high")}
    rows: list[Row] = []
    for group in months.sort("provider", "jurisdiction", "month").partition_by("provider", "jurisdiction"):
        found: Row = {}
        for column, name in columns.items():
            limits = control_limits(group[column].drop_nulls().to_list())
            if limits:
                found |= {f"{name}_centre": limits.centre, f"{name}_low": limits.low, f"{name}_high": limits.high}
        rows += [{**row, **dict.fromkeys(schema), **found} for row in group.to_dicts()]
    return _appended(months, dict(schema), rows)
