"""Versions compared question by question, and what becomes of answers; the three always add up."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build import (
    answer,
    dont_know,
    na,
    options,
    question,
    questionnaire,
    scale_question,
    section,
    yes_no,
)
from vfm.questionnaires.changes import Badge, Mark, carry, compare, marked, scoring_text
from vfm.questionnaires.schema import Cap, Kind

OLD = questionnaire(
    section(
        "A",
        scale_question("A-01", weight=2),
        yes_no("A-02", 1),
        question("A-03", "single_choice", weight=1, options=options(lo=("Low", 0), hi=("High", 100))),
        question("A-04", "money", help="Before income"),
    ),
    section("B", question("B-01", "text"), question("B-02", "text"), question("B-03", "text")),
)


def edited(key, **changes):
    """OLD with one question changed."""
    sections = [
        part.model_copy(
            update={
                "questions": tuple(
                    q.model_copy(update=changes) if q.key == key else q for q in part.questions
                )
            }
        )
        for part in OLD.sections
    ]
    return questionnaire(*sections)


def badges(new):
    return {
        change.key: set(change.badges)
        for change in compare(OLD, new).questions
        if Badge.SAME not in change.badges
    }


def test_nothing_changed():
    changes = compare(OLD, OLD)
    assert {badge for change in changes.questions + changes.sections for badge in change.badges} == {
        Badge.SAME
    }
    assert changes.in_words == "7 of 7 still comparable"


@pytest.mark.parametrize(
    ("key", "change", "badge", "is_comparable"),
    [
        ("A-01", {"text": "How well is it known?"}, Badge.REWORDED, False),
        ("A-01", {"levels": {1: "a", 2: "b", 3: "c", 4: "d"}}, Badge.REWORDED, False),
        ("A-01", {"weight": 3}, Badge.REWEIGHTED, True),
        ("A-01", {"critical": True, "na_allowed": True}, Badge.RESCORED, True),
        ("A-02", {"show_if": {"question": "A-01", "equals": 1}}, Badge.REROUTED, True),
        ("A-02", {"points": {"yes": 0.0, "no": 100.0}}, Badge.RESCORED, False),
        ("A-04", {"help": "After income"}, Badge.DETAILS, True),
        ("A-04", {"required": True}, Badge.DETAILS, True),
        ("A-04", {"unit": "GBP per year"}, Badge.REWORDED, False),
        ("B-01", {"max_words": 10}, Badge.DETAILS, True),
    ],
)
def test_one_change_gives_one_badge(key, change, badge, is_comparable):
    if "show_if" in change:
        change = {"show_if": yes_no("X", show_if=change["show_if"]).show_if}
    new = edited(key, **change)
    assert badges(new) == {key: {badge}}
    (found,) = [one for one in compare(OLD, new).questions if one.key == key]
    assert found.is_comparable is is_comparable


def test_an_option_reworded_and_an_option_added():
    new = edited("A-03", options=options(lo=("Lowest", 0), hi=("High", 100)))
    assert badges(new) == {"A-03": {Badge.REWORDED}}
    new = edited("A-03", options=options(lo=("Low", 0), mid=("Middle", 50), hi=("High", 100)))
    assert badges(new) == {"A-03": {Badge.REWORDED, Badge.RESCORED}}


def test_added_and_dropped_move_nobody():
    first, second = OLD.sections
    new = questionnaire(
        first.model_copy(update={"questions": (yes_no("A-00"), *first.questions)}),
        second.model_copy(update={"questions": second.questions[1:]}),
    )
    assert badges(new) == {"A-00": {Badge.ADDED}, "B-01": {Badge.DROPPED}}
    assert compare(OLD, new).in_words == "6 of 7 still comparable"
    assert compare(OLD, new).count(Badge.ADDED) == 1


def test_moved_within_and_between_sections():
    first, second = OLD.sections
    b1, b2, b3 = second.questions
    assert badges(questionnaire(first, second.model_copy(update={"questions": (b3, b1, b2)}))) == {
        "B-03": {Badge.MOVED}
    }
    new = questionnaire(
        first.model_copy(update={"questions": (*first.questions, b1)}),
        second.model_copy(update={"questions": (b2, b3)}),
    )
    assert badges(new) == {"B-01": {Badge.MOVED}}
    assert compare(OLD, new).comparable == 7


def test_sections():
    first, second = OLD.sections
    cap = Cap(key="c", when={"question": "A-01", "equals": 1}, limit=50, reason="Lowest.")
    new = questionnaire(
        second.model_copy(update={"title": "Section Bee"}),
        first.model_copy(update={"weight": 4, "caps": (cap,), "purpose": "Why"}),
        section("C", yes_no("C-01")),
    )
    found = {change.key: change for change in compare(OLD, new).sections}
    assert found["A"].badges == {Badge.REWEIGHTED, Badge.RESCORED, Badge.DETAILS}
    assert found["B"].badges == {Badge.REWORDED, Badge.MOVED}
    assert found["C"].badges == {Badge.ADDED}
    assert Mark("in", "Bee") in found["B"].marks


def test_words_are_marked():
    new = edited("A-01", text="How well is the cost known?")
    (change,) = [one for one in compare(OLD, new).questions if one.key == "A-01"]
    assert change.marks[:5] == (
        Mark("kept", "How well is"),
        Mark("out", "it done?"),
        Mark("in", "the cost known?"),
        Mark("kept", "Not in place Partly in place In place Embedded and improving"),
    )


@given(st.text("ab ", max_size=20), st.text("ab ", max_size=20))
@settings(max_examples=50, deadline=None)
def test_marks_hold_both_texts(old, new):
    marks = marked(old, new)
    assert " ".join(mark.words for mark in marks if mark.kind != "in").split() == old.split()
    assert " ".join(mark.words for mark in marks if mark.kind != "out").split() == new.split()


def test_scoring_text_leaves_out_guidance_weight_and_routing():
    asked = OLD.questions["A-01"]
    other = asked.model_copy(update={"help": "x", "weight": 9, "required": True})
    assert scoring_text(OLD, asked) == scoring_text(OLD, other)
    assert scoring_text(OLD, asked) != scoring_text(OLD, asked.model_copy(update={"text": "Other"}))


ANSWERS = {
    "A-01": answer(4),
    "A-02": na(),
    "A-03": answer("hi"),
    "A-04": answer(12),
    "B-01": answer("words"),
    "B-02": dont_know(),
}


@pytest.mark.parametrize(
    ("key", "change", "fate"),
    [
        ("A-01", {"weight": 9, "help": "x", "required": True}, "carried"),
        ("A-01", {"text": "Reworded?"}, "look_again"),
        ("A-01", {"kind": Kind.TEXT, "weight": None}, "left_behind"),
        ("A-02", {"critical": True}, "left_behind"),  # not applicable is no longer allowed
        ("A-02", {"text": "Reworded?"}, "look_again"),
        ("A-03", {"options": options(lo=("Low", 0), top=("Top", 100))}, "left_behind"),
        ("A-03", {"options": options(lo=("Low", 0), mid=("Mid", 50), hi=("High", 100))}, "look_again"),
        ("A-04", {"kind": Kind.PERCENT, "unit": ""}, "left_behind"),
        ("B-01", {"max_words": 1}, "carried"),
        ("B-02", {"text": "Reworded?"}, "look_again"),
    ],
)
def test_fate_of_an_answer(key, change, fate):
    found = carry(OLD, edited(key, **change), ANSWERS)
    assert {name for name in ("carried", "look_again", "left_behind") if key in getattr(found, name)} == {
        fate
    }
    assert len(found.carried) == len(ANSWERS) - (fate != "carried")


def test_the_core_team_may_say_it_means_the_same_with_a_reason():
    new = edited("A-01", text="Reworded?")
    assert (
        "A-01" in carry(OLD, new, ANSWERS, same_meaning={"A-01": "Only a typing mistake put right"}).carried
    )
    assert "A-01" in carry(OLD, new, ANSWERS, same_meaning={"A-01": "  "}).look_again


def test_a_shorter_scale_leaves_a_level_behind():
    short = questionnaire(*OLD.sections, scales={"maturity": {"levels": {1: "No", 2: "Partly", 3: "Yes"}}})
    assert carry(OLD, short, {"A-01": answer(4)}).left_behind == {"A-01": answer(4)}
    assert carry(OLD, short, {"A-01": answer(3)}).look_again == {"A-01": answer(3)}


EDITS = st.sampled_from(["drop", "text", "kind", "weight", "route", "options", "help", "move", "none"])


@given(st.lists(EDITS, min_size=7, max_size=7), st.permutations(list(OLD.questions)))
@settings(max_examples=50, deadline=None)
def test_the_three_add_up_to_the_whole_and_nothing_is_touched(edits, order):
    kept = []
    for key, edit in zip(order, edits, strict=True):
        asked = OLD.questions[key]
        change = {
            "text": {"text": "Other words?"},
            "kind": {"kind": Kind.DATE, "weight": None},
            "weight": {"weight": 7} if asked.is_scored else {},
            "options": {"options": options(lo=("Low", 0), new=("New", 100))} if asked.options else {},
            "help": {"help": "New guidance"},
        }.get(edit, {})
        kept += [] if edit == "drop" else [asked.model_copy(update=change)]
    new = questionnaire(section("A", *kept, yes_no("Z-01")))
    before = {key: replace(given) for key, given in ANSWERS.items()}
    found = carry(OLD, new, ANSWERS)
    fates = [found.carried, found.look_again, found.left_behind]
    assert sum(map(len, fates)) == len(ANSWERS)
    assert {key: given for fate in fates for key, given in fate.items()} == ANSWERS == before
    comparable = {change.key for change in compare(OLD, new).questions if change.is_comparable}
    assert set(found.carried) <= comparable
    assert set(found.look_again).isdisjoint(comparable)
