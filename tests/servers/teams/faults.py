"""What goes wrong on demand, and the log of what was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from aiohttp import web

_HANGS_AT_MOST = 60
"""Seconds after which a hanging request is let go, should a test forget it."""

Answer = Callable[[], web.Response]


class Fault(Enum):
    """What goes wrong with one request; *after* means that Teams did what was asked first."""

    RATE_LIMITED = "429"
    PRECONDITION = "412"
    ERROR_BEFORE = "500 before"
    ERROR_AFTER = "500 after"
    BAD_GATEWAY_BEFORE = "502 before"
    BAD_GATEWAY_AFTER = "502 after"
    UNAVAILABLE_BEFORE = "503 before"
    UNAVAILABLE_AFTER = "503 after"
    TIMEOUT_BEFORE = "408 before"
    TIMEOUT_AFTER = "408 after"
    RESET_BEFORE = "reset before"
    RESET_AFTER = "reset after"
    HANG_BEFORE = "hang before"
    HANG_AFTER = "hang after"
    SLOW = "slow after"
    GARBLED = "garbled after"
    UNAUTHORIZED = "401"
    WRITES_BLOCKED = "MessageWritesBlocked"
    BLOCKED_BY_USER = "ConversationBlockedByUser"
    NOT_IN_ROSTER = "BotNotInConversationRoster"
    DISABLED_BY_ADMIN = "BotDisabledByAdmin"
    FORBIDDEN = "ForbiddenOperationException"
    NOT_FOUND = "ConversationNotFound"
    TOO_BIG = "MessageSizeTooBig"

    @property
    def accepts(self) -> bool:
        """Whether Teams does all the same what was asked."""
        return self.value.endswith("after")


_REFUSED = {
    "ConversationBlockedByUser": (403, "User blocked the conversation with the bot."),
    "BotNotInConversationRoster": (403, "The bot is not part of the conversation roster."),
    "BotDisabledByAdmin": (403, "The tenant admin disabled this bot."),
    "ForbiddenOperationException": (403, "Bot is not installed in user's personal scope"),
    "ConversationNotFound": (404, "Conversation not found."),
    "ActivityNotFoundInConversation": (404, "The activity is not part of the conversation."),
    "MemberNotFoundInConversation": (404, "The member is not part of the conversation."),
    "MessageSizeTooBig": (413, "Message size too large."),
    "BadSyntax": (400, "Bad syntax."),
    "BadArgument": (400, "Bad argument."),
}
"""Statuses and messages. Source: learn.microsoft.com, "Send and receive messages", status codes."""


@dataclass(slots=True)
class Call:
    """A request as it came in. `outcome` is "ok", Teams' error code or the fault's name.

    `operation`: create, post, update, delete, member or members. `reply_to` is set for a post
    that answers an activity; `bearer` says whether the token was one that is valid.
    """

    operation: str
    conversation: str
    activity: str
    body: Any
    bearer: bool
    at: datetime
    region: str = ""
    reply_to: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class _Planned:
    fault: Fault
    operation: str
    conversation: str
    retry_after: int | None
    seconds: float

    def strikes(self, operation: str, conversation: str) -> bool:
        return self.operation == operation and self.conversation in ("", conversation)


@dataclass(slots=True)
class Faults:
    """The faults to come, and the requests that hang."""

    planned: list[_Planned] = field(default_factory=list)
    hanging: asyncio.Event = field(default_factory=asyncio.Event)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    def plan(
        self,
        operation: str,
        *faults: Fault,
        conversation: str = "",
        retry_after: int | None = 30,
        seconds: float = 0.05,
    ) -> None:
        """Lets the next requests fail, one fault each; an empty conversation means any.

        `retry_after` (seconds) belongs to a rate limit, which says nothing where it is None;
        `seconds` to a slow answer.
        """
        made = [_Planned(f, operation, conversation, retry_after, seconds) for f in faults]
        self.planned += made

    def strike(self, operation: str, conversation: str) -> _Planned | None:
        """The fault planned for this request, once."""
        struck = next((p for p in self.planned if p.strikes(operation, conversation)), None)
        if struck is not None:
            self.planned.remove(struck)
        return struck

    def release(self) -> None:
        """Lets requests that hang be answered, and those that come later pass at once."""
        self._released.set()

    async def answer(self, request: web.Request, planned: _Planned, run: Answer) -> web.Response:
        """Lets the request fail as planned; `run` does what it asks, where the fault lets it."""
        fault = planned.fault
        answer = run() if fault.accepts else web.Response(status=500)
        kind = fault.value.split(" ")[0]
        if kind == "slow":
            await asyncio.sleep(planned.seconds)
            return answer
        if kind == "hang":
            return await self._hang(answer)
        if kind == "reset":
            assert request.transport is not None
            request.transport.abort()
            return answer
        return _failed(kind, planned.retry_after)

    async def _hang(self, answer: web.Response) -> web.Response:
        self.hanging.set()
        async with asyncio.timeout(_HANGS_AT_MOST):
            await self._released.wait()
        return answer


def refused(code: str, message: str = "") -> web.Response:
    """An error as Teams writes it, by its code."""
    if code == "MessageWritesBlocked":
        return _writes_blocked()
    status, said = _REFUSED[code]
    error = {"error": {"code": code, "message": message or said}}
    return web.json_response(error, status=status)


def unauthorized() -> web.Response:
    """What a call without a valid token gets."""
    said = "Authorization has been denied for this request."
    return web.json_response({"message": said}, status=401)


def rate_limited(retry_after: int | None) -> web.Response:
    """Too many requests: come back in so many seconds, or whenever."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    error = {"error": {"code": "Throttled", "message": "Too many requests."}}
    return web.json_response(error, status=429, headers=headers)


def _writes_blocked() -> web.Response:
    """The one error of another shape: the code stands in a text inside.

    Source: learn.microsoft.com, "Send proactive messages".
    """
    inner = {
        "subCode": "MessageWritesBlocked",
        "details": "Thread is blocked from message writes.",
        "errorCode": None,
        "errorSubCode": None,
    }
    said = json.dumps(inner, indent=2).replace("\n", "\r\n")
    return web.json_response({"errorCode": 209, "message": said}, status=403)


def _failed(kind: str, retry_after: int | None) -> web.Response:
    """A failed answer as Teams, or the proxy before it, writes it."""
    if kind == "429":
        return rate_limited(retry_after)
    if kind == "401":
        return unauthorized()
    if kind == "garbled":
        return web.Response(status=201, text="<html>", content_type="text/html")
    if kind in ("502", "503"):
        return web.Response(status=int(kind), text="<html></html>", content_type="text/html")
    if kind.isdigit():
        code = {"412": "PreconditionFailed", "408": "RequestTimeout"}.get(kind, "ServiceError")
        error = {"error": {"code": code, "message": "Please try again."}}
        return web.json_response(error, status=int(kind))
    return refused(kind)
