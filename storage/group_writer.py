"""One thread that writes to SQLite, committing many functions at once."""

from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from sqlalchemy import Connection, Engine, RootTransaction

from bot.domain.ports.unit_of_work import StorageUnavailable
from storage.faults import unavailable
from storage.work import Work

_MOST = 200  # functions in a commit: the first of them waits for the last


class GroupWriter:
    """Takes whatever waits, gives each function a savepoint, commits once, answers them all.

    SQLite has one write lock, and a commit waits for the disk: threads that compete for the lock
    fail or wait long, and one that shares its commits writes several times faster. The thread
    keeps its connection, which it alone uses.
    """

    def __init__(self, engine: Engine) -> None:
        self._connection = _Connected(engine)
        self._waiting: SimpleQueue[Work[Any] | None] = SimpleQueue()
        self._thread = Thread(target=self._serve, name="storage-write", daemon=True)
        self._thread.start()

    def submit(self, work: Work[Any]) -> None:
        """Let `work` be run and committed after what was submitted before it."""
        self._waiting.put(work)

    def stop(self) -> None:
        """Finish what was submitted, then end the thread; a repeat changes nothing. Blocks."""
        self._waiting.put(None)
        self._thread.join()

    def _serve(self) -> None:
        while (first := self._waiting.get()) is not None:
            group, stopping = self._with_followers(first)
            _commit(self._connection, [work for work in group if work.accept()])
            if stopping:
                break
        self._connection.close()

    def _with_followers(self, first: Work[Any]) -> tuple[list[Work[Any]], bool]:
        group = [first]
        while len(group) < _MOST:
            try:
                work = self._waiting.get_nowait()
            except Empty:
                return group, False
            if work is None:
                return group, True
            group.append(work)
        return group, False


class _Connected:
    """The writer's connection: made at first use, and anew after a failure."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._open: Connection | None = None

    def get(self) -> Connection:
        if self._open is None:
            self._open = self._engine.connect().execution_options(writes=True)
        return self._open

    def close(self, *, broken: bool = False) -> None:
        """Gives it back; one that is `broken`, perhaps half-way in a commit, is thrown away."""
        connection, self._open = self._open, None
        if connection is not None:
            if broken:
                connection.invalidate()
            connection.close()


def _commit(connected: _Connected, group: list[Work[Any]]) -> None:
    try:
        failures = _in_transaction(connected, group)
    except BaseException as error:
        for work in group:
            work.fail(unavailable(error))
        return
    for work, failure in zip(group, failures, strict=True):
        if failure is None:
            work.succeed()
        else:
            work.fail(failure)


def _in_transaction(connected: _Connected, group: list[Work[Any]]) -> list[BaseException | None]:
    """What went wrong with each, the others being committed; raises where nothing was kept."""
    try:
        connection = connected.get()
        with connection.begin() as transaction:
            if len(group) == 1:
                return [_attempt_alone(connection, transaction, group[0])]
            return [_attempt(connection, work) for work in group]
    except BaseException:
        connected.close(broken=True)
        raise


def _attempt_alone(
    connection: Connection, transaction: RootTransaction, work: Work[Any]
) -> BaseException | None:
    # Without a savepoint: where nobody else is in the transaction, it can go back as a whole.
    try:
        work.run(connection)
    except BaseException as error:
        _ensure_alive(connection, error)
        transaction.rollback()
        return error
    _ensure_alive(connection, None)
    return None


def _attempt(connection: Connection, work: Work[Any]) -> BaseException | None:
    # In plain SQL: SQLAlchemy compiles its own savepoints anew each time, which costs as much as
    # a small function.
    connection.exec_driver_sql("SAVEPOINT work")
    try:
        work.run(connection)
    except BaseException as error:
        _ensure_alive(connection, error)
        connection.exec_driver_sql("ROLLBACK TO work")
        connection.exec_driver_sql("RELEASE work")
        return error
    _ensure_alive(connection, None)
    connection.exec_driver_sql("RELEASE work")
    return None


def _ensure_alive(connection: Connection, cause: BaseException | None) -> None:
    """Raise where SQLite has rolled the whole transaction back, as it may when the disk is full."""
    if connection.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]  # sqlite3's
        return
    raise unavailable(cause or StorageUnavailable("The database gave the transaction up."))
