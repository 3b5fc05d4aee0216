"""One manager's day as their desk sees it: the reports, the rules in force, the local time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Protocol
from uuid import UUID, uuid4

from bot.domain.cadence import CadenceKind, CadenceSpec
from bot.domain.local_time import WorkingDay, local_instant, next_open_moment, next_working_day
from bot.domain.occurrence import Occurrence
from bot.domain.one_to_one import Acting, Meeting, MeetingKind, OneToOne, Rhythm, moved_to_work
from bot.domain.people import Person
from bot.domain.policy import Policy
from bot.domain.ports.clock import Calendar
from bot.domain.ports.unit_of_work import Tx
from bot.domain.promise import Promise

DEFAULT_AT = time(9)
_DAY = timedelta(days=1)


class Waiting(Protocol):
    """What is still to be told, and when there is something to ask."""

    @property
    def urgent_first(self) -> Sequence[str]: ...
    @property
    def next_days(self) -> Sequence[date]: ...
    @property
    def next_moments(self) -> Sequence[datetime]: ...


@dataclass(frozen=True)
class Day:
    """`now` is aware UTC; every date is the manager's own. `since` is when each report's
    management began.
    """

    tx: Tx
    manager: Person
    policy: Policy
    working: WorkingDay
    now: datetime
    reports: Mapping[UUID, Person]
    since: Mapping[UUID, datetime]

    @classmethod
    def of(cls, tx: Tx, calendar: Calendar, manager: Person, now: datetime) -> Day:
        reports = {person.id: person for person in tx.people.reports_of(manager.id, now)}
        managements = tx.people.managements_of(reports)
        return cls(
            tx=tx,
            manager=manager,
            policy=tx.organisations.policy(),
            working=calendar.for_country(manager.country),
            now=now,
            reports=reports,
            since={
                m.person_id: m.since
                for m in managements
                if m.manager_id == manager.id and m.holds_at(now)
            },
        )

    @property
    def today(self) -> date:
        return self.now.astimezone(self.manager.zone).date()

    @cached_property
    def in_force(self) -> Mapping[UUID, CadenceSpec]:
        """The cadences that are for this manager and not paused, by id."""
        plans = self.tx.plans.of_person(self.manager.id)
        revisions = self.tx.cadences.revisions({plan.revision_id for plan in plans})
        return {r.cadence_id: r.spec for r in revisions.values() if not r.spec.paused}

    @cached_property
    def specs(self) -> Mapping[CadenceKind, CadenceSpec]:
        """One of them of each kind."""
        found = sorted(self.in_force.values(), key=lambda spec: spec.key)
        return {spec.kind: spec for spec in reversed(found)}

    @cached_property
    def one_to_ones(self) -> dict[UUID, OneToOne]:
        """One for each report. A new management begins anew, whoever the two were before."""
        known = {one.employee_id: one for one in self.tx.desks.one_to_ones(self.manager.id)}
        found = {}
        for employee_id, since in self.since.items():
            one = known.get(employee_id)
            if one is None or one.since != since:
                one = self._new(employee_id, since, one)
                self.tx.desks.save_one_to_one(one)
            found[employee_id] = one
        return found

    def _new(self, employee_id: UUID, since: datetime, before: OneToOne | None) -> OneToOne:
        return OneToOne(
            id=before.id if before else uuid4(),
            organisation_id=self.manager.organisation_id,
            manager_id=self.manager.id,
            employee_id=employee_id,
            since=since,
            stay_after=self.today - _DAY,
        )

    def save(self, one: OneToOne) -> None:
        self.one_to_ones[one.employee_id] = one
        self.tx.desks.save_one_to_one(one)

    @cached_property
    def coming(self) -> Sequence[Meeting]:
        """The meetings still to come of whoever this manager manages, by day and name."""
        mine = [m for m in self.tx.meetings.coming(self.manager.id) if self._is_mine(m)]
        return sorted(mine, key=lambda m: (m.due_on, self.reports[m.employee_id].name))

    def wanted(self) -> Iterator[Meeting]:
        """Those of them of which the manager didn't switch the reminders off since."""
        for meeting in self.coming:
            one = self.one_to_ones[meeting.employee_id]
            is_stay = meeting.kind is MeetingKind.STAY
            if not (one.stay_off if is_stay else one.rhythm is Rhythm.OFF):
                yield meeting

    @cached_property
    def bundled(self) -> Sequence[tuple[Occurrence, CadenceSpec]]:
        """What cadences brought, oldest first."""
        found = self.tx.occurrences.bundled(self.manager.id)
        revisions = self.tx.cadences.revisions({o.revision_id for o in found})
        return [(o, revisions[o.revision_id].spec) for o in found]

    def look_again(self) -> None:
        """Meetings, occurrences or promises were changed."""
        for name in ("coming", "bundled", "promises"):
            self.__dict__.pop(name, None)

    @cached_property
    def promises(self) -> Sequence[Promise]:
        """Of which this manager is to be told something, of managements that hold unbroken."""
        found = self.tx.promises.for_manager(self.manager.id)
        return [p for p in found if self._since_then(p.employee_id, p.created_at)]

    def _since_then(self, employee_id: UUID, moment: datetime) -> bool:
        since = self.since.get(employee_id)
        return since is not None and since <= moment

    @cached_property
    def appointed(self) -> Acting | None:
        """Who stands in for this manager, is to, or did."""
        return self.tx.desks.stand_in(self.manager.id)

    @cached_property
    def covers(self) -> Sequence[Acting]:
        """For whom this manager stands in, is to, or did."""
        return self.tx.desks.covered_by(self.manager.id)

    @cached_property
    def stand_in(self) -> Acting | None:
        """Who is reminded in this manager's place now, while they work here."""
        found = self.appointed
        if found is None or not found.holds_at(self.now):
            return None
        person = self.tx.people.get(found.acting_id)
        return found if person is not None and person.active else None

    def _is_mine(self, meeting: Meeting) -> bool:
        """Whether it belongs to a management that holds, unbroken since it was planned."""
        return self._since_then(meeting.employee_id, meeting.created_at)

    # When to tell, and when to look again

    @property
    def _at(self) -> time:
        spec = self.specs.get(CadenceKind.ONE_TO_ONE) or self.specs.get(CadenceKind.STAY_INTERVIEW)
        return spec.recurrence.at if spec else DEFAULT_AT

    def opens_on(self, day: date) -> datetime:
        """When nudges may come on `day`, or on the next that is worked (aware UTC)."""
        at = local_instant(moved_to_work(day, self.working), self._at, self.manager.zone)
        return next_open_moment(at, self.manager.zone, self.policy.quiet, self.working)

    def may_nudge(self, nudged_on: date | None) -> bool:
        """Whether it is time: on a working day, from the hour on, once a day."""
        return self._not_yet(nudged_on) and self.opens_on(self.today) <= self.now

    def _not_yet(self, nudged_on: date | None) -> bool:
        """Whether today has had no nudges. Whoever flew west may have had tomorrow's already."""
        return nudged_on is None or nudged_on < self.today

    def next_look(self, nudged_on: date | None, waiting: Waiting) -> datetime | None:
        """When there is next something to do (aware UTC); None while nothing is to come."""
        days = list(waiting.next_days)
        if waiting.urgent_first:
            days.append(self.today)
        tomorrow = next_working_day(self.today, self.working)
        later = [
            day if day > self.today or self._still_today(nudged_on) else tomorrow for day in days
        ]
        moments = [*waiting.next_moments, *(self.opens_on(day) for day in later)]
        return min(moments, default=None)

    def _still_today(self, nudged_on: date | None) -> bool:
        return self._not_yet(nudged_on) and self.opens_on(self.today) > self.now

    def coming_one_to_ones(self) -> list[date]:
        """The next days of the rhythms that were set."""
        if CadenceKind.ONE_TO_ONE not in self.specs:
            return []
        one_to_ones = self.one_to_ones.values()
        return [p.next_on for p in one_to_ones if p.next_on and p.rhythm is not Rhythm.OFF]
