"""The figures of a report, worked out of what was gathered. Pure; the chapters put them into words."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from pipelines import small_cells
from pipelines.divisions import trim
from pipelines.reporting.gathering import Gathered
from pipelines.reporting.labels import SETTLED

_COUNTY = 6


@dataclass(frozen=True)
class Tally:
    """Findings counted by verdict, and the yuan of those that are upheld or not decided."""

    findings: int
    upheld: int
    not_upheld: int
    data_error: int
    yuan: Decimal

    @property
    def undecided(self) -> int:
        """Those without a verdict."""
        return self.findings - self.upheld - self.not_upheld - self.data_error

    @property
    def standing(self) -> int:
        """Those that are upheld or not decided."""
        return self.upheld + self.undecided


def standing(findings: pl.DataFrame) -> pl.DataFrame:
    """Findings that are upheld or not decided."""
    return findings.filter(~pl.col("verdict").fill_null("").is_in(sorted(SETTLED)))


def yuan_of(findings: pl.DataFrame) -> Decimal:
    """What is above zero in the amounts."""
    amounts = findings["amount"].drop_nulls()
    return sum((amount for amount in amounts if amount > 0), Decimal(0))


def tally(findings: pl.DataFrame) -> Tally:
    """Count findings."""
    verdicts = findings["verdict"].fill_null("").value_counts()
    counts = dict(zip(verdicts["verdict"], verdicts["count"], strict=True))
    return Tally(
        findings.height,
        *(counts.get(code, 0) for code in ("upheld", "not_upheld", "data_error")),
        yuan=yuan_of(standing(findings)),
    )


def by_family(findings: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Findings by the first letter of their rule."""
    return {str(key[0]): rows for key, rows in findings.group_by(pl.col("rule").str.head(1), maintain_order=True)}


def by_rule(findings: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Findings by rule."""
    return {str(key[0]): rows for key, rows in findings.group_by("rule", maintain_order=True)}


def coverage_by_family(coverage: pl.DataFrame) -> pl.DataFrame:
    """Results counted by kind of rule."""
    counts = ("population", "passed", "failed", "not_assessable", "no_rule_in_force", "exempted")
    return coverage.group_by(family=pl.col("rule").str.head(1), maintain_order=True).agg(
        pl.col("rule").n_unique().alias("rules"), *(pl.col(name).sum() for name in counts)
    )


def funds_by_programme(funds: pl.DataFrame) -> pl.DataFrame:
    """Budget, paid and refunded by programme."""
    return (
        funds.group_by("programme")
        .agg(pl.col("budget", "paid", "refunded").sum(), pl.col("has_budget").any())
        .sort("programme", nulls_last=True)
    )


@dataclass(frozen=True)
class Divisions:
    """Services by division; `hidden` says whether small counts were hidden."""

    rows: pl.DataFrame
    smallest: int
    is_hidden: bool


def services_by_division(gathered: Gathered) -> Divisions:
    """Providers, visits, old people and subsidies by the division of the provider. Where a division is a street or a
    community its old people are counted as small cells; what derives from a hidden count is hidden with it."""
    counted = gathered.providers.filter(pl.col("visits") > 0)
    divided = counted.with_columns(
        place=pl.Series([trim(code or "") for code in counted["division_code"]], dtype=pl.String)
    )
    rows = (
        divided.group_by("place")
        .agg(providers=pl.len(), visits=pl.col("visits").sum(), elders=pl.col("elders").sum(),
             subsidy_yuan=pl.col("subsidy_yuan").sum())
        .sort("place")
    )  # fmt: skip
    smallest = small_cells.threshold(gathered.as_of.isoformat())
    if all(len(place) <= _COUNTY for place in rows["place"]):
        return Divisions(rows, smallest, False)
    leaves = rows.with_columns(county=pl.col("place").str.head(_COUNTY))
    table = small_cells.publishable(leaves, [["county", "place"]], "elders", smallest)
    shown = table.filter(pl.col("place").is_not_null()).select("place", "elders", "is_hidden")
    hidden = small_cells.with_measures_hidden(
        rows.drop("elders").join(shown, on="place").sort("place"), ["visits", "subsidy_yuan"]
    )
    return Divisions(hidden.drop("is_hidden"), smallest, bool(hidden["is_hidden"].any()))


REST = ("none", "several", "unknown")
"""Groups of people that no list of codes names; they stand last."""


@dataclass(frozen=True)
class Reach:
    """Who is entitled and served: all, by place (counties; streets where they are of one county), by group."""

    whole: dict[str, Any]
    places: pl.DataFrame
    groups: pl.DataFrame

    @property
    def is_hidden(self) -> bool:
        """Whether any count of these is hidden."""
        return bool(self.whole["is_hidden"] or self.places["is_hidden"].any() or self.groups["is_hidden"].any())


def reach(gathered: Gathered) -> Reach | None:
    """The published coverage of people, or None where there is none of the place."""
    if gathered.reach is None or not gathered.reach.height:
        return None
    everybody = gathered.reach.filter(pl.col("dimension") == "all")
    counties = everybody.filter(pl.col("county").is_not_null() & pl.col("street").is_null())
    streets = everybody.filter(pl.col("street").is_not_null())
    groups = gathered.reach.filter(pl.col("county").is_null() & (pl.col("dimension") != "all"))
    return Reach(
        everybody.row(by_predicate=pl.col("county").is_null(), named=True),
        counties if counties.height > 1 else streets,
        groups.sort("dimension", pl.col("people").is_in(REST), "people"),
    )


@dataclass(frozen=True)
class Movement:
    """Totals of the last quarter that is whole, and how they moved: beyond chance where the interval does not hold 0."""

    quarter: str
    rows: pl.DataFrame
    compared: int
    up: int
    down: int


def movement(gathered: Gathered) -> Movement | None:
    """The last whole quarter of the report's period with a total, or None."""
    if gathered.quarters is None:
        return None
    scored = gathered.quarters.filter(
        pl.col("measure").is_null() & pl.col("is_complete") & pl.col("value").is_not_null()
    )
    if not scored.height:
        return None
    rows = scored.filter(pl.col("quarter") == pl.col("quarter").max())
    return Movement(
        rows["quarter"][0],
        rows.sort("value", "provider", descending=[True, False]),
        rows["change"].count(),
        int((rows["change_low"] > 0).sum()),
        int((rows["change_high"] < 0).sum()),
    )


SERIES = (
    ("rate", "rate_centre", "rate_low", "rate_high"),
    ("satisfied_share", "share_centre", "share_low", "share_high"),
)
"""Monthly series and the columns of their control limits."""


def beyond_limits(months: pl.DataFrame) -> pl.DataFrame:
    """The months whose value lies outside its control limits: a row per provider, month and series, the newest first."""
    found = [
        months.filter((pl.col(value) < pl.col(low)) | (pl.col(value) > pl.col(high))).select(
            "provider", "month", series=pl.lit(value), value=value, centre=centre, low=low, high=high
        )
        for value, centre, low, high in SERIES
    ]
    return pl.concat(found).sort("month", "provider", "series", descending=[True, False, False])


def complaints_by_month(complaints: pl.DataFrame) -> list[tuple[str, int]]:
    """Complaints received by month."""
    months = complaints.group_by(month=pl.col("received_on").dt.strftime("%Y-%m")).len().sort("month")
    return [(month, count) for month, count in months.iter_rows()]


@dataclass(frozen=True)
class Estimate:
    """What one consequence comes to over all upheld findings of a rule."""

    rule: str
    consequence: str
    requirement: str
    factor: Decimal | None
    text_zh: str
    text_en: str
    findings: int
    base: Decimal
    amount: Decimal


def estimates(gathered: Gathered) -> list[Estimate]:
    """Consequences by rule, those with a share first. Sums count a yuan in each finding in which it lies."""
    found: dict[tuple[str, str], Estimate] = {}
    for row in gathered.findings.iter_rows(named=True):
        for one in gathered.exposures[row["finding_id"]]:
            key = (row["rule"], one.consequence)
            before = found.get(key)
            amount = one.amount or Decimal(0)
            base = row["amount"] if one.amount is not None else Decimal(0)
            found[key] = Estimate(
                row["rule"], one.consequence, one.requirement, one.factor, one.text_zh, one.text_en,
                (before.findings if before else 0) + 1,
                (before.base if before else Decimal(0)) + base,
                (before.amount if before else Decimal(0)) + amount,
            )  # fmt: skip
    return sorted(found.values(), key=lambda one: one.rule)
