"""Charts of the deliveries: what became of their rows, and how far they reach."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboards.figures.style import BLUE, GREY, NOTE, ORANGE, PALE, laid_out, per_row


def row_counts(labels: Sequence[str], series: Sequence[tuple[str, Sequence[int]]]) -> go.Figure:
    """Shares of the rows of each source that were loaded, duplicate and set aside, so that a small source is seen too; the
    numbers stand in the hover and in the table."""
    figure = go.Figure()
    totals = [sum(counts[place] for _, counts in series) for place in range(len(labels))]
    for (name, counts), colour, pattern in zip(series, (BLUE, PALE, ORANGE), ("", "", "/"), strict=True):
        figure.add_bar(
            y=list(labels),
            x=[count / total if total else 0 for count, total in zip(counts, totals, strict=True)],
            orientation="h",
            name=name,
            marker={"color": colour, "pattern": {"shape": pattern, "solidity": 0.4}},
            customdata=[[label, count] for label, count in zip(labels, counts, strict=True)],
            hovertemplate="%{y}<br>" + name + " %{customdata[1]:,}（%{x:.2%}）<extra></extra>",
        )
    figure.update_layout(barmode="stack")
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    figure.update_xaxes(tickformat=".0%", range=[0, 1])
    return laid_out(figure, per_row(len(labels), 22, 3, 96), legend=True).update_layout(legend={"traceorder": "normal"})


@dataclass(frozen=True)
class Reach:
    """The newest day of which a source speaks; none where nothing came."""

    label: str
    newest_on: dt.date | None
    is_late: bool


def reaches(rows: Sequence[Reach], as_of: dt.date, words: tuple[str, str, str, str]) -> go.Figure:
    """How far each source reaches. words: in time, late, nothing came, the day of evaluation."""
    in_time, late, nothing, today = words
    figure = go.Figure()
    oldest = min([row.newest_on for row in rows if row.newest_on], default=as_of)
    for is_late, name, colour, symbol in ((False, in_time, BLUE, "circle"), (True, late, ORANGE, "diamond")):
        some = [row for row in rows if row.newest_on and row.is_late is is_late]
        figure.add_scatter(
            x=[row.newest_on for row in some],
            y=[row.label for row in some],
            mode="markers",
            name=name,
            marker={"color": colour, "symbol": symbol, "size": 11},
            hovertemplate="%{y}<br>%{x|%Y-%m-%d}<extra>" + name + "</extra>",
        )
    none = [row for row in rows if row.newest_on is None]
    figure.add_scatter(
        x=[oldest] * len(none),
        y=[row.label for row in none],
        mode="markers+text",
        name=nothing,
        text=[f"  {nothing}" for _ in none],
        textposition="middle right",
        textfont={"color": GREY},
        marker={"color": GREY, "symbol": "x-thin-open", "size": 10, "line": {"width": 2}},
        hoverinfo="skip",
    )
    figure.add_vline(
        x=dt.datetime.combine(as_of, dt.time()).timestamp() * 1000, line={"color": GREY, "dash": "dash", "width": 1.4}
    )
    figure.add_annotation(
        x=as_of,
        y=1,
        yref="paper",
        yanchor="bottom",
        xanchor="right",
        showarrow=False,
        text=f"{today} {as_of}",
        font={"size": 12, "color": NOTE},
    )
    figure.update_xaxes(
        type="date",
        tickformat="%Y-%m",
        range=[oldest - dt.timedelta(days=12), as_of + dt.timedelta(days=12)],
        nticks=4,
        tickangle=0,
    )
    figure.update_yaxes(type="category", categoryorder="array", categoryarray=[row.label for row in rows][::-1])
    return laid_out(figure, per_row(len(rows), 22, 3, 96), legend=True)
