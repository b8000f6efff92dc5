"""`vfm figures`: published figures of many councils taken in from files, and what is kept of them."""

import argparse
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from vfm.commands.console import DONE, PROBLEMS, WRONG_USE, Subcommands, read_bytes, report, say
from vfm.commands.stored import on_database
from vfm.settings import DATA

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from vfm.roles import Actor
    from vfm.workflows.figure_imports import About, Preview

COUNCILS = DATA / "figures" / "authorities.csv"
"""The list of councils that comes with vfm."""


def register(subcommands: Subcommands) -> None:
    """`vfm figures import FILE...`, `vfm figures list` and `vfm figures councils`."""
    group = subcommands.add_parser("figures", help="published figures of many councils")
    verbs = group.add_subparsers(required=True, metavar="VERB")
    importing = verbs.add_parser("import", help="take in files of published figures")
    importing.add_argument("files", metavar="FILE", nargs="+", help="CSV, or a simple .xlsx")
    importing.add_argument("--layout", default="", help="how the files are laid out, where not recognised")
    importing.add_argument("--more", default="", help="further columns of the outturn of all years")
    for name, words in (
        ("title", "the source, as shown beside each figure"),
        ("publisher", "who published them"),
        ("licence", "under which licence"),
        ("basis", "price basis or counting day, where the file does not say it"),
        ("year", "the year, where the file does not say it"),
    ):
        importing.add_argument(f"--{name}", default="", help=words)
    importing.add_argument(
        "--add-unknown", action="store_true", help="add councils nobody knows by their code"
    )
    importing.add_argument("--look", action="store_true", help="say what would change, and change nothing")
    importing.set_defaults(command=take_in)
    listing = verbs.add_parser("list", help="what is kept of each measure")
    listing.set_defaults(command=list_)
    councils = verbs.add_parser("councils", help="take in the list of councils that comes with vfm")
    councils.set_defaults(command=know_councils)
    for verb in (importing, councils):
        verb.add_argument("--by", metavar="EMAIL", help="who of the core team does it")


def take_in(arguments: argparse.Namespace) -> int:
    """A line for each file; its faults on standard output; exit status 1 if a file or a row was refused."""
    from vfm.gateways.figure_layouts import LAYOUTS

    if arguments.layout and arguments.layout not in LAYOUTS:
        say(f"vfm: there is no layout {arguments.layout}. There are: {', '.join(LAYOUTS)}.")
        return WRONG_USE

    def do(engine: "Engine", by: "Actor | None") -> int:
        return max([_take_in(engine, path, arguments, by) for path in arguments.files])

    return _done(arguments, do)


def _take_in(engine: "Engine", path: str, arguments: argparse.Namespace, by: "Actor | None") -> int:
    from vfm.errors import Invalid
    from vfm.gateways import figure_files
    from vfm.store import database
    from vfm.workflows import figure_imports

    raw = read_bytes(path)
    if raw is None:
        return WRONG_USE
    name = Path(path).name
    try:
        brought = figure_files.read(raw, name, arguments.layout, arguments.more.split())
        about, digest = _about(arguments, brought.layout), hashlib.sha256(raw).hexdigest()
        with database.transaction(engine) as session:
            import_id = figure_imports.receive(session, brought, name, digest, about, by=by, now=_now())
            view = figure_imports.show(session, import_id)
            if arguments.look:
                session.rollback()
            else:
                figure_imports.accept(
                    session, import_id, about, add_unknown=arguments.add_unknown, by=by, now=_now()
                )
                view = figure_imports.show(session, import_id)
    except Invalid as error:
        report([f"{name}: {' '.join(str(problem).split())}" for problem in error.problems])
        return PROBLEMS
    return _told(name, view)


def _told(name: str, view: "Preview") -> int:
    """What a file did or would do; its faults, a line each."""
    counts = view.counts
    report([f"{name}:{one.line}: {one.column}: {' '.join(one.words.split())}" for one in view.faults])
    told = ("new", "changed", "unchanged", "missing", "unknown", "faults")
    say(f"{name} ({view.listed.layout}): " + ", ".join(f"{counts[key]:,} {key}" for key in told) + ".")
    for words in view.notices:
        say(f"  {words}")
    for code, named, rows in view.unknown[:10]:
        say(f"  nobody knows {named or code} ({code or 'no code'}): {rows:,} rows left out")
    if len(view.unknown) > 10:
        say(f"  and {len(view.unknown) - 10:,} more that nobody knows")
    return PROBLEMS if counts["faults"] else DONE


def _about(arguments: argparse.Namespace, layout: str) -> "About":
    """The source as it was given, what was not from the layout."""
    from vfm.gateways.figure_layouts import LAYOUTS
    from vfm.workflows.figure_imports import About

    asked = LAYOUTS[layout].asked
    return About(
        arguments.title or asked.title,
        arguments.publisher or asked.publisher,
        arguments.licence or asked.licence,
        arguments.basis or asked.basis,
        arguments.year,
    )


def list_(arguments: argparse.Namespace) -> int:
    """A line for each measure: key, title, years, how many figures, source; tabs between."""

    def do(engine: "Engine", _: "Actor | None") -> int:
        from vfm.store import database
        from vfm.workflows import figure_imports

        with database.reading(engine) as session:
            view = figure_imports.index(session)
        report(
            [
                "\t".join((one.key, one.title, f"{one.first} to {one.last}", str(one.count), one.source))
                for one in view.measures
            ]
        )
        say(f"{len(view.measures)} measures, {view.authorities} councils and regions.")
        return DONE

    return _done(arguments, do)


def know_councils(arguments: argparse.Namespace) -> int:
    """Add the councils of the list that are not known yet."""

    def do(engine: "Engine", _: "Actor | None") -> int:
        from vfm.gateways import figure_files
        from vfm.store import database
        from vfm.workflows import figure_imports

        brought = figure_files.read(COUNCILS.read_bytes(), COUNCILS.name)
        with database.transaction(engine) as session:
            added = figure_imports.know_councils(session, brought.areas)
        say(f"{added} councils and regions added.")
        return DONE

    return _done(arguments, do)


def _now() -> datetime:
    return datetime.now(UTC)


def _done(arguments: argparse.Namespace, do: Callable[["Engine", "Actor | None"], int]) -> int:
    """Do it on the database of the settings, in the name of whoever was named."""
    from vfm.store import database
    from vfm.workflows import sign_in

    email = getattr(arguments, "by", None)

    def in_their_name(engine: "Engine") -> int:
        with database.reading(engine) as session:
            by = sign_in.core_member(session, email) if email else None
        return do(engine, by)

    return on_database(in_their_name)
