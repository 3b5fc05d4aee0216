"""The meetings that come due: 1:1s by their rhythm, stay interviews by the report's tenure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

from bot.domain.cadence import CadenceKind, CadenceSpec
from bot.domain.local_time import monday_of
from bot.domain.occurrence import Occurrence, OccurrenceState
from bot.domain.one_to_one import (
    Meeting,
    MeetingKind,
    MeetingState,
    OneToOne,
    Rhythm,
    moved_to_work,
    next_on,
    stay_day,
)
from bot.services.desk_day import Day

_A_WEEK = timedelta(days=6)


def plan_meetings(day: Day) -> None:
    """Adds what has come due by this day. A repeat changes nothing: each one goes on to its next
    day in the same transaction.
    """
    _call_off(day)
    if CadenceKind.ONE_TO_ONE in day.specs:
        for one in list(day.one_to_ones.values()):
            if one.rhythm is not Rhythm.OFF and one.next_on and one.next_on <= day.today:
                _one_to_one(day, one, one.next_on)
    for occurrence, spec in day.bundled:
        if spec.kind is CadenceKind.STAY_INTERVIEW:
            _stay_interviews(day, occurrence, spec)
    day.look_again()


def _call_off(day: Day) -> None:
    """What waited for the manager while its cadence was paused or taken out comes no more."""
    ended = [o.id for o, _ in day.bundled if o.cadence_id not in day.in_force]
    if ended:
        day.tx.occurrences.set_state(ended, OccurrenceState.SKIPPED, "cadence_paused")
        day.look_again()


def _one_to_one(day: Day, one: OneToOne, on: date) -> None:
    """However long the manager was away: one meeting, and the rhythm goes on after today."""
    _miss_earlier(day, one, MeetingKind.ONE_TO_ONE)
    _add(day, one, MeetingKind.ONE_TO_ONE, on, moved_to_work(on, day.working))
    day.save(replace(one, next_on=next_on(one.rhythm, one.weekday, on, day.today)))


def _stay_interviews(day: Day, occurrence: Occurrence, spec: CadenceSpec) -> None:
    """Those that come due in this week, of whoever has a hire date."""
    ends = monday_of(day.today) + _A_WEEK
    added = 0
    for one in list(day.one_to_ones.values()):
        on = stay_on(day, one, spec)
        if on is None or on > ends:
            continue
        day.save(replace(one, stay_after=on))
        if not one.stay_off:
            _miss_earlier(day, one, MeetingKind.STAY)
            added += _add(day, one, MeetingKind.STAY, on, day.today, occurrence.id)
    state = OccurrenceState.QUEUED if added else OccurrenceState.SKIPPED
    day.tx.occurrences.set_state([occurrence.id], state, "" if added else "nothing_due")


def stay_on(day: Day, one: OneToOne, spec: CadenceSpec) -> date | None:
    """When the next stay interview with this report comes due; None without a hire date."""
    hired_on = day.reports[one.employee_id].hired_on
    return stay_day(hired_on, one.stay_after, spec.after_days, spec.every_months)


def _miss_earlier(day: Day, one: OneToOne, kind: MeetingKind) -> None:
    """The time of the one before has passed, and nobody said anything."""
    for before in day.coming:
        if before.one_to_one_id == one.id and before.kind is kind:
            missed = replace(before, state=MeetingState.MISSED, state_at=day.now)
            day.tx.meetings.save(missed)


def _add(
    day: Day,
    one: OneToOne,
    kind: MeetingKind,
    planned_on: date,
    due_on: date,
    occurrence_id: UUID | None = None,
) -> bool:
    return day.tx.meetings.add(
        Meeting(
            id=uuid4(),
            organisation_id=one.organisation_id,
            one_to_one_id=one.id,
            manager_id=one.manager_id,
            employee_id=one.employee_id,
            kind=kind,
            planned_on=planned_on,
            due_on=due_on,
            state=MeetingState.DUE,
            created_at=day.now,
            state_at=day.now,
            occurrence_id=occurrence_id,
        )
    )
