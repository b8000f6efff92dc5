"""Comments in a pilot: give one, see what became of it, read them all, decide each."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from vfm.errors import Clash, Closed, Conflict, Invalid, NotFound, Problem
from vfm.questionnaires.answers import Answer
from vfm.questionnaires.kinds import text_problem
from vfm.questionnaires.parts import Reach
from vfm.questionnaires.schema import Question, Questionnaire
from vfm.roles import Actor
from vfm.scoring.items import ItemEvidence, PilotEvidence, evidence
from vfm.store import content as kept
from vfm.store import events, reach
from vfm.store.queries import feedback as queries
from vfm.store.queries.feedback import Asked, Comment
from vfm.store.tables import Feedback

WHOLE = "whole"
"""Stands for a question's key in addresses where a comment is about the whole template."""
KINDS = ("unclear", "does_not_fit", "asks_twice", "missing", "burdensome", "other")
OUTCOMES = ("changed", "kept", "dropped")


@dataclass(frozen=True, slots=True)
class Typed:
    """A comment as its form sends it; `clarity` is 1 to 5 as text, or blank."""

    kind: str
    clarity: str
    comment: str


@dataclass(frozen=True, slots=True)
class GiveView:
    """Where a comment is given.

    Attributes:
        question: None for a comment on the whole.
        prompts: what the template asks about the whole.
        comments: those of this service on the same question.
    """

    asked: Asked
    questionnaire: Questionnaire
    question: Question | None
    prompts: tuple[str, ...]
    comments: tuple[Comment, ...]


@dataclass(frozen=True, slots=True)
class MineView:
    """Every comment of one service's assessment, newest first; may_give: a further one now."""

    asked: Asked
    questionnaire: Questionnaire
    comments: tuple[Comment, ...]
    may_give: bool

    @property
    def groups(self) -> tuple[tuple[str, tuple[Comment, ...]], ...]:
        """(question key, its comments) in reading order; those on the whole first, their key blank."""
        keys = ("", *self.questionnaire.questions)
        grouped = {key: tuple(c for c in self.comments if (c.question_key or "") == key) for key in keys}
        return tuple((key, comments) for key, comments in grouped.items() if comments)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One question on the board.

    Attributes:
        key: `whole` for comments on the whole.
        kinds: kind -> comments, only those there are.
        undecided: comments nobody has decided.
        clarity: mean mark, 1 to 5; None without any.
        item: what the pilot's answers show; None for the whole.
    """

    key: str
    text: str
    kinds: Mapping[str, int]
    comments: int
    undecided: int
    clarity: float | None
    item: ItemEvidence | None

    @property
    def gaps(self) -> float:
        """Missing, don't know and not applicable together, as a share of those asked."""
        if self.item is None or not self.item.asked:
            return 0.0
        return (self.item.missing or 0) + (self.item.dont_know or 0) + (self.item.not_applicable or 0)


@dataclass(frozen=True, slots=True)
class SectionLine:
    """One section of the board.

    Attributes:
        minutes: the middle of the times that services had it before them; None when unknown.
        alpha: Cronbach's alpha of its scored questions; None where it cannot be worked out.
    """

    key: str
    title: str
    questions: int
    minutes: float | None
    alpha: float | None


@dataclass(frozen=True, slots=True)
class Board:
    """The feedback of one cycle, the most troubled question first.

    Attributes:
        sent: assessments sent for sign-off at least, which the shares speak of.
        sections: what each section shows, in reading order.
        minutes: what a whole assessment took, the quickest, the middle and the slowest; None when unknown.
        next_draft: id of the template's draft; None without one.
    """

    asked: Asked
    rows: tuple[BoardRow, ...]
    comments: int
    undecided: int
    sent: int
    sections: tuple[SectionLine, ...] = ()
    minutes: tuple[float, float, float] | None = None
    next_draft: int | None = None


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question with its comments.

    Attributes:
        question: None for the whole.
        versions: (id, number, status) of later versions of the template, which a change can be in.
        draft_keys: keys of the questions of the draft among them, empty without one.
        following: the next question with undecided comments, None when there is none.
    """

    asked: Asked
    questionnaire: Questionnaire
    key: str
    question: Question | None
    row: BoardRow
    comments: tuple[Comment, ...]
    versions: tuple[tuple[int, int, str], ...]
    draft_keys: frozenset[str]
    following: str | None


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as its form sends it.

    Attributes:
        version: id of the version the change is in, as text; only for `changed`.
        seen: the outcome that stood on the page, blank for none.
    """

    outcome: str
    reason: str
    version: str
    seen: str


# --- respondents --------------------------------------------------------------------------------------


def form(session: Session, assessment_id: int, key: str, *, by: Actor) -> GiveView:
    """Where a comment on a question, or on the whole, is given.

    Raises:
        NotFound: not this person's assessment, no such question, or the template takes no such comments.
        Conflict: the cycle is no pilot, or closed.
    """
    asked, questionnaire = _own(session, assessment_id, by)
    question = _question(questionnaire, key)
    if question is not None and not questionnaire.pilot_feedback.per_question:
        raise NotFound("this template takes comments on the whole alone")
    _takes_comments(asked)
    about = None if key == WHOLE else key
    return GiveView(
        asked=asked,
        questionnaire=questionnaire,
        question=question,
        prompts=tuple(prompt.text for prompt in questionnaire.pilot_feedback.overall),
        comments=tuple(c for c in queries.of_assessment(session, assessment_id) if c.question_key == about),
    )


def give(session: Session, assessment_id: int, key: str, said: Typed, *, by: Actor, now: datetime) -> None:
    """Keep a comment.

    Raises:
        NotFound, Conflict: as for `form`.
        Invalid: no kind, no words, or words that cannot be kept.
    """
    view = form(session, assessment_id, key, by=by)
    comment = said.comment.replace("\r\n", "\n").strip()
    problems = _problems_with(said, comment)
    if problems:
        raise Invalid(problems)
    made = session.execute(
        insert(Feedback)
        .values(
            assessment_id=assessment_id,
            question_key=view.question.key if view.question else None,
            kind=said.kind,
            clarity=int(said.clarity) if said.clarity else None,
            comment=comment,
            by_id=by.id,
            at=now,
        )
        .returning(Feedback.id)
    ).scalar_one()
    after = {"question": key, "kind": said.kind, "assessment": assessment_id}
    events.record(session, "commented", "feedback", made, by_id=by.id, now=now, after=after)


def mine(session: Session, assessment_id: int, *, by: Actor) -> MineView:
    """What this service said, and what became of each comment.

    Raises:
        NotFound: nothing of it is or was theirs to answer.
    """
    asked, found = _reached(session, assessment_id, by)
    if asked.service_id not in by.directs | by.contributes_to:
        raise NotFound(f"assessment {assessment_id}")
    questionnaire = found.own
    given = reversed(queries.of_assessment(session, assessment_id))
    seen = {None, *questionnaire.questions}
    return MineView(
        asked=asked,
        questionnaire=questionnaire,
        comments=tuple(comment for comment in given if comment.question_key in seen),
        may_give=asked.kind == "pilot" and asked.closed_at is None and bool(found.answers),
    )


def _own(session: Session, assessment_id: int, by: Actor) -> tuple[Asked, Questionnaire]:
    """The assessment, and what it asks as far as this person answers it."""
    asked, found = _reached(session, assessment_id, by)
    if not found.answers:
        raise NotFound(f"assessment {assessment_id}")
    return asked, found.to_answer


def _reached(session: Session, assessment_id: int, by: Actor) -> tuple[Asked, Reach]:
    asked = queries.asked_of(session, assessment_id)
    if asked is None:
        raise NotFound(f"assessment {assessment_id}")
    questionnaire = kept.questionnaire(session, asked.version_id, asked.content_hash)
    return asked, reach.of(session, assessment_id, asked.service_id, asked.kind, questionnaire, by)


def _takes_comments(asked: Asked) -> None:
    if asked.kind != "pilot":
        raise Conflict(
            "Comments on questions are for pilots. Tell your core team what you think of this one."
        )
    if asked.closed_at is not None:
        raise Closed(f"{asked.cycle} is closed, so it takes no more comments. Tell your core team instead.")


def _problems_with(said: Typed, comment: str) -> list[Problem]:
    problems = []
    if said.kind not in KINDS:
        problems.append(Problem("kind", "Choose what it is about."))
    if said.clarity not in ("", "1", "2", "3", "4", "5"):
        problems.append(Problem("clarity", "Choose a mark from 1 to 5, or none."))
    if not comment:
        problems.append(Problem("comment", "Say it in a sentence, so that somebody can act on it."))
    elif message := text_problem(comment):
        problems.append(Problem("comment", message))
    return problems


# --- the core team ------------------------------------------------------------------------------------


def board(session: Session, cycle_id: int) -> Board:
    """Every question with its comments and what the answers show, the most troubled first.

    Undecided comments count most, then comments, then the share missing, don't know or not applicable.

    Raises:
        NotFound: no such cycle.
    """
    asked, questionnaire = _cycle(session, cycle_id)
    comments = queries.of_cycle(session, cycle_id)
    answered = _answers(session, cycle_id, questionnaire)
    found = evidence(questionnaire, answered)
    rows = _rows(questionnaire, comments, found)
    times = queries.times(session, cycle_id)
    later = queries.later_versions(session, asked.template_id, asked.number)
    return Board(
        asked=asked,
        rows=tuple(rows),
        comments=len(comments),
        undecided=sum(comment.outcome is None for comment in comments),
        sent=len(answered),
        sections=tuple(_sections(questionnaire, found, times)),
        minutes=_whole_minutes(times),
        next_draft=next((one.id for one in later if one.status == "draft"), None),
    )


def question(session: Session, cycle_id: int, key: str) -> QuestionView:
    """One question's wording and comments side by side.

    Raises:
        NotFound: no such cycle or question.
    """
    asked, questionnaire = _cycle(session, cycle_id)
    found = _question(questionnaire, key)
    comments = queries.of_cycle(session, cycle_id)
    rows = _rows(questionnaire, comments, evidence(questionnaire, _answers(session, cycle_id, questionnaire)))
    about = None if key == WHOLE else key
    versions = queries.later_versions(session, asked.template_id, asked.number)
    waiting = [row.key for row in rows if row.undecided and row.key != key]
    return QuestionView(
        asked=asked,
        questionnaire=questionnaire,
        key=key,
        question=found,
        row=next((row for row in rows if row.key == key), BoardRow(key, "", {}, 0, 0, None, None)),
        comments=tuple(comment for comment in comments if comment.question_key == about),
        versions=tuple((later.id, later.number, later.status) for later in versions),
        draft_keys=_keys_of_draft(session, versions),
        following=waiting[0] if waiting else None,
    )


def decide(
    session: Session, cycle_id: int, feedback_id: int, decided: Decided, *, by: Actor, now: datetime
) -> str:
    """Say what becomes of a comment: changed (in which version), kept or dropped, and why; its key.

    Deciding again replaces the decision; the trail keeps both.

    Raises:
        NotFound: no such comment in this cycle.
        Invalid: no outcome, no reason, or a change without the version it is in.
        Conflict: somebody else decided it meanwhile, with both decisions.
    """
    asked, _ = _cycle(session, cycle_id)
    comment = queries.one(session, feedback_id)
    if comment is None or comment.cycle_id != cycle_id:
        raise NotFound(f"comment {feedback_id}")
    reason, version = _checked(session, asked, decided, str(feedback_id))
    if (comment.outcome or "") != decided.seen:
        raise _decided_meanwhile(comment, decided)
    _write(session, comment, decided.outcome, reason, version, by, now)
    return comment.question_key or WHOLE


def decide_all(
    session: Session,
    cycle_id: int,
    key: str,
    outcome: str,
    reason: str,
    version_id: int | str | None,
    *,
    by: Actor,
    now: datetime,
) -> int:
    """The same decision for every undecided comment on one question, or on the whole; how many there were.

    Raises:
        NotFound: no such cycle.
        Invalid: as for `decide`.
    """
    asked, _ = _cycle(session, cycle_id)
    decided = Decided(outcome, reason, str(version_id or ""), "")
    reason, version = _checked(session, asked, decided, "all")
    about = None if key == WHOLE else key
    undecided = [
        comment
        for comment in queries.of_cycle(session, cycle_id)
        if comment.question_key == about and comment.outcome is None
    ]
    for comment in undecided:
        _write(session, comment, outcome, reason, version, by, now)
    return len(undecided)


def _write(
    session: Session,
    comment: Comment,
    outcome: str,
    reason: str,
    version: int | None,
    by: Actor,
    now: datetime,
) -> None:
    session.execute(
        update(Feedback)
        .where(Feedback.id == comment.id)
        .values(
            outcome=outcome,
            outcome_reason=reason,
            outcome_version_id=version,
            outcome_by_id=by.id,
            outcome_at=now,
        )
    )
    events.record(
        session,
        "decided",
        "feedback",
        comment.id,
        by_id=by.id,
        now=now,
        before={"outcome": comment.outcome, "reason": comment.reason} if comment.outcome else None,
        after={"outcome": outcome, "reason": reason, "version": version},
    )


def _checked(session: Session, asked: Asked, decided: Decided, form: str) -> tuple[str, int | None]:
    """The reason tidied and the id of the version a change is in.

    Places of problems are the form's fields, `outcome-FORM`, as there is a form for each comment.
    """
    reason = decided.reason.replace("\r\n", "\n").strip()
    later = queries.later_versions(session, asked.template_id, asked.number)
    version = next((one.id for one in later if str(one.id) == decided.version), None)
    problems = []
    if decided.outcome not in OUTCOMES:
        problems.append(Problem(f"outcome-{form}", "Choose what becomes of the comment."))
    if decided.outcome == "changed" and version is None:
        cure = "Choose the version the change is in." if later else "Start the next version first."
        problems.append(Problem(f"version-{form}", f"A change is made in a later version. {cure}"))
    if not reason:
        sentence = "Give the reason in a sentence: whoever made the comment reads it."
        problems.append(Problem(f"reason-{form}", sentence))
    elif message := text_problem(reason):
        problems.append(Problem(f"reason-{form}", message))
    if problems:
        raise Invalid(problems)
    return reason, version if decided.outcome == "changed" else None


def _decided_meanwhile(comment: Comment, decided: Decided) -> Conflict:
    clash = Clash(
        place=comment.question_key or WHOLE,
        kept=f"{comment.outcome or 'undecided'}: {comment.reason}",
        sent=f"{decided.outcome}: {decided.reason}",
        by=comment.decided_by or "somebody",
    )
    return Conflict("Somebody else decided this comment after you opened the page.", (clash,))


# --- inside -------------------------------------------------------------------------------------------


def _cycle(session: Session, cycle_id: int) -> tuple[Asked, Questionnaire]:
    asked = queries.asked_in(session, cycle_id)
    if asked is None:
        raise NotFound(f"cycle {cycle_id}")
    return asked, kept.questionnaire(session, asked.version_id, asked.content_hash)


def _question(questionnaire: Questionnaire, key: str) -> Question | None:
    if key == WHOLE:
        return None
    if key not in questionnaire.questions:
        raise NotFound(f"question {key}")
    return questionnaire.questions[key]


def _answers(session: Session, cycle_id: int, questionnaire: Questionnaire) -> list[dict[str, Answer]]:
    """The answers of every assessment that was sent: one still in progress has gaps that say nothing."""
    given: dict[int, list[tuple[str, dict[str, object]]]] = {}
    for assessment_id, key, content in queries.answers_in(session, cycle_id):
        rows = given.setdefault(assessment_id, [])
        if key is not None:
            rows.append((key, content))
    return [kept.answers(questionnaire, rows) for rows in given.values()]


def _keys_of_draft(session: Session, versions: list[queries.Later]) -> frozenset[str]:
    draft = next((later for later in versions if later.status == "draft"), None)
    if draft is None:
        return frozenset()
    return frozenset(kept.questionnaire(session, draft.id, draft.content_hash).questions)


def _rows(questionnaire: Questionnaire, comments: list[Comment], found: PilotEvidence) -> list[BoardRow]:
    by_key: dict[str, list[Comment]] = {}
    for comment in comments:
        by_key.setdefault(comment.question_key or WHOLE, []).append(comment)
    items = found.items
    rows = [
        _row(key, question.text, by_key.get(key, []), items.get(key))
        for key, question in questionnaire.questions.items()
    ]
    if WHOLE in by_key:
        rows.insert(0, _row(WHOLE, "The template as a whole", by_key[WHOLE], None))
    return sorted(rows, key=lambda row: (-row.undecided, -row.comments, -row.gaps))


def _sections(
    questionnaire: Questionnaire, found: PilotEvidence, times: list[tuple[int, str, int]]
) -> Iterator[SectionLine]:
    by_section: dict[str, list[int]] = {}
    for _, key, seconds in times:
        by_section.setdefault(key, []).append(seconds)
    for key, section in questionnaire.all_sections.items():
        if section.questions:
            taken = by_section.get(key)
            yield SectionLine(
                key,
                section.title,
                len(section.questions),
                median(taken) / 60 if taken else None,
                found.sections[key].alpha if key in found.sections else None,
            )


def _whole_minutes(times: list[tuple[int, str, int]]) -> tuple[float, float, float] | None:
    whole: Counter[int] = Counter()
    for assessment_id, _, seconds in times:
        whole[assessment_id] += seconds
    taken = sorted(seconds / 60 for seconds in whole.values())
    return (taken[0], median(taken), taken[-1]) if taken else None


def _row(key: str, text: str, comments: list[Comment], item: ItemEvidence | None) -> BoardRow:
    marks = [comment.clarity for comment in comments if comment.clarity is not None]
    counted = Counter(comment.kind for comment in comments)
    return BoardRow(
        key=key,
        text=text,
        kinds={kind: counted[kind] for kind in KINDS if counted[kind]},
        comments=len(comments),
        undecided=sum(comment.outcome is None for comment in comments),
        clarity=sum(marks) / len(marks) if marks else None,
        item=item,
    )
