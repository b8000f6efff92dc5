"""The words of e-mails about assessments, and to whom they go."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from vfm.questionnaires.figures import day_in_words
from vfm.store import outbox

PAGES = outbox.PAGES


class Reader(NamedTuple):
    """Somebody an e-mail goes to."""

    person_id: int
    name: str
    email: str


def day(on: date) -> str:
    """A date in words: 5 March 2026."""
    return day_in_words(on)


def page(assessment_id: int, ending: str = "") -> str:
    """Where an assessment is found; the worker puts the address of the pages before it."""
    return f"{PAGES}/assessments/{assessment_id}{ending}"


def text(name: str, *paragraphs: str, link: str) -> str:
    """An e-mail in plain text: greeting, what it is about, where to go."""
    said = "\n\n".join(paragraph for paragraph in paragraphs if paragraph)
    return f"Dear {name},\n\n{said}\n\n{link}\n"


def send(
    session: Session,
    readers: Iterable[Reader],
    *,
    step: str,
    subject: str,
    paragraphs: Iterable[str],
    link: str,
    now: datetime,
) -> int:
    """Queue the same words to each reader, once for each of them and `step`; how many were new."""
    words = tuple(paragraphs)
    return sum(
        outbox.queue(
            session,
            step=f"{step}:person:{one.person_id}",
            person_id=one.person_id,
            address=one.email,
            subject=subject,
            body=text(one.name, *words, link=link),
            now=now,
        )
        for one in {one.person_id: one for one in readers}.values()
    )
