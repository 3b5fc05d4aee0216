"""What a person decides about being asked: start, not for me, later, skip, pause."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from bot.domain.check_in import ANSWERABLE, CheckIn, Refused, State
from bot.domain.erasure import Erased
from bot.domain.local_time import local_instant, next_open_moment
from bot.domain.packs import AudienceKind
from bot.domain.people import Participation
from bot.domain.recurrence import closing_moment
from bot.services import hello_message, steps
from bot.services.act import Act
from bot.services.days import coming_day
from bot.services.taken_back import taken_back

_ALL = 100_000
"""More answers than anybody gives in a lifetime of weekly check-ins."""

LONGEST_PAUSE = timedelta(days=366)


def start(act: Act) -> None:
    """*Start*: takes part from now on. A repeat changes nothing."""
    if act.person.participation is Participation.STARTED:
        return
    was_declined = act.person.participation is Participation.DECLINED
    act.tx.people.set_participation(act.person.id, Participation.STARTED)
    hello_message.redraw(act.tx, act.person, act.inbound_id, act.now)
    held = [c for c in steps.open_check_ins(act) if c.state in (State.OFFERED, State.OPEN)]
    if not held:
        act.note("rejoined" if was_declined else "started_later")
    _resume(act, held[:1])


def _resume(act: Act, held: list[CheckIn]) -> None:
    """Asks the first question of what is open; the others wait their turn."""
    for check_in in held:
        opened = act.touched(replace(check_in, state=State.OPEN))
        steps.redraw(act, opened)
        steps.go_on(act, opened, act.now)


def decline(act: Act) -> None:
    """*Not for me*: final until the person changes it. To everyone else it is "nothing shared".

    What nobody was shown yet stays with the person: each such answer becomes theirs alone.
    """
    if act.person.participation is Participation.DECLINED:
        return
    act.tx.people.set_participation(act.person.id, Participation.DECLINED)
    hello_message.redraw(act.tx, act.person, act.inbound_id, act.now)
    for check_in in act.tx.check_ins.of_person(act.person.id, ANSWERABLE):
        steps.close(act, check_in, State.CANCELLED, "not_for_me")
    taken_back(act, Erased.DECLINED, act.person.id)
    _keep_to_oneself(act)
    act.note("declined")


def _keep_to_oneself(act: Act) -> None:
    """What nobody was shown as it stands now."""
    shown = {r.answer_id: r.at for r in act.tx.read_log.of_person(act.person.id)}
    for answer in act.tx.answers.of_person(act.person.id, _ALL):
        last = shown.get(answer.answer_id)
        if last is None or last < answer.recorded_at:
            act.tx.answers.narrow(answer.answer_id, AudienceKind.SELF, act.now)
            taken_back(act, Erased.NARROWED, answer.answer_id)


def snooze(act: Act, check_in: CheckIn, until: str) -> datetime:
    """Puts a check-in off by "hour", "tomorrow" or "next_week"; returns the moment it comes back.

    Never into quiet hours. A moment after the closing moves the closing to the end of that day.
    Raises Refused("not_offered") for anything else.
    """
    back = _snooze_moment(act, check_in, until)
    act.tx.queue.cancel_about(check_in.id, "snoozed", act.now)
    closes_at = check_in.closes_at
    if back >= closes_at:
        closes_at = closing_moment(back, act.person.zone, 0)
    snoozed = replace(
        check_in,
        state=State.SNOOZED,
        snoozed_until=back,
        closes_at=closes_at,
        offers=check_in.offers + 1,
    )
    act.save(snoozed)
    steps.free_place(act)
    return back


def _snooze_moment(act: Act, check_in: CheckIn, until: str) -> datetime:
    zone = act.person.zone
    local = act.now.astimezone(zone)
    asked_at = check_in.opened_at.astimezone(zone).time()
    moments = {
        "hour": act.now + timedelta(hours=1),
        "tomorrow": local_instant(local.date() + timedelta(days=1), asked_at, zone),
        "next_week": local_instant(local.date() + timedelta(days=7), asked_at, zone),
    }
    if until not in moments:
        raise Refused("not_offered", "when")
    return next_open_moment(moments[until], zone, act.policy.quiet, act.working_day)


def skip(act: Act, check_in: CheckIn) -> None:
    """Skips this check-in; what was answered before stays, and the person is told so."""
    steps.close(act, check_in, State.SKIPPED, "skipped")
    act.note("skipped_rest" if _has_answers(act, check_in) else "skipped")


def _has_answers(act: Act, check_in: CheckIn) -> bool:
    return bool(act.tx.answers.current(check_in.id))


def parse_pause(act: Act, given: str) -> datetime:
    """The local midnight that begins the day `given` (ISO 8601), aware UTC.

    Raises Refused naming the field "until" with code "not_a_date", "in_the_past" or "too_far".
    """
    day = coming_day(given, "until", act.today, LONGEST_PAUSE)
    return local_instant(day, time.min, act.person.zone)


def pause(act: Act, until: datetime) -> None:
    """Nothing is asked before `until` (aware UTC); what is open is closed."""
    act.tx.people.set_pause(act.person.id, until)
    _look_again(act)
    opened = act.tx.check_ins.of_person(act.person.id, ANSWERABLE)
    for check_in in opened:
        steps.close(act, check_in, State.SKIPPED, "paused")
    answered = any(_has_answers(act, check_in) for check_in in opened)
    act.note("paused_rest" if answered else "paused", moment=until.isoformat())


def resume(act: Act) -> None:
    """Ends a pause. *Not for me* is taken back by *Start* alone."""
    act.tx.people.set_pause(act.person.id, None)
    _look_again(act)
    declined = act.person.participation is Participation.DECLINED
    act.note("declined" if declined else "resumed")


def _look_again(act: Act) -> None:
    """At messages and nudges that waited for the end which the pause had before."""
    act.tx.queue.release(act.person.id, "paused", act.now)
    if act.tx.desks.get(act.person.id) is not None:
        act.tx.desks.wake([act.person.id], act.now)
