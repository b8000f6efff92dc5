"""Movement, agreement and who always goes one way: what stands there, who reads it, what is taken away."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, event

from tests import build
from tests.answered import signed_off
from tests.client import Browser, words
from tests.council import NOW, SmallCouncil
from tests.rounds import Round, opened
from vfm.store.database import reading, transaction
from vfm.workflows import challenge, challenge_closing, movement

SignedIn = Callable[[str], Browser]
ASKED = build.questionnaire(
    build.section("A", build.scale_question("A-01"), build.scale_question("A-02"), title="Economy"),
    build.section("B", build.scale_question("B-01"), title="Demand"),
)
GIVEN = {key: build.answer(4, "assertion") for key in ("A-01", "A-02", "B-01")}
SERVICES = ("LIB", "ROADS", "HOME")


@pytest.fixture
def this_year(engine: Engine, council: SmallCouncil) -> Round:
    """Libraries lowered and closed, Highways closed untouched, Home care challenged and open."""
    made = opened(engine, council, ASKED, services=SERVICES)
    core, peer = council.actor("core_team"), council.actor("challenger")
    for key in SERVICES:
        who = "director" if key == "LIB" else "other_director"
        signed_off(engine, council, made.assessments[key], ASKED, GIVEN, who=who)
    with transaction(engine) as session:
        lib, home = made.assessments["LIB"], made.assessments["HOME"]
        for key, level, agreed in (("A-01", "2", "3"), ("A-02", "3", "3"), ("B-01", "3", "3")):
            raw = {"value": level, "reason": "Not seen."}
            challenge.make(session, lib, key, raw, by=peer, now=NOW)
            challenge.agree(session, lib, key, {"value": agreed, "reason": "Met."}, by=core, now=NOW)
        challenge.make(session, home, "B-01", {"value": "1", "reason": "None."}, by=core, now=NOW)
    for key in ("LIB", "ROADS"):
        with transaction(engine) as session:
            challenge_closing.close(session, made.assessments[key], by=core, now=NOW)
    return made


def rows(page: object, place: int) -> dict[str, list[str]]:
    """The rows of one table of a page: the words of its heading -> of its cells."""
    table = page.soup.select("table")[place]  # type: ignore[attr-defined]
    return {words(row.th): [words(cell) for cell in row.select("td")] for row in table.select("tbody tr")}


def test_the_movement_of_a_cycle_stands_by_service_and_section(this_year: Round, signed_in: SignedIn) -> None:
    page = signed_in("viewer").open(f"/cycles/{this_year.cycle_id}/movement")
    # Libraries: a quarter each, B-01 a half. As challenged two thirds of 25, a third of 25 and
    # a third of 50 are lost: 58.3. Agreed is a level less everywhere: 66.7. Highways stays at 100.
    assert (
        "Over 2 agreed results the mean went from 100 (self) over 79.2 (as challenged) to 83.3" in page.text
    )
    assert "(agreed): −16.7 points. 0% moved up, 50% down, 50% stayed." in page.text
    assert "Of 4 challenged scores, 3 are settled: 0 up, 3 down, 0 as they were." in page.text
    chart = page.soup.select_one(".vfm-chart h2")
    assert words(chart) == "1 of 2 agreed scores moved: 1 down, 0 up; −16.7 points on average over all 2"
    services = rows(page, 1)
    assert services["Libraries"] == ["Communities", "100", "58.3", "66.7", "↓ −33.3", "3"]
    assert services["Highways"] == ["Place", "100", "100", "100", "0", "–"]
    # Home care's challenge is open: B-01, half of the overall, at its lowest; nothing is agreed yet.
    assert services["Home care"] == ["Adults", "100", "50", "–", "–", "1"]
    sections = rows(page, 2)
    assert sections["Economy"] == ["2", "100", "75", "83.3", "−16.7", "0", "1", "1", "2 of 2: 0 up, 2 down"]
    assert sections["Demand"] == ["2", "100", "83.3", "83.3", "−16.7", "0", "1", "1", "1 of 2: 0 up, 1 down"]


def test_services_are_searched_filtered_and_sorted(this_year: Round, signed_in: SignedIn) -> None:
    browser, address = signed_in("executive"), f"/cycles/{this_year.cycle_id}/movement"
    assert list(rows(browser.open(f"{address}?moved=down"), 1)) == ["Libraries"]
    assert list(rows(browser.open(f"{address}?moved=unknown"), 0)) == ["Home care"]
    assert list(rows(browser.open(f"{address}?q=high"), 0)) == ["Highways"]
    by_name = browser.open(f"{address}?sort=-service")
    assert list(rows(by_name, 1)) == ["Libraries", "Home care", "Highways"]
    assert "No service fits what you chose." in browser.open(f"{address}?directorate=Nowhere").text


def test_movement_and_agreement_are_taken_away(this_year: Round, signed_in: SignedIn) -> None:
    page = signed_in("core_team").open(f"/cycles/{this_year.cycle_id}/movement")
    csv = page.follow("CSV").response.data.decode("utf-8-sig")
    assert "Libraries,Communities,Agreed,100.0,58.3" in csv
    assert page.follow("Excel").response.data[:2] == b"PK"
    agreement = page.follow("How far scores agree")
    lines = agreement.follow("CSV").response.data.decode("utf-8-sig").splitlines()
    assert lines[3].startswith("All,Self and agreed,3,0.0,1.0,")
    assert agreement.follow("Excel").response.data[:2] == b"PK"


def test_agreement_says_shares_and_where_there_are_too_few(this_year: Round, signed_in: SignedIn) -> None:
    page = signed_in("viewer").open(f"/cycles/{this_year.cycle_id}/agreement")
    assert "Of 3 challenged scores that are settled, 0% kept the level the service gave" in page.text
    found = rows(page, 0)
    assert found["Self and challenged"] == ["4", "0%", "50%", "too few (4)"]
    assert found["Challenged and agreed"] == ["3", "67%", "100%", "too few (3)"]
    assert rows(page, 3)["Self 4"] == ["–", "–", "3", "0", "3"]


def test_who_always_goes_one_way_has_its_probability(this_year: Round, signed_in: SignedIn) -> None:
    page = signed_in("viewer").open("/challenge/one-way")
    assert "1 service has had 3 scores or more moved, and always the same way." in page.text
    # Three down of three: twice 1 in 2^3.
    assert rows(page, 0)["Libraries"] == ["3", "0", "3", "0", "Always down", "0.25", "Rollout 2026"]
    assert rows(page, 1)["Challenger"][4:6] == ["Always down", "0.25"]
    assert "Highways" not in page.text
    csv = page.follow("CSV").response.data.decode("utf-8-sig")
    assert "Service,Libraries,3,0,3,0,0,0.25,yes,Rollout 2026" in csv


def test_empty_pages_say_why(engine: Engine, council: SmallCouncil, signed_in: SignedIn) -> None:
    browser = signed_in("viewer")
    assert "no cycle has been opened yet" in browser.open("/movement").text
    assert "No challenge has been settled yet" in browser.open("/challenge/one-way").text
    made = opened(engine, council, ASKED, services=("LIB",))
    assert "No assessment of this cycle is signed off yet" in browser.open("/movement").text
    assert "has been challenged yet" in browser.open(f"/cycles/{made.cycle_id}/agreement").text
    signed_in("director").open(f"/cycles/{made.cycle_id}/movement", expect=404)


def test_movement_asks_the_same_number_of_questions_however_many_there_are(
    engine: Engine, council: SmallCouncil, this_year: Round
) -> None:
    few = opened(engine, council, ASKED.model_copy(update={"key": "few"}), services=("LIB",), name="Few")
    signed_off(engine, council, few.assessments["LIB"], ASKED, GIVEN)
    with transaction(engine) as session:
        raw = {"value": "1", "reason": "None."}
        by = council.actor("core_team")
        challenge.make(session, few.assessments["LIB"], "B-01", raw, by=by, now=NOW)

    def asked(cycle_id: int) -> int:
        count: list[object] = []
        event.listen(engine, "before_cursor_execute", lambda *given: count.append(given))
        with reading(engine) as session:
            movement.show(session, cycle_id, movement.Wanted())
        return len(count)

    asked(few.cycle_id)
    assert asked(this_year.cycle_id) == asked(few.cycle_id)
