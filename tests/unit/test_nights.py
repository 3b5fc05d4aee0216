"""Once a night, wherever the company is, and again where it failed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.nights import night_of

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("moment", "night"),
    [
        ("2026-03-03T00:30", date(2026, 3, 2)),  # 1:30 in Berlin
        ("2026-03-03T01:00", date(2026, 3, 3)),
        ("2026-03-03T22:59", date(2026, 3, 3)),
        ("2026-03-29T00:59", date(2026, 3, 28)),  # the hour from 2:00 doesn't exist that night
        ("2026-03-29T01:00", date(2026, 3, 29)),
    ],
)
def test_a_night_begins_at_two_where_the_company_is(moment: str, night: date) -> None:
    assert night_of(datetime.fromisoformat(moment).replace(tzinfo=UTC), BERLIN) == night


@given(st.integers(0, 10 * 365 * 24 * 60))
def test_a_night_is_the_day_or_the_one_before(minutes: int) -> None:
    moment = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    tonight = night_of(moment, BERLIN)
    local = moment.astimezone(BERLIN).date()
    assert 0 <= (local - tonight).days <= 1
