"""How firm a ranking is: one summary made when a run is kept, so that no page has to simulate again.

Pure: a ranking with its simulation in, plain values out, and back again. Services are told by their position
among the ranked ones in display order, criteria by their key; counts are whole numbers of draws.

For each weight model a row of places is kept for the first places alone and for the services that reach them:
with 285 services and 29 in the top set about 150 kB as JSON, with 570 and 57 about 450 kB.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from vfm.prioritisation.crosschecks import CrossCheck
from vfm.prioritisation.index import PLACES
from vfm.prioritisation.ranking import RankedService, Ranking
from vfm.prioritisation.robustness import SmallestChange, deciding_weights
from vfm.prioritisation.scales import Floats
from vfm.prioritisation.simulation import MODELS, Acceptability, WeightModel, standard_error
from vfm.prioritisation.turning_points import Swap, dethroning, entering, swap

FIRST_PLACES = 30
"""At least so many places are kept of each service that reaches them, or twice the top set."""
NEXT = 5
"""Services just below the line for which the smallest change is looked for, beside the borderline ones."""
MOST_ENTERING = 8
FIRM = 0.95
"""Share of draws, in every weight model, from which a place in the top set is called firm."""


@dataclass(frozen=True, slots=True)
class Model:
    """What one weight model says, per ranked service in display order.

    Attributes:
        top: draws in which it is in the top set.
        mean: average place.
        best: best place it reaches or betters in 5 % of draws.
        worst: place it keeps or betters in 95 % of draws.
        wins: per service but the last, draws in which it stands above the next one.
        places: position -> draws in place 1, 2, ... of the first places; who never reaches them is left out,
            and so are the zeros at the end.
        central: position -> average weights of the draws it won, in the criteria's order; winners alone.
        confidence: position -> how often it wins under those weights.
    """

    top: Sequence[int]
    mean: Sequence[float]
    best: Sequence[int]
    worst: Sequence[int]
    wins: Sequence[int]
    places: Mapping[int, Sequence[int]]
    central: Mapping[int, Sequence[float]]
    confidence: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one weight can move alone before the top set changes, and who changes places there."""

    criterion: str
    low: float
    high: float
    at_low: Swap
    at_high: Swap


@dataclass(frozen=True, slots=True)
class Turn:
    """The nearest weights under which some services change places.

    Attributes:
        services: positions of those who draw level.
        weights: the shares then, in the criteria's order; empty where no weights do it.
        moved: the share of the weight that has to move.
    """

    services: Sequence[int]
    weights: Sequence[float]
    moved: float


@dataclass(frozen=True, slots=True)
class Check:
    """Another way of ranking: places in display order (None: not ranked), and who leaves and enters."""

    method: str
    name: str
    ranks: Sequence[int | None]
    leaving: Sequence[int]
    entering: Sequence[int]
    refused: str


@dataclass(frozen=True, slots=True)
class Firmness:
    """How firm a ranking is.

    Attributes:
        criteria: keys of those with a weight, in the order in which weights are given here.
        weights: the shares in use.
        services: how many are ranked.
        top: size of the top set.
        draws: of each weight model; 0 where nothing was drawn, and then there are no models.
        seed: of the draws.
        first_places: how many places `Model.places` tells.
        models: by weight model.
        reaches: per criterion how far its weight can move; none where the order is no weighted sum.
        deciding: position -> (criterion, share) that alone moves a contending service in or out, the nearest
            first; none where several weights would have to move together.
        dethroned: what it takes for the first to lose its place; None where nothing does.
        entering: what it takes to bring in each of those just below the line.
        checks: the other methods.
        gaps: position -> (lowest, highest) index, of the services with a gap.
        spreads: position -> standard deviation of a score on weak evidence.
    """

    criteria: Sequence[str]
    weights: Sequence[float]
    services: int
    top: int
    draws: int
    seed: int
    first_places: int
    models: Mapping[WeightModel, Model]
    reaches: Sequence[Reach]
    deciding: Mapping[int, Sequence[tuple[str, float]]]
    dethroned: Turn | None
    entering: Sequence[Turn]
    checks: Sequence[Check]
    gaps: Mapping[int, tuple[float, float]]
    spreads: Mapping[int, float]

    def share(self, model: WeightModel, at: int) -> float:
        """Share of draws of a model in which a service is in the top set."""
        return self.models[model].top[at] / self.draws

    def error(self, model: WeightModel, at: int) -> float:
        """Standard error of `share`."""
        return standard_error(self.share(model, at), self.draws)

    @property
    def inside(self) -> list[int]:
        """Positions of those in the top set whatever the weights: in every model at least `FIRM`."""
        return [at for at in range(self.services) if self.models and min(self._shares(at)) >= FIRM]

    @property
    def outside(self) -> list[int]:
        """Positions of those outside whatever the weights: in no model more than 1 - `FIRM`."""
        return [at for at in range(self.services) if self.models and max(self._shares(at)) <= 1 - FIRM]

    @property
    def contending(self) -> list[int]:
        """Positions of those for which it depends on the weights."""
        settled = {*self.inside, *self.outside}
        return [at for at in range(self.services) if self.models and at not in settled]

    def _shares(self, at: int) -> list[float]:
        return [self.share(model, at) for model in self.models]

    def is_level(self, at: int, model: WeightModel = "agreed") -> bool:
        """Whether a service and the next one cannot be told apart: half the draws, to two standard errors."""
        if not self.models:
            return False
        share = self.models[model].wins[at] / self.draws
        return abs(share - 0.5) < 2 * standard_error(share, self.draws)

    def places(self, model: WeightModel, at: int) -> list[int]:
        """Draws in which a service took each of the first places, and in the end those in any lower one."""
        told = list(self.models[model].places.get(at, ()))
        return [*told, *[0] * (self.first_places - len(told)), self.draws - sum(told)]


# --- making -------------------------------------------------------------------------------------------------


def summarised(
    ranking: Ranking, checks: Sequence[CrossCheck] = (), spreads: Mapping[str, float | None] | None = None
) -> dict[str, Any]:
    """How firm an additive ranking is, as it is kept: JSON values that `read_firmness` reads.

    Args:
        ranking: with its simulation; without draws there are no models.
        checks: the same services by the other methods.
        spreads: per service the standard deviation of its score; None where it is not known.

    Raises:
        Invalid: the solver gave up.
    """
    ranked = ranking.ranked
    everything = sorted(ranking.weights)  # as the simulation counts them
    used = [j for j, key in enumerate(everything) if ranking.weights[key] > 0]
    criteria = [everything[j] for j in used]
    at = {service.key: position for position, service in enumerate(ranked)}
    parts = np.array([[service.values[key] for key in criteria] for service in ranked]).reshape(
        len(ranked), len(criteria)
    )
    weights = np.array([ranking.weights[key] for key in criteria])
    first_places = min(len(ranked), max(FIRST_PLACES, 2 * ranking.top))
    firm = Firmness(
        criteria=criteria,
        weights=weights.tolist(),
        services=len(ranked),
        top=ranking.top,
        draws=ranking.draws,
        seed=ranking.seed,
        first_places=first_places,
        models={name: _model(ranking.simulation[name], ranking.top, first_places, used) for name in MODELS}
        if ranking.simulation
        else {},
        reaches=[_reach(ranking, j, key, parts, weights) for j, key in enumerate(criteria)] if ranked else [],
        deciding={},
        dethroned=_dethroned(parts, weights) if ranked else None,
        entering=[_entering(parts, weights, rival, ranking.top) for rival in _below(ranked, ranking.top)],
        checks=[_check(check, at, ranked) for check in checks],
        gaps={at[s.key]: (_short(s.low), _short(s.high)) for s in ranked if s.missing},
        spreads={at[key]: value for key, value in (spreads or {}).items() if value and key in at},
    )
    deciding = {
        position: [
            (criteria[j], _short(share))
            for j, share in deciding_weights(parts, weights, ranking.top, position).items()
            if 0 < _short(share) < 1  # level at the very end: there is nothing beyond
        ]
        for position in firm.contending
    }
    return asdict(firm) | {
        "models": {name: asdict(model) | _pairs(model) for name, model in firm.models.items()},
        "deciding": [[position, *found] for position, found in deciding.items()],
        "gaps": [[position, *ends] for position, ends in firm.gaps.items()],
        "spreads": [[position, value] for position, value in firm.spreads.items()],
    }


def _pairs(model: Model) -> dict[str, Any]:
    """What is told by position, as lists that begin with it: JSON has no numbers as keys."""
    return {
        "places": [[at, *counts] for at, counts in model.places.items()],
        "central": [[at, *shares] for at, shares in model.central.items()],
        "confidence": [[at, share] for at, share in model.confidence.items()],
    }


def _short(value: float) -> float:
    """To 9 places: what lies beyond differs between machines and is read by nobody."""
    return round(value, PLACES)


def _model(found: Acceptability, top: int, first_places: int, used: Sequence[int]) -> Model:
    counts = found.tally.ranks
    return Model(
        top=counts[:, :top].sum(axis=1).tolist(),
        mean=found.expected_rank(),
        best=found.place_at(0.05),
        worst=found.place_at(0.95),
        wins=found.tally.wins.tolist(),
        places={
            at: counts[at, : int(np.flatnonzero(counts[at, :first_places])[-1]) + 1].tolist()
            for at in np.flatnonzero(counts[:, :first_places].any(axis=1)).tolist()
        },
        central={
            at: [_short(shares[j]) for j in used]
            for at, shares in enumerate(found.central_weights())
            if shares is not None
        },
        confidence={at: share for at, share in enumerate(found.confidence) if share is not None},
    )


def _reach(ranking: Ranking, j: int, key: str, parts: Floats, weights: Floats) -> Reach:
    low, high = ranking.intervals.get(key) or (0.0, 1.0)
    top = ranking.top
    return Reach(
        key,
        _short(low),
        _short(high),
        swap(parts, weights, j, low, -1, top),
        swap(parts, weights, j, high, 1, top),
    )


def _dethroned(parts: Floats, weights: Floats) -> Turn | None:
    found = dethroning(parts, weights)
    return _turn(found.by, found.change) if found else None


def _below(ranked: Sequence[RankedService], top: int) -> Iterable[int]:
    wanted = (at for at in range(top, len(ranked)) if at < top + NEXT or ranked[at].borderline)
    return list(wanted)[:MOST_ENTERING]


def _entering(parts: Floats, weights: Floats, rival: int, top: int) -> Turn:
    return _turn((rival,), entering(parts, weights, rival, top))


def _turn(services: Sequence[int], change: SmallestChange | None) -> Turn:
    if change is None:
        return Turn(tuple(services), (), 1.0)
    return Turn(tuple(services), [_short(share) for share in change.weights], _short(change.moved))


def _check(check: CrossCheck, at: Mapping[str, int], ranked: Sequence[RankedService]) -> Check:
    return Check(
        check.method,
        check.name,
        [check.ranks.get(service.key) for service in ranked] if check.ranks else [],
        [at[key] for key in check.leaving if key in at],
        [at[key] for key in check.entering if key in at],
        check.refused,
    )


# --- reading ------------------------------------------------------------------------------------------------


def read_firmness(kept: Mapping[str, Any]) -> Firmness:
    """How firm a ranking is, from what `summarised` gave."""
    values = dict(kept) | {
        "models": {name: _read_model(model) for name, model in kept["models"].items()},
        "reaches": [_read_reach(one) for one in kept["reaches"]],
        "deciding": {row[0]: [(key, share) for key, share in row[1:]] for row in kept["deciding"]},
        "dethroned": Turn(**kept["dethroned"]) if kept["dethroned"] else None,
        "entering": [Turn(**one) for one in kept["entering"]],
        "checks": [Check(**one) for one in kept["checks"]],
        "gaps": {row[0]: (row[1], row[2]) for row in kept["gaps"]},
        "spreads": dict(kept["spreads"]),
    }
    return Firmness(**values)


def _read_model(kept: Mapping[str, Any]) -> Model:
    values = dict(kept) | {
        "places": {row[0]: row[1:] for row in kept["places"]},
        "central": {row[0]: row[1:] for row in kept["central"]},
        "confidence": dict(kept["confidence"]),
    }
    return Model(**values)


def _read_reach(kept: Mapping[str, Any]) -> Reach:
    ends = {end: Swap(tuple(kept[end]["leave"]), tuple(kept[end]["enter"])) for end in ("at_low", "at_high")}
    return Reach(kept["criterion"], kept["low"], kept["high"], **ends)
