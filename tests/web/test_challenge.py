"""Challenge pages: each step by its role, wrong forms keep what was typed."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from tests import build
from tests.answered import signed_off
from tests.client import Browser, words
from tests.council import SmallCouncil
from tests.rounds import Round, opened

SignedIn = Callable[[str], Browser]
ASKED = build.questionnaire(
    build.section("A", build.scale_question("A-01", weight=2), build.scale_question("A-02"), title="Economy"),
    build.section("B", build.scale_question("B-01"), title="Demand"),
)
GIVEN = {
    "A-01": build.answer(4, "assertion", "Everybody knows."),
    "A-02": build.answer(2, "verified"),
    "B-01": build.answer(3, "documented"),
}


@pytest.fixture
def this_year(engine: Engine, council: SmallCouncil) -> Round:
    made = opened(engine, council, ASKED, services=("LIB", "ROADS"))
    signed_off(engine, council, made.assessments["LIB"], ASKED, GIVEN)
    return made


def test_a_score_is_challenged_answered_agreed_and_closed(this_year: Round, signed_in: SignedIn) -> None:
    queue = signed_in("challenger").open("/challenge")
    assert queue.heading == "Challenge, Rollout 2026"
    assert "1 signed-off assessment waits" in queue.text
    assert "Level 4 on assertion only: 1 question, 11.1 points at stake (A-01)" in queue.text
    case = queue.follow("Libraries")
    assert words(case.soup.select_one("tbody tr")).startswith("A-01")
    form = case.follow("How well is it done?")
    refused = form.submit("Save the challenge", value="4", evidence="assertion", reason="Because")
    assert refused.status == 422
    assert refused.problems == [
        "This is what the service said. Choose another answer or another evidence grade."
    ]
    assert "Because" in refused.html
    saved = refused.submit("Save the challenge", value="2", evidence="none", reason="Nothing was shown.")
    assert "A-01 is challenged" in saved.text
    assert "If every open challenge stood" in saved.text

    core = signed_in("core_team")
    stopped = core.open(f"/challenge/{this_year.assessments['LIB']}").submit("Close the challenge")
    assert stopped.status == 422
    assert stopped.problems == ["A-01 is challenged and not agreed yet. Agree a score for it first."]

    director = signed_in("director")
    own = director.open("/challenge")
    assert "1 challenge waits for your response." in own.text
    answered = (
        own.follow("Libraries")
        .follow("How well is it done?")
        .submit("Send the response", response="The audit of May shows it.", **{"as": "offers_evidence"})
    )
    assert "Service has responded" in answered.text
    assert "No challenge waits" in director.open("/challenge").text

    question = core.open(f"/challenge/{this_year.assessments['LIB']}/questions/A-01")
    assert "The audit of May shows it." in question.text
    unreasoned = question.submit("Agree this score", agreed_value="3", agreed_reason="")
    assert unreasoned.problems == ["Say why, in a sentence that the service and an auditor can follow."]
    agreed = unreasoned.submit("Agree this score", agreed_value="3", agreed_reason="Seen in the audit.")
    assert "A score is agreed for A-01." in agreed.text
    result = agreed.submit("Close the challenge")
    assert result.heading == "Libraries: result"
    assert "This result is the service's baseline" in result.text
    assert "The service said: 4" in words(result.soup.select_one("#A-01"))
    closed = core.open(f"/challenge/{this_year.assessments['LIB']}")
    assert "The challenge is closed" in closed.text
    assert not closed.soup.select("main form")


def test_unchallenged_results_are_listed_before_they_are_agreed(
    this_year: Round, signed_in: SignedIn
) -> None:
    core = signed_in("core_team")
    page = core.open("/challenge").follow("Agree them at the self score")
    assert "Becomes the baseline" in page.text
    assert page.submit("Agree the ticked", assessments=None).problems == ["Tick at least one service."]
    done = page.submit("Agree the ticked")
    assert "1 result is agreed at the self score." in done.text
    assert (
        "There is nothing to agree in one go"
        in core.open(f"/cycles/{this_year.cycle_id}/challenge/close").text
    )


def test_a_challenge_can_be_taken_back(this_year: Round, signed_in: SignedIn) -> None:
    browser = signed_in("challenger")
    address = f"/challenge/{this_year.assessments['LIB']}/questions/A-01"
    onward = browser.open(address).submit("Save and go to the next", value="1", reason="No evidence.")
    assert onward.address.endswith("/questions/B-01")
    back = browser.open(address).submit("Take the challenge back")
    assert "Nobody has challenged this score." in back.text


def test_the_queue_is_filtered_by_the_address(this_year: Round, signed_in: SignedIn) -> None:
    browser = signed_in("executive")
    address = f"/cycles/{this_year.cycle_id}/challenge"
    assert "No assessment fits" in browser.open(f"{address}?state=agreed").text
    assert "Libraries" in browser.open(f"{address}?state=all&trigger=weak_evidence&sort=score").text
    assert "No assessment fits" in browser.open(f"{address}?directorate=Adults").text
    assert not browser.open(f"/challenge/{this_year.assessments['LIB']}/questions/A-01").soup.select(
        "main form"
    )


def test_whom_it_does_not_concern_finds_nothing(this_year: Round, signed_in: SignedIn) -> None:
    signed_in("other_director").open(f"/challenge/{this_year.assessments['LIB']}", expect=404)
    signed_in("core_team").open(f"/challenge/{this_year.assessments['ROADS']}", expect=404)
    signed_in("core_team").open(f"/challenge/{this_year.assessments['LIB']}/questions/Z-99", expect=404)


def test_the_queue_is_taken_away_as_it_is_shown(this_year: Round, signed_in: SignedIn) -> None:
    browser = signed_in("challenger")
    address = f"/cycles/{this_year.cycle_id}/challenge"
    page = browser.open(f"{address}?q=lib")
    csv = page.follow("CSV").response.data.decode("utf-8-sig")
    assert csv.startswith("Service,Directorate,State,Self score")
    assert "Libraries,Communities,Waiting" in csv
    assert browser.open(f"{address}.csv?q=roads").response.data.decode("utf-8-sig").count("\n") == 1
    assert browser.open(f"{address}.xlsx").response.data[:2] == b"PK"


def test_next_goes_on_to_the_next_assessment_and_says_where_the_queue_ends(
    this_year: Round, signed_in: SignedIn
) -> None:
    browser = signed_in("challenger")
    page = browser.open(f"/challenge/{this_year.assessments['LIB']}")
    end = page.follow("Next assessment in the queue")
    assert "That was the last assessment of the queue." in end.html
    assert end.heading == "Challenge, Rollout 2026"


def test_a_director_says_which_way_and_the_others_read_it(this_year: Round, signed_in: SignedIn) -> None:
    address = f"/challenge/{this_year.assessments['LIB']}/questions/A-01"
    signed_in("challenger").open(address).submit("Save the challenge", value="2", reason="Nothing was shown.")
    director = signed_in("director")
    refused = director.open(address).submit("Send the response", response="We do it.")
    assert refused.status == 422
    assert refused.problems == ["Choose whether the service accepts, keeps its score or offers evidence."]
    assert "We do it." in refused.html
    refused.submit("Send the response", **{"as": "keeps"})
    read = signed_in("core_team").open(address)
    assert "The service keeps its score We do it." in read.text
    assert "Responded : the service keeps its score" in read.text.replace("Responded:", "Responded :")
