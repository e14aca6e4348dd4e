"""A page for each rule, written from the seeds of policy and the rule's own cases: `docs/rules/<CODE>.md`.

The pages are committed; a test holds them equal to what this module writes. Run `python -m pipelines.rule_pages` after a
change of seeds or cases.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from pipelines.contracts import Contract, code_lists, load_contracts
from pipelines.paths import POLICY, PROJECT
from pipelines.policy import ELIGIBILITY, ELIGIBILITY_RULES, Policy, Row, load

PAGES = PROJECT / "docs" / "rules"
CASES = PROJECT / "tests" / "rules"

Case = Mapping[str, Any]


@dataclass(frozen=True)
class Words:
    """Codes, units and names of the seeds in both languages."""

    policy: Policy

    @cached_property
    def _words(self) -> dict[tuple[str, str], tuple[str, str]]:
        return {(row["list"], row["code"]): (row["text_zh"], row["text_en"]) for row in self.policy["policy_words"]}

    @cached_property
    def _units(self) -> dict[str, tuple[str, str]]:
        return {row["unit"]: (row["unit_zh"], row["unit_en"]) for row in self.policy["unit_texts"]}

    @cached_property
    def _names(self) -> dict[tuple[str, str], Row]:
        return {(row["rule"], row["name"]): row for row in self.policy["parameter_texts"]}

    @cached_property
    def _places(self) -> dict[str, tuple[str, str]]:
        return {row["jurisdiction"]: (row["name_zh"], row["name_en"]) for row in self.policy["jurisdictions"]}

    def code(self, code_list: str, code: str) -> str:
        """A code of the tables of policy."""
        return _both(*self._words[code_list, code])

    def subject(self, subject: str) -> str:
        """Whom or what a finding is about."""
        parts = [self._words["subject", part] for part in subject.split("|")]
        return _both("、".join(zh for zh, _ in parts), ", ".join(en for _, en in parts))

    def place(self, jurisdiction: str) -> str:
        """The name of a place."""
        return _both(*self._places[jurisdiction])

    def named(self, rule: str, name: str) -> Row:
        """The row with the words for a number, set, table or condition."""
        return self._names[rule, name]

    def amount(self, number: str, unit: str) -> str:
        """A number with its unit."""
        zh, en = self._units[unit]
        return _both(f"{number} {zh}", f"{number} {en}")

    def members(self, code_list: str, members: Iterable[str]) -> str:
        """Members of a set, by their labels; a set without a code list has one member, which its name tells."""
        if not code_list:
            return _both("是", "yes")
        found = [code_lists()[code_list][member] for member in members]
        return _both("、".join(code.label_zh for code in found), ", ".join(code.label_en for code in found))


def _both(zh: str, en: str) -> str:
    return zh if zh == en else f"{zh} / {en}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _days(row: Row) -> str:
    if row["valid_to"]:
        return _both(f"{row['valid_from']} 至 {row['valid_to']}", f"from {row['valid_from']} to {row['valid_to']}")
    return _both(f"{row['valid_from']} 起", f"from {row['valid_from']}")


# ---- settings ----------------------------------------------------------------------------------------------------

_SETTINGS = ("名称 Name", "地方 Place", "取值 Value", "来源 Origin", "有效期 In force", "条款 Article", "核对 Verified")


def _origin(words: Words, articles: Mapping[str, str], row: Row) -> tuple[str, str, str, str]:
    return words.code("basis", row["basis"]), _days(row), articles.get(row["requirement"], ""), row["verified_on"]


def _of_rule(policy: Policy, table: str, rule: str) -> list[Row]:
    return [row for row in policy[table] if row["rule"] == rule]


def _name(words: Words, rule: str, name: str) -> str:
    row = words.named(rule, name)
    return _both(row["name_zh"], row["name_en"])


def _numbers(policy: Policy, words: Words, articles: Mapping[str, str], rule: str) -> Iterator[tuple[str, ...]]:
    for row in _of_rule(policy, "parameters", rule):
        place = words.place(row["jurisdiction"]) + (f" {row['division']}" if row["division"] else "")
        value = words.amount(row["value"], row["unit"])
        yield _name(words, rule, row["name"]), place, value, *_origin(words, articles, row)


def _classes(policy: Policy, words: Words, articles: Mapping[str, str], rule: str) -> Iterator[tuple[str, ...]]:
    for row in _of_rule(policy, "parameter_brackets", rule):
        low = f"{'≥' if row['is_low_inclusive'] == 'true' else '>'} {row['low']}"
        high = f", {'≤' if row['is_high_inclusive'] == 'true' else '<'} {row['high']}" if row["high"] else ""
        value = f"{words.amount(low + high, row['bound_unit'])}: {words.amount(row['value'], row['unit'])}"
        place = words.place(row["jurisdiction"])
        yield _name(words, rule, row["name"]), place, value, *_origin(words, articles, row)


def _sets(policy: Policy, words: Words, articles: Mapping[str, str], rule: str) -> Iterator[tuple[str, ...]]:
    same = ("name", "grouping", "jurisdiction", "valid_from", "valid_to", "basis", "requirement", "verified_on")
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in _of_rule(policy, "parameter_sets", rule):
        groups.setdefault(tuple(row[column] for column in same), []).append(row)
    for rows in groups.values():
        row = rows[0]
        text = words.named(rule, row["name"])
        value = words.members(text["code_list"], (one["member"] for one in rows))
        if row["grouping"]:
            value = f"{words.members('programme', [row['grouping']])}: {value}"
        name = _both(text["name_zh"], text["name_en"])
        yield name, words.place(row["jurisdiction"]), value, *_origin(words, articles, row)


def _conditions(
    policy: Policy, words: Words, articles: Mapping[str, str], places: Sequence[str]
) -> Iterator[tuple[str, ...]]:
    for row in policy["eligibility_residence"]:
        if row["jurisdiction"] in places:
            value = f"{row['hukou_prefix']}; {words.code('residence', row['residence'])}"
            yield (
                _name(words, ELIGIBILITY, "residence"),
                words.place(row["jurisdiction"]),
                value,
                *_origin(words, articles, row),
            )
    for row in policy["eligibility"]:
        if row["jurisdiction"] in places:
            text = words.named(ELIGIBILITY, row["fact"])
            if row["unit"]:
                value = words.amount(row["value"], row["unit"])
            else:
                value = words.members(text["code_list"], row["value"].split("|"))
            alternative = _both(f"第{row['alternative']}种情形", f"alternative {row['alternative']}")
            name = f"{_both(text['name_zh'], text['name_en'])} ({alternative})"
            place = words.place(row["jurisdiction"])
            yield name, place, f"{words.code('comparison', row['comparison'])}: {value}", *_origin(words, articles, row)


def _settings(policy: Policy, words: Words, articles: Mapping[str, str], rule: str, places: Sequence[str]) -> str:
    rows = [
        *_numbers(policy, words, articles, rule),
        *_classes(policy, words, articles, rule),
        *_sets(policy, words, articles, rule),
        *(_conditions(policy, words, articles, places) if rule in ELIGIBILITY_RULES else ()),
    ]
    if not rows:
        return "本规则没有可调设定。\n\nThere is nothing to set."
    explained = [
        f"- {_both(row['name_zh'], row['name_en'])}: {row['explanation_zh']} {row['explanation_en']}"
        for row in policy["parameter_texts"]
        if row["rule"] == rule or (row["rule"] == ELIGIBILITY and rule in ELIGIBILITY_RULES)
    ]
    gaps = [
        f"- {_name(words, rule, row['name']) if row['rule'] == rule else _name(words, ELIGIBILITY, row['name'])}, "
        f"{words.place(row['jurisdiction'])}, {_days(row)}: {row['reason_zh']} {row['reason_en']}"
        for row in policy["intended_gaps"]
        if row["rule"] == rule or (row["rule"] == ELIGIBILITY and rule in ELIGIBILITY_RULES)
    ]
    noted = [
        *(row for table in ("parameters", "parameter_brackets") for row in _of_rule(policy, table, rule)),
        *(row for row in policy["eligibility"] if rule in ELIGIBILITY_RULES and row["jurisdiction"] in places),
        *(
            row
            for row in policy["eligibility_residence"]
            if rule in ELIGIBILITY_RULES and row["jurisdiction"] in places
        ),
    ]
    notes = dict.fromkeys(f"- {words.place(row['jurisdiction'])}: {row['note']}" for row in noted if row["note"])
    parts = [_table(_SETTINGS, rows), "\n".join(explained)]
    if notes:
        parts.append("说明 Notes:\n\n" + "\n".join(notes))
    if gaps:
        parts.append("没有设定的期间 Where nothing is set:\n\n" + "\n".join(gaps))
    return "\n\n".join(parts)


# ---- the example -------------------------------------------------------------------------------------------------


# Divisions of the place in which a case is tried.
_PLACES: Mapping[str, str] = {
    "{county}": "区县 / a county",
    "{other_county}": "另一区县 / another county",
    "{own}": "该例区县 / the case's own county",
    "{city}": "本市 / the city",
    "{elsewhere}": "辖区之外 / elsewhere",
}


def _division_words(text: str) -> str:
    return "|".join(_PLACES.get(part, part) for part in text.strip().split("|"))


def case_rows(text: str) -> list[dict[str, str]]:
    """The rows of a table of a case."""
    lines = "\n".join(line.strip() for line in text.strip().splitlines())
    return [
        {name.strip(): _division_words(cell or "") for name, cell in row.items() if name}
        for row in csv.DictReader(io.StringIO(lines), skipinitialspace=True)
    ]


def first_example(folder: Path) -> Case | None:
    """The first case with a finding, else the first case; None where there are no cases."""
    path = folder / "cases.yml"
    if not path.is_file():
        return None
    cases: list[Case] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return next((case for case in cases if "FAIL" in str(case.get("expect"))), cases[0])


def _label(contract: Contract, column: str, cell: str) -> str:
    code_list = contract.columns[column].code_list if column in contract.columns else None
    code = code_lists().get(code_list or "", {}).get(cell)
    return _both(code.label_zh, code.label_en) if code else cell


def _given(heading: str, text: str) -> str:
    source, _, rest = heading.partition("@")
    contract = load_contracts()[source]
    rows = case_rows(text)
    header = [
        _both(contract.columns[column].zh[0], column.replace("_", " ")) if column in contract.columns else column
        for column in rows[0]
    ]
    date = rest.partition("@")[0]
    title = f"**{_both(contract.zh[0], contract.en)}**" + (f" ({date})" if date else "")
    cells = [[_label(contract, column, cell) for column, cell in row.items()] for row in rows]
    return f"{title}\n\n{_table(header, cells)}"


_EXPECTED: Mapping[str, str] = {
    "subject": "对象 Subject",
    "period": "期间 Period",
    "result": "结果 Result",
    "measure": "数值 Measure",
    "limit": "限值 Limit",
    "amount": "金额 Yuan",
}


def _expected(words: Words, text: str) -> str:
    rows = [
        [words.code("result", row[column]) if column == "result" else row.get(column, "") for column in _EXPECTED]
        for row in case_rows(text)
    ]
    return _table(list(_EXPECTED.values()), rows)


def _example(words: Words, folder: Path) -> str:
    case = first_example(folder)
    if case is None:
        return "尚无示例。\n\nThere is no example yet."
    days = _both(
        f"评价日 {case.get('as_of', '2025-06-30')}",
        f"as of {case.get('as_of', '2025-06-30')}",
    )
    ranges = (
        "\n\n`a01..30` 表示编号01至30的各行，其余相同。 `a01..30` stands for the rows 01 to 30, equal but for their number."
        if any(".." in text for text in case.get("given", {}).values())
        else ""
    )
    given = [_given(heading, text) for heading, text in case.get("given", {}).items()]
    outcome = f"**得到 Gives**\n\n{_expected(words, case['expect'])}"
    return "\n\n".join([f"人工核算 Worked by hand: *{case['case']}* ({days})", *given, outcome]) + ranges


# ---- the page ----------------------------------------------------------------------------------------------------


def _coverage(policy: Policy, words: Words, rule: str) -> str:
    requirements = {row["requirement"]: row for row in policy["requirements"]}
    documents = {row["document"]: row for row in policy["documents"]}
    titles = {row["requirement"]: row for row in policy["requirement_states"]}
    rows = []
    for row in _of_rule(policy, "rule_requirements", rule):
        requirement = requirements[row["requirement"]]
        document = documents[requirement["document"]]
        number = f" {document['number']}" if document["number"] else ""
        title = titles[row["requirement"]]
        rows.append(
            (
                words.place(row["jurisdiction"]),
                f"《{document['title_zh']}》{number} / {document['title_en']}",
                f"{words.code('document_status', document['status'])}, {document['in_force_from']}",
                requirement["article"],
                f"{title['title_zh']} / {title['title_en']}",
                f"“{requirement['quote_zh']}”",
            )
        )
    header = (
        "地方 Place",
        "文件 Document",
        "效力 Status",
        "条款 Article",
        "要求 Requirement",
        "原文 Quotation",
    )
    return _table(header, rows)


def page(policy: Policy, rule: Row, cases: Path) -> str:
    """The page of one rule."""
    words = Words(policy)
    code = rule["rule"]
    (text,) = _of_rule(policy, "rule_texts", code)
    places = policy.places()[code]
    articles = {row["requirement"]: row["article"] for row in policy["requirements"]}
    facts = (
        ("性质 Kind", words.code("kind", rule["kind"])),
        ("对象 Subject", words.subject(rule["subject"])),
        ("期间 Period", words.code("period", rule["period"])),
        ("数值 Measure", _both(rule["measure_zh"], rule["measure"])),
        ("判定 Test", words.code("fails_when", rule["fails_when"])),
        (
            "限值 Limit",
            _name(words, code, rule["limit_parameter"])
            if rule["limit_parameter"]
            else ("0" if rule["fails_when"] != "own" else _both("0，或由数据得出", "0, or taken from the rows")),
        ),
        ("证据 Evidence", _both(rule["evidence_zh"], rule["evidence_en"])),
    )
    sections = (
        ("方法 Method", f"{rule['definition_zh']}\n\n{rule['definition_en']}\n\n{_table(('', ''), facts)}"),
        ("示例 Example", _example(words, cases / code)),
        ("为何重要 Why it matters", f"{text['why_zh']}\n\n{text['why_en']}"),
        ("设定 Settings", _settings(policy, words, articles, code, places)),
        ("不包括 Exclusions", f"{text['exclusions_zh']}\n\n{text['exclusions_en']}"),
        ("假定 Assumptions", f"{text['assumptions_zh']}\n\n{text['assumptions_en']}"),
        ("依据 Coverage", _coverage(policy, words, code)),
    )
    title = f"# {code} {rule['name_zh']} / {rule['name_en']}"
    notice = "<!-- Written by python -m pipelines.rule_pages from seeds/policy and tests/rules; change those. -->"
    body = "\n\n".join(f"## {heading}\n\n{content}" for heading, content in sections)
    return f"{title}\n\n{notice}\n\n{body}\n"


def index(policy: Policy) -> str:
    """The list of all pages."""
    words = Words(policy)
    places = policy.places()
    rows = [
        (
            f"[{row['rule']}]({row['rule']}.md)",
            _both(row["name_zh"], row["name_en"]),
            words.code("kind", row["kind"]),
            "、".join(words.place(place) for place in places[row["rule"]]),
        )
        for row in policy["rules"]
    ]
    table = _table(("规则 Rule", "名称 Name", "性质 Kind", "适用 Applies in"), rows)
    return f"# 规则 Rules\n\n<!-- Written by python -m pipelines.rule_pages. -->\n\n{table}\n"


def generated(seeds: Path = POLICY, cases: Path = CASES) -> dict[str, str]:
    """All pages by the name of their file."""
    policy = load(seeds)
    return {"README.md": index(policy)} | {f"{rule['rule']}.md": page(policy, rule, cases) for rule in policy["rules"]}


def main() -> None:
    """Write all pages."""
    PAGES.mkdir(parents=True, exist_ok=True)
    for name, content in generated().items():
        (PAGES / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
