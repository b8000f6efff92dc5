"""What is typed about a review, read and shown again."""

from datetime import date
from decimal import Decimal

import pytest

from vfm.errors import Invalid
from vfm.prioritisation.review_forms import FORMS, in_words, mark, plain, read, shown, told, typed_names

PEOPLE = {"owner_id": {7: "Rosa Roads"}, "finding_id": {3: "1. Routes overlap"}}
TYPED = {
    "text": "Plan routes once for all schools.\r\n",
    "finding_id": "3",
    "owner_id": "7",
    "due_on.day": "31",
    "due_on.month": "3",
    "due_on.year": "2027",
    "savings_low": "£40,000",
    "savings_high": "95000.50",
    "savings_kind": "avoidance",
    "savings_span": "one_off",
    "other_benefit": "Fewer late buses.",
    "status": "accepted",
    "response": "",
}


def test_what_is_read_is_shown_as_it_would_be_typed() -> None:
    values = read("recommendations", TYPED, PEOPLE)
    assert values == {
        "text": "Plan routes once for all schools.",
        "finding_id": 3,
        "owner_id": 7,
        "due_on": date(2027, 3, 31),
        "savings_low": Decimal(40000),
        "savings_high": Decimal("95000.50"),
        "savings_kind": "avoidance",
        "savings_span": "one_off",
        "other_benefit": "Fewer late buses.",
        "status": "accepted",
        "response": "",
    }
    again = shown("recommendations", values)
    assert set(again) == set(typed_names("recommendations"))
    assert read("recommendations", again, PEOPLE) == values
    assert in_words("recommendations", values, PEOPLE)["owner_id"] == "Rosa Roads"
    assert told("recommendations", {"due_on": values["due_on"]}, PEOPLE) == {"due_on": "31 March 2027"}
    assert plain(values)["savings_high"] == "95000.50"


def test_every_problem_is_told_at_once_with_its_place() -> None:
    typed = TYPED | {"text": " ", "owner_id": "8", "due_on.year": "", "savings_low": "-1", "status": "?"}
    with pytest.raises(Invalid) as refused:
        read("recommendations", typed, PEOPLE)
    assert [(one.place, one.message.split(".")[0]) for one in refused.value.problems] == [
        ("text", "Write what should be done, in a sentence"),
        ("owner_id", "Choose one from the list, or leave it at the first"),
        ("due_on", "The date must include a year"),
        ("savings_low", "Savings are nought or more"),
        ("status", "Choose one of those listed"),
    ]


@pytest.mark.parametrize(
    ("low", "high", "place"),
    [("5", "", "savings_high"), ("", "5", "savings_low"), ("6", "5", "savings_low")],
)
def test_savings_have_both_ends_the_low_one_first(low: str, high: str, place: str) -> None:
    with pytest.raises(Invalid) as refused:
        read("closing", {"outcome_note": "Done", "savings_low": low, "savings_high": high}, {})
    assert [one.place for one in refused.value.problems] == [place]


def test_every_kind_of_saving_has_both_ends() -> None:
    typed = {"avoidance_one_off_low": "9", "avoidance_one_off_high": "8", "cashable_recurring_high": "5"}
    with pytest.raises(Invalid) as refused:
        read("about", typed, {})
    assert [str(one) for one in refused.value.problems] == [
        "cashable_recurring_low: Give both ends of the savings (cashable, a year), low and high, or neither.",
        (
            "avoidance_one_off_low: The low end of the savings (cost avoidance, once) is more than the high "
            "end. Change one of them."
        ),
    ]


def test_a_kind_that_is_none_of_those_listed_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        read("recommendations", TYPED | {"savings_kind": "magic", "savings_span": "weekly"}, PEOPLE)
    assert [one.place for one in refused.value.problems] == ["savings_kind", "savings_span"]


def test_a_place_is_filled_once_or_stays_vacant() -> None:
    assert read("team", {"role": "Finance"}, {}) == {
        "role": "Finance",
        "person_id": None,
        "name": "",
        "days": None,
    }
    both = {"role": "Finance", "person_id": "7", "name": "Ann Other", "days": "0"}
    with pytest.raises(Invalid) as refused:
        read("team", both, {"person_id": {7: "Fay"}})
    assert [one.place for one in refused.value.problems] == ["days", "name"]


def test_a_mark_tells_states_apart() -> None:
    for form in FORMS:
        blank = read(form, dict.fromkeys(typed_names(form), "x") | _fit(form), _all(form))
        assert mark(form, blank) == mark(form, dict(blank))
        first = FORMS[form][0].name
        assert mark(form, blank) != mark(form, blank | {first: None})


def _fit(form: str) -> dict[str, str]:
    """Something that each field that is no text takes."""
    fits = {
        "one_of": "1",
        "choice": "",
        "money": "1",
        "days": "1",
    }
    typed = {field.name: fits[field.form] for field in FORMS[form] if field.form in fits}
    typed |= {name: "1" for name in typed_names(form) if name.endswith((".day", ".month"))}
    typed |= {name: "2027" for name in typed_names(form) if name.endswith(".year")}
    return typed | ({"name": ""} if form == "team" else {})


def _all(form: str) -> dict[str, dict[int, str]]:
    return {field.name: {1: "One"} for field in FORMS[form]}
