"""A sent message as it would be drawn now, for a platform that asks before it shows it again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bot.domain.message import Message
from bot.domain.ports.unit_of_work import Tx
from bot.services.batch import Batch
from bot.services.kit import Kit
from bot.services.quoted import people_in
from bot.services.scene import Composed


async def showing(kit: Kit, person_id: UUID, ref: str, now: datetime) -> Message | None:
    """What the message that the platform knows by `ref` says at `now` (aware UTC), whatever is
    still on its way to change it; answers it shows to somebody else are logged as displayed.

    None where it isn't this person's, must not be seen any more, or would name another reader
    than the one that was shown: such a change is for delivery, which records it.
    """
    newest = await kit.uow.read(lambda tx: tx.queue.showing(person_id, ref))
    if newest is None:
        return None
    batch = Batch(kit, await kit.keys.vault(await people_in(kit, [newest])), now)
    try:
        composed = await batch.compose(newest)
    finally:
        await batch.end()
    if not isinstance(composed, Composed):
        return None
    is_as_shown = await kit.uow.write(lambda tx: _log(tx, composed))
    return composed.message if is_as_shown else None


def _log(tx: Tx, composed: Composed) -> bool:
    """Whether it names nobody but the readers that delivery recorded."""
    named = composed.shown
    if named is not None:
        stored = tx.check_ins.get(named.id)
        if stored is None or stored.shown_manager_id != named.shown_manager_id:
            return False
    tx.read_log.add(composed.readings)
    return True
