"""Faults between queue and platform: each message arrives once, or its fate is in plain sight.

Everything is real but the time: databases, connections, and a platform that fails as told. What
counts is the platform's own log against what the queue says.
"""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from contextlib import AbstractContextManager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot.domain.delivery import Delivery, DeliveryClass, DeliveryState, NewDelivery, Operation
from bot.domain.delivery import Recovery as How
from bot.domain.occurrence import OccurrenceState
from bot.services import deliver
from bot.services.deliver import LEASE
from tests.integration.chat_worlds import (
    CHECK_IN,
    LEASE_OVER,
    NOW,
    NUDGE,
    SECOND,
    ChatWorld,
    Process,
    chat_world,
)
from tests.processes import Talk, talking
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


async def fail_and_live_on(process: Process, fault: Fault) -> None:
    """Fails the first message and lives on until all is settled."""
    process.world.chat.fails(fault)
    await process.live(NOW + HOUR)
    assert process.world.chat.faults_left == 0


@pytest.mark.parametrize("fault", [Fault.RESET_AFTER, Fault.ERROR_BEFORE])
@pytest.mark.parametrize("how", [How.LOOK_UP, How.LEAVE])
async def test_a_change_of_unknown_fate_is_made_again_where_that_is_allowed(
    sqlite_url: str, tmp_path: Path, fault: Fault, how: How
) -> None:
    """Taking a message away twice does no harm, so nothing is looked up for it."""
    async with chat_world(sqlite_url, tmp_path) as world, world.process(how) as process:
        (note,) = await process.queue(world.note("ana", "help"))
        await process.work()
        removal = NewDelivery(
            id=world.one,
            organisation_id=world.organisation_id,
            person_id=world.ids["ana"],
            delivery_class=DeliveryClass.REPLY,
            operation=Operation.DELETE,
            kind="removal",
            cause="removal",
            not_before=NOW,
            target_id=note,
        )
        await process.queue(removal)
        world.chat.fails(fault, operation="DELETE")
        await process.live(NOW + HOUR)
        tried = [call.operation for call in world.chat.calls]
        again = how is How.LOOK_UP
        assert tried == ["POST", "DELETE", "DELETE"][: 2 + again]
        assert {e.ref for e in world.chat.log} == {world.chat.posts()[0].ref}
        expected = {(SENT, ""): 2} if again else {(SENT, ""): 1, (UNKNOWN, REASONS[fault]): 1}
        assert await process.counts() == expected


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
            await process.live(NOW + DAY)
            assert await process.counts() == {(SKIPPED, "too_late"): 4, (SKIPPED, "gave_up"): 1}
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


def everyone(world: ChatWorld) -> list[str]:
    return [f"C-{name}" for name in world.ids]


def nowhere() -> str:
    """An address on this machine at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


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
