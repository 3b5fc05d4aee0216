"""Faults between queue and platform: each message arrives once, or its fate is in plain sight.

Everything is real but the time: databases, connections, and a platform that fails as told. What
counts is the platform's own log against what the queue says.
"""

from __future__ import annotations

import socket
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest

from bot.domain.delivery import NewDelivery, Operation
from bot.domain.delivery import Recovery as How
from bot.domain.occurrence import OccurrenceState
from bot.services import deliver
from tests.integration.chat_faults import (
    ATTEMPTS,
    DAY,
    HOUR,
    REASONS,
    SENT,
    SKIPPED,
    UNKNOWN,
    arrived,
    claim,
    everyone,
    fail_and_live_on,
    of_unknown_fate,
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
from tests.servers.chat import Fault

# Lost answers: what the platform may have taken


@of_unknown_fate
async def test_it_is_looked_up_and_sent_again_only_where_it_is_absent(
    database_url: str, tmp_path: Path, fault: Fault
) -> None:
    async with chat_world(database_url, tmp_path) as world, world.process() as process:
        notes = await process.queue_notes("ana", "help")
        await work_through(process, fault)
        assert arrived(world) == notes[: int(fault.accepts)]
        await process.work(NOW + 4 * SECOND)
        assert len(world.chat.calls) == 1, "it waits before it looks"
        await process.live(NOW + HOUR)
        assert arrived(world) == notes
        assert len(world.chat.attempts()) == 1 + (not fault.accepts)
        assert await process.counts() == {(SENT, ""): 1}


@of_unknown_fate
async def test_where_nothing_can_be_looked_up_it_is_left_to_the_operator(
    sqlite_url: str, tmp_path: Path, fault: Fault
) -> None:
    async with chat_world(sqlite_url, tmp_path) as world, world.process(How.LEAVE) as process:
        notes = await process.queue_notes("ana", "help")
        await work_through(process, fault)
        await process.live(NOW + DAY)
        assert arrived(world) == notes[: int(fault.accepts)]
        assert len(world.chat.calls) == 1, "never sent again, never looked for"
        assert await process.counts() == {(UNKNOWN, REASONS[fault]): 1}


@of_unknown_fate
async def test_it_is_sent_again_where_the_platform_removes_duplicates(
    sqlite_url: str, tmp_path: Path, fault: Fault
) -> None:
    async with chat_world(sqlite_url, tmp_path) as world, world.process(How.RESEND) as process:
        world.chat.removes_duplicates = True
        notes = await process.queue_notes("ana", "help")
        await work_through(process, fault)
        await process.live(NOW + HOUR)
        assert arrived(world) == notes
        assert [call.operation for call in world.chat.calls] == ["POST", "POST"]
        assert await process.counts() == {(SENT, ""): 1}


async def test_an_incomplete_history_proves_nothing(database_url: str, tmp_path: Path) -> None:
    async with chat_world(database_url, tmp_path) as world, world.process() as process:
        notes = await process.queue_notes("ana", "help")
        world.chat.history_is_complete = False
        await work_through(process, Fault.RESET_AFTER)
        await process.live(NOW + 20 * SECOND)
        assert len(world.chat.calls) > 2, "it looks more than once"
        assert len(world.chat.attempts()) == 1
        world.chat.history_is_complete = True
        await process.live(NOW + HOUR)
        assert arrived(world) == notes
        assert await process.counts() == {(SENT, ""): 1}


async def test_a_history_that_never_is_complete_ends_with_the_operator(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with chat_world(sqlite_url, tmp_path) as world, world.process() as process:
        await process.queue_notes("ana", "help")
        world.chat.history_is_complete = False
        await work_through(process, Fault.RESET_BEFORE)
        await process.live(NOW + DAY)
        assert len(world.chat.attempts()) == 1
        assert len(world.chat.calls) == ATTEMPTS
        assert await process.counts() == {(UNKNOWN, "not_found_for_sure"): 1}


@pytest.mark.parametrize("fault", [Fault.ERROR_BEFORE, Fault.RESET_BEFORE, Fault.RATE_LIMITED])
async def test_a_look_up_that_fails_proves_nothing(
    sqlite_url: str, tmp_path: Path, fault: Fault
) -> None:
    async with chat_world(sqlite_url, tmp_path) as world, world.process() as process:
        notes = await process.queue_notes("ana", "help")
        world.chat.fails(fault, operation="GET")
        await fail_and_live_on(process, Fault.ERROR_AFTER)
        assert arrived(world) == notes
        assert [call.operation for call in world.chat.calls] == ["POST", "GET", "GET"]
        assert await process.counts() == {(SENT, ""): 1}


CHANGES = {Operation.UPDATE: "PUT", Operation.DELETE: "DELETE"}


def changes(world: ChatWorld, note_id: UUID, operation: Operation) -> NewDelivery:
    """A change of a note that Ana has."""
    note = world.note("ana", "saved")
    return replace(note, operation=operation, target_id=note_id)


@pytest.mark.parametrize("fault", [Fault.RESET_AFTER, Fault.ERROR_BEFORE])
@pytest.mark.parametrize("how", [How.LOOK_UP, How.LEAVE])
@pytest.mark.parametrize("operation", CHANGES)
async def test_a_change_of_unknown_fate_is_made_again(
    sqlite_url: str, tmp_path: Path, fault: Fault, how: How, operation: Operation
) -> None:
    """Changing a message twice does no harm, so nothing is looked up for it, and no words that
    somebody took back stay in front of others.
    """
    call = CHANGES[operation]
    async with chat_world(sqlite_url, tmp_path) as world, world.process(how) as process:
        (note,) = await process.queue(world.note("ana", "help"))
        await process.work()
        await process.queue(changes(world, note, operation))
        world.chat.fails(fault, fault, operation=call)
        await process.live(NOW + HOUR)
        assert [c.operation for c in world.chat.calls] == ["POST", *[call] * 3]
        assert {e.ref for e in world.chat.log} == {world.chat.posts()[0].ref}
        assert await process.counts() == {(SENT, ""): 2}


@pytest.mark.parametrize("operation", CHANGES)
async def test_a_change_whose_process_died_while_sending_is_made_again(
    sqlite_url: str, tmp_path: Path, operation: Operation
) -> None:
    call = CHANGES[operation]
    async with chat_world(sqlite_url, tmp_path) as world, world.process(How.LEAVE) as process:
        (note,) = await process.queue(world.note("ana", "help"))
        await process.work()
        await process.queue(changes(world, note, operation))
        (mine,) = await claim(process)
        await process.uow.write(lambda tx: tx.queue.begin([mine.id], mine.claim_token, NOW))
        world.chat.fails(Fault.ERROR_BEFORE, operation=call)
        await process.work(NOW + LEASE_OVER)
        await process.live(NOW + HOUR)
        assert [c.operation for c in world.chat.calls] == ["POST", call, call]
        assert await process.counts() == {(SENT, ""): 2}


# Rate limits


async def test_a_rate_limit_holds_its_lane_until_the_platform_said(
    database_url: str, tmp_path: Path
) -> None:
    async with chat_world(database_url, tmp_path) as world, world.process() as process:
        to_ana = await process.queue_notes("ana", "help", "saved", "gone")
        world.chat.fails(Fault.RATE_LIMITED, retry_after=30)
        await process.work()
        assert len(world.chat.attempts("C-ana")) == 1, "nothing else of the lane was tried"
        to_ben = await process.queue_notes("ben", "help")
        to_zoe = await process.queue_notes("zoe", "help")
        await process.work(NOW + 29 * SECOND)
        assert arrived(world) == to_zoe, "another workspace is not held up"
        assert len(world.chat.calls) == 2
        await process.live(NOW + HOUR)
        assert arrived(world, "C-ana") == to_ana
        assert arrived(world, "C-ben") == to_ben
        assert min(world.chat.attempts("C-ana")[1:]) == NOW + 30 * SECOND
        assert min(world.chat.attempts("C-ben")) == NOW + 30 * SECOND
        assert await process.counts() == {(SENT, ""): 5}


async def test_no_rate_limit_counts_as_an_attempt(database_url: str, tmp_path: Path) -> None:
    """However many there were, the fault after them is the first."""
    limits = ATTEMPTS + 2
    async with chat_world(database_url, tmp_path) as world, world.process() as process:
        notes = await process.queue_notes("ana", "help")
        world.chat.fails(*[Fault.RATE_LIMITED] * limits, retry_after=90)
        world.chat.fails(Fault.ERROR_BEFORE)
        await process.live(NOW + DAY)
        assert arrived(world) == notes
        *tried, again = world.chat.attempts()
        assert tried == [NOW + n * 90 * SECOND for n in range(limits + 1)]
        assert again == tried[-1] + deliver.FIRST_WAIT
        assert await process.counts() == {(SENT, ""): 1}


async def test_a_rate_limit_after_a_lost_answer_sends_nothing_twice(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with chat_world(sqlite_url, tmp_path) as world, world.process() as process:
        notes = await process.queue_notes("ana", "help")
        world.chat.fails(Fault.RESET_BEFORE, Fault.RATE_LIMITED, Fault.RESET_AFTER)
        await process.live(NOW + HOUR)
        assert arrived(world) == notes
        assert await process.counts() == {(SENT, ""): 1}


# Giving up


async def test_it_backs_off_and_then_gives_up_in_plain_sight(
    database_url: str, tmp_path: Path
) -> None:
    async with chat_world(database_url, tmp_path) as world, world.process() as process:
        await process.queue_notes("ana", "help")
        world.chat.fails(*[Fault.ERROR_BEFORE] * (ATTEMPTS + 5))
        await process.live(NOW + DAY)
        tried = world.chat.attempts()
        waits = [(b - a).total_seconds() for a, b in pairwise(tried)]
        assert waits[:9] == [5, 10, 20, 40, 80, 160, 320, 640, 900]
        assert set(waits[9:]) == {900}
        assert len(tried) == ATTEMPTS
        assert await process.counts() == {(UNKNOWN, "status_500"): 1}


async def test_a_platform_that_is_down_for_minutes_is_waited_for(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with chat_world(sqlite_url, tmp_path, NUDGE) as world:
        working, world.chat.url = world.chat.url, nowhere()
        async with world.process() as process:
            await process.live(NOW + timedelta(minutes=5))
            assert await process.occurrences() == {(OccurrenceState.QUEUED, ""): 4}
        world.chat.url = working
        async with world.process() as process:
            await process.live(NOW + HOUR)
            assert Counter(e.channel for e in world.chat.posts()) == dict.fromkeys(
                everyone(world), 1
            )
            assert await process.counts() == {(SENT, ""): 4}


async def test_a_platform_that_stays_down_costs_the_message_with_a_reason(
    database_url: str, tmp_path: Path
) -> None:
    async with chat_world(database_url, tmp_path, NUDGE) as world:
        world.chat.url = nowhere()
        async with world.process() as process:
            await process.queue_notes("ana", "help")
            await process.live(NOW + 3 * DAY)  # the manager's nudges try again the next day
            assert await process.counts() == {(SKIPPED, "too_late"): 5, (SKIPPED, "gave_up"): 1}
            assert await process.occurrences() == {(OccurrenceState.SKIPPED, "too_late"): 4}
        assert world.chat.calls == []


async def test_what_the_platform_refuses_is_skipped_with_a_reason(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with chat_world(sqlite_url, tmp_path, CHECK_IN) as world, world.process() as process:
        world.chat.fails(Fault.REFUSED, channel="C-ana")
        await process.live(NOW + HOUR)
        assert len(world.chat.attempts("C-ana")) == 1
        assert await process.counts() == {(SENT, ""): 3, (SKIPPED, "not_allowed"): 1}
        assert await process.occurrences() == {
            (OccurrenceState.SENT, ""): 3,
            (OccurrenceState.SKIPPED, "not_allowed"): 1,
        }


def nowhere() -> str:
    """An address on this machine at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"
