"""The board as slides: what comes first, why, how firm it is and what it rests on, for a meeting."""

from collections.abc import Sequence

from flask import Blueprint, Response, g, url_for

from vfm.prioritisation.corners import CORNERS, MIDDLE_RESULT
from vfm.prioritisation.explanation import Difference
from vfm.prioritisation.outline import Line
from vfm.reports import board_slides
from vfm.reports.board_slides import Bubble, Deck, Quadrant
from vfm.web import board_pages
from vfm.web.attachments import attachment
from vfm.web.current import council_name, now, reading
from vfm.web.filters import day, percent
from vfm.web.outcome_words import OUTCOME_WORDS
from vfm.web.priorities import divided_at, finding, quadrant_of, ranked_bars_of, signed, spending_of
from vfm.workflows import priorities
from vfm.workflows.priorities import Board

blueprint = Blueprint("board_slides", __name__)

POWERPOINT = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ON_A_SLIDE = 12
"""Services in a table: more cannot be read from the back of a room."""


@blueprint.get("/priorities/<int:run_id>/slides.pptx")
def download(run_id: int) -> Response:
    """The slides of a run, with tables and charts that PowerPoint can edit."""
    with reading() as store:
        view = priorities.board(store, run_id)
        drivers = priorities.drivers(store, run_id)
    return attachment(board_slides.slides(_deck(view, drivers)), f"{view.run.name}.pptx", POWERPOINT)


def _deck(view: Board, drivers: dict[int, tuple[Difference, ...]]) -> Deck:
    lines = board_pages.listing(view)[:ON_A_SLIDE]
    bars, council = ranked_bars_of(view), g.visit.council
    return Deck(
        name=view.run.name,
        council=f"{'Demonstration. ' if council.is_demo else ''}{council_name()}",
        colour=council.colour,
        made_at=now(),
        about=f"{view.run.cycle}, ranked on {day(view.run.at)} by {view.run.by}",
        finding=finding(view),
        top=view.top,
        lines=tuple(_line(line, view, drivers.get(line.service_id, ())) for line in lines),
        groups=tuple(group.capitalize() for group in view.groups),
        bars_title=bars.title if bars else "",
        quadrant=_quadrant(view),
        doubts=tuple(board_pages.doubts(view)),
        weights=tuple(_weights(view)),
        sources=tuple(_sources(view)),
        address=url_for("priorities.board", run_id=view.run.id, _external=True),
    )


def _line(line: Line, view: Board, drivers: Sequence[Difference]) -> board_slides.Line:
    row, decided = board_pages.row(line, view), OUTCOME_WORDS.get(line.decided, "")
    return board_slides.Line(
        place=row.place,
        name=row.name,
        index=row.index,
        shown=row.shown,
        points=row.points,
        drivers=", ".join(f"{one.name} {signed(one.points)}" for one in drivers) or "Nothing sets it apart",
        rank_from=row.rank_from,
        rank_to=row.rank_to,
        firm=row.firm,
        suggested=OUTCOME_WORDS[line.outcome],
        decided=f"{decided}: {line.topic}" if decided and line.topic else decided,
        why=line.reason,
        is_top=row.is_top,
    )


def _quadrant(view: Board) -> Quadrant | None:
    chart = quadrant_of(view)
    if chart is None:
        return None
    return Quadrant(
        title=chart.title,
        summary=chart.summary,
        bubbles=tuple(
            Bubble(
                line.name,
                line.result,
                100 * line.pressure,
                None if line.gross is None else float(line.gross),
                line.rank is not None and line.rank <= view.top,
            )
            for line in view.lines
            if line.result is not None and line.pressure is not None
        ),
        middle=MIDDLE_RESULT,
        line=100 * divided_at(view),
        corners=CORNERS,
    )


def _weights(view: Board) -> list[tuple[str, str, str, str]]:
    found = []
    for criterion, share in view.weights:
        low, high = view.intervals.get(criterion.key) or (None, None)
        name = criterion.name[:1].upper() + criterion.name[1:]
        found.append((name, percent(share, 1), percent(low, 1), percent(high, 1)))
    return found


def _sources(view: Board) -> list[str]:
    said = [
        f"Index: the weighted sum of {len(view.weights)} criteria, 0 to 100; a higher index comes first.",
        f"Tried {view.draws:,} times with nearby weights and with values within their doubt."
        if any(line.top_share is not None for line in view.ranked)
        else "No trials were made.",
        spending_of(view),
        *view.warnings[:4],
    ]
    if view.left_out:
        said.append(
            f"Not in this ranking, without an agreed result then: {', '.join(n for n, _ in view.left_out)}."
        )
    return [shorten(words) for words in said if words]


def shorten(words: str, most: int = 260) -> str:
    """Words that leave room for others on a slide."""
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"
