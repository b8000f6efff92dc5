"""Answers brought in as a file: one reader for each form, told by the file's suffix.

The room's rule: nothing half-read. Every problem is named with the file, and with line and column where it
can be.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

from vfm.errors import Invalid, Problem
from vfm.gateways import answer_workbooks
from vfm.questionnaires import document, translations, workbook_reading
from vfm.questionnaires.answers import UNANSWERED, Answer, answers_from_json, parse
from vfm.questionnaires.schema import Questionnaire
from vfm.questionnaires.wording import short

Reader = Callable[[Questionnaire, bytes, str], dict[str, Answer]]
"""(what is answered, the file's bytes, its name) -> question key -> answer."""


def read_answers(questionnaire: Questionnaire, raw: bytes, name: str) -> dict[str, Answer]:
    """The answers a file holds.

    Args:
        questionnaire: what they answer.
        raw: the file's bytes.
        name: its name, which tells the form and begins every problem.

    Raises:
        Invalid: a form nobody reads here, a file that is not of its form, or answers that cannot be used.
    """
    reader = READERS.get(PurePath(name).suffix.lower())
    if reader is None:
        forms = " or ".join(READERS)
        raise Invalid([Problem(name, f"Answers are read from {forms} files. Save them as one of these.")])
    try:
        return reader(questionnaire, raw, name)
    except Invalid as invalid:
        raise Invalid([_in_file(name, problem) for problem in invalid.problems]) from None


def _in_file(name: str, problem: Problem) -> Problem:
    """The problem with the file before its place, on one line whatever the file holds."""
    place, message = _on_one_line(problem.place), _on_one_line(problem.message)
    if problem.place == name or problem.place.startswith(f"{name}: "):
        return Problem(place, message)
    return Problem(f"{name}:{place}" if place[:1].isdigit() else f"{name}: {place}", message)


def _on_one_line(words: str) -> str:
    """The words with what no line can show (a line break, half a character) written as its code."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in words)


# --- JSON ---------------------------------------------------------------------------------------------------


def _from_json(questionnaire: Questionnaire, raw: bytes, _name: str) -> dict[str, Answer]:
    try:
        data = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_refuse)
    except UnicodeDecodeError:
        raise Invalid([Problem("1:1", "The file is not text in UTF-8. Save it again as UTF-8.")]) from None
    except json.JSONDecodeError as error:
        words = f"This is not JSON: {error.msg}. Check commas, quotes and brackets around here."
        raise Invalid([Problem(f"{error.lineno}:{error.colno}", words)]) from None
    except ValueError:  # the one other thing the reader of JSON refuses: thousands of digits
        words = "A number has too many digits to be read. Check the number of noughts."
        raise Invalid([Problem("answers", words)]) from None
    except RecursionError:
        raise Invalid([Problem("1:1", "The file is nested too deeply to be answers.")]) from None
    return answers_from_json(questionnaire, data)


def _once(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    """An object whose keys are each given once; the last of two would silently win."""
    counts = Counter(key for key, _ in pairs)
    twice = [key for key, count in counts.items() if count > 1]
    if twice:
        raise Invalid([Problem(short(key), "This is given twice. Keep one of them.") for key in twice])
    return dict(pairs)


def _refuse(word: str) -> float:
    raise Invalid([Problem("answers", f"{word} is not a figure. Give a number or leave the question out.")])


# --- a service's workbook -----------------------------------------------------------------------------------


def _from_workbook(questionnaire: Questionnaire, raw: bytes, name: str) -> dict[str, Answer]:
    """Every answer in a workbook of this very template; blank rows are left out."""
    sheets = answer_workbooks.sheets(raw, name)
    origin = workbook_reading.origin_of(sheets, name)
    asked = document.digest(document.to_json(questionnaire))
    cure = "Name the version of the template that the workbook was made from."
    workbook_reading.assert_asks(origin, asked, name, cure)
    keys = origin.seen.keys() & questionnaire.questions.keys()
    others = [translations.in_language(questionnaire, name) for name in questionnaire.translations]
    found = workbook_reading.filled(questionnaire, sheets, origin, keys, {}, others)
    answers: dict[str, Answer] = {}
    problems: list[Problem] = []
    for key, sent in found.sent.items():
        read = parse(questionnaire, questionnaire.questions[key], sent.raw)
        if not isinstance(read, Answer):
            problems.extend(read)
        elif read != UNANSWERED:
            answers[key] = read
    problems = [*found.problems, *workbook_reading.placed(problems, found.places)]
    if problems:
        raise Invalid(problems)
    return answers


READERS: dict[str, Reader] = {".json": _from_json, ".xlsx": _from_workbook}
"""File suffix -> what reads it."""
