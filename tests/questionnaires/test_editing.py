"""One question reworded: what changes, what stays, and what is refused."""

from dataclasses import replace

import pytest

from tests import build
from vfm.errors import Invalid
from vfm.questionnaires.differences import differences
from vfm.questionnaires.editing import edited, wording_of

WHOLE = build.questionnaire(
    build.scale_question("A-01", weight=2),
    build.question("A-02", "single_choice", options=build.options(a="First", b="Second")),
    build.question("A-03", "text"),
)


def test_a_new_wording_changes_that_question_alone() -> None:
    wording = wording_of(WHOLE, WHOLE.questions["A-01"])
    after = edited(WHOLE, "A-01", replace(wording, text="  How well?\r\n", weight="3", required=True))
    assert after.questions["A-01"].text == "How well?"
    assert (after.questions["A-01"].weight, after.questions["A-01"].required) == (3, True)
    assert after.questions["A-02"] == WHOLE.questions["A-02"]


def test_an_unchanged_form_changes_nothing() -> None:
    for key, question in WHOLE.questions.items():
        assert edited(WHOLE, key, wording_of(WHOLE, question)) == WHOLE


def test_levels_become_the_questions_own_only_when_they_differ_from_the_scale() -> None:
    wording = wording_of(WHOLE, WHOLE.questions["A-01"])
    own = edited(WHOLE, "A-01", replace(wording, levels={**wording.levels, 1: "Nothing at all"}))
    assert own.questions["A-01"].levels == {**build.LEVELS, 1: "Nothing at all"}


def test_option_labels_change_and_their_keys_stay() -> None:
    wording = wording_of(WHOLE, WHOLE.questions["A-02"])
    after = edited(WHOLE, "A-02", replace(wording, labels={"a": "Foremost", "unknown": "Not here"}))
    assert after.questions["A-02"].option_labels == {"a": "Foremost", "b": "Second"}


def test_every_problem_is_named_at_its_field() -> None:
    wording = wording_of(WHOLE, WHOLE.questions["A-01"])
    broken = replace(wording, text=" ", weight="much", levels={**wording.levels, 2: ""})
    with pytest.raises(Invalid) as refused:
        edited(WHOLE, "A-01", broken)
    assert [problem.place for problem in refused.value.problems] == ["text", "weight", "level.2"]


@pytest.mark.parametrize("weight", ["-1", "inf", "nan", "1e999"])
def test_a_weight_is_a_number_that_is_not_negative(weight: str) -> None:
    wording = wording_of(WHOLE, WHOLE.questions["A-01"])
    with pytest.raises(Invalid, match="0 or more"):
        edited(WHOLE, "A-01", replace(wording, weight=weight))


def test_text_cannot_be_scored() -> None:
    wording = wording_of(WHOLE, WHOLE.questions["A-03"])
    with pytest.raises(Invalid, match="Leave the weight blank"):
        edited(WHOLE, "A-03", replace(wording, weight="1"))


def test_differences_are_told_line_by_line() -> None:
    wording = wording_of(WHOLE, WHOLE.questions["A-01"])
    after = edited(WHOLE, "A-01", replace(wording, text="How well is it known?", weight="5"))
    lines = {line.what: (line.before, line.after) for line in differences(WHOLE, after, "A-01")}
    assert lines == {"Words": ("How well is it done?", "How well is it known?"), "Weight": ("2", "5")}
    assert differences(WHOLE, after, "A-02") == ()
