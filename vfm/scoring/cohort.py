"""All services of a cycle together: quartiles, steps of ten points, and who stands far from the rest.

Pure: figures in, figures out, on points of 0 to 100; a service without a score is never given one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from vfm.scoring.rounding import COMPARED_PLACES, reaches

Key = TypeVar("Key", int, str)

FEWEST_FOR_QUARTILES = 4
"""Scores from which quartiles are told; fewer are told by their median and their ends."""
QUARTILE_WORDS = (
    "Quartiles are read from the scores in order, by inclusive linear interpolation between neighbours, as "
    "Excel’s QUARTILE.INC does: anybody can check them in a spreadsheet, and they never lie outside what was "
    "scored."
)


@dataclass(frozen=True, slots=True)
class Quartiles:
    """The five figures that sum up some scores; with one score all are that score."""

    count: int
    lowest: float
    lower: float
    median: float
    upper: float
    highest: float

    @property
    def spread(self) -> float:
        """The width of the middle half: upper less lower quartile."""
        return self.upper - self.lower

    @property
    def is_told(self) -> bool:
        """True when there are enough scores for the quartiles to say something."""
        return self.count >= FEWEST_FOR_QUARTILES


def quartiles(scores: Iterable[float | None]) -> Quartiles | None:
    """Lowest, lower quartile, median, upper quartile and highest; None without a score.

    The quantile of share p of n scores in order stands at place (n - 1) p, counted from 0; between two
    places it is interpolated in a straight line. This is Excel's QUARTILE.INC and numpy's `linear`.

    Args:
        scores: in any order; None is left out.

    Source: Hyndman and Fan (1996), The American Statistician 50(4), definition 7.

    >>> found = quartiles([40, 10, 30, 20, None])
    >>> found.lower, found.median, found.upper
    (17.5, 25.0, 32.5)
    """
    given = sorted(score for score in scores if score is not None)
    if not given:
        return None
    lower, median, upper = (_quantile(given, share) for share in (0.25, 0.5, 0.75))
    return Quartiles(len(given), given[0], lower, median, upper, given[-1])


def median_of(scores: Iterable[float | None]) -> float | None:
    """The score in the middle, of an even number the mean of the two; None without a score."""
    given = sorted(score for score in scores if score is not None)
    return _quantile(given, 0.5) if given else None


def _quantile(ordered: Sequence[float], share: float) -> float:
    whole, part = divmod((len(ordered) - 1) * share, 1)
    below = ordered[int(whole)]
    return below + part * (ordered[int(whole) + 1] - below) if part else float(below)


# --- steps --------------------------------------------------------------------------------------------------

STEP = 10
"""Points that one bar of a distribution spans."""


@dataclass(frozen=True, slots=True)
class Step(Generic[Key]):
    """The services that score from `low` to under `high`; the last step holds 100 too."""

    low: int
    high: int
    keys: tuple[Key, ...]


def steps(scores: Mapping[Key, float]) -> tuple[Step[Key], ...]:
    """Ten steps over 0 to 100, empty ones too, each with its keys in the order given.

    >>> [(step.low, step.keys) for step in steps({"a": 9.99, "b": 10, "c": 100}) if step.keys]
    [(0, ('a',)), (10, ('b',)), (90, ('c',))]
    """
    held: list[list[Key]] = [[] for _ in range(100 // STEP)]
    for key, score in scores.items():
        held[min(int(round(score, COMPARED_PLACES) // STEP), len(held) - 1)].append(key)
    return tuple(Step(STEP * at, STEP * (at + 1), tuple(keys)) for at, keys in enumerate(held))


def is_in_step(score: float | None, low: float, high: float) -> bool:
    """True when a score is at or above `low` and under `high`, or is 100 and `high` is too."""
    return score is not None and reaches(score, low) and (not reaches(score, high) or high >= 100)


# --- who stands far from the rest ---------------------------------------------------------------------------

FEWEST_PEERS = 5
"""Scores, the service's own among them, from which anybody can be said to stand far from the rest."""
FENCE = 1.5
"""Widths of the middle half beyond a quartile at which far begins."""
LEAST_DISTANCE = 5.0
"""Points from the quartile under which nothing is far, however alike the peers are."""
FAR_BY_Z = 3.5
"""Modified z from which Iglewicz and Hoaglin speak of an outlier."""
FAR_WORDS = (
    "A service stands far from its peers when its score lies more than one and a half times the width of "
    "their middle half below the lower or above the upper quartile, and at least 5 points. Fewer than five "
    "scored peers, itself among them, are too few to say."
)


@dataclass(frozen=True, slots=True)
class Far(Generic[Key]):
    """A score far from its peers.

    Attributes:
        from_median: points from the peers' median, negative below.
        beyond: points past where far begins, more than 0.
        modified_z: 0.6745 (score - median) / MAD, a second opinion; None where the MAD is 0.
    """

    key: Key
    score: float
    side: Literal["below", "above"]
    from_median: float
    beyond: float
    modified_z: float | None


@dataclass(frozen=True, slots=True)
class Peers(Generic[Key]):
    """Some services that are compared with one another.

    Attributes:
        scores: key -> score, of those that have one.
        without: how many have none.
        ends: scores beyond which far begins, below and above; None with too few scores.
        far: lowest score first.
    """

    name: str
    scores: Mapping[Key, float]
    without: int
    quartiles: Quartiles | None
    ends: tuple[float, float] | None
    far: tuple[Far[Key], ...]


def peers(name: str, scores: Mapping[Key, float | None]) -> Peers[Key]:
    """Who stands far from the rest of a group, by Tukey's fences.

    Far is below Q1 - d or above Q3 + d with d = max(1.5 (Q3 - Q1), 5 points), from five scores on.

    Args:
        name: of the group.
        scores: key -> score; None counts among those without.

    Source: Tukey (1977), Exploratory Data Analysis, chapter 2.
    """
    given: dict[Key, float] = {key: score for key, score in scores.items() if score is not None}
    found = quartiles(given.values())
    without = len(scores) - len(given)
    if found is None or found.count < FEWEST_PEERS:
        return Peers(name, given, without, found, None, ())
    reach = max(FENCE * found.spread, LEAST_DISTANCE)
    low, high = found.lower - reach, found.upper + reach
    mad = _mad(given.values(), found.median)
    far = [
        Far(
            key,
            score,
            "below" if score < found.median else "above",
            score - found.median,
            low - score if score < found.median else score - high,
            modified_z(score, found.median, mad),
        )
        for key, score in given.items()
        if not reaches(score, low) or not reaches(high, score)
    ]
    return Peers(name, given, without, found, (low, high), tuple(sorted(far, key=lambda one: one.score)))


def modified_z(score: float, median: float, mad: float) -> float | None:
    """0.6745 (score - median) / MAD; None where the MAD is 0.

    Source: Iglewicz and Hoaglin (1993), How to Detect and Handle Outliers.

    >>> modified_z(30, 50, 13.49)
    -1.0
    """
    return 0.6745 * (score - median) / mad if mad else None


def _mad(scores: Iterable[float], median: float) -> float:
    """The median of the distances from the median."""
    return _quantile(sorted(abs(score - median) for score in scores), 0.5)


@dataclass(frozen=True, slots=True)
class Pull:
    """What one section or question does to a service's distance from its peers.

    Attributes:
        score: the service's, in points; median: its peers'.
        points: share of the service's own score times the difference: what it pulls the score by.
    """

    key: str
    score: float
    median: float
    points: float


def pulls(own: Mapping[str, tuple[float, float]], medians: Mapping[str, float | None]) -> tuple[Pull, ...]:
    """What sets a service apart from its peers, the strongest pull downwards first, ties by key.

    Args:
        own: section or question key -> (its share of the service's score, in [0, 1]; its points).
        medians: key -> the peers' median points; what has none is left out.
    """
    found = [
        Pull(key, points, median, share * (points - median))
        for key, (share, points) in own.items()
        if (median := medians.get(key)) is not None
    ]
    return tuple(sorted(found, key=lambda pull: (pull.points, pull.key)))
