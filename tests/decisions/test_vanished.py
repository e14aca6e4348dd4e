"""Why a finding with a decision is gone: one difference at a time between two made-up publications, then several."""

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.decisions import Ask, Store, open_store
from pipelines.decisions.vanished import Vanished, vanished
from pipelines.publishing import Publication
from tests.decisions.conftest import finding

GONE, STAYS = finding(1, "E01"), finding(2, "E01")
FINDINGS = pl.DataFrame(
    {
        "finding_id": [GONE.finding_id, STAYS.finding_id],
        "rule": ["E01", "E01"],
        "jurisdiction": ["jincheng", "jincheng"],
        "judged_on": [dt.date(2025, 3, 31), dt.date(2025, 3, 31)],
    }
)
POLICY = {
    "policy_rules": pl.DataFrame(
        {
            "rule": ["E01", "E02"],
            "kind": "breach",
            "subject": "elder",
            "period": "month",
            "measure": "m",
            "fails_when": "over",
            "limit_parameter": "",
            "definition_en": "words",
        }
    ),
    "policy_rule_requirements": pl.DataFrame({"rule": ["E01"], "jurisdiction": ["jincheng"], "requirement": ["r1"]}),
    "policy_parameters": pl.DataFrame(
        {"rule": ["E01", "E02", "E01"], "jurisdiction": ["jincheng", "jincheng", "wuhai"], "value": [1, 1, 1]}
    ),
    "policy_eligibility": pl.DataFrame({"jurisdiction": ["jincheng", "wuhai"], "value": ["60", "80"]}),
    "policy_jurisdictions": pl.DataFrame({"jurisdiction": ["jincheng"], "in_force_from": ["2023-01-01"]}),
}
NOTHING = FINDINGS.clear()


class Kept:
    """Publications in a folder, each like the one before but for what is changed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.kept, self.made = folder, list[Publication](), 0

    def publish(self, findings: pl.DataFrame, changed: dict[str, pl.DataFrame] | None = None, **manifest: Any) -> None:
        self.made += 1
        number = self.made
        home = self.folder / f"{number:06d}"
        home.mkdir()
        tables = {"findings": findings, "exempted_findings": NOTHING, "finding_history": FINDINGS, **POLICY}
        for name, frame in {**tables, **(changed or {})}.items():
            frame.write_parquet(home / f"{name}.parquet")
        said = {
            "run": f"{number:06d}-20250630-aaaaaaaaaaaa",
            "as_of": "2025-06-30",
            "period_start": "2025-01-01",
            "inputs": [{"file": "a.csv", "sha256": "1"}],
        }
        self.kept.append(Publication(home, {**said, **manifest}))

    def ask(self, store: Store) -> list[Vanished]:
        return vanished(store, self.kept[-1], self.kept)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    found = Kept(tmp_path)
    found.publish(FINDINGS)
    return found


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = open_store(tmp_path)
    for one in (GONE, STAYS):
        made.decide(Ask(one, "to_check"), "checking", "核查", "audit@example.org")
    return made


LEFT = FINDINGS.filter(pl.col("finding_id") == STAYS.finding_id)
PARAMETERS = POLICY["policy_parameters"]


def test_what_is_still_there_has_not_vanished(kept: Kept, store: Store) -> None:
    kept.publish(FINDINGS)
    assert kept.ask(store) == []


@pytest.mark.parametrize(
    ("changed", "manifest", "why"),
    [
        ({"exempted_findings": FINDINGS}, {}, "exempted"),
        ({}, {"period_start": "2025-04-01"}, "out_of_period"),
        ({}, {"as_of": "2025-03-30"}, "out_of_period"),
        ({"policy_parameters": PARAMETERS.with_columns(value=pl.Series([2, 1, 1]))}, {}, "parameter_changed"),
        ({"policy_parameters": PARAMETERS.head(0)}, {}, "parameter_changed"),
        ({"policy_rule_requirements": POLICY["policy_rule_requirements"].head(0)}, {}, "rule_changed"),
        ({"policy_rules": POLICY["policy_rules"].with_columns(fails_when=pl.lit("under"))}, {}, "rule_changed"),
        ({"policy_eligibility": POLICY["policy_eligibility"].with_columns(value=pl.lit("65"))}, {}, "rule_changed"),
        ({}, {"inputs": [{"file": "a.csv", "sha256": "2"}]}, "data_changed"),
        ({}, {"as_of": "2025-07-31"}, "day_changed"),
        ({}, {}, "program_changed"),
        ({"policy_parameters": PARAMETERS.with_columns(value=pl.Series([1, 2, 2]))}, {}, "program_changed"),
        ({"policy_rules": POLICY["policy_rules"].with_columns(definition_en=pl.lit("other"))}, {}, "program_changed"),
    ],
)
def test_one_reason(
    kept: Kept, store: Store, changed: dict[str, pl.DataFrame], manifest: dict[str, Any], why: str
) -> None:
    kept.publish(LEFT, changed, **manifest)
    (gone,) = kept.ask(store)
    assert (gone.finding_id, gone.state, gone.last_run) == (GONE.finding_id, "checking", "000001-20250630-aaaaaaaaaaaa")
    assert (gone.why, gone.also) == (why, ())


def test_several_reasons_are_all_named_and_none_is_claimed(kept: Kept, store: Store) -> None:
    other = {"policy_parameters": PARAMETERS.with_columns(value=pl.lit(9))}
    kept.publish(LEFT, other, as_of="2025-07-31", inputs=[])
    (gone,) = kept.ask(store)
    assert (gone.why, gone.also) == ("parameter_changed", ("data_changed", "day_changed"))
    assert gone.in_words("zh").startswith("可能原因：")
    assert gone.in_words("en").startswith("possible reasons: ")


def test_it_is_laid_beside_the_newest_publication_that_had_it(kept: Kept, store: Store) -> None:
    kept.publish(FINDINGS, inputs=[])
    kept.publish(LEFT, inputs=[])
    kept.publish(LEFT, inputs=[], as_of="2025-07-31")
    (gone,) = kept.ask(store)
    assert (gone.last_run, gone.why, gone.also) == ("000002-20250630-aaaaaaaaaaaa", "day_changed", ())


def test_what_cannot_be_compared_is_said(kept: Kept, store: Store) -> None:
    kept.publish(LEFT, inputs=[])
    kept.kept = kept.kept[1:]
    (gone,) = kept.ask(store)
    assert (gone.why, gone.last_run) == ("not_kept", None)
    kept.publish(LEFT, {"finding_history": NOTHING})
    kept.kept = kept.kept[1:]
    (gone,) = kept.ask(store)
    assert gone.why == "unknown"
