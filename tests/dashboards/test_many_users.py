"""Many users in one process: what must not happen on the way to a page, because it would stop everybody."""

import ast
from pathlib import Path

import pytest

import dashboards
import pipelines

# A worker of Polars that calls Python waits for the interpreter; a user's thread that holds the interpreter may wait for
# that worker (a table on its way to the screen does). Then the app stands still, and nothing ends it but a kill.
_CALLS_BACK = {"map_elements", "map_batches", "map_groups", "map_rows"}
_HOMES = [Path(str(module.__file__)).parent for module in (dashboards, pipelines)]


@pytest.mark.parametrize(
    "path", [path for home in _HOMES for path in sorted(home.rglob("*.py"))], ids=lambda path: path.stem
)
def test_polars_never_calls_python(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} & _CALLS_BACK
    assert not called, f"{path}: {called}"
