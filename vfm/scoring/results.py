"""The scorecard: what one assessment's answers mean, in frozen figures that carry their own reasons.

The room's rule: pure, unrounded, one implementation for page, workbook, report and command. `as_json` is the
output everybody reads; `as_record` adds what a page needs to show a stored result again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cached_property
from typing import Any, Self

from vfm.questionnaires.answers import Evidence, State
from vfm.scoring.confidence import Confidence
from vfm.scoring.rounding import at_the_ends

ENGINE = "1.1"


class SectionStatus(StrEnum):
    """What can be said of a section's score."""

    SCORED = "scored"
    INSUFFICIENT = "insufficient"
    NOT_APPLICABLE = "not_applicable"
    UNSCORED = "unscored"


class OverallStatus(StrEnum):
    """What can be said of the overall score."""

    PUBLISHED = "published"
    PROVISIONAL = "provisional"
    NOT_APPLICABLE = "not_applicable"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class CapApplied:
    """A rule that applies to a section.

    Attributes:
        rule: key of the cap, or of the critical question.
        limit: the most the section may come to, in points.
        uncapped: what it would be without its caps; None where the score is withheld.
        reason: why, in words to be printed.
    """

    rule: str
    limit: float
    uncapped: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class SectionScore:
    """One section's result; figures in points on 0 to 100, shares in [0, 1], None where there is none.

    Attributes:
        weight: how it counts in what holds it.
        score: None where withheld, not applicable, unscored or under a rule table.
        low: lowest score still possible, or worst status under a rule table; high: the other end.
        caps: rules that apply, the lowest limit (which wins) first.
        result: the status a rule table gives, where worst and best agree.
        parent: key of the section that holds it, "" at the top.
        mean: after caps, also where display withholds it: what enters the overall.
        uncapped: before the section's own caps.
        confidence: weighted mean evidence grade over what applies.
        spread: how far weak evidence could move the score, in points (one standard deviation).
        na_share: share of its weight on the route that does not apply.
        is_flagged: so much does not apply that a challenge is called for.
        meets_minimum: a rule table's status against the required one; None while open or without a table.
    """

    key: str
    weight: float
    score: float | None
    low: float | str | None
    high: float | str | None
    completeness: float | None
    status: SectionStatus
    caps: tuple[CapApplied, ...] = ()
    result: str | None = None
    parent: str = ""
    mean: float | None = None
    uncapped: float | None = None
    confidence: float | None = None
    spread: float | None = None
    na_share: float | None = None
    is_flagged: bool = False
    meets_minimum: bool | None = None


@dataclass(frozen=True, slots=True)
class QuestionScore:
    """One question's part in the result.

    Attributes:
        value: the answer as JSON holds it, None unless answered and on the route.
        points: what it is worth on 0 to 100; None unless it is scored and answered.
        weight: as the template says; None for a question that is not scored.
        share: its share of the overall, in [0, 1]; the shares of all answered questions add up to 1.
        contribution: share x points; all of them add up to the overall before caps.
        evidence: grade of a scored answer.
    """

    key: str
    state: State
    value: Any = None
    points: float | None = None
    weight: float | None = None
    share: float | None = None
    contribution: float | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class OverallScore:
    """The overall result; figures as in `SectionScore`.

    Attributes:
        score: None unless published.
        band: name of the rating band the score falls in.
        mean: after caps, also where display withholds it.
        confidence_share: weighted mean evidence grade behind `confidence`.
    """

    score: float | None
    low: float | None
    high: float | None
    completeness: float | None
    status: OverallStatus
    band: str | None = None
    confidence: Confidence | None = None
    spread: float | None = None
    mean: float | None = None
    confidence_share: float | None = None


OVERALL_FIELDS = ("score", "low", "high", "completeness", "status", "band", "confidence", "spread")
SECTION_FIELDS = ("key", "weight", "score", "low", "high", "completeness", "status", "caps", "result")
QUESTION_FIELDS = ("key", "state", "value", "points", "weight", "share", "contribution", "evidence")


@dataclass(frozen=True)
class Scorecard:
    """The result of scoring one assessment.

    Attributes:
        engine: version of the rules that computed it.
        template: key of the questionnaire; version: its version.
        sections: every section at any depth, in reading order.
        questions: every question, in reading order.
    """

    engine: str
    template: str
    version: int
    overall: OverallScore
    sections: tuple[SectionScore, ...]
    questions: tuple[QuestionScore, ...]

    @cached_property
    def section(self) -> dict[str, SectionScore]:
        """Section key -> its result."""
        return {section.key: section for section in self.sections}

    @cached_property
    def question(self) -> dict[str, QuestionScore]:
        """Question key -> its part in the result."""
        return {question.key: question for question in self.questions}

    @property
    def profile(self) -> tuple[SectionScore, ...]:
        """The top sections that can be listed: all but those without scored questions."""
        return tuple(s for s in self.sections if not s.parent and s.status is not SectionStatus.UNSCORED)

    @property
    def lowest_sections(self) -> tuple[SectionScore, ...]:
        """The top sections whose score prints as the lowest, in reading order; none where none is shown."""
        scored = {section.key: section.score for section in self.profile if section.score is not None}
        _, lowest = at_the_ends(scored)
        return tuple(section for section in self.profile if section.key in lowest)

    @property
    def flagged(self) -> tuple[SectionScore, ...]:
        """Sections in which so much does not apply that a challenge is called for."""
        return tuple(section for section in self.sections if section.is_flagged)

    @property
    def before_caps(self) -> float | None:
        """The overall before caps: the sum of all contributions; None where nothing contributes."""
        given = [q.contribution for q in self.questions if q.contribution is not None]
        return sum(given) if given else None

    def as_json(self) -> dict[str, Any]:
        """The laid-down output: numbers unrounded, None where there is none."""
        return {
            "engine": self.engine,
            "template": {"key": self.template, "version": self.version},
            "overall": _fields(self.overall, OVERALL_FIELDS),
            "sections": [
                _fields(s, SECTION_FIELDS) | {"caps": [_all_fields(cap) for cap in s.caps]}
                for s in self.sections
            ],
            "questions": [_fields(question, QUESTION_FIELDS) for question in self.questions],
        }

    def as_record(self) -> dict[str, Any]:
        """What to keep of a result: `as_json` and the rest of the figures a page shows."""
        record = self.as_json()
        record["overall"] |= _all_fields(self.overall)
        for kept, section in zip(record["sections"], self.sections, strict=True):
            kept |= _all_fields(section) | {"caps": kept["caps"]}
        return record

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """A result again from `as_record` or `as_json`; from the latter, figures it lacks are None."""
        return cls(
            engine=record["engine"],
            template=record["template"]["key"],
            version=record["template"]["version"],
            overall=overall_from_json(record["overall"]),
            sections=tuple(_section(section) for section in record["sections"]),
            questions=tuple(question_from_json(question) for question in record["questions"]),
        )


def _plain(value: Any) -> Any:
    """A word of a closed set as plain text."""
    return value.value if isinstance(value, StrEnum) else value


def _fields(thing: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: _plain(getattr(thing, name)) for name in names}


def _all_fields(thing: Any) -> dict[str, Any]:
    return _fields(thing, tuple(field.name for field in fields(thing)))


def overall_from_json(kept: Mapping[str, Any]) -> OverallScore:
    """The overall of a result again from `as_record` or `as_json`."""
    confidence = kept["confidence"] and Confidence(kept["confidence"])
    return OverallScore(**{**kept, "status": OverallStatus(kept["status"]), "confidence": confidence})


def _section(kept: Mapping[str, Any]) -> SectionScore:
    caps = tuple(CapApplied(**cap) for cap in kept["caps"])
    return SectionScore(**{**kept, "status": SectionStatus(kept["status"]), "caps": caps})


def question_from_json(kept: Mapping[str, Any]) -> QuestionScore:
    """One question of a result again from `as_record` or `as_json`."""
    evidence = kept["evidence"] and Evidence(kept["evidence"])
    return QuestionScore(**{**kept, "state": State(kept["state"]), "evidence": evidence})
