"""Agendas and promises at Slack's client: a message's own menu, and forms over an open panel."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.slack_office import GUEST, STRANGER, SlackOffice, slack_office
from tests.servers.slack import GENERAL, Message

SHORTCUT = "agenda_open"


@pytest.fixture(params=["http", "socket"])
async def office(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SlackOffice]:
    """Over HTTP and over Socket Mode."""
    async with slack_office(tmp_path, socket=request.param == "socket") as opened:
        yield opened


def said(office: SlackOffice, text: str, channel: str = GENERAL) -> Message:
    """Something a colleague wrote in a channel that Touchpoint isn't in."""
    workspace = office.slack.workspace
    return Message(channel, workspace.ticker.next(), office.user("ben").id, text)


async def test_a_message_goes_onto_the_agenda(office: SlackOffice) -> None:
    """Its words stand in the form as they stood on the screen; nothing is kept before it is sent,
    and nobody else sees anything."""
    ana = office.user("ana")
    message = said(office, f"<@{office.user('mara').id}> the kestrel plan &amp; its budget")
    await office.did(await ana.chooses(SHORTCUT, message))
    assert ana.modal is not None
    assert ana.modal.title == "Add to the agenda"
    assert "Only you and Mara see this." in ana.modal.shown
    await office.did(await ana.submits())
    assert ana.modal is not None
    assert "@Mara the kestrel plan & its budget" in ana.modal.shown
    assert ana.sees(GENERAL) == []
    assert ana.trouble == []
    assert office.is_clean("kestrel")


async def test_a_long_message_is_cut_to_what_fits(office: SlackOffice) -> None:
    ana = office.user("ana")
    await office.did(await ana.chooses(SHORTCUT, said(office, "kestrel " * 200)))
    await office.did(await ana.submits())
    assert ana.modal is not None
    assert "kestrel …" in ana.modal.shown


@pytest.mark.parametrize("who", [STRANGER, GUEST, "helena"])
async def test_who_has_nobody_to_share_with_gets_one_line(office: SlackOffice, who: str) -> None:
    """Strangers, guests, and somebody without manager and reports."""
    user = office.user(who)
    await office.did(await user.chooses(SHORTCUT, said(office, "the kestrel plan")))
    assert user.modal is not None
    assert "kestrel" not in user.modal.shown
    line = "There is nobody" if who == "helena" else "You are not on the people list here"
    assert user.modal.shown.startswith(line)
    assert user.trouble == []


async def test_a_form_leads_back_to_the_panel_it_covered(office: SlackOffice) -> None:
    """From Home: the panel shows what was added, and so does Home; a refused form stays open with
    the error beside its field."""
    ana = office.user("ana")
    await office.did(await ana.opens_home())
    await office.did(await ana.presses("See all", where="home"))
    await office.did(await ana.presses("Make a promise", where="modal"))
    assert len(ana.modals) == 2
    await office.did(await ana.submits({"What do you promise Mara?": "the heron draft"}))
    assert [view.title for view in ana.modals] == ["You and Mara"]
    assert "the heron draft" in ana.modals[0].shown
    assert ana.home is not None
    assert "the heron draft" in ana.home.shown
    await office.did(await ana.presses("Add a topic", where="modal"))
    await office.did(await ana.submits({"What do you want to talk about?": " "}))
    assert list(ana.modal_errors.values()) == [
        "I can't see any words here. Please write what it is."
    ]
    assert len(ana.modals) == 2
    assert ana.trouble == []


async def test_an_item_is_ticked_off_in_the_open_panel(office: SlackOffice) -> None:
    """The panel is drawn anew in place, with a way back."""
    ana = office.user("ana")
    await office.runs(ana, "agenda the kestrel plan")
    assert await office.runs(ana, "agenda") == []
    await office.did(await ana.presses("Done", where="modal"))
    assert ana.modal is not None
    assert "Ticked off: the kestrel plan" in ana.modal.shown
    await office.did(await ana.presses("Undo", where="modal"))
    assert "Back on the list." in ana.modal.shown
    assert len(ana.modals) == 1
    assert ana.trouble == []
