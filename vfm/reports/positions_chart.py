"""Cost position against performance position: where each service stands among those it is compared with."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, dist, pi, sin
from typing import Any

from vfm.prioritisation.explanation import shown
from vfm.reports.charts import Chart, Column, Table
from vfm.reports.corners import LINE, REST, TOP, Axis, frame, narrow

CORNERS = ("Cheap but behind", "Dear and behind", "Cheap and ahead", "Dear but ahead")
"""Top left, top right, bottom left, bottom right."""
MIDDLE = 50.0
REACH = (-3, 103)
"""Percent that an axis shows, so that marks on its ends stand whole."""
STEPS = (1.5, 3.8)
"""Percent between services that stand at the same point: where others are near, and where there is room."""
Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Position:
    """One service among its comparators.

    Attributes:
        cheaper: share of them that are cheaper, 0 to 100.
        better: share of them that do better, 0 to 100.
        is_top: among the services there is capacity for.
    """

    service: int
    name: str
    place: str
    cheaper: float
    better: float
    is_top: bool

    @property
    def corner(self) -> str:
        """Where it stands; in the middle it counts as dear, and as behind."""
        return CORNERS[2 * (self.better < MIDDLE) + (self.cheaper >= MIDDLE)]


def positions(spots: Sequence[Position], *, without: int, top: int) -> Chart:
    """The chart of a run.

    Args:
        spots: in display order, those of which both positions are known.
        without: how many ranked services lack one of them.
        top: how many services there is capacity for.
    """
    counts = Counter(spot.corner for spot in spots)
    places = _apart(spots)
    others, chosen = _points(spots, places, is_top=False), _points(spots, places, is_top=True)
    drawn = [others | {"name": f"Not in the top {top}"}, chosen | {"name": f"Top {top}"}]
    is_crowded = any(place != (spot.cheaper, spot.better) for spot, place in zip(spots, places, strict=True))
    return Chart(
        key="positions",
        title=_title(counts[CORNERS[1]], len(spots)),
        summary=_summary(without, top, is_crowded=is_crowded),
        figure={
            "data": [trace for trace in drawn if trace["x"]],
            "layout": frame(
                Axis("Comparators that are cheaper, %", *REACH, MIDDLE),
                Axis("Comparators that do better, %", *REACH, MIDDLE),
                CORNERS,
                counts,
                [],
                height=500,
            )
            | {"meta": {"names": {str(spot.service): spot.name for spot in spots}}},
            "narrow": narrow(CORNERS, counts, []),
        },
        table=Table(
            (
                Column("Service"),
                Column("Comparators that are cheaper, %", is_number=True),
                Column("Comparators that do better, %", is_number=True),
                Column("Where it stands"),
            ),
            tuple((s.name, shown(s.cheaper, 0), shown(s.better, 0), s.corner) for s in spots),
        ),
    )


def _title(dear_and_behind: int, of: int) -> str:
    if not dear_and_behind:
        return f"None of {of} compared services is both dear and behind"
    verb = "is" if dear_and_behind == 1 else "are"
    return f"{dear_and_behind} of {of} compared services {verb} both dear and behind"


def _summary(without: int, top: int, *, is_crowded: bool) -> str:
    words = (
        "Further right, more comparators provide the same service more cheaply; further up, more do better. "
        f"Numbered diamonds are the top {top}."
    )
    if is_crowded:
        words += " Services at the same point stand around it."
    if not without:
        return words
    who = "1 ranked service is" if without == 1 else f"{without} ranked services are"
    return f"{words} {who} not shown, because cost or performance is compared with nobody."


def _apart(spots: Sequence[Position]) -> list[Place]:
    """Where each is drawn: those at one point stand in rings around it, the first in the middle.

    Rings are drawn together where other points are near, so that they hardly reach into each other.
    """
    crowds: dict[Place, int] = {}
    turns = []
    for spot in spots:
        point = (spot.cheaper, spot.better)
        turns.append(crowds.get(point, 0))
        crowds[point] = turns[-1] + 1
    widest = max((_ring(count - 1)[0] for count in crowds.values()), default=0)
    points = list(crowds)
    near = min((dist(one, other) for at, one in enumerate(points) for other in points[:at]), default=100.0)
    step = max(STEPS[0], min(STEPS[1], near / (2 * widest + 1)))
    return [_around(spot, turn, step) for spot, turn in zip(spots, turns, strict=True)]


def _ring(turn: int) -> tuple[int, int]:
    """Which ring a service stands in, and after how many others there: 1 in the middle, then 6, 12, 18."""
    ring = 0
    while turn > 3 * ring * (ring + 1):
        ring += 1
    return ring, turn - (3 * ring * (ring - 1) + 1) if ring else 0


def _around(spot: Position, turn: int, step: float) -> Place:
    if not turn:
        return spot.cheaper, spot.better
    ring, after = _ring(turn)
    angle = 2 * pi * after / (6 * ring)
    return spot.cheaper + ring * step * cos(angle), spot.better + ring * step * sin(angle)


def _points(spots: Sequence[Position], places: Sequence[Place], *, is_top: bool) -> dict[str, Any]:
    shown_here = [(spot, at) for spot, at in zip(spots, places, strict=True) if spot.is_top == is_top]
    return {
        "type": "scatter",
        "mode": "markers+text" if is_top else "markers",
        "x": [round(at[0], 2) for _, at in shown_here],
        "y": [round(at[1], 2) for _, at in shown_here],
        "text": [spot.place if is_top else "" for spot, _ in shown_here],
        "textfont": {"size": 11, "color": "#ffffff", "weight": "bold"},
        "marker": {
            "size": 20 if is_top else 10,
            "symbol": "diamond" if is_top else "circle",
            "color": TOP if is_top else REST,
            "opacity": 1,
            "line": {"color": LINE, "width": 1},
        },
        "hovertext": [f"{spot.place}. {spot.name}" for spot, _ in shown_here],
        "hoverinfo": "text",
        "cliponaxis": False,
        "customdata": [spot.service for spot, _ in shown_here],
    }
