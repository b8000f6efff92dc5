"""Documents read and written: the round trip, JSON, encodings, sizes, rescaling."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build import options, question, questionnaire, scale_question, section, yes_no
from vfm.errors import Invalid
from vfm.questionnaires import document
from vfm.questionnaires.checks import check_text, checked
from vfm.questionnaires.schema import Band, Cap, Check, Kind, Option

PLAIN = """schema: vfm-template/1
key: plain
title: A plain template
scales:
  two: {levels: {1: No, 2: Yes}}
sections:
  - key: A
    title: First
    weight: 1
    questions:
      - {key: A-01, text: How well?, kind: scale, weight: 1}
"""

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), min_size=1, max_size=60)
awkward = st.sampled_from(
    ["no", "1", "1.5", "null", "~", "- a", "a: b", "# x", " x ", "'", '"', "x\n\n y", "*a", "2026-01-01"]
)
points = st.fractions(0, 100, max_denominator=7).map(float)


@st.composite
def questionnaires(draw):
    text = words | awkward
    kinds = draw(st.lists(st.sampled_from(Kind), min_size=1, max_size=6))
    asked = []
    for i, kind in enumerate(kinds):
        more = {"text": draw(text), "help": draw(text | st.just("")), "required": draw(st.booleans())}
        if kind in (Kind.SINGLE_CHOICE, Kind.MULTI_CHOICE):
            more["options"] = (
                Option(key="a", label=draw(text), points=draw(points)),
                Option(key="no", label=draw(text), exclusive=draw(st.booleans())),
            )
        if kind is Kind.SCALE and draw(st.booleans()):
            more |= {"levels": {n: draw(text) for n in range(1, 5)}, "weight": draw(points)}
        if i and draw(st.booleans()):
            claim = {"question": "Q-00", "equals": draw(st.booleans() | st.integers(-9, 9) | points | text)}
            more["show_if"] = draw(
                st.sampled_from([claim, {"not": claim}, {"all": [claim, {"any": [claim]}]}])
            )
        asked.append(question(f"Q-{i:02}", kind, **more))
    caps = (
        Cap(key="cap", when={"question": "Q-00", "answered": True}, limit=draw(points), reason=draw(text)),
    )
    checks = (Check(key="k", must={"question": "Q-00", "at_most": draw(points)}, say=draw(text), at="Q-00"),)
    return questionnaire(
        section("A", *asked, title=draw(text), weight=draw(points), caps=caps),
        guidance=draw(text),
        checks=checks,
        outputs=tuple(draw(st.lists(text, max_size=3))),
        bands=(Band(name=draw(text), minimum=0, colour="red"),),
        scales={
            "s": {
                "levels": {n: draw(text) for n in range(1, 5)},
                "points": {1: 0, 2: draw(points), 3: 50, 4: 100},
            }
        },
    )


@given(questionnaires())
@settings(max_examples=50, deadline=None)
def test_a_document_written_reads_back_as_it_was(made):
    text = document.dump(made)
    read = document.draft(text, name="made.yaml").questionnaire
    assert read == made
    assert document.dump(read) == text


@given(questionnaires())
@settings(max_examples=50, deadline=None)
def test_json_for_the_store_reads_back_as_it_was(made):
    kept = json.loads(json.dumps(document.to_json(made)))
    assert document.from_json(kept) == made


def test_a_plain_document_is_clean_and_keeps_no_blanks_at_line_ends():
    assert check_text(PLAIN, "plain.yaml") == []
    text = document.dump(document.parse(PLAIN, name="plain.yaml"))
    assert all(line == line.rstrip() for line in text.splitlines())


def test_thirds_are_written_as_shares():
    made = questionnaire(
        section(
            "A",
            scale_question("A-01"),
            caps=(
                Cap(
                    key="A-cap", when={"question": "A-01", "equals": 1}, limit="100/3", reason="Lowest level."
                ),
            ),
        )
    )
    assert "limit: 100/3" in document.dump(made)
    assert made.sections[0].caps[0].limit == 100 / 3


def test_no_stays_a_word():
    read = document.parse(PLAIN.replace("1: No, 2: Yes", "1: no, 2: yes"), name="plain.yaml")
    assert read.scales["two"].levels == {1: "no", 2: "yes"}


def test_json_is_read_with_places_escapes_and_tabs():
    content = document.to_json(questionnaire(yes_no("A-01", 1, text="Is it 😀 \\/ done?")))
    text = json.dumps(content, indent="\t")
    assert document.parse(text, name="made.json") == document.from_json(content)
    spoilt = text.replace('"kind": "yes_no"', '"kind": "yes_now"')
    line = 1 + spoilt[: spoilt.index("yes_now")].count("\n")
    (found,) = check_text(spoilt, "made.json")
    assert found == f'made.json:{line}:14: A-01: "yes_now" cannot be the "kind". Did you mean "yes_no"?'


def test_json_with_a_mistake_in_its_signs_says_where():
    (line,) = check_text('{"schema": "vfm-template/1",\n "key" 3}', "x.json")
    assert line.startswith("x.json:2:8: file: This is not JSON: ")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 'x.json:1:1: file: The file is empty. Start with {"schema": "vfm-template/1"}.'),
        (
            "[" * 100_000,
            "x.json:1:1: file: This JSON is nested too deeply or has a number too long. Simplify it.",
        ),
        (
            '{"schema": "vfm-template/1", "key": "a", "key": "b"}',
            'x.json:1:42: file: "key" stands twice here (first in line 1). Keep one of them.',
        ),
    ],
)
def test_json_that_cannot_be_used_says_why(text, line):
    assert line in check_text(text, "x.json")


def test_yaml_nested_too_deeply_is_refused():
    (line,) = check_text("a: " + "[" * 1000, "x.yaml")
    assert line == "x.yaml:1:1: file: The brackets are nested too deeply. Use fewer levels."


def test_a_text_over_five_megabytes_is_refused():
    (line,) = check_text("# " + "x" * 5_000_000, "x.yaml")
    assert line.startswith("x.yaml:1:1: file: This text has 5,000,002 characters; the most is 5,000,000.")
    with pytest.raises(Invalid, match="5,000,001 bytes"):
        document.decoded(b"x" * 5_000_001, "x.yaml")


def test_bytes_that_are_not_utf8_are_named_by_place():
    with pytest.raises(Invalid) as refused:
        document.decoded(
            "schema: vfm-template/1\ntitle: caf\N{LATIN SMALL LETTER E WITH ACUTE}".encode("latin-1"),
            "x.yaml",
        )
    assert str(refused.value) == (
        "x.yaml:2:11: file: This is not UTF-8 text. Save the file with the encoding UTF-8."
    )
    assert document.decoded(b"\xef\xbb\xbfkey: x", "x.yaml") == "key: x"


def test_a_character_yaml_cannot_hold_is_named_by_place():
    (line,) = check_text(PLAIN + "guidance: \x01\n", "x.yaml")
    assert line.startswith("x.yaml:12:11: file: A character here cannot stand in YAML.")


def test_yaml_of_another_release_is_refused():
    (line,) = check_text("%YAML 1.1\n---\n" + PLAIN, "x.yaml")
    assert line == "x.yaml:1:1: file: Only YAML 1.2 is read. Take out the line %YAML."


def test_points_that_do_not_run_from_0_to_100_are_rescaled_with_a_notice():
    text = PLAIN.replace(
        "{levels: {1: No, 2: Yes}}", "{levels: {1: No, 2: So, 3: Yes}, points: {1: 1, 2: 2, 3: 5}}"
    )
    read = checked(text, name="p.yaml")
    assert read.questionnaire.scales["two"].points == {1: 0, 2: 25, 3: 100}
    (notice,) = read.notices
    assert (notice.line, notice.column, notice.key) == (5, 49, "scales.two")
    assert notice.message == "Points ran from 1 to 5 and were rescaled to run from 0 to 100. Nothing to do."


def test_points_of_options_and_of_yes_and_no_are_rescaled_too():
    text = PLAIN + (
        "      - {key: A-02, text: Is it?, kind: yes_no, weight: 1, points: {'yes': 10, 'no': 0}}\n"
        "      - key: A-03\n        text: Which?\n        kind: single_choice\n        weight: 1\n"
        "        options: [{key: a, label: A, points: 20}, {key: b, label: B, points: 70}]\n"
    )
    read = checked(text, name="p.yaml")
    asked = read.questionnaire.questions
    assert asked["A-02"].points == {"yes": 100, "no": 0}
    assert [option.points for option in asked["A-03"].options] == [0, 100]
    assert [notice.key for notice in read.notices] == ["A-02", "A-03"]


def test_parse_raises_every_problem_at_once():
    with pytest.raises(Invalid) as refused:
        document.parse(
            PLAIN.replace("kind: scale", "kind: scael").replace("title: First", "titel: First"), name="p.yaml"
        )
    assert [problem.place for problem in refused.value.problems] == ["p.yaml:8:5: A", "p.yaml:11:44: A-01"]


def test_options_are_written_one_a_line():
    made = questionnaire(question("A-01", "single_choice", options=options(low="Low", high="High: above")))
    assert (
        "          - {key: low, label: Low}\n          - {key: high, label: 'High: above'}\n"
        in document.dump(made)
    )


@pytest.mark.parametrize("words", ["?0", "? what", "?", "-?", "!now", "%a", "@b", "`c`", "&d", ": e", "[f]"])
def test_words_that_begin_like_a_sign_of_the_format_are_read_back(words):
    made = questionnaire(
        scale_question("A-01", text=words),
        bands=({"name": words, "minimum": 0, "colour": "red"},),
        outputs=(words,),
    )
    assert document.parse(document.dump(made), name="made.yaml") == made


def test_a_folded_text_is_one_line_without_a_mark_where_it_was_folded() -> None:
    folded = PLAIN.replace("title: A plain template", "title: >-\n  A plain\n  template")
    assert document.parse(folded, name="f.yaml").title == "A plain template"
