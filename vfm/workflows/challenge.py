"""Challenge: a reasoned second view of a score, the service's response, and what is agreed.

The room's rule: nothing here writes to an answer. What is agreed lies beside it, and counts in its place.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from vfm.errors import Closed, Conflict, Forbidden, Invalid, NotFound, Problem
from vfm.questionnaires.answers import (
    UNANSWERED,
    Answer,
    Evidence,
    State,
    answer_from_json,
    answer_to_json,
    grade_words,
    in_words,
    parse,
)
from vfm.questionnaires.evidence import weak_or_stale
from vfm.questionnaires.kinds import choices, text_problem
from vfm.questionnaires.schema import Kind, Question, Questionnaire
from vfm.roles import Actor, Role
from vfm.scoring.challenge import Reason, Response, agreed_answers, doubts, reasons
from vfm.scoring.peers import standings
from vfm.scoring.results import OverallScore, Scorecard, overall_from_json
from vfm.scoring.scorecard import score
from vfm.store import challenges, content, events
from vfm.store.queries import challenge as queries
from vfm.store.queries import evidence
from vfm.store.queries import results as kept
from vfm.store.queries.evidence import Piece
from vfm.store.queries.results import AnyRow
from vfm.store.tables import Challenge

Raw = Mapping[str, str]
"""A form's fields: value (a level, an option, `dont_know` or `not_applicable`), evidence, reason.

Of a response: `as` (a `Response`), `response` and `offered` (a piece of evidence).
"""


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
    response_as: str
    offered_id: int | None
    offered: str
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
        own: the service's answer; evidence: its grade in words; the same of the challenged and the agreed
            one, blank where there is none.
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
    challenged_evidence: str
    agreed: str
    agreed_evidence: str
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
            settled yet agreed as raised; as_raised: with every challenge as raised, settled or not.
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
    as_raised: OverallScore
    lines: tuple[Line, ...]
    reasons: tuple[Reason, ...]
    titles: Mapping[str, str]
    can_challenge: bool
    can_respond: bool
    can_agree: bool

    @property
    def said(self) -> tuple[Line, ...]:
        """Scores that were challenged."""
        return tuple(line for line in self.lines if line.said is not None)

    @property
    def unsettled(self) -> tuple[Line, ...]:
        """Challenged scores that are not agreed yet."""
        return tuple(line for line in self.lines if line.state in ("open", "answered"))


@dataclass(frozen=True, slots=True)
class Step:
    """One thing said or done about a score: `verb` as its event has it, `words` what was chosen, `why`."""

    at: datetime
    by: str
    as_deputy: bool
    verb: str
    words: str
    why: str


@dataclass(frozen=True, slots=True)
class QuestionCase:
    """One score under challenge, with what can be chosen.

    Attributes:
        options: (value, words) of every answer that can be given, the special states last.
        grades: (grade, words), weakest first.
        own_value, own_grade: what the service chose, as in `options` and `grades`.
        next_key: the question to look at after this one; None at the end.
        next_open_key: the next challenged question that waits for this person, after this one or before it.
        alone: the overall with this challenge alone, as (challenged, agreed); None where there is none.
        pieces: the evidence that supports the answer; doubts: where it falls short of the grade claimed, a
            sentence each.
        register: (id, title) of the evidence the service can point to in its response; blank for others.
        trail: what was said and done about this score, the oldest first.
    """

    case: Case
    line: Line
    help: str
    options: tuple[tuple[str, str], ...]
    grades: tuple[tuple[str, str], ...]
    own_value: str
    own_grade: str
    next_key: str | None
    next_open_key: str | None
    alone: tuple[OverallScore | None, OverallScore | None]
    pieces: tuple[Piece, ...]
    doubts: tuple[str, ...]
    register: tuple[tuple[int, str], ...]
    trail: tuple[Step, ...]


def show(session: Session, assessment_id: int, *, by: Actor) -> Case:
    """One signed-off assessment with every scored question: self, challenged, agreed.

    Raises:
        NotFound: there is none, it is not signed off, or its service is not this person's business.
    """
    material = _read(session, assessment_id, by)
    return _case(*material, by, _why(session, *material))


def question(session: Session, assessment_id: int, key: str, *, by: Actor, now: datetime) -> QuestionCase:
    """One scored question of a signed-off assessment.

    Raises:
        NotFound: as for `show`, or the question is not scored or not on the route.
    """
    material = _read(session, assessment_id, by)
    case = _case(*material, by, ())
    keys = [line.key for line in case.lines]
    if key not in keys:
        raise NotFound
    questionnaire, answers = material[1], material[2]
    asked = questionnaire.questions[key]
    place = keys.index(key)
    later = keys[place + 1 :]
    given = answers.get(key, UNANSWERED)
    rows, grades = evidence.supporting(session, assessment_id, key), grade_words(questionnaire)
    items = [row.item for row in rows]
    register = _register(session, case.service_id) if case.can_respond else ()
    return QuestionCase(
        case=case,
        line=case.lines[place],
        help=asked.help,
        options=_options(questionnaire, asked),
        grades=tuple((grade.value, words) for grade, words in grades.items()),
        own_value=_value(given),
        own_grade=given.evidence.value,
        next_key=later[0] if later else None,
        next_open_key=_next_open(case, place),
        alone=_alone(questionnaire, answers, key, case.lines[place].said),
        pieces=tuple(evidence.piece(row, now.date()) for row in rows),
        doubts=weak_or_stale(given.evidence, items, now.date(), grades) if given.is_answered else (),
        register=register,
        trail=tuple(_trail(questionnaire, asked, queries.trail(session, assessment_id))),
    )


def _next_open(case: Case, place: int) -> str | None:
    """The next challenged question that waits for this person, round the end of the list."""
    waits = ("open",) if case.can_respond else ("open", "answered")
    round_ = [*case.lines[place + 1 :], *case.lines[:place]]
    return next((line.key for line in round_ if line.state in waits), None)


def _alone(
    questionnaire: Questionnaire, answers: Mapping[str, Answer], key: str, said: Said | None
) -> tuple[OverallScore | None, OverallScore | None]:
    """The overall with one answer alone put in the place of the service's, challenged and agreed."""
    views = (said.challenged, said.agreed) if said else (None, None)
    first, second = (
        None if view is None else score(questionnaire, agreed_answers(answers, {key: view})).overall
        for view in views
    )
    return first, second


def _trail(questionnaire: Questionnaire, asked: Question, rows: Iterable[AnyRow]) -> Iterator[Step]:
    """The events of a case that are about this question."""
    for row in rows:
        after, before = row.after or {}, row.before if isinstance(row.before, Mapping) else {}
        if asked.key not in (after.get("question"), before.get("question")):
            continue
        told = after or before
        words = ""
        if "answer" in told:
            answer = _answer(questionnaire, asked, told["answer"])
            words = in_words(questionnaire, asked, replace(answer, reason=""))
        why = told.get("reason") or told.get("response") or ""
        yield Step(row.at, row.by or "Set-up", row.as_deputy, row.verb, words or told.get("as", ""), why)


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
        row.response_as,
        row.offered_id,
        row.offered or "",
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


def _why(
    session: Session,
    row: AnyRow,
    questionnaire: Questionnaire,
    _answers: Mapping[str, Answer],
    _said: Mapping[str, Said],
    card: Scorecard,
) -> tuple[Reason, ...]:
    """Why to look again at a result that waits, as the queue has it; nothing once it is agreed."""
    if row.status != "signed_off":
        return ()
    starts = queries.baseline_overalls(session, row.template_id, [row.service_id])
    start = starts.get(row.service_id)
    then = None if start is None or start[0] == row.id else overall_from_json(start[1])
    standing = standings(queries.placed(session, row.cycle_id)).get(row.id)
    return reasons(questionnaire, card, then, standing)


def _case(
    row: AnyRow,
    questionnaire: Questionnaire,
    answers: Mapping[str, Answer],
    said: Mapping[str, Said],
    card: Scorecard,
    by: Actor,
    why: tuple[Reason, ...],
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
        as_raised=score(questionnaire, agreed_answers(answers, raised)).overall,
        lines=_lines(questionnaire, answers, said, card),
        reasons=why,
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
                challenged=_words(questionnaire, asked, one.challenged if one else None),
                challenged_evidence=_grade(grades, one.challenged if one else None),
                agreed=_words(questionnaire, asked, one.agreed if one else None),
                agreed_evidence=_grade(grades, one.agreed if one else None),
                said=one,
            )
        )
    return tuple(sorted(lines, key=lambda line: (-line.stake, -(line.share or 0.0))))


def _words(questionnaire: Questionnaire, asked: Question, answer: Answer | None) -> str:
    """An answer in words; what was said of it stands beside it."""
    return "" if answer is None else in_words(questionnaire, asked, replace(answer, reason=""))


def _grade(grades: Mapping[Evidence, str], answer: Answer | None) -> str:
    """The evidence grade of an answer in words; blank where there is none."""
    return grades[answer.evidence] if answer is not None and answer.is_answered else ""


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
    challenges.raise_for(
        session, assessment_id, key, written, _reason(raw), known=known, by_id=by.id, now=now
    )


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


def respond(session: Session, assessment_id: int, key: str, raw: Raw, *, by: Actor, now: datetime) -> None:
    """The director's response to a challenge; it can be changed until a score is agreed.

    Raises:
        Invalid: it was not said whether the service accepts, a score is kept without a reason, or evidence is
            offered without naming it; all at once.
        NotFound: there is no such challenge, or it is of a service this person does not direct.
        Conflict: a score is agreed already, or the challenge is closed.
    """
    known = _known(session, assessment_id, key, by)
    row = kept.assessment(session, assessment_id)
    if row is None or row.service_id not in by.directs:
        raise NotFound
    if known.agreed is not None:
        raise Conflict("A score has been agreed for this question, so the response can no longer be changed.")
    words, said_as, offered = raw.get("response", "").strip(), raw.get("as", ""), raw.get("offered", "")
    pieces = {str(piece_id): piece_id for piece_id, _ in _register(session, row.service_id)}
    if problems := list(_response_problems(said_as, words, offered, pieces)):
        raise Invalid(problems)
    before = None if known.response_at is None else {"as": known.response_as, "response": known.response}
    known.response, known.response_by_id, known.response_at = words, by.id, now
    known.response_as = Response(said_as).value
    known.offered_id = pieces.get(offered) if said_as == Response.OFFERS else None
    after = {"question": key, "as": known.response_as, "response": words}
    is_deputy = row.service_id in by.stands_in_for
    _record(session, "answered a challenge", assessment_id, by, now, before, after, as_deputy=is_deputy)


def _register(session: Session, service_id: int) -> tuple[tuple[int, str], ...]:
    """(id, title) of what stands in the register of a service today."""
    rows = evidence.register(session, service_id)
    return tuple((row.id, row.title) for row in rows if row.withdrawn_at is None)


def _response_problems(
    said_as: str, words: str, offered: str, pieces: Mapping[str, int]
) -> Iterator[Problem]:
    if said_as not in tuple(Response):
        yield Problem("as", "Choose whether the service accepts, keeps its score or offers evidence.")
    if said_as == Response.KEEPS and not words:
        yield Problem("response", "Say why the service keeps its score, in a sentence or two.")
    if said_as == Response.OFFERS and not words and not offered:
        yield Problem("response", "Name the evidence, or choose it from the register.")
    if said_as == Response.OFFERS and offered and offered not in pieces:
        yield Problem("offered", "This piece of evidence is no longer in the register. Choose another.")
    if message := text_problem(words):
        yield Problem("response", message)


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
        raise Closed("The challenge of this assessment is closed. What was agreed stays as it is.")
    return found


def _assert_open(case: Case) -> None:
    if case.status != "signed_off":
        raise Closed("The challenge of this assessment is closed. What was agreed stays as it is.")


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
