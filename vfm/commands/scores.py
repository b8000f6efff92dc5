"""`vfm score` and `vfm change`: answers scored and compared from files, without a database."""

import argparse
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from vfm.commands.console import DONE, PROBLEMS, WRONG_USE, Subcommands, as_json, read_bytes, report, say

if TYPE_CHECKING:
    from vfm.questionnaires.answers import Answer
    from vfm.questionnaires.schema import Questionnaire

Assessment = tuple["Questionnaire", "dict[str, Answer]"]
ANSWERS = "answers, JSON or a service's workbook (.xlsx)"


def register_score(subcommands: Subcommands) -> None:
    """`vfm score TEMPLATE ANSWERS [--json]`."""
    verb = subcommands.add_parser("score", help="score one set of answers, without a database")
    verb.add_argument("template", metavar="TEMPLATE", help="the template they answer, YAML or JSON")
    verb.add_argument("answers", metavar="ANSWERS", help=f"the {ANSWERS}")
    verb.add_argument("--json", action="store_true", help="unrounded figures as JSON instead of a table")
    verb.set_defaults(command=score_answers)


def register_change(subcommands: Subcommands) -> None:
    """`vfm change TEMPLATE0 ANSWERS0 TEMPLATE1 ANSWERS1 [--json]`."""
    verb = subcommands.add_parser("change", help="say what changed between two cycles, without a database")
    verb.add_argument("template0", metavar="TEMPLATE0", help="the earlier cycle's template, YAML or JSON")
    verb.add_argument("answers0", metavar="ANSWERS0", help=f"the earlier {ANSWERS}")
    verb.add_argument("template1", metavar="TEMPLATE1", help="the later cycle's template")
    verb.add_argument("answers1", metavar="ANSWERS1", help=f"the later {ANSWERS}")
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
