"""Keep the schedule in line with audiences: one plan per cadence for everyone it is for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache, partial
from typing import TypeAlias
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from bot.domain.cadence import CadenceSpec, Member, in_audience
from bot.domain.occurrence import Plan
from bot.domain.organisation import CadenceRevision
from bot.domain.ports.clock import Calendar
from bot.domain.ports.people_store import Roster
from bot.domain.ports.unit_of_work import Tx, UnitOfWork
from bot.domain.recurrence import Due
from bot.services.due import next_of

_CHUNK = 5_000
"""Plans written in one transaction, so that answers are never kept waiting for long."""

_BY_TIME = frozenset({"no_hire_date", "tenure"})
"""Reasons that time or a hire date can end: looked at when the cadence is due, not here."""


@dataclass(frozen=True, slots=True)
class SyncResult:
    """How many plans were added, changed, removed, and are right as they are."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    kept: int = 0

    def __add__(self, other: SyncResult) -> SyncResult:
        return SyncResult(
            self.added + other.added,
            self.changed + other.changed,
            self.removed + other.removed,
            self.kept + other.kept,
        )


async def sync_plans(
    uow: UnitOfWork,
    calendar: Calendar,
    now: datetime,
    only: Iterable[UUID] | None = None,
    people: Iterable[UUID] | None = None,
) -> SyncResult:
    """Add the plans that are missing, remove those of people a cadence is no longer for, and
    move those whose revision, time zone or country changed. A repeat changes nothing.

    A period the person already had is never planned again. A plan that is due but not handled
    yet stays due, and a paused cadence keeps its plans. Once a cadence has ended its plans have
    no due moment.

    Args:
        now: aware UTC; new plans are due after it.
        only: ids of cadences; None means all.
        people: ids of people; None means all. Give it only where nobody's manager changed: that
            changes who is a manager and who is below whom, for others too.
    """
    wanted = None if only is None else frozenset(only)
    some = None if people is None else frozenset(people)
    changes = await uow.read(lambda tx: list(_all_changes(tx, calendar, now, wanted, some)))
    for change in changes:
        await _write(uow, change)
    return sum((change.result() for change in changes), SyncResult())


def members_of(roster: Sequence[Roster]) -> dict[UUID, Member]:
    """Each person as audiences see them, by id; `roster` is everyone who is active."""
    emails = {entry.person_id: entry.email for entry in roster}
    managers = {entry.person_id: entry.manager_id for entry in roster if entry.manager_id in emails}
    managing = set(managers.values())
    chains = _Chains(managers, emails)
    return {
        entry.person_id: Member(
            person_id=entry.person_id,
            team=entry.team,
            hired_on=entry.hired_on,
            manages=entry.person_id in managing,
            chain=chains.above(entry.person_id),
        )
        for entry in roster
    }


def is_planned_for(spec: CadenceSpec, member: Member, now: datetime) -> bool:
    """Whether the person has a plan of this cadence. Tenure doesn't matter here: it changes by
    itself, so it is asked when the cadence is due.
    """
    if spec.for_managers and not member.manages:
        return False
    reason = in_audience(spec.audience, member, now.date())
    return reason is None or reason in _BY_TIME


@dataclass(slots=True)
class _Chains:
    """All managers above a person. Reports of one manager share one set: it is made once each."""

    managers: Mapping[UUID, UUID | None]
    emails: Mapping[UUID, str]
    _known: dict[UUID | None, frozenset[str]] = field(default_factory=dict)

    def above(self, person: UUID) -> frozenset[str]:
        manager = self.managers.get(person)
        if manager not in self._known:
            self._known[manager] = frozenset(self._walk(person))
        return self._known[manager]

    def _walk(self, person: UUID) -> Iterator[str]:
        seen: set[UUID] = set()
        manager = self.managers.get(person)
        while manager is not None and manager not in seen:
            seen.add(manager)
            yield self.emails[manager]
            manager = self.managers.get(manager)


_NextDue: TypeAlias = Callable[[str, str | None, datetime], Due | None]


@dataclass(slots=True)
class _Changes:
    """What one cadence's plans need."""

    added: list[Plan] = field(default_factory=list)
    changed: list[Plan] = field(default_factory=list)
    removed: list[UUID] = field(default_factory=list)
    kept: int = 0

    def result(self) -> SyncResult:
        return SyncResult(len(self.added), len(self.changed), len(self.removed), self.kept)


async def _write(uow: UnitOfWork, changes: _Changes) -> None:
    # The planner may advance a plan between reading and writing. At worst it is set back to a
    # period the person had, which the planner then passes over: a period comes once.
    plans = [*changes.added, *changes.changed]
    for start in range(0, len(plans), _CHUNK):
        await uow.write(partial(_upsert, plans[start : start + _CHUNK]))
    if changes.removed:
        await uow.write(lambda tx: tx.plans.remove(changes.removed))


def _upsert(plans: Sequence[Plan], tx: Tx) -> None:
    tx.plans.upsert(plans)


def _all_changes(
    tx: Tx,
    calendar: Calendar,
    now: datetime,
    only: frozenset[UUID] | None,
    people: frozenset[UUID] | None,
) -> Iterator[_Changes]:
    roster = tx.people.roster()
    members = members_of(roster)
    entries = [entry for entry in roster if people is None or entry.person_id in people]
    organisation = tx.organisations.get()
    for revision in tx.cadences.current():
        if organisation is None or (only is not None and revision.cadence_id not in only):
            continue
        audience = _audience(revision.spec, entries, members, now)
        plans = _plans(tx, revision.cadence_id, people)
        due = _next_due(revision.spec, calendar)
        yield _Sync(tx, organisation.id, revision, due, now).run(audience, plans)


def _audience(
    spec: CadenceSpec, entries: Iterable[Roster], members: Mapping[UUID, Member], now: datetime
) -> list[Roster]:
    return [e for e in entries if is_planned_for(spec, members[e.person_id], now)]


def _plans(tx: Tx, cadence_id: UUID, people: frozenset[UUID] | None) -> dict[UUID, Plan]:
    """The plans a person has about themselves, by person."""
    if people is None:
        found: Iterable[Plan] = tx.plans.of_cadence(cadence_id)
    else:
        found = (plan for person in people for plan in tx.plans.of_person(person))
    return {
        plan.person_id: plan
        for plan in found
        if plan.cadence_id == cadence_id and plan.subject_id == plan.person_id
    }


def _next_due(spec: CadenceSpec, calendar: Calendar) -> _NextDue:
    """The next due moment, worked out once for all who share zone and country."""

    @cache
    def next_due(zone: str, country: str | None, after: datetime) -> Due | None:
        return next_of(spec, ZoneInfo(zone), after, calendar.for_country(country))

    return next_due


@dataclass(slots=True)
class _Sync:
    """The comparison of one cadence's plans with its audience."""

    tx: Tx
    organisation_id: UUID
    revision: CadenceRevision
    next_due: _NextDue
    now: datetime

    def run(self, audience: Iterable[Roster], plans: Mapping[UUID, Plan]) -> _Changes:
        changes = _Changes()
        moved: list[tuple[Roster, Plan | None]] = []
        asked: set[UUID] = set()
        for entry in audience:
            asked.add(entry.person_id)
            plan = plans.get(entry.person_id)
            if plan is not None and self._is_right(plan, entry):
                changes.kept += 1
            else:
                moved.append((entry, plan))
        had = self.tx.occurrences.periods(
            self.revision.cadence_id, [entry.person_id for entry, _ in moved]
        )
        for entry, plan in moved:
            self._place(changes, entry, plan, had.get(entry.person_id, set()))
        changes.removed = [plan.id for person, plan in plans.items() if person not in asked]
        return changes

    def _is_right(self, plan: Plan, entry: Roster) -> bool:
        """Whether nothing needs a closer look; a due plan is the planner's to handle."""
        if plan.revision_id != self.revision.id:
            return False
        if plan.next_due_at is not None and plan.next_due_at <= self.now:
            return True
        coming = self.next_due(entry.time_zone, entry.country, self.now)
        if coming is None or plan.next_due_at is None:
            return coming is None and plan.next_due_at is None
        return (plan.next_due_at, plan.period) == (coming.at, coming.period)

    def _place(self, changes: _Changes, entry: Roster, plan: Plan | None, had: set[str]) -> None:
        coming = self._coming(entry, plan, had)
        if plan is None:
            changes.added.append(self._planned(entry, coming))
            return
        right = replace(
            plan,
            revision_id=self.revision.id,
            period=coming.period if coming else plan.period,
            next_due_at=coming.at if coming else None,
        )
        if right == plan:
            changes.kept += 1
        else:
            changes.changed.append(right)

    def _coming(self, entry: Roster, plan: Plan | None, had: set[str]) -> Due | None:
        """The first due moment in a period the person hasn't had.

        Counted from now; or, where a plan is due already, from that moment: a new revision that
        comes between a due moment and the planner must not make anybody miss it.
        """
        after = self.now
        if plan is not None and plan.next_due_at is not None and plan.next_due_at <= self.now:
            after = plan.next_due_at - timedelta(seconds=1)
        coming = self.next_due(entry.time_zone, entry.country, after)
        while coming is not None and coming.period in had:
            coming = self.next_due(entry.time_zone, entry.country, coming.at)
        return coming

    def _planned(self, entry: Roster, coming: Due | None) -> Plan:
        return Plan(
            id=uuid4(),
            organisation_id=self.organisation_id,
            cadence_id=self.revision.cadence_id,
            revision_id=self.revision.id,
            person_id=entry.person_id,
            subject_id=entry.person_id,
            period=coming.period if coming else "",
            next_due_at=coming.at if coming else None,
        )
