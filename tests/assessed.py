"""Random assessments for what must hold of every score: a template and answers, made fast from a seed.

Unlike the questionnaires of `tests.generated` they need not be free of design faults: they hold what scoring
has to cope with, and hold it often. Sections up to three deep, unequal tables of points, weights of 0,
critical questions, warning signs, routing, all four ways of not answering, every grade of evidence.
"""

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from vfm.questionnaires.answers import Answer, Evidence, State
from vfm.questionnaires.conditions import questions_named
from vfm.questionnaires.schema import SCHEMA, Kind, Method, Questionnaire
from vfm.scoring.structure import structure_of

MANY = int(os.environ.get("VFM_EXAMPLES", "1"))
"""How many times as many examples as in an ordinary run."""
TRIES = settings(max_examples=150 * MANY, deadline=None)
MEANS = (Method.WEIGHTED_MEAN, Method.MEAN_OF_MEANS, Method.SUM)
LARGEST = 4
"""Top sections of the largest template."""

WEIGHTS = (0, 0.1, 1 / 3, 0.5, 1, 1, 2, 3, 10)
SCALES: dict[str, Any] = {
    "four": {"levels": dict(enumerate("abcd", 1))},
    "five": {"levels": dict(enumerate("abcde", 1))},
    "steep": {"levels": dict(enumerate("abc", 1)), "points": {1: 0, 2: 10, 3: 100}},
    "flat": {"levels": dict(enumerate("abcd", 1)), "points": {1: 0, 2: 0, 3: 100 / 3, 4: 100}},
}
REASON = "No such duty"


@dataclass(frozen=True)
class Assessed:
    """One template and one set of answers to it; `chance` draws whatever a property needs beside."""

    template: Questionnaire
    answers: dict[str, Answer]
    chance: random.Random

    @property
    def deciding(self) -> frozenset[str]:
        """Questions whose answer decides whether others are asked, or whether a cap applies."""
        rules = [q.show_if for q in self.template.questions.values() if q.show_if is not None]
        rules += [cap.when for section in self.template.all_sections.values() for cap in section.caps]
        return frozenset(key for rule in rules for key in questions_named(rule))

    @property
    def gates(self) -> frozenset[str]:
        """Questions whose answer decides whether others are asked."""
        rules = [q.show_if for q in self.template.questions.values() if q.show_if is not None]
        return frozenset(key for rule in rules for key in questions_named(rule))

    def value(self, key: str) -> Any:
        """Any answer there is to a question."""
        return self.chance.choice(values(self.template, key))


def values(template: Questionnaire, key: str) -> list[Any]:
    """Every single answer there is to a question."""
    question = template.questions[key]
    if question.kind is Kind.MULTI_CHOICE:
        return [(option.key,) for option in question.options]
    return list(template.points_of(question)) or ["yes", "no"]


def each(
    methods: tuple[Method, ...] = MEANS, *, caps: bool = True, routing: bool = True
) -> Callable[[Callable[[Assessed], None]], Callable[[], None]]:
    """Try a property on many random assessments, small ones first when it fails."""

    def over(test: Callable[[Assessed], None]) -> Callable[[], None]:
        sizes, seeds = st.integers(1, LARGEST), st.integers(0, 2**40)
        made = st.builds(
            lambda size, seed: assessed(size, seed, methods, caps=caps, routing=routing), sizes, seeds
        )
        return TRIES(given(made)(test))

    return over


def assessed(
    size: int, seed: int, methods: tuple[Method, ...] = MEANS, *, caps: bool = True, routing: bool = True
) -> Assessed:
    """The assessment of a size and a seed: the same for the same."""
    chance = random.Random(f"{size} {seed}")
    maker = _Maker(chance, caps, routing)
    template = Questionnaire.model_validate(
        {
            "schema": SCHEMA,
            "key": "random",
            "title": "Random",
            "scales": SCALES,
            "sections": [maker.section(f"S{n}", 1) for n in range(size)],
            "scoring": {
                "method": chance.choice(methods),
                "critical_limit": chance.choice([0, 100 / 3, 50]),
                "section_minimum": chance.choice([0.6, 0.6, 0]),
                "overall_minimum": chance.choice([0.8, 0.8, 0.3]),
            },
        }
    )
    return Assessed(template, answered(template, chance), chance)


def answered(template: Questionnaire, chance: random.Random, blank: float = 0.25) -> dict[str, Answer]:
    """Random answers, of each question a share left without."""
    given: dict[str, Answer] = {}
    for key, question in template.questions.items():
        draw = chance.random()
        if draw >= blank:
            value = chance.choice(values(template, key))
            given[key] = Answer(State.ANSWERED, value, evidence=chance.choice(tuple(Evidence)))
        elif draw < blank / 3:
            given[key] = Answer(State.DONT_KNOW)
        elif draw < 2 * blank / 3 and question.allows_na:
            given[key] = Answer(State.NOT_APPLICABLE, reason=REASON)
    return given


class _Maker:
    def __init__(self, chance: random.Random, caps: bool, routing: bool) -> None:
        self.chance, self.caps, self.routing = chance, caps, routing
        self.asked: list[dict[str, Any]] = []

    def likely(self, share: float) -> bool:
        return self.chance.random() < share

    def section(self, key: str, depth: int) -> dict[str, Any]:
        questions = [self.question(f"{key}q{n}") for n in range(self.chance.randint(1, 4))]
        caps = list(self.signs(key, questions)) if self.caps and self.likely(0.3) else []
        children = self.chance.randint(1, 2) if depth < 3 and self.likely(0.3) else 0
        return {
            "key": key,
            "title": key,
            "weight": self.chance.choice(WEIGHTS),
            "critical": self.likely(0.1),
            "questions": questions,
            "caps": caps,
            "sections": [self.section(f"{key}{letter}", depth + 1) for letter in "AB"[:children]],
        }

    def question(self, key: str) -> dict[str, Any]:
        made: dict[str, Any] = {"key": key, "text": key, "weight": self.chance.choice(WEIGHTS)}
        draw = self.chance.random()
        if draw < 0.65:
            made |= {"kind": "scale", "scale": self.chance.choice(list(SCALES))}
        elif draw < 0.8:
            made |= {
                "kind": "yes_no",
                "points": {"yes": 100, "no": 0} if self.likely(0.5) else {"yes": 0, "no": 100},
            }
        else:
            points = self.chance.sample([0, 20, 20, 100], 4)
            options = [{"key": o, "label": o, "points": p} for o, p in zip("wxyz", points, strict=True)]
            made |= {"kind": "single_choice", "options": options}
        if self.caps and self.likely(0.15):
            made["critical"] = True
        if self.routing and self.asked and self.likely(0.2):
            made["show_if"] = self.rule(self.chance.choice(self.asked))
        if self.routing and self.likely(0.1):
            del made["weight"]
            made.pop("critical", None)
        self.asked.append(made)
        return made

    def rule(self, of: dict[str, Any]) -> dict[str, Any]:
        if of["kind"] == "scale":
            return {"question": of["key"], self.chance.choice(["at_least", "at_most"]): 2}
        if of["kind"] == "yes_no":
            return {"question": of["key"], "equals": self.chance.choice(["yes", "no"])}
        return {"question": of["key"], "in": self.chance.choice([["w", "x"], ["y"]])}

    def signs(self, key: str, questions: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Caps on unscored warning signs, and one on a scored question at its first level."""
        sign = {"key": f"{key}w", "text": "Sign", "kind": "yes_no"}
        several = {
            "key": f"{key}v",
            "text": "Signs",
            "kind": "multi_choice",
            "options": [{"key": o, "label": o} for o in "abc"],
        }
        whens = [{"question": sign["key"], "equals": "yes"}, {"question": several["key"], "contains": "a"}]
        scales = [q["key"] for q in questions if q["kind"] == "scale"]
        questions += [sign, several]
        whens += [{"question": self.chance.choice(scales), "at_most": 1}] if scales else []
        for n, when in enumerate(self.chance.sample(whens, self.chance.randint(1, len(whens)))):
            limit = self.chance.choice([10, 100 / 3, 50, 80])
            yield {"key": f"{key}c{n}", "when": when, "limit": limit, "reason": "A sign"}


def scored_keys(template: Questionnaire) -> list[str]:
    """Keys of the questions that count in a mean or in a floor."""
    return list(structure_of(template).known)
