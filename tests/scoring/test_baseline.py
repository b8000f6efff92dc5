"""Baselines: whole, canonical, and refused once anything in them has changed."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.build import answer, na, question, questionnaire, scale_question, section, yes_no
from vfm.errors import Invalid
from vfm.questionnaires.schema import Comparison
from vfm.scoring.baseline import SignOff, baseline_content, canonical, content_hash, read_baseline
from vfm.scoring.change import change
from vfm.scoring.scorecard import score

TEMPLATE = questionnaire(
    section("A", scale_question("A-1", scale="zz"), scale_question("A-2", weight=2)),
    section("B", yes_no("B-1"), question("B-2", "money", show_if=Comparison(question="B-1", equals="yes"))),
    scales={
        "zz": {"levels": {1: "No", 2: "Partly", 3: "Yes"}},
        "aa": {"levels": {1: "Low", 2: "High"}, "points": {1: 0, 2: 100}},
    },
)
GIVEN = {"A-1": answer(2, "documented"), "A-2": na(), "B-1": answer("yes"), "B-2": answer(1250000.5)}


def content() -> dict[str, Any]:
    return baseline_content(
        TEMPLATE,
        GIVEN,
        sign_off=SignOff("Robin Example", date(2026, 5, 1)),
        agreed_on=date(2026, 6, 1),
        figures={"gross": Decimal("1250000.50"), "year": "2024-25"},
    )


def test_a_baseline_holds_everything_needed_to_score_again() -> None:
    kept = read_baseline(content(), content_hash(content()))
    assert kept.questionnaire == TEMPLATE
    assert kept.answers == GIVEN
    assert kept.scorecard == score(TEMPLATE, GIVEN) == score(kept.questionnaire, kept.answers)
    assert (kept.sign_off.by, kept.agreed_on) == ("Robin Example", date(2026, 6, 1))
    assert kept.figures == {"gross": "1250000.50", "year": "2024-25"}
    assert content()["weights"]["questions"] == {"A-1": 1, "A-2": 2}
    assert content()["points"]["A-1"] == {"1": 0, "2": 50, "3": 100}


def test_the_hash_outlives_storage_and_the_order_of_keys() -> None:
    stored = json.loads(json.dumps(content(), sort_keys=True, indent=3))
    assert content_hash(stored) == content_hash(content())
    assert read_baseline(stored, content_hash(content())).questionnaire == TEMPLATE


@pytest.mark.parametrize(
    "path", [("answers", "A-1", "value"), ("sign_off", "by"), ("weights", "questions", "A-1")]
)
def test_any_edit_is_found(path: tuple[str, ...]) -> None:
    edited = content()
    inside: Any = edited
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = 3
    with pytest.raises(Invalid, match="changed after it was agreed"):
        read_baseline(edited, content_hash(content()))


def test_figures_that_are_not_finite_are_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical({"gross": float("nan")})


def test_a_kept_baseline_serves_as_the_earlier_cycle() -> None:
    kept = read_baseline(content(), content_hash(content()))
    found = change(kept.questionnaire, kept.answers, TEMPLATE, GIVEN | {"A-1": answer(3)})
    assert found.like_for_like == 50
