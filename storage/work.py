"""One function that waits to be run in a transaction."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import Connection

from storage.faults import translated
from storage.transaction import SqlTx

T = TypeVar("T")
OnReply = Callable[[datetime], None]

_log = logging.getLogger(__name__)


class Work(Generic[T]):
    """Carries a function to a database thread, and its result back.

    Call `accept` once, then `run` (again, after a conflict), then `succeed` or `fail` once.
    """

    def __init__(
        self, fn: Callable[[SqlTx], T], organisation_id: UUID, on_reply: OnReply | None
    ) -> None:
        self.future: Future[T] = Future()
        self._fn = fn
        self._organisation = organisation_id
        self._on_reply = on_reply
        self._result: T
        self._reply_due: datetime | None = None

    def accept(self) -> bool:
        """Tell whether the caller still waits; from here on, cancelling has no effect."""
        return self.future.set_running_or_notify_cancel()

    def run(self, connection: Connection) -> None:
        """Run the function in the connection's transaction, which stays open."""
        tx = SqlTx(connection, self._organisation)
        self._result = self._fn(tx)
        self._reply_due = tx.finish()

    def succeed(self) -> None:
        """Wake the delivery and give the result back; call it after the commit."""
        self._wake()
        self.future.set_result(self._result)

    def fail(self, error: BaseException) -> None:
        """Give back what went wrong: StorageUnavailable where the database can't be used."""
        if isinstance(error, StopIteration):  # a future that is awaited can't carry one
            stopped, error = error, RuntimeError("the function raised StopIteration")
            error.__cause__ = stopped
        self.future.set_exception(translated(error))

    def _wake(self) -> None:
        if self._reply_due is None or self._on_reply is None:
            return
        try:
            self._on_reply(self._reply_due)
        except Exception:
            _log.exception("waking the delivery failed; its next tick will send the reply")
