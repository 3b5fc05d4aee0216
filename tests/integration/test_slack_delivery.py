"""Delivery to Slack: each message arrives once, at Slack's pace, or its fate is in plain sight.

The queue, the databases, the connections and Slack's protocol are real; only the time is moved.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest

from bot.domain.delivery import DeliveryClass, DeliveryState, NewDelivery, Operation
from bot.domain.occurrence import OccurrenceState
from bot.services.deliver import LEASE
from bot.services.status import status
from tests.harness import ROOT
from tests.integration.chat_worlds import CHECK_IN, NOW, NUDGE, SECOND
from tests.integration.slack_worlds import (
    IMPATIENT,
    AllInstallations,
    SlackProcess,
    SlackWorld,
    account,
    slack_world,
)
from tests.servers.slack import Fault, Member

SENT, SKIPPED, UNKNOWN = DeliveryState.SENT, DeliveryState.SKIPPED, DeliveryState.UNKNOWN
READY = DeliveryState.READY
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DAY = 24 * HOUR
POST, HISTORY, OPEN = "chat.postMessage", "conversations.history", "conversations.open"
UPDATE, DELETE = "chat.update", "chat.delete"
NEW_TOKEN = "xoxb-4242-rotated"

LOST = [
    Fault.ERROR_BEFORE,
    Fault.ERROR_AFTER,
    Fault.UNAVAILABLE_BEFORE,
    Fault.UNAVAILABLE_AFTER,
    Fault.TIMEOUT_BEFORE,
    Fault.TIMEOUT_AFTER,
    Fault.RESET_BEFORE,
    Fault.RESET_AFTER,
    Fault.HANG_BEFORE,
    Fault.HANG_AFTER,
]
of_unknown_fate = pytest.mark.parametrize("fault", LOST, ids=lambda fault: fault.name)


async def counts(process: SlackProcess) -> dict[tuple[DeliveryState, str], int]:
    return await process.counts()


# What everybody gets


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
        assert await counts(process) == {(SENT, ""): 2}


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


# Lost answers


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
        assert await counts(process) == {(SENT, ""): 1}


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
        assert await counts(process) == {(SENT, ""): 1}


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
        assert await counts(process) == {(UNKNOWN, "not_found_for_sure"): 1}


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
        assert await counts(process) == {(SENT, ""): 4}


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
            running.wait(30)
        async with world.process() as process:
            await process.work(NOW + LEASE - SECOND)
            assert world.tried() == 1
            await process.live(NOW + HOUR)
            assert world.posts() == notes
            assert await counts(process) == {(SENT, ""): 1}


@contextmanager
def worker(world: SlackWorld) -> Iterator[subprocess.Popen[bytes]]:
    """A process of its own that sends what is due."""
    arguments = [world.url, world.keys_url, str(world.organisation_id), world.slack.url]
    command = [sys.executable, "-m", "tests.integration.slack_worker", *arguments]
    command += [world.clock.now().isoformat()]
    with subprocess.Popen(command, cwd=ROOT) as running:
        try:
            yield running
        finally:
            running.kill()


# Changes of what was sent


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
        assert await counts(process) == {(SENT, ""): 2}


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
        assert await counts(process) == {(SENT, ""): 3}


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
        assert await counts(process) == {(SENT, ""): 1, (SKIPPED, "gone"): 1}


# Rate limits and pace


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
        assert await counts(process) == {(SENT, ""): 3}


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
        assert await counts(process) == {(SENT, ""): len(codes) + 2}


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
        assert await counts(process) == {(SENT, ""): 72}


# Tokens and permissions


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("token_revoked", "token_refused"),
        ("invalid_auth", "token_refused"),
        ("account_inactive", "token_refused"),
        ("org_login_required", "workspace_closed"),
    ],
)
async def test_a_workspace_that_refuses_pauses_and_loses_nothing(
    database_url: str, tmp_path: Path, code: str, reason: str
) -> None:
    async with slack_world(database_url, tmp_path, NUDGE) as world, world.process() as process:
        notes = await process.queue_notes("ana", "help")
        world.slack.token_error = code
        await process.live(NOW + 14 * MINUTE)
        assert world.posts() == []
        assert world.tried(OPEN) + world.tried() <= 9, "asked every five minutes, no more"
        found = await status(process.uow, world.clock.now())
        assert found is not None
        assert {(p.reason, p.until - world.clock.now() <= 5 * MINUTE) for p in found.paused} >= {
            (reason, True)
        }
        world.slack.token_error = ""
        await process.live(NOW + HOUR)
        assert notes[0] in world.posts("ana")
        assert (SKIPPED, reason) not in await counts(process)


async def test_a_new_token_ends_the_pause_at_once(database_url: str, tmp_path: Path) -> None:
    async with slack_world(database_url, tmp_path) as world:
        async with world.process() as process:
            assert (await process.introduce()).trouble == ""
            notes = await process.queue_notes("ana", "help")
            world.slack.bot_token = NEW_TOKEN
            await process.work()
            assert world.posts() == []
        async with world.process(NEW_TOKEN) as process:
            introduced = await process.introduce()
            assert (introduced.trouble, introduced.installation is not None) == ("", True)
            await process.work(NOW + SECOND)
            assert world.posts() == notes
            assert await counts(process) == {(SENT, ""): 1}


async def test_a_message_of_unknown_fate_outlives_a_refused_token(
    sqlite_url: str, tmp_path: Path
) -> None:
    """A day without a token is not a failed look-up: nothing is given up, nothing sent twice."""
    async with slack_world(sqlite_url, tmp_path) as world, world.process() as process:
        await process.introduce()
        notes = await process.queue_notes("ana", "help")
        world.slack.fails(POST, Fault.RESET_AFTER)
        await process.work()
        world.slack.token_error = "token_revoked"
        await process.live(NOW + DAY)
        world.slack.token_error = ""
        await process.live(NOW + DAY + HOUR)
        assert world.posts() == notes
        assert await counts(process) == {(SENT, ""): 1}


async def test_a_missing_permission_pauses_the_workspace(sqlite_url: str, tmp_path: Path) -> None:
    async with slack_world(sqlite_url, tmp_path) as world, world.process() as process:
        await process.introduce()
        notes = await process.queue_notes("ana", "help")
        world.slack.scopes = tuple(s for s in world.slack.scopes if s != "chat:write")
        await process.work()
        found = await status(process.uow, world.clock.now())
        assert found is not None
        assert [pause.reason for pause in found.paused] == ["missing_scope"]
        world.slack.scopes = (*world.slack.scopes, "chat:write")
        await process.live(NOW + HOUR)
        assert world.posts() == notes


async def test_a_workspace_without_a_token_waits(sqlite_url: str, tmp_path: Path) -> None:
    """Zoe's workspace has none: it pauses with the reason, and the other one works."""
    async with slack_world(sqlite_url, tmp_path) as world, world.process() as process:
        await process.introduce()
        await process.queue_notes("zoe", "help")
        to_ana = await process.queue_notes("ana", "help")
        await process.live(NOW + HOUR)
        assert world.posts() == to_ana
        assert await counts(process) == {(SENT, ""): 1, (READY, "no_token"): 1}


# People who can't be written to


async def test_a_deactivated_person_is_skipped_and_the_occurrence_says_so(
    database_url: str, tmp_path: Path
) -> None:
    async with (
        slack_world(database_url, tmp_path, CHECK_IN) as world,
        world.process(kind=AllInstallations) as process,
    ):
        world.slack.change(Member(account("ana"), "Ana", deleted=True))
        await process.live(NOW + HOUR)
        assert await counts(process) == {(SENT, ""): 3, (SKIPPED, "deactivated"): 1}
        assert await process.occurrences() == {
            (OccurrenceState.SENT, ""): 3,
            (OccurrenceState.SKIPPED, "deactivated"): 1,
        }


@pytest.mark.parametrize(
    ("method", "code", "reason"),
    [
        (OPEN, "user_not_found", "missing"),
        (OPEN, "cannot_dm_bot", "bot"),
        (OPEN, "user_not_visible", "missing"),
        (POST, "user_disabled", "deactivated"),
        (POST, "is_archived", "missing"),
        (POST, "restricted_action", "not_allowed"),
        (POST, "restricted_action_read_only_channel", "not_allowed"),
        (POST, "msg_too_long", "msg_too_long"),
        (POST, "invalid_blocks", "invalid_blocks"),
    ],
)
async def test_what_slack_will_never_take_is_skipped_with_a_reason(
    sqlite_url: str, tmp_path: Path, method: str, code: str, reason: str
) -> None:
    async with slack_world(sqlite_url, tmp_path) as world, world.process() as process:
        await process.queue_notes("ana", "help")
        world.slack.fails(method, code)
        await process.work()
        to_ben = await process.queue_notes("ben", "help")
        await process.live(NOW + HOUR)
        assert world.posts() == to_ben
        assert await counts(process) == {(SENT, ""): 1, (SKIPPED, reason): 1}


async def test_a_channel_that_is_gone_is_opened_anew(sqlite_url: str, tmp_path: Path) -> None:
    """A workspace that moved to another organisation has other channels."""
    async with slack_world(sqlite_url, tmp_path) as world, world.process() as process:
        set_ref = "D0OLD"
        await process.uow.write(
            lambda tx: tx.people.set_delivery_ref(world.one, account("ana"), set_ref)
        )
        notes = await process.queue_notes("ana", "help")
        await process.work()
        assert world.posts("ana") == notes
        assert await process.channel_of("ana") == "D0ANA"


async def test_an_unknown_refusal_is_tried_again(sqlite_url: str, tmp_path: Path) -> None:
    async with slack_world(sqlite_url, tmp_path) as world, world.process() as process:
        notes = await process.queue_notes("ana", "help")
        world.slack.fails(POST, "never_heard_of", "never_heard_of")
        await process.live(NOW + HOUR)
        assert world.posts() == notes
        assert (world.tried(HISTORY), world.tried()) == (0, 3)


async def test_a_slack_that_is_not_there_is_waited_for(sqlite_url: str, tmp_path: Path) -> None:
    """Refused connections were no attempts that could have arrived: nothing is looked up."""
    async with slack_world(sqlite_url, tmp_path) as world:
        there, world.slack.url = world.slack.url, "http://127.0.0.1:9"
        async with world.process() as process:
            notes = await process.queue_notes("ana", "help")
            await process.live(NOW + 2 * MINUTE)
            assert await counts(process) == {(READY, "not_connected"): 1}
        world.slack.url = there
        async with world.process() as process:
            await process.live(NOW + HOUR)
            assert world.posts() == notes
            assert world.tried(HISTORY) == 0
