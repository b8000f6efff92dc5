"""Answers to any questionnaire, drawn by chance: every state, every kind, every grade of evidence."""

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.build import dont_know, na
from vfm.questionnaires.answers import EVIDENCE, UNANSWERED, Answer, State
from vfm.questionnaires.kinds import choices
from vfm.questionnaires.schema import Kind, Question, Questionnaire


def drawn(chance: random.Random, questionnaire: Questionnaire, gaps: float = 0.25) -> dict[str, Answer]:
    """Answers to the whole, on the route and off it; about so many of them without a value or left out."""
    found = {}
    for key, question in questionnaire.questions.items():
        if chance.random() < gaps:
            states = [UNANSWERED, dont_know(), *([na()] if question.allows_na else [])]
            if chance.random() < 0.7:
                found[key] = chance.choice(states)
        else:
            grade = chance.choice(EVIDENCE)
            found[key] = Answer(State.ANSWERED, value(chance, questionnaire, question), evidence=grade)
    return found


def value(chance: random.Random, questionnaire: Questionnaire, question: Question) -> Any:
    """A value that fits the question."""
    if question.kind is Kind.SCALE:
        return chance.choice([*questionnaire.level_words(question)])
    if question.kind in (Kind.YES_NO, Kind.SINGLE_CHOICE):
        return chance.choice([*(questionnaire.points_of(question) or choices(question))])
    if question.kind is Kind.MULTI_CHOICE:
        free = [option.key for option in question.options if not option.exclusive]
        picked = chance.sample(free, chance.randint(1, len(free))) if free else [question.options[0].key]
        return tuple(option.key for option in question.options if option.key in picked)
    if question.kind is Kind.DATE:
        return date(2026, 1, 3) + timedelta(days=chance.randrange(5))
    if question.kind in (Kind.TEXT, Kind.EVIDENCE):
        return chance.choice(["Some words", "Others"])
    parts = questionnaire.parts_of(question)
    return {part: figure(chance) for part in parts} if parts else figure(chance)


def figure(chance: random.Random) -> Decimal:
    return Decimal(chance.choice(["0", "2.5", "2.50", "1000000", "17", "0.1"]))
