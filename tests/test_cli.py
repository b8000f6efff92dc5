"""The command line: exit status, where lines go, and that nothing slow is imported for a check."""

import subprocess
import sys
from pathlib import Path

import pytest

from vfm import cli

TEMPLATES = sorted(Path("data/templates").glob("*.yaml"))
BROKEN = Path("tests/questionnaires/broken")


def test_clean_templates_leave_standard_output_empty(capsys):
    assert cli.main(["template", "check", *map(str, TEMPLATES)]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "service-vfm.yaml: no problems; 61 questions." in said.err


def test_a_clean_template_is_said_how_long_it_takes(capsys):
    assert cli.main(["template", "check", "data/templates/corporate-best-value.yaml"]) == 0
    said = capsys.readouterr().err.splitlines()
    assert said == [
        "data/templates/corporate-best-value.yaml: no problems; 28 questions.",
        "data/templates/corporate-best-value.yaml: takes about 55 minutes to complete.",
    ]


def test_advice_is_on_standard_output_and_exit_0(capsys, tmp_path):
    text = Path("data/templates/service-vfm.yaml").read_text(encoding="utf-8")
    path = tmp_path / "advised.yaml"
    path.write_text(text.replace("text: How well is quality assured?", "text: TBC"), encoding="utf-8")
    assert cli.main(["template", "check", str(path)]) == 0
    said = capsys.readouterr()
    line = text[: text.index("text: How well is quality assured?")].count("\n") + 1
    words = 'The question still says "TBC". Write what people should read.'
    assert said.out == f"{path}:{line}:15: OUT-04: advice: {words}\n"
    assert f"{path}: no problems; 61 questions; 1 piece of advice." in said.err


def test_advice_comes_after_problems_and_leaves_exit_1(capsys, tmp_path):
    text = Path("data/templates/service-vfm.yaml").read_text(encoding="utf-8")
    path = tmp_path / "both.yaml"
    seeded = text.replace("text: How well is quality assured?", "text: TBC")
    path.write_text(seeded.replace("at: GOV-04", "at: GOV-44"), encoding="utf-8")
    assert cli.main(["template", "check", str(path)]) == 1
    said = capsys.readouterr()
    assert [": advice: " in line for line in said.out.splitlines()] == [False, True]
    assert said.err == ""


def test_problems_go_to_standard_output_and_exit_1(capsys):
    path = str(BROKEN / "several.yaml")
    assert cli.main(["template", "check", path]) == 1
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 8
    assert all(line.startswith(f"{path}:") for line in said.out.splitlines())
    assert said.err == ""


def test_a_missing_file_is_one_line_and_exit_2(capsys):
    assert cli.main(["template", "check", "nowhere.yaml"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "vfm: there is no file nowhere.yaml. Check the name and the folder.\n"


def test_a_folder_is_exit_2_and_the_other_files_are_still_checked(capsys, tmp_path):
    assert cli.main(["template", "check", str(tmp_path), str(BROKEN / "empty.yaml")]) == 2
    said = capsys.readouterr()
    assert "cannot be read" in said.err
    assert "The file is empty." in said.out


def test_a_file_that_is_not_utf8_is_a_problem(capsys, tmp_path):
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"title: caf\xe9\n")
    assert cli.main(["template", "check", str(path)]) == 1
    assert capsys.readouterr().out.startswith(f"{path}:1:11: file: This is not UTF-8 text.")


@pytest.mark.parametrize("argv", [[], ["template"], ["template", "check"], ["nonsense"]])
def test_wrong_use_is_exit_2(argv, capsys):
    assert cli.main(argv) == 2
    assert "usage: vfm" in capsys.readouterr().err


def test_help_is_exit_0(capsys):
    assert cli.main(["--help"]) == 0
    assert "template" in capsys.readouterr().out


def test_a_check_loads_neither_web_nor_database_nor_numbers():
    heavy = ["flask", "sqlalchemy", "pandas", "numpy", "plotly", "scipy"]
    program = f"import sys; from vfm import cli; cli.main(['template', 'check', {str(TEMPLATES[0])!r}]); "
    program += f"print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_has_no_welsh_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["translations", "missing"]) == 0
    assert "Pages in English alone: actions" in capsys.readouterr().out
