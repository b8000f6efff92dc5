"""Quarters of the UK financial year: their names, their days, and what a contract's end means."""

from datetime import date, timedelta

import pytest

from vfm.prioritisation.quarters import Quarter, before_contract_ends, rolling


@pytest.mark.parametrize(
    ("key", "first", "last", "words", "name"),
    [
        ("2027-Q1", date(2027, 4, 1), date(2027, 6, 30), "April to June 2027", "Q1 2027-28"),
        ("2027-Q2", date(2027, 7, 1), date(2027, 9, 30), "July to September 2027", "Q2 2027-28"),
        ("2027-Q3", date(2027, 10, 1), date(2027, 12, 31), "October to December 2027", "Q3 2027-28"),
        ("2027-Q4", date(2028, 1, 1), date(2028, 3, 31), "January to March 2028", "Q4 2027-28"),
        ("2099-Q4", date(2100, 1, 1), date(2100, 3, 31), "January to March 2100", "Q4 2099-00"),
    ],
)
def test_a_quarter_has_its_days_and_names(key: str, first: date, last: date, words: str, name: str) -> None:
    quarter = Quarter.from_key(key)
    assert (quarter.first_day, quarter.last_day) == (first, last)
    assert (quarter.words, quarter.name, quarter.key) == (words, name, key)


def test_every_day_is_in_the_quarter_whose_days_hold_it() -> None:
    day = date(2026, 1, 1)
    while day < date(2030, 1, 1):
        quarter = Quarter.of(day)
        assert quarter.first_day <= day <= quarter.last_day
        day += timedelta(days=1)


def test_the_plan_rolls_on_from_today_for_three_years() -> None:
    keys = [quarter.key for quarter in rolling(date(2026, 11, 27))]
    assert keys[:3] == ["2026-Q3", "2026-Q4", "2027-Q1"]
    assert len(keys) == 12
    assert keys[-1] == "2029-Q2"
    assert keys == sorted(keys)


@pytest.mark.parametrize("key", ["2027", "2027-Q5", "27-Q1", "2027-Q1 ", "Q1 2027-28"])
def test_what_is_no_quarter_is_named(key: str) -> None:
    with pytest.raises(ValueError, match="such as 2027-Q1"):
        Quarter.from_key(key)


@pytest.mark.parametrize(
    ("ends_on", "latest"),
    [
        (date(2029, 3, 31), "2027-Q4"),
        (date(2029, 3, 30), "2027-Q3"),
        (date(2029, 5, 15), "2027-Q4"),
        (date(2028, 2, 29), "2026-Q3"),
    ],
)
def test_a_review_is_over_a_year_before_the_contract_ends(ends_on: date, latest: str) -> None:
    quarter = before_contract_ends(ends_on)
    assert quarter.key == latest
    assert (ends_on - quarter.last_day).days >= 365
    assert (ends_on - quarter.later(1).last_day).days < 366
