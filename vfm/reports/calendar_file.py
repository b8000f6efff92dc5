"""Dated entries as a calendar file (iCalendar, RFC 5545). Values in, bytes out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

MAKER = "-//vfm//forward plan//EN"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry over whole days.

    Attributes:
        uid: the same for as long as the entry lives, so that a later file replaces it.
        revision: counts up with each change.
        last_day: included.
        is_settled: False while it is only proposed.
    """

    uid: str
    revision: int
    first_day: date
    last_day: date
    title: str
    words: str
    category: str
    url: str
    is_settled: bool


def calendar_file(name: str, entries: Iterable[Entry], *, now: datetime) -> bytes:
    """A calendar of this name with these entries."""
    from icalendar import Calendar, Event  # heavy; only who takes a calendar away waits for it

    made = Calendar()
    made.add("prodid", MAKER)
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("name", name)
    made.add("x-wr-calname", name)
    for entry in entries:
        event = Event()
        event.add("uid", entry.uid)
        event.add("dtstamp", now)
        event.add("sequence", entry.revision)
        event.add("dtstart", entry.first_day)
        event.add("dtend", entry.last_day + timedelta(days=1))  # the end of a whole day is the next
        event.add("summary", entry.title)
        event.add("description", entry.words)
        event.add("categories", [entry.category])
        event.add("url", entry.url)
        event.add("status", "CONFIRMED" if entry.is_settled else "TENTATIVE")
        event.add("transp", "TRANSPARENT")  # a review of months does not make a day busy
        made.add_component(event)
    return bytes(made.to_ical())
