"""A rule as the drop-downs of a form: what each row offers, given what is chosen so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from vfm.errors import Invalid
from vfm.questionnaires import rule_form
from vfm.questionnaires.conditions import in_words
from vfm.questionnaires.rule_form import ClaimTyped, GroupTyped, RuleTyped
from vfm.questionnaires.schema import Condition, Question, Questionnaire

Pairs = tuple[tuple[str, str], ...]
LONGEST_LABEL = 80
"""Characters of a question's words in a drop-down."""


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One row: `name` is the start of its fields' names.

    Attributes:
        operators: what fits the chosen question, empty while none is chosen.
        choices: answers to pick from, empty where a figure or a date is typed.
        others: questions whose answer it can be compared with instead.
        takes_value: False where the operator says everything.
    """

    name: str
    typed: ClaimTyped
    operators: Pairs
    choices: Pairs
    others: Pairs
    takes_value: bool

    @property
    def picks_many(self) -> bool:
        """True where several answers can be ticked."""
        return self.typed.operator in ("in", "not_in")


@dataclass(frozen=True, slots=True)
class GroupRows:
    """One group of rows."""

    name: str
    joint: str
    claims: tuple[ClaimRow, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule ready to be shown.

    Attributes:
        questions: what a row can name.
        words: the rule read back in English, empty when there is none or it is not complete.
        is_kept: it is too deep for rows, and stays while no row is filled in.
    """

    name: str
    joint: str
    groups: tuple[GroupRows, ...]
    questions: Pairs
    words: str
    is_kept: bool


def label(question: Question) -> str:
    """A question in a drop-down: its key and the beginning of its words."""
    words = " ".join(question.text.split())
    cut = words if len(words) <= LONGEST_LABEL else f"{words[: LONGEST_LABEL - 1].rstrip()}…"
    return f"{question.key}: {cut}"


def rule(
    name: str,
    fields: Mapping[str, Sequence[str]],
    questionnaire: Questionnaire,
    present: Condition | None,
    *,
    before: str | None = None,
) -> Rule:
    """A rule as its form shows it, with a blank row at the end of each group.

    `before` keeps the drop-downs to questions asked earlier than that one. A field `do` with `group:NAME`
    adds a group.
    """
    typed = rule_form.sent(fields, name)
    try:
        read = rule_form.read(fields, name, questionnaire, present)
        words = in_words(read, questionnaire) if read is not None else ""
    except Invalid:
        words = ""
    shown = typed.with_blank()
    if f"group:{name}" in fields.get("do", ()):
        shown = replace(shown, groups=(*shown.groups, GroupTyped(claims=(ClaimTyped(),))))
    return Rule(
        name=name,
        joint=shown.joint,
        groups=tuple(
            GroupRows(
                f"{name}.{g}",
                group.joint,
                tuple(_row(f"{name}.{g}.{c}", claim, questionnaire) for c, claim in enumerate(group.claims)),
            )
            for g, group in enumerate(shown.groups)
        ),
        questions=_offered(questionnaire, before, typed),
        words=words,
        is_kept=typed.kept,
    )


def _offered(questionnaire: Questionnaire, before: str | None, typed: RuleTyped) -> Pairs:
    """The questions a row may name; one that is named already stays on offer wherever it stands."""
    named = {claim.question for group in typed.groups for claim in group.claims}
    found = []
    is_earlier = True
    for question in questionnaire.questions.values():
        is_earlier = is_earlier and question.key != before
        if is_earlier or question.key in named:
            found.append((question.key, label(question)))
    return tuple(found)


def _row(name: str, typed: ClaimTyped, questionnaire: Questionnaire) -> ClaimRow:
    question = questionnaire.questions.get(typed.question)
    if question is None:
        return ClaimRow(name, typed, (), (), (), takes_value=False)
    offered = rule_form.operators_for(question)
    operator = typed.operator if typed.operator in offered else offered[0]
    counts = question.kind == "multi_choice" and operator not in ("contains", "not_contains")
    return ClaimRow(
        name,
        replace(typed, operator=operator),
        tuple((one, rule_form.WORDS[one]) for one in offered),
        () if counts else rule_form.value_choices(questionnaire, question),
        tuple((other.key, label(other)) for other in rule_form.comparable_with(questionnaire, question)),
        takes_value=operator not in ("answered", "not_answered"),
    )
