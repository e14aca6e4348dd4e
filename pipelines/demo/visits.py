"""Visits of one place and one month: weekly, on the fixed day, at plausible times and places.

A chunk carries, beside the columns of the contract, hidden columns that begin with `_`: the numbers of the elder, worker
and provider, the minutes, and the planted fault that the row stands for.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from pipelines.demo.identifiers import Ints
from pipelines.demo.organisation import Rounds
from pipelines.demo.people import SELF_PAID, VISIT_FAULTS
from pipelines.demo.places import CENTRE_ITEMS, Place, Setup, month_end

SLOT_STARTS = (490, 575, 660, 815, 900, 985)  # minutes after midnight; 85 apart, so that a visit and the way fit in
MINUTES_PER_DAY = 24 * 60


@dataclass(frozen=True)
class Community:
    """Everything of a place that its visits are drawn from."""

    place: Place
    setup: Setup
    rounds: Rounds
    providers: pl.DataFrame
    workers: pl.DataFrame
    contracts: pl.DataFrame
    elders: pl.DataFrame
    away: pl.DataFrame

    @property
    def on_rounds(self) -> int:
        """How many people have a place in a worker's round (they are the first of the elders)."""
        return len(self.rounds.county)


def make_visits(community: Community, month: date) -> pl.DataFrame:
    """The visits of one month in the order of time, without faults of their own."""
    place, setup = community.place, community.setup
    rng = setup.rng(place.slug, "visits", month.isoformat())
    elder, day = _served_days(community, month, rng)
    count = len(elder)
    slot = community.rounds.slot[elder]
    start = day * MINUTES_PER_DAY + np.array(SLOT_STARTS)[slot] + rng.integers(0, 9, count)
    order = np.argsort(start, kind="stable")
    minutes = rng.integers(place.minutes[0], place.minutes[1] + 1, count)
    return build_visits(
        community, month, elder[order], community.rounds.worker[elder][order], start[order], minutes, rng
    )


def _served_days(community: Community, month: date, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Elder numbers and days (since 1970) of the visits of a month; at most one visit a month is missed."""
    people = community.elders.head(community.on_rounds)
    first, last = np.datetime64(month).astype(np.int64), np.datetime64(month_end(month)).astype(np.int64)
    weekday = community.rounds.weekday
    to_first = (weekday - (first + 3) % 7) % 7  # day 0 of the epoch was a Thursday
    days = first + to_first[:, None] + 7 * np.arange(5)[None, :]
    missed = np.where(rng.random(len(weekday)) < 0.12, rng.integers(0, 4, len(weekday)), 9)
    starts = people["_starts"].to_numpy().astype("datetime64[D]").astype(np.int64)
    stops = people["_stops"].to_numpy().astype("datetime64[D]").astype(np.int64)
    wanted = (days <= last) & (np.arange(5)[None, :] != missed[:, None])
    wanted &= (days >= starts[:, None]) & (days <= stops[:, None])
    for number, admitted, discharged in community.away.select("_elder", "_from", "_to").iter_rows():
        wanted[number] &= (days[number] < admitted) | (days[number] > discharged)
    elder, week = np.nonzero(wanted)
    return elder, days[elder, week]


def build_visits(
    community: Community, month: date, elder: Ints, worker: Ints, start: Ints, minutes: Ints, rng: np.random.Generator
) -> pl.DataFrame:
    """Rows of visits from the numbers of elder and worker, the start (minutes since 1970) and the length."""
    place, elders, workers = community.place, community.elders, community.workers
    count = len(elder)
    provider = community.rounds.worker_provider[worker]
    started = pl.Series((start * 60_000).astype("datetime64[ms]"))
    item = elders["_item"].gather(elder)
    self_paid = elders["_group"].gather(elder) == SELF_PAID
    late = np.minimum(rng.integers(3, 90, count) + (rng.random(count) < 0.1) * rng.integers(0, 2600, count), 2800)
    wobble = rng.normal(0, 0.0002, (2, count)).clip(-0.0008, 0.0008)
    stars = rng.choice(np.array([0, 2, 3, 4, 5]), count, p=[0.35, 0.01, 0.04, 0.25, 0.35])
    frame = pl.DataFrame(
        {
            "visit_id": pl.Series([], dtype=pl.String).extend_constant("", count),
            "programme": pl.select(pl.when(self_paid).then(pl.lit("self_paid")).otherwise(pl.lit("purchased_service"))),
            "division_code": elders["hukou_division"].gather(elder),
            "elder_id": elders["elder_id"].gather(elder),
            "worker_id": workers["worker_id"].gather(worker),
            "provider_id": community.providers["provider_id"].gather(provider),
            "service_item": item,
            "service_place": pl.select(
                pl.when(item.is_in(sorted(CENTRE_ITEMS))).then(pl.lit("centre")).otherwise(pl.lit("home"))
            ),
            "started_at": started,
            "ended_at": pl.Series(((start + minutes) * 60_000).astype("datetime64[ms]")),
            "check_in_lon": np.round(elders["_lon"].gather(elder).to_numpy() + wobble[0], 6),
            "check_in_lat": np.round(elders["_lat"].gather(elder).to_numpy() + wobble[1], 6),
            "satisfaction": pl.Series(stars),
            "channel": rng.choice(
                np.array(["hotline_12349", "provider", "community", "app"]), count, p=[0.1, 0.5, 0.2, 0.2]
            ),
            "recorded_at": pl.Series(((start + minutes + late) * 60_000).astype("datetime64[ms]")),
            "_elder": elder,
            "_worker": worker,
            "_provider": provider,
            "_minutes": minutes,
        }
    )
    frame = frame.with_columns(
        visit_id=pl.lit(f"{place.division}{month:%y%m}") + pl.int_range(1, count + 1).cast(pl.String).str.zfill(7),
        satisfaction=pl.col("satisfaction").replace(0, None),
        _fault=pl.lit(None, pl.String),
    )
    return priced(frame, place.price)


def priced(visits: pl.DataFrame, price: float) -> pl.DataFrame:
    """Amounts by the minute; the public purse pays purchased services in full."""
    amount = (pl.col("_minutes") * price / 60).round(2)
    public = pl.col("programme") == "purchased_service"
    return visits.with_columns(
        charged_amount=amount,
        subsidy_amount=pl.when(public).then(amount).otherwise(0.0),
    )


def mark(visits: pl.DataFrame, which: pl.Expr, code: str) -> pl.DataFrame:
    """Note a fault on some rows; a row may stand for several faults, joined with '|'."""
    joined = pl.concat_str([pl.col("_fault"), pl.lit(code)], separator="|", ignore_nulls=True)
    return visits.with_columns(_fault=pl.when(which).then(joined).otherwise("_fault"))


def first_of(*columns: str) -> pl.Expr:
    """Whether a row is the first with its values in the given columns."""
    return pl.struct(columns).is_first_distinct()


def mark_person_faults(community: Community, visits: pl.DataFrame) -> pl.DataFrame:
    """Note the faults of persons on the first visit of the month that shows them."""
    faults = community.elders.select(
        pl.int_range(pl.len()).alias("_elder"), pl.col("_fault").alias("_person"), "_died", "exited_on"
    ).filter(pl.col("_person").is_in(sorted(VISIT_FAULTS)))
    workers = community.workers.select(
        pl.col("_number").alias("_worker"), pl.col("_fault").alias("_trade"), "certificate_to", "disqualified_on"
    ).filter(pl.col("_trade").is_not_null())
    if not faults.height and not workers.height:
        return visits
    joined = visits.join(faults, on="_elder", how="left", maintain_order="left")
    joined = joined.join(workers, on="_worker", how="left", maintain_order="left")
    day = pl.col("started_at").dt.date()
    person, trade = pl.col("_person"), pl.col("_trade")
    for code in sorted(VISIT_FAULTS - {"S13"}):
        shown = person == code
        if code == "E03":
            shown = shown & (day > pl.col("_died"))
        if code == "E04":
            shown = shown & (day > pl.col("exited_on"))
        joined = _mark_first(joined, shown, "_elder", code)
    certified = pl.col("service_item").is_in(["nursing_care", "bathing", "rehabilitation"])
    joined = _mark_first(joined, (trade == "S06") & certified & (day > pl.col("certificate_to")), "_worker", "S06")
    joined = _mark_first(joined, (trade == "S07") & (day >= pl.col("disqualified_on")), "_worker", "S07")
    return joined.select(visits.columns)


def _mark_first(visits: pl.DataFrame, shown: pl.Expr, whose: str, code: str) -> pl.DataFrame:
    """Note a fault on the first row of each person that shows it."""
    rows = visits.select(pl.int_range(pl.len()).alias("row"), whose, shown.fill_null(False).alias("shown"))
    firsts = rows.filter("shown").unique(whose, keep="first", maintain_order=True)["row"]
    if not firsts.len():
        return visits
    return mark(visits, pl.int_range(pl.len()).is_in(firsts.implode()), code)


def sundays(month: date) -> list[date]:
    """The Sundays of a month: nobody has a round on them, so added visits disturb no other."""
    days = (month + timedelta(days=number) for number in range(31))
    return [day for day in days if day.month == month.month and day.weekday() == 6]
