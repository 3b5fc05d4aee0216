"""Stay interviews in a preview: how many people come due, and who has no hire date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.domain.cadence import CadenceKind, CadenceSpec, Member
from bot.domain.one_to_one import stay_day
from bot.domain.ports.people_store import Roster
from bot.services.memberships import is_planned_for

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StayPreview:
    """`due` counts people whose day comes in the weeks looked at; `undated` are those without a
    hire date, by name, for whom none ever comes. Both as the people list alone has it: what
    managers set for single people never shows.
    """

    due: int
    undated: tuple[Roster, ...]


def stay_preview(
    spec: CadenceSpec,
    roster: Sequence[Roster],
    members: Mapping[UUID, Member],
    now: datetime,
    until: datetime,
) -> StayPreview | None:
    """What stay interviews are about between `now` and `until` (both aware UTC); None for every
    other kind of cadence.
    """
    if spec.kind is not CadenceKind.STAY_INTERVIEW:
        return None
    met = list(_met(spec, roster, members, now))
    days = [(entry, zone, _day(spec, entry, now.astimezone(zone).date())) for entry, zone in met]
    undated = [entry for entry, _, day in days if day is None]
    return StayPreview(
        due=sum(day is not None and day <= until.astimezone(zone).date() for _, zone, day in days),
        undated=tuple(sorted(undated, key=lambda entry: (entry.name, entry.email))),
    )


def _met(
    spec: CadenceSpec, roster: Iterable[Roster], members: Mapping[UUID, Member], now: datetime
) -> Iterator[tuple[Roster, ZoneInfo]]:
    """Everybody whose manager gets the nudge, with that manager's time zone."""
    managers = {
        entry.person_id: ZoneInfo(entry.time_zone)
        for entry in roster
        if is_planned_for(spec, members[entry.person_id], now)
    }
    for entry in roster:
        if entry.manager_id in managers:
            yield entry, managers[entry.manager_id]


def _day(spec: CadenceSpec, entry: Roster, today: date) -> date | None:
    return stay_day(entry.hired_on, today - _DAY, spec.after_days, spec.every_months)
