"""Calibration sessions: who rates what alone, what is compared, and what becomes of what was settled."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine, select

from tests import build
from tests.answered import signed_off
from tests.council import NOW, SmallCouncil
from tests.rounds import Round, opened
from vfm.errors import Conflict, Invalid, NotFound
from vfm.roles import Actor, Role
from vfm.store.database import reading, transaction
from vfm.store.tables import AnswerRow, CalibrationRating, Challenge, Event, PersonRole
from vfm.workflows import calibrations, challenge, challenge_closing
from vfm.workflows.calibrations import Typed

ASKED = build.questionnaire(
    build.section("A", build.scale_question("A-01"), build.scale_question("A-02"), build.yes_no("A-03")),
    build.section("B", build.scale_question("B-01")),
)
GIVEN = {
    "LIB": {
        "A-01": build.answer(4, "assertion", "We measure it."),
        "A-02": build.answer(3, "documented"),
        "A-03": build.answer("yes"),
        "B-01": build.answer(2),
    },
    "ROADS": {
        "A-01": build.answer(3, "verified"),
        "A-02": build.answer(4, "none"),
        "A-03": build.answer("no"),
        "B-01": build.answer(4, "verified"),
    },
}


@pytest.fixture
def this_year(engine: Engine, council: SmallCouncil) -> Round:
    made = opened(engine, council, ASKED)
    for key, who in (("LIB", "director"), ("ROADS", "other_director")):
        signed_off(engine, council, made.assessments[key], ASKED, GIVEN[key], who=who)
    return made


def form(council: SmallCouncil, **more: object) -> Typed:
    raters = tuple(str(council.people[who]) for who in ("core_team", "challenger"))
    typed = Typed(
        name="Spring", day=("23", "11", "2026"), way="random", size="6", seed="7", hides="yes", raters=raters
    )
    return replace(typed, **more)  # type: ignore[arg-type]


def created(engine: Engine, council: SmallCouncil, made: Round, **more: object) -> int:
    with transaction(engine) as session:
        by = council.actor("core_team")
        return calibrations.create(session, made.cycle_id, form(council, **more), by=by, now=NOW)


def seen(engine: Engine, by: Actor, calibration_id: int) -> calibrations.View:
    with reading(engine) as session:
        return calibrations.show(session, calibration_id, by=by)


def rated(engine: Engine, by: Actor, calibration_id: int, level: str | dict[str, str]) -> None:
    """Rate everything: one level, or a level a question."""
    for one in seen(engine, by, calibration_id).items:
        raw = {"value": level if isinstance(level, str) else level[one.key], "note": f"{by.name} says so"}
        with transaction(engine) as session:
            calibrations.rate(session, calibration_id, one.id, raw, by=by, now=NOW)


def compared(engine: Engine, council: SmallCouncil, calibration_id: int) -> None:
    with transaction(engine) as session:
        calibrations.compare(session, calibration_id, by=council.actor("core_team"), now=NOW)


def settled(
    engine: Engine, council: SmallCouncil, calibration_id: int, item_id: int, value: str, **more: str
) -> None:
    raw = {"value": value, "reason": "We looked at the papers."} | more
    with transaction(engine) as session:
        by = council.actor("core_team")
        calibrations.settle(session, calibration_id, item_id, raw, by=by, now=NOW)


def closed(engine: Engine, council: SmallCouncil, calibration_id: int) -> int:
    with transaction(engine) as session:
        return calibrations.close(session, calibration_id, by=council.actor("core_team"), now=NOW)


# --- drawing ------------------------------------------------------------------------------------------------


def test_each_way_draws_its_own_answers(engine: Engine, council: SmallCouncil, this_year: Round) -> None:
    lib, roads = this_year.assessments["LIB"], this_year.assessments["ROADS"]
    core = council.actor("core_team")

    def places(**more: object) -> list[tuple[int, str]]:
        view = seen(engine, core, created(engine, council, this_year, **more))
        return [(one.assessment_id, one.key) for one in view.items]

    assert places(way="question", question="A-02") == [(lib, "A-02"), (roads, "A-02")]
    # A-02 of Highways and A-01 of Libraries are level 4 on weak evidence, and weigh the same.
    assert places(way="queue", size="9") == [(lib, "A-01"), (roads, "A-02")]
    assert places(way="queue", size="1") == [(lib, "A-01")]
    assert places(way="hand") == []
    assert len(places(size="99")) == 6
    assert places(size="3") == places(size="3")
    assert all(key != "A-03" for _, key in places(size="99"))


def test_the_sample_and_its_seed_are_kept_in_words(
    engine: Engine, council: SmallCouncil, this_year: Round
) -> None:
    made = created(engine, council, this_year, size="4", seed="11")
    assert seen(engine, council.actor("core_team"), made).head.sample == "4 of 6 answers at random, seed 11"


@pytest.mark.parametrize(
    ("more", "places"),
    [
        ({"name": " "}, ["name"]),
        ({"raters": ()}, ["raters"]),
        ({"raters": ("2",)}, ["raters"]),
        ({"raters": ("2", "999")}, ["raters"]),
        ({"day": ("31", "2", "2026")}, ["held_on"]),
        ({"way": ""}, ["way"]),
        ({"size": "many"}, ["size"]),
        ({"size": "201"}, ["size"]),
        ({"seed": "-1"}, ["seed"]),
        ({"way": "question", "question": "Z-99"}, ["question"]),
        ({"way": "question", "question": "A-03"}, ["way"]),
        ({"name": "", "raters": (), "size": "0"}, ["name", "raters", "size"]),
    ],
)
def test_a_form_that_cannot_be_used_says_every_problem(
    engine: Engine, council: SmallCouncil, this_year: Round, more: dict[str, object], places: list[str]
) -> None:
    with pytest.raises(Invalid) as caught:
        created(engine, council, this_year, **more)
    assert [problem.place for problem in caught.value.problems] == places


def test_answers_are_added_by_hand_and_taken_out(
    engine: Engine, council: SmallCouncil, this_year: Round
) -> None:
    core = council.actor("core_team")
    made = created(engine, council, this_year, way="hand")
    lib = str(this_year.assessments["LIB"])

    def added(assessment: str, key: str) -> None:
        with transaction(engine) as session:
            calibrations.add(session, made, assessment, key, by=core, now=NOW)

    added(lib, "A-01")
    for assessment, key, place in (
        ("", "A-01", "assessment"),
        (lib, "", "question"),
        (lib, "A-01", "question"),
        (lib, "A-03", "question"),
        ("999", "A-01", "assessment"),
    ):
        with pytest.raises(Invalid) as caught:
            added(assessment, key)
        assert [problem.place for problem in caught.value.problems] == [place]
    with transaction(engine) as session:
        challenge_closing.close(session, this_year.assessments["ROADS"], by=core, now=NOW)
    with pytest.raises(Invalid, match="Answers of Highways cannot be rated, because its challenge is closed"):
        added(str(this_year.assessments["ROADS"]), "A-01")
    (item,) = seen(engine, core, made).items
    with transaction(engine) as session:
        calibrations.take_out(session, made, item.id, by=core, now=NOW)
    assert seen(engine, core, made).items == ()


# --- rating alone -------------------------------------------------------------------------------------------


def test_each_rates_alone_and_sees_neither_the_others_nor_the_self_score(
    engine: Engine, council: SmallCouncil, this_year: Round
) -> None:
    core, peer = council.actor("core_team"), council.actor("challenger")
    made = created(engine, council, this_year)
    rated(engine, core, made, "2")
    for one in seen(engine, peer, made).items:
        assert (one.own, one.before_words, one.mine, one.heard) == ("", "", "", ())
    assert all(one.mine == "2: Partly in place" for one in seen(engine, core, made).items)
    assert [(row.name, row.rated) for row in seen(engine, peer, made).raters] == [
        ("Challenger", 0),
        ("Core Team", 6),
    ]
    item = seen(engine, peer, made).items[0]
    with reading(engine) as session:
        page = calibrations.item(session, made, item.id, by=peer, now=NOW)
    assert page.item.own == ""
    assert page.rating == ("", "", 0)
    with transaction(engine) as session:
        told = list(session.scalars(select(Event.after).where(Event.verb == "rated alone")))
    assert told
    assert all(set(one) == {"assessment", "question"} for one in told)


def test_a_session_may_show_the_self_scores(engine: Engine, council: SmallCouncil, this_year: Round) -> None:
    made = created(engine, council, this_year, hides="no", way="question", question="A-01")
    first = seen(engine, council.actor("challenger"), made).items[0]
    assert first.own == "4: Embedded and improving"


def test_whoever_does_not_rate_cannot(engine: Engine, council: SmallCouncil, this_year: Round) -> None:
    made = created(engine, council, this_year)
    stranger = replace(council.actor("executive"), roles=frozenset({Role.CHALLENGER}))
    item = seen(engine, stranger, made).items[0]
    with reading(engine) as session, pytest.raises(NotFound):
        calibrations.item(session, made, item.id, by=stranger, now=NOW)
    with transaction(engine) as session, pytest.raises(NotFound):
        calibrations.rate(session, made, item.id, {"value": "2"}, by=stranger, now=NOW)
    with transaction(engine) as session, pytest.raises(NotFound):
        calibrations.finish(session, made, by=stranger, now=NOW)


def test_nobody_rates_a_service_they_direct(engine: Engine, council: SmallCouncil, this_year: Round) -> None:
    with transaction(engine) as session:
        row = PersonRole(person_id=council.people["challenger"], role="director")
        row.service_id = council.services["LIB"]
        session.add(row)
    made = created(engine, council, this_year, way="question", question="A-01")
    lib, roads = seen(engine, council.actor("challenger"), made).items
    assert (lib.may_rate, roads.may_rate) == (False, True)
    by = council.actor("challenger")
    with transaction(engine) as session, pytest.raises(NotFound):
        calibrations.rate(session, made, lib.id, {"value": "2"}, by=by, now=NOW)
    with transaction(engine) as session:
        calibrations.rate(session, made, roads.id, {"value": "2"}, by=by, now=NOW)
        calibrations.finish(session, made, by=by, now=NOW)


@pytest.mark.parametrize("value", ["", "0", "5", "2.5", "yes", "not_applicable"])
def test_a_rating_is_on_the_scale(
    engine: Engine, council: SmallCouncil, this_year: Round, value: str
) -> None:
    made = created(engine, council, this_year, way="question", question="A-01")
    by = council.actor("challenger")
    item = seen(engine, by, made).items[0]
    with transaction(engine) as session, pytest.raises(Invalid) as caught:
        calibrations.rate(session, made, item.id, {"value": value}, by=by, now=NOW)
    assert [problem.place for problem in caught.value.problems] == ["value"]


def test_two_windows_of_one_rater_lose_nothing(
    engine: Engine, council: SmallCouncil, this_year: Round
) -> None:
    by = council.actor("challenger")
    made = created(engine, council, this_year, way="question", question="A-01")
    item = seen(engine, by, made).items[0]
    with transaction(engine) as session:
        calibrations.rate(session, made, item.id, {"value": "2", "revision": "0"}, by=by, now=NOW)
    with transaction(engine) as session, pytest.raises(Conflict) as caught:
        calibrations.rate(session, made, item.id, {"value": "3", "revision": "0"}, by=by, now=NOW)
    (clash,) = caught.value.clashes
    assert (clash.kept, clash.sent) == ("2: Partly in place", "3: In place")
    with transaction(engine) as session:
        calibrations.rate(session, made, item.id, {"value": "3", "revision": "1"}, by=by, now=NOW)
    with reading(engine) as session:
        (kept,) = session.scalars(select(CalibrationRating))
    assert (kept.content["value"], kept.revision) == (3, 2)


def test_finishing_wants_every_answer_and_can_be_taken_back(
    engine: Engine, council: SmallCouncil, this_year: Round
) -> None:
    by = council.actor("challenger")
    made = created(engine, council, this_year, way="question", question="A-01")
    with transaction(engine) as session, pytest.raises(Invalid) as caught:
        calibrations.finish(session, made, by=by, now=NOW)
    assert len(caught.value.problems) == 2
    rated(engine, by, made, "dont_know")
    with transaction(engine) as session:
        calibrations.finish(session, made, by=by, now=NOW)
    assert seen(engine, by, made).has_finished
    with transaction(engine) as session:
        calibrations.take_back(session, made, by=by, now=NOW)
    assert not seen(engine, by, made).has_finished


def test_an_empty_session_is_neither_finished_nor_compared(
    engine: Engine, council: SmallCouncil, this_year: Round
) -> None:
    made = created(engine, council, this_year, way="hand")
    with transaction(engine) as session, pytest.raises(Invalid, match="no answers yet"):
        calibrations.finish(session, made, by=council.actor("challenger"), now=NOW)
    with pytest.raises(Invalid, match="no answers yet"):
        compared(engine, council, made)


def test_one_rater_alone_is_not_compared(engine: Engine, council: SmallCouncil, this_year: Round) -> None:
    made = created(engine, council, this_year)
    with pytest.raises(Invalid, match="Nobody has rated"):
        compared(engine, council, made)
    rated(engine, council.actor("challenger"), made, "2")
    with pytest.raises(Invalid, match="Only one person has rated"):
        compared(engine, council, made)


# --- comparing and settling ---------------------------------------------------------------------------------


@pytest.fixture
def both_rated(engine: Engine, council: SmallCouncil, this_year: Round) -> int:
    made = created(engine, council, this_year)
    rated(engine, council.actor("core_team"), made, {"A-01": "2", "A-02": "3", "B-01": "4"})
    rated(engine, council.actor("challenger"), made, {"A-01": "4", "A-02": "3", "B-01": "3"})
    compared(engine, council, made)
    return made


def test_compared_scores_show_the_spread_and_the_agreement(
    engine: Engine, council: SmallCouncil, both_rated: int
) -> None:
    view = seen(engine, council.actor("challenger"), both_rated)
    assert view.compared is not None
    assert {one.key for one in view.wide} == {"A-01"}
    found = view.compared.agreement
    # Of six answers the two on A-02 have the same level, and those on B-01 lie one level apart.
    assert (found.raters, found.items, found.statistic) == (2, 6, "kappa")
    assert (found.exact, found.within_one) == pytest.approx((2 / 6, 4 / 6))
    # Observed: 4 twice, 0 twice, 1 twice in six: 10/6. By chance every 2 3 4 meets every 4 3 3 equally often:
    # (4 + 1 + 1 + 1 + 0 + 0 + 0 + 1 + 1) / 9 = 1.
    assert found.value == pytest.approx(1 - 10 / 6)
    first = view.items[0]
    assert [(heard.rater, heard.note) for heard in first.heard] == [
        ("Challenger", "Challenger says so"),
        ("Core Team", "Core Team says so"),
    ]
    assert first.own


def test_after_comparing_nobody_rates_any_more(
    engine: Engine, council: SmallCouncil, both_rated: int
) -> None:
    core = council.actor("core_team")
    item = seen(engine, core, both_rated).items[0]
    with transaction(engine) as session, pytest.raises(Conflict):
        calibrations.rate(session, both_rated, item.id, {"value": "1"}, by=core, now=NOW)
    with transaction(engine) as session, pytest.raises(Conflict):
        calibrations.take_out(session, both_rated, item.id, by=core, now=NOW)
    with pytest.raises(Conflict):
        compared(engine, council, both_rated)


def test_what_is_settled_becomes_a_challenge_and_the_self_score_stays(
    engine: Engine, council: SmallCouncil, this_year: Round, both_rated: int
) -> None:
    core, lib = council.actor("core_team"), this_year.assessments["LIB"]
    with reading(engine) as session:
        before = {row.id: row.content for row in session.scalars(select(AnswerRow))}
    for one in seen(engine, core, both_rated).items:
        value = "2" if (one.assessment_id, one.key) == (lib, "A-01") else str(one.before.value)
        settled(engine, council, both_rated, one.id, value, evidence=one.before.evidence.value)
    assert closed(engine, council, both_rated) == 1
    with reading(engine) as session:
        (raised,) = session.scalars(select(Challenge))
        assert {row.id: row.content for row in session.scalars(select(AnswerRow))} == before
    assert (raised.assessment_id, raised.question_key, raised.challenged["value"]) == (lib, "A-01", 2)
    assert raised.reason == "We looked at the papers. (Settled in the calibration session “Spring”.)"
    with transaction(engine) as session:
        said = {"as": "keeps", "response": "We count more."}
        challenge.respond(session, lib, "A-01", said, by=council.actor("director"), now=NOW)
    view = seen(engine, core, both_rated)
    assert view.compared is not None
    # A-01 is half of section A's two scales, and A half of the overall: two levels of 100/3 are 200/12.
    moves = {one.service: (one.before, one.after) for one in view.compared.services}
    assert moves["Highways"][0] == moves["Highways"][1]
    lowered, stood = moves["Libraries"][1], moves["Libraries"][0]
    assert lowered is not None
    assert stood is not None
    assert lowered - stood == pytest.approx(-200 / 12)
    assert view.compared.means.movement == pytest.approx(-100 / 12)
    assert (view.compared.moves.downs, view.compared.moves.kept) == (1, 5)
    # The levels stood at 4 3 2 3 4 4, and are two less in all.
    assert view.compared.levels == pytest.approx((20 / 6, 18 / 6))
    with pytest.raises(Conflict):
        closed(engine, council, both_rated)


@pytest.mark.parametrize(
    ("raw", "places"),
    [
        ({"value": ""}, ["value"]),
        ({"value": "7"}, ["value"]),
        ({"value": "dont_know"}, ["value"]),
        ({"value": "2", "evidence": "rumour"}, ["evidence"]),
        ({"value": "", "reason": " "}, ["value", "reason"]),
    ],
)
def test_settling_takes_a_level_and_a_reason(
    engine: Engine, council: SmallCouncil, both_rated: int, raw: dict[str, str], places: list[str]
) -> None:
    item = seen(engine, council.actor("core_team"), both_rated).items[0]
    with pytest.raises(Invalid) as caught:
        settled(engine, council, both_rated, item.id, **raw)
    assert [problem.place for problem in caught.value.problems] == places


def test_nothing_is_settled_while_people_rate_alone(
    engine: Engine, council: SmallCouncil, this_year: Round
) -> None:
    made = created(engine, council, this_year)
    item = seen(engine, council.actor("core_team"), made).items[0]
    with pytest.raises(Conflict, match="rate alone"):
        settled(engine, council, made, item.id, "2")
    with pytest.raises(Conflict, match="rate alone"):
        closed(engine, council, made)


def test_closing_names_what_is_open_and_what_changed_since_and_loses_nothing(
    engine: Engine, council: SmallCouncil, this_year: Round, both_rated: int
) -> None:
    core, lib, roads = council.actor("core_team"), *(this_year.assessments[key] for key in ("LIB", "ROADS"))
    items = seen(engine, core, both_rated).items
    with pytest.raises(Invalid) as caught:
        closed(engine, council, both_rated)
    assert len(caught.value.problems) == 6
    for one in items:
        settled(engine, council, both_rated, one.id, "1")
    with transaction(engine) as session:
        raw = {"value": "3", "reason": "Half of it."}
        challenge.make(session, lib, "A-01", raw, by=council.actor("challenger"), now=NOW)
        challenge_closing.close(session, roads, by=core, now=NOW)
    with pytest.raises(Invalid) as caught:
        closed(engine, council, both_rated)
    told = " ".join(problem.message for problem in caught.value.problems)
    assert "A-01 of Libraries was challenged by somebody else since the session began." in told
    assert "A-01 of Highways cannot be changed any more: the challenge of Highways is closed." in told
    assert len(caught.value.problems) == 4
    for one in items:
        if one.assessment_id == roads or one.key == "A-01":
            settled(
                engine, council, both_rated, one.id, str(one.before.value), evidence=one.before.evidence.value
            )
    assert closed(engine, council, both_rated) == 2


def test_an_answer_that_somebody_has_challenged_stands_as_challenged(
    engine: Engine, council: SmallCouncil, this_year: Round
) -> None:
    lib, by = this_year.assessments["LIB"], council.actor("challenger")
    with transaction(engine) as session:
        challenge.make(session, lib, "A-01", {"value": "3", "reason": "Half of it."}, by=by, now=NOW)
    made = created(engine, council, this_year, way="question", question="A-01")
    rated(engine, council.actor("core_team"), made, "2")
    rated(engine, by, made, "2")
    compared(engine, council, made)
    first, second = seen(engine, by, made).items
    assert (first.stood_as, first.before_words, first.own) == (
        "challenged",
        "3: In place",
        "4: Embedded and improving",
    )
    settled(engine, council, made, first.id, "2")
    settled(engine, council, made, second.id, "3", evidence="verified")
    assert closed(engine, council, made) == 1
    with reading(engine) as session:
        (raised,) = session.scalars(select(Challenge))
        trail = list(session.scalars(select(Event.before).where(Event.verb == "challenged")))
    assert raised.challenged["value"] == 2
    assert trail[-1]["answer"]["value"] == 3
