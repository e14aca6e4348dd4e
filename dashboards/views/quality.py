"""数据质量: can the data be trusted?

Levels in the address: `file` (a delivery), `check` (a failed check, by its place), `issue` (source|column|reason|level).
"""

import datetime as dt
from typing import Any

import polars as pl
import streamlit as st

from dashboards import ways
from dashboards.components import View, export, headline, nothing, table, total_line
from dashboards.figures.quality import Reach, reaches, row_counts
from dashboards.limits import article_of
from dashboards.queries import quality as asked
from dashboards.queries import shell

FILTERS = ("file", "check", "issue")

_COUNTS = ("rows_read", "rows_loaded", "rows_duplicate", "rows_quarantined")


def _proof(view: View, counts: dict[str, int]) -> None:
    """Rows read = loaded + duplicate + quarantined, with the numbers, and whether it holds."""
    words = view.words
    read, *parts = (counts[name] for name in _COUNTS)
    names = [words(name) for name in _COUNTS]
    sides = (
        f"{names[0]} {read:,}",
        " + ".join(f"{name} {count:,}" for name, count in zip(names[1:], parts, strict=True)),
    )
    if read == sum(parts):
        st.success(words("proof_holds", read=sides[0], parts=sides[1]), icon=":material/check:")
    else:
        st.error(words("proof_fails", read=sides[0], parts=sides[1]), icon=":material/error:")


def _figures(view: View, files: pl.DataFrame) -> None:
    totals = {name: int(files[name].sum()) for name in _COUNTS}
    words = view.words
    for column, name in zip(st.columns(4), _COUNTS, strict=True):
        column.metric(words.with_unit(words(name), words("row_unit")), f"{totals[name]:,}")
    _proof(view, totals)


def _by_source(view: View, files: pl.DataFrame) -> None:
    words = view.words
    grouped = (
        files.filter(pl.col("source").is_not_null())
        .group_by("source")
        .agg(pl.col(*_COUNTS).sum())
        .sort("rows_read", "source", descending=[True, False])
    )
    labels = [words.source(source) for source in grouped["source"]]
    figure = row_counts(labels, [(words(name), grouped[name].to_list()) for name in _COUNTS[1:]])
    shown = grouped.select(
        pl.Series(words("source"), labels, dtype=pl.String), *(pl.col(name).alias(words(name)) for name in _COUNTS)
    )
    ways.chart(view, figure, "by_source", shown)


def _freshness(view: View) -> None:
    words = view.words
    found = shell.freshness(view.reader)
    late = set(shell.late_sources(view.reader))
    marks = [
        Reach(words.source(row["source"]), row["newest_on"], row["source"] in late)
        for row in found.iter_rows(named=True)
    ]
    marks.sort(key=lambda mark: (mark.newest_on or dt.date.min, mark.label))
    as_of = dt.date.fromisoformat(view.publication.as_of)
    figure = reaches(marks, as_of, (words("on_time"), words("late_source"), words("nothing_came"), words("as_of_word")))
    shown = found.select(
        pl.Series(words("source"), [words.source(source) for source in found["source"]], dtype=pl.String),
        pl.col("newest_on").alias(words("newest_on")),
        pl.col("file_on").alias(words("file_date")),
        pl.col("files").alias(words("deliveries")),
        pl.col("rows").alias(words("rows_word")),
        pl.Series(
            words("late_source"), [words("yes_word" if source in late else "no_word") for source in found["source"]]
        ),
    )
    told = words("late", sources="、".join(words.source(source) for source in sorted(late))) if late else ""
    ways.chart(view, figure, "reach_chart", shown, told)


def _files_table(view: View, files: pl.DataFrame) -> pl.DataFrame:
    words = view.words
    return files.select(
        pl.col("file").alias(words("file")),
        pl.Series(words("source"), [words.source(source) for source in files["source"]], dtype=pl.String),
        pl.col("file_date").alias(words("file_date")),
        pl.Series(words("status"), [words.landing("status", status) for status in files["status"]], dtype=pl.String),
        *[pl.col(name).alias(words(name)) for name in _COUNTS],
        pl.Series(
            words("problem"),
            [words.landing("problem", code) if code else "" for code in files["problem"]],
            dtype=pl.String,
        ),
    )


def _columns(view: View, rows: pl.DataFrame) -> pl.Series:
    """The columns concerned, by their names in the page's language."""
    words = view.words
    named = [words.column(*place) for place in rows.select("source", "column").iter_rows()]
    return pl.Series(words("column"), named, dtype=pl.String)


def _problem_table(view: View, rows: pl.DataFrame) -> pl.DataFrame:
    words = view.words
    return rows.select(
        pl.col("file").alias(words("file")),
        pl.col("sheet").alias(words("sheet")),
        pl.col("line").alias(words("line")),
        _columns(view, rows),
        pl.Series(words("reason"), [words.landing("reason", code) for code in rows["reason"]], dtype=pl.String),
        pl.Series(words("level"), [words(f"level_{level}") for level in rows["level"]], dtype=pl.String),
    )


def _files(view: View, files: pl.DataFrame) -> None:
    words = view.words
    st.subheader(words("deliveries"), help=words("deliveries_definition"))
    shown = _files_table(view, files)
    # One file may be of several sources: a row is known by both.
    keys = [f"{row['file']}|{row['source'] or ''}" for row in files.iter_rows(named=True)]
    ways.rows(view, shown, "file_table", ("file",), keys, "file_hint")
    export(view, shown, "deliveries", "files")
    chosen = ways.asked("file", keys)
    if chosen is not None:
        _file(view, files.row(keys.index(chosen), named=True))


def _file(view: View, row: dict[str, Any]) -> None:
    words = view.words
    st.subheader(words("rows_of", what=row["file"]))
    _proof(view, {name: int(row[name]) for name in _COUNTS})
    rows = asked.file_problems(view.reader, row["file"])
    whole = rows.filter(pl.col("level") == "row").height
    if row["rows_quarantined"] and row["rows_quarantined"] != whole and not rows.height:
        st.caption(words("quarantined_whole"))
    if not rows.height:
        st.caption(words("no_problems"))
    else:
        total_line(view, whole, str(whole), str(row["rows_quarantined"]))
        table(view, _problem_table(view, rows), "file_rows")
        export(view, _problem_table(view, rows), "rows_behind", "file_rows")
    ways.back(view, "close", "file")


def _issues(view: View) -> None:
    words = view.words
    issues = asked.issues(view.reader)
    if not issues.height:
        return
    st.subheader(words("issues"), help=words("issues_definition"))
    shown = issues.select(
        pl.Series(words("source"), [words.source(source) for source in issues["source"]], dtype=pl.String),
        _columns(view, issues),
        pl.Series(words("reason"), [words.landing("reason", code) for code in issues["reason"]], dtype=pl.String),
        pl.Series(words("level"), [words(f"level_{level}") for level in issues["level"]], dtype=pl.String),
        pl.col("issues").alias(words("count")),
    )
    keys = [
        "|".join([row["source"], row["column"], row["reason"], row["level"]]) for row in issues.iter_rows(named=True)
    ]
    wide = {words("reason"): st.column_config.TextColumn(width=330)}
    ways.rows(view, shown, "issue_table", ("issue",), keys, columns=wide)
    export(view, shown, "issues", "issues")
    chosen = ways.asked("issue", keys)
    if chosen is None:
        return
    row = issues.row(keys.index(chosen), named=True)
    rows = asked.issue_rows(view.reader, row["source"], row["column"], row["reason"], row["level"])
    total_line(view, rows.height, str(rows.height), str(row["issues"]))
    table(view, _problem_table(view, rows), "issue_rows")
    export(view, _problem_table(view, rows), "rows_behind", "issue_rows")
    ways.back(view, "close", "issue")


def _checks(view: View) -> None:
    words = view.words
    checks = asked.checks(view.reader)
    failed = checks.filter(~pl.col("passed"))
    st.subheader(words("checks"), help=words("checks_definition"))
    st.caption(f"{words('passed')} {checks['passed'].sum():,} · {words('failed_checks')} {failed.height:,}")
    if failed.height:
        shown = failed.select(
            pl.Series(words("severity"), [words(f"severity_{one}") for one in failed["severity"]], dtype=pl.String),
            pl.Series(words("source"), [words.source(source) for source in failed["source"]], dtype=pl.String),
            pl.Series(words("message"), [_message(view, row) for row in failed.iter_rows(named=True)], dtype=pl.String),
            pl.col("file").alias(words("file")),
            pl.Series(words("article"), [article_of(code) for code in failed["article"]], dtype=pl.String),
        )
        keys = [_check_key(row) for row in failed.iter_rows(named=True)]
        wide = {words("message"): st.column_config.TextColumn(width=420)}
        ways.rows(view, shown, "check_table", ("check",), keys, columns=wide)
        export(view, shown, "checks", "checks")
        chosen = ways.asked("check", keys)
        if chosen is not None:
            _behind_check(view, failed.row(keys.index(chosen), named=True))
    if view.reader.places is None:
        st.download_button(
            words("data_docs"),
            data=lambda: asked.data_docs(view.reader) or b"",
            file_name=f"data_docs_{view.publication.as_of}.zip",
            mime="application/zip",
            key="data_docs",
            icon=":material/folder_zip:",
            help=words("data_docs_help"),
        )


def _message(view: View, row: dict[str, Any]) -> str:
    """What a check says, without the name of its file or source: that stands beside it."""
    said = str(row[f"message_{view.words.language}"])
    return said.removeprefix(view.words.named(row["file"] or row["source"], ""))


def _check_key(row: dict[str, Any]) -> str:
    return "|".join(str(row[name] or "") for name in ("check", "subject_kind", "source", "division", "file"))


def _behind_check(view: View, row: dict[str, Any]) -> None:
    words = view.words
    st.subheader(words("rows_of", what=row[f"message_{words.language}"]))
    st.markdown(f"{words('observed')} **{row['observed']:g}** · {words('expected')} `{row['expected']}`")
    rows = asked.check_rows(view.reader, row["source"], row["file"])
    if rows.height:
        st.caption(words("rows_behind_check", rows=rows.height))
        table(view, _problem_table(view, rows), "check_rows")
        export(view, _problem_table(view, rows), "rows_behind", "check_rows")
    else:
        st.caption(words("check_has_no_rows"))
    ways.back(view, "close", "check")


def show(view: View) -> None:
    """The page."""
    headline(view, "quality_question")
    files = asked.files(view.reader, view.scope)
    if not files.height:
        nothing(view)
        return
    _figures(view, files)
    left, right = st.columns(2)
    with left:
        _by_source(view, files)
    with right:
        _freshness(view)
    _files(view, files)
    _checks(view)
    _issues(view)
