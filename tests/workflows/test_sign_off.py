"""Sending, signing off and returning: every step by everybody, and what each leaves behind."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, select

from tests import build
from tests.council import NOW, SmallCouncil
from tests.rounds import opened
from vfm.errors import Conflict, Forbidden, Invalid, NotFound
from vfm.questionnaires.steps import Status, Step, allows
from vfm.scoring.scorecard import Scorecard
from vfm.store.database import reading, transaction
from vfm.store.tables import AnswerRow, Assessment, Event, ImprovementAction, ScorecardRow
from vfm.workflows import sign_off

ASKED = build.questionnaire(
    build.scale_question("Q-01", required=True),
    build.question("Q-02", "text", becomes="improvement_action"),
)
Do = Callable[..., Any]
DONE: dict[Step, tuple[Do, tuple[str, ...]]] = {
    Step.SUBMIT: (sign_off.submit, ()),
    Step.SIGN_OFF: (sign_off.sign_off, ()),
    Step.RETURN: (sign_off.send_back, ("Too high",)),
}


@pytest.fixture
def assessment_id(engine: Engine, council: SmallCouncil) -> int:
    return opened(engine, council, ASKED).assessments["LIB"]


@pytest.fixture
def do(engine: Engine, council: SmallCouncil, assessment_id: int) -> Do:
    def run(workflow: Do, *given: Any, who: str = "director") -> Any:
        with transaction(engine) as session:
            return workflow(session, assessment_id, *given, by=council.actor(who), now=NOW)

    return run


@pytest.fixture
def say(engine: Engine, council: SmallCouncil, assessment_id: int) -> Do:
    """Puts an answer in the store."""

    def put(key: str, value: Any) -> None:
        with transaction(engine) as session:
            found = session.scalars(
                select(AnswerRow).filter_by(assessment_id=assessment_id, question_key=key)
            )
            row = found.first() or AnswerRow(assessment_id=assessment_id, question_key=key)
            row.content, row.by_id, row.at = (
                {"state": "answered", "value": value},
                council.people["director"],
                NOW,
            )
            session.add(row)

    return put


def test_sending_scores_and_makes_actions(engine: Engine, do: Do, say: Do, council: SmallCouncil) -> None:
    say("Q-01", 3)
    say("Q-02", "Share a van\nOpen later")
    do(sign_off.submit, who="contributor")
    with reading(engine) as session:
        card = session.scalars(select(ScorecardRow)).one()
        actions = session.scalars(select(ImprovementAction).order_by(ImprovementAction.id)).all()
        event = session.scalars(select(Event).where(Event.verb == "submitted")).one()
    assert (card.kind, card.number, card.engine) == ("self", 1, Scorecard.from_json(card.content).engine)
    assert Scorecard.from_json(card.content).overall.score == pytest.approx(200 / 3)
    assert [(a.text, a.owner_id, a.due_on, a.status) for a in actions] == [
        (text, council.people["director"], None, "proposed") for text in ("Share a van", "Open later")
    ]
    assert event.after == {"scorecard": 1, "actions": 2}


def test_sending_again_keeps_the_first_score_and_what_was_agreed(engine: Engine, do: Do, say: Do) -> None:
    say("Q-01", 3)
    say("Q-02", "Share a van\nOpen later")
    do(sign_off.submit)
    do(sign_off.send_back, "Say more")
    say("Q-01", 1)
    say("Q-02", "Open later\nClose earlier")
    do(sign_off.submit)
    with reading(engine) as session:
        cards = session.scalars(select(ScorecardRow.number).order_by(ScorecardRow.id)).all()
        actions = session.execute(
            select(ImprovementAction.text, ImprovementAction.status).order_by(ImprovementAction.id)
        )
        assert cards == [1, 2]
        assert [tuple(row) for row in actions] == [
            ("Share a van", "dropped"),
            ("Open later", "proposed"),
            ("Close earlier", "proposed"),
        ]


def test_what_is_missing_stops_it(do: Do) -> None:
    with pytest.raises(Invalid) as caught:
        do(sign_off.submit)
    assert [problem.place for problem in caught.value.problems] == ["Q-01"]


def test_a_return_needs_its_reason(do: Do, say: Do) -> None:
    say("Q-01", 2)
    do(sign_off.submit)
    with pytest.raises(Invalid, match="Say why"):
        do(sign_off.send_back, "  ")


@pytest.mark.parametrize("step", DONE)
def test_from_every_state_a_step_is_taken_or_refused(
    engine: Engine, do: Do, say: Do, assessment_id: int, step: Step
) -> None:
    say("Q-01", 2)
    workflow, given = DONE[step]
    for status in Status:
        with transaction(engine) as session:
            session.get_one(Assessment, assessment_id).status = status
        if allows(status, step):
            do(workflow, *given)
        else:
            with pytest.raises(Conflict):
                do(workflow, *given)


@pytest.mark.parametrize("step", DONE)
def test_who_may_not(engine: Engine, do: Do, say: Do, assessment_id: int, step: Step) -> None:
    say("Q-01", 2)
    workflow, given = DONE[step]
    status = Status.OPEN if step is Step.SUBMIT else Status.SUBMITTED
    with transaction(engine) as session:
        session.get_one(Assessment, assessment_id).status = status
    for who in ("other_director", "core_team", "challenger", "executive", "viewer", "administrator"):
        with pytest.raises(NotFound):
            do(workflow, *given, who=who)
    if step is not Step.SUBMIT:
        with pytest.raises(Forbidden, match="Only the service's director"):
            do(workflow, *given, who="contributor")
