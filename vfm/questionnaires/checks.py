"""Design-time checks: what is wrong with a template before anyone is asked anything.

A check is a row in one of two tables, for errors and for advice, and gives every fault it finds with the path
to it; nothing is repaired.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from vfm.errors import Invalid, Problem
from vfm.questionnaires import advice as advised
from vfm.questionnaires.document import Draft, Located, Parsed, draft, located, rescaled
from vfm.questionnaires.mending import mended
from vfm.questionnaires.outline import Fault, Outline
from vfm.questionnaires.question_checks import doubled_keys, unfit_pilot_questions, unfit_questions
from vfm.questionnaires.reach_checks import (
    constant_caps,
    follow_ups_below_the_top,
    unreachable_bands,
    unreachable_top,
)
from vfm.questionnaires.rule_checks import (
    contradicting_checks,
    misplaced_checks,
    often_silent_checks,
    silent_checks,
    unfit_derived,
    unfit_rules,
)
from vfm.questionnaires.schema import Questionnaire
from vfm.questionnaires.scoring_checks import (
    empty_sections,
    hidden_sections,
    idle_caps,
    idle_weights,
    unfit_bands,
    unfit_rule_tables,
    unfit_scales,
)
from vfm.questionnaires.wording_checks import asked_twice, blank_words, heavy_wording, same_words, stand_ins

Check = Callable[[Outline], Iterator[Fault]]
CHECKS: tuple[Check, ...] = (
    unfit_scales,
    unfit_bands,
    doubled_keys,
    empty_sections,
    blank_words,
    same_words,
    unfit_questions,
    unfit_pilot_questions,
    unfit_rules,
    hidden_sections,
    misplaced_checks,
    contradicting_checks,
    silent_checks,
    unfit_derived,
    idle_weights,
    idle_caps,
    constant_caps,
    unreachable_top,
    unfit_rule_tables,
)
"""What finds errors: a template with one of them is not opened to anyone."""
ADVICE: tuple[Check, ...] = (
    stand_ins,
    asked_twice,
    heavy_wording,
    advised.constant_rules,
    often_silent_checks,
    advised.weightless,
    advised.lone_weights,
    advised.unused_points,
    advised.idle_critical,
    advised.unused_tables,
    advised.several_exclusive,
    advised.unread_feeds,
    follow_ups_below_the_top,
    unreachable_bands,
)
"""What finds advice: worth a look, and no reason not to open."""


def faults(questionnaire: Questionnaire) -> tuple[Fault, ...]:
    """Every error in a questionnaire's design, by check and then in reading order."""
    return _found(Outline(questionnaire), CHECKS)


def findings(questionnaire: Questionnaire) -> tuple[Fault, ...]:
    """Every error, then every piece of advice; for whoever shows both."""
    return _found(Outline(questionnaire), CHECKS + ADVICE)


def _found(outline: Outline, checks: Iterable[Check]) -> tuple[Fault, ...]:
    return tuple(fault for check in checks for fault in check(outline))


def problems(questionnaire: Questionnaire) -> tuple[Problem, ...]:
    """The errors as problems whose place is the key; empty when the template may be opened to people."""
    return tuple(Problem(fault.key, fault.message) for fault in faults(questionnaire))


def advice(questionnaire: Questionnaire) -> tuple[Problem, ...]:
    """What is worth a look before opening and does not stand in its way; the place is the key."""
    found = _found(Outline(questionnaire), ADVICE)
    return tuple(Problem(fault.key, fault.message) for fault in found)


def check_text(text: str, name: str) -> list[str]:
    """One line per problem of a document, `FILE:LINE:COLUMN: KEY: what is wrong. What to do.`, by line.

    Text, fields and design at once: where fields are wrong, the rest is still checked, leaving out what
    would only follow from them. Empty for a clean document.
    """
    return [str(problem) for problem in text_problems(text, name)]


def text_problems(text: str, name: str) -> tuple[Problem, ...]:
    """What `check_text` lists, as problems."""
    return reviewed(text, name=name).problems


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A document looked through.

    Attributes:
        problems: of text, fields and design, by line; places are `FILE:LINE:COLUMN: KEY`.
        advice: by line, with such places; none on a document whose fields could not all be read.
        parsed: what it says, None while there are problems.
    """

    problems: tuple[Problem, ...]
    advice: tuple[Problem, ...] = ()
    parsed: Parsed | None = None


def reviewed(text: str, *, name: str) -> Reviewed:
    """Everything there is to say of a document, whatever state it is in."""
    try:
        found = draft(text, name=name)
    except Invalid as invalid:
        return Reviewed(invalid.problems)
    read, faulty, advised_on = _located_findings(found)
    problems = tuple(one.problem for one in sorted({*found.problems, *faulty}))
    advice = tuple(one.problem for one in sorted(advised_on))
    return Reviewed(problems, advice, None if problems else read)


def draft_problems(found: Draft) -> list[Located]:
    """What is wrong with the text, the fields and the design of a draft, in reading order."""
    return sorted({*found.problems, *_located_findings(found)[1]})


def _located_findings(found: Draft) -> tuple[Parsed | None, set[Located], set[Located]]:
    """What a draft says, the faults of its design and the advice on it, with their places in the file."""
    read, touched = _read(found)
    seen = findings(read.questionnaire) if read else ()
    faulty = {
        _located(found, fault)
        for fault in seen
        if not fault.is_advice
        # A key that is taken is so whatever else is wrong beside it.
        and (fault.path[-1:] == ("key",) or touched.isdisjoint((fault.key, *fault.rests_on)))
    }
    advised_on = {_located(found, fault) for fault in seen if fault.is_advice and found.questionnaire}
    return read, faulty, advised_on


def checked(text: str, *, name: str) -> Parsed:
    """The questionnaire of a document that reads well and makes sense, with notices of what was rescaled.

    Advice does not stand in the way.

    Raises:
        Invalid: every problem of text, fields and design at once.
    """
    found = reviewed(text, name=name)
    if found.parsed is None:
        raise Invalid(found.problems)
    return found.parsed


def _read(found: Draft) -> tuple[Parsed | None, frozenset[str]]:
    """What a document says, with its fields at fault left out where it has some, and what those touch.

    Points that do not run from 0 to 100 are rescaled when a document is read, so they are no problem of it.
    """
    questionnaire, touched = found.questionnaire, frozenset[str]()
    if questionnaire is None:
        questionnaire, touched = mended(found.source, found.complaints)
    return (None if questionnaire is None else rescaled(questionnaire, found.source)), touched


def _located(found: Draft, fault: Fault) -> Located:
    return located(found.source, fault.path, fault.message, key=fault.key)
