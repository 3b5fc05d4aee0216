"""Messages that quoted what is erased now: brought up to date, or taken away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from bot.domain.delivery import DeliveryState, NewDelivery
from bot.domain.people import Person
from bot.domain.ports.conversation_store import Released
from bot.domain.ports.queue_store import Reading, SentMessage
from bot.services import outgoing
from bot.services.act import Act
from bot.services.desk_items import NUDGES

SPACED = timedelta(seconds=1)
"""Between two of many: other people's replies go in between."""

_QUOTING = frozenset(
    {
        "offer",
        "reminder",
        "question",
        "receipt",
        "handover",
        "promise_made",
        "promise_due",
        "promise_question",
    }
)
"""Kinds of messages that tell people what they, or the two of them, wrote."""

_QUOTING_NOTES = frozenset({"help_contact"})


def bring_up_to_date(act: Act, released: Sequence[Released], readings: Sequence[Reading]) -> None:
    """Queues an update of every summary and every manager's nudges that held the answers.

    readings: who was shown them, as the read log said.
    """
    act.tx.queue.enqueue(_spaced([*_summaries(act, released), *_nudges(act, readings)]))


def take_away(act: Act) -> None:
    """Deletes what quotes the person on their own screen. What they typed is not ours to delete."""
    quoting = (message for message in act.tx.queue.shown_to(act.person.id) if _quotes(message))
    because, now = act.inbound_id, act.now
    removals = [outgoing.erased(act.person, message.id, because, now) for message in quoting]
    act.tx.queue.enqueue(_spaced(removals))


def _quotes(message: SentMessage) -> bool:
    return message.kind in _QUOTING or message.facts.get("code") in _QUOTING_NOTES


def _summaries(act: Act, released: Sequence[Released]) -> Iterator[NewDelivery]:
    """One that was never tried is composed when it is sent."""
    managers = {f"summary:{each.summary_id}": each.manager_id for each in released}
    for cause, message in act.tx.queue.of_causes(managers).items():
        if message.may_be_read:
            yield _update(act, managers[cause], "summary_redraw", message)


def _nudges(act: Act, readings: Sequence[Reading]) -> Iterator[NewDelivery]:
    """Those that showed the answers as the log says, and those on their way."""
    readers = {reading.reader_id for reading in readings}
    manager = act.tx.people.manager_of(act.person.id, act.now)
    people = act.tx.people.many(readers | ({manager.id} if manager else set()))
    for reader in people.values():
        days = _days(reader, readings)
        for message in act.tx.queue.about(reader.id):
            if _shows(message, act.person.id, days):
                yield _update(act, reader.id, "nudges_redraw", message)


def _days(reader: Person, readings: Iterable[Reading]) -> set[str]:
    mine = (reading.at for reading in readings if reading.reader_id == reader.id)
    return {at.astimezone(reader.zone).date().isoformat() for at in mine}


def _shows(message: SentMessage, person_id: UUID, days: set[str]) -> bool:
    if message.kind != NUDGES or not message.may_be_read:
        return False
    if str(person_id) not in message.facts.get("subjects", "").split():
        return False
    return message.state is not DeliveryState.SENT or message.about_key in days


def _update(act: Act, reader_id: UUID, kind: str, message: SentMessage) -> NewDelivery:
    facts: Mapping[str, str] = dict(message.facts)
    company, because = act.person.organisation_id, act.inbound_id
    return outgoing.update(company, reader_id, kind, message.id, because, act.now, facts)


def _spaced(messages: Sequence[NewDelivery]) -> list[NewDelivery]:
    return [
        replace(message, not_before=message.not_before + number * SPACED)
        for number, message in enumerate(messages)
    ]
