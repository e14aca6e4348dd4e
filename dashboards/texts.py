"""The texts of the app in both languages. Each stands once, in `text/<language>.yml`; codes have theirs in the seeds."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

from pipelines.contracts import code_lists, load_contracts
from pipelines.decisions import all_states
from pipelines.seed_rows import policy_rows, reference_rows

Language = Literal["zh", "en"]
LANGUAGES: dict[str, Language] = {"中文": "zh", "English": "en"}
_FOLDER = Path(__file__).with_name("text")


@cache
def catalogue(language: Language) -> dict[str, str]:
    """All texts of a language by key."""
    return yaml.safe_load((_FOLDER / f"{language}.yml").read_text(encoding="utf-8"))


@cache
def widget_words() -> dict[str, str]:
    """Words of Streamlit's own widgets in Chinese, by the English ones."""
    return yaml.safe_load((_FOLDER / "widgets.yml").read_text(encoding="utf-8"))


@cache
def _landing_words() -> dict[tuple[str, str], dict[str, str]]:
    return {(row["kind"], row["code"]): row for row in reference_rows("landing_words")}


@cache
def _jurisdictions() -> dict[str, dict[str, str]]:
    return {row["jurisdiction"]: row for row in policy_rows("jurisdictions")}


@cache
def _units() -> dict[str, dict[str, str]]:
    return {row["unit"]: row for row in policy_rows("unit_texts")}


@cache
def _policy_words() -> dict[tuple[str, str], dict[str, str]]:
    return {(row["list"], row["code"]): row for row in policy_rows("policy_words")}


@dataclass(frozen=True)
class Words:
    """What things are called in one language."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """A text, with values put in."""
        text = catalogue(self.language)[key]
        return text.format(**values) if values else text

    def code(self, code_list: str, code: str | None) -> str:
        """The label of a code; 'not stated' where there is none."""
        if code is None:
            return self("not_stated")
        found = code_lists()[code_list].get(code)
        if found is None:
            return code
        return found.label_zh if self.language == "zh" else found.label_en

    def unit(self, unit: str) -> str:
        """A unit of the seeds as it is written in this language."""
        row = _units().get(unit)
        return row[f"unit_{self.language}"] if row else unit

    def pick(self, zh: str | None, en: str | None) -> str:
        """Whichever of two texts is of this language."""
        return (zh if self.language == "zh" else en) or ""

    def with_unit(self, label: str, unit: str) -> str:
        """A label and its unit in brackets."""
        return f"{label}（{unit}）" if self.language == "zh" else f"{label} ({unit})"

    def named(self, name: str, text: str) -> str:
        """A text under its name."""
        return f"{name}：{text}" if self.language == "zh" else f"{name}: {text}"

    def joined(self, parts: Iterable[str]) -> str:
        """Several words as one list."""
        return ("、" if self.language == "zh" else ", ").join(parts)

    def policy(self, code_list: str, code: str) -> str:
        """A code of the tables of policy, such as the kind of a finding."""
        row = _policy_words().get((code_list, code))
        return row[f"text_{self.language}"] if row else code

    def subject(self, subject: str) -> str:
        """Whom or what a finding is about; parts are joined with |."""
        return self.joined(self.policy("subject", part) for part in subject.split("|"))

    def decision(self, state: str) -> str:
        """A state of decision."""
        found = all_states().get(state)
        return self.pick(found.name_zh, found.name_en) if found else state

    def source(self, source: str | None) -> str:
        """The name of a source."""
        if source is None or source not in load_contracts():
            return source or self("unknown_source")
        contract = load_contracts()[source]
        return contract.zh[0] if self.language == "zh" else contract.en

    def column(self, source: str | None, column: str | None) -> str:
        """The name of a column of a source, as its contract calls it."""
        contract = load_contracts().get(source or "")
        known = contract.columns.get(column or "") if contract else None
        return self.pick(known.zh[0], known.name) if known else column or ""

    def landing(self, kind: str, code: str) -> str:
        """A reason, problem or status of landing, in words."""
        row = _landing_words().get((kind, code))
        return row[self.language] if row else code

    def jurisdiction(self, jurisdiction: str | None) -> str:
        """The name of a policy's place."""
        row = _jurisdictions().get(jurisdiction or "")
        return row[f"name_{self.language}"] if row else self("no_jurisdiction")
