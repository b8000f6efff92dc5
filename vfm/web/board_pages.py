"""The board on one page: what comes first, why, and what is not firm, to print or to project."""

from collections.abc import Sequence

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from vfm.prioritisation.explanation import shown
from vfm.prioritisation.outline import Line
from vfm.questionnaires.wording import listed, ordinal
from vfm.reports import board_page
from vfm.reports.board_page import Row
from vfm.scoring.rounding import largest_remainder
from vfm.web.current import council_name, now, reading
from vfm.web.filters import percent, plural
from vfm.web.outcome_words import OUTCOME_WORDS
from vfm.web.priorities import FIRM, finding, quadrant_of, spending_of
from vfm.workflows import priorities
from vfm.workflows.priorities import Board

blueprint = Blueprint("board_pages", __name__)

MOST_ROWS = 14
"""Services listed: the top set, then who contends for it."""
MOST_THEMES = 3
MOST_NAMED = 8


@blueprint.get("/priorities/<int:run_id>/one-page")
def show(run_id: int) -> ResponseReturnValue:
    """One sheet of A4 for a run."""
    with reading() as store:
        view = priorities.board(store, run_id)
        reasons = priorities.reasons(store, run_id, first=3)
    lines = listing(view)
    rows = [row(line, view) for line in lines]
    longest = max((row.index for row in rows), default=0.0)
    last = max((row.rank_to or row.rank for row in rows), default=1)
    picture = quadrant_of(view)
    return render_template(
        "board_pages/show.html",
        view=view,
        council_name=council_name(),
        now=now(),
        finding=finding(view),
        weights=_weights(view),
        rows=[
            (row, _drawn(board_page.bar(row, longest)), _drawn(board_page.band(row, last, view.top)))
            for row in rows
        ],
        rest=len(view.ranked) - len(rows),
        patterns=_drawn(board_page.patterns(len(view.groups))),
        legend=[(_drawn(board_page.swatch(at)), group.capitalize()) for at, group in enumerate(view.groups)],
        quadrant=_drawn(board_page.quadrant_picture(picture)) if picture else "",
        quadrant_title=picture.title if picture else "",
        reasons=reasons,
        doubts=tuple(doubts(view)),
        themes=view.themes[:MOST_THEMES],
        source=spending_of(view),
        has_trials=any(line.top_share is not None for line in view.ranked),
    )


def _drawn(picture: str) -> Markup:
    return Markup(picture)  # noqa: S704  # nosec B704  # our own shapes, every word in them escaped


def listing(view: Board) -> list[Line]:
    """The top set, then borderline services in their order, as many as fit; ten lines if there are."""
    inside = [line for line in view.ranked if (line.rank or 0) <= view.top][:MOST_ROWS]
    outside = [line for line in view.ranked if line not in inside]
    close = [line for line in outside if line.borderline]
    rest = [line for line in outside if not line.borderline][: max(0, 10 - len(inside) - len(close))]
    chosen = {line.service_id for line in [*inside, *close, *rest][:MOST_ROWS]}
    return [line for line in view.ranked if line.service_id in chosen]


def _weights(view: Board) -> str:
    """`gross expenditure 20%, ...`, rounded so that they add up to 100%."""
    names = {criterion.key: criterion.name for criterion, _ in view.weights}
    whole = largest_remainder({criterion.key: 100 * share for criterion, share in view.weights}, 100)
    return ", ".join(f"{names[key]} {share}%" for key, share in whole.items())


def row(line: Line, view: Board) -> Row:
    """A service in the words of the page."""
    decided = OUTCOME_WORDS.get(line.decided)
    return Row(
        place=str(line.rank),
        name=line.name,
        index=line.index or 0.0,
        shown=shown(line.index or 0.0),
        points=line.groups,
        rank=line.rank or 1,
        rank_from=line.rank_from,
        rank_to=line.rank_to,
        firm=_firm(line, view.top),
        outcome=f"{decided} (decided)" if decided else f"{OUTCOME_WORDS[line.outcome]} (suggested)",
        is_top=(line.rank or 0) <= view.top,
    )


def _firm(line: Line, top: int) -> str:
    if line.top_share is None:
        return "not tried"
    ends = _ends(line)
    if (line.rank or 0) <= top:
        return f"{'Firm' if line.top_share >= FIRM else 'Not firm'}: {ends}"
    return f"{ends}; top {top} in {percent(line.top_share)}"


def _ends(line: Line) -> str:
    if line.rank_from is None or line.rank_to is None:
        return ""
    if line.rank_from == line.rank_to:
        return f"always {ordinal(line.rank_from)}"
    return f"{ordinal(line.rank_from)} to {ordinal(line.rank_to)}"


def _named(lines: Sequence[Line], how_often: str) -> str:
    """The services with their share of trials, the most frequent first, as many as a page holds."""
    ordered = sorted(lines, key=lambda line: -(line.top_share or 0.0))
    return listed(
        _some([f"{one.name} ({how_often.format(percent(one.top_share))})" for one in ordered]), "and"
    )


def _some(names: Sequence[str]) -> list[str]:
    """The first of many names, and how many more there are."""
    rest = len(names) - MOST_NAMED
    return [*names[:MOST_NAMED], plural(rest, "other")] if rest > 0 else list(names)


def doubts(view: Board) -> Sequence[str]:
    """What is not firm, a sentence each; empty where everything holds or nothing was tried."""
    tried = [line for line in view.ranked if line.top_share is not None]
    inside = [line for line in tried if (line.rank or 0) <= view.top and (line.top_share or 0.0) < FIRM]
    close = [line for line in tried if (line.rank or 0) > view.top and line.borderline]
    found = []
    if inside:
        found.append(f"Not firm in the top {view.top}: {_named(inside, 'in {} of trials')}.")
    if close:
        found.append(f"Could be in it: {_named(close, '{}')}.")
    unranked = [line.name for line in view.lines if line.rank is None]
    if unranked:
        names = listed(_some(unranked), "and")
        found.append(f"Not ranked, because too much of what they are ranked on has no value: {names}.")
    return found
