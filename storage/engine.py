"""How the main database is reached, and how its transactions begin."""

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError

from storage.wal import use_wal

_GIVE = (
    "give the URL of a SQLite file (sqlite:////path/touchpoint.db) "
    "or of PostgreSQL (postgresql+psycopg://user@host/name)."
)
_BUSY_MS = 10_000
_POSTGRES_POOL = 10
_POOL_TIMEOUT = 30  # seconds


class DatabaseUrlError(Exception):
    """The database can't be used as configured; the message gives the remedy."""


def open_engine(url: str) -> Engine:
    """Return an engine that connects at first use.

    On SQLite a connection with the execution option `writes` begins its transactions with the
    write lock; any other refuses to write. On PostgreSQL transactions are READ COMMITTED.

    Raises:
        DatabaseUrlError: `url` is neither a SQLite file's nor PostgreSQL's with psycopg.
    """
    parsed = _parsed(url)
    if parsed.drivername in {"postgresql", "postgresql+psycopg"}:
        return _postgres(parsed.set(drivername="postgresql+psycopg"))
    if parsed.get_backend_name() != "sqlite" or parsed.database in {None, "", ":memory:"}:
        raise DatabaseUrlError(
            f"The database can't live at {parsed.render_as_string(hide_password=True)}: {_GIVE}"
        )
    return _sqlite(parsed)


def is_sqlite(engine: Engine) -> bool:
    """Tell whether one process alone may write."""
    return engine.dialect.name == "sqlite"


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError:
        # Without the text or the cause, which may show a password.
        raise DatabaseUrlError(f"The database's URL is not one: {_GIVE}") from None


def _postgres(url: URL) -> Engine:
    return create_engine(
        url,
        isolation_level="READ COMMITTED",
        pool_size=_POSTGRES_POOL,
        pool_timeout=_POOL_TIMEOUT,
        pool_pre_ping=True,
        hide_parameters=True,  # errors would put sealed answers and names into logs
    )


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    connection.isolation_level = None  # _begin_sqlite begins, not the driver
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    use_wal(cursor)
    cursor.execute("PRAGMA synchronous = FULL")  # what was acknowledged survives a power cut
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # zeros what an erasure leaves behind
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    if connection.info.get("writes") is not writes:  # a connection is mostly used for one of them
        connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
        connection.info["writes"] = writes
    # A writer takes the lock at once: one that read first could not wait for it later.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
