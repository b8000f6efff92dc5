"""`vfm workbooks`: the workbooks of a whole cycle, made to be handed out or taken in together."""

import argparse
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from vfm.commands.console import DONE, PROBLEMS, WRONG_USE, Progress, Subcommands, report, say
from vfm.commands.stored import on_database

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from vfm.gateways.workbook_folders import Files
    from vfm.roles import Actor
    from vfm.workflows.bulk_workbooks import Taken

Deed = Callable[["Engine", int, "Actor"], int]


def register(subcommands: Subcommands) -> None:
    """`vfm workbooks take-in CYCLE PLACE --by EMAIL` and `vfm workbooks make CYCLE OUT --by EMAIL`."""
    group = subcommands.add_parser("workbooks", help="take in or make the workbooks of a whole cycle")
    verbs = group.add_subparsers(required=True, metavar="VERB")
    taking = verbs.add_parser("take-in", help="take in filled-in workbooks")
    taking.add_argument("cycle", metavar="CYCLE", help="its name, or its number")
    taking.add_argument("place", metavar="PLACE", type=Path, help="a zip of workbooks, or a folder")
    taking.set_defaults(command=take_in)
    making = verbs.add_parser("make", help="make every service's workbook, into one zip")
    making.add_argument("cycle", metavar="CYCLE", help="its name, or its number")
    making.add_argument("out", metavar="OUT", type=Path, help="the zip to write")
    making.set_defaults(command=make)
    for verb in (taking, making):
        verb.add_argument("--by", required=True, metavar="EMAIL", help="who of the core team does it")


def take_in(arguments: argparse.Namespace) -> int:
    """A line for each workbook that waits or was refused; exit status 1 if any was refused."""
    place: Path = arguments.place
    if not place.exists():
        say(f"vfm: there is no file or folder {place}. Check the name.")
        return WRONG_USE

    def do(engine: "Engine", cycle_id: int, by: "Actor") -> int:
        from vfm.commands import bulk

        with ExitStack() as stack:
            files = _files(place, stack)
            progress = Progress("workbooks")
            return _told(bulk.take_in(engine, cycle_id, files, by=by, clock=_clock, progress=progress))

    return _done(arguments, do)


def _files(place: Path, stack: ExitStack) -> "Files":
    from vfm.gateways import workbook_folders

    if place.is_dir():
        return workbook_folders.in_folder(place)
    return workbook_folders.in_zip(stack.enter_context(place.open("rb")), str(place))


def _told(taken: list["Taken"]) -> int:
    from vfm.workflows import bulk_workbooks
    from vfm.workflows.bulk_workbooks import Became

    for one in taken:
        if one.became in (Became.REFUSED, Became.WAITING):
            said = [f"{problem}" for problem in one.problems]
            said += [f"{one.clashing} answers wait for {one.service} to choose"] if one.clashing else []
            report([f"{one.became}: {one.name}: {' '.join(words.split())}" for words in said])
    counts = bulk_workbooks.counted(taken)
    written = sum(one.written for one in taken)
    say(
        f"{written} answers taken. "
        + ", ".join(f"{count} {became}" for became, count in counts.items())
        + "."
    )
    return PROBLEMS if counts[Became.REFUSED] else DONE


def make(arguments: argparse.Namespace) -> int:
    """Write the zip, once it is whole."""

    def do(engine: "Engine", cycle_id: int, by: "Actor") -> int:
        from vfm.commands import bulk

        out: Path = arguments.out
        making = out.with_name(f".{out.name}.making")
        try:
            with making.open("wb") as stream:
                made = bulk.make(
                    engine, cycle_id, stream, by=by, clock=_clock, progress=Progress("workbooks")
                )
            making.replace(out)
        except OSError as error:
            making.unlink(missing_ok=True)
            say(f"vfm: {out} cannot be written: {error.strerror or error}. Name another place.")
            return WRONG_USE
        say(f"{made} workbooks are in {out}.")
        return DONE

    return _done(arguments, do)


def _clock() -> datetime:
    return datetime.now(UTC)


def _done(arguments: argparse.Namespace, do: Deed) -> int:
    """Do it on the database of the settings, for the cycle and the person that were named."""
    from vfm.store import database
    from vfm.workflows import bulk_workbooks, sign_in

    def in_their_name(engine: "Engine") -> int:
        with database.reading(engine) as session:
            by = sign_in.core_member(session, arguments.by)
            cycle_id = bulk_workbooks.found(session, arguments.cycle)
        return do(engine, cycle_id, by)

    return on_database(in_their_name)
