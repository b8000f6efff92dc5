"""Completing an assessment: the list of its sections, one section, every question to read.

A save keeps every answer that can be kept: one that is wrong, or that somebody else changed meanwhile, is
handed back with its reason, and never stops the others.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from vfm.errors import Forbidden, NotFound, Problem
from vfm.questionnaires import answers as reading
from vfm.questionnaires import merging, routing, steps
from vfm.questionnaires.answer_sheet import SheetSection, sheet
from vfm.questionnaires.answers import UNANSWERED, Answer, Answers, State
from vfm.questionnaires.conditions import questions_named, worked_out
from vfm.questionnaires.differences import Difference, differences
from vfm.questionnaires.merging import How, Kept, Outcome, Sent, Written
from vfm.questionnaires.pages import Page, Position, deciding, pages, position, progress_of, together
from vfm.questionnaires.parts import Reach, Scope, keys_of, title_of
from vfm.questionnaires.published import beside
from vfm.questionnaires.routing import Progress
from vfm.questionnaires.schema import Check, Kind, Question, Questionnaire
from vfm.questionnaires.steps import Status, Step
from vfm.roles import Actor, Role
from vfm.store import answers as rows
from vfm.store import content, own_parts, review_teams
from vfm.store import reach as reaching
from vfm.store.letters import Reader
from vfm.store.own_parts import OwnPart
from vfm.store.queries import assessments as queries
from vfm.store.queries import evidence as registers
from vfm.store.queries import holders, parts
from vfm.store.queries.assessments import Attached, Head, Published, Work
from vfm.store.queries.parts import Holding

# --- what the pages show ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mine:
    """Somebody's work across services: what waits for them, what they handed back or sent on.

    Attributes:
        to_answer: assessments of services they direct; parts: what they were given elsewhere, and still have.
        handed_back: parts they handed back, or that were sent on since.
        nothing_yet: (service, its directors) of open assessments of which they were given nothing.
    """

    to_answer: tuple[Work, ...]
    parts: tuple[OwnPart, ...]
    to_sign_off: tuple[Work, ...]
    done: tuple[Work, ...]
    handed_back: tuple[OwnPart, ...]
    nothing_yet: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who has a section or some questions of it, or has handed them back.

    Attributes:
        questions: how many, when they were given single questions of it; 0 for all of it.
        since: when it was given; handed_back_at: None while it is in hand; cannot: they cannot answer it.
    """

    name: str
    questions: int
    since: datetime
    handed_back_at: datetime | None
    cannot: bool


@dataclass(frozen=True, slots=True)
class SectionState:
    """One row of the task list.

    Attributes:
        progress: on the route as it stands now.
        holders: who has it; nobody when it is left to the director.
    """

    page: Page
    progress: Progress
    holders: tuple[Holder, ...] = ()


@dataclass(frozen=True, slots=True)
class PartState:
    """A part in somebody's hands, in words, with the questions of it on the route that are left."""

    holding: Holding
    words: str
    left: int


@dataclass(frozen=True, slots=True)
class Returned:
    """That an assessment was returned or opened again, by whom and why; `verb` is which of the two."""

    at: datetime
    by: str
    reason: str
    verb: str = "returned"


@dataclass(frozen=True, slots=True)
class TaskList:
    """An assessment as a list of sections: all of them, or those somebody was given something of.

    Attributes:
        next_question: the first one still to be answered, and next_key its section; None when there is none.
        waits_for: who has to act next, in words; empty when it is agreed.
        invitation: what the core team says to those who are asked (Markdown).
        waiting: answers to an earlier version, to questions on the route, that nobody has looked at again.
        may_send: all of it is theirs to answer, so that they may send it.
        may_give: they may give parts of it to colleagues now.
        mine: what they were given themselves; back: what others handed back, for who directs the service.
        whole: who has all of it.
        review_id: the review whose team answers; None for what a service answers of itself.
    """

    head: Head
    questionnaire: Questionnaire
    sections: tuple[SectionState, ...]
    progress: Progress
    next_question: str | None
    next_key: str | None
    waits_for: str
    returned: Returned | None
    invitation: str
    waiting: int
    may_answer: bool
    may_send: bool
    may_sign_off: bool
    may_give: bool
    mine: tuple[PartState, ...]
    back: tuple[PartState, ...]
    whole: tuple[Holder, ...]
    review_id: int | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """An answer to an earlier version whose question changed since; it counts only when confirmed.

    Attributes:
        words: the answer, in the words of the version it was given to; cycle: where that was.
        lines: what differs in the question since, line by line.
    """

    words: str
    cycle: str
    lines: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """One question on the route with all that stands beside it.

    Attributes:
        seen: the mark a form hands back to say which answer its reader saw.
        earlier: what was agreed last time, in words; None where there was nothing.
        worked_out: the derived value, in words; None without one.
        before: what was answered to an earlier version, waiting for another look; None without one.
        attached: how much evidence and how many comments there are.
        is_on_route: false for one that is shown only because two people answered it.
    """

    question: Question
    answer: Answer = UNANSWERED
    seen: str = merging.UNSEEN
    earlier: str | None = None
    figures: tuple[Published, ...] = ()
    worked_out: str | None = None
    before: Before | None = None
    attached: Attached = queries.NOTHING
    is_on_route: bool = True

    @property
    def has_history(self) -> bool:
        """True when it was answered at least once."""
        return not self.seen.startswith("0.")


@dataclass(frozen=True, slots=True)
class SectionView:
    """One section's questions on the route.

    Attributes:
        failed: checks that do not hold, at questions of this section.
        may_answer: this person may change it now.
        titled: key of a question that asks for evidence -> what the register holds for it, by title.
        may_give: this person may ask colleagues for parts of it.
        position: where the one question stands that the page is about; None for the whole section, and for
            a question that is not asked, given the answers so far.
    """

    head: Head
    questionnaire: Questionnaire
    page: Page
    progress: Progress
    asked: tuple[Asked, ...]
    failed: tuple[Problem, ...]
    may_answer: bool
    titled: Mapping[str, tuple[str, ...]]
    may_give: bool
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class AllQuestions:
    """Every question with its answer, those off the route too."""

    head: Head
    questionnaire: Questionnaire
    sections: tuple[SheetSection, ...]
    may_answer: bool


@dataclass(frozen=True, slots=True)
class Clashing:
    """Two texts for one answer.

    Attributes:
        kept, sent: what is stored and what was just typed, in words; answer: the latter as a value.
        by, at: who wrote what is stored, and when; is_own: the sender did, in another window.
        seen: the mark under which a form may write over it knowingly.
    """

    key: str
    kept: str
    sent: str
    answer: Answer
    by: str
    is_own: bool
    at: datetime
    seen: str


@dataclass(frozen=True, slots=True)
class Misfit:
    """A check across answers that does not hold: what it says, at which question, and in which section."""

    key: str
    section_key: str
    words: str


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a save.

    Attributes:
        seen: question key -> the new `Asked.seen` of every question that nothing is left to do for.
        problems: what could not be read, and why; those answers were not kept.
            A question that is no longer asked has none.
        clashes: what somebody else wrote meanwhile, also where it is no longer asked; those answers were not
            kept.
        misfits: checks that do not hold, of those that look at an answer of this section; all the same kept.
        changed: keys that were written.
        appeared: questions of this section on the route that were not sent: the form did not have them.
        asked: keys on the route in this section, afterwards, and those that clash; progress: how far it is.
        section_key: the section it belongs to now; next_key: the one after that.
        position: where the one question stands that was sent alone.
        failed: checks that do not hold, at questions of this section.
        worked_out: question key -> the derived value, in words, of those of this section that have one.
        left_out: what was typed at questions that nobody asks here (any more); place: the question's key.
        at: when this was saved.
    """

    seen: Mapping[str, str]
    problems: tuple[Problem, ...]
    clashes: tuple[Clashing, ...]
    misfits: tuple[Misfit, ...]
    changed: tuple[str, ...]
    appeared: tuple[str, ...]
    asked: tuple[str, ...]
    progress: Progress
    section_key: str
    next_key: str | None
    position: Position | None
    failed: tuple[Problem, ...]
    worked_out: Mapping[str, str]
    left_out: tuple[Problem, ...]
    at: datetime

    @property
    def is_whole(self) -> bool:
        """True when everything sent was kept."""
        return not self.problems and not self.clashes and not self.left_out


# --- reading ------------------------------------------------------------------------------------------------


def mine(session: Session, *, by: Actor) -> Mine:
    """What somebody directs, deputises for or was given; the most urgent first."""
    found = queries.of_services(session, sorted(by.answers_for))
    to_answer = [
        one
        for one in found
        if one.status == Status.OPEN and not one.is_closed and one.service_id in by.directs
    ]
    to_sign_off = [one for one in found if _signs(one, by)]
    given = own_parts.of(session, by)
    in_hand = [one for one in given if one.status == Status.OPEN and one.handed_back_at is None]
    return Mine(
        to_answer=tuple(sorted(to_answer, key=_due)),
        parts=tuple(in_hand),
        to_sign_off=tuple(sorted(to_sign_off, key=_due)),
        done=tuple(one for one in found if one not in to_answer and one not in to_sign_off),
        handed_back=tuple(one for one in given if one not in in_hand),
        nothing_yet=_nothing_yet(session, by),
    )


def _nothing_yet(session: Session, by: Actor) -> tuple[tuple[str, str], ...]:
    services = by.contributes_to - by.directs
    directors: dict[str, list[str]] = {}
    for service, director in parts.without_any(session, by.id, services) if services else ():
        directors.setdefault(service, []).append(director)
    return tuple(
        (service, _joined([name for name in names if name], "its director", "or"))
        for service, names in directors.items()
    )


def _signs(work: Work, by: Actor) -> bool:
    waits_in = {Status.SUBMITTED: by.directs, Status.APPROVED: by.oversees}
    return work.service_id in waits_in.get(Status(work.status), ())


def _due(work: Work) -> tuple[date, str]:
    return work.due_on, work.service


def show(session: Session, assessment_id: int, *, by: Actor) -> TaskList:
    """The task list of an assessment.

    Raises:
        NotFound: no such assessment, or not yours to see.
    """
    head, reach = reaching.opened(session, assessment_id, by)
    own = reach.own
    given = _answers(reach.whole, queries.answers(session, assessment_id))
    route = routing.on_route(reach.whole, given)
    holdings = parts.holdings(session, assessment_id)
    # Who sees parts alone is told of their own, and of nobody else's.
    told = [one for one in holdings if one.person_id == by.id] if not reach.sees_all else holdings
    states = [
        SectionState(page, progress_of(page.section, given, route), _holders(page, told))
        for page in pages(own)
    ]
    is_open = steps.allows(head.status, Step.SAVE)
    following = routing.next_unanswered(own, given, route=route)
    return TaskList(
        head=head,
        questionnaire=own,
        sections=tuple(state for state in states if state.progress.asked),
        progress=together(state.progress for state in states),
        next_question=following,
        next_key=own.section_of[following] if following else None,
        waits_for=_waits_for(session, head),
        returned=_returned(session, head),
        invitation=queries.invitation(session, head.id) if head.status == Status.OPEN else "",
        waiting=_count_waiting(session, head, route & own.questions.keys()),
        may_answer=_may_answer(head, reach),
        may_send=_may_answer(head, reach) and reach.answers_all,
        may_sign_off=_may_sign_off(head, reach.whole, by) and not reach.is_of_review,
        may_give=reach.is_director and is_open,
        mine=tuple(_part(one, own, given, route) for one in told if one.person_id == by.id),
        back=tuple(
            _part(one, own, given, route)
            for one in told
            if one.handed_back_at and reach.is_director and is_open
        ),
        whole=tuple(_holder(one) for one in told if one.scope == Scope.WHOLE),
        review_id=review_teams.review_of(session, head.id) if reach.is_of_review else None,
    )


def _holders(page: Page, holdings: Sequence[Holding]) -> tuple[Holder, ...]:
    """Who has this page or some questions of it; who has the whole is told of once, above the list."""
    found = [_holder(one) for one in holdings if one.scope == Scope.SECTION and one.place == page.key]
    keys = {question.key for question in page.section.questions}
    single: dict[tuple[int, bool], list[Holding]] = {}
    for one in holdings:
        if one.scope == Scope.QUESTION and one.place in keys:
            single.setdefault((one.person_id, one.handed_back_at is None), []).append(one)
    return (*found, *(_holder(some[-1], len(some)) for some in single.values()))


def _holder(one: Holding, questions: int = 0) -> Holder:
    cannot = one.handed_back_as == "cannot"
    return Holder(one.name, questions, one.given_at, one.handed_back_at, cannot)


def _part(one: Holding, own: Questionnaire, given: Answers, route: frozenset[str]) -> PartState:
    asked = keys_of(own, [one.part]) & route
    left = sum(given.get(key, UNANSWERED).state is State.UNANSWERED for key in asked)
    return PartState(one, title_of(own, one.part), left)


def section(
    session: Session,
    assessment_id: int,
    key: str,
    *,
    by: Actor,
    only: str = "",
    besides: Collection[str] = (),
) -> SectionView:
    """One section: every question on the route, and those `besides`, with what stands beside it.

    With `only`, that question alone.

    Raises:
        NotFound: no such assessment, section or question, or not yours to see.
    """
    found, figures = queries.head_with_figures(session, assessment_id)
    head, reach = reaching.readable(session, found, by)
    may_answer = _may_answer(head, reach)
    own = reach.to_answer if may_answer else reach.own
    page = _page(own, key)
    asked = {question.key for question in page.section.questions}
    if only and only not in asked:
        raise NotFound
    attached = queries.attached(session, assessment_id, asked)
    wanted = asked | deciding(reach.whole)
    kept, before = queries.answers_now_and_before(session, assessment_id, head.earlier_id, wanted)
    given = _answers(reach.whole, kept)
    route = routing.on_route(reach.whole, given)
    failed = routing.failed_checks(own, given, route=route)
    shown = {only} & route | {*besides} if only else {*route, *besides}
    return SectionView(
        head=head,
        questionnaire=own,
        page=page,
        progress=progress_of(page.section, given, route),
        asked=_asked(
            own,
            [one for one in page.section.questions if one.key in shown],
            given,
            route,
            kept,
            before,
            figures,
            _waiting(session, head, own),
            attached,
        ),
        failed=tuple(Problem(check.at, check.say) for check in failed if check.at in asked),
        may_answer=may_answer,
        titled=_titled(session, assessment_id, page, attached),
        may_give=reach.is_director,
        position=position(own, only, route) if only else None,
    )


def _titled(
    session: Session, assessment_id: int, page: Page, attached: Mapping[str, Attached]
) -> Mapping[str, tuple[str, ...]]:
    """What the register holds for the questions that ask for evidence itself; most sections have none."""
    asking = {question.key for question in page.section.questions if question.kind is Kind.EVIDENCE}
    wanted = {key for key in asking if attached.get(key, queries.NOTHING).evidence}
    return registers.titles(session, assessment_id, wanted) if wanted else {}


def _asked(
    questionnaire: Questionnaire,
    questions: Iterable[Question],
    given: Answers,
    route: frozenset[str],
    kept: Sequence[Kept],
    before: Mapping[str, Mapping[str, Any]],
    figures: Sequence[Published],
    waiting: Mapping[str, Before],
    attached: Mapping[str, Attached],
) -> tuple[Asked, ...]:
    known = {key: answer for key, answer in given.items() if key in route}
    seen = {row.key: merging.seen(row.content, row.revision) for row in kept}
    return tuple(
        Asked(
            question,
            given.get(question.key, UNANSWERED),
            seen.get(question.key, merging.UNSEEN),
            _earlier(questionnaire, question, before.get(question.key)),
            beside(question, figures),
            worked_out(questionnaire, question, known),
            waiting.get(question.key),
            attached.get(question.key, queries.NOTHING),
            question.key in route,
        )
        for question in questions
    )


def questions(session: Session, assessment_id: int, *, by: Actor) -> AllQuestions:
    """Every question with its answer, those off the route too: to read before starting, or to print.

    Raises:
        NotFound: no such assessment, or not yours to see.
    """
    head, reach = reaching.opened(session, assessment_id, by)
    given = _answers(reach.whole, queries.answers(session, assessment_id))
    route = routing.on_route(reach.whole, given)
    sections = sheet(reach.own, given, route, only=reach.own.questions)
    return AllQuestions(head, reach.own, sections, _may_answer(head, reach))


# --- what all of them ask -----------------------------------------------------------------------------------


def _may_answer(head: Head, reach: Reach) -> bool:
    return bool(reach.answers) and steps.allows(head.status, Step.SAVE)


def _may_sign_off(head: Head, questionnaire: Questionnaire, by: Actor) -> bool:
    return steps.signs(
        head.status,
        questionnaire.sign_off,
        is_director=head.service_id in by.directs,
        is_executive_director=head.service_id in by.oversees,
    )


def _answers(questionnaire: Questionnaire, kept: Sequence[Kept]) -> dict[str, Answer]:
    return content.answers(questionnaire, ((row.key, row.content) for row in kept))


def _page(questionnaire: Questionnaire, key: str) -> Page:
    for page in pages(questionnaire):
        if page.key == key:
            return page
    raise NotFound


def _count_waiting(session: Session, head: Head, keys: Set[str]) -> int:
    return len(keys & queries.waiting(session, head.id).keys()) if head.waiting else 0


def _waiting(session: Session, head: Head, questionnaire: Questionnaire) -> dict[str, Before]:
    """Question key -> the answer to an earlier version that waits for another look."""
    if not head.waiting:
        return {}
    found = {}
    for key, one in queries.waiting(session, head.id).items():
        if key not in questionnaire.questions:
            continue
        before = content.questionnaire(session, one.version_id, one.content_hash)
        answer = content.answers(before, [(key, one.content)])[key]
        words = reading.whole_in_words(before, before.questions[key], answer)
        found[key] = Before(words, one.cycle, differences(before, questionnaire, key))
    return found


def _earlier(questionnaire: Questionnaire, question: Question, agreed: object) -> str | None:
    """What was agreed on an earlier version, in this version's words where it still can be read."""
    answer = reading.answer_from_json(questionnaire, question, agreed) if agreed else UNANSWERED
    if not isinstance(answer, Answer) or answer.state is State.UNANSWERED:
        return None
    return reading.in_words(questionnaire, question, answer)


def _waits_for(session: Session, head: Head) -> str:
    if head.kind == review_teams.KIND:
        return f"answers from {_joined(review_teams.names(session, head.id), 'the team of the review')}"
    match Status(head.status):
        case Status.OPEN:
            directors, helpers = queries.answering(session, head.service_id)
            return f"answers from {_joined([*directors, *helpers], 'the service director')}"
        case Status.SUBMITTED:
            directors, _ = queries.answering(session, head.service_id)
            return f"sign-off by {_joined(directors, 'the service director', 'or')}"
        case Status.APPROVED:
            names = [one.name for one in _executive_directors(session, head)]
            return f"the signature of {_joined(names, 'an executive director', 'or')}"
        case Status.SIGNED_OFF:
            return "challenge and agreement by the core team"
    return ""


def _executive_directors(session: Session, head: Head) -> list[Reader]:
    found = holders.of_services(session, Role.EXECUTIVE_DIRECTOR, [head.service_id])
    return found.get(head.service_id, [])


def _joined(names: Sequence[str], otherwise: str, joint: str = "and") -> str:
    *most, last = list(dict.fromkeys(names)) or [otherwise]
    return f"{', '.join(most)} {joint} {last}" if most else last


def _returned(session: Session, head: Head) -> Returned | None:
    if head.status != Status.OPEN:
        return None
    event = queries.latest_event(session, head.id, "returned", "opened again", "taken back")
    if event is None or event.verb == "taken back":
        return None
    return Returned(event.at, event.by, event.after["reason"], event.verb)


# --- saving -------------------------------------------------------------------------------------------------


IDLE = timedelta(minutes=15)
"""A page that stood open longer than this since the last save was not being worked on."""


def save(
    session: Session,
    assessment_id: int,
    key: str,
    sent: Mapping[str, Sent],
    *,
    by: Actor,
    now: datetime,
    only: str = "",
    confirmed: str = "",
    opened_at: datetime | None = None,
) -> Saved:
    """Keep the answers of the section `key` that can be kept; say what became of the others.

    A form from an earlier version may send questions that stand in another section now: they are kept too.

    Args:
        session: a writing transaction.
        assessment_id: whose answers.
        key: of the section.
        sent: question key -> its fields.
        by: who answers.
        now: when.
        only: key of the question that was sent alone, from a page of its own.
        confirmed: key of a question, not one of those sent, whose answer to an earlier version still holds;
            it becomes the answer.
        opened_at: when the form was shown; in a pilot the time since then is counted as time taken.

    Raises:
        NotFound: no such assessment or section, or not yours to see.
        Forbidden: yours to see, not to answer.
        Conflict: it was sent for sign-off meanwhile.
    """
    head, reach = reaching.opened(session, assessment_id, by, lock=True)
    questionnaire, own = reach.whole, reach.to_answer
    if not reach.answers:
        _page(reach.own, key)
        whose = "Only the service's director and those who were given a part can answer."
        if reach.is_of_review:
            whose = "Only the lead and the team of the review answer, until it is closed."
        raise Forbidden(whose)
    steps.after(head.status, Step.SAVE)
    page = _page(own, _still_there(own, key, sent))
    kept = {row.key: row for row in queries.answers(session, assessment_id)}
    to_merge = [question for name in sent if (question := own.questions.get(name))]
    outcome = merging.merged(questionnaire, to_merge, sent, kept)
    if confirmed in {question.key for question in page.section.questions}:
        _confirm(session, questionnaire, assessment_id, confirmed, kept.get(confirmed), outcome)
    if head.kind == "pilot" and opened_at is not None:
        _count_time(session, head, key, opened_at, now)
    before = _as_far_as_routing_looks(questionnaire, kept)
    after = before | {name: written.answer for name, written in outcome.written.items()}
    route = routing.on_route(questionnaire, after)
    if outcome.written:
        progress = routing.progress(questionnaire, after, route=route)
        who: Any = {"by_id": by.id, "as_deputy": head.service_id in by.stands_in_for, "now": now}
        for how, written in _by_way(outcome.written, confirmed).items():
            rows.write(session, assessment_id, written, kept, progress, how=how, **who)
    names = [question.key for question in page.section.questions]
    shown = [only] if only else names
    failed = routing.failed_checks(own, after, route=route)
    return Saved(
        seen=outcome.seen,
        problems=tuple(p for p in outcome.problems if p.place.partition(".")[0] in route),
        clashes=_clashes(session, questionnaire, assessment_id, outcome, by),
        misfits=_misfits(own, failed, names),
        changed=tuple(outcome.written),
        appeared=tuple(name for name in shown if name in route and name not in sent),
        asked=tuple(name for name in shown if name in route or name in outcome.clashing),
        progress=progress_of(page.section, after, route),
        section_key=page.key,
        next_key=page.next_key,
        position=position(own, only, route) if only else None,
        failed=tuple(Problem(check.at, check.say) for check in failed if check.at in names),
        worked_out=_worked_out(own, page, after, route),
        left_out=_left_out(sent, own),
        at=now,
    )


def _still_there(own: Questionnaire, key: str, sent: Mapping[str, Sent]) -> str:
    """The section a form belongs to: the one it names, else that of a question it sends."""
    if key in own.all_sections:
        return key
    return next((own.section_of[name] for name in sent if name in own.section_of), key)


def _worked_out(own: Questionnaire, page: Page, given: Answers, route: frozenset[str]) -> dict[str, str]:
    known = {key: answer for key, answer in given.items() if key in route}
    found = {
        question.key: worked_out(own, question, known)
        for question in page.section.questions
        if question.derived is not None and question.key in route
    }
    return {key: words for key, words in found.items() if words}


def _left_out(sent: Mapping[str, Sent], own: Questionnaire) -> tuple[Problem, ...]:
    """What was typed at questions that this assessment does not ask, or does not ask of them."""
    unknown = {name: one for name, one in sent.items() if name not in own.questions}
    typed = {name: merging.typed_words(one.raw) for name, one in unknown.items()}
    return tuple(
        Problem(name, f"{name} is not asked here any more, so this was not kept: {words}")
        for name, words in typed.items()
        if words
    )


def _confirm(
    session: Session,
    questionnaire: Questionnaire,
    assessment_id: int,
    key: str,
    kept: Kept | None,
    outcome: Outcome,
) -> None:
    """Make the answer to an earlier version the answer; whoever answered meanwhile is not written over."""
    stored = queries.carried(session, assessment_id, key)
    if stored is None:
        return
    answer = content.answers(questionnaire, [(key, stored)])[key]
    if kept is None:
        outcome.written[key] = Written(answer, stored, 1)
    elif kept.content != stored:
        outcome.clashing[key] = (kept, answer)


def _by_way(written: Mapping[str, Written], confirmed: str) -> dict[How, dict[str, Written]]:
    """What is to be written by the way it came, typed or confirmed; a way nothing came is left out."""
    typed = {key: one for key, one in written.items() if key != confirmed}
    agreed_to = {key: one for key, one in written.items() if key == confirmed}
    return {how: some for how, some in ((How.PAGE, typed), (How.CONFIRMED, agreed_to)) if some}


def _count_time(session: Session, head: Head, key: str, opened_at: datetime, now: datetime) -> None:
    """Add the time since the form was shown, or the last save when that is nearer; idle time left out."""
    since = max(opened_at, head.last_activity_at or opened_at)
    seconds = int(max(timedelta(0), min(now - since, IDLE)).total_seconds())
    if seconds:
        rows.add_time(session, head.id, key, seconds)


def _misfits(
    questionnaire: Questionnaire, failed: Iterable[Check], names: Sequence[str]
) -> tuple[Misfit, ...]:
    return tuple(
        Misfit(check.at, questionnaire.section_of[check.at], check.say)
        for check in failed
        if not set(names).isdisjoint(questions_named(check.must))
    )


def _as_far_as_routing_looks(questionnaire: Questionnaire, kept: Mapping[str, Kept]) -> dict[str, Answer]:
    """Whole answers where a condition may look at them, elsewhere the state alone: a save is to be quick."""
    named = deciding(questionnaire)
    alone = {
        key: Answer(State(row.content["state"]))
        for key, row in kept.items()
        if key in questionnaire.questions
    }
    return alone | _answers(questionnaire, [row for key, row in kept.items() if key in named])


def _clashes(
    session: Session, questionnaire: Questionnaire, assessment_id: int, outcome: Outcome, by: Actor
) -> tuple[Clashing, ...]:
    if not outcome.clashing:
        return ()
    who = queries.writers(session, assessment_id, sorted(outcome.clashing))
    stored = _answers(questionnaire, [kept for kept, _ in outcome.clashing.values()])
    return tuple(
        Clashing(
            key,
            reading.whole_in_words(questionnaire, questionnaire.questions[key], stored[key]),
            reading.whole_in_words(questionnaire, questionnaire.questions[key], mine),
            mine,
            who[key].name,
            who[key].id == by.id,
            who[key].at,
            merging.seen(kept.content, kept.revision),
        )
        for key, (kept, mine) in outcome.clashing.items()
    )
