"""Challenge: a reasoned second view of a score, the service's response, and what is agreed.

The room's rule: nothing here writes to an answer. What is agreed lies beside it, and counts in its place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from vfm.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from vfm.questionnaires.answers import (
    UNANSWERED,
    Answer,
    State,
    answer_from_json,
    answer_to_json,
    grade_words,
    in_words,
    parse,
)
from vfm.questionnaires.evidence import weak_or_stale
from vfm.questionnaires.kinds import choices
from vfm.questionnaires.schema import Kind, Question, Questionnaire
from vfm.roles import Actor, Role
from vfm.scoring.challenge import Reason, agreed_answers, doubts, reasons
from vfm.scoring.results import OverallScore, Scorecard
from vfm.scoring.scorecard import score
from vfm.store import content, events
from vfm.store.queries import challenge as queries
from vfm.store.queries import evidence
from vfm.store.queries import results as kept
from vfm.store.queries.evidence import Piece
from vfm.store.queries.results import AnyRow
from vfm.store.tables import Challenge

Raw = Mapping[str, str]
"""A form's fields: value (a level, an option, `dont_know` or `not_applicable`), evidence, reason."""


# --- one assessment -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of one score so far; blanks where nothing was."""

    challenged: Answer
    reason: str
    by_id: int
    by: str
    at: datetime
    response: str
    response_by: str | None
    response_at: datetime | None
    agreed: Answer | None
    agreed_reason: str
    agreed_by: str | None
    agreed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """One scored question: self, challenged, agreed, in words.

    Attributes:
        own: the service's answer; evidence: its grade in words.
        share: of the overall, in [0, 1]; None where the question has none.
        stake: points of the overall the answer would lose one level lower, for a highest level on weak
            evidence; 0 else.
    """

    key: str
    section: str
    text: str
    own: str
    evidence: str
    note: str
    share: float | None
    stake: float
    challenged: str
    agreed: str
    said: Said | None

    @property
    def state(self) -> str:
        """none, open, answered or agreed."""
        if self.said is None:
            return "none"
        if self.said.agreed is not None:
            return "agreed"
        return "answered" if self.said.response_at else "open"


@dataclass(frozen=True, slots=True)
class Case:
    """One assessment under challenge.

    Attributes:
        self_card: what the service said; now: with what is agreed so far; if_all: with every challenge not
            settled yet agreed as raised.
        lines: scored questions, those at stake first, then by weight.
        reasons: why it should be looked at again.
    """

    assessment_id: int
    service_id: int
    service: str
    directorate: str
    cycle_id: int
    cycle: str
    template: str
    version: int
    status: str
    self_card: Scorecard
    now: OverallScore
    if_all: OverallScore
    lines: tuple[Line, ...]
    reasons: tuple[Reason, ...]
    titles: Mapping[str, str]
    can_challenge: bool
    can_respond: bool
    can_agree: bool

    @property
    def unsettled(self) -> tuple[Line, ...]:
        """Challenged scores that are not agreed yet."""
        return tuple(line for line in self.lines if line.state in ("open", "answered"))


@dataclass(frozen=True, slots=True)
class QuestionCase:
    """One score under challenge, with what can be chosen.

    Attributes:
        options: (value, words) of every answer that can be given, the special states last.
        grades: (grade, words), weakest first.
        own_value, own_grade: what the service chose, as in `options` and `grades`.
        next_key: the question to look at after this one; None at the end.
        pieces: the evidence that supports the answer; doubts: where it falls short of the grade claimed, a
            sentence each.
    """

    case: Case
    line: Line
    help: str
    options: tuple[tuple[str, str], ...]
    grades: tuple[tuple[str, str], ...]
    own_value: str
    own_grade: str
    next_key: str | None
    pieces: tuple[Piece, ...]
    doubts: tuple[str, ...]


def show(session: Session, assessment_id: int, *, by: Actor) -> Case:
    """One signed-off assessment with every scored question: self, challenged, agreed.

    Raises:
        NotFound: there is none, it is not signed off, or its service is not this person's business.
    """
    return _case(*_read(session, assessment_id, by), by)


def question(session: Session, assessment_id: int, key: str, *, by: Actor, now: datetime) -> QuestionCase:
    """One scored question of a signed-off assessment.

    Raises:
        NotFound: as for `show`, or the question is not scored or not on the route.
    """
    material = _read(session, assessment_id, by)
    case = _case(*material, by)
    keys = [line.key for line in case.lines]
    if key not in keys:
        raise NotFound
    questionnaire, answers = material[1], material[2]
    asked = questionnaire.questions[key]
    later = keys[keys.index(key) + 1 :]
    given = answers.get(key, UNANSWERED)
    rows, grades = evidence.supporting(session, assessment_id, key), grade_words(questionnaire)
    items = [row.item for row in rows]
    return QuestionCase(
        case=case,
        line=case.lines[keys.index(key)],
        help=asked.help,
        options=_options(questionnaire, asked),
        grades=tuple((grade.value, words) for grade, words in grades.items()),
        own_value=_value(given),
        own_grade=given.evidence.value,
        next_key=later[0] if later else None,
        pieces=tuple(evidence.piece(row, now.date()) for row in rows),
        doubts=weak_or_stale(given.evidence, items, now.date(), grades) if given.is_answered else (),
    )


Material = tuple[AnyRow, Questionnaire, dict[str, Answer], dict[str, Said], Scorecard]
"""What a case is made from: assessment, what was asked, self answers, what was said, self result."""


def _read(session: Session, assessment_id: int, by: Actor) -> Material:
    row = kept.assessment(session, assessment_id)
    if row is None or not by.sees(row.service_id) or row.status not in queries.SETTLED:
        raise NotFound
    questionnaire = content.questionnaire(session, row.version_id, row.content_hash)
    answers = content.answers(
        questionnaire,
        ((found.question_key, found.content) for found in kept.answers(session, [assessment_id])),
    )
    said = {
        found.question_key: _said(questionnaire, found) for found in kept.challenges(session, [assessment_id])
    }
    self_results = [
        found.content for found in kept.scorecards(session, [assessment_id]) if found.kind == "self"
    ]
    card = Scorecard.from_json(self_results[-1]) if self_results else score(questionnaire, answers)
    return row, questionnaire, answers, said, card


def _said(questionnaire: Questionnaire, row: AnyRow) -> Said:
    asked = questionnaire.questions[row.question_key]
    return Said(
        _answer(questionnaire, asked, row.challenged),
        row.reason,
        row.by_id,
        row.by,
        row.at,
        row.response,
        row.response_by,
        row.response_at,
        _answer(questionnaire, asked, row.agreed) if row.agreed else None,
        row.agreed_reason,
        row.agreed_by,
        row.agreed_at,
    )


def _answer(questionnaire: Questionnaire, asked: Question, stored: Mapping[str, Any]) -> Answer:
    read = answer_from_json(questionnaire, asked, stored)
    if not isinstance(read, Answer):
        raise Invalid(read)
    return read


def _case(
    row: AnyRow,
    questionnaire: Questionnaire,
    answers: Mapping[str, Answer],
    said: Mapping[str, Said],
    card: Scorecard,
    by: Actor,
) -> Case:
    settled = {key: one.agreed for key, one in said.items() if one.agreed is not None}
    raised = {key: one.challenged for key, one in said.items()}
    is_open = row.status == "signed_off"
    return Case(
        assessment_id=row.id,
        service_id=row.service_id,
        service=row.service,
        directorate=row.directorate,
        cycle_id=row.cycle_id,
        cycle=row.cycle,
        template=row.template,
        version=row.version,
        status=row.status,
        self_card=card,
        now=score(questionnaire, agreed_answers(answers, settled)).overall,
        if_all=score(questionnaire, agreed_answers(answers, raised | settled)).overall,
        lines=_lines(questionnaire, answers, said, card),
        reasons=reasons(questionnaire, card),
        titles={key: section.title for key, section in questionnaire.all_sections.items()},
        can_challenge=is_open
        and by.has(Role.CORE_TEAM, Role.CHALLENGER)
        and row.service_id not in by.directs,
        can_respond=is_open and row.service_id in by.directs,
        can_agree=is_open and by.has(Role.CORE_TEAM),
    )


def _lines(
    questionnaire: Questionnaire,
    answers: Mapping[str, Answer],
    said: Mapping[str, Said],
    card: Scorecard,
) -> tuple[Line, ...]:
    grades = grade_words(questionnaire)
    stakes = doubts(questionnaire, card)
    lines = []
    for scored in card.questions:
        if scored.weight is None or scored.state is State.OFF_ROUTE:
            continue
        asked = questionnaire.questions[scored.key]
        given = answers.get(scored.key, UNANSWERED)
        one = said.get(scored.key)
        lines.append(
            Line(
                key=scored.key,
                section=questionnaire.all_sections[questionnaire.section_of[scored.key]].title,
                text=asked.text,
                own=in_words(questionnaire, asked, given),
                evidence=grades[given.evidence] if given.is_answered else "",
                note=given.note,
                share=scored.share,
                stake=stakes.get(scored.key, 0.0),
                challenged=_words(questionnaire, asked, one.challenged if one else None, given),
                agreed=_words(questionnaire, asked, one.agreed if one else None, given),
                said=one,
            )
        )
    return tuple(sorted(lines, key=lambda line: (-line.stake, -(line.share or 0.0))))


def _words(questionnaire: Questionnaire, asked: Question, answer: Answer | None, own: Answer) -> str:
    """An answer in words, with its evidence grade where that is what was changed."""
    if answer is None:
        return ""
    words = in_words(questionnaire, asked, replace(answer, reason=""))
    if answer.is_answered and answer.evidence is not own.evidence:
        return f"{words} (evidence: {grade_words(questionnaire)[answer.evidence].lower()})"
    return words


def _value(answer: Answer) -> str:
    """An answer as a form's choice."""
    return str(answer.value) if answer.is_answered else answer.state.value


def _options(questionnaire: Questionnaire, asked: Question) -> tuple[tuple[str, str], ...]:
    if asked.kind is Kind.SCALE:
        given = [
            (str(level), f"{level}: {words}") for level, words in questionnaire.level_words(asked).items()
        ]
    else:
        given = list(choices(asked).items())
    given.append((State.DONT_KNOW.value, "Not known"))
    if asked.allows_na:
        given.append((State.NOT_APPLICABLE.value, "Does not apply"))
    return tuple(given)


# --- what is done -------------------------------------------------------------------------------------------


def make(session: Session, assessment_id: int, key: str, raw: Raw, *, by: Actor, now: datetime) -> None:
    """Challenge one score, or change a challenge nobody has answered yet.

    Raises:
        Invalid: no other level or evidence grade was chosen, or no reason given; all at once.
        NotFound: as for `question`.
        Forbidden: this person directs the service.
        Conflict: the score is agreed already, or the challenge is closed.
    """
    asked = question(session, assessment_id, key, by=by, now=now)
    if not asked.case.can_challenge and asked.case.status == "signed_off":
        raise Forbidden("You direct this service, so somebody else has to challenge its scores.")
    questionnaire, _, answer = _chosen(session, assessment_id, key, raw, by)
    _assert_open(asked.case)
    known = queries.one(session, assessment_id, key)
    if known is not None and (known.agreed is not None or known.response_at is not None):
        raise Conflict(
            "This challenge has been answered, so it can no longer be changed. Agree a score instead."
        )
    written = answer_to_json(questionnaire.questions[key], answer)
    if known is not None and known.by_id != by.id:
        raise Conflict("Somebody else has challenged this score already. Look at what they wrote.")
    before = None if known is None else {"answer": known.challenged, "reason": known.reason}
    if known is None:
        known = Challenge(assessment_id=assessment_id, question_key=key)
        session.add(known)
    known.challenged, known.reason, known.by_id, known.at = written, _reason(raw), by.id, now
    after = {"question": key, "answer": written, "reason": known.reason}
    _record(session, "challenged", assessment_id, by, now, before, after)


def withdraw(session: Session, assessment_id: int, key: str, *, by: Actor, now: datetime) -> None:
    """Take back a challenge of one's own that nobody has answered yet.

    Raises:
        NotFound: there is none.
        Forbidden: somebody else made it.
        Conflict: it has a response or is agreed.
    """
    known = _known(session, assessment_id, key, by)
    if known.by_id != by.id:
        raise Forbidden(
            "Only the person who made a challenge can take it back. The core team can agree the self score."
        )
    if known.response_at is not None or known.agreed is not None:
        raise Conflict("This challenge has been answered. Agree the self score instead of taking it back.")
    before = {"question": key, "answer": known.challenged, "reason": known.reason}
    session.execute(delete(Challenge).where(Challenge.id == known.id))
    _record(session, "withdrew a challenge", assessment_id, by, now, before, None)


def respond(session: Session, assessment_id: int, key: str, words: str, *, by: Actor, now: datetime) -> None:
    """The director's response to a challenge; it can be changed until a score is agreed.

    Raises:
        Invalid: nothing was written.
        NotFound: there is no such challenge, or it is of a service this person does not direct.
        Conflict: a score is agreed already, or the challenge is closed.
    """
    known = _known(session, assessment_id, key, by)
    row = kept.assessment(session, assessment_id)
    if row is None or row.service_id not in by.directs:
        raise NotFound
    if known.agreed is not None:
        raise Conflict("A score has been agreed for this question, so the response can no longer be changed.")
    if not words.strip():
        raise Invalid(
            [Problem("response", "Write what the service says to this, even if only that it agrees.")]
        )
    before = known.response or None
    known.response, known.response_by_id, known.response_at = words.strip(), by.id, now
    after = {"question": key, "response": known.response}
    is_deputy = row.service_id in by.stands_in_for
    _record(session, "answered a challenge", assessment_id, by, now, before, after, as_deputy=is_deputy)


def agree(session: Session, assessment_id: int, key: str, raw: Raw, *, by: Actor, now: datetime) -> None:
    """Agree a score for a challenged question; until the challenge is closed it can be agreed again.

    Raises:
        Invalid: nothing was chosen, or no reason given; both at once.
        NotFound: there is no such challenge.
        Conflict: the challenge is closed.
    """
    known = _known(session, assessment_id, key, by)
    questionnaire, _, answer = _chosen(session, assessment_id, key, raw, by, has_to_differ=False)
    written = answer_to_json(questionnaire.questions[key], answer)
    before = None if known.agreed is None else {"answer": known.agreed, "reason": known.agreed_reason}
    known.agreed, known.agreed_reason = written, _reason(raw)
    known.agreed_by_id, known.agreed_at = by.id, now
    after = {"question": key, "answer": written, "reason": known.agreed_reason}
    _record(session, "agreed a score", assessment_id, by, now, before, after)


def _known(session: Session, assessment_id: int, key: str, by: Actor) -> Challenge:
    row = kept.assessment(session, assessment_id)
    found = queries.one(session, assessment_id, key)
    if row is None or found is None or not by.sees(row.service_id):
        raise NotFound
    if row.status != "signed_off":
        raise Conflict("The challenge of this assessment is closed. What was agreed stays as it is.")
    return found


def _assert_open(case: Case) -> None:
    if case.status != "signed_off":
        raise Conflict("The challenge of this assessment is closed. What was agreed stays as it is.")


def _reason(raw: Raw) -> str:
    return raw.get("reason", "").strip()


def _chosen(
    session: Session, assessment_id: int, key: str, raw: Raw, by: Actor, *, has_to_differ: bool = True
) -> tuple[Questionnaire, Answer, Answer]:
    """The questionnaire, the self answer and the answer chosen instead; every problem at once."""
    _, questionnaire, answers, _, _ = _read(session, assessment_id, by)
    given = answers.get(key, UNANSWERED)
    picked = raw.get("value", "")
    is_state = picked in (State.DONT_KNOW, State.NOT_APPLICABLE)
    fields = {
        "value": "" if is_state else picked,
        "state": picked if is_state else "",
        "evidence": "" if is_state else raw.get("evidence") or given.evidence.value,
        "reason": _reason(raw) or "-",
    }
    read = parse(questionnaire, questionnaire.questions[key], fields)
    problems = list(_choice_problems(read, given, has_to_differ=has_to_differ))
    if not _reason(raw):
        problems.append(
            Problem("reason", "Say why, in a sentence that the service and an auditor can follow.")
        )
    if problems or not isinstance(read, Answer):
        raise Invalid(problems)
    return questionnaire, given, read


def _choice_problems(
    read: Answer | tuple[Problem, ...], given: Answer, *, has_to_differ: bool
) -> Iterator[Problem]:
    if not isinstance(read, Answer):
        for problem in read:
            field = problem.place.rpartition(".")[2]
            yield Problem(field if field in ("evidence", "reason") else "value", problem.message)
    elif read.state is State.UNANSWERED:
        yield Problem("value", "Choose the answer you think is right.")
    elif has_to_differ and _same(read, given):
        yield Problem(
            "value", "This is what the service said. Choose another answer or another evidence grade."
        )


def _same(one: Answer, other: Answer) -> bool:
    return (one.state, one.value, one.evidence) == (other.state, other.value, other.evidence)


def _record(
    session: Session,
    verb: str,
    assessment_id: int,
    by: Actor,
    now: datetime,
    before: Any,
    after: Any,
    *,
    as_deputy: bool = False,
) -> None:
    events.record(
        session,
        verb,
        "assessment",
        assessment_id,
        by_id=by.id,
        now=now,
        before=before,
        after=after,
        as_deputy=as_deputy,
    )
