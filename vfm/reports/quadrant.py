"""The quadrant: value for money against materiality and pressure, a bubble a service, its size spending."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from vfm.reports.charts import Cell, Chart, Column, Table
from vfm.reports.corners import LINE, REST, TOP, Axis, frame, narrow

LARGEST_BUBBLE = 46.0
SMALLEST_BUBBLE = 6.0
WIDTH, HEIGHT = 460.0, 430.0
"""Pixels of the picture's inside for which labels are placed; other sizes keep their order."""
LETTER = 6.2
LONGEST_LABEL = 24
MOST_LABELS = 12
WIDE = 12.0
"""Pixels across from which a bubble that is not named is kept clear of labels."""
DIRECTIONS = (
    (1.0, 0.0),
    (-1.0, 0.0),
    (0.0, 1.0),
    (0.0, -1.0),
    (0.8, 0.8),
    (0.8, -0.8),
    (-0.8, 0.8),
    (-0.8, -0.8),
)
"""(across, up) in which a label may lie from its bubble, the best first."""
DISTANCES = (6.0, 22.0, 44.0, 70.0)
"""Pixels from the edge of the bubble to the label; further off, a thin line leads to it."""
Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in pixels."""
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
        service: its id, for what is linked with the picture; None links nothing.
    """

    name: str
    result: float | None
    pressure: float
    gross: float | None
    place: str
    is_top: bool
    corner: str
    service: int | None = None


def quadrant(
    spots: Sequence[Spot], *, middle: float, line: float, corners: Sequence[str], top: int, source: str = ""
) -> Chart:
    """The chart of a run.

    Args:
        spots: in display order; those without a score are in the table and not in the picture.
        middle: points of value for money that divide low from high.
        line: points of pressure that divide low from high.
        corners: names of top left, top right, bottom left and bottom right.
        top: how many services there is capacity for.
        source: where the spending was published, in words.
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
    return Chart(
        key="quadrant",
        title=_title(counts[corners[0]]),
        summary=_summary(len(spots) - len(drawn), middle, top),
        figure={
            "data": [trace for trace in data if trace["x"]],
            "layout": frame(
                Axis("Value for money, points of 100", 0, 100.0, middle),
                Axis("Materiality and pressure, points of 100", 0, reach, line),
                corners,
                counts,
                _labels(chosen, drawn, largest, reach, middle),
                height=540,
            )
            | {"meta": {"names": {spot.service: spot.name for spot in drawn if spot.service is not None}}},
            "narrow": narrow(corners, counts, [_number(spot, largest) for spot in chosen[:MOST_LABELS]]),
        },
        table=_table(spots),
        source=source,
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
        f"Dark bubbles are the top {top}{', the first 12 of them named' if top > MOST_LABELS else ''}."
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
    } | ({"customdata": [spot.service for spot in spots]} if any(spot.service for spot in spots) else {})


def _size(gross: float | None, largest: float) -> float:
    """Pixels across, so that the area tells the spending."""
    return (
        max(SMALLEST_BUBBLE, LARGEST_BUBBLE * sqrt(max(gross or 0.0, 0.0) / largest)) if largest > 0 else 10.0
    )


def _labels(
    chosen: Sequence[Spot], drawn: Sequence[Spot], largest: float, reach: float, middle: float
) -> list[dict[str, Any]]:
    """Each label where it covers the least of what is there already, and not far from its bubble."""
    named = chosen[:MOST_LABELS]
    wide = [spot for spot in drawn if not spot.is_top and _size(spot.gross, largest) > WIDE]
    taken = [_box(spot, largest, reach) for spot in (*named, *wide)]
    upright = middle / 100 * WIDTH
    taken += CORNER_BOXES
    taken.append((upright - 1, 0.0, upright + 1, HEIGHT))
    found = []
    for spot in named:
        (across, up), radius = _place(spot, reach), _size(spot.gross, largest) / 2
        half = LETTER * len(_label(spot)) / 2
        reached = half * 2 + radius + DISTANCES[-1]
        near = [box for box in taken if box[0] < across + reached and box[2] > across - reached]
        dx, dy, away = _best(across, up, radius, half, near)
        taken.append(_around(across + dx, up + dy, half))
        found.append(_note(spot, dx, dy, is_led=away > DISTANCES[0]))
    return found


def _best(
    across: float, up: float, radius: float, half: float, taken: Sequence[Box]
) -> tuple[float, float, float]:
    """(across, up, distance) of a label from the middle of its bubble; the cheapest."""
    best, lowest = (0.0, 0.0, 0.0), float("inf")
    for away in DISTANCES:
        if lowest <= 2 * away:
            break
        for right, above in DIRECTIONS:
            dx = right * (radius + away + half * abs(right))
            dy = above * (radius + away + 8 * abs(above))
            cost = _cost(across + dx, up + dy, half, taken) + 2 * away
            if cost < lowest:
                best, lowest = (dx, dy, away), cost
    return best


def _cost(across: float, up: float, half: float, taken: Sequence[Box]) -> float:
    box = _around(across, up, half)
    return sum(_overlap(box, other) for other in taken) + _outside(box)


def _note(spot: Spot, across: float, up: float, *, is_led: bool) -> dict[str, Any]:
    return {
        "x": round(spot.result or 0.0, 2),
        "y": round(spot.pressure, 2),
        "ax": round(across, 1),
        "ay": round(-up, 1),
        "text": _label(spot),
        "xanchor": "center",
        "yanchor": "middle",
        "showarrow": True,
        "arrowhead": 0,
        "arrowwidth": 1,
        "arrowcolor": LINE if is_led else "rgba(0,0,0,0)",
        "font": {"size": 12},
        "borderpad": 0,
    }


def _number(spot: Spot, largest: float) -> dict[str, Any]:
    """Its place alone, where there is no room for names; in the bubble where that is large enough."""
    size = _size(spot.gross, largest)
    is_inside = size >= ROOMY
    return {
        "x": round(spot.result or 0.0, 2),
        "y": round(spot.pressure, 2),
        "text": spot.place,
        "showarrow": False,
        "xshift": 0 if is_inside else round(size / 2 + 6),
        "yshift": 0 if is_inside else 6,
        "font": {"size": 13, "weight": "bold", "color": "#ffffff" if is_inside else "#0b0c0c"},
    }


ROOMY = 22
"""Pixels across of a bubble that holds a number."""
CORNER_BOXES: list[Box] = [(0.0, 0.0, 160.0, 20.0), (WIDTH - 130.0, 0.0, WIDTH, 20.0)]
"""Where the names of the lower corners stand."""


def _place(spot: Spot, reach: float) -> tuple[float, float]:
    return (spot.result or 0.0) / 100 * WIDTH, spot.pressure / reach * HEIGHT


def _box(spot: Spot, largest: float, reach: float) -> Box:
    (across, up), radius = _place(spot, reach), _size(spot.gross, largest) / 2
    return across - radius, up - radius, across + radius, up + radius


def _around(across: float, up: float, half: float) -> Box:
    return across - half, up - 8, across + half, up + 8


def _overlap(one: Box, other: Box) -> float:
    if one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]:
        return 0.0  # nearly always, so nothing more is worked out
    return (min(one[2], other[2]) - max(one[0], other[0])) * (min(one[3], other[3]) - max(one[1], other[1]))


def _outside(box: Box) -> float:
    """What lies outside the picture costs more than what is covered."""
    return 20 * (max(0.0, -box[0]) + max(0.0, box[2] - WIDTH) + max(0.0, -box[1]) + max(0.0, box[3] - HEIGHT))


def _label(spot: Spot) -> str:
    words = spot.name if len(spot.name) <= LONGEST_LABEL else f"{spot.name[: LONGEST_LABEL - 1].rstrip()}…"
    return f"{spot.place}. {words}"


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
