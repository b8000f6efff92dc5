"""Plain builders of questionnaires and answers, with defaults: a test says only what matters to it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from vfm.questionnaires.answers import UNANSWERED, Answer, Evidence, State
from vfm.questionnaires.schema import SCHEMA, Kind, Option, Question, Questionnaire, Section

LEVELS = {1: "Not in place", 2: "Partly in place", 3: "In place", 4: "Embedded and improving"}


def question(
    key: str = "Q-01", kind: Kind | str = Kind.SCALE, text: str = "How well is it done?", **more: Any
) -> Question:
    """A question of any kind, with the least that its kind needs: two options, a unit."""
    kind = Kind(kind)
    if kind in (Kind.SINGLE_CHOICE, Kind.MULTI_CHOICE):
        more.setdefault("options", options(a="First", b="Second"))
    if kind is Kind.MONEY:
        more.setdefault("unit", "GBP")
    if kind is Kind.NUMBER:
        more.setdefault("unit", "items")
    return Question(key=key, kind=kind, text=text, **more)


def options(**labels: str | tuple[str, float]) -> tuple[Option, ...]:
    """Options from key -> label, or key -> (label, points)."""
    pairs = {key: (label, None) if isinstance(label, str) else label for key, label in labels.items()}
    return tuple(Option(key=key, label=words, points=points) for key, (words, points) in pairs.items())


def scale_question(key: str, weight: float = 1, **more: Any) -> Question:
    """A scored question on the questionnaire's first scale: four levels, exact thirds."""
    return question(key, Kind.SCALE, weight=weight, **more)


def yes_no(key: str, weight: float | None = None, **more: Any) -> Question:
    """A yes/no question, scored when it has a weight."""
    return question(key, Kind.YES_NO, weight=weight, **more)


def section(key: str = "A", *inside: Question | Section, weight: float = 1, **more: Any) -> Section:
    """A section holding the questions or child sections given."""
    return Section(
        key=key,
        title=more.pop("title", f"Section {key}"),
        weight=weight,
        questions=tuple(part for part in inside if isinstance(part, Question)),
        sections=tuple(part for part in inside if isinstance(part, Section)),
        **more,
    )


def questionnaire(*inside: Section | Question, **more: Any) -> Questionnaire:
    """A questionnaire of the sections given; questions given bare go into one section `A`."""
    bare = [part for part in inside if isinstance(part, Question)]
    sections = [part for part in inside if isinstance(part, Section)]
    if bare or not inside:
        sections.insert(0, section("A", *(bare or [scale_question("Q-01")])))
    content: dict[str, Any] = {
        "schema": SCHEMA,
        "key": "test",
        "title": "A test template",
        "scales": {"maturity": {"levels": LEVELS}},
        "sections": tuple(sections),
    }
    return Questionnaire(**(content | more))


def answer(
    value: int | str | float | Decimal | date | tuple[str, ...] | list[str] | Mapping[str, Any],
    evidence: Evidence | str = Evidence.NONE,
    note: str = "",
) -> Answer:
    """An answer with this value; a list becomes a tuple and a float the decimal it prints as."""
    if isinstance(value, list):
        value = tuple(value)
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Mapping):
        value = {part: Decimal(str(figure)) for part, figure in value.items()}
    return Answer(State.ANSWERED, value, evidence=Evidence(evidence), note=note)


def na(reason: str = "The service has no such duty") -> Answer:
    """Not applicable, with a reason."""
    return Answer(State.NOT_APPLICABLE, reason=reason)


def dont_know() -> Answer:
    """The respondent does not know yet."""
    return Answer(State.DONT_KNOW)


def unanswered() -> Answer:
    """Nothing given."""
    return UNANSWERED
