"""What all rules share, written once more in plain loops: rows as of a day, registers over time, dated policy.

This is the reference against which the models are compared: it follows the definitions word by word and leaves speed
aside. It takes rows as they were accepted (all versions of all files) and knows nothing of the warehouse.

A world is a mapping from a source's name to its rows; a row holds the contract's columns in Python's types (None where a
cell is empty) and `_file`, `_file_order`, `_file_date`, `_division_key`, `_sheet`, `_line`.
"""

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar

from pipelines.contracts import Contract, load_contracts
from pipelines.paths import POLICY

Row = dict[str, Any]
World = Mapping[str, Sequence[Row]]
Key = TypeVar("Key")
Evidence = frozenset[tuple[str, str]]
Result = Literal["FAIL", "PASS", "NOT_ASSESSABLE", "NO_RULE_IN_FORCE"]

FAIL: Result = "FAIL"
PASS: Result = "PASS"  # noqa: S105 (an answer, not a password)
NOT_ASSESSABLE: Result = "NOT_ASSESSABLE"
NO_RULE_IN_FORCE: Result = "NO_RULE_IN_FORCE"

NOTHING: Evidence = frozenset()
ABILITY_ORDER = ("able", "mild", "moderate", "severe", "total")
UPHELD = frozenset({"upheld", "partly_upheld"})
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Judged:
    """One subject of one rule: its result and, where there is one, the figure, its limit, the yuan and the rows."""

    rule: str
    jurisdiction: str
    subject: str
    period: str
    result: Result
    measure: float | None = None
    limit: float | None = None
    amount: Decimal | None = None
    counted: Evidence = NOTHING
    ground: Evidence = NOTHING


# ---- answers with three values: True, False, and None for unknown ---------------------------------------------------


def all_of(answers: Iterable[bool | None]) -> bool | None:
    """False if one is, else unknown if one is, else True."""
    known = list(answers)
    if False in known:
        return False
    return None if None in known else True


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """True if one is, else unknown if one is, else False."""
    known = list(answers)
    if True in known:
        return True
    return None if None in known else False


def combined(failing: Sequence[bool | None]) -> Result:
    """The result of a group from its units in force (True: fails, None: cannot be judged); without one no rule was."""
    if not failing:
        return NO_RULE_IN_FORCE
    return result_of(any_of(failing))


def result_of(fails: bool | None) -> Result:
    """The result of one unit in force."""
    if fails is None:
        return NOT_ASSESSABLE
    return FAIL if fails else PASS


# ---- numbers --------------------------------------------------------------------------------------------------------


def rounded(value: Fraction | Decimal | int, places: int) -> Decimal:
    """Half up (away from zero), once."""
    exact = Fraction(value)
    units = (abs(exact) * 10**places + Fraction(1, 2)).__floor__()
    return Decimal(units if exact >= 0 else -units).scaleb(-places)


def yuan(value: Fraction | Decimal | int) -> Decimal:
    """Money to the cent."""
    return rounded(value, 2)


def total(rows: Iterable[Row], column: str) -> Decimal:
    """The sum of a column of money, empty cells left out."""
    return sum((row[column] for row in rows if row[column] is not None), Decimal("0.00"))


# ---- days and periods -----------------------------------------------------------------------------------------------


def birthday(born: dt.date, year: int) -> dt.date:
    """The day of a year on which a year of life is completed: of 29 February, 1 March in common years."""
    try:
        return born.replace(year=year)
    except ValueError:
        return dt.date(year, 3, 1)


def age_on(born: dt.date | None, day: dt.date) -> int | None:
    """Completed years."""
    if born is None:
        return None
    return day.year - born.year - (day < birthday(born, day.year))


def years_later(day: dt.date, years: int) -> dt.date:
    """The same day some years later; of 29 February, 1 March in common years."""
    return birthday(day, day.year + years)


def day_of(value: dt.date) -> dt.date:
    """The calendar day of a day or a time."""
    return value.date() if isinstance(value, dt.datetime) else value


def month_start(day: dt.date) -> dt.date:
    """The first day of a day's month."""
    return dt.date(day.year, day.month, 1)


def add_months(first: dt.date, count: int) -> dt.date:
    """The first day of the month some months later (earlier)."""
    months = first.year * 12 + first.month - 1 + count
    return dt.date(months // 12, months % 12 + 1, 1)


@dataclass(frozen=True, order=True)
class Span:
    """A month, quarter or year: its first and last day and its label."""

    first: dt.date
    last: dt.date
    label: str

    def holds(self, day: dt.date | None) -> bool:
        """Whether a day lies in it."""
        return day is not None and self.first <= day <= self.last

    @property
    def days(self) -> list[dt.date]:
        """All its days."""
        return [self.first + dt.timedelta(days=i) for i in range((self.last - self.first).days + 1)]


def month_of(day: dt.date) -> Span:
    """The calendar month of a day."""
    first = month_start(day)
    return Span(first, add_months(first, 1) - DAY, f"{first:%Y-%m}")


def quarter_of(day: dt.date) -> Span:
    """The calendar quarter of a day."""
    quarter = (day.month + 2) // 3
    first = dt.date(day.year, quarter * 3 - 2, 1)
    return Span(first, add_months(first, 3) - DAY, f"{day.year}-Q{quarter}")


def year_of(day: dt.date) -> Span:
    """The calendar year of a day."""
    return Span(dt.date(day.year, 1, 1), dt.date(day.year, 12, 31), f"{day.year}")


def complete_spans(of: Callable[[dt.date], Span], first: dt.date, last: dt.date) -> list[Span]:
    """The months, quarters or years that lie wholly between two days, in order."""
    spans = []
    span = of(first)
    while span.last <= last:
        if span.first >= first:
            spans.append(span)
        span = of(span.last + DAY)
    return spans


# ---- divisions ------------------------------------------------------------------------------------------------------


def division_key(code: str) -> str:
    """A division without trailing zeros: first whole groups of three of a 9- or 12-digit code, then pairs."""
    while len(code) > 6 and code.endswith("000"):
        code = code[:-3]
    while len(code) <= 6 and code.endswith("00"):
        code = code[:-2]
    return code


def county(code: str) -> str:
    """The county (first six digits) of a division."""
    return code[:6]


# ---- policy ---------------------------------------------------------------------------------------------------------


def _date(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _holds(row: Mapping[str, str], day: dt.date, first: str = "valid_from", last: str = "valid_to") -> bool:
    begins, ends = _date(row[first]), _date(row[last])
    return (begins is None or begins <= day) and (ends is None or day <= ends)


@dataclass(frozen=True)
class Bracket:
    """A class of a table: its bounds (None: open) and what holds in it."""

    low: Decimal
    high: Decimal | None
    value: Decimal
    low_inclusive: bool = True
    high_inclusive: bool = True

    def holds(self, number: int | Decimal) -> bool:
        """Whether a number belongs to the class."""
        above = number >= self.low if self.low_inclusive else number > self.low
        if self.high is None:
            return above
        return above and (number <= self.high if self.high_inclusive else number < self.high)


PolicyRow = dict[str, str]
_PARAMETER_TABLES = ("parameters", "parameter_sets", "parameter_brackets")


@dataclass(frozen=True)
class Policy:
    """The dated rows of the policy tables, as text (empty cells are '')."""

    jurisdictions: list[PolicyRow] = field(default_factory=list)
    rule_requirements: list[PolicyRow] = field(default_factory=list)
    parameters: list[PolicyRow] = field(default_factory=list)
    parameter_sets: list[PolicyRow] = field(default_factory=list)
    parameter_brackets: list[PolicyRow] = field(default_factory=list)
    eligibility: list[PolicyRow] = field(default_factory=list)
    eligibility_residence: list[PolicyRow] = field(default_factory=list)

    def place_of(self, division: str | None) -> str | None:
        """The policy with the longest prefix of a division."""
        fitting = [row for row in self.jurisdictions if division and division.startswith(row["prefix"])]
        return max(fitting, key=lambda row: len(row["prefix"]))["jurisdiction"] if fitting else None

    @cached_property
    def _places(self) -> dict[str, list[str]]:
        places: dict[str, set[str]] = defaultdict(set)
        for row in self.rule_requirements:
            places[row["rule"]].add(row["jurisdiction"])
        return {rule: sorted(names) for rule, names in places.items()}

    def places(self, rule: str) -> list[str]:
        """Where a rule applies."""
        return self._places.get(rule, [])

    @cached_property
    def _parameters(self) -> dict[tuple[str, str], dict[str, list[tuple[str, PolicyRow]]]]:
        """By rule and place, then by name: the rows with the table in which they stand."""
        found: dict[tuple[str, str], dict[str, list[tuple[str, PolicyRow]]]] = defaultdict(lambda: defaultdict(list))
        for table in _PARAMETER_TABLES:
            for row in getattr(self, table):
                found[row["rule"], row["jurisdiction"]][row["name"]].append((table, row))
        return found

    @cached_property
    def _found(self) -> dict[tuple[str, str, str, str, dt.date, str], list[PolicyRow]]:
        """What `_rows` was asked before: the same few parameters are asked of every row."""
        return {}

    def _rows(self, table: str, rule: str, place: str, name: str, day: dt.date, division: str = "") -> list[PolicyRow]:
        """The rows of one parameter on a day that hold in a division."""
        asked = (table, rule, place, name, day, division)
        if asked not in self._found:
            self._found[asked] = [
                row
                for standing, row in self._parameters.get((rule, place), {}).get(name, [])
                if standing == table and _holds(row, day) and division.startswith(division_key(row.get("division", "")))
            ]
        return self._found[asked]

    def _nearest(
        self, table: str, rule: str, place: str, name: str, day: dt.date, division: str = ""
    ) -> list[PolicyRow]:
        """The rows of a day; before the first day of a parameter and after its last those of the nearest day, so that
        subjects of such days are still told apart (they are counted as NO_RULE_IN_FORCE)."""
        held = [
            row
            for standing, row in self._parameters.get((rule, place), {}).get(name, [])
            if standing == table and not row.get("division")
        ]
        if held:
            first = min(dt.date.fromisoformat(row["valid_from"]) for row in held)
            last = max(dt.date.fromisoformat(row["valid_to"] or dt.date.max.isoformat()) for row in held)
            day = min(max(day, first), last)
        return self._rows(table, rule, place, name, day, division)

    def in_force(self, rule: str, place: str, day: dt.date, division: str = "") -> bool:
        """Whether the policy's own days cover a day and every parameter of the rule there has a row for it."""
        own = [row for row in self.jurisdictions if row["jurisdiction"] == place]
        if not any(_holds(row, day, "in_force_from", "in_force_to") for row in own):
            return False
        names = self._parameters.get((rule, place), {})
        return all(
            any(self._rows(table, rule, place, name, day, division) for table in _PARAMETER_TABLES) for name in names
        )

    def number_or_none(self, rule: str, place: str, name: str, day: dt.date, division: str = "") -> Decimal | None:
        """A number on a day; a division's own row goes before the place's."""
        rows = self._nearest("parameters", rule, place, name, day, division)
        return Decimal(max(rows, key=lambda row: len(division_key(row["division"])))["value"]) if rows else None

    def number(self, rule: str, place: str, name: str, day: dt.date, division: str = "") -> Decimal:
        """A number on a day on which the rule is in force."""
        value = self.number_or_none(rule, place, name, day, division)
        if value is None:
            raise LookupError(f"{rule} in {place} has no {name} on {day}")
        return value

    def members(self, rule: str, place: str, name: str, day: dt.date, grouping: str = "") -> frozenset[str]:
        """The members of a set on a day (of one group of it)."""
        rows = self._nearest("parameter_sets", rule, place, name, day)
        return frozenset(row["member"] for row in rows if row["grouping"] == grouping)

    def has_parameter(self, rule: str, place: str, name: str) -> bool:
        """Whether a rule has a parameter of that name in a place on any day."""
        return name in self._parameters.get((rule, place), {})

    def brackets(self, rule: str, place: str, name: str, day: dt.date) -> list[Bracket]:
        """The classes of a table on a day, the lowest first."""
        rows = self._nearest("parameter_brackets", rule, place, name, day)
        classes = [
            Bracket(
                low=Decimal(row["low"]),
                high=Decimal(row["high"]) if row["high"] else None,
                value=Decimal(row["value"]),
                low_inclusive=row.get("is_low_inclusive", "true") == "true",
                high_inclusive=row.get("is_high_inclusive", "true") == "true",
            )
            for row in rows
        ]
        return sorted(classes, key=lambda item: item.low)


def load_policy(folder: Path = POLICY) -> Policy:
    """Read the policy tables of a folder."""

    def rows(name: str) -> list[PolicyRow]:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return Policy(
        jurisdictions=rows("jurisdictions"),
        rule_requirements=rows("rule_requirements"),
        parameters=rows("parameters"),
        parameter_sets=rows("parameter_sets"),
        parameter_brackets=rows("parameter_brackets"),
        eligibility=rows("eligibility"),
        eligibility_residence=rows("eligibility_residence"),
    )


# ---- facts ----------------------------------------------------------------------------------------------------------


def _own_date(row: Row, contract: Contract) -> dt.date:
    """The day that dates a row of events; a year counts from its first day."""
    value = row[contract.date or ""]
    return dt.date(value, 1, 1) if isinstance(value, int) else day_of(value)


def _as_known_on(row: Row, contract: Contract, as_of: dt.date) -> Row:
    """A copy in which what had not happened yet is empty."""
    known = dict(row)
    later = {
        name
        for name, column in contract.columns.items()
        if column.not_yet_after_as_of and row.get(name) is not None and day_of(row[name]) > as_of
    }
    for name, column in contract.columns.items():
        if name in later or column.emptied_with in later:
            known[name] = None
    return known


class Facts:
    """What is known on `as_of`, and the policy: everything a rule may ask."""

    def __init__(self, world: World, as_of: dt.date, period_start: dt.date | None, policy: Policy) -> None:
        self.world = world
        self.as_of = as_of
        self.period_start = period_start or dt.date(as_of.year, 1, 1)
        self.policy = policy
        self.contracts = load_contracts()
        self._rows: dict[str, list[Row]] = {}
        self._snapshots: dict[str, list[Row]] = {}
        self._indexes: dict[tuple[str, tuple[str, ...]], dict[tuple[Any, ...], list[Row]]] = {}
        self._eligible: dict[tuple[str, str, dt.date], bool | None] = {}

    # -- rows --

    def key(self, source: str, row: Row) -> tuple[Any, ...]:
        """The key of a row."""
        return tuple(row[name] for name in self.contracts[source].key)

    def newest_on_file(self, source: str) -> list[Row]:
        """The newest version of every row of events, whatever its date."""
        newest: dict[tuple[Any, ...], Row] = {}
        for row in sorted(self.world.get(source, ()), key=lambda row: row["_file_order"]):
            newest[self.key(source, row)] = row
        return list(newest.values())

    def snapshot_rows(self, source: str) -> list[Row]:
        """All rows of all snapshots up to as_of, the oldest first; of one snapshot the newest file wins for a key."""
        if source not in self._snapshots:
            newest: dict[tuple[Any, ...], Row] = {}
            for row in sorted(self.world.get(source, ()), key=lambda row: row["_file_order"]):
                if row["_file_date"] <= self.as_of:
                    newest[row["_division_key"], row["_file_date"], *self.key(source, row)] = row
            self._snapshots[source] = sorted(
                (_as_known_on(row, self.contracts[source], self.as_of) for row in newest.values()),
                key=lambda row: (row["_file_date"], row["_file_order"]),
            )
        return self._snapshots[source]

    def rows(self, source: str) -> list[Row]:
        """Events: current rows up to as_of. Registers: the newest version of every key, also of one that has left."""
        if source not in self._rows:
            contract = self.contracts[source]
            if contract.mode == "snapshot":
                newest = {self.key(source, row): row for row in self.snapshot_rows(source)}
                if source == "elders":
                    newest = {(elder,): versions[-1] for elder, versions in self._versions.items()}
                self._rows[source] = list(newest.values())
            else:
                self._rows[source] = [
                    _as_known_on(row, contract, self.as_of)
                    for row in self.newest_on_file(source)
                    if _own_date(row, contract) <= self.as_of
                ]
        return self._rows[source]

    def where(self, source: str, **columns: Any) -> list[Row]:
        """The rows of a source in which some columns have some values."""
        names = tuple(sorted(columns))
        if (source, names) not in self._indexes:
            index: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
            for row in self.rows(source):
                index[tuple(row[name] for name in names)].append(row)
            self._indexes[source, names] = index
        return self._indexes[source, names].get(tuple(columns[name] for name in names), [])

    def one(self, source: str, **columns: Any) -> Row | None:
        """The row with a key; the columns given are the whole key."""
        found = self.where(source, **columns)
        return found[0] if found else None

    def came(self, source: str) -> bool:
        """Whether any accepted row of a source is there up to as_of."""
        return bool(self.rows(source))

    def version_of(self, source: str, day: dt.date, **key: Any) -> Row | None:
        """A register's row (not an elder's) in the newest snapshot dated <= a day that contains the key."""
        found = [
            row
            for row in self._history[source].get(tuple(key[name] for name in self.contracts[source].key), [])
            if row["_file_date"] <= day
        ]
        return found[-1] if found else None

    @cached_property
    def _history(self) -> dict[str, dict[tuple[Any, ...], list[Row]]]:
        history: dict[str, dict[tuple[Any, ...], list[Row]]] = {}
        for source, contract in self.contracts.items():
            if contract.mode == "snapshot":
                history[source] = defaultdict(list)
                for row in self.snapshot_rows(source):
                    history[source][self.key(source, row)].append(row)
        return history

    def evidence(self, source: str, rows: Iterable[Row | None]) -> Evidence:
        """Rows as (source, row key)."""
        return frozenset(
            (source, "|".join(str(part) for part in self.key(source, row))) for row in rows if row is not None
        )

    # -- elders --

    @cached_property
    def _versions(self) -> dict[str, list[Row]]:
        """By elder: one row per snapshot date, the oldest first. The hukou county's own register goes first."""
        best: dict[tuple[str, dt.date], Row] = {}

        def rank(row: Row) -> tuple[bool, int]:
            return row["_division_key"] == division_key(county(row["hukou_division"])), row["_file_order"]

        for row in self.snapshot_rows("elders"):
            place = row["elder_id"], row["_file_date"]
            if place not in best or rank(row) > rank(best[place]):
                best[place] = row
        versions: dict[str, list[Row]] = defaultdict(list)
        for elder, date in sorted(best):
            versions[elder].append(best[elder, date])
        return dict(versions)

    @property
    def elders(self) -> list[str]:
        """All registered elders."""
        return sorted(self._versions)

    def versions(self, elder: str) -> list[Row]:
        """An elder's rows, one per snapshot date, the oldest first."""
        return self._versions.get(elder, [])

    def registered(self, elder: str) -> bool:
        """Whether some snapshot up to as_of contains the elder."""
        return elder in self._versions

    def version(self, elder: str, day: dt.date) -> Row | None:
        """The elder's row on a day: of the newest snapshot up to the day, else of the oldest."""
        versions = self.versions(elder)
        earlier = [row for row in versions if row["_file_date"] <= day]
        if earlier:
            return earlier[-1]
        return versions[0] if versions else None

    def newest_version(self, elder: str) -> Row | None:
        """The elder's newest row up to as_of."""
        versions = self.versions(elder)
        return versions[-1] if versions else None

    @cached_property
    def on_register(self) -> frozenset[str]:
        """Elders whose row stands in the newest snapshot up to as_of of some division (of file names)."""
        rows = self.snapshot_rows("elders")
        newest: dict[str, dt.date] = {}
        for row in rows:
            newest[row["_division_key"]] = max(row["_file_date"], newest.get(row["_division_key"], row["_file_date"]))
        return frozenset(row["elder_id"] for row in rows if row["_file_date"] == newest[row["_division_key"]])

    def died_on(self, elder: str) -> dt.date | None:
        """The day of death, if it is known on as_of."""
        death = self.one("deaths", elder_id=elder)
        return death["died_on"] if death else None

    def exited_on(self, elder: str) -> dt.date | None:
        """The day of leaving, of the newest version."""
        newest = self.newest_version(elder)
        return newest["exited_on"] if newest else None

    def gone_by(self, elder: str, day: dt.date) -> bool:
        """Whether the elder had died or left by a day (that day included)."""
        ends = (self.died_on(elder), self.exited_on(elder))
        return any(end is not None and end <= day for end in ends)

    def ability_on(self, elder: str, day: dt.date) -> str | None:
        """The level of the newest assessment up to a day (of one day, the greatest id), else of the version."""
        found = [row for row in self.where("ability_assessments", elder_id=elder) if row["assessed_on"] <= day]
        if found:
            newest: Row = max(found, key=lambda row: (row["assessed_on"], row["assessment_id"]))
            return newest["ability_level"]
        version = self.version(elder, day)
        return version["ability_level"] if version else None

    # -- places --

    def place_of(self, division: str | None) -> str | None:
        """The policy under which a division lies."""
        return self.policy.place_of(division)

    def elder_place(self, elder: str, day: dt.date) -> str | None:
        """The policy of an elder's hukou, of the version on a day."""
        version = self.version(elder, day)
        return self.place_of(version["hukou_division"]) if version else None

    def rows_of(self, rule: str, source: str, division: str = "division_code") -> Iterator[tuple[str, Row]]:
        """The rows of a source under policies in which a rule applies, each with its policy."""
        places = self.policy.places(rule)
        for row in self.rows(source):
            place = self.place_of(row[division])
            if place is not None and place in places:
                yield place, row

    def in_force(self, rule: str, place: str, day: dt.date, division: str = "") -> bool:
        """Whether a rule is in force in a place on a day."""
        return self.policy.in_force(rule, place, day, division)

    # -- eligibility --

    def eligible(self, elder: str, place: str, day: dt.date) -> bool | None:
        """Whether an elder may receive public visits of a place on a day; None where a fact or a limit is unknown."""
        known = (elder, place, day)
        if known not in self._eligible:
            self._eligible[known] = self._is_eligible(elder, place, day)
        return self._eligible[known]

    def _is_eligible(self, elder: str, place: str, day: dt.date) -> bool | None:
        version = self.version(elder, day)
        if version is None:
            return None
        alternatives: dict[str, list[PolicyRow]] = defaultdict(list)
        for row in self.policy.eligibility:
            if row["jurisdiction"] == place:
                alternatives[row["alternative"]].append(row)
        ways = [
            self._meets(elder, version, day, conditions)
            for conditions in alternatives.values()
            if any(_holds(row, day) for row in conditions)
        ]
        return all_of((self._lives_as_asked(version, place, day), any_of(ways) if ways else None))

    def _lives_as_asked(self, version: Row, place: str, day: dt.date) -> bool | None:
        asked = [row for row in self.policy.eligibility_residence if row["jurisdiction"] == place and _holds(row, day)]
        if not asked:
            return None
        hukou, residence = version["hukou_division"], version["residence_division"]
        if not hukou.startswith(asked[0]["hukou_prefix"]):
            return False
        return asked[0]["residence"] == "any" or county(hukou) == county(residence)

    def _meets(self, elder: str, version: Row, day: dt.date, conditions: Iterable[PolicyRow]) -> bool | None:
        """All conditions of one alternative; one that has no row on the day is unknown."""
        by_fact: dict[str, list[PolicyRow]] = defaultdict(list)
        for row in conditions:
            by_fact[row["fact"]].append(row)
        answers: list[bool | None] = []
        for rows in by_fact.values():
            holding = [row for row in rows if _holds(row, day)]
            answers.append(self._is_met(elder, version, day, holding[0]) if holding else None)
        return all_of(answers)

    def _is_met(self, elder: str, version: Row, day: dt.date, condition: PolicyRow) -> bool | None:
        asked = condition["value"]
        match condition["fact"]:
            case "age":
                age = age_on(version["birth_date"], day)
                return None if age is None else age >= int(asked)
            case "ability":
                level = self.ability_on(elder, day)
                return None if level is None else ABILITY_ORDER.index(level) >= ABILITY_ORDER.index(asked)
            case "income":
                income = version["household_income"]
                return None if income is None else income <= Decimal(asked)
            case "living_arrangement":
                arrangement = version["living_arrangement"]
                return None if arrangement is None else arrangement in asked.split("|")
            case "categories":
                return lists_any(version, "categories", asked.split("|"))
            case unknown:
                raise ValueError(f"no such fact: {unknown}")

    # -- periods --

    def in_period(self, day: dt.date | None) -> bool:
        """Whether a day lies in [period_start, as_of]."""
        return day is not None and self.period_start <= day <= self.as_of

    @property
    def months(self) -> list[Span]:
        """The complete months of the period."""
        return complete_spans(month_of, self.period_start, self.as_of)

    @property
    def quarters(self) -> list[Span]:
        """The complete quarters of the period."""
        return complete_spans(quarter_of, self.period_start, self.as_of)

    @property
    def years(self) -> list[Span]:
        """The complete years of the period."""
        return complete_spans(year_of, self.period_start, self.as_of)

    @property
    def fiscal_years(self) -> range:
        """The years of rules by fiscal year: from that of period_start to that of as_of."""
        return range(self.period_start.year, self.as_of.year + 1)


def lists_any(row: Row, column: str, members: Iterable[str]) -> bool | None:
    """Whether a list names one of some members: a known one decides, else a list that is not complete is unknown."""
    if set(row[column] or ()) & set(members):
        return True
    return False if row[f"{column}_is_complete"] else None


# ---- visits ---------------------------------------------------------------------------------------------------------


def is_public(visit: Row) -> bool:
    """Whether a visit is bought by the government."""
    return visit["programme"] == "purchased_service" and visit["subsidy_amount"] > 0


def service_date(visit: Row) -> dt.date:
    """The day on which a visit starts."""
    return visit["started_at"].date()


def minutes(visit: Row) -> Fraction:
    """The length of a visit."""
    return Fraction(int((visit["ended_at"] - visit["started_at"]).total_seconds()), 60)


def hours(visit: Row) -> Fraction:
    """The length of a visit in hours."""
    return minutes(visit) / 60


def grouped(rows: Iterable[Row], by: Callable[[Row], Key]) -> dict[Key, list[Row]]:
    """Rows by a key, in the order in which the keys come."""
    groups: dict[Key, list[Row]] = {}
    for row in rows:
        groups.setdefault(by(row), []).append(row)
    return groups
