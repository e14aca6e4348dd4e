"""The whole report: its chapters in order. Headings, tables and figures get their numbers at the end."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from pipelines.reporting import labels
from pipelines.reporting.annexes import annexes
from pipelines.reporting.chapters import basics, basis, closing, findings, scores
from pipelines.reporting.chapters.limits import Limits
from pipelines.reporting.content import (
    Block,
    Figure,
    Heading,
    Report,
    Table,
)
from pipelines.reporting.gathering import Gathered
from pipelines.reporting.wording import Words


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
        *basics.chapter(found, words, limits),
        *basis.chapter(found, words),
        *scores.chapter(found, words, limits),
        *findings.chapter(found, words, limits),
        *closing.suggestions(found, words),
        *closing.annex_list(found, words, sheets),
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
