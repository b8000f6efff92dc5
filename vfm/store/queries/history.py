"""What happened to one thing, newest first: its events with names, in words; and to one answer, in order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from vfm.questionnaires.merging import How
from vfm.store.tables import AnswerRow, Assessment, Cycle, Event, Person, Service


@dataclass(frozen=True, slots=True)
class Happening:
    """One event: when, who (the program itself when nobody), what, and each change as a sentence part."""

    at: datetime
    by: str
    verb: str
    changes: tuple[str, ...]


def of(
    session: Session, subject: str, subject_id: int, *, said: Callable[[Mapping[str, Any]], Any] = dict
) -> tuple[Happening, ...]:
    """The events of one subject, newest first; services and people by name, not by id.

    `said` puts one side of an event into the words of its subject.
    """
    rows = session.execute(
        select(Event.at, Person.name, Event.verb, Event.before, Event.after)
        .outerjoin(Person, Person.id == Event.by_id)
        .where(Event.subject == subject, Event.subject_id == subject_id)
        .order_by(Event.id.desc())
    ).all()
    names = _names(session, [side for row in rows for side in (row.before, row.after)])
    return tuple(
        Happening(
            row.at,
            row.name or "Set-up",
            row.verb,
            changes(_said(row.before, names, said), _said(row.after, names, said)),
        )
        for row in rows
    )


NAMED: Mapping[str, tuple[Any, Any]] = {
    "service_id": (Service.id, Service.name),
    "lead_id": (Person.id, Person.name),
}
"""Fields of events that hold an id, and where its name is."""
LEFT_OUT = ("decision_id",)
"""Fields that say nothing to a reader: the page shows what they lead to."""


def _names(session: Session, sides: Sequence[Any]) -> dict[str, dict[int, str]]:
    """Field -> id -> name, of the ids these contents hold; nothing is asked where they hold none."""
    found: dict[str, dict[int, str]] = {}
    for field, (key, name) in NAMED.items():
        ids = {side[field] for side in sides if isinstance(side, Mapping) and side.get(field)}
        rows = session.execute(select(key, name).where(key.in_(ids))) if ids else ()
        found[field] = {row[0]: row[1] for row in rows}
    return found


def _named(content: Any, names: Mapping[str, Mapping[int, str]]) -> Any:
    """The content as it is told: `service` with its name for `service_id`."""
    if not isinstance(content, Mapping):
        return content
    return {
        field.removesuffix("_id") if field in names else field: (
            names[field].get(value, "one no longer kept") if field in names and value else value
        )
        for field, value in content.items()
        if field not in LEFT_OUT
    }


def _said(
    content: Any, names: Mapping[str, Mapping[int, str]], said: Callable[[Mapping[str, Any]], Any]
) -> Any:
    named = _named(content, names)
    return said(named) if isinstance(named, Mapping) else named


def last_by(session: Session, subject: str, subject_id: int) -> str:
    """Who did what was done last to one thing, in words."""
    name = session.scalar(
        select(Person.name)
        .join(Event, Event.by_id == Person.id)
        .where(Event.subject == subject, Event.subject_id == subject_id)
        .order_by(Event.id.desc())
        .limit(1)
    )
    return name or "Somebody"


class Told(NamedTuple):
    """One revision of an answer as its event tells of it; `verb` is a `How`."""

    event_id: int
    at: datetime
    by: str | None
    as_deputy: bool
    verb: str
    revision: int
    content: dict[str, Any]


def of_answer(session: Session, assessment_id: int, key: str) -> list[Told]:
    """Every revision of an answer that was written in this assessment, the oldest first.

    The database picks the one answer out of each event, so that it costs little among thousands of saves.
    """
    rows = session.execute(
        select(Event.id, Event.at, Person.name, Event.as_deputy, Event.verb, Event.after[key])
        .outerjoin(Person, Person.id == Event.by_id)
        .where(
            Event.subject == "assessment",
            Event.subject_id == assessment_id,
            Event.verb.in_(tuple(How)),
            Event.after[key].as_string().is_not(None),
        )
        .order_by(Event.id)
    )
    return [
        Told(id_, at, name, deputy, verb, after["revision"], {k: after[k] for k in after if k != "revision"})
        for id_, at, name, deputy, verb, after in rows
    ]


def before(session: Session, event_id: int, key: str) -> dict[str, Any] | None:
    """The answer that an event's took the place of; None where there was none."""
    return session.scalar(select(Event.before[key]).where(Event.id == event_id))


def standing(session: Session, assessment_id: int, key: str) -> dict[str, Any] | None:
    """The answer that stands; None where there is none."""
    return session.scalar(
        select(AnswerRow.content).where(
            AnswerRow.assessment_id == assessment_id, AnswerRow.question_key == key
        )
    )


def given(
    session: Session, service_id: int, cycle: str, key: str, content: object
) -> tuple[str | None, datetime | None]:
    """Who gave an answer that was carried over from a cycle, and when; None twice where it changed since."""
    rows = session.execute(
        select(AnswerRow.content, Person.name, AnswerRow.at)
        .join(Assessment, Assessment.id == AnswerRow.assessment_id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .join(Person, Person.id == AnswerRow.by_id)
        .where(Assessment.service_id == service_id, Cycle.name == cycle, AnswerRow.question_key == key)
    )
    return next(((name, at) for kept, name, at in rows if kept == content), (None, None))


def changes(before: Any, after: Any) -> tuple[str, ...]:
    """Each field that differs, as `name: Libraries → Libraries and archives`; plain words stay plain."""
    old, new = _fields(before), _fields(after)
    return tuple(
        _change(field, old.get(field), new.get(field))
        for field in dict.fromkeys([*old, *new])
        if old.get(field) != new.get(field)
    )


def _fields(content: Any) -> Mapping[str, Any]:
    if isinstance(content, Mapping):
        return content
    return {} if content is None else {"": content}


def _change(field: str, old: Any, new: Any) -> str:
    sides = f"{_words(old)} → {_words(new)}" if old not in (None, "", []) else _words(new)
    return f"{field.replace('_', ' ')}: {sides}" if field else sides


def _words(content: Any) -> str:
    if isinstance(content, list):
        return ", ".join(map(str, content)) or "none"
    return "none" if content in (None, "") else str(content)
