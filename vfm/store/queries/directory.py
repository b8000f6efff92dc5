"""The council's directorates, divisions and services, and what hangs on them."""

import re
from collections.abc import Collection

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session, aliased

from vfm.roles import Role
from vfm.store.review_teams import IS_ROUND
from vfm.store.tables import (
    Assessment,
    Council,
    Cycle,
    Directorate,
    Division,
    Event,
    Person,
    PersonRole,
    Service,
)

KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
"""A service's stable name, the same in files, addresses and error messages."""
KEY_WORDS = "Use letters, digits, hyphens, dots and underscores, at most 40 in all, like WASTE-COLL."


MERGED = "merged into "
"""How the trail begins to tell of a merger; the name of what goes on follows."""


def lock(session: Session) -> None:
    """Let nobody else change the directory until this transaction ends."""
    session.execute(select(Council.id).with_for_update())


def directorates(session: Session) -> list[Row]:
    """Every directorate by name."""
    return list(
        session.execute(
            select(Directorate.id, Directorate.name, Directorate.closed_on).order_by(Directorate.name)
        )
    )


def divisions(session: Session) -> list[Row]:
    """Every division by name, with its directorate."""
    return list(
        session.execute(
            select(
                Division.id,
                Division.name,
                Division.closed_on,
                Division.directorate_id,
                Directorate.name.label("directorate"),
                Directorate.closed_on.label("directorate_closed_on"),
            )
            .join(Directorate, Directorate.id == Division.directorate_id)
            .order_by(Directorate.name, Division.name)
        )
    )


def services(session: Session) -> list[Row]:
    """Every service by name, with its place and where it was merged into."""
    into = aliased(Service)
    return list(
        session.execute(
            select(
                Service.id,
                Service.key,
                Service.name,
                Service.family,
                Service.closed_on,
                Service.division_id,
                Division.directorate_id,
                Division.name.label("division"),
                Directorate.name.label("directorate"),
                into.name.label("merged_into"),
            )
            .join(Division, Division.id == Service.division_id)
            .join(Directorate, Directorate.id == Division.directorate_id)
            .outerjoin(into, into.id == Service.merged_into_id)
            .order_by(Service.name, Service.id)
        )
    )


def directors(session: Session) -> list[Row]:
    """Who directs which service, active people alone, by name."""
    return list(
        session.execute(
            select(PersonRole.service_id, Person.name)
            .join(Person, Person.id == PersonRole.person_id)
            .where(
                PersonRole.role == Role.DIRECTOR.value, PersonRole.service_id.is_not(None), Person.is_active
            )
            .order_by(Person.name)
        )
    )


def people_of(session: Session, service_id: int) -> list[Row]:
    """The director and contributors of a service, by name; those who are switched off too."""
    return list(
        session.execute(
            select(PersonRole.role, Person.id, Person.name, Person.is_active)
            .join(Person, Person.id == PersonRole.person_id)
            .where(PersonRole.service_id == service_id)
            .order_by(PersonRole.role.desc(), Person.name)
        )
    )


def merged_parts(session: Session) -> dict[tuple[str, int], str]:
    """(kind, id) of each directorate and division that ended in a merger -> the name of what it went into.

    The last end counts, and the name is that of its day; a part that was reopened since is there too.
    """
    ends = session.execute(
        select(Event.subject, Event.subject_id, Event.verb)
        .where(
            Event.subject.in_(("directorate", "division")),
            or_(Event.verb == "closed", Event.verb.startswith(MERGED)),
        )
        .order_by(Event.id)
    )
    last = {(row.subject, row.subject_id): row.verb for row in ends}
    return {part: verb.removeprefix(MERGED) for part, verb in last.items() if verb.startswith(MERGED)}


def open_assessments(session: Session, service_ids: Collection[int]) -> list[Row]:
    """The assessments of these services that are not agreed, in cycles that are not closed."""
    return list(
        session.execute(
            select(Assessment.status, Cycle.name.label("cycle"), Service.name.label("service"))
            .join(Cycle, Cycle.id == Assessment.cycle_id)
            .join(Service, Service.id == Assessment.service_id)
            .where(
                Assessment.service_id.in_(service_ids),
                Assessment.status != "agreed",
                Cycle.closed_at.is_(None),
                IS_ROUND,
            )
            .order_by(Service.name, Cycle.name)
        )
    )
