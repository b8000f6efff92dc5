"""Cycles that are over: answered, signed off and agreed by the steps a council takes."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Engine

from tests.answered import signed_off
from tests.council import NOW, SmallCouncil
from tests.rounds import Round, opened
from vfm.questionnaires.answers import Answer
from vfm.questionnaires.schema import Questionnaire
from vfm.store.database import transaction
from vfm.workflows import challenge_closing

YEAR = timedelta(days=365)


def agreed(
    engine: Engine,
    council: SmallCouncil,
    questionnaire: Questionnaire,
    answers: Mapping[str, Mapping[str, Answer]],
    *,
    name: str = "Rollout 2026",
    kind: str = "rollout",
    at: datetime = NOW,
    template_id: int | None = None,
) -> Round:
    """A cycle in which these services (key -> answers) are agreed at what they said of themselves.

    `at` is when all of it happened; with `template_id` the questionnaire is the template's next version.
    """
    made = opened(
        engine,
        council,
        questionnaire,
        services=tuple(answers),
        kind=kind,
        at=at,
        name=name,
        template_id=template_id,
        given=(),
    )
    for key, given in answers.items():
        who = "director" if key in ("LIB", "WASTE") else "other_director"
        signed_off(engine, council, made.assessments[key], questionnaire, given, who=who, at=at)
        with transaction(engine) as session:
            challenge_closing.close(session, made.assessments[key], by=council.actor("core_team"), now=at)
    return made
