"""数据质量: can the data be trusted?"""

import polars as pl
import streamlit as st

from dashboards import charts
from dashboards.components import View, chart, export, headline, nothing, table, total_line
from dashboards.queries import quality as asked

_COUNTS = ("rows_read", "rows_loaded", "rows_duplicate", "rows_quarantined")


def _figures(view: View, files: pl.DataFrame) -> None:
    for column, name in zip(st.columns(4), _COUNTS, strict=True):
        column.metric(view.words(name), f"{files[name].sum():,}")


def _files(view: View, files: pl.DataFrame) -> None:
    words = view.words
    shown = files.select(
        pl.col("file").alias(words("file")),
        pl.Series(words("source"), [words.source(source) for source in files["source"]]),
        pl.col("file_date").alias(words("file_date")),
        pl.Series(words("status"), [words.landing("status", status) for status in files["status"]]),
        pl.Series(words("problem"), [words.landing("problem", code) if code else "" for code in files["problem"]]),
        *[pl.col(name).alias(words(name)) for name in _COUNTS],
    )
    st.subheader(words("deliveries"), help=words("deliveries_definition"))
    table(view, shown, "file_table")
    export(view, shown, "deliveries", "files")


def _issues(view: View) -> None:
    words = view.words
    issues = asked.issues(view.reader)
    if not issues.height:
        return
    st.subheader(words("issues"))
    shown = issues.select(
        pl.Series(words("source"), [words.source(source) for source in issues["source"]]),
        pl.col("column").alias(words("column")),
        pl.Series(words("reason"), [words.landing("reason", code) for code in issues["reason"]]),
        pl.Series(words("level"), [words(f"level_{level}") for level in issues["level"]]),
        pl.col("issues").alias(words("count")),
    )
    chosen = table(view, shown, "issue_table", selectable=True)
    export(view, shown, "issues", "issues")
    if chosen is not None:
        row = issues.row(chosen, named=True)
        rows = asked.issue_rows(view.reader, row["source"], row["column"], row["reason"], row["level"])
        total_line(view, rows.height, str(rows.height), str(row["issues"]))
        named = rows.with_columns(pl.Series("reason", [words.landing("reason", code) for code in rows["reason"]]))
        table(view, named, "issue_rows")
        export(view, named, "rows_behind", "issue_rows")


def _checks(view: View) -> None:
    words = view.words
    checks = asked.checks(view.reader)
    st.subheader(words("checks"), help=words("checks_definition"))
    failed = checks.filter(~pl.col("passed"))
    st.caption(f"{words('passed')} {checks['passed'].sum():,} · {words('failed_checks')} {failed.height:,}")
    shown = failed.select(
        pl.Series(words("severity"), [words(f"severity_{one}") for one in failed["severity"]], dtype=pl.String),
        pl.Series(words("source"), [words.source(source) for source in failed["source"]], dtype=pl.String),
        pl.col("file").alias(words("file")),
        pl.col(f"message_{words.language}").alias(words("message")),
        pl.col("article").alias(words("article")),
    )
    table(view, shown, "check_table")
    export(view, shown, "checks", "checks")
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


def show(view: View) -> None:
    """The page."""
    headline(view, "quality_question")
    files = asked.files(view.reader, view.scope)
    if not files.height:
        nothing(view)
        return
    _figures(view, files)
    words = view.words
    grouped = (
        files.filter(pl.col("source").is_not_null())
        .group_by("source")
        .agg(pl.col(*_COUNTS).sum())
        .sort("rows_read", "source", descending=[True, False])
    )
    figure = charts.row_counts(
        [words.source(source) for source in grouped["source"]],
        [(words(name), grouped[name].to_list()) for name in _COUNTS[1:]],
    )
    chart(view, figure, "by_source", "sources")
    _files(view, files)
    _issues(view)
    _checks(view)
