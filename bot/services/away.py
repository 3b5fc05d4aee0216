"""What a chat platform says of a manager's absence: until when, and nothing of its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bot.domain.ports.desk_store import Desk
from bot.domain.ports.unit_of_work import Tx, UnitOfWork


async def note(
    uow: UnitOfWork, installation_id: UUID, external_id: str, until: datetime | None, now: datetime
) -> None:
    """Keeps that the account's owner is away until then (aware UTC), or is back (None).

    Of managers alone, as their nudges wait for them; of anybody else nothing is kept.
    """

    def write(tx: Tx) -> None:
        person = tx.people.by_identity(installation_id, external_id)
        if person is None or not tx.people.managing([person.id], now):
            return
        desk = tx.desks.lock(person.id) or Desk(person.id, None, None)
        if desk.away_until != until:
            tx.desks.put(replace(desk, away_until=until))
            tx.desks.wake([person.id], now)

    await uow.write(write)
