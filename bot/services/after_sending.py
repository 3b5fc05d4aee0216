"""What is recorded once a message went out, or once it certainly won't."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bot.domain.check_in import ANSWERABLE, EDITABLE, Asked, CheckIn, State
from bot.domain.delivery import Delivery
from bot.domain.occurrence import OccurrenceState
from bot.domain.ports.unit_of_work import Tx
from bot.services.places import settle_unsent, wake_waiting
from bot.services.scene import Composed

_OFFERS = frozenset({"welcome", "offer"})


def before_sending(tx: Tx, composed: Composed) -> None:
    """While a message that names another reader is on its way, answers reach nobody: the person
    may be answering the one that is still on the screen.
    """
    current = tx.check_ins.get(composed.shown.id) if composed.shown else None
    if current is None or composed.shown is None or not current.audience_shown:
        return
    if current.shown_manager_id != composed.shown.shown_manager_id:
        tx.check_ins.save(replace(current, shown_manager_id=None))


def sent(tx: Tx, delivery: Delivery, composed: Composed, now: datetime) -> None:
    """`now` (aware UTC) is when the platform took it."""
    if delivery.occurrence_id is not None:
        tx.occurrences.set_state([delivery.occurrence_id], OccurrenceState.SENT)
    asks = bool(composed.asked_key and delivery.about_id)
    editable = tx.check_ins.of_person(delivery.person_id, EDITABLE) if asks else ()
    _remember_audience(tx, composed, editable)
    if asks:
        current = _one(tx, delivery.about_id, editable)
        _mark_asked(tx, current, editable, composed.asked_key, now)
    tx.read_log.add(composed.readings)


def _one(tx: Tx, check_in_id: UUID | None, known: Sequence[CheckIn]) -> CheckIn | None:
    """A check-in, read only where it is not `known`."""
    found = next((check_in for check_in in known if check_in.id == check_in_id), None)
    return found or (tx.check_ins.get(check_in_id) if check_in_id else None)


def _remember_audience(tx: Tx, composed: Composed, known: Sequence[CheckIn]) -> None:
    """Keeps the readers the message named: an answer given to it is stored with them."""
    current = _one(tx, composed.shown.id, known) if composed.shown else None
    if current is None or composed.shown is None:
        return
    shown_id = composed.shown.shown_manager_id
    if not current.audience_shown or current.shown_manager_id != shown_id:
        tx.check_ins.save(replace(current, shown_manager_id=shown_id, audience_shown=True))


def _mark_asked(
    tx: Tx, current: CheckIn | None, editable: Sequence[CheckIn], key: str, now: datetime
) -> None:
    """Typed text goes to the question asked last. Asking that very one again moves nothing, or
    words on their way meanwhile would fall back to the question before.
    """
    if current is None or current.asked(key).state in (Asked.ANSWERED, Asked.SKIPPED):
        return
    asked = [
        (question.asked_at, check_in.id, question.key)
        for check_in in editable
        for question in check_in.questions
        if question.asked_at is not None
    ]
    latest = max(asked, key=lambda a: a[0], default=None)
    if latest and latest[1:] == (current.id, key):
        now = latest[0]
    tx.check_ins.mark_asked(current.id, key, now)


def perhaps_sent(tx: Tx, composed: Composed) -> None:
    """Its fate is unknown: the people it quotes are told that somebody may have got it."""
    tx.read_log.add([replace(reading, how="perhaps") for reading in composed.readings])


def lost(tx: Tx, delivery: Delivery) -> None:
    """Nobody will know whether it arrived: its occurrence says so."""
    if delivery.occurrence_id is not None and not delivery.kind.endswith("reminder"):
        settle_unsent(tx, delivery.occurrence_id, "unknown")


def dropped(tx: Tx, delivery: Delivery, reason: str, now: datetime) -> None:
    """A first message that never goes out ends its check-in, with the reason in sight."""
    if delivery.occurrence_id is None:
        return
    if delivery.kind in _OFFERS:
        _cancel_check_in(tx, delivery, reason, now)
    elif not delivery.kind.endswith("reminder"):
        tx.occurrences.set_state([delivery.occurrence_id], OccurrenceState.SKIPPED, reason)


def _cancel_check_in(tx: Tx, delivery: Delivery, reason: str, now: datetime) -> None:
    check_in = tx.check_ins.get(delivery.about_id) if delivery.about_id else None
    if check_in is None or delivery.occurrence_id is None or check_in.state is State.SNOOZED:
        return
    if check_in.state not in ANSWERABLE:
        settle_unsent(tx, delivery.occurrence_id, reason)
        return
    if any(q.asked_at for q in check_in.questions):
        return
    tx.check_ins.save(replace(check_in, state=State.CANCELLED, wake_at=None))
    tx.occurrences.set_state([delivery.occurrence_id], OccurrenceState.SKIPPED, reason)
    wake_waiting(tx, check_in.person_id, now)
