"""The baseline: the first agreed result of a rollout as content with a hash, and reading it again.

Pure. The content is whole: with it alone anybody can recompute the score, and any edit shows in the hash.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from vfm.errors import Invalid, Problem
from vfm.questionnaires import document
from vfm.questionnaires.answers import Answer, Answers, answers_from_json, answers_to_json
from vfm.questionnaires.schema import Questionnaire
from vfm.scoring.results import Scorecard
from vfm.scoring.scorecard import score
from vfm.scoring.structure import structure_of


@dataclass(frozen=True, slots=True)
class SignOff:
    """Who stands behind the result, and when they said so."""

    by: str
    on: date


@dataclass(frozen=True)
class Baseline:
    """A baseline read again, its hash checked.

    Attributes:
        figures: name -> what was known of the service, as it was kept.
    """

    questionnaire: Questionnaire
    answers: Mapping[str, Answer]
    scorecard: Scorecard
    figures: Mapping[str, Any]
    sign_off: SignOff
    agreed_on: date


@dataclass(frozen=True, slots=True)
class Recount:
    """A baseline's answers scored again, held against the result that was frozen with them.

    Attributes:
        kept_by: the engine that made the frozen result; counted_by: the one that scored it again.
        differs: what differs, as places of the result (`overall`, `sections ECO`), empty where nothing does.
    """

    kept_by: str
    counted_by: str
    differs: tuple[str, ...]

    @property
    def is_same_engine(self) -> bool:
        """True when both were made by one engine, so that any difference is a fault."""
        return self.kept_by == self.counted_by


def recounted(baseline: Baseline) -> Recount:
    """Score a baseline's answers again, by the questionnaire that was frozen with them."""
    then, now = baseline.scorecard, score(baseline.questionnaire, baseline.answers)
    differs = ["overall"] if then.overall != now.overall else []
    differs += _different("sections", then.section, now.section)
    differs += _different("questions", then.question, now.question)
    return Recount(then.engine, now.engine, tuple(differs))


def _different(place: str, then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    return [f"{place} {key}" for key in dict.fromkeys((*then, *now)) if then.get(key) != now.get(key)]


def baseline_content(
    questionnaire: Questionnaire,
    answers: Answers,
    *,
    sign_off: SignOff,
    agreed_on: date,
    figures: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What a baseline keeps, as JSON: answers, weights, scale tables, template, figures, sign-off, result.

    Args:
        questionnaire: the template version that was answered.
        answers: the agreed answers.
        sign_off: who signed the assessment off.
        agreed_on: when the result was agreed.
        figures: the service's figures; money as `Decimal` is kept as text, dates as ISO text.

    Raises:
        Invalid: the answers cannot be scored.
    """
    structure = structure_of(questionnaire)
    content = {
        "template": {
            "key": questionnaire.key,
            "version": questionnaire.version,
            # As one text: the order of scales and levels has meaning, and sorted keys would lose it.
            # With every default written out: what a default is may change, a baseline may not.
            "document": questionnaire.model_dump_json(by_alias=True),
        },
        "weights": {
            "sections": {node.key: node.weight for node in structure.nodes},
            "questions": {key: item.weight for key, item in structure.items.items()},
        },
        "points": {
            key: {str(value): worth for value, worth in item.points.items()}
            for key, item in structure.items.items()
        },
        **answers_to_json(questionnaire, answers),
        "result": score(questionnaire, answers).as_record(),
        "figures": dict(figures or {}),
        "sign_off": {"by": sign_off.by, "on": sign_off.on},
        "agreed_on": agreed_on,
    }
    plain: dict[str, Any] = json.loads(canonical(content))
    return plain


def canonical(content: Any) -> str:
    """Content as the one JSON text that stands for it: keys sorted, no blanks, no figure that is not finite.

    >>> canonical({"b": Decimal("1.50"), "a": date(2026, 4, 1)})
    '{"a":"2026-04-01","b":"1.50"}'
    """
    return json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_as_text
    )


def _as_text(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"A baseline cannot keep a {type(value).__name__}.")


def content_hash(content: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return sha256(canonical(content).encode()).hexdigest()


def read_baseline(content: Mapping[str, Any], expected_hash: str) -> Baseline:
    """A kept baseline, once its content is known to be what was frozen.

    Raises:
        Invalid: the content does not match the hash it was kept with.
    """
    if content_hash(content) != expected_hash:
        words = "The baseline's content does not match its hash: it was changed after it was agreed."
        raise Invalid([Problem("baseline", f"{words} Restore it from a backup.")])
    questionnaire = document.from_json(json.loads(content["template"]["document"]))
    return Baseline(
        questionnaire=questionnaire,
        answers=answers_from_json(questionnaire, content),
        scorecard=Scorecard.from_json(content["result"]),
        figures=content["figures"],
        sign_off=SignOff(content["sign_off"]["by"], date.fromisoformat(content["sign_off"]["on"])),
        agreed_on=date.fromisoformat(content["agreed_on"]),
    )
