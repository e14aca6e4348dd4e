"""Is what people decided whole? Pure functions over the tables of `seeds/policy/`; each returns what is wrong, in sentences.

dbt tests the same tables for keys and relations when they are loaded; here stands what needs more than one table, a
document or the project's own files.
"""

import csv
import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from itertools import combinations, pairwise, zip_longest
from pathlib import Path
from typing import Any

import yaml

from pipelines.contracts import code_lists

OPEN = dt.date.max
ELIGIBILITY = "eligibility"
# The rules that judge by eligibility; their pages show its conditions.
ELIGIBILITY_RULES = frozenset({"E01", "E07"})
DATED_BY_NAME = ("parameters", "parameter_sets", "parameter_brackets")
CITING = (*DATED_BY_NAME, "eligibility", "eligibility_residence", "consequences")
STATES_WITH_DATA = frozenset({"not_computable"})


@dataclass(frozen=True)
class Row(Mapping[str, str]):
    """A row of a table, the line on which it stands, and how many cells that line has."""

    table: str
    line: int
    cells: Mapping[str, str]
    width: int

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.cells)

    def day(self, column: str) -> dt.date:
        """A day; an empty one is open."""
        return dt.date.fromisoformat(self[column]) if self[column] else OPEN


@dataclass(frozen=True)
class Problem:
    """Something that is wrong, where it stands and what to do."""

    file: str
    line: int | None
    column: str | None
    message: str

    def sentence(self) -> str:
        """As one line for people."""
        place = self.file
        if self.line is not None:
            place += f", line {self.line}"
        if self.column is not None:
            place += f", column {self.column}"
        return f"{place}: {self.message}"


@dataclass(frozen=True)
class Policy:
    """All tables, and the types that they are declared with."""

    tables: Mapping[str, tuple[Row, ...]]
    headers: Mapping[str, tuple[str, ...]]
    types: Mapping[str, Mapping[str, str]]

    def __getitem__(self, table: str) -> tuple[Row, ...]:
        return self.tables[table]

    def places(self) -> dict[str, tuple[str, ...]]:
        """The jurisdictions in which each rule applies."""
        found: dict[str, dict[str, None]] = {row["rule"]: {} for row in self["rules"]}
        for row in self["rule_requirements"]:
            found.setdefault(row["rule"], {})[row["jurisdiction"]] = None
        return {rule: tuple(places) for rule, places in found.items()}


@dataclass(frozen=True)
class Check:
    """The outcome of one check; a check that was not done is no passed one."""

    name: str
    question: str
    problems: tuple[Problem, ...] = ()
    not_done: str | None = None

    @property
    def outcome(self) -> str:
        """In one word for people and programs."""
        if self.not_done is not None:
            return "NOT DONE"
        return "PROBLEMS" if self.problems else "ok"

    def document(self) -> dict[str, object]:
        """For programs."""
        return {
            "check": self.name,
            "question": self.question,
            "outcome": self.outcome,
            "not_done": self.not_done,
            "problems": [asdict(problem) for problem in self.problems],
        }


def _file(table: str) -> str:
    return f"{table}.csv"


def _at(row: Row, column: str | None, message: str) -> Problem:
    return Problem(_file(row.table), row.line, column, message)


def load(folder: Path) -> Policy:
    """Read all tables of a folder. `_policy.yml` says which there are and which type each column has."""
    declared = yaml.safe_load((folder / "_policy.yml").read_text(encoding="utf-8"))["seeds"]
    types = {seed["name"]: seed["config"]["column_types"] for seed in declared}
    tables: dict[str, tuple[Row, ...]] = {}
    headers: dict[str, tuple[str, ...]] = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            header = tuple(next(reader, ()))
            tables[path.stem] = tuple(
                Row(
                    path.stem,
                    reader.line_num,
                    dict(zip_longest(header, cells[: len(header)], fillvalue="")),
                    len(cells),
                )
                for cells in reader
                if cells
            )
            headers[path.stem] = header
    for name in types.keys() - tables.keys():
        tables[name], headers[name] = (), ()
    return Policy(tables, headers, types)


# ---- the cells themselves ----------------------------------------------------------------------------------------


def _number(text: str) -> None:
    if not Decimal(text).is_finite():
        raise ValueError(text)


def _boolean(text: str) -> None:
    if text not in {"true", "false"}:
        raise ValueError(text)


_READERS: dict[str, tuple[Callable[[str], object], str]] = {
    "date": (dt.date.fromisoformat, "a day such as 2025-06-30"),
    "integer": (int, "a whole number"),
    "decimal": (_number, "a number"),
    "boolean": (_boolean, "true or false"),
}


def cells(policy: Policy) -> Iterator[Problem]:
    """Tables and columns are those of `_policy.yml`, and every cell can be read."""
    for table in sorted(policy.tables.keys() | policy.types.keys()):
        declared = tuple(policy.types.get(table, {}))
        header = policy.headers[table]
        if not declared:
            yield Problem(_file(table), None, None, "describe this table in _policy.yml, or remove it")
        elif header != declared:
            yield Problem(
                _file(table),
                1,
                None,
                f"the header must be {','.join(declared)} (as in _policy.yml), not {','.join(header)}",
            )
        for row in policy[table]:
            if row.width != len(header):
                yield _at(
                    row, None, f"{row.width} cells under {len(header)} headers; put a cell with a comma between quotes"
                )
            for column, kind in policy.types.get(table, {}).items():
                reader = _READERS.get(kind.partition("(")[0])
                text = row.cells.get(column)
                if reader is None or not text:
                    continue
                try:
                    reader[0](text)
                except (ValueError, InvalidOperation):
                    yield _at(row, column, f"{text!r} cannot be read; write {reader[1]}")


# ---- windows -----------------------------------------------------------------------------------------------------


def _key(row: Row, columns: Iterable[str]) -> tuple[str, ...]:
    return tuple(row[column] for column in columns)


def _grouped(rows: Iterable[Row], columns: tuple[str, ...]) -> dict[tuple[str, ...], list[Row]]:
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(_key(row, columns), []).append(row)
    return groups


# What may hold once a day: the columns that tell one such thing from another.
_WINDOWS: dict[str, tuple[str, ...]] = {
    "parameters": ("rule", "jurisdiction", "division", "name"),
    "parameter_sets": ("rule", "jurisdiction", "name", "grouping", "member"),
    "eligibility": ("jurisdiction", "alternative", "fact"),
    "eligibility_residence": ("jurisdiction",),
    "exemptions": ("rule", "jurisdiction", "subject"),
    "intended_gaps": ("rule", "jurisdiction", "name"),
    "quality_limits": ("limit_name", "source"),
    "app_limits": ("limit_name",),
    "publication_limits": ("limit_name",),
    "consequences": ("consequence",),
    "scoring_domains": ("jurisdiction", "domain"),
    "scoring_measures": ("jurisdiction", "measure"),
    "scoring_settings": ("jurisdiction", "setting"),
    "scoring_sets": ("jurisdiction", "name", "member"),
    "coverage_age_bands": ("low",),
}


def _meet(one: Row, other: Row) -> bool:
    return one.day("valid_from") <= other.day("valid_to") and other.day("valid_from") <= one.day("valid_to")


def overlaps(policy: Policy) -> Iterator[Problem]:
    """Of one thing no two rows hold on the same day, and no window ends before it begins."""
    for table in (*_WINDOWS, "parameter_brackets"):
        for row in policy[table]:
            if row.day("valid_to") < row.day("valid_from"):
                yield _at(row, "valid_to", "the window ends before it begins; correct one of the days")
    for table, columns in _WINDOWS.items():
        for key, rows in _grouped(policy[table], columns).items():
            for one, other in combinations(sorted(rows, key=lambda row: row.day("valid_from")), 2):
                if _meet(one, other):
                    yield _at(
                        other,
                        "valid_from",
                        f"{' '.join(part for part in key if part)} already has a row for this day (line {one.line}); "
                        f"end that row on the day before this one begins",
                    )


# Ages are completed years: 75 follows 74.
_WHOLE = frozenset({"years of age"})


def _bounds(row: Row) -> tuple[Decimal, bool, Decimal, bool]:
    """Lower bound, whether above it only, upper bound, whether up to and with it."""
    return (
        Decimal(row["low"]),
        row["is_low_inclusive"] != "true",
        Decimal(row["high"] or "Infinity"),
        row["is_high_inclusive"] == "true",
    )


def brackets(policy: Policy) -> Iterator[Problem]:
    """The classes of a table that hold on one day share no number and leave none out between them."""
    columns = ("rule", "jurisdiction", "name")
    for key, rows in _grouped(policy["parameter_brackets"], columns).items():
        for day in sorted({row.day("valid_from") for row in rows}):
            held = sorted((row for row in rows if row.day("valid_from") <= day <= row.day("valid_to")), key=_bounds)
            for one, other in pairwise(held):
                _, _, high, with_high = _bounds(one)
                low, above_low, _, _ = _bounds(other)
                if other["bound_unit"] in _WHOLE and with_high and not above_low:
                    high += 1
                    with_high = False
                classes = f"this class of {' '.join(key)} and that of line {one.line}"
                if low < high or (low == high and with_high and not above_low):
                    yield _at(other, "low", f"{classes} share numbers; part them")
                elif low > high or (not with_high and above_low):
                    yield _at(other, "low", f"between {classes} are numbers without a class; close the gap")


def _holes(rows: Iterable[Row], first: dt.date, last: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """The spans of days from first to last on which none of the rows holds."""
    day = first
    for begin, end in sorted((row.day("valid_from"), row.day("valid_to")) for row in rows):
        if day > last:
            return
        if begin > day:
            yield day, min(last, begin - dt.timedelta(days=1))
        if end >= day:
            if end == OPEN:
                return
            day = end + dt.timedelta(days=1)
    if day <= last:
        yield day, last


def _span(first: dt.date, last: dt.date) -> str:
    return f"from {first} on" if last == OPEN else f"from {first} to {last}"


def _wanted(policy: Policy) -> Iterator[tuple[str, tuple[str, str, str], list[Row]]]:
    """What must hold without a gap: where it stands or should, whose it is, and its rows."""
    whole_place = [row for table in DATED_BY_NAME for row in policy[table] if not row.get("division")]
    given, places = _grouped(whole_place, ("rule", "jurisdiction", "name")), policy.places()
    for text in policy["parameter_texts"]:
        for place in places.get(text["rule"], ()):
            name = (text["rule"], place, text["name"])
            rows = given.get(name, [])
            file = _file(rows[0].table) if rows else " or ".join(_file(table) for table in DATED_BY_NAME)
            yield file, name, rows
    conditions = _grouped(policy["eligibility"], _WINDOWS["eligibility"])
    for (place, _, fact), rows in conditions.items():
        yield "eligibility.csv", (ELIGIBILITY, place, fact), rows
    residence = _grouped(policy["eligibility_residence"], ("jurisdiction",))
    for place in sorted({place for rule in ELIGIBILITY_RULES for place in places.get(rule, ())}):
        yield "eligibility_residence.csv", (ELIGIBILITY, place, "residence"), residence.get((place,), [])
        if not any(condition[0] == place for condition in conditions):
            yield "eligibility.csv", (ELIGIBILITY, place, "any condition"), []


def gaps(policy: Policy) -> Iterator[Problem]:
    """From the first day of a place on, each rule there has all its numbers, sets and tables, and eligibility its
    conditions. Gaps that are meant stand in intended_gaps.csv."""
    days = {row["jurisdiction"]: (row.day("in_force_from"), row.day("in_force_to")) for row in policy["jurisdictions"]}
    meant = _grouped(policy["intended_gaps"], ("rule", "jurisdiction", "name"))
    for file, name, rows in _wanted(policy):
        rule, place, what = name
        if place not in days:
            continue
        for first, last in _holes([*rows, *meant.get(name, [])], *days[place]):
            yield Problem(
                file,
                rows[-1].line if rows else None,
                "valid_to" if rows else None,
                f"{rule} has no {what} in {place} {_span(first, last)}; "
                "add a row, or say in intended_gaps.csv why none holds",
            )


# ---- scorecards --------------------------------------------------------------------------------------------------

EVERYWHERE = "*"


def _turning_days(rows: Iterable[Row]) -> list[dt.date]:
    """The days on which something begins, or is no longer in force."""
    ends = (row.day("valid_to") for row in rows)
    return sorted({row.day("valid_from") for row in rows} | {end + dt.timedelta(days=1) for end in ends if end != OPEN})


def _in_force(rows: Iterable[Row], name: str, place: str, day: dt.date) -> list[Row]:
    """What holds in a place on a day: its own row of a name goes before that of everywhere."""
    held = [row for row in rows if row.day("valid_from") <= day <= row.day("valid_to")]
    everywhere = {row[name]: row for row in held if row["jurisdiction"] == EVERYWHERE}
    return list({**everywhere, **{row[name]: row for row in held if row["jurisdiction"] == place}}.values())


def _odd_weights(rows: tuple[Row, ...], name: str, places: Iterable[str], group: str | None) -> Iterator[Problem]:
    """Where the weights of what is in force together do not sum to 100."""
    for place in places:
        for day in _turning_days(row for row in rows if row["jurisdiction"] in {EVERYWHERE, place}):
            groups: dict[str, list[Row]] = {}
            for row in _in_force(rows, name, place, day):
                groups.setdefault(row[group] if group else "", []).append(row)
            for of, held in sorted(groups.items()):
                weight = sum(Decimal(row["weight"]) for row in held)
                if weight != 100:
                    what = " ".join(part for part in (of, place) if part)
                    yield _at(held[-1], "weight", f"the weights of {what} sum to {weight} on {day}; make them 100")


def scoring(policy: Policy) -> Iterator[Problem]:
    """Scorecards: the weights of the domains, and of the measures of each domain, sum to 100 in every place on every day;
    whatever is set once is set on from its first day without a gap; and each name is known."""
    places = [row["jurisdiction"] for row in policy["jurisdictions"]]
    yield from _odd_weights(policy["scoring_domains"], "domain", places, None)
    yield from _odd_weights(policy["scoring_measures"], "measure", places, "domain")
    for table, name in (
        ("scoring_domains", "domain"),
        ("scoring_measures", "measure"),
        ("scoring_settings", "setting"),
    ):
        for key, rows in _grouped(policy[table], ("jurisdiction", name)).items():
            for first, last in _holes(rows, min(row.day("valid_from") for row in rows), OPEN):
                if key[0] == EVERYWHERE:
                    yield _at(rows[-1], "valid_to", f"{key[1]} is not set {_span(first, last)}; close the gap")
    known = {
        "jurisdiction": {EVERYWHERE, *places},
        "domain": {row["domain"] for row in policy["scoring_domains"]},
        "rule": {row["rule"] for row in policy["rules"]},
    }
    for table in ("scoring_domains", "scoring_measures", "scoring_settings", "scoring_sets"):
        for row in policy[table]:
            if row["jurisdiction"] not in known["jurisdiction"]:
                yield _at(
                    row, "jurisdiction", f"{row['jurisdiction']} is no place; correct it, or write * for everywhere"
                )
    for row in policy["scoring_measures"]:
        if row["domain"] not in known["domain"]:
            yield _at(row, "domain", f"{row['domain']} is no domain; add it to scoring_domains.csv")
        if Decimal(row["floor"]) == Decimal(row["target"]):
            yield _at(row, "target", "floor and target are the same; part them")
    for row in policy["scoring_sets"]:
        kind = "domain" if row["name"] == "needed_domains" else "rule"
        if row["member"] not in known[kind]:
            yield _at(row, "member", f"{row['member']} is no {kind}; correct it")


# ---- what refers to what -----------------------------------------------------------------------------------------


def citations(policy: Policy) -> Iterator[Problem]:
    """Every requirement that is cited stands in a document of that very place, and every rule that is named exists."""
    rules = {row["rule"] for row in policy["rules"]}
    place_of_document = {row["document"]: row["jurisdiction"] for row in policy["documents"]}
    place_of = {row["requirement"]: place_of_document.get(row["document"]) for row in policy["requirements"]}
    places = {row["jurisdiction"] for row in policy["jurisdictions"]}
    for table in ("rule_requirements", *CITING):
        for row in policy[table]:
            if "rule" in row and row["rule"] not in rules:
                yield _at(row, "rule", f"{row['rule']} is no rule; add it to rules.csv or remove the row")
            if row["jurisdiction"] not in places:
                yield _at(row, "jurisdiction", f"{row['jurisdiction']} is no place; add it to jurisdictions.csv")
            if not row["requirement"] and row.cells.get("basis") == "local":
                continue
            if row["requirement"] not in place_of:
                yield _at(row, "requirement", f"{row['requirement']!r} is no requirement; add it to requirements.csv")
            elif place_of[row["requirement"]] != row["jurisdiction"]:
                yield _at(
                    row,
                    "requirement",
                    f"{row['requirement']} stands in a document of {place_of[row['requirement']]}; "
                    f"cite one of {row['jurisdiction']}",
                )


def applicability(policy: Policy) -> Iterator[Problem]:
    """Numbers, sets and tables are given only where their rule applies and their document is in force; a limit is one of
    its rule's numbers."""
    places = policy.places()
    for row in policy["rules"]:
        if not places[row["rule"]]:
            yield _at(row, "rule", f"{row['rule']} applies nowhere; add its places to rule_requirements.csv")
        if row["limit_parameter"]:
            given = {
                number["jurisdiction"]
                for number in policy["parameters"]
                if (number["rule"], number["name"]) == (row["rule"], row["limit_parameter"])
            }
            for place in places[row["rule"]]:
                if place not in given:
                    yield _at(
                        row, "limit_parameter", f"parameters.csv has no {row['limit_parameter']} for {place}; add it"
                    )
    for table in DATED_BY_NAME:
        for row in policy[table]:
            if row["jurisdiction"] not in places.get(row["rule"], ()):
                yield _at(
                    row,
                    "jurisdiction",
                    f"{row['rule']} does not apply in {row['jurisdiction']}; see rule_requirements.csv",
                )
    first_days = {row["jurisdiction"]: row.day("in_force_from") for row in policy["jurisdictions"]}
    for table in CITING:
        for row in policy[table]:
            if row.day("valid_from") < first_days.get(row["jurisdiction"], dt.date.min):
                yield _at(row, "valid_from", "it begins before the document of its place is in force; correct the day")
    prefixes = {row["jurisdiction"]: row["prefix"] for row in policy["jurisdictions"]}
    for row in policy["parameters"]:
        if row["division"] and not row["division"].startswith(prefixes.get(row["jurisdiction"], "")):
            yield _at(row, "division", f"{row['division']} does not lie in {row['jurisdiction']}")


def exemptions(policy: Policy) -> Iterator[Problem]:
    """An exemption excuses from a rule that applies there, by a document, for a reason in both languages."""
    places = policy.places()
    for row in policy["exemptions"]:
        if row["rule"] not in places:
            yield _at(row, "rule", f"{row['rule']} is no rule; correct the code")
        elif row["jurisdiction"] not in places[row["rule"]]:
            yield _at(row, "jurisdiction", f"{row['rule']} does not apply in {row['jurisdiction']}; remove the row")
        for column in ("subject", "valid_from", "document", "reason_zh", "reason_en", "decided_on"):
            if not row[column]:
                yield _at(row, column, "an exemption needs this cell; fill it in")


def consequences(policy: Policy) -> Iterator[Problem]:
    """A consequence follows on rules that apply in its place, on days on which its document is in force, and a share of the
    amount is above 0."""
    places = policy.places()
    document_of = {row["requirement"]: row["document"] for row in policy["requirements"]}
    days = {row["document"]: (row.day("in_force_from"), row.day("in_force_to")) for row in policy["documents"]}
    for row in policy["consequences"]:
        for rule in row["rules"].split("|"):
            if row["jurisdiction"] not in places.get(rule, ()):
                yield _at(row, "rules", f"{rule!r} does not apply in {row['jurisdiction']}; correct the code")
        if row["factor"] and Decimal(row["factor"]) <= 0:
            yield _at(row, "factor", "a share of the amount is above 0; leave the cell empty where there is none")
        first, last = days.get(document_of.get(row["requirement"], ""), (dt.date.min, OPEN))
        if row.day("valid_from") < first or (row.day("valid_to") > last and last != OPEN):
            yield _at(row, "valid_from", f"its document is in force {_span(first, last)}; keep the days within")


def states(policy: Policy) -> Iterator[Problem]:
    """Every requirement has one state, and the state agrees with the rules that rest on it."""
    rules = {row["rule"] for row in policy["rules"]}
    tested = {requirement for (requirement,) in _grouped(policy["rule_requirements"], ("requirement",))}
    resting: dict[str, set[str]] = {}
    for table in ("rule_requirements", *DATED_BY_NAME):
        for row in policy[table]:
            resting.setdefault(row["requirement"], set()).add(row["rule"])
    places = policy.places()
    for table in ("eligibility", "eligibility_residence"):
        for row in policy[table]:
            judging = {rule for rule in ELIGIBILITY_RULES if row["jurisdiction"] in places.get(rule, ())}
            resting.setdefault(row["requirement"], set()).update(judging)
    known = _grouped(policy["requirement_states"], ("requirement",))
    for row in policy["requirements"]:
        found = known.get((row["requirement"],), [])
        if len(found) != 1:
            yield Problem(
                "requirement_states.csv",
                None,
                "requirement",
                f"{row['requirement']} has {len(found)} states; give it one",
            )
    requirements = {row["requirement"] for row in policy["requirements"]}
    for row in policy["requirement_states"]:
        requirement, state = row["requirement"], row["state"]
        named = set(filter(None, row["rules"].split("|")))
        if requirement not in requirements:
            yield _at(row, "requirement", f"{requirement} is no requirement; remove the row")
        if (state == "rule") != (requirement in tested):
            yield _at(
                row,
                "state",
                f"the state is {state}, but rule_requirements.csv says {'' if requirement in tested else 'not '}"
                "that a rule tests it; correct one of them",
            )
        for rule in sorted(named - rules):
            yield _at(row, "rules", f"{rule} is no rule; correct the code")
        for rule in sorted(resting.get(requirement, set()) - named):
            yield _at(row, "rules", f"{rule} rests on it; add the code")
        if state == "rule" and named & rules - resting.get(requirement, set()):
            extra = ", ".join(sorted(named & rules - resting.get(requirement, set())))
            yield _at(row, "rules", f"no row cites it for {extra}; remove the code or cite it in rule_requirements.csv")
        if state == "entitlement" and not named:
            yield _at(row, "rules", "an entitlement is what a rule compares with; name the rule")
        if state in STATES_WITH_DATA and (not row["data_needed_zh"] or not row["data_needed_en"]):
            yield _at(row, "data_needed_en", "say in both languages which data would make it computable")


# ---- words -------------------------------------------------------------------------------------------------------


# Columns with codes of their own, and the list of policy_words.csv that has their words.
_WORDED = (
    ("rules", "kind", "kind"),
    ("rules", "subject", "subject"),
    ("rules", "period", "period"),
    ("rules", "fails_when", "fails_when"),
    ("documents", "status", "document_status"),
    ("requirement_states", "state", "state"),
    ("eligibility", "comparison", "comparison"),
    ("eligibility_residence", "residence", "residence"),
    *((table, "basis", "basis") for table in CITING),
)


def words(policy: Policy) -> Iterator[Problem]:
    """Whatever a page may show has words in both languages: rules, names of numbers and sets, members, codes, units."""
    explained = {(row["rule"], row["name"]): row for row in policy["parameter_texts"]}
    units = {row["unit"] for row in policy["unit_texts"]}
    lists = code_lists()

    def code(row: Row, column: str, code_list: str, member: str) -> Iterator[Problem]:
        if member not in lists.get(code_list, {}):
            yield _at(row, column, f"{member!r} is no code of the list {code_list!r}; correct it")

    for table in DATED_BY_NAME:
        for row in policy[table]:
            text = explained.get((row["rule"], row["name"]))
            if text is None:
                yield _at(row, "name", f"{row['rule']} {row['name']} has no words; add it to parameter_texts.csv")
            elif table == "parameter_sets" and text["code_list"]:
                yield from code(row, "member", text["code_list"], row["member"])
    for row in policy["eligibility"]:
        text = explained.get((ELIGIBILITY, row["fact"]))
        if text is None:
            yield _at(row, "fact", f"{row['fact']} has no words; add it to parameter_texts.csv under {ELIGIBILITY}")
        elif text["code_list"]:
            for member in row["value"].split("|"):
                yield from code(row, "value", text["code_list"], member)
    for table, columns in (
        ("parameters", ("unit",)),
        ("parameter_brackets", ("unit", "bound_unit")),
        ("eligibility", ("unit",)),
        ("rules", ("measure_unit",)),
    ):
        for row in policy[table]:
            for column in columns:
                if row[column] and row[column] not in units:
                    yield _at(row, column, f"the unit {row[column]!r} has no words; add it to unit_texts.csv")
    worded = {(row["list"], row["code"]) for row in policy["policy_words"]}
    for table, column, code_list in _WORDED:
        for row in policy[table]:
            for part in row[column].split("|"):
                if (code_list, part) not in worded:
                    yield _at(row, column, f"{part!r} has no words; add it to policy_words.csv under {code_list}")
    texts, suggested = _grouped(policy["rule_texts"], ("rule",)), _grouped(policy["rule_suggestions"], ("rule",))
    for row in policy["rules"]:
        if (row["rule"],) not in texts:
            yield _at(row, "rule", f"{row['rule']} has no row in rule_texts.csv; write why it matters")
        if (row["rule"],) not in suggested:
            yield _at(row, "rule", f"{row['rule']} has no row in rule_suggestions.csv; say what to check or mend")
    for table in (
        "rules",
        "rule_texts",
        "rule_suggestions",
        "consequences",
        "parameter_texts",
        "unit_texts",
        "requirement_states",
        "intended_gaps",
        "policy_words",
        "decision_states",
        "decision_transitions",
        "roles",
    ):
        for row in policy[table]:
            for column in row:
                if re.search(r"_(zh|en)$", column) and not column.startswith("data_needed") and not row[column]:
                    yield _at(row, column, "the text is empty; write it")


# ---- documents, cases, pages -------------------------------------------------------------------------------------


def _bare(text: str) -> str:
    """Letters as they are read: no white space, full-width forms as plain ones, no marks of bold print."""
    return re.sub(r"[\s*]", "", unicodedata.normalize("NFKC", text))


def quotations(policy: Policy, documents: Path) -> Iterator[Problem]:
    """Every quotation is found in its document, letter for letter but for white space, line breaks and full-width forms."""
    texts: dict[str, str | None] = {}
    for row in policy["documents"]:
        path = documents / row["document"]
        texts[row["document"]] = _bare(path.read_text(encoding="utf-8")) if path.is_file() else None
        if not path.is_file():
            yield _at(row, "document", f"the text is not in {documents}; put it there or correct the name")
    for row in policy["requirements"]:
        if row["document"] not in texts:
            yield _at(row, "document", f"{row['document']} is no document; add it to documents.csv")
            continue
        text = texts[row["document"]]
        if not row["quote_zh"] or (text is not None and _bare(row["quote_zh"]) not in text):
            yield _at(
                row,
                "quote_zh",
                f"the quotation of {row['requirement']} is not found in {row['document']}; copy it anew",
            )


def cases(policy: Policy, folder: Path) -> Iterator[Problem]:
    """Every rule has cases for each of its places."""
    for rule, places in policy.places().items():
        path = folder / rule / "cases.yml"
        name = f"{folder.parent.name}/{folder.name}/{rule}/{path.name}"
        if not path.is_file():
            yield Problem(name, None, None, "there are no cases; write some that were worked by hand")
            continue
        written: list[Mapping[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8")) or []
        # A case that names no places is tried in all.
        tried = {place for case in written for place in case.get("places", places)}
        for place in places:
            if place not in tried:
                yield Problem(name, None, None, f"there is no case for {place}; add one")


def pages(policy: Policy, folder: Path) -> Iterator[Problem]:
    """Every rule has a page."""
    for row in policy["rules"]:
        if not (folder / f"{row['rule']}.md").is_file():
            yield _at(row, "rule", f"{row['rule']} has no page; run python -m pipelines.rule_pages")


# ---- all together ------------------------------------------------------------------------------------------------

CHECKS: tuple[Callable[[Policy], Iterator[Problem]], ...] = (
    overlaps,
    gaps,
    brackets,
    scoring,
    citations,
    applicability,
    exemptions,
    consequences,
    states,
    words,
)


def _question(check: Callable[..., Iterator[Problem]]) -> str:
    return " ".join((check.__doc__ or "").split())


def check(seeds: Path, project: Path, documents: Path | None) -> list[Check]:
    """All checks. Where a cell cannot be read the others have nothing to say and are not done."""
    policy = load(seeds)
    unreadable = tuple(cells(policy))
    outcomes = [Check("cells", _question(cells), unreadable)]
    waiting = "first mend the cells" if unreadable else None
    for one in CHECKS:
        found = () if waiting else tuple(one(policy))
        outcomes.append(Check(one.__name__, _question(one), found, waiting))
    missing = waiting or (
        None if documents and documents.is_dir() else "the documents are not at hand; name their folder"
    )
    quoted = tuple(quotations(policy, documents)) if documents and not missing else ()
    outcomes.append(Check("quotations", _question(quotations), quoted, missing))
    for one, folder in ((cases, project / "tests" / "rules"), (pages, project / "docs" / "rules")):
        found = () if waiting else tuple(one(policy, folder))
        outcomes.append(Check(one.__name__, _question(one), found, waiting))
    return outcomes
