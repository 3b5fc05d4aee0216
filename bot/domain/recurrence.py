"""When something is due: recurrence, quiet hours, reminders and closing, in a person's local time.

Weeks and months are counted from the anchor date in local calendar days, so the turn of the year
and the clock changes move nothing. Every moment that goes in or out is an aware datetime; what
comes out is in UTC. Which days are worked is an argument: calendars are not known here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import count, islice
from typing import TypeAlias
from zoneinfo import ZoneInfo

WorkingDay: TypeAlias = Callable[[date], bool]

SEARCH_LIMIT = 400
"""Days, or nominal dates, searched before a calendar is declared to have no working day. More than
a year of days, so that no run of real holidays can reach it."""

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


def next_due(
    recurrence: Recurrence, zone: ZoneInfo, after: datetime, is_working_day: WorkingDay
) -> Due:
    """The first due moment strictly after `after` (aware).

    A nominal day that is not worked is skipped for DAY. For WEEK and MONTH it moves to the next
    working day in the same period, else back to the previous one in it; a period without any is
    skipped. Raises ValueError for a naive `after`, or when 400 nominal dates in a row fall into
    no working day (a calendar without working days, or "every 7 days" from a Saturday).
    """
    after = _as_utc(after)
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
    moment = _as_utc(moment)
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


def closing_moment(due: datetime, zone: ZoneInfo, after_days: int) -> datetime:
    """The local midnight (UTC) that ends the day `after_days` days after the local day of `due`.

    Raises ValueError for negative days or a naive `due`.
    """
    if after_days < 0:
        raise ValueError(f"closes_after_days: {after_days} is negative; give 0 or more days")
    closing_day = _as_utc(due).astimezone(zone).date() + after_days * _DAY
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
    due, closes_at = _as_utc(due), _as_utc(closes_at)
    first = next_working_day(due.astimezone(zone).date(), is_working_day)
    closing_day = (closes_at - _SECOND).astimezone(zone).date()
    second = previous_working_day(closing_day, is_working_day)
    days = [first, second] if second > first else [first]
    moments = (local_instant(day, at, zone) for day in days[:limit])
    return tuple(moment for moment in moments if due < moment < closes_at)


def one_working_day_later(moment: datetime, zone: ZoneInfo, is_working_day: WorkingDay) -> datetime:
    """The same local time on the next working day (UTC).

    Raises ValueError for a naive moment or a calendar with no working day within 400 days.
    """
    local = _as_utc(moment).astimezone(zone)
    return local_instant(next_working_day(local.date(), is_working_day), local.time(), zone)


def week_bounds(moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Local Monday 00:00 of the week of `moment` and the next Monday's, in UTC."""
    monday = _monday(_as_utc(moment).astimezone(zone).date())
    return (
        local_instant(monday, time.min, zone),
        local_instant(monday + 7 * _DAY, time.min, zone),
    )


def _index_of(recurrence: Recurrence, day: date) -> int:
    """How many whole intervals lie between the anchor's period and the period of `day`."""
    if recurrence.unit is Unit.DAY:
        return (day - recurrence.anchor).days // recurrence.interval
    if recurrence.unit is Unit.WEEK:
        days = (_monday(day) - _monday(recurrence.anchor)).days
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
        start = _monday(recurrence.anchor) + index * recurrence.interval * 7 * _DAY
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


def _as_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"moment: {moment} has no time zone; pass an aware datetime in UTC")
    return moment.astimezone(UTC)


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def _monday(day: date) -> date:
    return day - day.weekday() * _DAY


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
