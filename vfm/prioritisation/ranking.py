"""The one door of the room: facts and criteria in, an explained ranking with its robustness and outcomes out.

Pure: the ranking is a function of its inputs alone; a stored run that is run again gives the same bytes.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Protocol, TypeVar

import numpy as np

from vfm.errors import Invalid
from vfm.prioritisation.criteria import VFM_RESULT, Criterion
from vfm.prioritisation.facts import ServiceFacts
from vfm.prioritisation.index import Ints, capacity, display_order
from vfm.prioritisation.inputs import Inputs, prepared, refuse_gaps, settings_problems
from vfm.prioritisation.lines import Lines, Points, as_json
from vfm.prioritisation.lines import RankedService as RankedService
from vfm.prioritisation.methods import METHODS, MethodName, weighted
from vfm.prioritisation.outcome import DEFAULT_RULES, Rules, Theme, themes
from vfm.prioritisation.robustness import weight_intervals
from vfm.prioritisation.simulation import (
    MOST_COUNTED,
    Acceptability,
    Around,
    Between,
    Trial,
    WeightModel,
    simulated,
)
from vfm.prioritisation.weights import DEFAULT_CONCENTRATION, effective

DEFAULT_DRAWS = 10_000
T = TypeVar("T")


class Aside(Protocol):
    """What is said of a ranking beside its list: see the properties of `Ranking`."""

    @property
    def base(self) -> float | None:
        """Points of a typical service."""

    @property
    def effective_weights(self) -> dict[str, float | None]:
        """Each criterion's share of the variance."""

    @property
    def intervals(self) -> dict[str, tuple[float, float] | None]:
        """How far each weight can move."""

    @property
    def themes(self) -> tuple[Theme, ...]:
        """Sections weak across services."""


@dataclass(frozen=True)
class Kept:
    """What was said beside the list, as it was kept."""

    base: float | None
    effective_weights: dict[str, float | None]
    intervals: dict[str, tuple[float, float] | None]
    themes: tuple[Theme, ...]


@dataclass(frozen=True, eq=False)
class Ranking:
    """A whole prioritisation run.

    Attributes:
        services: in display order, those not ranked last.
        criteria: as used: goalposts and references filled in, those without any value left out.
        method: how the index is made.
        top: K, how many services there is capacity for.
        draws: of each weight model.
        weights: the share of each criterion used.
        aside: what the list itself does not need; read it from here.
        seeded: gives the seed of the simulation, from the inputs.
        warnings: what a reader has to know.
        simulation: per weight model, over the ranked services in display order; empty without draws.
    """

    services: Sequence[RankedService]
    criteria: tuple[Criterion, ...]
    method: MethodName
    top: int
    draws: int
    weights: dict[str, float]
    aside: Aside
    seeded: Callable[[], int]
    warnings: tuple[str, ...]
    simulation: Mapping[WeightModel, Acceptability]

    @property
    def base(self) -> float | None:
        """Points of a typical service; base + drivers = index; None where nothing adds up."""
        return self.aside.base

    @property
    def effective_weights(self) -> dict[str, float | None]:
        """The share of the index's variance each criterion carries; None where it does not vary."""
        return self.aside.effective_weights

    @property
    def intervals(self) -> dict[str, tuple[float, float] | None]:
        """How far each weight can move alone before the top set changes; None where not defined."""
        return self.aside.intervals

    @property
    def themes(self) -> tuple[Theme, ...]:
        """Sections that are weak across services."""
        return self.aside.themes

    @cached_property
    def seed(self) -> int:
        """What the draws start from: a hash of the inputs, reckoned when it is first asked for."""
        return self.seeded()

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
        if isinstance(self.services, Lines):
            return self.services[: self.services.ranked]
        return tuple(service for service in self.services if service.rank is not None)

    def as_json(self) -> dict[str, Any]:
        """What `vfm rank --json` prints, numbers unrounded."""
        return {
            "services": [as_json(service) for service in self.services],
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
    told: Callable[[int, int], None] | None = None,
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
        told: is told now and then how many draws of how many are done, see `simulated`.

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
    places = capacity(len(services), top)
    is_tried = draws > 0 and points.listed.size > 0
    simulation = simulated(_trial(inputs, points, concentration, places), draws, told) if is_tried else {}
    return _assembled(inputs, points, simulation, places, draws, rules, on)


def _measured(inputs: Inputs, method: MethodName) -> Points:
    how, u = METHODS[method], inputs.u
    signed = inputs.signed() if how.needs_every_value else u.point
    shares = how.weigh(inputs.weights)

    parts = how.parts(u.point, signed)
    points = how.index(tuple(weighted(part, shares) for part in parts))
    order = display_order(np.where(inputs.is_ranked, points, -np.inf), u.point, inputs.weights, inputs.gross)
    return Points(
        method=method,
        inputs=inputs,
        signed=signed,
        parts=parts,
        index=points,
        order=order,
        listed=order[inputs.is_ranked[order]],
    )


def _trial(inputs: Inputs, points: Points, concentration: float, top: int) -> Trial:
    return Trial(
        method=points.method,
        parts=tuple(part[points.listed] for part in points.parts),
        weights=inputs.weights,
        concentration=concentration,
        uncertain=tuple(_uncertain(inputs, points.listed)),
        seed=inputs.seed(),
        top=top,
    )


def _uncertain(inputs: Inputs, listed: Ints) -> Iterator[Between | Around]:
    missing, spread = inputs.u.missing[listed], inputs.spread[listed]
    for j, criterion in enumerate(inputs.criteria):
        gaps = np.flatnonzero(missing[:, j])
        if gaps.size:
            yield Between(j, gaps, inputs.u.low[listed[gaps], j], inputs.u.high[listed[gaps], j])
        vague = np.flatnonzero(~missing[:, j] & (spread > 0))
        if criterion.key == VFM_RESULT and vague.size:
            yield Around(j, vague, criterion, inputs.raw[listed[vague], j], spread[vague])


def _assembled(
    inputs: Inputs,
    points: Points,
    simulation: dict[WeightModel, Acceptability],
    top: int,
    draws: int,
    rules: Rules,
    on: date,
) -> Ranking:
    by_key = {c.key: j for j, c in enumerate(inputs.criteria)}
    columns = [by_key[key] for key in inputs.keys]
    return Ranking(
        services=Lines(inputs, points, simulation, top, draws, rules, on),
        criteria=tuple(inputs.criteria[j] for j in columns),
        method=points.method,
        top=top,
        draws=draws,
        weights={inputs.criteria[j].key: float(inputs.weights[j]) for j in columns},
        aside=_Reckoned(inputs, points, top, rules),
        seeded=inputs.seed,
        warnings=tuple(inputs.warnings) + _standing_warnings(inputs, simulation),
        simulation=simulation,
    )


@dataclass(frozen=True, eq=False)
class _Reckoned:
    """What is said beside the list, each part reckoned when it is first asked for."""

    inputs: Inputs
    points: Points
    top: int
    rules: Rules

    @cached_property
    def base(self) -> float | None:
        return self.points.base if self.points.method == "additive" else None

    @cached_property
    def effective_weights(self) -> dict[str, float | None]:
        weights = self.inputs.weights
        if self.points.method != "additive":
            return self._as_given([None] * len(weights))
        return self._as_given(effective(self.inputs.u.point[self.points.listed], weights))

    @cached_property
    def intervals(self) -> dict[str, tuple[float, float] | None]:
        weights, listed = self.inputs.weights, self.points.listed
        if not METHODS[self.points.method].is_linear or not listed.size:
            return self._as_given([None] * len(weights))
        return self._as_given([*weight_intervals(self.points.parts[0][listed], weights, self.top)])

    @cached_property
    def themes(self) -> tuple[Theme, ...]:
        return themes(self.inputs.weak, self.inputs.scored, self.rules)

    def _as_given(self, found: Sequence[T]) -> dict[str, T]:
        by_key = {criterion.key: one for criterion, one in zip(self.inputs.criteria, found, strict=True)}
        return {key: by_key[key] for key in self.inputs.keys}


def _standing_warnings(inputs: Inputs, simulation: Mapping[WeightModel, Acceptability]) -> tuple[str, ...]:
    found = []
    left = int((~inputs.is_ranked).sum())
    if left:
        found.append(
            f"{left} of {len(inputs.services)} services are not ranked: too much of the weight has no value."
        )
    width = simulation["agreed"].width if simulation else 1
    if width > 1:
        found.append(
            f"There are more than {MOST_COUNTED:,} services, so places in the trials were counted in bands "
            f"of {width}: where a place reaches from and to is given to the outer ends of its bands."
        )
    if not simulation:
        found.append("No draws were made, so outcomes rest on the index alone and not on how firm it is.")
    return tuple(found)
