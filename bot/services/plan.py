"""Cadence due: one occurrence each, its message queued and the plan advanced, together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from bot.domain.cadence import CadenceKind, CadenceSpec, Member, in_audience
from bot.domain.check_in import AskedQuestion, CheckIn, State
from bot.domain.delivery import DeliveryClass, NewDelivery
from bot.domain.local_time import next_open_moment, one_working_day_later
from bot.domain.occurrence import DuePlan, Occurrence, OccurrenceState, Plan
from bot.domain.packs import choose_questions
from bot.domain.people import Participation
from bot.domain.ports.clock import Calendar
from bot.domain.ports.unit_of_work import Tx, UnitOfWork
from bot.domain.recurrence import Due, closing_moment, reminder_moments
from bot.services import desk_waking, outgoing, surveys
from bot.services.due import next_of

BATCH = 1000


async def plan(uow: UnitOfWork, calendar: Calendar, now: datetime) -> int:
    """Turns every plan due at `now` (aware UTC) into an occurrence; how many were handled.

    Each missed period leaves a visible occurrence; what is too late to send is skipped.
    """
    handled = 0
    while count := await uow.write(lambda tx: _Batch(tx, calendar, now).run()):
        handled += count
    return handled


@dataclass(frozen=True, slots=True)
class _Decided:
    """What one due plan leads to; `reason` is empty where a message goes out."""

    due: DuePlan
    spec: CadenceSpec
    occurrence: Occurrence
    reason: str

    @property
    def is_check_in(self) -> bool:
        return _is_check_in(self.spec)


class _Batch:
    """One transaction's worth of due plans."""

    def __init__(self, tx: Tx, calendar: Calendar, now: datetime) -> None:
        self.tx = tx
        self.calendar = calendar
        self.now = now
        self.policy = tx.organisations.policy()
        self.organisation = tx.organisations.get()
        self.places: set[UUID] = set()
        self.managing: set[UUID] = set()
        self.pack_of = lru_cache(maxsize=None)(tx.cadences.pack)
        self.due_after = lru_cache(maxsize=None)(self._due_after)

    def run(self) -> int:
        due = self.tx.plans.due(self.now, BATCH)
        if not due:
            return 0
        people = {d.person.id for d in due}
        self.tx.people.lock_many(people)  # so that two planners see each other's offers
        self.places = set(self.tx.check_ins.place_holders(people, self.now))
        revisions = self.tx.cadences.revisions({d.plan.revision_id for d in due})
        nudged = {d.person.id for d in due if not _is_check_in(revisions[d.plan.revision_id].spec)}
        self.managing = self.tx.people.managing(nudged, self.now)
        decided = [self._decide(d, revisions[d.plan.revision_id].spec) for d in due]
        inserted = self.tx.occurrences.add([d.occurrence for d in decided if _counts(d)])
        fresh = [d for d in decided if d.occurrence.id in inserted]
        rounds = self._open_check_ins(fresh)
        self._queue_messages(fresh)
        bundled = [d for d in fresh if d.occurrence.state is OccurrenceState.BUNDLED]
        desk_waking.wake(self.tx, [d.occurrence.person_id for d in bundled], self.now)
        self.tx.plans.advance([self._advanced(d, rounds) for d in decided])
        return len(due)

    def _decide(self, due: DuePlan, spec: CadenceSpec) -> _Decided:
        reason = self._reason(due, spec)
        return _Decided(due, spec, self._occurrence(due, spec, reason), reason)

    def _reason(self, due: DuePlan, spec: CadenceSpec) -> str:
        """Why nothing goes out, as a short code; the first that holds."""
        person, company = due.person, self.organisation
        moment = due.plan.next_due_at or self.now
        checks = (
            (not person.active, "left"),
            (not self._in_audience(due, spec, moment), "not_in_audience"),
            (company is not None and company.is_paused(self.now), "company_paused"),
            (due.cadence_paused, "cadence_paused"),
            (_declined(due, spec), "not_for_me"),
            (_prompts(spec) and person.is_paused(self.now), "paused"),
            (not due.has_identity, "no_platform"),
            (self.now > moment + timedelta(hours=spec.send_window_hours), "too_late"),
            (bool(spec.pack) and self.pack_of(spec.pack or "") is None, "no_pack"),
            (_is_for_managers(spec) and person.id not in self.managing, "not_a_manager"),
        )
        return next((reason for holds, reason in checks if holds), "")

    def _in_audience(self, due: DuePlan, spec: CadenceSpec, moment: datetime) -> bool:
        """Plans follow teams and managers; only tenure changes by itself, so it is asked here."""
        if not spec.audience.by_tenure:
            return True
        on = moment.astimezone(due.person.zone).date()
        tenure = replace(spec.audience, everyone=True, teams=(), under=(), managers=False)
        member = Member(due.person.id, None, due.person.hired_on, manages=False, chain=frozenset())
        return in_audience(tenure, member, on) is None

    def _occurrence(self, due: DuePlan, spec: CadenceSpec, reason: str) -> Occurrence:
        state = OccurrenceState.SKIPPED if reason else self._state(due.person.id, spec)
        return Occurrence(
            id=uuid4(),
            organisation_id=due.plan.organisation_id,
            cadence_id=due.plan.cadence_id,
            revision_id=due.plan.revision_id,
            person_id=due.plan.person_id,
            subject_id=due.plan.subject_id,
            period=due.plan.period,
            zone=due.person.time_zone,
            due_at=due.plan.next_due_at or self.now,
            state=state,
            reason=reason,
        )

    def _state(self, person_id: UUID, spec: CadenceSpec) -> OccurrenceState:
        """A manager's nudges wait for each other: they come in one message a day."""
        if spec.kind is CadenceKind.WEEKLY_SUMMARY:
            return OccurrenceState.PLANNED
        if spec.kind is CadenceKind.CHECK_IN or person_id not in self.managing:
            return OccurrenceState.QUEUED
        return OccurrenceState.BUNDLED

    def _open_check_ins(self, fresh: Sequence[_Decided]) -> dict[UUID, tuple[int, date]]:
        """Creates the check-ins; the rotation each plan goes on with, by plan id."""
        rounds: dict[UUID, tuple[int, date]] = {}
        check_ins: list[CheckIn] = []
        offers: list[NewDelivery] = []
        for decided in sorted(fresh, key=lambda d: d.occurrence.due_at):
            if decided.reason or not decided.is_check_in:
                continue
            check_in, rounds[decided.due.plan.id] = self._check_in(decided)
            check_ins.append(check_in)
            if check_in.state is State.OFFERED:
                self.places.add(check_in.person_id)
                offers.append(self._offer(check_in, decided))
        self.tx.check_ins.add(check_ins)
        self.tx.surveys.expect(surveys.surveys_of(self.tx, check_ins))
        self.tx.queue.enqueue(offers)
        return rounds

    def _check_in(self, decided: _Decided) -> tuple[CheckIn, tuple[int, date]]:
        """The check-in of an occurrence, and (rotation, day of the last full round) after it."""
        due, spec, zone = decided.due, decided.spec, decided.due.person.zone
        pack = self.pack_of(spec.pack or "")
        assert pack is not None, "without a pack it is skipped"  # noqa: S101  # nosec B101  # for the types
        day = decided.occurrence.due_at.astimezone(zone).date()
        full = _asks_everything(due, spec, day)
        keys, rotation = choose_questions(
            tuple(q.key for q in pack.pack.questions),
            rotation=due.plan.rotation,
            per_round=spec.questions_per_round,
            everything=full,
        )
        check_in = self._empty_check_in(decided, pack.id, keys)
        return check_in, (rotation, day if full else due.plan.last_full_on or day)

    def _empty_check_in(
        self, decided: _Decided, pack_revision_id: UUID, keys: tuple[str, ...]
    ) -> CheckIn:
        person, spec, occurrence = decided.due.person, decided.spec, decided.occurrence
        working = self.calendar.for_country(person.country)
        closes_at = closing_moment(occurrence.due_at, person.zone, spec.closes_after_days)
        waits = person.id in self.places
        check_in = CheckIn(
            id=uuid4(),
            organisation_id=occurrence.organisation_id,
            occurrence_id=occurrence.id,
            cadence_id=occurrence.cadence_id,
            revision_id=occurrence.revision_id,
            pack_revision_id=pack_revision_id,
            person_id=person.id,
            period=occurrence.period,
            state=State.WAITING if waits else State.OFFERED,
            opened_at=occurrence.due_at,
            closes_at=closes_at,
            questions=tuple(AskedQuestion(key, i) for i, key in enumerate(keys)),
            reminders=reminder_moments(
                occurrence.due_at,
                closes_at,
                person.zone,
                spec.recurrence.at,
                0 if _welcomed_before(decided) else spec.reminders,
                working,
            ),
            active_until=one_working_day_later(self.now, person.zone, working),
        )
        # Who waits is looked at again as soon as the time comes round: the place may be free.
        return replace(check_in, wake_at=self.now if waits else check_in.next_wake())

    def _offer(self, check_in: CheckIn, decided: _Decided) -> NewDelivery:
        person = decided.due.person
        working = self.calendar.for_country(person.country)
        opens = next_open_moment(check_in.opened_at, person.zone, self.policy.quiet, working)
        window = timedelta(hours=decided.spec.send_window_hours)
        return outgoing.offer(check_in, person, opens, min(opens + window, check_in.closes_at))

    def _queue_messages(self, fresh: Sequence[_Decided]) -> None:
        """Nudges of those who manage nobody go out by themselves."""
        queued = [d for d in fresh if d.occurrence.state is OccurrenceState.QUEUED]
        self.tx.queue.enqueue([_nudge(d) for d in queued if d.spec.kind is CadenceKind.NUDGE])

    def _advanced(self, decided: _Decided, rounds: dict[UUID, tuple[int, date]]) -> Plan:
        plan_row, person = decided.due.plan, decided.due.person
        rotation, full_on = rounds.get(plan_row.id, (plan_row.rotation, plan_row.last_full_on))
        after = plan_row.next_due_at or self.now
        coming = self.due_after(decided.spec, person.time_zone, person.country, after)
        return replace(
            plan_row,
            period=coming.period if coming else plan_row.period,
            next_due_at=coming.at if coming else None,
            rotation=rotation,
            last_full_on=full_on,
        )

    def _due_after(
        self, spec: CadenceSpec, zone: str, country: str | None, after: datetime
    ) -> Due | None:
        return next_of(spec, ZoneInfo(zone), after, self.calendar.for_country(country))


def _is_check_in(spec: CadenceSpec) -> bool:
    return spec.kind is CadenceKind.CHECK_IN


def _is_for_managers(spec: CadenceSpec) -> bool:
    """A guide is for a conversation with one's own people."""
    kinds = (CadenceKind.ONE_TO_ONE, CadenceKind.STAY_INTERVIEW)
    return spec.kind in kinds or spec.guide is not None


def _counts(decided: _Decided) -> bool:
    """Whoever isn't in the audience now leaves no trace; every other reason is kept, visible."""
    return decided.reason != "not_in_audience"


def _declined(due: DuePlan, spec: CadenceSpec) -> bool:
    is_check_in = spec.kind is CadenceKind.CHECK_IN
    return is_check_in and due.person.participation is Participation.DECLINED


def _prompts(spec: CadenceSpec) -> bool:
    """A personal pause stops questions and nudges; a manager's summary still comes, and 1:1s and
    stay interviews wait for the manager's return.
    """
    return spec.kind in (CadenceKind.CHECK_IN, CadenceKind.NUDGE)


def _asks_everything(due: DuePlan, spec: CadenceSpec, day: date) -> bool:
    """The first check-in asks everything, and so does the first one of each quarter."""
    last = due.plan.last_full_on
    if last is None or due.person.participation is Participation.NEW:
        return True
    return spec.all_each_quarter and _quarter(last) != _quarter(day)


def _welcomed_before(decided: _Decided) -> bool:
    """Who let an earlier welcome pass is asked again each time, but not reminded."""
    is_new = decided.due.person.participation is Participation.NEW
    return is_new and decided.due.plan.last_full_on is not None


def _quarter(day: date) -> tuple[int, int]:
    return day.year, (day.month - 1) // 3


def _nudge(decided: _Decided) -> NewDelivery:
    occurrence = decided.occurrence
    return NewDelivery(
        id=uuid4(),
        organisation_id=occurrence.organisation_id,
        person_id=occurrence.person_id,
        delivery_class=DeliveryClass.PROMPT,
        kind="nudge",
        cause=f"nudge:{occurrence.id}",
        not_before=occurrence.due_at,
        expires_at=occurrence.due_at + timedelta(hours=decided.spec.send_window_hours),
        facts={"revision": str(occurrence.revision_id), "period": occurrence.period},
        occurrence_id=occurrence.id,
    )
