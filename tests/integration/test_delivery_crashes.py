"""Processes that die between queue and platform, and several at once: each message arrives once, or
its fate is in plain sight.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from bot.domain.delivery import DeliveryState
from bot.domain.delivery import Recovery as How
from bot.domain.occurrence import OccurrenceState
from bot.services.deliver import LEASE
from tests.integration.chat_faults import (
    HOUR,
    SENT,
    UNKNOWN,
    arrived,
    claim,
    everyone,
    fail_and_live_on,
    work_through,
)
from tests.integration.chat_worlds import (
    CHECK_IN,
    LEASE_OVER,
    NOW,
    NUDGE,
    SECOND,
    ChatWorld,
    chat_world,
)
from tests.processes import Talk, talking
from tests.servers.chat import Fault

# Processes that die


async def test_what_was_queued_before_a_process_ended_is_sent_once(
    database_url: str, tmp_path: Path
) -> None:
    async with chat_world(database_url, tmp_path) as world:
        async with world.process() as process:
            notes = await process.queue_notes("ana", "help", "saved")
        for _ in range(2):
            async with world.process() as process:
                await process.work()
        assert arrived(world) == notes


@pytest.mark.parametrize(
    ("how", "fault", "times", "fate"),
    [
        (How.LOOK_UP, Fault.HANG_BEFORE, 1, (SENT, "")),
        (How.LOOK_UP, Fault.HANG_AFTER, 1, (SENT, "")),
        (How.LEAVE, Fault.HANG_AFTER, 1, (UNKNOWN, "maybe_sent")),
    ],
)
async def test_a_process_killed_while_the_platform_answers(
    database_url: str,
    tmp_path: Path,
    how: How,
    fault: Fault,
    times: int,
    fate: tuple[DeliveryState, str],
) -> None:
    """SIGKILL between the request and our commit: before the lease ends nobody touches it."""
    async with chat_world(database_url, tmp_path) as world:
        async with world.process(how) as process:
            notes = await process.queue_notes("ana", "help")
        world.chat.fails(fault)
        with worker(world, how) as running:
            async with asyncio.timeout(60):
                await world.chat.hanging.wait()
            running.kill()
        async with world.process(how) as process:
            await process.work(NOW + LEASE - SECOND)
            assert len(world.chat.calls) == 1
            await process.live(NOW + HOUR)
            assert arrived(world) == notes * times
            assert await process.counts() == {fate: 1}


def worker(world: ChatWorld, how: How) -> AbstractContextManager[Talk]:
    """A process of its own that sends what is due."""
    arguments = [world.url, world.keys_url, str(world.organisation_id), world.chat.url]
    arguments += [how.value, world.clock.now().isoformat()]
    return talking("tests.integration.chat_worker", *arguments)


@pytest.mark.parametrize("how", How)
async def test_a_claim_abandoned_before_sending_is_taken_over(
    database_url: str, tmp_path: Path, how: How
) -> None:
    """Nothing can have arrived, so whatever the platform allows, it is sent exactly once."""
    async with chat_world(database_url, tmp_path) as world, world.process(how) as process:
        notes = await process.queue_notes("ana", "help", "saved")
        assert len(await claim(process)) == 2
        await process.work(NOW + LEASE - SECOND)
        assert arrived(world) == []
        await process.work(NOW + LEASE_OVER)
        assert arrived(world) == notes
        assert [call.operation for call in world.chat.calls] == ["POST", "POST"]
        assert await process.counts() == {(SENT, ""): 2}


@pytest.mark.parametrize(
    ("how", "times", "fate"),
    [
        (How.RESEND, 1, (SENT, "")),
        (How.LOOK_UP, 1, (SENT, "")),
        (How.LEAVE, 0, (UNKNOWN, "maybe_sent")),
    ],
)
async def test_a_claim_abandoned_while_sending_follows_the_platforms_rule(
    database_url: str, tmp_path: Path, how: How, times: int, fate: tuple[DeliveryState, str]
) -> None:
    async with chat_world(database_url, tmp_path) as world, world.process(how) as process:
        notes = await process.queue_notes("ana", "help")
        (mine,) = await claim(process)
        assert await process.uow.write(lambda tx: tx.queue.begin([mine.id], mine.claim_token, NOW))
        await process.work(NOW + LEASE - SECOND)
        assert world.chat.calls == []
        await process.live(NOW + HOUR)
        assert arrived(world) == notes * times
        assert await process.counts() == {fate: 1}


async def test_a_claimant_that_wakes_after_its_lease_does_nothing_more(
    database_url: str, tmp_path: Path
) -> None:
    async with (
        chat_world(database_url, tmp_path) as world,
        world.process() as slow,
        world.process() as other,
    ):
        notes = await slow.queue_notes("ana", "help", "saved")
        world.chat.fails(Fault.HANG_AFTER)
        asleep = asyncio.create_task(slow.work())
        await world.chat.hanging.wait()
        await other.work(NOW + LEASE_OVER)
        assert arrived(world) == notes
        world.chat.release()
        await asleep
        assert arrived(world) == notes
        assert len(world.chat.attempts()) == 2
        assert await other.counts() == {(SENT, ""): 2}


# Several at once


async def test_two_schedulers_and_senders_at_once(postgres_url: str, tmp_path: Path) -> None:
    more = [f"p{number}" for number in range(60)]
    async with (
        chat_world(postgres_url, tmp_path, CHECK_IN, NUDGE, more=more) as world,
        world.process() as one,
        world.process() as two,
    ):
        people = len(world.ids)
        notes = [note for who in world.ids for note in await one.queue_notes(who, "help")]
        await asyncio.gather(*(each.work() for each in (one, two, one, two)))
        await one.live(NOW + HOUR)
        occurrences = await one.occurrences()
        assert occurrences == {(OccurrenceState.SENT, ""): 2 * people}
        assert set(Counter(arrived(world)).values()) == {1}
        assert Counter(e.channel for e in world.chat.posts()) == dict.fromkeys(everyone(world), 3)
        assert set(notes) < set(arrived(world))
        assert await one.counts() == {(SENT, ""): 3 * people}


async def test_one_persons_messages_keep_their_order(database_url: str, tmp_path: Path) -> None:
    codes = ("help", "saved", "gone", "closed", "edited", "resumed")
    async with chat_world(database_url, tmp_path) as world, world.process() as process:
        to_ana = await process.queue_notes("ana", *codes)
        to_ben = await process.queue_notes("ben", *reversed(codes))
        await process.work()
        assert arrived(world, "C-ana") == to_ana
        assert arrived(world, "C-ben") == to_ben


async def test_a_rate_limit_keeps_the_order(database_url: str, tmp_path: Path) -> None:
    async with chat_world(database_url, tmp_path) as world, world.process() as process:
        notes = await process.queue_notes("ana", "help", "saved", "gone")
        await fail_and_live_on(process, Fault.RATE_LIMITED)
        assert arrived(world) == notes


async def test_a_message_in_trouble_holds_up_no_other(sqlite_url: str, tmp_path: Path) -> None:
    async with chat_world(sqlite_url, tmp_path) as world, world.process() as process:
        first, *others = await process.queue_notes("ana", "help", "saved", "gone")
        await work_through(process, Fault.ERROR_BEFORE)
        assert arrived(world) == others
        await process.live(NOW + HOUR)
        assert arrived(world) == [*others, first]
