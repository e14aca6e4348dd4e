"""三、评分与等级: cards, their quarters, and the months between control limits."""

from collections.abc import Iterator

import polars as pl

from pipelines.reporting import figures, labels
from pipelines.reporting.chapters.limits import Limits
from pipelines.reporting.content import (
    Bar,
    Block,
    Column,
    Figure,
    Heading,
    Paragraph,
    Table,
    shown,
)
from pipelines.reporting.figures import Movement
from pipelines.reporting.gathering import Gathered
from pipelines.reporting.wording import Words


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _cards(gathered: Gathered, words: Words, cards: pl.DataFrame) -> Iterator[Block]:
    """Totals and grades of the whole period."""
    scored = cards.filter(pl.col("total").is_not_null())
    yield Heading(2, words("section_scores"))
    yield Paragraph(words("scores", providers=cards.height, graded=scored.height))
    if gathered.published != gathered.covered:
        yield Paragraph(words("services_note_period"))
    if scored.height:
        yield Figure(
            words("figure_scores"),
            "intervals",
            tuple(
                Bar(
                    labels.provider_name(gathered, row["provider"]),
                    row["total"],
                    f"{row['total']:.1f}",
                    row["total_low"],
                    row["total_high"],
                )
                for row in scored.iter_rows(named=True)
            ),
            100,
        )
    yield Table(
        words("table_scores"),
        (
            Column(words("col_provider"), width=6),
            Column(words("col_total"), "number"),
            Column(words("col_low"), "number"),
            Column(words("col_high"), "number"),
            Column(words("col_grade"), width=2),
            Column(words("col_cap"), width=4),
        ),
        tuple(
            (
                labels.provider_name(gathered, row["provider"]),
                *(_rounded(row[name]) for name in ("total", "total_low", "total_high")),
                words(f"grade_{row['grade'] or 'none'}"),
                labels.caps(words, row["cap_reason"]),
            )
            for row in cards.iter_rows(named=True)
        ),
    )


def _measured(gathered: Gathered, measure: str, value: float | None) -> str:
    """A share in percent, a rate as it is."""
    is_share = gathered.score_names[("measure", measure)]["kind"] == "share"
    return shown(value if value is None or is_share else round(value, 2), "percent" if is_share else "number")


def _measures(gathered: Gathered, words: Words, measures: pl.DataFrame) -> Table:
    """The measures of one card, by domain."""
    return Table(
        words("table_measures"),
        (
            Column(words("col_domain"), width=3),
            Column(words("col_measure"), width=4),
            Column(words("col_k"), "whole"),
            Column(words("col_n"), "number"),
            Column(words("col_value"), "number"),
            Column(words("col_low"), "number"),
            Column(words("col_high"), "number"),
            Column(words("col_shrunk"), "number"),
            Column(words("col_score"), "number"),
            Column(words("col_state"), width=3),
        ),
        tuple(
            (
                labels.score_name(gathered, words, "domain", row["domain"]),
                labels.score_name(gathered, words, "measure", row["measure"]),
                row["k"],
                row["n"],
                *(_measured(gathered, row["measure"], row[name]) for name in ("value", "low", "high", "shrunk")),
                _rounded(row["score"]),
                words(f"state_{row['state']}"),
            )
            for row in measures.sort("domain", "measure").iter_rows(named=True)
        ),
        words("measures_note"),
    )


def _moved_columns(words: Words) -> tuple[Column, ...]:
    titles = ("total", "low", "high", "change", "change_low", "change_high")
    return tuple(Column(words(f"col_{title}"), "number") for title in titles)


_MOVED = ("value", "low", "high", "change", "change_low", "change_high")


def _moved_said(words: Words, found: Movement, *, is_one: bool) -> str:
    quarter = words.quarter(found.quarter)
    if not is_one:
        return words(
            "quarters",
            quarter=quarter,
            scored=found.rows.height,
            compared=found.compared,
            up=found.up,
            down=found.down,
            same=found.compared - found.up - found.down,
        ) + words("between") + words("quarters_standing")  # fmt: skip
    row = found.rows.row(0, named=True)
    said = words("quarter_one", quarter=quarter, total=shown(_rounded(row["value"]), "number"))
    if row["change"] is not None:
        verdict = "moved_up" if found.up else "moved_down" if found.down else "moved_not"
        change, low, high = (shown(_rounded(row[name]), "number") for name in ("change", "change_low", "change_high"))
        said += words("between") + words("quarter_moved", change=change, low=low, high=high, verdict=words(verdict))
    return said + words("between") + words("quarters_standing")


def _quarters(gathered: Gathered, words: Words) -> Iterator[Block]:
    """Of a place the last whole quarter beside the one before it; of a provider all its quarters."""
    yield Heading(2, words("section_quarters"))
    found = figures.movement(gathered)
    if found is None or gathered.quarters is None:
        yield Paragraph(words("quarters_none"))
        return
    yield Paragraph(_moved_said(words, found, is_one=gathered.scope.provider is not None))
    if gathered.scope.provider is None:
        yield Table(
            words("table_quarter", quarter=words.quarter(found.quarter)),
            (Column(words("col_provider"), width=6), *_moved_columns(words)),
            tuple(
                (labels.provider_name(gathered, row["provider"]), *(_rounded(row[name]) for name in _MOVED))
                for row in found.rows.iter_rows(named=True)
            ),
        )
        return
    totals = gathered.quarters.filter(pl.col("measure").is_null())
    yield Table(
        words("table_quarters"),
        (Column(words("col_quarter"), width=4), *_moved_columns(words)),
        tuple(
            (
                words.quarter(row["quarter"]) + ("" if row["is_complete"] else words("quarter_unfinished")),
                *(_rounded(row[name]) for name in _MOVED),
            )
            for row in totals.iter_rows(named=True)
        ),
    )
    measures = gathered.quarters.filter(pl.col("measure").is_not_null() & (pl.col("quarter") == found.quarter))
    yield Table(
        words("table_quarter_measures", quarter=words.quarter(found.quarter)),
        (
            Column(words("col_measure"), width=4),
            *(Column(words(f"col_{name}"), "number") for name in _MOVED),
        ),
        tuple(
            (
                labels.score_name(gathered, words, "measure", row["measure"]),
                *(_measured(gathered, row["measure"], row[name]) for name in _MOVED),
            )
            for row in measures.iter_rows(named=True)
        ),
        words("quarter_measures_note"),
    )


def _series_value(series: str, value: float | None) -> str:
    return shown(
        value if value is None or series != "rate" else round(value, 2), "number" if series == "rate" else "percent"
    )


def _control_figures(words: Words, months: pl.DataFrame) -> Iterator[Figure]:
    """A control chart of each series of one provider: the band is what chance does, the mark is the month."""
    for value, _, low, high in figures.SERIES:
        scale = 1 if value == "rate" else 100
        known = months.filter(pl.col(value).is_not_null() & pl.col(high).is_not_null())
        most = max((float(end) for end in (*known[value], *known[high])), default=0.0)
        if not most:
            continue
        yield Figure(
            words(f"figure_{value}"),
            "intervals",
            tuple(
                Bar(
                    f"{row['month']:%Y-%m}",
                    row[value] * scale,
                    _series_value(value, row[value]),
                    row[low] * scale,
                    row[high] * scale,
                )
                for row in known.iter_rows(named=True)
            ),
            most * scale if value == "rate" else scale,
        )


def _control(gathered: Gathered, words: Words, most: int) -> Iterator[Block]:
    """Months of complaints and ratings that lie outside what chance does (XmR)."""
    yield Heading(2, words("section_control"))
    months = gathered.months
    if months is None or not months.height:
        yield Paragraph(words("control_none"))
        return
    beyond = figures.beyond_limits(months)
    yield Paragraph(
        words(
            "control", providers=months["provider"].n_unique(), months=months["month"].n_unique(), beyond=beyond.height
        )
    )
    if gathered.scope.provider is not None:
        yield from _control_figures(words, months)
    if not beyond.height:
        return
    yield Table(
        words("table_control_top", count=most) if beyond.height > most else words("table_control"),
        (
            Column(words("col_provider"), width=6),
            Column(words("col_month"), width=3),
            Column(words("col_series"), width=4),
            Column(words("col_month_value"), "number"),
            Column(words("col_centre"), "number"),
            Column(words("col_control_low"), "number"),
            Column(words("col_control_high"), "number"),
        ),
        tuple(
            (
                labels.provider_name(gathered, row["provider"]),
                f"{row['month']:%Y-%m}",
                words(f"series_{row['series']}"),
                *(_series_value(row["series"], row[name]) for name in ("value", "centre", "low", "high")),
            )
            for row in beyond.head(most).iter_rows(named=True)
        ),
        words("control_note"),
    )


def chapter(gathered: Gathered, words: Words, limits: Limits) -> Iterator[Block]:
    yield Heading(1, words("chapter_scores"))
    if gathered.scores is None:
        yield Paragraph(words("scores_missing"))
        return
    cards = gathered.scores["scorecards"].sort("total", "provider", descending=[True, False], nulls_last=True)
    if not cards.height:
        yield Paragraph(words("scores_empty"))
        return
    yield from _cards(gathered, words, cards)
    if gathered.scope.provider is not None:
        yield _measures(gathered, words, gathered.scores["scorecard_measures"])
    yield from _quarters(gathered, words)
    yield from _control(gathered, words, limits.providers)
