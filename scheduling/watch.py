"""What happened to the runner's work: told to the log once, and to whoever counts."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from enum import StrEnum

from bot.domain.ports.unit_of_work import StorageUnavailable

_log = logging.getLogger(__name__)


class Outcome(StrEnum):
    DONE = "done"
    FAILED = "failed"
    UNAVAILABLE = "unavailable"


Observe = Callable[[str, Outcome, float], None]
"""Told the id of what ran, how it ended and how many seconds it took."""


class Watch:
    """Runs work so that an error ends nothing, and remembers when each last succeeded.

    An outage of the database concerns all work at once: it is logged when it begins and when it
    ends, not each time something fails because of it.
    """

    def __init__(self, observe: Observe) -> None:
        self._observe = observe
        self._outage_since: float | None = None
        self._succeeded_at: dict[str, float] = {}

    async def run(self, work_id: str, work: Callable[[], Awaitable[int]]) -> int | None:
        """Return what `work` returns, or None where it failed; never raises an Exception."""
        began = time.monotonic()
        done: int | None = None
        outcome = Outcome.FAILED
        try:
            done = await work()
            outcome = Outcome.DONE
            self._available(work_id)
        except StorageUnavailable as error:
            outcome = Outcome.UNAVAILABLE
            self._unavailable(work_id, error)
        except Exception:
            _log.exception("a job failed; it runs again at its next turn", extra={"job": work_id})
        finally:
            self._observe(work_id, outcome, time.monotonic() - began)
        return done

    def expect(self, work_id: str) -> None:
        """Count `work_id` as succeeded now, so that it is not yet late."""
        self._succeeded_at[work_id] = time.monotonic()

    def silent_for(self, work_id: str) -> float:
        """Seconds since it last succeeded, or since it was first expected."""
        return time.monotonic() - self._succeeded_at[work_id]

    def _available(self, work_id: str) -> None:
        self._succeeded_at[work_id] = time.monotonic()
        if self._outage_since is not None:
            seconds = round(time.monotonic() - self._outage_since, 1)
            self._outage_since = None
            _log.warning("the database is back", extra={"job": work_id, "seconds": seconds})

    def _unavailable(self, work_id: str, error: StorageUnavailable) -> None:
        if self._outage_since is None:
            self._outage_since = time.monotonic()
            _log.error(
                "the database can't be used; trying again until it can",
                extra={"job": work_id, "reason": str(error)},
            )
