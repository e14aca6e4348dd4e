"""Charts of room and land: what is asked for beside what is there, where it lies, and whether it came with the homes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboards.figures.style import (
    BLUE,
    GREY,
    ORANGE,
    PALE,
    STATE_COLOURS,
    STATE_MARKS,
    STATES,
    WARM_NOTE,
    laid_out,
    per_row,
    said,
)


@dataclass(frozen=True)
class Area:
    """A residential area: room asked for and there, in square metres."""

    key: str
    label: str
    required: float
    provided: float

    @property
    def short(self) -> float:
        """What is missing."""
        return self.required - self.provided


def dumbbells(areas: Sequence[Area], words: tuple[str, str, str], axis: str) -> go.Figure:
    """Required and actual, a line an area, the largest shortage first. words: actual, required, short by."""
    actual, required, short = words
    figure = go.Figure()
    figure.add_scatter(
        x=[value for area in areas for value in (area.provided, area.required, None)],
        y=[label for area in areas for label in (area.label, area.label, None)],
        mode="lines",
        line={"color": ORANGE, "width": 3},
        showlegend=False,
        hoverinfo="skip",
    )
    for name, values, symbol, colour in (
        (actual, [area.provided for area in areas], "circle", BLUE),
        (required, [area.required for area in areas], "line-ns-open", GREY),
    ):
        figure.add_scatter(
            x=values,
            y=[area.label for area in areas],
            mode="markers",
            name=name,
            marker={
                "color": colour,
                "size": 13 if symbol == "circle" else 20,
                "symbol": symbol,
                "line": {"width": 3, "color": colour},
            },
            customdata=[[area.key] for area in areas],
            hovertemplate="%{y}<br>" + name + " %{x:,.2f} m²<extra></extra>",
        )
    figure.add_scatter(
        x=[max(area.required, area.provided) for area in areas],
        y=[area.label for area in areas],
        mode="text",
        text=[f"    {short} {area.short:,.1f}" for area in areas],
        textposition="middle right",
        textfont={"color": WARM_NOTE, "size": 13},
        cliponaxis=False,
        showlegend=False,
        hoverinfo="skip",
    )
    most = max([max(area.required, area.provided) for area in areas], default=1)
    figure.update_xaxes(range=[0, most * 1.22], title=axis, tickformat=",~f")
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    return laid_out(figure, per_row(len(areas), 34, 2, 96), legend=True)


@dataclass(frozen=True)
class Tile:
    """A county on the schematic map: its place in the grid, its state, and the words in it."""

    key: str
    city: str
    name: str
    column: float
    row: float
    state: str
    told: str
    hover: str


_FILLS: Mapping[str, dict[str, object]] = {
    "FAIL": {"fillcolor": "rgba(194,65,12,0.88)"},
    "NOT_ASSESSABLE": {
        "fillcolor": "rgba(118,118,118,0.20)",
        "fillpattern": {"shape": "/", "fgcolor": GREY, "size": 7},
    },
    "PASS": {"fillcolor": "rgba(59,130,196,0.28)"},
    "NO_RULE_IN_FORCE": {"fillcolor": "rgba(128,128,128,0.08)"},
}
_EDGES = {"FAIL": ORANGE, "NOT_ASSESSABLE": GREY, "PASS": BLUE, "NO_RULE_IN_FORCE": GREY}


def _outline(tile: Tile, half: float = 0.47) -> tuple[list[float | None], list[float | None]]:
    left, right, top, bottom = tile.column - half, tile.column + half, tile.row - half, tile.row + half
    return [left, right, right, left, left, None], [top, top, bottom, bottom, top, None]


def tile_map(tiles: Sequence[Tile], names: Mapping[str, str], width: float) -> go.Figure:
    """Counties as equal squares, roughly where they lie to each other: a scheme, no map of their borders. Above each city
    stands its name. width: how many squares the screen holds, so that few are as large as many."""
    figure = go.Figure()
    for state in STATES:
        some = [tile for tile in tiles if tile.state == state]
        if not some:
            continue
        outlines = [_outline(tile) for tile in some]
        figure.add_scatter(
            x=[x for xs, _ in outlines for x in xs],
            y=[y for _, ys in outlines for y in ys],
            mode="lines",
            fill="toself",
            name=names[state],
            line={"color": _EDGES[state], "width": 1.6, "dash": "dot" if state == "NO_RULE_IN_FORCE" else "solid"},
            hoverinfo="skip",
            **_FILLS[state],
        )
    # The outlines take no clicks: these marks do, and carry the words.
    for is_dark in (True, False):
        some = [tile for tile in tiles if (tile.state == "FAIL") is is_dark]
        figure.add_scatter(
            x=[tile.column for tile in some],
            y=[tile.row for tile in some],
            mode="markers+text",
            text=[f"<b>{tile.name}</b><br>{STATE_MARKS[tile.state]} {tile.told}" for tile in some],
            textfont={"size": 12, **({"color": "white"} if is_dark else {})},
            marker={"size": 60, "symbol": "square", "opacity": 0, "color": PALE},
            customdata=[[tile.key] for tile in some],
            hovertext=[tile.hover for tile in some],
            hovertemplate="%{hovertext}<extra></extra>",
            showlegend=False,
        )
    for city in dict.fromkeys(tile.city for tile in tiles):
        own = [tile for tile in tiles if tile.city == city]
        left, top = min(tile.column for tile in own) - 0.47, min(tile.row for tile in own) - 0.5
        said(figure, left, top, city, xanchor="left", yanchor="bottom")
    rows = max([tile.row for tile in tiles], default=0) + 1
    wide = max([width, *(tile.column + 1 for tile in tiles)])
    figure.update_xaxes(visible=False, showgrid=False, range=[-0.5, wide - 0.5])
    figure.update_yaxes(visible=False, showgrid=False, range=[rows - 0.4, -0.9])
    return laid_out(figure, int(86 * (rows + 0.5) + 38), legend=True)


@dataclass(frozen=True)
class StepOfArea:
    """Whether the rooms of an area took a step when its homes did."""

    key: str
    label: str
    step: str
    state: str
    hover: str


def delivery_matrix(cells: Sequence[StepOfArea], steps: Sequence[str], names: Mapping[str, str]) -> go.Figure:
    """Areas by the four steps; each cell is a state, with a mark of its own."""
    figure = go.Figure()
    for state in STATES:
        some = [cell for cell in cells if cell.state == state]
        if not some:
            continue
        is_solid = state in {"FAIL", "PASS"}
        colour = STATE_COLOURS[state]
        figure.add_scatter(
            x=[cell.step for cell in some],
            y=[cell.label for cell in some],
            mode="markers+text",
            name=names[state],
            text=[STATE_MARKS[state]] * len(some),
            textfont={"size": 13, **({"color": "white"} if state == "FAIL" else {})},
            marker={
                "symbol": "square" if is_solid else "square-open",
                "size": 20,
                "color": colour if state == "FAIL" else "rgba(59,130,196,0.22)" if state == "PASS" else colour,
                "line": {"width": 1.4, "color": colour},
            },
            customdata=[[cell.key, cell.step] for cell in some],
            hovertext=[cell.hover for cell in some],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    figure.update_xaxes(
        type="category",
        categoryorder="array",
        categoryarray=list(steps),
        side="top",
        showgrid=False,
        range=[-0.5, len(steps) - 0.5],
    )
    labels = list(dict.fromkeys(cell.label for cell in cells))
    figure.update_yaxes(
        type="category",
        categoryorder="array",
        categoryarray=labels[::-1],
        showgrid=False,
        range=[-0.6, len(labels) - 0.4],
    )
    figure = laid_out(figure, per_row(len(labels), 27, 2, 96), legend=True)
    return figure.update_layout(legend={"y": -0.02, "yanchor": "top"})


@dataclass(frozen=True)
class Land:
    """Land per resident of a division."""

    key: str
    label: str
    per_resident: float | None
    required: float | None
    state: str


def land_bars(rows: Sequence[Land], words: tuple[str, str], names: Mapping[str, str], axis: str) -> go.Figure:
    """Land per resident by division, with the line that the rule draws. words: required, unknown."""
    required_word, unknown = words
    figure = go.Figure()
    for state in STATES:
        some = [row for row in rows if row.state == state]
        if not some:
            continue
        figure.add_bar(
            y=[row.label for row in some],
            x=[row.per_resident or 0 for row in some],
            orientation="h",
            name=names[state],
            marker={"color": STATE_COLOURS[state], "pattern": {"shape": "/" if state == "NOT_ASSESSABLE" else ""}},
            customdata=[[row.key] for row in some],
            hovertemplate="%{y}<br>%{x:.4f} " + axis + "<extra></extra>",
        )
    limits = sorted({row.required for row in rows if row.required is not None})
    # Right of the line even where the bar ends before it, so that the line cuts no figure.
    figure.add_scatter(
        x=[max([row.per_resident or 0, *limits]) for row in rows],
        y=[row.label for row in rows],
        mode="text",
        text=[
            f"  {unknown if row.per_resident is None else f'{row.per_resident:.4f}'}　{names[row.state]}"
            for row in rows
        ],
        textposition="middle right",
        cliponaxis=False,
        hoverinfo="skip",
    )
    for required in limits:
        figure.add_vline(x=required, line={"color": ORANGE, "dash": "dash", "width": 2})
        figure.add_annotation(
            x=required,
            y=1,
            yref="paper",
            yanchor="bottom",
            xanchor="left",
            xshift=5,
            showarrow=False,
            text=f"{required_word} {required:g}",
            font={"size": 12, "color": WARM_NOTE},
        )
    most = max([max(row.per_resident or 0, row.required or 0) for row in rows], default=0) or 1
    labels = [row.label for row in rows]
    figure.update_layout(barmode="overlay")
    figure.update_xaxes(range=[0, most * 1.34], title=axis)
    figure.update_yaxes(type="category", categoryorder="array", categoryarray=labels[::-1], showgrid=False)
    return laid_out(figure, per_row(len(rows), 28, 3, 96)).update_layout(margin={"t": 30})
