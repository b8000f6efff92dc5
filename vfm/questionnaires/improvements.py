"""Which answers become improvement actions, and in what words. Pure."""

import re

from vfm.questionnaires.answers import UNANSWERED, Answers
from vfm.questionnaires.routing import on_route
from vfm.questionnaires.schema import Questionnaire

BULLET = re.compile(r"^\s*(?:[-*•–]|\(?\d{1,2}[.)])\s+")


def improvements(
    questionnaire: Questionnaire, answers: Answers, *, route: frozenset[str] | None = None
) -> tuple[tuple[str, str], ...]:
    """(question key, words) of every step named in an answer on the route that becomes actions.

    One a line; bullets and numbers in front are left out, and so are blank lines and a line said twice.
    """
    route = on_route(questionnaire, answers) if route is None else route
    found: dict[tuple[str, str], None] = {}
    for key, question in questionnaire.questions.items():
        answer = answers.get(key, UNANSWERED)
        if question.becomes and key in route and answer.is_answered:
            lines = (BULLET.sub("", line).strip() for line in str(answer.value).splitlines())
            found |= {(key, line): None for line in lines if line}
    return tuple(found)
