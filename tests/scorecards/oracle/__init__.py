"""Scorecards once more, in plain Python from their definition: the reference against which the models are compared.

`scorecards` takes a world as the rules' second reading does, and decisions on findings; it gives the four published
tables as lists of rows.
"""

import datetime as dt
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from tests.rules.oracle.common import Facts, Judged, Policy, World, service_date
from tests.scorecards.oracle.counts import MEASURES, Known, Provider
from tests.scorecards.oracle.figures import (
    Shrunk,
    funnel_limits,
    funnel_position,
    overdispersion,
    poisson_interval,
    shrunk_rate,
    shrunk_share,
    wilson,
)

Row = dict[str, Any]
Tables = dict[str, list[Row]]
Card = tuple[str, str]  # provider, jurisdiction
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "scorecards": (
        *("provider", "jurisdiction", "total", "total_low", "total_high"),
        *("grade", "cap_reason", "weight_scored"),
    ),
    "scorecard_domains": ("provider", "jurisdiction", "domain", "score", "weight_scored"),
    "scorecard_measures": (
        *("provider", "jurisdiction", "measure", "k", "n", "value", "low", "high"),
        *("shrunk", "reliability", "score", "state"),
    ),
    "complaint_funnel": (
        *("provider", "jurisdiction", "visits", "complaints", "rate", "target"),
        *("low95", "high95", "low998", "high998", "phi", "position"),
    ),
}


@dataclass(frozen=True)
class Measure:
    """A measure's parameters."""

    name: str
    domain: str
    weight: Fraction
    is_rate: bool
    min_n: Fraction
    floor: Fraction
    target: Fraction


@dataclass(frozen=True)
class Parameters:
    """The evaluator's numbers."""

    measures: tuple[Measure, ...]
    domains: Mapping[str, int]
    min_peers: int
    domain_scored: int
    total_scored: int
    total_needs: tuple[str, ...]
    grades: Mapping[str, int]
    capping_rules: tuple[str, ...]


def load_parameters() -> Parameters:
    """The numbers of the definition."""
    written = yaml.safe_load((Path(__file__).parent / "parameters.yml").read_text(encoding="utf-8"))
    measures = tuple(
        Measure(
            name,
            row["domain"],
            Fraction(row["weight"]),
            row["kind"] == "rate",
            *(Fraction(str(row[number])) for number in ("min_n", "floor", "target")),
        )
        for name, row in written["measures"].items()
    )
    return Parameters(
        measures,
        written["domains"],
        written["min_peers"],
        written["domain_scored"],
        written["total_scored"],
        tuple(written["total_needs"]),
        written["grades"],
        tuple(written["capping_rules"]),
    )


def finding_id(rule: str, jurisdiction: str, subject: str, period: str) -> str:
    """A finding's name."""
    digest = hashlib.sha256("|".join((rule, jurisdiction, subject, period)).encode()).hexdigest()
    return f"{rule}-{digest[:16]}"


@dataclass(frozen=True)
class Scored:
    """A row of `scorecard_measures`, and what weighs in the total."""

    row: Row
    score: Fraction | None
    sd: float


def scorecards(
    world: World,
    as_of: dt.date,
    period_start: dt.date | None,
    policy: Policy,
    decisions: Mapping[str, str],
) -> Tables:
    """The published tables of a world; `decisions`: a finding's verdict by its id."""
    parameters = load_parameters()
    known = Known(Facts(world, as_of, period_start, policy))
    tables: Tables = {name: [] for name in COLUMNS}
    caps = caps_of(known, parameters, decisions)
    for place in sorted({place for _, place in cards_of(known.facts)}):
        providers = [Provider(known, who, at) for who, at in cards_of(known.facts) if at == place]
        counts = {
            measure.name: {provider.id: MEASURES[measure.name](provider) for provider in providers}
            for measure in parameters.measures
        }
        scored = {
            measure.name: measure_rows(measure, place, counts[measure.name], parameters.min_peers)
            for measure in parameters.measures
        }
        for provider in providers:
            own = {name: rows[provider.id] for name, rows in scored.items()}
            tables["scorecard_measures"] += [measure.row for measure in own.values()]
            domains = domain_rows(provider, own, parameters)
            tables["scorecard_domains"] += domains
            cap = caps.get((provider.id, place))
            tables["scorecards"].append(card_row(provider, own, domains, cap, parameters))
        tables["complaint_funnel"] += funnel_rows(place, counts["complaints_upheld"])
    return {name: [{column: row[column] for column in COLUMNS[name]} for row in rows] for name, rows in tables.items()}


def cards_of(facts: Facts) -> list[Card]:
    """Providers with a visit of the period in a jurisdiction."""
    visits = (visit for visit in facts.rows("visits") if facts.in_period(service_date(visit)))
    found = {(visit["provider_id"], facts.place_of(visit["division_code"])) for visit in visits}
    return sorted((provider, place) for provider, place in found if place is not None)


# ---- measures -------------------------------------------------------------------------------------------------------


def measure_rows(
    measure: Measure, place: str, counts: Mapping[str, tuple[int, int]], min_peers: int
) -> dict[str, Scored]:
    """A measure of all peers."""
    exposed = {who: (k, Fraction(n, 1000) if measure.is_rate else Fraction(n)) for who, (k, n) in counts.items()}
    large = [(k, n) for k, n in exposed.values() if n >= measure.min_n]
    peers = large if len(large) >= min_peers else None
    return {who: measure_row(measure, place, who, k, n, peers) for who, (k, n) in exposed.items()}


def measure_row(
    measure: Measure, place: str, provider: str, k: int, n: Fraction, peers: Sequence[tuple[int, Fraction]] | None
) -> Scored:
    """A measure of a provider; below min_n k and n are all that is said of it."""
    row: Row = dict.fromkeys(COLUMNS["scorecard_measures"])
    row |= {"provider": provider, "jurisdiction": place, "measure": measure.name, "k": k, "n": float(n)}
    if n < measure.min_n:
        return Scored(row | {"state": "too_few" if n else "no_data"}, None, 0.0)
    shrunk: Shrunk = (shrunk_rate if measure.is_rate else shrunk_share)(k, n, peers)
    low, high = poisson_interval(k, n) if measure.is_rate else wilson(k, int(n))
    span = measure.target - measure.floor
    score = min(max((shrunk.value - measure.floor) / span * 100, Fraction(0)), Fraction(100))
    row |= {
        "value": float(k / n),
        "low": low,
        "high": high,
        "shrunk": float(shrunk.value),
        "reliability": None if shrunk.reliability is None else float(shrunk.reliability),
        "score": float(score),
        "state": "scored",
    }
    return Scored(row, score, shrunk.sd * 100 / abs(float(span)))


# ---- domains and the whole ------------------------------------------------------------------------------------------


def scored_of(domain: str, own: Mapping[str, Scored], parameters: Parameters) -> list[tuple[Fraction, Fraction, float]]:
    """Weight, score and standard deviation of the scored measures of a domain."""
    of_domain = [(measure, own[measure.name]) for measure in parameters.measures if measure.domain == domain]
    return [(measure.weight, found.score, found.sd) for measure, found in of_domain if found.score is not None]


def domain_rows(provider: Provider, own: Mapping[str, Scored], parameters: Parameters) -> list[Row]:
    """The domains of a card."""
    rows: list[Row] = []
    for domain in parameters.domains:
        parts = scored_of(domain, own, parameters)
        weight = sum((weight for weight, _, _ in parts), Fraction(0))
        mean = sum((weight * score for weight, score, _ in parts), Fraction(0)) / weight if weight else None
        rows.append(
            {
                "provider": provider.id,
                "jurisdiction": provider.place,
                "domain": domain,
                "score": float(mean) if mean is not None and weight >= parameters.domain_scored else None,
                "weight_scored": float(weight),
            }
        )
    return rows


def card_row(
    provider: Provider, own: Mapping[str, Scored], domains: Sequence[Row], cap: str | None, parameters: Parameters
) -> Row:
    """A card as a whole: without enough of the weight it has neither total nor grade, but it names its cap."""
    scored = [row["domain"] for row in domains if row["score"] is not None]
    weight = sum(parameters.domains[domain] for domain in scored)
    row: Row = dict.fromkeys(COLUMNS["scorecards"])
    row |= {"provider": provider.id, "jurisdiction": provider.place, "cap_reason": cap, "weight_scored": float(weight)}
    if weight < parameters.total_scored or not set(parameters.total_needs) <= set(scored):
        return row
    total, variance = Fraction(0), 0.0
    for domain in scored:
        parts = scored_of(domain, own, parameters)
        of_domain = sum((part for part, _, _ in parts), Fraction(0))
        for part, score, sd in parts:
            share = Fraction(parameters.domains[domain], weight) * part / of_domain
            total += share * score
            variance += (float(share) * sd) ** 2
    half = 1.96 * math.sqrt(variance)
    return row | {
        "total": float(total),
        "total_low": float(total) - half,
        "total_high": float(total) + half,
        "grade": "fail" if cap else grade_of(total, parameters),
    }


def grade_of(total: Fraction, parameters: Parameters) -> str:
    """The best grade whose limit the total reaches."""
    return next((grade for grade, least in parameters.grades.items() if total >= least), "fail")


def caps_of(known: Known, parameters: Parameters, decisions: Mapping[str, str]) -> dict[Card, str]:
    """By card the upheld findings that its counted rows are in."""
    found: dict[Card, set[str]] = {}
    for finding in known.findings(parameters.capping_rules):
        name = finding_id(finding.rule, finding.jurisdiction, finding.subject, finding.period)
        if decisions.get(name) == "upheld":
            for provider in providers_of(known.facts, finding):
                found.setdefault((provider, finding.jurisdiction), set()).add(name)
    return {card: "|".join(sorted(names)) for card, names in found.items()}


def providers_of(facts: Facts, finding: Judged) -> set[str]:
    """The providers of the rows that a finding counts."""
    names = {"visits": "visit_id", "settlement_lines": "line_id"}
    rows = [row for source, key in finding.counted for row in facts.where(source, **{names[source]: key})]
    return {row["provider_id"] for row in rows}


# ---- funnel ---------------------------------------------------------------------------------------------------------


def funnel_rows(place: str, counts: Mapping[str, tuple[int, int]]) -> list[Row]:
    """Upheld complaints of all peers against their pooled rate."""
    peers = [(k, Fraction(visits, 1000)) for k, visits in counts.values()]
    target = Fraction(sum(k for k, _ in peers)) / sum((e for _, e in peers), Fraction(0))
    phi = overdispersion(peers, target)
    rows: list[Row] = []
    for provider, (k, visits) in counts.items():
        e = Fraction(visits, 1000)
        limits, rate = funnel_limits(e, target, phi), k / float(e)
        rows.append(
            {
                "provider": provider,
                "jurisdiction": place,
                "visits": visits,
                "complaints": k,
                "rate": rate,
                "target": float(target),
                "phi": phi,
                "position": funnel_position(rate, limits),
            }
            | limits
        )
    return rows
