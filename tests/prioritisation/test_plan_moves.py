"""Moves by hand, pinned reviews and firm periods, loads and reasons: small plans to follow by eye."""

from datetime import date
from typing import Any

import pytest

from vfm.errors import Invalid
from vfm.prioritisation.plan import Overload, Period, Review, planned
from vfm.prioritisation.plan_loads import DirectorateLoad, Obstacle, latest_for_contract, loads, reasons
from vfm.prioritisation.plan_moves import Change, Clash, Move, checked, moved
from vfm.prioritisation.plan_shortfalls import Shortfall
from vfm.prioritisation.plan_words import (
    change_sentence,
    clash_sentence,
    reason_sentence,
    shortfall_sentence,
)

YEAR = [Period("Q1", 160), Period("Q2", 160, blackout=True), Period("Q3", 160), Period("Q4", 160)]
REVIEWS = [
    Review("bins", 70, "deep_dive", directorate="Place"),
    Review("care", 80, "service_review", directorate="People"),
    Review("fleet", 60, "deep_dive", directorate="Place"),
    Review("it", 50, "deep_dive", directorate="Corporate"),
    Review("parks", 30, "deep_dive", directorate="Place"),
    Review("roads", 40, "service_review", directorate="Place"),
]
PLAN = {"bins": "Q1", "fleet": "Q1", "care": "Q3", "it": "Q4", "parks": "Q4"}


def by_hand(key: str, to: str | None, **how: Any) -> Move:
    return moved(REVIEWS, YEAR, PLAN, key, to, **how)


def test_the_plan_these_moves_start_from() -> None:
    assert planned(REVIEWS, YEAR).placements == PLAN


def test_a_move_into_free_days_fits_and_nothing_gives() -> None:
    move = by_hand("it", "Q1", directorate_limit=3)
    assert not move.fits
    move = moved(REVIEWS, [Period("Q1", 180), *YEAR[1:]], PLAN, "it", "Q1")
    assert (move.fits, move.gives, move.placements["it"]) == (True, (), "Q1")
    assert move.gain == pytest.approx(50 * (1 - 0.95**3))


def test_a_move_into_a_full_period_says_what_it_breaks_and_what_gives() -> None:
    move = by_hand("care", "Q1")
    assert move.clashes == (Clash("days", "Q1", ("bins", "care", "fleet"), 120),)
    assert move.gives == (Change("bins", "Q1", "Q3"), Change("fleet", "Q1", "Q3"))
    assert move.remaining == ()
    assert move.gain == pytest.approx(80 * (1 - 0.95**2) - 130 * (1 - 0.95**2))
    assert [clash_sentence(c) for c in move.clashes] == ["Q1 has 120 days too few for bins, care and fleet."]
    assert change_sentence(move.gives[0], {"bins": "Waste"}) == "Waste moves from Q1 to Q3."


def test_a_move_against_the_limit_of_a_directorate_says_so() -> None:
    move = moved(REVIEWS, [Period("Q1", 200), *YEAR[1:]], PLAN, "parks", "Q1")
    assert move.clashes == (Clash("directorate", "Q1", ("bins", "fleet", "parks"), 1, "Place"),)
    assert [change.key for change in move.gives] == ["fleet"]
    assert clash_sentence(move.clashes[0]) == "Q1 has 1 too many of Place: bins, fleet and parks."


def test_a_blackout_is_broken_only_by_the_hand_and_stays_broken() -> None:
    move = by_hand("bins", "Q2")
    assert move.clashes == move.remaining == (Clash("blackout", "Q2", ("bins",)),)
    assert move.gives == ()
    assert clash_sentence(move.clashes[0]) == "Q2 is closed to reviews, and bins is in it."


def test_a_window_is_told_with_the_periods_beyond_it() -> None:
    reviews = [Review("a", 5, "deep_dive", earliest="Q3"), Review("b", 5, "deep_dive", latest="Q1")]
    found = checked(reviews, YEAR, {"a": "Q1", "b": "Q4"})
    assert found == (Clash("early", "Q1", ("a",), 2), Clash("late", "Q4", ("b",), 3))
    assert [clash_sentence(clash) for clash in found] == [
        "a is in Q1, 2 periods before it may start.",
        "b is in Q4, 3 periods after its deadline.",
    ]


def test_taking_one_out_opens_a_place_and_putting_one_in_makes_another_give() -> None:
    out = by_hand("care", None)
    assert (out.fits, out.gives, out.openings) == (True, (), (Change("roads", None, "Q3"),))
    put = by_hand("roads", "Q3")
    assert put.gives == (Change("care", "Q3", None),)
    assert change_sentence(put.gives[0]) == "care falls out of Q3."


def test_taking_a_mandatory_review_out_breaks_its_deadline() -> None:
    must = [Review("a", 5, "deep_dive", latest="Q3", mandatory=True)]
    move = moved(must, YEAR, {"a": "Q1"}, "a", None)
    assert move.clashes == move.remaining == (Clash("missing", "Q3", ("a",)),)
    assert clash_sentence(move.clashes[0]) == "a has to be done by Q3 and is not in the plan."


def test_nothing_in_a_firm_period_moves_unless_it_is_asked_for() -> None:
    move = by_hand("care", "Q1", firm=2)
    assert move.gives == ()
    assert [clash.kind for clash in move.remaining] == ["days"]
    later = by_hand("bins", "Q4", firm=2)
    assert later.gives == (Change("parks", "Q4", None),)  # Q1 has room now, but is settled


def test_pinned_reviews_stay_where_they_are() -> None:
    free = by_hand("roads", "Q1")
    assert Change("care", "Q3", None) in free.gives
    held = by_hand("roads", "Q1", pinned=["care"])
    assert held.placements["care"] == "Q3"
    assert held.remaining == ()


def test_a_plan_keeps_what_is_pinned_even_over_the_days_and_reports_it() -> None:
    plan = planned(REVIEWS, YEAR, pinned={"care": "Q1", "bins": "Q1", "it": "Q2"}, firm=2)
    assert {key: plan.placements[key] for key in ("care", "bins", "it")} == {
        "care": "Q1",
        "bins": "Q1",
        "it": "Q2",
    }
    assert plan.overloaded == (Overload("Q1", 60),)
    assert {at for key, at in plan.placements.items() if key not in ("care", "bins", "it")} == {"Q3", "Q4"}
    assert {clash.kind for clash in checked(REVIEWS, YEAR, plan.placements)} == {"days", "blackout"}


def test_a_move_that_leaves_a_mandatory_review_no_room_names_the_shortfall() -> None:
    reviews = [Review("a", 5, "service_review"), Review("b", 5, "deep_dive", latest="Q1", mandatory=True)]
    move = moved(reviews, YEAR, {"b": "Q1"}, "a", "Q1")
    assert move.infeasible == (Shortfall("Q1", 60, ("a", "b")),)
    assert move.gives == ()
    assert shortfall_sentence(move.infeasible[0]) == (
        "Q1 is short by 60 days: a and b. Give it more days, or move a deadline."
    )


def test_an_overload_takes_what_the_hand_puts_in_and_is_told() -> None:
    periods = [Period("Q1", 100, overload=20), Period("Q2", 100)]
    reviews = [Review("a", 5, "deep_dive"), Review("b", 4, "deep_dive")]
    move = moved(reviews, periods, {"a": "Q1", "b": "Q2"}, "b", "Q1")
    assert move.fits
    assert move.clashes == (Clash("overload", "Q1", ("a", "b"), 20),)
    assert (
        clash_sentence(move.clashes[0])
        == "Q1 is over its days by 20 days, within its overload, with a and b."
    )


def test_what_was_broken_before_the_move_is_told_apart_from_what_the_move_needs() -> None:
    periods = [Period("Q1", 100), Period("Q2", 100), Period("Q3", 100), Period("Q4", 100)]
    reviews = [Review(name, 5, "deep_dive") for name in ("a", "b", "c", "d")]
    was = {"a": "Q1", "b": "Q1", "c": "Q2"}
    move = moved(reviews, periods, was, "d", "Q2")
    assert move.clashes == (Clash("days", "Q2", ("c", "d"), 20),)
    assert move.gives == (Change("c", "Q2", "Q3"),)
    assert move.broken == (Clash("days", "Q1", ("a", "b"), 20),)
    assert [(one.was, one.now) for one in move.mends] == [("Q1", "Q4")]
    assert move.placements == {"a": "Q1", "b": "Q1", "c": "Q3", "d": "Q2"}
    assert move.remaining == move.broken


def test_a_move_into_a_quarter_that_is_over_its_days_asks_for_its_own_days_alone() -> None:
    periods = [Period("Q1", 100), Period("Q2", 130)]
    reviews = [Review("a", 9, "deep_dive"), Review("b", 8, "deep_dive"), Review("c", 7, "deep_dive", days=50)]
    move = moved(reviews, periods, {"a": "Q1", "b": "Q1"}, "c", "Q1")
    assert [change.was for change in move.gives] == ["Q1"]
    assert len(move.gives) == 1
    assert move.remaining == (Clash("days", "Q1", ("a", "c"), 10),) or move.remaining == (
        Clash("days", "Q1", ("b", "c"), 10),
    )


def test_a_plan_that_broke_nothing_has_nothing_to_mend() -> None:
    move = by_hand("roads", "Q3")
    assert move.gives
    assert (move.broken, move.mends) == ((), ())


def test_what_stands_in_a_blackout_since_before_does_not_have_to_move_for_another() -> None:
    periods = [Period("Q1", 100, blackout=True), Period("Q2", 60), Period("Q3", 120)]
    reviews = [Review(name, 5, "deep_dive") for name in ("a", "b", "c")]
    move = moved(reviews, periods, {"a": "Q1", "b": "Q2"}, "c", "Q2")
    assert move.gives == (Change("b", "Q2", "Q3"),)
    assert move.broken == (Clash("blackout", "Q1", ("a",)),)
    assert move.mends == (Change("a", "Q1", "Q3"),)


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(Invalid) as refusal:
        moved(REVIEWS, YEAR, PLAN, "zoo", "Q9")
    assert [problem.place for problem in refusal.value.problems] == ["zoo", "zoo"]
    with pytest.raises(Invalid, match="firm"):
        by_hand("care", "Q1", firm=5)


def test_loads_say_how_full_each_period_is() -> None:
    first, shut, _, last = loads(REVIEWS, YEAR, PLAN)
    assert (first.used, first.free, first.over, first.keys) == (120, 40, 0, ("bins", "fleet"))
    assert first.directorates == (DirectorateLoad("Place", 2, 2),)
    assert (shut.days, shut.used, shut.blackout) == (0, 0, True)
    assert [load.directorate for load in last.directorates] == ["Corporate", "Place"]


def test_each_review_left_out_has_its_reason() -> None:
    (roads,) = reasons(REVIEWS, YEAR, PLAN)
    assert roads.obstacles == (
        Obstacle("Q1", "directorate"),
        Obstacle("Q2", "blackout"),
        Obstacle("Q3", "full", 160),
        Obstacle("Q4", "full", 120),
    )
    assert reason_sentence(roads) == (
        "roads is left out: it takes 160 days, and no period it may be in has more than 40 days free (Q4). "
        "parks ranks lower: mandatory, shorter, or worth more in sum."
    )


@pytest.mark.parametrize(
    ("review", "kind", "said"),
    [
        (Review("x", 1, "deep_dive", 300), "too_large", "the longest period it may be in has 160 days (Q1)."),
        (Review("x", 1, "deep_dive", earliest="Q2", latest="Q2"), "closed", "is closed."),
        (
            Review("x", 1, "deep_dive", 10, "Place", latest="Q1"),
            "directorate",
            "its directorate is at its limit.",
        ),
        (Review("x", 1, "deep_dive", 10), "fits", "though it would fit."),
    ],
)
def test_reasons_of_every_kind(review: Review, kind: str, said: str) -> None:
    (found,) = reasons([*REVIEWS[:5], review], YEAR, PLAN)
    assert found.kind == kind
    assert said in reason_sentence(found)


def test_the_latest_period_before_a_contract_needs_twelve_months() -> None:
    ends = {"Q1": date(2027, 6, 30), "Q2": date(2027, 9, 30)}
    assert latest_for_contract(date(2028, 9, 30), ends) == "Q2"
    assert latest_for_contract(date(2028, 9, 29), ends) == "Q1"
    assert latest_for_contract(date(2028, 2, 29), ends) is None
