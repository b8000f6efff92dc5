"""What taking in figures changes: each figure before and after, and what becomes of the values made of them.

Pure: figures and gathered values in, changes, effects and sentences out. Nothing is kept here.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.data_quality import DEFAULT_THRESHOLDS, conflicts, too_old
from vfm.prioritisation.provenance import Published

EffectKind = Literal["gains", "changes", "loses", "stays", "kept", "none"]
EFFECTS: tuple[EffectKind, ...] = ("gains", "changes", "loses", "stays", "kept", "none")


@dataclass(frozen=True, slots=True)
class FigureSource:
    """Where a figure was published, in the words shown beside it."""

    title: str
    publisher: str
    licence: str


@dataclass(frozen=True, slots=True)
class ServiceFigure:
    """One figure of one service, measure and year, whole, as it is kept."""

    service_id: int
    measure: str
    year: str
    title: str
    amount: Decimal
    unit: str
    source: FigureSource
    basis: str = ""
    line: str = ""
    feeds: str = ""
    comparison: Mapping[str, Any] | None = None

    @property
    def place(self) -> tuple[int, str, str]:
        """Which it is: there is one figure of a service, measure and year."""
        return self.service_id, self.measure, self.year

    @property
    def as_published(self) -> Published:
        """What values are made from."""
        return Published(
            self.measure,
            self.title,
            self.year,
            self.amount,
            self.unit,
            self.source.title,
            self.line,
            self.feeds,
            self.comparison or {},
            self.source.publisher,
            self.source.licence,
        )

    def as_json(self) -> dict[str, Any]:
        """Plain values; the amount as text, so that no digit is lost."""
        return asdict(self) | {"amount": f"{self.amount:f}", "comparison": dict(self.comparison or {})}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "ServiceFigure":
        """As `as_json` made it."""
        return cls(**{**kept, "amount": Decimal(kept["amount"]), "source": FigureSource(**kept["source"])})


@dataclass(frozen=True, slots=True)
class FigureChange:
    """One figure before and after; None where there is none."""

    before: ServiceFigure | None
    after: ServiceFigure | None

    @property
    def place(self) -> tuple[int, str, str]:
        """Which figure it is about."""
        one = self.after or self.before
        if one is None:
            raise ValueError("a change of no figure")
        return one.place

    @property
    def turned_back(self) -> "FigureChange":
        """What takes it back."""
        return FigureChange(self.after, self.before)


def changed(
    published: Mapping[int, Sequence[Published]], changes: Sequence[FigureChange]
) -> dict[int, list[Published]]:
    """The figures of each service as they would be after these changes."""
    gone = {change.place for change in changes}
    found = {
        service: [one for one in figures if (service, one.measure, one.year) not in gone]
        for service, figures in published.items()
    }
    for change in changes:
        if change.after is not None:
            found.setdefault(change.after.service_id, []).append(change.after.as_published)
    return found


def feeding_nothing(figures: Sequence[ServiceFigure]) -> list[FigureChange]:
    """These figures stay, and feed no criterion any longer."""
    return [FigureChange(one, replace(one, feeds="")) for one in figures]


@dataclass(frozen=True, slots=True)
class Effect:
    """What becomes of one service's value of one criterion.

    Attributes:
        kind: it gains, changes or loses a value; `stays`: the same comes from other sources; `kept`: nothing
            is different; `none`: it has no value, before and after.
        before, after: the values, raw; None for none.
        was, then: how they were gathered, as `provenance.Gathered` in JSON; None where it is not ranked.
        conflicts: sentences: what the sources tell in two ways afterwards.
        stale: sentences: which figures are too old afterwards.
    """

    service_id: int
    key: str
    service: str
    directorate: str
    criterion: Criterion
    kind: EffectKind
    before: float | None
    after: float | None
    was: Mapping[str, Any] | None
    then: Mapping[str, Any] | None
    conflicts: tuple[str, ...]
    stale: tuple[str, ...]


def effects(
    criteria: Sequence[Criterion],
    before: Sequence[Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]],
    on: date,
) -> tuple[Effect, ...]:
    """What becomes of every service's values, criterion by criterion, services by key.

    Args:
        criteria: those whose figures change.
        before: services as they are gathered for a ranking, each with `values`.
        after: as they would be then. A service may be in one alone, where figures are all it is ranked on.
        on: the day on which a figure is too old, or not.
    """
    was = {service["id"]: service for service in before}
    then = {service["id"]: service for service in after}
    services = sorted((was | then).values(), key=lambda service: str(service["key"]))
    return tuple(
        _effect(criterion, service, was.get(service["id"]), then.get(service["id"]), on)
        for criterion in criteria
        for service in services
    )


def _effect(
    criterion: Criterion,
    service: Mapping[str, Any],
    was: Mapping[str, Any] | None,
    then: Mapping[str, Any] | None,
    on: date,
) -> Effect:
    old, new = (one and one["values"][criterion.key] for one in (was, then))
    before, after = (one["value"] if one else None for one in (old, new))
    return Effect(
        service["id"],
        service["key"],
        service["name"],
        service["directorate"],
        criterion,
        _kind(before, after, (old or {}).get("used"), (new or {}).get("used")),
        before,
        after,
        old,
        new,
        tuple(conflicts(criterion, new, DEFAULT_THRESHOLDS.apart)) if after is not None and new else (),
        tuple(too_old(new, on, DEFAULT_THRESHOLDS.months)) if after is not None and new else (),
    )


def _kind(before: float | None, after: float | None, was: Any, then: Any) -> EffectKind:
    if before is None:
        return "none" if after is None else "gains"
    if after is None:
        return "loses"
    if before != after:
        return "changes"
    return "kept" if was == then else "stays"


def counted(found: Sequence[Effect]) -> dict[EffectKind, int]:
    """How many effects there are of each kind."""
    many = Counter(one.kind for one in found)
    return {kind: many[kind] for kind in EFFECTS}


def sentence(found: Sequence[Effect]) -> str:
    """What would become of the values of one criterion.

    `2 of 5 services would gain a value; 1 would change; 2 keep their value.`
    """
    many = counted(found)
    parts = [
        f"{many['gains']} of {len(found)} {'service' if len(found) == 1 else 'services'} would gain a value",
        f"{many['changes']} would change",
    ]
    if many["loses"]:
        parts.append(f"{many['loses']} would lose {'its' if many['loses'] == 1 else 'their'} value")
    same = many["stays"] + many["kept"]
    parts.append(f"{same} {'keeps its' if same == 1 else 'keep their'} value")
    if many["none"]:
        parts.append(f"{many['none']} {'has' if many['none'] == 1 else 'have'} none either way")
    return "; ".join(parts) + "."
