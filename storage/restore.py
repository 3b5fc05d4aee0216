"""A backup put in a database's place; what stood there is kept aside."""

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, inspect, make_url, text

from storage import pg_tools
from storage.backup import Kind
from storage.engine import open_engine
from storage.key_engine import SCHEMA
from storage.migrate import newest, upgrade_from
from storage.set_aside import MARK, draft_of, schema_aside, stamp

_LOOKS, _BETWEEN = 10, 0.2
"""How often, and how many seconds apart, others are looked for before a restore is refused."""

_SECOND = timedelta(seconds=1)


class Busy(Exception):
    """Others are at work in the database; the message gives the remedy."""


class Target(Protocol):
    """Where a backup goes. Nobody can be served from it before it is published."""

    url: str
    """Where it can be worked with until then."""

    def is_there(self) -> bool:
        """Whether something stands in its place."""
        ...

    def put(self, file: Path) -> None:
        """Copy the backup's file there."""
        ...

    def migrate(self, schema: str) -> None:
        """Bring answers of that schema up to date."""
        ...

    def publish(self) -> str | None:
        """Let it take its place; where the former one is kept, if there was one."""
        ...

    def undo(self) -> None:
        """Leave everything as it was; nothing happens once it is published."""
        ...


def target(url: str, kind: Kind, now: datetime) -> Target:
    """For the database at `url`; `now` (aware UTC) names what is kept aside."""
    if make_url(url).get_backend_name() == "sqlite":
        return SqliteTarget(url, now)
    return PostgresTarget(url, kind, now)


class SqliteTarget:
    """A file, made beside the present one and renamed."""

    def __init__(self, url: str, now: datetime) -> None:
        parsed = make_url(url)
        self._file = Path(parsed.database or "")
        self._draft = draft_of(self._file)
        self._aside = self._free_name(now)
        self.url = parsed.set(database=str(self._draft)).render_as_string(hide_password=False)

    def is_there(self) -> bool:
        return self._file.exists()

    def put(self, file: Path) -> None:
        self.undo()
        self._draft.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        shutil.copyfile(file, self._draft)

    def migrate(self, schema: str) -> None:
        upgrade_from(self.url, schema)

    def publish(self) -> str | None:
        _into_one_file(self._draft)
        there = self.is_there()
        if there:
            self._set_aside()
        self._draft.replace(self._file)
        _flush(self._file)
        return str(self._aside) if there else None

    def undo(self) -> None:
        for path in (self._draft, *_logs(self._draft)):
            path.unlink(missing_ok=True)

    def _free_name(self, now: datetime) -> Path:
        aside = self._file.with_name(f"{self._file.name}.{MARK}{stamp(now)}")
        return self._free_name(now + _SECOND) if aside.exists() else aside

    def _set_aside(self) -> None:
        with suppress(sqlite3.Error):  # a damaged one is kept as it is
            _into_one_file(self._file)
        os.link(self._file, self._aside)  # there is a database at every moment
        log, shared = _logs(self._file)
        if log.exists():  # else the restored file would be read together with it
            log.replace(_logs(self._aside)[0])
        shared.unlink(missing_ok=True)


def _logs(file: Path) -> tuple[Path, Path]:
    return file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")


def _into_one_file(file: Path) -> None:
    """What is in the write-ahead log goes into the file, and the log away."""
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        connection.execute("PRAGMA journal_mode = DELETE").fetchall()


def _flush(file: Path) -> None:
    if os.name != "posix":
        return
    for path in (file, file.parent):
        opened = os.open(path, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


class PostgresTarget:
    """A schema; what stood there is renamed. The answers have no version until published, so that
    no process serves them.
    """

    def __init__(self, url: str, kind: Kind, now: datetime) -> None:
        self.url = url
        self._is_keys = kind is Kind.KEYS
        self._schema = SCHEMA if self._is_keys else "public"
        self._now = now
        self._aside = ""
        self._was_there = False
        self._begun = False

    def is_there(self) -> bool:
        query = "SELECT count(*) FROM information_schema.tables WHERE table_schema = :schema"
        with self._begin() as connection:
            return bool(connection.execute(text(query), {"schema": self._schema}).scalar())

    def put(self, file: Path) -> None:
        self._was_there = self.is_there()
        with self._begin() as connection:
            self._require_alone(connection)
            self._aside = self._free_name(connection, self._now)
            if self._was_there:
                self._rename(connection, self._schema, self._aside)
            if self._was_there and not self._is_keys:
                connection.execute(text("CREATE SCHEMA public"))
            if not self._was_there and self._is_keys:
                connection.execute(text(f'DROP SCHEMA IF EXISTS "{SCHEMA}"'))  # an empty one
        self._begun = True
        pg_tools.restore(self.url, file)

    def migrate(self, schema: str) -> None:
        upgrade_from(self.url, schema)

    def publish(self) -> str | None:
        if not self._is_keys:
            with self._begin() as connection:
                noted = "INSERT INTO public.alembic_version (version_num) VALUES (:version)"
                connection.execute(text("DELETE FROM public.alembic_version"))
                connection.execute(text(noted), {"version": newest()})
        self._begun = False
        return f"schema {self._aside}" if self._was_there else None

    def undo(self) -> None:
        if not self._begun:
            return
        with self._begin() as connection:
            connection.execute(text(f'DROP SCHEMA IF EXISTS "{self._schema}" CASCADE'))
            if self._was_there:
                self._rename(connection, self._aside, self._schema)
            elif not self._is_keys:
                connection.execute(text("CREATE SCHEMA public"))
        self._begun = False

    def _free_name(self, connection: Connection, now: datetime) -> str:
        name = schema_aside(self._schema, now)
        taken = inspect(connection).has_schema(name)
        return self._free_name(connection, now + _SECOND) if taken else name

    def _require_alone(self, connection: Connection) -> None:
        query = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        for _ in range(_LOOKS):
            if not (others := connection.execute(text(query)).scalar_one()):
                return
            time.sleep(_BETWEEN)  # whoever has just hung up is listed for a moment longer
            connection.execute(text("SELECT pg_stat_clear_snapshot()"))
        raise Busy(
            f"{others} other connections are open to the database: stop every `touchpoint run` "
            "and whatever else works in it, then restore again"
        )

    def _rename(self, connection: Connection, old: str, new: str) -> None:
        connection.execute(text(f'ALTER SCHEMA "{old}" RENAME TO "{new}"'))

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        """A transaction over a connection of its own, which is closed at the end."""
        engine = open_engine(self.url)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()
