"""The profile of one result: a bar a section, a whisker for what is possible, a mark for the baseline."""

from collections.abc import Sequence
from html import escape
from textwrap import wrap
from typing import Any

from vfm.reports.charts import COLOURS, Chart, Column, Table, layout
from vfm.reports.result import SectionLine, bounds, points, signed, together
from vfm.scoring.results import SectionScore
from vfm.scoring.rounding import at_the_ends, shown

BAR, EDGE, OPEN, MARK = "#a9c4de", COLOURS[0], "#b1b4b6", COLOURS[3]
LABEL_WIDTH = 22
"""Characters of a section's title on one line."""


def profile(lines: Sequence[SectionLine], *, baseline: str = "") -> Chart | None:
    """The chart of a result's top sections, in reading order.

    Args:
        lines: sections of one result; those that are not scored, or lie deeper, are left out.
        baseline: name of the cycle the baseline was set in, empty where there is none.

    Returns:
        None where there is nothing to draw: no section with a figure, or statuses instead of points.
    """
    drawn = [line for line in lines if line.depth == 0 and _has_ends(line.score)]
    if not drawn:
        return None
    data = [_bars(drawn), _open_ranges(drawn)]
    if baseline:
        data.append(_marks(drawn, baseline))
    return Chart(
        key="profile",
        title=_title(drawn),
        summary=_summary(drawn, baseline),
        figure={"data": [trace for trace in data if trace["y"]], "layout": _layout(drawn)},
        table=_table(drawn, baseline),
    )


def _has_ends(section: SectionScore) -> bool:
    return isinstance(section.low, float) and isinstance(section.high, float)


def _title(lines: Sequence[SectionLine]) -> str:
    figures = {line.title: line.score.score for line in lines if line.score.score is not None}
    if not figures:
        return "Too little is answered to score any section"
    highest, lowest = at_the_ends(figures)
    verb = "is" if len(highest) == 1 else "are"
    top, bottom = points(figures[highest[0]]), points(figures[lowest[0]])
    if highest == lowest:
        return f"{together(highest)} {'stands' if verb == 'is' else 'stand'} at {top} of 100"
    return f"{together(highest)} {verb} strongest at {top}, {together(lowest)} weakest at {bottom}"


def _summary(lines: Sequence[SectionLine], baseline: str) -> str:
    withheld = [line.title for line in lines if line.score.score is None]
    words = "Each bar is a section's score out of 100; the whisker shows how low or high it could still be."
    if withheld:
        words += f" Too little is answered to score {', '.join(withheld)}: a pale bar shows what is possible."
    return f"{words} The upright mark is the baseline ({baseline})." if baseline else words


def _bars(lines: Sequence[SectionLine]) -> dict[str, Any]:
    scored = [line for line in lines if line.score.score is not None]
    return {
        "type": "bar",
        "orientation": "h",
        "name": "Score",
        "y": [_label(line) for line in scored],
        "x": [line.score.score for line in scored],
        "text": [_beside_whisker(line) for line in scored],
        # Inside a bar of no length nothing would be written.
        "textposition": ["inside" if shown(line.score.score or 0.0) else "outside" for line in scored],
        "insidetextanchor": "start",
        "textangle": 0,
        "constraintext": "none",
        "textfont": {"color": "#0b0c0c"},
        "marker": {"color": BAR, "line": {"color": EDGE, "width": 1.5}},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [_gap(line.score.high, line.score.score) for line in scored],
            "arrayminus": [_gap(line.score.score, line.score.low) for line in scored],
            "color": "#0b0c0c",
            "thickness": 1.5,
            "width": 5,
        },
        "hovertext": [f"{line.title}: {points(line.score.score)}, could be {_span(line)}" for line in scored],
        "hoverinfo": "text",
    }


def _beside_whisker(line: SectionLine) -> str:
    """A bar's figure; beside a bar of no length it stands higher than the whisker that starts there."""
    words = points(line.score.score)
    is_crossed = words == "0" and _gap(line.score.high, line.score.score) > 0
    return f"{words}<br>&nbsp;" if is_crossed else words


def _open_ranges(lines: Sequence[SectionLine]) -> dict[str, Any]:
    withheld = [line for line in lines if line.score.score is None]
    return {
        "type": "bar",
        "orientation": "h",
        "name": "Still possible",
        "y": [_label(line) for line in withheld],
        "base": [line.score.low for line in withheld],
        "x": [_gap(line.score.high, line.score.low) for line in withheld],
        "text": [f"{_span(line)}, too little answered" for line in withheld],
        "textposition": "inside",
        "textfont": {"color": "#0b0c0c"},
        # With an edge, for the legend's small square would hardly be seen without.
        "marker": {
            "color": "#ffffff",
            "pattern": {"shape": "/", "fgcolor": OPEN, "solidity": 0.3},
            "line": {"color": COLOURS[4], "width": 1.5},
        },
        "hovertext": [f"{line.title}: could be {_span(line)}" for line in withheld],
        "hoverinfo": "text",
    }


def _marks(lines: Sequence[SectionLine], baseline: str) -> dict[str, Any]:
    marked = [line for line in lines if line.baseline_score and line.baseline_score.score is not None]
    then = [line.baseline_score.score for line in marked if line.baseline_score]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": f"Baseline, {baseline}",
        "y": [_label(line) for line in marked],
        "x": then,
        "marker": {"symbol": "line-ns", "size": 22, "line": {"width": 4, "color": MARK}},
        "hovertext": [
            f"{line.title}: {points(score)} at the baseline" for line, score in zip(marked, then, strict=True)
        ],
        "hoverinfo": "text",
    }


def _label(line: SectionLine) -> str:
    """A title broken into short lines, so that a phone has room for the bars."""
    return "<br>".join(wrap(escape(line.title, quote=False), LABEL_WIDTH))


def _gap(higher: float | str | None, lower: float | str | None) -> float:
    return max(0.0, float(higher or 0.0) - float(lower or 0.0))


def _span(line: SectionLine) -> str:
    return bounds(line.score.low, line.score.high)


def _layout(lines: Sequence[SectionLine]) -> dict[str, Any]:
    return layout(
        height=90 + 42 * len(lines),
        barmode="overlay",
        bargap=0.35,
        xaxis={
            "range": [0, 100],
            "title": {"text": "Points of 100"},
            "gridcolor": "#e5e6e7",
            "zeroline": False,
        },
        yaxis={"autorange": "reversed", "automargin": True},
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )


def _table(lines: Sequence[SectionLine], baseline: str) -> Table:
    columns = [
        Column("Section"),
        Column("Score, of 100", is_number=True),
        Column("Could be", is_number=True),
        Column("Answered, % of weight", is_number=True),
    ]
    if baseline:
        columns += [Column("Baseline", is_number=True), Column("Change", is_number=True)]
    rows = tuple(
        (line.title, line.words, _span(line), _answered(line.score), *(_before(line) if baseline else ()))
        for line in lines
    )
    return Table(tuple(columns), rows)


def _answered(section: SectionScore) -> str:
    return "–" if section.completeness is None else str(shown(100 * section.completeness))


def _before(line: SectionLine) -> tuple[str, str]:
    then = line.baseline_score.score if line.baseline_score else None
    now = line.score.score
    return points(then), signed(None if then is None or now is None else now - then)
