"""A board of reviews and periods laid out for the solver, and its choice read back as places.

Pure. One column for every review in every period it may stand in, so that windows and blackouts cost
nothing; one row for each review, for the days of each period and for each directorate that could be crowded.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vfm.prioritisation.plan_board import Board, Places
from vfm.prioritisation.plan_solver import Programme
from vfm.prioritisation.scales import Floats


class Layout(NamedTuple):
    """A programme and where things are in it.

    Attributes:
        programme: to be solved, or to be added to first.
        columns: (reviews, periods) the column of a review in a period, -1 where it has none.
        extra: (periods,) columns of days beyond the capacity.
    """

    programme: Programme
    columns: NDArray[np.intp]
    extra: NDArray[np.intp]

    def places(self, chosen: Floats) -> Places:
        """Where the choice puts each review."""
        found: Places = []
        for own in self.columns:
            taken = np.flatnonzero((own >= 0) & (chosen[own] > 0.5))
            found.append(int(taken[0]) if taken.size else None)
        return found


def laid_out(
    board: Board,
    cells: NDArray[np.bool_],
    *,
    gains: Floats | None = None,
    extra: Floats | None = None,
    capacity: Floats | None = None,
) -> Layout:
    """Lay a board out.

    Args:
        board: with its limits; the reviews that must stand do.
        cells: (reviews, periods) where a review may stand.
        gains: (reviews, periods) what it gains there; None: nothing.
        extra: (periods,) days by which a capacity may be exceeded at most; None: none.
        capacity: (periods,) instead of the board's; infinite: no limit.
    """
    programme = Programme()
    where = np.nonzero(cells)
    worth = np.zeros(cells.shape) if gains is None else gains
    index = np.full(cells.shape, -1, dtype=np.intp)
    index[where] = programme.columns(worth[where].tolist(), [1.0] * where[0].size, whole=True)
    periods = cells.shape[1]
    beyond = [0.0] * periods if extra is None else extra.tolist()
    spare = programme.columns([0.0] * periods, beyond, whole=False)
    days = board.capacity if capacity is None else capacity
    for i, must in enumerate(board.must):
        columns = index[i][index[i] >= 0]
        if columns.size or must:
            programme.row(columns, 1.0, float(must), 1.0)
    for t in range(periods):
        inside = np.flatnonzero(cells[:, t])
        if board.effort[inside].sum() > days[t]:
            programme.row(
                [*index[inside, t], spare[t]], [*board.effort[inside], -1.0], -np.inf, float(days[t])
            )
    for name, members in board.directorates.items():
        for t in range(periods):
            columns = index[members, t][index[members, t] >= 0]
            if columns.size > board.limits[name][t]:
                programme.row(columns, 1.0, -np.inf, float(board.limits[name][t]))
    return Layout(programme, index, spare)
