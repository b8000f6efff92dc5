"""What differs in a question between two versions, and in an answer between two revisions."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import build
from vfm.questionnaires.differences import answer_lines, differences, text_marks
from vfm.questionnaires.schema import Comparison, Kind, Operation, Option, Question, Questionnaire

TWO = build.options(a="First", b="Second")
PARTS = {"parts": {"adult": {"one": "One", "two": "Two"}}}

# field -> (kind, value before, value after, what the line is called, text before, text after)
CHANGED = {
    "text": (
        Kind.TEXT,
        "How is it done?",
        "How is it known?",
        "Words",
        "How is it done?",
        "How is it known?",
    ),
    "kind": (Kind.TEXT, Kind.TEXT, Kind.DATE, "Kind", "text", "date"),
    "help": (Kind.TEXT, "", "Look at May.", "Guidance", "", "Look at May."),
    "required": (Kind.TEXT, False, True, "Required", "may be left blank", "required"),
    "weight": (Kind.SCALE, None, 2.5, "Weight", "not scored", "2.5"),
    "scale": (Kind.SCALE, "maturity", "size", "Level 1", "Not in place", "Small"),
    "levels": (
        Kind.SCALE,
        None,
        {1: "None", 2: "Some", 3: "Most", 4: "All"},
        "Level 4",
        "Embedded and improving",
        "All",
    ),
    "options": (Kind.SINGLE_CHOICE, TWO, build.options(a="First", b="Last"), 'Option "b"', "Second", "Last"),
    "points": (
        Kind.YES_NO,
        {"yes": 100, "no": 0},
        {"yes": 90, "no": 0},
        "Points",
        "yes: 100, no: 0",
        "yes: 90, no: 0",
    ),
    "unit": (Kind.NUMBER, "calls", "letters", "Unit", "calls", "letters"),
    "max_words": (Kind.TEXT, 50, 80, "Limits", "at most 50 words", "at most 80 words"),
    "min_items": (Kind.EVIDENCE, None, 3, "Limits", "", "at least 3 items"),
    "by": (Kind.NUMBER, None, "adult", "Parts", "", "One, Two"),
    "na_allowed": (Kind.TEXT, True, False, "Not applicable", "", "not allowed"),
    "critical": (Kind.SCALE, False, True, "Critical", "", "critical"),
    "show_if": (
        Kind.TEXT,
        None,
        Comparison(question="A-02", equals="yes"),
        "Asked",
        "always",
        'A-02 is "Yes"',
    ),
    "feeds": (Kind.NUMBER, None, "savings_potential", "Feeds", "", "savings potential"),
    "becomes": (Kind.TEXT, None, "improvement_action", "Becomes", "", "improvement action"),
    "derived": (
        Kind.NUMBER,
        Operation(divide=("A-03", 2)),
        Operation(divide=("A-03", 4)),
        "Worked out as",
        "A-03 / 2",
        "A-03 / 4",
    ),
}


def holding(question: Question) -> Questionnaire:
    others = build.yes_no("A-02"), build.question("A-03", Kind.NUMBER)
    scales = {"maturity": {"levels": build.LEVELS}, "size": {"levels": {1: "Small", 2: "Large"}}}
    return build.questionnaire(question, *others, scales=scales, **PARTS)


def made(field: str, value: object) -> Questionnaire:
    kind = CHANGED[field][0]
    more = {"weight": 1} if field == "points" else {}
    return holding(build.question("A-01", **({"kind": kind} | more | {field: value})))


def test_every_field_is_tried() -> None:
    assert set(CHANGED) == set(Question.model_fields) - {"key"}


@pytest.mark.parametrize("field", CHANGED)
def test_a_changed_field_has_its_line(field: str) -> None:
    _, old, new, what, before, after = CHANGED[field]
    lines = {line.what: line for line in differences(made(field, old), made(field, new), "A-01")}
    assert (lines[what].before, lines[what].after) == (before, after)
    assert {mark.kind for mark in lines[what].marks} - {"kept"}


def test_an_option_that_is_now_chosen_alone_has_its_line() -> None:
    options = (*TWO, Option(key="none", label="None of these"))
    alone = (*TWO, Option(key="none", label="None of these", exclusive=True))
    before = holding(build.question("A-01", Kind.MULTI_CHOICE, options=options))
    after = holding(build.question("A-01", Kind.MULTI_CHOICE, options=alone))
    (line,) = differences(before, after, "A-01")
    assert (line.what, line.before, line.after) == ("Chosen alone", "", "None of these")


def test_another_section_has_its_line_and_the_same_question_none() -> None:
    first = build.section("A", build.yes_no("A-01")), build.section("B", build.yes_no("B-01"))
    second = build.section("A", build.yes_no("A-02")), build.section("B", build.yes_no("A-01"))
    (line,) = differences(build.questionnaire(*first), build.questionnaire(*second), "A-01")
    assert (line.what, line.before, line.after) == ("Section", "Section A", "Section B")
    assert differences(build.questionnaire(*first), build.questionnaire(*first), "A-01") == ()
    assert differences(build.questionnaire(*first), build.questionnaire(*second), "B-01") == ()


# --- one answer in two revisions ----------------------------------------------------------------------------

TEXTS = st.text(alphabet="ab \n", max_size=40)


@given(TEXTS, TEXTS)
def test_the_marks_of_a_text_are_both_texts_to_the_last_blank(old: str, new: str) -> None:
    marks = text_marks(old, new)
    assert "".join(mark.words for mark in marks if mark.kind != "in") == old
    assert "".join(mark.words for mark in marks if mark.kind != "out") == new
    assert all(before.kind != after.kind for before, after in pairwise(marks))


def test_a_text_written_anew_at_length_is_not_laid_word_by_word() -> None:
    old, new = (" ".join(f"{word}{number}" for number in range(3_000)) for word in ("old", "new"))
    assert [mark.kind for mark in text_marks(f"Since May {old} 2026", f"Since May {new} 2026")] == [
        "kept",
        "out",
        "in",
        "kept",
    ]


def test_an_answer_is_told_line_by_line() -> None:
    asked = build.questionnaire(build.scale_question("Q-01"))
    before, after = build.answer(2, note="Since May"), build.answer(2, "documented")
    lines = answer_lines(asked, "Q-01", before, after)
    assert [(line.what, line.is_changed) for line in lines] == [
        ("Answer", False),
        ("Evidence", True),
        ("Note", True),
    ]
    assert not any(line.is_changed for line in answer_lines(asked, "Q-01", None, after))
