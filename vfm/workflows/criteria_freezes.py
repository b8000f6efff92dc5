"""Freezing the criteria a cycle is ranked with: once by its first ranking or by hand, anew with a reason.

What was frozen never changes; the newest freeze counts for the rankings made after it.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, NotFound, Problem
from vfm.prioritisation.criteria import Criterion, changed_goalposts
from vfm.prioritisation.criteria_words import changes
from vfm.questionnaires.kinds import text_problem
from vfm.roles import Actor
from vfm.store import criteria as kept
from vfm.store import events, gathering
from vfm.store.criteria import Freeze
from vfm.store.queries import council, rankings
from vfm.store.queries.rankings import Rankable

LONGEST = 400


@dataclass(frozen=True, slots=True)
class Past:
    """One freeze of a cycle; `changed` against the one before, `confirm` whose weights it asked again for."""

    freeze: Freeze
    changed: tuple[str, ...]
    confirm: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfCycle:
    """What a cycle is ranked with, and what freezing it now would change.

    Attributes:
        frozen: criteria it is ranked with; None while nothing froze them.
        past: its freezes, the newest first; empty also where a ranking of an earlier release froze it.
        changed: what freezing it now would change, in words.
        confirm: names of the criteria whose weights would have to be confirmed again.
        seen: what its reader saw, for `freeze`.
    """

    cycle: Rankable
    frozen: tuple[Criterion, ...] | None
    past: tuple[Past, ...]
    changed: tuple[str, ...]
    confirm: tuple[str, ...]
    seen: int


def index(session: Session, *, now: datetime) -> tuple[OfCycle, ...]:
    """Every cycle that can be ranked, and imported figures alone, with what is frozen of each."""
    freezes = kept.freezes(session)
    return tuple(_of_cycle(session, cycle, freezes, now) for cycle in rankings.rankable(session))


def _of_cycle(session: Session, cycle: Rankable, freezes: list[Freeze], now: datetime) -> OfCycle:
    own = [one for one in freezes if one.cycle_id == cycle.cycle_id]
    frozen = kept.frozen(session, cycle.cycle_id)
    wanted = _wanted(session, cycle, now) if frozen is not None else ()
    return OfCycle(
        cycle,
        frozen,
        tuple(_past(one, before) for one, before in zip_longest(own, own[1:])),
        changes(_used(frozen), _used(wanted)) if frozen is not None else (),
        _names(frozen, wanted) if frozen is not None else (),
        own[0].id if own else 0,
    )


def _past(one: Freeze, before: Freeze | None) -> Past:
    if before is None:
        return Past(one, (), ())
    changed = changes(_used(before.criteria), _used(one.criteria))
    return Past(one, changed, _names(before.criteria, one.criteria))


def _used(criteria: tuple[Criterion, ...]) -> list[tuple[Criterion, bool]]:
    return [(one, True) for one in criteria]


def _names(before: tuple[Criterion, ...], after: tuple[Criterion, ...]) -> tuple[str, ...]:
    """The criteria whose weight has to be confirmed again: a changed swing, and new ones."""
    known = {one.key for one in before}
    keys = {*changed_goalposts(before, after), *(one.key for one in after if one.key not in known)}
    return tuple(one.name for one in after if one.key in keys)


def _wanted(session: Session, cycle: Rankable, now: datetime) -> tuple[Criterion, ...]:
    """The list as it would be frozen now: what can be known, references filled in from the services."""
    standing = rankings.to_measure_by(session, cycle.cycle_id)
    return gathering.with_references(standing, gathering.looked_at(session, cycle, standing, now.date()))


def freeze(
    session: Session, cycle_id: int, reason: str, seen: str, *, by: Actor, now: datetime
) -> tuple[str, ...]:
    """Freeze the list as it stands for a cycle; the names of criteria whose weights must be confirmed again.

    Raises:
        NotFound: there is no such cycle to rank.
        Invalid: there is no reason, or nothing to rank on.
        Conflict: it was frozen since the page was opened, or is frozen with just this.
    """
    cycle = next((one for one in rankings.rankable(session) if one.id == cycle_id), None)
    if cycle is None:
        raise NotFound(f"cycle {cycle_id}")
    words, place = " ".join(reason.split()), f"reason.{cycle_id}"
    if not words:
        raise Invalid([Problem(place, "Say why it is frozen now, in a sentence. It stands in its history.")])
    if len(words) > LONGEST:
        raise Invalid([Problem(place, f"Shorten the reason to {LONGEST} characters.")])
    if message := text_problem(words):
        raise Invalid([Problem(place, message)])
    council.hold(session)
    here = _of_cycle(session, cycle, kept.freezes(session), now)
    if str(here.seen) != seen:
        raise Conflict(
            "It was frozen since you opened this page. Look at it, and freeze anew if it still holds."
        )
    wanted = _wanted(session, cycle, now)
    if not any(one.weight > 0 for one in wanted):
        raise Invalid(
            [Problem(place, "No criterion of the list has a value and a weight. Edit the list first.")]
        )
    if here.frozen is not None and not here.changed:
        raise Conflict(f"{cycle.name} is frozen with just this list already.")
    row = kept.freeze(session, cycle.cycle_id, wanted, words, by_id=by.id, now=now)
    told = {
        "cycle": cycle.name,
        "reason": words,
        "changed": list(here.changed),
        "confirm": list(here.confirm),
    }
    events.record(session, "froze", "criteria_freeze", row, by_id=by.id, now=now, after=told)
    return here.confirm
