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
    """Every problem of every file on standard output, `FILE:LINE:COLUMN: KEY: what is wrong. What to do.`.

    Then its advice, in such lines with `advice: ` before the sentence; advice alone leaves the exit status 0.
    """
    return max(check_template(path) for path in arguments.files)


def check_template(path: str) -> int:
    """The exit status for one file, its problems and advice reported."""
    from vfm.errors import Invalid
    from vfm.questionnaires import checks, document
    from vfm.questionnaires.durations import estimated_minutes
    from vfm.questionnaires.wording import counted

    raw = read_bytes(path)
    if raw is None:
        return WRONG_USE
    try:
        found = checks.reviewed(document.decoded(raw, path), name=path)
    except Invalid as invalid:
        found = checks.Reviewed(invalid.problems)
    report([str(problem) for problem in found.problems])
    report([f"{advice.place}: advice: {advice.message}" for advice in found.advice])
    if found.parsed is None:
        return PROBLEMS
    for notice in found.parsed.notices:
        say(str(notice))
    questionnaire = found.parsed.questionnaire
    counts = [counted(len(questionnaire.questions), "question")]
    if found.advice:
        counts.append(counted(len(found.advice), "piece of advice", "pieces of advice"))
    say(f"{path}: no problems; {'; '.join(counts)}.")
    say(f"{path}: takes {estimated_minutes(questionnaire).in_words} to complete.")
    return DONE
