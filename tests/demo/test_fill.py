"""The demo council as it is filled: everybody finds something to do, and the past is whole."""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, func, select

from tests.client import Browser
from tests.council import NOW
from vfm.app import create_app
from vfm.gateways import file_kinds
from vfm.gateways.file_store import DiskStore
from vfm.prioritisation.benefits import all_in_words
from vfm.questionnaires import document, routing
from vfm.questionnaires.answers import Answer, answer_from_json
from vfm.questionnaires.merging import How
from vfm.roles import Actor, Role
from vfm.settings import Settings
from vfm.store import database
from vfm.store.queries import evidence as evidence_queries
from vfm.store.queries import history
from vfm.store.review_teams import IS_ROUND
from vfm.store.tables import (
    AnswerRow,
    Assessment,
    Baseline,
    Challenge,
    Cycle,
    DecisionMeeting,
    Directorate,
    Event,
    Evidence,
    Feedback,
    ImprovementAction,
    Person,
    PersonRole,
    Review,
    ScorecardRow,
    Service,
    Version,
)
from vfm.workflows import decisions, review_work, sign_in


@dataclass(frozen=True)
class Filled:
    """The demo council and the ids of three of its cycles."""

    engine: Engine
    pilot: int
    finished: int
    under_way: int


@pytest.fixture(scope="module")
def demo(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    copy = shutil.copy(filled, tmp_path_factory.mktemp("demo"))
    engine = database.connect(f"sqlite:///{copy}")
    with database.reading(engine) as session:
        cycles = session.scalars(select(Cycle).where(IS_ROUND).order_by(Cycle.opened_at)).all()
    pilot, finished, follow_up, under_way, best_value = cycles
    assert best_value.name.startswith("Best Value")
    assert (pilot.kind, finished.kind, follow_up.kind, under_way.kind) == ("pilot", *3 * ("rollout",))
    assert (
        pilot.closed_at
        < finished.opened_at
        < finished.closed_at
        < follow_up.opened_at
        < follow_up.closed_at
        < under_way.opened_at
        < NOW
    )
    assert under_way.closed_at is None
    yield Filled(engine, pilot.id, finished.id, under_way.id)
    engine.dispose()


def _statuses(demo: Filled, cycle_id: int) -> Counter[str]:
    with database.reading(demo.engine) as session:
        return Counter(session.scalars(select(Assessment.status).where(Assessment.cycle_id == cycle_id)))


def test_there_are_many_services_of_several_directorates(demo: Filled) -> None:
    with database.reading(demo.engine) as session:
        assert session.scalar(select(func.count(Service.id))) >= 50
        assert session.scalar(select(func.count(Directorate.id))) >= 6


def test_the_pilot_is_agreed_and_every_comment_decided(demo: Filled) -> None:
    assert _statuses(demo, demo.pilot) == {"agreed": 3}
    with database.reading(demo.engine) as session:
        comments = list(session.scalars(select(Feedback)))
    assert {comment.outcome for comment in comments} == {"changed", "kept"}
    assert all(comment.outcome_reason for comment in comments)


def test_the_finished_cycle_gave_each_of_its_services_a_baseline(demo: Filled) -> None:
    with database.reading(demo.engine) as session:
        finished = set(session.scalars(select(Assessment.id).where(Assessment.cycle_id == demo.finished)))
        based = list(session.scalars(select(Baseline.assessment_id)))
    assert _statuses(demo, demo.finished) == {"agreed": len(finished)}
    assert len(finished) >= 50
    assert sorted(based) == sorted(finished)


def test_the_cycle_under_way_stands_at_every_step(demo: Filled) -> None:
    assert set(_statuses(demo, demo.under_way)) == {"open", "submitted", "signed_off", "agreed"}
    with database.reading(demo.engine) as session:
        is_open = (Assessment.cycle_id == demo.under_way) & (Assessment.status == "open")
        counts = list(session.scalars(select(Assessment.answered_count).where(is_open)))
    assert 0 in counts
    assert max(counts) > 0


def test_no_answer_is_left_behind(demo: Filled) -> None:
    """What was sent answers every required question of its route, holds nothing beside it, and is scored."""
    with database.reading(demo.engine) as session:
        contents = {row.id: document.from_json(row.content) for row in session.scalars(select(Version))}
        kept: dict[int, dict[str, AnswerRow]] = {}
        for row in session.scalars(select(AnswerRow)):
            kept.setdefault(row.assessment_id, {})[row.question_key] = row
        sent = list(session.scalars(select(Assessment).where(Assessment.status != "open")))
        scored = set(session.execute(select(ScorecardRow.assessment_id, ScorecardRow.kind).distinct()))
    for assessment in sent:
        asked, rows = contents[assessment.version_id], kept[assessment.id]
        given = {key: answer_from_json(asked, asked.questions[key], rows[key].content) for key in rows}
        assert all(isinstance(answer, Answer) for answer in given.values())
        route = set(routing.on_route(asked, given))
        assert {key for key in route if asked.questions[key].required} <= set(given) <= route
        if assessment.status != "submitted":
            assert (assessment.id, "self") in scored
        assert ((assessment.id, "agreed") in scored) == (assessment.status == "agreed")


def test_challenges_of_what_is_agreed_are_settled_and_some_still_wait(demo: Filled) -> None:
    with database.reading(demo.engine) as session:
        pairs = session.execute(select(Assessment.status, Challenge).join(Challenge)).all()
    waiting = [challenge for status, challenge in pairs if status != "agreed"]
    settled = [challenge for status, challenge in pairs if status == "agreed"]
    assert waiting
    assert settled
    assert all(challenge.response and challenge.agreed_at for challenge in settled)


def test_the_evidence_is_there_whole_and_some_of_it_is_offered_again(demo: Filled, filled: Path) -> None:
    store = DiskStore(filled.parent / "files")
    with database.reading(demo.engine) as session:
        rows = session.scalars(select(Evidence).order_by(Evidence.id)).all()
        open_one = session.scalars(
            select(Assessment.id)
            .join(Service, Service.id == Assessment.service_id)
            .where(Assessment.cycle_id == demo.under_way, Service.key == "BUILD-CTRL")
        ).one()
        offered = evidence_queries.used_before(session, open_one, "ECO-01")
    assert {row.kind for row in rows} == {"file", "link"}
    assert {row.grade for row in rows} == {"assertion", "documented", "verified"}
    assert any(row.expires_on and row.expires_on < NOW.date() for row in rows)
    assert len(offered) == 1
    for row in rows:
        if row.kind == "file":
            with store.open(row.digest) as stream:
                kind = file_kinds.recognised(stream, row.file_name, largest=row.size)
            assert kind.media_type == row.media_type


@pytest.mark.parametrize("role", list(Role))
def test_every_role_finds_something_to_do(
    demo: Filled, compiled: FileSystemBytecodeCache, role: Role
) -> None:
    app = create_app(Settings(demo.engine.url.render_as_string(), secret="tests", is_demo=True))
    app.config.update(TESTING=True, NOW=lambda: NOW)
    app.jinja_env.bytecode_cache = compiled
    with database.transaction(demo.engine) as session:
        held = select(PersonRole.person_id).where(PersonRole.role == role.value)
        person = session.scalars(select(Person.id).where(Person.id.in_(held)).order_by(Person.id)).first()
        token = sign_in.start(session, person, now=NOW)
    browser = Browser(app)
    with browser.client.session_transaction() as cookie:
        cookie["token"] = token
    page = browser.open("/")
    assert page.heading.endswith("to do")
    assert page.heading != "Nothing needs doing now"
    for task in page.soup.select(".govuk-task-list__link"):
        browser.open(str(task["href"]))
    app.extensions["vfm"].engine.dispose()


def test_each_service_has_improvements_of_its_own(demo: Filled) -> None:
    with database.reading(demo.engine) as session:
        rows = session.execute(
            select(ImprovementAction.text, Service.name)
            .join(Service, Service.id == ImprovementAction.service_id)
            .where(ImprovementAction.question_key == "GOV-03")
        ).all()
    services: dict[str, set[str]] = {}
    for row in rows:
        services.setdefault(row.text, set()).add(row.name)
    assert len(rows) > 200
    shared = [text for text, names in services.items() if len(names) > 1]
    assert len(shared) <= 5, shared
    assert len(services) > 150
    assert sum(row.name.lower() in row.text for row in rows) > len(rows) / 2


def test_some_answers_were_changed_and_put_back(demo: Filled) -> None:
    with database.reading(demo.engine) as session:
        events = session.execute(
            select(Event.subject_id, Event.by_id).where(Event.verb == How.RESTORED)
        ).all()
        assert events, "somebody put an answer back"
        about = [history.of_answer(session, assessment, "FIT-01") for assessment, _ in events]
    assert all([one.revision for one in told] == [1, 2, 3] for told in about)
    assert all(told[0].content == told[2].content != told[1].content for told in about)
    assert all(told[1].by != told[2].by for told in about)


def test_the_executive_team_decided_on_its_ranking_in_a_meeting(demo: Filled) -> None:
    with database.reading(demo.engine) as session:
        held = session.scalars(select(DecisionMeeting)).one()
        minutes = decisions.minutes(session, held.run_id, held.id)
    assert held.closed_at is not None
    assert held.chair in held.present
    assert len(minutes.decided) == 10
    against = [one for _, one in minutes.decided if not one.reason.startswith("As the rules suggest")]
    assert [one.outcome for one in against] == ["monitor"]


def test_one_review_is_worked_through_to_its_end_and_one_is_under_way(demo: Filled) -> None:
    with database.reading(demo.engine) as session:
        found = session.scalars(select(Review).order_by(Review.id)).all()
        done = next(one for one in found if one.status == "closed")
        dive = next(one for one in found if one.assessment_id is not None)
        reader = Actor(0, "Reader", frozenset({Role.VIEWER}))
        closed = review_work.show(session, done.id, by=reader)
        under_way = review_work.show(session, dive.id, by=reader)
    assert (closed.head.service, len(closed.enquiries), closed.rejected) == ("Tourism and events", 3, 1)
    assert all(step.at for step in closed.steps)
    assert closed.origin is not None
    taken = [one for one in closed.recommendations if one.status == "accepted"]
    assert all(one.action_id for one in taken)
    assert all_in_words(closed.head.savings) == (
        "£105,000 to £160,000 a year, cashable; £15,000 to £30,000 once, avoided"
    )
    assert (under_way.head.topic, under_way.vacancies) == ("Home to school transport", 2)
    assert under_way.answered is not None
    assert 0 < under_way.answered.left < under_way.answered.asked
    assert len(under_way.scopes) == 2
    assert {one.status for line in under_way.enquiries for one in line.hypotheses} == {
        "open",
        "supported",
        "unclear",
    }
    assert [need.words for need in under_way.left][:1] == ["The team has 2 vacancies."]
