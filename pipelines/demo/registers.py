"""Snapshots of the registers of a place: providers, workers, contracts and agreements as they stood on a day."""

from datetime import date

import numpy as np
import polars as pl

from pipelines.demo.oversight_events import silent_faults
from pipelines.demo.people import SERVED
from pipelines.demo.places import AS_OF, CENTRE_ITEMS
from pipelines.demo.visit_faults import dishonest_provider
from pipelines.demo.visits import Community, mark

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat")
DISHONEST_SINCE = date(2025, 3, 31)


def providers_on(community: Community, day: date) -> pl.DataFrame:
    """The providers on a day; the newest register bears the marks of what is missing about them."""
    place, setup = community.place, community.setup
    number = pl.int_range(pl.len())
    frame = community.providers.with_columns(_fault=pl.lit(None, pl.String))
    dishonest = None if setup.clean else dishonest_provider(place)
    if dishonest is not None and day >= DISHONEST_SINCE:
        frame = frame.with_columns(
            credit_status=pl.when(number == dishonest).then(pl.lit("dishonest")).otherwise("credit_status")
        )
        frame = mark(frame, number == dishonest, "S15")
    if day == AS_OF:
        for code, provider in silent_faults(place, setup).items():
            frame = mark(frame, number == provider, code)
    return frame


def make_agreements(community: Community) -> pl.DataFrame:
    """An open agreement for everyone who is served, with everything fixed; those of S09 have none."""
    elders, rounds = community.elders.head(community.on_rounds), community.rounds
    frame = elders.select(
        agreement_id=pl.lit(f"XY{community.place.division}-")
        + pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(6),
        elder_id="elder_id",
        provider_id=community.providers["provider_id"].gather(rounds.provider),
        starts_on=pl.when(pl.col("registered_on") < date(2024, 1, 1))
        .then(pl.lit(date(2024, 1, 1)))
        .otherwise("_starts"),
        ends_on=pl.lit(None, pl.Date),
        fixed_worker_id=community.workers["worker_id"].gather(rounds.worker),
        fixed_weekdays=pl.Series(np.array(WEEKDAYS)[rounds.weekday]),
        fixed_place=pl.when(pl.col("_item").is_in(sorted(CENTRE_ITEMS)))
        .then(pl.lit("centre"))
        .otherwise(pl.lit("home")),
        fixed_services="_item",
        _kept=pl.col("_agreement") & (pl.col("_group") == SERVED),
    )
    return frame.filter("_kept").drop("_kept").with_columns(_fault=pl.lit(None, pl.String))
