"""What respondents say of a published figure: accepted, or corrected to an amount with a reason.

The published figure itself never changes; what is said of it stands beside it, and can be taken back.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from vfm.errors import Clash, Conflict, Invalid, NotFound, Problem
from vfm.questionnaires import figures, steps
from vfm.questionnaires.kinds import text_problem
from vfm.questionnaires.parts import Reach
from vfm.questionnaires.published import beside
from vfm.questionnaires.schema import Questionnaire
from vfm.questionnaires.steps import Step
from vfm.roles import Actor
from vfm.store import content, events
from vfm.store import reach as reaching
from vfm.store.queries import assessments as queries
from vfm.store.queries.assessments import Head
from vfm.store.queries.assessments import Published as Published
from vfm.store.tables import FigureView

ACCEPTED, CORRECTED = "accepted", "corrected"


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody says of a figure, as a form sends it.

    Attributes:
        amount, reason: of a correction; not looked at when the figure is accepted.
        seen: the mark (`seen`) of what was said of it when the form was opened.
    """

    verdict: str
    amount: str = ""
    reason: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """One figure with what is said of it.

    Attributes:
        questionnaire: what holds the questions it stands beside.
        typed: what stands in the form.
        may_answer: this person may say something of it now.
    """

    head: Head
    questionnaire: Questionnaire
    figure: Published
    typed: Typed
    may_answer: bool


def seen(figure: Published) -> str:
    """The mark of what is said of a figure, for a form to hand back; "0" while nothing is."""
    if figure.verdict is None:
        return "0"
    said = (figure.verdict, figure.corrected, figure.reason, figure.said_by, figure.said_at)
    return hashlib.blake2b(repr(said).encode(), digest_size=6).hexdigest()


def show(session: Session, assessment_id: int, measure: str, year: str, *, by: Actor) -> View:
    """One published figure of an assessment's service, with what is said of it.

    Raises:
        NotFound: no such figure beside a question you answer.
    """
    head, figure, reach = _figure(session, assessment_id, measure, year, by)
    amount = "" if figure.corrected is None else figures.as_typed(figure.corrected, figure.unit)
    typed = Typed(figure.verdict or "", amount, figure.reason or "", seen(figure))
    return View(head, reach.own, figure, typed, steps.allows(head.status, Step.SAVE))


def say(
    session: Session, assessment_id: int, measure: str, year: str, typed: Typed, *, by: Actor, now: datetime
) -> None:
    """Accept a figure, or correct it; saying again what is said already changes nothing.

    Raises:
        NotFound: no such figure beside a question you answer.
        Invalid: neither accepted nor corrected, an amount that cannot be read or is the published one, or no
            reason.
        Conflict: somebody said something else meanwhile; or it was sent for sign-off.
    """
    figure = _changeable(session, assessment_id, measure, year, by)
    values = _read(figure, typed)
    before = _said(figure)
    if before == values:
        return
    _refuse_unseen(figure, typed.seen, _words(figure, values))
    if figure.verdict is not None:
        session.execute(delete(FigureView).where(*_row(assessment_id, figure)))
    session.add(
        FigureView(
            assessment_id=assessment_id,
            measure=figure.measure,
            year=figure.year,
            verdict=values["verdict"],
            amount=values["amount"],
            reason=values["reason"],
            by_id=by.id,
            at=now,
        )
    )
    _record(session, f"{values['verdict']} a figure", assessment_id, figure, before, values, by, now)


def take_back(
    session: Session, assessment_id: int, measure: str, year: str, seen_: str, *, by: Actor, now: datetime
) -> None:
    """Nothing is said of the figure any longer; nothing happens where nothing was.

    Raises:
        NotFound: no such figure beside a question you answer.
        Conflict: somebody said something else meanwhile; or it was sent for sign-off.
    """
    figure = _changeable(session, assessment_id, measure, year, by)
    if figure.verdict is None:
        return
    _refuse_unseen(figure, seen_, "taken back")
    session.execute(delete(FigureView).where(*_row(assessment_id, figure)))
    _record(session, "took back a figure", assessment_id, figure, _said(figure), None, by, now)


def _figure(
    session: Session, assessment_id: int, measure: str, year: str, by: Actor
) -> tuple[Head, Published, Reach]:
    head, found = queries.head_with_figures(session, assessment_id)
    figure = next((one for one in found if (one.measure, one.year) == (measure, year)), None)
    if head is None or figure is None:
        raise NotFound
    questionnaire = content.questionnaire(session, head.version_id, head.content_hash)
    reach = reaching.of(session, head.id, head.service_id, head.kind, questionnaire, by)
    answered = (questionnaire.questions[key] for key in reach.answers)
    if not any(figure in beside(question, found) for question in answered):
        raise NotFound
    return head, figure, reach


def _changeable(session: Session, assessment_id: int, measure: str, year: str, by: Actor) -> Published:
    """The figure as it stands; its assessment stays locked until the transaction ends."""
    queries.head(session, assessment_id, lock=True)
    head, figure, _ = _figure(session, assessment_id, measure, year, by)
    steps.after(head.status, Step.SAVE)
    return figure


def _row(assessment_id: int, figure: Published) -> tuple[Any, ...]:
    return (
        FigureView.assessment_id == assessment_id,
        FigureView.measure == figure.measure,
        FigureView.year == figure.year,
    )


def _read(figure: Published, typed: Typed) -> dict[str, Any]:
    """The columns of what is said, from what was typed."""
    if typed.verdict == ACCEPTED:
        return {"verdict": ACCEPTED, "amount": None, "reason": ""}
    if typed.verdict != CORRECTED:
        raise Invalid([Problem("verdict", "Say whether the figure is right for your service.")])
    problems: list[Problem] = []
    read: dict[str, Any] = {"verdict": CORRECTED}
    for name, reader in (("amount", _amount), ("reason", _reason)):
        try:
            read[name] = reader(figure, getattr(typed, name).strip())
        except ValueError as error:
            problems.append(Problem(name, str(error)))
    if problems:
        raise Invalid(problems)
    return read


def _amount(figure: Published, typed: str) -> Decimal:
    """The amount of a correction.

    Raises:
        ValueError: a sentence with the cure.
    """
    if not typed:
        raise ValueError("Type the figure as it should be.")
    amount = figures.amount(typed, figure.unit)
    if amount == figure.amount:
        raise ValueError("That is the published figure. Accept it, or type another.")
    return amount


def _reason(_: Published, typed: str) -> str:
    """The reason of a correction.

    Raises:
        ValueError: a sentence with the cure.
    """
    if not typed:
        raise ValueError("Say why it should be different, so that others can follow it.")
    if message := text_problem(typed):
        raise ValueError(message)
    return typed


def _said(figure: Published) -> dict[str, Any] | None:
    if figure.verdict is None:
        return None
    return {"verdict": figure.verdict, "amount": figure.corrected, "reason": figure.reason}


def _words(figure: Published, values: Mapping[str, Any] | None) -> str:
    if values is None:
        return "taken back"
    if values["verdict"] == ACCEPTED:
        return "accepted"
    return f"corrected to {figures.as_typed(values['amount'], figure.unit)}: {values['reason']}"


def _refuse_unseen(figure: Published, seen_: str, sent: str) -> None:
    if seen(figure) == seen_:
        return
    clash = Clash("verdict", _words(figure, _said(figure)), sent, figure.said_by or "somebody else")
    raise Conflict("Somebody else said something of this figure while you were at it.", (clash,))


def _record(
    session: Session,
    verb: str,
    assessment_id: int,
    figure: Published,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    by: Actor,
    now: datetime,
) -> None:
    events.record(
        session,
        verb,
        "assessment",
        assessment_id,
        by_id=by.id,
        now=now,
        before=_plain(figure, before),
        after=_plain(figure, after),
    )


def _plain(figure: Published, values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    amount = values["amount"]
    named = {"measure": figure.measure, "year": figure.year}
    return named | {**values, "amount": None if amount is None else str(amount)}
