"""A group's own assessment: alone, apart, together."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, select

from tests import build
from tests.council import NOW, SmallCouncil
from tests.rounds import opened
from vfm.errors import Conflict, Forbidden, Invalid, NotFound
from vfm.questionnaires.merging import UNSEEN, Sent
from vfm.questionnaires.schema import Comparison
from vfm.store.database import reading, transaction
from vfm.store.groups import join
from vfm.store.tables import Event
from vfm.workflows import assessments, challenge, groups, sign_off

ASKED = build.questionnaire(
    build.section(
        "CI",
        build.scale_question("CI-01", required=True),
        build.yes_no("CI-02", weight=1),
        build.question("CI-03", "text", "Why", show_if=Comparison(question="CI-02", equals="no")),
    ),
    build.section("LE", build.scale_question("LE-01"), build.question("LE-02", "money", "How much")),
    key="board",
    unit="authority",
    is_group_response=True,
)
MEMBERS = ("executive", "challenger", "viewer", "administrator")
Run = Callable[..., Any]


def said(**values: str) -> dict[str, Sent]:
    """Answers as a form sends them the first time: `CI_01="3"`."""
    return {key.replace("_", "-"): Sent({"value": value}, UNSEEN) for key, value in values.items()}


@pytest.fixture
def group(engine: Engine, council: SmallCouncil) -> int:
    """Four members, none of whom has begun; LIB's director is who the council is asked through."""
    made = opened(engine, council, ASKED, services=("LIB",)).assessments["LIB"]
    with transaction(engine) as session:
        join(session, made, [council.people[who] for who in MEMBERS])
    return made


@pytest.fixture
def apart(do: Run, group: int) -> int:
    """Three have answered, two of them two levels apart, and the spread is open."""
    do(groups.save, group, "CI", said(CI_01="1", CI_02="yes"), who="executive")
    do(groups.save, group, "CI", said(CI_01="3", CI_02="yes"), who="challenger")
    do(groups.save, group, "CI", said(CI_01="2"), who="viewer")
    do(groups.save, group, "LE", said(LE_02="12"), who="viewer")
    do(groups.finish, group, who="challenger")
    do(groups.open_spread, group)
    return group


def test_who_has_no_part_in_a_group_does_not_learn_of_it(do: Run, look: Run, group: int) -> None:
    for who in ("contributor", "other_director"):
        with pytest.raises(NotFound):
            look(groups.show, group, who=who)
        with pytest.raises(NotFound):
            do(groups.save, group, "CI", said(CI_01="1"), who=who)
    for who in ("core_team", "director"):
        assert look(groups.show, group, who=who).is_facilitator
        with pytest.raises(NotFound):
            look(groups.section, group, "CI", who=who)
        with pytest.raises(NotFound):
            do(groups.save, group, "CI", said(CI_01="1"), who=who)


def test_an_assessment_that_is_no_groups_has_no_such_pages(
    engine: Engine, council: SmallCouncil, look: Run
) -> None:
    other = opened(engine, council, build.questionnaire(), services=("LIB",)).assessments["LIB"]
    with pytest.raises(NotFound):
        look(groups.show, other)


def test_only_the_group_answers(do: Run, look: Run, group: int) -> None:
    assert not look(assessments.show, group, who="director").may_answer
    with pytest.raises(Forbidden, match="given a part"):
        do(assessments.save, group, "CI", said(CI_01="1"), who="director")


def test_nobody_sees_anothers_answers_before_the_spread_is_opened(do: Run, look: Run, group: int) -> None:
    do(groups.save, group, "CI", said(CI_01="4"), who="executive")
    do(groups.finish, group, who="executive")
    for who in (*MEMBERS, "core_team", "director"):
        assert look(groups.show, group, who=who).lines == ()
        with pytest.raises(NotFound):
            look(groups.question, group, "CI-01", who=who)
    theirs = look(groups.section, group, "CI", who="viewer")
    assert not any(own.answer.is_answered for own in theirs.asked)
    assert not any(
        line.answer.is_answered for part in look(assessments.questions, group).sections for line in part.lines
    )


def test_the_trail_names_the_questions_and_not_the_answers(do: Run, engine: Engine, group: int) -> None:
    do(groups.save, group, "CI", said(CI_01="4"), who="executive")
    with reading(engine) as session:
        event = session.scalars(select(Event).where(Event.verb == "answered alone")).one()
    assert (event.before, event.after) == (None, {"questions": ["CI-01"]})


def test_each_members_own_route(do: Run, look: Run, group: int) -> None:
    saved = do(groups.save, group, "CI", said(CI_01="1", CI_02="no"), who="executive")
    assert saved.appeared == ("CI-03",)
    for who, asked in (("executive", 3), ("viewer", 2)):
        assert len(look(groups.section, group, "CI", who=who).asked) == asked


def test_finishing_wants_what_is_required_and_can_be_taken_back(do: Run, look: Run, group: int) -> None:
    with pytest.raises(Invalid) as wrong:
        do(groups.finish, group, who="executive")
    assert [problem.place for problem in wrong.value.problems] == ["CI-01"]
    do(groups.save, group, "CI", said(CI_01="4"), who="executive")
    do(groups.finish, group, who="executive")
    assert look(groups.show, group, who="executive").me.finished_at == NOW
    do(groups.take_back, group, who="executive")
    assert look(groups.show, group, who="executive").me.finished_at is None


def test_two_windows_of_one_member_show_both_texts(do: Run, look: Run, group: int) -> None:
    do(groups.save, group, "CI", said(CI_01="4"), who="executive")
    saved = do(groups.save, group, "CI", said(CI_01="1", CI_02="yes"), who="executive")
    (clash,) = saved.clashes
    assert (clash.key, clash.kept[0], clash.sent[0]) == ("CI-01", "4", "1")
    assert saved.changed == ("CI-02",)
    knowing = {"CI-01": Sent({"value": "1"}, clash.seen)}
    assert do(groups.save, group, "CI", knowing, who="executive").is_whole


def test_nothing_answered_gives_no_spread(do: Run, group: int) -> None:
    with pytest.raises(Conflict, match="Nobody has answered yet"):
        do(groups.open_spread, group)


def test_members_come_and_go_until_the_spread_is_opened(
    do: Run, look: Run, group: int, council: SmallCouncil
) -> None:
    viewer = council.people["viewer"]
    do(groups.save, group, "CI", said(CI_01="4"), who="viewer")
    assert do(groups.remove_member, group, viewer) == "Viewer"
    with pytest.raises(NotFound):
        look(groups.show, group, who="viewer")
    with pytest.raises(NotFound):
        do(groups.remove_member, group, viewer)
    assert do(groups.add_member, group, str(viewer)) == "Viewer"
    assert look(groups.show, group, who="viewer").me.progress.settled == 1, "their answers came back"
    for person in (str(viewer), "", "999"):
        with pytest.raises(Invalid):
            do(groups.add_member, group, person)
    with pytest.raises(Forbidden):
        do(groups.add_member, group, str(council.people["director"]), who="viewer")
    do(groups.open_spread, group)
    with pytest.raises(Conflict):
        do(groups.add_member, group, str(council.people["director"]))
    with pytest.raises(Conflict):
        do(groups.remove_member, group, viewer)


def test_the_open_spread_ends_answering_alone(do: Run, apart: int) -> None:
    for step, given in ((groups.save, ("CI", said(CI_01="4"))), (groups.finish, ()), (groups.take_back, ())):
        with pytest.raises(Conflict):
            do(step, apart, *given, who="executive")
    with pytest.raises(Conflict):
        do(groups.open_spread, apart)


def test_the_spread_says_who_chose_what_and_flags_two_levels(
    look: Run, apart: int, council: SmallCouncil
) -> None:
    view = look(groups.question, apart, "CI-01", who="viewer")
    assert view.spread.words == "From 1 to 3, median 2: 2 levels apart."
    assert view.spread.is_wide
    assert [len(choice.who) for choice in view.spread.choices] == [1, 1, 1, 0]
    assert view.names[view.spread.silent[0]] == "Administrator"
    assert [one.words for one in view.said if not one.is_given] == ["Not answered"]
    assert not view.may_agree
    group = look(groups.show, apart)
    assert [line.question.key for line in group.wide] == ["CI-01"]
    assert group.alike == 1
    assert {member.name for member in group.unfinished} == {"Administrator", "Executive", "Viewer"}


def test_a_question_nobody_answered_still_gets_a_consensus(do: Run, look: Run, apart: int) -> None:
    view = look(groups.question, apart, "LE-01")
    assert view.spread.words == "Nobody answered this question."
    do(groups.agree, apart, "LE-01", said(LE_01="2")["LE-01"], "We looked at it together.")
    assert look(groups.question, apart, "LE-01").settled.reason == "We looked at it together."


def test_a_consensus_wants_its_reason_unless_all_said_just_that(do: Run, look: Run, apart: int) -> None:
    with pytest.raises(Invalid, match="Say why"):
        do(groups.agree, apart, "CI-01", said(CI_01="2")["CI-01"], " ")
    with pytest.raises(Invalid, match="Say why"):
        do(groups.agree, apart, "CI-02", said(CI_02="no")["CI-02"], "")
    do(groups.agree, apart, "CI-02", said(CI_02="yes")["CI-02"], "")
    assert look(groups.question, apart, "CI-02").settled.reason == groups.ALIKE
    with pytest.raises(Forbidden):
        do(groups.agree, apart, "CI-01", said(CI_01="2")["CI-01"], "Because", who="viewer")


def test_a_wrong_consensus_and_one_written_twice_are_handed_back(do: Run, apart: int) -> None:
    assert do(groups.agree, apart, "CI-01", said(CI_01="9")["CI-01"], "Why").problems
    assert do(groups.agree, apart, "CI-01", said(CI_01="2")["CI-01"], "Why").is_whole
    (clash,) = do(groups.agree, apart, "CI-01", said(CI_01="3")["CI-01"], "Other").clashes
    assert clash.kept.startswith("2")


def test_what_all_said_is_recorded_at_once(do: Run, look: Run, apart: int) -> None:
    assert do(groups.agree_alike, apart) == 1
    assert do(groups.agree_alike, apart) == 0
    assert look(groups.question, apart, "CI-02").now.value == "yes"
    assert look(groups.show, apart).alike == 0


def test_a_group_goes_on_to_sign_off_scoring_and_challenge(do: Run, look: Run, apart: int) -> None:
    do(groups.agree, apart, "CI-01", said(CI_01="2")["CI-01"], "The peer challenge said so.")
    do(groups.agree_alike, apart)
    do(sign_off.submit, apart, who="director")
    with pytest.raises(Conflict):
        do(groups.agree, apart, "CI-01", said(CI_01="4")["CI-01"], "Later")
    assert look(sign_off.statement, apart, who="director").scorecard.overall.low is not None
    do(sign_off.sign_off, apart, who="director")
    assert {line.key for line in look(challenge.show, apart).lines} == {"CI-01", "CI-02", "LE-01"}
    assert look(groups.show, apart, who="viewer").opened_at == NOW
