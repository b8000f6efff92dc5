"""The quadrant: value for money against materiality and pressure, a bubble a service, its size spending."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from vfm.reports.charts import COLOURS, Cell, Chart, Column, Table, layout

TOP, REST, LINE = COLOURS[0], "#b1b4b6", "#505a5f"
LARGEST_BUBBLE = 46.0
SMALLEST_BUBBLE = 6.0
WIDTH, HEIGHT = 460.0, 430.0
"""Pixels of the picture's inside for which labels are placed; other sizes keep their order."""
LETTER = 6.2
LONGEST_LABEL = 24
SIDES = (
    ("middle right", 1.0, 0.0),
    ("middle left", -1.0, 0.0),
    ("top center", 0.0, 1.0),
    ("bottom center", 0.0, -1.0),
    ("top right", 1.0, 1.0),
    ("bottom right", 1.0, -1.0),
    ("top left", -1.0, 1.0),
    ("bottom left", -1.0, -1.0),
)
"""(plotly's word, direction across, direction up) a label may take from its bubble, the best first."""
WORDS = {
    1: "One service is",
    **dict(zip(range(2, 10), ("Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"), strict=True)),
}


@dataclass(frozen=True, slots=True)
class Spot:
    """One service.

    Attributes:
        result: value for money, points of 100; None where there is no score.
        pressure: materiality and pressure, points of 100.
        gross: pounds a year; None where nobody knows.
        place: its place in the ranking, as text.
        is_top: among the services there is capacity for.
        corner: where it stands; empty without a score.
    """

    name: str
    result: float | None
    pressure: float
    gross: float | None
    place: str
    is_top: bool
    corner: str


def quadrant(spots: Sequence[Spot], *, middle: float, line: float, corners: Sequence[str], top: int) -> Chart:
    """The chart of a run.

    Args:
        spots: in display order; those without a score are in the table and not in the picture.
        middle: points of value for money that divide low from high.
        line: points of pressure that divide low from high.
        corners: names of top left, top right, bottom left and bottom right.
        top: how many services there is capacity for.
    """
    drawn = [spot for spot in spots if spot.result is not None]
    counts = Counter(spot.corner for spot in drawn)
    chosen = [spot for spot in drawn if spot.is_top]
    others = [spot for spot in drawn if not spot.is_top]
    largest = max((spot.gross or 0.0 for spot in drawn), default=0.0)
    reach = 10 * (int(max((spot.pressure for spot in drawn), default=0.0) // 10) + 2)
    data = [
        _bubbles(others, largest, REST, f"Not in the top {top}"),
        _bubbles(chosen, largest, TOP, f"Top {top}"),
    ]
    data[1] |= _labels(chosen, drawn, largest, reach)
    return Chart(
        key="quadrant",
        title=_title(counts[corners[0]]),
        summary=_summary(len(spots) - len(drawn), middle, top),
        figure={
            "data": [trace for trace in data if trace["x"]],
            "layout": _layout(middle, line, corners, counts, reach),
        },
        table=_table(spots),
    )


def _title(count: int) -> str:
    if not count:
        return "No service is both high pressure and low value"
    how_many = WORDS.get(count, f"{count}")
    return (
        f"{how_many} high pressure and low value"
        if count == 1
        else f"{how_many} services are high pressure and low value"
    )


def _summary(without: int, middle: float, top: int) -> str:
    words = (
        f"Further left is less value for money (low is under {middle:g} of 100), further up more materiality "
        f"and pressure (high is at or above the service in the middle). A larger bubble spends more. "
        f"Dark bubbles are the top {top}."
    )
    if not without:
        return words
    who = "1 service without a score is" if without == 1 else f"{without} services without a score are"
    return f"{words} {who} in the table only."


def _bubbles(spots: Sequence[Spot], largest: float, colour: str, name: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [round(spot.result or 0.0, 2) for spot in spots],
        "y": [round(spot.pressure, 2) for spot in spots],
        "marker": {
            "size": [round(_size(spot.gross, largest), 1) for spot in spots],
            "color": colour,
            "opacity": 0.75,
            "line": {"color": "#0b0c0c" if colour == TOP else LINE, "width": 1},
        },
        "hovertext": [f"{spot.place}. {spot.name}" if spot.place else spot.name for spot in spots],
        "hoverinfo": "text",
        "cliponaxis": False,
    }


def _size(gross: float | None, largest: float) -> float:
    """Pixels across, so that the area tells the spending."""
    return (
        max(SMALLEST_BUBBLE, LARGEST_BUBBLE * sqrt(max(gross or 0.0, 0.0) / largest)) if largest > 0 else 10.0
    )


def _labels(chosen: Sequence[Spot], drawn: Sequence[Spot], largest: float, reach: float) -> dict[str, Any]:
    """Each label on the side of its bubble where it covers the least that is there already."""
    taken = [_box(spot, largest, reach) for spot in drawn]
    sides = []
    for spot in chosen:
        across, up, radius = *_place(spot, reach), _size(spot.gross, largest) / 2
        width = LETTER * len(_label(spot))
        boxes = {side: _beside(across, up, radius, width, right, above) for side, right, above in SIDES}
        best = min(
            boxes,
            key=lambda side: sum(_overlap(boxes[side], other) for other in taken) + _outside(boxes[side]),
        )
        taken.append(boxes[best])
        sides.append(best)
    return {
        "mode": "markers+text",
        "text": [_label(spot) for spot in chosen],
        "textposition": sides,
        "textfont": {"size": 12, "color": "#0b0c0c"},
    }


Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in pixels."""


def _place(spot: Spot, reach: float) -> tuple[float, float]:
    return (spot.result or 0.0) / 100 * WIDTH, spot.pressure / reach * HEIGHT


def _box(spot: Spot, largest: float, reach: float) -> Box:
    (across, up), radius = _place(spot, reach), _size(spot.gross, largest) / 2
    return across - radius, up - radius, across + radius, up + radius


def _beside(across: float, up: float, radius: float, width: float, right: float, above: float) -> Box:
    middle = across + right * (radius + width / 2)
    height = up + above * (radius + 8)
    return middle - width / 2, height - 8, middle + width / 2, height + 8


def _overlap(one: Box, other: Box) -> float:
    across = min(one[2], other[2]) - max(one[0], other[0])
    up = min(one[3], other[3]) - max(one[1], other[1])
    return across * up if across > 0 and up > 0 else 0.0


def _outside(box: Box) -> float:
    """What lies outside the picture costs more than what is covered."""
    return 100 * (
        max(0.0, -box[0]) + max(0.0, box[2] - WIDTH) + max(0.0, -box[1]) + max(0.0, box[3] - HEIGHT)
    )


def _label(spot: Spot) -> str:
    words = spot.name if len(spot.name) <= LONGEST_LABEL else f"{spot.name[: LONGEST_LABEL - 1].rstrip()}…"
    return f"{spot.place}. {words}"


def _layout(
    middle: float, line: float, corners: Sequence[str], counts: Counter[str], reach: float
) -> dict[str, Any]:
    ends = (("left", "top"), ("right", "top"), ("left", "bottom"), ("right", "bottom"))
    return layout(
        height=540,
        margin={"l": 55, "r": 15, "t": 40, "b": 50},
        xaxis=_axis("Value for money, points of 100", 100.0),
        yaxis=_axis("Materiality and pressure, points of 100", reach),
        shapes=[
            {
                "type": "line",
                "x0": middle,
                "x1": middle,
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "line": _dashes(),
            },
            {"type": "line", "y0": line, "y1": line, "x0": 0, "x1": 1, "xref": "paper", "line": _dashes()},
        ],
        annotations=[
            {
                "text": f"<b>{name}</b> ({counts[name]})",
                "xref": "paper",
                "yref": "paper",
                "x": 0.01 if side == "left" else 0.99,
                "y": 1.06 if end == "top" else 0.01,
                "xanchor": side,
                "yanchor": end,
                "showarrow": False,
                "font": {"size": 14, "color": LINE},
            }
            for name, (side, end) in zip(corners, ends, strict=True)
        ],
    )


def _axis(title: str, end: float) -> dict[str, Any]:
    return {
        "title": {"text": title},
        "range": [0, end],
        "gridcolor": "#f3f2f1",
        "linecolor": LINE,
        "zeroline": False,
        "fixedrange": True,
    }


def _dashes() -> dict[str, Any]:
    return {"color": LINE, "width": 1, "dash": "dash"}


def _table(spots: Sequence[Spot]) -> Table:
    return Table(
        (
            Column("Service"),
            Column("Place", is_number=True),
            Column("Value for money, of 100", is_number=True),
            Column("Materiality and pressure, of 100", is_number=True),
            Column("Gross expenditure, £", is_number=True),
            Column("Corner"),
        ),
        tuple(_row(spot) for spot in spots),
    )


def _row(spot: Spot) -> tuple[Cell, ...]:
    return (
        spot.name,
        spot.place or "not ranked",
        None if spot.result is None else f"{spot.result:.0f}",
        f"{spot.pressure:.0f}",
        None if spot.gross is None else f"{spot.gross:,.0f}",
        spot.corner or "no score yet",
    )
