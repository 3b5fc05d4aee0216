"""How many prompts people would get in a local week, against the weekly cap."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

Week: TypeAlias = tuple[int, int]
"""ISO year and week."""


@dataclass(frozen=True, eq=False)
class Prompts:
    """One cadence's prompts for everybody with the same moments: told apart by identity."""

    first: Counter[Week]
    reminders: Counter[Week]


def prompts_of(dues: Iterable[datetime], reminders: Iterable[datetime], zone: ZoneInfo) -> Prompts:
    """Counted by the local week of each moment (aware UTC)."""
    return Prompts(_by_week(dues, zone), _by_week(reminders, zone))


def _by_week(moments: Iterable[datetime], zone: ZoneInfo) -> Counter[Week]:
    return Counter(moment.astimezone(zone).isocalendar()[:2] for moment in moments)


@dataclass(frozen=True, slots=True)
class WeeklyLoad:
    """Everybody's prompts over all cadences; people with the same ones are counted together."""

    _by_person: dict[UUID, tuple[Prompts, ...]] = field(default_factory=lambda: defaultdict(tuple))

    def add(self, person_id: UUID, prompts: Prompts) -> None:
        """One more cadence that prompts this person."""
        self._by_person[person_id] += (prompts,)

    def over(self, cap: int, *, at_worst: bool) -> int:
        """How many people get more than `cap` in some week; `at_worst` adds all reminders."""
        alike = Counter(self._by_person.values())
        return sum(
            people
            for prompts, people in alike.items()
            if max(_together(prompts, at_worst=at_worst).values(), default=0) > cap
        )


def _together(prompts: Iterable[Prompts], *, at_worst: bool) -> Counter[Week]:
    weeks: Counter[Week] = Counter()
    for each in prompts:
        weeks.update(each.first)
        if at_worst:
            weeks.update(each.reminders)
    return weeks
