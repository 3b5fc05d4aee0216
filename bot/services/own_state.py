"""What is open for a person and what comes next: the same for Home and for commands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.cadence import CadenceKind, CadenceSpec
from bot.domain.check_in import ANSWERABLE, CheckIn
from bot.domain.occurrence import Plan
from bot.domain.people import Participation, Person
from bot.domain.ports.clock import Calendar
from bot.domain.ports.unit_of_work import Tx
from bot.services.due import next_of


@dataclass(frozen=True, slots=True)
class Upcoming:
    """Something planned for a person at `moment` (aware UTC).

    for_managers: it comes to the person as somebody's manager.
    """

    moment: datetime
    kind: CadenceKind
    for_managers: bool = False

    @property
    def name(self) -> str:
        """What it is called in `next_...`: a manager's nudges come together, so they are one."""
        is_nudge = self.for_managers and self.kind is not CadenceKind.WEEKLY_SUMMARY
        return "nudges" if is_nudge else self.kind.value


def open_check_ins(tx: Tx, person: Person, now: datetime) -> list[CheckIn]:
    """What the person can answer at `now` (aware UTC), the one that closes first at the front."""
    if person.participation is not Participation.STARTED:
        return []
    found = tx.check_ins.of_person(person.id, ANSWERABLE)
    can_be_answered = (c for c in found if now < c.closes_at and c.next_question())
    return sorted(can_be_answered, key=lambda c: (c.closes_at, c.opened_at, c.id))


def upcoming(tx: Tx, calendar: Calendar, person: Person, now: datetime) -> list[Upcoming]:
    """What is planned for the person, soonest first, each cadence once and the nudges of a manager
    once.

    Of questions, notes and nudges only what comes after the person's own pause; summaries come
    anyway. Whoever chose *Not for me* is asked nothing.
    """
    plans = tx.plans.of_person(person.id)
    revisions = tx.cadences.revisions({plan.revision_id for plan in plans})
    found = [
        Upcoming(moment, spec.kind, spec.for_managers)
        for plan in plans
        if not (spec := revisions[plan.revision_id].spec).paused
        and _comes_to(person, spec)
        and (moment := _moment(calendar, person, spec, plan, now)) is not None
    ]
    in_order = sorted(found, key=lambda u: (u.moment, u.kind.value))
    nudges = [each for each in in_order if each.name == "nudges"]
    return [each for each in in_order if each not in nudges[1:]]


def last_day(check_in: CheckIn) -> datetime:
    """A moment of the last day on which the check-in can be answered."""
    return check_in.closes_at - timedelta(seconds=1)


def _comes_to(person: Person, spec: CadenceSpec) -> bool:
    declined = person.participation is Participation.DECLINED
    return not declined or spec.for_managers


def _moment(
    calendar: Calendar, person: Person, spec: CadenceSpec, plan: Plan, now: datetime
) -> datetime | None:
    """The plan's next moment, or the cadence's first one after the person's own pause."""
    until, planned = person.paused_until, plan.next_due_at
    is_summary = spec.kind is CadenceKind.WEEKLY_SUMMARY
    if planned is None or until is None or is_summary or max(planned, now) >= until:
        return planned
    working = calendar.for_country(person.country)
    coming = next_of(spec, person.zone, until - timedelta(seconds=1), working)
    return coming.at if coming else None
