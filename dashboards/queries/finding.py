"""One finding, if the reader may see it: what it says, its rows, and where it lies."""

import json
from pathlib import Path
from typing import Any

import polars as pl

from dashboards.queries.base import Reader, ask, cached, has_table
from pipelines.explaining import Explanation, SourceRow, explain

MOST_ROWS = 500


@cached
def finding(reader: Reader, finding_id: str) -> dict[str, Any] | None:
    """A finding, or an exempted one; None where there is none or the reader may not see it."""
    found = ask(
        reader,
        """
        select finding_id, rule, jurisdiction, false as is_exempted from findings where finding_id = $id
        union all
        select finding_id, rule, jurisdiction, true from exempted_findings where finding_id = $id
        """,
        {"id": finding_id},
    )
    return found.row(0, named=True) if found.height else None


@cached
def divisions(reader: Reader, finding_id: str) -> list[str]:
    """The divisions in which a finding lies."""
    found = ask(
        reader,
        "select division_code from finding_places where finding_id = $id order by division_code",
        {"id": finding_id},
    )
    return found["division_code"].to_list()


@cached
def rows(reader: Reader, finding_id: str) -> pl.DataFrame:
    """The rows behind a finding, counted ones first, with what stands in them; facts are empty in a row of a place that
    the reader may not see."""
    return ask(
        reader,
        """
        select behind.role, behind.source, behind.row_key, behind.file, behind.sheet, behind.line, said.facts
        from finding_evidence as behind
        left join evidence_rows as said
            on
                behind.source = said.source
                and behind.row_key = said.row_key
                and behind.file = said.file
                and behind.sheet = said.sheet
                and behind.line = said.line
        where behind.finding_id = $id
        order by behind.role, behind.source, behind.row_key, behind.file, behind.line
        """,
        {"id": finding_id},
    )


def explanation(reader: Reader, finding_id: str) -> Explanation | None:
    """Everything behind a finding with the rows that the reader may see; None as with `finding`."""
    if finding(reader, finding_id) is None:
        return None
    seen = rows(reader, finding_id).filter(pl.col("facts").is_not_null())
    given = tuple(
        SourceRow(
            row["role"],
            row["source"],
            row["row_key"],
            row["file"],
            row["sheet"],
            row["line"],
            json.loads(row["facts"]),
        )
        for row in seen.iter_rows(named=True)
    )
    return explain(Path(reader.publication.folder), finding_id, rows=given)


@cached
def consequences(reader: Reader) -> pl.DataFrame:
    """What the documents say must follow on upheld findings, with article and quotation; nothing where the publication is
    older than that table."""
    if not has_table(reader, "policy_consequences"):
        return pl.DataFrame()
    return ask(
        reader,
        """
        select consequences.*, requirements.article, requirements.quote_zh
        from policy_consequences as consequences
        inner join policy_requirements as requirements using (requirement)
        """,
    )


@cached
def rule_text(reader: Reader, rule: str) -> dict[str, Any]:
    """Why a rule matters, what it leaves out and what it assumes."""
    return ask(reader, "select * from policy_rule_texts where rule = $rule", {"rule": rule}).row(0, named=True)


@cached
def exemptions(reader: Reader, rule: str, jurisdiction: str) -> pl.DataFrame:
    """Decisions that exempt subjects of a rule in a place."""
    return ask(
        reader,
        """
        select document, valid_from, valid_to, reason_zh, reason_en
        from policy_exemptions
        where rule = $rule and jurisdiction = $jurisdiction
        order by valid_from
        """,
        {"rule": rule, "jurisdiction": jurisdiction},
    )


@cached
def missing_facts(reader: Reader, rule: str, jurisdiction: str) -> int:
    """How many subjects of the rule in the place could not be judged, because a fact is missing."""
    found = ask(
        reader,
        """
        select coalesce(sum(not_assessable), 0) as subjects
        from rule_coverage
        where rule = $rule and jurisdiction = $jurisdiction
        """,
        {"rule": rule, "jurisdiction": jurisdiction},
    )
    return int(found["subjects"][0])


@cached
def has_hidden_rows(reader: Reader, finding_id: str) -> bool:
    """Whether some row behind a finding lies in a place that the reader may not see."""
    return rows(reader, finding_id)["facts"].null_count() > 0


@cached
def parameter_texts(reader: Reader, rule: str) -> dict[str, dict[str, Any]]:
    """What the parameters of a rule are called, by name."""
    found = ask(reader, "select * from policy_parameter_texts where rule = $rule", {"rule": rule})
    return {row["name"]: row for row in found.iter_rows(named=True)}
