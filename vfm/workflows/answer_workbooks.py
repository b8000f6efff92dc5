"""A service's workbook of answers: what goes into it, and what becomes of one that comes back filled in.

Nothing of an upload counts before somebody accepts it, and then by the same rules as a page that was saved:
only what its writer changed is written, and only over the answer they saw.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from vfm.errors import Forbidden, Invalid, NotFound, Problem
from vfm.questionnaires import answers as reading
from vfm.questionnaires import merging, routing, steps, workbook_reading
from vfm.questionnaires.answers import UNANSWERED, Answer, Answers
from vfm.questionnaires.merging import How, Kept, Outcome, Sent
from vfm.questionnaires.parts import Reach
from vfm.questionnaires.published import beside
from vfm.questionnaires.schema import Question, Questionnaire
from vfm.questionnaires.steps import Step
from vfm.questionnaires.workbook_layout import Origin
from vfm.questionnaires.workbook_reading import Cells
from vfm.roles import Actor
from vfm.store import answers as rows
from vfm.store import content
from vfm.store import reach as reaching
from vfm.store.queries import assessments as queries
from vfm.store.queries import uploads
from vfm.store.queries.assessments import Head, Published
from vfm.store.queries.uploads import Waiting
from vfm.store.tables import Upload

THEIRS = "theirs"
"""The choice, where two wrote the same answer, that what stands on the pages stays."""

# --- what the pages show ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Overview:
    """Where a workbook is downloaded and uploaded.

    Attributes:
        asked: how many questions it would hold.
        may_answer: this person may upload one now.
        waiting: uploads that nobody has accepted or discarded, the newest first.
    """

    head: Head
    asked: int
    may_answer: bool
    waiting: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class Blank:
    """What a workbook is made from.

    Attributes:
        questionnaire: cut to what this person may see.
        keys: of the questions in it.
        given: the answers that stand now.
        agreed: question key -> what was agreed last time, in words.
        figures: question key -> published figures to show beside it.
    """

    head: Head
    questionnaire: Questionnaire
    origin: Origin
    keys: frozenset[str]
    given: Answers
    agreed: Mapping[str, str]
    figures: Mapping[str, tuple[Published, ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """One answer that an upload would change.

    Attributes:
        now, then: what stands, and what would.
        is_asked: it is on the route once everything is taken; one that is not is kept and does not count.
    """

    question: Question
    now: Answer
    then: Answer
    is_asked: bool


@dataclass(frozen=True, slots=True)
class Clash:
    """One answer that was changed on the pages since the workbook was downloaded, and in it too.

    Attributes:
        kept, sent: what stands, and what the workbook says.
        by, at: who wrote what stands, and when.
        mark: what chooses the workbook's over exactly this one.
    """

    question: Question
    kept: Answer
    sent: Answer
    by: str
    at: datetime
    mark: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What an upload would do.

    Attributes:
        unchanged: how many answers say what stands already, or were left alone.
        problems: what could not be read, each at its cell.
        is_over: it was accepted or discarded.
    """

    head: Head
    questionnaire: Questionnaire
    upload: Waiting
    changes: tuple[Change, ...]
    clashes: tuple[Clash, ...]
    unchanged: int
    problems: tuple[Problem, ...]
    is_over: bool
    may_answer: bool


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of accepting: how many answers were written, or what has to be chosen first."""

    assessment_id: int
    written: int
    undecided: tuple[str, ...]


def show(session: Session, assessment_id: int, *, by: Actor) -> Overview:
    """The page of an assessment's workbook.

    Raises:
        NotFound: no such assessment, or not yours to see.
    """
    head, reach = reaching.opened(session, assessment_id, by)
    blank = _keys(session, head, reach)
    found = uploads.waiting(session, assessment_id)
    mine = tuple(one for one in found if one.by_id == by.id or reach.is_director)
    return Overview(head, len(blank), _may_answer(head, reach), mine)


def blank(session: Session, assessment_id: int, *, by: Actor) -> Blank:
    """What goes into the workbook this person may download.

    Raises:
        NotFound: no such assessment, or not yours to see.
    """
    found, figures = queries.head_with_figures(session, assessment_id)
    head, reach = reaching.readable(session, found, by)
    own = reach.own
    kept, before = queries.answers_now_and_before(
        session, assessment_id, head.earlier_id, set(reach.whole.questions)
    )
    given = {key: one for key, one in _answers(reach.whole, kept).items() if key in own.questions}
    seen = {row.key: merging.seen(row.content, row.revision) for row in kept}
    keys = _keys(session, head, reach)
    origin = Origin(
        head.id,
        head.content_hash,
        head.service,
        head.cycle,
        {key: seen.get(key, merging.UNSEEN) for key in own.questions if key in keys},
    )
    agreed = {key: words for key in keys if (words := _agreed(own, key, before.get(key)))}
    figures_of = {key: beside(own.questions[key], figures) for key in keys}
    return Blank(head, own, origin, keys, given, agreed, figures_of)


def _agreed(questionnaire: Questionnaire, key: str, stored: Mapping[str, Any] | None) -> str:
    """What was agreed last time; empty where nothing was, or where it no longer fits the question."""
    if stored is None:
        return ""
    answer = reading.answer_from_json(questionnaire, questionnaire.questions[key], stored)
    return (
        reading.in_words(questionnaire, questionnaire.questions[key], answer)
        if isinstance(answer, Answer)
        else ""
    )


def _keys(session: Session, head: Head, reach: Reach) -> frozenset[str]:
    """The questions of a workbook: what somebody may answer (or only see), and may come to be asked.

    Whoever sees the whole gets questions off the route too: the answers above may bring them up. Whoever sees
    a part gets those alone that are asked, or that their own answers decide on.
    """
    wanted = reach.answers or reach.own.questions.keys()
    if reach.sees_all:
        return frozenset(wanted)
    route = routing.on_route(reach.whole, _answers(reach.whole, queries.answers(session, head.id)))
    own = reach.own.questions
    return frozenset(key for key in wanted if key in route or own[key].show_if is not None)


# --- what comes back ----------------------------------------------------------------------------------------


def take_in(
    session: Session,
    assessment_id: int,
    sheets: Mapping[str, Cells],
    name: str,
    *,
    by: Actor,
    now: datetime,
) -> int:
    """Keep what a workbook says until somebody accepts it; the id of the upload.

    Args:
        session: a writing transaction.
        assessment_id: where it was uploaded.
        sheets: name -> its cells.
        name: of the file.
        by: who uploads.
        now: when.

    Raises:
        NotFound: no such assessment, or not yours to see.
        Forbidden: yours to see, not to answer.
        Conflict: it was sent for sign-off meanwhile.
        Invalid: it is another service's workbook, or of an earlier version, or its structure was changed.
    """
    head, reach = reaching.opened(session, assessment_id, by, lock=True)
    _assert_answers(head, reach)
    origin = workbook_reading.origin_of(sheets, name)
    workbook_reading.assert_fits(origin, head, name, "Upload it there, or choose the other file.")
    kept = queries.answers(session, assessment_id)
    states = {row.key: str(row.content["state"]) for row in kept}
    every = content.questionnaire(session, head.version_id, head.content_hash)
    worded = content.in_every_language(every)
    filled = workbook_reading.filled(reach.whole, sheets, origin, reach.answers, states, worded)
    if not filled.sent:
        raise Invalid(filled.problems or [Problem(name, NOTHING_YOURS)])
    upload = Upload(
        assessment_id=assessment_id, file_name=name, content=filled.as_json(), by_id=by.id, at=now
    )
    session.add(upload)
    session.flush()
    return upload.id


NOTHING_YOURS = (
    "This workbook holds none of the questions you were given. Download yours on this page and fill that in."
)


def preview(session: Session, upload_id: int, *, by: Actor) -> Preview:
    """What accepting an upload would do now.

    Raises:
        NotFound: no such upload, or not yours to see.
    """
    upload, head, reach = _upload(session, upload_id, by)
    kept = {row.key: row for row in queries.answers(session, head.id)}
    outcome = merging.merged(reach.whole, _questions(reach), _sent(upload, {}), kept)
    given = _answers(reach.whole, list(kept.values()))
    then = given | {key: one.answer for key, one in outcome.written.items()}
    route = routing.on_route(reach.whole, then)
    questions = reach.whole.questions
    told = [Problem(place, message) for place, message in upload.content["problems"]]
    return Preview(
        head=head,
        questionnaire=reach.own,
        upload=uploads.described(session, upload),
        changes=tuple(
            Change(questions[key], given.get(key, UNANSWERED), outcome.written[key].answer, key in route)
            for key in questions
            if key in outcome.written
        ),
        clashes=_clashes(session, head.id, reach.whole, outcome),
        unchanged=len(upload.content["sent"])
        - len(outcome.written)
        - len(outcome.clashing)
        - len({problem.place.partition(".")[0] for problem in outcome.problems}),
        problems=(*told, *workbook_reading.placed(outcome.problems, upload.content["places"])),
        is_over=bool(upload.accepted_at or upload.discarded_at),
        may_answer=_may_answer(head, reach),
    )


def accept(
    session: Session, upload_id: int, chosen: Mapping[str, str], *, by: Actor, now: datetime
) -> Accepted:
    """Write what an upload changes, once it is decided which text stands wherever two wrote the same answer.

    Args:
        session: a writing transaction.
        upload_id: which.
        chosen: question key -> `THEIRS`, or the mark of the answer whose place the workbook's takes.
        by: who accepts.
        now: when.

    Raises:
        NotFound: no such upload, or not yours to see.
        Forbidden: yours to see, not to answer.
        Conflict: it was sent for sign-off meanwhile.
    """
    upload, head, reach = _upload(session, upload_id, by, lock=True)
    _assert_answers(head, reach)
    if upload.accepted_at or upload.discarded_at:  # pressed twice
        return Accepted(head.id, 0, ())
    kept = {row.key: row for row in queries.answers(session, head.id)}
    outcome = merging.merged(reach.whole, _questions(reach), _sent(upload, chosen), kept)
    if outcome.clashing:
        return Accepted(head.id, 0, tuple(outcome.clashing))
    if outcome.written:
        after = _answers(reach.whole, list(kept.values()))
        after |= {key: one.answer for key, one in outcome.written.items()}
        rows.write(
            session,
            head.id,
            outcome.written,
            kept,
            routing.progress(reach.whole, after),
            how=How.WORKBOOK,
            by_id=by.id,
            as_deputy=head.service_id in by.stands_in_for,
            now=now,
        )
    upload.accepted_at = now
    return Accepted(head.id, len(outcome.written), ())


def discard(session: Session, upload_id: int, *, by: Actor, now: datetime) -> int:
    """Let an upload go; nothing of it was ever counted. The id of its assessment.

    Raises:
        NotFound: no such upload, or not yours to see.
    """
    upload, head, _ = _upload(session, upload_id, by, lock=True)
    if not upload.accepted_at:
        upload.discarded_at = upload.discarded_at or now
    return head.id


def _upload(session: Session, upload_id: int, by: Actor, *, lock: bool = False) -> tuple[Upload, Head, Reach]:
    """An upload of one's own; the director's are all of the service's."""
    upload = session.get(Upload, upload_id)
    if upload is None:
        raise NotFound
    head, reach = reaching.opened(session, upload.assessment_id, by, lock=lock)
    if upload.by_id != by.id and not reach.is_director:
        raise NotFound
    return upload, head, reach


def _sent(upload: Upload, chosen: Mapping[str, str]) -> dict[str, Sent]:
    """What the workbook sends, with what was chosen where two wrote the same answer."""
    return {
        key: Sent(raw, seen, keeps_theirs=True)
        if chosen.get(key) == THEIRS
        else Sent(raw, chosen.get(key) or seen)
        for key, (raw, seen) in upload.content["sent"].items()
    }


def _questions(reach: Reach) -> list[Question]:
    return [question for key, question in reach.whole.questions.items() if key in reach.answers]


def _clashes(
    session: Session, assessment_id: int, questionnaire: Questionnaire, outcome: Outcome
) -> tuple[Clash, ...]:
    if not outcome.clashing:
        return ()
    who = queries.writers(session, assessment_id, sorted(outcome.clashing))
    stored = _answers(questionnaire, [kept for kept, _ in outcome.clashing.values()])
    return tuple(
        Clash(
            questionnaire.questions[key],
            stored[key],
            mine,
            who[key].name,
            who[key].at,
            merging.seen(kept.content, kept.revision),
        )
        for key, (kept, mine) in outcome.clashing.items()
    )


# --- what all of them ask -----------------------------------------------------------------------------------


def _assert_answers(head: Head, reach: Reach) -> None:
    if not reach.answers:
        raise Forbidden("Only the service's director and those who were given a part can upload a workbook.")
    steps.after(head.status, Step.SAVE)


def _may_answer(head: Head, reach: Reach) -> bool:
    return bool(reach.answers) and steps.allows(head.status, Step.SAVE)


def _answers(questionnaire: Questionnaire, kept: list[Kept]) -> dict[str, Answer]:
    return content.answers(questionnaire, ((row.key, row.content) for row in kept))
