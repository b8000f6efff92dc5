"""What the board shows of a run: its result and inputs as rows that are read in one go.

Pure: a record in, plain values out, kept with the run.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from vfm.prioritisation.corners import pressing, pressure
from vfm.prioritisation.criteria import DEFAULT_CRITERIA, VFM_RESULT, Criterion
from vfm.prioritisation.record import read_criteria


@dataclass(frozen=True, slots=True)
class Line:
    """One service on the board; figures unrounded, shares in [0, 1].

    Attributes:
        gross: pounds a year, as exact text; None where nobody knows.
        result: its agreed value-for-money score; None where there is none.
        pressure: weighted mean u of what makes up materiality and pressure.
        groups: points each group of criteria puts into the index, in the board's order.
        spending: where `gross` comes from: the place of it in `Board.spending`; None where nobody says.
        focus: what a suggested deep dive is about; empty in runs kept before it was.
        decided: the outcome a person recorded in this cycle, empty for none; `topic` of a deep dive.
    """

    service_id: int
    key: str
    name: str
    directorate: str
    gross: str | None
    result: float | None
    pressure: float | None
    rank: int | None
    index: float | None
    groups: Sequence[float]
    missing: Sequence[str]
    missing_weight: float
    top_share: float | None
    rank_from: int | None
    rank_to: int | None
    outcome: str
    rule: int
    reason: str
    borderline: bool
    spending: int | None = None
    focus: Sequence[str] = ()
    decided: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Spending:
    """Where the gross expenditure of some of a run's services comes from.

    Attributes:
        kind: a published figure, or the services' own answer.
        title: what was measured, or the question.
        year, publication: of a figure, else empty.
    """

    kind: str
    title: str
    year: str
    publication: str


OTHERS = "other"
"""The group of criteria that belong to none."""


POSITIONS = ("unit_cost", "performance_gap")
"""The criteria that say which share of the comparators is cheaper, and which does better."""


def _compared(kept: Mapping[str, Any]) -> list[float] | None:
    """The shares of its comparators that are cheaper and that do better; None where one is unknown."""
    found = [kept["values"].get(key, {}).get("value") for key in POSITIONS]
    return found if all(share is not None and 0 <= share <= 1 for share in found) else None


def outlined(result: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What the board shows of a result: each service as the values of `Line`, in its order."""
    criteria = read_criteria(result["criteria"])
    kept = {service["key"]: service for service in inputs["services"]}
    members: dict[str, list[str]] = {}
    for criterion in criteria:
        members.setdefault(criterion.group or OTHERS, []).append(criterion.key)
    weights, pressed = result["weights"], pressing(criteria)
    spending = list(dict.fromkeys(filter(None, map(_spending, kept.values()))))
    by_key = {criterion.key: criterion for criterion in criteria}
    return {
        "lines": [
            [
                *_values(one, kept[one["key"]], members, pressure(one["values"], weights, pressed)),
                _place_in(spending, _spending(kept[one["key"]])),
                one["focus"],
            ]
            for one in result["services"]
        ],
        "groups": list(members),
        "criteria": [asdict(replace(criterion, reference=None)) for criterion in criteria],
        "weights": sorted(weights.items(), key=lambda item: -item[1]),
        "themes": _themes(result),
        "warnings": [in_words(words, by_key) for words in result["warnings"]],
        "left_out": inputs["left_out"],
        "spending": [list(one) for one in spending],
        "positions": [
            [kept[one["key"]]["id"], *shares]
            for one in result["services"]
            if one["rank"] is not None and (shares := _compared(kept[one["key"]])) is not None
        ],
    } | {name: result[name] for name in ("top", "draws", "intervals", "effective_weights")}


def _values(
    one: Mapping[str, Any],
    kept: Mapping[str, Any],
    members: Mapping[str, Sequence[str]],
    pressing_hard: float | None,
) -> list[Any]:
    points = one["contributions"]
    result = kept["values"].get(VFM_RESULT)
    return [
        kept["id"],
        kept["key"],
        kept["name"],
        kept["directorate"],
        kept["gross"],
        result["value"] if result else None,
        pressing_hard,
        one["rank"],
        one["index"],
        [sum(points[key] for key in keys) for keys in members.values()],
        one["missing"],
        *(one[name] for name in REACH),
    ]


def _spending(kept: Mapping[str, Any]) -> tuple[str, ...] | None:
    """What says what a service spends, as the values of `Spending`; None where nothing does."""
    said = kept.get("gross_from", ())
    names = ("kind", "title", "year", "publication")
    return tuple("; ".join(dict.fromkeys(one[name] for one in said)) for name in names) if said else None


def _place_in(known: Sequence[tuple[str, ...]], one: tuple[str, ...] | None) -> int | None:
    return None if one is None else known.index(one)


REACH = (
    "missing_weight", "top_share", "rank_from", "rank_to", "outcome", "rule", "reason", "borderline",
)  # fmt: skip
"""What a line takes from a ranked service as it is, in the order of `Line`."""


def _themes(result: Mapping[str, Any]) -> list[list[Any]]:
    names = {service["key"]: service["name"] for service in result["services"]}
    return [
        [theme["section"], [names[key] for key in theme["services"]], theme["share"]]
        for theme in result["themes"]
    ]


def in_words(warning: str, criteria: Mapping[str, Criterion]) -> str:
    """A warning with the criteria's names in the place of their keys."""
    keys = {c.key: c.name for c in (*DEFAULT_CRITERIA, *criteria.values())}
    words = re.sub(r"\w+", lambda found: keys.get(found[0], found[0]), warning)
    return words[:1].upper() + words[1:]
