"""The models as a project: what is generated is fresh, unit tests pass."""

from pathlib import Path

import duckdb
import pytest

from pipelines import modelling
from pipelines.model_sources import generated


def test_what_is_derived_from_contracts_is_fresh() -> None:
    stale = [path.name for path, content in generated().items() if path.read_text(encoding="utf-8") != content]
    assert stale == [], "run python -m pipelines.model_sources"


def test_unit_tests_of_the_models_pass(tmp_path: Path) -> None:
    assert {node.status for node in modelling.unit_tests(tmp_path).nodes} == {"pass"}


def test_a_build_leaves_memory_to_others() -> None:
    def bytes_of(limit: str) -> float:
        with duckdb.connect(config={"memory_limit": limit} if limit else {}) as connection:
            (told,) = connection.execute("select current_setting('memory_limit')").fetchone() or ("",)
        amount, unit = told.split()
        return float(amount) * {"MiB": 1, "GiB": 1024, "TiB": 1024**2}[unit]

    assert bytes_of(modelling.build_memory()) / bytes_of("") == pytest.approx(0.5 / 0.8, rel=0.02)
