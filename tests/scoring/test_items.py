"""Pilot evidence per question: shares by hand, what is left out; alpha and correlation are worked cases."""

import pytest

from tests.build import answer, dont_know, na, question, questionnaire, scale_question, section, yes_no
from vfm.questionnaires.answers import Answer
from vfm.questionnaires.schema import Comparison
from vfm.scoring.items import evidence

PILOT = questionnaire(
    section("A", *(scale_question(f"A-{n}") for n in (1, 2, 3))),
    section("B", yes_no("B-1"), question("B-2", "text", show_if=Comparison(question="B-1", equals="yes"))),
)


def level_answers(levels: list[int]) -> dict[str, Answer]:
    return {f"A-{n}": answer(level) for n, level in enumerate(levels, start=1)}


def test_shares_are_of_those_asked() -> None:
    found = evidence(
        PILOT,
        [
            level_answers([1, 2, 2]) | {"B-1": answer("yes"), "B-2": answer("Both teams do it")},
            level_answers([2, 2, 2]) | {"B-1": answer("yes")},
            {"A-1": dont_know(), "A-2": na(), "B-1": answer("no")},
            {},
        ],
    )
    first, second, told = found.items["A-1"], found.items["A-2"], found.items["B-2"]
    assert (first.asked, first.answered, first.missing, first.dont_know) == (4, 2, 0.25, 0.25)
    assert (second.not_applicable, second.values) == (0.25, {2: 2})
    assert (told.asked, told.missing, told.values) == (2, 0.5, {})
    assert found.items["B-1"].values == {"yes": 2, "no": 1}
    assert first.spread == pytest.approx(100 / 3 / 2**0.5)


def test_what_cannot_be_computed_is_left_out() -> None:
    few = evidence(PILOT, [level_answers([1, 2, 3]), level_answers([2, 3, 4])])
    same = evidence(PILOT, [level_answers([2, 2, 2])] * 4)
    assert few.items["A-1"].item_rest is None
    assert same.items["A-1"].item_rest is None
    assert same.sections["A"].alpha is None
    assert same.items["A-1"].spread == 0
    assert evidence(PILOT, []).items["A-1"].missing is None
    assert "B" not in few.sections
