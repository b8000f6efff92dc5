"""Figures beside scores: where they disagree, by the thresholds named; nothing where there is no figure."""

from decimal import Decimal
from typing import Any

import pytest

from tests.build import question, questionnaire, scale_question, section
from vfm.prioritisation.contrasts import Verdict, contrasts, sections_asking, verdict
from vfm.prioritisation.provenance import Published

ASKED = questionnaire(
    section("PRO", question("PRO-01", "number", feeds="unit_cost")),
    section("ECO", scale_question("ECO-01"), question("ECO-02", "money", feeds="unit_cost")),
    section(
        "OUT",
        section("IN", scale_question("IN-01"), question("IN-02", "single_choice", feeds="performance_gap")),
    ),
    section("GOV", scale_question("GOV-01")),
)


def figure(measure: str, year: str = "2024-25", **comparison: Any) -> Published:
    return Published(measure, measure, year, Decimal(45), "GBP", "A source", comparison=comparison)


@pytest.mark.parametrize(
    ("ahead", "score", "expected"),
    [
        (0.75, 60.0, "dear_but_high"),
        (0.7499, 60.0, "between"),
        (0.75, 59.9, "between"),
        (0.25, 39.9, "cheap_but_low"),
        (0.2501, 0.0, "between"),
        (0.25, 40.0, "between"),
        (1.0, 10.0, "agrees"),
        (0.0, 60.0, "agrees"),
        (1.0, None, "no_score"),
    ],
)
def test_thresholds_are_met_at_three_quarters_a_quarter_sixty_and_under_forty(
    ahead: float, score: float | None, expected: Verdict
) -> None:
    assert verdict(ahead, score) == expected


def test_sections_that_ask_about_the_same_are_scored_and_found_at_any_depth() -> None:
    assert sections_asking(ASKED) == {"unit_cost": ("ECO",), "performance_gap": ("OUT",)}


def test_the_latest_year_with_a_share_counts_and_what_has_none_is_left_out() -> None:
    figures = [
        figure("cost", "2023-24", share_cheaper="0.9"),
        figure("cost", "2024-25", share_cheaper="0.1"),
        figure("cost", "2025-26", median="12"),
        figure("spend"),
        figure("speed", share_better="0.8"),
    ]
    found = contrasts(figures, sections_asking(ASKED), {"ECO": 20.0, "OUT": 90.0})
    assert [(one.figure.measure, one.figure.year, one.section, one.verdict) for one in found] == [
        ("cost", "2024-25", "ECO", "cheap_but_low"),
        ("speed", "2024-25", "OUT", "dear_but_high"),
    ]
    assert all(one.disagrees for one in found)
    assert found[0].ahead == Decimal("0.1")


def test_nothing_is_said_without_a_figure_or_a_section_that_asks() -> None:
    assert contrasts([], sections_asking(ASKED), {"ECO": 90.0}) == ()
    assert contrasts([figure("cost", share_cheaper="0.9")], {"unit_cost": ()}, {"ECO": 90.0}) == ()
    (alone,) = contrasts([figure("cost", share_cheaper="0.9")], sections_asking(ASKED), {})
    assert (alone.verdict, alone.disagrees) == ("no_score", False)
