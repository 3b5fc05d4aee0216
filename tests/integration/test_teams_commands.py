"""Typed words and commands in Teams, and what comes of acts that are late, doubled or made up."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.teams.manifest import COMMANDS
from bot.teams.values import Verb
from tests.integration.teams_office import HELENA, Office, teams_office, told, writes
from tests.journeys.given import check_in, weekly_summary
from tests.journeys.on_teams import OnTeams, buttons
from tests.journeys.test_pairs import form as pair_form
from tests.servers.teams import Ack

BY_BUTTON = {
    "my answers": ("My answers", "Everything you said here"),
    "agenda": ("Open the agenda", "You and Mara"),
    "promise": ("Make a promise", "promise"),
    "who reads": ("Who can read my answers?", "That is kept with your answer."),
    "my data": ("Your data", "What is kept about you here is yours"),
    "pause": ("Pause", "Ask me again from"),
}
"""Words that could be an answer's beginning: they offer a button, and what it opens says this."""

AT_ONCE = {
    "home": "Hello Ana",
    "resume": "Welcome back.",
    "status": "You take part.",
    "help": "home: what is open",
}
BEHIND_A_SLASH = {
    "home": "Hello Ana",
    "my answers": "Everything you said here",
    "agenda": "You and Mara",
    "promise": "promise",
    "who reads": "That is kept with your answer.",
    "my data": "What is kept about you here is yours",
    "pause": "Ask me again from",
    "resume": "You take part.",
    "status": "You take part.",
    "help": "home: what is open",
}
OF_HR = {"cadences": "4 people are on the people list.", "preview": "The next 4 weeks"}
HR_ALONE = "Cadences are for HR admins"
LATER = timedelta(seconds=15)
"""How long Teams waits before it delivers an invoke once more."""


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Tuesday, 10:05: Ana and Helena have started; each has the first of five questions open."""
    cadences = [check_in(pack="five", reminders=1), weekly_summary()]
    async with teams_office(tmp_path, cadences=cadences, surface=OnTeams()) as made:
        await made.world.until("2026-03-03 10:05")
        await made.world.starts("ana", "helena")
        yield made


def test_every_word_of_the_manifest_is_tried() -> None:
    assert set(COMMANDS) == {*BY_BUTTON, *AT_ONCE, *OF_HR}
    assert set(COMMANDS) == {*BEHIND_A_SLASH, *OF_HR}


@pytest.mark.parametrize("word", BY_BUTTON)
async def test_a_word_that_offers_its_button(office: Office, word: str) -> None:
    await writes(office, "ana", "kestrel")
    label, opened = BY_BUTTON[word]
    [offer] = await writes(office, "ana", word.upper())
    assert offer.buttons == [label]
    await office.user("ana").presses(label, offer)
    await office.settles()
    there = next(seen for seen in office.user("ana").chat if seen.id == offer.id)
    assert opened in there.shown
    assert not office.user("ana").trouble
    assert await office.world.my_words("ana") == ["kestrel"]


@pytest.mark.parametrize("word", AT_ONCE)
async def test_a_word_that_answers_at_once(office: Office, word: str) -> None:
    said = told(await writes(office, "ana", f" {word} "))
    assert AT_ONCE[word] in said
    assert await office.world.my_words("ana") == []


@pytest.mark.parametrize("word", BEHIND_A_SLASH)
async def test_the_same_behind_a_slash(office: Office, word: str) -> None:
    """Nothing of it is an answer, and what it opens closes again to a card that says nothing."""
    await writes(office, "ana", "kestrel")
    found = await writes(office, "ana", f"/{word}")
    assert BEHIND_A_SLASH[word] in told(found)
    assert await office.world.my_words("ana") == ["kestrel"]
    user = office.user("ana")
    if {"Close", "Cancel"} & set(found[0].buttons):
        await user.presses("Close" if "Close" in found[0].buttons else "Cancel", found[0])
        await office.settles()
        there = next(seen for seen in user.chat if seen.id == found[0].id)
        assert there.buttons == ["Open"], "its title, and the way back in"
    assert "kestrel" not in "".join(str(seen.message.card) for seen in found)
    assert not user.trouble


@pytest.mark.parametrize("word", OF_HR)
async def test_words_of_hr(office: Office, word: str) -> None:
    """They open something for an HR admin, with a slash or without; anybody else is told no more
    than whose they are, and a manager is anybody else.
    """
    for written in (word, f"/{word}"):
        assert OF_HR[word] in told(await writes(office, HELENA.name, written))
    for name in ("ana", "mara"):
        for written in (word, f"/{word}"):
            said = told(await writes(office, name, written))
            assert HR_ALONE in said
            assert OF_HR[word] not in said
        assert await office.world.my_words(name) == []
    assert await office.world.my_words("helena") == []


async def test_an_unknown_command_is_not_told_back(office: Office) -> None:
    """It may have been meant as an answer: it is neither kept nor repeated."""
    said = told(await writes(office, "ana", "/kestrel words"))
    assert "kept nothing of it" in said
    assert "kestrel" not in said
    assert await office.world.my_words("ana") == []


async def test_a_command_that_comes_twice_does_once(office: Office) -> None:
    ack = await office.user("ana").types("/resume")
    await office.settles()
    before = office.teams.posts()
    await office.teams.redeliver(ack.delivery)
    await office.settles()
    assert [p for p in office.teams.posts()[len(before) :] if "Welcome back" in p.shown] == []


async def test_edited_and_deleted_messages_change_no_answer(office: Office) -> None:
    """A line says so once for each, however often Teams tells of it, and offers the way to."""
    user = office.user("ana")
    await writes(office, "ana", "kestrel words")
    mine = next(seen for seen in user.chat if seen.message.text == "kestrel words")
    before = {seen.id for seen in user.chat}
    edited = await user.edits(mine, "heron words")
    deleted = await user.deletes(mine)
    for ack in (edited, deleted):
        assert ack.acknowledged
        await office.teams.redeliver(ack.delivery)
    await office.settles()
    notes = [seen.shown for seen in user.chat if seen.id not in before]
    assert len(notes) == 2
    assert "You changed a message here." in notes[0]
    assert "You deleted a message here." in notes[1]
    assert await office.world.my_words("ana") == ["kestrel words"]


async def test_a_busy_database_is_no_silence(office: Office) -> None:
    """Somebody else holds the write lock: the press is answered in time, says what to do, and is
    kept once the lock is gone; a second press and a redelivery change nothing more."""
    user = office.user("ana")
    await writes(office, "ana", "kestrel words")
    with closing(sqlite3.connect(office.folder / "world.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ack = await user.presses("Only for me")
        other.execute("ROLLBACK")
    assert ack.seconds < 3
    assert (ack.status, ack.body["statusCode"]) == (200, 500)
    assert "press it once more" in ack.body["value"]["message"]
    await office.settles()
    again = await office.teams.redeliver(ack.delivery)
    assert again.body["statusCode"] == 200
    await office.settles()
    assert "Only you can read it" in user.shown[-2] + user.shown[-1]
    assert len(await office.world.kept_versions("ana")) == 1


async def test_typed_words_wait_for_a_busy_database(office: Office) -> None:
    user = office.user("ana")
    with closing(sqlite3.connect(office.folder / "world.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        typing = asyncio.create_task(user.types("kestrel words"))
        await asyncio.wait([typing], timeout=1)
        other.execute("ROLLBACK")
    ack = await typing
    assert ack.acknowledged
    await office.settles()
    assert await office.world.my_words("ana") == ["kestrel words"]


async def again(office: Office, ack: Ack) -> None:
    """Teams delivers it once more, 15 seconds later: it is answered alike, and changes nothing."""
    assert ack.acknowledged, ack
    await office.settles()
    before = await stands(office)
    office.world.clock.set(office.world.now + LATER)
    second = await office.teams.redeliver(ack.delivery)
    await office.settles()
    assert (second.status, second.body) == (ack.status, ack.body)
    assert await stands(office) == before


async def stands(office: Office) -> object:
    """What is kept, and what the server has of the bot."""
    world = office.world
    said = [await world.my_words(name) for name in ("ana", "helena")]
    pairs = await world.built.uow.read(lambda tx: tx.promises.open_of_pairs(world.ids["ana"]))
    shown = [str(seen.message.card) for seen in office.surface.messages("ana")]
    return said, len(await world.kept_versions("ana")), pairs, shown


async def test_fault_10_an_answer(office: Office) -> None:
    await again(office, await office.user("ana").presses("Skip this question"))


async def test_fault_10_a_form(office: Office) -> None:
    user = office.user("ana")
    await user.presses("Answer all in a form")
    fields = {"Question 1?": "kestrel", "Question 2?": "heron"}
    await again(office, await user.submits("Save", fields))
    assert sorted(await office.world.my_words("ana")) == ["heron", "kestrel"]


async def test_fault_10_a_promise(office: Office) -> None:
    user = office.user("ana")
    await pair_form(office.world, "ana", "promise_open", "mara")
    shown = next(seen for seen in reversed(user.chat) if seen.fields)
    send = next(b.label for b, pressed in buttons(shown.card) if pressed.verb is Verb.FORM)
    fields = dict(zip(shown.fields, ("the kestrel budget", "2026-03-10"), strict=False))
    await again(office, await user.submits(send, fields))
    ana = office.world.ids["ana"]
    found = await office.world.built.uow.read(lambda tx: tx.promises.open_of_pairs(ana))
    assert len(found) == 1


async def test_fault_10_a_pause(office: Office) -> None:
    user = office.user("ana")
    await writes(office, "ana", "/pause")
    shown = next(seen for seen in reversed(user.chat) if seen.fields)
    await again(office, await user.submits("Pause", {shown.fields[0]: "2026-03-20"}))
    paused = (await office.world.person("ana")).paused_until
    assert paused is not None


HEBREW = "שלום עולם"
TYPED = {
    "too long": ("x" * 40_000, None, "longer than I can keep"),
    "right to left": (f"\u202e{HEBREW}\u202c", HEBREW, "Saved under"),
    "zero width": ("a\u200bb\ufeff", "ab", "Saved under"),
    "nothing to see": ("\u200b\u200d\ufeff", None, "recorded nothing"),
    "markup": ("<b>x</b> **y** [z](http://q)", "<b>x</b> **y** [z](http://q)", "Saved under"),
}


@pytest.mark.parametrize("what", TYPED)
async def test_odd_text(office: Office, what: str) -> None:
    """It is kept as the words it shows, or said to be nothing that can be kept."""
    text, kept, said = TYPED[what]
    found = await writes(office, "ana", text)
    assert said in told(found)
    assert await office.world.my_words("ana") == ([kept] if kept else [])
    assert not office.user("ana").trouble


async def test_fault_10_a_rating(tmp_path: Path) -> None:
    cadences = [check_in(pack="kinds", reminders=0)]
    async with teams_office(tmp_path, cadences=cadences, surface=OnTeams()) as office:
        await office.world.until("2026-03-03 10:05")
        await office.world.starts("ana")
        user = office.user("ana")
        seen = next(s for s in reversed(user.chat) if "Is it clear?" in s.shown)
        rated = next(b for b, pressed in buttons(seen.card) if pressed.action == "answer")
        await again(office, await user.executes(seen, rated.json))
        assert len(await office.world.kept_versions("ana")) == 1
