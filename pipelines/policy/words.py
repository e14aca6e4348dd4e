"""Does everything that a page may show have words in both languages?"""

import re
from collections.abc import Iterator

from pipelines.contracts import code_lists
from pipelines.policy.tables import CITING, DATED_BY_NAME, ELIGIBILITY, Policy, Problem, Row, at, grouped

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
            yield at(row, column, f"{member!r} is no code of the list {code_list!r}; correct it")

    for table in DATED_BY_NAME:
        for row in policy[table]:
            text = explained.get((row["rule"], row["name"]))
            if text is None:
                yield at(row, "name", f"{row['rule']} {row['name']} has no words; add it to parameter_texts.csv")
            elif table == "parameter_sets" and text["code_list"]:
                yield from code(row, "member", text["code_list"], row["member"])
    for row in policy["eligibility"]:
        text = explained.get((ELIGIBILITY, row["fact"]))
        if text is None:
            yield at(row, "fact", f"{row['fact']} has no words; add it to parameter_texts.csv under {ELIGIBILITY}")
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
                    yield at(row, column, f"the unit {row[column]!r} has no words; add it to unit_texts.csv")
    worded = {(row["list"], row["code"]) for row in policy["policy_words"]}
    for table, column, code_list in _WORDED:
        for row in policy[table]:
            for part in row[column].split("|"):
                if (code_list, part) not in worded:
                    yield at(row, column, f"{part!r} has no words; add it to policy_words.csv under {code_list}")
    texts, suggested = grouped(policy["rule_texts"], ("rule",)), grouped(policy["rule_suggestions"], ("rule",))
    for row in policy["rules"]:
        if (row["rule"],) not in texts:
            yield at(row, "rule", f"{row['rule']} has no row in rule_texts.csv; write why it matters")
        if (row["rule"],) not in suggested:
            yield at(row, "rule", f"{row['rule']} has no row in rule_suggestions.csv; say what to check or mend")
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
                    yield at(row, column, "the text is empty; write it")
