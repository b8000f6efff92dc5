"""`vfm demo`: make the demo council where it is not there yet, and serve it."""

import argparse
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from vfm.commands.console import DONE, Subcommands, refused, say
from vfm.roles import Role
from vfm.settings import INSTANCE, Settings

if TYPE_CHECKING:
    from vfm.store.database import Engine

FILE = INSTANCE / "demo.sqlite"
SECRET = INSTANCE / "demo-secret"
"""Kept between starts, so that a browser stays signed in."""
FILES = INSTANCE / "demo-files"
PORT = 8080


def register(subcommands: Subcommands) -> None:
    """`vfm demo [--fresh] [--port PORT] [--database ADDRESS] [--without-worker]`."""
    verb = subcommands.add_parser("demo", help="serve an invented council on real published figures")
    verb.add_argument("--fresh", action="store_true", help="start over; what was typed is lost")
    verb.add_argument(
        "--port", type=int, default=PORT, help="the port, 0 for a free one (default %(default)s)"
    )
    verb.add_argument("--database", metavar="ADDRESS", help="another database than the demo's own file")
    verb.add_argument("--without-worker", action="store_true", help="`vfm work` is started elsewhere")
    verb.set_defaults(command=demo)


def demo(arguments: argparse.Namespace) -> int:
    """Fill on the first start (or with `--fresh`), print the address and the people, serve."""
    from vfm.app import create_app
    from vfm.commands import beside
    from vfm.errors import Invalid
    from vfm.web import serving

    address = arguments.database or f"sqlite:///{FILE}"
    settings = Settings(address, secret=kept_secret(), is_demo=True, files=str(FILES))
    try:
        listening = serving.listen("127.0.0.1", arguments.port)
        prepare(settings.database, fresh=arguments.fresh)
        create_app(settings).extensions["vfm"].engine.dispose()  # whatever is wrong is said before the fork
    except Invalid as error:
        return refused(error)
    introduce(serving.address(listening))
    with beside.worker(settings, serving.address(listening), wanted=not arguments.without_worker):
        serving.run(lambda: create_app(settings), listening)
    return DONE


def prepare(address: str, *, fresh: bool) -> None:
    """A filled database at an address; one that holds a council already is brought up to date and kept.

    Raises:
        Invalid: it cannot be used, or holds a council that is no demonstration.
    """
    from vfm.store import database

    with database.opened(address) as engine:
        path = Path(engine.url.database or "") if engine.url.get_backend_name() == "sqlite" else None
        if path is not None and (fresh or not path.exists()):
            fill_file(path)
            return
        database.upgrade(engine)
        if fresh:
            empty(engine)
        if not holds_council(engine):
            fill(engine)


def fill_file(path: Path) -> None:
    """Fill a file beside the wanted one, then put it in its place: half a council is never served."""
    from vfm.store import database

    path.parent.mkdir(parents=True, exist_ok=True)
    making = path.with_suffix(".making")
    for stale in (making, *(Path(f"{making}-{ending}") for ending in ("wal", "shm"))):
        stale.unlink(missing_ok=True)
    with database.opened(f"sqlite:///{making}") as engine:  # the last to leave writes all into the one file
        database.upgrade(engine)
        fill(engine)
    for stale in (Path(f"{path}-{ending}") for ending in ("wal", "shm")):
        stale.unlink(missing_ok=True)
    making.replace(path)


def fill(engine: "Engine") -> None:
    """The demo council, with a word on what is happening."""
    from vfm.demo import fill as filling
    from vfm.gateways.file_store import DiskStore

    say("Filling the demo council: 57 services, a pilot, a finished cycle and one under way ...")
    filling.fill(engine, now=datetime.now(UTC), files=DiskStore(FILES))


def holds_council(engine: "Engine") -> bool:
    """True when a demo council is there.

    Raises:
        Invalid: the council there is no demonstration.
    """
    from vfm.errors import Invalid, Problem
    from vfm.store import database
    from vfm.workflows import sign_in

    with database.reading(engine) as session:
        council = sign_in.council(session)
    if council is not None and not council.is_demo:
        words = f"holds {council.name}, which is no demonstration. Name an empty database."
        raise Invalid([Problem("database", words)])
    return council is not None


def empty(engine: "Engine") -> None:
    """Drop every table of a demo council and make them anew.

    Raises:
        Invalid: the council there is no demonstration.
    """
    from sqlalchemy import text

    from vfm.store import database

    if holds_council(engine):
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        database.upgrade(engine)


def kept_secret() -> str:
    """What signs the demo's cookies, made on the first start."""
    if not SECRET.exists():
        SECRET.parent.mkdir(parents=True, exist_ok=True)
        SECRET.touch(mode=0o600)
        SECRET.write_text(secrets.token_hex(32), encoding="utf-8")
    return SECRET.read_text(encoding="utf-8")


def introduce(address: str) -> None:
    """The address, and who can be tried."""
    from vfm.demo import set_up

    people = set_up.read().people
    say("")
    for role in Role:
        held = [line for line in people if role in line["roles"].split(";")]
        names = ", ".join(f"{line['name']} <{line['email']}>" for line in held[:2])
        more = f" and {len(held) - 2} more" if len(held) > 2 else ""
        say(f"  {role.words:<18} {names}{more}")
    say(f"\nSign in with one click at {address}demo")
    say(f"or with an e-mail address above and the password {set_up.PASSWORD}")
    say("Every answer, person and score is invented; the money is published and shows its source.")
    say(f"\nServing on {address} (stop with Ctrl+C)")
