"""A user's own views: a page with its filters under a name, in the sidebar.

What is kept is the address, without the language; what is opened is that address, and nothing of what was shown before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from dashboards import decided
from dashboards.components import View, verbatim
from dashboards.identity import may_do
from dashboards.places import labelled
from dashboards.queries import shell
from pipelines.decisions import DecisionProblem, SavedView

_NAME, _TOLD, _OPENING = "view.name", "view.told", "view.opening"
OF_ALL_PAGES = ("place", "year")


@dataclass(frozen=True)
class Target:
    """Where a saved view leads: place and year, which go with the user from page to page, and the page's own filters."""

    place: str | None
    year: int | None
    own: Mapping[str, str]


def address(view: View, filters: Mapping[str, str]) -> str:
    """The address of what is shown: place, year and the page's own filters."""
    scope = view.scope
    of_all = {"place": labelled(scope.place) if scope.place else "", "year": str(scope.year or "")}
    return urlencode({name: value for name, value in {**of_all, **filters}.items() if value})


def target(view: View, saved: SavedView) -> Target:
    """Where a saved view leads. A place or a year that is no longer to be chosen is dropped, as from any address."""
    own = dict(parse_qsl(saved.query))
    place, year = own.pop("place", "").rpartition(" ")[2], own.pop("year", "")
    return Target(
        place if place in shell.places(view.reader) else None,
        next((known for known in shell.years(view.reader) if str(known) == year), None),
        own,
    )


# ---- what happens when something is pressed ------------------------------------------------------------------------


def _tell(text: str, is_error: bool = False) -> None:
    st.session_state[_TOLD] = (text, is_error)


def _keep(view: View, page: str, filters: tuple[str, ...]) -> None:
    name = str(st.session_state.get(_NAME) or "")
    own = {one: st.query_params[one] for one in filters if one in st.query_params}
    try:
        saved = decided.save_view(view.data, view.identity, name, page, address(view, own), {*OF_ALL_PAGES, *filters})
    except DecisionProblem as problem:
        _tell(problem.say(view.words.language), is_error=True)
        return
    st.session_state[_NAME] = ""
    _tell(view.words("view_saved", name=saved.name))


def _open(view: View, saved: SavedView) -> None:
    """Place and year are set before their widgets are drawn; the page is changed to once it is known again."""
    leads_to = target(view, saved)
    st.session_state["place"], st.session_state["year"] = leads_to.place, leads_to.year
    st.session_state[_OPENING] = (saved.page, dict(leads_to.own))


def _forget(view: View, saved: SavedView) -> None:
    try:
        decided.remove_view(view.data, view.identity, saved.name)
    except DecisionProblem as problem:
        _tell(problem.say(view.words.language), is_error=True)
        return
    _tell(view.words("view_removed", name=saved.name))


def follow(view: View) -> None:
    """Go where the view that was just opened leads."""
    opening = st.session_state.pop(_OPENING, None)
    if opening:
        page, own = opening
        st.switch_page(view.pages[page], query_params=own)


# ---- what is drawn -------------------------------------------------------------------------------------------------


def _about(view: View, saved: SavedView) -> str:
    """What a saved view shows: its page and the filters as they stand in the address."""
    words = view.words
    page = words(f"page_{saved.page}") if saved.page in view.pages else words("view_not_yours")
    filters = (f"{name}={value}" for name, value in parse_qsl(saved.query))
    return verbatim(words.named(page, words.joined(filters) or words("view_no_filters")))


def _row(view: View, saved: SavedView) -> None:
    words = view.words
    name, remove = st.columns([5, 2], vertical_alignment="center", gap="small")
    name.button(
        verbatim(saved.name),
        key=f"view.open.{saved.name}",
        icon=":material/bookmark:",
        type="tertiary",
        help=_about(view, saved),
        disabled=saved.page not in view.pages,
        on_click=partial(_open, view, saved),
    )
    remove.button(
        words("remove"),
        key=f"view.remove.{saved.name}",
        type="tertiary",
        help=verbatim(words("view_remove", name=saved.name)),
        on_click=partial(_forget, view, saved),
    )


def section(view: View, page: str, filters: tuple[str, ...] | None) -> None:
    """The user's views, and the form that saves what is shown. `filters`: those of the page; None where there is nothing to
    save."""
    if not may_do(view.identity, "save_view"):
        return
    words = view.words
    st.markdown(f"**{words('views')}**")
    try:
        kept = decided.saved_views(view.data, view.identity)
    except DecisionProblem as problem:
        st.caption(problem.say(words.language))
        return
    text, is_error = st.session_state.pop(_TOLD, ("", False))
    if text:
        (st.error if is_error else st.success)(verbatim(text))
    if not kept:
        st.caption(words("views_none"))
    for saved in kept:
        _row(view, saved)
    if filters is None:
        return
    with st.popover(words("view_save"), icon=":material/bookmark_add:"), st.form("view.form", border=False):
        st.text_input(words("view_name"), key=_NAME, help=words("view_help"))
        st.form_submit_button(words("save"), type="primary", on_click=_keep, args=(view, page, filters))
