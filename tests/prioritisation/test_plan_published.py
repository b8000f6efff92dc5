"""The layer between plans and the solver on a published problem with many resources.

Source: Petersen (1967), problem 1; see the case. Plans have days and directorates alone, so that its ten
resources cannot be said as reviews and periods; the programme underneath takes any rows.
"""

import json
from pathlib import Path

import pytest

from vfm.prioritisation.plan_solver import Programme

CASE = Path(__file__).parents[2] / "data" / "cases" / "public_plan_knapsack_petersen1967.json"


def test_projects_under_ten_resources() -> None:
    case = json.loads(CASE.read_text())
    given, expected = case["input"], case["expected"]
    programme = Programme()
    projects = programme.columns(given["value"], [1.0] * len(given["value"]), whole=True)
    for use, capacity in zip(given["use"], given["capacity"], strict=True):
        programme.row(projects, use, 0.0, capacity)
    solution = programme.solved()
    assert solution is not None
    assert solution.gain == pytest.approx(expected["objective"], abs=case["tolerance"])
    assert solution.chosen.tolist() == expected["select"]
    assert solution.bound == pytest.approx(expected["objective"])


def test_a_programme_without_a_choice_says_so() -> None:
    programme = Programme()
    one = programme.columns([1.0], [1.0], whole=True)
    programme.row(one, 1.0, 2.0, 3.0)
    assert programme.solved() is None
