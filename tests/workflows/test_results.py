"""Results: whose they are, which one is shown, and a cycle listed, filtered and sorted."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, select

from tests import build
from tests.answered import signed_off
from tests.council import NOW, SmallCouncil
from tests.rounds import Round, opened
from vfm.errors import NotFound
from vfm.questionnaires.answers import Answer
from vfm.questionnaires.schema import Band
from vfm.scoring.service_results import Wanted
from vfm.store.database import reading, transaction
from vfm.store.tables import ScorecardRow
from vfm.workflows import challenge_closing, results, sign_off

BANDS = (Band(name="Weak", minimum=0, colour="red"), Band(name="Sound", minimum=60, colour="green"))
ASKED = build.questionnaire(
    build.section("A", build.scale_question("A-01"), build.scale_question("A-02")),
    build.section("B", build.scale_question("B-01")),
    build.section("F", build.question("F-01", "text")),
    bands=BANDS,
)


def given(*levels: int) -> dict[str, Answer]:
    return {
        key: build.answer(level, "documented")
        for key, level in zip(("A-01", "A-02", "B-01"), levels, strict=True)
    }


@pytest.fixture
def this_year(engine: Engine, council: SmallCouncil) -> Round:
    made = opened(engine, council, ASKED, services=("LIB", "WASTE", "ROADS", "HOME"))
    signed_off(engine, council, made.assessments["LIB"], ASKED, given(4, 4, 2))
    signed_off(engine, council, made.assessments["WASTE"], ASKED, given(2, 2, 2))
    signed_off(engine, council, made.assessments["ROADS"], ASKED, given(3, 3, 4), who="other_director")
    return made


def index(
    engine: Engine, council: SmallCouncil, made: Round, who: str = "viewer", **wanted: str
) -> results.CycleResults:
    with reading(engine) as session:
        return results.index(session, made.cycle_id, Wanted(**wanted), by=council.actor(who))


def names(found: results.CycleResults) -> list[str]:
    return [row.service for row in found.rows]


def test_a_cycle_lists_every_service_with_or_without_a_result(
    engine: Engine, council: SmallCouncil, this_year: Round
) -> None:
    found = index(engine, council, this_year)
    assert names(found) == ["Highways", "Home care", "Libraries", "Waste collection"]
    highways, home, libraries, _ = found.rows
    assert (home.kind, home.overall, home.band) == ("", None, None)
    assert (highways.kind, highways.lowest) == ("self", ("A",))
    assert libraries.overall is not None
    assert libraries.overall["score"] == pytest.approx(200 / 3)
    assert libraries.band == BANDS[1]
    assert found.sections == (("A", "Section A"), ("B", "Section B"))
    assert [(band.name, count) for band, count in found.counts] == [("Weak", 1), ("Sound", 2)]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"search": "high"}, ["Highways"]),
        ({"search": "place waste"}, ["Waste collection"]),
        ({"directorate": "Adults"}, ["Home care"]),
        ({"band": "Weak"}, ["Waste collection"]),
        ({"status": "open"}, ["Home care"]),
        ({"sort": "-score"}, ["Highways", "Libraries", "Waste collection", "Home care"]),
        ({"sort": "B"}, ["Libraries", "Waste collection", "Highways", "Home care"]),
        ({"sort": "no such column"}, ["Highways", "Home care", "Libraries", "Waste collection"]),
    ],
)
def test_the_list_is_filtered_and_sorted(
    engine: Engine, council: SmallCouncil, this_year: Round, wanted: dict[str, str], expected: list[str]
) -> None:
    assert names(index(engine, council, this_year, **wanted)) == expected


def test_a_director_reads_the_results_of_their_own_services_alone(
    engine: Engine, council: SmallCouncil, this_year: Round
) -> None:
    assert names(index(engine, council, this_year, "director")) == ["Libraries", "Waste collection"]
    with pytest.raises(NotFound):
        index(engine, council, this_year, "contributor")
    with reading(engine) as session, pytest.raises(NotFound):
        results.show(session, this_year.assessments["ROADS"], by=council.actor("director"))


def test_the_agreed_result_counts_and_the_self_result_can_still_be_read(
    engine: Engine, council: SmallCouncil, this_year: Round
) -> None:
    assessment_id = this_year.assessments["LIB"]
    core = council.actor("core_team")
    with transaction(engine) as session:
        challenge_closing.close(session, assessment_id, by=core, now=NOW)
    with reading(engine) as session:
        shown, asked = (results.show(session, assessment_id, by=core, kind=kind) for kind in ("", "self"))
    assert (shown.kind, asked.kind) == ("agreed", "self")
    assert shown.start is not None
    assert shown.start.is_this
    assert shown.change is None
    libraries = next(row for row in index(engine, council, this_year).rows if row.service == "Libraries")
    assert (libraries.kind, libraries.status) == ("agreed", "agreed")


def test_an_assessment_that_was_returned_has_no_result_for_now(
    engine: Engine, council: SmallCouncil, this_year: Round
) -> None:
    assessment_id = opened(
        engine, council, ASKED.model_copy(update={"key": "again"}), name="Again"
    ).assessments["LIB"]
    director = council.actor("director")
    with transaction(engine) as session:
        sign_off.submit(session, assessment_id, by=director, now=NOW)
    with transaction(engine) as session:
        sign_off.send_back(session, assessment_id, "The cost is missing", by=director, now=NOW)
    with reading(engine) as session:
        assert results.show(session, assessment_id, by=director).card is None
        with pytest.raises(NotFound):
            results.card(session, assessment_id, by=director)


def test_the_list_asks_the_same_number_of_questions_however_long_it_is(
    engine: Engine, council: SmallCouncil, this_year: Round
) -> None:
    few = opened(engine, council, ASKED.model_copy(update={"key": "few"}), services=("LIB",), name="Few")
    counts = []
    for made in (few, few, this_year):
        asked: list[object] = []
        event.listen(engine, "before_cursor_execute", lambda *all_of_it, asked=asked: asked.append(1))
        index(engine, council, made)
        counts.append(len(asked))
    assert counts[1] == counts[2] <= 4


@pytest.mark.parametrize(
    ("changed", "is_explained"), [({"engine": "0.9"}, True), ({"engine": "0.9", "mean": 12.5}, False)]
)
def test_an_older_engine_is_explained_only_where_scoring_again_gives_the_same(
    engine: Engine, council: SmallCouncil, this_year: Round, changed: dict, is_explained: bool
) -> None:
    assessment_id = this_year.assessments["WASTE"]
    with transaction(engine) as session:
        row = session.scalars(select(ScorecardRow).where(ScorecardRow.assessment_id == assessment_id)).one()
        overall = row.content["overall"] | {key: changed[key] for key in changed if key == "mean"}
        content = row.content | {"engine": changed["engine"], "overall": overall}
        session.add(
            ScorecardRow(
                assessment_id=assessment_id, kind="self", number=row.number + 1, engine="0.9",
                content=content, created_at=NOW,
            )
        )  # fmt: skip
    with reading(engine) as session:
        found = results.show(session, assessment_id, by=council.actor("viewer"))
    assert found.card is not None
    assert found.card.engine == "0.9"
    assert bool(found.what_if.workings) == is_explained
    assert bool(found.what_if.lifts) == is_explained
    assert (found.what_if.climb is not None) == is_explained


def test_the_last_rollout_is_marked_beside_a_result_where_it_is_not_the_baseline(
    engine: Engine, council: SmallCouncil, this_year: Round
) -> None:
    core = council.actor("core_team")
    rounds = [(this_year, given(4, 4, 2))]
    for year in (1, 2):
        at = NOW + timedelta(days=365 * year)
        made = opened(
            engine, council, ASKED, services=("LIB",), name=f"Year {year}", at=at, given=(),
            template_id=this_year.template_id,
        )  # fmt: skip
        signed_off(engine, council, made.assessments["LIB"], ASKED, given(3, 3, 2 + year), at=at)
        rounds.append((made, given(3, 3, 2 + year)))
    shown = []
    for made, _ in rounds:
        assessment_id = made.assessments["LIB"]
        with transaction(engine) as session:
            challenge_closing.close(session, assessment_id, by=core, now=NOW + timedelta(days=800))
        with reading(engine) as session:
            shown.append(results.show(session, assessment_id, by=core))
    assert [found.before and found.before.cycle for found in shown] == [None, None, "Year 1"]
    assert [found.start is not None and found.start.cycle for found in shown] == ["Rollout 2026"] * 3
