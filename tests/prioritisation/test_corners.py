"""The quadrant's corners, and a ranking as it is kept."""

import json
from datetime import date

import pytest

from vfm.prioritisation.corners import corner, dividing_line, pressing, pressure
from vfm.prioritisation.criteria import DEFAULT_CRITERIA, Criterion
from vfm.prioritisation.explanation import sentence, waterfall
from vfm.prioritisation.facts import ServiceFacts
from vfm.prioritisation.ranking import rank
from vfm.prioritisation.record import as_record, read_record


@pytest.mark.parametrize(
    ("result", "pressed", "found"),
    [
        (49.9, 0.4, "Review now"),
        (50.0, 0.4, "Learn from"),
        (49.9, 0.39, "Director action plan"),
        (80.0, 0.1, "Light touch"),
    ],
)
def test_corners(result: float, pressed: float, found: str) -> None:
    assert corner(result, pressed, 0.4) == found


def test_pressure_leaves_out_the_group_of_the_result() -> None:
    keys = pressing(DEFAULT_CRITERIA)
    assert "performance_gap" not in keys
    assert "vfm_result" not in keys
    assert len(keys) == 6
    assert pressing((Criterion("a"), Criterion("vfm_result"))) == ("a",)
    assert pressure({"a": 1.0}, {"a": 0.0}, ["a"]) is None
    assert dividing_line([]) == 0.5


def test_a_ranking_is_read_back_as_it_was_kept() -> None:
    services = [
        ServiceFacts(f"S{i}", values={"a": float(i), "b": None if i == 2 else 5.0 - i}, weak_sections=("X",))
        for i in range(5)
    ]
    criteria = (Criterion("a", group="cost", weight=2), Criterion("b", goalposts=(0, 5), group="risk"))
    made = rank(services, criteria, on=date(2026, 11, 23), draws=250)
    again = read_record(json.loads(json.dumps(as_record(made))))
    assert again.services == made.services
    assert again.criteria == made.criteria
    assert again.as_json() == made.as_json()
    for before, after in zip(made.services, again.services, strict=True):
        assert sentence(again, after) == sentence(made, before)
        assert waterfall(again, after) == waterfall(made, before)
