"""One home per person: it moves by a button, or by an operator, and everything follows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.domain.message import Buttons
from bot.services import outgoing
from bot.services.meet import bar
from bot.services.move_home import CannotMove, Moved, elsewhere, move_person
from storage.tables.logs import AuditLogRow
from tests.integration.meeting_office import MeetingOffice, meeting_office
from tests.integration.people_lists import CALENDAR, MONDAY

BUTTON = "[home_here ]"


@pytest.fixture
async def office(database_url: str, tmp_path: Path) -> AsyncIterator[MeetingOffice]:
    """Ana gets her messages in Slack, and was met in Teams."""
    async with meeting_office(database_url, tmp_path) as made:
        await made.has_slack("ana")
        assert not (await made.meet("ana", time_zone="Asia/Tokyo")).is_home
        yield made


async def queue(office: MeetingOffice, cause: str, after: timedelta = timedelta()) -> None:
    ana = await office.acme.id_of("ana@acme.com")
    at = office.clock.now() + after
    note = outgoing.note(office.acme.organisation_id, ana, "resumed", cause, at)
    assert await office.kit.uow.write(lambda tx: tx.queue.enqueue([note]))


async def test_the_line_says_where_and_offers_to_bring_them(office: MeetingOffice) -> None:
    line = await elsewhere(office.kit, await office.acme.person("ana@acme.com"))
    assert line.text.startswith("You get your messages in Slack.")
    (buttons,) = (block for block in line.blocks if isinstance(block, Buttons))
    assert [(b.label, b.action) for b in buttons.items] == [("Bring them here", "home_here")]


async def test_the_button_brings_messages_and_what_is_ready(office: MeetingOffice) -> None:
    """Both places are told, and the one that is left keeps the way back."""
    await queue(office, "soon", timedelta(hours=1))
    for _ in range(2):
        await office.presses("ana", "home_here", act="one")
    assert await office.home("ana") == "teams"
    await office.sends(timedelta(hours=2))
    told, waiting = sorted(office.teams.texts("place-ana"))
    assert "From now on you get your messages here" in told
    assert waiting.startswith("Welcome back")
    (left,) = office.slack.texts("D-ana")
    assert "in Teams" in left
    assert BUTTON in left
    await office.presses("ana", "home_here")
    await office.sends()
    assert "already" in office.teams.texts("place-ana")[-1]


async def test_the_way_back_is_the_same_button(office: MeetingOffice) -> None:
    await office.presses("ana", "home_here")
    await office.sends()
    await office.presses("ana", "home_here", on="slack")
    await office.sends()
    assert await office.home("ana") == "slack"
    assert BUTTON in office.teams.texts("place-ana")[-1]
    assert "here" in office.slack.texts("D-ana")[-1]
    log = AuditLogRow.__table__
    rows = await office.acme.rows(select(log.c.action, log.c.actor, log.c.detail))
    ana = str(await office.acme.id_of("ana@acme.com"))
    assert [tuple(row) for row in rows if row[0] == "accounts.home"] == [
        ("accounts.home", ana, "platform=teams"),
        ("accounts.home", ana, "platform=slack"),
    ]


async def test_messages_that_were_sent_are_changed_where_they_stand(office: MeetingOffice) -> None:
    """A message's name means something on its own platform alone."""
    await queue(office, "sent")
    await office.sends()
    (old,) = office.slack.posts("D-ana")
    await office.presses("ana", "home_here")
    ana = await office.acme.person("ana@acme.com")

    def take_away(tx):  # type: ignore[no-untyped-def]  # a Tx
        for message in tx.queue.shown_to(ana.id):
            if message.kind == "note" and message.facts["code"] == "resumed":
                tx.queue.enqueue([outgoing.erased(ana, message.id, "test", office.clock.now())])

    await office.kit.uow.write(take_away)
    await office.sends()
    deleted = [(e.channel, e.ref) for e in office.slack.log if e.operation == "DELETE"]
    assert deleted == [("D-ana", old.ref)]
    assert {e.operation for e in office.teams.log} == {"POST"}


async def test_messages_of_an_account_that_is_gone_are_not_tried(office: MeetingOffice) -> None:
    await queue(office, "sent")
    await office.sends()
    await office.presses("ana", "home_here")
    await office.sends()
    await bar(office.kit.uow, office.workspace.id, "U-ana", "deactivated", office.clock.now())
    ana = await office.acme.person("ana@acme.com")
    before = len(office.slack.calls)

    def take_away(tx):  # type: ignore[no-untyped-def]  # a Tx
        gone = [
            outgoing.erased(ana, message.id, "test", office.clock.now())
            for message in tx.queue.shown_to(ana.id)
        ]
        return tx.queue.enqueue(gone)

    assert len(await office.kit.uow.write(take_away)) == 3
    await office.sends()
    assert len(office.slack.calls) == before
    counts = await office.kit.uow.read(lambda tx: tx.queue.counts())
    assert not [state for state, _ in counts if state.value in ("ready", "claimed", "sending")]
    assert sum(e.operation == "DELETE" for e in office.teams.log) == 1


async def test_nothing_happens_for_a_barred_account_or_somebody_elses(
    office: MeetingOffice,
) -> None:
    await office.presses("bo", "home_here")
    await bar(office.kit.uow, office.tenant.id, "aad-ana", "blocked", MONDAY)
    await office.presses("ana", "home_here")
    assert await office.home("ana") == "slack"
    await office.sends()
    assert not office.teams.calls


async def test_an_operator_moves_somebody(office: MeetingOffice) -> None:
    """The zone of the account there holds from then on."""

    async def move(email: str, platform: str) -> Moved:
        return await move_person(
            office.kit.uow, CALENDAR, email, platform, now=office.clock.now(), actor="cli"
        )

    await queue(office, "soon", timedelta(hours=1))
    assert await move("ANA@acme.com ", "teams") == Moved("teams", messages=1)
    assert await move("ana@acme.com", "teams") == Moved("teams", was_there=True)
    assert await office.home("ana") == "teams"
    assert (await office.acme.person("ana@acme.com")).time_zone == "Asia/Tokyo"
    await office.sends()
    assert BUTTON in office.slack.texts("D-ana")[0]
    with pytest.raises(CannotMove, match="not on the people list"):
        await move("who@acme.com", "teams")
    with pytest.raises(CannotMove, match=r"no account in Teams.*people reach"):
        await move("bo@acme.com", "teams")
