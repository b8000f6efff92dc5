"""A calibration session page by page: made, rated by two alone, compared, settled, closed, taken away."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from tests import build
from tests.answered import signed_off
from tests.client import Browser
from tests.council import SmallCouncil
from tests.rounds import Round, opened

SignedIn = Callable[[str], Browser]
KEYS = tuple(f"A-0{number}" for number in range(1, 7))
ASKED = build.questionnaire(build.section("A", *(build.scale_question(key) for key in KEYS), title="Economy"))
GIVEN = {key: build.answer(4, "assertion", "Ask Jo.") for key in KEYS}


@pytest.fixture
def this_year(engine: Engine, council: SmallCouncil) -> Round:
    made = opened(engine, council, ASKED, services=("LIB",))
    signed_off(engine, council, made.assessments["LIB"], ASKED, GIVEN)
    return made


def made(signed_in: SignedIn, council: SmallCouncil) -> str:
    """The address of a session of everything, made on its form."""
    page = signed_in("core_team").open("/calibrations").follow("Rollout 2026")
    raters = [str(council.people[who]) for who in ("core_team", "challenger")]
    done = page.submit("Make the session", name="Spring", way="random", size="6", seed="3", raters=raters)
    assert "6 of 6 answers at random, seed 3." in done.text
    return done.address


def rate_all(browser: Browser, address: str, levels: str) -> None:
    page = browser.open(address).follow("Rate the next answer")
    for number, level in enumerate(levels, 1):
        last = number == len(levels)
        page = page.submit("Save" if last else "Save and go to the next", value=level)
    assert "I have finished" in page.text
    assert "You have finished" in page.submit("I have finished").text


def test_a_session_from_its_form_to_its_end(
    this_year: Round, council: SmallCouncil, signed_in: SignedIn
) -> None:
    address = made(signed_in, council)
    core, peer = signed_in("core_team"), signed_in("challenger")
    alone = peer.open(address).follow("Rate the next answer")
    assert "Hidden until the scores are compared" in alone.text
    assert "4: Embedded and improving Evidence" not in alone.text
    assert "“Ask Jo.”" in alone.text
    refused = alone.submit("Save", note="Hard to say.")
    assert (refused.status, refused.problems) == (
        422,
        ["Choose a level, or say that you cannot tell."],
    )
    assert "Hard to say." in refused.html
    rate_all(peer, address, "444432")
    early = core.open(address).follow("Compare the scores").submit("Compare the scores")
    assert early.problems == ["Only one person has rated anything yet. It takes two people to compare."]
    rate_all(core, address, "444222")
    compared = core.open(address).follow("Compare the scores").submit("Compare the scores")
    assert "1 of 6 answers lies two levels apart or more" in compared.text
    assert "67% of 6 answers rated by two or more" in compared.text
    assert "83%" in compared.text
    # They differ by two levels once and by one once: 5/6. By chance 66/36. Kappa is 1 - 30/66.
    assert "Weighted kappa 0.55 (95% interval" in compared.text

    stopped = core.open(f"{address}/close").submit("Close the session")
    assert len(stopped.problems) == 6
    page = compared.follow("Settle the next answer")
    unreasoned = page.submit("Settle and go to the next", value="3", reason="")
    assert unreasoned.problems == ["Say why, in a sentence that the service and an auditor can follow."]
    page = unreasoned
    for number in range(1, 7):
        words = "Settle" if number == 6 else "Settle and go to the next"
        page = page.submit(words, value="4" if number > 1 else "3", reason="Seen together.")
    assert "Over the settled answers the mean level went from 4.00 to 3.83" in page.text
    assert "the mean overall score went from 100 to 94.4" in page.text
    done = core.open(f"{address}/close").submit("Close the session")
    assert "1 score is challenged; services can respond to each." in done.text
    assert "Closed by Core Team on 23 November 2026: of 6 answers, 1 settled lower, 0 higher, 5" in done.text
    raised = signed_in("director").open("/challenge")
    assert "1 challenge waits for your response." in raised.text

    csv = done.follow("CSV").response.data.decode("utf-8-sig")
    assert csv.startswith(
        "Service,Directorate,Question,Wording,Self score,Stood as,Before,Challenger,Core Team"
    )
    assert csv.count("Seen together.") == 6
    assert done.follow("Excel").response.data[:2] == b"PK"
    assert "Closed" in peer.open("/calibrations").text


def test_a_form_without_raters_keeps_what_was_typed(this_year: Round, signed_in: SignedIn) -> None:
    page = signed_in("core_team").open(f"/cycles/{this_year.cycle_id}/calibrations/new")
    refused = page.submit("Make the session", name="Autumn", way="queue", size="0", raters=None)
    assert refused.status == 422
    assert refused.problems == [
        "Choose at least two people: one alone agrees with everything they say.",
        "Give how many answers as a whole number from 1 on, such as 12.",
    ]
    assert 'value="Autumn"' in refused.html


def test_a_score_given_in_another_window_is_shown_beside_the_one_sent(
    this_year: Round, council: SmallCouncil, signed_in: SignedIn
) -> None:
    address, peer = made(signed_in, council), signed_in("challenger")
    first = peer.open(address).follow("Rate the next answer")
    second = peer.open(first.address)
    first.submit("Save", value="2")
    clash = second.submit("Save", value="3", note="Later.")
    assert clash.status == 409
    assert "2: Partly in place" in clash.text
    assert "Later." in clash.html
    clash.submit("Save")
    assert "3: In place" in peer.open(address).text


def test_answers_are_chosen_by_hand(this_year: Round, council: SmallCouncil, signed_in: SignedIn) -> None:
    core = signed_in("core_team")
    page = core.open(f"/cycles/{this_year.cycle_id}/calibrations/new")
    raters = [str(council.people[who]) for who in ("core_team", "challenger")]
    empty = page.submit("Make the session", name="By hand", way="hand", raters=raters)
    assert "This session has no answers yet." in empty.text
    assert empty.submit("Add").problems == ["Choose a service."]
    lib = str(this_year.assessments["LIB"])
    added = empty.submit("Add", assessment=lib, question="A-02")
    assert "A-02 is added." in added.text
    again = added.submit("Add", assessment=lib, question="A-02")
    assert again.problems == ["A-02 of Libraries is in this session already."]
    assert "This session has no answers yet." in again.submit("Take out").text


def test_a_cycle_without_signed_off_assessments_has_nothing_to_rate(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    made = opened(engine, council, ASKED, services=("LIB",))
    page = signed_in("core_team").open(f"/cycles/{made.cycle_id}/calibrations/new")
    assert "there is nothing to rate" in page.text
    assert not page.soup.select("main form")
