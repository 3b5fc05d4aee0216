"""Teams' connector by itself: what goes over the wire, and what becomes of each answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from aiohttp import web
from botbuilder.schema import (
    Activity,
    Attachment,
    ChannelAccount,
    ConversationAccount,
    ConversationParameters,
)

from bot.teams import serialise
from bot.teams.connector import ConnectorError, Connectors, Fate, is_safe
from bot.teams.registration import Registration
from bot.teams.tokens import Tokens
from tests.integration.chat_worlds import SECOND
from tests.integration.teams_worlds import (
    account,
    teams_world,
)
from tests.servers.teams import APP, BOT, TENANT


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
