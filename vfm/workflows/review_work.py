"""One review: how far it is and what it needs next, who works on it, what it covers, and its steps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, NotFound, Problem, clashes
from vfm.prioritisation import benefits, review_trail
from vfm.prioritisation import review_forms as forms
from vfm.prioritisation import review_steps as steps
from vfm.prioritisation.benefits import Amount
from vfm.prioritisation.review_forms import Typed
from vfm.prioritisation.review_steps import Facts, Need
from vfm.questionnaires.figures import london_day
from vfm.roles import Actor
from vfm.store import events, reach, review_answers, review_reach, review_teams, reviewed
from vfm.store.queries import history
from vfm.store.queries import review_work as queries
from vfm.store.queries.review_work import Finding as Finding
from vfm.store.queries.review_work import Head as Head
from vfm.store.queries.review_work import Hypothesis as Hypothesis
from vfm.store.queries.review_work import Line as Line
from vfm.store.queries.review_work import Member as Member
from vfm.store.queries.review_work import Recommended as Recommended
from vfm.store.queries.review_work import Scope as Scope
from vfm.store.queries.review_work import Told
from vfm.store.review_answers import Answered as Answered
from vfm.store.review_answers import LineAnswers as LineAnswers
from vfm.store.tables import Cycle, Review, ReviewScope

WHOLE = "service_review"
STATES = steps.STATES


@dataclass(frozen=True, slots=True)
class Origin:
    """The ranking and the decision that chose a review.

    Attributes:
        rank, index: the service's in that ranking; None where it was not ranked.
        suggested, rule: the outcome that the rules gave, and why; outcome, reason: what was decided, and why.
    """

    run_id: int
    run: str
    ran_at: datetime
    rank: int | None
    ranked: int
    index: float | None
    suggested: str
    rule: str
    outcome: str
    reason: str
    decided_on: Any
    by: str


@dataclass(frozen=True, slots=True)
class Step:
    """One state of a review: since when it was reached, as the trail tells; None before."""

    status: str
    at: datetime | None
    by: str
    is_now: bool


@dataclass(frozen=True, slots=True)
class Enquiry:
    """A line of enquiry with what is supposed under it, what was found, and the answers that speak to it."""

    number: int
    line: Line
    hypotheses: tuple[Hypothesis, ...]
    findings: tuple[Finding, ...]
    answers: LineAnswers | None


@dataclass(frozen=True, slots=True)
class Sum:
    """How many recommendations there are, and what they save together, kind by kind."""

    count: int
    amounts: tuple[Amount, ...]
    unestimated: int


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """Everything of one review.

    Attributes:
        origin: None when no decision chose it.
        left: what is left to do, the most pressing first.
        after: the next state, None for a closed one; missing: what it asks for.
        answered: how far the team is with its template; None where it answers none.
        standing, rejected: recommendations that are not rejected, and those that are.
        may_change: this person may, were it open; answers_here: they answer the template now.
        reads_answers: they may read what the team answered.
        trail: what happened, the newest first.
    """

    head: Head
    origin: Origin | None
    steps: tuple[Step, ...]
    left: tuple[Need, ...]
    after: str | None
    missing: tuple[Need, ...]
    members: tuple[Member, ...]
    scopes: tuple[Scope, ...]
    enquiries: tuple[Enquiry, ...]
    findings: tuple[Finding, ...]
    recommendations: tuple[Recommended, ...]
    standing: Sum
    accepted: Sum
    rejected: int
    answered: Answered | None
    may_change: bool
    answers_here: bool
    reads_answers: bool
    trail: tuple[history.Happening, ...]

    @property
    def is_open(self) -> bool:
        """True while it is not closed."""
        return self.head.status != "closed"

    @property
    def before(self) -> int:
        """The place of the state before this one, -1 for the first."""
        return STATES.index(self.head.status) - 1

    @property
    def vacancies(self) -> int:
        """Places of the team that nobody fills."""
        return sum(not member.who for member in self.members)


def show(session: Session, review_id: int, *, by: Actor) -> ReviewPage:
    """One review with all that belongs to it.

    Raises:
        NotFound: there is none, or it is not theirs to know of.
    """
    head = review_reach.opened(session, review_id, by)
    parts = _parts(session, head, by)
    facts = _facts(head, parts)
    after = steps.following(head.status)
    works_on = review_reach.works_on(session, head, by)
    answers = bool(head.assessment_id) and review_teams.standing(session, head.assessment_id or 0, by.id)[1]
    found = parts.findings
    return ReviewPage(
        head=head,
        origin=_origin(session, head),
        steps=_steps(head, queries.told(session, review_id)),
        left=steps.left(facts),
        after=after,
        missing=steps.needs(facts, after) if after else (),
        members=tuple(parts.members),
        scopes=tuple(parts.scopes),
        enquiries=tuple(
            Enquiry(
                number,
                line,
                tuple(one for one in parts.hypotheses if one.line_id == line.id),
                tuple(one for one in found if one.line_id == line.id),
                parts.answered.of(line.question_key) if parts.answered else None,
            )
            for number, line in enumerate(parts.lines, 1)
        ),
        findings=tuple(found),
        recommendations=tuple(parts.recommended),
        standing=_sum(one for one in parts.recommended if one.status != "rejected"),
        accepted=_sum(one for one in parts.recommended if one.status in TAKEN),
        rejected=sum(one.status == "rejected" for one in parts.recommended),
        answered=parts.answered,
        may_change=review_reach.may_change(session, head, by),
        answers_here=answers,
        reads_answers=works_on or reach.sees_whole(by, head.service_id),
        trail=history.of(session, "review", review_id, said=review_trail.in_words),
    )


MOVING = ("planned", "changed", "went on", "went back")
"""Verbs of the events that can tell of another state of the review itself."""
TAKEN = ("accepted", "done")
"""States of a recommendation that was taken up."""


@dataclass(frozen=True, slots=True)
class _Parts:
    members: list[Member]
    scopes: list[Scope]
    lines: list[Line]
    hypotheses: list[Hypothesis]
    findings: list[Finding]
    recommended: list[Recommended]
    answered: Answered | None


def _parts(session: Session, head: Head, by: Actor) -> _Parts:
    return _Parts(
        queries.members(session, head.id),
        queries.scopes(session, head.id),
        queries.lines(session, head.id),
        queries.hypotheses(session, head.id),
        queries.findings(session, head.id),
        queries.recommendations(session, head.id),
        review_answers.of(session, head.assessment_id, by.language) if head.assessment_id else None,
    )


def _facts(head: Head, parts: _Parts) -> Facts:
    taken = [one for one in parts.recommended if one.status in TAKEN]
    return Facts(
        status=head.status,
        has_sponsor=head.sponsor_id is not None,
        has_lead=head.lead_id is not None,
        has_scope=bool(parts.scopes),
        places=len(parts.members),
        vacancies=sum(not member.who for member in parts.members),
        lines=len(parts.lines),
        unanswered_lines=sum(not line.conclusion for line in parts.lines),
        open_hypotheses=sum(one.status == "open" for one in parts.hypotheses),
        questions_left=parts.answered.left if parts.answered else None,
        findings=len(parts.findings),
        proposed=sum(one.status == "proposed" for one in parts.recommended),
        accepted=len(taken),
        without_action=sum(one.action_id is None for one in taken),
        has_outcome=bool(head.outcome_note),
        has_savings=bool(head.savings),
    )


def _sum(recommended: Iterable[Recommended]) -> Sum:
    rows = list(recommended)
    known = [one.saving for one in rows if one.saving is not None]
    return Sum(len(rows), benefits.summed(known), len(rows) - len(known))


def _origin(session: Session, head: Head) -> Origin | None:
    if head.decision_id is None:
        return None
    chosen = queries.chosen(session, head.decision_id)
    key = next((one["key"] for one in chosen.inputs["services"] if one["id"] == head.service_id), None)
    services = chosen.result["services"]
    line: Mapping[str, Any] = next((one for one in services if one["key"] == key), {})
    return Origin(
        run_id=chosen.run_id,
        run=chosen.run,
        ran_at=chosen.ran_at,
        rank=line.get("rank"),
        ranked=sum(one.get("rank") is not None for one in services),
        index=line.get("index"),
        suggested=chosen.suggested,
        rule=chosen.rule,
        outcome=chosen.outcome,
        reason=chosen.reason,
        decided_on=chosen.decided_on,
        by=chosen.by,
    )


def _steps(head: Head, told: Sequence[Told]) -> tuple[Step, ...]:
    """Every state with the last time it was reached; those after the present one were taken back."""
    reached = {
        one.after["status"]: one
        for one in reversed(told)
        if one.verb in MOVING and one.after.get("status") in STATES
    }
    now = STATES.index(head.status)
    found = []
    for place, status in enumerate(STATES):
        event = reached.get(status) if place <= now else None
        found.append(Step(status, event.at if event else None, event.by if event else "", place == now))
    return tuple(found)


# --- what is said of the whole ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Form:
    """A form about a review: what is typed, the rows that can be chosen, the mark of what was seen."""

    head: Head
    typed: Typed
    offered: forms.Offered
    seen: str
    scope: Scope | None = None


def about(session: Session, review_id: int, typed: Typed | None = None, *, by: Actor) -> Form:
    """The form of who sponsors and leads a review, with whom, until when, and what it may save.

    Raises:
        NotFound, Forbidden, Conflict: as `review_reach.to_change` says.
    """
    head = review_reach.to_change(session, review_id, by, lock=False)
    kept = _kept("about", head)
    people = _people(session, head)
    return Form(
        head, forms.shown("about", kept) if typed is None else typed, people, forms.mark("about", kept)
    )


def change(session: Session, review_id: int, typed: Typed, seen: str, *, by: Actor, now: datetime) -> bool:
    """Keep what is said about a review; True when something is different.

    Raises:
        NotFound, Forbidden: as `review_reach.to_change` says.
        Invalid: every field that cannot be used.
        Conflict: it is closed, or somebody changed it since; both sides are told.
    """
    head = review_reach.to_change(session, review_id, by)
    return _write(session, "about", head, typed, seen, by=by, now=now)


def _write(
    session: Session, form: str, head: Head, typed: Typed, seen: str, *, by: Actor, now: datetime
) -> bool:
    offered = _people(session, head)
    values = forms.read(form, typed, offered)
    kept = _kept(form, head)
    changed = {name: value for name, value in values.items() if kept[name] != value}
    if changed and forms.mark(form, kept) != seen:
        both = clashes(
            forms.in_words(form, kept, offered),
            forms.in_words(form, values, offered),
            history.last_by(session, "review", head.id),
        )
        raise Conflict("Somebody changed this review after you opened the page.", both)
    if not changed:
        return False
    session.execute(
        update(Review).where(Review.id == head.id).values(**changed, revision=Review.revision + 1)
    )
    before = forms.told(form, {name: kept[name] for name in changed}, offered)
    after = forms.told(form, changed, offered)
    events.record(session, "changed", "review", head.id, by_id=by.id, now=now, before=before, after=after)
    return True


def _kept(form: str, head: Head) -> dict[str, Any]:
    return {field.name: getattr(head, field.name) for field in forms.FORMS[form]}


def _people(session: Session, head: Head) -> forms.Offered:
    found = queries.people(session, [one for one in (head.sponsor_id, head.lead_id) if one])
    return {"sponsor_id": found, "lead_id": found}


def scope(session: Session, review_id: int, typed: Typed | None = None, *, by: Actor) -> Form:
    """The form of a review's scope, filled with the one that stands; the reason is always a new one.

    Raises:
        NotFound, Forbidden, Conflict: as `review_reach.to_change` says.
    """
    head = review_reach.to_change(session, review_id, by, lock=False)
    kept = _standing(session, review_id)
    if typed is None:
        typed = {"covers": kept.covers, "leaves_out": kept.leaves_out} if kept else {}
    return Form(head, typed, {}, str(kept.id if kept else 0), kept)


def _standing(session: Session, review_id: int) -> Scope | None:
    found = queries.scopes(session, review_id)
    return found[0] if found else None


def change_scope(
    session: Session, review_id: int, typed: Typed, seen: str, *, by: Actor, now: datetime
) -> bool:
    """Say the scope, or say it anew with the reason; the earlier ones stay. False where nothing is different.

    Raises:
        NotFound, Forbidden: as `review_reach.to_change` says.
        Invalid: every field that cannot be used.
        Conflict: it is closed, or somebody changed the scope since; both sides are told.
    """
    review_reach.to_change(session, review_id, by)
    kept = _standing(session, review_id)
    values = forms.read("scope", typed, {})
    if kept and (kept.covers, kept.leaves_out) == (values["covers"], values["leaves_out"]):
        return False
    if seen != str(kept.id if kept else 0) and kept:
        sent = {"covers": values["covers"], "leaves_out": values["leaves_out"]}
        both = clashes({"covers": kept.covers, "leaves_out": kept.leaves_out}, sent, kept.by)
        raise Conflict("Somebody changed the scope after you opened the page.", both)
    session.execute(insert(ReviewScope).values(review_id=review_id, by_id=by.id, at=now, **values))
    before = {"covers": kept.covers, "leaves_out": kept.leaves_out} if kept else None
    verb = "changed the scope" if kept else "set the scope"
    events.record(session, verb, "review", review_id, by_id=by.id, now=now, before=before, after=values)
    return True


# --- its steps ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moving:
    """The page on which a review goes to another state.

    Attributes:
        missing: what stands in the way; advice: what would be better first.
        is_back: it goes to an earlier state, which wants a reason.
        form: what is confirmed on the way, for closing; None otherwise.
        sums: what the accepted recommendations save together.
    """

    head: Head
    to: str
    missing: tuple[Need, ...]
    advice: tuple[Need, ...]
    is_back: bool
    reason: str
    form: Form | None
    sums: Sum


def moving(session: Session, review_id: int, to: str, typed: Typed | None = None, *, by: Actor) -> Moving:
    """What a step asks for, before it is taken.

    Raises:
        NotFound, Forbidden: as `review_reach.to_move` says; or there is no such state.
        Conflict: it is there already.
    """
    head = review_reach.to_move(session, review_id, by, lock=False)
    return _moving(session, head, to, typed, by)


def _moving(session: Session, head: Head, to: str, typed: Typed | None, by: Actor) -> Moving:
    if to not in STATES:
        raise NotFound
    if to == head.status:
        raise Conflict(f"This review is {to.replace('_', ' ')} already.")
    parts = _parts(session, head, by)
    found = steps.needs(_facts(head, parts), to)
    accepted = _sum(one for one in parts.recommended if one.status in TAKEN)
    form = None
    if to == "closed":
        found = tuple(need for need in found if need.part != "closing")  # asked for on this very page
        kept = _kept("closing", head)
        if not head.savings and accepted.count and not accepted.unestimated:
            kept |= benefits.as_columns(accepted.amounts) or {}
        shown = forms.shown("closing", kept) if typed is None else typed
        form = Form(head, shown, {}, forms.mark("closing", _kept("closing", head)))
    return Moving(
        head=head,
        to=to,
        missing=tuple(need for need in found if not need.is_advice),
        advice=tuple(need for need in found if need.is_advice),
        is_back=STATES.index(to) < STATES.index(head.status),
        reason=(typed or {}).get("reason", ""),
        form=form,
        sums=accepted,
    )


def move(
    session: Session, review_id: int, to: str, typed: Typed, seen: str, *, by: Actor, now: datetime
) -> None:
    """Take a review to another state.

    Args:
        session: a writing transaction.
        review_id: which one.
        to: the state.
        typed: `reason`, wanted for a step back and for one taken against advice; for closing also the fields
            of its form.
        seen: the state that the page was opened on.
        by: who takes the step.
        now: when.

    Raises:
        NotFound, Forbidden: as `review_reach.to_move` says; or there is no such state.
        Invalid: what is missing, each with its place.
        Conflict: somebody took it to another state since.
    """
    head = review_reach.to_move(session, review_id, by)
    if seen != head.status:
        raise Conflict(f"Somebody took this review on: it is {head.status.replace('_', ' ')} now.")
    view = _moving(session, head, to, typed, by)
    reason = " ".join(typed.get("reason", "").split())
    values = _closing_values(typed) if to == "closed" else {}
    problems = [Problem(need.part, need.words) for need in view.missing]
    if (view.advice or view.is_back) and not reason:
        words = "Say why it goes back." if view.is_back else "Say why it goes on all the same."
        problems.append(Problem("reason", words))
    if problems:
        raise Invalid(problems)
    today = london_day(now)
    values |= {"status": to, "closed_on": today if to == "closed" else None}
    session.execute(
        update(Review).where(Review.id == review_id).values(**values, revision=Review.revision + 1)
    )
    if head.cycle_id is not None and "closed" in (to, head.status):
        closed_at = now if to == "closed" else None
        session.execute(update(Cycle).where(Cycle.id == head.cycle_id).values(closed_at=closed_at))
    before = forms.plain({name: getattr(head, name) for name in values})
    after = forms.plain(values) | ({"reason": reason} if reason else {})
    verb = "went back" if view.is_back else "went on"
    events.record(session, verb, "review", review_id, by_id=by.id, now=now, before=before, after=after)
    if head.mode == WHOLE and to == "closed":
        reviewed.note(session, head.service_id, by=by, now=now)
    elif head.mode == WHOLE and head.status == "closed":
        reviewed.take_back(session, head.service_id, by=by, now=now)


def _closing_values(typed: Mapping[str, str]) -> dict[str, Any]:
    """What is confirmed when a review is closed: nothing of it may be blank."""
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    try:
        values = forms.read("closing", typed, {})
    except Invalid as refused:
        problems += refused.problems
    if not typed.get("outcome_note", "").strip():
        problems.append(Problem("outcome_note", "Say what came of the review, in a few sentences."))
    money = [name for pair in benefits.PAIRS.values() for name in pair]
    if not any(typed.get(name, "").strip() for name in money):
        problems.append(
            Problem(money[0], "Say what it saves in one kind at least, 0 where it saves nothing.")
        )
    if problems:
        raise Invalid(problems)
    return values
