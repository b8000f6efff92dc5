"""Every text of a template that somebody reads, with its place."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from vfm.questionnaires.schema import Question, Questionnaire, Section
from vfm.questionnaires.source import Path

QUESTION = "the question"


class Text(NamedTuple):
    """Words of a template with their place; `what` they are, for a sentence: `the question`, `level 4`."""

    path: Path
    key: str
    what: str
    words: str

    @property
    def subject(self) -> str:
        """What they are, to start a sentence with."""
        return self.what[0].upper() + self.what[1:]


def texts_around(questionnaire: Questionnaire, sections: Iterable[tuple[Path, Section]]) -> Iterator[Text]:
    """The texts that may not be blank, but for those of questions."""
    yield Text(("title",), "template", "the title", questionnaire.title)
    for name, scale in questionnaire.scales.items():
        yield from _named(("scales", name, "levels"), f"scales.{name}", "level", scale.levels)
    for name, parts in questionnaire.parts.items():
        yield from _named(("parts", name), f"parts.{name}", "part", parts)
    for i, band in enumerate(questionnaire.bands):
        yield Text(("bands", i, "name"), "bands", f"the band from {band.minimum:g}", band.name)
    for path, section in sections:
        yield Text((*path, "title"), section.key, "the title", section.title)
        for i, cap in enumerate(section.caps):
            yield Text((*path, "caps", i, "reason"), cap.key, "the reason", cap.reason)
    for i, check in enumerate(questionnaire.checks):
        yield Text(("checks", i, "say"), check.key, "the message", check.say)


def texts_of(path: Path, question: Question) -> Iterator[Text]:
    """A question's own words, its levels' and its options'; guidance left out, as it may be blank."""
    yield Text((*path, "text"), question.key, QUESTION, question.text)
    yield from _named((*path, "levels"), question.key, "level", question.levels or {})
    for i, option in enumerate(question.options):
        yield Text((*path, "options", i, "label"), question.key, f'the option "{option.key}"', option.label)


def _named(path: Path, key: str, what: str, words: Mapping[int, str] | Mapping[str, str]) -> Iterator[Text]:
    for name, said in words.items():
        yield Text((*path, name), key, f"{what} {name}", said)
