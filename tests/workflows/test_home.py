"""What each person is told to do next, on both databases."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine

from tests.build import questionnaire, yes_no
from tests.council import NOW, SmallCouncil
from tests.rankable import publish, rankable
from tests.rounds import opened
from vfm.store.database import reading, transaction
from vfm.store.tables import Assessment
from vfm.workflows import home, priorities, rankings
from vfm.workflows.priorities import Verdict

ASKED = questionnaire(yes_no("A-01"))
REVIEW = Verdict("service_review", "", "It costs most and achieves least.", ("23", "11", "2026"))


def _words(engine: Engine, council: SmallCouncil, who: str) -> list[str]:
    with reading(engine) as session:
        return [task.words for task in home.show(session, by=council.actor(who), now=NOW).tasks]


def test_a_second_decision_on_a_service_is_not_counted_again(engine: Engine, council: SmallCouncil) -> None:
    rankable(engine, council)
    publish(engine, council)
    executive = council.actor("executive")
    with transaction(engine) as session:
        sheet = rankings.prepare(session).sheet
        run = rankings.run(session, sheet, by=executive, now=NOW)
        for verdict in (REVIEW, Verdict("monitor", "", "A new operating model started.", REVIEW.day)):
            priorities.decide(session, run, council.services["HOME"], verdict, by=executive, now=NOW)
    assert f"Look at {sheet.name} and decide: 1 decision recorded so far" in _words(
        engine, council, "executive"
    )


def test_a_cycle_counts_each_assessment_at_its_step(engine: Engine, council: SmallCouncil) -> None:
    steps = {"LIB": "open", "WASTE": "open", "ROADS": "submitted", "HOME": "signed_off", "SEND": "agreed"}
    made = opened(engine, council, ASKED, services=tuple(steps))
    with transaction(engine) as session:
        for key, status in steps.items():
            assessment = session.get_one(Assessment, made.assessments[key])
            assessment.status = status
            assessment.last_activity_at = None if key == "LIB" else NOW - timedelta(hours=1)
    with reading(engine) as session:
        (cycle,) = home.show(session, by=council.actor("core_team"), now=NOW).cycles
    counted = (cycle.not_started, cycle.in_progress, cycle.submitted, cycle.signed_off, cycle.agreed)
    assert (cycle.total, counted) == (5, (1, 1, 1, 1, 1))
    assert f"{cycle.name}: test the scores of 1 signed-off assessment" in _words(
        engine, council, "challenger"
    )
    assert "Sign off the assessment of Highways, or return it" in _words(engine, council, "other_director")


def test_many_assessments_that_nobody_has_begun_are_one_thing_to_do(
    engine: Engine, council: SmallCouncil
) -> None:
    made = opened(engine, council, ASKED, services=tuple(council.services))
    everything = replace(council.actor("director"), directs=frozenset(council.services.values()))

    def told() -> list[tuple[str, str]]:
        with reading(engine) as session:
            tasks = home.show(session, by=everything, now=NOW).tasks
        return [(task.words, task.page) for task in tasks]

    assert told() == [("Start 5 assessments, none of them begun", "assessments.index")]
    with transaction(engine) as session:
        for key in ("LIB", "ROADS"):
            session.get_one(Assessment, made.assessments[key]).due_on = NOW.date()
    apart = [words for words, page in told() if page == "assessments.show"]
    assert len(apart) == len(told()) == 5
    assert "Start the assessment of Libraries" in apart
