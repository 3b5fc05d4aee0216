"""Who would get what in the coming weeks: worked out for groups of people, nothing written.

What single people chose (a pause, *Not for me*) never shows: they count as if they took part, and
how many they are is told only where that is enough people to hide one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.domain.cadence import CadenceKind, CadenceSpec, Member
from bot.domain.organisation import CadenceRevision, Organisation
from bot.domain.policy import Policy
from bot.domain.ports.clock import Calendar
from bot.domain.ports.people_store import Roster
from bot.domain.ports.unit_of_work import Tx, UnitOfWork
from bot.services.coming import Coming
from bot.services.manage_cadence import UnknownCadence, unknown
from bot.services.memberships import members_of
from bot.services.preview_cadence import CadencePreview, Outcome, Share
from bot.services.preview_stay import stay_preview
from bot.services.weekly_load import WeeklyLoad


@dataclass(frozen=True, slots=True)
class Preview:
    """The coming weeks, `since` to `until` (aware UTC).

    load: messages per local date and kind of cadence; reminders and replies not counted, and what
    comes to a manager with the nudges of one day counted once, as it is one message.
    has_accounts: whether anybody has an account on a platform; before that everyone counts as if
    they had one.
    over_cap: people who would get more prompts in some local week than `weekly_cap` allows, the
    rest of which is then skipped; over_cap_at_worst counts all reminders too, as if nobody
    answered.
    """

    since: datetime
    until: datetime
    people: int
    weekly_cap: int
    cadences: tuple[CadencePreview, ...]
    load: Mapping[date, Mapping[CadenceKind, int]]
    has_accounts: bool
    over_cap: int
    over_cap_at_worst: int


async def preview(
    uow: UnitOfWork,
    calendar: Calendar,
    now: datetime,
    weeks: int = 4,
    key: str | None = None,
    specs: Sequence[CadenceSpec] | None = None,
) -> Preview:
    """Who gets what in the `weeks` after `now` (aware UTC). Writes nothing.

    Args:
        key: this cadence alone; the weekly cap then counts nothing else.
        specs: cadences to look at in place of the stored ones, such as those of a file that has
            not been applied yet.

    Raises UnknownCadence, naming those there are.
    """
    until = now + timedelta(weeks=weeks)
    return await uow.read(lambda tx: _Company.of(tx, calendar, now, until).preview(key, specs))


@dataclass(frozen=True, slots=True)
class _Company:
    """Everyone, and what comes together over all cadences."""

    tx: Tx
    calendar: Calendar
    organisation: Organisation | None
    policy: Policy
    roster: Sequence[Roster]
    members: Mapping[UUID, Member]
    now: datetime
    until: datetime
    load: dict[date, Counter[CadenceKind]] = field(default_factory=lambda: defaultdict(Counter))
    weekly: WeeklyLoad = field(default_factory=WeeklyLoad)
    bundles: set[tuple[UUID, date]] = field(default_factory=set)

    @classmethod
    def of(cls, tx: Tx, calendar: Calendar, now: datetime, until: datetime) -> _Company:
        roster = tx.people.roster()
        policy, organisation = tx.organisations.policy(), tx.organisations.get()
        return cls(tx, calendar, organisation, policy, roster, members_of(roster), now, until)

    @property
    def has_accounts(self) -> bool:
        return any(entry.has_identity for entry in self.roster)

    def preview(self, key: str | None, specs: Sequence[CadenceSpec] | None) -> Preview:
        stored = {revision.spec.key: revision for revision in self.tx.cadences.current()}
        known = [revision.spec for revision in stored.values()] if specs is None else list(specs)
        if key is not None and key not in {spec.key for spec in known}:
            raise UnknownCadence(unknown(key, [spec.key for spec in known]))
        chosen = [spec for spec in known if key in (None, spec.key)]
        cap = self.policy.weekly_cap
        return Preview(
            since=self.now,
            until=self.until,
            people=len(self.roster),
            weekly_cap=cap,
            cadences=tuple(self._look(spec, stored.get(spec.key)) for spec in chosen),
            load={day: dict(self.load[day]) for day in sorted(self.load)},
            has_accounts=self.has_accounts,
            over_cap=self.weekly.over(cap, at_worst=False),
            over_cap_at_worst=self.weekly.over(cap, at_worst=True),
        )

    def _look(self, spec: CadenceSpec, stored: CadenceRevision | None) -> CadencePreview:
        coming = Coming(spec, self.calendar, self.now, self.until)
        paused_until = self.organisation.paused_until if self.organisation else None
        minimum = self.policy.group_minimum
        outcome = Outcome(coming, paused_until, minimum, self.has_accounts)
        had = self._had(coming, stored)
        for entry in self.roster:
            member = self.members[entry.person_id]
            share = outcome.add(entry, member, had=entry.person_id in had)
            if share is None:
                continue
            if spec.is_bundled(manages=member.manages):
                self._bundle(spec.kind, entry, share)
            elif spec.kind is not CadenceKind.WEEKLY_SUMMARY:
                self.weekly.add(entry.person_id, share.prompts)
        looked = outcome.preview()
        for day, messages in looked.load.items():
            self.load[day][spec.kind] += messages
        stay = stay_preview(spec, self.roster, self.members, self.now, self.until)
        return replace(looked, stay=stay)

    def _bundle(self, kind: CadenceKind, entry: Roster, share: Share) -> None:
        """All nudges of a day are one message: further ones add nothing to the load."""
        for due in share.dues:
            together = (entry.person_id, due.at.astimezone(ZoneInfo(share.zone)).date())
            if together in self.bundles:
                self.load[together[1]][kind] -= 1
            self.bundles.add(together)

    def _had(self, coming: Coming, stored: CadenceRevision | None) -> frozenset[UUID]:
        """Who already had the period that runs now: it comes once, whatever changes.

        Whoever is planned for this very period has not had it, and where the next moment is in a
        later one it doesn't matter: only the others are looked up.
        """
        running = cache(coming.running_period)
        first = {
            entry.person_id: dues[0].period
            for entry in self.roster
            if (dues := coming.dues(entry.time_zone, entry.country))
            and dues[0].period == running(entry.time_zone)
        }
        if stored is None or not first:
            return frozenset()
        planned = {p.person_id: p.period for p in self.tx.plans.of_cadence(stored.cadence_id)}
        doubtful = {p: period for p, period in first.items() if planned.get(p) != period}
        had = self.tx.occurrences.periods(stored.cadence_id, doubtful) if doubtful else {}
        return frozenset(p for p, period in doubtful.items() if period in had[p])
