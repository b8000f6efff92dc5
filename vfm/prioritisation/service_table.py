"""Many services as columns: how a file of them is ranked, and how single ones are read for ranking.

Pure: values in, arrays out. A list of 30,000 is ranked in one sweep over arrays, so what comes as columns
stays columns; a single service is made of them only when somebody asks for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from operator import itemgetter, lt
from typing import Any, overload

import numpy as np

from vfm.prioritisation.criteria import LARGEST
from vfm.prioritisation.facts import Override, ServiceFacts
from vfm.prioritisation.gaps import numbered
from vfm.prioritisation.index import Ints
from vfm.prioritisation.scales import Floats

AT_A_TIME = 512
LONGEST_KEY = 64


class _Services(Sequence[ServiceFacts]):
    """Services of which each is made when it is asked for."""

    def _made(self, at: int) -> ServiceFacts:
        raise NotImplementedError

    @overload
    def __getitem__(self, at: int) -> ServiceFacts: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[ServiceFacts, ...]: ...
    def __getitem__(self, at: int | slice) -> ServiceFacts | tuple[ServiceFacts, ...]:
        if isinstance(at, slice):
            return tuple(self._made(place) for place in range(*at.indices(len(self))))
        place = at + len(self) if at < 0 else at
        if not 0 <= place < len(self):
            raise IndexError(f"there is no service {at} among {len(self)}")
        return self._made(place)


@dataclass(frozen=True, eq=False)
class ServiceTable(_Services):
    """Services as columns, to be ranked like any other services.

    Attributes:
        keys: (services,) stable names, in any order.
        criteria: what the columns of `values` are of; a criterion that is not among them has no value.
        values: (services, criteria) raw values; `nan` is a gap.
        names: (services,) on screen; empty: the keys.
        families: (services,) None or empty text for none; empty: none has one.
        gross: (services,) pounds a year, `nan` where not known; None: of none.
        spread: (services,) points, `nan` where not known; None: of none.
        more: position to whatever else is known of that service, by the names of `ServiceFacts`.

    Raises:
        ValueError: the columns are not of one length.
    """

    keys: Sequence[str]
    criteria: Sequence[str]
    values: Floats
    names: Sequence[str] = ()
    families: Sequence[str | None] = ()
    gross: Floats | None = None
    spread: Floats | None = None
    more: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        given = {len(column) for column in (self.names, self.families) if len(column)}
        given |= {len(column) for column in (self.gross, self.spread) if column is not None}
        if self.values.shape != (len(self.keys), len(self.criteria)) or given - {len(self.keys)}:
            raise ValueError("the columns of a table have one cell for each of its services")

    def __len__(self) -> int:
        return len(self.keys)

    def _made(self, at: int) -> ServiceFacts:
        return ServiceFacts(
            key=self.keys[at],
            name=self.names[at] if self.names else "",
            values=dict(zip(self.criteria, map(_known, self.values[at].tolist()), strict=True)),
            family=self.families[at] if self.families else None,
            gross=_known(self.gross[at].item()) if self.gross is not None else None,
            spread=_known(self.spread[at].item()) if self.spread is not None else None,
            **self.more.get(at, {}),
        )

    def named(self, criteria: Sequence[str]) -> Floats:
        """(services, criteria) the values of these criteria; `nan` all down where there is no such column."""
        if list(criteria) == list(self.criteria):
            return self.values
        at = {name: j for j, name in enumerate(self.criteria)}
        blank = np.full(len(self), np.nan)
        return np.column_stack([self.values[:, at[name]] if name in at else blank for name in criteria])


def _known(figure: float) -> float | None:
    return None if figure != figure else figure


@dataclass(frozen=True, eq=False)
class InOrder(_Services):
    """The same services in another order."""

    services: Sequence[ServiceFacts]
    order: Ints

    def __len__(self) -> int:
        return len(self.order)

    def _made(self, at: int) -> ServiceFacts:
        return self.services[int(self.order[at])]


@dataclass(frozen=True, eq=False)
class Columns:
    """What is known of services as arrays, in the order given; a blank is `nan`.

    Attributes:
        keys: (services,)
        values: (services, criteria)
        families: (services,) as numbers, see `gaps.numbered`; 0 for none.
        gross: (services,) pounds a year.
        spread: (services,) points.
        weak: position to the weak sections of a service that has some, names or a count.
        overrides: the outcomes that persons set.
    """

    keys: Sequence[str]
    values: Floats
    families: Ints
    gross: Floats
    spread: Floats
    weak: Mapping[int, tuple[str, ...] | int]
    overrides: Sequence[Override]


def columns(services: Sequence[ServiceFacts], criteria: Sequence[str]) -> Columns | None:
    """Services read into arrays; None where a figure is none, or is not of a sensible size."""
    found = _of_table(services, criteria) if isinstance(services, ServiceTable) else _read(services, criteria)
    if found is None:
        return None
    figures = (found.values, found.gross, found.spread)
    largest = [np.fmax.reduce(np.abs(figure), axis=None, initial=0) for figure in figures]
    return found if max(largest) <= LARGEST else None


def _of_table(table: ServiceTable, criteria: Sequence[str]) -> Columns:
    unknown = np.full(len(table), np.nan)
    return Columns(
        keys=table.keys,
        values=table.named(criteria),
        families=numbered(table.families) if table.families else np.zeros(len(table), dtype=np.int64),
        gross=unknown if table.gross is None else table.gross,
        spread=unknown if table.spread is None else table.spread,
        weak={at: weak for at, known in table.more.items() if (weak := known.get("weak_sections"))},
        overrides=[override for known in table.more.values() if (override := known.get("override"))],
    )


def _read(services: Sequence[ServiceFacts], criteria: Sequence[str]) -> Columns | None:
    values = _table(services, criteria)
    gross = _numbers([service.gross for service in services])
    spread = _numbers([service.spread for service in services])
    if values is None or gross is None or spread is None:
        return None
    return Columns(
        keys=[service.key for service in services],
        values=values,
        families=numbered([service.family for service in services]),
        gross=gross,
        spread=spread,
        weak={at: weak for at, service in enumerate(services) if (weak := service.weak_sections)},
        overrides=[override for service in services if (override := service.override) is not None],
    )


def _table(services: Sequence[ServiceFacts], names: Sequence[str]) -> Floats | None:
    """(services, criteria) their values, a few hundred at a time: what was just read is near at hand."""
    found = np.empty((len(services), len(names)))
    for start in range(0, len(services), AT_A_TIME):
        values = [service.values for service in services[start : start + AT_A_TIME]]
        numbers = _cells(values, names)
        if numbers is None:
            return None
        found[start : start + AT_A_TIME] = numbers
    return found


def _cells(values: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Floats | None:
    """Per service its values in the order of the criteria, `nan` for None; None where one is no number."""
    shape = len(values), len(names)
    try:
        found = _flat(values, names, shape)
    except (TypeError, ValueError, OverflowError):
        return None
    rows, at = (places.tolist() for places in np.nonzero(np.isnan(found)))
    blanks = [values[i].get(names[j]) for i, j in zip(rows, at, strict=True)]
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
    """Figures, `nan` for None; None where there is anything else among them."""
    try:
        found = _floats(cells)
    except (TypeError, ValueError, OverflowError):
        return None
    is_blank = all(cells[i] is None for i in np.flatnonzero(np.isnan(found)).tolist())
    return found if is_blank else None


def order_of(keys: Sequence[str]) -> Ints | None:
    """Positions in the order of the keys; None where one appears twice."""
    if all(map(lt, keys, islice(keys, 1, None))):
        return np.arange(len(keys))
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
