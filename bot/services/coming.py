"""The due moments and reminders of one cadence in the coming weeks, by zone and country.

Everybody in the same zone and country has the same ones, so each is worked out once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.cadence import CadenceKind, CadenceSpec
from bot.domain.ports.clock import Calendar
from bot.domain.recurrence import Due, closing_moment, period_of, reminder_moments
from bot.services.due import next_of


@dataclass(frozen=True, slots=True)
class Coming:
    """What comes after `now` and until `until` (both aware UTC)."""

    spec: CadenceSpec
    calendar: Calendar
    now: datetime
    until: datetime
    _known: dict[tuple[str, str | None], tuple[Due, ...] | None] = field(default_factory=dict)

    def dues(self, zone: str, country: str | None) -> tuple[Due, ...] | None:
        """In order; None where the cadence is never due again there."""
        place = (zone, country)
        if place not in self._known:
            self._known[place] = self._dues(ZoneInfo(zone), country)
        return self._known[place]

    def reminders(self, due: Due, zone: str, country: str | None) -> tuple[datetime, ...]:
        """When somebody who doesn't answer is reminded (aware UTC)."""
        spec, there = self.spec, ZoneInfo(zone)
        if spec.kind is not CadenceKind.CHECK_IN:
            return ()
        return reminder_moments(
            due.at,
            closing_moment(due.at, there, spec.closes_after_days),
            there,
            spec.recurrence.at,
            spec.reminders,
            self.calendar.for_country(country),
        )

    def running_period(self, zone: str) -> str:
        """The local period that `now` falls into."""
        return period_of(self.spec.recurrence, self.now.astimezone(ZoneInfo(zone)).date())

    def _dues(self, zone: ZoneInfo, country: str | None) -> tuple[Due, ...] | None:
        working = self.calendar.for_country(country)
        due = next_of(self.spec, zone, self.now, working)
        if due is None:
            return None
        found: list[Due] = []
        while due is not None and due.at <= self.until:
            found.append(due)
            due = next_of(self.spec, zone, due.at, working)
        return tuple(found)
