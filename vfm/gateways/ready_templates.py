"""The templates that come with the program, ready to import: files in data/templates.

The room's rule: brings text; what it says is read by the questionnaires room.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from vfm.errors import NotFound
from vfm.settings import DATA

FOLDER = DATA / "templates"


@dataclass(frozen=True, slots=True)
class ReadyTemplate:
    """One file that can be imported as it is.

    Attributes:
        name: of the file, without its folder.
        title: as the file gives it.
        key: the template's key.
    """

    name: str
    title: str
    key: str


def ready(folder: Path = FOLDER) -> tuple[ReadyTemplate, ...]:
    """Every ready template, by title; empty when the folder is not there."""
    found = [_described(path) for path in sorted(folder.glob("*.yaml"))]
    return tuple(sorted(found, key=lambda template: template.title))


def text_of(name: str, folder: Path = FOLDER) -> str:
    """The text of a ready template.

    Raises:
        NotFound: no ready template has this name.
    """
    if name not in {template.name for template in ready(folder)}:
        raise NotFound(name)
    return (folder / name).read_text(encoding="utf-8")


def _described(path: Path) -> ReadyTemplate:
    """Title and key from the top of the file, without reading all of it."""
    text = path.read_text(encoding="utf-8")
    return ReadyTemplate(path.name, _field("title", text) or path.stem, _field("key", text) or path.stem)


def _field(name: str, text: str) -> str:
    found = re.search(rf"^{name}:\s*(.+)$", text, re.MULTILINE)
    return found.group(1).strip().strip("\"'") if found else ""
