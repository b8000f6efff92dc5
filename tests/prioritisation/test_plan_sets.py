"""Sets of reviews put together: never worse than the plan given, and never a bound below the best plan."""

import random

import pytest

from vfm.prioritisation.plan import Period, Review, planned
from vfm.prioritisation.plan_board import board
from vfm.prioritisation.plan_greedy import greedy
from vfm.prioritisation.plan_sets import proven


@pytest.mark.parametrize("seed", range(8))
def test_sets_find_and_bound_the_best_plan(seed: int) -> None:
    dice = random.Random(seed)
    periods = [Period(f"q{t}", dice.randrange(150, 300), blackout=t == seed) for t in range(4)]
    reviews = [
        Review(
            f"s{i:02}",
            round(dice.uniform(5, 85), 4),
            "deep_dive",
            round(dice.uniform(30, 140), 2),
            f"D{dice.randrange(3)}",
            mandatory=i == 0,
        )
        for i in range(20)
    ]
    on = board(reviews, periods)
    start = greedy(on)
    assert start is not None
    best = planned(reviews, periods).objective
    places, bound = proven(on, start, 1e9, gap=1e-3)
    assert on.objective(start) <= on.objective(places) <= best + 1e-6
    assert best <= bound + 1e-6
    assert bound <= on.objective(places) * 1.02
    assert on.keeps_days(places)
    assert places[0] is not None
