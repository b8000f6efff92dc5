"""The forward plan drawn over its quarters: bars in groups, how full each is, and the finding in words.

The bars are plain HTML that a page lays on a grid of quarters, so that they read without script and on paper.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vfm.prioritisation.forward import Item, Load
from vfm.prioritisation.quarters import Quarter
from vfm.questionnaires import figures

MODES = {"service_review": "Service review", "deep_dive": "Deep dive"}
SHORT = {"service_review": "Review", "deep_dive": "Deep dive"}
"""In a bar, which is as narrow as its quarter."""
NOBODY = "Nobody leads it yet"
GROUPINGS = {"directorate": "Directorate", "lead": "Who leads", "mode": "What it is"}
DRAWN = 60
"""Height of the drawing of one quarter's load, in its own units."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One review on the grid.

    Attributes:
        column: of the quarter it begins in, 1 the first; span: how many quarters it reaches over.
        marks: what keeps it where it is or says when it is due, in words.
        is_carried: it began before the first quarter.
    """

    item: Item
    column: int
    span: int
    marks: tuple[str, ...]
    is_carried: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The bars of a directorate, a lead or a kind."""

    name: str
    bars: tuple[Bar, ...]


def grouped(items: Iterable[Item], quarters: Sequence[Quarter], by: str) -> tuple[Group, ...]:
    """The bars in groups by name; each in the order in which they begin."""
    found: dict[str, list[Bar]] = {}
    for item in items:
        if bar := _bar(item, quarters):
            found.setdefault(_group(item, by), []).append(bar)
    return tuple(Group(name, tuple(found[name])) for name in sorted(found, key=lambda n: (n == NOBODY, n)))


def _group(item: Item, by: str) -> str:
    if by == "lead":
        return item.lead or NOBODY
    return MODES[item.mode] if by == "mode" else item.directorate


def _bar(item: Item, quarters: Sequence[Quarter]) -> Bar | None:
    if item.start is None or item.last_day is None:
        return None
    first, last = quarters[0], quarters[-1]
    start = max(item.start, first)
    end = max(start, min(Quarter.of(item.last_day), last))
    column = quarters.index(start) + 1
    return Bar(item, column, quarters.index(end) + 2 - column, marks(item), item.start < first)


def marks(item: Item) -> tuple[str, ...]:
    """What holds a review in its place or says when it is due, each in a few words."""
    found = []
    if item.due:
        due = Quarter.from_key(item.due).name
        found.append(f"{'Must be done by' if item.is_mandatory else 'By'} {due}")
    elif item.is_mandatory:
        found.append("Must be done")
    if item.is_pinned:
        found.append("Pinned")
    return tuple(found)


def why_latest(item: Item, first: Quarter) -> str:
    """Why it has to be done by its latest quarter, in words; empty where nobody said.

    What answers say of a contract stands here too where no last quarter follows from it; `first` is the first
    quarter of the plan.
    """
    words = [item.latest_reason] if item.latest_reason else []
    if ends := item.contract_ends_on:
        words.append(f"contract ends {figures.day_in_words(ends)}, less a year")
    if item.contract:
        words.append(item.contract.words(first))
    return "; ".join(words)


def is_late(item: Item) -> bool:
    """Whether it stands in a quarter after its latest."""
    return bool(item.due) and item.start is not None and item.start > Quarter.from_key(item.due)


def is_early(item: Item) -> bool:
    """Whether it stands in a quarter before its earliest."""
    return bool(item.earliest) and item.start is not None and item.start < Quarter.from_key(item.earliest)


@dataclass(frozen=True, slots=True)
class Drawn:
    """The load of one quarter as a drawing 100 wide and `DRAWN` high; y grows downwards.

    Attributes:
        within: top and height of the part within the team's days; over: of the part above them.
        line: y of the team's days.
    """

    load: Load
    within: tuple[float, float]
    over: tuple[float, float]
    line: float


def drawn(loads: Sequence[Load]) -> tuple[Drawn, ...]:
    """Every quarter's load on one scale, zero at the bottom."""
    most = max([load.days for load in loads] + [load.used for load in loads] + [1])

    def high(days: float) -> float:
        return round(days / most * (DRAWN - 6), 1)

    found = []
    for load in loads:
        within, over = high(min(load.used, load.days)), high(load.over)
        found.append(
            Drawn(
                load,
                (round(DRAWN - within, 1), within),
                (round(DRAWN - within - over, 1), over),
                round(DRAWN - high(load.days), 1),
            )
        )
    return tuple(found)


def finding(loads: Sequence[Load], shown: Sequence[Item]) -> str:
    """What the plan comes to, in one or two sentences."""
    if not shown:
        return "Nothing is in the plan yet."
    over = [load for load in loads if load.over and not load.blackout]
    closed = [load for load in loads if load.blackout and load.count]
    used, there = sum(load.used for load in loads), sum(load.days for load in loads)
    count = sum(load.count for load in loads)
    what = "review begins" if count == 1 else "reviews begin"
    takes = "takes" if count == 1 else "take"
    words = f"{count} {what} within three years and {takes} {used:,} of {there:,} team days."
    said = []
    if over:
        named = ", ".join(f"{load.quarter.name} by {load.over:,}" for load in over[:3])
        more = f" and {len(over) - 3} more" if len(over) > 3 else ""
        said.append(f"More than the team has days for: {named}{more}.")
    if closed:
        said.append(f"Something stands in a blackout: {', '.join(load.quarter.name for load in closed)}.")
    return " ".join([words, *(said or ["Every quarter fits."])])
