"""What becomes of answers over random edits: the three always add up, and nothing unconfirmed is scored."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.generated import made
from vfm.questionnaires import arranging
from vfm.questionnaires.answers import Answer, Evidence, State
from vfm.questionnaires.arranging import remade
from vfm.questionnaires.changes import carry, scoring_text
from vfm.questionnaires.kinds import choices
from vfm.questionnaires.schema import SCORABLE, Kind, Question, Questionnaire
from vfm.scoring.scorecard import score


def answered(questionnaire: Questionnaire, chance: random.Random) -> dict[str, Answer]:
    """An answer of some state to most questions that are picked from a list."""
    given: dict[str, Answer] = {}
    for key, question in questionnaire.questions.items():
        values = (
            list(questionnaire.level_words(question))
            if question.kind is Kind.SCALE
            else list(choices(question))
        )
        draw = chance.random()
        if draw < 0.1:
            continue
        if draw < 0.2:
            given[key] = Answer(State.DONT_KNOW)
        elif values and question.kind in SCORABLE:
            given[key] = Answer(State.ANSWERED, chance.choice(values), evidence=Evidence.ASSERTION)
        elif question.kind is Kind.TEXT:
            given[key] = Answer(State.ANSWERED, "Words")
    return given


def edited(questionnaire: Questionnaire, chance: random.Random, edits: int) -> Questionnaire:
    """The questionnaire after random edits such as the designer makes."""
    for _ in range(edits):
        key = chance.choice(list(questionnaire.questions))
        question = questionnaire.questions[key]
        edit = chance.choice(EDITS)
        changed = edit(questionnaire, key, question, chance)
        if changed.questions:
            questionnaire = changed
    return questionnaire


def reword(whole: Questionnaire, key: str, question: Question, chance: random.Random) -> Questionnaire:
    return arranging.with_question(whole, key, remade(question, text=f"{question.text} {chance.random()}"))


def reweigh(whole: Questionnaire, key: str, question: Question, chance: random.Random) -> Questionnaire:
    heavier = None if question.weight is None else question.weight + 1
    return arranging.with_question(whole, key, remade(question, weight=heavier, help="Other guidance"))


def move(whole: Questionnaire, key: str, _: Question, chance: random.Random) -> Questionnaire:
    return arranging.move_question(whole, key, chance.choice([-1, 1]))


def drop(whole: Questionnaire, key: str, _: Question, chance: random.Random) -> Questionnaire:
    return arranging.without_rules_on(arranging.without_question(whole, key), frozenset({key}))


def split(whole: Questionnaire, key: str, _: Question, chance: random.Random) -> Questionnaire:
    return arranging.double_question(whole, key)[0]


def other_kind(whole: Questionnaire, key: str, question: Question, chance: random.Random) -> Questionnaire:
    plain = Question(key=key, text=question.text, kind=Kind.DATE)
    return arranging.with_question(arranging.without_rules_on(whole, frozenset({key})), key, plain)


def fewer_options(whole: Questionnaire, key: str, question: Question, chance: random.Random) -> Questionnaire:
    if len(question.options) < 3:
        return whole
    released = arranging.without_rules_on(whole, frozenset({key}))
    return arranging.with_question(
        released, key, remade(released.questions[key], options=question.options[1:])
    )


EDITS = (reword, reweigh, move, drop, split, other_kind, fewer_options)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 60), st.integers(0, 12))
def test_the_three_classes_add_up_and_are_right(chosen: int, seed: int, edits: int) -> None:
    chance = random.Random(chosen)
    before = made(seed)
    after = edited(before, chance, edits)
    answers = answered(before, chance)
    marked = {key: "Means the same" for key in after.questions if chance.random() < 0.2}
    moved = carry(before, after, answers, same_meaning=marked)
    classes = (moved.carried, moved.look_again, moved.left_behind)
    assert sum(map(len, classes)) == len(answers)
    assert set().union(*classes) == set(answers)
    for key, answer in answers.items():
        old, new = before.questions[key], after.questions.get(key)
        if new is None or new.kind is not old.kind:
            assert key in moved.left_behind
        elif scoring_text(before, old) == scoring_text(after, new):
            assert key in moved.carried  # whatever its weight, order, routing and guidance
        elif key in moved.carried:
            assert key in marked
        assert {**moved.carried, **moved.look_again, **moved.left_behind}[key] == answer


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 60), st.integers(1, 12))
def test_nothing_unconfirmed_is_scored(chosen: int, seed: int, edits: int) -> None:
    """The new version's result is the same whether the answers to look at again are there or not."""
    chance = random.Random(chosen)
    before = made(seed)
    after = edited(before, chance, edits)
    moved = carry(before, after, answered(before, chance))
    card = score(after, moved.carried)
    counted = {question.key for question in card.questions if question.points is not None}
    assert counted <= set(moved.carried)
    assert counted.isdisjoint(moved.look_again)
