"""The route: one forward pass, what is off it counts as unanswered; progress, and what blocks submission."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build import answer, dont_know, na, question, questionnaire, scale_question, section, yes_no
from vfm.questionnaires.answers import State
from vfm.questionnaires.routing import failed_checks, missing, next_unanswered, on_route, progress, states
from vfm.questionnaires.schema import Check

CHAIN = questionnaire(
    section(
        "A",
        yes_no("A-01", required=True),
        scale_question("A-02", show_if={"question": "A-01", "equals": "yes"}),
    ),
    section("B", yes_no("B-01", show_if={"question": "A-02", "at_least": 3}), question("B-02", "text")),
)


def test_a_hidden_question_is_off_the_route_and_so_is_what_hangs_on_it():
    given = {"A-01": answer("no"), "A-02": answer(4), "B-01": answer("yes")}
    assert on_route(CHAIN, given) == {"A-01", "B-02"}
    assert states(CHAIN, given) == {
        "A-01": State.ANSWERED,
        "A-02": State.OFF_ROUTE,
        "B-01": State.OFF_ROUTE,
        "B-02": State.UNANSWERED,
    }


def test_the_whole_route():
    given = {"A-01": answer("yes"), "A-02": answer(3)}
    assert on_route(CHAIN, given) == {"A-01", "A-02", "B-01", "B-02"}


@st.composite
def routed(draw):
    """A questionnaire whose questions may depend on any earlier one, with answers to some."""
    count = draw(st.integers(1, 12))
    asked, given = [], {}
    for i in range(count):
        rule = None
        if i and draw(st.booleans()):
            claim = {
                "question": f"Q-{draw(st.integers(0, i - 1)):02}",
                "equals": draw(st.sampled_from(["yes", "no"])),
            }
            rule = draw(st.sampled_from([claim, {"not": claim}]))
        asked.append(yes_no(f"Q-{i:02}", show_if=rule))
        reply = draw(st.sampled_from([None, answer("yes"), answer("no"), na(), dont_know()]))
        given |= {} if reply is None else {f"Q-{i:02}": reply}
    return questionnaire(*asked), given


@given(routed())
@settings(max_examples=50, deadline=None)
def test_routing_is_total_and_ignores_what_is_off_the_route(case):
    asked, given = case
    route = on_route(asked, given)
    assert route <= set(asked.questions)
    assert {key for key, q in asked.questions.items() if q.show_if is None} <= route
    kept = {key: reply for key, reply in given.items() if key in route}
    assert on_route(asked, kept) == route
    assert set(states(asked, given)) == set(asked.questions)
    counted = progress(asked, given)
    assert counted.asked == len(route)
    assert counted.settled == len(kept)


@given(routed())
@settings(max_examples=50, deadline=None)
def test_next_unanswered_leads_through_every_question_once(case):
    asked, given = case
    given = dict(given)
    for _ in asked.questions:
        key = next_unanswered(asked, given)
        if key is None:
            break
        given[key] = dont_know()
    assert next_unanswered(asked, given) is None
    assert progress(asked, given).is_complete


def test_next_unanswered_looks_on_and_then_from_the_start():
    assert next_unanswered(CHAIN, {}) == "A-01"
    assert next_unanswered(CHAIN, {}, after="A-01") == "B-02"
    assert next_unanswered(CHAIN, {"B-02": answer("x")}, after="B-02") == "A-01"


def test_progress_of_a_section_with_what_is_inside_it():
    nested = questionnaire(
        section("A", yes_no("A-01", required=True), section("AA", yes_no("AA-01"))), yes_no("Z-01")
    )
    counted = progress(nested, {"AA-01": dont_know()}, section="A")
    assert (counted.asked, counted.settled, counted.missing) == (2, 1, 1)
    assert counted.is_started
    assert not counted.is_complete
    assert not progress(nested, {}).is_started


NET = Check(
    key="net",
    must={"question": "N", "at_most": {"question": "G"}},
    say="Net is more than gross. Correct one.",
    at="N",
)
MONEY = questionnaire(
    yes_no("Y"),
    question("G", "money", show_if={"question": "Y", "equals": "yes"}),
    question("N", "money"),
    checks=(NET,),
)


@pytest.mark.parametrize(
    ("given", "fails"),
    [
        ({"Y": answer("yes"), "G": answer(Decimal(10)), "N": answer(Decimal(11))}, True),
        ({"Y": answer("yes"), "G": answer(Decimal(10)), "N": answer(Decimal(10))}, False),
        ({"Y": answer("yes"), "G": dont_know(), "N": answer(Decimal(11))}, False),
        ({"Y": answer("yes"), "N": answer(Decimal(11))}, False),
        ({"Y": answer("no"), "G": answer(Decimal(10)), "N": answer(Decimal(11))}, False),
    ],
)
def test_a_check_is_looked_at_when_all_it_names_has_a_value_on_the_route(given, fails):
    assert failed_checks(MONEY, given) == ((NET,) if fails else ())
    assert [problem.message for problem in missing(MONEY, given)] == ([NET.say] if fails else [])


def test_missing_names_everything_that_blocks_submission_in_reading_order():
    asked = questionnaire(
        scale_question("S", required=True, critical=True),
        yes_no("Y", required=True),
        question("E", "evidence", required=True, min_items=3),
        question("B", "number", by="sizes"),
        question("T", "text", max_words=2),
        question("O", "text"),
        parts={"sizes": {"small": "Small", "large": "Large"}},
    )
    given = {"E": answer("one\n\ntwo"), "B": answer({"small": 1}), "T": answer("one two three")}
    assert [(problem.place, problem.message) for problem in missing(asked, given)] == [
        ("S", 'This question has no answer. Answer it, or say "We don\'t know yet".'),
        ("Y", 'This question has no answer. Answer it, or say "We don\'t know yet" or "Does not apply".'),
        ("E", "At least 3 items of evidence must be listed, one a line. Add 1 more."),
        ("B", "There is no figure for Large. Enter it, or 0 if there is none."),
        ("T", "Your answer has 3 words; the limit is 2. Take out 1 word."),
    ]


def test_dont_know_and_not_applicable_never_block_submission():
    assert missing(CHAIN, {"A-01": dont_know()}) == ()
    assert missing(CHAIN, {"A-01": na()}) == ()
    assert [problem.place for problem in missing(CHAIN, {})] == ["A-01"]
