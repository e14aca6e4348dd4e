"""The demo as a whole: place after place, month after month, into a landing folder and a list of what was planted."""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from pipelines.demo import care, facilities, money, money_faults, oversight_events, registers
from pipelines.demo.fault_notes import NOTES
from pipelines.demo.identifiers import add_months
from pipelines.demo.landing_faults import SAMPLED, plant_landing_faults, sample_of
from pipelines.demo.organisation import (
    left_workers,
    make_contracts,
    make_providers,
    make_workers,
    plan_rounds,
    plant_organisation_faults,
)
from pipelines.demo.people import group_sizes, make_elders, snapshot
from pipelines.demo.places import AS_OF, MONTHS, PLACES, SCALES, Place, Setup, Size
from pipelines.demo.points_faults import plant_points_faults
from pipelines.demo.rendering import Table
from pipelines.demo.settlement import batches_of, make_lines
from pipelines.demo.visit_faults import plant_visit_faults
from pipelines.demo.visits import Community, make_visits, mark, mark_person_faults
from pipelines.demo.writing import Landing, write_planted

EXPORTED_ON = date(2025, 7, 1)
REGISTER_DAYS = (date(2024, 12, 31), date(2025, 3, 31), AS_OF)


@dataclass(frozen=True)
class DemoSummary:
    """What was written: files, rows by source, and planted faults by code."""

    size: Size
    seed: int
    clean: bool
    landing: Path
    planted_list: Path
    files: int
    rows: dict[str, int] = field(default_factory=dict)
    planted: dict[str, int] = field(default_factory=dict)


class FolderInUse(Exception):
    """The folder holds files that no interrupted demo left there; a demo never mixes with others' files."""


def generate(out: Path, size: Size, seed: int = 1, clean: bool = False) -> DemoSummary:
    """Write a demo of a size into `out`: `landing/` and, last, `planted.csv`. The same seed gives the same text files.

    With `clean`, nothing is planted. What an interrupted demo left is replaced. Raises `FolderInUse` where there are
    other files.
    """
    folder, listed, making = out / "landing", out / "planted.csv", out / ".making"
    _clear(folder, listed, making)
    (making / "landing").mkdir(parents=True)
    landing = _write(making / "landing", Setup(SCALES[size], seed, clean))
    write_planted(making / "planted.csv", landing.planted)
    (making / "landing").replace(folder)
    (making / "planted.csv").replace(listed)
    making.rmdir()
    counts = Counter(one.fault for one in landing.planted)
    return DemoSummary(
        size, seed, clean, folder, listed, len(landing.files), dict(sorted(landing.rows.items())),
        dict(sorted(counts.items())),
    )  # fmt: skip


def _clear(folder: Path, listed: Path, making: Path) -> None:
    """Make room. The folder `making` is there only where a demo was interrupted: then what stands beside it is its own."""
    if making.exists():
        shutil.rmtree(folder, ignore_errors=True)
        listed.unlink(missing_ok=True)
        shutil.rmtree(making)
    if listed.exists() or (folder.exists() and any(folder.iterdir())):
        raise FolderInUse(
            f"{folder.parent} already holds a demo or other files; choose another folder or empty it first"
        )


def _write(folder: Path, setup: Setup) -> Landing:
    landing = Landing(folder, NOTES)
    samples: dict[tuple[str, str], Table] = {}
    for place in PLACES:
        for table in _tables(place, setup):
            if table.frame.is_empty():  # nobody died: the office sends nothing
                continue
            landing.write(table)
            if (place.slug, table.source) in SAMPLED:
                samples[place.slug, table.source] = sample_of(table)
    if not setup.clean:
        plant_landing_faults(landing, setup, samples)
    return landing


def build_community(place: Place, setup: Setup) -> tuple[Community, pl.DataFrame]:
    """The people and providers of a place, and the stays of its people."""
    served, self_paid, _, _ = group_sizes(place, setup)
    rounds = plan_rounds(place, setup, served + self_paid)
    providers = make_providers(place, setup, rounds)
    workers = make_workers(place, setup, rounds, providers)
    elders = make_elders(place, setup, rounds, workers)
    contracts = make_contracts(place, providers, rounds)
    workers, contracts = plant_organisation_faults(place, setup, workers, contracts, elders)
    stays = care.plan_stays(place, setup, elders)
    return Community(place, setup, rounds, providers, workers, contracts, elders, care.away_days(stays)), stays


def _tables(place: Place, setup: Setup) -> Iterator[Table]:
    """All tables of a place, one after the other, so that no more than one month of visits is in memory."""
    community, stays = build_community(place, setup)
    yield from _register_tables(community)
    yield from _care_tables(community, stays)
    batches: list[pl.DataFrame] = []
    for month in MONTHS:
        exported = add_months(month, 1) + timedelta(days=4)
        visits = mark_person_faults(community, make_visits(community, month))
        visits = plant_visit_faults(community, visits, month)
        lines = make_lines(community, visits, month)
        batches.append(batches_of(lines, month))
        if month == date(2025, 1, 1) and not setup.clean:
            lines = _marked_unpaid(community, lines, batches[-1])
        yield Table("visits", place, place.division, exported, visits)
        yield Table("settlement_lines", place, place.division, exported, lines)
    yield from _money_and_office_tables(community, pl.concat(batches))


def _marked_unpaid(community: Community, lines: pl.DataFrame, batches: pl.DataFrame) -> pl.DataFrame:
    """Note the first line of each batch that will not be paid (P07)."""
    if community.place.slug not in {"wuhai", "kangbashi", "jincheng"}:
        return lines
    unpaid = money_faults.unpaid_batches(community.setup, batches)
    return mark(lines, pl.col("batch_id").is_in(unpaid) & pl.col("batch_id").is_first_distinct(), "P07")


def _register_tables(community: Community) -> Iterator[Table]:
    place, setup, scale = community.place, community.setup, community.setup.scale
    for day in scale.snapshots:
        elders = snapshot(place, setup, community.elders, day)
        by_county = place.slug == "weihai"
        for division in place.counties if by_county else (place.division,):
            part = elders.filter(pl.col("hukou_division") == division) if by_county else elders
            yield Table("elders", place, division, day, part)
    workers = left_workers(place, setup, community.workers)
    agreements = registers.make_agreements(community)
    for day in REGISTER_DAYS:
        now = day == AS_OF
        yield Table("providers", place, place.division, day, registers.providers_on(community, day))
        yield Table("workers", place, place.division, day, _marks_if(now, workers))
        yield Table("contracts", place, place.division, day, _marks_if(now, community.contracts))
        if now or scale.repeats == 1:
            yield Table("agreements", place, place.division, day, agreements.filter(pl.col("starts_on") <= day))


def _marks_if(now: bool, frame: pl.DataFrame) -> pl.DataFrame:
    """The marks of a register stand in its newest snapshot only."""
    return frame if now else frame.with_columns(_fault=pl.lit(None, pl.String))


def _care_tables(community: Community, stays: pl.DataFrame) -> Iterator[Table]:
    place, setup, elders = community.place, community.setup, community.elders
    yield Table("stays", place, place.division, EXPORTED_ON, stays)
    yield Table("deaths", place, place.division, EXPORTED_ON, care.make_deaths(elders))
    assessments = care.make_assessments(place, setup, elders)
    yield Table("ability_assessments", place, place.division, EXPORTED_ON, assessments)
    if place.slug == "weihai":
        yield Table("check_ins", place, place.division, EXPORTED_ON, care.make_check_ins(place, setup, elders))
        yield Table("health_checks", place, place.division, EXPORTED_ON, care.make_health_checks(place, setup, elders))


def _money_and_office_tables(community: Community, batches: pl.DataFrame) -> Iterator[Table]:
    place, setup = community.place, community.setup
    sites = facilities.make_facilities(place, setup, community.providers.head(len(community.contracts)))
    sites = facilities.plant_facility_faults(place, setup, sites)
    areas = facilities.plant_area_faults(place, setup, facilities.make_areas(place, setup))
    sanctions = oversight_events.make_sanctions(community)
    rows = [
        *money.batch_payments(place, setup, batches),
        *money.allowance_payments(community),
        *money.subsidy_payments(place, sites),
        *money.other_payments(place, community.providers),
        *money.refund_payments(sanctions),
    ]
    if place.slug == "kangbashi":
        points = care.make_points(place, setup, community.elders, community.providers)
        points = plant_points_faults(setup, points, community.elders, community.providers)
        rows += money.redemption_payments(place, points)
        yield Table("points", place, place.division, EXPORTED_ON, points)
    payments = money_faults.plant_payment_faults(community, money.payment_frame(rows), sites, sanctions)
    planned = money.make_budgets(payments)
    budgets = money_faults.plant_budget_faults(place, setup, planned)
    transfers = money_faults.plant_transfer_faults(place, setup, money.make_transfers(place, setup, planned))
    lottery = money_faults.plant_lottery_faults(place, setup, money.make_lottery(place, setup))
    events = {
        "payments": payments,
        "budgets": budgets,
        "fund_transfers": transfers,
        "lottery_funds": lottery,
        "complaints": oversight_events.make_complaints(community),
        "satisfaction_surveys": oversight_events.make_surveys(community),
        "evaluations": oversight_events.make_evaluations(community, sites),
        "inspections": oversight_events.make_inspections(community),
        "sanctions": sanctions,
        "disclosures": oversight_events.make_disclosures(community),
        "division_statistics": facilities.make_statistics(place, setup),
    }
    for source, frame in events.items():
        yield Table(source, place, place.division, EXPORTED_ON, frame)
    yield Table("facilities", place, place.division, AS_OF, sites)
    yield Table("residential_areas", place, place.division, AS_OF, areas)
