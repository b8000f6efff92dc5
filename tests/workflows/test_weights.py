"""A weights meeting from its opening to a ranking: who sees what, what counts, what is refused."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.council import NOW, SmallCouncil
from tests.rankable import publish, rankable
from vfm.errors import Conflict, Forbidden, Invalid, NotFound
from vfm.prioritisation.criteria import DEFAULT_CRITERIA
from vfm.store import criteria as criteria_kept
from vfm.store.database import reading, transaction
from vfm.store.queries import weights as queries
from vfm.store.queries.rankings import FIGURES_ALONE
from vfm.store.tables import Event, PrioritisationRun
from vfm.workflows import home, rankings, weights, weights_ballots, weights_opening
from vfm.workflows.weights import Ending, View
from vfm.workflows.weights_ballots import Saved
from vfm.workflows.weights_opening import Typed

KEYS = [criterion.key for criterion in DEFAULT_CRITERIA]
EVEN = dict.fromkeys(KEYS, "50")
COST_ALONE = {key: "100" if key == "unit_cost" else "0" for key in KEYS}


class Meeting:
    """A meeting of the executive, the core team's person and Councillor Green, who has no account."""

    def __init__(self, engine: Engine, council: SmallCouncil, **more: Any) -> None:
        self.engine, self.council = engine, council
        people = tuple(str(council.people[who]) for who in ("executive", "director"))
        with transaction(engine) as session:
            blank = weights_opening.blank(session, cycle_id=None, now=NOW).typed
            typed = replace(blank, people=people, others="Cllr Green", **more)
            self.id = weights_opening.create(session, typed, by=self.chair, now=NOW)
            rankings.measure(session, self.id, now=NOW)
            self.ballots = {ballot.name: ballot.id for ballot in queries.ballots(session, self.id)}

    @property
    def chair(self) -> Any:
        return self.council.actor("core_team")

    def view(self, who: str = "core_team") -> View:
        with reading(self.engine) as session:
            return weights.show(session, self.id, by=self.council.actor(who))

    def give(self, name: str, points: Mapping[str, str], who: str, **more: Any) -> Saved:
        with transaction(self.engine) as session:
            ballot = self.ballots[name]
            revision = more.pop("revision", None) or self.revision(session, name)
            by = self.council.actor(who)
            return weights_ballots.save(
                session, self.id, ballot, points, revision=revision, by=by, now=NOW, **more
            )

    def revision(self, session: Session, name: str) -> str:
        return next(
            str(ballot.revision) for ballot in queries.ballots(session, self.id) if ballot.name == name
        )

    def step(self, name: str, *more: Any, who: str = "core_team") -> Any:
        with transaction(self.engine) as session:
            room = next(one for one in (weights, weights_ballots, weights_opening) if hasattr(one, name))
            return getattr(room, name)(session, self.id, *more, by=self.council.actor(who), now=NOW)

    def rank(self) -> PrioritisationRun:
        with transaction(self.engine) as session:
            run = rankings.run_meeting(session, self.id, by=self.chair, now=NOW)
        with reading(self.engine) as session:
            return session.get_one(PrioritisationRun, run)


@pytest.fixture
def meeting(engine: Engine, council: SmallCouncil) -> Meeting:
    rankable(engine, council)
    publish(engine, council)
    return Meeting(engine, council)


def _places(problem: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [one.place for one in problem.value.problems]


def _messages(problem: pytest.ExceptionInfo[Invalid]) -> str:
    return " ".join(one.message for one in problem.value.problems)


def test_from_points_to_a_ranking(meeting: Meeting) -> None:
    assert [member.counts for member in meeting.view().members] == [False] * 3
    meeting.give("Executive", EVEN, "executive")
    meeting.give("Director", COST_ALONE, "director", reason="Cost is what residents ask about.")
    saved = meeting.give("Cllr Green", EVEN | {"vfm_result": "100"}, "core_team", is_last=True)
    assert (saved.given, saved.of, saved.problems) == (8, 8, ())
    assert saved.shares["vfm_result"] == pytest.approx(100 / 450)
    assert meeting.view().comparison is None, "not shown yet, not even to the chair"
    meeting.step("uncover")
    found = meeting.view("director").comparison
    assert found is not None
    assert found.agreed.weights["unit_cost"] == pytest.approx((50 / 400 + 1 + 50 / 450) / 3)
    assert found.agreed.ranges["unit_cost"] == pytest.approx((50 / 450, 1))
    assert found.list is not None
    assert found.list.of.top == 1
    assert set(found.list.of.keys) == {"HOME", "LIB", "ROADS", "WASTE"}
    assert sum(share or 0 for share in found.list.effective.values()) == pytest.approx(1)
    assert {one.member for one in found.own} == {"Executive", "Director", "Cllr Green"}
    meeting.step("close", Ending())
    run = meeting.rank()
    assert run.meeting_id == meeting.id
    assert set(run.settings["members"]) == {"Executive", "Director", "Cllr Green"}
    given = {criterion["key"]: criterion["weight"] for criterion in run.settings["criteria"]}
    assert given == pytest.approx(dict(found.agreed.weights))
    after = meeting.view().comparison
    assert after is not None
    assert after.list is not None
    ranked = {one["key"]: one["rank"] for one in run.result["services"] if one["rank"] is not None}
    assert after.list.places == ranked, "what the meeting looked at is what the run says"
    assert [row.id for row in meeting.view().runs] == [run.id]


def test_nobody_sees_another_s_points_before_they_are_shown(meeting: Meeting) -> None:
    meeting.give("Executive", EVEN, "executive", reason="Alike.")
    for who in ("core_team", "director"):
        executive = next(member for member in meeting.view(who).members if member.name == "Executive")
        assert (executive.points, executive.shares, executive.reason) == (None, None, "")
        assert (executive.given, executive.counts) == (8, True)
    mine = meeting.view("executive").mine
    assert mine is not None
    assert mine.points is not None
    meeting.step("uncover")
    assert meeting.view("director").members[-1].reason == "Alike."
    meeting.step("cover")
    assert meeting.view("director").comparison is None


def test_points_can_be_given_one_by_one_and_nothing_is_lost(meeting: Meeting) -> None:
    saved = meeting.give("Executive", {"vfm_result": " 100 "}, "executive")
    assert (saved.given, saved.shares) == (1, {"vfm_result": 1.0})
    saved = meeting.give("Executive", {"unit_cost": "12.50", "demand_pressure": "lots"}, "executive")
    assert [(one.place, one.message.split(":")[0]) for one in saved.problems] == [
        ("points.demand_pressure", "Demand pressure")
    ]
    with reading(meeting.engine) as session:
        view = weights_ballots.ballot(
            session, meeting.id, meeting.ballots["Executive"], by=meeting.council.actor("executive")
        )
    assert view.points == {"vfm_result": "100", "unit_cost": "12.5"}, "what could be used is kept"
    assert view.most == "vfm_result"
    assert meeting.give("Executive", {"unit_cost": " "}, "executive").given == 1
    saved = meeting.give("Executive", {}, "executive", is_last=True)
    assert len(saved.problems) == 7


@pytest.mark.parametrize("text", ["101", "-1", "lots", "1e3", "nan", "٣٠٠", "50%x"])
def test_points_that_are_none_are_named(meeting: Meeting, text: str) -> None:
    saved = meeting.give("Executive", EVEN | {"unit_cost": text}, "executive", is_last=True)
    assert [one.place for one in saved.problems] == ["points.unit_cost"]
    assert saved.problems[0].message.startswith("Unit cost: Type points from 0 to 100")


def test_all_noughts_are_no_points(meeting: Meeting) -> None:
    saved = meeting.give("Executive", dict.fromkeys(KEYS, "0"), "executive", is_last=True)
    assert saved.problems[0].message == "Every criterion has 0 points. Give 100 to the one that matters most."
    assert not meeting.view().counting
    with pytest.raises(Invalid, match="nothing to show"):
        meeting.step("uncover")


def test_a_criterion_that_is_not_asked_is_passed_over(meeting: Meeting) -> None:
    assert meeting.give("Executive", {"shoe_size": "50"}, "executive").given == 0


def test_two_devices_cannot_overwrite_one_another(meeting: Meeting) -> None:
    meeting.give("Executive", {"unit_cost": "40"}, "executive", revision="1")
    with pytest.raises(Conflict) as refused:
        meeting.give("Executive", {"unit_cost": "60", "vfm_result": "100"}, "executive", revision="1")
    first = refused.value.clashes[0]
    assert (first.place, first.kept, first.sent) == ("points.unit_cost", "40", "60")
    saved = meeting.give("Executive", {"unit_cost": "40"}, "executive", revision="1")
    assert saved.given == 1, "the same again is nothing to refuse"


def test_somebody_else_s_points_are_theirs_alone(meeting: Meeting) -> None:
    with pytest.raises(Forbidden, match=r"These are the points of Director\. Only they give them\."):
        meeting.give("Director", EVEN, "core_team")
    with pytest.raises(Forbidden):
        meeting.give("Cllr Green", EVEN, "director")
    with pytest.raises(NotFound):
        meeting.give("Executive", EVEN, "viewer")
    with pytest.raises(NotFound):
        meeting.view("viewer")


def test_who_is_missing_is_named_before_the_meeting_closes(meeting: Meeting) -> None:
    with pytest.raises(Invalid) as problem:
        meeting.step("close", Ending())
    assert _places(problem) == ["way"]
    meeting.give("Executive", EVEN, "executive")
    with pytest.raises(Invalid, match=r"Cllr Green, Director\. Wait for them, or tick"):
        meeting.step("close", Ending())
    meeting.step("close", Ending(leaves_out=True))
    view = meeting.view()
    assert view.agreed is not None
    assert view.agreed["left_out"] == ["Cllr Green", "Director"]
    with pytest.raises(Conflict, match="closed"):
        meeting.give("Director", EVEN, "director")
    with pytest.raises(Conflict, match="closed"):
        meeting.step("close", Ending())
    assert meeting.view("viewer").comparison, "once closed, who reads the priorities reads it"
    meeting.step("reopen")
    with pytest.raises(Conflict, match="open already"):
        meeting.step("reopen")
    assert meeting.give("Director", EVEN, "director").given == 8


def test_a_meeting_is_closed_on_the_points_that_were_looked_at(meeting: Meeting) -> None:
    meeting.give("Executive", EVEN, "executive")
    seen = meeting.view().mark
    meeting.give("Director", COST_ALONE, "director")
    with pytest.raises(Conflict, match="the average is another one"):
        meeting.step("close", Ending(leaves_out=True, seen=seen))
    assert meeting.view().agreed is None
    meeting.step("close", Ending(leaves_out=True, seen=meeting.view().mark))
    assert meeting.view().agreed is not None


def test_the_chair_sets_other_weights_with_a_reason(meeting: Meeting) -> None:
    meeting.give("Executive", EVEN, "executive")
    own = Ending("own", EVEN | {"unit_cost": "x"}, " ", leaves_out=True)
    with pytest.raises(Invalid) as problem:
        meeting.step("close", own)
    assert _places(problem) == ["own.unit_cost", "reason"]
    with pytest.raises(Invalid, match="Every weight is 0"):
        meeting.step("close", Ending("own", dict.fromkeys(KEYS, "0"), "Why not", leaves_out=True))
    meeting.step("close", Ending("own", COST_ALONE, "Cabinet asked for cost.", leaves_out=True))
    run = meeting.rank()
    assert {c["key"]: c["weight"] for c in run.settings["criteria"]}["unit_cost"] == 1.0
    view = meeting.view()
    assert view.agreed is not None
    assert view.agreed["reason"] == "Cabinet asked for cost."
    assert view.comparison is not None
    assert view.comparison.weights["unit_cost"] == 1.0
    assert view.comparison.agreed.weights["unit_cost"] == 0.125, "the average is kept beside it"


def test_goalposts_that_move_have_to_be_confirmed(meeting: Meeting) -> None:
    meeting.give("Executive", EVEN, "executive")
    meeting.give("Director", EVEN, "director")
    _move_goalposts(meeting)
    view = meeting.view()
    assert not view.counting
    assert [after.goalposts for _, after in view.members[1].to_confirm] == [(0, 60)]
    assert [before.goalposts for before, _ in view.members[1].to_confirm] == [(0, 30)]
    with pytest.raises(Invalid, match="Nobody’s points count"):
        meeting.step("close", Ending(leaves_out=True))
    assert _tasks(meeting, "executive") == ["Confirm your points for Weights for Rollout 2026"]
    meeting.step("confirm", meeting.ballots["Executive"], who="executive")
    assert _tasks(meeting, "executive") == []
    meeting.give("Director", {"demand_pressure": "20"}, "director")
    assert [member.name for member in meeting.view().counting] == ["Director", "Executive"]
    meeting.step("close", Ending(leaves_out=True))
    _move_goalposts(meeting, 90)
    assert meeting.view().moved == ("demand pressure",)
    with pytest.raises(Invalid, match="has changed since these weights were agreed: demand pressure"):
        meeting.rank()
    meeting.step("reopen")
    meeting.step("confirm", meeting.ballots["Executive"], who="executive")
    meeting.step("close", Ending(leaves_out=True))
    assert list(meeting.rank().settings["members"]) == ["Executive"], "who did not confirm is left out"


def _move_goalposts(meeting: Meeting, high: float = 60) -> None:
    changed = [replace(c, goalposts=(0, high)) if c.key == "demand_pressure" else c for c in DEFAULT_CRITERIA]
    with transaction(meeting.engine) as session:
        by = meeting.council.people["core_team"]
        criteria_kept.keep_list(session, [(c, True) for c in changed], "", by_id=by, now=NOW)


def _tasks(meeting: Meeting, who: str) -> list[str]:
    with reading(meeting.engine) as session:
        view = home.show(session, by=meeting.council.actor(who), now=NOW)
    return [task.words for task in view.tasks if "points" in task.words]


def test_a_new_criterion_wants_points_too(meeting: Meeting) -> None:
    meeting.give("Executive", EVEN, "executive")
    added = replace(DEFAULT_CRITERIA[2], key="backlog", label="backlog")
    with transaction(meeting.engine) as session:
        by = meeting.council.people["core_team"]
        listed = [(c, c.key != "unit_cost") for c in (*DEFAULT_CRITERIA, added)]
        criteria_kept.keep_list(session, listed, "", by_id=by, now=NOW)
    member = next(one for one in meeting.view().members if one.name == "Executive")
    assert (member.given, member.of, member.counts) == (7, 8, False)
    assert meeting.give("Executive", {"backlog": "30"}, "executive", is_last=True).problems == ()
    assert [one.name for one in meeting.view().counting] == ["Executive"]


def test_home_asks_for_points_until_they_are_given(meeting: Meeting) -> None:
    assert _tasks(meeting, "director") == ["Give your points for Weights for Rollout 2026"]
    meeting.give("Director", {"vfm_result": "100"}, "director")
    assert _tasks(meeting, "director") == ["Give your points for Weights for Rollout 2026: 7 of 8 left"]
    meeting.give("Director", EVEN, "director")
    assert _tasks(meeting, "director") == []


def test_every_problem_of_the_form_is_told_at_once(engine: Engine, council: SmallCouncil) -> None:
    rankable(engine, council)
    director = str(council.people["director"])
    typed = Typed(
        cycle="99", name=" ", day=("31", "2", "2027"), top="0", people=(director,), others="director\nBo\nBo"
    )
    with transaction(engine) as session, pytest.raises(Invalid) as problem:
        weights_opening.create(session, typed, by=council.actor("core_team"), now=NOW)
    assert _places(problem) == ["cycle", "name", "others", "others", "held_on", "top"]
    with reading(engine) as session:
        form = weights_opening.blank(session, cycle_id=None, now=NOW).typed
    typed = replace(form, people=("999",), top="9")
    with transaction(engine) as session, pytest.raises(Invalid) as problem:
        weights_opening.create(session, typed, by=council.actor("core_team"), now=NOW)
    assert "Somebody you chose can no longer sign in." in _messages(problem)
    assert "There are 4 services that can be ranked." in _messages(problem)


def test_members_join_and_leave_an_open_meeting(meeting: Meeting) -> None:
    core = str(meeting.council.people["core_team"])
    with pytest.raises(Invalid, match="Choose whom to add"):
        meeting.step("add_members", (), " ")
    with pytest.raises(Invalid, match="Cllr Green is a member already"):
        meeting.step("add_members", (), "Cllr Green\nCllr Brown")
    with pytest.raises(Invalid, match="Director is a member already"):
        meeting.step("add_members", (str(meeting.council.people["director"]),), "")
    assert meeting.step("add_members", (core,), "Cllr Brown") == 2
    assert [one.name for one in meeting.view().members] == [
        "Cllr Brown", "Cllr Green", "Core Team", "Director", "Executive",
    ]  # fmt: skip
    assert meeting.step("take_out", meeting.ballots["Cllr Green"]) == "Cllr Green"
    with pytest.raises(NotFound):
        meeting.step("take_out", meeting.ballots["Cllr Green"])
    with reading(meeting.engine) as session:
        verbs = [row.verb for row in session.query(Event).filter_by(subject="weights_meeting")]
    assert verbs == ["opened", "added members", "took a member out"]


def test_imported_figures_alone_have_a_meeting_too(engine: Engine, council: SmallCouncil) -> None:
    publish(engine, council)
    meeting = Meeting(engine, council, cycle=str(FIGURES_ALONE))
    asked = [criterion.key for criterion in meeting.view().criteria]
    assert asked == ["expenditure_level", "unit_cost"]
    meeting.give("Executive", dict.fromkeys(asked, "10"), "executive")
    meeting.step("close", Ending(leaves_out=True))
    run = meeting.rank()
    assert run.cycle_id is None
    assert run.settings["services"] == 5


def test_one_criterion_is_enough(engine: Engine, council: SmallCouncil) -> None:
    rankable(engine, council)
    with transaction(engine) as session:
        listed = [(c, c.key == "demand_pressure") for c in DEFAULT_CRITERIA]
        criteria_kept.keep_list(session, listed, "", by_id=council.people["core_team"], now=NOW)
    meeting = Meeting(engine, council)
    meeting.give("Executive", {"demand_pressure": "30"}, "executive", is_last=True)
    meeting.give("Director", {"demand_pressure": "100"}, "director", is_last=True)
    meeting.step("uncover")
    found = meeting.view().comparison
    assert found is not None
    assert (found.agreed.weights, found.agreed.agreement) == ({"demand_pressure": 1.0}, None)
