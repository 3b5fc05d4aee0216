"""What a person types on the local page: shown as their own message, then handled."""

from __future__ import annotations

from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from bot.domain.inbound import Inbound, InboundKind
from bot.domain.message import Message, Reply, Text
from bot.local.messenger import BODY_FIELD
from bot.local.packing import pack
from bot.services.conversation import handle
from bot.services.kit import Kit


async def hear(kit: Kit, inbound: Inbound, now: datetime) -> Reply:
    """`bot.services.conversation.handle` with the thread kept: text becomes a bubble first.

    A repeat adds no second bubble. `external_id` is the person's id, as everywhere on this
    platform. Raises StorageUnavailable where nothing could be kept.
    """
    if inbound.kind is InboundKind.TEXT:
        if not inbound.text.strip():
            return Reply()
        await _keep(kit, inbound)
    return await handle(kit, inbound, now)


async def _keep(kit: Kit, inbound: Inbound) -> None:
    person, row = UUID(inbound.external_id), uuid5(NAMESPACE_URL, inbound.inbound_id)
    body = pack(Message("typed", inbound.text, (Text(inbound.text),)))
    vault = await kit.keys.vault([person])
    if not vault.knows(person):  # everything was erased: nothing is kept before a new start
        return
    sealed = vault.seal(person, row, BODY_FIELD, body)
    await kit.uow.write(
        lambda tx: tx.local_messages.put(
            message_id=row, person_id=person, author="person", sealed=sealed, at=inbound.at
        )
    )


def inbound_id(*parts: str) -> str:
    """The same for every delivery of one act: a hash of what the page sent."""
    return str(uuid5(NAMESPACE_URL, "\n".join(parts)))
