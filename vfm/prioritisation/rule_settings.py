"""The thresholds of the outcome rules as people set them: each in words, with its unit and its limits.

Pure: values in, values out. What a threshold does is `vfm.prioritisation.outcome`; here is how it is typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any, Literal

from vfm.errors import Invalid, Problem
from vfm.prioritisation.outcome import DEFAULT_RULES, Rules
from vfm.questionnaires import figures

Unit = Literal["per cent", "on 0 to 1", "count", "months"]


@dataclass(frozen=True, slots=True)
class Threshold:
    """One threshold on a form.

    Attributes:
        name: the field of `Rules`.
        label: its words, ending so that the figure can follow.
        why: what it is for, in a sentence.
        unit: how it is typed: a share as per cent, a u as a number from 0 to 1, or a whole number.
        rule: number of the rule it belongs to; 0 for the themes.
        least, most: limits of what is typed, both allowed.
    """

    name: str
    label: str
    why: str
    unit: Unit
    rule: int
    least: int
    most: int


THRESHOLDS: tuple[Threshold, ...] = (
    Threshold(
        "missing_weight", "Most weight without a value",
        "With more than this missing, a service is not ranked: its data come first.", "per cent", 2, 0, 100,
    ),
    Threshold(
        "months_since_review", "Months after a review in which a service is left alone",
        "A service that was reviewed as a whole within this time is monitored.", "months", 3, 0, 120,
    ),
    Threshold(
        "firm_share", "Share of trials that puts a service in the top set",
        "How often it has to be among the top services when weights and values vary.", "per cent", 4, 1, 100,
    ),
    Threshold(
        "returning_share", "The same for a service that comes back",
        "For one whose last outcome was a review or a deep dive, so that it is not dropped by chance.",
        "per cent", 4, 1, 100,
    ),
    Threshold(
        "high_group", "From where a theme counts as a reason",
        "The weighted mean of a theme's criteria on 0 to 1.", "on 0 to 1", 4, 0, 1,
    ),
    Threshold(
        "groups_for_review", "Themes that make a service review",
        "So many reasons call for a look at the whole service.", "count", 4, 1, 20,
    ),
    Threshold(
        "weak_sections", "Most weak sections for a deep dive",
        "With so few sections under 40 points, a deep dive on them is enough.", "count", 5, 0, 50,
    ),
    Threshold(
        "half", "Share of the excess that one theme holds for a deep dive",
        "What lifts the service above a typical one comes from one theme other than its size.",
        "per cent", 5, 1, 100,
    ),
    Threshold(
        "borderline_above", "Share of trials from which a monitored service is borderline",
        "It is close enough to the top set to be named.", "per cent", 7, 0, 100,
    ),
    Threshold(
        "theme_services", "Services in which a section is weak, for a theme across services",
        "One answer for all may then do more than many reviews.", "count", 0, 2, 1000,
    ),
    Threshold(
        "theme_share", "Share of the scored services, for a theme across services",
        "Both have to be reached.", "per cent", 0, 0, 100,
    ),
)  # fmt: skip
"""Every field of `Rules`, in the order of the rules."""


def as_typed(rules: Rules) -> dict[str, str]:
    """Field -> its value as it stands in a form."""
    return {one.name: _typed(one, getattr(rules, one.name)) for one in THRESHOLDS}


def _typed(threshold: Threshold, value: float) -> str:
    exact = Decimal(repr(value)) * (100 if threshold.unit == "per cent" else 1)
    return f"{exact.normalize():f}"


def read(typed: Mapping[str, str]) -> Rules:
    """The rules from what was typed.

    Raises:
        Invalid: every field that cannot be used, and thresholds that contradict each other.
    """
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    for one in THRESHOLDS:
        text = typed.get(one.name, "").strip()
        try:
            values[one.name] = _value(one, figures.number(text))
        except ValueError:
            problems.append(Problem(one.name, f"{one.label}: {_cure(one)}"))
    rules = replace(DEFAULT_RULES, **values)
    problems += _contradictions(rules, {problem.place for problem in problems})
    if problems:
        raise Invalid(problems)
    return rules


def _value(threshold: Threshold, figure: Decimal) -> float | int:
    if not threshold.least <= figure <= threshold.most:
        raise ValueError
    if threshold.unit in ("count", "months"):
        if figure != figure.to_integral_value():
            raise ValueError
        return int(figure)
    return float(figure / 100 if threshold.unit == "per cent" else figure)


def _cure(threshold: Threshold) -> str:
    kind = "a whole number" if threshold.unit in ("count", "months") else "a number"
    return f"type {kind} from {threshold.least} to {threshold.most}."


def _contradictions(rules: Rules, wrong: set[str]) -> list[Problem]:
    found = []
    if rules.returning_share > rules.firm_share and not wrong & {"returning_share", "firm_share"}:
        words = "A service that comes back cannot need more trials than another. Type the same or less."
        found.append(Problem("returning_share", words))
    if rules.borderline_above > rules.firm_share and not wrong & {"borderline_above", "firm_share"}:
        words = "Borderline starts above the top set, so nothing would ever be borderline. Type less."
        found.append(Problem("borderline_above", words))
    return found


def changed(before: Rules, after: Rules) -> tuple[Threshold, ...]:
    """The thresholds that differ."""
    return tuple(one for one in THRESHOLDS if getattr(before, one.name) != getattr(after, one.name))


def in_words(threshold: Threshold, rules: Rules) -> str:
    """`50%`, `0.6`, `24 months`."""
    typed = _typed(threshold, getattr(rules, threshold.name))
    return {"per cent": f"{typed}%", "months": f"{typed} months"}.get(threshold.unit, typed)


if {one.name for one in THRESHOLDS} != {field.name for field in fields(Rules)}:
    raise AssertionError("every threshold of the rules needs its words")
