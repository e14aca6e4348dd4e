"""A report on one finding: its figures, articles, parameters of that day, calculation, rows, what follows, what to do."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from pipelines.exposure import UPHELD
from pipelines.reporting import labels
from pipelines.reporting.annexes import annexes
from pipelines.reporting.chapters.findings import consequences_said, limits_said
from pipelines.reporting.chapters.limits import Limits
from pipelines.reporting.chapters.report import numbered
from pipelines.reporting.content import Block, Cell, Column, Heading, Paragraph, Report, Table, shown
from pipelines.reporting.gathering import Gathered
from pipelines.reporting.problems import ReportProblem
from pipelines.reporting.wording import Words


def only(gathered: Gathered, finding_id: str) -> Gathered:
    """What was gathered, of one finding: its rows, and the parameters of its day."""
    found = gathered.findings.filter(pl.col("finding_id") == finding_id).with_columns(number=pl.lit(1))
    if not found.height:
        raise ReportProblem(f"no finding {finding_id} in this publication; its ids stand in findings.parquet")
    row = found.row(0, named=True)
    parameters = gathered.parameters.filter(
        pl.col("rule") == row["rule"],
        pl.col("valid_from") <= row["judged_on"],
        pl.col("valid_to").is_null() | (pl.col("valid_to") >= row["judged_on"]),
    )
    return replace(
        gathered,
        findings=found,
        evidence=gathered.evidence.filter(pl.col("finding_id") == finding_id),
        exposures={finding_id: gathered.exposures[finding_id]},
        parameters=parameters,
        quarters=None,
        months=None,
        reach=None,
        coverage=gathered.coverage.filter(pl.col("rule") == row["rule"]),
        files=gathered.files.filter(
            pl.col("file").is_in(
                gathered.evidence.filter(pl.col("finding_id") == finding_id)["file"].unique().to_list()
            )
        ),
    )


def stem(gathered: Gathered, words: Words) -> str:
    """What the files on a finding are called, without their endings."""
    return f"finding_{gathered.findings['finding_id'][0]}_{words.language}"


def _facts(gathered: Gathered, words: Words, finding: Mapping[str, Any]) -> Iterator[Block]:
    rule = gathered.rules[finding["rule"]]
    name, unit = labels.measure(gathered, words, finding["rule"])
    rows: list[tuple[Cell, Cell]] = [
        (words("fact_finding"), finding["finding_id"]),
        (words("fact_place"), words.of(gathered.place, "name")),
        (words("finding_rule"), words("rule_named", name=words.of(rule, "name"), rule=finding["rule"])),
        (words("finding_kind"), words.policy(gathered, "kind", finding["kind"])),
        (words("col_subject"), labels.subject(gathered, words, finding)),
        (words("col_period"), finding["period"] or None),
        (words("col_measure_value"), f"{name} {shown(finding['measure'], 'number')} {unit}"),
        (words("col_limit"), shown(finding["limit"], "number")),
        (words("col_amount"), shown(finding["amount"], "yuan")),
        (words("col_state"), labels.state(words, finding)),
        (words("col_first_seen"), finding["first_seen_on"]),
        (words("fact_as_of"), gathered.as_of),
        (words("fact_run"), gathered.run),
        (words("fact_fingerprint"), gathered.fingerprint),
    ]
    yield Heading(1, words("section_finding"))
    yield Paragraph(words("finding_upheld" if finding["verdict"] == UPHELD else "finding_lead"))
    columns = (Column(words("col_name"), width=3), Column(words("col_content"), width=9))
    yield Table(words("table_finding_facts"), columns, tuple(rows))


def _parameters(gathered: Gathered, words: Words) -> Iterator[Block]:
    yield Heading(1, words("section_parameters"))
    if not gathered.parameters.height:
        yield Paragraph(words("finding_no_parameters"))
        return
    yield Table(
        words("table_finding_parameters"),
        (
            Column(words("col_parameter"), width=4),
            Column(words("col_member"), width=3),
            Column(words("col_parameter_value"), "number"),
            Column(words("col_unit"), width=2),
            Column(words("col_basis"), width=3),
            Column(words("col_valid_from"), "day", 3),
        ),
        tuple(
            (
                labels.parameter_name(words, row),
                labels.parameter_member(words, row),
                row["value"],
                words.unit(gathered, row["unit"]) or None,
                words.policy(gathered, "basis", row["basis"]),
                row["valid_from"],
            )
            for row in gathered.parameters.iter_rows(named=True)
        ),
    )


def _rows(gathered: Gathered, words: Words, most: int) -> Iterator[Block]:
    count = gathered.evidence.height
    yield Heading(1, words("section_rows"))
    if not count:
        yield Paragraph(words("finding_no_rows"))
        return
    said = {"count": f"{count:,}"}
    if count > most:
        said |= {"most": f"{most}", "file": f"{stem(gathered, words)}.xlsx"}
    yield Paragraph(words("finding_rows_first" if count > most else "finding_rows", **said))
    yield Table(
        words("table_finding_rows"),
        (
            Column(words("col_role"), width=2),
            Column(words("col_source"), width=3),
            Column(words("col_stands"), width=5),
            Column(words("col_facts"), width=11),
        ),
        tuple(
            (
                words(f"role_{row['role']}"),
                words.source(row["source"]),
                labels.stands(words, row),
                labels.facts(words, row["source"], row["facts"]),
            )
            for row in gathered.evidence.head(most).iter_rows(named=True)
        ),
    )


def finding_report(gathered: Gathered, words: Words, limits: Limits) -> Report:
    """The report on the one finding that was gathered (see `only`)."""
    finding = gathered.findings.row(0, named=True)
    rule = gathered.rules[finding["rule"]]
    numbers = limits_said(gathered, words, finding["rule"])
    suggestion = gathered.suggestions[finding["rule"]] if gathered.suggestions else None
    following = list(consequences_said(gathered, words, finding["rule"]))
    blocks: list[Block] = [
        *_facts(gathered, words, finding),
        Heading(1, words("section_articles")),
        Paragraph(labels.articles(gathered, words, finding["rule"], quoted=True) + words("stop")),
        *([Paragraph(numbers + words("stop"), words("lead_limits"))] if numbers else []),
        Heading(1, words("section_calculation")),
        Paragraph(words.of(rule, "definition")),
        *_parameters(gathered, words),
        *_rows(gathered, words, limits.evidence),
        *([Heading(1, words("section_consequences")), *following] if following else []),
        Heading(1, words("section_suggestion")),
        Paragraph(words.of(suggestion, "suggestion") if suggestion else words("no_suggestion")),
    ]
    return Report(
        language=words.language,
        title=words("title_finding_upheld" if finding["verdict"] == UPHELD else "title_finding"),
        subtitle=finding["finding_id"],
        facts=(),
        contents=words("contents"),
        blocks=numbered(blocks, words),
        annexes=annexes(gathered, words),
        mark=words("mark", run=gathered.run),
        made_on=gathered.as_of,
    )
