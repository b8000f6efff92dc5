"""The index read as a list: places, ties, display order, and what each criterion put in.

Pure: arrays in, arrays out.
"""

import numpy as np
from numpy.typing import NDArray

from vfm.prioritisation.scales import Floats

PLACES = 9
Ints = NDArray[np.int64]


def capacity(services: int, top: int | None = None) -> int:
    """K: how many services can be looked at; a tenth, rounded half up and at least one, unless given.

    >>> [capacity(n) for n in (3, 14, 15, 250)]
    [1, 1, 2, 25]
    """
    return top if top is not None else max(1, (services + 5) // 10)


def display_order(index: Floats, u: Floats, weights: Floats, gross: Floats) -> Ints:
    """The order of the list, whatever the order of the input.

    Args:
        index: (services,) by key, compared after rounding to 9 places; -inf for one that comes last.
        u: (services, criteria): on a tie the heaviest criterion decides, then the next.
        weights: (criteria,) shares.
        gross: (services,) pounds, -inf where not known; the larger first, and on a tie the earlier key.

    Returns:
        Positions, first place first.
    """
    behind = -np.round(index, PLACES)
    order = np.argsort(behind, kind="stable")
    level = behind[order[1:]] == behind[order[:-1]]
    if not level.any():
        return order
    tied = np.zeros(len(order), dtype=bool)
    tied[1:] |= level
    tied[:-1] |= level
    rows = order[tied]  # by index, then by key: in these slots only what is level changes places
    heaviest = np.argsort(-weights, kind="stable")
    columns = [-np.round(u[rows, j], PLACES) for j in reversed(heaviest)]
    order[tied] = rows[np.lexsort((-gross[rows], *columns, behind[rows]))]
    return order


def competition_ranks(index: Floats) -> list[int]:
    """1 for the highest; equal indices (to 9 places) share a place and the next places are left out: 1, 1, 3.

    >>> competition_ranks(np.array([21.5, 22.0, 22.0]))
    [3, 1, 1]
    """
    rounded = np.round(index, PLACES)
    above = len(rounded) - np.searchsorted(np.sort(rounded), rounded, "right")
    ranks: list[int] = (above + 1).tolist()
    return ranks


def contributions(u: Floats, weights: Floats) -> Floats:
    """(services, criteria) 100 w u: the points each criterion puts into the index; they add up to it."""
    return 100 * weights * u


def drivers(u: Floats, weights: Floats, ranked: NDArray[np.bool_]) -> tuple[Floats, float | None]:
    """What sets each service apart from a typical one.

    Args:
        u: (services, criteria).
        weights: (criteria,) shares.
        ranked: which services the medians are taken over.

    Returns:
        (services, criteria) 100 w (u - median u), and the base: base + drivers = index. Where nothing is
        ranked there is no typical service: `nan` and None.
    """
    if not ranked.any():
        return np.full_like(u, np.nan), None
    median = np.array([np.median(column[ranked]) for column in u.T])
    return 100 * weights * (u - median), float((100 * weights * median).sum())
