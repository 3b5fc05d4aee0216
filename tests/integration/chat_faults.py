"""What tests of a failing chat platform share."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.domain.delivery import Delivery, DeliveryClass, DeliveryState
from bot.services import deliver
from bot.services.deliver import LEASE
from tests.integration.chat_worlds import NOW, ChatWorld, Process
from tests.servers.chat import Fault

SENT, SKIPPED = DeliveryState.SENT, DeliveryState.SKIPPED
UNKNOWN = DeliveryState.UNKNOWN
HOUR = timedelta(hours=1)
DAY = 24 * HOUR
ATTEMPTS = deliver.MAX_ATTEMPTS[DeliveryClass.REPLY]
HANGS = {Fault.HANG_BEFORE, Fault.HANG_AFTER}
REASONS = {
    Fault.ERROR_BEFORE: "status_500",
    Fault.ERROR_AFTER: "status_500",
    Fault.RESET_BEFORE: "connection_lost",
    Fault.RESET_AFTER: "connection_lost",
    Fault.HANG_BEFORE: "timed_out",
    Fault.HANG_AFTER: "timed_out",
}

of_unknown_fate = pytest.mark.parametrize("fault", REASONS, ids=lambda fault: fault.name)


async def work_through(process: Process, fault: Fault) -> None:
    """Sends what is due; the platform fails once, a hang ends in a time-out."""
    process.world.chat.fails(fault)
    working = asyncio.create_task(process.work())
    if fault in HANGS:
        await process.world.chat.hanging.wait()
        process.messenger.lose_patience()
    await working
    assert process.world.chat.faults_left == 0


def arrived(world: ChatWorld, channel: str | None = None) -> list[str]:
    """The delivery ids of what the platform took, oldest first."""
    return [entry.delivery_id for entry in world.chat.posts(channel)]


async def claim(process: Process) -> list[Delivery]:
    """What a process claims just before it dies."""
    now = process.world.clock.now()
    return list(await process.uow.write(lambda tx: tx.queue.claim(now, limit=50, lease=LEASE)))


async def fail_and_live_on(process: Process, fault: Fault) -> None:
    """Fails the first message and lives on until all is settled."""
    process.world.chat.fails(fault)
    await process.live(NOW + HOUR)
    assert process.world.chat.faults_left == 0


def everyone(world: ChatWorld) -> list[str]:
    return [f"C-{name}" for name in world.ids]
