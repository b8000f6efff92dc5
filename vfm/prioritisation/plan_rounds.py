"""A large plan bettered by planning a period or two anew while all others stay as they are.

Pure. The exact programme of hundreds of reviews in many periods stops long before it has tried everything;
that of one or two periods, against all that is left out, is solved in a moment.
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from vfm.prioritisation.plan_board import Board, Places
from vfm.prioritisation.plan_greedy import LEAST_GAIN, polished
from vfm.prioritisation.plan_layout import laid_out
from vfm.prioritisation.plan_solver import Unsolved

NODES, GAP = 20, 1e-4
FARTHEST = 3
"""Periods apart up to which two are planned together."""


def bettered(board: Board, places: Places, enough: float) -> Places:
    """The same plan or a better one, with no more work than takes it to an objective that is enough."""
    best, allowed = places, board.allowed()
    for group in _groups(board):
        if board.objective(best) >= enough:
            break
        cells = np.zeros_like(allowed)
        for i, t in enumerate(best):
            if t is None or t in group:
                cells[i, group] = allowed[i, group]
            else:
                cells[i, t] = True
        layout = laid_out(board, cells, gains=board.worth)
        try:
            solution = layout.programme.solved(gap=GAP, nodes=NODES)
        except Unsolved:
            continue
        if solution is None:  # what is pinned or mandatory stands as it did: only the tolerance can say no
            continue
        again = layout.places(solution.chosen)
        if board.objective(again) > board.objective(best) + LEAST_GAIN and board.keeps_days(again):
            best = polished(board, again)
    return best


def _groups(board: Board) -> Iterator[list[int]]:
    """Each open period, then each two that are near each other."""
    open_ = [t for t in range(len(board.periods)) if board.window[:, t].any()]
    yield from ([t] for t in open_)
    yield from ([a, b] for a, b in combinations(open_, 2) if b - a <= FARTHEST)
