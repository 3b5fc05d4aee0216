"""The weeks of a demo: a clock that jumps from one due moment to the next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.bootstrap import Built
from bot.demo.player import Player
from bot.services.work import run_due, settle
from scheduling.clock import SteppedClock

A_MOMENT = timedelta(seconds=1)

Progress = Callable[[datetime], None]


async def live(
    built: Built, clock: SteppedClock, player: Player, until: datetime, progress: Progress
) -> None:
    """Lives from the clock's moment until `until` (aware UTC), leaving nothing due behind."""
    while True:
        now = clock.now()
        await player.act(now)
        due_at = await settle(built.kit, now)
        player.look(now)
        upcoming = _upcoming(due_at, player, now)
        if upcoming is None or upcoming > until:
            break
        clock.set(upcoming)
        progress(upcoming)
    clock.set(until)
    await run_due(built.kit, until)
    await built.uow.write(lambda tx: tx.organisations.set_demo_now(until))


def _upcoming(due_at: datetime | None, player: Player, now: datetime) -> datetime | None:
    """The next due moment; never the present one again, so that time always goes on."""
    known = [moment for moment in (due_at, player.next_at) if moment is not None]
    return max(min(known), now + A_MOMENT) if known else None
