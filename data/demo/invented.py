"""Invents how each demo service answers: all of it is made up, from a fixed seed; nothing here is measured.

A service's `story` in the catalogue gives the drift; a generator seeded by the service's key gives the
detail, so a service's profile never depends on which others are present.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

SEED = "wrenmouth-1"
AS_OF = date(2026, 9, 30)
SECTIONS = ("PRO", "FIT", "ECO", "EFF", "OUT", "EQU", "DEM", "CON", "DIG", "WFD", "GOV")
GRADES = ("none", "assertion", "documented", "verified")
SCORED = (
    *("FIT-01", "FIT-02", "FIT-03", "ECO-01", "ECO-05", "ECO-06"),
    *("EFF-01", "EFF-02", "EFF-03", "EFF-05", "EFF-06", "OUT-01", "OUT-02", "OUT-04", "OUT-07"),
    *("EQU-01", "EQU-02", "EQU-03", "EQU-04", "DEM-01", "DEM-02", "DEM-03", "CON-03", "CON-04"),
    *("DIG-01", "DIG-02", "WFD-01", "GOV-01", "GOV-02"),
)
PILOT = ("WASTE-COLL", "LIBRARIES", "TEMP-HOMES")
STAGES = ("agreed", "submitted", "started", "not_started")
STAGE_SHARES = (0.3, 0.25, 0.3, 0.15)
CHALLENGE_SHARE = 0.25
CONTRACTS_FROM = 25
SERVES_ALL = ("streets and environment", "protection", "planning and growth", "central")
Range = tuple[float, float]
Row = dict[str, str]


@dataclass(frozen=True)
class Story:
    """How services of one kind drift.

    Attributes:
        strength: middle of the section strengths, 0 (weakest level everywhere) to 1.
        spread: how far a section may lie from the middle, up or down.
        leaning: sections that lie apart from the others, and by how much.
        change: strength gained since the cycle before.
        grades: shares of none, assertion, documented, verified evidence; they add up to 1.
        dont_know: chance that a scored question is answered "don't know".
        variance: forecast overspend as a percentage of gross, low and high.
        demand: change in demand over three years in percent, low and high.
        saving: low estimate of the recurring saving as a percentage of gross, low and high.
        cost, results, judgement: options drawn from for ECO-03, OUT-03 and OUT-05.
        reviewed: months since the last review, low and high; None where there never was one.
    """

    strength: float
    spread: float
    change: float
    grades: tuple[float, float, float, float]
    dont_know: float
    variance: Range
    demand: Range
    saving: Range
    cost: Sequence[str]
    results: Sequence[str]
    judgement: Sequence[str]
    reviewed: tuple[int, int] | None
    leaning: Mapping[str, float] = field(default_factory=dict)


STORIES = {
    "struggling": Story(
        strength=0.28,
        spread=0.16,
        change=-0.03,
        grades=(0.1, 0.35, 0.4, 0.15),
        dont_know=0.03,
        variance=(4, 9),
        demand=(12, 28),
        saving=(3, 6),
        cost=("highest_quarter", "highest_quarter", "above_median"),
        results=("bottom_quarter", "below_median"),
        judgement=("negative", "mixed"),
        reviewed=(40, 70),
        leaning={"DEM": -0.12, "WFD": -0.08, "EQU": 0.12},
    ),
    "pressed": Story(
        strength=0.56,
        spread=0.14,
        change=0.04,
        grades=(0.05, 0.2, 0.5, 0.25),
        dont_know=0.02,
        variance=(2, 7),
        demand=(8, 22),
        saving=(2, 4),
        cost=("above_median", "below_median"),
        results=("below_median", "above_median"),
        judgement=("mixed", "positive", "none"),
        reviewed=(26, 60),
        leaning={"DEM": -0.22, "CON": -0.1, "GOV": 0.1},
    ),
    "weak": Story(
        strength=0.36,
        spread=0.15,
        change=0.02,
        grades=(0.2, 0.4, 0.3, 0.1),
        dont_know=0.06,
        variance=(0, 4),
        demand=(-4, 8),
        saving=(5, 10),
        cost=("above_median", "highest_quarter"),
        results=("below_median", "bottom_quarter", "not_known"),
        judgement=("none", "mixed"),
        reviewed=(48, 110),
        leaning={"OUT": -0.1, "EFF": -0.08},
    ),
    "coasting": Story(
        strength=0.5,
        spread=0.12,
        change=0,
        grades=(0.15, 0.4, 0.35, 0.1),
        dont_know=0.04,
        variance=(-3, 1),
        demand=(-10, 2),
        saving=(4, 9),
        cost=("above_median", "above_median", "not_known"),
        results=("above_median", "below_median", "not_known"),
        judgement=("none",),
        reviewed=None,
        leaning={"EFF": -0.18, "DIG": -0.18, "FIT": 0.08},
    ),
    "patchy": Story(
        strength=0.5,
        spread=0.32,
        change=0.03,
        grades=(0.1, 0.35, 0.4, 0.15),
        dont_know=0.05,
        variance=(-2, 4),
        demand=(-5, 12),
        saving=(2, 6),
        cost=("below_median", "above_median", "not_known"),
        results=("above_median", "below_median"),
        judgement=("none", "mixed", "positive"),
        reviewed=(18, 80),
    ),
    "steady": Story(
        strength=0.64,
        spread=0.12,
        change=0.02,
        grades=(0.05, 0.25, 0.5, 0.2),
        dont_know=0.02,
        variance=(-2, 2),
        demand=(-3, 6),
        saving=(1, 3),
        cost=("below_median", "above_median"),
        results=("above_median",),
        judgement=("none", "positive"),
        reviewed=(20, 60),
    ),
    "improving": Story(
        strength=0.6,
        spread=0.14,
        change=0.18,
        grades=(0.05, 0.25, 0.45, 0.25),
        dont_know=0.02,
        variance=(-1, 3),
        demand=(0, 10),
        saving=(2, 5),
        cost=("below_median", "above_median"),
        results=("above_median", "below_median"),
        judgement=("positive", "mixed"),
        reviewed=(6, 22),
        leaning={"DIG": 0.1},
    ),
    "strong": Story(
        strength=0.83,
        spread=0.1,
        change=0.03,
        grades=(0, 0.1, 0.45, 0.45),
        dont_know=0,
        variance=(-3, 1),
        demand=(-3, 8),
        saving=(0.5, 2),
        cost=("lowest_quarter", "below_median"),
        results=("top_quarter", "above_median"),
        judgement=("positive", "none"),
        reviewed=(8, 40),
    ),
    "unknown": Story(
        strength=0.45,
        spread=0.18,
        change=0,
        grades=(0.45, 0.4, 0.15, 0),
        dont_know=0.38,
        variance=(-1, 3),
        demand=(-5, 10),
        saving=(0, 4),
        cost=("not_known",),
        results=("not_known",),
        judgement=("none",),
        reviewed=None,
        leaning={"GOV": -0.1},
    ),
}


def profiles(catalogue: Iterable[Row], running_expenses: Mapping[str, int]) -> list[Row]:
    """One invented profile a service, in catalogue order.

    Args:
        catalogue: rows with `key`, `story`, `volume` and `family`.
        running_expenses: service key -> running expenses in thousand pounds; decides only whether the service
            says that it buys from third parties.
    """
    return [profile(row, running_expenses[row["key"]] >= CONTRACTS_FROM) for row in catalogue]


def profile(service: Row, buys: bool) -> Row:
    """The invented profile of one service, every value as text; lists are parted by semicolons."""
    story = STORIES[service["story"]]
    draw = random.Random(f"{SEED}:{service['key']}")
    saving = between(draw, story.saving)
    demand = between(draw, story.demand)
    return {
        "service_key": service["key"],
        "story": service["story"],
        "is_pilot": "yes" if service["key"] in PILOT else "no",
        "stage": "submitted" if service["key"] in PILOT else weighted(draw, STAGES, STAGE_SHARES),
        **strengths(draw, story),
        "change_since_last_cycle": f"{story.change:.2f}",
        **{f"evidence_{grade}": f"{share:.2f}" for grade, share in zip(GRADES, story.grades, strict=True)},
        "dont_know": ";".join(key for key in SCORED if draw.random() < story.dont_know),
        "not_applicable": ";".join(not_applicable(draw, service)),
        "is_challenged": "yes" if draw.random() < CHALLENGE_SHARE else "no",
        "buys_from_third_parties": "yes" if buys else "no",
        "variance_percent": one_place(between(draw, story.variance)),
        "demand_volume": service["volume"],
        "demand_change_percent": one_place(demand),
        "demand_forecast_percent": one_place(demand * between(draw, (0.4, 1.1))),
        "saving_low_percent": one_place(saving),
        "saving_high_percent": one_place(saving * between(draw, (1.4, 2.4))),
        "eco_03": pick(draw, story.cost),
        "out_03": pick(draw, story.results),
        "out_05": pick(draw, story.judgement),
        "last_reviewed_on": reviewed_on(draw, story.reviewed),
    }


def strengths(draw: random.Random, story: Story) -> Row:
    """Section key -> invented strength, 0 to 1, two places."""
    found = {}
    for section in SECTIONS:
        middle = story.strength + story.leaning.get(section, 0)
        found[section] = f"{min(max(middle + between(draw, (-story.spread, story.spread)), 0), 1):.2f}"
    return found


def not_applicable(draw: random.Random, service: Row) -> list[str]:
    """What a service says does not apply: eligibility where all are served, buildings where it has none."""
    found = ["DEM-03"] if service["family"] in SERVES_ALL and draw.random() < 0.45 else []
    return [*found, "EFF-06"] if draw.random() < 0.12 else found


def reviewed_on(draw: random.Random, months: tuple[int, int] | None) -> str:
    """The first of a month so many months before `AS_OF`, or blank where there never was a review."""
    if months is None:
        return ""
    ago = round(between(draw, months))
    years, month = divmod(AS_OF.year * 12 + AS_OF.month - 1 - ago, 12)
    return date(years, month + 1, 1).isoformat()


def one_place(number: float) -> str:
    """A number with one decimal place; a small negative one is 0.0 and not -0.0."""
    return f"{round(number, 1) + 0.0:.1f}"


def between(draw: random.Random, ends: Range) -> float:
    """A number between two ends, all equally likely."""
    low, high = ends
    return low + (high - low) * draw.random()


def pick(draw: random.Random, options: Sequence[str]) -> str:
    """One of the options, all equally likely."""
    return options[int(draw.random() * len(options))]


def weighted(draw: random.Random, options: Sequence[str], shares: Sequence[float]) -> str:
    """One of the options, each with its share."""
    point = draw.random()
    for option, share in zip(options, shares, strict=True):
        point -= share
        if point < 0:
            return option
    return options[-1]
