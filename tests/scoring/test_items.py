"""Pilot evidence per question: shares by hand, alpha as published, correlation where it means something."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.build import answer, dont_know, na, question, questionnaire, scale_question, section, yes_no
from vfm.questionnaires.answers import Answer
from vfm.questionnaires.schema import Comparison
from vfm.scoring.items import cronbach_alpha, evidence

CASE = json.loads((Path(__file__).parents[2] / "data" / "cases" / "scoring-cronbach.json").read_text())
PILOT = questionnaire(
    section("A", *(scale_question(f"A-{n}") for n in (1, 2, 3))),
    section("B", yes_no("B-1"), question("B-2", "text", show_if=Comparison(question="B-1", equals="yes"))),
)


def level_answers(levels: list[int]) -> dict[str, Answer]:
    return {f"A-{n}": answer(level) for n, level in enumerate(levels, start=1)}


def test_cronbach_alpha_as_published() -> None:
    by_subject = np.array(CASE["input"]["items_by_subject"], dtype=float)
    alphas = [cronbach_alpha(points) for points in (by_subject, by_subject.T)]
    assert any(alpha == pytest.approx(CASE["expected"]["alpha"], abs=CASE["tolerance"]) for alpha in alphas)


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


def test_item_rest_correlation_by_hand() -> None:
    found = evidence(
        PILOT, [level_answers(levels) for levels in ([1, 1, 3], [2, 2, 2], [3, 3, 1], [4, 4, 4])]
    )
    # Rest of A-1 in levels: 2, 2, 2, 4. Against 1, 2, 3, 4: covariance 3, deviations 5 and 3.
    assert found.items["A-1"].item_rest == pytest.approx(3 / (5 * 3) ** 0.5)
    assert found.sections["A"].complete == 4


def test_what_cannot_be_computed_is_left_out() -> None:
    few = evidence(PILOT, [level_answers([1, 2, 3]), level_answers([2, 3, 4])])
    same = evidence(PILOT, [level_answers([2, 2, 2])] * 4)
    assert few.items["A-1"].item_rest is None
    assert same.items["A-1"].item_rest is None
    assert same.sections["A"].alpha is None
    assert same.items["A-1"].spread == 0
    assert evidence(PILOT, []).items["A-1"].missing is None
    assert "B" not in few.sections
