"""Templates and their versions, and which cycles use them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vfm.store.review_teams import IS_ROUND
from vfm.store.tables import AnswerRow, Assessment, Cycle, Event, Person, Service, Template, Version


class VersionRow(NamedTuple):
    """A version without its content."""

    id: int
    template_id: int
    template_key: str
    title: str
    number: int
    status: str
    content_hash: str
    revision: int
    created_at: datetime
    opened_at: datetime | None


_VERSION = (
    select(
        Version.id,
        Version.template_id,
        Template.key,
        Template.title,
        Version.number,
        Version.status,
        Version.content_hash,
        Version.revision,
        Version.created_at,
        Version.opened_at,
    )
    .join(Template, Template.id == Version.template_id)
    .order_by(Template.title, Template.key, Version.number.desc())
)


def all_versions(session: Session) -> list[VersionRow]:
    """Every version of every template, templates by title, newest version first."""
    return [VersionRow._make(row) for row in session.execute(_VERSION)]


def version(session: Session, version_id: int) -> VersionRow | None:
    """One version."""
    row = session.execute(_VERSION.where(Version.id == version_id)).first()
    return VersionRow._make(row) if row else None


def versions_of(session: Session, template_id: int) -> list[VersionRow]:
    """Every version of one template, newest first."""
    return [
        VersionRow._make(row) for row in session.execute(_VERSION.where(Version.template_id == template_id))
    ]


def template_by_key(session: Session, key: str) -> Template | None:
    """The template with this key."""
    return session.scalars(select(Template).where(Template.key == key)).first()


def origin(session: Session, template_id: int) -> VersionRow | None:
    """The version that a template was copied from; None for one that was not."""
    found = session.scalar(select(Template.origin_id).where(Template.id == template_id))
    return version(session, found) if found is not None else None


def template_keys(session: Session) -> frozenset[str]:
    """The key of every template, in small letters."""
    return frozenset(key.casefold() for key in session.scalars(select(Template.key)))


def cycles_using(session: Session) -> Sequence[Any]:
    """(version id, cycle id, name, kind, closed at, assessments) of every cycle, newest first."""
    return session.execute(
        select(
            Cycle.version_id,
            Cycle.id,
            Cycle.name,
            Cycle.kind,
            Cycle.closed_at,
            func.count(Assessment.id).label("assessments"),
        )
        .outerjoin(Assessment, Assessment.cycle_id == Cycle.id)
        .where(IS_ROUND)
        .group_by(Cycle.version_id, Cycle.id, Cycle.name, Cycle.kind, Cycle.closed_at, Cycle.opened_at)
        .order_by(Cycle.opened_at.desc(), Cycle.id.desc())
    ).all()


def last_change(session: Session, version_id: int) -> Any:
    """(name, at) of who changed a version last."""
    return session.execute(
        select(Person.name, Event.at)
        .outerjoin(Person, Person.id == Event.by_id)
        .where(Event.subject == "version", Event.subject_id == version_id)
        .order_by(Event.id.desc())
        .limit(1)
    ).first()


def last_import(session: Session, version_id: int) -> dict[str, Any] | None:
    """What the trail says of the file that a version last came from; None when it came from none."""
    return session.scalar(
        select(Event.after)
        .where(
            Event.subject == "version",
            Event.subject_id == version_id,
            Event.verb.in_(("imported", "replaced")),
        )
        .order_by(Event.id.desc())
        .limit(1)
    )


def assessments_of_version(session: Session, version_id: int) -> Sequence[Any]:
    """(id, service, cycle, kind, status, when the cycle was closed) of every assessment of a version."""
    return session.execute(
        select(
            Assessment.id,
            Service.name.label("service"),
            Cycle.name.label("cycle"),
            Cycle.kind,
            Assessment.status,
            Cycle.closed_at,
        )
        .join(Service, Service.id == Assessment.service_id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .where(Assessment.version_id == version_id, IS_ROUND)
        .order_by(Cycle.opened_at.desc(), Service.name)
    ).all()


def answers_of_version(session: Session, version_id: int) -> Sequence[Any]:
    """(assessment id, question key, content) of every answer given to a version."""
    return session.execute(
        select(AnswerRow.assessment_id, AnswerRow.question_key, AnswerRow.content)
        .join(Assessment, Assessment.id == AnswerRow.assessment_id)
        .where(Assessment.version_id == version_id)
    ).all()
