"""E-mails as the administrator sees them: what waits, what went out, what did not and why."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from vfm.errors import Conflict, NotFound
from vfm.roles import Actor
from vfm.store import events, outbox
from vfm.store.queries import messages as queries
from vfm.store.queries.messages import STATES, Line
from vfm.store.tables import Message

ON_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Some of the e-mails there are.

    Attributes:
        counts: state (and empty for all) -> how many.
        total: how many are like this; number and last: the page shown, and the last there is.
    """

    lines: tuple[Line, ...]
    counts: dict[str, int]
    total: int
    number: int
    last: int


def index(session: Session, state: str, words: str, number: int, *, now: datetime) -> Mailbox:
    """A page of the e-mails in a state (blank: any) whose address or subject contains `words`."""
    wanted = state if state in STATES else ""
    number = max(number, 1)
    first = (number - 1) * ON_A_PAGE
    lines, total = queries.some(session, wanted, words.strip(), first=first, most=ON_A_PAGE, now=now)
    counts = queries.counts(session, now=now)
    last = max(1, -(-total // ON_A_PAGE))
    return Mailbox(tuple(lines), counts | {"": sum(counts.values())}, total, number, last)


def send_again(session: Session, message_id: int, *, by: Actor, now: datetime) -> str:
    """Put an e-mail that was given up, or may not have gone out, back among those that wait; its subject.

    Raises:
        NotFound: there is no such e-mail.
        Conflict: it was sent, waits anyway, is being sent, or held a one-time link, which is not kept.
    """
    message = session.get(Message, message_id)
    if message is None:
        raise NotFound
    if message.body.find("/invitations/\n") >= 0:
        raise Conflict("It held a one-time link, which is not kept. Make a new link on the person’s page.")
    if not outbox.send_again(session, message_id, now=now):
        raise Conflict("It was sent, is being sent, or waits anyway. Look at the list again.")
    events.record(session, "sent again", "message", message_id, by_id=by.id, now=now)
    return message.subject
