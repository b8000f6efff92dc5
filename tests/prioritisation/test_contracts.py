"""What answers say of contracts, and the quarter that follows."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from vfm.prioritisation.capacity import Capacity
from vfm.prioritisation.contracts import Contract, soonest
from vfm.prioritisation.forward import Item, asked
from vfm.prioritisation.quarters import Quarter, rolling

TODAY = date(2026, 11, 23)
FIRST = Quarter.of(TODAY)


def test_the_next_contract_to_end_counts_and_those_that_ended_do_not() -> None:
    said = [
        ("CON-01", Decimal(5000)),
        ("CON-02", date(2026, 1, 31)),
        ("CON-03", date(2029, 3, 31)),
        ("CON-04", date(2028, 3, 31)),
    ]
    found = soonest(said, "Autumn 2026", TODAY)
    assert found == Contract("CON-04", "Autumn 2026", date(2028, 3, 31))
    assert found.latest(FIRST) == "2026-Q4"
    assert found.words(FIRST) == "contract ends 31 March 2028, answer to CON-04 in Autumn 2026, less a year"
    assert soonest(said[:2], "Autumn 2026", TODAY) is None


def test_an_amount_without_a_date_says_so_and_binds_nothing() -> None:
    found = soonest([("PRO-12", Decimal(1200000))], "Autumn 2026", TODAY)
    assert found is not None
    assert found.latest(FIRST) == ""
    assert found.words(FIRST) == (
        "contracts of £1,200,000 end, answer to PRO-12 in Autumn 2026: no date given"
    )
    assert soonest([("PRO-12", Decimal(0))], "Autumn 2026", TODAY) is None
    assert soonest([], "Autumn 2026", TODAY) is None


def test_a_contract_that_ends_within_the_year_comes_too_late_to_bind_the_plan() -> None:
    found = Contract("CON-02", "Autumn 2026", date(2027, 6, 30))
    assert found.latest(FIRST) == ""
    assert found.words(FIRST).endswith("in Autumn 2026: too soon for a review a year before")


def test_the_plan_keeps_to_the_sooner_of_its_own_and_what_an_answer_says() -> None:
    item = Item("review-1", 1, None, None, 1, "Highways", "Place", "deep_dive", "", 60)
    for own, answered, due in (
        ("", "", None),
        ("2027-Q4", "", "2027-Q4"),
        ("", "2027-Q2", "2027-Q2"),
        ("2027-Q4", "2027-Q2", "2027-Q2"),
        ("2027-Q1", "2027-Q2", "2027-Q1"),
    ):
        one = replace(item, latest=own, answered_latest=answered)
        (review,) = asked([one], rolling(TODAY), Capacity()).reviews
        assert (review.latest, one.due or None) == (due, due)
