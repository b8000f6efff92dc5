"""`vfm criteria`: the council's list of criteria, and values for them taken in from files."""

import argparse
import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from vfm.commands.console import DONE, PROBLEMS, WRONG_USE, Subcommands, read_bytes, report, say
from vfm.commands.stored import on_database

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from vfm.workflows.criteria_imports import Preview


def register(subcommands: Subcommands) -> None:
    """`vfm criteria import FILE` and `vfm criteria list`."""
    group = subcommands.add_parser("criteria", help="what services are ranked on, and values for it")
    verbs = group.add_subparsers(required=True, metavar="VERB")
    importing = verbs.add_parser("import", help="take in values of criteria from a file")
    importing.add_argument("file", metavar="FILE", help="CSV or .xlsx, first column key, one a criterion")
    for name, words in (
        ("title", "the source, as shown beside each figure"),
        ("publisher", "who published them"),
        ("licence", "under which licence"),
        ("year", "the year they speak of, such as 2025-26"),
    ):
        importing.add_argument(f"--{name}", default="", help=words)
    importing.add_argument(
        "--instead", action="store_true", help="other figures of these services feed these criteria no longer"
    )
    importing.add_argument("--look", action="store_true", help="say what would change, and change nothing")
    importing.add_argument("--by", metavar="EMAIL", help="who of the core team does it")
    importing.set_defaults(command=take_in)
    listing = verbs.add_parser("list", help="the criteria in their order")
    listing.set_defaults(command=list_)


def take_in(arguments: argparse.Namespace) -> int:
    """What the file does or would do; its faults on standard output; status 1 if anything was refused."""
    from vfm.gateways import criterion_files
    from vfm.store import database
    from vfm.workflows import criteria_imports, sign_in
    from vfm.workflows.criteria_imports import About

    raw = read_bytes(arguments.file)
    if raw is None:
        return WRONG_USE
    name, now = Path(arguments.file).name, datetime.now(UTC)
    about = About(arguments.title, arguments.publisher, arguments.licence, arguments.year)

    def do(engine: "Engine") -> int:
        with database.reading(engine) as session:
            by = sign_in.core_member(session, arguments.by) if arguments.by else None
            keys = criteria_imports.columns(session)
        found = criterion_files.read(raw, name, keys)
        with database.transaction(engine) as session:
            digest = hashlib.sha256(raw).hexdigest()
            import_id = criteria_imports.receive(
                session, found.rows, found.faults, found.unused, name, digest, about, by=by, now=now
            )
            view = criteria_imports.show(session, import_id)
            if arguments.look:
                session.rollback()
            else:
                criteria_imports.accept(session, import_id, instead=arguments.instead, by=by, now=now)
        return _told(name, view)

    return on_database(do)


def _told(name: str, view: "Preview") -> int:
    report([f"{name}:{line}: {column}: {words}" for line, column, words in view.faults])
    report([f"{name}:{line}: {key}: There is no open service with this key." for line, key in view.unknown])
    report([f"{name}:{one.line}: {one.criterion}: {one.odd}" for one in view.odd])
    say(f"{name}: " + ", ".join(f"{count:,} {what}" for what, count in view.counts.items()) + ".")
    return PROBLEMS if view.faults or view.unknown else DONE


def list_(_: argparse.Namespace) -> int:
    """A line for each criterion: key, name, used or off, weight, direction, group; tabs between."""
    from vfm.store import database
    from vfm.workflows import criteria

    def do(engine: "Engine") -> int:
        with database.reading(engine) as session:
            view = criteria.index(session, None, now=datetime.now(UTC))
        report(
            [
                "\t".join(
                    (
                        *(line.criterion.key, line.criterion.name, "used" if line.is_used else "off"),
                        *(f"{line.criterion.weight:g}", line.criterion.direction, line.criterion.group or ""),
                    )
                )
                for line in view.lines
            ]
        )
        return DONE

    return on_database(do)
