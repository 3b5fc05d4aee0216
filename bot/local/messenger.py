"""The local platform as delivery sees it: a message sent is a row the page shows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.delivery import Address, Lookup, Outcome, Recovery, RetryAt, Sent, Skipped
from bot.domain.message import Message
from bot.domain.ports.clock import Clock
from bot.domain.ports.unit_of_work import StorageUnavailable, Tx, UnitOfWork
from bot.domain.ports.vault import Erased, KeyRing
from bot.local.packing import pack
from bot.services.sealing import LOCAL_FIELD

PLATFORM = "local"
BODY_FIELD = LOCAL_FIELD
_SOON = timedelta(seconds=5)
Step = Callable[[], Awaitable[Outcome]]


class LocalMessenger:
    """The Messenger port. A message's id is its delivery's, so that sending twice is harmless."""

    def __init__(self, uow: UnitOfWork, keys: KeyRing, clock: Clock) -> None:
        self._uow = uow
        self._keys = keys
        self._clock = clock

    @property
    def platform(self) -> str:
        return PLATFORM

    @property
    def recovery(self) -> Recovery:
        return Recovery.RESEND

    async def post(self, address: Address, message: Message, delivery_id: UUID) -> Outcome:
        person, now = UUID(address.external_id), self._clock.now()

        async def put() -> Outcome:
            sealed = await self._sealed(person, delivery_id, message)
            await self._uow.write(
                lambda tx: tx.local_messages.put(
                    message_id=delivery_id, person_id=person, author="bot", sealed=sealed, at=now
                )
            )
            return Sent(str(delivery_id), now)

        return await self._outcome(put, now)

    async def update(
        self,
        address: Address,
        ref: str,
        message: Message,
        delivery_id: UUID,  # noqa: ARG002 - the port's signature; `ref` names the message
    ) -> Outcome:
        person, row, now = UUID(address.external_id), UUID(ref), self._clock.now()

        async def replace() -> Outcome:
            sealed = await self._sealed(person, row, message)
            return await self._change(ref, lambda tx: tx.local_messages.replace(row, sealed, now))

        return await self._outcome(replace, now)

    async def delete(
        self,
        address: Address,  # noqa: ARG002 - the port's signature
        ref: str,
        delivery_id: UUID,  # noqa: ARG002 - the same
    ) -> Outcome:
        now = self._clock.now()

        async def delete() -> Outcome:
            return await self._change(ref, lambda tx: tx.local_messages.delete(UUID(ref), now))

        return await self._outcome(delete, now)

    async def find(
        self,
        address: Address,  # noqa: ARG002 - the port's signature
        delivery_id: UUID,
    ) -> Sent | Lookup:
        try:
            found = await self._uow.read(lambda tx: tx.local_messages.exists(delivery_id))
        except StorageUnavailable:
            return Lookup.UNSURE
        return Sent(str(delivery_id)) if found else Lookup.ABSENT

    async def _sealed(self, person: UUID, row: UUID, message: Message) -> bytes:
        vault = await self._keys.vault([person])
        return vault.seal(person, row, BODY_FIELD, pack(message))

    async def _change(self, ref: str, change: Callable[[Tx], bool]) -> Outcome:
        return Sent(ref) if await self._uow.write(change) else Skipped("gone")

    async def _outcome(self, step: Step, now: datetime) -> Outcome:
        try:
            return await step()
        except Erased:
            return Skipped("erased")
        except StorageUnavailable:
            return RetryAt(now + _SOON, "storage_unavailable")
