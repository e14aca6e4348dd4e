"""The old people of a place: who they are, what they are entitled to, and since when and until when they are served."""

from datetime import date

import numpy as np
import polars as pl

from pipelines.demo.identifiers import Ints, Strings, days_of, genders, id_cards
from pipelines.demo.organisation import Rounds, names
from pipelines.demo.places import AS_OF, FIRST_DAY, Place, Setup

SERVED, SELF_PAID, OTHER, WATCHED = 0, 1, 2, 3

# What each fault of a person needs: the group it is taken from and the places whose policy knows the rule.
ELDER_FAULTS: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("E01", SERVED, ("wuhai", "kangbashi", "weihai", "nangang", "jincheng")),
    ("E02", SERVED, ("wuhai", "kangbashi", "weihai", "nangang", "jincheng")),
    ("E03", SERVED, ("wuhai", "kangbashi", "weihai", "nangang", "jincheng")),
    ("E04", SERVED, ("wuhai", "nangang", "jincheng")),
    ("E05", SERVED, ("jincheng",)),
    ("E07", SERVED, ("wuhai", "kangbashi", "weihai", "jincheng")),
    ("E08", OTHER, ("wuhai",)),
    ("E09", WATCHED, ("weihai",)),
    ("E10", OTHER, ("weihai",)),
    ("E11", OTHER, ("weihai",)),
    ("S09", SERVED, ("wuhai", "weihai", "jincheng")),
    ("S13", SERVED, ("wuhai", "kangbashi", "weihai", "jincheng")),
)
REGISTER_FAULTS = frozenset({"E07", "E08", "E09", "E10", "E11"})
VISIT_FAULTS = frozenset({"E01", "E02", "E03", "E04", "E05", "S09", "S13"})


def group_sizes(place: Place, setup: Setup) -> tuple[int, int, int, int]:
    """How many people are served, pay themselves, are only on the register, and are visited every two days."""
    served = round(setup.scale.served * place.share)
    extra = {"kangbashi": (24, 0.5), "weihai": (14, 0.15)}.get(place.slug, (8, 0.08))
    other = max(extra[0], round(served * extra[1]))
    watched = min(300, max(5, served // 50)) if place.slug == "weihai" else 0
    return served, max(2, served // 50), other, watched


def make_elders(place: Place, setup: Setup, rounds: Rounds, workers: pl.DataFrame) -> pl.DataFrame:
    """All people of a place, served ones first, in the order of their numbers."""
    rng = setup.rng(place.slug, "elders")
    sizes = group_sizes(place, setup)
    group = np.repeat(np.arange(4), sizes)
    count = len(group)
    in_round = sizes[0] + sizes[1]
    county = np.concatenate([rounds.county, np.arange(count - in_round) % len(place.counties)])
    very_old = _very_old(place, group, rng)
    births = _births(place, group, very_old, rng)
    divisions = np.array(place.counties)[county]
    ids = id_cards(divisions, births, rng)
    registered, starts = _registration(group, rng)
    exited, reason, died = _leavers(group, registered, rng)
    left = np.where(np.isnat(died), exited, died - np.timedelta64(1, "D"))
    around = np.concatenate([rounds.worker, np.full(count - in_round, -1)])
    frame = pl.DataFrame(
        {
            "elder_id": ids,
            "name": names(count, rng),
            "gender": genders(ids),
            "birth_date": births,
            "phone": np.char.add("1", rng.integers(3 * 10**9, 10**10, count).astype(str)),
            "address": _addresses(place, count, rng),
            "hukou_division": divisions,
            "residence_division": divisions,
            "community": rng.choice(np.array(place.streets), count),
            "living_arrangement": _living(place, group, births, rng),
            "ability_level": _ability(place, group, very_old, rng),
            "categories": _categories(place, group, very_old, rng),
            "household_income": rng.integers(180, 480, count).astype(float),
            "ltc_benefit": (group == OTHER) & (rng.random(count) < 0.2),
            "chronic_conditions": rng.choice(
                np.array(["hypertension", "diabetes", "hypertension|diabetes", "other"]), count
            ),
            "registered_on": registered,
            "exited_on": exited,
            "exit_reason": reason,
            "_died": died,
            "_starts": starts,
            "_stops": np.where(np.isnat(left), np.datetime64("2099-01-01"), left),
            "_group": group,
            "_registered": group != SELF_PAID,
            "_provider": np.concatenate([rounds.provider, np.full(count - in_round, -1)]),
            "_worker": around,
            "_weekday": np.concatenate([rounds.weekday, np.zeros(count - in_round, dtype=np.int64)]),
            "_slot": np.concatenate([rounds.slot, np.zeros(count - in_round, dtype=np.int64)]),
            "_item": rng.choice(np.array(place.items), count),
            "_lon": _near(workers["_lon"].to_numpy(), around, rng),
            "_lat": _near(workers["_lat"].to_numpy(), around, rng),
            "_agreement": np.ones(count, dtype=bool),
            "_fault": pl.Series([None] * count, dtype=pl.String),
        }
    )
    frame = frame.with_columns(pl.col("exit_reason").replace("", None))
    return frame if setup.clean else plant_elder_faults(place, setup, frame)


def _near(middles: np.ndarray, worker: Ints, rng: np.random.Generator) -> np.ndarray:
    """Homes within about a kilometre of the middle of the worker's round."""
    return np.round(middles[worker] + rng.uniform(-0.008, 0.008, len(worker)), 6)


def _very_old(place: Place, group: Ints, rng: np.random.Generator) -> np.ndarray:
    """Who is entitled by age: half of the served people where the policy has a bound for the very old."""
    share = {"kangbashi": 0.5, "jincheng": 0.4}.get(place.slug, 0.0)
    return (group == SERVED) & (rng.random(len(group)) < share)


def _births(place: Place, group: Ints, very_old: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Birth days, such that the age that a group needs holds on every day of the demo."""
    oldest_by_age = 85 if place.slug == "kangbashi" else 80
    youngest = np.where(group == OTHER, 70 if place.slug == "kangbashi" else 66, 66)
    youngest = np.where(very_old, oldest_by_age, np.where(group == WATCHED, 81, youngest))
    oldest = np.where(very_old | (group == WATCHED), oldest_by_age + 9, np.where(group == OTHER, 82, 83))
    first = np.array([np.datetime64(f"{2024 - age:04d}-07-02") for age in oldest])
    span = (np.array([np.datetime64(f"{2024 - age:04d}-06-30") for age in youngest]) - first).astype(np.int64)
    return first + (rng.random(len(group)) * (span + 1)).astype(np.int64).astype("timedelta64[D]")


def _registration(group: Ints, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Day of registration and first day of service: one in seven joins during the demo, from the month after."""
    count = len(group)
    early = days_of(date(2021, 1, 1), date(2023, 12, 31), count, rng)
    late = days_of(date(2024, 7, 5), date(2025, 1, 31), count, rng)
    joins = (rng.random(count) < 1 / 7) & (group < OTHER)
    registered = np.where(joins, late, early)
    registered = np.where(group == WATCHED, np.datetime64("2024-06-15"), registered)
    following = (registered.astype("datetime64[M]") + np.timedelta64(1, "M")).astype("datetime64[D]")
    return registered, np.maximum(following, np.datetime64(FIRST_DAY))


def _leavers(group: Ints, registered: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, Strings, np.ndarray]:
    """Days and reasons of leaving: three in a hundred leave, three in a hundred die."""
    count = len(group)
    fate = rng.random(count)
    may_leave = (registered < np.datetime64("2024-07-01")) & ((group == SERVED) | (group == OTHER))
    never = np.datetime64("NaT")
    day = days_of(date(2024, 10, 1), date(2025, 6, 20), count, rng)
    dies, leaves = may_leave & (fate < 0.03), may_leave & (fate >= 0.03) & (fate < 0.06)
    reasons = rng.choice(np.array(["hukou_moved", "no_longer_eligible", "voluntary"]), count)
    return (
        np.where(dies | leaves, day, never),
        np.where(dies, "died", np.where(leaves, reasons, "")),
        np.where(dies, day, never),
    )


def _addresses(place: Place, count: int, rng: np.random.Generator) -> Strings:
    """Made-up addresses."""
    street = rng.choice(np.array([f"{name[:2]}路" for name in place.streets]), count)
    number = np.char.add(rng.integers(1, 200, count).astype(str), "号")
    return np.char.add(np.char.add(street, number), np.char.add(rng.integers(101, 999, count).astype(str), "室"))


def _living(place: Place, group: Ints, births: np.ndarray, rng: np.random.Generator) -> Strings:
    """Living arrangement: alone only where that raises no duty that the demo does not fulfil."""
    drawn = rng.choice(
        np.array(["alone", "empty_nest", "with_family", "left_behind"]), len(group), p=[0.3, 0.3, 0.3, 0.1]
    )
    if place.slug == "nangang":
        return np.where(group == SERVED, "alone", drawn)
    if place.slug == "weihai":
        nearly_80 = births <= np.datetime64("1946-01-01")
        drawn = np.where(nearly_80 & (drawn == "alone"), "with_family", drawn)
        return np.where(group == WATCHED, "alone", drawn)
    return drawn


def _ability(place: Place, group: Ints, very_old: np.ndarray, rng: np.random.Generator) -> Strings:
    """Ability: impaired where the policy asks for it, never so for people who are only on the register."""
    impaired = rng.choice(np.array(["moderate", "severe", "total"]), len(group), p=[0.6, 0.3, 0.1])
    able = rng.choice(np.array(["able", "mild"]), len(group), p=[0.7, 0.3])
    needs = (group == SERVED) & ~very_old & (place.slug in {"weihai", "jincheng"})
    return np.where(needs, impaired, able)


def _categories(place: Place, group: Ints, very_old: np.ndarray, rng: np.random.Generator) -> Strings:
    """Categories: one or two of the policy's for served people, none for people who are only on the register."""
    one = rng.choice(np.array(place.categories), len(group))
    two = np.char.add(np.char.add(place.categories[0], "|"), rng.choice(np.array(place.categories[1:]), len(group)))
    drawn = np.where(rng.random(len(group)) < 0.15, two, one)
    without = (group != SERVED) | (very_old & (place.slug == "kangbashi"))
    return np.where(without, "", drawn)


def plant_elder_faults(place: Place, setup: Setup, elders: pl.DataFrame) -> pl.DataFrame:
    """Give some people a fault each; the facts behind it follow from the fault in `_faulty_facts`."""
    group = elders["_group"].to_numpy()
    settled = (
        elders["exited_on"].is_null()
        & (elders["registered_on"] < date(2024, 1, 1))
        & (elders["birth_date"] > date(1942, 1, 1))  # E01 in kangbashi: young enough to be refused
    ).to_numpy()
    fault = np.full(elders.height, "", dtype="U4")
    watched = group == WATCHED
    for code, wanted, slugs in ELDER_FAULTS:
        if place.slug in slugs:
            free = np.flatnonzero((group == wanted) & (settled | watched) & (fault == ""))
            rng = setup.rng(place.slug, code)
            fault[rng.choice(free, setup.repeats(max(1, len(free) // 4)), replace=False)] = code
    marked = elders.with_columns(_fault=pl.Series(fault).replace("", None))
    return _faulty_facts(marked)


def _faulty_facts(elders: pl.DataFrame) -> pl.DataFrame:
    """The facts that make each planted fault true."""
    fault = pl.col("_fault").fill_null("")
    ended, died = date(2025, 2, 28), date(2025, 3, 10)
    return elders.with_columns(
        ability_level=pl.when(fault == "E01").then(pl.lit("able")).otherwise("ability_level"),
        categories=pl.when(fault == "E01").then(pl.lit("")).otherwise("categories"),
        living_arrangement=pl.when(fault == "E01").then(pl.lit("with_family")).otherwise("living_arrangement"),
        _item=pl.when(fault == "S13").then(pl.lit("cleaning")).otherwise("_item"),
        ltc_benefit=pl.col("ltc_benefit") | (fault == "E05"),
        chronic_conditions=pl.when(fault == "E11").then(pl.lit("hypertension")).otherwise("chronic_conditions"),
        exited_on=pl.when(fault == "E04").then(pl.lit(ended)).otherwise("exited_on"),
        exit_reason=pl.when(fault == "E04").then(pl.lit("no_longer_eligible")).otherwise("exit_reason"),
        _died=pl.when(fault == "E03").then(pl.lit(died)).otherwise("_died"),
        _stops=pl.when(fault == "E03")
        .then(pl.lit(date(2025, 5, 10)))
        .when(fault == "E07")
        .then(pl.lit(date(2025, 1, 31)))
        .otherwise("_stops"),
        _registered=pl.col("_registered") & (fault != "E02"),
        _agreement=pl.col("_agreement") & (fault != "S09"),
    )


def snapshot(place: Place, setup: Setup, elders: pl.DataFrame, day: date) -> pl.DataFrame:
    """The register of a place as it stood on a day; people who left stay on it with their day of leaving."""
    rng = setup.rng(place.slug, "verified", day.isoformat())
    back = rng.integers(0, 80, elders.height)
    base = date(2024, 6, 30) if day == FIRST_DAY else day
    verified = pl.Series(np.datetime64(base) - back.astype("timedelta64[D]")).cast(pl.Date)
    gone = pl.col("exited_on") > day
    return (
        elders.with_columns(
            last_verified_on=pl.when(pl.col("_fault") == "E08").then(None).otherwise(verified),
            exit_reason=pl.when(gone).then(None).otherwise("exit_reason"),
            exited_on=pl.when(gone).then(None).otherwise("exited_on"),
            _fault=pl.when(pl.col("_fault").is_in(sorted(REGISTER_FAULTS)) & (day == AS_OF)).then("_fault"),
        )
        .filter(pl.col("_registered") & (pl.col("registered_on") <= day))
        .drop("_died", "_starts", "_stops", "_group", "_registered", "_provider", "_worker", "_weekday")
        .drop("_slot", "_item", "_lon", "_lat", "_agreement")
    )
