"""Kinds of saving, kept apart in sums and in words."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from vfm.prioritisation.benefits import (
    KINDS,
    PAIRS,
    SPANS,
    Amount,
    all_in_words,
    as_columns,
    in_words,
    label,
    of_review,
    summed,
)

POUNDS = st.integers(0, 10**9).map(Decimal)
AMOUNTS = st.lists(st.builds(Amount, st.sampled_from(KINDS), st.sampled_from(SPANS), POUNDS, POUNDS))


def test_once_is_never_added_to_every_year_nor_cash_to_a_cost_avoided() -> None:
    found = summed(
        [
            Amount("avoidance", "one_off", Decimal(10_000), Decimal(10_000)),
            Amount("cashable", "recurring", Decimal(15_000), Decimal(20_000)),
            Amount("", "", Decimal(1), Decimal(2)),
            Amount("cashable", "recurring", Decimal(25_000), Decimal(40_000)),
        ]
    )
    assert all_in_words(found) == (
        "£40,000 to £60,000 a year, cashable; £10,000 once, avoided; £1 to £2, kind not said"
    )
    assert all_in_words(()) == ""


def test_what_is_half_said_says_which_half_is_missing() -> None:
    one, two = Decimal(1), Decimal(2)
    assert in_words(Amount("cashable", "", one, two)) == "£1 to £2, cashable, once or a year not said"
    assert in_words(Amount("", "recurring", one, two)) == "£1 to £2 a year, kind not said"
    assert label("avoidance", "") == "Cost avoidance, once or a year not said"
    assert label("", "one_off") == "Kind not said, once"
    assert as_columns([Amount("cashable", "", one, two)]) is None


@given(AMOUNTS)
def test_sums_lose_nothing_and_come_in_one_order(amounts: list[Amount]) -> None:
    found = summed(amounts)
    assert sum(one.low for one in found) == sum(one.low for one in amounts)
    assert sum(one.high for one in found) == sum(one.high for one in amounts)
    assert {one[:2] for one in found} == {one[:2] for one in amounts}
    assert found == summed(reversed(amounts))
    assert len({one[:2] for one in found}) == len(found)


@given(AMOUNTS)
def test_a_review_keeps_every_kind_that_is_said_in_full(amounts: list[Amount]) -> None:
    kept = summed(one for one in amounts if one[:2] in PAIRS)
    columns = as_columns(kept)
    assert columns is not None
    assert of_review(columns) == kept
