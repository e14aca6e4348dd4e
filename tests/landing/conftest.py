"""A landing folder to write files into, and a way to land it."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipelines.landing.folder import Landed, land
from pipelines.landing.profiles import Profile
from pipelines.vault import PersonKeys, Vault


class Office:
    """An office that sends files, and the warehouse that takes them in."""

    def __init__(self, folder: Path) -> None:
        self.landing, self.data = folder / "landing", folder / "data"
        self.landing.mkdir(parents=True)
        self.vault = Vault(self.data / "vault")
        self.profiles: list[Profile] = []

    def send(self, name: str, content: str | bytes) -> Path:
        path = self.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def land(self) -> Landed:
        return land(self.landing, self.data, self.vault, PersonKeys("a key for tests"), self.profiles)

    def rows(self, landed: Landed, source: str) -> pl.DataFrame:
        """The accepted rows of all files of a source that count."""
        loads = landed.files.filter((pl.col("source") == source) & (pl.col("status") == "loaded"))["load_id"].unique()
        parts = [part for load in loads.sort() for part in sorted((self.data / "raw" / source / load).glob("part-*"))]
        return pl.concat([pl.read_parquet(part) for part in parts]) if parts else pl.DataFrame()

    def issues(self, landed: Landed, name: str) -> list[tuple[int, str, str, str]]:
        """Line, column, reason and level of everything that was wrong in a file."""
        row = landed.files.row(by_predicate=pl.col("file") == name, named=True)
        path = self.data / "raw" / row["source"] / row["load_id"] / "issues.parquet"
        return pl.read_parquet(path).select("line", "column", "reason", "level").rows()


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.fixture
def new_office(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Office]:
    return lambda: Office(tmp_path_factory.mktemp("office"))
