"""A questionnaire as a document: read from YAML or JSON and written again without loss.

Every problem is found at once, each with its line, column, key and cure; reading never half-succeeds.
"""

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from hashlib import sha256
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from vfm.errors import Invalid, Problem
from vfm.questionnaires.complaints import THE_FIELDS_ARE, Complaint, complaints
from vfm.questionnaires.schema import Questionnaire
from vfm.questionnaires.source import Located, Path, Source, decoded, read

__all__ = [
    "Draft",
    "Located",
    "Parsed",
    "decoded",
    "digest",
    "draft",
    "dump",
    "from_json",
    "parse",
    "parsed",
    "share",
    "to_json",
]

KEYED = ("sections", "questions", "checks", "caps", "overall")
FLOWING = ("options", "rows", "bands")
SHARES = ("points", "limit", "critical_limit")
RANKED = ("levels", "points")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A questionnaire read from a document.

    Attributes:
        notices: what was changed on the way in, each with its place; usually empty.
    """

    questionnaire: Questionnaire
    notices: tuple[Located, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A document as far as it could be read.

    Attributes:
        source: its plain values and their places.
        complaints: what the schema refuses.
        questionnaire: what it says, None when anything was refused.
    """

    source: Source
    complaints: tuple[Complaint, ...]
    questionnaire: Questionnaire | None

    @property
    def problems(self) -> list[Located]:
        """What is wrong with the text and its fields, in reading order."""
        refused = [located(self.source, c.path, c.message, of_name=c.of_name) for c in self.complaints]
        return _listed_once(sorted({*self.source.problems, *refused}))


def _listed_once(problems: list[Located]) -> list[Located]:
    """The same, the fields that may stand in a place listed only the first time."""
    listed: set[str] = set()
    said = []
    for problem in problems:
        wrong, _, fields = problem.message.partition(THE_FIELDS_ARE)
        if fields in listed:
            cure = "Take it out; the fields that may stand here are listed above."
            said.append(replace(problem, message=f"{wrong}{cure}"))
        else:
            said.append(problem)
        listed |= {fields} - {""}
    return said


def parse(text: str, *, name: str) -> Questionnaire:
    """The questionnaire that a YAML or JSON text describes; see `parsed`.

    Raises:
        Invalid: every problem of text and fields at once, places as `FILE:LINE:COLUMN: KEY`.
    """
    return parsed(text, name=name).questionnaire


def parsed(text: str, *, name: str) -> Parsed:
    """The questionnaire that a text describes, with notices of what was changed on the way in.

    A points table whose lowest is not 0 or highest not 100 is rescaled, and a notice says so. Whether the
    questionnaire makes sense is asked by `checks`.

    Args:
        text: YAML 1.2, or JSON when the name ends in `.json`; at most 5 MB.
        name: of the file, used in places.

    Raises:
        Invalid: every problem of text and fields at once, places as `FILE:LINE:COLUMN: KEY`.
    """
    found = draft(text, name=name)
    if found.questionnaire is None or found.source.problems:
        raise Invalid(located_problem.problem for located_problem in found.problems)
    return rescaled(found.questionnaire, found.source)


def draft(text: str, *, name: str) -> Draft:
    """A document as far as it can be read, for whoever wants to look at a broken one.

    Raises:
        Invalid: the text cannot be read at all, or is no mapping.
    """
    source = read(text, name)
    if not isinstance(source.data, dict):
        raise Invalid(
            [Problem(f"{name}:1:1: file", 'This is not a template. Start with "schema: vfm-template/1".')]
        )
    questionnaire, refused = validated(source.data, source)
    return Draft(source, refused, questionnaire)


def validated(data: Any, source: Source) -> tuple[Questionnaire | None, tuple[Complaint, ...]]:
    """The questionnaire in plain values, or None and what the schema refuses."""
    try:
        return Questionnaire.model_validate(data), ()
    except ValidationError as error:
        found = error.errors(include_url=False)
        return None, tuple(complaints(found, source.places))


def located(source: Source, path: Path, message: str, *, of_name: bool = False, key: str = "") -> Located:
    """A message with the place of a path and the key of what it stands in."""
    line, column = source.place(path, of_name=of_name)
    cell = source.cells.get((line, column), "")
    return Located(source.name, line, column, key or key_at(source.data, path), message, cell)


def key_at(data: Any, path: Path) -> str:
    """The key of the innermost section, question, check or cap around a path.

    Outside those the path in words (`scales.maturity`, `bands`; `checks.2` for the second of them where
    it has no key), and `template` for the top.
    """
    key, trail = "", [str(step) for step in path if isinstance(step, str)]
    for depth, step in enumerate(path):
        data = _inside(data, step)
        in_list = depth and path[depth - 1] in KEYED
        if in_list and isinstance(data, dict) and isinstance(data.get("key"), str):
            key = data["key"]
    if key:
        return key
    match path:
        case ("checks", int(place), *_):
            return f"checks.{place + 1}"
    if trail and trail[0] in ("scales", "parts"):
        return ".".join(trail[:2])
    return trail[0] if trail and trail[0] in ("bands", "scoring") else "template"


def _inside(data: Any, step: Any) -> Any:
    try:
        return data[step]
    except (KeyError, IndexError, TypeError):
        return None


# --- points on 0 to 100 ----------------------------------------------------------------------------------


def rescaled(questionnaire: Questionnaire, source: Source) -> Parsed:
    """The same with every points table running from 0 to 100, and a notice for each that did not."""
    content = to_json(questionnaire)
    notices = []
    for path, table in _tables(content):
        low, high = min(table.values(), default=0), max(table.values(), default=0)
        if low == high or (low, high) == (0, 100):
            continue
        for step, worth in table.items():
            # Of the highest, the sum may come out a last digit off 100.
            _set_points(content, path, step, 100.0 if worth == high else 100 * (worth - low) / (high - low))
        sentence = (
            f"Points ran from {low:g} to {high:g} and were rescaled to run from 0 to 100. Nothing to do."
        )
        notices.append(located(source, path, sentence))
    return Parsed(from_json(content) if notices else questionnaire, tuple(notices))


def _tables(content: dict[str, Any]) -> Iterator[tuple[Path, dict[Any, float]]]:
    """Every points table with its path: of scales, of yes/no questions, of the options of a choice."""
    for name, scale in content.get("scales", {}).items():
        if "points" in scale:
            yield ("scales", name, "points"), scale["points"]
    for path, question in questions_in(content):
        if "points" in question:
            yield (*path, "points"), question["points"]
        choices = {i: o["points"] for i, o in enumerate(question.get("options", ())) if "points" in o}
        if choices:
            yield (*path, "options"), choices


def questions_in(content: Any, path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every question of a document's plain values with its path, in reading order."""
    for i, section in enumerate(content.get("sections", ())):
        here = (*path, "sections", i)
        for j, question in enumerate(section.get("questions", ())):
            yield (*here, "questions", j), question
        yield from questions_in(section, here)


def _set_points(content: Any, path: Path, step: Any, value: float) -> None:
    table: Any = content
    for name in path:
        table = table[name]
    if isinstance(table, list):
        table[step]["points"] = value
    else:
        table[step] = value


# --- for the store ---------------------------------------------------------------------------------------


def to_json(questionnaire: Questionnaire) -> dict[str, Any]:
    """The questionnaire as plain JSON values, what equals its default left out."""
    content: dict[str, Any] = questionnaire.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return content


def digest(content: Mapping[str, Any]) -> str:
    """What tells one questionnaire's or form's content from another's; the order of its parts counts."""
    return sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()


def from_json(content: dict[str, Any]) -> Questionnaire:
    """The questionnaire that `to_json` wrote; about a millisecond for sixty questions."""
    return Questionnaire.model_validate(content)


# --- written for people ----------------------------------------------------------------------------------


def dump(questionnaire: Questionnaire) -> str:
    """The questionnaire as YAML: fields in the schema's order, conditions and options on one line each.

    The same questionnaire always gives the same text, and `parse` gives the questionnaire back.
    """
    writer = YAML()
    writer.width = 110
    writer.indent(mapping=2, sequence=4, offset=2)
    writer.allow_unicode = True
    text = io.StringIO()
    writer.dump(_written(to_json(questionnaire), ""), text)
    return "".join(line.rstrip(" ") + "\n" for line in text.getvalue().split("\n")[:-1])


def _written(value: Any, name: str) -> Any:
    """Plain values dressed for the page; `name` is the field they stand in."""
    if isinstance(value, dict):
        return _mapping(value, name)
    if isinstance(value, list):
        return _sequence(value, name)
    if isinstance(value, float):
        return share(value) if name in SHARES else int(value) if value.is_integer() else value
    if isinstance(value, str) and _reads_as_lines(value):
        return LiteralScalarString(value)
    if isinstance(value, str) and value.startswith(("?", ":")):
        return DoubleQuotedScalarString(value)  # the writer leaves it bare, the reader takes it for a sign
    return value


def _mapping(value: dict[Any, Any], name: str) -> CommentedMap:
    within = name if name in SHARES else ""
    pairs = [
        (int(key) if key.isdigit() else key, _written(inner, within or key)) for key, inner in value.items()
    ]
    mapping = CommentedMap(sorted(pairs, key=_rank) if name in RANKED else pairs)
    if name in ("show_if", "must", "when", "derived", "points", "all", "any", "not", *FLOWING):
        mapping.fa.set_flow_style()
    return mapping


def _rank(pair: tuple[Any, Any]) -> tuple[bool, Any]:
    """Levels from the lowest up, yes before no: the order in which they were typed says nothing."""
    key = pair[0]
    return (False, key) if isinstance(key, int) else (True, key != "yes")


def _sequence(value: list[Any], name: str) -> CommentedSeq:
    sequence = CommentedSeq(_written(inner, name) for inner in value)
    if name not in (*KEYED, *FLOWING) and len(str(value)) < 90:
        sequence.fa.set_flow_style()
    return sequence


def _reads_as_lines(text: str) -> bool:
    return "\n" in text and all(
        line and line == line.strip() and line.isprintable() for line in text.split("\n")
    )


def share(value: float) -> int | float | str:
    """Points as they are written: 100/3 so, as no decimal is exactly a third; 50, 12.5."""
    if value.is_integer():
        return int(value)
    share = Fraction(value).limit_denominator(60)
    return (
        f"{share.numerator}/{share.denominator}" if float(share) == value and len(repr(value)) > 8 else value
    )
