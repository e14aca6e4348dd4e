"""The chapters of a report: what was gathered, put into words. Headings, tables and figures get their numbers at the end."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import polars as pl

from pipelines import small_cells
from pipelines.app_limits import app_limit
from pipelines.divisions import name_of
from pipelines.reporting import figures, labels
from pipelines.reporting.annexes import annexes
from pipelines.reporting.content import (
    Annex,
    Bar,
    Block,
    Cell,
    Column,
    Figure,
    Heading,
    Paragraph,
    Report,
    Table,
    plain_number,
    shown,
)
from pipelines.reporting.figures import Estimate, Movement, Reach, Tally
from pipelines.reporting.gathering import Gathered
from pipelines.reporting.wording import Words


@dataclass(frozen=True)
class Limits:
    """How much a report shows in its text: dated rows of the seeds."""

    findings: int
    rules_in_chart: int
    providers: int
    evidence: int


def limits_on(day: str) -> Limits:
    """The limits in force on a day (written 2025-06-30)."""
    return Limits(
        *(
            int(app_limit(name, day))
            for name in (
                "report_findings_listed",
                "report_rules_in_chart",
                "report_providers_listed",
                "report_evidence_listed",
            )
        )
    )


def numbered(blocks: Sequence[Block], words: Words) -> tuple[Block, ...]:
    """Give headings, tables and figures their numbers."""
    chapter = section = finding = table = figure = 0
    found: list[Block] = []
    for block in blocks:
        match block:
            case Heading(level=1):
                chapter, section = chapter + 1, 0
                found.append(replace(block, text=words.heading(1, chapter, block.text)))
            case Heading(level=2):
                section += 1
                found.append(replace(block, text=words.heading(2, section, block.text, chapter)))
            case Heading():
                finding += 1
                found.append(replace(block, text=words("finding_heading", number=finding, text=block.text)))
            case Table():
                table += 1
                found.append(replace(block, caption=words("table", number=table, text=block.caption)))
            case Figure():
                figure += 1
                found.append(replace(block, caption=words("figure", number=figure, text=block.caption)))
            case _:
                found.append(block)
    return tuple(found)


# ---- what was evaluated ------------------------------------------------------------------------------------------


def _years(gathered: Gathered) -> str:
    first, last = gathered.covered.first.year, gathered.covered.last.year
    return f"{first}" if first == last else f"{first}–{last}"


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
    yield Paragraph(words("funds", years=_years(gathered), as_of=words.day(gathered.as_of)))
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


def _basics(gathered: Gathered, words: Words, limits: Limits) -> Iterator[Block]:
    yield Heading(1, words("chapter_basics"))
    yield from _scope(gathered, words)
    yield from _services(gathered, words, limits)
    if gathered.scope.provider is None:
        yield from _reach(gathered, words)
        yield from _funds(gathered, words)
    yield from _complaints(gathered, words)
    yield from _data(gathered, words)


# ---- basis and method --------------------------------------------------------------------------------------------


def _documents(gathered: Gathered, words: Words) -> Iterator[Block]:
    yield Heading(2, words("section_documents"))
    yield Paragraph(words("documents"))
    yield Table(
        words("table_documents"),
        (
            Column(words("col_document"), width=5),
            Column(words("col_number"), width=4),
            Column(words("col_issuer"), width=4),
            Column(words("col_in_force"), "day", 3),
            Column(words("col_status"), width=3),
        ),
        tuple(
            (
                words("joined_document", title=words.of(row, "title")),
                row["number"],
                words.of(row, "issuer"),
                row["in_force_from"],
                words.policy(gathered, "document_status", row["status"]),
            )
            for row in gathered.documents.iter_rows(named=True)
        ),
    )


def _method(gathered: Gathered, words: Words) -> Iterator[Block]:
    local = gathered.parameters.filter(pl.col("basis") == "local").select("rule", "name").n_unique()
    yield Heading(2, words("section_method"))
    yield Paragraph(words("method_rules"))
    yield Paragraph(words("method_leads"))
    yield Paragraph(
        words("method_period", provider=words("method_provider") if gathered.scope.provider else "").strip()
    )
    yield Paragraph(words("method_amount"))
    yield Paragraph(words("method_parameters", local=local))
    yield Paragraph(words("method_people"))


def _coverage(gathered: Gathered, words: Words) -> Iterator[Block]:
    coverage = gathered.coverage
    said = words(
        "coverage",
        rules=coverage["rule"].n_unique(),
        years=_years(gathered),
        population=shown(coverage["population"].sum(), "whole"),
        failed=shown(coverage["failed"].sum(), "whole"),
        not_assessable=shown(coverage["not_assessable"].sum(), "whole"),
        no_rule=shown(coverage["no_rule_in_force"].sum(), "whole"),
    )
    yield Heading(2, words("section_coverage"))
    yield Paragraph(said + (words("between") + words("coverage_place") if gathered.scope.provider else ""))
    counts = ("population", "passed", "failed", "not_assessable", "no_rule_in_force", "exempted")
    titles = ("population", "passed", "failed", "not_assessable", "no_rule", "exempted")
    rows = {row["family"]: row for row in figures.coverage_by_family(coverage).iter_rows(named=True)}
    yield Table(
        words("table_coverage"),
        (
            Column(words("col_family"), width=4),
            Column(words("col_rules"), "whole"),
            *(Column(words(f"col_{title}"), "whole") for title in titles),
        ),
        tuple(
            (words(f"family_{family}"), rows[family]["rules"], *(rows[family][name] for name in counts))
            for family in labels.FAMILIES
            if family in rows
        ),
    )


def _basis(gathered: Gathered, words: Words) -> Iterator[Block]:
    yield Heading(1, words("chapter_basis"))
    yield from _documents(gathered, words)
    yield from _method(gathered, words)
    yield from _coverage(gathered, words)


# ---- scores ------------------------------------------------------------------------------------------------------


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


def _scores(gathered: Gathered, words: Words, limits: Limits) -> Iterator[Block]:
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


# ---- findings ----------------------------------------------------------------------------------------------------


def _families(found: Tally, findings: pl.DataFrame, words: Words) -> Table:
    families = figures.by_family(findings)
    tallies = {family: figures.tally(families[family]) for family in labels.FAMILIES if family in families}
    rows = [
        (
            words(f"family_{family}"),
            families[family]["rule"].n_unique(),
            one.findings,
            one.upheld,
            one.undecided,
            one.yuan,
        )
        for family, one in tallies.items()
    ]
    rows.append(
        (words("total"), findings["rule"].n_unique(), found.findings, found.upheld, found.undecided, found.yuan)
    )
    return Table(
        words("table_families"),
        (
            Column(words("col_family"), width=4),
            Column(words("col_rules"), "whole"),
            Column(words("col_findings"), "whole"),
            Column(words("col_found_true"), "whole"),
            Column(words("col_open"), "whole"),
            Column(words("col_amount"), "yuan", 3),
        ),
        tuple(rows),
    )


def _overview(gathered: Gathered, words: Words, limits: Limits) -> Iterator[Block]:
    found = figures.tally(gathered.findings)
    yield Heading(2, words("section_overview"))
    if not found.findings:
        yield Paragraph(words("overview_none"))
        return
    yield Paragraph(
        words(
            "overview",
            findings=found.findings,
            rules=gathered.findings["rule"].n_unique(),
            upheld=found.upheld,
            not_upheld=found.not_upheld,
            data_error=found.data_error,
            open=found.undecided,
            yuan=shown(found.yuan, "yuan"),
        )
    )
    yield _families(found, gathered.findings, words)
    counts = figures.by_rule(figures.standing(gathered.findings))
    most = sorted(counts.items(), key=lambda item: (-item[1].height, item[0]))[: limits.rules_in_chart]
    if most:
        yield Figure(
            words("figure_rules"),
            "bars",
            tuple(
                Bar(
                    words("rule_named", name=words.of(gathered.rules[rule], "name"), rule=rule),
                    rows.height,
                    f"{rows.height}",
                )
                for rule, rows in most
            ),
            most[0][1].height,
        )


def _facts_said(gathered: Gathered, words: Words, rule: str, findings: pl.DataFrame) -> str:
    found = figures.tally(findings)
    form = "fact_open" if not found.upheld else "fact_mixed" if found.undecided else "fact_upheld"
    money = words("fact_yuan", yuan=shown(found.yuan, "yuan")) if found.yuan else ""
    said = words(form, count=found.standing, upheld=found.upheld, open=found.undecided, yuan=money)
    name, unit = labels.measure(gathered, words, rule)
    return said + words("between") + words("fact_measure", measure=name, unit=unit)


def limits_said(gathered: Gathered, words: Words, rule: str) -> str:
    """The numbers of the rule; its sets and tables stand in the annex."""
    numbers = gathered.parameters.filter(
        pl.col("rule") == rule, pl.col("value").is_not_null(), pl.col("member").is_null()
    )
    said = [
        words(
            "limit_one",
            name=labels.parameter_name(words, row),
            value=plain_number(row["value"]),
            unit=words.unit(gathered, row["unit"]),
            basis=words.policy(gathered, "basis", row["basis"]),
        )
        for row in numbers.iter_rows(named=True)
    ]
    return words("comma").join(dict.fromkeys(said))


def finding_columns(words: Words) -> tuple[Column, ...]:
    """The columns in which findings are listed."""
    return (
        Column(words("col_no"), "whole", 2),
        Column(words("col_subject"), width=8),
        Column(words("col_period"), width=5),
        Column(words("col_measure_value"), "number", 4),
        Column(words("col_limit"), "number", 4),
        Column(words("col_amount"), "yuan", 6),
        Column(words("col_state"), width=4),
    )


def finding_cells(gathered: Gathered, words: Words, row: Mapping[str, Any]) -> tuple[Cell, ...]:
    """A finding as a row of such a list."""
    return (
        row["number"],
        labels.subject(gathered, words, row),
        row["period"] or None,
        row["measure"],
        row["limit"],
        row["amount"],
        labels.state(words, row),
    )


def consequences_said(gathered: Gathered, words: Words, rule: str) -> Iterator[Paragraph]:
    """What follows on the upheld findings of a rule, with the estimate where the article sets a share."""
    for one in figures.estimates(gathered):
        if one.rule != rule:
            continue
        text = one.text_zh if words.language == "zh" else one.text_en
        said = {"text": text, "article": labels.article(gathered, words, one.requirement)}
        if one.factor is not None and one.amount:
            said |= {
                "yuan": shown(one.amount, "yuan"),
                "count": f"{one.findings}",
                "factor": f"{plain_number(one.factor * 100)}%",
            }
            yield Paragraph(words("consequence_sum", **said), words("lead_consequence"))
        else:
            yield Paragraph(words("consequence_text", **said), words("lead_consequence"))


def _problem(gathered: Gathered, words: Words, rule: str, findings: pl.DataFrame, most: int) -> Iterator[Block]:
    name = words("rule_named", name=words.of(gathered.rules[rule], "name"), rule=rule)
    yield Heading(3, name)
    yield Paragraph(_facts_said(gathered, words, rule, findings), words("lead_facts"))
    yield Paragraph(labels.articles(gathered, words, rule, quoted=True) + words("stop"), words("lead_basis"))
    numbers = limits_said(gathered, words, rule)
    if numbers:
        yield Paragraph(numbers + words("stop"), words("lead_limits"))
    yield from consequences_said(gathered, words, rule)
    caption = words("table_findings_top" if findings.height > most else "table_findings", name=name, count=most)
    rows = findings.head(most).iter_rows(named=True)
    yield Table(caption, finding_columns(words), tuple(finding_cells(gathered, words, row) for row in rows))


def _exposure(gathered: Gathered, words: Words) -> Iterator[Block]:
    found = [one for one in figures.estimates(gathered) if one.amount]
    yield Heading(2, words("section_exposure"))
    if not found:
        yield Paragraph(words("exposure_none"))
        return
    yield Paragraph(words("exposure"))

    def row(one: Estimate) -> tuple[Cell, ...]:
        return (
            words("rule_named", name=words.of(gathered.rules[one.rule], "name"), rule=one.rule),
            labels.article(gathered, words, one.requirement),
            one.findings,
            one.base,
            None if one.factor is None else float(one.factor),
            one.amount,
        )

    total = sum((one.amount for one in found), Decimal(0))
    yield Table(
        words("table_exposure"),
        (
            Column(words("col_rule_name"), width=5),
            Column(words("col_article"), width=5),
            Column(words("col_count"), "whole"),
            Column(words("col_base"), "yuan", 3),
            Column(words("col_factor"), "percent"),
            Column(words("col_estimate"), "yuan", 3),
        ),
        (*map(row, found), (words("total"), None, None, None, None, total)),
    )


def _findings(gathered: Gathered, words: Words, limits: Limits) -> Iterator[Block]:
    yield Heading(1, words("chapter_findings"))
    yield from _overview(gathered, words, limits)
    families = figures.by_family(figures.standing(gathered.findings))
    for family in labels.FAMILIES:
        if family in families:
            yield Heading(2, words(f"family_{family}"))
            for rule, rows in figures.by_rule(families[family]).items():
                yield from _problem(gathered, words, rule, rows, limits.findings)
    if gathered.findings.height:
        yield from _exposure(gathered, words)


# ---- suggestions and annexes -------------------------------------------------------------------------------------


def _suggestions(gathered: Gathered, words: Words) -> Iterator[Block]:
    yield Heading(1, words("chapter_suggestions"))
    rules = figures.by_rule(figures.standing(gathered.findings))
    if gathered.suggestions is None or not rules:
        yield Paragraph(words("suggestions_none" if not rules else "suggestions_missing"))
        return
    yield Paragraph(words("suggestions"))
    ordered = [rule for family in labels.FAMILIES for rule in rules if rule.startswith(family)]
    for number, rule in enumerate(ordered, 1):
        yield Paragraph(
            words(
                "suggestion",
                number=number,
                name=words.of(gathered.rules[rule], "name"),
                count=rules[rule].height,
                text=words.of(gathered.suggestions[rule], "suggestion"),
                articles=labels.articles(gathered, words, rule, numbered=False),
            )
        )


def annex_file(gathered: Gathered, words: Words) -> str:
    """The name of the workbook, without its folder."""
    return f"{stem(gathered, words)}.xlsx"


def stem(gathered: Gathered, words: Words) -> str:
    """What the files of a report are called, without their endings."""
    covered, scope = gathered.covered, gathered.scope
    parts = ["report", scope.jurisdiction, *([scope.provider] if scope.provider else [])]
    safe = ["".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in part) for part in parts]
    return "_".join([*safe, f"{covered.first:%Y%m%d}-{covered.last:%Y%m%d}", words.language])


def _annexes(gathered: Gathered, words: Words, sheets: Sequence[Annex]) -> Iterator[Block]:
    yield Heading(1, words("chapter_annexes"))
    yield Paragraph(words("annexes", file=annex_file(gathered, words)))
    for number, sheet in enumerate(sheets, 1):
        yield Paragraph(words("annex_line", number=number, name=sheet.name, rows=f"{len(sheet.rows):,}"))


# ---- the report --------------------------------------------------------------------------------------------------


def _cover(gathered: Gathered, words: Words) -> tuple[tuple[str, str], ...]:
    provider = gathered.scope.provider
    decided = gathered.findings.filter(pl.col("state") != "to_check").height
    covered = words("from_to", first=words.day(gathered.covered.first), last=words.day(gathered.covered.last))
    named = (
        words("provider_named", name=labels.provider_name(gathered, provider), provider=provider) if provider else ""
    )
    return (
        (words("fact_place"), words.of(gathered.place, "name")),
        *(((words("fact_provider"), named),) if provider else ()),
        (words("fact_period"), covered),
        (words("fact_as_of"), words.day(gathered.as_of)),
        (words("fact_decisions"), words("decisions_count", count=decided) if decided else words("decisions_none")),
        (words("fact_run"), gathered.run),
        (words("fact_fingerprint"), gathered.fingerprint),
    )


def report(gathered: Gathered, words: Words, limits: Limits) -> Report:
    """The whole report on a place, or on one provider in it."""
    provider = gathered.scope.provider
    title = (
        words("title_provider", provider=labels.provider_name(gathered, provider))
        if provider
        else words("title", place=words.of(gathered.place, "name"))
    )
    order = {letter: place for place, letter in enumerate(labels.FAMILIES)}
    counted = gathered.findings.with_columns(
        _order=pl.col("rule").str.head(1).replace_strict(order, default=len(order))
    )
    found = replace(
        gathered, findings=counted.sort("_order", maintain_order=True).drop("_order").with_row_index("number", 1)
    )
    sheets = annexes(found, words)
    blocks = [
        *_basics(found, words, limits),
        *_basis(found, words),
        *_scores(found, words, limits),
        *_findings(found, words, limits),
        *_suggestions(found, words),
        *_annexes(found, words, sheets),
    ]
    return Report(
        language=words.language,
        title=title,
        subtitle=words(
            "subtitle", first=words.day(gathered.covered.first), last=words.day(gathered.covered.last)
        ),
        facts=_cover(found, words),
        contents=words("contents"),
        blocks=numbered(blocks, words),
        annexes=sheets,
        mark=words("mark", run=gathered.run),
        made_on=gathered.as_of,
    )  # fmt: skip
