"""Teams' clock and ours are never quite the same: words belong to what stood there before them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.check_in import SILENCE
from tests.journeys.conftest import OpenWorld
from tests.journeys.given import Someone, check_in
from tests.journeys.on_teams import OnTeams
from tests.journeys.world import World

PEOPLE = [Someone("mia"), Someone("ana", manager="mia")]
A_SECOND = timedelta(seconds=1)
APART = [timedelta(seconds=-3), timedelta(seconds=3)]


@pytest.fixture(params=APART, ids=["behind", "ahead"])
def surface(request: pytest.FixtureRequest) -> OnTeams:
    """Only there the times of messages and of words are another server's than ours."""
    return OnTeams(ahead=request.param)


async def asked(open_world: OpenWorld) -> World:
    """Ana has just started, and "How is work?" has come."""
    world = await open_world(PEOPLE, [check_in(reminders=0)])
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    return world


async def answered(open_world: OpenWorld) -> World:
    """She answered it, and "Any wish?" has just come."""
    world = await asked(open_world)
    await world.types("ana", "kestrel")
    await world.wait(SILENCE)
    assert world.now - world.arrived("ana", "question")[-1].at < A_SECOND
    return world


async def test_an_answer_at_once_belongs_to_the_question_before_it(open_world: OpenWorld) -> None:
    """Typed in the second in which it came, the first question and the next alike."""
    world = await answered(open_world)
    await world.types("ana", "swift")
    assert {q.note: q.text for q in await world.my_quotes("ana")} == {
        "How is work?": "kestrel",
        "Any wish?": "swift",
    }


async def test_what_was_typed_before_a_question_is_none_of_its_answer(
    open_world: OpenWorld, surface: OnTeams
) -> None:
    """Its words join the answer before, and the question stays where it is."""
    world = await answered(open_world)
    question = surface.messages("ana")[-1]
    assert "Any wish?" in question.shown
    await world.types("ana", "heron", at=world.now + surface.ahead - A_SECOND)
    await world.wait()
    assert [q.text for q in await world.my_quotes("ana")] == ["kestrel\nheron"]
    assert question.id in [message.id for message in surface.messages("ana")]
