"""Moving the clock: everything due on the way happens at its own time."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.local.platform import LocalPlatform
from bot.services.work import next_thing, run_due

LONGEST_STEP = timedelta(days=1)
_CLOSE_BY = timedelta(minutes=1)
_TRIES = 5


async def upcoming(local: LocalPlatform) -> datetime | None:
    """When the next thing is due, not before the clock's own time (aware UTC)."""
    moment = await next_thing(local.kit)
    return None if moment is None else max(moment, local.clock.now())


async def travel(local: LocalPlatform, to: datetime) -> bool:
    """Moves on to `to` (aware UTC); False for a moment that was not on offer.

    A moment already passed changes nothing, so that a button pressed twice moves once. On offer
    are the next thing due and at most a day from now.
    """
    async with local.moving:
        furthest = local.clock.now() + LONGEST_STEP
        offered = await upcoming(local)
        if to > max(furthest, offered or furthest):
            return False
        happened = await _live_until(local, to)
        if to == offered and not happened:
            await _wait_for_something(local, to)
        return True


async def _wait_for_something(local: LocalPlatform, since: datetime) -> None:
    """A message that was put off may leave its old moment behind: what comes of it is close by."""
    for _ in range(_TRIES):
        due = await next_thing(local.kit)
        if due is None or due > since + _CLOSE_BY or await _live_until(local, due):
            return


async def _live_until(local: LocalPlatform, to: datetime) -> int:
    """How many things happened."""
    last = local.clock.now()
    happened = await run_due(local.kit, last)
    while (due := await next_thing(local.kit)) is not None and last < due <= to:
        happened += await _arrive(local, due)
        last = due
    return happened + await _arrive(local, to)


async def _arrive(local: LocalPlatform, moment: datetime) -> int:
    if moment > local.clock.now():
        await local.clock.move(moment)
    return await run_due(local.kit, local.clock.now())
