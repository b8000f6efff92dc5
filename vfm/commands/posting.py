"""Sending what the outbox holds: claimed, offered, noted as handed over, handed over, noted as sent.

The order is what keeps a message from going out twice (docs/decisions/0009-no-reminder-twice.md).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Event

from sqlalchemy import Engine

from vfm.gateways import mail
from vfm.store import outbox
from vfm.store.database import reading, transaction

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Route:
    """By which server e-mails go, and where their links lead."""

    server: mail.Server
    pages: str


def send_due(engine: Engine, route: Route, stop: Event, clock: Clock) -> int:
    """Send every message that is due, in groups; how many the server has taken."""
    sent = 0
    while not stop.is_set() and (claimed := _claimed(engine, clock)):
        sent += _send_group(engine, route, claimed, stop, clock)
    return sent


def _claimed(engine: Engine, clock: Clock) -> list[outbox.Claimed]:
    with reading(engine) as session:
        if not outbox.is_due(session, now=clock()):
            return []
    with transaction(engine) as session:
        return outbox.claim(session, now=clock())


def _send_group(
    engine: Engine, route: Route, claimed: list[outbox.Claimed], stop: Event, clock: Clock
) -> int:
    """One conversation; when it breaks, what was not offered yet counts as tried: the server is away."""
    sent = 0
    left = list(claimed)
    try:
        with mail.connected(route.server) as connection:
            while left and not stop.is_set():
                sent += _send(engine, connection, left[0], _letter(left[0], route), clock)
                left.pop(0)
    except mail.Refused as error:
        _note(engine, left, error, clock)
        left = []
    with transaction(engine) as session:
        for message in left:
            outbox.let_go(session, message)
    return sent


def _letter(message: outbox.Claimed, route: Route) -> mail.Letter:
    body = message.body.replace(outbox.PAGES, route.pages)
    return mail.Letter(message.step, message.address, message.subject, body)


def _send(
    engine: Engine, connection: mail.Connection, message: outbox.Claimed, letter: mail.Letter, clock: Clock
) -> bool:
    """True when the server has taken it."""
    try:
        connection.offer(letter)
        with transaction(engine) as session:
            if not outbox.hand_over(session, message, now=clock()):
                return False  # the claim ran out, and another worker has it
        connection.hand_over(letter)
    except mail.Refused as error:
        if error.is_broken:
            raise
        _note(engine, [message], error, clock)
        return False
    except mail.Unsure as error:
        with transaction(engine) as session:
            outbox.unsure(session, message, str(error))
        return False
    with transaction(engine) as session:
        outbox.sent(session, message, now=clock())
    return True


def _note(engine: Engine, messages: list[outbox.Claimed], error: mail.Refused, clock: Clock) -> None:
    with transaction(engine) as session:
        for message in messages:
            outbox.refused(session, message, error.problem, for_good=error.is_for_good, now=clock())
