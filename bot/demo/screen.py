"""What reaches people's screens during a demo, seen from outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from bot.domain.delivery import Address, Lookup, Outcome, Recovery, RetryAt, Sent
from bot.domain.message import Message
from bot.domain.ports.messenger import Messenger

Arrived = Callable[[UUID, Message], None]


@dataclass
class Screen:
    """A messenger that passes everything on and tells what newly arrived at whom."""

    messenger: Messenger
    arrived: Arrived
    posts: int = 0
    seen: set[UUID] = field(default_factory=set)

    @property
    def platform(self) -> str:
        return self.messenger.platform

    @property
    def recovery(self) -> Recovery:
        return self.messenger.recovery

    async def post(self, address: Address, message: Message, delivery_id: UUID) -> Outcome:
        outcome = await self.messenger.post(address, message, delivery_id)
        if isinstance(outcome, Sent) and delivery_id not in self.seen:
            self.seen.add(delivery_id)
            self.posts += 1
            self.arrived(UUID(address.external_id), message)
        return outcome

    async def update(
        self, address: Address, ref: str, message: Message, delivery_id: UUID
    ) -> Outcome:
        return await self.messenger.update(address, ref, message, delivery_id)

    async def delete(self, address: Address, ref: str, delivery_id: UUID) -> Outcome:
        return await self.messenger.delete(address, ref, delivery_id)

    async def find(self, address: Address, delivery_id: UUID) -> Sent | Lookup | RetryAt:
        return await self.messenger.find(address, delivery_id)
