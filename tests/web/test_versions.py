"""The pages of templates: import, read, reword, replace, compare."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, update

from tests import build
from tests.client import Browser, Page
from tests.council import NOW
from vfm.gateways import ready_templates
from vfm.questionnaires import document
from vfm.store.database import transaction
from vfm.store.tables import Version

Enter = Callable[[str], Browser]
SMALL = document.dump(
    build.questionnaire(
        build.scale_question("A-01", help="Think of **last** year.\n\n- plans\n- figures"),
        build.yes_no("A-02"),
        build.question("A-03", "text", show_if={"question": "A-02", "equals": "yes"}),
    )
)


def sent(text: str, name: str = "small.yaml") -> dict[str, Any]:
    return {"file": (io.BytesIO(text.encode()), name)}


@pytest.fixture
def core(signed_in: Enter) -> Browser:
    return signed_in("core_team")


@pytest.fixture
def draft(core: Browser) -> Page:
    """Version 1 of a small template, on its own page."""
    return core.open("/templates/import").submit("Import", sent(SMALL), ready="upload")


def opened(engine: Engine) -> None:
    with transaction(engine) as session:
        session.execute(update(Version).values(status="pilot", opened_at=NOW))


def test_an_empty_list_says_what_to_do(core: Browser) -> None:
    page = core.open("/templates")
    assert "There are no templates yet" in page.text
    assert page.follow("Import a template").heading == "Import a template"


def test_each_ready_template_is_imported_and_read_on_one_page(core: Browser) -> None:
    for template in ready_templates.ready():
        page = core.open("/templates/import").submit("Import", ready=template.name)
        assert page.status == 200
        assert page.heading == template.title
    assert len(core.open("/templates").soup.select("main section")) == 3


def test_the_whole_questionnaire_is_on_the_page(draft: Page) -> None:
    assert "Asked only when A-02 is “Yes”" in draft.text.replace('"Yes"', "“Yes”")
    assert "Not in place" in draft.text
    assert draft.soup.select_one(".vfm-guidance li")
    assert "100.0% of the overall" in draft.text


def test_a_broken_file_shows_every_problem_with_its_place(core: Browser) -> None:
    broken = SMALL.replace("kind: scale", "kind: scal").replace("kind: text", "knd: text")
    page = core.open("/templates/import").submit("Import", sent(broken), ready="upload")
    assert page.status == 422
    assert "Nothing was imported" in page.problems[0]
    rows = page.soup.select("#problems tbody tr")
    assert len(rows) >= 2
    assert {row.th.get_text() for row in rows} >= {"A-01", "A-03"}
    assert "There are no templates yet" in core.open("/templates").text


def test_choosing_nothing_asks_for_a_choice(core: Browser) -> None:
    page = core.open("/templates/import").submit("Import")
    assert page.status == 422
    assert page.problems == ["Choose a template, or a file of your own."]
    assert core.open("/templates/import").submit("Import", ready="upload").problems == [
        "Choose the file: a template as YAML, JSON or Excel, or an XLSForm."
    ]


def test_points_that_are_rescaled_are_told(core: Browser) -> None:
    uneven = build.questionnaire(
        build.scale_question("A-01"),
        scales={"m": {"levels": {1: "Low", 2: "Mid", 3: "High"}, "points": {1: 1, 2: 2, 3: 3}}},
    )
    page = core.open("/templates/import").submit("Import", sent(document.dump(uneven)), ready="upload")
    assert "rescaled" in page.text


def test_a_question_is_reworded(draft: Page) -> None:
    form = draft.follow("Change")
    assert form.heading == "Change A-01"
    page = form.submit("Save", text="How well is it known?", level__1="Nothing yet")
    assert "A-01 was changed" in page.text
    assert "How well is it known?" in page.follow("Read it through").text


def test_what_was_typed_stays_when_a_field_cannot_be_used(draft: Page) -> None:
    page = draft.follow("Change").submit("Save", text="", weight="much", help="Kept as typed")
    assert page.status == 422
    assert len(page.problems) == 2
    assert "Kept as typed" in page.html


def test_a_stale_form_shows_both_texts_and_can_be_saved_after(draft: Page, signed_in: Enter) -> None:
    stale = draft.follow("Change")
    signed_in("core_team").open(stale.address).submit("Save", text="First one's words?")
    page = stale.submit("Save", text="Second one's words?")
    assert page.status == 409
    assert "First one's words?" in page.text
    assert "Second one's words?" in page.text
    assert "Second one's words?" in page.submit("Save").text


def test_an_opened_version_offers_the_next_one(draft: Page, core: Browser, engine: Engine) -> None:
    form = draft.follow("Change")
    opened(engine)
    page = form.submit("Save", text="Too late?")
    assert (page.status, page.heading) == (409, "This version can no longer be changed")
    second = page.submit("Start the next version")
    assert "Version 2 Draft" in second.text
    again = core.open(draft.address)
    assert (
        core.send("/versions/1/revise", {"csrf_token": _token(core.open("/templates/import"))}).heading
        == "There is a draft already"
    )
    assert "Change" not in [a.get_text() for a in again.soup.select("article a")]


def _token(page: Page) -> str:
    field = page.soup.select_one("[name=csrf_token]")
    return str(field["value"]) if field else ""


def test_a_draft_is_replaced_with_a_file_and_deleted(draft: Page, core: Browser) -> None:
    page = draft.follow("Replace with a file")
    done = page.submit("Replace the draft", sent(SMALL.replace("How well is it done?", "How well now?")))
    assert "How well now?" in done.text
    assert page.submit("Replace the draft", sent(SMALL)).status == 409
    assert "deleted" in done.follow("Delete this draft").submit("Delete the draft").text
    assert "There are no templates yet" in core.open("/templates").text


def test_two_versions_stand_side_by_side(draft: Page, core: Browser, engine: Engine) -> None:
    opened(engine)
    second = core.open("/versions/1").submit("Start the next version")
    assert "Nothing differs" in core.open("/versions/1/compare/2").text
    second.follow("Change").submit("Save", text="How well is it known?")
    page = core.open("/versions/1/compare/2")
    assert "2 of 3 still comparable" in page.text
    assert len(page.soup.select("tbody tr")) == 1
    assert page.soup.select_one("ins").get_text() == "known?"
    assert page.soup.select_one("del").get_text() == "done?"
    assert len(page.follow("all (3)").soup.select("tbody tr")) == 3


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_a_downloaded_version_reads_back_as_it_was(draft: Page, core: Browser, form: str) -> None:
    response = core.client.get(f"/versions/1/download.{form}")
    assert document.parse(response.text, name=f"x.{form}") == document.parse(SMALL, name="small.yaml")


def test_others_read_opened_versions_only(draft: Page, signed_in: Enter, engine: Engine) -> None:
    director = signed_in("director")
    assert director.status("/versions/1") == 404
    opened(engine)
    page = director.open("/versions/1")
    assert "Start the next version" not in page.text
    assert director.status("/templates") == 404
