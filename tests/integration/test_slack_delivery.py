"""Delivery to Slack: each message arrives once, or its fate is in plain sight.

The queue, the databases, the connections and Slack's protocol are real; only the time is moved.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager
from itertools import pairwise
from pathlib import Path

import pytest

from bot.domain.occurrence import OccurrenceState
from bot.services.deliver import LEASE
from tests.integration.chat_worlds import CHECK_IN, NOW, SECOND
from tests.integration.slack_worlds import (
    DAY,
    HISTORY,
    HOUR,
    IMPATIENT,
    MINUTE,
    OPEN,
    POST,
    SENT,
    UNKNOWN,
    AllInstallations,
    SlackWorld,
    of_unknown_fate,
    slack_world,
)
from tests.processes import Talk, talking
from tests.servers.slack import Fault


async def test_a_first_message_opens_the_channel_once_and_carries_its_id_alone(
    database_url: str, tmp_path: Path
) -> None:
    async with slack_world(database_url, tmp_path) as world, world.process() as process:
        (first,) = await process.queue_notes("ana", "help")
        await process.work()
        assert world.posts("ana") == [first]
        assert await process.channel_of("ana") == "D0ANA"
        (second,) = await process.queue_notes("ana", "saved")
        await process.live(NOW + MINUTE)
        assert world.posts("ana") == [first, second]
        assert world.tried(OPEN) == 1
        posted = world.slack.called(POST)[0].arguments
        assert (posted["unfurl_links"], posted["unfurl_media"]) == (False, False)
        assert posted["text"]
        assert posted["blocks"]
        assert await process.counts() == {(SENT, ""): 2}


async def test_everybodys_check_in_arrives_with_slacks_own_time(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with (
        slack_world(sqlite_url, tmp_path, CHECK_IN) as world,
        world.process(kind=AllInstallations) as process,
    ):
        await process.live(NOW + MINUTE)
        assert len(set(world.posts())) == len(world.posts()) == 4
        assert await process.occurrences() == {(OccurrenceState.SENT, ""): 4}


@of_unknown_fate
async def test_it_is_looked_up_and_sent_again_only_where_it_is_absent(
    database_url: str, tmp_path: Path, fault: Fault
) -> None:
    async with (
        slack_world(database_url, tmp_path) as world,
        world.process(patience=IMPATIENT) as process,
    ):
        notes = await process.queue_notes("ana", "help")
        world.slack.fails(POST, fault)
        await process.work()
        assert world.posts() == notes[: int(fault.accepts)]
        await process.work(NOW + 4 * SECOND)
        assert world.tried(HISTORY) == 0, "it waits before it looks"
        await process.live(NOW + HOUR)
        assert world.posts() == notes
        assert (world.tried(HISTORY), world.tried()) == (1, 1 + (not fault.accepts))
        assert await process.counts() == {(SENT, ""): 1}


@pytest.mark.parametrize("code", ["internal_error", "fatal_error", "service_unavailable"])
async def test_slacks_own_faults_are_looked_up_too(
    sqlite_url: str, tmp_path: Path, code: str
) -> None:
    async with slack_world(sqlite_url, tmp_path) as world, world.process() as process:
        notes = await process.queue_notes("ana", "help")
        world.slack.fails(POST, code)
        await process.live(NOW + HOUR)
        assert world.posts() == notes
        assert (world.tried(HISTORY), world.tried()) == (1, 2)


@pytest.mark.parametrize(
    "fault", [Fault.ERROR_BEFORE, Fault.RESET_BEFORE, "internal_error", "channel_not_found"]
)
async def test_a_history_that_can_not_be_read_proves_nothing(
    sqlite_url: str, tmp_path: Path, fault: Fault | str
) -> None:
    """Looked at again with growing waits, and never sent twice meanwhile."""
    async with slack_world(sqlite_url, tmp_path) as world, world.process() as process:
        notes = await process.queue_notes("ana", "help")
        world.slack.fails(POST, Fault.RESET_AFTER)
        world.slack.fails(HISTORY, *[fault] * 6)
        await process.live(NOW + HOUR)
        assert world.posts() == notes
        assert (world.tried(HISTORY), world.tried()) == (7, 1)
        waits = [(b.at - a.at).total_seconds() for a, b in pairwise(world.slack.called(HISTORY))]
        assert waits == [10, 20, 40, 80, 160, 320]
        assert await process.counts() == {(SENT, ""): 1}


async def test_a_look_up_that_never_succeeds_ends_with_the_operator(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with slack_world(sqlite_url, tmp_path) as world, world.process() as process:
        notes = await process.queue_notes("ana", "help")
        world.slack.fails(POST, Fault.RESET_AFTER)
        world.slack.fails(HISTORY, *["internal_error"] * 200)
        await process.live(NOW + DAY)
        assert world.posts() == notes
        assert world.tried() == 1
        assert await process.counts() == {(UNKNOWN, "not_found_for_sure"): 1}


async def test_it_is_found_however_many_pages_lie_before_it(
    sqlite_url: str, tmp_path: Path
) -> None:
    """Slack may give fewer than were asked for: the read goes on to the end."""
    async with slack_world(sqlite_url, tmp_path) as world, world.process() as process:
        world.slack.history_page_cap = 2
        first, *others = await process.queue_notes("ana", "help", "saved", "gone", "edited")
        world.slack.fails(POST, Fault.RESET_AFTER)
        await process.work()
        for second in range(1, 5):
            await process.work(NOW + second * SECOND)
        await process.live(NOW + HOUR)
        assert world.posts() == [first, *others]
        assert world.tried(HISTORY) == 2
        assert await process.counts() == {(SENT, ""): 4}


async def test_a_page_that_fails_in_between_proves_nothing(sqlite_url: str, tmp_path: Path) -> None:
    async with slack_world(sqlite_url, tmp_path) as world, world.process() as process:
        world.slack.history_page_cap = 1
        notes = await process.queue_notes("ana", "help", "saved", "gone")
        world.slack.fails(POST, Fault.RESET_AFTER)
        await process.work()
        await process.work(NOW + SECOND)
        await process.work(NOW + 2 * SECOND)
        world.slack.fails(HISTORY, Fault.SLOW, Fault.ERROR_AFTER)
        await process.live(NOW + HOUR)
        assert world.posts() == notes
        assert world.tried() == 3


async def test_a_rate_limit_of_the_history_holds_back_no_post(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with slack_world(sqlite_url, tmp_path) as world, world.process() as process:
        (lost,) = await process.queue_notes("ana", "help")
        world.slack.fails(POST, Fault.RESET_BEFORE)
        world.slack.fails(HISTORY, Fault.RATE_LIMITED, retry_after=120)
        await process.work()
        await process.work(NOW + 5 * SECOND)
        (other,) = await process.queue_notes("ben", "help")
        await process.work(NOW + 6 * SECOND)
        assert world.posts() == [other]
        await process.live(NOW + 124 * SECOND)
        assert world.tried(HISTORY) == 1, "never early"
        await process.live(NOW + HOUR)
        assert world.posts("ana") == [lost]


@pytest.mark.parametrize("fault", [Fault.HANG_BEFORE, Fault.HANG_AFTER])
async def test_a_process_killed_while_slack_answers(
    database_url: str, tmp_path: Path, fault: Fault
) -> None:
    """SIGKILL between Slack's acceptance and our commit: before the lease ends nobody acts."""
    async with slack_world(database_url, tmp_path) as world:
        async with world.process() as process:
            notes = await process.queue_notes("ana", "help")
        world.slack.fails(POST, fault)
        with worker(world) as running:
            async with asyncio.timeout(60):
                await world.slack.faults.hanging.wait()
            running.kill()
        async with world.process() as process:
            await process.work(NOW + LEASE - SECOND)
            assert world.tried() == 1
            await process.live(NOW + HOUR)
            assert world.posts() == notes
            assert await process.counts() == {(SENT, ""): 1}


def worker(world: SlackWorld) -> AbstractContextManager[Talk]:
    """A process of its own that sends what is due."""
    arguments = [world.url, world.keys_url, str(world.organisation_id), world.slack.url]
    now = world.clock.now().isoformat()
    return talking("tests.integration.slack_worker", *arguments, now)
