"""Real files for the tests of profiles: they lie beside the project and are never copied into it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from pipelines.landing.folder import land
from pipelines.landing.profiles import load_profiles
from pipelines.paths import PROJECT
from pipelines.vault import PersonKeys, Vault

REAL = PROJECT.parent / "shared" / "real"


@dataclass(frozen=True)
class LandedFiles:
    """What landing made of some files: the table of files, and where the rows are."""

    files: pl.DataFrame
    data: Path

    def rows(self, source: str) -> pl.DataFrame:
        """All loaded rows of a source with the name of their file (`_file`) and its place in the order (`_file_order`)."""
        frames = []
        for file in self.files.filter(pl.col("source") == source).to_dicts():
            parts = sorted((self.data / "raw" / source / file["load_id"]).glob("part-*.parquet"))
            frame = pl.concat(pl.read_parquet(part) for part in parts)
            names = pl.lit(file["file"]).alias("_file"), pl.lit(file["file_order"]).alias("_file_order")
            frames.append(frame.with_columns(names))
        return pl.concat(frames)

    def issues(self, source: str) -> pl.DataFrame:
        """All quarantined rows and emptied cells of a source."""
        paths = sorted((self.data / "raw" / source).glob("*/issues.parquet"))
        return pl.concat(pl.read_parquet(path) for path in paths)


def real_file(name: str) -> Path:
    """A real file; where it is not there, the test says so and is skipped."""
    path = REAL / name
    if not path.exists():
        pytest.skip(f"the real file {name} is not beside the project (../shared/real)")
    return path


@pytest.fixture(scope="module")
def land_real(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., LandedFiles]:
    """Lands real files by the project's own profiles."""

    def run(*names: str) -> LandedFiles:
        folder = tmp_path_factory.mktemp("landed")
        (folder / "landing").mkdir()
        for name in names:
            shutil.copy(real_file(name), folder / "landing" / name)
        keys = PersonKeys("a secret for tests only")
        landed = land(folder / "landing", folder / "data", Vault(folder / "vault"), keys, load_profiles())
        return LandedFiles(landed.files, folder / "data")

    return run
