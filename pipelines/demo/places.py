"""The made-up places of the demo: where they lie, how large they are, what they buy and in which files they report.

Only the code prefixes are those of the five policies; providers, people, streets and figures are invented.
"""

import zlib
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

Size = Literal["small", "city", "large"]

FIRST_DAY = date(2024, 7, 1)
AS_OF = date(2025, 6, 30)
MONTHS: tuple[date, ...] = tuple(date(2024 + (6 + k) // 12, (6 + k) % 12 + 1, 1) for k in range(12))


@dataclass(frozen=True)
class Place:
    """One made-up place: its codes, its share of all visits, its prices and the services it buys."""

    slug: str
    prefix: str
    division: str
    counties: tuple[str, ...]
    lon: float
    lat: float
    share: float
    price: float
    minutes: tuple[int, int]
    items: tuple[str, ...]
    off_catalogue: str
    categories: tuple[str, ...]
    streets: tuple[str, ...]


PLACES: tuple[Place, ...] = (
    Place(
        slug="wuhai",
        prefix="1503",
        division="150300",
        counties=("150302", "150303", "150304"),
        lon=106.82,
        lat=39.66,
        share=0.24,
        price=32.0,
        minutes=(38, 57),
        items=("meal", "cleaning", "bathing", "nursing_care", "errands", "comfort_chat", "health_guidance", "day_care"),
        off_catalogue="drain_clearing",
        categories=("extreme_poverty", "minimum_living", "disabled", "severely_disabled", "preferential_treatment"),
        streets=("新风社区", "河畔社区", "青松社区", "团结社区"),
    ),
    Place(
        slug="kangbashi",
        prefix="150603",
        division="150603",
        counties=("150603",),
        lon=109.79,
        lat=39.61,
        share=0.11,
        price=38.0,
        minutes=(40, 58),
        items=("meal", "bathing", "cleaning", "nursing_care", "washing", "comfort_chat", "rehabilitation", "visiting"),
        off_catalogue="health_product_sale",
        categories=(
            "extreme_poverty",
            "childless",
            "minimum_living",
            "minimum_living_marginal",
            "preferential_treatment",
        ),
        streets=("神华社区", "湖滨社区", "银杏社区"),
    ),
    Place(
        slug="weihai",
        prefix="3710",
        division="371000",
        counties=("371002", "371003", "371081", "371082", "371083"),
        lon=122.11,
        lat=37.30,
        share=0.20,
        price=36.0,
        minutes=(40, 58),
        items=("meal", "nursing_care", "cleaning", "bathing", "mobility", "errands", "comfort_chat", "education"),
        off_catalogue="washing",
        categories=("extreme_poverty", "minimum_living", "minimum_living_marginal", "family_planning_special"),
        streets=("海滨社区", "望海社区", "石岛社区", "文登社区"),
    ),
    Place(
        slug="nangang",
        prefix="230103",
        division="230103",
        counties=("230103",),
        lon=126.67,
        lat=45.76,
        share=0.10,
        price=30.0,
        minutes=(38, 57),
        items=("meal", "cleaning", "errands", "nursing_care", "comfort_chat", "health_guidance", "day_care", "fitness"),
        off_catalogue="bathing",
        categories=("extreme_poverty", "childless", "minimum_living"),
        streets=("松江社区", "和平社区", "铁路社区"),
    ),
    Place(
        slug="jincheng",
        prefix="1405",
        division="140500",
        counties=("140502", "140521", "140522", "140524", "140525", "140581"),
        lon=112.85,
        lat=35.50,
        share=0.35,
        price=30.0,
        minutes=(36, 47),
        items=("meal", "bathing", "cleaning", "washing", "mobility", "errands", "comfort_chat", "rehabilitation"),
        off_catalogue="health_product_sale",
        categories=("extreme_poverty", "minimum_living", "minimum_living_marginal", "poverty_alleviation_monitored"),
        streets=("沁河社区", "丹河社区", "凤城社区", "北石店社区"),
    ),
)

CENTRE_ITEMS = frozenset({"day_care", "education", "fitness"})
CERTIFICATE_ITEMS = frozenset({"nursing_care", "bathing", "rehabilitation", "medical_assistance", "counselling"})


@dataclass(frozen=True)
class Scale:
    """How large a demo is: people who are served, how they are shared out, and how often a fault is repeated."""

    served: int
    per_worker: int
    per_provider: int
    repeats: int
    snapshots: tuple[date, ...]


_QUARTERS = (date(2024, 9, 30), date(2024, 12, 31), date(2025, 3, 31), AS_OF)
SCALES: dict[Size, Scale] = {
    "small": Scale(served=270, per_worker=10, per_provider=30, repeats=1, snapshots=(FIRST_DAY, *_QUARTERS)),
    "city": Scale(served=20_700, per_worker=24, per_provider=240, repeats=4, snapshots=_QUARTERS),
    "large": Scale(served=207_000, per_worker=24, per_provider=1_000, repeats=12, snapshots=_QUARTERS[1:]),
}


@dataclass(frozen=True)
class Setup:
    """What decides a demo completely: its scale, its seed and whether faults are planted."""

    scale: Scale
    seed: int
    clean: bool

    def rng(self, *names: str) -> np.random.Generator:
        """A generator of its own for each named purpose, so that one part of the demo never shifts another."""
        return np.random.default_rng([self.seed, *(zlib.crc32(name.encode()) for name in names)])

    def repeats(self, at_most: int) -> int:
        """How often a fault is planted here: never when clean, at least once, and not more than there are subjects."""
        return 0 if self.clean else min(self.scale.repeats, at_most)


def month_end(month: date) -> date:
    """The last day of the month that begins on `month`."""
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


def days_between(first: date, last: date) -> int:
    """Calendar days from `first` to `last`."""
    return last.toordinal() - first.toordinal()
