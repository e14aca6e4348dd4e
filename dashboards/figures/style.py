"""How all charts look: colours that keep apart in grey, and one layout."""

from collections.abc import Mapping

import plotly.graph_objects as go

BLUE, DEEP, PALE, SAND, ORANGE, GREY = "#3B82C4", "#1F5F8B", "#9CC3E6", "#E8A33D", "#C2410C", "#767676"
# Words in a chart stand on a white and on a dark ground: these two are read on either.
NOTE, WARM_NOTE = "#737C84", "#D4521A"
RULE = "rgba(128,128,128,0.22)"
CLEAR = "rgba(0,0,0,0)"
FONT = '"Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif'
STATE_COLOURS: Mapping[str, str] = {"PASS": BLUE, "FAIL": ORANGE, "NOT_ASSESSABLE": GREY, "NO_RULE_IN_FORCE": "#B9C0C7"}
# A state has a form of its own, so that it is told apart without colour.
STATE_SYMBOLS: Mapping[str, str] = {
    "PASS": "square",
    "FAIL": "diamond",
    "NOT_ASSESSABLE": "circle-open",
    "NO_RULE_IN_FORCE": "line-ew-open",
}
STATE_MARKS: Mapping[str, str] = {"PASS": "✓", "FAIL": "!", "NOT_ASSESSABLE": "?", "NO_RULE_IN_FORCE": "–"}
STATES = ("FAIL", "NOT_ASSESSABLE", "PASS", "NO_RULE_IN_FORCE")


def laid_out(figure: go.Figure, height: int, legend: bool = False) -> go.Figure:
    """The common layout. A legend only where names cannot stand beside what they name."""
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 16, "t": 30 if legend else 14, "b": 8},
        font={"family": FONT, "size": 13},
        showlegend=legend,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "title": None, "itemsizing": "constant"},
        bargap=0.32,
        hoverlabel={"font": {"family": FONT}},
        plot_bgcolor=CLEAR,
        paper_bgcolor=CLEAR,
        clickmode="event+select",
        dragmode=False,
    )
    figure.update_xaxes(zeroline=False, automargin=True, gridcolor=RULE, fixedrange=True)
    figure.update_yaxes(zeroline=False, automargin=True, gridcolor=RULE, fixedrange=True)
    return figure


def per_row(rows: int, each: int = 28, least: int = 3, around: int = 76) -> int:
    """The height of a chart with a row a thing."""
    return around + each * max(rows, least)


def said(figure: go.Figure, x: float, y: float, text: str, **place: object) -> None:
    """A word in the chart, where the thing stands that it names."""
    figure.add_annotation(x=x, y=y, text=text, showarrow=False, font={"size": 12, "color": NOTE}, **place)
