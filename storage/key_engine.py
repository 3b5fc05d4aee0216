"""The key store's own database: its table, how it is reached, how writes to it begin."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import URL, Connection, Engine, Index, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel, col

from storage.wal import use_wal

SCHEMA = "touchpoint_keys"  # on PostgreSQL; so that it can be dumped, and left out of a dump, alone
_GIVE = (
    "give the URL of a SQLite file (sqlite:////path/keys.db) "
    "or of PostgreSQL (postgresql+psycopg://...)."
)
_BUSY_MS = 10_000
ACTIVE = text("retired_at IS NULL")


class KeyStoreError(Exception):
    """The key store can't be used as configured; the message gives the remedy."""


class _Keys(SQLModel, registry=registry()):
    """Root of the key store's tables: metadata apart from that of the main database."""


class PersonKey(_Keys, table=True):
    """One key of one person; several when keys have been rotated, one of them not retired.

    Destroying empties `wrapped` and leaves the row. It keeps its place in the unique index, so the
    database itself refuses a new key for someone who was erased, also to a process that had
    looked just before.
    """

    __tablename__ = "person_key"
    __table_args__ = (
        Index("ix_person_key_person", "organisation_id", "person_id"),
        Index(
            "uq_person_key_active",
            "organisation_id",
            "person_id",
            unique=True,
            sqlite_where=ACTIVE,
            postgresql_where=ACTIVE,
        ),
        {"schema": SCHEMA},
    )

    id: UUID = Field(primary_key=True)
    organisation_id: UUID
    person_id: UUID
    wrapped: bytes | None
    master_key_id: str
    created_at: datetime
    retired_at: datetime | None
    destroyed_at: datetime | None


class KeptErasure(_Keys, table=True):
    """What a person took back (see the main database's `erasure`)."""

    __tablename__ = "erasure"
    __table_args__ = (Index("ix_erasure_at", "organisation_id", "at"), {"schema": SCHEMA})

    id: UUID = Field(primary_key=True)
    organisation_id: UUID
    person_id: UUID
    what: str
    target_id: UUID
    at: datetime


SLOT = (col(PersonKey.organisation_id), col(PersonKey.person_id))


def key_engine(url: str) -> Engine:
    """Return an engine that connects at first use.

    Raises:
        KeyStoreError: `url` is neither a SQLite file's nor PostgreSQL's.
    """
    parsed = _parsed(url)
    kind = parsed.get_backend_name()
    if kind == "postgresql":
        return create_engine(
            parsed,
            isolation_level="READ COMMITTED",  # each statement must see the keys just committed
            pool_pre_ping=True,
            hide_parameters=True,  # errors with parameters would put wrapped keys into logs
        )
    if kind != "sqlite" or parsed.database in {None, "", ":memory:"}:
        raise KeyStoreError(f"The key store can't live at {parsed.render_as_string()}: {_GIVE}")
    engine = create_engine(parsed, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine.execution_options(schema_translate_map={SCHEMA: None})


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError:
        # Without the text or the cause, which may show a password.
        raise KeyStoreError(f"The key store's URL is not a database URL: {_GIVE}") from None


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    connection.isolation_level = None  # _begin_sqlite begins, not the driver
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    use_wal(cursor)
    cursor.execute("PRAGMA synchronous = FULL")  # a lost key would lose acknowledged answers
    cursor.execute("PRAGMA secure_delete = ON")  # zeros what a destroyed key leaves behind
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: one that read first could not wait for it later.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def key_schema(connection: Connection) -> str | None:
    """Return the schema that the table lies in: one of its own where the database has schemas."""
    return SCHEMA if connection.dialect.name == "postgresql" else None


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Begin a transaction that writes; it commits at the end, unless there is an error."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


def insert_key(connection: Connection) -> postgresql.Insert | sqlite.Insert:
    """Return the INSERT of the connection's dialect, as only that one knows ON CONFLICT."""
    postgres = connection.dialect.name == "postgresql"
    return postgresql.insert(PersonKey) if postgres else sqlite.insert(PersonKey)


def empty_wal(engine: Engine) -> bool:
    """Empty SQLite's write-ahead log, which holds earlier images of the pages that changed; False
    where somebody reads or writes it for as long as a busy database is waited for.
    """
    connection = engine.raw_connection()
    try:
        rows = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return not rows[0][0]
