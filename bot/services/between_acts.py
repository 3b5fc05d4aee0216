"""What changes promises and agenda items: by one of the two people, on a locked row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from uuid import uuid4

from bot.domain.agenda import AgendaItem, AgendaState
from bot.domain.people import Person
from bot.domain.promise import Promise, Says, Side, question_at, reminder_at
from bot.services import nudges, promise_outgoing
from bot.services.act import Act
from bot.services.pairs import Pair, sealed

MOST_OPEN = 50
"""Open promises, or open agenda items, between two people."""


def is_full(act: Act, pair: Pair, what: type[Promise] | type[AgendaItem]) -> bool:
    """Whether as much stands open between the two as there may."""
    store = act.tx.promises if what is Promise else act.tx.agenda
    return len(store.of_pair(pair.employee.id, pair.manager.id)) >= MOST_OPEN


def add(act: Act, pair: Pair, text: str) -> None:
    """Puts `text` on the agenda of the two, whose keys the vault must both hold."""
    item = AgendaItem(
        id=uuid4(),
        organisation_id=act.person.organisation_id,
        employee_id=pair.employee.id,
        manager_id=pair.manager.id,
        author_id=act.person.id,
        created_at=act.now,
        state_at=act.now,
    )
    act.tx.agenda.add(sealed(act.vault, item, text))


def promise(act: Act, pair: Pair, text: str, due_on: date) -> Promise:
    """Keeps what the person promises the other; the vault must hold both their keys.

    The employee is told of what the manager promised. Each is asked about it later, in their own
    time zone; the person is reminded in theirs.
    """

    def asked(person: Person) -> Side:
        return Side(ask_at=_asked_at(act, person, due_on))

    new = Promise(
        id=uuid4(),
        organisation_id=act.person.organisation_id,
        employee_id=pair.employee.id,
        manager_id=pair.manager.id,
        author_id=act.person.id,
        created_at=act.now,
        state_at=act.now,
        due_on=due_on,
        employee=asked(pair.employee),
        manager=asked(pair.manager),
        remind_at=reminder_at(due_on, act.person.zone, act.working_day, act.now),
    )
    kept = sealed(act.vault, new, text).waking()
    act.tx.promises.add(kept)
    act.tx.desks.wake([kept.manager_id], act.now)
    if act.person.id == pair.manager.id:
        act.tx.queue.enqueue([promise_outgoing.made(kept, act.now)])
    return kept


def say(act: Act, promise: Promise, says: Says) -> Promise:
    """The person says how it went."""
    return save(act, promise.said(act.person.id, says, act.now))


def unsay(act: Act, promise: Promise) -> Promise:
    """The person takes back what they said."""
    ask_at = _asked_at(act, act.person, promise.due_on)
    return save(act, promise.unsaid(act.person.id, act.now, ask_at))


def agree(act: Act, promise: Promise, *, may_raise: bool) -> Promise:
    """The employee says, after their no, whether the manager may be told that the two differ.

    Nothing changes for anybody else, or where nothing was asked.
    """
    is_employee = act.person.id == promise.employee_id
    if not is_employee or not promise.asks_to_raise:
        return promise
    return save(act, replace(promise, may_raise=may_raise))


def withdraw(act: Act, promise: Promise) -> Promise:
    """Its author takes a promise back; nobody else can."""
    if act.person.id != promise.author_id or promise.is_withdrawn:
        return promise
    return save(act, promise.withdrawn(act.now))


def put_back(act: Act, promise: Promise) -> Promise:
    """Its author puts back what they had taken back, while its text is there."""
    is_gone = promise.sealed_for_employee is None and promise.sealed_for_manager is None
    if act.person.id != promise.author_id or not promise.is_withdrawn or is_gone:
        return promise
    return save(act, promise.put_back(act.now))


def save(act: Act, promise: Promise) -> Promise:
    """Every change of a promise ends here: kept, and shown in the messages that stand already."""
    kept = promise.waking()
    act.tx.promises.save(kept)
    act.tx.queue.enqueue(promise_outgoing.redraws(act.tx, kept, act.inbound_id, act.now))
    act.tx.desks.wake([kept.manager_id], act.now)
    if act.person.id == kept.manager_id:
        nudges.redraw(act, *_days_told(act, kept))
    return kept


def _days_told(act: Act, promise: Promise) -> list[date]:
    """The manager's days whose nudges may show it: when they were asked, and their last ones."""
    desk, asked_at = act.tx.desks.get(act.person.id), promise.manager.asked_at
    days = [asked_at.astimezone(act.person.zone).date()] if asked_at else []
    return [*days, *([desk.nudged_on] if desk and desk.nudged_on else [])]


def tick_off(act: Act, item: AgendaItem) -> AgendaItem:
    """Either of the two: it was talked about, or need not be."""
    return _became(act, item, AgendaState.DONE) if item.state is AgendaState.OPEN else item


def take_out(act: Act, item: AgendaItem) -> AgendaItem:
    """Its author alone."""
    is_theirs = act.person.id == item.author_id and item.state is AgendaState.OPEN
    return _became(act, item, AgendaState.WITHDRAWN) if is_theirs else item


def reopen(act: Act, item: AgendaItem) -> AgendaItem:
    """Back on the agenda: whoever could take it off, while its text is there."""
    is_gone = item.sealed_for_employee is None and item.sealed_for_manager is None
    is_theirs = item.state is AgendaState.DONE or act.person.id == item.author_id
    return item if is_gone or not is_theirs else _became(act, item, AgendaState.OPEN)


def _became(act: Act, item: AgendaItem, state: AgendaState) -> AgendaItem:
    changed = item.became(state, act.now)
    act.tx.agenda.save(changed)
    return changed


def _asked_at(act: Act, person: Person, due_on: date) -> datetime | None:
    return question_at(due_on, act.policy.follow_up_days, person.zone, act.now)
