"""Answers in the store, sent and signed off by the steps a service takes."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Engine

from tests.council import NOW, SmallCouncil
from vfm.questionnaires.answers import Answer, answer_to_json
from vfm.questionnaires.schema import Questionnaire
from vfm.store.database import transaction
from vfm.store.tables import AnswerRow
from vfm.workflows import sign_off


def answered(
    engine: Engine,
    council: SmallCouncil,
    assessment_id: int,
    questionnaire: Questionnaire,
    answers: Mapping[str, Answer],
    *,
    who: str = "director",
) -> None:
    """Keep these answers as they are."""
    with transaction(engine) as session:
        session.add_all(
            AnswerRow(
                assessment_id=assessment_id,
                question_key=key,
                content=answer_to_json(questionnaire.questions[key], given),
                by_id=council.people[who],
                at=NOW,
            )
            for key, given in answers.items()
        )


def signed_off(
    engine: Engine,
    council: SmallCouncil,
    assessment_id: int,
    questionnaire: Questionnaire,
    answers: Mapping[str, Answer],
    *,
    who: str = "director",
    at: datetime = NOW,
) -> None:
    """Answer, submit and sign off, as the service's director."""
    answered(engine, council, assessment_id, questionnaire, answers, who=who)
    with transaction(engine) as session:
        sign_off.submit(session, assessment_id, by=council.actor(who), now=at)
        sign_off.sign_off(session, assessment_id, by=council.actor(who), now=at)
