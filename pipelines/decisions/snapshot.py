"""What a run takes from the store: the verdicts, and where the chain ended when they were read."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from pipelines.decisions.chain import Head

VERDICT_COLUMNS = {"finding_id": pl.String, "verdict": pl.String, "decided_at": pl.Datetime("us")}


def moments(column: str) -> pl.Expr:
    """Times as the store writes them, as UTC without a zone."""
    return pl.col(column).str.to_datetime("%Y-%m-%dT%H:%M:%S%.6fZ", time_unit="us")


def verdict_frame(rows: Iterable[tuple[str, str, str]]) -> pl.DataFrame:
    """Verdicts as the models take them."""
    raw = pl.DataFrame(list(rows), schema=dict.fromkeys(VERDICT_COLUMNS, pl.String), orient="row")
    return raw.with_columns(moments("decided_at")).sort("finding_id")


@dataclass(frozen=True)
class Snapshot:
    """The chain's head, and the verdicts at that moment (finding_id, verdict, decided_at)."""

    head: Head
    verdicts: pl.DataFrame

    @classmethod
    def nothing(cls) -> "Snapshot":
        """Nobody has decided anything."""
        return cls(Head(), verdict_frame([]))

    def write(self, folder: Path) -> None:
        """Leave it for a later step."""
        self.verdicts.write_parquet(folder / "verdicts.parquet")
        (folder / "decisions.json").write_text(json.dumps(asdict(self.head)), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Snapshot":
        """What an earlier step left."""
        head = Head(**json.loads((folder / "decisions.json").read_text(encoding="utf-8")))
        return cls(head, pl.read_parquet(folder / "verdicts.parquet"))
