"""What goes wrong on demand, and the log of what was asked."""

from __future__ import annotations

import asyncio
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
    """What goes wrong with one request; *after* means that Slack did what was asked first."""

    RATE_LIMITED = "429"
    ERROR_BEFORE = "500 before"
    ERROR_AFTER = "500 after"
    UNAVAILABLE_BEFORE = "503 before"
    UNAVAILABLE_AFTER = "503 after"
    TIMEOUT_BEFORE = "408 before"
    TIMEOUT_AFTER = "408 after"
    RESET_BEFORE = "reset before"
    RESET_AFTER = "reset after"
    HANG_BEFORE = "hang before"
    HANG_AFTER = "hang after"
    SLOW = "slow after"

    @property
    def accepts(self) -> bool:
        """Whether Slack does all the same what was asked."""
        return self.value.endswith("after")


@dataclass(slots=True)
class Call:
    """A request as it came in. `outcome` is "ok", Slack's error code or the fault's name."""

    method: str
    arguments: dict[str, Any]
    token: str
    """Which token came along: "bot", "app", "none" or "unknown"."""
    at: datetime
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class _Planned:
    fault: Fault | str
    method: str
    channel: str
    retry_after: int
    seconds: float

    def strikes(self, method: str, channel: str) -> bool:
        return self.method == method and self.channel in ("", channel)


@dataclass(slots=True)
class Faults:
    """The faults to come, and the requests that hang."""

    planned: list[_Planned] = field(default_factory=list)
    hanging: asyncio.Event = field(default_factory=asyncio.Event)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    def plan(
        self,
        method: str,
        *faults: Fault | str,
        channel: str = "",
        retry_after: int = 30,
        seconds: float = 0.05,
    ) -> None:
        """Lets the next requests fail, one fault each; a plain string is Slack's error code.

        An empty channel means any. `retry_after` (seconds) belongs to a rate limit, `seconds`
        to a slow answer.
        """
        self.planned += [_Planned(f, method, channel, retry_after, seconds) for f in faults]

    def strike(self, method: str, channel: str) -> _Planned | None:
        """The fault planned for this request, once."""
        struck = next((p for p in self.planned if p.strikes(method, channel)), None)
        if struck is not None:
            self.planned.remove(struck)
        return struck

    def release(self) -> None:
        """Lets requests that hang be answered, and those that come later pass at once."""
        self._released.set()

    async def answer(self, request: web.Request, planned: _Planned, run: Answer) -> web.Response:
        """Lets the request fail as planned; `run` does what it asks, where the fault lets it."""
        if isinstance(planned.fault, str):
            return web.json_response({"ok": False, "error": planned.fault})
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
        return _status(kind, planned.retry_after)

    async def _hang(self, answer: web.Response) -> web.Response:
        self.hanging.set()
        async with asyncio.timeout(_HANGS_AT_MOST):
            await self._released.wait()
        return answer


def _status(kind: str, retry_after: int) -> web.Response:
    """A failed answer as Slack, or the proxy before it, writes it."""
    if kind == "429":
        return rate_limited(retry_after)
    if kind == "503":
        page = "<html><body>Service unavailable</body></html>"
        return web.Response(status=503, text=page, content_type="text/html")
    error = "internal_error" if kind == "500" else "request_timeout"
    return web.json_response({"ok": False, "error": error}, status=int(kind))


def rate_limited(retry_after: int) -> web.Response:
    """Too many requests: come back in `retry_after` seconds."""
    return web.json_response(
        {"ok": False, "error": "ratelimited"},
        status=429,
        headers={"Retry-After": str(retry_after)},
    )
