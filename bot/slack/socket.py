"""Slack over Socket Mode: a connection that we open, so that no address of ours is public."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import guard
from bot.slack.app import dispatch

PING = 5.0
"""Seconds between pings, and until a lost connection is opened anew (slack_sdk's own default)."""

_log = logging.getLogger(__name__)


class Socket(AsyncSocketModeHandler):
    """One connection. An envelope is acknowledged once it was kept; what isn't comes again."""

    def __init__(self, app: AsyncApp, app_token: str, client: AsyncWebClient) -> None:
        super().__init__(app, app_token, _terse_logger(), client, ping_interval=PING)
        self._under_way: set[asyncio.Task[None]] = set()
        self._connecting: asyncio.Task[None] | None = None
        self._renewing: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Connects, and keeps on trying where that fails."""
        connecting: Coroutine[Any, Any, None] = self.connect_async()  # type: ignore[no-untyped-call]  # the SDK's own
        self._connecting = asyncio.create_task(connecting)
        self._renewing = asyncio.create_task(self._renew())

    async def _renew(self) -> None:
        """Slack's addresses serve once and for a short while; the client tries one for ever."""
        while True:
            await asyncio.sleep(2 * self.client.ping_interval)
            if not await self.is_connected():
                self.client.wss_uri = None

    async def is_connected(self) -> bool:
        """Whether Slack can reach us at this moment."""
        connected: bool = await self.client.is_connected()
        return connected

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # as the class it extends has it
        """One envelope."""
        task = asyncio.ensure_future(self._handle(client, req))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        await task

    async def stop(self, grace: timedelta) -> None:
        """Lets what is under way be acknowledged, then closes the connection."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=grace.total_seconds())
        tasks = [self._connecting, self._renewing, self.client.message_processor]
        tasks += [self.client.message_receiver, self.client.current_session_monitor]
        await self.close_async()  # type: ignore[no-untyped-call]  # the SDK's own
        left = [task for task in tasks if task is not None]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:
        if req.type not in ("events_api", "interactive", "slash_commands"):
            return
        try:
            guard.check(req.payload)
            response = await dispatch(self.app, req.payload)
        except guard.Malformed as refused:
            _log.warning("not understood", extra={"why": str(refused)})
            await client.send_socket_mode_response({"envelope_id": req.envelope_id})
            return
        await send_async_response(client, req, response, 0)


_ADDRESS = re.compile(r"wss?://[^\s'\"]+")


class _Terse(logging.Filter):
    """The client logs whole tracebacks for a network that is away, each few seconds, and with
    them the address of its connection: whoever has that could listen in our place.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = None
        record.msg, record.args = _ADDRESS.sub("Slack's address", record.getMessage()), ()
        return True


def _terse_logger() -> logging.Logger:
    logger = logging.getLogger("bot.slack.socket.client")
    logger.setLevel(logging.WARNING)
    if not logger.filters:
        logger.addFilter(_Terse())
    return logger
