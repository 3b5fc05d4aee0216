"""The hands of a demo's people, and what they mean to do and when."""

from __future__ import annotations

import heapq
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from bot.demo.pair_script import PairScript
from bot.demo.script import Turn
from bot.domain.inbound import Inbound, InboundKind
from bot.domain.message import Button, Form, Panel, Reply

Do = Callable[[datetime], Awaitable[None]]
Handle = Callable[[Inbound, datetime], Awaitable[Reply]]


@dataclass
class Actor:
    """One person of the demo and where they are in their script.

    turns: by week. pairs: by the id of whoever they meet. acted: the check-ins they began.
    """

    person_id: UUID
    email: str
    zone: ZoneInfo
    turns: Mapping[int, Turn]
    pairs: Mapping[UUID, PairScript] = field(default_factory=dict)
    engaged: bool = False
    acted: set[str] = field(default_factory=set)
    put_off: set[str] = field(default_factory=set)
    afterwards: list[tuple[str, str]] = field(default_factory=list)
    taken_back: set[str] = field(default_factory=set)


class Diary:
    """What everybody means to do, in the order of its time."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Do]] = []
        self._order = count()

    @property
    def next_at(self) -> datetime | None:
        return self._heap[0][0] if self._heap else None

    def at(self, moment: datetime, do: Do) -> None:
        """moment: aware UTC."""
        heapq.heappush(self._heap, (moment, next(self._order), do))

    async def act(self, now: datetime) -> None:
        """Does what is due at `now`."""
        while self._heap and self._heap[0][0] <= now:
            _, _, do = heapq.heappop(self._heap)
            await do(now)


class Hands:
    """Press, type and send, through the same door as every platform: `handle`."""

    def __init__(self, handle: Handle, installation_id: UUID) -> None:
        self._handle = handle
        self._installation = installation_id

    async def press(self, actor: Actor, found: Button, now: datetime, pressed: str = "") -> Reply:
        return await self._send(
            actor,
            now,
            kind=InboundKind.PRESS,
            action=found.action,
            value=found.value,
            pressed=pressed,
        )

    async def open(self, actor: Actor, found: Button, now: datetime) -> Form:
        """Raises LookupError where it opens no form."""
        reply = await self.press(actor, found, now)
        if isinstance(reply.view, Form):
            return reply.view
        raise LookupError(f"{found.action} opened no form for {actor.email}")

    async def look(self, actor: Actor, found: Button, now: datetime) -> Panel:
        """Raises LookupError where it opens no panel."""
        reply = await self.press(actor, found, now)
        if isinstance(reply.view, Panel):
            return reply.view
        raise LookupError(f"{found.action} opened no panel for {actor.email}")

    async def submit(
        self, actor: Actor, form: Form, fields: Mapping[str, str], now: datetime
    ) -> Reply:
        return await self._send(
            actor,
            now,
            kind=InboundKind.FORM,
            action=form.action,
            value=form.value,
            fields=fields,
        )

    async def type(self, actor: Actor, text: str, now: datetime) -> Reply:
        return await self._send(actor, now, kind=InboundKind.TEXT, text=text)

    async def _send(self, actor: Actor, now: datetime, **what: object) -> Reply:
        inbound = Inbound(
            installation_id=self._installation,
            external_id=str(actor.person_id),
            inbound_id=str(uuid4()),
            at=now,
            **what,  # type: ignore[arg-type]  # the fields of one kind of act, by name
        )
        return await self._handle(inbound, now)
