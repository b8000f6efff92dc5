"""How the next rating could be reached: the questions to raise, or what has to be answered first.

Pure. Every answer supposed here is scored again, so that caps, routing and thresholds count as they do.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from vfm.questionnaires.answers import UNANSWERED, Answer, Answers, State
from vfm.questionnaires.routing import on_route
from vfm.questionnaires.schema import Band, Questionnaire
from vfm.scoring.bands import next_band
from vfm.scoring.explanation import SMALLEST_GAIN, value_above, words_of
from vfm.scoring.methods import METHODS
from vfm.scoring.results import OverallStatus, Scorecard, SectionScore, SectionStatus
from vfm.scoring.rounding import reaches
from vfm.scoring.scorecard import score
from vfm.scoring.structure import Item, Structure, structure_of
from vfm.scoring.tree import Mean, fold, shares

MOST_STEPS = 2
"""Levels that one question is supposed to rise at most."""
SAME = 1e-6
"""Points by which gains measured one by one may miss what they bring together and still add up."""

Steps = Mapping[str, int]
"""Question key -> levels it is raised by."""


@dataclass(frozen=True, slots=True)
class Raise:
    """One question raised.

    Attributes:
        steps: levels up, 1 or 2.
        level: words of the answer now; level_above: of the one supposed.
        gain: points it adds to the overall after the raises before it; together they lead to `Climb.reaches`.
    """

    key: str
    title: str
    steps: int
    level: str
    level_above: str
    gain: float


@dataclass(frozen=True, slots=True)
class Climb:
    """The way to the next band.

    Attributes:
        band: the one above; points: what is missing to it.
        raises: largest gain first. Where the band is out of reach, every raise that brings something.
        reaches: the overall with all of them; None where it would no longer be published.
        is_reached: True when that is the next band, or a higher one.
        is_fewest: True when fewer questions cannot do it; else none of the list can be left out.
        opens: scored questions that the raises would ask in addition.
        held: sections under a cap now, in reading order; still_held: keys of those that stay under it.
    """

    band: Band
    points: float
    raises: tuple[Raise, ...]
    reaches: float | None
    is_reached: bool
    is_fewest: bool
    opens: int
    held: tuple[SectionScore, ...]
    still_held: frozenset[str]


@dataclass(frozen=True, slots=True)
class Missing:
    """A question whose answer is needed before there is an overall score.

    Attributes:
        state: unanswered or don't know; share: of the weight that applies, in [0, 1].
    """

    key: str
    title: str
    state: State
    share: float


# --- the next band ------------------------------------------------------------------------------------------


def climb(questionnaire: Questionnaire, answers: Answers, card: Scorecard) -> Climb | None:
    """The fewest questions that, raised by a level or two, reach the next band.

    Args:
        questionnaire: what was answered.
        answers: as scored.
        card: their result.

    Returns:
        Of the sets with the fewest questions the one with the largest gains, in which as many as possible
        rise by one level alone. None without a published score, without bands and in the highest band.
    """
    above = next_band(questionnaire.bands, card.overall.score)
    if above is None:
        return None
    hill = _Hill(questionnaire, answers, card)
    target = above.band.minimum
    chosen, is_fewest = hill.way(target)
    then = hill.scored(chosen)
    return Climb(
        band=above.band,
        points=above.points,
        raises=hill.raises(chosen),
        reaches=then.overall.score,
        is_reached=hill.gets(then, target),
        is_fewest=is_fewest,
        opens=hill.opens(chosen),
        held=tuple(section for section in card.sections if section.caps),
        still_held=frozenset(section.key for section in then.sections if section.caps),
    )


class _Hill:
    """One result and what it would be with some of its answers raised."""

    def __init__(self, questionnaire: Questionnaire, answers: Answers, card: Scorecard) -> None:
        self.questionnaire, self.answers, self.card = questionnaire, answers, card
        self.items = structure_of(questionnaire).items
        # Question key -> the answers one level up and, where there is one, two levels up.
        self.above = {
            key: values
            for key, item in self.items.items()
            if card.question[key].points is not None
            and (values := tuple(_levels_above(item, card.question[key].value)))
        }

    def supposed(self, chosen: Steps) -> dict[str, Answer]:
        """The answers with these questions raised."""
        raised = {
            key: replace(self.answers[key], value=self.above[key][steps - 1]) for key, steps in chosen.items()
        }
        return {**self.answers, **raised}

    def scored(self, chosen: Steps) -> Scorecard:
        return score(self.questionnaire, self.supposed(chosen)) if chosen else self.card

    def mean(self, chosen: Steps) -> float:
        return self.scored(chosen).overall.mean or 0.0

    def published(self, chosen: Steps, otherwise: float) -> float:
        """The overall with these raised; `otherwise` where it would be withheld."""
        found = self.scored(chosen).overall.score
        return otherwise if found is None else found

    def gets(self, card: Scorecard, target: float) -> bool:
        """True for a published score at or above the target."""
        return card.overall.score is not None and reaches(card.overall.score, target)

    def opens(self, chosen: Steps) -> int:
        """How many more scored questions are asked once these are raised."""
        before, after = (
            on_route(self.questionnaire, answers) for answers in (self.answers, self.supposed(chosen))
        )
        return sum(1 for key in self.items if key in after and key not in before)

    def gains(self, chosen: Steps) -> dict[str, tuple[float, ...]]:
        """Question key -> points that one level, and two, would add to what is chosen already.

        A raise that asks so much more that nothing would be published any longer adds nothing.
        """
        now = self.mean(chosen)
        return {
            key: tuple(
                self.published({**chosen, key: steps}, now) - now
                for steps in range(1, len(self.above[key]) + 1)
            )
            for key in self.above
            if key not in chosen
        }

    def way(self, target: float) -> tuple[dict[str, int], bool]:
        """The questions to raise, and whether fewer cannot do it; every useful one where that is not enough.

        Where gains add up, the largest are enough. Caps make one gain depend on another: there the raise
        that brings most is made first and the rest looked at again, and what proves needless is taken back.
        """
        chosen: dict[str, int] = {}
        while True:
            now, gains = self.mean(chosen), self.gains(chosen)
            useful = {key: found for key, found in gains.items() if max(found) > SMALLEST_GAIN}
            if not useful:
                return self._pruned(chosen, target), False
            rest = _fewest(useful, target - now)
            if rest is not None and self.gets(self.scored({**chosen, **rest}), target):
                if not chosen:
                    together = self.mean(rest) - now
                    adds_up = abs(together - sum(useful[key][steps - 1] for key, steps in rest.items()))
                    is_capped = any(section.caps for section in self.card.sections)
                    return rest, adds_up < SAME and not is_capped
                return self._pruned({**chosen, **rest}, target), False
            best = max(useful, key=lambda key: (round(max(useful[key]), 9), key))
            chosen[best] = useful[best].index(max(useful[best])) + 1

    def _pruned(self, chosen: dict[str, int], target: float) -> dict[str, int]:
        """What is left when everything needless is taken back; all of it where the target is not reached."""
        if not self.gets(self.scored(chosen), target):
            return chosen
        for key in sorted(chosen):
            without = {other: steps for other, steps in chosen.items() if other != key}
            if self.gets(self.scored(without), target):
                chosen = without
        return chosen

    def raises(self, chosen: Steps) -> tuple[Raise, ...]:
        """The raises, largest gain first, each with what it adds to those before it."""
        alone = {key: self.mean({key: steps}) for key, steps in chosen.items()}
        made: dict[str, int] = {}
        found, now = [], self.mean({})
        for key in sorted(chosen, key=lambda key: (-round(alone[key], 9), key)):
            made[key] = chosen[key]
            then = self.mean(made)
            question = self.items[key].question
            level = words_of(self.questionnaire, question, self.card.question[key].value)
            above = words_of(self.questionnaire, question, self.above[key][chosen[key] - 1])
            found.append(Raise(key, question.text, chosen[key], level, above, then - now))
            now = then
        return tuple(found)


def _levels_above(item: Item, value: int | str) -> Iterable[int | str]:
    for _ in range(MOST_STEPS):
        above = value_above(item, value)
        if above is None:
            return
        yield above
        value = above


def _fewest(gains: Mapping[str, tuple[float, ...]], needed: float) -> dict[str, int] | None:
    """The fewest questions whose gains come to what is needed, in as few levels as these need; None if none.

    >>> _fewest({"a": (1.0, 2.0), "b": (2.0, 4.0), "c": (1.5, 3.0)}, 5.5)
    {'b': 2, 'c': 1}
    """
    ordered = sorted(gains, key=lambda key: (-round(max(gains[key]), 9), key))
    chosen: dict[str, int] = {}
    total = 0.0
    for key in ordered:
        if reaches(total, needed):
            break
        chosen[key] = gains[key].index(max(gains[key])) + 1
        total += max(gains[key])
    if not reaches(total, needed):
        return None
    loss = {key: gains[key][1] - gains[key][0] for key, steps in chosen.items() if steps == MOST_STEPS}
    for key in sorted(loss, key=lambda key: (round(loss[key], 9), key)):
        if reaches(total - loss[key], needed):
            chosen[key], total = 1, total - loss[key]
    return chosen


# --- what is missing to an overall --------------------------------------------------------------------------


def missing(questionnaire: Questionnaire, answers: Answers, card: Scorecard) -> tuple[Missing, ...]:
    """The fewest open questions, by weight, that have to be answered before there is an overall score.

    Args:
        questionnaire: what was asked.
        answers: as scored.
        card: their result.

    Returns:
        Heaviest first; none where the overall is not withheld, or where answers alone would not do.
    """
    if card.overall.status is not OverallStatus.PROVISIONAL:
        return ()
    structure = structure_of(questionnaire)
    share = _shares_of_what_applies(structure, card)
    gaps = [key for key in share if card.question[key].state in (State.UNANSWERED, State.DONT_KNOW)]
    ordered = sorted(gaps, key=lambda key: (not _is_in_the_way(structure, card, key), -share[key], key))
    filled: list[str] = []
    for key in ordered:
        filled.append(key)
        if _is_published(structure, answers, filled):
            break
    else:
        return ()
    for key in reversed(filled[:-1]):
        without = [other for other in filled if other != key]
        if _is_published(structure, answers, without):
            filled = without
    return tuple(
        Missing(key, structure.items[key].question.text, card.question[key].state, share[key])
        for key in sorted(filled, key=lambda key: (-share[key], key))
    )


def _shares_of_what_applies(structure: Structure, card: Scorecard) -> dict[str, float]:
    """Question key -> its share of the weight that completeness counts."""
    section_weight = METHODS[structure.questionnaire.scoring.method].section_weight
    out = (State.OFF_ROUTE, State.NOT_APPLICABLE)
    applies = {key: 1.0 for key in structure.items if card.question[key].state not in out}
    means: dict[str, Mean] = {}
    fold(structure.root, applies, {}, section_weight, means)
    found: dict[str, float] = {}
    shares(structure.root, 1.0, applies, means, section_weight, found)
    return found


def _is_in_the_way(structure: Structure, card: Scorecard, key: str) -> bool:
    """True for a question of a critical section that is too little answered, which alone withholds all."""
    sections = structure.questionnaire.all_sections
    place = structure.section_of[key]
    while place:
        if sections[place].critical and card.section[place].status is SectionStatus.INSUFFICIENT:
            return True
        place = card.section[place].parent
    return False


def _is_published(structure: Structure, answers: Answers, filled: Iterable[str]) -> bool:
    """Whether there is an overall once these are answered; at their best, so that no cap comes of it."""
    given = {
        key: replace(answers.get(key, UNANSWERED), state=State.ANSWERED, value=structure.items[key].highest)
        for key in filled
    }
    found = score(structure.questionnaire, {**answers, **given})
    return found.overall.status is OverallStatus.PUBLISHED
