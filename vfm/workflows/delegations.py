"""Parts of an assessment: given to people by name or e-mail, taken back, handed back, taken up again.

The director gives and takes back; whoever was given a part hands it back. Giving needs no right to sign in
before: somebody who is not known yet becomes a person with an invitation.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, NotFound, Problem
from vfm.questionnaires import parts, routing, steps
from vfm.questionnaires.answers import UNANSWERED, State
from vfm.questionnaires.kinds import text_problem
from vfm.questionnaires.pages import pages
from vfm.questionnaires.parts import WHOLE, Part, Scope
from vfm.questionnaires.schema import Questionnaire
from vfm.questionnaires.steps import Step
from vfm.roles import Actor, Role
from vfm.store import content, credentials, events, letters, sessions
from vfm.store import reach as reaching
from vfm.store.queries import assessments as assessment_queries
from vfm.store.queries import parts as queries
from vfm.store.queries.assessments import Head
from vfm.store.queries.parts import Candidate, Holding
from vfm.store.tables import Delegation, Person, PersonRole

FOUND = 20
"""At most so many people are listed for the words somebody searched for."""
DONE, CANNOT = "done", "cannot"
"""As what a part is handed back: answered, or not to be answered by who had it."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What is given to whom, as the form sends it.

    Attributes:
        places: keys of sections and questions; blank for the whole.
        people: ids as text; emails: addresses, one a line.
    """

    places: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    emails: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A part that can be ticked: its key (blank for the whole), its words, and who has it."""

    place: str
    words: str
    holders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GiveView:
    """Where parts are given.

    Attributes:
        choices: the whole, every section, and the question that the page was opened for.
        at_hand: contributors of the service; found: others whom the search found, or who are ticked.
        given: every part that is given now, with its words.
    """

    head: Head
    questionnaire: Questionnaire
    choices: tuple[Choice, ...]
    at_hand: tuple[Candidate, ...]
    found: tuple[Candidate, ...]
    given: tuple[tuple[Holding, str], ...]


@dataclass(frozen=True, slots=True)
class Given:
    """What became of giving: the names, and for who is new the token of their invitation."""

    names: tuple[str, ...]
    invited: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PartView:
    """One part in somebody's hands, for them to hand back.

    Attributes:
        words: the part; left: questions of it on the route that have no answer.
    """

    head: Head
    holding: Holding
    words: str
    left: int


def form(
    session: Session, assessment_id: int, place: str, words: str, ticked: Collection[str], *, by: Actor
) -> GiveView:
    """Where parts are given: `place` is the section or question it was opened for, `words` a search.

    Raises:
        NotFound: no such assessment or place, or you do not direct its service.
        Conflict: it is not open for answers any more.
    """
    head, questionnaire = _directed(session, assessment_id, by)
    part = parts.part_at(questionnaire, place)
    if part is None:
        raise NotFound(place)
    holdings = queries.holdings(session, assessment_id)
    at_hand = queries.at_hand(session, head.service_id)
    known = {one.id for one in at_hand} | {by.id}
    sought = queries.found(session, words.strip(), FOUND) if words.strip() else []
    sought += queries.people(session, _ids(ticked) - {one.id for one in sought})
    return GiveView(
        head=head,
        questionnaire=questionnaire,
        choices=tuple(_choices(questionnaire, part, holdings)),
        at_hand=tuple(at_hand),
        found=tuple(one for one in sought if one.id not in known),
        given=tuple((one, parts.title_of(questionnaire, one.part)) for one in holdings),
    )


def _choices(questionnaire: Questionnaire, part: Part, holdings: Sequence[Holding]) -> Iterable[Choice]:
    if part.scope == Scope.QUESTION:
        yield _choice(part, parts.title_of(questionnaire, part), holdings)
    for page in pages(questionnaire):
        yield _choice(Part(Scope.SECTION, page.key), page.title, holdings)
    yield _choice(WHOLE, "All of it", holdings)


def _choice(part: Part, words: str, holdings: Sequence[Holding]) -> Choice:
    return Choice(part.place, words, tuple(one.name for one in holdings if one.part == part))


def give(session: Session, assessment_id: int, typed: Typed, *, by: Actor, now: datetime) -> Given:
    """Give parts to people, and tell them by e-mail. What was handed back is in hand again from now on.

    Raises:
        NotFound: no such assessment, or you do not direct its service.
        Invalid: no part, nobody, an address that is none or of somebody who is switched off.
        Conflict: it is not open for answers any more.
    """
    head, questionnaire = _directed(session, assessment_id, by, lock=True)
    wanted = [part for place in typed.places if (part := parts.part_at(questionnaire, place)) is not None]
    addresses = typed.emails.lower().replace(",", " ").replace(";", " ").split()
    chosen = {one.id: one.name for one in queries.people(session, _ids(typed.people))}
    message = typed.message.replace("\r\n", "\n").strip()
    known = {address: queries.by_email(session, address) for address in addresses}
    problems = _problems(wanted, chosen, known, message)
    if problems:
        raise Invalid(problems)
    chosen |= {found[0]: found[1] for found in known.values() if found}
    new = {
        person.id: (person, sessions.invite(session, person.id, now=now))
        for person in (_new_person(session, address, by, now) for address, one in known.items() if not one)
    }
    names = chosen | {key: person.name for key, (person, _) in new.items()}
    for person_id in names:
        _at_hand(session, person_id, head.service_id)
    _keep(session, assessment_id, names, wanted, message, by, now)
    titles = [parts.title_of(questionnaire, part) for part in wanted]
    for person_id in names:
        token = new[person_id][1] if person_id in new else None
        _tell(session, head, person_id, wanted, message, token, by, now)
    after = {"to": list(names.values()), "parts": titles}
    _record(session, "gave a part", head, after, by, now)
    return Given(tuple(names.values()), tuple((person.name, token) for person, token in new.values()))


def _tell(
    session: Session,
    head: Head,
    person_id: int,
    given: Sequence[Part],
    message: str,
    token: str | None,
    by: Actor,
    now: datetime,
) -> None:
    """The e-mail to somebody who was given parts, named in the language they read.

    `token` is of the invitation of somebody new.
    """
    person = session.get_one(Person, person_id)
    asked = content.questionnaire(session, head.version_id, head.content_hash)
    worded = content.in_language(asked, person.language)
    first = f"First choose a password: {letters.PAGES}/invitations/{token}" if token else ""
    letters.send(
        session,
        [letters.Reader(person.id, person.name, person.email)],
        step=f"given:assessment:{head.id}:{now.isoformat()}",
        subject=f"{head.service}: questions for you to answer",
        paragraphs=[
            f"{by.name} asks you to answer a part of the self-assessment of {head.service} ({head.cycle}):",
            "\n".join(f"- {parts.title_of(worded, part)}" for part in given),
            message,
            f"It is due on {letters.day(head.due_on)}.",
            first,
        ],
        link=letters.page(head.id),
        now=now,
    )


def _problems(
    wanted: Sequence[Part],
    chosen: dict[int, str],
    known: dict[str, tuple[int, str, bool] | None],
    message: str,
) -> list[Problem]:
    problems = []
    if not wanted:
        problems.append(Problem("place", "Tick what you give: a section, or all of it."))
    if not chosen and not known:
        problems.append(Problem("people", "Tick somebody, or type the e-mail address of somebody else."))
    for address, found in known.items():
        if not credentials.EMAIL.fullmatch(address):
            problems.append(
                Problem("emails", f"{address} is no e-mail address. Type one a line, like name@example.org.")
            )
        elif found and not found[2]:
            problems.append(
                Problem("emails", f"{found[1]} ({address}) is switched off. Ask an administrator.")
            )
    if words := text_problem(message):
        problems.append(Problem("message", words))
    return problems


def _new_person(session: Session, email: str, by: Actor, now: datetime) -> Person:
    """Somebody known by an e-mail alone; their name is what stands before the @, until it is put right."""
    local = email.partition("@")[0].replace(".", " ").replace("_", " ").replace("-", " ")
    person = Person(name=" ".join(local.split()).title(), email=email, created_at=now)
    session.add(person)
    session.flush()
    after = {"name": person.name, "email": email, "roles": [Role.CONTRIBUTOR.words]}
    events.record(session, "added", "person", person.id, by_id=by.id, now=now, after=after)
    return person


def _at_hand(session: Session, person_id: int, service_id: int) -> None:
    """Make somebody a contributor of the service; a bare role, for no service, gives way to it."""
    held = set(
        session.scalars(
            select(PersonRole.service_id).where(
                PersonRole.person_id == person_id, PersonRole.role == Role.CONTRIBUTOR.value
            )
        )
    )
    if service_id in held:
        return
    session.execute(
        delete(PersonRole).where(
            PersonRole.person_id == person_id,
            PersonRole.role == Role.CONTRIBUTOR.value,
            PersonRole.service_id.is_(None),
        )
    )
    session.add(PersonRole(person_id=person_id, role=Role.CONTRIBUTOR.value, service_id=service_id))


def _keep(
    session: Session,
    assessment_id: int,
    names: dict[int, str],
    wanted: Sequence[Part],
    message: str,
    by: Actor,
    now: datetime,
) -> None:
    there = queries.kept(session, assessment_id, names.keys())
    for person_id in names:
        for part in wanted:
            row = there.get((person_id, *part))
            if row is None:
                row = Delegation(assessment_id=assessment_id, person_id=person_id)
                row.scope, row.place = part
                session.add(row)
            row.message, row.given_by_id, row.given_at = message, by.id, now
            row.handed_back_at, row.handed_back_as, row.handed_back_note = None, "", ""
    session.flush()


def take_back(session: Session, assessment_id: int, part_id: int, *, by: Actor, now: datetime) -> str:
    """A part is no longer somebody's; what they answered stays. Their name.

    Raises:
        NotFound: no such part, or you do not direct its service.
        Conflict: the assessment is not open for answers any more.
    """
    head, questionnaire = _directed(session, assessment_id, by, lock=True)
    row = queries.one(session, assessment_id, part_id)
    if row is None:
        raise NotFound
    name = session.get_one(Person, row.person_id).name
    after = {"from": name, "parts": [parts.title_of(questionnaire, (row.scope, row.place))]}
    session.delete(row)
    _record(session, "took back a part", head, after, by, now)
    return name


def mine(session: Session, assessment_id: int, part_id: int, *, by: Actor) -> PartView:
    """A part in your own hands, to hand it back.

    Raises:
        NotFound: no such part of yours.
    """
    head, reach = reaching.opened(session, assessment_id, by)
    holdings = queries.holdings(session, assessment_id)
    holding = next((one for one in holdings if one.id == part_id and one.person_id == by.id), None)
    if holding is None:
        raise NotFound
    kept = assessment_queries.answers(session, assessment_id)
    answers = content.answers(reach.whole, ((row.key, row.content) for row in kept))
    asked = routing.on_route(reach.whole, answers) & parts.keys_of(reach.own, [holding.part])
    blank = [key for key in asked if answers.get(key, UNANSWERED).state is State.UNANSWERED]
    return PartView(head, holding, parts.title_of(reach.own, holding.part), len(blank))


def hand_back(
    session: Session, assessment_id: int, part_id: int, said: str, note: str, *, by: Actor, now: datetime
) -> None:
    """Say that a part is done, or that it is not yours to answer; you can still read it.

    Raises:
        NotFound: no such part of yours.
        Invalid: neither is said, or it cannot be answered and there is no note why.
        Conflict: the assessment is not open for answers any more.
    """
    head, row = _own_part(session, assessment_id, part_id, by)
    note = note.replace("\r\n", "\n").strip()
    problems = []
    if said not in (DONE, CANNOT):
        problems.append(Problem("said", "Say whether it is done, or cannot be answered by you."))
    elif said == CANNOT and not note:
        problems.append(Problem("note", "Say why, and who could answer it, so that the director can go on."))
    if words := text_problem(note):
        problems.append(Problem("note", words))
    if problems:
        raise Invalid(problems)
    row.handed_back_at, row.handed_back_as, row.handed_back_note = now, said, note
    after = {"parts": [row.place or "all of it"], "as": said, "note": note}
    _record(session, "handed back a part", head, after, by, now)


def take_up(session: Session, assessment_id: int, part_id: int, *, by: Actor, now: datetime) -> None:
    """Go on with a part you had handed back.

    Raises:
        NotFound: no such part of yours.
        Conflict: the assessment is not open for answers any more.
    """
    head, row = _own_part(session, assessment_id, part_id, by)
    row.handed_back_at, row.handed_back_as, row.handed_back_note = None, "", ""
    _record(session, "took up a part again", head, {"parts": [row.place or "all of it"]}, by, now)


def _own_part(session: Session, assessment_id: int, part_id: int, by: Actor) -> tuple[Head, Delegation]:
    head, _ = reaching.opened(session, assessment_id, by, lock=True)
    row = queries.one(session, assessment_id, part_id)
    if row is None or row.person_id != by.id:
        raise NotFound
    _still_open(head)
    return head, row


def _directed(
    session: Session, assessment_id: int, by: Actor, *, lock: bool = False
) -> tuple[Head, Questionnaire]:
    head, reach = reaching.opened(session, assessment_id, by, lock=lock)
    if not reach.is_director:
        raise NotFound
    _still_open(head)
    return head, reach.whole


def _still_open(head: Head) -> None:
    if not steps.allows(head.status, Step.SAVE):
        raise Conflict(
            f"This assessment is {steps.STATUS_WORDS[steps.Status(head.status)]}. Parts are given and handed "
            "back only while it is open for answers."
        )


def _record(
    session: Session, verb: str, head: Head, after: Mapping[str, object], by: Actor, now: datetime
) -> None:
    is_deputy = head.service_id in by.stands_in_for
    events.record(
        session, verb, "assessment", head.id, by_id=by.id, now=now, after=after, as_deputy=is_deputy
    )


def _ids(texts: Collection[str]) -> set[int]:
    return {int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 10}
