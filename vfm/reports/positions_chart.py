"""Cost position against performance position: where each service stands among those it is compared with."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vfm.prioritisation.explanation import shown
from vfm.reports.charts import Chart, Column, Table
from vfm.reports.corners import LINE, REST, TOP, Axis, frame

CORNERS = ("Cheap but behind", "Dear and behind", "Cheap and ahead", "Dear but ahead")
"""Top left, top right, bottom left, bottom right."""
MIDDLE = 50.0
REACH = (-3, 103)
"""Percent that an axis shows, so that marks on its ends stand whole."""
MOST_NAMED = 10


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
    drawn = [
        _points([spot for spot in spots if not spot.is_top], REST, "circle", f"Not in the top {top}"),
        _points([spot for spot in spots if spot.is_top], TOP, "diamond", f"Top {top}"),
    ]
    return Chart(
        key="positions",
        title=_title(counts[CORNERS[1]], len(spots)),
        summary=_summary(without, top),
        figure={
            "data": [trace for trace in drawn if trace["x"]],
            "layout": frame(
                Axis("Comparators that are cheaper, %", *REACH, MIDDLE),
                Axis("Comparators that do better, %", *REACH, MIDDLE),
                CORNERS,
                counts,
                _names(spots),
                height=500,
            )
            | {"meta": {"names": {str(spot.service): spot.name for spot in spots}}},
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


def _summary(without: int, top: int) -> str:
    words = (
        "Further right, more comparators provide the same service more cheaply; further up, more do better. "
        f"Diamonds are the top {top}."
    )
    if not without:
        return words
    who = "1 ranked service is" if without == 1 else f"{without} ranked services are"
    return f"{words} {who} not shown, because cost or performance is compared with nobody."


def _points(spots: Sequence[Position], colour: str, symbol: str, name: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [round(spot.cheaper, 2) for spot in spots],
        "y": [round(spot.better, 2) for spot in spots],
        "marker": {
            "size": 13 if symbol == "diamond" else 10,
            "symbol": symbol,
            "color": colour,
            "opacity": 0.8,
            "line": {"color": LINE, "width": 1},
        },
        "hovertext": [f"{spot.place}. {spot.name}" for spot in spots],
        "hoverinfo": "text",
        "cliponaxis": False,
        "customdata": [spot.service for spot in spots],
    }


def _names(spots: Sequence[Position]) -> list[dict[str, Any]]:
    """The top ones by place; those on the same point share a label, so that none covers another."""
    named: dict[tuple[float, float], list[str]] = {}
    for spot in [spot for spot in spots if spot.is_top][:MOST_NAMED]:
        named.setdefault((round(spot.cheaper, 2), round(spot.better, 2)), []).append(spot.place)
    return [
        {
            "x": x,
            "y": y,
            "text": ", ".join(places),
            "showarrow": False,
            "xshift": 14 if x < 95 else -14,
            "yshift": 10,
            "font": {"size": 13, "weight": "bold"},
        }
        for (x, y), places in named.items()
    ]
