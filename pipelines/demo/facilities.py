"""Facilities, residential areas and population statistics of a place, with their faults."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from pipelines.demo.places import AS_OF, Place, Setup

RESIDENTS = {"wuhai": 560_000, "kangbashi": 130_000, "weihai": 2_900_000, "nangang": 1_100_000, "jincheng": 2_180_000}
_KINDS = ("residential_home", "community_centre", "day_care_centre", "service_station", "canteen", "activity_centre")
_SERVICES = ("living_care|comfort", "living_care|housekeeping|medical", "living_care|comfort", "housekeeping")
_STAGES = ("planned", "started", "accepted", "delivered")
Row = dict[str, object]


def _county_residents(place: Place, county: str) -> int:
    """Residents of a county: shares that fall off gently from the first to the last."""
    weights = [10 - number for number in range(len(place.counties))]
    return RESIDENTS[place.slug] * weights[place.counties.index(county)] // sum(weights)


def make_statistics(place: Place, setup: Setup) -> pl.DataFrame:
    """Residents of every county and of the place as a whole, for two years."""
    del setup
    rows: list[Row] = []
    for year in (2024, 2025):
        counted = {county: _county_residents(place, county) + 100 * (year - 2024) for county in place.counties}
        divisions = counted if place.division in counted else counted | {place.division: sum(counted.values())}
        rows.extend(
            {
                "division_code": division,
                "year": year,
                "households": residents // 26 * 10,
                "resident_population": residents,
                "population_60_plus": residents * 22 // 100,
                "population_65_plus": residents * 16 // 100,
            }
            for division, residents in divisions.items()
        )
    return pl.DataFrame(rows).with_columns(_fault=pl.lit(None, pl.String))


def make_facilities(place: Place, setup: Setup, providers: pl.DataFrame) -> pl.DataFrame:
    """Facilities of every county; their land adds up to more than 0.15 m2 a resident."""
    rng = setup.rng(place.slug, "facilities")
    each = min(60, 7 + setup.scale.served // 1_000)
    rows: list[Row] = []
    for county in place.counties:
        mine = providers.filter(pl.col("division_code") == county)["provider_id"].to_list()
        land = 0.24 * _county_residents(place, county) / each
        rows += [_facility(place, county, number, mine, land, rng) for number in range(each)]
    frame = pl.DataFrame(
        rows,
        infer_schema_length=None,
        schema_overrides={"closed_on": pl.Date, "closure_notice_on": pl.Date, "residential_area_id": pl.String},
    )
    return frame.with_columns(_fault=pl.lit(None, pl.String))


def _facility(
    place: Place, county: str, number: int, operators: list[str], land: float, rng: np.random.Generator
) -> Row:
    kind = _KINDS[number % len(_KINDS)]
    population = int(rng.integers(100, 300) * 100)
    beds = int(rng.integers(8, 30) * 10) if kind == "residential_home" else None
    return {
        "facility_id": f"SS{county}-{number + 1:04d}",
        "name": f"{place.streets[number % len(place.streets)][:2]}{number + 1}号站点",
        "kind": kind,
        "division_code": county,
        "residential_area_id": None,
        "served_population": population,
        "operator_id": None if kind == "canteen" else operators[number % len(operators)],
        "building_area": float(rng.integers(1_610, 2_600)),
        "land_area": round(land * float(rng.uniform(0.9, 1.1)), 0),
        "beds": beds,
        "has_medical_unit": True if kind == "residential_home" else None,
        "service_kinds": _SERVICES[number % len(_SERVICES)],
        "government_funded": kind in {"community_centre", "day_care_centre", "service_station"},
        "opened_on": date(2016, 3, 1) + timedelta(days=int(rng.integers(0, 2_200))),
        "closed_on": None,
        "closure_notice_on": None,
        "approved_use": "eldercare",
        "current_use": "idle" if number % 11 == 10 else "eldercare",
        "leased_out": False,
        "longitude": round(place.lon + float(rng.normal(0, 0.05)), 6),
        "latitude": round(place.lat + float(rng.normal(0, 0.05)), 6),
    }


def plant_facility_faults(place: Place, setup: Setup, facilities: pl.DataFrame) -> pl.DataFrame:
    """Facilities closed early or without notice, misused, too small or without a medical unit."""
    if setup.clean:
        return facilities
    rows = [
        _Change(facilities, code, kind, at, values) for code, slug, kind, at, values in _CHANGES if slug == place.slug
    ]
    for change in rows:
        facilities = change.apply(facilities)
    if place.slug == "wuhai":  # A03: the land of the last county is a third of what it was
        last = pl.col("division_code") == place.counties[-1]
        here = last & (pl.col("facility_id") == f"SS{place.counties[-1]}-0001")
        facilities = facilities.with_columns(
            land_area=pl.when(last).then((pl.col("land_area") / 3).round(0)).otherwise("land_area"),
            _fault=pl.when(here).then(pl.lit("A03")).otherwise("_fault"),
        )
    return facilities


_CHANGES: tuple[tuple[str, str, str, int, Row], ...] = (
    ("F08", "weihai", "community_centre", 0, {"opened_on": date(2021, 9, 1), "closed_on": date(2025, 3, 31)}),
    ("D06", "weihai", "residential_home", 0, {"closed_on": date(2025, 4, 30), "closure_notice_on": date(2025, 4, 2)}),
    ("D06", "weihai", "residential_home", 1, {"closed_on": date(2025, 2, 28)}),
    ("D07", "weihai", "residential_home", 2, {"beds": 620, "has_medical_unit": False}),
    ("F09", "weihai", "activity_centre", 0, {"current_use": "retail"}),
    ("F09", "wuhai", "service_station", 0, {"current_use": "office"}),
    ("F09", "wuhai", "activity_centre", 0, {"leased_out": True}),
    ("A06", "wuhai", "day_care_centre", 0, {"served_population": 18_000, "building_area": 640.0}),
)


class _Change:
    """New values in the facility of a kind that stands at a place in the list."""

    def __init__(self, facilities: pl.DataFrame, code: str, kind: str, at: int, values: Row) -> None:
        self.facility_id = facilities.filter(pl.col("kind") == kind)["facility_id"][at]
        self.values = values | {"_fault": code}

    def apply(self, facilities: pl.DataFrame) -> pl.DataFrame:
        """The facilities with the change made."""
        here = pl.col("facility_id") == self.facility_id
        return facilities.with_columns(
            pl.when(here).then(pl.lit(value).cast(facilities.schema[name])).otherwise(name).alias(name)
            for name, value in self.values.items()
        )


def make_areas(place: Place, setup: Setup) -> pl.DataFrame:
    """Residential areas, new and existing, whose rooms keep pace with the homes."""
    rng = setup.rng(place.slug, "areas")
    each = min(80, 4 + setup.scale.served // 1_000)
    rows = [_area(place, county, number, rng) for county in place.counties for number in range(each)]
    dated = [name for name in rows[0] if name.endswith("_on")]
    frame = pl.DataFrame(rows, infer_schema_length=None, schema_overrides=dict.fromkeys(dated, pl.Date))
    return frame.with_columns(_fault=pl.lit(None, pl.String))


def _area(place: Place, county: str, number: int, rng: np.random.Generator) -> Row:
    new = number % 2 == 0
    households = int(rng.integers(300, 3_000))
    per_100 = 20 if new else 15
    planned = date(2021, 3, 1) + timedelta(days=int(rng.integers(0, 300)))
    days = [planned + timedelta(days=gap) for gap in (0, 120, 780, 900)]
    row: Row = {
        "residential_area_id": f"XQ{county}-{number + 1:04d}",
        "name": f"{place.streets[number % len(place.streets)][:2]}苑{number + 1}期",
        "division_code": county,
        "stage": "new" if new else "existing",
        "households": households,
        "population": households * 26 // 10,
        "room_area_planned": float(households * per_100 // 100 + 10),
        "room_area_provided": float(households * per_100 // 100 + 5),
    }
    for stage, day in zip(_STAGES, days, strict=True):
        row |= {f"homes_{stage}_on": day if new else None, f"rooms_{stage}_on": day if new else None}
    return row | {
        "rooms_handed_over_on": days[-1] + timedelta(days=int(rng.integers(10, 85))) if new else None,
        "longitude": round(place.lon + float(rng.normal(0, 0.05)), 6),
        "latitude": round(place.lat + float(rng.normal(0, 0.05)), 6),
    }


def plant_area_faults(place: Place, setup: Setup, areas: pl.DataFrame) -> pl.DataFrame:
    """Rooms too small (A01, A02), later than the homes (A04) and not handed over (A05)."""
    if setup.clean:
        return areas
    new = areas.filter(pl.col("stage") == "new")["residential_area_id"].to_list()
    existing = areas.filter(pl.col("stage") == "existing")["residential_area_id"].to_list()
    changes: list[tuple[str, str, Row]] = []
    if place.slug == "weihai":
        changes.append(("A01", new[0], {"room_area_provided": 40.0}))
        changes.append(("A02", existing[0], {"room_area_provided": 25.0}))
        changes.append(("A05", new[1], {"rooms_handed_over_on": None}))
    if place.slug in {"wuhai", "weihai"}:
        changes.append(("A04", new[2], {"rooms_delivered_on": None, "rooms_handed_over_on": None}))
    for code, area, values in changes:
        here = pl.col("residential_area_id") == area
        areas = areas.with_columns(
            pl.when(here).then(pl.lit(value).cast(areas.schema[name])).otherwise(name).alias(name)
            for name, value in (values | {"_fault": code}).items()
        )
    return areas


def open_facilities(facilities: pl.DataFrame) -> pl.DataFrame:
    """Facilities that have not closed."""
    return facilities.filter(pl.col("closed_on").is_null() | (pl.col("closed_on") > AS_OF))
