"""The commands without the command line: from what is asked for to files that are whole or not there at all."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.reporting import single, typesetting, workbooks
from pipelines.reporting.chapters.closing import stem
from pipelines.reporting.chapters.limits import limits_on
from pipelines.reporting.chapters.report import report as report_of
from pipelines.reporting.content import Language, Report
from pipelines.reporting.fonts import installed
from pipelines.reporting.gathering import Scope, Source, gather
from pipelines.reporting.periods import Period, read_period
from pipelines.reporting.problems import ReportProblem
from pipelines.reporting.word import word
from pipelines.reporting.wording import Words


@dataclass(frozen=True)
class Asked:
    """The options of `oversight report`, by their names."""

    jurisdiction: str | None
    provider: str | None
    period: str | None
    finding: str | None
    language: Language
    out: Path


def write_whole(out: Path, made: Mapping[str, bytes]) -> list[Path]:
    """Write all files aside, then put each in its place by a rename: what is there is whole."""
    out.mkdir(parents=True, exist_ok=True)
    aside = {out / name: out / f".making-{os.getpid()}-{name}" for name in made}
    try:
        for target, making in aside.items():
            with making.open("wb") as file:
                file.write(made[target.name])
                file.flush()
                os.fsync(file.fileno())
        for target, making in aside.items():
            making.replace(target)
    finally:
        for making in aside.values():
            making.unlink(missing_ok=True)
    return list(aside)


def _documents(report: Report, stem: str, *, with_pdf: bool) -> dict[str, bytes]:
    fonts = installed()
    pages = typesetting.pages(report, fonts) if report.has_cover else []
    made = {f"{stem}.docx": word(report, lambda figure: typesetting.picture(figure, fonts), pages)}
    if with_pdf:
        made[f"{stem}.pdf"] = typesetting.pdf(report, fonts)
    made[f"{stem}.xlsx"] = workbooks.workbook(report)
    return made


def _of_finding(source: Source, finding_id: str, decisions: pl.DataFrame, words: Words) -> dict[str, bytes]:
    found = source.table("findings", finding_id=finding_id)
    if not found.height:
        raise ReportProblem(f"no finding {finding_id} in this publication; its ids stand in findings.parquet")
    whole = Period(source.day("period_start"), source.day("as_of"))
    gathered = single.only(gather(source, Scope(found["jurisdiction"][0], whole), decisions), finding_id)
    report = single.finding_report(gathered, words, limits_on(gathered.as_of.isoformat()))
    return _documents(report, single.stem(gathered, words), with_pdf=False)


def _of_place(source: Source, asked: Asked, decisions: pl.DataFrame, words: Words) -> dict[str, bytes]:
    if asked.jurisdiction is None or asked.period is None:
        raise ReportProblem("a report needs --jurisdiction and --period, or --finding")
    scope = Scope(asked.jurisdiction, read_period(asked.period), asked.provider)
    gathered = gather(source, scope, decisions)
    report = report_of(gathered, words, limits_on(gathered.as_of.isoformat()))
    return _documents(report, stem(gathered, words), with_pdf=True)


def write_report(source: Source, asked: Asked, decisions: pl.DataFrame, log: Callable[[str], None]) -> list[Path]:
    """Make what is asked for and write it; where it went. Raises `ReportProblem`, and then nothing is written."""
    words = Words(asked.language)
    log(installed().sentence())
    if asked.finding is not None:
        if asked.provider or asked.period or asked.jurisdiction:
            raise ReportProblem("--finding says all; leave --jurisdiction, --provider and --period out")
        made = _of_finding(source, asked.finding, decisions, words)
    else:
        made = _of_place(source, asked, decisions, words)
    return write_whole(asked.out, made)
