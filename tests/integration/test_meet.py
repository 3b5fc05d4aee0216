"""First contact where a platform tells of accounts one by one, over real databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from bot.domain.check_in import State
from bot.domain.delivery import DeliveryState
from bot.domain.people import Identity, Participation
from bot.services import outgoing
from bot.services.meet import BLOCKED, NOT_INSTALLED, Met, bar, note_place
from bot.services.plan import plan
from storage.tables.logs import AuditLogRow
from tests.integration.meeting_office import MeetingOffice, meeting_office
from tests.integration.people_lists import CALENDAR, MONDAY, check_in

DAY = timedelta(days=1)


@pytest.fixture
async def office(database_url: str, tmp_path: Path) -> AsyncIterator[MeetingOffice]:
    async with meeting_office(database_url, tmp_path) as made:
        yield made


async def uninstalls(office: MeetingOffice, name: str, reason: str = NOT_INSTALLED) -> None:
    await bar(office.kit.uow, office.tenant.id, f"aad-{name}", reason, office.clock.now())


async def test_somebody_new_gets_one_hello_and_is_asked_nothing(office: MeetingOffice) -> None:
    """It says who reads answers, with the manager of that moment, and offers Start."""
    assert (
        await office.meet("ana", time_zone="Asia/Tokyo", locale="en-GB")
        == Met(await office.acme.person("ana@acme.com"), is_home=True, is_new=True)
        or (await office.acme.person("ana@acme.com")).time_zone == "Asia/Tokyo"
    )
    for _ in range(3):
        assert not (await office.meet("ana")).is_new
    await office.sends()
    (hello,) = office.teams.texts("place-ana")
    assert "I'm Touchpoint" in hello
    assert "Mia, your manager, can read your answers" in hello
    assert [x for x in hello.split("\n") if x[0] == "["] == ["[start ]", "[who_reads ]", "[help ]"]
    assert (await office.accounts("ana"))["teams"].locale == "en_GB"
    assert not office.slack.log


async def test_start_takes_the_button_away(office: MeetingOffice) -> None:
    await office.meet("ana")
    await office.sends()
    await office.presses("ana", "start")
    await office.presses("ana", "start")
    await office.sends()
    changed = [e for e in office.teams.log if e.operation == "PUT"]
    assert [e.ref for e in changed] == [office.teams.posts()[0].ref]
    assert "[start ]" not in changed[0].text
    assert "You are in" in office.teams.texts("place-ana")[-1]


async def test_two_at_once_are_one(office: MeetingOffice) -> None:
    found = await asyncio.gather(*(office.meet("ana") for _ in range(8)))
    assert sum(met.is_new for met in found) == 1
    await office.sends()
    assert len(office.teams.texts("place-ana")) == 1


async def test_two_accounts_of_one_address_at_once(office: MeetingOffice) -> None:
    found = await asyncio.gather(*(office.meet("ana", f"aad-{n}") for n in range(5)))
    assert sum(met.person is not None for met in found) == 1


@pytest.mark.parametrize(
    "told",
    [
        {"email": "who@else.com"},
        {"email": ""},
        {"barred": "guest"},
        {"confirmed": False},
        {"email": "ana@acme.com", "principal": "bo@acme.com"},
    ],
)
async def test_nobody_is_connected(office: MeetingOffice, told: dict[str, object]) -> None:
    assert await office.meet("ana", **told) == Met(None)
    assert await office.accounts("ana") == {}
    await office.sends()
    assert not office.teams.calls


async def test_whoever_left_is_nobody(office: MeetingOffice) -> None:
    await office.meet("fay")
    await office.leaves_list()
    assert await office.meet("fay") == Met(None)
    await office.sends()
    assert not office.teams.texts("place-fay")


async def test_an_uninstall_calls_off_what_was_to_come(office: MeetingOffice) -> None:
    """With the reason in sight; a reinstall brings them back, with one more hello."""
    await office.meet("ana")
    await office.sends()
    await office.acme.cadence(check_in())
    await office.acme.schedule()
    await plan(office.kit.uow, CALENDAR, MONDAY + timedelta(days=1, hours=2))
    for _ in range(2):
        await uninstalls(office, "ana")
    await office.sends(timedelta(days=1, hours=3))
    assert len(office.teams.texts("place-ana")) == 1
    counts = await office.kit.uow.read(lambda tx: tx.queue.counts())
    assert counts[DeliveryState.SKIPPED, NOT_INSTALLED] == 1
    ana = await office.acme.id_of("ana@acme.com")
    opened = await office.kit.uow.read(lambda tx: tx.check_ins.of_person(ana))
    assert [each.state for each in opened] == [State.CANCELLED]
    for again in (True, False, False):
        assert (await office.meet("ana", place="new-place")).is_new is again
    await office.sends()
    assert len(office.teams.texts("new-place")) == 1


@pytest.mark.parametrize(
    ("first", "then", "kept"),
    [
        (BLOCKED, NOT_INSTALLED, NOT_INSTALLED),
        (NOT_INSTALLED, BLOCKED, NOT_INSTALLED),
        ("deactivated", BLOCKED, "deactivated"),
    ],
)
async def test_the_reason_that_says_most_is_kept(
    office: MeetingOffice, first: str, then: str, kept: str
) -> None:
    await office.meet("ana")
    await uninstalls(office, "ana", first)
    await uninstalls(office, "ana", then)
    assert (await office.accounts("ana"))["teams"].barred == kept


async def test_nobodys_account_can_be_barred_and_noted(office: MeetingOffice) -> None:
    await uninstalls(office, "who")
    await note_place(office.kit, office.tenant.id, "aad-who", "p", "UTC", "en", MONDAY)
    assert await office.kit.uow.read(lambda tx: tx.people.identities(office.tenant.id)) == []


async def test_a_home_elsewhere_stays(office: MeetingOffice) -> None:
    await office.has_slack("ana")
    for is_new in (True, False):
        met = await office.meet("ana", time_zone="Asia/Tokyo")
        assert (met.is_home, met.is_new) == (False, is_new)
    assert await office.home("ana") == "slack"
    assert (await office.acme.person("ana@acme.com")).time_zone == "UTC"
    await office.sends()
    assert not office.teams.calls


async def test_a_barred_home_gives_way(office: MeetingOffice) -> None:
    await office.has_slack("ana", barred="deactivated")
    assert (await office.meet("ana")).is_home
    assert await office.home("ana") == "teams"


async def test_the_local_page_gives_way_and_what_is_ready_comes_along(
    office: MeetingOffice,
) -> None:
    ana = await office.acme.id_of("ana@acme.com")
    page = Identity(uuid4(), ana, office.acme.installation_id, "local", str(ana), str(ana))
    organisation = office.acme.organisation_id
    waiting = outgoing.note(organisation, ana, "resumed", "test", MONDAY)
    await office.kit.uow.write(lambda tx: tx.people.add_identities([page]))
    await office.kit.uow.write(lambda tx: tx.queue.enqueue([waiting]))
    assert (await office.meet("ana")).is_home
    assert await office.home("ana") == "teams"
    await office.sends()
    assert len(office.teams.texts("place-ana")) == 2


async def test_a_platform_that_is_not_configured_any_more_gives_way(
    office: MeetingOffice,
) -> None:
    await office.has_slack("ana")
    del office.kit.messengers["slack"]  # type: ignore[attr-defined]  # a dictionary here
    assert (await office.meet("ana")).is_home


async def test_a_new_zone_moves_the_plan(office: MeetingOffice) -> None:
    """When somebody is met, and when they travel."""
    cadence = await office.acme.cadence(check_in())
    await office.acme.schedule()
    await office.meet("ana", time_zone="Asia/Tokyo")
    assert (await office.acme.plans(cadence))["ana"].next_due_at == datetime(
        2026, 8, 18, 1, tzinfo=UTC
    )
    before = await office.acme.plans(cadence)
    for _ in range(2):
        await note_place(
            office.kit, office.tenant.id, "aad-ana", "there", "America/New_York", "de-DE", MONDAY
        )
    after = await office.acme.plans(cadence)
    assert after["ana"].next_due_at == datetime(2026, 8, 18, 14, tzinfo=UTC)
    assert {name for name in after if after[name] != before[name]} == {"ana"}
    ana = await office.acme.person("ana@acme.com")
    assert (ana.time_zone, ana.locale) == ("America/New_York", "de_DE")
    assert (await office.accounts("ana"))["teams"].delivery_ref == "there"


async def test_what_an_account_does_not_say_is_left(office: MeetingOffice) -> None:
    await office.meet("ana", time_zone="Asia/Tokyo", locale="en-GB")
    await note_place(office.kit, office.tenant.id, "aad-ana", "", "Mars/Base", "", MONDAY)
    found = (await office.accounts("ana"))["teams"]
    assert (found.delivery_ref, found.time_zone, found.locale) == (
        "place-ana",
        "Asia/Tokyo",
        "en_GB",
    )


async def test_a_new_account_takes_over_a_barred_one(office: MeetingOffice) -> None:
    """Never one that is in use. It is one entry of the audit log, of opaque ids alone."""
    await office.meet("ana")
    assert await office.meet("ana", "aad-new") == Met(None)
    await uninstalls(office, "ana")
    met = await office.meet("ana", "aad-new", place="place-new")
    assert met.is_new
    found = (await office.accounts("ana"))["teams"]
    assert (found.external_id, found.delivery_ref, found.barred) == ("aad-new", "place-new", None)
    assert await office.meet("ana") == Met(None)
    log = AuditLogRow.__table__
    rows = await office.acme.rows(select(log.c.action, log.c.target, log.c.detail))
    moved = [tuple(row) for row in rows if row[0] == "accounts.moved"]
    ana = await office.acme.id_of("ana@acme.com")
    assert moved == [("accounts.moved", str(ana), "platform=teams")]


async def test_the_hello_follows_what_somebody_chose_before(office: MeetingOffice) -> None:
    for name, choice in (("bo", Participation.STARTED), ("cy", Participation.DECLINED)):
        person = await office.acme.id_of(f"{name}@acme.com")
        await office.kit.uow.write(lambda tx, p=person, c=choice: tx.people.set_participation(p, c))
        await office.meet(name)
    await office.sends()
    (started,), (declined,) = office.teams.texts("place-bo"), office.teams.texts("place-cy")
    assert "You have started" in started
    assert "[start" not in started
    assert "You chose “Not for me”" in declined


async def test_whoever_has_no_manager_is_told_so(office: MeetingOffice) -> None:
    await office.meet("mia")
    await office.sends()
    assert "Only you can see your answers" in office.teams.texts("place-mia")[0]
