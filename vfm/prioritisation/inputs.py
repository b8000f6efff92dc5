"""What goes into a ranking: checked, put into one canonical order, gaps filled, goalposts frozen.

Pure: values in, values out. Services and criteria are sorted by key, so that not even the last digit of
anything made from them depends on the order in which they were given.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from vfm.errors import Invalid, Problem
from vfm.prioritisation import criteria as criterion_rules
from vfm.prioritisation import facts as fact_rules
from vfm.prioritisation.criteria import VFM_RESULT, Criterion, needs_positive
from vfm.prioritisation.facts import OUTCOMES, ServiceFacts
from vfm.prioritisation.gaps import Filled, filled
from vfm.prioritisation.index import PLACES, Ints
from vfm.prioritisation.methods import METHODS, MOST_SERVICES_COMPARED, MethodName
from vfm.prioritisation.scales import Floats, frozen, transformed, utility
from vfm.prioritisation.service_table import InOrder, columns, order_of
from vfm.prioritisation.weights import correlation_warnings


@dataclass(frozen=True, eq=False)
class Inputs:
    """Everything a method needs, in canonical order.

    Attributes:
        services: by key.
        criteria: by key, frozen, without those that have no value anywhere.
        keys: the same criteria's keys in the order given.
        dropped: the criteria that have no value anywhere.
        weights: (criteria,) shares that add up to 1.
        raw: (services, criteria) raw values, `nan` for a gap.
        gross: (services,) pounds a year, -inf where not known.
        spread: (services,) points, 0 where not known.
        weak: the services with weak sections known by name, in any order.
        scored: how many services have a score; 0 where no weak section is known by name.
        u: the same placed on 0 to 1, gaps filled.
        missing_weight: (services,) share of the weight without a value, dropped criteria included.
        is_ranked: (services,) whether enough is known.
        warnings: what a reader has to know.
    """

    services: Sequence[ServiceFacts]
    criteria: list[Criterion]
    keys: list[str]
    dropped: list[str]
    weights: Floats
    raw: Floats
    gross: Floats
    spread: Floats
    weak: Sequence[ServiceFacts]
    scored: int
    u: Filled
    missing_weight: Floats
    is_ranked: NDArray[np.bool_]
    warnings: list[str]

    def signed(self) -> Floats:
        """(services, criteria) T(x), negated where lower raises the priority."""
        bent = [transformed(c, column) for c, column in zip(self.criteria, self.raw.T, strict=True)]
        return np.column_stack(
            [-b if c.direction == "lower" else b for c, b in zip(self.criteria, bent, strict=True)]
        )

    def seed(self) -> int:
        """A number below 2^53 made from everything the random draws depend on, the same on every machine."""
        canonical = {
            "criteria": [
                [c.key, c.direction, c.transform, c.goalposts, c.floor, c.scale, c.reference, weight]
                for c, weight in zip(self.criteria, self.weights.tolist(), strict=True)
            ],
            "services": [
                [s.key, s.family, s.spread, [None if x != x else x for x in row]]
                for s, row in zip(self.services, self.raw.tolist(), strict=True)
            ],
        }
        digest = hashlib.sha256(json.dumps(canonical, separators=(",", ":")).encode()).digest()
        return int.from_bytes(digest[:8]) >> 11


def settings_problems(top: int | None, draws: int, method: str, concentration: float) -> list[Problem]:
    """Everything that is wrong with how a ranking was asked for."""
    found = []
    if top is not None and top < 1:
        found.append(Problem("top", f"{top} services cannot be looked at. Give 1 or more."))
    if draws < 0:
        found.append(Problem("draws", f"{draws} draws cannot be made. Give 0 or more."))
    if not criterion_rules.usable_size(concentration):
        found.append(Problem("concentration", f"{concentration} cannot be used. Give a number above 0."))
    if method not in METHODS:
        found.append(Problem("method", f"“{method}” is no method. Use one of {', '.join(METHODS)}."))
    return found


def prepared(services: Sequence[ServiceFacts], criteria: Sequence[Criterion], most_missing: float) -> Inputs:
    """Put services and criteria into canonical order, freeze scales and fill gaps.

    Args:
        services: in any order.
        criteria: in any order.
        most_missing: more than this share of the weight missing, and a service is not ranked.

    Raises:
        Invalid: every problem with the services and the criteria.
    """
    found = criterion_rules.problems(criteria)
    rows = sorted(criteria, key=attrgetter("key"))
    read = None if found or not services else _read(services, rows)
    if read is None:
        found += fact_rules.problems(services, criteria)
    elif np.isnan(read.raw[:, [criterion.weight > 0 for criterion in rows]]).all():
        found.append(
            Problem("services", "No service has a value on any weighted criterion. Give some values.")
        )
    if read is None and not found:
        found = [Problem("services", "These services cannot be read. Give numbers, or None for a blank.")]
    if read is None or found:
        raise Invalid(found)
    return _prepared(read, rows, [c.key for c in criteria], most_missing)


@dataclass(frozen=True, eq=False)
class _Read:
    """The facts of sound services, by key; a blank is `nan`, gross and spread included."""

    services: Sequence[ServiceFacts]
    families: Ints
    raw: Floats
    gross: Floats
    spread: Floats
    weak: Sequence[ServiceFacts]
    scored: int


def _read(services: Sequence[ServiceFacts], rows: Sequence[Criterion]) -> _Read | None:
    """Read all facts at once; None where anything may be wrong, for `facts.problems` to say what.

    They are read in the order given, which is how they lie in memory, and put into that of their keys after.
    """
    names = [criterion.key for criterion in rows]
    given = columns(services, names)
    order = None if given is None else order_of(given.keys)
    if given is None or order is None or (given.spread < 0).any():
        return None
    if any((column <= 0).any() for c, column in zip(rows, given.values.T, strict=True) if needs_positive(c)):
        return None
    if any(isinstance(weak, int) and weak < 0 for weak in given.weak.values()):
        return None
    if any(override.outcome not in OUTCOMES for override in given.overrides):
        return None
    named = np.array([at for at, weak in given.weak.items() if not isinstance(weak, int)], dtype=np.int64)
    return _Read(
        services=InOrder(services, order),
        families=given.families[order],
        raw=given.values.take(order, axis=0),
        gross=given.gross[order],
        spread=given.spread[order],
        weak=InOrder(services, named),
        scored=_scored(services, named, given.values, names),
    )


def _scored(services: Sequence[ServiceFacts], weak: Ints, values: Floats, names: Sequence[str]) -> int:
    """How many services have a score: a result, or the names of sections that are weak."""
    if not weak.size:
        return 0  # nothing is asked of it
    if VFM_RESULT in names:
        blank = np.isnan(values[:, names.index(VFM_RESULT)])
    else:
        blank = np.array([service.values.get(VFM_RESULT) is None for service in services])
    return int(np.count_nonzero(~blank) + np.count_nonzero(blank[weak]))


def _prepared(read: _Read, rows: Sequence[Criterion], keys: list[str], most_missing: float) -> Inputs:
    raw, nominal = read.raw, np.array(criterion_rules.shares(rows))
    gaps = np.isnan(raw)
    missing_weight = np.round(np.where(gaps, nominal, 0).sum(axis=1), PLACES)
    used: NDArray[np.bool_] = np.logical_not(gaps.all(axis=0))
    dropped = [c.key for c in compress(rows, ~used)]
    given, raw = list(compress(rows, used)), raw[:, used]
    columns = [np.ascontiguousarray(column) for column in raw.T]
    freezing = [frozen(c, column) for c, column in zip(given, columns, strict=True)]
    scales = [scale for scale, _ in freezing]
    known = np.column_stack([utility(c, column) for c, column in zip(scales, columns, strict=True)])
    references = [utility(c, np.array(g.reference or ())) for c, g in zip(scales, given, strict=True)]
    is_ranked = missing_weight <= most_missing
    return Inputs(
        services=read.services,
        criteria=scales,
        keys=[key for key in keys if key not in dropped],
        dropped=dropped,
        weights=np.array(criterion_rules.shares(given)),
        raw=raw,
        gross=np.where(np.isnan(read.gross), -np.inf, read.gross),
        spread=np.nan_to_num(read.spread),
        weak=read.weak,
        scored=read.scored,
        u=filled(known, read.families, references),
        missing_weight=missing_weight,
        is_ranked=is_ranked,
        warnings=[
            *(
                f"{key}: no service has a value, so it is left out and its weight counts as missing."
                for key in dropped
            ),
            *(caution for _, cautions in freezing for caution in cautions),
            *correlation_warnings(known[is_ranked], [c.key for c in scales], [c.group for c in scales]),
        ],
    )


def refuse_gaps(inputs: Inputs, method: MethodName) -> None:
    """Stop where a method that compares every service with every other is asked to guess.

    Raises:
        Invalid: each missing value, and too many services, with its place.
    """
    if not METHODS[method].needs_every_value:
        return
    name, found = METHODS[method].name, []
    if len(inputs.services) > MOST_SERVICES_COMPARED:
        found.append(
            Problem("services", f"{name} compares {MOST_SERVICES_COMPARED:,} at most. Rank additively.")
        )
    found += [Problem(key, f"No service has a value, and {name} needs them all.") for key in inputs.dropped]
    for row, j in np.argwhere(inputs.u.missing).tolist():
        place = f"{inputs.services[row].key}, {inputs.criteria[j].key}"
        found.append(
            Problem(place, f"There is no value, and {name} needs them all. Give it, or rank additively.")
        )
    if found:
        raise Invalid(found)
