"""One process at a time over a SQLite database."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from sqlalchemy import make_url


class AlreadyRunning(Exception):
    """Another process has the database open; the message names the file and the process."""


class ProcessLock:
    """Held from `acquire` until `release` or the end of the process: keep the object that long.

    The operating system holds it on `<database>.lock`; the file itself stays, and means nothing.
    """

    def __init__(self, database: Path) -> None:
        self._database = database
        self._path = database.with_name(database.name + ".lock")
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """Take the lock; a repeat changes nothing.

        Raises:
            AlreadyRunning: another process holds it.
            OSError: the lock file can't be made in the database's directory.
        """
        if self._file is not None:
            return
        file = self._path.open("a+", encoding="ascii")
        try:
            _lock(file)
        except OSError as error:
            holder = _holder(file)
            file.close()
            raise AlreadyRunning(
                f"{self._database} is in use by another touchpoint process{holder}. Stop that "
                "one first, or use PostgreSQL, which serves several processes."
            ) from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let the next process in; a repeat changes nothing."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def lock_for(url: str) -> ProcessLock | None:
    """Return the lock of a SQLite database; None on PostgreSQL, which needs none."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return ProcessLock(Path(parsed.database))


def _holder(file: IO[str]) -> str:
    with suppress(OSError, ValueError):
        file.seek(0)
        return f" (pid {int(file.read())})"
    return ""


if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 30  # Windows forbids others to read what is locked: lock a byte beyond the pid

    def _lock(file: IO[str]) -> None:
        os.lseek(file.fileno(), _FAR, os.SEEK_SET)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[str]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
