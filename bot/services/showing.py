"""A sent message as it would be drawn now, for a platform that asks before it shows it again."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import UUID

from bot.domain.check_in import CheckIn
from bot.domain.message import Message
from bot.domain.ports.conversation_store import Named
from bot.domain.ports.unit_of_work import Tx
from bot.services.batch import Batch
from bot.services.kit import Kit
from bot.services.quoted import people_of
from bot.services.scene import Composed


async def showing(kit: Kit, person_id: UUID, ref: str, now: datetime) -> Message | None:
    """What the message that the platform knows by `ref` says at `now` (aware UTC), whatever is
    still on its way to change it; answers it shows to somebody else are logged as displayed.

    It names the manager and the AI that were shown, though they are others by now: such a change
    is for delivery, which records it. None where it isn't this person's, must not be seen any
    more, or would name somebody who can't be named: the message is best left as it stands.
    """
    found = await _look(kit, person_id, ref, now, {person_id})
    if isinstance(found, set):  # it quotes others
        found = await _look(kit, person_id, ref, now, {person_id} | found)
    if not isinstance(found, Composed):
        return None
    is_as_shown = not found.readings or await kit.uow.write(partial(_log, composed=found))
    return found.message if is_as_shown else None


async def _look(
    kit: Kit, person_id: UUID, ref: str, now: datetime, people: set[UUID]
) -> Composed | set[UUID] | None:
    """The message, of one moment; or whose keys it needs besides those of `people`."""
    batch = Batch(kit, await kit.keys.vault(people), now)

    def read(tx: Tx) -> Composed | set[UUID] | None:
        newest = tx.queue.showing(person_id, ref)
        if newest is None:
            return None
        if missing := people_of(tx, [newest]) - people:
            return missing
        (composed,) = batch.composed(tx, [newest])
        if isinstance(composed, Composed) and not _is_as_shown(tx, composed):
            (composed,) = batch.composed(tx, [newest], _as_recorded(tx, composed))
        return composed if isinstance(composed, Composed) and _is_as_shown(tx, composed) else None

    return await kit.uow.read(read)


def _log(tx: Tx, composed: Composed) -> bool:
    """Logs what it shows, unless it would name others by now."""
    is_as_shown = _is_as_shown(tx, composed)
    if is_as_shown:
        tx.read_log.add(composed.readings)
    return is_as_shown


def _is_as_shown(tx: Tx, composed: Composed) -> bool:
    """Whether it names the manager and the AI that delivery recorded, and nobody else."""
    named = composed.shown
    if named is None:
        return True
    stored = tx.check_ins.get(named.id)
    if stored is None or _named(stored) != _named(named):
        return False
    # While a message that names others is on its way, or is lost, nobody is recorded: what stands
    # on the screen names somebody all the same.
    return _names_all(tx, named) or not _is_concealed(tx, stored)


def _named(check_in: CheckIn) -> Named:
    return Named(check_in.shown_manager_id, check_in.shown_ai)


def _names_all(tx: Tx, named: CheckIn) -> bool:
    """Whether none of those that a message can name is missing."""
    uses_ai = bool(tx.organisations.policy().ai.label)
    return named.shown_manager_id is not None and (bool(named.shown_ai) or not uses_ai)


def _is_concealed(tx: Tx, check_in: CheckIn) -> bool:
    return any(message.is_unsure for message in tx.queue.about(check_in.id))


def _as_recorded(tx: Tx, composed: Composed) -> dict[UUID, Named]:
    """Whom its check-in's messages named last, by the person whom it asks."""
    stored = tx.check_ins.get(composed.shown.id) if composed.shown else None
    if stored is None or stored.shown_manager_id is None:
        return {}
    return {stored.person_id: _named(stored)}
