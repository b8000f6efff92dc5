"""Design-time checks: what is wrong with a template before anyone is asked anything.

A check is a row in one table and gives every fault it finds with the path to it; nothing is repaired.
"""

from collections.abc import Callable, Iterator

from vfm.errors import Invalid, Problem
from vfm.questionnaires.document import Draft, Located, Parsed, draft, located, parsed, rescaled
from vfm.questionnaires.mending import mended
from vfm.questionnaires.outline import Fault, Outline
from vfm.questionnaires.question_checks import doubled_keys, unfit_questions
from vfm.questionnaires.rule_checks import misplaced_checks, unfit_derived, unfit_rules
from vfm.questionnaires.schema import Questionnaire
from vfm.questionnaires.scoring_checks import (
    empty_sections,
    idle_caps,
    idle_weights,
    unfit_bands,
    unfit_rule_tables,
    unfit_scales,
)

CHECKS: tuple[Callable[[Outline], Iterator[Fault]], ...] = (
    unfit_scales,
    unfit_bands,
    doubled_keys,
    empty_sections,
    unfit_questions,
    unfit_rules,
    misplaced_checks,
    unfit_derived,
    idle_weights,
    idle_caps,
    unfit_rule_tables,
)


def faults(questionnaire: Questionnaire) -> tuple[Fault, ...]:
    """Everything wrong with a questionnaire's design, by check and then in reading order."""
    outline = Outline(questionnaire)
    return tuple(fault for check in CHECKS for fault in check(outline))


def problems(questionnaire: Questionnaire) -> tuple[Problem, ...]:
    """The faults as problems whose place is the key; empty when the template may be opened to people."""
    return tuple(Problem(fault.key, fault.message) for fault in faults(questionnaire))


def check_text(text: str, name: str) -> list[str]:
    """One line per problem of a document, `FILE:LINE:COLUMN: KEY: what is wrong. What to do.`, by line.

    Text, fields and design at once: where fields are wrong, the rest is still checked, leaving out what
    would only follow from them. Empty for a clean document.
    """
    return [str(problem) for problem in text_problems(text, name)]


def text_problems(text: str, name: str) -> tuple[Problem, ...]:
    """What `check_text` lists, as problems."""
    try:
        found = draft(text, name=name)
    except Invalid as invalid:
        return invalid.problems
    every = {*found.problems, *_design_problems(found)}
    return tuple(problem.problem for problem in sorted(every))


def checked(text: str, *, name: str) -> Parsed:
    """The questionnaire of a document that reads well and makes sense, with notices of what was rescaled.

    Raises:
        Invalid: every problem of text, fields and design at once.
    """
    if found := text_problems(text, name):
        raise Invalid(found)
    return parsed(text, name=name)


def _design_problems(found: Draft) -> Iterator[Located]:
    """Faults of what could be read, with their places in the file.

    Points that do not run from 0 to 100 are rescaled when a document is read, so they are no problem of it.
    """
    source, questionnaire, touched = found.source, found.questionnaire, frozenset[str]()
    if questionnaire is None:
        questionnaire, touched = mended(source, found.complaints)
    if questionnaire is None:
        return
    for fault in faults(rescaled(questionnaire, source).questionnaire):
        if touched.isdisjoint((fault.key, *fault.rests_on)):
            yield located(source, fault.path, fault.message, key=fault.key)
