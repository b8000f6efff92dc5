"""A group's own assessment in browsers without scripts: four members, one facilitator."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from tests import build
from tests.client import Browser
from tests.council import SmallCouncil
from tests.rounds import opened
from vfm.store.database import transaction
from vfm.store.groups import join

ASKED = build.questionnaire(
    build.section("CI", build.scale_question("CI-01", required=True), build.yes_no("CI-02", weight=1)),
    build.section("LE", build.question("LE-01", "money", "How much")),
    title="Best Value",
    key="board",
    unit="authority",
    is_group_response=True,
)
Enter = Callable[[str], Browser]


@pytest.fixture
def at(engine: Engine, council: SmallCouncil) -> str:
    """The address of the group, which has the executive and the viewer as members."""
    made = opened(engine, council, ASKED, services=("LIB",)).assessments["LIB"]
    with transaction(engine) as session:
        join(session, made, [council.people[who] for who in ("executive", "viewer")])
    return f"/assessments/{made}/group"


def test_alone_then_together_to_sign_off(signed_in: Enter, at: str) -> None:
    executive, viewer, core = (signed_in(who) for who in ("executive", "viewer", "core_team"))
    page = executive.open("/").follow("Start your own answers to Best Value")
    page = page.submit("I have finished")
    assert page.status == 422
    assert page.problems == [
        'CI-01: This question has no answer. Answer it, or say "We don\'t know yet" or "Does not apply".'
    ]
    page = page.follow("Section CI").submit(
        "Save and continue", **{"CI-01.value": "1", "CI-01.note": "Nobody owns it", "CI-02.value": "yes"}
    )
    page = page.submit("Save and continue", **{"LE-01.value": "twelve"})
    assert page.status == 422
    assert page.soup.select_one('[name="LE-01.value"]')["value"] == "twelve"
    page = page.submit("Save and continue", **{"LE-01.value": "12"}).submit("I have finished")
    assert "Thank you" in page.text
    page = page.submit("I have not finished after all").submit("I have finished")

    page = viewer.open(at)
    assert "1 of 2 members has finished" in page.text
    assert "Nobody owns it" not in page.html
    page = page.follow("Section CI").submit(
        "Save and return later", **{"CI-01.value": "3", "CI-02.value": "yes"}
    )
    assert "2 of 3 answered" in page.text
    viewer.open(f"{at}/questions/CI-01", expect=404)
    viewer.open(f"{at}/spread", expect=404)

    page = core.open("/").follow("1 of 2 have finished")
    page = page.submit("Add to the group", person="")
    assert page.problems == ["Choose somebody who is not a member yet."]
    person = page.soup.find("option", string="Administrator")["value"]
    page = page.submit("Add to the group", person=person)
    page = page.submit("Remove Administrator")
    page = page.submit("Add to the group", person=person).follow("Open the spread")
    assert "Viewer: 2 of 3 answered" in page.text
    page = page.submit("Open the spread")
    assert "2 levels apart" in page.text
    page = page.submit("Record what everybody said")
    assert "1 answer recorded" in page.text
    page = page.follow("CI-01")
    assert "From 1 to 3, median 2" in page.text
    assert "Nobody owns it" in page.text
    page = page.submit("Record the consensus", **{"CI-01.value": "2"})
    assert page.problems == ["Say why the group settles on this answer. One sentence is enough."]
    assert page.soup.select_one('[name="CI-01.value"][value="2"]').has_attr("checked")
    page = page.submit("Record the consensus", reason="Owned since May.")
    page = viewer.open(at).follow("CI-01")
    assert "Owned since May." in page.text
    assert not page.soup.select("main form")
    page = core.open(f"{at}/questions/LE-01")
    assert "One answer only: £12." in page.text
    page.submit("Record the consensus", **{"LE-01.value": "12", "reason": "The accounts say so."})

    page = signed_in("director").open(at)
    assert "agreed on every question" in page.text
    page = page.submit("Send for sign-off")
    assert "Sent for sign-off" in page.text
    assert "sent for sign-off" in viewer.open(at).text
    assert not viewer.open(f"{at}/sections/CI").soup.select("main form")


def test_one_member_in_two_windows_chooses_between_both_texts(signed_in: Enter, at: str) -> None:
    first, second = (signed_in("executive").open(f"{at}/sections/CI") for _ in range(2))
    first.submit("Save and continue", **{"CI-01.value": "4"})
    page = second.submit("Save and continue", **{"CI-01.value": "1"})
    assert page.status == 409
    assert page.problems == ["CI-01 was changed elsewhere meanwhile. Choose which text to keep."]
    page = page.submit("Save and continue", **{"CI-01.choice": "theirs"})
    assert page.heading == "Section LE"


def test_the_director_is_led_to_the_group_and_others_find_nothing(signed_in: Enter, at: str) -> None:
    page = signed_in("director").open(at.removesuffix("/group")).follow("Go to the group")
    assert page.heading == "Best Value"
    assert "Save and continue" not in page.browser.open(f"{at.removesuffix('/group')}/sections/CI").html
    for who in ("contributor", "other_director", "challenger"):
        browser = signed_in(who)
        for address in (at, f"{at}/sections/CI", f"{at}/spread", f"{at}/questions/CI-01"):
            browser.open(address, expect=404)
    assert signed_in("core_team").status(f"{at}/sections/CI") == 404
