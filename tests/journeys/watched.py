"""A platform's messenger, watched: what newly arrived at whom, and what each message says now."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from bot.domain.delivery import Address, Lookup, Outcome, Recovery, RetryAt, Sent
from bot.domain.message import Message
from bot.domain.ports.messenger import Messenger


class Watcher(Protocol):
    """What wants to know of it."""

    def posted(self, external_id: str, ref: str, message: Message, *, is_new: bool) -> None:
        """The messenger sent it, for the first time or not."""
        ...

    def changed(self, ref: str, message: Message) -> None: ...


class Watched:
    """The messenger itself in everything else. `seen` holds the deliveries that arrived before."""

    def __init__(self, messenger: Messenger, watcher: Watcher, seen: set[UUID]) -> None:
        self._messenger = messenger
        self._watcher = watcher
        self._seen = seen

    @property
    def platform(self) -> str:
        return self._messenger.platform

    @property
    def recovery(self) -> Recovery:
        return self._messenger.recovery

    async def post(self, address: Address, message: Message, delivery_id: UUID) -> Outcome:
        outcome = await self._messenger.post(address, message, delivery_id)
        if isinstance(outcome, Sent):
            is_new = delivery_id not in self._seen
            self._seen.add(delivery_id)
            self._watcher.posted(address.external_id, outcome.ref, message, is_new=is_new)
        return outcome

    async def update(
        self, address: Address, ref: str, message: Message, delivery_id: UUID
    ) -> Outcome:
        outcome = await self._messenger.update(address, ref, message, delivery_id)
        if isinstance(outcome, Sent):
            self._watcher.changed(ref, message)
        return outcome

    async def delete(self, address: Address, ref: str, delivery_id: UUID) -> Outcome:
        return await self._messenger.delete(address, ref, delivery_id)

    async def find(self, address: Address, delivery_id: UUID) -> Sent | Lookup | RetryAt:
        return await self._messenger.find(address, delivery_id)
