"""One criterion: how its values are spread in a cycle, and where other goalposts would put them.

Nothing is kept: what is tried out is worked out for the page and forgotten.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from vfm.errors import NotFound, Problem
from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.criteria_form import Typed, as_typed, read
from vfm.prioritisation.distribution import Placed, Spread, Step, placed, spread, steps
from vfm.store import criteria as kept
from vfm.store import gathering
from vfm.store.queries import rankings
from vfm.store.queries.rankings import Rankable

SCALE = ("direction", "transform", "low", "high", "floor", "scale")
"""The fields of the form that can be tried out."""


@dataclass(frozen=True, slots=True)
class ServiceValue:
    """What is known of one service.

    Attributes:
        value: raw; None for a gap.
        u, tried: where the criterion puts it, as it stands and as tried; None for a gap or nothing tried.
        gathered: where the value came from, as `vfm.prioritisation.provenance.Gathered` in JSON.
        year: of the newest figure it was made from; empty for an answer.
    """

    service_id: int
    key: str
    name: str
    directorate: str
    family: str
    assessment_id: int | None
    value: float | None
    u: float | None
    tried: float | None
    gathered: Mapping[str, Any]
    year: str


@dataclass(frozen=True, slots=True)
class View:
    """One criterion in one cycle.

    Attributes:
        criterion: as the cycle was frozen with it, else as the list has it.
        is_used, is_frozen: in the list; whether the cycle was frozen with it.
        differs: the list has it otherwise than the cycle.
        spread, steps: None and empty where no service has a value.
        here, tried: where it puts the values as it stands, and as tried; None where nothing was tried.
        typed: what was typed to be tried, or how it stands.
        problems: what of it cannot be used.
    """

    criterion: Criterion
    is_used: bool
    is_frozen: bool
    differs: bool
    cycles: tuple[Rankable, ...]
    cycle: Rankable | None
    rows: tuple[ServiceValue, ...]
    spread: Spread | None
    steps: tuple[Step, ...]
    here: Placed | None
    tried: Placed | None
    typed: Typed
    problems: tuple[Problem, ...]


def show(
    session: Session, key: str, cycle_id: int | None, given: Mapping[str, str] | None, *, now: datetime
) -> View:
    """A criterion with its values in a cycle; the newest that can be ranked by default.

    Args:
        session: the store.
        key: of a criterion of the list, or of one the cycle was frozen with.
        cycle_id: whose values.
        given: fields of `SCALE` to try out; None: nothing is tried.
        now: the moment, for what counts today.

    Raises:
        NotFound: there is no such criterion.
    """
    cycles = tuple(rankings.rankable(session))
    cycle = next((c for c in cycles if c.id == cycle_id), next(iter(cycles), None))
    listed = {one.key: (one, is_used) for one, is_used in kept.listed(session)}
    frozen = kept.frozen(session, cycle.cycle_id) if cycle else None
    of_cycle = next((one for one in frozen or () if one.key == key), None)
    if key not in listed and of_cycle is None:
        raise NotFound(f"criterion {key}")
    of_list, is_used = listed.get(key, (None, False))
    criterion = of_cycle or of_list
    if criterion is None:
        raise NotFound(f"criterion {key}")
    services = _services(session, cycle, criterion, tuple(one for one, _ in listed.values()), now)
    values = [service["values"][key]["value"] for service in services]
    families = [service["family"] for service in services]
    typed, tried, problems = _tried(criterion, given)
    here = placed(criterion, values, families) if cycle else None
    there = placed(tried, values, families) if cycle and tried else None
    return View(
        criterion,
        is_used,
        of_cycle is not None,
        of_cycle is not None and of_list is not None and _plain(of_cycle) != _plain(of_list),
        cycles,
        cycle,
        tuple(
            _row(service, key, here.u[at] if here else None, there.u[at] if there else None)
            for at, service in enumerate(services)
        ),
        spread(values),
        _steps(values, tried or criterion),
        here,
        there,
        typed,
        problems,
    )


def _services(
    session: Session,
    cycle: Rankable | None,
    criterion: Criterion,
    listed: tuple[Criterion, ...],
    now: datetime,
) -> list[dict[str, Any]]:
    """The cycle's services with the values of the whole list, this criterion as it is wanted."""
    if cycle is None:
        return []
    plain = _plain(criterion)
    same = any(_plain(one) == plain for one in listed)
    wanted = listed if same else (*(one for one in listed if one.key != criterion.key), criterion)
    found: list[dict[str, Any]] = gathering.looked_at(session, cycle, wanted, now.date())["services"]
    return found


def _steps(values: list[float | None], criterion: Criterion) -> tuple[Step, ...]:
    """In the steps of its scale; under a floor all count as it."""
    by_tens, floor = criterion.transform == "log10", criterion.floor
    if by_tens and floor is not None:
        values = [None if value is None else max(value, floor) for value in values]
    return steps(values, is_logarithmic=by_tens)


def _plain(criterion: Criterion) -> Criterion:
    """Without what freezing fills in."""
    goalposts = criterion.goalposts if criterion.reference is None else None
    return replace(criterion, reference=None, goalposts=goalposts)


def _tried(
    criterion: Criterion, given: Mapping[str, str] | None
) -> tuple[Typed, Criterion | None, tuple[Problem, ...]]:
    stands = as_typed(criterion)
    if given is None:
        return stands, None, ()
    typed = replace(stands, **{name: given.get(name, "") for name in SCALE})
    made, problems = read(typed, criterion, ())
    if made is None:
        return typed, None, tuple(one for one in problems if one.place in SCALE)
    reference = criterion.reference if made.transform == criterion.transform else None
    return typed, replace(made, reference=reference), ()


def _row(service: Mapping[str, Any], key: str, u: float | None, tried: float | None) -> ServiceValue:
    gathered = service["values"][key]
    return ServiceValue(
        service["id"],
        service["key"],
        service["name"],
        service["directorate"],
        service["family"] or "",
        service["assessment_id"],
        gathered["value"],
        u,
        tried,
        gathered,
        max((source["year"] for source in gathered["used"]), default=""),
    )
