"""Questions that nearly every page asks: put into words once for each database, then handed to its driver.

A statement of SQLAlchemy takes several times as long on its way to the driver and back as the driver takes
itself. What is asked a hundred times until an assessment is sent goes the short way; nothing else needs to.
The words, the kinds of its parameters and of its columns are SQLAlchemy's, and so is every error.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple, cast

from sqlalchemy import ARRAY, JSON, ColumnElement, Dialect, Text, any_, bindparam, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import SelectBase

PLACES = r"__\[POSTCOMPILE_{name}(?:~~.*?~~REPL~~.*?~~)?\]|%\({name}\)s"
"""Where a parameter's value may stand in the words of a statement."""

Row = tuple[Any, ...]
Convert = Callable[[Any], Any]


class OneOf(ColumnElement[bool]):
    """True where a column of text is one of the texts that are given under a name, however many these are.

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
    return compiler.process(one.column == any_(bindparam(one.name, type_=ARRAY(Text))), **kwargs)


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
        dialect, driver = connection.dialect, connection.connection.dbapi_connection
        words = self._words.get(dialect.name) or self._put(dialect)
        for name, convert in words.into:
            given[name] = convert(given[name])
        if words.fixed:
            given |= words.fixed
        cursor = driver.cursor()  # type: ignore[union-attr]  # it is connected as long as its session lasts
        asked_with = [given[name] for name in words.order] if words.order else given
        for hears in connection.engine.dispatch.before_cursor_execute:
            hears(connection, cursor, words.text, asked_with, None, False)
        try:
            cursor.execute(words.text, asked_with)
            found = cursor.fetchall()
        except dialect.loaded_dbapi.Error as error:
            if dialect.is_disconnect(error, driver, cursor):
                connection.invalidate(error)
            raise DBAPIError.instance(
                words.text, asked_with, error, dialect.loaded_dbapi.Error, dialect=dialect
            ) from error
        finally:
            cursor.close()
        if not words.out_of:
            return found  # type: ignore[return-value]
        return [_read(row, words.out_of) for row in found]

    def first(self, session: Session, **given: Any) -> Row | None:
        """The first row of the answer; None when there is none."""
        return next(iter(self.rows(session, **given)), None)

    def value(self, session: Session, **given: Any) -> Any:
        """What stands first in the first row; None when there is none."""
        row = self.first(session, **given)
        return row[0] if row else None

    def _put(self, dialect: Dialect) -> _Words:
        """Put it into the words of a database; what is the same each time stands in them where it can."""
        compiled = self._statement.compile(dialect=dialect)
        text, into, fixed = compiled.string, {}, {}
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
        words = _Words(
            text,
            tuple(name for name in compiled.positiontup or () if name in fixed or name in into),
            fixed,
            tuple((name, convert) for name, convert in into.items() if convert),
            tuple(
                (place, convert)
                for place, column in enumerate(self._statement.selected_columns)
                if (convert := column.type.dialect_impl(dialect).result_processor(dialect, None))
            ),
        )
        self._words[dialect.name] = words
        return words


def _read(row: Row, out_of: tuple[tuple[int, Convert], ...]) -> Row:
    cells = list(row)
    for place, convert in out_of:
        cells[place] = convert(cells[place])
    return tuple(cells)
