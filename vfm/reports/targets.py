"""Targets in words: how far a service has come towards one, said the same on every page and in every file."""

from vfm.reports.changes import figure, moved
from vfm.scoring.rounding import shown
from vfm.scoring.targets import Standing, Way

COLOURS = {
    Standing.PASSED: "green",
    Standing.REACHED: "green",
    Standing.NEARER: "blue",
    Standing.NOT_MOVED: "grey",
    Standing.AWAY: "orange",
    Standing.HELD: "green",
    Standing.BELOW: "orange",
    Standing.NO_FIGURE: "grey",
}
"""Colour of the tag; the words stand in it."""
SHORT = {
    Standing.PASSED: "Passed",
    Standing.REACHED: "Reached",
    Standing.NEARER: "Nearer",
    Standing.NOT_MOVED: "Not moved",
    Standing.AWAY: "Moved away",
    Standing.HELD: "Held",
    Standing.BELOW: "Below",
    Standing.NO_FIGURE: "No figure",
}


WORDS = {
    Standing.PASSED: "Passed: {moved} points on a way of {distance}",
    Standing.REACHED: "Reached: {moved} of {distance} points",
    Standing.NEARER: "{share} of the way: {moved} of {distance} points",
    Standing.NOT_MOVED: "None of the way: not moved since the baseline, {distance} points to go",
    Standing.AWAY: "Moved away by {away} points: the way was {distance} points, now {left} are left",
    Standing.HELD: "Held: the target is not above the baseline ({start}), and it is kept",
    Standing.BELOW: "Below: the target is not above the baseline ({start}), and {left} points are missing",
}


def standing(way: Way) -> Standing:
    """The standing as it is printed: what is passed by less than is printed is reached."""
    if way.standing is Standing.PASSED and moved(way.moved) == moved(way.distance):
        return Standing.REACHED
    return way.standing


def in_words(way: Way) -> str:
    """How far a service has come towards a target, and honestly where it has not.

    >>> in_words(Way(40, 60, 15.0)), in_words(Way(40, 60, -5.0))[:24]
    ('75% of the way: +15.0 of 20.0 points', 'Moved away by 5.0 points')
    """
    found = standing(way)
    if found is Standing.NO_FIGURE:
        return why_none(way)
    return WORDS[found].format(
        moved=moved(way.moved),
        away=figure(abs(way.moved or 0.0)),
        distance=figure(way.distance),
        share=gap_closed(way),
        left=figure(way.left),
        start=figure(way.start),
    )


def why_none(way: Way) -> str:
    """Why there is no share of the way."""
    if way.start is None:
        return "No figure: there is no baseline score to measure from"
    return "No figure: nothing is comparable like for like with the baseline"


def gap_closed(way: Way) -> str:
    """The share of the way as a whole percentage with its sign; a dash for none.

    What is not reached never reads as all of the way, and what is begun never as none of it.

    >>> gap_closed(Way(40, 60, 19.99)), gap_closed(Way(40, 60, 0.01)), gap_closed(Way(40, 60, -5.0))
    ('99%', '1%', '−25%')
    """
    if way.share is None:
        return "–"
    whole = shown(100 * way.share)
    if way.standing is Standing.NEARER:
        whole = min(99, max(1, whole))
    return f"−{-whole}%" if whole < 0 else f"{whole}%"
