"""`vfm template`: checks of template documents, and what is done with them as files."""

import argparse
from typing import TYPE_CHECKING

from vfm.commands.console import DONE, PROBLEMS, WRONG_USE, Subcommands, as_json, read_bytes, report, say
from vfm.commands.template_changes import register_diff
from vfm.commands.template_forms import read_template, register_convert
from vfm.commands.template_import import register_import
from vfm.commands.template_translations import register_missing

if TYPE_CHECKING:  # what a command needs is imported when it runs
    from vfm.questionnaires.schema import Questionnaire


def register_template(subcommands: Subcommands) -> None:
    """`vfm template check FILE...`, `convert IN OUT`, `import FILE`, `diff A B`, `schema`."""
    template = subcommands.add_parser("template", help="look after assessment templates")
    verbs = template.add_subparsers(title="verbs", required=True, metavar="VERB")
    check = verbs.add_parser("check", help="list every problem of template files, one a line")
    check.add_argument("files", nargs="+", metavar="FILE", help="a template: YAML, JSON or Excel")
    check.set_defaults(command=check_templates)
    register_convert(verbs)
    register_import(verbs)
    register_diff(verbs)
    register_missing(verbs)
    schema = verbs.add_parser("schema", help="print the JSON Schema of a template, for editors")
    schema.set_defaults(command=print_schema)


def check_templates(arguments: argparse.Namespace) -> int:
    """Every problem of every file on standard output, `PLACE: what is wrong. What to do.`.

    The place is `FILE:LINE:COLUMN: KEY` in a text and `FILE: SHEET!CELL` in a workbook. Then its advice, in
    such lines with `advice: ` before the sentence; advice alone leaves the exit status 0.
    """
    return max(check_template(path) for path in arguments.files)


def check_template(path: str) -> int:
    """The exit status for one file, its problems and advice reported."""
    from vfm.gateways.template_files import is_text

    return _check_text(path) if is_text(path) else _check_workbook(path)


def _check_text(path: str) -> int:
    from vfm.errors import Invalid
    from vfm.questionnaires import checks, document

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
    return _sum_up(path, found.parsed.questionnaire, len(found.advice))


def _check_workbook(path: str) -> int:
    from vfm.questionnaires import checks

    parsed, status = read_template(path)
    if parsed is None:
        return status
    advice = checks.advice(parsed.questionnaire)
    report([f"{path}: {one.place}: advice: {one.message}" for one in advice])
    return _sum_up(path, parsed.questionnaire, len(advice))


def _sum_up(path: str, questionnaire: "Questionnaire", advice: int) -> int:
    from vfm.questionnaires.durations import estimated_minutes
    from vfm.questionnaires.wording import counted

    counts = [counted(len(questionnaire.questions), "question")]
    if advice:
        counts.append(counted(advice, "piece of advice", "pieces of advice"))
    say(f"{path}: no problems; {'; '.join(counts)}.")
    say(f"{path}: takes {estimated_minutes(questionnaire).in_words} to complete.")
    return DONE


def print_schema(_: argparse.Namespace) -> int:
    """The JSON Schema on standard output."""
    from vfm.questionnaires.editor_schema import editor_schema

    report(as_json(editor_schema()))
    return DONE
