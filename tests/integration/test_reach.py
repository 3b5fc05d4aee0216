"""Who can't be reached and why: named for operators, in groups for everybody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from bot.domain.delivery import DeliveryState
from bot.domain.message import Text
from bot.domain.organisation import Installation
from bot.services import outgoing
from bot.services.admin_home import admin_blocks
from bot.services.meet import bar
from bot.services.reach import unreached
from bot.services.status import Status, status
from bot.services.sync_people import apply_sync
from tests.integration.meeting_office import NAMES, MeetingOffice, meeting_office
from tests.integration.people_lists import MONDAY, company, people
from tests.servers.chat import Fault


@pytest.fixture
async def office(database_url: str, tmp_path: Path) -> AsyncIterator[MeetingOffice]:
    async with meeting_office(database_url, tmp_path) as made:
        yield made


async def reasons(office: MeetingOffice) -> dict[str, str]:
    found = await office.kit.uow.read(lambda tx: unreached(tx, office.kit.messengers))
    return {each.email.removesuffix("@acme.com"): each.reason for each in found}


async def stands(office: MeetingOffice) -> Status:
    found = await status(office.kit.uow, office.clock.now(), office.kit.messengers)
    assert found is not None
    return found


async def told_to_hr(office: MeetingOffice) -> str:
    mia = await office.acme.person("mia@acme.com")
    blocks = await admin_blocks(office.kit, mia, office.clock.now())
    return "\n".join(block.text for block in blocks if isinstance(block, Text))


async def test_everybody_without_a_usable_account_and_why(office: MeetingOffice) -> None:
    assert await reasons(office) == dict.fromkeys(NAMES, "not_installed")
    await office.has_slack("bo")
    await office.has_slack("cy", barred="guest")
    for name in ("ana", "dee", "eli"):
        await office.meet(name)
    await bar(office.kit.uow, office.tenant.id, "aad-dee", "blocked", MONDAY)
    await bar(office.kit.uow, office.tenant.id, "aad-eli", "not_installed", MONDAY)
    await office.leaves_list()
    assert await reasons(office) == {
        "cy": "guest",
        "dee": "blocked",
        "eli": "not_installed",
        "mia": "not_installed",
    }


async def test_whoever_is_reached_in_slack_need_not_be_met(office: MeetingOffice) -> None:
    await office.has_slack(*NAMES)
    assert await reasons(office) == {}
    assert (await stands(office)).people.unreached == {}


async def test_the_reason_follows_the_platforms_that_are_configured(database_url: str) -> None:
    """Not those that were once: their workspace or tenant stays in the database."""
    async with company(database_url) as acme:
        alone = people("ana@acme.com,Ana", header="email,name")
        nobody = {"now": MONDAY, "actor": "hr", "identities": lambda _: None}
        await apply_sync(acme.uow, alone, **nobody)
        for platform in ("slack", "teams"):
            row = Installation(uuid4(), acme.organisation_id, platform, "T1")
            await acme.uow.write(lambda tx, i=row: tx.organisations.add_installation(i, MONDAY))
        for given, reason in (
            ({"local"}, "no_platform"),
            ({"local", "slack"}, "missing"),
            ({"slack", "teams"}, "not_installed"),
        ):
            (found,) = await acme.uow.read(lambda tx, given=given: unreached(tx, given))
            assert (found.email, found.reason) == ("ana@acme.com", reason)


async def test_figures_tell_of_groups_alone(office: MeetingOffice) -> None:
    """Seven have no app; once two are met it is five, and with three the reason is not told."""
    assert (await stands(office)).people.unreached == {"not_installed": 7}
    assert "7 of them don't have the app in Teams" in await told_to_hr(office)
    await office.meet("ana")
    await office.meet("bo")
    await bar(office.kit.uow, office.tenant.id, "aad-bo", "blocked", MONDAY)
    found = await stands(office)
    assert (found.people.without_platform, found.people.unreached) == (6, {"not_installed": 5})
    assert "let the app write" not in await told_to_hr(office)
    await office.meet("cy")
    assert (await stands(office)).people.unreached == {}
    said = await told_to_hr(office)
    assert "in Teams" not in said
    assert not [name for name in NAMES if name.title() in said]


async def test_what_may_have_arrived_is_told_as_such(office: MeetingOffice) -> None:
    """On a platform without a look-up it is never sent again, and the status says so."""
    await office.meet("ana")
    await office.sends()
    ana = await office.acme.id_of("ana@acme.com")
    note = outgoing.note(office.acme.organisation_id, ana, "resumed", "t", office.clock.now())
    await office.kit.uow.write(lambda tx: tx.queue.enqueue([note]))
    office.teams.fails(Fault.ERROR_AFTER)
    for _ in range(3):
        await office.sends()
    assert len(office.teams.texts("place-ana")) == 2
    found = await stands(office)
    assert (found.unsure, found.queue[DeliveryState.UNKNOWN]) == (1, 1)
    assert "1 message may have arrived" in await told_to_hr(office)
