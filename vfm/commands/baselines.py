"""`vfm baselines check`: every baseline read again, held against its hash, and scored again."""

import argparse
from dataclasses import asdict

from vfm.commands.console import (
    DONE,
    PROBLEMS,
    Progress,
    Subcommands,
    as_json,
    environment_settings,
    refused,
    report,
    say,
)


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
    from vfm.errors import Invalid
    from vfm.store import database
    from vfm.workflows import baselines

    settings = environment_settings()
    if settings is None:
        return PROBLEMS
    try:
        with database.opened(settings.database) as engine:
            database.check(engine)
            with database.reading(engine) as session:
                ids = baselines.ids(session)
                shown = Progress("baselines")
                checks = []
                for number, baseline_id in enumerate(ids, 1):
                    checks.append(baselines.check(session, baseline_id))
                    shown(number, len(ids))
    except Invalid as error:
        return refused(error)
    failed = [check for check in checks if check.faults]
    if arguments.json:
        report(as_json([asdict(check) for check in checks]))
    else:
        report([f"{c.service}, {c.template} ({c.cycle}): {fault}" for c in failed for fault in c.faults])
    for check in checks:
        for notice in check.notices:
            say(f"{check.service}, {check.template} ({check.cycle}): {notice}")
    say(_ending(len(checks), len(failed)))
    return PROBLEMS if failed else DONE


def _ending(count: int, failed: int) -> str:
    if not count:
        return "There is no baseline yet: one is frozen when the first result of a rollout is agreed."
    if failed:
        return f"{failed} of {count} baselines {'is' if failed == 1 else 'are'} not what was frozen."
    return f"{count} {'baseline is' if count == 1 else 'baselines are'} what was frozen."
