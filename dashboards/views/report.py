"""报告: what do I deliver? A scope, the progress, the finished 评估报告 with its annexes."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from dashboards import decided
from dashboards.components import Address, View, headline, one_of
from dashboards.identity import may_do
from dashboards.queries import report as asked
from dashboards.texts import LANGUAGES
from pipelines.reporting.commands import Asked, write_report
from pipelines.reporting.decided import decisions_of
from pipelines.reporting.gathering import source_of
from pipelines.reporting.problems import ReportProblem

FILTERS = ("of", "provider", "span")

_KINDS = {
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ":material/description:"),
    ".pdf": ("application/pdf", ":material/picture_as_pdf:"),
    ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ":material/table:"),
}


@dataclass(frozen=True)
class Made:
    """A finished report: what it is about, and its files by name. It lives as long as the session."""

    about: Asked
    files: Mapping[str, bytes]


def make(view: View, about: Asked, tell: Callable[[str], None]) -> Made:
    """Make the documents of a report on the page's publication. Raises `ReportProblem`."""
    with tempfile.TemporaryDirectory() as folder:
        source = source_of(Path(view.publication.folder))
        wanted = Asked(about.jurisdiction, about.provider, about.period, about.finding, about.language, Path(folder))
        written = write_report(source, wanted, decisions_of(view.data), tell)
        return Made(about, {path.name: path.read_bytes() for path in written})


def offer(view: View, made: Made, key: str) -> None:
    """A button for each document. Handing one out is logged; where it cannot be logged nothing is handed out."""

    def logged(name: str) -> bytes:
        if not decided.note(view.data, view.identity, "export", f"report:{name}", view.publication.run, view.codes):
            raise RuntimeError("an export that cannot be logged is not made")
        return made.files[name]

    columns = st.columns(max(len(made.files), 3))
    for column, name in zip(columns, made.files, strict=False):
        suffix = Path(name).suffix
        mime, icon = _KINDS[suffix]
        column.download_button(
            view.words(f"report_file_{suffix[1:]}"),
            data=lambda name=name: logged(name),
            file_name=name,
            mime=mime,
            icon=icon,
            key=f"{key}_{suffix[1:]}",
            on_click="ignore",
            width="stretch",
        )


def _periods(view: View) -> list[str]:
    """What a report can be about: the year of the data, its quarters that have ended, and all of it so far."""
    year, month = int(view.publication.as_of[:4]), int(view.publication.as_of[5:7])
    quarters = [f"{year}Q{quarter}" for quarter in range(1, 5) if quarter * 3 <= month]
    return [str(year), *reversed(quarters), f"{year}-01..{year}-{month:02d}"]


def _scope(view: View, places: list[str]) -> Asked:
    """The form. What is chosen stands in the address."""
    words, address = view.words, Address("report")
    first, second, third, fourth = st.columns([3, 4, 2, 2])
    place = first.selectbox(
        words("report_place"), places, format_func=words.jurisdiction, key=address.seed("of", one_of(places), places[0])
    )
    address.keep("of", place)
    names = {row["provider_id"]: row["name"] for row in asked.providers(view.reader, place).iter_rows(named=True)}
    provider = second.selectbox(
        words("report_provider"),
        list(names),
        format_func=lambda code: f"{names[code] or ''} {code}".strip(),
        key=address.seed("provider", one_of(names)),
        index=None,
        placeholder=words("report_all_providers"),
    )
    address.keep("provider", provider)
    periods = _periods(view)
    period = third.selectbox(words("report_period"), periods, key=address.seed("span", one_of(periods), periods[0]))
    address.keep("span", period)
    languages = list(LANGUAGES)
    shown = next(name for name, code in LANGUAGES.items() if code == words.language)
    language = fourth.selectbox(words("report_language"), languages, index=languages.index(shown))
    return Asked(place, provider, period, None, LANGUAGES[language], Path())


def show(view: View) -> None:
    """The page."""
    words = view.words
    headline(view, "report_question")
    places = asked.places(view.reader)
    # Annexes name keys of persons, and handing them out is an export.
    if not places or not view.reader.sees_persons or not may_do(view.identity, "export"):
        st.info(words("report_not_for_you"), icon=":material/lock:")
        return
    about = _scope(view, places)
    st.caption(words("report_leads"))
    if st.button(words("report_make"), type="primary", icon=":material/summarize:"):
        st.session_state.pop("report", None)
        with st.status(words("report_making"), expanded=True) as status:
            try:
                status.write(words("report_gathering"))
                st.session_state["report"] = make(view, about, lambda _text: None)
                status.update(label=words("report_done"), state="complete", expanded=False)
            except ReportProblem:
                status.update(label=words("report_failed"), state="error", expanded=False)
    made = st.session_state.get("report")
    if isinstance(made, Made) and made.about == about:
        st.subheader(words("report_ready"))
        st.caption(words("report_of", run=view.publication.run, fingerprint=view.publication.fingerprint[:12]))
        offer(view, made, "report")
    with st.expander(words("report_contents"), expanded=True):
        st.markdown(words("report_contents_text"))
