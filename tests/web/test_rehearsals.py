"""Rehearsing on the page: nothing is kept, routing and score follow, and every answer travels along."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from tests import build
from tests.client import Browser, Page
from vfm.gateways import ready_templates
from vfm.questionnaires import document
from vfm.store.database import reading
from vfm.store.tables import AnswerRow, Event, Table

Enter = Callable[[str], Browser]
TEMPLATE = build.questionnaire(
    build.section(
        "A",
        build.scale_question("A-01", required=True),
        build.yes_no("A-02"),
        build.question("A-03", "text", max_words=5, show_if={"question": "A-02", "equals": "yes"}),
    ),
    build.section(
        "B",
        build.question("B-01", "money", help="Gross, <b>before</b> income."),
        build.question("B-02", "multi_choice"),
        build.scale_question("B-03", show_if={"question": "B-01", "at_least": 1000}),
    ),
    build.section("C", build.question("C-01", "date"), build.scale_question("C-02"), critical=True),
    bands=(
        {"name": "Weak", "minimum": 0, "colour": "red"},
        {"name": "Sound", "minimum": 50, "colour": "green"},
    ),
    checks=(
        {"key": "big", "must": {"question": "B-01", "at_most": 5000}, "say": "That is a lot.", "at": "B-01"},
    ),
)


def imported(browser: Browser, text: str) -> Page:
    files: dict[str, Any] = {"file": (io.BytesIO(text.encode()), "test.yaml")}
    return browser.open("/templates/import").submit("Import", files, ready="upload")


@pytest.fixture
def core(signed_in: Enter) -> Browser:
    return signed_in("core_team")


@pytest.fixture
def start(core: Browser) -> Page:
    """The first page of a rehearsal of the small template."""
    return imported(core, document.dump(TEMPLATE)).follow("Rehearse it as a respondent")


def panel(page: Page) -> str:
    return " ".join(page.soup.select_one("#panel").get_text(" ").split())  # type: ignore[union-attr]


def test_the_start_says_that_nothing_is_kept(start: Page) -> None:
    assert start.heading == "Rehearsal"
    assert "Rehearsal: nothing you type here is kept." in start.text
    assert [item.get_text() for item in start.soup.select(".govuk-task-list__link")] == [
        "Section A", "Section B", "Section C",
    ]  # fmt: skip


def test_a_section_is_shown_as_a_respondent_sees_it(start: Page) -> None:
    page = start.follow("Start")
    assert page.heading == "Section A"
    assert [block["id"] for block in page.soup.select("[data-question]")] == ["A-01", "A-02"]
    assert 'Asked only when A-02 is "Yes"' in panel(page)
    assert "No overall score yet" in panel(page)


def test_answers_travel_from_section_to_section_and_back(start: Page) -> None:
    first = start.follow("Start")
    second = first.submit(
        "Next section", **{"A-01__value": "4", "A-02__value": "no", "A-01__evidence": "verified"}
    )
    assert (second.status, second.heading) == (200, "Section B")
    third = second.submit("Next section", **{"B-01__value": "2,000", "B-02__value": ["a", "b"]})
    assert "Your answers bring up more questions" in third.text
    assert [block["id"] for block in third.soup.select("[data-question]")] == ["B-01", "B-02", "B-03"]
    third = third.submit("Next section", **{"B-03__value": "state:dont_know"})
    assert third.heading == "Section C"
    assert not [button for button in third.soup.select("button") if "Next section" in button.get_text()]
    back = third.submit("Section B", **{"C-02__value": "2"})
    assert back.heading == "Section B"
    assert back.soup.select_one('[name="B-01.value"]')["value"] == "2,000"  # type: ignore[index]
    assert len(back.soup.select('[name="B-02.value"][checked]')) == 2
    assert back.soup.select_one("#B-03-state").has_attr("checked")  # type: ignore[union-attr]
    again = back.submit("Section A")
    assert again.soup.select_one('[name="A-01.value"][value="4"]').has_attr("checked")  # type: ignore[union-attr]
    assert again.soup.select_one('[name="A-01.evidence"] [value=verified]').has_attr("selected")  # type: ignore[union-attr]
    assert "Section C: 33" in panel(again)


def test_a_question_that_appears_is_shown_before_going_on(start: Page) -> None:
    first = start.follow("Start")
    page = first.submit("Next section", **{"A-02__value": "yes"})
    assert page.heading == "Section A"
    assert "1 more question is asked here" in page.text
    assert page.soup.select_one("#A-03")
    page = page.submit("Next section", **{"A-03__value": "Typed here"})
    assert page.heading == "Section B"
    gone = page.submit("Section A").submit("Show what this gives", **{"A-02__value": "no"})
    assert "1 question is no longer asked here" in gone.text
    assert not gone.soup.select_one("#A-03")
    # What was answered off the route comes back with it, as it does for a respondent.
    back = gone.submit("Show what this gives", **{"A-02__value": "yes"})
    assert "Typed here" in back.html


def test_wrong_input_is_said_as_on_the_real_page_and_stays(start: Page) -> None:
    page = (
        start.follow("Start")
        .submit("Next section", **{"A-01__value": "1"})
        .submit("Next section", **{"B-01__value": "a lot"})
    )
    assert (page.status, page.heading) == (422, "Section B")
    assert len(page.problems) == 1
    assert page.problems[0].startswith("B-01: ")
    assert page.soup.select_one('[name="B-01.value"]')["value"] == "a lot"  # type: ignore[index]
    assert "Not counted, because it cannot be read" in panel(page)
    assert page.submit("Next section", **{"B-01__value": "5"}).heading == "Section C"


def test_an_answer_typed_where_dont_know_stood_takes_its_place(start: Page) -> None:
    second = start.follow("Start").submit("Next section")
    page = second.submit("Show what this gives", **{"B-01__state": "dont_know"})
    assert "We don't know yet" in panel(page)
    page = page.submit("Show what this gives", **{"B-01__value": "12"})
    assert page.status == 200
    assert "£12" in panel(page)


def test_a_check_that_does_not_hold_is_said_at_its_question_and_in_the_panel(start: Page) -> None:
    page = start.follow("Start").submit("Next section")
    page = page.submit("Show what this gives", **{"B-01__value": "9000"})
    assert "Does this fit? That is a lot." in page.text
    assert "1 check does not hold" in panel(page)


@pytest.mark.parametrize(
    ("button", "words"),
    [("lowest", "Weak, 0 of 100"), ("middle", "Weak, 33 of 100"), ("highest", "Sound, 100 of 100")],
)
def test_the_ends_of_the_score_are_one_press_away(start: Page, button: str, words: str) -> None:
    page = start.submit(button)
    assert words in panel(page)
    assert words in page.soup.select_one("#said").get_text()  # type: ignore[union-attr]


def test_starting_again_forgets_everything(start: Page) -> None:
    page = start.submit("highest").follow("Start again")
    assert "No overall score yet" in panel(page)
    assert not page.soup.select("[data-question] [checked]")


def test_nothing_is_written(start: Page, core: Browser, engine: Engine) -> None:
    def counted() -> dict[str, int]:
        with reading(engine) as session:
            return {
                name: session.scalar(select(func.count()).select_from(table)) or 0
                for name, table in Table.metadata.tables.items()
            }

    before = counted()
    start.submit("highest").submit("Next section").submit("Show what this gives")
    assert counted() == before
    assert before[AnswerRow.__tablename__] == 0 < before[Event.__tablename__]


def test_the_page_asks_for_its_parts(start: Page) -> None:
    page = start.follow("Start")
    token = page.soup.select_one("[name=csrf_token]")["value"]  # type: ignore[index]
    reply = start.browser.client.post(
        "/versions/1/rehearsal/A",
        data={
            "csrf_token": token, "leaving": "A", "shown": ["A-01", "A-02"], "A-01.revision": "",
            "A-01.value": "4", "A-02.revision": "", "A-02.value": "yes",
        },
        headers={"Accept": "application/json"},
    )  # fmt: skip
    parts = reply.get_json()
    assert sorted(parts) == ["panel", "questions", "said"]
    assert 'id="A-03"' in parts["questions"]
    assert "1 more question is asked here." in parts["said"]
    assert "<html" not in parts["panel"]


def test_guidance_never_becomes_markup(start: Page) -> None:
    page = start.follow("Start").submit("Next section")
    assert "&lt;b&gt;before&lt;/b&gt;" in page.html


@pytest.mark.parametrize(
    "address", ["/versions/1/rehearsal/NONE", "/versions/9/rehearsal", "/versions/9/rehearsal/A"]
)
def test_what_is_not_there_is_not_found(start: Page, address: str) -> None:
    assert start.browser.status(address) == 404


def test_only_who_works_on_templates_rehearses(start: Page, signed_in: Enter) -> None:
    assert signed_in("administrator").status("/versions/1/rehearsal/A") == 200
    for who in ("director", "contributor", "challenger", "executive", "viewer"):
        assert signed_in(who).status("/versions/1/rehearsal") == 404
        assert signed_in(who).status("/versions/1/rehearsal/A") == 404


def test_every_ready_template_is_walked_whole(core: Browser) -> None:
    for template in ready_templates.ready():
        page = core.open("/templates/import").submit("Import", ready=template.name)
        page = page.follow("Rehearse").submit("middle")
        while any("Next section" in button.get_text() for button in page.soup.select("button")):
            page = page.submit("Next section")
            assert page.status == 200
        assert "of 100" in panel(page)


TABLE = {
    "lists": {"basic": ("A-01", "A-02")},
    "statuses": ("Inadequate", "Adequate"),
    "minimum": "Adequate",
    "rows": (
        {"lists": ("all",), "status": "Adequate"},
        {"lists": ("some",), "status": "Inadequate"},
        {"lists": ("none",), "status": "Inadequate"},
    ),
}


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("mean_of_means", ("75 of 100", "in the overall every section counts the same")),
        ("sum", ("67 of 100", "The points earned, as a share of the points")),
    ],
)
def test_other_methods_of_scoring(core: Browser, method: str, words: tuple[str, str]) -> None:
    questionnaire = build.questionnaire(
        build.section("A", build.yes_no("A-01", 1), build.yes_no("A-02", 1)),
        build.section("B", build.yes_no("B-01", 1)),
        scoring={"method": method},
    )
    page = imported(core, document.dump(questionnaire)).follow("Rehearse").submit("highest")
    page = page.submit("Show what this gives", **{"A-02__value": "no"})
    assert all(one in panel(page) for one in words)


def test_a_rule_table_shows_statuses_and_those_still_possible(core: Browser) -> None:
    questionnaire = build.questionnaire(
        build.section("A", build.yes_no("A-01"), build.yes_no("A-02"), rule_table=TABLE),
        scoring={"method": "rule_table"},
    )
    page = imported(core, document.dump(questionnaire)).follow("Rehearse").follow("Start")
    assert "Section A: Too little answered" in panel(page)
    assert "could be Inadequate to Adequate" in panel(page)
    page = page.submit("highest")
    assert "Statuses by section: this template gives no points" in panel(page)
    assert "Section A: Adequate" in panel(page)


def test_a_limit_is_told_with_its_reason_and_what_it_takes(core: Browser) -> None:
    cap = {"key": "weak", "when": {"question": "A-02", "equals": "no"}, "limit": 40, "reason": "No plan."}
    questionnaire = build.questionnaire(
        build.section("A", build.scale_question("A-01"), build.yes_no("A-02"), caps=(cap,))
    )
    page = imported(core, document.dump(questionnaire)).follow("Rehearse").submit("highest")
    page = page.submit("Show what this gives", **{"A-02__value": "no"})
    assert "Section A: at most 40. No plan. It takes −60 from the overall." in panel(page)
    assert "Held at 40 or below (weak): No plan. Without limits it would be 100." in panel(page)
