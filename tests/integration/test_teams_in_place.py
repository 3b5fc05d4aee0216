"""What a card in Teams shows in its own place, by itself and by its buttons."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.inbound import Inbound
from bot.domain.message import Reply
from bot.domain.people import Identity, Person
from bot.services.kit import Kit
from bot.teams.values import Verb, data, field_id
from tests.journeys.conftest import prepared
from tests.journeys.given import Someone, check_in
from tests.journeys.on_teams import OnTeams, account_of
from tests.journeys.words import words
from tests.journeys.world import World
from tests.servers.teams import Ack, Fault, Seen, User, cards

MARA = Someone("mara")
ANA, BEN = Someone("ana", manager="mara"), Someone("ben", manager="mara")
WITH, TOPIC = "Whom with?", "What do you want to talk about?"
DUE = "2026-03-03 10:05"
"""A Tuesday, a little after the check-in began."""
Open = Callable[..., Awaitable[World]]


@pytest.fixture
async def open_world(tmp_path: Path) -> AsyncIterator[Open]:
    """Three people of one team."""
    opened: list[World] = []

    async def make(surface: OnTeams, *, pack: str = "") -> World:
        spec = [check_in(reminders=0, pack=pack) if pack else check_in(reminders=0)]
        people = [MARA, ANA, BEN]
        opened.append(await World.open(prepared(tmp_path), people, spec, surface=surface))
        return opened[0]

    yield make
    for world in opened:
        await world.close()


def newest(user: User) -> Seen:
    """The bot's newest message, as it is on the screen."""
    return [seen for seen in user.chat if seen.is_bots][-1]


def status(ack: Ack) -> int:
    """What the card was answered."""
    found: int = ack.body["statusCode"]
    return found


async def on_agenda(world: World, who: str) -> str:
    """What somebody's Home says of the 1:1."""
    return words(await world.home(who))


async def forged(surface: OnTeams, user: User, verb: Verb, value: str, trigger: str) -> Ack:
    told = surface._forged(user, verb, data("", value))
    told["value"]["trigger"] = trigger
    return await surface.teams.sends(told)


# A command's card


async def test_looking_at_a_form_never_sends_it(open_world: Open) -> None:
    """Words behind a command are carried out once, or stand in a form; whoever they could be for
    afterwards.
    """
    surface = OnTeams()
    world = await open_world(surface)
    mara = surface.user("mara")
    await mara.types("/agenda HERON")
    assert {WITH, TOPIC} <= set(newest(mara).fields)
    await mara.looks()
    await world.changes(ana="ben")
    await mara.looks()
    await mara.looks()

    assert {WITH, TOPIC} <= set(newest(mara).fields)
    assert "HERON" not in await on_agenda(world, "ben")


async def test_a_day_that_was_too_far_never_pauses_by_itself(open_world: Open) -> None:
    surface = OnTeams()
    world = await open_world(surface)
    ana = surface.user("ana")
    day = (world.now + timedelta(days=380)).date().isoformat()
    await ana.types(f"/pause until {day}")
    assert "within a year" in newest(ana).shown
    world.clock.set(world.now + timedelta(days=30))
    await ana.looks()

    assert (await world.person("ana")).paused_until is None


async def test_a_form_that_was_sent_works_where_it_stands(open_world: Open) -> None:
    surface = OnTeams()
    world = await open_world(surface)
    mara = surface.user("mara")
    await mara.types("/agenda HERON")
    await mara.submits("Add", {WITH: "Ben"})
    assert "HERON" in newest(mara).shown
    await mara.presses("Close")

    assert newest(mara).buttons == ["Home"]
    await mara.presses("Home")
    assert "HERON" in await on_agenda(world, "ben")
    assert mara.trouble == []


async def test_a_form_that_was_sent_can_be_left(open_world: Open) -> None:
    surface = OnTeams()
    world = await open_world(surface)
    mara = surface.user("mara")
    await mara.types("/agenda HERON")
    await mara.presses("Cancel")

    assert "Closed" in newest(mara).shown
    assert "HERON" not in await on_agenda(world, "ben")


async def test_a_commands_card_is_called_what_it_opens(open_world: Open) -> None:
    """Before and after; and it opens by its button alone."""
    surface = OnTeams()
    await open_world(surface)
    ana = surface.user("ana")
    await ana.types("/my answers")
    sent = newest(ana).shown
    assert await ana.looks() == []
    await ana.presses("Open")
    assert newest(ana).buttons != ["Open"]
    await ana.presses("Close")

    assert (newest(ana).shown, newest(ana).buttons) == (sent, ["Open"])
    assert "Home" not in sent


async def test_a_form_that_a_command_opened_is_gone_once_it_is_sent(open_world: Open) -> None:
    surface = OnTeams()
    world = await open_world(surface)
    ana = surface.user("ana")
    await ana.types("/pause")
    await ana.presses("Open")
    until = (world.now + timedelta(days=7)).date().isoformat()
    field = cards.fields(newest(ana).card)[0]
    await ana.submits("Pause", {field.id: until})

    assert newest(ana).buttons == ["Open"]
    assert (await world.person("ana")).paused_until is not None


@pytest.mark.parametrize("trigger", ["manual", "automatic"])
@pytest.mark.parametrize("words_", ["stop", "start", "skip", "undo", "resume", "agenda HERON"])
async def test_a_button_runs_nothing_that_changes_anything(
    open_world: Open, words_: str, trigger: str
) -> None:
    """Whoever makes one up."""
    surface = OnTeams()
    world = await open_world(surface)
    await world.until(DUE)
    before = await world.person("ana")
    ack = await forged(surface, surface.user("ana"), Verb.RUN, words_, trigger)

    assert status(ack) in {400, 404}
    assert await world.person("ana") == before
    assert "HERON" not in await on_agenda(world, "mara")


async def test_nothing_but_home_opens_by_itself(open_world: Open) -> None:
    surface = OnTeams()
    await open_world(surface)
    ana = surface.user("ana")
    for words_, answer in (("home", 200), ("my answers", 404)):
        ack = await forged(surface, ana, Verb.RUN, words_, "automatic")
        assert status(ack) == answer


# A card of a message that isn't known


@pytest.fixture
async def unknown(open_world: Open) -> tuple[OnTeams, World]:
    """Teams took Ana's first message, and nobody knows."""
    surface = OnTeams()
    world = await open_world(surface)
    surface.teams.fails("post", Fault.RESET_AFTER, who=account_of("ana"))
    await world.until(DUE)
    return surface, world


async def test_a_card_that_is_not_known_stays_as_it_is(unknown: tuple[OnTeams, World]) -> None:
    ana = unknown[0].user("ana")
    before = newest(ana)
    acks = await ana.looks()

    assert [status(ack) for ack in acks] == [404]
    assert not newest(ana).is_own_view
    assert newest(ana).buttons == before.buttons


async def test_pressing_one_is_carried_out_and_leads_home(unknown: tuple[OnTeams, World]) -> None:
    surface, world = unknown
    ana = surface.user("ana")
    await ana.presses("Start")
    shown = newest(ana)
    await world.settle()

    assert "How is work?" in "".join(ana.shown)
    assert "further down" not in shown.shown
    assert shown.buttons == ["Home"]


async def test_what_opened_over_one_can_be_closed(unknown: tuple[OnTeams, World]) -> None:
    ana = unknown[0].user("ana")
    await ana.presses("Who can read my answers?")
    await ana.presses("Close")

    assert "Closed" in newest(ana).shown
    assert newest(ana).buttons == ["Home"]


# What takes long


class Slow(OnTeams):
    """Acts wait until the gate is open."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.gate.set()

    async def _handle(self, kit: Kit, inbound: Inbound, now: object) -> Reply:  # type: ignore[override]  # as the real one
        await self.gate.wait()
        return await super()._handle(kit, inbound, now)  # type: ignore[arg-type]  # the same


async def test_a_form_that_took_long_and_is_sent_again_counts_once(open_world: Open) -> None:
    surface = Slow()
    world = await open_world(surface)
    mara = surface.user("mara")
    await mara.types("/agenda HERON")
    surface.gate.clear()
    for _ in range(2):
        began = time.monotonic()
        assert status(await mara.submits("Add", {WITH: "Ben"})) == 500
        assert time.monotonic() - began < 3
    surface.gate.set()
    await surface.ears.settled()

    assert (await on_agenda(world, "ben")).count("HERON") == 1
    await mara.submits("Add", {WITH: "Ben", TOPIC: "EGRET"})
    assert "EGRET" in await on_agenda(world, "ben")


async def test_the_same_words_in_another_form_are_another_act(open_world: Open) -> None:
    surface = OnTeams()
    await open_world(surface)
    mara = surface.user("mara")
    for _ in range(2):
        await mara.types("/agenda HERON")
        await mara.submits("Add", {WITH: "Ben"})

    assert newest(mara).shown.count("HERON") == 2


class Unmet(OnTeams):
    def identity(self, person: Person) -> Identity | None:  # type: ignore[override]  # nobody was met
        super().identity(person)
        return None


async def test_a_press_is_answered_in_time_while_teams_says_who_it_is(open_world: Open) -> None:
    surface = Unmet()
    await open_world(surface)
    surface.teams.fails("member", Fault.SLOW, seconds=3.5)
    began = time.monotonic()
    ack = await forged(surface, surface.user("ana"), Verb.RUN, "home", "manual")

    assert status(ack) == 500
    assert time.monotonic() - began < 3
    await surface.ears.settled()


# What is typed in a form


async def test_nothing_opens_over_a_form_that_is_too_full(open_world: Open) -> None:
    """Nothing that was typed is lost: the form stays, and a line says why."""
    surface = OnTeams()
    world = await open_world(surface, pack="five")
    await world.until(DUE)
    await world.starts("ana")
    ana = surface.user("ana")
    await ana.presses("Answer all in a form")
    form = newest(ana)
    for field in cards.fields(form.card):
        ana.fills(field.id, "\u8aac" * 2000, form)
    await ana.presses("Who can read my answers?", form)

    assert newest(ana).fields == form.fields
    assert "send the form first" in ana.told[-1]


@pytest.mark.parametrize("length", [400, 800, 1100, 1400, 2000])
async def test_what_was_typed_is_there_below_a_panel(open_world: Open, length: int) -> None:
    """Or no panel opens; whatever its length, and nothing fails."""
    surface = OnTeams()
    world = await open_world(surface, pack="five")
    await world.until(DUE)
    await world.starts("ana")
    ana = surface.user("ana")
    await ana.presses("Answer all in a form")
    form = newest(ana)
    names = [field.id for field in cards.fields(form.card)]
    for name in names:
        ana.fills(name, "\u8aac" * length, form)
    await ana.presses("Who can read my answers?", form)
    if not ana.told:
        await ana.presses("Close")
        found = cards.values(newest(ana).card, {}, names)
        assert found == dict.fromkeys(names, "\u8aac" * length)

    assert ana.trouble == []
    assert field_id("") in names[0]


async def test_a_quoted_message_is_no_answer(open_world: Open) -> None:
    surface = OnTeams()
    world = await open_world(surface)
    await world.until(DUE)
    await world.starts("ana")
    html = (
        '<blockquote itemtype="http://schema.skype.com/Reply" itemid="1"><strong>Touchpoint'
        '</strong><p itemprop="preview">HERON</p></blockquote><p>kestrel</p>'
    )
    attached = [{"contentType": "text/html", "content": html}]
    await surface.user("ana").types("HERON\r\nkestrel", attachments=attached)
    await world.wait()

    assert await world.my_words("ana") == ["kestrel"]
