"""Design checks on words: blanks, two that say the same, stand-ins, and advice on length and reading age."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from vfm.questionnaires.outline import Fault, Outline
from vfm.questionnaires.readability import reading_of
from vfm.questionnaires.schema import Question
from vfm.questionnaires.source import Path
from vfm.questionnaires.texts import QUESTION, Text
from vfm.questionnaires.wording import counted

LONGEST_QUESTION = 40
"""Words of a question before it is called long."""
LONGEST_CHOICE = 40
"""Words of one level descriptor or option; people compare them side by side."""
LONGEST_GUIDANCE = 120
"""Words of guidance under one question."""
LONGEST_SENTENCE = 30
"""Words of a sentence. The style guide of GOV.UK says 25; up to 30 is left to whoever writes."""
HIGHEST_GRADE = 12
"""Flesch-Kincaid grade of a question with its guidance: the last school year, a reading age of 17."""
LONGEST_STAND_IN = 40
"""Characters looked at for a stand-in."""
FEWEST_WORDS = 20
"""Words from which on a grade is looked at; of fewer it says little."""

_STAND_IN = re.compile(
    r"[\s.…?_x*-]+|\W*(?:tbc|tbd|tba|todo|to do|to be (?:confirmed|decided|written|added|completed)|"
    r"place ?holder|fixme|insert (?:text|question|words) here|(?:new|untitled) (?:question|section|option))"
    r"\W*|lorem ipsum.*",
    re.IGNORECASE | re.DOTALL,
)


def blank_words(outline: Outline) -> Iterator[Fault]:
    """Texts made of blanks alone."""
    for text in outline.texts:
        if text.words.isspace():
            yield Fault(text.path, text.key, f"{text.subject} has no words. Write what people should read.")


def same_words(outline: Outline) -> Iterator[Fault]:
    """Levels of one scale, options of one question or parts of one figure that nobody can tell apart."""
    groups: dict[Path, list[Text]] = defaultdict(list)
    for text in outline.texts:
        if text.path[0] == "parts" or "levels" in text.path:
            groups[text.path[:-1]].append(text)
        elif text.path[-1] == "label":
            groups[text.path[:-2]].append(text)
    for group in groups.values():
        yield from _twice(group)


def _twice(group: Iterable[Text]) -> Iterator[Fault]:
    first: dict[str, Text] = {}
    for text in group:
        folded = " ".join(text.words.casefold().split())
        if folded and folded in first:
            sentence = f"{text.subject} says the same as {first[folded].what}."
            yield Fault(text.path, text.key, f"{sentence} Word them so that people can tell them apart.")
        first.setdefault(folded, text)


def stand_ins(outline: Outline) -> Iterator[Fault]:
    """Texts that still say "TBC", "..." or "lorem ipsum"."""
    for text in outline.texts:
        shown = text.words.strip()
        if shown and _STAND_IN.fullmatch(shown[:LONGEST_STAND_IN]):
            message = f'{text.subject} still says "{shown[:40]}". Write what people should read.'
            yield Fault(text.path, text.key, message, is_advice=True)


def asked_twice(outline: Outline) -> Iterator[Fault]:
    """Questions of one section in the very same words."""
    for path, section in outline.sections:
        asked = [
            Text((*path, "questions", i, "text"), q.key, q.key, q.text)
            for i, q in enumerate(section.questions)
        ]
        first: dict[str, str] = {}
        for text in asked:
            folded = " ".join(text.words.casefold().split())
            if folded in first:
                sentence = f"{text.key} asks in the same words as {first[folded]}."
                cure = "Say how they differ, or take one out."
                yield Fault(text.path, text.key, f"{sentence} {cure}", (first[folded],), is_advice=True)
            first.setdefault(folded, text.key)


def heavy_wording(outline: Outline) -> Iterator[Fault]:
    """Questions, choices and guidance that are long, or hard to read."""
    for text in outline.texts_of_questions:
        yield from _long(text, LONGEST_QUESTION if text.what == QUESTION else LONGEST_CHOICE)
    for path, question in outline.questions + outline.about_the_pilot:
        if question.help:
            yield from _long(
                Text((*path, "help"), question.key, "the guidance", question.help), LONGEST_GUIDANCE
            )
        yield from _hard(path, question)


def _long(text: Text, most: int) -> Iterator[Fault]:
    reading = reading_of(text.words)
    if reading.words > most:
        sentence = f"{text.subject} has {counted(reading.words, 'word')}; up to {most} read well."
        yield Fault(text.path, text.key, f"{sentence} Shorten it.", is_advice=True)
    elif reading.longest > LONGEST_SENTENCE:
        sentence = (
            f"A sentence of {text.what} has {reading.longest} words; up to {LONGEST_SENTENCE} read well."
        )
        yield Fault(text.path, text.key, f"{sentence} Make two of it.", is_advice=True)


def _hard(path: Path, question: Question) -> Iterator[Fault]:
    reading = reading_of(f"{question.text}\n{question.help}")
    if reading.words >= FEWEST_WORDS and reading.grade > HIGHEST_GRADE:
        what = "question with its guidance" if question.help else "question"
        sentence = f"The {what} needs a reading age of about {reading.age}."
        message = f"{sentence} Use shorter words and sentences."
        yield Fault((*path, "text"), question.key, message, is_advice=True)
