"""Each manager's desk: what they are to be told today, in one message a day and no more.

A desk is looked at when something on it comes due (`next_at`), so that this costs what is due,
however many managers there are. Whatever changes for a manager wakes their desk.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.people import Person
from bot.domain.ports.desk_store import Desk
from bot.domain.ports.unit_of_work import Tx
from bot.services.desk_day import Day
from bot.services.desk_items import Items
from bot.services.desk_meetings import plan_meetings
from bot.services.kit import Kit

BATCH = 10
"""Desks of one transaction: few, as an answer that comes in meanwhile waits for its end."""


async def tend_desks(kit: Kit, now: datetime) -> int:
    """Looks at every desk that is due at `now` (aware UTC); how many those were."""
    handled = 0
    while count := await kit.uow.write(lambda tx: _batch(kit, tx, now)):
        handled += count
    return handled


def _batch(kit: Kit, tx: Tx, now: datetime) -> int:
    managers = tx.desks.due(now, BATCH)
    covered = {each.manager_id for one in managers for each in tx.desks.covered_by(one)}
    # People first, as everywhere; two planners take turns, with whoever somebody stands in for too.
    tx.people.lock_many({*managers, *covered})
    for manager_id in managers:
        desk = tx.desks.lock(manager_id)
        if desk is not None and desk.next_at is not None and desk.next_at <= now:
            tx.desks.put(_tended(kit, tx, desk, now))
    return len(managers)


def _tended(kit: Kit, tx: Tx, desk: Desk, now: datetime) -> Desk:
    """The desk as it is left: nudges queued where it is time, and when to look again."""
    manager = tx.people.get(desk.manager_id)
    if manager is None or not manager.active:
        return replace(desk, next_at=None)
    away = _away_until(tx, manager, desk, now)
    if away is not None:
        return replace(desk, next_at=away)
    day = Day.of(tx, kit.calendar, manager, now)
    covered = _covered(kit, day)
    for each in (day, *covered):
        plan_meetings(each)
    items = Items.of(day, covered)
    if items.urgent_first and day.may_nudge(desk.nudged_on):
        desk = replace(desk, nudged_on=day.today)
        if items.queue(day):
            for each in covered:
                each.look_again()
            items = Items.of(day, covered)
    return replace(desk, next_at=day.next_look(desk.nudged_on, items))


def _covered(kit: Kit, day: Day) -> list[Day]:
    """The days of those for whom this manager stands in now."""
    standing_in = [each for each in day.covers if each.holds_at(day.now)]
    managers = day.tx.people.many({each.manager_id for each in standing_in})
    return [Day.of(day.tx, kit.calendar, m, day.now) for m in managers.values() if m.active]


def _away_until(tx: Tx, manager: Person, desk: Desk, now: datetime) -> datetime | None:
    """Until when nothing may reach the manager, if it is so: then all comes in one message."""
    company = tx.organisations.get()
    ends = [company.paused_until if company else None, manager.paused_until, desk.away_until]
    return max((end for end in ends if end is not None and end > now), default=None)
