"""Hand-worked cases of the rules: small tables of rows in, results out (`tests/rules/<CODE>/cases.yml`).

A file is a list of cases. Each has

    case      what it shows
    places    the places it is tried in (all in which the rule applies, if left out)
    as_of, period_start   2025-06-30 and 2025-01-01, if left out
    world     cases of one world share one build; give a name of its own to a case that needs to be alone
    given     source (or source@file-date, or source@file-date@file-division): a table, its first line the columns
    expect    a table: subject, period, result, measure, limit, amount, counted
              (`counted`: source:row_key of the evidence that makes up the amount, separated by blanks; not compared if the
              column is left out); every result of the rule for the case's own subjects stands here, `none` says: none

Cells that are left out take the defaults below. `{county}`, `{other_county}` and `{city}` are divisions of the place tried,
`{elsewhere}` is under no policy; `{own}` is a county that no other case has. Ids are made different from those of other
cases. A first cell such as `a01..30` stands for thirty rows that differ in it alone (and `visits:a01..30` for thirty pieces
of evidence).
"""

import csv
import datetime as dt
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pipelines.contracts import Column, load_contracts
from pipelines.landing.names import trimmed_division

Row = dict[str, Any]
CASES = Path(__file__).parent
SEEDS = Path(__file__).parents[2] / "seeds" / "policy"
ELSEWHERE = "110101"  # under no policy
FIRST_SNAPSHOT = "2000-01-01"

IDS = frozenset(
    [
        "elder_id",
        "stay_id",
        "provider_id",
        "worker_id",
        "contract_id",
        "agreement_id",
        "fixed_worker_id",
        "visit_id",
        "line_id",
        "batch_id",
        "payment_id",
        "payee_id",
        "payee_account",
        "facility_id",
        "residential_area_id",
        "operator_id",
        "transfer_id",
        "entry_id",
        "complaint_id",
        "survey_id",
        "evaluation_id",
        "inspection_id",
        "sanction_id",
        "assessment_id",
        "check_in_id",
        "health_check_id",
    ]
)

DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "elders": {
        "elder_id": "elder", "hukou_division": "{county}", "residence_division": "{county}", "registered_on": "2000-01-01",
    },
    "deaths": {"elder_id": "elder"},
    "stays": {"elder_id": "elder", "kind": "hospital"},
    "providers": {"provider_id": "provider", "name": "Provider", "division_code": "{county}"},
    "workers": {"worker_id": "worker", "provider_id": "provider"},
    "contracts": {
        "provider_id": "provider", "programme": "purchased_service", "division_code": "{county}",
        "starts_on": "2000-01-01", "ends_on": "2099-12-31",
    },
    "agreements": {"elder_id": "elder", "provider_id": "provider", "starts_on": "2000-01-01"},
    "visits": {
        "programme": "purchased_service", "division_code": "{county}", "elder_id": "elder", "worker_id": "worker",
        "provider_id": "provider", "service_item": "cleaning", "service_place": "home", "charged_amount": "50",
        "subsidy_amount": "35", "started_at": "2025-03-03T09:00", "ended_at": "2025-03-03T10:00",
    },
    "settlement_lines": {
        "programme": "purchased_service", "division_code": "{county}", "provider_id": "provider", "hours": "1",
        "amount": "35", "batch_id": "batch", "service_month": "2025-03",
    },
    "payments": {
        "programme": "purchased_service", "fund_source": "county", "fiscal_year": "2025", "division_code": "{county}",
        "payee_kind": "provider", "payee_id": "provider", "purpose": "service_fee",
    },
    "budgets": {"division_code": "{own}", "fiscal_year": "2025", "programme": "purchased_service", "fund_source": "county"},
    "fund_transfers": {
        "programme": "purchased_service", "fund_source": "county", "fiscal_year": "2025", "from_division": "{city}",
        "to_division": "{county}",
    },
    "lottery_funds": {"division_code": "{own}", "fiscal_year": "2025"},
    "points": {"division_code": "{county}", "elder_id": "elder"},
    "complaints": {"division_code": "{county}", "target_kind": "provider", "received_on": "2025-03-03"},
    "satisfaction_surveys": {
        "division_code": "{county}", "provider_id": "provider", "surveyed_on": "2025-03-03", "score": "90",
    },
    "evaluations": {"division_code": "{county}", "target_kind": "provider", "result": "pass"},
    "inspections": {"division_code": "{county}", "inspected_on": "2025-03-03"},
    "sanctions": {"division_code": "{county}"},
    "facilities": {"name": "Facility", "division_code": "{county}"},
    "residential_areas": {"name": "Area", "division_code": "{county}"},
    "ability_assessments": {"division_code": "{county}", "elder_id": "elder"},
    "check_ins": {"division_code": "{county}", "elder_id": "elder"},
    "health_checks": {"division_code": "{county}", "elder_id": "elder"},
    "division_statistics": {"division_code": "{own}"},
    "disclosures": {"provider_id": "provider", "disclosed_on": "2025-03-03"},
}  # fmt: skip


@dataclass(frozen=True)
class Expected:
    """One result of the rule: what the case's author worked out by hand."""

    subject: str
    period: str
    result: str
    measure: float | None
    limit: float | None
    amount: Decimal | None
    counted: frozenset[str] | None


@dataclass(frozen=True)
class File:
    """A file of accepted rows as it would have been loaded."""

    source: str
    date: str
    division: str | None
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Case:
    """One case in one place, with ids of its own (`mark`)."""

    rule: str
    name: str
    place: str
    mark: str
    own: str
    world: str
    as_of: dt.date
    period_start: dt.date
    files: tuple[File, ...]
    expected: tuple[Expected, ...]

    @property
    def label(self) -> str:
        """How a failing test calls it."""
        return f"{self.rule} in {self.place}: {self.name}"

    def owns(self, subject: str) -> bool:
        """Whether a subject of the build is this case's."""
        return self.mark in subject or self.own in subject.split("|") or (self.world != "" and self.mark_free(subject))

    def mark_free(self, subject: str) -> bool:
        """Whether a subject holds no case's mark (the subject '' of something unknown)."""
        return not re.search(r"c\d{4}~", subject)

    def plain(self, text: str) -> str:
        """A subject or row key as the case's author wrote it."""
        return text.replace(self.mark, "").replace(self.own, "{own}")


@dataclass(frozen=True)
class World:
    """Cases that are judged in one build."""

    name: str
    as_of: dt.date
    period_start: dt.date
    cases: tuple[Case, ...] = field(default=())

    @property
    def files(self) -> list[File]:
        """All files of the cases."""
        return in_order(file for case in self.cases for file in case.files)


def in_order(files: Iterable[File]) -> list[File]:
    """Files in order of their dates; what came from one source, day and division is one file."""
    found: dict[tuple[str, str, str], list[Row]] = {}
    for file in files:
        found.setdefault((file.date, file.source, file.division or ""), []).extend(file.rows)
    return [
        File(source, date, division or None, tuple(rows))
        for (date, source, division), rows in sorted(found.items(), key=lambda item: item[0])
    ]


@cache
def places_of(rule: str) -> tuple[str, ...]:
    """The places in which a rule applies."""
    with (SEEDS / "rule_requirements.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(dict.fromkeys(row["jurisdiction"] for row in csv.DictReader(lines) if row["rule"] == rule))


@cache
def prefixes() -> Mapping[str, str]:
    """The digits with which a place's divisions begin."""
    with (SEEDS / "jurisdictions.csv").open(encoding="utf-8", newline="") as lines:
        return {row["jurisdiction"]: row["prefix"] for row in csv.DictReader(lines)}


def divisions_of(place: str, number: int) -> dict[str, str]:
    """What the names of divisions in a case mean in a place; `number` tells the county that no other case has."""
    prefix = prefixes()[place]
    whole = len(prefix) == 6
    counties = {"county": f"{prefix}001", "other_county": f"{prefix}002"} if whole else {
        "county": f"{prefix}02", "other_county": f"{prefix}03",
    }  # fmt: skip
    own = f"{prefix}{100 + number:03}" if whole else f"{prefix}{10 + number:02}"
    assert len(own) == len(counties["county"]), (
        f"{place}: more cases with a county of their own than there are counties"
    )
    return counties | {"own": own, "city": prefix.ljust(6, "0"), "elsewhere": ELSEWHERE}


def _each(text: str) -> list[str]:
    written = re.fullmatch(r"(.*?)(\d+)\.\.(\d+)", text)
    if written is None:
        return [text]
    name, first, last = written.groups()
    return [f"{name}{number:0{len(first)}}" for number in range(int(first), int(last) + 1)]


def table_of(text: str) -> list[dict[str, str]]:
    """The rows of a table as it is written in a case."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    rows = [
        {name.strip(): (cell or "").strip() for name, cell in row.items()}
        for row in csv.DictReader(io.StringIO("\n".join(lines)), skipinitialspace=True)
    ]
    return [{**row, key: each} for row in rows for key in list(row)[:1] for each in _each(row[key])]


def _members(cell: str) -> list[str]:
    return cell.replace(";", " ").split()


def _value(column: Column, cell: str) -> Any:
    kind = column.base_type
    if kind == "codes":
        return [member for member in _members(cell) if member != "?"]
    if cell == "":
        return None
    match kind:
        case "date":
            return dt.date.fromisoformat(cell)
        case "month":
            return dt.date.fromisoformat(cell + "-01")
        case "datetime":
            return dt.datetime.fromisoformat(cell)
        case "yuan":
            return Decimal(cell).quantize(Decimal("0.01"))
        case "integer":
            return int(cell)
        case "decimal" | "hours" | "m2":
            return float(cell)
        case "bool":
            return cell in {"true", "yes"}
        case _:
            return cell


def _row(source: str, cells: Mapping[str, str], divisions: Mapping[str, str], mark: str) -> Row:
    contract = load_contracts()[source]
    given = {**DEFAULTS.get(source, {}), **cells}
    unknown = set(given) - set(contract.columns)
    assert not unknown, f"{source} has no column {unknown}"
    row: Row = {}
    for name in contract.kept:
        column = contract.columns[name]
        cell = given.get(name, "").format(**divisions)
        row[name] = _value(column, mark + cell if name in IDS and cell else cell)
        if column.base_type == "codes":
            row[f"{name}_is_complete"] = name in given and "?" not in _members(cell)
    return row


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


def _expected(text: str, mark: str) -> tuple[Expected, ...]:
    del mark
    return tuple(
        Expected(
            row["subject"],
            row.get("period", ""),
            row["result"],
            _number(row.get("measure", "")),
            _number(row.get("limit", "")),
            Decimal(row["amount"]) if row.get("amount") else None,
            frozenset(key for part in row["counted"].split() for key in _each(part)) if "counted" in row else None,
        )
        for row in table_of(text)
    )


def _needs_own(written: Mapping[str, Any]) -> bool:
    given: Mapping[str, str] = written.get("given", {})
    by_default = {source for source, cells in DEFAULTS.items() if "{own}" in cells.values()}
    return "{own}" in str(written) or any(heading.partition("@")[0] in by_default for heading in given)


def files_of(given: Mapping[str, str], divisions: Mapping[str, str], mark: str) -> tuple[File, ...]:
    """The files that a case gives, its ids marked."""
    files = []
    for heading, text in given.items():
        source, _, rest = heading.partition("@")
        date, _, division = rest.partition("@")
        snapshot = load_contracts()[source].mode == "snapshot"
        rows = tuple(_row(source, cells, divisions, mark) for cells in table_of(text))
        place_of_file = (division or "{county}").format(**divisions) if snapshot else None
        files.append(File(source, str(date or (FIRST_SNAPSHOT if snapshot else "2025-07-01")), place_of_file, rows))
    return tuple(files)


def _case(rule: str, written: Mapping[str, Any], place: str, number: int, own_number: int) -> Case:
    mark = f"c{number:04}~"
    divisions = divisions_of(place, own_number)
    files = files_of(written.get("given", {}), divisions, mark)
    return Case(
        rule,
        written["case"],
        place,
        mark,
        divisions["own"],
        str(written.get("world", "")),
        dt.date.fromisoformat(str(written.get("as_of", "2025-06-30"))),
        dt.date.fromisoformat(str(written.get("period_start", "2025-01-01"))),
        files,
        _expected(written.get("expect") or "subject", mark),
    )


def load_cases(rules: Sequence[str] | None = None) -> Iterator[Case]:
    """All cases, one for each place in which a case is tried."""
    number = 0
    owners: Counter[str] = Counter()
    for path in sorted(CASES.glob("*/cases.yml")):
        rule = path.parent.name
        for written in yaml.safe_load(path.read_text(encoding="utf-8")):
            for place in written.get("places", places_of(rule)):
                number += 1
                own_number = owners[place]
                owners[place] += _needs_own(written)
                if rules is None or rule in rules:
                    yield _case(rule, written, place, number, own_number)


def worlds(rules: Sequence[str] | None = None) -> list[World]:
    """The cases by the build in which they are judged."""
    found: dict[tuple[str, dt.date, dt.date], list[Case]] = {}
    for case in load_cases(rules):
        found.setdefault((case.world, case.as_of, case.period_start), []).append(case)
    return [World(*key, tuple(cases)) for key, cases in sorted(found.items())]


def rows_of(files: Sequence[File]) -> dict[str, list[Row]]:
    """The rows of files with the audit columns that the build database gives them; every source has a list."""
    found: dict[str, list[Row]] = {source: [] for source in load_contracts()}
    for order, file in enumerate(files, 1):
        for line, row in enumerate(file.rows, 2):
            audit = {
                "_file": f"{file.source}_{order}.csv",
                "_file_order": order,
                "_file_date": dt.date.fromisoformat(file.date),
                "_division_key": trimmed_division(file.division) if file.division else "",
                "_sheet": "",
                "_line": line,
            }
            found[file.source].append({**row, **audit})
    return found
