"""Saving answers: what is kept, what is handed back, and what happens when two people write."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from tests import build
from tests.council import NOW, SmallCouncil
from tests.rounds import Round, opened
from vfm.errors import Conflict, Forbidden, NotFound
from vfm.questionnaires.merging import UNSEEN, Sent
from vfm.questionnaires.schema import Comparison
from vfm.store.database import reading, transaction
from vfm.store.tables import AnswerRow, Assessment, Challenge, Event
from vfm.workflows import assessments
from vfm.workflows.assessments import Saved

ASKED = build.questionnaire(
    build.section(
        "A",
        build.scale_question("A-01", required=True),
        build.yes_no("A-02", required=True),
        build.question("A-03", "text", required=True, show_if=Comparison(question="A-02", equals="yes")),
        build.question("A-04", "money", feeds="expenditure_level"),
    ),
    build.section("B", build.scale_question("B-01", required=True)),
)
Do = Callable[..., Any]


@pytest.fixture
def this_year(engine: Engine, council: SmallCouncil) -> Round:
    return opened(engine, council, ASKED)


@pytest.fixture
def assessment_id(this_year: Round) -> int:
    return this_year.assessments["LIB"]


@pytest.fixture
def save(engine: Engine, council: SmallCouncil, assessment_id: int) -> Do:
    """`save(A_01="3")`: sends values of section A, each with the mark given or as never seen."""

    def run(seen: dict[str, str] | None = None, who: str = "director", **values: Any) -> Saved:
        sent = {}
        for name, raw in values.items():
            key = name.replace("_", "-")
            raw = raw if isinstance(raw, dict) else {"value": raw}
            sent[key] = Sent(raw, (seen or {}).get(key, UNSEEN))
        with transaction(engine) as session:
            return assessments.save(session, assessment_id, "A", sent, by=council.actor(who), now=NOW)

    return run


@pytest.fixture
def look(engine: Engine, council: SmallCouncil, assessment_id: int) -> Do:
    def run(workflow: Do, *given: Any, who: str = "director") -> Any:
        with reading(engine) as session:
            return workflow(session, assessment_id, *given, by=council.actor(who))

    return run


def stored(engine: Engine) -> dict[str, tuple[Any, int]]:
    with reading(engine) as session:
        rows = session.execute(select(AnswerRow.question_key, AnswerRow.content, AnswerRow.revision))
        return {key: (content.get("value"), revision) for key, content, revision in rows}


def test_only_what_changed_is_written_with_one_event(engine: Engine, save: Do) -> None:
    first = save(A_01="3", A_02="no")
    again = save(seen=dict(first.seen), A_01="3", A_02="yes")
    assert (first.changed, again.changed) == (("A-01", "A-02"), ("A-02",))
    assert stored(engine) == {"A-01": (3, 1), "A-02": ("yes", 2)}
    with reading(engine) as session:
        events = session.scalars(select(Event).where(Event.verb == "saved answers").order_by(Event.id)).all()
    assert [sorted(event.after) for event in events] == [["A-01", "A-02"], ["A-02"]]
    assert events[1].before["A-02"]["value"] == "no"


def test_a_wrong_answer_is_handed_back_and_stops_no_other(engine: Engine, save: Do) -> None:
    saved = save(A_01="7", A_04="£1,250")
    assert [problem.place for problem in saved.problems] == ["A-01"]
    assert stored(engine) == {"A-04": ("1250", 1)}


def test_progress_is_kept_beside_the_assessment_and_follows_the_route(
    engine: Engine, save: Do, assessment_id: int
) -> None:
    with_more = save(A_01="3", A_02="yes", A_04="")
    assert with_more.appeared[0] == "A-03"
    assert "A-02" not in with_more.appeared
    with reading(engine) as session:
        row = session.get_one(Assessment, assessment_id)
        assert (row.answered_count, row.route_count, row.last_activity_at) == (2, 5, NOW)


def test_a_stale_change_is_handed_back_with_both_texts(engine: Engine, save: Do) -> None:
    save(A_01="3")
    late = save(A_01="2", A_02="no", who="contributor")
    (clash,) = late.clashes
    assert (clash.key, clash.kept.splitlines()[0], clash.sent.splitlines()[0]) == (
        "A-01",
        "3: In place",
        "2: Partly in place",
    )
    assert (clash.by, clash.at) == ("Director", NOW)
    assert stored(engine) == {"A-01": (3, 1), "A-02": ("no", 1)}
    mine = save(seen={"A-01": clash.seen}, A_01="2", who="contributor")
    assert mine.is_whole
    assert stored(engine)["A-01"] == (2, 2)


def test_a_stale_question_that_was_not_touched_is_no_clash(engine: Engine, save: Do) -> None:
    first = save(A_01="3")
    save(seen=dict(first.seen), A_01="4", who="contributor")
    behind = save(seen=dict(first.seen), A_01="3", A_02="yes")
    assert behind.is_whole
    assert stored(engine) == {"A-01": (4, 2), "A-02": ("yes", 1)}


def test_two_who_write_the_same_do_not_clash(engine: Engine, save: Do) -> None:
    save(A_01="3")
    assert save(A_01="3", who="contributor").is_whole
    assert stored(engine) == {"A-01": (3, 1)}


def test_giving_way_keeps_what_the_other_wrote(
    engine: Engine, council: SmallCouncil, save: Do, assessment_id: int
) -> None:
    save(A_01="3")
    sent = {"A-01": Sent({"value": "1"}, UNSEEN, keeps_theirs=True)}
    with transaction(engine) as session:
        saved = assessments.save(session, assessment_id, "A", sent, by=council.actor("contributor"), now=NOW)
    assert saved.is_whole
    assert stored(engine) == {"A-01": (3, 1)}


def test_an_answer_takes_the_place_of_dont_know(engine: Engine, save: Do) -> None:
    first = save(A_04={"value": "", "state": "dont_know"})
    assert save(seen=dict(first.seen), A_04={"value": "12", "state": "dont_know"}).is_whole
    assert stored(engine)["A-04"] == ("12", 2)


def test_a_mistake_in_a_question_no_longer_asked_needs_no_cure(save: Do) -> None:
    first = save(A_02="yes")
    assert save(seen=dict(first.seen), A_02="no", A_03={"value": "x", "state": "dont_know"}).is_whole


def test_who_may_not_answer(save: Do, engine: Engine, assessment_id: int) -> None:
    with pytest.raises(NotFound):
        save(A_01="3", who="other_director")
    with pytest.raises(Forbidden):
        save(A_01="3", who="core_team")
    with transaction(engine) as session:
        session.get_one(Assessment, assessment_id).status = "submitted"
    with pytest.raises(Conflict, match="sent for sign-off"):
        save(A_01="3")


@pytest.mark.parametrize("who", ["administrator", "viewer", "other_director"])
def test_who_may_not_read(look: Do, who: str) -> None:
    for workflow, *given in ((assessments.show,), (assessments.section, "A"), (assessments.questions,)):
        with pytest.raises(NotFound):
            look(workflow, *given, who=who)
    with pytest.raises(NotFound):
        look(assessments.section, "Z", who="core_team")


def test_the_task_list_counts_what_is_asked_now(save: Do, look: Do) -> None:
    assert [state.progress.asked for state in look(assessments.show).sections] == [3, 1]
    save(A_02="yes")
    view = look(assessments.show, who="core_team")
    assert [(s.progress.settled, s.progress.asked) for s in view.sections] == [(1, 4), (0, 1)]
    assert view.waits_for == "answers from Director and Contributor"
    assert not view.may_answer


def test_last_times_agreed_answer_stands_beside_the_question(
    engine: Engine, council: SmallCouncil, this_year: Round, look: Do
) -> None:
    long_ago = NOW - timedelta(days=400)
    earlier = opened(engine, council, ASKED, name="Last year", at=long_ago, template_id=this_year.template_id)
    with transaction(engine) as session:
        before = session.get_one(Assessment, earlier.assessments["LIB"])
        before.status = "agreed"
        by = council.people["director"]
        for key, level in (("A-01", 4), ("B-01", 2)):
            content = {"state": "answered", "value": level}
            session.add(
                AnswerRow(assessment_id=before.id, question_key=key, content=content, by_id=by, at=NOW)
            )
        lowered = {"state": "answered", "value": 3}
        session.add(
            Challenge(
                assessment_id=before.id, question_key="A-01", challenged=lowered, reason="No evidence",
                by_id=council.people["challenger"], at=NOW, agreed=lowered,
            )
        )  # fmt: skip
    assert look(assessments.section, "A").asked[0].earlier == "3: In place"
    assert look(assessments.section, "B").asked[0].earlier == "2: Partly in place"


# --- two at once, where it is easily overlooked -------------------------------------------------------------


def test_who_only_typed_and_took_it_back_does_not_pass_for_having_seen_the_newest(
    engine: Engine, save: Do
) -> None:
    first = save(A_01="3")
    save(seen=dict(first.seen), A_01="4", who="contributor")
    undone = save(seen=dict(first.seen), A_01="3")
    assert undone.is_whole
    late = save(seen=dict(undone.seen), A_01="1")
    assert [clash.kept.splitlines()[0] for clash in late.clashes] == ["4: Embedded and improving"]
    assert stored(engine)["A-01"] == (4, 2)


@pytest.mark.parametrize(
    ("theirs", "mine", "kept", "sent"),
    [
        ({"note": "Theirs"}, {"note": "Mine"}, "Note: Theirs", "Note: Mine"),
        ({"evidence": "verified"}, {"evidence": "assertion"}, "Evidence: Independently", "Evidence: Opinion"),
        ({"value": ""}, {"note": "Mine"}, "Not answered", "Note: Mine"),
        ({"note": "Theirs"}, {"value": ""}, "Note: Theirs", "Not answered"),
        ({"value": "", "evidence": "verified"}, {"value": ""}, "Evidence: Independently", "Not answered"),
    ],
)
def test_two_texts_can_be_told_apart_where_only_a_part_of_the_answer_differs(
    save: Do, theirs: dict[str, str], mine: dict[str, str], kept: str, sent: str
) -> None:
    first = save(A_01={"value": "3"})
    save(seen=dict(first.seen), A_01={"value": "3"} | theirs, who="contributor")
    (clash,) = save(seen=dict(first.seen), A_01={"value": "3"} | mine).clashes
    assert kept in clash.kept
    assert sent in clash.sent
    assert clash.kept != clash.sent


def test_a_clash_on_a_question_that_left_the_route_is_told_all_the_same(engine: Engine, save: Do) -> None:
    first = save(A_02="yes")
    theirs = save(seen=dict(first.seen), A_03="Theirs", who="contributor")
    save(seen=dict(first.seen) | dict(theirs.seen), A_02="no", who="contributor")
    late = save(seen=dict(first.seen), A_03="Mine")
    assert [(clash.kept, clash.sent) for clash in late.clashes] == [("Theirs", "Mine")]
    assert late.asked == ("A-01", "A-02", "A-03", "A-04")
    assert save(seen={"A-03": late.clashes[0].seen}, A_03="Mine").is_whole
    assert stored(engine)["A-03"] == ("Mine", 2)


def test_whoever_chose_their_own_text_is_asked_again_when_a_third_wrote(engine: Engine, save: Do) -> None:
    save(A_01="3")
    (clash,) = save(A_01="2", who="contributor").clashes
    save(seen={"A-01": clash.seen}, A_01="4")
    (again,) = save(seen={"A-01": clash.seen}, A_01="2", who="contributor").clashes
    assert again.kept.startswith("4: ")
    assert stored(engine)["A-01"] == (4, 2)


def test_what_the_same_person_wrote_in_another_window_is_called_theirs(save: Do) -> None:
    save(A_01="3")
    assert [clash.is_own for clash in save(A_01="2").clashes] == [True]
    assert [clash.is_own for clash in save(A_01="2", who="contributor").clashes] == [False]


def test_a_wrong_answer_beside_a_clash_and_a_good_one_each_has_its_end(engine: Engine, save: Do) -> None:
    save(A_01="3", A_04="10")
    saved = save(A_01="2", A_04="ten", A_02="no", who="contributor")
    assert [clash.key for clash in saved.clashes] == ["A-01"]
    assert [problem.place for problem in saved.problems] == ["A-04"]
    assert saved.changed == ("A-02",)
    assert stored(engine) == {"A-01": (3, 1), "A-02": ("no", 1), "A-04": ("10", 1)}
    (clash,) = save(A_04="11", who="contributor").clashes
    assert clash.kept == "£10", "once it can be read, it is laid beside what was written meanwhile"
