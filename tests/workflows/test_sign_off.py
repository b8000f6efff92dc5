"""Sending, signing off and returning: every step by everybody, and what each leaves behind."""

from collections.abc import Callable
from itertools import product
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from tests import build
from tests.client import Browser, Page, words
from tests.council import NOW, SmallCouncil
from tests.rounds import opened
from vfm.errors import Conflict, Forbidden, Invalid, NotFound
from vfm.questionnaires.steps import Chain, Status, Step
from vfm.scoring.scorecard import Scorecard
from vfm.store.database import reading, transaction
from vfm.store.tables import (
    AnswerRow,
    Assessment,
    Challenge,
    Event,
    ImprovementAction,
    Message,
    ScorecardRow,
)
from vfm.workflows import sign_off

ASKED = build.questionnaire(
    build.scale_question("Q-01", required=True),
    build.question("Q-02", "text", becomes="improvement_action"),
)
Do = Callable[..., Any]
DONE: dict[Step, tuple[Do, tuple[str, ...]]] = {
    Step.SUBMIT: (sign_off.submit, ()),
    Step.RECALL: (sign_off.take_back, ()),
    Step.SIGN: (sign_off.sign_off, ()),
    Step.COUNTERSIGN: (sign_off.countersign, ()),
    Step.RETURN: (sign_off.send_back, ("Too high",)),
    Step.REOPEN: (sign_off.reopen, ("Wrong year",)),
}


@pytest.fixture
def assessment_id(engine: Engine, council: SmallCouncil) -> int:
    return opened(engine, council, ASKED).assessments["LIB"]


@pytest.fixture
def do(engine: Engine, council: SmallCouncil, assessment_id: int) -> Do:
    def run(workflow: Do, *given: Any, who: str = "director") -> Any:
        with transaction(engine) as session:
            return workflow(session, assessment_id, *given, by=council.actor(who), now=NOW)

    return run


@pytest.fixture
def say(engine: Engine, council: SmallCouncil, assessment_id: int) -> Do:
    """Puts an answer in the store."""
    return lambda key, value: answer(engine, council, assessment_id, key, value)


def answer(engine: Engine, council: SmallCouncil, assessment_id: int, key: str, value: Any) -> None:
    with transaction(engine) as session:
        found = session.scalars(select(AnswerRow).filter_by(assessment_id=assessment_id, question_key=key))
        row = found.first() or AnswerRow(assessment_id=assessment_id, question_key=key)
        row.content, row.by_id, row.at = (
            {"state": "answered", "value": value},
            council.people["director"],
            NOW,
        )
        session.add(row)


def test_sending_scores_and_makes_actions(engine: Engine, do: Do, say: Do, council: SmallCouncil) -> None:
    say("Q-01", 3)
    say("Q-02", "Share a van\nOpen later")
    do(sign_off.submit, who="contributor")
    with reading(engine) as session:
        card = session.scalars(select(ScorecardRow)).one()
        actions = session.scalars(select(ImprovementAction).order_by(ImprovementAction.id)).all()
        event = session.scalars(select(Event).where(Event.verb == "submitted")).one()
    assert (card.kind, card.number, card.engine) == ("self", 1, Scorecard.from_json(card.content).engine)
    assert Scorecard.from_json(card.content).overall.score == pytest.approx(200 / 3)
    assert [(a.text, a.owner_id, a.due_on, a.status) for a in actions] == [
        (text, council.people["director"], None, "proposed") for text in ("Share a van", "Open later")
    ]
    assert event.after == {"scorecard": 1, "actions": 2}


def test_sending_again_keeps_the_first_score_and_what_was_agreed(engine: Engine, do: Do, say: Do) -> None:
    say("Q-01", 3)
    say("Q-02", "Share a van\nOpen later")
    do(sign_off.submit)
    do(sign_off.send_back, "Say more")
    say("Q-01", 1)
    say("Q-02", "Open later\nClose earlier")
    do(sign_off.submit)
    with reading(engine) as session:
        cards = session.scalars(select(ScorecardRow.number).order_by(ScorecardRow.id)).all()
        actions = session.execute(
            select(ImprovementAction.text, ImprovementAction.status).order_by(ImprovementAction.id)
        )
        assert cards == [1, 2]
        assert [tuple(row) for row in actions] == [
            ("Share a van", "dropped"),
            ("Open later", "proposed"),
            ("Close earlier", "proposed"),
        ]


def test_what_is_missing_stops_it(do: Do) -> None:
    with pytest.raises(Invalid) as caught:
        do(sign_off.submit)
    assert [problem.place for problem in caught.value.problems] == ["Q-01"]


def test_a_return_needs_its_reason(do: Do, say: Do) -> None:
    say("Q-01", 2)
    do(sign_off.submit)
    with pytest.raises(Invalid, match="Say why"):
        do(sign_off.send_back, "  ")


# --- every step by everybody from every state ---------------------------------------------------------------

PARTS = {
    "director": {"respondent", "director"},
    "contributor": {"respondent", "sender"},  # was given the whole, and has sent it
    "executive_director": {"executive_director"},
    "core_team": {"core_team"},
    "other_director": set(),
    "challenger": set(),
    "executive": set(),
    "viewer": set(),
    "administrator": set(),
}
MOVES = {
    ("open", "save"): ("open", {"respondent"}),
    ("open", "submit"): ("submitted", {"respondent"}),
    ("submitted", "recall"): ("open", {"sender"}),
    ("submitted", "return"): ("open", {"director"}),
    ("submitted", "reopen"): ("open", {"core_team"}),
    ("approved", "countersign"): ("signed_off", {"executive_director"}),
    ("approved", "return"): ("open", {"director", "executive_director"}),
    ("approved", "reopen"): ("open", {"core_team"}),
    ("signed_off", "reopen"): ("open", {"core_team"}),
}
SIGNED = {"director": ("signed_off", {"director"}), "executive_director": ("approved", {"director"})}
VERBS = {
    "submit": "submitted",
    "recall": "taken back",
    "sign": "signed off",
    "countersign": "signed off",
    "return": "returned",
    "reopen": "opened again",
}


def moves(chain: str) -> dict[tuple[str, str], tuple[str, set[str]]]:
    """What is allowed, written down here once more: (state, step) -> (state afterwards, whose step it is)."""
    short = {row for row in MOVES if row[0] != "approved"}
    rows = MOVES if chain == "executive_director" else {row: MOVES[row] for row in short}
    return rows | {("submitted", "sign"): SIGNED[chain]}


def put(session: Session, assessment_id: int, status: str, council: SmallCouncil) -> None:
    """As it stands in this state, sent by the contributor."""
    sent = {"submitted_at": NOW, "submitted_by_id": council.people["contributor"]}
    none = dict.fromkeys(sent)
    session.execute(
        update(Assessment)
        .where(Assessment.id == assessment_id)
        .values(status=status, **(none if status == "open" else sent))
    )


CASES = tuple(product(Status, DONE, PARTS))


@pytest.mark.parametrize("chain", Chain)
def test_everybody_tries_every_step_from_every_state(
    engine: Engine, council: SmallCouncil, chain: Chain
) -> None:
    asked = ASKED.model_copy(update={"sign_off": chain})
    assessment_id = opened(engine, council, asked).assessments["LIB"]
    answer(engine, council, assessment_id, "Q-01", 2)
    allowed = moves(chain)
    for status, step, who in CASES:
        workflow, given = DONE[step]
        then, takers = allowed.get((status.value, step.value), (None, set()))
        with Session(engine, expire_on_commit=False) as session:  # rolled back at its end
            put(session, assessment_id, status, council)
            before = session.scalar(select(func.count()).select_from(Event))
            told = f"{status}, {step}, {who}"
            if takers & PARTS[who]:
                workflow(session, assessment_id, *given, by=council.actor(who), now=NOW)
                row = session.get_one(Assessment, assessment_id)
                session.refresh(row)
                assert row.status == then, told
                event = session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
                verb = "signed" if then == "approved" else VERBS[step]
                assert (event.verb, event.by_id, event.at) == (verb, council.people[who], NOW), told
                assert ("reason" in (event.after or {})) == (step in (Step.RETURN, Step.REOPEN)), told
                assert (row.submitted_at is None) == (then == "open"), told
                continue
            refusal = (Conflict, Forbidden) if PARTS[who] else (NotFound,)
            with pytest.raises(refusal):
                workflow(session, assessment_id, *given, by=council.actor(who), now=NOW)
            row = session.get_one(Assessment, assessment_id)
            assert row.status == status, told
            assert session.scalar(select(func.count()).select_from(Event)) == before, told


ADDRESSES = {
    "save": "sections/A",
    "submit": "submit",
    "recall": "take-back",
    "sign": "sign-off",
    "countersign": "countersign",
    "return": "return",
    "reopen": "reopen",
}


READERS = ("challenger", "executive")
"""Who reads answers without a part in giving them, and is told so where they try."""


def test_everybody_tries_every_step_on_the_pages(
    engine: Engine, council: SmallCouncil, app: Flask, signed_in: Callable[[str], Browser]
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False  # requests made by hand; forms are tested below
    chain = Chain.EXECUTIVE_DIRECTOR
    asked = ASKED.model_copy(update={"sign_off": chain})
    assessment_id = opened(engine, council, asked).assessments["LIB"]
    answer(engine, council, assessment_id, "Q-01", 2)
    allowed = moves(chain)
    for who, parts in PARTS.items():
        client = signed_in(who).client
        for status, step in product(Status, (Step.SAVE, *DONE)):
            then, takers = allowed.get((status.value, step.value), (None, set()))
            with transaction(engine) as session:
                put(session, assessment_id, status, council)
            path = f"/assessments/{assessment_id}/{ADDRESSES[step]}"
            code = client.post(path, data={"reason": "Too high"}).status_code
            with reading(engine) as session:
                stands = session.get_one(Assessment, assessment_id).status
            if takers & parts:
                assert (code, stands) == (303, then), (status, step, who)
            else:
                reads_alone = step is Step.SAVE and who in READERS
                refusals = (403, 404, 409) if parts else (403,) if reads_alone else (404,)
                assert code in refusals, (status, step, who)
                assert stands == status, (status, step, who)


def test_two_at_once_one_wins_and_the_other_is_told(
    engine: Engine, council: SmallCouncil, do: Do, say: Do, assessment_id: int
) -> None:
    say("Q-01", 2)
    do(sign_off.submit, who="contributor")
    told: list[str] = []
    both = Barrier(2)

    def take(workflow: Do, *given: Any, who: str) -> None:
        both.wait()
        try:
            do(workflow, *given, who=who)
        except (Conflict, Forbidden) as refused:
            told.append(str(refused))

    signing = Thread(target=take, args=(sign_off.sign_off,), kwargs={"who": "director"})
    recalling = Thread(target=take, args=(sign_off.take_back,), kwargs={"who": "contributor"})
    for thread in (signing, recalling):
        thread.start()
    for thread in (signing, recalling):
        thread.join()
    with reading(engine) as session:
        verbs = session.scalars(select(Event.verb).where(Event.verb.in_(("signed off", "taken back")))).all()
    assert len(verbs) == len(told) == 1
    assert told[0].startswith("This assessment is ")


# --- reopening ----------------------------------------------------------------------------------------------


def test_what_was_opened_again_is_scored_anew_and_the_first_score_stays(
    engine: Engine, do: Do, say: Do
) -> None:
    say("Q-01", 3)
    do(sign_off.submit)
    do(sign_off.sign_off)
    with pytest.raises(Invalid, match="Say why you open it again"):
        do(sign_off.reopen, " ", who="core_team")
    do(sign_off.reopen, "The stock figures were last year's.", who="core_team")
    say("Q-01", 1)
    do(sign_off.submit)
    with reading(engine) as session:
        cards = session.scalars(select(ScorecardRow).order_by(ScorecardRow.number)).all()
    assert [Scorecard.from_json(card.content).overall.score for card in cards] == [
        pytest.approx(200 / 3),
        pytest.approx(0),
    ]


def test_what_is_challenged_or_agreed_is_not_opened_again(
    engine: Engine, council: SmallCouncil, do: Do, assessment_id: int
) -> None:
    with transaction(engine) as session:
        put(session, assessment_id, "agreed", council)
    with pytest.raises(Conflict, match="agreed results and baselines never change"):
        do(sign_off.reopen, "Why", who="core_team")
    with transaction(engine) as session:
        put(session, assessment_id, "signed_off", council)
        session.add(
            Challenge(
                assessment_id=assessment_id,
                question_key="Q-01",
                challenged={"state": "answered", "value": 1},
                reason="Too high",
                by_id=council.people["challenger"],
                at=NOW,
            )
        )
    with pytest.raises(Conflict, match=r"^1 of its scores is challenged"):
        do(sign_off.reopen, "Why", who="core_team")


# --- who is told, and what the page shows -------------------------------------------------------------------


def test_each_step_tells_who_is_waited_for(engine: Engine, council: SmallCouncil) -> None:
    asked = ASKED.model_copy(update={"sign_off": Chain.EXECUTIVE_DIRECTOR})
    assessment_id = opened(engine, council, asked).assessments["LIB"]
    answer(engine, council, assessment_id, "Q-01", 2)
    for workflow, given, who in (
        (sign_off.submit, (), "contributor"),
        (sign_off.sign_off, (), "director"),
        (sign_off.send_back, ("Say more of the vans",), "executive_director"),
    ):
        with transaction(engine) as session:
            workflow(session, assessment_id, *given, by=council.actor(who), now=NOW)
    with reading(engine) as session:
        sent = session.scalars(select(Message).order_by(Message.id)).all()
    assert [(one.address, one.subject) for one in sent] == [
        ("director@wrenmouth.example", "Libraries: an assessment waits for your signature"),
        ("executive_director@wrenmouth.example", "Libraries: an assessment waits for your signature"),
        ("director@wrenmouth.example", "Libraries: the assessment was returned"),
        ("contributor@wrenmouth.example", "Libraries: the assessment was returned"),
    ]
    assert "Say more of the vans" in sent[-1].body
    assert f"{{pages}}/assessments/{assessment_id}\n" in sent[-1].body


def test_the_page_offers_each_their_steps_and_tells_those_taken(
    engine: Engine, council: SmallCouncil, signed_in: Callable[[str], Browser]
) -> None:
    asked = ASKED.model_copy(update={"sign_off": Chain.EXECUTIVE_DIRECTOR})
    assessment_id = opened(engine, council, asked).assessments["LIB"]
    answer(engine, council, assessment_id, "Q-01", 2)
    start, page = f"/assessments/{assessment_id}", f"/assessments/{assessment_id}/sign-off"
    director, executive, core = (signed_in(who) for who in ("director", "executive_director", "core_team"))
    sent = director.open(f"{start}/check").submit("Send for sign-off")
    assert "It then goes to the executive director" in sent.text
    assert "Signed. It goes to the executive director, who signs last." in html(
        sent.submit("Sign and pass on")
    )
    home = executive.open("/")
    assert "Sign the assessment of Libraries as executive director" in home.text
    refused = executive.open(page).submit("Return it", reason="")
    assert refused.status == 422
    assert refused.problems == ["Say why you return it, so that it can be put right."]
    refused.submit("Return it", reason="Say more of the vans")
    assert "Returned by Executive Director on 23 November 2026" in director.open(start).text
    director.open(f"{start}/check").submit("Send for sign-off").submit("Take it back")
    director.open(f"{start}/check").submit("Send for sign-off")
    seen = core.open(page)
    taken = [words(one) for one in seen.soup.select("ol.govuk-list--number li")]
    assert [one.partition(" by ")[0] for one in taken] == [
        "Submitted", "Signed", "Returned", "Submitted", "Taken back", "Submitted",
    ]  # fmt: skip
    assert taken[2].endswith("because: Say more of the vans")
    seen.submit("Open it again", reason="Wrong year")
    assert "Opened again by Core Team on 23 November 2026" in director.open(start).text


def html(page: Page) -> str:
    return words(page.soup.body)
