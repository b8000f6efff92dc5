"""Deciding on a ranking, on both databases: what two people at once do to the minutes."""

from threading import Barrier, Thread

from sqlalchemy import Engine, select

from tests.council import NOW, SmallCouncil
from tests.rankable import publish, rankable
from vfm.errors import Conflict
from vfm.store.database import reading, transaction
from vfm.store.tables import DecisionMeeting
from vfm.workflows import decisions, rankings
from vfm.workflows.decisions import Typed


def test_of_two_who_open_minutes_at_once_one_is_told(engine: Engine, council: SmallCouncil) -> None:
    rankable(engine, council)
    publish(engine, council)
    by = council.actor("executive")
    with transaction(engine) as session:
        run = rankings.run(session, rankings.prepare(session).sheet, by=by, now=NOW)
    told: list[str] = []
    both = Barrier(2)

    def save(note: str) -> None:
        typed = Typed(("20", "11", "2026"), note=note, seen="0.0")
        both.wait()
        try:
            with transaction(engine) as session:
                decisions.save(session, run, typed, closes=False, by=by, now=NOW)
        except Conflict as refused:
            told.append(str(refused))

    threads = [Thread(target=save, args=(note,)) for note in ("Mine.", "Theirs.")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as session:
        assert len(session.scalars(select(DecisionMeeting.note)).all()) == 1
    assert len(told) == 1
    assert told[0].startswith("Somebody saved these minutes")
