"""Everything that is due at one moment, and when the next thing will be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.ports.unit_of_work import Tx
from bot.services.choose_follow_ups import choose_follow_ups
from bot.services.count_surveys import count_surveys
from bot.services.deliver import deliver
from bot.services.desk import tend_desks
from bot.services.expectations import announce
from bot.services.kit import Kit
from bot.services.plan import plan
from bot.services.tend import tend
from bot.services.tend_promises import tend_promises
from bot.services.weekly_summary import summarise

INBOX_KEPT = timedelta(days=7)
"""Far longer than any platform redelivers (Slack gives up after about 5 minutes)."""


@dataclass(frozen=True, slots=True)
class _Next:
    """When each kind of work is due next (aware UTC); None where there is none."""

    plan: datetime | None
    tend: datetime | None
    count: datetime | None
    desks: datetime | None
    promises: datetime | None
    send: datetime | None
    draft: datetime | None
    tell: bool

    def earliest(self) -> datetime | None:
        others = self.plan, self.tend, self.count, self.promises, self.desks
        return _earliest(*others, self.draft, self.send)


def _look(tx: Tx) -> _Next:
    """After a restore only answers to people are due, until it is released."""
    organisation = tx.organisations.get()
    if organisation is not None and organisation.is_held:
        return _Next(
            plan=None,
            tend=None,
            count=None,
            desks=None,
            promises=None,
            send=tx.queue.next_at(),
            draft=None,
            tell=False,
        )
    return _look_at_all(tx)


def _look_at_all(tx: Tx) -> _Next:
    return _Next(
        plan=tx.plans.next_due_at(),
        tend=tx.check_ins.next_wake_at(),
        count=tx.surveys.next_at(),
        desks=tx.desks.next_at(),
        promises=_earliest(tx.promises.next_wake_at(), tx.agenda.next_wake_at()),
        send=tx.queue.next_at(),
        draft=tx.occurrences.next_draft_at(),
        tell=tx.expectations.to_tell() is not None,
    )


async def schedule_due(kit: Kit, now: datetime, *, held_too: bool = False) -> int:
    """Plans, tends, counts and drafts what is due at `now` (aware UTC).

    held_too: also while everything is held after a restore.

    Where nothing is due this costs a look at nine indexes and at the organisation, however many
    people there are.
    """
    upcoming = await kit.uow.read(_look_at_all if held_too else _look)
    return await _schedule_due(kit, upcoming, now)


async def _schedule_due(kit: Kit, upcoming: _Next, now: datetime) -> int:
    done = 0
    if _is_due(upcoming.plan, now):
        done += await plan(kit.uow, kit.calendar, now)
    if _is_due(upcoming.tend, now):
        done += await tend(kit, now)
    if _is_due(upcoming.count, now):
        done += await count_surveys(kit, now)
    if _is_due(upcoming.promises, now):
        done += await tend_promises(kit, now)
    # What was just planned may wait on a manager's desk.
    if done or _is_due(upcoming.desks, now):
        done += await tend_desks(kit, now)
    if upcoming.tell:
        done += await announce(kit, now)
    if done or _is_due(upcoming.draft, now):
        done += await summarise(kit, now)
    return done


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _is_due(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now


async def run_due(kit: Kit, now: datetime) -> int:
    """Does everything that is due at `now`, sending included, until nothing is left."""
    total = 0
    while done := await _step(kit, await kit.uow.read(_look), now):
        total += done
    return total


async def settle(kit: Kit, now: datetime) -> datetime | None:
    """As `run_due`; when the next thing is due then (aware UTC), from the same last look."""
    upcoming = await kit.uow.read(_look)
    while await _step(kit, upcoming, now):
        upcoming = await kit.uow.read(_look)
    return upcoming.earliest()


async def _step(kit: Kit, upcoming: _Next, now: datetime) -> int:
    """A batch of each kind of work that is due."""
    done = await _schedule_due(kit, upcoming, now)
    done += await choose_follow_ups(kit, now)
    if done or _is_due(upcoming.send, now):
        done += await deliver(kit, now)
    return done


async def next_thing(kit: Kit) -> datetime | None:
    """When the next plan, reminder, closing or queued message is due (aware UTC)."""
    upcoming = await kit.uow.read(_look)
    return upcoming.earliest()


async def sweep(kit: Kit, now: datetime) -> int:
    """Frees what crashed claimants left behind and forgets old inbound ids."""
    freed = await kit.uow.write(lambda tx: tx.queue.sweep(now))
    await kit.uow.write(lambda tx: tx.inbox.purge(now - INBOX_KEPT))
    return freed
