"""What is due when: rules over many zones, years, weekends and holidays, and known examples."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.cadence import (
    Audience,
    CadenceKind,
    CadenceSpec,
    Member,
    from_json,
    in_audience,
    to_json,
)
from bot.domain.local_time import (
    QuietHours,
    WorkingDay,
    local_instant,
    next_open_moment,
    next_working_day,
    one_working_day_later,
    previous_working_day,
    week_bounds,
)
from bot.domain.recurrence import (
    Due,
    Recurrence,
    Unit,
    closing_moment,
    next_due,
    period_of,
    reminder_moments,
)

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
EARLIEST, LATEST = date(2005, 1, 1), date(2035, 12, 31)
ZONES = [
    ZoneInfo(name)
    for name in (
        "Pacific/Auckland",
        "America/Los_Angeles",
        "Europe/Berlin",
        "Europe/London",
        "Australia/Lord_Howe",  # its clocks move by half an hour
        "Pacific/Apia",  # it skipped the whole of 30 December 2011
        "America/St_Johns",  # until 2011 its clocks went back from 00:01 to the day before
        "America/Havana",  # its midnight is skipped every spring
        "Asia/Kathmandu",
        "UTC",
    )
]
AUCKLAND, LOS_ANGELES, BERLIN = ZONES[:3]

zones = st.sampled_from(ZONES)
days = st.dates(EARLIEST, LATEST)
minutes = st.builds(time, st.integers(0, 23), st.integers(0, 59))
moments = st.builds(datetime.combine, days, st.times(), st.just(UTC))
weekends = st.sampled_from([{5, 6}, {4, 5}, {4}, {6}, set()])


def monday_to_friday(day: date) -> bool:
    return day.weekday() < 5


def every_day(_day: date) -> bool:
    return True


def calendar(weekend: set[int], off: set[date]) -> WorkingDay:
    return lambda day: day.weekday() not in weekend and day not in off


@st.composite
def calendars(draw: st.DrawFn, near: date) -> WorkingDay:
    """A weekend, single holidays and one longer holiday (up to seven weeks), around `near`."""
    off = {near + n * DAY for n in draw(st.sets(st.integers(-30, 200), max_size=25))}
    start, length = draw(st.integers(-10, 60)), draw(st.integers(0, 50))
    off |= {near + n * DAY for n in range(start, start + length)}
    return calendar(draw(weekends), off)


@st.composite
def recurrences(draw: st.DrawFn) -> Recurrence:
    at, anchor, unit = draw(minutes), draw(days), draw(st.sampled_from(Unit))
    if unit is Unit.DAY:  # a multiple of seven may fall on weekends alone: its own test below
        interval = draw(st.integers(1, 40).filter(lambda n: n % 7))
        return Recurrence(unit, interval, at, anchor)
    if unit is Unit.WEEK:
        interval = draw(st.integers(1, 8))
        return Recurrence(unit, interval, at, anchor, weekday=draw(st.integers(0, 6)))
    interval = draw(st.integers(1, 12))
    if draw(st.booleans()):
        return Recurrence(unit, interval, at, anchor, month_day=draw(st.integers(1, 28)))
    return Recurrence(
        unit,
        interval,
        at,
        anchor,
        weekday=draw(st.integers(0, 6)),
        ordinal=draw(st.sampled_from([1, 2, 3, 4, -1])),
    )


@st.composite
def situations(draw: st.DrawFn) -> tuple[Recurrence, ZoneInfo, WorkingDay, datetime]:
    """A recurrence, a zone, a calendar and a moment, half of them close to the anchor."""
    rule = draw(recurrences())
    distance = st.timedeltas(-10 * DAY, 10 * DAY) | st.timedeltas(-10 * DAY, 800 * DAY)
    after = datetime.combine(rule.anchor, time(), UTC) + draw(distance)
    return rule, draw(zones), draw(calendars(rule.anchor)), after


def dues(
    rule: Recurrence, zone: ZoneInfo, after: datetime, works: WorkingDay = every_day
) -> Iterator[Due]:
    while True:
        due = next_due(rule, zone, after, works)
        yield due
        after = due.at


def follows_the_lost_day(zone: ZoneInfo, day: date) -> bool:
    """What was meant for the day Samoa skipped comes on the next one, whatever its weekday."""
    return zone.key == "Pacific/Apia" and day == date(2011, 12, 31)


def exists(wall: datetime, zone: ZoneInfo) -> bool:
    there_and_back = wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return there_and_back.replace(tzinfo=None) == wall


def first_instant_by_search(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The plain definition: walk the minutes until one exists, then take its first coming."""
    wall = datetime.combine(day, at)
    while not exists(wall, zone):
        wall += MINUTE
    return min(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))


def is_nominal(rule: Recurrence, day: date) -> bool:
    """The plain definition, from the day's own point of view."""
    if rule.unit is Unit.DAY:
        return (day - rule.anchor).days % rule.interval == 0
    if rule.unit is Unit.WEEK:
        start = rule.anchor - rule.anchor.weekday() * DAY
        return day.weekday() == rule.weekday and (day - start).days // 7 % rule.interval == 0
    months = (day.year - rule.anchor.year) * 12 + day.month - rule.anchor.month
    if months % rule.interval:
        return False
    if rule.month_day is not None:
        return day.day == rule.month_day
    is_last = (day + 7 * DAY).month != day.month
    nth = is_last if rule.ordinal == -1 else (day.day - 1) // 7 + 1 == rule.ordinal
    return day.weekday() == rule.weekday and nth


def day_by_search(rule: Recurrence, nominal: date, works: WorkingDay) -> date | None:
    """Where a nominal day ends up: it, else the next, else the previous day of its period."""
    for step in (DAY, -DAY):
        day = nominal
        while period_of(rule, day) == period_of(rule, nominal) and day >= rule.anchor:
            if works(day):
                return day
            day += step
    return None


def next_due_by_search(rule: Recurrence, zone: ZoneInfo, after: datetime, works: WorkingDay) -> Due:
    nominal = max(rule.anchor, after.date() - 35 * DAY)
    while True:
        day = day_by_search(rule, nominal, works) if is_nominal(rule, nominal) else None
        if day is not None and (at := first_instant_by_search(day, rule.at, zone)) > after:
            return Due(period_of(rule, day), at)
        nominal += DAY


@given(situations())
def test_next_due_is_what_a_search_day_by_day_finds(
    situation: tuple[Recurrence, ZoneInfo, WorkingDay, datetime],
) -> None:
    rule, zone, works, after = situation
    due = next_due(rule, zone, after, works)
    assert due.at > after
    assert due.at.tzinfo is UTC
    assert due == next_due_by_search(rule, zone, after, works)


@given(situations())
def test_dues_increase_and_no_period_comes_twice(
    situation: tuple[Recurrence, ZoneInfo, WorkingDay, datetime],
) -> None:
    rule, zone, works, after = situation
    found = list(islice(dues(rule, zone, after, works), 12))
    assert all(earlier.at < later.at for earlier, later in pairwise(found))
    assert len({due.period for due in found}) == len(found)


@given(situations())
def test_a_due_is_on_its_nominal_day_or_on_a_working_day_of_the_same_period(
    situation: tuple[Recurrence, ZoneInfo, WorkingDay, datetime],
) -> None:
    rule, zone, works, after = situation
    for due in islice(dues(rule, zone, after, works), 5):
        local = due.at.astimezone(zone)
        if follows_the_lost_day(zone, local.date()):
            continue
        assert works(local.date())
        assert local.date() >= rule.anchor
        assert period_of(rule, local.date()) == due.period
        if not is_nominal(rule, local.date()):
            assert rule.unit is not Unit.DAY
            assert day_by_search(rule, local.date(), works) == local.date()


@given(situations())
def test_local_time_is_as_asked_unless_the_clocks_skip_it(
    situation: tuple[Recurrence, ZoneInfo, WorkingDay, datetime],
) -> None:
    rule, zone, works, after = situation
    for due in islice(dues(rule, zone, after, works), 5):
        local = due.at.astimezone(zone)
        asked = datetime.combine(local.date(), rule.at)
        if local.time() != rule.at:
            assert not exists(asked, zone) or follows_the_lost_day(zone, local.date())
        assert local.fold == 0


@given(situations(), st.timedeltas(timedelta(0), 400 * DAY))
def test_next_due_is_monotone(
    situation: tuple[Recurrence, ZoneInfo, WorkingDay, datetime], later: timedelta
) -> None:
    rule, zone, works, after = situation
    due = next_due(rule, zone, after, works)
    assert due.at <= next_due(rule, zone, after + later, works).at
    just_before = due.at - timedelta(microseconds=1)
    assert next_due(rule, zone, max(after, just_before), works) == due


@given(days, minutes, st.integers(0, 6), zones, st.integers(0, 30))
def test_every_other_week_is_fourteen_local_days_apart_over_any_new_year(
    anchor: date, at: time, weekday: int, zone: ZoneInfo, skip: int
) -> None:
    rule = Recurrence(Unit.WEEK, 2, at, anchor, weekday=weekday)
    start = datetime.combine(anchor, time(), UTC) + skip * 14 * DAY
    local_days = [due.at.astimezone(zone).date() for due in islice(dues(rule, zone, start), 30)]
    assume(not any(follows_the_lost_day(zone, day) for day in local_days))
    assert {later - earlier for earlier, later in pairwise(local_days)} == {14 * DAY}
    assert {day.weekday() for day in local_days} == {weekday}


@given(
    st.builds(
        Recurrence,
        unit=st.just(Unit.WEEK),
        interval=st.integers(1, 4),
        at=minutes,
        anchor=days,
        weekday=st.integers(0, 6),
    ),
    zones,
    zones,
    st.data(),
)
def test_a_zone_changed_between_two_dues_prompts_once_in_each_period(
    rule: Recurrence, old: ZoneInfo, new: ZoneInfo, data: st.DataObject
) -> None:
    start = datetime.combine(rule.anchor, time(), UTC) + 3 * DAY
    before, then = islice(dues(rule, old, start), 2)
    moved = data.draw(st.datetimes(*(m.replace(tzinfo=None) for m in (before.at, then.at))))
    in_new_zone = next_due(rule, new, moved.replace(tzinfo=UTC), every_day)
    day_and_more = timedelta(hours=26)  # no two zones' dates are further apart
    if before.at + day_and_more < moved.replace(tzinfo=UTC) < then.at - day_and_more:
        assert in_new_zone.period == then.period
    following = next_due(rule, old, then.at, every_day).period
    assert in_new_zone.period in {before.period, then.period, following}


@given(days, minutes, zones)
def test_local_instant_is_the_first_that_exists(day: date, at: time, zone: ZoneInfo) -> None:
    assert local_instant(day, at, zone) == first_instant_by_search(day, at, zone)


@given(moments, zones, minutes, st.integers(0, 2), st.data())
def test_reminders_come_on_working_days_while_one_can_answer(
    due: datetime, zone: ZoneInfo, at: time, limit: int, data: st.DataObject
) -> None:
    due_day = due.astimezone(zone).date()
    works = data.draw(calendars(due_day))
    closes_at = closing_moment(due, zone, data.draw(st.integers(0, 20)))
    found = reminder_moments(due, closes_at, zone, at, limit, works)
    assert len(found) <= limit
    assert all(due < moment < closes_at for moment in found)
    assert all(earlier < later for earlier, later in pairwise(found))
    local_days = [moment.astimezone(zone).date() for moment in found]
    assert all(works(day) or follows_the_lost_day(zone, day) for day in local_days)
    assert due_day not in local_days
    assert len(set(local_days)) == len(found)


@given(moments, zones, minutes, minutes, st.data())
def test_next_open_moment_is_open_and_not_earlier(
    moment: datetime, zone: ZoneInfo, start: time, end: time, data: st.DataObject
) -> None:
    assume(start != end)
    quiet = QuietHours(start, end)
    works = data.draw(calendars(moment.date()))
    found = next_open_moment(moment, zone, quiet, works)
    local = found.astimezone(zone)
    assert found >= moment
    assert works(local.date())
    assert not quiet.covers(local.time())
    assert next_open_moment(found, zone, quiet, works) == found


@given(moments, zones, minutes, minutes, st.data())
def test_nothing_open_is_passed_over(
    moment: datetime, zone: ZoneInfo, start: time, end: time, data: st.DataObject
) -> None:
    """No moment in between, on a grid of 15 minutes, is open, whatever the clocks do."""
    assume(start != end)
    quiet = QuietHours(start, end)
    works = data.draw(calendars(moment.date()))
    found = next_open_moment(moment, zone, quiet, works)
    assume(found - moment < 8 * DAY)
    between = moment
    while between < found:
        local = between.astimezone(zone)
        clocks_went_back = local.fold == 1
        assert quiet.covers(local.time()) or not works(local.date()) or clocks_went_back
        between += 15 * MINUTE


@given(moments, zones)
def test_week_bounds_hold_the_moment_between_two_local_mondays(
    moment: datetime, zone: ZoneInfo
) -> None:
    start, end = week_bounds(moment, zone)
    assert start <= moment < end
    assert start.astimezone(zone).weekday() == end.astimezone(zone).weekday() == 0
    assert week_bounds(end, zone)[0] == end


@given(moments, zones, st.data())
def test_one_working_day_later_keeps_the_local_time(
    moment: datetime, zone: ZoneInfo, data: st.DataObject
) -> None:
    works = data.draw(calendars(moment.date()))
    local = moment.astimezone(zone)
    later = one_working_day_later(moment, zone, works)
    day = next_working_day(local.date(), works)
    assert day > local.date()
    assert works(day)
    assert not any(works(local.date() + n * DAY) for n in range(1, (day - local.date()).days))
    wall = datetime.combine(day, local.time().replace(fold=0))
    if exists(wall, zone):
        assert later.astimezone(zone).replace(tzinfo=None, fold=0) == wall
    assert later > moment


def every_other_tuesday(anchor: date, at: time = time(10)) -> Recurrence:
    return Recurrence(Unit.WEEK, 2, at, anchor, weekday=1)


@pytest.mark.parametrize("zone", [AUCKLAND, LOS_ANGELES], ids=lambda zone: zone.key)
def test_every_other_tuesday_holds_its_fortnight_over_three_new_years(zone: ZoneInfo) -> None:
    """2026 has 53 ISO weeks, so even weeks would drift at its end."""
    rule = every_other_tuesday(date(2025, 11, 4))
    found = list(islice(dues(rule, zone, datetime(2025, 11, 1, tzinfo=UTC)), 80))
    local = [due.at.astimezone(zone) for due in found]
    assert [moment.date() for moment in local] == [
        date(2025, 11, 4) + n * 14 * DAY for n in range(80)
    ]
    assert {moment.time() for moment in local} == {time(10)}
    assert {date(2025, 12, 30), date(2026, 12, 29), date(2027, 12, 28)} <= {
        moment.date() for moment in local
    }
    assert [due.period for due in found][29:32] == ["2026-W51", "2026-W53", "2027-W02"]


def test_auckland_and_los_angeles_share_a_period_and_keep_their_own_ten_o_clock() -> None:
    rule = every_other_tuesday(date(2026, 8, 18))
    start = datetime(2026, 8, 16, tzinfo=UTC)
    assert next_due(rule, AUCKLAND, start, every_day) == Due(
        "2026-W34", datetime(2026, 8, 17, 22, tzinfo=UTC)
    )
    assert next_due(rule, LOS_ANGELES, start, every_day) == Due(
        "2026-W34", datetime(2026, 8, 18, 17, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("zone", "day", "at", "instant"),
    [
        (BERLIN, date(2026, 3, 29), time(2, 30), "2026-03-29T01:00"),  # skipped: 03:00 comes next
        (BERLIN, date(2026, 3, 29), time(3, 0), "2026-03-29T01:00"),
        (BERLIN, date(2026, 10, 25), time(2, 30), "2026-10-25T00:30"),  # twice: the first
        (LOS_ANGELES, date(2026, 3, 8), time(2, 59), "2026-03-08T10:00"),
        (LOS_ANGELES, date(2026, 11, 1), time(1, 30), "2026-11-01T08:30"),
        (AUCKLAND, date(2026, 9, 27), time(2, 15), "2026-09-26T14:00"),
        (AUCKLAND, date(2026, 4, 5), time(2, 15), "2026-04-04T13:15"),
        (ZoneInfo("Australia/Lord_Howe"), date(2026, 10, 4), time(2, 10), "2026-10-03T15:30"),
        (ZoneInfo("Australia/Lord_Howe"), date(2026, 4, 5), time(1, 45), "2026-04-04T14:45"),
        (ZoneInfo("America/Havana"), date(2026, 3, 8), time(0, 0), "2026-03-08T05:00"),
        (ZoneInfo("Pacific/Apia"), date(2011, 12, 30), time(10), "2011-12-30T10:00"),
        (ZoneInfo("Asia/Kathmandu"), date(2026, 8, 18), time(10), "2026-08-18T04:15"),
    ],
)
def test_skipped_and_repeated_local_times(
    zone: ZoneInfo, day: date, at: time, instant: str
) -> None:
    assert local_instant(day, at, zone) == datetime.fromisoformat(instant).replace(tzinfo=UTC)


def test_a_daily_prompt_at_a_skipped_or_repeated_time_comes_once_a_day() -> None:
    rule = Recurrence(Unit.DAY, 1, time(2, 30), date(2026, 1, 1))
    for start in (datetime(2026, 3, 27, 12, tzinfo=UTC), datetime(2026, 10, 23, 12, tzinfo=UTC)):
        found = list(islice(dues(rule, BERLIN, start), 3))
        local_days = [due.at.astimezone(BERLIN).date() for due in found]
        assert local_days == [start.date() + n * DAY for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("unit", "day", "period"),
    [
        (Unit.DAY, date(2027, 1, 1), "2027-01-01"),
        (Unit.WEEK, date(2027, 1, 1), "2026-W53"),
        (Unit.WEEK, date(2027, 1, 4), "2027-W01"),
        (Unit.WEEK, date(2029, 12, 31), "2030-W01"),
        (Unit.MONTH, date(2027, 1, 1), "2027-01"),
    ],
)
def test_periods_are_named_by_day_iso_week_or_month(unit: Unit, day: date, period: str) -> None:
    by_unit = {
        Unit.DAY: Recurrence(Unit.DAY, 1, time(10), day),
        Unit.WEEK: Recurrence(Unit.WEEK, 1, time(10), day, weekday=0),
        Unit.MONTH: Recurrence(Unit.MONTH, 1, time(10), day, month_day=1),
    }
    assert period_of(by_unit[unit], day) == period


def off(*holidays: date) -> WorkingDay:
    return calendar({5, 6}, set(holidays))


@pytest.mark.parametrize(
    ("rule", "works", "expected"),
    [
        (  # Tuesday off: Wednesday
            Recurrence(Unit.WEEK, 1, time(10), date(2026, 8, 17), weekday=1),
            off(date(2026, 8, 18)),
            ["2026-08-19", "2026-08-25"],
        ),
        (  # Friday off: the weekend is no help, so Thursday
            Recurrence(Unit.WEEK, 1, time(10), date(2026, 8, 17), weekday=4),
            off(date(2026, 8, 21)),
            ["2026-08-20", "2026-08-28"],
        ),
        (  # Tuesday to Friday off: Monday
            Recurrence(Unit.WEEK, 1, time(10), date(2026, 8, 17), weekday=4),
            off(*(date(2026, 8, 18) + n * DAY for n in range(4))),
            ["2026-08-17", "2026-08-28"],
        ),
        (  # Friday off, anchored on it: nothing before the anchor
            Recurrence(Unit.WEEK, 1, time(10), date(2026, 8, 21), weekday=4),
            off(date(2026, 8, 21)),
            ["2026-08-28", "2026-09-04"],
        ),
        (  # the whole week off: that week is left out, the fortnight stays
            Recurrence(Unit.WEEK, 2, time(10), date(2026, 8, 17), weekday=1),
            off(*(date(2026, 8, 17) + n * DAY for n in range(5))),
            ["2026-09-01", "2026-09-15"],
        ),
        (  # a weekday before the anchor in its own week: an interval later
            Recurrence(Unit.WEEK, 2, time(10), date(2026, 8, 20), weekday=1),
            monday_to_friday,
            ["2026-09-01", "2026-09-15"],
        ),
        (  # days off are skipped by a daily rule, not made up for
            Recurrence(Unit.DAY, 2, time(10), date(2026, 8, 17)),
            off(date(2026, 8, 19)),
            ["2026-08-17", "2026-08-21", "2026-08-25"],
        ),
        (  # the 1st is a Saturday: Monday
            Recurrence(Unit.MONTH, 1, time(10), date(2026, 8, 1), month_day=1),
            monday_to_friday,
            ["2026-08-03", "2026-09-01"],
        ),
        (  # the 28th of February is a Saturday in 2026, and March is another period: Friday
            Recurrence(Unit.MONTH, 3, time(10), date(2026, 2, 1), month_day=28),
            off(),
            ["2026-02-27", "2026-05-28", "2026-08-28", "2026-11-30", "2027-02-26"],
        ),
        (
            Recurrence(Unit.MONTH, 1, time(10), date(2026, 8, 1), weekday=4, ordinal=-1),
            off(date(2026, 12, 25)),
            ["2026-08-28", "2026-09-25", "2026-10-30", "2026-11-27", "2026-12-28"],
        ),
        (
            Recurrence(Unit.MONTH, 6, time(10), date(2026, 8, 1), weekday=0, ordinal=1),
            monday_to_friday,
            ["2026-08-03", "2027-02-01"],
        ),
    ],
)
def test_where_weekends_and_holidays_move_a_day(
    rule: Recurrence, works: WorkingDay, expected: list[str]
) -> None:
    start = datetime.combine(rule.anchor, time(), UTC) - 10 * DAY
    found = islice(dues(rule, BERLIN, start, works), len(expected))
    assert [due.at.astimezone(BERLIN).date().isoformat() for due in found] == expected


def test_three_days_of_downtime_do_not_change_what_follows() -> None:
    rule = every_other_tuesday(date(2026, 8, 18))
    late = datetime(2026, 8, 21, 12, tzinfo=UTC)
    assert next_due(rule, BERLIN, late, monday_to_friday).period == "2026-W36"


def test_the_search_looks_at_few_days_however_far_the_anchor() -> None:
    asked: list[date] = []

    def works(day: date) -> bool:
        asked.append(day)
        return monday_to_friday(day)

    for rule in (
        Recurrence(Unit.DAY, 3, time(10), date(1990, 1, 1)),
        Recurrence(Unit.WEEK, 2, time(10), date(1990, 1, 1), weekday=5),
        Recurrence(Unit.MONTH, 1, time(10), date(1990, 1, 1), month_day=28),
    ):
        next_due(rule, BERLIN, datetime(2026, 8, 18, tzinfo=UTC), works)
    assert len(asked) < 30


def test_a_calendar_without_working_days_is_refused_instead_of_searched_forever() -> None:
    now = datetime(2026, 8, 18, tzinfo=UTC)

    def never(_day: date) -> bool:
        return False

    saturdays = Recurrence(Unit.DAY, 7, time(10), date(2026, 8, 15))
    with pytest.raises(ValueError, match="choose another anchor"):
        next_due(saturdays, BERLIN, now, monday_to_friday)
    for rule in (every_other_tuesday(date(2026, 8, 18)), saturdays):
        with pytest.raises(ValueError, match="calendar"):
            next_due(rule, BERLIN, now, never)
    for step in (next_working_day, previous_working_day):
        with pytest.raises(ValueError, match="no working day within 400 days"):
            step(now.date(), never)
    with pytest.raises(ValueError, match="no working day"):
        next_open_moment(now, BERLIN, None, never)


REMINDERS = [  # due at 10:00 local, days until closing, limit, works, expected local days
    (date(2026, 8, 18), 6, 2, off(), ["2026-08-19", "2026-08-21"]),  # closes Monday: Friday
    (date(2026, 8, 18), 6, 1, off(), ["2026-08-19"]),
    (date(2026, 8, 18), 6, 0, off(), []),
    (date(2026, 8, 18), 3, 2, off(), ["2026-08-19", "2026-08-20"]),
    (date(2026, 8, 18), 2, 2, off(), ["2026-08-19"]),  # both on Wednesday: one
    (date(2026, 8, 18), 1, 2, off(), ["2026-08-19"]),
    (date(2026, 8, 18), 0, 2, off(), []),
    (date(2026, 8, 21), 2, 2, off(), []),  # due on Friday, closes on Sunday
    (date(2026, 8, 21), 6, 2, off(), ["2026-08-24", "2026-08-26"]),
    (date(2026, 8, 18), 6, 2, off(date(2026, 8, 19), date(2026, 8, 21)), ["2026-08-20"]),
]


@pytest.mark.parametrize(("day", "after_days", "limit", "works", "expected"), REMINDERS)
def test_reminders_by_example(
    day: date, after_days: int, limit: int, works: WorkingDay, expected: list[str]
) -> None:
    due = local_instant(day, time(10), AUCKLAND)
    closes_at = closing_moment(due, AUCKLAND, after_days)
    found = reminder_moments(due, closes_at, AUCKLAND, time(9, 30), limit, works)
    local = [moment.astimezone(AUCKLAND) for moment in found]
    assert [moment.date().isoformat() for moment in local] == expected
    assert {moment.time() for moment in local} <= {time(9, 30)}


def test_more_than_two_reminders_are_refused() -> None:
    due = datetime(2026, 8, 18, 8, tzinfo=UTC)
    with pytest.raises(ValueError, match=r"reminders: 3 .* give 0, 1 or 2"):
        reminder_moments(due, due + 6 * DAY, BERLIN, time(9), 3, every_day)


def test_closing_is_the_local_midnight_that_ends_the_day_also_over_a_clock_change() -> None:
    due = local_instant(date(2026, 10, 20), time(10), BERLIN)
    assert closing_moment(due, BERLIN, 6) == datetime(2026, 10, 26, 23, tzinfo=UTC)
    assert closing_moment(due, BERLIN, 0) == datetime(2026, 10, 20, 22, tzinfo=UTC)
    with pytest.raises(ValueError, match="closes_after_days"):
        closing_moment(due, BERLIN, -1)


@pytest.mark.parametrize(
    ("moment", "quiet", "expected"),
    [
        ("2026-08-18T12:00", QuietHours(time(18), time(8)), "2026-08-18T12:00"),
        ("2026-08-18T18:00", QuietHours(time(18), time(8)), "2026-08-19T08:00"),
        ("2026-08-18T07:59", QuietHours(time(18), time(8)), "2026-08-18T08:00"),
        ("2026-08-18T08:00", QuietHours(time(18), time(8)), "2026-08-18T08:00"),
        ("2026-08-21T18:30", QuietHours(time(18), time(8)), "2026-08-24T08:00"),  # Friday evening
        ("2026-08-22T12:00", QuietHours(time(18), time(8)), "2026-08-24T08:00"),  # Saturday
        ("2026-08-18T12:30", QuietHours(time(12), time(14)), "2026-08-18T14:00"),
        ("2026-08-22T12:30", QuietHours(time(12), time(14)), "2026-08-24T00:00"),
        ("2026-08-18T20:00", QuietHours(time(18), time(0)), "2026-08-19T00:00"),
        ("2026-08-22T20:00", None, "2026-08-24T00:00"),
    ],
)
def test_next_open_moment_by_example(moment: str, quiet: QuietHours | None, expected: str) -> None:
    start = datetime.fromisoformat(moment).replace(tzinfo=BERLIN)
    found = next_open_moment(start, BERLIN, quiet, monday_to_friday)
    assert found.astimezone(BERLIN).replace(tzinfo=None) == datetime.fromisoformat(expected)
    assert found.tzinfo is UTC


def test_quiet_hours_that_end_in_a_repeated_hour_do_not_end_in_the_past() -> None:
    """02:10 in its second coming is closed until 02:45 of the same hour, not of the hour before."""
    moment = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    found = next_open_moment(moment, BERLIN, QuietHours(time(22), time(2, 45)), every_day)
    assert found == datetime(2026, 10, 25, 1, 45, tzinfo=UTC)


GOOD: dict[str, object] = {"at": time(10), "anchor": date(2026, 8, 18), "interval": 1}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"unit": Unit.WEEK, "weekday": 1, "interval": 0}, "interval: 0 .* 1 to 53"),
        ({"unit": Unit.DAY, "interval": 367}, "interval: 367 .* 1 to 366"),
        ({"unit": Unit.WEEK}, "weekday: is needed"),
        ({"unit": Unit.WEEK, "weekday": 7}, "weekday: 7 is unknown"),
        ({"unit": Unit.WEEK, "weekday": 1, "month_day": 3}, "month_day: has no meaning for week"),
        ({"unit": Unit.DAY, "weekday": 1}, "weekday: has no meaning for day"),
        ({"unit": Unit.MONTH}, "month_day: is needed"),
        ({"unit": Unit.MONTH, "month_day": 30}, "month_day: 30 does not come every month"),
        ({"unit": Unit.MONTH, "month_day": 0}, "month_day: 0"),
        ({"unit": Unit.MONTH, "month_day": 3, "weekday": 1, "ordinal": 1}, "month_day: cannot"),
        ({"unit": Unit.MONTH, "weekday": 1}, "ordinal: is needed"),
        ({"unit": Unit.MONTH, "ordinal": 1}, "weekday: is needed with ordinal"),
        ({"unit": Unit.MONTH, "weekday": 1, "ordinal": 5}, "ordinal: 5 is unknown"),
        ({"unit": Unit.DAY, "at": time(10, 0, 30)}, "at: 10:00:30 has seconds"),
        ({"unit": Unit.DAY, "at": time(10, tzinfo=UTC)}, "at: has a time zone"),
    ],
)
def test_an_impossible_recurrence_names_the_field_and_the_remedy(
    fields: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Recurrence(**{**GOOD, **fields})  # type: ignore[arg-type]


def test_quiet_hours_of_no_length_are_refused() -> None:
    with pytest.raises(ValueError, match="give two different times"):
        QuietHours(time(8), time(8))


NAIVE = datetime.combine(date(2026, 8, 18), time(10))
TUESDAYS = every_other_tuesday(date(2026, 8, 18))


@pytest.mark.parametrize(
    "call",
    [
        lambda: next_due(TUESDAYS, BERLIN, NAIVE, every_day),
        lambda: next_open_moment(NAIVE, BERLIN, None, every_day),
        lambda: closing_moment(NAIVE, BERLIN, 6),
        lambda: one_working_day_later(NAIVE, BERLIN, every_day),
        lambda: week_bounds(NAIVE, BERLIN),
    ],
)
def test_a_moment_without_a_zone_is_refused(call: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        call()


words = st.text("abc xyz-é", min_size=1, max_size=12).filter(str.strip)
names = st.lists(words, max_size=3).map(tuple)
optional_days = st.none() | days


@st.composite
def audiences(draw: st.DrawFn) -> Audience:
    shortest = draw(st.none() | st.integers(0, 400))
    longest = draw(st.none() | st.integers(shortest or 0, 2000))
    teams, under = draw(names), draw(names)
    return Audience(
        everyone=not (teams or under),
        teams=teams,
        under=under,
        managers=draw(st.booleans()),
        tenure_min_days=shortest,
        tenure_max_days=longest,
    )


def _content(kind: CadenceKind) -> dict[str, st.SearchStrategy[object]]:
    if kind is CadenceKind.STAY_INTERVIEW:
        days = st.sets(st.integers(1, 3650), max_size=10).map(lambda found: tuple(sorted(found)))
        return {"after_days": days, "every_months": st.integers(1, 24)}
    return {"text": words} if kind is CadenceKind.NUDGE else {}


@st.composite
def specs(draw: st.DrawFn) -> CadenceSpec:
    kind = draw(st.sampled_from(CadenceKind))
    first = draw(optional_days)
    return CadenceSpec(
        key=draw(words),
        kind=kind,
        title=draw(words),
        recurrence=draw(recurrences()),
        audience=draw(audiences()),
        pack=draw(words) if kind is CadenceKind.CHECK_IN else None,
        **draw(st.fixed_dictionaries(_content(kind))),
        closes_after_days=draw(st.integers(0, 366)),
        reminders=draw(st.integers(0, 2)),
        send_window_hours=draw(st.integers(1, 168)),
        questions_per_round=draw(st.integers(1, 9)),
        all_each_quarter=draw(st.booleans()),
        starts_on=first,
        ends_on=draw(st.none() | st.dates(first or EARLIEST, LATEST)),
        paused=draw(st.booleans()),
    )


@given(specs())
def test_a_spec_survives_storage_as_json(spec: CadenceSpec) -> None:
    assert from_json(json.loads(json.dumps(to_json(spec)))) == spec


NUDGE = CadenceSpec(
    key="one-to-one",
    kind=CadenceKind.NUDGE,
    title="1:1",
    recurrence=TUESDAYS,
    audience=Audience(managers=True),
    text="one_to_one",
)


def test_json_of_an_earlier_version_takes_defaults_and_unknown_fields_are_named() -> None:
    stored = to_json(NUDGE)
    assert from_json({k: v for k, v in stored.items() if k != "all_each_quarter"}) == NUDGE
    with pytest.raises(ValueError, match="colour: is unknown"):
        from_json({**stored, "colour": "red"})
    with pytest.raises(ValueError, match="title: is missing"):
        from_json({k: v for k, v in stored.items() if k != "title"})
    with pytest.raises(ValueError, match=r"recurrence\.interval: is missing"):
        from_json({**stored, "recurrence": {"unit": "day"}})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"key": " "}, "key: is empty"),
        ({"text": None}, "text: a nudge has this or a guide"),
        ({"guide": "learning"}, "text: a nudge has this or a guide"),
        ({"after_days": (180, 90)}, "after_days: .* rising"),
        ({"every_months": 0}, "every_months: 0 .* 1 to 24"),
        ({"pack": "ai"}, "pack: belongs to a check_in"),
        ({"closes_after_days": -1}, "closes_after_days: -1"),
        ({"reminders": 3}, "reminders: 3 .* 0 to 2"),
        ({"send_window_hours": 0}, "send_window_hours: 0"),
        ({"questions_per_round": 0}, "questions_per_round"),
        ({"starts_on": date(2026, 9, 1), "ends_on": date(2026, 8, 31)}, "ends_on: 2026-08-31"),
    ],
)
def test_an_impossible_spec_names_the_field(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(NUDGE, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "names nobody"),
        ({"everyone": True, "teams": ("sales",)}, "contradicts"),
        ({"tenure_min_days": -1}, "tenure_min_days: is negative"),
        ({"tenure_min_days": 90, "tenure_max_days": 30}, "below tenure_min_days"),
    ],
)
def test_an_impossible_audience_names_the_field(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Audience(**fields)  # type: ignore[arg-type]


ON = date(2026, 8, 18)
MEMBER = Member(
    person_id=UUID(int=1),
    team="Sales",
    hired_on=date(2026, 5, 20),  # 90 days before ON
    manages=False,
    chain=frozenset({"ada@example.com", "grace@example.com"}),
)


@pytest.mark.parametrize(
    ("audience", "member", "reason"),
    [
        (Audience(everyone=True), MEMBER, None),
        (Audience(everyone=True), replace(MEMBER, hired_on=None), None),
        (Audience(teams=("sales", "Support")), MEMBER, None),
        (Audience(teams=("Support",)), MEMBER, "not_in_team"),
        (Audience(teams=("Support",)), replace(MEMBER, team=None), "not_in_team"),
        (Audience(under=("Grace@Example.com",)), MEMBER, None),
        (Audience(under=("alan@example.com",)), MEMBER, "not_under"),
        (Audience(teams=("Sales",), under=("alan@example.com",)), MEMBER, "not_under"),
        (Audience(managers=True), MEMBER, "not_a_manager"),
        (Audience(managers=True), replace(MEMBER, manages=True), None),
        (Audience(tenure_min_days=90), MEMBER, None),
        (Audience(tenure_min_days=91), MEMBER, "tenure"),
        (Audience(tenure_max_days=90), MEMBER, None),
        (Audience(tenure_max_days=89), MEMBER, "tenure"),
        (Audience(tenure_max_days=89), replace(MEMBER, hired_on=ON + DAY), "tenure"),
        (Audience(tenure_min_days=0), replace(MEMBER, hired_on=None), "no_hire_date"),
    ],
)
def test_who_is_in_an_audience(audience: Audience, member: Member, reason: str | None) -> None:
    assert in_audience(audience, member, ON) == reason
