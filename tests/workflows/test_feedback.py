"""Comments in a pilot: who may give them and when, what the board shows, how each is decided."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from tests import build
from tests.council import NOW, SmallCouncil
from tests.rounds import Round, opened
from vfm.errors import Conflict, Invalid, NotFound
from vfm.questionnaires.answers import answer_to_json
from vfm.questionnaires.schema import PilotFeedback
from vfm.store.database import reading, transaction
from vfm.store.tables import AnswerRow, Assessment, Cycle, Event
from vfm.workflows import feedback, versions
from vfm.workflows.feedback import Decided, Typed

TEMPLATE = build.questionnaire(
    build.scale_question("A-01"),
    build.yes_no("A-02"),
    pilot_feedback=PilotFeedback(overall=(build.question("FB-01", "text", text="What would you remove?"),)),
)
UNCLEAR = Typed("unclear", "2", "Which costs count?")
Give = Callable[..., None]


@pytest.fixture
def pilot(engine: Engine, council: SmallCouncil) -> Round:
    return opened(engine, council, TEMPLATE, kind="pilot", name="Pilot one")


@pytest.fixture
def give(engine: Engine, council: SmallCouncil, pilot: Round) -> Give:
    def run(key: str = "A-01", said: Typed = UNCLEAR, who: str = "director", service: str = "LIB") -> None:
        with transaction(engine) as session:
            by = council.actor(who)
            feedback.give(session, pilot.assessments[service], key, said, by=by, now=NOW)

    return run


@pytest.fixture
def decide(engine: Engine, council: SmallCouncil, pilot: Round) -> Give:
    def run(feedback_id: int, *given: str) -> None:
        with transaction(engine) as session:
            by = council.actor("core_team")
            feedback.decide(session, pilot.cycle_id, feedback_id, Decided(*given), by=by, now=NOW)

    return run


def next_version(engine: Engine, council: SmallCouncil, pilot: Round) -> int:
    with transaction(engine) as session:
        return versions.revise(session, pilot.version_id, by=council.actor("core_team"), now=NOW)


def comments(engine: Engine, council: SmallCouncil, pilot: Round) -> Any:
    with reading(engine) as session:
        return feedback.mine(session, pilot.assessments["LIB"], by=council.actor("director")).comments


def test_a_respondent_comments_and_sees_what_became_of_it(
    engine: Engine, council: SmallCouncil, pilot: Round, give: Give, decide: Give
) -> None:
    give()
    (comment,) = comments(engine, council, pilot)
    assert (comment.question_key, comment.kind, comment.clarity, comment.outcome) == (
        "A-01", "unclear", 2, None,
    )  # fmt: skip
    second = next_version(engine, council, pilot)
    decide(comment.id, "changed", "The costs are named now.", str(second), "")
    (comment,) = comments(engine, council, pilot)
    assert (comment.outcome, comment.reason, comment.version_number) == (
        "changed", "The costs are named now.", 2,
    )  # fmt: skip


def test_the_whole_has_its_own_comments_and_prompts(
    engine: Engine, council: SmallCouncil, pilot: Round, give: Give
) -> None:
    give("whole")
    with reading(engine) as session:
        view = feedback.form(session, pilot.assessments["LIB"], "whole", by=council.actor("contributor"))
    assert view.prompts == ("What would you remove?",)
    assert [comment.question_key for comment in view.comments] == [None]


def test_what_is_missing_in_a_comment_is_named_at_once(give: Give) -> None:
    with pytest.raises(Invalid) as refused:
        give(said=Typed("", "9", " "))
    assert [problem.place for problem in refused.value.problems] == ["kind", "clarity", "comment"]


@pytest.mark.parametrize(("who", "service"), [("other_director", "LIB"), ("core_team", "LIB")])
def test_only_those_who_answer_comment(give: Give, who: str, service: str) -> None:
    with pytest.raises(NotFound):
        give(who=who, service=service)


def test_comments_are_for_open_pilots(engine: Engine, pilot: Round, give: Give) -> None:
    with transaction(engine) as session:
        session.execute(update(Cycle).values(closed_at=NOW))
    with pytest.raises(Conflict, match="closed"):
        give()
    with transaction(engine) as session:
        session.execute(update(Cycle).values(closed_at=None, kind="rollout"))
    with pytest.raises(Conflict, match="for pilots"):
        give()


def test_the_board_puts_the_most_troubled_question_first(
    engine: Engine, council: SmallCouncil, pilot: Round, give: Give
) -> None:
    give("A-02")
    give("A-02", Typed("burdensome", "", "Too long."))
    with transaction(engine) as session:
        session.execute(update(Assessment).values(status="submitted"))
        for key, answer in (("A-01", build.answer(3)), ("A-02", build.dont_know())):
            content = answer_to_json(TEMPLATE.questions[key], answer)
            by_id = council.people["director"]
            session.add(
                AnswerRow(
                    assessment_id=pilot.assessments["LIB"],
                    question_key=key,
                    content=content,
                    by_id=by_id,
                    at=NOW,
                )
            )
    with reading(engine) as session:
        board = feedback.board(session, pilot.cycle_id)
    first, second = board.rows
    assert (first.key, dict(first.kinds), first.undecided, first.clarity) == (
        "A-02", {"unclear": 1, "burdensome": 1}, 2, 2.0,
    )  # fmt: skip
    assert first.item is not None
    assert (first.item.dont_know, first.item.missing) == (0.5, 0.5)
    assert second.gaps == 0.5
    assert (board.comments, board.undecided, board.sent) == (2, 2, 2)


def test_a_decision_needs_an_outcome_a_reason_and_for_a_change_a_version(give: Give, decide: Give) -> None:
    give()
    with pytest.raises(Invalid) as refused:
        decide(1, "", "", "", "")
    assert [problem.place for problem in refused.value.problems] == ["outcome-1", "reason-1"]
    with pytest.raises(Invalid, match="Start the next version first"):
        decide(1, "changed", "Reworded.", "", "")
    with pytest.raises(NotFound):
        decide(2, "kept", "Meant as it is.", "", "")


def test_a_decision_made_meanwhile_is_shown_beside_ones_own(give: Give, decide: Give) -> None:
    give()
    decide(1, "kept", "It is meant so.", "", "")
    with pytest.raises(Conflict) as conflict:
        decide(1, "dropped", "Nobody needs it.", "", "")
    (clash,) = conflict.value.clashes
    assert (clash.kept, clash.sent) == ("kept: It is meant so.", "dropped: Nobody needs it.")
    decide(1, "dropped", "Nobody needs it.", "", "kept")


def test_every_undecided_comment_on_a_question_is_decided_alike(
    engine: Engine, council: SmallCouncil, pilot: Round, give: Give, decide: Give
) -> None:
    for _ in range(3):
        give()
    give("A-02")
    decide(1, "dropped", "Said already.", "", "")
    with transaction(engine) as session:
        by = council.actor("core_team")
        done = feedback.decide_all(
            session, pilot.cycle_id, "A-01", "kept", "It is meant so.", None, by=by, now=NOW
        )
    assert done == 2
    outcomes = {comment.id: comment.outcome for comment in comments(engine, council, pilot)}
    assert outcomes == {1: "dropped", 2: "kept", 3: "kept", 4: None}
    with reading(engine) as session:
        told = session.scalars(select(Event.verb).where(Event.subject == "feedback").order_by(Event.id)).all()
    assert told == ["commented"] * 4 + ["decided"] * 3
