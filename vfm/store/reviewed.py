"""When a service was last reviewed: noted when a review of the whole is closed, and taken back."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from vfm.questionnaires.figures import london_day
from vfm.roles import Actor
from vfm.store import events
from vfm.store.queries import reviews as queries
from vfm.store.tables import Service

REVIEWED = "reviewed"
"""How a service's trail tells that a review of it was closed."""


def note(session: Session, service_id: int, *, by: Actor, now: datetime) -> None:
    """A review of the whole service was closed today."""
    today = london_day(now)
    service = session.get_one(Service, service_id)
    if service.reviewed_on is None or service.reviewed_on < today:
        before, after = _plain(service.reviewed_on), _plain(today)
        service.reviewed_on = today
        _record(session, REVIEWED, service_id, before, after, by=by, now=now)


def take_back(session: Session, service_id: int, *, by: Actor, now: datetime) -> None:
    """Set the day back that the closing had moved, unless it was moved again since."""
    service = session.get_one(Service, service_id)
    closing = queries.last_event(session, REVIEWED, "service", service_id)
    if closing is None or closing.after != _plain(service.reviewed_on):
        return
    earlier = (closing.before or {}).get("reviewed_on")
    service.reviewed_on = date.fromisoformat(earlier) if earlier else None
    _record(session, "review taken up again", service_id, closing.after, closing.before, by=by, now=now)


def _plain(day: date | None) -> dict[str, Any]:
    return {"reviewed_on": day.isoformat() if day else None}


def _record(
    session: Session, verb: str, service_id: int, before: Any, after: Any, *, by: Actor, now: datetime
) -> None:
    events.record(session, verb, "service", service_id, by_id=by.id, now=now, before=before, after=after)
