"""Answers scored more than once in a challenge: how far self, challenged and agreed levels agree.

Pure. Only answers on one scale are compared with one another. Those that were challenged are no fair sample
of all answers, since the doubtful ones are challenged: a calibration session drawn at random is.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from vfm.scoring.agreement import Agreement, agreement, cross_table, weighted_kappa
from vfm.scoring.calibration import FEWEST_ITEMS

PAIRS = (("own", "challenged"), ("challenged", "agreed"), ("own", "agreed"))
"""Which two of the three are compared, in the order of the work."""


@dataclass(frozen=True, slots=True)
class Levels:
    """One challenged answer three times, as levels; None where it is no level, or not there yet.

    Attributes:
        key: of its question; section: of the top section that holds it.
        scale: every level of the question's scale, lowest first.
    """

    key: str
    section: str
    scale: tuple[int, ...]
    own: int | None
    challenged: int | None
    agreed: int | None


@dataclass(frozen=True, slots=True)
class Part:
    """How far self and agreed levels agree in one section, or on one question.

    Attributes:
        figures: None of kappa where fewer than five answers can be compared.
        lower, higher: how many were agreed below and above the self level.
    """

    key: str
    figures: Agreement
    lower: int
    higher: int


@dataclass(frozen=True, slots=True)
class DoubleScores:
    """How far the three agree over the answers on one scale.

    Attributes:
        scale: its levels; count: challenged answers on it; left_out: those on another scale or on none.
        pairs: of `PAIRS`, in their order; tables: how often each pair of levels was given, first down.
        sections, questions: self against agreed, in the order in which they were met.
    """

    scale: tuple[int, ...]
    count: int
    left_out: int
    pairs: tuple[Agreement, ...]
    tables: tuple[tuple[tuple[int, ...], ...], ...]
    sections: tuple[Part, ...]
    questions: tuple[Part, ...]


def double_scores(answers: Sequence[Levels]) -> DoubleScores | None:
    """How far the three agree, on the scale most of the answers are on; None where none is on a scale."""
    counts = Counter(one.scale for one in answers if one.scale)
    if not counts:
        return None
    scale = max(counts, key=lambda found: (counts[found], found))
    here = [one for one in answers if one.scale == scale]
    views = [_both(here, first, second) for first, second in PAIRS]
    return DoubleScores(
        scale,
        len(here),
        len(answers) - len(here),
        tuple(_figures(first, second, scale) for first, second in views),
        tuple(_rows(first, second, scale) for first, second in views),
        _parts(here, scale, lambda one: one.section, has_interval=True),
        _parts(here, scale, lambda one: one.key, has_interval=False),
    )


Two = tuple[tuple[int, ...], tuple[int, ...]]


def _both(answers: Iterable[Levels], first: str, second: str) -> Two:
    """The levels of two views, of answers that have both."""
    pairs = [(getattr(one, first), getattr(one, second)) for one in answers]
    whole = [(a, b) for a, b in pairs if a is not None and b is not None]
    return tuple(a for a, _ in whole), tuple(b for _, b in whole)


def _parts(
    answers: Iterable[Levels], scale: tuple[int, ...], of: Callable[[Levels], str], *, has_interval: bool
) -> tuple[Part, ...]:
    groups: dict[str, list[Levels]] = defaultdict(list)
    for one in answers:
        groups[of(one)].append(one)
    found = []
    for key, held in groups.items():
        own, agreed = _both(held, "own", "agreed")
        figures = _figures(own, agreed, scale) if has_interval else _without_interval(own, agreed, scale)
        apart = [after - before for before, after in zip(own, agreed, strict=True)]
        found.append(Part(key, figures, sum(one < 0 for one in apart), sum(one > 0 for one in apart)))
    return tuple(found)


def _figures(first: tuple[int, ...], second: tuple[int, ...], scale: tuple[int, ...]) -> Agreement:
    pairs = sorted(zip(first, second, strict=True))  # their order does not count: equal ones are met again
    if len(pairs) < FEWEST_ITEMS:
        return _without_interval(first, second, scale)
    return _agreement(tuple(pairs), scale)


@lru_cache(maxsize=512)
def _agreement(pairs: tuple[tuple[int, int], ...], scale: tuple[int, ...]) -> Agreement:
    """The interval takes thousands of draws, and a page asks for many again and again."""
    return agreement([a for a, _ in pairs], [b for _, b in pairs], scale)


def _without_interval(first: Sequence[int], second: Sequence[int], scale: Sequence[int]) -> Agreement:
    apart = [abs(a - b) for a, b in _places(first, second, scale)]
    count = len(apart)
    kappa = weighted_kappa(cross_table(first, second, scale)) if count >= FEWEST_ITEMS else None
    exact, near = (sum(one <= most for one in apart) / count if count else None for most in (0, 1))
    return Agreement(count, exact, near, kappa, None, None)


def _places(first: Sequence[int], second: Sequence[int], scale: Sequence[int]) -> list[tuple[int, int]]:
    place = {level: index for index, level in enumerate(scale)}
    return [(place[a], place[b]) for a, b in zip(first, second, strict=True)]


def _rows(first: Sequence[int], second: Sequence[int], scale: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    table = cross_table(first, second, scale)
    return tuple(tuple(int(count) for count in row) for row in table)
