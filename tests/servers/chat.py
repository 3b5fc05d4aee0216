"""A small chat platform on loopback: it keeps what it accepts, and fails as it is told to.

It keeps no promise that real platforms don't: a fault may strike before a message is accepted or
after it, a time-out may hide either, and a history may be incomplete.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from itertools import count

from aiohttp import web

from bot.domain.ports.clock import Clock

_HANGS_AT_MOST = 60
"""Seconds after which a hanging request is let go, should a test forget it."""


class Fault(Enum):
    """What goes wrong with one request; *after* means that the message was accepted first."""

    RATE_LIMITED = "429"
    REFUSED = "403"
    ERROR_BEFORE = "500 before"
    ERROR_AFTER = "500 after"
    RESET_BEFORE = "reset before"
    RESET_AFTER = "reset after"
    HANG_BEFORE = "hang before"
    HANG_AFTER = "hang after"

    @property
    def accepts(self) -> bool:
        """Whether the platform took the message all the same."""
        return self.value.endswith("after")


@dataclass(frozen=True, slots=True)
class Entry:
    """Something the platform accepted: POST, PUT or DELETE of the message `ref`."""

    operation: str
    channel: str
    ref: str
    delivery_id: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it came in, whatever became of it."""

    operation: str
    channel: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _Planned:
    fault: Fault
    operation: str
    channel: str
    retry_after: int

    def strikes(self, operation: str, channel: str) -> bool:
        return self.operation == operation and self.channel in ("", channel)


@dataclass
class ChatPlatform:
    """Its log, and the faults to come. Times are the `clock`'s, not the machine's."""

    clock: Clock
    url: str = ""
    log: list[Entry] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    history_is_complete: bool = True
    removes_duplicates: bool = False
    hanging: asyncio.Event = field(default_factory=asyncio.Event)
    _released: asyncio.Event = field(default_factory=asyncio.Event)
    _planned: deque[_Planned] = field(default_factory=deque)
    _refs: Iterator[int] = field(default_factory=lambda: count(1))

    def fails(
        self,
        *faults: Fault,
        operation: str = "POST",
        channel: str = "",
        retry_after: int = 30,
    ) -> None:
        """Lets the next requests of that kind fail, one fault each; an empty channel means any.

        `retry_after` is in seconds, for a rate limit. History is read by GET.
        """
        self._planned += [_Planned(f, operation, channel, retry_after) for f in faults]

    @property
    def faults_left(self) -> int:
        """How many planned faults found no request to strike."""
        return len(self._planned)

    def release(self) -> None:
        """Lets requests that hang be answered."""
        self._released.set()

    def posts(self, channel: str | None = None) -> list[Entry]:
        """The messages posted, oldest first."""
        return [
            entry
            for entry in self.log
            if entry.operation == "POST" and channel in (None, entry.channel)
        ]

    def texts(self, channel: str | None = None) -> list[str]:
        """What those say."""
        return [entry.text for entry in self.posts(channel)]

    def attempts(self, channel: str | None = None) -> list[datetime]:
        """When somebody tried to post, with or without success."""
        return [
            call.at
            for call in self.calls
            if call.operation == "POST" and channel in (None, call.channel)
        ]

    def routes(self) -> list[web.RouteDef]:
        """What the platform serves."""
        return [
            web.post("/messages", self._post),
            web.put("/channels/{channel}/messages/{ref}", self._change),
            web.delete("/channels/{channel}/messages/{ref}", self._change),
            web.get("/channels/{channel}/history", self._history, allow_head=False),
        ]

    async def _post(self, request: web.Request) -> web.Response:
        sent = await request.json()
        return await self._handle(request, sent["channel"], "", sent)

    async def _change(self, request: web.Request) -> web.Response:
        sent = await request.json()
        return await self._handle(
            request, request.match_info["channel"], request.match_info["ref"], sent
        )

    async def _history(self, request: web.Request) -> web.Response:
        channel = request.match_info["channel"]
        struck = self._struck(request.method, channel)
        if struck is not None:
            return await self._fail(request, struck, "")
        found = [{"ref": e.ref, "delivery_id": e.delivery_id} for e in self.posts(channel)]
        shown = found if self.history_is_complete else []
        return web.json_response({"messages": shown, "complete": self.history_is_complete})

    async def _handle(
        self, request: web.Request, channel: str, ref: str, sent: dict[str, str]
    ) -> web.Response:
        struck = self._struck(request.method, channel)
        if struck is None or struck.fault.accepts:
            ref = self._accept(request.method, channel, ref, sent)
        if struck is not None:
            return await self._fail(request, struck, ref)
        return web.json_response({"ref": ref})

    def _struck(self, operation: str, channel: str) -> _Planned | None:
        self.calls.append(Call(operation, channel, self.clock.now()))
        struck = next((p for p in self._planned if p.strikes(operation, channel)), None)
        if struck is not None:
            self._planned.remove(struck)
        return struck

    def _accept(self, operation: str, channel: str, ref: str, sent: dict[str, str]) -> str:
        delivery_id = sent["delivery_id"]
        if operation == "POST":
            known = next((e.ref for e in self.posts() if e.delivery_id == delivery_id), "")
            if known and self.removes_duplicates:
                return known
            ref = f"m-{next(self._refs)}"
        at = self.clock.now()
        self.log.append(Entry(operation, channel, ref, delivery_id, sent.get("text", ""), at))
        return ref

    async def _fail(self, request: web.Request, planned: _Planned, ref: str) -> web.Response:
        if planned.fault is Fault.RATE_LIMITED:
            return web.Response(status=429, headers={"Retry-After": str(planned.retry_after)})
        if planned.fault is Fault.REFUSED:
            return web.json_response({"error": "not_allowed"}, status=403)
        if planned.fault in (Fault.HANG_BEFORE, Fault.HANG_AFTER):
            self.hanging.set()
            async with asyncio.timeout(_HANGS_AT_MOST):
                await self._released.wait()
            return web.json_response({"ref": ref})
        if planned.fault in (Fault.RESET_BEFORE, Fault.RESET_AFTER):
            assert request.transport is not None
            request.transport.abort()
        return web.Response(status=500)


@asynccontextmanager
async def chat_platform(clock: Clock) -> AsyncIterator[ChatPlatform]:
    """A platform on a free port; `clock` stamps its log."""
    platform = ChatPlatform(clock)
    app = web.Application()
    app.add_routes(platform.routes())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        platform.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield platform
    finally:
        platform.release()
        await runner.cleanup()
