"""A draft rearranged: questions and sections put in, replaced, moved, doubled and taken out.

Pure. Each function gives a new questionnaire; the one given is never touched, and what did not change is the
same value as before. Whether the result makes sense is asked by `checks`.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar, cast

from vfm.questionnaires.conditions import keys_in, questions_named
from vfm.questionnaires.schema import Frozen, Question, Questionnaire, Section

Value = TypeVar("Value", bound=Frozen)
LONGEST_KEY = 40


def remade(value: Value, **changes: Any) -> Value:
    """A copy with other fields, which must be valid already; nothing worked out from the old ones is kept."""
    fields = {name: getattr(value, name) for name in type(value).model_fields}
    return cast(Value, type(value).model_construct(**(fields | changes)))


# --- sections -----------------------------------------------------------------------------------------------


def with_sections(questionnaire: Questionnaire, change: Callable[[Section], Section]) -> Questionnaire:
    """Every section, at any depth, put through `change`; inner ones first."""

    def through(section: Section) -> Section:
        inner = tuple(map(through, section.sections))
        return change(section if inner == section.sections else remade(section, sections=inner))

    return remade(questionnaire, sections=tuple(map(through, questionnaire.sections)))


def with_section(questionnaire: Questionnaire, key: str, section: Section) -> Questionnaire:
    """One section replaced by another, which may bear another key."""
    return with_sections(questionnaire, lambda found: section if found.key == key else found)


def holder_of(questionnaire: Questionnaire, key: str) -> str | None:
    """Key of the section that holds a section; None for one at the top."""
    for section in questionnaire.all_sections.values():
        if any(child.key == key for child in section.sections):
            return section.key
    return None


def siblings_of(questionnaire: Questionnaire, holder: str | None) -> tuple[Section, ...]:
    """The sections inside one, or those at the top."""
    return questionnaire.all_sections[holder].sections if holder else questionnaire.sections


def with_siblings(
    questionnaire: Questionnaire, holder: str | None, sections: Iterable[Section]
) -> Questionnaire:
    """The sections inside one, or those at the top, replaced."""
    if holder is None:
        return remade(questionnaire, sections=tuple(sections))
    inside = remade(questionnaire.all_sections[holder], sections=tuple(sections))
    return with_section(questionnaire, holder, inside)


def add_section(
    questionnaire: Questionnaire, section: Section, *, within: str | None = None, after: str | None = None
) -> Questionnaire:
    """A section more, behind the sibling `after`, else last."""
    siblings = siblings_of(questionnaire, within)
    return with_siblings(questionnaire, within, _put(siblings, section, after))


def without_section(questionnaire: Questionnaire, key: str) -> Questionnaire:
    """The questionnaire without a section and all that is in it."""
    holder = holder_of(questionnaire, key)
    siblings = siblings_of(questionnaire, holder)
    return with_siblings(questionnaire, holder, (one for one in siblings if one.key != key))


def move_section(questionnaire: Questionnaire, key: str, step: int) -> Questionnaire:
    """A section `step` places down (up when negative) among its siblings; at the end nothing happens."""
    holder = holder_of(questionnaire, key)
    return with_siblings(questionnaire, holder, _moved(siblings_of(questionnaire, holder), key, step))


# --- questions ----------------------------------------------------------------------------------------------


def with_question(questionnaire: Questionnaire, key: str, question: Question) -> Questionnaire:
    """One question replaced by another, which may bear another key."""
    section = questionnaire.all_sections[questionnaire.section_of[key]]
    questions = tuple(question if found.key == key else found for found in section.questions)
    return with_section(questionnaire, section.key, remade(section, questions=questions))


def add_question(
    questionnaire: Questionnaire, section_key: str, question: Question, *, after: str | None = None
) -> Questionnaire:
    """A question more in a section, behind the question `after`, else last; blank `after` puts it first."""
    section = questionnaire.all_sections[section_key]
    questions = _put(section.questions, question, after)
    return with_section(questionnaire, section_key, remade(section, questions=questions))


def without_question(questionnaire: Questionnaire, key: str) -> Questionnaire:
    """The questionnaire without a question; what refers to it is left as it is."""
    section = questionnaire.all_sections[questionnaire.section_of[key]]
    questions = tuple(found for found in section.questions if found.key != key)
    return with_section(questionnaire, section.key, remade(section, questions=questions))


def move_question(questionnaire: Questionnaire, key: str, step: int) -> Questionnaire:
    """A question one place down (`step` 1) or up (-1); past the end of its section it goes to the next one.

    At the very top or bottom nothing happens.
    """
    section = questionnaire.all_sections[questionnaire.section_of[key]]
    moved = _moved(section.questions, key, step)
    if moved != section.questions:
        return with_section(questionnaire, section.key, remade(section, questions=moved))
    keys = list(questionnaire.all_sections)
    there = keys.index(section.key) + step
    if not 0 <= there < len(keys):
        return questionnaire
    return place_question(questionnaire, key, keys[there], after="" if step > 0 else None)


def place_question(
    questionnaire: Questionnaire, key: str, section_key: str, *, after: str | None = None
) -> Questionnaire:
    """A question moved to a section, behind the question `after`; blank: first, None: last."""
    question = questionnaire.questions[key]
    return add_question(without_question(questionnaire, key), section_key, question, after=after)


def without_rules_on(questionnaire: Questionnaire, keys: frozenset[str]) -> Questionnaire:
    """The questionnaire without any rule that names one of the questions.

    Routing that does is dropped, so that its question is always asked; so are checks, caps and calculations;
    a rule table's lists lose the key.
    """
    whole = with_sections(questionnaire, lambda section: _released(section, keys))
    checks = tuple(
        check
        for check in questionnaire.checks
        if check.at not in keys and keys.isdisjoint(questions_named(check.must))
    )
    return remade(whole, checks=checks)


def without_strays(questionnaire: Questionnaire) -> tuple[Questionnaire, tuple[str, ...]]:
    """The questionnaire without rules on questions it does not have, and what was dropped, in words."""
    strays = frozenset(_named(questionnaire)) - frozenset(questionnaire.questions)
    if not strays:
        return questionnaire, ()
    after = without_rules_on(questionnaire, strays)
    dropped = [
        f"{what} of {key}"
        for key, question in questionnaire.questions.items()
        for what, field in (("the routing", "show_if"), ("the calculation", "derived"))
        if getattr(question, field) != getattr(after.questions[key], field)
    ]
    for key, section in questionnaire.all_sections.items():
        kept = after.all_sections[key].caps
        dropped += [f"the cap {cap.key}" for cap in section.caps if cap not in kept]
        if section.rule_table != after.all_sections[key].rule_table:
            dropped.append(f"part of the rule table of {key}")
    return after, tuple(dropped)


def _named(questionnaire: Questionnaire) -> Iterator[str]:
    """Every key that a rule of a section or question names."""
    for section in questionnaire.all_sections.values():
        for cap in section.caps:
            yield from questions_named(cap.when)
        for listed in section.rule_table.lists.values() if section.rule_table else ():
            yield from listed
        for question in section.questions:
            yield from questions_named(question.show_if) if question.show_if is not None else ()
            yield from keys_in(question.derived) if question.derived is not None else ()


def _released(section: Section, keys: frozenset[str]) -> Section:
    caps = tuple(cap for cap in section.caps if keys.isdisjoint(questions_named(cap.when)))
    table = section.rule_table
    if table is not None:
        lists = {
            name: tuple(key for key in listed if key not in keys) for name, listed in table.lists.items()
        }
        table = remade(table, lists=lists)
    questions = tuple(_released_question(question, keys) for question in section.questions)
    return remade(section, caps=caps, rule_table=table, questions=questions)


def _released_question(question: Question, keys: frozenset[str]) -> Question:
    routed = question.show_if is not None and not keys.isdisjoint(questions_named(question.show_if))
    derived = question.derived is not None and not keys.isdisjoint(keys_in(question.derived))
    if not routed and not derived:
        return question
    return remade(
        question,
        show_if=None if routed else question.show_if,
        derived=None if derived else question.derived,
    )


# --- keys ---------------------------------------------------------------------------------------------------


def keys_taken(questionnaire: Questionnaire) -> frozenset[str]:
    """Every key of a section, a question or a pilot's question, capitals aside."""
    pilot = (question.key for question in questionnaire.pilot_feedback.overall)
    return frozenset(
        key.casefold() for key in (*questionnaire.all_sections, *questionnaire.questions, *pilot)
    )


def free_key(wanted: str, taken: Iterable[str]) -> str:
    """The key wanted, or the next one like it that is free: `ECO-01` becomes `ECO-02`, `SPEND` `SPEND-2`.

    >>> free_key("ECO-01", ["eco-01", "eco-02"]), free_key("SPEND", ["spend"]), free_key("GOV", [])
    ('ECO-03', 'SPEND-2', 'GOV')
    """
    known = {key.casefold() for key in taken}
    found = re.fullmatch(r"(.*?)(\d+)", wanted)
    stem, number, width = (found[1], int(found[2]), len(found[2])) if found else (f"{wanted}-", 1, 1)
    key = wanted
    while key.casefold() in known:
        number += 1
        digits = f"{number:0{width}d}"
        key = f"{stem[: LONGEST_KEY - len(digits)]}{digits}"
    return key


def next_key(questionnaire: Questionnaire, section_key: str, once: Iterable[str] = ()) -> str:
    """A key for one more question of a section, in the manner of those that are there.

    `once` holds keys that earlier versions gave to something else.
    """
    section = questionnaire.all_sections[section_key]
    wanted = section.questions[-1].key if section.questions else f"{section_key[:36]}-01"
    return free_key(wanted, keys_taken(questionnaire).union(once))


def double_question(
    questionnaire: Questionnaire, key: str, once: Iterable[str] = ()
) -> tuple[Questionnaire, str]:
    """A copy of a question right behind it under a key of its own, none of `once`; and that key."""
    copy = remade(questionnaire.questions[key], key=free_key(key, keys_taken(questionnaire).union(once)))
    section = questionnaire.section_of[key]
    return add_question(questionnaire, section, copy, after=key), copy.key


def double_section(
    questionnaire: Questionnaire, key: str, once: Iterable[str] = ()
) -> tuple[Questionnaire, str]:
    """A copy of a section and all in it right behind it, every key new, none of `once`; and the copy's key.

    Rules inside the copy that name a question of the section name the copy of that question.
    """
    section = questionnaire.all_sections[key]
    copy = fresh_section(section, keys_taken(questionnaire).union(once))
    added = add_section(questionnaire, copy, within=holder_of(questionnaire, key), after=key)
    return added, copy.key


def fresh_section(section: Section, taken: Iterable[str]) -> Section:
    """A section whose keys, and those of all inside it, are not among those taken; rules follow."""
    used = set(taken)
    new: dict[str, str] = {}
    for old in _keys_within(section):
        new[old] = free_key(old, used)
        used.add(new[old].casefold())
    content = section.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return Section.model_validate(renamed_in(content, new))


def _keys_within(section: Section) -> Iterator[str]:
    for inner in section.walk():
        yield inner.key
        yield from (question.key for question in inner.questions)
        yield from (cap.key for cap in inner.caps)


def renamed(questionnaire: Questionnaire, old: str, new: str) -> Questionnaire:
    """A question or section under another key, in every rule that names it too."""
    content = questionnaire.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    own: dict[str, Any] = {"key": questionnaire.key}  # the template's own key may be spelt like a section's
    if "translations" in content:
        own["translations"] = _following(content["translations"], old, new)
    return Questionnaire.model_validate(renamed_in(content, {old: new}) | own)


def _following(translations: dict[str, dict[str, str]], old: str, new: str) -> dict[str, dict[str, str]]:
    """Words in other languages, under the places they have once a question or section has another key."""
    places = {f"{kind}.{old}.": f"{kind}.{new}." for kind in ("question", "section")}

    def moved(place: str) -> str:
        before = next((one for one in places if place.startswith(one)), "")
        return places[before] + place.removeprefix(before) if before else place

    return {
        language: {moved(place): words for place, words in given.items()}
        for language, given in translations.items()
    }


KEYED = frozenset({"key", "question", "at"})
"""Fields that hold the key of a question, a section or a cap; `derived` and rule tables hold bare keys."""
NOT_OURS = frozenset({"options", "scales", "parts"})
"""What bears keys of its own, which are never those of questions."""


def renamed_in(content: Any, new: dict[str, str]) -> Any:
    """Plain values of a document with keys renamed wherever they stand for a question or section."""
    if isinstance(content, list):
        return [renamed_in(inner, new) for inner in content]
    if not isinstance(content, dict):
        return content
    return {
        name: new.get(inner, inner)
        if name in KEYED and isinstance(inner, str)
        else _renamed_words(inner, new)
        if name == "derived" or (name == "lists" and isinstance(inner, dict))
        else inner
        if name in NOT_OURS
        else renamed_in(inner, new)
        for name, inner in content.items()
    }


def _renamed_words(content: Any, new: dict[str, str]) -> Any:
    """Arithmetic and lists of statements name questions by their bare keys."""
    if isinstance(content, str):
        return new.get(content, content)
    if isinstance(content, list):
        return [_renamed_words(inner, new) for inner in content]
    if isinstance(content, dict):
        return {name: _renamed_words(inner, new) for name, inner in content.items()}
    return content


# --- rows ---------------------------------------------------------------------------------------------------

Keyed = TypeVar("Keyed", bound=Section | Question)


def _put(rows: tuple[Keyed, ...], row: Keyed, after: str | None) -> tuple[Keyed, ...]:
    if after == "":
        return (row, *rows)
    places = [i for i, found in enumerate(rows) if found.key == after]
    cut = places[0] + 1 if places else len(rows)
    return (*rows[:cut], row, *rows[cut:])


def _moved(rows: tuple[Keyed, ...], key: str, step: int) -> tuple[Keyed, ...]:
    here = [found.key for found in rows].index(key)
    there = here + step
    if not 0 <= there < len(rows):
        return rows
    rest = rows[:here] + rows[here + 1 :]
    return (*rest[:there], rows[here], *rest[there:])
