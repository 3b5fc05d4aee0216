"""Teams asks by itself for cards that come into view: they say what is true now."""

from __future__ import annotations

import pytest

from tests.contract.conftest import PEOPLE, Office, OpenOffice
from tests.contract.over_teams import OverTeams
from tests.journeys.given import check_in, weekly_summary
from tests.servers.teams import User

KINDS = check_in(pack="kinds", reminders=0)


@pytest.fixture
def door() -> OverTeams:
    return OverTeams()


async def seen_anew(office: Office, who: str) -> User:
    """Somebody who opens the chat once more: every card that asks for it was refreshed, and each
    says what it said.
    """
    user = user_of(office, who)
    sent = [seen.message.as_seen_by("nobody").shown for seen in user.chat]
    for ack in await user.looks():
        assert ack.status == 200
    assert [seen.shown for seen in user.chat] == sent
    assert user.trouble == []
    return user


def user_of(office: Office, who: str) -> User:
    door = office.door
    assert isinstance(door, OverTeams)
    return door.surface.user(who)


async def test_every_message_says_the_same_when_it_comes_into_view(open_office: OpenOffice) -> None:
    """Welcome, questions, receipts, thanks and a summary, at each step of a check-in."""
    office = await open_office(KINDS, weekly_summary())
    await seen_anew(office, "ana")
    await office.presses("ana", "Start")
    await seen_anew(office, "ana")
    await office.presses("ana", "4")
    await seen_anew(office, "ana")
    await office.answers("ana", "kestrel")
    await seen_anew(office, "ana")
    await office.presses("ana", "Answer all in a form")
    await office.sends("ana", {"How many hours?": "12"})
    ana = await seen_anew(office, "ana")
    assert any("Thank you, Ana" in text for text in ana.shown)
    await office.world.until("2026-03-06 15:05")
    mara = await seen_anew(office, "mara")
    assert any("Read their words" in label for label in mara.buttons)


async def test_what_lies_open_is_gone_when_the_chat_is_opened_anew(open_office: OpenOffice) -> None:
    """A panel takes the place of a card for a while; the message is there again, with its
    buttons, and nothing of the panel was a message.
    """
    office = await open_office(KINDS)
    before = len(user_of(office, "ana").chat)
    await office.presses("ana", "Who can read my answers?")
    ana = user_of(office, "ana")
    assert "Start" not in ana.buttons
    await ana.looks()
    assert {"Start", "Not for me"} <= set(ana.buttons)
    assert len(ana.chat) == before


async def test_a_client_that_sends_null_for_empty_fields_is_understood(
    open_office: OpenOffice,
) -> None:
    office = await open_office(KINDS)
    await office.presses("ana", "Start")
    ana = user_of(office, "ana")
    ana.server.sends_null_inputs = True
    await office.presses("ana", "Answer all in a form")
    await office.sends("ana", {"How many hours?": "12"})
    assert "Thank you, Ana" in (await office.thread("ana")).words


async def test_nobody_elses_card_shows_anything(open_office: OpenOffice) -> None:
    """Asked for with the id of somebody else's message, a card says nothing of it."""
    office = await open_office(KINDS, people=PEOPLE)
    await office.presses("ana", "Start")
    ana, ben = user_of(office, "ana"), user_of(office, "ben")
    own = await ana.looks()
    forged = [await ana.server.forges(ack.delivery, ben.id) for ack in own]
    assert any("Is it clear?" in str(ack.body) for ack in own)
    assert not any("Is it clear?" in str(ack.body) for ack in forged)
