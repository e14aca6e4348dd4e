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
from dashboards.texts import Words, widget_words

# On paper: the page alone, all of it, laid out as on the screen and made as wide as the sheet; nothing to press. Charts and
# tables are drawn for the screen and do not follow the sheet, so the page as a whole is made smaller.
_STYLE = """
<style>
/* A table's own download is made in the browser and in no log: there is a logged workbook under each table instead. */
[data-testid="stElementToolbarButton"]:has([aria-label^="Download as CSV"]) { display: none !important; }
[data-testid="stMetricValue"] { font-variant-numeric: tabular-nums; }
[data-testid="stElementContainer"]:has(> [data-testid="stHtml"] > script:first-child) { position: absolute; }
[data-testid="stMainBlockContainer"] { padding: 4rem 2rem 3rem; }
[data-testid="stMain"] h1 { font-size: 1.75rem; padding: 0 0 0.25rem; }
[data-testid="stMain"] h2 { font-size: 1.3rem; padding: 0.75rem 0 0.25rem; }
[data-testid="stMain"] h5 { font-size: 1.05rem; font-weight: 500; line-height: 1.6; padding: 0.5rem 0 0.25rem; }
[data-testid="stMain"] h4 { font-size: 1.15rem; padding: 0.25rem 0; }
[data-testid="stMain"] h3 { font-size: 1.1rem; padding: 0.5rem 0 0.25rem; }
/* Who goes by keyboard sees where it is, on either ground. */
:is(a, button, summary, canvas, textarea, [tabindex="0"]):focus-visible, :has(> input:focus-visible) {
  outline: 3px solid #3B82C4 !important; outline-offset: 1px; border-radius: 4px;
}
[data-testid="stMain"]:focus-visible { outline-offset: -3px; }
/* A heading's own link is a stop on that way that leads nowhere else. */
[data-testid="stHeaderActionElements"] > a { display: none; }
@media print {
  @page { size: A4; margin: 10mm; }
  [data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stToolbar"], [data-testid="stExpandSidebarButton"],
  [data-testid="stDownloadButton"], [data-testid="stButton"], [data-testid="stElementToolbar"], [data-testid="stForm"],
  [data-testid="stPopover"], [data-testid="stTooltipIcon"], [data-testid="stStatusWidget"],
  [data-testid="stSkipToContent"], .st-key-search, .st-key-lang, .modebar { display: none !important; }
  html, body, #root, #root > div, [data-testid="stApp"], [data-testid="stAppViewContainer"], [data-testid="stMain"] {
    position: static !important; overflow: visible !important; height: auto !important; min-height: 0 !important;
    display: block !important; background: #fff !important;
  }
  [data-testid="stMainBlockContainer"] {
    width: var(--screen-width, 1002px) !important; max-width: none !important; padding: 0 !important;
    zoom: var(--to-sheet, 0.716);
  }
  [data-testid="stHorizontalBlock"] { display: flex !important; flex-wrap: nowrap !important; }
  [data-testid="stColumn"] { min-width: 0 !important; }
  [data-testid="stPlotlyChart"], [data-testid="stDataFrame"], [data-testid="stMetric"], [data-testid="stAlert"] {
    break-inside: avoid;
  }
  h1, h2, h3, h4, h5 { break-after: avoid; }
  * { print-color-adjust: exact !important; -webkit-print-color-adjust: exact !important; }
}
</style>
"""

# On white paper the words of a dark page would be lost; tables are pictures and are turned round as a whole.
_DARK_ON_PAPER = """
<style>
@media print {
  [data-testid="stMain"] :not(svg *):not([role="img"] *) {
    color: #1B2733 !important; background-color: transparent !important; border-color: #B9C0C7 !important;
  }
  [data-testid="stPlotlyChart"] .main-svg { background: transparent !important; }
  [data-testid="stPlotlyChart"] text:not([style*="rgb(255, 255, 255)"]) { fill: #1B2733 !important; }
  [data-testid="stPlotlyChart"] .legend .bg { fill: transparent !important; }
  [data-testid="stMain"] input::placeholder { color: #1B2733 !important; opacity: 1 !important; }
  [data-testid="stDataFrame"] canvas { filter: invert(1) hue-rotate(180deg) brightness(1.1); }
}
</style>
"""

# A sheet of A4 between its margins has so many points across.
_SHEET = 718
# When printing begins: how wide the page is on the screen, and how much smaller it must be for the sheet.
_TO_SHEET = f"""<script>
if (!window.isMeasuredForPaper) {{
    window.isMeasuredForPaper = true;
    window.addEventListener("beforeprint", () => {{
        const block = document.querySelector("[data-testid=stMainBlockContainer] > div");
        const width = block ? block.offsetWidth : 0;
        if (!width || matchMedia("print").matches) return;
        document.documentElement.style.setProperty("--screen-width", `${{width}}px`);
        document.documentElement.style.setProperty("--to-sheet", Math.min(1, {_SHEET} / width));
    }});
}}
</script>"""

# Names and menus of widgets are put into the page's language as they appear.
_TELL = """
    window.widgetWords = %s;
    const told = (text) => {
        const words = window.widgetWords, whole = (text ?? "").trim();
        if (words[whole]) return words[whole];
        const [, name, what] = /^(.+?)(?:: | for |：)(.+)$/s.exec(whole) ?? [];
        return words[name] ? words[name] + words[":"] + what : null;
    };
    const name = (one) => ["aria-label", "title"].forEach((kind) => {
        const said = one.getAttribute(kind) && told(one.getAttribute(kind));
        if (said) one.setAttribute(kind, said);
    });
    const places = "[role=menu], [role=tooltip], [data-testid^=stMainMenu], [data-testid=stTooltipContent], "
        + "[data-testid=stSkipToContent]";
    const write = (place) => {
        const texts = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
            const said = window.widgetWords[texts.currentNode.nodeValue.trim()];
            if (said) texts.currentNode.nodeValue = said;
        }
    };
    const tell = (one) => {
        if (one.nodeType !== Node.ELEMENT_NODE) return;
        name(one);
        one.querySelectorAll("[aria-label], [title]").forEach(name);
        if (one.closest(places)) write(one);
        else one.querySelectorAll(places).forEach(write);
    };
    tell(document.body);
    window.widgetsAreTold?.disconnect();
    window.widgetsAreTold = new MutationObserver((changes) => changes.forEach((change) =>
        change.type === "attributes" ? name(change.target) : change.addedNodes.forEach(tell)));
    window.widgetsAreTold.observe(document.body,
        {childList: true, subtree: true, attributes: true, attributeFilter: ["aria-label", "title"]});
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
@media print {{
  [data-testid="stMainBlockContainer"]:has([data-testid="stDataFrame"])::after {{
    content: "{words("tables_on_paper")}"; font-size: 0.875rem; padding-top: 1rem;
  }}
}}
</style>
"""


def _tell_widgets(words: Words) -> str:
    """A script that puts Streamlit's own words into the page's language; it stands between braces of its own."""
    chinese = widget_words()
    told = {**chinese, ":": "："} if words.language == "zh" else {zh: en for en, zh in chinese.items()} | {":": ": "}
    return f"<script>{{{_TELL % json.dumps(told, ensure_ascii=False)}}}</script>"


def dress(words: Words) -> None:
    """The language of the document, and how it is printed."""
    mark = "zh-CN" if words.language == "zh" else "en"
    st.html(f"<script>document.documentElement.lang = '{mark}'</script>", unsafe_allow_javascript=True)
    st.html(_STYLE)
    st.html(_own_words(words))
    if st.context.theme.type == "dark":
        st.html(_DARK_ON_PAPER)
    st.html(_TO_SHEET + _tell_widgets(words), unsafe_allow_javascript=True)


def keep_address(chosen: Mapping[str, str | None]) -> None:
    """Let the address say the filters, and no others, where a change of page by the program did not: Streamlit keeps their
    values, but not there. None: the filter does not stand in the address."""
    values = json.dumps(dict(chosen)).replace("<", "\\u003c")
    # Streamlit writes the address of a page some time after the page itself. What an earlier run has still to write is void:
    # it would bring back a filter that was taken out meanwhile. In a block of its own, since a name is declared only once.
    script = f"""{{
        const complete = () => {{
            const address = new URL(window.location.href);
            const wrong = Object.entries({values}).filter(([name, value]) => address.searchParams.get(name) !== value);
            wrong.forEach(([name, value]) =>
                value === null ? address.searchParams.delete(name) : address.searchParams.set(name, value));
            if (wrong.length) window.history.replaceState(window.history.state, "", address);
        }};
        (window.completing ?? []).forEach(clearTimeout);
        window.completing = [0, 300, 1000, 3000].map((wait) => setTimeout(complete, wait));
    }}"""
    _run_script(script)


def _run_script(script: str) -> None:
    # A script runs when it is new; the moment makes it so.
    st.html(f"<script>/* {time.time_ns()} */{script}</script>", unsafe_allow_javascript=True)


def _remember_address() -> None:
    """A provider of sign-in sends back to the app's own address: the link that somebody followed stays in the tab."""
    _run_script("""{
        const {pathname, search} = window.location;
        if (pathname !== "/") window.sessionStorage.setItem("asked", pathname + search);
    }""")


def return_to_asked() -> None:
    """After sign-in, once: to the link that led here. It is an address of this app or none."""
    _run_script("""{
        const asked = window.sessionStorage.getItem("asked");
        window.sessionStorage.removeItem("asked");
        if (asked && new URL(asked, window.location.origin).origin === window.location.origin) {
            window.location.replace(asked);
        }
    }""")


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
        _remember_address()
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
