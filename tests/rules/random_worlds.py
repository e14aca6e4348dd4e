"""Small, adversarial worlds of all sources, the same for the same seed: few persons and places, values at every limit.

Each scene puts a few rows where a rule turns: at its limit and one unit beside it, on the first day of a policy and the
day before, at gaps of zero and spans that touch. Columns that a scene does not name are drawn by their contract's type.
Every row is valid under its contract, as only accepted rows are judged.
"""

import datetime as dt
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pipelines.contracts import Column, code_lists, load_contracts
from pipelines.landing.names import trimmed_division

Row = dict[str, Any]
World = Mapping[str, Sequence[Row]]

PLACES: Mapping[str, tuple[str, ...]] = {
    "wuhai": ("150300", "150302", "150303", "150304", "150302001", "150303000", "150304002003"),
    "kangbashi": ("150603", "150603000", "150603001", "150603001002"),
    "weihai": ("371000", "371002", "371003", "371082", "371002001", "371083100000", "371082103002"),
    "nangang": ("230103", "230103001", "230103001002"),
    "jincheng": ("140500", "140502", "140521", "140581", "140502001", "140521000000", "140581100201"),
}
OUTSIDE = ("150000", "150600", "150602", "230100", "230102001", "370000", "371100", "140000", "110101", "110101001001")
FIRST_DAYS: Mapping[str, dt.date] = {
    "nangang": dt.date(2008, 5, 19),
    "weihai": dt.date(2017, 1, 18),
    "wuhai": dt.date(2017, 12, 22),
    "kangbashi": dt.date(2023, 1, 1),
    "jincheng": dt.date(2023, 1, 1),
}
AGES = (59, 60, 64, 65, 69, 70, 74, 75, 79, 80, 84, 85)
STAGES = ("planned", "started", "accepted", "delivered")
DAY = dt.timedelta(days=1)
CENT = Decimal("0.01")
ALLOWED_PURPOSES = (
    ("purchased_service", "service_fee"),
    ("purchased_service", "evaluation_fee"),
    ("operating_subsidy", "operating_subsidy"),
    ("construction_subsidy", "construction"),
    ("meal_subsidy", "service_fee"),
    ("nursing_allowance", "elder_allowance"),
    ("silver_points", "points_redemption"),
)
# (period_start, as_of): usual years, years before a policy, first days of policies, several years, days inside months
WINDOWS: Sequence[tuple[dt.date | None, dt.date]] = (
    (None, dt.date(2025, 6, 30)),
    (dt.date(2022, 11, 15), dt.date(2025, 3, 31)),
    (None, dt.date(2024, 12, 31)),
    (dt.date(2015, 12, 31), dt.date(2018, 3, 10)),
    (dt.date(2024, 2, 10), dt.date(2025, 3, 1)),
    (dt.date(2008, 4, 1), dt.date(2009, 2, 28)),
    (None, dt.date(2023, 12, 31)),
    (dt.date(2022, 10, 1), dt.date(2023, 1, 1)),
    (dt.date(2023, 3, 1), dt.date(2024, 2, 29)),
    (None, dt.date(2022, 12, 31)),
    (dt.date(2022, 12, 31), dt.date(2024, 9, 30)),
    (None, dt.date(2025, 1, 20)),
    (dt.date(2017, 12, 21), dt.date(2019, 1, 15)),
    (None, dt.date(2016, 12, 31)),
    (dt.date(2008, 5, 1), dt.date(2008, 11, 30)),
)
# Sources that have not come at all, in turn (a length that has no divisor in common with that of the windows)
MISSING: Sequence[tuple[str, ...]] = (
    (),
    ("deaths",),
    (),
    ("sanctions",),
    (),
    ("workers", "sanctions"),
    ("stays",),
    (),
    ("elders",),
    ("sanctions", "deaths"),
    (),
    ("providers", "facilities"),
    ("visits",),
)


@dataclass(frozen=True)
class Window:
    """The days for which a world is to be judged."""

    as_of: dt.date
    period_start: dt.date | None

    @property
    def first_day(self) -> dt.date:
        return self.period_start or self.as_of.replace(month=1, day=1)


def random_window(seed: int) -> Window:
    """The window of a seed's world: `WINDOWS` in turn, later rounds moved by a few days."""
    start, as_of = WINDOWS[seed % len(WINDOWS)]
    if seed >= len(WINDOWS):
        moves = random.Random(f"window {seed}")
        as_of += dt.timedelta(days=moves.randint(-20, 20))
        start = start and min(start + dt.timedelta(days=moves.randint(-20, 20)), as_of)
    return Window(as_of, start)


def random_world(seed: int, size: int) -> World:
    """A world of about `size` rows (never fewer than its registers), meant for `random_window(seed)`."""
    maker = Maker(random.Random(f"world {seed}"), random_window(seed), size)
    maker.registers()
    while maker.height < size:
        maker.scene()
    maker.revise()
    maker.drop_sources(MISSING[seed % len(MISSING)])
    return maker.world()


def month_of(day: dt.date) -> dt.date:
    """The first day of a day's month."""
    return day.replace(day=1)


def later_month(month: dt.date, months: int) -> dt.date:
    """The first day of the month so many months later."""
    count = month.year * 12 + month.month - 1 + months
    return dt.date(count // 12, count % 12 + 1, 1)


def years_before(day: dt.date, years: int) -> dt.date:
    """The birth date of somebody who completes so many years on the day (from 1 March, sometimes 29 February)."""
    year = day.year - years
    if (day.month, day.day) == (2, 29) and not _is_leap(year):
        return dt.date(year, 3, 1)
    return day.replace(year=year)


@dataclass(frozen=True)
class File:
    """A file of a source: the rows' audit columns and the `codes:` columns that it does not have."""

    name: str
    date: dt.date
    division: str
    lacks: frozenset[str]


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


@dataclass
class Elder:
    """What stays the same of an old person through all scenes."""

    id: str
    birth: dt.date
    hukou: str
    residence: str
    registered: dt.date
    place: str
    special: list[dt.date] = field(default_factory=list)


def due_points(elder: Elder, day: dt.date) -> int:
    """About what an elder is to get for the month of a day; a birthday late in the month is not looked at."""
    age = day.year - elder.birth.year - ((day.month, day.day) < (elder.birth.month, elder.birth.day))
    return 20000 if age >= 80 else 15000 if age >= 75 else 10000 if age >= 70 else 0


class Maker:
    """A world in the making: its people and places, the files so far and their rows."""

    def __init__(self, rng: random.Random, window: Window, size: int) -> None:
        self.rng = rng
        self.window = window
        self.judging = [place for place, day in FIRST_DAYS.items() if day <= window.as_of + 400 * DAY] or list(PLACES)
        self.spoiling = 0.03  # share of optional cells that are emptied whatever a scene says
        self.special_days = self._special_days()
        self.files: dict[str, list[File]] = {}
        self.rows: dict[str, dict[tuple[File, tuple[Any, ...]], Row]] = {source: {} for source in load_contracts()}
        self.height = 0
        self.numbers: dict[str, int] = {}
        people = max(6, min(20, size // 60))
        self.workers = [f"worker{number}" for number in range(1, max(4, people // 2) + 1)]
        self.providers = [f"provider{number}" for number in range(1, max(4, people // 3) + 1)]
        self.facilities = [f"facility{number}" for number in range(1, people + 1)]
        self.facility_places: dict[str, str] = {}
        self.closed_facilities: list[str] = []
        self.contract_terms: list[tuple[str, str, dt.date, dt.date]] = []
        self.elders = [self._elder(number) for number in range(1, people + 1)]
        # Nobody visits these: they may be entitled all the same.
        self.quiet_elders = [self._elder(people + number) for number in range(1, people // 2 + 1)]
        self.workers.append(self.elders[0].id)  # one person in two roles
        self.event_files = {
            source: [self._file(source, self.day(), self.rng.choice(("", "150300", "371000"))) for _ in "123"]
            for source, contract in load_contracts().items()
            if contract.mode == "events"
        }

    # ---- days and choices ------------------------------------------------------------------------------------------

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def pick(self, *values: Any) -> Any:
        return self.rng.choice(values)

    def _special_days(self) -> list[dt.date]:
        first, last = self.window.first_day, self.window.as_of
        days = {first, first - DAY, last, last - DAY, last + DAY}
        days |= {day + move * DAY for day in FIRST_DAYS.values() for move in (-1, 0) if first <= day <= last}
        for months in range(-4, 15):
            begin = later_month(month_of(last), -months)
            days |= {begin, begin - DAY}
        return sorted(day for day in days if first - 200 * DAY <= day <= last + 40 * DAY)

    def day(self) -> dt.date:
        """A day of interest: often a turning day of the window, mostly inside the period, sometimes around it."""
        first, last = self.window.first_day, self.window.as_of
        draw = self.rng.random()
        if draw < 0.35:
            return self.rng.choice(self.special_days)
        if draw < 0.45:
            return self.near(last, 0, 15, 16, 30, 31, 60, 61, 90, 91)
        if draw < 0.9:
            recent = max(first, last - 430 * DAY)
            return recent + DAY * self.rng.randint(0, (last - recent).days)
        return first + DAY * self.rng.randint(-400, (last - first).days + 20)

    def near(self, day: dt.date, *days_before: int) -> dt.date:
        """A day that lies one of these numbers of days before the given one."""
        return day - DAY * self.rng.choice(days_before)

    def place(self) -> str:
        """The short name of a policy, mostly of one that has something to say in the window."""
        return self.rng.choice(self.judging if self.chance(0.7) else list(PLACES))

    def division(self, place: str) -> str:
        """A division under the policy, sometimes one under none."""
        return self.rng.choice(OUTSIDE) if self.chance(0.04) else self.rng.choice(PLACES[place])

    def maybe(self, value: Any, share: float = 0.9) -> Any:
        """The value, or nothing."""
        return value if self.chance(share) else None

    def number(self, name: str) -> str:
        """The next id of a kind; ids compare as text, so their number of digits varies."""
        self.numbers[name] = self.numbers.get(name, 0) + 1
        return f"{name}{self.numbers[name]}"

    def amount(self) -> Decimal:
        return self.pick(Decimal("0.01"), Decimal("35.00"), Decimal("70.00"), Decimal("99.99"), Decimal("1000.00"))

    def off(self, value: Decimal) -> Decimal:
        """The value, often moved by one or two cents, never below 0."""
        return max(Decimal("0.00"), value + self.pick(0, 0, -2, -1, 1, 2, 100) * CENT)

    # ---- files and rows --------------------------------------------------------------------------------------------

    def _file(self, source: str, date: dt.date, division: str) -> File:
        contract = load_contracts()[source]
        lists = [name for name, column in contract.columns.items() if column.base_type == "codes"]
        lacks = frozenset(name for name in lists if self.chance(0.06))
        files = self.files.setdefault(source, [])
        middle = f"_{division}" if division else ""
        name = f"{source}{middle}_{date:%Y%m%d}_{len(files) + 1}.csv"
        file = File(name, date, division, lacks)
        files.append(file)
        return file

    def _value(self, column: Column) -> Any:
        """A value of the column's type within its bounds."""
        low = int(column.min) if column.min is not None else 0
        high = int(column.max) if column.max is not None else 1000
        match column.base_type:
            case "code":
                return self.rng.choice(list(code_lists()[column.code_list or ""]))
            case "codes":
                members = list(code_lists()[column.code_list or ""])
                return self.rng.sample(members, min(len(members), self.pick(0, 1, 1, 2, 3)))
            case "id_card":
                return self.pick(*self.workers) if "worker" in column.name else self.rng.choice(self.elders).id
            case "uscc":
                return self.rng.choice(self.providers)
            case "division":
                return self.division(self.place())
            case "date":
                return self.day()
            case "month":
                return month_of(self.day())
            case "datetime":
                return self.moment(self.day())
            case "yuan":
                return self.amount()
            case "integer" if column.name.endswith("year"):
                return self.day().year
            case "integer":
                return self.rng.choice((low, high, self.rng.randint(low, high)))
            case "decimal" | "hours" | "m2":
                return round(self.rng.uniform(low, high), 2)
            case "bool":
                return self.chance(0.5)
        return f"text{self.rng.randint(1, 3)}"

    def moment(self, day: dt.date) -> dt.datetime:
        """A time of the day, often at its ends."""
        hour, minute = self.pick((0, 0), (8, 0), (8, 30), (9, 0), (14, 15), (23, 30), (23, 59))
        return dt.datetime.combine(day, dt.time(hour, minute))

    def emit(self, source: str, file: File | None = None, **given: Any) -> Row | None:
        """A row of the source in the file (of events: any of its files); None where the file has its key already."""
        contract = load_contracts()[source]
        home = file or self.rng.choice(self.event_files[source])
        row: Row = {}
        for name in contract.kept:
            column = contract.columns[name]
            value = given[name] if name in given else self._value(column)
            if not column.required and self.chance(self.spoiling):
                value = None
            if column.base_type == "codes":
                dropped = self.chance(0.06)
                row[f"{name}_is_complete"] = name not in home.lacks and not dropped
                value = [] if name in home.lacks else value or []
            row[name] = value.quantize(CENT) if column.type == "yuan" and value is not None else value
        key = (home, tuple(row[name] for name in contract.key))
        if key in self.rows[source]:
            return None
        self.rows[source][key] = row
        self.height += 1
        return row

    def revise(self) -> None:
        """Rows again in another file: changed, and sometimes moved beyond as_of."""
        for source, files in self.event_files.items():
            contract = load_contracts()[source]
            known = list(self.rows[source].items())
            for (_, key), row in self.rng.sample(known, len(known) // 25):
                changed = {**row}
                for name in self.rng.sample(contract.kept, 2):
                    column = contract.columns[name]
                    free = name not in contract.key and column.after is None and source not in {"visits", "points"}
                    if free:
                        changed[name] = self._value(column)
                if self.chance(0.3) and contract.date not in contract.key:
                    self._move_beyond(changed, str(contract.date))
                self.rows[source].setdefault((self.rng.choice(files), key), changed)

    def _move_beyond(self, row: Row, date: str) -> None:
        """The row's own date after as_of."""
        moved = self.window.as_of + DAY * self.rng.randint(1, 40)
        if isinstance(row[date], dt.datetime):
            shift = dt.datetime.combine(moved, row[date].time()) - row[date]
            row[date] += shift
            if row.get("ended_at"):
                row["ended_at"] += shift
        else:
            row[date] = later_month(month_of(moved), 1) if date == "service_month" else moved

    def drop_sources(self, sources: Sequence[str]) -> None:
        """These sources have not come, or only with rows dated after as_of."""
        for source in sources:
            date = load_contracts()[source].date
            later = {key: row for key, row in self.rows[source].items() if date and self._is_later(row[date])}
            self.rows[source] = later if self.chance(0.3) else {}

    def _is_later(self, value: Any) -> bool:
        return (value.date() if isinstance(value, dt.datetime) else value) > self.window.as_of

    def world(self) -> World:
        """All rows with their audit columns; files are numbered in the order of their dates and names."""
        world: dict[str, list[Row]] = {}
        order = sorted(
            (file for files in self.files.values() for file in files), key=lambda file: (file.date, file.name)
        )
        places = {file: number for number, file in enumerate(order, 1)}
        for source, rows in self.rows.items():
            lines: dict[File, int] = {}
            world[source] = []
            for (file, _), row in rows.items():
                lines[file] = lines.get(file, 1) + 1
                audit = {
                    "_file": file.name,
                    "_file_order": places[file],
                    "_file_date": file.date,
                    "_division_key": trimmed_division(file.division) or "",
                    "_sheet": "",
                    "_line": lines[file],
                }
                world[source].append({**row, **audit})
        return world

    # ---- registers -------------------------------------------------------------------------------------------------

    def _elder(self, number: int) -> Elder:
        place = self.place()
        hukou = self.division(place)
        turning = self.rng.choice([day for day in self.special_days if day <= self.window.as_of])
        birth = years_before(turning, self.rng.choice(AGES)) + DAY * self.pick(0, 0, 1, -1)
        if self.chance(0.12):
            birth = dt.date(self.pick(1940, 1944, 1948, 1960, 1964), 2, 29)
        residence = hukou if self.chance(0.6) else self.division(place)
        registered = self.pick(self.window.first_day - 300 * DAY, self.window.first_day - 300 * DAY, self.day())
        return Elder(f"elder{number}", birth, hukou, residence, registered, place)

    def registers(self) -> None:
        """The snapshots of all registers."""
        last = self.window.as_of
        days = sorted(
            {self.day() for _ in range(4)} | {last - 500 * DAY, self.pick(last, last - 3 * DAY), last + 5 * DAY}
        )
        self._elder_snapshots(days)
        self._provider_snapshots(days)
        self._worker_snapshots(days)
        self._contract_snapshots(days)
        self._agreement_snapshots(days)
        self._facility_snapshots(days)
        self._area_snapshots(days)

    def _snapshot_files(self, source: str, days: Sequence[dt.date], divisions: Sequence[str]) -> list[File]:
        """Files of some of the registers on some of the days; sometimes two parts of one snapshot."""
        files = []
        for day in days:
            for division in divisions:
                if self.chance(0.6):
                    files.append(self._file(source, day, division))
                if self.chance(0.1):
                    files.append(self._file(source, day, division))
        return files

    def _elder_snapshots(self, days: Sequence[dt.date]) -> None:
        missing = self.pick(None, None, *PLACES)
        registers = ["", *(self.rng.choice(PLACES[place]) for place in PLACES if place != missing), "150300", "110101"]
        for file in self._snapshot_files("elders", days, sorted(set(registers))):
            for elder in (*self.elders[:-1], *self.quiet_elders):  # the last one stands in no register
                own = file.division and elder.hukou.startswith(trimmed_division(file.division) or "-")
                if self.chance(0.75 if own else 0.12):
                    self._elder_row(file, elder)

    def _elder_row(self, file: File, elder: Elder) -> None:
        categories = {
            "wuhai": "minimum_living",
            "kangbashi": "childless",
            "weihai": "extreme_poverty",
            "nangang": "childless",
            "jincheng": "poverty_alleviation_monitored",
        }
        is_quiet = elder in self.quiet_elders
        exited = self.pick(*(None,) * (15 if is_quiet else 4), self.day())
        verified = self.pick(None, self.day(), self.day(), file.date)
        elder.special += [day for day in (exited, elder.registered, file.date) if day]
        self.emit(
            "elders",
            file,
            elder_id=elder.id,
            birth_date=elder.birth,
            hukou_division=elder.hukou if self.chance(0.93) else self.division(self.place()),
            residence_division=elder.residence if self.chance(0.93) else self.division(elder.place),
            living_arrangement=self.pick("alone", "alone", "with_family", None),
            ability_level=self.pick("able", "mild", "moderate", "severe", None),
            categories=self.pick(
                *([categories[elder.place]],) * (9 if is_quiet else 2), [], ["disabled", "model_worker"]
            ),
            household_income=self.pick(Decimal("489.99"), Decimal("490.00"), Decimal("490.01"), None),
            ltc_benefit=self.pick(False, False, False, *(() if is_quiet else (False, True, True)), None),
            chronic_conditions=self.pick(["hypertension"], ["diabetes", "other"], ["other"], []),
            registered_on=elder.registered,
            last_verified_on=verified,
            exited_on=exited,
        )

    def _provider_snapshots(self, days: Sequence[dt.date]) -> None:
        for file in self._snapshot_files("providers", days, ["", "140500", "150603"]):
            for provider in self.providers[:-1]:
                if self.chance(0.7):
                    self.emit(
                        "providers",
                        file,
                        provider_id=provider,
                        division_code=self.division(self.pick("wuhai", "wuhai", self.place())),
                        credit_status=self.pick("normal", "normal", "dishonest", None),
                        designated_from=self.maybe(self.day()),
                        designated_to=self.pick(None, self.day()),
                    )

    def _worker_snapshots(self, days: Sequence[dt.date]) -> None:
        for file in self._snapshot_files("workers", days, ["", "150300"]):
            for worker in self.workers[:-2]:
                for provider in self.rng.sample(self.providers, 2):
                    self.emit(
                        "workers",
                        file,
                        worker_id=worker,
                        provider_id=provider,
                        certificate_from=self.maybe(self.pick(self.window.first_day - 700 * DAY, self.day()), 0.8),
                        certificate_to=self.pick(None, None, self.day()),
                        hired_on=self.pick(None, self.window.first_day - 700 * DAY, self.day()),
                        left_on=self.pick(None, None, self.day()),
                        disqualified_on=self.pick(None, None, None, None, None, self.day()),
                    )

    def _contract_snapshots(self, days: Sequence[dt.date]) -> None:
        for place in (*PLACES, "jincheng", "jincheng", "kangbashi"):
            name = self.number("contract")
            starts = self.day() - DAY * self.pick(0, 0, 200)
            ends = starts + DAY * self.pick(0, 100, 364)
            provider = self.rng.choice(self.providers)
            self.contract_terms.append((place, provider, starts, ends))
            for file in self._snapshot_files("contracts", self.rng.sample(days, 2), ["", "140500"]):
                self.emit(
                    "contracts",
                    file,
                    contract_id=name,
                    programme=self.pick("purchased_service", "purchased_service", "meal_subsidy"),
                    division_code=self.division(place),
                    provider_id=provider,
                    starts_on=starts,
                    ends_on=ends,
                )

    def _agreement_snapshots(self, days: Sequence[dt.date]) -> None:
        for elder in self.elders:
            for _ in range(2):
                name = self.number("agreement")
                starts = self.day() - DAY * self.pick(0, 0, 200)
                for file in self._snapshot_files("agreements", self.rng.sample(days, 2), [""]):
                    self.emit(
                        "agreements",
                        file,
                        agreement_id=name,
                        elder_id=elder.id,
                        provider_id=self.rng.choice(self.providers),
                        starts_on=starts,
                        ends_on=self.pick(None, starts, starts + 60 * DAY),
                        fixed_worker_id=self.maybe(self.rng.choice(self.workers), 0.7),
                        fixed_weekdays=self.pick([], ["mon", "tue", "wed", "thu", "fri"], ["sat"]),
                        fixed_place=self.pick(None, "home", "home", "centre"),
                        fixed_services=self.pick([], ["cleaning", "bathing", "meal"], ["meal"]),
                    )

    def _facility_snapshots(self, days: Sequence[dt.date]) -> None:
        kinds = ("residential_home", "residential_home", "day_care_centre", "day_care_centre", "canteen")
        for name in self.facilities[:-1]:
            place = self.pick("wuhai", "weihai", "kangbashi", "weihai", "wuhai", self.place())
            division, kind = self.division(place), self.rng.choice(kinds)
            closed = self.pick(None, self.day()) if place == "weihai" else self.pick(None, None, None, self.day())
            self.facility_places[name] = place
            if closed:
                self.closed_facilities.append(name)
            for file in self._snapshot_files("facilities", self.rng.sample(days, 2), ["", "371000"]):
                self._facility_row(file, name, division, kind, closed)

    def _facility_row(self, file: File, name: str, division: str, kind: str, closed: dt.date | None) -> None:
        turning = closed or self.window.as_of
        opened = self.pick(
            None,
            years_before(turning, 5),
            years_before(turning, 5),
            years_before(turning, 5) + DAY,
            turning.replace(month=1, day=1),
            turning.replace(month=1, day=2),
            dt.date(2020, 2, 29),
        )
        area = self.pick(749.99, 750.0, 1084.99, 1085.0, 1599.5, 1600.0, None)
        self.emit(
            "facilities",
            file,
            facility_id=name,
            kind=kind,
            division_code=division,
            served_population=self.pick(9999, 10000, 15000, 15001, 30000, 30001, 50000, 50001, None),
            operator_id=self.maybe(self.rng.choice(self.providers)),
            building_area=area,
            land_area=self.pick(0.0, 14.99, 15.0, 15.01, 7.5, 1500.0, 1500.0, None),
            beds=self.pick(499, 500, 501, None),
            has_medical_unit=self.pick(True, False, False, None),
            service_kinds=self.pick([], ["living_care"], ["living_care", "medical"], ["smart"]),
            opened_on=opened,
            closed_on=closed,
            closure_notice_on=closed and self.pick(None, *(closed - DAY * days for days in (59, 60, 61, 0, -1))),
            approved_use=self.pick("eldercare", "eldercare", None, "retail"),
            current_use=self.pick("eldercare", "eldercare", "idle", "retail", None),
            leased_out=self.pick(False, False, False, True, None),
        )

    def _area_snapshots(self, days: Sequence[dt.date]) -> None:
        for _ in range(len(self.facilities)):
            name = self.number("area")
            division, stage = self.division(self.pick("weihai", "weihai", "wuhai")), self.pick("new", "new", "existing")
            for file in self._snapshot_files("residential_areas", self.rng.sample(days, 2), ["", "371000"]):
                dates: Row = {}
                for step in STAGES:
                    homes = self.pick(None, self.day(), self.near(self.window.as_of, 0, -1, 91))
                    rooms = self.pick(
                        None,
                        self.near(self.window.as_of, 0, 89, 90, 91, 200),
                        homes and homes + DAY * self.pick(0, 0, -9, 1),
                    )
                    dates |= {f"homes_{step}_on": homes, f"rooms_{step}_on": rooms}
                delivered = dates["rooms_delivered_on"]
                households = self.pick(0, 1, 3, 100, 300)
                room = self.pick(None, *(round(households * limit / 100, 2) for limit in (20, 15, 19.99, 14.99, 20.01)))
                self.emit(
                    "residential_areas",
                    file,
                    residential_area_id=name,
                    division_code=division,
                    stage=stage,
                    households=households,
                    room_area_provided=room,
                    rooms_handed_over_on=delivered
                    and self.pick(None, *(delivered + DAY * days for days in (0, 89, 90, 91))),
                    **dates,
                )

    # ---- scenes ----------------------------------------------------------------------------------------------------

    def scene(self) -> None:
        """A few rows about one rule or another."""
        scenes: Sequence[tuple[Callable[[], None], int]] = (
            (self._worker_day, 8),
            (self._elder_month, 8),
            (self._provider_month, 1),
            (self._settlement, 8),
            (self._payments, 7),
            (self._paid_twice, 3),
            (self._subsidies, 4),
            (self._closing, 2),
            (self._allowance, 2),
            (self._transfers, 3),
            (self._budget, 3),
            (self._lottery, 1),
            (self._statistics, 2),
            (self._points, 6),
            (self._worker_complaints, 4),
            (self._provider_complaints, 3),
            (self._complaint, 4),
            (self._sanction, 3),
            (self._duties, 5),
            (self._life, 6),
            (self._check_ins, 2),
            (self._health_checks, 2),
            (self._fixed_service, 3),
            (self._long_day, 1),
            (self._anything, 1),
        )
        doers, weights = zip(*scenes, strict=True)
        self.rng.choices(doers, weights)[0]()

    def visit(self, place: str, starts: dt.datetime, minutes: float, **given: Any) -> Row | None:
        """A visit at prices around the cap of 35 yuan an hour."""
        at_cap = (Decimal(35) * Decimal(str(minutes)) / 60).quantize(CENT)
        subsidy = self.pick(at_cap, at_cap, at_cap + CENT, at_cap + 2 * CENT, at_cap / 2, Decimal(0))
        ends = starts + dt.timedelta(minutes=minutes)
        latitude = self.pick(39.0, 39.0, 39.0017, 39.0019, 39.01, 39.2, 45.0)
        usual: Row = {
            "visit_id": self.number("visit"),
            "programme": self.pick("purchased_service", "purchased_service", "purchased_service", "self_paid"),
            "division_code": self.division(place),
            "elder_id": self.rng.choice(self.elders).id,
            "worker_id": self.rng.choice(self.workers),
            "provider_id": self.rng.choice(self.providers),
            "service_item": self.pick(
                "cleaning",
                "meal",
                "bathing",
                "nursing_care",
                "day_care",
                "training",
                "medical_assistance",
                "health_product_sale",
                "urgent",
                "washing",
            ),
            "service_place": self.pick("home", "home", "home", None, "centre", "online", "outdoors"),
            "started_at": starts,
            "ended_at": ends,
            "check_in_lon": self.maybe(111.0, 0.8),
            "check_in_lat": self.maybe(latitude, 0.9),
            "subsidy_amount": subsidy,
            "recorded_at": self.pick(
                None, ends, ends + dt.timedelta(hours=48), ends + dt.timedelta(hours=48, seconds=1)
            ),
        }
        return self.emit("visits", **{**usual, **given})

    def _worker_day(self) -> None:
        """A chain of visits of one worker, or one elder: overlaps of 4 to 6 minutes, gaps from 0 to an hour, midnight."""
        place, starts = self.place(), self.moment(self.day())
        one: Row = {"worker_id": self.rng.choice(self.workers)}
        if self.chance(0.4):
            one = {"elder_id": self.rng.choice(self.elders).id}
        if self.chance(0.5):
            one |= {
                "service_place": "home",
                "service_item": self.pick("cleaning", "meal"),
                "programme": "purchased_service",
            }
        for _ in range(self.rng.randint(2, 4)):
            minutes = self.pick(1, 5, 6, 30, 59.5, 60, 60, 61, 120, 180, 240, 300)
            self.visit(place if self.chance(0.85) else self.place(), starts, minutes, **one)
            starts += dt.timedelta(minutes=minutes + self.pick(0, 0, 1, 29, 30, 31, 60, -4, -5, -6, -5.5, -minutes))

    def _elder_month(self) -> None:
        """Visits of an elder near the days on which something changes for them; four hours, two visits in a month."""
        elder = self.rng.choice(self.elders)
        anchor = self.rng.choice([self.day(), *elder.special[-8:]])
        provider, worker = self.rng.choice(self.providers), self.rng.choice(self.workers)
        place = elder.place if self.chance(0.9) else self.place()
        lengths = self.pick((120, 120), (120, 121), (60, 60, 60, 60), (240,), (60,), (60, 60), (30,))
        starts = dt.datetime.combine(anchor + DAY * self.pick(0, 0, 1, -1, 2), dt.time(9))
        near = self.chance(0.4)
        for minutes in lengths:
            self.visit(
                place,
                starts,
                minutes,
                elder_id=elder.id,
                provider_id=provider,
                worker_id=worker if near else self.rng.choice(self.workers),
                programme=self.pick("purchased_service", "purchased_service", "purchased_service", "meal_subsidy"),
            )
            starts += dt.timedelta(minutes=minutes + self.pick(0, 30, 31, 1440 - minutes, 1440))

    def _provider_month(self) -> None:
        """Around thirty visits of a provider in a month: 18 or 19 of one length, 6 or 7 recorded late."""
        place, provider = self.pick("wuhai", "jincheng", self.place()), self.rng.choice(self.providers)
        month, division = later_month(month_of(self.day()), self.pick(0, 0, -1)), self.division(place)
        spoiling, self.spoiling = self.spoiling, 0
        count, same, late = self.pick(29, 30, 30, 31), self.pick(17, 18, 19), self.pick(5, 6, 7)
        for number in range(count):
            starts = dt.datetime.combine(month + DAY * self.rng.randint(0, 27), dt.time(8 + number % 9, number % 60))
            minutes = 60 + self.pick(0, 0.5) if number < same else 61 + number
            delay = dt.timedelta(hours=48, minutes=1) if number < late else dt.timedelta(hours=self.pick(1, 48))
            self.visit(
                place,
                starts,
                minutes,
                division_code=division,
                provider_id=provider,
                programme="purchased_service",
                subsidy_amount=Decimal(10),
                recorded_at=starts + dt.timedelta(minutes=minutes) + delay,
            )
        self.spoiling = spoiling

    def _settlement(self) -> None:
        """A batch of lines for visits on file and some that are not, and sometimes its payments."""
        visits = list(self.rows["visits"].values())
        if not visits:
            return
        batch, place = self.number("batch"), self.place()
        provider = self.rng.choice(self.providers)
        total, months = Decimal(0), []
        for _ in range(self.rng.randint(1, 3)):
            visit = self.rng.choice(visits[-12:] if self.chance(0.7) else visits)
            month = month_of(visit["started_at"].date())
            months.append(later_month(month, self.pick(0, 0, 0, 1)))
            hours = (visit["ended_at"] - visit["started_at"]).total_seconds() / 3600
            line = self.emit(
                "settlement_lines",
                line_id=self.number("line"),
                batch_id=batch,
                division_code=self.division(place if self.chance(0.9) else self.place()),
                provider_id=visit["provider_id"] if self.chance(0.85) else provider,
                visit_id=visit["visit_id"] if self.chance(0.85) else self.pick("visit0", "visit999999"),
                service_month=months[-1],
                hours=max(0.0, round(hours, 2) + self.pick(0, 0, 0, 0.01, -0.01, 0.02)),
                amount=self.off(visit["subsidy_amount"]),
            )
            total += line["amount"] if line else 0
        if self.chance(0.75):
            self._pay_batch(batch, place, provider, total, max(months))

    def _pay_batch(self, batch: str, place: str, provider: str, total: Decimal, month: dt.date) -> None:
        """Payments that meet, miss or exceed a batch, with a refund now and then, on one day or later."""
        paid_on = self.pick(self.day(), later_month(month, 1) + DAY * self.pick(-1, 0, 58, 59, 60))
        parts = self.pick([total], [total], [total + CENT], [total - CENT], [total + 2 * CENT], [total - 2 * CENT])
        parts = self.pick(parts, [*parts, -self.amount()], [total / 2, total / 2], [])
        for part in parts:
            self.emit(
                "payments",
                payment_id=self.number("payment"),
                programme="purchased_service",
                fiscal_year=paid_on.year,
                division_code=self.division(place if self.chance(0.9) else self.place()),
                payee_kind="provider",
                payee_id=provider,
                purpose="service_fee",
                batch_id=batch,
                amount=part.quantize(CENT),
                paid_on=paid_on if self.chance(0.7) else self.day(),
            )

    def _payments(self) -> None:
        """Payments with and without a settlement, for purposes that fit or not, inside sanctions or beside them."""
        for _ in range(2):
            day, place = self.day(), self.place()
            programme, purpose = self.pick(*ALLOWED_PURPOSES)
            if self.chance(0.3):
                purpose = self.pick("office", "vehicle", "service_fee", "elder_allowance", "loan")
            kind = self.pick("provider", "provider", "facility", "department", "other")
            sanctioned = [row for row in self.rows["sanctions"].values() if row["provider_id"]]
            payee = {"provider": self.rng.choice(self.providers), "facility": self.rng.choice(self.facilities)}
            if kind == "provider" and sanctioned and self.chance(0.5):
                sanction = self.rng.choice(sanctioned[-6:])
                payee["provider"] = sanction["provider_id"]
                edge = sanction["ends_on"] or sanction["starts_on"]
                day = self.pick(sanction["starts_on"], edge, edge + DAY, sanction["starts_on"] - DAY)
            self.emit(
                "payments",
                payment_id=self.number("payment"),
                programme=self.pick(programme, programme, programme, None, "self_paid"),
                fiscal_year=day.year,
                division_code=self.division(place),
                payee_kind=kind,
                payee_id=payee.get(kind, "department1"),
                account_kind=self.pick("special", "general", None),
                purpose=purpose,
                batch_id=self.pick(None, None, None, "batch0"),
                facility_id=self.pick(None, None, self.rng.choice(self.facilities)),
                amount=self.pick(*(self.amount() for _ in range(8)), Decimal("0.00"), -self.amount()),
                paid_on=day,
            )

    def _paid_twice(self) -> None:
        """Payments that are the same in every part, and refunds that cover all, part or a cent less of the excess."""
        begins = month_of(self.day())
        ends = later_month(begins, 1) - DAY
        kind, payee = self.pick(
            ("elder", self.rng.choice(self.elders).id), ("provider", self.rng.choice(self.providers))
        )
        amount, place = self.pick(Decimal("100.00"), Decimal("0.01"), Decimal("0.02"), Decimal("35.00")), self.place()
        programme = self.pick("nursing_allowance", "operating_subsidy", "meal_subsidy")
        count = self.pick(1, 2, 2, 3)
        amounts = [amount] * count
        if self.chance(0.3):
            amounts += [amount + CENT] * self.pick(1, 2)
        excess = amount * (count - 1)
        refunds = self.pick([], [], [excess], [excess - CENT], [excess - 2 * CENT], [excess, CENT], [excess / 2])
        for part in (*amounts, *(-refund for refund in refunds if refund > 0)):
            day = self.day()
            self.emit(
                "payments",
                payment_id=self.number("payment"),
                programme=programme,
                fiscal_year=day.year,
                division_code=self.division(place if self.chance(0.9) else self.place()),
                payee_kind=kind,
                payee_id=payee,
                purpose="elder_allowance" if part > 0 else self.pick("refund", "elder_allowance"),
                batch_id=None,
                facility_id=None,
                period_start=begins,
                period_end=ends if self.chance(0.93) else None,
                amount=part.quantize(CENT),
                paid_on=day,
            )

    def _subsidies(self) -> None:
        """A facility's subsidies of a year around its bracket, with or without an evaluation before them."""
        facility = self.rng.choice(self.facilities)
        subsidised = [name for name, place in self.facility_places.items() if place == "kangbashi"]
        if subsidised and self.chance(0.4):
            facility = self.rng.choice(subsidised)
        day = self.day()
        whole = self.pick(
            *(Decimal(level) + move * CENT for level in (100000, 200000, 300000) for move in (-2, -1, 0, 1, 2))
        )
        place = self.facility_places.get(facility, "kangbashi")
        programme = self.pick(
            "operating_subsidy", "operating_subsidy", "operating_subsidy", "meal_subsidy", "construction_subsidy"
        )
        kind, payee = self.pick(("facility", facility), ("provider", self.rng.choice(self.providers)))
        parts = self.pick([whole], [whole / 2, whole / 2], [whole + 10, Decimal(-10)], [whole, -whole])
        for part in parts:
            self.emit(
                "payments",
                payment_id=self.number("payment"),
                programme=programme,
                fiscal_year=day.year if self.chance(0.8) else day.year - 1,
                division_code=self.division(place if self.chance(0.93) else self.place()),
                payee_kind=kind,
                payee_id=payee,
                purpose="operating_subsidy",
                facility_id=facility if self.chance(0.85) else None,
                batch_id=None,
                amount=part.quantize(CENT),
                paid_on=day,
            )
        if self.chance(0.7):
            self._evaluation(facility, payee if kind == "provider" else None, day - DAY * self.pick(0, 0, -1, 1, 100))

    def _closing(self) -> None:
        """What a facility that closes had been paid, and returned of it."""
        for name in self.closed_facilities:
            if self.chance(0.3):
                for amount in self.pick((1000,), (1000, -1000), (1000, -999), (1000, 500)):
                    day = self.day()
                    self.emit(
                        "payments",
                        payment_id=self.number("payment"),
                        programme=self.pick("construction_subsidy", "operating_subsidy"),
                        fiscal_year=day.year,
                        division_code=self.division(self.facility_places[name]),
                        payee_kind="facility",
                        payee_id=name,
                        purpose="construction" if amount > 0 else "refund",
                        facility_id=name,
                        batch_id=None,
                        amount=Decimal(amount),
                        paid_on=day,
                    )

    def _evaluation(self, facility: str | None, provider: str | None, day: dt.date) -> None:
        target = "facility" if facility and (provider is None or self.chance(0.5)) else "provider"
        self.emit(
            "evaluations",
            evaluation_id=self.number("evaluation"),
            target_kind=target,
            provider_id=provider or self.maybe(self.rng.choice(self.providers), 0.3),
            facility_id=facility if target == "facility" else None,
            evaluation_year=day.year - self.pick(0, 0, 1, 2),
            evaluated_on=day,
            result=self.pick("excellent", "good", "pass", "fail"),
            published_on=self.pick(None, day, self.window.as_of, self.window.as_of + DAY),
        )

    def _allowance(self) -> None:
        """An allowance to an elder: before, on and after the day of death."""
        elder = self.rng.choice(self.elders)
        day = self.rng.choice([self.day(), *elder.special[-4:]]) + DAY * self.pick(0, 0, 1, 1, -1)
        self.emit(
            "payments",
            payment_id=self.number("payment"),
            programme="nursing_allowance",
            fiscal_year=day.year,
            division_code=self.division(elder.place),
            payee_kind="elder",
            payee_id=elder.id,
            purpose="elder_allowance",
            batch_id=None,
            facility_id=None,
            period_start=self.pick(None, day, month_of(day)),
            amount=self.amount(),
            paid_on=self.pick(day, self.day()),
        )

    def _transfers(self) -> None:
        """Transfers received in time, a day late, short by a cent or two, or not at all."""
        allocated_on, amount = self.day(), self.amount()
        received = self.pick(None, self.day(), *(allocated_on + DAY * days for days in (-1, 0, 30, 31)))
        self.emit(
            "fund_transfers",
            transfer_id=self.number("transfer"),
            from_division=self.division(self.place()),
            to_division=self.division(self.place()),
            fiscal_year=allocated_on.year,
            allocated_amount=amount,
            allocated_on=allocated_on,
            received_amount=self.maybe(self.off(amount)),
            received_on=received,
        )

    def _budget(self) -> None:
        """Budgets of a division's programme that its payments meet or exceed by a cent or two."""
        paid = [row for row in self.rows["payments"].values() if row["programme"]]
        if not paid:
            return
        payment = self.rng.choice(paid)
        known = ("division_code", "programme", "fiscal_year")
        spent = sum((row["amount"] for row in paid if all(row[name] == payment[name] for name in known)), Decimal(0))
        self.emit(
            "budgets",
            division_code=payment["division_code"],
            fiscal_year=payment["fiscal_year"],
            programme=payment["programme"],
            fund_source=self.pick("county", "lottery", "municipal"),
            amount=self.off(self.pick(spent, spent, spent / 2).quantize(CENT)),
        )

    def _lottery(self) -> None:
        """A division's year of lottery funds with half of it, a cent less or nothing for eldercare."""
        division, year = self.division("weihai"), self.day().year
        half = self.pick(Decimal(0), Decimal("100.00"), Decimal("50.01"))
        self.emit("lottery_funds", division_code=division, fiscal_year=year, use="eldercare", amount=half)
        if self.chance(0.8):
            others = max(Decimal(0), half + self.pick(0, 1, -1) * CENT)
            self.emit(
                "lottery_funds",
                division_code=division,
                fiscal_year=year,
                use=self.pick("disabled", "other"),
                amount=others,
            )

    def _statistics(self) -> None:
        """Residents of counties, and sometimes of the city, so that 15 m2 of land are just enough, or not."""
        division = self.pick(
            "150300", "150302", "150302", "150303", "150303", "150304", "150304", "150302001", "371002"
        )
        population = self.pick(0, 50, 99, 100, 101, 10000)
        year = self.window.as_of.year - self.pick(0, 0, 1, 2, -1)
        self.emit("division_statistics", division_code=division, year=year, resident_population=population)

    def _points(self) -> None:
        """A month's grant of an elder (right, wrong or doubled) and what they spend of it, at equal times too."""
        elder = self.rng.choice([elder for elder in self.elders if elder.place == "kangbashi"] or self.elders)
        day = self.rng.choice([self.day(), *elder.special[-3:]])
        division = self.division("kangbashi" if self.chance(0.93) else self.place())
        granted = self.pick(due_points(elder, day), due_points(elder, day), 15000, 14999, 0)
        at = self.moment(day)
        month = month_of(day) if self.chance(0.92) else None
        for _ in range(self.pick(0, 1, 1, 1, 2)):
            self._entry(elder, division, "grant", granted, at, grant_month=month, provider_id=None)
        if self.chance(0.5):
            for other in self.elders:
                if other.place == "kangbashi" and other is not elder:
                    self._entry(other, division, "grant", due_points(other, day), at, grant_month=month)
        for _ in range(self.rng.randint(0, 2)):
            when = self.pick(at, at, at + dt.timedelta(days=1), self.moment(day), at - dt.timedelta(seconds=1))
            spent = self.pick(granted, granted + 1, granted // 2, 5000, 0)
            provider = self.maybe(self.rng.choice(self.providers))
            self._entry(
                elder, division, self.pick("redeem", "redeem", "redeem", "expire"), spent, when, provider_id=provider
            )
        if self.chance(0.2):
            self._entry(elder, division, "adjust", self.pick(-granted, -1, 1, 0), at, grant_month=None)

    def _entry(self, elder: Elder, division: str, kind: str, points: int, at: dt.datetime, **given: Any) -> None:
        self.emit(
            "points",
            entry_id=self.number("entry"),
            division_code=division,
            elder_id=elder.id,
            kind=kind,
            points=points,
            occurred_at=at,
            **{"grant_month": None, **given},
        )

    def _worker_complaints(self) -> None:
        """Two to four upheld complaints about a worker, the last a year less a day, or a year, after the first."""
        worker, place = self.rng.choice(self.workers), self.pick("wuhai", "wuhai", "wuhai", self.place())
        last = self.day()
        days = [last, *(self.near(last, 0, 1, 100, 300, 364, 365) for _ in range(self.pick(1, 2, 2, 3)))]
        for day in days:
            self._complain(place, day, target_kind="worker", worker_id=worker)
        if self.chance(0.5):
            for move in (0, 1):
                self.visit(place, self.moment(last + move * DAY), 60, worker_id=worker)

    def _provider_complaints(self) -> None:
        """Upheld complaints about a provider on the first and last day of a contract, and beside them."""
        terms = [term for term in self.contract_terms if term[0] == "jincheng"]
        place, provider, starts, ends = self.rng.choice(terms if self.chance(0.8) else self.contract_terms)
        for _ in range(self.pick(2, 3, 3, 4)):
            day = self.pick(starts, ends, starts + DAY, self.near(ends, -1, 1), starts - DAY, self.day())
            self._complain(place, day, target_kind="provider", provider_id=provider)

    def _complain(self, place: str, day: dt.date, **given: Any) -> None:
        self.emit(
            "complaints",
            complaint_id=self.number("complaint"),
            division_code=self.division(place if self.chance(0.93) else self.place()),
            received_on=day,
            verdict=self.pick("upheld", "upheld", "upheld", "partly_upheld", "partly_upheld", "not_upheld", None),
            **given,
        )

    def _complaint(self) -> None:
        """A complaint that is closed in time, a day late or not at all, and answered or not."""
        received = self.day()
        closed = self.pick(None, received, received + 30 * DAY, received + 31 * DAY, self.day())
        self._complain(
            self.pick("weihai", "jincheng", "wuhai", self.place()),
            received,
            closed_on=closed and max(closed, received),
            replied_on=self.pick(None, None, self.day()),
            category=self.pick("selling", "prepaid_card", "quality", None),
        )

    def _sanction(self) -> None:
        """A sanction, and refunds that cover what is due, a cent less, or two sanctions in turn."""
        starts, provider = self.day(), self.maybe(self.rng.choice(self.providers))
        due = self.pick(None, Decimal("0.00"), Decimal("100.00"), Decimal("250.50"), Decimal("5000.00"))
        place = self.pick("wuhai", "weihai", self.place(), self.place())
        self.emit(
            "sanctions",
            sanction_id=self.number("sanction"),
            division_code=self.division(place),
            provider_id=provider,
            worker_id=self.pick(None, self.rng.choice(self.workers)),
            starts_on=starts,
            ends_on=self.pick(None, starts, starts + 30 * DAY, starts + 3 * DAY),
            refund_due=due,
        )
        if due and provider and self.chance(0.6):
            for part in self.pick([due], [due / 2, due / 2], [due - CENT], [due * 2], [Decimal("99.00")]):
                day = self.pick(starts, starts, starts - DAY, self.day(), self.window.as_of)
                self.emit(
                    "payments",
                    payment_id=self.number("payment"),
                    fiscal_year=day.year,
                    division_code=self.division(place),
                    payee_kind="provider",
                    payee_id=provider,
                    purpose="refund",
                    batch_id=None,
                    amount=-part.quantize(CENT),
                    paid_on=day,
                )

    def _duties(self) -> None:
        """Disclosures, evaluations, inspections and surveys."""
        provider, day = self.rng.choice(self.providers), self.day()
        place = self.place()
        items = list(code_lists()["disclosure_item"])
        if self.chance(0.3):
            for item in self.pick(items, items, items[1:]):
                self.emit(
                    "disclosures", provider_id=provider, item=item, disclosed_on=self.pick(day, self.window.first_day)
                )
        self._evaluation(self.pick(None, self.rng.choice(self.facilities)), provider, day)
        by = self.maybe(self.day())
        self.emit(
            "inspections",
            inspection_id=self.number("inspection"),
            division_code=self.division(place),
            inspected_on=day,
            rectify_by=by,
            rectified_on=by and self.pick(None, by, by + DAY, by - DAY),
        )
        self.emit("satisfaction_surveys", survey_id=self.number("survey"), provider_id=provider, surveyed_on=self.day())

    def _life(self) -> None:
        """A death, a stay, an assessment or a health check, with visits around it."""
        elder, day = self.rng.choice(self.elders), self.day()
        if self.chance(0.25):
            self.emit("deaths", elder_id=elder.id, died_on=day)
        stay_ends = self.pick(None, day, day + DAY, day + 2 * DAY, day + 10 * DAY)
        self.emit("stays", stay_id=self.number("stay"), elder_id=elder.id, admitted_on=day, discharged_on=stay_ends)
        self.emit(
            "ability_assessments",
            assessment_id=self.number("assessment"),
            elder_id=elder.id,
            assessed_on=day,
            ability_level=self.pick("able", "mild", "moderate", "total"),
        )
        self.emit("health_checks", health_check_id=self.number("check"), elder_id=elder.id, performed_on=self.day())
        elder.special += [day, day, stay_ends or day]
        if self.chance(0.5):
            self.visit(
                elder.place, self.moment(day + DAY), 60, elder_id=elder.id, service_place=self.pick("home", None)
            )

    def _check_ins(self) -> None:
        """A month of check-ins on every second day; in every other month one is left out, unanswered or elsewhere."""
        old = [
            elder for elder in self.elders if elder.place == "weihai" and elder.birth.year < self.window.as_of.year - 78
        ]
        elder = self.rng.choice(old or self.elders)
        month = later_month(month_of(self.day()), self.pick(0, 0, -1))
        fault = self.pick(None, self.rng.randint(1, 30))
        for day in range(self.pick(0, 1), (later_month(month, 1) - month).days, 2):
            if day == fault and self.chance(0.4):
                continue
            self.emit(
                "check_ins",
                check_in_id=self.number("check_in"),
                elder_id=elder.id,
                division_code="371002" if day != fault else self.pick("371002", *OUTSIDE),
                checked_at=self.moment(month + day * DAY),
                outcome="no_answer" if day == fault else self.pick("well", "needs_help", None),
            )

    def _health_checks(self) -> None:
        """Examinations and follow-ups on the first and last days of quarters, and beside them."""
        for elder in self.elders:
            if elder.place == "weihai" and self.chance(0.5):
                turning = dt.date(self.day().year, self.pick(1, 4, 7, 10), 1)
                self.emit(
                    "health_checks",
                    health_check_id=self.number("check"),
                    elder_id=elder.id,
                    division_code=self.division("weihai"),
                    performed_on=turning - DAY * self.pick(0, 0, 1, 40),
                )

    def _fixed_service(self) -> None:
        """A visit as an agreement fixes it, or otherwise in one point; on the days around its span."""
        filled = ("fixed_worker_id", "fixed_weekdays", "fixed_place", "fixed_services")
        agreements = [row for row in self.rows["agreements"].values() if all(row[name] for name in filled)]
        if not agreements:
            return
        agreement = self.rng.choice(agreements)
        day = self.pick(agreement["starts_on"], agreement["starts_on"] - DAY, agreement["ends_on"] or self.day())
        while self.chance(0.9) and f"{day:%a}".lower() not in agreement["fixed_weekdays"]:
            day += DAY
        self.visit(
            self.pick("nangang", "nangang", self.place()),
            self.moment(day),
            60,
            elder_id=agreement["elder_id"],
            provider_id=agreement["provider_id"],
            worker_id=agreement["fixed_worker_id"] if self.chance(0.85) else self.rng.choice(self.workers),
            service_place=agreement["fixed_place"] if self.chance(0.85) else self.pick(None, "outdoors"),
            service_item=self.pick(*agreement["fixed_services"]) if self.chance(0.85) else "errands",
            programme="purchased_service",
            subsidy_amount=Decimal(10),
        )

    def _long_day(self) -> None:
        """A worker's day of twelve hours, or a minute more, some of it at a centre."""
        place, worker, starts = self.place(), self.rng.choice(self.workers), self.moment(self.day())
        for minutes in self.pick((360, 360), (360, 361), (240, 240, 240), (721,), (720,), (360, 360.5)):
            self.visit(
                place,
                starts,
                minutes,
                worker_id=worker,
                service_place=self.pick(*("home",) * 9, "centre"),
                service_item="nursing_care",
            )
            starts += dt.timedelta(minutes=self.pick(0, minutes, 200))

    def _anything(self) -> None:
        """A row of an events source with nothing in it meant."""
        source = self.pick(
            "check_ins", "health_checks", "satisfaction_surveys", "stays", "ability_assessments", "budgets"
        )
        key = load_contracts()[source].key
        given: Row = {key[0]: self.number(source)} if len(key) == 1 else {}
        self.emit(source, **given)
