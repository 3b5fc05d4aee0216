"""What Slack refuses: tokens, permissions, people who can't be written to. Nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.occurrence import OccurrenceState
from bot.services.status import status
from tests.integration.chat_worlds import CHECK_IN, NOW, NUDGE, SECOND
from tests.integration.slack_worlds import (
    DAY,
    HISTORY,
    HOUR,
    MINUTE,
    NEW_TOKEN,
    OPEN,
    POST,
    READY,
    SENT,
    SKIPPED,
    AllInstallations,
    account,
    slack_world,
)
from tests.servers.slack import Fault, Member


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
        assert (SKIPPED, reason) not in await process.counts()


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
            assert await process.counts() == {(SENT, ""): 1}


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
        assert await process.counts() == {(SENT, ""): 1}


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
        assert await process.counts() == {(SENT, ""): 1, (READY, "no_token"): 1}


async def test_a_deactivated_person_is_skipped_and_the_occurrence_says_so(
    database_url: str, tmp_path: Path
) -> None:
    async with (
        slack_world(database_url, tmp_path, CHECK_IN) as world,
        world.process(kind=AllInstallations) as process,
    ):
        world.slack.change(Member(account("ana"), "Ana", deleted=True))
        await process.live(NOW + HOUR)
        assert await process.counts() == {(SENT, ""): 3, (SKIPPED, "deactivated"): 1}
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
        assert await process.counts() == {(SENT, ""): 1, (SKIPPED, reason): 1}


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
            assert await process.counts() == {(READY, "not_connected"): 1}
        world.slack.url = there
        async with world.process() as process:
            await process.live(NOW + HOUR)
            assert world.posts() == notes
            assert world.tried(HISTORY) == 0
