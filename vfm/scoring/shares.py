"""Shares by weight: what each question and section carries, and how much of a section does not apply.

Pure. The same folds as the score itself, so that what a designer or a respondent reads is what counts.
"""

from vfm.questionnaires.answers import UNANSWERED, Answers, State
from vfm.questionnaires.schema import Questionnaire
from vfm.scoring.methods import METHODS
from vfm.scoring.rounding import reaches
from vfm.scoring.structure import structure_of
from vfm.scoring.tree import Mean, fold, shares


def full_shares(questionnaire: Questionnaire) -> dict[str, float]:
    """Share of the overall in [0, 1] by key, if every scored question is on the route and answered.

    Question keys and section keys (a section has the sum of what is inside it, at any depth). Scored
    questions add up to 1; what is not scored has no entry, and a method without a score has none at all.
    """
    structure = structure_of(questionnaire)
    method = METHODS[questionnaire.scoring.method]
    if not method.has_score:
        return {}
    answered = dict.fromkeys(structure.items, 1.0)
    means: dict[str, Mean] = {}
    found: dict[str, float] = {}
    fold(structure.root, answered, {}, method.section_weight, means)
    shares(structure.root, 1.0, answered, means, method.section_weight, found)
    for node in structure.nodes:
        inside = [item.key for part in node.walk() for item in part.items]
        if inside:
            found[node.key] = sum(found.get(key, 0.0) for key in inside)
    return found


def much_not_applicable(
    questionnaire: Questionnaire, given: Answers, route: frozenset[str]
) -> dict[str, float]:
    """Section key -> share of its weight that does not apply, in [0, 1], where a challenge is called for.

    Sections inside one that is named are left out. The share is `SectionScore.na_share`.

    Args:
        questionnaire: what was asked.
        given: question key -> answer.
        route: keys of the questions that are asked.
    """
    structure = structure_of(questionnaire)
    apart = {
        key: float(given.get(key, UNANSWERED).state is State.NOT_APPLICABLE)
        for key in structure.items
        if key in route
    }
    if not any(apart.values()):
        return {}
    means: dict[str, Mean] = {}
    fold(structure.root, apart, {}, METHODS[questionnaire.scoring.method].section_weight, means)
    found: dict[str, float] = {}
    inside: set[str] = set()
    for node in structure.nodes:
        share = means[node.key].value
        if node.key not in inside and share is not None and not reaches(questionnaire.scoring.na_flag, share):
            found[node.key] = share
            inside.update(part.key for part in node.walk())
    return found
