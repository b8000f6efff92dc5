"""Challenging scores: who may, what is refused, what closing agrees, and what it freezes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import IntegrityError

from tests import build
from tests.answered import signed_off
from tests.council import NOW, SmallCouncil
from tests.rounds import Round, opened
from vfm.errors import Conflict, Forbidden, Invalid, NotFound
from vfm.scoring.baseline import read_baseline
from vfm.scoring.challenge import Trigger
from vfm.scoring.results import Scorecard
from vfm.scoring.service_results import Wanted
from vfm.store.database import reading, transaction
from vfm.store.tables import AnswerRow, Assessment, Baseline, Event, Evidence, ScorecardRow, Service
from vfm.workflows import challenge, challenge_closing, challenge_queue, results

ASKED = build.questionnaire(
    build.section("A", build.scale_question("A-01", weight=2), build.scale_question("A-02"), weight=3),
    build.section("B", build.scale_question("B-01"), weight=1),
)
GIVEN = {
    "A-01": build.answer(4, "assertion"),
    "A-02": build.answer(2, "verified"),
    "B-01": build.answer(3, "documented", "See the plan"),
}
LOWER = {"value": "3", "evidence": "assertion", "reason": "The cost is known for two activities alone."}


def responded(
    engine: Engine, council: SmallCouncil, assessment_id: int, who: str = "director", **raw: str
) -> None:
    said = {"as": "keeps", "response": "", "offered": ""} | raw
    with transaction(engine) as session:
        challenge.respond(session, assessment_id, "A-01", said, by=council.actor(who), now=NOW)


@pytest.fixture
def this_year(engine: Engine, council: SmallCouncil) -> Round:
    made = opened(engine, council, ASKED)
    signed_off(engine, council, made.assessments["LIB"], ASKED, GIVEN)
    return made


@pytest.fixture
def assessment_id(this_year: Round) -> int:
    return this_year.assessments["LIB"]


def challenged(
    engine: Engine, council: SmallCouncil, assessment_id: int, raw: dict[str, str] = LOWER
) -> None:
    with transaction(engine) as session:
        challenge.make(session, assessment_id, "A-01", raw, by=council.actor("challenger"), now=NOW)


def agreed(engine: Engine, council: SmallCouncil, assessment_id: int, **raw: str) -> None:
    said = {"value": "2", "evidence": "documented", "reason": "Met in the middle."} | raw
    with transaction(engine) as session:
        challenge.agree(session, assessment_id, "A-01", said, by=council.actor("core_team"), now=NOW)


def closed(engine: Engine, council: SmallCouncil, assessment_id: int) -> None:
    with transaction(engine) as session:
        challenge_closing.close(session, assessment_id, by=council.actor("core_team"), now=NOW)


def case(engine: Engine, council: SmallCouncil, assessment_id: int, who: str = "core_team") -> challenge.Case:
    with reading(engine) as session:
        return challenge.show(session, assessment_id, by=council.actor(who))


def test_three_scores_stand_side_by_side_and_the_self_answer_stays(
    engine: Engine, council: SmallCouncil, assessment_id: int
) -> None:
    challenged(engine, council, assessment_id)
    responded(engine, council, assessment_id, response=" We count more. ")
    agreed(engine, council, assessment_id)
    line = next(line for line in case(engine, council, assessment_id).lines if line.key == "A-01")
    assert line.own.startswith("4")
    assert line.challenged.startswith("3")
    assert line.agreed.startswith("2")
    assert line.said is not None
    assert (line.said.by, line.said.response, line.said.agreed_by) == (
        "Challenger",
        "We count more.",
        "Core Team",
    )
    closed(engine, council, assessment_id)
    with reading(engine) as session:
        own = session.scalars(select(AnswerRow.content).where(AnswerRow.question_key == "A-01")).one()
        assert own == {"state": "answered", "value": 4, "evidence": "assertion"}
        kept = {row.kind: row for row in session.scalars(select(ScorecardRow))}
        verbs = list(session.scalars(select(Event.verb).order_by(Event.id)))
    assert Scorecard.from_json(kept["self"].content).question["A-01"].value == 4
    final = Scorecard.from_json(kept["agreed"].content)
    assert final.question["A-01"].value == 2
    assert final.question["B-01"].value == 3
    assert Scorecard.from_json(kept["challenged"].content).question["A-01"].value == 3
    assert kept["agreed"].outline["overall"]["score"] == final.overall.score
    assert verbs[-4:] == ["challenged", "answered a challenge", "agreed a score", "agreed"]


def test_the_trail_of_a_score_says_who_said_what_and_when(
    engine: Engine, council: SmallCouncil, assessment_id: int
) -> None:
    challenged(engine, council, assessment_id)
    responded(engine, council, assessment_id, response="We count more.")
    agreed(engine, council, assessment_id)
    with reading(engine) as session:
        found = challenge.question(session, assessment_id, "A-01", by=council.actor("director"), now=NOW)
        other = challenge.question(session, assessment_id, "B-01", by=council.actor("director"), now=NOW)
    assert [(step.verb, step.by, step.words, step.why, step.at) for step in found.trail] == [
        ("challenged", "Challenger", "3: In place", LOWER["reason"], NOW),
        ("answered a challenge", "Director", "keeps", "We count more.", NOW),
        ("agreed a score", "Core Team", "2: Partly in place", "Met in the middle.", NOW),
    ]
    assert other.trail == ()
    # A-01 is half of the overall of 75: a level less takes 100/6 away, two levels twice that.
    alone = [one.score for one in found.alone if one is not None]
    assert alone == pytest.approx([75 - 100 / 6, 75 - 200 / 6])
    assert found.case.as_raised.score == pytest.approx(75 - 100 / 6)


def test_what_the_challenge_does_to_the_overall_is_shown_before_it_is_closed(
    engine: Engine, council: SmallCouncil, assessment_id: int
) -> None:
    challenged(engine, council, assessment_id)
    found = case(engine, council, assessment_id)
    # A-01 weighs 2 of 3 in a section that weighs 3 of 4: a level less of 100/3 takes half of it away.
    assert found.now.score == found.self_card.overall.score == pytest.approx(75)
    assert found.if_all.score == pytest.approx(75 - 100 / 3 / 2)


@pytest.mark.parametrize(
    ("raw", "places"),
    [
        ({}, ["value", "reason"]),
        (LOWER | {"value": "9"}, ["value"]),
        (LOWER | {"value": "4"}, ["value"]),
        (LOWER | {"reason": "  "}, ["reason"]),
        (LOWER | {"evidence": "rumour"}, ["evidence"]),
    ],
)
def test_a_challenge_needs_another_answer_and_a_reason(
    engine: Engine, council: SmallCouncil, assessment_id: int, raw: dict[str, str], places: list[str]
) -> None:
    with pytest.raises(Invalid) as caught:
        challenged(engine, council, assessment_id, raw)
    assert [problem.place for problem in caught.value.problems] == places


def test_another_evidence_grade_alone_is_a_challenge(
    engine: Engine, council: SmallCouncil, assessment_id: int
) -> None:
    challenged(engine, council, assessment_id, LOWER | {"value": "4", "evidence": "none"})
    line = next(line for line in case(engine, council, assessment_id).lines if line.key == "A-01")
    assert (line.own, line.evidence) == (line.challenged, "Opinion or verbal only")
    assert line.challenged_evidence == "No evidence offered"


def test_a_level_can_be_challenged_as_not_known(
    engine: Engine, council: SmallCouncil, assessment_id: int
) -> None:
    challenged(engine, council, assessment_id, LOWER | {"value": "dont_know"})
    agreed(engine, council, assessment_id, value="not_applicable", reason="The duty moved to the county.")
    closed(engine, council, assessment_id)
    with reading(engine) as session:
        found = results.show(session, assessment_id, by=council.actor("viewer"))
    assert found.card is not None
    assert found.card.question["A-01"].state == "not_applicable"
    assert found.answers["A-01"].reason


def test_an_open_challenge_stands_in_the_way_of_closing_and_is_named(
    engine: Engine, council: SmallCouncil, assessment_id: int
) -> None:
    challenged(engine, council, assessment_id)
    with pytest.raises(Invalid) as caught:
        closed(engine, council, assessment_id)
    assert [problem.place for problem in caught.value.problems] == ["A-01"]
    assert case(engine, council, assessment_id).status == "signed_off"


def test_after_closing_nothing_more_is_said(
    engine: Engine, council: SmallCouncil, assessment_id: int
) -> None:
    challenged(engine, council, assessment_id)
    agreed(engine, council, assessment_id)
    closed(engine, council, assessment_id)
    for act in (challenged, agreed, closed):
        with pytest.raises(Conflict):
            act(engine, council, assessment_id)


def test_only_the_services_director_responds(
    engine: Engine, council: SmallCouncil, assessment_id: int
) -> None:
    challenged(engine, council, assessment_id)
    for who in ("other_director", "contributor", "core_team"):
        with pytest.raises(NotFound):
            responded(engine, council, assessment_id, who, **{"as": "accepts"})


@pytest.mark.parametrize(
    ("raw", "places"),
    [
        ({"as": ""}, ["as"]),
        ({"as": "maybe", "response": "Yes"}, ["as"]),
        ({"as": "keeps", "response": " "}, ["response"]),
        ({"as": "offers_evidence"}, ["response"]),
        ({"as": "offers_evidence", "offered": "99"}, ["offered"]),
    ],
)
def test_a_response_says_which_way_and_why(
    engine: Engine, council: SmallCouncil, assessment_id: int, raw: dict[str, str], places: list[str]
) -> None:
    challenged(engine, council, assessment_id)
    with pytest.raises(Invalid) as caught:
        responded(engine, council, assessment_id, **raw)
    assert [problem.place for problem in caught.value.problems] == places


def test_a_service_accepts_without_a_word_and_offers_evidence_from_its_register(
    engine: Engine, council: SmallCouncil, assessment_id: int
) -> None:
    challenged(engine, council, assessment_id)
    responded(engine, council, assessment_id, **{"as": "accepts"})
    assert case(engine, council, assessment_id).said[0].state == "answered"
    with transaction(engine) as session:
        piece = Evidence(
            service_id=council.services["LIB"], kind="link", title="Audit of May", grade="verified"
        )
        piece.address, piece.by_id, piece.at = (
            "https://wrenmouth.example/may",
            council.people["director"],
            NOW,
        )
        session.add(piece)
        session.flush()
        offered = str(piece.id)
    responded(engine, council, assessment_id, **{"as": "offers_evidence", "offered": offered})
    said = case(engine, council, assessment_id).said[0].said
    assert said is not None
    assert (said.response_as, said.offered, said.response_at) == ("offers_evidence", "Audit of May", NOW)


def test_nobody_challenges_a_service_they_direct(
    engine: Engine, council: SmallCouncil, assessment_id: int
) -> None:
    both = replace(council.actor("challenger"), directs=council.actor("director").directs)
    with transaction(engine) as session, pytest.raises(Forbidden):
        challenge.make(session, assessment_id, "A-01", LOWER, by=both, now=NOW)


def test_a_challenge_is_taken_back_by_who_made_it_until_it_is_answered(
    engine: Engine, council: SmallCouncil, assessment_id: int
) -> None:
    challenged(engine, council, assessment_id)
    with transaction(engine) as session, pytest.raises(Forbidden):
        challenge.withdraw(session, assessment_id, "A-01", by=council.actor("core_team"), now=NOW)
    with transaction(engine) as session:
        challenge.withdraw(session, assessment_id, "A-01", by=council.actor("challenger"), now=NOW)
    assert not case(engine, council, assessment_id).unsettled
    challenged(engine, council, assessment_id)
    responded(engine, council, assessment_id, response="No")
    with transaction(engine) as session, pytest.raises(Conflict):
        challenge.withdraw(session, assessment_id, "A-01", by=council.actor("challenger"), now=NOW)
    with pytest.raises(Conflict):
        challenged(engine, council, assessment_id)


def test_another_services_director_sees_nothing_of_it(
    engine: Engine, council: SmallCouncil, assessment_id: int
) -> None:
    with pytest.raises(NotFound):
        case(engine, council, assessment_id, "other_director")


# --- baseline -----------------------------------------------------------------------------------------------


def test_the_first_agreed_rollout_becomes_the_baseline_whole_and_for_good(
    engine: Engine, council: SmallCouncil, assessment_id: int
) -> None:
    closed(engine, council, assessment_id)
    with reading(engine) as session:
        kept = session.scalars(select(Baseline)).one()
        state = session.scalars(select(Assessment.status).where(Assessment.id == assessment_id)).one()
    assert state == "agreed"
    found = read_baseline(kept.content, kept.content_hash)
    assert found.answers == GIVEN
    assert found.scorecard.overall.score == pytest.approx(75)
    assert (found.sign_off.by, found.sign_off.on) == ("Director", NOW.date())
    with pytest.raises((Conflict, IntegrityError)), transaction(engine) as session:
        session.get_one(Baseline, kept.id).content_hash = "0" * 64


def test_a_pilot_sets_no_baseline(engine: Engine, council: SmallCouncil) -> None:
    pilot = opened(engine, council, ASKED, kind="pilot", services=("LIB",))
    signed_off(engine, council, pilot.assessments["LIB"], ASKED, GIVEN)
    closed(engine, council, pilot.assessments["LIB"])
    with reading(engine) as session:
        assert session.scalars(select(Baseline)).all() == []


def test_the_next_cycle_shows_the_change_and_leaves_the_baseline_alone(
    engine: Engine, council: SmallCouncil, this_year: Round, assessment_id: int
) -> None:
    closed(engine, council, assessment_id)
    later = NOW + timedelta(days=300)
    changed = ASKED.model_copy(update={"version": 2})
    again = opened(
        engine,
        council,
        changed,
        services=("LIB",),
        at=later,
        name="Rollout 2027",
        template_id=this_year.template_id,
    )
    better = GIVEN | {"A-02": build.answer(4, "verified")}
    signed_off(engine, council, again.assessments["LIB"], changed, better, at=later)
    closed(engine, council, again.assessments["LIB"])
    with reading(engine) as session:
        found = results.show(session, again.assessments["LIB"], by=council.actor("executive"))
        assert len(session.scalars(select(Baseline)).all()) == 1
        listed = results.index(session, again.cycle_id, Wanted(), by=council.actor("executive"))
    assert found.change is not None
    # A-02 weighs 1 of 3 in a section of 3 of 4: two levels of 100/3.
    assert found.change.like_for_like == pytest.approx(200 / 3 / 4)
    # A-01 rests on an assertion both times: 1.96 x 16.7 x 0.5 x sqrt(2) is more than it moved.
    assert found.change.is_material is False
    assert found.start is not None
    assert (found.start.cycle, found.start.is_this) == ("Rollout 2026", False)
    assert listed.rows[0].like_for_like == found.change.like_for_like


# --- the queue ----------------------------------------------------------------------------------------------


def test_the_queue_puts_the_biggest_effect_first(
    engine: Engine, council: SmallCouncil, this_year: Round, assessment_id: int
) -> None:
    sound = {key: build.answer(3, "verified") for key in GIVEN}
    signed_off(engine, council, this_year.assessments["ROADS"], ASKED, sound, who="other_director")
    with reading(engine) as session:
        found = challenge_queue.queue(
            session, this_year.cycle_id, challenge_queue.Wanted(), by=council.actor("challenger")
        )
    assert [row.service for row in found.rows] == ["Libraries", "Highways"]
    first, second = found.rows
    assert [(reason.trigger, reason.keys) for reason in first.reasons] == [(Trigger.WEAK_EVIDENCE, ("A-01",))]
    assert first.effect == pytest.approx(100 / 3 / 2)
    assert second.reasons == ()
    assert found.counts == {"waiting": 2, "open": 0, "agreed": 0, "all": 2}


def test_unchallenged_assessments_are_listed_and_then_closed_together(
    engine: Engine, council: SmallCouncil, this_year: Round, assessment_id: int
) -> None:
    other = this_year.assessments["ROADS"]
    signed_off(engine, council, other, ASKED, GIVEN, who="other_director")
    challenged(engine, council, assessment_id)
    core = council.actor("core_team")
    with reading(engine) as session:
        name, found, _ = challenge_queue.unchallenged(session, this_year.cycle_id, by=core)
    assert (name, [(row.service, row.sets_baseline) for row in found]) == (
        "Rollout 2026",
        [("Highways", True)],
    )
    with transaction(engine) as session, pytest.raises(Conflict, match="Libraries"):
        challenge_closing.close_unchallenged(
            session, this_year.cycle_id, [other, assessment_id], by=core, now=NOW
        )
    with transaction(engine) as session, pytest.raises(Invalid):
        challenge_closing.close_unchallenged(session, this_year.cycle_id, [], by=core, now=NOW)
    with transaction(engine) as session:
        assert (
            challenge_closing.close_unchallenged(session, this_year.cycle_id, [other], by=core, now=NOW) == 1
        )
    with reading(engine) as session:
        states = dict(session.execute(select(Assessment.id, Assessment.status)).all())
    assert states == {assessment_id: "signed_off", other: "agreed"}


def test_the_queue_asks_the_same_number_of_questions_however_long_it_is(
    engine: Engine, council: SmallCouncil
) -> None:
    few = opened(engine, council, ASKED, services=("LIB",), name="Few")
    many = opened(
        engine,
        council,
        ASKED.model_copy(update={"key": "other"}),
        services=("LIB", "ROADS", "HOME", "SEND"),
        name="Many",
    )
    for made in (few, many):
        for key, assessment in made.assessments.items():
            who = "director" if key == "LIB" else "other_director"
            signed_off(engine, council, assessment, ASKED, GIVEN, who=who)

    def asked(cycle_id: int) -> int:
        count: list[Any] = []
        event.listen(engine, "before_cursor_execute", lambda *given: count.append(given))
        with reading(engine) as session:
            challenge_queue.queue(session, cycle_id, challenge_queue.Wanted(), by=council.actor("core_team"))
        return len(count)

    asked(few.cycle_id)
    assert asked(many.cycle_id) == asked(few.cycle_id)


def test_the_queue_is_searched_sorted_and_followed(
    engine: Engine, council: SmallCouncil, this_year: Round, assessment_id: int
) -> None:
    other = this_year.assessments["ROADS"]
    sound = {key: build.answer(3, "verified") for key in GIVEN}
    signed_off(engine, council, other, ASKED, sound, who="other_director")
    by = council.actor("challenger")
    cycle = this_year.cycle_id

    def shown(**asked: str) -> list[int]:
        with reading(engine) as session:
            rows = challenge_queue.queue(session, cycle, challenge_queue.Wanted(**asked), by=by).rows
        return [row.assessment_id for row in rows]

    assert shown(search="high") == [other]
    assert shown(sort="-effect") == [other, assessment_id]
    assert shown(sort="service") == [other, assessment_id]
    assert shown(sort="directorate") == [assessment_id, other]
    assert shown(trigger="weak_evidence") == [assessment_id]
    assert shown(trigger="outlier") == []
    with reading(engine) as session:
        wanted = challenge_queue.Wanted()
        assert challenge_queue.following(session, cycle, assessment_id, wanted, by=by) == other
        assert challenge_queue.following(session, cycle, other, wanted, by=by) is None
        assert challenge_queue.following(session, cycle, 987, wanted, by=by) == assessment_id


def test_a_result_far_from_its_family_is_in_the_queue_and_on_its_own_page(
    engine: Engine, council: SmallCouncil
) -> None:
    everybody = ("LIB", "WASTE", "ROADS", "HOME", "SEND")
    with transaction(engine) as session:
        for service in session.scalars(select(Service)):
            service.family = "all"
    made = opened(engine, council, ASKED, services=everybody)
    for key in everybody:
        who = "director" if key in ("LIB", "WASTE") else "other_director"
        level = 1 if key == "ROADS" else 3
        given = {question: build.answer(level, "verified") for question in GIVEN}
        signed_off(engine, council, made.assessments[key], ASKED, given, who=who)
    with reading(engine) as session:
        by = council.actor("challenger")
        found = challenge_queue.queue(session, made.cycle_id, challenge_queue.Wanted(), by=by)
        alone = challenge.show(session, made.assessments["ROADS"], by=by)
    first = found.rows[0]
    assert [(reason.trigger, reason.effect) for reason in first.reasons] == [
        (Trigger.OUTLIER, pytest.approx(200 / 3))
    ]
    assert first.service == "Highways"
    assert alone.reasons == first.reasons
    assert found.triggers == {"outlier": 1}
