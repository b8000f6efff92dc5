"""What services are ranked on: each criterion, its direction, its scale, its weight and where it comes from.

Pure: values in, values out. A criterion is content: adding one is adding a row to `DEFAULT_CRITERIA`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from math import isfinite
from typing import Any, Literal

from vfm.errors import Problem

Direction = Literal["higher", "lower"]
Transform = Literal["linear", "log10", "asinh", "percentile", "none"]

DIRECTIONS: tuple[Direction, ...] = ("higher", "lower")
TRANSFORMS: tuple[Transform, ...] = ("linear", "log10", "asinh", "percentile", "none")
VFM_RESULT = "vfm_result"
MATERIALITY = "materiality"
LARGEST = 1e15
"""No figure is larger, and none that is divided by smaller than 1 over it: nothing runs out of digits."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing services are ranked on.

    Attributes:
        key: its stable name, as in the file's column.
        label: its name on screen; the key where there is none.
        definition: what the value means, in one sentence.
        unit: the unit of the raw value.
        direction: `higher`: a higher raw value raises the priority; `lower`: it lowers it.
        transform: how a raw value is bent before it is placed between the goalposts.
        goalposts: the fixed raw values that map to 0 and 1, low before high; None: the 2nd and 98th
            percentile of the reference.
        floor: with `log10`, raw values under it count as it.
        scale: with `asinh`, the raw value at which the curve turns from straight to logarithmic.
        reference: the frozen raw values that percentiles are read from; None: the services ranked.
        weight: swing points over the goalposts, any unit; only the shares matter; 0 switches it off.
        group: the theme it belongs to; None: it takes no part in the rules about groups.
        source: where the value comes from, in words.
        feeds: what the questions feed whose answers are its values; empty: its own key; a word that no
            question feeds: answers are not read.
        choices: (option of a single choice, raw value it stands for); any other option says nothing.
    """

    key: str
    label: str = ""
    definition: str = ""
    unit: str = ""
    direction: Direction = "higher"
    transform: Transform = "linear"
    goalposts: tuple[float, float] | None = None
    floor: float | None = None
    scale: float = 1.0
    reference: tuple[float, ...] | None = None
    weight: float = 1.0
    group: str | None = None
    source: str = ""
    feeds: str = ""
    choices: tuple[tuple[str, float], ...] = ()

    @property
    def name(self) -> str:
        """The words for this criterion on screen."""
        return self.label or self.key.replace("_", " ")

    def as_json(self) -> dict[str, Any]:
        """As it is kept; what came later and is not said is left out, so that an old run stays as it was."""
        kept = asdict(self)
        return {name: value for name, value in kept.items() if value or name not in ("feeds", "choices")}


DEFAULT_CRITERIA: tuple[Criterion, ...] = (
    Criterion(
        key=VFM_RESULT,
        label="value-for-money score",
        definition="The agreed score of the service's self-assessment.",
        unit="points, 0 to 100",
        direction="lower",
        goalposts=(0, 100),
        weight=20,
        group="performance",
        source="agreed scorecard",
    ),
    Criterion(
        key="expenditure_level",
        label="gross expenditure",
        definition="What the service spends in a year before any income.",
        unit="pounds a year",
        transform="log10",
        floor=10_000,
        weight=20,
        group=MATERIALITY,
        source="imported outturn, else PRO-03",
    ),
    Criterion(
        key="demand_pressure",
        label="demand pressure",
        definition="The greater of nothing and the change in volume, past or forecast.",
        unit="per cent",
        goalposts=(0, 30),
        weight=15,
        group="demand",
        source="PRO-10, PRO-11",
    ),
    Criterion(
        key="budget_variance",
        label="forecast overspend",
        definition="Forecast overspend as a share of gross expenditure.",
        unit="per cent of gross",
        goalposts=(0, 10),
        weight=10,
        group="cost",
        source="PRO-05 over PRO-03",
    ),
    Criterion(
        key="unit_cost",
        label="unit cost",
        definition="The share of the comparator group that provides the same service more cheaply.",
        unit="share, 0 to 1",
        goalposts=(0, 1),
        weight=10,
        group="cost",
        source="published figures, else ECO-03",
    ),
    Criterion(
        key="performance_gap",
        label="performance gap",
        definition="The share of the comparator group that performs better.",
        unit="share, 0 to 1",
        goalposts=(0, 1),
        weight=10,
        group="performance",
        source="published figures, else OUT-03",
    ),
    Criterion(
        key="savings_potential",
        label="savings potential",
        definition="The middle of the savings range as a share of gross expenditure.",
        unit="per cent of gross",
        goalposts=(0, 20),
        weight=10,
        group="cost",
        source="GOV-04 and GOV-05 over PRO-03",
    ),
    Criterion(
        key="assurance_concern",
        label="concern from inspection and audit",
        definition="What audit, inspection and the ombudsman found: positive 0, mixed 50, negative 100.",
        unit="points, 0 to 100",
        goalposts=(0, 100),
        weight=5,
        group="risk",
        source="OUT-05",
    ),
)


def shares(criteria: Sequence[Criterion]) -> tuple[float, ...]:
    """The weights rescaled to add up to 1, in the order given."""
    total = sum(criterion.weight for criterion in criteria)
    return tuple(criterion.weight / total for criterion in criteria)


def changed_goalposts(before: Sequence[Criterion], after: Sequence[Criterion]) -> tuple[str, ...]:
    """The criteria whose weight has to be confirmed again, because the swing it was given for has changed."""
    swing = {criterion.key: swing_of(criterion) for criterion in before}
    return tuple(c.key for c in after if c.key in swing and swing[c.key] != swing_of(c))


SWING = ("direction", "transform", "goalposts", "floor", "scale")


def swing_of(criterion: Criterion) -> dict[str, Any]:
    """What points are given for, as plain JSON: everything of the criterion that says what its swing is."""
    swing = {name: getattr(criterion, name) for name in SWING}
    return swing | {"goalposts": criterion.goalposts and list(criterion.goalposts)}


def with_swing(criterion: Criterion, swing: Mapping[str, Any]) -> Criterion:
    """The criterion as it was when points were given for that swing (`swing_of`)."""
    return replace(criterion, **{**swing, "goalposts": swing["goalposts"] and tuple(swing["goalposts"])})


def problems(criteria: Sequence[Criterion]) -> list[Problem]:
    """Everything that keeps these criteria from being used, each with its place and its cure."""
    if not criteria:
        return [Problem("criteria", "There are no criteria. Give at least one.")]
    found = [
        Problem(key, f"This criterion appears {count} times. Keep one of them.")
        for key, count in Counter(c.key for c in criteria).items()
        if count > 1
    ]
    for criterion in criteria:
        found += [Problem(criterion.key, message) for message in _faults(criterion)]
    if not found and not any(criterion.weight > 0 for criterion in criteria):
        found.append(Problem("criteria", "Every weight is 0. Give at least one criterion a weight above 0."))
    return found


def _faults(criterion: Criterion) -> Iterator[str]:
    if criterion.direction not in DIRECTIONS:
        yield f"Direction “{criterion.direction}” is not known. Use higher or lower."
    if criterion.transform not in TRANSFORMS:
        yield f"Transform “{criterion.transform}” is not known. Use one of {', '.join(TRANSFORMS)}."
    if not (criterion.weight == 0 or usable_size(criterion.weight)):
        yield f"Weight {criterion.weight} cannot be used. Give a number of 0 or more."
    if criterion.floor is not None and not usable_size(criterion.floor):
        yield f"Floor {criterion.floor} cannot be used. Give a number above 0, or leave it out."
    if not usable_size(criterion.scale):
        yield f"Scale {criterion.scale} cannot be used. Give a number above 0, in the unit of the values."
    for option, value in criterion.choices:
        if not usable(value):
            yield f"The value {value} of the option {option} cannot be used. Give a number of a usual size."
    yield from _goalpost_faults(criterion)
    yield from _reference_faults(criterion)


def _goalpost_faults(criterion: Criterion) -> Iterator[str]:
    if criterion.goalposts is None:
        return
    low, high = criterion.goalposts
    if not (usable(low) and usable(high)):
        yield f"Goalposts {low} and {high} cannot be used. Give two numbers of a sensible size."
    elif not low < high:
        yield f"Goalposts {low} and {high}: the first has to be under the second. Swap or correct them."
    elif criterion.transform == "log10" and criterion.floor is None and low <= 0:
        yield f"Goalpost {low} has no logarithm. Give a goalpost above 0, or a floor."
    elif criterion.transform == "log10" and criterion.floor is not None and criterion.floor >= high:
        yield f"Floor {criterion.floor} is not under the upper goalpost {high}. Lower the floor."


def _reference_faults(criterion: Criterion) -> Iterator[str]:
    if criterion.reference is None:
        return
    if not criterion.reference:
        yield "The reference is an empty list. Give its values, or leave it out."
    if not all(map(usable, criterion.reference)):
        yield "The reference holds something that is no number of a sensible size. Correct or remove it."
    elif needs_positive(criterion) and any(value <= 0 for value in criterion.reference):
        yield "The reference holds values without a logarithm. Remove those of 0 or less, or give a floor."


def usable(figure: float | Decimal) -> bool:
    """Whether a figure is a number of a size that can be reckoned with."""
    try:
        return isfinite(figure) and -LARGEST <= figure <= LARGEST
    except (TypeError, OverflowError):
        return False


def usable_size(figure: float) -> bool:
    """Whether a figure can be divided by."""
    return 1 / LARGEST <= figure <= LARGEST


def needs_positive(criterion: Criterion) -> bool:
    """Whether raw values of 0 or less cannot be placed on this criterion's scale."""
    return criterion.transform == "log10" and criterion.floor is None
