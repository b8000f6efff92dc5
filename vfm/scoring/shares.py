"""How much of the overall each question and section carries when everything is answered.

Pure. The same fold as the score itself, so that what a designer reads is what counts.
"""

from vfm.questionnaires.schema import Questionnaire
from vfm.scoring.methods import METHODS
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
