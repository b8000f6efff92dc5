"""The `vfm` command: every subcommand in one table.

Exit status everywhere: 0 done, 1 problems (one a line on standard output), 2 wrong use (one line on standard
error). What a command needs is imported inside it, so that each starts without the rest.
"""

import argparse
import sys
from collections.abc import Callable, Sequence

from vfm.commands import (
    baselines,
    criteria,
    demo,
    figures,
    ranks,
    running,
    runs,
    scores,
    template,
    translations,
    work,
    workbooks,
)
from vfm.commands.console import WRONG_USE, Subcommands

Command = Callable[[argparse.Namespace], int]

REGISTERS: tuple[Callable[[Subcommands], None], ...] = (
    template.register_template,
    scores.register_score,
    scores.register_change,
    baselines.register,
    ranks.register_rank,
    ranks.register_plan,
    runs.register,
    running.register_init,
    running.register_upgrade,
    running.register_serve,
    work.register,
    workbooks.register,
    figures.register,
    criteria.register,
    translations.register,
    demo.register,
)
"""Every subcommand there is; a new one is a function that registers it, and a row here."""


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


if __name__ == "__main__":
    sys.exit(main())
