"""Of what holds for some days: does it hold once, and without a gap?"""

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import combinations, pairwise

from pipelines.policy.tables import (
    DATED_BY_NAME,
    ELIGIBILITY,
    ELIGIBILITY_RULES,
    OPEN,
    Policy,
    Problem,
    Row,
    at,
    file_of,
    grouped,
    span,
)

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
    "scoring_domains": ("jurisdiction", "domain"),
    "scoring_measures": ("jurisdiction", "measure"),
    "scoring_settings": ("jurisdiction", "setting"),
    "scoring_sets": ("jurisdiction", "name", "member"),
    "coverage_age_bands": ("low",),
    "consequences": ("consequence",),
}


def _meet(one: Row, other: Row) -> bool:
    return one.day("valid_from") <= other.day("valid_to") and other.day("valid_from") <= one.day("valid_to")


def overlaps(policy: Policy) -> Iterator[Problem]:
    """Of one thing no two rows hold on the same day, and no window ends before it begins."""
    for table in (*_WINDOWS, "parameter_brackets"):
        for row in policy[table]:
            if row.day("valid_to") < row.day("valid_from"):
                yield at(row, "valid_to", "the window ends before it begins; correct one of the days")
    for table, columns in _WINDOWS.items():
        for key, rows in grouped(policy[table], columns).items():
            for one, other in combinations(sorted(rows, key=lambda row: row.day("valid_from")), 2):
                if _meet(one, other):
                    yield at(
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
    for key, rows in grouped(policy["parameter_brackets"], columns).items():
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
                    yield at(other, "low", f"{classes} share numbers; part them")
                elif low > high or (not with_high and above_low):
                    yield at(other, "low", f"between {classes} are numbers without a class; close the gap")


def holes(rows: Iterable[Row], first: dt.date, last: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
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


def _wanted(policy: Policy) -> Iterator[tuple[str, tuple[str, str, str], list[Row]]]:
    """What must hold without a gap: where it stands or should, whose it is, and its rows."""
    whole_place = [row for table in DATED_BY_NAME for row in policy[table] if not row.get("division")]
    given, places = grouped(whole_place, ("rule", "jurisdiction", "name")), policy.places()
    for text in policy["parameter_texts"]:
        for place in places.get(text["rule"], ()):
            name = (text["rule"], place, text["name"])
            rows = given.get(name, [])
            file = file_of(rows[0].table) if rows else " or ".join(file_of(table) for table in DATED_BY_NAME)
            yield file, name, rows
    conditions = grouped(policy["eligibility"], _WINDOWS["eligibility"])
    for (place, _, fact), rows in conditions.items():
        yield "eligibility.csv", (ELIGIBILITY, place, fact), rows
    residence = grouped(policy["eligibility_residence"], ("jurisdiction",))
    for place in sorted({place for rule in ELIGIBILITY_RULES for place in places.get(rule, ())}):
        yield "eligibility_residence.csv", (ELIGIBILITY, place, "residence"), residence.get((place,), [])
        if not any(condition[0] == place for condition in conditions):
            yield "eligibility.csv", (ELIGIBILITY, place, "any condition"), []


def gaps(policy: Policy) -> Iterator[Problem]:
    """From the first day of a place on, each rule there has all its numbers, sets and tables, and eligibility its
    conditions. Gaps that are meant stand in intended_gaps.csv."""
    days = {row["jurisdiction"]: (row.day("in_force_from"), row.day("in_force_to")) for row in policy["jurisdictions"]}
    meant = grouped(policy["intended_gaps"], ("rule", "jurisdiction", "name"))
    for file, name, rows in _wanted(policy):
        rule, place, what = name
        if place not in days:
            continue
        for first, last in holes([*rows, *meant.get(name, [])], *days[place]):
            yield Problem(
                file,
                rows[-1].line if rows else None,
                "valid_to" if rows else None,
                f"{rule} has no {what} in {place} {span(first, last)}; "
                "add a row, or say in intended_gaps.csv why none holds",
            )
