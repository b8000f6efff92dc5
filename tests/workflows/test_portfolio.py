"""Whole cycles as columns: what is scored together is what the results say, on both databases."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from tests.answered import answered, signed_off
from tests.answering import drawn
from tests.build import answer, na, question, questionnaire, scale_question, section, yes_no
from tests.council import NOW, SmallCouncil
from tests.rounds import Round, opened
from vfm.errors import Invalid, NotFound
from vfm.questionnaires import document
from vfm.questionnaires.answers import UNANSWERED, Answer
from vfm.questionnaires.schema import Questionnaire
from vfm.scoring.cards import scorecard_of
from vfm.scoring.columns import encoded
from vfm.scoring.portfolio import score_all
from vfm.store.database import reading, transaction
from vfm.store.queries import portfolio as queries
from vfm.store.tables import AnswerRow, Challenge, ScorecardRow
from vfm.workflows import challenge_closing, portfolio
from vfm.workflows.portfolio import Answered, Loaded

SERVICE = Path(__file__).parents[2] / "data" / "templates" / "service-vfm.yaml"
SERVICES = ("HOME", "LIB", "ROADS", "SEND", "WASTE")
Look = Callable[..., Any]


def plain() -> Questionnaire:
    return questionnaire(
        section("A", scale_question("A-01"), scale_question("A-02"), question("A-03", "money")),
        section("B", yes_no("B-01", weight=2), scale_question("B-02", critical=True)),
    )


def test_what_is_loaded_is_what_was_answered(engine: Engine, council: SmallCouncil, look: Look) -> None:
    template = document.parse(SERVICE.read_text(encoding="utf-8"), name=SERVICE.name)
    chance = random.Random(11)
    made = opened(engine, council, template, services=SERVICES)
    given = {made.assessments[key]: drawn(chance, template) for key in SERVICES}
    for assessment_id, answers in given.items():
        noted = {
            key: replace(one, note="As last year\n£5") for key, one in answers.items() if one != UNANSWERED
        }
        answered(engine, council, assessment_id, template, noted)
    loaded: Loaded = look(partly_open, [made.cycle_id])
    assert [one.service for one in loaded.assessments] == sorted(one.service for one in loaded.assessments)
    assert loaded.columns.names == tuple(one.id for one in loaded.assessments)
    for index, assessment_id in enumerate(loaded.columns.names):
        assert loaded.columns.answers(index) == bare(given[assessment_id])
    alone = score_all(encoded(template, given))
    together = score_all(loaded.columns)
    for index, name in enumerate(loaded.columns.names):
        assert scorecard_of(together, index) == scorecard_of(alone, [*given].index(name))


def partly_open(session: Any, cycle_ids: list[int], **more: Any) -> Loaded:
    return portfolio.load(session, cycle_ids, with_open=True, **more)


def bare(answers: dict[str, Answer]) -> dict[str, Answer]:
    """Answers without what scores nothing."""
    kept = {key: replace(one, reason="", note="") for key, one in answers.items()}
    return {key: one for key, one in kept.items() if one != UNANSWERED}


def agreed_round(engine: Engine, council: SmallCouncil) -> Round:
    """Three services signed off, one of them challenged and agreed lower, one left alone, one still open."""
    template = plain()
    made = opened(engine, council, template, services=("LIB", "WASTE", "ROADS"))
    given = {"A-01": answer(4, "documented"), "A-02": answer(3), "A-03": answer(Decimal("1.50"))}
    given |= {"B-01": na(), "B-02": answer(2, "verified")}
    for key in ("LIB", "WASTE"):
        signed_off(engine, council, made.assessments[key], template, given)
    answered(engine, council, made.assessments["ROADS"], template, {"A-01": answer(1)})
    with transaction(engine) as session:
        lib = made.assessments["LIB"]
        lower = {"state": "answered", "value": 2, "evidence": "assertion", "note": "No plan was shown"}
        session.add(
            Challenge(
                assessment_id=lib, question_key="A-01", challenged=lower, reason="No plan was shown",
                by_id=council.people["challenger"], at=NOW, agreed=lower, agreed_reason="It was not",
                agreed_by_id=council.people["core_team"], agreed_at=NOW,
            )
        )  # fmt: skip
        session.flush()
        challenge_closing.close(session, lib, by=council.actor("core_team"), now=NOW)
    return made


def test_scored_together_they_are_the_results_that_are_kept(
    engine: Engine, council: SmallCouncil, look: Look
) -> None:
    made = agreed_round(engine, council)
    loaded: Loaded = look(portfolio.load, [made.cycle_id])
    assert [(one.service_key, one.status) for one in loaded.assessments] == [
        ("LIB", "agreed"),
        ("WASTE", "signed_off"),
    ]
    assert_kept(engine, loaded, {"LIB": "agreed", "WASTE": "self"})
    own: Loaded = look(own_answers, [made.cycle_id])
    assert_kept(engine, own, {"LIB": "self", "WASTE": "self"})
    assert own.columns.answers(0)["A-01"].value == 4
    assert loaded.columns.answers(0)["A-01"].value == 2


def own_answers(session: Any, cycle_ids: list[int], **more: Any) -> Loaded:
    return portfolio.load(session, cycle_ids, answered=Answered.SELF, **more)


def assert_kept(engine: Engine, loaded: Loaded, kinds: dict[str, str]) -> None:
    """Byte for byte what the store keeps of each result."""
    together = score_all(loaded.columns)
    with reading(engine) as session:
        for index, one in enumerate(loaded.assessments):
            kept = session.scalars(
                select(ScorecardRow.content).where(
                    ScorecardRow.assessment_id == one.id, ScorecardRow.kind == kinds[one.service_key]
                )
            ).one()
            assert json.dumps(scorecard_of(together, index).as_record()) == json.dumps(kept)


def test_a_person_gets_the_services_they_answer_for(
    engine: Engine, council: SmallCouncil, look: Look
) -> None:
    made = agreed_round(engine, council)
    everything = look(partly_open, [made.cycle_id])
    assert [one.service_key for one in everything.assessments] == ["ROADS", "LIB", "WASTE"]
    directed = look(partly_open, [made.cycle_id], who="other_director")
    assert [one.service_key for one in directed.assessments] == ["ROADS"]
    assert look(partly_open, [made.cycle_id], who="contributor").assessments == ()


def test_two_cycles_of_a_version_come_together_and_of_two_versions_do_not(
    engine: Engine, council: SmallCouncil, look: Look
) -> None:
    first = opened(engine, council, plain(), services=("LIB",), name="First")
    other = opened(engine, council, plain(), name="Other", template_id=first.template_id)
    with pytest.raises(Invalid, match="First and Other ask different versions"):
        look(partly_open, [first.cycle_id, other.cycle_id])
    with pytest.raises(NotFound):
        look(partly_open, [first.cycle_id, 999])
    with pytest.raises(NotFound):
        look(partly_open, [])
    assert len(look(partly_open, [other.cycle_id]).columns) == 2


def test_stored_answers_that_do_not_fit_are_named_and_the_rest_is_scored(
    engine: Engine, council: SmallCouncil, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "AT_ONCE", 2)
    template = plain()
    made = opened(engine, council, template, services=SERVICES)
    for assessment_id in made.assessments.values():
        answered(engine, council, assessment_id, template, {"A-01": answer(3), "B-02": answer(2)})
    damaged: dict[str, tuple[str, Any]] = {
        "HOME": ("A-01", {"state": "answered", "value": 9}),
        "LIB": ("B-02", {"state": "not_applicable", "reason": "None"}),
        "ROADS": ("A-01", {"value": 2}),
        "SEND": ("A-01", {"state": "answered", "value": True}),
    }
    with transaction(engine) as session:
        for key, (place, content) in damaged.items():
            session.execute(
                update(AnswerRow)
                .where(AnswerRow.assessment_id == made.assessments[key], AnswerRow.question_key == place)
                .values(content=content)
            )
        session.add(
            AnswerRow(
                assessment_id=made.assessments["WASTE"], question_key="GONE", by_id=1, at=NOW,
                content={"state": "answered", "value": 1},
            )
        )  # fmt: skip
    loaded: Loaded = look(partly_open, [made.cycle_id])
    together = score_all(loaded.columns)
    named = {loaded.assessments[i].service_key: found for i, found in together.problems.items()}
    assert {key: found[0].place for key, found in named.items()} == {
        k: place for k, (place, _) in damaged.items()
    }
    assert "off the scale" in named["HOME"][0].message
    assert together.is_scored.sum() == 1


def test_a_cycle_that_nobody_has_sent_has_no_assessments(
    engine: Engine, council: SmallCouncil, look: Look
) -> None:
    made = opened(engine, council, plain())
    loaded: Loaded = look(portfolio.load, [made.cycle_id])
    assert (len(loaded.columns), loaded.assessments) == (0, ())
    assert len(score_all(loaded.columns)) == 0
