"""The references: SQLAlchemy Core on a table of its own, with the engine Touchpoint uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    func,
    select,
)

_tables = MetaData()
_rows = Table(
    "bench_row",
    _tables,
    Column("id", String(32), primary_key=True),
    Column("owner", String(32), index=True),
    Column("due", Integer, index=True),
    Column("at", DateTime),
    Column("name", String),
    Column("body", LargeBinary),
)
_INSERT = _rows.insert()
_FIRST = select(func.min(_rows.c.due))
_ONE = select(_rows).where(_rows.c.id == bindparam("wanted"))


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes, on SQLite and PostgreSQL."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


class Bare:
    """The least that keeps and finds rows; one connection, as nobody else uses the table."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        with writing(engine) as connection:
            _tables.create_all(connection)

    def keep(self, rows: Sequence[dict[str, Any]]) -> None:
        """One transaction."""
        with writing(self._engine) as connection:
            connection.execute(_INSERT, rows)

    def keep_one(self) -> None:
        """One insert, one commit."""
        self.keep([row()])

    def look(self) -> None:
        """The first value of an index."""
        with self._engine.connect() as connection:
            connection.execute(_FIRST).scalar()

    def keep_and_find(self, number: int) -> None:
        """Inserts rows in one transaction and reads each by its key."""
        rows = [row() for _ in range(number)]
        self.keep(rows)
        with self._engine.connect() as connection:
            for each in rows:
                connection.execute(_ONE, {"wanted": each["id"]}).one()

    def read_all(self, table: Table) -> Callable[[], None]:
        """Reads every row of any table."""

        def read() -> None:
            with self._engine.connect() as connection:
                connection.execute(select(table)).all()

        return read


def row(name: str = "") -> dict[str, Any]:
    """A row about as wide as a queued message."""
    key = uuid4().hex
    return {"id": key, "owner": key, "due": None, "at": None, "name": name, "body": bytes(200)}
