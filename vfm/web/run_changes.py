"""What changed since the last ranking: the finding, who entered and left, every move with its reasons."""

from collections.abc import Sequence

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from vfm.prioritisation.explanation import shown
from vfm.prioritisation.run_changes import Move, RunChanges, why
from vfm.questionnaires.wording import listed
from vfm.reports.workbook import Cell, Rows
from vfm.web.attachments import table_file
from vfm.web.current import reading
from vfm.web.filters import plural
from vfm.web.outcome_words import OUTCOME_COLOURS, OUTCOME_WORDS
from vfm.web.row_ids import row_id
from vfm.workflows import run_changes
from vfm.workflows.run_changes import View

blueprint = Blueprint("run_changes", __name__)

SORTS = {
    "rank": lambda move: move.rank_after or 10**9,
    "places": lambda move: -abs(move.places),
    "service": lambda move: move.name.lower(),
    "index": lambda move: -abs((move.index_after or 0.0) - (move.index_before or 0.0)),
}
HEADS = (
    ("Service", "service"),
    ("Place", "rank"),
    ("Before", ""),
    ("Up or down", "places"),
    ("Change of the index", "index"),
)
"""(words of a column, what it sorts by; empty: it does not)."""
NAMED = 6
"""Services named in the finding before the rest are counted."""


@blueprint.get("/priorities/<int:run_id>/changes")
def show(run_id: int) -> ResponseReturnValue:
    """A ranking beside an earlier one; `?since=ID&sort=places&only=top`."""
    view = _view(run_id)
    sort, only = request.args.get("sort", "rank"), request.args.get("only", "")
    changes = view.changes
    return render_template(
        "run_changes/show.html",
        view=view,
        changes=changes,
        finding=_finding(changes) if changes else (),
        rows=_rows(changes, sort, only) if changes else (),
        heads=[(words, _address(view, key, only) if key else "", key == sort) for words, key in HEADS],
        sort=sort,
        only=only,
        why=why,
        shown=shown,
        signed=signed,
        outcomes=OUTCOME_WORDS,
        colours=OUTCOME_COLOURS,
    )


def _view(run_id: int) -> View:
    with reading() as store:
        return run_changes.show(store, run_id, request.args.get("since", type=row_id))


def _address(view: View, sort: str, only: str) -> str:
    since = view.since.id if view.since else None
    return url_for(".show", run_id=view.run.id, since=since, sort=sort, only=only or None, _anchor="moves")


def _rows(changes: RunChanges, sort: str, only: str) -> list[Move]:
    wanted = {
        "top": lambda move: move.is_in_top or move.was_in_top,
        "outcome": lambda move: move.outcome_before != move.outcome_after,
    }.get(only, lambda _: True)
    return sorted(filter(wanted, changes.moves), key=SORTS.get(sort, SORTS["rank"]))


def signed(value: float, places: int = 1) -> str:
    """`+4.2`, `−0.3`, `0.0`: what a change comes to, its sign always told."""
    words = shown(abs(value), places)
    return words if not words.strip("0.") else f"{'+' if value > 0 else '−'}{words}"


def _finding(changes: RunChanges) -> tuple[str, ...]:
    """What a reader should know first, a sentence each."""
    return tuple(filter(None, (_top(changes), _biggest(changes), _how(changes))))


def _top(changes: RunChanges) -> str:
    if not changes.entered and not changes.left:
        return f"The top {changes.top_after} are the same services as before."
    parts = [
        f"{_named(moves)} {verb if len(moves) > 1 else verb + 's'} the top {top}"
        for moves, verb, top in (
            (changes.entered, "enter", changes.top_after),
            (changes.left, "leave", changes.top_before),
        )
        if moves
    ]
    return f"{'; '.join(parts)}."


def _named(moves: Sequence[Move]) -> str:
    names = [move.name for move in moves[:NAMED]]
    rest = len(moves) - len(names)
    return listed([*names, plural(rest, "other")] if rest else names, "and")


def _biggest(changes: RunChanges) -> str:
    move = max(changes.moves, key=lambda one: abs(one.places), default=None)
    if move is None or not move.places:
        return "No service changed its place."
    way = "up" if move.places > 0 else "down"
    reason = why(move, changes.names)
    words = f"{move.name} moved most: {plural(abs(move.places), 'place')} {way}"
    return f"{words} ({reason})." if reason else f"{words}."


def _how(changes: RunChanges) -> str:
    """Whether values, scales or weights did most of it."""
    total = {
        words: sum(abs(move.of(kind)) for move in changes.moves)
        for kind, words in (("value", "other values"), ("scale", "other scales"), ("weight", "other weights"))
    }
    whole = sum(total.values())
    if whole < 1e-9:
        return ""
    most = max(total, key=lambda words: total[words])
    return f"Of everything that moved, {total[most] / whole:.0%} came from {most}."


@blueprint.get("/priorities/<int:run_id>/changes/<any(csv, xlsx):kind>")
def export(run_id: int, kind: str) -> Response:
    """Every move, unrounded."""
    view = _view(run_id)
    if view.changes is None:
        abort(404)
    keys = list(view.changes.names)
    columns = (
        "Key", "Service", "Place", "Place before", "Index", "Index before", "Through values",
        "Through scales", "Through weights",
        *(f"{view.changes.names[key]}, points" for key in keys),
        "Suggested", "Suggested before",
    )  # fmt: skip
    rows = tuple(_export(move, keys) for move in view.changes.moves)
    return table_file(Rows("Changes", columns, rows), f"Changes of {view.run.name}", kind)


def _export(move: Move, keys: Sequence[str]) -> tuple[Cell, ...]:
    points = {effect.key: effect.points for effect in move.effects}
    return (
        move.key,
        move.name,
        move.rank_after,
        move.rank_before,
        move.index_after,
        move.index_before,
        *(move.of(kind) if move.effects else None for kind in ("value", "scale", "weight")),
        *(points.get(key) for key in keys),
        OUTCOME_WORDS[move.outcome_after],
        OUTCOME_WORDS[move.outcome_before],
    )
