"""What comes next in a conversation: the next question, the thanks, or the next check-in."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.check_in import ANSWERABLE, Asked, AskedQuestion, CheckIn, State
from bot.domain.delivery import ON_SCREEN, DeliveryState, NewDelivery
from bot.domain.local_time import next_open_moment
from bot.domain.packs import parent_of
from bot.domain.ports.queue_store import SentMessage
from bot.services import early_signs, outgoing
from bot.services.act import Act
from bot.services.places import settle_unsent, wake_waiting


def go_on(act: Act, check_in: CheckIn, not_before: datetime) -> CheckIn:
    """Asks the next question, or thanks, no earlier than `not_before` (aware UTC).

    Where that is queued already, more typed text only moves it later.
    """
    upcoming = check_in.next_question()
    if upcoming is None:
        return _finish(act, check_in, not_before)
    latest = check_in.last_asked()
    if latest is not None and latest.key == upcoming.key:
        return act.save(check_in)
    _ask(act, check_in, upcoming, not_before)
    return act.save(check_in)


def _ask(act: Act, check_in: CheckIn, upcoming: AskedQuestion, not_before: datetime) -> None:
    """Queues the question; an earlier message that asked it too goes, so that one place remains."""
    earlier = [
        outgoing.removal(check_in, sent.id, act.now)
        for sent in act.tx.queue.about(check_in.id, upcoming.key)
        if sent.kind == "question" and sent.state is DeliveryState.SENT
    ]
    act.tx.queue.enqueue(earlier)
    _queue_or_postpone(act, outgoing.question(check_in, upcoming, not_before))


def _finish(act: Act, check_in: CheckIn, not_before: datetime) -> CheckIn:
    _queue_or_postpone(act, outgoing.thanks(check_in, not_before))
    done = act.save(replace(check_in, state=State.DONE, completed_at=not_before))
    settle_unsent(act.tx, check_in.occurrence_id, "answered_in_form")
    free_place(act, not_before)
    return done


def _queue_or_postpone(act: Act, delivery: NewDelivery) -> None:
    if not act.tx.queue.enqueue([delivery]):
        act.tx.queue.postpone(delivery.cause, delivery.not_before)


def ask_again(act: Act, check_in: CheckIn) -> CheckIn:
    """Asks the first open question anew, even where its message stands further up already."""
    act.tx.queue.cancel_about(check_in.id, "asked_again", act.now)
    renewed = replace(check_in, offers=check_in.offers + 1)
    upcoming = renewed.next_question()
    if upcoming is None:
        return go_on(act, renewed, act.now)
    _ask(act, renewed, upcoming, act.now)
    return act.save(renewed)


def let_go(act: Act, check_in: CheckIn) -> CheckIn:
    """Without a follow-up question that is still open: it is optional, so it comes in no reminder
    and holds nothing up. What may stand on the screen counts as skipped. Not saved yet.
    """
    found = check_in.follow_up()
    if found is None or not found.is_open:
        return check_in
    if found.asked_at is None and call_back(act, check_in, found.key):
        act.tx.check_ins.drop_question(check_in.id, found.key)
        return check_in.without_question(found.key)
    act.tx.queue.cancel_about(check_in.id, "let_go", act.now, found.key)
    redraw(act, check_in, found.key)
    return check_in.with_question(replace(found, state=Asked.SKIPPED))


def let_go_of(act: Act, check_in: CheckIn, key: str) -> CheckIn:
    """The same where it follows the question `key`. Typed text is for that one again."""
    found = check_in.follow_up()
    if found is None or not found.is_open or parent_of(found.key) != key:
        return check_in
    without = let_go(act, check_in)
    if not without.asks(found.key):
        return without
    return without.with_question(replace(without.asked(found.key), asked_at=None))


def call_back(act: Act, check_in: CheckIn, key: str) -> bool:
    """Takes the message that would ask a question ("": the thanks) out of the queue again; False
    where somebody may have seen it, or is about to.
    """
    kind = "question" if key else "thanks"
    sent = [m for m in act.tx.queue.about(check_in.id, key) if m.kind != "receipt"]
    if any(_may_be_seen(message) for message in sent):
        return False
    ready = sum(m.kind == kind and m.state is DeliveryState.READY for m in sent)
    return act.tx.queue.cancel_about(check_in.id, "called_back", act.now, key, kind) == ready


def _may_be_seen(message: SentMessage) -> bool:
    waits = message.state is DeliveryState.READY and not message.maybe_sent
    return not waits and message.state is not DeliveryState.SKIPPED


def offer_again(act: Act, check_in: CheckIn) -> CheckIn:
    """Offers a snoozed or waiting check-in in the person's open hours; it takes the place."""
    opens = next_open_moment(act.now, act.person.zone, act.policy.quiet, act.working_day)
    offered = act.touched(replace(check_in, offers=check_in.offers + 1, snoozed_until=None))
    offered = _without_reminders_until(offered, opens, act)
    state = State.OPEN if any(q.asked_at for q in check_in.questions) else State.OFFERED
    window = timedelta(hours=act.spec(check_in).send_window_hours)
    expires_at = min(opens + window, check_in.closes_at)
    asked_for = check_in.snoozed_until is not None
    offer = outgoing.offer(offered, act.person, opens, expires_at, asked_for=asked_for)
    act.tx.queue.enqueue([offer])
    return act.save(replace(offered, state=state))


def _without_reminders_until(check_in: CheckIn, opens: datetime, act: Act) -> CheckIn:
    """Drops the reminders of that day and before: the offer itself reminds."""
    zone = act.person.zone
    day = opens.astimezone(zone).date()
    passed = sum(moment.astimezone(zone).date() <= day for moment in check_in.reminders)
    return replace(check_in, reminders_done=max(check_in.reminders_done, passed))


def free_place(act: Act, at: datetime | None = None) -> None:
    """Wakes whoever waits for the place.

    at: not before this moment (aware UTC), while the conversation still takes text.
    """
    wake_waiting(act.tx, act.person.id, at or act.now)


def redraw(act: Act, check_in: CheckIn, key: str | None = None) -> None:
    """Queues an update of every message of a question (or of the whole check-in)."""
    act.tx.queue.enqueue(redraws(act, check_in, key))


def redraws(act: Act, check_in: CheckIn, key: str | None = None) -> list[NewDelivery]:
    """What `redraw` queues; the thanks are among them where an early sign may tell of an answer."""
    redrawn = [
        outgoing.redraw(check_in, sent, act.inbound_id, act.now)
        for sent in act.tx.queue.about(check_in.id, key)
        if sent.state in ON_SCREEN and sent.kind != "thanks"
    ]
    return [*redrawn, *early_signs.redraws(act, check_in, key)]


def close(act: Act, check_in: CheckIn, state: State, reason: str) -> CheckIn:
    """Ends an open check-in: nothing more is sent for it, its messages lose their buttons."""
    check_in = let_go(act, check_in)
    act.tx.queue.cancel_about(check_in.id, reason, act.now)
    settle_unsent(act.tx, check_in.occurrence_id, reason)
    redraw(act, check_in)
    closed = act.save(replace(check_in, state=state))
    free_place(act)
    return closed


def open_check_ins(act: Act) -> list[CheckIn]:
    """What this person could still answer, newest first."""
    found = act.tx.check_ins.of_person(act.person.id, ANSWERABLE)
    return [c for c in found if act.now < c.closes_at]
