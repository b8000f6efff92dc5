"""One question of a draft reworded: what was typed becomes a new questionnaire, or a list of problems.

Pure. The questionnaire given is never touched; keys, kinds and routing stay as they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from vfm.errors import Invalid, Problem
from vfm.questionnaires import document
from vfm.questionnaires.kinds import text_problem
from vfm.questionnaires.schema import SCORABLE, Kind, Question, Questionnaire

LONGEST_WORDING = 2_000
"""Characters of the longest question, level or option."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What can be changed of a question, as typed in a form.

    Attributes:
        weight: a number as text; blank for a question that is not scored.
        levels: level number -> level descriptor, kind scale only.
        labels: option key -> its words, choices only.
    """

    text: str
    help: str = ""
    weight: str = ""
    required: bool = False
    levels: Mapping[int, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


def wording_of(questionnaire: Questionnaire, question: Question) -> Wording:
    """A question as its form shows it first."""
    return Wording(
        text=question.text,
        help=question.help,
        weight="" if question.weight is None else f"{question.weight:g}",
        required=question.required,
        levels=questionnaire.level_words(question) if question.kind is Kind.SCALE else {},
        labels=question.option_labels,
    )


def edited(questionnaire: Questionnaire, key: str, wording: Wording) -> Questionnaire:
    """The questionnaire with one question reworded.

    Blanks around words are taken off. Levels that say what the scale says are not repeated on the question.

    Raises:
        Invalid: every field that cannot be used; places are `text`, `help`, `weight`, `level.1`,
            `option.KEY`.
    """
    question = questionnaire.questions[key]
    clean = _tidied(wording, wording_of(questionnaire, question))
    problems = _problems(question, clean)
    if problems:
        raise Invalid(problems)
    content = document.to_json(questionnaire)
    asked = next(found for _, found in document.questions_in(content) if found["key"] == key)
    _write(asked, questionnaire, question, clean)
    return document.from_json(content)


def in_words(wording: Wording) -> str:
    """A wording as one text, for showing two side by side."""
    lines = [wording.text, wording.help]
    lines += [f"{level}: {words}" for level, words in wording.levels.items()]
    lines += [f"• {words}" for words in wording.labels.values()]
    lines.append(f"Weight {wording.weight or 'none'}, {'required' if wording.required else 'not required'}")
    return "\n".join(line for line in lines if line)


def _tidied(wording: Wording, present: Wording) -> Wording:
    """Without blanks at the ends, and only the levels and options that the question has."""

    def tidy(words: str) -> str:
        return words.replace("\r\n", "\n").replace("\r", "\n").strip()

    return Wording(
        text=tidy(wording.text),
        help=tidy(wording.help),
        weight=tidy(wording.weight),
        required=wording.required,
        levels={level: tidy(wording.levels.get(level, words)) for level, words in present.levels.items()},
        labels={option: tidy(wording.labels.get(option, words)) for option, words in present.labels.items()},
    )


def _problems(question: Question, wording: Wording) -> list[Problem]:
    problems = _wording_problem("text", "question", wording.text)
    if message := text_problem(wording.help):
        problems.append(Problem("help", message))
    if message := _weight_problem(question, wording.weight):
        problems.append(Problem("weight", message))
    for level, words in wording.levels.items():
        problems += _wording_problem(f"level.{level}", f"level {level}", words)
    for option, words in wording.labels.items():
        problems += _wording_problem(f"option.{option}", f'option "{option}"', words)
    return problems


def _wording_problem(place: str, what: str, words: str) -> list[Problem]:
    if not words:
        return [Problem(place, f"The {what} has no words. Write what people should read.")]
    if len(words) > LONGEST_WORDING:
        sentence = f"The {what} has {len(words):,} characters; the most is {LONGEST_WORDING:,}. Shorten it."
        return [Problem(place, sentence)]
    message = text_problem(words)
    return [Problem(place, message)] if message else []


def _weight_problem(question: Question, typed: str) -> str | None:
    if not typed:
        return None
    if question.kind not in SCORABLE:
        return "Only a scale, a yes or no, or a single choice can be scored. Leave the weight blank."
    try:
        weight = float(typed)
    except ValueError:
        return (
            f'"{typed}" is not a number. Write a weight such as 1 or 2.5, or leave it blank for not scored.'
        )
    return (
        None
        if isfinite(weight) and weight >= 0
        else "A weight is 0 or more. Write a number such as 1 or 2.5."
    )


def _write(asked: dict[str, Any], questionnaire: Questionnaire, question: Question, wording: Wording) -> None:
    asked["text"] = wording.text
    asked["help"] = wording.help
    asked["required"] = wording.required
    asked["weight"] = float(wording.weight) if wording.weight else None
    for option in asked.get("options", ()):
        option["label"] = wording.labels.get(option["key"], option["label"])
    if question.kind is Kind.SCALE:
        own = question.levels is not None or wording.levels != questionnaire.scale_of(question).levels
        asked["levels"] = dict(wording.levels) if own else None
