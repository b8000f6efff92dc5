"""Calibration sessions: several people score the same answers, each alone, compare, and settle together.

The room's rule: nobody sees another's scores until they are compared; from then on none of them changes. What
is settled becomes a challenge when the session is closed, so that the service can respond.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from vfm.errors import Clash, Closed, Conflict, Invalid, NotFound, Problem
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
from vfm.questionnaires.figures import day_of
from vfm.questionnaires.kinds import text_problem
from vfm.questionnaires.schema import Kind, Question, Questionnaire
from vfm.roles import Actor, Role
from vfm.scoring.calibration import (
    FEWEST_RATERS,
    Candidate,
    ItemSpread,
    SessionAgreement,
    Way,
    candidates,
    drawn,
    item_spread,
    session_agreement,
)
from vfm.scoring.challenge import agreed_answers
from vfm.scoring.movement import Direction, Means, Tally, Three, direction, means, tally
from vfm.scoring.results import Scorecard
from vfm.scoring.scorecard import score
from vfm.scoring.structure import structure_of
from vfm.store import challenges, content, events
from vfm.store.queries import calibrations as queries
from vfm.store.queries import challenge as cases
from vfm.store.queries import evidence
from vfm.store.queries import results as kept
from vfm.store.queries.evidence import Piece
from vfm.store.queries.results import AnyRow
from vfm.store.tables import (
    Assessment,
    Calibration,
    CalibrationItem,
    CalibrationRater,
    CalibrationRating,
)

LARGEST = 200
"""Answers of one session: more than people rate in a day."""
CLOSED = "This session is closed, so nothing in it changes any more."
COMPARED = "The scores of this session have been compared, so nobody rates alone any more."


# --- what is shown ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Typed:
    """A new session as its form sends it, everything as typed.

    Attributes:
        day: day, month and year it is held on.
        way: a `Way`; question, size and seed as it needs them.
        raters: ids of people; hides: `yes` or `no`.
    """

    name: str = ""
    day: tuple[str, str, str] = ("", "", "")
    note: str = ""
    way: str = ""
    question: str = ""
    size: str = ""
    seed: str = ""
    hides: str = "yes"
    raters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choices:
    """What a new session can be made of.

    Attributes:
        questions: (key, text) of those on a scale that somebody answered; people: (id, name) of who can rate.
        answers, doubted: how many answers can be rated, and how many of them weak evidence puts in doubt.
    """

    cycle_id: int
    cycle: str
    questions: tuple[tuple[str, str], ...]
    people: tuple[tuple[int, str], ...]
    answers: int
    doubted: int


@dataclass(frozen=True, slots=True)
class Rater:
    """Somebody who rates, how many answers they have rated, and when they said that they had finished."""

    id: int
    name: str
    rated: int
    of: int
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Heard:
    """What one rater made of one answer, once it can be seen: a level, or None; in words; their note."""

    rater: str
    level: int | None
    words: str
    note: str


@dataclass(frozen=True, slots=True)
class Item:
    """One answer of a session.

    Attributes:
        own, before, after: the service's answer, what stood when it was drawn, what was settled; blank words
            and None where it is hidden or not settled.
        mine: this person's own level in words, blank before they gave one; may_rate: they rate this one.
        heard: what each rater made of it; empty until it is compared.
    """

    id: int
    assessment_id: int
    service: str
    directorate: str
    status: str
    key: str
    text: str
    section: str
    own: str
    before: Answer
    before_words: str
    stood_as: str
    after: Answer | None
    after_words: str
    reason: str
    by: str | None
    at: datetime | None
    mine: str
    may_rate: bool
    heard: tuple[Heard, ...]
    spread: ItemSpread
    direction: Direction | None


@dataclass(frozen=True, slots=True)
class ServiceMove:
    """The overall of one service with the session's answers as they stood, and as they were settled."""

    assessment_id: int
    service: str
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class Compared:
    """What comes out of a session.

    Attributes:
        agreement: of the raters, on the scale most answers are on; left_out: answers on another scale.
        services: overall before and after, those that moved most first; means: over them.
        moves: where the settled answers went against what stood; levels: mean level before and after.
    """

    agreement: SessionAgreement
    left_out: int
    services: tuple[ServiceMove, ...]
    means: Means
    moves: Tally
    levels: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class View:
    """One session as its page shows it.

    Attributes:
        head: name, dates, cycle and counts, as `queries.head` has them.
        compared: None while people rate alone.
        offered: answers that can be added by hand, as (assessment, service); questions: (key, text).
    """

    head: AnyRow
    items: tuple[Item, ...]
    raters: tuple[Rater, ...]
    is_rater: bool
    has_finished: bool
    may_organise: bool
    compared: Compared | None
    offered: tuple[tuple[int, str], ...]
    questions: tuple[tuple[str, str], ...]

    @property
    def wide(self) -> tuple[Item, ...]:
        """Answers on which raters lie two levels apart or more."""
        return tuple(item for item in self.items if item.spread.is_wide)

    @property
    def unsettled(self) -> tuple[Item, ...]:
        """Answers nothing was settled for yet."""
        return tuple(item for item in self.items if item.after is None)

    @property
    def to_rate(self) -> tuple[Item, ...]:
        """Answers this person has still to rate."""
        return tuple(item for item in self.items if item.may_rate and not item.mine)


@dataclass(frozen=True, slots=True)
class ItemView:
    """One answer of a session: to be rated alone, or to be settled.

    Attributes:
        options: (level, words); grades: (grade, words).
        note, grade: what the service wrote beside its answer, and its evidence grade in words.
        rating: this person's own, as (level or `dont_know`, note, revision); blanks and 0 without one.
        number, count: its place in the session; next_id: the next one to rate or to settle, None at the end.
    """

    view: View
    item: Item
    help: str
    options: tuple[tuple[str, str], ...]
    grades: tuple[tuple[str, str], ...]
    note: str
    grade: str
    pieces: tuple[Piece, ...]
    rating: tuple[str, str, int]
    number: int
    next_id: int | None


def index(session: Session, *, by: Actor) -> tuple[list[AnyRow], set[int], tuple[tuple[int, str], ...]]:
    """Every session, the ids of those in which this person rates, and the cycles one can be held of."""
    cycles = tuple((row.id, row.name) for row in kept.cycles(session))
    return queries.heads(session), queries.mine(session, by.id), cycles


def choices(session: Session, cycle_id: int) -> Choices:
    """What a new session of a cycle can be made of.

    Raises:
        NotFound: there is no such cycle.
    """
    cycle, questionnaire, offered = _offered(session, cycle_id)
    keys = {one.key for one in offered}
    return Choices(
        cycle_id=cycle_id,
        cycle=cycle.name,
        questions=tuple((key, one.text) for key, one in questionnaire.questions.items() if key in keys),
        people=tuple((row.id, row.name) for row in queries.could_rate(session)),
        answers=len(offered),
        doubted=sum(one.stake > 0 for one in offered),
    )


def show(session: Session, calibration_id: int, *, by: Actor) -> View:
    """One session; the scores of others only once they are compared.

    Raises:
        NotFound: there is none.
    """
    head = queries.head(session, calibration_id)
    if head is None:
        raise NotFound
    questionnaire = content.questionnaire(session, head.version_id, head.content_hash)
    rows, raters = queries.items(session, calibration_id), queries.raters(session, calibration_id)
    is_open = head.compared_at is not None
    ratings = queries.ratings(session, calibration_id)
    own = _own_answers(session, questionnaire, rows)
    barred = queries.directed(session, calibration_id)
    items = tuple(_item(questionnaire, row, head, raters, ratings, own, barred, by) for row in rows)
    may_organise = by.has(Role.CORE_TEAM)
    may_add = may_organise and head.compared_at is None
    return View(
        head=head,
        items=items,
        raters=_raters(raters, rows, ratings, barred),
        is_rater=any(row.person_id == by.id for row in raters),
        has_finished=any(row.person_id == by.id and row.finished_at for row in raters),
        may_organise=may_organise,
        compared=_compared(questionnaire, items, rows, own) if is_open else None,
        offered=_could_add(session, head.cycle_id) if may_add else (),
        questions=_on_scales(questionnaire) if may_add else (),
    )


def item(session: Session, calibration_id: int, item_id: int, *, by: Actor, now: datetime) -> ItemView:
    """One answer of a session, to be rated alone or to be settled.

    Raises:
        NotFound: there is no such answer in the session; or this person neither rates it nor may see scores.
    """
    view = show(session, calibration_id, by=by)
    found = next((one for one in view.items if one.id == item_id), None)
    if found is None or (view.compared is None and not found.may_rate):
        raise NotFound
    questionnaire = content.questionnaire(session, view.head.version_id, view.head.content_hash)
    asked = questionnaire.questions[found.key]
    given = _own_answers(session, questionnaire, [found]).get((found.assessment_id, found.key), UNANSWERED)
    grades = grade_words(questionnaire)
    mine = queries.rating(session, item_id, by.id)
    rest = [*view.items[view.items.index(found) + 1 :], *view.items[: view.items.index(found)]]
    is_left = (lambda one: one.after is None) if view.compared else (lambda one: one in view.to_rate)
    return ItemView(
        view=view,
        item=found,
        help=asked.help,
        options=tuple(
            (str(level), f"{level}: {words}") for level, words in questionnaire.level_words(asked).items()
        ),
        grades=tuple((grade.value, words) for grade, words in grades.items()),
        note=given.note,
        grade=grades[given.evidence],
        pieces=tuple(
            evidence.piece(row, now.date())
            for row in evidence.supporting(session, found.assessment_id, found.key)
        ),
        rating=_rated(mine),
        number=view.items.index(found) + 1,
        next_id=next((one.id for one in rest if is_left(one)), None),
    )


# --- making a session ---------------------------------------------------------------------------------------


def create(session: Session, cycle_id: int, typed: Typed, *, by: Actor, now: datetime) -> int:
    """Make a session: draw its answers, name its raters; its id.

    Raises:
        NotFound: there is no such cycle.
        Invalid: every problem of the form; fewer than two raters; a way that draws no answer.
    """
    _, questionnaire, offered = _offered(session, cycle_id)
    people = {str(row.id): row.id for row in queries.could_rate(session)}
    problems: list[Problem] = [*_text_problems(typed), *_rater_problems(typed, people)]
    held_on = _held_on(typed, problems)
    picked, sample = _drawn(questionnaire, offered, typed, problems)
    if problems or held_on is None:
        raise Invalid(problems)
    made = Calibration(
        cycle_id=cycle_id,
        name=typed.name.strip(),
        held_on=held_on,
        note=typed.note.strip(),
        sample=sample,
        hides_scores=typed.hides != "no",
        by_id=by.id,
        at=now,
    )
    session.add(made)
    session.flush()
    raters = sorted({people[one] for one in typed.raters})
    session.execute(
        insert(CalibrationRater), [{"calibration_id": made.id, "person_id": one} for one in raters]
    )
    _add(session, made.id, [(one.assessment_id, one.key) for one in picked])
    after = {"name": made.name, "sample": sample, "items": len(picked), "raters": raters}
    _record(session, "opened", made.id, by, now, after=after)
    return made.id


def add(
    session: Session, calibration_id: int, assessment: str, key: str, *, by: Actor, now: datetime
) -> None:
    """Add one answer, chosen by hand, while nothing was compared.

    Raises:
        NotFound: there is no such session.
        Conflict: its scores were compared, or it is closed.
        Invalid: the answer is not there to be rated: closed, agreed, not a level, or in the session already.
    """
    row = _rating_alone(session, calibration_id)
    _, questionnaire, offered = _offered(session, row.cycle_id)
    problem = _cannot_add(session, row, questionnaire, offered, assessment, key)
    if problem is not None:
        raise Invalid([problem])
    _add(session, row.id, [(int(assessment), key)])
    _record(
        session, "added an answer", row.id, by, now, after={"assessment": int(assessment), "question": key}
    )


def take_out(session: Session, calibration_id: int, item_id: int, *, by: Actor, now: datetime) -> None:
    """Take an answer out of the session, with what was rated of it, while nothing was compared.

    Raises:
        NotFound: there is no such session or answer.
        Conflict: its scores were compared, or it is closed.
    """
    row = _rating_alone(session, calibration_id)
    known = session.get(CalibrationItem, item_id)
    if known is None or known.calibration_id != row.id:
        raise NotFound
    gone = {"assessment": known.assessment_id, "question": known.question_key}
    session.execute(delete(CalibrationRating).where(CalibrationRating.item_id == item_id))
    session.execute(delete(CalibrationItem).where(CalibrationItem.id == item_id))
    _record(session, "took an answer out", row.id, by, now, before=gone)


# --- rating alone -------------------------------------------------------------------------------------------


def rate(
    session: Session, calibration_id: int, item_id: int, raw: Mapping[str, str], *, by: Actor, now: datetime
) -> None:
    """Keep what this person makes of one answer.

    Args:
        session: a writing transaction.
        calibration_id: the session's.
        item_id: the answer's.
        raw: `value` (a level, or `dont_know`), `note`, and the `revision` that was seen.
        by: a rater of the session.
        now: when.

    Raises:
        NotFound: this person does not rate this answer.
        Conflict: the scores were compared meanwhile; or it was rated in another window, with both sides.
        Invalid: no level was chosen, or one that is not on the scale.
    """
    row = _rating_alone(session, calibration_id)
    found = _to_rate(session, row, item_id, by)
    known = queries.rating(session, item_id, by.id)
    questionnaire, asked = _asked(session, row, found.question_key)
    answer = _chosen_level(questionnaire, asked, raw)
    if known is not None and str(known.revision) != raw.get("revision", ""):
        words = _words(questionnaire, asked, _answer(questionnaire, asked, known.content))
        sent = _words(questionnaire, asked, answer)
        clash = Clash("value", words, sent, "you, in another window")
        raise Conflict(
            "You have rated this answer in another window. What you chose is still here.", (clash,)
        )
    if known is None:
        known = CalibrationRating(item_id=item_id, person_id=by.id, revision=0)
        session.add(known)
    known.content, known.note = answer_to_json(asked, answer), raw.get("note", "").strip()
    known.revision, known.at = known.revision + 1, now
    # The trail names the answer and not the level: it is read by others.
    told = {"assessment": found.assessment_id, "question": asked.key}
    _record(session, "rated alone", row.id, by, now, after=told)


def finish(session: Session, calibration_id: int, *, by: Actor, now: datetime) -> None:
    """Say that one has rated everything.

    Raises:
        NotFound: this person does not rate in this session.
        Conflict: the scores were compared.
        Invalid: an answer is not rated yet; each is named.
    """
    _rating_alone(session, calibration_id)
    me = _me(session, calibration_id, by)
    view = show(session, calibration_id, by=by)
    if not view.items:
        raise Invalid([Problem("", "This session has no answers yet, so there is nothing to finish.")])
    if view.to_rate:
        raise Invalid(
            Problem(f"item-{one.id}", f"{one.key} of {one.service} is not rated yet. Choose a level, or say "
                    "that you cannot tell.")
            for one in view.to_rate
        )  # fmt: skip
    me.finished_at = now
    _record(session, "finished alone", calibration_id, by, now)


def take_back(session: Session, calibration_id: int, *, by: Actor, now: datetime) -> None:
    """Take back that one has finished, to change a score.

    Raises:
        NotFound, Conflict: as for `finish`.
    """
    _rating_alone(session, calibration_id)
    _me(session, calibration_id, by).finished_at = None
    _record(session, "took back finished", calibration_id, by, now)


def compare(session: Session, calibration_id: int, *, by: Actor, now: datetime) -> None:
    """Show everybody's scores; from now on none of them changes.

    Raises:
        NotFound: there is no such session.
        Conflict: they are compared already.
        Invalid: no answers, or fewer than two people have rated any.
    """
    row = _rating_alone(session, calibration_id)
    heard = {one.person_id for one in queries.ratings(session, calibration_id)}
    if not queries.items(session, calibration_id):
        raise Invalid(
            [Problem("", "This session has no answers yet. Add at least one, and let two people rate.")]
        )
    if len(heard) < FEWEST_RATERS:
        number = "Nobody has" if not heard else "Only one person has"
        raise Invalid([Problem("", f"{number} rated anything yet. It takes two people to compare.")])
    row.compared_at = now
    _record(session, "compared", calibration_id, by, now)


# --- settling -----------------------------------------------------------------------------------------------


def settle(
    session: Session, calibration_id: int, item_id: int, raw: Mapping[str, str], *, by: Actor, now: datetime
) -> None:
    """Record what the session settles on for one answer; until it is closed that can be changed.

    Args:
        session: a writing transaction.
        calibration_id: the session's.
        item_id: the answer's.
        raw: `value` (a level), `evidence` (a grade), `reason`.
        by: who leads the session.
        now: when.

    Raises:
        NotFound: there is no such session or answer.
        Conflict: the scores are not compared yet, or the session is closed.
        Invalid: no level was chosen, one that is not on the scale, or no reason was given; all at once.
    """
    row = _settling(session, calibration_id)
    known = session.get(CalibrationItem, item_id)
    if known is None or known.calibration_id != row.id:
        raise NotFound
    questionnaire, asked = _asked(session, row, known.question_key)
    reason, problems = raw.get("reason", "").strip(), []
    try:
        answer = _chosen_level(questionnaire, asked, raw, allows_unknown=False)
    except Invalid as refused:
        answer, problems = UNANSWERED, list(refused.problems)
    if message := text_problem(reason):
        problems.append(Problem("reason", message))
    if not reason:
        problems.append(
            Problem("reason", "Say why, in a sentence that the service and an auditor can follow.")
        )
    if problems:
        raise Invalid(problems)
    before = None if known.after is None else {"answer": known.after, "reason": known.reason}
    known.after, known.reason, known.by_id, known.at = answer_to_json(asked, answer), reason, by.id, now
    after = {
        "assessment": known.assessment_id,
        "question": asked.key,
        "answer": known.after,
        "reason": reason,
    }
    _record(session, "settled", row.id, by, now, before=before, after=after)


def close(session: Session, calibration_id: int, *, by: Actor, now: datetime) -> int:
    """Close the session: what was settled differently becomes a challenge; how many were raised.

    Raises:
        NotFound: there is no such session.
        Conflict: the scores are not compared yet, or it is closed already.
        Invalid: an answer is not settled; or what was settled can no longer be raised, as its challenge was
            closed, answered or agreed since; each is named, and nothing is lost.
    """
    row = _settling(session, calibration_id)
    rows = queries.items(session, calibration_id)
    cases.hold(session, {one.assessment_id for one in rows})
    rows = queries.items(session, calibration_id)
    raised, problems = [], []
    for one in rows:
        questionnaire, asked = _asked(session, row, one.question_key)
        problem = _cannot_settle(session, one, questionnaire, asked)
        if problem is not None:
            problems.append(problem)
        elif _is_changed(questionnaire, asked, one):
            raised.append(one)
    if problems:
        raise Invalid(problems)
    for one in raised:
        reason = f"{one.reason} (Settled in the calibration session “{row.name}”.)"
        known = cases.one(session, one.assessment_id, one.question_key)
        challenges.raise_for(
            session, one.assessment_id, one.question_key, one.after, reason, known=known, by_id=by.id, now=now
        )
    row.closed_at, row.closed_by_id = now, by.id
    _record(session, "closed", row.id, by, now, after={"raised": len(raised)})
    return len(raised)


# --- parts of the above -------------------------------------------------------------------------------------


def _offered(session: Session, cycle_id: int) -> tuple[AnyRow, Questionnaire, list[Candidate]]:
    """The cycle, what it asks, and every answer of a signed-off assessment whose score is not agreed yet."""
    cycle = kept.cycle(session, cycle_id)
    if cycle is None:
        raise NotFound
    questionnaire = content.questionnaire(session, cycle.version_id, cycle.content_hash)
    records = cases.waiting_results(session, cycle_id)
    cards = {found: Scorecard.from_json(record) for found, record in records.items()}
    agreed = {
        (row.assessment_id, row.question_key)
        for row in kept.challenges(session, cards)
        if row.agreed is not None
    }
    offered = candidates(questionnaire, cards)
    return cycle, questionnaire, [one for one in offered if (one.assessment_id, one.key) not in agreed]


def _could_add(session: Session, cycle_id: int) -> tuple[tuple[int, str], ...]:
    rows = cases.signed_off(session, cycle_id)
    return tuple((row.id, row.service) for row in rows if row.status == "signed_off")


def _on_scales(questionnaire: Questionnaire) -> tuple[tuple[str, str], ...]:
    asked = structure_of(questionnaire).items
    found = questionnaire.questions.items()
    return tuple((key, one.text) for key, one in found if one.kind is Kind.SCALE and key in asked)


def _cannot_add(
    session: Session,
    row: Calibration,
    questionnaire: Questionnaire,
    offered: Sequence[Candidate],
    assessment: str,
    key: str,
) -> Problem | None:
    """Why an answer cannot be added; None where it can."""
    if not assessment.isdigit():
        return Problem("assessment", "Choose a service.")
    if key not in questionnaire.questions:
        return Problem("question", "Choose a question.")
    found = kept.assessment(session, int(assessment))
    if found is None or found.cycle_id != row.cycle_id:
        return Problem("assessment", "Choose a service of this cycle.")
    if found.status != "signed_off":
        why = "its challenge is closed" if found.status == "agreed" else "it is not signed off yet"
        return Problem("assessment", f"Answers of {found.service} cannot be rated, because {why}.")
    if not any((one.assessment_id, one.key) == (found.id, key) for one in offered):
        return Problem(
            "question",
            f"{found.service} gave no level to {key}, or its score is agreed already. Choose another.",
        )
    held = queries.items(session, row.id)
    if any((one.assessment_id, one.question_key) == (found.id, key) for one in held):
        return Problem("question", f"{key} of {found.service} is in this session already.")
    return None


def _add(session: Session, calibration_id: int, picked: Sequence[tuple[int, str]]) -> None:
    """Add answers as they stand now: challenged where somebody has challenged them, else self."""
    ids = {assessment_id for assessment_id, _ in picked}
    own = {(row.assessment_id, row.question_key): row.content for row in kept.answers(session, ids)}
    raised = {(row.assessment_id, row.question_key): row.challenged for row in kept.challenges(session, ids)}
    rows = [
        {
            "calibration_id": calibration_id,
            "assessment_id": place[0],
            "question_key": place[1],
            "before": raised.get(place, own[place]),
            "stood_as": "challenged" if place in raised else "self",
            "reason": "",
        }
        for place in picked
    ]
    if rows:
        session.execute(insert(CalibrationItem), rows)


def _text_problems(typed: Typed) -> Iterator[Problem]:
    if not typed.name.strip():
        yield Problem("name", "Give the session a name, such as “Spring calibration”.")
    for place, words in (("name", typed.name), ("note", typed.note)):
        if message := text_problem(words):
            yield Problem(place, message)


def _rater_problems(typed: Typed, people: Mapping[str, int]) -> Iterator[Problem]:
    if any(one not in people for one in typed.raters):
        yield Problem("raters", "Somebody you chose can no longer rate. Choose from the list again.")
    elif len(set(typed.raters)) < FEWEST_RATERS:
        yield Problem("raters", "Choose at least two people: one alone agrees with everything they say.")


def _held_on(typed: Typed, problems: list[Problem]) -> date | None:
    try:
        return day_of(*typed.day)
    except ValueError as problem:
        problems.append(Problem("held_on", str(problem)))
        return None


def _drawn(
    questionnaire: Questionnaire, offered: Sequence[Candidate], typed: Typed, problems: list[Problem]
) -> tuple[list[Candidate], str]:
    """The answers drawn and how, in words; what is wrong with the way joins the problems."""
    if typed.way not in tuple(Way):
        problems.append(Problem("way", "Choose how the answers are drawn."))
        return [], ""
    way, found = Way(typed.way), len(problems)
    size = _whole(typed.size, "size", "how many answers", problems) if way in (Way.QUEUE, Way.RANDOM) else 0
    seed = _whole(typed.seed, "seed", "the seed", problems) if way is Way.RANDOM else 0
    if size > LARGEST:
        problems.append(Problem("size", f"{LARGEST} answers are the most that one session takes."))
    if way is Way.QUESTION and typed.question not in questionnaire.questions:
        problems.append(Problem("question", "Choose the question whose answers are rated."))
    if len(problems) > found:
        return [], ""
    picked = drawn(offered, way, size=size, seed=seed, question=typed.question)
    if not picked and way is not Way.HAND:
        problems.append(Problem("way", NOTHING[way]))
    return picked, {
        Way.QUESTION: f"Every answer to {typed.question}",
        Way.QUEUE: f"The {len(picked)} answers with most points at stake",
        Way.RANDOM: f"{len(picked)} of {len(offered)} answers at random, seed {seed}",
        Way.HAND: "Chosen by hand",
    }[way]


NOTHING = {
    Way.QUESTION: "No signed-off assessment has a level for this question to rate. Choose another.",
    Way.QUEUE: "No highest level rests on weak evidence. Draw at random, or choose by hand.",
    Way.RANDOM: "No signed-off assessment of this cycle has an answer to rate yet.",
}
"""What is said where a way draws no answer."""


def _whole(typed: str, place: str, what: str, problems: list[Problem]) -> int:
    """A whole number from 1 on; 0 and a problem where it is none."""
    if typed.strip().isdecimal() and len(typed.strip()) < 10 and int(typed) > 0:
        return int(typed)
    problems.append(Problem(place, f"Give {what} as a whole number from 1 on, such as 12."))
    return 0


def _rating_alone(session: Session, calibration_id: int) -> Calibration:
    row = queries.to_change(session, calibration_id)
    if row is None:
        raise NotFound
    if row.closed_at is not None:
        raise Closed(CLOSED)
    if row.compared_at is not None:
        raise Conflict(COMPARED)
    return row


def _settling(session: Session, calibration_id: int) -> Calibration:
    row = queries.to_change(session, calibration_id)
    if row is None:
        raise NotFound
    if row.closed_at is not None:
        raise Closed(CLOSED)
    if row.compared_at is None:
        raise Conflict("People still rate alone. Compare their scores first, then settle.")
    return row


def _me(session: Session, calibration_id: int, by: Actor) -> CalibrationRater:
    found = session.query(CalibrationRater).filter_by(calibration_id=calibration_id, person_id=by.id).first()
    if found is None:
        raise NotFound
    return found


def _to_rate(session: Session, row: Calibration, item_id: int, by: Actor) -> CalibrationItem:
    """An answer that this person rates."""
    found = session.get(CalibrationItem, item_id)
    if found is None or found.calibration_id != row.id:
        raise NotFound
    _me(session, row.id, by)
    service_id = session.get_one(Assessment, found.assessment_id).service_id
    if (by.id, service_id) in queries.directed(session, row.id):
        raise NotFound
    return found


def _asked(session: Session, row: Calibration, key: str) -> tuple[Questionnaire, Question]:
    cycle = kept.cycle(session, row.cycle_id)
    if cycle is None:
        raise NotFound
    questionnaire = content.questionnaire(session, cycle.version_id, cycle.content_hash)
    return questionnaire, questionnaire.questions[key]


def _chosen_level(
    questionnaire: Questionnaire, asked: Question, raw: Mapping[str, str], *, allows_unknown: bool = True
) -> Answer:
    """The level that was chosen, or that the rater cannot tell.

    Raises:
        Invalid: nothing, or what is not on the scale; or a note too long.
    """
    picked = raw.get("value", "")
    if picked == State.DONT_KNOW and allows_unknown:
        read: Answer | tuple[Problem, ...] = Answer(State.DONT_KNOW)
    else:
        read = parse(questionnaire, asked, {"value": picked, "evidence": raw.get("evidence", "")})
    problems = []
    if not isinstance(read, Answer):
        fields = ((one.place.rpartition(".")[2], one.message) for one in read)
        problems = [Problem(name if name == "evidence" else "value", words) for name, words in fields]
    elif read.state is State.UNANSWERED:
        cure = ", or say that you cannot tell" if allows_unknown else ""
        problems = [Problem("value", f"Choose a level{cure}.")]
    if message := text_problem(raw.get("note", "")):
        problems.append(Problem("note", message))
    if problems or not isinstance(read, Answer):
        raise Invalid(problems)
    return read


def _answer(questionnaire: Questionnaire, asked: Question, stored: Mapping[str, Any]) -> Answer:
    read = answer_from_json(questionnaire, asked, stored)
    if not isinstance(read, Answer):
        raise Invalid(read)
    return read


def _words(questionnaire: Questionnaire, asked: Question, answer: Answer) -> str:
    if answer.state is State.DONT_KNOW:
        return "Cannot tell"
    return in_words(questionnaire, asked, replace(answer, reason=""))


def _rated(known: CalibrationRating | None) -> tuple[str, str, int]:
    if known is None:
        return "", "", 0
    level = known.content.get("value")
    return str(level) if level is not None else known.content["state"], known.note, known.revision


Own = Mapping[tuple[int, str], Answer]
"""(assessment, question) -> the service's own answer, of every question of the assessments of a session."""


def _own_answers(session: Session, questionnaire: Questionnaire, rows: Iterable[Any]) -> Own:
    found: dict[tuple[int, str], Answer] = {}
    pairs: dict[int, list[tuple[str, Mapping[str, Any]]]] = defaultdict(list)
    for row in kept.answers(session, {one.assessment_id for one in rows}):
        pairs[row.assessment_id].append((row.question_key, row.content))
    for assessment_id, given in pairs.items():
        for key, answer in content.answers(questionnaire, given).items():
            found[assessment_id, key] = answer
    return found


def _item(
    questionnaire: Questionnaire,
    row: AnyRow,
    head: AnyRow,
    raters: Sequence[AnyRow],
    ratings: Sequence[AnyRow],
    own: Own,
    barred: set[tuple[int, int]],
    by: Actor,
) -> Item:
    asked = questionnaire.questions[row.question_key]
    given = {one.person_id: one for one in ratings if one.item_id == row.id}
    is_compared = head.compared_at is not None
    heard = tuple(_heard(questionnaire, asked, one, given) for one in raters) if is_compared else ()
    before = _answer(questionnaire, asked, row.before)
    after = None if row.after is None else _answer(questionnaire, asked, row.after)
    shows = is_compared or not head.hides_scores
    mine = given.get(by.id)
    points = structure_of(questionnaire).items[asked.key].points
    return Item(
        id=row.id,
        assessment_id=row.assessment_id,
        service=row.service,
        directorate=row.directorate,
        status=row.status,
        key=asked.key,
        text=asked.text,
        section=questionnaire.all_sections[questionnaire.section_of[asked.key]].title,
        own=_words(questionnaire, asked, own[row.assessment_id, asked.key]) if shows else "",
        before=before,
        before_words=_words(questionnaire, asked, before) if shows else "",
        stood_as=row.stood_as,
        after=after,
        after_words="" if after is None else _words(questionnaire, asked, after),
        reason=row.reason,
        by=row.by,
        at=row.at,
        mine=_words(questionnaire, asked, _answer(questionnaire, asked, mine.content)) if mine else "",
        may_rate=by.id in {one.person_id for one in raters} and (by.id, row.service_id) not in barred,
        heard=heard,
        spread=item_spread([one.level for one in heard]),
        direction=None if after is None else direction(points.get(_key(before)), points.get(_key(after))),
    )


def _key(answer: Answer) -> int | str:
    """An answer as a table of points has it."""
    return answer.value if isinstance(answer.value, int | str) else ""


def _heard(
    questionnaire: Questionnaire, asked: Question, rater: AnyRow, given: Mapping[int, AnyRow]
) -> Heard:
    row = given.get(rater.person_id)
    if row is None:
        return Heard(rater.name, None, "", "")
    answer = _answer(questionnaire, asked, row.content)
    level = answer.value if isinstance(answer.value, int) else None
    return Heard(rater.name, level, _words(questionnaire, asked, answer), row.note)


def _raters(
    raters: Sequence[AnyRow],
    items: Sequence[AnyRow],
    ratings: Sequence[AnyRow],
    barred: set[tuple[int, int]],
) -> tuple[Rater, ...]:
    return tuple(
        Rater(
            row.person_id,
            row.name,
            sum(one.person_id == row.person_id for one in ratings),
            sum((row.person_id, one.service_id) not in barred for one in items),
            row.finished_at,
        )
        for row in raters
    )


# --- what comes out -----------------------------------------------------------------------------------------


def _compared(
    questionnaire: Questionnaire, items: Sequence[Item], rows: Sequence[AnyRow], own: Own
) -> Compared:
    scales = {one.key: tuple(questionnaire.level_words(questionnaire.questions[one.key])) for one in items}
    counts: dict[tuple[int, ...], int] = defaultdict(int)
    for one in items:
        counts[scales[one.key]] += 1
    levels = max(counts, key=lambda scale: (counts[scale], scale))
    rated = [one for one in items if scales[one.key] == levels]
    columns = [[heard.level for heard in one.heard] for one in rated]
    settled = [one for one in items if one.after is not None]
    moves = _service_moves(questionnaire, items, rows, own)
    return Compared(
        agreement=session_agreement(list(zip(*columns, strict=True)), levels),
        left_out=len(items) - len(rated),
        services=moves,
        means=means([Three(one.before, one.before, one.after) for one in moves]),
        moves=tally(one.direction or Direction.UNKNOWN for one in settled),
        levels=_mean_levels(settled),
    )


def _mean_levels(settled: Sequence[Item]) -> tuple[float, float] | None:
    """Mean level before and after, over what was settled and stood at a level."""
    pairs = [
        (one.before.value, one.after.value)
        for one in settled
        if one.after is not None and isinstance(one.before.value, int) and isinstance(one.after.value, int)
    ]
    if not pairs:
        return None
    return sum(a for a, _ in pairs) / len(pairs), sum(b for _, b in pairs) / len(pairs)


def _service_moves(
    questionnaire: Questionnaire, items: Sequence[Item], rows: Sequence[AnyRow], own: Own
) -> tuple[ServiceMove, ...]:
    """The overall of each service with its answers of the session as they stood and as they were settled.

    What else was challenged of it does not count in either.
    """
    answers: dict[int, dict[str, Answer]] = defaultdict(dict)
    for (assessment_id, key), given in own.items():
        answers[assessment_id][key] = given
    names = {row.assessment_id: row.service for row in rows}
    found = []
    for assessment_id, name in names.items():
        mine = [one for one in items if one.assessment_id == assessment_id]
        stood = {one.key: one.before for one in mine}
        settled = {one.key: one.after or one.before for one in mine}
        overalls = [
            score(questionnaire, agreed_answers(answers[assessment_id], laid)).overall.score
            for laid in (stood, settled)
        ]
        found.append(ServiceMove(assessment_id, name, *overalls))
    return tuple(sorted(found, key=lambda one: (-_size(one), one.service.casefold())))


def _size(move: ServiceMove) -> float:
    return 0.0 if move.before is None or move.after is None else round(abs(move.after - move.before), 9)


def _is_changed(questionnaire: Questionnaire, asked: Question, row: AnyRow) -> bool:
    """True where another level or grade was settled than what stood."""
    before, after = (_answer(questionnaire, asked, stored) for stored in (row.before, row.after))
    return (before.state, before.value, before.evidence) != (after.state, after.value, after.evidence)


def _cannot_settle(
    session: Session, row: AnyRow, questionnaire: Questionnaire, asked: Question
) -> Problem | None:
    """Why the session cannot be closed with this answer as it is; None where it can."""
    place, name = f"item-{row.id}", f"{row.question_key} of {row.service}"
    if row.after is None:
        return Problem(place, f"{name} is not settled yet. Settle it, with a reason.")
    if not _is_changed(questionnaire, asked, row):
        return None
    cure = "Settle it as it stood, and say so in the reason."
    if row.status != "signed_off":
        return Problem(
            place, f"{name} cannot be changed any more: the challenge of {row.service} is closed. {cure}"
        )
    known = cases.one(session, row.assessment_id, row.question_key)
    if known is not None and (known.agreed is not None or known.response_at is not None):
        return Problem(place, f"{name} was challenged and answered since the session began. {cure}")
    if known is not None and known.challenged != row.before:
        return Problem(place, f"{name} was challenged by somebody else since the session began. {cure}")
    return None


def _record(
    session: Session,
    verb: str,
    calibration_id: int,
    by: Actor,
    now: datetime,
    *,
    before: Any = None,
    after: Any = None,
) -> None:
    events.record(
        session, verb, "calibration", calibration_id, by_id=by.id, now=now, before=before, after=after
    )
