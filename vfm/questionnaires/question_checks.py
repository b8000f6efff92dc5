"""Design checks on one question at a time, and on keys: what each kind needs and what it cannot have."""

from collections.abc import Callable, Iterable, Iterator

from vfm.questionnaires.outline import Fault, Outline
from vfm.questionnaires.schema import FEEDS, NUMERIC, SCORABLE, Kind, Question, Questionnaire
from vfm.questionnaires.source import Path
from vfm.questionnaires.wording import counted, did_you_mean, listed

CHOICES = frozenset({Kind.SINGLE_CHOICE, Kind.MULTI_CHOICE})
NAMES = {
    Kind.SCALE: "a scale",
    Kind.YES_NO: "a yes/no question",
    Kind.SINGLE_CHOICE: "a single choice",
    Kind.MULTI_CHOICE: "a multiple choice",
    Kind.NUMBER: "a number",
    Kind.MONEY: "money",
    Kind.PERCENT: "a percentage",
    Kind.DATE: "a date",
    Kind.TEXT: "a text",
    Kind.EVIDENCE: "evidence",
}
ONLY_ON: dict[str, frozenset[Kind]] = {
    "scale": frozenset({Kind.SCALE}),
    "levels": frozenset({Kind.SCALE}),
    "options": CHOICES,
    "points": frozenset({Kind.YES_NO}),
    "unit": NUMERIC,
    "by": NUMERIC,
    "derived": NUMERIC,
    "max_words": frozenset({Kind.TEXT}),
    "min_items": frozenset({Kind.EVIDENCE}),
    "becomes": frozenset({Kind.TEXT}),
}
"""Field -> the kinds of question it has a meaning on."""
Found = Iterator[tuple[Path, str]]


def doubled_keys(outline: Outline) -> Iterator[Fault]:
    """Keys used twice, capitals aside: among sections, questions, rules, and the options of a question."""
    questionnaire = outline.questionnaire
    caps: list[tuple[Path, str]] = [
        ((*path, "caps", i), c.key) for path, section in outline.sections for i, c in enumerate(section.caps)
    ]
    checks: list[tuple[Path, str]] = [
        (("checks", i), check.key) for i, check in enumerate(questionnaire.checks)
    ]
    yield from _doubled((path, section.key) for path, section in outline.sections)
    yield from _doubled((path, q.key) for path, q in outline.questions + outline.about_the_pilot)
    yield from _doubled(caps + checks)
    for path, question in outline.questions:
        options = [((*path, "options", i), option.key) for i, option in enumerate(question.options)]
        yield from _doubled(options, of=question.key)


def _doubled(keys: Iterable[tuple[Path, str]], of: str = "") -> Iterator[Fault]:
    first: dict[str, str] = {}
    for path, key in keys:
        if key.casefold() in first:
            taken = first[key.casefold()]
            message = f'The key "{key}" is already taken' + ("" if taken == key else f' (by "{taken}")')
            yield Fault((*path, "key"), of or key, f"{message}. Give it another key.")
        first.setdefault(key.casefold(), key)


ABOUT_SERVICES = ("weight", "critical", "show_if", "derived", "feeds", "becomes")
"""Fields without a meaning on what a pilot asks about the template itself."""


def unfit_pilot_questions(outline: Outline) -> Iterator[Fault]:
    """Questions about the pilot that are scored, routed or fed on, as if they were about the service."""
    for path, question in outline.about_the_pilot:
        for field in ABOUT_SERVICES:
            if getattr(question, field) not in (None, False):
                sentence = f'"{field}" has no meaning on a question about the pilot.'
                cure = "Take it out, or move the question into a section."
                yield Fault((*path, field), question.key, f"{sentence} {cure}")


def unfit_questions(outline: Outline) -> Iterator[Fault]:
    """What each question lacks for its kind, or has that its kind cannot use."""
    for path, question in outline.questions + outline.about_the_pilot:
        for check in QUESTION_CHECKS:
            for inner, message in check(outline.questionnaire, question):
                yield Fault((*path, *inner), question.key, message)


def _misplaced(_: Questionnaire, question: Question) -> Found:
    for field, kinds in ONLY_ON.items():
        if getattr(question, field) and question.kind not in kinds:
            fitting = listed(NAMES[kind] for kind in Kind if kind in kinds)
            sentence = f'"{field}" has no meaning on {NAMES[question.kind]}.'
            yield (field,), f"{sentence} Take it out, or make the question {fitting}."


def _scale(questionnaire: Questionnaire, question: Question) -> Found:
    if question.kind is not Kind.SCALE:
        return
    scales = questionnaire.scales
    if not scales:
        yield (), "There is no scale to answer on. Add one to the scales."
    elif question.scale is not None and question.scale not in scales:
        cure = did_you_mean(question.scale, scales, f"The scales are {listed(scales, 'and')}.")
        yield ("scale",), f'There is no scale "{question.scale}". {cure}'
    else:
        yield from _levels(questionnaire, question)


def _levels(questionnaire: Questionnaire, question: Question) -> Found:
    scale = question.scale or next(iter(questionnaire.scales))
    wanted, given = set(questionnaire.scales[scale].levels), set(question.levels or ())
    if not given:
        return
    if lacking := sorted(wanted - given):
        levels = f"{'level' if len(lacking) == 1 else 'levels'} {listed(lacking, 'and')}"
        yield ("levels",), f'There are no words for {levels} of the scale "{scale}". Write them.'
    for level in sorted(given - wanted):
        sentence = f'Level {level} is not on the scale "{scale}", which has {min(wanted)} to {max(wanted)}.'
        yield ("levels", level), f"{sentence} Take it out, or use another scale."


def _options(_: Questionnaire, question: Question) -> Found:
    if question.kind not in CHOICES:
        return
    if len(question.options) < 2:
        number = counted(len(question.options), "option")
        yield ("options",), f"{NAMES[question.kind].capitalize()} has {number}. Give at least two."
    for i, option in enumerate(question.options):
        if option.exclusive and question.kind is not Kind.MULTI_CHOICE:
            sentence = '"exclusive" has no meaning on a single choice, where one answer excludes the rest.'
            yield ("options", i, "exclusive"), f"{sentence} Take it out."


def _unit(_: Questionnaire, question: Question) -> Found:
    if question.kind is Kind.NUMBER and not question.unit:
        yield (), "A number needs a unit, such as FTE. Add one."
    if question.kind is Kind.MONEY and not question.unit.startswith("GBP"):
        yield (
            ("unit",) if question.unit else (),
            "Money needs a unit in pounds. Write GBP or GBP per year.",
        )


def _parts(questionnaire: Questionnaire, question: Question) -> Found:
    parts = questionnaire.parts
    if question.by is not None and question.by not in parts:
        cure = did_you_mean(question.by, parts, 'Add it under "parts".')
        yield ("by",), f'There are no parts called "{question.by}". {cure}'


def _feeds(_: Questionnaire, question: Question) -> Found:
    if question.feeds is not None and question.feeds not in FEEDS:
        cure = did_you_mean(question.feeds, FEEDS, f"Use {listed(FEEDS)}.")
        yield ("feeds",), f'Nothing is fed by "{question.feeds}". {cure}'


def _scored(_: Questionnaire, question: Question) -> Found:
    if question.weight is not None and question.kind not in SCORABLE:
        fitting = listed(NAMES[kind] for kind in Kind if kind in SCORABLE)
        sentence = f"{NAMES[question.kind].capitalize()} cannot be scored."
        yield ("weight",), f"{sentence} Take the weight out, or make the question {fitting}."
    if question.critical and question.weight is None:
        yield ("critical",), "A critical question must be scored. Give it a weight, or take critical out."
    if question.critical and question.na_allowed:
        sentence = "A critical question cannot be set aside as not applicable."
        yield ("na_allowed",), f"{sentence} Take na_allowed out, or critical."


def _points(_: Questionnaire, question: Question) -> Found:
    if question.weight is None:
        return
    if question.kind is Kind.SINGLE_CHOICE:
        for i, option in enumerate(question.options):
            if option.points is None:
                yield (
                    ("options", i),
                    f'The option "{option.key}" of a scored question has no points. Add them.',
                )
        points = [option.points for option in question.options if option.points is not None]
        if len(points) == len(question.options):
            yield from span(points, ("options",))
    if question.kind is Kind.YES_NO and question.points is not None:
        lacking = [f'"{word}"' for word in ("yes", "no") if word not in question.points]
        if lacking:
            yield ("points",), f"There are no points for {listed(lacking, 'and')}. Add them."
        else:
            yield from span(question.points.values(), ("points",))


def span(points: Iterable[float], path: Path) -> Found:
    """What is wrong with a table of points that should run from 0 to 100."""
    low, high = min(points, default=0), max(points, default=100)
    if low == high:
        yield path, "Every answer is worth the same points, so the weight cannot matter. Make them differ."
    elif (low, high) != (0, 100):
        yield path, f"Points run from {low:g} to {high:g}. Let the lowest be 0 and the highest 100."


QUESTION_CHECKS: tuple[Callable[[Questionnaire, Question], Found], ...] = (
    _misplaced,
    _scale,
    _options,
    _unit,
    _parts,
    _feeds,
    _scored,
    _points,
)
