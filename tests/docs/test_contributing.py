"""docs/contributing.md and the README tell the truth about the tree."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
GUIDE = PROJECT / "docs" / "contributing.md"
WORDS = GUIDE.read_text(encoding="utf-8")
README = (PROJECT / "README.md").read_text(encoding="utf-8")
PATHS = sorted(set(re.findall(r"`((?:vfm|tests|data|docs|bench)/[\w./-]*)`", WORDS + README)))
ROOMS = {path.parent.name for path in (PROJECT / "vfm").glob("*/__init__.py")}


def table_under(heading: str, text: str = WORDS) -> list[list[str]]:
    """The body rows of the table under a heading, cells stripped."""
    part = text.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


@pytest.mark.parametrize("path", PATHS)
def test_every_path_is_there(path: str) -> None:
    assert (PROJECT / path).exists(), f"docs/contributing.md or README.md names {path}"


def test_every_room_has_its_row_and_every_row_its_room() -> None:
    listed = {row[0].strip("`").removeprefix("vfm/").rstrip("/") for row in table_under("The rooms")}
    assert listed == ROOMS


def test_the_readme_maps_every_room() -> None:
    mapped = " ".join(row[0] for row in table_under("The map of rooms", README))
    assert set(re.findall(r"`vfm/(\w+)/`", mapped)) == ROOMS | {"templates", "static"}


@pytest.mark.parametrize("page", sorted(set(re.findall(r"(?<!!)\[[^\]]*\]\(([\w./-]+)\)", README))))
def test_every_page_the_readme_leads_to_is_there(page: str) -> None:
    assert (PROJECT / page).exists(), f"README.md links to {page}"


def test_every_change_says_where_it_goes() -> None:
    rows = table_under("Where does my change go?")
    assert len(rows) >= 10
    for change, place in rows:
        assert re.search(r"`[\w./]+`|the noun", place), f"{change}: no place named"
