"""二、评价依据与方法: the documents, the method, and what could be judged."""

from collections.abc import Iterator

import polars as pl

from pipelines.reporting import figures, labels
from pipelines.reporting.content import (
    Block,
    Column,
    Heading,
    Paragraph,
    Table,
    shown,
)
from pipelines.reporting.gathering import Gathered
from pipelines.reporting.wording import Words


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
        years=labels.years(gathered),
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


def chapter(gathered: Gathered, words: Words) -> Iterator[Block]:
    yield Heading(1, words("chapter_basis"))
    yield from _documents(gathered, words)
    yield from _method(gathered, words)
    yield from _coverage(gathered, words)
