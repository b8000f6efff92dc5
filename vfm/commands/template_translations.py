"""`vfm template missing`: the texts of a template that have no words in another language."""

import argparse

from vfm.commands.console import DONE, PROBLEMS, Subcommands, report, say
from vfm.commands.template_forms import read_template

LANGUAGES = ("cy",)
"""Languages a template can also be in, as `vfm.questionnaires.translations` has them."""


def register_missing(verbs: Subcommands) -> None:
    """`vfm template missing FILE cy`."""
    missing = verbs.add_parser("missing", help="list the texts of a template that are not translated")
    missing.add_argument("given", metavar="FILE", help="a template: .yaml, .json or .xlsx")
    missing.add_argument("language", metavar="LANGUAGE", choices=LANGUAGES, help="cy for Welsh")
    missing.set_defaults(command=list_missing)


def list_missing(arguments: argparse.Namespace) -> int:
    """Each text without words as `place: English`, then words whose text is gone; exit status 1 for any."""
    from vfm.questionnaires.translations import missing, stray, texts

    parsed, status = read_template(arguments.given)
    if parsed is None:
        return status
    questionnaire, language = parsed.questionnaire, arguments.language
    blank, gone = missing(questionnaire, language), stray(questionnaire, language)
    report([f"{text.place}: {' '.join(text.english.split())}" for text in blank])
    report([f"{place}: the template has no such text any more; take its words out" for place in gone])
    total = len(texts(questionnaire))
    say(f"{arguments.given}: {total - len(blank)} of {total} texts are in {language}.")
    return PROBLEMS if blank or gone else DONE
