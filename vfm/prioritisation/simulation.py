"""How firm each place is when weights and uncertain values vary: SMAA-2, three weight models side by side.

Pure: the same inputs give the same counts. Every block of draws has its own counter in one counter-based
generator and everything kept is an integer count, so that any chunking and any number of threads agree.

Source: Lahdelma and Salminen (2001), SMAA-2; Tervonen and Figueira (2008), doi:10.1002/mcda.407.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from threading import Lock
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
MOST_COUNTED = 2_000
"""Up to so many services every place of every service is counted; of more, bands of places."""
BANDS = 500
MOST_AT_ONCE = 1_000
"""Up to so many services the places of many draws are counted together; of more, draw by draw."""
ROOM = 2**15
"""Indices that are worked on at a time."""
THREADS = 2
WORTH_A_THREAD = 500_000
LEEWAY = 1e-6
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
        top: K, which a long list is counted for.
    """

    method: MethodName
    parts: tuple[Floats, ...]
    weights: Floats
    concentration: float
    uncertain: tuple[Between | Around, ...]
    seed: int
    top: int = 1

    @property
    def services(self) -> int:
        """How many services are ranked."""
        return len(self.parts[0])

    @property
    def width(self) -> int:
        """How many places are counted together: 1, but more in a list of more than `MOST_COUNTED`."""
        return 1 if self.services <= MOST_COUNTED else -(-self.services // BANDS)

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
class LongList:
    """What is counted of a list that is too long to count every place of every service.

    Attributes:
        width: how many places stand in one column of `Tally.ranks`.
        top: K, which `in_top` is about.
        in_top: (services,) draws in the top K.
        places: (services,) the places of all draws, added up.
        first: (services,) draws on the first place.
    """

    width: int
    top: int
    in_top: Ints
    places: Ints
    first: Ints

    def __add__(self, other: "LongList") -> "LongList":
        return LongList(
            self.width,
            self.top,
            self.in_top + other.in_top,
            self.places + other.places,
            self.first + other.first,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Whole-number counts; tallies of any blocks add up to the tally of all.

    Attributes:
        draws: how many.
        ranks: (services, places) how often a service took a place; of a long list (services, bands).
        first_weights: (services, criteria) weights of the draws a service won, summed, in grains.
        wins: (services - 1,) how often a service stood above the next one in display order.
        long: the rest of what is counted of a long list; None where every place is counted.
    """

    draws: int
    ranks: Ints
    first_weights: Ints
    wins: Ints
    long: LongList | None = None

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.draws + other.draws,
            self.ranks + other.ranks,
            self.first_weights + other.first_weights,
            self.wins + other.wins,
            self.long + other.long if self.long and other.long else None,
        )

    @property
    def first(self) -> Ints:
        """(services,) draws on the first place."""
        return self.long.first if self.long else self.ranks[:, 0]


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
        """(services, places) rank acceptability: the share of draws in which a service took a place.

        Of a long list (services, bands): the share of draws in which its place lay in a band of `width`.
        """
        return self.tally.ranks / self.tally.draws

    @property
    def width(self) -> int:
        """How many places one column of `shares` stands for; 1 for all but long lists."""
        return self.tally.long.width if self.tally.long else 1

    def top_share(self, top: int) -> list[float]:
        """Per service, the share of draws in which it is in the top set; of a long list only for its own K.

        Raises:
            ValueError: another K was counted.
        """
        if self.tally.long and self.tally.long.top != top:
            raise ValueError(
                f"the top {self.tally.long.top} was counted of this long list, not the top {top}"
            )
        inside = self.tally.long.in_top if self.tally.long else self.tally.ranks[:, :top].sum(axis=1)
        shares: list[float] = (inside / self.tally.draws).tolist()
        return shares

    def expected_rank(self) -> list[float]:
        """Per service, its average place."""
        places = np.arange(1, self.tally.ranks.shape[1] + 1)
        total = self.tally.long.places if self.tally.long else (self.tally.ranks * places).sum(axis=1)
        averages: list[float] = (total / self.tally.draws).tolist()
        return averages

    def place_at(self, share: float) -> list[int]:
        """Per service, the best place it reaches or betters in at least this share of draws.

        Of a long list the outer end of its band: the first place for less than half, else the last.
        """
        reached = self.tally.ranks.cumsum(axis=1) >= share * self.tally.draws
        band = reached.argmax(axis=1)
        ends = band * self.width + 1 if share < 0.5 else np.minimum((band + 1) * self.width, len(band))
        places: list[int] = ends.tolist()
        return places

    def central_weights(self) -> list[list[float] | None]:
        """Per service, the average weights of the draws it won: who puts it first; None if never first."""
        won = self.tally.first
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


def simulated(
    trial: Trial, draws: int, told: Callable[[int, int], None] | None = None
) -> dict[WeightModel, Acceptability]:
    """Run every weight model for this many draws.

    Args:
        trial: at least one service.
        draws: of each model, at least 1.
        told: is told now and then how many draws of how many are done; it may be called from any thread, but
            never from two at once.
    """
    found = {}
    done = _Done(told, draws * len(MODELS)) if told else None
    for number, model in enumerate(MODELS):
        counts = tally(trial, number, draws, done=done)
        found[model] = Acceptability(counts, _confidence(trial, counts))
    return found


class _Done:
    """How many draws are done, counted over all threads."""

    def __init__(self, told: Callable[[int, int], None], total: int) -> None:
        self._told, self._total, self._draws, self._lock = told, total, 0, Lock()

    def __call__(self, draws: int) -> None:
        with self._lock:
            self._draws += draws
            self._told(self._draws, self._total)


def tally(
    trial: Trial,
    model: int,
    draws: int,
    blocks: Sequence[int] | None = None,
    threads: int = THREADS,
    done: Callable[[int], None] | None = None,
) -> Tally:
    """Count places over some blocks of draws.

    Args:
        trial: what varies.
        model: position in `MODELS`.
        draws: of the whole simulation; the last block may be a part.
        blocks: which blocks to count; None: all.
        threads: how many work at once; the counts are the same for any number.
        done: is told of each block how many draws it had.
    """
    wanted = list(range(-(-draws // BLOCK)) if blocks is None else blocks)
    workers = min(threads, len(wanted), 1 + len(wanted) * BLOCK * trial.services // WORTH_A_THREAD)
    if workers < 2:
        return _counted(trial, model, draws, wanted, done)
    with ThreadPoolExecutor(workers) as pool:
        parts = [pool.submit(_counted, trial, model, draws, wanted[k::workers], done) for k in range(workers)]
        return reduce(Tally.__add__, (part.result() for part in parts))


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


def _counted(
    trial: Trial, model: int, draws: int, blocks: Sequence[int], done: Callable[[int], None] | None
) -> Tally:
    """The counts of some blocks, a few rows at a time, so that they stay in the processor's own memory."""
    n, m, counts = trial.services, len(trial.weights), _Counts(trial)
    first_weights, total = np.zeros((n, m), np.int64), 0
    rows = max(1, ROOM // n)
    for block in blocks:
        size = min(BLOCK, draws - block * BLOCK)
        weights = drawn_weights(trial, model, block)[:size]
        varied = _varied(trial, model, block)
        firsts = np.empty(size, np.int64)
        for start in range(0, size, rows):
            part = slice(start, min(start + rows, size))
            index = _summed(trial, weights[part], [values[part] for values in varied])
            firsts[part] = counts.add(index)
        grains = np.rint(weights * WEIGHT_GRAIN)
        won = [np.bincount(firsts, weights=column, minlength=n) for column in grains.T]
        first_weights += np.column_stack(won).astype(np.int64)
        total += size
        if done:
            done(size)
    counts.settle()
    return Tally(total, counts.ranks, first_weights, counts.wins, counts.long)


class _Counts:
    """Whole-number counts of places that rows of indices are added to."""

    def __init__(self, trial: Trial) -> None:
        n = trial.services
        self.n, self.top, self.width = n, trial.top, trial.width
        bands = -(-n // self.width)
        self.wins = np.zeros(n - 1, np.int64)
        self.ranks = np.zeros((n, bands), np.int64 if self.width == 1 else np.int32)
        self.long: LongList | None = None
        if self.width > 1:
            self.long = LongList(self.width, trial.top, *np.zeros((3, n), np.int64))
        self.places = np.arange(n)
        self.bands = self.places // self.width
        self.waiting: list[Ints] = []

    def add(self, index: Floats) -> Ints:
        """Count some rows (draws, services); the service on the first place of each."""
        rounded = np.rint(np.multiply(index, 10.0**PLACES, out=index), out=index)
        self.wins += np.count_nonzero(rounded[:, :-1] >= rounded[:, 1:], axis=0)
        order = best_first(rounded)
        firsts = order[:, 0].copy()
        if self.long:
            self.long.in_top[:] += np.bincount(order[:, : self.top].ravel(), minlength=self.n)
            self.long.first[:] += np.bincount(firsts, minlength=self.n)
            for row in order:
                self.long.places[row] += self.places + 1
        order *= self.ranks.shape[1]
        order += self.bands
        if self.n <= MOST_AT_ONCE:
            self.waiting.append(order.ravel())
            if len(self.waiting) * order.size > self.ranks.size:
                self.settle()
        else:  # each service stands once in a row, so that no cell is met twice
            cells = self.ranks.ravel()
            for row in order:
                cells[row] += 1
        return firsts

    def settle(self) -> None:
        """Count what was put aside."""
        if self.waiting:
            found = np.bincount(np.concatenate(self.waiting), minlength=self.ranks.size)
            self.ranks += found.reshape(self.ranks.shape)
            self.waiting = []


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
    if max(-rounded.min(initial=0), rounded.max(initial=0)) * room < 2.0**62:
        packed = (rounded * -room).astype(np.int64)
        packed += np.arange(n)
        packed.sort(axis=1)
        packed &= room - 1
        return np.asarray(packed, dtype=np.int64)
    return np.asarray(np.argsort(-rounded, axis=1, kind="stable"), dtype=np.int64)


def _confidence(trial: Trial, counts: Tally) -> tuple[float | None, ...]:
    """SMAA's confidence factor: how often a service wins under its own central weights."""
    won = counts.first
    first = np.flatnonzero(won)
    blocks = range(CONFIDENCE_DRAWS // BLOCK if trial.uncertain else 1)
    wins = np.zeros(trial.services)
    for block in blocks:
        duel = _Duel(trial, _varied(trial, len(MODELS), block))
        for service in first.tolist():
            central = (counts.first_weights[service] / WEIGHT_GRAIN / won[service])[None, :]
            wins[service] += duel.won(service, central)
    draws = len(blocks) * BLOCK
    return tuple(float(wins[i]) / draws if won[i] else None for i in range(trial.services))


class _Duel:
    """One service against all under given weights, over one block of uncertain values."""

    def __init__(self, trial: Trial, varied: list[Floats]) -> None:
        self.trial, self.varied = trial, varied
        self.ends = [(values.min(axis=0), values.max(axis=0)) for values in varied]

    def won(self, service: int, central: Floats) -> int:
        """In how many of the block's draws the service is first."""
        rivals = self._rivals(service, central)
        trial, varied = self.trial, self.varied
        if varied:
            trial, varied = _among(trial, varied, rivals)
        best = np.argmax(np.rint(_summed(trial, central, varied) * 10.0**PLACES), axis=1)
        at = int(np.searchsorted(rivals, service)) if self.varied else service
        return int(np.count_nonzero(best == at)) * (BLOCK // len(best))

    def _rivals(self, service: int, central: Floats) -> Ints:
        """Who can be at least level with the service in any draw, itself included; others need no look."""
        bounds = []
        for end in (0, 1):
            sums = weighted(self.trial.certain, central[0])
            for doubt, ends in zip(self.trial.uncertain, self.ends, strict=False):
                sums[doubt.services] += central[0, doubt.criterion] * ends[end]
            bounds.append(sums)
        low, high = bounds
        return np.flatnonzero(high >= low[service] - LEEWAY * max(1.0, abs(float(low[service]))))


def _among(trial: Trial, varied: list[Floats], services: Ints) -> tuple[Trial, list[Floats]]:
    """The same trial with some of the services only, and their uncertain values."""
    place = np.full(trial.services, -1)
    place[services] = np.arange(len(services))
    doubts, values = [], []
    for doubt, drawn in zip(trial.uncertain, varied, strict=True):
        kept = np.flatnonzero(place[doubt.services] >= 0)
        doubts.append(Between(doubt.criterion, place[doubt.services[kept]], *np.zeros((2, len(kept)))))
        values.append(drawn[:, kept])
    return replace(
        trial, parts=tuple(part[services] for part in trial.parts), uncertain=tuple(doubts)
    ), values


def pairwise_wins(values: Floats) -> Floats:
    """Share of draws in which each service has a higher value than each other; a tie is nobody's win.

    Args:
        values: (draws, services).

    Returns:
        (services, services): row beats column.
    """
    return np.asarray((values[:, :, None] > values[:, None, :]).mean(axis=0), dtype=np.float64)
