"""What goes into a ranking: checked, put into one canonical order, gaps filled, goalposts frozen.

Pure: values in, values out. Services and criteria are sorted by key, so that not even the last digit of
anything made from them depends on the order in which they were given.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, compress, islice
from operator import attrgetter, itemgetter, lt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vfm.errors import Invalid, Problem
from vfm.prioritisation import criteria as criterion_rules
from vfm.prioritisation import facts as fact_rules
from vfm.prioritisation.criteria import LARGEST, VFM_RESULT, Criterion, needs_positive
from vfm.prioritisation.facts import OUTCOMES, ServiceFacts
from vfm.prioritisation.gaps import Filled, filled, numbered
from vfm.prioritisation.index import PLACES, Ints
from vfm.prioritisation.methods import METHODS, MOST_SERVICES_COMPARED, MethodName
from vfm.prioritisation.scales import Floats, frozen, transformed, utility
from vfm.prioritisation.weights import correlation_warnings

AT_A_TIME = 512
LONGEST_KEY = 64


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
    """The facts of sound services as arrays, by key; a blank is `nan`, gross and spread included."""

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
    keys = [service.key for service in services]
    order = _by_key(keys)
    names = [criterion.key for criterion in rows]
    raw = _table(services, names)
    gross = _numbers([service.gross for service in services])
    spread = _numbers([service.spread for service in services])
    if order is None or raw is None or gross is None or spread is None or (spread < 0).any():
        return None
    if any((column <= 0).any() for c, column in zip(rows, raw.T, strict=True) if needs_positive(c)):
        return None
    families = numbered([service.family for service in services])
    with_weak = [at for at, service in enumerate(services) if service.weak_sections]
    overrides = [override for service in services if (override := service.override) is not None]
    if any(services[at].weak_count < 0 for at in with_weak) or any(
        o.outcome not in OUTCOMES for o in overrides
    ):
        return None
    weak_at = [at for at in with_weak if services[at].weak_names]
    weak = [services[at] for at in weak_at]
    scored = _scored(services, weak_at, raw[:, names.index(VFM_RESULT)] if VFM_RESULT in names else None)
    if order.size:
        services = list(map(services.__getitem__, order.tolist()))
        families, raw, gross, spread = families[order], raw.take(order, axis=0), gross[order], spread[order]
    return _Read(services, families, raw, gross, spread, weak, scored)


def _by_key(keys: Sequence[str]) -> Ints | None:
    """Positions in the order of the keys, none where they come in it; None where one appears twice."""
    if all(map(lt, keys, islice(keys, 1, None))):
        return np.empty(0, dtype=np.int64)
    numbers = _as_numbers(keys)
    if numbers is None:
        order = np.array(sorted(range(len(keys)), key=keys.__getitem__))
        return order if len(set(keys)) == len(keys) else None
    order = np.argsort(numbers, kind="stable")
    ordered = numbers[order]
    return None if (ordered[1:] == ordered[:-1]).any() else order


def _as_numbers(keys: Sequence[str]) -> Ints | None:
    """Numbers that sort as the keys do; None where the places in which keys differ do not fit into one.

    Text is compared character by character, so the places where all are the same say nothing of the order.
    """
    if max(map(len, keys)) > LONGEST_KEY or "\0" in "".join(keys):
        return None  # numpy fills short keys up with zeros
    letters = np.array(keys)[:, None].view(np.uint32)
    low = letters.min(axis=0)
    bits = [int(width).bit_length() for width in letters.max(axis=0) - low]
    if sum(bits) > 62:
        return None
    numbers = np.zeros(len(keys), dtype=np.int64)
    for j in np.flatnonzero(bits).tolist():
        numbers = (numbers << bits[j]) + (letters[:, j] - low[j])
    return numbers


def _scored(services: Sequence[ServiceFacts], weak: Sequence[int], results: Floats | None) -> int:
    """How many services have a score: a result, or the names of sections that are weak."""
    if not weak:
        return 0  # nothing is asked of it
    if results is None:
        results = _floats([service.values.get(VFM_RESULT) is not None or None for service in services])
    blank = np.isnan(results)
    return int(np.count_nonzero(~blank) + np.count_nonzero(blank[weak]))


def _table(services: Sequence[ServiceFacts], names: Sequence[str]) -> Floats | None:
    """(services, criteria) their values, a few hundred at a time: what was just read is near at hand."""
    found = np.empty((len(services), len(names)))
    for start in range(0, len(services), AT_A_TIME):
        values = [service.values for service in services[start : start + AT_A_TIME]]
        numbers = _cells(values, names)
        if numbers is None:
            return None
        found[start : start + AT_A_TIME] = numbers
    return found if not (np.abs(found) > LARGEST).any() else None


def _cells(values: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Floats | None:
    """Per service its values in the order of the criteria, `nan` for None; None where one is no number."""
    shape = len(values), len(names)
    try:
        found = _flat(values, names, shape)
    except (TypeError, ValueError, OverflowError):
        return None
    rows, columns = (at.tolist() for at in np.nonzero(np.isnan(found)))
    blanks = [values[i].get(names[j]) for i, j in zip(rows, columns, strict=True)]
    return found if blanks.count(None) == len(blanks) else None


def _flat(values: Sequence[Mapping[str, Any]], names: Sequence[str], shape: tuple[int, int]) -> Floats:
    if len(names) > 1 and set(map(type, values)) == {dict}:
        try:  # no list of cells is made: as many lasting objects would set the collector of garbage to work
            cells = chain.from_iterable(map(itemgetter(*names), values))
            return np.fromiter(cells, np.float64, shape[0] * shape[1]).reshape(shape)
        except KeyError:  # a criterion that a service does not name is a gap too
            pass
    return _floats([one.get(name) for one in values for name in names]).reshape(shape)


def _floats(cells: Sequence[Any]) -> Floats:
    return np.fromiter(cells, np.float64, len(cells))


def _numbers(cells: Sequence[Any]) -> Floats | None:
    """Figures of a sensible size, `nan` for None; None where there is anything else among them."""
    try:
        found = _floats(cells)
    except (TypeError, ValueError, OverflowError):
        return None
    is_blank = all(cells[i] is None for i in np.flatnonzero(np.isnan(found)).tolist())
    return found if is_blank and not (np.abs(found) > LARGEST).any() else None


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
