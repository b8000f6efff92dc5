"""What a part of an assessment holds, and what is left of a questionnaire that is cut to it."""

from hypothesis import given
from hypothesis import strategies as st

from tests import build
from vfm.questionnaires.parts import WHOLE, Part, Reach, Scope, cut, keys_of, part_at, title_of

ASKED = build.questionnaire(
    build.section(
        "A",
        build.section("AA", build.question("AA-01", "number"), title="Inner"),
        build.section("AB", build.question("AB-01", "number", show_if={"question": "AA-01", "greater": 3})),
        title="Outer",
    ),
    build.section(
        "B",
        build.question("B-01", "number", derived={"subtract": ["AA-01", "AB-01"]}),
        build.question("B-02", "yes_no"),
    ),
    checks=(
        {"key": "across", "at": "B-01", "must": {"question": "AA-01", "at_least": 0}, "say": "Not below 0."},
        {"key": "within", "at": "B-02", "must": {"question": "B-02", "equals": "yes"}, "say": "Say yes."},
    ),
)
KEYS = tuple(ASKED.questions)


def test_a_place_names_the_whole_a_section_or_a_question() -> None:
    assert part_at(ASKED, "") == WHOLE
    assert part_at(ASKED, "A") == Part(Scope.SECTION, "A")
    assert part_at(ASKED, "B-02") == Part(Scope.QUESTION, "B-02")
    assert part_at(ASKED, "GONE") is None
    assert [title_of(ASKED, part) for part in (WHOLE, ("section", "A"), ("section", "GONE"))] == [
        "All of it", "Outer", "GONE",
    ]  # fmt: skip
    assert title_of(ASKED, ("question", "B-02")).startswith("B-02: ")


def test_a_section_holds_all_that_is_inside_it_and_what_is_gone_holds_nothing() -> None:
    assert keys_of(ASKED, [Part("section", "A")]) == {"AA-01", "AB-01"}
    assert keys_of(ASKED, [Part("question", "B-02"), Part("section", "AB")]) == {"B-02", "AB-01"}
    assert keys_of(ASKED, [Part("section", "GONE"), Part("question", "GONE-01")]) == set()
    assert keys_of(ASKED, [Part("question", "B-02"), WHOLE]) == set(KEYS)


def test_what_looks_at_other_questions_is_left_out() -> None:
    left = cut(ASKED, {"AB-01", "B-01", "B-02"})
    assert list(left.questions) == ["AB-01", "B-01", "B-02"]
    assert [section.key for section in left.all_sections.values()] == ["A", "AB", "B"]
    assert left.questions["AB-01"].show_if is None
    assert left.questions["B-01"].derived is None
    assert [check.key for check in left.checks] == ["within"]
    assert ASKED.questions["AB-01"].show_if is not None


@given(st.sets(st.sampled_from(KEYS)))
def test_a_cut_questionnaire_tells_of_nothing_else(keys: set[str]) -> None:
    left = cut(ASKED, keys)
    assert set(left.questions) == keys
    assert all(section.questions or section.sections for section in left.sections)
    told = left.model_dump_json()
    assert not [key for key in KEYS if key not in keys and f'"{key}"' in told]
    assert list(left.questions) == [key for key in KEYS if key in keys], "in reading order"


def test_nothing_is_cut_for_who_sees_all() -> None:
    assert cut(ASKED, ASKED.questions.keys()) is ASKED
    reach = Reach(ASKED, ASKED, {"B-02"})
    assert (reach.sees_all, reach.answers_all) == (True, False)
    assert list(reach.to_answer.questions) == ["B-02"]
    assert Reach(ASKED, ASKED, ASKED.questions.keys()).to_answer is ASKED
