"""Pieces that every page is made of: its question, a chart with definition and table, the way down, and exports."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import Any, NoReturn

import plotly.graph_objects as go
import polars as pl
import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboards import decided
from dashboards.columns import forms
from dashboards.exports import workbook
from dashboards.identity import Identity, may_do
from dashboards.places import labelled
from dashboards.queries import Publication, Reader, Scope, shell
from dashboards.serve import GROUNDS
from dashboards.texts import Words


@dataclass(frozen=True)
class View:
    """What a page is given: what may be read, the scope, the language, who asks, the data folder, and the pages that the
    user has, by name."""

    reader: Reader
    scope: Scope
    words: Words
    identity: Identity
    data: Path
    pages: Mapping[str, StreamlitPage] = field(default_factory=dict)
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def publication(self) -> Publication:
        """The publication of this request."""
        return self.reader.publication

    @property
    def filters(self) -> dict[str, str]:
        """The scope in words, for exports."""
        place = labelled(self.scope.place) if self.scope.place else self.words("all_places")
        year = str(self.scope.year) if self.scope.year else self.words("all_periods")
        return {self.words("place"): place, self.words("period"): year, **self.more}

    @property
    def codes(self) -> dict[str, str]:
        """The scope in codes, for the log of use."""
        given = {"place": self.scope.place, "year": self.scope.year}
        return {name: str(value) for name, value in given.items() if value}

    def narrowed(self, more: Mapping[str, str]) -> "View":
        """The same view with further filters of a page, by name, for its exports."""
        return replace(self, more={**self.more, **more})


def headline(view: View, question: str, *, is_key: bool = True) -> None:
    """The page's question, and the day to which its data reach. `is_key`: a text's key, not the text itself."""
    words = view.words
    st.title(words(question) if is_key else question)
    publication = view.publication
    st.caption(words("data_as_of", as_of=publication.as_of, run=publication.run))


def reach(view: View, sources: Sequence[str]) -> None:
    """How far the data of the page's sources reach, and which of them are late."""
    words = view.words
    table = shell.freshness(view.reader).filter(pl.col("source").is_in(list(sources)))
    told = [f"{words.source(row['source'])} {row['newest_on']}" for row in table.iter_rows(named=True)]
    late = [words.source(source) for source in shell.late_sources(view.reader) if source in sources]
    with st.expander(words("reach")):
        st.write("；".join(told) if words.language == "zh" else "; ".join(told))
        if late:
            st.warning(words("late", sources="、".join(late) if words.language == "zh" else ", ".join(late)))


def nothing(view: View, filters: Sequence[str] = ()) -> None:
    """An empty result says why, and offers a way out. `filters`: those of the page itself."""
    st.info(f"**{view.words('empty')}** — {view.words('empty_help')}")
    st.button(view.words("reset"), on_click=reset_filters, args=(tuple(filters),), key="reset")


def reset_filters(filters: Sequence[str] = ()) -> None:
    """Forget place and year, and the page's own filters."""
    for name in ("place", "year"):
        st.session_state[name] = None
    for name in filters:
        if name in st.query_params:
            del st.query_params[name]


def chart_settings(words: Words, file_name: str) -> dict[str, Any]:
    """A chart's one button saves it as a picture, twice as large as it is shown; its words are the page's."""
    told = {"Download plot as a PNG": words("save_picture"), "Download plot as a png": words("save_picture")}
    return {
        "displaylogo": False,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "png", "scale": 2, "filename": file_name},
        "locale": "page",
        "locales": {"page": {"dictionary": told}},
    }


def draw(view: View, figure: go.Figure, alternative: str, key: str) -> None:
    """A chart by itself. A picture that is saved has the page's own ground: with none, the words of a dark page would be
    lost on paper."""
    figure.update_layout(paper_bgcolor=GROUNDS.get(st.context.theme.type or "light"))
    settings = chart_settings(view.words, f"{key}_{view.publication.as_of}")
    st.plotly_chart(figure, config=settings, key=f"chart_{key}", alt=alternative)


def chart(view: View, figure: go.Figure, title: str, height_key: str) -> None:
    """A chart with its title, definition and text alternative."""
    words = view.words
    st.subheader(words(title), help=words(f"{title}_definition"))
    draw(view, figure, words(f"{title}_alt"), height_key)
    st.caption(
        f"{words('definition')}：{words(f'{title}_definition')}"
        if words.language == "zh"
        else f"{words('definition')}: {words(f'{title}_definition')}"
    )


def table_name(view: View, shown: pl.DataFrame) -> str:
    """What a table is called for who does not see it: how many rows of which columns."""
    return view.words("table_alt", rows=f"{shown.height:,}", columns=view.words.joined(shown.columns))


def table(
    view: View,
    shown: pl.DataFrame,
    key: str,
    columns: dict[str, Any] | None = None,
    selectable: bool = False,
    hint: str = "select_row",
) -> int | None:
    """A table of exactly the columns that may be seen; the place of the selected row, if one is.

    Tables go to the screen as Arrow: Streamlit takes those of Polars through pandas, which costs time and whole numbers.
    """
    columns, alt = forms(shown, columns), table_name(view, shown)
    if not selectable:
        st.dataframe(shown.to_arrow(), hide_index=True, key=key, column_config=columns, placeholder="", alt=alt)
        return None
    st.caption(view.words(hint))
    event = st.dataframe(
        shown.to_arrow(),
        hide_index=True,
        key=key,
        column_config=columns,
        on_select="rerun",
        selection_mode="single-row",
        placeholder="",
        alt=alt,
    )
    rows = event["selection"]["rows"]
    return rows[0] if rows and rows[0] < shown.height else None


def logged(
    view: View, target: str, make: Callable[[], bytes], codes: Mapping[str, str] | None = None
) -> Callable[[], bytes]:
    """What a download hands out: made when it is asked for, and logged; where it cannot be logged nothing is handed out.
    codes: the filters for the log, where they are not place and year."""
    noted = view.codes if codes is None else codes

    def made() -> bytes:
        if not decided.note(view.data, view.identity, "export", target, view.publication.run, noted):
            raise RuntimeError("an export that cannot be logged is not made")
        return make()

    return made


def export(
    view: View,
    shown: pl.DataFrame | Callable[[], pl.DataFrame],
    title: str,
    key: str,
    action: str = "export",
    codes: Mapping[str, str] | None = None,
) -> None:
    """The table as it is shown, or what a query gives of it in full, as a workbook with the filters on its first sheet.

    action: what the user must be allowed to do; codes: the filters for the log, where they are not place and year.
    """
    words = view.words
    if not may_do(view.identity, action):
        return

    def made() -> bytes:
        table = shown if isinstance(shown, pl.DataFrame) else shown()
        return workbook(table, words(title), view.filters, view.publication, words)

    st.download_button(
        words("export"),
        data=logged(view, key, made, codes),
        file_name=f"{key}_{view.publication.as_of}.xlsx",
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        key=f"export_{key}",
        icon=":material/download:",
        on_click="ignore",
    )


def total_line(view: View, rows: int, total: str, figure: str) -> None:
    """Say whether the rows add up to the figure that they stand behind."""
    if total == figure:
        st.success(view.words("rows_total", rows=rows, total=total), icon=":material/check:")
    else:
        st.error(view.words("rows_total_differs", rows=rows, total=total, figure=figure))


# ---- filters of one page ---------------------------------------------------------------------------------------------


class Address:
    """The filters of a page in its address: codes, not words, so that they survive a change of language. What is illegal is
    dropped. The address goes before the widget where somebody has changed it."""

    def __init__(self, page: str) -> None:
        self._page = page

    def key(self, name: str) -> str:
        """The key of the widget of a filter."""
        return f"{self._page}.{name}"

    def has_moved(self, name: str) -> bool:
        """Whether the address says something else than when the page last wrote or read it."""
        return st.session_state.get(f"{self.key(name)}.seen") != st.query_params.get(name)

    def seed(self, name: str, legal: Callable[[str], Any], nothing: Any = None) -> str:
        """Before the widget: its value is what the address says. `legal`: text to value, None for what is illegal. Returns
        the key."""
        key, raw = self.key(name), st.query_params.get(name)
        if key not in st.session_state or self.has_moved(name):
            st.session_state[key] = nothing if raw is None else legal(raw)
            st.session_state[f"{key}.seen"] = raw
        return key

    def keep(self, name: str, value: object) -> None:
        """After the widget: its value stands in the address."""
        text = ",".join(value) if isinstance(value, list | tuple) else str(value) if value else ""
        if text:
            if st.query_params.get(name) != text:
                st.query_params[name] = text
        elif name in st.query_params:
            del st.query_params[name]
        st.session_state[f"{self.key(name)}.seen"] = text or None


def one_of(options: Collection[str]) -> Callable[[str], str | None]:
    """Legal is one of the options."""
    return lambda text: text if text in options else None


def some_of(options: Collection[str]) -> Callable[[str], list[str]]:
    """Legal are those parts of a list that are options."""
    return lambda text: [part for part in text.split(",") if part in options]


def a_number(text: str) -> int | None:
    """Legal is a whole number above 0 that a person could type."""
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,11}", text) else None


# ---- going to another page ----------------------------------------------------------------------------------------


def go_to(view: View, page: str, **parameters: str) -> NoReturn:
    """Change to a page with parameters in its address; place, year and language stay."""
    st.switch_page(view.pages[page], query_params=parameters)


def link(view: View, page: str, label: str, icon: str | None = None, **parameters: str) -> None:
    """A link to a page, if the user has it."""
    if page in view.pages:
        st.page_link(view.pages[page], label=label, icon=icon, query_params=parameters)


def opening_table(
    view: View,
    shown: pl.DataFrame,
    key: str,
    leads_to: Sequence[tuple[str, dict[str, str]]],
    columns: dict[str, Any] | None = None,
    **more: Any,
) -> Any:
    """A table whose rows have a button that opens a page. `leads_to`: page and parameters of each row."""
    label = view.words("open")
    column = st.column_config.ButtonColumn("", type="tertiary", key=f"open_{key}", width=70, pinned=True)
    table = shown.with_columns(pl.lit(label).alias("open")).select("open", pl.exclude("open"))
    event = st.dataframe(
        table.to_arrow(),
        hide_index=True,
        key=key,
        column_config={"open": column, **forms(shown, columns)},
        placeholder="",
        alt=table_name(view, shown),
        **more,
    )
    click = st.session_state.get(f"open_{key}")
    if click is not None and click["row"] < len(leads_to):
        page, parameters = leads_to[click["row"]]
        go_to(view, page, **parameters)
    return event


# ---- words and looks ----------------------------------------------------------------------------------------------

_MARKUP = re.compile(r"([!-/:-@\[-`{-~])")


def verbatim(text: str) -> str:
    """A text that somebody typed, to be shown as it is and not as markup."""
    return _MARKUP.sub(r"\\\1", text)


_PERSON_KEY = re.compile(r"\b[0-9a-f]{24}\b")


def short_keys(text: str) -> str:
    """Keys of persons shortened, as they are shown; the whole key is for copying."""
    return _PERSON_KEY.sub(lambda found: f"{found[0][:8]}…", text)


# Word, icon and colour: none of them stands alone. The icons are letters of the text font, so that they print.
STATE_LOOKS: Mapping[str, tuple[str, str]] = {
    "FAIL": ("●", "#C2410C"),
    "NOT_ASSESSABLE": ("？", "#767676"),
    "PASS": ("✓", "#3B82C4"),
    "NO_RULE_IN_FORCE": ("—", "#B9C0C7"),
}


def four_states(view: View, counts: Mapping[str, int]) -> None:
    """The four states side by side with their counts, and their shares as one bar."""
    words, tiles = view.words, []
    for state, (icon, colour) in STATE_LOOKS.items():
        count = counts.get(state, 0)
        name = words(f"four_{state}")
        tiles.append(
            f'<div style="flex:1;min-width:9rem;border-left:4px solid {colour};padding:0.1rem 0 0.1rem 0.7rem">'
            f'<div style="font-size:0.85rem;opacity:0.8">{icon} {escape(name)}</div>'
            f'<div style="font-size:1.35rem;font-variant-numeric:tabular-nums">{count:,}</div></div>'
        )
    st.html(f'<div style="display:flex;gap:1rem;flex-wrap:wrap">{"".join(tiles)}</div>')
    share_bar(state_parts(view, counts))


def state_parts(view: View, counts: Mapping[str, float]) -> list[tuple[str, float, str]]:
    """The four states as parts of a bar; what is not assessable is hatched, so that it is told apart in grey too."""
    return [
        (
            view.words(f"four_{state}"),
            counts.get(state, 0),
            f"repeating-linear-gradient(45deg,{colour} 0 3px,transparent 3px 6px)"
            if state == "NOT_ASSESSABLE"
            else colour,
        )
        for state, (_, colour) in STATE_LOOKS.items()
    ]


def share_bar(parts: Sequence[tuple[str, float, str]]) -> None:
    """Shares of a whole as one thin bar; its text alternative has the figures. parts: word, figure, ground."""
    whole = sum(figure for _, figure, _ in parts) or 1
    alt = "；".join(f"{word} {figure:,.0f}" for word, figure, _ in parts)
    drawn = "".join(
        f'<div style="flex:{figure / whole:.5f};min-width:3px;background:{ground}"></div>'
        for _, figure, ground in parts
        if figure
    )
    st.html(
        f'<div role="img" aria-label="{escape(alt)}" style="display:flex;gap:2px;height:8px;border-radius:4px;'
        f'background:rgba(128,128,128,0.18);overflow:hidden">{drawn}</div>'
    )
