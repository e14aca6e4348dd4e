"""一、基本情况: what was evaluated, and on which data."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from pipelines import small_cells
from pipelines.divisions import name_of
from pipelines.reporting import figures, labels
from pipelines.reporting.chapters.limits import Limits
from pipelines.reporting.content import (
    Bar,
    Block,
    Cell,
    Column,
    Figure,
    Heading,
    Paragraph,
    Table,
    shown,
)
from pipelines.reporting.figures import Reach
from pipelines.reporting.gathering import Gathered
from pipelines.reporting.wording import Words


def _scope(gathered: Gathered, words: Words) -> Iterator[Block]:
    covered, asked, provider = gathered.covered, gathered.scope.period, gathered.scope.provider
    yield Heading(2, words("section_scope"))
    yield Paragraph(
        words(
            "scope_provider" if provider else "scope",
            place=words.of(gathered.place, "name"),
            provider=labels.provider_name(gathered, provider) if provider else "",
            id=provider or "",
            first=words.day(covered.first),
            last=words.day(covered.last),
            as_of=words.day(gathered.as_of),
        )
    )
    if covered != asked:
        yield Paragraph(words("scope_clipped", first=words.day(asked.first), last=words.day(asked.last)))
    yield Paragraph(words("scope_run", run=gathered.run))


def _providers(gathered: Gathered, words: Words, most: int) -> Table:
    active = gathered.providers.filter(pl.col("visits") > 0)
    is_one = gathered.scope.provider is not None
    columns = [
        Column(words("col_provider"), width=6),
        Column(words("col_visits"), "whole"),
        Column(words("col_public_visits"), "whole"),
        # A list of all providers would give away the streets in which only one of them serves.
        *([Column(words("col_elders"), "whole")] if is_one else []),
        Column(words("col_subsidy"), "yuan", 3),
        Column(words("col_satisfaction"), "number"),
        Column(words("col_upheld"), "whole"),
    ]
    rows = [
        (
            labels.provider_name(gathered, row["provider_id"]),
            row["visits"],
            row["public_visits"],
            *([row["elders"]] if is_one else []),
            row["subsidy_yuan"],
            None if row["mean_satisfaction"] is None else round(row["mean_satisfaction"], 2),
            row["complaints_upheld"],
        )
        for row in active.head(most).iter_rows(named=True)
    ]
    caption = words("table_providers_top", count=most) if active.height > most else words("table_providers")
    return Table(caption, tuple(columns), tuple(rows))


def _divisions(gathered: Gathered, words: Words) -> Table:
    found = figures.services_by_division(gathered)
    note = words("divisions_note")
    if found.is_hidden:
        note += words("between") + words("small_cells_note", most=found.smallest - 1)
    return Table(
        words("table_divisions"),
        (
            Column(words("col_division"), width=4),
            Column(words("col_providers"), "whole"),
            Column(words("col_visits"), "whole"),
            Column(words("col_elders"), "whole"),
            Column(words("col_subsidy"), "yuan", 3),
        ),
        tuple(
            (
                name_of(row["place"], words.language, full=False) or row["place"] or words("not_stated"),
                row["providers"],
                row["visits"],
                row["elders"],
                row["subsidy_yuan"],
            )
            for row in found.rows.iter_rows(named=True)
        ),
        note,
    )


def _services(gathered: Gathered, words: Words, limits: Limits) -> Iterator[Block]:
    yield Heading(2, words("section_services"))
    active = gathered.providers.filter(pl.col("visits") > 0)
    if not active.height:
        yield Paragraph(words("services_none"))
        return
    yield Paragraph(
        words(
            "services",
            first=words.day(gathered.published.first),
            last=words.day(gathered.published.last),
            providers=active.height,
            visits=shown(active["visits"].sum(), "whole"),
            public=shown(active["public_visits"].sum(), "whole"),
            yuan=shown(active["subsidy_yuan"].sum(), "yuan"),
        )
    )
    if gathered.published != gathered.covered:
        yield Paragraph(words("services_note_period"))
    yield _providers(gathered, words, limits.providers)
    if gathered.scope.provider is None:
        yield _divisions(gathered, words)


def _reach_said(gathered: Gathered, words: Words, found: Reach) -> str:
    """The sentence on all people entitled, and where the share served is lowest."""
    whole = found.whole
    if whole["rate"] is None:
        return words("reach_few", as_of=words.day(gathered.as_of))
    said = words(
        "reach",
        as_of=words.day(gathered.as_of),
        entitled=shown(whole["entitled"], "whole"),
        served=shown(whole["served"], "whole"),
        unserved=shown(whole["entitled"] - whole["served"], "whole"),
        **{name: shown(whole[name], "percent") for name in ("rate", "low", "high")},
    )
    places = found.places.filter(pl.col("rate").is_not_null()).sort("rate", "county", "street")
    if places.height < 2:
        return said
    lowest = places.row(0, named=True)
    return said + words("between") + words(
        "reach_lowest",
        place=labels.place(words, lowest["county"], lowest["street"]),
        **{name: shown(lowest[name], "percent") for name in ("rate", "low", "high")},
    )  # fmt: skip


def _reach_cells(row: Mapping[str, Any]) -> tuple[Cell, ...]:
    entitled, served = row["entitled"], row["served"]
    unserved = None if entitled is None or served is None else entitled - served
    return (entitled, served, unserved, row["rate"], row["low"], row["high"])


def _reach_columns(words: Words) -> tuple[Column, ...]:
    return (
        Column(words("col_entitled"), "whole"),
        Column(words("col_served"), "whole"),
        Column(words("col_unserved"), "whole"),
        Column(words("col_reach"), "percent"),
        Column(words("col_low"), "percent"),
        Column(words("col_high"), "percent"),
    )


def _reach_figure(words: Words, found: Reach) -> Iterator[Figure]:
    rows = found.places.filter(pl.col("rate").is_not_null())
    if rows.height > 1:
        yield Figure(
            words("figure_reach"),
            "intervals",
            tuple(
                Bar(
                    labels.place(words, row["county"], row["street"]),
                    row["rate"] * 100,
                    shown(row["rate"], "percent"),
                    row["low"] * 100,
                    row["high"] * 100,
                )
                for row in rows.iter_rows(named=True)
            ),
            100,
        )


def _reach(gathered: Gathered, words: Words) -> Iterator[Block]:
    """Who is entitled and not served, from the published table: what is hidden there is hidden here."""
    yield Heading(2, words("section_reach"))
    found = figures.reach(gathered)
    if found is None:
        yield Paragraph(words("reach_missing" if gathered.reach is None else "reach_none"))
        return
    yield Paragraph(_reach_said(gathered, words, found))
    note = words("reach_note")
    if found.is_hidden:
        smallest = small_cells.threshold(gathered.as_of.isoformat())
        note += words("between") + words("reach_hidden_note", most=smallest - 1)
    yield from _reach_figure(words, found)
    yield Table(
        words("table_reach_places"),
        (Column(words("col_division"), width=4), *_reach_columns(words)),
        (
            *(
                (labels.place(words, row["county"], row["street"]), *_reach_cells(row))
                for row in found.places.iter_rows(named=True)
            ),
            (words("total"), *_reach_cells(found.whole)),
        ),
        note,
    )
    yield Table(
        words("table_reach_groups"),
        (Column(words("col_dimension"), width=2), Column(words("col_group"), width=3), *_reach_columns(words)),
        tuple(
            (
                words(f"dimension_{row['dimension']}"),
                labels.group(gathered, words, row["dimension"], row["people"]),
                *_reach_cells(row),
            )
            for row in found.groups.iter_rows(named=True)
        ),
        note,
    )


def _funds(gathered: Gathered, words: Words) -> Iterator[Block]:
    yield Heading(2, words("section_funds"))
    if not gathered.funds.height:
        yield Paragraph(words("funds_none"))
        return
    yield Paragraph(words("funds", years=labels.years(gathered), as_of=words.day(gathered.as_of)))
    rows = list(figures.funds_by_programme(gathered.funds).iter_rows(named=True))

    def row(name: str, budget: Decimal | None, paid: Decimal, refunded: Decimal) -> tuple[Cell, ...]:
        return (name, budget, paid, refunded, float(paid / budget) if budget else None)

    lines = [
        row(words.code("programme", one["programme"]), one["budget"] if one["has_budget"] else None, one["paid"],
            one["refunded"])
        for one in rows
    ]  # fmt: skip
    sums = [sum((one[name] or Decimal(0) for one in rows), Decimal(0)) for name in ("budget", "paid", "refunded")]
    yield Table(
        words("table_funds"),
        (
            Column(words("col_programme"), width=4),
            Column(words("col_budget"), "yuan", 3),
            Column(words("col_paid"), "yuan", 3),
            Column(words("col_refunded"), "yuan", 3),
            Column(words("col_used"), "percent"),
        ),
        (*lines, row(words("total"), *sums)),
    )


def _complaints(gathered: Gathered, words: Words) -> Iterator[Block]:
    yield Heading(2, words("section_complaints"))
    found = gathered.complaints
    if not found.height:
        yield Paragraph(words("complaints_none"))
        return
    verdicts = found["verdict"].fill_null("pending").to_list()
    yield Paragraph(
        words(
            "complaints",
            received=found.height,
            upheld=sum(verdict in {"upheld", "partly_upheld"} for verdict in verdicts),
            not_upheld=verdicts.count("not_upheld"),
            pending=verdicts.count("pending"),
            closed=found["closed_on"].count(),
            replied=found["replied_on"].count(),
        )
    )
    months = figures.complaints_by_month(found)
    yield Figure(
        words("figure_complaints"),
        "bars",
        tuple(Bar(month, count, f"{count}") for month, count in months),
        max(count for _, count in months),
    )


def _data(gathered: Gathered, words: Words) -> Iterator[Block]:
    files = gathered.files
    yield Heading(2, words("section_data"))
    yield Paragraph(
        words(
            "data",
            files=files["file"].n_unique(),
            bad=files.filter(~pl.col("status").is_in(["loaded", "repeated", "empty"]))["file"].n_unique(),
            **{name: shown(files[f"rows_{name}"].sum(), "whole") for name in ("read", "loaded", "duplicate")},
            quarantined=shown(files["rows_quarantined"].sum(), "whole"),
        )
    )


def chapter(gathered: Gathered, words: Words, limits: Limits) -> Iterator[Block]:
    yield Heading(1, words("chapter_basics"))
    yield from _scope(gathered, words)
    yield from _services(gathered, words, limits)
    if gathered.scope.provider is None:
        yield from _reach(gathered, words)
        yield from _funds(gathered, words)
    yield from _complaints(gathered, words)
    yield from _data(gathered, words)
