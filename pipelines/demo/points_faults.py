"""Faults of the ledger of silver points."""

from datetime import date, datetime

import polars as pl

from pipelines.demo.places import Setup
from pipelines.demo.visits import mark


def plant_points_faults(
    setup: Setup, points: pl.DataFrame, elders: pl.DataFrame, providers: pl.DataFrame
) -> pl.DataFrame:
    """Points granted wrongly (F10), spent at a shop that is not designated (F11), by the dead (F12) or overdrawn (F13)."""
    if setup.clean:
        return points
    count = setup.repeats(20)
    changed = _misgranted(points, count)
    healthy = points.filter(pl.col("grant_month") == date(2025, 3, 1))["elder_id"]
    dead = elders.filter(pl.col("_registered") & pl.col("_died").is_between(date(2024, 10, 1), date(2025, 5, 31)))
    shop, designated = providers["provider_id"][-1], providers["provider_id"][0]
    rows = []
    for number in range(count):
        rows += [
            ("F11", healthy[3 * number], 900, datetime(2025, 4, 8, 10, number), shop),
            ("F13", healthy[3 * number + 1], 500_000, datetime(2025, 5, 9, 11, number), designated),
        ]
    rows += [
        ("F12", elder, 600, datetime(2025, 6, 11, 9, number), designated)
        for number, elder in enumerate(dead["elder_id"].head(count))
    ]
    extra = pl.DataFrame(rows, schema=["_fault", "elder_id", "points", "occurred_at", "provider_id"], orient="row")
    spent = extra.select(
        entry_id=pl.lit("JF-") + pl.col("_fault") + pl.int_range(pl.len()).cast(pl.String),
        division_code=pl.lit(points["division_code"][0]),
        elder_id="elder_id",
        kind=pl.lit("redeem"),
        points=pl.col("points").cast(pl.Int64),
        occurred_at=pl.col("occurred_at").cast(pl.Datetime("ms")),
        grant_month=pl.lit(None, pl.Date),
        provider_id="provider_id",
        _fault="_fault",
    )
    return pl.concat([changed, spent]).sort("occurred_at", "entry_id")


def _misgranted(points: pl.DataFrame, count: int) -> pl.DataFrame:
    """Grants of February that are too high, and grants of April that are missing (the grant of March bears the mark)."""
    february = points.filter(pl.col("grant_month") == date(2025, 2, 1))
    high = pl.col("entry_id").is_in(february["entry_id"].tail(count).implode())
    unlucky = points.filter(pl.col("grant_month") == date(2025, 4, 1)).tail(count)["elder_id"].implode()
    without = points.filter(
        ~((pl.col("grant_month") == date(2025, 4, 1)) & pl.col("elder_id").is_in(unlucky)).fill_null(False)
    )
    march = (pl.col("grant_month") == date(2025, 3, 1)) & pl.col("elder_id").is_in(unlucky)
    marked = mark(mark(without, high, "F10"), march, "F10")
    return marked.with_columns(points=pl.when(high).then(pl.col("points") + 5_000).otherwise("points"))
