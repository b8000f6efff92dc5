"""Events of a review in words, whichever form they were kept in."""

import re

from vfm.prioritisation.review_forms import HYPOTHESIS, RECOMMENDATION
from vfm.prioritisation.review_steps import STATES
from vfm.prioritisation.review_trail import in_words


def test_what_was_kept_as_values_and_what_was_kept_as_words_read_the_same() -> None:
    kept = {"ends_on": "2027-06-30", "cashable_recurring_low": "85000.50", "savings_high": "0"}
    told = {"ends_on": "30 June 2027", "cashable_recurring_low": "£85,000.50", "savings_high": "£0"}
    assert in_words(kept) == in_words(told)
    assert in_words(kept) == {
        "ends on": "30 June 2027",
        "savings, cashable, a year, low": "£85,000.50",
        "savings, high": "£0",
    }


def test_no_state_and_no_choice_is_told_as_its_key() -> None:
    for value in (*STATES, *HYPOTHESIS, *RECOMMENDATION):
        assert "_" not in in_words({"status": value})["state"]
    assert in_words({"mode": "deep_dive", "savings_kind": "avoidance", "savings_span": "one_off"}) == {
        "what": "deep dive",
        "kind of saving": "cost avoidance",
        "how often it comes": "once",
    }


def test_conditions_are_told_by_quarters_and_yes_or_no() -> None:
    told = in_words({"latest": "2027-Q4", "is_mandatory": False, "days": 12, "earliest": "", "action": 181})
    assert told == {
        "last quarter it can be in": "January to March 2028",
        "has to be done by its last quarter": "no",
        "team days": 12,
        "first quarter it can be in": "",
    }


def test_what_people_wrote_stays_as_they_wrote_it() -> None:
    said = {"text": "2027-06-30 is the deep_dive deadline", "which": "12000", "due_on": "in spring"}
    assert list(in_words(said).values()) == list(said.values())
    assert not any(re.search("_", name) for name in in_words(dict.fromkeys(said, "x")))
