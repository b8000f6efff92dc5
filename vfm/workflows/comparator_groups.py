"""Groups of councils to compare with: neighbours that were published, and the council's own choices.

A published list changes only by another file; an own choice bears a name and a reason. A withdrawn group is
offered no more and can be brought back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, NotFound, Problem, clashes
from vfm.roles import Actor
from vfm.store import events
from vfm.store.queries import comparators as queries
from vfm.store.queries import history
from vfm.store.queries.results import AnyRow
from vfm.store.tables import ComparatorGroup, ComparatorMember

LONGEST = 200
MOST_FOUND = 30


@dataclass(frozen=True, slots=True)
class Draft:
    """An own choice as a form shows and sends it; `revision` is 0 for a new one."""

    name: str = ""
    reason: str = ""
    year: str = ""
    members: tuple[int, ...] = ()
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Index:
    """The groups of this council; `own` is it in published figures, None while it has not said its code."""

    own: AnyRow | None
    groups: tuple[AnyRow, ...]
    others: int


@dataclass(frozen=True, slots=True)
class Group:
    """One group: its councils, the services that usually compare with it, what happened to it."""

    row: AnyRow
    members: tuple[AnyRow, ...]
    used_by: tuple[AnyRow, ...]
    history: tuple[history.Happening, ...]

    @property
    def draft(self) -> Draft:
        """As its form shows it."""
        row = self.row
        return Draft(row.name, row.reason, row.year, tuple(one.id for one in self.members), row.revision)


@dataclass(frozen=True, slots=True)
class Form:
    """What a form of an own choice offers: the councils in it, and those that were found."""

    members: tuple[AnyRow, ...]
    found: tuple[AnyRow, ...]
    has_more: bool


def index(session: Session) -> Index:
    """Every group of this council, withdrawn ones last."""
    own = queries.own(session)
    rows = queries.groups(session, None if own is None else own.id)
    mine = sum(row.of_id is not None for row in rows)
    return Index(
        own,
        tuple(sorted(rows, key=lambda row: row.withdrawn_at is not None)),
        queries.others_of(session) - mine,
    )


def show(session: Session, group_id: int) -> Group:
    """One group.

    Raises:
        NotFound: there is none.
    """
    row = queries.group(session, group_id)
    if row is None:
        raise NotFound
    return Group(
        row,
        tuple(queries.members(session, [group_id])),
        tuple(queries.used_by(session, group_id)),
        history.of(session, "comparator_group", group_id),
    )


def form(session: Session, members: Sequence[int], words: str) -> Form:
    """The councils of a draft, and those whose name has these words; none are looked for without words."""
    by_id = {area.id: area for area in queries.areas(session)}
    found = queries.found(session, words.strip(), MOST_FOUND + len(members) + 1) if words.strip() else []
    new = [area for area in found if area.id not in members]
    return Form(
        tuple(by_id[one] for one in members if one in by_id),
        tuple(new[:MOST_FOUND]),
        len(new) > MOST_FOUND,
    )


def save(session: Session, group_id: int | None, draft: Draft, *, by: Actor | None, now: datetime) -> int:
    """Make an own choice (None), or change one; its id.

    Raises:
        NotFound: there is no such group.
        Invalid: no name, one that is taken, no reason, nobody in it.
        Conflict: it is a published list, or somebody else changed it meanwhile.
    """
    row = ComparatorGroup(kind="own", revision=0) if group_id is None else _own_choice(session, group_id)
    name, reason, year = (" ".join(text.split()) for text in (draft.name, draft.reason, draft.year))
    if problems := _problems(session, group_id, Draft(name, reason, year, draft.members)):
        raise Invalid(problems)
    before = None
    if group_id is not None:
        before = _told(session, group_id, row.name, row.reason, row.year)
        _refuse_stale(session, row, draft, before, name, reason)
    row.name, row.reason, row.year = name, reason, year
    row.revision, row.by_id, row.at = row.revision + 1, by.id if by else None, now
    session.add(row)
    session.flush()
    session.execute(delete(ComparatorMember).where(ComparatorMember.group_id == row.id))
    members = list(dict.fromkeys(draft.members))
    session.execute(insert(ComparatorMember), [{"group_id": row.id, "authority_id": one} for one in members])
    after = _told(session, row.id, name, reason, year)
    _record(session, "made" if before is None else "changed", row.id, by, now, before, after)
    return row.id


def withdraw(session: Session, group_id: int, *, by: Actor, now: datetime) -> None:
    """Offer an own choice no more; measures that usually compare with it turn to the neighbours.

    Raises:
        NotFound: there is none.
        Conflict: it is a published list, or was withdrawn already.
    """
    row = _own_choice(session, group_id)
    if row.withdrawn_at is not None:
        raise Conflict("This group was withdrawn already.")
    row.withdrawn_at = now
    _record(session, "withdrew", group_id, by, now, None, {"name": row.name})


def bring_back(session: Session, group_id: int, *, by: Actor, now: datetime) -> None:
    """Offer a withdrawn group again.

    Raises:
        NotFound: there is none.
        Conflict: it is offered already, or a published list.
    """
    row = _own_choice(session, group_id)
    if row.withdrawn_at is None:
        raise Conflict("This group is offered already.")
    row.withdrawn_at = None
    _record(session, "brought back", group_id, by, now, None, {"name": row.name})


def _own_choice(session: Session, group_id: int) -> ComparatorGroup:
    row = queries.group_row(session, group_id)
    if row is None:
        raise NotFound
    if row.kind != "own":
        raise Conflict("This list was published. Take in another file to change it.")
    return row


def _problems(session: Session, group_id: int | None, draft: Draft) -> list[Problem]:
    taken = {row.name.casefold() for row in queries.groups(session, None) if row.id != group_id}
    problems = []
    if not draft.name:
        problems.append(Problem("name", "Name the group, like Coastal unitary councils."))
    elif draft.name.casefold() in taken:
        problems.append(Problem("name", "Another group has this name. Choose another name."))
    if not draft.reason:
        problems.append(
            Problem("reason", "Say why these councils, so that nobody suspects a convenient choice.")
        )
    known = {area.id for area in queries.areas(session)}
    if not known.intersection(draft.members):
        problems.append(Problem("words", "Nobody is in the group. Search for councils and tick them."))
    problems += [
        Problem(place, f"Use at most {LONGEST} characters.")
        for place, text in (("name", draft.name), ("year", draft.year))
        if len(text) > LONGEST
    ]
    return problems


def _refuse_stale(
    session: Session, row: ComparatorGroup, draft: Draft, before: dict[str, str], name: str, reason: str
) -> None:
    if draft.revision == row.revision:
        return
    author = history.last_by(session, "comparator_group", row.id)
    names = {area.id: area.name for area in queries.areas(session)}
    sent = {
        "name": name,
        "reason": reason,
        "councils": ", ".join(sorted(names[one] for one in draft.members if one in names)),
    }
    kept = {key: before[key] for key in sent}
    raise Conflict(f"{author} changed the group after you opened the page.", clashes(kept, sent, author))


def _told(session: Session, group_id: int, name: str, reason: str, year: str) -> dict[str, str]:
    members = sorted(one.name for one in queries.members(session, [group_id]))
    return {"name": name, "reason": reason, "year": year, "councils": ", ".join(members)}


def _record(
    session: Session,
    verb: str,
    group_id: int,
    by: Actor | None,
    now: datetime,
    before: object,
    after: object,
) -> None:
    events.record(
        session,
        verb,
        "comparator_group",
        group_id,
        by_id=by.id if by else None,
        now=now,
        before=before,
        after=after,
    )
