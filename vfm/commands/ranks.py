"""`vfm rank` and `vfm plan`: services ranked and reviews placed from files, without a database."""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime

from vfm.commands.console import DONE, PROBLEMS, WRONG_USE, Subcommands, as_json, read_bytes, report, say


def register_rank(subcommands: Subcommands) -> None:
    """`vfm rank SERVICES --config CONFIG`."""
    rank = subcommands.add_parser("rank", help="rank services from files, without a database")
    rank.add_argument("services", metavar="SERVICES", help="CSV or Excel, first column key")
    rank.add_argument("--config", metavar="CONFIG", required=True, help="criteria, YAML or JSON")
    rank.add_argument(
        "--method", choices=("additive", "geometric", "topsis", "promethee2"), default="additive"
    )
    rank.add_argument("--draws", type=whole(0), default=10_000, help="of each of the three weight models")
    rank.add_argument("--top", type=whole(1), help="how many services there is capacity for")
    rank.add_argument("--json", action="store_true", help="print everything, numbers unrounded")
    rank.set_defaults(command=rank_services)


def whole(least: int) -> Callable[[str], int]:
    """What reads a whole number of at least `least` from the command line."""

    def number(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"“{text}” is not a whole number of {least} or more")
        return int(text)

    return number


def rank_services(arguments: argparse.Namespace) -> int:
    """The ranking on standard output: JSON, or one line a service with its sentence."""
    from vfm.errors import Invalid
    from vfm.gateways import rank_files
    from vfm.prioritisation.explanation import sentence
    from vfm.prioritisation.ranking import rank

    raw, config = read_bytes(arguments.services), read_bytes(arguments.config)
    if raw is None or config is None:
        return WRONG_USE
    try:
        settings = rank_files.rank_settings(config, arguments.config)
        ranking = rank(
            rank_files.services(raw, arguments.services, settings.criteria),
            settings.criteria,
            on=datetime.now(UTC).date(),
            top=arguments.top,
            draws=arguments.draws,
            method=arguments.method,
            concentration=settings.concentration,
        )
    except Invalid as invalid:
        report([str(problem) for problem in invalid.problems])
        return PROBLEMS
    if arguments.json:
        report(as_json(ranking.as_json()))
    else:
        report([f"{s.outcome} (rule {s.rule}): {sentence(ranking, s)}" for s in ranking.services])
        for warning in ranking.warnings:
            say(warning)
    return DONE


def register_plan(subcommands: Subcommands) -> None:
    """`vfm plan REVIEWS --config CONFIG`."""
    plan = subcommands.add_parser("plan", help="place reviews in periods, without a database")
    plan.add_argument(
        "reviews", metavar="REVIEWS", help="CSV or Excel: key, priority, mode, days, directorate"
    )
    plan.add_argument("--config", metavar="CONFIG", required=True, help="periods, YAML or JSON")
    plan.add_argument("--json", action="store_true", help="print everything, numbers unrounded")
    plan.set_defaults(command=plan_reviews)


def plan_reviews(arguments: argparse.Namespace) -> int:
    """The forward plan on standard output; exit 1 where mandatory reviews do not fit."""
    from vfm.errors import Invalid
    from vfm.gateways import rank_files
    from vfm.prioritisation.plan import planned

    raw, config = read_bytes(arguments.reviews), read_bytes(arguments.config)
    if raw is None or config is None:
        return WRONG_USE
    try:
        settings = rank_files.plan_settings(config, arguments.config)
        plan = planned(
            rank_files.reviews(raw, arguments.reviews),
            settings.periods,
            gamma=settings.gamma,
            directorate_limit=settings.directorate_limit,
        )
    except Invalid as invalid:
        report([str(problem) for problem in invalid.problems])
        return PROBLEMS
    if arguments.json:
        report(as_json(plan.as_json()))
    else:
        report([f"{s.period}: {s.key} ({s.mode})" for s in plan.scheduled])
        report([f"left out: {key}" for key in plan.left_out])
        report([f"{s.period}: short by {s.short_by_days} days: {', '.join(s.keys)}" for s in plan.infeasible])
    return PROBLEMS if plan.infeasible else DONE
