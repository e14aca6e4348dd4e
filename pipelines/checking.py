"""`oversight check`: read a file as a run would, change nothing, and say in plain words what it is and what is wrong."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.contracts import load_contracts
from pipelines.landing.folder import Landed, land
from pipelines.landing.loads import LoadSummary
from pipelines.landing.profiles import Profile
from pipelines.landing.words import Language, words
from pipelines.vault import PersonKeys, Vault, new_key


@dataclass(frozen=True)
class Checked:
    """What one file is as one source, what would load, and every problem (sheet, line, column, reason, level)."""

    file: str
    source: str | None
    status: str
    problem: str | None
    counts: dict[str, int]
    summary: LoadSummary | None
    issues: pl.DataFrame

    def document(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "file": self.file,
            "source": self.source,
            "status": self.status,
            "problem": self.problem,
            **self.counts,
            "issues": self.issues.to_dicts(),
        }

    @property
    def is_clean(self) -> bool:
        """Whether everything in the file would load."""
        return self.status in {"loaded", "empty"} and not self.issues.height


_COUNTS = ("rows_read", "rows_loaded", "rows_duplicate", "rows_quarantined", "not_data")


def _checked(landed: Landed, data: Path, name: str) -> list[Checked]:
    results = []
    for row in landed.files.iter_rows(named=True):
        issues = pl.DataFrame()
        if row["load_id"] and row["source"]:
            path = data / "raw" / row["source"] / row["load_id"] / "issues.parquet"
            issues = pl.read_parquet(path) if path.exists() else issues
        summary = landed.summaries.get(row["load_id"] or "")
        counts = {count: row[count] for count in _COUNTS}
        results.append(Checked(name, row["source"], row["status"], row["problem"], counts, summary, issues))
    return results


def check_file(path: Path, profiles: Sequence[Profile] = ()) -> list[Checked]:
    """Read one file by itself, in a private folder that is removed afterwards, with a key that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="oversight-check-") as folder:
        landing, data = Path(folder) / "landing", Path(folder) / "data"
        landing.mkdir()
        if path.is_symlink() or not path.is_file():
            raise FileNotFoundError(f"{path} is not a file")
        # A hard link or copy would change the file's own times; a link is not followed by the reader. So: the bytes.
        shutil.copyfile(path, landing / path.name)
        landed = land(landing, data, Vault(data / "vault"), PersonKeys(new_key()), profiles)
        return _checked(landed, data, path.name)


_SAID = {
    "zh": {
        "is": "{file}：{source}，{status}",
        "nothing": "{file}：{status}——{problem}。{advice}",
        "counts": "  读取 {rows_read} 行，载入 {rows_loaded}，重复 {rows_duplicate}，隔离 {rows_quarantined}；"
        "另有 {not_data} 行空白、合计或说明",
        "table": "  {sheet}表头在第 {line} 行",
        "unknown": "  {sheet}未识别的列（不载入）：{columns}",
        "unread": "  {sheet}没有该来源的表头，未读取",
        "issue": "  {sheet}第 {line} 行{column}：{reason}。{advice}（{effect}）",
        "before_column": " ",
        "row": "该行隔离",
        "cell": "该值置空",
        "more": "  另有 {count} 处同类问题：{column}，{reason}",
        "sheet": "工作表“{sheet}”",
        "clean": "  全部可以载入",
        "loaded": "可以载入",
    },
    "en": {
        "is": "{file}: {source}, {status}",
        "nothing": "{file}: {status} - {problem}; {advice}",
        "counts": "  {rows_read} rows read: {rows_loaded} loaded, {rows_duplicate} duplicate, {rows_quarantined} set aside; "
        "beside them {not_data} lines that are blank, totals or notes",
        "table": "  {sheet}header on line {line}",
        "unknown": "  {sheet}unknown columns (not loaded): {columns}",
        "unread": "  {sheet}without the source's header, not read",
        "issue": "  {sheet}line {line}{column}: {reason}; {advice} ({effect})",
        "before_column": ", ",
        "row": "the row is set aside",
        "cell": "the value is left empty",
        "more": "  {count} more of the same: {column}, {reason}",
        "sheet": "sheet '{sheet}', ",
        "clean": "  everything would load",
        "loaded": "would load",
    },
}


def _column_words(source: str, column: str, language: Language) -> str:
    columns = load_contracts()[source].columns
    names = [name for name in column.split("|") if name]
    said = [f"{columns[name].zh[0]}({name})" if language == "zh" and name in columns else name for name in names]
    return "、".join(said) if language == "zh" else ", ".join(said)


def _issue_lines(checked: Checked, language: Language, most: int) -> list[str]:
    said, lines = _SAID[language], []
    for (column, reason, level), rows in checked.issues.group_by("column", "reason", "level", maintain_order=True):
        word = words("reason")[str(reason)]
        named = _column_words(checked.source or "", str(column), language)
        for row in rows.head(most).iter_rows(named=True):
            sheet = said["sheet"].format(sheet=row["sheet"]) if row["sheet"] else ""
            lines.append(
                said["issue"].format(
                    sheet=sheet,
                    line=row["line"],
                    column=f"{said['before_column']}{named}" if named else "",
                    reason=word.said(language),
                    advice=word.advice(language),
                    effect=said[str(level)],
                )
            )
        if rows.height > most:
            count = rows.height - most
            lines.append(said["more"].format(count=count, column=named, reason=word.said(language)))
    return lines


def _table_lines(checked: Checked, language: Language) -> list[str]:
    said, lines = _SAID[language], []
    for table in checked.summary.tables if checked.summary else ():
        sheet = said["sheet"].format(sheet=table.sheet) if table.sheet else ""
        if not table.is_read:
            lines.append(said["unread"].format(sheet=sheet))
            continue
        if table.header_line:
            lines.append(said["table"].format(sheet=sheet, line=table.header_line))
        if table.unknown_headers:
            separator = "、" if language == "zh" else ", "
            lines.append(said["unknown"].format(sheet=sheet, columns=separator.join(table.unknown_headers)))
    return lines


def in_words(checked: Checked, language: Language, most: int = 20) -> str:
    """What was found, for people: what the file is, what would load, and every problem with where and what to do.

    most: how many places of one problem are listed one by one; the rest are counted.
    """
    said = _SAID[language]
    status = said.get(checked.status) or words("status")[checked.status].said(language)
    if checked.problem:
        problem = words("problem")[checked.problem]
        return said["nothing"].format(
            file=checked.file, status=status, problem=problem.said(language), advice=problem.advice(language)
        )
    contract = load_contracts()[checked.source or ""]
    name = contract.zh[0] if language == "zh" else contract.en
    lines = [said["is"].format(file=checked.file, source=name, status=status), said["counts"].format(**checked.counts)]
    lines += _table_lines(checked, language)
    lines += _issue_lines(checked, language, most)
    if checked.counts["rows_loaded"] and not checked.issues.height:
        lines.append(said["clean"])
    return "\n".join(lines)
