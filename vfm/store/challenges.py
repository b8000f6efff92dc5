"""Writing a challenge, from whichever page it is raised, with the event that tells of it."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from vfm.store import events
from vfm.store.tables import Challenge


def raise_for(
    session: Session,
    assessment_id: int,
    key: str,
    written: dict[str, Any],
    reason: str,
    *,
    known: Challenge | None,
    by_id: int,
    now: datetime,
) -> None:
    """Write a second view of one score, or change the one that is `known` and that nobody has answered yet.

    `written` is an answer as `answers.answer_to_json` gives it. The caller has checked that it may be raised.
    """
    before = None if known is None else {"answer": known.challenged, "reason": known.reason}
    if known is None:
        known = Challenge(assessment_id=assessment_id, question_key=key)
        session.add(known)
    known.challenged, known.reason, known.by_id, known.at = written, reason, by_id, now
    after = {"question": key, "answer": written, "reason": reason}
    events.record(
        session, "challenged", "assessment", assessment_id, by_id=by_id, now=now, before=before, after=after
    )
