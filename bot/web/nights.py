"""What is done once a night: after midnight where the company is, and again until it succeeded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.services.kit import Kit
from scheduling.jobs import Job

EVERY = timedelta(minutes=30)
FROM_HOUR = 2
"""Local: most of the day's changes are in by then, and few people write."""

Work = Callable[[datetime], Awaitable[int]]


def nightly(name: str, work: Work) -> Job:
    """A job that does `work` (given aware UTC) at the process's start and once a night.

    A turn that fails is tried again at the next, half an hour later.
    """
    done_for: list[date] = []

    async def turn(kit: Kit, now: datetime) -> int:
        policy = await kit.uow.read(lambda tx: tx.organisations.policy())
        night = night_of(now, ZoneInfo(policy.time_zone))
        if done_for and done_for[-1] >= night:
            return 0
        changed = await work(now)
        done_for[:] = [night]
        return changed

    return Job(name, EVERY, ((name, turn),))


def night_of(now: datetime, zone: ZoneInfo) -> date:
    """The day that the latest night belongs to at `now` (aware UTC): it begins at 2:00 local."""
    return (now.astimezone(zone) - timedelta(hours=FROM_HOUR)).date()
