"""The schedule follows audiences, revisions and time zones, and never asks twice for a period."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.domain.cadence import Audience, CadenceKind
from bot.services.memberships import SyncResult, sync_plans
from bot.services.plan import plan
from tests.integration.people_lists import (
    CALENDAR,
    MONDAY,
    TUESDAYS,
    Company,
    check_in,
    company,
    people,
)

DAY = timedelta(days=1)
ADA = "ada@acme.com,Ada,,Engines,Europe/London,GB,2020-01-07"
BOB = "bob@acme.com,Bob,ada@acme.com,Engines,America/New_York,US,2026-08-10"
CAT = "cat@acme.com,Cat,ada@acme.com,Tables,Asia/Tokyo,JP"
DAN = "dan@acme.com,Dan,bob@acme.com,,Europe/London,GB"
EVERYONE = people(ADA, BOB, CAT, DAN)


@pytest.fixture
async def acme(database_url: str) -> AsyncIterator[Company]:
    async with company(database_url) as opened:
        await opened.apply(EVERYONE)
        yield opened


async def test_everyone_is_due_at_their_own_ten_o_clock(acme: Company) -> None:
    cadence = await acme.cadence(check_in())
    assert await acme.schedule() == SyncResult(added=4)
    plans = await acme.plans(cadence)
    assert {name: plan.next_due_at for name, plan in plans.items()} == {
        "ada": datetime(2026, 8, 18, 9, 0, tzinfo=UTC),
        "bob": datetime(2026, 8, 18, 14, 0, tzinfo=UTC),
        "cat": datetime(2026, 8, 18, 1, 0, tzinfo=UTC),
        "dan": datetime(2026, 8, 18, 9, 0, tzinfo=UTC),
    }
    assert {plan.period for plan in plans.values()} == {"2026-W34"}


async def test_a_repeat_changes_nothing(acme: Company) -> None:
    cadence = await acme.cadence(check_in())
    await acme.schedule()
    before = await acme.plans(cadence)
    assert await acme.schedule(MONDAY + timedelta(hours=1)) == SyncResult(kept=4)
    assert await acme.plans(cadence) == before


@pytest.mark.parametrize(
    ("audience", "names"),
    [
        (Audience(teams=("ENGINES",)), {"ada", "bob"}),
        (Audience(under=("Ada@acme.com",)), {"bob", "cat", "dan"}),
        (Audience(under=("bob@acme.com",)), {"dan"}),
        (Audience(managers=True), {"ada", "bob"}),
        (Audience(tenure_min_days=90), {"ada", "bob", "cat", "dan"}),  # asked when it is due
    ],
)
async def test_plans_follow_the_audience(
    acme: Company, audience: Audience, names: set[str]
) -> None:
    cadence = await acme.cadence(check_in(audience))
    await acme.schedule()
    assert set(await acme.plans(cadence)) == names


async def test_summaries_are_for_people_who_manage_someone(acme: Company) -> None:
    spec = replace(check_in(), kind=CadenceKind.WEEKLY_SUMMARY, pack=None)
    cadence = await acme.cadence(spec)
    await acme.schedule()
    assert set(await acme.plans(cadence)) == {"ada", "bob"}


async def test_who_leaves_the_audience_or_the_company_loses_the_plan(acme: Company) -> None:
    cadence = await acme.cadence(check_in(Audience(under=("bob@acme.com",))))
    await acme.schedule()
    moved = people(ADA, BOB, CAT.replace("ada@", "bob@"), DAN.replace("bob@", "ada@"))
    await acme.apply(moved)
    assert await acme.schedule() == SyncResult(added=1, removed=1)
    assert set(await acme.plans(cadence)) == {"cat"}
    await acme.apply(people(ADA, BOB, DAN.replace("bob@", "ada@")))
    assert await acme.schedule() == SyncResult(removed=1)
    assert await acme.plans(cadence) == {}


async def test_a_new_revision_moves_what_is_not_due_yet(acme: Company) -> None:
    cadence = await acme.cadence(check_in())
    await acme.schedule()
    before = await acme.plans(cadence)
    await acme.cadence(check_in(recurrence=replace(TUESDAYS, at=time(11), weekday=2)))
    assert await acme.schedule() == SyncResult(changed=4)
    after = await acme.plans(cadence)
    assert after["ada"].next_due_at == datetime(2026, 8, 19, 10, 0, tzinfo=UTC)
    assert after["ada"].revision_id != before["ada"].revision_id
    assert after["ada"].id == before["ada"].id


async def test_moving_to_another_zone_moves_the_plan(acme: Company) -> None:
    cadence = await acme.cadence(check_in())
    await acme.schedule()
    await acme.apply(people(ADA, BOB, CAT.replace("Asia/Tokyo", "America/Los_Angeles"), DAN))
    assert await acme.schedule() == SyncResult(changed=1, kept=3)
    plans = await acme.plans(cadence)
    assert plans["cat"].next_due_at == datetime(2026, 8, 18, 17, 0, tzinfo=UTC)


async def test_moving_west_after_being_asked_does_not_ask_again(acme: Company) -> None:
    cadence = await acme.cadence(check_in())
    await acme.schedule()
    asked_in_tokyo = datetime(2026, 8, 18, 2, 0, tzinfo=UTC)
    assert await plan(acme.uow, CALENDAR, asked_in_tokyo) == 1
    west = people(ADA, BOB, CAT.replace("Asia/Tokyo", "America/Los_Angeles"), DAN)
    await acme.apply(west, asked_in_tokyo)
    await acme.schedule(asked_in_tokyo)
    cat = (await acme.plans(cadence))["cat"]
    assert (cat.period, cat.next_due_at) == (
        "2026-W35",
        datetime(2026, 8, 25, 17, 0, tzinfo=UTC),
    )
    assert await acme.schedule(asked_in_tokyo) == SyncResult(kept=4)


async def test_a_rehire_in_the_same_week_is_not_asked_again(acme: Company) -> None:
    cadence = await acme.cadence(check_in())
    await acme.schedule()
    asked_in_tokyo = datetime(2026, 8, 18, 2, 0, tzinfo=UTC)
    await plan(acme.uow, CALENDAR, asked_in_tokyo)
    await acme.apply(people(ADA, BOB, DAN), asked_in_tokyo)
    await acme.schedule(asked_in_tokyo)
    back = people(ADA, BOB, CAT.replace("Asia/Tokyo", "America/Los_Angeles"), DAN)
    await acme.apply(back, asked_in_tokyo)
    await acme.schedule(asked_in_tokyo)
    assert (await acme.plans(cadence))["cat"].period == "2026-W35"


async def test_who_is_due_and_not_handled_yet_stays_due(acme: Company) -> None:
    cadence = await acme.cadence(check_in())
    await acme.schedule()
    late = MONDAY + 3 * DAY
    assert await acme.schedule(late) == SyncResult(kept=4)
    await acme.cadence(check_in(title="Another title"))
    assert await acme.schedule(late) == SyncResult(changed=4)
    plans = await acme.plans(cadence)
    assert plans["ada"].next_due_at == datetime(2026, 8, 18, 9, 0, tzinfo=UTC)


async def test_a_paused_cadence_keeps_its_plans(acme: Company) -> None:
    cadence = await acme.cadence(check_in())
    await acme.schedule()
    await acme.cadence(check_in(paused=True))
    await acme.schedule()
    plans = await acme.plans(cadence)
    assert {plan.period for plan in plans.values()} == {"2026-W34"}


async def test_a_cadence_that_has_ended_is_never_due(acme: Company) -> None:
    cadence = await acme.cadence(check_in())
    await acme.schedule()
    await acme.cadence(check_in(ends_on=MONDAY.date()))
    assert await acme.schedule() == SyncResult(changed=4)
    assert {plan.next_due_at for plan in (await acme.plans(cadence)).values()} == {None}
    assert await acme.schedule() == SyncResult(kept=4)


async def test_a_cadence_that_begins_later_is_first_due_then(acme: Company) -> None:
    cadence = await acme.cadence(check_in(starts_on=date(2026, 9, 1)))
    await acme.schedule()
    ada = (await acme.plans(cadence))["ada"]
    assert ada.next_due_at == datetime(2026, 9, 1, 9, 0, tzinfo=UTC)


async def test_public_holidays_of_the_persons_country_count(acme: Company) -> None:
    fridays = check_in(recurrence=replace(TUESDAYS, weekday=4))
    cadence = await acme.cadence(fridays)
    await acme.schedule(datetime(2026, 12, 24, 9, 0, tzinfo=UTC))
    plans = await acme.plans(cadence)
    assert plans["cat"].next_due_at == datetime(2026, 12, 25, 1, 0, tzinfo=UTC)  # worked in Japan
    assert plans["ada"].next_due_at == datetime(2026, 12, 24, 10, 0, tzinfo=UTC)  # the day before


async def test_only_the_cadences_and_people_that_are_named(acme: Company) -> None:
    first = await acme.cadence(check_in())
    second = await acme.cadence(check_in(key="other"))
    cat = await acme.id_of("cat@acme.com")
    done = await sync_plans(acme.uow, CALENDAR, MONDAY, only=[first], people=[cat])
    assert done == SyncResult(added=1)
    assert set(await acme.plans(first)) == {"cat"}
    assert await sync_plans(acme.uow, CALENDAR, MONDAY, only=[second]) == SyncResult(added=4)
    assert await sync_plans(acme.uow, CALENDAR, MONDAY, people=[cat]) == SyncResult(kept=2)
