"""The `vfm` command: one small `register` function per subcommand, listed in one table.

Exit status everywhere: 0 done, 1 problems (one a line on standard output), 2 wrong use (one line on standard
error). What a command needs is imported inside it, so that each starts without the rest.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what a command needs is imported when it runs
    from sqlalchemy.orm import Session

    from vfm.errors import Invalid
    from vfm.questionnaires.answers import Answer
    from vfm.questionnaires.schema import Questionnaire
    from vfm.settings import Settings

DONE, PROBLEMS, WRONG_USE = 0, 1, 2

Subcommands = argparse._SubParsersAction  # noqa: SLF001 argparse has no public name for it
Command = Callable[[argparse.Namespace], int]
Assessment = tuple["Questionnaire", "dict[str, Answer]"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand and return its exit status; `argv` without the program's name."""
    try:
        arguments = parser().parse_args(argv)
    except SystemExit as leave:  # argparse has said why, or has shown its help
        return leave.code if isinstance(leave.code, int) else WRONG_USE
    command: Command = arguments.command
    return command(arguments)


def parser() -> argparse.ArgumentParser:
    """The parser of every subcommand in `REGISTERS`."""
    program = argparse.ArgumentParser(
        prog="vfm", description="Value-for-money assessment of council services."
    )
    subcommands = program.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for register in REGISTERS:
        register(subcommands)
    return program


def say(message: str) -> None:
    """One line on standard error, for whoever sits at the terminal."""
    sys.stderr.write(f"{message}\n")


def report(lines: Sequence[str]) -> None:
    """Lines on standard output, for whoever reads the result."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def read_bytes(path: str) -> bytes | None:
    """What a file holds; None when it cannot be read, which is said on standard error."""
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        say(f"vfm: there is no file {path}. Check the name and the folder.")
    except OSError as error:
        say(f"vfm: {path} cannot be read: {error.strerror or error}. Check that it is a file you may open.")
    return None


# --- template --------------------------------------------------------------------------------------------


def register_template(subcommands: Subcommands) -> None:
    """`vfm template check FILE...`."""
    template = subcommands.add_parser("template", help="look after assessment templates")
    verbs = template.add_subparsers(title="verbs", required=True, metavar="VERB")
    check = verbs.add_parser("check", help="list every problem of template files, one a line")
    check.add_argument("files", nargs="+", metavar="FILE", help="a template, YAML or JSON")
    check.set_defaults(command=check_templates)


def check_templates(arguments: argparse.Namespace) -> int:
    """Every problem of every file on standard output, `FILE:LINE:COLUMN: KEY: what is wrong. What to do.`."""
    return max(check_template(path) for path in arguments.files)


def check_template(path: str) -> int:
    """The exit status for one file, its problems reported."""
    from vfm.errors import Invalid
    from vfm.questionnaires import checks, document

    raw = read_bytes(path)
    if raw is None:
        return WRONG_USE
    try:
        parsed = checks.checked(document.decoded(raw, path), name=path)
    except Invalid as invalid:
        report([str(problem) for problem in invalid.problems])
        return PROBLEMS
    for notice in parsed.notices:
        say(str(notice))
    count = len(parsed.questionnaire.questions)
    say(f"{path}: no problems; {count} {'question' if count == 1 else 'questions'}.")
    return DONE


# --- score, change ---------------------------------------------------------------------------------------


def register_score(subcommands: Subcommands) -> None:
    """`vfm score TEMPLATE ANSWERS [--json]`."""
    verb = subcommands.add_parser("score", help="score one set of answers, without a database")
    verb.add_argument("template", metavar="TEMPLATE", help="the template they answer, YAML or JSON")
    verb.add_argument("answers", metavar="ANSWERS", help="the answers, JSON")
    verb.add_argument("--json", action="store_true", help="unrounded figures as JSON instead of a table")
    verb.set_defaults(command=score_answers)


def register_change(subcommands: Subcommands) -> None:
    """`vfm change TEMPLATE0 ANSWERS0 TEMPLATE1 ANSWERS1 [--json]`."""
    verb = subcommands.add_parser("change", help="say what changed between two cycles, without a database")
    verb.add_argument("template0", metavar="TEMPLATE0", help="the earlier cycle's template, YAML or JSON")
    verb.add_argument("answers0", metavar="ANSWERS0", help="the earlier answers, JSON")
    verb.add_argument("template1", metavar="TEMPLATE1", help="the later cycle's template")
    verb.add_argument("answers1", metavar="ANSWERS1", help="the later answers")
    verb.add_argument("--json", action="store_true", help="unrounded figures as JSON instead of a table")
    verb.set_defaults(command=compare_answers)


def score_answers(arguments: argparse.Namespace) -> int:
    """The scorecard of one set of answers on standard output."""
    from vfm.reports.plain_text import score_lines
    from vfm.scoring.scorecard import score

    def lines(assessments: Sequence[Assessment]) -> list[str]:
        card = score(*assessments[0])
        return as_json(card.as_json()) if arguments.json else score_lines(assessments[0][0], card)

    return report_on([(arguments.template, arguments.answers)], lines)


def compare_answers(arguments: argparse.Namespace) -> int:
    """The change between two sets of answers on standard output."""
    from vfm.reports.plain_text import change_lines
    from vfm.scoring.change import change

    def lines(assessments: Sequence[Assessment]) -> list[str]:
        before, after = assessments
        found = change(*before, *after)
        return as_json(found.as_json()) if arguments.json else change_lines(after[0], found)

    paths = [(arguments.template0, arguments.answers0), (arguments.template1, arguments.answers1)]
    return report_on(paths, lines)


def report_on(paths: Sequence[tuple[str, str]], lines: Callable[[Sequence[Assessment]], list[str]]) -> int:
    """The exit status after reading (template, answers) files and reporting `lines` or every problem."""
    from vfm.errors import Invalid

    raw = [[read_bytes(path) for path in pair] for pair in paths]
    assessments: list[Assessment] = []
    problems: list[str] = []
    for pair, (template, answers) in zip(paths, raw, strict=True):
        if template is not None and answers is not None:
            try:
                assessments.append(assessment(pair, template, answers))
            except Invalid as invalid:
                problems += map(str, invalid.problems)
    if len(assessments) == len(paths):
        try:
            report(lines(assessments))
        except Invalid as invalid:
            problems += map(str, invalid.problems)
    report(list(dict.fromkeys(problems)))
    return WRONG_USE if any(None in pair for pair in raw) else PROBLEMS if problems else DONE


def assessment(paths: tuple[str, str], template: bytes, answers: bytes) -> Assessment:
    """A questionnaire and the answers to it, from two files; raises `Invalid` with every problem."""
    from vfm.gateways.answer_files import read_answers
    from vfm.questionnaires import checks, document

    parsed = checks.checked(document.decoded(template, paths[0]), name=paths[0])
    for notice in parsed.notices:
        say(str(notice))
    return parsed.questionnaire, read_answers(parsed.questionnaire, answers, paths[1])


def as_json(content: object) -> list[str]:
    """Content as one JSON document, unrounded."""
    return [json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)]


# --- rank, plan ------------------------------------------------------------------------------------------


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


# --- init, upgrade, serve --------------------------------------------------------------------------------


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
    """`vfm serve [--host HOST] [--port PORT]`."""
    verb = subcommands.add_parser("serve", help="serve the pages until it is stopped")
    verb.add_argument("--host", default="127.0.0.1", help="the address to listen on (default %(default)s)")
    verb.add_argument(
        "--port", type=int, default=8000, help="the port, 0 for a free one (default %(default)s)"
    )
    verb.set_defaults(command=serve)


def refused(error: "Invalid") -> int:
    """One line on standard error for each problem with what the program stands on."""
    for problem in error.problems:
        say(f"vfm: {' '.join(str(problem).split())}")
    return PROBLEMS


def environment_settings() -> "Settings | None":
    """The settings, None when a variable cannot be read, which is said on standard error."""
    from vfm.settings import Settings

    try:
        return Settings.from_environment()
    except ValueError as error:
        say(f"vfm: {error}")
        return None


def begin(arguments: argparse.Namespace) -> int:
    """Make the council and its first administrator in a database that has none."""
    from vfm.errors import Conflict, Invalid
    from vfm.store import database

    settings = environment_settings()
    if settings is None:
        return PROBLEMS
    try:
        engine = database.connect(settings.database)
        database.upgrade(engine)
    except Invalid as error:
        return refused(error)
    try:
        with database.transaction(engine) as session:
            token = begun(session, arguments)
    except Conflict as error:
        say(f"vfm: {error}")
        return PROBLEMS
    except Invalid as error:
        report([str(problem) for problem in error.problems])
        return PROBLEMS
    finally:
        engine.dispose()
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
        engine = database.connect(settings.database)
        database.upgrade(engine)
    except Invalid as error:
        return refused(error)
    engine.dispose()
    say("The database is up to date.")
    return DONE


def serve(arguments: argparse.Namespace) -> int:
    """Serve the pages; nothing is served when the database cannot be used or the port is taken."""
    settings = environment_settings()
    if settings is None:
        return PROBLEMS
    return serve_pages(settings, arguments.host, arguments.port)


def serve_pages(settings: "Settings", host: str, port: int) -> int:
    """Serve the pages of a database that is there, and say where."""
    from vfm.app import create_app
    from vfm.errors import Invalid
    from vfm.web import serving

    try:
        create_app(settings).extensions["vfm"].engine.dispose()  # whatever is wrong is said before the fork
        listening = serving.listen(host, port)
    except Invalid as error:
        return refused(error)
    say(f"Serving on {serving.address(listening)} (stop with Ctrl+C)")
    serving.run(lambda: create_app(settings), listening)
    return DONE


REGISTERS: tuple[Callable[[Subcommands], None], ...] = (
    register_template,
    register_score,
    register_change,
    register_rank,
    register_plan,
    register_init,
    register_upgrade,
    register_serve,
)
"""Every subcommand there is; a new one is a function that registers it, and a row here."""


if __name__ == "__main__":
    sys.exit(main())
