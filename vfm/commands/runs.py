"""`vfm runs check`: every ranking made again from what is stored of it, and held against what was kept."""

import argparse
from typing import TYPE_CHECKING

from vfm.commands.console import PROBLEMS, Subcommands, say
from vfm.commands.stored import checked, on_database, told

if TYPE_CHECKING:
    from sqlalchemy import Engine


def register(subcommands: Subcommands) -> None:
    """`vfm runs check [ID] [--json]`."""
    runs = subcommands.add_parser("runs", help="the rankings that were kept")
    verbs = runs.add_subparsers(required=True, metavar="VERB")
    check = verbs.add_parser("check", help="make every ranking again from what is stored: is it the same?")
    check.add_argument(
        "id", nargs="?", type=int, metavar="ID", help="one ranking only: the number in its address"
    )
    check.add_argument("--json", action="store_true", help="every ranking with what was found, as JSON")
    check.set_defaults(command=check_all)


def check_all(arguments: argparse.Namespace) -> int:
    """A line for each ranking that is not the same again, and exit status 1; nothing is written."""
    from vfm.errors import NotFound
    from vfm.workflows import robustness

    def do(engine: "Engine") -> int:
        try:
            checks = checked(
                engine,
                "rankings",
                lambda session: robustness.ids(session) if arguments.id is None else [arguments.id],
                robustness.rerun,
            )
        except NotFound:
            say(f"There is no ranking {arguments.id}. Its number stands in the address of its page.")
            return PROBLEMS
        failed = [check for check in checks if not check.is_same]
        lines = [robustness.rerun_words(check) for check in failed]
        return told(checks, failed, lines, _ending(len(checks), len(failed)), in_json=arguments.json)

    return on_database(do)


def _ending(count: int, failed: int) -> str:
    if not count:
        return "There is no ranking yet."
    if failed:
        return f"{failed} of {count} rankings {'is' if failed == 1 else 'are'} not the same again."
    return f"{count} {'ranking is' if count == 1 else 'rankings are'} the same again."
