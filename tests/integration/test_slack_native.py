"""How it feels in Slack: at once, in place, and nothing left that leads nowhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.slack_office import STRANGER, SlackOffice, private, slack_office
from tests.servers.slack import Fault, User

GONE = ("has closed, so I", "nothing to show here any more", "isn't there any more")
OPENS = {
    "Answer all in a form",
    "Answer in a form",
    "Not now",
    "Change an answer",
    "My answers",
    "Who can read my answers?",
}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SlackOffice]:
    async with slack_office(tmp_path) as opened:
        yield opened


async def says(office: SlackOffice, who: str, *texts: str) -> User:
    """Starts, and answers one question after the other."""
    user = office.user(who)
    await office.did(await user.presses("Start"))
    for text in texts:
        await office.did(await user.types(text))
        await office.world.wait()
    return user


async def test_a_press_changes_the_message_in_place(office: SlackOffice) -> None:
    """The welcome says what was chosen and has no buttons left; a skipped question the same."""
    ana = office.user("ana")
    [welcome] = [m for m in ana.dm if m.buttons]
    await office.did(await ana.presses("Start"))
    [now] = [m for m in ana.dm if m.ts == welcome.ts]
    assert "You started." in now.shown
    assert now.buttons == []
    asked = next(m for m in reversed(ana.dm) if m.buttons)
    await office.did(await ana.presses("Skip this question"))
    [now] = [m for m in ana.dm if m.ts == asked.ts]
    assert "You skipped this question." in now.shown
    assert not {"Skip this question", "Not now"} & set(now.buttons)


@pytest.mark.parametrize("way", ["typed", "form", "skipped", "paused", "declined"])
async def test_no_button_in_the_thread_leads_nowhere(office: SlackOffice, way: str) -> None:
    """However a check-in ends: whatever can still be pressed does what it says."""
    ana = await says(office, "ana", *(["kestrel", "heron"] if way == "typed" else []))
    if way == "form":
        await office.did(await ana.presses("Answer all in a form"))
        await office.did(await ana.submits({"How is work?": "kestrel", "Any wish?": "heron"}))
    elif way in ("skipped", "paused"):
        await office.did(await ana.presses("Not now"))
        choice = "Skip this check-in" if way == "skipped" else "Pause until a date"
        await office.did(await ana.submits({"When would suit you better?": choice}))
    elif way == "declined":
        await office.did(await ana.opens_home())
        await office.did(await ana.presses("Not for me", where="home"))
    if way == "paused":
        await office.did(await ana.submits({"Ask me again from": "2026-03-20"}))
    await office.world.wait()
    assert ana.modals == []
    offered = [(m.ts, label) for m in ana.dm for label in m.buttons]
    offered.sort(key=lambda found: found[1] not in OPENS)  # the others change what there is
    for ts, label in offered:
        [message] = [m for m in ana.dm if m.ts == ts] or [None]
        if message is None or label not in message.buttons:
            continue
        await office.did(await ana.presses(label, message))
        assert (ana.modal is not None) == (label in OPENS), label
        read = [*ana.shown, *private(ana), *(view.shown for view in ana.modals)]
        assert not any(gone in text for gone in GONE for text in read), label
        await ana.closes(everything=True)
    assert ana.trouble == []


async def test_a_slow_modal_does_not_hold_up_the_acknowledgement(office: SlackOffice) -> None:
    """The press is acknowledged while Slack still sits on views.open; then the modal is there."""
    ana = await says(office, "ana")
    office.slack.fails("views.open", Fault.HANG_AFTER)
    ack = await ana.presses("Not now")
    assert ack.acknowledged
    office.slack.faults.release()
    await office.surface.ears.settled()
    assert ana.modal is not None


async def test_home_is_redrawn_after_acts_on_it_and_after_its_forms(office: SlackOffice) -> None:
    """Nobody has to leave Home and come back to see what they just did."""
    ana = office.user("ana")
    await office.did(await ana.opens_home())
    assert ana.home is not None
    assert "Start" in ana.home.buttons
    await office.did(await ana.presses("Start", where="home"))
    assert "Start" not in ana.home.buttons
    await office.did(await ana.presses("Pause", where="home"))
    await office.did(await ana.submits({"Ask me again from": "2026-03-20"}))
    assert ana.modals == []
    assert "Paused: nothing is asked before" in ana.home.shown
    await office.did(await ana.presses("Resume now", where="home"))
    assert "Pause" in ana.home.buttons


async def test_hr_sees_the_saved_cadence_and_home_follows(office: SlackOffice) -> None:
    """The notice of what was saved takes the form's place, and Home shows it behind."""
    helena = office.user("helena")
    await office.did(await helena.opens_home())
    assert helena.home is not None
    await office.did(await helena.presses("Pause for everyone", where="home"))
    await office.did(await helena.submits({"Send again from": "2026-04-01"}))
    assert helena.modal is not None
    assert "Paused for everyone until" in helena.modal.shown
    assert "Everything is paused until" in helena.home.shown
    await helena.closes(everything=True)
    await office.did(await helena.presses("End the pause", where="home"))
    assert helena.modal is not None
    assert "The pause is over." in helena.modal.shown
    assert "Everything is paused until" not in helena.home.shown


async def test_a_panel_follows_what_its_buttons_change(office: SlackOffice) -> None:
    """Only for me under My answers: the panel stays, and says at once who can read it now."""
    ana = await says(office, "ana", "kestrel")
    await office.runs(ana, "answers")
    assert ana.modal is not None
    assert "Mara can read it while managing you." in ana.modal.shown
    await office.did(await ana.presses("Only for me", where="modal"))
    assert len(ana.modals) == 1
    assert "Only you can read it." in ana.modal.shown
    assert "Only for me" not in ana.modal.buttons


async def test_a_form_inside_a_panel_can_be_left_and_sent(office: SlackOffice) -> None:
    """Closing it leads back to the panel; sending it closes both, and says so in the thread."""
    ana = await says(office, "ana", "kestrel")
    await office.runs(ana, "answers")
    await office.did(await ana.presses("Change", where="modal"))
    assert [view.callback_id for view in ana.modals] == ["panel", "form"]
    await ana.closes()
    assert ana.modal is not None
    assert ana.modal.title == "My answers"
    await office.did(await ana.presses("Change", where="modal"))
    await office.did(await ana.submits({"How is work?": "heron"}))
    assert ana.modals == []
    await office.runs(ana, "answers")
    assert "heron" in ana.modal.shown


async def test_notices_appear_where_the_person_looks(office: SlackOffice) -> None:
    """In the thread a line for them alone; elsewhere a small modal."""
    ana = await says(office, "ana")
    await office.world.act("ana", "summary_details", "gone")
    assert private(ana) == ["There is nothing to show here any more."]
    assert ana.modal is None
    await ana.opens_home()
    await office.did(await ana.presses("My answers", where="home"))
    assert ana.modal is not None
    helena = office.user("helena")
    await office.did(await helena.opens_home())
    await office.did(await helena.presses("Test", where="home"))
    assert helena.modal is not None
    assert "Only you got it." in helena.modal.shown
    assert private(helena) == []


async def test_the_messages_tab_draws_no_home(office: SlackOffice) -> None:
    ana = office.user("ana")
    await office.did(await ana.opens_home("messages"))
    assert ana.home is None
    assert office.slack.called("views.publish") == []


async def test_a_strangers_home_is_one_polite_line(office: SlackOffice) -> None:
    """Whoever is not on the list reads why there is nothing; nothing is posted to them."""
    xenia = office.user(STRANGER)
    await office.did(await xenia.opens_home())
    assert xenia.home is not None
    assert xenia.home.shown.startswith("You are not on the people list here")
    assert xenia.home.buttons == []
    await office.did(await xenia.types("kestrel"))
    assert [m for m in xenia.dm if m.is_bots] == []
    assert office.is_clean("kestrel")


async def test_a_look_at_who_reads_keeps_what_was_typed(office: SlackOffice) -> None:
    """It opens over the form, also where that covers another modal; closed, the form is as it was
    left, and can be sent."""
    ana = office.user("ana")
    await office.did(await ana.presses("Start"))
    await office.did(await ana.presses("Answer all in a form"))
    await ana.fills("How is work?", "kestrel words")
    await office.did(await ana.presses("Who can read my answers?", where="modal"))
    assert [view.title for view in ana.modals] == ["Pair", "Who can read this?"]
    assert "Mara, your manager, by name and in your own words:" in ana.modals[-1].shown
    await ana.closes()
    await office.did(await ana.submits({}))
    assert ana.modals == []
    assert (await office.recorded())["ana"] == ["kestrel words"]
    await office.did(await ana.presses("My answers"))
    await office.did(await ana.presses("Change", where="modal"))
    await office.did(await ana.presses("Who can read my answers?", where="modal"))
    assert [view.title for view in ana.modals] == ["My answers", "Pair", "Who can read this?"]
    assert ana.trouble == []


async def test_your_data_from_home(office: SlackOffice) -> None:
    """The panel, AI off and on in place, and what there is in place of a download."""
    ana = office.user("ana")
    await office.did(await ana.opens_home())
    await office.did(await ana.presses("Your data", where="home"))
    assert [view.title for view in ana.modals] == ["Your data"]
    await office.did(await ana.presses("Switch AI off for me", where="modal"))
    assert "none shall read your answers" in ana.modals[-1].shown
    await office.did(await ana.presses("Allow AI for me", where="modal"))
    assert "You can say now that none ever shall." in ana.modals[-1].shown
    await office.did(await ana.presses("Get a copy", where="modal"))
    assert "Whoever runs Touchpoint at Fernweh can make you a link" in ana.modals[-1].shown
    await office.did(await ana.presses("Back", where="modal"))
    await office.did(await ana.presses("Erase everything …", where="modal"))
    assert [view.title for view in ana.modals] == ["Your data", "Erase everything"]
    await office.did(await ana.submits({}))
    assert "I keep nothing you said any more" in ana.modals[-1].shown
    assert ana.trouble == []
