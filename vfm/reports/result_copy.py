"""One result as everything that leaves it says it: page, Word, Excel and PDF are made of this one value.

The room's rule: values in, words and rows out. A figure is rounded in `vfm.reports.result` and nowhere else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from vfm.questionnaires.schema import Questionnaire
from vfm.questionnaires.wording import counted, listed
from vfm.reports import result as say
from vfm.reports.charts import Table
from vfm.reports.profile_chart import Earlier, profile_table
from vfm.reports.result import Sheet
from vfm.scoring.change import Change
from vfm.scoring.climbing import Climb, Missing, Raise
from vfm.scoring.explanation import LIFTS_SHOWN, Lift
from vfm.scoring.methods import METHODS
from vfm.scoring.results import OverallStatus, Scorecard
from vfm.scoring.rounding import largest_remainder, shown
from vfm.scoring.working import Working


@dataclass(frozen=True)
class ResultCopy:
    """One result, whole and laid out.

    Attributes:
        title: whose result it is; council: whose copy it is; made_at: when it was taken out.
        about: (words, value) lines: whose, which cycle and version, self or agreed, which engine, from what.
        is_agreed: False for the service's own score.
        card: the result; self_card: the service's own, where the agreed one is shown.
        sheet: the same, laid out.
        change: since the baseline; None without one.
        earlier: results marked beside it.
        lifts: what one level more on each question would add, the largest first.
        climb, missing, workings: empty where scoring again gives other figures than were kept.
    """

    title: str
    council: str
    made_at: datetime
    about: tuple[tuple[str, str], ...]
    is_agreed: bool
    questionnaire: Questionnaire
    card: Scorecard
    sheet: Sheet
    self_card: Scorecard | None = None
    change: Change | None = None
    earlier: tuple[Earlier, ...] = ()
    lifts: tuple[Lift, ...] = ()
    climb: Climb | None = None
    missing: tuple[Missing, ...] = ()
    workings: tuple[Working, ...] = ()

    @property
    def sentence(self) -> str:
        """The result in one sentence."""
        return say.sentence(self.questionnaire, self.card, self.change)

    @property
    def top_lifts(self) -> tuple[Lift, ...]:
        """What would lift the overall most; none where there is no overall to lift."""
        return self.lifts[:LIFTS_SHOWN] if self.card.overall.score is not None else ()

    @property
    def profile(self) -> Table:
        """The profile by section."""
        return profile_table(self.sheet.sections, self.earlier)

    def section_title(self, key: str) -> str:
        """A section's title; the overall's for a blank key."""
        return self.questionnaire.all_sections[key].title if key else "Overall"


# --- the figures of the whole -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fact:
    """One line about the whole: its key, for who adds a link; what it is; what it comes to."""

    key: str
    words: str
    value: str


def facts(copy: ResultCopy) -> tuple[Fact, ...]:
    """The overall in lines: score, range, completeness, evidence, lowest section, way to the next band."""
    return (*_facts(copy), *_facts_of_sections(copy))


def _facts(copy: ResultCopy) -> Iterator[Fact]:
    overall = copy.card.overall
    yield Fact("score", "Agreed score" if copy.is_agreed else "Self score", score_words(copy.card))
    if copy.self_card is not None:
        yield Fact("self", "Self score", _self_words(copy.card, copy.self_card))
    if overall.low is not None and say.points(overall.low) != say.points(overall.high):
        span = say.bounds(overall.low, overall.high)
        words = f"{span}, if what is unanswered turned out at its lowest or highest"
        yield Fact("bounds", "Could be", words)
    if overall.completeness is not None:
        words = f"{shown(100 * overall.completeness)}% of the weight that applies"
        yield Fact("completeness", "Answered", words)
    if overall.confidence is not None:
        yield Fact("confidence", "Evidence behind it", say.confidence_words(overall))
    if overall.spread is not None and overall.score is not None:
        words = f"{say.one_place(overall.spread)} points, as one standard deviation"
        yield Fact("spread", "Weak evidence could move it by", words)


def _facts_of_sections(copy: ResultCopy) -> Iterator[Fact]:
    lowest = copy.card.lowest_sections
    if lowest:
        named = listed((copy.section_title(section.key) for section in lowest), "and")
        words = "Lowest section" if len(lowest) == 1 else "Lowest sections"
        yield Fact("lowest", words, f"{named}, {say.points(lowest[0].score)}")
    if copy.sheet.explanation is not None and copy.sheet.explanation.next_band is not None:
        yield Fact("next", "Next rating", next_words(copy))
    if copy.sheet.apart:
        named = ", ".join(f"{len(one.questions)} {_LOWER[one.title]}" for one in copy.sheet.apart)
        yield Fact("apart", "Questions that earn nothing", named)


_LOWER = {
    "Does not apply": "not applicable",
    "We don't know yet": "don't know",
    "Not answered": "not answered",
    "Not asked": "not asked",
}


def score_words(card: Scorecard) -> str:
    """`77 of 100, Sound`, or why there is none."""
    overall = card.overall
    if overall.status is OverallStatus.PROVISIONAL and overall.low is not None:
        return "No overall score yet: too much is unanswered"
    if overall.score is None:
        return say.headline(overall)
    band = f", {overall.band}" if overall.band else ""
    return f"{say.points(overall.score)} of 100{band}"


def _self_words(card: Scorecard, own: Scorecard) -> str:
    if own.overall.score is None or card.overall.score is None:
        return say.headline(own.overall)
    moved = say.arrow(card.overall.score - own.overall.score)
    words = f"{say.points(own.overall.score)} of 100, {moved}"
    return words if moved == "no change" else f"{words} in the challenge"


def next_words(copy: ResultCopy) -> str:
    """`Strong begins at 80, 3.2 points away`; that there is none above, or no score to reach it from."""
    above = copy.sheet.explanation.next_band if copy.sheet.explanation else None
    if above is None:
        return "This is the highest rating" if copy.card.overall.band else "No rating"
    return f"{above.band.name} begins at {say.exact(above.band.minimum)}, {distance(above.points)} away"


def distance(points: float) -> str:
    """`3.2 points`, `1 point`, `less than 0.1 points`.

    >>> distance(3.16), distance(0.97), distance(0.04)
    ('3.2 points', '1 point', 'less than 0.1 points')
    """
    words = say.one_place(points)
    if words == "0":
        return "less than 0.1 points"
    return "1 point" if words == "1" else f"{words} points"


# --- what would raise it ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RaiseLine:
    """One question of the way to the next rating; `gain` is printed, and all add up to the line beneath."""

    raised: Raise
    gain: str


def raise_lines(climb: Climb) -> tuple[RaiseLine, ...]:
    """The raises with their gains in tenths of a point that add up as printed."""
    exact = {one.key: 10 * one.gain for one in climb.raises}
    tenths = largest_remainder(exact, shown(sum(exact.values())))
    return tuple(RaiseLine(one, say.signed_one_place(tenths[one.key] / 10)) for one in climb.raises)


def together(climb: Climb) -> str:
    """What all raises add, as printed."""
    return say.signed_one_place(shown(sum(10 * one.gain for one in climb.raises)) / 10)


def climb_words(copy: ResultCopy) -> tuple[str, ...]:
    """The way to the next rating in sentences: how far, by what, and what stands in the way."""
    return tuple(_climb_words(copy))


def _climb_words(copy: ResultCopy) -> Iterator[str]:
    climb, overall = copy.climb, copy.card.overall
    if climb is None:
        if overall.score is not None and copy.questionnaire.bands:
            yield f"{next_words(copy)}."
        elif overall.status is OverallStatus.PROVISIONAL:
            yield from _missing_words(copy)
        return
    number = counted(len(climb.raises), "question")
    yield f"{next_words(copy)}."
    if climb.is_reached:
        fewer = "Fewer would not do." if climb.is_fewest else "None of them can be left out."
        one = "This question, raised as shown, reaches it" if len(climb.raises) == 1 else ""
        many = f"These {number}, raised as shown, reach it"
        yield f"{one or many}, at {say.points(climb.reaches)}. {'' if one else fewer}".strip()
    elif climb.raises and climb.reaches is not None:
        yield (
            "It is out of reach for now: all questions that bring anything, raised by up to two levels, "
            f"lead to {say.points(climb.reaches)} and no further."
        )
    else:
        yield "It is out of reach for now: raising questions by up to two levels brings nothing."
    for section in climb.held:
        yield _held_words(copy, climb, section.key)
    if climb.opens:
        yield (
            f"Raised so, {counted(climb.opens, 'more question')} would be asked, which count as not answered "
            "until they are."
        )


def _held_words(copy: ResultCopy, climb: Climb, key: str) -> str:
    cap = copy.card.section[key].caps[0]
    words = (
        f"“{copy.section_title(key)}” is held at {say.points(cap.limit)} or below: {cap.reason.rstrip('.')}."
    )
    if key in climb.still_held:
        return f"{words} Whatever is raised in it brings no more until that is settled."
    return f"{words} Raised as shown, that limit falls away."


def _missing_words(copy: ResultCopy) -> Iterator[str]:
    scoring = copy.questionnaire.scoring
    least = f"{shown(100 * scoring.overall_minimum)}% of the weight that applies"
    lacks = (
        "There is no overall score to climb from"
        if METHODS[scoring.method].has_score
        else "The result is provisional"
    )
    yield f"{lacks}: it takes answers to {least}, and enough in every critical section."
    if copy.missing:
        which = "this question" if len(copy.missing) == 1 else f"these {len(copy.missing)} questions"
        yield f"Answering {which} would do; no fewer would."
