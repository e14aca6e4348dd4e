"""四、发现的主要问题: rule by rule, and what follows where a person has confirmed them."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import polars as pl

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
    plain_number,
    shown,
)
from pipelines.reporting.figures import Estimate, Tally
from pipelines.reporting.gathering import Gathered
from pipelines.reporting.wording import Words


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


def chapter(gathered: Gathered, words: Words, limits: Limits) -> Iterator[Block]:
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
