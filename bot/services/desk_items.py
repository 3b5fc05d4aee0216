"""What a manager is to be told: told apart by kind, the most urgent first, queued as one message.

An item is a kind and an id, "meeting:UUID". What it says is read anew when the message is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from bot.domain.cadence import CadenceKind
from bot.domain.delivery import Delivery, DeliveryClass, NewDelivery
from bot.domain.local_time import local_instant, next_working_day
from bot.domain.occurrence import OccurrenceState
from bot.domain.one_to_one import Meeting, MeetingKind, Rhythm
from bot.domain.ports.unit_of_work import Tx
from bot.services.desk_day import Day
from bot.services.desk_meetings import coming_of

_DAY = timedelta(days=1)


class Item(StrEnum):
    """In the order of their urgency."""

    ONE_TO_ONE = "one_to_one"
    STAY = "stay"
    ASKED = "asked"
    RHYTHM = "rhythm"
    NOTE = "note"


_ORDER = tuple(Item)


def split(item: str) -> tuple[Item, UUID]:
    """An item's kind and the id of its meeting or occurrence."""
    kind, _, row = item.partition(":")
    return Item(kind), UUID(row)


def listed(facts: Mapping[str, str]) -> list[tuple[Item, UUID]]:
    """The items of a message, as its facts hold them."""
    return [split(item) for item in facts.get("items", "").split()]


@dataclass(frozen=True, slots=True)
class Items:
    """`urgent_first` are the items to tell now; `next_days` when others come due (local)."""

    urgent_first: Sequence[str]
    next_days: Sequence[date]

    @classmethod
    def of(cls, day: Day) -> Items:
        found = [*_of_meetings(day), *_of_occurrences(day)]
        ordered = sorted(found, key=lambda item: _ORDER.index(item[0]))
        return cls([f"{kind.value}:{row}" for kind, row in ordered], _next_days(day))

    def queue(self, day: Day) -> bool:
        """One message for all of them; False where the manager can't be reached, or got one."""
        queued = day.tx.queue.enqueue([_message(day, self.urgent_first)])
        if not queued:
            return False
        _mark(day.tx, [split(item) for item in self.urgent_first], day.today)
        return True


def _of_meetings(day: Day) -> Iterable[tuple[Item, UUID]]:
    for meeting in coming_of(day):
        if meeting.is_due(day.today):
            is_stay = meeting.kind is MeetingKind.STAY
            yield (Item.STAY if is_stay else Item.ONE_TO_ONE), meeting.id
        elif meeting.is_to_be_asked(day.today):
            yield Item.ASKED, meeting.id


def _of_occurrences(day: Day) -> Iterable[tuple[Item, UUID]]:
    """What cadences brought. The rhythm is asked for while some report has none."""
    bundled = day.tx.occurrences.bundled(day.manager.id)
    revisions = day.tx.cadences.revisions({o.revision_id for o in bundled})
    for occurrence in bundled:
        kind = revisions[occurrence.revision_id].spec.kind
        if kind is CadenceKind.NUDGE:
            yield Item.NOTE, occurrence.id
        elif kind is CadenceKind.ONE_TO_ONE and _lack_rhythm(day):
            yield Item.RHYTHM, occurrence.id
        elif kind is CadenceKind.ONE_TO_ONE:
            skipped = OccurrenceState.SKIPPED
            day.tx.occurrences.set_state([occurrence.id], skipped, "rhythm_set")


def _lack_rhythm(day: Day) -> bool:
    return any(pair.rhythm is Rhythm.UNSET for pair in day.pairs.values())


def _next_days(day: Day) -> list[date]:
    """When meetings that were moved come due, and when to ask how others went."""
    days = []
    for meeting in coming_of(day):
        if meeting.nudged_on is None:
            days.append(meeting.due_on)
        elif meeting.asked_on is None:
            days.append(_asked_on(day, meeting, meeting.nudged_on))
    return [each for each in days if each > day.today]


def _asked_on(day: Day, meeting: Meeting, nudged_on: date) -> date:
    return next_working_day(max(nudged_on, meeting.due_on), day.working)


def _message(day: Day, items: Sequence[str]) -> NewDelivery:
    """It expires with the day: what it did not tell is told on the next."""
    manager, today = day.manager, day.today
    tomorrow = local_instant(today + _DAY, time.min, manager.zone)
    about = _subjects(day.tx, [split(item) for item in items])
    return NewDelivery(
        id=uuid4(),
        organisation_id=manager.organisation_id,
        person_id=manager.id,
        delivery_class=DeliveryClass.DIGEST,
        kind="nudges",
        cause=f"nudges:{manager.id}:{today.isoformat()}",
        not_before=day.now,
        expires_at=tomorrow,
        facts={
            "items": " ".join(items),
            "subjects": " ".join(sorted(map(str, about))),
            "day": today.isoformat(),
        },
        about_id=manager.id,
        about_key=today.isoformat(),
    )


def _subjects(tx: Tx, items: Iterable[tuple[Item, UUID]]) -> set[UUID]:
    """Whose words the message may quote."""
    meetings = tx.meetings.many(row for kind, row in items if kind in OF_MEETINGS)
    return {meeting.employee_id for meeting in meetings.values()}


OF_MEETINGS = frozenset({Item.ONE_TO_ONE, Item.STAY, Item.ASKED})


def _mark(tx: Tx, items: Sequence[tuple[Item, UUID]], today: date | None) -> None:
    """They stand in the message of that day; None takes that back."""
    meetings = tx.meetings.many(row for kind, row in items if kind in OF_MEETINGS)
    for kind, row in items:
        if row in meetings and kind is Item.ASKED:
            tx.meetings.save(replace(meetings[row], asked_on=today))
        elif row in meetings:
            tx.meetings.save(replace(meetings[row], nudged_on=today))
    occurrences = [row for kind, row in items if kind not in OF_MEETINGS]
    state = OccurrenceState.BUNDLED if today is None else OccurrenceState.QUEUED
    tx.occurrences.set_state(occurrences, state)


def sent(tx: Tx, delivery: Delivery) -> None:
    """The manager got it: what cadences brought has been sent."""
    rows = [row for kind, row in listed(delivery.facts) if kind not in OF_MEETINGS]
    tx.occurrences.set_state(rows, OccurrenceState.SENT)


def put_back(tx: Tx, facts: Mapping[str, str], manager_id: UUID) -> None:
    """It never went out, or is to come on another day: everything in it is told with the next."""
    _mark(tx, listed(facts), None)
