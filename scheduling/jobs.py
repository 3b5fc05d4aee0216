"""The fixed jobs of every process. People's own schedules are rows, found by these jobs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.services.kit import Kit
from bot.services.plan import plan
from bot.services.tend import tend
from bot.services.weekly_summary import summarise
from bot.services.work import sweep

Run = Callable[[Kit, datetime], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Job:
    """`run` does what is due at a moment (aware UTC) and says how much that was.

    It is due `every` so often, by the machine's time; one that overruns is not started twice.
    """

    id: str
    every: timedelta
    run: Run


async def _plan(kit: Kit, now: datetime) -> int:
    return await plan(kit.uow, kit.calendar, now)


_MINUTE = timedelta(minutes=1)

JOBS: tuple[Job, ...] = (
    # Apart, so that a fault in one of them holds up neither of the others.
    Job("plan", _MINUTE, _plan),
    Job("tend", _MINUTE, tend),
    Job("summarise", _MINUTE, summarise),
    Job("sweep", timedelta(seconds=30), sweep),  # purges the inbox as well
)
