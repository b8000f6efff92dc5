"""The pages of pilot feedback: comment, see what became of it, the board, deciding."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, update

from tests import build
from tests.client import Browser, Page
from tests.council import NOW, SmallCouncil
from tests.rounds import Round, opened
from vfm.store.database import transaction
from vfm.store.tables import Version

Enter = Callable[[str], Browser]


@pytest.fixture
def pilot(engine: Engine, council: SmallCouncil) -> Round:
    whole = build.questionnaire(build.scale_question("A-01"), build.yes_no("A-02"))
    return opened(engine, council, whole, kind="pilot", name="Pilot one")


@pytest.fixture
def director(pilot: Round, signed_in: Enter) -> Browser:
    return signed_in("director")


def commented(director: Browser, key: str = "A-01", words: str = "Which costs count?") -> Page:
    form = director.open(f"/assessments/1/feedback/{key}")
    return form.submit("Send the comment", kind="unclear", clarity="2", comment=words)


def test_a_comment_is_given_and_listed(director: Browser) -> None:
    page = commented(director)
    assert "/sections/" in page.address  # back at the question it is about
    page = page.follow("See your comments")
    assert page.heading == "Your comments"
    assert "Which costs count?" in page.text
    assert "Not decided yet" in page.text
    commented(director, "whole", "It took six hours.")
    both = director.open("/assessments/1/feedback")
    assert both.soup.select_one("h2.govuk-heading-m").get_text() == "On the whole"
    assert page.follow("Comment on the whole").heading == "Comment on the whole"


def test_what_was_typed_stays_when_something_is_missing(director: Browser) -> None:
    page = director.open("/assessments/1/feedback/A-01").submit("Send the comment", comment="Kept as typed")
    assert page.status == 422
    assert page.problems == ["Choose what it is about."]
    assert "Kept as typed" in page.html


def test_an_empty_board_says_why(pilot: Round, signed_in: Enter) -> None:
    assert "No comments yet" in signed_in("core_team").open("/cycles/1/feedback").text


def test_a_comment_is_decided_beside_the_wording(engine: Engine, director: Browser, signed_in: Enter) -> None:
    commented(director)
    core = signed_in("core_team")
    board = core.open("/cycles/1/feedback")
    for row in board.soup.select(".vfm-cards tbody tr"):  # on a phone each cell says its heading
        headings = [head.get_text() for head in row.find_parent("table").select("thead th")]
        assert [cell.get("data-label") for cell in row.select("td")] == headings[1:]
    page = board.follow("A-01")
    assert "How well is it done?" in page.text
    refused = page.submit("Decide", **{"outcome-1": "changed", "reason-1": "Reworded."})
    assert refused.problems == ["A change is made in a later version. Start the next version first."]
    draft = page.submit("Start the next version")
    assert "Version 2" in draft.text
    page = core.open("/cycles/1/feedback/A-01")
    assert page.follow("Change A-01 in the draft of version 2").heading == "Change A-01"
    done = page.submit("Decide", **{"outcome-1": "changed", "reason-1": "The costs are named now."})
    assert "1 comment decided" in done.text
    assert "1 of 2" not in core.open("/cycles/1/feedback").text
    seen = director.open("/assessments/1/feedback").text
    assert "Changed in version 2: The costs are named now." in seen
    assert director.status("/versions/2") == 404  # nobody outside the team sees a draft
    with transaction(engine) as session:
        session.execute(update(Version).where(Version.number == 2).values(status="live", opened_at=NOW))
    page = director.open("/assessments/1/feedback").follow("version 2")
    assert page.address.startswith("/versions/2")


def test_a_decision_without_a_reason_keeps_what_was_chosen(director: Browser, signed_in: Enter) -> None:
    commented(director)
    commented(director, words="And which year?")
    page = signed_in("core_team").open("/cycles/1/feedback/A-01")
    refused = page.submit("Decide", **{"outcome-1": "kept"})
    assert refused.status == 422
    assert refused.soup.select_one("input[name=outcome-1][value=kept]").has_attr("checked")
    all_form = [form for form in refused.soup.select("form") if form.select_one("[name=outcome-all]")]
    assert len(all_form) == 1


def test_a_decision_made_meanwhile_shows_both(director: Browser, signed_in: Enter) -> None:
    commented(director)
    stale = signed_in("core_team").open("/cycles/1/feedback/A-01")
    signed_in("core_team").open("/cycles/1/feedback/A-01").submit(
        "Decide", **{"outcome-1": "kept", "reason-1": "It is meant so."}
    )
    page = stale.submit("Decide", **{"outcome-1": "dropped", "reason-1": "Nobody needs it."})
    assert page.status == 409
    assert "It is meant so." in page.text
    assert "Nobody needs it." in page.html


def test_who_may_open_what(director: Browser, signed_in: Enter) -> None:
    assert director.status("/cycles/1/feedback") == 404
    assert signed_in("other_director").status("/assessments/1/feedback/A-01") == 404
    assert director.status("/assessments/1/feedback/NO-01") == 404
