"""A platform as delivery sees it."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from bot.domain.delivery import Address, Lookup, Outcome, Recovery, RetryAt, Sent
from bot.domain.message import Message


class Messenger(Protocol):
    """One platform. `delivery_id` travels with the message so that it can be found again.

    Implementations never retry by themselves and never raise for what the platform answers:
    they return an outcome, and delivery decides.
    """

    @property
    def platform(self) -> str: ...

    @property
    def recovery(self) -> Recovery: ...

    async def post(self, address: Address, message: Message, delivery_id: UUID) -> Outcome: ...

    async def update(
        self, address: Address, ref: str, message: Message, delivery_id: UUID
    ) -> Outcome: ...

    async def delete(self, address: Address, ref: str, delivery_id: UUID) -> Outcome: ...

    async def find(self, address: Address, delivery_id: UUID) -> Sent | Lookup | RetryAt:
        """Looks a message up by the delivery id it carried; RetryAt where it can't look now, and
        that is no failed attempt.
        """
        ...
