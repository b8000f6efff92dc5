"""The demo council's forward plan: what its team has days for, and reviews placed over three years."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from vfm.prioritisation.quarters import Quarter, rolling
from vfm.roles import Actor
from vfm.store.database import Engine, reading, transaction
from vfm.workflows import plans, reviews

FIRST_REASON = "What the team of four told us in the spring."
REASON = "A fifth person joins in April; budget setting keeps everybody busy in the new year."
BUDGET = "Budget setting"
STATUTORY = "The regulator wants to see it done"


@dataclass(frozen=True, slots=True)
class Placed:
    """One review put into the plan by hand.

    Attributes:
        quarter: how many quarters from today's it begins in.
        latest: how many quarters from today's it has to be done by; None: it need not be.
        contract_years: in how many years the contract ends that it is about.
    """

    service: str
    mode: str
    topic: str
    quarter: int
    status: str
    days: str = ""
    priority: str = ""
    latest: int | None = None
    contract_years: int | None = None
    is_mandatory: bool = False
    is_pinned: bool = False


PLACED = (
    Placed("HIGHWAYS", "service_review", "", 0, "under_way"),
    Placed("MUSEUMS", "deep_dive", "Income and fees", 0, "scoping", days="45"),
    Placed("CRIME-LESS", "deep_dive", "Grants", 1, "approved", priority="44", days="30"),
    Placed("RECYCLING", "service_review", "", 2, "approved", priority="61", contract_years=3),
    Placed("STREET-CLEAN", "deep_dive", "Routes and shifts", 2, "approved", priority="48"),
    Placed("DEMOCRACY", "deep_dive", "Elections", 3, "proposed", priority="35", latest=4, is_pinned=True),
    Placed("ADULT-CARE", "service_review", "", 3, "proposed", "220", "70", latest=5, is_mandatory=True),
    Placed("WASTE-DISP", "service_review", "", 4, "proposed", priority="58", contract_years=3),
    Placed("LIBRARIES", "deep_dive", "Opening hours", 4, "proposed", priority="42"),
    Placed("PUBLIC-HEALTH", "service_review", "", 4, "proposed", priority="52"),
    Placed("HOUSING-BEN", "deep_dive", "Overpayments", 4, "proposed", priority="33"),
    Placed("ECON-DEV", "service_review", "", 6, "proposed", priority="40"),
    Placed("SPORT", "service_review", "", 6, "proposed", priority="46", contract_years=4, is_mandatory=True),
    Placed("PLAN-APPS", "deep_dive", "Time to decide", 6, "proposed", priority="37"),
    Placed(
        "COUNCIL-TAX", "deep_dive", "Collection", 7, "proposed", priority="28", latest=8, is_mandatory=True
    ),
    Placed("LICENSING", "deep_dive", "Fees", 8, "proposed", priority="22"),
    Placed("TEMP-HOMES", "service_review", "", 8, "proposed", priority="55"),
    Placed("THEATRES", "deep_dive", "Ticket prices", 10, "proposed", priority="18"),
)
"""Invented: which service is looked at when; one stands in the blackout, something to mend."""


def fill(engine: Engine, services: Mapping[str, int], *, core: Actor, today: datetime) -> None:
    """Keep what there is to plan with, twice, and place reviews; a service that has one is passed over."""
    quarters = rolling(today.date())
    shut = next(quarter for quarter in quarters[1:] if quarter.number == 4)
    usual = {"days": "340", "overload": "0", "limit": "2", "lost": "5"}
    usual |= {"deep_dive": "60", "service_review": "160"}
    _keep(engine, usual | {"reason": FIRST_REASON}, core, today - timedelta(days=250))
    more = usual | {"days": "400", "overload": "20", "reason": REASON}
    more |= {f"{shut.key}.blackout": "yes", f"{shut.key}.reason": BUDGET}
    _keep(engine, more, core, today - timedelta(days=60))
    with reading(engine) as session:
        standing = plans.show(session, now=today).standing
    taken = {item.service_id for item in (*standing.items, *standing.waiting)}
    for placed in PLACED:
        if services.get(placed.service, 0) not in {0, *taken}:
            _place(engine, services[placed.service], placed, quarters, core, today - timedelta(days=45))


def _keep(engine: Engine, fields: Mapping[str, str], core: Actor, then: datetime) -> None:
    with reading(engine) as session:
        seen = plans.settings(session, now=then).fields["seen"]
    with transaction(engine) as session:
        plans.set_up(session, {**fields, "seen": seen}, by=core, now=then)


def _place(
    engine: Engine, service: int, placed: Placed, quarters: tuple[Quarter, ...], core: Actor, then: datetime
) -> None:
    starts, ends = quarters[placed.quarter].first_day, placed.contract_years
    draft = reviews.Draft(
        service=str(service),
        mode=placed.mode,
        topic=placed.topic,
        day=_typed(starts),
        lead=str(core.id) if placed.status != "proposed" else "",
    )
    with transaction(engine) as session:
        made = reviews.add(session, draft, by=core, now=then, status=placed.status)
    with reading(engine) as session:
        kept = plans.conditions(session, made, now=then).draft
    conditions = plans.Draft(
        days=placed.days,
        priority=placed.priority,
        latest=quarters[placed.latest].key if placed.latest is not None else "",
        latest_reason=STATUTORY if placed.latest is not None else "",
        contract=_typed(date(starts.year + ends, 3, 31)) if ends else ("", "", ""),
        is_mandatory=placed.is_mandatory,
        is_pinned=placed.is_pinned,
        seen=kept.seen,
    )
    with transaction(engine) as session:
        plans.condition(session, made, conditions, by=core, now=then)


def _typed(day: date) -> tuple[str, str, str]:
    return str(day.day), str(day.month), str(day.year)
