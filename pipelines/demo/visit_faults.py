"""Faults of the records of visits: each is planted in one month, in the places whose policy knows the rule."""

from collections.abc import Callable
from datetime import date, datetime

import numpy as np
import polars as pl

from pipelines.demo.identifiers import Ints
from pipelines.demo.organisation import spare_worker
from pipelines.demo.places import CENTRE_ITEMS, Place
from pipelines.demo.visits import Community, build_visits, first_of, mark, priced, sundays

Fault = Callable[[Community, pl.DataFrame, date, np.random.Generator], pl.DataFrame]

ALL = frozenset({"wuhai", "kangbashi", "weihai", "nangang", "jincheng"})
WITHOUT_NANGANG = ALL - {"nangang"}


def plant_visit_faults(community: Community, visits: pl.DataFrame, month: date) -> pl.DataFrame:
    """All faults of this month and place, one after the other."""
    if community.setup.clean:
        return visits
    for code, (when, slugs, fault) in SCHEDULE.items():
        if when == month and community.place.slug in slugs:
            rng = community.setup.rng(community.place.slug, code, month.isoformat())
            visits = fault(community, visits, month, rng)
    visits = _mark_standing_faults(community, visits, month)
    return visits.sort("started_at", "visit_id", maintain_order=True)


def _public(visits: pl.DataFrame) -> pl.Series:
    """Rows of purchased services of people without a fault of their own."""
    return (visits["programme"] == "purchased_service") & visits["_fault"].is_null()


def _pick(community: Community, rows: Ints, rng: np.random.Generator, share: int = 4) -> Ints:
    """As many of the rows as a fault is repeated at this scale."""
    return np.sort(rng.choice(rows, community.setup.repeats(max(1, len(rows) // share)), replace=False))


def _provider_numbers(community: Community, rng: np.random.Generator) -> list[int]:
    """Some of the providers of a place."""
    count = len(community.rounds.provider_county)
    return sorted(
        int(number) for number in rng.choice(count, community.setup.repeats(max(1, count // 3)), replace=False)
    )


def _is_row(rows: Ints) -> pl.Expr:
    return pl.int_range(pl.len()).is_in(pl.Series(rows).implode())


def _minutes_of(day: date, hour: int, minute: int = 0) -> int:
    return (day.toordinal() - date(1970, 1, 1).toordinal()) * 1440 + hour * 60 + minute


def _added(
    community: Community, visits: pl.DataFrame, month: date, elder: list[int], worker: list[int], start: list[int],
    minutes: list[int], code: str, rng: np.random.Generator,
) -> pl.DataFrame:  # fmt: skip
    """Visits put in beside the rounds, the first of them marked with the fault."""
    rows = build_visits(
        community, month, np.array(elder), np.array(worker), np.array(start), np.array(minutes), rng
    ).with_columns(
        visit_id=pl.lit(f"{community.place.division}{month:%y%m}{code}")
        + pl.int_range(1, len(elder) + 1).cast(pl.String),
        check_in_lon=pl.lit(None, pl.Float64),
        check_in_lat=pl.lit(None, pl.Float64),
        service_item=pl.lit("cleaning"),
        service_place=pl.lit("home"),
    )
    return pl.concat([visits, mark(rows, first_of("_worker"), code)])


def _regular_people(visits: pl.DataFrame, provider: int) -> Ints:
    """People whom a provider serves this month without a fault, those with few visits first.

    One visit more, which another fault may add, then seldom takes a person over the monthly hours of Q01 as well.
    """
    mine = visits.filter(_public(visits) & (visits["_provider"] == provider))
    counts = mine.group_by("_elder", maintain_order=True).len()
    return counts.sort("len", maintain_order=True)["_elder"].to_numpy()


def _s01(community: Community, visits: pl.DataFrame, month: date, rng: np.random.Generator) -> pl.DataFrame:
    """The worker begins at the next person twenty minutes before the visit before has ended."""
    del month
    order = visits.with_row_index("_row").filter(pl.col("service_place") == "home").sort("_worker", "started_at")
    previous_end = order["ended_at"].shift(1)
    follows = (order["_worker"] == order["_worker"].shift(1)) & (
        order["started_at"].dt.date() == previous_end.dt.date()
    )
    candidates = order.with_columns(_before=previous_end).filter(follows & _public(order))
    chosen = candidates[_pick(community, np.arange(candidates.height), rng)]
    moved = chosen.select(pl.col("_row").cast(pl.Int64), start=pl.col("_before") - pl.duration(minutes=20))
    joined = visits.with_columns(_row=pl.int_range(pl.len())).join(moved, on="_row", how="left", maintain_order="left")
    joined = mark(joined, pl.col("start").is_not_null(), "S01").with_columns(
        started_at=pl.coalesce("start", "started_at"),
        ended_at=pl.when(pl.col("start").is_null())
        .then("ended_at")
        .otherwise(pl.col("start") + pl.duration(minutes=pl.col("_minutes"))),
    )
    return joined.select(visits.columns)


def _s02(community: Community, visits: pl.DataFrame, month: date, rng: np.random.Generator) -> pl.DataFrame:
    """Two workers are with the same person at the same time."""
    day, elders, workers, starts = sundays(month)[0], [], [], []
    for provider in _provider_numbers(community, rng):
        person = int(rng.choice(_regular_people(visits, provider)))
        usual = int(community.rounds.worker[person])
        elders += [person, person]
        workers += [usual, spare_worker(community.rounds, provider)]
        starts += [_minutes_of(day, 9), _minutes_of(day, 9, 10)]
    return _added(community, visits, month, elders, workers, starts, [40] * len(elders), "S02", rng)


def _s03(community: Community, visits: pl.DataFrame, month: date, rng: np.random.Generator) -> pl.DataFrame:
    """A check-in some hundred and thirty kilometres away, with other visits on the same day."""
    del month
    busy = visits.with_columns(n=pl.len().over("_worker", pl.col("started_at").dt.date()))
    candidates = np.flatnonzero(((busy["n"] > 1) & (visits["service_place"] == "home") & _public(visits)).to_numpy())
    rows = _is_row(_pick(community, candidates, rng))
    return mark(visits, rows, "S03").with_columns(
        check_in_lon=pl.when(rows).then(pl.col("check_in_lon") - 1.5).otherwise("check_in_lon")
    )


def _s04(community: Community, visits: pl.DataFrame, month: date, rng: np.random.Generator) -> pl.DataFrame:
    """A worker's day of more than twelve hours of service."""
    day, elders, workers, starts = sundays(month)[1], [], [], []
    for provider in _provider_numbers(community, rng):
        people = _regular_people(visits, provider)
        elders += [int(people[number % len(people)]) for number in range(16)]
        workers += [spare_worker(community.rounds, provider)] * 16
        starts += [_minutes_of(day, 5, 30) + 48 * number for number in range(16)]
    return _added(community, visits, month, elders, workers, starts, [47] * len(elders), "S04", rng)


def _s05(community: Community, visits: pl.DataFrame, month: date, rng: np.random.Generator) -> pl.DataFrame:
    """Someone from another provider's roster serves."""
    day, elders, workers = sundays(month)[2], [], []
    count = len(community.rounds.provider_county)
    for provider in _provider_numbers(community, rng):
        elders.append(int(rng.choice(_regular_people(visits, provider))))
        workers.append(spare_worker(community.rounds, (provider + 1) % count))
    starts = [_minutes_of(day, 10)] * len(elders)
    changed = _added(community, visits, month, elders, workers, starts, [40] * len(elders), "S05", rng)
    own = community.providers["provider_id"].gather(community.rounds.provider[np.array(elders)])
    numbers = community.rounds.provider[np.array(elders)]
    tail = changed.tail(len(elders)).with_columns(provider_id=own, _provider=pl.Series(numbers))
    return pl.concat([changed.head(changed.height - len(elders)), tail])


def _s08(community: Community, visits: pl.DataFrame, month: date, rng: np.random.Generator) -> pl.DataFrame:
    """All visits of a provider last forty minutes exactly."""
    del month
    here = pl.col("_provider").is_in(_provider_numbers(community, rng))
    changed = visits.with_columns(_minutes=pl.when(here).then(40).otherwise("_minutes")).with_columns(
        ended_at=pl.when(here).then(pl.col("started_at") + pl.duration(minutes=40)).otherwise("ended_at")
    )
    return mark(priced(changed, community.place.price), here & first_of("_provider"), "S08")


def _s11(community: Community, visits: pl.DataFrame, month: date, rng: np.random.Generator) -> pl.DataFrame:
    """Items that are not in the catalogue."""
    del month
    rows = _is_row(_pick(community, np.flatnonzero(_public(visits).to_numpy()), rng))
    item = pl.lit(community.place.off_catalogue)
    return mark(visits, rows, "S11").with_columns(service_item=pl.when(rows).then(item).otherwise("service_item"))


def _s12(community: Community, visits: pl.DataFrame, month: date, rng: np.random.Generator) -> pl.DataFrame:
    """Another service than the agreement fixes."""
    del month
    other = (visits["service_item"] != "legal_advice") & _public(visits)
    rows = _is_row(_pick(community, np.flatnonzero(other.to_numpy()), rng))
    return mark(visits, rows, "S12").with_columns(
        service_item=pl.when(rows).then(pl.lit("legal_advice")).otherwise("service_item")
    )


def _s14(community: Community, visits: pl.DataFrame, month: date, rng: np.random.Generator) -> pl.DataFrame:
    """Half of a provider's records are written five days late."""
    del month
    here = pl.col("_provider").is_in(_provider_numbers(community, rng))
    late = here & (pl.int_range(pl.len()) % 2 == 0)
    changed = visits.with_columns(
        recorded_at=pl.when(late).then(pl.col("ended_at") + pl.duration(days=5)).otherwise("recorded_at")
    )
    return mark(changed, here & first_of("_provider"), "S14")


def _q01(community: Community, visits: pl.DataFrame, month: date, rng: np.random.Generator) -> pl.DataFrame:
    """More than four hours for one person in a month: two long visits on a Sunday."""
    day, elders, workers, starts = sundays(month)[-1], [], [], []
    for provider in _provider_numbers(community, rng):
        person = int(rng.choice(_regular_people(visits, provider)))
        elders += [person] * 2
        workers += [spare_worker(community.rounds, provider)] * 2
        starts += [_minutes_of(day, 9), _minutes_of(day, 14)]
    return _added(community, visits, month, elders, workers, starts, [110] * len(elders), "Q01", rng)


def _q02(community: Community, visits: pl.DataFrame, month: date, rng: np.random.Generator) -> pl.DataFrame:
    """One visit only in a month."""
    del month
    people = visits.filter(_public(visits))["_elder"].unique(maintain_order=True).to_numpy()
    here = pl.col("_elder").is_in(pl.Series(_pick(community, people, rng)).implode())
    first = first_of("_elder")
    return mark(visits.filter(~here | first), here, "Q02")


def _q03(community: Community, visits: pl.DataFrame, month: date, rng: np.random.Generator) -> pl.DataFrame:
    """A price above the cap."""
    del month
    rows = _is_row(_pick(community, np.flatnonzero(_public(visits).to_numpy()), rng))
    dear = {name: pl.when(rows).then((pl.col(name) * 1.5).round(2)).otherwise(name) for name in _AMOUNTS}
    return mark(visits, rows, "Q03").with_columns(**dear)


_AMOUNTS = ("charged_amount", "subsidy_amount")

SCHEDULE: dict[str, tuple[date, frozenset[str], Fault]] = {
    "S03": (date(2025, 1, 1), WITHOUT_NANGANG, _s03),
    "S01": (date(2025, 2, 1), ALL, _s01),
    "S11": (date(2025, 2, 1), ALL, _s11),
    "Q03": (date(2025, 2, 1), frozenset({"jincheng"}), _q03),
    "S02": (date(2025, 3, 1), ALL, _s02),
    "S08": (date(2025, 3, 1), WITHOUT_NANGANG, _s08),
    "Q01": (date(2025, 3, 1), frozenset({"jincheng"}), _q01),
    # Before S04 of the same month: Q02 takes visits away, and would take away those that S04 adds.
    "Q02": (date(2025, 4, 1), frozenset({"jincheng"}), _q02),
    "S04": (date(2025, 4, 1), WITHOUT_NANGANG, _s04),
    "S12": (date(2025, 4, 1), frozenset({"nangang"}), _s12),
    "S05": (date(2025, 5, 1), WITHOUT_NANGANG, _s05),
    "S14": (date(2025, 5, 1), frozenset({"wuhai", "jincheng"}), _s14),
}


def dishonest_provider(place: Place) -> int | None:
    """The provider of S15 where dishonesty counts (its register says so from the snapshot of 31 March on)."""
    return 1 if place.slug == "jincheng" else None


def terminated_provider(place: Place) -> int | None:
    """The provider of S15 whose contract is terminated on 1 June."""
    return 0 if place.slug in {"wuhai", "kangbashi"} else None


def _mark_standing_faults(community: Community, visits: pl.DataFrame, month: date) -> pl.DataFrame:
    """Note the months in which a provider serves without a contract (S10) or under a sanction (S15), or during stays."""
    place, public = community.place, pl.col("programme") == "purchased_service"
    over = community.contracts.with_row_index("_number").filter(pl.col("_fault") == "S10")["_number"].to_list()
    dishonest, terminated = dishonest_provider(place), terminated_provider(place)
    standing: list[tuple[str, list[int], date]] = [
        ("S10", [int(number) for number in over], date(2025, 5, 1)),
        ("S15", [] if dishonest is None else [dishonest], date(2025, 4, 1)),
        ("S15", [] if terminated is None else [terminated], date(2025, 6, 1)),
    ]
    for code, numbers, since in standing:
        if numbers and month >= since:
            mine = pl.col("_provider").is_in(numbers) & public
            visits = mark(visits, mine & pl.struct("_provider", public).is_first_distinct(), code)
    stays = community.elders.with_row_index("_elder").filter(pl.col("_fault") == "S13")["_elder"].cast(pl.Int64)
    inside = pl.col("started_at").is_between(datetime(2025, 3, 4), datetime(2025, 3, 28)) & (
        ~pl.col("service_item").is_in([*sorted(CENTRE_ITEMS), "medical_assistance"])
    )
    shown = pl.col("_elder").is_in(stays.implode()) & inside
    return mark(visits, shown & pl.struct("_elder", inside).is_first_distinct(), "S13")
