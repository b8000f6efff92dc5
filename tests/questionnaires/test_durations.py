"""Estimated minutes: by kind of question, on the shortest and the longest route, and at the edges."""

import pytest

from tests.build import options, question, questionnaire, scale_question, yes_no
from vfm.questionnaires.durations import MOST_ROUTES, Minutes, estimated_minutes, minutes_for


def spent(asked, **more):
    whole = questionnaire(asked, **more)
    return minutes_for(whole, whole.questions[asked.key])


def test_reading_and_deciding_add_up():
    """5 words of question and 9 of levels at 238 a minute, and two minutes to weigh them."""
    assert spent(scale_question("Q")) == pytest.approx(2 + (5 + 3 + 3 + 2 + 3) / 238)


def test_a_text_is_half_its_limit_at_19_words_a_minute():
    assert spent(question("Q", "text", max_words=190)) == pytest.approx(5 + 5 / 238)
    assert spent(question("Q", "text")) == pytest.approx(60 / 19 + 5 / 238)


def test_evidence_counts_by_the_item_and_figures_by_the_part():
    assert spent(question("Q", "evidence", min_items=3)) == pytest.approx(6 + 5 / 238)
    by = question("Q", "money", by="years")
    assert spent(by, parts={"years": {"a": "First", "b": "Second", "c": "Third"}}) == pytest.approx(
        5 + 5 / 238
    )


def test_a_derived_value_is_only_looked_over():
    derived = question("C", "number", derived={"divide": ["A", "B"]})
    whole = questionnaire(question("A", "number"), question("B", "number"), derived)
    assert minutes_for(whole, derived) == pytest.approx(0.5 + 5 / 238)


def test_exclusive_follow_ups_are_never_both_asked_nor_both_left_out():
    deciding = yes_no("A")
    short = question("B", "date", show_if={"question": "A", "equals": "yes"})
    long = question("C", "evidence", min_items=10, show_if={"question": "A", "equals": "no"})
    found = estimated_minutes(questionnaire(deciding, short, long))
    assert found == Minutes(2, 21)


def test_a_chain_is_as_long_as_it_is_walked():
    chain = [yes_no("Q-0")] + [
        yes_no(f"Q-{i}", show_if={"question": f"Q-{i - 1}", "equals": "yes"}) for i in range(1, 61)
    ]
    found = estimated_minutes(questionnaire(*chain))
    assert (found.least, found.most) == (1, 32)


def test_with_too_many_routes_the_ends_are_none_and_all():
    many = 12
    assert 2**many > MOST_ROUTES
    rule = {"all": [{"question": f"S-{i}", "equals": "yes"} for i in range(many)]}
    asked = [*(yes_no(f"S-{i}") for i in range(many)), question("T", "date", show_if=rule)]
    found = estimated_minutes(questionnaire(*asked))
    assert (found.least, found.most) == (7, 8)


def test_questions_about_the_pilot_do_not_count():
    whole = questionnaire(yes_no("A"), pilot_feedback={"overall": [question("P", "evidence", min_items=50)]})
    assert estimated_minutes(whole).most == 1


def test_a_multiple_choice_is_read_with_its_options():
    few = question("M", "multi_choice", options=options(a="One two", b="Three four"))
    assert spent(few) == pytest.approx(1.5 + 9 / 238)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (Minutes(1, 1), "about 1 minute"),
        (Minutes(12, 12), "about 12 minutes"),
        (Minutes(12, 33), "about 12 to 35 minutes"),
        (Minutes(58, 61), "about 1 h"),
        (Minutes(52, 61), "about 50 min to 1 h"),
        (Minutes(94, 111), "about 1 h 35 min to 1 h 50 min"),
    ],
)
def test_minutes_in_words(minutes, words):
    assert minutes.in_words == words
