"""One implementation: what the store keeps of a result is, digit for digit, what the command prints."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from tests.council import NOW, SmallCouncil
from tests.rounds import opened
from vfm import cli
from vfm.questionnaires import document
from vfm.questionnaires.answers import Answer, Evidence, State, answer_to_json, answers_to_json
from vfm.questionnaires.routing import on_route
from vfm.questionnaires.schema import Kind, Question, Questionnaire
from vfm.scoring.results import Scorecard
from vfm.scoring.structure import structure_of
from vfm.store.database import reading, transaction
from vfm.store.tables import AnswerRow, ScorecardRow
from vfm.workflows import sign_off

READY = sorted((Path(__file__).parents[2] / "data" / "templates").glob("*.yaml"))
GRADES = tuple(Evidence)


def given(template: Questionnaire) -> dict[str, Answer]:
    """A mix of answers to what can be scored or ticked, "don't know" and not applicable; the rest unknown."""
    known = structure_of(template).known
    found: dict[str, Answer] = {}
    for number, (key, question) in enumerate(template.questions.items()):
        if key not in on_route(template, found):
            continue
        found[key] = Answer(State.DONT_KNOW)
        if number % 11 == 7 and question.allows_na:
            found[key] = Answer(State.NOT_APPLICABLE, reason="No such duty")
        elif number % 7 != 3 and (values := ticked(question) or [*known[key].points] if key in known else []):
            found[key] = Answer(State.ANSWERED, values[number % len(values)], evidence=GRADES[number % 4])
    return found


def ticked(question: Question) -> list[tuple[str, ...]]:
    return [(option.key,) for option in question.options] if question.kind is Kind.MULTI_CHOICE else []


@pytest.mark.parametrize("path", READY, ids=lambda path: path.stem)
def test_what_is_kept_on_sending_is_what_the_command_prints(
    engine: Engine,
    council: SmallCouncil,
    path: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One implementation, used by screen, workbook, report, command and API alike."""
    template = document.parse(path.read_text(encoding="utf-8"), name=path.name)
    assessment_id = opened(engine, council, template).assessments["LIB"]
    answers = given(template)
    with transaction(engine) as session:
        for key, answer in answers.items():
            content = answer_to_json(template.questions[key], answer)
            by = council.people["director"]
            row = AnswerRow(assessment_id=assessment_id, question_key=key, content=content, by_id=by, at=NOW)
            session.add(row)
    with transaction(engine) as session:
        sign_off.submit(session, assessment_id, by=council.actor("director"), now=NOW)
    with reading(engine) as session:
        kept = session.scalars(select(ScorecardRow)).one().content
    (tmp_path / "answers.json").write_text(json.dumps(answers_to_json(template, answers)))
    assert cli.main(["score", str(path), str(tmp_path / "answers.json"), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert Scorecard.from_json(kept).as_json() == printed
    assert sum(1 for question in printed["questions"] if question["points"]) > 3
