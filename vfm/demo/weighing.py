"""What the demo's executive team gave in its weights meetings, and the other weights it talked about."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine

from vfm.prioritisation.criteria import DEFAULT_CRITERIA
from vfm.roles import Actor
from vfm.store.database import transaction
from vfm.store.queries.weights import ballots
from vfm.workflows import rankings, scenarios, weights, weights_ballots, weights_opening
from vfm.workflows.weights import Ending
from vfm.workflows.weights_opening import Typed

LEANING = (0.8, 1.0, 1.2)
"""One member's swing points are the usual weights, each a fifth less, as usual, or a fifth more."""
REASONS = (
    "Money and demand decide what we can still change next year.",
    "Residents feel poor performance before they see an overspend.",
)
"""Why the first members weigh as they do."""
TRIED = (
    ("Cost counts double", "As the budget group asked.", {"unit_cost": "20", "budget_variance": "20"}),
    ("Only what residents notice", "Demand and performance before money.", {
        "expenditure_level": "5", "demand_pressure": "30", "performance_gap": "30",
    }),
)  # fmt: skip
"""Other weights tried on the ranking: (name, note, the shares that stand)."""


def ranked(engine: Engine, cycle: int, members: Sequence[Actor], name: str, then: datetime) -> int:
    """A meeting in which everybody gave points, closed with their average, and the run made with it."""
    chair = members[0]
    meeting = _opened(engine, cycle, members, name, chair, then - timedelta(days=2))
    for place, member in enumerate(members):
        _give(engine, meeting, member, place, then - timedelta(days=1, hours=place))
    with transaction(engine) as session:
        weights.uncover(session, meeting, by=chair, now=then)
        weights.close(session, meeting, Ending(), by=chair, now=then)
        rankings.measure(session, meeting, now=then)
        return rankings.run_meeting(session, meeting, by=chair, now=then)


def tried(engine: Engine, run: int, by: Actor, then: datetime) -> None:
    """Scenarios of a run."""
    with transaction(engine) as session:
        for name, note, shares in TRIED:
            scenarios.keep(session, run, name, note, shares, {}, by=by, now=then)


def waiting(engine: Engine, cycle: int, members: Sequence[Actor], core: Actor, now: datetime) -> None:
    """The next meeting: all members but the first have given their points."""
    meeting = _opened(engine, cycle, members, "Weights for the next ranking", core, now - timedelta(days=3))
    for place, member in enumerate(members[1:], 1):
        _give(engine, meeting, member, place, now - timedelta(days=1, hours=place))


def _opened(
    engine: Engine, cycle: int, members: Sequence[Actor], name: str, by: Actor, then: datetime
) -> int:
    on = (then + timedelta(days=2)).date()
    typed = Typed(
        cycle=str(cycle),
        name=name,
        day=(str(on.day), str(on.month), str(on.year)),
        people=tuple(str(member.id) for member in members),
    )
    with transaction(engine) as session:
        meeting = weights_opening.create(session, typed, by=by, now=then)
        rankings.measure(session, meeting, now=then)
    return meeting


def _give(engine: Engine, meeting: int, member: Actor, place: int, then: datetime) -> None:
    reason = REASONS[place] if place < len(REASONS) else None
    with transaction(engine) as session:
        own = next(one for one in ballots(session, meeting) if one.person_id == member.id)
        given, revision = points(place), str(own.revision)
        weights_ballots.save(
            session,
            meeting,
            own.id,
            given,
            revision=revision,
            reason=reason,
            is_last=True,
            by=member,
            now=then,
        )


def points(place: int) -> dict[str, str]:
    """One member's swing points: 100 for what matters most."""
    leant = {c.key: c.weight * LEANING[(place + at) % 3] for at, c in enumerate(DEFAULT_CRITERIA)}
    most = max(leant.values())
    return {key: f"{100 * weight / most:.0f}" for key, weight in leant.items()}
