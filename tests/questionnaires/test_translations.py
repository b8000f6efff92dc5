"""A template in Welsh beside its English: places, what is missing, the whole read in one language."""

import pytest
from hypothesis import given

from tests import build
from tests.generated import questionnaires
from vfm.questionnaires import arranging, document
from vfm.questionnaires.changes import Badge, compare
from vfm.questionnaires.differences import differences
from vfm.questionnaires.parts import cut
from vfm.questionnaires.schema import Questionnaire
from vfm.questionnaires.translations import in_language, missing, progress, stray, texts, with_words

ENGLISH = build.questionnaire(
    build.section(
        "A",
        build.scale_question("A-01", text="How well?", levels=build.LEVELS),
        build.question("A-02", "single_choice", "Which?", help="Choose one."),
        build.question("A-03", "money", "How much?"),
        title="First",
    ),
    build.section("B", build.scale_question("B-01", text="How soon?")),
    title="A template",
)
LEVELS = {f"question.A-01.levels.{level}": f"Lefel {level}" for level in build.LEVELS}
WELSH = {"title": "Templed", "section.A.title": "Cyntaf", "question.A-01.text": "Pa mor dda?", **LEVELS}
BOTH = with_words(ENGLISH, "cy", WELSH | {"question.A-02.text": "Pa un?", "question.B-01.text": "Pryd?"})


def test_every_text_has_a_place() -> None:
    assert [text.place for text in texts(ENGLISH)] == [
        "title",
        *(f"scale.maturity.{level}" for level in build.LEVELS),
        "section.A.title",
        "question.A-01.text",
        *LEVELS,
        "question.A-02.text",
        "question.A-02.help",
        "question.A-02.options.a",
        "question.A-02.options.b",
        "question.A-03.text",
        "section.B.title",
        "question.B-01.text",
    ]


def test_a_whole_question_is_in_one_language() -> None:
    welsh = in_language(BOTH, "cy")
    assert welsh.title == "Templed"
    assert welsh.all_sections["A"].title == "Cyntaf"
    assert welsh.questions["A-01"].text == "Pa mor dda?"
    assert welsh.level_words(welsh.questions["A-01"])[2] == "Lefel 2"
    assert welsh.questions["A-02"].text == "Which?", "its options have no Welsh"
    assert welsh.questions["B-01"].text == "How soon?", "the scale it is answered on has none"
    assert [key for key in welsh.questions if welsh.is_in_english(f"question.{key}")] == [
        "A-02",
        "A-03",
        "B-01",
    ]
    assert welsh.is_in_english("section.B")
    assert not welsh.is_in_english("section.A")


def test_a_part_of_it_still_tells_what_is_in_english() -> None:
    part = cut(in_language(BOTH, "cy"), {"A-01", "A-02"})
    assert (part.is_in_english("question.A-01"), part.is_in_english("question.A-02")) == (False, True)


def test_english_is_itself_and_a_template_without_welsh_is_in_english() -> None:
    assert in_language(BOTH, "en") is BOTH
    assert in_language(ENGLISH, "cy").questions == ENGLISH.questions
    assert in_language(ENGLISH, "cy").is_in_english("question.A-03")
    assert not BOTH.is_in_english("question.A-02")


def test_what_is_missing_and_what_belongs_to_nothing() -> None:
    assert "question.A-02.help" in {text.place for text in missing(BOTH, "cy")}
    assert "question.A-01.text" not in {text.place for text in missing(BOTH, "cy")}
    assert stray(with_words(BOTH, "cy", {"question.GONE.text": "Ar goll"}), "cy") == ("question.GONE.text",)
    assert (progress(BOTH, "cy")["question.A-02"].done, progress(BOTH, "cy")["question.A-02"].total) == (1, 4)


def test_words_are_taken_out_by_leaving_them_blank() -> None:
    assert with_words(BOTH, "cy", dict.fromkeys(BOTH.translations["cy"], " ")) == ENGLISH


def test_words_follow_a_question_to_its_new_key() -> None:
    again = arranging.renamed(BOTH, "A-01", "A-09")
    assert again.translations["cy"]["question.A-09.text"] == "Pa mor dda?"
    assert not stray(again, "cy")


def test_a_translation_never_makes_a_question_another_one() -> None:
    after = with_words(BOTH, "cy", {"question.A-01.text": "Pa mor dda yn union?", "section.A.title": "Un"})
    changes = {change.key: change for change in compare(BOTH, after).questions}
    assert changes["A-01"].badges == {Badge.DETAILS}
    assert changes["A-01"].is_comparable
    assert changes["A-02"].badges == {Badge.SAME}
    assert compare(BOTH, after).sections[0].badges == {Badge.DETAILS}
    (line,) = differences(BOTH, after, "A-01")
    assert (line.what, line.before, line.after) == ("Welsh, text", "Pa mor dda?", "Pa mor dda yn union?")


def test_an_unknown_language_is_refused_with_its_place() -> None:
    text = document.dump(BOTH).replace("  cy:", "  fr:")
    with pytest.raises(Exception, match="cy"):
        document.parse(text, name="both.yaml")


@given(questionnaires())
def test_answers_and_scores_are_the_same_in_both_languages(made: Questionnaire) -> None:
    full = with_words(made, "cy", {text.place: f"{text.english.strip()} (Cymraeg)" for text in texts(made)})
    welsh = in_language(full, "cy")
    assert not welsh.english_things
    assert not missing(full, "cy")
    assert welsh.title.endswith("(Cymraeg)")
    assert list(welsh.questions) == list(full.questions)
    for key, question in full.questions.items():
        other = welsh.questions[key]
        assert (other.kind, other.weight, other.show_if, other.derived) == (
            question.kind,
            question.weight,
            question.show_if,
            question.derived,
        )
        assert welsh.points_of(other) == full.points_of(question)
