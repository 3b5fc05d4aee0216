"""Slack over HTTP: signed requests at /slack/events."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from slack_bolt.app.async_app import AsyncApp

from bot.domain.ports.clock import Clock
from bot.slack import guard
from bot.slack.app import dispatch

PATH = "/slack/events"
_log = logging.getLogger(__name__)


def receiver(
    app: AsyncApp, secret: str, clock: Clock
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The handler of every request that Slack sends: events, interactions and commands."""

    async def receive(request: web.Request) -> web.Response:
        raw = await request.read()
        try:
            guard.verify(raw, request.headers, secret, clock.now())
            return await _heard(app, guard.read(raw, request.content_type))
        except guard.Unsigned as refused:
            _log.warning("not from Slack", extra={"why": str(refused)})
            return web.Response(status=401)
        except guard.Malformed as refused:
            _log.warning("not understood", extra={"why": str(refused)})
            return web.Response(status=400)

    return receive


async def _heard(app: AsyncApp, body: dict[str, Any]) -> web.Response:
    if body.get("type") == "url_verification":
        return web.json_response({"challenge": str(body.get("challenge", ""))})
    if "ssl_check" in body:
        return web.Response()
    response = await dispatch(app, body)
    kind = response.headers.get("content-type", ["text/plain"])[0].partition(";")[0]
    headers = {"Retry-After": response.headers["retry-after"][0]} if response.status == 503 else {}  # noqa: PLR2004 - as `_failed` says
    return web.Response(
        status=response.status, text=response.body, content_type=kind, headers=headers
    )
