"""Configuration is compared in words, applied once, audited, and never breaks a promise."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.cadence import Audience, CadenceKind
from bot.domain.organisation import Configuration
from bot.domain.policy import Policy
from bot.services import manage_cadence
from bot.services.manage_cadence import ApplyRefused, UnknownCadence
from bot.services.plan import plan
from storage.tables.configuration import CadenceRevisionRow, PackRevisionRow, PolicyRevisionRow
from storage.tables.logs import AuditLogRow
from tests.integration.people_lists import (
    CALENDAR,
    MONDAY,
    PACK,
    TUESDAYS,
    Company,
    check_in,
    company,
    people,
)

HOUR = timedelta(hours=1)
SUMMARY = replace(
    check_in(Audience(managers=True), key="weekly-summary", title="Weekly summary"),
    kind=CadenceKind.WEEKLY_SUMMARY,
    pack=None,
)
FILE = Configuration(Policy(company="Acme", time_zone="UTC"), (PACK,), (check_in(), SUMMARY))


@pytest.fixture
async def acme(database_url: str) -> AsyncIterator[Company]:
    async with company(database_url) as opened:
        await opened.apply(people("ada@acme.com,Ada", "bob@acme.com,Bob,ada@acme.com"))
        yield opened


async def apply(acme: Company, file: Configuration, **how: Any) -> manage_cadence.Applied:
    return await manage_cadence.apply(acme.uow, CALENDAR, file, author="cli", now=MONDAY, **how)


async def audited(acme: Company) -> list[tuple[str, str]]:
    table = AuditLogRow.__table__
    rows = await acme.rows(select(table.c.action, table.c.detail).order_by(table.c.number))
    return [(row[0], row[1]) for row in rows if row[0] != "people.import"]


async def stored(acme: Company) -> list[int]:
    """How many revisions there are of anything."""
    tables = (CadenceRevisionRow, PackRevisionRow, PolicyRevisionRow)
    return [len(await acme.rows(select(table.__table__.c.id))) for table in tables]


def with_check_in(**changes: Any) -> Configuration:
    return replace(FILE, cadences=(replace(check_in(), **changes), SUMMARY))


async def test_an_empty_database_is_seeded_once_and_then_only_compared(acme: Company) -> None:
    assert await manage_cadence.seed(acme.uow, CALENDAR, FILE, now=MONDAY) == ()
    assert await manage_cadence.export(acme.uow) == FILE
    later = with_check_in(recurrence=replace(TUESDAYS, at=time(9, 30)))
    found = await manage_cadence.seed(acme.uow, CALENDAR, later, now=MONDAY + HOUR)
    assert [str(each) for each in found] == ["ai: at 10:00 -> 09:30"]
    assert await manage_cadence.export(acme.uow) == FILE


async def test_seeding_schedules_everyone_it_is_for(acme: Company) -> None:
    await manage_cadence.seed(acme.uow, CALENDAR, FILE, now=MONDAY)
    current = await acme.uow.read(lambda tx: tx.cadences.current())
    plans = {r.spec.key: set(await acme.plans(r.cadence_id)) for r in current}
    assert plans == {"ai": {"ada", "bob"}, "weekly-summary": {"ada"}}


async def test_applying_the_same_file_again_changes_nothing(acme: Company) -> None:
    await apply(acme, FILE)
    before, entries = await stored(acme), await audited(acme)
    again = await apply(acme, FILE)
    assert again.differences == ()
    assert again.plans is not None
    assert (again.plans.added, again.plans.changed, again.plans.removed) == (0, 0, 0)
    assert await stored(acme) == before
    assert await audited(acme) == entries


async def test_what_changed_is_told_revised_and_audited(acme: Company) -> None:
    await apply(acme, FILE)
    changed = replace(
        with_check_in(
            audience=Audience(teams=("Sales", "Support")), reminders=1, title="How is AI going"
        ),
        policy=replace(FILE.policy, weekly_cap=3),
        packs=(replace(PACK, title={"en": "AI"}),),
    )
    before = await audited(acme)
    applied = await apply(acme, changed)
    assert [str(each) for each in applied.differences] == [
        "organisation: limits.prompts_per_week 4 -> 3",
        "ai: title or settings changed",
        "ai: title AI check-in -> How is AI going",
        "ai: audience everyone -> everyone in Sales or Support",
        "ai: reminders 2 -> 1",
    ]
    assert (await audited(acme))[len(before) :] == [
        ("policy.change", "limits.prompts_per_week"),
        ("pack.change", "ai 2"),
        ("cadence.change", "ai 2"),
    ]
    assert await manage_cadence.export(acme.uow) == changed
    assert await acme.uow.read(lambda tx: tx.audit.verify())


async def test_a_changed_question_is_named(acme: Company) -> None:
    await apply(acme, FILE)
    other = replace(PACK, questions=(replace(PACK.questions[0], key="where"),))
    found = await manage_cadence.diff(acme.uow, replace(FILE, packs=(other,)))
    assert [str(each) for each in found] == ["ai: questions how, where changed"]


async def test_a_dry_run_writes_nothing(acme: Company) -> None:
    entries = await audited(acme)
    tried = await apply(acme, FILE, dry_run=True)
    assert "ai: new cadence: AI check-in, every week on Tuesday at 10:00, for everyone" in [
        str(each) for each in tried.differences
    ]
    assert tried.plans is None
    assert (await manage_cadence.export(acme.uow)).cadences == ()
    assert await audited(acme) == entries


async def test_a_cadence_the_file_lacks_runs_on_unless_pruned(acme: Company) -> None:
    await apply(acme, FILE)
    without = replace(FILE, cadences=(check_in(),))
    applied = await apply(acme, without)
    assert [str(each) for each in applied.differences] == [
        "weekly-summary: runs, but is not in the file"
    ]
    assert not (await manage_cadence.export(acme.uow)).cadences[1].paused
    await apply(acme, without, prune=True)
    assert (await manage_cadence.export(acme.uow)).cadences[1].paused
    assert (await audited(acme))[-1] == ("cadence.pause", "weekly-summary 2")
    again = await apply(acme, without, prune=True)
    assert again.differences == ()
    assert await stored(acme) == [3, 1, 2]


async def test_pausing_makes_a_revision_and_says_so_in_the_audit_log(acme: Company) -> None:
    await apply(acme, FILE)

    async def pause(*, paused: bool) -> bool:
        return await manage_cadence.set_paused(
            acme.uow, "ai", paused=paused, author="hr", now=MONDAY
        )

    assert await pause(paused=True)
    assert not await pause(paused=True)
    assert (await manage_cadence.export(acme.uow)).cadences[0].paused
    assert await pause(paused=False)
    assert (await audited(acme))[-2:] == [("cadence.pause", "ai 2"), ("cadence.resume", "ai 3")]
    with pytest.raises(UnknownCadence, match="there are ai, weekly-summary"):
        await manage_cadence.set_paused(acme.uow, "aj", paused=True, author="hr", now=MONDAY)


async def test_a_company_pause_is_audited_once(acme: Company) -> None:
    until = datetime(2026, 9, 1, tzinfo=UTC)
    for _ in range(2):
        await manage_cadence.pause_company(acme.uow, until, author="hr", now=MONDAY)
    organisation = await acme.uow.read(lambda tx: tx.organisations.get())
    assert organisation is not None
    assert organisation.paused_until == until
    await manage_cadence.pause_company(acme.uow, None, author="hr", now=MONDAY)
    assert await audited(acme) == [
        ("company.pause", "2026-09-01T00:00:00+00:00"),
        ("company.resume", ""),
    ]


async def test_promised_group_sizes_fall_only_until_somebody_was_asked(acme: Company) -> None:
    strict = replace(FILE, policy=replace(FILE.policy, group_minimum=8))
    await apply(acme, strict)
    await apply(acme, FILE)
    await apply(acme, strict)
    await plan(acme.uow, CALENDAR, MONDAY + 30 * HOUR)
    for dry_run in (True, False):
        with pytest.raises(ApplyRefused, match=r"privacy\.group_minimum: 5 is below 8"):
            await apply(acme, FILE, dry_run=dry_run)
    assert (await manage_cadence.export(acme.uow)).policy.group_minimum == 8
    higher = replace(FILE, policy=replace(FILE.policy, group_minimum=9))
    assert len((await apply(acme, higher)).differences) == 1
