"""Promises between a manager and a report: what was promised, by when, and how each saw it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.domain.between import Between
from bot.domain.local_time import WorkingDay, local_instant, previous_working_day

MORNING = time(9)
"""The local hour at which promises come back."""

NOT_YET_AFTER = timedelta(days=7)
"""How long after "not yet" the same person is asked again."""

FORGOTTEN_AFTER = timedelta(days=1)
"""How long what was taken back can be put back; then its text is removed."""


class PromiseState(StrEnum):
    """KEPT: one of the two said that it happened, and neither said no. ENDED: both gave their last
    word and it isn't kept. WITHDRAWN: its author took it back.
    """

    OPEN = "open"
    KEPT = "kept"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


class Says(StrEnum):
    HAPPENED = "happened"
    NOT_YET = "not_yet"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Side:
    """What one of the two said, and when. `ask_at` is when they are asked next, None where they
    aren't; `asked_at` when they last were (all aware UTC).
    """

    says: Says | None = None
    said_at: datetime | None = None
    ask_at: datetime | None = None
    asked_at: datetime | None = None

    @property
    def is_final(self) -> bool:
        return self.says in (Says.HAPPENED, Says.NO)

    @property
    def is_asked_anew(self) -> bool:
        """Whether they were asked again since they said not yet."""
        if self.says is not Says.NOT_YET or self.asked_at is None or self.said_at is None:
            return False
        return self.asked_at > self.said_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise(Between):
    """`author_id` promised it to the other, by `due_on` in the author's own time zone.

    `remind_at` is when the author is reminded, None once they were or where it is too late.
    `may_raise`: the employee said no and was asked whether the manager may be told that the two
    see it differently; None while unanswered. `raised_at` is when the manager was told.
    """

    due_on: date
    employee: Side = Side()
    manager: Side = Side()
    remind_at: datetime | None = None
    may_raise: bool | None = None
    raised_at: datetime | None = None
    state: PromiseState = PromiseState.OPEN
    state_at: datetime
    wake_at: datetime | None = None

    def side(self, person_id: UUID) -> Side:
        """What this one of the two said. Raises ValueError for anybody else."""
        return self.employee if self.role(person_id) == "employee" else self.manager

    @property
    def is_withdrawn(self) -> bool:
        return self.state is PromiseState.WITHDRAWN

    @property
    def is_kept(self) -> bool:
        """One of the two said that it happened, and neither said no."""
        said = {self.employee.says, self.manager.says}
        return not self.is_withdrawn and Says.HAPPENED in said and Says.NO not in said

    def is_open_for(self, person_id: UUID) -> bool:
        """Whether this one of the two has yet to give their last word. What the other said changes
        nothing here, so that nobody can tell it from what stands open.
        """
        return not self.is_withdrawn and not self.side(person_id).is_final

    def differs(self) -> bool:
        """Whether both said how it went, and not the same."""
        said = (self.employee.says, self.manager.says)
        return None not in said and said[0] is not said[1]

    @property
    def asks_to_raise(self) -> bool:
        """Whether the employee said no and has yet to say if the manager may be told."""
        said_no = self.employee.says is Says.NO
        return said_no and self.may_raise is None and not self.is_withdrawn

    @property
    def is_agreed(self) -> bool:
        """Whether the employee says no and that the manager may be told that the two differ."""
        return self.may_raise is True and self.employee.says is Says.NO

    @property
    def can_be_raised(self) -> bool:
        """Whether the manager may be told now that the two see it differently: the employee agreed,
        and the manager, once asked, didn't say no as well.
        """
        waits = self.manager.says is None and self.manager.ask_at is not None
        alike = self.manager.says is Says.NO
        return (
            self.is_agreed and self.raised_at is None and not (waits or alike or self.is_withdrawn)
        )

    def reminds_manager(self, now: datetime) -> bool:
        """Whether the manager is to be reminded at `now` of what they promised themselves."""
        due = self.remind_at is not None and self.remind_at <= now
        return due and self.author_id == self.manager_id and self.is_open_for(self.manager_id)

    def asks_manager(self, now: datetime) -> bool:
        """Whether the manager is to be asked at `now` how it went."""
        ask_at = self.manager.ask_at
        return ask_at is not None and ask_at <= now and not self.is_withdrawn

    def said(self, person_id: UUID, says: Says, at: datetime) -> Promise:
        """After one of the two said how it went, at `at` (aware UTC).

        Raises ValueError for anybody else.
        """
        again = at + NOT_YET_AFTER if says is Says.NOT_YET else None
        side = replace(self.side(person_id), says=says, said_at=at, ask_at=again)
        changed = self._with(person_id, side)
        if person_id == self.employee_id and says is not Says.NO:
            changed = replace(changed, may_raise=None)
        return changed.settled(at)

    def unsaid(self, person_id: UUID, at: datetime, ask_at: datetime | None = None) -> Promise:
        """After one of the two took back what they said; they can say it anew at once.

        ask_at: when they are asked (aware UTC), where that is still to come.

        Raises ValueError for anybody else.
        """
        side = replace(self.side(person_id), says=None, said_at=None, ask_at=ask_at)
        changed = self._with(person_id, side)
        if person_id == self.employee_id:
            changed = replace(changed, may_raise=None)
        return changed.settled(at)

    def asked(self, person_id: UUID, at: datetime) -> Promise:
        """After one of the two was asked how it went. Raises ValueError for anybody else."""
        side = replace(self.side(person_id), ask_at=None, asked_at=at)
        return self._with(person_id, side).waking()

    def reminded(self) -> Promise:
        """After its author was reminded, or where there is no use in that any more."""
        return replace(self, remind_at=None).waking()

    def withdrawn(self, at: datetime) -> Promise:
        """After its author took it back."""
        taken = replace(self, state=PromiseState.WITHDRAWN, state_at=at)
        return taken.waking()

    def put_back(self, at: datetime) -> Promise:
        """After its author put back what they had taken back."""
        return replace(self, state=PromiseState.OPEN).settled(at)

    def forgotten(self) -> Promise:
        """Without its text, which was taken back for good."""
        return replace(self, sealed_for_employee=None, sealed_for_manager=None, wake_at=None)

    def settled(self, at: datetime) -> Promise:
        """With the state that follows from what both said, since `at` where it is a new one."""
        state = PromiseState.OPEN
        if self.is_kept:
            state = PromiseState.KEPT
        elif self.employee.is_final and self.manager.is_final:
            state = PromiseState.ENDED
        since = self.state_at if state is self.state else at
        return replace(self, state=state, state_at=since).waking()

    def waking(self) -> Promise:
        """With the moment at which time alone next does something for the employee."""
        if self.is_withdrawn:
            return replace(self, wake_at=self.state_at + FORGOTTEN_AFTER)
        return replace(self, wake_at=self._next_for(self.employee_id, self.employee))

    def next_for_manager(self) -> datetime | None:
        """When there is next something to show to the manager (aware UTC), if ever."""
        if self.is_withdrawn:
            return None
        if self.can_be_raised:
            return self.state_at
        return self._next_for(self.manager_id, self.manager)

    def _next_for(self, person_id: UUID, side: Side) -> datetime | None:
        reminder = self.remind_at if self.author_id == person_id else None
        return min((m for m in (reminder, side.ask_at) if m is not None), default=None)

    def _with(self, person_id: UUID, side: Side) -> Promise:
        if self.role(person_id) == "employee":
            return replace(self, employee=side)
        return replace(self, manager=side)


def reminder_at(
    due_on: date, zone: ZoneInfo, is_working_day: WorkingDay, now: datetime
) -> datetime | None:
    """When the one who promised is reminded: the last working day before it is due, in their own
    zone (aware UTC); None where that is over at `now`.
    """
    at = local_instant(previous_working_day(due_on, is_working_day), MORNING, zone)
    return at if at > now else None


def question_at(due_on: date, after_days: int, zone: ZoneInfo, now: datetime) -> datetime | None:
    """When somebody in `zone` is asked how it went (aware UTC); None where that is over."""
    at = local_instant(due_on + timedelta(days=after_days), MORNING, zone)
    return at if at > now else None
