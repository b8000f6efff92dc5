"""All services of a cycle together: what is counted, who stands far and why, groups, questions, figures."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, event

from tests import build
from tests.cohort import ASKED, cohort, given, name_families, publish_compared, send
from tests.council import NOW, SmallCouncil
from tests.rounds import Round, opened
from vfm.errors import NotFound
from vfm.scoring.cohort import Pull
from vfm.scoring.service_results import Wanted
from vfm.store.database import reading, transaction
from vfm.workflows import challenge, challenge_closing, cohort_figures, cohort_questions, cohorts

THIRD = 100 / 3


@pytest.fixture
def made(engine: Engine, council: SmallCouncil) -> Round:
    return cohort(engine, council)


@pytest.fixture
def see(engine: Engine, council: SmallCouncil, made: Round) -> Callable[..., Any]:
    """`see(cohorts.groups)`: one view of the cycle, read by somebody."""

    def run(view: Callable[..., Any], *more: Any, who: str = "viewer", **named: Any) -> Any:
        with reading(engine) as session:
            return view(session, made.cycle_id, *more, by=council.actor(who), **named)

    return run


# --- the heat map -------------------------------------------------------------------------------------------


def test_the_map_is_grouped_sorted_and_filtered_with_medians_of_what_is_shown(
    see: Callable[..., Any], engine: Engine
) -> None:
    name_families(engine)
    whole = see(cohorts.heat_map, Wanted(sort="A"), grouped=False)
    assert next(row.service_key for row in whole.groups[0].rows) == "SEND"
    assert whole.whole.median == pytest.approx(2 * THIRD)
    assert whole.whole.medians["B"] == pytest.approx(2 * THIRD)
    grouped = see(cohorts.heat_map, Wanted(), grouped=True)
    assert [(group.name, len(group.rows)) for group in grouped.groups] == [
        ("Adults", 1), ("Children", 1), ("Communities", 1), ("Place", 2),
    ]  # fmt: skip
    assert grouped.groups[1].medians["A"] == 0
    family = see(cohorts.heat_map, Wanted(family="places"), grouped=False)
    assert {row.service_key for row in family.whole.rows} == {"LIB", "WASTE"}


def test_a_director_sees_their_own_services_and_nothing_of_the_others(see: Callable[..., Any]) -> None:
    own = see(cohorts.heat_map, Wanted(), grouped=False, who="director")
    assert {row.service_key for row in own.whole.rows} == {"LIB", "WASTE"}
    assert not own.cohort.is_whole
    assert see(cohorts.groups, who="director").whole.services == 2
    assert see(cohort_questions.questions, Wanted(), who="director").services == 2
    assert see(cohorts.outliers, who="director").groups[0].ends is None
    with pytest.raises(NotFound):
        see(cohorts.heat_map, Wanted(), grouped=False, who="contributor")


# --- how scores are spread ----------------------------------------------------------------------------------


def test_scores_are_counted_in_steps_and_a_step_opens_to_its_services(see: Callable[..., Any]) -> None:
    found = see(cohorts.distribution, Wanted())
    assert [(step.low, len(step.keys)) for step in found.steps if step.keys] == [(30, 1), (60, 4)]
    assert next(row.service_key for row in found.rows) == "SEND"
    assert (found.quartiles.lower, found.quartiles.count) == (pytest.approx(2 * THIRD), 5)
    step = see(cohorts.distribution, Wanted(), between=(30, 40))
    assert [row.service_key for row in step.listed] == ["SEND"]
    economy = see(cohorts.distribution, Wanted(), section="A")
    assert next(len(step.keys) for step in economy.steps) == 1
    with pytest.raises(NotFound):
        see(cohorts.distribution, Wanted(), section="NONE")


def test_who_is_not_counted_is_told_with_the_reason_and_what_it_could_still_be(
    engine: Engine, council: SmallCouncil
) -> None:
    made = opened(engine, council, ASKED, services=("LIB", "WASTE", "ROADS", "HOME"))
    few = {"A-01": build.answer(4, "none"), "A-02": build.dont_know(), "B-01": build.dont_know()}
    send(engine, council, made, "LIB", few)
    send(engine, council, made, "WASTE", {key: build.na() for key in few})
    send(engine, council, made, "ROADS", given(2, 2, 2) | {"B-01": build.na()})
    with reading(engine) as session:
        found = cohorts.distribution(session, made.cycle_id, Wanted(), by=council.actor("viewer"))
        economy = cohorts.distribution(
            session, made.cycle_id, Wanted(), section="A", by=council.actor("viewer")
        )
        demand = cohorts.distribution(
            session, made.cycle_id, Wanted(), section="B", by=council.actor("viewer")
        )
    assert [row.service_key for row in found.rows] == ["ROADS"]
    told = {one.row.service_key: (one.why, one.low, one.high) for one in found.uncounted}
    # LIB: A is 100 and unknown, so 50 to 100; B 0 to 100; the overall, half of each, 25 to 100.
    assert told == {
        "HOME": ("no_result", None, None),
        "LIB": ("few", 25, 100),
        "WASTE": ("not_applicable", None, None),
    }
    assert {one.row.service_key: (one.why, one.low, one.high) for one in economy.uncounted} == {
        "HOME": ("no_result", None, None),
        "LIB": ("few", 50, 100),
        "WASTE": ("not_applicable", None, None),
    }
    assert {one.row.service_key: one.why for one in demand.uncounted}["ROADS"] == "not_applicable"


# --- outliers -----------------------------------------------------------------------------------------------


def test_who_stands_far_is_told_with_how_far_and_what_drives_it(see: Callable[..., Any]) -> None:
    """Four at 66.67, one at 33.33: all quartiles 66.67, far from 61.67 down. Economy has half the overall."""
    found = see(cohorts.outliers)
    (far,) = found.far
    assert (far.row.service_key, far.far.side) == ("SEND", "below")
    assert (far.far.from_median, far.far.beyond) == pytest.approx((-THIRD, THIRD - 5))
    assert far.section == Pull("A", 0, pytest.approx(2 * THIRD), pytest.approx(-THIRD))
    assert far.question == Pull("A-01", 0, pytest.approx(2 * THIRD), pytest.approx(-THIRD / 2))
    section = see(cohorts.outliers, section="A")
    (far,) = section.far
    assert (far.section, far.question.key, far.question.points) == (None, "A-01", pytest.approx(-THIRD))
    assert see(cohorts.outliers, section="B").far == ()


def test_few_peers_are_never_said_to_be_far(see: Callable[..., Any]) -> None:
    found = see(cohorts.outliers, by_what="directorate")
    assert [group.name for group in found.groups] == ["Adults", "Children", "Communities", "Place"]
    assert all(group.ends is None for group in found.groups)
    assert found.far == ()
    assert [group.name for group in see(cohorts.outliers, by_what="family").groups] == ["No family named"]


# --- groups -------------------------------------------------------------------------------------------------


def test_each_directorate_stands_on_one_line(
    see: Callable[..., Any], engine: Engine, council: SmallCouncil, made: Round
) -> None:
    with transaction(engine) as session:
        challenge_closing.close(session, made.assessments["LIB"], by=council.actor("core_team"), now=NOW)
    found = see(cohorts.groups)
    lines = {group.name: group for group in found.groups}
    place, children = lines["Place"], lines["Children"]
    assert (place.services, place.submitted, place.agreed, lines["Communities"].agreed) == (2, 2, 0, 1)
    assert (children.quartiles.median, children.lowest) == (pytest.approx(THIRD), ((("A", "Economy"),), 0))
    assert [(band.name, count) for band, count in found.whole.bands] == [("Weak", 1), ("Sound", 4)]
    assert (found.whole.change, found.whole.compared) == (None, 0)
    assert "Place: Transport" in {group.name for group in see(cohorts.groups, by_what="division").groups}


def test_change_since_the_baseline_is_the_median_of_the_like_for_like_changes(
    engine: Engine, council: SmallCouncil, made: Round
) -> None:
    core = council.actor("core_team")
    for service in ("LIB", "WASTE"):
        with transaction(engine) as session:
            challenge_closing.close(session, made.assessments[service], by=core, now=NOW)
    again = opened(
        engine, council, ASKED, services=("LIB", "WASTE"), name="Again", template_id=made.template_id
    )
    send(engine, council, again, "LIB", given(4, 4, 4))
    send(engine, council, again, "WASTE", given(3, 3, 3))
    for service in ("LIB", "WASTE"):
        with transaction(engine) as session:
            challenge_closing.close(session, again.assessments[service], by=core, now=NOW)
    with reading(engine) as session:
        found = cohorts.groups(session, again.cycle_id, by=core)
    assert (found.whole.change, found.whole.compared) == (pytest.approx(THIRD / 2), 2)
    assert (found.whole.up, found.whole.down) == (1, 0)


# --- questions ----------------------------------------------------------------------------------------------


def test_questions_come_by_what_they_take_and_open_to_who_answered_what(see: Callable[..., Any]) -> None:
    """A-01 and A-02 have a quarter each: four lose 25/3, one 25: (4 x 25/3 + 25) / 5 = 35/3. B-01 has half:
    all lose 50/3. The rest of 100 is the mean overall: (4 x 66.67 + 33.33) / 5 = 60."""
    found = see(cohort_questions.questions, Wanted(sort="-lost"))
    assert [line.question.key for line in found.lines] == ["B-01", "A-01", "A-02"]
    assert [line.standing.lost for line in found.lines] == pytest.approx([50 / 3, 35 / 3, 35 / 3])
    assert (found.services, found.published, found.total) == (5, 5, 3)
    only = see(cohort_questions.questions, Wanted(sort="mean"), section="A")
    assert [line.question.key for line in only.lines] == ["A-01", "A-02"]
    one = see(cohort_questions.question, "A-01", Wanted())
    assert [(answer.words, len(answer.rows)) for answer in one.given] == [
        ("1: Not in place", 1),
        ("2: Partly in place", 0),
        ("3: In place", 4),
        ("4: Embedded and improving", 0),
    ]
    ((row, grade),) = one.given[0].rows
    assert (row.service_key, grade) == ("SEND", "none")
    for key in ("F-01", "A-03", "NONE"):
        with pytest.raises(NotFound):
            see(cohort_questions.question, key, Wanted())


def test_an_agreed_answer_stands_in_the_place_of_the_services_own(
    see: Callable[..., Any], engine: Engine, council: SmallCouncil, made: Round
) -> None:
    core, raw = (
        council.actor("core_team"),
        {"value": "2", "evidence": "verified", "reason": "Audit saw less."},
    )
    with transaction(engine) as session:
        challenge.make(session, made.assessments["LIB"], "B-01", raw, by=core, now=NOW)
        challenge.agree(session, made.assessments["LIB"], "B-01", raw, by=core, now=NOW)
        assert len(see(cohort_questions.question, "B-01", Wanted()).given[2].rows) == 5
        challenge_closing.close(session, made.assessments["LIB"], by=core, now=NOW)
    answers = see(cohort_questions.question, "B-01", Wanted()).given
    assert [len(answer.rows) for answer in answers] == [0, 1, 4, 0]
    assert answers[1].rows[0][0].service_key == "LIB"


def test_questions_are_read_from_the_store_once(see: Callable[..., Any], engine: Engine) -> None:
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    see(cohort_questions.questions, Wanted())
    first = len(statements)
    see(cohort_questions.questions, Wanted())
    assert len(statements) - first == first - 1
    assert first <= 6


# --- figures ------------------------------------------------------------------------------------------------


def test_figures_stand_beside_the_section_that_asks_about_the_same(
    see: Callable[..., Any], engine: Engine, council: SmallCouncil
) -> None:
    assert see(cohort_figures.figures, Wanted()).lines == ()
    publish_compared(engine, council)
    found = see(cohort_figures.figures, Wanted())
    told = {line.row.service_key: (line.contrast.verdict, line.section, line.basis) for line in found.lines}
    assert told == {
        "LIB": ("dear_but_high", "Economy", "cash, outturn"),
        "SEND": ("cheap_but_low", "Economy", "cash, outturn"),
    }
    assert [line.contrast.figure.year for line in found.lines] == ["2024-25", "2024-25"]
    assert found.asking == (("unit_cost", ("Economy",)), ("performance_gap", ()))
    assert (found.with_figure, found.services) == (2, 5)
    own = see(cohort_figures.figures, Wanted(), who="director")
    assert [line.row.service_key for line in own.lines] == ["LIB"]
