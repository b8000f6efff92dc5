"""The words of a template in another language: where they belong, which are missing, the whole read in it.

Pure. A place names one text by the keys around it: `question.ECO-01.text`, `question.ECO-01.levels.2`,
`question.ECO-01.options.yes_all`, `section.ECO.title`, `section.ECO.caps.late.reason`, `scale.maturity.3`,
`parts.cohorts.under_18`, `grade.documented`, `band.40` (the score from which it holds), `check.net.say`,
`pilot.P-01.text`, `title`, `guidance`. The English is the template itself and decides what a question means.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from vfm.questionnaires.arranging import remade
from vfm.questionnaires.document import to_json
from vfm.questionnaires.schema import Kind, Question, Questionnaire

Language = Literal["cy"]
ENGLISH = "en"
LANGUAGES: dict[Language, str] = {"cy": "Welsh"}
"""Languages that a template can also be in -> their English names."""
TEMPLATE = "template"
"""The thing whose places are not those of one question or section."""
QUESTION_TEXTS = ("text", "help", "unit")
SECTION_TEXTS = ("title", "purpose", "hypothesis")


class Text(NamedTuple):
    """One text of a template.

    Attributes:
        place: as in the module's own words.
        thing: `question.KEY`, `section.KEY` or `template`: what is read in one language as a whole.
        english: the words.
    """

    place: str
    thing: str
    english: str


class _Spot(NamedTuple):
    """One text with where it stands in a document's plain values: `holder[name]`."""

    place: str
    thing: str
    holder: dict[Any, Any]
    name: Any


@dataclass(frozen=True, slots=True)
class Share:
    """How far one thing is translated."""

    done: int
    total: int


def texts(questionnaire: Questionnaire) -> tuple[Text, ...]:
    """Every text that a respondent reads, in reading order; a blank one has no place."""
    return tuple(
        Text(spot.place, spot.thing, spot.holder[spot.name]) for spot in _spots(to_json(questionnaire))
    )


def missing(questionnaire: Questionnaire, language: Language) -> tuple[Text, ...]:
    """The texts without words in a language."""
    given = questionnaire.translations.get(language, {})
    return tuple(text for text in texts(questionnaire) if text.place not in given)


def stray(questionnaire: Questionnaire, language: Language) -> tuple[str, ...]:
    """Places with words in a language that name no text of the template any more."""
    known = {text.place for text in texts(questionnaire)}
    return tuple(place for place in questionnaire.translations.get(language, {}) if place not in known)


def progress(questionnaire: Questionnaire, language: Language) -> dict[str, Share]:
    """Thing -> how much of it is translated, in reading order."""
    given = questionnaire.translations.get(language, {})
    counts: dict[str, list[int]] = {}
    for text in texts(questionnaire):
        count = counts.setdefault(text.thing, [0, 0])
        count[0] += text.place in given
        count[1] += 1
    return {thing: Share(*count) for thing, count in counts.items()}


def in_language(questionnaire: Questionnaire, language: str) -> Questionnaire:
    """The questionnaire with the words of a language; a question that lacks one of its own stays English.

    What stays in English is told by `Questionnaire.is_in_english`. Keys, kinds, points and rules are the
    same, so that answers and scores are. In English it is the questionnaire itself.
    """
    if language == ENGLISH:
        return questionnaire
    given = next((words for name, words in questionnaire.translations.items() if name == language), {})
    content = to_json(questionnaire)
    spots = list(_spots(content))
    english = {spot.thing for spot in spots if spot.place not in given}
    english |= _through_what_they_share(questionnaire, given)
    english |= {spot.place for spot in spots if spot.thing == TEMPLATE and spot.place not in given}
    for spot in spots:
        if spot.thing not in english or (spot.thing == TEMPLATE and spot.place in given):
            spot.holder[spot.name] = given[spot.place]
    return Questionnaire.model_validate(content).with_english(frozenset(english))


def _through_what_they_share(questionnaire: Questionnaire, given: Mapping[str, str]) -> set[str]:
    """Questions whose scale or parts, which stand outside them, have no words."""
    return {
        f"question.{key}"
        for key, question in questionnaire.questions.items()
        if any(place not in given for place in _shared(questionnaire, question))
    }


def _shared(questionnaire: Questionnaire, question: Question) -> Iterator[str]:
    if question.kind is Kind.SCALE and not question.levels:
        name = question.scale or next(iter(questionnaire.scales))
        yield from (f"scale.{name}.{level}" for level in questionnaire.scales[name].levels)
    if question.by:
        yield from (f"parts.{question.by}.{part}" for part in questionnaire.parts[question.by])


def with_words(questionnaire: Questionnaire, language: Language, words: Mapping[str, str]) -> Questionnaire:
    """The same with words for some places; blank ones are taken out."""
    given = dict(questionnaire.translations.get(language, {}))
    for place, text in words.items():
        given.pop(place, None)
        if text.strip():
            given[place] = text.strip()
    order = {text.place: number for number, text in enumerate(texts(questionnaire))}
    kept = dict(sorted(given.items(), key=lambda pair: order.get(pair[0], len(order))))
    others = dict(questionnaire.translations)
    others.pop(language, None)
    return remade(questionnaire, translations=others | ({language: kept} if kept else {}))


def of_thing(questionnaire: Questionnaire, thing: str) -> dict[str, str]:
    """`Welsh: text` -> the words, of one question or section in every language; for comparing versions."""
    return {
        f"{LANGUAGES[language]}, {place.removeprefix(f'{thing}.').replace('.', ' ')}": words
        for language, given in questionnaire.translations.items()
        for place, words in given.items()
        if place.startswith(f"{thing}.")
    }


# --- where texts stand in a document ------------------------------------------------------------------------


def _spots(content: dict[str, Any]) -> Iterator[_Spot]:
    """Every text, in reading order."""
    yield from _named(content, ("title", "guidance"), "", TEMPLATE)
    for name, scale in content.get("scales", {}).items():
        yield from _all_of(scale["levels"], f"scale.{name}.", TEMPLATE)
    for name, parts in content.get("parts", {}).items():
        yield from _all_of(parts, f"parts.{name}.", TEMPLATE)
    yield from _all_of(content.get("evidence_grades", {}), "grade.", TEMPLATE)
    for band in content.get("bands", ()):
        yield _Spot(f"band.{band['minimum']:g}", TEMPLATE, band, "name")
    for section in content["sections"]:
        yield from _of_section(section)
    for check in content.get("checks", ()):
        yield _Spot(f"check.{check['key']}.say", TEMPLATE, check, "say")
    for asked in content.get("pilot_feedback", {}).get("overall", ()):
        yield from _of_question(asked, f"pilot.{asked['key']}")


def _of_section(section: dict[str, Any]) -> Iterator[_Spot]:
    thing = f"section.{section['key']}"
    yield from _named(section, SECTION_TEXTS, f"{thing}.", thing)
    for cap in section.get("caps", ()):
        yield _Spot(f"{thing}.caps.{cap['key']}.reason", thing, cap, "reason")
    for asked in section.get("questions", ()):
        yield from _of_question(asked, f"question.{asked['key']}")
    for inner in section.get("sections", ()):
        yield from _of_section(inner)


def _of_question(asked: dict[str, Any], thing: str) -> Iterator[_Spot]:
    fixed = asked["kind"] == Kind.MONEY  # its unit is read by the program: GBP, GBP per year
    yield from _named(asked, QUESTION_TEXTS[:2] if fixed else QUESTION_TEXTS, f"{thing}.", thing)
    yield from _all_of(asked.get("levels") or {}, f"{thing}.levels.", thing)
    for option in asked.get("options", ()):
        yield _Spot(f"{thing}.options.{option['key']}", thing, option, "label")


def _named(holder: dict[str, Any], names: Iterable[str], before: str, thing: str) -> Iterator[_Spot]:
    for name in names:
        if holder.get(name, "").strip():
            yield _Spot(f"{before}{name}", thing, holder, name)


def _all_of(holder: dict[Any, str], before: str, thing: str) -> Iterator[_Spot]:
    for name in holder:
        yield _Spot(f"{before}{name}", thing, holder, name)
