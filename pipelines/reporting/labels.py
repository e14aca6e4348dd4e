"""What a report calls rules, articles, subjects and states. No figure is worked out here."""

import json
from collections.abc import Mapping
from typing import Any

from pipelines.contracts import load_contracts
from pipelines.decisions import all_states
from pipelines.divisions import find, name_of
from pipelines.reporting.content import Cell, clean, plain_number
from pipelines.reporting.gathering import Gathered
from pipelines.reporting.wording import Words

FAMILIES = "ESQPFCDA"
# Verdicts that leave nothing to be checked or mended; findings with them stand in the annex only.
SETTLED = frozenset({"not_upheld", "data_error"})
_KEY_SHOWN = 8
_COUNTY = 6
_PEOPLE = frozenset({"elder", "worker"})
_CODED = {"programme": "programme", "purpose": "purpose"}


def provider_name(gathered: Gathered, provider: str) -> str:
    """The name of a provider, or its code."""
    return clean(gathered.names.get(provider, provider))


def _is_person_key(value: str) -> bool:
    return len(value) == 24 and set(value) <= set("0123456789abcdef")


def _part(gathered: Gathered, words: Words, kind: str, value: str) -> str:
    if kind in _PEOPLE or (kind == "payee" and _is_person_key(value)):
        return words("person", kind=words.policy(gathered, "subject", kind), key=value[:_KEY_SHOWN])
    if kind in _CODED:
        return words.code(_CODED[kind], value)
    if kind == "division_code":
        return name_of(value, words.language, full=False) or value
    return clean(gathered.names.get(value, value))


def subject(gathered: Gathered, words: Words, finding: Mapping[str, Any]) -> str:
    """Whom or what a finding is about."""
    kinds = gathered.rules[finding["rule"]]["subject"].split("|")
    values = finding["subject"].split("|")
    if len(kinds) != len(values):
        return clean(finding["subject"])
    return words("comma").join(
        _part(gathered, words, kind, value) for kind, value in zip(kinds, values, strict=True) if value
    )


def state(words: Words, finding: Mapping[str, Any]) -> str:
    """The verdict on a finding, or the state in which it is."""
    code = finding["verdict"] or finding["state"]
    found = all_states().get(code)
    if found is None:
        return code
    return found.name_zh if words.language == "zh" else found.name_en


def caps(words: Words, reason: Cell) -> str | None:
    """The upheld findings that hold a grade down."""
    return words("comma").join(clean(str(reason)).split("|")) if reason else None


def document(words: Words, row: Mapping[str, Any], *, numbered: bool = True) -> str:
    """A document's title with its number; `row` has document_zh, document_en and number."""
    title = words("joined_document", title=row[f"document_{words.language}"])
    return title + (words("joined_number", number=row["number"]) if numbered and row["number"] else "")


def article(gathered: Gathered, words: Words, requirement: str, *, quoted: bool = False) -> str:
    """An article with its document, and its words where they are wanted."""
    row = gathered.requirements[requirement]
    form = "article" if quoted else "article_short"
    return words(form, document=document(words, row), article=row["article"], quotation=row["quote_zh"])


def articles(gathered: Gathered, words: Words, rule: str, *, quoted: bool = False, numbered: bool = True) -> str:
    """The articles on which a rule rests in the place; each document is named once."""
    found: dict[str, list[str]] = {}
    for row in gathered.articles.get(rule, ()):
        named = gathered.requirements[row["requirement"]]
        said = row["article"] + (f"“{row['quote_zh']}”" if quoted else "")
        found.setdefault(document(words, named, numbered=numbered), []).append(said)
    comma = "" if words.language == "zh" else ", "
    return words("comma").join(
        f"{name}{comma}{words('comma').join(dict.fromkeys(said))}" for name, said in found.items()
    )


def measure(gathered: Gathered, words: Words, rule: str) -> tuple[str, str]:
    """What a rule compares, and its unit."""
    row = gathered.rules[rule]
    name = row["measure_zh"] if words.language == "zh" else row["measure"]
    return name, words.unit(gathered, row["measure_unit"])


def parameter_name(words: Words, row: Mapping[str, Any]) -> str:
    """What a parameter is called."""
    return words.of(row, "name") or row["name"]


def parameter_member(words: Words, row: Mapping[str, Any]) -> str | None:
    """For whom a number holds, or the member of a set, in words."""
    if row["member"] is None:
        return None
    if row["code_list"]:
        return " ".join(words.code(row["code_list"], part) for part in row["member"].split(" "))
    return name_of(row["member"], words.language, full=False) if row["member"].isdigit() else row["member"]


def _fact(words: Words, source: str, column: str, value: Any) -> str:
    contract = load_contracts().get(source)
    code_list = contract.columns[column].code_list if contract and column in contract.columns else None
    if isinstance(value, list):
        return words("comma").join(words.code(code_list, one) if code_list else clean(str(one)) for one in value)
    if isinstance(value, bool):
        return words("is_true" if value else "is_false")
    if isinstance(value, float | int):
        return plain_number(value, 6).replace(",", "")
    return words.code(code_list, value) if code_list else clean(str(value))


def facts(words: Words, source: str, text: str | None) -> str:
    """What a row behind a finding says, in one line."""
    said: dict[str, Any] = json.loads(text) if text else {}
    mark, colon = ("；", "：") if words.language == "zh" else ("; ", ": ")
    return mark.join(
        f"{words.column(source, column)}{colon}{_fact(words, source, column, value)}"
        for column, value in said.items()
        if value not in (None, [], "") and not column.endswith("_is_complete")
    )


def place(words: Words, county: str | None, street: str | None) -> str:
    """A county or a street; a street that no table names stands with its code, one that is not stated says so."""
    if street is None:
        return (name_of(county, words.language, full=False) or county) if county else words("whole_place")
    named = find(street)
    name = name_of(street, words.language, full=False) or street
    if len(street) <= _COUNTY:
        return words("street_not_stated", county=name)
    return name if named and named.code == street else words("street_coded", county=name, street=street)


_GROUPS = {"category": "elder_category", "living": "living_arrangement"}


def group(gathered: Gathered, words: Words, dimension: str, people: str) -> str:
    """A group of people by age, category or living arrangement."""
    if dimension == "all":
        return words("group_all")
    if people == "unknown":
        return words("not_stated")
    if dimension != "age":
        return words(f"group_{people}") if people in {"none", "several"} else words.code(_GROUPS[dimension], people)
    low = int(people)
    older = next((band for band in gathered.age_bands if band > low), None)
    if older is None:
        return words("age_from", low=low)
    return words("age_band", low=low, high=older - 1) if low else words("age_below", high=older)


def score_name(gathered: Gathered, words: Words, kind: str, code: str) -> str:
    """What a domain or a measure of the scores is called."""
    row = gathered.score_names.get((kind, code))
    return words.of(row, "name") if row else code


def sourced(row: Mapping[str, Any]) -> tuple[Cell, Cell, Cell]:
    """Where a row of evidence stands."""
    return clean(row["file"]), clean(row["sheet"]) or None, row["line"]


def stands(words: Words, row: Mapping[str, Any]) -> str:
    """Where a row of evidence stands, in words."""
    file, sheet, line = sourced(row)
    return words("stands_sheet", file=file, sheet=sheet, line=line) if sheet else words("stands", file=file, line=line)


def years(gathered: Gathered) -> str:
    """The years that the period touches: 2025, or 2024–2025."""
    first, last = gathered.covered.first.year, gathered.covered.last.year
    return f"{first}" if first == last else f"{first}–{last}"
