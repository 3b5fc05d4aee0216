"""What time alone changes in open check-ins: reminders, snoozes that end, waits, the closing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.check_in import CheckIn, State
from bot.domain.local_time import next_open_moment, previous_working_day
from bot.domain.ports.unit_of_work import Tx
from bot.services import outgoing, steps
from bot.services.act import Act
from bot.services.kit import Kit

BATCH = 200

REMINDER_WINDOW = timedelta(hours=8)
"""A reminder that could not be sent within this time of its moment is dropped."""


async def tend(kit: Kit, now: datetime) -> int:
    """Does what is due at `now` (aware UTC); how many check-ins were looked after."""
    handled = 0
    while count := await _batch(kit, now):
        handled += count
    return handled


async def _batch(kit: Kit, now: datetime) -> int:
    # Time opens no answer, so no key is asked for.
    vault = await kit.keys.vault(())

    def run(tx: Tx) -> int:
        found = tx.check_ins.waking(now, BATCH)
        if not found:
            return 0
        policy = tx.organisations.policy()
        # People first, as everywhere, or two transactions could wait for each other.
        tx.people.lock_many({c.person_id for c in found})
        people = tx.people.many({c.person_id for c in found})
        for check_in in found:
            fresh = tx.check_ins.get(check_in.id)
            if fresh is None or fresh.wake_at is None or fresh.wake_at > now:
                continue
            person = people[check_in.person_id]
            act = Act(tx, person, vault, kit.calendar, policy, now, now, f"tend:{now.isoformat()}")
            _tend_one(act, fresh)
        return len(found)

    return await kit.uow.write(run)


def _tend_one(act: Act, check_in: CheckIn) -> None:
    if act.now >= check_in.closes_at:
        _close(act, check_in)
    elif check_in.state is State.WAITING or check_in.state is State.SNOOZED:
        _offer_if_free(act, check_in)
    else:
        _remind(act, check_in)


def _close(act: Act, check_in: CheckIn) -> None:
    check_in = steps.let_go(act, check_in)
    reason = "another_conversation" if check_in.state is State.WAITING else "closed"
    state = State.DONE if check_in.next_question() is None else State.CLOSED
    steps.close(act, check_in, state, reason)


def _offer_if_free(act: Act, check_in: CheckIn) -> None:
    """The place goes to whoever closes first; the others look again when it may be free."""
    if check_in.snoozed_until and act.now < check_in.snoozed_until:
        act.save(check_in)
        return
    holder = act.tx.check_ins.place_holders([act.person.id], act.now).get(act.person.id)
    if holder is None:
        steps.offer_again(act, check_in)
        return
    wake_at = min(holder.active_until or holder.closes_at, check_in.closes_at)
    act.tx.check_ins.save(replace(check_in, state=State.WAITING, wake_at=wake_at))


def _remind(act: Act, check_in: CheckIn) -> None:
    """At most the latest reminder that is due, and only while it is fresh."""
    due = [m for m in check_in.reminders[check_in.reminders_done :] if m <= act.now]
    if not due:
        act.save(check_in)
        return
    reminded = replace(check_in, reminders_done=check_in.reminders_done + len(due))
    if _acted_today(act, check_in):
        act.save(reminded)
        return
    reminded = steps.let_go(act, reminded)
    if reminded.next_question() is None:
        answered = replace(reminded, completed_at=act.now)
        steps.close(act, answered, State.DONE, "answered")
        return
    expires_at = min(due[-1] + REMINDER_WINDOW, check_in.closes_at)
    opens = next_open_moment(act.now, act.person.zone, act.policy.quiet, act.working_day)
    if opens < expires_at:
        act.tx.queue.enqueue([outgoing.reminder(reminded, act.person, opens, expires_at)])
    act.save(reminded)


def _acted_today(act: Act, check_in: CheckIn) -> bool:
    """Whoever did something with it today needs no reminder: the place is held until one working
    day after that, which tells the day.
    """
    if check_in.state is not State.OPEN or check_in.active_until is None:
        return False
    held_until = check_in.active_until.astimezone(act.person.zone).date()
    today = act.now.astimezone(act.person.zone).date()
    return previous_working_day(held_until, act.working_day) >= today
