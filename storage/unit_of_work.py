"""The unit of work over SQLite and PostgreSQL: the only thing that commits."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Engine

from bot.domain.ports.unit_of_work import StorageUnavailable
from storage.engine import is_sqlite, open_engine
from storage.faults import is_conflict
from storage.group_writer import GroupWriter
from storage.transaction import SqlTx
from storage.wal import emptied_wal
from storage.work import OnReply, Work

T = TypeVar("T")

_READERS = 4
_WRITERS = 6  # on PostgreSQL; with the readers no more than the engine's pool
_TRIES = 5
_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class SqlUnitOfWork:
    """The UnitOfWork port.

    SQLite: one thread takes the waiting functions together, a savepoint each and one commit.
    PostgreSQL: each function is one transaction in a thread, run again where the database broke
    it off to resolve a conflict. Reads have threads of their own on both.
    """

    def __init__(
        self, engine: Engine, organisation_id: UUID, on_reply: OnReply | None = None
    ) -> None:
        """Take the engine over: `close` disposes of it.

        Args:
            engine: from `open_engine`.
            organisation_id: what every statement is limited to.
            on_reply: called after each commit that queued a reply, with the moment (UTC) at which
                the first of them is due. Runs in a database thread: it must be quick and safe
                there, such as `lambda due: loop.call_soon_threadsafe(wake, due)`.
        """
        self._engine = engine
        self._organisation = organisation_id
        self._on_reply = on_reply
        self._accepting = Lock()
        self._closed = False
        self._group = GroupWriter(engine) if is_sqlite(engine) else None
        self._readers = ThreadPoolExecutor(_READERS, "storage-read")
        self._writers = ThreadPoolExecutor(_WRITERS, "storage-write")

    @property
    def organisation_id(self) -> UUID:
        """What every statement is limited to."""
        return self._organisation

    async def write(self, fn: Callable[[SqlTx], T]) -> T:
        """Run `fn` and commit, as the port says."""
        work = Work(fn, self._organisation, self._on_reply)
        with self._accepting:
            self._refuse_if_closed()
            if self._group is None:
                self._writers.submit(self._write_alone, work)
            else:
                self._group.submit(work)
        return await asyncio.wrap_future(work.future)

    async def read(self, fn: Callable[[SqlTx], T]) -> T:
        """Run `fn` on one consistent snapshot, as the port says."""
        work = Work(fn, self._organisation, None)
        with self._accepting:
            self._refuse_if_closed()
            self._readers.submit(self._read, work)
        return await asyncio.wrap_future(work.future)

    async def forget(self) -> bool:
        """Empty SQLite's write-ahead log, as the port says."""
        if self._group is None:
            return True
        with self._accepting:
            self._refuse_if_closed()
            emptied = self._readers.submit(emptied_wal, self._engine)
        return await asyncio.wrap_future(emptied)

    async def close(self) -> None:
        """Finish what was accepted, then close all connections; a repeat changes nothing."""
        with self._accepting:
            self._closed = True
        await asyncio.to_thread(self._drain)

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise StorageUnavailable("The database is closed, as the process is stopping.")

    def _drain(self) -> None:
        if self._group is not None:
            self._group.stop()
        self._writers.shutdown()
        self._readers.shutdown()
        self._engine.dispose()

    def _write_alone(self, work: Work[Any]) -> None:
        if work.accept():
            error = self._tried(work)
            work.succeed() if error is None else work.fail(error)

    def _tried(self, work: Work[Any]) -> BaseException | None:
        for tries_left in reversed(range(_TRIES)):
            try:
                with self._engine.begin() as connection:
                    work.run(connection)
            except BaseException as error:
                if not (tries_left and is_conflict(error)):
                    return error
            else:
                return None
        return None

    def _read(self, work: Work[Any]) -> None:
        if not work.accept():
            return
        options = {} if self._group else _SNAPSHOT
        try:
            with self._engine.connect().execution_options(**options) as connection:
                work.run(connection)
        except BaseException as error:
            work.fail(error)
        else:
            work.succeed()


def open_unit_of_work(
    url: str, organisation_id: UUID, on_reply: OnReply | None = None
) -> SqlUnitOfWork:
    """Open the database that `upgrade` has made; it is connected to at first use.

    Raises:
        DatabaseUrlError: the URL is of no kind that can hold it.
    """
    return SqlUnitOfWork(open_engine(url), organisation_id, on_reply)
