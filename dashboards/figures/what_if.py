"""What if: counts before and after a change of the policy."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards.figures.style import DEEP, ORANGE, laid_out, per_row


def before_and_after(
    labels: Sequence[str], before: Sequence[int], after: Sequence[int], words: tuple[str, str], axis: str
) -> go.Figure:
    """Counts before and after a change, a line a label, with both figures written out. words: before, after; axis: what
    is counted."""
    figure = go.Figure()
    for label, first, second in zip(labels, before, after, strict=True):
        figure.add_scatter(
            x=[first, second],
            y=[label, label],
            mode="lines",
            line={"color": "#B9C6D1", "width": 4},
            showlegend=False,
            hoverinfo="skip",
        )
    for name, values, colour, symbol, position in (
        (words[0], before, DEEP, "circle-open", "top center"),
        (words[1], after, ORANGE, "diamond", "bottom center"),
    ):
        figure.add_scatter(
            x=list(values),
            y=list(labels),
            mode="markers+text",
            name=name,
            text=[f"{value:,}" for value in values],
            textposition=position,
            cliponaxis=False,
            marker={"color": colour, "size": 12, "symbol": symbol, "line": {"width": 2, "color": colour}},
            hovertemplate="%{y}<br>" + name + " %{x:,}<extra></extra>",
        )
    figure.update_yaxes(autorange="reversed", showgrid=False, type="category")
    figure.update_xaxes(showgrid=True, rangemode="tozero", tickformat="d", title=axis)
    return laid_out(figure, per_row(len(labels), each=48, least=2, around=120), legend=True)
