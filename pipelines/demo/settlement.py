"""Settlement lines of the visits of a month, a batch for each provider and month, with the faults of settling."""

from datetime import date

import numpy as np
import polars as pl

from pipelines.demo.identifiers import add_months
from pipelines.demo.places import Setup
from pipelines.demo.visits import Community, mark

BATCH_COLUMNS = ("batch_id", "provider_id", "division_code", "service_month", "amount", "_provider")


def make_lines(community: Community, visits: pl.DataFrame, month: date) -> pl.DataFrame:
    """One line for every public visit of the month, equal to the visit."""
    prefix = f"JS{community.place.division}-{month:%Y%m}-"
    lines = visits.filter(pl.col("subsidy_amount") > 0).select(
        line_id=pl.lit("M") + pl.col("visit_id"),
        batch_id=pl.lit(prefix) + pl.col("_provider").cast(pl.String).str.zfill(3),
        programme="programme",
        division_code="division_code",
        provider_id="provider_id",
        visit_id="visit_id",
        service_month=pl.lit(month),
        hours=(pl.col("_minutes") / 60).round(2),
        amount="subsidy_amount",
        _minutes="_minutes",
        _provider="_provider",
        _fault=pl.lit(None, pl.String),
    )
    return lines if community.setup.clean else _plant(community, lines, month)


def _plant(community: Community, lines: pl.DataFrame, month: date) -> pl.DataFrame:
    """Lines without a visit (P01), other amounts (P02), lines settled twice (P03) and moved to the next month (Q04)."""
    setup, slug = community.setup, community.place.slug
    if month == date(2025, 2, 1) and slug in {"wuhai", "jincheng"}:
        ghosts = _some(setup, lines, slug, "P01").with_columns(
            line_id=pl.col("line_id") + "P01", visit_id=pl.col("visit_id") + "9", _fault=pl.lit("P01")
        )
        lines = pl.concat([lines, ghosts])
    if month == date(2025, 3, 1) and slug in {"wuhai", "jincheng"}:
        chosen = pl.col("line_id").is_in(_some(setup, lines, slug, "P02")["line_id"].implode())
        lines = mark(lines, chosen, "P02").with_columns(
            amount=pl.when(chosen).then((pl.col("amount") * 1.4).round(2)).otherwise("amount")
        )
    if month == date(2025, 4, 1) and slug != "nangang":
        twice = _some(setup, lines, slug, "P03").with_columns(line_id=pl.col("line_id") + "P03", _fault=pl.lit("P03"))
        lines = pl.concat([lines, twice])
    if month == date(2025, 1, 1) and slug == "jincheng":
        chosen = pl.col("line_id").is_in(_some(setup, lines, slug, "Q04")["line_id"].implode())
        later = pl.lit(add_months(month, 1))
        lines = mark(lines, chosen, "Q04").with_columns(
            service_month=pl.when(chosen).then(later).otherwise("service_month")
        )
    return lines


def _some(setup: Setup, lines: pl.DataFrame, slug: str, code: str) -> pl.DataFrame:
    """A few lines, two for each repeat of a fault."""
    rng = setup.rng(slug, code, "lines")
    return lines[np.sort(rng.choice(lines.height, 2 * setup.repeats(lines.height // 2), replace=False))]


def batches_of(lines: pl.DataFrame, month: date) -> pl.DataFrame:
    """What the lines of a month add up to, by batch."""
    return (
        lines.group_by("batch_id", maintain_order=True)
        .agg(
            pl.col("provider_id", "division_code", "_provider").first(),
            pl.col("amount").sum().round(2),
            pl.lit(month).alias("service_month"),
        )
        .select(BATCH_COLUMNS)
    )
