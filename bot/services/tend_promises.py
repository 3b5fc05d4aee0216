"""What time alone does to promises and agenda items: employees are reminded of what they promised
and asked how it went, and what was taken back is forgotten. Managers are told elsewhere.
"""

from __future__ import annotations

from datetime import datetime

from bot.domain.ports.unit_of_work import Tx
from bot.domain.promise import Promise
from bot.services import promise_outgoing
from bot.services.kit import Kit

BATCH = 200


async def tend_promises(kit: Kit, now: datetime) -> int:
    """Does what is due at `now` (aware UTC); how many promises and items were looked after."""
    handled = 0
    while count := await kit.uow.write(lambda tx: _batch(tx, now)):
        handled += count
    return handled


def _batch(tx: Tx, now: datetime) -> int:
    promises = tx.promises.waking(now, BATCH)
    items = tx.agenda.waking(now, BATCH)
    # People first, as everywhere, or two transactions could wait for each other.
    tx.people.lock_many({each.employee_id for each in (*promises, *items)})
    for found in promises:
        promise = tx.promises.lock(found.id)
        if promise is not None and _is_due(promise.wake_at, now):
            _tend(tx, promise, now)
    for each in items:
        item = tx.agenda.lock(each.id)
        if item is not None and _is_due(item.wake_at, now):
            tx.agenda.save(item.forgotten())
    return len(promises) + len(items)


def _tend(tx: Tx, promise: Promise, now: datetime) -> None:
    if promise.is_withdrawn:
        tx.promises.save(promise.forgotten())
        return
    employee = tx.people.get(promise.employee_id)
    is_own = promise.author_id == promise.employee_id
    if employee is not None and is_own and _is_due(promise.remind_at, now):
        tx.queue.enqueue([promise_outgoing.due(promise, employee.zone, now)])
        promise = promise.reminded()
    if _is_due(promise.employee.ask_at, now):
        tx.queue.enqueue([promise_outgoing.question(promise, now)])
        promise = promise.asked(promise.employee_id, now)
    tx.promises.save(promise.waking())


def _is_due(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now
