"""What every cadence must meet, wherever it was written: in app.yaml or in a form."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, time
from typing import Any

from bot.domain.cadence import MOST_AFTER_DAYS, MOST_DAYS, are_days_of_tenure
from bot.domain.local_time import QuietHours
from bot.domain.packs import Pack
from bot.domain.phrases import Every, Unfit, shown
from bot.domain.recurrence import Unit

MAX_NAME = 75
"""Characters: the most that a button or an option holds in Slack."""

CONFIRMATIONS = {
    "confirmed_impact_assessment": "do an impact assessment",
    "confirmed_works_council": "agree it with the works council",
}
"""What a cadence says of a pack that is off by default, and what has to be done first."""

_FRIDAY = 4
_WEEK = 7


def check_time(at: time, quiet: QuietHours) -> None:
    """Raises Unfit for a time of day at which nothing is ever sent."""
    if quiet.covers(at):
        raise Unfit(
            f"{at:%H:%M} lies in the quiet hours ({quiet.start:%H:%M} to {quiet.end:%H:%M})",
            f"choose a time from {quiet.end:%H:%M} on, before {quiet.start:%H:%M}, "
            "or change quiet_hours",
            "quiet_hours",
        )


def check_first_day(every: Every, day: date) -> None:
    """Raises Unfit where an interval in days, counted from `day`, never meets a workday."""
    only_weekends = every.unit is Unit.DAY and every.interval % _WEEK == 0
    if only_weekends and day.weekday() > _FRIDAY:
        raise Unfit(
            f"every {every.interval} days from {day:%A} falls on weekends alone",
            "begin on a workday, or use every: week",
            "weekends_alone",
        )


def check_pack(pack: Pack, others: Iterable[Pack], *, confirmed: Collection[str] = ()) -> None:
    """Raises Unfit for a pack that is never sent by message, or is off by default.

    confirmed: which of CONFIRMATIONS the cadence gives; such a pack needs every one of them.
    """
    if not pack.by_message:
        usual = sorted(p.key for p in others if p.by_message and p.on_by_default)
        raise Unfit(
            f'"{pack.key}" is meant for a conversation, never for messages',
            f"choose another, such as {', '.join(usual[:3])}",
            "conversation_only",
        )
    missing = [name for name in CONFIRMATIONS if name not in confirmed]
    if not pack.on_by_default and missing:
        first = " and ".join(CONFIRMATIONS[name] for name in missing)
        add = " and ".join(f"{name}: true" for name in missing)
        raise Unfit(
            f'"{pack.key}" is off by default: its answers may be health data',
            f"{first} first, then add {add}",
            "off_by_default",
        )


def parse_after_days(value: Any) -> tuple[int, ...]:
    """Days of tenure after which stay interviews come due, from a list. Raises Unfit."""
    are_numbers = isinstance(value, list) and all(type(day) is int for day in value)
    if not are_numbers or not are_days_of_tenure(value):
        raise Unfit(
            f"{value if are_numbers else shown(value)} can't be days of tenure",
            f"give up to {MOST_DAYS} rising numbers from 1 to {MOST_AFTER_DAYS:,}, "
            "for example [90, 180]",
            "after_days",
        )
    return tuple(value)


def title_key(title: str) -> str:
    """The same for titles that people can't tell apart."""
    return " ".join(title.casefold().split())
