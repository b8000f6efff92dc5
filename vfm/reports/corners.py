"""The frame of a picture with four named corners: two axes, the lines that divide them, and the names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vfm.reports.charts import COLOURS, layout

TOP, REST, LINE, GRID = COLOURS[0], "#b1b4b6", "#505a5f", "#f3f2f1"
"""Colours of the services there is capacity for, of the others, of lines and edges, of the grid."""
ENDS = (("left", "top"), ("right", "top"), ("left", "bottom"), ("right", "bottom"))
"""Where the names stand, in the order in which corners are given everywhere."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One direction of the picture; `middle` is where its line divides low from high."""

    title: str
    start: float
    end: float
    middle: float


def frame(
    across: Axis,
    up: Axis,
    corners: Sequence[str],
    counts: Mapping[str, int],
    notes: Sequence[dict[str, Any]],
    height: int,
) -> dict[str, Any]:
    """The layout of the picture.

    Args:
        across: from left to right.
        up: from bottom to top.
        corners: names of top left, top right, bottom left and bottom right.
        counts: corner -> how many services stand in it.
        notes: labels of services, drawn before the names of the corners.
        height: of the whole picture, in pixels.
    """
    line = {"type": "line", "line": {"color": LINE, "width": 1, "dash": "dash"}}
    return layout(
        height=height,
        margin={"l": 55, "r": 15, "t": 40, "b": 50},
        xaxis=_axis(across),
        yaxis=_axis(up),
        shapes=[
            line | {"x0": across.middle, "x1": across.middle, "y0": 0, "y1": 1, "yref": "paper"},
            line | {"y0": up.middle, "y1": up.middle, "x0": 0, "x1": 1, "xref": "paper"},
        ],
        annotations=[*notes, *_names(corners, counts, 14)],
    )


def narrow(
    corners: Sequence[str], counts: Mapping[str, int], notes: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """What is otherwise on a phone: smaller names, and other labels of services."""
    return {"annotations": [*notes, *_names(corners, counts, 12)], "margin.l": 45, "xaxis.dtick": 25}


def _names(corners: Sequence[str], counts: Mapping[str, int], size: int) -> list[dict[str, Any]]:
    return [
        _name(f"{corner} ({counts.get(corner, 0)})", side, end, size)
        for corner, (side, end) in zip(corners, ENDS, strict=True)
    ]


def _name(text: str, side: str, end: str, size: int) -> dict[str, Any]:
    return {
        "text": text,
        "xref": "paper",
        "yref": "paper",
        "x": 0.01 if side == "left" else 0.99,
        "y": 1.06 if end == "top" else 0.01,
        "xanchor": side,
        "yanchor": end,
        "showarrow": False,
        "font": {"size": size, "color": LINE, "weight": "bold"},  # markup would want an inline style
    }


def _axis(axis: Axis) -> dict[str, Any]:
    return {
        "title": {"text": axis.title},
        "range": [axis.start, axis.end],
        "gridcolor": GRID,
        "linecolor": LINE,
        "zeroline": False,
        "fixedrange": True,
    }
