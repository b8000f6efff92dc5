"""The pages of cycles: plan, dry run, cockpit, closing."""

import io
from collections.abc import Callable

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine, event

from tests import build
from tests.client import Browser, Page
from vfm.questionnaires import document

Enter = Callable[[str], Browser]
TEMPLATE = document.dump(build.questionnaire(build.scale_question("A-01"), build.yes_no("A-02")))


@pytest.fixture
def core(signed_in: Enter) -> Browser:
    made = signed_in("core_team")
    file = {"file": (io.BytesIO(TEMPLATE.encode()), "t.yaml")}
    made.open("/templates/import").submit("Import", file, ready="upload")
    return made


def planned(core: Browser, kind: str = "pilot", services: tuple[str, ...] = ("1", "2", "3")) -> Page:
    form = core.open(f"/cycles/new?kind={kind}")
    return form.submit("See who will be asked", name=f"The {kind}", services=list(services))


def test_an_empty_list_leads_to_the_choice_of_kind(core: Browser) -> None:
    page = core.open("/cycles").follow("Open a cycle")
    assert page.submit("Continue", kind="rollout").heading == "Roll out to services"


def test_a_rollout_starts_with_every_service_ticked_and_a_pilot_with_none(core: Browser) -> None:
    ticked = {
        kind: len(core.open(f"/cycles/new?kind={kind}").soup.select("input[name=services][checked]"))
        for kind in ("pilot", "rollout")
    }
    assert ticked == {"pilot": 0, "rollout": 5}


def test_a_pilot_is_opened_after_its_dry_run(core: Browser) -> None:
    page = planned(core)
    assert page.heading == "Who will be asked"
    assert len(page.soup.select("main tbody tr")) == 3
    assert core.open("/cycles").follow("Open a cycle")
    opened = page.submit("Open the pilot")
    assert opened.heading == "The pilot"
    assert "Not started (3)" in opened.text
    assert "The pilot" in core.open("/cycles").text
    assert "This version can no longer" in core.open("/versions/1/questions/A-01", expect=409).heading


def test_going_back_from_the_dry_run_keeps_what_was_typed(core: Browser) -> None:
    page = planned(core)
    hidden = {str(field["name"]): field["value"] for field in page.soup.select("main input[type=hidden]")}
    form = core.send("/cycles/new", hidden)
    assert form.soup.select_one("#name")["value"] == "The pilot"
    assert form.soup.select_one("#service-3").has_attr("checked")


def test_every_problem_is_shown_at_its_field(core: Browser) -> None:
    form = core.open("/cycles/new?kind=pilot")
    page = form.submit("See who will be asked", name="", due_on__year="2020")
    assert page.status == 422
    assert len(page.problems) == 3
    assert page.soup.select_one("#due_on")["value"] == "14"


def test_the_cockpit_keeps_its_view_in_the_address(core: Browser) -> None:
    planned(core, "rollout", ("1", "2", "3", "4", "5")).submit("Open the rollout")
    page = core.open("/cycles/1").submit("Show", directorate="Place")
    assert len(page.soup.select("tbody tr")) == 2
    assert "directorate=Place" in page.follow("Not started (2)").address
    sorted_page = page.follow("Waiting for")
    assert sorted_page.soup.select_one("[aria-sort=ascending]").get_text().startswith("Waiting for")
    assert "No service fits" in core.open("/cycles/1?words=nothing").text
    assert core.open("/cycles/2", expect=404)


def test_the_cockpit_is_downloaded_as_shown(core: Browser) -> None:
    planned(core).submit("Open the pilot")
    file = core.client.get("/cycles/1/cockpit.csv?words=libraries").data.decode("utf-8-sig").splitlines()
    assert file[0].startswith("Service,Directorate,State,Late,Stuck,Returned,Extended")
    assert [line.split(",")[0] for line in file[1:]] == ["Libraries"]
    book = load_workbook(io.BytesIO(core.client.get("/cycles/1/cockpit.xlsx?words=libraries").data))
    rows = list(book["Cockpit"].iter_rows(values_only=True))
    assert [row[0] for row in rows] == ["Service", "Libraries"]


def test_a_cycle_is_closed_and_opened_again(core: Browser) -> None:
    planned(core).submit("Open the pilot")
    page = core.open("/cycles/1").follow("Close this cycle").submit("Close the cycle")
    assert "Closed on 23 November 2026" in page.text
    assert "open again" in page.submit("Open it again").text


def test_the_cockpit_asks_six_things_of_the_store(core: Browser, engine: Engine) -> None:
    planned(core).submit("Open the pilot")
    asked: list[str] = []
    own = core.app.extensions["vfm"].engine
    event.listen(own, "before_cursor_execute", lambda *given: asked.append(given[2]))
    core.open("/cycles/1")
    assert len([statement for statement in asked if statement.lstrip().upper().startswith("SELECT")]) <= 6


def test_cycles_are_for_the_core_team(core: Browser, signed_in: Enter) -> None:
    planned(core).submit("Open the pilot")
    for who in ("director", "viewer", "executive"):
        assert signed_in(who).status("/cycles/1") == 404
