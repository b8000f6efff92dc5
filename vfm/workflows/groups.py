"""A group's own assessment: each member answers alone, the spread is shown, a consensus is recorded.

Nobody sees another member's answers until the facilitator opens the spread; from then on nobody answers alone
any more. A member who never answers is shown and holds nobody up. The consensus is the assessment's answer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from vfm.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from vfm.questionnaires import merging, routing, steps
from vfm.questionnaires.answers import (
    EVIDENCE,
    UNANSWERED,
    Answer,
    Answers,
    State,
    answer_to_json,
    grade_words,
    in_words,
)
from vfm.questionnaires.kinds import text_problem
from vfm.questionnaires.merging import How, Kept, Sent, Written
from vfm.questionnaires.pages import Page, pages, progress_of
from vfm.questionnaires.routing import Progress
from vfm.questionnaires.schema import Question, Questionnaire
from vfm.questionnaires.steps import Step
from vfm.roles import Actor, Role
from vfm.scoring.spread import Spread, spread
from vfm.store import answers as rows
from vfm.store import content, events
from vfm.store import groups as group_rows
from vfm.store.queries import assessments as assessment_queries
from vfm.store.queries import groups as queries
from vfm.store.queries.assessments import Head
from vfm.store.queries.groups import MemberRow, Settled

ALIKE = "Everybody who answered said the same."
"""The reason of a consensus that nobody had to discuss."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member, and how far they are; never what they answered.

    Attributes:
        progress: on the route that their own answers lead along.
    """

    id: int
    name: str
    is_active: bool
    finished_at: datetime | None
    progress: Progress


@dataclass(frozen=True, slots=True)
class Part:
    """One section of a member's own answers."""

    page: Page
    progress: Progress


@dataclass(frozen=True, slots=True)
class Line:
    """One question of the opened spread.

    Attributes:
        agreed: the consensus, in words; None where there is none yet.
    """

    question: Question
    spread: Spread
    agreed: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """A group's assessment as its own page shows it.

    Attributes:
        me: this person as a member; None for a facilitator who is none.
        parts: this person's own sections; empty without a membership.
        opened_at: when the spread was opened; None while each answers alone.
        lines: section by section, what was answered; empty until the spread is opened.
        could_join: (id, name) of who might become a member, for the facilitator.
        may_send: this person may send the assessment for sign-off now.
        alike: questions without a consensus to which everybody gave the same answer.
    """

    head: Head
    questionnaire: Questionnaire
    members: tuple[Member, ...]
    me: Member | None
    parts: tuple[Part, ...]
    opened_at: datetime | None
    lines: tuple[tuple[Page, tuple[Line, ...]], ...]
    could_join: tuple[tuple[int, str], ...]
    is_facilitator: bool
    may_answer: bool
    may_agree: bool
    may_send: bool
    alike: int

    @property
    def unfinished(self) -> tuple[Member, ...]:
        """Members who have not said that they have finished."""
        return tuple(member for member in self.members if member.finished_at is None)

    @property
    def open_lines(self) -> tuple[Line, ...]:
        """Questions that still want a consensus."""
        return tuple(line for _, lines in self.lines for line in lines if line.agreed is None)

    @property
    def wide(self) -> tuple[Line, ...]:
        """Questions on which members are two levels apart or more."""
        return tuple(line for _, lines in self.lines for line in lines if line.spread.is_wide)


@dataclass(frozen=True, slots=True)
class Own:
    """One question as a member answers it; `seen` as in `merging.seen`."""

    question: Question
    answer: Answer
    seen: str


@dataclass(frozen=True, slots=True)
class OwnSection:
    """One section of a member's own answers."""

    head: Head
    questionnaire: Questionnaire
    page: Page
    progress: Progress
    asked: tuple[Own, ...]
    may_answer: bool
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Twice:
    """One answer written in two windows, or by two people: both texts, and the mark to overwrite `kept`."""

    key: str
    kept: str
    sent: str
    seen: str


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a save: problems and clashes say what was not kept."""

    problems: tuple[Problem, ...] = ()
    clashes: tuple[Twice, ...] = ()
    appeared: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    next_key: str | None = None

    @property
    def is_whole(self) -> bool:
        """True when everything sent was kept."""
        return not self.problems and not self.clashes


@dataclass(frozen=True, slots=True)
class Said:
    """What one member answered to one question, once the spread is open."""

    member: MemberRow
    words: str
    grade: str
    note: str
    is_given: bool


@dataclass(frozen=True, slots=True)
class Discussed:
    """One question of the opened spread with everything needed to agree on it.

    Attributes:
        said: every member, also those without an answer.
        names: member id -> name.
        now: the consensus as it stands, `UNANSWERED` without one; `seen` is its mark.
        settled: why, by whom and when; None without a consensus.
        previous_key, next_key: neighbours among the questions asked.
    """

    head: Head
    questionnaire: Questionnaire
    question: Question
    section: str
    spread: Spread
    said: tuple[Said, ...]
    names: Mapping[int, str]
    now: Answer
    seen: str
    settled: Settled | None
    may_agree: bool
    previous_key: str | None
    next_key: str | None


@dataclass(frozen=True, slots=True)
class _Open:
    """What every step starts from."""

    head: Head
    questionnaire: Questionnaire
    members: tuple[MemberRow, ...]
    opened_at: datetime | None
    is_facilitator: bool
    by: Actor
    me: MemberRow | None = field(default=None)

    @property
    def may_answer(self) -> bool:
        """True while this member answers alone."""
        return self.me is not None and self.opened_at is None and steps.allows(self.head.status, Step.SAVE)

    @property
    def may_agree(self) -> bool:
        """True while this facilitator can record a consensus."""
        return (
            self.is_facilitator and self.opened_at is not None and steps.allows(self.head.status, Step.SAVE)
        )


# --- reading ------------------------------------------------------------------------------------------------


def show(session: Session, assessment_id: int, *, by: Actor) -> Group:
    """The group: who has finished, one's own sections, and the spread once it is open.

    Raises:
        NotFound: no such group's assessment, or you have no part in it.
    """
    opened = _open(session, assessment_id, by)
    given = _own_answers(session, opened)
    members = tuple(_member(opened.questionnaire, row, given[row.person_id]) for row in opened.members)
    lines = _lines(session, opened, given) if opened.opened_at else ()
    me = next((member for member in members if member.id == by.id), None)
    may_choose = opened.is_facilitator and opened.opened_at is None
    return Group(
        head=opened.head,
        questionnaire=opened.questionnaire,
        members=members,
        me=me,
        parts=_parts(opened.questionnaire, given[by.id]) if me else (),
        opened_at=opened.opened_at,
        lines=lines,
        could_join=tuple(queries.could_join(session, assessment_id)) if may_choose else (),
        is_facilitator=opened.is_facilitator,
        may_answer=opened.may_answer,
        may_agree=opened.may_agree,
        may_send=opened.may_agree and by.works_on(opened.head.service_id),
        alike=sum(line.spread.is_alike and line.agreed is None for _, part in lines for line in part),
    )


def section(session: Session, assessment_id: int, key: str, *, by: Actor) -> OwnSection:
    """One section of this member's own answers.

    Raises:
        NotFound: no such group's assessment or section, or you are no member.
    """
    opened = _open(session, assessment_id, by)
    if opened.me is None:
        raise NotFound
    page = _page(opened.questionnaire, key)
    kept = {row.key: row for row in queries.own_answers(session, assessment_id, by.id)}
    given = _read(opened.questionnaire, kept.values())
    route = routing.on_route(opened.questionnaire, given)
    return OwnSection(
        head=opened.head,
        questionnaire=opened.questionnaire,
        page=page,
        progress=progress_of(page.section, given, route),
        asked=tuple(
            Own(question, given.get(question.key, UNANSWERED), _seen(kept.get(question.key)))
            for question in page.section.questions
            if question.key in route
        ),
        may_answer=opened.may_answer,
        finished_at=opened.me.finished_at,
    )


def question(session: Session, assessment_id: int, key: str, *, by: Actor) -> Discussed:
    """What everybody answered to one question, and the consensus on it.

    Raises:
        NotFound: no such question, you have no part in this group, or the spread is not open yet.
    """
    opened = _open(session, assessment_id, by)
    asked = opened.questionnaire.questions.get(key)
    if asked is None or opened.opened_at is None:
        raise NotFound
    given = _own_answers(session, opened)
    answers = {who: own.get(key, UNANSWERED) for who, own in given.items()}
    consensus = {row.key: row for row in assessment_queries.answers(session, assessment_id)}
    now = _read(opened.questionnaire, consensus.values())
    keys = [None, *_wanted(opened.questionnaire, given, now), None]
    place = keys.index(key) if key in keys else None
    return Discussed(
        head=opened.head,
        questionnaire=opened.questionnaire,
        question=asked,
        section=opened.questionnaire.all_sections[opened.questionnaire.section_of[key]].title,
        spread=spread(opened.questionnaire, asked, answers),
        said=tuple(_said(opened.questionnaire, asked, row, answers) for row in opened.members),
        names={row.person_id: row.name for row in opened.members},
        now=now.get(key, UNANSWERED),
        seen=_seen(consensus.get(key)),
        settled=queries.settled(session, assessment_id).get(key),
        may_agree=opened.may_agree,
        previous_key=keys[place - 1] if place else None,
        next_key=keys[place + 1] if place else None,
    )


# --- answering alone ----------------------------------------------------------------------------------------


def save(
    session: Session, assessment_id: int, key: str, sent: Mapping[str, Sent], *, by: Actor, now: datetime
) -> Saved:
    """Keep a member's own answers of one section that can be kept; say what became of the others.

    Raises:
        NotFound: no such group's assessment or section, or you are no member.
        Conflict: the spread was opened, or the assessment was sent.
    """
    opened = _answering(session, assessment_id, by)
    questionnaire = opened.questionnaire
    page = _page(questionnaire, key)
    kept = {row.key: row for row in queries.own_answers(session, assessment_id, by.id)}
    outcome = merging.merged(questionnaire, page.section.questions, sent, kept)
    after = {row.key: row for row in kept.values()}
    after |= {name: Kept(name, one.content, one.revision) for name, one in outcome.written.items()}
    route = routing.on_route(questionnaire, _read(questionnaire, after.values()))
    if outcome.written:
        written = [(name, one.content, one.revision) for name, one in outcome.written.items()]
        group_rows.write_own(session, assessment_id, by.id, written, now)
        # The trail names the questions and not the answers: it is read by others.
        keys = {"questions": list(outcome.written)}
        events.record(
            session, "answered alone", "assessment", assessment_id, by_id=by.id, now=now, after=keys
        )
    own = [one.key for one in page.section.questions]
    return Saved(
        problems=tuple(one for one in outcome.problems if one.place.partition(".")[0] in route),
        clashes=_twice(questionnaire, outcome.clashing, route),
        appeared=tuple(name for name in own if name in route and name not in sent),
        changed=tuple(outcome.written),
        next_key=page.next_key,
    )


def finish(session: Session, assessment_id: int, *, by: Actor, now: datetime) -> None:
    """Say that one's own answers are complete.

    Raises:
        NotFound: no such group's assessment, or you are no member.
        Conflict: the spread was opened, or the assessment was sent.
        Invalid: a required answer is missing or a check does not hold; place: the question's key.
    """
    opened = _answering(session, assessment_id, by)
    own = _read(opened.questionnaire, queries.own_answers(session, assessment_id, by.id))
    if missing := routing.missing(opened.questionnaire, own):
        raise Invalid(missing)
    if opened.me is not None and opened.me.finished_at is None:
        group_rows.finish(session, assessment_id, by.id, now)
        events.record(session, "finished alone", "assessment", assessment_id, by_id=by.id, now=now)


def take_back(session: Session, assessment_id: int, *, by: Actor, now: datetime) -> None:
    """Take back that one has finished, to change an answer.

    Raises:
        NotFound, Conflict: as for `finish`.
    """
    opened = _answering(session, assessment_id, by)
    if opened.me is not None and opened.me.finished_at is not None:
        group_rows.finish(session, assessment_id, by.id, None)
        events.record(session, "took back finished", "assessment", assessment_id, by_id=by.id, now=now)


# --- bringing the group together ----------------------------------------------------------------------------


def add_member(session: Session, assessment_id: int, person: str, *, by: Actor, now: datetime) -> str:
    """Make somebody a member; their name.

    Args:
        session: a writing transaction.
        assessment_id: the group's.
        person: id, as the form sends it.
        by: a facilitator.
        now: when.

    Raises:
        NotFound: no such group's assessment, or you have no part in it.
        Forbidden: you are a member only.
        Conflict: the spread is open, so that nobody can answer alone any more.
        Invalid: nobody was chosen, or somebody who cannot join.
    """
    _choosing(session, assessment_id, by)
    names = {
        str(person_id): (person_id, name) for person_id, name in queries.could_join(session, assessment_id)
    }
    if person not in names:
        raise Invalid([Problem("person", "Choose somebody who is not a member yet.")])
    person_id, name = names[person]
    group_rows.join(session, assessment_id, [person_id])
    after = {"member": name}
    events.record(session, "member added", "assessment", assessment_id, by_id=by.id, now=now, after=after)
    return name


def remove_member(session: Session, assessment_id: int, person_id: int, *, by: Actor, now: datetime) -> str:
    """End a membership; the name. What they answered is kept, and counts again if they come back.

    Raises:
        NotFound: no such group's assessment or member, or you have no part in it.
        Forbidden, Conflict: as for `add_member`.
    """
    opened = _choosing(session, assessment_id, by)
    row = next((row for row in opened.members if row.person_id == person_id), None)
    if row is None:
        raise NotFound
    group_rows.leave(session, assessment_id, person_id)
    before = {"member": row.name}
    events.record(session, "member removed", "assessment", assessment_id, by_id=by.id, now=now, before=before)
    return row.name


def open_spread(session: Session, assessment_id: int, *, by: Actor, now: datetime) -> None:
    """Show the group its members' answers; from now on nobody answers alone, and it cannot be undone.

    Raises:
        NotFound: no such group's assessment, or you have no part in it.
        Forbidden: you are a member only.
        Conflict: it is open already, or nobody has answered anything.
    """
    opened = _choosing(session, assessment_id, by)
    if not queries.answers(session, assessment_id, [row.person_id for row in opened.members]):
        raise Conflict("Nobody has answered yet, so there is nothing to show. Wait for the first answers.")
    group_rows.open_spread(session, assessment_id, now)
    unfinished = [row.name for row in opened.members if row.finished_at is None]
    after = {"members": len(opened.members), "unfinished": unfinished}
    events.record(
        session, "opened the spread", "assessment", assessment_id, by_id=by.id, now=now, after=after
    )


def agree(
    session: Session, assessment_id: int, key: str, sent: Sent, reason: str, *, by: Actor, now: datetime
) -> Saved:
    """Record what the group settles on as the assessment's answer to one question, and why.

    The reason may be blank where all who answered alone said just that.

    Raises:
        NotFound: no such question, you have no part in this group, or the spread is not open.
        Forbidden: you are a member only.
        Conflict: the assessment was sent.
        Invalid: the reason is missing or cannot be kept; place: `reason`.
    """
    opened = _agreeing(session, assessment_id, by)
    questionnaire = opened.questionnaire
    asked = questionnaire.questions.get(key)
    if asked is None:
        raise NotFound
    kept = {row.key: row for row in assessment_queries.answers(session, assessment_id)}
    outcome = merging.merged(questionnaire, [asked], {key: sent}, kept)
    now_there = _read(questionnaire, kept.values())
    if outcome.problems or outcome.clashing:
        everywhere = frozenset(questionnaire.questions)
        return Saved(tuple(outcome.problems), _twice(questionnaire, outcome.clashing, everywhere))
    answer = outcome.written[key].answer if outcome.written else now_there.get(key, UNANSWERED)
    why = _reason(session, opened, asked, answer, reason.strip())
    _record(session, opened, outcome.written, kept, now)
    _explain(session, opened, {key: why}, now)
    return Saved(changed=(key,))


def agree_alike(session: Session, assessment_id: int, *, by: Actor, now: datetime) -> int:
    """Record every answer on which all who answered alone said the same; how many.

    The evidence grade is the weakest that a member gave, as nobody has talked about it.

    Raises:
        NotFound, Forbidden, Conflict: as for `agree`.
    """
    opened = _agreeing(session, assessment_id, by)
    given = _own_answers(session, opened)
    kept = {row.key: row for row in assessment_queries.answers(session, assessment_id)}
    settled = _read(opened.questionnaire, kept.values())
    found: dict[str, Written] = {}
    for key in _wanted(opened.questionnaire, given, settled):
        answers = {who: own.get(key, UNANSWERED) for who, own in given.items()}
        is_open = settled.get(key, UNANSWERED).state is State.UNANSWERED
        asked = opened.questionnaire.questions[key]
        if is_open and spread(opened.questionnaire, asked, answers).is_alike:
            common = _common(answers)
            revision = kept[key].revision + 1 if key in kept else 1
            found[key] = Written(common, answer_to_json(asked, common), revision)
    if found:
        _record(session, opened, found, kept, now)
        _explain(session, opened, dict.fromkeys(found, ALIKE), now)
    return len(found)


# --- what all of them ask -----------------------------------------------------------------------------------


def _open(session: Session, assessment_id: int, by: Actor, *, lock: bool = False) -> _Open:
    head = assessment_queries.head(session, assessment_id, lock=lock)
    if head is None:
        raise NotFound
    questionnaire = content.questionnaire(session, head.version_id, head.content_hash)
    questionnaire = content.in_language(questionnaire, by.language)
    members = tuple(queries.members(session, assessment_id))
    me = next((row for row in members if row.person_id == by.id), None)
    is_facilitator = by.has(Role.CORE_TEAM) or head.service_id in by.directs
    if not questionnaire.is_group_response or (me is None and not is_facilitator):
        raise NotFound
    opened_at = queries.spread_opened_at(session, assessment_id)
    return _Open(head, questionnaire, members, opened_at, is_facilitator, by, me)


def _answering(session: Session, assessment_id: int, by: Actor) -> _Open:
    opened = _open(session, assessment_id, by, lock=True)
    if opened.me is None:
        raise NotFound
    steps.after(opened.head.status, Step.SAVE)
    if opened.opened_at is not None:
        raise Conflict(
            "The group has begun to look at its answers together, so nobody answers alone any more."
        )
    return opened


def _choosing(session: Session, assessment_id: int, by: Actor) -> _Open:
    opened = _facilitated(session, assessment_id, by)
    if opened.opened_at is not None:
        raise Conflict("The spread is open already, so nobody can answer alone any more.")
    return opened


def _agreeing(session: Session, assessment_id: int, by: Actor) -> _Open:
    opened = _facilitated(session, assessment_id, by)
    if opened.opened_at is None:
        raise NotFound
    return opened


def _facilitated(session: Session, assessment_id: int, by: Actor) -> _Open:
    opened = _open(session, assessment_id, by, lock=True)
    if not opened.is_facilitator:
        raise Forbidden("The core team, or the director this assessment is asked of, leads the group.")
    steps.after(opened.head.status, Step.SAVE)
    return opened


def _page(questionnaire: Questionnaire, key: str) -> Page:
    found = next((page for page in pages(questionnaire) if page.key == key), None)
    if found is None:
        raise NotFound
    return found


def _read(questionnaire: Questionnaire, kept: Iterable[Kept]) -> dict[str, Answer]:
    return content.answers(questionnaire, ((row.key, row.content) for row in kept))


def _own_answers(session: Session, opened: _Open) -> dict[int, dict[str, Answer]]:
    """Member -> what they answered alone, nothing for those who have not begun."""
    found = queries.answers(session, opened.head.id, [row.person_id for row in opened.members])
    return {
        row.person_id: _read(opened.questionnaire, found.get(row.person_id, [])) for row in opened.members
    }


def _seen(kept: Kept | None) -> str:
    return merging.seen(kept.content, kept.revision) if kept else merging.UNSEEN


def _member(questionnaire: Questionnaire, row: MemberRow, given: Answers) -> Member:
    return Member(*row, routing.progress(questionnaire, given))


def _parts(questionnaire: Questionnaire, given: Answers) -> tuple[Part, ...]:
    route = routing.on_route(questionnaire, given)
    found = (Part(page, progress_of(page.section, given, route)) for page in pages(questionnaire))
    return tuple(part for part in found if part.progress.asked)


def _wanted(questionnaire: Questionnaire, given: Mapping[int, Answers], now: Answers) -> tuple[str, ...]:
    """Keys of the questions to agree on: on the consensus's route, or answered by somebody on their own."""
    route = routing.on_route(questionnaire, now)
    answered = {
        key
        for own in given.values()
        for key in routing.on_route(questionnaire, own)
        if own.get(key, UNANSWERED).state is not State.UNANSWERED
    }
    return tuple(key for key in questionnaire.questions if key in route or key in answered)


def _lines(
    session: Session, opened: _Open, given: Mapping[int, Answers]
) -> tuple[tuple[Page, tuple[Line, ...]], ...]:
    questionnaire = opened.questionnaire
    now = _read(questionnaire, assessment_queries.answers(session, opened.head.id))
    wanted = frozenset(_wanted(questionnaire, given, now))
    found = [
        (
            page,
            tuple(
                _line(questionnaire, one, given, now) for one in page.section.questions if one.key in wanted
            ),
        )
        for page in pages(questionnaire)
    ]
    return tuple((page, lines) for page, lines in found if lines)


def _line(questionnaire: Questionnaire, asked: Question, given: Mapping[int, Answers], now: Answers) -> Line:
    answers = {who: own.get(asked.key, UNANSWERED) for who, own in given.items()}
    settled = now.get(asked.key, UNANSWERED)
    is_settled = settled.state is not State.UNANSWERED
    words = in_words(questionnaire, asked, settled) if is_settled else None
    return Line(asked, spread(questionnaire, asked, answers), words)


def _said(
    questionnaire: Questionnaire, asked: Question, row: MemberRow, answers: Mapping[int, Answer]
) -> Said:
    answer = answers[row.person_id]
    is_graded = asked.is_scored and answer.is_answered
    return Said(
        member=row,
        words=in_words(questionnaire, asked, answer),
        grade=grade_words(questionnaire)[answer.evidence] if is_graded else "",
        note=answer.note,
        is_given=answer.state is not State.UNANSWERED,
    )


def _twice(
    questionnaire: Questionnaire, clashing: Mapping[str, tuple[Kept, Answer]], route: frozenset[str]
) -> tuple[Twice, ...]:
    stored = _read(questionnaire, [kept for kept, _ in clashing.values()])
    return tuple(
        Twice(
            key,
            in_words(questionnaire, questionnaire.questions[key], stored[key]),
            in_words(questionnaire, questionnaire.questions[key], sent),
            _seen(kept),
        )
        for key, (kept, sent) in clashing.items()
        if key in route
    )


def _reason(session: Session, opened: _Open, asked: Question, answer: Answer, given: str) -> str:
    """The reason as given, or that all said the same where they did and this is it."""
    if message := text_problem(given):
        raise Invalid([Problem("reason", message)])
    if given:
        return given
    own = _own_answers(session, opened)
    answers = {who: one.get(asked.key, UNANSWERED) for who, one in own.items()}
    is_theirs = any((one.state, one.value) == (answer.state, answer.value) for one in answers.values())
    if is_theirs and spread(opened.questionnaire, asked, answers).is_alike:
        return ALIKE
    raise Invalid([Problem("reason", "Say why the group settles on this answer. One sentence is enough.")])


def _common(answers: Mapping[int, Answer]) -> Answer:
    """What all said, with the weakest grade that one of them gave."""
    given = [one for one in answers.values() if one.state is not State.UNANSWERED]
    weakest = min((one.evidence for one in given), key=EVIDENCE.index)
    return Answer(given[0].state, given[0].value, reason=given[0].reason, evidence=weakest)


def _record(
    session: Session,
    opened: _Open,
    written: Mapping[str, Written],
    kept: Mapping[str, Kept],
    now: datetime,
) -> None:
    """Write answers of the assessment as a save of its pages would."""
    if not written:
        return
    after = _read(opened.questionnaire, kept.values()) | {key: one.answer for key, one in written.items()}
    progress = routing.progress(opened.questionnaire, after)
    by_id = opened.by.id
    rows.write(session, opened.head.id, written, kept, progress, by_id=by_id, now=now, how=How.CONSENSUS)


def _explain(session: Session, opened: _Open, reasons: Mapping[str, str], now: datetime) -> None:
    group_rows.write_reason(session, opened.head.id, reasons.items(), by_id=opened.by.id, now=now)
    events.record(
        session,
        "gave the reason of a consensus",
        "assessment",
        opened.head.id,
        by_id=opened.by.id,
        now=now,
        after=dict(reasons),
    )
