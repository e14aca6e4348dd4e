"""The entry of the app: who asks, language, filters, search and navigation. Filters live here, before the page runs, so that
they stand in the address and survive a change of page."""

import logging
import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboards import decided, frame, queries, saved_views
from dashboards.components import View
from dashboards.identity import Identity, current_identity, limits, may_list, may_see
from dashboards.pages import Page, by_section, first_page, make, pages_of
from dashboards.places import labelled
from dashboards.queries import Reader, Scope, shell
from dashboards.serve import DATA_VARIABLE
from dashboards.texts import LANGUAGES, Words

HOME = "home"
_LOG = logging.getLogger(__name__)


def _language() -> Words:
    chosen = st.segmented_control(
        "语言 Language",
        list(LANGUAGES),
        default="中文",
        required=True,
        key="lang",
        bind="query-params",
        label_visibility="collapsed",
    )
    return Words(LANGUAGES.get(str(chosen), "zh"))


def _place(reader: Reader, words: Words) -> str | None:
    """The place asked for, kept in the address; a value that is no option is dropped."""
    return st.selectbox(
        words("place"),
        shell.places(reader),
        index=None,
        placeholder=words("all_places"),
        format_func=labelled,
        key="place",
        bind="query-params",
        label_visibility="collapsed",
    )


def _year(reader: Reader, words: Words) -> int | None:
    """The year asked for, as the place."""
    return st.selectbox(
        words("period"),
        shell.years(reader),
        index=None,
        placeholder=words("all_periods"),
        key="year",
        bind="query-params",
        label_visibility="collapsed",
    )


def _not_by_default(words: Words, scope: Scope) -> dict[str, str | None]:
    """The filters as they stand in the address, where they are not what is shown without."""
    language = next(name for name, code in LANGUAGES.items() if code == words.language)
    return {
        "lang": language if words.language != "zh" else None,
        "place": labelled(scope.place) if scope.place else None,
        "year": str(scope.year) if scope.year else None,
    }


def _guarded(view: View, page: Page) -> Callable[[], None]:
    def run() -> None:
        try:
            page.show(view)
        except Exception:  # noqa: BLE001 - a user sees neither stack nor path; both are in the log of who keeps the app
            _LOG.exception("page %s of publication %s", page.name, view.publication.run)
            st.error(f"**{view.words('error')}** — {view.words('error_help', run=view.publication.run)}")

    return run


def _asked_path() -> str:
    """The page that the address names, or nothing for the app's own address."""
    return urlsplit(st.context.url or "").path.rstrip("/").rpartition("/")[2]


def _home(target: StreamlitPage) -> Callable[[], None]:
    """The app's own address leads to the user's landing page: each page has one address, the same for all roles."""
    return lambda: st.switch_page(target, query_params={})


def _navigation(view: View, made: dict[str, StreamlitPage]) -> StreamlitPage:
    """Register the user's pages. An address without a page, or with one that is not for the user, says the same."""
    words, pages = view.words, pages_of(view.identity)
    for page in pages:
        made[page.name] = make(page.name, _guarded(view, page), words(f"page_{page.name}"), page.icon, page.by_link)
    landing = made[first_page(view.identity, pages)]
    hidden = [st.Page(_home(landing), title=words("app_title"), url_path=HOME, default=True, visibility="hidden")]
    asked = _asked_path()
    if asked and asked not in {HOME, *made}:
        hidden.append(make(asked, lambda: frame.no_such_page(words, landing), words("no_page"), "", True))
    sections = {words(f"section_{name}"): found for name, found in by_section(pages, made).items()}
    first = next(iter(sections))
    return st.navigation({**sections, first: [*sections[first], *hidden]}, expanded=True)


def _of(identity: Identity, publication: queries.Publication) -> Reader:
    return Reader(publication, limits(identity), may_list(identity, "persons"), may_see(identity, "findings"))


def _draw() -> None:
    data = Path(os.environ.get(DATA_VARIABLE, "data"))
    publication = queries.current(data)
    place_at, year_at, search_at, language_at = st.columns([4, 2, 4, 2], gap="small", vertical_alignment="center")
    with language_at:
        words = _language()
    frame.dress(words)
    identity = current_identity()
    if identity is None or not identity.has_access:
        if identity is not None:
            decided.note_refused(data, identity)
        frame.no_access(words, identity)
        return
    if publication is None or not pages_of(identity):
        frame.nothing_published(words)
        return
    if not identity.is_local:
        frame.return_to_asked()
    reader = _of(identity, publication)
    with place_at:
        place = _place(reader, words)
    with year_at:
        year = _year(reader, words)
    scope = Scope(place, year)
    made: dict[str, StreamlitPage] = {}
    view = View(reader, scope, words, identity, data, made)
    page = _navigation(view, made)
    saved_views.follow(view)
    decided.note_visit(data, identity, publication.run)
    with search_at:
        frame.search(view)
    shown = next((one for one in pages_of(identity) if one.name == page.url_path), None)
    with st.sidebar:
        saved_views.section(view, page.url_path, shown.filters if shown else None)
        frame.who(words, identity)
    frame.keep_address(_not_by_default(words, scope))
    page.run()


def main() -> None:
    """Draw the app for one request, on one publication."""
    st.set_page_config(page_title="养老服务监督 Oversight", page_icon="📊", layout="wide")
    try:
        _draw()
    except Exception:  # noqa: BLE001 - here too a user sees neither stack nor path; both are in the log
        _LOG.exception("no page could be drawn")
        words = Words(LANGUAGES.get(st.query_params.get("lang", ""), "zh"))
        st.error(f"**{words('error')}** — {words('error_app')}")


main()
