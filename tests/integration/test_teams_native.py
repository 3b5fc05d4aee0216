"""What only Teams has: installing and removing the app, groups, regions, and edited messages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.people import Identity, Person
from tests.journeys.conftest import prepared
from tests.journeys.given import Someone, check_in
from tests.journeys.on_teams import OnTeams
from tests.journeys.world import World
from tests.servers.teams import Ack

MARA, ANA = Someone("mara"), Someone("ana", manager="mara")
Open = Callable[[OnTeams], Awaitable[World]]


class Fresh(OnTeams):
    """Nobody has the app yet."""

    def join(self, names: Sequence[str]) -> None:
        super().join(names)
        for name in names:
            self.user(name).conversation.has_app = False

    def identity(self, person: Person) -> Identity | None:  # type: ignore[override]  # as Surface has it
        super().identity(person)  # their client has their zone all the same
        return None


@pytest.fixture
async def open_world(tmp_path: Path) -> AsyncIterator[Open]:
    """Two people, on a Tuesday a little after the check-in began."""
    opened: list[World] = []

    async def make(surface: OnTeams) -> World:
        spec = [check_in(reminders=0)]
        opened.append(await World.open(prepared(tmp_path), [MARA, ANA], spec, surface=surface))
        await opened[0].until("2026-03-03 10:05")
        return opened[0]

    yield make
    for world in opened:
        await world.close()


async def did(world: World, surface: OnTeams, *acks: Ack) -> None:
    """Taken, and everything it causes is delivered."""
    assert all(ack.acknowledged for ack in acks), acks
    await surface.ears.settled()
    await world.settle()


async def test_whoever_installs_the_app_is_greeted_once(open_world: Open) -> None:
    """By their address in the directory, in the conversation that Teams told of; a stranger is
    told that they are not on the list, and neither is told twice.
    """
    surface = Fresh()
    world = await open_world(surface)
    assert world.arrivals == []
    surface.join(["xenia"])
    ana, xenia = surface.user("ana"), surface.user("xenia")

    acks = await ana.installs()
    await did(world, surface, *acks, *await xenia.installs())
    for ack in acks:
        await did(world, surface, await surface.teams.redeliver(ack.delivery))

    assert [arrival.kind for arrival in world.arrived("ana")] == ["hello"]
    assert len(ana.shown) == 1
    assert "not on the people list" in xenia.shown[0]


async def test_nothing_is_sent_after_the_app_is_removed_until_it_is_back(open_world: Open) -> None:
    """In the new conversation, as it was before: what was written in the old one is no answer."""
    surface = OnTeams()
    world = await open_world(surface)
    await world.starts("ana")
    ana = surface.user("ana")
    await did(world, surface, await ana.uninstalls())
    before, old = len(surface.teams.calls), ana.conversation.id
    await world.until("2026-03-10 10:05")
    assert old not in [call.conversation for call in surface.teams.calls[before:]]

    await did(world, surface, *await ana.installs(anew=True))

    assert [arrival.kind for arrival in world.arrived("ana")][-1] == "hello"
    assert ana.conversation.messages
    await world.until("2026-03-17 10:05")
    assert "Any wish?" in "".join(ana.shown) or "How is work?" in "".join(ana.shown)


@pytest.mark.parametrize("kind", ["groupChat", "channel"])
async def test_where_others_read_along_one_line_is_said(open_world: Open, kind: str) -> None:
    """Nothing of anybody's, and nothing written or pressed there is an answer."""
    surface = OnTeams()
    world = await open_world(surface)
    await world.starts("ana")
    ana, mara = surface.user("ana"), surface.user("mara")
    group = surface.teams.state.open_group([ana.account, mara.account], kind)

    for text in ("kestrel", "home", "/my answers"):
        await did(world, surface, await ana.mentions(text, group))
    asked = ana.with_button("Skip this question")
    ack = await ana.executes(asked, {"type": "Action.Execute", "verb": "show", "data": {}})
    moved = dict(ack.delivery.activity["conversation"], id=group.id, conversationType=kind)
    pressed = await surface.teams.sends(ack.delivery.activity | {"conversation": moved})

    said = {seen.shown for seen in mara.sees(group) if seen.is_bots}
    assert len(said) == 1
    assert "personal chat" in said.pop()
    assert "How is work?" in str(ack.body)
    assert "How is work?" not in str(pressed.body)
    assert await world.my_words("ana") == []


async def test_an_edited_message_changes_nothing_that_was_recorded(open_world: Open) -> None:
    surface = OnTeams()
    world = await open_world(surface)
    await world.starts("ana")
    ana = surface.user("ana")
    await did(world, surface, await ana.types("kestrel"))
    await world.wait()
    typed = [seen for seen in ana.chat if seen.shown == "kestrel"]

    await did(world, surface, await ana.edits(typed[0], "heron"))
    await did(world, surface, await ana.deletes(typed[0]))

    assert await world.my_words("ana") == ["kestrel"]


async def test_messages_follow_a_zone_that_the_client_says(open_world: Open) -> None:
    """Ana writes from Los Angeles: the next check-in comes at ten there."""
    surface = OnTeams()
    world = await open_world(surface)
    await world.starts("ana")
    ana = surface.user("ana")
    surface.teams.change(replace(ana.account, tz="America/Los_Angeles"))

    await world.answers("ana", "kestrel")
    await world.until("2026-03-11 00:00")

    zone = ZoneInfo("America/Los_Angeles")
    asked = [a.at.astimezone(zone) for a in world.arrived("ana") if a.is_prompt]
    assert f"{asked[-1]:%Y-%m-%d %H:%M}" == "2026-03-10 10:00"


async def test_messages_follow_a_region_that_changed(open_world: Open) -> None:
    surface = OnTeams()
    world = await open_world(surface)
    await world.starts("ana")
    assert {call.region for call in surface.teams.called("post")} == {"teams"}

    surface.teams.region = "emea"
    await world.answers("ana", "kestrel")

    assert surface.teams.called("post")[-1].region == "emea"
