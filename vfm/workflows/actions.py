"""Improvement actions: listed, added by hand, and followed until they are done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from vfm.errors import Clash, Conflict, Forbidden, Invalid, NotFound, Problem
from vfm.questionnaires import figures
from vfm.roles import Actor, Role
from vfm.store import events
from vfm.store.queries import actions as queries
from vfm.store.queries.actions import ActionRow
from vfm.store.tables import ImprovementAction

STATUSES = ("proposed", "agreed", "under_way", "done", "dropped")
UNFINISHED = ("proposed", "agreed", "under_way")
LONGEST = 2000
SORTS = ("due", "service", "status", "owner")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which actions, in what order; a blank status is all unfinished ones, `overdue` those past their day."""

    service_id: int | None = None
    status: str = ""
    sort: str = "due"


@dataclass(frozen=True, slots=True)
class ActionList:
    """The actions found, and the services one may choose from."""

    lines: tuple[ActionRow, ...]
    services: tuple[tuple[int, str], ...]
    today: date

    def is_overdue(self, line: ActionRow) -> bool:
        """True when its day is past and it is not finished."""
        return line.due_on is not None and line.due_on < self.today and line.status in UNFINISHED


@dataclass(frozen=True, slots=True)
class Draft:
    """An action's form as typed; `due` is day, month and year, `revision` the one its reader saw."""

    text: str = ""
    owner: str = ""
    due: tuple[str, str, str] = ("", "", "")
    status: str = "proposed"
    revision: str = ""


@dataclass(frozen=True, slots=True)
class FormView:
    """What the form of an action needs; `action` is None for a new one."""

    service_id: int
    service: str
    owners: tuple[tuple[int, str], ...]
    draft: Draft
    action: ActionRow | None = None


def index(session: Session, wanted: Wanted, *, by: Actor, now: datetime) -> ActionList:
    """The actions of the services this person sees, and their own; unfinished ones unless asked otherwise.

    Raises:
        NotFound: they asked for a service that is not theirs to see.
    """
    if wanted.service_id is not None and not by.sees(wanted.service_id):
        raise NotFound
    seen = None if by.sees_all_services else by.answers_for
    lines = queries.found(
        session,
        service_ids=seen if wanted.service_id is None else {wanted.service_id},
        owner_id=by.id if wanted.service_id is None else None,
        statuses=_statuses(wanted.status),
        due_before=now.date() if wanted.status == "overdue" else None,
    )
    services = tuple(queries.services(session, seen))
    return ActionList(tuple(_sorted(lines, wanted.sort)), services, now.date())


def _statuses(status: str) -> tuple[str, ...]:
    if status == "all":
        return ()
    return (status,) if status in STATUSES else UNFINISHED


def _sorted(lines: list[ActionRow], sort: str) -> list[ActionRow]:
    """Already by due date; a sort keeps that order among equals, and puts those without an owner last."""
    if sort == "service":
        return sorted(lines, key=lambda line: line.service)
    if sort == "status":
        return sorted(lines, key=lambda line: STATUSES.index(line.status))
    return sorted(lines, key=lambda line: (line.owner is None, line.owner)) if sort == "owner" else lines


def blank(session: Session, service_id: int, draft: Draft | None = None, *, by: Actor) -> FormView:
    """The form of a new action of a service, or what was typed into it.

    Raises:
        NotFound: no such service, or not one you may add to.
    """
    found = dict(queries.services(session, {service_id}))
    if service_id not in found or not _may_change(by, service_id):
        raise NotFound
    owners = queries.owners(session, service_id)
    return FormView(service_id, found[service_id], tuple(owners), draft or Draft())


def show(session: Session, action_id: int, draft: Draft | None = None, *, by: Actor) -> FormView:
    """The form of an action as it stands, or with what was typed into it.

    Raises:
        NotFound: no such action, or not yours to see.
        Forbidden: yours to see, not to change.
    """
    action = _changeable(session, action_id, by)
    owners = queries.owners(session, action.service_id, action.owner_id)
    return FormView(action.service_id, action.service, tuple(owners), draft or as_draft(action), action)


def as_draft(action: ActionRow) -> Draft:
    """An action as its form shows it."""
    due = action.due_on
    return Draft(
        action.text,
        str(action.owner_id or ""),
        (str(due.day), str(due.month), str(due.year)) if due else ("", "", ""),
        action.status,
        str(action.revision),
    )


def add(session: Session, service_id: int, draft: Draft, *, by: Actor, now: datetime) -> int:
    """Add an action by hand; its id.

    Raises:
        NotFound: no such service, or not one you may add to.
        Invalid: every problem with what was typed.
    """
    values = _read(draft, blank(session, service_id, by=by).owners)
    made = insert(ImprovementAction).values(service_id=service_id, created_at=now, **values)
    action_id = session.scalars(made.returning(ImprovementAction.id)).one()
    events.record(
        session, "added", "improvement_action", action_id, by_id=by.id, now=now, after=_plain(values)
    )
    return action_id


def change(session: Session, action_id: int, draft: Draft, *, by: Actor, now: datetime) -> int:
    """Change an action where anything is different; the id of its service.

    Raises:
        NotFound, Forbidden: as for `show`.
        Invalid: every problem with what was typed.
        Conflict: somebody changed it since; nothing was written, both sides are told.
    """
    action = _changeable(session, action_id, by)
    values = _read(draft, queries.owners(session, action.service_id, action.owner_id))
    before = {name: getattr(action, name) for name in values}
    if values == before:
        return action.service_id
    written = session.execute(
        update(ImprovementAction)
        .where(ImprovementAction.id == action_id, ImprovementAction.revision == _revision(draft))
        .values(revision=ImprovementAction.revision + 1, **values)
        .returning(ImprovementAction.id)
    ).first()
    if written is None:
        clash = Clash("text", action.text, values["text"], "somebody else")
        raise Conflict("Somebody changed this action while you were writing.", (clash,))
    events.record(
        session,
        "changed",
        "improvement_action",
        action_id,
        by_id=by.id,
        now=now,
        before=_plain(before),
        after=_plain(values),
    )
    return action.service_id


def _revision(draft: Draft) -> int:
    return int(draft.revision) if draft.revision.isdecimal() else 0


def _may_change(by: Actor, service_id: int) -> bool:
    return service_id in by.directs or by.has(Role.CORE_TEAM)


def _changeable(session: Session, action_id: int, by: Actor) -> ActionRow:
    action = queries.one(session, action_id)
    if action is None or not (by.sees(action.service_id) or action.owner_id == by.id):
        raise NotFound
    if not (_may_change(by, action.service_id) or action.owner_id == by.id):
        raise Forbidden("Only the service's director, its owner and the core team change it.")
    return action


def _read(draft: Draft, owners: tuple[tuple[int, str], ...] | list[tuple[int, str]]) -> dict[str, Any]:
    """The columns of an action from what was typed."""
    problems: list[Problem] = []
    text = " ".join(draft.text.split())
    if not text:
        problems.append(Problem("text", "Say what will be done, in a sentence."))
    elif len(text) > LONGEST:
        problems.append(Problem("text", f"This has {len(text):,} characters; the most is {LONGEST:,}."))
    known = {str(person_id): person_id for person_id, _ in owners}
    if draft.owner and draft.owner not in known:
        problems.append(Problem("owner", "Choose somebody from the list, or nobody yet."))
    if draft.status not in STATUSES:
        problems.append(Problem("status", "Choose one of the states listed."))
    due = None
    try:
        due = figures.day_of(*draft.due) if any(part.strip() for part in draft.due) else None
    except ValueError as error:
        problems.append(Problem("due", str(error)))
    if problems:
        raise Invalid(problems)
    return {"text": text, "owner_id": known.get(draft.owner), "due_on": due, "status": draft.status}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
