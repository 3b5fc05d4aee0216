"""What is recorded once a message went out, or once it certainly won't."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bot.domain.check_in import ANSWERABLE, EDITABLE, Asked, State
from bot.domain.delivery import Delivery
from bot.domain.occurrence import OccurrenceState
from bot.domain.ports.conversation_store import Named
from bot.domain.ports.unit_of_work import Tx
from bot.services import desk_items, expectations_messages
from bot.services.desk_items import NUDGES
from bot.services.places import settle_unsent, wake_waiting
from bot.services.scene import Composed

_OFFERS = frozenset({"welcome", "offer"})


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that the platform took at `at` (aware UTC), under the reference `ref`."""

    delivery: Delivery
    composed: Composed
    ref: str
    at: datetime


def before_sending(tx: Tx, composed: Iterable[Composed]) -> None:
    """While a message that names another reader is on its way, answers reach nobody: the person
    may be answering the one that is still on the screen.
    """
    tx.check_ins.conceal(_named(composed))


def sent(tx: Tx, taken: Sequence[Taken]) -> None:
    """At most one message of a person at a time."""
    occurrences = [t.delivery.occurrence_id for t in taken if t.delivery.occurrence_id is not None]
    tx.occurrences.set_state(occurrences, OccurrenceState.SENT)
    for each in taken:
        if each.delivery.kind == NUDGES:
            desk_items.sent(tx, each.delivery.facts)
        elif each.delivery.kind == expectations_messages.REPLY:
            expectations_messages.answered(tx, each.delivery, each.at)
    # An answer given to a message is stored with the readers it named.
    tx.check_ins.remember_shown(_named(t.composed for t in taken))
    _mark_asked(tx, taken)
    tx.read_log.add([reading for t in taken for reading in t.composed.readings])


def _named(composed: Iterable[Composed]) -> dict[UUID, Named]:
    shown = (c.shown for c in composed if c.shown is not None)
    return {c.id: Named(c.shown_manager_id, c.shown_ai) for c in shown}


def _mark_asked(tx: Tx, taken: Iterable[Taken]) -> None:
    """Typed text goes to the question asked last. Asking that very one again moves nothing, or
    words on their way meanwhile would fall back to the question before.
    """
    asking = _asking(taken)
    stored = tx.check_ins.questions(asking, (t.composed.asked_key for t in asking.values()))
    asked = [
        (check_in_id, question)
        for check_in_id, questions in stored.items()
        for question in questions
        if question.key == asking[check_in_id].composed.asked_key
        and question.state not in (Asked.ANSWERED, Asked.SKIPPED)
    ]
    again = {asking[id_].delivery.person_id for id_, question in asked if question.asked_at}
    last = set(tx.check_ins.last_asked(again, EDITABLE).values())
    tx.check_ins.mark_asked(
        [
            (id_, q.key, q.asked_at if q.asked_at and (id_, q.key) in last else asking[id_].at)
            for id_, q in asked
        ]
    )


def _asking(taken: Iterable[Taken]) -> dict[UUID, Taken]:
    """By check-in."""
    about = ((t.delivery.about_id, t) for t in taken if t.composed.asked_key)
    return {check_in_id: t for check_in_id, t in about if check_in_id is not None}


def perhaps_sent(tx: Tx, composed: Composed) -> None:
    """Its fate is unknown: the people it quotes are told that somebody may have got it."""
    tx.read_log.add([replace(reading, how="perhaps") for reading in composed.readings])


def lost(tx: Tx, delivery: Delivery) -> None:
    """Nobody will know whether it arrived: its occurrence says so."""
    if delivery.kind == NUDGES:
        desk_items.lost(tx, delivery.facts)
    if delivery.occurrence_id is not None and not delivery.kind.endswith("reminder"):
        settle_unsent(tx, delivery.occurrence_id, "unknown")


def dropped(tx: Tx, delivery: Delivery, reason: str, now: datetime) -> None:
    """A first message that never goes out ends its check-in, with the reason in sight."""
    if delivery.kind == NUDGES:
        desk_items.put_back(tx, delivery.facts, now)
        tx.desks.wake([delivery.person_id], now)
    if delivery.kind == expectations_messages.REPLY:
        expectations_messages.not_answered(tx, delivery)
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
