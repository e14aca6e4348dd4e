"""Does what refers to something find it, and does it agree?"""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from pipelines.policy.tables import CITING, DATED_BY_NAME, ELIGIBILITY_RULES, OPEN, Policy, Problem, at, grouped, span

STATES_WITH_DATA = frozenset({"not_computable"})


def citations(policy: Policy) -> Iterator[Problem]:
    """Every requirement that is cited stands in a document of that very place, and every rule that is named exists."""
    rules = {row["rule"] for row in policy["rules"]}
    place_of_document = {row["document"]: row["jurisdiction"] for row in policy["documents"]}
    place_of = {row["requirement"]: place_of_document.get(row["document"]) for row in policy["requirements"]}
    places = {row["jurisdiction"] for row in policy["jurisdictions"]}
    for table in ("rule_requirements", *CITING):
        for row in policy[table]:
            if "rule" in row and row["rule"] not in rules:
                yield at(row, "rule", f"{row['rule']} is no rule; add it to rules.csv or remove the row")
            if row["jurisdiction"] not in places:
                yield at(row, "jurisdiction", f"{row['jurisdiction']} is no place; add it to jurisdictions.csv")
            if not row["requirement"] and row.cells.get("basis") == "local":
                continue
            if row["requirement"] not in place_of:
                yield at(row, "requirement", f"{row['requirement']!r} is no requirement; add it to requirements.csv")
            elif place_of[row["requirement"]] != row["jurisdiction"]:
                yield at(
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
            yield at(row, "rule", f"{row['rule']} applies nowhere; add its places to rule_requirements.csv")
        if row["limit_parameter"]:
            given = {
                number["jurisdiction"]
                for number in policy["parameters"]
                if (number["rule"], number["name"]) == (row["rule"], row["limit_parameter"])
            }
            for place in places[row["rule"]]:
                if place not in given:
                    yield at(
                        row, "limit_parameter", f"parameters.csv has no {row['limit_parameter']} for {place}; add it"
                    )
    for table in DATED_BY_NAME:
        for row in policy[table]:
            if row["jurisdiction"] not in places.get(row["rule"], ()):
                yield at(
                    row,
                    "jurisdiction",
                    f"{row['rule']} does not apply in {row['jurisdiction']}; see rule_requirements.csv",
                )
    first_days = {row["jurisdiction"]: row.day("in_force_from") for row in policy["jurisdictions"]}
    for table in CITING:
        for row in policy[table]:
            if row.day("valid_from") < first_days.get(row["jurisdiction"], dt.date.min):
                yield at(row, "valid_from", "it begins before the document of its place is in force; correct the day")
    prefixes = {row["jurisdiction"]: row["prefix"] for row in policy["jurisdictions"]}
    for row in policy["parameters"]:
        if row["division"] and not row["division"].startswith(prefixes.get(row["jurisdiction"], "")):
            yield at(row, "division", f"{row['division']} does not lie in {row['jurisdiction']}")


def exemptions(policy: Policy) -> Iterator[Problem]:
    """An exemption excuses from a rule that applies there, by a document, for a reason in both languages."""
    places = policy.places()
    for row in policy["exemptions"]:
        if row["rule"] not in places:
            yield at(row, "rule", f"{row['rule']} is no rule; correct the code")
        elif row["jurisdiction"] not in places[row["rule"]]:
            yield at(row, "jurisdiction", f"{row['rule']} does not apply in {row['jurisdiction']}; remove the row")
        for column in ("subject", "valid_from", "document", "reason_zh", "reason_en", "decided_on"):
            if not row[column]:
                yield at(row, column, "an exemption needs this cell; fill it in")


def consequences(policy: Policy) -> Iterator[Problem]:
    """A consequence follows on rules that apply in its place, on days on which its document is in force, and a share of the
    amount is above 0."""
    places = policy.places()
    document_of = {row["requirement"]: row["document"] for row in policy["requirements"]}
    days = {row["document"]: (row.day("in_force_from"), row.day("in_force_to")) for row in policy["documents"]}
    for row in policy["consequences"]:
        for rule in row["rules"].split("|"):
            if row["jurisdiction"] not in places.get(rule, ()):
                yield at(row, "rules", f"{rule!r} does not apply in {row['jurisdiction']}; correct the code")
        if row["factor"] and Decimal(row["factor"]) <= 0:
            yield at(row, "factor", "a share of the amount is above 0; leave the cell empty where there is none")
        first, last = days.get(document_of.get(row["requirement"], ""), (dt.date.min, OPEN))
        if row.day("valid_from") < first or (row.day("valid_to") > last and last != OPEN):
            yield at(row, "valid_from", f"its document is in force {span(first, last)}; keep the days within")


def states(policy: Policy) -> Iterator[Problem]:
    """Every requirement has one state, and the state agrees with the rules that rest on it."""
    rules = {row["rule"] for row in policy["rules"]}
    tested = {requirement for (requirement,) in grouped(policy["rule_requirements"], ("requirement",))}
    resting: dict[str, set[str]] = {}
    for table in ("rule_requirements", *DATED_BY_NAME):
        for row in policy[table]:
            resting.setdefault(row["requirement"], set()).add(row["rule"])
    places = policy.places()
    for table in ("eligibility", "eligibility_residence"):
        for row in policy[table]:
            judging = {rule for rule in ELIGIBILITY_RULES if row["jurisdiction"] in places.get(rule, ())}
            resting.setdefault(row["requirement"], set()).update(judging)
    known = grouped(policy["requirement_states"], ("requirement",))
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
            yield at(row, "requirement", f"{requirement} is no requirement; remove the row")
        if (state == "rule") != (requirement in tested):
            yield at(
                row,
                "state",
                f"the state is {state}, but rule_requirements.csv says {'' if requirement in tested else 'not '}"
                "that a rule tests it; correct one of them",
            )
        for rule in sorted(named - rules):
            yield at(row, "rules", f"{rule} is no rule; correct the code")
        for rule in sorted(resting.get(requirement, set()) - named):
            yield at(row, "rules", f"{rule} rests on it; add the code")
        if state == "rule" and named & rules - resting.get(requirement, set()):
            extra = ", ".join(sorted(named & rules - resting.get(requirement, set())))
            yield at(row, "rules", f"no row cites it for {extra}; remove the code or cite it in rule_requirements.csv")
        if state == "entitlement" and not named:
            yield at(row, "rules", "an entitlement is what a rule compares with; name the rule")
        if state in STATES_WITH_DATA and (not row["data_needed_zh"] or not row["data_needed_en"]):
            yield at(row, "data_needed_en", "say in both languages which data would make it computable")
