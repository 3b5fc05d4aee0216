"""Messages in Slack changed after they were sent, and the pace at which Slack takes anything."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest

from bot.domain.delivery import DeliveryClass, NewDelivery, Operation
from bot.services.status import status
from tests.integration.chat_worlds import NOW, SECOND
from tests.integration.slack_worlds import (
    DELETE,
    HISTORY,
    HOUR,
    IMPATIENT,
    MINUTE,
    POST,
    SENT,
    SKIPPED,
    UPDATE,
    AllInstallations,
    SlackProcess,
    account,
    of_unknown_fate,
    slack_world,
)
from tests.servers.slack import Fault


async def change(
    process: SlackProcess, target: str, operation: Operation, who: str = "ana"
) -> None:
    """Queues a change of a note: its words anew, or its end."""
    kind = "note" if operation is Operation.UPDATE else "removal"
    world = process.world
    await process.queue(
        NewDelivery(
            id=UUID(int=int(UUID(target)) ^ 1),
            organisation_id=world.organisation_id,
            person_id=world.ids[who],
            delivery_class=DeliveryClass.REPLY,
            operation=operation,
            kind=kind,
            cause=f"{operation}:{target}",
            not_before=world.clock.now(),
            facts={"code": "saved"} if operation is Operation.UPDATE else {},
            target_id=UUID(target),
        )
    )


CHANGES = [(Operation.UPDATE, UPDATE), (Operation.DELETE, DELETE)]
of_each_change = pytest.mark.parametrize(("operation", "method"), CHANGES)


@of_each_change
@of_unknown_fate
async def test_a_change_of_unknown_fate_is_made_again(
    sqlite_url: str, tmp_path: Path, operation: Operation, method: str, fault: Fault
) -> None:
    """It does no harm twice, so nothing is looked up; a message that is gone by then is deleted."""
    async with (
        slack_world(sqlite_url, tmp_path) as world,
        world.process(patience=IMPATIENT) as process,
    ):
        (note,) = await process.queue_notes("ana", "help")
        await process.work()
        world.slack.fails(method, fault)
        await change(process, note, operation)
        await process.live(NOW + HOUR)
        assert world.tried(method) == 2
        assert world.tried(HISTORY) == 0
        left = world.slack.user(account("ana")).texts
        assert len(left) == (operation is Operation.UPDATE)
        assert await process.counts() == {(SENT, ""): 2}


async def test_an_update_keeps_the_message_in_its_place(sqlite_url: str, tmp_path: Path) -> None:
    async with slack_world(sqlite_url, tmp_path) as world, world.process() as process:
        (note,) = await process.queue_notes("ana", "help")
        await process.work()
        before = world.slack.user(account("ana")).texts
        await change(process, note, Operation.UPDATE)
        await process.work()
        after = world.slack.user(account("ana")).texts
        assert len(before) == len(after) == 1
        assert before != after
        kept = world.slack.accepted[-1]
        assert kept.operation == "update"
        assert kept.ts == world.slack.accepted[0].ts
        assert kept.metadata == world.slack.accepted[0].metadata


@of_each_change
async def test_a_rate_limit_of_changes_holds_back_no_post(
    database_url: str, tmp_path: Path, operation: Operation, method: str
) -> None:
    async with slack_world(database_url, tmp_path) as world, world.process() as process:
        (note,) = await process.queue_notes("ana", "help")
        await process.work()
        world.slack.fails(method, Fault.RATE_LIMITED, retry_after=90)
        await change(process, note, operation)
        await process.work()
        (other,) = await process.queue_notes("ben", "help")
        await process.work(NOW + SECOND)
        assert world.posts() == [note, other]
        await process.live(NOW + 89 * SECOND)
        assert world.tried(method) == 1, "never early"
        await process.live(NOW + 91 * SECOND)
        assert world.tried(method) == 2
        assert await process.counts() == {(SENT, ""): 3}


@pytest.mark.parametrize("code", ["message_not_found", "cant_update_message", "edit_window_closed"])
async def test_a_message_that_can_not_be_changed_any_more(
    sqlite_url: str, tmp_path: Path, code: str
) -> None:
    async with slack_world(sqlite_url, tmp_path) as world, world.process() as process:
        (note,) = await process.queue_notes("ana", "help")
        await process.work()
        world.slack.fails(UPDATE, code)
        await change(process, note, Operation.UPDATE)
        await process.live(NOW + HOUR)
        assert await process.counts() == {(SENT, ""): 1, (SKIPPED, "gone"): 1}


async def test_a_rate_limit_holds_its_workspace_until_slack_said(
    database_url: str, tmp_path: Path
) -> None:
    async with (
        slack_world(database_url, tmp_path) as world,
        world.process(kind=AllInstallations) as process,
    ):
        (to_ana,) = await process.queue_notes("ana", "help")
        world.slack.fails(POST, Fault.RATE_LIMITED, retry_after=30)
        await process.work()
        (to_ben,) = await process.queue_notes("ben", "help")
        (to_zoe,) = await process.queue_notes("zoe", "help")
        await process.work(NOW + 29 * SECOND)
        assert world.posts() == [to_zoe], "another workspace is not held up"
        found = await status(process.uow, world.clock.now())
        assert found is not None
        ((lane),) = found.paused
        assert (lane.platform, lane.reason) == ("slack", "rate_limited")
        assert lane.until == NOW + 30 * SECOND
        await process.live(NOW + HOUR)
        assert world.posts("ana") == [to_ana]
        assert world.posts("ben") == [to_ben]
        early = [c for c in world.slack.called(POST) if c.at < NOW + 30 * SECOND]
        assert len(early) == 2
        assert await process.counts() == {(SENT, ""): 3}


async def test_a_channel_gets_a_message_a_second_in_order(
    database_url: str, tmp_path: Path
) -> None:
    """Slack itself enforces it here; nothing is refused, nobody else waits."""
    codes = ("help", "saved", "gone", "closed", "edited")
    async with slack_world(database_url, tmp_path) as world, world.process() as process:
        world.slack.enforces_rate = True
        to_ana = await process.queue_notes("ana", *codes)
        to_ben = await process.queue_notes("ben", "help")
        await process.work()
        assert set(world.posts()) == {to_ana[0], *to_ben}
        await process.work(NOW + 0.9 * SECOND)
        late = await process.queue_notes("ana", "resumed")
        await process.live(NOW + MINUTE)
        assert world.posts("ana") == [*to_ana, *late]
        sent = [post.at for post in world.slack.posts(account("ana"))]
        assert all(b - a >= SECOND for a, b in pairwise(sent))
        assert sent[-1] - sent[0] < (len(codes) + 1) * SECOND
        assert world.tried() == len(codes) + 2, "no call was refused"
        assert await process.counts() == {(SENT, ""): len(codes) + 2}


async def test_updates_stay_below_slacks_limit_of_the_method(
    sqlite_url: str, tmp_path: Path
) -> None:
    """Never more than 50 in a minute, and posts go out meanwhile."""
    async with slack_world(sqlite_url, tmp_path) as world, world.process() as process:
        (note,) = await process.queue_notes("ana", "help")
        await process.work()
        people = world.ids["ana"]
        many = [
            NewDelivery(
                id=UUID(int=number),
                organisation_id=world.organisation_id,
                person_id=people,
                delivery_class=DeliveryClass.REPLY,
                operation=Operation.UPDATE,
                kind="note",
                cause=f"update:{number}",
                not_before=NOW,
                facts={"code": "saved"},
                target_id=UUID(note),
            )
            for number in range(70)
        ]
        await process.queue(*many)
        await process.work()
        (other,) = await process.queue_notes("ben", "help")
        await process.live(NOW + 15 * SECOND)
        assert world.posts()[-1] == other
        assert world.tried(UPDATE) < 25
        await process.live(NOW + HOUR)
        made = [call.at for call in world.slack.called(UPDATE)]
        assert len(made) == 70
        assert all(b - a >= MINUTE for a, b in zip(made, made[50:], strict=False))
        assert made[-1] - NOW < 2 * MINUTE
        assert await process.counts() == {(SENT, ""): 72}
