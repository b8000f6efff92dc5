"""What nearly every page asks or changes: put into words once for each database, then handed to its driver.

A statement of SQLAlchemy takes several times as long on its way to the driver and back as the driver takes
itself. What is asked a hundred times until an assessment is sent goes the short way; nothing else needs to.
The words, the kinds of its parameters and of its columns are SQLAlchemy's, and so is every error.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, cast

from sqlalchemy import ARRAY, JSON, ColumnElement, Connection, Dialect, any_, bindparam, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import SelectBase
from sqlalchemy.types import TypeEngine

PLACES = r"__\[POSTCOMPILE_{name}(?:~~.*?~~REPL~~.*?~~)?\]|%\({name}\)s"
"""Where a parameter's value may stand in the words of a statement."""

Row = tuple[Any, ...]
Convert = Callable[[Any], Any]


class OneOf(ColumnElement[bool]):
    """True where a column is one of the values that are given under a name, however many these are.

    They are one parameter, so that the words stay the same.
    """

    def __init__(self, column: Any, name: str) -> None:
        self.column, self.name = column, name


@compiles(OneOf)
def _from_json(one: OneOf, compiler: SQLCompiler, **kwargs: Any) -> str:
    given = func.json_each(bindparam(one.name, type_=JSON)).table_valued("value")
    return compiler.process(one.column.in_(select(given.c.value)), **kwargs)


@compiles(OneOf, "postgresql")
def _from_array(one: OneOf, compiler: SQLCompiler, **kwargs: Any) -> str:
    return compiler.process(one.column == any_(bindparam(one.name, type_=ARRAY(one.column.type))), **kwargs)


class _Words(NamedTuple):
    """A statement as a driver takes it.

    Attributes:
        order: parameters by their place; empty where the driver takes them by name.
        fixed: parameters that are the same each time.
        into, out_of: what makes a parameter or a column into what the driver takes, or out of what it gives.
    """

    text: str
    order: tuple[str, ...]
    fixed: dict[str, Any]
    into: tuple[tuple[str, Convert], ...]
    out_of: tuple[tuple[int, Convert], ...]


class Prepared:
    """One question to the store; its parameters are named, and all given each time it is asked."""

    def __init__(self, statement: SelectBase) -> None:
        self._statement = statement
        self._words: dict[str, _Words] = {}

    def rows(self, session: Session, **given: Any) -> list[Row]:
        """Every row of the answer, in the transaction of the session.

        Raises:
            DBAPIError: as for any other statement.
        """
        connection = session.connection()
        words = self._words.get(connection.dialect.name) or self._put(connection.dialect)
        found = _run(connection, words, given, answers=True)
        return [_read(row, words.out_of) for row in found] if words.out_of else found

    def first(self, session: Session, **given: Any) -> Row | None:
        """The first row of the answer; None when there is none."""
        return next(iter(self.rows(session, **given)), None)

    def value(self, session: Session, **given: Any) -> Any:
        """What stands first in the first row; None when there is none."""
        row = self.first(session, **given)
        return row[0] if row else None

    def _put(self, dialect: Dialect) -> _Words:
        columns = self._statement.selected_columns
        words = _words(self._statement.compile(dialect=dialect), [column.type for column in columns])
        self._words[dialect.name] = words
        return words


class Change:
    """One change of the store: an insert whose columns are the names that are given, or an update.

    Args:
        statement: the same for every database, or one for each by name.
        columns: of an insert that says no values itself; each is given each time.
    """

    def __init__(self, statement: UpdateBase | Mapping[str, UpdateBase], *columns: str) -> None:
        self._statement, self._columns = statement, list(columns) or None
        self._words: dict[str, _Words] = {}

    def run(self, session: Session, **given: Any) -> None:
        """Make it, in the transaction of the session.

        Raises:
            DBAPIError: as for any other statement.
        """
        connection = session.connection()
        words = self._words.get(connection.dialect.name) or self._put(connection.dialect)
        _run(connection, words, given, answers=False)

    def _put(self, dialect: Dialect) -> _Words:
        said = self._statement
        statement = said[dialect.name] if isinstance(said, Mapping) else said
        words = _words(statement.compile(dialect=dialect, column_keys=self._columns), [])
        self._words[dialect.name] = words
        return words


def _run(connection: Connection, words: _Words, given: dict[str, Any], *, answers: bool) -> list[Row]:
    dialect, driver = connection.dialect, connection.connection.dbapi_connection
    for name, convert in words.into:
        given[name] = convert(given[name])
    if words.fixed:
        given |= words.fixed
    asked_with = [given[name] for name in words.order] if words.order else given
    cursor = driver.cursor()  # type: ignore[union-attr]  # it is connected as long as its session lasts
    for hears in connection.engine.dispatch.before_cursor_execute:
        hears(connection, cursor, words.text, asked_with, None, False)
    try:
        cursor.execute(words.text, asked_with)
        return cast(list[Row], cursor.fetchall()) if answers else []
    except dialect.loaded_dbapi.Error as error:
        if dialect.is_disconnect(error, driver, cursor):
            connection.invalidate(error)
        known = dialect.loaded_dbapi.Error
        raise DBAPIError.instance(words.text, asked_with, error, known, dialect=dialect) from error
    finally:
        cursor.close()


def _words(compiled: SQLCompiler, kinds: Iterable[TypeEngine[Any]]) -> _Words:
    """A statement in the words of a database; what is the same each time stands in them where it can."""
    text, into, fixed, dialect = compiled.string, {}, {}, compiled.dialect
    for bind, name in compiled.bind_names.items():
        impl = bind.type.dialect_impl(dialect)
        if bind.required:
            into[name] = impl.bind_processor(dialect)
            continue
        say = cast(Convert, impl.literal_processor(dialect))
        values = cast(list[Any], bind.value) if bind.expanding else [bind.value]
        parts = re.split(PLACES.format(name=re.escape(name)), text)
        text = ", ".join(map(say, values)).join(parts)
        if len(parts) == 1:  # it has a place and no name
            fixed[name] = bind.value
    if "POSTCOMPILE" in text:
        raise ValueError(f"a parameter whose words differ each time: {text}")
    return _Words(
        text,
        tuple(name for name in compiled.positiontup or () if name in fixed or name in into),
        fixed,
        tuple((name, convert) for name, convert in into.items() if convert),
        tuple(
            (place, convert)
            for place, kind in enumerate(kinds)
            if (convert := kind.dialect_impl(dialect).result_processor(dialect, None))
        ),
    )


def _read(row: Row, out_of: tuple[tuple[int, Convert], ...]) -> Row:
    cells = list(row)
    for place, convert in out_of:
        cells[place] = convert(cells[place])
    return tuple(cells)
