"""Are the settings of scorecards whole?"""

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal

from pipelines.policy.tables import OPEN, Policy, Problem, Row, at, grouped, span
from pipelines.policy.windows import holes

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
                    yield at(held[-1], "weight", f"the weights of {what} sum to {weight} on {day}; make them 100")


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
        for key, rows in grouped(policy[table], ("jurisdiction", name)).items():
            for first, last in holes(rows, min(row.day("valid_from") for row in rows), OPEN):
                if key[0] == EVERYWHERE:
                    yield at(rows[-1], "valid_to", f"{key[1]} is not set {span(first, last)}; close the gap")
    known = {
        "jurisdiction": {EVERYWHERE, *places},
        "domain": {row["domain"] for row in policy["scoring_domains"]},
        "rule": {row["rule"] for row in policy["rules"]},
    }
    for table in ("scoring_domains", "scoring_measures", "scoring_settings", "scoring_sets"):
        for row in policy[table]:
            if row["jurisdiction"] not in known["jurisdiction"]:
                yield at(
                    row, "jurisdiction", f"{row['jurisdiction']} is no place; correct it, or write * for everywhere"
                )
    for row in policy["scoring_measures"]:
        if row["domain"] not in known["domain"]:
            yield at(row, "domain", f"{row['domain']} is no domain; add it to scoring_domains.csv")
        if Decimal(row["floor"]) == Decimal(row["target"]):
            yield at(row, "target", "floor and target are the same; part them")
    for row in policy["scoring_sets"]:
        kind = "domain" if row["name"] == "needed_domains" else "rule"
        if row["member"] not in known[kind]:
            yield at(row, "member", f"{row['member']} is no {kind}; correct it")
