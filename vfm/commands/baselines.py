"""`vfm baselines check`: every baseline read again, held against its hash, and scored again."""

import argparse
from typing import TYPE_CHECKING

from vfm.commands.console import Subcommands, say
from vfm.commands.stored import checked, on_database, told

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from vfm.workflows.baselines import Check


def register(subcommands: Subcommands) -> None:
    """`vfm baselines check [--json]`."""
    baselines = subcommands.add_parser("baselines", help="what was frozen when first results were agreed")
    verbs = baselines.add_subparsers(required=True, metavar="VERB")
    check = verbs.add_parser(
        "check", help="read every baseline again: is it what was frozen, and does it follow from its answers?"
    )
    check.add_argument("--json", action="store_true", help="every baseline with what was found, as JSON")
    check.set_defaults(command=check_all)


def check_all(arguments: argparse.Namespace) -> int:
    """A line for each baseline that is not what was frozen, and exit status 1; nothing is written."""
    from vfm.workflows import baselines

    def do(engine: "Engine") -> int:
        checks = checked(engine, "baselines", baselines.ids, baselines.check)
        failed = [check for check in checks if check.faults]
        lines = [f"{_name(check)}: {fault}" for check in failed for fault in check.faults]
        for check in checks:
            for notice in check.notices:
                say(f"{_name(check)}: {notice}")
        return told(checks, failed, lines, _ending(len(checks), len(failed)), in_json=arguments.json)

    return on_database(do)


def _name(check: "Check") -> str:
    return f"{check.service}, {check.template} ({check.cycle})"


def _ending(count: int, failed: int) -> str:
    if not count:
        return "There is no baseline yet: one is frozen when the first result of a rollout is agreed."
    if failed:
        return f"{failed} of {count} baselines {'is' if failed == 1 else 'are'} not what was frozen."
    return f"{count} {'baseline is' if count == 1 else 'baselines are'} what was frozen."
