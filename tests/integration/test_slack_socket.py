"""Our end of Socket Mode where the network is not well."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from slack_bolt.app.async_app import AsyncApp

from bot.slack import socket
from bot.slack.api import SlackApi
from bot.slack.socket import Socket
from tests.servers.slack import SlackServer, serving


async def test_an_address_that_expired_is_not_tried_for_ever(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Slack gave an address and took no connection while it was good. Nor is it logged."""
    monkeypatch.setattr(socket, "PING", 0.05)
    async with serving(SlackServer()) as slack:
        slack.link.refuses = True
        api = SlackApi(slack.api_url)
        client = api.client(slack.bot_token)
        listening = Socket(AsyncApp(client=client), slack.app_token, client)
        listening.start()
        async with asyncio.timeout(20):
            await slack.link.turned_away.wait()
            slack.link.expire()
            slack.link.refuses = False
            await slack.link.wait()
        await listening.stop(timedelta(seconds=1))
        await api.close()
    assert "Failed to connect" in caplog.text
    assert "ticket" not in caplog.text
