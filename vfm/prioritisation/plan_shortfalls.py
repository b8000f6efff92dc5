"""Why mandatory reviews do not fit: in which period, by how many days, and which of them.

Pure. Deadline by deadline: what has to be done by the end of each period is tried on what there is up to
then. What is missing is the fewest days with which all of it fits, in as few periods as possible and as
late as possible; named are only reviews without which less would be missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from vfm.prioritisation.plan_board import TOLERANCE, Board, Places, window_of
from vfm.prioritisation.plan_layout import Layout, laid_out
from vfm.prioritisation.plan_solver import Unsolved, solved
from vfm.prioritisation.scales import Floats

ShortOf = Literal["days", "directorate", "open_period"]

NODES = 1_000
"""Enough to tell what is missing; where not, what is told is enough, but may be more than is needed."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Why mandatory reviews do not fit.

    Attributes:
        period: key of the period that has too little; where it is not days, of the latest they may be in.
        short_by_days: how many team days more it needs; 0 where no days would help.
        keys: the reviews that compete.
        of: what there is too little of: days; room under the directorate limit; any period that is open.
        directorate: whose limit it is.
    """

    period: str
    short_by_days: float
    keys: tuple[str, ...]
    of: ShortOf = "days"
    directorate: str | None = None


def shortfalls(board: Board) -> tuple[Shortfall, ...]:
    """What is missing for all that must stand, nothing where it fits.

    The days of all of them, added to their periods, are enough for the rest once the other kinds are mended:
    a review without an open period and those above the limit of a directorate are set aside first.
    """
    due = [i for i in range(len(board.reviews)) if board.must[i]]
    closed = [i for i in due if not board.window[i].any()]
    found = [_without_period(board, i) for i in closed]
    due = [i for i in due if i not in closed]
    for name in board.directorates:
        crowd = [i for i in due if board.reviews[i].directorate == name]
        crowded, aside = _crowding(board, name, crowd)
        found += crowded
        due = [i for i in due if i not in aside]
    return tuple(found + _missing(board, due))


def _without_period(board: Board, i: int) -> Shortfall:
    review = board.reviews[i]
    last = window_of(review, board.periods)[1]
    return Shortfall(board.periods[last].key, review.effort, (review.key,), "open_period")


def _deadlines(board: Board, due: Sequence[int]) -> dict[int, int]:
    """Position of the last open period of each review."""
    return {i: int(np.flatnonzero(board.window[i]).max()) for i in due}


def _crowding(board: Board, name: str, crowd: list[int]) -> tuple[list[Shortfall], set[int]]:
    """Reviews of one directorate that its limit keeps apart, if days were no matter; and those above it."""
    deadline = _deadlines(board, crowd)
    found, aside = [], set[int]()
    for t in sorted(set(deadline.values())):
        inside = [i for i in crowd if deadline[i] <= t and i not in aside]
        above = _above_limit(board, inside)
        if not above:
            continue
        for i in list(inside):
            without = [k for k in inside if k != i]
            if len(_above_limit(board, without)) == len(above):
                inside = without
        aside |= set(_above_limit(board, inside))
        keys = tuple(board.reviews[i].key for i in inside)
        found.append(Shortfall(board.periods[t].key, 0.0, keys, "directorate", name))
    return found, aside


def _above_limit(board: Board, chosen: Sequence[int]) -> list[int]:
    """The fewest reviews without which the others fit, if days were no matter."""
    part = replace(board.only(chosen), must=np.zeros(len(chosen), dtype=np.bool_))
    unlimited = np.full(len(board.periods), np.inf)
    layout = laid_out(part, part.window, gains=np.ones(part.worth.shape), capacity=unlimited)
    places = layout.places(solved(layout.programme).chosen)
    return [i for i, place in zip(chosen, places, strict=True) if place is None]


def _missing(board: Board, due: list[int]) -> list[Shortfall]:
    """The periods with too few days for what is due, deadline by deadline."""
    capacity = board.capacity + board.overload
    deadline = _deadlines(board, due)
    found = []
    for t in sorted(set(deadline.values())):
        inside = [i for i in due if deadline[i] <= t]
        short = _short(board, inside, capacity, t)
        if short <= TOLERANCE:
            continue
        for i in list(inside):
            without = [k for k in inside if k != i]
            if _short(board, without, capacity, t) >= short - TOLERANCE:
                inside = without
        more = fewest_days(*_due_by(board, [i for i in due if deadline[i] <= t], capacity, t))
        if more is None:
            raise Unsolved(f"What is missing by {board.periods[t].key} could not be found.")
        keys = tuple(board.reviews[i].key for i in inside)
        found += [
            Shortfall(board.periods[s].key, round(float(more[s]), 6), keys)
            for s in np.flatnonzero(more > TOLERANCE)
        ]
        capacity = capacity + more
    return found


def fewest_days(board: Board, most: Floats) -> Floats | None:
    """(periods,) the fewest days more with which all reviews of a board fit, at most `most` in each.

    None where these are not enough. Of several ways, the one with as few periods as can be, and the latest.
    """
    layout = _lengthened(board, most)
    try:
        solution = layout.programme.solved(nodes=NODES)
    except Unsolved:
        return None
    if solution is None:
        return None
    fewest = float(_beyond(board, layout.places(solution.chosen)).sum())
    layout = laid_out(board, board.window, extra=most)
    programme, count = layout.programme, len(board.periods)
    programme.row(layout.extra, 1.0, -np.inf, fewest + TOLERANCE / 2)
    cost = [-(1 + (count - t) / (count + 1) ** 2) for t in range(count)]
    used = programme.columns(cost, [1.0] * count, whole=True)
    for t in range(count):
        programme.row([layout.extra[t], used[t]], [1.0, -max(fewest, 1.0)], -np.inf, 0.0)
    gathered = programme.solved(nodes=NODES)
    return _beyond(board, layout.places((gathered or solution).chosen))


def _lengthened(board: Board, most: Floats) -> Layout:
    layout = laid_out(board, board.window, extra=most)
    for column in layout.extra:
        layout.programme.gains[column] = -1.0
    return layout


def _due_by(board: Board, chosen: Sequence[int], capacity: Floats, last: int) -> tuple[Board, Floats]:
    """The chosen alone, in the periods up to `last`, and days beyond any need for each of these."""
    reach = np.arange(len(board.periods)) <= last
    part = board.only(chosen)
    part = replace(part, capacity=capacity, window=part.window & reach)
    return part, np.where(reach, part.effort.sum(), 0.0)


def _short(board: Board, chosen: Sequence[int], capacity: Floats, last: int) -> float:
    """The fewest days more, over all periods up to `last`, with which the chosen fit by then."""
    part, most = _due_by(board, chosen, capacity, last)
    layout = _lengthened(part, most)
    return float(_beyond(part, layout.places(solved(layout.programme, nodes=NODES).chosen)).sum())


def _beyond(part: Board, places: Places) -> Floats:
    """(periods,) days by which reviews exceed the capacity."""
    used = np.array([part.used(places, t) for t in range(len(part.periods))])
    return np.maximum(used - part.capacity, 0.0)
