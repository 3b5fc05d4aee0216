"""Working days by country, and the three clocks."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.local_time import next_working_day
from scheduling.calendar import WorkCalendar
from scheduling.clock import MovedClock, SteppedClock, SystemClock

CALENDAR = WorkCalendar()


@pytest.mark.parametrize(
    ("country", "day", "works"),
    [
        ("DE", date(2026, 12, 25), False),
        ("DE", date(2026, 12, 28), True),
        ("de", date(2026, 10, 3), False),
        ("DEU", date(2026, 12, 25), False),
        ("US", date(2026, 11, 26), False),  # Thanksgiving
        ("US", date(2026, 7, 3), False),  # 4 July falls on a Saturday: observed on Friday
        ("NZ", date(2026, 2, 6), False),  # Waitangi Day
        ("AE", date(2026, 8, 16), False),  # a Sunday: weekend there since 2022
        ("SA", date(2026, 8, 16), True),  # a Sunday: worked there
        ("SA", date(2026, 8, 14), False),  # a Friday: weekend there
        ("CN", date(2026, 2, 14), True),  # a Saturday worked in exchange for the Spring Festival
        ("XX", date(2026, 12, 25), True),
        (None, date(2026, 12, 25), True),
        ("", date(2026, 8, 15), False),
        (None, date(2026, 8, 16), False),
    ],
)
def test_days_worked_by_country(country: str | None, day: date, works: bool) -> None:
    assert CALENDAR.is_working_day(country, day) is works
    assert CALENDAR.for_country(country)(day) is works


@given(
    st.sampled_from(["DE", "US", "GB", "NZ", "IN", "SA", "AE", "CN", "JP", "IL"]),
    st.dates(date(2020, 1, 1), date(2032, 12, 31)),
)
def test_the_lookup_agrees_with_the_library(country: str, day: date) -> None:
    expected = holidays.country_holidays(country, years=day.year).is_working_day(day)
    assert CALENDAR.is_working_day(country, day) is expected


@given(
    st.sampled_from(["DE", "US", "CN", "SA", None]), st.dates(date(2010, 1, 1), date(2100, 1, 1))
)
def test_every_calendar_has_working_days(country: str | None, day: date) -> None:
    works = CALENDAR.for_country(country)
    assert next_working_day(day, works) - day < timedelta(days=15)


@pytest.mark.parametrize(
    ("country", "known"),
    [("DE", True), (" nz ", True), ("GBR", True), ("XX", False), ("HolidayBase", False)],
)
def test_which_countries_are_known(country: str, known: bool) -> None:
    assert CALENDAR.knows(country) is known


def test_no_country_is_not_known() -> None:
    assert not CALENDAR.knows(None)


def test_the_library_is_only_loaded_when_a_country_is_asked_for() -> None:
    code = (
        "import sys; from datetime import date; from scheduling.calendar import WorkCalendar; "
        "calendar = WorkCalendar(); calendar.is_working_day(None, date(2026, 8, 18)); "
        "assert 'holidays' not in sys.modules; "
        "calendar.is_working_day('DE', date(2026, 8, 18)); assert 'holidays' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


START = datetime(2026, 8, 18, 8, tzinfo=UTC)
NAIVE = START.replace(tzinfo=None)


def test_a_stepped_clock_stands_still_until_set() -> None:
    clock = SteppedClock(datetime(2026, 8, 18, 10, tzinfo=ZoneInfo("Europe/Berlin")))
    assert clock.now() == clock.now() == START
    assert clock.now().tzinfo is UTC
    for moment in (START + timedelta(days=3), START - timedelta(days=3)):
        clock.set(moment)
        assert clock.now() == moment


def test_a_moved_clock_runs_on_from_where_it_was_moved_to() -> None:
    clock = MovedClock()
    clock.move_to(START)
    first, second = clock.now(), clock.now()
    assert START <= first <= second < START + timedelta(minutes=5)
    assert first.tzinfo is UTC
    again = MovedClock(clock.offset)
    assert START <= again.now() < START + timedelta(minutes=5)


def test_an_offset_is_added_to_real_time() -> None:
    ahead = MovedClock(timedelta(days=2)).now() - SystemClock().now()
    assert abs(ahead - timedelta(days=2)) < timedelta(minutes=5)
    assert SystemClock().now().tzinfo is UTC


def test_clocks_refuse_moments_without_a_zone() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        SteppedClock(NAIVE)
    with pytest.raises(ValueError, match="has no time zone"):
        SteppedClock(START).set(NAIVE)
    with pytest.raises(ValueError, match="has no time zone"):
        MovedClock().move_to(NAIVE)
