"""Charts of scorecards: totals and their intervals beside the peers', domains side by side, a card over the quarters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboards.figures.style import BLUE, GREY, NOTE, ORANGE, PALE, RULE, laid_out, per_row

_TOP = 100


@dataclass(frozen=True)
class Card:
    """A provider's total with its interval; none where too little is scored."""

    key: str
    label: str
    total: float | None
    low: float | None
    high: float | None
    is_capped: bool
    told: str


def totals(
    cards: Sequence[Card], grades: Mapping[str, float], words: tuple[str, str, str, str], axis: str
) -> go.Figure:
    """A dot with its interval each, the peers' median, and the lines of the grades.

    words: total, capped by a confirmed finding, too few data, the peers' median.
    """
    total_word, capped, too_few, median_word = words
    # Dots need no ground at zero: the axis begins below the lowest interval and the lowest grade.
    lows = [card.low for card in cards if card.low is not None]
    start = max(min([*lows, *grades.values()], default=0) - 8, 0)
    figure = go.Figure()
    for is_capped, name, colour, symbol in ((False, total_word, BLUE, "circle"), (True, capped, ORANGE, "diamond")):
        some = [card for card in cards if card.total is not None and card.is_capped is is_capped]
        if is_capped and not some:
            continue
        figure.add_scatter(
            x=[card.total for card in some],
            y=[card.label for card in some],
            mode="markers",
            name=name,
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [(card.high or 0) - (card.total or 0) for card in some],
                "arrayminus": [(card.total or 0) - (card.low or 0) for card in some],
                "color": colour,
                "thickness": 2,
                "width": 5,
            },
            marker={"color": colour, "symbol": symbol, "size": 12, "line": {"width": 1, "color": "white"}},
            customdata=[[card.key, card.told] for card in some],
            hovertemplate="%{y}<br>%{customdata[1]}<extra></extra>",
        )
    few = [card for card in cards if card.total is None]
    if few:
        figure.add_scatter(
            x=[start + 1] * len(few),
            y=[card.label for card in few],
            mode="markers+text",
            name=too_few,
            text=[f"  {too_few}" for _ in few],
            textposition="middle right",
            textfont={"color": GREY},
            marker={"symbol": "circle-x-open", "color": GREY, "size": 12, "line": {"width": 1.5}},
            customdata=[[card.key, card.told] for card in few],
            hovertemplate="%{y}<br>%{customdata[1]}<extra></extra>",
        )
    for name, from_on in grades.items():
        figure.add_vline(x=from_on, line={"color": RULE, "width": 1.5})
        figure.add_annotation(
            x=from_on,
            y=1,
            yref="paper",
            yanchor="bottom",
            xanchor="left",
            showarrow=False,
            text=f"{name} ≥ {from_on:g}",
            font={"size": 12, "color": NOTE},
        )
    known = [card.total for card in cards if card.total is not None]
    if known:
        middle = median(known)
        figure.add_vline(x=middle, line={"color": GREY, "width": 1.5, "dash": "dash"})
        figure.add_annotation(
            x=middle,
            y=0,
            yref="paper",
            yanchor="bottom",
            xanchor="right",
            xshift=-4,
            showarrow=False,
            text=f"{median_word} {middle:.1f}",
            font={"size": 12, "color": NOTE},
        )
    labels = [card.label for card in cards]
    figure.update_xaxes(range=[start, _TOP + 1], title=axis, showgrid=False)
    figure.update_yaxes(
        type="category",
        categoryorder="array",
        categoryarray=labels[::-1],
        showgrid=True,
        range=[-0.7, len(labels) - 0.3],
    )
    return laid_out(figure, per_row(len(cards), 34, 2, 124)).update_layout(margin={"t": 30})


@dataclass(frozen=True)
class DomainScore:
    """A provider's score in a domain; none where too little is scored."""

    provider: str
    domain: str
    score: float | None


def domains(scores: Sequence[DomainScore], own: str, names: Mapping[str, str], words: tuple[str, str]) -> go.Figure:
    """A panel each domain: the provider among its peers. words: the peers' median, too few data."""
    median_word, too_few = words
    titles = list(names.values())
    figure = make_subplots(rows=2, cols=3, subplot_titles=titles, horizontal_spacing=0.06, vertical_spacing=0.34)
    for place, domain in enumerate(names):
        row, column = place // 3 + 1, place % 3 + 1
        here = [one for one in scores if one.domain == domain]
        peers = [one.score for one in here if one.provider != own and one.score is not None]
        mine = next((one.score for one in here if one.provider == own), None)
        figure.add_scatter(
            x=peers,
            y=[0] * len(peers),
            mode="markers",
            row=row,
            col=column,
            hovertemplate="%{x:.1f}<extra></extra>",
            marker={"color": GREY, "symbol": "line-ns-open", "size": 18, "opacity": 0.65, "line": {"width": 2}},
        )
        known = [one.score for one in here if one.score is not None]
        if known:
            middle = median(known)
            figure.add_scatter(
                x=[middle, middle],
                y=[-0.55, 0.55],
                mode="lines",
                row=row,
                col=column,
                line={"color": GREY, "width": 2, "dash": "dot"},
                hovertemplate=f"{median_word} %{{x:.1f}}<extra></extra>",
            )
        figure.add_scatter(
            x=[_TOP / 2 if mine is None else mine],
            y=[0],
            mode="markers+text" if mine is not None else "text",
            row=row,
            col=column,
            text=[too_few if mine is None else f"{mine:.1f}"],
            textposition="middle center" if mine is None else "top center",
            textfont={"size": 14, "color": GREY if mine is None else BLUE},
            marker={"color": BLUE, "size": 16, "line": {"width": 1.2, "color": "white"}},
            customdata=[[domain]],
            hovertemplate="%{text}<extra></extra>",
        )
    figure = laid_out(figure, 300)
    figure.update_xaxes(range=[-3, _TOP + 9], showgrid=True, tickvals=[0, 50, 100])
    figure.update_traces(cliponaxis=False)
    figure.update_yaxes(range=[-1, 1.6], visible=False)
    return figure.update_layout(margin={"t": 34})


@dataclass(frozen=True)
class MeasureScore:
    """A measure of a card, as a score beside its peers' median; none where it is not scored."""

    key: str
    label: str
    score: float | None
    peers: float | None
    told: str


def measures(rows: Sequence[MeasureScore], words: tuple[str, str, str], axis: str) -> go.Figure:
    """The measures of a domain as bars, with the peers' median as a mark. words: own, the peers' median, not scored."""
    own, peers, not_scored = words
    figure = go.Figure(
        go.Bar(
            y=[row.label for row in rows],
            x=[row.score or 0 for row in rows],
            orientation="h",
            name=own,
            marker={"color": PALE, "line": {"color": BLUE, "width": 1.4}},
            text=[f" {not_scored}" if row.score is None else f" {row.score:.1f}" for row in rows],
            textposition="outside",
            cliponaxis=False,
            customdata=[[row.key, row.told] for row in rows],
            hovertemplate="%{y}<br>%{customdata[1]}<extra></extra>",
        )
    )
    with_peers = [row for row in rows if row.peers is not None]
    figure.add_scatter(
        y=[row.label for row in with_peers],
        x=[row.peers for row in with_peers],
        mode="markers",
        name=peers,
        marker={"symbol": "line-ns-open", "size": 22, "color": GREY, "line": {"width": 3, "color": GREY}},
        customdata=[[row.key, row.told] for row in with_peers],
        hovertemplate="%{y}<br>" + peers + " %{x:.1f}<extra></extra>",
    )
    figure.update_xaxes(range=[0, _TOP * 1.12], title=axis, tickvals=[0, 20, 40, 60, 80, 100])
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    return laid_out(figure, per_row(len(rows), 38, 2, 96), legend=True)


@dataclass(frozen=True)
class Quarter:
    """A card's total in a quarter, with its interval."""

    quarter: str
    total: float | None
    low: float | None
    high: float | None
    is_complete: bool


def quarters(rows: Sequence[Quarter], unfinished: str, axis: str) -> go.Figure:
    """The total over the quarters, inside its interval; a quarter cut by the period is an open mark."""
    known = [row for row in rows if row.total is not None]
    figure = go.Figure()
    figure.add_scatter(
        x=[row.quarter for row in known] + [row.quarter for row in known][::-1],
        # A score cannot leave 0 to 100; its interval can.
        y=[min(row.high or _TOP, _TOP) for row in known] + [max(row.low or 0, 0) for row in known][::-1],
        fill="toself",
        mode="none",
        fillcolor="rgba(59,130,196,0.18)",
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=[row.quarter for row in known],
        y=[row.total for row in known],
        mode="lines+markers+text",
        text=[f"{row.total:.1f}" for row in known],
        textposition="top center",
        line={"color": BLUE, "width": 2},
        marker={"size": 10, "symbol": ["circle" if row.is_complete else "circle-open" for row in known], "color": BLUE},
        customdata=[["" if row.is_complete else unfinished, f"{row.low:.1f} – {row.high:.1f}"] for row in known],
        hovertemplate="%{x} %{customdata[0]}<br>%{y:.1f}（%{customdata[1]}）<extra></extra>",
        cliponaxis=False,
    )
    figure.update_xaxes(type="category", showgrid=False)
    figure.update_yaxes(title=axis, range=[0, _TOP * 1.16], tickvals=[0, 20, 40, 60, 80, 100])
    return laid_out(figure, 280)
