"""Pieces that every page is made of: its question, a chart with definition and table, the way down, and exports."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import polars as pl
import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboards.exports import workbook
from dashboards.identity import Identity
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

    @property
    def publication(self) -> Publication:
        """The publication of this request."""
        return self.reader.publication

    @property
    def filters(self) -> dict[str, str]:
        """The scope in words, for exports."""
        place = labelled(self.scope.place) if self.scope.place else self.words("all_places")
        year = str(self.scope.year) if self.scope.year else self.words("all_periods")
        return {self.words("place"): place, self.words("period"): year}


def headline(view: View, question: str) -> None:
    """The page's question, and the day to which its data reach."""
    words = view.words
    st.title(words(question))
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


def nothing(view: View) -> None:
    """An empty result says why, and offers a way out."""
    st.info(f"**{view.words('empty')}** — {view.words('empty_help')}")
    st.button(view.words("reset"), on_click=reset_filters, key="reset")


def reset_filters() -> None:
    """Forget place and year."""
    st.session_state["place"] = None
    st.session_state["year"] = None


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


def table(
    view: View, shown: pl.DataFrame, key: str, columns: dict[str, Any] | None = None, selectable: bool = False
) -> int | None:
    """A table of exactly the columns that may be seen; the place of the selected row, if one is."""
    # Left alone, days are shown with midnight behind them.
    days = [name for name, kind in shown.schema.items() if kind == pl.Date]
    columns = {**{name: st.column_config.DateColumn(format="YYYY-MM-DD") for name in days}, **(columns or {})}
    if not selectable:
        st.dataframe(shown, hide_index=True, key=key, column_config=columns, placeholder="")
        return None
    st.caption(view.words("select_row"))
    event = st.dataframe(
        shown,
        hide_index=True,
        key=key,
        column_config=columns,
        on_select="rerun",
        selection_mode="single-row",
        placeholder="",
    )
    rows = event["selection"]["rows"]
    return rows[0] if rows and rows[0] < shown.height else None


def export(view: View, shown: pl.DataFrame, title: str, key: str) -> None:
    """The table as it is shown, as a workbook with the filters on its first sheet."""
    words = view.words
    data: Callable[[], bytes] = lambda: workbook(shown, words(title), view.filters, view.publication, words)  # noqa: E731
    st.download_button(
        words("export"),
        data=data,
        file_name=f"{key}_{view.publication.as_of}.xlsx",
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        key=f"export_{key}",
        icon=":material/download:",
    )


def total_line(view: View, rows: int, total: str, figure: str) -> None:
    """Say whether the rows add up to the figure that they stand behind."""
    if total == figure:
        st.success(view.words("rows_total", rows=rows, total=total), icon=":material/check:")
    else:
        st.error(view.words("rows_total_differs", rows=rows, total=total, figure=figure))
