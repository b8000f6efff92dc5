"""`vfm template convert`, `diff` and `schema`: what is written, what is said, and how each ends."""

import json
from pathlib import Path

import pytest

from tests import build
from tests.generated import made
from vfm import cli
from vfm.questionnaires import document
from vfm.questionnaires.translations import texts, with_words

READY = Path("data/templates/service-vfm.yaml")
TEXT = READY.read_text(encoding="utf-8")
PLAIN = document.dump(document.parse(TEXT, name=READY.name))


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The ready template with one question reworded, one dropped, one reweighted, one rerouted, one moved."""
    text = TEXT.replace("How clear is the line from", "How plain is the line from")
    text = text.replace("How well is need understood, by group and by place?\n        kind: scale\n"
                        "        required: true\n        weight: 2",
                        "How well is need understood, by group and by place?\n        kind: scale\n"
                        "        required: true\n        weight: 3")  # fmt: skip
    text = text.replace("show_if: {question: FIT-04, equals: yes}", "show_if: {question: FIT-04, equals: no}")
    dropped = text.index("      - key: PRO-13")
    text = text[:dropped] + text[text.index("  - key: FIT\n") :]
    text = text.replace("title: Service profile and money", "title: Service profile")
    text = text.replace("minimum: 40", "minimum: 45")
    path = tmp_path / "changed.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("form", ["yml", "json", "xlsx", "XLSX"])
def test_a_template_comes_back_from_every_form(form, tmp_path, capsys):
    middle, back = tmp_path / f"middle.{form}", tmp_path / "back.yaml"
    assert cli.main(["template", "convert", str(READY), str(middle)]) == 0
    assert cli.main(["template", "convert", str(middle), str(back)]) == 0
    assert back.read_text(encoding="utf-8") == PLAIN
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"{middle}: written; 61 questions.\n{back}: written; 61 questions.\n"


def test_a_file_that_is_there_is_not_written_over_unless_forced(tmp_path, capsys):
    there = tmp_path / "there.json"
    there.write_text("mine", encoding="utf-8")
    assert cli.main(["template", "convert", str(READY), str(there)]) == 2
    assert there.read_text(encoding="utf-8") == "mine"
    sentence = f"vfm: {there} is there already. Give another name, or --force to write over it.\n"
    assert capsys.readouterr().err == sentence
    assert cli.main(["template", "convert", str(READY), str(there), "--force"]) == 0
    assert json.loads(there.read_text(encoding="utf-8"))["key"] == "service-vfm"


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("out.csv", "its ending is none of .yaml, .yml, .json, .xlsx. Give it one of them."),
        ("nowhere/out.yaml", "No such file or directory. Check the folder and its rights."),
    ],
)
def test_a_file_that_cannot_be_written_is_wrong_use(wanted, words, tmp_path, capsys):
    assert cli.main(["template", "convert", str(READY), str(tmp_path / wanted)]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert said.err.strip().endswith(words)


def test_a_missing_file_is_wrong_use(tmp_path, capsys):
    assert cli.main(["template", "convert", str(tmp_path / "none.xlsx"), str(tmp_path / "out.yaml")]) == 2
    assert "there is no file" in capsys.readouterr().err


def test_a_template_with_problems_writes_nothing(tmp_path, capsys):
    bad, out = tmp_path / "bad.yaml", tmp_path / "out.xlsx"
    bad.write_text(TEXT.replace("kind: date", "kind: dat", 1), encoding="utf-8")
    assert cli.main(["template", "convert", str(bad), str(out)]) == 1
    assert not out.exists()
    (line,) = capsys.readouterr().out.splitlines()
    assert line == f'{bad}:117:15: PRO-13: "dat" cannot be the "kind". Did you mean "date"?'


def test_a_text_too_long_for_excel_is_a_problem_with_its_cell(tmp_path, capsys):
    long, out = tmp_path / "long.yaml", tmp_path / "out.xlsx"
    long.write_text(TEXT.replace("text: How clear is", f"text: {'How ' * 9000}"), encoding="utf-8")
    assert cli.main(["template", "convert", str(long), str(out)]) == 1
    assert capsys.readouterr().out.startswith(f"{out}: Questions!C15: This text has 36,")
    assert not out.exists()


def test_a_workbook_is_checked_like_a_text(tmp_path, capsys):
    book = tmp_path / "made.xlsx"
    text = tmp_path / "made.yaml"
    text.write_text(document.dump(made(3)), encoding="utf-8")
    assert cli.main(["template", "convert", str(text), str(book)]) == 0
    assert cli.main(["template", "check", str(book), str(text)]) == 0
    assert f"{book}: no problems; " in capsys.readouterr().err
    book.write_bytes(b"PK")
    assert cli.main(["template", "check", str(book)]) == 1
    assert capsys.readouterr().out.startswith(f"{book}: ")


def test_a_difference_in_words(changed, capsys):
    assert cli.main(["template", "diff", str(READY), str(changed)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [
        "service-vfm, version 1 -> service-vfm, version 1",
        "59 of 61 still comparable: 57 same, 1 dropped, 1 reworded, 1 rerouted, 1 reweighted.",
    ]
    told = "\n".join(lines)
    words = "How [-clear-] {+plain+} is the line from corporate plan priorities to what this service does?"
    assert f"\n\nFIT-01: reworded; no longer comparable\n  Words: {words}\n" in told
    assert "\n\nFIT-02: reweighted; still comparable\n  Weight: [-2-] {+3+}\n" in told
    assert 'rerouted; still comparable\n  Asked: FIT-04 is [-"Yes"-] {+"No"+}\n' in told
    assert (
        "\n\nPRO-13: dropped; nothing to compare\n  When was the service last reviewed as a whole?\n" in told
    )
    assert "\n\nsection PRO: reworded\n  Title: Service profile [-and money-]\n" in told
    assert lines[-1] == "template: bands"


def test_a_difference_as_json(changed, tmp_path, capsys):
    book = tmp_path / "changed.xlsx"
    assert cli.main(["template", "convert", str(changed), str(book)]) == 0
    assert cli.main(["template", "diff", str(READY), str(book), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["earlier"]["questions"], told["later"]["questions"], told["comparable"]) == (61, 60, 59)
    assert told["counts"]["same"] == 57
    by_key = {question["key"]: question for question in told["questions"]}
    assert len(by_key) == 61
    assert (by_key["FIT-01"]["changes"], by_key["FIT-01"]["comparable"]) == (["reworded"], False)
    assert by_key["FIT-01"]["differences"][0]["marks"][1:3] == [
        {"kind": "out", "words": "clear"},
        {"kind": "in", "words": "plain"},
    ]
    assert (by_key["FIT-02"]["changes"], by_key["FIT-02"]["comparable"]) == (["reweighted"], True)
    assert by_key["PRO-13"]["changes"] == ["dropped"]
    assert [part["key"] for part in told["sections"] if part["changes"] != ["same"]] == ["PRO"]
    assert [*told["template"]] == ["bands"]
    assert told["template"]["bands"]["after"][1]["minimum"] == 45


def test_nothing_changed_is_said(capsys):
    assert cli.main(["template", "diff", str(READY), str(READY)]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["61 of 61 still comparable: 61 same."]


def test_both_files_are_looked_at_before_a_difference_is_refused(tmp_path, capsys):
    bad = tmp_path / "bad.json"
    bad.write_text("{", encoding="utf-8")
    assert cli.main(["template", "diff", str(bad), str(tmp_path / "none.yaml")]) == 2
    said = capsys.readouterr()
    assert said.out.startswith(f"{bad}:1:2: file: This is not JSON")
    assert "there is no file" in said.err


def test_the_schema_is_printed(capsys):
    assert cli.main(["template", "schema"]) == 0
    assert capsys.readouterr().out == Path("data/templates/vfm-template.schema.json").read_text(
        encoding="utf-8"
    )


def test_what_is_not_in_welsh_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    questionnaire = build.questionnaire(build.yes_no("A-01", 1, text="Is it?"), title="Both", scales={})
    words = {text.place: text.english for text in texts(questionnaire)}
    for given, status, found in (
        (words, 0, ""),
        (words | {"title": ""}, 1, "title: Both\n"),
        (
            words | {"question.GONE.text": "Ar goll"},
            1,
            "question.GONE.text: the template has no such text any more;",
        ),
    ):
        path = tmp_path / "both.yaml"
        path.write_text(document.dump(with_words(questionnaire, "cy", given)), encoding="utf-8")
        assert cli.main(["template", "missing", str(path), "cy"]) == status
        assert capsys.readouterr().out.startswith(found)
