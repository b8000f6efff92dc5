"""The reading grade: syllables as a dictionary counts them, and the published formula on worked texts."""

import pytest

from vfm.questionnaires.readability import reading_of, syllables

COUNTED = {
    1: """the are use made named likes costs goes does rules schemes whole free they key tried risk years""",
    2: """contract forecast benchmark statement workforce service table people wanted needed council managed
        money being review issues changes budget social special process response purpose sometimes useful
        audit client science quiet guidance language courage outcomes houses cases boxes titles handled
        quarter triage judgement measure compared creature""",
    3: """governance discretion benefits inspection ombudsman revenue stakeholder area idea evidence
        corporate management
        improvement director created financial national decision various previous digital customers agency
        performance demanding possible annual actual continue influence variance comparing ratio video radio
        trialling carrying applying resources safeguarding""",
    4: """expenditure commissioning authority priority material society available experience geography
        identify reliable capacity variable efficiency mechanism appreciate statutory""",
    5: """discretionary operational organisation opportunity associated negotiated evaluated""",
    6: """accountability sustainability""",
}
"""Syllables -> English words, as a British dictionary divides them."""


def test_syllables_are_those_of_a_dictionary():
    words = [(word, count) for count, listed in COUNTED.items() for word in listed.split()]
    wrong = {word: (count, syllables(word)) for word, count in words if syllables(word) != count}
    assert len(words) > 120
    assert len(wrong) <= 0.04 * len(words), wrong


@pytest.mark.parametrize(
    ("word", "count"), [("FTE", 3), ("well-run", 2), ("25,000", 1), ("council's", 2), ("GBP", 3), ("W", 1)]
)
def test_capitals_figures_and_joined_words(word, count):
    assert syllables(word) == count


def test_the_formula_on_a_text_counted_by_hand():
    """11 words, 2 sentences, 14 syllables: 0.39 x 5.5 + 11.8 x 14 / 11 - 15.59 = 1.573."""
    reading = reading_of("The cat sat on the mat. It was a happy animal.")
    assert (reading.words, reading.longest) == (11, 6)
    assert reading.grade == pytest.approx(0.39 * 5.5 + 11.8 * 14 / 11 - 15.59)
    assert reading.age == 7


def test_a_published_example_comes_to_its_published_grade():
    """The example of the package flesch-kincaid: 1 sentence, 13 words, 26 syllables, grade 13.08."""
    text = "The Australian platypus is seemingly a hybrid of a mammal and reptilian creature."
    assert sum(map(syllables, text.rstrip(".").split())) == 26
    assert reading_of(text).grade == pytest.approx(13.08, abs=0.005)


def test_a_colon_and_a_new_line_are_rests():
    assert reading_of("Name one thing: tonnes, calls\nSay why").longest == 3


@pytest.mark.parametrize("text", ["", "   ", "...", "—"])
def test_a_text_without_words_has_no_grade(text):
    reading = reading_of(text)
    assert (reading.words, reading.longest, reading.grade) == (0, 0, 0.0)
