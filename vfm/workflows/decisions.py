"""Deciding on a ranking in a meeting: what there is to decide, what was decided, and the minutes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, NotFound, Problem
from vfm.prioritisation.outline import Line
from vfm.prioritisation.verdicts import Day, Verdict, day_of
from vfm.prioritisation.verdicts import problems as verdict_problems
from vfm.questionnaires.figures import london_day
from vfm.questionnaires.kinds import text_problem
from vfm.roles import Actor
from vfm.store import decisions, events
from vfm.store.queries import decisions as queries
from vfm.store.queries.decisions import DecisionRow, Meeting
from vfm.store.queries.priorities import RunRow
from vfm.store.tables import DecisionMeeting

Decided = DecisionRow
"""What a person decided for a service, as it is kept."""
ON_THE_AGENDA = ("service_review", "deep_dive", "data_first")
"""Suggested outcomes that a meeting has to say something to."""
ABOUT = ("chair", "present", "apologies", "note")
AS_SUGGESTED = "As suggested: "


@dataclass(frozen=True, slots=True)
class Item:
    """One service on the agenda; `standing` is what is decided for it in this cycle so far."""

    line: Line
    standing: Decided | None


@dataclass(frozen=True, slots=True)
class Typed:
    """The decision page as typed.

    Attributes:
        held_on: day, month, year.
        chair, present, apologies, note: of the minutes.
        verdicts: service -> what is to happen; an empty outcome leaves the service undecided.
        seen: id and revision of the open meeting its reader saw, `0.0` where there was none.
    """

    held_on: Day = ("", "", "")
    chair: str = ""
    present: str = ""
    apologies: str = ""
    note: str = ""
    verdicts: Mapping[int, Verdict] = field(default_factory=dict)
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Agenda:
    """What a meeting looks at.

    Attributes:
        items: what has to be decided, in the order of the ranking: suggested for a review, a deep dive or
            better data, borderline, and whatever is decided already.
        rest: how many services are only monitored.
        themes: (section, services, share) that are weak across services.
        meeting: the one whose minutes are open; None where there is none.
        closed: those whose minutes are closed, the newest first.
        typed: the form as it opens.
    """

    run: RunRow
    top: int
    items: tuple[Item, ...]
    rest: int
    themes: tuple[tuple[str, tuple[str, ...], float], ...]
    meeting: Meeting | None
    closed: tuple[Meeting, ...]
    typed: Typed


@dataclass(frozen=True, slots=True)
class Minutes:
    """What a meeting decided.

    Attributes:
        decided: (line in the ranking, decision), in the order of the ranking; of two the later.
        open_items: what was on the agenda and is decided in no meeting of this cycle.
    """

    run: RunRow
    top: int
    weights: tuple[tuple[str, float], ...]
    meeting: Meeting
    decided: tuple[tuple[Line, Decided], ...]
    open_items: tuple[Line, ...]
    themes: tuple[tuple[str, tuple[str, ...], float], ...]


def agenda(session: Session, run_id: int, *, now: datetime) -> Agenda:
    """What there is to decide on a run, and the form for it.

    Raises:
        NotFound: there is no such run.
    """
    run, outline = _run(session, run_id)
    held = queries.meetings(session, run_id)
    meeting = next((one for one in held if one.closed_at is None), None)
    lines = [Line(*values) for values in outline["lines"]]
    items = tuple(_items(session, run.cycle_id, lines))
    today = london_day(now)
    about = {name: getattr(meeting, name) for name in ABOUT} if meeting else {}
    return Agenda(
        run=run,
        top=outline["top"],
        items=items,
        rest=len(lines) - len(items),
        themes=_themes(outline),
        meeting=meeting,
        closed=tuple(one for one in held if one.closed_at is not None),
        typed=Typed(held_on=_parts(meeting.held_on if meeting else today), seen=_seen(meeting), **about),
    )


def _items(session: Session, cycle_id: int | None, lines: Sequence[Line]) -> list[Item]:
    standing = {one.service_id: one for one in queries.decided_on_cycle(session, cycle_id)}
    return [
        Item(line, standing.get(line.service_id))
        for line in lines
        if line.outcome in ON_THE_AGENDA or line.borderline or line.service_id in standing
    ]


def _themes(outline: Mapping[str, Any]) -> tuple[tuple[str, tuple[str, ...], float], ...]:
    return tuple((section, tuple(names), share) for section, names, share in outline["themes"])


def _parts(day: date) -> Day:
    return str(day.day), str(day.month), str(day.year)


def _seen(meeting: Meeting | None) -> str:
    return f"{meeting.id}.{meeting.revision}" if meeting else "0.0"


def save(
    session: Session, run_id: int, typed: Typed, *, closes: bool, by: Actor, now: datetime
) -> tuple[int, int]:
    """Keep the minutes and record every decision that differs from what stands.

    A verdict that is as suggested needs no topic and reason of its own: the rule's are taken over.

    Args:
        session: the store.
        run_id: the ranking that is decided on.
        typed: the page as typed.
        closes: the minutes are closed with it, and later decisions go into others.
        by: who records.
        now: the moment.

    Returns:
        The meeting's id and how many decisions were recorded; 0 and 0 where there was nothing to keep.

    Raises:
        NotFound: there is no such run.
        Invalid: every field that cannot be used; places as `reason.SERVICE`.
        Conflict: somebody saved the minutes since the page was opened.
    """
    queries.hold(session, run_id)
    run, outline = _run(session, run_id)
    lines = {values[0]: Line(*values) for values in outline["lines"]}
    standing = {one.service_id: one for one in queries.decided_on_cycle(session, run.cycle_id)}
    day, found = day_of(typed.held_on, london_day(now), "held_on")
    wanted = {
        service_id: filled(lines[service_id], verdict)
        for service_id, verdict in typed.verdicts.items()
        if service_id in lines and verdict.outcome
    }
    wanted = {key: one for key, one in wanted.items() if not _stands(standing.get(key), one)}
    found += _problems(typed, wanted)
    if found or day is None:
        raise Invalid(found)
    if typed.seen == _seen(None) and not wanted and not any(getattr(typed, name).strip() for name in ABOUT):
        return 0, 0
    meeting = _keep(session, run_id, typed, day, closes=closes, by=by, now=now)
    for service_id, verdict in wanted.items():
        decisions.record(
            session,
            run_id,
            run.cycle_id,
            lines[service_id],
            verdict,
            day,
            by_id=by.id,
            now=now,
            meeting_id=meeting,
        )
    return meeting, len(wanted)


def filled(line: Line, verdict: Verdict) -> Verdict:
    """The verdict with the rule's own topic and reason where it is as suggested and none was typed."""
    if verdict.outcome != line.outcome:
        return verdict
    reason = f"{AS_SUGGESTED}{line.reason[:1].lower()}{line.reason[1:]}"
    return replace(
        verdict,
        topic=verdict.topic if verdict.topic.strip() else ", ".join(line.focus),
        reason=verdict.reason if verdict.reason.strip() else reason,
    )


def _stands(before: Decided | None, verdict: Verdict) -> bool:
    if before is None:
        return False
    topic = verdict.topic.strip() if verdict.outcome == "deep_dive" else ""
    now = (verdict.outcome, topic, verdict.reason.strip())
    return now == (before.outcome, before.topic, before.reason)


def _problems(typed: Typed, wanted: Mapping[int, Verdict]) -> list[Problem]:
    found = [
        Problem(place, words)
        for place in ABOUT
        if (words := text_problem(getattr(typed, place).replace("\r\n", "\n")))
    ]
    for service_id, verdict in wanted.items():
        found += [Problem(f"{p.place}.{service_id}", p.message) for p in verdict_problems(verdict)]
    return found


def _keep(
    session: Session, run_id: int, typed: Typed, day: date, *, closes: bool, by: Actor, now: datetime
) -> int:
    meeting = next((one for one in queries.meetings(session, run_id) if one.closed_at is None), None)
    if typed.seen != _seen(meeting):
        words = "Somebody saved these minutes after you opened the page."
        raise Conflict(f"{words} What you typed is still here: look at theirs, then save again.")
    row = session.get(DecisionMeeting, meeting.id) if meeting else None
    is_new = row is None
    if row is None:
        row = DecisionMeeting(run_id=run_id, held_on=day, by_id=by.id, at=now, revision=0)
        session.add(row)
    row.held_on = day
    for name in ABOUT:
        setattr(row, name, getattr(typed, name).replace("\r\n", "\n").strip())
    row.revision += 1
    row.closed_at = now if closes else None
    session.flush()
    verb = "closed" if closes else "opened" if is_new else "saved"
    after = {"run": run_id, "held_on": day.isoformat(), **{name: getattr(row, name) for name in ABOUT}}
    events.record(session, verb, "decision_meeting", row.id, by_id=by.id, now=now, after=after)
    return row.id


def minutes(session: Session, run_id: int, meeting_id: int) -> Minutes:
    """What a meeting decided, to be read, printed and taken away.

    Raises:
        NotFound: no such run, or it has no such meeting.
    """
    run, outline = _run(session, run_id)
    meeting = next((one for one in queries.meetings(session, run_id) if one.id == meeting_id), None)
    if meeting is None:
        raise NotFound(f"meeting {meeting_id} on run {run_id}")
    lines = [Line(*values) for values in outline["lines"]]
    decided = {one.service_id: one for one in queries.decided_in(session, meeting_id)}
    names = {criterion["key"]: criterion["label"] or criterion["key"] for criterion in outline["criteria"]}
    return Minutes(
        run=run,
        top=outline["top"],
        weights=tuple((names[key], share) for key, share in outline["weights"]),
        meeting=meeting,
        decided=tuple((line, decided[line.service_id]) for line in lines if line.service_id in decided),
        open_items=tuple(item.line for item in _items(session, run.cycle_id, lines) if item.standing is None),
        themes=_themes(outline),
    )


def _run(session: Session, run_id: int) -> tuple[RunRow, dict[str, Any]]:
    found = queries.run(session, run_id)
    if found is None:
        raise NotFound(f"run {run_id}")
    return found
