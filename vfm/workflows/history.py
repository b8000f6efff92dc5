"""The history of an answer: every revision with who, when and how, and putting an earlier one back.

An answer that is put back is one revision more: nothing of the history ever goes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from vfm.errors import Clash, Conflict, Forbidden, NotFound
from vfm.questionnaires import answers as reading
from vfm.questionnaires import merging, routing, steps
from vfm.questionnaires.answers import Answer, State
from vfm.questionnaires.merging import How, Written
from vfm.questionnaires.parts import Reach
from vfm.questionnaires.schema import Kind, Question, Questionnaire
from vfm.questionnaires.steps import Step
from vfm.roles import Actor
from vfm.store import answers as rows
from vfm.store import content
from vfm.store import reach as reaching
from vfm.store.queries import assessments as queries
from vfm.store.queries import history
from vfm.store.queries.assessments import Head
from vfm.store.queries.history import Told

PAUSE = timedelta(minutes=5)
"""Between two saves of one person who goes on typing the same text."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of an answer.

    Attributes:
        number: from 1; the newest stands.
        answer: as a value; content: as the store holds it.
        by, at: who wrote it, and when; None where an answer was carried over and that is no longer known;
            as_deputy: standing in for the director.
        how: by which way it came; None when it was carried over from the assessment of an earlier cycle.
        cycle: that cycle, where it was carried over; otherwise empty.
        before: the answer it took the place of; None for the first.
        since: the first of the revisions it stands for, when its writer only went on typing; else its number.
        may_be_put_back: it is another answer than the one that stands, and this person may change that now.
    """

    number: int
    answer: Answer
    content: Mapping[str, Any]
    by: str | None
    at: datetime | None
    how: How | None
    cycle: str = ""
    as_deputy: bool = False
    before: Answer | None = None
    since: int = 0
    may_be_put_back: bool = False


@dataclass(frozen=True, slots=True)
class HistoryView:
    """An answer from its first revision to the one that stands.

    Attributes:
        revisions: newest first.
        saves: how many there are in all; folded: how many of them stand within a later one.
        may_answer: this person may change the answer now.
    """

    head: Head
    questionnaire: Questionnaire
    question: Question
    revisions: tuple[Revision, ...]
    saves: int
    folded: int
    may_answer: bool


@dataclass(frozen=True, slots=True)
class BothView:
    """The answer that stands beside the one to be put back.

    Attributes:
        seen: the mark of the answer that stands, for the form to hand back.
        is_same: both say the same, so that there is nothing to do.
        may_answer: this person may change the answer now.
    """

    head: Head
    questionnaire: Questionnaire
    question: Question
    standing: Revision
    wanted: Revision
    seen: str
    is_same: bool
    may_answer: bool


def of_question(
    session: Session, assessment_id: int, key: str, *, by: Actor, is_every: bool = False
) -> HistoryView:
    """Every revision of an answer, newest first; one only added to while typing is part of the later one.

    Args:
        session: to read from.
        assessment_id: whose answer.
        key: of the question.
        by: who reads.
        is_every: show each save by itself.

    Raises:
        NotFound: no such assessment or question, or not yours to see.
    """
    head, reach = reaching.opened(session, assessment_id, by)
    questionnaire = reach.own
    found = _revisions(session, head, questionnaire, key)
    may_answer = _may_answer(head, reach, key)
    question = questionnaire.questions[key]
    fewer = _without_pauses(question, found)
    shown = _beside_each_other(found if is_every else fewer, may_answer=may_answer)
    return HistoryView(
        head=head,
        questionnaire=questionnaire,
        question=question,
        revisions=tuple(shown)[::-1],
        saves=len(found),
        folded=len(found) - len(fewer),
        may_answer=may_answer,
    )


def ask(session: Session, assessment_id: int, key: str, number: int, *, by: Actor) -> BothView:
    """The answer that stands beside an earlier revision of it, to decide which one is to stand.

    Raises:
        NotFound: no such assessment, question or revision, or not yours to see.
    """
    head, reach = reaching.opened(session, assessment_id, by)
    questionnaire = reach.own
    found = _revisions(session, head, questionnaire, key)
    wanted = next((one for one in found if one.number == number), None)
    if wanted is None:
        raise NotFound
    standing = found[-1]
    return BothView(
        head=head,
        questionnaire=questionnaire,
        question=questionnaire.questions[key],
        standing=standing,
        wanted=wanted,
        seen=merging.seen(standing.content, standing.number),
        is_same=standing.answer == wanted.answer,
        may_answer=_may_answer(head, reach, key),
    )


def put_back(
    session: Session, assessment_id: int, key: str, number: int, *, seen: str, by: Actor, now: datetime
) -> None:
    """Let an earlier revision stand again, as one more revision; where it stands already, nothing is done.

    Args:
        session: a writing transaction.
        assessment_id: whose answer.
        key: of the question.
        number: of the revision.
        seen: the mark of the answer that stood when its reader decided.
        by: who decides.
        now: when.

    Raises:
        NotFound: no such assessment, question or revision, or not yours to see.
        Forbidden: yours to see, not to answer.
        Conflict: it was sent for sign-off meanwhile; or somebody changed the answer, with both texts.
    """
    head, reach = reaching.opened(session, assessment_id, by, lock=True)
    questionnaire = reach.whole
    if key in reach.own.questions and key not in reach.answers:
        raise Forbidden("Only the service's director and those who were given this question can answer.")
    steps.after(head.status, Step.SAVE)
    both = ask(session, assessment_id, key, number, by=by)
    if both.is_same:
        return
    if seen != both.seen:
        raise _changed_meanwhile(both)
    kept = {row.key: row for row in queries.answers(session, assessment_id)}
    written = {key: Written(both.wanted.answer, dict(both.wanted.content), both.standing.number + 1)}
    given = content.answers(questionnaire, ((row.key, row.content) for row in kept.values()))
    progress = routing.progress(questionnaire, given | {key: both.wanted.answer})
    is_deputy = head.service_id in by.stands_in_for
    who: Any = {"by_id": by.id, "as_deputy": is_deputy, "now": now}
    rows.write(session, assessment_id, written, kept, progress, how=How.RESTORED, **who)


def _changed_meanwhile(both: BothView) -> Conflict:
    kept, wanted = (
        reading.whole_in_words(both.questionnaire, both.question, one.answer)
        for one in (both.standing, both.wanted)
    )
    by = both.standing.by or "Somebody"
    message = f"{by} changed this answer after you opened the page. You see below what stands now."
    return Conflict(message, (Clash(both.question.key, kept, wanted, by),))


# --- what happened, in order --------------------------------------------------------------------------------


def _revisions(session: Session, head: Head, questionnaire: Questionnaire, key: str) -> list[Revision]:
    """Every revision, the oldest first.

    Raises:
        NotFound: no such question.
    """
    if key not in questionnaire.questions:
        raise NotFound
    told = history.of_answer(session, head.id, key)
    found = [_revision(questionnaire, key, one) for one in told]
    if not found or found[0].number > 1:
        found = [*_came_with(session, head, questionnaire, key, told), *found]
    return found


def _revision(questionnaire: Questionnaire, key: str, one: Told) -> Revision:
    answer = _answer(questionnaire, key, one.content)
    who = (one.by, one.at, How(one.verb))
    return Revision(one.revision, answer, one.content, *who, as_deputy=one.as_deputy, since=one.revision)


def _came_with(
    session: Session, head: Head, questionnaire: Questionnaire, key: str, told: Sequence[Told]
) -> Iterator[Revision]:
    """The answer the assessment opened with, if it did: the first that was written here took its place."""
    first = (
        history.before(session, told[0].event_id, key) if told else history.standing(session, head.id, key)
    )
    if first is not None:
        event = queries.latest_event(session, head.id, "carried answers")
        cycle = str(event.after["from"]) if event else ""
        by, at = history.given(session, head.service_id, cycle, key, first)
        answer = _answer(questionnaire, key, first)
        yield Revision(1, answer, first, by, at, None, cycle, since=1)


def _answer(questionnaire: Questionnaire, key: str, stored: Mapping[str, Any]) -> Answer:
    return content.answers(questionnaire, [(key, stored)])[key]


def _beside_each_other(shown: Sequence[Revision], *, may_answer: bool) -> Iterator[Revision]:
    """Each with the one before it."""
    for before, one in zip([None, *shown], shown, strict=False):
        yield replace(
            one,
            before=before.answer if before else None,
            may_be_put_back=may_answer and one.answer != shown[-1].answer,
        )


# --- saves while typing -------------------------------------------------------------------------------------


def _without_pauses(question: Question, revisions: Sequence[Revision]) -> list[Revision]:
    """The revisions but for those whose writer went on to add to them at once: the later one says it all."""
    shown: list[Revision] = []
    for one in revisions:
        is_more = bool(shown) and _is_one_sitting(shown[-1], one) and _adds_to(question, shown[-1], one)
        shown.append(replace(one, since=shown.pop().since) if is_more else one)
    return shown


def _is_one_sitting(before: Revision, after: Revision) -> bool:
    is_typed = before.how is after.how is How.PAGE and before.by == after.by
    return is_typed and before.at is not None and after.at is not None and after.at - before.at <= PAUSE


def _adds_to(question: Question, before: Revision, after: Revision) -> bool:
    """True when a text or a note was only typed on, so that nothing of what it said before is gone."""
    was, now = before.answer, after.answer
    if was.state not in (now.state, State.UNANSWERED) or was.evidence is not now.evidence:
        return False
    is_text = question.kind in (Kind.TEXT, Kind.EVIDENCE)
    is_said = was.value == now.value or (is_text and str(now.value or "").startswith(str(was.value or "")))
    return is_said and was.reason == now.reason and now.note.startswith(was.note)


# --- what all of them ask -----------------------------------------------------------------------------------


def _may_answer(head: Head, reach: Reach, key: str) -> bool:
    return key in reach.answers and steps.allows(head.status, Step.SAVE)
