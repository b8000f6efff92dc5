"""From u and weights to an index: the additive headline and three ways of checking it.

Pure: arrays in, arrays out. A method is one row of `METHODS`: its parts, weighed and summed, give the index,
so that one service, 30,000 draws and the weight intervals all use the same arithmetic.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vfm.prioritisation.scales import Floats

MethodName = Literal["additive", "geometric", "topsis", "promethee2"]
MOST_SERVICES_COMPARED = 2_000
LEAST_FACTOR = 0.01


@dataclass(frozen=True, slots=True)
class Method:
    """One way of making an index.

    Attributes:
        name: its words on screen.
        parts: (services, criteria) u and signed T(x) to the arrays that are weighed and summed over criteria.
        index: the weighted sums, one for each part, to the index.
        weigh: the shares to what the parts are multiplied by.
        bend: u to its part, one value at a time; None where a part depends on all services at once.
        is_linear: whether the order follows from one weighted sum, so that crossings are exact.
        needs_every_value: whether it refuses gaps (and more than 2,000 services).
    """

    name: str
    parts: Callable[[Floats, Floats], tuple[Floats, ...]]
    index: Callable[[tuple[Floats, ...]], Floats]
    weigh: Callable[[Floats], Floats] = lambda weights: weights
    bend: Callable[[Floats], Floats] | None = None
    is_linear: bool = True
    needs_every_value: bool = False


def weighted(part: Floats, weights: Floats) -> Floats:
    """Add up w times part over the criteria, in their order.

    Args:
        part: (services, criteria).
        weights: (criteria,) or (draws, criteria).

    Returns:
        (services,) or (draws, services). Summed one criterion after the other, never by a matrix product,
        whose last digits depend on the shape of the block: the same digits for any chunking.
    """
    if weights.ndim == 1:
        return np.asarray(weighted(part, weights[None, :])[0], dtype=np.float64)
    total, term = np.zeros((2, len(weights), len(part)))
    for share, column in zip(weights.T, part.T, strict=True):
        total += np.multiply(share[:, None], column, out=term)
    return total


def index(method: MethodName, u: Floats, signed: Floats, weights: Floats) -> Floats:
    """The index of every service.

    Args:
        method: a key of `METHODS`.
        u: (services, criteria) without gaps.
        signed: (services, criteria) T(x), negated where lower raises the priority; read by topsis and
            promethee2 only.
        weights: (criteria,) shares that add up to 1.

    Returns:
        (services,): additive, geometric and topsis 0 to 100, promethee2 -100 to 100.
    """
    how = METHODS[method]
    shares = how.weigh(weights)
    return how.index(tuple(weighted(part, shares) for part in how.parts(u, signed)))


def _geometric(u: Floats) -> Floats:
    return np.log(np.maximum(u, LEAST_FACTOR))


def _squared_distances(_: Floats, signed: Floats) -> tuple[Floats, ...]:
    length = np.sqrt((signed**2).sum(axis=0))
    normal = signed / np.where(length == 0, 1, length)
    return (normal.max(axis=0) - normal) ** 2, (normal - normal.min(axis=0)) ** 2


def _closeness(sums: tuple[Floats, ...]) -> Floats:
    to_best, to_worst = np.sqrt(sums[0]), np.sqrt(sums[1])
    whole = to_best + to_worst
    return np.where(whole == 0, 50.0, 100 * to_worst / np.where(whole == 0, 1, whole))


def _net_flows(_: Floats, signed: Floats) -> tuple[Floats, ...]:
    return (np.column_stack([net_flow(column) for column in signed.T]),)


def net_flow(column: Floats) -> Floats:
    """Per service, (how many it beats - how many beat it) / (n - 1) on one criterion; 0 if alone."""
    ordered, n = np.sort(column), len(column)
    below = np.searchsorted(ordered, column, "left")
    above = n - np.searchsorted(ordered, column, "right")
    return np.asarray((below - above) / max(n - 1, 1), dtype=np.float64)


def _hundredfold(sums: tuple[Floats, ...]) -> Floats:
    return 100 * sums[0]


METHODS: dict[MethodName, Method] = {
    "additive": Method(
        "weighted sum",
        parts=lambda u, _: (u,),
        index=_hundredfold,
        bend=lambda u: u,
    ),
    "geometric": Method(
        "weighted product",
        parts=lambda u, _: (_geometric(u),),
        index=lambda sums: 100 * np.exp(sums[0]),
        bend=_geometric,
    ),
    "topsis": Method(
        "TOPSIS",
        parts=_squared_distances,
        index=_closeness,
        weigh=np.square,
        is_linear=False,
        needs_every_value=True,
    ),
    "promethee2": Method("PROMETHEE II", parts=_net_flows, index=_hundredfold, needs_every_value=True),
}
