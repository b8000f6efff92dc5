"""What colleagues say to each other about a question while they answer: said, told, settled.

Whoever may see the question reads its comments; the assessment's own people and the core team write. It is
not the feedback of a pilot, which is about the template.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from vfm.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from vfm.questionnaires.kinds import text_problem
from vfm.questionnaires.parts import Reach, keys_of
from vfm.questionnaires.schema import Question
from vfm.roles import Actor, Role
from vfm.store import content, events, letters
from vfm.store import reach as reaching
from vfm.store.queries import assessments as assessment_queries
from vfm.store.queries import comments as queries
from vfm.store.queries.assessments import Head
from vfm.store.queries.comments import Named, Said
from vfm.store.tables import Comment, Mention

LONGEST = 5_000
"""Characters of a comment."""


@dataclass(frozen=True, slots=True)
class Line:
    """One comment with the names of those who were told.

    Attributes:
        may_change: it is this person's own, and nobody said anything after it.
    """

    said: Said
    told: tuple[str, ...]
    may_change: bool


@dataclass(frozen=True, slots=True)
class Thread:
    """The comments at one question.

    Attributes:
        people: who can be told; nobody for those who only read.
        is_unread: this person is named in one of them and has not read it.
    """

    head: Head
    question: Question
    section_key: str
    lines: tuple[Line, ...]
    people: tuple[Named, ...]
    may_write: bool
    is_unread: bool


def of_question(session: Session, assessment_id: int, key: str, *, by: Actor, now: datetime) -> Thread:
    """The comments at a question, in the order they were made.

    Raises:
        NotFound: no such assessment or question, or not yours to see.
    """
    head, reach = _open(session, assessment_id, key, by)
    said = queries.of_question(session, assessment_id, key)
    told = queries.told(session, [one.id for one in said])
    may_write = _may_write(head, reach, by)
    return Thread(
        head=head,
        question=reach.own.questions[key],
        section_key=reach.own.section_of[key],
        lines=tuple(
            Line(
                one,
                tuple(name for comment, _, name, _ in told if comment == one.id),
                may_change=may_write and one.by_id == by.id and one is said[-1] and not one.settled_at,
            )
            for one in said
        ),
        people=tuple(_people(session, head, reach, key, said, by, now)) if may_write else (),
        may_write=may_write,
        is_unread=any(person == by.id and seen_at is None for _, person, _, seen_at in told),
    )


def seen(session: Session, assessment_id: int, key: str, *, by: Actor, now: datetime) -> None:
    """This person has read what is said to them at a question."""
    here = select(Comment.id).where(Comment.assessment_id == assessment_id, Comment.question_key == key)
    session.execute(
        update(Mention)
        .where(Mention.person_id == by.id, Mention.seen_at.is_(None), Mention.comment_id.in_(here))
        .values(seen_at=now)
    )


def write(
    session: Session,
    assessment_id: int,
    key: str,
    text: str,
    tell: Collection[str],
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Say something at a question, and tell who is ticked or named in it as @Name.

    Args:
        session: a writing transaction.
        assessment_id: of what.
        key: of the question.
        text: plain text.
        tell: ids, as text, of people of this assessment; others are not looked at.
        by: who says it.
        now: when.

    Raises:
        NotFound: no such assessment or question, or not yours to see.
        Forbidden: yours to read, not to write.
        Invalid: there are no words, or too many.
    """
    thread = of_question(session, assessment_id, key, by=by, now=now)
    if not thread.may_write:
        raise Forbidden("Only those who answer this assessment and the core team comment here.")
    text = _checked(text)
    comment = Comment(assessment_id=assessment_id, question_key=key, text=text, by_id=by.id, at=now)
    session.add(comment)
    session.flush()
    told = [one for one in thread.people if str(one.id) in tell or _is_named(one, text)]
    session.add_all(Mention(comment_id=comment.id, person_id=one.id) for one in told)
    _send(session, thread, comment, told, by)
    seen(session, assessment_id, key, by=by, now=now)  # who answers has read what was said to them
    _record(session, "commented", thread.head, {"question": key}, by, now)


def change(
    session: Session, assessment_id: int, comment_id: int, text: str, *, by: Actor, now: datetime
) -> str:
    """Other words for the last comment, by who made it; the question's key.

    Raises:
        NotFound: no such comment of yours.
        Conflict: somebody has said something after it, or settled it.
        Invalid: there are no words, or too many.
    """
    thread, line = _own(session, assessment_id, comment_id, by, now)
    words = _checked(text)
    session.execute(update(Comment).where(Comment.id == comment_id).values(text=words))
    key = thread.question.key
    _record(session, "changed a comment", thread.head, {"question": key, "before": line.said.text}, by, now)
    return key


def own(
    session: Session, assessment_id: int, comment_id: int, *, by: Actor, now: datetime
) -> tuple[Thread, Line]:
    """The last comment at a question, for who made it to change.

    Raises:
        NotFound, Conflict: as for `change`.
    """
    return _own(session, assessment_id, comment_id, by, now)


def settle(
    session: Session, assessment_id: int, comment_id: int, *, is_settled: bool, by: Actor, now: datetime
) -> str:
    """A comment needs nothing more, or does again; the question's key. Done twice it stays as it is.

    Raises:
        NotFound: no such comment, or not yours to see.
        Forbidden: yours to read, not to write.
    """
    comment = queries.one(session, assessment_id, comment_id)
    if comment is None or comment.question_key is None:
        raise NotFound
    head, reach = _open(session, assessment_id, comment.question_key, by)
    if not _may_write(head, reach, by):
        raise Forbidden("Only those who answer this assessment and the core team settle comments.")
    if (comment.settled_at is not None) != is_settled:
        comment.settled_at, comment.settled_by_id = (now, by.id) if is_settled else (None, None)
        verb = "settled a comment" if is_settled else "reopened a comment"
        _record(session, verb, head, {"question": comment.question_key}, by, now)
    return comment.question_key


def _open(session: Session, assessment_id: int, key: str, by: Actor) -> tuple[Head, Reach]:
    head = assessment_queries.head(session, assessment_id)
    if head is None:
        raise NotFound
    questionnaire = content.questionnaire(session, head.version_id, head.content_hash)
    reach = reaching.of(session, head.id, head.service_id, head.kind, questionnaire, by)
    if key not in reach.own.questions:
        raise NotFound
    return head, reach


def _may_write(head: Head, reach: Reach, by: Actor) -> bool:
    return by.works_on(head.service_id) or by.has(Role.CORE_TEAM) or bool(reach.answers)


def _people(
    session: Session, head: Head, reach: Reach, key: str, said: list[Said], by: Actor, now: datetime
) -> list[Named]:
    """Who directs the service, who was given the question, and who has spoken; not this person."""
    given = {
        person
        for person, scope, place in queries.given_parts(session, head.id)
        if key in keys_of(reach.whole, [(scope, place)])
    }
    directing = queries.directing(session, head.service_id, now.date())
    others = given | {one.by_id for one in said}
    found = {one.id: one for one in (*directing, *queries.people(session, others)) if one.id != by.id}
    return sorted(found.values(), key=lambda one: (one.name, one.id))


def _own(
    session: Session, assessment_id: int, comment_id: int, by: Actor, now: datetime
) -> tuple[Thread, Line]:
    comment = queries.one(session, assessment_id, comment_id)
    if comment is None or comment.question_key is None or comment.by_id != by.id:
        raise NotFound
    thread = of_question(session, assessment_id, comment.question_key, by=by, now=now)
    line = next(line for line in thread.lines if line.said.id == comment_id)
    if not line.may_change:
        raise Conflict("Somebody has answered or settled this comment. Say it in a new one.")
    return thread, line


def _checked(text: str) -> str:
    words = text.replace("\r\n", "\n").strip()
    if not words:
        raise Invalid([Problem("text", "Type what you want to say.")])
    if len(words) > LONGEST:
        raise Invalid([Problem("text", f"This has {len(words):,} characters; the most is {LONGEST:,}.")])
    if message := text_problem(words):
        raise Invalid([Problem("text", message)])
    return words


def _is_named(person: Named, text: str) -> bool:
    return f"@{person.name}".casefold() in text.casefold()


def _send(session: Session, thread: Thread, comment: Comment, told: list[Named], by: Actor) -> None:
    head, key = thread.head, thread.question.key
    letters.send(
        session,
        [letters.Reader(*one) for one in told],
        step=f"mention:comment:{comment.id}",
        subject=f"{head.service}: {by.name} asks you about {key}",
        paragraphs=[
            f"{by.name} writes at {key} of the self-assessment of {head.service} ({head.cycle}):",
            comment.text,
        ],
        link=letters.page(head.id, f"/questions/{key}/comments"),
        now=comment.at,
    )


def _record(session: Session, verb: str, head: Head, after: dict[str, str], by: Actor, now: datetime) -> None:
    is_deputy = head.service_id in by.stands_in_for
    events.record(
        session, verb, "assessment", head.id, by_id=by.id, now=now, after=after, as_deputy=is_deputy
    )
