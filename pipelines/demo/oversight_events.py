"""What offices do about providers: complaints, surveys, evaluations, inspections, sanctions and disclosures."""

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np
import polars as pl

from pipelines.demo.identifiers import days_of
from pipelines.demo.places import AS_OF, Place, Setup
from pipelines.demo.visits import Community

Row = dict[str, object]
DISCLOSED = ("management_rules", "staff_duties", "service_hours", "service_items", "prices", "emergency_plan")
QUARTERS = (date(2024, 7, 1), date(2024, 10, 1), date(2025, 1, 1), date(2025, 4, 1))
LATE_ANSWER, LATE_RECTIFICATION = date(2025, 4, 20), date(2025, 3, 15)


def silent_faults(place: Place, setup: Setup) -> dict[str, int]:
    """Faults that are the absence of a row: the number of the provider of whom nothing was disclosed or recorded."""
    if setup.clean:
        return {}
    known: dict[str, tuple[str, ...]] = {
        "D01": ("wuhai",),
        "D02": ("kangbashi", "weihai", "jincheng"),
        "D05": ("wuhai", "jincheng"),
    }
    numbers = {"D01": 0, "D02": 1, "D05": 1}
    return {code: numbers[code] for code, slugs in known.items() if place.slug in slugs}


def table(rows: Iterable[Row], columns: Iterable[str], dates: Iterable[str] = ()) -> pl.DataFrame:
    """Rows as a table in which empty columns are text, days are days, and the fault comes last."""
    days = set(dates)
    listed = list(rows)
    names = [*columns, "_fault"]
    data = {name: [row.get(name) for row in listed] for name in names}
    series = [
        pl.Series(name, values, dtype=pl.Date if name in days else None, strict=False) for name, values in data.items()
    ]
    return pl.DataFrame([one.cast(pl.String) if one.dtype == pl.Null else one for one in series])


def make_disclosures(community: Community) -> pl.DataFrame:
    """Everything that every provider has to show, since early 2024; the provider of D01 keeps two items back."""
    secretive = silent_faults(community.place, community.setup).get("D01")
    rows: list[Row] = [
        {"provider_id": provider, "item": item, "disclosed_on": date(2024, 2, 1) + timedelta(days=number % 60)}
        for number, provider in enumerate(community.providers["provider_id"].head(len(community.contracts)))
        for item in (DISCLOSED[:4] if number == secretive else DISCLOSED)
    ]
    return table(rows, ("provider_id", "item", "disclosed_on"), ("disclosed_on",))


def make_surveys(community: Community) -> pl.DataFrame:
    """Twelve calls a provider and quarter; the provider of D05 is passed over in the first quarter of 2025."""
    place, setup = community.place, community.setup
    rng = setup.rng(place.slug, "surveys")
    skipped = silent_faults(place, setup).get("D05")
    count = len(community.rounds.provider_county)
    parts: list[pl.DataFrame] = []
    for quarter in QUARTERS:
        asked = [number for number in range(count) if number != skipped or quarter != date(2025, 1, 1)]
        provider = np.repeat(np.array(asked), 12)
        order = np.argsort(community.rounds.provider, kind="stable")
        begins = np.searchsorted(community.rounds.provider[order], provider)
        person = order[begins + np.tile(np.arange(12), len(asked)) % 8]
        scores = (rng.normal(91, 6, len(provider))).clip(62, 100).round(1)
        parts.append(
            pl.DataFrame(
                {
                    "provider_id": community.providers["provider_id"].gather(provider),
                    "division_code": community.providers["division_code"].gather(provider),
                    "elder_id": community.elders["elder_id"].gather(person),
                    "surveyed_on": days_of(quarter, date.fromordinal(quarter.toordinal() + 85), len(provider), rng),
                    "score": scores,
                }
            )
        )
    surveys = pl.concat(parts).sort("surveyed_on", "provider_id", maintain_order=True)
    return surveys.select(
        pl.format("DC{}-{}", pl.lit(place.division), pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(5)).alias(
            "survey_id"
        ),
        pl.all(),
        _fault=pl.lit(None, pl.String),
    )


def make_evaluations(community: Community, facilities: pl.DataFrame) -> pl.DataFrame:
    """Every provider and every funded facility is evaluated each January for the year before, and it is published."""
    place, setup = community.place, community.setup
    rng = setup.rng(place.slug, "evaluations")
    forgotten = silent_faults(place, setup).get("D02")
    rows: list[Row] = []
    for year in (2023, 2024):
        for number in range(len(community.contracts)):
            if not (year == 2024 and number == forgotten):
                target = {"target_kind": "provider", "provider_id": community.providers["provider_id"][number]}
                rows.append(_evaluation(place, year, f"F{number:04d}", target, rng))
        funded = facilities.filter("government_funded")["facility_id"] if place.slug == "kangbashi" else []
        rows += [
            _evaluation(place, year, f"S{number:04d}", {"target_kind": "facility", "facility_id": facility}, rng)
            for number, facility in enumerate(funded)
        ]
    if not setup.clean:
        rows += _faulty_evaluations(place, setup, community.providers, facilities, rng)
    columns = (
        "evaluation_id", "division_code", "target_kind", "provider_id", "facility_id", "evaluation_year", "evaluated_on",
        "evaluator", "score", "result", "published_on",
    )  # fmt: skip
    return table(rows, columns, ("evaluated_on", "published_on")).sort("evaluated_on", "evaluation_id")


def _evaluation(place: Place, year: int, number: str, target: Row, rng: np.random.Generator) -> Row:
    score = round(min(99.0, max(62.0, rng.normal(86, 6))), 1)
    day = date(year + 1, 1, 8) + timedelta(days=int(rng.integers(0, 18)))
    return target | {
        "evaluation_id": f"PG{place.division}-{year}-{number}",
        "division_code": place.division,
        "evaluation_year": year,
        "evaluated_on": day,
        "evaluator": f"{place.streets[0][:2]}第三方评估中心",
        "score": score,
        "result": "excellent" if score >= 90 else "good" if score >= 80 else "pass",
        "published_on": day + timedelta(days=int(rng.integers(10, 40))),
    }


def _faulty_evaluations(
    place: Place, setup: Setup, providers: pl.DataFrame, facilities: pl.DataFrame, rng: np.random.Generator
) -> list[Row]:
    """Results kept back (D03), and a failed evaluation after which a facility is paid (F07, marked on the payment)."""
    rows: list[Row] = []
    if place.slug == "weihai":
        for number in range(setup.repeats(providers.height - 2)):
            last = providers.height - 1 - number  # not the second one: nothing is known about it (D02)
            target = {"target_kind": "provider", "provider_id": providers["provider_id"][last]}
            kept_back = _evaluation(place, 2024, f"X{number:04d}", target, rng)
            rows.append(kept_back | {"evaluated_on": date(2025, 2, 20), "published_on": None, "_fault": "D03"})
    if place.slug == "kangbashi":
        facility = facilities.filter("government_funded")["facility_id"][1]
        failed = _evaluation(place, 2024, "X0000", {"target_kind": "facility", "facility_id": facility}, rng)
        rows.append(failed | {"evaluated_on": date(2025, 5, 20), "score": 48.0, "result": "fail",
                              "published_on": date(2025, 6, 10)})  # fmt: skip
    return rows


def make_inspections(community: Community) -> pl.DataFrame:
    """An inspection of every provider and half-year; what is found is put right in time."""
    place, setup = community.place, community.setup
    rng = setup.rng(place.slug, "inspections")
    late = setup.repeats(len(community.contracts)) if place.slug in {"wuhai", "weihai", "jincheng"} else 0
    problems = ("staffing", "facilities", "management", "quality", "safety", "none")
    rows: list[Row] = []
    for half, first in enumerate((date(2024, 9, 1), date(2025, 2, 1))):
        for number in range(len(community.contracts)):
            day = first + timedelta(days=int(rng.integers(0, 28)))
            problem = problems[int(rng.integers(0, len(problems)))]
            by = day + timedelta(days=30)
            found = (
                {}
                if problem == "none"
                else {"rectify_by": by, "rectified_on": by - timedelta(days=int(rng.integers(1, 20)))}
            )
            row: Row = {
                "inspection_id": f"JC{place.division}-{half}{number:04d}",
                "division_code": community.providers["division_code"][number],
                "provider_id": community.providers["provider_id"][number],
                "inspected_on": day,
                "problem": problem,
            }
            rows.append(row | found)
            if half and number < late:
                after = None if number % 2 == 0 else LATE_RECTIFICATION + timedelta(days=40)
                overdue = {"inspection_id": f"JC{place.division}-X{number:04d}", "inspected_on": date(2025, 2, 13)}
                rows.append(row | overdue | {"problem": "safety", "rectify_by": LATE_RECTIFICATION, "rectified_on": after,
                                             "_fault": "D04"})  # fmt: skip
    columns = (
        "inspection_id", "division_code", "provider_id", "facility_id", "inspected_on", "problem", "rectify_by",
        "rectified_on",
    )  # fmt: skip
    return table(rows, columns, ("inspected_on", "rectify_by", "rectified_on")).sort("inspected_on", "inspection_id")


def make_sanctions(community: Community) -> pl.DataFrame:
    """A talk, and an order whose refund was paid; when faults are planted, suspensions, terminations and open refunds."""
    place = community.place
    count = len(community.contracts)
    providers = community.providers["provider_id"]

    def sanction(number: int, kind: str, provider: int, starts_on: date, **values: object) -> Row:
        return {
            "sanction_id": f"CZ{place.division}-{number:03d}",
            "division_code": community.providers["division_code"][provider % count],
            "kind": kind,
            "provider_id": providers[provider % count],
            "starts_on": starts_on,
        } | values

    rows = [
        sanction(1, "interview", 1, date(2024, 11, 4), ends_on=date(2024, 11, 4)),
        sanction(2, "rectification_order", count - 1, date(2025, 1, 20), ends_on=date(2025, 3, 20), refund_due=800.0),
    ]
    if not community.setup.clean:
        if place.slug in {"wuhai", "kangbashi", "jincheng"}:
            rows.append(sanction(3, "settlement_suspended", 2 if count > 2 else 1, date(2025, 4, 1),
                                 ends_on=date(2025, 5, 31), _fault="P08"))  # fmt: skip
        if place.slug in {"wuhai", "kangbashi"}:
            rows.append(sanction(4, "contract_terminated", 0, date(2025, 6, 1), _fault="S15"))
        if place.slug in {"wuhai", "weihai"}:
            rows.append(sanction(5, "rectification_order", 1, date(2025, 2, 10), refund_due=12_600.0, _fault="D08"))
    columns = ("sanction_id", "division_code", "kind", "provider_id", "worker_id", "elder_id", "starts_on", "ends_on",
               "refund_due")  # fmt: skip
    return table(rows, columns, ("starts_on", "ends_on"))


def make_complaints(community: Community) -> pl.DataFrame:
    """One or two complaints a provider, closed within a month and answered."""
    place, setup = community.place, community.setup
    rng = setup.rng(place.slug, "complaints")
    rows: list[Row] = []
    for number in range(len(community.contracts)):
        worker = community.workers.filter(pl.col("provider_id") == community.providers["provider_id"][number])
        for about, target in enumerate(({}, {"target_kind": "worker", "worker_id": worker["worker_id"][0]})):
            received = date(2024, 7, 10) + timedelta(days=int(rng.integers(0, 320)))
            rows.append(_complaint(community, f"{about}{number:04d}", number, received, rng) | target)
    if not setup.clean:
        rows += _faulty_complaints(community, rng)
    columns = (
        "complaint_id", "division_code", "received_on", "source", "target_kind", "worker_id", "provider_id", "facility_id",
        "category", "verdict", "closed_on", "replied_on",
    )  # fmt: skip
    return table(rows, columns, ("received_on", "closed_on", "replied_on")).sort("received_on", "complaint_id")


def _complaint(community: Community, number: str, provider: int, received: date, rng: np.random.Generator) -> Row:
    closed = min(received + timedelta(days=int(rng.integers(3, 28))), AS_OF)
    return {
        "complaint_id": f"TS{community.place.division}-{number}",
        "division_code": community.providers["division_code"][provider],
        "received_on": received,
        "source": str(rng.choice(np.array(["hotline", "platform", "visit", "letter"]))),
        "target_kind": "provider",
        "provider_id": community.providers["provider_id"][provider],
        "category": str(rng.choice(np.array(["quality", "attitude", "fee", "other"]))),
        "verdict": str(rng.choice(np.array(["upheld", "partly_upheld", "not_upheld"]), p=[0.25, 0.15, 0.6])),
        "closed_on": closed,
        "replied_on": closed,
    }


def _faulty_complaints(community: Community, rng: np.random.Generator) -> list[Row]:
    """Three upheld complaints (C01 with C02, C03), unanswered (C04), overdue (C05) and forbidden selling (C06)."""
    slug, workers = community.place.slug, community.workers
    upheld: Row = {"verdict": "upheld"}

    def one(code: str, number: int, provider: int, received: date) -> Row:
        return _complaint(community, f"{code}{number:02d}", provider, received, rng)

    rows: list[Row] = []
    if slug == "wuhai":
        about: Row = {"target_kind": "worker", "worker_id": workers["worker_id"][1]} | upheld
        days = (date(2024, 9, 10), date(2024, 12, 5), date(2025, 3, 18))
        rows += [one("C01", number, 0, day) | about for number, day in enumerate(days)]
        rows[-1] |= {"_fault": "C01|C02"}
    if slug == "jincheng":
        days = (date(2024, 10, 8), date(2025, 1, 14), date(2025, 4, 22))
        rows += [one("C03", number, 0, day) | upheld for number, day in enumerate(days)]
        rows[-1] |= {"_fault": "C03"}
    for number in range(community.setup.repeats(len(community.contracts))):
        if slug == "weihai":
            rows.append(one("C04", number, number, date(2025, 4, 1)) | {"closed_on": LATE_ANSWER, "replied_on": None,
                                                                        "_fault": "C04"})  # fmt: skip
        if slug in {"wuhai", "weihai", "jincheng"}:
            still_open: Row = {"closed_on": None, "replied_on": None, "verdict": "pending", "_fault": "C05"}
            rows.append(one("C05", number, number, date(2025, 3, 3)) | still_open)
        if slug == "jincheng":
            selling: Row = {"category": "selling" if number % 2 == 0 else "prepaid_card", "_fault": "C06"}
            rows.append(one("C06", number, number + 1, date(2025, 5, 12)) | upheld | selling)
    return rows
