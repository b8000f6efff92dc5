"""Cycles: what stands in the way, who is asked, what is carried, what freezes, and the cockpit's counts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from tests import build
from tests.council import NOW, SmallCouncil
from tests.rounds import give
from vfm.errors import Conflict, Invalid
from vfm.questionnaires import document
from vfm.questionnaires.answers import answer_to_json
from vfm.questionnaires.merging import UNSEEN, How, Sent
from vfm.questionnaires.schema import Questionnaire
from vfm.store.database import reading, transaction
from vfm.store.tables import AnswerRow, Assessment, CarriedAnswer, Cycle, Feedback, PersonRole, Version
from vfm.workflows import assessments, cockpit, cycles, designs, history, versions
from vfm.workflows.cockpit import Wanted
from vfm.workflows.cycles import Typed

TEMPLATE = build.questionnaire(
    build.scale_question("A-01"),
    build.yes_no("A-02"),
    build.question("A-03", "text", show_if={"question": "A-02", "equals": "yes"}),
)


class Desk:
    """The core team at work on one database."""

    def __init__(self, engine: Engine, council: SmallCouncil) -> None:
        self.engine, self.council, self.by = engine, council, council.actor("core_team")

    def imported(self, questionnaire: Questionnaire = TEMPLATE) -> int:
        with transaction(self.engine) as session:
            text = document.dump(questionnaire)
            return versions.take_in(session, text, "t.yaml", by=self.by, now=NOW).version_id

    def plan(self, version_id: int, *services: str, kind: str = "pilot", **more: Any) -> Typed:
        chosen = tuple(str(self.council.services[key]) for key in services or ("LIB", "WASTE", "ROADS"))
        typed = Typed(
            name=f"{kind.title()} one",
            kind=kind,
            version=str(version_id),
            opens_on=("23", "11", "2026"),
            due_on=("18", "12", "2026"),
            services=chosen,
        )
        return replace(typed, **more)

    def opens(self, typed: Typed) -> int:
        with transaction(self.engine) as session:
            revision = cycles.dry_run(session, typed, now=NOW).revision
            return cycles.open_cycle(session, typed, revision=revision, by=self.by, now=NOW)

    def dry_run(self, typed: Typed) -> cycles.DryRun:
        with reading(self.engine) as session:
            return cycles.dry_run(session, typed, now=NOW)

    def answers(self, cycle_id: int, service: str, **given: Any) -> int:
        """Answers by key, dashes as underscores; the assessment's id."""
        with transaction(self.engine) as session:
            assessment_id = session.scalars(
                select(Assessment.id).where(
                    Assessment.cycle_id == cycle_id,
                    Assessment.service_id == self.council.services[service],
                )
            ).one()
            for name, value in given.items():
                key = name.replace("_", "-")
                content = answer_to_json(TEMPLATE.questions[key], build.answer(value))
                session.add(
                    AnswerRow(
                        assessment_id=assessment_id,
                        question_key=key,
                        content=content,
                        by_id=self.council.people["director"],
                        at=NOW,
                    )
                )
            return assessment_id

    def status(self, version_id: int) -> str:
        with reading(self.engine) as session:
            return session.scalars(select(Version.status).where(Version.id == version_id)).one()

    def revised(self, version_id: int, **rewordings: str) -> int:
        with transaction(self.engine) as session:
            made = versions.revise(session, version_id, by=self.by, now=NOW)
        for name, text in rewordings.items():
            with transaction(self.engine) as session:
                form = designs.question(session, made, name.replace("_", "-"), by=self.by)
                fields = form.fields | {"text": [text]}
                designs.save_question(
                    session, made, form.key, fields, revision=form.revision, by=self.by, now=NOW
                )
        return made


@pytest.fixture
def desk(engine: Engine, council: SmallCouncil) -> Desk:
    return Desk(engine, council)


def places(problems: Any) -> list[str]:
    return [problem.place for problem in problems.value.problems]


def test_the_dry_run_lists_who_is_asked_and_writes_nothing(desk: Desk) -> None:
    plan = desk.dry_run(desk.plan(desk.imported()))
    assert [(one.service, one.directors) for one in plan.services] == [
        ("Libraries", ("Director",)),
        ("Highways", ("Other Director",)),
        ("Waste collection", ("Director",)),
    ]
    assert (plan.questions, plan.at_first, plan.advice) == (3, 2, ())
    with reading(desk.engine) as session:
        assert session.scalars(select(Cycle)).all() == []


def test_every_problem_with_a_plan_is_named_at_once(desk: Desk) -> None:
    typed = desk.plan(0, name=" ", opens_on=("", "", ""), due_on=("1", "1", "2020"), services=())
    with pytest.raises(Invalid) as refused:
        desk.dry_run(typed)
    assert places(refused) == ["name", "opens_on", "due_on", "services", "version"]


def test_a_service_without_a_director_is_named(desk: Desk) -> None:
    with transaction(desk.engine) as session:
        session.query(PersonRole).filter_by(service_id=desk.council.services["ROADS"]).delete()
    assert desk.dry_run(desk.plan(desk.imported())).undirected == ("Highways",)


def test_a_pilot_that_is_too_large_gets_advice_and_may_open(desk: Desk) -> None:
    typed = desk.plan(desk.imported(), "LIB")
    assert "about three services" in desk.dry_run(typed).advice[0]
    assert desk.opens(typed)


def test_what_is_about_the_whole_council_is_asked_once(desk: Desk) -> None:
    version_id = desk.imported(TEMPLATE.model_copy(update={"unit": "authority"}))
    for kind in cycles.KINDS:
        with pytest.raises(Invalid, match="asked once and not of 3 services") as refused:
            desk.dry_run(desk.plan(version_id, kind=kind))
        assert places(refused) == ["services"]
    plan = desk.dry_run(desk.plan(version_id, "LIB"))
    assert plan.advice == (
        "This template is about the whole council: the service asked answers for all of it.",
    )
    with reading(desk.engine) as session:
        assert cycles.choices(session, "rollout", str(version_id), now=NOW).typed.services == ()
    with transaction(desk.engine) as session:
        other = TEMPLATE.model_copy(update={"key": "other"})
        service_version = versions.take_in(
            session, document.dump(other), "o.yaml", by=desk.by, now=NOW
        ).version_id
    with reading(desk.engine) as session:
        assert len(cycles.choices(session, "rollout", str(service_version), now=NOW).typed.services) == 5


def test_opening_freezes_the_version_and_gives_each_service_an_assessment(desk: Desk) -> None:
    version_id = desk.imported()
    cycle_id = desk.opens(desk.plan(version_id))
    assert desk.status(version_id) == "pilot"
    with reading(desk.engine) as session:
        rows = session.scalars(select(Assessment).where(Assessment.cycle_id == cycle_id)).all()
        assert [(row.status, row.answered_count, row.route_count) for row in rows] == [("open", 0, 2)] * 3
    with pytest.raises(Invalid, match="already"):
        desk.dry_run(desk.plan(version_id))


def test_a_faulty_design_cannot_be_opened(desk: Desk) -> None:
    version_id = desk.imported()
    broken = build.questionnaire(build.scale_question("A-01", weight=0))
    with transaction(desk.engine) as session:
        content = document.to_json(broken)
        session.execute(update(Version).values(content=content, content_hash="broken-weights"))
    with pytest.raises(Invalid, match="cannot be opened yet"):
        desk.dry_run(desk.plan(version_id))


def test_a_draft_changed_after_the_dry_run_is_looked_at_again(desk: Desk) -> None:
    version_id = desk.imported()
    typed = desk.plan(version_id)
    seen = desk.dry_run(typed).revision
    with pytest.raises(Conflict, match="Look at what opening does now"), transaction(desk.engine) as session:
        cycles.open_cycle(session, typed, revision=seen - 1, by=desk.by, now=NOW)


def test_pilot_answers_that_mean_the_same_come_along(desk: Desk) -> None:
    first = desk.imported()
    pilot = desk.opens(desk.plan(first))
    desk.answers(pilot, "LIB", A_01=3, A_02="yes", A_03="We share a depot")
    second = desk.revised(first, A_01="How well is it known?")
    typed = desk.plan(second, "LIB", "HOME", kind="rollout")
    asked = {one.service: (one.carried, one.carried_from) for one in desk.dry_run(typed).services}
    assert asked == {"Libraries": (2, "Pilot one"), "Home care": (0, "")}
    rollout = desk.opens(typed)
    with reading(desk.engine) as session:
        row = session.scalars(
            select(Assessment).where(
                Assessment.cycle_id == rollout, Assessment.service_id == desk.council.services["LIB"]
            )
        ).one()
        carried = session.scalars(
            select(AnswerRow.question_key)
            .where(AnswerRow.assessment_id == row.id)
            .order_by(AnswerRow.question_key)
        ).all()
    assert carried == ["A-02", "A-03"]
    assert (row.answered_count, row.route_count, row.last_activity_at) == (2, 3, None)


def test_a_rollout_after_a_rollout_starts_blank(desk: Desk) -> None:
    first = desk.imported()
    desk.answers(desk.opens(desk.plan(first, kind="rollout")), "LIB", A_01=3)
    typed = desk.plan(first, kind="rollout", name="Rollout two")
    assert all(one.carried == 0 for one in desk.dry_run(typed).services)


def test_a_pilots_answers_come_along_once(desk: Desk) -> None:
    first = desk.imported()
    desk.answers(desk.opens(desk.plan(first)), "LIB", A_01=3)
    desk.opens(desk.plan(first, "LIB", kind="rollout", name="Rollout one"))
    typed = desk.plan(first, "LIB", kind="rollout", name="Rollout two")
    assert [one.carried for one in desk.dry_run(typed).services] == [0]


def moved(desk: Desk, typed: Typed) -> dict[str, tuple[int, int, int]]:
    """Service -> what becomes of its answers, where it gave any."""
    services = desk.dry_run(typed).services
    return {one.service: (one.carried, one.look_again, one.left_behind) for one in services if one.given}


def test_what_a_service_is_answering_comes_along_to_the_next_version(desk: Desk) -> None:
    first = desk.imported()
    running = desk.opens(desk.plan(first, "LIB", kind="rollout", name="Rollout one"))
    old = desk.answers(running, "LIB", A_01=3, A_02="yes")
    typed = desk.plan(desk.revised(first, A_01="How well now?"), "LIB", kind="rollout", name="Rollout two")
    assert moved(desk, typed) == {"Libraries": (1, 1, 0)}
    assert "close Rollout one once this one is open" in " ".join(desk.dry_run(typed).advice)
    desk.opens(typed)
    with reading(desk.engine) as session:
        kept = session.execute(select(AnswerRow.assessment_id, AnswerRow.question_key)).all()
        waiting = session.execute(select(CarriedAnswer.question_key, CarriedAnswer.from_id)).all()
    assert sorted((row.assessment_id == old, row.question_key) for row in kept) == [
        (False, "A-02"),
        (True, "A-01"),
        (True, "A-02"),
    ]
    assert [tuple(row) for row in waiting] == [("A-01", old)]


def test_an_answer_to_look_at_again_counts_when_it_is_confirmed(desk: Desk) -> None:
    first = desk.imported()
    desk.answers(desk.opens(desk.plan(first)), "LIB", A_02="yes", A_03="Some words")
    second = desk.revised(first, A_02="Is it so now?", A_03="Why now?")
    cycle = desk.opens(desk.plan(second, "LIB", kind="rollout", name="Rollout one"))
    assessment, director = desk.answers(cycle, "LIB"), desk.council.actor("director")

    def state() -> tuple[int, int]:
        with reading(desk.engine) as session:
            view = assessments.show(session, assessment, by=director)
        return view.waiting, view.progress.settled

    def confirm(key: str) -> tuple[str, ...]:
        with transaction(desk.engine) as session:
            return assessments.save(session, assessment, "A", {}, by=director, now=NOW, confirmed=key).changed

    assert state() == (1, 0)  # A-03 is asked only once A-02 is answered
    with reading(desk.engine) as session:
        asked = assessments.section(session, assessment, "A", by=director).asked
    before = {one.question.key: one.before for one in asked}
    assert before["A-02"] is not None
    assert before["A-02"].words.startswith("Yes")
    assert [line.what for line in before["A-02"].lines] == ["Words"]
    assert confirm("A-01") == ()  # nothing waits there
    assert confirm("A-02") == ("A-02",)
    assert state() == (1, 1)
    assert confirm("A-02") == ()  # it is answered now
    assert confirm("A-03") == ("A-03",)
    assert state() == (0, 2)


def test_a_carried_answer_has_its_history_from_where_it_came(desk: Desk) -> None:
    first = desk.imported()
    desk.answers(desk.opens(desk.plan(first)), "LIB", A_01=3)
    second = desk.revised(first, A_02="Is it so now?")
    cycle = desk.opens(desk.plan(second, "LIB", kind="rollout", name="Rollout one"))
    assessment, director = desk.answers(cycle, "LIB"), desk.council.actor("director")

    def told() -> list[tuple[object, ...]]:
        with reading(desk.engine) as session:
            found = history.of_question(session, assessment, "A-01", by=director).revisions
        return [(one.number, one.how, one.cycle, one.by) for one in found]

    carried = (1, None, "Pilot one", "Director")
    assert told() == [carried]
    with transaction(desk.engine) as session:
        asked = assessments.section(session, assessment, "A", by=director).asked
        sent = {"A-01": Sent({"value": "1"}, asked[0].seen)}
        assessments.save(session, assessment, "A", sent, by=director, now=NOW)
        seen = history.ask(session, assessment, "A-01", 1, by=director).seen
        history.put_back(session, assessment, "A-01", 1, seen=seen, by=director, now=NOW)
    assert told() == [(3, How.RESTORED, "", "Director"), (2, How.PAGE, "", "Director"), carried]


def test_confirming_writes_over_nobody_who_answered_meanwhile(desk: Desk) -> None:
    first = desk.imported()
    desk.answers(desk.opens(desk.plan(first)), "LIB", A_02="yes")
    second = desk.revised(first, A_02="Is it so now?")
    cycle = desk.opens(desk.plan(second, "LIB", kind="rollout", name="Rollout one"))
    assessment = desk.answers(cycle, "LIB")
    contributor, director = desk.council.actor("contributor"), desk.council.actor("director")
    with transaction(desk.engine) as session:
        give(session, desk.council, assessment, "whole")
        sent = {"A-02": Sent({"value": "no"}, UNSEEN)}
        assessments.save(session, assessment, "A", sent, by=contributor, now=NOW)
    with transaction(desk.engine) as session:
        late = assessments.save(session, assessment, "A", {}, by=director, now=NOW, confirmed="A-02")
    assert late.changed == ()
    (clash,) = late.clashes
    assert (clash.kept.splitlines()[0], clash.sent.splitlines()[0], clash.by) == ("No", "Yes", "Contributor")
    assert clash.answer.value == "yes"


def test_a_mark_of_the_same_meaning_carries_the_answer_while_the_wording_stays(desk: Desk) -> None:
    first = desk.imported()
    desk.answers(desk.opens(desk.plan(first)), "LIB", A_01=3)
    second = desk.revised(first, A_01="How well now?")
    typed = desk.plan(second, kind="rollout")
    assert moved(desk, typed) == {"Libraries": (0, 1, 0)}
    with transaction(desk.engine) as session:
        versions.mark_same(session, second, "A-01", "Shorter words only", by=desk.by, now=NOW)
    assert moved(desk, typed) == {"Libraries": (1, 0, 0)}
    with reading(desk.engine) as session:
        row = versions.compare(session, first, second, by=desk.by).questions[0]
    assert (row.is_comparable, row.mark.reason if row.mark else "") == (True, "Shorter words only")
    with transaction(desk.engine) as session:
        form = designs.question(session, second, "A-01", by=desk.by)
        fields = form.fields | {"text": ["Something else?"]}
        designs.save_question(session, second, "A-01", fields, revision=form.revision, by=desk.by, now=NOW)
    assert moved(desk, typed) == {"Libraries": (0, 1, 0)}


def test_an_invitation_is_kept_with_the_cycle(desk: Desk) -> None:
    cycle = desk.opens(desk.plan(desk.imported(), invitation="Please **answer** by May."))
    with reading(desk.engine) as session:
        assert session.get_one(Cycle, cycle).invitation == "Please **answer** by May."


def test_a_rollout_waits_for_the_pilots_comments(desk: Desk) -> None:
    first = desk.imported()
    pilot = desk.opens(desk.plan(first))
    assessment_id = desk.answers(pilot, "LIB")
    with transaction(desk.engine) as session:
        for key in ("A-01", "A-01", None):
            session.add(
                Feedback(
                    assessment_id=assessment_id,
                    question_key=key,
                    kind="unclear",
                    comment="What is meant?",
                    by_id=desk.council.people["director"],
                    at=NOW,
                )
            )
    typed = desk.plan(desk.revised(first), kind="rollout")
    with pytest.raises(Invalid) as refused:
        desk.dry_run(typed)
    (problem,) = refused.value.problems
    assert "Pilot one" in problem.message
    assert "A-01 (2)" in problem.message
    assert "the whole" in problem.message


def test_a_rollout_makes_the_version_live_and_retires_the_one_before(desk: Desk) -> None:
    first = desk.imported()
    pilot = desk.opens(desk.plan(first))
    second = desk.revised(first)
    desk.opens(desk.plan(second, kind="rollout"))
    assert (desk.status(first), desk.status(second)) == ("pilot", "live")
    with transaction(desk.engine) as session:
        cycles.close(session, pilot, by=desk.by, now=NOW)
    assert desk.status(first) == "retired"
    with pytest.raises(Conflict), transaction(desk.engine) as session:
        cycles.close(session, pilot, by=desk.by, now=NOW)
    with transaction(desk.engine) as session:
        cycles.reopen(session, pilot, by=desk.by, now=NOW)
    assert desk.status(first) == "pilot"


Look = Callable[..., cockpit.Cockpit]


@pytest.fixture
def under_way(desk: Desk) -> Look:
    """A cycle with a service in every state but one, and a function that looks at it."""
    cycle_id = desk.opens(desk.plan(desk.imported(), *desk.council.services))
    states = {"WASTE": "open", "ROADS": "submitted", "HOME": "signed_off", "SEND": "agreed"}
    with transaction(desk.engine) as session:
        for key, status in states.items():
            session.execute(
                update(Assessment)
                .where(Assessment.service_id == desk.council.services[key])
                .values(
                    status=status,
                    answered_count=1,
                    last_activity_at=NOW,
                    last_activity_by_id=desk.council.people["director"],
                )
            )

    def look(days: int = 0, **wanted: Any) -> cockpit.Cockpit:
        with reading(desk.engine) as session:
            return cockpit.show(session, cycle_id, Wanted(**wanted), now=NOW + timedelta(days=days))

    return look


def test_the_cockpit_counts_each_state_once(under_way: Look) -> None:
    view = under_way()
    states = {"not_started": 1, "in_progress": 1, "submitted": 1, "approved": 0, "signed_off": 1, "agreed": 1}
    tags = {"late": 0, "stuck": 0, "returned": 0, "extended": 0}
    assert view.counts == {"": 5, **tags, **states}
    waiting = {place.service: place.waiting for place in view.places}
    assert waiting["Libraries"] == "Director"
    assert (waiting["Home care"], waiting["Special educational needs"]) == ("Core team", "")


def test_what_is_not_signed_off_after_the_due_day_is_late(under_way: Look) -> None:
    assert under_way((date(2026, 12, 18) - NOW.date()).days).counts["late"] == 0
    late = under_way(30, state="late")
    assert {place.service for place in late.places} == {"Libraries", "Waste collection", "Highways"}


def test_the_cockpit_is_narrowed_and_sorted(under_way: Look) -> None:
    assert [p.service for p in under_way(directorate="Place").places] == ["Highways", "Waste collection"]
    assert [p.service for p in under_way(words="waste").places] == ["Waste collection"]
    for sort in cockpit.SORTS:
        up = [p.service for p in under_way(sort=sort).places]
        assert up == [p.service for p in under_way(sort=sort, is_descending=True).places][::-1]
