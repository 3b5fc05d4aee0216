"""Slack's Web API as the messenger and the listeners use it; installations; pace."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from bot.domain.delivery import Address, RetryAt, Sent, Skipped
from bot.domain.message import Chart, Message, Series, Text
from bot.domain.organisation import Installation
from bot.services.deliver import deliver
from bot.slack import surfaces
from bot.slack.api import Fate
from bot.slack.installations import PLATFORM, SlackTrouble, introduce
from tests.integration.chat_worlds import NOW, SECOND
from tests.integration.slack_worlds import IMPATIENT, SlackProcess, SlackWorld, slack_world
from tests.servers.slack import BOT_TOKEN, BOT_USER, TEAM, Fault

POST, UPDATE = "chat.postMessage", "chat.update"
PLAIN = Message("note", "A secret word", (Text("A secret word"),))


async def test_what_became_of_a_call_is_judged_once(sqlite_url: str, tmp_path: Path) -> None:
    async with (
        slack_world(sqlite_url, tmp_path) as world,
        world.process(patience=IMPATIENT) as process,
    ):
        expected = [
            (Fault.RATE_LIMITED, Fate.LIMITED, "rate_limited"),
            (Fault.ERROR_BEFORE, Fate.UNKNOWN, "status_500"),
            (Fault.UNAVAILABLE_BEFORE, Fate.UNKNOWN, "status_503"),
            (Fault.TIMEOUT_AFTER, Fate.UNKNOWN, "status_408"),
            (Fault.RESET_AFTER, Fate.UNKNOWN, "connection_lost"),
            (Fault.HANG_BEFORE, Fate.UNKNOWN, "timed_out"),
            ("internal_error", Fate.UNKNOWN, "internal_error"),
            ("ratelimited", Fate.LIMITED, "rate_limited"),
            ("token_revoked", Fate.REFUSED, "token_revoked"),
        ]
        world.slack.fails("auth.test", *[fault for fault, _, _ in expected], retry_after=7)
        for fault, fate, error in expected:
            answer = await process.api.call(BOT_TOKEN, "auth.test")
            assert (answer.fate, answer.error) == (fate, error), fault
        done = await process.api.call(BOT_TOKEN, "auth.test")
        assert (done.fate, done.data["team_id"]) == (Fate.DONE, TEAM)


async def test_a_rate_limit_says_how_long(sqlite_url: str, tmp_path: Path) -> None:
    async with slack_world(sqlite_url, tmp_path) as world, world.process() as process:
        world.slack.fails("auth.test", Fault.RATE_LIMITED, retry_after=7)
        assert (await process.api.call(BOT_TOKEN, "auth.test")).wait == 7 * SECOND


async def test_no_token_and_no_words_show(
    sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with slack_world(sqlite_url, tmp_path) as world, world.process() as process:
        address = ana(world)
        world.slack.fails(POST, "invalid_blocks", "token_revoked", Fault.RESET_BEFORE)
        for second in range(3):
            world.clock.set(NOW + second * SECOND)
            await process.messenger.post(address, PLAIN, uuid4())
        workspace = await process.installations.of_installation(world.one)
        assert BOT_TOKEN not in repr(workspace)
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert "invalid_blocks" in logged
    assert "secret word" not in logged
    assert BOT_TOKEN not in logged


def ana(world: SlackWorld) -> Address:
    return Address(world.one, PLATFORM, "U0ANA", "")


async def test_nothing_is_written_into_an_account_that_is_somebody_elses_now(
    sqlite_url: str, tmp_path: Path
) -> None:
    """Ana's messages stood in an account that the sync gave to Ben since: what she answers must
    not be drawn there.
    """
    async with slack_world(sqlite_url, tmp_path) as world, world.process() as process:
        before = replace(ana(world), external_id="U0BEN")
        sent = await process.messenger.post(before, PLAIN, uuid4())
        assert isinstance(sent, Sent)
        outcome = await process.messenger.update(ana(world), sent.ref, PLAIN, uuid4())
        assert outcome == Skipped("gone")
        assert await process.messenger.delete(ana(world), sent.ref, uuid4()) == Skipped("gone")
        assert world.tried(UPDATE) == world.tried("chat.delete") == 0


# Charts


def with_chart(text: str = "How it went") -> Message:
    return Message("summary", text, (Text(text), CHART))


CHART = Chart(
    "Energy", ("3 Mar", "10 Mar"), (Series("You", (3.0, 4.0)),), 1, 5, text="You: 3, then 4"
)


async def test_a_chart_is_slacks_own_with_a_text_that_says_the_same(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with slack_world(sqlite_url, tmp_path) as world, world.process() as process:
        sent = await process.messenger.post(ana(world), with_chart(), uuid4())
        assert isinstance(sent, Sent)
        (post,) = world.slack.posts("Ana")
        assert "data_visualization" in {block["type"] for block in post.blocks}
        assert sent == Sent(f"{post.channel}:{post.ts}", NOW)


async def test_a_workspace_that_draws_no_charts_gets_the_text(
    sqlite_url: str, tmp_path: Path
) -> None:
    """Posts and updates alike, and metadata all the same."""
    async with slack_world(sqlite_url, tmp_path) as world, world.process() as process:
        world.slack.charts_supported = False
        delivery = uuid4()
        sent = await process.messenger.post(ana(world), with_chart(), delivery)
        assert isinstance(sent, Sent)
        assert world.posts("ana") == [str(delivery)]
        changed = await process.messenger.update(ana(world), sent.ref, with_chart("Again"), uuid4())
        assert changed == Sent(sent.ref)
        plain = surfaces.without_charts(with_chart("Again"))
        assert world.slack.accepted[-1].text == plain.text
        assert world.tried(POST) == world.tried(UPDATE) == 2


async def test_what_is_refused_without_charts_too_is_skipped(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with slack_world(sqlite_url, tmp_path) as world, world.process() as process:
        world.slack.fails(POST, "invalid_blocks", "invalid_blocks")
        outcome = await process.messenger.post(ana(world), with_chart(), uuid4())
        assert outcome == Skipped("invalid_blocks")
        assert world.tried() == 2


# Installations


async def test_the_workspace_introduces_itself(database_url: str, tmp_path: Path) -> None:
    async with slack_world(database_url, tmp_path) as world, world.process() as process:
        first, again = await process.introduce(), await process.introduce()
        assert first == again
        found = await process.installations.of_team(TEAM, None)
        assert found is not None
        assert (found.installation_id, found.team_id, found.token) == (world.one, TEAM, BOT_TOKEN)
        assert found.bot_user_id == BOT_USER
        assert await process.installations.of_team("T0STRANGE", None) is None
        assert await process.installations.of_team(None, None) is None
        assert await process.installations.of_installation(world.other) is None


async def test_a_miss_is_not_remembered_for_long(sqlite_url: str, tmp_path: Path) -> None:
    async with slack_world(sqlite_url, tmp_path) as world, world.process() as process:
        late = Installation(uuid4(), world.organisation_id, PLATFORM, "T0LATE")
        process.installations.belongs_to(late.id)
        assert await process.installations.of_team("T0LATE", None) is None
        await process.uow.write(lambda tx: tx.organisations.add_installation(late, NOW))
        assert await process.installations.of_team("T0LATE", None) is None
        world.clock.set(NOW + 5 * SECOND)
        assert await process.installations.of_team("T0LATE", None) is not None


async def test_an_app_for_a_whole_enterprise_is_found_by_it(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with slack_world(sqlite_url, tmp_path) as world, world.process() as process:
        grid = Installation(uuid4(), world.organisation_id, PLATFORM, "E0GRID")
        grid = replace(grid, enterprise_id="E0GRID", is_enterprise_install=True)
        await process.uow.write(lambda tx: tx.organisations.add_installation(grid, NOW))
        process.installations.belongs_to(grid.id)
        of_team = process.installations.of_team
        found = await of_team("T0ANY", "E0GRID", is_enterprise_install=True)
        assert found is not None
        assert (found.installation_id, found.team_id) == (grid.id, "")
        assert await of_team("T0ANY", "E0ELSE", is_enterprise_install=True) is None


@pytest.mark.parametrize(
    ("fault", "trouble"), [("invalid_auth", "token_refused"), (Fault.RESET_BEFORE, "not_connected")]
)
async def test_it_starts_with_what_is_stored(
    sqlite_url: str, tmp_path: Path, fault: Fault | str, trouble: str
) -> None:
    async with slack_world(sqlite_url, tmp_path) as world, world.process() as process:
        await forget(process, world.other)
        world.slack.fails("auth.test", fault)
        introduced = await process.introduce()
        assert introduced.trouble == trouble
        assert introduced.installation is not None
        assert introduced.installation.id == world.one
        pauses = await process.uow.read(lambda tx: tx.queue.pauses(NOW))
        assert [p.reason for p in pauses] == ["token_refused"] * (trouble == "token_refused")
        assert (await process.introduce()).trouble == ""
        assert await process.uow.read(lambda tx: tx.queue.pauses(NOW)) == []


@pytest.mark.parametrize(
    ("fault", "remedy"), [("invalid_auth", "SLACK_BOT_TOKEN"), (Fault.RESET_BEFORE, "network")]
)
async def test_without_anything_stored_it_refuses_with_a_remedy(
    sqlite_url: str, tmp_path: Path, fault: Fault | str, remedy: str
) -> None:
    async with slack_world(sqlite_url, tmp_path) as world, world.process() as process:
        await forget(process, world.one)
        await forget(process, world.other)
        world.slack.fails("auth.test", fault)
        with pytest.raises(SlackTrouble, match=remedy) as refused:
            await introduce(
                process.api,
                process.uow,
                process.installations,
                organisation_id=world.organisation_id,
                now=NOW,
            )
        assert BOT_TOKEN not in str(refused.value)


async def forget(process: SlackProcess, installation_id: UUID) -> None:
    """As if the workspace had never been there: another platform's from now on."""
    from sqlalchemy import update

    from storage.tables.organisation import InstallationRow

    table = InstallationRow.__table__
    gone = update(table).where(table.c.id == installation_id).values(platform="none")
    await process.uow.write(lambda tx: tx.queue._connection.execute(gone))


# Batches


async def test_a_batch_that_takes_long_gives_the_rest_back(
    database_url: str, tmp_path: Path
) -> None:
    """Nothing is begun so late that its lease could end while it is on its way."""
    async with slack_world(database_url, tmp_path) as world, world.process() as process:
        notes = await process.queue_notes("ana", "help")
        assert await deliver(process.kit, NOW, begins_for=0) == 1
        assert world.tried() == 0
        await process.work()
        assert world.posts() == notes


async def test_a_rate_limit_of_a_post_pauses_the_lane(sqlite_url: str, tmp_path: Path) -> None:
    async with slack_world(sqlite_url, tmp_path) as world, world.process() as process:
        world.slack.fails(POST, Fault.RATE_LIMITED, retry_after=12)
        told = await process.messenger.post(ana(world), PLAIN, uuid4())
        assert told == RetryAt(NOW + 12 * SECOND, "rate_limited", pauses_lane=True)
