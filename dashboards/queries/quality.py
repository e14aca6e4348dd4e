"""The quality of the data: files, quarantined rows, checks."""

import io
import zipfile
from pathlib import Path

import polars as pl

from dashboards.queries.base import Reader, Scope, ask, cached, in_scope


@cached
def data_docs(reader: Reader) -> bytes | None:
    """Great Expectations' pages on a publication, packed; each page is complete in itself. They name the files of all
    places: None for who may not see all."""
    if reader.places is not None:
        return None
    home = Path(reader.publication.folder) / "data_docs"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for page in sorted(home.rglob("*.html")):
            archive.write(page, page.relative_to(home))
    return packed.getvalue()


@cached
def files(reader: Reader, scope: Scope) -> pl.DataFrame:
    """All files; in a place those whose name speaks of it."""
    return ask(
        reader,
        f"""
        select * from files
        where $prefix = '' or {in_scope("coalesce(division, '')")}
        order by file_order desc nulls last, file
        """,
        {"prefix": scope.prefix},
    )


@cached
def issues(reader: Reader) -> pl.DataFrame:
    """Quarantined rows and emptied cells, counted by source, column and reason."""
    return ask(
        reader,
        """
        select source, "column", reason, level, count(*) as issues
        from quarantine
        group by all
        order by issues desc, source, "column", reason
        """,
    )


@cached
def issue_rows(reader: Reader, source: str, column: str, reason: str, level: str) -> pl.DataFrame:
    """Where one kind of problem stands: file, sheet and line."""
    return ask(
        reader,
        """
        select source, file, sheet, line, "column", reason, level from quarantine
        where source = $source and "column" = $column and reason = $reason and level = $level
        order by file, sheet, line
        """,
        {"source": source, "column": column, "reason": reason, "level": level},
    )


@cached
def checks(reader: Reader) -> pl.DataFrame:
    """All checks, those that failed first."""
    return ask(reader, "select * from quality_checks order by passed, severity, subject_kind, source, file")


@cached
def file_problems(reader: Reader, file: str) -> pl.DataFrame:
    """Quarantined rows and emptied cells of a file, without any value."""
    return ask(
        reader,
        """
        select source, file, sheet, line, "column", reason, level from quarantine
        where file = $file
        order by level desc, sheet, line, "column"
        """,
        {"file": file},
    )


@cached
def check_rows(reader: Reader, source: str | None, file: str | None) -> pl.DataFrame:
    """What stands behind a check that failed: the quarantined rows and emptied cells of its file, else of its source."""
    return ask(
        reader,
        """
        select source, file, sheet, line, "column", reason, level from quarantine
        where ($file is not null and file = $file) or ($file is null and source = $source)
        order by file, sheet, line, "column"
        """,
        {"source": source, "file": file},
    )
