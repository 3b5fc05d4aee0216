"""Teams' messenger: what is sent, at which pace and at which price."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pytest

from bot.domain.delivery import Lookup, Recovery, RetryAt, Sent, Skipped
from bot.domain.message import Message
from bot.teams.outcomes import PAUSE
from bot.teams.places import Place, message_ref, pack
from tests.integration.chat_worlds import NOW, SECOND
from tests.integration.teams_worlds import (
    DELETE,
    HOUR,
    OTHER,
    PLAIN,
    POST,
    UPDATE,
    account,
    posted,
    teams_world,
)
from tests.journeys.on_teams import Apart
from tests.servers.teams import BOT


async def test_a_message_is_a_card_with_a_notification(sqlite_url: str, tmp_path: Path) -> None:
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        sent = await process.messenger.post(world.address("ana"), PLAIN, uuid4())
        (post,) = world.teams.posts("Ana")
        assert sent == Sent(message_ref(post.conversation, post.id), NOW)
        assert post.summary == "A secret word"
        assert post.shown == "A secret word"
        assert process.messenger.recovery is Recovery.LEAVE
        found = await process.messenger.find(world.address("ana"), uuid4())
        assert found is Lookup.UNSURE


async def test_it_is_no_reply_and_says_who_speaks(sqlite_url: str, tmp_path: Path) -> None:
    """The SDK lets it reply to an activity that Teams never had."""
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        await process.messenger.post(world.address("ana"), PLAIN, uuid4())
        (call,) = world.teams.called(POST)
        assert call.reply_to == ""
        assert call.bearer
        assert call.body["from"] == {"id": BOT}
        assert call.body["recipient"] == {"id": account("ana").mri}
        assert not {"replyToId", "id", "text"} & call.body.keys()


async def test_a_message_is_changed_in_place_and_deleted(sqlite_url: str, tmp_path: Path) -> None:
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        ana = world.address("ana")
        sent = await posted(process, world)
        changed = Sent(sent.ref)
        assert await process.messenger.update(ana, sent.ref, OTHER, uuid4()) == changed
        assert world.teams.user("Ana").shown == ["Another word"]
        assert await process.messenger.delete(ana, sent.ref, uuid4()) == changed
        assert world.teams.user("Ana").shown == []
        gone = await process.messenger.update(ana, sent.ref, OTHER, uuid4())
        assert gone == Skipped("gone")
        world.clock.set(NOW + SECOND)
        again = await process.messenger.delete(ana, sent.ref, uuid4())
        assert again == changed, "it is gone already"


@pytest.mark.parametrize("apart", [-23 * HOUR, -3 * SECOND, 3 * SECOND, 23 * HOUR])
async def test_a_message_has_the_time_of_teams(
    sqlite_url: str, tmp_path: Path, apart: timedelta
) -> None:
    """What people type has it too, so that the two can be compared whatever our clock says."""
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        world.teams.state.clock = Apart(world.clock, apart)
        assert (await posted(process, world)).at == NOW + apart


@pytest.mark.parametrize("named", ["other", "1", "1772532000000x", "٣" * 13, "9" * 13])
async def test_a_message_whose_name_is_no_time_has_none(
    sqlite_url: str, tmp_path: Path, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a playground, or under a clock that was moved by days."""
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        monkeypatch.setattr(type(world.teams.state), "new_activity", lambda _: named)
        assert (await posted(process, world)).at is None


@pytest.mark.parametrize("ref", ["", "a:1", "a:someone|1"])
async def test_what_stands_in_another_conversation_is_left_alone(
    sqlite_url: str, tmp_path: Path, ref: str
) -> None:
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        ana = world.address("ana")
        assert await process.messenger.update(ana, ref, PLAIN, uuid4()) == Skipped("gone")
        assert await process.messenger.delete(ana, ref, uuid4()) == Skipped("gone")
        sent = await posted(process, world, "ben")
        assert await process.messenger.update(ana, sent.ref, PLAIN, uuid4()) == Skipped("gone")
        assert world.tried(UPDATE) == world.tried(DELETE) == 0


@pytest.mark.parametrize("kept", ["", "a:1", '{"c":"a:1"}', "[]"])
async def test_whoever_has_no_place_gets_nothing(
    sqlite_url: str, tmp_path: Path, kept: str
) -> None:
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        nowhere = replace(world.address("ana"), delivery_ref=kept)
        told = await process.messenger.post(nowhere, PLAIN, uuid4())
        assert told == Skipped("not_installed")
        assert world.tried() == 0


async def test_a_tenant_that_the_settings_do_not_name_pauses(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        strange = replace(world.address("ana"), installation_id=uuid4())
        told = await process.messenger.post(strange, PLAIN, uuid4())
        assert told == RetryAt(NOW + PAUSE, "no_token", pauses_lane=True)


async def test_a_message_that_can_not_be_drawn_is_tried_again_and_logged_without_its_words(
    sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    undrawable = Message("note", "A secret word", (object(),))  # type: ignore[arg-type]  # the point
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        told = await process.messenger.post(world.address("ana"), undrawable, uuid4())
        assert told == RetryAt(NOW + 5 * SECOND, "not_drawn")
        assert world.tried() == 0
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert "note" in logged
    assert "secret word" not in logged


# Pace and price


async def test_no_pace_of_ours_meets_a_limit_of_teams(sqlite_url: str, tmp_path: Path) -> None:
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        world.teams.enforces_rate = True
        at, who, sent = NOW, uuid4(), 0
        while sent < 60:
            world.clock.set(at)
            told = await process.messenger.post(world.address("ana"), PLAIN, who)
            if isinstance(told, Sent):
                who, sent = uuid4(), sent + 1
            else:
                assert isinstance(told, RetryAt)
                assert told.reason == "conversation_pace"
                assert not told.counts
                at = told.at
        calls = world.teams.called(POST)
        assert [call.outcome for call in calls] == ["ok"] * 60
        assert len({call.at for call in calls[:4]}) == 1, "a handful goes at once"
        gaps = [b.at - a.at for a, b in pairwise(calls)]
        assert gaps[4] == 0.6 * SECOND
        assert gaps[-1] == 2.1 * SECOND


async def test_one_token_and_one_connection_serve_them_all(sqlite_url: str, tmp_path: Path) -> None:
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        async with counted(world.teams.url) as (url, connections):
            for number in range(20):
                place = Place(f"a:{number}", f"{url}/teams/")
                address = replace(world.address("ana"), delivery_ref=pack(place))
                await process.messenger.post(address, PLAIN, uuid4())
            assert len(connections) == 1
        service = f"{url}/teams/"
        first, again = [await process.connectors.create(service, "") for _ in range(2)]
        assert first is again
        assert world.tried() == 20
        assert len(world.teams.login.calls) == len(world.teams.login.discoveries) == 1


@asynccontextmanager
async def counted(url: str) -> AsyncIterator[tuple[str, list[str]]]:
    """Another address of the same server, and who connected there."""
    host, port = url.removeprefix("http://").split(":")
    connections: list[str] = []

    async def pump(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        while data := await source.read(65_536):
            to.write(data)
            await to.drain()
        to.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(str(writer.get_extra_info("peername")))
        there, back = await asyncio.open_connection(host, int(port))
        await asyncio.gather(pump(reader, back), pump(there, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", connections
