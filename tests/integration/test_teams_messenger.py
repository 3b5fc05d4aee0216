"""Teams' connector and the messenger over it: what is sent, and what becomes of a call."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from aiohttp import web
from botbuilder.core import TurnContext
from botbuilder.schema import (
    Activity,
    Attachment,
    ChannelAccount,
    ConversationAccount,
    ConversationParameters,
)

from bot.domain.delivery import Lookup, Recovery, RetryAt, Sent, Skipped, Unknown
from bot.domain.message import Message, Text
from bot.teams import serialise
from bot.teams.connector import ConnectorError, Connectors, Fate, is_safe
from bot.teams.outcomes import PAUSE
from bot.teams.places import Place, message_ref, pack
from bot.teams.registration import Registration
from bot.teams.tokens import Tokens
from tests.integration.chat_worlds import NOW, SECOND
from tests.integration.teams_worlds import (
    DELETE,
    HOUR,
    IMPATIENT,
    LOST,
    MINUTE,
    POST,
    UPDATE,
    TeamsProcess,
    TeamsWorld,
    account,
    activity_of,
    teams_world,
)
from tests.journeys.on_teams import Apart
from tests.servers.teams import APP, BOT, SECRET, TENANT, Fault

PLAIN = Message("note", "A secret word", (Text("A secret word"),))
OTHER = Message("note", "Another word", (Text("Another word"),))


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


async def posted(process: TeamsProcess, world: TeamsWorld, who: str = "ana") -> Sent:
    sent = await process.messenger.post(world.address(who), PLAIN, uuid4())
    assert isinstance(sent, Sent)
    return sent


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


# What became of a call


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


# Pace and price


async def test_no_pace_of_ours_meets_a_limit_of_teams(sqlite_url: str, tmp_path: Path) -> None:
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        world.teams.enforces_rate = True
        at, who, sent = NOW, uuid4(), 0
        while sent < 40:
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
        assert [call.outcome for call in calls] == ["ok"] * 40
        assert len({call.at for call in calls[:4]}) == 1, "a handful goes at once"
        assert all(b.at - a.at >= 0.6 * SECOND for a, b in pairwise(calls[4:]))


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


# The connector by itself


async def test_conversations_and_members(sqlite_url: str, tmp_path: Path) -> None:
    async with teams_world(sqlite_url, tmp_path) as world, world.process() as process:
        connector = await process.connectors.create(world.teams.service_url, "")
        ana = account("ana")
        parameters = ConversationParameters(
            bot=ChannelAccount(id=BOT), members=[ChannelAccount(id=ana.mri)], tenant_id=TENANT
        )
        opened = await connector.conversations.create_conversation(parameters)
        assert opened.id == world.teams.user("Ana").conversation.id
        member = await connector.conversations.get_member(opened.id, ana.mri)
        assert member["userPrincipalName"] == ana.email
        with pytest.raises(ConnectorError) as caught:
            await connector.conversations.get_member(opened.id, account("ben").mri)
        assert (caught.value.fate, caught.value.status) == (Fate.REFUSED, 404)
        assert caught.value.code == "MemberNotFoundInConversation"


Answer = Callable[[web.Request], Awaitable[web.Response]]


@asynccontextmanager
async def answering(
    answer: Callable[[], web.Response], **registration: str
) -> AsyncIterator[tuple[Connectors, str, list[web.Request]]]:
    """Connectors to a service that answers everything in one way, and what came to it."""
    came: list[web.Request] = []

    async def serve(request: web.Request) -> web.Response:
        came.append(request)
        await request.read()
        return answer()

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", serve)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    given = {"playground": "http://127.0.0.1:56150"} | registration
    connectors = Connectors(Tokens(Registration(APP, TENANT, **given)))  # type: ignore[arg-type]  # by name
    try:
        yield connectors, f"http://127.0.0.1:{runner.addresses[0][1]}/teams/", came
    finally:
        await connectors.close()
        await runner.cleanup()


def created() -> web.Response:
    return web.json_response({"id": "1"}, status=201)


async def test_a_playground_gets_no_authorization() -> None:
    async with answering(created) as (connectors, url, came):
        await send(connectors, url)
        assert "Authorization" not in came[0].headers


async def test_ids_are_quoted_once() -> None:
    async with answering(created) as (connectors, url, came):
        connector = await connectors.create(url, "")
        odd = "19:a/b%2F..?x#y=z@thread.v2"
        await connector.conversations.update_activity(odd, "1;messageid=2/3", Activity())
        quoted = "19%3Aa%2Fb%252F..%3Fx%23y%3Dz%40thread.v2"
        wanted = f"/teams/v3/conversations/{quoted}/activities/1%3Bmessageid%3D2%2F3"
        assert came[0].raw_path == wanted


async def send(connectors: Connectors, url: str, conversation: str = "a:1") -> str:
    connector = await connectors.create(url, "")
    sent = await connector.conversations.send_to_conversation(
        conversation, Activity(type="message")
    )
    return str(sent.id)


PAGE = "<html>Please sign in to the hotel's network</html>"
UNSURE = {
    "a page": (lambda: web.Response(text=PAGE, content_type="text/html"), "not_json"),
    "no id": (lambda: web.json_response({}), "not_json"),
    "another id": (lambda: web.json_response({"id": 7}), "no_id"),
    "see other": (lambda: web.Response(status=303, headers={"Location": "/"}), "status_303"),
    "gateway": (lambda: web.Response(status=504, text=PAGE), "status_504"),
}


@pytest.mark.parametrize("case", UNSURE)
async def test_an_answer_that_is_none(case: str) -> None:
    answer, code = UNSURE[case]
    async with answering(answer) as (connectors, url, came):
        with pytest.raises(ConnectorError) as caught:
            await send(connectors, url)
        assert (caught.value.fate, caught.value.code) == (Fate.UNKNOWN, code)
        assert len(came) == 1


@pytest.mark.parametrize("status", [200, 201])
async def test_an_answer_that_breaks_off(status: int) -> None:
    """What was created has arrived; anything else may have."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 %d Well\r\nContent-Length: 50\r\n\r\n{" % status)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with answering(created) as (connectors, _, _), server:
        if status == 201:
            assert await send(connectors, url) == ""
            return
        with pytest.raises(ConnectorError) as caught:
            await send(connectors, url)
        assert (caught.value.fate, caught.value.code) == (Fate.UNKNOWN, "connection_lost")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_redirects_are_not_followed(status: int) -> None:
    there = {"Location": "https://elsewhere.example/"}
    async with answering(lambda: web.Response(status=status, headers=there)) as (
        connectors,
        url,
        came,
    ):
        with pytest.raises(ConnectorError) as caught:
            await send(connectors, url)
        assert (caught.value.fate, caught.value.code) == (Fate.REFUSED, f"status_{status}")
        assert len(came) == 1


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7", 7), ("0", 1), ("99999", 3600), ("soon", 0), ("٣", 0), ("-1", 0), ("1.5", 0)],
)
@pytest.mark.parametrize(("status", "code"), [(429, "rate_limited"), (412, "precondition_failed")])
async def test_how_long_to_wait(said: str, seconds: int, status: int, code: str) -> None:
    headers = {"Retry-After": said}
    async with answering(lambda: web.Response(status=status, headers=headers)) as (
        connectors,
        url,
        _,
    ):
        with pytest.raises(ConnectorError) as caught:
            await send(connectors, url)
        assert (caught.value.fate, caught.value.code) == (Fate.LIMITED, code)
        assert caught.value.wait == seconds * SECOND


@pytest.mark.parametrize("code", ["<b>A secret word</b>", "a" * 65, "", 7, None, {"x": 1}])
async def test_only_what_looks_like_a_code_is_kept(code: object) -> None:
    said = {"error": {"code": code, "message": "A secret word"}}
    async with answering(lambda: web.json_response(said, status=403)) as (connectors, url, _):
        with pytest.raises(ConnectorError) as caught:
            await send(connectors, url)
        assert caught.value.code == "status_403"


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://smba.trafficmanager.net/teams/", True),
        ("http://127.0.0.1:3978/", True),
        ("http://localhost/", True),
        ("http://[::1]:1/", True),
        ("http://smba.trafficmanager.net/teams/", False),
        ("https://smba.trafficmanager.net@elsewhere.example/", False),
        ("http://127.0.0.1.elsewhere.example/", False),
        ("http://localhost@elsewhere.example/", False),
        ("file:///etc/passwd", False),
        ("https:///", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_a_token_goes_to_encrypted_addresses_alone(url: str, *, safe: bool) -> None:
    assert is_safe(url) is safe


def test_it_is_what_the_sdk_would_have_written() -> None:
    content = {"type": "AdaptiveCard", "body": [{"type": "TextBlock", "text": "Grüße \u2028 👋"}]}
    kind = "application/vnd.microsoft.card.adaptive"
    given = {
        "type": "message",
        "id": "1",
        "channel_id": "msteams",
        "service_url": "https://smba.example/",
        "reply_to_id": "2",
        "locale": "de-DE",
        "summary": "Grüße",
        "input_hint": "acceptingInput",
        "text_format": "plain",
        "from_property": ChannelAccount(id="28:a", name="Touchpoint", role="bot"),
        "recipient": ChannelAccount(id="29:b", aad_object_id=str(UUID(int=1))),
        "conversation": ConversationAccount(id="a:1", conversation_type="personal"),
        "channel_data": {"notification": {"alert": True}},
        "value": {"a": [1, None]},
    }
    ours = Activity(**given, attachments=[{"contentType": kind, "content": content}])
    theirs = Activity(**given, attachments=[Attachment(content_type=kind, content=content)])
    assert json.loads(serialise.activity(ours)) == theirs.serialize()
