"""Between rows and values: the questionnaire of a version, the answers of an assessment.

Parsed questionnaires are kept in memory by content hash: equal content is one value, whoever asks.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from vfm.questionnaires import document, translations
from vfm.questionnaires.answers import Answer, answer_from_json
from vfm.questionnaires.schema import Questionnaire
from vfm.store.tables import Version

KEPT = 64
digest = document.digest
_parsed: dict[str, Questionnaire] = {}


def questionnaire(session: Session, version_id: int, content_hash: str) -> Questionnaire:
    """The questionnaire of a version; read from the store only the first time its content is met."""
    found = _parsed.get(content_hash)
    if found is None:
        content = session.scalars(select(Version.content).where(Version.id == version_id)).one()
        found = remember(content_hash, content)
    return found


def remember(content_hash: str, content: dict[str, Any]) -> Questionnaire:
    """Parse stored content once and keep it; the oldest goes when there are many."""
    if content_hash not in _parsed:
        while len(_parsed) >= KEPT:
            _parsed.pop(next(iter(_parsed)))
        _parsed[content_hash] = document.from_json(content)
    return _parsed[content_hash]


_translated: dict[tuple[int, str], tuple[Questionnaire, Questionnaire]] = {}


def in_language(questionnaire: Questionnaire, language: str) -> Questionnaire:
    """A kept questionnaire in the language of its reader, made once; see `translations.in_language`."""
    if language == translations.ENGLISH:
        return questionnaire
    key = id(questionnaire), language
    english, found = _translated.get(key, (None, None))
    if found is None or english is not questionnaire:  # another one may have come to stand where it stood
        while len(_translated) >= KEPT:
            _translated.pop(next(iter(_translated)))
        found = translations.in_language(questionnaire, language)
        _translated[key] = questionnaire, found
    return found


def in_every_language(questionnaire: Questionnaire) -> list[Questionnaire]:
    """A kept questionnaire in English, then in each other language it has words of."""
    return [questionnaire, *(in_language(questionnaire, name) for name in questionnaire.translations)]


def answers(questionnaire: Questionnaire, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, Answer]:
    """Stored (question key, content) pairs as answers; a key the questionnaire does not have is left out."""
    found = {}
    for key, content in rows:
        question = questionnaire.questions.get(key)
        if question is not None:
            answer = answer_from_json(questionnaire, question, content)
            if not isinstance(answer, Answer):
                raise LookupError(f"the store holds an answer that does not fit {key}: {answer}")
            found[key] = answer
    return found
