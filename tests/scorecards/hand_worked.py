"""Hand-worked cases of scorecards: small tables of rows in, figures of the published tables out (`cases/*.yml`).

A file is a list of cases. Each has

    case      what it shows
    places    the places it is tried in (jincheng, if left out)
    world     cases of one world share one build. In the world without a name providers of several cases are each other's
              peers: only k, n, state and what follows from a provider's own rows may stand there. In a world with a name
              each place has one case, so that a case decides who its peers are
    as_of, period_start   2025-06-30 and 2025-01-01, if left out
    given     tables of rows, written as in the cases of the rules (`tests/rules/cases.py`)
    decisions a table: rule, subject, period, verdict
    expect    tables by kind: measures, domains, cards, funnel. Their columns are those of the published tables, but
              `cap` for cap_reason: the findings it has to name, each as RULE:subject:period. The provider is `provider`,
              if left out. An empty cell is not compared, `none` is an empty one; figures are given to 6 places
    no_card   providers without a card
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.rules.cases import File, divisions_of, files_of, in_order, table_of
from tests.scorecards.comparing import KEYS, Table, rows_of
from tests.scorecards.oracle import finding_id

CASES = Path(__file__).parent / "cases"
TABLES: Mapping[str, str] = {
    "measures": "scorecard_measures",
    "domains": "scorecard_domains",
    "cards": "scorecards",
    "funnel": "complaint_funnel",
}
SIX_PLACES = 5.1e-7


@dataclass(frozen=True)
class Case:
    """One case in one place, with ids of its own (`mark`)."""

    name: str
    place: str
    mark: str
    world: str
    as_of: dt.date
    period_start: dt.date
    files: tuple[File, ...]
    decisions: Mapping[str, str]
    expected: Mapping[str, Sequence[Mapping[str, str]]]
    no_card: tuple[str, ...]

    @property
    def label(self) -> str:
        """How a failing test calls it."""
        return f"{self.name} ({self.place})"

    def finding(self, written: str) -> str:
        """The id of a finding of this case's rows, written as RULE:subject:period."""
        rule, subject, period = written.split(":")
        return finding_id(rule, self.place, self.mark + subject, period)


@dataclass(frozen=True)
class World:
    """Cases that are scored in one build."""

    name: str
    as_of: dt.date
    period_start: dt.date
    cases: tuple[Case, ...]

    @property
    def files(self) -> list[File]:
        """All files of the cases."""
        return in_order(file for case in self.cases for file in case.files)

    @property
    def decisions(self) -> dict[str, str]:
        """Verdicts by the finding's id."""
        return {finding: verdict for case in self.cases for finding, verdict in case.decisions.items()}


def _case(written: Mapping[str, Any], place: str, number: int) -> Case:
    mark = f"c{number:04}~"
    decided = table_of(written.get("decisions", ""))
    return Case(
        written["case"],
        place,
        mark,
        str(written.get("world", "")),
        dt.date.fromisoformat(str(written.get("as_of", "2025-06-30"))),
        dt.date.fromisoformat(str(written.get("period_start", "2025-01-01"))),
        files_of(written["given"], divisions_of(place, number % 10), mark),
        {finding_id(row["rule"], place, mark + row["subject"], row["period"]): row["verdict"] for row in decided},
        {kind: table_of(text) for kind, text in written.get("expect", {}).items()},
        tuple(written.get("no_card", ())),
    )


def load_cases() -> Iterator[Case]:
    """All cases, one for each place in which a case is tried."""
    number = 0
    for path in sorted(CASES.glob("*.yml")):
        for written in yaml.safe_load(path.read_text(encoding="utf-8")):
            for place in written.get("places", ["jincheng"]):
                number += 1
                yield _case(written, place, number)


def worlds() -> list[World]:
    """The cases by the build in which they are scored."""
    found: dict[tuple[str, dt.date, dt.date], list[Case]] = {}
    for case in load_cases():
        found.setdefault((case.world, case.as_of, case.period_start), []).append(case)
    for (name, _, _), cases in found.items():
        places = Counter(case.place for case in cases)
        assert not name or max(places.values()) == 1, f"{name}: two cases in one place would be each other's peers"
    return [World(*key, tuple(cases)) for key, cases in sorted(found.items())]


def check(case: Case, tables: Mapping[str, Table]) -> list[str]:
    """Where published tables differ from what a case's author worked out: a line each."""
    found = []
    for kind, rows in case.expected.items():
        name = TABLES[kind]
        published = {tuple(row[column] for column in KEYS[name]): row for row in rows_of(tables[name])}
        for expected in rows:
            named = {"jurisdiction": case.place, **expected}
            named["provider"] = case.mark + named.get("provider", "provider")
            key = tuple(named[column] for column in KEYS[name])
            if key not in published:
                found.append(f"{name} has no row {'|'.join(key)}")
                continue
            found += [
                f"{name} {'|'.join(key)}: {column} is {_cell(published[key], column)!r}, expected {cell}"
                for column, cell in expected.items()
                if column not in KEYS[name] and cell and not _agrees(case, _cell(published[key], column), column, cell)
            ]
    cards = {row["provider"] for row in rows_of(tables["scorecards"]) if row["jurisdiction"] == case.place}
    return found + [f"{provider} has a card" for provider in case.no_card if case.mark + provider in cards]


def _cell(row: Mapping[str, Any], column: str) -> Any:
    return row["cap_reason" if column == "cap" else column]


def _agrees(case: Case, found: Any, column: str, expected: str) -> bool:
    if expected == "none" or found is None:
        return expected == "none" and found is None
    if column == "cap":
        return all(case.finding(written) in found for written in expected.split())
    if isinstance(found, str):
        return found == expected
    return abs(float(found) - float(expected)) <= SIX_PLACES
