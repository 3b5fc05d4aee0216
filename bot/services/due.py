"""When a cadence comes next for somebody, its first and last day considered."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.cadence import CadenceSpec
from bot.domain.local_time import WorkingDay, local_instant
from bot.domain.recurrence import Due, next_due


def next_of(
    spec: CadenceSpec, zone: ZoneInfo, after: datetime, is_working_day: WorkingDay
) -> Due | None:
    """The first due moment after `after` (aware UTC), or None where there is none any more:
    the cadence has ended, or its days are never worked in this person's country.
    """
    if spec.starts_on:
        opening = local_instant(spec.starts_on, time.min, zone) - timedelta(seconds=1)
        after = max(after, opening)
    try:
        coming = next_due(spec.recurrence, zone, after, is_working_day)
    except ValueError:  # no working day within its search limit; `preview` lists these people
        return None
    if spec.ends_on and coming.at.astimezone(zone).date() > spec.ends_on:
        return None
    return coming
