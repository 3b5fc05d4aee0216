"""Write-ahead logging, switched on by whichever process opens a new SQLite file first."""

import sqlite3
import time

from sqlalchemy import Engine
from sqlalchemy.engine.interfaces import DBAPICursor

_TRIES = 100
_PAUSE = 0.05
"""Seconds; together as long as a busy database is waited for elsewhere."""

_FORGET_MS = 500
"""Writers wait as long as that at most while the log is emptied."""


def use_wal(cursor: DBAPICursor) -> None:
    """Switch it on. Two processes may do so at once: SQLite refuses the second without waiting, as
    its busy timeout doesn't hold for this switch.
    """
    for _ in range(_TRIES):
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            time.sleep(_PAUSE)
        else:
            return
    cursor.execute("PRAGMA journal_mode = WAL")


def emptied_wal(engine: Engine) -> bool:
    """Empty the log, which holds earlier images of the pages that changed; False where somebody
    is still reading or writing it after a moment.
    """
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_FORGET_MS}")
        busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.OperationalError:
        return False
    finally:
        connection.invalidate()  # with its short time-out
        connection.close()
    return not busy
