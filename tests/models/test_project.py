"""The models as a project: what is generated is fresh, unit tests pass, the seeds of policy hold together."""

import csv
from itertools import pairwise
from pathlib import Path

import pytest

from pipelines import modelling
from pipelines.model_sources import generated
from pipelines.paths import POLICY, PROJECT

DOCUMENTS = PROJECT.parent / "shared" / "policy" / "documents"


def rows(name: str) -> list[dict[str, str]]:
    with (POLICY / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_what_is_derived_from_contracts_is_fresh() -> None:
    stale = [path.name for path, content in generated().items() if path.read_text(encoding="utf-8") != content]
    assert stale == [], "run python -m pipelines.model_sources"


def test_unit_tests_of_the_models_pass(tmp_path: Path) -> None:
    assert {node.status for node in modelling.unit_tests(tmp_path).nodes} == {"pass"}


def test_windows_of_a_parameter_do_not_overlap() -> None:
    windows: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for row in rows("parameters"):
        key = (row["rule"], row["jurisdiction"], row["name"])
        windows.setdefault(key, []).append((row["valid_from"], row["valid_to"] or "9999-12-31"))
    for key, found in windows.items():
        ordered = sorted(found)
        assert all(end < start for (_, end), (start, _) in pairwise(ordered)), key


def test_every_parameter_rests_on_a_requirement() -> None:
    known = {row["requirement"] for row in rows("requirements")}
    assert len(known) == 221
    assert {row["requirement"] for row in rows("parameters")} <= known


@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="the policy documents lie beside the project; they are not here")
def test_every_quotation_stands_in_its_document() -> None:
    texts = {path.name: "".join(path.read_text(encoding="utf-8").split()) for path in DOCUMENTS.glob("*.txt")}
    missing = [
        row["requirement"]
        for row in rows("requirements")
        if "".join(row["quote_zh"].split()) not in texts[row["document"]]
    ]
    assert missing == []
