"""What becomes of the answers a form sends, when others may have written since it was opened.

Pure. Only what its sender changed is to be written, and only over the answer they saw. Where the sender left
a question alone, whatever is kept now stays, and nobody is asked.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from vfm.errors import Problem
from vfm.questionnaires import answers
from vfm.questionnaires.answers import Answer, Raw, State
from vfm.questionnaires.schema import Question, Questionnaire


@dataclass(frozen=True, slots=True)
class Sent:
    """One question as a form sends it.

    Attributes:
        raw: its fields as typed.
        seen: the mark (`seen`) of the answer its sender was shown.
        keeps_theirs: gives way, after a clash, to what somebody else wrote.
    """

    raw: Raw
    seen: str
    keeps_theirs: bool = False


class How(StrEnum):
    """How an answer came to be written; the value is the verb of the event that tells of it."""

    PAGE = "saved answers"
    WORKBOOK = "took answers from a workbook"
    RESTORED = "put an answer back"
    CONFIRMED = "confirmed an answer"
    CONSENSUS = "recorded a consensus"


class Kept(NamedTuple):
    """One stored answer."""

    key: str
    content: dict[str, Any]
    revision: int


class Written(NamedTuple):
    """One answer to write: as a value, as the store holds it, and its new revision."""

    answer: Answer
    content: dict[str, Any]
    revision: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of the answers of one form, question key by question key.

    Attributes:
        seen: the mark of every question that nothing is left to do for: of what the form shows, but where its
            sender gave way to somebody else of what stands.
        problems: what cannot be read, and why.
        clashing: what somebody else wrote meanwhile, and what was sent.
        written: what is to be written.
    """

    seen: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    clashing: dict[str, tuple[Kept, Answer]] = field(default_factory=dict)
    written: dict[str, Written] = field(default_factory=dict)


def seen(content: Mapping[str, Any], revision: int) -> str:
    """The mark of an answer that was shown: its revision, and a digest to tell whether it was then changed.

    >>> seen({"state": "unanswered"}, 0)
    '0.94423ab61709'
    """
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return f"{revision}.{hashlib.blake2b(text.encode(), digest_size=6).hexdigest()}"


BLANK: dict[str, Any] = {"state": State.UNANSWERED.value}
UNSEEN = seen(BLANK, 0)
"""The mark of a question nobody has answered yet."""


def merged(
    questionnaire: Questionnaire,
    questions: Iterable[Question],
    sent: Mapping[str, Sent],
    kept: Mapping[str, Kept],
) -> Outcome:
    """Decide for each of the questions that was sent; a question that was not is left alone."""
    outcome = Outcome()
    for question in questions:
        if question.key in sent:
            blank = Kept(question.key, BLANK, 0)
            _merge(questionnaire, question, sent[question.key], kept.get(question.key, blank), outcome)
    return outcome


def _merge(
    questionnaire: Questionnaire, question: Question, sent: Sent, kept: Kept, outcome: Outcome
) -> None:
    newest = seen(kept.content, kept.revision)
    if sent.keeps_theirs:
        outcome.seen[question.key] = newest
        return
    raw = without_old_state(sent.raw, kept.content["state"])
    answer = answers.parse(questionnaire, question, raw)
    if not isinstance(answer, Answer):
        outcome.problems.extend(answer)
        return
    content = answers.answer_to_json(question, answer)
    new = seen(content, kept.revision + 1)
    if _digest(new) == _digest(newest):
        outcome.seen[question.key] = newest
    elif _digest(new) == _digest(sent.seen):
        # Left alone: the form goes on showing what its sender saw, and must not pass for showing the newest.
        outcome.seen[question.key] = sent.seen
    elif sent.seen.partition(".")[0] == str(kept.revision):
        outcome.written[question.key] = Written(answer, content, kept.revision + 1)
        outcome.seen[question.key] = new
    else:
        outcome.clashing[question.key] = (kept, answer)


def _digest(mark: str) -> str:
    return mark.partition(".")[2]


def typed_words(raw: Raw) -> str:
    """All that was typed or picked at one question, in one line; "" where nothing was.

    >>> typed_words({"value": ["a", "b"], "note": "Both", "evidence": "", "state": ""})
    'a; b; Both'
    """
    found = [[typed] if isinstance(typed, str) else typed for typed in raw.values()]
    return "; ".join(words.strip() for values in found for words in values if words.strip())


def without_old_state(raw: Raw, old: str) -> Raw:
    """An answer typed where "don't know" stood takes its place: the old mark need not be taken back.

    >>> without_old_state({"value": "12", "state": "dont_know"}, "dont_know")
    {'value': '12'}
    """
    has_value = any(raw[name] for name in raw if name.startswith("value"))
    if has_value and old == raw.get("state"):
        return {name: typed for name, typed in raw.items() if name not in ("state", "reason")}
    return raw
