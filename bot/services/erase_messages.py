"""Messages that quoted what is erased now: brought up to date, or taken away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.delivery import DeliveryState, NewDelivery
from bot.domain.expectations import Question
from bot.domain.people import Person
from bot.domain.ports.queue_store import Reading, SentMessage
from bot.domain.ports.summary_store import Released
from bot.domain.ports.unit_of_work import Tx
from bot.services import expectations, outgoing
from bot.services.desk_items import NUDGES

SPACED = timedelta(seconds=1)
"""Between two of many: other people's replies go in between."""

_QUOTING = frozenset(
    {
        "offer",
        "reminder",
        "question",
        "receipt",
        "thanks",
        "handover",
        "promise_made",
        "promise_due",
        "promise_question",
    }
)
"""Kinds of messages that tell people what they, or the two of them, wrote."""

_QUOTING_NOTES = frozenset({"help_contact"})


@dataclass(frozen=True, slots=True)
class Quoting:
    """The messages that quoted what this person took back at `now` (aware UTC). because: unique to
    the act.
    """

    tx: Tx
    person: Person
    because: str
    now: datetime

    def bring_up_to_date(self, released: Sequence[Released], readings: Sequence[Reading]) -> None:
        """Queues an update of every summary and every manager's nudges that held the answers.

        readings: who was shown them, as the read log said.
        """
        self.tx.queue.enqueue(_spaced([*self._summaries(released), *self._nudges(readings)]))

    def close_questions(self, asked: Iterable[Question]) -> None:
        """Queues an update of what told the person that they asked these."""
        for question in asked:
            expectations.redraw(self.tx, question.version_id, self.person, self.because, self.now)

    def take_away(self) -> None:
        """Deletes what quotes the person on their own screen. What they typed is not ours to
        delete.
        """
        quoting = (each for each in self.tx.queue.shown_to(self.person.id) if _quotes(each))
        because, now = self.because, self.now
        removals = [outgoing.erased(self.person, each.id, because, now) for each in quoting]
        self.tx.queue.enqueue(_spaced(removals))

    def _summaries(self, released: Sequence[Released]) -> Iterator[NewDelivery]:
        """One that was never tried is composed when it is sent."""
        managers = {f"summary:{each.summary_id}": each.manager_id for each in released}
        for cause, message in self.tx.queue.of_causes(managers).items():
            if message.may_be_read:
                yield self._update(managers[cause], "summary_redraw", message)

    def _nudges(self, readings: Sequence[Reading]) -> Iterator[NewDelivery]:
        """Those that showed the answers as the log says, and those on their way."""
        readers = {reading.reader_id for reading in readings}
        manager = self.tx.people.manager_of(self.person.id, self.now)
        people = self.tx.people.many(readers | ({manager.id} if manager else set()))
        for reader in people.values():
            days = _days(reader, readings)
            for message in self.tx.queue.about(reader.id):
                if _shows(message, self.person.id, days):
                    yield self._update(reader.id, "nudges_redraw", message)

    def _update(self, reader_id: UUID, kind: str, message: SentMessage) -> NewDelivery:
        facts: Mapping[str, str] = dict(message.facts)
        company, because = self.person.organisation_id, self.because
        return outgoing.update(company, reader_id, kind, message.id, because, self.now, facts)


def _quotes(message: SentMessage) -> bool:
    return message.kind in _QUOTING or message.facts.get("code") in _QUOTING_NOTES


def _days(reader: Person, readings: Iterable[Reading]) -> set[str]:
    mine = (reading.at for reading in readings if reading.reader_id == reader.id)
    return {at.astimezone(reader.zone).date().isoformat() for at in mine}


def _shows(message: SentMessage, person_id: UUID, days: set[str]) -> bool:
    if message.kind != NUDGES or not message.may_be_read:
        return False
    if str(person_id) not in message.facts.get("subjects", "").split():
        return False
    return message.state is not DeliveryState.SENT or message.about_key in days


def _spaced(messages: Sequence[NewDelivery]) -> list[NewDelivery]:
    return [
        replace(message, not_before=message.not_before + number * SPACED)
        for number, message in enumerate(messages)
    ]
