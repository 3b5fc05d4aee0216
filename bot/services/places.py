"""Who holds the conversation's place, and what became of offers that never went out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bot.domain.check_in import State
from bot.domain.occurrence import OccurrenceState
from bot.domain.ports.unit_of_work import Tx


def wake_waiting(tx: Tx, person_id: UUID, at: datetime) -> None:
    """Whoever waits for the place is looked at again at `at` (aware UTC), the one that closes
    first before the others.
    """
    waiting = tx.check_ins.of_person(person_id, [State.WAITING])
    for check_in in sorted(waiting, key=lambda c: c.closes_at)[:1]:
        tx.check_ins.save(replace(check_in, wake_at=at))


def settle_unsent(tx: Tx, occurrence_id: UUID, reason: str) -> None:
    """An occurrence whose message never went out, and now never will, says why."""
    occurrence = tx.occurrences.get(occurrence_id)
    if occurrence is not None and occurrence.state is OccurrenceState.QUEUED:
        tx.occurrences.set_state([occurrence_id], OccurrenceState.SKIPPED, reason)
