"""Cards that Teams asks for again say what they said, days later and whatever changed since."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import OpenWorld
from tests.journeys.given import Someone, check_in, weekly_summary
from tests.journeys.on_teams import OnTeams
from tests.journeys.world import World

PEOPLE = [Someone("mara"), Someone("tom"), Someone("ana", manager="mara")]


@pytest.fixture
def surface() -> OnTeams:
    """Only Teams asks."""
    return OnTeams()


async def asked(open_world: OpenWorld) -> World:
    """Ana has just started, and "How is work?" has come."""
    world = await open_world(PEOPLE, [check_in(reminders=1), weekly_summary()])
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    return world


async def test_an_open_question_names_who_it_named_though_the_manager_is_another(
    open_world: OpenWorld, surface: OnTeams
) -> None:
    """An answer given under it is for whom it names: the new manager is named by the next one."""
    world = await asked(open_world)
    before = surface.messages("ana")[-1]
    assert "Mara" in before.shown
    await world.changes(ana="tom")
    await surface.user("ana").looks(before)
    after = surface.messages("ana")[-1]
    assert (after.shown, after.buttons) == (before.shown, before.buttons)
    await world.answers("ana", "kestrel")
    assert "Mara" in surface.messages("ana")[-2].shown, "the receipt of the first answer"


async def test_an_open_question_is_left_alone_where_its_reader_left(
    open_world: OpenWorld, surface: OnTeams
) -> None:
    world = await asked(open_world)
    before = surface.messages("ana")[-1]
    await world.changes(ana="tom")
    await world.leaves("mara")
    await surface.user("ana").looks(before)
    assert "Mara" not in surface.messages("ana")[-1].shown
