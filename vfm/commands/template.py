"""`vfm template`: checks of template documents."""

import argparse

from vfm.commands.console import DONE, PROBLEMS, WRONG_USE, Subcommands, read_bytes, report, say


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
