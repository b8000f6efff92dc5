"""The worked cases of `data/cases/scoring`: read, checked in their own arithmetic, and written as a page.

`python -m tests.worked` writes `docs/worked-cases.md`; a test holds that page and cases say the same.
"""

import ast
import json
import operator
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import sqrt
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from vfm.questionnaires import document
from vfm.questionnaires.answers import (
    GRADES,
    UNANSWERED,
    Answer,
    Evidence,
    State,
    answers_from_json,
    in_words,
)
from vfm.questionnaires.notation import write
from vfm.questionnaires.routing import on_route
from vfm.questionnaires.schema import SCHEMA, Question, Questionnaire, Section
from vfm.scoring.rounding import shown

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "data" / "cases" / "scoring"
PAGE = ROOT / "docs" / "worked-cases.md"
CHAPTERS = (
    "weighted-mean",
    "mean-of-means",
    "sum",
    "rule-table",
    "floor-and-cap",
    "missing",
    "thresholds",
    "confidence",
    "bands-and-print",
    "change",
    "agreement",
    "pilot",
)
"""Files, in the order of the page."""
BY_HAND = "Worked by hand, below."
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Case:
    """One worked case as it stands in its file.

    Attributes:
        kind: `score`, `change`, `kappa`, `alpha` (Krippendorff's), `cronbach` or `pilot`.
    """

    chapter: str
    key: str
    data: Mapping[str, Any]

    @property
    def kind(self) -> str:
        return str(self.data.get("kind", "score"))

    @property
    def title(self) -> str:
        return str(self.data["title"])

    @property
    def source(self) -> str:
        return str(self.data.get("source", BY_HAND))

    @property
    def is_by_hand(self) -> bool:
        return self.source.startswith("Worked by hand")

    @property
    def working(self) -> list[str]:
        return [line.strip() for line in str(self.data.get("working", "")).splitlines() if line.strip()]

    @property
    def sides(self) -> list[Mapping[str, Any]]:
        """What holds a template and answers: the case, or its two cycles."""
        return [self.data["before"], self.data["after"]] if self.kind == "change" else [self.data]

    def document(self, side: int = 0) -> dict[str, Any]:
        """The template as a whole document."""
        held = self.sides[side]["template"]
        return {"schema": SCHEMA, "key": self.key, "title": self.title, **held}

    def template(self, side: int = 0) -> Questionnaire:
        return parsed(self.key, side)

    def answers_json(self, side: int = 0) -> dict[str, Any]:
        return {"answers": {key: full(given) for key, given in self.sides[side]["answers"].items()}}

    def answers(self, side: int = 0) -> dict[str, Answer]:
        return answers_from_json(self.template(side), self.answers_json(side))


def full(given: Any) -> dict[str, Any]:
    """An answer in its laid-down form; in a case a bare value is an answer."""
    return (
        {"state": "answered", **given} if isinstance(given, dict) else {"state": "answered", "value": given}
    )


@cache
def parsed(key: str, side: int) -> Questionnaire:
    """Read as the command reads a file, so that a table of points is rescaled as there."""
    text = json_text(CASES[key].document(side))
    return document.parse(text, name=f"{key}.json")


def kept(case: Case, folder: Path) -> list[str]:
    """The case's template and answers as files, each side after the other."""
    paths = []
    for side in range(len(case.sides)):
        for name, content in (("template", case.document(side)), ("answers", case.answers_json(side))):
            path = folder / f"{case.key}-{name}{side}.json"
            path.write_text(json_text(content), encoding="utf-8")
            paths.append(str(path))
    return paths


def json_text(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1)


def _chapters() -> dict[str, dict[str, Any]]:
    reader = YAML(typ="safe", pure=True)
    return {name: reader.load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")) for name in CHAPTERS}


CONTENT = _chapters()
CASES: dict[str, Case] = {
    f"{chapter}-{number}": Case(chapter, f"{chapter}-{number}", data)
    for chapter, content in CONTENT.items()
    for number, data in enumerate(content["cases"], 1)
}
"""Key -> case, in the order of the page."""


# --- arithmetic ---------------------------------------------------------------------------------------------

Number = Fraction | float
SIGNS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {"sqrt": lambda x: sqrt(x), "min": min, "max": max}
WRITTEN = str.maketrans({"×": "*", "−": "-", "·": "*"})


def reckoned(words: str) -> Number | None:
    """What a piece of arithmetic comes to, exactly where no root is drawn; None for anything else."""
    plain = words.strip().rstrip(".").translate(WRITTEN).replace("√", "sqrt").replace("²", "**2")
    try:
        return _value(ast.parse(plain, mode="eval").body)
    except (SyntaxError, ValueError, KeyError, ZeroDivisionError):
        return None


def _value(node: ast.expr) -> Number:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return Fraction(repr(node.value))
    if isinstance(node, ast.BinOp):
        power = SIGNS[type(node.op)]
        return power(_value(node.left), _value(node.right))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return FUNCTIONS[node.func.id](*map(_value, node.args))
    raise ValueError


def chains(line: str) -> list[list[Number]]:
    """The numbers a line of working says are equal: `A = (2 × 75 + 50) / 3 = 200/3; B = 1` has two chains."""
    said = [clause.split("=") for clause in line.split("; ") if "=" in clause]
    return [[value for piece in pieces if (value := reckoned(_bare(piece))) is not None] for pieces in said]


def _bare(piece: str) -> str:
    """Without words that follow a figure after a comma."""
    return re.split(r", (?=[a-zA-Z“])", piece)[0]


def is_near(first: Number, second: Number) -> bool:
    return abs(float(first) - float(second)) <= TOLERANCE * max(1.0, abs(float(second)))


def as_expected(written: Any) -> Any:
    """A figure of a case as a number, anything else as it is."""
    if isinstance(written, bool) or written is None:
        return written
    if isinstance(written, int | float):
        return Fraction(repr(written))
    value = reckoned(written) if isinstance(written, str) else None
    return written if value is None else value


def numbers(expected: Any) -> Iterator[Number]:
    """Every figure a case expects, at any depth."""
    if isinstance(expected, Mapping):
        for inner in expected.values():
            yield from numbers(inner)
    elif isinstance(expected, list):
        for inner in expected:
            yield from numbers(inner)
    else:
        value = as_expected(expected)
        if isinstance(value, Fraction | float):
            yield value


# --- the page -----------------------------------------------------------------------------------------------


def page() -> str:
    """The whole of `docs/worked-cases.md`."""
    lines = [
        "# Worked cases",
        "",
        *_wrapped(OPENING.format(count=len(CASES))),
        "",
        *(f"- [{content['title']}](#{_anchor(content['title'])})" for content in CONTENT.values()),
        "",
    ]
    for name, content in CONTENT.items():
        lines += [f"## {content['title']}", "", *_wrapped(content["intro"]), ""]
        for case in CASES.values():
            if case.chapter == name:
                lines += _case(case)
    return "\n".join(lines).rstrip() + "\n"


OPENING = """\
{count} small assessments, each worked out on paper so that anybody can follow the scoring by hand. They stand
as data in `data/cases/scoring`; tests read every line of working as arithmetic, score every case with the
engine, alone and in a portfolio, and with `vfm score` or `vfm change`, and compare all figures. This page is
written from the same data by `python -m tests.worked`. Figures are exact; what is shown of them on a page is
rounded and follows in brackets. A weight counts within the section or template it stands in."""


def _anchor(title: str) -> str:
    return "".join(c for c in title.lower().replace(" ", "-") if c.isalnum() or c == "-")


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(" ".join(text.split()), 118, break_long_words=False, break_on_hyphens=False)


def _case(case: Case) -> list[str]:
    lines = [f"### {case.title}", ""]
    if case.data.get("note"):
        lines += [*_wrapped(case.data["note"]), ""]
    lines += [*_wrapped(f"Case `{case.key}`. Source: {case.source}"), ""]
    if case.kind in ("score", "change"):
        names = ["Before", "After"] if case.kind == "change" else [""]
        for side, name in enumerate(names):
            lines += [f"**{name}**", ""] if name else []
            lines += [*_asked(case.template(side), case.answers(side)), ""]
    else:
        lines += [*_given(case), ""]
    if case.working:
        lines += ["Working:", "", *(f"- {line}" for line in case.working), ""]
    return [*lines, "| Result | |", "| --- | --- |", *_results(case.data["expected"]), ""]


def _asked(template: Questionnaire, answers: Mapping[str, Answer]) -> list[str]:
    route = on_route(template, answers)
    rows = [
        "| Section | Question | Weight | Worth | Answer | Points |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for section in template.all_sections.values():
        name = f"{section.key}, weight {section.weight:g}{', critical' if section.critical else ''}"
        for question in section.questions:
            answer = answers.get(question.key, UNANSWERED)
            is_asked = question.key in route
            points = (
                template.points_of(question).get(answer.value) if answer.is_answered and is_asked else None
            )
            cells = [
                name,
                question.key + (", critical" if question.critical else ""),
                "not scored" if question.weight is None else f"{question.weight:g}",
                _worth(template, question),
                _said(template, question, answer)
                if is_asked
                else f"{_said(template, question, answer)} (off the route)",
                "–" if points is None or question.weight is None else exact(points),
            ]
            rows.append("| " + " | ".join(cells) + " |")
            name = ""
        rows += [f"| {name} | – | – | – | – | – |"] if not section.questions else []
    rules = [
        *_settings(template),
        *(line for s in template.all_sections.values() for line in _rules(template, s)),
    ]
    return rows + (["", *rules] if rules else [])


def _settings(template: Questionnaire) -> list[str]:
    lines = []
    for name, value in template.scoring.model_dump(exclude_defaults=True).items():
        said = value.value if hasattr(value, "value") else exact(value) if isinstance(value, float) else value
        lines.append(f"- Setting `{name}`: {said}")
    if template.bands:
        lines.append("- Bands: " + ", ".join(f"{band.name} from {band.minimum:g}" for band in template.bands))
    return lines


def _rules(template: Questionnaire, section: Section) -> list[str]:
    lines = [
        f"- Question {question.key} is asked only when {write(question.show_if)}"
        for question in section.questions
        if question.show_if is not None
    ]
    lines += [
        f"- Cap `{cap.key}` on {section.key}: at most {exact(cap.limit)} when {write(cap.when)}"
        for cap in section.caps
    ]
    if section.rule_table is not None:
        table = section.rule_table
        lists = "; ".join(f"{name}: {', '.join(keys) or 'empty'}" for name, keys in table.lists.items())
        lines.append(f"- Lists of {section.key}: {lists}. Required: {table.minimum}")
        lines += [f"- {', '.join(row.lists)}: {row.status}" for row in table.rows]
    return lines


def _worth(template: Questionnaire, question: Question) -> str:
    points = template.points_of(question) if question.weight is not None or question.critical else {}
    return ", ".join(f"{value}: {exact(worth)}" for value, worth in points.items()) or "–"


def _said(template: Questionnaire, question: Question, answer: Answer) -> str:
    words = in_words(template, question, answer)
    if answer.state is State.ANSWERED and answer.evidence is not Evidence.NONE:
        words += f" ({GRADES[answer.evidence].lower()})"
    return words.replace("|", "/")


def _given(case: Case) -> list[str]:
    given = case.data["given"]
    if case.kind == "pilot":
        return [f"- {name}: {_row(row)}" for name, row in given["levels"].items()]
    return [
        line
        for name, rows in given.items()
        for line in (
            [f"- {name}: {_row(rows)}"]
            if not isinstance(rows[0], list)
            else [f"- {name}, row {n}: {_row(row)}" for n, row in enumerate(rows, 1)]
        )
    ]


def _row(row: list[Any]) -> str:
    return ", ".join("–" if figure is None else str(figure) for figure in row)


def _results(expected: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """A row for each thing that has figures of its own; what stands alone has a row too."""
    alone = {name: value for name, value in expected.items() if not isinstance(value, Mapping)}
    if alone:
        yield f"| {above or 'in all'} | {'; '.join(_figure(name, value) for name, value in alone.items())} |"
    for name, value in expected.items():
        if isinstance(value, Mapping):
            here = f"{ONE_OF.get(above, above)} {name}".strip().replace("_", " ")
            yield from _results(value, here) if value else [f"| {here} | none |"]


ONE_OF = {"sections": "section", "questions": "question", "items": "question"}
SHARES = ("completeness", "share", "na_share", "confidence", "confidence_share", "before", "now")
AS_THEY_ARE = (
    "kappa",
    "exact",
    "within_one",
    "alpha",
    "item_rest",
    "weight",
    "complete",
    *(state.value for state in State),
    "missing",
)


def _figure(name: str, value: Any) -> str:
    """`score 200/3 (shown 67)`; the printed form only where it says something else."""
    said = name.replace("_", " ")
    if isinstance(value, list):
        rows = [", ".join(map(_plain, one)) if isinstance(one, list) else _plain(one) for one in value]
        return f"{said}: {' / '.join(rows) or 'none'}"
    figure = as_expected(value)
    if name in AS_THEY_ARE or not isinstance(figure, Fraction | float):
        return f"{said} {_plain(value)}"
    printed = f"{shown(100 * float(figure))} %" if name in SHARES else f"{shown(float(figure))}"
    return f"{said} {_plain(value)}" + (f" (shown {printed})" if printed != str(value) else "")


def _plain(value: Any) -> str:
    words = {None: "none", True: "yes", False: "no"}
    return words[value] if value is None or isinstance(value, bool) else str(value)


def exact(value: float) -> str:
    """A figure as it is written by hand: a whole number, a fraction with a small divisor, else its digits."""
    near = Fraction(value).limit_denominator(999)
    if near.denominator == 1 and float(near) == value:
        return str(near.numerator)
    short = repr(value)
    return short if len(short) <= 7 or float(near) != value else str(near)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
