"""Charts: values in, a figure and the table beside it out, both from the same rows.

The room's rule: a figure is plain plotly JSON made here, so that a page needs no plotly in Python. The title
says the finding; ratings never by colour alone; at most seven colours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Cell = str | int | float | None

COLOURS = ("#12436d", "#28a197", "#801650", "#f46a25", "#3d3d3d", "#a285d1", "#0b6e8f")
"""Categories, in the order they are used; told apart by people who see colours differently."""
BAND_COLOURS = {
    "red": "#b10e1e", "orange": "#f47738", "yellow": "#ffdd00", "green": "#00703c",
    "turquoise": "#28a197", "blue": "#1d70b8", "purple": "#4c2c92", "grey": "#6f777b",
}  # fmt: skip
"""The bands' colours everywhere, by the name a template gives them."""
FONT = {"family": "Arial, sans-serif", "size": 14, "color": "#0b0c0c"}


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; numbers are right-aligned, with their unit in the heading."""

    title: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The rows a chart is drawn from, as people read them."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture: the finding, a sentence for those who do not see it, the figure, its table.

    Attributes:
        key: unique on the page; part of ids.
        title: the finding, not the axes.
        figure: plotly JSON, `{"data": [...], "layout": {...}}`; "narrow" in it says what of the layout is
            otherwise on a phone: a path with dots -> its value.
        source: where its figures were published, in words; empty where the page says so already.
        links: address that each row of the table opens, in its order, "" for none; empty without links. A
            point of the figure opens the address it holds as `customdata`.
    """

    key: str
    title: str
    summary: str
    figure: dict[str, Any]
    table: Table
    source: str = ""
    links: tuple[str, ...] = ()


def layout(**more: Any) -> dict[str, Any]:
    """The house layout of a figure: Arial, white, room for labels, no title (the page has it)."""
    return {
        "font": FONT,
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "margin": {"l": 60, "r": 20, "t": 20, "b": 50},
        "showlegend": False,
        "hoverlabel": {"font": FONT, "bgcolor": "#ffffff"},
    } | more


def names_above(names: Mapping[str, str], *, room: int) -> dict[str, Any]:
    """On a phone the name of each row stands above it, so that the picture has the whole width.

    Args:
        names: the rows as the axis has them -> as they are written, of which there is room for 45 letters.
        room: pixels above and below all rows, for legend and axis.
    """
    return {
        "height": room + 46 * len(names),
        "bargap": 0.62,
        "margin.l": 12,
        "yaxis.showticklabels": False,
        "legend.font.size": 13,
        "annotations": [
            {
                "x": 0,
                "xref": "paper",
                "xanchor": "left",
                "y": row,
                "yshift": 17,
                "text": words if len(words) <= 45 else f"{words[:44].rstrip()}…",
                "showarrow": False,
                "font": {"size": 13},
            }
            for row, words in names.items()
        ],
    }
