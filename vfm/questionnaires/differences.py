"""One question in two versions, line by line: what it said, what it says now, words marked.

Pure. What a change means for answers is told by `changes`; this is for eyes.
"""

from dataclasses import dataclass

from vfm.questionnaires.changes import Mark, marked
from vfm.questionnaires.conditions import in_words
from vfm.questionnaires.notation import write_arithmetic
from vfm.questionnaires.schema import Kind, Question, Questionnaire


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
    }
    return {what: words for what, words in lines.items() if words}
