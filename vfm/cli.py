"""The `vfm` command: one small `register` function per subcommand, listed in one table.

Exit status everywhere: 0 done, 1 problems (one a line on standard output), 2 wrong use (one line on standard
error). What a command needs is imported inside it, so that each starts without the rest.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

DONE, PROBLEMS, WRONG_USE = 0, 1, 2

Subcommands = argparse._SubParsersAction  # noqa: SLF001 argparse has no public name for it
Command = Callable[[argparse.Namespace], int]


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


REGISTERS: tuple[Callable[[Subcommands], None], ...] = (register_template,)
"""Every subcommand there is; a new one is a function that registers it, and a row here."""


if __name__ == "__main__":
    sys.exit(main())
