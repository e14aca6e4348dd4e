"""Charts of the money: where it went, how long it was held, and whether what was paid is what was recorded."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboards.figures.style import BLUE, GREY, ORANGE, PALE, RULE, SAND, WARM_NOTE, laid_out, per_row, said
from dashboards.formats import WAN


@dataclass(frozen=True)
class Step:
    """A stage of the money, or what lies between two stages. `key` is what a click on it says."""

    key: str
    label: str
    yuan: float
    is_stage: bool


def money_waterfall(steps: Sequence[Step], unit: str) -> go.Figure:
    """From the budget down to what services stand behind. Stages stand on the ground; between them hangs what is missing."""
    wan = [step.yuan / WAN for step in steps]
    figure = go.Figure(
        go.Waterfall(
            x=[step.label for step in steps],
            y=wan,
            measure=[
                ("total" if place else "absolute") if step.is_stage else "relative" for place, step in enumerate(steps)
            ],
            customdata=[[step.key, f"{step.yuan:,.2f}"] for step in steps],
            hovertemplate="%{x}<br>¥%{customdata[1]}<extra></extra>",
            connector={"line": {"color": GREY, "width": 1, "dash": "dot"}},
            totals={"marker": {"color": BLUE}},
            increasing={"marker": {"color": PALE, "line": {"color": BLUE, "width": 1.5}}},
            decreasing={"marker": {"color": SAND, "line": {"color": ORANGE, "width": 1.5}}},
        )
    )
    # The first stage would take the look of a rise.
    first = steps[0]
    figure.add_bar(
        x=[first.label],
        y=[wan[0]],
        marker={"color": BLUE},
        customdata=[[first.key, f"{first.yuan:,.2f}"]],
        hovertemplate="%{x}<br>¥%{customdata[1]}<extra></extra>",
    )
    levels, tops, level = [], [], 0.0
    for step, amount in zip(steps, wan, strict=True):
        before, level = level, amount if step.is_stage else level + amount
        levels.append(level)
        tops.append(max(level, 0.0 if step.is_stage else before))
    high, low = max([*levels, 0.0]), min([*levels, 0.0])
    # Above each bar: below a fall that ends near the ground the figure would lie on the axis.
    figure.add_scatter(
        x=[step.label for step in steps],
        y=tops,
        # An unseen mark keeps the words off the bar and off the dotted line.
        mode="markers+text",
        marker={"size": 7, "opacity": 0},
        text=[
            f"{amount:,.1f}" if step.is_stage else f"{amount:+,.1f}" for step, amount in zip(steps, wan, strict=True)
        ],
        textposition="top center",
        cliponaxis=False,
        hoverinfo="skip",
    )
    figure.update_yaxes(range=[low * 1.15, high * 1.14 or 1], title=unit, tickformat=",~f")
    figure.update_xaxes(showgrid=False, type="category")
    figure.update_layout(barmode="overlay", waterfallgap=0.32)
    return laid_out(figure, 380)


@dataclass(frozen=True)
class Held:
    """A transfer: how many days it was on its way, and the limit of its place, if one is in force."""

    key: str
    place: str
    days: int
    has_arrived: bool
    limit: float | None
    yuan: float


def days_height(places: int) -> int:
    """How high a chart of days is; the chart beside it is as high."""
    return per_row(places, 30, around=96)


def days_held(transfers: Sequence[Held], words: tuple[str, str, str, str], axis: str) -> go.Figure:
    """Days from allocation to receipt, a mark a transfer. words: in time, late, still on its way, the limit."""
    in_time, late, waiting, limit_word = words
    kinds: dict[str, list[Held]] = {in_time: [], late: [], waiting: []}
    for one in transfers:
        is_late = one.limit is not None and one.days > one.limit
        kinds[waiting if not one.has_arrived else late if is_late else in_time].append(one)
    figure = go.Figure()
    looks = {in_time: (BLUE, "circle"), late: (ORANGE, "diamond"), waiting: (ORANGE, "diamond-open")}
    for name, some in kinds.items():
        colour, symbol = looks[name]
        figure.add_scatter(
            x=[one.days for one in some],
            y=[one.place for one in some],
            mode="markers",
            name=name,
            marker={
                "color": colour,
                "symbol": symbol,
                "size": 11,
                "opacity": 0.85,
                "line": {
                    "width": 2 if symbol.endswith("open") else 0.8,
                    "color": colour if symbol.endswith("open") else "white",
                },
            },
            customdata=[[one.key, f"{one.yuan:,.2f}"] for one in some],
            hovertemplate="%{y}<br>%{x} " + axis + "<br>¥%{customdata[1]}<extra>" + name + "</extra>",
        )
    for limit in sorted({one.limit for one in transfers if one.limit is not None}):
        figure.add_vline(x=limit, line={"color": ORANGE, "dash": "dash", "width": 1.5})
        figure.add_annotation(
            x=limit,
            y=0,
            yref="paper",
            yanchor="bottom",
            xanchor="left",
            xshift=4,
            showarrow=False,
            text=f"{limit_word} {float(limit):g} {axis}",
            font={"size": 12, "color": WARM_NOTE},
        )
    figure.update_xaxes(rangemode="tozero", title=axis)
    figure.update_yaxes(type="category", autorange="reversed", showgrid=True)
    return laid_out(figure, days_height(len({one.place for one in transfers})), legend=True)


@dataclass(frozen=True)
class Compared:
    """A batch: what the platform records of its visits, and what was paid for it."""

    key: str
    label: str
    recorded: float
    paid: float
    stands_out: bool


def paid_beside_recorded(
    batches: Sequence[Compared], words: tuple[str, str, str, str], titles: tuple[str, str], height: int = 380
) -> go.Figure:
    """Paid against recorded, a mark a batch; on the line both are equal. words: recorded, paid, more paid, less paid.

    height: that of the chart beside it, so that the two end together.
    """
    recorded_word, paid_word, above, below = words
    most = max([value for one in batches for value in (one.recorded, one.paid)], default=0) / WAN or 1
    figure = go.Figure()
    figure.add_scatter(
        x=[0, most * 1.06],
        y=[0, most * 1.06],
        mode="lines",
        line={"color": GREY, "width": 1.5, "dash": "dash"},
        hoverinfo="skip",
    )
    for stands_out, colour, symbol, size in ((False, BLUE, "circle", 8), (True, ORANGE, "diamond", 12)):
        some = [one for one in batches if one.stands_out is stands_out]
        figure.add_scatter(
            x=[one.recorded / WAN for one in some],
            y=[one.paid / WAN for one in some],
            mode="markers",
            marker={
                "color": colour,
                "symbol": symbol,
                "size": size,
                "opacity": 0.8,
                "line": {"width": 0.8, "color": "white"},
            },
            customdata=[[one.key, one.label, f"{one.recorded:,.2f}", f"{one.paid:,.2f}"] for one in some],
            hovertemplate="%{customdata[1]}<br>"
            + recorded_word
            + " ¥%{customdata[2]}<br>"
            + paid_word
            + " ¥%{customdata[3]}<extra></extra>",
        )
    said(figure, most * 0.02, most * 1.02, above, xanchor="left", yanchor="top")
    said(figure, most * 1.04, most * 0.02, below, xanchor="right", yanchor="bottom")
    figure.update_xaxes(title=titles[0], range=[-most * 0.02, most * 1.08], tickformat=",~f", gridcolor=RULE)
    figure.update_yaxes(title=titles[1], range=[-most * 0.04, most * 1.1], tickformat=",~f")
    return laid_out(figure, max(height, 380))
