"""How firm each place is when weights and uncertain values vary: SMAA-2, three weight models side by side.

Pure: the same inputs give the same counts. Every block of draws has its own counter in one counter-based
generator and everything kept is an integer count, so that any chunking and any number of threads agree.

Source: Lahdelma and Salminen (2001), SMAA-2; Tervonen and Figueira (2008), doi:10.1002/mcda.407.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from vfm.prioritisation.criteria import Criterion, needs_positive
from vfm.prioritisation.index import PLACES, Ints
from vfm.prioritisation.methods import METHODS, MethodName, weighted
from vfm.prioritisation.scales import Floats, utility

WeightModel = Literal["uniform", "ordered", "agreed"]
MODELS: tuple[WeightModel, ...] = ("uniform", "ordered", "agreed")
BLOCK = 250
CONFIDENCE_DRAWS = 500
LEAST = np.finfo(np.float64).tiny  # stands in for what has no logarithm, under any goalpost
WEIGHT_GRAIN = 2.0**30  # weights are summed as whole grains, so that the order of summing cannot matter


@dataclass(frozen=True, slots=True, eq=False)
class Between:
    """Values of one criterion that may lie anywhere in a range: gaps filled from the family.

    Attributes:
        criterion: column.
        services: positions in display order.
        low: (services,) u at the low end.
        high: (services,) u at the high end.
    """

    criterion: int
    services: Ints
    low: Floats
    high: Floats

    def drawn(self, generator: np.random.Generator) -> Floats:
        """(block, services) u."""
        return self.low + (self.high - self.low) * generator.random((BLOCK, len(self.services)))


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """Values of one criterion that scatter around what is known: scores on weak evidence.

    Attributes:
        criterion: column.
        services: positions in display order.
        scale: the criterion, frozen.
        raw: (services,) raw values.
        spread: (services,) standard deviations in raw units.
    """

    criterion: int
    services: Ints
    scale: Criterion
    raw: Floats
    spread: Floats

    def drawn(self, generator: np.random.Generator) -> Floats:
        """(block, services) u."""
        raw = self.raw + self.spread * generator.standard_normal((BLOCK, len(self.services)))
        return utility(self.scale, np.maximum(raw, LEAST) if needs_positive(self.scale) else raw)


@dataclass(frozen=True, eq=False)
class Trial:
    """Everything a simulation depends on.

    Attributes:
        method: how an index is made.
        parts: what the method weighs and sums, each (services in display order, criteria).
        weights: (criteria,) agreed shares.
        concentration: how tightly weights are drawn around the agreed ones.
        uncertain: which values vary; read only by methods that take one value at a time.
        seed: from the canonical inputs.
    """

    method: MethodName
    parts: tuple[Floats, ...]
    weights: Floats
    concentration: float
    uncertain: tuple[Between | Around, ...]
    seed: int

    @property
    def services(self) -> int:
        """How many services are ranked."""
        return len(self.parts[0])

    @cached_property
    def certain(self) -> Floats:
        """(services, criteria) the first part, 0 where the value is drawn anew each time."""
        certain = self.parts[0].copy()
        for doubt in self.uncertain:
            certain[doubt.services, doubt.criterion] = 0
        return certain

    def generator(self, model: int, block: int, stream: int) -> np.random.Generator:
        """The random numbers of one block: they depend on nothing that was drawn before."""
        return np.random.Generator(np.random.Philox(key=self.seed, counter=[0, block, model, stream]))


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Whole-number counts; tallies of any blocks add up to the tally of all.

    Attributes:
        draws: how many.
        ranks: (services, places) how often a service took a place.
        first_weights: (services, criteria) weights of the draws a service won, summed, in grains.
        wins: (services - 1,) how often a service stood above the next one in display order.
    """

    draws: int
    ranks: Ints
    first_weights: Ints
    wins: Ints

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.draws + other.draws,
            self.ranks + other.ranks,
            self.first_weights + other.first_weights,
            self.wins + other.wins,
        )


@dataclass(frozen=True, eq=False)
class Acceptability:
    """What one weight model says of the list.

    Attributes:
        tally: the counts.
        confidence: per service, how often it is first under its own central weights; None if never first.
    """

    tally: Tally
    confidence: tuple[float | None, ...]

    @cached_property
    def shares(self) -> Floats:
        """(services, places) rank acceptability: the share of draws in which a service took a place."""
        return self.tally.ranks / self.tally.draws

    def top_share(self, top: int) -> list[float]:
        """Per service, the share of draws in which it is in the top set."""
        shares: list[float] = (self.tally.ranks[:, :top].sum(axis=1) / self.tally.draws).tolist()
        return shares

    def expected_rank(self) -> list[float]:
        """Per service, its average place."""
        places = np.arange(1, self.tally.ranks.shape[1] + 1)
        averages: list[float] = ((self.tally.ranks * places).sum(axis=1) / self.tally.draws).tolist()
        return averages

    def place_at(self, share: float) -> list[int]:
        """Per service, the best place it reaches or betters in at least this share of draws."""
        reached = self.tally.ranks.cumsum(axis=1) >= share * self.tally.draws
        places: list[int] = (reached.argmax(axis=1) + 1).tolist()
        return places

    def central_weights(self) -> list[list[float] | None]:
        """Per service, the average weights of the draws it won: who puts it first; None if never first."""
        won = self.tally.ranks[:, 0]
        sums = self.tally.first_weights / WEIGHT_GRAIN
        return [(row / n).tolist() if n else None for row, n in zip(sums, won.tolist(), strict=True)]

    def beats_next(self) -> list[float]:
        """Per service but the last, the share of draws in which it stands above the next one."""
        shares: list[float] = (self.tally.wins / self.tally.draws).tolist()
        return shares


def standard_error(share: float, draws: int) -> float:
    """How far a share of draws may be off by chance: differences under two of them order nothing.

    >>> standard_error(0.5, 10_000)
    0.005
    """
    return float(np.sqrt(share * (1 - share) / draws))


def simulated(trial: Trial, draws: int) -> dict[WeightModel, Acceptability]:
    """Run every weight model for this many draws.

    Args:
        trial: at least one service.
        draws: of each model, at least 1.
    """
    found = {}
    for number, model in enumerate(MODELS):
        counts = tally(trial, number, draws)
        found[model] = Acceptability(counts, _confidence(trial, counts))
    return found


def tally(trial: Trial, model: int, draws: int, blocks: Sequence[int] | None = None) -> Tally:
    """Count places over some blocks of draws.

    Args:
        trial: what varies.
        model: position in `MODELS`.
        draws: of the whole simulation; the last block may be a part.
        blocks: which blocks to count; None: all.
    """
    n, m = trial.services, len(trial.weights)
    total = Tally(0, np.zeros((n, n), np.int64), np.zeros((n, m), np.int64), np.zeros(n - 1, np.int64))
    for block in range(-(-draws // BLOCK)) if blocks is None else blocks:
        weights = drawn_weights(trial, model, block)
        total += _counted(trial, weights, model, block, min(BLOCK, draws - block * BLOCK))
    return total


def drawn_weights(trial: Trial, model: int, block: int) -> Floats:
    """(block, criteria) weights that add up to 1; a criterion that is switched off stays at 0.

    Uniform over the simplex; uniform among weights in the agreed order (equal ones in any order); or
    Dirichlet around the agreed ones.
    """
    generator = trial.generator(model, block, 0)
    counting = np.flatnonzero(trial.weights > 0)
    agreed = trial.weights[counting]
    if MODELS[model] == "agreed":
        drawn = _gamma(generator, trial.concentration * agreed)
    else:
        drawn = generator.standard_exponential((BLOCK, len(counting)))
    if MODELS[model] == "ordered":
        drawn = _in_order(drawn, agreed)
    weights = np.zeros((BLOCK, len(trial.weights)))
    weights[:, counting] = drawn / drawn.sum(axis=1, keepdims=True)
    return weights


def _gamma(generator: np.random.Generator, shape: Floats) -> Floats:
    """(block, criteria) gamma variates, each row on a scale of its own: only their shares are meant.

    Drawn as logarithms (a gamma of shape a is one of shape a + 1 times u^(1/a)), because with a small shape
    a whole row would be too small for a number.
    """
    size = (BLOCK, len(shape))
    logs = np.log(generator.standard_gamma(shape + 1, size)) - generator.standard_exponential(size) / shape
    return np.asarray(np.exp(logs - logs.max(axis=1, keepdims=True)), dtype=np.float64)


def _in_order(drawn: Floats, agreed: Floats) -> Floats:
    """Deal each row's sizes out so that they fall in the agreed order; equal weights share theirs by lot."""
    sizes = -np.sort(-drawn, axis=1)
    dealt = np.empty_like(drawn)
    start = 0
    for weight in -np.unique(-np.round(agreed, PLACES)):
        columns = np.flatnonzero(np.round(agreed, PLACES) == weight)
        lots = np.argsort(np.argsort(drawn[:, columns], axis=1), axis=1)
        dealt[:, columns] = np.take_along_axis(sizes[:, start : start + len(columns)], lots, axis=1)
        start += len(columns)
    return dealt


def _counted(trial: Trial, weights: Floats, model: int, block: int, draws: int) -> Tally:
    n = trial.services
    rounded = np.rint(indices(trial, weights, model, block)[:draws] * 10.0**PLACES)
    order = best_first(rounded)
    ranks = np.bincount((order * n + np.arange(n)).ravel(), minlength=n * n).reshape(n, n)
    grains = np.rint(weights[:draws] * WEIGHT_GRAIN)
    firsts = [np.bincount(order[:, 0], weights=column, minlength=n) for column in grains.T]
    wins = (rounded[:, :-1] >= rounded[:, 1:]).sum(axis=0)
    return Tally(draws, ranks, np.column_stack(firsts).astype(np.int64), wins)


def indices(trial: Trial, weights: Floats, model: int, block: int) -> Floats:
    """(block, services) the index under each row of weights, uncertain values drawn anew in each."""
    return _summed(trial, weights, _varied(trial, model, block))


def _varied(trial: Trial, model: int, block: int) -> list[Floats]:
    """The parts of the uncertain values, drawn anew for each row of the block."""
    bend, generator = METHODS[trial.method].bend, trial.generator(model, block, 1)
    return [bend(doubt.drawn(generator)) for doubt in trial.uncertain] if bend else []


def _summed(trial: Trial, weights: Floats, varied: list[Floats]) -> Floats:
    """(block, services) the index; one row of weights holds for each row of the uncertain values."""
    how = METHODS[trial.method]
    shares = how.weigh(weights)
    if how.bend is None:
        return how.index(tuple(weighted(part, shares) for part in trial.parts))
    total = weighted(trial.certain, shares)
    if varied and len(shares) == 1:
        total = np.repeat(total, len(varied[0]), axis=0)
    for doubt, values in zip(trial.uncertain, varied, strict=True):
        total[:, doubt.services] += shares[:, doubt.criterion, None] * values
    return how.index((total,))


def best_first(rounded: Floats) -> Ints:
    """(draws, services) positions, best first; on a tie the earlier position, which is display order.

    Args:
        rounded: (draws, services) whole numbers. Number and position are packed into one integer where they
            fit, because sorting integers is twenty times as fast as a stable sort of positions.
    """
    n = rounded.shape[1]
    room = 1 << n.bit_length()
    if np.abs(rounded).max(initial=0) * room < 2.0**62:
        packed = np.arange(n) - rounded.astype(np.int64) * room
        packed.sort(axis=1)
        return np.asarray(packed & (room - 1), dtype=np.int64)
    return np.asarray(np.argsort(-rounded, axis=1, kind="stable"), dtype=np.int64)


def _confidence(trial: Trial, counts: Tally) -> tuple[float | None, ...]:
    """SMAA's confidence factor: how often a service wins under its own central weights."""
    won = counts.ranks[:, 0]
    first = np.flatnonzero(won)
    blocks = range(CONFIDENCE_DRAWS // BLOCK if trial.uncertain else 1)
    wins = np.zeros(trial.services)
    for block in blocks:
        varied = _varied(trial, len(MODELS), block)
        for service in first.tolist():
            central = (counts.first_weights[service] / WEIGHT_GRAIN / won[service])[None, :]
            best = np.argmax(np.rint(_summed(trial, central, varied) * 10.0**PLACES), axis=1)
            wins[service] += np.count_nonzero(best == service) * (BLOCK // len(best))
    draws = len(blocks) * BLOCK
    return tuple(float(wins[i]) / draws if won[i] else None for i in range(trial.services))


def pairwise_wins(values: Floats) -> Floats:
    """Share of draws in which each service has a higher value than each other; a tie is nobody's win.

    Args:
        values: (draws, services).

    Returns:
        (services, services): row beats column.
    """
    return np.asarray((values[:, :, None] > values[:, None, :]).mean(axis=0), dtype=np.float64)
