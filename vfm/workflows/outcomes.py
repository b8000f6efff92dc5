"""Setting an outcome against the rules, and changing the rules: both by name, with a reason, for later runs.

A kept run is never touched: it holds the rules and overrides it was made with.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, NotFound, Problem
from vfm.prioritisation import rule_settings
from vfm.prioritisation.facts import OUTCOMES
from vfm.prioritisation.outcome import Rules
from vfm.questionnaires import figures
from vfm.questionnaires.figures import london_day
from vfm.questionnaires.kinds import text_problem
from vfm.roles import Actor
from vfm.store import events
from vfm.store.queries import council
from vfm.store.queries import outcomes as queries
from vfm.store.queries import reviews as choices
from vfm.store.queries.outcomes import Kept as Kept
from vfm.store.queries.outcomes import RulesThen
from vfm.store.tables import OutcomeOverride, OutcomeRules

KINDS = {"statutory": "Statutory duty", "executive": "Executive decision"}


@dataclass(frozen=True, slots=True)
class Typed:
    """An override as typed; days are (day, month, year)."""

    service: str = ""
    outcome: str = ""
    kind: str = ""
    topic: str = ""
    reason: str = ""
    decided_by: str = ""
    decided_on: tuple[str, str, str] = ("", "", "")
    ends_on: tuple[str, str, str] = ("", "", "")


@dataclass(frozen=True, slots=True)
class Overrides:
    """Every override: those that count today, and those that do so no more or not yet."""

    in_force: tuple[Kept, ...]
    ended: tuple[Kept, ...]
    services: tuple[tuple[int, str], ...]
    today: date


@dataclass(frozen=True, slots=True)
class RulesPage:
    """The rules that stand, and how they came to be; `seen` tells which state a form was opened on."""

    rules: Rules
    history: tuple[RulesThen, ...]
    seen: str


def overrides(session: Session, *, now: datetime) -> Overrides:
    """Every outcome set against the rules."""
    today = london_day(now)
    found = queries.overrides(session)
    in_force = tuple(one for one in found if _counts(one, today))
    ended = tuple(one for one in found if not _counts(one, today))
    return Overrides(in_force, ended, tuple(choices.services(session)), today)


def _counts(one: Kept, today: date) -> bool:
    return (
        one.withdrawn_at is None and one.decided_on <= today and (one.ends_on is None or one.ends_on >= today)
    )


def set_against(session: Session, typed: Typed, *, by: Actor, now: datetime) -> int:
    """Set an outcome against the rules, for every run made while it counts; its id.

    Raises:
        Invalid: every field that cannot be used.
    """
    today = london_day(now)
    problems = list(_problems(session, typed))
    decided_on, ends_on = _days(typed, today, problems)
    if problems or decided_on is None:
        raise Invalid(problems)
    row = OutcomeOverride(
        service_id=int(typed.service),
        outcome=typed.outcome,
        kind=typed.kind,
        topic=typed.topic.strip() if typed.outcome == "deep_dive" else "",
        reason=typed.reason.strip(),
        decided_by=typed.decided_by.strip(),
        decided_on=decided_on,
        ends_on=ends_on,
        by_id=by.id,
        at=now,
    )
    session.add(row)
    session.flush()
    after = {"service": row.service_id, "outcome": row.outcome, "reason": row.reason}
    events.record(session, "overrode", "outcome_override", row.id, by_id=by.id, now=now, after=after)
    return row.id


def withdraw(session: Session, override_id: int, *, by: Actor, now: datetime) -> str:
    """End an override; it stays in the list, and later runs follow the rules. The service's name.

    Raises:
        NotFound: there is none, or it was withdrawn already.
    """
    row = session.get(OutcomeOverride, override_id, with_for_update=True)
    if row is None or row.withdrawn_at is not None:
        raise NotFound(f"override {override_id}")
    row.withdrawn_at, row.withdrawn_by_id = now, by.id
    events.record(session, "withdrew", "outcome_override", override_id, by_id=by.id, now=now)
    session.flush()
    return next(one.service for one in queries.overrides(session) if one.id == override_id)


def _problems(session: Session, typed: Typed) -> Iterator[Problem]:
    services = {str(service_id) for service_id, _ in choices.services(session)}
    if typed.service not in services:
        yield Problem("service", "Choose the service.")
    if typed.outcome not in OUTCOMES:
        yield Problem("outcome", "Choose what is to happen with it.")
    if typed.outcome == "deep_dive" and not typed.topic.strip():
        yield Problem("topic", "Name the topic of the deep dive.")
    if typed.kind not in KINDS:
        yield Problem("kind", "Say whether it is a statutory duty or an executive decision.")
    yield from _text_problems(typed)


def _text_problems(typed: Typed) -> Iterator[Problem]:
    if not typed.decided_by.strip():
        yield Problem("decided_by", "Say who decided, by name or office.")
    if not typed.reason.strip():
        yield Problem("reason", "Give the reason, in words that can stand in the minutes.")
    for place in ("topic", "reason", "decided_by"):
        if words := text_problem(getattr(typed, place).replace("\r\n", "\n")):
            yield Problem(place, words)


def _days(typed: Typed, today: date, problems: list[Problem]) -> tuple[date | None, date | None]:
    decided_on = ends_on = None
    try:
        decided_on = figures.day_of(*typed.decided_on)
    except ValueError as problem:
        problems.append(Problem("decided_on", str(problem)))
    if decided_on is not None and decided_on > today:
        problems.append(Problem("decided_on", "It cannot lie in the future. Enter today or an earlier day."))
    if any(part.strip() for part in typed.ends_on):
        try:
            ends_on = figures.day_of(*typed.ends_on)
        except ValueError as problem:
            problems.append(Problem("ends_on", str(problem)))
    if ends_on is not None and decided_on is not None and ends_on < decided_on:
        problems.append(Problem("ends_on", "It ends before it was decided. Enter a later day, or none."))
    return decided_on, ends_on


def rules(session: Session) -> RulesPage:
    """The rules that stand."""
    history = tuple(queries.rules_history(session))
    return RulesPage(queries.outcome_rules(session), history, str(queries.newest_rules_id(session)))


def change_rules(
    session: Session, typed: Mapping[str, str], reason: str, seen: str, *, by: Actor, now: datetime
) -> bool:
    """Change the thresholds for later runs; True when one is different.

    Raises:
        Invalid: every field that cannot be used.
        Conflict: somebody changed them since the form was opened.
    """
    problems: list[Problem] = []
    after: Rules | None = None
    try:
        after = rule_settings.read(typed)
    except Invalid as refused:
        problems += refused.problems
    council.hold(session)
    before = queries.outcome_rules(session)
    is_different = after is not None and after != before
    if is_different and not reason.strip():
        problems.append(Problem("reason", "Say why the rules change, for whoever reads the next ranking."))
    if words := text_problem(reason.replace("\r\n", "\n")):
        problems.append(Problem("reason", words))
    if problems or after is None:
        raise Invalid(problems)
    if str(queries.newest_rules_id(session)) != seen:
        words = "Somebody changed the rules after you opened them."
        raise Conflict(f"{words} Look at theirs, then make your change again.")
    if not is_different:
        return False
    row = OutcomeRules(content=asdict(after), reason=reason.strip(), by_id=by.id, at=now)
    session.add(row)
    session.flush()
    differ = rule_settings.changed(before, after)
    events.record(
        session,
        "changed",
        "outcome_rules",
        row.id,
        by_id=by.id,
        now=now,
        before={one.name: getattr(before, one.name) for one in differ},
        after={one.name: getattr(after, one.name) for one in differ},
    )
    return True
