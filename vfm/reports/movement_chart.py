"""How far each service's score moved in the challenge: a line from self to agreed, those that moved most."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from vfm.reports.charts import COLOURS, Cell, Chart, Column, Table, layout
from vfm.reports.result import one_place, signed_one_place
from vfm.scoring.movement import Means

MOST = 20
"""Services drawn: more than a reader takes in, and a page that still prints."""
LABEL_WIDTH = 28


@dataclass(frozen=True, slots=True)
class Moved:
    """One service's overall three times, on 0 to 100."""

    name: str
    own: float
    challenged: float
    agreed: float


def movement(moved: Sequence[Moved], means: Means) -> Chart | None:
    """The chart of the services that moved, the biggest move first; None where none moved.

    Args:
        moved: services with an agreed result; those that did not move are left out.
        means: over all agreed results, moved or not.
    """
    drawn = sorted(
        (one for one in moved if round(one.agreed - one.own, 9)),
        key=lambda one: (-abs(round(one.agreed - one.own, 9)), one.name.casefold()),
    )[:MOST]
    if not drawn:
        return None
    biggest = drawn[0]
    return Chart(
        key="movement",
        title=_title(means),
        summary=(
            f"{biggest.name} moved most, by {signed_one_place(biggest.agreed - biggest.own)} points. Each "
            "line runs from the self score (circle) to the agreed score (diamond); a cross is the score as "
            "challenged."
        ),
        figure={"data": _traces(drawn), "layout": _layout(drawn)},
        table=Table(
            (
                Column("Service"),
                Column("Self", is_number=True),
                Column("Challenged", is_number=True),
                Column("Agreed", is_number=True),
                Column("Moved, points", is_number=True),
            ),
            tuple(_row(one) for one in drawn),
        ),
    )


def _title(means: Means) -> str:
    ways = means.tally
    average = signed_one_place(means.movement)
    return (
        f"{ways.moved} of {means.count} agreed scores moved: {ways.downs} down, {ways.ups} up; "
        f"{average} points on average over all {means.count}"
    )


def _row(one: Moved) -> tuple[Cell, ...]:
    figures = (one_place(one.own), one_place(one.challenged), one_place(one.agreed))
    return one.name, *figures, signed_one_place(one.agreed - one.own)


def _traces(drawn: Sequence[Moved]) -> list[dict[str, Any]]:
    labels = [_label(one.name) for one in drawn]
    lines: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines",
        "x": [place for one in drawn for place in (one.own, one.agreed, None)],
        "y": [place for label in labels for place in (label, label, None)],
        "line": {"color": COLOURS[4], "width": 2},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    return [
        lines,
        _marks("Self", labels, [one.own for one in drawn], "circle-open", COLOURS[0]),
        _marks("Challenged", labels, [one.challenged for one in drawn], "x", COLOURS[2]),
        _marks("Agreed", labels, [one.agreed for one in drawn], "diamond", COLOURS[1]),
    ]


def _marks(name: str, labels: list[str], places: list[float], symbol: str, colour: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": places,
        "y": labels,
        "marker": {"symbol": symbol, "size": 11, "color": colour, "line": {"width": 2, "color": colour}},
        "hovertext": [f"{name}: {one_place(place)}" for place in places],
        "hoverinfo": "text",
        "cliponaxis": False,
    }


def _label(name: str) -> str:
    return "<br>".join(wrap(name, LABEL_WIDTH)).replace("&", "&amp;")


def _layout(drawn: Sequence[Moved]) -> dict[str, Any]:
    return layout(
        height=110 + 34 * len(drawn),
        margin={"l": 220, "r": 30, "t": 40, "b": 50},
        showlegend=True,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom"},
        xaxis={"title": {"text": "Score of 100"}, "range": [0, 100], "gridcolor": "#e5e6e7"},
        yaxis={"autorange": "reversed", "type": "category"},
    )
