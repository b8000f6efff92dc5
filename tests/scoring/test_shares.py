"""Shares of the overall as a designer reads them."""

import pytest

from tests import build
from vfm.questionnaires.schema import Method, Scoring
from vfm.scoring.shares import full_shares

SECTIONS = (
    build.section("A", build.scale_question("A-01", weight=2), build.scale_question("A-02"), weight=3),
    build.section("B", build.scale_question("B-01"), build.question("B-02", "text"), weight=1),
)


def test_shares_multiply_down_the_tree_and_add_up_to_one() -> None:
    found = full_shares(build.questionnaire(*SECTIONS))
    assert found == pytest.approx({"A-01": 0.5, "A-02": 0.25, "B-01": 0.25, "A": 0.75, "B": 0.25})


def test_the_method_says_what_a_section_counts() -> None:
    whole = build.questionnaire(*SECTIONS, scoring=Scoring(method=Method.MEAN_OF_MEANS))
    assert full_shares(whole)["A"] == pytest.approx(0.5)
