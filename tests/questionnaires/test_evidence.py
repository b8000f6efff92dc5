"""What the register has to say to the grade that an answer claims."""

from datetime import date
from itertools import permutations

import pytest

from vfm.questionnaires.answers import Evidence
from vfm.questionnaires.evidence import Item, weak_or_stale

TODAY = date(2026, 11, 27)
VERIFIED, DOCUMENTED, ASSERTION = Evidence.VERIFIED, Evidence.DOCUMENTED, Evidence.ASSERTION
FIRM = Item("Audit", VERIFIED, date(2026, 1, 5))
NOTE = Item("A note", ASSERTION, date(2025, 6, 1))
EXPIRED = Item("Licence", VERIFIED, date(2024, 1, 5), expires_on=date(2026, 11, 26))
OLD = Item("Survey", VERIFIED, date(2023, 11, 26))
WITHDRAWN = Item("Report", VERIFIED, date(2026, 1, 5), is_withdrawn=True)
SAYS = "The answer says “Independently confirmed”; "


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ((), ()),
        ((FIRM, NOTE, EXPIRED), ()),
        ((NOTE,), (f"{SAYS}the register holds only “Opinion or verbal only” from 2025.",)),
        ((Item("A note", ASSERTION),), (f"{SAYS}the register holds only “Opinion or verbal only”.",)),
        (
            (EXPIRED,),
            (
                f"{SAYS}nothing the register holds for it is up to date.",
                "“Licence” expired on 26 November 2026.",
            ),
        ),
        (
            (OLD, NOTE, WITHDRAWN),
            (
                f"{SAYS}the register holds only “Opinion or verbal only” from 2025.",
                "“Report” was withdrawn from the register.",
                "“Survey” is from 26 November 2023, more than 3 years ago.",
            ),
        ),
    ],
)
def test_it_is_said_where_the_register_falls_short(
    items: tuple[Item, ...], expected: tuple[str, ...]
) -> None:
    for order in permutations(items):
        assert weak_or_stale(VERIFIED, order, TODAY) == expected


def test_nothing_is_said_of_an_answer_without_evidence_or_with_as_much_as_it_claims() -> None:
    assert weak_or_stale(Evidence.NONE, [EXPIRED, NOTE], TODAY) == ()
    assert weak_or_stale(ASSERTION, [NOTE], TODAY) == ()
    assert weak_or_stale(DOCUMENTED, [FIRM], TODAY) == ()


def test_the_last_day_still_counts_and_old_begins_after_three_years() -> None:
    for item in (
        Item("Licence", VERIFIED, date(2010, 1, 1), expires_on=TODAY),
        Item("Survey", VERIFIED, date(2023, 11, 27)),
        Item("Undated", VERIFIED),
    ):
        assert weak_or_stale(VERIFIED, [item], TODAY) == ()


def test_the_grades_are_said_in_the_words_of_the_template() -> None:
    words = {grade: grade.name.title() for grade in Evidence}
    (sentence,) = weak_or_stale(VERIFIED, [NOTE], TODAY, words)
    assert sentence == "The answer says “Verified”; the register holds only “Assertion” from 2025."


def test_a_leap_day_grows_old_on_the_first_of_march() -> None:
    item = Item("Survey", VERIFIED, date(2024, 2, 29))
    assert not item.is_old(date(2027, 2, 28))
    assert item.is_old(date(2027, 3, 1))
