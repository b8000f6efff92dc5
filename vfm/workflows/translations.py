"""A draft's words in another language: how far it is, and one part of it side by side, to be filled in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from vfm.errors import NotFound, Problem
from vfm.questionnaires import translations
from vfm.questionnaires.kinds import text_problem
from vfm.questionnaires.pages import pages
from vfm.questionnaires.schema import Questionnaire
from vfm.questionnaires.translations import LANGUAGES, TEMPLATE, Language, Share, Text
from vfm.roles import Actor
from vfm.store import content, drafts, events
from vfm.store.queries.versions import VersionRow


@dataclass(frozen=True, slots=True)
class Part:
    """One page of texts: the whole template's own, or a section with its questions.

    Attributes:
        key: `template`, or the section's key.
    """

    key: str
    title: str
    share: Share


@dataclass(frozen=True, slots=True)
class Overview:
    """How far a draft is translated, part by part.

    Attributes:
        missing: every text without words, in reading order.
        stray: places with words whose text is gone.
    """

    row: VersionRow
    language: Language
    name: str
    parts: tuple[Part, ...]
    missing: tuple[tuple[str, Text], ...]
    stray: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """One text and its words; `kept` is what stands in the draft, `words` what its box shows."""

    text: Text
    words: str
    kept: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One part side by side."""

    row: VersionRow
    language: Language
    name: str
    part: Part
    pairs: tuple[Pair, ...]
    following: str | None


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a sheet: how many texts were changed, and what was not kept."""

    changed: int
    problems: Mapping[str, str]


def overview(session: Session, version_id: int, language: str, *, by: Actor) -> Overview:
    """How far a draft is translated.

    Raises:
        NotFound: no such draft or language, or not yours to see.
        Frozen: it was opened, so it never changes.
    """
    row, questionnaire, known = _present(session, version_id, language, by)
    given = questionnaire.translations.get(known, {})
    parts, texts = _parts(questionnaire, known)
    return Overview(
        row=row,
        language=known,
        name=LANGUAGES[known],
        parts=parts,
        missing=tuple((key, one) for key, some in texts.items() for one in some if one.place not in given),
        stray=tuple((place, given[place]) for place in translations.stray(questionnaire, known)),
    )


def sheet(session: Session, version_id: int, language: str, part: str, *, by: Actor) -> Sheet:
    """One part of a draft side by side.

    Raises:
        NotFound, Frozen: as for `overview`.
    """
    row, questionnaire, known = _present(session, version_id, language, by)
    parts, texts = _parts(questionnaire, known)
    place = next((number for number, one in enumerate(parts) if one.key == part), None)
    if place is None:
        raise NotFound
    given = questionnaire.translations.get(known, {})
    words = [given.get(text.place, "") for text in texts[part]]
    return Sheet(
        row=row,
        language=known,
        name=LANGUAGES[known],
        part=parts[place],
        pairs=tuple(Pair(text, one, one) for text, one in zip(texts[part], words, strict=True)),
        following=parts[place + 1].key if place + 1 < len(parts) else None,
    )


def save(
    session: Session,
    version_id: int,
    language: str,
    part: str,
    sent: Mapping[str, tuple[str, str]],
    *,
    by: Actor,
    now: datetime,
) -> Saved:
    """Keep the words of one part that can be kept.

    Args:
        session: a writing transaction.
        version_id: of the draft.
        language: of the words.
        part: as in `sheet`.
        sent: place -> (the words as typed, the words its box showed first); other places are left alone.
        by: who translates.
        now: when.

    Raises:
        NotFound, Frozen: as for `overview`.
    """
    drafts.lock(session, version_id)
    row, before, known = _present(session, version_id, language, by)
    given = before.translations.get(known, {})
    _, texts = _parts(before, known)
    wanted: dict[str, str] = {}
    problems: dict[str, str] = {}
    for text in texts.get(part, ()):
        typed, shown = (_tidy(words) for words in sent.get(text.place, ("", "")))
        present = given.get(text.place, "")
        if typed in (shown, present):
            continue
        if problem := _problem(typed, shown, present):
            problems[text.place] = problem
        else:
            wanted[text.place] = typed
    if wanted:
        after = translations.with_words(before, known, wanted)
        told = f"{LANGUAGES[known]} of {part}: {len(wanted)} changed"
        patch = drafts.edit(session, row, before, after, told, by_id=by.id, now=now)
        paths = {"words": told, "paths": [change["path"] for change in patch]}
        events.record(session, "edited", "version", row.id, by_id=by.id, now=now, after=paths)
    return Saved(len(wanted), problems)


def as_sent(shown: Sheet, sent: Mapping[str, tuple[str, str]], problems: Mapping[str, str]) -> Sheet:
    """The sheet again with what was typed where it was not kept, and why."""
    pairs = tuple(
        replace(pair, words=sent[pair.text.place][0], problem=problems[pair.text.place])
        if pair.text.place in problems
        else pair
        for pair in shown.pairs
    )
    return replace(shown, pairs=pairs)


def listed(shown: Sheet) -> tuple[Problem, ...]:
    """What was not kept, each at its box."""
    return tuple(Problem(pair.text.place, pair.problem) for pair in shown.pairs if pair.problem)


def _tidy(words: str) -> str:
    return words.replace("\r\n", "\n").strip()


def _problem(typed: str, shown: str, present: str) -> str:
    if present != shown:
        return f'Somebody else wrote "{present}" meanwhile. Save again to put yours in its place.'
    return text_problem(typed) or ""


def _present(
    session: Session, version_id: int, language: str, by: Actor
) -> tuple[VersionRow, Questionnaire, Language]:
    row = drafts.draft(session, version_id, by)
    known = next((one for one in LANGUAGES if one == language), None)
    if known is None:
        raise NotFound
    return row, content.questionnaire(session, row.id, row.content_hash), known


def _parts(
    questionnaire: Questionnaire, language: Language
) -> tuple[tuple[Part, ...], dict[str, tuple[Text, ...]]]:
    """The parts in order, and the texts of each: a section's with those of its questions."""
    found: dict[str, list[Text]] = {}
    for text in translations.texts(questionnaire):
        found.setdefault(_part_of(questionnaire, text), []).append(text)
    titles = {TEMPLATE: "The whole template"} | {page.key: page.title for page in pages(questionnaire)}
    titles |= {key: one.title for key, one in questionnaire.all_sections.items() if key not in titles}
    given = questionnaire.translations.get(language, {})
    parts = tuple(
        Part(key, titles[key], Share(sum(one.place in given for one in some), len(some)))
        for key, some in found.items()
    )
    return parts, {key: tuple(some) for key, some in found.items()}


def _part_of(questionnaire: Questionnaire, text: Text) -> str:
    kind, _, key = text.thing.partition(".")
    if kind == "question":
        return questionnaire.section_of[key]
    return key if kind == "section" else TEMPLATE
