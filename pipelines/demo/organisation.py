"""Who serves whom: providers, workers and the fixed weekly place of every served person in a worker's round."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from pipelines.demo.identifiers import Ints, Strings, days_of, id_cards, uscc
from pipelines.demo.places import AS_OF, CERTIFICATE_ITEMS, Place, Setup

SURNAMES = tuple("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧")
GIVEN = ("桂英", "秀兰", "建国", "玉梅", "德福", "淑珍", "国强", "凤霞", "长顺", "玉兰", "志明", "春花", "永福", "翠萍")
_BRANDS = ("康宁", "安颐", "福寿", "暖阳", "乐龄", "银辉", "和顺", "常青", "松鹤", "佳邻", "惠民", "敬诚")
_TYPES = ("company", "social_organisation", "company", "public_institution")


@dataclass(frozen=True)
class Rounds:
    """The place of each served person: county, provider, worker, weekday (0 is Monday) and hour slot."""

    county: Ints
    provider: Ints
    worker: Ints
    weekday: Ints
    slot: Ints
    provider_county: Ints
    worker_provider: Ints


def plan_rounds(place: Place, setup: Setup, people: int) -> Rounds:
    """Share people out over counties, providers and rounds, so that no worker is asked to be in two places."""
    scale = setup.scale
    county = np.arange(people) % len(place.counties)
    providers_each = max(2 // len(place.counties), 1, -(-people // len(place.counties) // scale.per_provider))
    place_in_county = np.arange(people) // len(place.counties)
    provider = county * providers_each + place_in_county % providers_each
    place_in_provider = place_in_county // providers_each
    workers_each = int(place_in_provider.max()) // scale.per_worker + 1
    place_in_round = place_in_provider % scale.per_worker
    providers = providers_each * len(place.counties)
    regular = np.repeat(np.arange(providers), workers_each)
    return Rounds(
        county=county,
        provider=provider,
        worker=provider * workers_each + place_in_provider // scale.per_worker,
        weekday=place_in_round % 6,
        slot=place_in_round // 6,
        provider_county=np.arange(providers) // providers_each,
        worker_provider=np.concatenate([regular, np.arange(providers)]),
    )


def spare_worker(rounds: Rounds, provider: int) -> int:
    """The worker of a provider who has no round of their own (the last workers of the roster are the spare ones)."""
    return len(rounds.worker_provider) - len(rounds.provider_county) + provider


def names(count: int, rng: np.random.Generator) -> Strings:
    """Made-up personal names."""
    return np.char.add(rng.choice(np.array(SURNAMES), count), rng.choice(np.array(GIVEN), count))


def make_providers(place: Place, setup: Setup, rounds: Rounds) -> pl.DataFrame:
    """The providers of a place, in the order of their numbers; a silver-points place has one shop more."""
    rng = setup.rng(place.slug, "providers")
    count = len(rounds.provider_county)
    shops = 1 if place.slug == "kangbashi" else 0
    counties = [place.counties[int(number)] for number in rounds.provider_county] + [place.division] * shops
    types = [_TYPES[number % 4] for number in range(count)] + ["sole_trader"] * shops
    kinds = {"company": "91", "social_organisation": "52", "public_institution": "12", "sole_trader": "92"}
    start = int(rng.integers(10_000_000, 80_000_000))
    codes = [
        uscc(kinds[kind], county, start + 7 * number)
        for number, (kind, county) in enumerate(zip(types, counties, strict=True))
    ]
    suffix = {
        "company": "养老服务有限公司",
        "social_organisation": "居家养老服务中心",
        "public_institution": "社会福利中心",
    }
    titles = [
        f"{_BRANDS[number % len(_BRANDS)]}{number // len(_BRANDS) + 1}号{suffix.get(kind, '便民超市')}"
        for number, kind in enumerate(types)
    ]
    return pl.DataFrame(
        {
            "provider_id": codes,
            "name": titles,
            "provider_type": types,
            "division_code": counties,
            "registered_on": days_of(date(2010, 1, 1), date(2020, 12, 31), len(codes), rng),
            "credit_status": ["normal"] * len(codes),
            "designated_from": [date(2023, 1, 1)] * len(codes),
            "designated_to": [None] * count + [date(2025, 1, 31)] * shops,
        },
        schema_overrides={"designated_to": pl.Date},
    )


def make_workers(place: Place, setup: Setup, rounds: Rounds, providers: pl.DataFrame) -> pl.DataFrame:
    """The roster of a place in the order of worker numbers, with the middle of each worker's round."""
    rng = setup.rng(place.slug, "workers")
    count = len(rounds.worker_provider)
    county = rounds.provider_county[rounds.worker_provider]
    births = days_of(date(1966, 1, 1), date(2000, 12, 31), count, rng)
    return pl.DataFrame(
        {
            "worker_id": id_cards(np.array(place.counties)[county], births, rng),
            "provider_id": providers["provider_id"].gather(rounds.worker_provider),
            "name": names(count, rng),
            "role": rng.choice(np.array(["carer", "nurse", "rehab", "social_worker"]), count, p=[0.8, 0.1, 0.05, 0.05]),
            "certificate_no": np.char.add("ZS", rng.integers(10**9, 10**10, count).astype(str)),
            "certificate_from": days_of(date(2018, 1, 1), date(2023, 12, 31), count, rng),
            "certificate_to": days_of(date(2026, 1, 1), date(2029, 12, 31), count, rng),
            "health_cert_to": days_of(date(2025, 8, 1), date(2026, 6, 30), count, rng),
            "last_trained_on": days_of(date(2024, 9, 1), date(2025, 5, 31), count, rng),
            "hired_on": days_of(date(2019, 1, 1), date(2024, 6, 1), count, rng),
            "left_on": pl.Series([None] * count, dtype=pl.Date),
            "disqualified_on": pl.Series([None] * count, dtype=pl.Date),
            "_number": np.arange(count),
            "_lon": place.lon + 0.15 * (county % 3) + rng.normal(0, 0.015, count).clip(-0.04, 0.04),
            "_lat": place.lat + 0.15 * (county // 3) + rng.normal(0, 0.012, count).clip(-0.03, 0.03),
            "_fault": pl.Series([None] * count, dtype=pl.String),
        }
    )


def make_contracts(place: Place, providers: pl.DataFrame, rounds: Rounds) -> pl.DataFrame:
    """One purchase contract a provider and two years, in the order of provider numbers."""
    count = len(rounds.provider_county)
    people = np.bincount(rounds.provider, minlength=count)
    return pl.DataFrame(
        {
            "contract_id": [f"HT{place.division}-2024-{number + 1:03d}" for number in range(count)],
            "programme": ["purchased_service"] * count,
            "division_code": providers["division_code"].head(count),
            "provider_id": providers["provider_id"].head(count),
            "starts_on": [date(2024, 1, 1)] * count,
            "ends_on": [date(2025, 12, 31)] * count,
            "amount": people * 12 * 4.4 * place.price,
            "price_per_hour": [place.price] * count,
            "recipients_planned": people,
            "_fault": pl.Series([None] * count, dtype=pl.String),
        }
    )


def set_cell(frame: pl.DataFrame, row: int, **values: object) -> pl.DataFrame:
    """A copy of a small register with other values in one row."""
    here = pl.int_range(pl.len()) == row
    return frame.with_columns(
        pl.when(here).then(pl.lit(value).cast(frame.schema[name])).otherwise(pl.col(name)).alias(name)
        for name, value in values.items()
    )


def plant_organisation_faults(
    place: Place, setup: Setup, workers: pl.DataFrame, contracts: pl.DataFrame, elders: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A lapsed certificate (S06), a cancelled qualification (S07) and a contract that ran out (S10)."""
    if setup.clean:
        return workers, contracts
    if place.slug in {"wuhai", "weihai"}:  # numbers up to 2 are left to the faults of other rules (C01, S07)
        skilled = elders.filter(
            pl.col("_item").is_in(sorted(CERTIFICATE_ITEMS))
            & pl.col("exited_on").is_null()
            & pl.col("_fault").is_null()
            & (pl.col("_worker") > 2)
        )["_worker"]
        candidates = skilled.unique().sort(descending=True)
        for lapsed in candidates.head(setup.repeats(candidates.len())):
            workers = set_cell(workers, int(lapsed), certificate_to=date(2025, 1, 31), _fault="S06")
    if place.slug == "wuhai":
        served = elders["_worker"].unique().sort()
        for number in range(setup.repeats(max(1, served.len() // 8))):
            workers = set_cell(workers, 2 + 2 * number, disqualified_on=date(2025, 4, 15), _fault="S07")
    if place.slug != "weihai":
        contracts = set_cell(contracts, contracts.height - 1, ends_on=date(2025, 4, 30), _fault="S10")
    return workers, contracts


def left_workers(place: Place, setup: Setup, workers: pl.DataFrame) -> pl.DataFrame:
    """A few people on the roster who left before the demo begins and serve nobody."""
    rng = setup.rng(place.slug, "left workers")
    count = max(1, workers.height // 20)
    births = days_of(date(1960, 1, 1), date(1964, 12, 31), count, rng)
    gone = workers.head(count).with_columns(
        worker_id=pl.Series(id_cards(np.array([place.counties[0]] * count), births, rng)),
        name=pl.Series(names(count, rng)),
        hired_on=pl.lit(date(2017, 3, 1)),
        left_on=pl.lit(date(2024, 5, 31)),
        disqualified_on=pl.lit(None, pl.Date),
        certificate_to=pl.lit(date(AS_OF.year + 1, 1, 1)),
        _fault=pl.lit(None, pl.String),
    )
    return pl.concat([workers, gone])
