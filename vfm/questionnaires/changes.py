"""Two versions of a template compared: what changed in each question, and what becomes of answers given.

Results stay comparable where a question's key and scoring text are equal. Weight, order, routing and guidance
never change that.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from vfm.questionnaires.answers import Answer, Answers, answer_from_json, answer_to_json
from vfm.questionnaires.kinds import choices
from vfm.questionnaires.schema import Kind, Question, Questionnaire, Section
from vfm.questionnaires.translations import of_thing

ScoringText = tuple[Any, ...]


class Badge(StrEnum):
    """One way in which a question or a section differs from the version before."""

    SAME = "same"
    ADDED = "added"
    DROPPED = "dropped"
    REWORDED = "reworded"
    RESCORED = "rescored"
    REROUTED = "rerouted"
    REWEIGHTED = "reweighted"
    MOVED = "moved"
    DETAILS = "details"  # guidance, limits, a translation, whether it is required: nothing of the meaning


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of words in a rewording: `kept`, `out` or `in`."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one question or section.

    Attributes:
        is_comparable: in both versions with equal scoring text; always False for a section.
        marks: the old and new words with what went and what came, empty unless reworded.
    """

    key: str
    badges: frozenset[Badge]
    is_comparable: bool = False
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """Every question and section of two versions: the new version's in its order, then the dropped ones."""

    questions: tuple[Change, ...]
    sections: tuple[Change, ...]

    @property
    def earlier(self) -> int:
        """Questions in the earlier version."""
        return sum(Badge.ADDED not in change.badges for change in self.questions)

    @property
    def comparable(self) -> int:
        """Questions whose results stay comparable."""
        return sum(change.is_comparable for change in self.questions)

    def count(self, badge: Badge) -> int:
        """Questions that bear a badge."""
        return sum(badge in change.badges for change in self.questions)

    @property
    def in_words(self) -> str:
        """`41 of 61 still comparable`."""
        return f"{self.comparable} of {self.earlier} still comparable"


def scoring_text(questionnaire: Questionnaire, question: Question) -> ScoringText:
    """What must be equal for two results to mean the same.

    The words (with the unit and the parts a figure is asked in), the kind, the level and option words, and
    the scale's table of points. Not guidance, weight, order or routing.
    """
    levels = questionnaire.level_words(question) if question.kind is Kind.SCALE else {}
    options = choices(question) if question.kind in (Kind.SINGLE_CHOICE, Kind.MULTI_CHOICE) else {}
    points = questionnaire.points_of(question) if question.is_scored else {}
    return (
        question.text,
        question.kind.value,
        question.unit,
        tuple(questionnaire.parts_of(question).items()),
        tuple(sorted(levels.items())),
        tuple(sorted(options.items())),
        tuple(sorted(points.items())),
    )


def compare(old: Questionnaire, new: Questionnaire, *, same_meaning: Collection[str] = ()) -> Changes:
    """Everything that differs between two versions, question by question and section by section.

    `same_meaning` holds keys of questions whose results stay comparable in the core team's word.
    """
    moved = _moved(old, new)
    questions = [
        _question_change(old, new, key, moved, agreed=key in same_meaning)
        if key in old.questions
        else Change(key, frozenset({Badge.ADDED}))
        for key in new.questions
    ]
    questions += [
        Change(key, frozenset({Badge.DROPPED})) for key in old.questions if key not in new.questions
    ]
    return Changes(tuple(questions), tuple(_section_changes(old, new)))


def _question_change(
    old: Questionnaire, new: Questionnaire, key: str, moved: frozenset[str], *, agreed: bool
) -> Change:
    before, after = old.questions[key], new.questions[key]
    claims = {
        Badge.REWORDED: _words(old, before) != _words(new, after),
        Badge.RESCORED: _scoring(old, before) != _scoring(new, after),
        Badge.REROUTED: before.show_if != after.show_if,
        Badge.REWEIGHTED: before.is_scored and after.is_scored and before.weight != after.weight,
        Badge.MOVED: key in moved,
        Badge.DETAILS: _details(old, before) != _details(new, after),
    }
    badges = frozenset(badge for badge, is_true in claims.items() if is_true) or frozenset({Badge.SAME})
    equal = scoring_text(old, before) == scoring_text(new, after) or (agreed and before.kind is after.kind)
    marks = marked(_prose(old, before), _prose(new, after)) if Badge.REWORDED in badges else ()
    return Change(key, badges, equal, marks)


def _words(questionnaire: Questionnaire, question: Question) -> tuple[Any, ...]:
    """Every word of a question that a respondent answers to; levels and options by their keys."""
    levels = questionnaire.level_words(question) if question.kind is Kind.SCALE else {}
    return question.text, question.unit, levels, question.option_labels, questionnaire.parts_of(question)


def _prose(questionnaire: Questionnaire, question: Question) -> str:
    text, unit, *tables = _words(questionnaire, question)
    lines = [text, unit, *(words for table in tables for words in table.values())]
    return "\n".join(line for line in lines if line)


def _scoring(questionnaire: Questionnaire, question: Question) -> tuple[Any, ...]:
    points = questionnaire.points_of(question) if question.is_scored else {}
    return question.kind, question.is_scored, question.critical, set(question.option_labels), points


def _details(questionnaire: Questionnaire, question: Question) -> tuple[Any, ...]:
    """What is left of a question beside its words, scoring, routing and weight."""
    alone = tuple(option.key for option in question.options if option.exclusive)
    limits = (question.required, question.allows_na, question.max_words, question.min_items, alone)
    told = of_thing(questionnaire, f"question.{question.key}")
    return question.help, question.feeds, question.becomes, question.derived, limits, told


# --- order -----------------------------------------------------------------------------------------------


def _moved(old: Questionnaire, new: Questionnaire) -> frozenset[str]:
    """Questions in another section, or out of the order the rest kept.

    Putting in or taking out a question moves no other: only those outside the longest run that kept its
    order count as moved.
    """
    shared = [key for key in new.questions if key in old.questions]
    elsewhere = {key for key in shared if old.section_of[key] != new.section_of[key]}
    stayed = [key for key in shared if key not in elsewhere]
    return frozenset(elsewhere | _out_of_order(list(old.questions), stayed))


def _out_of_order(old: Iterable[str], new: Iterable[str]) -> set[str]:
    """Keys of `new` outside its longest stretch, gaps allowed, that stands in the order of `old`."""
    place = {key: i for i, key in enumerate(old)}
    keys = list(new)
    ends: list[int] = []  # smallest last place of a run of each length
    lengths = []
    for key in keys:
        length = bisect_left(ends, place[key])
        ends[length : length + 1] = [place[key]]
        lengths.append(length)
    kept, wanted = set(), len(ends) - 1
    for key, length in reversed(list(zip(keys, lengths, strict=True))):
        if length == wanted:
            kept.add(key)
            wanted -= 1
    return set(keys) - kept


def _section_changes(old: Questionnaire, new: Questionnaire) -> Iterable[Change]:
    shared = [key for key in new.all_sections if key in old.all_sections]
    moved = _out_of_order(old.all_sections, shared)
    for key, after in new.all_sections.items():
        before = old.all_sections.get(key)
        welsh = [of_thing(one, f"section.{key}") for one in (old, new)]
        yield _section_change(before, after, key in moved, has_other_words=welsh[0] != welsh[1])
    for key in old.all_sections:
        if key not in new.all_sections:
            yield Change(key, frozenset({Badge.DROPPED}))


def _section_change(
    before: Section | None, after: Section, is_moved: bool, *, has_other_words: bool
) -> Change:
    if before is None:
        return Change(after.key, frozenset({Badge.ADDED}))
    claims = {
        Badge.REWORDED: before.title != after.title,
        Badge.RESCORED: (before.caps, before.rule_table, before.critical)
        != (after.caps, after.rule_table, after.critical),
        Badge.REWEIGHTED: before.weight != after.weight,
        Badge.MOVED: is_moved,
        Badge.DETAILS: has_other_words
        or (before.purpose, before.hypothesis, before.frameworks)
        != (after.purpose, after.hypothesis, after.frameworks),
    }
    badges = frozenset(badge for badge, is_true in claims.items() if is_true) or frozenset({Badge.SAME})
    marks = marked(before.title, after.title) if Badge.REWORDED in badges else ()
    return Change(after.key, badges, marks=marks)


def marked(old: str, new: str) -> tuple[Mark, ...]:
    """Two texts word by word: what was kept, what went out, what came in.

    >>> [(mark.kind, mark.words) for mark in marked("How well is it done?", "How well is it known?")]
    [('kept', 'How well is it'), ('out', 'done?'), ('in', 'known?')]
    """
    before, after = old.split(), new.split()
    marks: list[Mark] = []
    for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            marks.append(Mark("kept", " ".join(before[i:j])))
        else:
            marks += [Mark("out", " ".join(before[i:j]))] if j > i else []
            marks += [Mark("in", " ".join(after[k:m]))] if m > k else []
    return tuple(marks)


# --- answers already given -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Carried:
    """What becomes of answers when they move to another version; the three add up to the whole.

    Attributes:
        carried: means the same; counts at once.
        look_again: still possible, but the question changed; counts only when confirmed.
        left_behind: its question is gone, takes another kind of answer, or no longer allows this one.
    """

    carried: dict[str, Answer]
    look_again: dict[str, Answer]
    left_behind: dict[str, Answer]


def carry(
    old: Questionnaire, new: Questionnaire, answers: Answers, *, same_meaning: Mapping[str, str] | None = None
) -> Carried:
    """Sort answers to one version by what becomes of them in another; the answers themselves are not touched.

    Args:
        old: the version they were given to.
        new: the version they move to.
        answers: every answer given, on the route or off it.
        same_meaning: question key -> the reason why, in the core team's view, it still means the same
            though its scoring text changed; a blank reason does not count.
    """
    agreed = {key for key, reason in (same_meaning or {}).items() if reason.strip()}
    sorted_out = Carried({}, {}, {})
    for key, answer in answers.items():
        if not _is_possible(old, new, key, answer):
            sorted_out.left_behind[key] = answer
        elif key in agreed or scoring_text(old, old.questions[key]) == scoring_text(new, new.questions[key]):
            sorted_out.carried[key] = answer
        else:
            sorted_out.look_again[key] = answer
    return sorted_out


def _is_possible(old: Questionnaire, new: Questionnaire, key: str, answer: Answer) -> bool:
    """True when the new version has the question, of the same kind, and would take this answer."""
    before, after = old.questions.get(key), new.questions.get(key)
    if before is None or after is None or before.kind is not after.kind:
        return False
    return isinstance(answer_from_json(new, after, answer_to_json(before, answer)), Answer)
