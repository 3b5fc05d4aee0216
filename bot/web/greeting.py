"""A platform that could not be greeted at the start of a process is greeted again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.services.kit import Kit
from scheduling.jobs import Job

_AGAIN = timedelta(minutes=5)


def greeting(job_id: str, greet: Callable[[], Awaitable[str]], trouble: str) -> Job:
    """Greets once more, every five minutes, while the last time found `trouble`."""
    found = trouble

    async def again(_: Kit, __: datetime) -> int:
        nonlocal found
        if not found:
            return 0
        found = await greet()
        return int(not found)

    return Job(job_id, _AGAIN, (("greet", again),))
