"""When something is due: recurrence, reminders and closing, in a person's local time.

Weeks and months are counted from the anchor date in local calendar days, so the turn of the year
and the clock changes move nothing. Every moment that goes in or out is an aware datetime; what
comes out is in UTC. Which days are worked is an argument: calendars are not known here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import count, islice
from zoneinfo import ZoneInfo

from bot.domain.local_time import (
    SEARCH_LIMIT,
    WorkingDay,
    as_utc,
    local_instant,
    monday_of,
    next_working_day,
    previous_working_day,
)

MAX_REMINDERS = 2

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_LAST_SAFE_DAY = 28
_LAST = -1
_ORDINALS = (1, 2, 3, 4, _LAST)


class Unit(StrEnum):
    """What the interval of a recurrence counts."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


_MAX_INTERVAL = {Unit.DAY: 366, Unit.WEEK: 53, Unit.MONTH: 12}


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule such as "every other Tuesday at 10:00", in whatever zone each person lives.

    unit, interval: every `interval` days (1-366), weeks (1-53) or months (1-12).
    at: local time of day, whole minutes, without a zone.
    anchor: the day, ISO week or month counted from; nothing is due before this date.
    weekday: 0 (Monday) to 6; needed for WEEK, and for MONTH together with `ordinal`.
    month_day: 1 to 28; for MONTH. 29 to 31 are refused, as some months lack them.
    ordinal: 1 to 4, or -1 for the last such weekday; for MONTH together with `weekday`.

    Raises ValueError, naming the field and the remedy, where these do not fit together.
    """

    unit: Unit
    interval: int
    at: time
    anchor: date
    weekday: int | None = None
    month_day: int | None = None
    ordinal: int | None = None

    def __post_init__(self) -> None:
        _check_interval(self)
        _check_time(self.at)
        _check_ranges(self)
        _CHECKS[self.unit](self)


@dataclass(frozen=True, slots=True)
class Due:
    """One occurrence: the local period it belongs to (see `period_of`) and its instant in UTC."""

    period: str
    at: datetime


def next_due(
    recurrence: Recurrence, zone: ZoneInfo, after: datetime, is_working_day: WorkingDay
) -> Due:
    """The first due moment strictly after `after` (aware).

    A nominal day that is not worked is skipped for DAY. For WEEK and MONTH it moves to the next
    working day in the same period, else back to the previous one in it; a period without any is
    skipped. Raises ValueError for a naive `after`, or when 400 nominal dates in a row fall into
    no working day (a calendar without working days, or "every 7 days" from a Saturday).
    """
    after = as_utc(after)
    today = after.astimezone(zone).date()
    first = max(0, _index_of(recurrence, today))
    for index in islice(count(first), SEARCH_LIMIT):
        day = _day_of(recurrence, index, is_working_day)
        if day is None:
            continue
        at = local_instant(day, recurrence.at, zone)
        if at > after:
            return Due(period_of(recurrence, day), at)
    raise ValueError(
        f"recurrence: none of {SEARCH_LIMIT} dates from {today} is or can move to a working day; "
        "choose another anchor or unit, or check the country's calendar"
    )


def period_of(recurrence: Recurrence, day: date) -> str:
    """The name of the period `day` falls into: "2026-08-18", "2026-W34" (ISO week) or "2026-08".

    A period is prompted for once, so moving a day within its week or month cannot prompt twice.
    """
    if recurrence.unit is Unit.DAY:
        return day.isoformat()
    if recurrence.unit is Unit.WEEK:
        year, week, _ = day.isocalendar()
        return f"{year:04d}-W{week:02d}"
    return f"{day:%Y-%m}"


def closing_moment(due: datetime, zone: ZoneInfo, after_days: int) -> datetime:
    """The local midnight (UTC) that ends the day `after_days` days after the local day of `due`.

    Raises ValueError for negative days or a naive `due`.
    """
    if after_days < 0:
        raise ValueError(f"closes_after_days: {after_days} is negative; give 0 or more days")
    closing_day = as_utc(due).astimezone(zone).date() + after_days * _DAY
    return local_instant(closing_day + _DAY, time.min, zone)


def reminder_moments(  # six facts, each of its own type but the two instants
    due: datetime,
    closes_at: datetime,
    zone: ZoneInfo,
    at: time,
    limit: int,
    is_working_day: WorkingDay,
) -> tuple[datetime, ...]:
    """At most `limit` (0 to 2) reminders (UTC), at local time `at`, strictly increasing.

    The first comes on the next working day after the local day of `due`. The second comes on the
    day before the last local day on which one can answer, moved back to a working day; it is
    dropped when that is not after the first one's day. None comes at or after `closes_at`.
    Raises ValueError for another limit, a naive moment, or a calendar with no working day.
    """
    if not 0 <= limit <= MAX_REMINDERS:
        raise ValueError(f"reminders: {limit} is not possible; give 0, 1 or {MAX_REMINDERS}")
    due, closes_at = as_utc(due), as_utc(closes_at)
    first = next_working_day(due.astimezone(zone).date(), is_working_day)
    closing_day = (closes_at - _SECOND).astimezone(zone).date()
    second = previous_working_day(closing_day, is_working_day)
    days = [first, second] if second > first else [first]
    moments = (local_instant(day, at, zone) for day in days[:limit])
    return tuple(moment for moment in moments if due < moment < closes_at)


def _index_of(recurrence: Recurrence, day: date) -> int:
    """How many whole intervals lie between the anchor's period and the period of `day`."""
    if recurrence.unit is Unit.DAY:
        return (day - recurrence.anchor).days // recurrence.interval
    if recurrence.unit is Unit.WEEK:
        days = (monday_of(day) - monday_of(recurrence.anchor)).days
        return days // (7 * recurrence.interval)
    return (_month_number(day) - _month_number(recurrence.anchor)) // recurrence.interval


def _day_of(recurrence: Recurrence, index: int, is_working_day: WorkingDay) -> date | None:
    """The working day of the period with this index, or None where it has none."""
    if recurrence.unit is Unit.DAY:
        day = recurrence.anchor + index * recurrence.interval * _DAY
        return day if is_working_day(day) else None
    nominal, start, end = _nominal(recurrence, index)
    if nominal < recurrence.anchor:
        return None
    return _nearest_working_day(nominal, max(start, recurrence.anchor), end, is_working_day)


def _nominal(recurrence: Recurrence, index: int) -> tuple[date, date, date]:
    """The nominal day of a week or month, and that period's first day and the day after it."""
    if recurrence.unit is Unit.WEEK:
        start = monday_of(recurrence.anchor) + index * recurrence.interval * 7 * _DAY
        return start + (recurrence.weekday or 0) * _DAY, start, start + 7 * _DAY
    month = _month_number(recurrence.anchor) + index * recurrence.interval
    start, end = _first_of_month(month), _first_of_month(month + 1)
    return _nominal_in_month(recurrence, start, end), start, end


def _nominal_in_month(recurrence: Recurrence, start: date, end: date) -> date:
    if recurrence.month_day is not None:
        return start.replace(day=recurrence.month_day)
    weekday, ordinal = recurrence.weekday or 0, recurrence.ordinal or 1
    if ordinal == _LAST:
        last = end - _DAY
        return last - (last.weekday() - weekday) % 7 * _DAY
    return start + ((weekday - start.weekday()) % 7 + 7 * (ordinal - 1)) * _DAY


def _nearest_working_day(
    nominal: date, start: date, end: date, is_working_day: WorkingDay
) -> date | None:
    """`nominal`, else the next working day before `end`, else the previous from `start` on."""
    ahead = (nominal + n * _DAY for n in range((end - nominal).days))
    behind = (nominal - n * _DAY for n in range(1, (nominal - start).days + 1))
    found = next(filter(is_working_day, ahead), None)
    return found if found is not None else next(filter(is_working_day, behind), None)


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


def _first_of_month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def _check_interval(recurrence: Recurrence) -> None:
    most = _MAX_INTERVAL[recurrence.unit]
    if not 1 <= recurrence.interval <= most:
        raise ValueError(
            f"interval: {recurrence.interval} is not possible for {recurrence.unit}; "
            f"give a whole number from 1 to {most}"
        )


def _check_time(at: time) -> None:
    if at.tzinfo is not None:
        raise ValueError("at: has a time zone; leave it out, each person's own zone is used")
    if at.second or at.microsecond:
        raise ValueError(f"at: {at} has seconds; give whole minutes, such as 10:00")


def _check_ranges(recurrence: Recurrence) -> None:
    weekday, day, ordinal = recurrence.weekday, recurrence.month_day, recurrence.ordinal
    if weekday is not None and weekday not in range(7):
        raise ValueError(f"weekday: {weekday} is unknown; give 0 (Monday) to 6 (Sunday)")
    if day is not None and day not in range(1, _LAST_SAFE_DAY + 1):
        raise ValueError(
            f"month_day: {day} does not come every month; give 1 to {_LAST_SAFE_DAY}, "
            "or ordinal -1 with a weekday for the last one of the month"
        )
    if ordinal is not None and ordinal not in _ORDINALS:
        raise ValueError(f"ordinal: {ordinal} is unknown; give 1 to 4, or -1 for the last")


def _check_day(recurrence: Recurrence) -> None:
    for field in ("weekday", "month_day", "ordinal"):
        if getattr(recurrence, field) is not None:
            raise ValueError(f"{field}: has no meaning for day; remove it, or use week or month")


def _check_week(recurrence: Recurrence) -> None:
    if recurrence.weekday is None:
        raise ValueError("weekday: is needed for week; give 0 (Monday) to 6 (Sunday)")
    for field in ("month_day", "ordinal"):
        if getattr(recurrence, field) is not None:
            raise ValueError(f"{field}: has no meaning for week; remove it, or use month")


def _check_month(recurrence: Recurrence) -> None:
    by_weekday = recurrence.weekday is not None or recurrence.ordinal is not None
    if recurrence.month_day is not None and by_weekday:
        raise ValueError("month_day: cannot go with weekday or ordinal; keep one way")
    if recurrence.month_day is None and not by_weekday:
        raise ValueError("month_day: is needed for month; give 1 to 28, or ordinal and weekday")
    if by_weekday and recurrence.ordinal is None:
        raise ValueError("ordinal: is needed with weekday for month; give 1 to 4, or -1")
    if by_weekday and recurrence.weekday is None:
        raise ValueError("weekday: is needed with ordinal for month; give 0 (Monday) to 6")


_CHECKS: dict[Unit, Callable[[Recurrence], None]] = {
    Unit.DAY: _check_day,
    Unit.WEEK: _check_week,
    Unit.MONTH: _check_month,
}
