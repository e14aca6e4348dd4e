"""What people decided: the register of requirements is whole, and no parameter reaches beyond its place and its days."""

import csv
from pathlib import Path

import pytest

from pipelines.paths import POLICY, PROJECT

SHARED = PROJECT.parent / "shared" / "policy"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.skipif(not SHARED.is_dir(), reason="the policy documents are not beside the project")
def test_requirements_are_those_of_the_register() -> None:
    assert _rows(POLICY / "requirements.csv") == _rows(SHARED / "requirements.csv")


def test_parameters_rest_on_a_requirement_of_their_own_place() -> None:
    documents = {row["jurisdiction"]: row["document"] for row in _rows(POLICY / "jurisdictions.csv")}
    requirements = {row["requirement"]: row["document"] for row in _rows(POLICY / "requirements.csv")}
    for row in _rows(POLICY / "parameters.csv"):
        if row["requirement"]:
            assert requirements[row["requirement"]] == documents[row["jurisdiction"]], row
        else:
            assert row["basis"] == "local", row


def test_no_rule_is_in_force_before_its_document() -> None:
    first_days = {row["jurisdiction"]: row["in_force_from"] for row in _rows(POLICY / "jurisdictions.csv")}
    assert [
        row for row in _rows(POLICY / "parameters.csv") if row["valid_from"] < first_days[row["jurisdiction"]]
    ] == []
