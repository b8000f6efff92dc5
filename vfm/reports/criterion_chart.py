"""The values of one criterion in a picture: how many services stand where, between which goalposts.

The room's rule: plain values in; what a stroke opens is an address that the page gives.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape
from math import inf, log10
from typing import Any

from vfm.prioritisation.distribution import Spread, Step
from vfm.questionnaires.wording import counted
from vfm.reports.charts import COLOURS, Chart, Column, Table, layout

BAR, EDGE, MARK = "#a9c4de", COLOURS[0], COLOURS[3]
GRID = "#e5e6e7"


@dataclass(frozen=True, slots=True)
class Dot:
    """One service with a value; href: where its value is explained; drawn: where it stands on the axis."""

    name: str
    value: float
    href: str
    drawn: float = 0.0


@dataclass(frozen=True, slots=True)
class Mark:
    """An upright line; `dash` of the line, so that lines are told apart in black and white."""

    words: str
    at: float
    dash: str
    is_goalpost: bool = False
    drawn: float = 0.0


def values_chart(
    name: str,
    steps: Sequence[Step],
    dots: Sequence[Dot],
    found: Spread,
    goalposts: tuple[float, float] | None,
    say: Callable[[float], str],
    *,
    is_tried: bool = False,
    floor: float | None = None,
    is_logarithmic: bool = False,
) -> Chart:
    """How many services have which value, with goalposts, median and the 2nd and 98th percentile.

    Args:
        name: of the criterion.
        steps: every step, empty ones too.
        dots: the services with a value.
        found: their spread.
        goalposts: raw values, low before high; None where there are none.
        say: a raw value in words.
        is_tried: the goalposts are tried out and not kept.
        floor: values under it are drawn at it, as they count.
        is_logarithmic: the axis goes by powers of ten, where every value is above 0 or there is a floor.
    """
    by_tens = is_logarithmic and (found.lowest > 0 or floor is not None)
    least = floor if by_tens and floor is not None else -inf
    dots = [replace(dot, drawn=max(dot.value, least)) for dot in dots]
    marks = [replace(mark, drawn=max(mark.at, least)) for mark in _marks(found, goalposts, is_tried)]
    top = max(step.count for step in steps)
    return Chart(
        key="values",
        title=finding(name, found, say),
        summary=(
            "Each bar counts the services in one step of the values; the strokes below are the services. "
            + ("The goalposts are the thick lines. " if goalposts else "")
            + "The thin lines are the median and the 2nd and 98th percentile."
        ),
        figure={
            "data": [_bars(steps, say, by_tens=by_tens), _strokes(dots, say, -0.07 * top, by_tens=by_tens)],
            "layout": _layout(name, marks, say, top, steps, by_tens=by_tens),
        },
        table=Table(
            (Column("From"), Column("To, and not with it"), Column("Services", is_number=True)),
            tuple((say(step.low), say(step.high), step.count) for step in steps),
        ),
    )


def finding(name: str, found: Spread, say: Callable[[float], str]) -> str:
    """`Half of 54 services have 4% or more for demand pressure; 3 have no value`."""
    gaps = f"; {counted(found.missing, 'service')} {'has' if found.missing == 1 else 'have'} no value"
    rest = gaps if found.missing else ""
    if found.known == 1:
        return f"One service has a value for {name}: {say(found.median)}{rest}"
    if found.lowest == found.highest:
        return f"All {found.known} services have the same value for {name}: {say(found.median)}{rest}"
    return f"Half of {found.known} services have {say(found.median)} or more for {name}{rest}"


def _marks(found: Spread, goalposts: tuple[float, float] | None, is_tried: bool) -> list[Mark]:
    words = "Tried goalpost" if is_tried else "Goalpost"
    ends = [Mark(words, at, "solid", is_goalpost=True) for at in goalposts or ()]
    middle = Mark("Median", found.median, "dash")
    outer = (
        [Mark("2nd percentile", found.low, "dot"), Mark("98th percentile", found.high, "dot")]
        if found.known > 2
        else []
    )
    return [*ends, middle, *(mark for mark in outer if mark.at not in (goalposts or ()))]


def _bars(steps: Sequence[Step], say: Callable[[float], str], *, by_tens: bool) -> dict[str, Any]:
    pairs = [(log10(one.low), log10(one.high)) if by_tens else (one.low, one.high) for one in steps]
    centres = [(low + high) / 2 for low, high in pairs]
    return {
        "type": "bar",
        "name": "Services",
        "x": centres,
        "y": [one.count for one in steps],
        "width": [0.94 * (high - low) for low, high in pairs],
        "text": [str(one.count) if one.count else "" for one in steps],
        "textposition": "inside",
        "insidetextanchor": "start",
        "textangle": 0,
        "textfont": {"color": "#0b0c0c"},
        "marker": {"color": BAR, "line": {"color": EDGE, "width": 1.5}},
        "hovertext": [
            f"{escape(say(one.low))} to {escape(say(one.high))}: {counted(one.count, 'service')}"
            for one in steps
        ],
        "hoverinfo": "text",
    }


def _strokes(
    dots: Sequence[Dot], say: Callable[[float], str], below: float, *, by_tens: bool
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "A service",
        "x": [log10(dot.drawn) if by_tens else dot.drawn for dot in dots],
        "y": [below] * len(dots),
        "marker": {"symbol": "line-ns", "size": 14, "line": {"width": 2, "color": EDGE}},
        "hovertext": [f"{escape(dot.name, quote=False)}: {escape(say(dot.value))}" for dot in dots],
        "hoverinfo": "text",
        "customdata": [dot.href for dot in dots],
        "cliponaxis": False,
    }


def _layout(
    name: str,
    marks: Sequence[Mark],
    say: Callable[[float], str],
    top: int,
    steps: Sequence[Step],
    *,
    by_tens: bool,
) -> dict[str, Any]:
    def at(value: float) -> float:
        return (log10(value) if value > 0 else log10(steps[0].low)) if by_tens else value

    ends = [at(steps[0].low), at(steps[-1].high), *(at(mark.drawn) for mark in marks)]
    room = 0.03 * (max(ends) - min(ends) or 1)
    low, high = min(ends) - room, max(ends) + room
    edges = sorted({edge for step in steps for edge in (step.low, step.high)})
    shown = edges[:: -(-len(edges) // 5)]
    below = -0.07 * top
    return layout(
        height=430,
        margin={"l": 50, "r": 20, "t": 40 + 20 * len(marks), "b": 50},
        bargap=0,
        xaxis={
            "range": [low, high],
            "gridcolor": GRID,
            "zeroline": False,
            "fixedrange": True,
            "tickvals": [at(edge) for edge in shown],
            "title": {"text": name[:1].upper() + name[1:]},
            "ticktext": [_short(edge, say) for edge in shown],
        },
        yaxis={
            "title": {"text": "Services"},
            "range": [2 * below, 1.15 * top],
            "gridcolor": GRID,
            "zerolinecolor": "#0b0c0c",
            "fixedrange": True,
            "tickmode": "linear",
            "tick0": 0,
            "dtick": max(1, -(-top // 6)),
        },
        shapes=[
            {
                "type": "line",
                "x0": at(mark.drawn),
                "x1": at(mark.drawn),
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "line": {
                    "color": "#0b0c0c" if mark.is_goalpost else MARK,
                    "width": 4 if mark.is_goalpost else 2,
                    "dash": mark.dash,
                },
            }
            for mark in marks
        ],
        annotations=[
            {
                "x": at(mark.drawn),
                "y": 1.01 + 0.06 * place,
                "yref": "paper",
                "yanchor": "bottom",
                "showarrow": False,
                "text": f"{mark.words} {escape(say(mark.at))}",
                "xanchor": "left" if at(mark.drawn) - low < 0.55 * (high - low) else "right",
                "font": {"size": 13},
            }
            for place, mark in enumerate(marks)
        ],
    )


def _short(value: float, say: Callable[[float], str]) -> str:
    """A tick: 20k, 5m; shares as the criterion says them, in %; small numbers as they are."""
    if said := re.match(r"−?[\d.,]+%", say(value)):
        return said.group()
    for size, letter in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if abs(value) >= size and (value / size) == round(value / size, 1):
            return f"{value / size:g}{letter}"
    return f"{value:,.6g}"
