"""What goes to the application: one delivery, tried as often as it takes, over either way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

RETRIES_AT_MOST = 3
"""Source: docs.slack.dev, Events API, "Retries"."""


@dataclass(frozen=True, slots=True)
class Ack:
    """What came back from the application for one try.

    `status` is the HTTP status, 200 for an acknowledgement over the socket, 0 where nothing came;
    `reason` is what Slack calls the failure: http_timeout, http_error or connection_failed.
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
    """An event, an interaction or a slash command; `kind` is named as in Socket Mode."""

    kind: str
    payload: dict[str, Any]
    acks: list[Ack] = field(default_factory=list)
    acknowledged: bool = False
    no_retry: bool = False
    is_under_way: bool = False

    @property
    def reason(self) -> str:
        """Why the last try failed."""
        return self.acks[-1].reason if self.acks else ""

    @property
    def is_event(self) -> bool:
        """Slack tries only events again."""
        return self.kind == "events_api"

    @property
    def is_open(self) -> bool:
        """Whether Slack would try it again."""
        return self.is_event and not (self.acknowledged or self.no_retry or self.is_under_way)


class Way(Protocol):
    """HTTP or Socket Mode."""

    async def send(self, delivery: Delivery) -> Ack:
        """Tries once. Never raises: what fails is told by the acknowledgement."""
        ...


@dataclass
class Deliveries:
    """Everything that was sent, in order, and what is still without an acknowledgement."""

    way: Way
    retry_delays: Sequence[float] = ()
    """Seconds of real time before each automatic retry of an event; none is the default."""
    sent: list[Delivery] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def unacknowledged(self) -> list[Delivery]:
        """Events that the application never acknowledged, oldest first."""
        return [delivery for delivery in self.sent if delivery.is_open]

    async def send(self, kind: str, payload: dict[str, Any]) -> Ack:
        """Delivers something new; a failed event is tried again as `retry_delays` say."""
        delivery = Delivery(kind, payload)
        self.sent.append(delivery)
        ack = await self.attempt(delivery)
        if delivery.is_event and not ack.acknowledged:
            self.later(self._retry(delivery))
        return ack

    async def attempt(self, delivery: Delivery) -> Ack:
        """Tries once more, whatever became of it before."""
        delivery.is_under_way = True
        try:
            ack = await self.way.send(delivery)
        finally:
            delivery.is_under_way = False
        delivery.acks.append(ack)
        delivery.acknowledged |= ack.acknowledged
        return ack

    async def again(self) -> list[Ack]:
        """Tries every event once more that has no acknowledgement."""
        return [await self.attempt(d) for d in self.unacknowledged if d.is_open]

    async def _retry(self, delivery: Delivery) -> None:
        for delay in self.retry_delays[:RETRIES_AT_MOST]:
            await asyncio.sleep(delay)
            if delivery.is_open:
                await self.attempt(delivery)

    def later(self, work: Any) -> None:
        """Runs something beside; it is awaited by `settle` and cancelled by `close`."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Waits until nothing is under way any more."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """Gives up what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
