"""Charts of complaints: who is outside what chance explains, how near a threshold is, and what changes over the months."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboards.figures.style import BLUE, GREY, NOTE, ORANGE, PALE, RULE, SAND, laid_out, per_row
from pipelines.statistics import poisson_limits


@dataclass(frozen=True)
class InFunnel:
    """A provider with its visits and its upheld complaints per thousand visits."""

    key: str
    label: str
    visits: int
    complaints: int
    rate: float
    position: str


@dataclass(frozen=True)
class Limits:
    """What the limits are drawn from: the peers' pooled rate, and overdispersion, which widens them above 1."""

    target: float
    phi: float
    inner: float
    outer: float


def funnel_limits(limits: Limits, visits: Sequence[float], probability: float) -> list[float]:
    """The limit of a rate per thousand visits, at each number of visits: the smallest count that is reached with a
    probability, as a rate."""
    thousands = [some / 1000 for some in visits]
    counts = poisson_limits([limits.target * some for some in thousands], probability)
    wider = max(limits.phi, 1) ** 0.5
    return [
        limits.target + (count / some - limits.target) * wider for count, some in zip(counts, thousands, strict=True)
    ]


def _curve(limits: Limits, visits: Sequence[float], probability: float) -> list[float | None]:
    # At zero and below (where it is widened) a lower limit limits nothing.
    return [limit if limit > 0 else None for limit in funnel_limits(limits, visits, probability)]


def _grid(points: Sequence[InFunnel]) -> list[float]:
    """Numbers of visits at which the limits are drawn: dense where they bend, and those of the providers themselves."""
    high = max(one.visits for one in points) * 1.08
    low = min(high / 12, *(float(one.visits) for one in points))
    ratio = high / low
    return sorted({*(low * ratio ** (place / 600) for place in range(601)), *(float(one.visits) for one in points)})


def funnel(
    points: Sequence[InFunnel], limits: Limits, words: tuple[str, str, str], names: tuple[str, str]
) -> go.Figure:
    """Providers in the funnel of chance. words: visits, rate, the peers' rate; names: of the inner and the outer limits."""
    visits_word, rate_word, target_word = words
    figure = go.Figure()
    if limits.target > 0:
        grid = _grid(points)
        for name, confidence, dash in ((names[1], limits.outer, "solid"), (names[0], limits.inner, "dot")):
            risk = (1 - confidence) / 2
            low, high = _curve(limits, grid, risk), _curve(limits, grid, 1 - risk)
            figure.add_scatter(
                x=[*grid, None, *grid],
                y=[*high, None, *low],
                mode="lines",
                name=name,
                line={"color": GREY, "width": 1.3, "dash": dash},
                hoverinfo="skip",
            )
            figure.add_annotation(
                x=grid[-1],
                y=high[-1],
                text=name,
                xanchor="left",
                xshift=4,
                yanchor="middle",
                showarrow=False,
                font={"size": 12, "color": NOTE},
            )
    figure.add_hline(y=limits.target, line={"color": GREY, "width": 1})
    figure.add_annotation(
        x=0,
        xref="paper",
        y=limits.target,
        xanchor="left",
        yanchor="bottom",
        showarrow=False,
        text=f"{target_word} {limits.target:.2f}",
        font={"size": 12, "color": NOTE},
    )
    widest = max(one.visits for one in points)
    named = max(points, key=lambda one: one.rate) if all(one.position == "inside" for one in points) else None
    for outside, colour, symbol in ((False, BLUE, "circle"), (True, ORANGE, "diamond")):
        some = [one for one in points if (one.position != "inside") is outside]
        figure.add_scatter(
            x=[one.visits for one in some],
            y=[one.rate for one in some],
            mode="markers+text",
            # Where nobody is outside, the highest alone is named: the others say who they are when pointed at.
            text=[f"  {one.label}  " if outside or one is named else "" for one in some],
            textposition=["middle left" if one.visits > widest * 0.6 else "middle right" for one in some],
            textfont={"size": 12},
            cliponaxis=False,
            marker={
                "color": colour,
                "symbol": symbol,
                "size": 12,
                "opacity": 0.9,
                "line": {"width": 1, "color": "white"},
            },
            customdata=[[one.key, one.complaints, one.label] for one in some],
            hovertemplate="%{customdata[2]}<br>"
            + visits_word
            + " %{x:,}<br>"
            + rate_word
            + " %{y:.2f}（%{customdata[1]}）<extra></extra>",
        )
    figure.update_xaxes(title=visits_word, rangemode="tozero", tickformat=",d")
    # The limits rise without end where visits are few; the chart is as high as its providers need.
    few = min(one.visits for one in points)
    highest = funnel_limits(limits, [few], (1 + limits.outer) / 2) if limits.target else [0]
    top = max([one.rate for one in points] + highest)
    figure.update_yaxes(title=rate_word, range=[0, top * 1.25 or 1])
    return laid_out(figure, 400).update_layout(margin={"r": 56})


@dataclass(frozen=True)
class Counter:
    """Upheld complaints that count towards a threshold."""

    key: str
    label: str
    complaints: int
    threshold: int


def counters(rows: Sequence[Counter], words: tuple[str, str, str], axis: str) -> go.Figure:
    """A row of lamps each: so many of so many. words: counted, still free, reached."""
    counted, free, reached = words
    figure = go.Figure()
    kinds = {
        counted: [
            (one, place) for one in rows for place in range(1, one.complaints + 1) if one.complaints < one.threshold
        ],
        reached: [
            (one, place) for one in rows for place in range(1, one.complaints + 1) if one.complaints >= one.threshold
        ],
        free: [(one, place) for one in rows for place in range(one.complaints + 1, one.threshold + 1)],
    }
    looks = {counted: (SAND, "square", ORANGE), reached: (ORANGE, "diamond", ORANGE), free: (GREY, "square-open", GREY)}
    for name, lamps in kinds.items():
        colour, symbol, edge = looks[name]
        figure.add_scatter(
            x=[place for _, place in lamps],
            y=[one.label for one, _ in lamps],
            mode="markers",
            name=name,
            marker={"color": colour, "symbol": symbol, "size": 17, "line": {"width": 1.5, "color": edge}},
            customdata=[[one.key, one.complaints, one.threshold] for one, _ in lamps],
            hovertemplate="%{y}<br>%{customdata[1]} / %{customdata[2]}<extra></extra>",
        )
    most = max([max(one.complaints, one.threshold) for one in rows], default=1)
    figure.update_xaxes(range=[0.6, most + 0.4], dtick=1, tickformat="d", title=axis, showgrid=False)
    labels = [one.label for one in rows][::-1]
    figure.update_yaxes(type="category", categoryorder="array", categoryarray=labels, showgrid=False)
    return laid_out(figure, per_row(len(rows), 32, around=96), legend=True)


@dataclass(frozen=True)
class Series:
    """Values month by month, with centre and limits of single values (XmR)."""

    months: Sequence[str]
    values: Sequence[float | None]
    notes: Sequence[str]
    centre: float | None
    low: float | None
    high: float | None


def monthly(series: Series, words: tuple[str, str, str], axis: str, is_share: bool = False) -> go.Figure:
    """A measure over the months; what lies outside its limits is marked. words: mean, upper limit, lower limit."""
    mean, upper, lower = words

    def is_outside(value: float | None) -> bool:
        if value is None or series.low is None or series.high is None:
            return False
        return value > series.high or value < series.low

    outside = [is_outside(value) for value in series.values]
    figure = go.Figure(
        go.Scatter(
            x=list(series.months),
            y=list(series.values),
            mode="lines+markers",
            line={"color": BLUE, "width": 2},
            marker={
                "size": [13 if one else 8 for one in outside],
                "symbol": ["diamond" if one else "circle" for one in outside],
                "color": [ORANGE if one else BLUE for one in outside],
                "line": {"width": 1, "color": "white"},
            },
            customdata=[[month, note] for month, note in zip(series.months, series.notes, strict=True)],
            hovertemplate="%{x}<br>%{y:" + (".1%" if is_share else ".2f") + "}<br>%{customdata[1]}<extra></extra>",
        )
    )
    shown = f"{{:{'.1%' if is_share else '.2f'}}}"
    limits = ((mean, series.centre, "solid"), (upper, series.high, "dash"), (lower, series.low, "dash"))
    for name, value, dash in limits:
        if value is None or (value < 0 and not is_share) or (is_share and not 0 <= value <= 1):
            continue
        figure.add_hline(y=value, line={"color": GREY, "width": 1.2, "dash": dash})
        figure.add_annotation(
            x=1,
            xref="paper",
            y=value,
            xanchor="left",
            xshift=4,
            yanchor="middle",
            showarrow=False,
            text=f"{name} {shown.format(value)}",
            font={"size": 12, "color": NOTE},
        )
    # Of many months every second or third is named.
    named = [month for place, month in enumerate(series.months) if place % (1 + len(series.months) // 6) == 0]
    figure.update_xaxes(type="category", showgrid=False, tickangle=0, tickvals=named)
    figure.update_yaxes(
        title=axis, rangemode="normal" if is_share else "tozero", tickformat=".0%" if is_share else None
    )
    # Beside the chart, where no line of the months runs through the words.
    return laid_out(figure, 320).update_layout(margin={"r": 92})


def stacked_months(months: Sequence[str], series: Sequence[tuple[str, Sequence[int]]]) -> go.Figure:
    """Complaints by month, stacked by outcome; four outcomes in the order in which they are read."""
    figure = go.Figure()
    # In grey the four are dark, dotted, pale and hatched.
    for (name, counts), colour, pattern in zip(series, (ORANGE, SAND, PALE, GREY), ("", ".", "", "/"), strict=False):
        figure.add_bar(
            x=list(months),
            y=list(counts),
            name=name,
            marker={"color": colour, "pattern": {"shape": pattern, "solidity": 0.55}},
            hovertemplate="%{x}<br>" + name + " %{y}<extra></extra>",
        )
    figure.update_xaxes(type="category", showgrid=False, tickangle=0, nticks=6)
    figure.update_yaxes(rangemode="tozero", tickformat="d")
    return laid_out(figure, 330, legend=True).update_layout(barmode="stack", legend={"traceorder": "normal"})


def paired_bars(
    labels: Sequence[str], first: tuple[str, Sequence[int]], second: tuple[str, Sequence[int]]
) -> go.Figure:
    """Two counts a label: the whole, and the part of it that matters, in front of it."""
    figure = go.Figure()
    for (name, counts), colour, width in ((first, "#B9C6D1", 0.7), (second, ORANGE, 0.35)):
        figure.add_bar(
            y=list(labels),
            x=list(counts),
            orientation="h",
            name=name,
            width=width,
            marker={"color": colour},
            hovertemplate="%{y}<br>" + name + " %{x}<extra></extra>",
        )
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    figure.update_xaxes(gridcolor=RULE, tickformat="d", rangemode="tozero")
    return laid_out(figure, max(330, per_row(len(labels), 30, 3, 96)), legend=True).update_layout(barmode="overlay")
