"""The words of reports in both languages: texts in `text/<language>.yml`, names of codes from the publication's own policy
and from the code lists."""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pipelines.contracts import code_lists, load_contracts
from pipelines.reporting.content import Language, clean
from pipelines.reporting.gathering import Gathered
from pipelines.seed_rows import reference_rows

_FOLDER = Path(__file__).with_name("text")
_DIGITS = "零一二三四五六七八九"


@cache
def catalogue(language: Language) -> dict[str, str]:
    """All texts of a language by key."""
    return yaml.safe_load((_FOLDER / f"{language}.yml").read_text(encoding="utf-8"))


@cache
def _landing_words() -> dict[tuple[str, str], dict[str, str]]:
    return {(row["kind"], row["code"]): row for row in reference_rows("landing_words")}


def chinese_number(number: int) -> str:
    """A number from 1 to 99 as it stands before a heading: 三, 十二, 二十."""
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    return f"{_DIGITS[tens] if tens > 1 else ''}十{_DIGITS[ones] if ones else ''}"


@dataclass(frozen=True)
class Words:
    """What things are called in one language."""

    language: Language

    def __call__(self, key: str, /, **values: object) -> str:
        """A text, with values put in."""
        text = catalogue(self.language)[key]
        return text.format(**values) if values else text

    def of(self, row: Any, name: str) -> str:
        """The cell of a row that has one in each language."""
        return row[f"{name}_{self.language}"] or ""

    def heading(self, level: int, number: int, text: str, above: int = 0) -> str:
        """A heading with its number in the manner of the language."""
        if self.language == "zh":
            return f"{chinese_number(number)}、{text}" if level == 1 else f"（{chinese_number(number)}）{text}"
        return f"{number}. {text}" if level == 1 else f"{above}.{number} {text}"

    def day(self, day: dt.date) -> str:
        """A day as it stands in a sentence."""
        return f"{day.year}年{day.month}月{day.day}日" if self.language == "zh" else f"{day.day} {day:%B} {day.year}"

    def quarter(self, quarter: str) -> str:
        """A quarter, known as 2025-Q1, as it stands in a sentence."""
        year, _, number = quarter.partition("-Q")
        return f"{year}年第{chinese_number(int(number))}季度" if self.language == "zh" else f"{year} Q{number}"

    def code(self, code_list: str, code: str | None) -> str:
        """The label of a code; `not stated` where there is none."""
        if code is None:
            return self("not_stated")
        found = code_lists().get(code_list, {}).get(code)
        if found is None:
            return clean(code)
        return found.label_zh if self.language == "zh" else found.label_en

    def source(self, source: str | None) -> str:
        """The name of a source."""
        if source is None or source not in load_contracts():
            return self("unknown_source")
        contract = load_contracts()[source]
        return contract.zh[0] if self.language == "zh" else contract.en

    def column(self, source: str, column: str) -> str:
        """The name of a column of a source. Person keys have one of their own: the contract names the number behind them."""
        own = catalogue(self.language).get(f"column_{column}")
        contract = load_contracts().get(source)
        if own or contract is None or column not in contract.columns:
            return own or column
        named = contract.columns[column]
        return named.zh[0] if self.language == "zh" else column.replace("_", " ")

    def landing(self, kind: str, code: str) -> str:
        """A reason, problem or status of landing, in words."""
        row = _landing_words().get((kind, code))
        return row[self.language] if row else code

    def policy(self, gathered: Gathered, code_list: str, code: str) -> str:
        """A code of the tables of policy, in words."""
        row = gathered.words.get((code_list, code))
        return row[f"text_{self.language}"] if row else code

    def unit(self, gathered: Gathered, unit: str | None) -> str:
        """A unit of the policy as it is written in this language."""
        row = gathered.units.get(unit or "")
        return row[f"unit_{self.language}"] if row else (unit or "")
