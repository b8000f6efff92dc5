"""data/SOURCES.md names every file under data/ in the section of its folder, and every case its source."""

import json
import re
from pathlib import Path

import pytest

from vfm.settings import DATA

WORDS = (DATA / "SOURCES.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## [^\n]*`(data/\w+)`\n(.*?)(?=^## |\Z)", WORDS, re.MULTILINE | re.DOTALL))
FILES = sorted(
    path
    for path in DATA.rglob("*")
    if path.is_file() and path.parent != DATA and "__pycache__" not in path.parts
)
CASES = sorted((DATA / "cases").glob("*.json"))


def folder_of(path: Path) -> str:
    """The folder right under data/ that a file is in, as a heading names it."""
    return f"data/{path.relative_to(DATA).parts[0]}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_is_named_in_the_section_of_its_folder(path: Path) -> None:
    said = SECTIONS.get(folder_of(path), "")
    assert re.search(rf"(?<![\w.-]){re.escape(path.name)}(?![\w-])", said), (
        f"{path.name} is not in SOURCES.md"
    )


@pytest.mark.parametrize("folder", SECTIONS)
def test_every_row_of_a_table_names_files_that_are_there(folder: str) -> None:
    firsts = re.findall(r"^\| ([^|]+) \|", SECTIONS[folder], re.MULTILINE)
    named = {name for cell in firsts for name in cell.split(", ") if "." in name}
    assert named <= {path.name for path in FILES if folder_of(path) == folder}


@pytest.mark.parametrize(
    "path", [path for path in CASES if "expected" in path.read_text()], ids=lambda path: path.name
)
def test_every_case_with_a_result_names_its_source(path: Path) -> None:
    assert len(json.loads(path.read_text(encoding="utf-8"))["source"]) > 20


def test_nothing_but_this_file_and_its_folders_stands_right_under_data() -> None:
    assert {path.name for path in DATA.iterdir() if path.is_file()} == {"SOURCES.md"}
    assert {f"data/{path.name}" for path in DATA.iterdir() if path.is_dir()} - {"data/__pycache__"} == set(
        SECTIONS
    )


def test_it_says_what_is_invented_and_under_which_licence_the_rest_is() -> None:
    folded = " ".join(WORDS.split())
    for what in ("every answer", "score", "its people", "its directorates"):
        assert what in folded.split("Only the published figures are real.")[0]
    assert "Open Government Licence v3.0" in SECTIONS["data/figures"]
    assert "nothing invented in the demo says anything about" in folded
