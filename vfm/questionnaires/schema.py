"""What an assessment template is: frozen values from the questionnaire down to one option.

The room's rule: content only. Nothing here knows who answers, when, or where it is kept.
Unknown fields are refused, so a typing mistake in a document is a problem and never silence.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PrivateAttr,
    Tag,
    model_validator,
)
from pydantic_core import PydanticKnownError

from vfm.questionnaires.steps import Chain

SCHEMA = "vfm-template/1"
HEAVIEST = 1e100
"""The largest weight and the most points: sums of any number of them are still exact to the last digits."""


def exact_share(value: object) -> object:
    """`"100/3"` written in a document becomes the nearest float to the exact third."""
    if not isinstance(value, str) or "/" not in value:
        return value
    try:
        return float(Fraction(value))
    except (ValueError, ZeroDivisionError, OverflowError):
        raise ValueError(f'"{value}" is not a share. Write two whole numbers, such as 100/3.') from None


Key = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,39}$")]


def _no_truth(value: object) -> object:
    """True and false are no figures, though the language takes them for 1 and 0."""
    if isinstance(value, bool):
        raise PydanticKnownError("float_type")
    return value


def _no_trace(weight: float) -> float:
    """A weight so small that its last digits are gone would give a wrong figure in silence."""
    if 0 < weight < 1 / HEAVIEST:
        raise ValueError(f"The weight {weight:g} is too small. Give 0, or at least {1 / HEAVIEST:g}.")
    return weight


Figure = Annotated[float, Field(allow_inf_nan=False), BeforeValidator(_no_truth)]
Points = Annotated[
    float,
    Field(ge=-HEAVIEST, le=HEAVIEST, allow_inf_nan=False),
    BeforeValidator(_no_truth),
    BeforeValidator(exact_share),
]
Limit = Annotated[
    float,
    Field(ge=0, le=100, allow_inf_nan=False),
    BeforeValidator(_no_truth),
    BeforeValidator(exact_share),
]
Weight = Annotated[
    float,
    Field(ge=0, le=HEAVIEST, allow_inf_nan=False),
    BeforeValidator(_no_truth),
    AfterValidator(_no_trace),
]
Words = Annotated[str, Field(min_length=1)]


class Frozen(BaseModel):
    """A value of the document: immutable, and nothing beside what is declared."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def _assert_one(given: Sequence[str], allowed: Sequence[str]) -> None:
    """Exactly one word must say what is done here."""
    if not given:
        raise ValueError(f"Nothing says how to compare or reckon. Add one of {', '.join(allowed)}.")
    if len(given) > 1:
        raise ValueError(
            f"Only one of {' and '.join(given)} can stand here. Keep one; join two with all or any."
        )


class Kind(StrEnum):
    """What sort of answer a question takes."""

    SCALE = "scale"
    YES_NO = "yes_no"
    SINGLE_CHOICE = "single_choice"
    MULTI_CHOICE = "multi_choice"
    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    DATE = "date"
    TEXT = "text"
    EVIDENCE = "evidence"


NUMERIC = frozenset({Kind.NUMBER, Kind.MONEY, Kind.PERCENT})
SCORABLE = frozenset({Kind.SCALE, Kind.YES_NO, Kind.SINGLE_CHOICE})
FEEDS = (
    "assurance_concern",
    "budget_variance",
    "contract_window",
    "demand_pressure",
    "director_view",
    "discretion",
    "expenditure_level",
    "expenditure_trend",
    "performance_gap",
    "savings_potential",
    "time_since_review",
    "unit_cost",
)
"""What an answer can supply to the ranking of services; the words `feeds` may take."""


class Ref(Frozen):
    """Another question's answer, where a fixed value could stand: `{question: PRO-03}`."""

    question: Key


def _reading(value: object) -> str:
    """Which member of a union a piece of a document means, so that a mistake gets one message, not five."""
    if isinstance(value, dict | Ref):
        return "<ref>"
    if isinstance(value, date) or (isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value)):
        return "<date>"
    return "<plain>"


Bound = Annotated[
    Annotated[float, Tag("<plain>")] | Annotated[date, Tag("<date>")] | Annotated[Ref, Tag("<ref>")],
    Discriminator(_reading),
]
"""What an answer is measured against: a number, an ISO date, or another question's answer."""
Equal = Annotated[
    Annotated[bool | int | float | str, Tag("<plain>")]
    | Annotated[str, Tag("<date>")]
    | Annotated[Ref, Tag("<ref>")],
    Discriminator(_reading),
]
Operand = bool | int | float | str | date | Ref | tuple[str | int, ...]
OPERATORS = ("equals", "in", "at_least", "at_most", "greater", "less", "contains", "answered")


class Comparison(Frozen):
    """One claim about one answer: `{question: ECO-03, in: [above_median, highest_quarter]}`.

    Exactly one operator. On a multiple choice `at_least`, `at_most`, `greater` and `less` speak of the
    number of options ticked; `contains` of one option. A question asked by part is compared on the sum of
    its parts. A question that has no answer, or is off the route, makes every comparison false except
    `answered: false`.
    """

    question: Key
    equals: Equal | None = None
    in_: tuple[str | int, ...] | None = Field(default=None, alias="in")
    at_least: Bound | None = None
    at_most: Bound | None = None
    greater: Bound | None = None
    less: Bound | None = None
    contains: str | None = None
    answered: bool | None = None

    @model_validator(mode="after")
    def one_operator(self) -> Self:
        _assert_one([name for name, value in self._operands().items() if value is not None], OPERATORS)
        return self

    def _operands(self) -> dict[str, Any]:
        return {name: getattr(self, "in_" if name == "in" else name) for name in OPERATORS}

    @cached_property
    def operator(self) -> str:
        """The one operator's name as written in the document."""
        return next(name for name, value in self._operands().items() if value is not None)

    @cached_property
    def operand(self) -> Operand:
        """What the answer is compared with."""
        value: Operand = self._operands()[self.operator]
        return value


class All(Frozen):
    """True when every condition is true; `{all: [...]}`."""

    all: tuple["Condition", ...] = Field(min_length=1)


class AnyOf(Frozen):
    """True when at least one condition is true; `{any: [...]}`."""

    any: tuple["Condition", ...] = Field(min_length=1)


class Not(Frozen):
    """True when the condition is false; `{not: ...}`."""

    not_: "Condition" = Field(alias="not")


def _condition_form(value: object) -> str:
    """A condition is told by its word: all, any or not; anything else is meant as a comparison."""
    if isinstance(value, dict):
        return next((f"<{word}>" for word in ("all", "any", "not") if word in value), "<comparison>")
    words: dict[type, str] = {All: "<all>", AnyOf: "<any>", Not: "<not>"}
    return words.get(type(value), "<comparison>")


Condition = Annotated[
    Annotated[Comparison, Tag("<comparison>")]
    | Annotated[All, Tag("<all>")]
    | Annotated[AnyOf, Tag("<any>")]
    | Annotated[Not, Tag("<not>")],
    Discriminator(_condition_form),
]
"""A claim about the answers that is true or false."""


class Operation(Frozen):
    """Arithmetic on answers: `{divide: [K3-01, K1-01]}`; a word is a question's key, a number itself.

    Exactly one of the four; undefined (no value) when an operand is missing or a divisor is 0.
    """

    add: tuple["Expression", ...] | None = Field(default=None, min_length=2)
    subtract: tuple["Expression", "Expression"] | None = None
    multiply: tuple["Expression", ...] | None = Field(default=None, min_length=2)
    divide: tuple["Expression", "Expression"] | None = None

    @model_validator(mode="after")
    def one_operation(self) -> Self:
        names = list(type(self).model_fields)
        _assert_one([name for name in names if getattr(self, name) is not None], names)
        return self

    @cached_property
    def operator(self) -> str:
        """The one operation's name."""
        return next(name for name in type(self).model_fields if getattr(self, name) is not None)

    @cached_property
    def operands(self) -> "tuple[Expression, ...]":
        """What it works on, in the order written."""
        value: tuple[Expression, ...] = getattr(self, self.operator)
        return value


def _expression_form(value: object) -> str:
    if isinstance(value, dict | Operation):
        return "<operation>"
    return "<key>" if isinstance(value, str) else "<number>"


Expression = Annotated[
    Annotated[Key, Tag("<key>")]
    | Annotated[float, Field(allow_inf_nan=False), Tag("<number>")]
    | Annotated[Operation, Tag("<operation>")],
    Discriminator(_expression_form),
]
"""A question's key, a number, or arithmetic on them."""


class Scale(Frozen):
    """Named levels, lowest first, and the points each is worth.

    Attributes:
        levels: level number -> its name, consecutive from 1.
        points: level number -> value on 0 to 100; equal steps when not given.
    """

    levels: dict[int, Words] = Field(min_length=2)
    points: dict[int, Points] | None = None


class Option(Frozen):
    """One thing that can be chosen.

    Attributes:
        points: value on 0 to 100 when a scored single choice picks this option.
        exclusive: in a multiple choice, chosen alone or not at all ("None of these").
    """

    key: Key
    label: Words
    points: Points | None = None
    exclusive: bool = False


class Question(Frozen):
    """One thing asked.

    Attributes:
        key: the stable name, the same in file, store, address, form field, workbook and error.
        help: guidance shown under the words (Markdown).
        weight: relative inside its section; None means the question is not scored.
        scale: name of one of the template's scales (the first when not given), kind scale only.
        levels: level number -> level descriptor for this question; the scale's own names when not given.
        by: name of one of the template's `parts`: a number asked once for each part.
        na_allowed: None means allowed unless the question is critical.
        critical: at its lowest level it caps its section.
        feeds: the criterion or fact of prioritisation this answer supplies.
        becomes: submitting turns the answer into this.
    """

    key: Key
    text: Words
    kind: Kind
    help: str = ""
    required: bool = False
    weight: Weight | None = None
    scale: Key | None = None
    levels: dict[int, Words] | None = None
    options: tuple[Option, ...] = ()
    points: dict[Literal["yes", "no"], Points] | None = None
    unit: str = ""
    max_words: int | None = Field(default=None, ge=1)
    min_items: int | None = Field(default=None, ge=1)
    by: Key | None = None
    na_allowed: bool | None = None
    critical: bool = False
    show_if: Condition | None = None
    feeds: Key | None = None
    becomes: Literal["improvement_action"] | None = None
    derived: Operation | None = None

    @property
    def is_scored(self) -> bool:
        """True when the question carries a weight, even a weight of 0."""
        return self.weight is not None

    @property
    def allows_na(self) -> bool:
        """True when "does not apply to us" may be given, with a reason."""
        return not self.critical if self.na_allowed is None else self.na_allowed

    @property
    def option_labels(self) -> dict[str, str]:
        """Option key -> its words, in the order written."""
        return {option.key: option.label for option in self.options}


class Check(Frozen):
    """A rule across answers that must hold, in the respondent's words.

    Attributes:
        must: the condition; not looked at until every question it names has an answer.
        say: what the respondent reads when it does not hold: what is wrong and what to do.
        at: the question the message is shown at.
    """

    key: Key
    must: Condition
    say: Words
    at: Key


class Cap(Frozen):
    """A limit on a section's score, with its reason: `when` holds, the score is at most `limit`."""

    key: Key
    when: Condition
    limit: Limit
    reason: Words


class RuleRow(Frozen):
    """One row of a rule table: what each list collapsed to, and the status that follows."""

    lists: tuple[Literal["all", "some", "none"], ...]
    status: Words


class RuleTable(Frozen):
    """How named lists of statements give a status instead of a score.

    Attributes:
        lists: name -> keys of yes/no questions; each collapses to all, some or none.
        statuses: worst first.
        minimum: the status that is required.
        rows: every combination exactly once, `lists` in the order of `RuleTable.lists`.
    """

    lists: dict[Key, tuple[Key, ...]] = Field(min_length=1)
    statuses: tuple[Words, ...] = Field(min_length=2)
    minimum: Words
    rows: tuple[RuleRow, ...]


class Section(Frozen):
    """A group of questions, or of child sections, with its weight in what holds it."""

    key: Key
    title: Words
    purpose: str = ""
    hypothesis: str = ""
    frameworks: tuple[str, ...] = ()
    weight: Weight = 0
    critical: bool = False
    caps: tuple[Cap, ...] = ()
    rule_table: RuleTable | None = None
    questions: tuple[Question, ...] = ()
    sections: tuple["Section", ...] = ()

    def walk(self) -> "Iterator[Section]":
        """This section, then every section inside it, in reading order."""
        yield self
        for child in self.sections:
            yield from child.walk()


class Band(Frozen):
    """The words for a score from `minimum` up to the next band's.

    Attributes:
        colour: one of the design system's tag colours; never the only sign of the band.
    """

    name: Words
    minimum: Figure = Field(ge=0, le=100)
    colour: Literal["red", "orange", "yellow", "green", "turquoise", "blue", "purple", "grey"]


class Method(StrEnum):
    """How answers become scores."""

    WEIGHTED_MEAN = "weighted_mean"
    MEAN_OF_MEANS = "mean_of_means"
    SUM = "sum"
    RULE_TABLE = "rule_table"


class Scoring(Frozen):
    """The method of a template version and its thresholds, shares in [0, 1].

    Attributes:
        section_minimum: below this completeness a section's score is withheld.
        overall_minimum: from this completeness an overall score is published.
        na_flag: above this share of weight not applicable, a challenge is called for.
        critical_limit: what a critical question at its lowest level caps its section at.
        has_overall: False shows the profile only.
    """

    method: Method = Method.WEIGHTED_MEAN
    section_minimum: Figure = Field(default=0.60, ge=0, le=1)
    overall_minimum: Figure = Field(default=0.80, ge=0, le=1)
    na_flag: Figure = Field(default=0.30, ge=0, le=1)
    critical_limit: Limit = 100 / 3
    has_overall: bool = True


class PilotFeedback(Frozen):
    """What a pilot asks about the template itself.

    Attributes:
        per_question: True offers a comment and a clarity mark (1 to 5) on every question.
        overall: questions about the whole, asked once before sending.
    """

    per_question: bool = True
    overall: tuple[Question, ...] = ()


class Scope(Frozen):
    """What a topical deep dive looks at, and what it leaves alone."""

    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()


class People(Frozen):
    """Who takes part, by the words a council uses for its posts."""

    completed_by: str = ""
    contributors: tuple[str, ...] = ()
    fact_checked_by: str = ""
    signed_off_by: str = ""
    challenged_by: str = ""
    sponsor: str = ""
    reported_to: tuple[str, ...] = ()


class Questionnaire(Frozen):
    """An assessment template: ordered sections of questions, and how answers are scored.

    Attributes:
        version: the number under which the document was written out; whoever keeps versions numbers them.
        evidence_grades: words of this template for an evidence grade, where the built-in ones do not fit.
        parts: name -> (part key -> words); a question `by` that name is asked once for each part.
        pages: what one page asks of those who answer, a whole section or a single question.
        is_group_response: each member answers alone, then a consensus is recorded.
        translations: language -> (place -> words), places as `translations.places` names them. They mean what
            the English means: a changed translation never makes a question another one.
        sign_off: whose signature is the last one; an executive director signs after the director.
    """

    schema_: Literal["vfm-template/1"] = Field(alias="schema")
    key: Key
    title: Words
    version: int = Field(default=1, ge=1)
    unit: Literal["service", "authority", "topic"] = "service"
    pages: Literal["section", "question"] = "section"
    guidance: str = ""
    people: People = People()
    is_group_response: bool = False
    sign_off: Chain = Chain.DIRECTOR
    typical_duration_weeks: int | None = Field(default=None, ge=1)
    scope: Scope | None = None
    outputs: tuple[str, ...] = ()
    scales: dict[Key, Scale] = {}
    evidence_grades: dict[Literal["none", "assertion", "documented", "verified"], Words] = {}
    parts: dict[Key, dict[Key, Words]] = {}
    scoring: Scoring = Scoring()
    bands: tuple[Band, ...] = ()
    sections: tuple[Section, ...] = Field(min_length=1)
    checks: tuple[Check, ...] = ()
    pilot_feedback: PilotFeedback = PilotFeedback()
    translations: dict[Literal["cy"], dict[str, Words]] = {}
    _in_english: frozenset[str] = PrivateAttr(frozenset())

    def is_in_english(self, thing: str) -> bool:
        """True when this is the questionnaire in another language and the thing has no words in it.

        `thing` is `question.KEY`, `section.KEY`, `title`, `guidance` ...; see `translations.in_language`.
        """
        return thing in self._in_english

    @property
    def english_things(self) -> frozenset[str]:
        """Everything of which `is_in_english` is true."""
        return self._in_english

    def with_english(self, things: frozenset[str]) -> Self:
        """The same, just made, told what of it is in English; before anybody else has it."""
        self._in_english = things
        return self

    @cached_property
    def all_sections(self) -> dict[str, Section]:
        """Section key -> section, at any depth, in reading order."""
        return {section.key: section for top in self.sections for section in top.walk()}

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Question key -> question, in reading order."""
        return {q.key: q for section in self.all_sections.values() for q in section.questions}

    @cached_property
    def section_of(self) -> dict[str, str]:
        """Question key -> key of the section that holds it."""
        return {q.key: section.key for section in self.all_sections.values() for q in section.questions}

    def scale_of(self, question: Question) -> Scale:
        """The scale a question of kind scale is answered on."""
        return self.scales[question.scale or next(iter(self.scales))]

    def level_words(self, question: Question) -> dict[int, str]:
        """Level number -> the level descriptor shown beside the choice."""
        return dict(question.levels or self.scale_of(question).levels)

    def parts_of(self, question: Question) -> dict[str, str]:
        """Part key -> words for a question asked by part; empty for one asked once."""
        return dict(self.parts[question.by]) if question.by else {}

    def points_of(self, question: Question) -> dict[Any, float]:
        """Answer value -> points on 0 to 100 for a scored question; empty for a kind without points.

        A scale without a table has equal steps, so that four levels are exact thirds.
        """
        if question.kind is Kind.SCALE:
            scale = self.scale_of(question)
            steps = {level: 100 * i / (len(scale.levels) - 1) for i, level in enumerate(sorted(scale.levels))}
            return dict(scale.points or steps)
        if question.kind is Kind.YES_NO:
            return dict(question.points or {"yes": 100.0, "no": 0.0})
        return {option.key: option.points for option in question.options if option.points is not None}
