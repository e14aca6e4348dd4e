"""The entry of the app: language, filters and navigation. Filters live here, before the page runs, so that they stand in
the address and survive a change of page."""

import os
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from dashboards import queries
from dashboards.components import View
from dashboards.places import labelled
from dashboards.queries import Publication, Scope
from dashboards.serve import DATA_VARIABLE
from dashboards.texts import LANGUAGES, Words
from dashboards.views import complaints, facilities, funds, providers, quality

_PAGES: dict[str, tuple[Callable[[View], None], str]] = {
    "funds": (funds.show, ":material/payments:"),
    "complaints": (complaints.show, ":material/forum:"),
    "facilities": (facilities.show, ":material/home_work:"),
    "providers": (providers.show, ":material/groups:"),
    "quality": (quality.show, ":material/fact_check:"),
}


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
    words = Words(LANGUAGES.get(str(chosen), "zh"))
    mark = "zh-CN" if words.language == "zh" else "en"
    st.html(f"<script>document.documentElement.lang = '{mark}'</script>", unsafe_allow_javascript=True)
    return words


def _scope(publication: Publication, words: Words) -> Scope:
    """Place and year, kept in the address; a value that is no option is dropped."""
    codes = queries.divisions(publication)
    prefixes = sorted({f"{code[:4]}00" for code in codes} | set(codes))
    place = st.selectbox(
        words("place"),
        prefixes,
        index=None,
        placeholder=words("all_places"),
        format_func=labelled,
        key="place",
        bind="query-params",
    )
    year = st.selectbox(
        words("period"),
        queries.years(publication),
        index=None,
        placeholder=words("all_periods"),
        key="year",
        bind="query-params",
    )
    return Scope(place, year)


def _page(name: str, show: Callable[[View], None], view: View) -> Callable[[], None]:
    def run() -> None:
        try:
            show(view)
        except Exception:  # noqa: BLE001 - whatever breaks, a user sees neither stack nor path
            st.error(f"**{view.words('error')}** — {view.words('error_help', run=view.publication.run)}")

    run.__name__ = name
    return run


def main() -> None:
    """Draw the app for one request, on one publication."""
    st.set_page_config(page_title="养老服务监督 Oversight", page_icon="📊", layout="wide")
    publication = queries.current(Path(os.environ.get(DATA_VARIABLE, "data")))
    with st.sidebar:
        words = _language()
        if publication is None:
            st.stop() if _say_nothing_is_published(words) else None
            return
        scope = _scope(publication, words)
    view = View(publication, scope, words)
    pages = [
        st.Page(_page(name, show, view), title=words(f"page_{name}"), icon=icon, url_path=name, default=name == "funds")
        for name, (show, icon) in _PAGES.items()
    ]
    st.navigation(pages).run()


def _say_nothing_is_published(words: Words) -> bool:
    st.info(f"**{words('nothing_published')}** — {words('nothing_published_help')}")
    return True


main()
