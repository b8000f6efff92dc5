"""`vfm template convert`: a template from one form into another."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from vfm.commands.console import DONE, PROBLEMS, WRONG_USE, Subcommands, read_bytes, report, say

if TYPE_CHECKING:  # what a command needs is imported when it runs
    from vfm.questionnaires.document import Parsed


def register_convert(verbs: Subcommands) -> None:
    """`vfm template convert IN OUT [--force]`."""
    convert = verbs.add_parser("convert", help="write a template in another form: YAML, JSON or Excel")
    convert.add_argument("given", metavar="IN", help="a template: .yaml, .json or .xlsx, or an XLSForm")
    convert.add_argument("wanted", metavar="OUT", help="the file to write; its ending says the form")
    convert.add_argument("--force", action="store_true", help="write over OUT when it is there")
    convert.set_defaults(command=convert_template)


def convert_template(arguments: argparse.Namespace) -> int:
    """OUT written and named on standard error; or every problem of IN on standard output, and no OUT."""
    from vfm.errors import Invalid
    from vfm.gateways.template_files import ending
    from vfm.reports.template_files import WRITERS

    path = Path(arguments.wanted)
    writer = WRITERS.get(ending(path.name))
    if writer is None:
        say(
            f"vfm: {path} cannot be written: its ending is none of {', '.join(WRITERS)}. Give it one of them."
        )
        return WRONG_USE
    if path.exists() and not arguments.force:
        say(f"vfm: {path} is there already. Give another name, or --force to write over it.")
        return WRONG_USE
    parsed, status = read_template(arguments.given)
    if parsed is None:
        return status
    try:
        path.write_bytes(writer(parsed.questionnaire))
    except Invalid as invalid:
        report([f"{path}: {problem}" for problem in invalid.problems])
        return PROBLEMS
    except OSError as error:
        say(f"vfm: {path} cannot be written: {error.strerror or error}. Check the folder and its rights.")
        return WRONG_USE
    count = len(parsed.questionnaire.questions)
    say(f"{path}: written; {count} {'question' if count == 1 else 'questions'}.")
    return DONE


def read_template(path: str) -> "tuple[Parsed | None, int]":
    """A template of any form, its notices said; or None, its problems reported, and the exit status."""
    from vfm.errors import Invalid
    from vfm.gateways import template_files

    raw = read_bytes(path)
    if raw is None:
        return None, WRONG_USE
    try:
        parsed = template_files.read(raw, path)
    except Invalid as invalid:
        report([str(problem) for problem in invalid.problems])
        return None, PROBLEMS
    for notice in parsed.notices:
        say(str(notice))
    return parsed, DONE
