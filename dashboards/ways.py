"""Ways down from a figure to its rows, and back. Every level stands in the address, so that a link shows the same.

A choice is written into the address when it is made (in a callback), and read from there when the page is drawn: a mark that
stays selected does not lead anywhere twice.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from dashboards.columns import forms
from dashboards.components import View, chart_settings, export, table, table_name
from dashboards.serve import GROUNDS


def asked(name: str, allowed: Collection[str] | None = None) -> str | None:
    """What the address says under a name; a value that is not allowed is dropped."""
    value = st.query_params.get(name)
    return value if value and (allowed is None or value in allowed) else None


def put(**levels: str | None) -> None:
    """Write levels into the address; None takes one out."""
    for name, value in levels.items():
        if value is not None:
            st.query_params[name] = value
        elif name in st.query_params:
            del st.query_params[name]


def _follow(key: str, name: str, below: Sequence[str]) -> Callable[[], None]:
    """When a mark is chosen: what it says first is the level that it leads to."""

    def run() -> None:
        points = st.session_state[key]["selection"]["points"]
        said = points[0].get("customdata") if points else None
        if said:
            first = said if isinstance(said, str) else said["0"] if isinstance(said, Mapping) else said[0]
            put(**{name: str(first)}, **dict.fromkeys(below))

    return run


def _follow_row(key: str, name: str, ids: Sequence[str], below: Sequence[str]) -> Callable[[], None]:
    def run() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        if rows and rows[0] < len(ids) and ids[rows[0]]:
            put(**{name: ids[rows[0]]}, **dict.fromkeys(below))

    return run


def _write(key: str, name: str, below: Sequence[str]) -> Callable[[], None]:
    return lambda: put(**{name: st.session_state[key]}, **dict.fromkeys(below))


def chart(
    view: View,
    figure: go.Figure,
    title: str,
    shown: pl.DataFrame | None,
    told: str = "",
    leads_to: tuple[str, ...] = (),
    values: Mapping[str, object] | None = None,
    ids: Sequence[str] = (),
) -> None:
    """A chart with its definition, its text alternative (`told`: the figures in it) and its table (None: it follows anyway).

    leads_to: the level of the address that a mark leads to, then those below it, which are left. ids: where the table's
    rows lead; a mark can only be reached by mouse, a row by keyboard too.
    """
    words, key = view.words, f"chart_{title}"
    definition = words(f"{title}_definition", **(values or {}))
    st.subheader(words(title), help=definition)
    figure.update_layout(paper_bgcolor=GROUNDS.get(st.context.theme.type or "light"))
    alternative = f"{words(f'{title}_alt')}{words('colon')}{told}" if told else words(f"{title}_alt")
    settings = chart_settings(words, f"{title}_{view.publication.as_of}")
    if leads_to:
        choose = _follow(key, leads_to[0], leads_to[1:])
        st.plotly_chart(
            figure,
            config=settings,
            key=key,
            alt=alternative,
            on_select=choose,
            selection_mode="points",
            theme="streamlit",
        )
    else:
        st.plotly_chart(figure, config=settings, key=key, alt=alternative, theme="streamlit")
    hint = f" {words('click_hint')}" if leads_to else ""
    st.caption(f"{words('definition')}{words('colon')}{definition}{hint}")
    if shown is None:
        return
    with st.expander(words("table"), icon=":material/table:"):
        rows(view, shown, f"table_{title}", leads_to if ids else (), ids)
        export(view, shown, title, f"chart_{title}")


def pick(
    view: View,
    label: str,
    options: Sequence[str],
    name: str,
    default: str,
    written: Callable[[str], str],
    below: Sequence[str] = (),
) -> str:
    """A choice of the page that stands in the address."""
    key = f"pick_{name}"
    st.session_state[key] = asked(name, options) or default
    st.selectbox(view.words(label), list(options), key=key, format_func=written, on_change=_write(key, name, below))
    return str(st.session_state[key])


def pills(
    view: View, label: str, options: Sequence[str], name: str, written: Callable[[str], str], below: Sequence[str] = ()
) -> str | None:
    """One of several, or none; by mouse or keyboard. It stands in the address."""
    key = f"pills_{name}"
    st.session_state[key] = asked(name, options)
    return st.pills(view.words(label), list(options), key=key, format_func=written, on_change=_write(key, name, below))


def rows(
    view: View,
    shown: pl.DataFrame,
    key: str,
    leads_to: tuple[str, ...] = (),
    ids: Sequence[str] = (),
    hint: str = "row_hint",
    columns: dict[str, Any] | None = None,
) -> None:
    """A table; a chosen row leads to the level that `ids` names."""
    if not leads_to:
        table(view, shown, key, columns)
        return
    st.caption(view.words(hint))
    st.dataframe(
        shown.to_arrow(),
        hide_index=True,
        key=key,
        column_config=forms(shown, columns),
        on_select=_follow_row(key, leads_to[0], ids, leads_to[1:]),
        selection_mode="single-row",
        placeholder="",
        alt=table_name(view, shown),
    )


def back(view: View, label: str, *levels: str) -> None:
    """Leave these levels."""
    st.button(
        view.words(label),
        key=f"back_{levels[0]}",
        icon=":material/arrow_back:",
        on_click=put,
        kwargs=dict.fromkeys(levels),
    )


def not_there(view: View, *levels: str) -> None:
    """What is said of a row that does not exist, and of one that may not be seen."""
    st.info(view.words("no_such_row"))
    back(view, "back", *levels)


def window(view: View, shown: int, total: int, text: str = "first_rows") -> None:
    """Say where a table or a chart shows only the first of many."""
    if shown < total:
        st.caption(view.words(text, shown=f"{shown:,}", all=f"{total:,}"))


def page_link(view: View, page: str, label: str, icon: str | None = None, **parameters: str) -> None:
    """A link to another page of the user's; only words where the user has no such page."""
    if page in view.pages:
        st.page_link(view.pages[page], label=label, icon=icon, query_params=parameters)
    else:
        st.markdown(label)
