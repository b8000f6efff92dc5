"""Which results stand out among those of like services, by a rule that one far result cannot bend.

Pure. The rule: a service's peers are the results of its family in the same cycle, its own among them; where
there are fewer than five, those of its directorate; where there are fewer than five of those too, nothing is
said. It stands out when it lies at least five points from the peers' median and more than 3.5 deviations, one
deviation being the peers' median distance from that median, divided by 0.6745.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from vfm.scoring.change import MATERIAL_POINTS
from vfm.scoring.rounding import reaches

FEWEST_PEERS = 5
DEVIATIONS = 3.5
"""How far out is too far. Source: Iglewicz and Hoaglin (1993), How to Detect and Handle Outliers."""
NORMAL = 0.6745
"""The median distance from the median of a normal distribution whose standard deviation is 1."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One result and where its service belongs.

    Attributes:
        score: the published overall on 0 to 100; None where there is none, which then is nobody's peer.
        family, directorate: names; an empty family is no family.
    """

    score: float | None
    family: str
    directorate: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one result stands among its peers.

    Attributes:
        kind: `family` or `directorate`; name: which one.
        count: peers, the result's own among them.
        median: of the peers, in points; limit: the distance from it from which a result stands out.
        distance: of the result from the median, in points, negative below it.
    """

    kind: str
    name: str
    count: int
    median: float
    limit: float
    distance: float

    @property
    def stands_out(self) -> bool:
        """True when the result lies at the limit or beyond it."""
        return reaches(abs(self.distance), self.limit)


def standings(results: Mapping[int, Placed]) -> dict[int, Standing]:
    """Where each result stands, by the keys given; one without a score, or with too few peers, is not there.

    >>> five = {place: Placed(score, "waste", "") for place, score in enumerate((10, 50, 52, 54, 56))}
    >>> found = standings(five)[0]
    >>> found.median, round(found.limit, 4), found.distance, found.stands_out
    (52, 10.3781, -42, True)
    """
    families = _groups((one.family, one.score) for one in results.values() if one.family)
    directorates = _groups((one.directorate, one.score) for one in results.values())
    found = {}
    for key, one in results.items():
        if one.score is None:
            continue
        if one.family in families:
            found[key] = _standing("family", one.family, families[one.family], one.score)
        elif one.directorate in directorates:
            found[key] = _standing("directorate", one.directorate, directorates[one.directorate], one.score)
    return found


Group = tuple[int, float, float]
"""How many peers, their median, and the limit."""


def _groups(named: Iterable[tuple[str, float | None]]) -> dict[str, Group]:
    scores: dict[str, list[float]] = defaultdict(list)
    for name, score in named:
        if score is not None:
            scores[name].append(score)
    return {name: _group(held) for name, held in scores.items() if len(held) >= FEWEST_PEERS}


def _group(scores: list[float]) -> Group:
    middle = median(scores)
    deviation = median(abs(score - middle) for score in scores) / NORMAL
    return len(scores), middle, max(MATERIAL_POINTS, DEVIATIONS * deviation)


def _standing(kind: str, name: str, group: Group, score: float) -> Standing:
    count, middle, limit = group
    return Standing(kind, name, count, middle, limit, score - middle)
