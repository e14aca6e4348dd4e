"""What stands around every page: its language and print form, the search box, who is signed in, and what is said to who has
no page to see."""

import json
import time
from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboards.components import View, go_to
from dashboards.identity import Identity
from dashboards.places import place_name
from dashboards.queries import shell
from dashboards.texts import Words

# On paper: the page alone, as wide as the sheet, nothing cut off, nothing to press.
_STYLE = """
<style>
/* A table's own download is made in the browser and in no log: there is a logged workbook under each table instead. */
[data-testid="stElementToolbarButton"]:has([aria-label="Download as CSV"]) { display: none !important; }
[data-testid="stMetricValue"] { font-variant-numeric: tabular-nums; }
[data-testid="stElementContainer"]:has(> [data-testid="stHtml"] > script:first-child) { position: absolute; }
[data-testid="stMainBlockContainer"] { padding: 4rem 3rem 3rem; }
[data-testid="stMain"] h1 { font-size: 1.75rem; padding: 0 0 0.25rem; }
[data-testid="stMain"] h2 { font-size: 1.3rem; padding: 0.75rem 0 0.25rem; }
[data-testid="stMain"] h5 { font-size: 1.05rem; font-weight: 500; line-height: 1.6; padding: 0.5rem 0 0.25rem; }
[data-testid="stMain"] h4 { font-size: 1.15rem; padding: 0.25rem 0; }
[data-testid="stMain"] h3 { font-size: 1.1rem; padding: 0.5rem 0 0.25rem; }
@media print {
  [data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stToolbar"], [data-testid="stExpandSidebarButton"],
  [data-testid="stDownloadButton"], [data-testid="stButton"], [data-testid="stElementToolbar"],
  .modebar { display: none !important; }
  [data-testid="stApp"], [data-testid="stAppViewContainer"], [data-testid="stMain"], body, html {
    position: static !important; overflow: visible !important; height: auto !important; background: #fff !important;
  }
  [data-testid="stMainBlockContainer"] { max-width: none !important; padding: 0 !important; }
  [data-testid="stVerticalBlock"] > div, [data-testid="stMetric"], [data-testid="stPlotlyChart"] { break-inside: avoid; }
}
</style>
"""

# Where each kind of hit leads, and under which name its id stands in the address.
_LEADS_TO: Mapping[str, tuple[str, str]] = {
    "finding": ("finding", "id"),
    "provider": ("scorecards", "provider"),
    "batch": ("funds", "batch"),
    "area": ("facilities", "area"),
}
_ICONS = {
    "finding": ":material/flag:",
    "provider": ":material/groups:",
    "batch": ":material/receipt_long:",
    "area": ":material/apartment:",
}


def _own_words(words: Words) -> str:
    """Streamlit's own words in the language of the page: it has them in English only."""
    return f"""
<style>
[data-testid="stFileUploaderDropzone"] button [data-testid="stMarkdownContainer"] p {{ font-size: 0; }}
[data-testid="stFileUploaderDropzone"] button [data-testid="stMarkdownContainer"] p::after {{
  content: "{words("upload")}"; font-size: 0.875rem;
}}
[data-testid="stFileUploaderDropzoneInstructions"] {{ display: none; }}
[data-testid="InputInstructions"], [data-testid="stStatusWidget"] button {{ display: none; }}
[data-testid="stSkipToContent"] {{ font-size: 0; }}
[data-testid="stSkipToContent"]::after {{ content: "{words("skip")}"; font-size: 0.875rem; }}
</style>
"""


def dress(words: Words) -> None:
    """The language of the document, and how it is printed."""
    mark = "zh-CN" if words.language == "zh" else "en"
    st.html(f"<script>document.documentElement.lang = '{mark}'</script>", unsafe_allow_javascript=True)
    st.html(_STYLE)
    st.html(_own_words(words))


def keep_address(chosen: Mapping[str, str | None]) -> None:
    """Write the filters into the address where a change of page by the program left them out: Streamlit keeps their values,
    but not there."""
    values = json.dumps({name: value for name, value in chosen.items() if value is not None}).replace("<", "\\u003c")
    # Streamlit writes the address of a page some time after the page itself.
    script = f"""
        const complete = () => {{
            const address = new URL(window.location.href);
            const missing = Object.entries({values}).filter(([name]) => !address.searchParams.has(name));
            missing.forEach(([name, value]) => address.searchParams.set(name, value));
            if (missing.length) window.history.replaceState(window.history.state, "", address);
        }};
        [0, 300, 1000, 3000].forEach((wait) => setTimeout(complete, wait));
    """
    # A script runs when it is new; the moment makes it so.
    st.html(f"<script>/* {time.time_ns()} */{script}</script>", unsafe_allow_javascript=True)


def _seek() -> None:
    st.session_state["sought"] = str(st.session_state.get("search") or "").strip()


def _go(view: View, hit: Mapping[str, Any]) -> None:
    page, parameter = _LEADS_TO[hit["kind"]]
    go_to(view, page, **{parameter: hit["id"]})


def search(view: View) -> None:
    """The search box: an id, a code or a name; one hit is opened at once, several are offered."""
    words = view.words
    text = st.text_input(
        words("search"),
        key="search",
        type="search",
        placeholder=words("search_hint"),
        icon=":material/search:",
        on_change=_seek,
        label_visibility="collapsed",
    )
    sought = st.session_state.pop("sought", "")
    text = (text or "").strip()[:60]
    if len(text) < 2:
        return
    hits = shell.search(view.reader, text, tuple(kind for kind, (page, _) in _LEADS_TO.items() if page in view.pages))
    exact = hits.filter("is_exact")
    only = exact if exact.height == 1 else hits
    if sought and only.height == 1:
        _go(view, only.row(0, named=True))
    if not hits.height:
        st.caption(words("search_nothing"))
        return
    for hit in hits.iter_rows(named=True):
        page, parameter = _LEADS_TO[hit["kind"]]
        label = f"{hit['name']} · {place_name(hit['place'])}" if hit["kind"] in {"provider", "area"} else hit["id"]
        st.page_link(view.pages[page], label=label, icon=_ICONS[hit["kind"]], query_params={parameter: hit["id"]})
    if hits["all_hits"][0] > hits.height:
        st.caption(words("search_more", shown=hits.height, all=hits["all_hits"][0]))


def who(words: Words, identity: Identity) -> None:
    """Who is signed in, and the way out."""
    st.caption(f":material/person: {identity.name}")
    if not identity.is_local:
        st.button(words("sign_out"), on_click=st.logout, icon=":material/logout:", type="tertiary")


def no_access(words: Words, identity: Identity | None) -> None:
    """Nobody has signed in, or nothing was given to who has."""
    st.title(words("app_title"))
    if identity is None:
        st.info(f"**{words('sign_in_needed')}** — {words('sign_in_help')}")
        st.button(words("sign_in"), on_click=st.login, type="primary", icon=":material/login:")
        return
    st.warning(f"**{words('no_access')}** — {words('no_access_help', user=identity.user)}")
    who(words, identity)


def nothing_published(words: Words) -> None:
    """There is no publication yet."""
    st.info(f"**{words('nothing_published')}** — {words('nothing_published_help')}")


def no_such_page(words: Words, landing: StreamlitPage) -> None:
    """The same words whether an address never existed or is not for this user."""
    st.title(words("no_page"))
    st.info(words("no_page_help"), icon=":material/help:")
    st.page_link(landing, label=words("go_home"), icon=":material/home:")
