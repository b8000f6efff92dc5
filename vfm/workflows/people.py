"""People and their roles: added, invited, changed, switched off and on, their work handed over.

Whoever administers must always be able to: the last administrator who can sign in keeps the role.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, delete, update
from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, NotFound, Problem, clashes
from vfm.roles import Actor, Role
from vfm.store import credentials, events, letters, sessions
from vfm.store.content import digest
from vfm.store.queries import history
from vfm.store.queries import people as queries
from vfm.store.tables import ImprovementAction, Person, PersonRole, Review, ReviewMember

BY_SERVICE = (Role.DIRECTOR, Role.EXECUTIVE_DIRECTOR, Role.CONTRIBUTOR)
"""Roles that are held for services; every other is held for the whole council."""

LAST = (
    "{name} is the only administrator who can sign in. Make somebody else administrator first, and let them "
    "choose their password."
)


@dataclass(frozen=True, slots=True)
class Line:
    """One person in the list. `state` is active, invited (no password yet) or off."""

    id: int
    name: str
    email: str
    roles: tuple[str, ...]
    state: str
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role with the names of the services it is held for (none for the whole council)."""

    role: Role
    services: tuple[str, ...]
    is_by_service: bool


@dataclass(frozen=True, slots=True)
class Work:
    """One thing that can be handed over; `key` is director, contributor, action or review and its row."""

    key: str
    words: str


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person's page.

    Attributes:
        mark: tells what the form of name, e-mail and roles was filled with.
    """

    id: int
    name: str
    email: str
    mark: str
    state: str
    roles: tuple[HeldRole, ...]
    link_until: datetime | None
    work: tuple[Work, ...]
    history: tuple[history.Happening, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A directorate with its open services, as (id, name)."""

    id: int
    name: str
    services: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The services there are and those for which somebody holds a role."""

    person_id: int
    name: str
    role: Role
    parts: tuple[Part, ...]
    chosen: frozenset[int]

    @property
    def mark(self) -> str:
        """Tells which services were ticked in a form."""
        return digest({"services": sorted(self.chosen)})

    def words(self, services: Collection[int]) -> str:
        """The names of some services, in the order of the page."""
        return ", ".join(name for part in self.parts for key, name in part.services if key in services)


@dataclass(frozen=True, slots=True)
class HandOver:
    """What somebody has to hand over, and to whom it can go."""

    person_id: int
    name: str
    work: tuple[Work, ...]
    others: tuple[tuple[int, str], ...]


def everybody(session: Session, words: str = "", role: str = "") -> tuple[Line, ...]:
    """People by name, those whose name or e-mail contains `words` and who hold `role`."""
    held: dict[int, dict[Role, int]] = defaultdict(dict)
    for row in queries.roles_held(session):
        held[row.person_id][Role(row.role)] = row.services
    return tuple(
        Line(row.id, row.name, row.email, _role_words(held[row.id]), _state(row), row.seen_at)
        for row in queries.everybody(session, words.strip(), role)
    )


def _role_words(held: dict[Role, int]) -> tuple[str, ...]:
    return tuple(_role_word(role, held[role]) for role in Role if role in held)


def _role_word(role: Role, services: int) -> str:
    if role not in BY_SERVICE:
        return role.words
    return f"{role.words} ({services or 'no'} service{'' if services == 1 else 's'})"


def _state(row: Row) -> str:
    if not row.is_active:
        return "off"
    return "active" if row.has_password else "invited"


def show(session: Session, person_id: int, *, now: datetime) -> PersonView:
    """Somebody's page: roles, what they have in hand, what happened.

    Raises:
        NotFound: there is no such person.
    """
    person = _person(session, person_id)
    rows = queries.roles_of(session, person_id)
    return PersonView(
        id=person.id,
        name=person.name,
        email=person.email,
        mark=digest(_form_words(person.name, person.email, {Role(row.role) for row in rows})),
        state="off" if not person.is_active else "active" if person.password_hash else "invited",
        roles=tuple(
            HeldRole(
                role,
                tuple(row.service for row in rows if row.role == role and row.service),
                role in BY_SERVICE,
            )
            for role in Role
            if any(row.role == role for row in rows)
        ),
        link_until=queries.open_link(session, person_id, now=now),
        work=_work(session, person_id),
        history=history.of(session, "person", person_id),
    )


def add(
    session: Session,
    name: str,
    email: str,
    roles: Collection[str],
    *,
    by: Actor,
    now: datetime,
    mails: bool = False,
) -> tuple[int, str]:
    """A new person with their roles; services of a director or contributor are chosen next.

    With `mails` they are sent their link too.

    Returns:
        The person's id and the token of their one-time link.

    Raises:
        Invalid: no name, an e-mail that is none or is taken, no role.
    """
    name, email = " ".join(name.split()), email.strip().lower()
    chosen = _checked(session, name, email, roles)
    person = Person(name=name, email=email, created_at=now)
    session.add(person)
    session.flush()
    session.add_all([PersonRole(person_id=person.id, role=role.value) for role in chosen])
    after = {"name": name, "email": email, "roles": [role.words for role in chosen]}
    events.record(session, "added", "person", person.id, by_id=by.id, now=now, after=after)
    return person.id, _invited(session, person, is_new=True, mails=mails, now=now)


def change(
    session: Session,
    person_id: int,
    name: str,
    email: str,
    roles: Collection[str],
    seen: str,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Another name, e-mail or set of roles. A role that is taken away goes with its services.

    `seen` is the mark of what the form was filled with.

    Raises:
        NotFound: there is no such person.
        Invalid: no name, an e-mail that is none or is taken, no role, or the last administrator's role.
        Conflict: somebody changed it since; nothing was written, both sides are told.
    """
    person = _locked(session, person_id)
    name, email = " ".join(name.split()), email.strip().lower()
    rows = queries.roles_of(session, person_id)
    held = {Role(row.role) for row in rows}
    chosen = _checked(session, name, email, roles, person_id)
    _keep_an_administrator(session, person, held - set(chosen), "roles")
    kept, sent = _form_words(person.name, person.email, held), _form_words(name, email, set(chosen))
    if seen != digest(kept) and kept != sent:
        author = history.last_by(session, "person", person_id)
        words = f"{author} changed {person.name} after you opened the page."
        raise Conflict(words, clashes(kept, sent, author))
    before = {"name": person.name, "email": person.email, "roles": _all_words(rows)}
    person.name, person.email = name, email
    gone = [role.value for role in held - set(chosen)]
    session.execute(delete(PersonRole).where(PersonRole.person_id == person_id, PersonRole.role.in_(gone)))
    session.add_all([PersonRole(person_id=person_id, role=r.value) for r in chosen if r not in held])
    session.flush()
    after = {"name": name, "email": email, "roles": _all_words(queries.roles_of(session, person_id))}
    if before != after:
        events.record(
            session, "changed", "person", person_id, by_id=by.id, now=now, before=before, after=after
        )


def _form_words(name: str, email: str, roles: set[Role]) -> dict[str, str]:
    """What the form of a person holds, in words."""
    return {"name": name, "email": email, "roles": ", ".join(role.words for role in Role if role in roles)}


def _all_words(rows: Sequence[Row]) -> list[str]:
    """Roles with their services, for the trail: `Director of Libraries`."""
    return sorted(
        f"{Role(row.role).words} of {row.service}" if row.service else Role(row.role).words for row in rows
    )


def _service_words(rows: Sequence[Row]) -> list[str]:
    """Roles that are held for a service, for the trail."""
    return _all_words([row for row in rows if row.service])


def choice(session: Session, person_id: int, role: Role) -> Choice:
    """The services somebody may hold a role for, by directorate, and those they do hold it for.

    Raises:
        NotFound: there is no such person, they do not hold the role, or it is not held by service.
    """
    person = _person(session, person_id)
    rows = queries.roles_of(session, person_id)
    if role not in BY_SERVICE or not any(row.role == role for row in rows):
        raise NotFound
    parts: dict[tuple[int, str], list[tuple[int, str]]] = defaultdict(list)
    for service in queries.open_services(session):
        parts[service.directorate_id, service.directorate].append((service.id, service.name))
    return Choice(
        person_id,
        person.name,
        role,
        tuple(Part(key, name, tuple(services)) for (key, name), services in parts.items()),
        frozenset(row.service_id for row in rows if row.role == role and row.service_id),
    )


def choose(
    session: Session,
    person_id: int,
    role: Role,
    services: Collection[int],
    directorates: Collection[int],
    seen: str,
    *,
    by: Actor,
    now: datetime,
) -> int:
    """The services for which somebody holds a role: those named and all open ones of the directorates.

    Services that were closed meanwhile stay with who held them. `seen` is the mark of what was ticked when
    the form was opened. Returns how many are held now.

    Raises:
        NotFound: there is no such person, or they do not hold the role.
        Conflict: somebody chose others since; nothing was written, both sides are told.
    """
    present = choice(session, person_id, role)
    open_ones = {key for part in present.parts for key, _ in part.services}
    wanted = {key for part in present.parts if part.id in directorates for key, _ in part.services}
    wanted |= open_ones.intersection(services) | (present.chosen - open_ones)
    if seen != present.mark and wanted != present.chosen:
        author = history.last_by(session, "person", person_id)
        both = clashes(
            {"services": present.words(present.chosen)}, {"services": present.words(wanted)}, author
        )
        raise Conflict(f"{author} chose other services after you opened the page.", both)
    before = _service_words(queries.roles_of(session, person_id))
    session.execute(
        delete(PersonRole).where(PersonRole.person_id == person_id, PersonRole.role == role.value)
    )
    # A role without services is kept as a row without one, so that it is not lost on the way.
    held: list[int | None] = [*sorted(wanted)] or [None]
    session.add_all([PersonRole(person_id=person_id, role=role.value, service_id=key) for key in held])
    session.flush()
    after = _service_words(queries.roles_of(session, person_id))
    if before != after:
        _record_roles(session, person_id, before, after, by=by, now=now)
    return len(wanted)


def link(session: Session, person_id: int, *, by: Actor, now: datetime, mails: bool = False) -> str:
    """The token of a new one-time link to choose a password; earlier links stop working.

    With `mails` the person is sent it too.

    Raises:
        NotFound: there is no such person.
        Invalid: the person is switched off.
    """
    person = _person(session, person_id)
    if not person.is_active:
        raise Invalid([Problem("", f"{person.name} is switched off. Switch them on first.")])
    verb = "made a reset link" if person.password_hash else "made an invitation link"
    events.record(session, verb, "person", person_id, by_id=by.id, now=now)
    return _invited(session, person, is_new=person.password_hash is None, mails=mails, now=now)


def _invited(session: Session, person: Person, *, is_new: bool, mails: bool, now: datetime) -> str:
    """The token of a new one-time link; where e-mails go out, the person is sent it too."""
    token = sessions.invite(session, person.id, now=now)
    if mails:
        what = "You are invited to value for money self-assessment." if is_new else "Choose a new password."
        until = letters.day((now + sessions.LINK_LASTS).date())
        letters.send(
            session,
            [letters.Reader(person.id, person.name, person.email)],
            step=f"link:{credentials.token_hash(token)[:16]}",
            subject="Your invitation" if is_new else "A link to choose a new password",
            paragraphs=[
                what,
                f"This link works once, until {until}. Whoever has it can choose the password:",
            ],
            link=f"{letters.PAGES}/invitations/{token}",
            now=now,
        )
    return token


def switch_off(session: Session, person_id: int, *, by: Actor, now: datetime) -> tuple[str, int]:
    """Somebody may no longer sign in, and is signed out everywhere; roles and history stay.

    Returns:
        Their name, and how many things they have in hand that somebody else might take over.

    Raises:
        NotFound: there is no such person.
        Invalid: they are the last administrator.
    """
    person = _locked(session, person_id)
    held = {Role(row.role) for row in queries.roles_of(session, person_id)}
    _keep_an_administrator(session, person, held, "")
    if person.is_active:
        person.is_active = False
        sessions.end_all(session, person_id, now=now)
        sessions.withdraw_invitations(session, person_id, now=now)
        events.record(session, "switched off", "person", person_id, by_id=by.id, now=now)
    return person.name, len(_work(session, person_id))


def switch_on(session: Session, person_id: int, *, by: Actor, now: datetime) -> str:
    """Somebody may sign in again with the password and roles they had. Their name.

    Raises:
        NotFound: there is no such person.
    """
    person = _person(session, person_id)
    if not person.is_active:
        person.is_active = True
        events.record(session, "switched on", "person", person_id, by_id=by.id, now=now)
    return person.name


def to_hand_over(session: Session, person_id: int) -> HandOver:
    """What somebody has in hand, and who could take it.

    Raises:
        NotFound: there is no such person.
    """
    person = _person(session, person_id)
    others = tuple((row.id, row.name) for row in queries.others_active(session, person_id))
    return HandOver(person_id, person.name, _work(session, person_id), others)


def hand_over(
    session: Session, person_id: int, to_id: int | None, keys: Collection[str], *, by: Actor, now: datetime
) -> tuple[int, str]:
    """Give the ticked services, actions and reviews of one person to another.

    Returns:
        How many things went over, and the receiver's name.

    Raises:
        NotFound: there is no such person.
        Invalid: nothing is ticked, or nobody who can take it is chosen.
    """
    present = to_hand_over(session, person_id)
    names = dict(present.others)
    ticked = [one for one in present.work if one.key in keys]
    problems = []
    if to_id not in names:
        problems.append(Problem("to", "Choose who takes over."))
    if not ticked:
        problems.append(Problem("work", "Tick at least one thing to hand over."))
    if problems or to_id is None:
        raise Invalid(problems)
    for one in ticked:
        kind, row_id = one.key.split("-")
        _give(session, kind, int(row_id), person_id, to_id)
    words = [one.words for one in ticked]
    events.record(
        session, f"handed over to {names[to_id]}", "person", person_id, by_id=by.id, now=now, after=words
    )
    events.record(
        session, f"took over from {present.name}", "person", to_id, by_id=by.id, now=now, after=words
    )
    return len(ticked), names[to_id]


def _give(session: Session, kind: str, row_id: int, from_id: int, to_id: int) -> None:
    if kind == "action":
        session.execute(
            update(ImprovementAction).where(ImprovementAction.id == row_id).values(owner_id=to_id)
        )
    elif kind == "review":
        _give_review(session, row_id, from_id, to_id)
    else:
        _give_service(session, kind, row_id, from_id, to_id)


def _give_review(session: Session, review_id: int, from_id: int, to_id: int) -> None:
    """Whatever somebody is in a review, its sponsor, its lead or in its team."""
    this = Review.id == review_id
    session.execute(update(Review).where(this, Review.lead_id == from_id).values(lead_id=to_id))
    session.execute(update(Review).where(this, Review.sponsor_id == from_id).values(sponsor_id=to_id))
    session.execute(
        update(ReviewMember)
        .where(ReviewMember.review_id == review_id, ReviewMember.person_id == from_id)
        .values(person_id=to_id)
    )


def _give_service(session: Session, role: str, service_id: int, from_id: int, to_id: int) -> None:
    """Move a role of a service; the giver keeps the bare role, the receiver loses a bare one."""
    _take(session, from_id, role, service_id)
    _take(session, to_id, role, service_id)
    _take(session, to_id, role, None)
    session.add(PersonRole(person_id=to_id, role=role, service_id=service_id))
    session.flush()
    if role == Role.CONTRIBUTOR:
        _give_parts(session, service_id, from_id, to_id)
    if not any(row.role == role for row in queries.roles_of(session, from_id)):
        session.add(PersonRole(person_id=from_id, role=role))
        session.flush()


def _give_parts(session: Session, service_id: int, from_id: int, to_id: int) -> None:
    """Parts of the service's assessments go along, but for those the receiver has already."""
    had = {(row.assessment_id, row.scope, row.place) for row in queries.parts_of(session, to_id, service_id)}
    for row in queries.parts_of(session, from_id, service_id):
        if (row.assessment_id, row.scope, row.place) not in had:
            row.person_id = to_id
    session.flush()


def _take(session: Session, person_id: int, role: str, service_id: int | None) -> None:
    session.execute(
        delete(PersonRole).where(
            PersonRole.person_id == person_id,
            PersonRole.role == role,
            PersonRole.service_id.is_(None) if service_id is None else PersonRole.service_id == service_id,
        )
    )


def _work(session: Session, person_id: int) -> tuple[Work, ...]:
    services = (
        Work(f"{row.role}-{row.service_id}", f"{Role(row.role).words} of {row.service}")
        for row in queries.roles_of(session, person_id)
        if row.service_id
    )
    actions = (
        Work(f"action-{row.id}", f"Action of {row.name}: {_short(row.text)}{_by(row.due_on)}")
        for row in queries.owned_actions(session, person_id)
    )
    reviews = (
        Work(f"review-{row.id}", f"{row.mode.replace('_', ' ').capitalize()} of {row.name}")
        for row in queries.reviews_of(session, person_id)
    )
    return (*services, *actions, *reviews)


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77].rstrip()}..."


def _by(due_on: date | None) -> str:
    return f", due {due_on.day} {due_on:%B %Y}" if due_on else ""


def _person(session: Session, person_id: int) -> Person:
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound
    return person


def _locked(session: Session, person_id: int) -> Person:
    person = queries.person_for_change(session, person_id)
    if person is None:
        raise NotFound
    return person


def _keep_an_administrator(session: Session, person: Person, losing: set[Role], place: str) -> None:
    if Role.ADMINISTRATOR in losing and not queries.other_administrators(session, person.id):
        raise Invalid([Problem(place, LAST.format(name=person.name))])


def _checked(
    session: Session, name: str, email: str, roles: Collection[str], person_id: int = 0
) -> list[Role]:
    """The roles chosen, in their order, when everything that was typed can be used."""
    problems = []
    if not name:
        problems.append(Problem("name", "Type the person's name."))
    if not credentials.EMAIL.fullmatch(email):
        problems.append(Problem("email", "Type an e-mail address, like name@council.example."))
    elif queries.has_email(session, email, but=person_id):
        problems.append(Problem("email", f"Somebody with {email} is there already. Find them in the list."))
    chosen = [role for role in Role if role.value in roles]
    if not chosen:
        problems.append(Problem("roles", "Choose at least one role."))
    if problems:
        raise Invalid(problems)
    return chosen


def _record_roles(
    session: Session, person_id: int, before: list[str], after: list[str], *, by: Actor, now: datetime
) -> None:
    """Only what came and what went: a director may have sixty services."""
    events.record(
        session,
        "changed services",
        "person",
        person_id,
        by_id=by.id,
        now=now,
        after={
            "given": sorted(set(after) - set(before)),
            "taken_away": sorted(set(before) - set(after)),
        },
    )
