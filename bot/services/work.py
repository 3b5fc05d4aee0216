"""Everything that is due at one moment, and when the next thing will be."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.services.deliver import deliver
from bot.services.kit import Kit
from bot.services.plan import plan
from bot.services.tend import tend
from bot.services.weekly_summary import summarise

INBOX_KEPT = timedelta(days=7)
"""Far longer than any platform redelivers (Slack gives up after about 5 minutes)."""


async def schedule_due(kit: Kit, now: datetime) -> int:
    """Plans, tends and drafts what is due at `now` (aware UTC)."""
    done = await plan(kit.uow, kit.calendar, now)
    done += await tend(kit, now)
    return done + await summarise(kit, now)


async def run_due(kit: Kit, now: datetime) -> int:
    """Does everything that is due at `now`, sending included, until nothing is left."""
    total = 0
    while True:
        done = await schedule_due(kit, now)
        while sent := await deliver(kit, now):
            done += sent
        if not done:
            return total
        total += done


async def next_thing(kit: Kit) -> datetime | None:
    """When the next plan, reminder, closing or queued message is due (aware UTC)."""
    moments = await kit.uow.read(
        lambda tx: (tx.plans.next_due_at(), tx.check_ins.next_wake_at(), tx.queue.next_at())
    )
    return min((m for m in moments if m is not None), default=None)


async def sweep(kit: Kit, now: datetime) -> int:
    """Frees what crashed claimants left behind and forgets old inbound ids."""

    freed = await kit.uow.write(lambda tx: tx.queue.sweep(now))
    await kit.uow.write(lambda tx: tx.inbox.purge(now - INBOX_KEPT))
    return freed
