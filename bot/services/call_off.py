"""Take back what was still to reach people who can't get or give anything any more."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bot.domain.check_in import ANSWERABLE, Asked, CheckIn, State
from bot.domain.occurrence import OccurrenceState
from bot.domain.ports.unit_of_work import Tx

_MOST_OPEN = 1_000


def call_off(tx: Tx, people: Collection[UUID], reason: str, now: datetime) -> None:
    """Cancels what is queued for them and their open check-ins; all say `reason` (a code).

    What they answered stays. `now` is aware UTC.
    """
    if not people:
        return
    tx.people.lock_many(people)  # an answer that comes in now is finished first
    tx.queue.cancel(people, reason, now)
    tx.occurrences.give_up(people, reason)
    for person_id in people:
        _cancel_check_ins(tx, person_id, reason)


def _cancel_check_ins(tx: Tx, person_id: UUID, reason: str) -> None:
    for check_in in tx.check_ins.of_person(person_id, ANSWERABLE, limit=_MOST_OPEN):
        cancelled = replace(_without_choice(check_in), state=State.CANCELLED, wake_at=None)
        tx.check_ins.save(cancelled)
        occurrence = tx.occurrences.get(check_in.occurrence_id)
        if occurrence is not None and occurrence.state is not OccurrenceState.SENT:
            tx.occurrences.set_state([occurrence.id], OccurrenceState.SKIPPED, reason)


def _without_choice(check_in: CheckIn) -> CheckIn:
    """No model is asked for a follow-up question that nobody gets."""
    found = check_in.follow_up()
    if found is None or found.state is not Asked.CHOOSING:
        return check_in
    return check_in.with_question(replace(found, state=Asked.SKIPPED))
