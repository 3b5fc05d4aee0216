"""Moments in a person's local time: clock changes, quiet hours and working days.

Every moment that goes in or out is an aware datetime; what comes out is in UTC. Which days are
worked is an argument: calendars are not known here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

WorkingDay: TypeAlias = Callable[[date], bool]

SEARCH_LIMIT = 400
"""Days, or nominal dates, searched before a calendar is declared to have no working day. More than
a year of days, so that no run of real holidays can reach it."""

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Local hours without messages, from `start` up to but not including `end`; may span midnight.

    Raises ValueError when both are the same: that could mean all day or never.
    """

    start: time
    end: time

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise ValueError(
                f"quiet hours: start and end are both {self.start:%H:%M}; "
                "give two different times, such as 18:00 and 08:00"
            )

    @property
    def spans_midnight(self) -> bool:
        """Whether the quiet hours run over from one local day into the next."""
        return self.end < self.start

    def covers(self, at: time) -> bool:
        """Whether the local time of day `at` is quiet."""
        if self.spans_midnight:
            return at >= self.start or at < self.end
        return self.start <= at < self.end


def local_instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant (UTC) of a local day and time.

    A local time the clocks skip gives the next one that exists; one that comes twice, the first.
    """
    local = datetime.combine(day, at.replace(fold=0), zone)
    instant = local.astimezone(UTC)
    if _wall(instant, zone) == local.replace(tzinfo=None):
        return instant
    return _end_of_gap(local, zone)


def next_open_moment(
    moment: datetime, zone: ZoneInfo, quiet: QuietHours | None, is_working_day: WorkingDay
) -> datetime:
    """`moment` itself if it is on a working day outside quiet hours, else the next such (UTC).

    Raises ValueError for a naive moment, for a calendar with no working day within 400 days, or
    where quiet hours leave no moment open.
    """
    moment = as_utc(moment)
    for _ in range(SEARCH_LIMIT):
        local = moment.astimezone(zone)
        quiet_now = quiet is not None and quiet.covers(local.time())
        if not quiet_now and is_working_day(local.date()):
            return moment
        moment = _next_opening(local, zone, quiet, is_working_day)
    raise ValueError("quiet hours: no moment is left open; shorten them")


def next_working_day(day: date, is_working_day: WorkingDay) -> date:
    """The first working day strictly after `day`.

    Raises ValueError when none follows within 400 days.
    """
    return _step_to_working_day(day, _DAY, is_working_day)


def previous_working_day(day: date, is_working_day: WorkingDay) -> date:
    """The last working day strictly before `day`.

    Raises ValueError when none precedes it within 400 days.
    """
    return _step_to_working_day(day, -_DAY, is_working_day)


def one_working_day_later(moment: datetime, zone: ZoneInfo, is_working_day: WorkingDay) -> datetime:
    """The same local time on the next working day (UTC).

    Raises ValueError for a naive moment or a calendar with no working day within 400 days.
    """
    local = as_utc(moment).astimezone(zone)
    return local_instant(next_working_day(local.date(), is_working_day), local.time(), zone)


@lru_cache(maxsize=256)
def week_bounds(moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Local Monday 00:00 of the week of `moment` and the next Monday's, in UTC."""
    monday = monday_of(as_utc(moment).astimezone(zone).date())
    return (
        local_instant(monday, time.min, zone),
        local_instant(monday + 7 * _DAY, time.min, zone),
    )


def _next_opening(
    local: datetime, zone: ZoneInfo, quiet: QuietHours | None, is_working_day: WorkingDay
) -> datetime:
    """A later moment at which a closed `local` may open: today's end of quiet, or a midnight."""
    day = local.date()
    over_for_today = quiet is None or (quiet.spans_midnight and local.time() >= quiet.start)
    if quiet is None or over_for_today or not is_working_day(day):
        return _instant_after(local, next_working_day(day, is_working_day), time.min, zone)
    return _instant_after(local, day, quiet.end, zone)


def _instant_after(moment: datetime, day: date, at: time, zone: ZoneInfo) -> datetime:
    """Like `local_instant`, but its second coming where the first is not after `moment`."""
    first = local_instant(day, at, zone)
    if first > moment.astimezone(UTC):
        return first
    return datetime.combine(day, at.replace(fold=1), zone).astimezone(UTC)


def _end_of_gap(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the clocks jump over `local`.

    Read with the offset after the jump, a skipped time is an instant before it, and the other way
    round (PEP 495); the jump lies between the two.
    """
    before = local.replace(fold=1, microsecond=0).astimezone(UTC)
    after = local.replace(fold=0, microsecond=0).astimezone(UTC)
    old = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // (2 * _SECOND) * _SECOND
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after


def _step_to_working_day(day: date, step: timedelta, is_working_day: WorkingDay) -> date:
    for n in range(1, SEARCH_LIMIT + 1):
        if is_working_day(day + n * step):
            return day + n * step
    raise ValueError(
        f"calendar: no working day within {SEARCH_LIMIT} days of {day}; "
        "check the country's weekend and holidays"
    )


def as_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"moment: {moment} has no time zone; pass an aware datetime in UTC")
    return moment.astimezone(UTC)


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def monday_of(day: date) -> date:
    return day - day.weekday() * _DAY
