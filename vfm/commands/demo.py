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
PUBLISHED_FILE = INSTANCE / "demo-published.sqlite"
SECRET = INSTANCE / "demo-secret"
"""Kept between starts, so that a browser stays signed in."""
FILES = INSTANCE / "demo-files"
PORT = 8080


def register(subcommands: Subcommands) -> None:
    """`vfm demo [--published] [--fresh] [--port PORT] [--database ADDRESS] [--without-worker]`."""
    verb = subcommands.add_parser("demo", help="serve an invented council on real published figures")
    verb.add_argument(
        "--published",
        action="store_true",
        help="instead: published service lines of 15 real councils, ranked without any self-assessment",
    )
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

    is_published = arguments.published
    address = arguments.database or f"sqlite:///{PUBLISHED_FILE if is_published else FILE}"
    settings = Settings(address, secret=kept_secret(), is_demo=True, files=str(FILES))
    try:
        listening = serving.listen("127.0.0.1", arguments.port)
        prepare(settings.database, fresh=arguments.fresh, is_published=is_published)
        create_app(settings).extensions["vfm"].engine.dispose()  # whatever is wrong is said before the fork
    except Invalid as error:
        return refused(error)
    introduce(serving.address(listening), is_published=is_published)
    with beside.worker(settings, serving.address(listening), wanted=not arguments.without_worker):
        serving.run(lambda: create_app(settings), listening)
    return DONE


def prepare(address: str, *, fresh: bool, is_published: bool = False) -> None:
    """A filled database at an address; one that holds a council already is brought up to date and kept.

    Raises:
        Invalid: it cannot be used, or holds a council that is no demonstration, or another one.
    """
    from vfm.store import database

    with database.opened(address) as engine:
        path = Path(engine.url.database or "") if engine.url.get_backend_name() == "sqlite" else None
        if path is not None and (fresh or not path.exists()):
            fill_file(path, is_published=is_published)
            return
        database.upgrade(engine)
        if fresh:
            empty(engine)
        if not holds_council(engine, is_published=is_published):
            fill(engine, is_published=is_published)


def fill_file(path: Path, *, is_published: bool) -> None:
    """Fill a file beside the wanted one, then put it in its place: half a council is never served."""
    from vfm.store import database

    path.parent.mkdir(parents=True, exist_ok=True)
    making = path.with_suffix(".making")
    for stale in (making, *(Path(f"{making}-{ending}") for ending in ("wal", "shm"))):
        stale.unlink(missing_ok=True)
    with database.opened(f"sqlite:///{making}") as engine:  # the last to leave writes all into the one file
        database.upgrade(engine)
        fill(engine, is_published=is_published)
    for stale in (Path(f"{path}-{ending}") for ending in ("wal", "shm")):
        stale.unlink(missing_ok=True)
    making.replace(path)


def fill(engine: "Engine", *, is_published: bool) -> None:
    """The demo council, or the published lines, with a word on what is happening."""
    from vfm.demo import fill as filling
    from vfm.demo import published
    from vfm.gateways.file_store import DiskStore

    if is_published:
        say("Filling the demonstration on published figures: 571 service lines of 15 councils ...")
        published.fill(engine, now=datetime.now(UTC))
        return
    say("Filling the demo council: 57 services, a pilot, a finished cycle and one under way ...")
    filling.fill(engine, now=datetime.now(UTC), files=DiskStore(FILES))


def holds_council(engine: "Engine", *, is_published: bool | None = None) -> bool:
    """True when a demo council is there; `is_published` says which demonstration it has to be.

    Raises:
        Invalid: the council there is no demonstration, or another one.
    """
    from vfm.errors import Invalid, Problem
    from vfm.store import database
    from vfm.workflows import sign_in

    with database.reading(engine) as session:
        council = sign_in.council(session)
    if council is not None and not council.is_demo:
        words = f"holds {council.name}, which is no demonstration. Name an empty database."
        raise Invalid([Problem("database", words)])
    if council is not None and is_published not in (None, council.is_published):
        words = (
            f"holds another demonstration, {council.name}. Name another database, or start over with --fresh."
        )
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


def introduce(address: str, *, is_published: bool) -> None:
    """The address, and who can be tried."""
    from vfm.demo import published, set_up

    people = published.read().people if is_published else set_up.read().people
    say("")
    for role in Role:
        held = [line for line in people if role in line["roles"].split(";")]
        names = ", ".join(f"{line['name']} <{line['email']}>" for line in held[:2])
        more = f" and {len(held) - 2} more" if len(held) > 2 else ""
        if held:
            say(f"  {role.words:<18} {names}{more}")
    say(f"\nSign in with one click at {address}demo")
    say(f"or with an e-mail address above and the password {set_up.PASSWORD}")
    say(PUBLISHED_WORDS if is_published else WORDS)
    say(f"\nServing on {address} (stop with Ctrl+C)")


WORDS = "Every answer, person and score is invented; the money is published and shows its source."
PUBLISHED_WORDS = (
    "Every figure is published and shows its source; the people are invented, and what they decide is "
    "nobody's view of these councils."
)
