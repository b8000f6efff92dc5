"""Signing in and out: a random token in the browser, its hash and the times in the store.

A sign-in is three steps, so that the slow check of the password holds no transaction: `attempt` notes it,
`candidate` counts and finds whose password to check, `enter` begins the session.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from vfm.errors import Forbidden, Invalid, NotFound, Problem
from vfm.roles import Actor, Role
from vfm.store import credentials, events, sessions
from vfm.store.queries import sign_in as queries
from vfm.store.tables import Person, SignInAttempt, SignInSession

SEEN_STEP = timedelta(minutes=5)
"""`seen_at` is written at most this often, so that reading a page seldom writes."""

WINDOW = timedelta(minutes=15)
"""Failed sign-ins count for this long."""

ADDRESS_TIMES = 10
"""A client address may fail this many times as often as one e-mail: a whole council can sit behind one."""


@dataclass(frozen=True, slots=True)
class CouncilView:
    """What every page shows of the council.

    Attributes:
        is_published: a demonstration on published lines of real councils.
    """

    name: str
    colour: str
    has_logo: bool
    is_demo: bool
    is_published: bool
    financial_year: str
    revision: int


@dataclass(frozen=True, slots=True)
class Visit:
    """A signed-in person, their council, and whether it is time to note that they were seen.

    Attributes:
        seen_at: when they were last noted; their session ends so many hours after that.
    """

    session_id: int
    actor: Actor
    council: CouncilView
    is_due_seen: bool
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whose password is to be checked; nobody when the e-mail is unknown or the person switched off."""

    person_id: int | None
    password_hash: str | None
    is_slowed: bool

    def proves(self, password: str) -> bool:
        """True when the password is theirs; takes as long when there is nobody."""
        return credentials.proves(self.password_hash, password)


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody the demonstration can be tried as, with the services they answer for."""

    id: int
    name: str
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """The signed-in person's own page: their browsers, the latest seen first."""

    name: str
    email: str
    roles: tuple[str, ...]
    browsers: tuple["SignedInBrowser", ...]


@dataclass(frozen=True, slots=True)
class SignedInBrowser:
    """One browser in which somebody is signed in."""

    words: str
    since: datetime
    seen_at: datetime
    is_this: bool


def council(session: Session) -> CouncilView | None:
    """The council for a visitor who is not signed in; None before `vfm init`."""
    row = queries.the_council(session)
    if row is None:
        return None
    return CouncilView(
        row.name,
        row.colour,
        row.logo_type is not None,
        row.is_demo,
        row.is_published,
        row.financial_year,
        row.revision,
    )


def visit(session: Session, token: str, *, now: datetime, hours: int) -> Visit | None:
    """Who holds this token; None when it is unknown, revoked, or not used for `hours`."""
    found = queries.visit_by_token(session, credentials.token_hash(token), now.date())
    if found is None or found.seen_at < now - timedelta(hours=hours):
        return None
    held = [one.split(":") for one in found.roles.split()]
    council = CouncilView(
        found.council_name,
        found.colour,
        found.logo_type is not None,
        found.is_demo,
        found.is_published,
        found.financial_year,
        found.revision,
    )
    actor = replace(_actor(found.person_id, found.name, held), language=found.language)
    return Visit(found.id, actor, council, found.seen_at < now - SEEN_STEP, found.seen_at)


def choose_language(session: Session, person_id: int, language: str) -> None:
    """Keep the language in which somebody reads, `en` or `cy`; a choice of one's own leaves no event."""
    session.execute(update(Person).where(Person.id == person_id).values(language=language))


def whose(session: Session, token: str) -> int | None:
    """Who holds or held this token, also after their session ended; None when nobody did."""
    return queries.person_by_token(session, credentials.token_hash(token))


def _actor(person_id: int, name: str, held: Iterable[Sequence[str]]) -> Actor:
    """Somebody from the (role, service id) pairs they hold; a deputy is a director for the time being."""
    services: dict[str, set[int]] = defaultdict(set)
    for role, service in held:
        services[role].update({int(service)} if service else ())
    deputised = services.pop(queries.DEPUTY, set())
    directed = services.get(Role.DIRECTOR, set())
    return Actor(
        id=person_id,
        name=name,
        roles=frozenset(map(Role, services)) | ({Role.DIRECTOR} if deputised else set()),
        directs=frozenset(directed | deputised),
        contributes_to=frozenset(services.get(Role.CONTRIBUTOR, ())),
        oversees=frozenset(services.get(Role.EXECUTIVE_DIRECTOR, ())),
        stands_in_for=frozenset(deputised - directed),
    )


def core_member(session: Session, email: str) -> Actor:
    """A member of the core team by their e-mail, for a command that works in their name.

    Raises:
        Invalid: nobody of the core team who may sign in has this e-mail.
    """
    found = queries.active_person(session, email.strip().lower())
    roles = queries.roles_without_service(session, found[0]) if found is not None else frozenset()
    if found is None or Role.CORE_TEAM not in roles:
        sentence = f"Nobody of the core team who may sign in has the e-mail {email}. Name somebody who does."
        raise Invalid([Problem("--by", sentence)])
    return Actor(found[0], queries.person_name(session, found[0]), roles)


def acting(session: Session, person_id: int) -> Actor:
    """Somebody of the council's own roles, for work that goes on after they asked for it.

    Raises:
        Forbidden: they may not sign in any more.
    """
    if not queries.is_active(session, person_id):
        raise Forbidden("Whoever asked for this may not sign in any more. Ask for it again.")
    roles = queries.roles_without_service(session, person_id)
    return Actor(person_id, queries.person_name(session, person_id), roles)


def seen(session: Session, session_id: int, *, now: datetime) -> None:
    """Note that a signed-in browser is still in use."""
    session.execute(update(SignInSession).where(SignInSession.id == session_id).values(seen_at=now))


def attempt(session: Session, email: str, address: str, *, now: datetime) -> tuple[int, int]:
    """Note a try before its password is looked at, so that tries made at the same time count too.

    Rows older than the window go, which keeps the table small.

    Returns:
        The two rows made: of the e-mail and of the client address.
    """
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - WINDOW))
    of_email, of_address = (SignInAttempt(subject=subject, at=now) for subject in _subjects(email, address))
    session.add_all([of_email, of_address])
    session.flush()
    return of_email.id, of_address.id


def candidate(session: Session, email: str, address: str, *, tries: int, now: datetime) -> Candidate:
    """Whose password to check, or that there were too many tries of this e-mail or from this address.

    `tries` is how many failures one e-mail may have within the window; the present try is counted already.
    """
    of_email, of_address = _subjects(email, address)
    counted = queries.attempts(session, (of_email, of_address), since=now - WINDOW)
    if counted.get(of_email, 0) > tries or counted.get(of_address, 0) > tries * ADDRESS_TIMES:
        return Candidate(None, None, is_slowed=True)
    person_id, kept = queries.active_person(session, email.strip().lower()) or (None, None)
    return Candidate(person_id, kept, is_slowed=False)


def enter(
    session: Session, person_id: int, email: str, noted: tuple[int, int], *, browser: str, now: datetime
) -> str:
    """Begin a session for somebody whose password was right; the token for the browser.

    Their e-mail's tries no longer count. Of the address only this try is taken back: somebody with one
    account of their own could otherwise guess at others for ever.
    """
    sessions.forget_attempts(session, email)
    session.execute(delete(SignInAttempt).where(SignInAttempt.id.in_(noted)))
    return start(session, person_id, browser=browser, now=now)


def start(session: Session, person_id: int, *, now: datetime, browser: str = "") -> str:
    """Begin a session for a person whose right to sign in was checked; the token for the browser."""
    return sessions.start(session, person_id, now=now, browser=browser)


def end(session: Session, token: str, *, now: datetime) -> None:
    """Sign out the browser that holds this token."""
    sessions.end(session, token, now=now)


def end_others(session: Session, session_id: int, *, by: Actor, now: datetime) -> int:
    """Sign somebody out everywhere but in this browser; how many sessions ended."""
    return sessions.end_all(session, by.id, now=now, but=session_id)


def account(session: Session, session_id: int, *, by: Actor, now: datetime, hours: int) -> Account:
    """The signed-in person's own page."""
    email = queries.person_email(session, by.id)
    rows = queries.live_sessions(session, by.id, since=now - timedelta(hours=hours))
    browsers = (
        SignedInBrowser(row.browser or "A browser", row.created_at, row.seen_at, row.id == session_id)
        for row in rows
    )
    return Account(by.name, email, _role_words(by), tuple(browsers))


def _role_words(by: Actor) -> tuple[str, ...]:
    """The roles somebody holds; who directs as a deputy alone is called that."""
    is_deputy = bool(by.stands_in_for) and by.stands_in_for == by.directs
    words = {Role.DIRECTOR: "Deputy director" if is_deputy else Role.DIRECTOR.words}
    return tuple(words.get(role, role.words) for role in Role if role in by.roles)


def change_password(
    session: Session, session_id: int, current: str, new: str, again: str, *, by: Actor, now: datetime
) -> None:
    """Choose another password; every other browser is signed out.

    Raises:
        Invalid: the current password is not right, or the new one is too weak or typed differently.
    """
    person = session.get_one(Person, by.id)
    problems = credentials.password_problems(new, again, names=(person.name, person.email))
    if not credentials.proves(person.password_hash, current):
        problems.insert(0, Problem("current", "That is not your present password. Type it again."))
    if problems:
        raise Invalid(problems)
    person.password_hash = credentials.password_hash(new)
    sessions.end_all(session, by.id, now=now, but=session_id)
    events.record(session, "changed password", "person", by.id, by_id=by.id, now=now)


def demo_people(session: Session) -> tuple[tuple[Role, tuple[DemoPerson, ...]], ...]:
    """Everybody the demonstration can be tried as, per role in the order of the roles.

    Raises:
        NotFound: this is no demonstration council.
    """
    _demo_or_not_found(session)
    held: dict[Role, dict[int, tuple[str, list[str]]]] = {}
    for row in queries.people_by_role(session):
        people = held.setdefault(Role(row.role), {})
        services = people.setdefault(row.id, (row.name, []))[1]
        if row.service:
            services.append(row.service)
    return tuple(
        (role, tuple(DemoPerson(key, name, tuple(services)) for key, (name, services) in held[role].items()))
        for role in Role
        if role in held
    )


def demo_enter(session: Session, person_id: int, *, browser: str, now: datetime) -> str:
    """Sign in as one of the demonstration's people without a password.

    Raises:
        NotFound: this is no demonstration council, or there is no such person.
    """
    _demo_or_not_found(session)
    if not queries.is_active(session, person_id):
        raise NotFound
    return start(session, person_id, browser=browser, now=now)


def _demo_or_not_found(session: Session) -> None:
    row = queries.the_council(session)
    if row is None or not row.is_demo:
        raise NotFound


def _subjects(email: str, address: str) -> tuple[str, str]:
    """What a try counts against."""
    return sessions.attempts_of(email), credentials.token_hash(f"address {address}")
