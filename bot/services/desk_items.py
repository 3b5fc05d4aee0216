"""What a manager is to be told: told apart by kind, the most urgent first, queued as one message.

An item is a kind and an id, "meeting:UUID". What it says is read anew when the message is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from bot.domain.cadence import CadenceKind, CadenceSpec
from bot.domain.delivery import DeliveryClass, NewDelivery
from bot.domain.local_time import local_instant, next_working_day
from bot.domain.occurrence import Occurrence, OccurrenceState
from bot.domain.one_to_one import MeetingKind, Rhythm, moved_to_work
from bot.domain.ports.unit_of_work import Tx
from bot.domain.promise import Promise
from bot.services.desk_day import Day

NUDGES = "nudges"
"""The kind of the one message a day."""

_DAY = timedelta(days=1)


class Item(StrEnum):
    """In the order of their urgency."""

    ONE_TO_ONE = "one_to_one"
    PROMISE_DUE = "promise_due"
    STAY = "stay"
    DIFFERS = "differs"
    PROMISE_ASKED = "promise_asked"
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
    """`urgent_first` are the items to tell now; `next_days` (local) and `next_moments` (aware UTC)
    when others come due.
    """

    urgent_first: Sequence[str]
    next_days: Sequence[date]
    next_moments: Sequence[datetime]

    @classmethod
    def of(cls, day: Day, covered: Sequence[Day] = ()) -> Items:
        """covered: the days of managers for whom this one stands in: of them the meetings alone,
        which they are then not told themselves.
        """
        own = [] if day.stand_in else [day]
        met = [item for each in (*own, *covered) for item in _of_meetings(each, day.manager.id)]
        found = [*met, *_of_promises(day), *_of_occurrences(day)]
        ordered = sorted(found, key=lambda item: _ORDER.index(item[0]))
        days = [*_promise_days(day), *(d for each in (*own, *covered) for d in _next_days(each))]
        return cls(
            [f"{kind.value}:{row}" for kind, row in ordered],
            [each for each in days if each >= day.today],
            _changes(day),
        )

    def queue(self, day: Day) -> bool:
        """One message for all of them; False where the manager can't be reached, or got one."""
        queued = day.tx.queue.enqueue([_message(day, self.urgent_first)])
        if not queued:
            return False
        _mark(day, [split(item) for item in self.urgent_first])
        day.look_again()
        return True


def _of_meetings(day: Day, reader_id: UUID) -> Iterable[tuple[Item, UUID]]:
    """Nobody is reminded to meet themselves where they stand in for their own manager."""
    for meeting in day.wanted():
        if meeting.employee_id == reader_id:
            continue
        if meeting.is_due(day.today):
            is_stay = meeting.kind is MeetingKind.STAY
            yield (Item.STAY if is_stay else Item.ONE_TO_ONE), meeting.id
        elif meeting.is_to_be_asked(day.today):
            yield Item.ASKED, meeting.id


def _of_promises(day: Day) -> Iterable[tuple[Item, UUID]]:
    for promise in day.promises:
        if promise.reminds_manager(day.now):
            yield from _reminder(day, promise)
        if promise.can_be_raised:
            yield Item.DIFFERS, promise.id
        if promise.asks_manager(day.now):
            yield Item.PROMISE_ASKED, promise.id


def _reminder(day: Day, promise: Promise) -> Iterable[tuple[Item, UUID]]:
    """After its day it is of no use: the promise comes back when it is asked about."""
    if promise.due_on < day.today:
        _mark_promise(day, Item.PROMISE_DUE, promise.id)
        day.look_again()
    else:
        yield Item.PROMISE_DUE, promise.id


def _of_occurrences(day: Day) -> Iterable[tuple[Item, UUID]]:
    """What cadences brought. A note that came too late for its day is skipped, and says so."""
    notes = [(o, spec) for o, spec in day.bundled if spec.kind is CadenceKind.NUDGE]
    late = {o.id for o, spec in notes if _is_late(day, o, spec)}
    if late:
        day.tx.occurrences.set_state(late, OccurrenceState.SKIPPED, "too_late")
    yield from ((Item.NOTE, o.id) for o, _ in notes if o.id not in late)
    kinds = [(o.id, spec.kind) for o, spec in day.bundled]
    yield from _of_rhythm(day, [row for row, kind in kinds if kind is CadenceKind.ONE_TO_ONE])


def _is_late(day: Day, occurrence: Occurrence, spec: CadenceSpec) -> bool:
    """After its window, and after the working day on which another day's nudges were the reason."""
    zone = day.manager.zone
    next_day = next_working_day(occurrence.due_at.astimezone(zone).date(), day.working)
    ends = local_instant(next_day + _DAY, time.min, zone)
    return day.now >= max(ends, occurrence.due_at + timedelta(hours=spec.send_window_hours))


def _of_rhythm(day: Day, occurrences: Sequence[UUID]) -> Iterable[tuple[Item, UUID]]:
    """The days of 1:1s are asked for while some report has none, once however long it waited."""
    asked = occurrences[-1:] if _lack_rhythm(day) else []
    settled = [row for row in occurrences if row not in asked]
    if settled:
        day.tx.occurrences.set_state(settled, OccurrenceState.SKIPPED, "nothing_due")
    return ((Item.RHYTHM, row) for row in asked)


def _lack_rhythm(day: Day) -> bool:
    return any(one.rhythm is Rhythm.UNSET for one in day.one_to_ones.values())


def _next_days(day: Day) -> list[date]:
    """When meetings that were moved come due, and when to ask how others went."""
    days = []
    for meeting in day.wanted():
        if meeting.nudged_on is None:
            days.append(meeting.due_on)
        elif meeting.asked_on is None:
            days.append(moved_to_work(meeting.asked_from or day.today, day.working))
    return [*days, *day.coming_one_to_ones()]


def _changes(day: Day) -> list[datetime]:
    """When somebody begins or ceases to stand in."""
    known = [*day.covers, *([day.appointed] if day.appointed else [])]
    return [at for each in known for at in (each.since, each.until) if at > day.now]


def _promise_days(day: Day) -> Iterable[date]:
    """When promises come back to this manager."""
    moments = (promise.next_for_manager() for promise in day.promises)
    return [at.astimezone(day.manager.zone).date() for at in moments if at is not None]


def _message(day: Day, items: Sequence[str]) -> NewDelivery:
    """It expires with the day: what it did not tell is told on the next."""
    manager, today = day.manager, day.today
    tomorrow = local_instant(today + _DAY, time.min, manager.zone)
    about = _subjects(day, [split(item) for item in items])
    return NewDelivery(
        id=uuid4(),
        organisation_id=manager.organisation_id,
        person_id=manager.id,
        delivery_class=DeliveryClass.DIGEST,
        kind=NUDGES,
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


def _subjects(day: Day, items: Iterable[tuple[Item, UUID]]) -> set[UUID]:
    """Whose words the message may quote: nobody's to whoever only stands in."""
    meetings = day.tx.meetings.many(row for kind, row in items if kind in OF_MEETINGS)
    return {m.employee_id for m in meetings.values() if m.manager_id == day.manager.id}


OF_MEETINGS = frozenset({Item.ONE_TO_ONE, Item.STAY, Item.ASKED})
OF_PROMISES = frozenset({Item.PROMISE_DUE, Item.PROMISE_ASKED, Item.DIFFERS})
OF_CADENCES = frozenset({Item.RHYTHM, Item.NOTE})


def _mark(day: Day, items: Sequence[tuple[Item, UUID]]) -> None:
    """They stand in the message of this day."""
    meetings = day.tx.meetings.many(row for kind, row in items if kind in OF_MEETINGS)
    for kind, row in items:
        if kind in OF_PROMISES:
            _mark_promise(day, kind, row)
        elif kind is Item.ASKED:
            day.tx.meetings.save(replace(meetings[row], asked_on=day.today))
        elif kind in OF_MEETINGS:
            day.tx.meetings.save(replace(meetings[row], nudged_on=day.today))
    day.tx.occurrences.set_state(_of_cadences(items), OccurrenceState.QUEUED)


def _mark_promise(day: Day, kind: Item, promise_id: UUID) -> None:
    promise = day.tx.promises.lock(promise_id)
    if promise is None:
        return
    if kind is Item.PROMISE_DUE:
        day.tx.promises.save(promise.reminded())
    elif kind is Item.PROMISE_ASKED:
        day.tx.promises.save(promise.asked(day.manager.id, day.now))
    else:
        day.tx.promises.save(replace(promise, raised_at=day.now))


def _of_cadences(items: Iterable[tuple[Item, UUID]]) -> list[UUID]:
    return [row for kind, row in items if kind in OF_CADENCES]


def sent(tx: Tx, facts: Mapping[str, str]) -> None:
    """The manager got it: what cadences brought has been sent."""
    tx.occurrences.set_state(_brought(tx, facts), OccurrenceState.SENT)


def lost(tx: Tx, facts: Mapping[str, str], reason: str = "unknown") -> None:
    """Nobody will know whether the manager got it: nothing of it is told again by itself."""
    tx.occurrences.set_state(_brought(tx, facts), OccurrenceState.SKIPPED, reason)


def _brought(tx: Tx, facts: Mapping[str, str]) -> list[UUID]:
    """The occurrences that stand in the message."""
    items = listed(facts)
    meetings = tx.meetings.many(row for kind, row in items if kind is Item.STAY)
    brought = {m.occurrence_id for m in meetings.values() if m.occurrence_id is not None}
    return [*_of_cadences(items), *brought]


def put_back(tx: Tx, facts: Mapping[str, str], now: datetime) -> None:
    """It never went out, or is to come on another day: what of it still stands open is told with
    the next nudges.
    """
    items = listed(facts)
    meetings = tx.meetings.many(row for kind, row in items if kind in OF_MEETINGS)
    for kind, row in items:
        if kind in OF_PROMISES:
            _put_back_promise(tx, kind, row, now)
        elif row in meetings and kind is Item.ASKED:
            tx.meetings.save(replace(meetings[row], asked_on=None))
        elif row in meetings:
            tx.meetings.save(replace(meetings[row], nudged_on=None))
    # Whoever read it may stand in no more: then it is the managers' own again.
    tx.desks.wake({meeting.manager_id for meeting in meetings.values()}, now)
    tx.occurrences.set_state(_of_cadences(items), OccurrenceState.BUNDLED)


def _put_back_promise(tx: Tx, kind: Item, promise_id: UUID, now: datetime) -> None:
    promise = tx.promises.lock(promise_id)
    if promise is None or promise.is_withdrawn:
        return
    if kind is Item.PROMISE_DUE:
        tx.promises.save(replace(promise, remind_at=now).waking())
    elif kind is Item.DIFFERS:
        tx.promises.save(replace(promise, raised_at=None))
    elif promise.manager.ask_at is None and not promise.manager.is_final:  # not answered meanwhile
        tx.promises.save(replace(promise, manager=replace(promise.manager, ask_at=now)))
