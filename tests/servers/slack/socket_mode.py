"""Towards the application over Socket Mode: its WebSockets, envelopes and their answers."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

from aiohttp import WSMsgType, web

from tests.servers.slack.deliveries import Ack, Delivery
from tests.servers.slack.people import APP

CONNECTIONS_AT_MOST = 10
"""Source: docs.slack.dev, "Using multiple connections"."""
_WAITS_AT_MOST = 30


@dataclass(eq=False)
class Connection:
    """One WebSocket of the application."""

    socket: web.WebSocketResponse
    request: web.Request
    pongs: int = 0
    waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)

    async def send(self, frame: dict[str, Any]) -> bool:
        """Whether the frame went out."""
        with suppress(ConnectionError, RuntimeError):
            await self.socket.send_str(json.dumps(frame))
            return True
        return False

    def drop(self) -> None:
        """Ends it without a word, as a broken network does."""
        if self.request.transport is not None:
            self.request.transport.abort()


@dataclass
class SocketWay:
    """Every connection of the application; each delivery goes over one of them, in turn."""

    port: int = 0
    patience: float = 3.0
    """Seconds of real time that an acknowledgement may take."""
    refuses: bool = False
    """Whether new connections are turned away with a 503."""
    turned_away: asyncio.Event = field(default_factory=asyncio.Event)
    """Whether one ever was."""
    connections: list[Connection] = field(default_factory=list)
    ever: int = 0
    """How many connections there ever were."""
    leaving: list[Connection] = field(default_factory=list)
    """Those that were asked to come anew: nothing more is delivered there."""
    connected: asyncio.Condition = field(default_factory=asyncio.Condition)
    on_connect: Callable[[], None] = lambda: None
    _tickets: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=count)
    _in_turn: Iterator[int] = field(default_factory=count)
    _sent: dict[str, Delivery] = field(default_factory=dict)

    def new_address(self) -> str:
        """Where the application may connect to, once."""
        ticket = UUID(int=next(self._numbers)).hex
        self._tickets.add(ticket)
        return f"ws://127.0.0.1:{self.port}/link/?ticket={ticket}&app_id={APP}"

    def expire(self) -> None:
        """No address that was given so far is good any more."""
        self._tickets.clear()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """A connection, from its hello to its end."""
        ticket = request.query.get("ticket", "")
        if self.refuses:
            self.turned_away.set()
            return web.Response(status=503)
        if ticket not in self._tickets:
            return web.Response(status=403)
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse(autoping=False, timeout=1.0)
        await socket.prepare(request)
        connection = Connection(socket, request)
        if len(self.connections) >= CONNECTIONS_AT_MOST:
            await connection.send({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        await self._live(connection)
        return socket

    async def _live(self, connection: Connection) -> None:
        await connection.send(hello(len(self.connections) + 1))
        try:
            await self._join(connection)
            async for message in connection.socket:
                await self._read(connection, message)
        finally:
            for where in (self.connections, self.leaving):
                if connection in where:
                    where.remove(connection)
            for future in connection.waiting.values():
                future.cancel()

    async def _join(self, connection: Connection) -> None:
        self.connections.append(connection)
        self.ever += 1
        async with self.connected:
            self.connected.notify_all()
        self.on_connect()

    async def _read(self, connection: Connection, message: Any) -> None:
        if message.type is WSMsgType.PING:
            with suppress(ConnectionError):
                await connection.socket.pong(message.data)
        elif message.type is WSMsgType.PONG:
            connection.pongs += 1
        elif message.type is WSMsgType.TEXT:
            self._answered(connection, json.loads(message.data))

    def _answered(self, connection: Connection, answer: dict[str, Any]) -> None:
        """Notes the acknowledgement; one that comes late still ends the redelivery."""
        envelope_id = answer.get("envelope_id", "")
        if envelope_id in self._sent:
            self._sent.pop(envelope_id).acknowledged = True
        future = connection.waiting.get(envelope_id)
        if future is not None and not future.done():
            future.set_result(answer.get("payload"))

    async def send(self, delivery: Delivery) -> Ack:
        """Sends an envelope over one connection and waits for the answer."""
        started = time.monotonic()
        envelope = self._envelope(delivery)
        reason, payload = await self._ask(envelope)
        status = 0 if reason else 200
        return Ack(status, payload, time.monotonic() - started, delivery, reason)

    async def _ask(self, envelope: dict[str, Any]) -> tuple[str, Any]:
        """Why it failed, or what came back. A dropped connection is known at once."""
        if not self.connections:
            return "connection_failed", None
        connection = self.connections[next(self._in_turn) % len(self.connections)]
        envelope_id = envelope["envelope_id"]
        future = asyncio.get_running_loop().create_future()
        connection.waiting[envelope_id] = future
        try:
            if not await connection.send(envelope):
                return "connection_failed", None
            await asyncio.wait([future], timeout=self.patience)
        finally:
            del connection.waiting[envelope_id]
        if not future.done():
            return "http_timeout", None
        return ("connection_failed", None) if future.cancelled() else ("", future.result())

    def _envelope(self, delivery: Delivery) -> dict[str, Any]:
        envelope_id = str(UUID(int=next(self._numbers)))
        self._sent[envelope_id] = delivery
        envelope = {
            "envelope_id": envelope_id,
            "type": delivery.kind,
            "payload": delivery.payload,
            "accepts_response_payload": not delivery.is_event,
        }
        if delivery.is_event:
            envelope["retry_attempt"] = len(delivery.acks)
            envelope["retry_reason"] = "timeout" if delivery.acks else ""
        return envelope

    async def wait(self, connections: int = 1, *, ever: int = 0) -> None:
        """Waits until that many connections are open, and that many ever were.

        Raises TimeoutError after 30 seconds of real time.
        """
        async with asyncio.timeout(_WAITS_AT_MOST), self.connected:
            await self.connected.wait_for(
                lambda: len(self.connections) >= connections and self.ever >= ever
            )

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Asks every connection to come anew; after a warning the old ones still serve."""
        frame = {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-test"}}
        for connection in list(self.connections):
            if reason != "warning":
                self.connections.remove(connection)
                self.leaving.append(connection)
            await connection.send(frame)

    def drop(self) -> None:
        """Breaks every connection without a word."""
        for connection in (*self.connections, *self.leaving):
            connection.drop()
        self.connections.clear()

    def forget_addresses(self) -> None:
        """Lets every address that was given out and not used yet expire."""
        self._tickets.clear()

    async def sends_raw(self, frame: str) -> None:
        """Sends any text over every connection, be it no envelope or no JSON."""
        for connection in self.connections:
            await connection.socket.send_str(frame)

    async def ping(self) -> None:
        """Pings every connection; its `pongs` count the answers."""
        for connection in self.connections:
            await connection.socket.ping(b"Ping from applink-test")

    async def close(self) -> None:
        """Closes every connection."""
        for connection in (*self.connections, *self.leaving):
            await connection.socket.close()


def hello(connections: int) -> dict[str, Any]:
    """The first frame of a connection."""
    return {
        "type": "hello",
        "num_connections": connections,
        "connection_info": {"app_id": APP},
        "debug_info": {
            "host": "applink-test",
            "build_number": 1,
            "approximate_connection_time": 18060,
        },
    }
