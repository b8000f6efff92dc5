"""The profile of one result: a bar a section, a whisker for what is possible, marks for earlier results.

How firm a figure is shows in its bar: the weaker the evidence, the paler; without a score no bar at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap
from typing import Any

from vfm.reports.charts import COLOURS, Chart, Column, Table, layout
from vfm.reports.result import SectionLine, bounds, points, signed, together
from vfm.scoring.confidence import Confidence, confidence_word
from vfm.scoring.results import Scorecard, SectionScore, SectionStatus
from vfm.scoring.rounding import at_the_ends, shown

EDGE, OPEN = COLOURS[0], "#b1b4b6"
BARS = {Confidence.HIGH: "#8db4d9", Confidence.MEDIUM: "#cfe0f0", Confidence.LOW: "#ffffff"}
"""Evidence behind a section -> fill of its bar: told apart in grey too, and in words in the table."""
MARKS = ((COLOURS[3], "line-ns", 22), (COLOURS[2], "diamond-open", 11))
"""Colour, symbol and size of each earlier result's mark, the baseline's first."""
LABEL_WIDTH = 22
"""Characters of a section's title on one line."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier result that is marked: `words` says which, as in `Baseline, Self-assessment 2025-26`."""

    words: str
    card: Scorecard

    def score(self, key: str) -> float | None:
        """A section's score then; None where it had none."""
        found = self.card.section.get(key)
        return found.score if found else None


def profile(lines: Sequence[SectionLine], earlier: Sequence[Earlier] = ()) -> Chart | None:
    """The chart of a result's top sections, in reading order.

    Args:
        lines: sections of one result; those that are not scored, or lie deeper, are left out.
        earlier: results to mark beside it, two at most, the baseline first.

    Returns:
        None where there is nothing to draw: no section with a figure, or statuses instead of points.
    """
    drawn = top(lines)
    if not any(_has_ends(line.score) for line in drawn):
        return None
    data = [
        *(_bars(drawn, confidence) for confidence in Confidence),
        _open_ranges(drawn),
        _apart(drawn),
        *(_marks(drawn, one, look) for one, look in zip(earlier, MARKS, strict=False)),
    ]
    return Chart(
        key="profile",
        title=_title(drawn),
        summary=_summary(drawn, earlier),
        figure={"data": [trace for trace in data if trace["y"]], "layout": _layout(drawn)},
        table=profile_table(lines, earlier),
    )


def top(lines: Sequence[SectionLine]) -> list[SectionLine]:
    """The sections that a profile has: scored, and not inside another."""
    return [line for line in lines if line.depth == 0 and line.is_scored]


def _has_ends(section: SectionScore) -> bool:
    return isinstance(section.low, float) and isinstance(section.high, float)


def _confidence(line: SectionLine) -> Confidence:
    return confidence_word(line.score.confidence or 0.0)


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


def _summary(lines: Sequence[SectionLine], earlier: Sequence[Earlier]) -> str:
    withheld = [line.title for line in lines if line.score.status is SectionStatus.INSUFFICIENT]
    words = (
        "Each bar is a section's score out of 100, paler the weaker the evidence; the whisker shows how low "
        "or high it could still be."
    )
    if withheld:
        words += (
            f" Too little is answered to score {', '.join(withheld)}: a hatched bar shows what is possible."
        )
    if earlier:
        words += f" Marks show {' and '.join(one.words for one in earlier)}."
    return words


def _bars(lines: Sequence[SectionLine], confidence: Confidence) -> dict[str, Any]:
    scored = [line for line in lines if line.score.score is not None and _confidence(line) is confidence]
    return {
        "type": "bar",
        "orientation": "h",
        "name": f"Score, {confidence.value} evidence",
        "y": [_label(line) for line in scored],
        "x": [line.score.score for line in scored],
        "text": [_beside_whisker(line) for line in scored],
        # Inside a bar of no length nothing would be written.
        "textposition": ["inside" if shown(line.score.score or 0.0) else "outside" for line in scored],
        "insidetextanchor": "start",
        "textangle": 0,
        "constraintext": "none",
        "textfont": {"color": "#0b0c0c"},
        "marker": {"color": BARS[confidence], "line": {"color": EDGE, "width": 1.5}},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [_gap(line.score.high, line.score.score) for line in scored],
            "arrayminus": [_gap(line.score.score, line.score.low) for line in scored],
            "color": "#0b0c0c",
            "thickness": 1.5,
            "width": 5,
        },
        "hovertext": [
            f"{line.title}: {points(line.score.score)}, could be {_span(line)}, {confidence.value} evidence"
            for line in scored
        ],
        "hoverinfo": "text",
    }


def _beside_whisker(line: SectionLine) -> str:
    """A bar's figure; beside a bar of no length it stands higher than the whisker that starts there."""
    words = points(line.score.score)
    is_crossed = words == "0" and _gap(line.score.high, line.score.score) > 0
    return f"{words}<br>&nbsp;" if is_crossed else words


def _open_ranges(lines: Sequence[SectionLine]) -> dict[str, Any]:
    withheld = [line for line in lines if line.score.score is None and _has_ends(line.score)]
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
            "pattern": {"shape": "/", "fgcolor": OPEN, "solidity": 0.15},
            "line": {"color": COLOURS[4], "width": 1.5},
        },
        "hovertext": [f"{line.title}: could be {_span(line)}" for line in withheld],
        "hoverinfo": "text",
    }


def _apart(lines: Sequence[SectionLine]) -> dict[str, Any]:
    """Words in the place of a bar, for sections that do not apply."""
    apart = [line for line in lines if not _has_ends(line.score)]
    return {
        "type": "scatter",
        "mode": "text",
        "showlegend": False,
        "y": [_label(line) for line in apart],
        "x": [0.0 for _ in apart],
        "text": [f" {line.words}" for line in apart],
        "textposition": "middle right",
        "hoverinfo": "skip",
    }


def _marks(lines: Sequence[SectionLine], earlier: Earlier, look: tuple[str, str, int]) -> dict[str, Any]:
    colour, symbol, size = look
    then = [(line, score) for line in lines if (score := earlier.score(line.key)) is not None]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": earlier.words,
        "y": [_label(line) for line, _ in then],
        "x": [score for _, score in then],
        "marker": {
            "symbol": symbol,
            "size": size,
            "color": colour,
            "line": {"width": 4 if symbol == "line-ns" else 2, "color": colour},
        },
        "hovertext": [f"{line.title}: {points(score)}, {earlier.words}" for line, score in then],
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
        # In reading order, whatever trace a section is drawn by.
        yaxis={
            "autorange": "reversed",
            "automargin": True,
            "categoryorder": "array",
            "categoryarray": [_label(line) for line in lines],
        },
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )


def profile_table(lines: Sequence[SectionLine], earlier: Sequence[Earlier] = ()) -> Table:
    """The rows beneath the chart, which stand alone where a template gives statuses; a row a top section."""
    if not any(_has_ends(line.score) for line in top(lines)):
        return _statuses(lines)
    columns = [
        Column("Section"),
        Column("Score, of 100", is_number=True),
        Column("Could be", is_number=True),
        Column("Answered, % of weight", is_number=True),
        Column("Evidence"),
        Column("Rating"),
        Column("Adds, points", is_number=True),
    ]
    for one in earlier:
        columns += [Column(one.words, is_number=True), Column("Change since", is_number=True)]
    rows = tuple(
        (
            line.title,
            line.words,
            _span(line),
            _answered(line.score),
            "–" if line.score.score is None else _confidence(line).value.capitalize(),
            line.band.name if line.band else "–",
            "–" if line.adds is None else str(line.adds),
            *(cell for one in earlier for cell in _before(line, one.score(line.key))),
        )
        for line in top(lines)
    )
    return Table(tuple(columns), rows)


def _statuses(lines: Sequence[SectionLine]) -> Table:
    """The rows where a template gives statuses, or where nothing applies."""
    columns = (
        Column("Section"),
        Column("Status"),
        Column("Could be"),
        Column("Answered, % of weight", is_number=True),
    )
    rows = tuple((line.title, line.words, _span(line), _answered(line.score)) for line in top(lines))
    return Table(columns, rows)


def _answered(section: SectionScore) -> str:
    return "–" if section.completeness is None else str(shown(100 * section.completeness))


def _before(line: SectionLine, then: float | None) -> tuple[str, str]:
    now = line.score.score
    return points(then), signed(None if then is None or now is None else now - then)
