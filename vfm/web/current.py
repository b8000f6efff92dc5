"""What this request works with: the clock, the database, the person.

The room's rule: a page opens one `transaction()` (or `reading()`), calls one workflow function, and renders
after it closed.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from flask import current_app, g, request

from vfm.gateways.file_store import FileStore
from vfm.roles import Actor
from vfm.settings import Settings
from vfm.store import database
from vfm.store.database import Engine, Session


@dataclass(frozen=True, slots=True)
class Wiring:
    """What `create_app` hands to the pages."""

    settings: Settings
    engine: Engine
    files: FileStore


def wiring() -> Wiring:
    """The running app's settings and engine."""
    return cast(Wiring, current_app.extensions["vfm"])


def transaction() -> AbstractContextManager[Session]:
    """A writing transaction on the app's database."""
    return database.transaction(wiring().engine)


def reading() -> AbstractContextManager[Session]:
    """A reading session on the app's database."""
    return database.reading(wiring().engine)


def now() -> datetime:
    """The present instant, UTC; tests set `app.config["NOW"]` to a function of their own."""
    clock = current_app.config.get("NOW")
    return cast(datetime, clock()) if clock else datetime.now(UTC)


def is_from_script() -> bool:
    """True when a page's own script sent this and reads what comes: it wants no page and no redirect."""
    return request.headers.get("Accept") == "application/json"


def actor() -> Actor:
    """The signed-in person; only on addresses whose access rule asks for one."""
    return cast(Actor, g.visit.actor)


def council_name() -> str:
    """The council of the signed-in person; only on addresses whose access rule asks for one."""
    return cast(str, g.visit.council.name)


def session_ends_in() -> int:
    """Seconds until the session ends of a person who does nothing more; this request counts as use."""
    visit, lasts = g.visit, 3600 * wiring().settings.session_hours
    return lasts if visit.is_due_seen else lasts - int((now() - visit.seen_at).total_seconds())
