"""The one door of the room: facts and criteria in, an explained ranking with its robustness and outcomes out.

Pure: the ranking is a function of its inputs alone; a stored run that is run again gives the same bytes.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import compress
from typing import Any

import numpy as np

from vfm.errors import Invalid
from vfm.prioritisation.criteria import VFM_RESULT, Criterion
from vfm.prioritisation.facts import OutcomeName, ServiceFacts
from vfm.prioritisation.index import (
    PLACES,
    Ints,
    capacity,
    competition_ranks,
    contributions,
    display_order,
    drivers,
)
from vfm.prioritisation.inputs import Inputs, prepared, refuse_gaps, settings_problems
from vfm.prioritisation.methods import METHODS, MethodName, weighted
from vfm.prioritisation.outcome import DEFAULT_RULES, Outcome, Rules, Standing, Theme, decided, themes
from vfm.prioritisation.robustness import deciding_weights, weight_intervals
from vfm.prioritisation.scales import Floats
from vfm.prioritisation.simulation import (
    Acceptability,
    Around,
    Between,
    Trial,
    WeightModel,
    simulated,
    standard_error,
)
from vfm.prioritisation.weights import DEFAULT_CONCENTRATION, effective

DEFAULT_DRAWS = 10_000


@dataclass(frozen=True, slots=True)
class RankedService:
    """One line of the list. Shares are 0 to 1, the index and what adds up to it in points.

    Attributes:
        key: the service.
        name: its words on screen.
        rank: competition rank; None where it is not ranked.
        index: its priority; None where it is not ranked.
        low: the index with every gap at u = 0.
        high: the index with every gap at u = 1.
        missing_weight: share of the weight without a value.
        missing: the criteria without a value.
        values: u per criterion, the stand-in where missing.
        contributions: 100 w u per criterion, adding up to the index; empty for other methods than additive.
        drivers: points above or below a typical service; base + drivers = index.
        top_share: share of draws in the top K around the agreed weights; None without draws or rank.
        expected_rank: average place in those draws.
        rank_from: best place it reaches in at least 5 % of those draws.
        rank_to: place it keeps or betters in at least 95 % of those draws.
        standard_error: of `top_share`.
        outcome: what should happen.
        rule: number of the rule that fired.
        reason: that rule in words.
        focus: what a deep dive is about.
        borderline: monitored, but close to the top set.
        deciding: for a borderline service, the share each weight would need alone to move it, nearest first.
    """

    key: str
    name: str
    rank: int | None
    index: float | None
    low: float
    high: float
    missing_weight: float
    missing: tuple[str, ...]
    values: dict[str, float]
    contributions: dict[str, float]
    drivers: dict[str, float]
    top_share: float | None
    expected_rank: float | None
    rank_from: int | None
    rank_to: int | None
    standard_error: float | None
    outcome: OutcomeName
    rule: int
    reason: str
    focus: tuple[str, ...]
    borderline: bool
    deciding: dict[str, float]


@dataclass(frozen=True, eq=False)
class Ranking:
    """A whole prioritisation run.

    Attributes:
        services: in display order, those not ranked last.
        criteria: as used: goalposts and references filled in, those without any value left out.
        method: how the index is made.
        top: K, how many services there is capacity for.
        draws: of each weight model.
        base: points of a typical service; base + drivers = index; None where nothing adds up.
        weights: the share of each criterion used.
        effective_weights: the share of the index's variance each carries; None where it does not vary.
        intervals: how far each weight can move alone before the top set changes; None where not defined.
        themes: sections that are weak across services.
        seed: of the simulation, from the inputs.
        warnings: what a reader has to know.
        simulation: per weight model, over the ranked services in display order; empty without draws.
    """

    services: tuple[RankedService, ...]
    criteria: tuple[Criterion, ...]
    method: MethodName
    top: int
    draws: int
    base: float | None
    weights: dict[str, float]
    effective_weights: dict[str, float | None]
    intervals: dict[str, tuple[float, float] | None]
    themes: tuple[Theme, ...]
    seed: int
    warnings: tuple[str, ...]
    simulation: Mapping[WeightModel, Acceptability]

    @cached_property
    def names(self) -> dict[str, str]:
        """The words for each criterion on screen."""
        return {criterion.key: criterion.name for criterion in self.criteria}

    @cached_property
    def shared_ranks(self) -> frozenset[int]:
        """The places that more than one service shares."""
        counts = Counter(service.rank for service in self.ranked)
        return frozenset(place for place, count in counts.items() if place is not None and count > 1)

    @cached_property
    def ranked(self) -> tuple[RankedService, ...]:
        """The services that have a place."""
        return tuple(service for service in self.services if service.rank is not None)

    def as_json(self) -> dict[str, Any]:
        """What `vfm rank --json` prints, numbers unrounded."""
        return {
            "services": [_service_as_json(service) for service in self.services],
            "base": self.base,
            "weights": dict(self.weights),
            "effective_weights": dict(self.effective_weights),
            "intervals": {key: list(ends) if ends else None for key, ends in self.intervals.items()},
            "themes": [
                {"section": theme.section, "services": list(theme.services), "share": theme.share}
                for theme in self.themes
            ],
            "seed": self.seed,
            "warnings": list(self.warnings),
        }


def _service_as_json(service: RankedService) -> dict[str, Any]:
    return {
        "key": service.key,
        "rank": service.rank,
        "index": service.index,
        "low": service.low,
        "high": service.high,
        "missing_weight": service.missing_weight,
        "values": dict(service.values),
        "contributions": dict(service.contributions),
        "drivers": dict(service.drivers),
        "top_share": service.top_share,
        "expected_rank": service.expected_rank,
        "outcome": service.outcome,
        "rule": service.rule,
        "borderline": service.borderline,
    }


def rank(
    services: Sequence[ServiceFacts],
    criteria: Sequence[Criterion],
    *,
    on: date,
    top: int | None = None,
    draws: int = DEFAULT_DRAWS,
    method: MethodName = "additive",
    concentration: float = DEFAULT_CONCENTRATION,
    rules: Rules = DEFAULT_RULES,
) -> Ranking:
    """Rank services, say why, how firmly, and what should happen with each.

    Args:
        services: in any order; the result does not depend on it.
        criteria: in any order, which is kept in the result's dictionaries.
        on: the day of the ranking, for "reviewed within 24 months".
        top: K, how many services there is capacity for; None: a tenth of them, at least one.
        draws: of each of the three weight models; 0: no simulation, and outcomes rest on the index alone.
        method: a key of `METHODS`; anything but additive is a cross-check.
        concentration: how tightly weights are drawn around the agreed ones.
        rules: the thresholds of the outcome rules.

    Returns:
        The ranking. A service with more than 30 % of the weight missing is listed last without a place.

    Raises:
        Invalid: every problem with the services, the criteria and the settings, each with its place.
    """
    found = settings_problems(top, draws, method, concentration)
    if found:
        raise Invalid(found)
    inputs = prepared(services, criteria, rules.missing_weight)
    refuse_gaps(inputs, method)
    points = _measured(inputs, method)
    trial = _trial(inputs, points, method, concentration)
    simulation = simulated(trial, draws) if draws and trial.services else {}
    return _assembled(inputs, points, trial, simulation, capacity(len(services), top), draws, rules, on)


@dataclass(frozen=True, eq=False)
class _Points:
    """The index and what is made from it, by position in `Inputs`, with the order of the list."""

    parts: tuple[Floats, ...]
    index: Floats
    low: Floats
    high: Floats
    drivers: Floats
    base: float | None
    order: Ints
    listed: Ints


def _measured(inputs: Inputs, method: MethodName) -> _Points:
    how, u = METHODS[method], inputs.u
    signed = inputs.signed() if how.needs_every_value else u.point

    def index(values: Floats) -> Floats:
        parts = how.parts(values, signed)
        return how.index(tuple(weighted(part, how.weigh(inputs.weights)) for part in parts))

    points = index(u.point)
    apart, base = drivers(u.point, inputs.weights, inputs.is_ranked)
    gross = [-np.inf if s.gross is None else float(s.gross) for s in inputs.services]
    keys = [s.key for s in inputs.services]
    order = display_order(np.where(inputs.is_ranked, points, -np.inf), u.point, inputs.weights, gross, keys)
    return _Points(
        parts=how.parts(u.point, signed),
        index=points,
        low=index(u.with_gaps_at(0.0)),
        high=index(u.with_gaps_at(1.0)),
        drivers=apart,
        base=base,
        order=order,
        listed=order[inputs.is_ranked[order]],
    )


def _trial(inputs: Inputs, points: _Points, method: MethodName, concentration: float) -> Trial:
    return Trial(
        method=method,
        parts=tuple(part[points.listed] for part in points.parts),
        weights=inputs.weights,
        concentration=concentration,
        uncertain=tuple(_uncertain(inputs, points.listed)),
        seed=inputs.seed(),
    )


def _uncertain(inputs: Inputs, listed: Ints) -> Iterator[Between | Around]:
    missing, spread = inputs.u.missing[listed], np.array([s.spread or 0.0 for s in inputs.services])[listed]
    for j, criterion in enumerate(inputs.criteria):
        gaps = np.flatnonzero(missing[:, j])
        if gaps.size:
            yield Between(j, gaps, inputs.u.low[listed[gaps], j], inputs.u.high[listed[gaps], j])
        vague = np.flatnonzero(~missing[:, j] & (spread > 0))
        if criterion.key == VFM_RESULT and vague.size:
            yield Around(j, vague, criterion, inputs.raw[listed[vague], j], spread[vague])


def _assembled(
    inputs: Inputs,
    points: _Points,
    trial: Trial,
    simulation: dict[WeightModel, Acceptability],
    top: int,
    draws: int,
    rules: Rules,
    on: date,
) -> Ranking:
    linear = METHODS[trial.method].is_linear and trial.services > 0
    ends = weight_intervals(trial.parts[0], inputs.weights, top) if linear else [None] * len(inputs.criteria)
    carried = effective(inputs.u.point[points.listed], inputs.weights)
    by_key = {c.key: j for j, c in enumerate(inputs.criteria)}
    columns = [by_key[key] for key in inputs.keys]
    is_additive = trial.method == "additive"
    places = _places(simulation, trial.services, top, draws)
    lines = _Lines(inputs, points, trial, places, columns, top, rules, on)
    return Ranking(
        services=tuple(lines.line(position, place) for place, position in enumerate(points.order.tolist())),
        criteria=tuple(inputs.criteria[j] for j in columns),
        method=trial.method,
        top=top,
        draws=draws,
        base=points.base if is_additive else None,
        weights={inputs.criteria[j].key: float(inputs.weights[j]) for j in columns},
        effective_weights={inputs.criteria[j].key: carried[j] if is_additive else None for j in columns},
        intervals={inputs.criteria[j].key: ends[j] for j in columns},
        themes=themes(inputs.services, _scored(inputs.services), rules),
        seed=trial.seed,
        warnings=tuple(inputs.warnings) + _standing_warnings(inputs, simulation),
        simulation=simulation,
    )


def _scored(services: Sequence[ServiceFacts]) -> int:
    return sum(s.values.get(VFM_RESULT) is not None or bool(s.weak_names) for s in services)


def _standing_warnings(inputs: Inputs, simulation: Mapping[WeightModel, Acceptability]) -> tuple[str, ...]:
    found = []
    left = int((~inputs.is_ranked).sum())
    if left:
        found.append(
            f"{left} of {len(inputs.services)} services are not ranked: too much of the weight has no value."
        )
    if not simulation:
        found.append("No draws were made, so outcomes rest on the index alone and not on how firm it is.")
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Place:
    """What the draws around the agreed weights say of one place in the list."""

    top_share: float | None
    expected_rank: float | None
    rank_from: int | None
    rank_to: int | None
    standard_error: float | None
    share_for_rules: float


INSIDE = _Place(None, None, None, None, None, 1.0)
NOT_RANKED = _Place(None, None, None, None, None, 0.0)


def _places(
    simulation: Mapping[WeightModel, Acceptability], services: int, top: int, draws: int
) -> list[_Place]:
    if not simulation:
        return [INSIDE if place < top else NOT_RANKED for place in range(services)]
    agreed = simulation["agreed"]
    columns = zip(
        agreed.top_share(top),
        agreed.expected_rank(),
        agreed.place_at(0.05),
        agreed.place_at(0.95),
        strict=True,
    )
    return [_Place(q, mean, best, worst, standard_error(q, draws), q) for q, mean, best, worst in columns]


class _Lines:
    """The lines of the list, each made from plain lists that were read out of the arrays once."""

    def __init__(
        self,
        inputs: Inputs,
        points: _Points,
        trial: Trial,
        places: list[_Place],
        columns: list[int],
        top: int,
        rules: Rules,
        on: date,
    ) -> None:
        self.inputs, self.trial, self.places, self.top, self.rules, self.on = (
            inputs,
            trial,
            places,
            top,
            rules,
            on,
        )
        self.keys = inputs.keys
        self.columns = columns
        self.is_ranked = inputs.is_ranked.tolist()
        self.is_additive = trial.method == "additive"
        self.index, self.low, self.high = points.index.tolist(), points.low.tolist(), points.high.tolist()
        self.missing_weight = inputs.missing_weight.tolist()
        self.missing = inputs.u.missing[:, columns].tolist()
        self.values = inputs.u.point[:, columns].tolist()
        self.contributions = contributions(inputs.u.point, inputs.weights)[:, columns].tolist()
        self.drivers = points.drivers[:, columns].tolist()
        self.ranks = dict(
            zip(points.listed.tolist(), competition_ranks(points.index[points.listed]), strict=True)
        )
        self.group_u, self.group_excess = _groups(inputs, points.drivers)

    def line(self, at: int, place: int) -> RankedService:
        """The service at this position of the inputs, in this place of the list."""
        facts, is_ranked = self.inputs.services[at], self.is_ranked[at]
        standing = self.places[place] if is_ranked else NOT_RANKED
        outcome = self._outcome(at, standing.share_for_rules)
        return RankedService(
            key=facts.key,
            name=facts.title,
            rank=self.ranks.get(at),
            index=self.index[at] if is_ranked else None,
            low=self.low[at],
            high=self.high[at],
            missing_weight=self.missing_weight[at],
            missing=tuple(compress(self.keys, self.missing[at])),
            values=self._by_criterion(self.values[at]),
            contributions=self._by_criterion(self.contributions[at]) if self.is_additive else {},
            drivers=self._drivers(at),
            top_share=standing.top_share,
            expected_rank=standing.expected_rank,
            rank_from=standing.rank_from,
            rank_to=standing.rank_to,
            standard_error=standing.standard_error,
            outcome=outcome.outcome,
            rule=outcome.rule,
            reason=outcome.reason,
            focus=outcome.focus,
            borderline=outcome.borderline,
            deciding=self._deciding(place) if outcome.borderline else {},
        )

    def _by_criterion(self, row: list[float]) -> dict[str, float]:
        return dict(zip(self.keys, row, strict=True))

    def _drivers(self, at: int) -> dict[str, float]:
        return self._by_criterion(self.drivers[at]) if self.is_additive and self.ranks else {}

    def _outcome(self, at: int, top_share: float) -> Outcome:
        return decided(
            Standing(
                facts=self.inputs.services[at],
                missing_weight=self.missing_weight[at],
                top_share=top_share,
                group_u={group: column[at] for group, column in self.group_u.items()},
                group_excess={group: column[at] for group, column in self.group_excess.items()},
                on=self.on,
                rules=self.rules,
                place=self.ranks.get(at),
                top=self.top,
            )
        )

    def _deciding(self, place: int) -> dict[str, float]:
        if not METHODS[self.trial.method].is_linear:
            return {}
        found = deciding_weights(self.trial.parts[0], self.trial.weights, self.top, place)
        return {self.inputs.criteria[j].key: share for j, share in found.items()}


def _groups(inputs: Inputs, apart: Floats) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Per group and service, the weighted mean of u and the positive excess."""
    means, excesses = {}, {}
    for group in sorted({c.group for c in inputs.criteria if c.group is not None}):
        members = [j for j, c in enumerate(inputs.criteria) if c.group == group]
        weights = inputs.weights[members]
        if weights.sum() > 0:
            means[group] = (inputs.u.point[:, members] @ weights / weights.sum()).tolist()
            excess = np.round(apart[:, members].sum(axis=1), PLACES)  # what is left of +10 - 10 is no excess
            excesses[group] = np.maximum(excess, 0).tolist()
    return means, excesses
