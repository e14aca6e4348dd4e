"""What reasons, problems and statuses are called in Chinese and English. Source: `seeds/reference/landing_words.csv`."""

import csv
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pipelines.paths import REFERENCE

Language = Literal["zh", "en"]


@dataclass(frozen=True)
class Word:
    """A code in words, and what to do about it."""

    zh: str
    en: str
    advice_zh: str
    advice_en: str

    def said(self, language: Language) -> str:
        """The word in a language."""
        return self.zh if language == "zh" else self.en

    def advice(self, language: Language) -> str:
        """What to do, in a language."""
        return self.advice_zh if language == "zh" else self.advice_en


@cache
def words(kind: Literal["reason", "problem", "status"]) -> dict[str, Word]:
    """All words of a kind by code."""
    with (REFERENCE / "landing_words.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: Word(row["zh"], row["en"], row["advice_zh"], row["advice_en"])
            for row in csv.DictReader(file)
            if row["kind"] == kind
        }
