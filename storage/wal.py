"""Write-ahead logging, switched on by whichever process opens a new SQLite file first."""

import sqlite3
import time

from sqlalchemy.engine.interfaces import DBAPICursor

_TRIES = 100
_PAUSE = 0.05
"""Seconds; together as long as a busy database is waited for elsewhere."""


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
