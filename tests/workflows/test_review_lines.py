"""Lines of enquiry from a template, which the team of the review answers, on both databases."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine, select

from tests import build
from tests.council import NOW, SmallCouncil
from tests.rounds import opened
from vfm.errors import Conflict, Forbidden, Invalid, NotFound
from vfm.questionnaires import document
from vfm.questionnaires.enquiry import enquiries
from vfm.questionnaires.merging import UNSEEN, Sent
from vfm.questionnaires.schema import Questionnaire
from vfm.store import content
from vfm.store.database import reading, transaction
from vfm.store.queries import cycles as cycle_queries
from vfm.store.queries import deadlines, portfolio, results
from vfm.store.tables import Assessment, Cycle, Evidence, Template, Version
from vfm.workflows import (
    assessments,
    cockpit,
    cohorts,
    comments,
    evidence,
    home,
    people,
    review_lines,
    review_parts,
    review_work,
    reviews,
    sign_off,
)

LEVELS = {1: "Custom", 2: "Written down", 3: "Written down and checked", 4: "Checked by others"}
ASKED = build.questionnaire(
    build.section(
        "K1",
        build.scale_question("K1-01"),
        build.question("K1-02", "money", "What is spent?"),
        hypothesis="Prices rose faster than use.",
    ),
    build.section("K2", build.scale_question("K2-01", levels=LEVELS), build.scale_question("K2-02")),
    key="dive",
)


def _draft(engine: Engine, questionnaire: Questionnaire = ASKED) -> str:
    with transaction(engine) as session:
        template = Template(key=questionnaire.key, title=questionnaire.title, created_at=NOW)
        session.add(template)
        session.flush()
        told = document.to_json(questionnaire)
        version = Version(template_id=template.id, number=1, status="draft", content=told)
        version.content_hash, version.created_at = content.digest(told), NOW
        session.add(version)
        session.flush()
        return str(version.id)


def _review(engine: Engine, council: SmallCouncil, service: str = "LIB") -> int:
    """Of Libraries; led by a challenger, with the director of other services in the team."""
    core = council.actor("core_team")
    with transaction(engine) as session:
        draft = reviews.blank(session, service_id=council.services[service]).draft
        draft = replace(draft, mode="deep_dive", topic="Opening hours", day=("1", "2", "2027"))
        review = reviews.add(session, draft, by=core, now=NOW)
        view = review_work.about(session, review, by=core)
        typed = {**view.typed, "lead_id": str(council.people["challenger"])}
        typed["sponsor_id"] = str(council.people["viewer"])
        review_work.change(session, review, typed, view.seen, by=core, now=NOW)
        place = {"role": "Peer", "person_id": str(council.people["other_director"])}
        review_parts.add(session, review, "team", place, by=core, now=NOW)
    return review


def _taken(engine: Engine, council: SmallCouncil, review: int, version: str) -> int:
    """The id of the team's assessment."""
    lead = council.actor("challenger")
    with transaction(engine) as session:
        assert review_lines.take(session, review, version, by=lead, now=NOW) == 2
        head = review_work.show(session, review, by=lead).head
    assert head.assessment_id is not None
    return head.assessment_id


def _answer(engine: Engine, council: SmallCouncil, assessment: int, who: str, key: str, value: str) -> None:
    sent = {key: Sent({"value": value}, UNSEEN)}
    with transaction(engine) as session:
        saved = assessments.save(session, assessment, key[:2], sent, by=council.actor(who), now=NOW)
    assert saved.changed == (key,)


def test_a_section_is_a_line_with_what_it_tests_or_what_a_sound_service_does() -> None:
    first, second = enquiries(ASKED)
    assert [(one.text, one.test) for one in first.supposed] == [
        ("Prices rose faster than use.", "The answers to K1-01 to K1-02.")
    ]
    assert [one.text for one in second.supposed] == ["Written down and checked"]
    assert second.supposed[0].test.startswith("K2-01: ")
    assert (first.key, first.questions, second.questions) == ("K1", 2, 2)


def test_lines_come_with_hypotheses_and_open_the_draft(engine: Engine, council: SmallCouncil) -> None:
    version, review = _draft(engine), _review(engine, council)
    lead = council.actor("challenger")
    with reading(engine) as session:
        view = review_lines.choices(session, review, version, by=lead)
    assert [(one.template, one.status) for one in view.versions] == [(ASKED.title, "draft")]
    assert len(view.lines) == 2
    assessment = _taken(engine, council, review, version)
    with reading(engine) as session:
        page = review_work.show(session, review, by=lead)
        row = session.get_one(Version, int(version))
        cycle = session.scalars(select(Cycle)).one()
        assert (row.status, row.opened_at, cycle.kind) == ("live", NOW, "review")
    assert [(one.line.question_key, len(one.hypotheses)) for one in page.enquiries] == [("K1", 1), ("K2", 1)]
    assert page.answered is not None
    assert (page.answered.assessment_id, page.answered.asked, page.answered.left) == (assessment, 4, 4)
    with pytest.raises(Conflict), transaction(engine) as session:
        review_lines.take(session, review, version, by=lead, now=NOW)


def test_a_template_that_cannot_be_used_is_refused_with_the_reason(
    engine: Engine, council: SmallCouncil
) -> None:
    review, lead = _review(engine, council), council.actor("challenger")
    group = build.questionnaire(
        build.section("CI", build.scale_question("CI-01", required=True)),
        key="board",
        unit="authority",
        is_group_response=True,
    )
    version = _draft(engine, group)
    for chosen, words in (("", "Choose the template"), ("99", "Choose the template"), (version, "a group")):
        with pytest.raises(Invalid, match=words), transaction(engine) as session:
            review_lines.take(session, review, chosen, by=lead, now=NOW)


def test_the_lead_and_the_team_answer_and_nobody_else(engine: Engine, council: SmallCouncil) -> None:
    version, review = _draft(engine), _review(engine, council)
    assessment = _taken(engine, council, review, version)
    _answer(engine, council, assessment, "challenger", "K1-01", "3")
    _answer(engine, council, assessment, "other_director", "K1-02", "120000")
    reads = {"director", "executive_director", "core_team", "executive", "viewer"}
    for who in council.people:
        by = council.actor(who)
        sent = {"K2-01": Sent({"value": "2"}, UNSEEN)}
        if who in ("challenger", "other_director"):
            continue
        expected = Forbidden if who in reads else NotFound
        with pytest.raises(expected), transaction(engine) as session:
            assessments.save(session, assessment, "K2", sent, by=by, now=NOW)
        with reading(engine) as session:
            if who in reads:
                shown = assessments.show(session, assessment, by=by)
                assert not shown.may_answer
                assert not shown.may_give
                assert shown.waits_for == "answers from Challenger and Other Director"
            else:
                with pytest.raises(NotFound):
                    assessments.show(session, assessment, by=by)
    with reading(engine) as session:
        view = assessments.show(session, assessment, by=council.actor("other_director"))
        page = review_work.show(session, review, by=council.actor("other_director"))
        check = review_work.show(session, review, by=council.actor("viewer"))
    assert (view.may_answer, view.may_send, view.may_give, view.review_id) == (True, False, False, review)
    assert page.answers_here
    assert not check.answers_here
    first = page.enquiries[0].answers
    assert first is not None
    assert [(one.key, one.is_answered) for one in first.said] == [("K1-01", True), ("K1-02", True)]
    assert first.said[1].answer == "£120,000"
    assert (page.answered.left if page.answered else None) == 2


def test_a_review_whose_team_answers_is_not_taken_out_of_the_plan(
    engine: Engine, council: SmallCouncil
) -> None:
    review, lead = _review(engine, council), council.actor("challenger")
    _taken(engine, council, review, _draft(engine))
    with transaction(engine) as session:
        for enquiry in review_work.show(session, review, by=lead).enquiries:
            review_parts.remove(session, review, "lines", enquiry.line.id, by=lead, now=NOW)
    with pytest.raises(Conflict, match="a template that its team answers"), transaction(engine) as session:
        reviews.remove(session, review, by=council.actor("core_team"), now=NOW)


def test_answers_are_sent_to_nobody(engine: Engine, council: SmallCouncil) -> None:
    assessment = _taken(engine, council, _review(engine, council), _draft(engine))
    for who in ("challenger", "other_director", "director", "core_team"):
        with pytest.raises((NotFound, Forbidden)), transaction(engine) as session:
            sign_off.submit(session, assessment, by=council.actor(who), now=NOW)


def test_a_closed_review_takes_no_more_answers_until_it_is_taken_up_again(
    engine: Engine, council: SmallCouncil
) -> None:
    review = _review(engine, council)
    assessment = _taken(engine, council, review, _draft(engine))
    lead = council.actor("challenger")
    with transaction(engine) as session:
        review_parts.add(session, review, "findings", {"text": "It is dear."}, by=lead, now=NOW)
        view = review_work.scope(session, review, by=lead)
        scope = {"covers": "Hours", "reason": "Asked."}
        review_work.change_scope(session, review, scope, view.seen, by=lead, now=NOW)
        done = {
            "outcome_note": "Done.",
            "cashable_one_off_low": "0",
            "cashable_one_off_high": "0",
            "reason": "Time is up.",
        }
        review_work.move(session, review, "closed", done, "proposed", by=lead, now=NOW)
        assert session.scalars(select(Cycle.closed_at)).one() == NOW
    with pytest.raises(Forbidden):
        _answer(engine, council, assessment, "challenger", "K1-01", "3")
    with transaction(engine) as session:
        back = {"reason": "One more figure."}
        review_work.move(session, review, "reporting", back, "closed", by=lead, now=NOW)
        assert session.scalars(select(Cycle.closed_at)).one() is None
    _answer(engine, council, assessment, "challenger", "K1-01", "3")


def test_the_team_discusses_and_brings_evidence(engine: Engine, council: SmallCouncil) -> None:
    assessment = _taken(engine, council, _review(engine, council), _draft(engine))
    member = council.actor("other_director")
    draft = evidence.Draft(title="Tender report", address="https://wrenmouth.example/t", grade="documented")
    with transaction(engine) as session:
        comments.write(session, assessment, "K1-01", "Which year?", (), by=member, now=NOW)
        evidence.add_for(session, assessment, "K1-01", draft, None, by=member, now=NOW)
        made = session.scalars(select(Evidence.id)).one()
    with reading(engine) as session:
        for who in ("other_director", "challenger", "viewer", "director"):
            assert (
                evidence.show(session, made, by=council.actor(who), now=NOW).line.row.title == "Tender report"
            )
        assert evidence.show(session, made, by=member, now=NOW).may_change
        with pytest.raises(NotFound):
            evidence.show(session, made, by=council.actor("contributor"), now=NOW)


def test_no_round_list_count_or_reminder_takes_it_in(engine: Engine, council: SmallCouncil) -> None:
    review = _review(engine, council)
    round_ = opened(engine, council, ASKED, services=("LIB",), given=())
    assessment = _taken(engine, council, review, str(round_.version_id))
    director, core = council.actor("director"), council.actor("core_team")
    with reading(engine) as session:
        mine = session.get_one(Assessment, assessment)
        hidden = mine.cycle_id
        assert [one.id for one in assessments.mine(session, by=director).to_answer] == [
            round_.assessments["LIB"]
        ]
        assert [one.id for one in cycle_queries.all_cycles(session)] == [round_.cycle_id]
        assert [row.id for row in results.cycles(session)] == [round_.cycle_id]
        assert list(portfolio.cycle_ids(session).values()) == [round_.cycle_id]
        until = mine.due_on or NOW.date().replace(year=2028)
        waiting = deadlines.unsigned(session, until=until, today=NOW.date())
        assert [one.id for one in waiting] == [round_.assessments["LIB"]]
        with pytest.raises(NotFound):
            cockpit.completion(session, hidden, now=NOW)
        with pytest.raises(NotFound):
            cohorts.groups(session, hidden, by=core)
        words = [task.words for task in home.show(session, by=director, now=NOW).tasks]
        assert not any("review" in one for one in words)
        states = home.show(session, by=core, now=NOW).cycles
        assert [one.cycle_id for one in states] == [round_.cycle_id]
        lead = home.show(session, by=council.actor("challenger"), now=NOW).tasks
        assert "Answer the review of Libraries: 4 of 4 questions left" in [task.words for task in lead]
    # What the team answered does not come along when the template is asked again.
    with reading(engine) as session:
        template = session.get_one(Version, round_.version_id).template_id
        found = cycle_queries.unfinished(session, template, 9)
        assert assessment not in {one.assessment_id for one in found.values()}


def test_what_somebody_is_in_a_review_is_handed_over(engine: Engine, council: SmallCouncil) -> None:
    review, admin = _review(engine, council), council.actor("administrator")
    for who in ("challenger", "viewer", "other_director"):
        with transaction(engine) as session:
            held = people.to_hand_over(session, council.people[who]).work
            assert f"review-{review}" in {one.key for one in held}
            people.hand_over(
                session,
                council.people[who],
                council.people["executive"],
                [f"review-{review}"],
                by=admin,
                now=NOW,
            )
    with reading(engine) as session:
        page = review_work.show(session, review, by=council.actor("core_team"))
    assert (page.head.lead, page.head.sponsor, page.members[0].who) == ("Executive",) * 3
