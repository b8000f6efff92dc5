"""`vfm score` and `vfm change`: the laid-down output, a readable table, every problem, exit status."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.worked import CASES, kept
from vfm import cli

Check = Callable[[int, str], str]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """`check(1, "template")`: a file of the specification's first worked check."""

    def path(number: int, part: str) -> str:
        paths = kept(CASES[f"weighted-mean-{number}"], tmp_path)
        return paths[("template", "answers").index(part)]

    return path


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1, {"score": 62.5, "low": 50.0, "high": 68.75, "completeness": 0.8125, "status": "published"}),
        (2, {"score": 80.0, "low": 80.0, "high": 90.0, "completeness": 0.9, "status": "published"}),
    ],
)
def test_worked_checks_from_the_command_line(
    number: int, expected: dict[str, Any], capsys: pytest.CaptureFixture[str], check: Check
) -> None:
    assert cli.main(["score", check(number, "template"), check(number, "answers"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {field: found["overall"][field] for field in expected} == expected
    assert list(found) == ["engine", "template", "overall", "sections", "questions"]


def test_the_table_adds_up_as_printed(capsys: pytest.CaptureFixture[str], check: Check) -> None:
    assert cli.main(["score", check(1, "template"), check(1, "answers")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "Overall: 63 (published)" in lines
    rows = lines[lines.index(next(line for line in lines if line.startswith("What makes up"))) + 1 :]
    parts = [int(row.split()[-1]) for row in rows if row.startswith("  ")]
    assert sum(parts) == int(rows[-1].split()[-1]) == 63
    shares = [int(row.split()[-2].rstrip("%")) for row in rows if row.startswith("  ")]
    assert sum(shares) == 100


def test_a_withheld_section_is_not_printed_anywhere(capsys: pytest.CaptureFixture[str], check: Check) -> None:
    assert cli.main(["score", check(2, "template"), check(2, "answers")]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("A Section")]
    assert rows[0][3:] == ["1", "–", "0", "to", "50", "50%", "too", "little", "answered"]
    assert rows[1][3:] == ["–", "20%", "0"]


def test_change_between_two_cycles(tmp_path: Path, capsys: pytest.CaptureFixture[str], check: Check) -> None:
    later = json.loads(Path(check(1, "answers")).read_text())
    later["answers"]["B-01"]["value"] = 5
    (tmp_path / "later.json").write_text(json.dumps(later))
    paths = [check(1, "template"), check(1, "answers"), check(1, "template"), str(tmp_path / "later.json")]
    assert cli.main(["change", *paths, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {field: found[field] for field in ("reported", "answers", "weights", "scope")} == {
        "reported": 12.5,
        "answers": 12.5,
        "weights": 0.0,
        "scope": 0.0,
    }
    assert (found["like_for_like"], found["common_weight"]) == (12.5, [1.0, 1.0])
    assert cli.main(["change", *paths]) == 0
    assert "Like for like: +13 points, too small" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"answers": {"A-99": {"state": "dont_know"}}}', "answers.json: A-99: "),
        (
            '{"answers": {"A-01": {"state": "answered", "value": 9}}}',
            "answers.json: A-01: 9 is off the scale.",
        ),
        ('{"answers": {"A-01": {"state": "not_applicable"}}}', "answers.json: A-01: Say why"),
        (
            '{"answers": {"A-01": {"state": "dont_know"}, "A-01": {}}}',
            "answers.json: A-01: This is given twice.",
        ),
        ('{"answers": {"A-01": {"state": "answered", "value": NaN}}}', "answers.json: answers: NaN"),
        (
            '{"answers": {"A-01": {"state": "answered", "value": ' + 5000 * "9" + "}}}",
            "answers.json: answers: A number has too many digits",
        ),
        ('{"answers": {"a\\nb\\ud800": {}}}', "answers.json: a\\nb\\ud800: The template"),
        ('{"answers": {\n"A-01"', "answers.json:2:7: This is not JSON"),
        ("[]", "answers.json: answers: There are no answers here."),
    ],
)
def test_problems_with_answers_are_listed(
    content: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], check: Check
) -> None:
    (tmp_path / "answers.json").write_text(content)
    assert cli.main(["score", check(1, "template"), str(tmp_path / "answers.json")]) == 1
    said = capsys.readouterr()
    assert said.out.startswith(f"{tmp_path}/{expected}")
    assert said.err == ""


def test_every_problem_of_both_sides_is_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], check: Check
) -> None:
    for name, key in (("one.json", "X-1"), ("two.json", "X-2")):
        (tmp_path / name).write_text(f'{{"answers": {{"{key}": {{"state": "dont_know"}}}}}}')
    paths = [
        check(1, "template"),
        str(tmp_path / "one.json"),
        check(1, "template"),
        str(tmp_path / "two.json"),
    ]
    assert cli.main(["change", *paths]) == 1
    out = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[1] for line in out] == ["X-1", "X-2"]


def test_a_broken_template_is_a_problem_of_the_template(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], check: Check
) -> None:
    (tmp_path / "template.yaml").write_text("schema: vfm-template/1\n")
    assert cli.main(["score", str(tmp_path / "template.yaml"), check(1, "answers")]) == 1
    assert capsys.readouterr().out.startswith(f"{tmp_path}/template.yaml:")


def test_other_forms_and_missing_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], check: Check
) -> None:
    (tmp_path / "answers.csv").write_text("A-01,3\n")
    assert cli.main(["score", check(1, "template"), str(tmp_path / "answers.csv")]) == 1
    assert "Answers are read from .json" in capsys.readouterr().out
    assert cli.main(["score", check(1, "template"), str(tmp_path / "nowhere.json")]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "there is no file" in said.err
    assert cli.main(["score", check(1, "template")]) == 2


def test_a_section_without_scored_questions_is_not_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], check: Check
) -> None:
    """A section that does not apply is listed; one without scored questions is unscored and is not."""
    template = json.loads(Path(check(1, "template")).read_text())
    about = {"key": "P-01", "text": "What is it for?", "kind": "text"}
    template["sections"].insert(0, {"key": "P", "title": "Profile", "questions": [about]})
    (tmp_path / "template.json").write_text(json.dumps(template))
    given = {f"B-0{n}": {"state": "not_applicable", "reason": "No such duty"} for n in (1, 2)}
    given["A-01"] = {"state": "answered", "value": 4}
    (tmp_path / "answers.json").write_text(json.dumps({"answers": given}))
    paths = [str(tmp_path / "template.json"), str(tmp_path / "answers.json")]
    assert cli.main(["score", *paths, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["sections"]
    assert [(section["key"], section["status"]) for section in found] == [
        ("P", "unscored"),
        ("A", "insufficient"),
        ("B", "not_applicable"),
    ]
    assert cli.main(["score", *paths]) == 0
    lines = capsys.readouterr().out.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("Section"))
    assert [line.split()[0] for line in lines[start + 1 :]][:2] == ["A", "B"]
    assert not any("Profile" in line for line in lines)


def ordered(content: Any) -> Any:
    """The names of a JSON object in their order, at every depth; of a list those of its first."""
    if isinstance(content, dict):
        return [(name, ordered(inner)) for name, inner in content.items()]
    return [ordered(content[0])] if isinstance(content, list) and content else None


def names(words: str, **inner: Any) -> list[tuple[str, Any]]:
    return [(name, inner.get(name)) for name in words.split()]


def test_output_is_laid_down_to_the_order_of_its_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["score", *kept(CASES["floor-and-cap-4"], tmp_path), "--json"]) == 0
    assert ordered(json.loads(capsys.readouterr().out)) == names(
        "engine template overall sections questions",
        template=names("key version"),
        overall=names("score low high completeness status band confidence spread"),
        sections=[
            names(
                "key weight score low high completeness status caps result",
                caps=[names("rule limit uncapped reason")],
            )
        ],
        questions=[names("key state value points weight share contribution evidence")],
    )
    assert cli.main(["change", *kept(CASES["change-1"], tmp_path), "--json"]) == 0
    assert ordered(json.loads(capsys.readouterr().out)) == names(
        "reported answers weights scope like_for_like common_weight material sections",
        common_weight=[None],
        sections=[names("key reported answers weights scope")],
    )


def test_the_parts_of_a_change_add_up_as_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["change", *kept(CASES["change-21"], tmp_path)]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    figures = {
        row[0]: [int(cell) for cell in row[-4:]] for row in rows if row[:1] in (["Overall"], ["Section"])
    }
    assert figures["Overall"] == [2, 19, -2, -15]
    assert all(reported == sum(parts) for reported, *parts in figures.values())
