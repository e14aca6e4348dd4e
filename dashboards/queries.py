"""The only reader of publications. A publication is resolved once a request and handed to every query, so that one page
never mixes two. Values only ever reach a query as parameters; tables and columns are this module's own words."""

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import streamlit as st

from pipelines.divisions import trim


@dataclass(frozen=True)
class Publication:
    """A complete publication. It never changes, so its name is all that a cache has to know of it."""

    folder: str
    run: str
    as_of: str
    fingerprint: str


@dataclass(frozen=True)
class Scope:
    """What is asked for: a division with everything under it, and a year. None: all."""

    place: str | None = None
    year: int | None = None

    @property
    def prefix(self) -> str:
        """The digits with which the divisions of the place begin."""
        return trim(self.place) if self.place else ""


def current(data: Path) -> Publication | None:
    """The publication that `current` names at this moment, or None before the first one."""
    published = data / "published"
    try:
        name = (published / "current").read_text(encoding="utf-8").strip()
        manifest = json.loads((published / name / "manifest.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return Publication(str(published / name), manifest["run"], manifest["as_of"], manifest["fingerprint"])


@st.cache_data(max_entries=4, show_spinner=False)
def data_docs(publication: Publication) -> bytes:
    """Great Expectations' pages on a publication, packed; each page is complete in itself."""
    home = Path(publication.folder) / "data_docs"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for page in sorted(home.rglob("*.html")):
            archive.write(page, page.relative_to(home))
    return packed.getvalue()


def _ask(publication: Publication, query: str, parameters: dict[str, Any] | None = None) -> pl.DataFrame:
    """Run a query in which `{table}` stands for a published table's file."""
    with duckdb.connect(config={"autoinstall_known_extensions": "false", "threads": 2}) as connection:
        for path in Path(publication.folder).glob("*.parquet"):
            if f" {path.stem}" in query:
                connection.from_parquet(str(path)).create_view(path.stem)
        return connection.execute(query, parameters or {}).pl()


def _in_place(column: str = "division_code") -> str:
    return f"starts_with({column}, $prefix)"


@st.cache_data(max_entries=64, show_spinner=False)
def divisions(publication: Publication) -> list[str]:
    """All division codes that any figure speaks of, in order."""
    found = _ask(
        publication,
        """
        select division_code from fund_usage
        union select division_code from complaint_counts
        union select division_code from area_compliance
        union select division_code from land_compliance
        union select division_code from provider_activity where division_code is not null
        order by 1
        """,
    )
    return found["division_code"].to_list()


@st.cache_data(max_entries=64, show_spinner=False)
def years(publication: Publication) -> list[int]:
    """All years that funds or complaints speak of, the newest first."""
    found = _ask(
        publication,
        """
        select fiscal_year as year from fund_usage
        union select cast(left(month, 4) as bigint) from complaint_counts
        order by 1 desc
        """,
    )
    return found["year"].to_list()


@st.cache_data(max_entries=256, show_spinner=False)
def fund_usage(publication: Publication, scope: Scope) -> pl.DataFrame:
    """Fund usage in scope, a row for each division, year, programme and fund source."""
    return _ask(
        publication,
        f"""
        select * from fund_usage
        where {_in_place()} and ($year is null or fiscal_year = $year)
        order by division_code, fiscal_year desc, programme nulls last, fund_source nulls last
        """,
        {"prefix": scope.prefix, "year": scope.year},
    )


_FUND_TRACES = {
    "payments": ("trace_payments", "division_code"),
    "budgets": ("trace_budgets", "division_code"),
    "transfers": ("trace_transfers", "to_division"),
}


@st.cache_data(max_entries=256, show_spinner=False)
def fund_rows(
    publication: Publication, kind: str, division: str, year: int, programme: str | None, fund_source: str | None
) -> pl.DataFrame:
    """The rows behind one row of fund usage: its payments, budget lines, or transfers received."""
    table, column = _FUND_TRACES[kind]
    return _ask(
        publication,
        f"""
        select * from {table}
        where
            {column} = $division and fiscal_year = $year
            and programme is not distinct from $programme and fund_source is not distinct from $fund_source
        order by all
        """,
        {"division": division, "year": year, "programme": programme, "fund_source": fund_source},
    )


@st.cache_data(max_entries=256, show_spinner=False)
def complaint_counts(publication: Publication, scope: Scope) -> pl.DataFrame:
    """Complaint counts in scope."""
    return _ask(
        publication,
        f"""
        select * from complaint_counts
        where {_in_place()} and ($year is null or left(month, 4) = cast($year as varchar))
        order by month desc, division_code, target_kind, category nulls last
        """,
        {"prefix": scope.prefix, "year": scope.year},
    )


@st.cache_data(max_entries=256, show_spinner=False)
def complaint_rows(
    publication: Publication, division: str, month: str, target_kind: str, category: str | None
) -> pl.DataFrame:
    """The complaints behind one row of counts."""
    return _ask(
        publication,
        """
        select * from trace_complaints
        where
            division_code = $division and month = $month and target_kind = $target_kind
            and category is not distinct from $category
        order by received_on, complaint_id
        """,
        {"division": division, "month": month, "target_kind": target_kind, "category": category},
    )


@st.cache_data(max_entries=256, show_spinner=False)
def areas(publication: Publication, scope: Scope) -> pl.DataFrame:
    """Residential areas in scope, the largest shortage first, with file, sheet and line of their source row."""
    return _ask(
        publication,
        f"""
        select areas.*, traces.file, traces.sheet, traces.line
        from area_compliance as areas
        left join trace_residential_areas as traces using (residential_area_id)
        where {_in_place("areas.division_code")}
        order by areas.short_m2 desc nulls last, areas.residential_area_id
        """,
        {"prefix": scope.prefix},
    )


@st.cache_data(max_entries=256, show_spinner=False)
def land(publication: Publication, scope: Scope) -> pl.DataFrame:
    """Land per resident in scope, by division."""
    return _ask(
        publication,
        f"select * from land_compliance where {_in_place()} order by division_code",
        {"prefix": scope.prefix},
    )


@st.cache_data(max_entries=256, show_spinner=False)
def land_rows(publication: Publication, division: str) -> pl.DataFrame:
    """The open facilities whose land makes up the figure of a division."""
    return _ask(
        publication,
        """
        select facility_id, name, kind, division_code, land_area, opened_on, closed_on, file, sheet, line
        from trace_facilities
        where is_open and starts_with(division_code, $prefix)
        order by land_area desc nulls last, facility_id
        """,
        {"prefix": trim(division)},
    )


@st.cache_data(max_entries=256, show_spinner=False)
def providers(publication: Publication, scope: Scope) -> pl.DataFrame:
    """Providers in scope with their visits, ratings and complaints of the period."""
    return _ask(
        publication,
        f"""
        select * from provider_activity
        where {_in_place("coalesce(division_code, '')")}
        order by visits desc, provider_id
        """,
        {"prefix": scope.prefix},
    )


@st.cache_data(max_entries=256, show_spinner=False)
def provider_complaints(publication: Publication, provider: str) -> pl.DataFrame:
    """The complaints about a provider or its workers in the period of the publication."""
    return _ask(
        publication,
        """
        select trace_complaints.*
        from trace_complaints
        inner join provider_activity using (provider_id)
        where
            provider_id = $provider and target_kind in ('provider', 'worker')
            and received_on between period_start and period_end
        order by received_on, complaint_id
        """,
        {"provider": provider},
    )


@st.cache_data(max_entries=64, show_spinner=False)
def freshness(publication: Publication) -> pl.DataFrame:
    """For each source how many files and rows came and the newest day of which its data speak."""
    return _ask(
        publication,
        """
        select source, sum(files) as files, sum(rows) as rows, max(newest_on) as newest_on, max(newest_file_on) as file_on
        from source_freshness
        group by source
        order by source
        """,
    )


@st.cache_data(max_entries=64, show_spinner=False)
def late_sources(publication: Publication) -> list[str]:
    """Sources of which some delivery is later than its rhythm allows."""
    found = _ask(
        publication,
        "select distinct source from quality_checks where \"check\" = 'freshness' and not passed order by source",
    )
    return found["source"].to_list()


@st.cache_data(max_entries=64, show_spinner=False)
def files(publication: Publication, scope: Scope) -> pl.DataFrame:
    """All files; in a place those whose name speaks of it."""
    return _ask(
        publication,
        f"""
        select * from files
        where $prefix = '' or {_in_place("coalesce(division, '')")}
        order by file_order desc nulls last, file
        """,
        {"prefix": scope.prefix},
    )


@st.cache_data(max_entries=64, show_spinner=False)
def issues(publication: Publication) -> pl.DataFrame:
    """Quarantined rows and emptied cells, counted by source, column and reason."""
    return _ask(
        publication,
        """
        select source, "column", reason, level, count(*) as issues
        from quarantine
        group by all
        order by issues desc, source, "column", reason
        """,
    )


@st.cache_data(max_entries=256, show_spinner=False)
def issue_rows(publication: Publication, source: str, column: str, reason: str, level: str) -> pl.DataFrame:
    """Where one kind of problem stands: file, sheet and line."""
    return _ask(
        publication,
        """
        select file, sheet, line, "column", reason, level from quarantine
        where source = $source and "column" = $column and reason = $reason and level = $level
        order by file, sheet, line
        """,
        {"source": source, "column": column, "reason": reason, "level": level},
    )


@st.cache_data(max_entries=64, show_spinner=False)
def checks(publication: Publication) -> pl.DataFrame:
    """All checks, those that failed first."""
    return _ask(publication, "select * from quality_checks order by passed, severity, subject_kind, source, file")
