"""Which database errors mean that it can't be used now, and which only ask to run again."""

import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.domain.ports.unit_of_work import StorageUnavailable

_PRIMARY = 0xFF  # SQLite's extended result codes carry the primary one in the lowest byte
_SQLITE_UNAVAILABLE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}
# PostgreSQL, appendix A: connection, resources (disk full), system; broken off by an operator or
# a time-out; and the two conflicts, for when running again has not helped.
_CLASSES = ("08", "53", "57", "58")
_CONFLICTS = ("40001", "40P01")


def is_conflict(error: BaseException) -> bool:
    """Tell whether PostgreSQL broke the transaction off to resolve a conflict with another."""
    return isinstance(error, DBAPIError) and _sqlstate(error) in _CONFLICTS


def translated(error: BaseException) -> BaseException:
    """Return a StorageUnavailable where the database can't be used now, otherwise `error`."""
    return unavailable(error) if _is_unavailable(error) else error


def unavailable(error: BaseException) -> StorageUnavailable:
    """Return a StorageUnavailable that says why in one line, without statement and values."""
    if isinstance(error, StorageUnavailable):
        return error
    cause = error.orig if isinstance(error, DBAPIError) else error
    lines = str(cause).strip().splitlines() or [type(cause).__name__]
    fault = StorageUnavailable(f"The database can't be used now: {lines[0]}")
    fault.__cause__ = error
    return fault


def _is_unavailable(error: BaseException) -> bool:
    if isinstance(error, PoolTimeout | StorageUnavailable):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", None)
        return code is not None and code & _PRIMARY in _SQLITE_UNAVAILABLE
    return error.connection_invalidated or _is_unavailable_postgres(error)


def _is_unavailable_postgres(error: DBAPIError) -> bool:
    state = _sqlstate(error)
    if state is None:  # the server never answered
        return isinstance(error, OperationalError)
    return state.startswith(_CLASSES) or state in _CONFLICTS


def _sqlstate(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)
