"""What changed between two rankings: each move taken apart into values, scales and weights.

Pure: two kept runs in, a comparison out. The parts of a move add up to the change of its index (to 1e-9).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vfm.prioritisation.criteria import Criterion, changed_goalposts
from vfm.prioritisation.record import read_criteria
from vfm.prioritisation.scales import utility


@dataclass(frozen=True, slots=True)
class Effect:
    """What one criterion did to a service's index between two runs, in points.

    Attributes:
        key: of the criterion.
        value: because the service's own value changed, or a gap was filled or opened.
        scale: because goalposts, direction or reference changed.
        weight: because its weight changed, from or to 0 where only one of the runs has it.
    """

    key: str
    value: float
    scale: float
    weight: float

    @property
    def points(self) -> float:
        """All of it."""
        return self.value + self.scale + self.weight


@dataclass(frozen=True, slots=True)
class Move:
    """One service in both runs.

    Attributes:
        rank_before, rank_after: None where it was not ranked.
        index_before, index_after: None likewise.
        effects: per criterion, the strongest first; empty where it was not ranked in both.
        outcome_before, outcome_after: as the rules suggested.
        was_in_top, is_in_top: of that run's own K.
    """

    key: str
    name: str
    rank_before: int | None
    rank_after: int | None
    index_before: float | None
    index_after: float | None
    effects: tuple[Effect, ...]
    outcome_before: str
    outcome_after: str
    was_in_top: bool
    is_in_top: bool

    @property
    def places(self) -> int:
        """How many places it went up (down below 0); 0 where it was not ranked in both."""
        if self.rank_before is None or self.rank_after is None:
            return 0
        return self.rank_before - self.rank_after

    def of(self, kind: str) -> float:
        """Points through `value`, `scale` or `weight`, over all criteria."""
        return float(sum(getattr(effect, kind) for effect in self.effects))


@dataclass(frozen=True, slots=True)
class RunChanges:
    """Two runs side by side.

    Attributes:
        moves: services in both, in the later run's order.
        new, gone: names of services in one of them alone.
        weights: (criterion's name, share before, share after); 0 where a run lacks it.
        rescaled: names of the criteria whose scale differs.
        top_before, top_after: K of each.
    """

    moves: tuple[Move, ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]
    weights: tuple[tuple[str, float, float], ...]
    rescaled: tuple[str, ...]
    names: Mapping[str, str]
    top_before: int
    top_after: int

    @property
    def entered(self) -> tuple[Move, ...]:
        """Who came into the top set."""
        return tuple(move for move in self.moves if move.is_in_top and not move.was_in_top)

    @property
    def left(self) -> tuple[Move, ...]:
        """Who fell out of it."""
        return tuple(move for move in self.moves if move.was_in_top and not move.is_in_top)

    @property
    def other_outcomes(self) -> tuple[Move, ...]:
        """For whom the rules suggest something else."""
        return tuple(move for move in self.moves if move.outcome_before != move.outcome_after)


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept run: its result as `record.as_record` gives it, and the raw values it was made from."""

    result: Mapping[str, Any]
    inputs: Mapping[str, Any]

    @property
    def by_key(self) -> dict[str, Mapping[str, Any]]:
        """Service -> its line."""
        return {one["key"]: one for one in self.result["services"]}

    @property
    def raw(self) -> dict[str, Mapping[str, Any]]:
        """Service -> criterion -> what was gathered."""
        return {one["key"]: one["values"] for one in self.inputs["services"]}


def compared(before: Kept, after: Kept) -> RunChanges:
    """Take the way from one run to a later one apart.

    Args:
        before: the earlier run.
        after: the later one.
    """
    was, now = before.by_key, after.by_key
    old = {criterion.key: criterion for criterion in read_criteria(before.result["criteria"])}
    new = {criterion.key: criterion for criterion in read_criteria(after.result["criteria"])}
    names = {key: criterion.name for key, criterion in (old | new).items()}
    w0, w1 = before.result["weights"], after.result["weights"]
    raw = before.raw
    mid = _placed_anew(new, raw)
    return RunChanges(
        moves=tuple(
            _move(was[key], line, _effects(was[key], line, mid.get(key, {}), w0, w1), before, after)
            for key, line in now.items()
            if key in was
        ),
        new=tuple(line["name"] for key, line in now.items() if key not in was),
        gone=tuple(line["name"] for key, line in was.items() if key not in now),
        weights=tuple((names[key], w0.get(key, 0.0), w1.get(key, 0.0)) for key in names),
        rescaled=tuple(names[key] for key in _rescaled(old, new)),
        names=names,
        top_before=before.result["top"],
        top_after=after.result["top"],
    )


def _rescaled(old: Mapping[str, Criterion], new: Mapping[str, Criterion]) -> Sequence[str]:
    return changed_goalposts(list(old.values()), list(new.values()))


def _placed_anew(
    criteria: Mapping[str, Criterion], raw: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, float]]:
    """Service -> criterion -> the u that its earlier raw value has on the later scale; gaps are left out."""
    keys = list(raw)
    found: dict[str, dict[str, float]] = {key: {} for key in keys}
    for name, criterion in criteria.items():
        values = np.array([raw[key].get(name, {}).get("value") for key in keys], dtype=np.float64)
        for key, u in zip(keys, utility(criterion, values).tolist(), strict=True):
            if u == u:  # a gap stays out
                found[key][name] = u
    return found


def _effects(
    was: Mapping[str, Any],
    now: Mapping[str, Any],
    mid: Mapping[str, float],
    w0: Mapping[str, float],
    w1: Mapping[str, float],
) -> tuple[Effect, ...]:
    """Halfway weights for what the values did, halfway values for what the weights did: so they add up."""
    if was["rank"] is None or now["rank"] is None:
        return ()
    found = []
    for key in was["values"].keys() | now["values"].keys():
        u0, u1 = was["values"].get(key), now["values"].get(key)
        a, b = w0.get(key, 0.0), w1.get(key, 0.0)
        if u0 is None or u1 is None:  # only one of the runs has it
            found.append(Effect(key, 0.0, 0.0, 100 * (b * (u1 or 0.0) - a * (u0 or 0.0))))
            continue
        between = mid.get(key, u0) if key not in was["missing"] else u0
        half = 100 * (a + b) / 2
        weight = 100 * (b - a) * (u0 + u1) / 2
        found.append(Effect(key, half * (u1 - between), half * (between - u0), weight))
    return tuple(sorted(found, key=lambda effect: (-abs(effect.points), effect.key)))


def _move(
    was: Mapping[str, Any], now: Mapping[str, Any], effects: tuple[Effect, ...], before: Kept, after: Kept
) -> Move:
    return Move(
        key=now["key"],
        name=now["name"],
        rank_before=was["rank"],
        rank_after=now["rank"],
        index_before=was["index"],
        index_after=now["index"],
        effects=effects,
        outcome_before=was["outcome"],
        outcome_after=now["outcome"],
        was_in_top=_is_in_top(was, before),
        is_in_top=_is_in_top(now, after),
    )


def _is_in_top(line: Mapping[str, Any], run: Kept) -> bool:
    return line["rank"] is not None and line["rank"] <= run.result["top"]


def why(move: Move, names: Mapping[str, str]) -> str:
    """The two strongest reasons for a move, in words; empty where the index did not change.

    Args:
        move: of one service.
        names: criterion -> its words.
    """
    strong = [effect for effect in move.effects[:2] if abs(effect.points) >= LEAST_POINTS]
    return "; ".join(f"{names[effect.key]} {_said(effect)}" for effect in strong)


LEAST_POINTS = 0.05
"""Points under which a reason is not worth a word."""
KINDS = {"value": "its value", "scale": "its scale", "weight": "its weight"}


def _said(effect: Effect) -> str:
    kind = max(KINDS, key=lambda name: abs(getattr(effect, name)))
    sign = "+" if effect.points > 0 else "−"
    return f"{sign}{abs(effect.points):.1f} points, mostly through {KINDS[kind]}"
