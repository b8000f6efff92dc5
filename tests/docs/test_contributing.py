"""docs/contributing.md tells the truth about the tree."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
GUIDE = PROJECT / "docs" / "contributing.md"
WORDS = GUIDE.read_text(encoding="utf-8")
PATHS = sorted(set(re.findall(r"`((?:vfm|tests|data|docs|bench)/[\w./-]*)`", WORDS)))


def table_under(heading: str) -> list[list[str]]:
    """The body rows of the table under a heading, cells stripped."""
    part = WORDS.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


@pytest.mark.parametrize("path", PATHS)
def test_every_path_is_there(path: str) -> None:
    assert (PROJECT / path).exists(), f"docs/contributing.md names {path}"


def test_every_room_has_its_row_and_every_row_its_room() -> None:
    listed = {row[0].strip("`").removeprefix("vfm/").rstrip("/") for row in table_under("The rooms")}
    rooms = {path.parent.name for path in (PROJECT / "vfm").glob("*/__init__.py")}
    assert listed == rooms


def test_every_change_says_where_it_goes() -> None:
    rows = table_under("Where does my change go?")
    assert len(rows) >= 10
    for change, place in rows:
        assert re.search(r"`[\w./]+`|the noun", place), f"{change}: no place named"
