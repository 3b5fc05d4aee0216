"""What goes to the application: one activity, posted as often as it takes."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

PATIENCE = 15.0
"""Seconds of real time that an answer may take. Source: learn.microsoft.com, "Bot basics"."""


@dataclass(frozen=True, slots=True)
class Ack:
    """What came back from the application for one try.

    `status` is 0 where nothing came; `reason` is then timeout or connection_failed.
    """

    status: int
    body: Any
    seconds: float
    delivery: Delivery
    reason: str = ""

    @property
    def acknowledged(self) -> bool:
        """Whether the application said that it has it, in time."""
        return not self.reason and 200 <= self.status < 300


@dataclass(slots=True, eq=False)
class Delivery:
    """An activity, and what was answered each time."""

    activity: dict[str, Any]
    acks: list[Ack] = field(default_factory=list)


Bearer = Callable[[dict[str, Any]], str]


@dataclass
class Deliveries:
    """Posts to `url` with a token of `bearer`; everything that was sent, in order."""

    bearer: Bearer
    url: str = ""
    patience: float = PATIENCE
    sent: list[Delivery] = field(default_factory=list)
    _session: aiohttp.ClientSession | None = field(default=None, repr=False)

    async def send(self, activity: dict[str, Any]) -> Ack:
        """Delivers something new."""
        delivery = Delivery(activity)
        self.sent.append(delivery)
        return await self.attempt(delivery)

    async def attempt(self, delivery: Delivery) -> Ack:
        """Tries once more, unchanged but for the token, whatever became of it before."""
        headers = {"Authorization": self.bearer(delivery.activity)}
        body = json.dumps(delivery.activity).encode()
        ack = await self.post(body, headers=headers, delivery=delivery)
        delivery.acks.append(ack)
        return ack

    async def post(
        self, body: bytes, *, headers: dict[str, str], delivery: Delivery | None = None
    ) -> Ack:
        """Posts any body with any headers. Never raises: what fails is told by the answer."""
        started = time.monotonic()
        delivery = delivery or Delivery({})
        sent = {"Content-Type": "application/json; charset=utf-8"} | headers
        timeout = aiohttp.ClientTimeout(total=self.patience)
        how: dict[str, Any] = {"data": body, "headers": sent, "timeout": timeout}
        try:
            async with self._client().post(self.url, **how) as response:
                answer = await response.text()
        except TimeoutError:
            return Ack(0, None, time.monotonic() - started, delivery, "timeout")
        except (aiohttp.ClientError, ConnectionError):
            return Ack(0, None, time.monotonic() - started, delivery, "connection_failed")
        return Ack(response.status, _decoded(answer), time.monotonic() - started, delivery)

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session

    async def close(self) -> None:
        """Closes every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None
            await asyncio.sleep(0)


def _decoded(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text
