"""The local Slack server drives a stock Bolt application as Slack does, both ways."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.integration.slack_server_apps import bolt, joined
from tests.integration.slack_server_clients import slack_and_client
from tests.processes import AsyncProcess, started
from tests.servers.slack import BOT, FORM, GENERAL, Fault, SlackServer

WAYS = pytest.mark.parametrize("way", ["http", "socket"])


@WAYS
async def test_a_typed_message_is_an_event_that_gets_an_answer(way: str) -> None:
    async with bolt(way) as (slack, heard):
        ida = slack.user("Ida")
        ack = await ida.types("All well")
        assert (ack.status, ack.acknowledged) == (200, True)
        event = heard.bodies[0]["event"]
        assert (event["channel_type"], event["user"], event["text"]) == ("im", "U0IDA", "All well")
        assert event["ts"] == ida.dm[0].ts
        assert ida.texts == ["You said All well"]
        await ida.edits(ida.dm[0], "All very well")
        await ida.deletes(ida.dm[0])
        await slack.echo(ida.dm[-1])
        await ida.types("1 < 2 & https://example.com", subtype="file_share")
        subtypes = [body["event"].get("subtype") for body in heard.bodies]
        assert subtypes == [None, "message_changed", "message_deleted", "file_share"]
        assert len({body["event_id"] for body in heard.bodies}) == 4
        assert heard.bodies[-1]["event"]["text"] == "1 &lt; 2 &amp; <https://example.com>"


@WAYS
async def test_buttons_forms_and_their_answers(way: str) -> None:
    """Errors stay, an update and a push show another modal, an empty answer closes one."""
    async with bolt(way) as (slack, heard):
        ida = slack.user("Ida")
        await ida.types("Hello")
        await ida.presses("Open")
        pressed = heard.bodies[-1]
        assert pressed["container"] == {
            "type": "message",
            "message_ts": ida.dm[-1].ts,
            "channel_id": ida.channel,
            "is_ephemeral": False,
        }
        assert pressed["actions"][0]["value"] == "v"
        assert [view.title for view in ida.modals] == ["Check-in"]
        with pytest.raises(ValueError, match="'How is work\\?' is empty"):
            await ida.submits()
        await ida.submits({"How is work?": "errors", "rating": "Good"})
        assert ida.modal_errors == {"answer": "Too short"}
        choice = heard.bodies[-1]["view"]["state"]["values"]["rating"]["choice"]
        assert choice["selected_option"]["value"] == "3"
        await ida.submits({"answer": "push"})
        assert ([view.title for view in ida.modals], ida.modal_errors) == (
            ["Check-in", "One more"],
            {},
        )
        await ida.closes()
        await ida.submits({"answer": "update"})
        assert [view.title for view in ida.modals] == ["Thank you"]
        await ida.presses("open:")
        await ida.submits({"answer": "clear"})
        await ida.presses("Open")
        await ida.submits({"answer": "fine"})
        assert (ida.modals, ida.trouble) == ([], [])


@WAYS
async def test_fields_that_tell_at_once_and_modals_that_close(way: str) -> None:
    async with bolt(way) as (slack, heard):
        ida = slack.user("Ida")
        await ida.types("Hello")
        await ida.presses("Open")
        assert await ida.fills("How is work?", "typing") is None
        assert await ida.fills("Rating", "3") is not None
        action = heard.bodies[-1]["actions"][0]
        assert (action["type"], action["selected_option"]["value"]) == ("radio_buttons", "3")
        assert heard.bodies[-1]["view"]["state"]["values"]["answer"]["text"]["value"] == "typing"
        await ida.submits({"answer": "bad errors"})
        assert "invalid_errors" in ida.trouble[0]
        await ida.closes()
        assert (heard.kinds[-1], ida.modals) == ("view_closed", [])
        with pytest.raises(LookupError, match="no button called 'Nowhere'"):
            await ida.presses("Nowhere")


@WAYS
async def test_home_commands_and_response_addresses(way: str) -> None:
    async with bolt(way) as (slack, heard):
        ida = slack.user("Ida")
        await ida.opens_home()
        assert ida.home is not None
        assert ida.home.shown == "Welcome"
        await ida.opens_home()
        assert heard.bodies[-1]["view"]["id"] == ida.home.id
        await ida.presses("Open", where="home")
        assert heard.bodies[-1]["view"]["type"] == "home"
        await ida.presses("Done", where="modal")
        pressed = heard.bodies[-1]
        assert pressed["container"] == {"type": "view", "view_id": ida.modals[0].id}
        assert pressed["view"]["state"]["values"].keys() == {"answer", "rating"}
        await ida.closes()
        await ida.runs("/touchpoint help me", channel=GENERAL)
        assert (heard.bodies[-1]["command"], heard.bodies[-1]["channel_name"]) == (
            "/touchpoint",
            "general",
        )
        told = [(m.text, m.ephemeral_to) for m in ida.sees(GENERAL)]
        assert sorted(told) == [("And more", "U0IDA"), ("Help with help me", "U0IDA")]
        assert slack.user("Max").sees(GENERAL) == []
        await ida.types("Hello")
        seen = ida.dm[-1]
        await ida.presses("Done")
        assert ida.texts == ["Done"]
        await ida.presses("Done", message=seen)
        assert heard.bodies[-1]["message"]["text"] == "You said Hello"


@WAYS
async def test_a_press_answered_too_late_opens_nothing(way: str) -> None:
    """The trigger is too old when the application comes to it; the person sees that it failed."""
    async with bolt(way) as (slack, _):
        slack.patience = 0.3
        ida = slack.user("Ida")
        await ida.types("Hello")
        ack = await ida.presses("Late")
        assert not ack.acknowledged
        assert slack.called("views.open")[-1].outcome == "expired_trigger_id"
        assert (ida.modals, len(ida.trouble)) == ([], 1)


@WAYS
async def test_an_event_that_failed_comes_again_and_says_so(way: str) -> None:
    async with bolt(way) as (slack, heard):
        slack.patience = 0.3
        heard.fails = 2
        ida = slack.user("Ida")
        first = await ida.types("Hello")
        assert not first.acknowledged
        assert slack.deliveries.unacknowledged == [first.delivery]
        (second,) = await slack.redeliver()
        (third,) = await slack.redeliver()
        assert (second.acknowledged, third.acknowledged) == (False, True)
        assert await slack.redeliver() == []
        await slack.redeliver(first.delivery)
        ids = {body["event_id"] for body in heard.bodies}
        assert (len(heard.bodies), len(ids)) == (4, 1)
        assert [number or "0" for number, _ in heard.retries] == ["0", "1", "2", "3"]
        assert ida.texts == ["You said Hello"] * 2


async def test_events_are_retried_by_themselves_where_delays_are_set() -> None:
    async with bolt("http") as (slack, heard):
        slack.deliveries.retry_delays = (0, 0, 0)
        heard.fails = 2
        ack = await slack.user("Ida").types("Hello")
        await slack.deliveries.settle()
        assert [try_.status for try_ in ack.delivery.acks] == [500, 500, 200]
        assert heard.retries == [("", ""), ("1", "http_error"), ("2", "http_error")]


async def test_requests_are_signed_and_forged_ones_are_turned_away() -> None:
    async with bolt("http") as (slack, heard):
        assert (await slack.verifies_url("word")).body == {"challenge": "word"}
        body = urlencode({"payload": "{}"}).encode()
        stale = str(int((datetime.now(UTC) - timedelta(minutes=6)).timestamp()))
        forged: list[dict[str, Any]] = [
            {"secret": "another"},
            {"timestamp": stale},
            {"headers": {"X-Slack-Signature": "v0=00"}},
            {"headers": {"X-Slack-Signature": ""}},
        ]
        for how in forged:
            assert (await slack.http.post(body, FORM, **how)).status == 401
        assert (await slack.http.post(b"{}")).status == 404
        assert heard.bodies == []


async def test_an_application_that_is_gone_leaves_events_for_its_return() -> None:
    async with slack_and_client() as (slack, _):
        slack.calls_at("http://127.0.0.1:9/slack/events")
        ack = await slack.user("Ida").types("Hello")
        assert (ack.status, ack.reason) == (0, "connection_failed")
        slack.calls_at("")
        assert (await slack.user("Ida").types("Hello")).reason == "connection_failed"
        assert len(slack.deliveries.unacknowledged) == 2


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_the_application_comes_anew_when_it_is_asked_to(reason: str) -> None:
    async with bolt("socket") as (slack, _):
        await slack.link.disconnect(reason)
        await slack.link.wait(ever=2)
        ida = slack.user("Ida")
        assert (await ida.types("Hello")).acknowledged
        assert ida.texts == ["You said Hello"]


async def test_a_broken_connection_loses_nothing() -> None:
    """Turned away for a while, the application comes back, and hears what it missed, once."""
    async with bolt("socket") as (slack, heard):
        slack.link.refuses = True
        slack.link.drop()
        ida = slack.user("Ida")
        missed = await ida.types("Hello")
        assert missed.reason == "connection_failed"
        slack.link.refuses = False
        await slack.link.wait(ever=2)
        await slack.deliveries.settle()
        assert missed.delivery.acknowledged
        assert heard.retries == [("1", "timeout")]
        assert ida.texts == ["You said Hello"]


async def test_several_connections_share_what_comes() -> None:
    async with (
        bolt("socket") as (slack, first),
        joined("socket", slack, AsyncWebClient(slack.bot_token, slack.api_url)) as second,
    ):
        await slack.link.wait(2)
        await slack.link.ping()
        for number in range(4):
            await slack.user("Ida").types(str(number))
        assert (len(first.bodies), len(second.bodies)) == (2, 2)
        assert [connection.pongs for connection in slack.link.connections] == [1, 1]


async def test_a_killed_process_hears_again_what_it_never_acknowledged() -> None:
    async with slack_and_client() as (slack, _):
        ida = slack.user("Ida")
        stalled = await worker(slack, "stalls")
        try:
            await slack.link.wait()
            typing = asyncio.ensure_future(ida.types("Hello"))
            assert await stalled.stdout.readline() == b"got Hello\n"
        finally:
            stalled.kill()
            await stalled.wait()
        lost = await typing
        assert (lost.acknowledged, lost.reason) == (False, "connection_failed")
        slack.fails("apps.connections.open", Fault.UNAVAILABLE_BEFORE)
        again = await worker(slack, "answers")
        try:
            await slack.link.wait()
            await slack.deliveries.settle()
        finally:
            again.kill()
            await again.wait()
        assert (lost.delivery.acknowledged, len(lost.delivery.acks)) == (True, 2)
        assert ida.texts == ["You said Hello"]


async def worker(slack: SlackServer, how: str) -> AsyncProcess:
    """The application in a process of its own."""
    tokens = (slack.bot_token, slack.app_token)
    return await started("tests.integration.slack_server_worker", slack.api_url, *tokens, how)


async def test_an_application_hears_of_its_own_posts_where_it_listens_to_them() -> None:
    async with slack_and_client(echoes=True) as (slack, client):
        await client.chat_postMessage(channel="U0IDA", text="Hello")
        await slack.deliveries.settle()
        (echo,) = slack.deliveries.sent
        assert (echo.payload["event"]["text"], echo.payload["event"]["bot_id"]) == ("Hello", BOT)


async def test_frames_that_are_no_envelopes_can_be_sent() -> None:
    async with bolt("socket") as (slack, heard):
        for frame in ("no json", "[]", '{"type": "unheard of"}', '{"type": "hello"}'):
            await slack.link.sends_raw(frame)
        assert (await slack.user("Ida").types("Hello")).acknowledged
        assert len(heard.bodies) == 1
