"""The plan as the solver takes it: what wants a place, what stays and why, and how full each quarter is."""

from dataclasses import replace
from datetime import date

import pytest

from vfm.errors import Invalid
from vfm.prioritisation import capacity as capacities
from vfm.prioritisation.capacity import Capacity, Own
from vfm.prioritisation.forward import Item, asked, in_view, loads
from vfm.prioritisation.plan import planned
from vfm.prioritisation.quarters import rolling
from vfm.reports import plan_timeline

QUARTERS = rolling(date(2026, 11, 23))
CAPACITY = Capacity(days=200, quarters={"2026-Q4": Own(None, True, "Budget setting"), "2027-Q1": Own(50)})


def item(number: int, starts_on: date | None, **more: object) -> Item:
    """A deep dive of 60 days, in a directorate of its own."""
    base = Item(
        key=f"review-{number}" if starts_on else f"decision-{number}",
        review_id=number if starts_on else None,
        decision_id=None,
        run_id=None,
        service_id=number,
        service=f"Service {number}",
        directorate=f"Directorate {number}",
        mode="deep_dive",
        topic="",
        days=60,
        starts_on=starts_on,
    )
    return replace(base, **more)  # type: ignore[arg-type]


def test_what_stays_says_why() -> None:
    items = [
        item(1, date(2026, 11, 1), status="under_way"),
        item(2, date(2026, 10, 1), status="closed"),
        item(3, date(2028, 4, 1), is_pinned=True),
        item(4, date(2027, 7, 1)),
        item(5, date(2027, 10, 1)),
    ]
    on = asked(items, QUARTERS, CAPACITY)
    assert on.held == {"review-1": "begun", "review-2": "closed", "review-3": "pinned", "review-4": "firm"}
    assert set(asked(items, QUARTERS, CAPACITY, moves_firm=True).held) == {"review-1", "review-2", "review-3"}


def test_what_takes_no_days_and_wants_none_is_left_out() -> None:
    items = [
        item(1, date(2026, 4, 1), status="under_way"),  # began before
        item(2, date(2030, 4, 1), is_pinned=True),  # pinned after
        item(3, None, earliest="2030-Q1"),  # not before the three years are over
        item(4, date(2026, 4, 1)),  # should have begun, and did not
        item(5, None),
    ]
    assert [review.key for review in asked(items, QUARTERS, CAPACITY).reviews] == ["review-4", "decision-5"]
    assert [one.key for one in in_view(items, QUARTERS)] == ["review-1", "review-4"]


def test_the_quarter_under_way_takes_what_is_due_and_what_a_hand_puts_there() -> None:
    items = [item(1, None), item(2, None, latest="2026-Q2", is_mandatory=True), item(3, None)]
    on = asked(items, QUARTERS, CAPACITY, by_hand="decision-3")
    windows = {review.key: (review.earliest, review.latest) for review in on.reviews}
    assert windows == {
        "decision-1": ("2026-Q4", None),
        "decision-2": (None, "2026-Q3"),
        "decision-3": (None, None),
    }
    plan = planned(on.reviews, on.periods)
    assert plan.placements["decision-2"] == "2026-Q3"
    assert plan.placements["decision-1"] == "2027-Q2"  # after the blackout and the quarter of 50 days


def test_loads_count_days_blackouts_and_crowds() -> None:
    same = {"directorate": "Place"}
    items = [item(n, date(2027, 7, 1), **same) for n in range(4)] + [item(9, date(2027, 1, 5))]
    found = {load.quarter.key: load for load in loads(asked(items, QUARTERS, CAPACITY), QUARTERS, CAPACITY)}
    full, shut = found["2027-Q2"], found["2026-Q4"]
    assert (full.days, full.used, full.over, full.free, full.count) == (200, 240, 40, 0, 4)
    assert full.crowded == {"Place": 4}
    assert (shut.days, shut.used, shut.over, shut.blackout) == (0, 60, 60, "Budget setting")
    assert found["2027-Q1"].free == 50
    assert [load.is_firm for load in found.values()] == [True] * 4 + [False] * 8


def test_one_state_of_the_plan_is_told_from_another() -> None:
    items = [item(1, date(2028, 4, 1)), item(2, None)]
    state = asked(items, QUARTERS, CAPACITY).state()
    assert asked(list(items), QUARTERS, CAPACITY).state() == state
    assert asked([items[0], replace(items[1], days=61)], QUARTERS, CAPACITY).state() != state
    assert asked(items, QUARTERS, replace(CAPACITY, days=201)).state() != state


def test_capacity_is_kept_and_typed_without_loss() -> None:
    assert capacities.kept(CAPACITY.content()) == CAPACITY
    assert capacities.typed(CAPACITY.fields(QUARTERS), QUARTERS, Capacity()) == CAPACITY
    past = Capacity(quarters={"2020-Q1": Own(10)})
    assert "2020-Q1" in capacities.typed(CAPACITY.fields(QUARTERS), QUARTERS, past).quarters
    with pytest.raises(Invalid):
        capacities.typed({**CAPACITY.fields(QUARTERS), "lost": "51"}, QUARTERS, Capacity())
    assert capacities.differences(Capacity(), CAPACITY) == (
        "team days of a quarter: 320 → 200",
        "Q4 2026-27: as usual → blackout (Budget setting)",
        "Q1 2027-28: as usual → 50 days",
    )


def test_a_bar_stands_in_its_quarters_and_no_further() -> None:
    items = [
        item(1, date(2026, 5, 1), status="under_way", ends_on=date(2027, 2, 1)),
        item(2, date(2027, 4, 1), ends_on=date(2040, 1, 1), lead="Ann"),
        item(3, date(2028, 4, 1)),
    ]
    (ann, nobody) = plan_timeline.grouped(items, QUARTERS, "lead")
    assert (ann.name, nobody.name) == ("Ann", plan_timeline.NOBODY)
    assert [(bar.column, bar.span, bar.is_carried) for bar in nobody.bars] == [(1, 2, True), (7, 1, False)]
    assert [(bar.column, bar.span) for bar in ann.bars] == [(3, 10)]
