"""A run is made from what is stored of it; a decision stands until a later one."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from tests.council import NOW, SmallCouncil
from tests.rankable import ASKED, agree, given, publish, rankable
from tests.rounds import opened
from vfm.errors import Conflict, Invalid, NotFound
from vfm.prioritisation import rerun
from vfm.prioritisation.criteria import DEFAULT_CRITERIA
from vfm.prioritisation.outline import outlined
from vfm.store.database import reading, transaction
from vfm.store.queries import rankings as queries
from vfm.store.tables import Event, OutcomeOverride, PrioritisationRun, Service
from vfm.workflows import priorities, rankings
from vfm.workflows.priorities import Verdict
from vfm.workflows.rankings import Ballot

TODAY = ("23", "11", "2026")
REVIEW = Verdict("service_review", "", "It costs most and achieves least.", TODAY)


def _run(engine: Engine, council: SmallCouncil, **changes: object) -> int:
    with transaction(engine) as session:
        sheet = rankings.prepare(session).sheet
        return rankings.run(session, replace(sheet, **changes), by=council.actor("executive"), now=NOW)


def _kept(session: Session, run_id: int) -> PrioritisationRun:
    return session.get_one(PrioritisationRun, run_id)


def _places(problem: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [one.place for one in problem.value.problems]


def test_values_come_with_their_sources(engine: Engine, council: SmallCouncil) -> None:
    rankable(engine, council)
    publish(engine, council)
    with reading(engine) as session:
        found = rankings.gathered(session, queries.rankable(session)[0], DEFAULT_CRITERIA, NOW.date())
    home, library, roads = (
        next(one for one in found["services"] if one["key"] == key) for key in ("HOME", "LIB", "ROADS")
    )
    gross = home["values"]["expenditure_level"]
    used = gross["used"][0]
    assert (gross["value"], used["amount"], used["year"]) == (30_000_000, "30000000", "2024-25")
    assert (used["publication"], used["line"]) == ("Revenue outturn", "Home")
    assert (gross["unused"][0]["key"], gross["otherwise"]) == ("PRO-03", 30_001_000)
    cost = home["values"]["unit_cost"]
    assert (cost["value"], cost["how"], cost["otherwise"]) == (
        0.625,
        "The mean of 2 published measures.",
        0.625,
    )
    assert cost["used"][1]["says"] == (
        "£30.50 per visit; 50% of 8 neighbours are cheaper "
        "(their median £20 per visit, England £25 per visit)"
    )
    assert library["values"]["unit_cost"]["used"][0]["key"] == "ECO-03"
    assert library["values"]["demand_pressure"]["value"] == 6
    assert library["values"]["budget_variance"]["value"] == 2
    assert library["values"]["savings_potential"]["value"] == 3
    assert library["values"]["assurance_concern"]["value"] == 50
    assert library["values"]["performance_gap"]["value"] is None
    assert roads["values"]["savings_potential"]["value"] is None
    assert (library["gross"], library["net"], library["reviewed_on"]) == ("2000000", "1000000", "2021-04-01")
    assert (home["weak_sections"], library["weak_sections"]) == (["Section ECO", "Section OUT"], [])
    assert [source["key"] for source in library["beside"]] == ["PRO-12", "PRO-13"]
    assert found["left_out"] == [["Special educational needs", "open"]]


def test_a_run_is_the_same_again_from_what_is_stored(engine: Engine, council: SmallCouncil) -> None:
    rankable(engine, council)
    publish(engine, council)
    run_id = _run(engine, council)
    with reading(engine) as session:
        kept = _kept(session, run_id)
        again, tested = rerun.ranked_and_tested(kept.settings, kept.inputs)
        assert json.dumps(again) == json.dumps(kept.result)
        assert json.dumps(tested) == json.dumps(kept.robustness)
        assert json.dumps(rerun.ranked(kept.settings, kept.inputs)) == json.dumps(kept.result)
        assert json.loads(json.dumps(outlined(again, kept.inputs))) == kept.outline
        assert kept.engine.startswith(rerun.ENGINE)
    with pytest.raises(Conflict), transaction(engine) as session:
        session.execute(update(PrioritisationRun).values(name="Another"))


def test_later_runs_of_a_cycle_measure_with_the_same_rod(engine: Engine, council: SmallCouncil) -> None:
    made = rankable(engine, council)
    publish(engine, council)
    first = _run(engine, council)
    with transaction(engine) as session:
        agree(session, made.assessments["SEND"], given("SEND", (2, 3)))
    second = _run(engine, council)
    with reading(engine) as session:
        boards = [priorities.board(session, run_id) for run_id in (first, second)]
        posts = [
            next(c.goalposts for c, _ in board.weights if c.key == "expenditure_level") for board in boards
        ]
    assert posts[0] == posts[1]
    assert [len(board.lines) for board in boards] == [4, 5]


def test_every_problem_of_the_form_is_told_at_once(engine: Engine, council: SmallCouncil) -> None:
    rankable(engine, council)
    points = {criterion.key: "10" for criterion in DEFAULT_CRITERIA}
    ballots = (
        Ballot("Ada", points | {"unit_cost": "101", "vfm_result": "much"}),
        Ballot("", {}),
        Ballot("Ada", points),
        Ballot("", points),
        Ballot("Bo", dict.fromkeys(points, "0")),
    )
    with pytest.raises(Invalid) as problem:
        _run(engine, council, cycle_id=99, name=" ", top="0", ballots=ballots)
    assert _places(problem) == [
        *("cycle", "name", "top", "member-1.vfm_result", "member-1.unit_cost", "member-3", "member-4"),
        "member-5.vfm_result",
    ]
    with pytest.raises(Invalid) as problem:
        _run(engine, council, top="5", ballots=(Ballot("", {}),))
    assert _places(problem) == ["top", "member-1"]


def test_members_points_are_averaged_and_kept(engine: Engine, council: SmallCouncil) -> None:
    rankable(engine, council)
    publish(engine, council)
    even = {criterion.key: "10" for criterion in DEFAULT_CRITERIA}
    tilted = even | {"vfm_result": "100", "unit_cost": "0"}
    run_id = _run(engine, council, ballots=(Ballot("Ada", even), Ballot("Bo", tilted)), top="2")
    with reading(engine) as session:
        board, again = priorities.board(session, run_id), rankings.prepare(session, like=run_id).sheet
    given_shares = board.ranges["vfm_result"]
    assert given_shares == pytest.approx((1 / 8, 100 / 160))
    assert (board.top, board.members) == (2, ("Ada", "Bo"))
    assert (again.top, again.ballots[1].points["vfm_result"], again.name) == (
        "2",
        "100",
        f"{board.run.name}, other weights",
    )


def test_a_board_adds_up_and_names_who_is_not_in_it(engine: Engine, council: SmallCouncil) -> None:
    rankable(engine, council)
    publish(engine, council)
    opened(engine, council, ASKED.model_copy(update={"key": "pilot"}), kind="pilot", name="Pilot")
    with reading(engine) as session:
        assert [cycle.name for cycle in priorities.index(session).cycles] == [
            "Rollout 2026",
            "Imported figures alone",
        ]
    run_id = _run(engine, council)
    with reading(engine) as session:
        board = priorities.board(session, run_id)
        listed = priorities.index(session).runs[0]
    assert board.ranked[0].name == "Home care"
    for line in board.ranked:
        assert sum(line.groups) == pytest.approx(line.index)
    assert board.left_out == (("Special educational needs", "open"),)
    assert any(words.startswith("Performance gap: no service has a value") for words in board.warnings)
    assert (listed.services, listed.top, listed.decided) == (4, 1, 0)


def test_a_service_is_explained_down_to_its_answers(engine: Engine, council: SmallCouncil) -> None:
    made = rankable(engine, council)
    publish(engine, council)
    run_id = _run(engine, council)
    with reading(engine) as session:
        view = priorities.service(session, run_id, council.services["ROADS"])
        with pytest.raises(NotFound):
            priorities.service(session, run_id, council.services["SEND"])
        with pytest.raises(NotFound):
            priorities.service(session, run_id + 1, council.services["ROADS"])
    assert view.assessment_id == made.assessments["ROADS"]
    assert sum(line.contribution or 0 for line in view.lines) == pytest.approx(view.service.index)
    assert view.steps[0].end + sum(step.points for step in view.steps[1:-1]) == pytest.approx(
        view.service.index
    )
    by_key = {line.criterion.key: line for line in view.lines}
    assert by_key["savings_potential"].is_filled
    assert by_key["performance_gap"].weight == 0  # nobody has a value, so it is left out
    assert view.above is not None
    assert view.why.startswith("Highways stands")


def test_the_day_of_a_decision_is_the_day_in_london(engine: Engine, council: SmallCouncil) -> None:
    rankable(engine, council)
    publish(engine, council)
    run_id, service_id, by = _run(engine, council), council.services["HOME"], council.actor("executive")
    late = datetime(2027, 6, 1, 23, 30, tzinfo=UTC)  # half past midnight, in summer time
    verdict = replace(REVIEW, day=("2", "6", "2027"))
    with transaction(engine) as session:
        priorities.decide(session, run_id, service_id, verdict, by=by, now=late)
    with reading(engine) as session:
        (decision,) = priorities.service(session, run_id, service_id).decisions
    assert decision.decided_on == date(2027, 6, 2)


def test_a_later_decision_stands_and_the_trail_stays(engine: Engine, council: SmallCouncil) -> None:
    rankable(engine, council)
    publish(engine, council)
    run_id, service_id, by = _run(engine, council), council.services["HOME"], council.actor("executive")
    later = Verdict("deep_dive", " Rotas ", "The review would take too long.", TODAY)
    for verdict in (REVIEW, later):
        with transaction(engine) as session:
            priorities.decide(session, run_id, service_id, verdict, by=by, now=NOW)
    with reading(engine) as session:
        view, board = priorities.service(session, run_id, service_id), priorities.board(session, run_id)
        event = session.query(Event).filter_by(verb="decided").order_by(Event.id.desc()).first()
    assert [one.outcome for one in view.decisions] == ["deep_dive", "service_review"]
    assert view.standing is not None
    assert (view.standing.topic, view.standing.suggested) == ("Rotas", view.service.outcome)
    assert view.standing.rule == f"{view.service.rule}: {view.service.reason}"
    assert next(line for line in board.lines if line.service_id == service_id).decided == "deep_dive"
    assert event is not None
    assert event.before == {"outcome": "service_review", "topic": ""}


@pytest.mark.parametrize(
    ("verdict", "places"),
    [
        (Verdict("", "", " ", ("", "", "")), ["outcome", "reason", "day"]),
        (replace(REVIEW, outcome="deep_dive"), ["topic"]),
        (replace(REVIEW, day=("24", "11", "2026")), ["day"]),
        (replace(REVIEW, day=("31", "2", "2026")), ["day"]),
    ],
)
def test_a_decision_says_what_it_lacks(
    engine: Engine, council: SmallCouncil, verdict: Verdict, places: list[str]
) -> None:
    rankable(engine, council)
    publish(engine, council)
    run_id = _run(engine, council)
    with pytest.raises(Invalid) as problem, transaction(engine) as session:
        priorities.decide(
            session, run_id, council.services["HOME"], verdict, by=council.actor("executive"), now=NOW
        )
    assert _places(problem) == places


def test_last_cycles_outcome_and_a_recorded_review_are_taken_in(
    engine: Engine, council: SmallCouncil
) -> None:
    before = rankable(engine, council, "Rollout 2025", at=NOW - timedelta(days=400))
    publish(engine, council)
    old = _run(engine, council)
    with transaction(engine) as session:
        priorities.decide(
            session, old, council.services["LIB"], REVIEW, by=council.actor("executive"), now=NOW
        )
        session.execute(update(Service).where(Service.key == "LIB").values(reviewed_on=date(2026, 6, 1)))
    rankable(engine, council, "Rollout 2026", template_id=before.template_id)
    new = _run(engine, council)
    with reading(engine) as session:
        view = priorities.service(session, new, council.services["LIB"])
        same_cycle = priorities.service(session, old, council.services["LIB"])
    assert (view.last_outcome, view.reviewed_on, view.service.rule) == ("service_review", date(2026, 6, 1), 3)
    assert (view.standing, len(view.decisions)) == (None, 1)
    assert same_cycle.last_outcome is None


def test_services_are_ranked_on_imported_figures_alone(engine: Engine, council: SmallCouncil) -> None:
    publish(engine, council)
    run_id = _run(engine, council, cycle_id=rankings.FIGURES_ALONE, name="Before any assessment")
    with reading(engine) as session:
        kept = _kept(session, run_id)
        board = priorities.board(session, run_id)
        page = priorities.service(session, run_id, council.services["HOME"])
        assert [c["key"] for c in kept.settings["criteria"]] == ["expenditure_level", "unit_cost"]
        assert json.dumps(rerun.ranked(kept.settings, kept.inputs)) == json.dumps(kept.result)
    assert (kept.cycle_id, board.run.cycle, page.assessment_id) == (None, "Imported figures alone", None)
    assert [line.key for line in board.ranked] == ["HOME"]  # the others lack a third of the weight
    assert {line.key: line.outcome for line in board.lines}["LIB"] == "data_first"
    assert page.lines[0].gathered.used[0].publication == "Revenue outturn"
    with transaction(engine) as session:
        priorities.decide(
            session, run_id, council.services["HOME"], REVIEW, by=council.actor("executive"), now=NOW
        )
    with reading(engine) as session:
        assert priorities.board(session, run_id).ranked[0].decided == "service_review"


def test_an_override_in_force_fires_the_first_rule(engine: Engine, council: SmallCouncil) -> None:
    rankable(engine, council)
    publish(engine, council)
    with transaction(engine) as session:
        for key, more in (("LIB", {}), ("WASTE", {"ends_on": NOW.date() - timedelta(1)})):
            session.add(
                OutcomeOverride(
                    service_id=council.services[key],
                    outcome="deep_dive",
                    kind="statutory",
                    reason="A statutory plan is due.",
                    decided_by="Executive team",
                    decided_on=NOW.date() - timedelta(9),
                    by_id=council.actor("executive").id,
                    at=NOW,
                    **more,
                )
            )
    run_id = _run(engine, council)
    with reading(engine) as session:
        lines = {line.key: line for line in priorities.board(session, run_id).lines}
    library = lines["LIB"]
    assert (library.outcome, library.rule) == ("deep_dive", 1)
    assert library.reason == "Set by Executive team: statutory duty: A statutory plan is due."
    assert lines["WASTE"].rule != 1
