"""A preview tells what the planner will do, writes nothing and shows no single person's choice."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.cadence import Audience, CadenceKind, CadenceSpec
from bot.domain.people import Participation
from bot.domain.policy import Policy
from bot.domain.recurrence import Recurrence, Unit
from bot.services import manage_cadence
from bot.services.plan import plan
from bot.services.preview import Preview, preview
from bot.services.preview_cadence import CadencePreview
from bot.services.sync_people import apply_sync
from storage.tables.conversation import OccurrenceRow
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
DAN = "dan@acme.com,Dan,bob@acme.com,,Europe/London,GB,2026-08-03"
NUDGE = replace(
    check_in(key="nudge", title="Nudge"), kind=CadenceKind.NUDGE, pack=None, text="Hello"
)
SUMMARY = replace(
    check_in(Audience(managers=True), key="summary", title="Summary"),
    kind=CadenceKind.WEEKLY_SUMMARY,
    pack=None,
)


@pytest.fixture
async def acme(database_url: str) -> AsyncIterator[Company]:
    async with company(database_url) as opened:
        await opened.apply(people(ADA, BOB, CAT, DAN))
        yield opened


async def look(acme: Company, at: datetime = MONDAY, **how: Any) -> Preview:
    return await preview(acme.uow, CALENDAR, at, **how)


async def look_at(acme: Company, **how: Any) -> CadencePreview:
    (found,) = (await look(acme, **how)).cadences
    return found


def left_out(found: CadencePreview) -> dict[str, int]:
    return {each.reason: each.people for each in found.left_out}


async def test_everyone_is_listed_at_their_own_local_time(acme: Company) -> None:
    await acme.cadence(check_in())
    await acme.schedule()
    found = await look_at(acme, weeks=2)
    assert [(g.zone, g.people, g.examples) for g in found.groups] == [
        ("Asia/Tokyo", 1, ("cat@acme.com",)),
        ("Europe/London", 2, ("ada@acme.com", "dan@acme.com")),
        ("America/New_York", 1, ("bob@acme.com",)),
    ]
    assert {f"{moment:%a %d %H:%M}" for group in found.groups for moment in group.moments} == {
        "Tue 18 10:00",
        "Tue 25 10:00",
    }
    assert (found.people, found.messages, found.later, found.left_out) == (4, 8, 0, ())


async def test_the_planner_does_what_was_previewed(acme: Company) -> None:
    """Judged by the occurrences that four weeks of the real planner leave."""
    await acme.cadence(check_in(Audience(teams=("Engines",), tenure_min_days=20)))
    await acme.cadence(replace(NUDGE, recurrence=replace(TUESDAYS, interval=2, weekday=4)))
    await acme.cadence(SUMMARY)
    await acme.schedule()
    told = await look(acme)
    for day in range(29):
        await plan(acme.uow, CALENDAR, MONDAY + day * DAY)
    table = OccurrenceRow.__table__
    rows = await acme.rows(select(table.c.due_at, table.c.zone))
    happened = Counter(row[0].date() for row in rows)
    assert {day: sum(kinds.values()) for day, kinds in told.load.items()} == happened
    assert sum(each.messages for each in told.cadences) == len(rows) == (4 + 2) + 8 + 8


async def test_each_is_left_out_for_a_reason(acme: Company) -> None:
    cases = {
        Audience(teams=("Engines",)): {"not_in_team": 2},
        Audience(under=("bob@acme.com",)): {"not_under": 3},
        Audience(managers=True): {"not_a_manager": 2},
        Audience(tenure_min_days=200): {"tenure": 2, "no_hire_date": 1},
        Audience(tenure_min_days=25): {"no_hire_date": 1},
    }
    for audience, reasons in cases.items():
        spec = check_in(audience)
        assert left_out(await look_at(acme, specs=[spec])) == reasons
    mend = await look_at(acme, specs=[check_in(Audience(tenure_min_days=25))])
    assert mend.left_out[0].examples == ("cat@acme.com",)


async def test_pauses_ends_and_missing_accounts_are_reasons_too(acme: Company) -> None:
    assert left_out(await look_at(acme, specs=[check_in(paused=True)])) == {"cadence_paused": 4}
    ended = check_in(ends_on=date(2026, 8, 17))
    assert left_out(await look_at(acme, specs=[ended])) == {"never_due": 4}
    saturdays = Recurrence(Unit.DAY, 7, time(10), date(2026, 8, 1))
    assert left_out(await look_at(acme, specs=[check_in(recurrence=saturdays)])) == {"never_due": 4}
    until = MONDAY + 9 * DAY
    await manage_cadence.pause_company(acme.uow, until, author="hr", now=MONDAY)
    assert left_out(await look_at(acme, specs=[check_in()], weeks=1)) == {"company_paused": 4}
    assert (await look_at(acme, specs=[check_in()], weeks=4)).messages == 8


async def test_whoever_has_no_account_is_named_so_that_it_can_be_mended(database_url: str) -> None:
    async with company(database_url) as acme:
        await apply_sync(
            acme.uow,
            people(ADA, BOB, DAN),
            now=MONDAY,
            actor="cli",
            identities=lambda person: acme.identity(person) if person.name == "Bob" else None,
        )
        found = await look_at(acme, specs=[check_in()])
        assert left_out(found) == {"no_platform": 2}
        assert found.left_out[0].examples == ("ada@acme.com", "dan@acme.com")


async def test_before_any_platform_is_connected_everyone_counts(sqlite_url: str) -> None:
    async with company(sqlite_url) as acme:
        await apply_sync(acme.uow, people(ADA), now=MONDAY, actor="cli", identities=lambda _: None)
        found = await look(acme, specs=[check_in()])
        assert (found.has_accounts, found.cadences[0].people) == (False, 1)


async def test_a_moment_after_the_weeks_is_later_and_nobody_is_left_out(acme: Company) -> None:
    monthly = Recurrence(Unit.MONTH, 1, time(10), date(2026, 8, 1), month_day=3)
    found = await look_at(acme, specs=[check_in(recurrence=monthly)], weeks=1)
    assert (found.people, found.later, found.left_out) == (0, 4, ())


async def test_a_period_someone_had_does_not_come_again(acme: Company) -> None:
    await acme.cadence(check_in())
    await acme.schedule()
    asked_in_tokyo = datetime(2026, 8, 18, 2, 0, tzinfo=UTC)
    await plan(acme.uow, CALENDAR, asked_in_tokyo)
    thursdays = check_in(recurrence=replace(TUESDAYS, weekday=3))
    found = await look_at(acme, at=asked_in_tokyo, specs=[thursdays], weeks=1)
    assert {group.zone for group in found.groups} == {"Europe/London", "America/New_York"}
    assert (found.people, found.later) == (3, 1)


async def test_the_weekly_cap_counts_reminders_at_worst(database_url: str) -> None:
    async with company(database_url, Policy(weekly_cap=2)) as acme:
        await acme.apply(people(ADA, BOB, CAT, DAN))
        mondays = replace(TUESDAYS, weekday=0, at=time(12))
        specs = [check_in(), replace(NUDGE, recurrence=mondays), SUMMARY]
        found = await look(acme, specs=specs, weeks=1)
        assert (found.weekly_cap, found.over_cap, found.over_cap_at_worst) == (2, 0, 4)
        daily = Recurrence(Unit.DAY, 1, time(16), date(2026, 8, 1))
        told = await look(acme, specs=[replace(NUDGE, recurrence=daily)])
        assert told.over_cap == 2, "managers get it with their nudges, which no cap counts"


@pytest.mark.parametrize(("declined", "told"), [(1, None), (4, None), (5, 5), (7, 7), (8, None)])
async def test_choices_are_told_for_groups_alone(
    sqlite_url: str, declined: int, told: int | None
) -> None:
    async with company(sqlite_url) as acme:
        await acme.apply(people(*(f"p{n}@acme.com,P{n}" for n in range(12))))
        everyone = await look_at(acme, specs=[check_in()])
        ids = [await acme.id_of(f"p{n}@acme.com") for n in range(declined)]
        for person in ids[1:]:
            await acme.uow.write(
                lambda tx, p=person: tx.people.set_participation(p, Participation.DECLINED)
            )
        until = MONDAY + 300 * DAY
        await acme.uow.write(lambda tx: tx.people.set_pause(ids[0], until))
        found = await look_at(acme, specs=[check_in()])
        assert found.own_choice == told
        assert replace(found, own_choice=None) == everyone


async def test_a_preview_writes_nothing(acme: Company) -> None:
    await acme.cadence(check_in())
    await look(acme)
    assert await acme.rows(select(OccurrenceRow.__table__)) == []
    current = await acme.uow.read(lambda tx: tx.cadences.current())
    assert await acme.plans(current[0].cadence_id) == {}


async def test_an_unknown_cadence_is_refused_with_those_there_are(acme: Company) -> None:
    await acme.cadence(check_in())
    with pytest.raises(manage_cadence.UnknownCadence, match="there is no cadence x; there are ai"):
        await look(acme, key="x")


STAY = CadenceSpec(
    key="stay",
    kind=CadenceKind.STAY_INTERVIEW,
    title="Stay interviews",
    recurrence=replace(TUESDAYS, weekday=0, at=time(12)),
    audience=Audience(managers=True),
)


async def test_who_comes_due_for_a_stay_interview_and_who_has_no_hire_date(acme: Company) -> None:
    """Bob is seven days in and Dan fourteen; Cat has no hire date. Ada has nobody above her, so
    nobody meets her. What the audience leaves out is not counted."""
    for days, due in (((90, 180), 0), ((30, 90), 2), ((7,), 1), ((6, 14, 60), 2), ((41,), 1)):
        stay = (await look_at(acme, specs=[replace(STAY, after_days=days)])).stay
        assert stay is not None
        assert (days, stay.due) == (days, due)
        assert [each.email for each in stay.undated] == ["cat@acme.com"]
    monthly = replace(STAY, after_days=(), every_months=1)
    assert (await look_at(acme, specs=[monthly])).stay.due == 2
    engines = replace(STAY, audience=Audience(managers=True, under=("ada@acme.com",)))
    stay = (await look_at(acme, specs=[engines])).stay
    assert stay is not None
    assert (stay.due, stay.undated) == (0, ()), "Bob alone is below Ada and manages somebody"
    assert (await look_at(acme, specs=[check_in()])).stay is None


async def test_what_goes_to_managers_leaves_the_others_out_and_no_cap_counts_it(
    acme: Company,
) -> None:
    """Two of four manage somebody. However many nudges fall on a day, they are one message."""
    daily = Recurrence(Unit.DAY, 1, time(16), date(2026, 8, 1))
    guide = replace(NUDGE, key="guide", text=None, guide="learning", recurrence=daily)
    many = [guide, replace(STAY, recurrence=daily), replace(NUDGE, recurrence=daily)]
    found = await look(acme, specs=many)
    assert [left_out(each) for each in found.cadences] == [
        {"not_a_manager": 2},
        {"not_a_manager": 2},
        {},
    ]
    assert found.over_cap == 2, "the note alone, to those who manage nobody"
    monday = found.load[MONDAY.date()]
    assert sum(monday.values()) == 3, "Ada, Bob and Dan; in Tokyo the hour has passed"
