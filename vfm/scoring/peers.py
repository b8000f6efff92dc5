"""Which results stand out among those of like services: whose peers they are, by the rule of `cohort.peers`.

Pure. A service's peers are the results of its family in the same cycle, its own among them; where there are
fewer than five, those of its directorate; where there are fewer than five of those too, nothing is said.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from vfm.scoring import cohort
from vfm.scoring.cohort import Peers


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
        median: of the peers, in points; low, high: scores beyond which far begins.
        distance: of the result from the median, in points, negative below it.
        stands_out: True when it lies far from its peers.
    """

    kind: str
    name: str
    count: int
    median: float
    low: float
    high: float
    distance: float
    stands_out: bool


def standings(results: Mapping[int, Placed]) -> dict[int, Standing]:
    """Where each result stands, by the keys given; one without a score, or with too few peers, is not there.

    >>> five = {place: Placed(score, "waste", "") for place, score in enumerate((10, 50, 52, 54, 56))}
    >>> found = standings(five)[0]
    >>> found.median, found.low, found.distance, found.stands_out
    (52.0, 44.0, -42.0, True)
    """
    found = _in_groups("directorate", ((key, one.directorate, one.score) for key, one in results.items()))
    return found | _in_groups("family", ((key, one.family, one.score) for key, one in results.items()))


def _in_groups(kind: str, placed: Iterable[tuple[int, str, float | None]]) -> dict[int, Standing]:
    scores: dict[str, dict[int, float | None]] = defaultdict(dict)
    for key, name, score in placed:
        scores[name][key] = score
    groups = (cohort.peers(name, held) for name, held in scores.items() if name)
    return {key: standing for group in groups for key, standing in _in_group(kind, group).items()}


def _in_group(kind: str, group: Peers[int]) -> dict[int, Standing]:
    if group.quartiles is None or group.ends is None:
        return {}
    middle, (low, high), far = group.quartiles.median, group.ends, {one.key for one in group.far}
    return {
        key: Standing(kind, group.name, len(group.scores), middle, low, high, score - middle, key in far)
        for key, score in group.scores.items()
    }
