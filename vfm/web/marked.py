"""Every sentence that a page marks for translation, found in the source of the pages themselves."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from babel.messages.extract import extract_from_dir

from vfm.questionnaires.answers import GRADES

HERE = Path(__file__).parents[1]
PYTHON: Mapping[str, Any] = {"say": None, "mark": None, "ngettext": (1, 2)}
TABLES: Mapping[str, Iterable[str]] = {"questionnaires/answers.py": GRADES.values()}
"""Where words stand that pure rooms keep and pages show through `say` -> those words."""
PAGES: Mapping[str, Any] = {"_": None, "gettext": None, "ngettext": (1, 2)}

Sentence = str | tuple[str, ...]
"""One sentence, or the two forms of one that a number stands in."""


def sentences() -> dict[Sentence, list[str]]:
    """Each marked sentence -> where it stands (`templates/layout.html:12`), in the order of the files."""
    found: dict[Sentence, list[str]] = {}
    for place, message in _in_folder("web", "**.py", "python", PYTHON):
        found.setdefault(message, []).append(place)
    for place, message in _in_folder("templates", "**.html", "jinja2.ext:babel_extract", PAGES):
        found.setdefault(message, []).append(place)
    for place, words in TABLES.items():
        for message in words:
            found.setdefault(message, []).append(place)
    return found


def _in_folder(
    folder: str, files: str, method: str, keywords: Mapping[str, Any]
) -> Iterator[tuple[str, Sentence]]:
    options = {files: {"trimmed": "true", "silent": "false"}}
    rows = extract_from_dir(HERE / folder, [(files, method)], options, keywords=keywords)
    for path, line, message, _, _ in rows:
        yield f"{folder}/{path}:{line}", message
