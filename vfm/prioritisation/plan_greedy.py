"""A plan made review by review, and any plan bettered by single moves and exchanges.

Pure. The yardstick for the exact programme, and its finish: no review is left out or late idly.
"""

import numpy as np

from vfm.prioritisation.plan_board import TOLERANCE, Board, Places
from vfm.prioritisation.scales import Floats

MOST_ROUNDS = 50
LEAST_GAIN = 1e-9


def greedy(board: Board) -> Places | None:
    """Place pinned ones, then mandatory ones, the tightest window leading, then the rest; each early.

    The rest by priority, and once more by priority a day; the better of the two. None where a review that
    must stand found no place: there may still be a plan.
    """
    priority = np.array([review.priority for review in board.reviews])
    tries = [_in_turn(board, priority), _in_turn(board, priority / board.effort)]
    return max((places for places in tries if places is not None), key=board.objective, default=None)


def _in_turn(board: Board, merit: Floats) -> Places | None:
    places: Places = [None] * len(board.reviews)
    room = board.allowed().sum(axis=1)

    def turn(i: int) -> tuple[bool, bool, int, float, str]:
        must = bool(board.must[i])
        return i not in board.pinned, not must, int(room[i]) if must else 0, -merit[i], board.reviews[i].key

    for i in sorted(range(len(places)), key=turn):
        places[i] = next((t for t in range(len(board.periods)) if board.fits(places, i, t)), None)
        if places[i] is None and board.must[i]:
            return None
    return places


def polished(board: Board, places: Places) -> Places:
    """The same plan or a better one: what still fits is put in or put earlier, and pairs change places.

    Args:
        board: whose limits the plan keeps.
        places: of every review; those that must stand do.
    """
    table = _Table(board, places)
    order = board.by_priority()
    for _ in range(MOST_ROUNDS):
        bettered = [i for i in order if table.moved(i) or table.exchanged(i)]
        if not bettered:
            break
    return [int(t) if t < table.out else None for t in table.at]


class _Table:
    """A plan with its sums kept up to date; being left out is a last period with room for all."""

    def __init__(self, board: Board, places: Places) -> None:
        names = {name: d for d, name in enumerate(board.directorates)}
        n, self.out = len(board.reviews), len(board.periods)
        self.at = np.array([self.out if t is None else t for t in places], dtype=np.intp)
        self.worth = np.hstack([board.worth, np.zeros((n, 1))])
        self.window = np.hstack([board.window, ~board.must[:, None]])
        self.capacity = np.append(board.capacity, np.inf) + TOLERANCE
        self.effort = board.effort
        self.used = np.bincount(self.at, board.effort, self.out + 1)
        nowhere = len(names)  # reviews without a directorate
        self.of = np.array([names.get(r.directorate or "", nowhere) for r in board.reviews], dtype=np.intp)
        self.limit = np.full((nowhere + 1, self.out + 1), np.inf)
        for name, limits in board.limits.items():
            if name in names:
                self.limit[names[name], : self.out] = limits
        self.count = np.zeros(self.limit.shape)
        np.add.at(self.count, (self.of, self.at), 1)

    def put(self, i: int, t: int) -> None:
        for place, sign in ((self.at[i], -1), (t, 1)):
            self.used[place] += sign * self.effort[i]
            self.count[self.of[i], place] += sign
        self.at[i] = t

    def moved(self, i: int) -> bool:
        """Put a review where it is worth most, or anywhere rather than out."""
        here = int(self.at[i])
        free = (
            self.window[i]
            & (self.used + self.effort[i] <= self.capacity)
            & (self.count[self.of[i]] + 1 <= self.limit[self.of[i]])
        )
        free[here] = free[self.out] = False
        if not free.any():
            return False
        gain = np.where(free, self.worth[i] - self.worth[i, here], -np.inf)
        best = int(gain.argmax())
        if gain[best] <= LEAST_GAIN and here != self.out:
            return False
        self.put(i, best)
        return True

    def exchanged(self, i: int) -> bool:
        """Let a review change places with the one with which most is gained."""
        here, there, n = int(self.at[i]), self.at, np.arange(self.at.size)
        gain: Floats = self.worth[i, there] + self.worth[:, here] - self.worth[i, here] - self.worth[n, there]
        room = (self.count[self.of[i], there] + 1 <= self.limit[self.of[i], there]) & (
            self.count[self.of, here] + 1 <= self.limit[self.of, here]
        )
        possible = (
            (there != here)
            & self.window[i, there]
            & self.window[:, here]
            & (self.used[there] - self.effort + self.effort[i] <= self.capacity[there])
            & (self.used[here] - self.effort[i] + self.effort <= self.capacity[here])
            & (room | (self.of == self.of[i]))
        )
        best = int(np.where(possible, gain, -np.inf).argmax())
        if not possible[best] or gain[best] <= LEAST_GAIN:
            return False
        self.put(i, int(there[best]))
        self.put(best, here)
        return True
