"""The pages in the order of the navigation, each with the section that it stands under. Which of them a user has is said by
`seeds/policy/role_pages.csv`; a page that is not given is not registered, so that its address is as unknown as any other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboards.components import View
from dashboards.identity import Identity, landing, may_see
from dashboards.views import (
    complaints,
    facilities,
    finding,
    findings,
    funds,
    log,
    method,
    overview,
    policy,
    quality,
    report,
    scorecards,
    what_if,
)


@dataclass(frozen=True)
class Page:
    """A page: its name (also its address), what shows it, its icon and its section; its own filters, as they stand in the
    address. `by_link`: it needs `?id=`."""

    name: str
    show: Callable[[View], None]
    icon: str
    section: str
    filters: tuple[str, ...]
    by_link: bool = False


PAGES = (
    Page("overview", overview.show, ":material/dashboard:", "attention", overview.FILTERS),
    Page("findings", findings.show, ":material/flag:", "attention", findings.FILTERS),
    Page("finding", finding.show, ":material/flag:", "attention", finding.FILTERS, by_link=True),
    Page("funds", funds.show, ":material/payments:", "topics", funds.FILTERS),
    Page("complaints", complaints.show, ":material/forum:", "topics", complaints.FILTERS),
    Page("facilities", facilities.show, ":material/home_work:", "topics", facilities.FILTERS),
    Page("scorecards", scorecards.show, ":material/grade:", "topics", scorecards.FILTERS),
    Page("what_if", what_if.show, ":material/science:", "topics", what_if.FILTERS),
    Page("policy", policy.show, ":material/gavel:", "basis", policy.FILTERS),
    Page("method", method.show, ":material/function:", "basis", method.FILTERS),
    Page("quality", quality.show, ":material/fact_check:", "basis", quality.FILTERS),
    Page("report", report.show, ":material/summarize:", "results", report.FILTERS),
    Page("log", log.show, ":material/history:", "administration", log.FILTERS),
)


def pages_of(identity: Identity) -> tuple[Page, ...]:
    """The pages that the user's roles are given."""
    return tuple(page for page in PAGES if may_see(identity, page.name))


def first_page(identity: Identity, pages: tuple[Page, ...]) -> str:
    """Where the user lands: the landing of the role, else the first page in the navigation."""
    names = [page.name for page in pages if not page.by_link]
    wanted = landing(identity)
    return wanted if wanted in names else names[0]


def by_section(pages: tuple[Page, ...], made: Mapping[str, StreamlitPage]) -> dict[str, list[StreamlitPage]]:
    """The made pages under their sections, in order."""
    sections: dict[str, list[StreamlitPage]] = {}
    for page in pages:
        sections.setdefault(page.section, []).append(made[page.name])
    return sections


def make(name: str, run: Callable[[], None], title: str, icon: str, is_hidden: bool) -> StreamlitPage:
    """A page as Streamlit navigates it; its name is its address."""
    return st.Page(run, title=title, icon=icon or None, url_path=name, visibility="hidden" if is_hidden else "visible")
