"""`vfm score` and `vfm change` on workbooks: the same figures as from JSON, each mistake at its cell."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests import build
from tests.workbooks import Filling, filled, made
from vfm import cli
from vfm.questionnaires import document
from vfm.questionnaires import workbook_layout as layout
from vfm.questionnaires.answers import Answer, answers_to_json
from vfm.questionnaires.schema import Comparison, Questionnaire

ASKED = build.questionnaire(
    build.section(
        "A",
        build.scale_question("A-1", 2, critical=True),
        build.scale_question("A-2"),
        build.yes_no("A-3", weight=1),
        build.scale_question("A-4", show_if=Comparison(question="A-3", equals="yes")),
    ),
    build.section(
        "B",
        build.question(
            "B-1", "single_choice", weight=1, options=build.options(none=("None", 0), whole=("All", 100))
        ),
        build.question("B-2", "money", "What does it cost?"),
        build.question("B-3", "multi_choice", "Which of these?"),
        build.question("B-4", "text", "What else?"),
    ),
    translations={
        "cy": {
            "question.B-1.text": "Faint?",
            "question.B-1.options.none": "Dim",
            "question.B-1.options.whole": "Y cyfan",
        }
    },
)
GIVEN: dict[str, Answer] = {
    "A-1": build.answer(4, "verified"),
    "A-2": build.na("No such duty"),
    "A-3": build.answer("no"),
    "A-4": build.answer(2),
    "B-1": build.answer("whole", "documented"),
    "B-2": build.answer(1250000.5),
    "B-3": build.answer(["a"]),
    "B-4": build.answer("=Lends 'books'"),
}


class Desk:
    """A folder with a template and answers to it, at the command line."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys
        self.template(ASKED)

    def template(self, asked: Questionnaire, name: str = "template.yaml") -> str:
        return self.keep(name, document.dump(asked).encode())

    def json(self, name: str, answers: Mapping[str, Answer]) -> str:
        return self.keep(name, json.dumps(answers_to_json(ASKED, answers)).encode())

    def keep(self, name: str, raw: bytes) -> str:
        path = self.folder / name
        path.write_bytes(raw)
        return str(path)

    def runs(self, *words: str) -> tuple[int, str, str]:
        """(exit status, standard output, standard error) of one command."""
        paths = [word if word.startswith("-") else str(self.folder / word) for word in words[1:]]
        status = cli.main([words[0], *paths])
        said = self.capsys.readouterr()
        return status, said.out.replace(f"{self.folder}/", ""), said.err.replace(f"{self.folder}/", "")


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def test_a_workbook_scores_as_its_answers_in_json_do(desk: Desk) -> None:
    desk.json("answers.json", GIVEN)
    desk.keep("answers.xlsx", made(ASKED, GIVEN))
    by_json = desk.runs("score", "template.yaml", "answers.json", "--json")
    assert by_json[0] == 0
    assert desk.runs("score", "template.yaml", "answers.xlsx", "--json") == by_json
    as_words = desk.runs("score", "template.yaml", "answers.json")
    assert desk.runs("score", "template.yaml", "answers.xlsx") == as_words


def test_what_somebody_types_is_scored_and_a_blank_row_is_unanswered(desk: Desk) -> None:
    typed: dict[str, Any] = {"A-1": "4: Embedded and improving", "B-1": "All", "B-2": "£1,000", "B-3.a": "x"}
    raw = filled(made(ASKED), typed, {"A-2": "We don't know yet"})
    desk.keep("answers.XLSX", Filling(raw).put("A-1", "Documented", layout.GRADE).saved())
    status, out, _ = desk.runs("score", "template.yaml", "answers.XLSX", "--json")
    found = {question["key"]: question for question in json.loads(out)["questions"]}
    assert status == 0
    assert {key: question["state"] for key, question in found.items()} == {
        "A-1": "answered",
        "A-2": "dont_know",
        "A-3": "unanswered",
        "A-4": "off_route",
        "B-1": "answered",
        "B-2": "answered",
        "B-3": "answered",
        "B-4": "unanswered",
    }
    assert (found["A-1"]["evidence"], found["B-2"]["value"]) == ("documented", "1000")


def test_a_change_takes_workbooks_on_either_side(desk: Desk) -> None:
    later = GIVEN | {"A-1": build.answer(2), "B-1": build.answer("none")}
    for name, answers in (("then", GIVEN), ("now", later)):
        desk.json(f"{name}.json", answers)
        desk.keep(f"{name}.xlsx", made(ASKED, answers))
    expected = desk.runs("change", "template.yaml", "then.json", "template.yaml", "now.json", "--json")
    assert expected[0] == 0
    assert json.loads(expected[1])["reported"] < 0
    for then, now in (("xlsx", "xlsx"), ("json", "xlsx"), ("xlsx", "json")):
        words = ("template.yaml", f"then.{then}", "template.yaml", f"now.{now}", "--json")
        assert desk.runs("change", *words) == expected


@pytest.mark.parametrize(
    ("typed", "states", "expected"),
    [
        ({"A-1": "9"}, {}, "A-1 Questions!D6: “9” is not in the list of this cell."),
        ({"B-2": "about a million"}, {}, 'B-2 Questions!D12: "about a million" is not a number.'),
        ({"A-1": "4"}, {"A-1": "We don't know yet"}, "A-1 Questions!E6: There is an answer and also"),
        ({}, {"A-1": "Does not apply"}, "A-1 Questions!E6: “Does not apply” is not in the list"),
        ({}, {"A-2": "Does not apply"}, "A-2 Questions!F7: Say why the question does not apply."),
    ],
)
def test_a_mistake_is_named_at_its_cell(
    typed: dict[str, Any], states: dict[str, str], expected: str, desk: Desk
) -> None:
    desk.keep("answers.xlsx", filled(made(ASKED), typed, states))
    status, out, err = desk.runs("score", "template.yaml", "answers.xlsx")
    assert (status, err) == (1, "")
    assert out.startswith(f"answers.xlsx: {expected}")
    assert len(out.splitlines()) == 1


def test_a_workbook_of_another_version_is_refused(desk: Desk) -> None:
    other = ASKED.model_copy(update={"version": 2})
    desk.keep("answers.xlsx", made(other, GIVEN))
    status, out, _ = desk.runs("score", "template.yaml", "answers.xlsx")
    assert status == 1
    assert out == (
        "answers.xlsx: vfm!B3: This workbook was made for other wording of the questions than this template "
        "has. Name the version of the template that the workbook was made from.\n"
    )


def without_marks(raw: bytes) -> bytes:
    filling = Filling(raw)
    del filling.book[layout.MARKS]
    return filling.saved()


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "answers.xlsx: This file is empty."),
        (b"A-01,3\n", "answers.xlsx: This is not a workbook."),
        (b"PK\x03\x04 and no more", "answers.xlsx: This workbook is damaged."),
        (without_marks(made(ASKED)), "answers.xlsx: This workbook was not downloaded here"),
    ],
)
def test_what_is_no_workbook_of_ours_is_refused_in_one_line(raw: bytes, expected: str, desk: Desk) -> None:
    desk.keep("answers.xlsx", raw)
    status, out, err = desk.runs("score", "template.yaml", "answers.xlsx")
    assert (status, err) == (1, "")
    assert out.startswith(expected)
    assert len(out.splitlines()) == 1


def test_a_workbook_downloaded_in_welsh_is_read(desk: Desk) -> None:
    given = {"B-1": build.answer("whole")}
    desk.json("answers.json", given)
    desk.keep("answers.xlsx", filled(made(ASKED, language="cy"), {"B-1": "Y cyfan"}))
    expected = desk.runs("score", "template.yaml", "answers.json", "--json")
    assert desk.runs("score", "template.yaml", "answers.xlsx", "--json") == expected
    assert '"value": "whole"' in expected[1]
