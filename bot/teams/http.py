"""Teams over HTTP: activities at /api/messages."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import hdrs, web
from botbuilder.core import InvokeResponse, TurnContext

from bot.domain.ports.unit_of_work import StorageUnavailable
from bot.teams import guard
from bot.teams.adapter import Adapter
from bot.teams.compact import compact
from bot.teams.keys import KeysUnavailable

PATH = "/api/messages"
OnTurn = Callable[[TurnContext], Awaitable[None]]
_JSON = "application/json"
_LATER = {hdrs.RETRY_AFTER: "5"}
_log = logging.getLogger(__name__)


def receiver(adapter: Adapter, on_turn: OnTurn) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The handler of every activity that Teams sends; its answer comes after the turn's end."""

    async def receive(request: web.Request) -> web.Response:
        header = request.headers.get(hdrs.AUTHORIZATION, "")
        try:
            # Reading costs, so whoever shows no good token is turned away before.
            claims = await adapter.authentication.claims(header)
        except Exception as error:
            return _refusal(error)
        raw = await _body(request)
        try:
            found = guard.parse(raw)
            adapter.authentication.check(claims, guard.whose(found))
            return _answer(await adapter.process_activity(header, guard.read(found), on_turn))
        except Exception as error:
            return _refusal(error)

    return receive


async def _body(request: web.Request) -> bytes:
    """Empty, which is no JSON either, for another kind of body: a web page may send those to any
    address without asking.
    """
    too_large = (request.content_length or 0) > guard.LARGEST
    return b"" if too_large or request.content_type != _JSON else await request.read()


def _answer(given: InvokeResponse | None) -> web.Response:
    """An invoke's answer with its status; of all else only that it was taken."""
    if given is None or given.body is None:
        return web.Response(status=int(given.status) if given else 200)
    body: Any = given.body.serialize() if hasattr(given.body, "serialize") else given.body
    return web.Response(body=compact(body).encode(), status=int(given.status), content_type=_JSON)


def _refusal(error: Exception) -> web.Response:
    """Not taken, so that Teams tries again or the person sees that it failed."""
    for kind, status in _STATUS.items():
        if isinstance(error, kind):
            _log.warning(_WHAT[status], extra={"why": str(error)})
            return web.Response(status=status, headers=_LATER if status == _UNAVAILABLE else None)
    _log.error("a turn failed", exc_info=error)
    return web.Response(status=500)


_UNAVAILABLE = 503
_STATUS: dict[type[Exception], int] = {
    guard.Malformed: 400,
    guard.Unsigned: 401,
    guard.Elsewhere: 403,
    KeysUnavailable: _UNAVAILABLE,
    StorageUnavailable: _UNAVAILABLE,
}
_WHAT = {
    400: "not understood",
    401: "not from Teams",
    403: "another tenant's activity",
    _UNAVAILABLE: "not recorded",
}
