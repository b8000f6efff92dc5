"""Who may see and change what of a review: the one place that says so.

Whoever reads the plan, who stands for the service as a whole, and whoever works on the review sees it. Its
sponsor, its lead, its team, the core team and executives change it; nothing of a closed review is changed.
"""

from vfm.errors import Closed, Forbidden, NotFound
from vfm.roles import Actor, Role
from vfm.store.database import Session
from vfm.store.queries import review_work as queries
from vfm.store.queries.review_work import Head

READERS = (Role.CORE_TEAM, Role.CHALLENGER, Role.EXECUTIVE, Role.VIEWER)
"""Who reads every review."""
CLOSED = "This review is closed. Take it up again to change it."


def closed_in_plan(service: str) -> Closed:
    """Why the entry of a closed review in the plan stays as it was: it tells what was reviewed when."""
    return Closed(
        f"The review of {service} is closed, so its entry in the plan stays as it was: its service, what it "
        "is, its dates and its conditions. To change them, take it up again on its own page first."
    )


def works_on(session: Session, head: Head, by: Actor) -> bool:
    """True for the sponsor, the lead and whoever fills a place of the team."""
    return by.id in (head.sponsor_id, head.lead_id) or queries.is_member(session, head.id, by.id)


def may_change(session: Session, head: Head, by: Actor) -> bool:
    """True for who works on it, the core team and executives, closed or not."""
    return by.has(Role.CORE_TEAM, Role.EXECUTIVE) or works_on(session, head, by)


def opened(session: Session, review_id: int, by: Actor) -> Head:
    """A review to read.

    Raises:
        NotFound: there is none, or it is not theirs to know of.
    """
    head = queries.head(session, review_id)
    if head is None or not (
        by.has(*READERS) or head.service_id in by.answers_for or works_on(session, head, by)
    ):
        raise NotFound(f"review {review_id}")
    return head


def to_change(session: Session, review_id: int, by: Actor, *, lock: bool = True) -> Head:
    """A review to change, locked so that two who write do so one after the other.

    Raises:
        NotFound: there is none, or it is not theirs to know of.
        Forbidden: theirs to read, not to change.
        Closed: nothing of it is changed.
    """
    head = to_move(session, review_id, by, lock=lock)
    if head.status == "closed":
        raise Closed(CLOSED)
    return head


def to_move(session: Session, review_id: int, by: Actor, *, lock: bool = True) -> Head:
    """The same for whoever changes its state: a closed one can be taken up again.

    Raises:
        NotFound, Forbidden: as for `to_change`.
    """
    head = opened(session, review_id, by)
    if not may_change(session, head, by):
        raise Forbidden("Its sponsor, its lead, its team, the core team and executives change a review.")
    locked = queries.head(session, review_id, lock=True) if lock else head
    if locked is None:
        raise NotFound(f"review {review_id}")
    return locked
