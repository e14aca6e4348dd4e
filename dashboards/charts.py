"""Frames to figures. Pure: a chart is tested as a function. At most four series, labelled where they stand."""

from collections.abc import Sequence

import plotly.graph_objects as go

BLUE, DEEP, SAND, GREY, WINE, ORANGE = "#3B82C4", "#1F5F8B", "#E8A33D", "#767676", "#5E0B3C", "#C2410C"
STATE_COLOURS = {"PASS": BLUE, "FAIL": ORANGE, "NOT_ASSESSABLE": GREY, "NO_RULE_IN_FORCE": "#B9C0C7"}
FONT = '"Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif'


def _laid_out(figure: go.Figure, height: int) -> go.Figure:
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 28, "b": 8},
        font={"family": FONT, "size": 13},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "title": None},
        bargap=0.35,
        hoverlabel={"font": {"family": FONT}},
        plot_bgcolor="rgba(0,0,0,0)",
        paper_bgcolor="rgba(0,0,0,0)",
    )
    figure.update_xaxes(showgrid=False, zeroline=False, automargin=True)
    figure.update_yaxes(gridcolor="rgba(128,128,128,0.22)", zeroline=False, automargin=True)
    return figure


def money_steps(labels: Sequence[str], yuan: Sequence[float]) -> go.Figure:
    """The stages of the money, from budget to refund; each falls from the one before, and the bars carry their figures."""
    wan = [amount / 10_000 for amount in yuan]
    colours = ["#9DB4C6", BLUE, BLUE, "#9DB4C6", DEEP, SAND]
    figure = go.Figure(
        go.Bar(
            x=list(labels),
            y=wan,
            marker={"color": colours[: len(wan)]},
            text=[f"{amount:,.1f}" for amount in wan],
            textposition="outside",
            cliponaxis=False,
            customdata=[f"{amount:,.2f}" for amount in yuan],
            hovertemplate="%{x}<br>¥%{customdata}<extra></extra>",
        )
    )
    figure.update_yaxes(showticklabels=False, range=[0, max([*wan, 1]) * 1.15])
    return _laid_out(figure, 330)


def paid_beside_budget(
    labels: Sequence[str], budget: Sequence[float | None], paid: Sequence[float], words: tuple[str, str, str]
) -> go.Figure:
    """Net payments as bars over the budget's mark, by programme. words: budget, net paid, no budget."""
    budget_word, paid_word, no_budget = words
    figure = go.Figure()
    figure.add_bar(
        y=list(labels),
        x=[amount / 10_000 for amount in paid],
        orientation="h",
        name=paid_word,
        marker={"color": DEEP},
        customdata=[f"{amount:,.2f}" for amount in paid],
        hovertemplate="%{y}<br>" + paid_word + " ¥%{customdata}<extra></extra>",
    )
    known = [(label, amount) for label, amount in zip(labels, budget, strict=True) if amount is not None]
    figure.add_scatter(
        y=[label for label, _ in known],
        x=[amount / 10_000 for _, amount in known],
        mode="markers",
        name=budget_word,
        marker={"symbol": "line-ns", "size": 20, "line": {"width": 3, "color": SAND}},
        customdata=[f"{amount:,.2f}" for _, amount in known],
        hovertemplate="%{y}<br>" + budget_word + " ¥%{customdata}<extra></extra>",
    )
    without = [(label, amount) for label, amount, plan in zip(labels, paid, budget, strict=True) if plan is None]
    figure.add_scatter(
        y=[label for label, _ in without],
        x=[amount / 10_000 for _, amount in without],
        mode="text",
        text=[f"  {no_budget}" for _ in without],
        textposition="middle right",
        showlegend=False,
        hoverinfo="skip",
    )
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(showgrid=True, gridcolor="rgba(128,128,128,0.22)", rangemode="tozero")
    return _laid_out(figure, 90 + 38 * max(len(labels), 2))


def stacked_months(months: Sequence[str], series: Sequence[tuple[str, Sequence[int]]]) -> go.Figure:
    """Complaints by month, stacked by outcome; four outcomes in the order in which they are read."""
    figure = go.Figure()
    for (name, counts), colour in zip(series, (ORANGE, SAND, BLUE, GREY), strict=False):
        figure.add_bar(
            x=list(months),
            y=list(counts),
            name=name,
            marker={"color": colour},
            hovertemplate="%{x}<br>" + name + " %{y}<extra></extra>",
        )
    figure.update_layout(barmode="stack")
    figure.update_xaxes(type="category")
    figure.update_yaxes(rangemode="tozero", tickformat="d")
    return _laid_out(figure, 330)


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
    figure.update_layout(barmode="overlay")
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(showgrid=True, gridcolor="rgba(128,128,128,0.22)", tickformat="d", rangemode="tozero")
    return _laid_out(figure, 90 + 32 * max(len(labels), 3))


def dumbbells(
    labels: Sequence[str], provided: Sequence[float], required: Sequence[float], words: tuple[str, str]
) -> go.Figure:
    """What there is and what there should be, a line a label. words: provided, required."""
    figure = go.Figure()
    for label, have, need in zip(labels, provided, required, strict=True):
        figure.add_scatter(
            x=[have, need],
            y=[label, label],
            mode="lines",
            line={"color": "#B9C6D1", "width": 4},
            showlegend=False,
            hoverinfo="skip",
        )
    for name, values, colour, symbol in (
        (words[0], provided, DEEP, "circle"),
        (words[1], required, ORANGE, "diamond-open"),
    ):
        figure.add_scatter(
            x=list(values),
            y=list(labels),
            mode="markers",
            name=name,
            marker={"color": colour, "size": 11, "symbol": symbol, "line": {"width": 2, "color": colour}},
            hovertemplate="%{y}<br>" + name + " %{x:,.2f} m²<extra></extra>",
        )
    figure.update_yaxes(autorange="reversed", showgrid=False, type="category")
    figure.update_xaxes(showgrid=True, gridcolor="rgba(128,128,128,0.22)", rangemode="tozero")
    return _laid_out(figure, 90 + 30 * max(len(labels), 3))


def before_and_after(
    labels: Sequence[str], before: Sequence[int], after: Sequence[int], words: tuple[str, str]
) -> go.Figure:
    """Counts before and after a change, a line a label, with both figures written out. words: before, after."""
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
    figure.update_xaxes(showgrid=True, gridcolor="rgba(128,128,128,0.22)", rangemode="tozero", tickformat="d")
    return _laid_out(figure, 120 + 48 * max(len(labels), 2))


def land_bars(
    labels: Sequence[str],
    values: Sequence[float | None],
    states: Sequence[str],
    required: float | None,
    required_word: str,
) -> go.Figure:
    """Land per resident by division, coloured by state, with the line that the rule draws."""
    figure = go.Figure(
        go.Bar(
            x=list(labels),
            y=list(values),
            marker={"color": [STATE_COLOURS[state] for state in states]},
            text=["" if value is None else f"{value:.3f}" for value in values],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{x}<br>%{y:.4f} m²<extra></extra>",
        )
    )
    if required is not None:
        figure.add_hline(
            y=required,
            line={"color": WINE, "dash": "dash", "width": 2},
            annotation_text=f"{required_word} {required:g}",
            annotation_position="top right",
        )
    figure.update_yaxes(rangemode="tozero")
    figure.update_xaxes(type="category")
    return _laid_out(figure, 340)


def rates(
    names: Sequence[str],
    visits: Sequence[int],
    per_1000: Sequence[float],
    median: float | None,
    words: tuple[str, str, str],
) -> go.Figure:
    """Upheld complaints per 1,000 visits against visits, with the peers' median. words: visits, rate, median."""
    figure = go.Figure(
        go.Scatter(
            x=list(visits),
            y=list(per_1000),
            mode="markers",
            customdata=list(names),
            marker={"color": DEEP, "size": 11, "opacity": 0.8, "line": {"width": 1, "color": "white"}},
            hovertemplate="%{customdata}<br>" + words[0] + " %{x:,}<br>" + words[1] + " %{y:.2f}<extra></extra>",
        )
    )
    if median is not None:
        figure.add_hline(
            y=median, line={"color": GREY, "dash": "dot"}, annotation_text=words[2], annotation_position="top left"
        )
    figure.update_xaxes(title=words[0], showgrid=True, gridcolor="rgba(128,128,128,0.22)", rangemode="tozero")
    figure.update_yaxes(title=words[1], rangemode="tozero")
    return _laid_out(figure, 340)


def row_counts(labels: Sequence[str], series: Sequence[tuple[str, Sequence[int]]]) -> go.Figure:
    """Rows by source: loaded, duplicate, set aside."""
    figure = go.Figure()
    for (name, counts), colour in zip(series, (BLUE, "#B9C6D1", ORANGE), strict=True):
        figure.add_bar(
            y=list(labels),
            x=list(counts),
            orientation="h",
            name=name,
            marker={"color": colour},
            hovertemplate="%{y}<br>" + name + " %{x:,}<extra></extra>",
        )
    figure.update_layout(barmode="stack")
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(showgrid=True, gridcolor="rgba(128,128,128,0.22)")
    return _laid_out(figure, 90 + 24 * max(len(labels), 3))
