"""Questions put into words once: the same answers, and the same errors, as by SQLAlchemy."""

from datetime import date
from decimal import Decimal
from typing import Any, cast

import pytest
from sqlalchemy import Engine, Table, bindparam, event, insert, literal_column, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from tests.council import NOW, SmallCouncil
from vfm.errors import Conflict, Unavailable
from vfm.roles import Role
from vfm.store import database, events
from vfm.store.prepared import Change, OneOf, Prepared
from vfm.store.tables import Deputy, Event, Figure, FigureSource, Person, PersonRole, Service

OF_EVERY_KIND = (
    select(
        Deputy.id,
        Deputy.given_at,
        Deputy.starts_on,
        Deputy.ends_on,
        Figure.amount,
        Figure.comparison,
        Person.is_active,
        Person.name,
    )
    .join(Person, Person.id == Deputy.person_id)
    .join(Figure, Figure.service_id == Deputy.service_id)
    .where(Deputy.starts_on <= bindparam("day"), Deputy.given_at == bindparam("at"))
    .where(Figure.measure.in_(("cost", "it's dear")), Figure.year == "2024-25")
    .order_by(Figure.id)
    .limit(5)
)


@pytest.fixture
def figures(engine: Engine, council: SmallCouncil) -> SmallCouncil:
    """A service with a deputy and two published figures."""
    service, person = council.services["LIB"], council.people["director"]
    given: dict[str, Any] = {"unit": "GBP", "basis": "b", "year": "2024-25", "title": "T"}
    with database.transaction(engine) as session:
        source = FigureSource(key="s", title="S", publisher="P", licence="L")
        session.add(source)
        session.flush()
        for measure, amount in (("cost", "1.10"), ("it's dear", "12345678901234567890.01")):
            figure = Figure(service_id=service, measure=measure, amount=Decimal(amount), **given)
            figure.source_id, figure.comparison = source.id, {"median": 2, "of": "some – or more"}
            session.add(figure)
        session.add(
            Deputy(
                service_id=service, person_id=person, starts_on=date(2026, 1, 31), given_by_id=person,
                given_at=NOW,
            )
        )  # fmt: skip
    return council


def test_the_answer_is_the_same_as_by_sqlalchemy(engine: Engine, figures: SmallCouncil) -> None:
    prepared, given = Prepared(OF_EVERY_KIND), {"day": date(2026, 1, 31), "at": NOW}
    for use in (database.reading, database.transaction):
        with use(engine) as session:
            wanted = [tuple(row) for row in session.connection().execute(OF_EVERY_KIND, given)]
            assert len(wanted) == 2
            assert [type(cell) for cell in wanted[0]] == [
                type(cell) for cell in prepared.rows(session, **given)[0]
            ]
            assert prepared.rows(session, **given) == wanted
            assert prepared.rows(session, **given) == wanted, "the second time as the first"
            assert prepared.first(session, **given) == wanted[0]
            assert prepared.value(session, **given) == wanted[0][0]
            none = given | {"day": date(2026, 1, 30)}
            assert prepared.rows(session, **none) == []
            assert prepared.first(session, **none) is None
            assert prepared.value(session, **none) is None


@pytest.mark.parametrize("keys", [[], ["LIB"], ["LIB", "ROADS", 'it\'s 100% "none" {of} them', "é,\\"]])
def test_one_of_any_number_of_texts(engine: Engine, council: SmallCouncil, keys: list[str]) -> None:
    prepared = Prepared(select(Service.key).where(OneOf(Service.key, "keys")).order_by(Service.key))
    with database.reading(engine) as session:
        assert [row[0] for row in prepared.rows(session, keys=keys)] == [
            k for k in keys if k in council.services
        ]


def test_one_of_any_number_of_numbers(engine: Engine, council: SmallCouncil) -> None:
    prepared = Prepared(select(Service.key).where(OneOf(Service.id, "ids")).order_by(Service.id))
    with database.reading(engine) as session:
        assert prepared.rows(session, ids=[council.services["LIB"], council.services["HOME"], 0]) == [
            ("LIB",),
            ("HOME",),
        ]


def test_it_sees_what_its_own_transaction_wrote(engine: Engine, council: SmallCouncil) -> None:
    prepared = Prepared(
        select(Service.name)
        .join(PersonRole, PersonRole.service_id == Service.id)
        .where(PersonRole.role == Role.CONTRIBUTOR.value)
    )
    with database.transaction(engine) as session:
        session.execute(text("UPDATE service SET name = 'Books' WHERE key = 'LIB'"))
        assert prepared.value(session) == "Books"
        session.rollback()
    with database.reading(engine) as session:
        assert prepared.value(session) == "Libraries"


def test_its_errors_are_those_of_any_statement(engine: Engine, council: SmallCouncil) -> None:
    prepared, said = Prepared(select(literal_column("nowhere"))), select(literal_column("nowhere"))
    with database.reading(engine) as session:
        with pytest.raises(DBAPIError) as short:
            prepared.rows(session)
        with pytest.raises(DBAPIError) as long:
            session.execute(said)
    assert type(short.value) is type(long.value)
    assert short.value.statement == long.value.statement
    refused = ProgrammingError if engine.name == "postgresql" else Unavailable
    with pytest.raises(refused, match="nowhere"), database.reading(engine) as session:
        prepared.rows(session)
    with database.reading(engine) as session:
        assert Prepared(select(Service.key).order_by(Service.id)).value(session) == "LIB"


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_connection_lost_on_the_way_is_given_up(engine: Engine, council: SmallCouncil) -> None:
    ends = Prepared(select(literal_column("pg_terminate_backend(pg_backend_pid())")))
    for use in (database.reading, database.transaction):
        with pytest.raises(Unavailable), use(engine) as session:
            ends.rows(session)
        with use(engine) as session:
            assert Prepared(select(Service.key).order_by(Service.id)).value(session) == "LIB"


def test_who_listens_to_statements_hears_of_it(engine: Engine, council: SmallCouncil) -> None:
    heard: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: heard.append(given[2]))
    with database.reading(engine) as session:
        Prepared(select(Service.key).where(Service.id == bindparam("id"))).rows(session, id=1)
    assert [words for words in heard if "service.id =" in words]


def test_words_that_differ_each_time_are_refused(engine: Engine, council: SmallCouncil) -> None:
    prepared = Prepared(select(Service.key).where(Service.key.in_(bindparam("keys", expanding=True))))
    with pytest.raises(ValueError, match="differ each time"), database.reading(engine) as session:
        prepared.rows(session, keys=["LIB"])


def test_a_change_writes_what_sqlalchemy_would(engine: Engine, council: SmallCouncil) -> None:
    columns = ("at", "by_id", "verb", "subject", "subject_id", "before", "after", "as_deputy")
    table = cast(Table, Event.__table__)
    adds = Change(insert(table).inline(), *columns)
    row = {
        "at": NOW, "by_id": None, "verb": "opened", "subject": "it's 100%", "subject_id": 1, "before": None,
        "after": {"b": [1, None, "é"], "a": Decimal(2).to_eng_string()}, "as_deputy": True,
    }  # fmt: skip
    with database.transaction(engine) as session:
        adds.run(session, **row)
        session.execute(insert(table), [row])
    with database.reading(engine) as session:
        short, long = session.execute(select(*(table.c[name] for name in columns))).all()
        assert short == long == tuple(row.values())
        raw = session.execute(text("SELECT CAST(after AS VARCHAR), CAST(at AS VARCHAR), before FROM event"))
        assert len(set(raw.all())) == 1, "to the letter"


def test_a_change_is_taken_back_with_its_transaction(engine: Engine, council: SmallCouncil) -> None:
    renames = Change(
        update(Service).where(Service.key == bindparam("which")).values(name=bindparam("called"))
    )
    with database.transaction(engine) as session:
        renames.run(session, which="LIB", called="Books")
        session.rollback()
    with database.transaction(engine) as session:
        renames.run(session, which="ROADS", called="Roads")
    with database.reading(engine) as session:
        names = dict(session.execute(select(Service.key, Service.name)).all())
    assert (names["LIB"], names["ROADS"], names["HOME"]) == ("Libraries", "Roads", "Home care")


def test_a_change_that_breaks_a_rule_is_told_apart(engine: Engine, council: SmallCouncil) -> None:
    with database.transaction(engine) as session:
        events.record(session, "opened", "cycle", 1, by_id=None, now=NOW)
    changes = Change(update(Event).values(verb=bindparam("to")))
    with pytest.raises(Conflict, match="event never changes"), database.transaction(engine) as session:
        changes.run(session, to="closed")
    doubles = Change(update(Service).values(key=bindparam("to")))
    with pytest.raises(IntegrityError), database.transaction(engine) as session:
        doubles.run(session, to="SAME")
