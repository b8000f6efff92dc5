"""What changes the forward plan as a whole: a plan worked out and adopted, a move by hand, undoing either."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, NotFound, Problem
from vfm.prioritisation import plan_words
from vfm.prioritisation.forward import Asked, Item, Load, asked, loads
from vfm.prioritisation.plan import planned
from vfm.prioritisation.plan_loads import reasons
from vfm.prioritisation.plan_moves import Change, Clash, Move, moved
from vfm.prioritisation.quarters import Quarter
from vfm.questionnaires.figures import london_day
from vfm.roles import Actor
from vfm.store import events, forward_plan
from vfm.store.forward_plan import Standing
from vfm.store.queries import plans as queries
from vfm.store.queries.plans import ProposalRow
from vfm.store.queries.review_work import has_team, is_worked_on
from vfm.store.tables import PlanProposal, Review

CHANGED = "The plan or what it is made with changed since"


# --- working a plan out -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One review in a proposal.

    Attributes:
        was: the quarter it stands in, None while it is waiting or stands outside the three years.
        now: its quarter in the proposal, None where it has none.
        what: moves, new, out (left without a quarter) or stays.
        why: what holds one that stays, or why one has no place, in words.
    """

    item: Item
    was: Quarter | None
    now: Quarter | None
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Shortage:
    """Why reviews that have to be done do not fit, and which they are."""

    words: str
    quarter: Quarter
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan that was worked out, beside the one that stands.

    Attributes:
        is_current: the plan that stands is still the one it was worked out from.
        before, after: how full each quarter is now and in the proposal.
        worth: of the plan that stands and of the proposal; gap: how much better one could be, as a share.
        binding: the quarters, and directorates in them, that are full.
        shortages: where it does not fit; then there are no lines.
    """

    row: ProposalRow
    standing: Standing
    is_current: bool
    moves_firm: bool
    lines: tuple[Line, ...]
    before: tuple[Load, ...]
    after: tuple[Load, ...]
    worth: tuple[float, float]
    gap: float
    binding: tuple[str, ...]
    shortages: tuple[Shortage, ...]


def work_out(session: Session, *, moves_firm: bool, by: Actor, now: datetime) -> int:
    """Find the plan of most worth from what stands and what waits, and keep it as a proposal; its id.

    Raises:
        Invalid: there is nothing to place, or no plan was found in time.
    """
    standing = forward_plan.standing(session, london_day(now))
    on = _asked(standing, moves_firm)
    if not set(on.placements) - set(on.held) and not set(on.names) & {item.key for item in standing.waiting}:
        raise Invalid([Problem("", _nothing_moves(on))])
    plan = planned(
        on.reviews,
        on.periods,
        gamma=on.gamma,
        directorate_limit=on.directorate_limit,
        pinned=on.pinned,
    )
    result = plan.as_json() | {
        "placements": plan.placements,
        "reasons": _reasons(on, plan.placements) if not plan.infeasible else {},
        "shortages": [
            {
                "words": plan_words.shortfall_sentence(short, on.names),
                "quarter": short.period,
                "keys": list(short.keys),
            }
            for short in plan.infeasible
        ],
    }
    about = {"moves_firm": moves_firm, "runs": _runs(standing, on)}
    return _keep(session, on, "plan", about, result, by=by, now=now)


def _runs(standing: Standing, on: Asked) -> list[int]:
    """The rankings whose decisions want a place."""
    found = (standing.item(review.key) for review in on.reviews)
    return sorted({item.run_id for item in found if item is not None and item.run_id is not None})


def _locked(session: Session, now: datetime) -> Standing:
    """The plan as it stands, held so that nobody changes a review of it meanwhile."""
    session.execute(select(Review.id).order_by(Review.id).with_for_update())
    return forward_plan.standing(session, london_day(now))


def _asked(standing: Standing, moves_firm: bool, by_hand: str = "") -> Asked:
    items = (*standing.items, *standing.waiting)
    return asked(items, standing.quarters, standing.capacity, moves_firm=moves_firm, by_hand=by_hand)


def _nothing_moves(on: Asked) -> str:
    if not on.reviews:
        return "Nothing wants a place: decide on a review first, or add one to the plan by hand."
    return (
        "Nothing may move: every review has begun, is pinned, or stands in the firm year. "
        "Let the firm year move, too, or take a pin away."
    )


def _reasons(on: Asked, placements: Mapping[str, str]) -> dict[str, str]:
    found = reasons(on.reviews, on.periods, placements, directorate_limit=on.directorate_limit)
    return {reason.key: plan_words.reason_sentence(reason, on.names) for reason in found}


def _keep(
    session: Session,
    on: Asked,
    kind: str,
    about: Mapping[str, Any],
    result: Mapping[str, Any],
    *,
    by: Actor,
    now: datetime,
) -> int:
    inputs = {"kind": kind, **about, "state": on.state(), **on.content()}
    row = PlanProposal(inputs=inputs, result=dict(result), by_id=by.id, at=now)
    session.add(row)
    session.flush()
    return row.id


def show(session: Session, proposal_id: int, *, now: datetime) -> Proposal:
    """A plan that was worked out, beside the one that stands.

    Raises:
        NotFound: there is no such proposal.
    """
    row = _proposal(session, proposal_id)
    standing = forward_plan.standing(session, london_day(now))
    moves_firm = row.inputs["moves_firm"]
    on, result = _asked(standing, moves_firm), row.result
    is_current = on.state() == row.inputs["state"]
    here = {review.key for review in on.reviews}
    placements = {key: quarter for key, quarter in result["placements"].items() if key in here}
    fits = is_current and not result["shortages"]
    return Proposal(
        row=row,
        standing=standing,
        is_current=is_current,
        moves_firm=moves_firm,
        lines=tuple(_lines(standing, on, placements, result["reasons"])) if fits else (),
        before=loads(on, standing.quarters, standing.capacity),
        after=loads(on, standing.quarters, standing.capacity, placements) if fits else (),
        worth=(on.worth(on.placements), result.get("objective", 0.0)),
        gap=result.get("gap", 0.0),
        binding=tuple(_binding(result.get("binding", []))),
        shortages=tuple(
            Shortage(
                short["words"],
                Quarter.from_key(short["quarter"]),
                tuple(item for key in short["keys"] if (item := standing.item(key))),
            )
            for short in result["shortages"]
        ),
    )


def _proposal(session: Session, proposal_id: int) -> ProposalRow:
    row = queries.proposal(session, proposal_id)
    if row is None or row.inputs["kind"] != "plan":
        raise NotFound(f"proposal {proposal_id}")
    return row


def _lines(
    standing: Standing, on: Asked, placements: Mapping[str, str], reasons: Mapping[str, str]
) -> Iterable[Line]:
    for review in on.reviews:
        item = cast(Item, standing.item(review.key))
        was, now = on.placements.get(item.key), placements.get(item.key)
        what = "stays" if was == now else "out" if now is None else "moves" if item.review_id else "new"
        if now is None:
            what = "out"
        why = reasons.get(item.key, "") if now is None else on.held.get(item.key, "")
        yield Line(
            item, Quarter.from_key(was) if was else None, Quarter.from_key(now) if now else None, what, why
        )


def _binding(kept: Iterable[str]) -> Iterable[str]:
    """`2027-Q1` or `2027-Q1, Adults` as people read it."""
    for words in kept:
        key, _, directorate = words.partition(", ")
        name = Quarter.from_key(key).name
        yield f"{name} (the limit for {directorate})" if directorate else f"{name} (team days)"


def discard(session: Session, proposal_id: int, *, by: Actor, now: datetime) -> None:
    """Put a proposal aside.

    Raises:
        NotFound: there is no such proposal.
        Conflict: it was adopted or discarded already.
    """
    row = _open(session, proposal_id)
    session.execute(update(PlanProposal).where(PlanProposal.id == row.id).values(discarded_at=now))
    events.record(session, "discarded", "plan_proposal", row.id, by_id=by.id, now=now)


def _open(session: Session, proposal_id: int) -> ProposalRow:
    row = _proposal(session, proposal_id)
    if row.adopted_at or row.discarded_at:
        done = "adopted" if row.adopted_at else "discarded"
        raise Conflict(f"This plan was {done} already. Open the forward plan to see what stands.")
    return row


def adopt(session: Session, proposal_id: int, *, by: Actor, now: datetime) -> int:
    """Make a proposal the plan that stands; how many reviews it moves or brings in.

    What moves begins on the first day of its quarter and ends on the last. A review that is left without a
    quarter stands after the three years, and comes back when they have rolled on; a decision goes on waiting.

    Raises:
        NotFound: there is no such proposal.
        Conflict: it was adopted or discarded already, or what it was worked out from has changed since.
        Invalid: it says that what has to be done does not fit.
    """
    standing = _locked(session, now)
    row = _open(session, proposal_id)
    if row.result["shortages"]:
        raise Invalid([Problem("", "There is nothing to adopt: what has to be done does not fit.")])
    on = _asked(standing, row.inputs["moves_firm"])
    if on.state() != row.inputs["state"]:
        raise Conflict(f"{CHANGED} this one was worked out. Work it out again.")
    beyond = standing.quarters[-1].later(1)
    wanted: dict[str, Quarter] = {}
    for line in _lines(standing, on, row.result["placements"], {}):
        if line.what in ("moves", "new"):
            wanted[line.item.key] = cast(Quarter, line.now)
        elif line.what == "out" and line.item.start is not None and line.item.start < beyond:
            wanted[line.item.key] = beyond
    done = _applied(session, standing, wanted, by=by, now=now)
    _adopted(session, row.id, row.result, done, by=by, now=now)
    return len(done)


def _adopted(
    session: Session,
    proposal_id: int,
    result: Mapping[str, Any],
    done: Sequence[Mapping[str, Any]],
    *,
    by: Actor,
    now: datetime,
) -> None:
    session.execute(
        update(PlanProposal)
        .where(PlanProposal.id == proposal_id)
        .values(adopted_at=now, result={**result, "done": list(done)})
    )
    events.record(
        session, "adopted", "plan_proposal", proposal_id, by_id=by.id, now=now, after={"done": list(done)}
    )


def _applied(
    session: Session,
    standing: Standing,
    wanted: Mapping[str, Quarter],
    *,
    pin: str = "",
    by: Actor,
    now: datetime,
) -> list[dict[str, Any]]:
    """Write quarters into reviews, and bring waiting decisions in; what each was and is."""
    done = []
    for key, quarter in wanted.items():
        item = cast(Item, standing.item(key))
        after: dict[str, Any] = {
            "starts_on": max(quarter.first_day, london_day(now)),  # the first quarter is under way
            "ends_on": quarter.last_day,
            "is_pinned": item.is_pinned or key == pin,
        }
        if item.review_id is None:
            review_id, before = _brought_in(session, item, after, by=by, now=now), None
        else:
            review_id = item.review_id
            before = {"starts_on": item.starts_on, "ends_on": item.ends_on, "is_pinned": item.is_pinned}
            session.execute(
                update(Review).where(Review.id == review_id).values(**after, revision=Review.revision + 1)
            )
        was, is_now = _plain(before) if before else None, _plain(after)
        verb = "moved" if before else "planned"
        events.record(session, verb, "review", review_id, by_id=by.id, now=now, before=was, after=is_now)
        done.append({"review": review_id, "service": item.service, "before": was, "after": is_now})
    return done


def _brought_in(session: Session, item: Item, after: Mapping[str, Any], *, by: Actor, now: datetime) -> int:
    row = Review(
        service_id=item.service_id,
        decision_id=item.decision_id,
        mode=item.mode,
        topic=item.topic,
        by_id=by.id,
        at=now,
        **after,
    )
    session.add(row)
    session.flush()
    return row.id


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


# --- moving one by hand -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gives:
    """What happens to one other review when the plan gives way, in words."""

    item: Item
    words: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What moving one review means.

    Attributes:
        to: the quarter that is looked at; None: nothing is chosen yet.
        clashes: what it breaks when nothing else moves, in words; nothing: it fits.
        gives: what else would have to move; shortages: why nothing that moves would mend it.
        remaining: what the move breaks even then.
        alone, together: how full each quarter is after either.
        worth: of the plan before, after the move alone, and with all that gives.
        broken: what the plan breaks before this move, in words; mends: what would have to move, after all
            that gives, to mend it.
        state: what the preview was made from.
    """

    item: Item
    standing: Standing
    to: Quarter | None
    moves_firm: bool
    before: tuple[Load, ...]
    clashes: tuple[str, ...] = ()
    gives: tuple[Gives, ...] = ()
    remaining: tuple[str, ...] = ()
    shortages: tuple[str, ...] = ()
    alone: tuple[Load, ...] = ()
    together: tuple[Load, ...] = ()
    worth: tuple[float, float, float] = (0.0, 0.0, 0.0)
    broken: tuple[str, ...] = ()
    mends: tuple[Gives, ...] = ()
    state: str = ""


def preview(session: Session, key: str, to: str, *, moves_firm: bool, now: datetime) -> Preview:
    """What gives when a review, or a decision that waits, goes into a quarter; `to` empty: only the choice.

    Raises:
        NotFound: there is no such review, or it is closed.
        Conflict: it has begun.
        Invalid: there is no such quarter in the plan.
    """
    standing = forward_plan.standing(session, london_day(now))
    item = _movable(standing, key)
    on = _asked(standing, moves_firm, key)
    if not to:
        before = loads(on, standing.quarters, standing.capacity)
        return Preview(item, standing, None, moves_firm, before, state=on.state())
    quarter = _quarter(standing, to)
    found = _moved(on, item, quarter)
    hand = {**on.placements, item.key: quarter.key}
    return Preview(
        item=item,
        standing=standing,
        to=quarter,
        moves_firm=moves_firm,
        before=loads(on, standing.quarters, standing.capacity),
        clashes=tuple(plan_words.clash_sentence(clash, on.names) for clash in found.clashes),
        gives=_gives(standing, on, found.gives),
        remaining=tuple(
            plan_words.clash_sentence(clash, on.names)
            for clash in found.remaining
            if _limit(clash) not in {_limit(one) for one in found.broken}
        ),
        shortages=tuple(plan_words.shortfall_sentence(short, on.names) for short in found.infeasible),
        alone=loads(on, standing.quarters, standing.capacity, hand),
        together=loads(on, standing.quarters, standing.capacity, found.placements),
        worth=(found.before, on.worth(hand), found.after),
        broken=tuple(plan_words.clash_sentence(clash, on.names) for clash in found.broken),
        mends=_gives(standing, on, found.mends),
        state=on.state(),
    )


def _gives(standing: Standing, on: Asked, changes: Iterable[Change]) -> tuple[Gives, ...]:
    return tuple(
        Gives(cast(Item, standing.item(change.key)), plan_words.change_sentence(change, on.names))
        for change in changes
    )


def _limit(clash: Clash) -> tuple[str, str, str | None, tuple[str, ...]]:
    """Which limit it is that is broken; a window is one review's own, the others belong to the quarter."""
    return (
        clash.kind,
        clash.period,
        clash.directorate,
        () if clash.kind in ("days", "overload", "directorate") else clash.keys,
    )


def _movable(standing: Standing, key: str) -> Item:
    item = standing.item(key)
    if item is None or item.status == "closed":
        raise NotFound(key)
    if item.has_begun:
        raise Conflict(
            f"The review of {item.service} has begun, so it stays in its quarter. "
            "Change its dates on its own page."
        )
    return item


def _quarter(standing: Standing, to: str) -> Quarter:
    for quarter in standing.quarters:
        if quarter.key == to:
            return quarter
    raise Invalid([Problem("to", "Choose a quarter from the list.")])


def _moved(on: Asked, item: Item, quarter: Quarter) -> Move:
    return moved(
        on.reviews,
        on.periods,
        on.placements,
        item.key,
        quarter.key,
        gamma=on.gamma,
        directorate_limit=on.directorate_limit,
        pinned=[key for key in on.held if key != item.key],
    )


def move(
    session: Session,
    key: str,
    to: str,
    *,
    is_alone: bool,
    mends: bool = False,
    is_pinned: bool,
    moves_firm: bool,
    seen: str,
    by: Actor,
    now: datetime,
) -> int:
    """Put a review into a quarter, alone or with all that gives; how many reviews changed.

    With `mends` what the plan broke before is mended, too, as far as something that may move mends it.

    Raises:
        NotFound: there is no such review, or it is closed.
        Conflict: it has begun, or the plan is another than the one that was looked at.
        Invalid: there is no such quarter in the plan, or it stands in it already.
    """
    standing = _locked(session, now)
    item = _movable(standing, key)
    on, quarter = _asked(standing, moves_firm, key), _quarter(standing, to)
    if on.state() != seen:
        raise Conflict(f"{CHANGED} you looked at this move. Look at it again.")
    if item.start == quarter:
        raise Invalid([Problem("to", f"It is in {quarter.words} already. Choose another quarter.")])
    wanted = {item.key: quarter}
    if not is_alone:
        found = _moved(on, item, quarter)
        beyond = standing.quarters[-1].later(1)
        for change in (*found.gives, *(found.mends if mends else ())):
            if change.now is not None:
                wanted[change.key] = Quarter.from_key(change.now)
            elif not change.key.startswith("decision"):
                wanted[change.key] = beyond
    done = _applied(session, standing, wanted, pin=item.key if is_pinned else "", by=by, now=now)
    about = {"key": key, "to": to, "is_alone": is_alone, "mends": mends, "moves_firm": moves_firm}
    kept = _keep(session, on, "move", about, {}, by=by, now=now)
    _adopted(session, kept, {}, done, by=by, now=now)
    return len(done)


# --- undoing the last ---------------------------------------------------------------------------------------


def undo(session: Session, proposal_id: int, *, by: Actor, now: datetime) -> int:
    """Take the last plan or move back; how many reviews go back to where they were.

    Raises:
        NotFound: there is no such plan or move, or it is not the last.
        Conflict: a review was changed since, or work on it has begun.
    """
    standing = _locked(session, now)
    row = queries.last_adopted(session)
    if row is None or row.id != proposal_id:
        raise NotFound(f"adopted plan {proposal_id}")
    for one in row.result["done"]:
        _check_untouched(session, standing, one)
    for one in row.result["done"]:
        _put_back(session, one, by=by, now=now)
    session.execute(update(PlanProposal).where(PlanProposal.id == row.id).values(discarded_at=now))
    events.record(session, "undone", "plan_proposal", row.id, by_id=by.id, now=now)
    return len(row.result["done"])


def _check_untouched(session: Session, standing: Standing, one: Mapping[str, Any]) -> None:
    item = standing.item(f"review-{one['review']}")
    after = one["after"]
    stands = (
        item is not None
        and not item.has_begun
        and _plain({"starts_on": item.starts_on, "ends_on": item.ends_on, "is_pinned": item.is_pinned})
        == after
    )
    has_grown = one["before"] is None and (
        has_team(session, one["review"]) or is_worked_on(session, one["review"])
    )
    if not stands or has_grown:
        raise Conflict(
            f"{one['service']} was changed since, so this cannot be undone as a whole. "
            "Move what should go back one by one."
        )


def _put_back(session: Session, one: Mapping[str, Any], *, by: Actor, now: datetime) -> None:
    review_id, before = one["review"], one["before"]
    if before is None:
        session.execute(delete(Review).where(Review.id == review_id))
        verb = "removed"
    else:
        values = before | {
            name: date.fromisoformat(before[name]) if before[name] else None
            for name in ("starts_on", "ends_on")
        }
        session.execute(
            update(Review).where(Review.id == review_id).values(**values, revision=Review.revision + 1)
        )
        verb = "put back"
    events.record(session, verb, "review", review_id, by_id=by.id, now=now, before=one["after"], after=before)
