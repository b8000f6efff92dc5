"""One question in two versions, or one answer in two revisions, line by line: what it said, what it says now.

Pure. What a change means for answers is told by `changes`; this is for eyes.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from vfm.questionnaires.answers import Answer, lines_in_words
from vfm.questionnaires.changes import Mark, marked
from vfm.questionnaires.conditions import in_words
from vfm.questionnaires.notation import write_arithmetic
from vfm.questionnaires.schema import Kind, Question, Questionnaire
from vfm.questionnaires.translations import of_thing


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of a question that is not the same in both versions.

    Attributes:
        what: `Words`, `Guidance`, `Level 2`, `Weight` ...
        marks: both texts in one, with what went and what came.
    """

    what: str
    before: str
    after: str
    marks: tuple[Mark, ...]


def differences(old: Questionnaire, new: Questionnaire, key: str) -> tuple[Difference, ...]:
    """Every line that differs between two versions of one question, in the order a reader meets them.

    A line that only one version has stands with an empty text on the other side. A question that is only
    in one version has no differences.
    """
    if key not in old.questions or key not in new.questions:
        return ()
    before, after = _lines(old, old.questions[key]), _lines(new, new.questions[key])
    return tuple(
        Difference(
            what, before.get(what, ""), after.get(what, ""), marked(before.get(what, ""), after.get(what, ""))
        )
        for what in {**before, **after}
        if before.get(what, "") != after.get(what, "")
    )


def _lines(questionnaire: Questionnaire, question: Question) -> dict[str, str]:
    """What a question says, line by line; an empty line is left out."""
    section = questionnaire.all_sections[questionnaire.section_of[question.key]]
    levels = questionnaire.level_words(question) if question.kind is Kind.SCALE else {}
    points = questionnaire.points_of(question) if question.is_scored else {}
    limits = [
        f"at most {question.max_words} words" if question.max_words else "",
        f"at least {question.min_items} items" if question.min_items else "",
    ]
    lines = {
        "Section": section.title,
        "Words": question.text,
        "Guidance": question.help,
        "Kind": question.kind.value.replace("_", " "),
        **{f"Level {level}": words for level, words in levels.items()},
        **{f'Option "{option.key}"': option.label for option in question.options},
        "Chosen alone": ", ".join(option.label for option in question.options if option.exclusive),
        "Parts": ", ".join(questionnaire.parts_of(question).values()),
        "Unit": question.unit,
        "Points": ", ".join(f"{value}: {worth:.4g}" for value, worth in points.items()),
        "Weight": "not scored" if question.weight is None else f"{question.weight:g}",
        "Required": "required" if question.required else "may be left blank",
        "Critical": "critical" if question.critical else "",
        "Not applicable": "" if question.allows_na else "not allowed",
        "Asked": in_words(question.show_if, questionnaire) if question.show_if else "always",
        "Limits": ", ".join(limit for limit in limits if limit),
        "Worked out as": write_arithmetic(question.derived) if question.derived else "",
        "Feeds": (question.feeds or "").replace("_", " "),
        "Becomes": (question.becomes or "").replace("_", " "),
        **of_thing(questionnaire, f"question.{question.key}"),
    }
    return {what: words for what, words in lines.items() if words}


# --- one answer in two revisions ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an answer, as it stands now beside what it was.

    Attributes:
        what: `Answer`, `Evidence` or `Note`.
        marks: all `kept` where nothing changed.
    """

    what: str
    marks: tuple[Mark, ...]

    @property
    def is_changed(self) -> bool:
        """True when it was another before."""
        return any(mark.kind != "kept" for mark in self.marks)


def answer_lines(
    questionnaire: Questionnaire, key: str, before: Answer | None, after: Answer
) -> tuple[Line, ...]:
    """An answer line by line, what went and what came marked; without a `before` nothing is marked.

    What was typed is marked word by word, what was picked or counted as a whole.
    """
    question = questionnaire.questions[key]
    new = lines_in_words(questionnaire, question, after)
    old = new if before is None else lines_in_words(questionnaire, question, before)
    typed = {"Note", "Answer"} if question.kind in (Kind.TEXT, Kind.EVIDENCE) else {"Note"}
    return tuple(
        Line(what, (text_marks if what in typed else _whole_marks)(old.get(what, ""), new.get(what, "")))
        for what in {**new, **old}
    )


def _whole_marks(old: str, new: str) -> tuple[Mark, ...]:
    if old == new:
        return (Mark("kept", new),)
    return tuple(Mark(kind, words) for kind, words in (("out", old), ("in", new)) if words)


MOST_COMPARED = 400_000
"""Pairs of words that are laid beside each other; beyond it a text counts as written anew."""


def text_marks(old: str, new: str) -> tuple[Mark, ...]:
    r"""Two texts of any length word by word; the marks together are both texts, blanks and lines as typed.

    What they begin and end with alike is set aside first, so that an essay with one more word costs little.

    >>> [(mark.kind, mark.words) for mark in text_marks("Direct costs.\nSince May", "All costs.\nSince May")]
    [('out', 'Direct '), ('in', 'All '), ('kept', 'costs.\nSince May')]
    """
    before, after = _pieces(old), _pieces(new)
    start = _alike(before, after)
    end = _alike(before[start:][::-1], after[start:][::-1])
    gone, come = before[start : len(before) - end], after[start : len(after) - end]
    stretches = [("kept", before[:start]), *_middle(gone, come), ("kept", before[len(before) - end :])]
    return _joined([(kind, "".join(pieces)) for kind, pieces in stretches if pieces])


def _pieces(text: str) -> list[str]:
    """Words with the blanks after them; blanks at the very start are a piece of their own."""
    return re.findall(r"\S+\s*|^\s+", text)


def _alike(before: Sequence[str], after: Sequence[str]) -> int:
    """How many pieces both begin with."""
    pairs = zip(before, after, strict=False)
    return next((number for number, (a, b) in enumerate(pairs) if a != b), min(len(before), len(after)))


def _middle(gone: list[str], come: list[str]) -> list[tuple[str, list[str]]]:
    if len(gone) * len(come) > MOST_COMPARED:
        return [("out", gone), ("in", come)]
    found = []
    for kind, i, j, k, m in SequenceMatcher(None, gone, come, autojunk=False).get_opcodes():
        found += [("kept", gone[i:j])] if kind == "equal" else [("out", gone[i:j]), ("in", come[k:m])]
    return found


def _joined(stretches: Iterable[tuple[str, str]]) -> tuple[Mark, ...]:
    """Neighbours of one kind as one mark."""
    return tuple(
        Mark(kind, "".join(text for _, text in alike))
        for kind, alike in groupby(stretches, lambda one: one[0])
    )
