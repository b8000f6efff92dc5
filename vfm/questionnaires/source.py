"""YAML or JSON text as plain values, with the line and column of everything in it.

YAML 1.2, so that `no` stays a word. Nothing is constructed but text, numbers, true, false, null, lists and
mappings; a repeated key, a tag, a second document or a file that unfolds without end is a problem.
"""

import json
import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from vfm.errors import Invalid, Problem

LARGEST_FILE = 5_000_000
MOST_VALUES = 200_000
FILE = "file"
Path = tuple[Hashable, ...]

_STANDARD = "tag:yaml.org,2002:"
_CURES = {
    "mapping values are not allowed here": (
        "A colon stands where none can be.",
        "Put a text that holds a colon in quotes, or correct the indent.",
    ),
    "cannot start any token": (
        "A tab or a sign stands where YAML wants none.",
        "Indent with spaces; quote signs.",
    ),
    "expected ',' or": ("A bracket is not closed.", "Add the missing comma or closing bracket."),
    "but found '<stream end>'": ("The file ends too early.", "Close the last bracket or quote."),
    "expected the node content": ("A value is missing.", "Write the value, or close the bracket."),
    "unexpected end of stream": ("A quoted text is not closed.", "Add the closing quote."),
    "expected <block end>": (
        "The indent does not fit the lines above.",
        "Line it up with what it belongs to.",
    ),
    "could not find expected ':'": ("A colon is missing after a field's name.", "Write name: value."),
    "undefined alias": (
        "A * points to something that has no name.",
        "Put a text that starts with * in quotes.",
    ),
    "expected '<document start>'": (
        "The line does not belong to the fields above.",
        "Correct its indent or them.",
    ),
    "another document": (
        "A second document starts here.",
        "Keep one template in a file; take out the line ---.",
    ),
}


@dataclass(frozen=True, slots=True, order=True)
class Located:
    """One problem with its place in a file.

    Attributes:
        line: from 1.
        column: from 1.
        key: of the question, section or other thing it is about; `file` or `template` for the whole.
        message: what is wrong and what to do.
        cell: of a workbook, `Questions!C12`; line and column then only give the order of reading.
    """

    file: str
    line: int
    column: int
    key: str
    message: str
    cell: str = ""

    @property
    def problem(self) -> Problem:
        """The same with the place as one text, `FILE:LINE:COLUMN: KEY`, or `FILE: SHEET!CELL`."""
        if self.cell:
            return Problem(f"{self.file}: {self.cell}", self.message)
        return Problem(f"{self.file}:{self.line}:{self.column}: {self.key}", self.message)

    def __str__(self) -> str:
        return str(self.problem)


@dataclass(slots=True)
class Source:
    """What a text holds, and where.

    Attributes:
        data: plain values: dict, list, str, int, float, bool or None.
        places: path -> (line, column) of the value there.
        names: path -> (line, column) of its key in a mapping.
        problems: what is wrong with the text itself, beside which data can still be read.
        cells: (line, column) -> the cell of a workbook; empty for a text.
    """

    name: str
    data: Any = None
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    names: dict[Path, tuple[int, int]] = field(default_factory=dict)
    problems: list[Located] = field(default_factory=list)
    cells: dict[tuple[int, int], str] = field(default_factory=dict)

    def place(self, path: Path, *, of_name: bool = False) -> tuple[int, int]:
        """Line and column of a path, or of the nearest thing around it."""
        if of_name and path in self.names:
            return self.names[path]
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))


def decoded(raw: bytes, name: str, largest: int = LARGEST_FILE) -> str:
    """The text of a file, a byte-order mark taken off.

    Raises:
        Invalid: it has more bytes than the largest or is not UTF-8; the place is that of the first byte that
            is not.
    """
    if len(raw) > largest:
        raise _refused(name, f"This file has {len(raw):,} bytes; the most is {largest:,}. Split it.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8", "replace")
        sentence = "This is not UTF-8 text. Save the file with the encoding UTF-8."
        raise _refused(name, sentence, _position(before, len(before))) from None


def read(text: str, name: str) -> Source:
    """A text as plain values and places; JSON when the name ends in `.json`, else YAML.

    Raises:
        Invalid: it cannot be read at all: too large, a mistake in its signs, empty, nested too deeply.
    """
    if len(text) > LARGEST_FILE:
        raise _refused(
            name, f"This text has {len(text):,} characters; the most is {LARGEST_FILE:,}. Split it."
        )
    if name.lower().endswith(".json"):
        _assert_json(text, name)
        text = text.replace("\t", " ")
    if re.match(r"%YAML (?!1\.2)", text):
        raise _refused(name, "Only YAML 1.2 is read. Take out the line %YAML.")
    source = Source(name)
    try:
        root = YAML().compose(text)
        if root is None:
            raise _refused(name, 'The file is empty. Start with "schema: vfm-template/1".')
        source.data = _Builder(source).build(root, ())
    except RecursionError:
        raise _refused(name, "The brackets are nested too deeply. Use fewer levels.") from None
    except YAMLError as error:
        raise _unreadable(text, name, error) from None
    return source


def _refused(name: str, message: str, place: tuple[int, int] = (1, 1)) -> Invalid:
    return Invalid([Located(name, *place, FILE, message).problem])


def _position(text: str, index: int) -> tuple[int, int]:
    """Line and column, from 1, of a position in a text."""
    return text.count("\n", 0, index) + 1, index - (text.rfind("\n", 0, index) + 1) + 1


def _assert_json(text: str, name: str) -> None:
    if not text.strip():
        raise _refused(name, 'The file is empty. Start with {"schema": "vfm-template/1"}.')
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        sentence = f"This is not JSON: {error.msg[0].lower()}{error.msg[1:]}. Correct it here or just before."
        raise _refused(name, sentence, (error.lineno, error.colno)) from None
    except (RecursionError, ValueError):
        raise _refused(
            name, "This JSON is nested too deeply or has a number too long. Simplify it."
        ) from None


def _unreadable(text: str, name: str, error: YAMLError) -> Invalid:
    if isinstance(error, ReaderError):
        sentence = "A character here cannot stand in YAML. Take it out, or write it in quotes as \\x00."
        return _refused(name, sentence, _position(text, error.position))
    problem = str(getattr(error, "problem", "") or "")
    wrong, cure = next(
        (words for sign, words in _CURES.items() if sign in problem),
        (f"This is not YAML: {problem or 'it cannot be read'}.", "Correct the line here or just before."),
    )
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    return _refused(name, f"{wrong} {cure}", (mark.line + 1, mark.column + 1) if mark else (1, 1))


class _Builder:
    """Walks the nodes of one document once, in reading order."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.count = 0
        self.open: set[int] = set()

    def build(self, node: Node, path: Path) -> Any:
        """The plain value of a node, noting its place and everything's inside it."""
        self.count += 1
        if self.count > MOST_VALUES or id(node) in self.open:
            sentence = "The file unfolds to too many values here. Write them out without & and *."
            raise _refused(self.source.name, sentence, _start(node))
        self.source.places[path] = _start(node)
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        self.open.add(id(node))
        value: Any
        if isinstance(node, MappingNode):
            value = dict(self._pairs(node, path))
        else:
            listed = node.value if isinstance(node, SequenceNode) else []
            value = [self.build(item, (*path, i)) for i, item in enumerate(listed)]
        self.open.discard(id(node))
        self._refuse_tag(node)
        return value

    def _pairs(self, node: MappingNode, path: Path) -> Iterator[tuple[Hashable, Any]]:
        seen: dict[Hashable, int] = {}
        for name_node, value_node in node.value:
            name = self._scalar(name_node) if isinstance(name_node, ScalarNode) else None
            if not isinstance(name, str | int | float):
                self._note(name_node, "A field's name must be one word. Write name: value.")
            elif name in seen:
                self._note(
                    name_node, f'"{name}" stands twice here (first in line {seen[name]}). Keep one of them.'
                )
            else:
                seen[name] = _start(name_node)[0]
                self.source.names[(*path, name)] = _start(name_node)
                yield name, self.build(value_node, (*path, name))

    def _scalar(self, node: ScalarNode) -> Any:
        self._refuse_tag(node)
        reader = _SCALARS.get(str(node.tag).removeprefix(_STANDARD), _text)
        # The parser marks with a bell where a folded text was folded.
        return reader(str(node.value).replace("\a", "") if node.style == ">" else str(node.value))

    def _refuse_tag(self, node: Node) -> None:
        known = {*_SCALARS, "str", "map", "seq", "timestamp", "merge", "value"}
        if str(node.tag).removeprefix(_STANDARD) not in known:
            self._note(
                node,
                f'The tag "{_shown(node.tag)}" is not used here. Take it out, or put the text in quotes.',
            )

    def _note(self, node: Node, message: str) -> None:
        self.source.problems.append(Located(self.source.name, *_start(node), FILE, message))


def _shown(tag: object) -> str:
    return str(tag).replace(_STANDARD, "!!")


def _start(node: Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _text(written: str) -> str:
    """JSON writes a character beyond the first plane as two escapes; they are joined here."""
    return written.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _whole(written: str) -> int | str:
    digits = written.replace("_", "")
    if len(digits) > 30:
        return written
    return int(digits, 0) if re.match(r"[-+]?0[xob]", digits) else int(digits)


def _decimal(written: str) -> float:
    return float(written.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))


def _truth(written: str) -> bool:
    return written.lower() == "true"


def _nothing(_: str) -> None:
    return None


_SCALARS: dict[str, Any] = {"int": _whole, "float": _decimal, "bool": _truth, "null": _nothing}
