"""A question that may stand on the screen, and may not: words typed then go to nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.message import Form
from tests.journeys.conftest import OpenWorld
from tests.journeys.given import Someone, check_in, weekly_summary
from tests.journeys.on_teams import OnTeams, account_of
from tests.journeys.words import words
from tests.journeys.world import World
from tests.servers.teams import Fault

PEOPLE = [Someone("mara"), Someone("ana", manager="mara")]
CADENCES = [check_in(reminders=1), weekly_summary()]
NOT_SURE = "I can't tell whether my last question reached you"
A_MINUTE = timedelta(minutes=1)

lost = pytest.mark.parametrize("fault", [Fault.RESET_AFTER, Fault.BAD_GATEWAY_BEFORE])


@pytest.fixture
def surface() -> OnTeams:
    """Only Teams can't be asked what it took."""
    return OnTeams()


async def second_lost(open_world: OpenWorld, surface: OnTeams, fault: Fault) -> World:
    """Ana answered "How is work?"; nobody knows whether "Any wish?" came."""
    world = await open_world(PEOPLE, CADENCES)
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    await world.types("ana", "kestrel")
    surface.teams.fails("post", fault, who=account_of("ana"))
    await world.wait(A_MINUTE)
    return world


async def kept(world: World) -> dict[str, str]:
    return {quote.note: quote.text for quote in await world.my_quotes("ana")}


@lost
async def test_words_after_a_lost_question_are_nobodys(
    open_world: OpenWorld, surface: OnTeams, fault: Fault
) -> None:
    """They might be meant for it, and the question before has other readers, perhaps."""
    world = await second_lost(open_world, surface, fault)
    await world.types("ana", "heron")
    assert NOT_SURE in await world.sees("ana")
    assert await kept(world) == {"How is work?": "kestrel"}
    await world.until("2026-03-06 18:00")
    assert await world.told("mara") == [["kestrel"]]


@lost
async def test_the_form_takes_them(open_world: OpenWorld, surface: OnTeams, fault: Fault) -> None:
    world = await second_lost(open_world, surface, fault)
    await world.types("ana", "heron")
    form = await world.opens("ana", "Open the form")
    await world.submits("ana", form, {"text:wish": "heron"})
    assert await kept(world) == {"How is work?": "kestrel", "Any wish?": "heron"}


@lost
async def test_the_reminder_asks_it_again_and_typing_works(
    open_world: OpenWorld, surface: OnTeams, fault: Fault
) -> None:
    world = await second_lost(open_world, surface, fault)
    await world.until("2026-03-05 18:00")
    assert world.arrived("ana")[-1].wall > "2026-03-04"
    await world.answers("ana", "heron")
    assert await kept(world) == {"How is work?": "kestrel", "Any wish?": "heron"}


async def test_words_that_mean_something_else_still_do(
    open_world: OpenWorld, surface: OnTeams
) -> None:
    """*form* opens the form of that check-in; what is about a question alone does nothing."""
    world = await second_lost(open_world, surface, Fault.RESET_AFTER)
    await world.types("ana", "form")
    reply = await world.press("ana", "Open the form")
    assert isinstance(reply.view, Form)
    assert "Any wish?" in words(reply.view)
    await world.types("ana", "who reads")
    assert "Who reads which answer" in await world.sees("ana")
    for word in ("skip", "next"):
        await world.types("ana", word)
        assert NOT_SURE in await world.sees("ana")


async def test_a_press_shows_that_the_question_came(
    open_world: OpenWorld, surface: OnTeams
) -> None:
    """Its card was in front of her, so the words that follow are for it."""
    world = await open_world(PEOPLE, [check_in(reminders=0, pack="kinds"), weekly_summary()])
    await world.until("2026-03-03 09:55")
    await world.until("2026-03-03 10:05")
    surface.teams.fails("post", Fault.RESET_AFTER, who=account_of("ana"))
    await world.starts("ana")
    await world.wait(A_MINUTE)
    user = surface.user("ana")
    assert "4" in user.buttons
    await user.presses("4")
    await world.wait(A_MINUTE)
    await world.answers("ana", "kestrel")
    (first, *_) = await world.my_quotes("ana")
    assert "kestrel" in first.text
