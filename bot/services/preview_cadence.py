"""One cadence's part of a preview: who gets it when, and who is left out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.domain.cadence import Audience, CadenceKind, CadenceSpec, Member, in_audience
from bot.domain.people import Participation
from bot.domain.ports.people_store import Roster
from bot.domain.recurrence import Due
from bot.services.coming import Coming
from bot.services.preview_stay import StayPreview
from bot.services.weekly_load import Prompts, prompts_of

_EXAMPLES = 3
_MENDABLE = frozenset({"no_hire_date", "no_platform", "never_due"})
"""Reasons that the people list or an account can mend: these come with examples."""

_BY_TIME = frozenset({"no_hire_date", "tenure"})
_NOBODY = UUID(int=0)
_Place: TypeAlias = tuple[str, str | None, tuple[Due, ...]]
"""A time zone, a country, and moments that people there have in common."""


@dataclass(frozen=True, slots=True)
class Group:
    """People with the same moments, which are given in their own zone.

    `examples` are a few of their e-mail addresses.
    """

    zone: str
    country: str | None
    people: int
    moments: tuple[datetime, ...]
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many people get nothing, and why; a few addresses where somebody can mend it.

    Reasons: not_in_team, not_under, not_a_manager, no_hire_date, tenure, never_due (the cadence
    has ended, or its days are never worked there), company_paused, cadence_paused, no_platform.
    """

    reason: str
    people: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CadencePreview:
    """`later` counts people whose next moment comes after the weeks looked at.

    stay: for stay interviews, whom they are about.

    `own_choice` counts those among `people` who paused or chose *Not for me*, and therefore get
    nothing; None where they or the others are too few to be told. `load` is messages per local
    date, reminders not counted.
    """

    spec: CadenceSpec
    people: int
    messages: int
    later: int
    groups: tuple[Group, ...]
    left_out: tuple[LeftOut, ...]
    own_choice: int | None
    load: Mapping[date, int]
    stay: StayPreview | None = None


@dataclass(frozen=True, eq=False)
class Share:
    """What everybody with the same place and hire date gets; told apart by identity.

    `reason` says why they get nothing, and is empty where they do, if only later.
    """

    zone: str
    country: str | None
    reason: str
    dues: tuple[Due, ...]
    prompts: Prompts


@dataclass(slots=True)
class Outcome:
    """Everybody's share of one cadence.

    paused_until: the company's pause (aware UTC).
    needs_account: whether people without an account are left out.
    """

    coming: Coming
    paused_until: datetime | None
    group_minimum: int
    needs_account: bool
    _shares: dict[tuple[str, str | None, date | None, bool], Share] = field(default_factory=dict)
    _prompts: dict[_Place, Prompts] = field(default_factory=dict)
    _people: Counter[Share] = field(default_factory=Counter)
    _examples: dict[Share | str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _left_out: Counter[str] = field(default_factory=Counter)
    _own_choice: int = 0

    def add(self, entry: Roster, member: Member, *, had: bool) -> Share | None:
        """Counts one person; the share they get, or None where they are left out.

        had: whether they already had the period of the first moment.
        """
        share = self._share_of(entry, had=had)
        reason = self._reason(entry, member, share)
        if reason:
            self._left_out[reason] += 1
            if reason in _MENDABLE:
                self._note(reason, entry)
            return None
        self._people[share] += 1
        self._note(share, entry)
        self._own_choice += self._chose_not_to(entry, share)
        return share

    def preview(self) -> CadencePreview:
        """Everything that was counted."""
        getting = {share: people for share, people in self._people.items() if share.dues}
        people = sum(getting.values())
        return CadencePreview(
            spec=self.coming.spec,
            people=people,
            messages=sum(len(share.dues) * count for share, count in getting.items()),
            later=self._people.total() - people,
            groups=tuple(sorted(self._groups(getting), key=lambda g: (g.moments[0], g.zone))),
            left_out=tuple(
                LeftOut(reason, count, tuple(self._examples[reason]))
                for reason, count in self._left_out.most_common()
            ),
            own_choice=self._told(people),
            load=_load(getting),
        )

    def _told(self, people: int) -> int | None:
        enough = min(self._own_choice, people - self._own_choice) >= self.group_minimum
        return self._own_choice if enough else None

    def _groups(self, getting: dict[Share, int]) -> Iterator[Group]:
        alike: dict[_Place, list[Share]] = defaultdict(list)
        for share in getting:
            alike[share.zone, share.country, share.dues].append(share)
        for (zone, country, dues), shares in alike.items():
            examples = [email for share in shares for email in self._examples[share]]
            yield Group(
                zone=zone,
                country=country,
                people=sum(getting[share] for share in shares),
                moments=tuple(due.at.astimezone(ZoneInfo(zone)) for due in dues),
                examples=tuple(sorted(examples)[:_EXAMPLES]),
            )

    def _note(self, where: Share | str, entry: Roster) -> None:
        examples = self._examples[where]
        if len(examples) < _EXAMPLES:
            examples.append(entry.email)

    def _reason(self, entry: Roster, member: Member, share: Share) -> str:
        spec = self.coming.spec
        if spec.for_managers and not member.manages:
            return "not_a_manager"
        outside = in_audience(spec.audience, member, self.coming.now.date())
        if outside and outside not in _BY_TIME:
            return outside
        if share.reason:
            return share.reason
        return "no_platform" if self.needs_account and not entry.has_identity else ""

    def _chose_not_to(self, entry: Roster, share: Share) -> bool:
        kind = self.coming.spec.kind
        if not share.dues or kind is CadenceKind.WEEKLY_SUMMARY:
            return False
        if kind is CadenceKind.CHECK_IN and entry.participation is Participation.DECLINED:
            return True
        return entry.paused_until is not None and share.dues[-1].at < entry.paused_until

    def _share_of(self, entry: Roster, *, had: bool) -> Share:
        hired_on = entry.hired_on if self.coming.spec.audience.by_tenure else None
        key = (entry.time_zone, entry.country, hired_on, had)
        if key not in self._shares:
            self._shares[key] = self._share(*key)
        return self._shares[key]

    def _share(self, zone: str, country: str | None, hired_on: date | None, had: bool) -> Share:
        reason, dues = self._dues(zone, country, hired_on, had=had)
        place = (zone, country, dues)
        if place not in self._prompts:
            self._prompts[place] = self._prompts_of(*place)
        return Share(zone, country, reason, dues, self._prompts[place])

    def _prompts_of(self, zone: str, country: str | None, dues: tuple[Due, ...]) -> Prompts:
        reminders = [at for due in dues for at in self.coming.reminders(due, zone, country)]
        return prompts_of([due.at for due in dues], reminders, ZoneInfo(zone))

    def _dues(
        self, zone: str, country: str | None, hired_on: date | None, *, had: bool
    ) -> tuple[str, tuple[Due, ...]]:
        """Why nothing comes, or what does."""
        spec, dues = self.coming.spec, self.coming.dues(zone, country)
        if dues is None:
            return "never_due", ()
        if spec.audience.by_tenure and hired_on is None:
            return "no_hire_date", ()
        asked = dues[1:] if had else dues
        tenured = tuple(d for d in asked if _has_tenure(spec.audience, hired_on, d, zone))
        if asked and not tenured:
            return "tenure", ()
        open_ = tuple(d for d in tenured if not self.paused_until or d.at >= self.paused_until)
        if tenured and not open_:
            return "company_paused", ()
        return ("cadence_paused", ()) if spec.paused else ("", open_)


def _load(getting: Mapping[Share, int]) -> dict[date, int]:
    load: Counter[date] = Counter()
    for share, people in getting.items():
        zone = ZoneInfo(share.zone)
        for due in share.dues:
            load[due.at.astimezone(zone).date()] += people
    return {day: load[day] for day in sorted(load)}


def _has_tenure(audience: Audience, hired_on: date | None, due: Due, zone: str) -> bool:
    if not audience.by_tenure or hired_on is None:
        return not audience.by_tenure
    on = due.at.astimezone(ZoneInfo(zone)).date()
    tenure = Audience(
        tenure_min_days=audience.tenure_min_days, tenure_max_days=audience.tenure_max_days
    )
    hired = Member(_NOBODY, None, hired_on, manages=False, chain=frozenset())
    return in_audience(tenure, hired, on) is None
