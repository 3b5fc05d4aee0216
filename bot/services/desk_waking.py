"""Desks to be looked at again: a manager's own, and that of whoever is reminded in their place."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from bot.domain.ports.unit_of_work import Tx


def wake(tx: Tx, managers: Iterable[UUID], now: datetime) -> None:
    """Something about these managers' meetings changed at `now` (aware UTC)."""
    changed = set(managers)
    standing_in = (each for each in tx.desks.stand_ins(changed) if each.holds_at(now))
    tx.desks.wake({*changed, *(each.acting_id for each in standing_in)}, now)
