"""How long a template takes to complete: minutes by kind of question, on the shortest and the longest route.

An estimate for planning a pilot and for telling respondents; a pilot's own times are better and replace it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil

from vfm.questionnaires.answers import Answer
from vfm.questionnaires.conditions import holds, questions_named
from vfm.questionnaires.outline import Outline
from vfm.questionnaires.readability import reading_of
from vfm.questionnaires.schema import Kind, Question, Questionnaire
from vfm.questionnaires.trials import Trials

READ_A_MINUTE = 238
"""Words an adult reads silently in a minute. Brysbaert, How many words do we read per minute?, Journal of
Memory and Language 109 (2019): the mean of 190 studies for non-fiction in English."""
WRITTEN_A_MINUTE = 19
"""Words composed at a keyboard in a minute. Karat, Halverson, Horn and Karat, Patterns of entry and
correction, CHI 1999."""
WORDS_OF_A_TEXT = 60
"""Words taken for a text without a limit; one with a limit is taken to be half full."""
EACH_ITEM = 2.0
"""Minutes to find and link one item of evidence."""
EACH_FURTHER_PART = 1.0
"""Minutes for each part of a figure after the first, as they stand in one place."""
TO_CHECK = 0.5
"""Minutes to look over a figure that is worked out."""
TO_DECIDE: Mapping[Kind, float] = {
    Kind.SCALE: 2.0,
    Kind.YES_NO: 0.5,
    Kind.SINGLE_CHOICE: 1.0,
    Kind.MULTI_CHOICE: 1.5,
    Kind.NUMBER: 3.0,
    Kind.MONEY: 3.0,
    Kind.PERCENT: 3.0,
    Kind.DATE: 1.0,
    Kind.TEXT: 0.0,
    Kind.EVIDENCE: 0.0,
}
"""Minutes beyond reading: to weigh levels against what can be shown, to look a figure up. Reasoned, not
measured: a level is a judgement of two minutes, a figure a look into another system."""
MOST_ROUTES = 2_000
"""Ways through questions that route each other; beyond them, none of the routed ones or all are counted."""


@dataclass(frozen=True, slots=True)
class Minutes:
    """Whole minutes of one person's work, on the shortest and the longest route."""

    least: int
    most: int

    @property
    def in_words(self) -> str:
        """`about 12 minutes`, `about 1 h 35 min to 1 h 50 min`; in steps of five from half an hour on."""
        ends = list(dict.fromkeys(_rounded(minutes) for minutes in (self.least, self.most)))
        if ends[-1] < 60:
            words = " to ".join(map(str, ends))
            return f"about {words} {'minute' if ends == [1] else 'minutes'}"
        return f"about {' to '.join(map(_hours, ends))}"


def estimated_minutes(questionnaire: Questionnaire) -> Minutes:
    """Minutes to complete a questionnaire that has no faults.

    Every question asked is read, guidance and choices included, and answered; no answer is left blank, and
    collecting evidence that is not asked for is left out. Questions about the pilot do not count.
    """
    outline = Outline(questionnaire)
    minutes = {key: minutes_for(questionnaire, q) for key, q in questionnaire.questions.items()}
    grouped = _routed_together(questionnaire)
    alone = sum(spent for key, spent in minutes.items() if key not in grouped)
    ends = [
        _ends(questionnaire, outline.trials, group, minutes)
        for group in dict.fromkeys(grouped[key] for key in minutes if key in grouped)
    ]
    return Minutes(ceil(alone + sum(end[0] for end in ends)), ceil(alone + sum(end[1] for end in ends)))


def minutes_for(questionnaire: Questionnaire, question: Question) -> float:
    """Minutes to read and answer one question."""
    words = sum(reading_of(words).words for words in _to_read(questionnaire, question))
    return words / READ_A_MINUTE + _to_answer(questionnaire, question)


def _to_read(questionnaire: Questionnaire, question: Question) -> Iterable[str]:
    levels = questionnaire.level_words(question).values() if question.kind is Kind.SCALE else ()
    return question.text, question.help, *levels, *question.option_labels.values()


def _to_answer(questionnaire: Questionnaire, question: Question) -> float:
    if question.derived is not None:
        return TO_CHECK
    if question.kind is Kind.TEXT:
        words = WORDS_OF_A_TEXT if question.max_words is None else question.max_words / 2
        return words / WRITTEN_A_MINUTE
    if question.kind is Kind.EVIDENCE:
        return EACH_ITEM * (question.min_items or 1)
    further = max(len(questionnaire.parts_of(question)) - 1, 0)
    return TO_DECIDE[question.kind] + EACH_FURTHER_PART * further


def _routed_together(questionnaire: Questionnaire) -> dict[str, tuple[str, ...]]:
    """Key of each routed or deciding question -> all that decide on each other, in reading order."""
    found: dict[str, set[str]] = {}
    for key, question in questionnaire.questions.items():
        if question.show_if is not None:
            group = {key}.union(*(found.get(k, {k}) for k in (key, *questions_named(question.show_if))))
            found.update(dict.fromkeys(group, group))
    place = {key: i for i, key in enumerate(questionnaire.questions)}
    ordered: dict[int, tuple[str, ...]] = {}
    for group in found.values():
        if id(group) not in ordered:
            ordered[id(group)] = tuple(sorted(group, key=place.__getitem__))
    return {key: ordered[id(group)] for key, group in found.items()}


def _ends(
    questionnaire: Questionnaire, trials: Trials, group: tuple[str, ...], minutes: Mapping[str, float]
) -> tuple[float, float]:
    """Least and most minutes spent on questions that route each other."""
    asked = [questionnaire.questions[key] for key in group]
    routing = [question.show_if for question in asked if question.show_if is not None]
    deciding = {key for condition in routing for key in questions_named(condition)}
    routes: list[tuple[dict[str, Answer], float]] = [({}, 0.0)]
    for question in asked:
        answers = [a for a in trials.values(question.key) if a] if question.key in deciding else []
        longer: list[tuple[dict[str, Answer], float]] = []
        for known, spent in routes:
            if question.show_if is not None and not holds(question.show_if, known, questionnaire):
                longer.append((known, spent))
                continue
            total = spent + minutes[question.key]
            longer += [({**known, question.key: a}, total) for a in answers] or [(known, total)]
        if len(longer) > MOST_ROUTES:
            always = sum(minutes[q.key] for q in asked if q.show_if is None)
            return always, sum(minutes[key] for key in group)
        routes = longer
    spent_on = [spent for _, spent in routes]
    return min(spent_on), max(spent_on)


def _rounded(minutes: int) -> int:
    return minutes if minutes < 30 else 5 * round(minutes / 5)


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest))
