"""The words behind `/touchpoint`: one reply for the person alone, and never an error."""

from __future__ import annotations

from uuid import uuid4

import pytest

from bot.domain.inbound import InboundKind
from bot.domain.message import Form, Panel, Reply
from bot.domain.people import Participation, Role
from bot.services import strangers
from tests.journeys.conftest import OpenWorld
from tests.journeys.engines import on_both
from tests.journeys.given import Someone, check_in, nudge, weekly_summary
from tests.journeys.on_teams import OnTeams
from tests.journeys.words import pressable, words
from tests.journeys.world import World

MARA = Someone("mara")
ANA = Someone("ana", manager="mara")
HELENA = Someone("helena", role=Role.HR_ADMIN)


async def company(open_world: OpenWorld, *, started: bool = True) -> World:
    """It is Tuesday, 10:05; a check-in is out."""
    cadences = [check_in(reminders=0), weekly_summary(), nudge()]
    world = await open_world([MARA, ANA, HELENA], cadences)
    await world.until("2026-03-03 10:05")
    if started:
        await world.starts("ana")
    return world


async def command(world: World, who: str, text: str) -> Reply:
    return await world.send(who, InboundKind.COMMAND, text=text)


async def test_without_a_word_it_is_help(open_world: OpenWorld) -> None:
    """Nothing, spaces and a question mark get the list; HR's words stand in HR's list alone."""
    world = await company(open_world)
    shown = (await command(world, "ana", "help")).notice
    assert all(word in shown for word in ("next", "answers", "status", "pause", "resume", "stop"))
    assert "cadence" not in shown
    for text in ("", "   ", "?", " HELP! ", "“help”"):
        assert (await command(world, "ana", text)).notice == shown
    for_hr = (await command(world, "helena", "help")).notice
    assert for_hr.startswith(shown)
    assert "cadence" in for_hr
    assert "preview" in for_hr


async def test_what_is_open_and_next(open_world: OpenWorld) -> None:
    """*next* names what is open and what comes, at the person's own local time."""
    world = await company(open_world)
    shown = (await command(world, "ana", " Next. ")).notice.split("\n")
    assert shown[0].startswith("A check-in is open until Monday, March 9.")
    assert shown[1].startswith("Next note from your company: Monday, March 9")
    assert shown[2].startswith("Next check-in: Tuesday, March 10")
    assert (
        "Next summary of your team: Friday, March 6"
        in (await command(world, "mara", "next")).notice
    )


async def test_next_after_answering_and_during_a_pause(open_world: OpenWorld) -> None:
    """With nothing open it says so; what falls into one's pause is not announced."""
    world = await company(open_world)
    await world.answers("ana", "kestrel", "heron")
    assert "Nothing is open." in (await command(world, "ana", "next")).notice
    await command(world, "ana", "pause until 2026-03-19")
    shown = (await command(world, "ana", "next")).notice
    assert "Next check-in: Tuesday, March 24" in shown
    assert "March 10" not in shown


async def test_next_while_the_company_pauses(open_world: OpenWorld) -> None:
    """A company-wide pause stands for everything that it holds back."""
    world = await company(open_world)
    await world.company_pauses(world.now.replace(month=5))
    shown = (await command(world, "ana", "next")).notice
    assert "Your company paused everything until" in shown
    assert "Next check-in" not in shown


async def test_answers_opens_the_panel(open_world: OpenWorld) -> None:
    """*answers* shows the same panel as the button, with the person's own words."""
    world = await company(open_world)
    await world.types("ana", "kestrel words")
    reply = await command(world, "ana", "My answers")
    assert isinstance(reply.view, Panel)
    assert "kestrel words" in words(reply.view)
    assert reply.view == await world.my_answers("ana")


async def test_status_tells_ones_own_state(open_world: OpenWorld) -> None:
    """Whether one takes part, what is open and who reads; nobody else's state."""
    world = await company(open_world, started=False)
    assert "You haven't started" in (await command(world, "ana", "status")).notice
    await world.starts("ana")
    shown = (await command(world, "ana", "STATUS!")).notice
    assert "You take part." in shown
    assert "A check-in is open until" in shown
    assert "Mara, your manager, can read your answers" in shown
    assert "Only you can see your answers" in (await command(world, "mara", "status")).notice
    await world.types("ana", "stop")
    assert "You chose “Not for me”" in (await command(world, "ana", "status")).notice


@on_both
async def test_pause_until_a_day(open_world: OpenWorld) -> None:
    """*pause until DAY* pauses once, however often it is delivered, says so at once and in the
    conversation, and nothing is asked before that day; *resume* ends it."""
    world = await company(open_world)
    world.deliveries = 3
    before = len(world.arrived("ana"))
    reply = await command(world, "ana", "pause until 2026-03-19")
    assert reply.notice.startswith("Paused: nothing is asked before Thursday, March 19.")
    assert reply.confirms
    told = world.arrived("ana", "note")[-1]
    assert len(world.arrived("ana", "note")) == 1
    assert "Paused." in told.words
    assert len(world.arrived("ana")) == before + 1
    assert (await world.person("ana")).is_paused(world.now)
    reply = await command(world, "ana", "resume")
    assert reply.notice.startswith("You take part.")
    assert reply.confirms
    assert not (await world.person("ana")).is_paused(world.now)


async def test_tomorrow_is_the_persons_own(open_world: OpenWorld) -> None:
    """Tomorrow is counted in the person's zone: late in the evening too."""
    world = await company(open_world)
    await world.until("2026-03-03 23:30")
    reply = await command(world, "ana", "Pause  until tomorrow.")
    assert "before Wednesday, March 4" in reply.notice


@pytest.mark.parametrize(
    ("text", "value", "error"),
    [
        ("pause", "2026-03-10", ""),
        ("pause until", "2026-03-10", ""),
        ("pause please", "2026-03-10", ""),
        ("pause until further notice", "2026-03-10", ""),
        ("pause until 2026-13-45", "2026-03-10", ""),
        ("pause 2026-03-19", "2026-03-19", ""),
        ("pause tomorrow", "2026-03-04", ""),
        ("pause until 2020-01-01", "2026-03-10", "after today"),
        ("pause 2020-01-01", "2026-03-10", "after today"),
        ("pause until 2099-01-01", "2026-03-10", "within a year"),
    ],
)
async def test_a_pause_that_needs_a_look(
    open_world: OpenWorld, text: str, value: str, error: str
) -> None:
    """Without a clear day the form opens, with the day that was named or what is wrong with it;
    nothing is paused before it is sent."""
    world = await company(open_world)
    reply = await command(world, "ana", text)
    assert isinstance(reply.view, Form)
    day = reply.view.blocks[-1]
    assert getattr(day, "value", None) == value
    assert error in getattr(day, "error", "")
    assert bool(getattr(day, "error", "")) == bool(error)
    assert not (await world.person("ana")).is_paused(world.now)


async def test_start_and_stop(open_world: OpenWorld) -> None:
    """They do what the typed words do; a second time nothing changes, and the reply, which stands
    alone then, is no mere confirmation."""
    world = await company(open_world, started=False)
    reply = await command(world, "ana", "start")
    assert reply.notice.startswith("You take part.")
    assert reply.confirms
    assert world.arrived("ana", "question")
    count = len(world.arrived("ana"))
    reply = await command(world, "ana", "start")
    assert reply.notice.startswith("You take part.")
    assert not reply.confirms
    assert len(world.arrived("ana")) == count
    reply = await command(world, "ana", "not for me")
    assert reply.notice.startswith("You chose “Not for me”")
    assert (await world.person("ana")).participation is Participation.DECLINED
    assert "I won't ask" in world.arrived("ana", "note")[-1].words


async def test_forms_open_at_once_and_what_needs_the_thread_is_sent_there(
    open_world: OpenWorld,
) -> None:
    """*form* and *snooze* open what is open; *skip* and *undo* change nothing from afar."""
    world = await company(open_world)
    await world.types("ana", "kestrel words")
    form = (await command(world, "ana", "form")).view
    later = (await command(world, "ana", "snooze")).view
    assert isinstance(form, Form)
    assert form.action == "answer_form"
    assert isinstance(later, Form)
    assert later.action == "later"
    for text in ("skip", "undo"):
        assert "in our chat" in (await command(world, "ana", text)).notice
    assert await world.my_words("ana") == ["kestrel words"]
    assert "Nothing is open." in (await command(world, "mara", "form")).notice


@pytest.mark.parametrize(
    ("text", "nearest"),
    [("hlep", "help"), ("puase", "pause"), ("statsu", "status"), ("next please", "next")],
)
async def test_a_slip_gets_the_nearest_word(open_world: OpenWorld, text: str, nearest: str) -> None:
    """A word nobody knows gets the list and the word that was probably meant."""
    world = await company(open_world)
    notice = (await command(world, "ana", text)).notice
    assert f"Did you mean “{nearest}”?" in notice
    assert (await command(world, "ana", "help")).notice in notice


async def test_an_answer_behind_the_command_is_not_kept(open_world: OpenWorld) -> None:
    """Words that are no command are neither recorded nor told back."""
    world = await company(open_world)
    before = len(world.arrived("ana"))
    reply = await command(world, "ana", "I am worn out, kestrel")
    assert "kept nothing" in reply.notice
    assert "kestrel" not in reply.notice
    assert await world.my_words("ana") == []
    assert len(world.arrived("ana")) == before


async def test_words_of_hr(open_world: OpenWorld) -> None:
    """*cadence* and *preview* show HR admins what the buttons show, and anybody else one line; a
    slip of theirs is not set right into one."""
    world = await company(open_world)
    cadences = (await command(world, "helena", "Cadences")).view
    assert isinstance(cadences, Panel)
    assert any(action == "admin_preview" for _, action, _ in pressable(cadences.blocks))
    preview = (await command(world, "helena", "preview")).view
    assert preview == (await world.act("helena", "admin_preview")).view
    for text in ("cadence", "preview"):
        reply = await command(world, "ana", text)
        assert reply.view is None
        assert "for HR admins" in reply.notice
        assert "\n" not in reply.notice
    assert "Did you mean “preview”?" in (await command(world, "helena", "prewiev")).notice
    assert "Did you mean" not in (await command(world, "ana", "prewiev")).notice


async def test_typed_as_a_message_new_words_are_answers(open_world: OpenWorld) -> None:
    """*status* and the like are commands behind the command alone: typed, they are an answer. In
    Teams, which has no command of its own, *status* is one wherever it is typed.
    """
    world = await company(open_world)
    await world.answers("ana", "status", "preview")
    taken = ["preview"] if isinstance(world.surface, OnTeams) else ["preview", "status"]
    assert sorted(await world.my_words("ana")) == taken


async def test_somebody_who_is_not_on_the_list(open_world: OpenWorld) -> None:
    """A stranger's command shows and keeps nothing; platforms have a polite line for them, in any
    locale, and for leavers as well."""
    world = await company(open_world)
    kit = world.built.kit
    world.ids["stranger"] = uuid4()
    world.surface.join(["stranger"])
    for text in ("help", "cadence", "kestrel"):
        assert await command(world, "stranger", text) == Reply()
    assert await command(world, "ana", "help") != Reply()
    await world.leaves("ana")
    assert await command(world, "ana", "help") == Reply()
    for locale in ("en-US", "de_DE", "xx", ""):
        assert strangers.line(kit, locale).startswith("You are not on the people list here")


async def test_whatever_stands_behind_it(open_world: OpenWorld) -> None:
    """The longest, the strangest and the emptiest text gets help, and no error."""
    world = await company(open_world)
    texts = ("x" * 40_000, "\u202eevil", "\x00", "\u200b", "😀", "<!channel>", "pause " * 500, "'")
    for text in texts:
        reply = await command(world, "ana", text)
        assert reply.notice or reply.view, text
    assert await world.my_words("ana") == []


async def test_only_what_the_thread_repeats_is_a_confirmation(open_world: OpenWorld) -> None:
    """*Saved* stands in the thread as well; a notice that something was refused, is gone, or was
    changed for the whole company stands nowhere else."""
    world = await company(open_world)
    form = await world.opens("ana", "open_form")
    count = len(await world.thread("ana"))
    saved = await world.submits("ana", form, {"text:work": "kestrel", "text:wish": "heron"})
    assert saved == Reply(notice="Saved.", confirms=True)
    assert len(await world.thread("ana")) > count
    changed = await world.submits("ana", form, {"text:work": "plover"})
    assert changed.confirms
    pause = (await world.act("helena", "admin_pause")).view
    assert isinstance(pause, Form)
    assert not (await world.submits("helena", pause, {"until": "2026-03-05"})).confirms
    assert not (await world.act("helena", "admin_resume")).confirms
    assert not (await world.act("ana", "admin_preview")).confirms
    await world.until("2026-03-10 00:30")
    for action, value in [
        ("open_form", form.value),
        ("open_later", form.value),
        ("summary_details", "x"),
    ]:
        reply = await world.act("ana", action, value)
        assert reply.notice
        assert not reply.confirms
    assert not (await world.submits("ana", form, {"text:work": "late"})).confirms
    for text in ("help", "next", "status", "undo", "kestrel", "cadence"):
        assert not (await command(world, "ana", text)).confirms
