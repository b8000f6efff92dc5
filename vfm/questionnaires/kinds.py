"""One row of behaviour per kind of question: from typed text, to and from JSON, and in words.

A new kind is a word in `schema.Kind` and a row here; a completeness test names what is missing.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeGuard, cast

from vfm.errors import Invalid, Problem
from vfm.questionnaires import figures
from vfm.questionnaires.schema import Kind, Question, Questionnaire
from vfm.questionnaires.wording import counted, did_you_mean, short

Value = int | str | Decimal | date | tuple[str, ...] | Mapping[str, Decimal]
"""scale: level number; yes/no: "yes" or "no"; choices: option key or keys; number, money (pounds), percent
(as typed, 12.5 for 12.5 %): Decimal; date: date; text: str; evidence: one line an item; asked by part:
part -> Decimal."""
Raw = Mapping[str, str | list[str]]
"""One question's form fields: `value` (a list for a multiple choice, `value.<part>` by part, `value.day`,
`value.month`, `value.year` for a date in three fields), `state`, `reason`, `evidence`, `note`."""
LONGEST = 20_000
"""Characters of the longest text an answer may hold."""
ORDERING = ("at_least", "at_most", "greater", "less")
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but for tab and new line, and halves of a character."""


@dataclass(frozen=True, slots=True)
class KindRule:
    """What one kind of question does.

    Attributes:
        parse: form fields -> value, None when blank; raises `Invalid`.
        to_json: value -> what JSON holds.
        from_json: what JSON holds -> value; raises `ValueError` with a sentence.
        in_words: value -> what a page shows.
        amount: value -> what comparisons and arithmetic work on.
        operators: the comparisons that make sense.
        is_picked: answered by picking, so that "don't know" sets the pick aside rather than contradicting it.
    """

    parse: Callable[[Questionnaire, Question, Raw], Value | None]
    to_json: Callable[[Any], Any]
    from_json: Callable[[Questionnaire, Question, Any], Value]
    in_words: Callable[[Questionnaire, Question, Any], str]
    amount: Callable[[Any], Any]
    operators: tuple[str, ...]
    is_picked: bool = False


def typed(raw: Raw, field: str = "value") -> str:
    """One form field as text without surrounding blanks; an absent field is blank."""
    found = raw.get(field, "")
    return (found if isinstance(found, str) else "".join(found[:1])).strip()


def text_problem(words: str) -> str | None:
    """What keeps a text from being stored, or None: too long, or characters that no screen shows."""
    if len(words) > LONGEST:
        over = counted(len(words) - LONGEST, "character")
        return (
            f"This has {len(words):,} characters; the most is {LONGEST:,}. "
            f"Take out {over}, or attach a document."
        )
    if _UNFIT.search(words):
        return "This holds a character that cannot be kept. Type the text instead of pasting it."
    return None


def too_many_words(question: Question, words: str) -> str | None:
    """What to say of a text over its word limit, or None; words are what blanks separate."""
    count = len(words.split())
    if question.max_words is None or count <= question.max_words:
        return None
    over = counted(count - question.max_words, "word")
    return f"Your answer has {counted(count, 'word')}; the limit is {question.max_words}. Take out {over}."


def items(evidence: str) -> tuple[str, ...]:
    """The items of an evidence answer, one a line, blank lines left out."""
    return tuple(line.strip() for line in evidence.splitlines() if line.strip())


def _one(question: Question, message: str, field: str = "") -> Invalid:
    return Invalid([Problem(f"{question.key}.{field}" if field else question.key, message)])


def _read(question: Question, reader: Callable[[str], Value], words: str) -> Value | None:
    """One field through a reader of text, its complaint given the question's place."""
    if not words:
        return None
    try:
        return reader(words)
    except ValueError as problem:
        raise _one(question, str(problem)) from None


# --- scale --------------------------------------------------------------------------------------------------


def _levels(questionnaire: Questionnaire, question: Question) -> str:
    levels = questionnaire.level_words(question)
    return f"{min(levels)} to {max(levels)}"


def _parse_scale(questionnaire: Questionnaire, question: Question, raw: Raw) -> Value | None:
    words = typed(raw)
    allowed = {str(level): level for level in questionnaire.level_words(question)}
    if words and words not in allowed:
        raise _one(question, f"Choose one of the levels {_levels(questionnaire, question)}.")
    return allowed.get(words)


def _scale_from_json(questionnaire: Questionnaire, question: Question, data: object) -> Value:
    if not _is_whole(data):
        raise ValueError(
            f"{short(repr(data))} is not a level. Use a whole number: {_levels(questionnaire, question)}."
        )
    if data not in questionnaire.level_words(question):
        raise ValueError(
            f"{short(data)} is off the scale. Use a level from {_levels(questionnaire, question)}."
        )
    return data


def _is_whole(data: object) -> TypeGuard[int]:
    return isinstance(data, int) and not isinstance(data, bool)


def _scale_in_words(questionnaire: Questionnaire, question: Question, level: int) -> str:
    return f"{level}: {questionnaire.level_words(question)[level]}"


# --- choices ------------------------------------------------------------------------------------------------


def choices(question: Question) -> dict[str, str]:
    """What can be picked, key -> words; empty for a kind without choices."""
    if question.kind is Kind.YES_NO:
        return {"yes": "Yes", "no": "No"}
    return question.option_labels


def _not_offered(question: Question, picked: object) -> str:
    words = "Choose yes or no." if question.kind is Kind.YES_NO else "Choose from the answers listed."
    cure = did_you_mean(picked, choices(question), words) if isinstance(picked, str) else words
    return f'"{short(picked)}" is not one of the answers. {cure}'


def _parse_choice(questionnaire: Questionnaire, question: Question, raw: Raw) -> Value | None:
    return _read(question, lambda words: _choice_from_json(questionnaire, question, words), typed(raw))


def _choice_from_json(_: Questionnaire, question: Question, data: object) -> Value:
    if not isinstance(data, str) or data not in choices(question):
        raise ValueError(_not_offered(question, data))
    return data


def _parse_choices(questionnaire: Questionnaire, question: Question, raw: Raw) -> Value | None:
    found = raw.get("value", [])
    picked = [key.strip() for key in ([found] if isinstance(found, str) else found) if key.strip()]
    if not picked:
        return None
    try:
        return _choices_from_json(questionnaire, question, picked)
    except ValueError as problem:
        raise _one(question, str(problem)) from None


def _choices_from_json(_: Questionnaire, question: Question, data: object) -> Value:
    if not isinstance(data, list | tuple) or not data:
        raise ValueError("A multiple choice takes a list of option keys. Write them as a list, at least one.")
    for key in data:
        if not isinstance(key, str) or key not in question.option_labels:
            raise ValueError(_not_offered(question, key))
    alone = next((o for o in question.options if o.exclusive and o.key in data), None)
    if alone and len(set(data)) > 1:
        raise ValueError(
            f'"{alone.label}" cannot be chosen with another answer. Untick it or untick the rest.'
        )
    return tuple(option.key for option in question.options if option.key in data)


def _choice_in_words(_: Questionnaire, question: Question, key: str) -> str:
    return choices(question)[key]


def _choices_in_words(_: Questionnaire, question: Question, keys: tuple[str, ...]) -> str:
    return "; ".join(question.option_labels[key] for key in keys)


# --- figures ------------------------------------------------------------------------------------------------

_READERS: dict[Kind, Callable[[str], Decimal]] = {
    Kind.NUMBER: figures.number,
    Kind.MONEY: figures.money,
    Kind.PERCENT: figures.percent,
}


def _parse_figure(questionnaire: Questionnaire, question: Question, raw: Raw) -> Value | None:
    if not question.by:
        return _read(question, _READERS[question.kind], typed(raw))
    read: dict[str, Decimal] = {}
    problems = []
    for part in questionnaire.parts_of(question):
        words = typed(raw, f"value.{part}")
        try:
            read |= {part: _READERS[question.kind](words)} if words else {}
        except ValueError as problem:
            problems.append(Problem(f"{question.key}.value.{part}", str(problem)))
    if problems:
        raise Invalid(problems)
    return read or None


def _figure_to_json(value: Decimal | Mapping[str, Decimal]) -> Any:
    if isinstance(value, Mapping):
        return {part: _figure_to_json(figure) for part, figure in value.items()}
    if value == value.to_integral_value() and abs(value) < 2**53:
        return int(value)
    near = float(value)
    return near if Decimal(repr(near)) == value else str(value)


def _money_to_json(value: Decimal | Mapping[str, Decimal]) -> Any:
    if isinstance(value, Mapping):
        return {part: str(figure) for part, figure in value.items()}
    return str(value)


def _figure_from_json(questionnaire: Questionnaire, question: Question, data: object) -> Value:
    if not question.by:
        return _one_figure(question, data)
    parts = questionnaire.parts_of(question)
    if not isinstance(data, Mapping) or not data:
        raise ValueError(f"This is asked by part. Give a figure for each of {', '.join(parts)}.")
    for part in data:
        if part not in parts:
            cure = did_you_mean(str(part), parts, f"The parts are {', '.join(parts)}.")
            raise ValueError(f'"{short(part)}" is not a part of this question. {cure}')
    return {part: _one_figure(question, data[part]) for part in parts if part in data}


def _one_figure(question: Question, data: object) -> Decimal:
    if isinstance(data, str):
        return _READERS[question.kind](data)
    if _is_whole(data) or isinstance(data, float):
        return _READERS[question.kind](f"{Decimal(repr(data)):f}")
    raise ValueError(
        f'{short(repr(data))} is not a figure. Give a number, or money as text such as "1250000".'
    )


def _figure_in_words(questionnaire: Questionnaire, question: Question, value: Any) -> str:
    if isinstance(value, Mapping):
        parts = questionnaire.parts_of(question)
        return "; ".join(
            f"{parts[part]}: {_one_in_words(question, value[part])}" for part in parts if part in value
        )
    return _one_in_words(question, value)


def _one_in_words(question: Question, figure: Decimal) -> str:
    if question.kind is Kind.MONEY:
        return figures.in_pounds(figure, question.unit)
    if question.kind is Kind.PERCENT:
        return f"{figures.plain(figure)}%"
    return f"{figures.plain(figure)} {question.unit}".strip()


def _sum_of(value: Decimal | Mapping[str, Decimal]) -> Decimal:
    return sum(value.values(), Decimal(0)) if isinstance(value, Mapping) else value


# --- dates, text, evidence ----------------------------------------------------------------------------------


def _parse_date(_: Questionnaire, question: Question, raw: Raw) -> Value | None:
    fields = [typed(raw, f"value.{field}") for field in ("day", "month", "year")]
    if any(fields):
        return _read(question, lambda _words: figures.day_of(*fields), "given")
    return _read(question, figures.day, typed(raw))


def _date_from_json(_: Questionnaire, __: Question, data: object) -> Value:
    try:
        return date.fromisoformat(cast(str, data))
    except (TypeError, ValueError):
        raise ValueError(
            f'{short(repr(data))} is not a date. Write year, month and day: "2026-03-05".'
        ) from None


def _parse_text(_: Questionnaire, question: Question, raw: Raw) -> Value | None:
    words = typed(raw).replace("\r\n", "\n").replace("\r", "\n")
    if problem := too_many_words(question, words) or text_problem(words):
        raise _one(question, problem)
    return words or None


def _parse_evidence(_: Questionnaire, question: Question, raw: Raw) -> Value | None:
    words = "\n".join(items(typed(raw)))
    if problem := text_problem(words):
        raise _one(question, problem)
    return words or None


def _text_from_json(_: Questionnaire, __: Question, data: object) -> Value:
    if not isinstance(data, str) or not data.strip():
        raise ValueError("The value is not a text. Write some words in quotes, or leave the question out.")
    if problem := text_problem(data):
        raise ValueError(problem)
    return data


def _as_it_is(value: Any) -> Any:
    return value


def _text_in_words(_: Questionnaire, __: Question, words: str) -> str:
    return words


def _date_in_words(_: Questionnaire, __: Question, when: date) -> str:
    return figures.day_in_words(when)


# --- the table ----------------------------------------------------------------------------------------------


def _figure_rule(to_json: Callable[[Any], Any]) -> KindRule:
    operators = ("equals", *ORDERING, "answered")
    return KindRule(_parse_figure, to_json, _figure_from_json, _figure_in_words, _sum_of, operators)


KINDS: dict[Kind, KindRule] = {
    Kind.SCALE: KindRule(
        parse=_parse_scale,
        to_json=_as_it_is,
        from_json=_scale_from_json,
        in_words=_scale_in_words,
        amount=Decimal,
        operators=("equals", "in", *ORDERING, "answered"),
        is_picked=True,
    ),
    Kind.YES_NO: KindRule(
        parse=_parse_choice,
        to_json=_as_it_is,
        from_json=_choice_from_json,
        in_words=_choice_in_words,
        amount=_as_it_is,
        operators=("equals", "in", "answered"),
        is_picked=True,
    ),
    Kind.SINGLE_CHOICE: KindRule(
        parse=_parse_choice,
        to_json=_as_it_is,
        from_json=_choice_from_json,
        in_words=_choice_in_words,
        amount=_as_it_is,
        operators=("equals", "in", "answered"),
        is_picked=True,
    ),
    Kind.MULTI_CHOICE: KindRule(
        parse=_parse_choices,
        to_json=list,
        from_json=_choices_from_json,
        in_words=_choices_in_words,
        amount=len,
        operators=("contains", *ORDERING, "answered"),
        is_picked=True,
    ),
    Kind.NUMBER: _figure_rule(_figure_to_json),
    Kind.MONEY: _figure_rule(_money_to_json),
    Kind.PERCENT: _figure_rule(_figure_to_json),
    Kind.DATE: KindRule(
        parse=_parse_date,
        to_json=date.isoformat,
        from_json=_date_from_json,
        in_words=_date_in_words,
        amount=_as_it_is,
        operators=("equals", *ORDERING, "answered"),
    ),
    Kind.TEXT: KindRule(
        parse=_parse_text,
        to_json=_as_it_is,
        from_json=_text_from_json,
        in_words=_text_in_words,
        amount=_as_it_is,
        operators=("answered",),
    ),
    Kind.EVIDENCE: KindRule(
        parse=_parse_evidence,
        to_json=_as_it_is,
        from_json=_text_from_json,
        in_words=_text_in_words,
        amount=_as_it_is,
        operators=("answered",),
    ),
}
