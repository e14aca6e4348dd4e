"""The models as a project: what is generated is fresh, unit tests pass."""

from pathlib import Path

from pipelines import modelling
from pipelines.model_sources import generated


def test_what_is_derived_from_contracts_is_fresh() -> None:
    stale = [path.name for path, content in generated().items() if path.read_text(encoding="utf-8") != content]
    assert stale == [], "run python -m pipelines.model_sources"


def test_unit_tests_of_the_models_pass(tmp_path: Path) -> None:
    assert {node.status for node in modelling.unit_tests(tmp_path).nodes} == {"pass"}
