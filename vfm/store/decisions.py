"""Recording a decision: one row each, with its event; a later one stands in the place of an earlier one."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from vfm.prioritisation.outline import Line
from vfm.prioritisation.verdicts import Verdict
from vfm.store import events
from vfm.store.queries import priorities as queries
from vfm.store.tables import Decision


def record(
    session: Session,
    run_id: int,
    cycle_id: int | None,
    line: Line,
    verdict: Verdict,
    day: date,
    *,
    by_id: int,
    now: datetime,
    meeting_id: int | None = None,
) -> int:
    """Keep what was decided for a service, beside what the rules suggested; the decision's id.

    Args:
        session: the store.
        run_id: the ranking it was decided on.
        cycle_id: of that ranking.
        line: the service's line in it.
        verdict: without problems.
        day: of the decision.
        by_id: who records it.
        now: the moment.
        meeting_id: the meeting it was decided in.
    """
    before = queries.standing_outcomes(session, cycle_id).get(line.service_id)
    topic = verdict.topic.strip() if verdict.outcome == "deep_dive" else ""
    kept = Decision(
        run_id=run_id,
        service_id=line.service_id,
        suggested=line.outcome,
        rule=f"{line.rule}: {line.reason}",
        outcome=verdict.outcome,
        topic=topic,
        reason=verdict.reason.strip(),
        decided_on=day,
        meeting_id=meeting_id,
        by_id=by_id,
        at=now,
    )
    session.add(kept)
    session.flush()
    events.record(
        session,
        "decided",
        "decision",
        kept.id,
        by_id=by_id,
        now=now,
        before={"outcome": before[0], "topic": before[1]} if before else None,
        after={"outcome": kept.outcome, "topic": topic, "reason": kept.reason, "service": line.service_id},
    )
    return kept.id
