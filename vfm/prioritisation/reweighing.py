"""Other weights tried on what was measured once: the same places and indices as a whole ranking with them.

Pure: what services measure on each criterion does not depend on the weights, so that it is read once and
weighed as often as somebody moves a slider.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vfm.errors import Invalid, Problem
from vfm.prioritisation import criteria as criterion_rules
from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.index import PLACES, Ints, competition_ranks, display_order
from vfm.prioritisation.methods import METHODS, weighted
from vfm.prioritisation.record import read_criteria
from vfm.prioritisation.scales import Floats
from vfm.prioritisation.weights import correlation_warnings, effective


@dataclass(frozen=True, eq=False)
class Measured:
    """What was measured of services, before it is weighed.

    Attributes:
        criteria: all of them, in the order of the council's list.
        used: keys of those with a value anywhere, sorted.
        keys: the services, sorted.
        names: their words on screen.
        u: (services, used) without gaps.
        missing: (services, used) where u stands in for a value.
        gross: (services,) pounds, -inf where not known.
        most_missing: more than this share of the weight missing, and a service is not ranked.
        top: K.
    """

    criteria: tuple[Criterion, ...]
    used: tuple[str, ...]
    keys: tuple[str, ...]
    names: tuple[str, ...]
    u: Floats
    missing: NDArray[np.bool_]
    gross: Floats
    most_missing: float
    top: int

    @cached_property
    def by_key(self) -> dict[str, str]:
        """Service -> its words on screen."""
        return dict(zip(self.keys, self.names, strict=True))

    @cached_property
    def nowhere(self) -> tuple[str, ...]:
        """The criteria that no service has a value on."""
        return tuple(c.key for c in self.criteria if c.key not in self.used)


def measured(
    settings: Mapping[str, Any], result: Mapping[str, Any], gross: Mapping[str, float | None]
) -> Measured:
    """What a kept run measured.

    Args:
        settings: of the run: its criteria and its rules.
        result: as `record.as_record` gives it.
        gross: pounds of each service by key.
    """
    services = sorted(result["services"], key=lambda one: str(one["key"]))
    used = tuple(sorted(criterion["key"] for criterion in result["criteria"]))
    spent = [gross[one["key"]] for one in services]
    return Measured(
        criteria=read_criteria(settings["criteria"]),
        used=used,
        keys=tuple(one["key"] for one in services),
        names=tuple(one["name"] for one in services),
        u=np.array([[one["values"][key] for key in used] for one in services], dtype=np.float64),
        missing=np.array([[key in one["missing"] for key in used] for one in services], dtype=bool),
        gross=np.array([-np.inf if pounds is None else pounds for pounds in spent]),
        most_missing=settings["rules"]["missing_weight"],
        top=result["top"],
    )


def as_json(one: Measured) -> dict[str, Any]:
    """What was measured, to be kept; references are not."""
    return {
        "criteria": [asdict(replace(criterion, reference=None)) for criterion in one.criteria],
        "used": list(one.used),
        "keys": list(one.keys),
        "names": list(one.names),
        "u": one.u.tolist(),
        "missing": one.missing.astype(int).tolist(),
        "gross": [None if np.isinf(pounds) else float(pounds) for pounds in one.gross],
        "most_missing": one.most_missing,
        "top": one.top,
    }


def read(kept: Mapping[str, Any]) -> Measured:
    """What was measured again, from `as_json`."""
    shape = (len(kept["keys"]), len(kept["used"]))
    return Measured(
        criteria=read_criteria(kept["criteria"]),
        used=tuple(kept["used"]),
        keys=tuple(kept["keys"]),
        names=tuple(kept["names"]),
        u=np.array(kept["u"], dtype=np.float64).reshape(shape),
        missing=np.array(kept["missing"], dtype=bool).reshape(shape),
        gross=np.array([-np.inf if pounds is None else pounds for pounds in kept["gross"]]),
        most_missing=kept["most_missing"],
        top=kept["top"],
    )


@dataclass(frozen=True, eq=False)
class Reweighed:
    """The list that some weights come to.

    Attributes:
        of: what was weighed.
        weights: (used,) shares that add up to 1.
        index: (services,) 0 to 100.
        is_ranked: (services,) whether enough is known under these weights.
        order: positions in `of.keys`, first place first, those not ranked last.
    """

    of: Measured
    weights: Floats
    index: Floats
    is_ranked: NDArray[np.bool_]
    order: Ints

    @cached_property
    def listed(self) -> Ints:
        """The ranked services' positions, first place first."""
        return self.order[self.is_ranked[self.order]]

    @cached_property
    def places(self) -> dict[str, int]:
        """Service -> competition rank; who is not ranked is not in it."""
        ranks = competition_ranks(self.index[self.listed])
        return dict(zip((self.of.keys[at] for at in self.listed.tolist()), ranks, strict=True))

    @cached_property
    def first(self) -> tuple[str, ...]:
        """The services in the top K, in display order."""
        return tuple(self.of.keys[at] for at in self.listed[: self.of.top].tolist())

    @cached_property
    def shares(self) -> dict[str, float]:
        """Criterion -> share, of those used."""
        return dict(zip(self.of.used, self.weights.tolist(), strict=True))

    @cached_property
    def effective(self) -> dict[str, float | None]:
        """Criterion -> share of the index's variance it carries; None where it does not vary."""
        return dict(zip(self.of.used, effective(self.of.u[self.listed], self.weights), strict=True))

    @cached_property
    def correlated(self) -> tuple[str, ...]:
        """Pairs of criteria of different groups that say almost the same, in words with their keys."""
        known = np.where(self.of.missing, np.nan, self.of.u)[self.is_ranked]
        groups = {criterion.key: criterion.group for criterion in self.of.criteria}
        return tuple(correlation_warnings(known, self.of.used, [groups[key] for key in self.of.used]))

    def names_of(self, keys: Iterable[str]) -> tuple[str, ...]:
        """The services' words on screen."""
        return tuple(self.of.by_key[key] for key in keys)

    def index_of(self) -> dict[str, float]:
        """Service -> index, of those ranked."""
        return {self.of.keys[at]: float(self.index[at]) for at in self.listed.tolist()}


def reweighed(one: Measured, weights: Mapping[str, float]) -> Reweighed:
    """Weigh what was measured.

    Args:
        one: what was measured.
        weights: criterion -> points or share, 0 or more; what is not named weighs nothing.

    Raises:
        Invalid: nothing that has a value anywhere weighs anything.
    """
    given = {c.key: replace(c, weight=weights.get(c.key, 0.0)) for c in one.criteria}
    if not any(given[key].weight > 0 for key in one.used):
        raise Invalid([Problem("weights", "Give points to at least one criterion that has values.")])
    rows = [given[key] for key in sorted(given)]
    nominal = np.array(criterion_rules.shares(rows))
    blank = np.ones((len(one.keys), len(rows)), dtype=bool)
    columns = [at for at, criterion in enumerate(rows) if criterion.key in one.used]
    blank[:, columns] = one.missing
    gaps = np.round(np.where(blank, nominal, 0).sum(axis=1), PLACES)
    is_ranked = gaps <= one.most_missing
    shares = np.array(criterion_rules.shares([given[key] for key in one.used]))
    index = METHODS["additive"].index((weighted(one.u, shares),))
    standing = np.where(is_ranked, index, -np.inf)
    order = display_order(standing, one.u, shares, one.gross)
    return Reweighed(one, shares, index, is_ranked, order)


@dataclass(frozen=True, slots=True)
class Moved:
    """What other weights change at the top: keys of services, in the order of their own list."""

    entering: tuple[str, ...]
    leaving: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """True when the top K holds the same services."""
        return not self.entering


def moved(before: Reweighed, after: Reweighed) -> Moved:
    """Who enters the top K, and who leaves it."""
    return Moved(
        tuple(key for key in after.first if key not in before.first),
        tuple(key for key in before.first if key not in after.first),
    )


def rebalanced(before: Mapping[str, float], typed: Mapping[str, float]) -> dict[str, float]:
    """Shares after somebody changed some of them: those stand, the others share what is left as they did.

    Args:
        before: every criterion -> share of 1.
        typed: the changed ones -> share of 1, from 0 to 1.

    Returns:
        Shares that add up to 1. Where the changed ones leave nothing, or there is nobody to take the rest,
        everything is rescaled in proportion; all 0 stays all 0.

    >>> rebalanced({"a": 0.5, "b": 0.3, "c": 0.2}, {"a": 0.0})
    {'a': 0.0, 'b': 0.6, 'c': 0.4}
    """
    kept, rest = sum(typed.values()), sum(share for key, share in before.items() if key not in typed)
    if kept <= 1 and rest > 0:
        return {key: typed.get(key, share * (1 - kept) / rest) for key, share in before.items()}
    if kept <= 1 and len(typed) < len(before) and kept > 0:  # the others had nothing: they share alike
        alike = (1 - kept) / (len(before) - len(typed))
        return {key: typed.get(key, alike) for key in before}
    total = kept + (0.0 if kept > 1 else rest)
    return {key: typed.get(key, 0.0) / total if total else 0.0 for key in before}
