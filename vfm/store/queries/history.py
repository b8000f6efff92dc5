"""What happened to one thing, newest first: its events with names, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from vfm.store.tables import Event, Person


@dataclass(frozen=True, slots=True)
class Happening:
    """One event: when, who (the program itself when nobody), what, and each change as a sentence part."""

    at: datetime
    by: str
    verb: str
    changes: tuple[str, ...]


def of(session: Session, subject: str, subject_id: int) -> tuple[Happening, ...]:
    """The events of one subject, newest first."""
    rows = session.execute(
        select(Event.at, Person.name, Event.verb, Event.before, Event.after)
        .outerjoin(Person, Person.id == Event.by_id)
        .where(Event.subject == subject, Event.subject_id == subject_id)
        .order_by(Event.id.desc())
    )
    return tuple(
        Happening(row.at, row.name or "Set-up", row.verb, changes(row.before, row.after)) for row in rows
    )


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
