"""What a change did: two publications beside each other, by their findings and by their policy.

Used after a change of a parameter, an eligibility, or the data. Findings are the same if they have the same id (rule, place,
subject, period).
"""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import polars as pl

_POLICY_KEYS = {
    "policy_jurisdictions": ["jurisdiction"],
    "policy_rule_requirements": ["rule", "jurisdiction", "requirement"],
    "policy_parameters": ["rule", "jurisdiction", "division", "name", "valid_from"],
    "policy_parameter_sets": ["rule", "jurisdiction", "name", "grouping", "member", "valid_from"],
    "policy_parameter_brackets": ["rule", "jurisdiction", "name", "low", "valid_from"],
    "policy_eligibility": ["jurisdiction", "alternative", "fact", "valid_from"],
    "policy_consequences": ["consequence", "valid_from"],
    "policy_exemptions": ["rule", "jurisdiction", "subject", "valid_from"],
}


@dataclass(frozen=True)
class Difference:
    """findings: rule, jurisdiction, finding_id, subject, period, change (appeared, vanished, changed), amount_before,
    amount_after. summary: one row per rule, place and change, with the yuan. policy: rows of the policy that came, went
    or changed (table, key, change)."""

    findings: pl.DataFrame
    summary: pl.DataFrame
    policy: pl.DataFrame

    @property
    def yuan(self) -> Decimal:
        """How much more (or less) is at risk after than before."""
        return sum(self.summary["yuan"].to_list(), Decimal(0))


def _findings(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(folder / "findings.parquet").select(
        "finding_id", "rule", "jurisdiction", "subject", "period", "measure", "limit", "amount"
    )


def _changed_findings(before: Path, after: Path) -> pl.DataFrame:
    joined = _findings(before).join(_findings(after), on="finding_id", how="full", suffix="_after", coalesce=True)
    is_new, is_gone = pl.col("rule").is_null(), pl.col("rule_after").is_null()
    is_changed = pl.any_horizontal(
        pl.col(name).ne_missing(pl.col(f"{name}_after")) for name in ("measure", "limit", "amount")
    )
    change = pl.when(is_new).then(pl.lit("appeared")).when(is_gone).then(pl.lit("vanished"))
    return (
        joined.with_columns(change=change.when(is_changed).then(pl.lit("changed")))
        .filter(pl.col("change").is_not_null())
        .select(
            rule=pl.coalesce("rule", "rule_after"),
            jurisdiction=pl.coalesce("jurisdiction", "jurisdiction_after"),
            finding_id="finding_id",
            subject=pl.coalesce("subject", "subject_after"),
            period=pl.coalesce("period", "period_after"),
            change="change",
            amount_before="amount",
            amount_after="amount_after",
        )
        .sort("rule", "jurisdiction", "change", "finding_id")
    )


def _changed_rows(before: Path, after: Path, table: str, key: list[str]) -> pl.DataFrame:
    def rows(folder: Path) -> pl.DataFrame:
        path = folder / f"{table}.parquet"
        frame = pl.read_parquet(path)
        name = pl.concat_str([pl.col(column).cast(pl.String).fill_null("") for column in key], separator="|")
        return frame.select(key=name, row=pl.struct(pl.all()).struct.json_encode())

    if not all((folder / f"{table}.parquet").exists() for folder in (before, after)):
        return pl.DataFrame(schema={"table": pl.String, "key": pl.String, "change": pl.String})
    joined = rows(before).join(rows(after), on="key", how="full", suffix="_after", coalesce=True)
    change = pl.when(pl.col("row").is_null()).then(pl.lit("came")).when(pl.col("row_after").is_null())
    return (
        joined.filter(pl.col("row").ne_missing(pl.col("row_after")))
        .select(
            table=pl.lit(table.removeprefix("policy_")),
            key="key",
            change=change.then(pl.lit("went")).otherwise(pl.lit("changed")),
        )
        .sort("key")
    )


def compare(before: Path, after: Path) -> Difference:
    """What differs between the publications in two folders."""
    findings = _changed_findings(before, after)
    money = pl.col("amount_after").fill_null(0) - pl.col("amount_before").fill_null(0)
    summary = (
        findings.group_by("rule", "jurisdiction", "change")
        .agg(findings=pl.len(), yuan=money.sum())
        .sort("rule", "jurisdiction", "change")
    )
    policy = pl.concat([_changed_rows(before, after, table, key) for table, key in _POLICY_KEYS.items()])
    return Difference(findings, summary, policy)


def in_words(difference: Difference) -> str:
    """The comparison as a text for a terminal."""
    lines = [f"policy: {difference.policy.height} rows differ"]
    lines += [f"  {table} {change}: {key}" for table, key, change in difference.policy.iter_rows()]
    lines.append(f"findings: {difference.findings.height} differ, {difference.yuan:+,.2f} yuan")
    lines += [
        f"  {row['rule']} {row['jurisdiction']}: {row['findings']} {row['change']}, {row['yuan']:+,.2f} yuan"
        for row in difference.summary.iter_rows(named=True)
    ]
    return "\n".join(lines)
