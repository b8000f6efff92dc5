"""Challenge: which scores ask for a second look, by how much they could move the total, and what is agreed.

Pure. Nothing here changes a self answer: an agreed one is laid over it, and both stay.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import Any

from vfm.questionnaires.answers import Answer, Answers, Evidence
from vfm.questionnaires.schema import Questionnaire
from vfm.scoring.change import MATERIAL_POINTS, TWO_SIDED_95
from vfm.scoring.peers import Standing
from vfm.scoring.results import OverallScore, QuestionScore, Scorecard, SectionScore
from vfm.scoring.rounding import reaches
from vfm.scoring.shares import full_shares
from vfm.scoring.structure import Item, structure_of

WEAK = frozenset({Evidence.NONE, Evidence.ASSERTION})
"""Evidence grades too weak to carry a highest level unasked."""


class Trigger(StrEnum):
    """Why an assessment asks for a challenge."""

    WEAK_EVIDENCE = "weak_evidence"
    NOT_APPLICABLE = "not_applicable"
    LARGE_CHANGE = "large_change"
    OUTLIER = "outlier"


class Response(StrEnum):
    """What a service says to a challenge of its score."""

    ACCEPTS = "accepts"
    KEEPS = "keeps"
    OFFERS = "offers_evidence"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason to look again.

    Attributes:
        effect: points of the overall at stake, >= 0.
        keys: questions (weak evidence) or sections (not applicable) it is about, biggest effect first.
        level: of all the questions, where it is one and the same level of a scale; grades: their evidence.
        distance: by how many points the overall lies from the baseline (large change), signed.
        standing: where the overall stands among its peers (outlier).
    """

    trigger: Trigger
    effect: float
    keys: tuple[str, ...] = ()
    level: int | None = None
    grades: tuple[Evidence, ...] = ()
    distance: float | None = None
    standing: Standing | None = None


def reasons(
    questionnaire: Questionnaire,
    card: Scorecard,
    baseline: OverallScore | None = None,
    standing: Standing | None = None,
) -> tuple[Reason, ...]:
    """Every reason to look again at one result, biggest effect first.

    Args:
        questionnaire: what the card was scored with.
        card: the self result.
        baseline: the overall of the service's baseline; None where there is none.
        standing: where the overall stands among its peers; None where nothing can be said.

    Returns:
        At most one reason a trigger. Weak evidence: what the overall would lose were each doubted answer one
        level lower. Not applicable: what it would lose if what is said not to apply stood at its lowest.
        Large change: its size. Outlier: the distance from the median of the peers.
    """
    found = [*_weak(questionnaire, card), *_not_applicable(questionnaire, card), *_large(card, baseline)]
    if standing is not None and standing.stands_out:
        found.append(Reason(Trigger.OUTLIER, abs(standing.distance), standing=standing))
    return tuple(sorted(found, key=lambda reason: (-reason.effect, reason.trigger)))


def part_to_look_at(record: Mapping[str, Any]) -> Scorecard:
    """As much of a kept result (`Scorecard.as_record`) as `reasons` asks of it: a queue has hundreds."""
    doubtful = [question for question in record["questions"] if question["evidence"] in WEAK]
    flagged = [section for section in record["sections"] if section["is_flagged"]]
    return Scorecard.from_json({**record, "questions": doubtful, "sections": flagged})


def doubts(questionnaire: Questionnaire, card: Scorecard) -> dict[str, float]:
    """Question key -> points of the overall at stake, for a highest level on weak evidence; biggest first."""
    items = structure_of(questionnaire).items
    found = {
        scored.key: (scored.share or 0.0) * _step_down(items[scored.key], scored)
        for scored in card.questions
        if scored.evidence in WEAK and scored.points == max(items[scored.key].points.values())
    }
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _step_down(item: Item, scored: QuestionScore) -> float:
    """Points between the answer given and the next lower one."""
    below = [worth for worth in item.points.values() if worth < (scored.points or 0.0)]
    return (scored.points or 0.0) - max(below) if below else 0.0


def _weak(questionnaire: Questionnaire, card: Scorecard) -> Iterator[Reason]:
    found = doubts(questionnaire, card)
    if found:
        asked = [card.question[key] for key in found]
        levels = {one.value for one in asked}
        level = levels.pop() if len(levels) == 1 else None
        grades = tuple(grade for grade in Evidence if any(one.evidence is grade for one in asked))
        yield Reason(
            Trigger.WEAK_EVIDENCE,
            sum(found.values()),
            tuple(found),
            level=level if isinstance(level, int) else None,
            grades=grades,
        )


def _not_applicable(questionnaire: Questionnaire, card: Scorecard) -> Iterator[Reason]:
    keys = {section.key for section in card.flagged}
    flagged = [section for section in card.flagged if section.parent not in keys]
    if flagged:
        shares = full_shares(questionnaire)
        effects = {section.key: _stake(section, card, shares) for section in flagged}
        ordered = sorted(effects, key=lambda key: (-effects[key], key))
        yield Reason(Trigger.NOT_APPLICABLE, sum(effects.values()), tuple(ordered))


def _stake(section: SectionScore, card: Scorecard, shares: Mapping[str, float]) -> float:
    """What the overall would lose if everything not applicable in the section stood at its lowest."""
    mean = card.overall.mean if section.mean is None else section.mean
    return shares.get(section.key, 0.0) * (section.na_share or 0.0) * (mean or 0.0)


def _large(card: Scorecard, baseline: OverallScore | None) -> Iterator[Reason]:
    now = card.overall
    if baseline is None or now.score is None or baseline.score is None:
        return
    doubt = TWO_SIDED_95 * sqrt((now.spread or 0.0) ** 2 + (baseline.spread or 0.0) ** 2)
    size = abs(now.score - baseline.score)
    if reaches(size, max(MATERIAL_POINTS, doubt)):
        yield Reason(Trigger.LARGE_CHANGE, size, distance=now.score - baseline.score)


def agreed_answers(given: Answers, settled: Mapping[str, Answer]) -> dict[str, Answer]:
    """The self answers with what was agreed in a challenge laid over them.

    Args:
        given: question key -> self answer.
        settled: question key -> agreed answer; what nobody challenged is not there.
    """
    return {**given, **settled}
