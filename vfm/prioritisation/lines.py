"""The lines of a ranked list: what is known of each service in its place, made when somebody reads it.

Pure: arrays in, values out. A list of 30,000 is ranked in one sweep over arrays; a line is put into words
only when it is asked for, and always comes out the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import compress
from typing import Any, overload

import numpy as np

from vfm.prioritisation.facts import OutcomeName
from vfm.prioritisation.index import PLACES, Ints, competition_ranks, contributions, drivers
from vfm.prioritisation.inputs import Inputs
from vfm.prioritisation.methods import METHODS, MethodName
from vfm.prioritisation.methods import index as index_of
from vfm.prioritisation.outcome import Rules, Standing, decided
from vfm.prioritisation.robustness import deciding_weights
from vfm.prioritisation.scales import Floats
from vfm.prioritisation.simulation import Acceptability, WeightModel, standard_error

BLOCK = 256
"""Lines that are made together."""


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


def as_json(service: RankedService) -> dict[str, Any]:
    """One line as `vfm rank --json` prints it."""
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


@dataclass(frozen=True, eq=False)
class Points:
    """The index and what is made from it, by position in `Inputs`, with the order of the list.

    Attributes:
        method: how the index is made.
        inputs: what it is made from.
        signed: what the method reads beside u, see `Method.parts`.
        parts: what the method weighs and sums, each (services, criteria).
        index: (services,).
        order: all positions, first place first, those not ranked last.
        listed: those of them that are ranked.
    """

    method: MethodName
    inputs: Inputs
    signed: Floats
    parts: tuple[Floats, ...]
    index: Floats
    order: Ints
    listed: Ints

    @cached_property
    def low(self) -> Floats:
        """(services,) the index with every gap at u = 0."""
        return self._with_gaps_at(0.0)

    @cached_property
    def high(self) -> Floats:
        """(services,) the index with every gap at u = 1."""
        return self._with_gaps_at(1.0)

    def _with_gaps_at(self, u: float) -> Floats:
        return index_of(self.method, self.inputs.u.with_gaps_at(u), self.signed, self.inputs.weights)

    @cached_property
    def _apart(self) -> tuple[Floats, float | None]:
        return drivers(self.inputs.u.point, self.inputs.weights, self.inputs.is_ranked)

    @property
    def drivers(self) -> Floats:
        """(services, criteria) what sets each apart from a typical service."""
        return self._apart[0]

    @property
    def base(self) -> float | None:
        """Points of a typical service; None where nothing is ranked."""
        return self._apart[1]


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


class Lines(Sequence[RankedService]):
    """The services of a ranking in display order, those not ranked last; each made when it is first read."""

    def __init__(
        self,
        inputs: Inputs,
        points: Points,
        simulation: Mapping[WeightModel, Acceptability],
        top: int,
        draws: int,
        rules: Rules,
        on: date,
    ) -> None:
        self._inputs, self._points, self._top, self._rules, self._on = inputs, points, top, rules, on
        by_key = {c.key: j for j, c in enumerate(inputs.criteria)}
        self._columns = [by_key[key] for key in inputs.keys]
        self._simulation, self._draws = simulation, draws
        self._deciding_parts: Floats | None = None
        self._groups: tuple[list[str], Floats, Floats] | None = None
        self._made: dict[int, list[RankedService]] = {}

    @property
    def ranked(self) -> int:
        """How many of them have a place: they come first."""
        return len(self._points.listed)

    @cached_property
    def _ranks(self) -> list[int]:
        return competition_ranks(self._points.index[self._points.listed])

    @cached_property
    def _places(self) -> list[_Place]:
        return _places(self._simulation, self.ranked, self._top, self._draws)

    def __len__(self) -> int:
        return len(self._points.order)

    @overload
    def __getitem__(self, at: int) -> RankedService: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[RankedService, ...]: ...
    def __getitem__(self, at: int | slice) -> RankedService | tuple[RankedService, ...]:
        if isinstance(at, slice):
            return tuple(self[place] for place in range(*at.indices(len(self))))
        place = at + len(self) if at < 0 else at
        if not 0 <= place < len(self):
            raise IndexError(f"there is no line {at} among {len(self)}")
        return self._block(place // BLOCK)[place % BLOCK]

    def __iter__(self) -> Iterator[RankedService]:
        for block in range(-(-len(self) // BLOCK)):
            yield from self._block(block)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]

    def _block(self, block: int) -> list[RankedService]:
        if block not in self._made:
            self._made[block] = list(self._lines(block * BLOCK))
        return self._made[block]

    def _lines(self, start: int) -> Iterator[RankedService]:
        """The lines of one block, each from plain lists that are read out of the arrays once."""
        inputs, points, columns = self._inputs, self._points, self._columns
        at = points.order[start : start + BLOCK]
        adds_up = points.method == "additive"
        u = inputs.u.point[at]
        keys = inputs.keys
        rows = zip(
            at.tolist(),
            points.index[at].tolist(),
            points.low[at].tolist(),
            points.high[at].tolist(),
            inputs.missing_weight[at].tolist(),
            inputs.u.missing[at][:, columns].tolist(),
            u[:, columns].tolist(),
            contributions(u, inputs.weights)[:, columns].tolist(),
            points.drivers[at][:, columns].tolist(),
            *self._by_group(at),
            strict=True,
        )
        for place, row in enumerate(rows, start):
            position, index, low, high, unknown, missing, values, parts, apart, group_u, excess = row
            facts = inputs.services[position]
            is_ranked = place < self.ranked
            standing = self._places[place] if is_ranked else NOT_RANKED
            rank = self._ranks[place] if is_ranked else None
            outcome = decided(
                Standing(
                    facts=facts,
                    missing_weight=unknown,
                    top_share=standing.share_for_rules,
                    group_u=group_u,
                    group_excess=excess,
                    on=self._on,
                    rules=self._rules,
                    place=rank,
                    top=self._top,
                )
            )
            yield RankedService(
                key=facts.key,
                name=facts.title,
                rank=rank,
                index=index if is_ranked else None,
                low=low,
                high=high,
                missing_weight=unknown,
                missing=tuple(compress(keys, missing)),
                values=dict(zip(keys, values, strict=True)),
                contributions=dict(zip(keys, parts, strict=True)) if adds_up else {},
                drivers=dict(zip(keys, apart, strict=True)) if adds_up and self._ranks else {},
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

    def _by_group(self, at: Ints) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
        """Per service, the weighted mean u of each group and its positive excess."""
        if self._groups is None:
            self._groups = _groups(self._inputs, self._points.drivers)
        names, means, excesses = self._groups
        group_u, excess = (
            [dict(zip(names, row, strict=True)) for row in found[at].tolist()] for found in (means, excesses)
        )
        return group_u, excess

    def _deciding(self, place: int) -> dict[str, float]:
        if not METHODS[self._points.method].is_linear:
            return {}
        if self._deciding_parts is None:
            self._deciding_parts = self._points.parts[0][self._points.listed]
        found = deciding_weights(self._deciding_parts, self._inputs.weights, self._top, place)
        return {self._inputs.criteria[j].key: share for j, share in found.items()}


def _groups(inputs: Inputs, apart: Floats) -> tuple[list[str], Floats, Floats]:
    """The groups that carry weight; per service and group, the weighted mean of u and the positive excess."""
    names, means, excesses = [], [], []
    for group in sorted({c.group for c in inputs.criteria if c.group is not None}):
        members = [j for j, c in enumerate(inputs.criteria) if c.group == group]
        weights = inputs.weights[members]
        if weights.sum() > 0:
            names.append(group)
            means.append(inputs.u.point[:, members] @ weights / weights.sum())
            excess = np.round(apart[:, members].sum(axis=1), PLACES)  # what is left of +10 - 10 is no excess
            excesses.append(np.maximum(excess, 0))
    empty = np.empty((0, len(apart)))
    return names, np.array(means or empty).T, np.array(excesses or empty).T
