"""Why a finding is one: the sentence with its numbers, the articles, the parameters in force that day, the rows behind it.

Reads one publication and nothing else, so that an old finding is explained by the policy that it was judged by. Pure but for
reading Parquet; the command line prints what `in_words` gives, the app and the report use `explain`.
"""

import datetime as dt
import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import polars as pl

from pipelines.exposure import UPHELD, Exposure, exposures

Language = Literal["zh", "en"]


class UnknownFinding(Exception):
    """No finding of this id in the publication."""


@dataclass(frozen=True)
class Article:
    """A requirement on which the finding's rule rests in its place."""

    requirement: str
    document_zh: str
    document_en: str
    number: str | None
    article: str
    quotation: str


@dataclass(frozen=True)
class Parameter:
    """A parameter of the rule in force on the finding's day."""

    name: str
    division: str | None
    value: str
    unit: str | None
    valid_from: dt.date
    valid_to: dt.date | None
    basis: str
    requirement: str | None


@dataclass(frozen=True)
class SourceRow:
    """A row behind the finding and what it says."""

    role: str
    source: str
    row_key: str
    file: str
    sheet: str
    line: int
    facts: dict[str, Any]


@dataclass(frozen=True)
class Explanation:
    """All that is needed to check a finding by hand."""

    finding: dict[str, Any]
    rule: dict[str, Any]
    place: dict[str, Any]
    articles: tuple[Article, ...]
    parameters: tuple[Parameter, ...]
    rows: tuple[SourceRow, ...]
    verdict: str | None
    exposures: tuple[Exposure, ...]


def _table(folder: Path, name: str, **wanted: str) -> pl.DataFrame:
    conditions = [pl.col(column) == value for column, value in wanted.items()]
    frame = pl.scan_parquet(folder / f"{name}.parquet")
    return frame.filter(*conditions).collect() if conditions else frame.collect()


def _in_force(frame: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    return frame.filter(pl.col("valid_from") <= day, pl.col("valid_to").is_null() | (pl.col("valid_to") >= day))


def _find(folder: Path, finding_id: str) -> dict[str, Any]:
    for name in ("findings", "exempted_findings"):
        found = _table(folder, name, finding_id=finding_id)
        if found.height:
            return found.row(0, named=True)
    raise UnknownFinding(f"no finding {finding_id} in this publication; its ids stand in findings.parquet")


def _articles(folder: Path, rule: str, place: str) -> tuple[Article, ...]:
    joined = (
        _table(folder, "policy_rule_requirements", rule=rule, jurisdiction=place)
        .join(_table(folder, "policy_requirements"), on="requirement")
        .join(_table(folder, "policy_documents"), on="document")
        .sort("requirement")
    )
    return tuple(
        Article(
            row["requirement"], row["title_zh"], row["title_en"], row["number"], row["article"], row["quote_zh"]
        )
        for row in joined.select(
            "requirement", "title_zh", "title_en", "number", "article", "quote_zh"
        ).iter_rows(named=True)
    )  # fmt: skip


def _parameters(folder: Path, rule: str, place: str, day: dt.date) -> tuple[Parameter, ...]:
    def parameter(row: dict[str, Any], name: str, value: str) -> Parameter:
        return Parameter(
            name, row.get("division"), value, row.get("unit"), row["valid_from"], row["valid_to"], row["basis"],
            row["requirement"],
        )  # fmt: skip

    found: list[Parameter] = []
    numbers = _in_force(_table(folder, "policy_parameters", rule=rule, jurisdiction=place), day).sort(
        "name", "division"
    )
    found += [parameter(row, row["name"], plain_number(row["value"])) for row in numbers.iter_rows(named=True)]
    brackets = _in_force(_table(folder, "policy_parameter_brackets", rule=rule, jurisdiction=place), day)
    for row in brackets.sort("name", "low").iter_rows(named=True):
        high = "" if row["high"] is None else plain_number(row["high"])
        found.append(parameter(row, row["name"], f"{plain_number(row['low'])}-{high}: {plain_number(row['value'])}"))
    members = _in_force(_table(folder, "policy_parameter_sets", rule=rule, jurisdiction=place), day)
    for _, rows in members.group_by("name", "grouping", "basis", "valid_from", "valid_to", maintain_order=True):
        first = rows.row(0, named=True)
        name = f"{first['name']} ({first['grouping']})" if first["grouping"] else first["name"]
        found.append(parameter(first, name, ", ".join(sorted(rows["member"]))))
    return tuple(found)


def plain_number(value: Decimal | float | int) -> str:
    """A number without the zeros that only its column's type adds."""
    text = f"{value:f}" if isinstance(value, Decimal) else f"{value:.10g}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _rows(folder: Path, finding_id: str) -> tuple[SourceRow, ...]:
    evidence = _table(folder, "finding_evidence", finding_id=finding_id)
    place = ["source", "row_key", "file", "sheet", "line"]
    said = pl.scan_parquet(folder / "evidence_rows.parquet").join(
        evidence.lazy().select(place).unique(), on=place, how="semi"
    )
    joined = evidence.join(said.collect(), on=place, how="left").sort("role", *place)
    return tuple(
        SourceRow(
            row["role"], row["source"], row["row_key"], row["file"], row["sheet"], row["line"],
            json.loads(row["facts"]) if row["facts"] else {},
        )
        for row in joined.iter_rows(named=True)
    )  # fmt: skip


def _exposures(folder: Path, finding: dict[str, Any], verdict: str | None) -> tuple[Exposure, ...]:
    """What follows; nothing where the publication is older than the table of consequences."""
    if not (folder / "policy_consequences.parquet").is_file():
        return ()
    return exposures(finding, verdict, _table(folder, "policy_consequences", jurisdiction=finding["jurisdiction"]))


def explain(
    folder: Path, finding_id: str, verdict: str | None = None, rows: tuple[SourceRow, ...] | None = None
) -> Explanation:
    """Everything behind one finding of the publication in `folder`; `verdict` is what a person has decided on it.

    `rows`: those of its rows that may be shown, if that is not for this module to say. Raises `UnknownFinding`.
    """
    finding = _find(folder, finding_id)
    rule, place = finding["rule"], finding["jurisdiction"]
    return Explanation(
        finding,
        _table(folder, "policy_rules", rule=rule).row(0, named=True),
        _table(folder, "policy_jurisdictions", jurisdiction=place).row(0, named=True),
        _articles(folder, rule, place),
        _parameters(folder, rule, place, finding["judged_on"]),
        _rows(folder, finding_id) if rows is None else rows,
        verdict,
        _exposures(folder, finding, verdict),
    )


_WORDS: dict[str, tuple[str, str]] = {
    "kind": ("性质", "Kind"),
    "subject": ("对象", "Subject"),
    "period": ("期间", "Period"),
    "measure": ("测算值", "Measure"),
    "limit": ("标准", "Limit"),
    "amount": ("涉及金额(元)", "Yuan at risk"),
    "articles": ("依据条款", "Articles"),
    "parameters": ("当日有效参数", "Parameters in force that day"),
    "method": ("计算方法", "Calculation"),
    "rows": ("证据", "Evidence"),
    "counted": ("计入", "counted"),
    "ground": ("佐证", "ground"),
    "exempted": ("已豁免", "Exempted"),
    "breach": ("违规线索", "breach, to be checked"),
    "lead": ("疑点", "lead, to be checked"),
    "gap": ("应享未享", "gap, to be checked"),
    "text": ("条文规定", "stands in the text"),
    "derived": ("由条文推出", "follows from the text"),
    "local": ("本地参数", "local parameter"),
    "first_seen": ("首次发现", "First seen"),
    "line": ("行", "line"),
    "consequences": ("后果（估算，不是决定）", "Consequence (an estimate, no decision)"),
    "upheld": ("属实问题", "Upheld"),
    "to_check": ("疑点", "To be checked"),
    "yuan": ("元", "yuan"),
}


def sentence(explanation: Explanation, lang: Language, unit: str = "") -> str:
    """The finding in one sentence with its numbers, which are in `unit`."""
    finding, rule = explanation.finding, explanation.rule
    measure, limit = (
        "" if finding[name] is None else f"{plain_number(finding[name])} {unit}".rstrip()
        for name in ("measure", "limit")
    )
    amount = finding["amount"]
    known = _WORDS["upheld" if explanation.verdict == UPHELD else "to_check"][0 if lang == "zh" else 1]
    if lang == "zh":
        period = f"{finding['period']}，" if finding["period"] else ""
        money = f"，涉及 {amount:,.2f} 元" if amount is not None else ""
        return (
            f"{known}：{explanation.place['name_zh']}，{rule['name_zh']}（{finding['rule']}），{period}"
            f"{finding['subject']}：{rule['measure_zh']}为 {measure or '—'}，标准为 {limit or '—'}{money}。"
        )
    period = f" in {finding['period']}" if finding["period"] else ""
    money = f"; {amount:,.2f} yuan at risk" if amount is not None else ""
    return (
        f"{known}: {explanation.place['name_en']}, {rule['name_en']} ({finding['rule']}){period}, "
        f"{finding['subject']}: {rule['measure']} is {measure or '-'}, the limit is {limit or '-'}{money}."
    )


def in_words(explanation: Explanation, lang: Language) -> str:
    """The explanation as a text for a terminal."""

    def word(key: str) -> str:
        return _WORDS[key][0 if lang == "zh" else 1]

    finding, rule = explanation.finding, explanation.rule
    lines = [f"{finding['finding_id']}  {word(rule['kind'])}", "", sentence(explanation, lang), ""]
    if finding.get("document"):
        lines += [f"{word('exempted')}: {finding['document']} {finding[f'reason_{lang}']}", ""]
    if finding.get("first_seen_on"):
        lines += [f"{word('first_seen')}: {finding['first_seen_on']}", ""]
    lines.append(f"{word('articles')}:")
    for article in explanation.articles:
        document = article.document_zh if lang == "zh" else article.document_en
        number = f" ({article.number})" if article.number else ""
        lines += [f"  {document}{number} {article.article} [{article.requirement}]", f"    “{article.quotation}”"]
    lines += ["", f"{word('parameters')} ({finding['judged_on']}):"]
    for parameter in explanation.parameters:
        until = parameter.valid_to or ""
        unit = f" {parameter.unit}" if parameter.unit else ""
        lines.append(
            f"  {parameter.name} = {parameter.value}{unit}  "
            f"[{word(parameter.basis)}; {parameter.valid_from} – {until}; {parameter.requirement or ''}]"
        )
    if explanation.exposures:
        lines += ["", f"{word('consequences')}:"]
    for one in explanation.exposures:
        estimate = f"{one.amount:,.2f} {word('yuan')}  " if one.amount is not None else ""
        lines.append(f"  {estimate}{one.text_zh if lang == 'zh' else one.text_en} [{one.requirement}]")
    lines += ["", f"{word('method')}:", f"  {rule[f'definition_{lang}'] or rule['definition_en']}", ""]
    lines.append(f"{word('rows')} ({len(explanation.rows)}):")
    for row in explanation.rows:
        sheet = f" [{row.sheet}]" if row.sheet else ""
        facts = ", ".join(f"{name}={value}" for name, value in row.facts.items() if value not in (None, [], ""))
        lines += [
            f"  {word(row.role)}  {row.source} {row.row_key}  {row.file}{sheet} {word('line')} {row.line}",
            f"      {facts}",
        ]
    return "\n".join(lines)
