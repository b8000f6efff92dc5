"""`vfm rank` and `vfm plan`: services ranked and reviews placed from files, without a database."""

import argparse
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from vfm.commands.console import (
    DONE,
    PROBLEMS,
    WRONG_USE,
    Progress,
    Subcommands,
    as_json,
    quiet_libraries,
    read_bytes,
    report,
    say,
)

if TYPE_CHECKING:  # what a command needs is imported when it runs
    from vfm.prioritisation.plan import Plan
    from vfm.prioritisation.plan_loads import Reason

T = TypeVar("T")


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
    from vfm.prioritisation.simulation import MOST_COUNTED, standard_error

    raw, config = read_bytes(arguments.services), read_bytes(arguments.config)
    if raw is None or config is None:
        return WRONG_USE
    try:
        settings = rank_files.rank_settings(config, arguments.config)
        services = rank_files.services(raw, arguments.services, settings.criteria)
        ranking = rank(
            services,
            settings.criteria,
            on=datetime.now(UTC).date(),
            top=arguments.top,
            draws=arguments.draws,
            method=arguments.method,
            concentration=settings.concentration,
            told=Progress("draws") if len(services) > MOST_COUNTED else None,  # a long list takes minutes
        )
    except Invalid as invalid:
        report([str(problem) for problem in invalid.problems])
        return PROBLEMS
    if arguments.json:
        report(as_json(ranking.as_json()))
    else:
        report([f"{s.outcome} (rule {s.rule}): {sentence(ranking, s)}" for s in ranking.services])
        if ranking.simulation:
            error = 100 * standard_error(0.5, ranking.draws)
            say(
                f"The standard error of a share of trials is up to {error:.2f} percentage points; "
                "differences under two of them order nothing."
            )
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
    from vfm.prioritisation.plan_loads import reasons

    raw, config = read_bytes(arguments.reviews), read_bytes(arguments.config)
    if raw is None or config is None:
        return WRONG_USE
    problems: list[str] = []
    settings = read_all(lambda: rank_files.plan_settings(config, arguments.config), problems)
    reviews = read_all(lambda: rank_files.reviews(raw, arguments.reviews), problems)
    if settings is None or reviews is None:
        report(problems)
        return PROBLEMS
    try:
        with quiet_libraries():
            plan = planned(
                reviews,
                settings.periods,
                gamma=settings.gamma,
                directorate_limit=settings.directorate_limit,
            )
        why = reasons(
            reviews, settings.periods, plan.placements, directorate_limit=settings.directorate_limit
        )
    except Invalid as invalid:
        report([str(problem) for problem in invalid.problems])
        return PROBLEMS
    if arguments.json:
        report(as_json(plan.as_json()))
    else:
        report(shortfall_lines(plan) if plan.infeasible else plan_lines(plan, why))
    return PROBLEMS if plan.infeasible else DONE


def read_all(reads: Callable[[], T], problems: list[str]) -> T | None:
    """What a file says; None where it cannot be used, with its problems added."""
    from vfm.errors import Invalid

    try:
        return reads()
    except Invalid as invalid:
        problems += map(str, invalid.problems)
        return None


def plan_lines(plan: "Plan", why: "Sequence[Reason]") -> list[str]:
    """A plan to read: what happens when, what is left out and why, what is in the way, how good it is."""
    from vfm.prioritisation.plan_words import reason_sentence

    return [
        *(f"{s.period}: {s.key} ({s.mode})" for s in plan.scheduled),
        *(reason_sentence(reason) for reason in why),
        *(f"in the way: capacity of {capacity}" for capacity in plan.binding),
        *(f"overload: {o.period} by {o.days:g} days" for o in plan.overloaded),
        f"objective: {plan.objective:.1f}, at most {plan.gap:.2%} short of the best there can be",
    ]


def shortfall_lines(plan: "Plan") -> list[str]:
    """Why there is no plan, to read."""
    from vfm.prioritisation.plan_words import shortfall_sentence

    return [shortfall_sentence(shortfall) for shortfall in plan.infeasible]
