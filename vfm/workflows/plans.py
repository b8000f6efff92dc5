"""The forward plan over three years: how full each quarter is, what there is to plan with, and when."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, NotFound, Problem
from vfm.prioritisation import capacity as capacities
from vfm.prioritisation.forward import (
    CLOSED,
    Item,
    Load,
    Savings,
    asked,
    firm_until,
    in_view,
    loads,
    savings_of,
)
from vfm.prioritisation.quarters import Quarter, before_contract_ends
from vfm.questionnaires import figures
from vfm.questionnaires.figures import london_day
from vfm.questionnaires.kinds import text_problem
from vfm.roles import Actor
from vfm.store import events, forward_plan, review_reach
from vfm.store.forward_plan import Standing as Standing
from vfm.store.queries import council
from vfm.store.queries import plans as queries
from vfm.store.queries.plans import ProposalRow, SettingsRow
from vfm.store.tables import PlanSettings, Review

MOST_PRIORITY = 100


@dataclass(frozen=True, slots=True)
class View:
    """The rolling plan.

    Attributes:
        shown: what the three years show, the first to start first.
        later: what begins after them.
        loads: how full each quarter is.
        proposal_id: a plan that was worked out and waits to be adopted.
        last: the last plan or move that was adopted.
        savings: what the reviews of these years, and those after them, save.
    """

    standing: Standing
    shown: tuple[Item, ...]
    later: tuple[Item, ...]
    loads: tuple[Load, ...]
    firm_until: Quarter
    proposal_id: int | None
    last: ProposalRow | None
    savings: Savings


def show(session: Session, *, now: datetime) -> View:
    """The plan over the three years that begin with this quarter."""
    standing = forward_plan.standing(session, london_day(now))
    last = standing.quarters[-1]
    on = asked(standing.items, standing.quarters, standing.capacity)
    shown = in_view(standing.items, standing.quarters)
    later = tuple(item for item in standing.items if item.start and item.start > last)
    return View(
        standing=standing,
        shown=shown,
        later=later,
        loads=loads(on, standing.quarters, standing.capacity),
        firm_until=firm_until(standing.quarters),
        proposal_id=queries.waiting_proposal(session),
        last=queries.last_adopted(session),
        savings=savings_of((*shown, *later)),
    )


# --- what there is to plan with -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Settings:
    """The form of the settings, and every time they were kept with what was different, the newest first."""

    standing: Standing
    fields: Mapping[str, str]
    changes: tuple[tuple[SettingsRow, tuple[str, ...]], ...]


def settings(session: Session, *, now: datetime) -> Settings:
    """What the plan is made with, as its form shows it."""
    standing = forward_plan.standing(session, london_day(now))
    fields = standing.capacity.fields(standing.quarters) | {"seen": _seen(standing.settings), "reason": ""}
    return Settings(standing, fields, _changes(session))


def _changes(session: Session) -> tuple[tuple[SettingsRow, tuple[str, ...]], ...]:
    rows = queries.settings(session)
    states = [capacities.kept(row.content) for row in rows]
    return tuple(
        (row, capacities.differences(before, after))
        for row, after, before in zip(rows, states, [*states[1:], None], strict=False)
    )


def refused(session: Session, fields: Mapping[str, str], *, now: datetime) -> Settings:
    """The form again with what was typed."""
    standing = forward_plan.standing(session, london_day(now))
    blank = dict.fromkeys([*standing.capacity.fields(standing.quarters), "seen", "reason"], "")
    return Settings(standing, blank | dict(fields), _changes(session))


def set_up(session: Session, fields: Mapping[str, str], *, by: Actor, now: datetime) -> bool:
    """Keep what there is to plan with; True when something is different.

    Raises:
        Invalid: every field that cannot be used, a change without a reason too.
        Conflict: somebody kept other settings since the form was opened.
    """
    council.hold(session)
    standing = forward_plan.standing(session, london_day(now))
    reason, problems = fields.get("reason", "").strip(), list[Problem]()
    found = standing.capacity
    try:
        found = capacities.typed(fields, standing.quarters, standing.capacity)
    except Invalid as error:
        problems += error.problems
    if words := text_problem(reason):
        problems.append(Problem("reason", words))
    if not problems and found == standing.capacity and standing.settings is not None:
        return False
    if not reason:
        problems.append(Problem("reason", "Say why: whoever asks later reads it in the history below."))
    if problems:
        raise Invalid(problems)
    if fields.get("seen", "") != _seen(standing.settings):
        kept = standing.settings
        words = f"{kept.by if kept else 'Somebody'} kept other settings after you opened the page"
        raise Conflict(f"{words}. Open it again and make your change there.")
    row = PlanSettings(content=found.content(), reason=reason, by_id=by.id, at=now)
    session.add(row)
    session.flush()
    before = standing.settings.content if standing.settings else None
    events.record(
        session, "set", "plan_settings", row.id, by_id=by.id, now=now, before=before, after=row.content
    )
    return True


def _seen(kept: SettingsRow | None) -> str:
    return str(kept.id) if kept else "0"


# --- when one review may be ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Draft:
    """The conditions of one review as typed; `seen` tells which state of it the form was opened on."""

    days: str = ""
    priority: str = ""
    earliest: str = ""
    latest: str = ""
    latest_reason: str = ""
    contract: tuple[str, str, str] = field(default=("", "", ""))
    is_mandatory: bool = False
    is_pinned: bool = False
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Conditions:
    """The form of one review's conditions; `first` is the first quarter of the plan."""

    item: Item
    draft: Draft
    quarters: tuple[Quarter, ...]
    usual_days: int
    first: Quarter


def conditions(session: Session, review_id: int, *, now: datetime, draft: Draft | None = None) -> Conditions:
    """When a review may be, as its form shows it; with what was typed where that is given.

    Raises:
        NotFound: there is no such review.
        Closed: it is closed.
    """
    standing = forward_plan.standing(session, london_day(now))
    item = _open(standing, review_id)
    shown = {key for key in (item.earliest, item.latest) if key} - {q.key for q in standing.quarters}
    offered = sorted([*standing.quarters, *map(Quarter.from_key, shown)])
    usual = standing.capacity.mode_days[item.mode]
    return Conditions(item, draft or _draft(item), tuple(offered), usual, standing.quarters[0])


def found(standing: Standing, review_id: int) -> Item:
    """A review of the plan.

    Raises:
        NotFound: there is no such review.
    """
    item = standing.item(f"review-{review_id}")
    if item is None:
        raise NotFound(f"review {review_id}")
    return item


def _open(standing: Standing, review_id: int) -> Item:
    """A review whose conditions can still count."""
    item = found(standing, review_id)
    if item.status == CLOSED:
        raise review_reach.closed_in_plan(item.service)
    return item


def _draft(item: Item) -> Draft:
    ends = item.contract_ends_on
    follows = ends is not None and not item.latest_reason
    return Draft(
        days=str(item.days) if item.has_own_days else "",
        priority=f"{item.priority:.0f}" if item.priority_from == "hand" else "",
        earliest=item.earliest,
        latest="" if follows else item.latest,
        latest_reason=item.latest_reason,
        contract=(str(ends.day), str(ends.month), str(ends.year)) if ends else ("", "", ""),
        is_mandatory=item.is_mandatory,
        is_pinned=item.is_pinned,
        seen=digest(item),
    )


def digest(item: Item) -> str:
    """What tells one state of a review's place and conditions from another."""
    parts = (item.starts_on, item.ends_on, item.status, item.revision, *_conditions(item).values())
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _conditions(item: Item) -> dict[str, Any]:
    return {
        "days": item.days if item.has_own_days else None,
        "priority": round(item.priority) if item.priority_from == "hand" else None,
        "earliest": item.earliest,
        "latest": item.latest,
        "latest_reason": item.latest_reason,
        "contract_ends_on": item.contract_ends_on,
        "is_mandatory": item.is_mandatory,
        "is_pinned": item.is_pinned,
    }


def condition(session: Session, review_id: int, draft: Draft, *, by: Actor, now: datetime) -> bool:
    """Keep when a review may be and what it takes; True when something is different.

    Raises:
        NotFound: there is no such review.
        Closed: it is closed.
        Invalid: every field that cannot be used.
        Conflict: somebody changed it since the form was opened.
    """
    standing = forward_plan.standing(session, london_day(now))
    item = _open(standing, review_id)
    values = _checked(draft, item)
    if digest(item) != draft.seen:
        raise Conflict(
            f"Somebody changed {item.service} after you opened the page: it now starts on "
            f"{figures.day_in_words(item.starts_on) if item.starts_on else 'no day'}. "
            "Open it again and make your change there."
        )
    before = _conditions(item)
    changed = {name: value for name, value in values.items() if before[name] != value}
    if not changed:
        return False
    session.execute(
        update(Review).where(Review.id == review_id).values(**changed, revision=Review.revision + 1)
    )
    events.record(
        session,
        "conditions set",
        "review",
        review_id,
        by_id=by.id,
        now=now,
        before=_plain({name: before[name] for name in changed}),
        after=_plain(changed),
    )
    return True


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _checked(draft: Draft, item: Item) -> dict[str, Any]:
    problems: list[Problem] = []
    days = _whole(draft.days, "days", "team days", 1, capacities.MOST_DAYS, problems)
    priority = _whole(draft.priority, "priority", "a priority", 0, MOST_PRIORITY, problems)
    contract = None
    if any(part.strip() for part in draft.contract):
        try:
            contract = figures.day_of(*draft.contract)
        except ValueError as problem:
            problems.append(Problem("contract", str(problem)))
    problems += _window_problems(draft)
    if problems:
        raise Invalid(problems)
    latest = draft.latest
    if contract is not None:
        due = before_contract_ends(contract).key
        latest = min(latest, due) if latest else due
    if draft.earliest and latest and draft.earliest > latest:
        raise Invalid([Problem("earliest", _out_of_order(draft.earliest, latest))])
    reason = draft.latest_reason.strip() if draft.latest else ""
    return {
        "days": days,
        "priority": None if item.priority_from == "ranking" else priority,
        "earliest": draft.earliest,
        "latest": latest,
        "latest_reason": reason,
        "contract_ends_on": contract,
        "is_mandatory": draft.is_mandatory,
        "is_pinned": draft.is_pinned,
    }


def _out_of_order(earliest: str, latest: str) -> str:
    first, last = Quarter.from_key(earliest).words, Quarter.from_key(latest).words
    return (
        f"It may begin in {first} at the earliest, but has to be done by {last}. Choose an earlier quarter."
    )


def _window_problems(draft: Draft) -> Iterator[Problem]:
    for place, key in (("earliest", draft.earliest), ("latest", draft.latest)):
        try:
            if key:
                Quarter.from_key(key)
        except ValueError:
            yield Problem(place, "Choose a quarter from the list.")
    if draft.latest and not draft.latest_reason.strip():
        yield Problem("latest_reason", "Say why it has to be done by then.")
    if words := text_problem(draft.latest_reason):
        yield Problem("latest_reason", words)


def _whole(typed: str, place: str, what: str, least: int, most: int, problems: list[Problem]) -> int | None:
    """A whole number, None where it is left blank."""
    text = typed.strip().replace(",", "")
    if not text:
        return None
    if text.isascii() and text.isdecimal() and least <= int(text[:9]) <= most:
        return int(text)
    problems.append(
        Problem(place, f"“{text}” cannot be used for {what}. Give a whole number from {least} to {most:,}.")
    )
    return None
