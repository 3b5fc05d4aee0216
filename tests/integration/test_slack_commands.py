"""/touchpoint in Slack: every word answers the person alone, wherever it was written."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.slack_office import (
    GUEST,
    STRANGER,
    SlackOffice,
    private,
    slack_office,
)
from tests.servers.slack import GENERAL, Fault

NOT_LISTED = "You are not on the people list here"


@pytest.fixture(params=["http", "socket"])
async def office(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SlackOffice]:
    """Over HTTP and over Socket Mode."""
    async with slack_office(tmp_path, socket=request.param == "socket") as opened:
        yield opened


@pytest.mark.parametrize("office", ["http"], indirect=True)
async def test_every_word_answers_at_once(office: SlackOffice) -> None:
    """A line for the person alone, or a modal; never both, and never an error."""
    ana = office.user("ana")
    await office.did(await ana.presses("Start"))
    lines = {
        "": "These are the words I know",
        "help": "These are the words I know",
        "next": "A check-in is open until",
        "home": "A check-in is open until",
        "status": "A check-in is open until",
        "skip": "",
        "undo": "",
        "start": "You take part",
        "resume": "You take part",
        "nonsense": "help",
        "stauts": "status",
    }
    for word, said in lines.items():
        [line] = await office.runs(ana, word)
        assert said.casefold() in line.casefold(), (word, line)
        assert ana.modal is None, word
    panels = {"answers": "My answers", "pause": "Pause", "form": "Pair", "snooze": "Not now"}
    for word, title in panels.items():
        assert await office.runs(ana, word) == [], word
        assert ana.modal is not None, word
        assert ana.modal.title == title, word
        await ana.closes(everything=True)
    [line] = await office.runs(ana, "pause until 2026-03-20")
    assert "March 20" in line
    assert ana.trouble == []
    assert office.is_clean()


async def test_hr_words_are_for_hr_alone(office: SlackOffice) -> None:
    """An employee gets one line; an HR admin gets the cadences and the preview."""
    ana, helena = office.user("ana"), office.user("helena")
    for word in ("cadence", "preview"):
        [line] = await office.runs(ana, word)
        assert "HR admins" in line
        assert ana.modal is None
        assert await office.runs(helena, word) == []
        assert helena.modal is not None
        assert "pulse" in helena.modal.shown
        await helena.closes(everything=True)
    assert helena.trouble == []


async def test_in_a_channel_nobody_else_sees_anything(office: SlackOffice) -> None:
    """All answers are ephemeral, also where others read along."""
    ana, ben = office.user("ana"), office.user("ben")
    for word in ("help", "next", "status", "nonsense", "stop"):
        assert len(await office.runs(ana, word, GENERAL)) == 1
        assert ben.sees(GENERAL) == []
        assert not [m for m in ana.sees(GENERAL) if not m.ephemeral_to]
    assert await office.runs(ana, "answers", GENERAL) == []
    assert ana.modal is not None
    assert ben.modal is None


@pytest.mark.parametrize("who", [STRANGER, GUEST])
async def test_who_is_nobody_here_gets_one_polite_line(office: SlackOffice, who: str) -> None:
    """Strangers and guests alike, for every word; nothing opens, nothing is written to them."""
    user = office.user(who)
    for word in ("help", "answers", "cadence", "stop", "kestrel"):
        [line] = await office.runs(user, word)
        assert line.startswith(NOT_LISTED)
    assert user.modal is None
    assert [m for m in user.dm if m.is_bots and not m.ephemeral_to] == []
    assert office.is_clean("kestrel")


async def test_a_command_that_comes_again_counts_once(office: SlackOffice) -> None:
    """The same reply, and the change is made and told in the conversation once."""
    ana = office.user("ana")
    [first] = await office.runs(ana, "stop")
    told = list(ana.texts)
    [again] = await office.slack.redeliver(office.slack.deliveries.sent[-1])
    await office.did(again)
    assert again.body["text"] == first
    assert again.body["response_type"] == "ephemeral"
    assert ana.texts == told


async def test_a_modal_that_can_not_open_says_so(office: SlackOffice) -> None:
    """The trigger was too old, or Slack was out of order: one line asks to try once more."""
    ana = office.user("ana")
    for trouble in ("expired_trigger_id", Fault.ERROR_BEFORE):
        office.slack.fails("views.open", trouble)
        [line] = await office.runs(ana, "answers")
        assert line == "That took too long to open. Please try once more."
        assert ana.modal is None
    assert private(office.user("ben")) == []
    assert office.is_clean()
