"""What is recorded once a message went out, or once it certainly won't."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bot.domain.check_in import ANSWERABLE, State
from bot.domain.delivery import Delivery
from bot.domain.occurrence import OccurrenceState
from bot.domain.ports.unit_of_work import Tx
from bot.services.scene import Composed

_OFFERS = frozenset({"welcome", "offer"})


def remember_audience(tx: Tx, composed: Composed) -> None:
    """Keeps the readers the message names: an answer given to it is stored with them."""
    if composed.shown is None:
        return
    current = tx.check_ins.get(composed.shown.id)
    if current is None:
        return
    shown_id = composed.shown.shown_manager_id
    if not current.audience_shown or current.shown_manager_id != shown_id:
        tx.check_ins.save(replace(current, shown_manager_id=shown_id, audience_shown=True))


def sent(tx: Tx, delivery: Delivery, composed: Composed, now: datetime) -> None:
    """`now` (aware UTC) is when the platform took it."""
    if delivery.occurrence_id is not None:
        tx.occurrences.set_state([delivery.occurrence_id], OccurrenceState.SENT)
    if composed.asked_key and delivery.about_id is not None:
        tx.check_ins.mark_asked(delivery.about_id, composed.asked_key, now)
    if delivery.kind == "thanks" and delivery.about_id is not None:
        _thanked(tx, delivery.about_id, now)
    tx.read_log.add(composed.readings)


def _thanked(tx: Tx, check_in_id: UUID, now: datetime) -> None:
    check_in = tx.check_ins.get(check_in_id)
    if check_in is not None and check_in.state is State.DONE:
        tx.check_ins.save(replace(check_in, completed_at=now))


def dropped(tx: Tx, delivery: Delivery, reason: str) -> None:
    """A first message that never goes out ends its check-in, with the reason in sight."""
    if delivery.occurrence_id is None:
        return
    if delivery.kind in _OFFERS:
        _cancel_check_in(tx, delivery, reason)
    elif not delivery.kind.endswith("reminder"):
        tx.occurrences.set_state([delivery.occurrence_id], OccurrenceState.SKIPPED, reason)


def _cancel_check_in(tx: Tx, delivery: Delivery, reason: str) -> None:
    check_in = tx.check_ins.get(delivery.about_id) if delivery.about_id else None
    if check_in is None or check_in.state not in ANSWERABLE or check_in.state is State.SNOOZED:
        return
    was_seen = any(q.asked_at for q in check_in.questions)
    if was_seen or delivery.occurrence_id is None:
        return
    tx.check_ins.save(replace(check_in, state=State.CANCELLED, wake_at=None))
    tx.occurrences.set_state([delivery.occurrence_id], OccurrenceState.SKIPPED, reason)
    wake_waiting(tx, check_in.person_id)


def wake_waiting(tx: Tx, person_id: UUID) -> None:
    """Whoever waited behind a cancelled check-in is looked at again at once."""
    for waiting in tx.check_ins.of_person(person_id, [State.WAITING])[:1]:
        tx.check_ins.save(replace(waiting, wake_at=waiting.opened_at))
