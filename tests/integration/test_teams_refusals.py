"""What Teams' messenger makes of a call that did not go well."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from botbuilder.core import TurnContext

from bot.domain.delivery import RetryAt, Skipped, Unknown
from bot.teams.outcomes import PAUSE
from bot.teams.places import Place, pack
from tests.integration.chat_worlds import NOW, SECOND
from tests.integration.teams_worlds import (
    DELETE,
    IMPATIENT,
    LOST,
    MINUTE,
    OTHER,
    PLAIN,
    POST,
    UPDATE,
    TeamsProcess,
    TeamsWorld,
    account,
    activity_of,
    posted,
    teams_world,
)
from tests.servers.teams import SECRET, Fault


async def test_a_failed_send_never_counts_as_sent(sqlite_url: str, tmp_path: Path) -> None:
    async with (
        teams_world(sqlite_url, tmp_path) as world,
        world.process(patience=IMPATIENT) as process,
    ):
        for number, (fault, reason) in enumerate(LOST.items()):
            world.clock.set(NOW + number * MINUTE)
            world.teams.fails(POST, fault)
            before = len(world.posts())
            told = await process.messenger.post(world.address("ana"), PLAIN, uuid4())
            assert told == Unknown(reason), fault
            assert len(world.posts()) == before + fault.accepts
            assert world.tried() == number + 1


@pytest.mark.parametrize("fault", [Fault.ERROR_BEFORE, Fault.WRITES_BLOCKED, Fault.RATE_LIMITED])
async def test_nor_where_the_adapter_swallows_the_failure(
    sqlite_url: str, tmp_path: Path, fault: Fault
) -> None:
    """With `on_turn_error` set, the SDK's proactive turn returns as if all were well."""
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        assert process.adapter.on_turn_error is None

        async def swallow(context: TurnContext, error: Exception) -> None:
            del context, error

        process.adapter.on_turn_error = swallow
        world.teams.fails(POST, fault)
        told = await process.messenger.post(world.address("ana"), PLAIN, uuid4())
        assert told == Unknown("no_answer")


async def test_what_was_created_has_arrived_even_where_it_can_not_be_read(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        world.teams.fails(POST, Fault.GARBLED)
        sent = await posted(process, world)
        assert len(world.posts()) == 1
        assert activity_of(sent.ref) == ""
        ana = world.address("ana")
        assert await process.messenger.update(ana, sent.ref, OTHER, uuid4()) == Skipped("gone")


BARS = {
    Fault.WRITES_BLOCKED: "blocked",
    Fault.BLOCKED_BY_USER: "blocked",
    Fault.NOT_IN_ROSTER: "not_installed",
    Fault.FORBIDDEN: "not_installed",
    Fault.NOT_FOUND: "not_installed",
}


@pytest.mark.parametrize(
    ("fault", "operation"),
    [*((fault, POST) for fault in BARS), (Fault.WRITES_BLOCKED, UPDATE), (Fault.FORBIDDEN, DELETE)],
)
async def test_whoever_can_not_be_written_to_is_barred(
    sqlite_url: str, tmp_path: Path, fault: Fault, operation: str
) -> None:
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        sent = await posted(process, world)
        world.teams.fails(operation, fault)
        assert await does(process, world, operation, sent.ref) == Skipped(BARS[fault])
        assert process.barred == [(world.one, account("ana").id, BARS[fault])]


async def does(process: TeamsProcess, world: TeamsWorld, operation: str, ref: str) -> object:
    messenger, ana = process.messenger, world.address("ana")
    if operation == UPDATE:
        return await messenger.update(ana, ref, OTHER, uuid4())
    if operation == DELETE:
        return await messenger.delete(ana, ref, uuid4())
    return await messenger.post(ana, OTHER, uuid4())


async def test_whoever_took_the_app_away_is_barred(sqlite_url: str, tmp_path: Path) -> None:
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        world.teams.user("Ana").conversation.has_app = False
        told = await process.messenger.post(world.address("ana"), PLAIN, uuid4())
        assert told == Skipped("blocked")
        assert [who for _, who, _ in process.barred] == [account("ana").id]


async def test_what_is_too_long_bars_nobody(sqlite_url: str, tmp_path: Path) -> None:
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        world.teams.fails(POST, Fault.TOO_BIG)
        told = await process.messenger.post(world.address("ana"), PLAIN, uuid4())
        assert told == Skipped("msg_too_long")
        assert process.barred == []


async def test_a_limit_with_a_time_holds_that_conversation_alone(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        world.teams.fails(POST, Fault.RATE_LIMITED, retry_after=12)
        told = await process.messenger.post(world.address("ana"), PLAIN, uuid4())
        assert told == RetryAt(NOW + 12 * SECOND, "rate_limited", counts=False)
        later = await process.messenger.post(world.address("ana"), PLAIN, uuid4())
        assert isinstance(later, RetryAt)
        assert later.at >= told.at
        await posted(process, world, "ben")
        assert world.tried() == 2


async def test_a_limit_without_one_holds_the_whole_lane(sqlite_url: str, tmp_path: Path) -> None:
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        world.teams.fails(POST, Fault.RATE_LIMITED, retry_after=None)
        told = await process.messenger.post(world.address("ana"), PLAIN, uuid4())
        assert told == RetryAt(NOW + 30 * SECOND, "rate_limited", pauses_lane=True)


async def test_calls_that_meet_are_tried_again(sqlite_url: str, tmp_path: Path) -> None:
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        world.teams.fails(POST, Fault.PRECONDITION)
        told = await process.messenger.post(world.address("ana"), PLAIN, uuid4())
        assert told == RetryAt(NOW + 5 * SECOND, "precondition_failed")


async def test_a_refused_token_pauses_the_lane_and_is_not_used_again(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        await posted(process, world)
        world.teams.login.revoke()
        told = await process.messenger.post(world.address("ana"), PLAIN, uuid4())
        assert told == RetryAt(NOW + PAUSE, "token_refused", pauses_lane=True)
        await posted(process, world)
        assert len(world.teams.login.calls) == 2


async def test_without_a_token_the_lane_pauses(sqlite_url: str, tmp_path: Path) -> None:
    async with (
        teams_world(sqlite_url, tmp_path) as world,
        world.process(secret="wr0ng~secret") as process,
    ):
        told = await process.messenger.post(world.address("ana"), PLAIN, uuid4())
        assert told == RetryAt(NOW + PAUSE, "no_token", pauses_lane=True)
        assert world.tried() == 0


@pytest.mark.parametrize(
    ("service", "code"),
    [
        ("http://127.0.0.1:9/teams/", "not_connected"),
        ("http://teams.example/", "bad_service_url"),
    ],
)
async def test_what_did_not_leave_is_tried_again(
    sqlite_url: str, tmp_path: Path, service: str, code: str
) -> None:
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        away = replace(world.address("ana"), delivery_ref=pack(Place("a:1", service)))
        told = await process.messenger.post(away, PLAIN, uuid4())
        assert told == RetryAt(NOW + 5 * SECOND, code)


async def test_no_token_and_no_words_show(
    sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        faults = [Fault.TOO_BIG, Fault.UNAUTHORIZED, Fault.RESET_BEFORE, Fault.WRITES_BLOCKED]
        world.teams.fails(POST, *faults)
        for _ in faults:
            await process.messenger.post(world.address("ana"), PLAIN, uuid4())
        issued = list(world.teams.login.issued)
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert "MessageSizeTooBig" in logged
    assert issued
    for secret in ("secret word", SECRET, *issued):
        assert secret not in logged


async def test_an_app_that_its_admin_blocked_bars_nobody_and_holds_nobody_up(
    sqlite_url: str, tmp_path: Path
) -> None:
    """It is let in again some day, and then everybody goes on; it may be blocked for one alone."""
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        await process.queue_notes("ana", "help")
        world.teams.fails(POST, Fault.DISABLED_BY_ADMIN)
        await process.work()
        assert process.barred == []
        assert not await process.uow.read(lambda tx: tx.queue.pauses(NOW))
        await process.queue_notes("ben", "help")
        await process.work()
        assert (len(world.posts("ana")), len(world.posts("ben"))) == (0, 1)
        await process.work(NOW + PAUSE)
        assert len(world.posts("ana")) == 1
