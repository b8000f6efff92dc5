"""Published figures beside sections that ask about the same: where one speaks well and the other does not.

Pure: values in, values out. A contrast is a reason to ask, never a finding: a dear service may be worth it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from vfm.prioritisation.facts import WEAK_SECTION
from vfm.prioritisation.provenance import Published, share_ahead
from vfm.questionnaires.schema import Questionnaire
from vfm.scoring.rounding import reaches

AHEAD_OF_MOST = 0.75
"""Share of the comparators ahead from which a figure stands among the dearest, or the worst."""
AHEAD_OF_FEW = 0.25
"""Share of the comparators ahead up to which it stands among the cheapest, or the best."""
HIGH = 60.0
"""Points from which a section scores high; low is what counts as a weak section: under 40."""
ABOUT = {"share_cheaper": "unit_cost", "share_less": "unit_cost", "share_better": "performance_gap"}
"""What a comparison counts -> the criterion it speaks of; sections that ask about it stand beside it."""
RULE_WORDS = (
    "A figure and a score disagree where the section that asks about the same thing scores 60 or more "
    "although at least three quarters of the comparators are cheaper (or do better), and where it scores "
    "under 40 although at most a quarter of them are. Of each measure the latest year counts."
)

Verdict = Literal["dear_but_high", "cheap_but_low", "agrees", "between", "no_score"]


@dataclass(frozen=True, slots=True)
class Contrast:
    """One published figure of a service beside the score of a section that asks about the same.

    Attributes:
        criterion: `unit_cost` or `performance_gap`.
        ahead: share of the comparators that are cheaper or do better, in [0, 1].
        section: key of the section.
        score: its score in points; None where none is shown.
        verdict: `dear_but_high` and `cheap_but_low` disagree; `agrees` where both speak well or neither does;
            `between` where one of them says little.
    """

    figure: Published
    criterion: str
    ahead: Decimal
    section: str
    score: float | None
    verdict: Verdict

    @property
    def disagrees(self) -> bool:
        """True where one speaks well of the service and the other does not."""
        return self.verdict in ("dear_but_high", "cheap_but_low")


def sections_asking(questionnaire: Questionnaire) -> dict[str, tuple[str, ...]]:
    """Criterion of `ABOUT` -> keys of the scored top sections that ask about it, in reading order."""
    return {
        criterion: tuple(
            top.key
            for top in questionnaire.sections
            if any(question.feeds == criterion for inside in top.walk() for question in inside.questions)
            and any(question.is_scored for inside in top.walk() for question in inside.questions)
        )
        for criterion in ABOUT.values()
    }


def contrasts(
    figures: Sequence[Published], asking: Mapping[str, Sequence[str]], scores: Mapping[str, float | None]
) -> tuple[Contrast, ...]:
    """One service's compared figures beside its sections; nothing where no section asks about the same.

    Args:
        figures: of the service, an earlier year before a later one; those without a share are left out.
        asking: as `sections_asking`.
        scores: section key -> score.
    """
    latest = {figure.measure: figure for figure in figures if share_ahead(figure) is not None}
    found = []
    for figure in latest.values():
        word, ahead = share_ahead(figure) or ("", Decimal(0))
        criterion = ABOUT[word]
        for section in asking.get(criterion, ()):
            score = scores.get(section)
            found.append(Contrast(figure, criterion, ahead, section, score, verdict(float(ahead), score)))
    return tuple(found)


def verdict(ahead: float, score: float | None) -> Verdict:
    """How a figure's standing and a section's score go together.

    >>> verdict(0.8, 70.0), verdict(0.2, 30.0), verdict(0.8, 30.0), verdict(0.5, 70.0), verdict(0.8, None)
    ('dear_but_high', 'cheap_but_low', 'agrees', 'between', 'no_score')
    """
    if score is None:
        return "no_score"
    is_dear, is_cheap = reaches(ahead, AHEAD_OF_MOST), reaches(AHEAD_OF_FEW, ahead)
    is_high, is_low = reaches(score, HIGH), not reaches(score, WEAK_SECTION)
    if is_dear and is_high:
        return "dear_but_high"
    if is_cheap and is_low:
        return "cheap_but_low"
    return "agrees" if (is_dear and is_low) or (is_cheap and is_high) else "between"
