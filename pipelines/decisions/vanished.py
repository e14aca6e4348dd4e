"""Findings on which somebody decided and which the current publication no longer has, and why, as far as that can be told.

The last publication kept that had a finding is laid beside the current one: what of the two differs is the possible reasons.
One difference is a reason; where there are several, the first is the nearest to the finding and the others are named too.
"""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import polars as pl

from pipelines.decisions.store import Store
from pipelines.policy import ELIGIBILITY_RULES
from pipelines.publishing import Publication

Why = Literal[
    "exempted",
    "out_of_period",
    "parameter_changed",
    "rule_changed",
    "data_changed",
    "day_changed",
    "program_changed",
    "not_kept",
    "unknown",
]

WORDS: dict[Why, tuple[str, str]] = {
    "exempted": ("已依文件豁免", "exempted by a document"),
    "out_of_period": ("不在本次评价期间内", "outside the period that is evaluated now"),
    "parameter_changed": ("本规则在当地的参数有变", "a parameter of the rule in this place changed"),
    "rule_changed": ("本规则或其依据、适用条件有变", "the rule, what it rests on or whom it applies to changed"),
    "data_changed": ("报送数据有变", "the data sent changed"),
    "day_changed": ("评价日有变", "the day of evaluation changed"),
    "program_changed": ("计算程序有变", "the program changed"),
    "not_kept": ("曾经列出，但当时的发布已不保留", "listed once, but no publication with it is kept"),
    "unknown": ("本数据目录的发布从未列出", "no publication of this data folder ever listed it"),
}  # fmt: skip

_PARAMETERS = ("policy_parameters", "policy_parameter_sets", "policy_parameter_brackets")
_RULE_COLUMNS = ("kind", "subject", "period", "measure", "fails_when", "limit_parameter")


@dataclass(frozen=True)
class Vanished:
    """A finding with a decision that is gone. `last_run`: the newest publication kept that had it."""

    finding_id: str
    state: str
    decided_at: dt.datetime
    last_run: str | None
    why: Why
    also: tuple[Why, ...]

    def in_words(self, language: Literal["zh", "en"]) -> str:
        """Why it is gone; where several things changed, which of them decided is not claimed."""
        place = 0 if language == "zh" else 1
        text = WORDS[self.why][place]
        others = [WORDS[one][place] for one in self.also]
        if not others:
            return text
        return (
            f"可能原因：{'；'.join([text, *others])}"
            if place == 0
            else f"possible reasons: {'; '.join([text, *others])}"
        )


@cache
def _table(folder: Path, name: str) -> pl.DataFrame | None:
    path = folder / f"{name}.parquet"
    return pl.read_parquet(path) if path.exists() else None


def _rows(folder: Path, name: str, **wanted: str) -> pl.DataFrame | None:
    frame = _table(folder, name)
    if frame is None or not set(wanted) <= set(frame.columns):
        return None
    return frame.filter(*(pl.col(column) == value for column, value in wanted.items()))


def _differs(one: pl.DataFrame | None, other: pl.DataFrame | None) -> bool:
    """Whether two tables say something else; a table that one of them does not have says nothing."""
    if one is None or other is None:
        return False
    return json.dumps(sorted(map(str, one.rows()))) != json.dumps(sorted(map(str, other.rows())))


def _rule_changed(before: Path, now: Path, rule: str, place: str) -> bool:
    def rule_row(folder: Path) -> pl.DataFrame | None:
        found = _rows(folder, "policy_rules", rule=rule)
        return None if found is None else found.select(_RULE_COLUMNS)

    asked = [
        ("policy_rule_requirements", {"rule": rule, "jurisdiction": place}),
        ("policy_jurisdictions", {"jurisdiction": place}),
    ]
    if rule in ELIGIBILITY_RULES:
        asked += [(name, {"jurisdiction": place}) for name in ("policy_eligibility", "policy_eligibility_residence")]
    return _differs(rule_row(before), rule_row(now)) or any(
        _differs(_rows(before, name, **wanted), _rows(now, name, **wanted)) for name, wanted in asked
    )


def _parameter_changed(before: Path, now: Path, rule: str, place: str) -> bool:
    wanted = {"rule": rule, "jurisdiction": place}
    return any(_differs(_rows(before, name, **wanted), _rows(now, name, **wanted)) for name in _PARAMETERS)


def _contents(publication: Publication) -> set[tuple[str, str]]:
    return {(one["file"], one["sha256"]) for one in publication.manifest["inputs"]}


def _differences(before: Publication, now: Publication, finding: dict[str, Any]) -> Iterator[Why]:
    """What differs, the nearest to the finding first."""
    judged = finding["judged_on"].isoformat()
    if not now.manifest["period_start"] <= judged <= now.manifest["as_of"]:
        yield "out_of_period"
        return
    rule, place = finding["rule"], finding["jurisdiction"]
    if _parameter_changed(before.folder, now.folder, rule, place):
        yield "parameter_changed"
    if _rule_changed(before.folder, now.folder, rule, place):
        yield "rule_changed"
    if _contents(before) != _contents(now):
        yield "data_changed"
    if before.manifest["as_of"] != now.manifest["as_of"]:
        yield "day_changed"


def _has(publication: Publication, finding_id: str, table: str = "findings") -> dict[str, Any] | None:
    found = _rows(publication.folder, table, finding_id=finding_id)
    return found.row(0, named=True) if found is not None and found.height else None


def _explained(finding_id: str, now: Publication, kept: list[Publication]) -> tuple[str | None, tuple[Why, ...]]:
    """The last publication that had a finding, and what may be why it is gone."""
    last = next(
        ((one, found) for one in reversed(kept) if one.folder != now.folder and (found := _has(one, finding_id))), None
    )
    run = last[0].manifest["run"] if last else None
    if _has(now, finding_id, "exempted_findings"):
        return run, ("exempted",)
    if last is None:
        return None, ("not_kept",) if _has(now, finding_id, "finding_history") else ("unknown",)
    # The program's fingerprint holds the policy too: only where nothing else differs is it the program itself.
    return run, tuple(_differences(last[0], now, last[1])) or ("program_changed",)


def vanished(store: Store, now: Publication, kept: list[Publication]) -> list[Vanished]:
    """All findings with a decision that are not in the publication `now`. `kept`: the publications that are kept, the oldest
    first."""
    listed = _table(now.folder, "findings")
    ids = set() if listed is None else set(listed["finding_id"])
    try:
        gone = []
        for finding_id, state, _, decided_at, _ in store.states().iter_rows():
            if finding_id not in ids:
                run, whys = _explained(finding_id, now, kept)
                gone.append(Vanished(finding_id, state, decided_at, run, whys[0], whys[1:]))
        return gone
    finally:
        _table.cache_clear()
