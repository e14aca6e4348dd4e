"""What else happens to the people of a place: stays, deaths, assessments, check-ins, health checks and silver points."""

from datetime import date

import numpy as np
import polars as pl

from pipelines.demo.identifiers import days_of
from pipelines.demo.people import SERVED, WATCHED
from pipelines.demo.places import AS_OF, FIRST_DAY, MONTHS, Place, Setup, month_end

QUARTER_STARTS = tuple(date(year, month, 1) for year in (2024, 2025) for month in (1, 4, 7, 10))[:6]
NO_FAULT = pl.lit(None, pl.String).alias("_fault")


def plan_stays(place: Place, setup: Setup, elders: pl.DataFrame) -> pl.DataFrame:
    """Stays in hospital: short ones during which no visit takes place, and those of S13 that visits contradict."""
    rng = setup.rng(place.slug, "stays")
    people = elders.with_row_index("_elder").with_columns(pl.col("_elder").cast(pl.Int64))
    quiet = people.filter(
        (pl.col("_group") == SERVED) & pl.col("_fault").is_null() & (pl.col("registered_on") < date(2024, 1, 1))
    )
    few = quiet[np.sort(rng.choice(quiet.height, max(2, quiet.height // 25), replace=False))]
    admitted = days_of(date(2024, 8, 1), date(2025, 6, 20), few.height, rng)
    short = few.select("_elder", "elder_id", "_fault").with_columns(
        admitted_on=pl.Series(admitted),
        discharged_on=pl.Series(admitted + rng.integers(2, 6, few.height).astype("timedelta64[D]")),
    )
    long = people.filter(pl.col("_fault") == "S13").select(
        "_elder",
        "elder_id",
        "_fault",
        admitted_on=pl.lit(date(2025, 3, 3)),
        discharged_on=pl.lit(date(2025, 3, 28)),
    )
    stays = pl.concat([short, long]).with_row_index("_row")
    return stays.with_columns(
        stay_id=pl.lit(f"ZY{place.division}-") + (pl.col("_row") + 1).cast(pl.String).str.zfill(6),
        kind=pl.lit("hospital"),
    ).drop("_row")


def away_days(stays: pl.DataFrame) -> pl.DataFrame:
    """Elder numbers with the days (since 1970) on which no visit takes place because of a stay."""
    quiet = stays.filter(pl.col("_fault").is_null())
    return quiet.select(
        "_elder",
        _from=pl.col("admitted_on").cast(pl.Date).to_physical().cast(pl.Int64),
        _to=pl.col("discharged_on").cast(pl.Date).to_physical().cast(pl.Int64),
    )


def make_deaths(elders: pl.DataFrame) -> pl.DataFrame:
    """The register of deaths."""
    return elders.filter(pl.col("_died").is_not_null()).select(
        "elder_id",
        died_on="_died",
        reported_by=pl.lit("公安户籍"),
        _fault=pl.when(pl.col("_fault") == "E03").then("_fault"),
    )


def make_assessments(place: Place, setup: Setup, elders: pl.DataFrame) -> pl.DataFrame:
    """One assessment for every served person, before service begins, with the grade of the register."""
    rng = setup.rng(place.slug, "assessments")
    served = elders.filter(pl.col("_group") == SERVED)
    back = rng.integers(3, 40, served.height).astype("timedelta64[D]")
    return served.select(
        assessment_id=pl.lit(f"NP{place.division}-") + pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(6),
        elder_id="elder_id",
        division_code="hukou_division",
        assessed_on=pl.Series(served["_starts"].to_numpy() - back).cast(pl.Date),
        ability_level="ability_level",
        assessor=pl.lit(f"{place.streets[0][:2]}评估中心"),
    ).with_columns(NO_FAULT)


def make_check_ins(place: Place, setup: Setup, elders: pl.DataFrame) -> pl.DataFrame:
    """A check every second day on the very old who live alone; those of E09 are left out for ten days in March."""
    rng = setup.rng(place.slug, "check-ins")
    watched = elders.filter(pl.col("_group") == WATCHED)
    days = np.arange(np.datetime64(FIRST_DAY), np.datetime64(AS_OF) + 1, 2)
    person = np.repeat(np.arange(watched.height), len(days))
    minute = np.tile(days.astype("datetime64[m]"), watched.height) + rng.integers(520, 1_050, len(person))
    forgotten = (watched["_fault"] == "E09").fill_null(False).gather(person)
    frame = pl.DataFrame(
        {
            "check_in_id": [f"XF{place.division}-{number:07d}" for number in range(len(person))],
            "elder_id": watched["elder_id"].gather(person),
            "division_code": watched["residence_division"].gather(person),
            "checked_at": minute.astype("datetime64[ms]"),
            "mode": rng.choice(np.array(["in_person", "phone"]), len(person), p=[0.4, 0.6]),
            "outcome": rng.choice(np.array(["well", "needs_help"]), len(person), p=[0.97, 0.03]),
        }
    )
    gap = pl.Series(forgotten) & frame["checked_at"].dt.date().is_between(date(2025, 3, 10), date(2025, 3, 20))
    return frame.filter(~gap).sort("checked_at", "check_in_id").with_columns(NO_FAULT)


def make_health_checks(place: Place, setup: Setup, elders: pl.DataFrame) -> pl.DataFrame:
    """Yearly examinations and quarterly follow-ups of everyone whom the policy promises them."""
    rng = setup.rng(place.slug, "health checks")
    known = elders.filter(pl.col("_registered"))
    parts = [
        _checks(known, "annual_exam", date(2024, 3, 1), date(2024, 9, 20), "E10", rng),
        _checks(known, "annual_exam", date(2025, 3, 1), date(2025, 6, 20), "", rng),
    ]
    chronic = known.filter(pl.col("chronic_conditions").str.contains("hypertension|diabetes"))
    for quarter in QUARTER_STARTS:
        last = date.fromordinal(quarter.toordinal() + 80)
        missed = "E11" if quarter == date(2025, 1, 1) else ""
        parts.append(_checks(chronic, "chronic_follow_up", quarter, last, missed, rng))
    checks = pl.concat(parts).sort("performed_on", "elder_id")
    return checks.select(
        health_check_id=pl.lit(f"TJ{place.division}-") + pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(7),
        elder_id="elder_id",
        division_code="hukou_division",
        kind="kind",
        performed_on="performed_on",
    ).with_columns(NO_FAULT)


def _checks(
    people: pl.DataFrame, kind: str, first: date, last: date, missed: str, rng: np.random.Generator
) -> pl.DataFrame:
    """A check of each person on a day between two, unless dead by then, not yet registered or the one who is missed."""
    days = pl.Series("performed_on", days_of(first, last, people.height, rng))
    alive = pl.col("_died").is_null() | (pl.col("_died") > pl.col("performed_on"))
    due = alive & (pl.col("registered_on") < first) & (pl.col("_fault").fill_null("") != (missed or "none"))
    return (
        people.with_columns(days, pl.lit(kind).alias("kind"))
        .filter(due)
        .select("elder_id", "hukou_division", "kind", "performed_on")
    )


def bracket_points(age: pl.Expr) -> pl.Expr:
    """Monthly silver points by age."""
    return pl.when(age >= 80).then(20_000).when(age >= 75).then(15_000).when(age >= 70).then(10_000).otherwise(0)


def age_on(day: date) -> pl.Expr:
    """Completed years on a day; someone born on 29 February completes a common year on 1 March."""
    birth = pl.col("birth_date")
    # Months and days are one-byte numbers in Polars: they must be widened before they are multiplied.
    birthday = birth.dt.month().cast(pl.Int64) * 100 + birth.dt.day().cast(pl.Int64)
    return day.year - birth.dt.year().cast(pl.Int64) - (birthday > day.month * 100 + day.day).cast(pl.Int64)


def make_points(place: Place, setup: Setup, elders: pl.DataFrame, providers: pl.DataFrame) -> pl.DataFrame:
    """Grants on the last day of each month, and what is spent of them in the month after at designated providers."""
    known = elders.filter(pl.col("_registered"))
    shops = providers.head(providers.height - 1)["provider_id"]
    parts: list[pl.DataFrame] = []
    for number, month in enumerate(MONTHS):
        rng = setup.rng(place.slug, "points", month.isoformat())
        granted = _grants(known, month)
        parts.append(granted)
        if number + 1 < len(MONTHS):
            parts.append(_redemptions(granted, MONTHS[number + 1], shops, rng))
    ledger = pl.concat(parts).sort("occurred_at", "elder_id", maintain_order=True)
    return ledger.select(
        entry_id=pl.lit(f"JF{place.division}-") + pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(8),
        division_code=pl.lit(place.division),
        elder_id="elder_id",
        kind="kind",
        points="points",
        occurred_at="occurred_at",
        grant_month="grant_month",
        provider_id="provider_id",
        _fault=NO_FAULT,
    )


def _grants(known: pl.DataFrame, month: date) -> pl.DataFrame:
    last = month_end(month)
    alive = pl.col("_died").is_null() | (pl.col("_died") > last)
    stays = pl.col("exited_on").is_null() | (pl.col("exited_on") > last)
    return known.filter(alive & stays & (pl.col("registered_on") <= last)).select(
        "elder_id",
        kind=pl.lit("grant"),
        points=bracket_points(age_on(last)).cast(pl.Int64),
        occurred_at=pl.lit(last).cast(pl.Datetime("ms")) + pl.duration(hours=17),
        grant_month=pl.lit(month),
        provider_id=pl.lit(None, pl.String),
        _died="_died",
    ).filter(pl.col("points") > 0)  # fmt: skip


def _redemptions(granted: pl.DataFrame, month: date, shops: pl.Series, rng: np.random.Generator) -> pl.DataFrame:
    """Six in ten spend a part of last month's grant, the living only."""
    count = granted.height
    when = np.datetime64(month).astype("datetime64[m]") + rng.integers(0, 26 * 1_440, count)
    spent = granted.with_columns(
        kind=pl.lit("redeem"),
        points=(pl.col("points") * pl.Series(rng.uniform(0.2, 0.9, count)) / 100).floor().cast(pl.Int64) * 100,
        occurred_at=pl.Series(when.astype("datetime64[ms]")),
        grant_month=pl.lit(None, pl.Date),
        provider_id=shops.gather(rng.integers(0, shops.len(), count)),
    )
    alive = pl.col("_died").is_null() | (pl.col("occurred_at").dt.date() < pl.col("_died"))
    return spent.filter(alive & pl.Series(rng.random(count) < 0.6))
