"""1:1s and stay interviews: when a manager is reminded of each report, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from bot.domain.local_time import WorkingDay, next_working_day

_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)

ASKED_FOR = timedelta(days=7)
"""So long after the first moment for it, the manager may still be asked whether it happened."""

STAY_TAKES = timedelta(days=7)
"""A stay interview is held some time in the week after it was brought up."""


class Rhythm(StrEnum):
    """How often a manager meets a report. UNSET: not chosen yet; OFF: no nudges about 1:1s."""

    UNSET = "unset"
    WEEKLY = "weekly"
    TWO_WEEKS = "two_weeks"
    MONTHLY = "monthly"
    OFF = "off"

    @property
    def weeks(self) -> int | None:
        """Weeks from one 1:1 to the next; None where none is planned by itself."""
        return {"weekly": 1, "two_weeks": 2, "monthly": 4}.get(self.value)


class MeetingKind(StrEnum):
    ONE_TO_ONE = "one_to_one"
    STAY = "stay"


class MeetingState(StrEnum):
    """DUE: to be held on its day. NOT_YET: the manager was asked, and it is still to come.
    MISSED: its day passed and nobody said anything.
    """

    DUE = "due"
    NOT_YET = "not_yet"
    HELD = "held"
    MISSED = "missed"


COMING = frozenset({MeetingState.DUE, MeetingState.NOT_YET})


@dataclass(frozen=True, slots=True)
class OneToOne:
    """What a manager set for one report.

    since: when this management began (aware UTC). next_on: the day of the next 1:1. weekday: 0
    (Monday) to 6, the day chosen for the rhythm. stay_after: stay interviews that came due up to
    this day are dealt with. stay_off: whether the manager wants no nudges about them. Days are
    local dates of the manager's.
    """

    id: UUID
    organisation_id: UUID
    manager_id: UUID
    employee_id: UUID
    since: datetime
    stay_after: date
    rhythm: Rhythm = Rhythm.UNSET
    weekday: int | None = None
    next_on: date | None = None
    stay_off: bool = False


@dataclass(frozen=True, slots=True)
class Meeting:
    """One 1:1 or stay interview, planned for `planned_on` and due on `due_on`, which moves.

    `nudged_on` and `asked_on` are the days on which the manager was told of it and asked how it
    went. All are local dates of the manager's. `occurrence_id` is what of a cadence brought it. The
    notes are sealed once for each of the two.
    """

    id: UUID
    organisation_id: UUID
    one_to_one_id: UUID
    manager_id: UUID
    employee_id: UUID
    kind: MeetingKind
    planned_on: date
    due_on: date
    state: MeetingState
    created_at: datetime
    state_at: datetime
    nudged_on: date | None = None
    asked_on: date | None = None
    occurrence_id: UUID | None = None
    sealed_for_employee: bytes | None = None
    sealed_for_manager: bytes | None = None

    def is_due(self, today: date) -> bool:
        """Whether the manager is to be told of it now: on its day or, where that day was off or
        the manager away, as soon as there is a nudge again.
        """
        return self.state in COMING and self.due_on <= today and self.nudged_on is None

    def is_to_be_asked(self, today: date) -> bool:
        """Whether it is time to ask if it happened: once, after its day, and not long after."""
        first = self.asked_from
        if self.state not in COMING or first is None or self.asked_on is not None:
            return False
        return first <= today <= first + ASKED_FOR

    @property
    def asked_from(self) -> date | None:
        """The first day on which to ask if it happened; None before the manager was told of it."""
        if self.nudged_on is None:
            return None
        takes = STAY_TAKES if self.kind is MeetingKind.STAY else _DAY
        return max(self.nudged_on, self.due_on) + takes

    def may_be_answered(self) -> bool:
        return self.state is not MeetingState.HELD


def first_on(weekday: int, after: date) -> date:
    """The first day with this weekday (0: Monday) after `after`."""
    return after + ((weekday - after.weekday() - 1) % 7 + 1) * _DAY


def next_on(rhythm: Rhythm, weekday: int | None, last: date, today: date) -> date | None:
    """The day of the next 1:1 in this rhythm, counted from the last one's day: after today, and
    on the chosen weekday. None where none is planned by itself.

    A meeting that was moved within its week leaves the rhythm as it is.
    """
    weeks = rhythm.weeks
    if weeks is None or weekday is None:
        return None
    nominal = last - last.weekday() * _DAY + weekday * _DAY
    while nominal <= max(last, today):
        nominal += weeks * _WEEK
    return nominal


def moved_to_work(day: date, is_working_day: WorkingDay) -> date:
    """The day itself where it is worked, else the next one that is."""
    return day if is_working_day(day) else next_working_day(day, is_working_day)


def stay_day(
    hired_on: date | None, after: date, after_days: tuple[int, ...], every_months: int
) -> date | None:
    """The first day after `after` on which a stay interview comes due; None without a hire date.

    after_days: days of tenure (90 and 180 by default), in order. From the last of them on it
    comes every `every_months` months, on the same day of the month or the month's last.
    """
    if hired_on is None:
        return None
    first = [hired_on + days * _DAY for days in after_days]
    for day in first:
        if day > after:
            return day
    start = first[-1] if first else hired_on
    months = every_months
    while (day := months_later(start, months)) <= after:
        months += every_months
    return day


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it has no such day."""
    number = day.year * 12 + day.month - 1 + months
    first = date(number // 12, number % 12 + 1, 1)
    following = date((number + 1) // 12, (number + 1) % 12 + 1, 1)
    return min(first + (day.day - 1) * _DAY, following - _DAY)


@dataclass(frozen=True, slots=True)
class Acting:
    """`acting_id` stands in for a manager from `since` until before `until` (aware UTC): they are
    reminded of the manager's 1:1s and stay interviews, and read nothing that was said or promised.
    """

    id: UUID
    organisation_id: UUID
    manager_id: UUID
    acting_id: UUID
    since: datetime
    until: datetime

    def holds_at(self, moment: datetime) -> bool:
        return self.since <= moment < self.until
