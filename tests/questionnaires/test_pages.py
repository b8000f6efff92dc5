"""A questionnaire as pages to answer."""

from tests import build
from vfm.questionnaires.pages import deciding, pages, progress_of
from vfm.questionnaires.routing import on_route
from vfm.questionnaires.schema import Check, Comparison, Operation, Ref

NET = Comparison(question="C-01", at_most=Ref(question="C-02"))
ASKED = build.questionnaire(
    build.section("A", build.section("B", build.yes_no("B-01", required=True)), title="Whole"),
    build.section(
        "C",
        build.question("C-01", "number", show_if=Comparison(question="B-01", equals="yes")),
        build.question("C-02", "number", required=True),
        build.section("D", build.question("D-01", "number", derived=Operation(add=("C-01", "C-02")))),
    ),
    checks=(Check(key="net", must=NET, say="Too much. Check both.", at="C-01"),),
)


def test_a_page_is_a_section_with_questions_of_its_own() -> None:
    found = pages(ASKED)
    assert [(page.key, page.title, page.previous_key, page.next_key) for page in found] == [
        ("B", "Whole: Section B", None, "C"),
        ("C", "Section C", "B", "D"),
        ("D", "Section C: Section D", "C", None),
    ]
    assert {(page.number, page.count) for page in found} == {(1, 3), (2, 3), (3, 3)}


def test_progress_leaves_out_the_sections_inside() -> None:
    answers = {"B-01": build.answer("yes"), "C-01": build.dont_know()}
    route = on_route(ASKED, answers)
    progress = progress_of(ASKED.all_sections["C"], answers, route)
    assert (progress.asked, progress.settled, progress.missing) == (2, 1, 1)


def test_what_routing_checks_and_derived_values_look_at() -> None:
    assert deciding(ASKED) == {"B-01", "C-01", "C-02"}
