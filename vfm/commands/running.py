"""`vfm init`, `vfm upgrade` and `vfm serve`: a council's own copy, begun, kept up to date and served."""

import argparse
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from vfm.commands.console import DONE, PROBLEMS, Subcommands, environment_settings, refused, report, say

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from vfm.settings import Settings


def register_init(subcommands: Subcommands) -> None:
    """`vfm init --council NAME --name ADMIN --email E [--financial-year Y] [--link]`."""
    verb = subcommands.add_parser("init", help="make an empty council and its first administrator")
    verb.add_argument("--council", required=True, metavar="NAME", help="the council's name")
    verb.add_argument("--name", required=True, metavar="NAME", help="the first administrator's name")
    verb.add_argument("--email", required=True, metavar="ADDRESS", help="with which they sign in")
    verb.add_argument("--financial-year", metavar="YEAR", help="like 2026-27; the present one when left out")
    verb.add_argument(
        "--link", action="store_true", help="print a one-time link for choosing the password, ask for none"
    )
    verb.set_defaults(command=begin)


def register_upgrade(subcommands: Subcommands) -> None:
    """`vfm upgrade`."""
    verb = subcommands.add_parser("upgrade", help="bring the database to this version, making it if need be")
    verb.set_defaults(command=upgrade)


def register_serve(subcommands: Subcommands) -> None:
    """`vfm serve [--host HOST] [--port PORT] [--without-worker]`."""
    verb = subcommands.add_parser("serve", help="serve the pages until it is stopped")
    verb.add_argument("--host", default="127.0.0.1", help="the address to listen on (default %(default)s)")
    verb.add_argument(
        "--port", type=int, default=8000, help="the port, 0 for a free one (default %(default)s)"
    )
    verb.add_argument("--without-worker", action="store_true", help="`vfm work` is started elsewhere")
    verb.set_defaults(command=serve)


def begin(arguments: argparse.Namespace) -> int:
    """Make the council and its first administrator in a database that has none."""
    from vfm.errors import Conflict, Invalid
    from vfm.store import database

    settings = environment_settings()
    if settings is None:
        return PROBLEMS
    try:
        with database.opened(settings.database) as engine:
            database.upgrade(engine)
    except Invalid as error:
        return refused(error)
    try:
        with database.opened(settings.database) as engine, database.transaction(engine) as session:
            token = begun(session, arguments)
    except Conflict as error:
        say(f"vfm: {error}")
        return PROBLEMS
    except Invalid as error:
        report([str(problem) for problem in error.problems])
        return PROBLEMS
    if token is not None:
        say("Open this path where the pages are served, within 7 days; it works once:")
        report([f"/invitations/{token}"])
    say("The council is set up. Next: vfm serve")
    return DONE


def begun(session: "Session", arguments: argparse.Namespace) -> str | None:
    """The rows of `vfm init`; the password is asked only when they can be made."""
    from vfm.workflows import council

    now = datetime.now(UTC)
    year = arguments.financial_year or council.financial_year(now)
    given = (arguments.council, year, arguments.name, arguments.email)
    council.check_beginning(session, *given)
    password = None if arguments.link else asked_password()
    return council.begin(session, *given, password, now=now)


def asked_password() -> str:
    """A password typed twice without being shown; one line of standard input when that is no terminal.

    Raises:
        Invalid: the two differ.
    """
    from getpass import getpass

    from vfm.errors import Invalid, Problem

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass("Password for the administrator (at least 12 characters): ")
    if getpass("The same again: ") != password:
        raise Invalid([Problem("password", "The two passwords differ. Type the same one twice.")])
    return password


def upgrade(_: argparse.Namespace) -> int:
    """Bring the database to the version of this program."""
    from vfm.errors import Invalid
    from vfm.store import database

    settings = environment_settings()
    if settings is None:
        return PROBLEMS
    try:
        with database.opened(settings.database) as engine:
            database.upgrade(engine)
    except Invalid as error:
        return refused(error)
    say("The database is up to date.")
    return DONE


def serve(arguments: argparse.Namespace) -> int:
    """Serve the pages; nothing is served when the database cannot be used or the port is taken."""
    settings = environment_settings()
    if settings is None:
        return PROBLEMS
    return serve_pages(settings, arguments.host, arguments.port, with_worker=not arguments.without_worker)


def serve_pages(settings: "Settings", host: str, port: int, *, with_worker: bool = True) -> int:
    """Serve the pages of a database that is there, and say where; a worker runs beside them."""
    from vfm.app import create_app
    from vfm.commands import beside
    from vfm.errors import Invalid
    from vfm.gateways import mail
    from vfm.web import serving

    try:
        if settings.mail:
            mail.server(settings.mail)  # a setting that cannot be read would let every e-mail wait
        create_app(settings).extensions["vfm"].engine.dispose()  # whatever is wrong is said before the fork
        listening = serving.listen(host, port)
    except Invalid as error:
        return refused(error)
    say(f"Serving on {serving.address(listening)} (stop with Ctrl+C)")
    with beside.worker(settings, serving.address(listening), wanted=with_worker):
        serving.run(lambda: create_app(settings), listening)
    return DONE
