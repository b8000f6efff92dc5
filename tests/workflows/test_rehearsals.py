"""A rehearsal gives what the command gives for the same answers, and walks as an assessment does."""

import json
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine

from tests import build
from tests.council import NOW, SmallCouncil
from vfm.cli import main
from vfm.errors import Conflict, NotFound
from vfm.questionnaires import document
from vfm.questionnaires.answers import Answer, State, answers_to_json
from vfm.questionnaires.merging import Sent
from vfm.questionnaires.schema import Kind, Question, Questionnaire
from vfm.scoring.scorecard import score
from vfm.scoring.structure import structure_of
from vfm.store.database import reading, transaction
from vfm.store.tables import Template, Version
from vfm.web import fields
from vfm.workflows import rehearsals, versions
from vfm.workflows.rehearsals import Level, filled, rehearsed, value_at

READY = sorted((Path(__file__).parents[2] / "data" / "templates").glob("*.yaml"))
SMALL = build.questionnaire(
    build.section(
        "A",
        build.scale_question("A-01"),
        build.yes_no("A-02"),
        build.scale_question("A-03", show_if={"question": "A-02", "equals": "yes"}),
    ),
    build.section("B", build.question("B-01", "money"), build.scale_question("B-02")),
)


def sent(**typed: dict[str, str | list[str]]) -> dict[str, Sent]:
    """Fields by key, `_` for a dash."""
    return {key.replace("_", "-"): Sent(raw, "") for key, raw in typed.items()}


def some_value(questionnaire: Questionnaire, question: Question, dice: Random) -> str | list[str] | None:
    """What somebody may type into a question with one field; None for one asked by part."""
    if question.by:
        return None
    match question.kind:
        case Kind.SCALE:
            return str(dice.choice([*questionnaire.level_words(question)]))
        case Kind.YES_NO:
            return dice.choice(["yes", "no"])
        case Kind.SINGLE_CHOICE:
            return dice.choice(question.options).key
        case Kind.MULTI_CHOICE:
            return [dice.choice(question.options).key]
        case Kind.NUMBER | Kind.MONEY | Kind.PERCENT:
            return str(dice.randint(0, 100))
        case Kind.DATE:
            return "2026-03-05"
    return "Some words"


def a_round(questionnaire: Questionnaire, seed: int) -> dict[str, Sent]:
    """Answers, don't knows, reasons and blanks in a mix that the seed decides."""
    dice = Random(seed)
    made: dict[str, Sent] = {}
    for key, question in questionnaire.questions.items():
        roll = dice.random()
        value = some_value(questionnaire, question, dice)
        if roll < 0.1:
            made[key] = Sent({"state": "dont_know"}, "")
        elif roll < 0.2 and question.allows_na:
            made[key] = Sent({"state": "not_applicable", "reason": "Not ours"}, "")
        elif value is not None and roll < 0.95:
            grade = dice.choice(["", "assertion", "documented", "verified"]) if question.is_scored else ""
            made[key] = Sent({"value": value, "evidence": grade}, "")
    return made


@pytest.mark.parametrize("path", READY, ids=lambda path: path.stem)
@pytest.mark.parametrize("seed", range(4))
def test_the_score_is_the_commands_to_the_last_digit(
    path: Path, seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questionnaire = document.parse(path.read_text(encoding="utf-8"), name=path.name)
    found = rehearsed(questionnaire, a_round(questionnaire, seed))
    assert not found.problems
    assert len(found.answers) > len(questionnaire.questions) / 2
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps(answers_to_json(questionnaire, found.answers)), encoding="utf-8")
    capsys.readouterr()
    assert main(["score", str(path), str(answers), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(found.card.as_json()))


@pytest.mark.parametrize("path", READY, ids=lambda path: path.stem)
@pytest.mark.parametrize(("level", "ends"), [(Level.LOWEST, 0), (Level.HIGHEST, 100)])
def test_the_ends_of_every_ready_template(path: Path, level: Level, ends: float) -> None:
    questionnaire = document.parse(path.read_text(encoding="utf-8"), name=path.name)
    found = rehearsed(questionnaire, filled(questionnaire, {}, level))
    assert found.card.overall.mean == pytest.approx(ends)
    assert not found.problems


def test_a_rule_table_gives_its_statuses() -> None:
    table = {
        "lists": {"basic": ("A-01", "A-02")},
        "statuses": ("Inadequate", "Adequate"),
        "minimum": "Adequate",
        "rows": (
            {"lists": ("all",), "status": "Adequate"},
            {"lists": ("some",), "status": "Inadequate"},
            {"lists": ("none",), "status": "Inadequate"},
        ),
    }
    questionnaire = build.questionnaire(
        build.section("A", build.yes_no("A-01"), build.yes_no("A-02"), rule_table=table),
        scoring={"method": "rule_table"},
    )
    best, worst = (
        rehearsed(questionnaire, filled(questionnaire, {}, level)).card
        for level in (Level.HIGHEST, Level.LOWEST)
    )
    assert (best.section["A"].result, worst.section["A"].result) == ("Adequate", "Inadequate")
    assert best.overall.score is None


def test_what_cannot_be_read_counts_as_not_answered() -> None:
    found = rehearsed(SMALL, sent(A_01={"value": "9"}, B_01={"value": "a lot"}, B_02={"value": "4"}))
    assert [problem.place for problem in found.problems] == ["A-01", "B-01"]
    assert set(found.answers) == {"B-02"}
    assert found.card.question["A-01"].state is State.UNANSWERED


def test_an_answer_off_the_route_changes_nothing_and_stays() -> None:
    typed = sent(A_01={"value": "2"}, A_02={"value": "no"}, A_03={"value": "4"})
    found = rehearsed(SMALL, typed)
    assert found.route == {"A-01", "A-02", "B-01", "B-02"}
    assert found.answers["A-03"] == build.answer(4)
    assert found.card == score(SMALL, {key: found.answers[key] for key in ("A-01", "A-02")})


def test_filling_keeps_evidence_and_notes_and_what_is_not_scored() -> None:
    typed = sent(A_01={"value": "1", "evidence": "verified", "note": "Seen"}, B_01={"value": "12"})
    made = filled(SMALL, typed, Level.HIGHEST)
    assert made["A-01"].raw == {"value": "4", "evidence": "verified", "note": "Seen"}
    assert made["B-01"] == typed["B-01"]
    assert set(made) == {"A-01", "A-03", "B-01", "B-02"}


@pytest.mark.parametrize(
    ("points", "middle"),
    [({1: 0, 2: 50, 3: 100}, 2), ({1: 0, 2: 40, 3: 60, 4: 100}, 2), ({1: 0, 2: 10, 3: 70}, 2)],
)
def test_the_middle_is_the_answer_nearest_to_half(points: dict[int, float], middle: int) -> None:
    scale = {"levels": {level: f"Level {level}" for level in points}, "points": points}
    item = structure_of(build.questionnaire(build.scale_question("A-01"), scales={"m": scale})).items["A-01"]
    assert value_at(item, Level.MIDDLE) == middle


def test_a_typed_form_gives_its_answer_again() -> None:
    """What a page shows of an answer, sent back, is the same answer: it may travel any number of times."""
    for path in READY:
        questionnaire = document.parse(path.read_text(encoding="utf-8"), name=path.name)
        once = rehearsed(questionnaire, a_round(questionnaire, 7))
        typed = {key: Sent(fields.as_typed(answer), "") for key, answer in once.answers.items()}
        again = rehearsed(questionnaire, typed)
        blank = Answer()
        assert {k: a for k, a in again.answers.items() if a != blank} == {
            k: a for k, a in once.answers.items() if a != blank
        }


# --- in the store -------------------------------------------------------------------------------------


@pytest.fixture
def version_id(engine: Engine, council: SmallCouncil) -> int:
    with transaction(engine) as session:
        return versions.take_in(
            session, document.dump(SMALL), "small.yaml", by=council.actor("core_team"), now=NOW
        ).version_id


def test_a_draft_is_walked_section_by_section(engine: Engine, council: SmallCouncil, version_id: int) -> None:
    by = council.actor("core_team")
    with reading(engine) as session:
        begun = rehearsals.start(session, version_id, by=by)
        assert [(stage.page.key, stage.progress.asked) for stage in begun.stages] == [("A", 2), ("B", 2)]
        typed = sent(A_01={"value": "3"}, A_02={"value": "no"})
        walk = rehearsals.section(session, version_id, "B", typed, by=by, leaving="A", seen=("A-01", "A-02"))
    assert (walk.page.key, walk.problems, walk.appeared, walk.gone) == ("B", (), (), 0)
    assert [stage.progress.settled for stage in walk.stages] == [2, 0]


def test_a_section_is_not_left_while_it_asks_more(
    engine: Engine, council: SmallCouncil, version_id: int
) -> None:
    by = council.actor("core_team")
    with reading(engine) as session:

        def walked(typed: dict[str, Sent], *seen: str) -> rehearsals.Walk:
            return rehearsals.section(session, version_id, "B", typed, by=by, leaving="A", seen=seen)

        yes = sent(A_02={"value": "yes"})
        held = walked(yes, "A-01", "A-02")
        assert (held.page.key, held.appeared) == ("A", ("A-03",))
        assert walked(yes, "A-01", "A-02", "A-03").page.key == "B"
        assert walked(sent(A_02={"value": "no"}), "A-01", "A-02", "A-03").gone == 1
        wrong = walked(sent(A_01={"value": "5"}), "A-01", "A-02")
        assert (wrong.page.key, [problem.place for problem in wrong.problems]) == ("A", ["A-01"])


def test_faults_in_the_design_stand_in_the_way(engine: Engine, council: SmallCouncil) -> None:
    faulty = document.to_json(build.questionnaire(build.scale_question("A-01", weight=0)))
    with transaction(engine) as session:
        template = Template(key="faulty", title="Faulty", created_at=NOW)
        session.add(template)
        session.flush()
        version = Version(
            template_id=template.id, number=1, content=faulty, content_hash="faulty", created_at=NOW
        )
        session.add(version)
        session.flush()
        version_id = version.id
    by = council.actor("core_team")
    with reading(engine) as session:
        begun = rehearsals.start(session, version_id, by=by)
        assert begun.faults
        assert begun.stages == ()
        with pytest.raises(Conflict, match="faults in its design"):
            rehearsals.section(session, version_id, "A", {}, by=by)


def test_who_does_not_work_on_templates_finds_nothing(
    engine: Engine, council: SmallCouncil, version_id: int
) -> None:
    with reading(engine) as session:
        for who in ("director", "viewer", "executive", "challenger"):
            with pytest.raises(NotFound):
                rehearsals.start(session, version_id, by=council.actor(who))
        assert rehearsals.start(session, version_id, by=council.actor("administrator")).stages
        with pytest.raises(NotFound):
            rehearsals.section(session, version_id, "Z", {}, by=council.actor("core_team"))
