"""The rhythm of 1:1s and the days of stay interviews."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.one_to_one import (
    Meeting,
    MeetingKind,
    MeetingState,
    Rhythm,
    first_on,
    months_later,
    next_on,
    stay_day,
)

DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))
PLANNED = st.sampled_from([Rhythm.WEEKLY, Rhythm.TWO_WEEKS, Rhythm.MONTHLY])
TENURES = st.lists(st.integers(1, 900), max_size=4, unique=True).map(lambda d: tuple(sorted(d)))


@given(rhythm=PLANNED, weekday=st.integers(0, 6), last=DAYS, away=st.integers(0, 60))
def test_the_next_one_is_later_on_its_weekday_and_keeps_the_rhythm(
    rhythm: Rhythm, weekday: int, last: date, away: int
) -> None:
    today = last + timedelta(days=away)
    found = next_on(rhythm, weekday, last, today)
    assert found is not None
    assert found > today
    assert found.weekday() == weekday
    weeks = (found - timedelta(days=found.weekday()) - last + timedelta(days=last.weekday())).days
    assert weeks % (7 * (rhythm.weeks or 1)) == 0


@pytest.mark.parametrize("rhythm", [Rhythm.UNSET, Rhythm.OFF])
def test_nothing_is_planned_without_a_rhythm(rhythm: Rhythm) -> None:
    assert next_on(rhythm, 0, date(2026, 3, 2), date(2026, 3, 2)) is None


@given(weekday=st.integers(0, 6), after=DAYS)
def test_the_first_day_is_within_a_week(weekday: int, after: date) -> None:
    found = first_on(weekday, after)
    assert found.weekday() == weekday
    assert timedelta(0) < found - after <= timedelta(days=7)


@pytest.mark.parametrize(
    ("after", "due"),
    [
        (date(2026, 1, 5), date(2026, 4, 5)),
        (date(2026, 4, 4), date(2026, 4, 5)),
        (date(2026, 4, 5), date(2026, 7, 4)),
        (date(2026, 7, 4), date(2027, 1, 4)),
        (date(2028, 12, 31), date(2029, 1, 4)),
    ],
)
def test_stay_interviews_come_at_90_and_180_days_and_every_half_year(
    after: date, due: date
) -> None:
    assert stay_day(date(2026, 1, 5), after, (90, 180), 6) == due


def test_without_a_hire_date_none_comes() -> None:
    assert stay_day(None, date(2026, 1, 5), (90, 180), 6) is None


@given(hired=DAYS, after=DAYS, days=TENURES, months=st.integers(1, 24))
def test_a_stay_interview_always_comes_again_and_never_early(
    hired: date, after: date, days: tuple[int, ...], months: int
) -> None:
    first = stay_day(hired, after, days, months)
    assert first is not None
    assert first > after
    second = stay_day(hired, first, days, months)
    assert second is not None
    assert second > first


@given(day=DAYS, months=st.integers(1, 60))
def test_months_later_is_the_same_day_or_the_last_of_the_month(day: date, months: int) -> None:
    found = months_later(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == day.day or (found + timedelta(days=1)).day == 1


def meeting(**changes: object) -> Meeting:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    facts: dict[str, object] = {
        "id": uuid4(),
        "organisation_id": uuid4(),
        "one_to_one_id": uuid4(),
        "manager_id": uuid4(),
        "employee_id": uuid4(),
        "kind": MeetingKind.ONE_TO_ONE,
        "planned_on": date(2026, 3, 3),
        "due_on": date(2026, 3, 3),
        "state": MeetingState.DUE,
        "created_at": at,
        "state_at": at,
    }
    return Meeting(**{**facts, **changes})  # type: ignore[arg-type]  # facts of many types


def test_a_meeting_is_told_once_on_its_day_or_when_there_is_a_nudge_again() -> None:
    assert not meeting().is_due(date(2026, 3, 2))
    assert meeting().is_due(date(2026, 3, 3))
    assert meeting().is_due(date(2026, 3, 20))
    assert not meeting(nudged_on=date(2026, 3, 3)).is_due(date(2026, 3, 4))
    assert not meeting(state=MeetingState.HELD).is_due(date(2026, 3, 3))


def test_how_it_went_is_asked_once_and_not_long_after() -> None:
    told = meeting(nudged_on=date(2026, 3, 3))
    assert not told.is_to_be_asked(date(2026, 3, 3))
    assert told.is_to_be_asked(date(2026, 3, 4))
    assert told.is_to_be_asked(date(2026, 3, 11))
    assert not told.is_to_be_asked(date(2026, 3, 12))
    stay = meeting(nudged_on=date(2026, 3, 3), kind=MeetingKind.STAY)
    assert not stay.is_to_be_asked(date(2026, 3, 9))
    assert stay.is_to_be_asked(date(2026, 3, 10))
    assert not meeting(nudged_on=date(2026, 3, 3), asked_on=date(2026, 3, 4)).is_to_be_asked(
        date(2026, 3, 5)
    )
    assert not meeting(nudged_on=date(2026, 3, 3), state=MeetingState.HELD).is_to_be_asked(
        date(2026, 3, 4)
    )
