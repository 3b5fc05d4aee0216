"""Local time: clock changes, far zones, the turn of the year, holidays and quiet hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.domain.cadence import CadenceSpec
from bot.domain.local_time import QuietHours
from bot.domain.policy import Policy
from bot.domain.recurrence import Recurrence, Unit
from bot.services.match_accounts import Account
from bot.services.sync_accounts import sync_accounts
from tests.journeys.conftest import OpenWorld
from tests.journeys.engines import on_both
from tests.journeys.given import BERLIN, Someone, address, at, check_in, nudge, weekly_summary
from tests.journeys.world import World

LOS_ANGELES = "America/Los_Angeles"
AUCKLAND = "Pacific/Auckland"
AWAKE = Policy(company="Fernweh", quiet=QuietHours(time(4), time(4, 30)), weekly_cap=99)
"""Nearly no quiet hours, so that the nights in which clocks change can be seen."""

SUNDAYS_WORKED = "EG"
"""Clocks change on Sundays, so these people live in a country that works on them."""


def nightly(hour: str) -> CadenceSpec:
    recurrence = Recurrence(Unit.DAY, 1, time.fromisoformat(hour), date(2026, 1, 1))
    return replace(nudge(), recurrence=recurrence)


def of_day(walls: list[str], *days: str) -> list[str]:
    return [wall for wall in walls if wall[:10] in days]


async def test_a_time_the_clocks_skip_comes_once_at_the_end_of_the_gap(
    open_world: OpenWorld,
) -> None:
    """Across a spring gap a note comes once a day; the skipped time gives the next that exists."""
    people = [
        Someone("ana", zone=BERLIN, country=SUNDAYS_WORKED),
        Someone("devon", zone=LOS_ANGELES, country=SUNDAYS_WORKED),
    ]
    world = await open_world(people, [nightly("02:30")], at("2026-03-06 12:00"), AWAKE)
    await world.until("2026-03-10 12:00")
    world.jump("2026-03-28 12:00")
    await world.until("2026-03-31 12:00")
    ana = of_day(world.walls("ana"), "2026-03-29", "2026-03-30", "2026-03-31")
    devon = of_day(world.walls("devon"), "2026-03-08", "2026-03-09")
    assert ana == ["2026-03-29 03:00", "2026-03-30 02:30", "2026-03-31 02:30"]
    assert devon == ["2026-03-08 03:00", "2026-03-09 02:30"]


async def test_a_time_that_comes_twice_is_used_once(open_world: OpenWorld) -> None:
    """Across the autumn repeat a note comes once a day, at the first of the two moments."""
    people = [
        Someone("ana", zone=BERLIN, country=SUNDAYS_WORKED),
        Someone("devon", zone=LOS_ANGELES, country=SUNDAYS_WORKED),
    ]
    world = await open_world(people, [nightly("01:30")], at("2026-10-24 12:00"), AWAKE)
    await world.until("2026-10-26 12:00")
    world.jump("2026-10-31 12:00")
    await world.until("2026-11-02 12:00")
    assert of_day(world.walls("devon"), "2026-11-01") == ["2026-11-01 01:30"]
    [arrived] = [a for a in world.arrived("devon") if a.wall.startswith("2026-11-01")]
    assert arrived.at == at("2026-11-01 01:30", LOS_ANGELES, fold=0)
    assert of_day(world.walls("ana"), "2026-10-25", "2026-10-26") == [
        "2026-10-25 01:30",
        "2026-10-26 01:30",
    ]


async def test_the_repeated_hour_itself_in_berlin(open_world: OpenWorld) -> None:
    """2:30 comes twice in Berlin on 25 October 2026: the note comes at the first alone."""
    people = [Someone("ana", country=SUNDAYS_WORKED)]
    world = await open_world(people, [nightly("02:30")], at("2026-10-25 00:00"), AWAKE)
    await world.until("2026-10-25 12:00")
    [arrived] = world.arrived("ana")
    assert arrived.at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@on_both
async def test_auckland_and_los_angeles_are_each_asked_at_their_own_ten(
    open_world: OpenWorld,
) -> None:
    """One cadence asks people on both sides of the date line at 10:00 of their own Tuesday, and
    each manager's summary comes at 15:00 of the manager's own Friday."""
    people = [
        Someone("june", zone=LOS_ANGELES, country="US"),
        Someone("ruby", manager="june", zone=AUCKLAND, country="NZ"),
        Someone("devon", manager="june", zone=LOS_ANGELES, country="US"),
    ]
    cadences = [check_in(reminders=0), weekly_summary()]
    world = await open_world(people, cadences, at("2026-03-02 00:00"))
    await world.until("2026-03-15 00:00")
    # The clocks change on 8 March in the United States and not before April in New Zealand.
    assert world.prompts("ruby") == ["2026-03-03 10:00", "2026-03-10 10:00"]
    assert world.prompts("devon") == ["2026-03-03 10:00", "2026-03-10 10:00"]
    assert world.walls("june", "summary") == ["2026-03-06 15:00", "2026-03-13 15:00"]
    apart = world.arrived("devon")[0].at - world.arrived("ruby")[0].at
    assert apart == timedelta(hours=21)


@pytest.mark.parametrize(
    ("since", "until"),
    [("2025-12-02", "2026-02-01"), ("2026-12-01", "2027-02-01")],
    ids=["52 weeks", "53 weeks"],
)
async def test_every_other_week_runs_on_over_new_year(
    open_world: OpenWorld, since: str, until: str
) -> None:
    """Every other Tuesday stays 14 days apart, whether the old year has 52 ISO weeks or 53."""
    spec = check_in(weeks=2, since=date.fromisoformat(since), reminders=0)
    world = await open_world([Someone("ana", country=None)], [spec], at(f"{since} 00:00"))
    await world.until(f"{until} 00:00")
    days = [arrival.local.date() for arrival in world.arrived("ana") if arrival.is_prompt]
    assert len(days) == 5
    assert {later - day for day, later in pairwise(days)} == {timedelta(14)}


async def test_a_holiday_moves_the_day_in_that_country_alone(open_world: OpenWorld) -> None:
    """Easter Monday is a holiday in Germany and worked in the United States: one is asked on
    Tuesday, the other on Monday, and both on Monday the week after."""
    people = [Someone("ana"), Someone("devon", zone=LOS_ANGELES, country="US")]
    world = await open_world(people, [check_in(on=0, reminders=0)], at("2026-04-04 00:00"))
    await world.until("2026-04-14 00:00")
    assert world.prompts("ana") == ["2026-04-07 10:00", "2026-04-13 10:00"]
    assert world.prompts("devon") == ["2026-04-06 10:00", "2026-04-13 10:00"]


async def test_a_holiday_on_the_last_working_day_moves_it_back(open_world: OpenWorld) -> None:
    """Good Friday has no working day after it in its week, so Thursday is the day."""
    world = await open_world(
        [Someone("ana")], [check_in(on=4, reminders=0)], at("2026-03-30 00:00")
    )
    await world.until("2026-04-06 00:00")
    assert world.prompts("ana") == ["2026-04-02 10:00"]


@pytest.mark.parametrize(
    ("on", "hour", "expected"),
    [
        (1, "07:00", ["2026-03-03 08:00"]),
        (1, "20:30", ["2026-03-04 08:00"]),
        (4, "20:30", ["2026-03-09 08:00"]),
    ],
    ids=["too early", "too late", "before a weekend"],
)
async def test_quiet_hours_move_a_check_in_to_the_next_open_moment(
    open_world: OpenWorld, on: int, hour: str, expected: list[str]
) -> None:
    """A check-in due in quiet hours comes when they end, on a working day."""
    spec = check_in(on=on, hour=hour, reminders=0)
    world = await open_world([Someone("ana")], [spec], at("2026-03-02 00:00"))
    await world.until("2026-03-09 12:00")
    assert world.prompts("ana") == expected


async def test_nobody_is_disturbed_whatever_the_hour(open_world: OpenWorld) -> None:
    """Check-ins at odd hours, with reminders, notes and summaries: over Easter nothing arrives in
    quiet hours, at a weekend or on a holiday, in any zone."""
    people = [
        Someone("mara"),
        Someone("ana", manager="mara"),
        Someone("devon", manager="mara", zone=LOS_ANGELES, country="US"),
        Someone("ruby", manager="mara", zone=AUCKLAND, country="NZ"),
    ]
    cadences = [
        check_in("early", hour="05:15", on=2),
        check_in("late", hour="19:45", on=4, pack="other"),
        nudge(hour="22:00"),
        weekly_summary(hour="17:30", on=3),
    ]
    world = await open_world(people, cadences, at("2026-03-30 00:00"))
    await world.until("2026-04-14 00:00")
    calendar = world.built.kit.calendar
    for arrival in world.arrivals:
        country = world.rows[arrival.who].country
        assert time(8) <= arrival.local.time() < time(18), arrival
        assert calendar.for_country(country)(arrival.local.date()), arrival
    assert {arrival.who for arrival in world.arrivals} == {"mara", "ana", "devon", "ruby"}


async def test_three_days_of_downtime(open_world: OpenWorld) -> None:
    """What came due while nothing ran is skipped, visibly, and never sent later in a heap; the
    next week is asked as if nothing had been."""
    people = [Someone("mara"), Someone("ana", manager="mara")]
    cadences = [check_in(), nudge(on=1), weekly_summary(on=1, hour="09:00")]
    world = await open_world(people, cadences, at("2026-03-02 12:00"))
    await world.work()
    await world.down_until("2026-03-05 12:00")
    await world.until("2026-03-09 00:00")
    assert world.arrivals == []
    assert await world.skipped() == {"too_late": 5}  # two check-ins, two notes and a summary
    await world.until("2026-03-11 18:00")
    assert world.prompts("ana") == ["2026-03-10 09:30", "2026-03-10 10:00", "2026-03-11 10:00"]
    assert world.walls("mara", "summary") == ["2026-03-10 09:00"]


async def test_two_hours_of_downtime(open_world: OpenWorld) -> None:
    """What came due while nothing ran is sent as soon as things run again, once."""
    world = await open_world([Someone("ana")], [check_in(reminders=0)], at("2026-03-02 12:00"))
    await world.until("2026-03-03 09:00")
    await world.down_until("2026-03-03 11:00")
    await world.until("2026-03-09 00:00")
    assert world.prompts("ana") == ["2026-03-03 11:00"]
    assert await world.skipped() == {}


async def test_downtime_after_planning(open_world: OpenWorld) -> None:
    """A prompt that was queued before the downtime obeys the same window as one that wasn't."""
    spec = check_in(hour="20:00", reminders=0, send_window_hours=4)
    world = await open_world([Someone("ana")], [spec], at("2026-03-02 12:00"))
    await world.until("2026-03-03 21:00")  # queued for the next morning
    await world.down_until("2026-03-04 13:00")
    await world.until("2026-03-09 00:00")
    assert world.arrivals == []
    assert await world.skipped() == {"too_late": 1}


async def test_a_day_of_downtime_that_ends_in_quiet_hours(open_world: OpenWorld) -> None:
    """Back at night, within the window: the prompt waits for the morning."""
    world = await open_world([Someone("ana")], [check_in(reminders=0)], at("2026-03-03 09:00"))
    await world.down_until("2026-03-03 23:00")
    await world.until("2026-03-09 00:00")
    assert world.prompts("ana") == ["2026-03-04 08:00"]


async def test_the_clock_a_day_forward_and_back(open_world: OpenWorld) -> None:
    """A clock that jumps a day ahead and is set right again brings no burst and no repeat."""
    people = [Someone("mara"), Someone("ana", manager="mara")]
    cadences = [check_in(reminders=0), nudge(on=2), weekly_summary(on=3)]
    world = await open_world(people, cadences, at("2026-03-02 11:00"))
    await world.until("2026-03-02 12:00")
    world.jump("2026-03-03 12:00")
    await world.work()
    assert world.prompts("ana") == ["2026-03-03 12:00"]
    world.jump("2026-03-02 12:01")
    await world.until("2026-03-09 00:00")
    assert world.prompts("ana") == ["2026-03-03 12:00", "2026-03-04 09:30"]
    assert world.walls("mara", "summary") == ["2026-03-05 15:00"]
    await world.until("2026-03-10 12:00")
    assert world.prompts("ana")[2:] == ["2026-03-10 10:00"]


async def test_the_clock_a_day_back(open_world: OpenWorld) -> None:
    """A clock that falls back a day repeats nothing that was sent before."""
    people = [Someone("mara"), Someone("ana", manager="mara")]
    world = await open_world(
        people, [check_in(reminders=0), weekly_summary(on=2)], at("2026-03-02 12:00")
    )
    await world.until("2026-03-04 16:00")
    before = list(world.arrivals)
    world.jump("2026-03-03 09:00")
    await world.until("2026-03-09 00:00")
    assert world.arrivals == before


async def test_whoever_moves_to_another_zone_is_asked_once_a_week(open_world: OpenWorld) -> None:
    """Moving from Auckland to Los Angeles just after being asked brings no second prompt for the
    week; the next one comes at the new local time."""
    world = await open_world(
        [Someone("ruby", zone=AUCKLAND, country="NZ")],
        [check_in(reminders=0)],
        at("2026-03-02 12:00"),
    )
    await world.until(at("2026-03-03 12:00", AUCKLAND))
    await world.people_are(Someone("ruby", zone=LOS_ANGELES, country="US"))
    await world.until(at("2026-03-11 00:00", LOS_ANGELES))
    sent = [a.at.astimezone(ZoneInfo(LOS_ANGELES)) for a in world.arrived("ruby") if a.is_prompt]
    assert [f"{moment:%Y-%m-%d %H:%M}" for moment in sent] == [
        "2026-03-02 13:00",
        "2026-03-10 10:00",
    ]


async def test_an_account_that_travels_mid_week_is_asked_once_a_week(open_world: OpenWorld) -> None:
    """The zone of somebody's account changes on the day of the check-in, there and back again:
    one prompt each week, at the local time of where the account is, whatever the people list says
    in between."""
    ruby = Someone("ruby", zone=AUCKLAND, country="NZ")
    world = await open_world([ruby], [check_in(reminders=0)], at("2026-03-02 12:00"))
    await world.until(at("2026-03-03 12:00", AUCKLAND))
    await _account_says(world, LOS_ANGELES)
    await world.people_are(ruby)
    await world.until(at("2026-03-10 12:00", LOS_ANGELES))
    await _account_says(world, AUCKLAND)
    await world.until(at("2026-03-18 00:00", AUCKLAND))
    sent = [a.at for a in world.arrived("ruby") if a.is_prompt]
    assert sent == [
        at("2026-03-03 10:00", AUCKLAND),
        at("2026-03-10 10:00", LOS_ANGELES),
        at("2026-03-17 10:00", AUCKLAND),
    ]


async def _account_says(world: World, zone: str) -> None:
    """What a directory tells of Ruby's account from now on."""
    built = world.built
    platform = world.surface.platform
    installation = await built.uow.read(lambda tx: tx.organisations.installation(platform))
    assert installation is not None
    _, external_id = world.surface.account("ruby")
    account = Account(external_id, address("ruby"), "Ruby", zone)
    await sync_accounts(
        built.uow, built.kit.calendar, installation, [account], now=world.now, actor="nightly"
    )
