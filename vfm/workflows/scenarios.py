"""Other weights on a kept run: tried at once, kept by name, laid side by side, and what it would take.

The room's rule: a run is never changed; everything here is worked out anew from what it measured.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, NotFound, Problem
from vfm.prioritisation import reweighing
from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.points import CURE, points_of
from vfm.prioritisation.reweighing import Measured, Moved, Reweighed, moved, rebalanced, reweighed
from vfm.prioritisation.robustness import SmallestChange, deciding_weights
from vfm.prioritisation.turning_points import entering
from vfm.questionnaires.kinds import text_problem
from vfm.roles import Actor
from vfm.store import events
from vfm.store.queries import scenarios as queries
from vfm.store.queries.priorities import RunRow
from vfm.store.queries.results import AnyRow
from vfm.store.tables import Scenario

MOST_COMPARED = 5
LONGEST_NAME = 120
MOST_KEPT = 40


@dataclass(frozen=True, eq=False)
class Weighed:
    """A run with what it measured.

    Attributes:
        own: its list.
        shares: criterion -> share of 1, over those with values.
        nowhere: criterion -> share of the whole, of those without: it counts as missing whatever is tried.
        ids, directorates: by the service's key.
    """

    run: RunRow
    one: Measured
    own: Reweighed
    shares: Mapping[str, float]
    nowhere: Mapping[str, float]
    ids: Mapping[str, int]
    directorates: Mapping[str, str]

    @cached_property
    def criteria(self) -> tuple[Criterion, ...]:
        """The criteria with values, in the order of the list."""
        return tuple(criterion for criterion in self.one.criteria if criterion.key in self.shares)

    def whole(self, shares: Mapping[str, float]) -> dict[str, float]:
        """Shares of the criteria with values, as shares of all of them."""
        known = 1 - sum(self.nowhere.values())
        return {key: share * known for key, share in shares.items()} | dict(self.nowhere)

    def weigh(self, shares: Mapping[str, float]) -> Reweighed:
        """The list under these shares of the criteria with values.

        Raises:
            Invalid: none of them weighs anything.
        """
        return self.own if shares == self.shares else reweighed(self.one, self.whole(shares))


def weighed(session: Session, run_id: int) -> Weighed:
    """A run, ready to be weighed anew.

    Raises:
        NotFound: there is no such run.
    """
    found = queries.run_and_result(session, run_id)
    if found is None:
        raise NotFound(f"run {run_id}")
    run, outline, result = found
    gross = {line[1]: None if line[4] is None else float(line[4]) for line in outline["lines"]}
    one = reweighing.measured(run.settings, result, gross)
    given = {criterion.key: criterion.weight for criterion in one.criteria}
    total = sum(given.values())
    own = reweighed(one, given)
    return Weighed(
        run=run,
        one=one,
        own=own,
        shares=own.shares,
        nowhere={key: given[key] / total for key in one.nowhere},
        ids={line[1]: line[0] for line in outline["lines"]},
        directorates={line[1]: line[3] for line in outline["lines"]},
    )


# --- what if ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One service in a list under other weights; places None where it is not ranked."""

    service_id: int
    name: str
    directorate: str
    place: int | None
    was: int | None
    index: float | None
    is_in: bool
    was_in: bool

    @property
    def climbed(self) -> int | None:
        """Places gained; negative for lost; None where it is not ranked in one of the lists."""
        return None if self.place is None or self.was is None else self.was - self.place


@dataclass(frozen=True, eq=False)
class WhatIf:
    """A run under other weights.

    Attributes:
        shares: criterion -> share of 1, over those with values.
        after: the list they come to.
        change: who enters and who leaves the top.
        first: the first 2K, and who left the top beyond them; `movers`: those that moved most of the others.
        changed: how many services stand in another place than in the run.
    """

    weighed: Weighed
    shares: Mapping[str, float]
    after: Reweighed
    change: Moved
    first: tuple[Line, ...]
    movers: tuple[Line, ...]
    changed: int

    @property
    def is_own(self) -> bool:
        """True for the run's own weights."""
        return self.shares == self.weighed.shares


MOVERS = 8


def tried(session: Session, run_id: int, typed: Mapping[str, str], before: Mapping[str, str]) -> WhatIf:
    """The list under other weights.

    Args:
        session: the store.
        run_id: the run.
        typed: criterion -> share of 100 as typed; none: the run's own weights.
        before: what the shares were when some of them were changed: those changed stand, the others share the
            rest. None: every share that is typed counts, and what is not typed shares the rest.

    Raises:
        NotFound: there is no such run.
        Invalid: every share that cannot be used, as `w.unit_cost`; or nothing that is known weighs anything.
    """
    found = weighed(session, run_id)
    shares = _shares(found, typed, before)
    return what_if(found, shares)


def what_if(found: Weighed, shares: Mapping[str, float]) -> WhatIf:
    """The list under these shares.

    Raises:
        Invalid: nothing that is known weighs anything.
    """
    after = found.weigh(shares)
    change, top = moved(found.own, after), found.one.top
    lines = _lines(found, after)
    first = [line for at, line in enumerate(lines) if at < 2 * top or (line.was_in and not line.is_in)]
    others = [line for line in lines if line not in first and line.climbed]
    others.sort(key=lambda line: (-abs(line.climbed or 0), line.place or 0))
    return WhatIf(
        weighed=found,
        shares=shares,
        after=after,
        change=change,
        first=tuple(first),
        movers=tuple(others[:MOVERS]),
        changed=sum(1 for line in lines if line.place != line.was),
    )


def _lines(found: Weighed, after: Reweighed) -> list[Line]:
    index, one = after.index_of(), found.one
    return [
        Line(
            service_id=found.ids[key],
            name=one.by_key[key],
            directorate=found.directorates[key],
            place=after.places.get(key),
            was=found.own.places.get(key),
            index=index.get(key),
            is_in=key in after.first,
            was_in=key in found.own.first,
        )
        for key in (one.keys[at] for at in after.order.tolist())
    ]


def _shares(found: Weighed, typed: Mapping[str, str], before: Mapping[str, str]) -> Mapping[str, float]:
    asked = {key: text for key, text in typed.items() if key in found.shares}
    if not asked:
        return found.shares
    base = _before(found, before)
    changed, problems = {}, []
    for key, text in asked.items():
        value = points_of(text)
        if value is None:
            name = next(c.name for c in found.one.criteria if c.key == key)
            problems.append(Problem(f"w.{key}", f"{name[:1].upper()}{name[1:]}: {CURE}"))
        elif base is None or text.strip() != in_box(base[key]):
            changed[key] = value / 100
    if problems:
        raise Invalid(problems)
    if base is not None and not changed:
        return base
    shares = rebalanced(base or found.shares, changed)
    if not any(shares.values()):
        first = f"w.{found.criteria[0].key}"
        raise Invalid([Problem(first, "Every weight is 0. Give at least one criterion a share.")])
    return shares


def _before(found: Weighed, before: Mapping[str, str]) -> dict[str, float] | None:
    """The shares somebody started from; None where they were not sent whole."""
    values = {key: points_of(before.get(key, "")) for key in found.shares}
    known = {key: value for key, value in values.items() if value is not None}
    total = sum(known.values())
    return (
        {key: value / total for key, value in known.items()} if len(known) == len(values) and total else None
    )


def in_box(share: float) -> str:
    """A share as it stands in its box: of 100, to one place."""
    return f"{100 * share:.1f}"


def in_address(share: float) -> str:
    """A share as an address carries it: of 100, exact enough that no place depends on the rest."""
    return f"{100 * share:.6f}".rstrip("0").rstrip(".")


# --- scenarios ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Column:
    """One list among those laid side by side; `id` None for the run itself."""

    id: int | None
    name: str
    note: str
    by: str
    at: datetime
    list: Reweighed
    change: Moved


@dataclass(frozen=True, eq=False)
class SideBySide:
    """A run and scenarios of it.

    Attributes:
        columns: the run first.
        scenarios: all of the run's, in the order they were kept; those withdrawn among them.
        keys: the services, sorted as asked.
    """

    weighed: Weighed
    columns: tuple[Column, ...]
    scenarios: tuple[AnyRow, ...]
    keys: tuple[str, ...]

    @property
    def standing(self) -> tuple[AnyRow, ...]:
        """The scenarios that were not withdrawn."""
        return tuple(row for row in self.scenarios if row.withdrawn_at is None)

    @property
    def contested(self) -> tuple[str, ...]:
        """The services that are in the top of some of the lists and not of others."""
        count = len(self.columns)
        inside = {key: sum(key in column.list.first for column in self.columns) for key in self.keys}
        return tuple(key for key, times in inside.items() if 0 < times < count)


def side_by_side(session: Session, run_id: int, chosen: Sequence[int], sort: str = "") -> SideBySide:
    """A run beside some of its scenarios.

    Args:
        session: the store.
        run_id: the run.
        chosen: ids of scenarios, at most five; none: the last five that stand.
        sort: `service`, or the number of a column, the run being 0; a minus before it turns it round.

    Raises:
        NotFound: there is no such run.
    """
    found, rows = weighed(session, run_id), tuple(queries.scenarios(session, run_id))
    standing = [row for row in rows if row.withdrawn_at is None]
    wanted = [row for row in standing if row.id in chosen] or standing
    columns = [Column(None, found.run.name, "", found.run.by, found.run.at, found.own, Moved((), ()))]
    for row in wanted[-MOST_COMPARED:]:
        given = {criterion.key: float(row.weights.get(criterion.key, 0)) for criterion in found.one.criteria}
        after = reweighed(found.one, given)
        change = moved(found.own, after)
        columns.append(Column(row.id, row.name, row.note, row.by, row.at, after, change))
    return SideBySide(found, tuple(columns), rows, tuple(_sorted(found, columns, sort)))


def _sorted(found: Weighed, columns: Sequence[Column], sort: str) -> list[str]:
    is_turned, by = sort.startswith("-"), sort.removeprefix("-")
    if by == "service":
        return sorted(found.one.keys, key=lambda key: found.one.by_key[key].casefold(), reverse=is_turned)
    at = int(by) if by.isdecimal() and int(by) < len(columns) else 0
    one = columns[at].list
    order = [found.one.keys[position] for position in one.order.tolist()]
    ranked = [key for key in order if key in one.places]
    return (ranked[::-1] if is_turned else ranked) + [key for key in order if key not in one.places]


def keep(
    session: Session,
    run_id: int,
    name: str,
    note: str,
    typed: Mapping[str, str],
    before: Mapping[str, str],
    *,
    by: Actor,
    now: datetime,
) -> int:
    """Keep other weights by name; the scenario's id. `typed` and `before` as `tried` takes them.

    Raises:
        NotFound: there is no such run.
        Invalid: no name, one that is taken, a share that cannot be used; or too many are kept.
    """
    what, taken = tried(session, run_id, typed, before), queries.names(session, run_id)
    called, problems = name.strip(), []
    if not called:
        problems.append(Problem("name", "Give the scenario a name, such as “Cost counts double”."))
    elif len(called) > LONGEST_NAME:
        problems.append(Problem("name", f"Shorten the name to {LONGEST_NAME} characters."))
    elif called.casefold() in {one.casefold() for one in taken}:
        problems.append(Problem("name", f"There is a scenario “{called}” already. Choose another name."))
    if len(taken) >= MOST_KEPT:
        problems.append(Problem("name", f"A ranking keeps {MOST_KEPT} scenarios. Rank with one of them."))
    problems += [
        Problem(place, message)
        for place, words in (("name", called), ("note", note))
        if (message := text_problem(words))
    ]
    if problems:
        raise Invalid(problems)
    row = Scenario(
        run_id=run_id,
        name=called,
        weights=what.weighed.whole(what.shares),
        note=note.strip(),
        by_id=by.id,
        at=now,
    )
    session.add(row)
    session.flush()
    _record(session, "kept", row, by, now, after={"name": called, "weights": row.weights})
    return row.id


def withdraw(session: Session, run_id: int, scenario_id: int, *, by: Actor, now: datetime) -> str:
    """Withdraw a scenario; its name. It can be brought back.

    Raises:
        NotFound: the run has no such scenario.
        Conflict: it is withdrawn already.
    """
    row = _scenario(session, run_id, scenario_id)
    if row.withdrawn_at is not None:
        raise Conflict(f"“{row.name}” is withdrawn already.")
    row.withdrawn_at = now
    _record(session, "withdrew", row, by, now)
    return row.name


def bring_back(session: Session, run_id: int, scenario_id: int, *, by: Actor, now: datetime) -> str:
    """Bring a withdrawn scenario back; its name.

    Raises:
        NotFound: the run has no such scenario.
        Conflict: it is not withdrawn.
    """
    row = _scenario(session, run_id, scenario_id)
    if row.withdrawn_at is None:
        raise Conflict(f"“{row.name}” is not withdrawn.")
    row.withdrawn_at = None
    _record(session, "brought back", row, by, now)
    return row.name


def _scenario(session: Session, run_id: int, scenario_id: int) -> Scenario:
    row = queries.scenario(session, run_id, scenario_id)
    if row is None:
        raise NotFound(f"scenario {scenario_id} of run {run_id}")
    return row


def _record(
    session: Session, verb: str, row: Scenario, by: Actor, now: datetime, *, after: Any = None
) -> None:
    events.record(session, verb, "scenario", row.id, by_id=by.id, now=now, after=after)


# --- what it would take -------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Turning:
    """What would have to be true for one service to enter the top, or to leave it.

    Attributes:
        service: (id, name), None while none is chosen; `choices` every ranked one, by name.
        place: of the service in the run.
        is_in: it is in the top K already.
        nearest: the smallest change of weights that brings it in; None where none does, or it is in.
        then: criterion -> share under the nearest weights.
        alone: (criterion, share now, share that turns it), the nearest first.
        unknown: under the nearest weights too much of its own weight would have no value to be ranked at all.
    """

    weighed: Weighed
    service: tuple[int, str] | None
    choices: tuple[tuple[int, str], ...]
    place: int | None
    is_in: bool
    nearest: SmallestChange | None
    then: Mapping[str, float]
    alone: tuple[tuple[Criterion, float, float], ...]
    unknown: bool = False


def turning(session: Session, run_id: int, service_id: int | None) -> Turning:
    """What would have to be true for a service to enter the top of a run.

    Raises:
        NotFound: there is no such run.
    """
    found = weighed(session, run_id)
    one, own = found.one, found.own
    keys = [one.keys[at] for at in own.listed.tolist()]
    at = next((at for at, key in enumerate(keys) if found.ids[key] == service_id), None)
    choices = _by_name((found.ids[key], one.by_key[key]) for key in keys)
    if at is None:
        return Turning(found, None, choices, None, False, None, {}, ())
    key, parts, is_in = keys[at], one.u[own.listed], at < one.top
    nearest = None if is_in else entering(parts, own.weights, at, one.top)
    then = dict(zip(one.used, nearest.weights, strict=True)) if nearest else {}
    by_key = {criterion.key: criterion for criterion in one.criteria}
    alone = [
        (by_key[one.used[j]], float(own.weights[j]), share)
        for j, share in deciding_weights(parts, own.weights, one.top, at).items()
    ]
    return Turning(
        weighed=found,
        service=(found.ids[key], one.by_key[key]),
        choices=choices,
        place=own.places[key],
        is_in=is_in,
        nearest=nearest,
        then=then,
        alone=tuple(one for one in alone if is_in or _is_ranked(found, key, {one[0].key: one[2]})),
        unknown=bool(then) and not _is_ranked(found, key, then),
    )


def _is_ranked(found: Weighed, key: str, changed: Mapping[str, float]) -> bool:
    """Whether enough of a service is known under these weights: its gaps may weigh too much."""
    return key in found.weigh(rebalanced(found.shares, changed)).places


def _by_name(pairs: Iterable[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    return tuple(sorted(pairs, key=lambda pair: pair[1].casefold()))
