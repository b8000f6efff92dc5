"""One result in words and rows: what page, workbook and printed report all say, said once.

The room's rule: values in, words out. Figures are rounded here alone, by `vfm.scoring.rounding`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from vfm.questionnaires.answers import (
    STATE_WORDS,
    Answer,
    Answers,
    Evidence,
    State,
    grade_words,
    in_words,
)
from vfm.questionnaires.schema import Band, Question, Questionnaire, Section
from vfm.questionnaires.wording import listed
from vfm.scoring.bands import band_of
from vfm.scoring.change import Change
from vfm.scoring.confidence import Confidence
from vfm.scoring.explanation import Explanation, Lift, Part, explain, value_above
from vfm.scoring.results import (
    CapApplied,
    OverallScore,
    OverallStatus,
    QuestionScore,
    Scorecard,
    SectionScore,
    SectionStatus,
)
from vfm.scoring.rounding import at_the_ends, shown
from vfm.scoring.structure import structure_of

SECTION_WORDS = {
    SectionStatus.INSUFFICIENT: "Too little answered",
    SectionStatus.NOT_APPLICABLE: "Does not apply",
    SectionStatus.UNSCORED: "Not scored",
}
"""What stands in the place of a score that is not shown."""

CONFIDENCE_WORDS = {
    Confidence.HIGH: "High: most of it is documented or verified",
    Confidence.MEDIUM: "Medium: about half of it is documented",
    Confidence.LOW: "Low: much of it rests on opinion or on nothing",
}

MOST_NAMED = 2
"""Sections that share a place and are still told by name."""


# --- figures as they are printed ----------------------------------------------------------------------------


def exact(figure: float | str | None) -> str:
    """A figure with every digit it has: `62.5`, `66.66666666666667`; a dash where there is none.

    >>> exact(200 / 3), exact(50.0), exact(None)
    ('66.66666666666667', '50', '–')
    """
    if figure is None:
        return "–"
    return figure if isinstance(figure, str) else repr(figure).removesuffix(".0")


def points(figure: float | str | None) -> str:
    """A figure as a whole number of points, a status as it is, a dash for none."""
    if figure is None:
        return "–"
    return figure if isinstance(figure, str) else str(shown(figure))


def signed(figure: float | None) -> str:
    """`+4`, `−3`, `0`; a dash for none."""
    return "–" if figure is None else signed_whole(shown(figure))


def signed_whole(figure: int) -> str:
    """A whole number with its sign."""
    return f"+{figure}" if figure > 0 else f"−{-figure}" if figure < 0 else "0"


def one_place(figure: float | None) -> str:
    """A small effect with one decimal, half up by size: `2.1`; a dash for none."""
    if figure is None:
        return "–"
    return str(Decimal(repr(float(figure))).quantize(Decimal("0.1"), ROUND_HALF_UP)).removesuffix(".0")


def six_places(figure: float | None) -> str:
    """A figure with up to six decimals, half up by size, to be worked with by hand: `66.666667`.

    >>> six_places(200 / 3), six_places(12.5), six_places(None)
    ('66.666667', '12.5', '–')
    """
    if figure is None:
        return "–"
    words = format(Decimal(repr(float(figure))).quantize(Decimal("0.000001"), ROUND_HALF_UP), "f")
    return words.rstrip("0").rstrip(".")


def signed_one_place(figure: float | None) -> str:
    """The same with its sign: `+2.1`, `−0.4`."""
    words = one_place(figure)
    return words.replace("-", "−") if figure is None or figure <= 0 else f"+{words}"


def percent_words(share: float | None) -> str:
    """A share in [0, 1] as a whole percentage, `82%`; `none` where there is none."""
    return "none" if share is None else f"{shown(100 * share)}%"


def arrow(figure: float | None) -> str:
    """`↑ up 4`, `↓ down 3`, `no change`; empty for none."""
    if figure is None:
        return ""
    whole = shown(figure)
    return f"↑ up {whole}" if whole > 0 else f"↓ down {-whole}" if whole < 0 else "no change"


def bounds(low: float | str | None, high: float | str | None) -> str:
    """`61 to 70`, one figure where both ends print the same; a dash for none."""
    ends = points(low), points(high)
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


# --- sentences ----------------------------------------------------------------------------------------------


def sentence(questionnaire: Questionnaire, card: Scorecard, change: Change | None = None) -> str:
    """The result in one sentence.

    `Sound, 64 of 100, could be 61 to 70; strongest Governance, weakest Demand; up 5 since the baseline, more
    than the doubt in the evidence.`
    """
    parts = [headline(card.overall), extremes(questionnaire, card), since_baseline(change)]
    return f"{'; '.join(part for part in parts if part)}."


def headline(overall: OverallScore) -> str:
    """The overall in words, with what it could still be."""
    if overall.status is OverallStatus.NOT_APPLICABLE:
        return "No score: nothing in this template applies to the service"
    if overall.status is OverallStatus.OFF:
        return "A profile by section: this template gives no overall score"
    if overall.low is None or overall.high is None:
        return "Statuses by section: this template gives no points"
    span = bounds(overall.low, overall.high)
    if overall.score is None:
        return f"No overall score yet: too much is unanswered; it could be {span} of 100"
    words = (
        f"{shown(overall.score)} of 100"
        if overall.band is None
        else f"{overall.band}, {shown(overall.score)} of 100"
    )
    return words if span == points(overall.score) else f"{words}, could be {span}"


def extremes(questionnaire: Questionnaire, card: Scorecard) -> str:
    """`strongest Governance, weakest “Demand” and “Finance”`; empty where all sections print the same."""
    titles = questionnaire.all_sections
    figures = {titles[one.key].title: one.score for one in card.profile if one.score is not None}
    highest, lowest = at_the_ends(figures)
    return f"strongest {together(highest)}, weakest {together(lowest)}" if highest != lowest else ""


def together(titles: Sequence[str]) -> str:
    """Sections that share a place: by name where they are few, else how many.

    >>> together(["Demand"]), together(["Cost and price", "Demand"]), together(["A", "B", "C"])
    ('Demand', '“Cost and price” and “Demand”', '3 sections')
    """
    if len(titles) > MOST_NAMED:
        return f"{len(titles)} sections"
    return titles[0] if len(titles) == 1 else listed((f"“{title}”" for title in titles), "and")


def since_baseline(change: Change | None) -> str:
    """The like-for-like change in words; empty without a baseline."""
    if change is None:
        return ""
    if change.like_for_like is None:
        return "not comparable with the baseline"
    whole = shown(change.like_for_like)
    if whole == 0:
        return "no change since the baseline"
    doubt = "more than" if change.is_material else "within"
    direction = "up" if whole > 0 else "down"
    return f"{direction} {abs(whole)} since the baseline, {doubt} the doubt in the evidence"


def confidence_words(overall: OverallScore) -> str:
    """How much evidence stands behind the overall."""
    if overall.confidence is None:
        return "–"
    share = "" if overall.confidence_share is None else f" ({shown(100 * overall.confidence_share)} of 100)"
    return f"{CONFIDENCE_WORDS[overall.confidence]}{share}"


def section_score(section: SectionScore) -> str:
    """A section's score, status of a rule table or those still possible, or why none is shown."""
    if section.result is not None:
        return section.result
    if section.status in SECTION_WORDS:
        return SECTION_WORDS[section.status]
    return bounds(section.low, section.high) if section.score is None else points(section.score)


def cap_words(cap: CapApplied) -> str:
    """A limit in words: `Held at 33 or below (ECO-01): why. Without limits it would be 90.`."""
    words = f"Held at {points(cap.limit)} or below ({cap.rule}): {cap.reason.rstrip('.')}."
    return words if cap.uncapped is None else f"{words} Without limits it would be {points(cap.uncapped)}."


def band_words(bands: tuple[Band, ...]) -> tuple[tuple[Band, str], ...]:
    """Each band with its range in words: `60 to 79`, `80 and over`; none for a template without bands."""
    ordered = sorted(bands, key=lambda band: band.minimum)
    ends = [*(band.minimum for band in ordered), None][1:]
    return tuple(
        (
            band,
            f"{exact(band.minimum)} and over"
            if end is None
            else f"{exact(band.minimum)} to under {exact(end)}",
        )
        for band, end in zip(ordered, ends, strict=True)
    )


# --- rows ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """One question of a result.

    Attributes:
        answer: in words, with the level's number and descriptor.
        above: words of the next better answer, empty at the top.
        self_answer: what the service said, where something else was agreed.
        points, weight, share, contribution: unrounded, None where there is none.
        adds: whole points printed, which add up to the section's; None where nothing is added.
        share_printed: whole percent printed of the same figure, which add up likewise.
        gain: points of the overall that one level more would add; None where it would add none.
        is_scored: True where the answer earns points.
    """

    key: str
    text: str
    answer: str
    above: str
    self_answer: str
    note: str
    evidence: str
    state: State
    points: float | None
    weight: float | None
    share: float | None
    contribution: float | None
    adds: int | None
    share_printed: int | None
    gain: float | None
    is_scored: bool


@dataclass(frozen=True, slots=True)
class SectionLine:
    """One section of a result.

    Attributes:
        depth: 0 for a top section.
        share: of the overall, in [0, 1]; None where it has none.
        share_printed: whole percent printed for it; those of one holder add up to the holder's.
        adds: whole points printed that it adds to the overall before caps; None where there are none.
        questions_add_to: what its questions' printed points add up to, None where nothing is printed.
        self_score, baseline_score: to stand beside the score; None where there is none.
    """

    key: str
    title: str
    purpose: str
    depth: int
    score: SectionScore
    words: str
    band: Band | None
    share: float | None
    share_printed: int | None
    adds: int | None
    questions_add_to: int | None
    self_score: SectionScore | None
    baseline_score: SectionScore | None
    questions: tuple[QuestionLine, ...]

    @property
    def caps(self) -> tuple[CapApplied, ...]:
        """Rules that hold the section down, the one that wins first."""
        return self.score.caps

    @property
    def is_scored(self) -> bool:
        """False for a section of facts alone."""
        return self.score.status is not SectionStatus.UNSCORED


@dataclass(frozen=True, slots=True)
class Uncounted:
    """A question that earns nothing; `reason` is why it does not apply, `section` the key of its section."""

    key: str
    text: str
    section: str
    reason: str
    is_scored: bool


@dataclass(frozen=True, slots=True)
class Apart:
    """The questions of one state that earn nothing; never without any."""

    state: State
    title: str
    effect: str
    questions: tuple[Uncounted, ...]


@dataclass(frozen=True)
class Sheet:
    """A result laid out.

    Attributes:
        explanation: the overall taken apart; None where it is not published.
        sections: every section with something to show, in reading order.
        apart: what earns nothing, by state, scored or not.
    """

    explanation: Explanation | None
    sections: tuple[SectionLine, ...]
    apart: tuple[Apart, ...] = ()


def lay_out(
    questionnaire: Questionnaire,
    card: Scorecard,
    answers: Answers,
    *,
    self_answers: Answers | None = None,
    self_card: Scorecard | None = None,
    baseline: Scorecard | None = None,
    lifts: Sequence[Lift] = (),
) -> Sheet:
    """A result as rows that add up as printed: what page, workbook, documents and print show.

    Where the overall is published, questions and sections print what they add to it; where it is withheld,
    a section's questions print what they add to that section's own score.

    Args:
        questionnaire: what was answered.
        card: the result.
        answers: as scored in it.
        self_answers: as the service gave them, where something else may have been agreed.
        self_card: the service's own result, to stand beside it.
        baseline: the result it is measured against.
        lifts: what one level more on each question would add; not told of an overall that is withheld.
    """
    is_published = card.overall.score is not None
    explanation = explain(questionnaire, card) if is_published else None
    gains = {lift.key: lift.gain for lift in lifts} if is_published else {}
    parts = dict(_walk(explanation.parts)) if explanation else {}
    lines = []
    for key, depth, section in _sections(questionnaire):
        own = parts.get(f"section {key}")
        inside = parts if is_published else _section_parts(questionnaire, card, key)
        lines.append(
            SectionLine(
                key=key,
                title=section.title,
                purpose=section.purpose,
                depth=depth,
                score=card.section[key],
                words=section_score(card.section[key]),
                band=band_of(questionnaire.bands, card.section[key].score),
                share=own.share if own else None,
                share_printed=own.printed_share if own else None,
                adds=own.printed if own else None,
                questions_add_to=_total(section, inside),
                self_score=self_card.section.get(key) if self_card else None,
                baseline_score=baseline.section.get(key) if baseline else None,
                questions=tuple(
                    _questions(questionnaire, section, card, answers, self_answers or {}, inside, gains)
                ),
            )
        )
    return Sheet(
        explanation,
        tuple(line for line in lines if line.questions or line.is_scored),
        tuple(_apart(questionnaire, card, answers)),
    )


EFFECTS = {
    State.NOT_APPLICABLE: "Left out with their weight: they neither raise nor lower anything.",
    State.DONT_KNOW: "Count as not answered: they earn nothing yet, and widen what the score could be.",
    State.UNANSWERED: "Earn nothing yet, and widen what the score could be.",
    State.OFF_ROUTE: "Earlier answers led past them, so they count for nothing.",
}
"""What a state without a score does to the figures."""


def _apart(questionnaire: Questionnaire, card: Scorecard, answers: Answers) -> Iterator[Apart]:
    for state, effect in EFFECTS.items():
        found = tuple(
            Uncounted(
                key=question.key,
                text=question.text,
                section=key,
                reason=answers.get(question.key, Answer()).reason if state is State.NOT_APPLICABLE else "",
                is_scored=card.question[question.key].weight is not None,
            )
            for key, _, section in _sections(questionnaire)
            for question in section.questions
            if card.question[question.key].state is state
        )
        if found:
            yield Apart(state, STATE_WORDS[state], effect, found)


def _sections(questionnaire: Questionnaire) -> Iterator[tuple[str, int, Section]]:
    def walk(section: Section, depth: int) -> Iterator[tuple[str, int, Section]]:
        yield section.key, depth, section
        for child in section.sections:
            yield from walk(child, depth + 1)

    for top in questionnaire.sections:
        yield from walk(top, 0)


def _walk(parts: tuple[Part, ...]) -> Iterator[tuple[str, Part]]:
    """Every part, at any depth, under its kind and key."""
    for part in parts:
        yield f"{part.kind} {part.key}", part
        yield from _walk(part.parts)


def _section_parts(questionnaire: Questionnaire, card: Scorecard, key: str) -> dict[str, Part]:
    """The parts of one section's own figure; none where that figure is withheld."""
    if card.section[key].score is None:
        return {}
    explanation = explain(questionnaire, card, key)
    return {} if explanation is None else dict(_walk(explanation.parts))


def _total(section: Section, parts: Mapping[str, Part]) -> int | None:
    found = [parts[f"question {q.key}"].printed for q in section.questions if f"question {q.key}" in parts]
    return sum(found) if found else None


def _questions(
    questionnaire: Questionnaire,
    section: Section,
    card: Scorecard,
    answers: Answers,
    self_answers: Answers,
    parts: Mapping[str, Part],
    gains: Mapping[str, float],
) -> Iterator[QuestionLine]:
    grades = grade_words(questionnaire)
    for question in section.questions:
        scored = card.question[question.key]
        if scored.state is State.OFF_ROUTE:
            continue
        answer = answers.get(question.key, Answer())
        part = parts.get(f"question {question.key}")
        yield QuestionLine(
            key=question.key,
            text=question.text,
            answer=in_words(questionnaire, question, answer),
            above=_above(questionnaire, question, scored),
            self_answer=_self_words(questionnaire, question, answer, self_answers),
            note=answer.note,
            evidence=_evidence_words(scored.evidence, grades),
            state=scored.state,
            points=scored.points,
            weight=scored.weight,
            share=scored.share,
            contribution=scored.contribution,
            adds=part.printed if part else None,
            share_printed=part.printed_share if part else None,
            gain=gains.get(question.key),
            is_scored=scored.weight is not None,
        )


def _above(questionnaire: Questionnaire, question: Question, scored: QuestionScore) -> str:
    """Words of the next better answer; empty at the top or without a scored answer."""
    item = structure_of(questionnaire).items.get(question.key)
    if item is None or scored.points is None:
        return ""
    above = value_above(item, scored.value)
    return "" if above is None else in_words(questionnaire, question, Answer(State.ANSWERED, above))


def _self_words(questionnaire: Questionnaire, question: Question, answer: Answer, given: Answers) -> str:
    own = given.get(question.key)
    if own is None or (own.state, own.value, own.evidence) == (answer.state, answer.value, answer.evidence):
        return ""
    return in_words(questionnaire, question, own)


def _evidence_words(evidence: Evidence | None, grades: Mapping[Evidence, str]) -> str:
    return "" if evidence is None else grades[evidence]


# --- change -------------------------------------------------------------------------------------------------


def comparison_words(change: Change) -> str:
    """Whether the change can be compared like for like, and whether it is material."""
    before, after = change.common_weight
    shares = f"{percent_words(before)} of the weight then and {percent_words(after)} of the weight now"
    if change.like_for_like is None:
        return (
            f"There is no like-for-like figure: only {shares} lies in questions that were answered "
            "both times and mean the same, and it takes 70% on both sides."
        )
    moved = f"Compared like for like, on {shares}, the service moved by {signed(change.like_for_like)}."
    if change.threshold is None:
        return moved
    least = f"{shown(change.threshold)} points"
    if change.is_material:
        return f"{moved} That is material: with this evidence a change counts from {least}."
    return f"{moved} That is not material: with this evidence a change counts from {least}."
