"""Whole questionnaires made from a seed: clean of design faults, together using every feature of the schema.

`made(seed)` is the same questionnaire for the same seed; `questionnaires()` is the strategy over seeds, for
property tests. `conditions()` and `arithmetic()` give any tree the schema takes, sensible or not.
"""

import random
from datetime import date, timedelta
from itertools import product
from typing import Any

from hypothesis import strategies as st

from vfm.questionnaires.checks import faults
from vfm.questionnaires.schema import (
    FEEDS,
    NUMERIC,
    SCHEMA,
    All,
    AnyOf,
    Comparison,
    Kind,
    Method,
    Not,
    Operation,
    Questionnaire,
)
from vfm.questionnaires.translations import texts

AWKWARD = (
    *("no", "TRUE", "1", "1.50", "null", "~", "- a", "a: b", "# x", "'", '"', "*a", "2026-01-05", "3/4"),
    *("=SUM(A1)", "+44 20", "-1 day", "@home", "<b>bold</b>", "a\n\nb\n", "100 %", "_x0041_", "“quoted”"),
    *(
        '"all of it"',
        " blanks round it ",
        "\ttab",
        "line\r\nends",
        "x\u2028y",
        "\x07bell",
        "-",
        "",
        "😀",
        "é",
    ),
)
"""Texts that a file format may mistake for something else."""
PLAIN = "How well is need known, and by whom? Each main action has an owner and a measure of what it costs"
COLOURS = ("red", "orange", "yellow", "green", "turquoise", "blue", "purple", "grey")
SCORED = (Kind.SCALE, Kind.YES_NO, Kind.SINGLE_CHOICE)
RULED = (Kind.SCALE, Kind.YES_NO, Kind.SINGLE_CHOICE, Kind.MULTI_CHOICE, Kind.NUMBER, Kind.DATE, Kind.TEXT)


def questionnaires() -> st.SearchStrategy[Questionnaire]:
    """Whole valid questionnaires."""
    return st.integers(0, 2**32).map(made)


def made(seed: int) -> Questionnaire:
    """The questionnaire of a seed: the first that was drawn without a design fault.

    Rules drawn one by one may stand against each other, such as a cap against the top of its section.
    """
    chance = random.Random(seed)
    while faults(drawn := _Maker(chance).questionnaire()):
        pass
    return drawn


class _Maker:
    """Draws one questionnaire; what is asked so far is remembered, so that rules cite earlier questions."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.number = 0
        self.asked: list[dict[str, Any]] = []
        self.scales: dict[str, dict[str, Any]] = {}
        self.parts: dict[str, dict[str, str]] = {}

    # --- small things

    def likely(self, share: float = 0.5) -> bool:
        return self.chance.random() < share

    def words(self) -> str:
        if self.likely(0.3):
            return self.chance.choice([text for text in AWKWARD if text])
        some = PLAIN.split()[self.chance.randrange(8) :][: self.chance.randint(1, 12)]
        return " ".join(some) + self.chance.choice(["?", ".", "", ": see below", "\nA second line"])

    def text(self) -> str:
        return self.words() if self.likely(0.7) else ""

    def texts(self, most: int = 3) -> list[str]:
        some = [self.words() for _ in range(self.chance.randint(0, most))]
        return [*some, ""] if some and self.likely(0.1) else some

    def distinct(self, count: int) -> list[str]:
        """Words that people can tell apart."""
        found: dict[str, str] = {}
        while len(found) < count:
            words = self.words()
            found.setdefault(" ".join(words.split()).casefold(), words)
        return [*found.values()]

    def key(self, of: str) -> str:
        self.number += 1
        return f"{of}{self.number:02}{self.chance.choice(['', '-a', '_B', 'x-1'])}"

    def figure(self) -> float:
        return self.chance.choice([1, 2, 10, 0.1, 100 / 3, 1e-9, 12.5, 1e21, self.chance.random()])

    def ladder(self, steps: int) -> list[float]:
        """Points that rise from 0 to 100."""
        inner = sorted(self.chance.choice([25, 100 / 3, 200 / 7, 50.5, 0.1]) for _ in range(steps - 2))
        return [0, *inner, 100]

    def maybe(self, **fields: Any) -> dict[str, Any]:
        """Some of the fields."""
        return {name: value for name, value in fields.items() if self.likely()}

    # --- the whole

    def questionnaire(self) -> Questionnaire:
        method = self.chance.choice([*Method, Method.WEIGHTED_MEAN])
        self.scales = {
            self.key(self.chance.choice(["scale", "not", "true"])): self.scale()
            for _ in range(self.chance.randint(1, 3))
        }
        self.parts = {
            self.key("parts"): {self.key("part"): words for words in self.distinct(self.chance.randint(1, 4))}
            for _ in range(self.chance.randint(0, 2))
        }
        sections = [self.section(method, depth=1) for _ in range(self.chance.randint(1, 4))]
        if method is Method.RULE_TABLE:
            sections.append(self.judged_section())
        grades = ["none", "assertion", "documented", "verified"]
        content = {
            "schema": SCHEMA,
            "key": self.key("template"),
            "title": self.words(),
            "sections": sections,
            "scales": self.scales,
            "parts": self.parts,
            "scoring": {"method": method, **self.thresholds()},
            "bands": self.bands(),
            "checks": [self.check() for _ in range(self.chance.randint(0, 2))],
            "pilot_feedback": {"per_question": self.likely(), "overall": self.about_the_pilot()},
            "people": self.people(),
            **self.maybe(
                version=self.chance.randint(1, 99),
                unit=self.chance.choice(["service", "authority", "topic"]),
                pages=self.chance.choice(["section", "question"]),
                guidance=self.text(),
                is_group_response=self.likely(),
                sign_off=self.chance.choice(["director", "executive_director"]),
                typical_duration_weeks=self.chance.randint(1, 52),
                scope={"inside": [self.words(), *self.texts()], "outside": self.texts()},
                outputs=self.texts(),
                evidence_grades={grade: self.words() for grade in self.chance.sample(grades, 3)},
            ),
        }
        english = Questionnaire.model_validate(content)
        return Questionnaire.model_validate(content | self.translations(english))

    def translations(self, english: Questionnaire) -> dict[str, Any]:
        """Some texts in Welsh, and now and then words for a text that is gone."""
        if not self.likely(0.4):
            return {}
        places = [text.place for text in texts(english) if self.likely()]
        gone = ["question.GONE.text"] if self.likely(0.2) else []
        given = {place: self.words() for place in (*places, *gone)}
        return {"translations": {"cy": given}} if given else {}

    def thresholds(self) -> dict[str, Any]:
        return self.maybe(
            section_minimum=self.chance.choice([0, 0.5, 2 / 3, 1]),
            overall_minimum=self.chance.random(),
            na_flag=self.chance.random(),
            critical_limit=self.chance.choice([0, "100/3", "200/3", 50, 12.3456789]),
            has_overall=self.likely(),
        )

    def people(self) -> dict[str, Any]:
        return self.maybe(
            completed_by=self.text(),
            contributors=self.texts(),
            fact_checked_by=self.text(),
            signed_off_by=self.text(),
            challenged_by=self.text(),
            sponsor=self.text(),
            reported_to=self.texts(),
        )

    def scale(self) -> dict[str, Any]:
        count = self.chance.randint(2, 6)
        points = dict(enumerate(self.ladder(count), 1))
        return {"levels": dict(enumerate(self.distinct(count), 1)), **self.maybe(points=points)}

    def bands(self) -> list[dict[str, Any]]:
        starts = [0, *sorted(self.chance.sample([10, 100 / 3, 40, 62.5, 80], self.chance.randint(0, 4)))]
        return [
            {"name": f"{self.words()} {i}", "minimum": start, "colour": self.chance.choice(COLOURS)}
            for i, start in enumerate(starts)
        ][: self.chance.choice([0, 9, 9])]

    # --- sections

    def section(self, method: Method, depth: int) -> dict[str, Any]:
        questions = [self.question() for _ in range(self.chance.randint(1, 5))]
        self.weigh(questions)
        children = range(self.chance.randint(0, 2) if depth < 3 and self.likely(0.4) else 0)
        sections = [self.section(method, depth + 1) for _ in children]
        is_scored = any("weight" in q for q in questions) or any(child["weight"] for child in sections)
        is_equal = method in (Method.MEAN_OF_MEANS, Method.SUM)
        section = {
            "key": self.key("S"),
            "title": self.words(),
            "weight": (1 if is_equal else self.figure()) if is_scored else 0,
            "questions": questions,
            "sections": sections,
            **self.maybe(
                purpose=self.text(), hypothesis=self.text(), frameworks=self.texts(), critical=self.likely()
            ),
        }
        if is_scored and method is not Method.RULE_TABLE and self.likely():
            section["caps"] = [self.cap() for _ in range(self.chance.randint(1, 2))]
        return section

    def weigh(self, questions: list[dict[str, Any]]) -> None:
        """At least one question of a scored section weighs something."""
        scored = [question for question in questions if "weight" in question]
        if scored and not any(question["weight"] for question in scored):
            scored[0]["weight"] = 1

    def judged_section(self) -> dict[str, Any]:
        """A section judged by a rule table."""
        questions = [
            {"key": self.key("R"), "text": self.words(), "kind": Kind.YES_NO}
            for _ in range(self.chance.randint(1, 4))
        ]
        names = [self.key("list") for _ in range(self.chance.randint(1, 2))]
        statuses = [f"{self.words()} {i}" for i in range(self.chance.randint(2, 4))]
        keys = [question["key"] for question in questions]
        return {
            "key": self.key("S"),
            "title": self.words(),
            "weight": 1,
            "questions": questions,
            "rule_table": {
                "lists": {
                    name: self.chance.sample(keys, self.chance.randint(0, len(keys))) for name in names
                },
                "statuses": statuses,
                "minimum": self.chance.choice(statuses),
                "rows": [
                    {"lists": words, "status": self.chance.choice(statuses)}
                    for words in product(("all", "some", "none"), repeat=len(names))
                ],
            },
        }

    def cap(self) -> dict[str, Any]:
        limit = self.chance.choice([0, "100/3", 40, 99.9])
        return {"key": self.key("cap"), "when": self.rule(), "limit": limit, "reason": self.words()}

    def check(self) -> dict[str, Any]:
        at = self.chance.choice(self.asked)["key"]
        return {"key": self.key("check"), "must": self.rule(), "say": self.words(), "at": at}

    def about_the_pilot(self) -> list[dict[str, Any]]:
        count = self.chance.randint(0, 2)
        return [self.dressed(self.chance.choice(list(Kind)), rules=False) for _ in range(count)]

    # --- questions

    def question(self) -> dict[str, Any]:
        question = self.dressed(self.chance.choice(list(Kind)))
        self.asked.append(question)
        return question

    def dressed(self, kind: Kind, *, rules: bool = True) -> dict[str, Any]:
        """A question of a kind with some of what the kind may have."""
        question: dict[str, Any] = {
            "key": self.key(self.chance.choice(["Q", "ECO-", "in", "x_"])),
            "text": self.words(),
            "kind": kind,
            **self.maybe(help=self.text(), required=self.likely(), na_allowed=self.likely()),
        }
        if kind in SCORED and rules and self.likely(0.6):
            question["weight"] = self.chance.choice([0, 1, 2, self.figure()])
            if self.likely(0.3):
                question |= {"critical": True, "na_allowed": self.chance.choice([None, False])}
        dress = getattr(self, f"dress_{kind.value}", None)
        if dress is not None:
            dress(question)
        if rules and kind in NUMERIC:
            self.reckon(question)
        if rules and self.asked and self.likely(0.4):
            question["show_if"] = self.rule()
        if rules and kind is Kind.TEXT:
            question |= self.maybe(becomes="improvement_action")
        if rules and self.likely(0.2):
            question["feeds"] = self.chance.choice(FEEDS)
        return question

    def dress_scale(self, question: dict[str, Any]) -> None:
        name = self.chance.choice([*self.scales])
        if name != next(iter(self.scales)) or self.likely():
            question["scale"] = name
        if self.likely():
            question["levels"] = dict(enumerate(self.distinct(len(self.scales[name]["levels"])), 1))

    def dress_yes_no(self, question: dict[str, Any]) -> None:
        if self.likely(0.4):
            question["points"] = self.chance.choice([{"no": 100, "yes": 0}, {"yes": 100, "no": 0}])

    def dress_single_choice(self, question: dict[str, Any]) -> None:
        count = self.chance.randint(2, 5)
        points: list[float | None] = [*self.ladder(count)] if "weight" in question else [None] * count
        self.chance.shuffle(points)
        question["options"] = [
            {"key": self.option_key(i), "label": words, **({} if worth is None else {"points": worth})}
            for i, (words, worth) in enumerate(zip(self.distinct(count), points, strict=True))
        ]

    def dress_multi_choice(self, question: dict[str, Any]) -> None:
        question["options"] = [
            {"key": self.option_key(i), "label": words, **self.maybe(exclusive=self.likely(0.3))}
            for i, words in enumerate(self.distinct(self.chance.randint(2, 5)))
        ]

    def option_key(self, place: int) -> str:
        return self.chance.choice(
            [f"option_{place}", f"or-{place}", ("and", "yes", "inf", "the", "in")[place]]
        )

    def dress_number(self, question: dict[str, Any]) -> None:
        question["unit"] = f"{self.words()} "
        self.divide_up(question)

    def dress_money(self, question: dict[str, Any]) -> None:
        question["unit"] = self.chance.choice(["GBP", "GBP per year"])
        self.divide_up(question)

    def dress_text(self, question: dict[str, Any]) -> None:
        question |= self.maybe(max_words=self.chance.randint(1, 999))

    def dress_evidence(self, question: dict[str, Any]) -> None:
        question |= self.maybe(min_items=self.chance.randint(1, 9))

    def divide_up(self, question: dict[str, Any]) -> None:
        if self.parts and self.likely(0.3):
            question["by"] = self.chance.choice([*self.parts])

    def reckon(self, question: dict[str, Any]) -> None:
        """Sometimes a derived value, from earlier figures asked by the same parts or once."""
        by = (None, question.get("by"))
        figures = [q["key"] for q in self.asked if q["kind"] in NUMERIC and q.get("by") in by]
        if figures and self.likely():
            question["derived"] = self.sum(figures, 2)

    def sum(self, figures: list[str], depth: int) -> dict[str, Any]:
        name = self.chance.choice(["add", "subtract", "multiply", "divide"])
        count = self.chance.randint(2, 4) if name in ("add", "multiply") else 2
        return {name: [self.operand(figures, depth) for _ in range(count)]}

    def operand(self, figures: list[str], depth: int) -> Any:
        if depth and self.likely(0.3):
            return self.sum(figures, depth - 1)
        return self.chance.choice([*figures, *figures, 100, -2.5, 1e-9])

    # --- rules

    def rule(self) -> dict[str, Any]:
        """A condition on one to three earlier questions, each asked always: so it can be true."""
        free = [q for q in self.asked if "show_if" not in q and "by" not in q and q["kind"] in RULED]
        cited = self.chance.sample(free, min(len(free), self.chance.randint(1, 3)))
        claims = [self.claim(question) for question in cited]
        if not claims:
            return {"question": self.asked[0]["key"], "answered": True}
        shape = self.chance.randrange(5)
        if shape == 0 or len(claims) == 1:
            return self.chance.choice([claims[0], claims[0], {"all": claims[:1]}, {"any": claims[:1]}])
        if shape == 1:
            return {"all": [claims[0], {"not": {"any": claims[1:]}}]}
        if shape == 2:
            return {"any": [{"all": claims[:2]}, *claims[2:]]}
        return {self.chance.choice(["all", "any"]): claims}

    def claim(self, question: dict[str, Any]) -> dict[str, Any]:
        """A comparison that some answers make true and others false."""
        kind, key = question["kind"], question["key"]
        if kind is Kind.TEXT or self.likely(0.15):
            return {"question": key, "answered": self.likely()}
        offered = ["yes", "no"] if kind is Kind.YES_NO else [o["key"] for o in question.get("options", ())]
        figure = self.chance.choice(["equals", "at_least", "at_most", "greater", "less"])
        by_kind: dict[Kind, list[dict[str, Any]]] = {
            Kind.SCALE: [{"at_least": 2}, {"less": 2}, {"in": [1, 2]}, {"equals": 1}, {"equals": 2.0}],
            Kind.YES_NO: [{"equals": word} for word in offered] + [{"in": offered}],
            Kind.SINGLE_CHOICE: [{"equals": word} for word in offered] + [{"in": offered[:2]}],
            Kind.MULTI_CHOICE: [{"contains": word} for word in offered] + [{"at_least": 2}],
            Kind.NUMBER: [{figure: value} for value in (0, -3, 2.5, 1e6)],
            Kind.DATE: [{figure: "2026-01-05"}],
        }
        return {"question": key, **self.chance.choice(by_kind[kind])}


# --- any tree the schema takes ------------------------------------------------------------------------------

_keys = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,39}", fullmatch=True) | st.sampled_from(
    ["not", "and", "all", "is", "in", "the", "answered", "at_least", "inf", "A-"]
)
_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(AWKWARD) | _keys
_days = st.dates(date(1900, 1, 1), date(1900, 1, 1) + timedelta(days=100_000))
_refs = st.builds(lambda key: {"question": key}, _keys)
_bounds = st.floats(allow_nan=False) | _days | _refs
_equals = (
    st.booleans() | st.integers(-(10**40), 10**40) | st.floats(allow_nan=False) | _texts | _refs
) | _days.map(date.isoformat)
_many = st.lists(st.integers(-(10**20), 10**20) | _texts | _days.map(date.isoformat), max_size=4)


def _claims() -> st.SearchStrategy[Comparison]:
    operands = st.one_of(
        st.tuples(st.sampled_from(["at_least", "at_most", "greater", "less"]), _bounds),
        st.tuples(st.just("equals"), _equals),
        st.tuples(st.just("in"), _many),
        st.tuples(st.just("contains"), _texts),
        st.tuples(st.just("answered"), st.booleans()),
    )
    return st.builds(
        lambda key, pair: Comparison.model_validate({"question": key, pair[0]: pair[1]}), _keys, operands
    )


def conditions() -> st.SearchStrategy[Any]:
    """Any condition."""
    return st.recursive(
        _claims(),
        lambda inner: st.one_of(
            st.builds(lambda several: All(all=tuple(several)), st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda several: AnyOf(any=tuple(several)), st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda one: Not(not_=one), inner),
        ),
        max_leaves=12,
    )


def arithmetic() -> st.SearchStrategy[Operation]:
    """Any calculation."""
    leaves = _keys | st.floats(allow_nan=False, allow_infinity=False)

    def operations(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Operation]:
        return st.one_of(
            st.builds(
                lambda name, two: Operation(**{name: tuple(two)}),
                st.sampled_from(["subtract", "divide"]),
                st.tuples(inner, inner),
            ),
            st.builds(
                lambda name, many: Operation(**{name: tuple(many)}),
                st.sampled_from(["add", "multiply"]),
                st.lists(inner, min_size=2, max_size=4),
            ),
        )

    return operations(st.recursive(leaves, operations, max_leaves=8))
